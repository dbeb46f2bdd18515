/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The program that the passes of the translator work on.
 *
 * A program is an array of functions, a function a run of basic blocks, a block
 * a list of instructions. Everything refers to everything by index, so arrays
 * may grow. Instructions are those of the card with registers without number:
 * the first FN_NREGS are the card's own, BPF's r0 to r10 among them; passes make
 * as many others as they like.
 *
 * A block ends in one of
 *	FN_OP_JCC		to succ[1] if true, else to succ[0]
 *	FN_OP_EXIT, RET, TRAP	no successor
 *	nothing			to succ[0]
 * There is no FN_OP_JMP before encoding.
 */
#ifndef FN_IR_H
#define FN_IR_H

#include "../isa.h"
#include "translator.h"

/*
 * Operations that exist between passes only.
 *
 *	FN_IR_PHI	d is args[i] if control came from predecessor i; these
 *			begin a block
 */
enum { FN_IR_PHI = FN_NOPS, FN_IR_NOPS };

/* Registers that -O0 code may use between two BPF instructions. */
#define FN_REG_TMP 11
#define FN_REG_TMP2 12
/* Makes larger immediates; no other pass uses it before registers are given. */
#define FN_REG_IMM 13
/* Of optimised code: breaks circles of moves. */
#define FN_REG_MOVE 30

#define FN_PINNED 0xff
#define FN_MAX_USES 8

#define FN_NONE 0xffffffffu

/* Where a load can't fault, besides where the program has it. */
#define FN_SAFE_NOWHERE 0
#define FN_SAFE_ANYWHERE FN_NONE

/**
 * struct fn_ir - an instruction
 * @op: enum fn_op
 * @x: FN_X_* as in the card's instruction
 * @d: destination register
 * @a: first source register
 * @b: second source register, unless FN_X_IMM
 * @c: SEL: value if the condition does not hold, @b or @off being the other;
 *	CMPXCHG: value of @d before, which it may keep
 * @args: first operand in fn_tr.args: of PHI one a predecessor; of HELPER and
 *	CALL, as long as registers have no numbers, @nargs for r1 and so on;
 *	of LD the branch or conditional exit that makes it safe, or FN_SAFE_*
 * @nargs: arguments of HELPER and CALL; FN_PINNED if these, and the result, are
 *	in r1 and so on, and in r0, as the card has it. So with RET and @a
 * @stop: last of its issue group
 * @kind: of the memory that it accesses, as far as is known: enum fn_kind
 * @off: of a memory access; SEL: value with FN_X_IMM; EXITC: verdict
 * @imm: second operand with FN_X_IMM, and of operations without register form;
 *	added to the second operand of JCC and EXITC;
 *	CALL: number of the function
 * @origin: BPF instruction it came from, or FN_ORIGIN_NONE
 * @block: it belongs to
 * @prev: instruction before it in the block, 0 if none
 * @next: instruction after it in the block, 0 if none
 * @unused: makes the whole a power of two, as all passes find it by its index
 */
struct fn_ir {
	u8 op;
	u8 x;
	u8 nargs;
	bool stop;
	u8 kind;
	u32 d;
	u32 a;
	u32 b;
	u32 c;
	u32 args;
	s32 off;
	s64 imm;
	u32 origin;
	u32 block;
	u32 prev;
	u32 next;
	u32 unused[2];
};

/**
 * struct fn_block - a basic block
 * @first: instruction, 0 if the block is empty
 * @last: instruction, 0 if the block is empty
 * @func: it belongs to
 * @succ: blocks that follow
 * @edge: for each of them, which of its predecessors this is
 * @nsucc: number of @succ
 * @pred: index of its first predecessor in fn_tr.args
 * @npred: number of predecessors
 * @origin: first BPF instruction
 * @tail: last BPF instruction, or FN_ORIGIN_NONE
 * @next: the block after this in memory, FN_NONE after a function's last
 * @order: its place in fn_tr.order
 * @live: values that are live at its beginning, see fn_ir_live(); then the
 *	card's registers, see fn_ir_live_regs()
 * @pc: word where it starts, once encoded
 */
