// SPDX-License-Identifier: GPL-2.0
/*
 * ssa: construction of SSA form.
 *
 * The variables are BPF's few registers. Each variable that is live at a join
 * gets a PHI: pruned SSA (Choi, Cytron and Ferrante, 1991), constructed as by
 * Aycock and Horspool ("Simple Generation of Static Single-Assignment Form",
 * 2000), without dominance frontiers, since a BPF program has eleven variables.
 * Redundant PHIs are left to copy. Moves between registers disappear in
 * renaming.
 *
 *	b1: r3 = mov r1; r3 = add r3 14		b1: v4 = add v3 14
 *	b2: r0 = mov 2				b2: v9 = mov 2
 *	b4: exit r0	from b1, b2		b4: v39 = phi v1 v9; exit v39
 *
 * A variable that was never set is 0. Which arguments a function reads follows
 * from the variables that are live at its entry; it is computed together with
 * that of the other functions.
 *
 * Functions are visited bottom-up over the call graph, so that what their callees
 * read is known. This is one visit of the program, with a copy of all variables for
 * each block, and liveness (dataflow.c).
 */
#include "../helpers.h"
#include "bpf_isa.h"
#include "ir.h"

#define NVARS (FN_REG_IMM + 1)
#define ARGS 0x3e /* r1 to r5 */

struct ssa {
	struct fn_tr *tr;
	struct fn_use_def *flow; /* by block */
	u32 (*out)[NVARS]; /* by block: value of each variable at its end */
	u32 cur[NVARS]; /* value of each variable here */
};

static u32 bit_of(u32 reg)
{
	return reg < NVARS && reg != FN_REG_FP ? 1u << reg : 0;
}

static void add_bit(void *ctx, u32 *reg)
{
	u32 *mask = ctx;

	*mask |= bit_of(*reg);
}

static u32 uses_of(struct fn_tr *tr, struct fn_ir *ir)
{
	u32 mask = 0;

	if (ir->op == FN_OP_CALL)
		return tr->funcs[ir->imm].arg_regs;
	if (ir->op == FN_OP_HELPER)
		return (2u << fn_helper_find(ir->imm)->nargs) - 2;
	fn_ir_each_use(tr, ir, add_bit, &mask);
	return mask;
}

static u32 defs_of(const struct fn_ir *ir)
{
	if (ir->op == FN_OP_CALL)
		return ARGS | 1u;
	return fn_ir_defines(ir) ? bit_of(ir->d) : 0;
}

static struct fn_use_def flow_of(struct fn_tr *tr, u32 block)
{
	struct fn_use_def flow = {};
	u32 i;

	for (i = fn_ir_first(tr, block); i; i = fn_ir_next(tr, i)) {
		flow.use |= uses_of(tr, &tr->irs[i]) & ~flow.def;
		flow.def |= defs_of(&tr->irs[i]);
	}
	return flow;
}

/* Liveness of a function's variables. */
static void compute_liveness(struct ssa *s, u32 func)
{
	struct fn_tr *tr = s->tr;
	u32 first = tr->blocks[tr->funcs[func].entry].rpo;
	u32 end = fn_cfg_func_end(tr, func), o;

	for (o = first; o < end; o++)
		s->flow[tr->rpo[o]] = flow_of(tr, tr->rpo[o]);
	fn_ir_backward_flow(tr, first, end, s->flow);
}

/*
 * A function reads the arguments that are live at its entry, and its callees come
 * first. In a cycle of the call graph each is taken to read all; register allocation
 * refuses those.
 */
static void find_arg_regs(struct ssa *s)
{
	struct fn_tr *tr = s->tr;
	u32 *order = fn_tmp_alloc(tr, tr->nfuncs * sizeof(*order));
	u32 n, i, f;

	if (!order)
		return;
	n = fn_callgraph_order(tr, false, order);
	for (f = 0; f < tr->nfuncs; f++)
		tr->funcs[f].arg_regs = ARGS;
	for (i = 0; i < n && !tr->err; i++) {
		struct fn_func *func = &tr->funcs[order[i]];

		compute_liveness(s, order[i]);
		func->arg_regs = tr->blocks[func->entry].live_in & ARGS;
		func->bottom_up = true;
	}
	for (f = 0; f < tr->nfuncs && !tr->err; f++)
		if (!tr->funcs[f].bottom_up)
			compute_liveness(s, f);
}

static u32 new_value(struct ssa *s, u32 var)
{
	return s->cur[var] = s->tr->nregs++;
}

static void begin_func(struct ssa *s, u32 block)
{
	u32 first = s->tr->blocks[block].first;
	u32 var;

	for (var = 0; var < NVARS; var++) {
		s->cur[var] = FN_REG_ZERO;
		if (!(s->tr->blocks[block].live_in & ARGS & 1u << var))
			continue;
		fn_ir_insert_at(s->tr, block, first,
				fn_ir_move(new_value(s, var), var));
	}
}

