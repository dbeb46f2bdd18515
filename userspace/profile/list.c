// SPDX-License-Identifier: GPL-2.0
/*
 * flownic profile: the cards that can be modelled.
 */
#include "profiles.h"
#include "userspace/tool.h"

static int list(struct fn_args *args)
{
	json_object *a = json_object_new_array();
	const struct fn_profile *p = NULL;

	while ((p = fn_profile_next(p))) {
		if (fn_options.json)
			json_object_array_add(a,
					      json_object_new_string(p->name));
		else
			printf("%-10s %u cores, %u threads, %u lanes, %g MHz\n",
			       p->name, p->cores, p->threads, p->lanes,
			       p->clock_khz / 1e3);
	}
	if (fn_options.json)
		return fn_out_json(a);
	json_object_put(a);
	return FN_DONE;
}

/* Without a name, that of --profile or the default. */
static int show(struct fn_args *args)
{
	const char *name = fn_args_next(args) ?: fn_options.profile;
	const struct fn_profile *p = fn_profile_get(name);

	if (!p)
		return FN_FAILED;
	fn_profile_print(p, stdout);
	return FN_DONE;
}

/**
 * fn_profile - flownic profile list|show [NAME|FILE]
 * @args: words of the command line
 *
 * Return: exit status.
 */
int fn_profile(struct fn_args *args)
{
	static const struct fn_verb verbs[] = {
		{ "list", list },
		{ "show", show },
		{},
	};

	if (!args->n)
		return list(args);
	return fn_run_verb(verbs, args, "profile");
}
