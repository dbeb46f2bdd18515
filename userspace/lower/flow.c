// SPDX-License-Identifier: GPL-2.0
/*
 * What is known of registers and of the stack at each instruction of a function:
 * numbers, the context, places in the stack, maps and places in data. What is in
 * data that the program can't change is known, too, and a branch that depends
 * on it alone is only followed where it leads.
 *
 * A state is kept for the first instruction of each block. Two that meet agree
 * or know nothing; so there is an end.
 */
#include <string.h>

#include "lower.h"
#include "offload/helpers.h"
#include "userspace/tool.h"

#define MODE_SIGNED 0x80 /* BPF_MEMSX of version 4 */

static const struct fn_value any = { .kind = FN_V_ANY };
static const struct fn_value clean = { .kind = FN_V_CLEAN };
static const struct fn_value argument = { .kind = FN_V_ARGUMENT };

static struct fn_value number(u64 n)
{
	return (struct fn_value){ .kind = FN_V_CONST, .n = n };
}

static bool may_be_stack(const struct fn_value *v)
{
	return v->kind == FN_V_ANY || v->kind == FN_V_STACK;
}

/* What is one of two, or made of both. */
static struct fn_value mixed(const struct fn_value *a, const struct fn_value *b)
{
	if (may_be_stack(a) || may_be_stack(b))
		return any;
	return a->kind == FN_V_ARGUMENT || b->kind == FN_V_ARGUMENT ? argument :
								      clean;
}

static bool is_offset(const struct fn_value *v)
{
	return v->kind == FN_V_STACK || v->kind == FN_V_DATA;
}

static struct fn_value operand(const struct bpf_insn *insn,
			       const struct fn_state *s)
{
	return BPF_SRC(insn->code) == BPF_X ? s->r[insn->src_reg] :
					      number((s64)insn->imm);
}

/* An address and a number. */
static bool move_pointer(const struct bpf_insn *insn, struct fn_value a,
			 struct fn_value b, struct fn_value *result)
{
	u32 op = BPF_OP(insn->code);

	if (op == BPF_ADD && is_offset(&b) && a.kind == FN_V_CONST)
		swap(a, b);
	if (!is_offset(&a) || b.kind != FN_V_CONST ||
	    (op != BPF_ADD && op != BPF_SUB))
		return false;
	*result = a;
	result->n += op == BPF_ADD ? b.n : -b.n;
	return true;
}

static struct fn_value compute(const struct bpf_insn *insn,
			       const struct fn_state *s)
{
	struct fn_value a = s->r[insn->dst_reg], b = operand(insn, s);
	bool wide = BPF_CLASS(insn->code) == BPF_ALU64;
	struct fn_value moved;
	u64 n;

	if (wide && BPF_OP(insn->code) == BPF_MOV && !insn->off)
		return b;
	if (wide && move_pointer(insn, a, b, &moved))
		return moved;
	if (b.kind == FN_V_CONST && fn_compute_alu(insn, a.n, b.n, &n) &&
	    (a.kind == FN_V_CONST || BPF_OP(insn->code) == BPF_MOV))
		return number(n);
	if (BPF_OP(insn->code) == BPF_NEG || BPF_OP(insn->code) == BPF_END)
		return clean;
	return wide ? mixed(&a, &b) : clean;
}

static u32 size_of(const struct bpf_insn *insn)
{
	switch (BPF_SIZE(insn->code)) {
	case BPF_B:
		return 1;
	case BPF_H:
		return 2;
	case BPF_W:
		return 4;
	default:
		return 8;
	}
}

/* Number of the word of the stack, if a place is one. */
static bool slot_at(s64 at, u32 *slot)
{
	if (at >= 0 || at < -FN_LOWER_STACK || at % 8)
		return false;
	*slot = (-at - 1) / 8;
	return true;
}

static struct fn_value load_data(const struct fn_lower *l,
				 const struct bpf_insn *insn,
				 const struct fn_value *base)
{
	u32 size = size_of(insn);
	u64 value;

	if (!fn_lower_data_load(&l->data[base->id], base->n + insn->off, size,
				&value))
		return clean;
	if (BPF_MODE(insn->code) == MODE_SIGNED && size < 8)
		value = (s64)(value << (64 - 8 * size)) >> (64 - 8 * size);
	return number(value);
}

