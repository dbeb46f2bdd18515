// SPDX-License-Identifier: GPL-2.0
/*
 * New instructions, each kind by a function.
 */
#include "lower.h"

static struct fn_lower_insn *add(struct fn_edit *e, u8 code, u32 dst, u32 src,
				 s32 off, s32 imm)
{
	return fn_edit_add(e, (struct bpf_insn){
				      .code = code,
				      .dst_reg = dst,
				      .src_reg = src,
				      .off = off,
				      .imm = imm,
			      });
}

/**
 * fn_add_mov - copy a register
 * @e: function
 * @dst: register
 * @src: register
 */
void fn_add_mov(struct fn_edit *e, u32 dst, u32 src)
{
	add(e, BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0);
}

/**
 * fn_add_set - put a number into a register
 * @e: function
 * @dst: register
 * @value: number
 */
void fn_add_set(struct fn_edit *e, u32 dst, u64 value)
{
	if ((u64)(s64)(s32)value == value)
		add(e, BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value);
	else if ((u64)(u32)value == value)
		add(e, BPF_ALU | BPF_MOV | BPF_K, dst, 0, 0, value);
	else
		add(e, BPF_LD | BPF_IMM | BPF_DW, dst, 0, 0, 0)->imm = value;
}

/**
 * fn_add_alu - compute with a number
 * @e: function
 * @op: BPF_ADD, ...
 * @dst: register
 * @imm: number
 */
void fn_add_alu(struct fn_edit *e, u32 op, u32 dst, s32 imm)
{
	add(e, BPF_ALU64 | op | BPF_K, dst, 0, 0, imm);
}

/**
 * fn_add_alu_reg - compute with a register
 * @e: function
 * @op: BPF_ADD, ...
 * @dst: register
 * @src: register
 */
void fn_add_alu_reg(struct fn_edit *e, u32 op, u32 dst, u32 src)
{
	add(e, BPF_ALU64 | op | BPF_X, dst, src, 0, 0);
}

/**
 * fn_add_load - load from memory
 * @e: function
 * @size: BPF_B, ...
 * @dst: register
 * @src: register with the address
 * @off: from the address
 */
void fn_add_load(struct fn_edit *e, u32 size, u32 dst, u32 src, s32 off)
{
	add(e, BPF_LDX | BPF_MEM | size, dst, src, off, 0);
}

/**
 * fn_add_store - store a register
 * @e: function
 * @size: BPF_B, ...
 * @dst: register with the address
 * @off: from the address
 * @src: register
 */
void fn_add_store(struct fn_edit *e, u32 size, u32 dst, s32 off, u32 src)
{
	add(e, BPF_STX | BPF_MEM | size, dst, src, off, 0);
}

/**
 * fn_add_store_imm - store a number
 * @e: function
 * @size: BPF_B, ...
 * @dst: register with the address
 * @off: from the address
 * @imm: number
 */
void fn_add_store_imm(struct fn_edit *e, u32 size, u32 dst, s32 off, s32 imm)
{
	add(e, BPF_ST | BPF_MEM | size, dst, 0, off, imm);
}

/**
 * fn_add_map - put a map into a register
 * @e: function
 * @dst: register
 * @map: number of the map
 */
void fn_add_map(struct fn_edit *e, u32 dst, u32 map)
{
	struct fn_lower_insn *insn;

	insn = add(e, BPF_LD | BPF_IMM | BPF_DW, dst, 0, 0, 0);
	insn->ref = FN_REF_MAP;
	insn->id = map;
}

/**
 * fn_add_call - call a helper
 * @e: function
 * @helper: number
 */
void fn_add_call(struct fn_edit *e, u32 helper)
{
	add(e, BPF_JMP | BPF_CALL, 0, 0, 0, helper);
}

/**
 * fn_add_exit - return
 * @e: function
 */
void fn_add_exit(struct fn_edit *e)
{
	add(e, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

/**
 * fn_add_jump - compare and jump
 * @e: function
 * @op: BPF_JEQ, ...
 * @reg: register
 * @imm: what it is compared with
 *
 * Return: number of the jump, for fn_edit_land().
 */
u32 fn_add_jump(struct fn_edit *e, u32 op, u32 reg, s32 imm)
{
	add(e, BPF_JMP | op | BPF_K, reg, 0, 0, imm);
	return e->n - 1;
}

/**
 * fn_add_jump_reg - compare registers and jump
 * @e: function
 * @op: BPF_JEQ, ...
 * @reg: register
 * @with: register that it is compared with
 *
 * Return: number of the jump, for fn_edit_land().
 */
u32 fn_add_jump_reg(struct fn_edit *e, u32 op, u32 reg, u32 with)
{
	add(e, BPF_JMP | op | BPF_X, reg, with, 0, 0);
	return e->n - 1;
}

/**
 * fn_add_jump_always - jump
 * @e: function
 *
 * Return: number of the jump, for fn_edit_land().
 */
u32 fn_add_jump_always(struct fn_edit *e)
{
	add(e, BPF_JMP | BPF_JA, 0, 0, 0, 0);
	return e->n - 1;
}
