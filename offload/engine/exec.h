/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A hardware thread of the card: its registers, what it may access, and how a
 * program runs on it.
 */
#ifndef FN_ENGINE_EXEC_H
#define FN_ENGINE_EXEC_H

#include "../isa.h"
#include "engine.h"
#include "packet.h"
#include "uop.h"

struct fn_map;

/**
 * struct fn_frame - an entry of the call stack
 * @pc: to return to
 * @r: r6 to r9 and r10
 */
struct fn_frame {
	u32 pc;
	u64 r[5];
};

/**
 * struct fn_watch - what is noted of runs, for tools
 * @runs: by word, and one more: how many more runs there are of it than of the
 *	word before it
 * @stall: by word, cycles that threads waited at it
 * @bank: by bank of map memory, thousandths of cycles that reads and writes
 *	occupied it; FN_MAX_BANKS of them, or NULL
 * @step: called before each word, if not NULL
 * @ctx: for @step
 */
struct fn_watch {
	s64 *runs;
	u64 *stall;
	u64 *bank;
	void (*step)(void *ctx, const struct fn_exec *x);
	void *ctx;
};

/* Kinds of accesses to memory. */
enum fn_access {
	FN_LOAD,
	FN_STORE,
	FN_ATOMIC,
	FN_FETCH, /* atomic, and the old value is wanted */
	FN_ARG, /* a load by a helper, of what an argument points to */
};

static inline bool fn_access_loads(u32 access)
{
	return access == FN_LOAD || access == FN_ARG;
}

/**
 * struct fn_exec - a hardware thread
 * @r: registers; r31 is 0
 * @pkt_addr: device address of the first byte of the packet or its metadata
 * @pkt_len: bytes from there to the packet's end, at least 14
 * @pkt_host: host memory of them
 * @data_host: host memory of the frame
 * @frame_len: bytes of it
 * @end_host: host memory of the packet's end
 * @host: of compiled code, registers that are host memory
 * @segments: map memory
 * @acc: of compiled code, see compiled.h
 * @acc_limit: the interpreter goes on when @acc is larger
 * @words: instructions of this run
 * @cycles: modelled cycles of this run
 * @issue_cycles: issue cycles of this run up to the access to memory at hand
 * @last_access: the same up to the last access, less what helpers computed
 *	since
 * @hidden: cycles of latency besides @cycles, when no other thread runs
 * @map_busy: cycles that this run occupied map memory, in thousandths
 * @watch: notes what happens, or NULL; the interpreter does that
 * @interpret: interpret, compiled or not; set with @watch
 * @clock: what helpers take for the time, ns; NULL to ask fn_env.clock
 * @fault: why the run ended, FN_FAULT_NONE for EXIT
 * @pc: word that it ended at
 * @addr: device address that was at fault
 * @result: operand of EXIT
 * @limit: instructions that a run may take
 * @budget: what is left of as many again, for the work that helpers do
 * @ifindex: the packet came in on
 * @redirect: ifindex given to the helper, 0 if none
 * @redirected: @redirect holds
 * @random: state of the random number generator
 * @depth: of @frame
 * @frame: call stack
 * @code: what runs: the program's, or a spoilt copy of it
 * @compiled: compiled code ran, at least at first; it notes no jumps
 * @jumps: taken in this run
 * @history: the last of them
 * @engine: that the thread belongs to
 * @thread: its index; fn_env.threads in fn_engine_run()
 * @prog: program that runs
 * @pkt: packet that it decides
 * @port: number of the port that the packet came in on
 * @event: takes events instead of fn_env.event, if not NULL
 * @event_ctx: for @event
 * @lost: events that had no room
 * @action: what a classifier wants, enum fn_cls
 * @match: a classifier's result is a class, not a verdict
 * @hashed: a classifier set the frame's hash
 * @encap: a classifier wrapped the frame's headers in others
 * @csum: enum fn_csum of a classifier's frame
 * @clones: copies of the frame that a classifier sent
 * @net: of a classifier's frame, offset of the network header in the cell
 * @ctx: context of XDP programs, at the beginning of @local
 * @skb: context of classifiers, in the same place
 * @local: thread-local memory: context and stack
 */
