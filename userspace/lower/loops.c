// SPDX-License-Identifier: GPL-2.0
/*
 * Functions that a helper calls again and again become functions that a loop of
 * the program's own calls: bpf_loop(), bpf_for_each_map_elem() of arrays, and
 * numbers by an iterator of the kernel's (bpf_for()).
 *
 * What is preserved: the order, the end by a result of 1, what the helper
 * returns. What the user sees: the verifier goes through all rounds, and how
 * many there can be has to be known: a program with too many is refused by it.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "lower.h"
#include "passes.h"
#include "userspace/tool.h"

#ifndef BPF_MAX_LOOPS
#define BPF_MAX_LOOPS (8 * 1024 * 1024)
#endif
#define MOST_ITERATORS 16
#define MOST_ROUNDS 65536 /* more than the verifier goes through, for sure */

/**
 * struct work - on a function
 * @e: function
 * @s: state at the instruction at hand
 * @room: where index, end, argument and a key are kept
 * @iter: places of iterators on the stack
 * @end: where the end of each is kept
 * @niter: number of @iter
 */
struct work {
	struct fn_edit e;
	struct fn_state s;
	s32 room;
	s64 iter[MOST_ITERATORS];
	s32 end[MOST_ITERATORS];
	u32 niter;
};

#define INDEX(w) ((w)->room)
#define END(w) ((w)->room + 8)
#define ARGUMENT(w) ((w)->room + 16)
#define KEY(w) ((w)->room + 24)

static bool calls(const struct fn_lower_insn *i, u32 helper)
{
	return i->insn.code == (BPF_JMP | BPF_CALL) && !i->insn.src_reg &&
	       !i->ref && (u32)i->insn.imm == helper;
}

static bool is_kernels(const struct fn_lower *l, const struct fn_lower_insn *i,
		       const char *name)
{
	const char *own;
	Elf64_Sym sym;

	return i->ref == FN_REF_EXTERN &&
	       i->insn.code == (BPF_JMP | BPF_CALL) &&
	       fn_elf_symbol(&l->o->elf, i->id, &sym, &own) &&
	       !strcmp(own, name);
}

static void call_function(struct fn_edit *e, u32 func)
{
	struct fn_lower_insn *insn;

	insn = fn_edit_add(e, (struct bpf_insn){
				      .code = BPF_JMP | BPF_CALL,
				      .src_reg = BPF_PSEUDO_CALL,
			      });
	insn->ref = FN_REF_CALL;
	insn->id = func;
	/* It gets pointers to our stack. */
	e->l->func[func].hidden = true;
}

/* Until Linux 6.3 the verifier forgets numbers that are stored as such. */
static void store_zero(struct fn_edit *e, u32 base, s32 off, u32 scratch)
{
	fn_add_set(e, scratch, 0);
	fn_add_store(e, BPF_DW, base, off, scratch);
}

static void jump_back(struct fn_edit *e, u32 to)
{
	u32 jump = fn_add_jump_always(e);

	e->insn[jump].jumps = true;
	e->insn[jump].fresh = true;
	e->insn[jump].to = to;
}

/* Another round, unless the function has said that it is enough. */
static void end_round(struct work *w, u32 begin, u32 *enough)
{
	struct fn_edit *e = &w->e;

	fn_add_load(e, BPF_DW, 1, 10, INDEX(w));
	fn_add_alu(e, BPF_ADD, 1, 1);
	fn_add_store(e, BPF_DW, 10, INDEX(w), 1);
	*enough = fn_add_jump(e, BPF_JNE, 0, 0);
	jump_back(e, begin);
}

/*
 * A comparison that never holds. Until Linux 6.7 the verifier takes two rounds
 * for the same whose index it need not know exactly, and calls that an infinite
 * loop; a comparison whose outcome it knows makes it want to know the index. Of two
 * registers it sees through a comparison if the second is known: the index is.
 */
static u32 compare_known(struct fn_edit *e, u8 op, u32 reg, s32 most)
{
	return fn_add_jump(e, op, reg, most);
}

