// SPDX-License-Identifier: GPL-2.0
/* How the compiler of a modelled card is told to translate. */

#include "profiles.h"
#include "userspace/tool.h"

/* What the card's compiler and the command line leave out. */
static const char *without(const struct fn_profile *p)
{
	static char both[1024];

	if (!fn_options.without || !*p->without)
		return fn_options.without ?: p->without;
	snprintf(both, sizeof(both), "%s,%s", p->without, fn_options.without);
	return both;
}

/**
 * fn_profile_compiler - options of the translator for a card
 * @p: card
 * @level: of optimisation
 *
 * Return: the options; passes are left out as the profile and the command line
 * say. They hold until the next call.
 */
struct fn_tr_options fn_profile_compiler(const struct fn_profile *p, u32 level)
{
	return (struct fn_tr_options){
		.level = level,
		.lanes = p->lanes,
		.blocks = p->blocks,
		.without = without(p),
	};
}
