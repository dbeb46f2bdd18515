// SPDX-License-Identifier: GPL-2.0
/*
 * sched: list scheduling of traces.
 *
 * List scheduling (Gibbons and Muchnick, "Efficient Instruction Scheduling for
 * a Pipelined Architecture", 1986) on superblocks (Hwu et al., "The
 * Superblock", 1993): blocks that follow each other in memory and have no other
 * predecessor form a trace, with side exits. A trace is scheduled through a
 * window of up to 64 instructions, whose dependences are bit masks. From the
 * ready list the instruction with the longest critical path is taken. When
 * three quarters of the window are scheduled, more instructions enter.
 *
 *	r1 = ld4 [ r12 +0 ]			r1 = ld4 [ r12 +0 ]
 *	r3 = add r1 14				r4 = mov 7
 *	r2 = ld4 [ r12 +4 ]			r2 = ld4 [ r12 +4 ] ;;
 *	r4 = mov 7				r3 = add r1 14 ;;
 *	r5 = add r3 r4				r5 = add r3 r4 ;;
 *
 * Branches keep their order. An instruction without side effects moves over a
 * branch, up or down, if its result is not live at the branch's target; a load
 * moves up no further than its guard (early).
 *
 * The pass runs after register allocation, so that it causes no spills; alloc
 * hands registers out in turn to keep false dependences rare. An instruction
 * has dependences on at most 64 others, so time is proportional to the program.
 */
#include "ir.h"

#define WINDOW 64

/**
 * struct sched - a trace and the window through which it is scheduled
 * @tr: program
 * @trace: instructions of the trace, in the new order up to @scheduled
 * @ntrace: number of @trace
 * @entered: number of instructions that have entered the window
 * @scheduled: number of instructions that are scheduled
 *
 * The window; masks have a bit for each of its instructions:
 * @n: number of its instructions
 * @all: mask of them
 * @done: mask of the scheduled ones
 * @ir: their numbers
 * @insn: the same as pointers
 * @uses: mask of registers that each reads
 * @defs: mask of registers that each writes
 * @live_out: mask of registers that are live at the target, of branches
 * @strict_preds: instructions that must issue in an earlier group
 * @weak_preds: instructions that must come earlier, perhaps in the same group
 * @succs: instructions that depend on it
 * @height: length of the critical path from it to the end, in groups
 * @ready: ready list
 * @candidates: instructions that may become ready in the next group
 *
 * While dependences are found:
 * @readers: instructions that read a register since its last definition
 * @last_def: last instruction that defined a register
 * @accesses: accesses to memory
 * @loads: loads
 * @effects: instructions with side effects
 * @effects_since: the last branch, and of @effects those behind it
 * @branches: branches and conditional exits
 * @terminators: branches
 * @barriers: calls, returns and helpers
 */
struct sched {
	struct fn_tr *tr;
	u32 *trace;
	u32 ntrace;
	u32 entered;
	u32 scheduled;
	u32 n;
	u64 all;
	u64 done;
	u32 ir[WINDOW];
	struct fn_ir *insn[WINDOW];
	u32 uses[WINDOW];
	u32 defs[WINDOW];
	u32 live_out[WINDOW];
	u64 strict_preds[WINDOW];
	u64 weak_preds[WINDOW];
	u64 succs[WINDOW];
	u32 height[WINDOW];
	u64 ready;
	u64 candidates;
	u64 readers[FN_NREGS];
	u64 last_def[FN_NREGS];
	u64 accesses;
	u64 loads;
	u64 effects;
	u64 effects_since;
	u64 branches;
	u64 terminators;
	u64 barriers;
};

static struct fn_ir *at(const struct sched *s, u32 i)
{
	return s->insn[i];
}

static bool is_barrier(const struct fn_ir *ir)
{
	return fn_group_is_solo(ir) || ir->op == FN_OP_HELPER;
}

/* Mask of the window from @from up to but not including @to. */
static u64 between(u32 from, u32 to)
{
	return (BIT_ULL(to) - 1) & ~(BIT_ULL(from) - 1);
}

