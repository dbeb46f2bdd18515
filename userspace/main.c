// SPDX-License-Identifier: GPL-2.0
/*
 * flownic: the command line.
 */
#include <getopt.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "offload/translator/translator.h"
#include "tool.h"
#include "userspace/bench/bench.h"
#include "userspace/check/check.h"
#include "userspace/code/code.h"
#include "userspace/explain/explain.h"
#include "userspace/features/features.h"
#include "userspace/live/live.h"
#include "userspace/load/load.h"
#include "userspace/load/map.h"
#include "userspace/lower/lower.h"
#include "userspace/profile/profiles.h"
#include "userspace/sim/sim.h"
#include "userspace/top/top.h"
#include "userspace/vm/vm.h"

static const char *full_name(const char *word);

static int help(struct fn_args *args)
{
	const char *word = args ? fn_args_next(args) : NULL;

	return fn_help(word ? full_name(word) : NULL);
}

static int version(struct fn_args *args)
{
	json_object *o;

	if (!fn_options.json) {
		puts("flownic " FN_VERSION);
		return FN_DONE;
	}
	o = json_object_new_object();
	json_object_object_add(o, "version",
			       json_object_new_string(FN_VERSION));
	return fn_out_json(o);
}

/* Behind an option with a value such a verb is not found in time. */
static int own_options_first(struct fn_args *args)
{
	return fn_usage(
		"the options of sim, sim-merge, bench, explain and vm stand behind that word: flownic sim FILE -O 0 ...");
}

static const struct fn_verb verbs[] = {
	{ "show", fn_show },
	{ "list", fn_show },
	{ "stats", fn_stats },
	{ "top", fn_top },
	{ "dump", fn_dump },
	{ "card", fn_card },
	{ "port", fn_port },
	{ "check", fn_check },
	{ "lower", fn_lower_verb },
	{ "load", fn_load },
	{ "unload", fn_unload },
	{ "globals", fn_globals },
	{ "map", fn_map_verb },
	{ "ringbuf", fn_ringbuf },
	{ "asm", fn_asm },
	{ "exec", fn_exec },
	{ "profile", fn_profile },
	{ "features", fn_features },
	{ "capture", fn_capture },
	{ "prog", fn_prog },
	{ "cable", fn_cable },
	{ "sim", own_options_first },
	{ "sim-merge", own_options_first },
	{ "bench", own_options_first },
	{ "explain", own_options_first },
	{ "vm", own_options_first },
	{ "help", help },
	{ "version", version },
	{},
};

static const char *full_name(const char *word)
{
	const struct fn_verb *v;

	for (v = verbs; v->name; v++)
		if (fn_arg_matches(word, v->name))
			return v->run == fn_show ? "show" : v->name;
	return NULL;
}

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "pretty", no_argument, NULL, 'p' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ "profile", required_argument, NULL, 'P' },
	{ "after", required_argument, NULL, 'A' },
	{ "without", required_argument, NULL, 'W' },
	{ "entries", required_argument, NULL, 'E' },
	{ "dot", no_argument, NULL, 'D' },
	{ "prometheus", no_argument, NULL, 'M' },
	{ "once", no_argument, NULL, '1' },
	{ "errors", no_argument, NULL, 'R' },
	{ "sarif", no_argument, NULL, 'S' },
	{ "program", required_argument, NULL, 'X' },
	{ "kernel", required_argument, NULL, 'K' },
	{ "libbpf", required_argument, NULL, 'L' },
	{ "debug", no_argument, NULL, 'N' },
	{ "lower", no_argument, NULL, 'l' },
	{ "map", required_argument, NULL, 'm' },
	{ "set", required_argument, NULL, 's' },
	{ "tail", required_argument, NULL, 't' },
	{ "inner", required_argument, NULL, 'I' },
	{ "fallback", required_argument, NULL, 'F' },
	{},
};

/* Options may stand anywhere. The answer is a verb that stands for them. */
static int parse_options(int argc, char **argv, int (**run)(struct fn_args *))
{
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "jphVO:o:", options, NULL)) >= 0) {
		switch (c) {
		case 'p':
			fn_options.pretty = true;
			/* fallthrough */
		case 'j':
			fn_options.json = true;
			break;
		case 'h':
			*run = help;
			break;
		case 'V':
			*run = version;
			break;
		default:
			if (fn_option(c, argv[optind - 1]))
				return FN_USAGE;
		}
	}
	return FN_DONE;
}

/* Verbs with options of their own, so many are they. */
static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} own_options[] = {
	{ "sim", fn_sim },     { "sim-merge", fn_sim_merge },
	{ "bench", fn_bench }, { "explain", fn_explain },
	{ "vm", fn_vm },
};

/* The word, and not a file of that name. */
static bool is_help(const char *word)
{
	return !strcmp(word, "help") && access(word, F_OK);
}

static bool asks_for_help(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return true;
	return argc == 2 && is_help(argv[1]);
}

/* The first verb that a word stands for: -1 if it is not of the above. */
static int find_own(const char *word)
{
	const struct fn_verb *v;
	size_t i;

	for (v = verbs; v->name && !fn_arg_matches(word, v->name); v++)
		;
	for (i = 0; v->name && i < ARRAY_SIZE(own_options); i++)
		if (!strcmp(v->name, own_options[i].name))
			return i;
	return -1;
}

/* Such a verb may have -j, -p before it. -1 if the verb is another. */
static int run_own(int argc, char **argv)
{
	int at = 1, own;

	while (at < argc && *argv[at] == '-')
		at++;
	own = at < argc ? find_own(argv[at]) : -1;
	if (own < 0)
		return -1;
	if (asks_for_help(argc - at, argv + at))
		return fn_help(own_options[own].name);
	for (; at > 1; at--)
		swap(argv[at], argv[at - 1]);
	return own_options[own].run(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	int (*run)(struct fn_args * args) = NULL;
	struct fn_args args;
	int status;

	signal(SIGPIPE, SIG_IGN);
	status = run_own(argc, argv);
	if (status >= 0)
		return fn_out_finish(status);
	status = parse_options(argc, argv, &run);
	if (status)
		return status;
	args.n = argc - optind;
	args.v = argv + optind;
	if (!run && !args.n) {
		fn_help(NULL);
		return fn_out_finish(FN_USAGE);
	}
	if (args.n == 2 && is_help(args.v[1]))
		run = help;
	status = run ? run(&args) : fn_run_verb(verbs, &args, "the verb");
	return fn_out_finish(status);
}
