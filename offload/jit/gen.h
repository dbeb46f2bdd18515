/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A card program on its way to BPF. The passes are, in order, flow.c, facts.c,
 * live.c, host.c, place.c, count.c and emit.c with the files that it calls.
 *
 * Nothing verifies the BPF that comes of this, so it contains each check that
 * the card makes, unless facts.c has proved from the card's own code that it
 * always succeeds. Images may be anything; no pass trusts whoever made them.
 *
 * Registers of the host's BPF:
 *
 *	R0, R1		for a moment; what C functions return, first argument
 *	R2 - R5, R7, R8	registers of the card
 *	R6		struct fn_exec
 *	R9		the first byte of the packet, if it is accessed
 *
 * A register of the card that has none of them is in its home, fn_exec.r[].
 *
 * Where a pointer to the packet or to a map's value is all that a value can be,
 * the host's address is kept instead of the card's, in a register of the host's
 * or in fn_exec.host[].
 */
#ifndef FN_NATIVE_GEN_H
#define FN_NATIVE_GEN_H

#include "../engine/exec.h"
#include "../engine/prog.h"
#include "../engine/compiled.h"
#include "jit.h"

#define FN_GEN_MAX_WORDS 8192
#define FN_GEN_MAX_INSNS 32000 /* a jump's distance has 16 bits */
#define FN_GEN_MAX_CALLS 64
#define FN_GEN_MAX_COST 8000 /* cycles of a word */
#define FN_GEN_MAX_EXITS 16384

#define FN_GEN_X 6
#define FN_GEN_FRAME 9

/**
 * struct fn_count - what the thread's counters lack at a place
 * @acc: words and issue cycles, of fn_exec.acc
 * @wait: of fn_exec.cycles
 * @hidden: of fn_exec.hidden
 * @busy: of fn_exec.map_busy
 */
struct fn_count {
	u64 acc;
	u64 wait;
	u64 hidden;
	u64 busy;
};

enum fn_known {
	FN_KNOWN_NOT,
	FN_KNOWN_CONST, /* @v */
	FN_KNOWN_NUMBER, /* 0 to @span */
	FN_KNOWN_DATA, /* ctx->data + @v, or up to @span more */
	FN_KNOWN_END, /* ctx->data_end + @v */
	FN_KNOWN_VALUE, /* a value of one of @maps, and @v or up to @span more */
	FN_KNOWN_VALUE_OR_NULL, /* the same with @v and @span 0, or 0 */
};

#define FN_SYM_ALONE 0xffffffffu

/**
 * struct fn_fact - what is known of a register
 * @kind: enum fn_known
 * @maps: a bit by slot
 * @sym: of FN_KNOWN_DATA: 0 if it is @v and no more. Otherwise who has the same
 *	differs from this as @v does; FN_SYM_ALONE if nobody has
 * @room: of FN_KNOWN_DATA with @sym: bytes from there to the packet's end, at
 *	least
 * @v: number
 * @span: number
 */
struct fn_fact {
	u8 kind;
	u32 maps;
	u32 sym;
	s32 room;
	s64 v;
	u64 span;
};

/* Is fn_exec.at_last what it should be? */
enum fn_when {
	FN_WHEN_MEMORY, /* it is, and at least @since ago */
	FN_WHEN_BOTH, /* it is, and @since ago */
	FN_WHEN_SINCE, /* it was @since ago, whatever memory says */
};

/**
 * struct fn_facts - what is known at a place
 * @r: by register
 * @len: bytes that the frame has at least
 * @when: enum fn_when
 * @since: issue cycles since the last access to memory, less what helpers
 *	computed
 */
struct fn_facts {
	struct fn_fact r[FN_NREGS];
	u32 len;
	u32 when;
	u64 since;
};

/**
 * struct fn_ends - a comparison of the packet's end with a pointer
 * @cc: end cc pointer: unsigned or equality; as signed numbers
 * @reg: register that has the pointer
 * @to: the pointer
 */
struct fn_ends {
	u32 cc;
	u32 reg;
	struct fn_fact to;
};

/**
 * struct fn_charge - what a word charges for accesses to memory
 * @called: a C function charges, if anybody does
 * @known: all of it is known
 * @waits: the thread waits for them
 * @times: accesses
 * @latency: of the memory
 * @share: of it a thread's
 * @before: cycles that the thread computes first
 * @busy: cycles of map memory, in thousandths
 */