/* Do two accesses touch different bytes, @j being the earlier? */
static bool are_disjoint(const struct sched *s, u32 j, u32 i)
{
	const struct fn_ir *a = at(s, j);

	if (!fn_regions_may_alias(a->region, at(s, i)->region))
		return true;
	return a->a == at(s, i)->a && fn_ir_are_disjoint(a, at(s, i)) &&
	       !(s->last_def[a->a] & between(j, i));
}

/* Loads may be reordered; other accesses only if they do not alias. */
static void add_memory_deps(struct sched *s, u32 i)
{
	const struct fn_ir *b = at(s, i);
	u64 before;

	before = b->op == FN_OP_LD ? s->accesses & ~s->loads : s->accesses;
	for (; before; before &= before - 1) {
		u32 j = __ffs64(before);
		const struct fn_ir *a = at(s, j);

		if (are_disjoint(s, j, i))
			continue;
		if (a->op != FN_OP_LD && !fn_ir_is_store(b))
			s->strict_preds[i] |= BIT_ULL(j);
		else
			s->weak_preds[i] |= BIT_ULL(j);
	}
	s->accesses |= BIT_ULL(i);
	if (b->op == FN_OP_LD)
		s->loads |= BIT_ULL(i);
}

/* The guard of a load, if it is in the window. */
static u64 guard_in_window(const struct sched *s, u32 guard)
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
 * The control dependences of @i: branches that it cannot move up over. Branches
 * keep their order, so the last one stands for all. A guard outside of the
 * window was scheduled.
 */
static u64 control_deps(const struct sched *s, u32 i)
{
	const struct fn_ir *ir = at(s, i);
	u64 mask = 0, ends;

	if (!fn_ir_is_pure(ir))
		return last_of(s->branches);
	for (ends = s->terminators; ends; ends &= ends - 1)
		if (s->defs[i] & s->live_out[__ffs64(ends)])
			mask |= ends & -ends;
	if (ir->op != FN_OP_LD || ir->args == FN_SPECULATE_ALWAYS)
		return mask;
	if (ir->args == FN_SPECULATE_NEVER)
		return last_of(s->branches);
	return mask | guard_in_window(s, ir->args);
}

/* Branches keep their order, one a group. */
static void add_control_deps(struct sched *s, u32 i)
{
	s->weak_preds[i] |= control_deps(s, i);
	if (fn_ir_is_terminator(at(s, i)))
		s->strict_preds[i] |= s->terminators;
}

/* Instructions that cannot move down over a branch must come before it. */
static void add_branch_deps(struct sched *s, u32 i)
{
	bool ends = fn_ir_is_terminator(at(s, i));
	u64 pure = between(0, i) & ~s->effects;
	u32 mask;

	s->weak_preds[i] |= s->effects_since;
	s->effects_since = 0;
	if (ends && s->entered == s->ntrace && i == s->n - 1)
		s->weak_preds[i] |= pure;
	for (mask = s->live_out[i]; mask; mask &= mask - 1)
		s->weak_preds[i] |= s->last_def[__ffs(mask)] & pure;
	s->branches |= BIT_ULL(i);
	if (ends)
		s->terminators |= BIT_ULL(i);
}

/*
 * No access or branch moves over a helper or call; arithmetic moves over
 * helpers.
 */
static void add_barrier_deps(struct sched *s, u32 i)
{
	u64 all = between(0, i);

	if (fn_group_is_solo(at(s, i)))
		s->strict_preds[i] |= all;
	else
		s->weak_preds[i] |= s->accesses | s->branches;
	s->barriers |= BIT_ULL(i);
}

static void add_register_deps(struct sched *s, u32 i)
{
	u32 mask;

	for (mask = s->uses[i] | s->defs[i]; mask; mask &= mask - 1)
		s->strict_preds[i] |= s->last_def[__ffs(mask)];
	for (mask = s->defs[i]; mask; mask &= mask - 1)
		s->weak_preds[i] |= s->readers[__ffs(mask)];
}

