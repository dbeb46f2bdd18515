// SPDX-License-Identifier: GPL-2.0
/*
 * Maps of devices, CPUs and sockets stay on the host: a packet that is to be
 * redirected by one goes there with the number of the map, the key and the flags
 * in its metadata, and a companion program does there what was meant:
 *
 *	| magic and number of the map | key | flags (64 bits) | packet ...
 *
 * What is preserved: default actions, all flags, what the host checks when such
 * a map is changed; that works only where the result of bpf_redirect_map() is
 * what the program returns. What the user sees: the port has a program in native
 * mode, too, and the card counts the packet as passed.
 */
#include <string.h>

#include "lower.h"
#include "passes.h"
#include "userspace/tool.h"

#define MOST_STEPS 64

/**
 * struct work - on a function
 * @e: function
 * @s: state at the instruction at hand
 * @key: where the key is kept, and flags behind it
 */
struct work {
	struct fn_edit e;
	struct fn_state s;
	s32 key;
};

static bool is_host_map(u32 type)
{
	switch (type) {
	case BPF_MAP_TYPE_DEVMAP:
	case BPF_MAP_TYPE_DEVMAP_HASH:
	case BPF_MAP_TYPE_CPUMAP:
	case BPF_MAP_TYPE_XSKMAP:
		return true;
	default:
		return false;
	}
}

static bool is_redirect(const struct fn_lower_insn *i)
{
	return i->insn.code == (BPF_JMP | BPF_CALL) && !i->insn.src_reg &&
	       !i->ref && i->insn.imm == BPF_FUNC_redirect_map;
}

static bool has_redirect(const struct fn_lower_func *f)
{
	u32 i;

	for (i = 0; i < f->n; i++)
		if (is_redirect(&f->insn[i]))
			return true;
	return false;
}

static bool copies(const struct bpf_insn *insn)
{
	return insn->code == (BPF_ALU64 | BPF_MOV | BPF_X) ||
	       insn->code == (BPF_ALU | BPF_MOV | BPF_X);
}

static bool returns_at(const struct fn_lower *l, const struct fn_lower_func *f,
		       u32 i);

/* Whether all calls of a function return what it does. */
static bool callers_return(const struct fn_lower *l, u32 func)
{
	u32 f, i;

	if (!func)
		return true;
	for (f = 0; f < l->nfuncs; f++)
		for (i = 0; i < l->func[f].n; i++) {
			const struct fn_lower_insn *insn = &l->func[f].insn[i];

			if (insn->ref == FN_REF_FUNC && insn->id == func)
				return false;
			if (insn->ref == FN_REF_CALL && insn->id == func &&
			    (f == func || !returns_at(l, &l->func[f], i)))
				return false;
		}
	return true;
}

/*
 * Whether what is called at an instruction gives the verdict, and nothing else is
 * done on the way out but copying.
 */
static bool returns_at(const struct fn_lower *l, const struct fn_lower_func *f,
		       u32 i)
{
	u32 held = 1, steps;

	for (i++, steps = 0; i < f->n && steps < MOST_STEPS; steps++) {
		const struct fn_lower_insn *insn = &f->insn[i];

		if (insn->insn.code == (BPF_JMP | BPF_EXIT))
			return held & 1 && callers_return(l, f - l->func);
		if (insn->insn.code == (BPF_JMP | BPF_JA) ||
		    insn->insn.code == (BPF_JMP32 | BPF_JA)) {
			i = insn->to;
			continue;
		}
		if (!copies(&insn->insn) || insn->has_core || insn->insn.off ||
		    !(held & 1u << insn->insn.src_reg))
			return false;
		held |= 1u << insn->insn.dst_reg;
		i++;
	}
	return false;
}

static void abort_packet(struct fn_edit *e)
{
	fn_add_set(e, 0, XDP_ABORTED);
	fn_add_exit(e);
}

static void write_metadata(struct work *w, u32 number)
{
	struct fn_edit *e = &w->e;

	fn_add_store_imm(e, BPF_W, 2, 0, (s32)(FN_COMPANION_MAGIC | number));
	fn_add_load(e, BPF_W, 4, 10, w->key);
	fn_add_store(e, BPF_W, 2, 4, 4);
	fn_add_load(e, BPF_DW, 4, 10, w->key + 8);
	fn_add_store(e, BPF_W, 2, 8, 4);
	fn_add_alu(e, BPF_RSH, 4, 32);
	fn_add_store(e, BPF_W, 2, 12, 4);
	fn_add_set(e, 0, XDP_PASS);
}

