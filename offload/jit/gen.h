/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The code generator: a card program on its way to BPF. The passes run in this
 * order: cfg.c, dataflow.c, live.c, hostptr.c, regalloc.c, pending.c, emit.c
 * with the files that it calls, asm.c.
 *
 * Nothing verifies the BPF that is generated. It therefore contains every check
 * that the card makes, unless dataflow.c has proved from the card's own code
 * that the check always succeeds. Images may come from anywhere; no pass trusts
 * whoever made them.
 *
 * BPF registers:
 *
 *	R0, R1		scratch; the result and the first argument of calls
 *	R2 - R5, R7, R8	allocated to registers of the card
 *	R6		struct fn_exec
 *	R9		host address of the packet's first byte, if the program
 *			accesses the packet; allocated otherwise
 *
 * A card register that has no BPF register is in its spill slot, fn_exec.r[].
 *
 * A value that is always a pointer to the packet or to a map value is kept as
 * the host address that it stands for, in a BPF register or in fn_exec.host[].
 */
#ifndef FN_JIT_GEN_H
#define FN_JIT_GEN_H

#include "../engine/compiled.h"
#include "../engine/exec.h"
#include "../engine/prog.h"
#include "jit.h"

#define FN_GEN_MAX_WORDS 8192
#define FN_GEN_MAX_INSNS 32000 /* a jump's offset has 16 bits */
#define FN_GEN_MAX_CALLS 64
#define FN_GEN_MAX_COST 8000 /* issue cycles of a word */
#define FN_GEN_MAX_EXITS 16384
#define FN_GEN_MAX_EDGES 32768
#define FN_GEN_MAX_ROUNDS 256 /* visits of each word and edge, on average */
#define FN_GEN_EDGE_STEPS 8 /* words' worth of work of an edge */

#define FN_BPF_EXEC 6
#define FN_BPF_PACKET 9

/**
 * struct fn_pending - increments that the thread's counters have not got yet
 * @acc: words and issue cycles, for fn_exec.acc
 * @stall: cycles, for fn_exec.cycles
 * @hidden: cycles, for fn_exec.hidden
 * @map_busy: thousandths of a cycle, for fn_exec.map_busy
 */
struct fn_pending {
	u64 acc;
	u64 stall;
	u64 hidden;
	u64 map_busy;
};

/*
 * Kinds of abstract values. "Offset" is the distance in bytes, from @min to
 * @min + @span of struct fn_absval.
 */
enum fn_absval_kind {
	FN_AV_UNKNOWN, /* any 64 bits */
	FN_AV_CONST, /* @min */
	FN_AV_RANGE, /* unsigned, 0 to @span */
	FN_AV_PACKET, /* ctx->data plus an offset */
	FN_AV_PACKET_END, /* ctx->data_end + @min */
	FN_AV_MAP_VALUE, /* the start of a value of one of @maps plus an offset */
	FN_AV_MAP_VALUE_OR_NULL, /* the start of such a value, or 0 */
};

#define FN_ID_UNIQUE 0xffffffffu
#define FN_RANGE_NONE (-0x7fffffff - 1) /* no check has been made */

/**
 * struct fn_absval - abstract value of a register
 * @kind: enum fn_absval_kind
 * @maps: slots of maps, a bit each
 * @id: of FN_AV_PACKET: 0 if the offset is @min exactly. Registers with the same
 *	@id differ by what their @min differs. Of FN_AV_MAP_VALUE_OR_NULL:
 *	registers with the same @id are the same. FN_ID_UNIQUE relates to nothing
 * @range: of FN_AV_PACKET with @id: a check has proved that at least so many
 *	bytes, which may be negative, follow the pointer; or FN_RANGE_NONE
 * @min: the constant, or the least offset in bytes
 * @span: how much larger than @min the value may be
 */
struct fn_absval {
	u8 kind;
	u32 maps;
	u32 id;
	s32 range;
	s64 min;
	u64 span;
};