static struct fn_value load(const struct fn_lower *l,
			    const struct bpf_insn *insn,
			    const struct fn_state *s)
{
	const struct fn_value *base = &s->r[insn->src_reg];
	u32 slot;

	if (base->kind == FN_V_DATA)
		return load_data(l, insn, base);
	if (size_of(insn) < 8 ||
	    (!may_be_stack(base) && base->kind != FN_V_ARGUMENT))
		return clean;
	if (base->kind == FN_V_STACK && slot_at(base->n + insn->off, &slot))
		return s->slot[slot];
	return any;
}

static void forget_stack(struct fn_state *s)
{
	u32 i;

	for (i = 0; i < FN_FLOW_SLOTS; i++)
		s->slot[i] = any;
}

static void store(const struct bpf_insn *insn, struct fn_state *s,
		  struct fn_value value)
{
	const struct fn_value *base = &s->r[insn->dst_reg];
	s64 at = base->n + insn->off;
	u32 size = size_of(insn), slot, i;

	if (!may_be_stack(base))
		return;
	if (base->kind == FN_V_ANY) {
		forget_stack(s);
		return;
	}
	if (size == 8 && slot_at(at, &slot)) {
		s->slot[slot] = value;
		return;
	}
	for (i = 0; i < size; i++)
		if (at + i < 0 && at + i >= -FN_LOWER_STACK)
			s->slot[(-(at + i) - 1) / 8] = clean;
}

#ifndef BPF_FETCH
#define BPF_FETCH 0x01
#define BPF_CMPXCHG (0xf0 | BPF_FETCH)
#endif

static void atomic(const struct bpf_insn *insn, struct fn_state *s)
{
	store(insn, s, any);
	if (insn->imm == BPF_CMPXCHG)
		s->r[0] = any;
	else if (insn->imm & BPF_FETCH)
		s->r[insn->src_reg] = any;
}

/* Helpers that don't write to memory that they are given. */
static bool keeps_memory(u32 helper)
{
	switch (helper) {
	case BPF_FUNC_tail_call:
	case BPF_FUNC_redirect_map:
	case BPF_FUNC_map_lookup_percpu_elem:
	case BPF_FUNC_ringbuf_output:
	case BPF_FUNC_ringbuf_submit:
	case BPF_FUNC_ringbuf_discard:
	case BPF_FUNC_ringbuf_reserve:
	case BPF_FUNC_spin_lock:
	case BPF_FUNC_spin_unlock:
		return true;
	default:
		return fn_helper_find(helper);
	}
}

/* What a loop has reserved at the same place before is another record. */
static void begin_record(struct fn_state *s, u32 at)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(s->r); i++)
		if (s->r[i].kind == FN_V_RECORD && s->r[i].id == at)
			s->r[i] = clean;
	for (i = 0; i < FN_FLOW_SLOTS; i++)
		if (s->slot[i].kind == FN_V_RECORD && s->slot[i].id == at)
			s->slot[i] = clean;
	s->r[0] = (struct fn_value){ .kind = FN_V_RECORD, .id = at };
}

/* What a lookup gives in a map whose values are maps. */
static bool finds_map(const struct fn_lower *l, const struct fn_lower_insn *i,
		      const struct fn_state *s)
{
	return i->insn.imm == BPF_FUNC_map_lookup_elem &&
	       s->r[1].kind == FN_V_MAP &&
	       fn_outer_map(l->map[s->r[1].id].need.type);
}

static void call(const struct fn_lower *l, const struct fn_lower_func *f,
		 const struct fn_lower_insn *i, struct fn_state *s)
{
	bool own = !i->insn.src_reg && !i->ref;
	bool finds = own && finds_map(l, i, s);
	u32 r, map = s->r[1].id;

	if (i->insn.src_reg || i->ref || !keeps_memory(i->insn.imm))
		forget_stack(s);
	for (r = 0; r <= 5; r++)
		s->r[r] = clean;
	if (own && i->insn.imm == BPF_FUNC_ringbuf_reserve)
		begin_record(s, i - f->insn);
	if (finds)
		s->r[0] = (struct fn_value){ .kind = FN_V_INNER, .id = map };
}

static struct fn_value wide(const struct fn_lower_insn *i)
{
	switch (i->ref) {
	case FN_REF_NONE:
		return i->insn.src_reg ? clean : number(i->imm);
	case FN_REF_MAP:
		return (struct fn_value){ .kind = FN_V_MAP, .id = i->id };
	case FN_REF_DATA:
		return (struct fn_value){
			.kind = FN_V_DATA,
			.id = i->id,
			.n = i->imm,
		};
	case FN_REF_FUNC:
		return (struct fn_value){ .kind = FN_V_FUNC, .id = i->id };
	default:
		return clean;
	}
}

