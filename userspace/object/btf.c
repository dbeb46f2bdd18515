// SPDX-License-Identifier: GPL-2.0
/*
 * BTF: the types of an object. What is corrupt in it is as if it were not
 * there; programs run without.
 */
#include <linux/btf.h>

#include "object.h"

#ifndef BTF_KIND_ENUM64
#define BTF_KIND_ENUM64 19
#endif

#define MAX_DEPTH 32 /* of typedefs, arrays and the like */

/* Bytes that follow the struct btf_type of each kind. */
static bool extra_size(u32 kind, u32 vlen, u64 *size)
{
	static const struct {
		u8 known;
		u8 fixed;
		u8 each;
	} kinds[] = {
		[BTF_KIND_INT] = { 1, 4, 0 },
		[BTF_KIND_PTR] = { 1, 0, 0 },
		[BTF_KIND_ARRAY] = { 1, 12, 0 },
		[BTF_KIND_STRUCT] = { 1, 0, 12 },
		[BTF_KIND_UNION] = { 1, 0, 12 },
		[BTF_KIND_ENUM] = { 1, 0, 8 },
		[BTF_KIND_FWD] = { 1, 0, 0 },
		[BTF_KIND_TYPEDEF] = { 1, 0, 0 },
		[BTF_KIND_VOLATILE] = { 1, 0, 0 },
		[BTF_KIND_CONST] = { 1, 0, 0 },
		[BTF_KIND_RESTRICT] = { 1, 0, 0 },
		[BTF_KIND_FUNC] = { 1, 0, 0 },
		[BTF_KIND_FUNC_PROTO] = { 1, 0, 8 },
		[BTF_KIND_VAR] = { 1, 4, 0 },
		[BTF_KIND_DATASEC] = { 1, 0, 12 },
		[BTF_KIND_FLOAT] = { 1, 0, 0 },
		[BTF_KIND_DECL_TAG] = { 1, 4, 0 },
		[BTF_KIND_TYPE_TAG] = { 1, 0, 0 },
		[BTF_KIND_ENUM64] = { 1, 0, 12 },
	};

	if (kind >= ARRAY_SIZE(kinds) || !kinds[kind].known)
		return false;
	*size = kinds[kind].fixed + (u64)kinds[kind].each * vlen;
	return true;
}

/* Bytes of the type at @at, 0 if it is unknown or cut. */
static u32 size_at(const u8 *types, u32 at, u32 len)
{
	struct btf_type t;
	u64 extra;

	if (len - at < sizeof(t))
		return 0;
	memcpy(&t, types + at, sizeof(t));
	if (!extra_size(BTF_INFO_KIND(t.info), BTF_INFO_VLEN(t.info), &extra) ||
	    extra > len - at - sizeof(t))
		return 0;
	return sizeof(t) + extra;
}

/* Types after one that is unknown can't be found. */
static void index_types(struct fn_btf *btf, u32 len)
{
	u32 at, size, n = 1;

	btf->at = fn_alloc((len / sizeof(struct btf_type) + 1) *
			   sizeof(*btf->at));
	if (!btf->at)
		return;
	for (at = 0; at < len; at += size) {
		size = size_at(btf->types, at, len);
		if (!size)
			break;
		btf->at[n++] = at;
	}
	btf->ntypes = n;
}

static bool inside(u64 size, u64 offset, u64 len)
{
	return offset <= size && len <= size - offset;
}

/**
 * fn_btf_open - find the types of an object
 * @btf: to fill in; fn_btf_close() is due
 * @elf: the object
 */
void fn_btf_open(struct fn_btf *btf, const struct fn_elf *elf)
{
	const struct fn_section *sec = &elf->sec[fn_elf_find(elf, ".BTF")];
	u32 ext = fn_elf_find(elf, ".BTF.ext");
	struct btf_header h;
	u64 avail;

	*btf = (struct fn_btf){};
	if (!sec->data || sec->size < sizeof(h))
		return;
	memcpy(&h, sec->data, sizeof(h));
	if (h.magic != BTF_MAGIC || h.hdr_len < sizeof(h) ||
	    h.hdr_len > sec->size)
		return;
	avail = sec->size - h.hdr_len;
	if (!inside(avail, h.type_off, h.type_len) ||
	    !inside(avail, h.str_off, h.str_len) || !h.str_len)
		return;
	btf->strs = (const char *)sec->data + h.hdr_len + h.str_off;
	btf->nstrs = h.str_len;
	if (btf->strs[h.str_len - 1]) {
		btf->nstrs = 0;
		return;
	}
	btf->types = sec->data + h.hdr_len + h.type_off;
	index_types(btf, h.type_len);
	if (ext)
		btf->ext = &elf->sec[ext];
}

