// SPDX-License-Identifier: GPL-2.0
/*
 * flownic help: all verbs, or one.
 */
#include <string.h>

#include "tool.h"

/**
 * struct usage - a line or several of how to call a verb
 * @verb: which
 * @text: in lines
 */
struct usage {
	const char *verb;
	const char *text;
};

/* In the order of the list; a verb may have several. */
/* clang-format off */
static const struct usage usages[] = {
	{ "show",
		"  flownic show [SELECT]                cards and all that is on them\n" },
	{ "show",
		"  flownic show card|port|prog|map|worker [SELECT]\n" },
	{ "show",
		"  flownic show errors [card N|dev DEV] what was refused lately, and why\n" },
	{ "stats",
		"  flownic stats [SELECT] [watch SECONDS [count N] | --prometheus]\n"
		"                                       counters, cycles and load\n" },
	{ "top",
		"  flownic top [--once] [interval SECONDS] [count N] [object FILE.o]\n"
		"                                       what the cards do, on a screen\n" },
	{ "dump",
		"  flownic dump prog SELECT [opcodes] [file FILE]\n" },
	{ "dump",
		"  flownic dump image FILE [opcodes]    card code of a program\n" },
	{ "prog",
		"  flownic prog inject CAUSE SELECT [word N] [count N|always|off]\n"
		"                                       let a program fault, as a test\n" },
	{ "prog",
		"  flownic prog profile SELECT [duration SECONDS|start|stop] [top N]\n"
		"              [object FILE.o] [flamegraph FILE]\n"
		"                                       where it spends its cycles\n" },
	{ "capture",
		"  flownic capture [SELECT] [before|after|both|host|all] [count N]\n"
		"              [snaplen N] [buffer KIB] [FILE|-]\n"
		"                                       frames on their way, as pcapng\n" },
	{ "card",
		"  flownic card add [ports N] [workers N]\n" },
	{ "card",
		"  flownic card del N\n" },
	{ "port",
		"  flownic port add card N [port N]\n" },
	{ "port",
		"  flownic port del card N port N\n" },
	{ "cable",
		"  flownic cable PORT PORT|off            from one port to another\n" },
	{ "dump",
		"  flownic dump FILE [PROG] [opcodes] [file IMAGE] [--dot]\n"
		"              [--after PASS]          card code of an object\n" },
	{ "dump",
		"  flownic dump --lower FILE.o [PROG] [--set NAME=VALUE]\n"
		"              [--tail ARRAY:INDEX=PROG] [--inner OUTER:KEY=MAP]\n"
		"                                       of what flownic load would load\n" },
	{ "features",
		"  flownic features [--profile P | card N]\n"
		"                                       what a card can do, and its limits\n" },
	{ "asm",
		"  flownic asm FILE|- [file IMAGE]      card code from such a listing\n" },
	{ "check",
		"  flownic check FILE... [--entries MAP=N,...] [--sarif]\n"
		"              [--libbpf VERSION]\n"
		"                                       do the programs offload?\n" },
	{ "check",
		"  flownic check --lower FILE... [--set NAME=VALUE] [--without NAME,...]\n"
		"              [--tail ARRAY:INDEX=PROG] [--inner OUTER:KEY=MAP]\n"
		"                                       would flownic load offload them?\n" },
	{ "load",
		"  flownic load FILE.o dev PORT [prog NAME | section S] [pin DIR]\n"
		"              [mode offload|native|generic|auto] [--fallback native|generic]\n"
		"              [ingress] [--lower]\n"
		"              [--map NAME=FILE.json] [--entries MAP=N,...]\n"
		"              [--set NAME=VALUE] [--tail ARRAY:INDEX=PROG]\n"
		"              [--inner OUTER:KEY=MAP] [--without NAME,...]\n"
		"                                       a program onto a port, lowered\n" },
	{ "unload",
		"  flownic unload dev PORT [pin DIR]    what flownic load has left\n" },
	{ "globals",
		"  flownic globals get [NAME] | set NAME VALUE  dev PORT | pin DIR\n"
		"                                       variables of what was loaded\n" },
	{ "map",
		"  flownic map show [MAP] | dump MAP  dev PORT | pin DIR\n"
		"  flownic map lookup | delete MAP key KEY  dev PORT | pin DIR\n"
		"  flownic map update MAP key KEY value VALUE [core N] [any|exist|noexist]\n"
		"              dev PORT | pin DIR\n"
		"                                       maps of what was loaded\n"
		"  flownic map kind id N lru_hash|lpm_trie\n"
		"                                       what a hash on a card is to be\n" },
	{ "ringbuf",
		"  flownic ringbuf MAP dev PORT | pin DIR  [count N]\n"
		"                                       records of what was loaded\n" },
	{ "lower",
		"  flownic lower FILE.o [PROG] -o OUT.o [--entries MAP=N,...]\n"
		"              [--set NAME=VALUE] [--tail ARRAY:INDEX=PROG]\n"
		"              [--inner OUTER:KEY=MAP] [--without NAME,...]\n"
		"                                       an object for any loader\n" },
	{ "sim",
		"  flownic sim FILE.o [PROG] [--pcap CAPTURE | --size BYTES] [--profile P]\n"
		"              [--cores N] [--threads N] [--lanes N] [--clock MHZ]\n"
		"              [--set FIGURE=VALUE] [--map NAME=FILE.json] [--repeat N]\n"
		"              [--rate MPPS|line|max] [--mtu N] [--ifindex N] [--queues N]\n"
		"              [--wire] [--verdicts FILE] [--trace[=N]] [--without PASS,...]\n"
		"              [--entries MAP=N,...] [--out CAPTURE] [--maps] [--map-out NAME=FILE]\n"
		"              [--timeline FILE.json] [--timeline-packets FROM..TO]\n"
		"              [--kernel VERSION] [--compiled]\n"
		"              [--lower [--var NAME=VALUE] [--tail ARRAY:INDEX=PROG]\n"
		"              [--inner OUTER:KEY=MAP]]\n"
		"              [--flamegraph FILE.folded] [--pprof FILE]\n"
		"              [--sweep KEY=LIST]... [--shard I/N]\n"
		"              [--plot FILE.svg|png|pdf] [--plot-y FIGURE] [--plot-as lines|map]\n"
		"                                       a capture through the card\n" },
	{ "sim-merge",
		"  flownic sim-merge FILE... [--plot FILE.svg] [--plot-y FIGURE]\n"
		"              [--plot-as lines|map]\n"
		"                                       the shards of a sweep\n" },
	{ "bench",
		"  flownic bench FILE.o [PROG] [--section S] [--pcap CAPTURE | --size BYTES]\n"
		"              [--map NAME=FILE] [--modes LIST|all] [--dev PORT]\n"
		"              [--verdicts FILE] [--packets N] [--rounds N] [--icount]\n"
		"              [--lower [--set NAME=VALUE] [--tail ARRAY:INDEX=PROG]\n"
		"              [--inner OUTER:KEY=MAP] [--without NAME,...]]\n"
		"                                       what packets cost in each mode\n" },
	{ "explain",
		"  flownic explain FILE.o [FILE.o] [-o PAGE.html] [--program PROG]\n"
		"              [--pcap CAPTURE | --size BYTES] [--map NAME=FILE]\n"
		"              [--profile P] [--entries MAP=N,...] [--without PASS,...]\n"
		"              [--mtu N] [--ifindex N] [--queues N] [--wire]\n"
		"                                       a page about a program, or two compared\n" },
	{ "profile",
		"  flownic profile [list | show NAME|FILE]\n"
		"                                       the cards that are modelled\n" },
	{ "exec",
		"  flownic exec [MEM_HEX] [--kernel VERSION]\n"
		"                                       run BPF given as hex on stdin\n" },
	{ "vm",
		"  flownic vm [-k KERNEL] [-m MEMORY] [--cards N] [--ports N] [-n] [-i]\n"
		"              [-t SECONDS] [--kernel IMAGE [--modules DIR] [--tree DIR]]\n"
		"              [--] [COMMAND...]       a command in a VM that has a card\n" },
	{ "help",
		"  flownic help [VERB] | version\n" },
};

