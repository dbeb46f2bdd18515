/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Runs BPF that the card compiles its programs to, and trusts none of it: each
 * access must be one to the packet, to a map of the program, or to a member of
 * the thread that is for it; each jump must lead to an instruction.
 */
#ifndef FN_TEST_BPF_VM_H
#define FN_TEST_BPF_VM_H

#include "offload/engine/exec.h"
#include "offload/engine/map.h"
#include "offload/engine/prog.h"
#include "tap.h"

#define VM_CALLS 16
#define VM_STEPS (1u << 28)

struct fn_code {
	u32 n;
	struct bpf_insn insns[];
};

typedef u64 (*vm_call_t)(u64 a, u64 b, u64 c, u64 d, u64 e);

/**
 * struct vm - what the runs of all programs have in common
 * @calls: C functions by imm
 * @ncalls: calls of each
 * @bad: accesses, jumps or instructions that were wrong
 * @insns: that were run
 */
static struct {
	vm_call_t calls[VM_CALLS];
	u64 ncalls[VM_CALLS];
	u64 bad;
	u64 insns;
} vm;

static inline bool vm_bad(const char *what, u32 at)
{
	if (vm.bad++ < 10)
		diag("instruction %u: %s", at, what);
	return false;
}

static inline s32 vm_call(vm_call_t fn)
{
	u32 i;

	for (i = 0; vm.calls[i] && vm.calls[i] != fn; i++)
		;
	vm.calls[i] = fn;
	return i;
}

static inline struct fn_code *vm_make(const struct bpf_insn *insns, u32 n,
				      char *why, size_t len)
{
	struct fn_code *c = malloc(sizeof(*c) + n * sizeof(*insns));

	c->n = n;
	memcpy(c->insns, insns, n * sizeof(*insns));
	return c;
}

static inline void vm_free(struct fn_code *c)
{
	free(c);
}

static inline bool vm_inside(const void *base, u64 len, u64 addr, u64 size)
{
	u64 off = addr - (uintptr_t)base;

	return off < len && size <= len - off;
}

#define VM_MEMBER(x, member, addr, size) \
	vm_inside(&(x)->member, sizeof((x)->member), addr, size)

/* Members of a thread that compiled code may write. */
static inline bool vm_own(const struct fn_exec *x, u64 addr, u64 size)
{
	const u8 *local = (const u8 *)x->local;

	return vm_inside(x->r, sizeof(u64) * FN_REG_ZERO, addr, size) ||
	       VM_MEMBER(x, acc, addr, size) || VM_MEMBER(x, pc, addr, size) ||
	       VM_MEMBER(x, result, addr, size) ||
	       VM_MEMBER(x, cycles, addr, size) ||
	       VM_MEMBER(x, hidden, addr, size) ||
	       VM_MEMBER(x, map_busy, addr, size) ||
	       VM_MEMBER(x, last_access, addr, size) ||
	       VM_MEMBER(x, depth, addr, size) ||
	       VM_MEMBER(x, host, addr, size) ||
	       VM_MEMBER(x, budget, addr, size) ||
	       VM_MEMBER(x, frame, addr, size) ||
	       (VM_MEMBER(x, ctx.rx_queue_index, addr, size) && size == 4) ||
	       vm_inside(local + FN_CTX_SIZE, FN_LOCAL_SIZE - FN_CTX_SIZE, addr,
			 size);
}

static inline bool vm_maps(const struct fn_exec *x, u64 addr, u64 size)
{
	u32 i;

	for (i = 0; i < x->prog->nmaps; i++) {
		const struct fn_map *m = x->prog->maps[i];

		if (vm_inside(m->values, (u64)m->nvalues * m->stride, addr,
			      size))
			return true;
	}
	return false;
}

