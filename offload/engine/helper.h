/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of helpers share: a helper NAME of the table in ../helpers.h is
 * fn_helper_NAME(), which takes its arguments in registers and returns r0.
 */
#ifndef FN_ENGINE_HELPER_H
#define FN_ENGINE_HELPER_H

#include "../helpers.h"

struct fn_exec;

/* The kernel's own errno, which no header of user space has */
#define FN_ENOTSUPP 524

/*
 * helper.c; helper_skb.c and helper_room.c have those that are the classifiers'
 * alone, helper_port.c those about ports, helper_text.c those that read text
 */
bool fn_helper_spend(struct fn_exec *x, u32 words);
bool fn_helper_ctx(struct fn_exec *x);
#define FN_HELPER_DECLARE(name, ...) u64 fn_helper_##name(struct fn_exec *x);
FN_HELPERS(FN_HELPER_DECLARE)
#undef FN_HELPER_DECLARE

#endif /* FN_ENGINE_HELPER_H */
