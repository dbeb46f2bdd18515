// SPDX-License-Identifier: GPL-2.0
/*
 * sched: words that can issue together come to stand together.
 *
 * List scheduling (Gibbons and Muchnick, "Efficient Instruction Scheduling for
 * a Pipelined Architecture", 1986) on superblocks (Hwu et al., "The
 * Superblock", 1993): blocks that follow each other in memory and are reached
 * in no other way, so that they are one stretch of code, a trace, with branches
 * out of it. A trace is seen through a window of up to 64 instructions. For
 * each of them the ones before it that it must wait for are a mask; from those
 * that need not wait any more the one is taken that has the longest chain of
 * others behind it. When three quarters of the window are placed, more is let
 * in.
 *
 *	r1 = ld4 [ r12 +0 ]			r1 = ld4 [ r12 +0 ]
 *	r3 = add r1 14				r4 = mov 7
 *	r2 = ld4 [ r12 +4 ]			r2 = ld4 [ r12 +4 ] ;;
 *	r4 = mov 7				r3 = add r1 14 ;;
 *	r5 = add r3 r4				r5 = add r3 r4 ;;
 *
 * Branches keep their order. What has no other effect than its result moves
 * over a branch, up or down, if the result is not live where the branch leads
 * to; a load moves up only as far as it is known not to fault (early).
 *
 * In the card's registers, so that nothing is spilled that was scheduled; what
 * alloc does about that is to give registers in turn. A window is related in at
 * most 64 steps an instruction: time in proportion to the program.
 */
#include "ir.h"

#define WINDOW 64

struct sched {
	struct fn_tr *tr;
	u32 *code; /* of the trace, then in its new order */
	u32 ncode;
	u32 in; /* next of @code that is let in */
	u32 out; /* place for the next that is placed */
	/* The window: */
	u32 n;
	u64 all;
	u64 done; /* placed */
	u32 ir[WINDOW];
	struct fn_ir *insn[WINDOW]; /* the same */
	u32 reads[WINDOW];
	u32 writes[WINDOW];
	u32 live[WINDOW]; /* branches: registers live where they lead to */
	u64 after[WINDOW]; /* must be in an earlier group */
	u64 behind[WINDOW]; /* must be earlier, perhaps in the same group */
	u64 waiting[WINDOW]; /* those that it must be earlier than */
	u32 height[WINDOW];
	u64 ready; /* wait for nothing any more */
	u64 next; /* may do so in the next group */
	/* While relations are found: */
	u64 readers[FN_NREGS]; /* since the last writer */
	u64 writer[FN_NREGS]; /* the last one */
	u64 memory;
	u64 loads;
	u64 fixed; /* has other effects than a result */
	u64 since; /* of these, the last branch and those behind it */
	u64 branches; /* and conditional exits */
	u64 ends; /* branches */
	u64 barriers;
};

static struct fn_ir *at(const struct sched *s, u32 i)
{
	return s->insn[i];
}

static bool is_barrier(const struct fn_ir *ir)
{
	return fn_group_alone(ir) || ir->op == FN_OP_HELPER;
}

/* Bits of the window from @from to before @to. */
static u64 between(u32 from, u32 to)
{
	return (BIT_ULL(to) - 1) & ~(BIT_ULL(from) - 1);
}

/* Do two accesses touch different bytes, @j being the earlier? */
static bool apart(const struct sched *s, u32 j, u32 i)
{
	const struct fn_ir *a = at(s, j);

	if (!fn_kinds_meet(a->kind, at(s, i)->kind))
		return true;
	return a->a == at(s, i)->a && fn_group_apart(a, at(s, i)) &&
	       !(s->writer[a->a] & between(j, i));
}

