/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host's compiler at work for a simulation.
 */
#ifndef FN_SIM_COMPILE_H
#define FN_SIM_COMPILE_H

#include <stdio.h>

#include "offload/isa.h"

#define FN_BPF_C_NAME "flownic_code"

/* bpf_c.c */
bool fn_bpf_c(FILE *f, const struct bpf_insn *insns, u32 n);

/* compile.c */
int fn_sim_compiler_open(void);

#endif /* FN_SIM_COMPILE_H */
