// SPDX-License-Identifier: GPL-2.0
/*
 * flownic stats --prometheus: all figures in Prometheus' text format, for a node
 * exporter's textfile collector or behind any HTTP server.
 *
 * A row of the table is a series of each thing of its kind. Rows of the same
 * family stand together, the first of them with its help. Base units are seconds,
 * bytes and hertz; counts end in _total.
 */
#include <string.h>

#include "live.h"
#include "userspace/tool.h"

enum kind { CARD, PORT, PROG, MAP, WORKER, KINDS };

static const u8 command[KINDS] = {
	[CARD] = FLOWNIC_CMD_CARD_GET,	   [PORT] = FLOWNIC_CMD_PORT_GET,
	[PROG] = FLOWNIC_CMD_PROG_GET,	   [MAP] = FLOWNIC_CMD_MAP_GET,
	[WORKER] = FLOWNIC_CMD_WORKER_GET,
};

/**
 * struct label - how things of a kind are told apart
 * @name: of the label
 * @attr: FLOWNIC_A_*
 */
struct label {
	const char *name;
	int attr;
};

#define LABELS_MAX 5

/* clang-format off */
static const struct label labels[KINDS][LABELS_MAX] = {
	[CARD] = { { "card", FLOWNIC_A_CARD } },
	[PORT] = { { "card", FLOWNIC_A_CARD }, { "port", FLOWNIC_A_PORT },
		   { "device", FLOWNIC_A_IFNAME } },
	[PROG] = { { "card", FLOWNIC_A_CARD }, { "handle", FLOWNIC_A_HANDLE },
		   { "id", FLOWNIC_A_BPF_ID }, { "name", FLOWNIC_A_NAME } },
	[MAP] = { { "card", FLOWNIC_A_CARD }, { "handle", FLOWNIC_A_HANDLE },
		  { "id", FLOWNIC_A_BPF_ID }, { "name", FLOWNIC_A_NAME } },
	[WORKER] = { { "card", FLOWNIC_A_CARD },
		     { "worker", FLOWNIC_A_WORKER } },
};

/**
 * struct series - a figure of each thing of a kind
 * @kind: of things
 * @name: of the family, without "flownic_"; a counter's ends in _total
 * @label: one more label, NAME="VALUE", or NULL
 * @attr: attribute that it is, or
 * @counter: counter that it is, or NULL; "" for all faults, by cause
 * @scale: units of the figure in one that is printed
 * @help: what it is, for the first row of a family
 */