/*
 * The issue cycle of the last access to memory, fn_exec.last_access, is cached at
 * compile time. It is written back only where code that runs looks at it.
 */
enum fn_last_access {
	FN_LAST_IN_MEMORY, /* only fn_exec.last_access has it; @since or longer ago */
	FN_LAST_CLEAN, /* fn_exec.last_access has it, which is @since ago */
	FN_LAST_DIRTY, /* it is @since ago; fn_exec.last_access is out of date */
};

/**
 * struct fn_state - abstract state at a place in the code
 * @r: abstract values by register
 * @frame_min: bytes that the frame has at least
 * @last: enum fn_last_access
 * @since: issue cycles since the last access to memory, less those that helpers
 *	computed
 */
struct fn_state {
	struct fn_absval r[FN_NREGS];
	u32 frame_min;
	u32 last;
	u64 since;
};

/**
 * struct fn_end_cmp - a comparison of the packet's end with a packet pointer
 * @cc: condition of "end cc pointer", unsigned or equality; the operands'
 *	distance compares with 0 the same way as a signed number
 * @reg: register that has the pointer
 * @to: abstract value of the pointer, with the immediates added
 */
struct fn_end_cmp {
	u32 cc;
	u32 reg;
	struct fn_absval to;
};

/**
 * struct fn_charge - what the timing model charges for a word's memory accesses
 * @by_call: the C function that makes the access also charges for it
 * @is_static: the charge is known at compile time
 * @stalls: the thread waits for the accesses
 * @accesses: how many
 * @latency: of the memory, cycles
 * @share: cycles of the latency that other threads of the core can't hide
 * @compute: cycles that the thread computes before its first access
 * @map_busy: cycles that map memory is occupied, in thousandths
 */
struct fn_charge {
	bool by_call;
	bool is_static;
	bool stalls;
	u32 accesses;
	u32 latency;
	u32 share;
	u32 compute;
	u64 map_busy;
};

/**
 * struct fn_bblock - basic block
 * @first: first word
 * @end: word after the last
 * @live_in: registers that are live at its beginning, a bit each
 * @live_out: and at its end
 * @reachable: control may get here; of the word after a CALL, the callee returns
 * @call_reached: of the word after a CALL, control may get to the CALL
 * @has_pending_in: @pending_in is set
 * @pending_in: pending counts at its beginning
 * @cost: what its words count
 * @dirty: an analysis has to visit it again
 * @widenings: how often an abstract value at its beginning has grown
 * @loop_depth: loops that it is in, at most 3
 * @state_in: abstract state at its beginning
 */
struct fn_bblock {
	u32 first;
	u32 end;
	u32 live_in;
	u32 live_out;
	bool reachable;
	bool call_reached;
	bool has_pending_in;
	struct fn_pending pending_in;
	struct fn_pending cost;
	bool dirty;
	u32 widenings;
	u32 loop_depth;
	struct fn_state state_in;
};

/* Locations of webs that have no BPF register. */
#define FN_LOC_SLOT 0x40 /* its spill slot */
#define FN_LOC_REMAT 0x41 /* nowhere: it is rematerialized at each use */

/**
 * struct fn_web - definitions and uses of a card register that share a location
 * @parent: in the union-find forest
 * @uses: reads and writes, weighted by loop depth
 * @arg_uses: of these, reads as arguments of helpers
 * @call_crossings: calls of C functions while it is live, weighted alike
 * @live_len: length of its live ranges, in half words
 * @hint: web whose location it prefers, or its own number
 * @remat: it can be rematerialized from the abstract state wherever it is live
 * @is_const: it is a constant wherever it is live
 * @is_host: its location has the host address that it stands for
 * @kinds: the kinds of its abstract values, a bit each; BIT(FN_AV_UNKNOWN) also
 *	if the location must have what the card has in the register
 * @loc: BPF register, or FN_LOC_*
 * @first_range: number of its first live range plus 1
 */
