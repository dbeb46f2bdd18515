// SPDX-License-Identifier: GPL-2.0
/*
 * Tail calls: the programs that an array has are linked into one. Where the
 * program itself makes a tail call, it is a jump, for the other program has its
 * stack; where a function makes one, it is a call, whose result the function
 * returns.
 *
 * What is preserved: indices without a program fall through; after 33 tail calls
 * there are no more. What the user sees: the arrays are gone, and another program
 * in one takes loading anew.
 */
#include <string.h>

#include "arrays.h"
#include "passes.h"
#include "userspace/tool.h"

#define MOST_TAIL_CALLS 33

/**
 * struct tails - work on a program
 * @l: program
 * @arrays: by map of the program
 * @narrays: number of @arrays
 * @merged: by function, whether it becomes part of the first
 * @called: by function, the one that is called for it; FN_LOWER_NONE if none is
 * @counter: where on the stack tail calls are counted, 0 if they need not be
 */
struct tails {
	struct fn_lower *l;
	struct fn_array *arrays;
	u32 narrays;
	u8 *merged;
	u32 *called;
	s32 counter;
};

static bool is_tail_call(const struct fn_lower_insn *i)
{
	return i->insn.code == (BPF_JMP | BPF_CALL) && !i->insn.src_reg &&
	       !i->ref && i->insn.imm == BPF_FUNC_tail_call;
}

static bool is_array(const struct fn_lower *l, const struct fn_lower_insn *i)
{
	return i->ref == FN_REF_MAP &&
	       l->map[i->id].need.type == BPF_MAP_TYPE_PROG_ARRAY;
}

static u32 function_of(const struct fn_lower *l, const struct fn_function *f)
{
	u32 i;

	for (i = 0; i < l->nfuncs; i++)
		if (l->func[i].f == f)
			return i;
	return FN_LOWER_NONE;
}

/* Programs in arrays may use arrays, and so on. */
static bool read_arrays(struct tails *t)
{
	struct fn_lower *l = t->l;
	u32 m, e, id;

	for (m = 0; m < l->nmaps; m++) {
		t->arrays = fn_check_alloc(
			realloc(t->arrays, (m + 1) * sizeof(*t->arrays)));
		t->arrays[m] = (struct fn_array){};
		t->narrays = m + 1;
		if (l->map[m].need.type != BPF_MAP_TYPE_PROG_ARRAY)
			continue;
		if (!fn_array_read(l, l->map[m].origin, &t->arrays[m]))
			return false;
		for (e = 0; e < t->arrays[m].n; e++)
			if (!fn_lower_add_function(l, t->arrays[m].entry[e].f,
						   &id))
				return false;
		if (!fn_lower_read_more(l))
			return false;
		if (!t->arrays[m].n)
			fn_lower_note(
				l,
				"%s has no programs, so tail calls to it fall through: --tail %s:INDEX=PROG",
				l->map[m].name, l->map[m].name);
	}
	return true;
}

static void mark_entries(struct tails *t, u32 map,
			 void (*mark)(struct tails *t, u32 func))
{
	u32 e;

	for (e = 0; e < t->arrays[map].n; e++)
		mark(t, function_of(t->l, t->arrays[map].entry[e].f));
}

static void mark_merged(struct tails *t, u32 func)
{
	const struct fn_lower_func *f = &t->l->func[func];
	u32 i;

	if (t->merged[func])
		return;
	t->merged[func] = true;
	for (i = 0; i < f->n; i++)
		if (is_array(t->l, &f->insn[i]))
			mark_entries(t, f->insn[i].id, mark_merged);
}

static void mark_called(struct tails *t, u32 func)
{
	const struct fn_lower_func *f = &t->l->func[func];
	u32 i;

	if (t->called[func] != FN_LOWER_NONE)
		return;
	t->called[func] = func;
	for (i = 0; i < f->n; i++) {
		if (is_array(t->l, &f->insn[i]))
			mark_entries(t, f->insn[i].id, mark_called);
		else if (f->insn[i].ref == FN_REF_CALL)
			mark_called(t, f->insn[i].id);
	}
}

static void mark_all(struct tails *t)
{
	struct fn_lower *l = t->l;
	u32 f, i, n = l->nfuncs;

	t->merged = fn_check_alloc(calloc(2 * n, 1));
	t->called = fn_check_alloc(malloc(2 * n * sizeof(*t->called)));
	for (f = 0; f < 2 * n; f++)
		t->called[f] = FN_LOWER_NONE;
	mark_merged(t, 0);
	for (f = 0; f < n; f++)
		for (i = 0; t->merged[f] && i < l->func[f].n; i++)
			if (l->func[f].insn[i].ref == FN_REF_CALL)
				mark_called(t, l->func[f].insn[i].id);
}

