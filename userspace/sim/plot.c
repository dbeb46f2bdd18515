// SPDX-License-Identifier: GPL-2.0
/*
 * Sweeps drawn by gnuplot: curves over the first key, one for each value of the
 * others, or a map of two keys. The points that a picture is drawn from are
 * written beside it, as JSON.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "sim.h"
#include "userspace/tool.h"

#define TITLE 512

/* What can be drawn: X(name, label, how to get it) */
static double throughput(json_object *p);
static double latency(json_object *p);
static double lost(json_object *p);
static double cycles(json_object *p);

static const struct figure {
	const char *name;
	const char *label;
	double (*of)(json_object *point);
} figures[] = {
	{ "throughput", "throughput, Mpackets/s", throughput },
	{ "latency", "latency, median, ns", latency },
	{ "lost", "lost, % of what was offered", lost },
	{ "cycles", "cycles a packet, mean", cycles },
};

/* Of keys whose name does not tell. */
static const struct {
	const char *key;
	const char *label;
} labels[] = {
	{ "clock", "clock, MHz" },
	{ "clock_mhz", "clock, MHz" },
	{ "rate", "offered, Mpackets/s" },
	{ "entries", "entries of each map" },
	{ "port_mbps", "line rate of a port, Mb/s" },
	{ "dma_mbps", "bus to the host, Mb/s" },
	{ "latency_map", "latency of map memory, cycles" },
	{ "latency_packet", "latency of packet memory, cycles" },
	{ "queue", "queue, packets" },
};

static const struct {
	const char *suffix;
	const char *terminal;
} terminals[] = {
	{ ".svg",
	  "svg size 860,520 dynamic background 'white' font 'sans-serif,13'" },
	{ ".png",
	  "pngcairo size 1290,780 linewidth 1.6 pointscale 1.5 background 'white' font 'Sans,15'" },
	{ ".pdf", "pdfcairo size 17cm,10.3cm font 'Sans,10'" },
};

/* Told apart by those who see no colours by dash and point, too. */
static const char style[] =
	"set border 3 lc '#888888'\nset tics nomirror out textcolor '#333333'\n"
	"set grid ytics lc '#dddddd' lw 1\n"
	"set key outside right top vertical noenhanced samplen 3\n"
	"set linetype 1 lc '#2563a8' dt 1 pt 7\nset linetype 2 lc '#c2562b' dt 2 pt 5\n"
	"set linetype 3 lc '#2b8a5e' dt 4 pt 9\nset linetype 4 lc '#8a4fa3' dt 5 pt 11\n"
	"set linetype 5 lc '#a08122' dt 3 pt 13\nset linetype 6 lc '#444444' dt 6 pt 15\n"
	"set linetype cycle 6\n";

static json_object *get(json_object *o, const char *key)
{
	return json_object_object_get(o, key);
}

static double result(json_object *p, const char *key)
{
	return json_object_get_double(get(get(p, "result"), key));
}

static double part(json_object *p, const char *key, const char *of)
{
	return json_object_get_double(get(get(get(p, "result"), key), of));
}

/* Where a rate is offered, what of it was served. */
static double throughput(json_object *p)
{
	return result(p, get(get(p, "set"), "rate") ?
				 "packets_per_second_served" :
				 "packets_per_second") /
	       1e6;
}

static double latency(json_object *p)
{
	return part(p, "latency_ns", "median");
}

static double lost(json_object *p)
{
	double n = result(p, "lost"), all = n + result(p, "packets");

	return all ? 100 * n / all : 0;
}

static double cycles(json_object *p)
{
	return part(p, "cycles", "mean");
}

static const struct figure *find_figure(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(figures); i++)
		if (!name || !strcmp(figures[i].name, name))
			return &figures[i];
	return NULL;
}

static const char *label_of(const char *key)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(labels); i++)
		if (!strcmp(labels[i].key, key))
			return labels[i].label;
	return key;
}

