/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Large frames that are cut up.
 */
#ifndef FN_CARD_SEGMENT_H
#define FN_CARD_SEGMENT_H

#include "card.h"

/**
 * struct fn_segments - a large frame, and how it is cut up
 * @len: bytes of it
 * @mss: bytes of payload in each of its parts but the last
 * @transport: where the header of TCP or UDP is
 * @sum: where its checksum is, from there
 * @ip: where the header of IP is
 * @version: of IP
 * @tcp: it is TCP and not UDP
 * @size: bytes of all headers
 * @headers: they, and what comes after
 */
struct fn_segments {
	u32 len;
	u32 mss;
	u32 transport;
	u32 sum;
	u32 ip;
	u32 version;
	bool tcp;
	u32 size;
	u8 headers[FN_TX_HEADERS_MAX];
};

/* segment.c */
bool fn_segments_begin(struct fn_segments *s);
void fn_segment_finish(const struct fn_segments *s, u8 *frame, u32 at, u32 n);

#endif /* FN_CARD_SEGMENT_H */