/* What an instruction does to the state. */
static void step(const struct fn_lower *l, const struct fn_lower_func *f,
		 const struct fn_lower_insn *i, struct fn_state *s)
{
	const struct bpf_insn *insn = &i->insn;

	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		s->r[insn->dst_reg] = i->has_core ? clean : compute(insn, s);
		break;
	case BPF_LD:
		if (insn->code == (BPF_LD | BPF_IMM | BPF_DW))
			s->r[insn->dst_reg] = i->has_core ? clean : wide(i);
		else
			s->r[0] = clean;
		break;
	case BPF_LDX:
		s->r[insn->dst_reg] = i->has_core ? clean : load(l, insn, s);
		break;
	case BPF_ST:
		store(insn, s, number((s64)insn->imm));
		break;
	case BPF_STX:
		if (BPF_MODE(insn->code) == BPF_ATOMIC)
			atomic(insn, s);
		else
			store(insn, s, s->r[insn->src_reg]);
		break;
	case BPF_JMP:
		if (BPF_OP(insn->code) == BPF_CALL)
			call(l, f, i, s);
		break;
	}
}

/**
 * fn_flow_load - what a load gives
 * @l: program
 * @i: load
 * @s: state before it
 *
 * Return: what is known of it.
 */
struct fn_value fn_flow_load(const struct fn_lower *l,
			     const struct fn_lower_insn *i,
			     const struct fn_state *s)
{
	return load(l, &i->insn, s);
}

static bool is_always(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_JA) ||
	       insn->code == (BPF_JMP32 | BPF_JA);
}

/**
 * fn_flow_branch - where an instruction leads to
 * @i: instruction
 * @s: state before it
 *
 * Return: 1 for its target alone, 0 for the next instruction alone, -1 for both
 * and -2 for neither.
 */
int fn_flow_branch(const struct fn_lower_insn *i, const struct fn_state *s)
{
	const struct bpf_insn *insn = &i->insn;
	struct fn_value a, b;
	bool taken;

	if (insn->code == (BPF_JMP | BPF_EXIT))
		return -2;
	if (!i->jumps)
		return 0;
	if (is_always(insn))
		return 1;
	a = s->r[insn->dst_reg];
	b = operand(insn, s);
	if (i->has_core || a.kind != FN_V_CONST || b.kind != FN_V_CONST ||
	    !fn_compute_branch(insn, a.n, b.n, &taken))
		return -1;
	return taken;
}

/**
 * fn_value_is_map - whether a value is a map, or one of several
 * @l: program
 * @v: value
 *
 * Return: not of a map of maps, or of programs, which has no number that it could
 *         be told by.
 */
bool fn_value_is_map(const struct fn_lower *l, const struct fn_value *v)
{
	return (v->kind == FN_V_MAP && fn_map_has_number(l, v->id)) ||
	       v->kind == FN_V_INNER || v->kind == FN_V_EITHER;
}

/**
 * fn_value_may_be_map - whether a value is a map, or NULL
 * @l: program
 * @v: value; NULL beside a map is for who looks before it is used
 *
 * Return: whether it is.
 */
bool fn_value_may_be_map(const struct fn_lower *l, const struct fn_value *v)
{
	return fn_value_is_map(l, v) || (v->kind == FN_V_CONST && !v->n);
}

static bool meet(const struct fn_lower *l, struct fn_value *into,
		 const struct fn_value *v)
{
	struct fn_value was = *into;

	if (into->kind == v->kind && into->id == v->id && into->n == v->n)
		return false;
	if (fn_value_may_be_map(l, into) && fn_value_may_be_map(l, v) &&
	    (fn_value_is_map(l, into) || fn_value_is_map(l, v)))
		*into = (struct fn_value){ .kind = FN_V_EITHER };
	else
		*into = mixed(into, v);
	return was.kind != into->kind;
}

/* Whether that changes what is known there. */
static bool enter(struct fn_flow *w, u32 i, const struct fn_state *s)
{
	bool changed = false;
	u32 r;

	if (!w->at[i]) {
		w->at[i] = fn_check_alloc(malloc(sizeof(*s)));
		*w->at[i] = *s;
		return true;
	}
	for (r = 0; r < ARRAY_SIZE(s->r); r++)
		changed |= meet(w->l, &w->at[i]->r[r], &s->r[r]);
	for (r = 0; r < FN_FLOW_SLOTS; r++)
		changed |= meet(w->l, &w->at[i]->slot[r], &s->slot[r]);
	return changed;
}

