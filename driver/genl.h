/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The control interface: generic netlink family "flownic" (uapi.h).
 */
#ifndef FN_GENL_H
#define FN_GENL_H

/* genl.c */
int fn_genl_init(void);
void fn_genl_exit(void);

#endif /* FN_GENL_H */