/* A program that is both needs two copies. */
static void copy_functions(struct tails *t)
{
	struct fn_lower *l = t->l;
	u32 f, n = l->nfuncs;

	for (f = 0; f < n; f++) {
		struct fn_lower_func copy = l->func[f];

		if (!t->merged[f] || t->called[f] == FN_LOWER_NONE)
			continue;
		copy.insn = fn_check_alloc(
			malloc((copy.n + 1) * sizeof(*copy.insn)));
		memcpy(copy.insn, l->func[f].insn, copy.n * sizeof(*copy.insn));
		l->func = fn_check_alloc(
			realloc(l->func, (l->nfuncs + 1) * sizeof(*l->func)));
		l->func[l->nfuncs] = copy;
		t->called[f] = l->nfuncs++;
	}
}

#define UNKNOWN 0
#define BEGUN 1

/* Tail calls in a row from a program on, and 2; more than all if there is no end. */
static u32 length(const struct tails *t, u32 func, u32 *known)
{
	const struct fn_lower_func *f = &t->l->func[func];
	u32 i, e, most = 2;

	if (known[func] == BEGUN)
		return FN_LOWER_NONE / 2;
	if (known[func] != UNKNOWN)
		return known[func];
	known[func] = BEGUN;
	for (i = 0; i < f->n; i++) {
		const struct fn_array *a;

		if (!is_array(t->l, &f->insn[i]))
			continue;
		a = &t->arrays[f->insn[i].id];
		for (e = 0; e < a->n; e++)
			most = max(most,
				   1 + length(t,
					      function_of(t->l, a->entry[e].f),
					      known));
	}
	known[func] = most;
	return most;
}

/* Whether there may be more than 33 in a row. */
static bool is_deep(const struct tails *t)
{
	u32 *known = fn_check_alloc(calloc(t->l->nfuncs, sizeof(*known)));
	u32 n = length(t, 0, known) - 2;

	free(known);
	return n > MOST_TAIL_CALLS;
}

static s32 take_counter(struct tails *t)
{
	struct fn_lower *l = t->l;
	u32 f;

	fn_lower_stack(l);
	for (f = 1; f < l->nfuncs; f++)
		if (t->merged[f])
			l->func[0].stack =
				max(l->func[0].stack, l->func[f].stack);
	return fn_lower_stack_take(l, &l->func[0], 8);
}

/* From here on it is @func, which has the stack for itself. */
static void jump_to(struct fn_edit *e, u32 func)
{
	struct fn_lower_insn *insn;

	insn = fn_edit_add(e, (struct bpf_insn){ .code = BPF_JMP | BPF_JA });
	insn->ref = FN_REF_TAIL;
	insn->id = func;
}

static void call_it(struct fn_edit *e, u32 func)
{
	struct fn_lower_insn *insn;

	/* Not an argument: the address of the array is to go. */
	fn_add_set(e, 2, 0);
	insn = fn_edit_add(e, (struct bpf_insn){
				      .code = BPF_JMP | BPF_CALL,
				      .src_reg = BPF_PSEUDO_CALL,
			      });
	insn->ref = FN_REF_CALL;
	insn->id = func;
	fn_add_exit(e);
}

static void enter(struct tails *t, struct fn_edit *e, bool merged,
		  const struct fn_function *f)
{
	u32 func = function_of(t->l, f), most;

	if (!merged) {
		call_it(e, t->called[func]);
		return;
	}
	if (!t->counter) {
		jump_to(e, func);
		return;
	}
	fn_add_load(e, BPF_DW, 4, 10, t->counter);
	most = fn_add_jump(e, BPF_JGE, 4, MOST_TAIL_CALLS);
	fn_add_alu(e, BPF_ADD, 4, 1);
	fn_add_store(e, BPF_DW, 10, t->counter, 4);
	jump_to(e, func);
	fn_edit_land(e, most);
}

