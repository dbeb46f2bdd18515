// SPDX-License-Identifier: GPL-2.0
/*
 * fuse: instruction combining.
 *
 * Instruction selection by patterns: each operation is matched with the
 * definitions of its operands, one pattern a function. Patterns are load and
 * byte swap, byte swap and store, shift pairs and masks to bit fields, address
 * arithmetic into the access, and tests of masks and of swapped values into the
 * branch. A load is only changed if it has one use.
 *
 *	v4 = add v3 12; v5 = ld2 [ v4 +0 ]	v5 = ld2 [ v3 +12 ]
 *	v6 = swap2 v5	(v5 has no other use)	v6 = ld2.be [ v3 +12 ]
 *	v8 = rsh.w v7 4; v9 = and.w v8 255	v9 = ubfx v7 4 8
 *	v10 = and v9 16; jne v10 0		jset v9 16
 *
 * The operation that was combined remains for its other uses; dce removes it if
 * there are none. Blocks are visited once, in reverse postorder, so that
 * patterns build on each other.
 */
#include "ir.h"

static bool has_one_use(const struct fn_tr *tr, u32 reg)
{
	return reg >= FN_NREGS && reg < tr->nvalues &&
	       tr->values[reg].use_count == 1;
}

static void add_use(struct fn_tr *tr, u32 reg)
{
	if (reg < tr->nvalues)
		tr->values[reg].use_count++;
}

static void become_copy(struct fn_tr *tr, struct fn_ir *ir, u32 reg)
{
	ir->op = FN_OP_MOV;
	ir->x = 0;
	ir->a = 0;
	ir->b = reg;
	ir->imm = 0;
	add_use(tr, reg);
}

/* ---- addresses */

/* [(a + n) + off] is [a + (n + off)]. */
static void fuse_offset(struct fn_tr *tr, struct fn_ir *ir)
{
	const struct fn_ir *def = fn_ir_def(tr, ir->a);
	s64 off;

	if (ir->op != FN_OP_STI && fn_ir_const(tr, ir->a, &off) &&
	    fn_fits32(off + ir->off)) {
		ir->a = FN_REG_ZERO;
		ir->off += off;
		return;
	}
	if (!def || def->op != FN_OP_ADD || def->x != FN_X_IMM)
		return;
	off = ir->off + def->imm;
	if (ir->op == FN_OP_STI ? !fn_fits16(off) : !fn_fits32(off))
		return;
	ir->a = def->a;
	ir->off = off;
	add_use(tr, ir->a);
}

/* [(a + b) + off] has the sum computed by the access. */
static void fuse_index(struct fn_tr *tr, struct fn_ir *ir)
{
	const struct fn_ir *def = fn_ir_def(tr, ir->a);
	u32 *index = ir->op == FN_OP_LD ? &ir->b : &ir->d;

	if (!def || def->op != FN_OP_ADD || def->x || ir->x & FN_X_INDEX ||
	    !has_one_use(tr, ir->a) ||
	    (ir->op != FN_OP_LD && ir->op != FN_OP_ST))
		return;
	*index = def->b;
	ir->a = def->a;
	ir->x |= FN_X_INDEX;
	add_use(tr, def->a);
	add_use(tr, def->b);
}

static void fuse_address(struct fn_tr *tr, struct fn_ir *ir)
{
	fuse_offset(tr, ir);
	fuse_index(tr, ir);
}

/* ---- byte order */

/* Swapped twice, the low bytes are as they were. */
static bool unswap(struct fn_tr *tr, struct fn_ir *ir, const struct fn_ir *def)
{
	u32 size = FN_X_SIZE(ir->x);

	if (!def || def->op != FN_OP_SWAP || FN_X_SIZE(def->x) != size)
		return false;
	if (fn_ir_fits_width(tr, def->a, 8 * size)) {
		become_copy(tr, ir, def->a);
	} else {
		ir->op = FN_OP_ZX;
		ir->a = def->a;
		add_use(tr, ir->a);
	}
	return true;
}

static void fuse_swap(struct fn_tr *tr, struct fn_ir *ir)
{
	struct fn_ir *def = fn_ir_def(tr, ir->a);

	if (FN_X_SIZE(ir->x) < 8 && unswap(tr, ir, def))
		return;
	if (!def || def->op != FN_OP_LD || !has_one_use(tr, ir->a) ||
	    FN_X_SIZE(def->x) != FN_X_SIZE(ir->x))
		return;
	def->x = (def->x & ~FN_X_SIGN) ^ FN_X_BE;
	fn_ir_update_width(tr, def);
	become_copy(tr, ir, ir->a);
}

