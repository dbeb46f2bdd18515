/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The translator: verified BPF in, a card image out.
 */
#ifndef FN_TRANSLATOR_H
#define FN_TRANSLATOR_H

#include "../image.h"

#define FN_TR_MAX_LEVEL 2
#define FN_TR_MAX_INSNS 1000000 /* the kernel's own limit */
#define FN_TR_LEVEL 2 /* of optimisation, unless told otherwise */

#define FN_TR_AFTER_ALL "all"

/* A part of merge: what is not clearing memory or copying up to 6 bytes. */
#define FN_MERGE_GENERAL "merge.general"

/*
 * A program for no hook, as tools have: r1 is the address of the frame, r2 its
 * length, and all of r0 is the result.
 */
#define FN_PROG_RAW BPF_PROG_TYPE_UNSPEC

/**
 * struct fn_bpf_prog - a BPF program as the translator takes it
 * @insns: as they stand before the verifier's fix-ups. ld_imm64 of a map has
 *	src_reg BPF_PSEUDO_MAP_IDX and an index into @maps; helper calls have
 *	the uapi number
 * @len: number of @insns
 * @type: enum bpf_prog_type, or FN_PROG_RAW
 * @maps: the maps it names
 * @nmaps: number of @maps
 */
struct fn_bpf_prog {
	const struct bpf_insn *insns;
	u32 len;
	u32 type;
	const struct fn_image_map *maps;
	u32 nmaps;
};

/**
 * struct fn_tr_bound - how good a program's issue groups are
 * @groups: that it has
 * @least: that it needs at least, see bound.c
 * @traces: that they were counted in
 */
struct fn_tr_bound {
	u32 groups;
	u32 least;
	u32 traces;
};

/**
 * struct fn_tr_options - how to translate
 * @level: 0 for one group per instruction and no optimisation; 1 for registers
 *	given anew and words grouped; 2 for all that there is
 * @lanes: words per issue group at most; 1, 2, 4 or 8
 * @registers: how many of the card's may be used, 7 to 32, to try what happens
 *	when there are few; 0 for all
 * @blocks: look at a block at a time: passes that move code between blocks are
 *	left out, and groups end with their block
 * @without: names of passes, or of parts of them, that are left out, with
 *	commas, or NULL; passes that nothing works without are run all the same
 * @after: name of a pass to print the program after, FN_TR_AFTER_ALL for each
 *	that changed it, below a line with two # and its name; or NULL
 * @dump: where that goes
 * @bound: gets the bound of the issue groups, or NULL; all 0 at level 0
 * @steps: number to which the steps of work are added, or NULL
 */
struct fn_tr_options {
	u32 level;
	u32 lanes;
	u32 registers;
	bool blocks;
	const char *without;
	const char *after;
	const struct fn_log *dump;
	struct fn_tr_bound *bound;
	u64 *steps;
};

/* translator.c */
int fn_translate(const struct fn_bpf_prog *prog, const struct fn_tr_options *o,
		 const struct fn_log *log, struct fn_image **image);
bool fn_translate_optional(const char *name, size_t len);
const char *fn_translate_optional_name(u32 i);
bool fn_translate_without(const struct fn_tr_options *o, const char *name);

#endif /* FN_TRANSLATOR_H */
