// SPDX-License-Identifier: GPL-2.0
/*
 * The capture through the card: the engine decides each packet, the units tell
 * when.
 */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "offload/card/card.h"
#include "sim.h"
#include "userspace/io/io.h"
#include "userspace/tool.h"

#define PROGRESS_EVERY (1u << 18) /* packets */
#define CHECKSUM 4u /* bytes at the end of a frame */
#define FRAME_MIN 60u /* bytes on the wire, without the checksum */
#define NS 1000000ull /* femtoseconds */
#define BOOT \
	1000000000ull /* ns that the card has been on at the first packet */

/**
 * struct feed - work on a capture
 * @s: simulation
 * @in: capture
 * @out: capture of what goes on
 * @verdicts: line for each packet, or NULL
 * @timeline: of the packets, or NULL
 * @run: of the packet at hand
 * @frame: at hand, as the program changes it
 * @len: bytes of it
 * @number: of the packet, from 0
 * @round: of the capture
 * @bar: a progress bar is on the terminal
 */
struct feed {
	struct fn_sim *s;
	struct fn_pcap in;
	struct fn_pcap_out out;
	FILE *verdicts;
	struct fn_timeline *timeline;
	struct fn_run run;
	u8 frame[FN_SIM_FRAME];
	u32 len;
	u64 number;
	u32 round;
	bool bar;
};

static void write_verdict(struct feed *f, const char *verdict, u32 len)
{
	if (f->verdicts)
		fprintf(f->verdicts, "%llu %s %u\n",
			(unsigned long long)f->number, verdict, len);
}

/* What the port does not let in. */
static bool is_refused(struct feed *f)
{
	struct fn_sim *s = f->s;
	u32 len = f->len;

	if (len < FN_FRAME_MIN) {
		s->undersize++;
		write_verdict(f, "undersize", len);
		return true;
	}
	if (len > s->o->mtu + FN_FRAME_OVERHEAD_MAC || len > sizeof(f->frame)) {
		s->oversize++;
		write_verdict(f, "oversize", len);
		return true;
	}
	return false;
}

static void count(struct fn_sim *s, const struct fn_run *run,
		  const struct fn_packet_cost *c)
{
	struct fn_load *l = &s->load;

	s->verdicts[c->verdict]++;
	if (run->fault)
		s->faults[run->fault]++;
	s->words += run->words;
	l->packets++;
	l->cycles += c->cycles;
	l->map += c->map_busy;
	l->in += max(c->in, FRAME_MIN);
	if (c->verdict == XDP_TX || c->verdict == XDP_REDIRECT) {
		l->out++;
		l->out_bytes += max(c->out, FRAME_MIN);
	} else if (c->verdict == XDP_PASS) {
		l->host++;
		l->host_bytes += c->out;
	}
	fn_histogram_add(&s->cycles, c->cycles);
}

/* Of a frame that is stored whole so many times at the rate of a port. */
static u64 count_storing(const struct fn_profile *p, u32 times, u32 len)
{
	if (!times)
		return 0;
	return times * 8000ull * (max(len, FRAME_MIN) + CHECKSUM) /
	       p->port_mbps;
}

/* Time in the ports and on the bus, ns; half of a way out is not gone. */
static u64 count_outside(const struct fn_profile *p,
			 const struct fn_packet_cost *c)
{
	u64 inside =
		p->port_ns / 2 + count_storing(p, (p->stores + 1) / 2, c->in);

	switch (c->verdict) {
	case XDP_TX:
	case XDP_REDIRECT:
		return inside + (p->port_ns + 1) / 2 +
		       count_storing(p, p->stores / 2, c->out);
	case XDP_PASS:
		return inside + p->dma_ns;
	}
	return inside;
}

/* A redirect to nothing, which the module drops and counts, too. */
static bool is_consumed(const struct fn_run *run)
{
	return run->verdict == XDP_REDIRECT && !run->redirect;
}

static void add_packet(struct feed *f, const struct fn_run *run, u32 in,
		       const struct fn_banked *before)
{
	struct fn_sim *s = f->s;
	struct fn_packet_cost c = {
		.cycles = run->cycles,
		.hidden = run->hidden,
		.map_busy = fn_banks_occupied(s, before, run->map_busy),
		.in = in,
		.out = run->len,
		.verdict = run->verdict,
	};
	u64 latency = fn_units_serve(&s->units, &c);

	latency += count_outside(&s->profile, &c) * NS;
	fn_histogram_add(&s->latency, latency / (NS / 10));
	count(s, run, &c);
	fn_timeline_packet(f->timeline, f->number, &c);
	write_verdict(f, fn_verdict_name[c.verdict], c.out);
	if (is_consumed(run))
		s->faults[FN_FAULT_REDIRECT]++;
	else if (c.verdict >= XDP_PASS)
		fn_pcap_write(&f->out, run->frame, run->len,
			      (s->units.arrived + latency) / NS);
}