static void begin_join(struct ssa *s, u32 block)
{
	struct fn_tr *tr = s->tr;
	u32 first = tr->blocks[block].first;
	u32 var;

	for (var = 0; var < NVARS; var++) {
		s->cur[var] = FN_REG_ZERO;
		if (!(s->tr->blocks[block].live_in & 1u << var))
			continue;
		fn_ir_insert_at(
			tr, block, first,
			(struct fn_ir){
				.op = FN_IR_PHI,
				.d = new_value(s, var),
				.args = fn_ir_args(tr, tr->blocks[block].npred),
				.imm = var,
			});
	}
}

static void begin_block(struct ssa *s, u32 block)
{
	const struct fn_block *b = &s->tr->blocks[block];

	s->tr->origin = FN_ORIGIN_NONE;
	if (s->tr->funcs[b->func].entry == block)
		begin_func(s, block);
	else if (b->npred == 1)
		memcpy(s->cur, s->out[s->tr->args[b->pred]], sizeof(s->cur));
	else
		begin_join(s, block);
	s->cur[FN_REG_FP] = FN_REG_FP;
}

static void rename_call(struct ssa *s, u32 at)
{
	struct fn_tr *tr = s->tr;
	u32 want = uses_of(tr, &tr->irs[at]);
	u32 n = want ? ilog2(want) : 0;
	u32 args = fn_ir_args(tr, n);
	u32 i;

	if (tr->err)
		return;
	for (i = 0; i < n; i++)
		tr->args[args + i] = want & 2u << i ? s->cur[i + 1] :
						      FN_REG_ZERO;
	tr->irs[at].args = args;
	tr->irs[at].nargs = n;
	if (tr->irs[at].op == FN_OP_CALL)
		for (i = 1; i <= 5; i++)
			s->cur[i] = FN_REG_ZERO;
	tr->irs[at].d = new_value(s, BPF_REG_0);
}

static void rename_one(struct ssa *s, u32 at)
{
	struct fn_ir *ir = &s->tr->irs[at];
	u32 *use[FN_MAX_USES];
	u32 n;

	if (ir->op == FN_IR_PHI)
		return;
	if (ir->op == FN_OP_HELPER || ir->op == FN_OP_CALL) {
		rename_call(s, at);
		return;
	}
	n = fn_ir_uses(s->tr, ir, use);
	while (n--)
		if (*use[n] < NVARS)
			*use[n] = s->cur[*use[n]];
	if (ir->op == FN_OP_MOV && !ir->x) {
		s->cur[ir->d] = ir->b;
		fn_ir_remove(s->tr, at);
	} else if (fn_ir_defines(ir)) {
		ir->d = new_value(s, ir->d);
	}
}

static void rename_block(struct ssa *s, u32 block)
{
	struct fn_tr *tr = s->tr;
	u32 i = tr->blocks[block].first, next;

	begin_block(s, block);
	/* Instructions that begin_block() inserted need no renaming. */
	for (; i && !tr->err; i = next) {
		next = fn_ir_next(tr, i);
		rename_one(s, i);
	}
	memcpy(s->out[block], s->cur, sizeof(s->cur));
}

static void fill_phis(struct ssa *s, u32 block)
{
	struct fn_tr *tr = s->tr;
	const struct fn_block *b = &tr->blocks[block];
	u32 i, p;

	for (i = fn_ir_first_phi(tr, block); i; i = fn_ir_next_phi(tr, i)) {
		for (p = 0; p < b->npred; p++)
			tr->args[tr->irs[i].args + p] =
				s->out[tr->args[b->pred + p]][tr->irs[i].imm];
		tr->irs[i].imm = 0;
	}
}

static void construct(struct ssa *s)
{
	struct fn_tr *tr = s->tr;
	u32 o;

	find_arg_regs(s);
	for (o = 0; o < tr->nrpo && !tr->err; o++)
		rename_block(s, tr->rpo[o]);
	for (o = 0; o < tr->nrpo && !tr->err; o++)
		fill_phis(s, tr->rpo[o]);
}

/**
 * fn_pass_ssa - construct SSA form
 * @tr: program in BPF's registers
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_ssa(struct fn_tr *tr)
{
	struct ssa s = { .tr = tr };
	u32 n = tr->nblocks;

	if (fn_cfg_order(tr) || fn_cfg_preds(tr))
		return -ENOMEM;
	s.flow = fn_tmp_alloc(tr, n * sizeof(*s.flow));
	s.out = fn_tmp_zalloc(tr, n * sizeof(*s.out));
	if (!tr->err)
		construct(&s);
	return tr->err;
}
