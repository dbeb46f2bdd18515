// SPDX-License-Identifier: GPL-2.0
/*
 * What instructions do that matters to who may do them: things that only a host
 * can, things that must not be done twice, things whose result changes.
 */
#include <bpf/libbpf.h>
#include <linux/pkt_cls.h>
#include <string.h>

#include "lower.h"
#include "offload/context.h"
#include "offload/engine/map.h"
#include "offload/helpers.h"
#include "userspace/tool.h"

/* Helpers that lowerings know, and the card does not. */
static bool is_lowered(const struct fn_lower *l, u32 helper)
{
	switch (helper) {
	case BPF_FUNC_spin_lock:
	case BPF_FUNC_spin_unlock:
		return l->options->host;
	case BPF_FUNC_tail_call:
	case BPF_FUNC_redirect_map:
	case BPF_FUNC_map_lookup_percpu_elem:
	case BPF_FUNC_ringbuf_output:
	case BPF_FUNC_ringbuf_reserve:
	case BPF_FUNC_ringbuf_submit:
	case BPF_FUNC_ringbuf_discard:
		return true;
	default:
		return false;
	}
}

/* Types that are on no card, and that no lowering makes something else of. */
static bool is_host_type(u32 type)
{
	switch (type) {
	case BPF_MAP_TYPE_STACK_TRACE:
	case BPF_MAP_TYPE_CGROUP_ARRAY:
	case BPF_MAP_TYPE_ARRAY_OF_MAPS:
	case BPF_MAP_TYPE_HASH_OF_MAPS:
	case BPF_MAP_TYPE_SOCKMAP:
	case BPF_MAP_TYPE_SOCKHASH:
	case BPF_MAP_TYPE_CGROUP_STORAGE:
	case BPF_MAP_TYPE_REUSEPORT_SOCKARRAY:
	case BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE:
	case BPF_MAP_TYPE_QUEUE:
	case BPF_MAP_TYPE_STACK:
	case BPF_MAP_TYPE_SK_STORAGE:
	case BPF_MAP_TYPE_STRUCT_OPS:
	case BPF_MAP_TYPE_INODE_STORAGE:
	case BPF_MAP_TYPE_TASK_STORAGE:
	case BPF_MAP_TYPE_BLOOM_FILTER:
	case BPF_MAP_TYPE_USER_RINGBUF:
		return true;
	default:
		return false;
	}
}

/* What the program is lowered for has locks only if that is the host. */
static bool is_special(const struct fn_lower *l, const struct fn_lower_map *m)
{
	const char *special;

	if (m->origin == FN_LOWER_NONE || m->plain)
		return false;
	special = l->o->maps[m->origin].special;
	return special &&
	       !(l->options->host && !strcmp(special, "bpf_spin_lock"));
}

static bool is_host_map(const struct fn_lower *l, u32 map)
{
	const struct fn_lower_map *m = &l->map[map];

	return is_host_type(m->need.type) ||
	       m->need.value_size > FN_MAX_VALUE || is_special(l, m);
}

/* The value of an array on the card, which variables become, has no room for it. */
static bool is_host_data(const struct fn_lower *l, u32 data)
{
	return l->data[data].size > FN_MAX_VALUE;
}

/**
 * fn_is_classifier - whether a program is one
 * @l: program
 *
 * Return: whether its context is an skb.
 */
bool fn_is_classifier(const struct fn_lower *l)
{
	return l->p->bpf.type == BPF_PROG_TYPE_SCHED_CLS;
}

