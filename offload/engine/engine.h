/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The engine: one packet through one program. It knows programs, the maps that
 * they use and the hardware threads that run them, and nothing of ports, rings
 * or workers. Whoever runs it (a card, the simulator, a test) fills struct
 * fn_env.
 *
 * Programs and maps are made and freed one at a time: the owner of the engine
 * serializes these calls. Threads that run programs hold fn_read_lock().
 */
#ifndef FN_ENGINE_ENGINE_H
#define FN_ENGINE_ENGINE_H

#include "../isa.h"
#include "../pcie.h"
#include "packet.h"
#include "table.h"

struct fn_exec;
struct fn_profile;
struct fn_prog;
struct fn_runner;
struct fn_watch;

#define FN_RUN_META 256 /* bytes of metadata at most */

#define FN_MAX_SEGMENTS 2048
#define FN_SEGMENT_SHIFT 20
#define FN_SEGMENT_SIZE (1u << FN_SEGMENT_SHIFT)
/* Bytes of map memory */
#define FN_MAP_MEMORY ((u64)FN_MAX_SEGMENTS << FN_SEGMENT_SHIFT)

/* Clocks that programs can read. */
enum fn_clockid {
	FN_CLOCKID_MONOTONIC,
	FN_CLOCKID_BOOT,
	FN_CLOCKID_COARSE,
	FN_CLOCKID_TAI,
	FN_CLOCKID_JIFFIES,
};

/**
 * struct fn_env - what an engine takes from whatever runs it
 * @profile: the modelled card; outlives the engine
 * @threads: hardware threads that run programs at a time; each has an index
 *	below this, and fn_engine_run() is one more
 * @kernel: whose helpers the card's are like where kernels differ, FN_KERNEL()
 * @clock: reads a clock, ns or ticks; any context
 * @random: 32 random bits; any context
 * @event: takes what a program prints or sends: the first @size bytes of an
 *	FN_EVENT_DATA are at @data, the others are the head of the packet of @x;
 *	returns false if there is no room. Under fn_read_lock(). NULL if nobody
 *	listens
 * @mtu: of the port that a frame which came in on that of @x can be sent to by
 *	@ifindex, 0 if there is none. Under fn_read_lock(). NULL where there are
 *	no ports
 * @clone: sends a copy of the frame of @x there; 0 or a negative errno. Under
 *	fn_read_lock(). NULL where there are no ports: copies are just counted
 * @csum_ok: has the frame of @x, as it came in, a checksum that the host need
 *	not look at? Under fn_read_lock(). NULL for no
 * @compile: compiles a program that nobody runs yet; may sleep. NULL if
 *	programs are interpreted
 * @ctx: for the functions
 */
struct fn_env {
	const struct fn_profile *profile;
	u32 threads;
	u32 kernel;
	u64 (*clock)(void *ctx, enum fn_clockid id);
	u32 (*random)(void *ctx);
	bool (*event)(void *ctx, const struct fn_exec *x,
		      const struct fn_event *ev, const u8 *data, u32 size);
	u32 (*mtu)(void *ctx, const struct fn_exec *x, u32 ifindex);
	s64 (*clone)(void *ctx, const struct fn_exec *x, u32 ifindex);
	bool (*csum_ok)(void *ctx, const struct fn_exec *x);
	void (*compile)(struct fn_prog *prog);
	void *ctx;
};

/**
 * struct fn_segment - 1 MiB of the device's map memory
 * @base: host memory that it stands for
 * @remaining: bytes from there to the end of the map; 0 if there is none
 */
struct fn_segment {
	u8 *base;
	u64 remaining;
};

/**
 * struct fn_engine - programs, their maps, and where they are in memory
 * @env: what is around it
 * @progs: programs by handle
 * @maps: maps by handle
 * @segments: map memory of the device address space
 * @map_bytes: host memory of all maps
 * @runner: of fn_engine_run(), made when it is first called
 */
