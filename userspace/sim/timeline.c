// SPDX-License-Identifier: GPL-2.0
/*
 * flownic sim --timeline: what each unit of the card did when, in the Trace Event
 * Format, which ui.perfetto.dev and chrome://tracing read.
 *
 * A group of tracks ("process") is a unit: the ports, each core with a track a
 * thread, map memory, the bus. A packet is a slice on each track where it was,
 * and arrows join them. Times are modelled: microseconds, six digits of them.
 */
#include <errno.h>
#include <string.h>

#include "sim.h"
#include "userspace/tool.h"

typedef unsigned long long ull;

/* Groups of tracks; a core is the first of them and its number. */
enum group {
	PORTS = 1,
	BUS,
	MEMORY,
	COUNTERS,
	CORES,
};

/* Tracks of the ports. */
enum { IN = 1, OUT };

/* Waiting lines whose length is drawn. */
enum line { QUEUE, MAP, PORT_OUT, TO_HOST, THREADS, LINES };

static const char *const line_name[LINES] = {
	[QUEUE] = "packets in the queue",    [MAP] = "packets at map memory",
	[PORT_OUT] = "packets to the ports", [TO_HOST] = "packets to the host",
	[THREADS] = "threads with a packet",
};

/**
 * struct step - a waiting line grows or shrinks
 * @at: when, femtoseconds
 * @line: which
 * @by: one or minus one
 */
struct step {
	u64 at;
	enum line line;
	int by;
};

/**
 * struct fn_timeline - work on a file
 * @s: simulation
 * @to: file
 * @path: of it
 * @comma: an event is there already
 * @seen: threads that have a track
 * @step: of waiting lines, in no order
 * @nsteps: number of @step
 * @room: for so many
 */
struct fn_timeline {
	const struct fn_sim *s;
	FILE *to;
	const char *path;
	bool comma;
	bool *seen;
	struct step *step;
	u32 nsteps;
	u32 room;
};

static void begin_event(struct fn_timeline *t)
{
	fputs(t->comma ? ",\n" : "\n", t->to);
	t->comma = true;
}

static void print_time(struct fn_timeline *t, const char *key, u64 fs)
{
	fprintf(t->to, ",\"%s\":%llu.%06llu", key, (ull)fs / 1000000000,
		(ull)fs / 1000 % 1000000);
}

/* What is the name of a group or track, and where does it stand? */
static void name_track(struct fn_timeline *t, u32 group, u32 track,
		       const char *name)
{
	const char *kind = track ? "thread" : "process";

	begin_event(t);
	fprintf(t->to,
		"{\"ph\":\"M\",\"name\":\"%s_name\",\"pid\":%u,\"tid\":%u,\"args\":{\"name\":\"%s\"}}",
		kind, group, track, name);
	begin_event(t);
	fprintf(t->to,
		"{\"ph\":\"M\",\"name\":\"%s_sort_index\",\"pid\":%u,\"tid\":%u,\"args\":{\"sort_index\":%u}}",
		kind, group, track, track ?: group);
}

static void begin_slice(struct fn_timeline *t, u32 group, u32 track, u64 packet,
			u64 from, u64 to)
{
	begin_event(t);
	fprintf(t->to,
		"{\"ph\":\"X\",\"name\":\"packet %llu\",\"cat\":\"packet\",\"pid\":%u,\"tid\":%u",
		(ull)packet, group, track);
	print_time(t, "ts", from);
	/* Rounded alike, so that neighbours neither overlap nor gape. */
	print_time(t, "dur", to / 1000 * 1000 - from / 1000 * 1000);
}

static void slice(struct fn_timeline *t, u32 group, u32 track, u64 packet,
		  u64 from, u64 to)
{
	begin_slice(t, group, track, packet, from, to);
	fputs("}", t->to);
}

/* A piece of a packet's way: "s" its beginning, "t" a part of it, "f" its end. */
static void flow(struct fn_timeline *t, const char *part, u32 group, u32 track,
		 u64 packet, u64 at)
{
	begin_event(t);
	fprintf(t->to,
		"{\"ph\":\"%s\",\"name\":\"way\",\"cat\":\"packet\",\"id\":%llu,\"pid\":%u,\"tid\":%u%s",
		part, (ull)packet, group, track,
		*part == 'f' ? ",\"bp\":\"e\"" : "");
	print_time(t, "ts", at);
	fputs("}", t->to);
}