static void record_registers(struct sched *s, u32 i)
{
	u32 mask;

	for (mask = s->uses[i]; mask; mask &= mask - 1)
		s->readers[__ffs(mask)] |= BIT_ULL(i);
	for (mask = s->defs[i]; mask; mask &= mask - 1) {
		s->last_def[__ffs(mask)] = BIT_ULL(i);
		s->readers[__ffs(mask)] = 0;
	}
}

static bool can_pass_helper(const struct fn_ir *ir)
{
	return fn_ir_is_pure(ir) && ir->op != FN_OP_LD;
}

static void add_deps(struct sched *s, u32 i)
{
	const struct fn_ir *ir = at(s, i);
	u64 before;

	s->strict_preds[i] = 0;
	s->weak_preds[i] = 0;
	s->succs[i] = 0;
	s->height[i] = 0;
	add_register_deps(s, i);
	for (before = s->barriers; before; before &= before - 1)
		if (!can_pass_helper(ir) ||
		    fn_group_is_solo(at(s, __ffs64(before))))
			s->strict_preds[i] |= before & -before;
	add_control_deps(s, i);
	if (fn_group_takes_port(ir))
		add_memory_deps(s, i);
	if (is_barrier(ir))
		add_barrier_deps(s, i);
	if (fn_ir_is_terminator(ir) || ir->op == FN_OP_EXITC)
		add_branch_deps(s, i);
	if (!fn_ir_is_pure(ir)) {
		s->effects |= BIT_ULL(i);
		s->effects_since |= BIT_ULL(i);
	}
	record_registers(s, i);
}

static void raise_heights(struct sched *s, u64 mask, u32 i, u32 height)
{
	for (; mask; mask &= mask - 1) {
		u32 j = __ffs64(mask);

		s->succs[j] |= BIT_ULL(i);
		s->height[j] = max(s->height[j], height);
	}
}

/* Computes successors and heights. */
static void find_heights(struct sched *s)
{
	u32 i;

	for (i = s->n; i--;) {
		raise_heights(s, s->strict_preds[i], i, s->height[i] + 1);
		raise_heights(s, s->weak_preds[i] & ~s->strict_preds[i], i,
			      s->height[i]);
	}
}

static void enter_window(struct sched *s, u32 ir)
{
	struct fn_tr *tr = s->tr;
	const struct fn_ir *i = &tr->irs[ir];
	u32 to = tr->blocks[i->block].succ[1];

	s->ir[s->n] = ir;
	s->insn[s->n] = &tr->irs[ir];
	s->uses[s->n] = fn_ir_phys_uses(tr, &tr->irs[ir]);
	s->defs[s->n] = fn_ir_phys_defs(tr, i);
	s->live_out[s->n] = i->op == FN_OP_JCC ? tr->blocks[to].live_in : 0;
	s->n++;
}

/* Compacts what is not scheduled, and fills the rest of the window. */
static void fill_window(struct sched *s)
{
	u32 i, n = 0;

	for (i = 0; i < s->n; i++) {
		if (s->done & BIT_ULL(i))
			continue;
		s->ir[n] = s->ir[i];
		s->insn[n] = s->insn[i];
		s->uses[n] = s->uses[i];
		s->defs[n] = s->defs[i];
		s->live_out[n++] = s->live_out[i];
	}
	s->n = n;
	s->done = 0;
	while (s->n < WINDOW && s->entered < s->ntrace)
		enter_window(s, s->trace[s->entered++]);
	s->all = s->n == WINDOW ? ~0ull : BIT_ULL(s->n) - 1;
	memset(s->readers, 0, sizeof(s->readers));
	memset(s->last_def, 0, sizeof(s->last_def));
	s->accesses = 0;
	s->loads = 0;
	s->effects = 0;
	s->effects_since = 0;
	s->branches = 0;
	s->terminators = 0;
	s->barriers = 0;
	for (i = 0; i < s->n; i++)
		add_deps(s, i);
	find_heights(s);
	s->ready = 0;
	s->candidates = s->all;
}

