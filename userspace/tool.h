/* SPDX-License-Identifier: GPL-2.0 */
/*
 * flownic, the tool: what its files offer each other.
 */
#ifndef FN_TOOL_H
#define FN_TOOL_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>

#include "driver/uapi.h"
#include "offload/platform.h"

/* Exit status. */
enum {
	FN_DONE = 0,
	FN_FAILED = 1, /* refused or failed, said on stderr in one line */
	FN_USAGE = 2,
};

/**
 * struct fn_options - what was asked for on the command line, whatever the verb
 * @json: print JSON
 * @pretty: with indentation
 * @dot: draw a graph
 * @level: of optimisation
 * @profile: card to model, NULL for the default
 * @after: pass to print the program after, or NULL
 * @without: passes not to run, with commas between, or NULL
 * @program: BPF in hexadecimal, or NULL
 */
struct fn_options {
	bool json;
	bool pretty;
	bool dot;
	u32 level;
	const char *profile;
	const char *after;
	const char *without;
	const char *program;
};

extern struct fn_options fn_options;

/**
 * struct fn_words - words of the command line not looked at yet
 * @n: how many
 * @word: the first of them
 */
struct fn_words {
	int n;
	char **word;
};

/**
 * struct fn_verb - a word that says what to do
 * @name: may be abbreviated to what no earlier verb begins with
 * @run: does it; returns the exit status
 */
struct fn_verb {
	const char *name;
	int (*run)(struct fn_words *w);
};

/**
 * struct fn_select - which things a command is about; they match all of it
 * @has: what was given, FN_BY_*
 * @card: number of the card
 * @port: number of the port
 * @handle: on the card
 * @id: BPF id
 * @dev: name of a netdev, either end of the cable
 * @name: of a program or map
 * @tag: of a program, in hexadecimal
 */
struct fn_select {
	u32 has;
	u32 card;
	u32 port;
	u32 handle;
	u32 id;
	const char *dev;
	const char *name;
	const char *tag;
};

#define FN_BY_CARD 0x01
#define FN_BY_PORT 0x02
#define FN_BY_DEV 0x04
#define FN_BY_HANDLE 0x08
#define FN_BY_ID 0x10
#define FN_BY_NAME 0x20
#define FN_BY_TAG 0x40
#define FN_BY_WORKER 0x80
#define FN_BY_PROG                                                       \
	(FN_BY_CARD | FN_BY_ID | FN_BY_HANDLE | FN_BY_NAME | FN_BY_TAG | \
	 FN_BY_DEV)

/**
 * struct fn_counter - a named count
 * @name: short, for scripts
 * @text: a sentence, or NULL
 * @value: the count
 */
struct fn_counter {
	char *name;
	char *text;
	u64 value;
};

/**
 * struct fn_counters - named counts
 * @n: how many
 * @c: in the card's order
 */
struct fn_counters {
	size_t n;
	struct fn_counter *c;
};

/**
 * struct fn_item - a thing that the module told of: a message taken apart
 * @next: in the order of the messages
 * @has: bit mask of the attributes it has
 * @num: numbers, by attribute
 * @str: strings, by attribute; tags as hexadecimal
 * @maps: handles of a program's maps
 * @counters: its counters
 * @faults: packets aborted, by cause
 */
struct fn_item {
	struct fn_item *next;
	u64 has;
	u64 num[FLOWNIC_A_MAX + 1];
	char *str[FLOWNIC_A_MAX + 1];
	u32 *maps;
	struct fn_counters counters;
	struct fn_counters faults;
};

/**
 * struct fn_modelled - what a port's counters say of the modelled card
 * @packets: that a program decided
 * @cycles: of a core, a packet
 * @instructions: words, a packet
 * @rate: packets/s that the modelled card could decide, were they all like these
 * @limit: what limits @rate, or NULL
 */
struct fn_modelled {
	u64 packets;
	double cycles;
	double instructions;
	double rate;
	const char *limit;
};

struct nlmsghdr;

/* words.c */
int fn_run_verb(const struct fn_verb *verbs, struct fn_words *w,
		const char *what);
const char *fn_next_word(struct fn_words *w);
bool fn_is_word(const char *word, const char *full);
int fn_take_value(struct fn_words *w, const char *word, const char **value);

/* say.c: one line on stderr; the result is an exit status */
int __printf(1, 2) fn_fail(const char *fmt, ...);
int __printf(1, 2) fn_usage(const char *fmt, ...);
void *fn_must(void *p);

/* number.c */
int fn_number(const char *what, const char *text, u32 *value);

/* nl.c */
int fn_nl_dump(u8 cmd, const struct fn_select *s,
	       int (*fn)(const struct nlmsghdr *nlh, void *arg), void *arg);
int fn_nl_ask(u8 cmd, const u32 *attrs, const u32 *values, size_t n,
	      int (*fn)(const struct nlmsghdr *nlh, void *arg), void *arg);

/* item.c */
int fn_items_get(u8 cmd, struct fn_item **items);
int fn_item_parse(const struct nlmsghdr *nlh, struct fn_item *item);
void fn_items_free(struct fn_item *items);
bool fn_item_has(const struct fn_item *item, int attr);
void fn_counters_free(struct fn_counters *counters);
u64 fn_counter(const struct fn_counters *counters, const char *name);
json_object *fn_item_json(const struct fn_item *item);
const char *fn_map_type_name(u32 type);

/* select.c */
int fn_select_parse(struct fn_words *w, u32 allowed, struct fn_select *s);
bool fn_select_match(const struct fn_select *s, const struct fn_item *item);
struct fn_item *fn_select_items(const struct fn_select *s,
				struct fn_item *items);
int fn_select_none(const struct fn_select *s, const char *what);

/* select_prog.c */
int fn_select_prog(struct fn_select *s, struct fn_item **progs);

/* modelled.c */
void fn_modelled(const struct fn_counters *counters, const char *profile,
		 struct fn_modelled *m);

/* out.c */
int fn_out_json(json_object *o);
int fn_out_finish(int status);
const char *fn_out_count(char *buf, size_t size, double value);
const char *fn_out_time(char *buf, size_t size, u64 ns);

/* capture.c */
int fn_capture(struct fn_words *w);

/* prog.c: flownic prog; prog_inject.c, prog_profile.c: its commands */
int fn_prog(struct fn_words *w);
int fn_prog_inject(struct fn_words *w);
int fn_prog_profile(struct fn_words *w);

/* show.c, stats.c, dump.c, card.c: the verbs */
int fn_show(struct fn_words *w);
int fn_stats(struct fn_words *w);
int fn_dump(struct fn_words *w);
int fn_card(struct fn_words *w);

/* check.c, asm.c, exec.c: verbs that need neither card nor kernel */
int fn_asm(struct fn_words *w);
int fn_check(struct fn_words *w);
int fn_exec(struct fn_words *w);

/* offline.c */
bool fn_is_file(const char *word);
int fn_dump_file(struct fn_words *w);

/* bench.c */
int fn_bench(int argc, char **argv);

/* profile.c */
int fn_profile(struct fn_words *w);

/* sim.c, sim_merge.c: verbs with options of their own */
int fn_sim(int argc, char **argv);
int fn_sim_merge(int argc, char **argv);

/* bpf_print.c */
int fn_bpf_print(char *buf, size_t size, const struct bpf_insn *insn, u32 pc);

#endif /* FN_TOOL_H */