struct fn_block {
	u32 first;
	u32 last;
	u32 func;
	u32 succ[2];
	u32 edge[2];
	u32 nsucc;
	u32 pred;
	u32 npred;
	u32 origin;
	u32 tail;
	u32 next;
	u32 order;
	u32 live;
	u32 pc;
};

/**
 * struct fn_func - a function
 * @start: its first BPF instruction
 * @end: first BPF instruction behind it
 * @block: its first block, which nothing jumps to
 * @last: its last block in memory
 * @frame: bytes of stack, multiple of 8
 * @reads: registers that it takes arguments in, a bit each
 * @writes: registers that a call of it changes, a bit each
 */
struct fn_func {
	u32 start;
	u32 end;
	u32 block;
	u32 last;
	u32 frame;
	u32 reads;
	u32 writes;
};

/**
 * struct fn_group - an issue group in the making
 * @lanes: words that it has room for
 * @words: in it
 * @memory: loads, stores and atomics
 * @written: registers, a bit each
 * @multiply: there is a multiplication or division
 * @branch: there is a branch
 * @nstores: number of @store
 * @store: stores and atomics; as long as no instruction is added
 * @ended: it takes no more
 */
struct fn_group {
	u32 lanes;
	u32 words;
	u32 memory;
	u32 written;
	bool multiply;
	bool branch;
	u32 nstores;
	const struct fn_ir *store[4];
	bool ended;
};

/* What is known of a BPF instruction's place in the program. */
#define FN_SRC_SECOND 0x01 /* second half of ld_imm64 */
#define FN_SRC_JUMP 0x02 /* has a target */
#define FN_SRC_NEXT 0x04 /* may go on with the next instruction */
#define FN_SRC_CALL 0x08 /* calls its target and comes back */
#define FN_SRC_FUNC 0x10 /* first of a function */
#define FN_SRC_LEADER 0x20 /* first of a block */
#define FN_SRC_REACHED 0x40

/**
 * struct fn_src - a BPF instruction's place in the program
 * @flags: FN_SRC_*
 * @target: of a jump or call
 * @block: that starts with it, if it is a leader
 */
struct fn_src {
	u8 flags;
	u32 target;
	u32 block;
};

/* What a value points to, and which memory an access is to. */
enum fn_kind {
	FN_KIND_NONE, /* not seen, or not looked for: anything */
	FN_KIND_NUMBER, /* nothing */
	FN_KIND_ANY,
	FN_KIND_CTX,
	FN_KIND_STACK,
	FN_KIND_PACKET,
	FN_KIND_MAP, /* values of some map */
	FN_KIND_SLOT, /* values of the map in slot 0, and so on */
};

#define FN_KIND_SLOTS 200

/**
 * struct fn_value - what is known of a register with one definition
 * @def: instruction that makes it, 0 if none
 * @uses: how often it is read, see fn_ir_count(); passes add but need not subtract
 * @bits: that may be set, from the lowest on; 0 if not known
 * @kind: what it points to, see fn_ir_kinds()
 */
struct fn_value {
	u32 def;
	u32 uses;
	u32 bits;
	u8 kind;
};

/**
 * struct fn_dom - a block's place in the tree of dominators
 * @parent: the last other block on each way to it; itself if there is none
 * @jump: a dominator further up
 * @depth: number of other blocks that dominate it
 */
struct fn_dom {
	u32 parent;
	u32 jump;
	u32 depth;
};

#include "ir_make.h"

struct fn_piece;

/**
 * struct fn_mark - how much memory passes have, see fn_ir_mark()
 * @used: bytes of the translation's piece
 * @pieces: others
 */
struct fn_mark {
	size_t used;
	struct fn_piece *pieces;
};

