/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Judging programs without running them: do they offload, and what would they
 * cost?
 */
#ifndef FN_CHECK_H
#define FN_CHECK_H

#include <json-c/json.h>

#include "userspace/object/object.h"
#include "userspace/profile/profiles.h"

struct fn_args;

/**
 * struct fn_check_result - what became of a program
 * @image: card code, NULL if there are reasons
 * @reasons: why it does not offload
 * @map_bytes: memory of all its maps
 * @alone: it would offload if its object had nothing else
 * @bound: how good its issue groups are
 */
struct fn_check_result {
	struct fn_image *image;
	struct fn_reasons reasons;
	u64 map_bytes;
	bool alone;
	struct fn_tr_bound bound;
};

/**
 * struct fn_cost - modelled cycles of a program, as far as its code tells
 * @groups: issue groups
 * @best: of the shortest way through it
 * @worst: of the longest, every doubtful access counted as one to map memory
 * @loops: there are loops, so @worst means nothing
 * @loop: a word that begins a loop
 */
struct fn_cost {
	u32 groups;
	u64 best;
	u64 worst;
	bool loops;
	u32 loop;
};

/* check.c: the verb */
int fn_check(struct fn_args *args);

/* sarif.c */
json_object *fn_check_sarif(json_object *programs, bool good);

/* program.c */
int fn_check_program(const struct fn_object *o, const struct fn_program *p,
		     struct fn_check_result *j);
void fn_check_refuse(struct fn_check_result *j, const char *why);
void fn_check_result_free(struct fn_check_result *j);

/* maps.c */
u64 fn_check_maps(const struct fn_object *o, const struct fn_program *p,
		  struct fn_target *target, struct fn_reasons *rs);
void fn_check_other_maps(const struct fn_object *o, const struct fn_program *p,
			 struct fn_target *target, struct fn_reasons *rs);

/* context.c */
void fn_check_context(const struct fn_program *p, struct fn_reasons *rs);

/* redirect.c */
void fn_check_redirect(const struct fn_program *p, struct fn_reasons *rs);

/* licence.c */
void fn_check_licence(const struct fn_object *o, const struct fn_program *p,
		      struct fn_reasons *rs);

/* limits.c */
u64 fn_control_store(const struct fn_profile *p, const struct fn_image *img);
void fn_check_limits(const struct fn_profile *p, const struct fn_image *img,
		     const struct fn_object *o, const struct fn_program *prog,
		     struct fn_reasons *rs);

/* map_access.c */
u8 *fn_map_accesses(const struct fn_image *img);

/* stack.c */
u32 fn_stack_used(const struct fn_program *p);

/* cost.c */
void fn_cost(const struct fn_image *img, const struct fn_profile *p,
	     struct fn_cost *cost);

/* lowerable.c */
bool fn_check_lowerable(const struct fn_object *o, const struct fn_program *p,
			char *text, size_t size);

#endif /* FN_CHECK_H */
