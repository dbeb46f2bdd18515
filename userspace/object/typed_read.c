// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes of a type from text: a number, JSON, or hexadecimal.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <string.h>

#include "typed.h"
#include "userspace/io/io.h"

#define DEEPEST 32

/**
 * struct reader - work on a text
 * @btf: types
 * @what: the text is
 * @to: gets bytes
 * @size: bytes at @to
 */
struct reader {
	const struct btf *btf;
	const char *what;
	u8 *to;
	u32 size;
};

static int read_json(const struct reader *r, json_object *o, u32 type, u32 at,
		     u32 depth);

static int put_number(const struct reader *r, u64 n, bool negative, u32 at,
		      u32 size)
{
	u64 top = size < 8 ? ~0ull << (8 * size) : 0;
	bool fits = negative ? size == 8 || (s64)n >= -(1ll << (8 * size - 1)) :
			       !(n & top);

	if (!fits)
		return fn_fail(
			"%s: a number has %u byte%s, which is too few for %lld",
			r->what, size, size == 1 ? "" : "s", (long long)n);
	memcpy(r->to + at, &n, size);
	return FN_DONE;
}

static int put_text(const struct reader *r, const char *text, u32 at, u32 size)
{
	bool negative = *text == '-';
	char *end;
	u64 n;

	errno = 0;
	n = negative ? (u64)strtoll(text, &end, 0) : strtoull(text, &end, 0);
	if (errno || *end || !*text)
		return fn_fail("%s: \"%s\": a number is expected", r->what,
			       text);
	return put_number(r, n, negative, at, size);
}

static int put_hex(const struct reader *r, const char *text, u32 at, u32 size)
{
	size_t n;
	u8 *data;
	int status = fn_hex_read(r->what, text, strlen(text), &data, &n);

	if (status)
		return status;
	if (n == size)
		memcpy(r->to + at, data, size);
	else
		status = fn_fail("%s: %zu bytes; %u are expected", r->what, n,
				 size);
	free(data);
	return status;
}

static int read_number(const struct reader *r, json_object *o, u32 at, u32 size)
{
	s64 n = json_object_get_int64(o);

	if (json_object_is_type(o, json_type_string))
		return put_text(r, json_object_get_string(o), at, size);
	if (!json_object_is_type(o, json_type_int))
		return fn_fail("%s: a number is expected, not %s", r->what,
			       json_object_to_json_string(o));
	return put_number(r, n < 0 ? (u64)n : json_object_get_uint64(o), n < 0,
			  at, size);
}

static int read_array(const struct reader *r, json_object *o,
		      const struct btf_type *type, u32 at, u32 depth)
{
	const struct btf_array *a = btf_array(type);
	s64 size = btf__resolve_size(r->btf, a->type);
	int status = FN_DONE;
	u32 i, n;

	if (!json_object_is_type(o, json_type_array))
		return fn_fail("%s: a list of %u is expected, not %s", r->what,
			       a->nelems, json_object_to_json_string(o));
	n = json_object_array_length(o);
	if (n != a->nelems || size < 0)
		return fn_fail("%s: a list of %u is expected, not of %u",
			       r->what, a->nelems, n);
	for (i = 0; i < n && !status; i++)
		status = read_json(r, json_object_array_get_idx(o, i), a->type,
				   at + i * size, depth);
	return status;
}

static const struct btf_member *find(const struct reader *r,
				     const struct btf_type *type,
				     const char *name, u32 *i)
{
	const struct btf_member *m = btf_members(type);

	for (*i = 0; *i < btf_vlen(type); (*i)++)
		if (!strcmp(btf__name_by_offset(r->btf, m[*i].name_off), name))
			return &m[*i];
	return NULL;
}

/* Those that are not named are zero. */
static int read_members(const struct reader *r, json_object *o,
			const struct btf_type *type, u32 at, u32 depth)
{
	const struct btf_member *m;
	int status = FN_DONE;
	u32 i;

	if (!json_object_is_type(o, json_type_object))
		return fn_fail(
			"%s: {\"MEMBER\": VALUE, ...} is expected, not %s",
			r->what, json_object_to_json_string(o));
	json_object_object_foreach(o, name, value)
	{
		m = find(r, type, name, &i);
		if (!m)
			return fn_fail("%s: there is no member %s", r->what,
				       name);
		if (btf_member_bitfield_size(type, i) ||
		    btf_member_bit_offset(type, i) % 8)
			return fn_fail(
				"%s: member %s is a bit field: give the whole in hexadecimal (hex:...)",
				r->what, name);
		status = read_json(r, value, m->type,
				   at + btf_member_bit_offset(type, i) / 8,
				   depth);
		if (status)
			break;
	}
	return status;
}

static int read_json(const struct reader *r, json_object *o, u32 id, u32 at,
		     u32 depth)
{
	int real = btf__resolve_type(r->btf, id);
	const struct btf_type *type = btf__type_by_id(r->btf, real);
	s64 size = btf__resolve_size(r->btf, id);

	if (real < 0 || !type || size <= 0 || at + (u64)size > r->size ||
	    depth > DEEPEST)
		return fn_fail("%s: its type is not one that can be written",
			       r->what);
	if (json_object_is_type(o, json_type_string) &&
	    !strncmp(json_object_get_string(o), "hex:", 4))
		return put_hex(r, json_object_get_string(o) + 4, at, size);
	switch (btf_kind(type)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return read_members(r, o, type, at, depth + 1);
	case BTF_KIND_ARRAY:
		return read_array(r, o, type, at, depth + 1);
	default:
		if (size <= 8)
			return read_number(r, o, at, size);
		return fn_fail("%s: %lld bytes are expected, as \"hex:...\"",
			       r->what, (long long)size);
	}
}

static int read_typed(const struct reader *r, const char *text, u32 type)
{
	json_object *o = json_tokener_parse(text);
	int status;

	if (!o)
		return fn_fail("%s: \"%s\" is no JSON", r->what, text);
	status = read_json(r, o, type, 0, 0);
	json_object_put(o);
	return status;
}

static bool is_number(u32 size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

/**
 * fn_typed_read - bytes of a type from what people write
 * @t: type and size; data is not looked at
 * @what: it is, for messages
 * @text: hex:BYTES, JSON as the type says, or a number
 * @to: gets the bytes
 *
 * Return: exit status; an error has been reported.
 */
int fn_typed_read(const struct fn_typed *t, const char *what, const char *text,
		  u8 *to)
{
	const struct reader r = {
		.btf = t->btf,
		.what = what,
		.to = to,
		.size = t->size,
	};

	memset(to, 0, t->size);
	if (!strncmp(text, "hex:", 4))
		return put_hex(&r, text + 4, 0, t->size);
	if (strchr("{[\"", *text) && *text && t->type)
		return read_typed(&r, text, t->type);
	if (is_number(t->size))
		return put_text(&r, text, 0, t->size);
	return fn_fail("%s \"%s\": %u bytes are expected, as hex:BYTES%s", what,
		       text, t->size,
		       t->type ? ", or JSON as flownic map prints it" : "");
}
