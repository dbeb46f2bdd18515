// SPDX-License-Identifier: GPL-2.0
/*
 * encode: blocks become words, and words become an image.
 *
 * Blocks are emitted in memory order. A branch whose target is out of range of
 * its 16-bit displacement is relaxed to the inverse branch around a jump: all
 * branches begin short, and those out of range are relaxed until none is
 * (Szymanski, "Assembling Code for Machines with Span-Dependent Instructions",
 * 1978). Relaxing a branch may move other targets out of range; round
 * MAX_ROUNDS relaxes all that are left, which bounds the time.
 *
 *	b2: jeq r3 8 -> b3, if true b900	12: jne r3, 8, @14
 *						13: jmp @40000
 */
#include "ir.h"

#define MAX_ROUNDS 8

struct layout {
	struct fn_tr *tr;
	u8 *relaxed; /* by block: its branch has become two words */
	u32 pc;
};

static bool ends_in_branch(const struct fn_tr *tr, const struct fn_block *b)
{
	return b->last && tr->irs[b->last].op == FN_OP_JCC;
}

static bool needs_jump(const struct fn_tr *tr, u32 block)
{
	const struct fn_block *b = &tr->blocks[block];

	return b->nsucc && b->succ[0] != b->next;
}

static u32 block_words(const struct layout *l, u32 block)
{
	const struct fn_tr *tr = l->tr;
	u32 i, n = 0;

	for (i = fn_ir_first(tr, block); i; i = fn_ir_next(tr, i))
		n++;
	return n + l->relaxed[block] + needs_jump(tr, block);
}

static void place_blocks(struct layout *l)
{
	struct fn_tr *tr = l->tr;
	u32 func, b;

	l->pc = 0;
	for (func = 0; func < tr->nfuncs; func++) {
		for (b = tr->funcs[func].entry; b != FN_NONE;
		     b = tr->blocks[b].next) {
			tr->blocks[b].pc = l->pc;
			l->pc += block_words(l, b);
		}
	}
}

/* Word of a block's branch. */
static u32 branch_pc(const struct layout *l, u32 block)
{
	return l->tr->blocks[block].pc + block_words(l, block) - 1 -
	       l->relaxed[block] - needs_jump(l->tr, block);
}

static bool out_of_range(const struct layout *l, u32 block)
{
	const struct fn_tr *tr = l->tr;
	u32 to = tr->blocks[block].succ[1];
	s64 dist = (s64)tr->blocks[to].pc - branch_pc(l, block) - 1;

	return !fn_fits16(dist);
}

static bool relax(struct layout *l, bool all)
{
	struct fn_tr *tr = l->tr;
	bool changed = false;
	u32 func, b;

	for (func = 0; func < tr->nfuncs; func++) {
		for (b = tr->funcs[func].entry; b != FN_NONE;
		     b = tr->blocks[b].next) {
			if (l->relaxed[b] ||
			    !ends_in_branch(tr, &tr->blocks[b]) ||
			    !(all || out_of_range(l, b)))
				continue;
			l->relaxed[b] = 1;
			changed = true;
		}
	}
	return changed;
}

/* Relaxing a branch may move other targets out of range. */
static void relax_all(struct layout *l)
{
	u32 round = 0;

	do
		place_blocks(l);
	while (relax(l, ++round == MAX_ROUNDS));
}

static void emit(struct layout *l, struct fn_insn insn, u32 origin)
{
	const struct fn_image *img = l->tr->image;

	fn_image_words(img)[l->pc] = fn_insn_encode(&insn);
	fn_image_origin(img)[l->pc] = origin;
	l->pc++;
}

static s32 distance(const struct layout *l, u32 block)
{
	return (s32)(l->tr->blocks[block].pc - l->pc - 1);
}

static void emit_jump(struct layout *l, u32 block, u32 origin)
{
	struct fn_insn insn = {
		.op = FN_OP_JMP,
		.stop = true,
		.imm = distance(l, block),
	};

	emit(l, insn, origin);
}