static bool rewrite_call(struct tails *t, struct fn_edit *e, bool merged,
			 const struct fn_state *s)
{
	const struct fn_array *a;
	u32 i, other;

	if (s->r[2].kind != FN_V_MAP)
		return fn_lower_bad(
			t->l,
			"function %s: which array a tail call means is only known when it runs",
			e->f->name);
	a = &t->arrays[s->r[2].id];
	if (!a->n) {
		/* Whoever jumps here has to find an instruction. */
		fn_add_set(e, 0, 0);
		return true;
	}
	/* An index has 32 bits. */
	fn_add_alu(e, BPF_LSH, 3, 32);
	fn_add_alu(e, BPF_RSH, 3, 32);
	for (i = 0; i < a->n; i++) {
		other = fn_add_jump(e, BPF_JNE, 3, a->entry[i].index);
		enter(t, e, merged, a->entry[i].f);
		fn_edit_land(e, other);
	}
	return true;
}

static bool rewrite(struct tails *t, u32 func)
{
	struct fn_lower_func *f = &t->l->func[func];
	struct fn_state s = {};
	struct fn_flow w;
	struct fn_edit e;
	bool ok = true;
	u32 i;

	fn_flow_begin(&w, t->l, f);
	fn_edit_begin(&e, t->l, f);
	if (!func && t->counter)
		fn_add_store_imm(&e, BPF_DW, 10, t->counter, 0);
	for (i = 0; i < f->n && ok; i++) {
		fn_edit_at(&e, i);
		if (fn_flow_state(&w, i, &s) && is_tail_call(&f->insn[i]))
			ok = rewrite_call(t, &e, t->merged[func], &s);
		else
			fn_edit_copy(&e, i);
	}
	fn_flow_end(&w);
	if (ok)
		fn_edit_end(&e);
	else
		fn_edit_drop(&e);
	return ok;
}

/* The first function gets the instructions of all others that are merged. */
static void merge(struct tails *t)
{
	struct fn_lower *l = t->l;
	struct fn_lower_func *all = &l->func[0];
	u32 *base = fn_check_alloc(calloc(l->nfuncs, sizeof(*base)));
	u32 f, i;

	/* Whoever comes back begins behind what sets the counter. */
	base[0] = !!t->counter;
	for (f = 1; f < l->nfuncs; f++) {
		const struct fn_lower_func *from = &l->func[f];

		if (!t->merged[f])
			continue;
		base[f] = all->n;
		all->insn = fn_check_alloc(
			realloc(all->insn,
				(all->n + from->n + 1) * sizeof(*all->insn)));
		memcpy(all->insn + all->n, from->insn,
		       from->n * sizeof(*from->insn));
		for (i = 0; i < from->n; i++)
			all->insn[all->n + i].to += all->n;
		all->n += from->n;
	}
	for (i = 0; i < all->n; i++) {
		if (all->insn[i].ref != FN_REF_TAIL)
			continue;
		all->insn[i].ref = FN_REF_NONE;
		all->insn[i].jumps = true;
		all->insn[i].to = base[all->insn[i].id];
	}
	free(base);
}

/* Nothing calls these any more, and their jumps lead nowhere. */
static void empty_merged(struct tails *t)
{
	u32 f;

	for (f = 1; f < t->l->nfuncs; f++)
		if (t->merged[f])
			t->l->func[f].n = 0;
}

static bool link(struct tails *t)
{
	u32 f, n;

	if (!read_arrays(t))
		return false;
	mark_all(t);
	copy_functions(t);
	if (is_deep(t)) {
		t->counter = take_counter(t);
		if (!t->counter)
			return false;
	}
	n = t->l->nfuncs;
	for (f = 0; f < n; f++)
		if (!rewrite(t, f))
			return false;
	merge(t);
	empty_merged(t);
	/* The addresses of arrays are of no use any more. */
	fn_lower_arguments(t->l);
	for (f = 0; f < t->l->nfuncs; f++)
		fn_lower_drop_dead(&t->l->func[f]);
	fn_lower_prune(t->l);
	fn_lower_stack(t->l);
	return true;
}

static bool has_tail_call(const struct fn_lower *l)
{
	u32 f, i;

	for (f = 0; f < l->nfuncs; f++)
		for (i = 0; i < l->func[f].n; i++)
			if (is_tail_call(&l->func[f].insn[i]))
				return true;
	return false;
}

/**
 * fn_lower_tails - link the programs that tail calls lead to
 * @l: program
 *
 * Return: enum fn_lower_result.
 */
enum fn_lower_result fn_lower_tails(struct fn_lower *l)
{
	struct tails t = { .l = l };
	bool ok;
	u32 m;

	if (!has_tail_call(l))
		return FN_LOWER_SAME;
	ok = link(&t);
	for (m = 0; m < t.narrays; m++)
		free(t.arrays[m].entry);
	free(t.arrays);
	free(t.merged);
	free(t.called);
	return ok ? FN_LOWER_CHANGED : FN_LOWER_FAILED;
}