struct fn_engine {
	struct fn_env env;
	struct fn_table progs;
	struct fn_table maps;
	struct fn_segment segments[FN_MAX_SEGMENTS];
	u64 map_bytes;
	struct fn_runner *runner;
};

/**
 * struct fn_run - a packet through a program
 * @prog: handle of the program
 * @frame: in: the frame; out: as the program left it
 * @len: in: bytes of it, at least 14 unless the program is for no
 *	hook (FN_PROG_RAW); out: bytes of it
 * @room: bytes that @frame has room for
 * @ifindex: it came in on
 * @queue: in: receive queue; out: as the program left it
 * @limit: instructions that it may take, 0 for the usual number
 * @clock: what helpers take for the time, ns; NULL for the host's
 * @watch: notes what happens, or NULL
 * @interpret: interpret the program even if it has been compiled
 * @event: called for what the program prints, may be NULL
 * @event_ctx: for @event
 * @result: out: what EXIT gave, 64 bits
 * @verdict: out: enum xdp_action; of a classifier, what its verdict comes down
 *	to, and @result has that
 * @marks: out: of a classifier, what it leaves for the stack
 * @redirect: out: ifindex given to the redirect helper, 0 if none
 * @clones: out: copies of the frame that a classifier sent
 * @meta_len: out: bytes of metadata
 * @meta: out: metadata
 * @fault: out: enum fn_fault; also says why the verdict is XDP_ABORTED
 * @pc: out: word that it ended at
 * @insn: out: BPF instruction that word came from, or FN_ORIGIN_NONE
 * @addr: out: device address at fault
 * @cycles: out: modelled cycles
 * @hidden: out: modelled cycles that it took besides, if it ran alone
 * @map_busy: out: modelled cycles of map memory, in thousandths
 * @words: out: instructions
 */
struct fn_run {
	u32 prog;
	u8 *frame;
	u32 len;
	u32 room;
	u32 ifindex;
	u32 queue;
	u64 limit;
	const u64 *clock;
	const struct fn_watch *watch;
	bool interpret;
	void (*event)(void *ctx, const struct fn_event *ev);
	void *event_ctx;
	u64 result;
	u32 verdict;
	struct fn_skb_marks marks;
	u32 redirect;
	u32 clones;
	u32 meta_len;
	u8 meta[FN_RUN_META];
	u32 fault;
	u32 pc;
	u32 insn;
	u64 addr;
	u64 cycles;
	u64 hidden;
	u64 map_busy;
	u64 words;
};

/* engine.c */
void fn_engine_init(struct fn_engine *e, const struct fn_env *env);
void fn_engine_exit(struct fn_engine *e);
struct fn_engine *fn_engine_alloc(const struct fn_env *env);
void fn_engine_free(struct fn_engine *e);

/**
 * struct fn_csum_diff - what bpf_csum_diff() is asked
 * @from: old bytes
 * @from_size: how many, or 0
 * @to: new bytes
 * @to_size: how many, or 0
 * @seed: sum to begin with
 */
struct fn_csum_diff {
	const u8 *from;
	u32 from_size;
	const u8 *to;
	u32 to_size;
	u32 seed;
};

/* csum_diff.c */
bool fn_csum_diff_ok(const struct fn_csum_diff *d, u32 kernel);
u32 fn_csum_diff(const struct fn_csum_diff *d, u32 kernel);

/* env.c */
void fn_env_host(struct fn_env *env);

/* segments.c */
void fn_segments_set(struct fn_engine *e, u32 segment, u32 n, u8 *base,
		     u64 bytes);
void fn_segments_clear(struct fn_engine *e, u32 segment, u32 n);
u32 fn_segments_find(struct fn_engine *e, u32 n);

/* run.c */
int fn_engine_run(struct fn_engine *e, struct fn_run *run);
void fn_runner_free(struct fn_runner *runner);

#endif /* FN_ENGINE_ENGINE_H */
