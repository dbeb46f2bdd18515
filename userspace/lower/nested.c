// SPDX-License-Identifier: GPL-2.0
/*
 * Maps that are only known when the program runs: those in maps, and those of
 * which the program or its compiler takes one or another. What is in an outer map
 * when the program is loaded stays there. A lookup in it compares the key with
 * those that it has, and gives the number of a map instead of its address; where
 * that is used, the program goes by the number.
 *
 * What is preserved: keys that the outer map has not, lookups, updates and
 * deletes in each inner map. What the user sees: the outer map is gone, and
 * another map in it takes loading anew.
 */
#include <string.h>

#include "inner.h"
#include "passes.h"
#include "userspace/tool.h"

/**
 * struct work - on a program
 * @l: program
 * @in: by map of the program, what is in it
 * @nmaps: number of @in
 * @outer: there are maps of maps
 * @numbers: in the function at hand, all maps are numbers
 * @e: function at hand
 * @s: state at the instruction at hand
 * @why: what can't be followed, or ""
 */
struct work {
	struct fn_lower *l;
	struct fn_inner *in;
	u32 nmaps;
	bool outer;
	bool numbers;
	struct fn_edit e;
	struct fn_state s;
	char why[160];
};

static bool is_call(const struct fn_lower_insn *i)
{
	return i->insn.code == (BPF_JMP | BPF_CALL);
}

static bool is_helper(const struct fn_lower_insn *i)
{
	return is_call(i) && !i->insn.src_reg && !i->ref;
}

static bool is_outer_value(const struct work *w, const struct fn_value *v)
{
	return v->kind == FN_V_MAP && fn_outer_map(w->l->map[v->id].need.type);
}

static bool __printf(2, 3) leave(struct work *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->why, sizeof(w->why), fmt, ap);
	va_end(ap);
	return false;
}

static bool is_number(const struct fn_value *v)
{
	return v->kind == FN_V_INNER || v->kind == FN_V_EITHER;
}

/* Whether what a call gets can be followed. */
static bool can_call(struct work *w, const struct fn_lower_func *f, u32 i)
{
	const struct fn_lower_insn *insn = &f->insn[i];
	u32 helper = insn->insn.imm, reads = fn_lower_reads(insn), a;
	u32 passed = insn->ref == FN_REF_CALL ? w->l->func[insn->id].maps : 0;
	const struct fn_value *r = w->s.r;

	for (a = is_helper(insn) ? 2 : 1; a <= 5; a++) {
		if (passed >> a & 1 && !fn_value_may_be_map(w->l, &r[a]))
			return leave(w, "function %s gives %s others as well",
				     f->name, w->l->func[insn->id].name);
		if (reads >> a & 1 && !(passed >> a & 1) &&
		    (is_number(&r[a]) || is_outer_value(w, &r[a])))
			return leave(w, "function %s gives it to another",
				     f->name);
	}
	if (!is_helper(insn))
		return true;
	if (is_outer_value(w, &r[1]))
		return helper == BPF_FUNC_map_lookup_elem ||
		       leave(w, "it is given to helper %u", helper);
	if (!fn_lower_takes_map(helper))
		return !is_number(&r[1]) ||
		       leave(w, "it is given to helper %u", helper);
	return !w->outer || r[1].kind == FN_V_MAP || is_number(&r[1]) ||
	       leave(w,
		     "in function %s it is only known when it runs which map is meant",
		     f->name);
}

/* Helpers that call back know nothing of numbers. */
static bool can_refer(struct work *w, const struct fn_lower_insn *insn)
{
	return insn->ref != FN_REF_FUNC || !w->l->func[insn->id].maps ||
	       leave(w, "function %s gets it, and is called back as well",
		     w->l->func[insn->id].name);
}

