// SPDX-License-Identifier: GPL-2.0
/*
 * The instructions of a program, BPF's and the card's.
 */
#include "explain.h"
#include "offload/image.h"
#include "offload/isa.h"
#include "userspace/code/code.h"
#include "userspace/tool.h"

static json_object *pair(s64 a, const char *text)
{
	json_object *o = json_object_new_array();

	json_object_array_add(o, json_object_new_int64(a));
	json_object_array_add(o, json_object_new_string(text));
	return o;
}

static bool is_double(const struct bpf_insn *insn)
{
	return insn->code == (BPF_LD | BPF_IMM | BPF_DW);
}

/* [path, line], or null */
static json_object *place_of(const struct fn_program *p, u32 insn)
{
	const struct fn_line *l = fn_program_line(p, insn);
	json_object *o;

	if (!l || !l->line || !*l->file)
		return NULL;
	o = json_object_new_array();
	json_object_array_add(o, json_object_new_string(l->file));
	json_object_array_add(o, json_object_new_int64(l->line));
	json_object_array_add(o, json_object_new_string(l->text));
	return o;
}

/* Functions around an instruction: "lb > take_ip4 > take". */
static json_object *functions_of(const struct fn_inlines *in,
				 const struct fn_program *p, u32 insn)
{
	json_object *a = json_object_new_array();
	struct fn_scope scope[FN_SCOPES];
	u32 n = fn_inlines_at(in, p, insn, scope), i;

	for (i = 0; i < n; i++)
		json_object_array_add(a, json_object_new_string(scope[i].name));
	return a;
}

static json_object *bpf_insn(const struct fn_inlines *in,
			     const struct fn_program *p, u32 i)
{
	json_object *o;
	char text[128];

	fn_bpf_print(text, sizeof(text), &p->insns[i], i);
	o = pair(i, text);
	json_object_array_add(o, place_of(p, i));
	json_object_array_add(o, functions_of(in, p, i));
	return o;
}

/**
 * fn_explain_bpf - BPF instructions of a program
 * @x: program
 *
 * Return: an array with, for each, its number, text, [path, line, text] of its
 * source or null, and the functions it is in.
 */
json_object *fn_explain_bpf(const struct fn_explained *x)
{
	struct fn_inlines *in = fn_inlines_open(x->object);
	json_object *a = json_object_new_array();
	const struct fn_program *p = x->p;
	u32 i;

	for (i = 0; i < p->bpf.len; i++) {
		/* The second half has to be there to be printed. */
		if (is_double(&p->insns[i]) && i + 1 == p->bpf.len)
			break;
		json_object_array_add(a, bpf_insn(in, p, i));
		i += is_double(&p->insns[i]);
	}
	fn_inlines_close(in);
	return a;
}

static s64 target_of(const struct fn_insn *i, u32 pc)
{
	if (i->op == FN_OP_JCC)
		return (s64)pc + 1 + FN_HI16(i->imm);
	if (i->op == FN_OP_JMP || i->op == FN_OP_CALL)
		return (s64)pc + 1 + i->imm;
	return -1;
}

static bool falls_through(const struct fn_insn *i)
{
	return i->op != FN_OP_JMP && i->op != FN_OP_EXIT &&
	       i->op != FN_OP_RET && i->op != FN_OP_TRAP;
}

static const char *class_of(const struct fn_insn *i)
{
	static const char *const name[FN_NCLASSES] = {
		[FN_CLASS_ALU] = "alu",	     [FN_CLASS_MUL] = "mul",
		[FN_CLASS_DIV] = "mul",	     [FN_CLASS_MEM] = "mem",
		[FN_CLASS_ATOM] = "mem",     [FN_CLASS_BRANCH] = "branch",
		[FN_CLASS_GUARD] = "branch", [FN_CLASS_HELPER] = "helper",
	};

	return name[fn_opinfo[i->op].class];
}

/* [text, BPF instruction or -1, class, target or -1, goes on] */
static json_object *word(const struct fn_image *img, u32 pc)
{
	struct fn_insn i = fn_insn_decode(fn_image_words(img)[pc]);
	u32 origin = fn_image_origin(img)[pc];
	json_object *a = json_object_new_array();
	s64 from = origin == FN_ORIGIN_NONE ? -1 : (s64)origin;
	char text[128];

	i.stop = false; /* groups are told apart otherwise */
	fn_insn_print(text, sizeof(text), &i, pc);
	json_object_array_add(a, json_object_new_string(text));
	json_object_array_add(a, json_object_new_int64(from));
	json_object_array_add(a, json_object_new_string(class_of(&i)));
	json_object_array_add(a, json_object_new_int64(target_of(&i, pc)));
	json_object_array_add(a, json_object_new_int(falls_through(&i)));
	return a;
}

/**
 * fn_explain_code - card code of a program
 * @x: program
 * @img: the code
 *
 * Return: an object with lanes, words and groups.
 */
json_object *fn_explain_code(const struct fn_explained *x,
			     const struct fn_image *img)
{
	json_object *o = json_object_new_object();
	json_object *words = json_object_new_array();
	u32 pc;

	for (pc = 0; pc < img->nwords; pc++)
		json_object_array_add(words, word(img, pc));
	fn_add_int(o, "lanes", img->lanes);
	fn_add(o, "words", words);
	fn_add(o, "groups", fn_explain_groups(img));
	return o;
}