static const char *terminal(const char *path)
{
	const char *dot = strrchr(path, '.');
	size_t i;

	for (i = 0; dot && i < ARRAY_SIZE(terminals); i++)
		if (!strcmp(dot, terminals[i].suffix))
			return terminals[i].terminal;
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
 * fn_sim_plot_check - can a plot be like that?
 * @plot: how to draw
 *
 * Return: exit status; an error has been reported.
 */
int fn_sim_plot_check(const struct fn_sim_plot *plot)
{
	if ((plot->y || plot->as) && !plot->path)
		return fn_usage("--plot-y and --plot-as need a --plot");
	if (plot->path && !terminal(plot->path))
		return fn_usage(
			"--plot %s: a name that ends in .svg, .png or .pdf is expected",
			plot->path);
	if (plot->path && strchr(plot->path, '\''))
		return fn_usage("--plot %s: a name without ' is expected",
				plot->path);
	if (!find_figure(plot->y))
		return fn_usage(
			"--plot-y %s: throughput, latency, lost or cycles is expected",
			plot->y);
	if (plot->as && strcmp(plot->as, "lines") && strcmp(plot->as, "map"))
		return fn_usage("--plot-as %s: lines or map is expected",
				plot->as);
	return FN_DONE;
}

/* The value of a key of a point, by the key's number; NULL behind the last. */
static const char *value_at(json_object *point, u32 n, const char **key)
{
	json_object_object_foreach(get(point, "set"), k, value)
	{
		if (n--)
			continue;
		*key = k;
		return json_object_get_string(value);
	}
	return NULL;
}

/* All keys but the first, as a title of a curve. */
static void title(json_object *point, char *buf, size_t size)
{
	const char *key, *value;
	size_t len = 0;
	u32 i;

	buf[0] = '\0';
	for (i = 1; (value = value_at(point, i, &key)) && len < size; i++)
		len += snprintf(buf + len, size - len, "%s%s = %s",
				len ? ", " : "", key, value);
}

static bool is_new(json_object *points, size_t at, const char *name)
{
	char text[TITLE];
	size_t i;

	for (i = 0; i < at; i++) {
		title(json_object_array_get_idx(points, i), text, sizeof(text));
		if (!strcmp(text, name))
			return false;
	}
	return true;
}

/* Points with the same title are a curve. The first key is the abscissa. */
static void write_curve(FILE *to, json_object *points, const char *name,
			const struct figure *f)
{
	size_t n = json_object_array_length(points), i;
	char text[TITLE];
	const char *key;

	fprintf(to, "\"%s\"\n", *name ? name : f->name);
	for (i = 0; i < n; i++) {
		json_object *p = json_object_array_get_idx(points, i);

		title(p, text, sizeof(text));
		if (!strcmp(text, name))
			fprintf(to, "%s %.6f\n", value_at(p, 0, &key),
				f->of(p));
	}
	fprintf(to, "\n\n");
}

static u32 write_curves(FILE *to, json_object *points, const struct figure *f)
{
	size_t n = json_object_array_length(points), i;
	char text[TITLE];
	u32 curves = 0;

	fprintf(to, "$data << END_OF_DATA\n");
	for (i = 0; i < n; i++) {
		title(json_object_array_get_idx(points, i), text, sizeof(text));
		if (!is_new(points, i, text))
			continue;
		write_curve(to, points, text, f);
		curves++;
	}
	fprintf(to, "END_OF_DATA\n");
	return curves;
}

/* Of all points together, or 0 if it is not the same for all. */
static double line_rate(json_object *points)
{
	size_t n = json_object_array_length(points), i;
	double rate = 0;

	for (i = 0; i < n; i++) {
		double own = part(json_object_array_get_idx(points, i),
				  "limits", "line_rate");

		if (i && own != rate)
			return 0;
		rate = own;
	}
	return rate / 1e6;
}

static double highest(json_object *points, const struct figure *f)
{
	size_t n = json_object_array_length(points), i;
	double most = 0, own;

	for (i = 0; i < n; i++) {
		own = f->of(json_object_array_get_idx(points, i));
		most = max(most, own);
	}
	return most;
}

/* Text in quotes of gnuplot's, which doubles its own. */
static void write_quoted(FILE *to, const char *text)
{
	fputc('\'', to);
	for (; *text; text++) {
		if (*text == '\'')
			fputc('\'', to);
		fputc(*text, to);
	}
	fputc('\'', to);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Program, packets and card. */
static void write_title(FILE *to, json_object *point)
{
	json_object *r = get(point, "result");
	const char *capture = json_object_get_string(get(point, "capture"));
	char text[TITLE];

	snprintf(text, sizeof(text), "%s, %s, on %s",
		 json_object_get_string(get(r, "program")),
		 capture ? base_name(capture) :
		 json_object_get_string(get(r, "traffic")) ?:
							     "a capture",
		 json_object_get_string(get(r, "profile")));
	fputs("set title ", to);
	write_quoted(to, text);
	fputs(" noenhanced textcolor '#1c2430'\n", to);
}

/* Curves lie on each other: the later ones are thinner. */
static void write_lines(FILE *to, json_object *points, const struct figure *f)
{
	u32 curves = write_curves(to, points, f), i;
	double line = f->of == throughput ? line_rate(points) : 0;
	double most = highest(points, f);
	const char *key = "";

	value_at(json_object_array_get_idx(points, 0), 0, &key);
	fputs("set xlabel ", to);
	write_quoted(to, label_of(key));
	fputs(" noenhanced\nset ylabel ", to);
	write_quoted(to, f->label);
	/* Twice the line rate is room that says nothing. */
	fprintf(to, "\nset yrange [0:%g]\n",
		most > 0 ? 1.08 * (line < 2 * most ? max(line, most) : most) :
			   1);
	if (!strcmp(key, "entries"))
		fputs("set logscale x\n", to);
	fputs("plot ", to);
	if (line > 0 && line < 2 * most)
		fprintf(to,
			"%g with lines lw 1.5 dt 2 lc '#888888' title 'line rate', ",
			line);
	if (f->of == throughput && !strcmp(key, "rate"))
		fputs("x with lines lw 1 dt 3 lc '#888888' title 'offered', ",
		      to);
	for (i = 0; i < curves; i++)
		fprintf(to,
			"%s$data index %u using 1:2 with linespoints lt %u lw %.2g ps %.2g title columnheader(1)",
			i ? ", " : "", i, i % 6 + 1,
			1.6 + 3.2 * (curves - 1 - i) / max(curves, 2u),
			.6 + .5 * (curves - 1 - i) / max(curves, 2u));
	fputc('\n', to);
}

/* Where a value of an axis stands: as many as came before it. */
static u32 place_of(json_object *points, size_t at, u32 axis)
{
	const char *key, *own = value_at(json_object_array_get_idx(points, at),
					 axis, &key);
	u32 place = 0;
	size_t i, k;

	for (i = 0; i < at; i++) {
		const char *v = value_at(json_object_array_get_idx(points, i),
					 axis, &key);

		if (!strcmp(v, own))
			return place_of(points, i, axis);
		for (k = 0; k < i; k++)
			if (!strcmp(v, value_at(json_object_array_get_idx(
							points, k),
						axis, &key)))
				break;
		place += k == i;
	}
	return place;
}

/* Axes have the values as they were given, at equal distances. */
static void write_map(FILE *to, json_object *points, const struct figure *f)
{
	size_t n = json_object_array_length(points), i;
	const char *x = "", *y = "";

	fputs("$data << END_OF_DATA\n", to);
	for (i = 0; i < n; i++) {
		json_object *p = json_object_array_get_idx(points, i);
		const char *vx = value_at(p, 0, &x), *vy = value_at(p, 1, &y);

		fprintf(to, "%u %u %.6f \"%s\" \"%s\" \"%.4g\"\n",
			place_of(points, i, 0), place_of(points, i, 1),
			f->of(p), vx, vy, f->of(p));
	}
	fputs("END_OF_DATA\nset xlabel ", to);
	write_quoted(to, label_of(x));
	fputs(" noenhanced\nset ylabel ", to);
	write_quoted(to, label_of(y));
	fputs(" noenhanced\nset cblabel ", to);
	write_quoted(to, f->label);
	fputs("\nunset key\nunset grid\nset palette defined (0 '#ffffff', 1 '#fbe0cf', 2 '#ee9a6a')\n"
	      "set autoscale fix\n"
	      "plot $data using 1:2:3:xtic(4):ytic(5) with image, "
	      "'' using 1:2:6 with labels textcolor '#1c2430'\n",
	      to);
}

static bool has_two_keys(json_object *points)
{
	json_object *p = json_object_array_get_idx(points, 0);
	const char *key;

	return p && value_at(p, 1, &key) && !value_at(p, 2, &key);
}

/* FILE.svg is drawn from FILE.json. */
static int write_points(json_object *points, const char *path)
{
	const char *dot = strrchr(path, '.');
	char *name;
	int status = FN_DONE;

	if (asprintf(&name, "%.*s.json", (int)(dot - path), path) < 0)
		fn_check_alloc(NULL);
	if (json_object_to_file_ext(name, points,
				    JSON_C_TO_STRING_PRETTY |
					    JSON_C_TO_STRING_NOSLASHESCAPE))
		status = fn_fail("%s: can't be written", name);
	free(name);
	return status;
}

/**
 * fn_sim_draw - draw the points of a sweep
 * @points: in their order
 * @plot: how, checked
 *
 * Return: exit status; an error has been reported.
 */
int fn_sim_draw(json_object *points, const struct fn_sim_plot *plot)
{
	bool map = plot->as && !strcmp(plot->as, "map");
	const struct figure *f = find_figure(plot->y);
	char command[4200];
	FILE *to;

	if (!json_object_array_length(points))
		return FN_DONE;
	if (map && !has_two_keys(points))
		return fn_fail(
			"--plot-as map: a sweep of two keys is expected");
	/* What it draws goes to the file, and never to a terminal. */
	snprintf(command, sizeof(command), "gnuplot >'%s'", plot->path);
	to = popen(command, "w");
	if (!to)
		return fn_fail("gnuplot can't be started");
	fprintf(to, "set terminal %s\n%s", terminal(plot->path), style);
	write_title(to, json_object_array_get_idx(points, 0));
	if (map)
		write_map(to, points, f);
	else
		write_lines(to, points, f);
	if (pclose(to))
		return fn_fail(
			"%s: gnuplot failed; it is in the package gnuplot-nox",
			plot->path);
	return write_points(points, plot->path);
}
