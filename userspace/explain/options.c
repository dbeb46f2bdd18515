// SPDX-License-Identifier: GPL-2.0
/*
 * flownic explain: its options. Those about packets, maps and the card are sim's.
 */
#include <string.h>

#include "explain.h"
#include "userspace/tool.h"

/* Of sim's options, those that a page can have. */
static const struct {
	const char *name;
	bool value;
} known[] = {
	{ "--pcap", true },    { "--size", true },    { "--map", true },
	{ "--profile", true }, { "--entries", true }, { "--without", true },
	{ "--program", true }, { "--mtu", true },     { "--queues", true },
	{ "--ifindex", true }, { "--wire", false },   { "-O", true },
};

static bool is_known(const char *word, bool *takes_value)
{
	size_t i, len = strcspn(word, "=");

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (strlen(known[i].name) == len &&
		    !strncmp(word, known[i].name, len)) {
			*takes_value = known[i].value && !word[len];
			return true;
		}
	return false;
}

static int add_path(struct fn_explain *e, const char *word)
{
	if (e->npaths == FN_EXPLAIN_OBJECTS)
		return fn_usage(
			"explain: \"%s\" is not expected here; one object is explained, or two are compared",
			word);
	e->path[e->npaths++] = word;
	return FN_DONE;
}

/* Takes what is explain's own out of the words, and leaves sim's. */
static int split(struct fn_explain *e, int argc, char **argv, char **sim,
		 int *n)
{
	bool takes_value;
	int i, status = FN_DONE;

	for (i = 1; i < argc && !status; i++) {
		char *word = argv[i];

		if (!strcmp(word, "-o") || !strcmp(word, "--output")) {
			if (++i == argc)
				return fn_usage("%s: the file is missing",
						word);
			e->output = argv[i];
		} else if (*word != '-' || !word[1]) {
			status = add_path(e, word);
		} else if (is_known(word, &takes_value)) {
			sim[(*n)++] = word;
			if (takes_value && i + 1 < argc)
				sim[(*n)++] = argv[++i];
		} else {
			status = fn_usage(
				"explain: \"%s\": no such option; see flownic help explain",
				word);
		}
	}
	return status;
}

/**
 * fn_explain_options - read the command line
 * @e: to fill in
 * @argc: words, the first of which is the verb
 * @argv: the words
 *
 * Return: exit status; an error has been reported.
 */
int fn_explain_options(struct fn_explain *e, int argc, char **argv)
{
	char **sim = fn_check_alloc(calloc(argc + 2, sizeof(*sim)));
	char name[] = "sim";
	int n = 1, status;

	sim[0] = name;
	status = split(e, argc, argv, sim, &n);
	if (!status && !e->npaths)
		status = fn_usage(
			"explain: the name of an object file is missing");
	if (!status) {
		sim[n++] = (char *)e->path[0];
		status = fn_sim_options(&e->sim, n, sim);
	}
	free(sim);
	return status;
}
