// SPDX-License-Identifier: GPL-2.0
/*
 * The command line of flownic vm. The work is done by the shell scripts of the
 * harness, which are found beside the program: in share where it is
 * installed, in tests/vm where it was built.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "userspace/tool.h"
#include "vm.h"

#define FN_VM_WORDS 32 /* that the harness gets before the command */
#define FN_VM_MAX 16 /* cards, and ports of each */

/**
 * struct fn_vm - what was asked for
 * @n: words in @words
 * @words: of the harness's command line
 * @cards: to begin with
 * @ports: of each of them
 */
struct fn_vm {
	int n;
	char *words[FN_VM_WORDS];
	u32 cards;
	u32 ports;
};

static const struct option options[] = {
	{ "kernel", required_argument, NULL, 'K' },
	{ "modules", required_argument, NULL, 'M' },
	{ "tree", required_argument, NULL, 'B' },
	{ "cards", required_argument, NULL, 'c' },
	{ "ports", required_argument, NULL, 'p' },
	{},
};

static const char *const places[] = { "../share/flownic/vm/run",
				      "../tests/vm/run" };

static void add(struct fn_vm *vm, char *word)
{
	if (vm->n < FN_VM_WORDS - 1)
		vm->words[vm->n++] = word;
}

/* An option that the harness knows by the same letter. */
static void pass_on(struct fn_vm *vm, int letter)
{
	char *word;

	if (asprintf(&word, "-%c", letter) < 0)
		abort();
	add(vm, word);
	if (optarg)
		add(vm, optarg);
}

static int take_count(const char *what, u32 *to)
{
	if (fn_number(what, optarg, to))
		return FN_USAGE;
	if (*to && *to <= FN_VM_MAX)
		return FN_DONE;
	return fn_usage("%s %u: 1 to %u", what, *to, FN_VM_MAX);
}

static int take_option(struct fn_vm *vm, int c, const char *word)
{
	switch (c) {
	case 'c':
		return take_count("--cards", &vm->cards);
	case 'p':
		return take_count("--ports", &vm->ports);
	case 'm':
		setenv("FLOWNIC_MEM", optarg, 1);
		return FN_DONE;
	case 'i':
	case 'n':
		optarg = NULL;
		/* fallthrough */
	case 'k':
	case 't':
	case 'K':
	case 'M':
	case 'B':
		pass_on(vm, c);
		return FN_DONE;
	default:
		return fn_usage(
			"vm: \"%s\": no such option, or its value is missing; see flownic help",
			word);
	}
}

/* The harness, if it is in this place as seen from the program. */
static char *harness_at(const char *place)
{
	char self[PATH_MAX] = "", *path;

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return NULL;
	if (asprintf(&path, "%s/%s", dirname(self), place) < 0)
		abort();
	if (!access(path, X_OK))
		return path;
	free(path);
	return NULL;
}

static char *find_harness(void)
{
	char *path = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places) && !path; i++)
		path = harness_at(places[i]);
	return path;
}

static void set_parameters(const struct fn_vm *vm)
{
	char text[64];

	if (!vm->cards && !vm->ports)
		return;
	snprintf(text, sizeof(text), "cards=%u ports=%u", vm->cards ?: 1,
		 vm->ports ?: 2);
	setenv("FLOWNIC_PARAMS", text, 1);
}

static int run_harness(struct fn_vm *vm, int argc, char **argv)
{
	char *path = find_harness();
	char **words;

	if (!path)
		return fn_fail(
			"vm: the harness is neither in %s nor in %s, seen from the program",
			places[0], places[1]);
	words = calloc(vm->n + argc + 3, sizeof(*words));
	if (!words)
		abort();
	words[0] = path;
	memcpy(words + 1, vm->words, vm->n * sizeof(*words));
	words[vm->n + 1] = "--";
	memcpy(words + vm->n + 2, argv, argc * sizeof(*words));
	signal(SIGPIPE, SIG_DFL); /* which the scripts' pipes rely on */
	execv(path, words);
	return fn_fail("vm: %s: %s", path, strerror(errno));
}

/**
 * fn_vm - run a command in a virtual machine
 * @argc: words of the command line from "vm" on
 * @argv: these
 *
 * Return: exit status; if all is well, the harness has taken over this process,
 *	and its status is the command's.
 */
int fn_vm(int argc, char **argv)
{
	struct fn_vm vm = {};
	int c, status;

	opterr = 0;
	optind = 1;
	while ((c = getopt_long(argc, argv, "+k:m:nit:", options, NULL)) >= 0) {
		status = take_option(&vm, c, argv[optind - 1]);
		if (status)
			return status;
	}
	set_parameters(&vm);
	return run_harness(&vm, argc - optind, argv + optind);
}
