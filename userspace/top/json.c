// SPDX-License-Identifier: GPL-2.0
/*
 * Figures as JSON: a list for each kind of things.
 */
#include "top.h"

static const char *const plural[FN_TOP_KINDS] = {
	[FN_TOP_CARD] = "cards",     [FN_TOP_PORT] = "ports",
	[FN_TOP_PROG] = "programs",  [FN_TOP_MAP] = "maps",
	[FN_TOP_WORKER] = "workers",
};

static void number(json_object *o, const char *key, double v)
{
	char text[32];

	snprintf(text, sizeof(text), "%.6g", v);
	json_object_object_add(o, key, json_object_new_double_s(v, text));
}

static void add_verdicts(json_object *o, const struct fn_top_row *r)
{
	json_object *v = json_object_new_object();
	u32 i;

	for (i = 0; i < FN_VERDICTS; i++)
		number(v, fn_verdict_name[i], r->verdict[i]);
	json_object_object_add(o, "verdict_shares", v);
	number(o, "cycles_per_frame", r->cycles);
	number(o, "instructions_per_frame", r->words);
}

static void add_card(json_object *o, const struct fn_top_row *r)
{
	number(o, "frames_per_second", r->decided);
	number(o, "cycles_per_frame", r->cycles);
	number(o, "cores_busy", r->busy);
	number(o, "map_memory_busy", r->map_busy);
	number(o, "map_memory_used", r->fill);
	number(o, "line_busy", r->line);
	number(o, "headroom", r->headroom);
	json_object_object_add(
		o, "limit", r->limit ? json_object_new_string(r->limit) : NULL);
}

static void add_port(json_object *o, const struct fn_top_row *r)
{
	number(o, "in_frames_per_second", r->rx);
	number(o, "in_bits_per_second", 8 * r->rx_bytes);
	number(o, "out_frames_per_second", r->tx);
	number(o, "out_bits_per_second", 8 * r->tx_bytes);
	number(o, "host_frames_per_second", r->host);
	number(o, "lost_per_second", r->lost);
	number(o, "queue_full", r->queue);
	add_verdicts(o, r);
}

static void add_figures(json_object *o, const struct fn_top_row *r)
{
	switch (r->kind) {
	case FN_TOP_CARD:
		add_card(o, r);
		break;
	case FN_TOP_PORT:
		add_port(o, r);
		break;
	case FN_TOP_PROG:
		number(o, "frames_per_second", r->rx);
		add_verdicts(o, r);
		break;
	case FN_TOP_MAP:
		number(o, "full", r->fill);
		break;
	case FN_TOP_WORKER:
		number(o, "frames_per_second", r->rx);
		number(o, "busy", r->busy);
		break;
	case FN_TOP_KINDS:
		break;
	}
}

static json_object *json_row(const struct fn_top_row *r)
{
	static const int attrs[FN_TOP_KINDS] = {
		[FN_TOP_PORT] = FLOWNIC_A_PORT,
		[FN_TOP_PROG] = FLOWNIC_A_BPF_ID,
		[FN_TOP_MAP] = FLOWNIC_A_BPF_ID,
		[FN_TOP_WORKER] = FLOWNIC_A_WORKER,
	};
	static const char *const names[FN_TOP_KINDS] = {
		[FN_TOP_PORT] = "port",
		[FN_TOP_PROG] = "id",
		[FN_TOP_MAP] = "id",
		[FN_TOP_WORKER] = "worker",
	};
	json_object *o = json_object_new_object();

	json_object_object_add(o, "card", json_object_new_int(r->card));
	if (names[r->kind])
		json_object_object_add(
			o, names[r->kind],
			json_object_new_uint64(r->info->num[attrs[r->kind]]));
	if (*fn_top_name(r))
		json_object_object_add(o, "name",
				       json_object_new_string(fn_top_name(r)));
	add_figures(o, r);
	return o;
}

/**
 * fn_top_json - figures as JSON
 * @t: figures
 *
 * Return: an object.
 */
json_object *fn_top_json(const struct fn_top *t)
{
	json_object *o = json_object_new_object(), *a;
	u32 k, i;

	number(o, "seconds", t->seconds);
	number(o, "host_cpus_busy", t->host_busy);
	number(o, "emulation_cpus", t->emulation);
	for (k = 0; k < FN_TOP_KINDS; k++) {
		a = json_object_new_array();
		for (i = 0; i < t->n; i++)
			if (t->row[i].kind == k)
				json_object_array_add(a, json_row(&t->row[i]));
		json_object_object_add(o, plural[k], a);
	}
	return o;
}
