// SPDX-License-Identifier: GPL-2.0
/*
 * The card's units, packet by packet, in modelled time: queue and ports, threads
 * and cores, map memory, the bus to the host.
 *
 * Packets are taken from the queue in their order by the thread that is free
 * first. A unit that is shared serves what it is asked for in that order. What a
 * packet asks of it is known when the packet is taken, because the engine has
 * run the program then; so an event is a packet, not an access.
 */
#include <math.h>
#include <string.h>

#include "sim.h"
#include "userspace/tool.h"

#define SECOND 1e15 /* femtoseconds */
#define WIRE_OVERHEAD 24
#define FRAME_MIN 60

/**
 * struct fn_slot - a thread
 * @free: when it is
 * @number: breaks ties
 * @core: that it belongs to
 */
struct fn_slot {
	u64 free;
	u32 number;
	u32 core;
};

static int set_rate(struct fn_units *u, const char *rate)
{
	double mpps;
	char *end;

	u->line = !strcmp(rate, "line");
	if (u->line || !strcmp(rate, "max"))
		return FN_DONE;
	mpps = strtod(rate, &end);
	if (end == rate || *end || !(mpps >= 1e-6 && mpps <= 1e6))
		return fn_usage(
			"rate %s: max, line or millions of packets a second are expected",
			rate);
	u->rate = round(mpps * 1e6);
	return FN_DONE;
}

/**
 * fn_units_init - begin
 * @u: to fill in
 * @p: profile
 * @rate: "max", "line" or millions of packets a second
 *
 * Return: exit status; an error has been reported.
 */
int fn_units_init(struct fn_units *u, const struct fn_profile *p,
		  const char *rate)
{
	u32 i;

	*u = (struct fn_units){ .p = p };
	u->cycle = round(SECOND / (p->clock_khz * 1e3));
	if (p->mac_kpps)
		u->mac = round(SECOND / (p->mac_kpps * 1e3));
	u->nslots = p->cores * p->threads;
	u->slots = fn_check_alloc(calloc(2 * u->nslots, sizeof(*u->slots)));
	u->slot = u->slots;
	u->core = fn_check_alloc(calloc(p->cores, sizeof(*u->core)));
	u->start = fn_check_alloc(calloc(p->queue, sizeof(*u->start)));
	for (i = 0; i < u->nslots; i++) {
		u->slot[i].number = i;
		u->slot[i].core = i % p->cores;
	}
	return set_rate(u, rate);
}

/**
 * fn_units_free - undo fn_units_init()
 * @u: units
 */
void fn_units_free(struct fn_units *u)
{
	free(u->slots);
	free(u->core);
	free(u->start);
}

static bool is_earlier(const struct fn_slot *a, const struct fn_slot *b)
{
	return a->free < b->free ||
	       (a->free == b->free && a->number < b->number);
}

