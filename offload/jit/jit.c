// SPDX-License-Identifier: GPL-2.0
/*
 * The list of passes, and how their result is run.
 */
#include "../engine/map.h"
#include "../helpers.h"
#include "gen.h"

/**
 * fn_gen_refuse - a program is not compiled
 * @g: program
 * @fmt: the reason, as in printf
 *
 * Return: false.
 */
bool fn_gen_refuse(struct fn_gen *g, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(g->why, FN_NATIVE_WHY, fmt, ap);
	va_end(ap);
	return false;
}

static bool check_word(struct fn_gen *g, u32 pc)
{
	const struct fn_uop *u = &g->code[pc];
	struct fn_insn insn =
		fn_insn_decode(fn_image_words(g->prog->image)[pc]);
	const struct fn_gen_op *op = fn_gen_op(u);

	if (op->kind == FN_GEN_UNKNOWN)
		return fn_gen_refuse(g, "word %u: %s has no compiled form", pc,
				     fn_opinfo[insn.op].name);
	if (u[1].before - u->before > FN_GEN_MAX_COST)
		return fn_gen_refuse(g, "word %u takes more than %u cycles", pc,
				     FN_GEN_MAX_COST);
	if (op->kind == FN_GEN_HELPER &&
	    fn_gen_helper(u)->effects & FN_HELPER_PACKET)
		g->moves = true;
	return true;
}

static bool check(struct fn_gen *g)
{
	u32 pc;

	if (g->n > FN_GEN_MAX_WORDS)
		return fn_gen_refuse(
			g, "it has %u words, more than %u are not compiled",
			g->n, FN_GEN_MAX_WORDS);
	for (pc = 0; pc < g->n; pc++) {
		if (!check_word(g, pc))
			return false;
	}
	return true;
}

static bool alloc_words(struct fn_gen *g)
{
	g->block_of = fn_alloc((g->n + 1) * sizeof(*g->block_of));
	g->live = fn_alloc((g->n + 1) * sizeof(*g->live));
	g->hot.insns = fn_alloc(FN_GEN_MAX_INSNS * sizeof(*g->hot.insns));
	g->cold.insns = fn_alloc(FN_GEN_MAX_INSNS * sizeof(*g->cold.insns));
	g->labels = fn_alloc(FN_GEN_MAX_INSNS * sizeof(*g->labels));
	g->fixups = fn_alloc(FN_GEN_MAX_INSNS * sizeof(*g->fixups));
	g->exits = fn_alloc(FN_GEN_MAX_EXITS * sizeof(*g->exits));
	return g->block_of && g->live && g->hot.insns && g->cold.insns &&
	       g->labels && g->fixups && g->exits;
}

/* A range begins with a block or with what a word writes. */
static bool alloc_webs(struct fn_gen *g)
{
	u32 n = g->nblocks * FN_NREGS + g->n;
	u32 i;

	g->webs = fn_alloc(n * sizeof(*g->webs));
	g->ranges = fn_alloc(n * sizeof(*g->ranges));
	if (!g->webs || !g->ranges)
		return false;
	for (i = 0; i < n; i++) {
		g->webs[i].up = i;
		g->webs[i].wish = i;
		g->webs[i].known = true;
		g->webs[i].constant = true;
	}
	return true;
}

static bool generate(struct fn_gen *g)
{
	if (!check(g))
		return false;
	if (!alloc_words(g))
		return fn_gen_refuse(g, FN_GEN_NO_MEMORY);
	if (!fn_gen_flow(g))
		return false;
	fn_gen_facts(g);
	fn_gen_live(g);
	if (!alloc_webs(g))
		return fn_gen_refuse(g, FN_GEN_NO_MEMORY);
	fn_gen_webs(g);
	fn_gen_host(g);
	if (!fn_gen_place(g))
		return false;
	fn_gen_base(g);
	fn_gen_emit(g);
	return fn_gen_link(g);
}

static void gen_free(struct fn_gen *g)
{
	u32 i;

	fn_free(g->block_of);
	fn_free(g->blocks);
	fn_free(g->live);
	fn_free(g->webs);
	fn_free(g->ranges);
	for (i = 0; i < ARRAY_SIZE(g->busy); i++)
		fn_free(g->busy[i]);
	fn_free(g->hot.insns);
	fn_free(g->cold.insns);
	fn_free(g->labels);
	fn_free(g->fixups);
	fn_free(g->exits);
	fn_free(g);
}

