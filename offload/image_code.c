// SPDX-License-Identifier: GPL-2.0
/*
 * Is the code of an image one that the card may run? This knows nothing of the
 * translator. It looks at each word, at each issue group, at where jumps lead
 * and at how deep calls nest; isa.h and docs/isa.md have the rules.
 */
#include "helpers.h"
#include "image.h"

/* Depths of calls are bits, the main program's the lowest. */
#define DEEPEST BIT(FN_MAX_FRAMES - 1)
#define QUEUED BIT(15)

/* An issue group so far. */
struct group {
	u32 words;
	u32 memory;
	u32 multiply;
	u32 branches;
	u32 written; /* registers, a bit each */
	u32 stored; /* a store or atomic, a bit each, the first word lowest */
};

struct check {
	const struct fn_image *img;
	struct group group;
	u16 *frames; /* by word: depths that it is reached at, and QUEUED */
	u32 *worklist; /* words that are QUEUED */
	u32 nworklist;
	bool calls; /* or returns */
	u32 pc;
	char *why;
	size_t len;
};

static struct fn_insn word(const struct check *c, u32 pc)
{
	return fn_insn_decode(fn_image_words(c->img)[pc]);
}

static int refuse(struct check *c, u32 pc, const char *reason)
{
	struct fn_insn insn = word(c, pc);
	char text[64] = "?";

	if (insn.op < FN_NOPS)
		fn_insn_print(text, sizeof(text), &insn, pc);
	if (c->why && c->len)
		snprintf(c->why, c->len, "word %u (%s): %s", pc, text, reason);
	return -EINVAL;
}

/* ---- registers */

static u32 second(const struct fn_insn *i)
{
	return i->x & FN_X_IMM ? 0 : BIT(i->b);
}

static u32 helper_reads(const struct fn_insn *i)
{
	return (2u << fn_helper_find(i->imm)->nargs) - 2;
}

static u32 reads(const struct fn_insn *i)
{
	switch (fn_opinfo[i->op].fmt) {
	case FN_FMT_ALU:
		return second(i) | (i->op == FN_OP_MOV ? 0 : BIT(i->a));
	case FN_FMT_ALU1:
	case FN_FMT_FIELD:
	case FN_FMT_STI:
		return BIT(i->a);
	case FN_FMT_SEL:
		return BIT(i->a) | BIT(i->b) |
		       (i->x & FN_X_IMM ? 0 : BIT(FN_HI16(i->imm)));
	case FN_FMT_LD:
		return BIT(i->a) | (i->x & FN_X_INDEX ? BIT(i->b) : 0);
	case FN_FMT_ST:
		return BIT(i->a) | BIT(i->b) |
		       (i->x & FN_X_INDEX ? BIT(i->d) : 0);
	case FN_FMT_ATOM:
		return BIT(i->a) | BIT(i->b) |
		       (FN_X_ATOM(i->x) == FN_ATOM_CMPXCHG ? BIT(i->d) : 0);
	case FN_FMT_JCC:
	case FN_FMT_EXITC:
		return BIT(i->a) | second(i);
	case FN_FMT_EXIT:
		return i->x & FN_X_IMM ? 0 : BIT(i->a);
	case FN_FMT_HELPER:
		return helper_reads(i);
	default:
		return 0;
	}
}

static u32 writes(const struct fn_insn *i)
{
	if (fn_opinfo[i->op].fmt == FN_FMT_HELPER)
		return BIT(0);
	return fn_insn_writes(i) ? BIT(i->d) : 0;
}

/* ---- issue groups */

static bool is_alone(const struct fn_insn *i)
{
	return i->op == FN_OP_CALL || i->op == FN_OP_RET;
}

/* Does a word end its group? A branch that may not be taken need not. */
static bool is_end(const struct fn_insn *i)
{
	u8 class = fn_opinfo[i->op].class;

	return class == FN_CLASS_HELPER ||
	       (class == FN_CLASS_BRANCH && i->op != FN_OP_JCC);
}

