// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes as their type says, in JSON. Of several values at a time the sum is given:
 * of all their numbers, wherever in them they are.
 */
#include <bpf/btf.h>
#include <string.h>

#include "typed.h"
#include "userspace/io/io.h"

#define DEEPEST 32

static json_object *json_of(const struct fn_typed *t, u32 type, u32 at,
			    u32 depth);

static json_object *hex(const struct fn_typed *t, u32 at, u32 size)
{
	char *text = fn_hex_write(t->data + at, size);
	json_object *o = json_object_new_string(text);

	free(text);
	return o;
}

static u64 bits(const struct fn_typed *t, u32 value, u32 bit, u32 n)
{
	const u8 *from = t->data + value * t->stride;
	u64 sum = 0;
	u32 i;

	for (i = 0; i < n; i++, bit++)
		sum |= (u64)(from[bit / 8] >> bit % 8 & 1) << i;
	return sum;
}

static json_object *number(const struct fn_typed *t, u32 bit, u32 n,
			   bool is_signed)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < t->n; i++) {
		u64 v = bits(t, i, bit, n);

		if (is_signed && n < 64)
			v = (u64)((s64)(v << (64 - n)) >> (64 - n));
		sum += v;
	}
	return is_signed ? json_object_new_int64(sum) :
			   json_object_new_uint64(sum);
}

static json_object *array(const struct fn_typed *t, const struct btf_type *type,
			  u32 at, u32 depth)
{
	const struct btf_array *a = btf_array(type);
	s64 size = btf__resolve_size(t->btf, a->type);
	json_object *list = json_object_new_array();
	u32 i;

	if (size <= 0)
		return list;
	for (i = 0; i < a->nelems && at + (i + 1) * (u64)size <= t->size; i++)
		json_object_array_add(list, json_of(t, a->type, at + i * size,
						    depth));
	return list;
}

static json_object *member(const struct fn_typed *t,
			   const struct btf_type *type, u32 i, u32 at,
			   u32 depth)
{
	u32 bit = 8 * at + btf_member_bit_offset(type, i);
	u32 n = btf_member_bitfield_size(type, i);

	if (!n && bit % 8 == 0)
		return json_of(t, btf_members(type)[i].type, bit / 8, depth);
	if (!n || n > 64 || bit + n > 8 * t->size)
		return NULL;
	return number(t, bit, n, false);
}

static json_object *members(const struct fn_typed *t,
			    const struct btf_type *type, u32 at, u32 depth)
{
	json_object *o = json_object_new_object();
	const struct btf_member *m = btf_members(type);
	u32 i;

	for (i = 0; i < btf_vlen(type); i++) {
		const char *name = btf__name_by_offset(t->btf, m[i].name_off);
		char own[16];

		snprintf(own, sizeof(own), "(%u)", i);
		json_object_object_add(o, name && *name ? name : own,
				       member(t, type, i, at, depth));
	}
	return o;
}

static json_object *json_of(const struct fn_typed *t, u32 id, u32 at, u32 depth)
{
	int real = btf__resolve_type(t->btf, id);
	const struct btf_type *type = btf__type_by_id(t->btf, real);
	s64 size = btf__resolve_size(t->btf, id);

	if (real < 0 || !type || size < 0 || at + (u64)size > t->size ||
	    depth > DEEPEST)
		return NULL;
	switch (btf_kind(type)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return members(t, type, at, depth + 1);
	case BTF_KIND_ARRAY:
		return array(t, type, at, depth + 1);
	case BTF_KIND_INT:
		if (size <= 8)
			return number(t, 8 * at, 8 * size,
				      btf_int_encoding(type) & BTF_INT_SIGNED);
		break;
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return number(t, 8 * at, 8 * size, false);
	}
	return hex(t, at, size);
}

/* A number if it has the size of one, else bytes; of several, nothing is known. */
static json_object *untyped(const struct fn_typed *t)
{
	if (t->size == 1 || t->size == 2 || t->size == 4 || t->size == 8)
		return number(t, 0, 8 * t->size, false);
	return t->n == 1 ? hex(t, 0, t->size) : NULL;
}

/**
 * fn_typed_json - bytes as their type says
 * @t: bytes
 *
 * Return: JSON; NULL of several values without numbers.
 */
json_object *fn_typed_json(const struct fn_typed *t)
{
	s64 size = t->type ? btf__resolve_size(t->btf, t->type) : -1;

	return size == t->size ? json_of(t, t->type, 0, 0) : untyped(t);
}
