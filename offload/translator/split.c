// SPDX-License-Identifier: GPL-2.0
/*
 * split: critical edges are split.
 *
 * The moves that replace a PHI go to the ends of the predecessors. On a
 * critical edge, from a block with several successors, they get a block of
 * their own (Briggs, Cooper, Harvey and Simpson, "Practical Improvements to the
 * Construction and Destruction of Static Single Assignment Form", 1998).
 * Constants are materialized there rather than kept live, and a sum whose only
 * use is the PHI is sunk there.
 *
 *	b0: v12 = mov 1				b0: jeq v13 7 -> b5, if true b8
 *	    jeq v13 7 -> b5, if true b6		b8: v20 = mov 1 -> b6
 *	b5: v14 = ld1 [ v3 +5 ] -> b6		b5: v14 = ld1 [ v3 +5 ] -> b6
 *	b6: v16 = phi v12 v14			b6: v16 = phi v20 v14
 *
 * This begins the translation out of SSA form, which moves completes. Time is
 * proportional to the edges and PHIs.
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
			fn_cfg_split_edge(tr, block, s);
}

/*
 * Sinks a sum whose only use is this edge to the edge, or to the end of its
 * block: its operand may be live until there.
 */
static void sink(struct fn_tr *tr, u32 block, u32 reg)
{
	const struct fn_ir *def = fn_ir_def(tr, reg);
	struct fn_ir ir;

	if (!def || def->op != FN_OP_ADD || tr->values[reg].use_count != 1)
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
	edge = tr->blocks[block].pred_index[0];
	for (i = fn_ir_first_phi(tr, to); i; i = fn_ir_next_phi(tr, i))
		sink(tr, block, tr->args[tr->irs[i].args + edge]);
}

static void materialize_constants(struct fn_tr *tr, u32 block)
{
	u32 to = tr->blocks[block].succ[0];
	u32 edge, i, *arg;
	s64 value;

	if (tr->blocks[block].nsucc != 1)
		return;
	tr->origin = tr->blocks[block].bpf_last;
	edge = tr->blocks[block].pred_index[0];
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
 * fn_pass_split - split critical edges to PHIs
 * @tr: program with PHIs
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_split(struct fn_tr *tr)
{
	u32 o;

	if (fn_ir_count_uses(tr))
		return -ENOMEM;
	for (o = 0; o < tr->nrpo; o++)
		split_edges(tr, tr->rpo[o]);
	if (tr->err || fn_cfg_order(tr))
		return tr->err;
	for (o = 0; o < tr->nrpo; o++) {
		sink_block(tr, tr->rpo[o]);
		materialize_constants(tr, tr->rpo[o]);
	}
	return tr->err;
}