struct fn_charge {
	bool called;
	bool known;
	bool waits;
	u32 times;
	u32 latency;
	u32 share;
	u32 before;
	u64 busy;
};

/**
 * struct fn_bblock - words that run one after the other
 * @first: word
 * @end: word after the last
 * @live: registers that are wanted at its beginning
 * @live_out: and at its end
 * @seen: control may get here; of the word after a CALL, the function returns
 * @called: of the word after a CALL, the CALL is reached
 * @based: @base is set
 * @base: what counters lack at its beginning
 * @sum: what it counts
 * @grown: times that something known got vaguer at its beginning
 * @depth: loops that it is in
 * @in: what is known at its beginning
 */
struct fn_bblock {
	u32 first;
	u32 end;
	u32 live;
	u32 live_out;
	bool seen;
	bool called;
	bool based;
	struct fn_count base;
	struct fn_count sum;
	u32 grown;
	u32 depth;
	struct fn_facts in;
};

/* Where a web is. */
#define FN_PLACE_HOME 0x40
#define FN_PLACE_NONE 0x41 /* nowhere: it is made from facts when wanted */

/**
 * struct fn_web - a value, in one register of the card
 * @up: it is the same as this one
 * @uses: weighted
 * @args: of them, as arguments of helpers
 * @crossed: weighted calls of C functions while it is wanted
 * @length: half words that it is wanted for
 * @wish: web that wants the same place, or its own number
 * @known: facts say what it is wherever it is wanted
 * @constant: and it is a constant
 * @seen: kinds of facts about it, a bit by enum fn_known; BIT(FN_KNOWN_NOT) if
 *	it must be what the card has in its register
 * @host: in a register or in fn_exec.host it is the host's address
 * @place: BPF register, or FN_PLACE_*
 * @ranges: first of its ranges and 1
 */
struct fn_web {
	u32 up;
	u32 uses;
	u32 args;
	u32 crossed;
	u32 length;
	u32 wish;
	bool known;
	bool constant;
	bool host;
	u8 seen;
	u8 place;
	u32 ranges;
};

/**
 * struct fn_range - where a web is wanted: from one half word to another
 * @web: which
 * @from: twice a word if wanted at its beginning, and 1 if it makes it
 * @to: last
 * @next: range of the web and 1
 */
struct fn_range {
	u32 web;
	u32 from;
	u32 to;
	u32 next;
};

/**
 * struct fn_out - instructions
 * @insns: room for FN_GEN_MAX_INSNS
 * @n: how many
 */
struct fn_out {
	struct bpf_insn *insns;
	u32 n;
};

/* A place in one of both outputs. */
#define FN_AT_COLD 0x80000000u
#define FN_AT_NONE 0xffffffffu

struct fn_fixup {
	u32 at;
	u32 label;
};

/**
 * struct fn_gen - work on a program
 * @prog: the program
 * @code: its words
 * @n: number of them
 * @why: gets the reason if it can't be done
 * @block_of: by word: its block
 * @blocks: the blocks
 * @nblocks: how many
 * @calls: words after a CALL
 * @ncalls: how many
 * @moves: the program has helpers that move the packet's ends
 * @direct: the program has accesses to the packet at known places
 * @live: by word: registers that are wanted before it
 * @webs: by block and register, then by word
 * @ranges: of webs
 * @nranges: how many
 * @busy: by BPF register: bits of half words
 * @counted: acc changes
 * @full: something had no room
 * @hot: code
 * @cold: code that is rarely run, behind the other
 * @out: one of these
 * @labels: where they are
 * @nlabels: how many; those of blocks come first
 * @fixups: jumps to labels
 * @nfixups: how many
 * @exits: ways out of the code
 * @nexits: how many
 * @now: what is known at the word at hand
 * @kept: a copy of @now for who changes it, too large for the stack
 * @count: what counters lack before it
 * @web: by register: at the word at hand
 * @block: of the word at hand
 * @pc: word at hand
 * @resume: label of what lets the interpreter go on at the word at hand, or
 *	FN_AT_NONE
 */
