// SPDX-License-Identifier: GPL-2.0
/*
 * Figures as lines, 80 columns wide: a table for each kind of things.
 */
#define _GNU_SOURCE
#include <string.h>

#include "top.h"

#define SPARK 12 /* intervals that a sparkline shows */

typedef unsigned long long ull;

static const char *const heads[FN_TOP_KINDS] = {
	[FN_TOP_CARD] =
		"CARD              FRAMES/S CYCLES  CORES MAPMEM LINES   ROOM LIMIT",
	[FN_TOP_PORT] =
		"PORT        IN/S   BIT/S  OUT/S   BIT/S HOST/S LOST/S CYCLES QUEUE",
	[FN_TOP_PROG] =
		"PROGRAM          ID  FRAMES/S CYCLES WORDS PASS DROP  TX REDIR ABORT",
	[FN_TOP_MAP] =
		"MAP              ID TYPE            ENTRIES        OF FULL   KEY VALUE",
	[FN_TOP_WORKER] =
		"WORKER         CPU  FRAMES/S  BUSY  NS/FRAME (time of this host)",
};

/* The last intervals, each as high as its share of the highest. */
static const char *spark(const struct fn_top_row *r, bool utf8, char *buf,
			 size_t size)
{
	static const char *const blocks[] = { " ", "▁", "▂", "▃", "▄",
					      "▅", "▆", "▇", "█" };
	static const char *const ascii[] = { " ", ".", ".", ":", "-",
					     "=", "+", "*", "#" };
	const char *const *mark = utf8 ? blocks : ascii;
	u32 from = r->n > SPARK ? r->n - SPARK : 0, i;
	size_t len = 0;
	float most = 0;

	buf[0] = '\0';
	for (i = from; i < r->n; i++)
		most = max(most, r->history[i]);
	for (i = from; i < r->n && most > 0 && len < size; i++)
		len += snprintf(buf + len, size - len, "%s",
				mark[(int)(8 * r->history[i] / most + .999f)]);
	return buf;
}

/* Five columns: "1.23k" */
static const char *rate(char *buf, double v)
{
	static const char prefix[] = " kMGT";
	u32 i = 0;

	while (v >= 999.5 && i < 4) {
		v /= 1000;
		i++;
	}
	sprintf(buf, "%.*f%c", i && v < 9.995 ? 2 : i && v < 99.95, v,
		prefix[i]);
	if (!i)
		buf[strlen(buf) - 1] = '\0';
	return buf;
}

/* Four columns: "100%", "<1%", or nothing */
static const char *share(char *buf, double v)
{
	if (v <= 0)
		return "-";
	if (v < .005)
		return "<1%";
	sprintf(buf, "%.0f%%", 100 * v);
	return buf;
}

static void card_line(const struct fn_top_row *r, char *buf, size_t size)
{
	char f[16], c[16], m[16], l[16], name[32], room[16] = "-";

	snprintf(name, sizeof(name), "%u %s", r->card, fn_top_name(r));
	if (r->headroom > 0)
		snprintf(room, sizeof(room), "%s x", rate(f, r->headroom));
	snprintf(buf, size, "%-17.17s %8s %6.4g %6s %6s %5s %6s %-13s", name,
		 rate(f, r->decided), r->cycles, share(c, r->busy),
		 share(m, r->map_busy), share(l, r->line), room,
		 r->limit ?: "");
}

static void port_line(const struct fn_top_row *r, char *buf, size_t size)
{
	char a[16], b[16], c[16], d[16], e[16], f[16], g[16];
	bool up = r->info->num[FLOWNIC_A_UP];

	snprintf(buf, size, "%-9.9s %6s %7s %6s %7s %6s %6s %6.4g %5s",
		 *fn_top_name(r) ? fn_top_name(r) : "elsewhere", rate(a, r->rx),
		 rate(b, 8 * r->rx_bytes), rate(c, r->tx),
		 rate(d, 8 * r->tx_bytes), rate(e, r->host), rate(f, r->lost),
		 r->cycles, up ? share(g, r->queue) : "down");
}

static void prog_line(const struct fn_top_row *r, char *buf, size_t size)
{
	char f[16], v[FN_VERDICTS][16];

	snprintf(buf, size,
		 "%-14.14s %4llu  %8s %6.4g %5.4g %4s %4s %4s %4s %5s ",
		 fn_top_name(r), (ull)r->info->num[FLOWNIC_A_BPF_ID],
		 rate(f, r->rx), r->cycles, r->words,
		 share(v[2], r->verdict[2]), share(v[1], r->verdict[1]),
		 share(v[3], r->verdict[3]), share(v[4], r->verdict[4]),
		 share(v[0], r->verdict[0]));
}

