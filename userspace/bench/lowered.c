// SPDX-License-Identifier: GPL-2.0
/*
 * The program onto the card as flownic load would put it there. The host has it
 * as it is: that is what is compared.
 */
#include <bpf/libbpf.h>

#include "bench.h"
#include "userspace/load/load.h"
#include "userspace/tool.h"

static bool place(struct fn_bench *b, struct fn_loading *l)
{
	bool ok = fn_load_place(l, FN_LOAD_OFFLOAD);

	if (ok && (l->low.nhost || l->low.whole)) {
		snprintf(
			l->why, sizeof(l->why),
			"part of it runs in a companion on the host, which only flownic load attaches");
		ok = false;
	}
	ok = ok && fn_load_fill(l);
	snprintf(b->why, sizeof(b->why), "%s", l->why);
	b->object = l->object;
	b->program = l->program;
	return ok;
}

/**
 * fn_bench_lower - load the program onto the card, lowered
 * @b: run; if that can't be, @why says why and nothing has been reported
 * @ifindex: port of the card
 *
 * Return: exit status. -1 if the program cannot run there.
 */
int fn_bench_lower(struct fn_bench *b, u32 ifindex)
{
	struct fn_loading *l = fn_check_alloc(calloc(1, sizeof(*l)));
	int status;

	l->path = b->o.path;
	l->dev = "the card";
	l->ifindex = ifindex;
	l->companion = -1;
	b->lowered = l;
	status = fn_load_read(l) ?:
				   fn_lower_choose(&l->o, l->path, b->o.prog,
						   BPF_PROG_TYPE_XDP, &l->p);
	if (status)
		return status;
	return place(b, l) ? FN_DONE : -1;
}

/**
 * fn_bench_lowered_free - undo fn_bench_lower()
 * @b: run, of which that may not have been asked
 */
void fn_bench_lowered_free(struct fn_bench *b)
{
	struct fn_loading *l = b->lowered;

	if (!l)
		return;
	fn_load_free(l);
	fn_object_close(&l->o);
	free(l->file);
	free(l);
	b->lowered = NULL;
	b->object = NULL;
}
