// SPDX-License-Identifier: GPL-2.0
/*
 * What is in maps of maps: by the object (.values) or by the user (--inner
 * OUTER:KEY=MAP), who has the last word.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arrays.h"
#include "inner.h"
#include "userspace/tool.h"

/**
 * struct reader - of what is in a map
 * @l: program
 * @origin: the map's number among the object's
 * @in: answer
 */
struct reader {
	struct fn_lower *l;
	u32 origin;
	struct fn_inner *in;
};

static void put(struct reader *r, const u8 *key, u32 map)
{
	struct fn_inner *in = r->in;
	u32 i;

	for (i = 0; i < in->n; i++)
		if (!memcmp(in->entry[i].key, key, FN_INNER_KEY))
			break;
	if (i == in->n) {
		in->entry = fn_check_alloc(
			realloc(in->entry, (in->n + 1) * sizeof(*in->entry)));
		in->n++;
	}
	memcpy(in->entry[i].key, key, FN_INNER_KEY);
	in->entry[i].map = map;
}

/* libbpf takes the place in the object for the key, which has 4 bytes. */
static void put_value(void *to, u32 index, const Elf64_Sym *sym)
{
	struct reader *r = to;
	const struct fn_object *o = r->l->o;
	u8 key[FN_INNER_KEY] = {};
	u32 m;

	if (o->maps[r->origin].need.key_size != sizeof(index))
		return;
	memcpy(key, &index, sizeof(index));
	for (m = 0; m < o->nmaps; m++)
		if (o->maps[m].sec == sym->st_shndx &&
		    o->maps[m].offset == sym->st_value)
			put(r, key, fn_lower_map_of(r->l, m));
}

/* Bytes in hexadecimal with colons. */
static bool read_bytes(const char *text, const char *end, u32 size, u8 *key)
{
	char *next;
	u32 i;

	for (i = 0; i < size; i++) {
		unsigned long byte = strtoul(text, &next, 16);

		if (next == text || byte > 255 ||
		    (i + 1 < size ? *next != ':' : next != end))
			return false;
		key[i] = byte;
		text = next + 1;
	}
	return true;
}

/**
 * fn_inner_key - a key of a map of maps as users write it
 * @text: a number, or bytes in hexadecimal with colons between them
 * @end: of @text
 * @size: bytes of the key
 * @key: answer, of FN_INNER_KEY bytes that are zero
 *
 * Return: whether it is one.
 */
bool fn_inner_key(const char *text, const char *end, u32 size, u8 *key)
{
	unsigned long long value;
	char *next;

	if (size > FN_INNER_KEY)
		return false;
	if (memchr(text, ':', end - text))
		return read_bytes(text, end, size, key);
	errno = 0;
	value = strtoull(text, &next, 0);
	if (errno || next != end || text == end || size > sizeof(value) ||
	    (size < sizeof(value) && value >> 8 * size))
		return false;
	memcpy(key, &value, size);
	return true;
}

static bool has_name(const struct fn_map_def *d, const char *word, size_t len)
{
	return strlen(d->name) == len && !memcmp(d->name, word, len);
}

/* A map of the object, or one that is made like those that the outer one takes. */
static bool find_map(struct reader *r, const char *name, size_t len, u32 *map)
{
	const struct fn_object *o = r->l->o;
	u32 m;

	for (m = 0; m < o->nmaps; m++)
		if (has_name(&o->maps[m], name, len)) {
			*map = fn_lower_map_of(r->l, m);
			return true;
		}
	*map = fn_lower_map_like(r->l, r->origin, name, len);
	return *map != FN_LOWER_NONE;
}

/* OUTER:KEY=MAP, of @len bytes. */
static bool read_word(struct reader *r, const char *word, size_t len)
{
	const struct fn_map_def *d = &r->l->o->maps[r->origin];
	const char *colon = memchr(word, ':', len);
	const char *is = memchr(word, '=', len);
	u8 key[FN_INNER_KEY] = {};
	u32 map, index;

	if (!colon || !is || is < colon)
		return fn_lower_bad(r->l,
				    "--inner %.*s: OUTER:KEY=MAP is expected",
				    (int)len, word);
	if (!has_name(d, word, colon - word))
		return true;
	if (!fn_inner_key(colon + 1, is, d->need.key_size, key))
		return fn_lower_bad(
			r->l,
			"--inner %.*s: keys of %s have %u bytes: a number, or bytes in hexadecimal with colons between them",
			(int)len, word, d->name, d->need.key_size);
	memcpy(&index, key, sizeof(index));
	if (d->need.type == BPF_MAP_TYPE_ARRAY_OF_MAPS &&
	    index >= d->need.max_entries)
		return fn_lower_bad(r->l,
				    "--inner %.*s: %s has indices 0 to %u",
				    (int)len, word, d->name,
				    d->need.max_entries - 1);
	if (!find_map(r, is + 1, word + len - is - 1, &map))
		return fn_lower_bad(
			r->l,
			"--inner %.*s: the object has no such map, and does not say what maps %s has",
			(int)len, word, d->name);
	put(r, key, map);
	r->l->given_inner = true;
	return true;
}

/* The maps of one map are alike. */
static bool fits(struct reader *r, u32 map)
{
	const struct fn_image_map *first, *m = &r->l->map[map].need;

	first = &r->l->map[r->in->entry[0].map].need;
	return (m->type == first->type && m->key_size == first->key_size &&
		m->value_size == first->value_size) ||
	       fn_lower_bad(
		       r->l,
		       "map %s: the maps in it, %s and %s, are of other types or sizes; accepted: all alike",
		       r->l->o->maps[r->origin].name,
		       r->l->map[r->in->entry[0].map].name,
		       r->l->map[map].name);
}

/**
 * fn_inner_read - what is in a map of maps
 * @l: program
 * @outer: number of the map among the program's
 * @in: answer, of which the caller frees the entries
 *
 * The maps in it are among the program's then.
 *
 * Return: false if what the user says makes no sense; @l says so.
 */
bool fn_inner_read(struct fn_lower *l, u32 outer, struct fn_inner *in)
{
	struct reader r = { .l = l, .origin = l->map[outer].origin, .in = in };
	const char *list = l->options->inner;
	bool ok = true;
	size_t len;
	u32 i;

	*in = (struct fn_inner){};
	fn_array_values(l->o, &l->o->maps[r.origin], put_value, &r);
	for (; ok && list && *list; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		ok = read_word(&r, list, len);
	}
	for (i = 1; ok && i < in->n; i++)
		ok = fits(&r, in->entry[i].map);
	return ok;
}
