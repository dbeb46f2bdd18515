/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The intermediate representation that the passes of the translator work on.
 *
 * A program is an array of functions, a function is a list of basic blocks, and
 * a block is a list of instructions. All references are indices, so arrays may
 * grow. Instructions are those of the card with registers of two sorts: the
 * first FN_NREGS are the card's own (physical registers), BPF's r0 to r10 among
 * them, and all others are virtual registers, of which a pass makes as many as
 * it needs.
 *
 * A block ends in one of these terminators:
 *	FN_OP_JCC		goes to succ[1] if it is taken, else to succ[0]
 *	FN_OP_EXIT, RET, TRAP	has no successor
 *	no terminator		goes to succ[0]
 * There is no FN_OP_JMP before encoding.
 */
#ifndef FN_IR_H
#define FN_IR_H

#include "../context.h"
#include "../isa.h"
#include "translator.h"

/*
 * Operations that exist between passes only.
 *
 *	FN_IR_PHI	d is args[i] if control came from predecessor i; PHIs
 *			are the first instructions of their block
 */
enum { FN_IR_PHI = FN_NOPS, FN_IR_NOPS };

/* Scratch registers within one BPF instruction at level 0. */
#define FN_REG_TMP 11
#define FN_REG_TMP2 12
/* Holds immediates that a word cannot; unused until registers are allocated. */
#define FN_REG_IMM 13
/* Scratch register of optimised code that breaks cycles of parallel copies. */
#define FN_REG_MOVE 30

#define FN_PRECOLORED 0xff
#define FN_MAX_USES 8

#define FN_NONE 0xffffffffu

/* Whether a load may be speculated: never, everywhere, or behind its guard. */
#define FN_SPECULATE_NEVER 0
#define FN_SPECULATE_ALWAYS FN_NONE

/**
 * struct fn_ir - an instruction
 * @op: enum fn_op
 * @x: FN_X_* as in the card's instruction
 * @d: destination register
 * @a: first source register
 * @b: second source register, unless FN_X_IMM
 * @c: SEL: value if the condition does not hold, @b or @off being the other;
 *	CMPXCHG: the expected value, which @d keeps if the exchange fails
 * @args: index of the first operand in fn_tr.args. PHI has one operand for each
 *	predecessor; HELPER and CALL have @nargs, for r1 and so on, until they
 *	are precolored. LD: the guard, a branch or conditional exit behind which
 *	the load cannot fault, or FN_SPECULATE_*
 * @nargs: number of arguments of HELPER and CALL; FN_PRECOLORED if arguments
 *	are in r1 and so on and the result is in r0. RET has it for @a
 * @stop: the word ends its issue group
 * @region: memory region of the access, as far as it is known: enum fn_region
 * @off: displacement of a memory access, in bytes; SEL: value with FN_X_IMM;
 *	EXITC: verdict
 * @imm: second operand with FN_X_IMM, and of operations without register form;
 *	JCC and EXITC add it to their second operand; CALL: callee
 * @origin: BPF instruction it came from, or FN_ORIGIN_NONE
 * @block: block that holds it
 * @prev: instruction before it in the block, 0 if none
 * @next: instruction after it in the block, 0 if none
 * @unused: pads the size to a power of two, as every pass indexes the array
 */
