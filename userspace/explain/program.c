// SPDX-License-Identifier: GPL-2.0
/*
 * All that a page says of a program.
 */
#include <string.h>

#include "explain.h"
#include "userspace/check/check.h"
#include "userspace/tool.h"

static json_object *json_reason(const struct fn_program *p,
				const struct fn_reason *r)
{
	json_object *o = json_object_new_object();
	const struct fn_line *l = NULL;

	fn_add_text(o, "text", r->text);
	if (r->insn == FN_ORIGIN_NONE)
		return o;
	fn_add_int(o, "insn", r->insn);
	l = fn_program_line(p, r->insn);
	if (l && *l->file) {
		fn_add_text(o, "file", l->file);
		fn_add_int(o, "line", l->line);
		fn_add_text(o, "source", l->text + strspn(l->text, " \t"));
	}
	return o;
}

static json_object *json_reasons(const struct fn_program *p,
				 const struct fn_reasons *rs)
{
	json_object *a = json_object_new_array();
	u32 i;

	for (i = 0; i < rs->n; i++)
		json_object_array_add(a, json_reason(p, &rs->r[i]));
	return a;
}

static json_object *json_maps(const struct fn_explained *x)
{
	json_object *a = json_object_new_array();
	u32 i;

	for (i = 0; i < x->p->bpf.nmaps; i++) {
		const struct fn_map_def *d = &x->object->maps[x->p->map[i]];
		json_object *o = json_object_new_object();

		fn_add_text(o, "name", d->name);
		fn_add_text(o, "type", fn_map_type_name(d->need.type));
		fn_add_int(o, "key", d->need.key_size);
		fn_add_int(o, "value", d->need.value_size);
		fn_add_int(o, "entries", d->need.max_entries);
		json_object_array_add(a, o);
	}
	return a;
}

static void add_bound(json_object *o, const struct fn_tr_bound *b)
{
	if (!b->traces)
		return;
	fn_add_int(o, "groups_least", b->least);
	fn_add_int(o, "traces", b->traces);
}

static int add_result(struct fn_explained *x, const struct fn_check_result *r)
{
	json_object *code;
	int status;

	fn_add_bool(x->json, "offloads", !!r->image);
	fn_add_bool(x->json, "alone", r->alone);
	fn_add(x->json, "reasons", json_reasons(x->p, &r->reasons));
	if (!r->image) {
		x->e->bad++;
		return FN_DONE;
	}
	code = fn_explain_code(x, r->image);
	add_bound(code, &r->bound);
	fn_add_int(code, "stack", r->image->frame);
	fn_add(x->json, "code", code);
	fn_add(x->json, "passes", fn_explain_passes(x));
	status = fn_explain_run(x);
	return status ?: fn_explain_profiles(x);
}

/**
 * fn_explain_program - add a program to the page
 * @x: program
 *
 * Return: exit status; an error has been reported.
 */
int fn_explain_program(struct fn_explained *x)
{
	struct fn_check_result r;
	int status;

	x->json = json_object_new_object();
	json_object_array_add(x->e->programs, x->json);
	fn_add_text(x->json, "object", x->path);
	fn_add_text(x->json, "name", x->p->name);
	fn_add_text(x->json, "section", x->p->section);
	fn_add_bool(x->json, "guessed", x->p->guessed);
	fn_add(x->json, "bpf", fn_explain_bpf(x));
	fn_add(x->json, "maps", json_maps(x));
	fn_explain_sources(x);
	status = fn_check_program(x->object, x->p, &r);
	if (status)
		return status;
	status = add_result(x, &r);
	fn_check_result_free(&r);
	return status;
}