/* Loads may change places; nothing else that touches the same memory. */
static void relate_memory(struct sched *s, u32 i)
{
	const struct fn_ir *b = at(s, i);
	u64 before;

	before = b->op == FN_OP_LD ? s->memory & ~s->loads : s->memory;
	for (; before; before &= before - 1) {
		u32 j = __ffs64(before);
		const struct fn_ir *a = at(s, j);

		if (apart(s, j, i))
			continue;
		if (a->op != FN_OP_LD && !fn_ir_is_store(b))
			s->after[i] |= BIT_ULL(j);
		else
			s->behind[i] |= BIT_ULL(j);
	}
	s->memory |= BIT_ULL(i);
	if (b->op == FN_OP_LD)
		s->loads |= BIT_ULL(i);
}

/* The branch that makes a load safe. */
static u64 find_guard(const struct sched *s, u32 guard)
{
	u64 before;

	for (before = s->branches; before; before &= before - 1)
		if (s->ir[__ffs64(before)] == guard)
			return before & -before;
	return 0;
}

static u64 last_of(u64 mask)
{
	return mask ? BIT_ULL(ilog2(mask)) : 0;
}

/*
 * The branches above that @i can't be done before: of those that are in order, the
 * last. A guard that is not in sight is further up.
 */
static u64 holding(const struct sched *s, u32 i)
{
	const struct fn_ir *ir = at(s, i);
	u64 mask = 0, ends;

	if (!fn_ir_pure(ir))
		return last_of(s->branches);
	for (ends = s->ends; ends; ends &= ends - 1)
		if (s->writes[i] & s->live[__ffs64(ends)])
			mask |= ends & -ends;
	if (ir->op != FN_OP_LD || ir->args == FN_SAFE_ANYWHERE)
		return mask;
	if (ir->args == FN_SAFE_NOWHERE)
		return last_of(s->branches);
	return mask | find_guard(s, ir->args);
}

/* Branches keep their order, one a group, and others follow or pass. */
static void relate_branches(struct sched *s, u32 i)
{
	s->behind[i] |= holding(s, i);
	if (fn_ir_ends(at(s, i)))
		s->after[i] |= s->ends;
}

/* Is behind a branch what must be done whether it is taken or not? */
static void relate_branch(struct sched *s, u32 i)
{
	bool ends = fn_ir_ends(at(s, i));
	u64 pure = between(0, i) & ~s->fixed;
	u32 mask;

	s->behind[i] |= s->since;
	s->since = 0;
	if (ends && s->in == s->ncode && i == s->n - 1)
		s->behind[i] |= pure;
	for (mask = s->live[i]; mask; mask &= mask - 1)
		s->behind[i] |= s->writer[__ffs(mask)] & pure;
	s->branches |= BIT_ULL(i);
	if (ends)
		s->ends |= BIT_ULL(i);
}

/* Helpers and calls: memory and control do not pass, helpers' registers do. */
static void relate_barrier(struct sched *s, u32 i)
{
	u64 all = between(0, i);

	if (fn_group_alone(at(s, i)))
		s->after[i] |= all;
	else
		s->behind[i] |= s->memory | s->branches;
	s->barriers |= BIT_ULL(i);
}

static void relate_registers(struct sched *s, u32 i)
{
	u32 mask;

	for (mask = s->reads[i] | s->writes[i]; mask; mask &= mask - 1)
		s->after[i] |= s->writer[__ffs(mask)];
	for (mask = s->writes[i]; mask; mask &= mask - 1)
		s->behind[i] |= s->readers[__ffs(mask)];
}

static void note_registers(struct sched *s, u32 i)
{
	u32 mask;

	for (mask = s->reads[i]; mask; mask &= mask - 1)
		s->readers[__ffs(mask)] |= BIT_ULL(i);
	for (mask = s->writes[i]; mask; mask &= mask - 1) {
		s->writer[__ffs(mask)] = BIT_ULL(i);
		s->readers[__ffs(mask)] = 0;
	}
}

static bool passes_helper(const struct fn_ir *ir)
{
	return fn_ir_pure(ir) && ir->op != FN_OP_LD;
}

