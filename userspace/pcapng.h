/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writing pcapng, which has room for what pcap has none: several interfaces,
 * nanoseconds, the verdict and a comment of each packet, and what was lost.
 */
#ifndef FN_PCAPNG_H
#define FN_PCAPNG_H

#include <stdio.h>

#include "offload/platform.h"

/**
 * struct fn_pcapng_packet - a packet to write
 * @interface: number, in the order that they were written
 * @tstamp: ns since 1970
 * @data: bytes that were captured
 * @len: how many
 * @full: how many there were
 * @out: it leaves
 * @verdict: enum xdp_action if @has_verdict
 * @comment: for people, or NULL
 */
struct fn_pcapng_packet {
	u32 interface;
	u64 tstamp;
	const void *data;
	u32 len;
	u32 full;
	bool out;
	bool has_verdict;
	u64 verdict;
	const char *comment;
};

/* pcapng.c; errors are those of @f */
void fn_pcapng_begin(FILE *f);
void fn_pcapng_interface(FILE *f, const char *name, const char *what,
			 u32 snaplen);
void fn_pcapng_packet(FILE *f, const struct fn_pcapng_packet *p);
void fn_pcapng_statistics(FILE *f, u32 interface, u64 tstamp, u64 received,
			  u64 lost);

#endif /* FN_PCAPNG_H */