static void fuse_st(struct fn_tr *tr, struct fn_ir *ir)
{
	const struct fn_ir *def = fn_ir_def(tr, ir->b);

	fuse_address(tr, ir);
	if (!def)
		return;
	if (def->op == FN_OP_ZX && FN_X_SIZE(def->x) >= FN_X_SIZE(ir->x)) {
		ir->b = def->a;
		add_use(tr, ir->b);
		return;
	}
	if (FN_X_SIZE(ir->x) == 1)
		return;
	if (def->op == FN_OP_SWAP && FN_X_SIZE(def->x) == FN_X_SIZE(ir->x)) {
		ir->b = def->a;
		ir->x ^= FN_X_BE;
		add_use(tr, ir->b);
	}
}

/* ---- halves */

/* An operation that reads only the low half can read the whole register. */
static void widen_use(struct fn_tr *tr, u32 *reg)
{
	const struct fn_ir *def = fn_ir_def(tr, *reg);

	if (!def || def->op != FN_OP_MOV || def->x != FN_X_W)
		return;
	*reg = def->b;
	add_use(tr, *reg);
}

static void fuse_halves(struct fn_tr *tr, struct fn_ir *ir)
{
	if (ir->op >= FN_NOPS || !(ir->x & FN_X_W))
		return;
	switch (fn_opinfo[ir->op].fmt) {
	case FN_FMT_ALU:
	case FN_FMT_JCC:
	case FN_FMT_EXITC:
		if (!(ir->x & FN_X_IMM))
			widen_use(tr, &ir->b);
		widen_use(tr, &ir->a);
		break;
	case FN_FMT_SEL:
		widen_use(tr, &ir->a);
		break;
	}
}

/* a - a / b * b is the remainder, which is a if b is 0. */
static void fuse_remainder(struct fn_tr *tr, struct fn_ir *ir)
{
	const struct fn_ir *mul = fn_ir_def(tr, ir->b), *div;
	u32 other;

	if (ir->x & FN_X_IMM || !mul || mul->op != FN_OP_MUL ||
	    mul->x != ir->x || !has_one_use(tr, ir->b))
		return;
	div = fn_ir_def(tr, mul->a);
	other = mul->b;
	if (!div || div->op != FN_OP_DIV) {
		div = fn_ir_def(tr, mul->b);
		other = mul->a;
	}
	if (!div || div->op != FN_OP_DIV || div->x != ir->x ||
	    div->a != ir->a || div->b != other)
		return;
	ir->op = FN_OP_MOD;
	ir->b = other;
	add_use(tr, ir->b);
}

/* ---- bit fields */

static void become_field(struct fn_tr *tr, struct fn_ir *ir, u8 op, u32 reg,
			 u32 pos, u32 bits)
{
	ir->op = op;
	ir->x = 0;
	ir->a = reg;
	ir->b = 0;
	ir->imm = pos | bits << 8;
	add_use(tr, reg);
}

static bool shift_by(const struct fn_ir *def, u8 op, bool w)
{
	return def && def->op == op && def->x == (FN_X_IMM | (w ? FN_X_W : 0));
}

/* (a << n) >> m; 32-bit fields must not show bits above. */
static void fuse_shifts(struct fn_tr *tr, struct fn_ir *ir)
{
	const struct fn_ir *def = fn_ir_def(tr, ir->a);
	bool w = ir->x & FN_X_W, sgn = ir->op == FN_OP_ARSH;
	u32 width = w ? 32 : 64;
	u32 left, right;

	if (!(ir->x & FN_X_IMM) || !shift_by(def, FN_OP_LSH, w))
		return;
	left = def->imm & (width - 1);
	right = ir->imm & (width - 1);
	if (right < left || (sgn && w))
		return;
	become_field(tr, ir, sgn ? FN_OP_SBFX : FN_OP_UBFX, def->a,
		     right - left, width - right);
}

static bool is_mask(u64 v)
{
	return v && !(v & (v + 1));
}

/* A little-endian load of which only low bytes are used is narrowed. */
static bool narrow_load(struct fn_tr *tr, struct fn_ir *ir, u32 bits)
{
	struct fn_ir *def = fn_ir_def(tr, ir->a);

	if (!def || def->op != FN_OP_LD || def->x & FN_X_BE ||
	    !has_one_use(tr, ir->a) ||
	    (bits != 8 && bits != 16 && bits != 32) ||
	    bits > 8 * FN_X_SIZE(def->x))
		return false;
	def->x = (bits / 8) << FN_X_SIZE_SHIFT | (def->x & FN_X_INDEX);
	fn_ir_update_width(tr, def);
	become_copy(tr, ir, ir->a);
	return true;
}

static void fuse_and(struct fn_tr *tr, struct fn_ir *ir);

