/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The cards of this machine: what the module tells of them over netlink, and what
 * it is asked to do.
 */
#ifndef FN_LIVE_H
#define FN_LIVE_H

#include <json-c/json.h>

#include "driver/uapi.h"
#include "userspace/object/object.h"
#include "userspace/tool.h"

struct fn_word_counts;
struct nlmsghdr;

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
 * struct fn_info - what the module tells of a card, port, program, map or worker
 * @next: in the order of the messages
 * @has: bit mask of the attributes it has
 * @num: numbers, by attribute
 * @str: strings, by attribute; tags as hexadecimal
 * @maps: handles of a program's maps
 * @counters: its counters
 * @faults: packets aborted, by cause
 */
struct fn_info {
	struct fn_info *next;
	u64 has;
	u64 num[FLOWNIC_A_MAX + 1];
	char *str[FLOWNIC_A_MAX + 1];
	u32 *maps;
	struct fn_counters counters;
	struct fn_counters faults;
};

/**
 * struct fn_estimate - what a port's counters say of the modelled card
 * @packets: that a program decided
 * @cycles: of a core, a packet
 * @instructions: words, a packet
 * @rate: packets/s that the modelled card could decide, were they all like these
 * @limit: what limits @rate, or NULL
 */
struct fn_estimate {
	u64 packets;
	double cycles;
	double instructions;
	double rate;
	const char *limit;
};

/**
 * struct fn_buffer - bytes that come in pieces
 * @data: the bytes
 * @size: how many there are
 * @received: how many have come
 */
struct fn_buffer {
	u8 *data;
	size_t size;
	size_t received;
};

/**
 * struct fn_counted - a program with the counts of its words
 * @prog: what the module says of it
 * @path: of the object that it was compiled to, or NULL
 * @image: its card code
 * @insns: BPF instructions that it was made from
 * @counts: of each word
 * @img: @image, checked
 * @w: @counts
 * @file: contents of the object
 * @object: the object
 * @source: the program in it, or NULL
 * @total: cycles of all words, issued and waited
 */
struct fn_counted {
	const struct fn_info *prog;
	const char *path;
	struct fn_buffer image;
	struct fn_buffer insns;
	struct fn_buffer counts;
	const struct fn_image *img;
	const struct fn_word_counts *w;
	u8 *file;
	struct fn_object object;
	const struct fn_program *source;
	u64 total;
};

/* errors.c */
int fn_show_errors(struct fn_args *args);

/* show.c, stats.c, dump.c, card.c, cable.c, capture.c, prog.c: verbs */
int fn_show(struct fn_args *args);
int fn_stats(struct fn_args *args);
int fn_dump(struct fn_args *args);
int fn_card(struct fn_args *args);
int fn_cable(struct fn_args *args);

/**
 * struct fn_number_word - a word that a number follows
 * @word: may be abbreviated
 * @attr: what the number is, FLOWNIC_A_*
 */
struct fn_number_word {
	const char *word;
	u32 attr;
};

#define FN_NUMBERS 2

/**
 * struct fn_numbers - those that were given
 * @n: how many
 * @attr: of each, FLOWNIC_A_*
 * @value: of each
 */
struct fn_numbers {
	u32 n;
	u32 attr[FN_NUMBERS];
	u32 value[FN_NUMBERS];
};

/* numbers.c */
int fn_numbers_parse(struct fn_args *args, const struct fn_number_word *known,
		     u32 n, struct fn_numbers *got);

/* port.c */
int fn_port(struct fn_args *args);
int fn_capture(struct fn_args *args);
int fn_prog(struct fn_args *args);

/* prometheus.c */
int fn_stats_prometheus(const struct fn_select *sel);

/* inject.c, profile.c: commands of flownic prog */
int fn_prog_inject(struct fn_args *args);
int fn_prog_profile(struct fn_args *args);

/* counted.c */
int fn_counted_set(const struct fn_info *prog, u32 on);
int fn_counted_read(struct fn_counted *p);
void fn_counted_free(struct fn_counted *p);
u64 fn_counted_cycles(const struct fn_word_counts *w);
u32 *fn_counted_sort(const struct fn_counted *p);
void fn_counted_text(const struct fn_counted *p, u32 pc, char *buf,
		     size_t size);
const struct fn_line *fn_counted_line(const struct fn_counted *p, u32 pc);

/* netlink.c */
int fn_nl_dump(u8 cmd, const struct fn_select *s,
	       int (*fn)(const struct nlmsghdr *nlh, void *arg), void *arg);
int fn_nl_dump_shown(u8 cmd, int (*fn)(const struct nlmsghdr *nlh, void *arg),
		     void *arg, char *hidden, size_t size);
int fn_nl_request(u8 cmd, const u32 *attrs, const u32 *values, size_t n,
		  int (*fn)(const struct nlmsghdr *nlh, void *arg), void *arg);

bool fn_nl_try(u8 cmd, const u32 *attrs, const u32 *values, size_t n, char *why,
	       size_t size);

/* item.c */
int fn_info_get(u8 cmd, struct fn_info **infos);
int fn_info_get_shown(u8 cmd, struct fn_info **infos, char *hidden,
		      size_t size);
int fn_info_parse(const struct nlmsghdr *nlh, struct fn_info *info);
void fn_info_free(struct fn_info *infos);
bool fn_info_has(const struct fn_info *info, int attr);
void fn_counters_free(struct fn_counters *counters);
u64 fn_counter(const struct fn_counters *counters, const char *name);
json_object *fn_info_json(const struct fn_info *info);

/* select.c */
int fn_select_parse(struct fn_args *args, u32 allowed, struct fn_select *s);
bool fn_select_match(const struct fn_select *s, const struct fn_info *info);
struct fn_info *fn_select_filter(const struct fn_select *s,
				 struct fn_info *infos);
int fn_select_none(const struct fn_select *s, const char *what);

/* select_prog.c */
int fn_select_prog(struct fn_select *s, struct fn_info **progs);

/* modelled.c */
void fn_estimate(const struct fn_counters *counters, const char *profile,
		 struct fn_estimate *m);

/* blob.c */
int fn_buffer_read(u8 cmd, const struct fn_info *prog, struct fn_buffer *b);

#endif /* FN_LIVE_H */