struct fn_gen {
	const struct fn_prog *prog;
	const struct fn_uop *code;
	u32 n;
	char *why;
	u32 *block_of;
	struct fn_bblock *blocks;
	u32 nblocks;
	u32 calls[FN_GEN_MAX_CALLS];
	u32 ncalls;
	bool moves;
	bool direct;
	u32 *live;
	struct fn_web *webs;
	struct fn_range *ranges;
	u32 nranges;
	u64 *busy[MAX_BPF_REG];
	bool counted;
	bool full;
	struct fn_out hot;
	struct fn_out cold;
	struct fn_out *out;
	u32 *labels;
	u32 nlabels;
	struct fn_fixup *fixups;
	u32 nfixups;
	struct fn_exit *exits;
	u32 nexits;
	struct fn_facts now;
	struct fn_facts kept;
	struct fn_count count;
	u32 web[FN_NREGS];
	struct fn_bblock *block;
	u32 pc;
	u32 resume;
};

enum fn_gen_kind {
	FN_GEN_UNKNOWN, /* has no compiled form */
	FN_GEN_PLAIN, /* sets d and does nothing else */
	FN_GEN_LOAD,
	FN_GEN_STORE,
	FN_GEN_ATOM,
	FN_GEN_HELPER,
	FN_GEN_NOP,
	FN_GEN_EXITC,
	/* The last words of blocks: */
	FN_GEN_JCC,
	FN_GEN_JMP,
	FN_GEN_CALL,
	FN_GEN_RET,
	FN_GEN_EXIT,
	FN_GEN_TRAP,
};

/**
 * struct fn_gen_op - what the passes know of an operation
 * @kind: enum fn_gen_kind
 * @reads: FN_READS_*
 * @writes: the operation sets register d
 * @w: of 32 bits
 * @code: of BPF, or enum fn_cond
 * @size: bytes of memory that it accesses; with FN_SIZE_BE, big-endian
 * @emit: makes BPF of it
 */
struct fn_gen_op {
	u8 kind;
	u8 reads;
	bool writes;
	bool w;
	u8 code;
	u8 size;
	void (*emit)(struct fn_gen *g, const struct fn_uop *u,
		     const struct fn_gen_op *op);
};

#define FN_SIZE_BE 0x80
#define FN_SIZE_SIGN 0x40
#define FN_SIZE(size) ((size)&0x0f)

#define FN_READS_A 1
#define FN_READS_B 2
#define FN_READS_D 4
#define FN_READS_IMM 8 /* imm is the number of a register */

/* How an access to memory is made. */
enum fn_way {
	FN_WAY_ANY, /* the address is looked at when it happens */
	FN_WAY_LOCAL, /* context or stack */
	FN_WAY_PACKET, /* at a known distance from its first byte */
	FN_WAY_VALUE, /* inside of a map's value */
};

#define FN_CODE_NONE 0xff
#define FN_GEN_MAX_NEXT FN_GEN_MAX_CALLS
#define FN_GEN_NO_MEMORY "the host has no memory to compile it"

typedef u64 (*fn_call_t)(u64 a, u64 b, u64 c, u64 d, u64 e);

/* Where a register of the card is unless it is in one of the host's. */
#define FN_HOME(reg) (offsetof(struct fn_exec, r) + (reg) * sizeof(u64))
#define FN_HOST(reg) (offsetof(struct fn_exec, host) + (reg) * sizeof(u64))

/* ops.c */
const struct fn_gen_op *fn_gen_op(const struct fn_uop *u);
const struct fn_helper_info *fn_gen_helper(const struct fn_uop *u);
u32 fn_gen_size(const struct fn_uop *u);
u32 fn_gen_reads(const struct fn_uop *u);
u32 fn_gen_writes(const struct fn_uop *u);

/* flow.c */
bool fn_gen_flow(struct fn_gen *g);
u32 fn_gen_next(const struct fn_gen *g, const struct fn_bblock *b, u32 *next);
bool fn_gen_exits(const struct fn_gen *g, u32 block);

/* count.c */
void fn_count_add(struct fn_count *to, const struct fn_count *c);
void fn_gen_base(struct fn_gen *g);
struct fn_count fn_gen_after(const struct fn_gen *g);
struct fn_count fn_gen_after_jump(const struct fn_gen *g);
bool fn_count_fits(const struct fn_gen *g, const struct fn_count *to);
bool fn_emit_correct(struct fn_gen *g, const struct fn_count *to);