/* Numbers, function, argument are in r1 to r3; the number has 32 bits. */
static void loop(struct work *w)
{
	struct fn_edit *e = &w->e;
	u32 begin, done, enough, few, known, out;

	fn_add_store(e, BPF_DW, 10, ARGUMENT(w), 3);
	fn_add_alu(e, BPF_LSH, 1, 32);
	fn_add_alu(e, BPF_RSH, 1, 32);
	few = fn_add_jump(e, BPF_JLE, 1, BPF_MAX_LOOPS);
	fn_add_set(e, 0, (s64)-E2BIG);
	out = fn_add_jump_always(e);
	fn_edit_land(e, few);
	fn_add_store(e, BPF_DW, 10, END(w), 1);
	store_zero(e, 10, INDEX(w), 2);
	begin = e->n;
	fn_add_load(e, BPF_DW, 1, 10, INDEX(w));
	known = compare_known(e, BPF_JGT, 1, BPF_MAX_LOOPS);
	fn_add_load(e, BPF_DW, 2, 10, END(w));
	done = fn_add_jump_reg(e, BPF_JLE, 2, 1);
	fn_add_load(e, BPF_DW, 2, 10, ARGUMENT(w));
	call_function(e, w->s.r[2].id);
	end_round(w, begin, &enough);
	fn_edit_land(e, known);
	fn_edit_land(e, done);
	fn_edit_land(e, enough);
	fn_add_load(e, BPF_DW, 0, 10, INDEX(w));
	fn_edit_land(e, out);
}

static void look_up(struct work *w, u32 map)
{
	struct fn_edit *e = &w->e;

	fn_add_store(e, BPF_W, 10, KEY(w), 1);
	fn_add_mov(e, 2, 10);
	fn_add_alu(e, BPF_ADD, 2, KEY(w));
	fn_add_map(e, 1, map);
	fn_add_call(e, BPF_FUNC_map_lookup_elem);
}

/* Map, function, argument are in r1 to r3. */
static void for_each(struct work *w)
{
	u32 map = w->s.r[1].id, begin, done, enough, none;
	struct fn_edit *e = &w->e;

	fn_add_store(e, BPF_DW, 10, ARGUMENT(w), 3);
	store_zero(e, 10, INDEX(w), 2);
	begin = e->n;
	fn_add_load(e, BPF_DW, 1, 10, INDEX(w));
	done = fn_add_jump(e, BPF_JGE, 1, e->l->map[map].need.max_entries);
	look_up(w, map);
	none = fn_add_jump(e, BPF_JEQ, 0, 0);
	fn_add_mov(e, 3, 0);
	fn_add_map(e, 1, map);
	fn_add_mov(e, 2, 10);
	fn_add_alu(e, BPF_ADD, 2, KEY(w));
	fn_add_load(e, BPF_DW, 4, 10, ARGUMENT(w));
	call_function(e, w->s.r[2].id);
	end_round(w, begin, &enough);
	fn_edit_land(e, done);
	fn_edit_land(e, none);
	fn_edit_land(e, enough);
	fn_add_load(e, BPF_DW, 0, 10, INDEX(w));
}

/* Where the end of the iterator in r1 is kept; 0 if that is not known. */
static s32 end_of(struct work *w)
{
	const struct fn_value *v = &w->s.r[1];
	u32 i;

	if (v->kind != FN_V_STACK || v->n % 8)
		return 0;
	for (i = 0; i < w->niter; i++)
		if (w->iter[i] == v->n)
			return w->end[i];
	if (w->niter == MOST_ITERATORS)
		return 0;
	w->iter[i] = v->n;
	w->end[i] = fn_lower_stack_take(w->e.l, w->e.f, 8);
	return w->end[w->niter++];
}

static void sign_extend(struct fn_edit *e, u32 reg)
{
	fn_add_alu(e, BPF_LSH, reg, 32);
	fn_add_alu(e, BPF_ARSH, reg, 32);
}

/* Iterator, first number, end are in r1 to r3. */
static void begin_numbers(struct work *w, s32 end)
{
	struct fn_edit *e = &w->e;
	u32 bad, few, out;

	sign_extend(e, 2);
	sign_extend(e, 3);
	store_zero(e, 1, 0, 0);
	store_zero(e, 10, end, 0);
	fn_add_set(e, 0, (s64)-EINVAL);
	bad = fn_add_jump_reg(e, BPF_JSGT, 2, 3);
	fn_add_set(e, 0, (s64)-E2BIG);
	fn_add_mov(e, 4, 3);
	fn_add_alu_reg(e, BPF_SUB, 4, 2);
	few = fn_add_jump(e, BPF_JGT, 4, BPF_MAX_LOOPS);
	fn_add_alu(e, BPF_SUB, 2, 1);
	fn_add_store(e, BPF_DW, 1, 0, 2);
	fn_add_store(e, BPF_DW, 10, end, 3);
	fn_add_set(e, 0, 0);
	out = fn_add_jump_always(e);
	fn_edit_land(e, bad);
	fn_edit_land(e, few);
	fn_edit_land(e, out);
}

