// SPDX-License-Identifier: GPL-2.0
/*
 * The points of a sweep as a table, or as JSON.
 */
#include <string.h>

#include "sim.h"
#include "userspace/tool.h"

static json_object *get(json_object *o, const char *key)
{
	return json_object_object_get(o, key);
}

static double figure(json_object *point, const char *key)
{
	return json_object_get_double(get(get(point, "result"), key));
}

static double part(json_object *point, const char *key, const char *of)
{
	return json_object_get_double(get(get(get(point, "result"), key), of));
}

/* Where the rate is given, the card may be offered more than it can do. */
static bool has_rate(json_object *points)
{
	json_object *p = json_object_array_get_idx(points, 0);

	return p && get(get(p, "set"), "rate");
}

static double lost_percent(json_object *point)
{
	double lost = figure(point, "lost");
	double all = lost + figure(point, "packets");

	return all ? 100 * lost / all : 0;
}

static void print_table(json_object *points)
{
	bool rate = has_rate(points);
	size_t n = json_object_array_length(points), i;

	for (i = 0; i < n; i++) {
		json_object *p = json_object_array_get_idx(points, i);
		json_object *limit = get(get(p, "result"), "limit");

		if (!i) {
			json_object_object_foreach(get(p, "set"), key, unused)
			{
				(void)unused;
				printf("%12s ", key);
			}
			if (rate)
				printf("%10s %8s ", "served", "lost/%");
			printf("%10s %10s %10s  %s\n", "Mpps", "cycles",
			       "latency/ns", "limit");
		}
		json_object_object_foreach(get(p, "set"), k, value)
		{
			(void)k;
			printf("%12s ", json_object_get_string(value));
		}
		if (rate)
			printf("%10.3f %8.3f ",
			       figure(p, "packets_per_second_served") / 1e6,
			       lost_percent(p));
		printf("%10.3f %10.1f %10.0f  %s\n",
		       figure(p, "packets_per_second") / 1e6,
		       part(p, "cycles", "mean"),
		       part(p, "latency_ns", "median"),
		       json_object_get_string(limit));
	}
}

/**
 * fn_sim_points - print the points of a sweep, and draw them if that is wanted
 * @points: in their order
 * @plot: how to draw them
 *
 * Return: exit status; an error has been reported.
 */
int fn_sim_points(json_object *points, const struct fn_sim_plot *plot)
{
	if (fn_options.json)
		fn_out_json(json_object_get(points));
	else
		print_table(points);
	return plot->path ? fn_sim_draw(points, plot) : FN_DONE;
}