struct fn_web {
	u32 parent;
	u32 uses;
	u32 arg_uses;
	u32 call_crossings;
	u32 live_len;
	u32 hint;
	bool remat;
	bool is_const;
	bool is_host;
	u8 kinds;
	u8 loc;
	u32 first_range;
};

/**
 * struct fn_live_range - half words that a web is live in
 * @start: first: twice the word if it is live before it, and 1 more if the word
 *	defines it
 * @end: last
 * @next: number of the web's next live range plus 1
 */
struct fn_live_range {
	u32 start;
	u32 end;
	u32 next;
};

/**
 * struct fn_insn_buf - BPF instructions
 * @insns: room for fn_gen.max_insns
 * @n: how many there are
 */
struct fn_insn_buf {
	struct bpf_insn *insns;
	u32 n;
};

/* A position in the hot buffer, or with FN_POS_COLD in the cold one. */
#define FN_POS_COLD 0x80000000u
#define FN_POS_NONE 0xffffffffu

/**
 * struct fn_fixup - a jump whose offset is set when all labels are bound
 * @at: position of the jump
 * @label: its target
 */
struct fn_fixup {
	u32 at;
	u32 label;
};

/**
 * struct fn_gen - state of the compilation of one program
 * @prog: the program
 * @code: its words
 * @n: number of them
 * @why: gets the reason if it can't be compiled
 * @block_of: by word: its basic block
 * @blocks: basic blocks in written order
 * @nblocks: number of them
 * @order: blocks in reverse postorder, those that the graph's edges reach
 * @norder: number of them
 * @preds: predecessors of all blocks
 * @first_pred: by block, and one more: the first of its @preds
 * @nedges: edges of the graph
 * @steps: words and edges that the passes have visited
 * @max_steps: give up after so many; 0 for what the size allows
 * @next_yield: let others run at so many
 * @calls: return points: words after a CALL
 * @ncalls: number of them
 * @moves_packet: the program calls helpers that move the packet's ends
 * @uses_packet: R9 has the packet's first byte
 * @live: by word: registers that are live before it, a bit each
 * @webs: by block and register, then by word
 * @live_ranges: of all webs
 * @nlive_ranges: number of them
 * @occupied: by BPF register: bit map of half words that it is allocated in
 * @stores_acc: the code changes fn_exec.acc
 * @overflow: a buffer was too small; nothing that was generated is valid
 * @max_insns: room for instructions in each buffer, for labels and for fixups
 * @max_exits: room for exits
 * @hot: code that is likely to run
 * @cold: code that rarely runs, placed behind it
 * @buf: one of these, which is appended to
 * @labels: positions; those of basic blocks come first
 * @nlabels: number of them
 * @fixups: jumps to labels
 * @nfixups: number of them
 * @exits: exits of the code
 * @nexits: number of them
 * @state: abstract state before the current word
 * @saved: a copy of @state, too large for the stack
 * @was: abstract values at a block's beginning before a join
 * @pending: pending counts before the current word
 * @web: by register: its web at the current word
 * @block: block of the current word
 * @pc: current word
 * @bailout: label of the exit to the interpreter before the current word, or
 *	FN_POS_NONE
 */
