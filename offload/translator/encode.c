// SPDX-License-Identifier: GPL-2.0
/*
 * encode: blocks become words, and the words an image.
 *
 * Blocks are laid out in their order. A branch that its 16 bits do not reach
 * becomes the opposite branch around a jump: branches begin short and those out
 * of reach are stretched until none is (Szymanski, "Assembling Code for
 * Machines with Span-Dependent Instructions", 1978). A round may move others
 * out of reach; the eighth stretches all that are left, so the time is bounded.
 *
 *	b2: jeq r3 8 -> b3, if true b900	12: jne r3, 8, @14
 *						13: jmp @40000
 */
#include "ir.h"

struct layout {
	struct fn_tr *tr;
	u8 *far; /* of each block: its branch needs a jump */
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

	for (i = tr->blocks[block].first; i; i = tr->irs[i].next)
		n++;
	return n + l->far[block] + needs_jump(tr, block);
}

static void place(struct layout *l)
{
	struct fn_tr *tr = l->tr;
	u32 func, b;

	l->pc = 0;
	for (func = 0; func < tr->nfuncs; func++) {
		for (b = tr->funcs[func].block; b != FN_NONE;
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
	       l->far[block] - needs_jump(l->tr, block);
}

static bool out_of_reach(const struct layout *l, u32 block)
{
	const struct fn_tr *tr = l->tr;
	u32 to = tr->blocks[block].succ[1];
	s64 dist = (s64)tr->blocks[to].pc - branch_pc(l, block) - 1;

	return !fn_fits16(dist);
}

static bool stretch(struct layout *l, bool all)
{
	struct fn_tr *tr = l->tr;
	bool changed = false;
	u32 func, b;

	for (func = 0; func < tr->nfuncs; func++) {
		for (b = tr->funcs[func].block; b != FN_NONE;
		     b = tr->blocks[b].next) {
			if (l->far[b] || !ends_in_branch(tr, &tr->blocks[b]) ||
			    !(all || out_of_reach(l, b)))
				continue;
			l->far[b] = 1;
			changed = true;
		}
	}
	return changed;
}

/* Stretching moves others out of reach; a few rounds settle real programs. */
static void settle(struct layout *l)
{
	u32 round = 0;

	do
		place(l);
	while (stretch(l, ++round == 8));
}

static void put(struct layout *l, struct fn_insn insn, u32 origin)
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

static void put_jump(struct layout *l, u32 block, u32 origin)
{
	struct fn_insn insn = {
		.op = FN_OP_JMP,
		.stop = true,
		.imm = distance(l, block),
	};

	put(l, insn, origin);
}

static void put_branch(struct layout *l, const struct fn_ir *i)
{
	const struct fn_block *b = &l->tr->blocks[i->block];
	struct fn_insn insn = {
		.op = FN_OP_JCC,
		.x = i->x,
		.a = i->a,
		.b = i->b,
		.stop = i->stop || !l->tr->opt->level || l->far[i->block],
	};
	bool far = l->far[i->block];

	if (far)
		insn.x = fn_ir_opposite(insn.x);
	insn.imm = FN_IMM16(i->imm, far ? 1 : distance(l, b->succ[1]));
	put(l, insn, i->origin);
	if (far)
		put_jump(l, b->succ[1], i->origin);
}

static void put_call(struct layout *l, const struct fn_ir *i)
{
	const struct fn_tr *tr = l->tr;
	u32 frame = tr->funcs[tr->blocks[i->block].func].frame;
	struct fn_insn insn = {
		.op = FN_OP_CALL,
		.x = frame / 8,
		.stop = true,
		.imm = distance(l, tr->funcs[i->imm].block),
	};

	put(l, insn, i->origin);
}

/* Where the format keeps the two numbers of an instruction. */
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

static void put_plain(struct layout *l, const struct fn_ir *i)
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

	put(l, insn, i->origin);
}

static void put_one(struct layout *l, const struct fn_ir *i)
{
	if (i->op == FN_OP_JCC)
		put_branch(l, i);
	else if (i->op == FN_OP_CALL)
		put_call(l, i);
	else
		put_plain(l, i);
}

static void put_block(struct layout *l, u32 block)
{
	const struct fn_tr *tr = l->tr;
	const struct fn_block *b = &tr->blocks[block];
	u32 i;

	for (i = b->first; i; i = tr->irs[i].next)
		put_one(l, &tr->irs[i]);
	if (needs_jump(tr, block))
		put_jump(l, b->succ[0], b->tail);
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
		for (b = tr->funcs[func].block; b != FN_NONE;
		     b = tr->blocks[b].next)
			put_block(l, b);
	fn_image_seal(img);
	return 0;
}

/**
 * fn_pass_encode - make the image
 * @tr: program of legal instructions in the card's registers
 *
 * Return: 0, -E2BIG if it does not fit the control store, -ENOMEM.
 */
int fn_pass_encode(struct fn_tr *tr)
{
	struct layout l = { .tr = tr };

	l.far = fn_ir_temp(tr, tr->nblocks);
	if (!l.far)
		return tr->err;
	settle(&l);
	return make_image(&l);
}