/**
 * struct topic - what a verb is for
 * @verb: which
 * @text: in lines
 * @example: to be tried
 */
static const struct topic {
	const char *verb;
	const char *text;
	const char *example;
} topics[] = {
	{ "show",
		"Cards, and the ports, programs, maps and workers on them.\n"
		"A number, name or netdev of SELECT chooses what has it, of any kind.\n",
		"flownic show dev fn0p0" },
	{ "stats",
		"Counters of ports, cycles a packet and what limits the card; with watch, rates.\n",
		"flownic stats dev fn0p0 watch 1" },
	{ "top",
		"Cards, ports, programs, maps and workers with their rates, again each second;\n"
		"Enter looks into a program or map, h shows the keys. --once and --json print.\n",
		"flownic top --once" },
	{ "dump",
		"Card code, with the BPF instructions and source lines that it came from:\n"
		"of a program on a card, of an image, or of an object, which needs no card.\n",
		"flownic dump build/bpf/drop.o" },
	{ "prog",
		"Let a program fault, or measure where it spends its cycles.\n",
		"flownic prog profile dev fn0p0 duration 2" },
	{ "capture",
		"Frames where they pass the card, with the verdict of each, as pcapng.\n",
		"flownic capture dev fn0p0 count 10 frames.pcapng" },
	{ "card",
		"Add a card with ports of its own, or delete one.\n",
		"flownic card add ports 2" },
	{ "port",
		"Take a port out of its card, or put it back.\n",
		"flownic port del card 0 port 1" },
	{ "cable",
		"Put a cable between two ports, of one card or two, with no netdev in between; or\n"
		"take it off, and both have the cables they had.\n",
		"flownic cable fn0p0 fn1p0" },
	{ "features",
		"Program types, instructions, helpers, maps and limits of a card or a profile.\n",
		"flownic features --profile agilio" },
	{ "asm",
		"An image from a listing, as flownic dump writes it.\n",
		"flownic dump build/bpf/drop.o | flownic asm - file drop.img" },
	{ "check",
		"Does each program of an object offload? If not, every reason with its place\n"
		"in the source; if it does, what it would cost. Needs neither card nor root.\n",
		"flownic check build/bpf/firewall.o --profile agilio" },
	{ "load",
		"Rewrite a program so that the kernel offloads it, and put it on a port with its\n"
		"maps, all pinned; or, by another mode, as it is on the host. Needs root.\n",
		"flownic load prog.o dev fn0p0" },
	{ "unload",
		"Take a program of flownic load off its port and remove its pins.\n",
		"flownic unload dev fn0p0" },
	{ "globals",
		"Global variables of a program of flownic load, which are a map on the card.\n",
		"flownic globals get dev fn0p0" },
	{ "map",
		"Maps of a program of flownic load, by their types; of per-CPU maps the sum, and the\n"
		"value of each core. Keys are numbers, addresses, prefixes (10.0.0.0/8), JSON as\n"
		"dump prints it, or hex: and bytes; values likewise.\n",
		"flownic map dump flows dev fn0p0" },
	{ "ringbuf",
		"Print the records of a ring buffer of a program of flownic load, in hexadecimal,\n"
		"as they come; at the end, how many were lost.\n",
		"flownic ringbuf events dev fn0p0 count 10" },
	{ "lower",
		"Rewrite a program so that the kernel offloads it, as an object for other loaders.\n"
		"Needs neither card nor root.\n",
		"flownic lower build/bpf/counters.o -o drop.img" },
	{ "sim",
		"Verdicts, cycles, latency and throughput of a capture on a modelled card.\n"
		"Needs neither card nor root.\n",
		"flownic sim build/bpf/drop.o --pcap tests/data/traffic.pcap" },
	{ "sim-merge",
		"Put the shards of a sweep together.\n",
		"flownic sim-merge shard1 shard2 --plot cores.svg" },
	{ "bench",
		"The same packets through a program in each mode of XDP. Needs root.\n",
		"flownic bench build/bpf/drop.o --size 64" },
	{ "explain",
		"One HTML file that explains a program: source, BPF and card code side by side,\n"
		"where cycles go and why, the ways that packets took, each pass of the\n"
		"translator, every card. Needs neither card nor root, and loads nothing.\n",
		"flownic explain build/bpf/lb.o --pcap tests/data/traffic.pcap -o lb.html" },
	{ "profile",
		"The cards that can be modelled, and their figures with their sources.\n",
		"flownic profile show agilio" },
	{ "exec",
		"Run BPF, given in hexadecimal on the standard input, on a card in user space.\n",
		"echo b7000000020000009500000000000000 | flownic exec" },
	{ "vm",
		"A command in a virtual machine that has a card and sees the files of this\n"
		"machine; it fails on any warning of the kernel. Needs neither root nor KVM.\n",
		"flownic vm -k 6.12 ip link show dev fn0p0" },
	{ "help",
		"What there is, or what one verb does.\n",
		"flownic help check" },
};
/* clang-format on */