struct fn_gen {
	const struct fn_prog *prog;
	const struct fn_uop *code;
	u32 n;
	char *why;
	u32 *block_of;
	struct fn_bblock *blocks;
	u32 nblocks;
	u32 *order;
	u32 norder;
	u32 *preds;
	u32 *first_pred;
	u32 nedges;
	u64 steps;
	u64 max_steps;
	u64 next_yield;
	u32 calls[FN_GEN_MAX_CALLS];
	u32 ncalls;
	bool moves_packet;
	bool uses_packet;
	u32 *live;
	struct fn_web *webs;
	struct fn_live_range *live_ranges;
	u32 nlive_ranges;
	u64 *occupied[MAX_BPF_REG];
	bool stores_acc;
	bool overflow;
	u32 max_insns;
	u32 max_exits;
	struct fn_insn_buf hot;
	struct fn_insn_buf cold;
	struct fn_insn_buf *buf;
	u32 *labels;
	u32 nlabels;
	struct fn_fixup *fixups;
	u32 nfixups;
	struct fn_exit *exits;
	u32 nexits;
	struct fn_state state;
	struct fn_state saved;
	struct fn_absval was[FN_NREGS];
	struct fn_pending pending;
	u32 web[FN_NREGS];
	struct fn_bblock *block;
	u32 pc;
	u32 bailout;
};

enum fn_gen_kind {
	FN_GEN_UNKNOWN, /* has no compiled form */
	FN_GEN_ALU, /* sets d and has no other effect */
	FN_GEN_LOAD,
	FN_GEN_STORE,
	FN_GEN_ATOMIC,
	FN_GEN_HELPER,
	FN_GEN_NOP,
	FN_GEN_EXITC,
	/* Terminators of basic blocks: */
	FN_GEN_JCC,
	FN_GEN_JMP,
	FN_GEN_CALL,
	FN_GEN_RET,
	FN_GEN_EXIT,
	FN_GEN_TRAP,
};

/**
 * struct fn_gen_op - properties of an operation
 * @kind: enum fn_gen_kind
 * @reads: FN_READS_*
 * @writes: the operation sets register d
 * @w: of 32 bits
 * @code: of BPF, or enum fn_cond
 * @size: bytes of memory that it accesses; with FN_SIZE_BE, big-endian
 * @emit: generates its BPF
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

/* Spill slots: of the card's value of a register, and of its host address. */
#define FN_SLOT(reg) (offsetof(struct fn_exec, r) + (reg) * sizeof(u64))
#define FN_HOST_SLOT(reg) (offsetof(struct fn_exec, host) + (reg) * sizeof(u64))

/* A register's slot that is never used, since rz is not: for a moment */
#define FN_SCRATCH_SLOT FN_HOST_SLOT(FN_REG_ZERO)

/* The memory that an access is proved to be to. */
enum fn_mem_class {
	FN_MEM_DYNAMIC, /* any: the generated code checks the address */
	FN_MEM_LOCAL, /* context or stack, at a constant address */
	FN_MEM_PACKET, /* a packet pointer; the end may remain to be checked */
	FN_MEM_VALUE, /* inside of a map value */
};

#define FN_CODE_NONE 0xff
#define FN_GEN_MAX_NEXT FN_GEN_MAX_CALLS
#define FN_GEN_NO_MEMORY "the host has no memory to compile it"
#define FN_GEN_TOO_LONG "its control flow takes too long to analyse"

typedef u64 (*fn_call_t)(u64 a, u64 b, u64 c, u64 d, u64 e);

/* ops.c */
const struct fn_gen_op *fn_gen_op(const struct fn_uop *u);
const struct fn_helper_info *fn_gen_helper(const struct fn_uop *u);
u32 fn_gen_size(const struct fn_uop *u);
u32 fn_gen_reads(const struct fn_uop *u);
u32 fn_gen_writes(const struct fn_uop *u);

/* cfg.c */
bool fn_gen_cfg(struct fn_gen *g);
u32 fn_cfg_succs(const struct fn_gen *g, const struct fn_bblock *b, u32 *next);
bool fn_cfg_is_exit(const struct fn_gen *g, u32 block);
void fn_cfg_mark(struct fn_gen *g, u32 block);
bool fn_cfg_visit(struct fn_gen *g, struct fn_bblock *b);
void fn_cfg_count(struct fn_gen *g, u32 steps);