/**
 * struct fn_tr - a translation
 * @bpf: what is translated
 * @opt: how
 * @log: for refusals
 * @err: first error; allocation failures are only noted here and end the
 *	translation after the pass
 * @src: of each BPF instruction
 * @funcs: functions, the main program first
 * @nfuncs: number of @funcs
 * @cap_funcs: that there is room for
 * @blocks: blocks, in the order of the BPF program
 * @nblocks: number of @blocks
 * @cap_blocks: that there is room for
 * @irs: instructions; the first is not used
 * @nirs: number of @irs
 * @cap_irs: that there is room for
 * @args: operands of instructions that have many, and predecessors of blocks
 * @nargs: number of @args
 * @cap_args: that there is room for
 * @room: memory for most of what a short program needs, see memory.c
 * @room_used: bytes of it
 * @pieces: what did not fit
 * @order: blocks that can be reached, a function after the other, each in
 *	reverse post order: a block comes after all that dominate it
 * @norder: number of @order
 * @cap_order: that there is room for
 * @doms: by block, see fn_ir_dom()
 * @cap_doms: that there is room for
 * @edits: grows whenever the program changes
 * @shapes: grows whenever blocks, or the edges between them, change
 * @ordered: @shapes when @order was made
 * @dominated: @shapes when @doms was made
 * @noted: @edits when @values was made, or was last found to hold still
 * @counted: @edits when uses were counted
 * @noted_kinds: @values has kinds
 * @memory: there may be loads or stores
 * @values: by register, see fn_ir_values()
 * @nvalues: number of @values
 * @cap_values: that there is room for
 * @nregs: registers in use, the card's included
 * @origin: BPF instruction at hand
 * @image: result
 */
struct fn_tr {
	const struct fn_bpf_prog *bpf;
	const struct fn_tr_options *opt;
	const struct fn_log *log;
	int err;
	struct fn_src *src;
	struct fn_func *funcs;
	u32 nfuncs;
	u32 cap_funcs;
	struct fn_block *blocks;
	u32 nblocks;
	u32 cap_blocks;
	struct fn_ir *irs;
	u32 nirs;
	u32 cap_irs;
	u32 *args;
	u32 nargs;
	u32 cap_args;
	void *room;
	size_t room_used;
	struct fn_piece *pieces;
	u32 *order;
	u32 norder;
	u32 cap_order;
	struct fn_dom *doms;
	u32 cap_doms;
	u32 edits;
	u32 shapes;
	u32 ordered;
	u32 dominated;
	u32 noted;
	u32 counted;
	bool noted_kinds;
	bool memory;
	struct fn_value *values;
	u32 nvalues;
	u32 cap_values;
	u32 nregs;
	u32 origin;
	struct fn_image *image;
};

/*
 * A function's blocks are a list from its block by way of next, which ends with
 * FN_NONE, in the order they have in memory. A block's instructions are a list
 * from first by way of next, which ends with 0. A loop over them may remove the
 * instruction it is at, and add only what goes before that.
 */

/* An instruction if there is one and it is a PHI, else 0. */
static inline u32 fn_ir_phi(const struct fn_tr *tr, u32 ir)
{
	return ir && tr->irs[ir].op == FN_IR_PHI ? ir : 0;
}

/* The PHIs that a block begins with: its first, and the next of one; or 0. */
static inline u32 fn_ir_first_phi(const struct fn_tr *tr, u32 block)
{
	return fn_ir_phi(tr, tr->blocks[block].first);
}

static inline u32 fn_ir_next_phi(const struct fn_tr *tr, u32 phi)
{
	return fn_ir_phi(tr, tr->irs[phi].next);
}

/* Does a number fit into 16 bits with a sign? */
static inline bool fn_fits16(s64 v)
{
	return v == (s16)v;
}

/* Into 32 bits? */
static inline bool fn_fits32(s64 v)
{
	return v == (s32)v;
}

/* memory.c */
void *fn_ir_dirty(struct fn_tr *tr, size_t size);
void *fn_ir_temp(struct fn_tr *tr, size_t size);
void fn_ir_release_pieces(struct fn_tr *tr, struct fn_piece *pieces);
void *fn_ir_keep(struct fn_tr *tr, size_t size);
void *fn_ir_grow(struct fn_tr *tr, void *array, u32 n, u32 want, u32 *cap,
		 size_t size);
void fn_ir_drop(struct fn_tr *tr, void *array);
int fn_ir_init(struct fn_tr *tr);
void fn_ir_free(struct fn_tr *tr);

