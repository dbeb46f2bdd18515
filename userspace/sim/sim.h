/* SPDX-License-Identifier: GPL-2.0 */
/*
 * flownic sim: a capture through the modelled card.
 */
#ifndef FN_SIM_H
#define FN_SIM_H

#include <json-c/json.h>

#include "offload/engine/engine.h"
#include "offload/engine/exec.h"
#include "userspace/object/object.h"
#include "userspace/profile/profiles.h"
#include "userspace/tool.h"

#define FN_SIM_MAX 64 /* maps given, keys swept, figures set */
#define FN_SIM_LEVEL ~0u /* none was asked for */
#define FN_TIMELINE_MOST 50000u /* packets; some 800 bytes each */
#define FN_TIMELINE_PACKETS 1000u /* unless told otherwise */
#define FN_MTU_LEAST 68
#define FN_MTU_MOST 9500
#define FN_SIM_FRAME (FN_PKT_CELL_LARGE - FN_PKT_HEADROOM - FN_PKT_TAIL_RESERVE)

struct fn_lowered;
struct fn_timeline;

/**
 * struct fn_sim_pair - KEY=VALUE of the command line
 * @key: what
 * @value: to be
 */
struct fn_sim_pair {
	char *key;
	const char *value;
};

/**
 * struct fn_sim_pairs - several of them
 * @n: how many
 * @p: in the order of the command line
 */
struct fn_sim_pairs {
	u32 n;
	struct fn_sim_pair p[FN_SIM_MAX];
};

/**
 * struct fn_sim_plot - how to draw a sweep
 * @path: of the file, NULL not to draw
 * @y: what to draw, NULL for the throughput
 * @as: "lines", "map" or NULL, which is lines
 */
struct fn_sim_plot {
	const char *path;
	const char *y;
	const char *as;
};

/**
 * struct fn_sim_options - what is asked for
 * @path: object file
 * @prog: name of a program of it, or NULL
 * @pcap: capture to feed, NULL for made-up traffic
 * @size: of made-up UDP frames, 0 for a mix
 * @out: capture to write of packets that go on, or NULL
 * @verdicts: file to write a line for each packet to, or NULL
 * @plot: of a sweep
 * @flamegraph: file for folded stacks, or NULL
 * @pprof: file for a profile of pprof, or NULL
 * @timeline: file for a timeline, or NULL
 * @timeline_from: first packet on it
 * @timeline_n: packets on it, 0 for FN_TIMELINE_PACKETS
 * @profile: name or file of the profile, NULL for the default
 * @rate: "max", "line" or millions of packets a second
 * @set: figures of the profile to change
 * @maps: files with entries of maps
 * @maps_out: files to write entries of maps to
 * @show_maps: print what maps hold
 * @compiled: run the program as code of this machine, where that can be
 * @sweep: keys to vary and their values
 * @repeat: times the capture is fed
 * @trace: packets to print step by step
 * @wire: frames that were cut short get the length that they had
 * @mtu: of the port
 * @ifindex: of the port
 * @queues: receive queues of the host
 * @shard: which part of the sweep, from 1
 * @shards: of so many
 * @level: of optimisation, or FN_SIM_LEVEL
 */
struct fn_sim_options {
	const char *path;
	const char *prog;
	const char *pcap;
	u32 size;
	const char *out;
	const char *verdicts;
	struct fn_sim_plot plot;
	const char *flamegraph;
	const char *pprof;
	const char *timeline;
	u32 timeline_from;
	u32 timeline_n;
	const char *profile;
	const char *rate;
	struct fn_sim_pairs set;
	struct fn_sim_pairs maps;
	struct fn_sim_pairs maps_out;
	bool show_maps;
	bool compiled;
	struct fn_sim_pairs sweep;
	u32 repeat;
	u32 trace;
	u32 mtu;
	u32 ifindex;
	u32 queues;
	u32 shard;
	u32 shards;
	u32 level;
	bool wire;
};

/**
 * struct fn_histogram - how often each value came, in a fixed size
 * @n: values
 * @sum: of all values
 * @min: smallest
 * @max: largest
 * @count: by value up to FN_HISTOGRAM_EXACT, then by less than 0.1 %
 */
#define FN_HISTOGRAM_EXACT 4096
#define FN_HISTOGRAM_SUB 2048
#define FN_HISTOGRAM_SIZE (FN_HISTOGRAM_EXACT + (64 - 12) * FN_HISTOGRAM_SUB)

struct fn_histogram {
	u64 n;
	u64 sum;
	u64 min;
	u64 max;
	u64 count[FN_HISTOGRAM_SIZE];
};

/**
 * struct fn_packet_cost - what the engine says of a packet
 * @cycles: of a core
 * @hidden: of latency besides
 * @map_busy: thousandths of cycles of map memory
 * @in: bytes of the frame
 * @out: bytes of the frame that goes on
 * @verdict: enum xdp_action
 */
