// SPDX-License-Identifier: GPL-2.0
/*
 * flownic prog: what can be done to a program on a card.
 */
#include "live.h"
#include "userspace/tool.h"

static const struct fn_verb verbs[] = {
	{ "inject", fn_prog_inject },
	{ "profile", fn_prog_profile },
	{},
};

/**
 * fn_prog - flownic prog ...
 * @args: words of the command line
 *
 * Return: exit status.
 */
int fn_prog(struct fn_args *args)
{
	return fn_run_verb(verbs, args, "what to do with a program");
}