static void begin_state(const struct fn_flow *w, struct fn_state *s)
{
	u32 i;

	for (i = 0; i < FN_FLOW_SLOTS; i++)
		s->slot[i] = clean;
	for (i = 0; i < ARRAY_SIZE(s->r); i++)
		s->r[i] = i && i <= 5 ? argument : clean;
	for (i = 1; i <= 5; i++)
		if (w->f->maps >> i & 1)
			s->r[i] = (struct fn_value){ .kind = FN_V_EITHER };
	s->r[10] = (struct fn_value){ .kind = FN_V_STACK };
	if (w->f->f->entry || w->f->has_ctx)
		s->r[1].kind = FN_V_CTX;
}

static bool *find_leaders(const struct fn_lower_func *f)
{
	bool *leader = fn_check_alloc(calloc(f->n + 1, sizeof(*leader)));
	u32 i;

	leader[0] = true;
	for (i = 0; i < f->n; i++) {
		if (!f->insn[i].jumps)
			continue;
		leader[f->insn[i].to] = true;
		leader[i + 1] = true;
	}
	return leader;
}

/**
 * struct walk - blocks to be gone through
 * @leader: by instruction, whether it begins a block
 * @due: blocks
 * @queued: by instruction, whether it is among @due
 * @n: number of @due
 */
struct walk {
	bool *leader;
	u32 *due;
	bool *queued;
	u32 n;
};

static void reach(struct fn_flow *w, struct walk *k, u32 i,
		  const struct fn_state *s)
{
	if (i >= w->f->n || !enter(w, i, s) || k->queued[i])
		return;
	k->queued[i] = true;
	k->due[k->n++] = i;
}

static void go_through(struct fn_flow *w, struct walk *k, u32 i)
{
	struct fn_state s = *w->at[i];
	int way;

	for (;; i++) {
		const struct fn_lower_insn *insn = &w->f->insn[i];

		w->reached[i] = true;
		way = fn_flow_branch(insn, &s);
		step(w->l, w->f, insn, &s);
		if (way == 1 || way == -1)
			reach(w, k, insn->to, &s);
		if (way == 1 || way == -2 || i + 1 >= w->f->n)
			return;
		if (k->leader[i + 1]) {
			reach(w, k, i + 1, &s);
			return;
		}
	}
}

/**
 * fn_flow_begin - find out what is known in a function
 * @w: to fill in; fn_flow_end() is due
 * @l: program
 * @f: function of it
 */
void fn_flow_begin(struct fn_flow *w, const struct fn_lower *l,
		   const struct fn_lower_func *f)
{
	struct walk k = { .leader = find_leaders(f) };
	struct fn_state s;

	*w = (struct fn_flow){ .l = l, .f = f };
	w->at = fn_check_alloc(calloc(f->n + 1, sizeof(*w->at)));
	w->reached = fn_check_alloc(calloc(f->n + 1, 1));
	k.due = fn_check_alloc(malloc((f->n + 1) * sizeof(*k.due)));
	k.queued = fn_check_alloc(calloc(f->n + 1, sizeof(*k.queued)));
	begin_state(w, &s);
	reach(w, &k, 0, &s);
	while (k.n) {
		u32 i = k.due[--k.n];

		k.queued[i] = false;
		go_through(w, &k, i);
	}
	free(k.leader);
	free(k.due);
	free(k.queued);
}

/**
 * fn_flow_state - go to the next instruction
 * @w: what is known
 * @i: number of the instruction; all are due, in order
 * @s: state before the previous instruction, becomes that before this one
 *
 * Return: whether the instruction can be reached at all.
 */
bool fn_flow_state(const struct fn_flow *w, u32 i, struct fn_state *s)
{
	if (!w->reached[i])
		return false;
	if (w->at[i])
		*s = *w->at[i];
	else
		step(w->l, w->f, &w->f->insn[i - 1], s);
	return true;
}

/**
 * fn_flow_end - undo fn_flow_begin()
 * @w: what was known
 */
void fn_flow_end(struct fn_flow *w)
{
	u32 i;

	for (i = 0; i < w->f->n; i++)
		free(w->at[i]);
	free(w->at);
	free(w->reached);
}