/* (a << n) & mask is (a & mask >> n) << n, and that may be a smaller load. */
static void mask_first(struct fn_tr *tr, struct fn_ir *ir)
{
	struct fn_ir *def = fn_ir_def(tr, ir->a);
	u64 mask = ir->x & FN_X_W ? (u64)(u32)ir->imm : (u64)ir->imm;
	u32 n;

	if (!def || def->op != FN_OP_LSH || !(def->x & FN_X_IMM) ||
	    !(ir->x & FN_X_IMM) || !has_one_use(tr, ir->a) || mask != (u32)mask)
		return;
	n = def->imm & (def->x & FN_X_W ? 31 : 63);
	if (n >= 32 || !(mask >> n))
		return;
	def->op = FN_OP_AND;
	def->x = FN_X_IMM | FN_X_W;
	def->imm = (s32)(mask >> n);
	ir->op = FN_OP_LSH;
	ir->x = FN_X_IMM | FN_X_W;
	ir->imm = n;
	fuse_and(tr, def);
	fn_ir_update_width(tr, def);
}

static void fuse_and(struct fn_tr *tr, struct fn_ir *ir)
{
	const struct fn_ir *def = fn_ir_def(tr, ir->a);
	u64 mask = ir->x & FN_X_W ? (u64)(u32)ir->imm : (u64)ir->imm;
	u32 bits, n;

	if (!(ir->x & FN_X_IMM) || !is_mask(mask))
		return;
	bits = ilog2(mask) + 1;
	if (narrow_load(tr, ir, bits))
		return;
	if (!shift_by(def, FN_OP_RSH, false) && !shift_by(def, FN_OP_RSH, true))
		return;
	n = def->imm & (def->x & FN_X_W ? 31 : 63);
	bits = min(bits, (def->x & FN_X_W ? 32 : 64) - n);
	become_field(tr, ir, FN_OP_UBFX, def->a, n, bits);
}

static void fuse_zx(struct fn_tr *tr, struct fn_ir *ir)
{
	narrow_load(tr, ir, 8 * FN_X_SIZE(ir->x));
}

/* ---- branches */

static bool is_equality(const struct fn_ir *ir)
{
	return FN_X_COND(ir->x) == FN_EQ || FN_X_COND(ir->x) == FN_NE;
}

/* (a & mask) compared with 0. */
static bool fuse_test(struct fn_tr *tr, struct fn_ir *ir,
		      const struct fn_ir *def)
{
	u8 cond = FN_X_COND(ir->x) == FN_EQ ? FN_CLR : FN_SET;
	s64 mask = def->imm;

	if (def->op != FN_OP_AND || ir->imm)
		return false;
	/* Of a number of 16 bits the mask's sign does not matter. */
	if (mask == (u16)mask && fn_ir_fits_width(tr, def->a, 16))
		mask = (s16)mask;
	if (def->x & FN_X_IMM && !fn_fits16(mask))
		return false;
	/* If either is 32 bits wide, only the low half counts. */
	ir->x = ((ir->x | def->x) & FN_X_W) | (def->x & FN_X_IMM) |
		cond << FN_X_COND_SHIFT;
	ir->a = def->a;
	ir->b = def->b;
	ir->imm = mask;
	add_use(tr, ir->a);
	if (!(ir->x & FN_X_IMM))
		add_use(tr, ir->b);
	return true;
}

/* swap2(a) compared with a number, where a has 16 bits. */
static void fuse_swapped(struct fn_tr *tr, struct fn_ir *ir,
			 const struct fn_ir *def, s64 value)
{
	if (def->op != FN_OP_SWAP || FN_X_SIZE(def->x) != 2 ||
	    !fn_ir_fits_width(tr, def->a, 16) || value < 0 || value > 0xffff)
		return;
	ir->x |= FN_X_IMM;
	ir->a = def->a;
	ir->b = 0;
	ir->imm = swab16(value);
	add_use(tr, ir->a);
}

/* Is a value a packet pointer plus a constant? */
static bool is_packet_pointer(struct fn_tr *tr, u32 reg)
{
	const struct fn_ir *def = fn_ir_def(tr, reg);
	u32 steps;

	for (steps = 0; def && steps < 8; steps++) {
		if (def->op == FN_OP_LD)
			return FN_X_SIZE(def->x) == 4 &&
			       fn_ctx_is_pointer(tr->ctx,
						 fn_ir_ctx_offset(tr, def));
		if (def->op != FN_OP_ADD || def->x != FN_X_IMM ||
		    def->imm < 0 || def->imm > 0xffff)
			return false;
		def = fn_ir_def(tr, def->a);
	}
	return false;
}

/*
 * A select of NULL or a packet pointer, compared with NULL, is its condition.
 */