struct fn_exec {
	u64 r[FN_NREGS];
	u64 pkt_addr;
	u64 pkt_len;
	u8 *pkt_host;
	u8 *data_host;
	u64 frame_len;
	u8 *end_host;
	u64 host[FN_NREGS];
	const struct fn_segment *segments;
	u64 acc;
	u64 acc_limit;
	u64 words;
	u64 cycles;
	u64 issue_cycles;
	u64 last_access;
	u64 hidden;
	u64 map_busy;
	const struct fn_watch *watch;
	bool interpret;
	const u64 *clock;
	u32 fault;
	u32 pc;
	u64 addr;
	u64 result;
	u64 limit;
	u64 budget;
	u32 ifindex;
	u32 redirect;
	bool redirected;
	u64 random;
	u32 depth;
	struct fn_frame frame[FN_MAX_FRAMES - 1];
	const struct fn_uop *code;
	bool compiled;
	u32 jumps;
	struct fn_jump history[FN_BRANCH_HISTORY];
	struct fn_engine *engine;
	u32 thread;
	struct fn_prog *prog;
	struct fn_packet *pkt;
	u32 port;
	void (*event)(void *ctx, const struct fn_event *ev);
	void *event_ctx;
	u64 lost;
	u32 action;
	bool match;
	bool hashed;
	bool encap;
	u32 csum;
	u32 clones;
	u32 net;
	union {
		struct xdp_md ctx;
		struct __sk_buff skb;
		u64 local[FN_LOCAL_SIZE / sizeof(u64)];
	};
};

/* What a classifier wants of a frame, in the words of linux/pkt_cls.h. */
enum fn_cls {
	FN_CLS_UNSPEC, /* the next one decides; it has other numbers, too */
	FN_CLS_OK,
	FN_CLS_SHOT,
	FN_CLS_STOLEN,
	FN_CLS_TRAP,
	FN_CLS_REDIRECT,
	FN_CLS_ABORTED, /* it faulted */
};

#define FN_WATCHDOG (1ull << 26)
#define FN_HELPER_COST 32 /* words, of any helper */

/* Note a fault; the instruction at hand is the last. */
static inline void *fn_exec_fault(struct fn_exec *x, u32 fault, u64 addr)
{
	x->fault = fault;
	x->addr = addr;
	return NULL;
}

/* exec.c */
u32 fn_exec_run(struct fn_exec *x, struct fn_prog *prog, struct fn_packet *pkt);
struct fn_exec *fn_exec_alloc(struct fn_engine *e, u32 thread);
void fn_exec_free(struct fn_exec *x);
void fn_exec_window(struct fn_exec *x);
bool fn_exec_event(struct fn_exec *x, struct fn_event *ev);
bool fn_exec_output(struct fn_exec *x, struct fn_event *ev, const u8 *data,
		    u32 size);

/* interp.c */
void fn_interp(struct fn_exec *x);
void fn_interp_from(struct fn_exec *x, u32 pc, u64 words, u64 cycles);
u64 fn_interp_sdiv(u32 op, u64 a, u64 b);

/* special.c */
void fn_exec_special(struct fn_exec *x);

/* atom.c */
bool fn_exec_atom(struct fn_exec *x, const struct fn_uop *u);

/* memory.c */
u8 *fn_mem_slow(struct fn_exec *x, u64 addr, u64 size, u32 access);

/* charge.c */
void fn_charge_packet(struct fn_exec *x, u32 access);
void fn_charge_map(struct fn_exec *x, u32 access, u64 addr);
void fn_charge_find(struct fn_exec *x, const struct fn_map *map);

/* classify.c */
bool fn_cls_begin(struct fn_exec *x, struct fn_packet *pkt);
u32 fn_cls_verdict(struct fn_exec *x);
void fn_cls_end(struct fn_exec *x, struct fn_packet *pkt);
void fn_cls_show(struct fn_exec *x);
s64 fn_cls_vlan_push(struct fn_exec *x, u16 proto, u16 tci);
s64 fn_cls_vlan_pop(struct fn_exec *x);
s64 fn_cls_clone(struct fn_exec *x, u32 ifindex);
void fn_cls_csum_ask(struct fn_exec *x);
void fn_cls_csum_reset(struct fn_exec *x);

/* helper.c */
int fn_helper_index(u32 number);
void fn_helper_call(struct fn_exec *x, u32 index);

/* print.c */
s64 fn_print(struct fn_exec *x, char *buf, u32 room, const char *fmt, u32 size,
	     const u64 *args);

/*
 * The fast way to memory, for accesses of 1 to 8 bytes whose size is known when
 * this is compiled. NULL if it takes fn_mem_slow(). pkt_len is at least 14, so
 * the differences can't wrap.
 */
static __always_inline u8 *fn_mem(struct fn_exec *x, u64 addr, u32 size,
				  bool write)
{
	u64 off = addr - x->pkt_addr;

	if (off <= x->pkt_len - size)
		return x->pkt_host + off;
	off = addr - FN_ADDR_LOCAL;
	if (off <= FN_LOCAL_SIZE - size && (!write || off >= FN_CTX_SIZE))
		return (u8 *)x->local + off;
	return NULL;
}

#endif /* FN_ENGINE_EXEC_H */
