/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Card code as text: what the assembler takes, with BPF and source lines as
 * comments; and back.
 */
#ifndef FN_CODE_H
#define FN_CODE_H

#include <json-c/json.h>

#include "offload/image.h"
#include "offload/isa.h"
#include "offload/translator/translator.h"
#include "userspace/object/object.h"

struct fn_args;

/**
 * struct fn_listing - what is to be written
 * @title: what the program is
 * @img: card code
 * @p: what it was made from, or NULL
 * @o: object of @p, or NULL
 * @opcodes: write words as numbers, too
 * @bound: how good its issue groups are; all 0 if that is not known
 */
struct fn_listing {
	const char *title;
	const struct fn_image *img;
	const struct fn_program *p;
	const struct fn_object *o;
	bool opcodes;
	struct fn_tr_bound bound;
};

/* asm.c, exec.c: verbs */
int fn_asm(struct fn_args *args);
int fn_exec(struct fn_args *args);

/* dump.c: flownic dump FILE */
bool fn_is_file(const char *word);
int fn_dump_file(struct fn_args *args);

/* bpf_print.c */
int fn_bpf_print(char *buf, size_t size, const struct bpf_insn *insn, u32 pc);

/* listing.c */
void fn_listing_print(const struct fn_listing *l);
json_object *fn_listing_json(const struct fn_listing *l);

/* graph.c */
void fn_graph_print(const struct fn_listing *l);

/* parse.c */
const char *fn_insn_parse(const char *text, u32 pc, struct fn_insn *insn,
			  char *label, size_t size);

/* assemble.c */
struct fn_image *fn_assemble(const char *text, size_t size, char *why,
			     size_t len);

#endif /* FN_CODE_H */