static void next_number(struct work *w, s32 end)
{
	struct fn_edit *e = &w->e;
	u32 known, more, out;

	fn_add_load(e, BPF_DW, 2, 1, 0);
	fn_add_load(e, BPF_DW, 3, 10, end);
	fn_add_alu(e, BPF_ADD, 2, 1);
	known = compare_known(e, BPF_JSGT, 2, INT_MAX);
	more = fn_add_jump_reg(e, BPF_JSGT, 3, 2);
	fn_edit_land(e, known);
	store_zero(e, 1, 0, 2);
	store_zero(e, 10, end, 2);
	fn_add_set(e, 0, 0);
	out = fn_add_jump_always(e);
	fn_edit_land(e, more);
	fn_add_store(e, BPF_DW, 1, 0, 2);
	fn_add_mov(e, 0, 1);
	fn_edit_land(e, out);
}

static bool rewrite_numbers(struct work *w, u32 i)
{
	const struct fn_lower_insn *insn = &w->e.f->insn[i];
	const struct fn_lower *l = w->e.l;
	bool begins = is_kernels(l, insn, "bpf_iter_num_new");
	bool goes_on = is_kernels(l, insn, "bpf_iter_num_next");
	s32 end;

	if (is_kernels(l, insn, "bpf_iter_num_destroy")) {
		fn_add_set(&w->e, 0, 0);
		return true;
	}
	if (!begins && !goes_on)
		return false;
	end = end_of(w);
	if (!end)
		return false;
	if (begins)
		begin_numbers(w, end);
	else
		next_number(w, end);
	return true;
}

static bool is_array(const struct fn_lower *l, const struct fn_value *v)
{
	u32 type = v->kind == FN_V_MAP ? l->map[v->id].need.type : 0;

	return type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

static bool rewrite_insn(struct work *w, u32 i)
{
	const struct fn_lower_insn *insn = &w->e.f->insn[i];
	const struct fn_value *r = w->s.r;
	bool plain = r[2].kind == FN_V_FUNC && r[4].kind == FN_V_CONST &&
		     !r[4].n;

	if (r[1].kind == FN_V_CONST && r[1].n > MOST_ROUNDS)
		plain = false;
	if (calls(insn, BPF_FUNC_loop) && plain)
		loop(w);
	else if (calls(insn, BPF_FUNC_for_each_map_elem) && plain &&
		 is_array(w->e.l, &r[1]))
		for_each(w);
	else
		return rewrite_numbers(w, i);
	return true;
}

static bool needs_work(const struct fn_lower *l, const struct fn_lower_func *f)
{
	u32 i;

	for (i = 0; i < f->n; i++)
		if (calls(&f->insn[i], BPF_FUNC_loop) ||
		    calls(&f->insn[i], BPF_FUNC_for_each_map_elem) ||
		    is_kernels(l, &f->insn[i], "bpf_iter_num_new"))
			return true;
	return false;
}

static bool rewrite(struct fn_lower *l, struct fn_lower_func *f, bool *changed)
{
	struct work w = { .room = fn_lower_stack_take(l, f, 32) };
	struct fn_flow flow;
	u32 i;

	if (!w.room)
		return false;
	fn_edit_begin(&w.e, l, f);
	fn_flow_begin(&flow, l, f);
	for (i = 0; i < f->n; i++) {
		fn_edit_at(&w.e, i);
		if (fn_flow_state(&flow, i, &w.s) && rewrite_insn(&w, i))
			*changed = true;
		else
			fn_edit_copy(&w.e, i);
	}
	fn_flow_end(&flow);
	fn_edit_end(&w.e);
	fn_lower_arguments(l);
	fn_lower_drop_dead(f);
	return !*l->why;
}

/**
 * fn_lower_loops - have the program call what helpers call for it
 * @l: program
 *
 * Return: enum fn_lower_result.
 */
enum fn_lower_result fn_lower_loops(struct fn_lower *l)
{
	bool changed = false;
	u32 f;

	for (f = 0; f < l->nfuncs; f++)
		if (needs_work(l, &l->func[f]) &&
		    !rewrite(l, &l->func[f], &changed))
			return FN_LOWER_FAILED;
	if (!changed)
		return FN_LOWER_SAME;
	fn_lower_prune(l);
	return FN_LOWER_CHANGED;
}
