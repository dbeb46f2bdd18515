/* SPDX-License-Identifier: GPL-2.0 */
/* The lowerings, one a file. */
#ifndef FN_LOWER_PASSES_H
#define FN_LOWER_PASSES_H

struct fn_lower;

enum fn_lower_result {
	FN_LOWER_SAME, /* there was nothing to do */
	FN_LOWER_CHANGED,
	FN_LOWER_FAILED, /* the program says why */
};

/* tails.c */
enum fn_lower_result fn_lower_tails(struct fn_lower *l);

/* set.c */
enum fn_lower_result fn_lower_set(struct fn_lower *l);

/* rodata.c */
enum fn_lower_result fn_lower_rodata(struct fn_lower *l);

/* nested.c */
enum fn_lower_result fn_lower_nested(struct fn_lower *l);

/* loops.c */
enum fn_lower_result fn_lower_loops(struct fn_lower *l);

/* locks.c */
enum fn_lower_result fn_lower_locks(struct fn_lower *l);

/* prints.c */
enum fn_lower_result fn_lower_prints(struct fn_lower *l);

/* host.c */
enum fn_lower_result fn_lower_host(struct fn_lower *l);

/* globals.c */
enum fn_lower_result fn_lower_globals(struct fn_lower *l);

/* lru.c */
enum fn_lower_result fn_lower_lru(struct fn_lower *l);

/* lpm.c */
enum fn_lower_result fn_lower_lpm(struct fn_lower *l);

/* percpu.c */
enum fn_lower_result fn_lower_percpu(struct fn_lower *l);

/* redirect.c */
enum fn_lower_result fn_lower_redirect(struct fn_lower *l);

/* rings.c */
enum fn_lower_result fn_lower_rings(struct fn_lower *l);

#endif /* FN_LOWER_PASSES_H */
