// SPDX-License-Identifier: GPL-2.0
/*
 * flownic sim: its options.
 */
#include <getopt.h>
#include <string.h>

#include "compile.h"
#include "sim.h"
#include "userspace/io/io.h"
#include "userspace/tool.h"

enum option_code {
	OPT_PCAP = 256,
	OPT_OUT,
	OPT_VERDICTS,
	OPT_PLOT,
	OPT_PLOT_Y,
	OPT_PLOT_AS,
	OPT_PROFILE,
	OPT_RATE,
	OPT_SET,
	OPT_MAP,
	OPT_SWEEP,
	OPT_REPEAT,
	OPT_TRACE,
	OPT_MTU,
	OPT_IFINDEX,
	OPT_QUEUES,
	OPT_SHARD,
	OPT_CORES,
	OPT_THREADS,
	OPT_LANES,
	OPT_CLOCK,
	OPT_PROGRAM,
	OPT_WITHOUT,
	OPT_WIRE,
	OPT_LOWER,
	OPT_TAIL,
	OPT_INNER,
	OPT_VARIABLE,
	OPT_ENTRIES,
	OPT_KERNEL,
	OPT_SIZE,
	OPT_MAP_OUT,
	OPT_MAPS,
	OPT_TIMELINE,
	OPT_FLAMEGRAPH,
	OPT_PPROF,
	OPT_RANGE,
	OPT_COMPILED,
};

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "pretty", no_argument, NULL, 'p' },
	{ "pcap", required_argument, NULL, OPT_PCAP },
	{ "out", required_argument, NULL, OPT_OUT },
	{ "verdicts", required_argument, NULL, OPT_VERDICTS },
	{ "plot", required_argument, NULL, OPT_PLOT },
	{ "plot-y", required_argument, NULL, OPT_PLOT_Y },
	{ "plot-as", required_argument, NULL, OPT_PLOT_AS },
	{ "profile", required_argument, NULL, OPT_PROFILE },
	{ "rate", required_argument, NULL, OPT_RATE },
	{ "set", required_argument, NULL, OPT_SET },
	{ "map", required_argument, NULL, OPT_MAP },
	{ "sweep", required_argument, NULL, OPT_SWEEP },
	{ "repeat", required_argument, NULL, OPT_REPEAT },
	{ "trace", optional_argument, NULL, OPT_TRACE },
	{ "mtu", required_argument, NULL, OPT_MTU },
	{ "ifindex", required_argument, NULL, OPT_IFINDEX },
	{ "queues", required_argument, NULL, OPT_QUEUES },
	{ "shard", required_argument, NULL, OPT_SHARD },
	{ "cores", required_argument, NULL, OPT_CORES },
	{ "threads", required_argument, NULL, OPT_THREADS },
	{ "lanes", required_argument, NULL, OPT_LANES },
	{ "clock", required_argument, NULL, OPT_CLOCK },
	{ "program", required_argument, NULL, OPT_PROGRAM },
	{ "without", required_argument, NULL, OPT_WITHOUT },
	{ "size", required_argument, NULL, OPT_SIZE },
	{ "map-out", required_argument, NULL, OPT_MAP_OUT },
	{ "maps", no_argument, NULL, OPT_MAPS },
	{ "compiled", no_argument, NULL, OPT_COMPILED },
	{ "pprof", required_argument, NULL, OPT_PPROF },
	{ "flamegraph", required_argument, NULL, OPT_FLAMEGRAPH },
	{ "timeline", required_argument, NULL, OPT_TIMELINE },
	{ "timeline-packets", required_argument, NULL, OPT_RANGE },
	{ "entries", required_argument, NULL, OPT_ENTRIES },
	{ "kernel", required_argument, NULL, OPT_KERNEL },
	{ "wire", no_argument, NULL, OPT_WIRE },
	{ "lower", no_argument, NULL, OPT_LOWER },
	{ "tail", required_argument, NULL, OPT_TAIL },
	{ "inner", required_argument, NULL, OPT_INNER },
	{ "var", required_argument, NULL, OPT_VARIABLE },
	{},
};

static int add_pair(struct fn_sim_pairs *pairs, const char *key,
		    const char *value)
{
	if (pairs->n == FN_SIM_MAX)
		return fn_usage("sim: more than %u of an option", FN_SIM_MAX);
	pairs->p[pairs->n++] = (struct fn_sim_pair){
		.key = fn_check_alloc(strdup(key)),
		.value = value,
	};
	return FN_DONE;
}

