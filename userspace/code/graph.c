// SPDX-License-Identifier: GPL-2.0
/*
 * The control flow of card code for Graphviz: a node for each run of words that
 * control enters only at the first and leaves only at the last.
 */
#include "code.h"
#include "userspace/object/object.h"
#include "userspace/tool.h"

static struct fn_insn word_at(const struct fn_image *img, u32 pc)
{
	return fn_insn_decode(fn_image_words(img)[pc]);
}

/* Where a word may lead besides the next, or -1. */
static s64 target_of(const struct fn_image *img, u32 pc)
{
	struct fn_insn i = word_at(img, pc);
	s64 to = -1;

	if (i.op == FN_OP_JCC)
		to = (s64)pc + 1 + FN_HI16(i.imm);
	else if (i.op == FN_OP_JMP || i.op == FN_OP_CALL)
		to = (s64)pc + 1 + i.imm;
	return to >= 0 && to < img->nwords ? to : -1;
}

static bool falls_through(const struct fn_image *img, u32 pc)
{
	u8 op = word_at(img, pc).op;

	return op != FN_OP_JMP && op != FN_OP_EXIT && op != FN_OP_RET &&
	       op != FN_OP_TRAP && pc + 1 < img->nwords;
}

static u8 *find_leaders(const struct fn_image *img)
{
	u8 *leader = fn_check_alloc(calloc(1, img->nwords + 1));
	u32 pc;

	leader[0] = 1;
	for (pc = 0; pc < img->nwords; pc++) {
		s64 to = target_of(img, pc);

		if (to >= 0)
			leader[to] = 1;
		if (to >= 0 || !falls_through(img, pc))
			leader[pc + 1] = 1;
	}
	return leader;
}

static void print_text(const char *text)
{
	for (; *text; text++) {
		if (strchr("\"\\<>{}|", *text))
			putchar('\\');
		putchar(*text);
	}
}

static void print_source(const struct fn_listing *l, u32 pc)
{
	u32 origin = fn_image_origin(l->img)[pc];
	const struct fn_line *line = NULL;

	if (l->p && origin != FN_ORIGIN_NONE)
		line = fn_program_line(l->p, origin);
	if (!line)
		return;
	printf("%u ", line->line);
	print_text(line->text + strspn(line->text, " \t"));
	printf("\\l");
}

/* Returns the last word of the node. */
static u32 print_node(const struct fn_listing *l, const u8 *leader, u32 pc)
{
	char text[128];

	printf("\tw%u [label=\"", pc);
	print_source(l, pc);
	for (;; pc++) {
		struct fn_insn insn = word_at(l->img, pc);

		fn_insn_print(text, sizeof(text), &insn, pc);
		printf("%u: ", pc);
		print_text(text);
		printf("\\l");
		if (leader[pc + 1] || pc + 1 == l->img->nwords)
			break;
	}
	printf("\"];\n");
	return pc;
}

static void print_edges(const struct fn_image *img, u32 from, u32 last)
{
	s64 to = target_of(img, last);
	u8 op = word_at(img, last).op;

	if (to >= 0)
		printf("\tw%u -> w%u [%s];\n", from, (u32)to,
		       op == FN_OP_CALL ? "style=dashed,label=call" :
		       op == FN_OP_JCC	? "label=yes" :
					  "");
	if (falls_through(img, last))
		printf("\tw%u -> w%u;\n", from, last + 1);
}

/**
 * fn_graph_print - write a program's control flow for dot(1)
 * @l: program
 */
void fn_graph_print(const struct fn_listing *l)
{
	u8 *leader = find_leaders(l->img);
	u32 pc, last;

	printf("digraph {\n\tlabel=\"");
	print_text(l->title);
	printf("\";\n\tnode [shape=box,fontname=monospace];\n");
	for (pc = 0; pc < l->img->nwords; pc = last + 1) {
		last = print_node(l, leader, pc);
		print_edges(l->img, pc, last);
	}
	puts("}");
	free(leader);
}
