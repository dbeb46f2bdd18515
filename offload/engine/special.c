// SPDX-License-Identifier: GPL-2.0
/*
 * Runs that take more than the program's code: with faults injected, or with
 * words counted. Both are the interpreter's.
 */
#include "exec.h"
#include "prog.h"

/* A thread that is stuck is found sooner when that was to be expected. */
#define STUCK_LIMIT (1u << 16)

static void run_spoilt(struct fn_exec *x, struct fn_inject *inj)
{
	u64 limit = x->limit;

	x->code = inj->code;
	if (inj->cause == FN_FAULT_WATCHDOG)
		x->limit = min_t(u64, limit, STUCK_LIMIT);
	fn_interp(x);
	x->limit = limit;
	if (x->pc != inj->last)
		fn_inject_give_back(x->prog, inj);
}

/**
 * fn_exec_special - run a program whose fn_prog.special is set
 * @x: thread; as for fn_interp()
 *
 * Under fn_read_lock() or card->lock.
 */
void fn_exec_special(struct fn_exec *x)
{
	u32 worker = x->worker ? x->worker->index : x->card->nworkers;
	const struct fn_watch *counts = fn_read(x->prog->counts);
	struct fn_inject *inj = fn_read(x->prog->inject);
	const struct fn_watch *own = x->watch;

	if (counts)
		x->watch = &counts[worker];
	if (inj && fn_inject_take(x->prog, inj))
		run_spoilt(x, inj);
	else
		fn_interp(x);
	x->watch = own;
}