/* known.c */
bool fn_fact_same(struct fn_fact a, struct fn_fact b);
struct fn_fact fn_fact_of(const struct fn_facts *f, u32 reg);
struct fn_fact fn_fact_alu(const struct fn_facts *f, const struct fn_uop *u);
struct fn_fact fn_fact_loaded(const struct fn_uop *u);
struct fn_fact fn_fact_address(const struct fn_facts *f,
			       const struct fn_uop *u);
s64 fn_fact_room(const struct fn_facts *f, struct fn_fact a);
bool fn_fact_ends(const struct fn_facts *f, const struct fn_uop *u,
		  struct fn_ends *e);
struct fn_fact fn_fact_meet(struct fn_fact a, s64 room_a, struct fn_fact b,
			    s64 room_b, u32 sym);

/* facts.c */
void fn_gen_facts(struct fn_gen *g);
bool fn_gen_map(const struct fn_gen *g, const struct fn_facts *f, u32 *slot);
void fn_facts_step(const struct fn_gen *g, struct fn_facts *f, u32 pc);
void fn_facts_branch(struct fn_facts *f, const struct fn_uop *u, bool taken);
void fn_facts_next(const struct fn_gen *g, struct fn_facts *f, u32 pc);
void fn_facts_jump(const struct fn_gen *g, struct fn_facts *f, u32 pc);

/* time.c */
void fn_charge_of(const struct fn_gen *g, const struct fn_facts *f,
		  const struct fn_uop *u, struct fn_charge *c);
void fn_count_word(const struct fn_gen *g, const struct fn_facts *f, u32 pc,
		   struct fn_count *to);
void fn_time_step(const struct fn_gen *g, struct fn_facts *f, u32 pc);
void fn_time_jump(const struct fn_gen *g, struct fn_facts *f);
bool fn_time_meet(struct fn_facts *to, const struct fn_facts *f);
void fn_emit_settle(struct fn_gen *g, const struct fn_facts *f,
		    const struct fn_count *at);
void fn_emit_wait(struct fn_gen *g, const struct fn_charge *c);

/* live.c */
void fn_gen_live(struct fn_gen *g);
u32 fn_gen_live_after(const struct fn_gen *g, u32 pc);
void fn_gen_webs(struct fn_gen *g);
u32 fn_web_find(struct fn_gen *g, u32 web);
u32 fn_web_in(const struct fn_gen *g, u32 block, u32 reg);
u32 fn_web_def(const struct fn_gen *g, u32 pc);
void fn_web_enter(struct fn_gen *g, const struct fn_bblock *b);
void fn_web_step(struct fn_gen *g, u32 pc);

/* host.c */
void fn_gen_host(struct fn_gen *g);

/* place.c */
bool fn_gen_place(struct fn_gen *g);

/* out.c */
void fn_put(struct fn_gen *g, u32 code, u32 dst, u32 src, s32 off, s32 imm);
void fn_put_const(struct fn_gen *g, u32 to, u64 v);
void fn_put_wide(struct fn_gen *g, u32 to, u64 v);
void fn_put_move(struct fn_gen *g, u32 to, u32 from);
void fn_put_add(struct fn_gen *g, u32 to, u64 v, u32 scratch);
void fn_put_load(struct fn_gen *g, u32 to, u32 base, s32 off);
void fn_put_store(struct fn_gen *g, u32 base, s32 off, u32 from);
void fn_put_set(struct fn_gen *g, u32 size, s32 off, s32 imm);
void fn_put_jump(struct fn_gen *g, u32 code, u32 dst, u32 src, s32 imm,
		 u32 label);
void fn_put_call(struct fn_gen *g, fn_call_t fn);
u32 fn_label(struct fn_gen *g);
void fn_label_here(struct fn_gen *g, u32 label);
void fn_cold(struct fn_gen *g, bool cold);
bool fn_gen_link(struct fn_gen *g);