static const struct series {
	enum kind kind;
	const char *name;
	const char *label;
	int attr;
	const char *counter;
	double scale;
	const char *help;
} series[] = {
#define OF(kind, name, attr, scale, help)				\
	{ kind, name, NULL, FLOWNIC_A_##attr, NULL, scale, help }
#define COUNT(kind, name, counter, scale, help)				\
	{ kind, name "_total", NULL, 0, counter, scale, help }
#define PART(kind, name, label, counter, help)				\
	{ kind, name "_total", label, 0, counter, 1, help }
	OF(CARD, "card_cores", CORES, 1,
	   "Cores of the modelled card."),
	OF(CARD, "card_threads_per_core", THREADS, 1,
	   "Threads of a core of the modelled card."),
	OF(CARD, "card_clock_hertz", CLOCK_KHZ, 1e-3,
	   "Clock of the modelled card's cores."),
	OF(CARD, "card_port_speed_bytes", PORT_MBPS, 8e-6,
	   "Line rate of a port of the modelled card, bytes per second."),
	OF(CARD, "card_map_memory_bytes", MAX_MAP_MEMORY, 1,
	   "Memory of the modelled card for all maps together."),
	OF(PORT, "port_up", UP, 1,
	   "1 if the port is up."),
	COUNT(PORT, "port_receive_packets", "mac_rx_frames", 1,
	      "Frames that came in from the cable."),
	COUNT(PORT, "port_receive_bytes", "mac_rx_bytes", 1,
	      "Bytes of frames that came in from the cable."),
	COUNT(PORT, "port_transmit_packets", "mac_tx_frames", 1,
	      "Frames that went out to the cable."),
	COUNT(PORT, "port_transmit_bytes", "mac_tx_bytes", 1,
	      "Bytes of frames that went out to the cable."),
	PART(PORT, "port_receive_drop", "reason=\"undersize\"", "mac_rx_undersize",
	     "Frames from the cable that the port did not take."),
	PART(PORT, "port_receive_drop", "reason=\"oversize\"", "mac_rx_oversize", NULL),
	PART(PORT, "port_receive_drop", "reason=\"queue full\"", "mac_rx_overflow", NULL),
	PART(PORT, "port_receive_drop", "reason=\"port down\"", "mac_rx_down", NULL),
	COUNT(PORT, "port_transmit_drop", "mac_tx_drop", 1,
	      "Frames that the cable did not take."),
	COUNT(PORT, "port_receive_pause", "mac_rx_pause", 1,
	      "Times that the port asked its peer to pause."),
	COUNT(PORT, "port_host_receive_packets", "host_rx_frames", 1,
	      "Frames that went to the host."),
	COUNT(PORT, "port_host_receive_drop", "host_rx_no_buffer", 1,
	      "Frames for the host that found no buffer."),
	COUNT(PORT, "port_host_transmit_packets", "host_tx_frames", 1,
	      "Frames that came from the host."),
	COUNT(PORT, "port_host_transmit_bad", "host_tx_bad", 1,
	      "Descriptors of the host that the card refused."),
	PART(PORT, "port_offload_packets", "verdict=\"aborted\"", "offload_xdp_aborted",
	     "Frames that programs on the card decided, by verdict."),
	PART(PORT, "port_offload_packets", "verdict=\"drop\"", "offload_xdp_drop", NULL),
	PART(PORT, "port_offload_packets", "verdict=\"pass\"", "offload_xdp_pass", NULL),
	PART(PORT, "port_offload_packets", "verdict=\"tx\"", "offload_xdp_tx", NULL),
	PART(PORT, "port_offload_packets", "verdict=\"redirect\"", "offload_xdp_redirect", NULL),
	PART(PORT, "port_offload_packets", "verdict=\"redirect failed\"", "offload_xdp_redirect_err", NULL),
	COUNT(PORT, "port_offload_aborted", "", 1,
	      "Frames whose program was aborted, by cause."),
	COUNT(PORT, "port_offload_cycles", "offload_cycles", 1,
	      "Modelled cycles that cores of the card spent on frames."),
	COUNT(PORT, "port_offload_map_cycles", "offload_map_millicycles", 1000,
	      "Modelled cycles that map memory was occupied."),
	COUNT(PORT, "port_offload_instructions", "offload_instructions", 1,
	      "Instruction words that programs executed."),
	COUNT(PORT, "port_offload_events_lost", "offload_event_lost", 1,
	      "Events of programs that the ring had no room for."),
	OF(PROG, "prog_words", WORDS, 1,
	   "Instruction words of a program."),
	COUNT(PROG, "prog_packets", "packets", 1,
	      "Frames that a program decided."),
	COUNT(PROG, "prog_cycles", "cycles", 1,
	      "Modelled cycles that a program took."),
	COUNT(PROG, "prog_instructions", "instructions", 1,
	      "Instruction words that a program executed."),
	PART(PROG, "prog_verdicts", "verdict=\"aborted\"", "aborted",
	     "Frames that a program decided, by verdict."),
	PART(PROG, "prog_verdicts", "verdict=\"drop\"", "drop", NULL),
	PART(PROG, "prog_verdicts", "verdict=\"pass\"", "pass", NULL),
	PART(PROG, "prog_verdicts", "verdict=\"tx\"", "tx", NULL),
	PART(PROG, "prog_verdicts", "verdict=\"redirect\"", "redirect", NULL),
	OF(MAP, "map_entries", ENTRIES, 1,
	   "Entries of a map in use."),
	OF(MAP, "map_max_entries", MAX_ENTRIES, 1,
	   "Entries that a map has room for."),
	OF(MAP, "map_host_memory_bytes", MEMORY, 1,
	   "Memory of the host that emulates a map."),
	COUNT(WORKER, "worker_packets", "frames", 1,
	      "Frames that an emulation thread of the host handled."),
	COUNT(WORKER, "worker_busy_seconds", "busy_ns", 1e9,
	      "Time of the host that emulation took."),
	COUNT(WORKER, "worker_wakeups", "wakeups", 1,
	      "Times that an emulation thread was woken."),
	COUNT(WORKER, "worker_helped_packets", "helped", 1,
	      "Those of its frames that waiting senders handled for it."),
#undef PART
#undef COUNT
#undef OF
};
/* clang-format on */

/* Counters of workers are attributes. */
static const struct {
	const char *counter;
	int attr;
} worker_counters[] = {
	{ "frames", FLOWNIC_A_FRAMES },
	{ "busy_ns", FLOWNIC_A_BUSY_NS },
	{ "wakeups", FLOWNIC_A_WAKEUPS },
	{ "helped", FLOWNIC_A_HELPED },
};

static void print_escaped(const char *text)
{
	for (; *text; text++) {
		if (*text == '\n') {
			fputs("\\n", stdout);
			continue;
		}
		if (*text == '"' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
}

static void print_label(const struct label *l, const struct fn_info *i,
			bool first)
{
	printf("%s%s=\"", first ? "" : ",", l->name);
	if (i->str[l->attr])
		print_escaped(i->str[l->attr]);
	else if (fn_info_has(i, l->attr))
		printf("%llu", (unsigned long long)i->num[l->attr]);
	putchar('"');
}

static void print_sample(const struct series *s, const struct fn_info *i,
			 const char *cause, double value)
{
	const struct label *l = labels[s->kind];
	u32 n;

	printf("flownic_%s{", s->name);
	for (n = 0; n < LABELS_MAX && l[n].name; n++)
		print_label(&l[n], i, !n);
	if (s->label)
		printf(",%s", s->label);
	if (cause) {
		printf(",cause=\"");
		print_escaped(cause);
		putchar('"');
	}
	printf("} %.17g\n", value / s->scale);
}

static int attr_of(const struct series *s)
{
	size_t i;

	if (!s->counter)
		return s->attr;
	for (i = 0; s->kind == WORKER && i < ARRAY_SIZE(worker_counters); i++)
		if (!strcmp(s->counter, worker_counters[i].counter))
			return worker_counters[i].attr;
	return FLOWNIC_A_UNSPEC;
}

static void print_faults(const struct series *s, const struct fn_info *i)
{
	size_t f;

	for (f = 0; f < i->faults.n; f++)
		print_sample(s, i, i->faults.c[f].name, i->faults.c[f].value);
}

/* Of a port of another namespace there are no figures. */
static void print_thing(const struct series *s, const struct fn_info *i)
{
	int attr = attr_of(s);

	if (attr && fn_info_has(i, attr))
		print_sample(s, i, NULL, i->num[attr]);
	else if (!attr && !*s->counter)
		print_faults(s, i);
	else if (!attr && i->counters.n)
		print_sample(s, i, NULL, fn_counter(&i->counters, s->counter));
}

static void print_head(const struct series *s)
{
	size_t len = strlen(s->name);
	bool total = len > 6 && !strcmp(s->name + len - 6, "_total");

	printf("# HELP flownic_%s %s\n# TYPE flownic_%s %s\n", s->name, s->help,
	       s->name, total ? "counter" : "gauge");
}

static void print_info(const struct fn_info *cards)
{
	puts("# HELP flownic_card_info What a card is modelled as.\n# TYPE flownic_card_info gauge");
	for (; cards; cards = cards->next) {
		printf("flownic_card_info{card=\"%llu\",profile=\"",
		       (unsigned long long)cards->num[FLOWNIC_A_CARD]);
		print_escaped(cards->str[FLOWNIC_A_PROFILE] ?: "");
		puts("\"} 1");
	}
}

static int get_all(const struct fn_select *sel, struct fn_info **things)
{
	int status = FN_DONE;
	char hidden[160];
	u32 k;

	for (k = 0; k < KINDS && !status; k++) {
		status = fn_info_get_shown(command[k], &things[k], hidden,
					   sizeof(hidden));
		if (k == PORT && !status)
			things[k] = fn_select_filter(sel, things[k]);
	}
	if (!status && sel->has && !things[PORT])
		return fn_select_none(sel, "port");
	return status;
}

/**
 * fn_stats_prometheus - flownic stats --prometheus
 * @sel: ports
 *
 * Return: exit status.
 */
int fn_stats_prometheus(const struct fn_select *sel)
{
	struct fn_info *things[KINDS] = {}, *i;
	int status = get_all(sel, things);
	size_t s;
	u32 k;

	if (!status)
		print_info(things[CARD]);
	for (s = 0; s < ARRAY_SIZE(series) && !status; s++) {
		if (series[s].help)
			print_head(&series[s]);
		for (i = things[series[s].kind]; i; i = i->next)
			print_thing(&series[s], i);
	}
	for (k = 0; k < KINDS; k++)
		fn_info_free(things[k]);
	return status;
}