static bool can_function(struct work *w, const struct fn_lower_func *f)
{
	struct fn_flow flow;
	bool ok = true;
	u32 i;

	fn_flow_begin(&flow, w->l, f);
	for (i = 0; i < f->n && ok; i++) {
		ok = can_refer(w, &f->insn[i]);
		if (ok && fn_flow_state(&flow, i, &w->s) &&
		    is_call(&f->insn[i]))
			ok = can_call(w, f, i);
	}
	fn_flow_end(&flow);
	return ok;
}

/* What there is to be compared with a key: 1, 2, 4 or 8 bytes. */
static u32 piece_of(const struct fn_value *from, u32 at, u32 size)
{
	bool any = from->kind == FN_V_ANY || from->kind == FN_V_ARGUMENT;
	u32 piece = any ? 1 : 8;

	while (piece > size - at ||
	       (from->kind == FN_V_STACK && (from->n + at) & (piece - 1)))
		piece /= 2;
	return piece;
}

static u32 differs(struct fn_edit *e, u64 value)
{
	if (value <= 0x7fffffff)
		return fn_add_jump(e, BPF_JNE, 3, value);
	fn_add_set(e, 4, value);
	return fn_add_jump_reg(e, BPF_JNE, 3, 4);
}

/* Jumps, which @jump gets, if the key at r2 is another; r3 has a short one. */
static u32 compare(struct work *w, const u8 *key, u32 size, u32 *jump)
{
	struct fn_value from = w->s.r[2];
	u32 at, piece, n = 0;
	u64 value;

	for (at = 0; at < size; at += piece) {
		piece = piece_of(&from, at, size);
		value = 0;
		memcpy(&value, key + at, piece);
		if (piece < size)
			fn_add_load(&w->e, fn_size_code(piece), 3, 2, at);
		jump[n++] = differs(&w->e, value);
	}
	return n;
}

/* r0 becomes the number of the inner map and 1, or 0. */
static void lookup(struct work *w, u32 outer)
{
	const struct fn_inner *in = &w->in[outer];
	u32 size = w->l->map[outer].need.key_size;
	u32 *end = fn_check_alloc(malloc(in->n * sizeof(*end)));
	u32 jump[FN_INNER_KEY], i, k, n;

	if (piece_of(&w->s.r[2], 0, size) == size)
		fn_add_load(&w->e, fn_size_code(size), 3, 2, 0);
	for (i = 0; i < in->n; i++) {
		n = compare(w, in->entry[i].key, size, jump);
		fn_add_set(&w->e, 0, in->entry[i].map + 1);
		end[i] = fn_add_jump_always(&w->e);
		for (k = 0; k < n; k++)
			fn_edit_land(&w->e, jump[k]);
	}
	fn_add_set(&w->e, 0, 0);
	for (i = 0; i < in->n; i++)
		fn_edit_land(&w->e, end[i]);
	free(end);
}

/* The maps that a number can stand for; how many. */
static u32 meant(const struct work *w, const struct fn_value *v, u32 *map)
{
	u32 n = 0, m;

	if (v->kind == FN_V_INNER) {
		for (; n < w->in[v->id].n; n++)
			map[n] = w->in[v->id].entry[n].map;
		return n;
	}
	for (m = 0; m < w->l->nmaps; m++)
		if (fn_map_has_number(w->l, m))
			map[n++] = m;
	return n;
}

/* r1 is the number of the map that is meant, and 1. */
static void choose(struct work *w, u32 i, const struct fn_value *v)
{
	u32 most = max(w->l->nmaps, v->kind == FN_V_INNER ? w->in[v->id].n : 0);
	u32 *map = fn_check_alloc(malloc((most + 1) * sizeof(*map)));
	u32 *end = fn_check_alloc(malloc((most + 1) * sizeof(*end)));
	u32 m, n = meant(w, v, map), other = 0;

	for (m = 0; m < n; m++) {
		bool last = m + 1 == n;

		if (!last)
			other = fn_add_jump(&w->e, BPF_JNE, 1, map[m] + 1);
		fn_add_map(&w->e, 1, map[m]);
		fn_edit_copy(&w->e, i);
		if (last)
			break;
		end[m] = fn_add_jump_always(&w->e);
		fn_edit_land(&w->e, other);
	}
	for (m = 0; m + 1 < n; m++)
		fn_edit_land(&w->e, end[m]);
	free(map);
	free(end);
}

