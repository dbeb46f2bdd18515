// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that look whether a map that redirects has an entry, and redirect by it
 * if so:
 *
 *	if (bpf_map_lookup_elem(&sockets, &key))
 *		return bpf_redirect_map(&sockets, key, 0);
 *	return XDP_PASS;
 *
 * That is a redirect whose flags say what is done without an entry. Both ways on
 * from the lookup are gone along here, and nothing else may be done on them.
 */
#include <string.h>

#include "lower.h"
#include "userspace/tool.h"

#define MOST_STEPS 64

enum kind {
	OTHER, /* nothing is known, and it does not matter */
	KEY, /* that of the lookup, in the lower half; the upper one is not used */
	HIGH_KEY, /* that, in the upper half */
	FOUND, /* the result of the lookup */
	NUMBER,
	MAP, /* the one that is looked up in */
	PLACE, /* of the stack */
};

/**
 * struct known - what is known of a register
 * @kind: enum kind
 * @n: number, or offset from the end of the stack
 */
struct known {
	enum kind kind;
	s64 n;
};

/**
 * struct walk - a way on from a lookup
 * @l: program
 * @f: function
 * @map: that is looked up in
 * @r: registers
 * @key: where the key is, on the stack
 * @has_key: it is still there
 * @found: the way if there is an entry
 * @verdict: of the way, if it ends
 * @flags: of the redirect that it leads to
 */
struct walk {
	const struct fn_lower *l;
	const struct fn_lower_func *f;
	u32 map;
	struct known r[11];
	s64 key;
	bool has_key;
	bool found;
	u64 verdict;
	u64 flags;
};

static struct known number(u64 n)
{
	return (struct known){ NUMBER, n };
}

static struct known from_flow(const struct walk *w, const struct fn_value *v)
{
	switch (v->kind) {
	case FN_V_CONST:
		return number(v->n);
	case FN_V_MAP:
		return (struct known){ v->id == w->map ? MAP : OTHER, 0 };
	case FN_V_STACK:
		return (struct known){ PLACE, v->n };
	default:
		return (struct known){};
	}
}

static bool writes_reg(const struct bpf_insn *insn, u32 reg)
{
	u8 class = BPF_CLASS(insn->code);

	if (class == BPF_JMP && BPF_OP(insn->code) == BPF_CALL)
		return reg <= 5;
	if (class == BPF_STX && BPF_MODE(insn->code) == BPF_ATOMIC)
		return true;
	return (class == BPF_ALU || class == BPF_ALU64 || class == BPF_LD ||
		class == BPF_LDX) &&
	       insn->dst_reg == reg;
}

static bool jumps_to(const struct fn_lower_func *f, u32 i)
{
	u32 k;

	for (k = 0; k < f->n; k++)
		if (f->insn[k].jumps && f->insn[k].to == i)
			return true;
	return false;
}

/* The register that the key has been stored from still has it. */
static void find_key_register(struct walk *w, u32 lookup)
{
	u32 i, k;

	for (i = lookup; i-- && !jumps_to(w->f, i + 1);) {
		const struct bpf_insn *insn = &w->f->insn[i].insn;

		if (w->f->insn[i].jumps || BPF_CLASS(insn->code) == BPF_JMP)
			return;
		if (BPF_CLASS(insn->code) != BPF_STX &&
		    BPF_CLASS(insn->code) != BPF_ST)
			continue;
		if (insn->code != (BPF_STX | BPF_MEM | BPF_W) ||
		    insn->dst_reg != 10 || insn->off != w->key)
			return;
		for (k = i + 1; k <= lookup; k++)
			if (writes_reg(&w->f->insn[k].insn, insn->src_reg))
				return;
		w->r[insn->src_reg] = (struct known){ KEY, 0 };
		return;
	}
}

static struct known compute(const struct walk *w, const struct bpf_insn *insn)
{
	struct known a = w->r[insn->dst_reg], b;
	u32 op = BPF_OP(insn->code);
	u64 n;

	b = BPF_SRC(insn->code) == BPF_X ? w->r[insn->src_reg] :
					   number((s64)insn->imm);
	if (op == BPF_MOV && !insn->off &&
	    (BPF_CLASS(insn->code) == BPF_ALU64 || b.kind == KEY))
		return b;
	if (BPF_CLASS(insn->code) == BPF_ALU64 && b.kind == NUMBER &&
	    b.n == 32) {
		if (op == BPF_LSH && a.kind == KEY)
			return (struct known){ HIGH_KEY, 0 };
		if ((op == BPF_RSH || op == BPF_ARSH) && a.kind == HIGH_KEY)
			return (struct known){ KEY, 0 };
	}
	if (BPF_CLASS(insn->code) == BPF_ALU64 && op == BPF_ADD &&
	    a.kind == PLACE && b.kind == NUMBER)
		return (struct known){ PLACE, a.n + b.n };
	if (b.kind == NUMBER && (a.kind == NUMBER || op == BPF_MOV) &&
	    fn_compute_alu(insn, a.n, b.n, &n))
		return number(n);
	return (struct known){};
}

static struct known load(const struct walk *w, const struct bpf_insn *insn)
{
	const struct known *base = &w->r[insn->src_reg];
	bool is_key = BPF_SIZE(insn->code) == BPF_W && base->kind == PLACE &&
		      w->has_key && base->n + insn->off == w->key;

