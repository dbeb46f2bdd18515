// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions whose result nobody needs, functions that nobody calls, maps that
 * nobody uses.
 */
#include <string.h>

#include "lower.h"
#include "offload/helpers.h"
#include "userspace/tool.h"

#define ARGUMENTS 0x3e /* r1 to r5 */

/* Helpers that the card does not have and lowerings know. */
static const struct {
	u32 helper;
	u32 nargs;
} others[] = {
	{ BPF_FUNC_tail_call, 3 },
	{ BPF_FUNC_redirect_map, 3 },
	{ BPF_FUNC_map_lookup_percpu_elem, 3 },
	{ BPF_FUNC_ringbuf_output, 4 },
	{ BPF_FUNC_ringbuf_reserve, 3 },
	{ BPF_FUNC_ringbuf_submit, 2 },
	{ BPF_FUNC_ringbuf_discard, 2 },
	{ BPF_FUNC_spin_lock, 1 },
	{ BPF_FUNC_spin_unlock, 1 },
};

static u32 number_of_arguments(u32 helper)
{
	const struct fn_helper_info *h = fn_helper_find(helper);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(others) && !h; i++)
		if (others[i].helper == helper)
			return others[i].nargs;
	return h ? h->nargs : 5;
}

/* Arguments of a call, as bits; of functions fn_lower_arguments() knows more. */
static u32 arguments(const struct bpf_insn *insn)
{
	u32 n = insn->src_reg ? 5 : number_of_arguments(insn->imm);

	return ARGUMENTS & ((2u << n) - 1);
}

/* Registers that an instruction reads, as bits. */
static u32 reads(const struct bpf_insn *insn)
{
	u32 src = 1u << insn->src_reg, dst = 1u << insn->dst_reg;
	u32 op = BPF_OP(insn->code);

	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		if (op == BPF_END || op == BPF_NEG)
			return dst;
		return (op == BPF_MOV ? 0 : dst) |
		       (BPF_SRC(insn->code) == BPF_X ? src : 0);
	case BPF_LD:
		return BPF_MODE(insn->code) == BPF_IMM ? 0 : 0x40 | src;
	case BPF_LDX:
		return src;
	case BPF_ST:
		return dst;
	case BPF_STX:
		return dst | src | 1; /* r0, if it compares and exchanges */
	default:
		if (op == BPF_EXIT)
			return 1;
		if (op == BPF_CALL)
			return arguments(insn);
		return op == BPF_JA ?
			       0 :
			       dst | (BPF_SRC(insn->code) == BPF_X ? src : 0);
	}
}

/**
 * fn_lower_reads - which registers an instruction reads
 * @i: instruction
 *
 * Return: registers as bits; of functions fn_lower_arguments() knows more.
 */
u32 fn_lower_reads(const struct fn_lower_insn *i)
{
	return reads(&i->insn) & ~(u32)i->unread;
}

/* Registers that are something else behind an instruction. */
static u32 writes(const struct bpf_insn *insn)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU:
	case BPF_ALU64:
	case BPF_LDX:
		return 1u << insn->dst_reg;
	case BPF_LD:
		return BPF_MODE(insn->code) == BPF_IMM ? 1u << insn->dst_reg :
							 0x3f;
	case BPF_JMP:
		return BPF_OP(insn->code) == BPF_CALL ? ARGUMENTS | 1 : 0;
	default:
		return 0;
	}
}

/* It does nothing but give a register a value. */
static bool is_pure(const struct bpf_insn *insn)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU:
	case BPF_ALU64:
	case BPF_LDX:
		return true;
	case BPF_LD:
		return BPF_MODE(insn->code) == BPF_IMM;
	default:
		return false;
	}
}

static bool is_always(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_JA) ||
	       insn->code == (BPF_JMP32 | BPF_JA);
}

/* What is needed behind an instruction. */
static u32 live_out(const struct fn_lower_func *f, u32 i, const u16 *live)
{
	const struct fn_lower_insn *insn = &f->insn[i];
	u32 out = 0;

	if (insn->jumps)
		out |= live[insn->to];
	if (!is_always(&insn->insn) &&
	    insn->insn.code != (BPF_JMP | BPF_EXIT) && i + 1 < f->n)
		out |= live[i + 1];
	return out;
}

/**
 * fn_lower_live - which registers are needed at each instruction
 * @f: function
 *
 * A call is taken for one that needs all of r1 to r5.
 *
 * Return: registers as bits, by instruction, for free().
 */
u16 *fn_lower_live(const struct fn_lower_func *f)
{
	u16 *live = fn_check_alloc(calloc(f->n + 1, sizeof(*live)));
	bool changed = true;
	u32 i, in;

	while (changed) {
		changed = false;
		for (i = f->n; i--;) {
			const struct bpf_insn *insn = &f->insn[i].insn;

			in = (live_out(f, i, live) & ~writes(insn)) |
			     fn_lower_reads(&f->insn[i]);
			changed |= in != live[i];
			live[i] = in;
		}
	}
	return live;
}

/* Whether a call is found to need less than was known. */
static bool note_unread(struct fn_lower *l, u32 func, u8 unread)
{
	bool changed = false;
	u32 f, i;

	for (f = 0; f < l->nfuncs; f++)
		for (i = 0; i < l->func[f].n; i++) {
			struct fn_lower_insn *insn = &l->func[f].insn[i];

			if (insn->ref != FN_REF_CALL || insn->id != func ||
			    insn->unread == unread)
				continue;
			insn->unread = unread;
			changed = true;
		}
	return changed;
}

