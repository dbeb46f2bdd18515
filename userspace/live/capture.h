/* SPDX-License-Identifier: GPL-2.0 */
/*
 * flownic capture: what its files share.
 */
#ifndef FN_CAPTURE_H
#define FN_CAPTURE_H

#include "offload/pcie.h"
#include "userspace/live/live.h"

#define FN_CAPTURE_POINTS 3
#define FN_CAPTURE_IFS (FN_MAX_PORTS * FN_CAPTURE_POINTS)

/**
 * struct fn_capture - a capture going on
 * @fd: /dev/flownic
 * @card: number
 * @ports: those to capture on, of one card
 * @mask: a bit for each
 * @points: FN_CAPTURE_*
 * @snaplen: bytes of a frame at most
 * @units: of the module's buffer
 * @count: frames to capture, 0 for no end
 * @seen: frames that came
 * @path: file to write, "-" for the standard output, NULL for lines of text
 * @file: it
 * @progs: programs on the cards, as last asked for
 * @interface: number of a port's point in the file
 * @received: frames of each
 * @newest: time of the last frame, ns
 */
struct fn_capture {
	int fd;
	u32 card;
	struct fn_info *ports;
	u32 mask;
	u32 points;
	u32 snaplen;
	u32 units;
	u32 count;
	u64 seen;
	const char *path;
	FILE *file;
	struct fn_info *progs;
	u32 interface[FN_MAX_PORTS][FN_CAPTURE_POINTS];
	u64 received[FN_CAPTURE_IFS];
	u64 newest;
};

/* capture_out.c */
int fn_capture_out_begin(struct fn_capture *c);
void fn_capture_out(struct fn_capture *c, const struct fn_capture_rec *rec);
void fn_capture_out_end(struct fn_capture *c, u64 lost);

#endif /* FN_CAPTURE_H */
