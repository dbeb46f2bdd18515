/* SPDX-License-Identifier: GPL-2.0 */
/*
 * flownic explain: a page about programs. All that the tool knows of them becomes
 * one JSON value; page.html, page.css and page.js, which the tool carries, show
 * it.
 */
#ifndef FN_EXPLAIN_H
#define FN_EXPLAIN_H

#include <json-c/json.h>

#include "userspace/object/object.h"
#include "userspace/sim/sim.h"

#define FN_EXPLAIN_OBJECTS 2
#define FN_EXPLAIN_PROGRAMS 16 /* of an object; others are only named */

/**
 * struct fn_explain - what is asked for
 * @sim: object, program, packets, maps, profile
 * @path: objects
 * @npaths: number of @path
 * @output: file, or "-" for the standard output; NULL to make a name
 * @json: the page's data on its way
 * @files: of the sources, by path
 * @programs: of the objects
 * @bad: programs that do not offload
 */
struct fn_explain {
	struct fn_sim_options sim;
	const char *path[FN_EXPLAIN_OBJECTS];
	u32 npaths;
	const char *output;
	json_object *json;
	json_object *files;
	json_object *programs;
	u32 bad;
};

/**
 * struct fn_explained - a program and what is made of it
 * @e: what is asked for
 * @object: it is from
 * @path: of @object
 * @p: program
 * @json: its part of the page's data
 */
struct fn_explained {
	struct fn_explain *e;
	const struct fn_object *object;
	const char *path;
	const struct fn_program *p;
	json_object *json;
};

/* explain.c: the verb, with options of its own */
int fn_explain(int argc, char **argv);

/* options.c */
int fn_explain_options(struct fn_explain *e, int argc, char **argv);

/* program.c */
int fn_explain_program(struct fn_explained *x);

/* code.c */
json_object *fn_explain_bpf(const struct fn_explained *x);
json_object *fn_explain_code(const struct fn_explained *x,
			     const struct fn_image *img);

/* groups.c */
json_object *fn_explain_groups(const struct fn_image *img);

/* passes.c */
json_object *fn_explain_passes(const struct fn_explained *x);

/* run.c */
int fn_explain_run(struct fn_explained *x);

/* profiles.c */
int fn_explain_profiles(struct fn_explained *x);
json_object *fn_explain_profile(const struct fn_profile *p);

/* sources.c */
void fn_explain_sources(const struct fn_explained *x);

/* page.c */
int fn_explain_page(const struct fn_explain *e);

/* json.c */
void fn_add(json_object *o, const char *key, json_object *v);
void fn_add_text(json_object *o, const char *key, const char *v);
void fn_add_int(json_object *o, const char *key, s64 v);
void fn_add_float(json_object *o, const char *key, double v);
void fn_add_bool(json_object *o, const char *key, bool v);

#endif /* FN_EXPLAIN_H */