static const char select_text[] =
	"  SELECT := [card N] [port N] [worker N] [dev NAME]\n"
	"            [id N] [handle N] [name NAME] [tag TAG]\n";

static const char rest_text[] =
	"\n"
	"Words may be abbreviated. --pretty is --json with indentation.\n"
	"check, dump and exec take -O LEVEL, --profile P and --without PASS,...\n"
	"for how to translate, and sim and explain take -O LEVEL.\n"
	"Exit status: 0 done, 1 refused or failed, 2 wrong usage.\n";

static void print_all(FILE *to)
{
	size_t i;

	fputs("usage: flownic [-j|--json] [-p|--pretty] VERB ...\n\n", to);
	for (i = 0; i < ARRAY_SIZE(usages); i++)
		fputs(usages[i].text, to);
	fprintf(to, "\n%s%s", select_text, rest_text);
}

static void print_usages(const char *verb)
{
	bool has_select = false;
	size_t i;

	puts("usage:");
	for (i = 0; i < ARRAY_SIZE(usages); i++) {
		if (strcmp(usages[i].verb, verb))
			continue;
		fputs(usages[i].text, stdout);
		has_select |= !!strstr(usages[i].text, "SELECT");
	}
	if (has_select)
		printf("\n%s", select_text);
}

/**
 * fn_help - explain
 * @verb: in full, or NULL for all
 *
 * Return: FN_DONE.
 */
int fn_help(const char *verb)
{
	size_t i;

	for (i = 0; verb && i < ARRAY_SIZE(topics); i++) {
		if (strcmp(topics[i].verb, verb))
			continue;
		print_usages(verb);
		printf("\n%s\nFor example: %s\n", topics[i].text,
		       topics[i].example);
		return FN_DONE;
	}
	print_all(stdout);
	return FN_DONE;
}