static bool fuse_select_test(struct fn_tr *tr, struct fn_ir *ir,
			     const struct fn_ir *def)
{
	u8 x;

	if (def->op != FN_OP_SEL || !is_equality(ir) || !(ir->x & FN_X_IMM) ||
	    ir->imm)
		return false;
	x = def->x & ~FN_X_IMM;
	if (def->x & FN_X_IMM && !def->off && is_packet_pointer(tr, def->c))
		;
	else if (!(def->x & FN_X_IMM) && def->c == FN_REG_ZERO &&
		 is_packet_pointer(tr, def->b))
		x = fn_cond_inverse(x);
	else
		return false;
	if (FN_X_COND(ir->x) == FN_NE)
		x = fn_cond_inverse(x);
	ir->x = x | FN_X_IMM;
	ir->a = def->a;
	ir->imm = def->imm;
	add_use(tr, ir->a);
	return true;
}

/* (a << n) compared with a number is a compared with a smaller one. */
static bool fuse_shifted(struct fn_tr *tr, struct fn_ir *ir,
			 const struct fn_ir *def)
{
	u32 width = (ir->x | def->x) & FN_X_W ? 32 : 64, n = def->imm;
	s64 rest;

	if (def->op != FN_OP_LSH || !(def->x & FN_X_IMM) || n >= width ||
	    !(ir->x & FN_X_IMM) || ir->imm < 0 ||
	    !fn_ir_fits_width(tr, def->a, width - n))
		return false;
	rest = ir->imm & ((1ll << n) - 1);
	switch (FN_X_COND(ir->x)) {
	case FN_LT:
	case FN_GE:
		ir->imm = (ir->imm >> n) + !!rest;
		break;
	case FN_GT:
	case FN_LE:
		ir->imm >>= n;
		break;
	case FN_EQ:
	case FN_NE:
		if (rest)
			return false;
		ir->imm >>= n;
		break;
	default:
		return false;
	}
	ir->a = def->a;
	add_use(tr, ir->a);
	return true;
}

static void fuse_jcc(struct fn_tr *tr, struct fn_ir *ir)
{
	const struct fn_ir *def = fn_ir_def(tr, ir->a);
	s64 value = ir->imm;

	if (!def || (!(ir->x & FN_X_IMM) &&
		     (ir->imm || !fn_ir_const(tr, ir->b, &value))))
		return;
	if (fuse_shifted(tr, ir, def) || fuse_select_test(tr, ir, def) ||
	    !is_equality(ir))
		return;
	if (!(ir->x & FN_X_IMM) || !fuse_test(tr, ir, def))
		fuse_swapped(tr, ir, def, value);
}

/*
 * Returns true if the instruction changed. A pattern that changes another
 * instruction changes this one as well.
 */
static bool fuse_one(struct fn_tr *tr, struct fn_ir *ir)
{
	const struct fn_ir old = *ir;

	fuse_halves(tr, ir);
	switch (ir->op) {
	case FN_OP_LD:
	case FN_OP_STI:
		fuse_address(tr, ir);
		break;
	case FN_OP_ATOM:
		fuse_offset(tr, ir);
		break;
	case FN_OP_ST:
		fuse_st(tr, ir);
		break;
	case FN_OP_SWAP:
		fuse_swap(tr, ir);
		break;
	case FN_OP_RSH:
	case FN_OP_ARSH:
		fuse_shifts(tr, ir);
		break;
	case FN_OP_AND:
		mask_first(tr, ir);
		if (ir->op == FN_OP_AND)
			fuse_and(tr, ir);
		break;
	case FN_OP_SUB:
		fuse_remainder(tr, ir);
		break;
	case FN_OP_ZX:
		fuse_zx(tr, ir);
		break;
	case FN_OP_JCC:
	case FN_OP_EXITC:
		fuse_jcc(tr, ir);
		break;
	default:
		break;
	}
	if (fn_ir_is_identical(&old, ir))
		return false;
	fn_ir_changed(tr);
	return true;
}

/* Updates the widths of what follows a change, and of PHIs. */
static void fuse_block(struct fn_tr *tr, u32 block, bool *changed)
{
	u32 i;

	for (i = fn_ir_first(tr, block); i; i = fn_ir_next(tr, i)) {
		struct fn_ir *ir = &tr->irs[i];

		*changed |= fuse_one(tr, ir);
		if (*changed || ir->op == FN_IR_PHI)
			*changed |= fn_ir_update_width(tr, ir);
	}
}

/**
 * fn_pass_fuse - combine instructions
 * @tr: program in which each register has one definition
 *
 * Return: 0 or -ENOMEM.
 */
int fn_pass_fuse(struct fn_tr *tr)
{
	bool changed = false;
	u32 o;

	if (fn_ir_count_uses(tr))
		return -ENOMEM;
	for (o = 0; o < tr->nrpo; o++)
		fuse_block(tr, tr->rpo[o], &changed);
	return 0;
}
