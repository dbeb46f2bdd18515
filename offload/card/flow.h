/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the steering of a port shares: flows, and rules for them.
 */
#ifndef FN_CARD_FLOW_H
#define FN_CARD_FLOW_H

#include "card.h"

struct fn_rules;

/**
 * struct fn_flow - where a frame's addresses and ports are
 * @kind: enum fn_flow_kind
 * @type: first byte of the Ethernet type after VLAN tags
 * @addr: first byte of both addresses, if there are
 * @naddr: bytes of them, 0 for FN_FLOW_OTHER
 * @ports: first byte of both ports, or NULL
 */
struct fn_flow {
	u32 kind;
	const u8 *type;
	const u8 *addr;
	u32 naddr;
	const u8 *ports;
};

/* flow.c */
void fn_flow_find(struct fn_flow *f, const u8 *frame, u32 len);

/**
 * struct fn_rule_to - where a rule sends its frames
 * @queue: receive queue or FN_RULE_DROP
 * @context: not 0: to the queue that this one's table says
 */
struct fn_rule_to {
	u32 queue;
	u32 context;
};

/* rules.c */
const struct fn_rule_to *fn_rules_match(const struct fn_rules *rules,
					const u8 *frame,
					const struct fn_flow *f);
void fn_rules_free(struct fn_card_port *port);

#endif /* FN_CARD_FLOW_H */