static void add_step(struct fn_timeline *t, enum line line, u64 at, int by)
{
	if (t->nsteps == t->room) {
		t->room = t->room ? 2 * t->room : 1024;
		t->step = fn_check_alloc(
			realloc(t->step, t->room * sizeof(*t->step)));
	}
	t->step[t->nsteps++] = (struct step){ at, line, by };
}

static void wait_in_line(struct fn_timeline *t, enum line line, u64 from,
			 u64 to)
{
	if (from == to)
		return;
	add_step(t, line, from, 1);
	add_step(t, line, to, -1);
}

static int by_time(const void *a, const void *b)
{
	const struct step *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->by - y->by;
}

static bool is_last(const struct fn_timeline *t, u32 i)
{
	return i + 1 == t->nsteps || t->step[i].at != t->step[i + 1].at ||
	       t->step[i].line != t->step[i + 1].line;
}

static void write_counters(struct fn_timeline *t)
{
	int length[LINES] = {};
	u32 i;

	if (t->nsteps)
		qsort(t->step, t->nsteps, sizeof(*t->step), by_time);
	for (i = 0; i < t->nsteps; i++) {
		enum line line = t->step[i].line;

		length[line] += t->step[i].by;
		if (!is_last(t, i))
			continue;
		begin_event(t);
		fprintf(t->to,
			"{\"ph\":\"C\",\"name\":\"%s\",\"pid\":%u,\"tid\":0,\"args\":{\"%s\":%d}",
			line_name[line], COUNTERS,
			line == THREADS ? "threads" : "packets", length[line]);
		print_time(t, "ts", t->step[i].at);
		fputs("}", t->to);
	}
}

static void begin_file(struct fn_timeline *t)
{
	json_object *name = json_object_new_string(t->s->name);

	fprintf(t->to,
		"{\"displayTimeUnit\":\"ns\",\n\"otherData\":{\"program\":%s,\"profile\":\"%s\",\"clock\":\"modelled\"},\n\"traceEvents\":[",
		json_object_to_json_string_ext(name, JSON_C_TO_STRING_PLAIN),
		t->s->profile.name);
	json_object_put(name);
	name_track(t, PORTS, 0, "ports");
	name_track(t, PORTS, IN, "in");
	name_track(t, PORTS, OUT, "out");
	name_track(t, BUS, 0, "bus to the host");
	name_track(t, BUS, 1, "frames");
	name_track(t, MEMORY, 0, "map memory");
	name_track(t, MEMORY, 1, "accesses");
	name_track(t, COUNTERS, 0, "waiting");
}

/**
 * fn_timeline_open - begin a timeline
 * @s: simulation, open
 *
 * Return: the timeline, for fn_timeline_close(), or NULL: an error has been
 * reported.
 */
struct fn_timeline *fn_timeline_open(const struct fn_sim *s)
{
	struct fn_timeline *t = fn_check_alloc(calloc(1, sizeof(*t)));

	t->s = s;
	t->path = s->o->timeline;
	t->to = fopen(t->path, "w");
	if (!t->to) {
		fn_fail("%s: can't be written: %s", t->path, strerror(errno));
		free(t);
		return NULL;
	}
	t->seen = fn_check_alloc(
		calloc(s->units.nslots + s->profile.cores, sizeof(*t->seen)));
	begin_file(t);
	return t;
}

static bool is_wanted(const struct fn_timeline *t, u64 packet)
{
	u32 n = t->s->o->timeline_n ?: FN_TIMELINE_PACKETS;

	return packet >= t->s->o->timeline_from &&
	       packet - t->s->o->timeline_from < n;
}

/**
 * fn_timeline_lost - a packet found the queue full
 * @t: timeline, or NULL
 * @packet: its number
 */
