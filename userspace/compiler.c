// SPDX-License-Identifier: GPL-2.0
/* How the compiler of a modelled card is told to translate. */

#include "profiles.h"
#include "tool.h"

/**
 * fn_profile_compiler - options of the translator for a card
 * @p: card
 * @level: of optimisation
 *
 * Return: the options; passes are left out as the command line says.
 */
struct fn_tr_options fn_profile_compiler(const struct fn_profile *p, u32 level)
{
	return (struct fn_tr_options){
		.level = level,
		.lanes = p->lanes,
		.blocks = p->blocks,
		.without = fn_options.without,
	};
}