/* Whether a call gets a map that is one of several, where a number is due. */
static bool gets_either(const struct work *w, const struct fn_lower_insn *insn)
{
	u32 due = is_helper(insn) ? 2 : 0, a;

	if (insn->ref == FN_REF_CALL)
		due = w->l->func[insn->id].maps;
	for (a = 1; a <= 5; a++)
		if (due >> a & 1 && w->s.r[a].kind == FN_V_EITHER)
			return true;
	return false;
}

/* Whether a function has a map that is one of several. */
static bool has_either(struct work *w, const struct fn_lower_func *f)
{
	struct fn_flow flow;
	bool any = false;
	u32 i;

	fn_flow_begin(&flow, w->l, f);
	for (i = 0; i < f->n && !any; i++)
		any = fn_flow_state(&flow, i, &w->s) &&
		      gets_either(w, &f->insn[i]);
	fn_flow_end(&flow);
	return any;
}

/*
 * Where maps are numbers, who is called gets the map itself, but for functions that
 * go by numbers.
 */
static void give_maps(struct work *w, const struct fn_lower_insn *insn)
{
	u32 passed = insn->ref == FN_REF_CALL ? w->l->func[insn->id].maps : 0;
	u32 a, map;

	for (a = 1; a <= 5; a++) {
		map = w->s.r[a].id;
		if (w->s.r[a].kind != FN_V_MAP || !fn_map_has_number(w->l, map))
			continue;
		if (passed >> a & 1)
			fn_add_set(&w->e, a, map + 1);
		else if (w->numbers)
			fn_add_map(&w->e, a, map);
	}
}

/* Whether an instruction has become another; else it is as it was. */
static bool go_by_number(struct work *w, u32 i)
{
	const struct fn_lower_insn *insn = &w->e.f->insn[i];
	const struct fn_value *v = &w->s.r[1];

	if (w->numbers && insn->ref == FN_REF_MAP &&
	    fn_map_has_number(w->l, insn->id)) {
		fn_add_set(&w->e, insn->insn.dst_reg, insn->id + 1);
		return true;
	}
	if (is_call(insn))
		give_maps(w, insn);
	if (is_helper(insn) && is_number(v))
		choose(w, i, v);
	else if (is_helper(insn) && is_outer_value(w, v))
		lookup(w, v->id);
	else
		return false;
	return true;
}

/* Whether any instruction of a function that is reached has become another. */
static bool rewrite(struct work *w, struct fn_lower_func *f,
		    bool (*replace)(struct work *w, u32 i))
{
	struct fn_flow flow;
	bool any = false;
	u32 i;

	fn_flow_begin(&flow, w->l, f);
	fn_edit_begin(&w->e, w->l, f);
	for (i = 0; i < f->n; i++) {
		fn_edit_at(&w->e, i);
		if (fn_flow_state(&flow, i, &w->s) && replace(w, i))
			any = true;
		else
			fn_edit_copy(&w->e, i);
	}
	fn_flow_end(&flow);
	fn_edit_end(&w->e);
	return any;
}

static void say_unknown(struct fn_lower *l, const char *name)
{
	if (l->nothing_inside)
		fn_lower_note(
			l,
			"%s has no maps, so that nothing is found in it: --inner %s:KEY=MAP",
			name, name);
	else
		fn_lower_note(
			l,
			"which maps %s has is not known before it runs: --inner %s:KEY=MAP has the card do it",
			name, name);
}

/* What is in each outer map; false if that of one is not known. */
static bool read_all(struct work *w, bool *known)
{
	struct fn_lower *l = w->l;
	u32 m, n = l->nmaps;

	w->nmaps = n;
	w->in = fn_check_alloc(calloc(n, sizeof(*w->in)));
	*known = true;
	for (m = 0; m < n && *known; m++) {
		if (!fn_outer_map(l->map[m].need.type))
			continue;
		if (!fn_inner_read(l, m, &w->in[m]))
			return false;
		if (w->in[m].n)
			continue;
		*known = l->nothing_inside;
		l->given_inner |= l->nothing_inside;
		say_unknown(l, l->map[m].name);
	}
	return true;
}