static void relate(struct sched *s, u32 i)
{
	const struct fn_ir *ir = at(s, i);
	u64 before;

	s->after[i] = 0;
	s->behind[i] = 0;
	s->waiting[i] = 0;
	s->height[i] = 0;
	relate_registers(s, i);
	for (before = s->barriers; before; before &= before - 1)
		if (!passes_helper(ir) ||
		    fn_group_alone(at(s, __ffs64(before))))
			s->after[i] |= before & -before;
	relate_branches(s, i);
	if (fn_group_memory(ir))
		relate_memory(s, i);
	if (is_barrier(ir))
		relate_barrier(s, i);
	if (fn_ir_ends(ir) || ir->op == FN_OP_EXITC)
		relate_branch(s, i);
	if (!fn_ir_pure(ir)) {
		s->fixed |= BIT_ULL(i);
		s->since |= BIT_ULL(i);
	}
	note_registers(s, i);
}

static void raise(struct sched *s, u64 mask, u32 i, u32 height)
{
	for (; mask; mask &= mask - 1) {
		u32 j = __ffs64(mask);

		s->waiting[j] |= BIT_ULL(i);
		s->height[j] = max(s->height[j], height);
	}
}

/* Who waits for whom, and how many groups come after, at least. */
static void find_heights(struct sched *s)
{
	u32 i;

	for (i = s->n; i--;) {
		raise(s, s->after[i], i, s->height[i] + 1);
		raise(s, s->behind[i] & ~s->after[i], i, s->height[i]);
	}
}

static void let_in(struct sched *s, u32 ir)
{
	struct fn_tr *tr = s->tr;
	const struct fn_ir *i = &tr->irs[ir];
	u32 to = tr->blocks[i->block].succ[1];

	s->ir[s->n] = ir;
	s->insn[s->n] = &tr->irs[ir];
	s->reads[s->n] = fn_group_reads(tr, &tr->irs[ir]);
	s->writes[s->n] = fn_group_writes(tr, i);
	s->live[s->n] = i->op == FN_OP_JCC ? tr->blocks[to].live : 0;
	s->n++;
}

/* What is not yet placed moves up, and more comes in behind it. */
static void fill(struct sched *s)
{
	u32 i, n = 0;

	for (i = 0; i < s->n; i++) {
		if (s->done & BIT_ULL(i))
			continue;
		s->ir[n] = s->ir[i];
		s->insn[n] = s->insn[i];
		s->reads[n] = s->reads[i];
		s->writes[n] = s->writes[i];
		s->live[n++] = s->live[i];
	}
	s->n = n;
	s->done = 0;
	while (s->n < WINDOW && s->in < s->ncode)
		let_in(s, s->code[s->in++]);
	s->all = s->n == WINDOW ? ~0ull : BIT_ULL(s->n) - 1;
	memset(s->readers, 0, sizeof(s->readers));
	memset(s->writer, 0, sizeof(s->writer));
	s->memory = 0;
	s->loads = 0;
	s->fixed = 0;
	s->since = 0;
	s->branches = 0;
	s->ends = 0;
	s->barriers = 0;
	for (i = 0; i < s->n; i++)
		relate(s, i);
	find_heights(s);
	s->ready = 0;
	s->next = s->all;
}

/* Those of @mask that need not wait, @now being placed in this group. */
static u64 let_go(const struct sched *s, u64 mask, u64 now)
{
	u64 go = 0;

	for (mask &= ~s->done; mask; mask &= mask - 1) {
		u32 i = __ffs64(mask);

		if (!(s->after[i] & (~s->done | now)) &&
		    !(s->behind[i] & ~s->done))
			go |= BIT_ULL(i);
	}
	return go;
}