/* KEY=VALUE */
static int split_pair(struct fn_sim_pairs *pairs, char *arg)
{
	char *value = strchr(arg, '=');
	int status;

	if (!value || value == arg)
		return fn_usage("sim: \"%s\": NAME=VALUE is expected", arg);
	*value = '\0';
	status = add_pair(pairs, arg, value + 1);
	*value = '=';
	return status;
}

static int number(const char *name, const char *arg, u32 least, u32 most,
		  u32 *to)
{
	int status = fn_number(name, arg, to);

	if (!status && (*to < least || *to > most))
		return fn_usage("%s %s: %u to %u is expected", name, arg, least,
				most);
	return status;
}

static int shard(struct fn_sim_options *o, const char *arg)
{
	int end = 0;

	if (sscanf(arg, "%u/%u%n", &o->shard, &o->shards, &end) != 2 ||
	    arg[end] || !o->shard || o->shard > o->shards)
		return fn_usage(
			"--shard %s: I/N with I from 1 to N is expected", arg);
	return FN_DONE;
}

/* FROM..TO, both included */
static int timeline_range(struct fn_sim_options *o, const char *arg)
{
	u32 from, to;
	int end = 0;

	if (sscanf(arg, "%u..%u%n", &from, &to, &end) != 2 || !end ||
	    arg[end] || to < from || to - from >= FN_TIMELINE_MOST)
		return fn_usage(
			"--timeline-packets %s: FROM..TO is expected, numbers of packets from 0, at most %u of them",
			arg, FN_TIMELINE_MOST);
	o->timeline_from = from;
	o->timeline_n = to - from + 1;
	return FN_DONE;
}

static const char **option_name(struct fn_sim_options *o, int c)
{
	switch (c) {
	case OPT_PCAP:
		return &o->pcap;
	case OPT_OUT:
		return &o->out;
	case OPT_VERDICTS:
		return &o->verdicts;
	case OPT_PLOT:
		return &o->plot.path;
	case OPT_PLOT_Y:
		return &o->plot.y;
	case OPT_PLOT_AS:
		return &o->plot.as;
	case OPT_PPROF:
		return &o->pprof;
	case OPT_FLAMEGRAPH:
		return &o->flamegraph;
	case OPT_TIMELINE:
		return &o->timeline;
	case OPT_PROFILE:
		return &o->profile;
	case OPT_RATE:
		return &o->rate;
	case OPT_PROGRAM:
		return &o->prog;
	case OPT_ENTRIES:
		return &fn_options.entries;
	case OPT_TAIL:
		return &fn_options.tails;
	case OPT_INNER:
		return &fn_options.inner;
	case OPT_VARIABLE:
		return &fn_options.set;
	}
	return NULL;
}

static int parse_pair(struct fn_sim_options *o, int c)
{
	switch (c) {
	case OPT_SET:
		return split_pair(&o->set, optarg);
	case OPT_MAP:
		return split_pair(&o->maps, optarg);
	case OPT_MAP_OUT:
		return split_pair(&o->maps_out, optarg);
	case OPT_SWEEP:
		return split_pair(&o->sweep, optarg);
	case OPT_CORES:
		return add_pair(&o->set, "cores", optarg);
	case OPT_THREADS:
		return add_pair(&o->set, "threads", optarg);
	case OPT_LANES:
		return add_pair(&o->set, "lanes", optarg);
	case OPT_CLOCK:
		return add_pair(&o->set, "clock_mhz", optarg);
	}
	return -1;
}

static int parse_number(struct fn_sim_options *o, int c)
{
	switch (c) {
	case OPT_REPEAT:
		return number("--repeat", optarg, 1, ~0u, &o->repeat);
	case OPT_TRACE:
		o->trace = 1;
		if (!optarg)
			return FN_DONE;
		return number("--trace", optarg, 1, ~0u, &o->trace);
	case OPT_MTU:
		return number("--mtu", optarg, FN_MTU_LEAST, FN_MTU_MOST,
			      &o->mtu);
	case OPT_IFINDEX:
		return number("--ifindex", optarg, 1, ~0u, &o->ifindex);
	case OPT_SIZE:
		return number("--size", optarg, FN_TRAFFIC_LEAST,
			      FN_TRAFFIC_MOST, &o->size);
	case OPT_MAPS:
		o->show_maps = true;
		return FN_DONE;
	case OPT_COMPILED:
		o->compiled = true;
		return fn_sim_compiler_open();
	case OPT_QUEUES:
		return number("--queues", optarg, 1, FN_MAX_QUEUES, &o->queues);
	case OPT_SHARD:
		return shard(o, optarg);
	case OPT_RANGE:
		return timeline_range(o, optarg);
	case 'O':
		return number("-O", optarg, 0, FN_TR_MAX_LEVEL, &o->level);
	}
	return -1;
}

