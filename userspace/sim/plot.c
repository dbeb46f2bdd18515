// SPDX-License-Identifier: GPL-2.0
/*
 * The points of a sweep: as a table, as JSON, and drawn by gnuplot.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

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

/* All keys but the first, as a title of a curve. */
static void title(json_object *point, char *buf, size_t size)
{
	size_t len = 0;
	bool first = true;

	buf[0] = '\0';
	json_object_object_foreach(get(point, "set"), key, value)
	{
		if (!first && len < size)
			len += snprintf(buf + len, size - len, "%s%s = %s",
					len ? ", " : "", key,
					json_object_get_string(value));
		first = false;
	}
}

static const char *first_value(json_object *point, const char **key)
{
	json_object_object_foreach(get(point, "set"), k, value)
	{
		*key = k;
		return json_object_get_string(value);
	}
	return "0";
}

/* Points with the same title are a curve. The first key is the abscissa. */
static void write_curve(FILE *to, json_object *points, const char *name)
{
	const char *figure_key = has_rate(points) ?
					 "packets_per_second_served" :
					 "packets_per_second";
	size_t n = json_object_array_length(points), i;
	const char *key;
	char text[512];

	fprintf(to, "\"%s\"\n", *name ? name : "throughput");
	for (i = 0; i < n; i++) {
		json_object *p = json_object_array_get_idx(points, i);

		title(p, text, sizeof(text));
		if (!strcmp(text, name))
			fprintf(to, "%s %.6f\n", first_value(p, &key),
				figure(p, figure_key) / 1e6);
	}
	fprintf(to, "\n\n");
}

static bool is_new(json_object *points, size_t at, const char *name)
{
	char text[512];
	size_t i;

	for (i = 0; i < at; i++) {
		title(json_object_array_get_idx(points, i), text, sizeof(text));
		if (!strcmp(text, name))
			return false;
	}
	return true;
}

static u32 write_curves(FILE *to, json_object *points)
{
	size_t n = json_object_array_length(points), i;
	char text[512];
	u32 curves = 0;

	fprintf(to, "$data << END_OF_DATA\n");
	for (i = 0; i < n; i++) {
		title(json_object_array_get_idx(points, i), text, sizeof(text));
		if (!is_new(points, i, text))
			continue;
		write_curve(to, points, text);
		curves++;
	}
	fprintf(to, "END_OF_DATA\n");
	return curves;
}

static const char *terminal(const char *path)
{
	const char *dot = strrchr(path, '.');

	if (dot && !strcmp(dot, ".svg"))
		return "svg size 800,500 background 'white'";
	if (dot && !strcmp(dot, ".png"))
		return "png size 800,500";
	return NULL;
}

/**
 * fn_sim_plot_writable - can a plot be written?
 * @path: of the file, or NULL
 *
 * A sweep takes long: what would fail in the end should fail at once.
 *
 * Return: exit status; an error has been reported.
 */
int fn_sim_plot_writable(const char *path)
{
	bool is_there;
	FILE *f;

	if (!path)
		return FN_DONE;
	is_there = !access(path, F_OK);
	f = fopen(path, "ab");
	if (!f)
		return fn_fail("--plot %s: %s", path, strerror(errno));
	fclose(f);
	if (!is_there)
		unlink(path);
	return FN_DONE;
}

/**
 * fn_sim_plot_name - can a plot have this name?
 * @path: of the file
 *
 * Return: exit status; an error has been reported.
 */
int fn_sim_plot_name(const char *path)
{
	if (!terminal(path))
		return fn_usage(
			"--plot %s: a name that ends in .svg or .png is expected",
			path);
	if (strchr(path, '\''))
		return fn_usage("--plot %s: a name without ' is expected",
				path);
	return FN_DONE;
}

static int plot(json_object *points, const char *path)
{
	json_object *first = json_object_array_get_idx(points, 0);
	const char *key = "";
	bool served = has_rate(points);
	char command[4200];
	FILE *to;
	u32 curves;

	/* What it draws goes to the file, and never to a terminal. */
	snprintf(command, sizeof(command), "gnuplot >'%s'", path);
	to = popen(command, "w");
	if (!to)
		return fn_fail("gnuplot can't be started");
	first_value(first, &key);
	curves = write_curves(to, points);
	fprintf(to, "set terminal %s\n", terminal(path));
	fprintf(to, "set xlabel '%s' noenhanced\nset ylabel 'Mpps%s'\n", key,
		served ? " served" : "");
	fprintf(to,
		"set yrange [0:*]\nset grid\nset key bottom right noenhanced\n");
	if (!strcmp(key, "entries"))
		fprintf(to, "set logscale x\n");
	fprintf(to,
		"plot for [i=0:%u] $data index i using 1:2 with linespoints title columnheader(1)\n",
		curves - 1);
	if (pclose(to))
		return fn_fail(
			"%s: gnuplot failed; it is in the package gnuplot-nox",
			path);
	return FN_DONE;
}

/**
 * fn_sim_points - print the points of a sweep
 * @points: in their order
 * @path: of a file to draw them to, or NULL
 *
 * Return: exit status; an error has been reported.
 */
int fn_sim_points(json_object *points, const char *path)
{
	if (fn_options.json)
		fn_out_json(json_object_get(points));
	else
		print_table(points);
	return path ? plot(points, path) : FN_DONE;
}
