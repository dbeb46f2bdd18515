// SPDX-License-Identifier: GPL-2.0
/*
 * exits: tail duplication of exits.
 *
 * Programs collect their verdict in one place, a block of a PHI and an exit.
 * That block is duplicated into its predecessors, so that each exit holds its
 * verdict and neither moves nor jumps are needed (the parametrized exit of
 * hXDP; Brunella et al., "hXDP: Efficient Software Packet Processing on FPGA
 * NICs", 2020). Exits with the same constant are shared again by layout.
 *
 *	b2: v5 = mov 2 -> b3			b2: v5 = mov 2; exit v5
 *	b1: v4 = mov 1 -> b3			b1: v4 = mov 1; exit v4
 *	b3: v6 = phi v4 v5; exit v6
 *
 * Blocks are visited in postorder, so that an exit is also duplicated into
 * blocks that only led to it. The pass runs before guard, which looks for such
 * exits, and takes time proportional to the edges.
 */
#include "ir.h"

/* A block of an exit, perhaps with a PHI and a 32-bit move of its value. */
struct exit {
	const struct fn_ir *phi; /* or NULL */
	const struct fn_ir *mov; /* or NULL */
	const struct fn_ir *last;
};

/* Does a block do nothing but exit? */
static bool is_exit(const struct fn_tr *tr, u32 block, struct exit *e)
{
	const struct fn_block *b = &tr->blocks[block];
	u32 at = b->first;

	*e = (struct exit){ .last = b->last ? &tr->irs[b->last] : NULL };
	if (!e->last || (e->last->op != FN_OP_EXIT && e->last->op != FN_OP_RET))
		return false;
	if (at != b->last && tr->irs[at].op == FN_IR_PHI) {
		e->phi = &tr->irs[at];
		at = e->phi->next;
	}
	if (e->phi && at != b->last && tr->irs[at].op == FN_OP_MOV &&
	    tr->irs[at].x == FN_X_W && tr->irs[at].b == e->phi->d) {
		e->mov = &tr->irs[at];
		at = e->mov->next;
	}
	if (at != b->last)
		return false;
	return !e->phi || (!(e->last->x & FN_X_IMM) &&
			   e->last->a == (e->mov ? e->mov : e->phi)->d);
}

/* Appends the exit to a block, with the operands of an edge. */
static void append_exit(struct fn_tr *tr, u32 block, const struct exit *e,
			u32 edge)
{
	struct fn_ir last = *e->last, mov = e->mov ? *e->mov : last;
	u32 value = e->phi ? tr->args[e->phi->args + edge] : last.a;

	tr->origin = last.origin;
	if (e->mov) {
		mov.d = tr->nregs++;
		mov.b = value;
		value = mov.d;
		fn_ir_append(tr, block, mov);
	}
	last.a = value;
	fn_ir_append(tr, block, last);
}

static void duplicate_into(struct fn_tr *tr, u32 block, const struct exit *e)
{
	u32 edge = tr->blocks[block].pred_index[0];
	struct exit at = *e;
	struct fn_ir last = *e->last, mov, phi;

	/* Adding instructions may move the array. */
	if (e->mov) {
		mov = *e->mov;
		at.mov = &mov;
	}
	if (e->phi) {
		phi = *e->phi;
		at.phi = &phi;
	}
	at.last = &last;
	append_exit(tr, block, &at, edge);
	fn_cfg_remove_edge(tr, block, 0);
}

/* Duplicates the exit on a critical edge if its verdict depends on the edge. */
static void duplicate_on_edge(struct fn_tr *tr, u32 block, u32 s)
{
	u32 exit = tr->blocks[block].succ[s];
	struct exit e;
	u32 n;

	if (!is_exit(tr, exit, &e) || !e.phi || tr->blocks[exit].npred == 1)
		return;
	n = fn_cfg_split_edge(tr, block, s);
	if (n != FN_NONE)
		duplicate_into(tr, n, &e);
}

static void visit(struct fn_tr *tr, u32 block)
{
	u32 s, n = tr->blocks[block].nsucc;
	struct exit e;

	if (n == 1 && is_exit(tr, tr->blocks[block].succ[0], &e))
		duplicate_into(tr, block, &e);
	for (s = 0; n == 2 && s < n && !tr->err; s++)
		duplicate_on_edge(tr, block, s);
}

/**
 * fn_pass_exits - duplicate exits into their predecessors
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_exits(struct fn_tr *tr)
{
	u32 o, n = tr->nrpo;

	for (o = n; o-- && !tr->err;)
		visit(tr, tr->rpo[o]);
	return tr->err ?: fn_cfg_order(tr);
}
