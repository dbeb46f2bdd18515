// SPDX-License-Identifier: GPL-2.0
/*
 * The interpreter. isa.h says what the operations do.
 */
#include "exec.h"
#include "profile.h"
#include "prog.h"

/* clang-format off */
#define LOAD(p, t) get_unaligned((const t *)(p))
#define STORE(p, t, v) put_unaligned((t)(v), (t *)(p))

static __always_inline u64 load_1(const u8 *p) { return *p; }
static __always_inline u64 load_2(const u8 *p) { return LOAD(p, u16); }
static __always_inline u64 load_4(const u8 *p) { return LOAD(p, u32); }
static __always_inline u64 load_8(const u8 *p) { return LOAD(p, u64); }
static __always_inline u64 load_2B(const u8 *p) { return swab16(LOAD(p, u16)); }
static __always_inline u64 load_4B(const u8 *p) { return swab32(LOAD(p, u32)); }
static __always_inline u64 load_8B(const u8 *p) { return swab64(LOAD(p, u64)); }

static __always_inline u64 load_6(const u8 *p)
{
	return LOAD(p, u32) | (u64)LOAD(p + 4, u16) << 32;
}

static __always_inline u64 load_6B(const u8 *p)
{
	return swab64(load_6(p)) >> 16;
}

static __always_inline void store_1(u8 *p, u64 v) { *p = v; }
static __always_inline void store_2(u8 *p, u64 v) { STORE(p, u16, v); }
static __always_inline void store_4(u8 *p, u64 v) { STORE(p, u32, v); }
static __always_inline void store_8(u8 *p, u64 v) { STORE(p, u64, v); }
static __always_inline void store_2B(u8 *p, u64 v) { STORE(p, u16, swab16(v)); }
static __always_inline void store_4B(u8 *p, u64 v) { STORE(p, u32, swab32(v)); }
static __always_inline void store_8B(u8 *p, u64 v) { STORE(p, u64, swab64(v)); }

static __always_inline void store_6(u8 *p, u64 v)
{
	STORE(p, u32, v);
	STORE(p + 4, u16, v >> 32);
}

static __always_inline void store_6B(u8 *p, u64 v)
{
	store_6(p, swab64(v << 16));
}

enum { SIZE_1 = 1, SIZE_2 = 2, SIZE_4 = 4, SIZE_6 = 6, SIZE_8 = 8,
       SIZE_2B = 2, SIZE_4B = 4, SIZE_6B = 6, SIZE_8B = 8 };
/* clang-format on */

static u64 sdiv64(u64 a, u64 b)
{
	if (!b)
		return 0;
	return b == ~0ull ? -a : (u64)((s64)a / (s64)b);
}

static u64 smod64(u64 a, u64 b)
{
	if (!b)
		return a;
	return b == ~0ull ? 0 : (u64)((s64)a % (s64)b);
}

static u32 sdiv32(u32 a, u32 b)
{
	if (!b)
		return 0;
	return b == ~0u ? -a : (u32)((s32)a / (s32)b);
}

static u32 smod32(u32 a, u32 b)
{
	if (!b)
		return a;
	return b == ~0u ? 0 : (u32)((s32)a % (s32)b);
}

/* clang-format off */
#define COND_EQ(t, s, a, b) ((t)(a) == (t)(b))
#define COND_NE(t, s, a, b) ((t)(a) != (t)(b))
#define COND_GT(t, s, a, b) ((t)(a) > (t)(b))
#define COND_GE(t, s, a, b) ((t)(a) >= (t)(b))
#define COND_LT(t, s, a, b) ((t)(a) < (t)(b))
#define COND_LE(t, s, a, b) ((t)(a) <= (t)(b))
#define COND_SGT(t, s, a, b) ((s)(a) > (s)(b))
#define COND_SGE(t, s, a, b) ((s)(a) >= (s)(b))
#define COND_SLT(t, s, a, b) ((s)(a) < (s)(b))
#define COND_SLE(t, s, a, b) ((s)(a) <= (s)(b))
#define COND_SET(t, s, a, b) (((t)(a) & (t)(b)) != 0)
#define COND_CLR(t, s, a, b) (((t)(a) & (t)(b)) == 0)

