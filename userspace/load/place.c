// SPDX-License-Identifier: GPL-2.0
/*
 * The program and its maps into the kernel, or onto the card, by libbpf. They
 * are gone when the tool ends, unless they are pinned.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "load.h"
#include "userspace/check/check.h"
#include "userspace/tool.h"

static bool bad(struct fn_loading *l, const char *text)
{
	snprintf(l->why, sizeof(l->why), "%s", text);
	return false;
}

/* flownic check tells better than an errno what the card does not take. */
static bool explain(struct fn_loading *l)
{
	struct fn_check_result j = {};
	struct fn_object o;

	if (!fn_lowered_open(&l->low, &o) && o.nprogs &&
	    !fn_check_program(&o, &o.progs[0], &j) && j.reasons.n) {
		const struct fn_reason *r = &j.reasons.r[0];
		const struct fn_line *line =
			fn_program_line(&o.progs[0], r->insn);
		u32 more = j.reasons.n + j.reasons.more - 1;
		int n = 0;

		if (r->insn != FN_ORIGIN_NONE && line)
			n = snprintf(l->why, sizeof(l->why),
				     "%s:%u: ", line->file, line->line);
		n += snprintf(l->why + n, sizeof(l->why) - n, "%s", r->text);
		if (more && n < (int)sizeof(l->why))
			snprintf(l->why + n, sizeof(l->why) - n,
				 " (and %u more; see flownic check --lower)",
				 more);
		fn_check_result_free(&j);
	}
	fn_object_close(&o);
	return false;
}

static bool place_lowered(struct fn_loading *l, u32 ifindex)
{
	struct fn_lower_options options = fn_lower_options_of();

	options.cores = fn_load_cores(ifindex);
	options.host = !ifindex;
	options.one_worker = ifindex && fn_load_has_one_worker(ifindex);
	if (!fn_lower_object(&l->o, l->p, &options, &l->low))
		return bad(l, l->low.why);
	if (!ifindex && (l->low.nhost || l->low.whole))
		return bad(
			l,
			"lowered, it leaves packets to a companion on the host, so that it can't be there itself: --without host,redirect");
	if (l->low.one_worker && !fn_load_has_one_worker(ifindex))
		return bad(
			l,
			"it has spin locks, which are right on a card with one worker only (module parameter workers=1)");
	if (!fn_load_object(l, l->low.data, l->low.size) ||
	    !fn_load_choose(l, ifindex) || !fn_kinds_make(l, ifindex))
		return false;
	return !bpf_object__load(l->object) || bad(l, fn_said(errno));
}

/* The least program there is: a netdev that does not take it, takes none. */
static bool takes_programs(const struct fn_loading *l)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_ifindex = l->ifindex);
	int fd = bpf_prog_load(l->p->bpf.type, "flownic_probe", "GPL", insns,
			       ARRAY_SIZE(insns), &opts);

	if (fd >= 0)
		close(fd);
	return fd >= 0 || (errno != EINVAL && errno != EOPNOTSUPP);
}

static bool place_offload(struct fn_loading *l)
{
	if (place_lowered(l, l->ifindex))
		return true;
	if (l->low.data && !takes_programs(l)) {
		snprintf(
			l->why, sizeof(l->why),
			"%.64s takes no programs, as ports of a card do: mode native is for other netdevs",
			l->dev);
		return false;
	}
	/* The card's own sentence on a kind of map is the better one. */
	return l->low.data && !l->kind_refused ? explain(l) : false;
}

static bool place_host(struct fn_loading *l)
{
	if (fn_options.lower)
		return place_lowered(l, 0);
	if (!fn_load_open(l) || !fn_load_set(l, l->object))
		return false;
	if (bpf_object__load(l->object))
		return fn_load_refused(l);
	return fn_load_tails(l, l->object) && fn_load_inner(l, l->object);
}

/**
 * fn_load_place - have the kernel take the program
 * @l: what is to be loaded
 * @mode: how
 *
 * Return: false if it does not; @l says why.
 */
bool fn_load_place(struct fn_loading *l, enum fn_load_mode mode)
{
	return mode == FN_LOAD_OFFLOAD ? place_offload(l) : place_host(l);
}

/**
 * fn_load_free - undo fn_load_place(), but for what is pinned or attached
 * @l: what was loaded
 */
void fn_load_free(struct fn_loading *l)
{
	fn_companion_free(l);
	fn_kinds_free(l);
	bpf_object__close(l->object);
	fn_lowered_free(&l->low);
	l->low = (struct fn_lowered){};
	l->object = NULL;
	l->program = NULL;
}

/**
 * fn_load_id - what the kernel knows a program by
 * @prog: file descriptor
 *
 * Return: id.
 */
u32 fn_load_id(int prog)
{
	struct bpf_prog_info info = {};
	u32 len = sizeof(info);

	return bpf_obj_get_info_by_fd(prog, &info, &len) ? 0 : info.id;
}

/**
 * fn_load_program_id - what the kernel knows the program by
 * @l: what is loaded
 *
 * Return: id.
 */
u32 fn_load_program_id(const struct fn_loading *l)
{
	return fn_load_id(bpf_program__fd(l->program));
}
