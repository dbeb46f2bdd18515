// SPDX-License-Identifier: GPL-2.0
/*
 * flownic sim: the card on a desk, fed with a capture.
 */
#include <string.h>

#include "sim.h"
#include "tool.h"

/* Without a name, the only XDP program. */
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
		if (object->progs[i].bpf.type != BPF_PROG_TYPE_XDP)
			continue;
		found = &object->progs[i];
		n++;
	}
	if (n == 1)
		return found;
	fn_fail("%s: it has %u XDP programs; name one of: %s", o->path, n,
		fn_program_names(object, known, sizeof(known)));
	return NULL;
}

/**
 * fn_sim_figure - change what a simulation is about
 * @s: simulation, not open yet
 * @key: figure of the profile, or clock, rate, entries
 * @value: as people write it
 *
 * Return: exit status; an error has been said.
 */
int fn_sim_figure(struct fn_sim *s, const char *key, const char *value)
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
 * fn_sim_set_up - begin a simulation
 * @s: to fill in
 * @o: what is asked for
 * @in: what is simulated
 *
 * Return: exit status; an error has been said.
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
		status = fn_sim_figure(s, o->set.p[i].key, o->set.p[i].value);
	return status;
}

/**
 * fn_sim_one - simulate
 * @s: simulation that is set up; fn_sim_close() is due
 *
 * Return: exit status; an error has been said.
 */
int fn_sim_one(struct fn_sim *s)
{
	u32 lanes = s->profile.lanes;

	if (lanes & (lanes - 1))
		return fn_fail("lanes = %u: 1, 2, 4 or 8 are expected", lanes);
	return fn_sim_open(s) ?: fn_sim_run(s);
}

static int simulate(const struct fn_sim_options *o,
		    const struct fn_sim_input *in)
{
	struct fn_sim *s = fn_must(malloc(sizeof(*s)));
	int status;

	if (o->sweep.n) {
		free(s);
		return fn_sim_sweep(o, in);
	}
	status = fn_sim_set_up(s, o, in);

	if (!status) {
		status = fn_sim_one(s);
		if (!status && fn_options.json)
			fn_out_json(fn_sim_json(s));
		else if (!status)
			fn_sim_print(s);
		fn_sim_close(s);
	}
	free(s);
	return status;
}

static void free_pairs(struct fn_sim_pairs *pairs)
{
	u32 i;

	for (i = 0; i < pairs->n; i++)
		free(pairs->p[i].key);
}

static int with_object(const struct fn_sim_options *o, const u8 *data,
		       size_t size)
{
	struct fn_object object;
	struct fn_sim_input in = { .object = &object };
	const char *bad = fn_object_open(&object, data, size);
	int status;

	status = bad ? fn_fail("%s: %s", o->path, bad) : simulate(o, &in);
	fn_object_close(&object);
	return status;
}

static int with_image(const struct fn_sim_options *o, const u8 *data,
		      size_t size)
{
	struct fn_sim_input in = { .image = (const struct fn_image *)data };
	char why[256];

	if (fn_image_check(data, size, why, sizeof(why)))
		return fn_fail("%s: %s", o->path, why);
	return simulate(o, &in);
}

static bool is_image(const u8 *data, size_t size)
{
	u32 magic = FN_IMAGE_MAGIC;

	return size >= sizeof(magic) && !memcmp(data, &magic, sizeof(magic));
}

/**
 * fn_sim - flownic sim FILE.o|IMAGE --pcap CAPTURE ...
 * @argc: words, the first of which is the verb
 * @argv: the words
 *
 * Return: exit status.
 */
int fn_sim(int argc, char **argv)
{
	struct fn_sim_options o;
	size_t size;
	u8 *data;
	int status = fn_sim_options(&o, argc, argv);

	if (!status && !fn_file_read(o.path, &data, &size)) {
		status = is_image(data, size) ? with_image(&o, data, size) :
						with_object(&o, data, size);
		free(data);
	} else if (!status) {
		status = FN_FAILED;
	}
	free_pairs(&o.set);
	free_pairs(&o.maps);
	free_pairs(&o.sweep);
	return status;
}