static bool is_load(const struct fn_insn *i)
{
	return i->op == FN_OP_LD || i->op == FN_OP_ATOM ||
	       i->op == FN_OP_HELPER;
}

static bool is_store(const struct fn_insn *i)
{
	return i->op == FN_OP_ST || i->op == FN_OP_STI || i->op == FN_OP_ATOM;
}

/* Bytes from register a that a word accesses, if they are known. */
static bool bytes_of(const struct fn_insn *i, s64 *from, s64 *to)
{
	*from = i->imm;
	switch (i->op) {
	case FN_OP_LD:
	case FN_OP_ST:
		*to = *from + FN_X_SIZE(i->x);
		return !(i->x & FN_X_INDEX);
	case FN_OP_STI:
		*from = FN_LO16(i->imm);
		*to = *from + FN_X_SIZE(i->x);
		return true;
	case FN_OP_ATOM:
		*to = *from + (i->x & FN_X_W ? 4 : 8);
		return true;
	default:
		return false;
	}
}

static bool apart(const struct fn_insn *a, const struct fn_insn *b)
{
	s64 from, to, begin, end;

	return a->a == b->a && bytes_of(a, &from, &to) &&
	       bytes_of(b, &begin, &end) && (to <= begin || end <= from);
}

/* Does a load see what its group has stored? */
static bool sees_store(const struct check *c, const struct fn_insn *i)
{
	const struct group *g = &c->group;
	u32 w, first = c->pc + 1 - g->words;

	for (w = 0; w < g->words - 1; w++) {
		struct fn_insn store = word(c, first + w);

		if (g->stored & BIT(w) && !apart(&store, i))
			return true;
	}
	return false;
}

static void count(struct group *g, const struct fn_insn *i)
{
	u8 class = fn_opinfo[i->op].class;

	g->words++;
	g->memory += class == FN_CLASS_MEM || class == FN_CLASS_ATOM;
	g->multiply += class == FN_CLASS_MUL || class == FN_CLASS_DIV;
	g->branches += class == FN_CLASS_BRANCH;
}

static const char *misfit(const struct check *c, const struct fn_insn *i,
			  u32 written)
{
	const struct group *g = &c->group;
	u32 lanes = c->img->lanes;

	if (g->words > lanes)
		return "more words in an issue group than lanes";
	if (g->memory > max_t(u32, 1, lanes / 2))
		return "more loads and stores in an issue group than half the lanes";
	if (g->multiply > 1)
		return "two multiplications or divisions in an issue group";
	if (g->branches > 1)
		return "two branches in an issue group";
	if (g->words > 1 && is_alone(i))
		return "a call or return shares its issue group";
	if (g->stored && is_load(i) && sees_store(c, i))
		return "a load follows a store in its issue group";
	if (g->written & (reads(i) | written) & ~BIT(FN_REG_ZERO))
		return "a register that its issue group has written";
	if (!i->stop && is_end(i))
		return "the issue group goes on";
	return NULL;
}

static const char *add_to_group(struct check *c, const struct fn_insn *i)
{
	struct group *g = &c->group;
	u32 written = writes(i);
	const char *reason;

	count(g, i);
	reason = misfit(c, i, written);
	g->written |= written;
	if (!reason && is_store(i))
		g->stored |= BIT(g->words - 1);
	if (i->stop)
		*g = (struct group){};
	return reason;
}

/* ---- where control goes */

static bool jumps(const struct fn_insn *i)
{
	return i->op == FN_OP_JCC || i->op == FN_OP_JMP || i->op == FN_OP_CALL;
}

/* Does control never go on to the word after this one? */
static bool ends(const struct fn_insn *i)
{
	return i->op == FN_OP_EXIT || i->op == FN_OP_JMP ||
	       i->op == FN_OP_RET || i->op == FN_OP_TRAP;
}

static s64 target(const struct fn_insn *i, u32 pc)
{
	return (s64)pc + 1 + (i->op == FN_OP_JCC ? FN_HI16(i->imm) : i->imm);
}