static void map_line(const struct fn_top_row *r, char *buf, size_t size)
{
	const u64 *num = r->info->num;
	char full[16];

	snprintf(buf, size,
		 "%-14.14s %4llu %-12.12s %10llu %9llu %4s %5llu %5llu",
		 fn_top_name(r), (ull)num[FLOWNIC_A_BPF_ID],
		 fn_map_type_name(num[FLOWNIC_A_MAP_TYPE]),
		 (ull)num[FLOWNIC_A_ENTRIES], (ull)num[FLOWNIC_A_MAX_ENTRIES],
		 share(full, r->fill), (ull)num[FLOWNIC_A_KEY_SIZE],
		 (ull)num[FLOWNIC_A_VALUE_SIZE]);
}

static void worker_line(const struct fn_top_row *r, char *buf, size_t size)
{
	char f[16], busy[16], name[32], cpu[16] = "any";

	snprintf(name, sizeof(name), "%llu of card %u", (ull)r->id, r->card);
	if (fn_info_has(r->info, FLOWNIC_A_CPU))
		sprintf(cpu, "%llu", (ull)r->info->num[FLOWNIC_A_CPU]);
	snprintf(buf, size, "%-14.14s %3.3s  %8s %5s %9.0f ", name, cpu,
		 rate(f, r->rx), share(busy, r->busy),
		 r->rx > 0 ? 1e9 * r->busy / r->rx : 0);
}

static void (*const line_of[FN_TOP_KINDS])(const struct fn_top_row *r,
					   char *buf, size_t size) = {
	[FN_TOP_CARD] = card_line,     [FN_TOP_PORT] = port_line,
	[FN_TOP_PROG] = prog_line,     [FN_TOP_MAP] = map_line,
	[FN_TOP_WORKER] = worker_line,
};

/* A sparkline is last, where there is room and something that changes. */
static void add_row(struct fn_top_lines *l, const struct fn_top_view *v,
		    const struct fn_top_row *r, bool chosen)
{
	char text[FN_TOP_LINE], trend[SPARK * 4 + 1];
	int pad;

	line_of[r->kind](r, text, sizeof(text));
	if (r->kind == FN_TOP_MAP)
		trend[0] = '\0';
	else
		spark(r, v->utf8, trend, sizeof(trend));
	pad = FN_TOP_WIDTH - SPARK - (int)strlen(text);
	if (pad < 1)
		trend[0] = '\0';
	fn_top_line(l, chosen ? FN_CHOSEN : FN_PLAIN, "%s%*s%s", text,
		    *trend ? pad : 0, "", trend);
}

static bool is_shown(const struct fn_top_view *v, const struct fn_top_row *r)
{
	if (!*v->filter || r->kind == FN_TOP_CARD)
		return true;
	return strcasestr(fn_top_name(r), v->filter);
}

static int by_rate(const void *a, const void *b)
{
	const struct fn_top_row *x = *(const struct fn_top_row *const *)a;
	const struct fn_top_row *y = *(const struct fn_top_row *const *)b;

	if (x->key != y->key)
		return x->key < y->key ? 1 : -1;
	return x < y ? -1 : x > y;
}

/* Rows of a kind, in the order asked for. The answer is for free(). */
static const struct fn_top_row **rows_of(const struct fn_top *t,
					 const struct fn_top_view *v,
					 enum fn_top_kind kind, u32 *n)
{
	const struct fn_top_row **row =
		fn_check_alloc(calloc(t->n + 1, sizeof(*row)));
	u32 i;

	*n = 0;
	for (i = 0; i < t->n; i++)
		if (t->row[i].kind == kind && is_shown(v, &t->row[i]))
			row[(*n)++] = &t->row[i];
	if (v->by_rate && *n)
		qsort(row, *n, sizeof(*row), by_rate);
	return row;
}

static void add_head(const struct fn_top *t, const struct fn_top_view *v,
		     struct fn_top_lines *l)
{
	char filter[48] = "";

	if (*v->filter)
		snprintf(filter, sizeof(filter), "  filter: %s", v->filter);
	fn_top_line(
		l, FN_BAR,
		"flownic top  host %.0f %% busy  emulation %.2f CPUs  every %g s%s%s",
		100 * t->host_busy, t->emulation, v->interval,
		v->paused ? "  PAUSED" : "", filter);
}

/**
 * fn_top_screen - figures as lines
 * @t: figures
 * @v: what is wanted
 * @l: gets the lines
 *
 * Return: the row that is chosen, NULL if there is none.
 */
const struct fn_top_row *fn_top_screen(const struct fn_top *t,
				       const struct fn_top_view *v,
				       struct fn_top_lines *l)
{
	const struct fn_top_row *chosen = NULL;
	u32 k, i, n, at = 0;

	add_head(t, v, l);
	for (k = 0; k < FN_TOP_KINDS; k++) {
		const struct fn_top_row **row = rows_of(t, v, k, &n);

		if (n)
			fn_top_line(l, FN_HEAD, "%-*s", FN_TOP_WIDTH, heads[k]);
		for (i = 0; i < n; i++, at++) {
			if (at == v->chosen)
				chosen = row[i];
			add_row(l, v, row[i], at == v->chosen);
		}
		free(row);
	}
	if (!t->n)
		fn_top_line(l, FN_PLAIN,
			    "there is no card; flownic card add makes one");
	return chosen;
}