/**
 * fn_btf_close - undo fn_btf_open()
 * @btf: types
 */
void fn_btf_close(struct fn_btf *btf)
{
	fn_free(btf->at);
}

/**
 * fn_btf_string - a string
 * @btf: types
 * @offset: where it is said to be
 *
 * Return: the string, "" if there is none.
 */
const char *fn_btf_string(const struct fn_btf *btf, u32 offset)
{
	return offset < btf->nstrs ? btf->strs + offset : "";
}

/**
 * fn_btf_type - a type
 * @btf: types
 * @id: of the type
 * @type: answer
 *
 * Return: whether there is such a type; void is none.
 */
bool fn_btf_type(const struct fn_btf *btf, u32 id, struct btf_type *type)
{
	if (!id || id >= btf->ntypes)
		return false;
	memcpy(type, btf->types + btf->at[id], sizeof(*type));
	return true;
}

/**
 * fn_btf_extra - a word of what follows a type
 * @btf: types
 * @id: of the type, which is there
 * @word: number of the word, which is there by the type's kind and vlen
 *
 * Return: the word.
 */
u32 fn_btf_extra(const struct fn_btf *btf, u32 id, u32 word)
{
	u32 value;

	memcpy(&value,
	       btf->types + btf->at[id] + sizeof(struct btf_type) + 4 * word,
	       sizeof(value));
	return value;
}

/**
 * fn_btf_find - look a type up
 * @btf: types
 * @name: of the type
 * @kind: BTF_KIND_*
 *
 * Return: its id, or 0.
 */
u32 fn_btf_find(const struct fn_btf *btf, const char *name, u32 kind)
{
	struct btf_type t;
	u32 id;

	for (id = 1; fn_btf_type(btf, id, &t); id++)
		if (BTF_INFO_KIND(t.info) == kind &&
		    !strcmp(fn_btf_string(btf, t.name_off), name))
			return id;
	return 0;
}

/**
 * fn_btf_skip - what a type is under its other names
 * @btf: types
 * @id: of the type
 *
 * Return: id of the type without typedef, const and the like, or 0.
 */
u32 fn_btf_skip(const struct fn_btf *btf, u32 id)
{
	struct btf_type t;
	u32 depth;

	for (depth = 0; depth < MAX_DEPTH; depth++) {
		if (!fn_btf_type(btf, id, &t))
			return 0;
		switch (BTF_INFO_KIND(t.info)) {
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_CONST:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
			id = t.type;
			break;
		default:
			return id;
		}
	}
	return 0;
}

/**
 * fn_btf_size - size of a type
 * @btf: types
 * @id: of the type
 *
 * Return: bytes, 0 if it has no size or more than 4 GiB.
 */
u64 fn_btf_size(const struct fn_btf *btf, u32 id)
{
	struct btf_type t;
	u64 count = 1;
	u32 depth;

	for (depth = 0; depth < MAX_DEPTH && count <= 0xffffffffu; depth++) {
		id = fn_btf_skip(btf, id);
		if (!fn_btf_type(btf, id, &t))
			return 0;
		switch (BTF_INFO_KIND(t.info)) {
		case BTF_KIND_INT:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64:
		case BTF_KIND_FLOAT:
			count *= t.size;
			return count <= 0xffffffffu ? count : 0;
		case BTF_KIND_PTR:
			return count * sizeof(u64);
		case BTF_KIND_ARRAY:
			count *= fn_btf_extra(btf, id, 2);
			id = fn_btf_extra(btf, id, 0);
			break;
		default:
			return 0;
		}
	}
	return 0;
}

/**
 * fn_btf_in_section - whether the types have something in a section
 * @btf: types
 * @section: name of the section
 * @name: of a variable or function
 * @type: gets the BTF id of its type
 *
 * Return: whether they have.
 */
bool fn_btf_in_section(const struct fn_btf *btf, const char *section,
		       const char *name, u32 *type)
{
	u32 sec = fn_btf_find(btf, section, BTF_KIND_DATASEC), i, id;
	struct btf_type t, v;

	if (!fn_btf_type(btf, sec, &t))
		return false;
	for (i = 0; i < BTF_INFO_VLEN(t.info); i++) {
		id = fn_btf_extra(btf, sec, 3 * i);
		if (!fn_btf_type(btf, id, &v) ||
		    strcmp(fn_btf_string(btf, v.name_off), name))
			continue;
		*type = v.type;
		return true;
	}
	return false;
}
