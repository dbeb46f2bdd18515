// SPDX-License-Identifier: GPL-2.0
/*
 * flownic sim --sweep: the same program and capture on many cards. A point is a
 * JSON object, which depends on nothing but program, capture and profile; so
 * points can be made anywhere and put together with sim-merge.
 */
#include <errno.h>
#include <string.h>

#include "sim.h"
#include "userspace/profile/profiles.h"
#include "userspace/tool.h"

#define VALUES_MAX 4096 /* of a key */
#define POINTS_MAX (1u << 20)

/**
 * struct axis - a key and its values
 * @key: key
 * @n: number of values
 * @value: values
 */
struct axis {
	const char *key;
	u32 n;
	char *value[VALUES_MAX];
};

/**
 * struct sweep - all axes
 * @n: number of axes
 * @axis: the last changes fastest
 * @points: number of all points
 * @id: tells this sweep from others
 */
struct sweep {
	u32 n;
	struct axis *axis;
	u64 points;
	u32 id;
};

static int add_value(struct axis *a, const char *text)
{
	if (a->n == VALUES_MAX)
		return fn_usage("--sweep %s: more than %u values", a->key,
				VALUES_MAX);
	a->value[a->n++] = fn_check_alloc(strdup(text));
	return FN_DONE;
}

/* A number that ends at ".." or the end of @text, which is moved on. */
static bool parse_bound(const char **text, double *to)
{
	const char *dots = strstr(*text, "..");
	size_t len = dots ? (size_t)(dots - *text) : strlen(*text);
	char word[32], *end;

	if (!len || len >= sizeof(word))
		return false;
	memcpy(word, *text, len);
	word[len] = '\0';
	*to = strtod(word, &end);
	*text += dots ? len + 2 : len;
	return !*end;
}

/* FROM..TO or FROM..TO..STEP */
static int add_range(struct axis *a, const char *text)
{
	double from, to, step = 1;
	const char *rest = text;
	char value[32];
	int status = FN_DONE;
	u32 i;

	if (!parse_bound(&rest, &from) || !parse_bound(&rest, &to) ||
	    (*rest && (!parse_bound(&rest, &step) || *rest)) || !(from <= to) ||
	    !(step > 0) || (to - from) / step > VALUES_MAX)
		return fn_usage(
			"--sweep %s: %s: FROM..TO or FROM..TO..STEP is expected",
			a->key, text);
	for (i = 0; from + i * step <= to * (1 + 1e-12) && !status; i++) {
		snprintf(value, sizeof(value), "%.10g", from + i * step);
		status = add_value(a, value);
	}
	return status;
}

static int read_axis(struct axis *a, const struct fn_sim_pair *pair)
{
	char *list = fn_check_alloc(strdup(pair->value));
	char *rest = list, *word;
	int status = FN_DONE;

	a->key = pair->key;
	while (!status && (word = strsep(&rest, ","))) {
		if (!*word)
			status = fn_usage("--sweep %s: an empty value", a->key);
		else if (strstr(word, ".."))
			status = add_range(a, word);
		else
			status = add_value(a, word);
	}
	free(list);
	return status;
}

static int check_key(const char *key)
{
	if (fn_profile_has(key) || !strcmp(key, "clock") ||
	    !strcmp(key, "rate") || !strcmp(key, "entries"))
		return FN_DONE;
	return fn_usage(
		"--sweep %s: no such key; known: clock, rate, entries and all figures of flownic profile show",
		key);
}

static int read_axes(struct sweep *w, const struct fn_sim_options *o)
{
	int status = FN_DONE;
	u32 i;

	w->points = 1;
	w->axis = fn_check_alloc(calloc(o->sweep.n, sizeof(*w->axis)));
	for (; w->n < o->sweep.n && !status; w->n++) {
		status = check_key(o->sweep.p[w->n].key);
		if (!status)
			status = read_axis(&w->axis[w->n], &o->sweep.p[w->n]);
		for (i = 0; i < w->n && !status; i++)
			if (!strcmp(w->axis[i].key, w->axis[w->n].key))
				status = fn_usage("--sweep %s: given twice",
						  w->axis[i].key);
		w->points *= w->axis[w->n].n;
		if (!status && w->points > POINTS_MAX)
			status = fn_usage("--sweep: more than %u points",
					  POINTS_MAX);
	}
	return status;
}

static void free_axes(struct sweep *w)
{
	u32 i, v;

	for (i = 0; i < w->n; i++)
		for (v = 0; v < w->axis[i].n; v++)
			free(w->axis[i].value[v]);
	free(w->axis);
}

static u32 add_id(u32 id, const char *text)
{
	return fn_crc32(id, text, strlen(text) + 1);
}

static int add_file(u32 *id, const char *path)
{
	FILE *from = fopen(path, "r");
	static u8 part[1 << 16];
	size_t n;

	if (!from)
		return fn_fail("%s: %s", path, strerror(errno));
	while ((n = fread(part, 1, sizeof(part), from)))
		*id = fn_crc32(*id, part, n);
	fclose(from);
	return FN_DONE;
}

