// SPDX-License-Identifier: GPL-2.0
/*
 * Running compiled code, and going on in the interpreter where it stops.
 */
#include "compiled.h"
#include "engine.h"
#include "exec.h"
#include "map.h"
#include "prog.h"

/**
 * fn_compiled_init - a program has been loaded
 * @prog: program
 * @e: engine
 */
void fn_compiled_init(struct fn_prog *prog, const struct fn_engine *e)
{
	struct fn_compiled *c = &prog->compiled;

	c->done = !e->env.compile;
	snprintf(c->why, sizeof(c->why),
		 c->done ? "there is no compiler" :
			   "it is compiled when it is attached to a port");
}

/**
 * fn_compiled_make - compile a program, unless that has been tried before
 * @prog: program that nobody runs; @prog->compiled tells what came of it
 * @e: engine; the caller serializes
 *
 * May sleep. A program that is not compiled is interpreted. Loading need not
 * wait for this: programs may be loaded and never be attached.
 */
void fn_compiled_make(struct fn_prog *prog, const struct fn_engine *e)
{
	if (prog->compiled.done)
		return;
	prog->compiled.done = true;
	e->env.compile(prog);
}

/**
 * fn_compiled_free - undo fn_compiled_make()
 * @prog: program that is not run any more
 */
void fn_compiled_free(struct fn_prog *prog)
{
	fn_code_free(prog->compiled.code);
	fn_free(prog->compiled.exits);
	prog->compiled.code = NULL;
	prog->compiled.exits = NULL;
}

/* The card's address of what the host's stands for */
static u64 packet_addr(const struct fn_exec *x, u64 host)
{
	return host - fn_ptr_to_bus(x->data_host) + FN_ADDR_PACKET +
	       x->pkt->data;
}

static u64 value_addr(const struct fn_exec *x, u64 host)
{
	u32 i;

	for (i = 0; i < x->prog->nmaps; i++) {
		const struct fn_map *m = x->prog->maps[i];
		u64 off = host - fn_ptr_to_bus(m->values);

		if (off < (u64)m->nvalues * m->stride)
			return m->addr + off;
	}
	return 0;
}

static void bring_home(struct fn_exec *x, const struct fn_exit *e)
{
	u32 regs = e->packet | e->value;

	for (; regs; regs &= regs - 1) {
		u32 r = ilog2(regs & -regs);

		x->r[r] = e->packet & BIT(r) ? packet_addr(x, x->host[r]) :
					       value_addr(x, x->host[r]);
	}
}

static noinline void go_on(struct fn_exec *x, const struct fn_exit *e, u64 acc)
{
	bring_home(x, e);
	if (e->late)
		x->last_access = (acc >> FN_ACC_SHIFT) - e->since;
	fn_interp_from(x, e->pc, acc & FN_ACC_WORDS, acc >> FN_ACC_SHIFT);
}

/* Not in registers that compiled code would have to keep. */
static noinline void set_limit(struct fn_exec *x)
{
	u64 words = min_t(u64, x->limit, FN_ACC_WORDS);

	x->acc_limit = (words - x->prog->compiled.max_unchecked)
		       << (64 - FN_ACC_SHIFT);
}

/**
 * fn_compiled_within - can compiled code keep a limit?
 * @prog: program
 * @limit: words that a run may take; the usual number is large enough
 */
bool fn_compiled_within(const struct fn_prog *prog, u64 limit)
{
	return limit > prog->compiled.max_unchecked;
}

/**
 * fn_compiled_run - run a program from its first word until it ends
 * @x: thread; context and window are set, @x->prog has been compiled and
 *	@x->limit is one that it can keep
 *
 * Leaves what fn_interp() does.
 */
void fn_compiled_run(struct fn_exec *x)
{
	const struct fn_compiled *c = &x->prog->compiled;
	const struct fn_exit *e;
	u64 acc;

	x->acc = 0;
	if (c->counts)
		set_limit(x);
	e = (const void *)((const u8 *)c->exits + fn_code_run(c->code, x));
	x->hidden += e->hidden;
	x->map_busy += e->busy;
	acc = x->acc + e->acc;
	if (unlikely(e->resumes)) {
		x->cycles += e->wait;
		go_on(x, e, acc);
		return;
	}
	x->pc = e->pc;
	x->words += acc & FN_ACC_WORDS;
	x->cycles += e->wait + (acc >> FN_ACC_SHIFT);
}
