/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the module tells in pieces, being too large for a message.
 */
#ifndef FN_BLOB_H
#define FN_BLOB_H

#include "tool.h"

/**
 * struct fn_blob - bytes that come in pieces
 * @data: the bytes
 * @size: how many there are
 * @have: how many have come
 */
struct fn_blob {
	u8 *data;
	size_t size;
	size_t have;
};

/* blob.c */
int fn_blob_get(u8 cmd, const struct fn_item *prog, struct fn_blob *b);

#endif /* FN_BLOB_H */
