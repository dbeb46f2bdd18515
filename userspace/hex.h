/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes written in hexadecimal.
 */
#ifndef FN_HEX_H
#define FN_HEX_H

#include "offload/platform.h"

/* hex.c */
int fn_hex_read(const char *what, const char *text, size_t len, u8 **data,
		size_t *size);
char *fn_hex_write(const u8 *data, size_t size);

#endif /* FN_HEX_H */
