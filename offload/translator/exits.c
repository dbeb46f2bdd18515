// SPDX-License-Identifier: GPL-2.0
/*
 * exits: who only goes on to an exit exits by himself.
 *
 * Programs gather their verdicts in one place: a PHI and an exit. Tail
 * duplication of that block puts the verdict into the exit's own word, and
 * neither the moves nor the jumps are needed (hXDP's parametrized exit;
 * Brunella et al., "hXDP: Efficient Software Packet Processing on FPGA NICs",
 * 2020). Exits with the same constant are shared again by layout.
 *
 *	b2: v5 = mov 2 -> b3			b2: v5 = mov 2; exit v5
 *	b1: v4 = mov 1 -> b3			b1: v4 = mov 1; exit v4
 *	b3: v6 = phi v4 v5; exit v6
 *
 * Against the order, so that an exit travels up through what only led to it.
 * Comes before guard, which looks for such exits. Time in proportion to the
 * edges.
 */
#include "ir.h"

/* An exit, perhaps of the low half of what a PHI chose. */
struct exit {
	const struct fn_ir *phi; /* or NULL */
	const struct fn_ir *mov; /* or NULL */
	const struct fn_ir *last;
};

/* A block that does nothing else. */
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

/* What the exit is when it is reached over an edge, at the end of a block. */
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

static void exit_here(struct fn_tr *tr, u32 block, const struct exit *e)
{
	u32 edge = tr->blocks[block].edge[0];
	struct exit at = *e;
	struct fn_ir last = *e->last, mov, phi;

	/* Adding instructions moves them all. */
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
	fn_ir_unlink(tr, block, 0);
}

/* Only worth it with a choice: a block of its own is as good otherwise. */
static void exit_aside(struct fn_tr *tr, u32 block, u32 s)
{
	u32 exit = tr->blocks[block].succ[s];
	struct exit e;
	u32 n;

	if (!is_exit(tr, exit, &e) || !e.phi || tr->blocks[exit].npred == 1)
		return;
	n = fn_ir_split(tr, block, s);
	if (n != FN_NONE)
		exit_here(tr, n, &e);
}

static void visit(struct fn_tr *tr, u32 block)
{
	u32 s, n = tr->blocks[block].nsucc;
	struct exit e;

	if (n == 1 && is_exit(tr, tr->blocks[block].succ[0], &e))
		exit_here(tr, block, &e);
	for (s = 0; n == 2 && s < n && !tr->err; s++)
		exit_aside(tr, block, s);
}

/**
 * fn_pass_exits - put exits where the verdict is known
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_exits(struct fn_tr *tr)
{
	u32 o, n = tr->norder;

	for (o = n; o-- && !tr->err;)
		visit(tr, tr->order[o]);
	return tr->err ?: fn_ir_order(tr);
}
