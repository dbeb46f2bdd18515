// SPDX-License-Identifier: GPL-2.0
/*
 * A simulation is set up from options and input, and run.
 */
#include <string.h>

#include "sim.h"
#include "userspace/object/object.h"
#include "userspace/profile/profiles.h"
#include "userspace/tool.h"

/* Without a name, the only XDP program or classifier. */
static const struct fn_program *find_program(const struct fn_sim_options *o,
					     const struct fn_object *object)
{
	const struct fn_program *found = NULL;
	char known[512];
	u32 i, n = 0;

	if (o->prog) {
		found = fn_program_find(object, o->prog);
		if (!found)
			fn_fail("%s: there is no program %s; there are: %s",
				o->path, o->prog,
				fn_program_names(object, known, sizeof(known)));
		return found;
	}
	for (i = 0; i < object->nprogs; i++) {
		if (!fn_program_is_for_card(&object->progs[i]))
			continue;
		found = &object->progs[i];
		n++;
	}
	if (n == 1)
		return found;
	fn_fail("%s: it has %u programs for a card; name one of: %s", o->path,
		n, fn_program_names(object, known, sizeof(known)));
	return NULL;
}

/**
 * fn_sim_set_parameter - change what a simulation is about
 * @s: simulation, not open yet
 * @key: figure of the profile, or clock, rate, entries
 * @value: as people write it
 *
 * Return: exit status; an error has been reported.
 */
int fn_sim_set_parameter(struct fn_sim *s, const char *key, const char *value)
{
	if (!strcmp(key, "rate")) {
		s->rate = value;
		return FN_DONE;
	}
	if (!strcmp(key, "entries"))
		return fn_number("entries", value, &s->entries);
	if (!strcmp(key, "clock"))
		key = "clock_mhz";
	return fn_profile_set(&s->profile, key, value, "");
}

static int set_input(struct fn_sim *s, const struct fn_sim_input *in)
{
	s->object = in->object;
	s->image = in->image;
	s->low = in->low;
	s->name = "program";
	if (s->image)
		return FN_DONE;
	s->program = find_program(s->o, s->object);
	if (!s->program)
		return FN_FAILED;
	s->name = s->program->name;
	return FN_DONE;
}

/**
 * fn_sim_set_up - begin a simulation
 * @s: to fill in
 * @o: what is asked for
 * @in: what is simulated
 *
 * Return: exit status; an error has been reported.
 */
int fn_sim_set_up(struct fn_sim *s, const struct fn_sim_options *o,
		  const struct fn_sim_input *in)
{
	const struct fn_profile *p = fn_profile_get(o->profile);
	int status;
	u32 i;

	memset(s, 0, sizeof(*s));
	if (!p)
		return FN_FAILED;
	s->o = o;
	s->profile = *p;
	s->rate = o->rate;
	status = set_input(s, in);
	for (i = 0; i < o->set.n && !status; i++)
		status = fn_sim_set_parameter(s, o->set.p[i].key,
					      o->set.p[i].value);
	return status;
}

/**
 * fn_sim_one - simulate
 * @s: simulation that is set up; fn_sim_close() is due
 *
 * Return: exit status; an error has been reported.
 */
int fn_sim_one(struct fn_sim *s)
{
	u32 lanes = s->profile.lanes;

	if (lanes & (lanes - 1))
		return fn_fail("lanes = %u: 1, 2, 4 or 8 are expected", lanes);
	return fn_sim_open(s) ?: fn_sim_run(s);
}
