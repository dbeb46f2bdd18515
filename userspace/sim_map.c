// SPDX-License-Identifier: GPL-2.0
/*
 * Entries of maps from JSON, as bpftool prints them:
 *
 *	[ { "key": ["0x0a", ...], "value": ["0x00", ...] }, ... ]
 *
 * Bytes may be strings or numbers; a number alone is a key or value of up to 8
 * bytes, a string alone is bytes in hexadecimal.
 */
#include <string.h>

#include "hex.h"
#include "sim.h"
#include "tool.h"

/**
 * struct place - where in a file one is, for complaints
 * @path: of the file
 * @entry: number
 * @what: key or value
 */
struct place {
	const char *path;
	size_t entry;
	const char *what;
};

static int wrong(const struct place *at, u32 size, const char *why)
{
	return fn_fail("%s: entry %zu: the %s must be %u bytes: %s", at->path,
		       at->entry, at->what, size, why);
}

static int read_array(const struct place *at, json_object *o, u8 *to, u32 size)
{
	size_t n = json_object_array_length(o);
	const char *text;
	char *end;
	u64 byte;
	u32 i;

	if (n != size)
		return wrong(at, size, "the list has another length");
	for (i = 0; i < size; i++) {
		text = json_object_get_string(json_object_array_get_idx(o, i));
		byte = strtoull(text ?: "", &end, 0);
		if (!text || end == text || *end || byte > 255)
			return wrong(at, size,
				     "the list has something that is no byte");
		to[i] = byte;
	}
	return FN_DONE;
}

static int read_string(const struct place *at, json_object *o, u8 *to, u32 size)
{
	const char *text = json_object_get_string(o);
	size_t len;
	u8 *bytes;
	int status;

	if (!strncmp(text, "0x", 2))
		text += 2;
	status = fn_hex_read(at->what, text, strlen(text), &bytes, &len);
	if (status)
		return status;
	if (len == size)
		memcpy(to, bytes, size);
	free(bytes);
	return len == size ? FN_DONE :
			     wrong(at, size, "the string has another length");
}

static int read_number(const struct place *at, json_object *o, u8 *to, u32 size)
{
	u64 v = json_object_get_int64(o);

	if (size > 8 || (size < 8 && v >> (8 * size)))
		return wrong(at, size, "the number does not fit");
	memcpy(to, &v, size);
	return FN_DONE;
}

static int read_bytes(const struct place *at, json_object *o, u8 *to, u32 size)
{
	switch (json_object_get_type(o)) {
	case json_type_array:
		return read_array(at, o, to, size);
	case json_type_string:
		return read_string(at, o, to, size);
	case json_type_int:
		return read_number(at, o, to, size);
	default:
		return wrong(
			at, size,
			"a list of bytes, hexadecimal or a number is expected");
	}
}

static int put(struct fn_sim *s, u32 slot, struct place *at, json_object *entry)
{
	const struct fn_image_map *m = &fn_image_maps(s->img)[slot];
	u8 *key = fn_must(calloc(1, m->key_size + m->value_size));
	struct fn_msg_map_op msg = {
		.handle = s->map[slot],
		.op = FN_MAP_UPDATE,
		.key = fn_ptr_to_bus(key),
		.value = fn_ptr_to_bus(key + m->key_size),
	};
	int status, err;

	at->what = "key";
	status = read_bytes(at, json_object_object_get(entry, "key"), key,
			    m->key_size);
	at->what = "value";
	if (!status)
		status = read_bytes(at, json_object_object_get(entry, "value"),
				    key + m->key_size, m->value_size);
	if (!status) {
		err = fn_card_ctrl(s->card, FN_CTRL_MAP_OP, &msg, sizeof(msg));
		if (err)
			status = fn_fail(
				"%s: entry %zu: the map does not take it: %s",
				at->path, at->entry, strerror(-err));
	}
	free(key);
	return status;
}

static int put_all(struct fn_sim *s, u32 slot, const char *path,
		   json_object *entries)
{
	struct place at = { .path = path };
	int status = FN_DONE;

	if (!json_object_is_type(entries, json_type_array))
		return fn_fail("%s: a list of entries in JSON is expected",
			       path);
	for (; at.entry < json_object_array_length(entries); at.entry++) {
		json_object *e = json_object_array_get_idx(entries, at.entry);

		if (!json_object_is_type(e, json_type_object))
			return fn_fail(
				"%s: entry %zu: an object with key and value is expected",
				path, at.entry);
		status = put(s, slot, &at, e);
		if (status)
			break;
	}
	return status;
}

static int find_slot(const struct fn_sim *s, const char *name, u32 *slot)
{
	char known[512];
	size_t len = 0;
	u32 i;

	known[0] = '\0';
	for (i = 0; i < s->img->nmaps && len < sizeof(known); i++) {
		const char *n = fn_sim_map_name(s, i);

		*slot = i;
		if (!strcmp(n, name))
			return FN_DONE;
		len += snprintf(known + len, sizeof(known) - len, "%s%s",
				len ? ", " : "", n);
	}
	return fn_fail("--map %s: the program has no such map; it has: %s",
		       name, *known ? known : "none");
}

static int read_map(struct fn_sim *s, const struct fn_sim_pair *pair)
{
	json_object *entries;
	const char *why;
	u32 slot;
	int status = find_slot(s, pair->key, &slot);

	if (status)
		return status;
	entries = json_object_from_file(pair->value);
	if (!entries) {
		why = json_util_get_last_err() ?: "it is empty";
		return fn_fail("%s: no JSON: %.*s", pair->value,
			       (int)strcspn(why, "\n"), why);
	}
	status = put_all(s, slot, pair->value, entries);
	json_object_put(entries);
	return status;
}

/**
 * fn_sim_maps - fill the maps
 * @s: simulation; the maps are made
 *
 * Return: exit status; an error has been said.
 */
int fn_sim_maps(struct fn_sim *s)
{
	int status = FN_DONE;
	u32 i;

	for (i = 0; i < s->o->maps.n && !status; i++)
		status = read_map(s, &s->o->maps.p[i]);
	return status;
}
