/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The outer side of the card's ports: where cables are plugged in. Whoever
 * holds the far end of a cable is the world, not the card's driver.
 */
#ifndef FN_MAC_H
#define FN_MAC_H

#include "platform.h"

struct fn_card;

/**
 * struct fn_mac_ops - the far end of a cable
 * @transmit: the port sends a frame of @len bytes at @frame, which is the
 *	port's again after return; false if the far end can't take it now.
 *	Called from a worker of the card, process context, may not sleep; from
 *	several workers at a time if the card has several
 * @resume: a paused far end may send again (same context, or that of a control
 *	message that takes the port down)
 * @flush: the worker has no more frames for now (same context)
 */
struct fn_mac_ops {
	bool (*transmit)(void *wire, const void *frame, u32 len);
	void (*resume)(void *wire);
	void (*flush)(void *wire);
};

/**
 * struct fn_mac_seg - a piece of a frame
 * @data: bytes
 * @len: how many
 */
struct fn_mac_seg {
	const void *data;
	u32 len;
};

/**
 * struct fn_mac_rest - what a frame lacks that the card at the far end would add
 * @csum_start: where its checksum starts, from the frame's start
 * @csum_offset: where the sum goes, from @csum_start
 * @mss: 0, or the frame is a large one and is to be cut up into frames with so
 *	many bytes of payload; as with FN_TX_SEGMENT
 */
struct fn_mac_rest {
	u16 csum_start;
	u16 csum_offset;
	u16 mss;
};

/* What became of a frame given to fn_port_receive(). */
enum fn_mac_rx {
	FN_MAC_QUEUED,
	FN_MAC_PAUSE, /* queued; send no more until resume */
	FN_MAC_DROPPED, /* counted by the port */
};

/* engine/port.c */
int fn_port_plug(struct fn_card *card, u32 port, const struct fn_mac_ops *ops,
		 void *wire);
void fn_port_unplug(struct fn_card *card, u32 port);
/* Any context, hard interrupts included; several senders at a time. */
enum fn_mac_rx fn_port_receive(struct fn_card *card, u32 port,
			       const struct fn_mac_seg *segs, u32 nsegs);
enum fn_mac_rx fn_port_receive_rest(struct fn_card *card, u32 port,
				    const struct fn_mac_seg *segs, u32 nsegs,
				    const struct fn_mac_rest *rest);
/* Start the worker on what was queued; once after a burst of frames. */
void fn_port_kick(struct fn_card *card, u32 port);
/* The far end wants a pause of what the host sends, or no more; any context. */
void fn_port_hold(struct fn_card *card, u32 port, bool on);

#endif /* FN_MAC_H */