struct fn_packet_cost {
	u64 cycles;
	u64 hidden;
	u64 map_busy;
	u32 in;
	u32 out;
	u32 verdict;
};

/**
 * struct fn_banked - what reads and writes have asked of map memory so far
 * @sum: of all banks, thousandths of cycles
 * @most: of the one that was asked most
 */
struct fn_banked {
	u64 sum;
	u64 most;
};

/**
 * struct fn_way - when a packet was where, femtoseconds
 * @wire: it began to come in
 * @offered: all of it was there
 * @arrival: the card had taken it in
 * @start: a thread took it from the queue
 * @thread: which; modulo the number of cores it tells the core
 * @core_begin: the core began with its cycles
 * @core_end: and had done them
 * @map_begin: map memory began with its accesses; as @map_end if there are none
 * @map_end: and had done them
 * @done: it was decided
 * @out_begin: a port or the bus began with it; as @out_end if it does not go on
 * @out_end: and had sent it
 * @held: its thread was free again
 */
struct fn_way {
	u64 wire;
	u64 offered;
	u64 arrival;
	u64 start;
	u32 thread;
	u64 core_begin;
	u64 core_end;
	u64 map_begin;
	u64 map_end;
	u64 done;
	u64 out_begin;
	u64 out_end;
	u64 held;
};

/**
 * struct fn_units - the card's units, simulated packet by packet
 * @p: profile
 * @rate: packets a second that are offered, 0 for as many as the card takes
 * @line: packets are offered at line rate
 * @cycle: femtoseconds
 * @mac: femtoseconds that the ports take for a packet, at least
 * @arrived: when the last packet was in
 * @offered: when the next is due
 * @slots: room for the threads, twice
 * @slot: threads in it, sorted by when they are free
 * @nslots: number of threads
 * @wire_len: bytes of the last frame on the wire
 * @wire_time: femtoseconds that it took
 * @core: when each core has caught up with what it was given
 * @map: when map memory has
 * @tx: when the ports have sent what they were given
 * @dma: when the bus has
 * @start: when the last packets were taken from the queue, by count modulo size
 * @next: where in @start the next packet goes
 * @taken: packets taken from the queue
 * @first: arrival of the first packet
 * @last: when the last of all was done with
 * @busy_map: femtoseconds that map memory was occupied
 * @busy_in: ports, in
 * @busy_out: ports, out
 * @busy_dma: bus
 * @busy_cores: all cores together
 * @way: of the last packet, as far as it came
 */
struct fn_units {
	const struct fn_profile *p;
	u64 rate;
	bool line;
	u64 cycle;
	u64 mac;
	u64 arrived;
	u64 offered;
	struct fn_slot *slots;
	struct fn_slot *slot;
	u32 nslots;
	u32 wire_len;
	u64 wire_time;
	u64 *core;
	u64 map;
	u64 tx;
	u64 dma;
	u64 *start;
	u32 next;
	u64 taken;
	u64 first;
	u64 last;
	u64 busy_map;
	u64 busy_in;
	u64 busy_out;
	u64 busy_dma;
	u64 busy_cores;
	struct fn_way way;
};

/**
 * struct fn_sim_input - what is simulated
 * @object: object file, or NULL
 * @image: card code, or NULL
 * @low: what @object was made of, or NULL
 */
struct fn_sim_input {
	const struct fn_object *object;
	const struct fn_image *image;
	const struct fn_lowered *low;
};

/**
 * struct fn_sim_hook - who watches a simulation
 * @step: called before each word
 * @done: called behind each packet that was decided
 * @ctx: for both
 */
struct fn_sim_hook {
	void (*step)(void *ctx, const struct fn_exec *x);
	void (*done)(void *ctx, const struct fn_run *run);
	void *ctx;
};

/**
 * struct fn_sim - a simulation: what it works with, and its result
 * @o: what is asked for
 * @profile: modelled card
 * @entries: of all maps, or 0 to leave them
 * @rate: as of struct fn_sim_options
 * @object: file, or NULL if there is but an image
 * @program: of @object, or NULL
 * @name: of the program
 * @image: given instead of an object, or NULL
 * @low: what @object was made of, or NULL
 * @img: card code
 * @engine: decides the packets
 * @handle: of the program in the engine
 * @map: handles of its maps
 * @units: of the card
 * @hook: who watches it, or NULL; set before fn_sim_open()
 * @compiled: the program is code of this machine, and nothing fills @watch
 * @watch: what happens in the program
 * @runs: see struct fn_watch
 * @stall: see struct fn_watch
 * @bank: see struct fn_watch
 * @clock: time that programs see, ns
 * @verdicts: packets by verdict
 * @faults: aborted packets by cause
 * @load: sum over the packets
 * @words: instructions
 * @lost: packets that found the queue full
 * @oversize: packets longer than the port takes
 * @undersize: packets shorter than the port takes
 * @cut: packets whose end the capture does not have
 * @cycles: of packets
 * @latency: of packets, tenths of nanoseconds
 * @wall: seconds that it took here
 */