/* value.c */
bool fn_val_const(const struct fn_gen *g, u32 reg, s64 imm, s64 *v);
u32 fn_val_place(struct fn_gen *g, u32 reg);
u32 fn_val_use(struct fn_gen *g, u32 reg, u32 scratch);
void fn_val_fetch(struct fn_gen *g, u32 to, u32 reg);
struct fn_web *fn_val_web(struct fn_gen *g, u32 reg);
void fn_val_host(struct fn_gen *g, u32 to, u32 reg);
u32 fn_val_use_host(struct fn_gen *g, u32 reg, u32 scratch);
void fn_val_go_home(struct fn_gen *g, u32 regs);
void fn_val_leave(struct fn_gen *g, u32 regs, struct fn_exit *e);
void fn_val_save(struct fn_gen *g, u32 regs, u32 home);
void fn_val_restore(struct fn_gen *g, u32 regs);
void fn_val_arg(struct fn_gen *g, u32 to, u32 reg);
bool fn_val_wanted(struct fn_gen *g);
u32 fn_val_target(struct fn_gen *g);
void fn_val_result(struct fn_gen *g, const struct fn_uop *u, u32 from);
void fn_val_from_home(struct fn_gen *g, const struct fn_uop *u);
bool fn_val_makes_host(struct fn_gen *g);

/* alu.c */
void fn_emit_nop(struct fn_gen *g, const struct fn_uop *u,
		 const struct fn_gen_op *op);
void fn_emit_mov(struct fn_gen *g, const struct fn_uop *u,
		 const struct fn_gen_op *op);
void fn_emit_movh(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op);
void fn_emit_alu(struct fn_gen *g, const struct fn_uop *u,
		 const struct fn_gen_op *op);
void fn_emit_rsub(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op);
void fn_emit_shift(struct fn_gen *g, const struct fn_uop *u,
		   const struct fn_gen_op *op);
void fn_emit_div(struct fn_gen *g, const struct fn_uop *u,
		 const struct fn_gen_op *op);
void fn_emit_field(struct fn_gen *g, const struct fn_uop *u,
		   const struct fn_gen_op *op);
void fn_emit_swap(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op);

/* access.c */
enum fn_way fn_gen_way(const struct fn_gen *g, const struct fn_facts *f,
		       const struct fn_uop *u);
u32 fn_gen_pointer(const struct fn_facts *f, const struct fn_uop *u);
u32 fn_gen_operand(const struct fn_facts *f, const struct fn_uop *u);
void fn_emit_load(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op);
void fn_emit_store(struct fn_gen *g, const struct fn_uop *u,
		   const struct fn_gen_op *op);
void fn_emit_atom(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op);

/* branch.c */
void fn_emit_goto(struct fn_gen *g, u32 to);
void fn_emit_sel(struct fn_gen *g, const struct fn_uop *u,
		 const struct fn_gen_op *op);
void fn_emit_jcc(struct fn_gen *g, const struct fn_uop *u,
		 const struct fn_gen_op *op);
void fn_emit_exitc(struct fn_gen *g, const struct fn_uop *u,
		   const struct fn_gen_op *op);
void fn_emit_jmp(struct fn_gen *g, const struct fn_uop *u,
		 const struct fn_gen_op *op);
void fn_emit_exit(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op);
void fn_emit_trap(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op);

/* function.c */
void fn_emit_call(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op);
void fn_emit_ret(struct fn_gen *g, const struct fn_uop *u,
		 const struct fn_gen_op *op);

/* callout.c */
void fn_emit_sdiv(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op);
void fn_emit_helper(struct fn_gen *g, const struct fn_uop *u,
		    const struct fn_gen_op *op);
void fn_call_atom(struct fn_gen *g, const struct fn_uop *u);
void fn_call_memory(struct fn_gen *g, u32 size, u32 access);
void fn_call_value(struct fn_gen *g);

/* lookup.c */
bool fn_gen_key(const struct fn_gen *g, const struct fn_facts *f,
		const struct fn_uop *u, u32 *slot);
bool fn_gen_calls(const struct fn_gen *g, const struct fn_uop *u);
bool fn_emit_lookup(struct fn_gen *g, const struct fn_uop *u);

/* emit.c */
void fn_emit_finish(struct fn_gen *g, u32 pc, struct fn_count total);
u32 fn_emit_resume(struct fn_gen *g);
void fn_emit_resume_at(struct fn_gen *g, u32 pc, u32 live,
		       struct fn_count total);
void fn_gen_emit(struct fn_gen *g);

/* jit.c */
__printf(2, 3) bool fn_gen_refuse(struct fn_gen *g, const char *fmt, ...);

#endif /* FN_NATIVE_GEN_H */
