// SPDX-License-Identifier: GPL-2.0
/*
 * split: room for moves where paths meet.
 *
 * What a PHI chooses is moved there at the end of each predecessor. One that
 * may also go elsewhere (a critical edge; Briggs, Cooper, Harvey and Simpson,
 * "Practical Improvements to the Construction and Destruction of Static Single
 * Assignment Form", 1998) gets a block of its own on the way. Constants are
 * made there rather than carried along, and so is a sum that only the edge
 * wants.
 *
 *	b0: v12 = mov 1				b0: jeq v13 7 -> b5, if true b8
 *	    jeq v13 7 -> b5, if true b6		b8: v20 = mov 1 -> b6
 *	b5: v14 = ld1 [ v3 +5 ] -> b6		b5: v14 = ld1 [ v3 +5 ] -> b6
 *	b6: v16 = phi v12 v14			b6: v16 = phi v20 v14
 *
 * Begins what ends in moves. Time in proportion to the edges and PHIs.
 */
#include "ir.h"

static bool has_phi(const struct fn_tr *tr, u32 block)
{
	return fn_ir_phi(tr, tr->blocks[block].first);
}

static void split_edges(struct fn_tr *tr, u32 block)
{
	u32 s;

	for (s = 0; s < tr->blocks[block].nsucc && !tr->err; s++)
		if (tr->blocks[block].nsucc > 1 &&
		    has_phi(tr, tr->blocks[block].succ[s]))
			fn_ir_split(tr, block, s);
}

/*
 * A sum that only this edge wants is computed on it, or at the end of the block
 * that it is made in: what it is made of may be wanted until then.
 */
static void sink(struct fn_tr *tr, u32 block, u32 reg)
{
	const struct fn_ir *def = fn_ir_def(tr, reg);
	struct fn_ir ir;

	if (!def || def->op != FN_OP_ADD || tr->values[reg].uses != 1)
		return;
	if (def->block != block &&
	    (tr->blocks[block].first || tr->blocks[block].npred != 1 ||
	     def->block != tr->args[tr->blocks[block].pred]))
		return;
	ir = *def;
	fn_ir_remove(tr, tr->values[reg].def);
	tr->origin = ir.origin;
	fn_ir_append(tr, block, ir);
}

static void sink_block(struct fn_tr *tr, u32 block)
{
	u32 to = tr->blocks[block].succ[0];
	u32 edge, i;

	if (tr->blocks[block].nsucc != 1)
		return;
	edge = tr->blocks[block].edge[0];
	for (i = fn_ir_first_phi(tr, to); i; i = fn_ir_next_phi(tr, i))
		sink(tr, block, tr->args[tr->irs[i].args + edge]);
}

static void make_constants(struct fn_tr *tr, u32 block)
{
	u32 to = tr->blocks[block].succ[0];
	u32 edge, i, *arg;
	s64 value;

	if (tr->blocks[block].nsucc != 1)
		return;
	tr->origin = tr->blocks[block].tail;
	edge = tr->blocks[block].edge[0];
	for (i = fn_ir_first_phi(tr, to); i; i = fn_ir_next_phi(tr, i)) {
		arg = &tr->args[tr->irs[i].args + edge];
		if (*arg == FN_REG_ZERO || !fn_ir_const(tr, *arg, &value) ||
		    !fn_fits32(value))
			continue;
		*arg = tr->nregs++;
		fn_ir_append(tr, block, fn_ir_number(*arg, value));
	}
}

/**
 * fn_pass_split - put blocks on edges that need moves of their own
 * @tr: program with PHIs
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_split(struct fn_tr *tr)
{
	u32 o;

	if (fn_ir_count(tr))
		return -ENOMEM;
	for (o = 0; o < tr->norder; o++)
		split_edges(tr, tr->order[o]);
	if (tr->err || fn_ir_order(tr))
		return tr->err;
	for (o = 0; o < tr->norder; o++) {
		sink_block(tr, tr->order[o]);
		make_constants(tr, tr->order[o]);
	}
	return tr->err;
}
