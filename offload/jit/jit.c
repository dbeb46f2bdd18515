// SPDX-License-Identifier: GPL-2.0
/*
 * The list of passes.
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
	vsnprintf(g->why, FN_COMPILED_WHY, fmt, ap);
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
		g->moves_packet = true;
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

/* Buffers grow with the program, up to what fits. */
static bool alloc_words(struct fn_gen *g)
{
	u32 insns = min_t(u64, FN_GEN_MAX_INSNS, 1024 + 64ull * g->n);
	u32 exits = min_t(u64, FN_GEN_MAX_EXITS, 256 + 16ull * g->n);

	g->max_insns = insns;
	g->max_exits = exits;
	g->block_of = fn_alloc((g->n + 1) * sizeof(*g->block_of));
	g->live = fn_alloc((g->n + 1) * sizeof(*g->live));
	g->hot.insns = fn_alloc_dirty(2 * insns * sizeof(*g->hot.insns));
	g->cold.insns = fn_alloc_dirty(insns * sizeof(*g->cold.insns));
	g->labels = fn_alloc_dirty(insns * sizeof(*g->labels));
	g->fixups = fn_alloc_dirty(insns * sizeof(*g->fixups));
	g->exits = fn_alloc(exits * sizeof(*g->exits));
	return g->block_of && g->live && g->hot.insns && g->cold.insns &&
	       g->labels && g->fixups && g->exits;
}

/* A range begins with a block or with what a word writes. */
static bool alloc_webs(struct fn_gen *g)
{
	u32 n = g->nblocks * FN_NREGS + g->n;
	u32 i;

	g->webs = fn_alloc(n * sizeof(*g->webs));
	g->live_ranges = fn_alloc(n * sizeof(*g->live_ranges));
	if (!g->webs || !g->live_ranges)
		return false;
	for (i = 0; i < n; i++) {
		g->webs[i].parent = i;
		g->webs[i].hint = i;
		g->webs[i].remat = true;
		g->webs[i].is_const = true;
	}
	return true;
}

/**
 * fn_gen_run - run all passes
 * @g: from fn_gen_alloc(); gets the code and its exits
 *
 * May sleep.
 *
 * Return: false with a reason.
 */
bool fn_gen_run(struct fn_gen *g)
{
	if (!check(g))
		return false;
	if (!alloc_words(g))
		return fn_gen_refuse(g, FN_GEN_NO_MEMORY);
	if (!fn_gen_cfg(g))
		return false;
	if (!fn_gen_dataflow(g) || !fn_gen_live(g))
		return false;
	if (!alloc_webs(g))
		return fn_gen_refuse(g, FN_GEN_NO_MEMORY);
	fn_gen_webs(g);
	fn_gen_hostptr(g);
	if (!fn_gen_regalloc(g))
		return false;
	fn_gen_pending(g);
	fn_gen_emit(g);
	return fn_asm_link(g);
}

/**
 * fn_gen_free - free all memory of a compilation
 * @g: from fn_gen_alloc(), or NULL
 */
void fn_gen_free(struct fn_gen *g)
{
	u32 i;

	if (!g)
		return;
	fn_free(g->block_of);
	fn_free(g->blocks);
	fn_free(g->order);
	fn_free(g->preds);
	fn_free(g->first_pred);
	fn_free(g->live);
	fn_free(g->webs);
	fn_free(g->live_ranges);
	for (i = 0; i < ARRAY_SIZE(g->occupied); i++)
		fn_free(g->occupied[i]);
	fn_free(g->hot.insns);
	fn_free(g->cold.insns);
	fn_free(g->labels);
	fn_free(g->fixups);
	fn_free(g->exits);
	fn_free(g);
}

/**
 * fn_gen_alloc - begin to compile a program
 * @prog: loaded program
 * @why: FN_COMPILED_WHY bytes for the reason if it can't be compiled
 *
 * Return: NULL with a reason.
 */
struct fn_gen *fn_gen_alloc(const struct fn_prog *prog, char *why)
{
	struct fn_gen *g = fn_alloc(sizeof(*g));

	if (!g) {
		snprintf(why, FN_COMPILED_WHY, FN_GEN_NO_MEMORY);
		return NULL;
	}
	g->prog = prog;
	g->code = prog->code;
	g->n = prog->nwords;
	g->why = why;
	return g;
}

static bool keep_exits(struct fn_gen *g, struct fn_compiled *compiled)
{
	size_t size = g->nexits * sizeof(*g->exits);

	compiled->exits = fn_alloc(size);
	if (!compiled->exits)
		return fn_gen_refuse(g, FN_GEN_NO_MEMORY);
	memcpy(compiled->exits, g->exits, size);
	compiled->max_unchecked = 2 * g->n;
	compiled->counts = g->stores_acc;
	return true;
}

static void compile(struct fn_gen *g, struct fn_compiled *compiled)
{
	compiled->why[0] = 0;
	compiled->ninsns = g->hot.n;
	compiled->code = fn_code_make(g->hot.insns, g->hot.n, compiled->why,
				      sizeof(compiled->why));
	if (compiled->code)
		return;
	fn_free(compiled->exits);
	compiled->exits = NULL;
}

/**
 * fn_jit_compile - compile a program
 * @prog: program that nobody runs; @prog->compiled tells what came of it
 *
 * May sleep. Has the form of fn_env.compile.
 */
void fn_jit_compile(struct fn_prog *prog)
{
	struct fn_compiled *compiled = &prog->compiled;
	struct fn_gen *g;

	if (!fn_code_ready(compiled->why, sizeof(compiled->why)))
		return;
	g = fn_gen_alloc(prog, compiled->why);
	if (!g)
		return;
	if (fn_gen_run(g) && keep_exits(g, compiled))
		compile(g, compiled);
	fn_gen_free(g);
}