static int parse_option(struct fn_sim_options *o, int c, const char *word)
{
	const char **to = option_name(o, c);
	int status;

	if (c == OPT_WITHOUT)
		return fn_option_without(optarg);
	if (c == OPT_KERNEL)
		return fn_option_version("--kernel", optarg,
					 &fn_options.kernel);
	if (to) {
		*to = optarg;
		return FN_DONE;
	}
	if (c == OPT_WIRE || c == OPT_LOWER) {
		o->wire |= c == OPT_WIRE;
		fn_options.lower |= c == OPT_LOWER;
		return FN_DONE;
	}
	if (c == 'p' || c == 'j') {
		fn_options.json = true;
		fn_options.pretty |= c == 'p';
		return FN_DONE;
	}
	status = parse_pair(o, c);
	if (status < 0)
		status = parse_number(o, c);
	if (status < 0)
		status = fn_usage(
			"sim: \"%s\": no such option, or its value is missing; see flownic help",
			word);
	return status;
}

static int check(const struct fn_sim_options *o)
{
	if (!o->path)
		return fn_usage("sim: the name of an object file is missing");
	if ((fn_options.tails || fn_options.inner || fn_options.set) &&
	    !fn_options.lower)
		return fn_usage(
			"sim: --tail, --inner and --var are for programs that are lowered: --lower");
	if (o->pcap && o->size)
		return fn_usage("sim: --pcap and --size exclude each other");
	if (o->shards && !o->sweep.n)
		return fn_usage("sim: --shard needs a --sweep to share");
	if (o->sweep.n &&
	    (o->out || o->verdicts || o->trace || o->maps_out.n ||
	     o->show_maps || o->timeline || o->flamegraph || o->pprof))
		return fn_usage(
			"sim: --out, --verdicts, --trace, --timeline, --flamegraph, --pprof, --maps and --map-out are for one run, not for a sweep");
	if (o->compiled && (o->flamegraph || o->pprof))
		return fn_usage(
			"sim: compiled code does not note where cycles are spent: --compiled excludes --flamegraph and --pprof");
	if (o->timeline_n && !o->timeline)
		return fn_usage(
			"sim: --timeline-packets needs --timeline FILE to write to");
	if (o->sweep.n && o->pcap && !strcmp(o->pcap, "-"))
		return fn_usage(
			"sim: a sweep reads the capture more than once: --pcap - can't be");
	if (o->plot.path && !o->sweep.n)
		return fn_usage("sim: --plot needs a --sweep");
	if (fn_sim_plot_check(&o->plot))
		return FN_USAGE;
	if (o->plot.path && o->shards)
		return fn_usage(
			"sim: --plot is for a whole sweep; give it to sim-merge");
	if (o->trace && fn_options.json)
		return fn_usage("sim: --trace prints text, not JSON");
	return FN_DONE;
}

/**
 * fn_sim_options - read the command line
 * @o: to fill in
 * @argc: words, the first of which is the verb
 * @argv: the words
 *
 * Return: exit status; an error has been reported.
 */
int fn_sim_options(struct fn_sim_options *o, int argc, char **argv)
{
	int c, status = FN_DONE;

	*o = (struct fn_sim_options){
		.rate = "max",
		.repeat = 1,
		.mtu = 1500,
		.ifindex = 1,
		.queues = 1,
		.level = FN_SIM_LEVEL,
	};
	opterr = 0;
	optind = 1;
	while (!status &&
	       (c = getopt_long(argc, argv, "jpO:", options, NULL)) >= 0)
		status = parse_option(o, c, argv[optind - 1]);
	if (status)
		return status;
	if (optind < argc)
		o->path = argv[optind++];
	if (optind < argc && !o->prog)
		o->prog = argv[optind++];
	if (optind < argc)
		return fn_usage("sim: \"%s\" is not expected here",
				argv[optind]);
	return check(o);
}
