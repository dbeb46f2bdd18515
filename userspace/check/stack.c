// SPDX-License-Identifier: GPL-2.0
/*
 * How much stack a program uses, along the deepest chain of calls. Places are
 * those that the code names: the frame's end and constants added to it.
 */
#include "check.h"
#include "userspace/tool.h"

#define FRAME 512 /* bytes that a function may have */
#define REGISTERS 16 /* that an instruction can name, in dead code at least */

/**
 * struct scan - the walk through a function
 * @at: by register, bytes from the frame's end, if the register points there
 * @is_frame: by register
 * @depth: bytes that are used so far
 */
struct scan {
	s64 at[REGISTERS];
	bool is_frame[REGISTERS];
	s64 depth;
};

static void use(struct scan *s, u8 reg, s64 off)
{
	if (s->is_frame[reg])
		s->depth = max(s->depth, -(s->at[reg] + off));
}

static void copy(struct scan *s, const struct bpf_insn *i)
{
	s->is_frame[i->dst_reg] = s->is_frame[i->src_reg];
	s->at[i->dst_reg] = s->at[i->src_reg];
}

static void scan_insn(struct scan *s, const struct bpf_insn *i)
{
	switch (BPF_CLASS(i->code)) {
	case BPF_LDX:
		use(s, i->src_reg, i->off);
		s->is_frame[i->dst_reg] = false;
		break;
	case BPF_ST:
	case BPF_STX:
		use(s, i->dst_reg, i->off);
		break;
	case BPF_ALU64:
		if (i->code == (BPF_ALU64 | BPF_MOV | BPF_X) && !i->off) {
			copy(s, i);
		} else if (i->code == (BPF_ALU64 | BPF_ADD | BPF_K)) {
			s->at[i->dst_reg] += i->imm;
			use(s, i->dst_reg, 0);
		} else {
			s->is_frame[i->dst_reg] = false;
		}
		break;
	case BPF_ALU:
	case BPF_LD:
		s->is_frame[i->dst_reg] = false;
		break;
	}
}

static u32 part_end(const struct fn_program *p, u32 part)
{
	return part + 1 < p->nparts ? p->parts[part + 1].base : p->bpf.len;
}

static u32 own_depth(const struct fn_program *p, u32 part)
{
	struct scan s = { .is_frame[BPF_REG_10] = true };
	u32 i;

	for (i = p->parts[part].base; i < part_end(p, part); i++)
		scan_insn(&s, &p->insns[i]);
	return min_t(s64, s.depth, FRAME);
}

/* The function that an instruction calls. */
static u32 callee(const struct fn_program *p, u32 insn)
{
	s64 to = (s64)insn + 1 + p->insns[insn].imm;
	u32 part = 0;

	while (part + 1 < p->nparts && p->parts[part + 1].base <= to)
		part++;
	return part;
}

/**
 * struct chain - depths of functions with what they call
 * @p: program
 * @depth: by function, bytes
 * @seen: by function, @depth is known or being found out
 */
struct chain {
	const struct fn_program *p;
	u32 *depth;
	bool *seen;
};

/* A function that calls itself is for the verifier to refuse. */
static u32 depth_from(struct chain *c, u32 part)
{
	const struct fn_program *p = c->p;
	u32 i, deepest = 0;

	if (c->seen[part])
		return c->depth[part];
	c->seen[part] = true;
	for (i = p->parts[part].base; i < part_end(p, part); i++) {
		const struct bpf_insn *insn = &p->insns[i];

		if (insn->code == (BPF_JMP | BPF_CALL) &&
		    insn->src_reg == BPF_PSEUDO_CALL)
			deepest = max(deepest, depth_from(c, callee(p, i)));
	}
	c->depth[part] = round_up(own_depth(p, part), 8) + deepest;
	return c->depth[part];
}

/**
 * fn_stack_used - how much stack a program uses
 * @p: program
 *
 * Return: bytes.
 */
u32 fn_stack_used(const struct fn_program *p)
{
	struct chain c = {
		.p = p,
		.depth = fn_check_alloc(calloc(p->nparts + 1, sizeof(u32))),
		.seen = fn_check_alloc(calloc(p->nparts + 1, sizeof(bool))),
	};
	u32 depth = p->nparts ? depth_from(&c, 0) : 0;

	free(c.depth);
	free(c.seen);
	return depth;
}
