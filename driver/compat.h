/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences between the kernels the module is built for, 6.1 and 6.12 being
 * the ones that matter. All of them live here.
 */
#ifndef FN_COMPAT_H
#define FN_COMPAT_H

#include <linux/version.h>

#if __has_include(<linux/unaligned.h>)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#endif /* FN_COMPAT_H */
