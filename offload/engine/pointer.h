/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a compiler that goes through code from its beginning to its end knows of
 * addresses: which registers point to the same thing, and how far apart.
 */
#ifndef FN_ENGINE_POINTER_H
#define FN_ENGINE_POINTER_H

#include "../isa.h"

/**
 * struct fn_pointer - what a register holds
 * @id: values of different ids are not known to be related
 * @off: of two values of the same id, how far they are apart
 */
struct fn_pointer {
	u32 id;
	s32 off;
};

/**
 * struct fn_pointers - all registers
 * @reg: by number
 * @ids: given so far
 */
struct fn_pointers {
	struct fn_pointer reg[FN_NREGS];
	u32 ids;
};

/* Is a register relative to the frame pointer? */
static inline bool fn_pointers_stack(const struct fn_pointers *ps, u32 reg)
{
	return ps->reg[reg].id == ps->reg[FN_REG_FP].id;
}

/* pointer.c */
void fn_pointers_init(struct fn_pointers *ps);
void fn_pointers_step(struct fn_pointers *ps, const struct fn_insn *i);

#endif /* FN_ENGINE_POINTER_H */
