/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Captures: copies of frames on their way through the card, for the host. What
 * costs time when nobody captures is one look at card->capturing.
 */
#ifndef FN_CARD_CAPTURE_H
#define FN_CARD_CAPTURE_H

#include "card.h"

/* capture.c; under fn_read_lock() */
void fn_capture_packet(struct fn_worker *w, const struct fn_card_port *port,
		       const struct fn_packet *pkt, u32 point);
void fn_capture_sent(struct fn_worker *w, const struct fn_card_port *port,
		     const u8 *frame, u32 len);
int fn_ctrl_capture_start(struct fn_card *card, void *msg);
int fn_ctrl_capture_stop(struct fn_card *card, void *msg);
void fn_capture_free_all(struct fn_card *card);

/* Does anybody want frames at a point? */
static inline bool fn_captures(const struct fn_card *card, u32 point)
{
	return unlikely(READ_ONCE(card->capturing) & point);
}

#endif /* FN_CARD_CAPTURE_H */