/* Where a thread belongs among the next @n, which are sorted. */
static u32 place_of(const struct fn_slot *slot, u32 n, const struct fn_slot *s)
{
	u32 low = 0, high = n;

	/* Most packets take about as long, so it is often the last. */
	if (!n || !is_earlier(s, &slot[n - 1]))
		return n;
	while (low < high) {
		u32 mid = (low + high) / 2;

		if (is_earlier(s, &slot[mid]))
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

/*
 * The first thread is not free until @when now. Threads are sorted in a window
 * that moves through @slots, and begins anew at its end.
 */
static void occupy(struct fn_units *u, u64 when)
{
	struct fn_slot s = *u->slot++;
	u32 n = u->nslots - 1, at;

	s.free = when;
	if (u->slot + n == u->slots + 2 * u->nslots) {
		memmove(u->slots, u->slot, n * sizeof(s));
		u->slot = u->slots;
	}
	at = place_of(u->slot, n, &s);
	memmove(&u->slot[at + 1], &u->slot[at], (n - at) * sizeof(s));
	u->slot[at] = s;
}

static u64 wire_time_of(const struct fn_profile *p, u32 len)
{
	u64 bits = 8 * (u64)(max_t(u32, len, FRAME_MIN) + WIRE_OVERHEAD);

	return bits * 1000000000ull / ((u64)p->ports * p->port_mbps);
}

/* Of a frame, on all ports together. Captures have runs of the same length. */
static u64 wire_time(struct fn_units *u, u32 len)
{
	if (len != u->wire_len) {
		u->wire_len = len;
		u->wire_time = wire_time_of(u->p, len);
	}
	return u->wire_time;
}

/* Packets come when the card can take them. */
static bool waits_for_queue(const struct fn_units *u)
{
	return !u->rate && !u->line;
}

/**
 * fn_units_arrive - a packet comes in at a port
 * @u: units
 * @len: bytes of its frame
 * @arrival: gets when it is there, in femtoseconds
 *
 * Return: false if there was no room, and it is lost.
 */
bool fn_units_arrive(struct fn_units *u, u32 len, u64 *arrival)
{
	u64 wire = wire_time(u, len);
	u64 capacity = u->p->queue * u->mac;
	u64 at;

	u->busy_in += wire;
	if (u->rate)
		u->offered += max_t(u64, wire, SECOND / u->rate);
	else if (u->line)
		u->offered += wire;
	else
		u->offered = max(u->offered + wire, u->slot[0].free);
	at = max(u->offered, u->arrived + u->mac);
	u->way = (struct fn_way){
		.wire = u->offered - wire,
		.offered = u->offered,
		.arrival = at,
	};
	*arrival = at;
	if (at - u->offered > capacity && !waits_for_queue(u))
		return false;
	if (u->start[u->next] > at)
		return false;
	u->arrived = at;
	return true;
}

/* A shared unit works off what it is given; the answer is when that is done. */
static u64 serve(u64 *unit, u64 *busy, u64 from, u64 time, u64 *begin)
{
	*begin = max(*unit, from);
	*unit = *begin + time;
	*busy += time;
	return *unit;
}

static u64 dma_time(const struct fn_profile *p, u32 len)
{
	u64 time = 8ull * len * 1000000000ull / p->dma_mbps;

	if (p->dma_kpps)
		time = max_t(u64, time, round(SECOND / (p->dma_kpps * 1e3)));
	return time;
}

/*
 * The frame goes on. A thread keeps its packet until there is room where it goes
 * to; @held gets when that is.
 */
static u64 send(struct fn_units *u, const struct fn_packet_cost *c, u64 done,
		u64 *held)
{
	u64 time, capacity, gone;

	if (c->verdict == XDP_TX || c->verdict == XDP_REDIRECT) {
		time = wire_time(u, c->out);
		gone = serve(&u->tx, &u->busy_out, done, time,
			     &u->way.out_begin);
	} else if (c->verdict == XDP_PASS) {
		time = dma_time(u->p, c->out);
		gone = serve(&u->dma, &u->busy_dma, done, time,
			     &u->way.out_begin);
	} else {
		return done;
	}
	capacity = time * u->p->queue;
	if (gone > *held + capacity)
		*held = gone - capacity;
	return gone;
}

/**
 * fn_units_serve - a packet is decided and goes on
 * @u: units; fn_units_arrive() was for this packet
 * @c: what it asks of them
 *
 * Return: its latency in femtoseconds, ports and bus not included.
 */
u64 fn_units_serve(struct fn_units *u, const struct fn_packet_cost *c)
{
	struct fn_way *w = &u->way;
	u64 arrival = u->arrived;
	u64 start = max(arrival, u->slot[0].free);
	u32 core = u->slot[0].core;
	u64 alone = start + (c->cycles + c->hidden) * u->cycle;
	u64 done, held;

	w->start = start;
	w->thread = u->slot[0].number;
	w->core_end = serve(&u->core[core], &u->busy_cores, start,
			    c->cycles * u->cycle, &w->core_begin);
	done = max(w->core_end, alone);
	if (c->map_busy)
		w->map_end = serve(&u->map, &u->busy_map, start,
				   c->map_busy * u->cycle / 1000,
				   &w->map_begin);
	done = max(done, w->map_end);
	held = done;
	w->done = done;
	w->out_begin = done;
	w->out_end = send(u, c, done, &held);
	w->held = held;
	occupy(u, held);
	u->start[u->next] = start;
	u->next = u->next + 1 < u->p->queue ? u->next + 1 : 0;
	if (!u->taken++)
		u->first = arrival;
	u->last = max(u->last, w->out_end);
	return w->out_end - arrival;
}