/**
 * fn_ir_mark - remember how much memory passes have
 * @tr: program
 *
 * Return: a mark for fn_ir_release().
 */
static inline struct fn_mark fn_ir_mark(const struct fn_tr *tr)
{
	return (struct fn_mark){ tr->room_used, tr->pieces };
}

/**
 * fn_ir_release - give back what fn_ir_dirty() and fn_ir_temp() have given since
 * @tr: program
 * @mark: from fn_ir_mark()
 */
static inline void fn_ir_release(struct fn_tr *tr, struct fn_mark mark)
{
	tr->room_used = mark.used;
	if (tr->pieces != mark.pieces)
		fn_ir_release_pieces(tr, mark.pieces);
}

/* ir.c */
u32 fn_ir_func(struct fn_tr *tr, u32 start, u32 end);
u32 fn_ir_block(struct fn_tr *tr, u32 func, u32 origin);
u32 fn_ir_block_after(struct fn_tr *tr, u32 block);
u32 fn_ir_args(struct fn_tr *tr, u32 n);
u32 fn_ir_append(struct fn_tr *tr, u32 block, struct fn_ir ir);
u32 fn_ir_insert(struct fn_tr *tr, u32 before, struct fn_ir ir);
u32 fn_ir_put(struct fn_tr *tr, u32 block, u32 before, struct fn_ir ir);
u32 fn_ir_behind_phis(const struct fn_tr *tr, u32 block);
void fn_ir_remove(struct fn_tr *tr, u32 ir);
int fn_ir_preds(struct fn_tr *tr);
void fn_ir_unlink(struct fn_tr *tr, u32 block, u32 s);
void fn_ir_decide(struct fn_tr *tr, u32 jcc, bool taken);
u32 fn_ir_split(struct fn_tr *tr, u32 block, u32 s);
bool fn_ir_gone(const struct fn_tr *tr, u32 block);
void fn_ir_take(struct fn_tr *tr, u32 block, u32 from);
bool fn_ir_follows(const struct fn_tr *tr, u32 block);
void fn_ir_absorb(struct fn_tr *tr, u32 block);
bool fn_ir_compares(const struct fn_ir *ir);
const struct fn_ir *fn_ir_verdict(const struct fn_tr *tr, u32 block);
u8 fn_ir_opposite(u8 x);
u8 fn_ir_mirrored(u8 x);
__printf(3, 4) int fn_ir_refuse(struct fn_tr *tr, int err, const char *fmt,
				...);

/*
 * The program has changed: what was found out about it may no longer hold. Whoever
 * writes to an instruction says so; the functions of ir.c do it themselves.
 */
static inline void fn_ir_edited(struct fn_tr *tr)
{
	tr->edits++;
}

/* Let an instruction be another one; its place and origin stay. */
static inline void fn_ir_become(struct fn_tr *tr, struct fn_ir *ir,
				struct fn_ir other)
{
	fn_ir_edited(tr);
	ir->op = other.op;
	ir->x = other.x;
	ir->d = other.d;
	ir->a = other.a;
	ir->b = other.b;
	ir->c = other.c;
	ir->off = other.off;
	ir->imm = other.imm;
}

/* The same of blocks and edges. */
static inline void fn_ir_reshaped(struct fn_tr *tr)
{
	tr->edits++;
	tr->shapes++;
}

/* order.c */
int fn_ir_order(struct fn_tr *tr);
u32 fn_ir_func_end(const struct fn_tr *tr, u32 func);

/**
 * fn_ir_web - the one register that stands for all that it was joined with
 * @web: by register: one that it was joined with, or itself
 * @reg: register
 *
 * A disjoint-set forest: the way up gets shorter by half each time (Tarjan and
 * van Leeuwen, 1984).
 *
 * Return: the register that stands for @reg.
 */
static inline u32 fn_ir_web(u32 *web, u32 reg)
{
	while (web[reg] != reg) {
		web[reg] = web[web[reg]];
		reg = web[reg];
	}
	return reg;
}

/*
 * What is known of an operation: operands that it reads, whether it has a result
 * and whether that is all that it does.
 */
