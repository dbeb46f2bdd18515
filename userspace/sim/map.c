// SPDX-License-Identifier: GPL-2.0
/*
 * Maps of a simulation, filled from files.
 */
#include <string.h>

#include "offload/engine/map.h"
#include "sim.h"
#include "userspace/io/io.h"
#include "userspace/lower/lower.h"
#include "userspace/tool.h"

/**
 * fn_sim_map_name - what a map is called
 * @s: simulation
 * @slot: of the map in the program
 *
 * Return: its name; only objects have names.
 */
const char *fn_sim_map_name(const struct fn_sim *s, u32 slot)
{
	static char number[16];

	if (s->program)
		return s->object->maps[s->program->map[slot]].name;
	snprintf(number, sizeof(number), "%u", slot);
	return number;
}

/**
 * struct target - a map of the simulated card
 * @s: simulation
 * @slot: of the program's maps
 */
struct target {
	struct fn_sim *s;
	u32 slot;
};

static int put(void *arg, const u8 *key, const u8 *value)
{
	const struct target *t = arg;
	struct fn_msg_map_op msg = {
		.handle = t->s->map[t->slot],
		.op = FN_MAP_UPDATE,
		.key = fn_ptr_to_bus(key),
		.value = fn_ptr_to_bus(value),
	};

	return fn_map_op(t->s->engine, &msg);
}

/**
 * fn_sim_map_slot - look a map up
 * @s: simulation
 * @option: that names it
 * @name: of the map
 * @slot: answer
 *
 * Return: exit status; an error has been reported.
 */
int fn_sim_map_slot(const struct fn_sim *s, const char *option,
		    const char *name, u32 *slot)
{
	char known[512];
	size_t len = 0;
	u32 i;

	known[0] = '\0';
	for (i = 0; i < s->img->nmaps && len < sizeof(known); i++) {
		const char *n = fn_sim_map_name(s, i);

		*slot = i;
		if (!strcmp(n, name))
			return FN_DONE;
		len += snprintf(known + len, sizeof(known) - len, "%s%s",
				len ? ", " : "", n);
	}
	return fn_fail("%s %s: the program has no such map; it has: %s", option,
		       name, *known ? known : "none");
}

static int read_map(struct fn_sim *s, const struct fn_sim_pair *pair)
{
	struct target t = { .s = s };
	struct fn_map_sink sink = { .put = put, .arg = &t };
	const struct fn_image_map *m;
	int status = fn_sim_map_slot(s, "--map", pair->key, &t.slot);

	if (status)
		return status;
	m = &fn_image_maps(s->img)[t.slot];
	sink.key_size = m->key_size;
	sink.value_size = m->value_size;
	return fn_map_file(pair->value, &sink);
}

/* First values of variables. */
static int set_globals(struct fn_sim *s)
{
	struct target t = { .s = s };
	int status;
	u32 key = 0;

	if (!s->low || !s->low->init)
		return FN_DONE;
	status = fn_sim_map_slot(s, "--lower", FN_LOWER_GLOBALS, &t.slot);
	if (!status && put(&t, (u8 *)&key, s->low->init))
		status = fn_fail("%s: its variables can't be set", s->o->path);
	return status;
}

/**
 * fn_sim_maps - fill the maps
 * @s: simulation; the maps are made
 *
 * Return: exit status; an error has been reported.
 */
int fn_sim_maps(struct fn_sim *s)
{
	int status = set_globals(s);
	u32 i;

	for (i = 0; i < s->o->maps.n && !status; i++)
		status = read_map(s, &s->o->maps.p[i]);
	return status;
}
