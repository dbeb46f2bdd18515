/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences between the kernels the module is built for, 6.1 and 6.12 being
 * the ones that matter. All of them live here.
 */
#ifndef FN_COMPAT_H
#define FN_COMPAT_H

#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

/* Before 6.3 a program bound to a device was always an offloaded one. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define bpf_prog_is_offloaded(aux) bpf_prog_is_dev_bound(aux)
#endif

#endif /* FN_COMPAT_H */
