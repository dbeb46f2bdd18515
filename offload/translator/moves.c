// SPDX-License-Identifier: GPL-2.0
/*
 * moves: PHIs become parallel copies, and these become moves.
 *
 * The PHIs of a block are one parallel copy on each incoming edge. It is
 * sequentialized at the end of the predecessor: a move is emitted once its
 * destination is not a source any more; what is left are cycles, and each is
 * broken with a scratch register (Boissinot, Darte, Rastello, Dupont de
 * Dinechin and Guillon, "Revisiting Out-of-SSA Translation for Correctness,
 * Code Quality, and Efficiency", 2009).
 *
 *	b2: -> b3				b2: r6 = mov r4
 *	b3: r4 = phi r5				    r30 = mov r4
 *	    r5 = phi r4				    r4 = mov r5
 *	    r6 = phi r4				    r5 = mov r30 -> b3
 *
 * Each edge takes time proportional to the number of physical registers.
 */
#include "ir.h"

struct moves {
	struct fn_tr *tr;
	u32 block; /* where they are appended */
	u8 src[FN_NREGS]; /* by destination: its source, or itself */
	u8 pending[FN_NREGS]; /* by register: moves still to read it */
};

static void emit_move(struct moves *m, u32 d, u32 from)
{
	struct fn_tr *tr = m->tr;

	tr->origin = tr->blocks[m->block].bpf_last;
	fn_ir_append(tr, m->block, fn_ir_move(d, from));
}

/* Emits a move, and then those that it blocked. */
static void emit_chain(struct moves *m, u32 d)
{
	while (m->src[d] != d && !m->pending[d]) {
		u32 from = m->src[d];

		emit_move(m, d, from);
		m->src[d] = d;
		m->pending[from]--;
		d = from;
	}
}

static void break_cycle(struct moves *m, u32 d)
{
	u32 r;

	emit_move(m, FN_REG_MOVE, d);
	for (r = 0; r < FN_NREGS; r++)
		if (r != d && m->src[r] == d)
			m->src[r] = FN_REG_MOVE;
	m->pending[FN_REG_MOVE] = m->pending[d];
	m->pending[d] = 0;
	emit_chain(m, d);
}

static void sequentialize(struct moves *m)
{
	u32 d;

	for (d = 0; d < FN_NREGS; d++)
		emit_chain(m, d);
	for (d = 0; d < FN_NREGS; d++)
		if (m->src[d] != d)
			break_cycle(m, d);
}

static void collect(struct moves *m, u32 to, u32 edge)
{
	struct fn_tr *tr = m->tr;
	u32 i, r;

	for (r = 0; r < FN_NREGS; r++) {
		m->src[r] = r;
		m->pending[r] = 0;
	}
	for (i = fn_ir_first_phi(tr, to); i; i = fn_ir_next_phi(tr, i)) {
		r = tr->args[tr->irs[i].args + edge];
		if (r == tr->irs[i].d)
			continue;
		m->src[tr->irs[i].d] = r;
		m->pending[r]++;
	}
}

static void copy_on_edge(struct fn_tr *tr, u32 block)
{
	struct moves m = { .tr = tr, .block = block };
	const struct fn_block *b = &tr->blocks[block];

	if (b->nsucc != 1)
		return;
	collect(&m, b->succ[0], tr->blocks[block].pred_index[0]);
	sequentialize(&m);
}

static void drop_phis(struct fn_tr *tr, u32 block)
{
	u32 i;

	for (i = fn_ir_first_phi(tr, block); i; i = fn_ir_next_phi(tr, i))
		fn_ir_remove(tr, i);
}

/**
 * fn_pass_moves - replace PHIs by moves
 * @tr: program in physical registers without critical edges to PHIs
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_moves(struct fn_tr *tr)
{
	u32 o;

	for (o = 0; o < tr->nrpo; o++)
		copy_on_edge(tr, tr->rpo[o]);
	for (o = 0; o < tr->nrpo; o++)
		drop_phis(tr, tr->rpo[o]);
	return tr->err;
}