/* What a capture has cut off is not known, but how much it was. */
static void copy_frame(struct feed *f)
{
	const struct fn_pcap *in = &f->in;

	memcpy(f->frame, in->frame, in->len);
	memset(f->frame + in->len, 0, f->len - in->len);
	f->s->cut += in->wire > in->len;
}

/* What is the same for all packets is there once: most of it is large. */
static void prepare(struct feed *f, struct fn_sim *s)
{
	f->s = s;
	f->bar = isatty(STDERR_FILENO);
	f->run = (struct fn_run){
		.prog = s->handle,
		.frame = f->frame,
		.room = sizeof(f->frame),
		.ifindex = s->o->ifindex,
		.clock = &s->clock,
		.watch = s->compiled ? NULL : &s->watch,
	};
}

static int feed_frame(struct feed *f)
{
	struct fn_sim *s = f->s;
	struct fn_run *run = &f->run;
	struct fn_banked before = fn_banked(s);
	u64 arrival;

	f->len = f->s->o->wire ? f->in.wire : f->in.len;
	run->len = f->len;
	run->queue = 0;
	if (is_refused(f))
		return FN_DONE;
	if (!fn_units_arrive(&s->units, run->len, &arrival)) {
		s->lost++;
		fn_timeline_lost(f->timeline, f->number);
		write_verdict(f, "lost", run->len);
		return FN_DONE;
	}
	s->clock = BOOT + arrival / NS;
	copy_frame(f);
	if (s->o->queues > 1)
		run->queue = fn_flow_hash(f->frame, run->len) % s->o->queues;
	if (f->number < s->o->trace)
		fn_sim_trace(s, run, &s->watch);
	else if (fn_engine_run(s->engine, run))
		return fn_fail("packet %llu: the card can't take %u bytes",
			       (unsigned long long)f->number, f->len);
	if (s->hook)
		s->hook->done(s->hook->ctx, run);
	add_packet(f, run, f->len, &before);
	return FN_DONE;
}

static void progress(const struct feed *f, bool end)
{
	double share = (f->round + fn_pcap_share(&f->in)) / f->s->o->repeat;

	if (!f->bar)
		return;
	if (end)
		fprintf(stderr, "\r\033[K");
	else
		fprintf(stderr, "\r\033[K%5.1f %% of the packets, %llu M",
			100 * share, (unsigned long long)f->number / 1000000);
	fflush(stderr);
}

static int feed_once(struct feed *f)
{
	int status = FN_DONE;
	int got;

	if (f->round)
		status = fn_pcap_rewind(&f->in);

	/* Once for all packets: nobody else changes programs and maps. */
	fn_read_lock();
	while (!status && (got = fn_pcap_next(&f->in))) {
		if (got < 0)
			status = FN_FAILED;
		else
			status = feed_frame(f);
		f->number++;
		if (!(f->number % PROGRESS_EVERY))
			progress(f, false);
	}
	fn_read_unlock();
	return status;
}

static int open_verdicts(struct feed *f)
{
	const char *path = f->s->o->verdicts;

	if (!path)
		return FN_DONE;
	f->verdicts = fopen(path, "w");
	return f->verdicts ? FN_DONE : fn_fail("%s: can't be written", path);
}

static int close_verdicts(struct feed *f)
{
	if (f->verdicts && fclose(f->verdicts))
		return fn_fail("%s: can't be written", f->s->o->verdicts);
	return FN_DONE;
}

static int open_timeline(struct feed *f)
{
	if (!f->s->o->timeline)
		return FN_DONE;
	f->timeline = fn_timeline_open(f->s);
	return f->timeline ? FN_DONE : FN_FAILED;
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/**
 * fn_sim_run - feed the capture
 * @s: simulation, open
 *
 * Return: exit status; an error has been reported.
 */
int fn_sim_run(struct fn_sim *s)
{
	struct feed *f = fn_check_alloc(calloc(1, sizeof(*f)));
	double begin = seconds();
	int status;

	prepare(f, s);
	status = FN_DONE;
	if (s->o->pcap)
		status = fn_pcap_open(&f->in, s->o->pcap);
	else
		fn_traffic_open(&f->in, s->o->size);
	if (!status)
		status = open_verdicts(f);
	if (!status)
		status = open_timeline(f);
	if (!status)
		status = fn_pcap_create(&f->out, s->o->out);
	for (; f->round < s->o->repeat && !status; f->round++)
		status = feed_once(f);
	progress(f, true);
	fn_pcap_close(&f->in);
	status = fn_timeline_close(f->timeline) ?: status;
	status = fn_pcap_finish(&f->out) ?: close_verdicts(f) ?: status;
	free(f);
	s->wall = seconds() - begin;
	return status;
}