static bool is_empty(const struct work *w, const struct fn_value *v)
{
	return is_outer_value(w, v) && !w->in[v->id].n;
}

static bool find_nothing(struct work *w, u32 i)
{
	const struct fn_lower_insn *insn = &w->e.f->insn[i];

	if (!is_helper(insn) || insn->insn.imm != BPF_FUNC_map_lookup_elem ||
	    !is_empty(w, &w->s.r[1]))
		return false;
	fn_add_set(&w->e, 0, 0);
	return true;
}

static void forget(struct work *w)
{
	u32 m;

	for (m = 0; m < w->nmaps; m++)
		free(w->in[m].entry);
	free(w->in);
	w->in = NULL;
	w->nmaps = 0;
}

/*
 * What depends on finding something goes first: another map may take the place of
 * the one that is not found.
 */
static bool leave_out_empty(struct work *w)
{
	struct fn_lower *l = w->l;
	bool any = false;
	u32 f;

	for (f = 0; f < l->nfuncs; f++)
		any |= rewrite(w, &l->func[f], find_nothing);
	if (!any)
		return true;
	forget(w);
	l->folds = true;
	fn_lower_rodata(l);
	return read_all(w, &any);
}

static enum fn_lower_result unnest(struct work *w)
{
	struct fn_lower *l = w->l;
	bool known;
	u32 f;

	if (!read_all(w, &known))
		return FN_LOWER_FAILED;
	if (l->nothing_inside && w->outer && !leave_out_empty(w))
		return FN_LOWER_FAILED;
	if (known)
		fn_passed_find(l);
	for (f = 0; f < l->nfuncs && known; f++)
		known = can_function(w, &l->func[f]);
	if (!known) {
		fn_passed_forget(l);
		if (*w->why && w->outer)
			fn_lower_note(l, "a map in a map can't be followed: %s",
				      w->why);
		return FN_LOWER_SAME;
	}
	for (f = 0; f < l->nfuncs; f++) {
		w->numbers = has_either(w, &l->func[f]);
		rewrite(w, &l->func[f], go_by_number);
	}
	fn_passed_forget(l);
	/* The addresses of outer maps are of no use any more. */
	fn_lower_arguments(l);
	for (f = 0; f < l->nfuncs; f++)
		fn_lower_drop_dead(&l->func[f]);
	return FN_LOWER_CHANGED;
}

/* All others may be one or another: the kernel does not mind. */
static bool has_percpu(const struct fn_lower *l)
{
	u32 m;

	for (m = 0; m < l->nmaps; m++)
		if (l->map[m].need.type == BPF_MAP_TYPE_PERCPU_ARRAY ||
		    l->map[m].need.type == BPF_MAP_TYPE_PERCPU_HASH ||
		    l->map[m].need.type == BPF_MAP_TYPE_LRU_PERCPU_HASH)
			return true;
	return false;
}

/**
 * fn_lower_nested - have the program know the maps in maps
 * @l: program
 *
 * Return: enum fn_lower_result.
 */
enum fn_lower_result fn_lower_nested(struct fn_lower *l)
{
	enum fn_lower_result r = FN_LOWER_SAME;
	struct work w = { .l = l, .outer = fn_lower_has_outer(l) };
	bool needed = !w.outer && has_percpu(l) && fn_passed_any(l);
	u32 f;

	if (!w.outer && has_percpu(l))
		for (f = 0; f < l->nfuncs && !needed; f++)
			needed = has_either(&w, &l->func[f]);
	if (w.outer || needed)
		r = unnest(&w);
	forget(&w);
	/* Also of maps that were read, and turn out to be of no use. */
	fn_lower_prune(l);
	return r;
}
