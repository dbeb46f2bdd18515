// SPDX-License-Identifier: GPL-2.0
/*
 * moves: PHIs become moves at the ends of the predecessors.
 *
 * The moves of one edge happen at once. Written one after the other, a register
 * is not overwritten before it was read: a move is done when nobody reads its
 * destination any more; what is left then are circles, and each goes through a
 * spare register (Boissinot, Darte, Rastello, Dupont de Dinechin and Guillon,
 * "Revisiting Out-of-SSA Translation for Correctness, Code Quality, and
 * Efficiency", 2009).
 *
 *	b2: -> b3				b2: r6 = mov r4
 *	b3: r4 = phi r5				    r30 = mov r4
 *	    r5 = phi r4				    r4 = mov r5
 *	    r6 = phi r4				    r5 = mov r30 -> b3
 *
 * Each edge takes a time in proportion to the registers of the card.
 */
#include "ir.h"

struct moves {
	struct fn_tr *tr;
	u32 block; /* where they are appended */
	u8 from[FN_NREGS]; /* by destination; itself if there is no move */
	u8 readers[FN_NREGS]; /* by register: moves that still read it */
};

static void put_move(struct moves *m, u32 d, u32 from)
{
	struct fn_tr *tr = m->tr;

	tr->origin = tr->blocks[m->block].tail;
	fn_ir_append(tr, m->block, fn_ir_move(d, from));
}

/* Do a move, and then the one that it was in the way of, and so on. */
static void settle(struct moves *m, u32 d)
{
	while (m->from[d] != d && !m->readers[d]) {
		u32 from = m->from[d];

		put_move(m, d, from);
		m->from[d] = d;
		m->readers[from]--;
		d = from;
	}
}

static void break_circle(struct moves *m, u32 d)
{
	u32 r;

	put_move(m, FN_REG_MOVE, d);
	for (r = 0; r < FN_NREGS; r++)
		if (r != d && m->from[r] == d)
			m->from[r] = FN_REG_MOVE;
	m->readers[FN_REG_MOVE] = m->readers[d];
	m->readers[d] = 0;
	settle(m, d);
}

static void do_moves(struct moves *m)
{
	u32 d;

	for (d = 0; d < FN_NREGS; d++)
		settle(m, d);
	for (d = 0; d < FN_NREGS; d++)
		if (m->from[d] != d)
			break_circle(m, d);
}

static void collect(struct moves *m, u32 to, u32 edge)
{
	struct fn_tr *tr = m->tr;
	u32 i, r;

	for (r = 0; r < FN_NREGS; r++) {
		m->from[r] = r;
		m->readers[r] = 0;
	}
	for (i = fn_ir_first_phi(tr, to); i; i = fn_ir_next_phi(tr, i)) {
		r = tr->args[tr->irs[i].args + edge];
		if (r == tr->irs[i].d)
			continue;
		m->from[tr->irs[i].d] = r;
		m->readers[r]++;
	}
}

static void move_on(struct fn_tr *tr, u32 block)
{
	struct moves m = { .tr = tr, .block = block };
	const struct fn_block *b = &tr->blocks[block];

	if (b->nsucc != 1)
		return;
	collect(&m, b->succ[0], tr->blocks[block].edge[0]);
	do_moves(&m);
}

static void drop_phis(struct fn_tr *tr, u32 block)
{
	u32 i;

	for (i = fn_ir_first_phi(tr, block); i; i = fn_ir_next_phi(tr, i))
		fn_ir_remove(tr, i);
}

/**
 * fn_pass_moves - replace PHIs
 * @tr: program in the card's registers; who leads to PHIs leads nowhere else
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_moves(struct fn_tr *tr)
{
	u32 o;

	for (o = 0; o < tr->norder; o++)
		move_on(tr, tr->order[o]);
	for (o = 0; o < tr->norder; o++)
		drop_phis(tr, tr->order[o]);
	return tr->err;
}