/* Files that a point depends on, by what is in them. */
static int identify_files(u32 *id, const struct fn_sim_options *o)
{
	bool own = o->profile && strpbrk(o->profile, "./");
	u32 i;

	if (add_file(id, o->path) || (o->pcap && add_file(id, o->pcap)) ||
	    (own && add_file(id, o->profile)))
		return FN_FAILED;
	for (i = 0; i < o->maps.n; i++) {
		*id = add_id(*id, o->maps.p[i].key);
		if (add_file(id, o->maps.p[i].value))
			return FN_FAILED;
	}
	return FN_DONE;
}

/* Points of different sweeps must not be put together. */
static int identify(struct sweep *w, const struct fn_sim_options *o)
{
	char rest[96];
	u32 i, v;

	if (identify_files(&w->id, o))
		return FN_FAILED;
	w->id = add_id(add_id(w->id, o->prog ?: ""), o->profile ?: "");
	w->id = add_id(add_id(w->id, o->rate), fn_options.without ?: "");
	if (!o->pcap) {
		snprintf(rest, sizeof(rest), "built-in %u", o->size);
		w->id = add_id(w->id, rest);
	}
	if (fn_options.entries)
		w->id = add_id(w->id, fn_options.entries);
	snprintf(rest, sizeof(rest), "%u %u %u %u %u %u", o->repeat, o->mtu,
		 o->ifindex, o->queues, o->level, o->wire);
	w->id = add_id(w->id, rest);
	for (i = 0; i < o->set.n; i++)
		w->id = add_id(add_id(w->id, o->set.p[i].key),
			       o->set.p[i].value);
	for (i = 0; i < w->n; i++)
		for (v = 0; v < w->axis[i].n; v++)
			w->id = add_id(add_id(w->id, w->axis[i].key),
				       w->axis[i].value[v]);
	return FN_DONE;
}

/* Which value of an axis a point has. */
static const char *value_at(const struct sweep *w, u64 point, u32 axis)
{
	u32 i;

	for (i = w->n - 1; i > axis; i--)
		point /= w->axis[i].n;
	return w->axis[axis].value[point % w->axis[axis].n];
}

static json_object *json_point(const struct sweep *w, u64 point,
			       const struct fn_sim *s)
{
	json_object *o = json_object_new_object();
	json_object *set = json_object_new_object();
	u32 i;

	for (i = 0; i < w->n; i++)
		json_object_object_add(
			set, w->axis[i].key,
			json_object_new_string(value_at(w, point, i)));
	json_object_object_add(o, "sweep", json_object_new_int64(w->id));
	json_object_object_add(o, "point", json_object_new_int64(point));
	json_object_object_add(o, "points", json_object_new_int64(w->points));
	if (s->o->pcap)
		json_object_object_add(o, "capture",
				       json_object_new_string(s->o->pcap));
	json_object_object_add(o, "set", set);
	json_object_object_add(o, "result", fn_sim_json(s));
	return o;
}

static int make_point(const struct sweep *w, u64 point,
		      const struct fn_sim_options *o,
		      const struct fn_sim_input *in, json_object **to)
{
	struct fn_sim *s = fn_check_alloc(malloc(sizeof(*s)));
	int status = fn_sim_set_up(s, o, in);
	u32 i;

	for (i = 0; i < w->n && !status; i++)
		status = fn_sim_set_parameter(s, w->axis[i].key,
					      value_at(w, point, i));
	if (!status)
		status = fn_sim_one(s);
	if (!status)
		*to = json_point(w, point, s);
	fn_sim_close(s);
	free(s);
	return status;
}

/* A shard prints its points as lines of JSON. */
static int make_points(const struct sweep *w, const struct fn_sim_options *o,
		       const struct fn_sim_input *in, json_object *all)
{
	u64 step = o->shards ?: 1;
	u64 point = o->shards ? o->shard - 1 : 0;
	json_object *one;
	int status = FN_DONE;

	for (; point < w->points && !status; point += step) {
		status = make_point(w, point, o, in, &one);
		if (status)
			break;
		if (all) {
			json_object_array_add(all, one);
			continue;
		}
		puts(json_object_to_json_string_ext(
			one, JSON_C_TO_STRING_PLAIN |
				     JSON_C_TO_STRING_NOSLASHESCAPE));
		fflush(stdout);
		json_object_put(one);
	}
	return status;
}

/**
 * fn_sim_sweep - simulate all points, or those of a shard
 * @o: what is asked for
 * @in: what is simulated
 *
 * Return: exit status; an error has been reported.
 */
int fn_sim_sweep(const struct fn_sim_options *o, const struct fn_sim_input *in)
{
	json_object *all = o->shards ? NULL : json_object_new_array();
	struct sweep w = {};
	int status = read_axes(&w, o);

	if (!status)
		status = fn_sim_plot_writable(o->plot.path);
	if (!status)
		status = identify(&w, o);
	if (!status)
		status = make_points(&w, o, in, all);
	free_axes(&w);
	if (!status && all)
		status = fn_sim_points(all, &o->plot);
	json_object_put(all);
	return status;
}
