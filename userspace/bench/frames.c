// SPDX-License-Identifier: GPL-2.0
/*
 * The frames that are sent: of a capture, or all alike.
 */
#include <string.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>

#include "bench.h"
#include "userspace/io/io.h"
#include "userspace/tool.h"

#define MOST 262144 /* frames kept in memory */
#define FCS 4

static int add(struct fn_bench *b, const u8 *data, u32 len)
{
	struct fn_bench_frame *f;

	if (len < ETH_HLEN)
		return fn_fail(
			"%s: frame %u has %u bytes: 14 of Ethernet's header are expected",
			b->o.pcap, b->nframes, len);
	if (b->nframes == MOST)
		return fn_fail("%s: more than %u frames", b->o.pcap, MOST);
	if (!(b->nframes & (b->nframes - 1)))
		b->frames = fn_check_alloc(realloc(
			b->frames,
			sizeof(*f) * (b->nframes ? 2 * b->nframes : 1)));
	f = &b->frames[b->nframes++];
	*f = (struct fn_bench_frame){
		.data = fn_check_alloc(malloc(len)),
		.len = len,
	};
	memcpy(f->data, data, len);
	b->bytes += len;
	return FN_DONE;
}

static u16 checksum(const u8 *data, u32 len)
{
	u32 sum = 0, i;

	for (i = 0; i < len; i += 2)
		sum += data[i] << 8 | data[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

/* UDP from 10.0.0.2:1000 to 10.0.0.1:9, which nobody is. */
static int generate(struct fn_bench *b)
{
	static const u8 head[] = {
		2,	   0,	       0, 0, 0,	 1, 2,	  0, 0,	 0,  0, 2, 8,
		0, /* Ethernet */
		0x45,	   0,	       0, 0, 0,	 1, 0x40, 0, 64, 17, 0, 0, /* IPv4 */
		10,	   0,	       0, 2, 10, 0, 0,	  1, /* addresses */
		1000 >> 8, 1000 & 255, 0, 9, 0,	 0, 0,	  0, /* UDP */
	};
	u32 len = b->o.size - FCS;
	u8 frame[9018] = {};
	u16 word;

	memcpy(frame, head, sizeof(head));
	word = htons(len - 14);
	memcpy(frame + 16, &word, 2);
	word = htons(len - 34);
	memcpy(frame + 38, &word, 2);
	word = checksum(frame + 14, 20);
	memcpy(frame + 24, &word, 2);
	return add(b, frame, len);
}

/**
 * fn_bench_frames - get the frames that are to be sent
 * @b: run, with its options
 *
 * Return: exit status; an error has been reported.
 */
int fn_bench_frames(struct fn_bench *b)
{
	struct fn_pcap in;
	int status;

	if (!b->o.pcap)
		return generate(b);
	status = fn_pcap_open(&in, b->o.pcap);
	if (status)
		return status;
	while ((status = fn_pcap_next(&in)) > 0) {
		status = add(b, in.frame, in.len);
		if (status)
			break;
	}
	fn_pcap_close(&in);
	b->cut = in.cut;
	if (status)
		return FN_FAILED;
	if (!b->nframes)
		return fn_fail("%s: it has no frames", b->o.pcap);
	return FN_DONE;
}

void fn_bench_frames_free(struct fn_bench *b)
{
	u32 i;

	for (i = 0; i < b->nframes; i++)
		free(b->frames[i].data);
	free(b->frames);
}

/**
 * fn_bench_tally - what must become of more packets
 * @b: run
 * @packets: sent since, from the frame on that @t has come to, over and over
 * @mode: that is in place; without a program all pass
 * @t: to add them to
 */
void fn_bench_tally(const struct fn_bench *b, u64 packets,
		    enum fn_bench_mode mode, struct fn_bench_tally *t)
{
	bool none = mode == FN_BENCH_NONE || mode == FN_BENCH_VETH_NONE;
	u32 at = t->n % b->nframes;
	u64 i;

	for (i = 0; i < packets; i++) {
		t->v[none ? XDP_PASS : b->frames[at].verdict]++;
		at = at + 1 == b->nframes ? 0 : at + 1;
	}
	t->n += packets;
}