static u8 helper_effects(u32 helper)
{
	const struct fn_helper_info *h = fn_helper_find(helper);

	switch (helper) {
	case BPF_FUNC_perf_event_output:
	case BPF_FUNC_trace_printk:
	case BPF_FUNC_ringbuf_output:
	case BPF_FUNC_ringbuf_reserve:
	case BPF_FUNC_ringbuf_submit:
	case BPF_FUNC_ringbuf_discard:
	case BPF_FUNC_tail_call:
	/* Drawn twice, what is rare would be rarer. */
	case BPF_FUNC_get_prandom_u32:
		return FN_TRAIT_EFFECT;
	case BPF_FUNC_ktime_get_ns:
	case BPF_FUNC_ktime_get_boot_ns:
	case BPF_FUNC_ktime_get_coarse_ns:
	case BPF_FUNC_ktime_get_tai_ns:
	case BPF_FUNC_jiffies64:
	case BPF_FUNC_get_smp_processor_id:
	case BPF_FUNC_get_hash_recalc:
		return FN_TRAIT_CHANCE;
	/* It moves no byte of a frame that is in one piece. */
	case BPF_FUNC_skb_pull_data:
		return 0;
	case BPF_FUNC_xdp_adjust_meta:
		return FN_TRAIT_EFFECT | FN_TRAIT_META;
	}
	return h && h->effects & (FN_HELPER_MAPS | FN_HELPER_PACKET) ?
		       FN_TRAIT_EFFECT :
		       0;
}

/* The card redirects to the egress of its ports alone. */
static u8 redirect(u32 helper, const struct fn_state *s)
{
	const struct fn_value *flags =
		&s->r[helper == BPF_FUNC_clone_redirect ? 3 : 2];
	u8 traits = helper_effects(helper);

	if (flags->kind != FN_V_CONST || flags->n & BPF_F_INGRESS)
		traits |= FN_TRAIT_HOST | FN_TRAIT_BACK;
	return traits;
}

static u8 helper_call(const struct fn_traits *t, const struct fn_lower_func *f,
		      u32 i, const struct fn_state *s)
{
	const struct fn_lower *l = t->l;
	u32 helper = f->insn[i].insn.imm;
	const struct fn_value *map = &s->r[1];
	u64 flags;

	if (!fn_helper_has(helper, l->p->bpf.type) && !is_lowered(l, helper))
		return FN_TRAIT_HOST;
	if (fn_is_classifier(l) &&
	    (helper == BPF_FUNC_redirect || helper == BPF_FUNC_clone_redirect))
		return redirect(helper, s);
	if (helper == BPF_FUNC_redirect_map && !fn_redirect_can(l, f, i, s))
		return FN_TRAIT_HOST;
	if (fn_lower_takes_map(helper) && map->kind == FN_V_MAP &&
	    fn_redirect_map(l->map[map->id].need.type) &&
	    !fn_lookup_redirects(l, f, i, s, &flags))
		return FN_TRAIT_HOST;
	/* Redirects by maps take the metadata. */
	if (helper == BPF_FUNC_xdp_adjust_meta && t->redirects)
		return FN_TRAIT_HOST | FN_TRAIT_META;
	return helper_effects(helper);
}

static u8 call(const struct fn_traits *t, const struct fn_lower_func *f, u32 i,
	       const struct fn_state *s)
{
	const struct fn_lower_insn *insn = &f->insn[i];

	if (insn->ref == FN_REF_CALL)
		return t->func[insn->id];
	if (insn->ref || insn->insn.src_reg)
		return FN_TRAIT_HOST;
	return helper_call(t, f, i, s);
}

/* What may be another when the packet comes to the host. */
static bool is_chance(const struct fn_lower *l, const struct bpf_insn *insn)
{
	s32 off = insn->off;

	if (fn_is_classifier(l) && off == offsetof(struct __sk_buff, hwtstamp))
		return true;
	if (BPF_SIZE(insn->code) != BPF_W)
		return false;
	if (!fn_is_classifier(l))
		return off == offsetof(struct xdp_md, rx_queue_index);
	return off == offsetof(struct __sk_buff, queue_mapping) ||
	       off == offsetof(struct __sk_buff, hash);
}

/* In a function, the context may be in registers that are not known to have it. */
static bool may_be_context(const struct fn_traits *t,
			   const struct fn_lower_func *f,
			   const struct fn_value *base)
{
	return base->kind == FN_V_CTX ||
	       (f != t->l->func &&
		(base->kind == FN_V_ANY || base->kind == FN_V_CLEAN ||
		 base->kind == FN_V_ARGUMENT));
}