	return (struct known){ is_key ? KEY : OTHER, 0 };
}

/* Only the stack may change. */
static bool store(struct walk *w, const struct bpf_insn *insn)
{
	const struct known *base = &w->r[insn->dst_reg];
	s64 at = base->n + insn->off;

	if (base->kind != PLACE || BPF_MODE(insn->code) != BPF_MEM)
		return false;
	if (at > w->key - 8 && at < w->key + 4)
		w->has_key = false;
	return true;
}

static struct known wide(const struct walk *w, const struct fn_lower_insn *i)
{
	if (i->ref == FN_REF_MAP)
		return (struct known){ i->id == w->map ? MAP : OTHER, 0 };
	return i->ref || i->insn.src_reg ? (struct known){} : number(i->imm);
}

static bool branch(const struct walk *w, const struct fn_lower_insn *i,
		   bool *taken)
{
	const struct bpf_insn *insn = &i->insn;
	struct known a = w->r[insn->dst_reg], b;
	bool equal = BPF_OP(insn->code) == BPF_JEQ;

	if (insn->code == (BPF_JMP | BPF_JA) ||
	    insn->code == (BPF_JMP32 | BPF_JA)) {
		*taken = true;
		return true;
	}
	b = BPF_SRC(insn->code) == BPF_X ? w->r[insn->src_reg] :
					   number((s64)insn->imm);
	if (b.kind != NUMBER)
		return false;
	if (a.kind == NUMBER)
		return fn_compute_branch(insn, a.n, b.n, taken);
	*taken = equal != w->found;
	return a.kind == FOUND && !b.n && BPF_CLASS(insn->code) == BPF_JMP &&
	       (equal || BPF_OP(insn->code) == BPF_JNE);
}

static bool is_redirect(const struct walk *w, const struct fn_lower_insn *i)
{
	return !i->ref && !i->insn.src_reg &&
	       i->insn.imm == BPF_FUNC_redirect_map && w->r[1].kind == MAP &&
	       w->r[2].kind == KEY && w->r[3].kind == NUMBER;
}

/* One that changes nothing but what is known. */
static bool step(struct walk *w, const struct fn_lower_insn *i)
{
	const struct bpf_insn *insn = &i->insn;

	if (i->has_core)
		return false;
	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		w->r[insn->dst_reg] = compute(w, insn);
		return true;
	case BPF_LD:
		w->r[insn->dst_reg] = wide(w, i);
		return insn->code == (BPF_LD | BPF_IMM | BPF_DW);
	case BPF_LDX:
		w->r[insn->dst_reg] = load(w, insn);
		return true;
	case BPF_ST:
	case BPF_STX:
		return store(w, insn);
	default:
		return false;
	}
}

/* Whether the way ends as it has to. */
static bool go(struct walk *w, u32 i)
{
	u32 steps;
	bool taken;

	for (steps = 0; i < w->f->n && steps < MOST_STEPS; steps++) {
		const struct fn_lower_insn *insn = &w->f->insn[i];

		if (insn->insn.code == (BPF_JMP | BPF_EXIT)) {
			w->verdict = w->r[0].n;
			return !w->found && w->r[0].kind == NUMBER;
		}
		if (insn->insn.code == (BPF_JMP | BPF_CALL)) {
			w->flags = w->r[3].n;
			return w->found && is_redirect(w, insn) &&
			       fn_redirect_returns(w->l, w->f, i);
		}
		if (!insn->jumps) {
			if (!step(w, insn))
				return false;
			i++;
			continue;
		}
		if (!branch(w, insn, &taken))
			return false;
		i = taken ? insn->to : i + 1;
	}
	return false;
}

static void begin(struct walk *w, u32 lookup, const struct fn_state *s)
{
	u32 r;

	w->map = s->r[1].id;
	w->key = s->r[2].n;
	w->has_key = true;
	for (r = 0; r < 11; r++)
		w->r[r] = from_flow(w, &s->r[r]);
	find_key_register(w, lookup);
	for (r = 1; r <= 5; r++)
		w->r[r] = (struct known){};
	w->r[0] = (struct known){ FOUND, 0 };
}

/**
 * fn_lookup_redirects - whether a lookup is part of a redirect
 * @l: program
 * @f: function of it
 * @i: the lookup
 * @s: state before it
 * @flags: of the redirect
 *
 * Return: whether it is: then the key is where r2 points to.
 */
bool fn_lookup_redirects(const struct fn_lower *l,
			 const struct fn_lower_func *f, u32 i,
			 const struct fn_state *s, u64 *flags)
{
	struct walk without = { .l = l, .f = f }, with;

	if (s->r[1].kind != FN_V_MAP || s->r[2].kind != FN_V_STACK ||
	    !fn_redirect_map(l->map[s->r[1].id].need.type) ||
	    f->insn[i].insn.imm != BPF_FUNC_map_lookup_elem)
		return false;
	begin(&without, i, s);
	with = without;
	with.found = true;
	if (!go(&with, i + 1) || !go(&without, i + 1) ||
	    without.verdict > XDP_TX)
		return false;
	*flags = (with.flags & ~3ull) | without.verdict;
	return true;
}
