// SPDX-License-Identifier: GPL-2.0
/*
 * flownic profile: the cards that can be modelled.
 */
#include <string.h>

#include "profiles.h"
#include "userspace/tool.h"

static const struct {
	const char *name;
	const char *about;
} abouts[] = {
	{ "flownic",
	  "what one would build today for XDP at 100 Gb/s, and no product; the default" },
	{ "agilio",
	  "Netronome Agilio CX 2x40GbE (NFP-4000), with nfp's own compiler" },
	{ "corenic",
	  "the same card with its usual firmware, CoreNIC, which costs cycles a packet" },
	{ "hxdp", "hXDP, one core of four lanes on an FPGA (NetFPGA-SUME)" },
};

static const char *about(const struct fn_profile *p)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(abouts); i++)
		if (!strcmp(abouts[i].name, p->name))
			return abouts[i].about;
	return "";
}

static json_object *json_card(const struct fn_profile *p)
{
	json_object *o = json_object_new_object();

	json_object_object_add(o, "name", json_object_new_string(p->name));
	json_object_object_add(o, "about", json_object_new_string(about(p)));
	json_object_object_add(o, "cores", json_object_new_int(p->cores));
	json_object_object_add(o, "threads", json_object_new_int(p->threads));
	json_object_object_add(o, "lanes", json_object_new_int(p->lanes));
	json_object_object_add(o, "clock_mhz",
			       json_object_new_double(p->clock_khz / 1e3));
	return o;
}

static int list(struct fn_args *args)
{
	json_object *a = json_object_new_array();
	const struct fn_profile *p = NULL;

	while ((p = fn_profile_next(p))) {
		if (fn_options.json)
			json_object_array_add(a, json_card(p));
		else
			printf("%-10s %u cores, %u threads, %u lane%s, %g MHz\n           %s\n",
			       p->name, p->cores, p->threads, p->lanes,
			       p->lanes == 1 ? "" : "s", p->clock_khz / 1e3,
			       about(p));
	}
	if (fn_options.json)
		return fn_out_json(a);
	json_object_put(a);
	return FN_DONE;
}

/* Without a name, that of --profile or the default. */
static int show(struct fn_args *args)
{
	const char *name = fn_args_next(args) ?: fn_options.profile;
	const struct fn_profile *p = fn_profile_get(name);

	if (!p)
		return FN_FAILED;
	if (fn_options.json)
		return fn_out_json(fn_profile_json(p));
	fn_profile_print(p, stdout);
	return FN_DONE;
}

/**
 * fn_profile - flownic profile list|show [NAME|FILE]
 * @args: words of the command line
 *
 * Return: exit status.
 */
int fn_profile(struct fn_args *args)
{
	static const struct fn_verb verbs[] = {
		{ "list", list },
		{ "show", show },
		{},
	};

	if (!args->n)
		return list(args);
	return fn_run_verb(verbs, args, "profile");
}
