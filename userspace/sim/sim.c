// SPDX-License-Identifier: GPL-2.0
/*
 * flownic sim: the card on a desk, fed with a capture.
 */
#include <string.h>

#include "sim.h"
#include "userspace/io/io.h"
#include "userspace/lower/lower.h"
#include "userspace/object/object.h"
#include "userspace/tool.h"

static void report(const struct fn_sim *s)
{
	json_object *o;

	if (!fn_options.json) {
		fn_sim_print(s);
		if (s->o->show_maps)
			fn_sim_print_maps(s);
		return;
	}
	o = fn_sim_json(s);
	if (s->o->show_maps)
		json_object_object_add(o, "map_entries", fn_sim_json_maps(s));
	fn_out_json(o);
}

static int simulate(const struct fn_sim_options *o,
		    const struct fn_sim_input *in)
{
	struct fn_sim *s = fn_check_alloc(malloc(sizeof(*s)));
	int status;

	if (o->sweep.n) {
		free(s);
		return fn_sim_sweep(o, in);
	}
	status = fn_sim_set_up(s, o, in);

	if (!status) {
		status = fn_sim_one(s);
		if (!status)
			report(s);
		if (!status)
			status = fn_sim_write_maps(s) ?: fn_sim_flamegraph(s);
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

static int with_lowered_as(const struct fn_sim_options *o,
			   const struct fn_lowered *low)
{
	struct fn_object object;
	struct fn_sim_input in = { .object = &object, .low = low };
	const char *bad = fn_lowered_open(low, &object);
	int status;

	status = bad ? fn_fail("%s: lowered, %s", o->path, bad) :
		       simulate(o, &in);
	fn_object_close(&object);
	return status;
}

/* There is one core that programs see, so a per-CPU map has one value. */
static int with_lowered(const struct fn_sim_options *o,
			const struct fn_object *object)
{
	struct fn_lower_options options = fn_lower_options_of();
	const struct fn_program *p;
	struct fn_lowered low;
	int status = fn_lower_choose(object, o->path, o->prog,
				     BPF_PROG_TYPE_XDP, &p);

	if (status)
		return status;
	options.cores = 1;
	if (!fn_lower_object(object, p, &options, &low))
		status = fn_fail("%s: %s: %s", o->path, p->name, low.why);
	else
		status = with_lowered_as(o, &low);
	fn_lowered_free(&low);
	return status;
}

static int with_object(const struct fn_sim_options *o, const u8 *data,
		       size_t size)
{
	struct fn_object object;
	struct fn_sim_input in = { .object = &object };
	const char *bad = fn_object_open(&object, data, size);
	int status;

	status = bad ? fn_fail("%s: %s", o->path, bad) :
		       fn_map_set_entries(&object, fn_options.entries);
	if (!status)
		status = fn_options.lower ? with_lowered(o, &object) :
					    simulate(o, &in);
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
 * fn_sim - flownic sim FILE.o|IMAGE [--pcap CAPTURE] ...
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
	free_pairs(&o.maps_out);
	free_pairs(&o.sweep);
	return status;
}