struct fn_ir {
	u8 op;
	u8 x;
	u8 nargs;
	bool stop;
	u8 region;
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
 * @first: first instruction, 0 if the block is empty
 * @last: last instruction, 0 if the block is empty
 * @func: function that holds it
 * @succ: successors
 * @pred_index: for each successor, the index of this block among the
 *	predecessors of that successor, which is also that of its PHI operand
 * @nsucc: number of @succ
 * @pred: index of its first predecessor in fn_tr.args
 * @npred: number of predecessors
 * @bpf_first: its first BPF instruction
 * @bpf_last: its last BPF instruction, or FN_ORIGIN_NONE
 * @next: block that follows it in memory, FN_NONE after a function's last
 * @rpo: its index in fn_tr.rpo
 * @live_in: values that are live at its beginning, see fn_ir_liveness(); after
 *	register allocation a mask of physical registers, see
 *	fn_ir_phys_liveness()
 * @pc: index of its first word, once encoded
 */
struct fn_block {
	u32 first;
	u32 last;
	u32 func;
	u32 succ[2];
	u32 pred_index[2];
	u32 nsucc;
	u32 pred;
	u32 npred;
	u32 bpf_first;
	u32 bpf_last;
	u32 next;
	u32 rpo;
	u32 live_in;
	u32 pc;
};

/**
 * struct fn_func - a function
 * @start: its first BPF instruction
 * @end: first BPF instruction behind it
 * @entry: its entry block, which has no predecessor
 * @last: its last block in memory
 * @frame: bytes of stack, multiple of 8
 * @arg_regs: mask of registers that it takes arguments in
 * @clobbers: mask of registers that a call of it may change
 * @bottom_up: it is not in a cycle of the call graph, and calls no function of one
 */
struct fn_func {
	u32 start;
	u32 end;
	u32 entry;
	u32 last;
	u32 frame;
	u32 arg_regs;
	u32 clobbers;
	bool bottom_up;
};

/**
 * struct fn_group - an issue group in the making
 * @lanes: words that it has room for
 * @words: words in it
 * @ports: memory ports that its words take, see fn_group_takes_port()
 * @defs: mask of registers that its words define
 * @multiply: it holds a multiplication or division
 * @branch: it holds a branch
 * @nstores: number of @store
 * @store: its stores and atomics; valid until an instruction is added
 * @closed: no word may follow
 */
struct fn_group {
	u32 lanes;
	u32 words;
	u32 ports;
	u32 defs;
	bool multiply;
	bool branch;
	u32 nstores;
	const struct fn_ir *store[4];
	bool closed;
};

/* What is known of a BPF instruction's place in the program. */
#define FN_SRC_SECOND_HALF 0x01 /* of ld_imm64 */
#define FN_SRC_JUMP 0x02 /* has a target */
#define FN_SRC_FALLTHROUGH 0x04 /* control may go on to the next instruction */
#define FN_SRC_CALL 0x08 /* calls its target and comes back */
#define FN_SRC_FUNC 0x10 /* first of a function */
#define FN_SRC_LEADER 0x20 /* first of a block */
#define FN_SRC_REACHABLE 0x40

/**
 * struct fn_src - a BPF instruction's place in the program
 * @flags: FN_SRC_*
 * @target: target of a jump or call
 * @block: block that starts with it, if it is a leader
 */
struct fn_src {
	u8 flags;
	u32 target;
	u32 block;
};

/*
 * Memory regions: the abstract value of a pointer, and what an access may
 * touch. Accesses to different regions do not alias, see
 * fn_regions_may_alias().
 */
enum fn_region {
	FN_REGION_UNSEEN, /* bottom of the lattice; not analysed: anything */
	FN_REGION_SCALAR, /* no pointer */
	FN_REGION_ANY, /* top of the lattice */
	FN_REGION_CTX,
	FN_REGION_STACK,
	FN_REGION_PACKET,
	FN_REGION_MAPS, /* values of some map */
	FN_REGION_SLOT, /* values of the map in slot 0, and so on */
};

#define FN_REGION_MAX_SLOTS 200

/**
 * struct fn_value - what is known of a register in SSA form
 * @def: instruction that defines it, 0 if none
 * @use_count: number of its uses, see fn_ir_count_uses(); passes add to it but
 *	need not subtract
 * @width: known bits: all bits from this position on are zero; 0 if not known
 * @region: memory region it points to, see fn_ir_regions()
 */
struct fn_value {
	u32 def;
	u32 use_count;
	u32 width;
	u8 region;
};

/**
 * struct fn_dom - a block's node in the dominator tree
 * @idom: its immediate dominator; itself for an entry block
 * @jump: a dominator further up, which makes climbing logarithmic
 * @depth: number of its strict dominators
 */
struct fn_dom {
	u32 idom;
	u32 jump;
	u32 depth;
};

#include "ir_make.h"

struct fn_chunk;

/**
 * struct fn_tmp_pos - how much temporary memory is in use, see fn_tmp_mark()
 * @used: bytes of the arena
 * @chunks: allocations that did not fit into it
 */
struct fn_tmp_pos {
	size_t used;
	struct fn_chunk *chunks;
};

/**
 * struct fn_tr - a translation
 * @bpf: program that is translated
 * @ctx: layout of its context
 * @opt: options
 * @log: gets the reasons of refusals
 * @err: first error; a failed allocation is noted here and ends the translation
 *	after the pass
 * @src: place of each BPF instruction
 * @funcs: functions, the main program first
 * @nfuncs: number of @funcs
 * @cap_funcs: capacity of @funcs
 * @blocks: blocks, in the order of the BPF program
 * @nblocks: number of @blocks
 * @cap_blocks: capacity of @blocks
 * @irs: instructions; index 0 is not used
 * @nirs: number of @irs
 * @cap_irs: capacity of @irs
 * @args: operand lists of PHIs and calls, and predecessor lists of blocks
 * @nargs: number of @args
 * @cap_args: capacity of @args
 * @arena: memory for most of what a short program needs, see arena.c
 * @arena_used: bytes of @arena in use
 * @chunks: allocations that did not fit into @arena
 * @rpo: reachable blocks, function by function, each in reverse postorder: a
 *	block comes after all blocks that dominate it
 * @nrpo: number of @rpo
 * @cap_rpo: capacity of @rpo
 * @doms: dominator tree, by block, see fn_cfg_dom()
 * @cap_doms: capacity of @doms
 * @ir_version: grows whenever the program changes
 * @cfg_version: grows whenever blocks, or the edges between them, change
 * @rpo_version: @cfg_version of which @rpo is
 * @dom_version: @cfg_version of which @doms is
 * @values_version: @ir_version for which @values is valid
 * @uses_version: @ir_version for which the use counts are valid
 * @regions_valid: @values has memory regions
 * @has_accesses: there may be loads or stores
 * @values: what is known of each register, see fn_ir_values()
 * @nvalues: number of @values
 * @cap_values: capacity of @values
 * @nregs: number of registers, physical and virtual
 * @origin: BPF instruction that new instructions get as their origin
 * @image: result
 * @steps: counts the work, see fn_tr_step()
 */
struct fn_tr {
	const struct fn_bpf_prog *bpf;
	const struct fn_ctx_layout *ctx;
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
	void *arena;
	size_t arena_used;
	struct fn_chunk *chunks;
	u32 *rpo;
	u32 nrpo;
	u32 cap_rpo;
	struct fn_dom *doms;
	u32 cap_doms;
	u32 ir_version;
	u32 cfg_version;
	u32 rpo_version;
	u32 dom_version;
	u32 values_version;
	u32 uses_version;
	bool regions_valid;
	bool has_accesses;
	struct fn_value *values;
	u32 nvalues;
	u32 cap_values;
	u32 nregs;
	u32 origin;
	struct fn_image *image;
	u64 *steps;
};

/* Returns @ir if it is a PHI, else 0. */
static inline u32 fn_ir_phi(const struct fn_tr *tr, u32 ir)
{
	return ir && tr->irs[ir].op == FN_IR_PHI ? ir : 0;
}

#define FN_TR_SLICE 4096 /* steps after which other tasks may run */

/*
 * Counts a step of work: a visit of an instruction, of an edge, or of an entry of
 * a list whose length depends on the program. Every loop over such counts, so that
 * tests can tell how the work grows with the program, and so that a long
 * translation lets other tasks run.
 */
static inline void fn_tr_step(const struct fn_tr *tr)
{
	if (!(++*tr->steps % FN_TR_SLICE))
		fn_cond_resched();
}

/*
 * The blocks of a function are a list in memory order, from its entry by way of
 * fn_block.next, and the instructions of a block one from fn_block.first by way
 * of fn_ir.next. A loop over instructions may remove the one that it is at and
 * insert before it.
 */
static inline u32 fn_ir_first(const struct fn_tr *tr, u32 block)
{
	return tr->blocks[block].first;
}

static inline u32 fn_ir_next(const struct fn_tr *tr, u32 ir)
{
	fn_tr_step(tr);
	return tr->irs[ir].next;
}

static inline u32 fn_ir_prev(const struct fn_tr *tr, u32 ir)
{
	fn_tr_step(tr);
	return tr->irs[ir].prev;
}

/* The PHIs are the first instructions of their block. */
static inline u32 fn_ir_first_phi(const struct fn_tr *tr, u32 block)
{
	return fn_ir_phi(tr, tr->blocks[block].first);
}

static inline u32 fn_ir_next_phi(const struct fn_tr *tr, u32 phi)
{
	return fn_ir_phi(tr, fn_ir_next(tr, phi));
}

/* Does a number fit into 16 bits with a sign, or into 32? */
static inline bool fn_fits16(s64 v)
{
	return v == (s16)v;
}

static inline bool fn_fits32(s64 v)
{
	return v == (s32)v;
}

/* arena.c */
void *fn_tmp_alloc(struct fn_tr *tr, size_t size);
void *fn_tmp_zalloc(struct fn_tr *tr, size_t size);
void fn_tmp_free_chunks(struct fn_tr *tr, struct fn_chunk *keep);
void *fn_vec_alloc(struct fn_tr *tr, size_t size);
void *fn_vec_grow(struct fn_tr *tr, void *array, u32 n, u32 want, u32 *cap,
		  size_t size);
void fn_vec_free(struct fn_tr *tr, void *array);
int fn_ir_init(struct fn_tr *tr);
void fn_ir_free(struct fn_tr *tr);

/**
 * fn_tmp_mark - remember how much temporary memory is in use
 * @tr: program
 *
 * Return: a position for fn_tmp_release().
 */
static inline struct fn_tmp_pos fn_tmp_mark(const struct fn_tr *tr)
{
	return (struct fn_tmp_pos){ tr->arena_used, tr->chunks };
}

/**
 * fn_tmp_release - free what fn_tmp_alloc() and fn_tmp_zalloc() gave since
 * @tr: program
 * @mark: from fn_tmp_mark()
 */
static inline void fn_tmp_release(struct fn_tr *tr, struct fn_tmp_pos mark)
{
	tr->arena_used = mark.used;
	if (tr->chunks != mark.chunks)
		fn_tmp_free_chunks(tr, mark.chunks);
}

/* ir.c */
u32 fn_ir_func(struct fn_tr *tr, u32 start, u32 end);
u32 fn_ir_block(struct fn_tr *tr, u32 func, u32 origin);
u32 fn_ir_block_after(struct fn_tr *tr, u32 block);
u32 fn_ir_args(struct fn_tr *tr, u32 n);
u32 fn_ir_append(struct fn_tr *tr, u32 block, struct fn_ir ir);
u32 fn_ir_insert(struct fn_tr *tr, u32 before, struct fn_ir ir);
u32 fn_ir_insert_at(struct fn_tr *tr, u32 block, u32 before, struct fn_ir ir);
u32 fn_ir_first_non_phi(const struct fn_tr *tr, u32 block);
void fn_ir_remove(struct fn_tr *tr, u32 ir);
int fn_cfg_preds(struct fn_tr *tr);
void fn_cfg_remove_edge(struct fn_tr *tr, u32 block, u32 s);
void fn_cfg_fold_branch(struct fn_tr *tr, u32 jcc, bool taken);
u32 fn_cfg_split_edge(struct fn_tr *tr, u32 block, u32 s);
bool fn_block_is_unreachable(const struct fn_tr *tr, u32 block);
void fn_block_splice(struct fn_tr *tr, u32 block, u32 from);
bool fn_block_can_merge(const struct fn_tr *tr, u32 block);
void fn_block_merge(struct fn_tr *tr, u32 block);
bool fn_ir_is_conditional(const struct fn_ir *ir);
const struct fn_ir *fn_block_const_exit(const struct fn_tr *tr, u32 block);
u8 fn_cond_inverse(u8 x);
u8 fn_cond_swapped(u8 x);
__printf(3, 4) int fn_ir_refuse(struct fn_tr *tr, int err, const char *fmt,
				...);

/*
 * Invalidates the analyses of instructions. A pass that writes to an
 * instruction calls this; the functions of ir.c call it themselves.
 */
static inline void fn_ir_changed(struct fn_tr *tr)
{
	tr->ir_version++;
}

/* Replaces an instruction by another one; its place and origin stay. */
static inline void fn_ir_replace(struct fn_tr *tr, struct fn_ir *ir,
				 struct fn_ir other)
{
	fn_ir_changed(tr);
	ir->op = other.op;
	ir->x = other.x;
	ir->d = other.d;
	ir->a = other.a;
	ir->b = other.b;
	ir->c = other.c;
	ir->off = other.off;
	ir->imm = other.imm;
}

/* Invalidates the analyses of blocks and edges as well. */
static inline void fn_cfg_changed(struct fn_tr *tr)
{
	tr->ir_version++;
	tr->cfg_version++;
}

/* callgraph.c */
u32 fn_callgraph_order(struct fn_tr *tr, bool descending, u32 *order);

/* rpo.c */
int fn_cfg_order(struct fn_tr *tr);
u32 fn_cfg_func_end(const struct fn_tr *tr, u32 func);

/**
 * fn_web_leader - find the leader of a web (an equivalence class of registers)
 * @web: parent of each register in a disjoint-set forest
 * @reg: register
 *
 * Halves the path on the way (Tarjan and van Leeuwen, 1984).
 *
 * Return: the leader of the web that @reg belongs to.
 */
static inline u32 fn_web_leader(u32 *web, u32 reg)
{
	while (web[reg] != reg) {
		web[reg] = web[web[reg]];
		reg = web[reg];
	}
	return reg;
}

/* Properties of an operation. */
#define FN_IR_USE_A 0x01 /* reads @a; MOV is an exception */
#define FN_IR_USE_B 0x02 /* reads @b */
#define FN_IR_B_OR_IMM 0x04 /* reads @b unless FN_X_IMM is set */
#define FN_IR_USE_C 0x08 /* reads @c */
#define FN_IR_DEF_D 0x10 /* writes @d */
#define FN_IR_PURE 0x20 /* has no side effects */
#define FN_IR_MEM 0x40 /* loads or stores; FN_X_INDEX adds a register */
#define FN_IR_SPECIAL 0x80 /* operands depend on more than @op */

/* operands.c */
extern const u8 fn_ir_traits[FN_IR_NOPS];
bool fn_ir_defines_special(const struct fn_ir *ir);
u32 fn_ir_index(const struct fn_ir *ir);
u32 fn_ir_uses_special(struct fn_tr *tr, struct fn_ir *ir, u32 **use);

/* Does an instruction define @ir->d? */
static inline bool fn_ir_defines(const struct fn_ir *ir)
{
	if (fn_ir_traits[ir->op] & FN_IR_SPECIAL)
		return fn_ir_defines_special(ir);
	return fn_ir_traits[ir->op] & FN_IR_DEF_D;
}

/* Do @op and FN_X_IMM alone determine which registers are read? */
static inline bool fn_ir_has_plain_uses(const struct fn_ir *ir)
{
	u8 traits = fn_ir_traits[ir->op];

	return !(traits & FN_IR_SPECIAL) &&
	       !(traits & FN_IR_MEM && ir->x & FN_X_INDEX);
}

/**
 * fn_ir_uses - collect the uses of an instruction
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

	if (!fn_ir_has_plain_uses(ir))
		return fn_ir_uses_special(tr, ir, use);
	if (traits & FN_IR_USE_A && ir->op != FN_OP_MOV)
		use[n++] = &ir->a;
	if (traits & FN_IR_USE_C)
		use[n++] = &ir->c;
	if (traits & FN_IR_USE_B ||
	    (traits & FN_IR_B_OR_IMM && !(ir->x & FN_X_IMM)))
		use[n++] = &ir->b;
	return n;
}

void fn_ir_each_use_special(struct fn_tr *tr, struct fn_ir *ir,
			    void (*fn)(void *ctx, u32 *reg), void *ctx);

/**
 * fn_ir_each_use - call a function for each use of an instruction
 * @tr: program
 * @ir: instruction; of a PHI nothing is reported
 * @fn: is called with each operand, the last of fn_ir_uses() first
 * @ctx: for @fn
 *
 * Faster than fn_ir_uses() if @fn can be inlined.
 */
static __always_inline void fn_ir_each_use(struct fn_tr *tr, struct fn_ir *ir,
					   void (*fn)(void *ctx, u32 *reg),
					   void *ctx)
{
	u8 traits = fn_ir_traits[ir->op];

	if (!fn_ir_has_plain_uses(ir)) {
		fn_ir_each_use_special(tr, ir, fn, ctx);
		return;
	}
	if (traits & FN_IR_USE_B ||
	    (traits & FN_IR_B_OR_IMM && !(ir->x & FN_X_IMM)))
		fn(ctx, &ir->b);
	if (traits & FN_IR_USE_C)
		fn(ctx, &ir->c);
	if (traits & FN_IR_USE_A && ir->op != FN_OP_MOV)
		fn(ctx, &ir->a);
}

/*
 * Is an instruction free of side effects, so that it is dead if its result is
 * unused? A load is: a verified program has no load that faults.
 */
static inline bool fn_ir_is_pure(const struct fn_ir *ir)
{
	return fn_ir_traits[ir->op] & FN_IR_PURE || ir->op == FN_OP_NOP;
}

static inline bool fn_ir_is_store(const struct fn_ir *ir)
{
	return ir->op == FN_OP_ST || ir->op == FN_OP_STI;
}

/* Is the result r10 plus a constant, an address in the frame? */
static inline bool fn_ir_is_frame_addr(const struct fn_ir *ir)
{
	return ir->op == FN_OP_ADD && ir->x == FN_X_IMM && ir->a == FN_REG_FP;
}

/* Is an instruction a load or a store? Atomics are neither. */
static inline bool fn_ir_is_access(const struct fn_ir *ir)
{
	return fn_ir_traits[ir->op] & FN_IR_MEM;
}

/**
 * fn_ir_is_terminator - does an instruction end its block?
 * @ir: instruction
 *
 * Return: true if it can only be the last one of its block.
 */
static inline bool fn_ir_is_terminator(const struct fn_ir *ir)
{
	return ir->op == FN_OP_JCC || ir->op == FN_OP_EXIT ||
	       ir->op == FN_OP_RET || ir->op == FN_OP_TRAP;
}

/* Do two instructions have the same operation and operands? */
static inline bool fn_ir_is_identical(const struct fn_ir *a,
				      const struct fn_ir *b)
{
	return a->op == b->op && a->x == b->x && a->d == b->d && a->a == b->a &&
	       a->b == b->b && a->c == b->c && a->off == b->off &&
	       a->imm == b->imm;
}

/* values.c */
int fn_ir_values(struct fn_tr *tr);
int fn_ir_count_uses(struct fn_tr *tr);
bool fn_ir_const(struct fn_tr *tr, u32 reg, s64 *value);
bool fn_ir_update_width(struct fn_tr *tr, const struct fn_ir *ir);
bool fn_ir_fits_width(struct fn_tr *tr, u32 reg, u32 bits);

/**
 * fn_ir_def - find the definition of a value
 * @tr: program with @tr->values
 * @reg: register
 *
 * Return: the instruction, NULL if the register is physical or undefined.
 */
static inline struct fn_ir *fn_ir_def(struct fn_tr *tr, u32 reg)
{
	if (reg < FN_NREGS || reg >= tr->nvalues || !tr->values[reg].def)
		return NULL;
	return &tr->irs[tr->values[reg].def];
}

/* dom.c */
bool fn_cfg_dominates(const struct fn_tr *tr, u32 a, u32 b);
int fn_cfg_dom(struct fn_tr *tr);

/* regions.c */
u8 fn_region_of(const struct fn_tr *tr, u32 reg);
u32 fn_ir_ctx_offset(const struct fn_tr *tr, const struct fn_ir *ir);
u8 fn_region_at(const struct fn_tr *tr, const struct fn_ir *ir);
void fn_ir_regions(struct fn_tr *tr);
int fn_pass_kinds(struct fn_tr *tr);

/**
 * fn_regions_may_alias - may accesses to two regions touch the same memory?
 * @a: enum fn_region
 * @b: enum fn_region
 *
 * Return: false if they cannot.
 */
static inline bool fn_regions_may_alias(u8 a, u8 b)
{
	if (a == FN_REGION_ANY || b == FN_REGION_ANY || a <= FN_REGION_SCALAR ||
	    b <= FN_REGION_SCALAR || a == b)
		return true;
	return (a == FN_REGION_MAPS && b > FN_REGION_MAPS) ||
	       (b == FN_REGION_MAPS && a > FN_REGION_MAPS);
}

/* live.c */
int fn_ir_liveness(struct fn_tr *tr);

/**
 * struct fn_use_def - what a block does with variables, as masks
 * @use: variables that it reads before it writes them (upward-exposed uses)
 * @def: variables that it writes
 */
struct fn_use_def {
	u32 use;
	u32 def;
};

/* dataflow.c */
int fn_ir_backward_flow(struct fn_tr *tr, u32 first, u32 end,
			const struct fn_use_def *flow);

/* live_phys.c */
int fn_ir_phys_liveness(struct fn_tr *tr);

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
int fn_ir_spill(struct fn_tr *tr, const u8 *spilled);
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
u32 fn_ir_implicit_uses(const struct fn_tr *tr, const struct fn_ir *ir);
u32 fn_ir_phys_uses(struct fn_tr *tr, struct fn_ir *ir);
u32 fn_ir_phys_defs(const struct fn_tr *tr, const struct fn_ir *ir);
void fn_group_begin(struct fn_group *g, u32 lanes);
bool fn_group_fits(const struct fn_group *g, const struct fn_ir *ir, u32 regs);
void fn_group_add(struct fn_group *g, const struct fn_ir *ir, u32 writes);
bool fn_ir_are_disjoint(const struct fn_ir *a, const struct fn_ir *b);
bool fn_trace_continues(const struct fn_tr *tr, u32 block);
int fn_pass_group(struct fn_tr *tr);

/**
 * fn_group_is_solo - must an instruction issue alone?
 * @ir: instruction
 *
 * Return: true if nothing may issue with it.
 */
static inline bool fn_group_is_solo(const struct fn_ir *ir)
{
	return ir->op == FN_OP_CALL || ir->op == FN_OP_RET;
}

/**
 * fn_group_takes_port - does an instruction take a memory port?
 * @ir: instruction
 *
 * Return: true for loads, stores and atomics.
 */
static inline bool fn_group_takes_port(const struct fn_ir *ir)
{
	return fn_ir_is_access(ir) || ir->op == FN_OP_ATOM;
}

/* bound.c */
int fn_ir_bound(struct fn_tr *tr);

/* encode.c */
int fn_pass_encode(struct fn_tr *tr);

#endif /* FN_IR_H */