static u8 load(const struct fn_traits *t, const struct fn_lower_func *f,
	       const struct bpf_insn *insn, const struct fn_state *s)
{
	const struct fn_value *base = &s->r[insn->src_reg];
	const struct fn_ctx_layout *layout = fn_ctx_layout(t->l->p->bpf.type);
	const struct fn_ctx_field *field =
		base->kind == FN_V_CTX ? fn_ctx_field(layout, insn->off) : NULL;

	if (field && field->why && fn_is_classifier(t->l))
		return FN_TRAIT_HOST;
	return may_be_context(t, f, base) && is_chance(t->l, insn) ?
		       FN_TRAIT_CHANCE :
		       0;
}

static bool is_index(const struct bpf_insn *insn)
{
	return BPF_SIZE(insn->code) == BPF_W &&
	       (insn->off == offsetof(struct __sk_buff, tc_index) ||
		insn->off == offsetof(struct __sk_buff, tc_classid));
}

/* The host's packet has fields that the card can't set. */
static u8 store(const struct fn_traits *t, const struct fn_lower_func *f,
		const struct bpf_insn *insn, const struct fn_state *s)
{
	const struct fn_ctx_layout *layout = fn_ctx_layout(t->l->p->bpf.type);
	const struct fn_value *base = &s->r[insn->dst_reg];
	const struct fn_ctx_field *field;
	u8 traits = FN_TRAIT_EFFECT;

	if (base->kind == FN_V_STACK)
		return 0;
	if (!fn_is_classifier(t->l))
		return traits;
	if (may_be_context(t, f, base) && is_index(insn))
		traits |= FN_TRAIT_INDEX;
	field = base->kind == FN_V_CTX ? fn_ctx_field(layout, insn->off) : NULL;
	return field && !field->written ? traits | FN_TRAIT_HOST : traits;
}

static u8 traits_of(const struct fn_traits *t, const struct fn_lower_func *f,
		    u32 i, const struct fn_state *s)
{
	const struct fn_lower_insn *insn = &f->insn[i];

	if (insn->ref == FN_REF_MAP)
		return is_host_map(t->l, insn->id) ? FN_TRAIT_HOST : 0;
	if (insn->ref == FN_REF_DATA)
		return is_host_data(t->l, insn->id) ? FN_TRAIT_HOST : 0;
	if (insn->ref == FN_REF_FUNC)
		return t->func[insn->id];
	if (insn->ref == FN_REF_EXTERN)
		return FN_TRAIT_HOST;
	switch (BPF_CLASS(insn->insn.code)) {
	case BPF_ST:
	case BPF_STX:
		return store(t, f, &insn->insn, s);
	case BPF_LDX:
		return load(t, f, &insn->insn, s);
	case BPF_JMP:
		return BPF_OP(insn->insn.code) == BPF_CALL ? call(t, f, i, s) :
							     0;
	default:
		return 0;
	}
}

static bool use(struct fn_traits *t, u32 f, u32 what)
{
	bool was = t->uses[f][what];

	t->uses[f][what] = true;
	return !was;
}

static bool use_all(struct fn_traits *t, u32 f, u32 callee)
{
	bool changed = false;
	u32 i;

	for (i = 0; i < t->nuses; i++)
		if (t->uses[callee][i])
			changed |= use(t, f, i);
	return changed;
}

static bool note_uses(struct fn_traits *t, u32 f, const struct fn_lower_insn *i)
{
	switch (i->ref) {
	case FN_REF_MAP:
		return use(t, f, i->id);
	case FN_REF_DATA:
		return use(t, f, t->l->nmaps + i->id);
	case FN_REF_CALL:
	case FN_REF_FUNC:
		return use_all(t, f, i->id);
	default:
		return false;
	}
}

