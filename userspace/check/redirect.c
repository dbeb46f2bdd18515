// SPDX-License-Identifier: GPL-2.0
/*
 * Redirects of a classifier to the ingress of a netdev, which the driver refuses
 * where the verifier gets to one: a card's ports have an egress alone.
 *
 * The flag is always written as the constant that it is. So what is followed is
 * which registers may hold that number, on any way to an instruction.
 */
#include <linux/bpf.h>

#include "check.h"
#include "offload/helpers.h"
#include "userspace/tool.h"

#define CALLERS 0x3f /* registers that a call changes */
#define REACHED 0x8000

/**
 * struct flow - the analysis
 * @p: program
 * @before: by instruction: bit mask of registers that may be BPF_F_INGRESS
 * @changed: another round is needed
 */
struct flow {
	const struct fn_program *p;
	u16 *before;
	bool changed;
};

static void merge(struct flow *f, s64 to, u32 set)
{
	u16 old;

	if (to < 0 || to >= f->p->bpf.len)
		return;
	old = f->before[to];
	f->before[to] |= set | REACHED;
	f->changed |= f->before[to] != old;
}

static bool is_wide(const struct bpf_insn *insn)
{
	return insn->code == (BPF_LD | BPF_IMM | BPF_DW);
}

static bool sets_flag(const struct bpf_insn *insn, u32 set)
{
	if (is_wide(insn))
		return !insn->src_reg && insn->imm == BPF_F_INGRESS &&
		       !insn[1].imm;
	if (BPF_OP(insn->code) != BPF_MOV || insn->off)
		return false;
	if (BPF_SRC(insn->code) == BPF_K)
		return insn->imm == BPF_F_INGRESS;
	return set >> insn->src_reg & 1;
}

static u32 after(const struct bpf_insn *insn, u32 set)
{
	u32 dst = 1u << insn->dst_reg;

	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU:
	case BPF_ALU64:
	case BPF_LD:
		return sets_flag(insn, set) ? set | dst : set & ~dst;
	case BPF_LDX:
		return set & ~dst;
	case BPF_STX: /* an atomic operation may fetch */
		return BPF_MODE(insn->code) == BPF_ATOMIC ?
			       set & ~(1u << insn->src_reg | 1) :
			       set;
	default:
		return set;
	}
}

static void step_jump(struct flow *f, u32 at, u32 set)
{
	const struct bpf_insn *insn = &f->p->insns[at];
	bool far = insn->code == (BPF_JMP32 | BPF_JA);

	switch (BPF_OP(insn->code)) {
	case BPF_EXIT:
		return;
	case BPF_CALL:
		if (insn->src_reg == BPF_PSEUDO_CALL)
			merge(f, (s64)at + 1 + insn->imm, set & CALLERS);
		merge(f, (s64)at + 1, set & ~CALLERS);
		return;
	case BPF_JA:
		merge(f, (s64)at + 1 + (far ? insn->imm : insn->off), set);
		return;
	default:
		merge(f, (s64)at + 1 + insn->off, set);
		merge(f, (s64)at + 1, set);
	}
}

static void step(struct flow *f, u32 at)
{
	const struct bpf_insn *insn = &f->p->insns[at];
	u32 set = f->before[at] & ~REACHED;
	u8 class = BPF_CLASS(insn->code);

	if (!(f->before[at] & REACHED))
		return;
	if (class == BPF_JMP || class == BPF_JMP32)
		step_jump(f, at, set);
	else
		merge(f, (s64)at + 1 + is_wide(insn), after(insn, set));
}

static void check_call(struct flow *f, u32 at, struct fn_reasons *rs)
{
	const struct bpf_insn *insn = &f->p->insns[at];
	bool clone = insn->imm == FN_HELPER_clone_redirect;

	if (insn->code != (BPF_JMP | BPF_CALL) || insn->src_reg ||
	    (!clone && insn->imm != FN_HELPER_redirect))
		return;
	if (f->before[at] >> (clone ? BPF_REG_3 : BPF_REG_2) & 1)
		fn_reason(
			rs, at,
			"%s with BPF_F_INGRESS: the card redirects to the egress of its ports (flags 0)",
			fn_helper_name(insn->imm));
}

/**
 * fn_check_redirect - find redirects that the driver refuses
 * @p: program
 * @rs: gets reasons
 */
void fn_check_redirect(const struct fn_program *p, struct fn_reasons *rs)
{
	struct flow f = { .p = p };
	u32 at;

	if (p->bpf.type != BPF_PROG_TYPE_SCHED_CLS)
		return;
	f.before = fn_check_alloc(calloc(p->bpf.len + 1, sizeof(*f.before)));
	merge(&f, 0, 0);
	while (f.changed)
		for (f.changed = false, at = 0; at < p->bpf.len; at++)
			step(&f, at);
	for (at = 0; at < p->bpf.len; at++)
		check_call(&f, at, rs);
	free(f.before);
}
