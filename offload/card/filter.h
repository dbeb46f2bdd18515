/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Filters of a port.
 */
#ifndef FN_CARD_FILTER_H
#define FN_CARD_FILTER_H

#include "card.h"

struct fn_filters;

/* filter.c */
void fn_filters_run(struct fn_worker *w, struct fn_card_port *port,
		    const struct fn_filters *filters, struct fn_packet *pkt);
bool fn_filters_have(struct fn_card_port *p, const struct fn_prog *prog);
void fn_filters_free(struct fn_card_port *p);
int fn_ctrl_port_filter(struct fn_card *card, void *msg);
int fn_ctrl_filter_stats(struct fn_card *card, void *msg);

#endif /* FN_CARD_FILTER_H */