/* pending.c */
void fn_pending_add(struct fn_pending *to, const struct fn_pending *c);
void fn_gen_pending(struct fn_gen *g);
struct fn_pending fn_pending_after(const struct fn_gen *g);
struct fn_pending fn_pending_after_jump(const struct fn_gen *g);
bool fn_pending_matches(const struct fn_gen *g, const struct fn_pending *to);
bool fn_emit_reconcile(struct fn_gen *g, const struct fn_pending *to);

/* absval.c */
bool fn_absval_equal(struct fn_absval a, struct fn_absval b);
struct fn_absval fn_state_reg(const struct fn_state *f, u32 reg);
struct fn_absval fn_absval_alu(const struct fn_state *f,
			       const struct fn_uop *u);
struct fn_absval fn_absval_loaded(const struct fn_uop *u);
struct fn_absval fn_absval_address(const struct fn_state *f,
				   const struct fn_uop *u);
s64 fn_absval_range(const struct fn_state *f, struct fn_absval a);
bool fn_absval_end_cmp(const struct fn_state *f, const struct fn_uop *u,
		       struct fn_end_cmp *e);
struct fn_absval fn_absval_join(struct fn_absval a, s64 range_a,
				struct fn_absval b, s64 range_b, u32 id);

/* dataflow.c */
bool fn_gen_dataflow(struct fn_gen *g);
bool fn_state_map(const struct fn_gen *g, const struct fn_state *f, u32 *slot);
void fn_state_step(const struct fn_gen *g, struct fn_state *f, u32 pc);
void fn_state_refine(struct fn_state *f, const struct fn_uop *u, bool taken);
void fn_state_next(const struct fn_gen *g, struct fn_state *f, u32 pc);
void fn_state_taken(const struct fn_gen *g, struct fn_state *f, u32 pc);

/* stall.c */
void fn_charge_of(const struct fn_gen *g, const struct fn_state *f,
		  const struct fn_uop *u, struct fn_charge *c);
void fn_pending_word(const struct fn_gen *g, const struct fn_state *f, u32 pc,
		     struct fn_pending *to);
void fn_stall_step(const struct fn_gen *g, struct fn_state *f, u32 pc);
void fn_stall_taken(const struct fn_gen *g, struct fn_state *f);
bool fn_stall_join(struct fn_state *to, const struct fn_state *f);
void fn_emit_sync_last(struct fn_gen *g, const struct fn_state *f,
		       const struct fn_pending *at);
void fn_emit_stall(struct fn_gen *g, const struct fn_charge *c);

/* live.c */
bool fn_gen_live(struct fn_gen *g);
u32 fn_gen_live_after(const struct fn_gen *g, u32 pc);
void fn_gen_webs(struct fn_gen *g);
u32 fn_web_find(struct fn_gen *g, u32 web);
u32 fn_web_livein(const struct fn_gen *g, u32 block, u32 reg);
u32 fn_web_def(const struct fn_gen *g, u32 pc);
void fn_web_enter(struct fn_gen *g, const struct fn_bblock *b);
void fn_web_step(struct fn_gen *g, u32 pc);

/* hostptr.c */
void fn_gen_hostptr(struct fn_gen *g);

/* regalloc.c */
bool fn_gen_regalloc(struct fn_gen *g);

/* asm.c */
void fn_asm_insn(struct fn_gen *g, u32 code, u32 dst, u32 src, s32 off,
		 s32 imm);
void fn_asm_const(struct fn_gen *g, u32 to, u64 v);
void fn_asm_const64(struct fn_gen *g, u32 to, u64 v);
void fn_asm_move(struct fn_gen *g, u32 to, u32 from);
void fn_asm_add(struct fn_gen *g, u32 to, u64 v, u32 scratch);
void fn_asm_load(struct fn_gen *g, u32 to, u32 base, s32 off);
void fn_asm_store(struct fn_gen *g, u32 base, s32 off, u32 from);
void fn_asm_store_imm(struct fn_gen *g, u32 size, s32 off, s32 imm);
void fn_asm_jump(struct fn_gen *g, u32 code, u32 dst, u32 src, s32 imm,
		 u32 label);