/* Whether anything new is known of the function. */
static bool look(struct fn_traits *t, u32 func)
{
	const struct fn_lower_func *f = &t->l->func[func];
	u8 before = t->func[func];
	struct fn_state s = {};
	bool changed = false;
	struct fn_flow w;
	u32 i;

	fn_flow_begin(&w, t->l, f);
	for (i = 0; i < f->n; i++) {
		if (!fn_flow_state(&w, i, &s))
			continue;
		t->insn[func][i] = traits_of(t, f, i, &s) | FN_TRAIT_REACHED;
		t->func[func] |= t->insn[func][i];
		changed |= note_uses(t, func, &f->insn[i]);
	}
	fn_flow_end(&w);
	return changed || t->func[func] != before;
}

static bool redirects(const struct fn_lower *l)
{
	u32 f, i;

	for (f = 0; f < l->nfuncs; f++)
		for (i = 0; i < l->func[f].n; i++)
			if (l->func[f].insn[i].ref == FN_REF_MAP &&
			    fn_redirect_map(
				    l->map[l->func[f].insn[i].id].need.type))
				return true;
	return false;
}

/**
 * fn_traits_begin - find out what instructions do
 * @t: to fill in; fn_traits_end() is due
 * @l: program
 *
 * Return: whether there is anything that only a host can do.
 */
bool fn_traits_begin(struct fn_traits *t, const struct fn_lower *l)
{
	bool changed = true;
	u32 f;

	*t = (struct fn_traits){
		.l = l,
		.nuses = l->nmaps + l->ndata,
		.redirects = redirects(l),
	};
	t->insn = fn_check_alloc(calloc(l->nfuncs, sizeof(*t->insn)));
	t->func = fn_check_alloc(calloc(l->nfuncs, 1));
	t->uses = fn_check_alloc(calloc(l->nfuncs, sizeof(*t->uses)));
	for (f = 0; f < l->nfuncs; f++) {
		t->insn[f] = fn_check_alloc(calloc(l->func[f].n + 1, 1));
		t->uses[f] = fn_check_alloc(calloc(t->nuses + 1, sizeof(bool)));
	}
	while (changed)
		for (f = 0, changed = false; f < l->nfuncs; f++)
			changed |= look(t, f);
	return t->func[0] & FN_TRAIT_HOST;
}

/**
 * fn_traits_end - undo fn_traits_begin()
 * @t: what was known
 */
void fn_traits_end(struct fn_traits *t)
{
	u32 f;

	for (f = 0; f < t->l->nfuncs; f++) {
		free(t->insn[f]);
		free(t->uses[f]);
	}
	free(t->insn);
	free(t->func);
	free(t->uses);
}

static const char *name_insn(const struct fn_lower *l,
			     const struct bpf_insn *insn, char *text,
			     size_t size)
{
	const struct fn_ctx_layout *layout = fn_ctx_layout(l->p->bpf.type);
	const struct fn_ctx_field *field = fn_ctx_field(layout, insn->off);
	u8 class = BPF_CLASS(insn->code);
	const char *name = fn_helper_name(insn->imm);

	if (class != BPF_LDX && class != BPF_STX && class != BPF_ST)
		snprintf(text, size, "helper %s", name ?: "unknown");
	else
		snprintf(text, size, "ctx->%s", field ? field->name : "?");
	return text;
}

/**
 * fn_traits_name - what it is that only a host can do
 * @l: program
 * @i: instruction that does it
 * @text: gets the name
 * @size: of @text
 *
 * Return: @text.
 */
const char *fn_traits_name(const struct fn_lower *l,
			   const struct fn_lower_insn *i, char *text,
			   size_t size)
{
	const char *name = NULL;
	Elf64_Sym sym;

	switch (i->ref) {
	case FN_REF_MAP:
		snprintf(text, size, "map %s", l->map[i->id].name);
		return text;
	case FN_REF_DATA:
		snprintf(text, size, "section %s of %u bytes",
			 l->data[i->id].name, l->data[i->id].size);
		return text;
	case FN_REF_CALL:
	case FN_REF_FUNC:
		snprintf(text, size, "function %s", l->func[i->id].name);
		return text;
	case FN_REF_EXTERN:
		fn_elf_symbol(&l->o->elf, i->id, &sym, &name);
		snprintf(text, size, "the kernel's %s", name ?: "function");
		return text;
	default:
		return name_insn(l, &i->insn, text, size);
	}
}