void fn_timeline_lost(struct fn_timeline *t, u64 packet)
{
	const struct fn_way *w;

	if (!t || !is_wanted(t, packet))
		return;
	w = &t->s->units.way;
	slice(t, PORTS, IN, packet, w->wire, w->offered);
	begin_event(t);
	fprintf(t->to,
		"{\"ph\":\"i\",\"name\":\"lost: the queue is full\",\"cat\":\"lost\",\"s\":\"t\",\"pid\":%u,\"tid\":%u",
		PORTS, IN);
	print_time(t, "ts", w->offered);
	fputs("}", t->to);
}

/* A core's tracks are named when the first packet is there. */
static void name_thread(struct fn_timeline *t, u32 core, u32 thread)
{
	u32 track = 2 + thread / t->s->profile.cores;
	char name[32];

	if (!t->seen[t->s->units.nslots + core]) {
		t->seen[t->s->units.nslots + core] = true;
		snprintf(name, sizeof(name), "core %u", core);
		name_track(t, CORES + core, 0, name);
		name_track(t, CORES + core, 1, "issue");
	}
	if (t->seen[thread])
		return;
	t->seen[thread] = true;
	snprintf(name, sizeof(name), "thread %u", track - 2);
	name_track(t, CORES + core, track, name);
}

static void decide(struct fn_timeline *t, u64 packet,
		   const struct fn_packet_cost *c)
{
	const struct fn_way *w = &t->s->units.way;
	u32 core = w->thread % t->s->profile.cores;
	u32 track = 2 + w->thread / t->s->profile.cores;

	name_thread(t, core, w->thread);
	slice(t, CORES + core, 1, packet, w->core_begin, w->core_end);
	begin_slice(t, CORES + core, track, packet, w->start, w->held);
	fprintf(t->to,
		",\"args\":{\"verdict\":\"%s\",\"bytes\":%u,\"cycles\":%llu,\"cycles_waited_besides\":%llu,\"waited_in_queue_ns\":%.3f}}",
		fn_verdict_name[c->verdict], c->in, (ull)c->cycles,
		(ull)c->hidden, (w->start - w->arrival) / 1e6);
	flow(t, w->out_begin < w->out_end ? "t" : "f", CORES + core, track,
	     packet, w->start);
}

static void send(struct fn_timeline *t, u64 packet,
		 const struct fn_packet_cost *c)
{
	const struct fn_way *w = &t->s->units.way;
	bool to_host = c->verdict == XDP_PASS;
	u32 group = to_host ? BUS : PORTS;
	u32 track = to_host ? 1 : OUT;

	if (w->out_begin == w->out_end)
		return;
	slice(t, group, track, packet, w->out_begin, w->out_end);
	flow(t, "f", group, track, packet, w->out_begin);
	wait_in_line(t, to_host ? TO_HOST : PORT_OUT, w->done, w->out_begin);
}

/**
 * fn_timeline_packet - a packet went its way, as struct fn_way tells
 * @t: timeline, or NULL
 * @packet: its number
 * @c: what it asked of the card
 */
void fn_timeline_packet(struct fn_timeline *t, u64 packet,
			const struct fn_packet_cost *c)
{
	const struct fn_way *w;

	if (!t || !is_wanted(t, packet))
		return;
	w = &t->s->units.way;
	slice(t, PORTS, IN, packet, w->wire, w->offered);
	flow(t, "s", PORTS, IN, packet, w->wire);
	wait_in_line(t, QUEUE, w->arrival, w->start);
	wait_in_line(t, THREADS, w->start, w->held);
	decide(t, packet, c);
	if (w->map_begin < w->map_end) {
		slice(t, MEMORY, 1, packet, w->map_begin, w->map_end);
		wait_in_line(t, MAP, w->start, w->map_begin);
	}
	send(t, packet, c);
}

/**
 * fn_timeline_close - write the rest
 * @t: timeline, or NULL
 *
 * Return: exit status; an error has been reported.
 */
int fn_timeline_close(struct fn_timeline *t)
{
	int status = FN_DONE;
	bool bad;

	if (!t)
		return FN_DONE;
	write_counters(t);
	fputs("\n]}\n", t->to);
	bad = ferror(t->to);
	if (fclose(t->to) || bad)
		status = fn_fail("%s: can't be written", t->path);
	free(t->seen);
	free(t->step);
	free(t);
	return status;
}