/* The best that may issue now; s->n if there is none. */
static u32 pick(const struct sched *s, const struct fn_group *g)
{
	u32 i, best = s->n;
	u64 mask;

	for (mask = s->ready; mask; mask &= mask - 1) {
		i = __ffs64(mask);
		if ((best == s->n || s->height[i] > s->height[best]) &&
		    fn_group_fits(g, at(s, i), s->reads[i] | s->writes[i]))
			best = i;
	}
	return best;
}

/* Words that issue together. */
static void place_group(struct sched *s)
{
	struct fn_group g;
	u64 now = 0;
	u32 i;

	fn_group_begin(&g, s->tr->opt->lanes);
	s->ready |= let_go(s, s->next, 0);
	s->next = 0;
	while ((i = pick(s, &g)) < s->n) {
		fn_group_add(&g, at(s, i), s->writes[i]);
		now |= BIT_ULL(i);
		s->done |= BIT_ULL(i);
		s->code[s->out++] = s->ir[i];
		s->ready &= ~BIT_ULL(i);
		s->ready |= let_go(s, s->waiting[i], now);
		s->next |= s->waiting[i];
	}
}

static bool has_room(const struct sched *s)
{
	return s->in < s->ncode && hweight64(s->done) >= WINDOW * 3 / 4;
}

static void arrange(struct sched *s)
{
	s->n = 0;
	s->in = 0;
	s->out = 0;
	s->done = 0;
	fill(s);
	while (s->out < s->ncode) {
		place_group(s);
		if (has_room(s))
			fill(s);
	}
}

static void collect(struct sched *s, u32 block)
{
	struct fn_tr *tr = s->tr;
	u32 i;

	s->ncode = 0;
	for (;;) {
		for (i = tr->blocks[block].first; i; i = tr->irs[i].next)
			s->code[s->ncode++] = i;
		if (!fn_group_goes_on(tr, block))
			break;
		block = tr->blocks[block].next;
	}
}

static void link(struct fn_tr *tr, u32 block, u32 ir)
{
	struct fn_block *b = &tr->blocks[block];

	tr->irs[ir].block = block;
	tr->irs[ir].prev = b->last;
	tr->irs[ir].next = 0;
	if (b->last)
		tr->irs[b->last].next = ir;
	else
		b->first = ir;
	b->last = ir;
}

/* Each branch ends the block that it ended before. */
static void distribute(struct sched *s, u32 block)
{
	struct fn_tr *tr = s->tr;
	u32 i = 0;

	for (;; block = tr->blocks[block].next) {
		struct fn_block *b = &tr->blocks[block];
		bool more = fn_group_goes_on(tr, block);

		b->first = 0;
		b->last = 0;
		if (more && b->nsucc == 1)
			continue;
		while (i < s->ncode) {
			u32 ir = s->code[i++];

			link(tr, block, ir);
			if (more && tr->irs[ir].op == FN_OP_JCC)
				break;
		}
		if (!more)
			return;
	}
}

static void sched_func(struct sched *s, u32 func)
{
	struct fn_tr *tr = s->tr;
	bool inside = false;
	u32 b;

	for (b = tr->funcs[func].block; b != FN_NONE; b = tr->blocks[b].next) {
		if (!inside) {
			collect(s, b);
			arrange(s);
			distribute(s, b);
		}
		inside = fn_group_goes_on(tr, b);
	}
}

/**
 * fn_pass_sched - order instructions for the card's lanes
 * @tr: program in the card's registers and its order in memory
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_sched(struct fn_tr *tr)
{
	struct sched *s;
	u32 func;

	if (tr->opt->lanes == 1)
		return 0;
	s = fn_ir_dirty(tr, sizeof(*s));
	if (!s || fn_ir_preds(tr) || (tr->norder > 1 && fn_ir_live_regs(tr)))
		return tr->err;
	s->tr = tr;
	s->code = fn_ir_dirty(tr, tr->nirs * sizeof(*s->code));
	for (func = 0; s->code && func < tr->nfuncs; func++)
		sched_func(s, func);
	return tr->err;
}
