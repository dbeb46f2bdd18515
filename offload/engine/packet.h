/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A frame in packet memory: what a program decides.
 */
#ifndef FN_ENGINE_PACKET_H
#define FN_ENGINE_PACKET_H

#include "../isa.h"
#include "../platform.h"

#define FN_FRAME_MIN 14
#define FN_NO_VERDICT 0xffffffffu

/* What classifiers know of a frame's checksums, for the host. */
enum fn_csum {
	FN_CSUM_CARD, /* nobody asked: the card looks when the host gets it */
	FN_CSUM_NONE,
	FN_CSUM_OK, /* the first is right; one more, so is the next ... */
	FN_CSUM_MOST = FN_CSUM_OK + 3,
};

/**
 * struct fn_skb_marks - what classifiers leave for the host's stack
 * @mark: skb->mark
 * @priority: skb->priority
 * @hash: skb->hash, if @hashed
 * @tc_index: skb->tc_index
 * @queue_mapping: skb->queue_mapping: a receive queue and one, 0 for none
 * @hashed: a program set the hash
 * @csum: enum fn_csum
 */
struct fn_skb_marks {
	u32 mark;
	u32 priority;
	u32 hash;
	u16 tc_index;
	u16 queue_mapping;
	bool hashed;
	u8 csum;
};

/**
 * struct fn_packet - a frame in its cell
 * @cell: the hard start
 * @size: bytes of the cell
 * @meta: offset of the metadata, or @data
 * @data: offset of the frame
 * @end: offset of the frame's end
 * @hash: flow hash at arrival
 * @hash_of: what it is of, as @flags of struct fn_rx_desc
 * @queue: host queue for XDP_PASS
 * @verdict: enum xdp_action, or FN_NO_VERDICT without a program
 * @target: port number for XDP_REDIRECT
 * @summed: the port has made its TCP or UDP checksum, which so is right
 * @decided: @verdict holds and the program is not run again
 * @marked: @marks are for the host's stack
 * @marks: valid while classifiers run, and if @marked
 * @tstamp: card's clock at arrival, ns
 */
struct fn_packet {
	u8 *cell;
	u32 size;
	u32 meta;
	u32 data;
	u32 end;
	u32 hash;
	u16 hash_of;
	u32 queue;
	u32 verdict;
	u32 target;
	bool summed;
	bool decided;
	bool marked;
	struct fn_skb_marks marks;
	u64 tstamp;
};

static inline u32 fn_packet_len(const struct fn_packet *pkt)
{
	return pkt->end - pkt->data;
}

#endif /* FN_ENGINE_PACKET_H */