static inline bool vm_access(const struct fn_exec *x, u64 addr, u64 size,
			     bool write, u32 at)
{
	if (vm_inside(x->pkt_host, x->pkt_len, addr, size) ||
	    vm_maps(x, addr, size) || vm_own(x, addr, size))
		return true;
	if (!write &&
	    (vm_inside(x, sizeof(*x), addr, size) ||
	     vm_inside(x->segments, FN_MAX_SEGMENTS * sizeof(*x->segments),
		       addr, size)))
		return true;
	return vm_bad(write ? "store outside of everything" :
			      "load outside of everything",
		      at);
}

static inline u64 vm_alu(u32 op, u64 a, u64 b, u32 bits, u32 at)
{
	switch (op) {
	case BPF_ADD:
		return a + b;
	case BPF_SUB:
		return a - b;
	case BPF_MUL:
		return a * b;
	case BPF_DIV:
	case BPF_MOD:
		if (!b) {
			vm_bad("division by 0", at);
			return 0;
		}
		return op == BPF_DIV ? a / b : a % b;
	case BPF_OR:
		return a | b;
	case BPF_AND:
		return a & b;
	case BPF_XOR:
		return a ^ b;
	case BPF_MOV:
		return b;
	case BPF_LSH:
		return a << (b & (bits - 1));
	case BPF_RSH:
		return a >> (b & (bits - 1));
	case BPF_ARSH:
		return bits == 64 ? (u64)((s64)a >> (b & 63)) :
				    (u32)((s32)a >> (b & 31));
	}
	vm_bad("unknown operation", at);
	return 0;
}

static inline bool vm_holds(u32 op, u64 a, u64 b, s64 sa, s64 sb)
{
	switch (op) {
	case BPF_JEQ:
		return a == b;
	case BPF_JNE:
		return a != b;
	case BPF_JGT:
		return a > b;
	case BPF_JGE:
		return a >= b;
	case BPF_JLT:
		return a < b;
	case BPF_JLE:
		return a <= b;
	case BPF_JSGT:
		return sa > sb;
	case BPF_JSGE:
		return sa >= sb;
	case BPF_JSLT:
		return sa < sb;
	case BPF_JSLE:
		return sa <= sb;
	case BPF_JSET:
		return a & b;
	}
	return false;
}

static inline u32 vm_size(u32 code)
{
	static const u8 sizes[] = { 4, 2, 1, 8 };

	return sizes[BPF_SIZE(code) >> 3];
}

static inline u64 vm_swap(u64 v, u32 bits)
{
	if (bits == 16)
		return swab16((u16)v);
	return bits == 32 ? swab32((u32)v) : swab64(v);
}

/* What BPF leaves undefined, the upper half of an old value, is made so. */
static inline void vm_atomic(u8 *p, u32 size, u32 op, u64 *r, u32 src)
{
	u64 mask = size == 4 ? 0xffffffff : ~0ull;
	u64 old = 0, v = r[src];

	memcpy(&old, p, size);
	if (op == BPF_CMPXCHG)
		v = ((old ^ r[0]) & mask) ? old : v;
	else if (op != BPF_XCHG)
		v = vm_alu(op & ~BPF_FETCH, old, v, 64, 0);
	memcpy(p, &v, size);
	if (op & BPF_FETCH)
		r[op == BPF_CMPXCHG ? 0 : src] = old |
						 (~mask & 0x5a5a5a5aull << 32);
}

/* What a C function may do to the registers that it need not keep. */
static inline void vm_do_call(u64 *r, u32 imm)
{
	u32 i;

	if (imm >= VM_CALLS || !vm.calls[imm]) {
		vm_bad("call of nothing", imm);
		return;
	}
	vm.ncalls[imm]++;
	r[0] = vm.calls[imm](r[1], r[2], r[3], r[4], r[5]);
	for (i = 1; i <= 5; i++)
		r[i] = 0xdead000000000000ull + i;
}