static const char *bad_target(const struct check *c, const struct fn_insn *i)
{
	s64 to = target(i, c->pc);

	if (to < 0 || to >= c->img->nwords)
		return "jump out of the program";
	if (!fn_image_begins(c->img, to))
		return "jump into the middle of an issue group";
	return NULL;
}

static int check_word(struct check *c)
{
	struct fn_insn insn = word(c, c->pc);
	const char *reason = "invalid";

	if (!fn_insn_valid(&insn, &reason))
		return refuse(c, c->pc, reason);
	if (insn.op == FN_OP_HELPER &&
	    !fn_helper_is_for(fn_helper_find(insn.imm), c->img->type))
		return refuse(c, c->pc, "not a helper of programs of its type");
	if (writes(&insn) & BIT(FN_REG_FP))
		return refuse(c, c->pc, "r10 is for call and ret to write");
	if (c->pc == c->img->nwords - 1 && !ends(&insn))
		return refuse(c, c->pc,
			      "the last word lets control go on past it");
	c->calls |= is_alone(&insn);
	reason = jumps(&insn) ? bad_target(c, &insn) : NULL;
	reason = reason ?: add_to_group(c, &insn);
	return reason ? refuse(c, c->pc, reason) : 0;
}

/* ---- how deep calls nest */

/* A word may be reached with so many more frames. */
static void reach(struct check *c, u32 pc, u32 frames)
{
	if (!(frames & ~c->frames[pc]))
		return;
	if (!(c->frames[pc] & QUEUED))
		c->worklist[c->nworklist++] = pc;
	c->frames[pc] |= frames | QUEUED;
}

static int follow(struct check *c, u32 pc)
{
	struct fn_insn insn = word(c, pc);
	u32 frames;

	c->frames[pc] &= ~QUEUED;
	frames = c->frames[pc];
	if (insn.op == FN_OP_RET && frames & 1)
		return refuse(c, pc, "a return without a call");
	if (insn.op == FN_OP_CALL && frames & DEEPEST)
		return refuse(c, pc, "calls nest deeper than 8 frames");
	if (jumps(&insn))
		reach(c, target(&insn, pc),
		      insn.op == FN_OP_CALL ? frames << 1 : frames);
	if (!ends(&insn))
		reach(c, pc + 1, frames);
	return 0;
}

/* Each word is looked at once for each depth, so this ends. */
static int follow_all(struct check *c)
{
	int ret = 0;

	reach(c, 0, 1);
	while (c->nworklist && !ret)
		ret = follow(c, c->worklist[--c->nworklist]);
	return ret;
}

static int check_calls(struct check *c)
{
	u32 n = c->img->nwords;
	int ret = -ENOMEM;

	c->frames = fn_alloc(n * sizeof(*c->frames));
	c->worklist = fn_alloc(n * sizeof(*c->worklist));
	if (c->frames && c->worklist)
		ret = follow_all(c);
	else if (c->why && c->len)
		snprintf(c->why, c->len, "no memory to check %u words", n);
	fn_free(c->frames);
	fn_free(c->worklist);
	return ret;
}

/**
 * fn_image_check_code - may the card run the code of an image?
 * @img: image that fn_image_check() takes
 * @why: gets a sentence that names the word if it may not
 * @len: bytes at @why
 *
 * Of what this accepts, words are valid, helpers are for the program's type,
 * jumps stay in the program and lead to beginnings of issue groups, control does
 * not run past the end, groups are in the limits of the lanes that the image
 * names, rz and r10 are not written, and calls nest 8 frames deep at most and
 * return. May sleep.
 *
 * Return: 0, -EINVAL if not, -ENOMEM.
 */
int fn_image_check_code(const struct fn_image *img, char *why, size_t len)
{
	struct check c = { .img = img, .why = why, .len = len };
	int ret = 0;

	for (; c.pc < img->nwords && !ret; c.pc++)
		ret = check_word(&c);
	return ret || !c.calls ? ret : check_calls(&c);
}
