/* SPDX-License-Identifier: GPL-2.0 */
/*
 * flownic, the tool: what all its verbs share. Above this stand the rooms, each
 * of which may use those before it:
 *
 *	io/		files, captures, entries of maps
 *	object/		ELF files as compilers leave them: BTF, maps, linking
 *	profile/	modelled cards, and one to try programs on
 *	lower/		programs within the limits of the kernel's offload core
 *	check/		what stops a program from offloading, and what it costs
 *	code/		card code: assembler, listings, flownic exec
 *	live/		the cards of this machine, through the module
 *	sim/		a capture through a modelled card
 *	bench/		a program in each mode of XDP
 *	top/		what the cards do, on a screen
 *	features/	what a card can do
 *	explain/	a page about programs
 *	vm/		a command in a virtual machine that has a card
 *
 * The header of a room lists what it offers by the file that has it.
 */
#ifndef FN_TOOL_H
#define FN_TOOL_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>

#include "offload/platform.h"

#define FN_VERSION "0.1"
#define FN_VERDICTS 5 /* enum xdp_action */

/* Exit status. */
enum {
	FN_DONE = 0,
	FN_FAILED = 1, /* refused or failed, reported on stderr in one line */
	FN_USAGE = 2,
};

/**
 * struct fn_options - what was asked for on the command line, whatever the verb
 * @json: print JSON
 * @pretty: with indentation
 * @dot: draw a graph
 * @sarif: print reasons in that format
 * @prometheus: print figures in that format
 * @errors: show what was refused
 * @once: print figures once
 * @level: of optimisation
 * @kernel: whose helpers the card's are like, FN_KERNEL(); 0 for the running one
 * @libbpf: version of the loader that check asks for, as @kernel
 * @profile: card to model, NULL for the default
 * @after: pass to print the program after, or NULL
 * @without: passes not to run, with commas between, or NULL
 * @program: BPF in hexadecimal, or NULL
 * @entries: sizes of maps that the loader would set, MAP=N with commas, or NULL
 * @lower: judge programs as flownic load would make them
 * @set: variables to set before that, NAME=VALUE with commas, or NULL
 * @fallback: mode of what is refused: native or generic, or NULL
 * @tails: programs in arrays, ARRAY:INDEX=PROG with commas, or NULL
 * @inner: maps in maps, OUTER:KEY=MAP with commas, or NULL
 * @maps: files of entries, MAP=FILE with commas, or NULL
 * @output: file to write, or NULL
 */
struct fn_options {
	bool json;
	bool pretty;
	bool dot;
	bool sarif;
	bool prometheus;
	bool errors;
	bool once;
	u32 level;
	u32 kernel;
	u32 libbpf;
	const char *profile;
	const char *after;
	const char *without;
	const char *program;
	const char *entries;
	bool lower;
	const char *set;
	const char *fallback;
	const char *tails;
	const char *inner;
	const char *output;
	const char *maps;
};

/**
 * struct fn_args - words of the command line not looked at yet
 * @n: how many
 * @v: the first of them
 */
struct fn_args {
	int n;
	char **v;
};

/**
 * struct fn_verb - a word that says what to do
 * @name: may be abbreviated to what no earlier verb begins with
 * @run: does it; returns the exit status
 */
struct fn_verb {
	const char *name;
	int (*run)(struct fn_args *args);
};

/* help.c */
int fn_help(const char *verb);

/* options.c */
extern struct fn_options fn_options;
int fn_option(int c, const char *word);
int fn_option_without(const char *list);
int fn_option_version(const char *option, const char *text, u32 *version);

/* args.c */
int fn_run_verb(const struct fn_verb *verbs, struct fn_args *args,
		const char *what);
const char *fn_args_next(struct fn_args *args);
bool fn_arg_matches(const char *word, const char *full);
int fn_args_take_value(struct fn_args *args, const char *word,
		       const char **value);

/* report.c: one line on stderr; the result is an exit status */
int __printf(1, 2) fn_fail(const char *fmt, ...);
int __printf(1, 2) fn_usage(const char *fmt, ...);
void __printf(1, 2) fn_note(const char *fmt, ...);
void *fn_check_alloc(void *p);

/* number.c */
int fn_number(const char *what, const char *text, u32 *value);

/* output.c */
int fn_out_json(json_object *o);
int fn_out_finish(int status);
const char *fn_out_count(char *buf, size_t size, double value);
const char *fn_out_time(char *buf, size_t size, u64 ns);

/* passes.c */
bool fn_passes_check(const char *list, char *error, size_t size);

/* names.c */
extern const char *const fn_verdict_name[FN_VERDICTS];
const char *fn_map_type_name(u32 type);

#endif /* FN_TOOL_H */
