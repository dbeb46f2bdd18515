// SPDX-License-Identifier: GPL-2.0
/* What the command line says of what is to be loaded. */
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "load.h"
#include "userspace/tool.h"

#define PIN_TOP "/sys/fs/bpf/flownic"

static int read_mode(const char *word, enum fn_load_mode *mode)
{
	u32 i;

	for (i = FN_LOAD_OFFLOAD; i <= FN_LOAD_AUTO; i++) {
		if (!fn_arg_matches(word, fn_load_mode_name[i]))
			continue;
		*mode = i;
		return FN_DONE;
	}
	return fn_usage(
		"mode \"%s\" is unknown; known: offload, native, generic, auto",
		word);
}

static int read_fallback(struct fn_loading *l)
{
	const char *word = fn_options.fallback;

	if (!word)
		return FN_DONE;
	if (l->mode != FN_LOAD_OFFLOAD)
		return fn_usage("--fallback is for mode offload");
	if (!strcmp(word, fn_load_mode_name[FN_LOAD_NATIVE]))
		l->fallback = FN_LOAD_NATIVE;
	else if (!strcmp(word, fn_load_mode_name[FN_LOAD_GENERIC]))
		l->fallback = FN_LOAD_GENERIC;
	else
		return fn_usage("--fallback %s: native or generic is expected",
				word);
	return FN_DONE;
}

static int take(struct fn_args *args, struct fn_loading *l)
{
	const char *word = fn_args_next(args), *value;
	const struct {
		const char *word;
		const char **to;
	} known[] = {
		{ "dev", &l->dev },
		{ "prog", &l->prog },
		{ "section", &l->section },
		{ "pin", &l->pin },
	};
	u32 i;

	if (!strcmp(word, "ingress")) {
		l->ingress = true;
		return FN_DONE;
	}
	value = fn_args_next(args);
	for (i = 0; i < ARRAY_SIZE(known) && value; i++) {
		if (strcmp(word, known[i].word))
			continue;
		if (*known[i].to)
			return fn_usage("%s is given twice", word);
		*known[i].to = value;
		return FN_DONE;
	}
	if (!strcmp(word, "mode") && value)
		return read_mode(value, &l->mode);
	return fn_usage(
		value ? "\"%s\" is not expected here; known: dev, prog, section, mode, pin, ingress" :
			"\"%s\": its value is missing, or it is not expected; known: dev, prog, section, mode, pin, ingress",
		word);
}

/**
 * fn_load_dev - a netdev by its name
 * @dev: name, or NULL if none was given
 * @ifindex: its number
 *
 * Return: exit status; an error has been reported.
 */
int fn_load_dev(const char *dev, u32 *ifindex)
{
	if (!dev)
		return fn_usage("dev is missing: the port, like dev fn0p0");
	*ifindex = if_nametoindex(dev);
	if (!*ifindex)
		return fn_fail("dev %s: %s", dev, strerror(errno));
	return FN_DONE;
}

/**
 * fn_load_default_pin - where pins of a port are if nothing else is said
 * @dev: name of the port
 *
 * Return: directory.
 */
const char *fn_load_default_pin(const char *dev)
{
	static char dir[128];

	snprintf(dir, sizeof(dir), PIN_TOP "/%s", dev);
	return dir;
}

/**
 * fn_load_words - what is to be loaded
 * @args: words of the command line
 * @l: answer
 *
 * Return: exit status; an error has been reported.
 */
int fn_load_words(struct fn_args *args, struct fn_loading *l)
{
	int status = FN_DONE;

	*l = (struct fn_loading){ .path = fn_args_next(args) };
	if (!l->path)
		return fn_usage("load: the name of an object file is missing");
	while (args->n && !status)
		status = take(args, l);
	if (!status)
		status = read_fallback(l);
	if (!status && l->ingress &&
	    (l->mode == FN_LOAD_GENERIC || l->fallback == FN_LOAD_GENERIC))
		status = fn_usage(
			"load: ingress has modes offload, native and auto");
	if (!status && l->prog && l->section)
		status = fn_usage("load: prog and section exclude each other");
	if (!status)
		status = fn_load_dev(l->dev, &l->ifindex);
	if (!status && !l->pin)
		l->pin = fn_load_default_pin(l->dev);
	return status;
}