static noinline bool cond(u32 cc, bool w, u64 a, u64 b)
{
	switch (cc) {
#define X(name)								\
	case FN_##name:							\
		return w ? COND_##name(u32, s32, a, b) :		\
			   COND_##name(u64, s64, a, b);
	FN_UOPS_JCC(X)
#undef X
	}
	return false;
}
/* clang-format on */

static noinline bool load_signed(struct fn_exec *x, const struct fn_uop *u)
{
	u32 size = FN_X_SIZE(u->x);
	u32 shift = 64 - 8 * size;
	u64 v = 0;
	u8 *p;

	p = fn_mem_slow(x, x->r[u->a] + x->r[u->b] + u->imm, size, FN_LOAD);
	if (!p)
		return false;
	if ((u64)(p - x->pkt_host) < x->pkt_len)
		fn_charge_packet(x, FN_LOAD);
	memcpy(&v, p, size);
	v = u->x & FN_X_BE ? swab64(v) : v << shift;
	x->r[u->d] = (u64)((s64)v >> shift);
	return true;
}

static noinline bool call(struct fn_exec *x, const struct fn_uop *u, u32 pc)
{
	struct fn_frame *f = &x->frame[x->depth];

	if (x->depth >= ARRAY_SIZE(x->frame)) {
		fn_exec_fault(x, FN_FAULT_CALLS, 0);
		return false;
	}
	x->depth++;
	f->pc = pc;
	memcpy(f->r, &x->r[6], 4 * sizeof(u64));
	f->r[4] = x->r[FN_REG_FP];
	x->r[FN_REG_FP] -= (u32)u->imm16;
	return true;
}

static noinline bool ret(struct fn_exec *x, u32 *pc)
{
	const struct fn_frame *f;

	if (!x->depth) {
		fn_exec_fault(x, FN_FAULT_CALLS, 0);
		return false;
	}
	f = &x->frame[--x->depth];
	memcpy(&x->r[6], f->r, 4 * sizeof(u64));
	x->r[FN_REG_FP] = f->r[4];
	*pc = f->pc;
	return true;
}

/* clang-format off */
#define ALU(name, expr64, expr32)					\
	case FN_UOP_##name: {						\
		u64 a = r[u->a], b = r[u->b] + (s64)u->imm;		\
		r[u->d] = (expr64);					\
		(void)a;						\
		break;							\
	}								\
	case FN_UOP_##name##_W: {					\
		u32 a = r[u->a], b = r[u->b] + (s64)u->imm;		\
		r[u->d] = (u32)(expr32);				\
		(void)a;						\
		break;							\
	}

#define ALU_SAME(name, expr) ALU(name, expr, expr)

/* Accesses that take longer must know where and when they are. */
#define MARK()								\
	do {								\
		x->issue_cycles = cycles + (u32)(u->before - start->before);	\
		x->pc = u - code;					\
	} while (0)

#define ACCESS(address, size, access)					\
		u64 addr = (address) + (s64)u->imm;			\
		u8 *p = fn_mem(x, addr, SIZE_##size, access);		\
									\
		if (!p) {						\
			MARK();						\
			p = fn_mem_slow(x, addr, SIZE_##size, access);	\
			if (unlikely(!p))				\
				goto out;				\
		} else if (watched && (u64)(p - x->pkt_host) < x->pkt_len) { \
			MARK();						\
			fn_charge_packet(x, access);			\
		}

#define MEM(size)							\
	case FN_UOP_LD##size: {						\
		ACCESS(r[u->a] + r[u->b], size, FN_LOAD)		\
		r[u->d] = load_##size(p);				\
		break;							\
	}								\
	case FN_UOP_ST##size: {						\
		ACCESS(r[u->a] + r[u->d], size, FN_STORE)		\
		store_##size(p, r[u->b] + (s64)u->imm16);		\
		break;							\
	}

