/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes as their BTF type says, written and read.
 */
#ifndef FN_TYPED_H
#define FN_TYPED_H

#include <json-c/json.h>

#include "userspace/tool.h"

struct btf;

/**
 * struct fn_typed - bytes of a type
 * @btf: types, or NULL
 * @type: BTF id, 0 if it is not known
 * @data: the bytes; of several values, of which the sum is meant, the first
 * @size: of one value
 * @n: values
 * @stride: bytes from one to the next
 */
struct fn_typed {
	const struct btf *btf;
	u32 type;
	const u8 *data;
	u32 size;
	u32 n;
	u32 stride;
};

/* typed.c */
json_object *fn_typed_json(const struct fn_typed *t);

/* typed_read.c */
int fn_typed_read(const struct fn_typed *t, const char *what, const char *text,
		  u8 *to);

#endif /* FN_TYPED_H */
