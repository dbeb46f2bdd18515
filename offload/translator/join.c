// SPDX-License-Identifier: GPL-2.0
/*
 * join: edges that bring equal values to a join are merged.
 *
 * Programs that reach one place with one of a few constants would otherwise set
 * that constant on each edge. The incoming edges of a block are sorted by a
 * hash of their PHI operands; edges with equal operands are redirected to a new
 * block that leads on.
 *
 *	b5: -> b6, if true b8			b5: -> b6, if true b140
 *	b6: -> b8				b6: -> b140
 *						b140: v137 = mov 54 -> b8
 *	b8: v111 = phi v11 v11 v26		b8: v111 = phi v137 v26
 *
 * This undoes thread where ifconv found no use for it. For p edges and k PHIs
 * of a block it takes O(pk + p log p).
 */
#include "ir.h"

struct edge {
	u32 hash;
	u32 pred;
};

struct join {
	struct fn_tr *tr;
	u32 block;
	struct edge *edges;
};

/* Operands that are the same constant are equal as well. */
static u64 key_of(struct fn_tr *tr, u32 reg, bool *is_const)
{
	s64 value;

	*is_const = fn_ir_const(tr, reg, &value);
	return *is_const ? (u64)value : reg;
}

static u32 hash_of(struct join *j, u32 pred)
{
	struct fn_tr *tr = j->tr;
	u32 i, hash = 0;
	bool is_const;

	for (i = fn_ir_first_phi(tr, j->block); i; i = fn_ir_next_phi(tr, i)) {
		u64 key =
			key_of(tr, tr->args[tr->irs[i].args + pred], &is_const);

		hash = (hash ^ (u32)key ^ (u32)(key >> 32) ^ is_const) *
		       0x9e3779b1u;
		hash ^= hash >> 15;
	}
	return hash;
}

static bool same_values(struct join *j, u32 p, u32 q)
{
	struct fn_tr *tr = j->tr;
	bool pc, qc;
	u32 i;

	for (i = fn_ir_first_phi(tr, j->block); i; i = fn_ir_next_phi(tr, i)) {
		const u32 *args = tr->args + tr->irs[i].args;

		if (key_of(tr, args[p], &pc) != key_of(tr, args[q], &qc) ||
		    pc != qc)
			return false;
	}
	return true;
}

static int by_hash(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->pred < y->pred ? -1 : x->pred > y->pred;
}

/* Which successor of its predecessor an edge is. */
static u32 edge_from(const struct fn_tr *tr, u32 block, u32 pred)
{
	const struct fn_block *b =
		&tr->blocks[tr->args[tr->blocks[block].pred + pred]];

	return b->succ[0] == block && b->pred_index[0] == pred ? 0 : 1;
}

/* Redirects an edge to another block, as its @nth predecessor. */
static void redirect(struct fn_tr *tr, u32 block, u32 pred, u32 to, u32 nth)
{
	u32 s = edge_from(tr, block, pred);
	struct fn_block *b =
		&tr->blocks[tr->args[tr->blocks[block].pred + pred]];

	fn_cfg_changed(tr);
	b->succ[s] = to;
	b->pred_index[s] = nth;
	tr->args[tr->blocks[block].pred + pred] = FN_NONE;
}

/*
 * Rematerializes constants, whose definitions may not dominate the new block.
 */
static void rematerialize(struct join *j, u32 made, u32 keep)
{
	struct fn_tr *tr = j->tr;
	u32 i, d;
	s64 value;

	tr->origin = tr->blocks[made].bpf_last;
	for (i = fn_ir_first_phi(tr, j->block); i; i = fn_ir_next_phi(tr, i)) {
		if (!fn_ir_const(tr, tr->args[tr->irs[i].args + keep], &value))
			continue;
		d = tr->nregs++;
		fn_ir_append(tr, made, fn_ir_number(d, value));
		tr->args[tr->irs[i].args + keep] = d;
	}
}

/*
 * Puts a block on edges with equal operands; it takes the place of the first.
 */
static void merge_edges(struct join *j, u32 first, u32 n)
{
	struct fn_tr *tr = j->tr;
	u32 keep = j->edges[first].pred, e;
	u32 preds = fn_ir_args(tr, n);
	u32 from = tr->args[tr->blocks[j->block].pred + keep];
	u32 made = fn_ir_block_after(tr, from);

	if (tr->err)
		return;
	for (e = 0; e < n; e++) {
		u32 pred = j->edges[first + e].pred;

		tr->args[preds + e] =
			tr->args[tr->blocks[j->block].pred + pred];
	}
	for (e = 0; e < n; e++)
		redirect(tr, j->block, j->edges[first + e].pred, made, e);
	tr->args[tr->blocks[j->block].pred + keep] = made;
	tr->blocks[made].pred = preds;
	tr->blocks[made].npred = n;
	tr->blocks[made].succ[0] = j->block;
	tr->blocks[made].pred_index[0] = keep;
	tr->blocks[made].nsucc = 1;
	rematerialize(j, made, keep);
}

/* Removes the edges that were redirected. */
static void compact(struct join *j)
{
	struct fn_tr *tr = j->tr;
	struct fn_block *b = &tr->blocks[j->block];
	u32 p, n = 0, i, s;

	for (p = 0; p < b->npred; p++) {
		if (tr->args[b->pred + p] == FN_NONE)
			continue;
		for (i = fn_ir_first_phi(tr, j->block); i;
		     i = fn_ir_next_phi(tr, i)) {
			u32 *args = tr->args + tr->irs[i].args;

			args[n] = args[p];
		}
		s = edge_from(tr, j->block, p);
		tr->blocks[tr->args[b->pred + p]].pred_index[s] = n;
		tr->args[b->pred + n++] = tr->args[b->pred + p];
	}
	b->npred = n;
}

static void join_block(struct join *j)
{
	struct fn_tr *tr = j->tr;
	u32 total = tr->blocks[j->block].npred;
	u32 p, n;

	for (p = 0; p < total; p++) {
		j->edges[p].pred = p;
		j->edges[p].hash = hash_of(j, p);
	}
	sort(j->edges, total, sizeof(*j->edges), by_hash, NULL);
	for (p = 0; p < total && !tr->err; p += n) {
		n = 1;
		while (p + n < total &&
		       j->edges[p + n].hash == j->edges[p].hash &&
		       same_values(j, j->edges[p].pred, j->edges[p + n].pred))
			n++;
		if (n > 1 && n < total)
			merge_edges(j, p, n);
	}
	compact(j);
}

static u32 max_preds(const struct fn_tr *tr)
{
	u32 o, most = 1;

	for (o = 0; o < tr->nrpo; o++)
		most = max(most, tr->blocks[tr->rpo[o]].npred);
	return most;
}

/**
 * fn_pass_join - merge edges that bring equal values
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_join(struct fn_tr *tr)
{
	struct join j = { .tr = tr };
	u32 o, n = tr->nrpo;

	if (fn_ir_values(tr))
		return -ENOMEM;
	j.edges = fn_tmp_zalloc(tr, max_preds(tr) * sizeof(*j.edges));
	for (o = 0; o < n && !tr->err; o++) {
		j.block = tr->rpo[o];
		if (fn_ir_phi(tr, tr->blocks[j.block].first) &&
		    tr->blocks[j.block].npred > 2)
			join_block(&j);
	}
	return tr->err ?: fn_cfg_order(tr);
}