#define FN_IR_A 0x01 /* reads @a; MOV does not */
#define FN_IR_B 0x02 /* reads @b */
#define FN_IR_BR 0x04 /* reads @b unless FN_X_IMM */
#define FN_IR_C 0x08 /* reads @c */
#define FN_IR_D 0x10 /* writes @d */
#define FN_IR_PURE 0x20
#define FN_IR_MEM 0x40 /* loads or stores, with FN_X_INDEX from a sum */
#define FN_IR_MORE 0x80 /* what it reads and writes takes a closer look */

/* operands.c */
extern const u8 fn_ir_traits[FN_IR_NOPS];
bool fn_ir_writes_more(const struct fn_ir *ir);
u32 fn_ir_index(const struct fn_ir *ir);
u32 fn_ir_uses_more(struct fn_tr *tr, struct fn_ir *ir, u32 **use);

/* Does an instruction have a result, which it writes to @ir->d? */
static inline bool fn_ir_writes(const struct fn_ir *ir)
{
	if (fn_ir_traits[ir->op] & FN_IR_MORE)
		return fn_ir_writes_more(ir);
	return fn_ir_traits[ir->op] & FN_IR_D;
}

/* Do its operation, and whether it has an immediate, say what it reads? */
static inline bool fn_ir_simple(const struct fn_ir *ir)
{
	u8 traits = fn_ir_traits[ir->op];

	return !(traits & FN_IR_MORE) &&
	       !(traits & FN_IR_MEM && ir->x & FN_X_INDEX);
}

/**
 * fn_ir_uses - registers that an instruction reads
 * @tr: program
 * @ir: instruction; of a PHI nothing is reported
 * @use: gets up to FN_MAX_USES pointers to its operands, valid until an
 *	instruction or operand is added
 *
 * Return: how many.
 */
static inline u32 fn_ir_uses(struct fn_tr *tr, struct fn_ir *ir, u32 **use)
{
	u8 traits = fn_ir_traits[ir->op];
	u32 n = 0;

	if (!fn_ir_simple(ir))
		return fn_ir_uses_more(tr, ir, use);
	if (traits & FN_IR_A && ir->op != FN_OP_MOV)
		use[n++] = &ir->a;
	if (traits & FN_IR_C)
		use[n++] = &ir->c;
	if (traits & FN_IR_B || (traits & FN_IR_BR && !(ir->x & FN_X_IMM)))
		use[n++] = &ir->b;
	return n;
}

void fn_ir_each_more(struct fn_tr *tr, struct fn_ir *ir,
		     void (*fn)(void *ctx, u32 *reg), void *ctx);

/**
 * fn_ir_each_use - go through the registers that an instruction reads
 * @tr: program
 * @ir: instruction; of a PHI nothing is reported
 * @fn: is called with each operand, the last of fn_ir_uses() first
 * @ctx: for @fn
 *
 * Faster than fn_ir_uses() if @fn is a known function.
 */
static __always_inline void fn_ir_each_use(struct fn_tr *tr, struct fn_ir *ir,
					   void (*fn)(void *ctx, u32 *reg),
					   void *ctx)
{
	u8 traits = fn_ir_traits[ir->op];

	if (!fn_ir_simple(ir)) {
		fn_ir_each_more(tr, ir, fn, ctx);
		return;
	}
	if (traits & FN_IR_B || (traits & FN_IR_BR && !(ir->x & FN_X_IMM)))
		fn(ctx, &ir->b);
	if (traits & FN_IR_C)
		fn(ctx, &ir->c);
	if (traits & FN_IR_A && ir->op != FN_OP_MOV)
		fn(ctx, &ir->a);
}

/*
 * May an instruction be left out if nobody wants its result? A load is pure: a
 * program that verifies has no load that faults.
 */
static inline bool fn_ir_pure(const struct fn_ir *ir)
{
	return fn_ir_traits[ir->op] & FN_IR_PURE || ir->op == FN_OP_NOP;
}

static inline bool fn_ir_is_store(const struct fn_ir *ir)
{
	return ir->op == FN_OP_ST || ir->op == FN_OP_STI;
}