static inline bool vm_memory(const struct fn_exec *x, const struct bpf_insn *i,
			     u64 *r, u32 at)
{
	u32 class = BPF_CLASS(i->code);
	u32 size = vm_size(i->code);
	u64 addr = r[class == BPF_LDX ? i->src_reg : i->dst_reg] + i->off;
	u64 v = class == BPF_ST ? (u64)(s64)i->imm : r[i->src_reg];

	if (!vm_access(x, addr, size, class != BPF_LDX, at))
		return false;
	if (class == BPF_LDX) {
		r[i->dst_reg] = 0;
		memcpy(&r[i->dst_reg], (void *)(uintptr_t)addr, size);
	} else if (BPF_MODE(i->code) == BPF_ATOMIC) {
		vm_atomic((u8 *)(uintptr_t)addr, size, i->imm, r, i->src_reg);
	} else {
		memcpy((void *)(uintptr_t)addr, &v, size);
	}
	return true;
}

static inline void vm_compute(const struct bpf_insn *i, u64 *r, u32 at)
{
	bool wide = BPF_CLASS(i->code) == BPF_ALU64;
	u64 b = BPF_SRC(i->code) == BPF_X ? r[i->src_reg] : (u64)(s64)i->imm;
	u64 *d = &r[i->dst_reg];

	if (BPF_OP(i->code) == BPF_END)
		*d = vm_swap(*d, i->imm);
	else if (wide)
		*d = vm_alu(BPF_OP(i->code), *d, b, 64, at);
	else
		*d = (u32)vm_alu(BPF_OP(i->code), (u32)*d, (u32)b, 32, at);
}

static inline bool vm_jumps(const struct bpf_insn *i, const u64 *r)
{
	u64 a = r[i->dst_reg];
	u64 b = BPF_SRC(i->code) == BPF_X ? r[i->src_reg] : (u64)(s64)i->imm;

	if (BPF_OP(i->code) == BPF_JA)
		return true;
	if (BPF_CLASS(i->code) == BPF_JMP32)
		return vm_holds(BPF_OP(i->code), (u32)a, (u32)b, (s32)a,
				(s32)b);
	return vm_holds(BPF_OP(i->code), a, b, a, b);
}

/* False when it ends; r[0] is what it returns. */
static inline bool vm_step(const struct fn_code *c, const struct fn_exec *x,
			   u64 *r, u32 *pc)
{
	const struct bpf_insn *i = &c->insns[*pc];

	switch (BPF_CLASS(i->code)) {
	case BPF_LD:
		r[i->dst_reg] = (u32)i->imm | (u64)(u32)i[1].imm << 32;
		++*pc;
		break;
	case BPF_LDX:
	case BPF_ST:
	case BPF_STX:
		if (!vm_memory(x, i, r, *pc))
			return false;
		break;
	case BPF_ALU:
	case BPF_ALU64:
		vm_compute(i, r, *pc);
		break;
	default:
		if (i->code == (BPF_JMP | BPF_EXIT))
			return false;
		if (i->code == (BPF_JMP | BPF_CALL))
			vm_do_call(r, i->imm);
		else if (vm_jumps(i, r))
			*pc += i->off;
	}
	++*pc;
	return true;
}

static inline u32 vm_run(const struct fn_code *c, void *arg)
{
	const struct fn_exec *x = arg;
	u64 r[11] = { 0, (uintptr_t)arg };
	u64 bad = vm.bad;
	u64 steps = 0;
	u32 pc = 0;
	u32 i;

	for (i = 2; i < 11; i++)
		r[i] = 0xbad0000000000000ull + i;
	while (pc < c->n && vm_step(c, x, r, &pc) && ++steps < VM_STEPS)
		;
	vm.insns += steps;
	if (pc >= c->n || steps == VM_STEPS)
		vm_bad("control left the code, or stays in it for ever", pc);
	return bad == vm.bad ? r[0] : 0; /* which is an exit, too */
}

static const struct fn_code_ops vm_ops = {
	.make = vm_make,
	.free = vm_free,
	.run = vm_run,
	.call = vm_call,
};

#endif /* FN_TEST_BPF_VM_H */
