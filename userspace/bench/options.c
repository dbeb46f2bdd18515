// SPDX-License-Identifier: GPL-2.0
/*
 * flownic bench: its options.
 */
#include <getopt.h>
#include <string.h>

#include "bench.h"
#include "userspace/tool.h"

const char *const fn_bench_mode_name[FN_BENCH_MODES] = {
	"none",	     "generic",	     "native",	    "offload",
	"veth-none", "veth-generic", "veth-native", "run",
};

#define FLOWNIC_MODES 0x0f

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "pretty", no_argument, NULL, 'p' },
	{ "section", required_argument, NULL, 's' },
	{ "pcap", required_argument, NULL, 'c' },
	{ "verdicts", required_argument, NULL, 'v' },
	{ "size", required_argument, NULL, 'b' },
	{ "map", required_argument, NULL, 'm' },
	{ "modes", required_argument, NULL, 'M' },
	{ "packets", required_argument, NULL, 'n' },
	{ "rounds", required_argument, NULL, 'r' },
	{ "dev", required_argument, NULL, 'd' },
	{ "icount", no_argument, NULL, 'i' },
	{ "lower", no_argument, NULL, 'l' },
	{ "set", required_argument, NULL, 'S' },
	{ "tail", required_argument, NULL, 't' },
	{ "inner", required_argument, NULL, 'I' },
	{ "without", required_argument, NULL, 'w' },
	{},
};

static int add_map(struct fn_bench_options *o, const char *arg)
{
	const char *eq = strchr(arg, '=');

	if (!eq || eq == arg || !eq[1])
		return fn_usage("--map %s: NAME=FILE is expected", arg);
	if (o->nmaps == FN_BENCH_MAPS)
		return fn_usage("bench: more than %u --map", FN_BENCH_MAPS);
	o->maps[o->nmaps++] = (struct fn_bench_map){
		.name = fn_check_alloc(strndup(arg, eq - arg)),
		.path = eq + 1,
	};
	return FN_DONE;
}

static int add_mode(u32 *modes, const char *name)
{
	u32 i;

	for (i = 0; i < FN_BENCH_MODES; i++) {
		if (strcmp(name, fn_bench_mode_name[i]))
			continue;
		*modes |= 1u << i;
		return FN_DONE;
	}
	return fn_usage(
		"--modes: \"%s\" is unknown; known: none, generic, native, offload, veth-none, veth-generic, veth-native, run, all",
		name);
}

static int set_modes(u32 *modes, char *arg)
{
	int status = FN_DONE;
	char *name, *rest;

	*modes = 0;
	if (!strcmp(arg, "all")) {
		*modes = (1u << FN_BENCH_MODES) - 1;
		return FN_DONE;
	}
	for (name = strtok_r(arg, ",", &rest); name && !status;
	     name = strtok_r(NULL, ",", &rest))
		status = add_mode(modes, name);
	if (!status && !*modes)
		return fn_usage("--modes: no mode is given");
	return status;
}

static int number(const char *name, u32 least, u32 most, u32 *to)
{
	int status = fn_number(name, optarg, to);

	if (!status && (*to < least || *to > most))
		return fn_usage("%s %s: %u to %u is expected", name, optarg,
				least, most);
	return status;
}

static int parse_option(struct fn_bench_options *o, int c, const char *word)
{
	switch (c) {
	case 'p':
	case 'j':
		fn_options.json = true;
		fn_options.pretty |= c == 'p';
		return FN_DONE;
	case 's':
		o->section = optarg;
		return FN_DONE;
	case 'c':
		o->pcap = optarg;
		return FN_DONE;
	case 'v':
		o->verdicts = optarg;
		return FN_DONE;
	case 'd':
		o->dev = optarg;
		return FN_DONE;
	case 'i':
		o->icount = true;
		return FN_DONE;
	case 'l':
		fn_options.lower = true;
		return FN_DONE;
	case 'S':
		fn_options.set = optarg;
		return FN_DONE;
	case 't':
		fn_options.tails = optarg;
		return FN_DONE;
	case 'I':
		fn_options.inner = optarg;
		return FN_DONE;
	case 'w':
		return fn_option_without(optarg);
	case 'm':
		return add_map(o, optarg);
	case 'M':
		return set_modes(&o->modes, optarg);
	case 'b':
		return number("--size", 64, 9018, &o->size);
	case 'n':
		return number("--packets", 1, 1000000, &o->packets);
	case 'r':
		return number("--rounds", 1, 100000, &o->rounds);
	}
	return fn_usage(
		"bench: \"%s\": no such option, or its value is missing; see flownic help",
		word);
}

/**
 * fn_bench_options - read the command line
 * @o: to fill in
 * @argc: words, the first of which is the verb
 * @argv: the words
 *
 * Return: exit status; an error has been reported.
 */
int fn_bench_options(struct fn_bench_options *o, int argc, char **argv)
{
	int c, status = FN_DONE;

	*o = (struct fn_bench_options){
		.size = 64,
		.modes = FLOWNIC_MODES,
		.packets = 1024,
		.rounds = 7,
	};
	opterr = 0;
	optind = 1;
	while (!status &&
	       (c = getopt_long(argc, argv, "jp", options, NULL)) >= 0)
		status = parse_option(o, c, argv[optind - 1]);
	if (status)
		return status;
	if (optind < argc)
		o->path = argv[optind++];
	if (optind < argc)
		o->prog = argv[optind++];
	if (optind < argc)
		return fn_usage("bench: \"%s\" is not expected here",
				argv[optind]);
	if (!o->path)
		return fn_usage("bench: the name of an object file is missing");
	if (fn_options.lower && o->section)
		return fn_usage(
			"bench: with --lower, the program is given by its name, not by its --section");
	return FN_DONE;
}
