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

static bool is_redirect(const struct fn_lower_insn *i)
{
	return i->insn.code == (BPF_JMP | BPF_CALL) && !i->insn.src_reg &&
	       !i->ref && i->insn.imm == BPF_FUNC_redirect_map;
}

static bool is_lookup(const struct fn_lower_insn *i)
{
	return i->insn.code == (BPF_JMP | BPF_CALL) && !i->insn.src_reg &&
	       !i->ref && i->insn.imm == BPF_FUNC_map_lookup_elem;
}

static bool has_redirect(const struct fn_lower_func *f)
{
	u32 i;

	for (i = 0; i < f->n; i++)
		if (is_redirect(&f->insn[i]))
			return true;
	return false;
}

/**
 * fn_redirect_can - whether the host can redirect for a call
 * @l: program
 * @f: function of it
 * @i: the call
 * @s: state before it
 *
 * Return: whether it can.
 */
bool fn_redirect_can(const struct fn_lower *l, const struct fn_lower_func *f,
		     u32 i, const struct fn_state *s)
{
	return s->r[1].kind == FN_V_MAP && fn_redirect_returns(l, f, i);
}

/* Map, key and flags are in r1 to r3. */
static void send_to_host(struct work *w, u32 number)
{
	struct fn_edit *e = &w->e;

	fn_add_store(e, BPF_DW, 10, w->key, 2);
	fn_add_store(e, BPF_DW, 10, w->key + 8, 3);
	fn_handover(e, number, w->key);
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

static bool too_many(struct fn_lower *l)
{
	return fn_lower_bad(
		l, "it redirects by more than %u maps, of which %u can be",
		FN_COMPANION_MAPS, FN_COMPANION_MAPS);
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
	if (!fn_redirect_returns(l, w->e.f, i))
		return fn_lower_bad(
			l,
			"map %s: the program looks at the result of bpf_redirect_map(), which only the host can know; return bpf_redirect_map(...) is accepted",
			l->map[v->id].name);
	number = host_map(l, v->id);
	if (number == FN_LOWER_NONE)
		return too_many(l);
	send_to_host(w, number);
	return true;
}

/* The map is looked up in, to redirect by it if there is something. */
static bool rewrite_lookup(struct work *w, u64 flags)
{
	u32 number = host_map(w->e.l, w->s.r[1].id);

	if (number == FN_LOWER_NONE)
		return too_many(w->e.l);
	fn_add_load(&w->e, BPF_W, 2, 2, 0);
	fn_add_set(&w->e, 3, flags);
	send_to_host(w, number);
	fn_add_exit(&w->e);
	return true;
}

static bool rewrite_insn(struct work *w, u32 i)
{
	u64 flags;

	if (is_redirect(&w->e.f->insn[i]))
		return rewrite_call(w, i);
	if (is_lookup(&w->e.f->insn[i]) &&
	    fn_lookup_redirects(w->e.l, w->e.f, i, &w->s, &flags))
		return rewrite_lookup(w, flags);
	fn_edit_copy(&w->e, i);
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
		if (fn_flow_state(&flow, i, &w.s))
			ok = rewrite_insn(&w, i);
		else
			fn_edit_copy(&w.e, i);
	}
	fn_flow_end(&flow);
	if (!ok) {
		fn_edit_drop(&w.e);
		return false;
	}
	fn_edit_end(&w.e);
	fn_lower_drop_unreached(f);
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
		any |= fn_redirect_map(l->map[m].need.type);
	for (f = 0, m = 0; f < l->nfuncs; f++)
		m += has_redirect(&l->func[f]);
	if (!any || !m)
		return FN_LOWER_SAME;
	/* host.c has seen to that. */
	if (!l->whole && writes_metadata(l)) {
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