/* Instructions of @mask that are ready, with @now in the current group. */
static u64 released(const struct sched *s, u64 mask, u64 now)
{
	u64 go = 0;

	for (mask &= ~s->done; mask; mask &= mask - 1) {
		u32 i = __ffs64(mask);

		if (!(s->strict_preds[i] & (~s->done | now)) &&
		    !(s->weak_preds[i] & ~s->done))
			go |= BIT_ULL(i);
	}
	return go;
}

/* The ready instruction with the longest critical path that fits; else s->n. */
static u32 pick(const struct sched *s, const struct fn_group *g)
{
	u32 i, best = s->n;
	u64 mask;

	for (mask = s->ready; mask; mask &= mask - 1) {
		i = __ffs64(mask);
		if ((best == s->n || s->height[i] > s->height[best]) &&
		    fn_group_fits(g, at(s, i), s->uses[i] | s->defs[i]))
			best = i;
	}
	return best;
}

/* Schedules one group. */
static void schedule_group(struct sched *s)
{
	struct fn_group g;
	u64 now = 0;
	u32 i;

	fn_group_begin(&g, s->tr->opt->lanes);
	s->ready |= released(s, s->candidates, 0);
	s->candidates = 0;
	while ((i = pick(s, &g)) < s->n) {
		fn_group_add(&g, at(s, i), s->defs[i]);
		now |= BIT_ULL(i);
		s->done |= BIT_ULL(i);
		s->trace[s->scheduled++] = s->ir[i];
		s->ready &= ~BIT_ULL(i);
		s->ready |= released(s, s->succs[i], now);
		s->candidates |= s->succs[i];
	}
}

static bool has_room(const struct sched *s)
{
	return s->entered < s->ntrace && hweight64(s->done) >= WINDOW * 3 / 4;
}

static void schedule_trace(struct sched *s)
{
	s->n = 0;
	s->entered = 0;
	s->scheduled = 0;
	s->done = 0;
	fill_window(s);
	while (s->scheduled < s->ntrace) {
		schedule_group(s);
		if (has_room(s))
			fill_window(s);
	}
}

static void collect_trace(struct sched *s, u32 block)
{
	struct fn_tr *tr = s->tr;
	u32 i;

	s->ntrace = 0;
	for (;;) {
		for (i = fn_ir_first(tr, block); i; i = fn_ir_next(tr, i))
			s->trace[s->ntrace++] = i;
		if (!fn_trace_continues(tr, block))
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

/*
 * Distributes the trace to its blocks, each of which ends in the same branch.
 */
static void distribute_trace(struct sched *s, u32 block)
{
	struct fn_tr *tr = s->tr;
	u32 i = 0;

	for (;; block = tr->blocks[block].next) {
		struct fn_block *b = &tr->blocks[block];
		bool more = fn_trace_continues(tr, block);

		b->first = 0;
		b->last = 0;
		if (more && b->nsucc == 1)
			continue;
		while (i < s->ntrace) {
			u32 ir = s->trace[i++];

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

	for (b = tr->funcs[func].entry; b != FN_NONE; b = tr->blocks[b].next) {
		if (!inside) {
			collect_trace(s, b);
			schedule_trace(s);
			distribute_trace(s, b);
		}
		inside = fn_trace_continues(tr, b);
	}
}

/**
 * fn_pass_sched - schedule instructions
 * @tr: program in physical registers and its memory order
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_sched(struct fn_tr *tr)
{
	struct sched *s;
	u32 func;

	if (tr->opt->lanes == 1)
		return 0;
	s = fn_tmp_alloc(tr, sizeof(*s));
	if (!s || fn_cfg_preds(tr) || (tr->nrpo > 1 && fn_ir_phys_liveness(tr)))
		return tr->err;
	s->tr = tr;
	s->trace = fn_tmp_alloc(tr, tr->nirs * sizeof(*s->trace));
	for (func = 0; s->trace && func < tr->nfuncs; func++)
		sched_func(s, func);
	return tr->err;
}