/* The address of something in the frame: r10 and a number. */
static inline bool fn_ir_in_frame(const struct fn_ir *ir)
{
	return ir->op == FN_OP_ADD && ir->x == FN_X_IMM && ir->a == FN_REG_FP;
}

/* Does an instruction load or store? Atomics are none of these. */
static inline bool fn_ir_memory(const struct fn_ir *ir)
{
	return fn_ir_traits[ir->op] & FN_IR_MEM;
}

/**
 * fn_ir_ends - does control go elsewhere after this?
 * @ir: instruction
 *
 * Return: true if it can only be the last of its block.
 */
static inline bool fn_ir_ends(const struct fn_ir *ir)
{
	return ir->op == FN_OP_JCC || ir->op == FN_OP_EXIT ||
	       ir->op == FN_OP_RET || ir->op == FN_OP_TRAP;
}

/* Does an instruction still do what it did? */
static inline bool fn_ir_same(const struct fn_ir *a, const struct fn_ir *b)
{
	return a->op == b->op && a->x == b->x && a->d == b->d && a->a == b->a &&
	       a->b == b->b && a->c == b->c && a->off == b->off &&
	       a->imm == b->imm;
}

/* values.c */
int fn_ir_values(struct fn_tr *tr);
int fn_ir_count(struct fn_tr *tr);
bool fn_ir_const(struct fn_tr *tr, u32 reg, s64 *value);
bool fn_ir_bits(struct fn_tr *tr, const struct fn_ir *ir);
bool fn_ir_narrow(struct fn_tr *tr, u32 reg, u32 bits);

/**
 * fn_ir_def - instruction that makes a value
 * @tr: program with @tr->values
 * @reg: register
 *
 * Return: the instruction, NULL if the value comes from elsewhere.
 */
static inline struct fn_ir *fn_ir_def(struct fn_tr *tr, u32 reg)
{
	if (reg < FN_NREGS || reg >= tr->nvalues || !tr->values[reg].def)
		return NULL;
	return &tr->irs[tr->values[reg].def];
}

/* dom.c */
bool fn_ir_dominates(const struct fn_tr *tr, u32 a, u32 b);
int fn_ir_dom(struct fn_tr *tr);

/* kinds.c */
u8 fn_kind_of(const struct fn_tr *tr, u32 reg);
u32 fn_ir_ctx(const struct fn_tr *tr, const struct fn_ir *ir);
u8 fn_kind_at(const struct fn_tr *tr, const struct fn_ir *ir);
void fn_ir_kinds(struct fn_tr *tr);
int fn_pass_kinds(struct fn_tr *tr);

/**
 * fn_kinds_meet - may two pointers point to the same memory?
 * @a: kind of one
 * @b: kind of the other
 *
 * Return: false if they can not.
 */
static inline bool fn_kinds_meet(u8 a, u8 b)
{
	if (a == FN_KIND_ANY || b == FN_KIND_ANY || a <= FN_KIND_NUMBER ||
	    b <= FN_KIND_NUMBER || a == b)
		return true;
	return (a == FN_KIND_MAP && b > FN_KIND_MAP) ||
	       (b == FN_KIND_MAP && a > FN_KIND_MAP);
}

/* live.c */
int fn_ir_live(struct fn_tr *tr);

/**
 * struct fn_flow - what a block does with variables, a bit each
 * @reads: before it writes them
 * @writes: at some place
 */
struct fn_flow {
	u32 reads;
	u32 writes;
};

/* flow.c */
void fn_ir_flow_back(struct fn_tr *tr, const struct fn_flow *flow);

/* live_regs.c */
int fn_ir_live_regs(struct fn_tr *tr);

/* eval.c */
bool fn_eval_alu(u8 op, bool w, u64 a, u64 b, u64 *result);
bool fn_eval_unary(const struct fn_ir *ir, u64 a, u64 *result);
bool fn_eval_cond(u8 cond, bool w, u64 a, u64 b);

/* ir_print.c */
void fn_ir_print(const struct fn_tr *tr, const struct fn_log *to);