static void emit_branch(struct layout *l, const struct fn_ir *i)
{
	const struct fn_block *b = &l->tr->blocks[i->block];
	struct fn_insn insn = {
		.op = FN_OP_JCC,
		.x = i->x,
		.a = i->a,
		.b = i->b,
		.stop = i->stop || !l->tr->opt->level || l->relaxed[i->block],
	};
	bool relaxed = l->relaxed[i->block];

	if (relaxed)
		insn.x = fn_cond_inverse(insn.x);
	insn.imm = FN_IMM16(i->imm, relaxed ? 1 : distance(l, b->succ[1]));
	emit(l, insn, i->origin);
	if (relaxed)
		emit_jump(l, b->succ[1], i->origin);
}

static void emit_call(struct layout *l, const struct fn_ir *i)
{
	const struct fn_tr *tr = l->tr;
	u32 frame = tr->funcs[tr->blocks[i->block].func].frame;
	struct fn_insn insn = {
		.op = FN_OP_CALL,
		.x = frame / 8,
		.stop = true,
		.imm = distance(l, tr->funcs[i->imm].entry),
	};

	emit(l, insn, i->origin);
}

/* The immediate field, which may hold two constants. */
static s32 imm_of(const struct fn_ir *i)
{
	switch (fn_opinfo[i->op].fmt) {
	case FN_FMT_LD:
	case FN_FMT_ST:
	case FN_FMT_ATOM:
		return i->off;
	case FN_FMT_STI:
		return FN_IMM16(i->off, i->imm);
	case FN_FMT_SEL:
		return FN_IMM16(i->imm, i->x & FN_X_IMM ? i->off : (s32)i->b);
	case FN_FMT_EXITC:
		return FN_IMM16(i->imm, i->off);
	default:
		return (s32)i->imm;
	}
}

static void emit_plain(struct layout *l, const struct fn_ir *i)
{
	struct fn_insn insn = {
		.op = i->op,
		.x = i->x,
		.d = i->d,
		.a = i->a,
		.b = i->op == FN_OP_SEL ? i->c : i->b,
		.stop = i->stop || !l->tr->opt->level,
		.imm = imm_of(i),
	};

	emit(l, insn, i->origin);
}

static void emit_insn(struct layout *l, const struct fn_ir *i)
{
	if (i->op == FN_OP_JCC)
		emit_branch(l, i);
	else if (i->op == FN_OP_CALL)
		emit_call(l, i);
	else
		emit_plain(l, i);
}

static void emit_block(struct layout *l, u32 block)
{
	const struct fn_tr *tr = l->tr;
	const struct fn_block *b = &tr->blocks[block];
	u32 i;

	for (i = b->first; i; i = fn_ir_next(tr, i))
		emit_insn(l, &tr->irs[i]);
	if (needs_jump(tr, block))
		emit_jump(l, b->succ[0], b->bpf_last);
}

static int make_image(struct layout *l)
{
	struct fn_tr *tr = l->tr;
	struct fn_image *img;
	u32 func, b;

	if (l->pc > FN_IMAGE_MAX_WORDS)
		return fn_ir_refuse(
			tr, -E2BIG,
			"the program needs %u words of control store; there are %u\n",
			l->pc, FN_IMAGE_MAX_WORDS);
	img = fn_image_alloc(l->pc, tr->bpf->nmaps);
	if (!img)
		return -ENOMEM;
	tr->image = img;
	img->type = tr->bpf->type;
	img->ninsns = tr->bpf->len;
	img->frame = tr->funcs[0].frame;
	img->lanes = tr->opt->lanes;
	if (img->nmaps)
		memcpy(fn_image_maps(img), tr->bpf->maps,
		       img->nmaps * sizeof(*tr->bpf->maps));
	l->pc = 0;
	for (func = 0; func < tr->nfuncs; func++)
		for (b = tr->funcs[func].entry; b != FN_NONE;
		     b = tr->blocks[b].next)
			emit_block(l, b);
	fn_image_seal(img);
	return 0;
}

/**
 * fn_pass_encode - make the image
 * @tr: program of legal instructions in physical registers
 *
 * Return: 0, -E2BIG if it does not fit the control store, -ENOMEM.
 */
int fn_pass_encode(struct fn_tr *tr)
{
	struct layout l = { .tr = tr };

	l.relaxed = fn_tmp_zalloc(tr, tr->nblocks);
	if (!l.relaxed)
		return tr->err;
	relax_all(&l);
	return make_image(&l);
}
