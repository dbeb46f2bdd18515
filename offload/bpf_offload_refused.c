// SPDX-License-Identifier: GPL-2.0
/*
 * Refusals: whoever refuses something says so here, too, since not every way to
 * ask has room for a sentence.
 */
#include "bpf_offload_priv.h"

/**
 * fn_offload_refused - say why something was refused
 * @off: the card
 * @what: kind of thing
 * @dev: netdev it was for, or NULL
 * @err: negative errno
 * @text: a sentence; if it is NULL or empty, there is nothing to say
 */
void fn_offload_refused(struct fn_offload *off, const char *what,
			const struct net_device *dev, int err, const char *text)
{
	if (text && text[0])
		off->cfg.refused(off->cfg.host, what, dev, err, text);
}