/* decode.c */
int fn_pass_decode(struct fn_tr *tr);
/* cfg.c */
int fn_pass_cfg(struct fn_tr *tr);
/* lower.c */
int fn_pass_lower(struct fn_tr *tr);
/* ssa.c */
int fn_pass_ssa(struct fn_tr *tr);
/* copy.c */
int fn_pass_copy(struct fn_tr *tr);
/* fold.c */
int fn_pass_fold(struct fn_tr *tr);
/* range.c */
int fn_pass_range(struct fn_tr *tr);
/* fuse.c */
int fn_pass_fuse(struct fn_tr *tr);
/* facts.c */
int fn_pass_facts(struct fn_tr *tr);
/* mem.c */
int fn_pass_mem(struct fn_tr *tr);
/* dse.c */
int fn_pass_dse(struct fn_tr *tr);
/* cse.c */
int fn_pass_cse(struct fn_tr *tr);
/* dce.c */
int fn_pass_dce(struct fn_tr *tr);
/* merge.c */
int fn_pass_merge(struct fn_tr *tr);
/* sign.c */
int fn_pass_sign(struct fn_tr *tr);
/* bounds.c */
int fn_pass_bounds(struct fn_tr *tr);
/* exits.c */
int fn_pass_exits(struct fn_tr *tr);
/* inline.c */
int fn_pass_inline(struct fn_tr *tr);
/* licm.c */
int fn_pass_licm(struct fn_tr *tr);
/* tails.c */
int fn_pass_tails(struct fn_tr *tr);
/* decide.c */
int fn_pass_decide(struct fn_tr *tr);
/* thread.c */
int fn_pass_thread(struct fn_tr *tr);
/* ifconv.c */
int fn_pass_ifconv(struct fn_tr *tr);
/* guard.c */
int fn_pass_guard(struct fn_tr *tr);
/* join.c */
int fn_pass_join(struct fn_tr *tr);
/* early.c */
int fn_pass_early(struct fn_tr *tr);
/* legal.c */
int fn_pass_legal(struct fn_tr *tr);
/* split.c */
int fn_pass_split(struct fn_tr *tr);
/* pin.c */
int fn_pass_pin(struct fn_tr *tr);
/* args.c */
int fn_pass_args(struct fn_tr *tr);
/* alloc.c */
int fn_pass_alloc(struct fn_tr *tr);
/* spill.c */
int fn_ir_spill(struct fn_tr *tr, const u8 *chosen);
/* moves.c */
int fn_pass_moves(struct fn_tr *tr);
/* hoist.c */
int fn_pass_hoist(struct fn_tr *tr);
/* layout.c */
int fn_pass_layout(struct fn_tr *tr);
/* forward.c */
int fn_pass_forward(struct fn_tr *tr);
/* sched.c */
int fn_pass_sched(struct fn_tr *tr);
/* group.c */
u32 fn_group_implied(const struct fn_tr *tr, const struct fn_ir *ir);
u32 fn_group_reads(struct fn_tr *tr, struct fn_ir *ir);
u32 fn_group_writes(const struct fn_tr *tr, const struct fn_ir *ir);
void fn_group_begin(struct fn_group *g, u32 lanes);
bool fn_group_fits(const struct fn_group *g, const struct fn_ir *ir, u32 regs);
void fn_group_add(struct fn_group *g, const struct fn_ir *ir, u32 writes);
bool fn_group_apart(const struct fn_ir *a, const struct fn_ir *b);
bool fn_group_goes_on(const struct fn_tr *tr, u32 block);
int fn_pass_group(struct fn_tr *tr);

/**
 * fn_group_alone - is an instruction a group of its own?
 * @ir: instruction
 *
 * Return: true if nothing issues with it.
 */
static inline bool fn_group_alone(const struct fn_ir *ir)
{
	return ir->op == FN_OP_CALL || ir->op == FN_OP_RET;
}

/**
 * fn_group_memory - does an instruction take a memory port?
 * @ir: instruction
 *
 * Return: true of loads, stores and atomics.
 */
static inline bool fn_group_memory(const struct fn_ir *ir)
{
	return fn_ir_memory(ir) || ir->op == FN_OP_ATOM;
}

/* encode.c */
int fn_pass_encode(struct fn_tr *tr);

#endif /* FN_IR_H */
