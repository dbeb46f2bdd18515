// SPDX-License-Identifier: GPL-2.0
/*
 * flownic sim-merge: put the shards of a sweep together.
 */
#include <getopt.h>
#include <string.h>

#include "sim.h"
#include "userspace/tool.h"

/**
 * struct merge - the points so far
 * @point: by number
 * @n: number of all points, 0 before the first
 * @sweep: that they are of
 */
struct merge {
	json_object **point;
	u64 n;
	u64 sweep;
};

static u64 integer(json_object *o, const char *key)
{
	return json_object_get_int64(json_object_object_get(o, key));
}

static int begin(struct merge *m, json_object *o)
{
	if (m->point)
		return FN_DONE;
	m->n = integer(o, "points");
	m->sweep = integer(o, "sweep");
	m->point = fn_check_alloc(calloc(m->n + 1, sizeof(*m->point)));
	return FN_DONE;
}

static int add_line(struct merge *m, const char *path, u32 line,
		    const char *text)
{
	json_object *o = json_tokener_parse(text);
	u64 point = integer(o, "point");

	if (!json_object_object_get(o, "result") || !integer(o, "points") ||
	    integer(o, "points") > 1u << 20) {
		json_object_put(o);
		return fn_fail("%s:%u: no point of a sweep", path, line);
	}
	begin(m, o);
	if (integer(o, "sweep") != m->sweep || integer(o, "points") != m->n ||
	    point >= m->n) {
		json_object_put(o);
		return fn_fail(
			"%s:%u: a point of another sweep: program, capture or options differ",
			path, line);
	}
	if (m->point[point]) {
		json_object_put(o);
		return fn_fail("%s:%u: point %llu is there twice", path, line,
			       (unsigned long long)point);
	}
	m->point[point] = o;
	return FN_DONE;
}

static int add_file(struct merge *m, const char *path)
{
	FILE *from = !strcmp(path, "-") ? stdin : fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	int status = FN_DONE;
	u32 number = 0;

	if (!from)
		return fn_fail("%s: can't be read", path);
	while (!status && getline(&line, &size, from) >= 0)
		status = add_line(m, path, ++number, line);
	free(line);
	if (from != stdin)
		fclose(from);
	return status;
}

static int finish(struct merge *m, const struct fn_sim_plot *plot)
{
	json_object *all = json_object_new_array();
	u64 i, missing = 0, first = 0;
	int status;

	for (i = 0; i < m->n; i++) {
		if (!m->point[i] && !missing++)
			first = i;
		else if (m->point[i])
			json_object_array_add(all, m->point[i]);
		m->point[i] = NULL;
	}
	if (!m->n)
		status = fn_fail("sim-merge: no points");
	else if (missing)
		status = fn_fail(
			"sim-merge: %llu of %llu points are missing, the first is %llu",
			(unsigned long long)missing, (unsigned long long)m->n,
			(unsigned long long)first);
	else
		status = fn_sim_points(all, plot);
	json_object_put(all);
	return status;
}

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "pretty", no_argument, NULL, 'p' },
	{ "plot", required_argument, NULL, 'P' },
	{ "plot-y", required_argument, NULL, 'Y' },
	{ "plot-as", required_argument, NULL, 'A' },
	{},
};

static int parse(int argc, char **argv, struct fn_sim_plot *plot)
{
	int c;

	opterr = 0;
	optind = 1;
	while ((c = getopt_long(argc, argv, "jp", options, NULL)) >= 0) {
		if (c == '?')
			return fn_usage(
				"sim-merge: \"%s\": no such option, or its value is missing",
				argv[optind - 1]);
		if (c == 'P')
			plot->path = optarg;
		if (c == 'Y')
			plot->y = optarg;
		if (c == 'A')
			plot->as = optarg;
		fn_options.json |= c == 'j' || c == 'p';
		fn_options.pretty |= c == 'p';
	}
	if (fn_sim_plot_check(plot))
		return FN_USAGE;
	if (optind == argc)
		return fn_usage("sim-merge: the names of files are missing");
	return FN_DONE;
}

/**
 * fn_sim_merge - flownic sim-merge FILE...
 * @argc: words, the first of which is the verb
 * @argv: the words
 *
 * Return: exit status.
 */
int fn_sim_merge(int argc, char **argv)
{
	struct fn_sim_plot plot = {};
	struct merge m = {};
	int status = parse(argc, argv, &plot);
	u64 i;

	while (!status && optind < argc)
		status = add_file(&m, argv[optind++]);
	if (!status)
		status = finish(&m, &plot);
	for (i = 0; m.point && i < m.n; i++)
		json_object_put(m.point[i]);
	free(m.point);
	return status;
}
