// SPDX-License-Identifier: GPL-2.0
/*
 * Rewriting a function: the new instructions are written one after the other,
 * and jumps find their targets again at the end.
 *
 * A jump to an old instruction goes to where what replaces it begins. What is
 * written before the first is done once, when the function is called.
 */
#include <string.h>

#include "lower.h"
#include "userspace/tool.h"

/**
 * fn_edit_begin - rewrite a function
 * @e: to fill in; fn_edit_end() is due
 * @l: program
 * @f: function of it
 */
void fn_edit_begin(struct fn_edit *e, struct fn_lower *l,
		   struct fn_lower_func *f)
{
	*e = (struct fn_edit){ .l = l, .f = f, .at = FN_LOWER_NONE };
	e->start = fn_check_alloc(malloc((f->n + 1) * sizeof(*e->start)));
}

/**
 * fn_edit_at - what follows replaces an old instruction
 * @e: function
 * @i: number of the instruction; all are due, in order
 */
void fn_edit_at(struct fn_edit *e, u32 i)
{
	e->start[i] = e->n;
	e->at = i;
}

static struct fn_lower_insn *push(struct fn_edit *e,
				  const struct fn_lower_insn *insn)
{
	if (e->n == e->cap) {
		e->cap = e->cap * 2 + 64;
		e->insn = fn_check_alloc(
			realloc(e->insn, e->cap * sizeof(*e->insn)));
	}
	e->insn[e->n] = *insn;
	return &e->insn[e->n++];
}

/**
 * fn_edit_copy - keep an old instruction
 * @e: function
 * @i: its number
 */
void fn_edit_copy(struct fn_edit *e, u32 i)
{
	struct fn_lower_insn *insn = push(e, &e->f->insn[i]);

	/* The line began before. */
	if (e->at == i && e->start[i] != e->n - 1)
		insn->has_line = false;
}

/* The line that an old instruction is from begins with what comes before it. */
static void give_line(struct fn_edit *e, struct fn_lower_insn *insn)
{
	const struct fn_lower_insn *old;

	if (e->at == FN_LOWER_NONE ? e->n != 1 : e->start[e->at] != e->n - 1)
		return;
	old = &e->f->insn[e->at == FN_LOWER_NONE ? 0 : e->at];
	insn->has_line = old->has_line;
	memcpy(insn->line, old->line, sizeof(insn->line));
}

/**
 * fn_edit_add - a new instruction
 * @e: function
 * @insn: the instruction
 *
 * Return: it, until the next is added.
 */
struct fn_lower_insn *fn_edit_add(struct fn_edit *e, struct bpf_insn insn)
{
	struct fn_lower_insn *added;

	added = push(e, &(struct fn_lower_insn){ .insn = insn });
	give_line(e, added);
	return added;
}

/**
 * fn_edit_land - have a new jump go to what is written next
 * @e: function
 * @jump: number of the jump among the new instructions
 */
void fn_edit_land(struct fn_edit *e, u32 jump)
{
	e->insn[jump].jumps = true;
	e->insn[jump].fresh = true;
	e->insn[jump].to = e->n;
}

/**
 * fn_edit_drop - leave the function as it was
 * @e: function
 */
void fn_edit_drop(struct fn_edit *e)
{
	free(e->insn);
	free(e->start);
}

/**
 * fn_edit_end - the function is what has been written
 * @e: function
 */
void fn_edit_end(struct fn_edit *e)
{
	u32 i;

	for (i = 0; i < e->n; i++) {
		struct fn_lower_insn *insn = &e->insn[i];

		if (insn->jumps && !insn->fresh)
			insn->to = e->start[insn->to];
		insn->fresh = false;
	}
	/* A function has to begin with a line. */
	if (e->n && !e->insn[0].has_line) {
		e->insn[0].has_line = e->f->insn[0].has_line;
		memcpy(e->insn[0].line, e->f->insn[0].line,
		       sizeof(e->insn[0].line));
	}
	free(e->f->insn);
	free(e->start);
	e->f->insn = e->insn;
	e->f->n = e->n;
}