#define JCC(name)							\
	case FN_UOP_J##name: {						\
		u64 a = r[u->a], b = r[u->b] + (s64)u->imm16;		\
		if (!COND_##name(u64, s64, a, b))			\
			break;						\
		pc = u->imm;						\
		goto take;						\
	}								\
	case FN_UOP_J##name##_W: {					\
		u64 a = r[u->a], b = r[u->b] + (s64)u->imm16;		\
		if (!COND_##name(u32, s32, a, b))			\
			break;						\
		pc = u->imm;						\
		goto take;						\
	}								\
	case FN_UOP_E##name: {						\
		u64 a = r[u->a], b = r[u->b] + (s64)u->imm16;		\
		if (!COND_##name(u64, s64, a, b))			\
			break;						\
		x->result = (s64)u->imm;				\
		goto out;						\
	}								\
	case FN_UOP_E##name##_W: {					\
		u64 a = r[u->a], b = r[u->b] + (s64)u->imm16;		\
		if (!COND_##name(u32, s32, a, b))			\
			break;						\
		x->result = (s64)u->imm;				\
		goto out;						\
	}

/* Words from @from to before @to have run. */
static noinline void note_range(const struct fn_watch *w, u32 from, u32 to)
{
	if (!w || !w->runs)
		return;
	w->runs[from]++;
	w->runs[to]--;
}

static __always_inline void note_jump(struct fn_exec *x, u32 from, u32 to)
{
	x->history[x->jumps++ % FN_BRANCH_HISTORY] = (struct fn_jump){ from, to };
}

/*
 * Words and cycles are counted where control leaves the written order. What
 * costs time at each step is in a second copy of it, which @watched makes.
 */
static __always_inline void interpret(struct fn_exec *x, u32 pc, u64 words,
				      u64 cycles, const bool watched)
{
	const struct fn_uop *const code = x->code;
	const struct fn_uop *start = code + pc;
	const struct fn_uop *u = start;
	const u32 taken = x->prog->profile->taken;
	const bool steps = watched && x->watch && x->watch->step;
	u64 *const r = x->r;

	for (;; u++) {
again:
		if (steps) {
			MARK();
			x->watch->step(x->watch->ctx, x);
		}
		switch (u->op) {
		case FN_UOP_NOP:
			break;
		ALU_SAME(MOV, b)
		ALU_SAME(ADD, a + b)
		ALU_SAME(SUB, a - b)
		ALU_SAME(RSUB, b - a)
		ALU_SAME(MUL, a * b)
		ALU_SAME(DIV, b ? a / b : 0)
		ALU(SDIV, sdiv64(a, b), sdiv32(a, b))
		ALU_SAME(MOD, b ? a % b : a)
		ALU(SMOD, smod64(a, b), smod32(a, b))
		ALU_SAME(AND, a & b)
		ALU_SAME(OR, a | b)
		ALU_SAME(XOR, a ^ b)
		ALU(LSH, a << (b & 63), a << (b & 31))
		ALU(RSH, a >> (b & 63), a >> (b & 31))
		ALU(ARSH, (s64)a >> (b & 63), (s32)a >> (b & 31))
		case FN_UOP_MOVH:
			r[u->d] = (u32)r[u->a] | (u64)(u32)u->imm << 32;
			break;
		case FN_UOP_UFIELD:
			r[u->d] = r[u->a] << u->imm16 >> u->imm;
			break;
		case FN_UOP_SFIELD:
			r[u->d] = (s64)(r[u->a] << u->imm16) >> u->imm;
			break;
		case FN_UOP_SFIELDW:
			r[u->d] = (u32)((s64)(r[u->a] << u->imm16) >> u->imm);
			break;
		case FN_UOP_SWAP:
			r[u->d] = swab64(r[u->a]) >> u->imm;
			break;
		case FN_UOP_SEL:
			r[u->d] = cond(FN_X_COND(u->x), u->x & FN_X_W, r[u->a],
				       (s64)u->imm16) ? (u64)u->imm : r[u->b];
			break;
		case FN_UOP_SELR:
			r[u->d] = cond(FN_X_COND(u->x), u->x & FN_X_W, r[u->a],
				       (s64)u->imm16) ? r[u->imm] : r[u->b];
			break;
		FN_UOPS_MEM(MEM)
		case FN_UOP_LDS:
			MARK();
			if (!load_signed(x, u))
				goto out;
			break;
		case FN_UOP_ATOM:
			MARK();
			if (!fn_exec_atom(x, u))
				goto out;
			break;
		FN_UOPS_JCC(JCC)
		case FN_UOP_JMP:
			pc = u->imm;
			goto take;
		case FN_UOP_CALL:
			if (!call(x, u, u + 1 - code))
				goto out;
			pc = u->imm;
			goto take;
		case FN_UOP_RET:
			if (!ret(x, &pc))
				goto out;
			goto take;
		case FN_UOP_HELPER:
			MARK();
			fn_helper_call(x, u->imm);
			if (unlikely(x->fault))
				goto out;
			break;
		case FN_UOP_EXIT:
			x->result = r[u->a] + (s64)u->imm;
			goto out;
		case FN_UOP_TRAP:
		default:
			fn_exec_fault(x, u->imm, 0);
			goto out;
		}
		continue;
take:
		words += u + 1 - start;
		cycles += (u32)(u[1].before - start->before) + taken;
		if (watched)
			note_range(x->watch, start - code, u + 1 - code);
		note_jump(x, u - code, pc);
		start = code + pc;
		u = start;
		if (likely(words <= x->limit))
			goto again;
		fn_exec_fault(x, FN_FAULT_WATCHDOG, 0);
		goto out_counted;
	}
out:
	if (u < code + x->prog->nwords) {
		if (watched)
			note_range(x->watch, start - code, u + 1 - code);
		words += u + 1 - start;
		cycles += (u32)(u[1].before - start->before);
	}
out_counted:
	x->pc = u - code;
	x->words += words;
	x->cycles += cycles;
}