struct fn_sim {
	const struct fn_sim_options *o;
	struct fn_profile profile;
	u32 entries;
	const char *rate;
	const struct fn_object *object;
	const struct fn_program *program;
	const char *name;
	const struct fn_image *image;
	const struct fn_lowered *low;
	struct fn_image *img;
	struct fn_engine *engine;
	u32 handle;
	u32 map[FN_IMAGE_MAX_MAPS];
	struct fn_units units;
	const struct fn_sim_hook *hook;
	bool compiled;
	struct fn_watch watch;
	s64 *runs;
	u64 *stall;
	u64 bank[FN_MAX_BANKS];
	u64 clock;
	u64 verdicts[FN_VERDICTS];
	u64 faults[FN_NFAULTS];
	struct fn_load load;
	u64 words;
	u64 lost;
	u64 oversize;
	u64 undersize;
	u64 cut;
	struct fn_histogram cycles;
	struct fn_histogram latency;
	double wall;
};

/**
 * struct fn_spent - where the cycles of a simulation were spent, by word
 * @runs: times that it ran
 * @issued: cycles that it issued for
 * @waited: cycles that were waited at it
 * @rest: cycles that belong to no word: the card's own work on packets, and
 *	jumps taken
 */
struct fn_spent {
	u64 *runs;
	u64 *issued;
	u64 *waited;
	u64 rest;
};

/* sim.c, merge.c: verbs with options of their own */
int fn_sim(int argc, char **argv);
int fn_sim_merge(int argc, char **argv);

/* setup.c */
int fn_sim_set_parameter(struct fn_sim *s, const char *key, const char *value);
int fn_sim_set_up(struct fn_sim *s, const struct fn_sim_options *o,
		  const struct fn_sim_input *in);
int fn_sim_one(struct fn_sim *s);

/* options.c */
int fn_sim_options(struct fn_sim_options *o, int argc, char **argv);

/* load.c */
int fn_sim_open(struct fn_sim *s);
void fn_sim_close(struct fn_sim *s);

/* map.c */
const char *fn_sim_map_name(const struct fn_sim *s, u32 slot);
int fn_sim_maps(struct fn_sim *s);
int fn_sim_map_slot(const struct fn_sim *s, const char *option,
		    const char *name, u32 *slot);

/* map_out.c */
void fn_sim_print_maps(const struct fn_sim *s);
json_object *fn_sim_json_maps(const struct fn_sim *s);
int fn_sim_write_maps(const struct fn_sim *s);

/* banks.c */
struct fn_banked fn_banked(const struct fn_sim *s);
u64 fn_banks_occupied(const struct fn_sim *s, const struct fn_banked *before,
		      u64 map_busy);

/* run.c */
int fn_sim_run(struct fn_sim *s);

/* units.c */
int fn_units_init(struct fn_units *u, const struct fn_profile *p,
		  const char *rate);
void fn_units_free(struct fn_units *u);
bool fn_units_arrive(struct fn_units *u, u32 len, u64 *arrival);
u64 fn_units_serve(struct fn_units *u, const struct fn_packet_cost *c);

/* trace.c */
void fn_sim_trace(struct fn_sim *s, struct fn_run *run, struct fn_watch *w);

/* timeline.c */
struct fn_timeline *fn_timeline_open(const struct fn_sim *s);
void fn_timeline_lost(struct fn_timeline *t, u64 packet);
void fn_timeline_packet(struct fn_timeline *t, u64 packet,
			const struct fn_packet_cost *c);
int fn_timeline_close(struct fn_timeline *t);

/* spent.c */
void fn_sim_spent(const struct fn_sim *s, struct fn_spent *spent);
int fn_sim_flamegraph(const struct fn_sim *s);
void fn_spent_free(struct fn_spent *spent);

/* out.c */
json_object *fn_sim_json(const struct fn_sim *s);
void fn_sim_print(const struct fn_sim *s);

/* sweep.c */
int fn_sim_sweep(const struct fn_sim_options *o, const struct fn_sim_input *in);

/* points.c */
int fn_sim_points(json_object *points, const struct fn_sim_plot *plot);

/* plot.c */
int fn_sim_plot_check(const struct fn_sim_plot *plot);
int fn_sim_plot_writable(const char *path);
int fn_sim_draw(json_object *points, const struct fn_sim_plot *plot);

/* histogram.c */
void fn_histogram_add(struct fn_histogram *h, u64 value);
u64 fn_histogram_at(const struct fn_histogram *h, double share);

#endif /* FN_SIM_H */