void fn_asm_call(struct fn_gen *g, fn_call_t fn);
u32 fn_asm_label(struct fn_gen *g);
void fn_asm_bind(struct fn_gen *g, u32 label);
void fn_asm_cold(struct fn_gen *g, bool cold);
bool fn_asm_link(struct fn_gen *g);

/* operand.c */
bool fn_val_const(const struct fn_gen *g, u32 reg, s64 imm, s64 *v);
u32 fn_val_loc(struct fn_gen *g, u32 reg);
u32 fn_val_reg(struct fn_gen *g, u32 reg, u32 scratch);
void fn_val_load(struct fn_gen *g, u32 to, u32 reg);
struct fn_web *fn_val_web(struct fn_gen *g, u32 reg);
void fn_val_load_host(struct fn_gen *g, u32 to, u32 reg);
u32 fn_val_reg_host(struct fn_gen *g, u32 reg, u32 scratch);
void fn_val_spill(struct fn_gen *g, u32 regs);
void fn_val_spill_exit(struct fn_gen *g, u32 regs, struct fn_exit *e);
void fn_val_save(struct fn_gen *g, u32 regs, u32 home);
void fn_val_restore(struct fn_gen *g, u32 regs);
void fn_val_arg(struct fn_gen *g, u32 to, u32 reg);
bool fn_val_dst_live(struct fn_gen *g);
u32 fn_val_dst(struct fn_gen *g);
void fn_val_set_dst(struct fn_gen *g, const struct fn_uop *u, u32 from);
void fn_val_reload_dst(struct fn_gen *g, const struct fn_uop *u);
bool fn_val_dst_is_host(struct fn_gen *g);

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
enum fn_mem_class fn_mem_class_of(const struct fn_gen *g,
				  const struct fn_state *f,
				  const struct fn_uop *u);
u32 fn_mem_base_reg(const struct fn_state *f, const struct fn_uop *u);
u32 fn_alu_base_reg(const struct fn_state *f, const struct fn_uop *u);
void fn_emit_load(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op);
void fn_emit_store(struct fn_gen *g, const struct fn_uop *u,
		   const struct fn_gen_op *op);
void fn_emit_atomic(struct fn_gen *g, const struct fn_uop *u,
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

/* runtime.c */
void fn_emit_sdiv(struct fn_gen *g, const struct fn_uop *u,
		  const struct fn_gen_op *op);
void fn_emit_helper(struct fn_gen *g, const struct fn_uop *u,
		    const struct fn_gen_op *op);
void fn_call_atomic(struct fn_gen *g, const struct fn_uop *u);
void fn_call_memory(struct fn_gen *g, u32 size, u32 access);

/* lookup.c */
bool fn_lookup_is_static(const struct fn_gen *g, const struct fn_state *f,
			 const struct fn_uop *u, u32 *slot);
bool fn_lookup_calls(const struct fn_gen *g, const struct fn_uop *u);
bool fn_emit_lookup(struct fn_gen *g, const struct fn_uop *u);

/* emit.c */
void fn_emit_finish(struct fn_gen *g, u32 pc, struct fn_pending total);
u32 fn_emit_bailout(struct fn_gen *g);
void fn_emit_bailout_at(struct fn_gen *g, u32 pc, u32 live,
			struct fn_pending total);
void fn_gen_emit(struct fn_gen *g);

/* jit.c */
struct fn_gen *fn_gen_alloc(const struct fn_prog *prog, char *why);
void fn_gen_free(struct fn_gen *g);
bool fn_gen_run(struct fn_gen *g);
__printf(2, 3) bool fn_gen_refuse(struct fn_gen *g, const char *fmt, ...);

#endif /* FN_JIT_GEN_H */