/* clang-format on */

static noinline void interpret_watched(struct fn_exec *x, u32 pc, u64 words,
				       u64 cycles)
{
	interpret(x, pc, words, cycles, true);
}

static noinline void interpret_fast(struct fn_exec *x, u32 pc, u64 words,
				    u64 cycles)
{
	interpret(x, pc, words, cycles, false);
}

/**
 * fn_interp_from - run a program from one of its words until it ends
 * @x: thread; registers, context and window are set
 * @pc: word
 * @words: words that have been run
 * @cycles: issue cycles of them
 *
 * Leaves x->fault, x->pc, x->result, x->words and x->cycles.
 */
void fn_interp_from(struct fn_exec *x, u32 pc, u64 words, u64 cycles)
{
	if (x->watch || x->prog->profile->latency_packet)
		interpret_watched(x, pc, words, cycles);
	else
		interpret_fast(x, pc, words, cycles);
}

/**
 * fn_interp - run a program from its first word until it ends
 * @x: thread; context and window are set
 *
 * Leaves what fn_interp_from() does.
 */
void fn_interp(struct fn_exec *x)
{
	u32 i;

	for (i = 0; i < x->prog->nregs; i++)
		x->r[i] = 0;
	x->r[1] = FN_ADDR_LOCAL;
	x->r[FN_REG_FP] = FN_ADDR_STACK_TOP;
	fn_interp_from(x, 0, 0, 0);
}

/**
 * fn_interp_sdiv - signed division and remainder, which C does not define for all
 * @op: FN_UOP_SDIV, FN_UOP_SMOD or one of them in 32 bits
 * @a: to divide
 * @b: by this
 *
 * Return: what the card gives.
 */
u64 fn_interp_sdiv(u32 op, u64 a, u64 b)
{
	switch (op) {
	case FN_UOP_SDIV:
		return sdiv64(a, b);
	case FN_UOP_SDIV_W:
		return sdiv32(a, b);
	case FN_UOP_SMOD:
		return smod64(a, b);
	}
	return smod32(a, b);
}
