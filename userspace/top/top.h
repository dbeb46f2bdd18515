/* SPDX-License-Identifier: GPL-2.0 */
/*
 * flownic top: what the cards of this machine do now.
 *
 * A sample is what the module tells at one time; two of them make figures, a row
 * for each thing; a screen is figures as lines of text, which go to a terminal or
 * to the standard output.
 */
#ifndef FN_TOP_H
#define FN_TOP_H

#include "userspace/live/live.h"

#define FN_TOP_WIDTH 80 /* columns that are always there */
#define FN_TOP_LINE 512 /* bytes of a line */
#define FN_TOP_HISTORY 64 /* intervals that are remembered */

enum fn_top_kind {
	FN_TOP_CARD,
	FN_TOP_PORT,
	FN_TOP_PROG,
	FN_TOP_MAP,
	FN_TOP_WORKER,
	FN_TOP_KINDS
};

/**
 * struct fn_top_sample - what the module tells at a time
 * @time: monotonic clock, seconds
 * @cpu_busy: of the host, all CPUs together, ticks
 * @cpu_all: the same, idle ones included
 * @things: by kind
 */
struct fn_top_sample {
	double time;
	u64 cpu_busy;
	u64 cpu_all;
	struct fn_info *things[FN_TOP_KINDS];
};

/**
 * struct fn_top_row - figures of a thing over an interval; per second where they
 * are rates
 * @kind: of thing
 * @card: number of its card
 * @id: of port, worker; handle of a program or map
 * @info: what the module tells of it, in the sample
 * @key: what rows are sorted by: a rate
 * @rx: frames that came in, or that a program or worker handled
 * @rx_bytes: of them
 * @tx: frames that went out
 * @tx_bytes: of them
 * @host: frames to the host
 * @lost: frames that found no room
 * @queue: share of a port's ingress queues that waits, at the time of the sample
 * @verdict: frames by enum xdp_action, as shares of those decided
 * @decided: frames that programs decided
 * @cycles: modelled, a frame
 * @words: a frame
 * @busy: share: of a card its cores, of a worker its CPU
 * @map_busy: share of a card's map memory in time
 * @line: share of a card's line rate, the fuller direction
 * @fill: share of a map's entries, or of a card's map memory in bytes
 * @headroom: times as many frames as now that the modelled card could do
 * @limit: what sets @headroom
 * @history: of @key, the last one last
 * @n: number of @history
 */
struct fn_top_row {
	enum fn_top_kind kind;
	u32 card;
	u64 id;
	const struct fn_info *info;
	double key;
	double rx;
	double rx_bytes;
	double tx;
	double tx_bytes;
	double host;
	double lost;
	double queue;
	double verdict[FN_VERDICTS];
	double decided;
	double cycles;
	double words;
	double busy;
	double map_busy;
	double line;
	double fill;
	double headroom;
	const char *limit;
	float history[FN_TOP_HISTORY];
	u32 n;
};

/**
 * struct fn_top - figures
 * @old: sample before
 * @now: last sample
 * @seconds: between them
 * @host_busy: share of all CPUs of the host
 * @emulation: CPUs' worth of time that emulation took
 * @row: by kind and then as asked for
 * @n: number of @row
 */
struct fn_top {
	struct fn_top_sample old;
	struct fn_top_sample now;
	double seconds;
	double host_busy;
	double emulation;
	struct fn_top_row *row;
	u32 n;
};

/* How a line looks, where there are such means. */
enum fn_top_look { FN_PLAIN, FN_HEAD, FN_BAR, FN_CHOSEN, FN_WARN };

/**
 * struct fn_top_lines - lines on their way
 * @text: of each, without a newline
 * @look: of each
 * @n: how many
 */
struct fn_top_lines {
	char (*text)[FN_TOP_LINE];
	enum fn_top_look *look;
	u32 n;
};

/**
 * struct fn_top_view - what somebody wants to see
 * @chosen: row that keys are about, counted among those shown
 * @top: first line shown
 * @by_rate: rows are sorted by rate, and not as the card has them
 * @filter: rows whose name has this
 * @paused: figures stay
 * @utf8: blocks of that can be shown
 * @object: file that programs were compiled to, or NULL
 * @interval: seconds
 */
struct fn_top_view {
	u32 chosen;
	u32 top;
	bool by_rate;
	char filter[32];
	bool paused;
	bool utf8;
	const char *object;
	double interval;
};

/**
 * struct fn_map_types - what a map's bytes are
 * @btf: types, or NULL if nobody knows any
 * @key: BTF id, 0 if it is not known
 * @value: likewise
 */
struct fn_map_types {
	struct btf *btf;
	u32 key;
	u32 value;
};

/* top.c: the verb */
int fn_top(struct fn_args *args);

/* sample.c */
int fn_top_sample(struct fn_top_sample *s);
void fn_top_sample_free(struct fn_top_sample *s);

/* figures.c */
int fn_top_update(struct fn_top *t);
void fn_top_free(struct fn_top *t);
const char *fn_top_name(const struct fn_top_row *r);

/* json.c */
json_object *fn_top_json(const struct fn_top *t);

/* lines.c */
void __printf(3, 4) fn_top_line(struct fn_top_lines *l, enum fn_top_look look,
				const char *fmt, ...);
void fn_top_lines_free(struct fn_top_lines *l);

/* screen.c */
const struct fn_top_row *fn_top_screen(const struct fn_top *t,
				       const struct fn_top_view *v,
				       struct fn_top_lines *l);

/* map_types.c */
void fn_map_types_open(struct fn_map_types *types, u32 id, const char *name);
void fn_map_types_close(struct fn_map_types *types);

/* prog.c, map.c: what Enter shows */
int fn_top_prog_begin(const struct fn_info *prog);
void fn_top_prog_end(const struct fn_info *prog);
int fn_top_prog(const struct fn_info *prog, const char *object, u32 height,
		struct fn_top_lines *l);
int fn_top_map(const struct fn_info *map, double seconds, u32 height,
	       struct fn_top_lines *l);
void fn_top_map_end(void);

/* tty.c */
int fn_top_tty(struct fn_top *t, struct fn_top_view *v);

#endif /* FN_TOP_H */
