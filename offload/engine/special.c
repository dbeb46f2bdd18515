// SPDX-License-Identifier: GPL-2.0
/*
 * Runs that take more than the program's code: with faults injected, or with
 * words counted. Both are the interpreter's.
 */
#include "exec.h"
#include "prog.h"

/* A thread that is stuck is found sooner when that was to be expected. */
#define STUCK_LIMIT (1u << 16)

/* Is this packet one to spoil? Then it has been counted. */
static bool take(struct fn_prog *prog, struct fn_inject *inj)
{
	u32 left = READ_ONCE(inj->remaining);

	if (left == FN_INJECT_ALWAYS)
		return true;
	do {
		left = READ_ONCE(inj->remaining);
		if (!left)
			return false;
	} while (fn_cmpxchg(&inj->remaining, left, left - 1) != left);
	if (left == 1)
		fn_fetch_and32(&prog->special, ~FN_SPECIAL_INJECT);
	return true;
}

/* The packet did not get to the fault. */
static void give_back(struct fn_prog *prog, struct fn_inject *inj)
{
	if (READ_ONCE(inj->remaining) == FN_INJECT_ALWAYS)
		return;
	fn_fetch_add32(&inj->remaining, 1);
	fn_fetch_or32(&prog->special, FN_SPECIAL_INJECT);
}

static void run_spoilt(struct fn_exec *x, struct fn_inject *inj)
{
	u64 limit = x->limit;

	x->code = inj->code;
	if (inj->cause == FN_FAULT_WATCHDOG)
		x->limit = min_t(u64, limit, STUCK_LIMIT);
	fn_interp(x);
	x->limit = limit;
	if (x->pc != inj->last)
		give_back(x->prog, inj);
}

/**
 * fn_exec_special - run a program whose fn_prog.special is set
 * @x: thread; as for fn_interp()
 *
 * Under fn_read_lock(), or serialized by the owner of the engine.
 */
void fn_exec_special(struct fn_exec *x)
{
	const struct fn_watch *counts = fn_read(x->prog->counts);
	struct fn_inject *inj = fn_read(x->prog->inject);
	const struct fn_watch *own = x->watch;

	if (counts)
		x->watch = &counts[x->thread];
	if (inj && take(x->prog, inj))
		run_spoilt(x, inj);
	else
		fn_interp(x);
	x->watch = own;
}