/**
 * fn_lower_arguments - find out which arguments functions read
 * @l: program
 */
void fn_lower_arguments(struct fn_lower *l)
{
	bool changed = true;
	u16 *live;
	u32 f;

	/* What was known may not be right any more. */
	for (f = 1; f < l->nfuncs; f++)
		note_unread(l, f, 0);
	while (changed)
		for (f = 1, changed = false; f < l->nfuncs; f++) {
			if (!l->func[f].n)
				continue;
			live = fn_lower_live(&l->func[f]);
			changed |= note_unread(l, f, ARGUMENTS & ~live[0]);
			free(live);
		}
}

static bool drop(struct fn_lower_func *f)
{
	u16 *live = fn_lower_live(f);
	struct fn_edit e;
	bool changed = false;
	u32 i;

	fn_edit_begin(&e, NULL, f);
	for (i = 0; i < f->n; i++) {
		const struct bpf_insn *insn = &f->insn[i].insn;

		fn_edit_at(&e, i);
		if (is_pure(insn) && !f->insn[i].has_core &&
		    !(live_out(f, i, live) & writes(insn)))
			changed = true;
		else
			fn_edit_copy(&e, i);
	}
	fn_edit_end(&e);
	free(live);
	return changed;
}

/**
 * fn_lower_drop_dead - drop what computes something that nobody needs
 * @f: function
 */
void fn_lower_drop_dead(struct fn_lower_func *f)
{
	while (drop(f))
		;
}

/* Marks what can follow an instruction. */
static void reach(const struct fn_lower_func *f, u32 i, bool *seen)
{
	u32 *due = fn_check_alloc(malloc((f->n + 1) * sizeof(*due)));
	u32 n = 0;

	seen[i] = true;
	due[n++] = i;
	while (n) {
		const struct fn_lower_insn *insn = &f->insn[due[--n]];
		u32 next = insn - f->insn + 1;

		if (insn->jumps && !seen[insn->to]) {
			seen[insn->to] = true;
			due[n++] = insn->to;
		}
		if (!is_always(&insn->insn) && next < f->n && !seen[next] &&
		    insn->insn.code != (BPF_JMP | BPF_EXIT)) {
			seen[next] = true;
			due[n++] = next;
		}
	}
	free(due);
}

/**
 * fn_lower_drop_unreached - drop what no way leads to
 * @f: function
 */
void fn_lower_drop_unreached(struct fn_lower_func *f)
{
	bool *seen = fn_check_alloc(calloc(f->n + 1, sizeof(*seen)));
	struct fn_edit e;
	u32 i;

	reach(f, 0, seen);
	fn_edit_begin(&e, NULL, f);
	for (i = 0; i < f->n; i++) {
		fn_edit_at(&e, i);
		if (seen[i])
			fn_edit_copy(&e, i);
	}
	fn_edit_end(&e);
	free(seen);
}

static void mark(const struct fn_lower *l, u32 func, bool *used)
{
	const struct fn_lower_func *f = &l->func[func];
	u32 i;

	if (used[func])
		return;
	used[func] = true;
	for (i = 0; i < f->n; i++)
		if (f->insn[i].ref == FN_REF_CALL ||
		    f->insn[i].ref == FN_REF_FUNC)
			mark(l, f->insn[i].id, used);
}

static void renumber(struct fn_lower *l, const u32 *number,
		     enum fn_lower_ref ref)
{
	u32 f, i;

	for (f = 0; f < l->nfuncs; f++)
		for (i = 0; i < l->func[f].n; i++)
			if (l->func[f].insn[i].ref == ref)
				l->func[f].insn[i].id =
					number[l->func[f].insn[i].id];
}

static void drop_functions(struct fn_lower *l)
{
	bool *used = fn_check_alloc(calloc(l->nfuncs, sizeof(*used)));
	u32 *number = fn_check_alloc(calloc(l->nfuncs, sizeof(*number)));
	u32 f, n = 0;

	mark(l, 0, used);
	for (f = 0; f < l->nfuncs; f++) {
		number[f] = n;
		if (used[f])
			l->func[n++] = l->func[f];
		else
			free(l->func[f].insn);
	}
	l->nfuncs = n;
	renumber(l, number, FN_REF_CALL);
	renumber(l, number, FN_REF_FUNC);
	free(used);
	free(number);
}

static bool uses_map(const struct fn_lower *l, u32 map)
{
	u32 f, i;

	for (f = 0; f < l->nfuncs; f++)
		for (i = 0; i < l->func[f].n; i++)
			if (l->func[f].insn[i].ref == FN_REF_MAP &&
			    l->func[f].insn[i].id == map)
				return true;
	return false;
}

static void drop_maps(struct fn_lower *l)
{
	u32 *number = fn_check_alloc(calloc(l->nmaps + 1, sizeof(*number)));
	u32 m, n = 0;

	for (m = 0; m < l->nmaps; m++) {
		number[m] = n;
		if (uses_map(l, m))
			l->map[n++] = l->map[m];
	}
	l->nmaps = n;
	renumber(l, number, FN_REF_MAP);
	free(number);
}

/**
 * fn_lower_prune - drop functions and maps that are not used any more
 * @l: program
 */
void fn_lower_prune(struct fn_lower *l)
{
	drop_functions(l);
	drop_maps(l);
}