/* Map, key and flags are in r1 to r3. */
static void send_to_host(struct work *w, u32 number)
{
	struct fn_edit *e = &w->e;
	u32 good, fits;

	fn_add_store(e, BPF_DW, 10, w->key, 2);
	fn_add_store(e, BPF_DW, 10, w->key + 8, 3);
	fn_add_load(e, BPF_DW, 1, 10, w->e.f->ctx);
	fn_add_set(e, 2, (s64)-FN_COMPANION_META);
	fn_add_call(e, BPF_FUNC_xdp_adjust_meta);
	good = fn_add_jump(e, BPF_JEQ, 0, 0);
	abort_packet(e);
	fn_edit_land(e, good);
	fn_add_load(e, BPF_DW, 1, 10, w->e.f->ctx);
	fn_add_load(e, BPF_W, 2, 1, offsetof(struct xdp_md, data_meta));
	fn_add_load(e, BPF_W, 3, 1, offsetof(struct xdp_md, data));
	fn_add_mov(e, 4, 2);
	fn_add_alu(e, BPF_ADD, 4, FN_COMPANION_META);
	fits = fn_add_jump_reg(e, BPF_JLE, 4, 3);
	abort_packet(e);
	fn_edit_land(e, fits);
	write_metadata(w, number);
}

static u32 host_map(struct fn_lower *l, u32 map)
{
	u32 i;

	for (i = 0; i < l->nhost; i++)
		if (l->host[i].origin == l->map[map].origin)
			return i;
	if (l->nhost == FN_COMPANION_MAPS)
		return FN_LOWER_NONE;
	l->host[l->nhost] = l->map[map];
	return l->nhost++;
}

static bool rewrite_call(struct work *w, u32 i)
{
	struct fn_lower *l = w->e.l;
	const struct fn_value *v = &w->s.r[1];
	u32 number;

	if (v->kind != FN_V_MAP)
		return fn_lower_bad(
			l,
			"function %s: which map redirects is only known when it runs",
			w->e.f->name);
	if (!returns_at(l, w->e.f, i))
		return fn_lower_bad(
			l,
			"map %s: the program looks at the result of bpf_redirect_map(), which only the host can know; return bpf_redirect_map(...) is accepted",
			l->map[v->id].name);
	number = host_map(l, v->id);
	if (number == FN_LOWER_NONE)
		return fn_lower_bad(
			l,
			"it redirects by more than %u maps, of which %u can be",
			FN_COMPANION_MAPS, FN_COMPANION_MAPS);
	send_to_host(w, number);
	return true;
}

static bool begin(struct work *w, struct fn_lower *l, struct fn_lower_func *f)
{
	w->key = fn_lower_stack_take(l, f, 16);
	if (!w->key)
		return false;
	fn_edit_begin(&w->e, l, f);
	return true;
}

static bool rewrite(struct fn_lower *l, struct fn_lower_func *f)
{
	struct work w = {};
	struct fn_flow flow;
	bool ok = true;
	u32 i;

	if (!begin(&w, l, f))
		return false;
	fn_flow_begin(&flow, l, f);
	for (i = 0; i < f->n && ok; i++) {
		fn_edit_at(&w.e, i);
		if (fn_flow_state(&flow, i, &w.s) && is_redirect(&f->insn[i]))
			ok = rewrite_call(&w, i);
		else
			fn_edit_copy(&w.e, i);
	}
	fn_flow_end(&flow);
	if (!ok) {
		fn_edit_drop(&w.e);
		return false;
	}
	fn_edit_end(&w.e);
	fn_lower_drop_dead(f);
	return true;
}

/* Who writes metadata could be taken for us. */
static bool writes_metadata(const struct fn_lower *l)
{
	u32 f, i;

	for (f = 0; f < l->nfuncs; f++)
		for (i = 0; i < l->func[f].n; i++) {
			const struct fn_lower_insn *insn = &l->func[f].insn[i];

			if (insn->insn.code == (BPF_JMP | BPF_CALL) &&
			    !insn->insn.src_reg && !insn->ref &&
			    insn->insn.imm == BPF_FUNC_xdp_adjust_meta)
				return true;
		}
	return false;
}

/**
 * fn_lower_redirect - leave maps of devices, CPUs and sockets to the host
 * @l: program
 *
 * Return: enum fn_lower_result.
 */
enum fn_lower_result fn_lower_redirect(struct fn_lower *l)
{
	bool any = false;
	u32 f, m;

	for (m = 0; m < l->nmaps; m++)
		any |= is_host_map(l->map[m].need.type);
	for (f = 0, m = 0; f < l->nfuncs; f++)
		m += has_redirect(&l->func[f]);
	if (!any || !m)
		return FN_LOWER_SAME;
	if (writes_metadata(l)) {
		fn_lower_bad(
			l,
			"it has metadata of its own (bpf_xdp_adjust_meta) and redirects by maps, which needs them");
		return FN_LOWER_FAILED;
	}
	if (!fn_lower_contexts(l, has_redirect))
		return FN_LOWER_FAILED;
	for (f = 0; f < l->nfuncs; f++)
		if (has_redirect(&l->func[f]) && !rewrite(l, &l->func[f]))
			return FN_LOWER_FAILED;
	fn_lower_prune(l);
	fn_lower_note(
		l,
		"redirects by maps are done on the host, by a companion program in native mode");
	return FN_LOWER_CHANGED;
}
