// SPDX-License-Identifier: GPL-2.0
/*
 * What a program costs on every card that is modelled.
 */
#include <string.h>

#include "explain.h"
#include "userspace/check/check.h"
#include "userspace/profile/profiles.h"
#include "userspace/tool.h"

#define FRAME_LEN 60 /* bytes, the shortest: the hardest to keep up with */

/**
 * fn_explain_profile - figures of a card
 * @p: profile
 *
 * Return: an object.
 */
json_object *fn_explain_profile(const struct fn_profile *p)
{
	json_object *o = json_object_new_object();

	fn_add_text(o, "name", p->name);
	fn_add_int(o, "cores", p->cores);
	fn_add_int(o, "threads", p->threads);
	fn_add_int(o, "lanes", p->lanes);
	fn_add_float(o, "clock_mhz", p->clock_khz / 1e3);
	fn_add_float(o, "port_gbps", p->port_mbps / 1e3);
	fn_add_int(o, "ports", p->ports);
	fn_add_int(o, "packet_cycles", p->packet);
	fn_add_int(o, "line_rate", fn_timing_rate(p, 0, 1, FRAME_LEN));
	return o;
}

static void add_static(json_object *o, const struct fn_profile *p,
		       const struct fn_image *img)
{
	struct fn_cost cost;

	fn_cost(img, p, &cost);
	fn_add_int(o, "words", img->nwords);
	fn_add_int(o, "groups", cost.groups);
	fn_add_int(o, "cycles_best", cost.best);
	fn_add(o, "cycles_worst",
	       cost.loops ? NULL : json_object_new_int64(cost.worst));
	fn_add_float(o, "store_share",
		     (double)fn_control_store(p, img) / p->max_words);
	fn_add_int(o, "packets_per_second_best",
		   fn_timing_rate(p, cost.best, 1, FRAME_LEN));
}

/* The same packets on that card. */
static int add_run(const struct fn_explained *x, json_object *o)
{
	struct fn_sim *s = fn_check_alloc(malloc(sizeof(*s)));
	struct fn_sim_input in = { .object = x->object };
	struct fn_sim_options so = x->e->sim;
	json_object *result;
	int status;

	so.profile = fn_options.profile;
	so.prog = x->p->name;
	so.path = x->path;
	status = fn_sim_set_up(s, &so, &in);
	if (!status)
		status = fn_sim_one(s);
	if (!status) {
		result = fn_sim_json(s);
		json_object_object_del(result, "hot");
		fn_add(o, "run", result);
	}
	fn_sim_close(s);
	free(s);
	return status;
}

static int add_profile(const struct fn_explained *x, json_object *to,
		       const struct fn_profile *p)
{
	json_object *o = fn_explain_profile(p);
	struct fn_check_result r;
	int status;

	json_object_array_add(to, o);
	status = fn_check_program(x->object, x->p, &r);
	if (status)
		return status;
	fn_add_bool(o, "offloads", !!r.image);
	if (r.image) {
		add_static(o, p, r.image);
		status = add_run(x, o);
	} else if (r.reasons.n) {
		fn_add_text(o, "reason", r.reasons.r[0].text);
	}
	fn_check_result_free(&r);
	return status;
}

/* Is a profile of the table the one that is asked for? */
static bool is_asked(const struct fn_profile *p, const char *asked)
{
	return !strcmp(p->name, asked ?: fn_profile_find(NULL)->name);
}

/**
 * fn_explain_profiles - add what a program costs on each card
 * @x: program
 *
 * The one that is asked for is the first.
 *
 * Return: exit status; an error has been reported.
 */
int fn_explain_profiles(struct fn_explained *x)
{
	const char *asked = fn_options.profile;
	json_object *a = json_object_new_array();
	const struct fn_profile *p = fn_profile_get(asked);
	int status;

	fn_add(x->json, "profiles", a);
	status = p ? add_profile(x, a, p) : FN_FAILED;
	for (p = NULL; !status && (p = fn_profile_next(p));) {
		if (is_asked(p, asked))
			continue;
		fn_options.profile = p->name;
		status = add_profile(x, a, p);
	}
	fn_options.profile = asked;
	return status;
}
