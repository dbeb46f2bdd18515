/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Captures, a frame at a time.
 */
#ifndef FN_PCAP_H
#define FN_PCAP_H

#include "offload/platform.h"

struct pcap;
struct pcap_dumper;

/**
 * struct fn_pcap - a capture that is read, perhaps several times
 * @path: of the file
 * @in: open file
 * @size: of the file in bytes, 0 if it has none
 * @frame: at hand
 * @len: bytes of @frame that were captured
 * @wire: bytes that it had, at least @len
 * @cut: frames so far that had been longer on the wire
 * @kept: all frames, each after its lengths, as long as they fit
 * @used: bytes of @kept
 * @at: in @kept, of the next frame when they are read from there
 * @whole: @kept has the whole capture
 * @again: frames are read from @kept
 */
struct fn_pcap {
	const char *path;
	struct pcap *in;
	u64 size;
	const u8 *frame;
	u32 len;
	u32 wire;
	u32 cut;
	u8 *kept;
	u32 used;
	u32 at;
	bool whole;
	bool again;
};

/**
 * struct fn_pcap_out - a capture that is written
 * @path: of the file, NULL if there is none
 * @dead: what libpcap wants instead of a device
 * @out: open file
 */
struct fn_pcap_out {
	const char *path;
	struct pcap *dead;
	struct pcap_dumper *out;
};

/* pcap.c */
int fn_pcap_open(struct fn_pcap *p, const char *path);
int fn_pcap_next(struct fn_pcap *p);
int fn_pcap_rewind(struct fn_pcap *p);
double fn_pcap_share(const struct fn_pcap *p);
void fn_pcap_close(struct fn_pcap *p);
int fn_pcap_create(struct fn_pcap_out *p, const char *path);
void fn_pcap_write(struct fn_pcap_out *p, const u8 *frame, u32 len, u64 ns);
int fn_pcap_finish(struct fn_pcap_out *p);

#endif /* FN_PCAP_H */