static bool keep_exits(struct fn_gen *g, struct fn_native *native)
{
	size_t size = g->nexits * sizeof(*g->exits);

	native->exits = fn_alloc(size);
	if (!native->exits)
		return fn_gen_refuse(g, FN_GEN_NO_MEMORY);
	memcpy(native->exits, g->exits, size);
	native->most = 2 * g->n;
	native->counts = g->counted;
	return true;
}

static void compile(struct fn_gen *g, struct fn_native *native)
{
	native->why[0] = 0;
	native->ninsns = g->hot.n;
	native->code = fn_code_make(g->hot.insns, g->hot.n, native->why,
				    sizeof(native->why));
	if (native->code)
		return;
	fn_free(native->exits);
	native->exits = NULL;
}

/**
 * fn_native_init - a program has been loaded
 * @prog: program
 * @interpreter: its card compiles none
 */
void fn_native_init(struct fn_prog *prog, bool interpreter)
{
	struct fn_native *native = &prog->native;

	native->done = interpreter;
	snprintf(native->why, sizeof(native->why),
		 interpreter ? "the card was made with interpreter=1" :
			       "it is compiled when it is attached to a port");
}

/**
 * fn_native_make - compile a program, unless that has been tried before
 * @prog: program that nobody runs; @prog->native tells what came of it
 *
 * May sleep; the caller holds card->lock. A program that is not compiled is
 * interpreted. Loading need not wait for this: programs may be loaded and never
 * be attached.
 */
void fn_native_make(struct fn_prog *prog)
{
	struct fn_native *native = &prog->native;
	struct fn_gen *g;

	if (native->done)
		return;
	native->done = true;
	if (!fn_code_ready(native->why, sizeof(native->why)))
		return;
	g = fn_alloc(sizeof(*g));
	if (!g) {
		snprintf(native->why, sizeof(native->why), FN_GEN_NO_MEMORY);
		return;
	}
	g->prog = prog;
	g->code = prog->code;
	g->n = prog->nwords;
	g->why = native->why;
	if (generate(g) && keep_exits(g, native))
		compile(g, native);
	gen_free(g);
}

/**
 * fn_native_free - undo fn_native_make()
 * @prog: program that is not run any more
 */
void fn_native_free(struct fn_prog *prog)
{
	fn_code_free(prog->native.code);
	fn_free(prog->native.exits);
	prog->native.code = NULL;
	prog->native.exits = NULL;
}

/* The card's address of what the host's stands for */
static u64 packet_addr(const struct fn_exec *x, u64 host)
{
	return host - fn_ptr_to_bus(x->data_host) + x->ctx.data;
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
		x->at_last = (acc >> FN_ACC_SHIFT) - e->since;
	fn_interp_from(x, e->pc, acc & FN_ACC_WORDS, acc >> FN_ACC_SHIFT);
}

/* Not in registers that compiled code would have to keep. */
static noinline void set_limit(struct fn_exec *x)
{
	u64 words = min_t(u64, x->limit, FN_ACC_WORDS);

	x->acc_limit = (words - x->prog->native.most) << (64 - FN_ACC_SHIFT);
}

/**
 * fn_native_within - can compiled code keep a limit?
 * @prog: program
 * @limit: words that a run may take; the usual number is large enough
 */
bool fn_native_within(const struct fn_prog *prog, u64 limit)
{
	return limit > prog->native.most;
}

/**
 * fn_native_run - run a program from its first word until it ends
 * @x: thread; context and window are set, @x->prog has been compiled and
 *	@x->limit is one that it can keep
 *
 * Leaves what fn_interp() does.
 */
void fn_native_run(struct fn_exec *x)
{
	const struct fn_native *native = &x->prog->native;
	const struct fn_exit *e;
	u64 acc;

	x->acc = 0;
	if (native->counts)
		set_limit(x);
	e = (const void *)((const u8 *)native->exits +
			   fn_code_run(native->code, x));
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
