// SPDX-License-Identifier: GPL-2.0
/*
 * Entries of maps from files. JSON as bpftool prints them:
 *
 *	[ { "key": ["0x0a", ...], "value": ["0x00", ...] }, ... ]
 *
 * Bytes may be strings or numbers; a number alone is a key or value of up to 8
 * bytes, a string alone is bytes in hexadecimal. A file whose name ends in .raw
 * has keys and values one after another and nothing else, for maps with a
 * million entries.
 */
#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <string.h>

#include "io.h"
#include "userspace/tool.h"

/**
 * struct place - where in a file one is, for complaints
 * @path: of the file
 * @entry: number
 * @what: key or value
 * @sink: where entries go
 */
struct place {
	const char *path;
	size_t entry;
	const char *what;
	const struct fn_map_sink *sink;
};

static int error(const struct place *at, u32 size, const char *why)
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
		return error(at, size, "the list has another length");
	for (i = 0; i < size; i++) {
		text = json_object_get_string(json_object_array_get_idx(o, i));
		byte = strtoull(text ?: "", &end, 0);
		if (!text || end == text || *end || byte > 255)
			return error(at, size,
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
			     error(at, size, "the string has another length");
}

static int read_number(const struct place *at, json_object *o, u8 *to, u32 size)
{
	u64 v = json_object_get_int64(o);

	if (size > 8 || (size < 8 && v >> (8 * size)))
		return error(at, size, "the number does not fit");
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
		return error(
			at, size,
			"a list of bytes, hexadecimal or a number is expected");
	}
}

static int put(const struct place *at, const u8 *pair)
{
	const struct fn_map_sink *sink = at->sink;
	int err = sink->put(sink->arg, pair, pair + sink->key_size);

	if (!err)
		return FN_DONE;
	return fn_fail("%s: entry %zu: the map does not take it: %s", at->path,
		       at->entry, strerror(-err));
}

static int put_json(struct place *at, json_object *entry, u8 *pair)
{
	const struct fn_map_sink *sink = at->sink;
	int status;

	at->what = "key";
	status = read_bytes(at, json_object_object_get(entry, "key"), pair,
			    sink->key_size);
	at->what = "value";
	if (!status)
		status = read_bytes(at, json_object_object_get(entry, "value"),
				    pair + sink->key_size, sink->value_size);
	return status ?: put(at, pair);
}

static int put_list(struct place *at, json_object *entries, u8 *pair)
{
	int status = FN_DONE;

	if (!json_object_is_type(entries, json_type_array))
		return fn_fail("%s: a list of entries in JSON is expected",
			       at->path);
	for (; at->entry < json_object_array_length(entries); at->entry++) {
		json_object *e = json_object_array_get_idx(entries, at->entry);

		if (!json_object_is_type(e, json_type_object))
			return fn_fail(
				"%s: entry %zu: an object with key and value is expected",
				at->path, at->entry);
		status = put_json(at, e, pair);
		if (status)
			break;
	}
	return status;
}

/* The library says where it stopped, and people count lines. */
static int report_json(const struct place *at, const char *text, size_t stop,
		       const char *why)
{
	size_t i, line = 1, column = 1;

	for (i = 0; i < stop; i++, column++) {
		if (text[i] != '\n')
			continue;
		line++;
		column = 0;
	}
	return fn_fail(
		"%s:%zu:%zu: no JSON: %s; a list of entries is expected, as bpftool -j map dump prints it",
		at->path, line, column, why);
}

static int parse_json(const struct place *at, const u8 *data, size_t size,
		      json_object **entries)
{
	struct json_tokener *t = fn_check_alloc(json_tokener_new());
	const char *text = (const char *)data;
	enum json_tokener_error err;
	int status = FN_DONE;

	*entries = json_tokener_parse_ex(t, text, size);
	err = json_tokener_get_error(t);
	if (err == json_tokener_continue)
		status = report_json(at, text, size,
				     size ? "it ends too early" :
					    "the file is empty");
	else if (err != json_tokener_success)
		status = report_json(at, text, json_tokener_get_parse_end(t),
				     json_tokener_error_desc(err));
	json_tokener_free(t);
	return status;
}

static int read_json(struct place *at, u8 *pair)
{
	json_object *entries = NULL;
	size_t size;
	u8 *data;
	int status = fn_file_read(at->path, &data, &size);

	if (status)
		return status;
	status = size > INT_MAX ? fn_fail("%s: larger than 2 GB", at->path) :
				  parse_json(at, data, size, &entries);
	free(data);
	if (status)
		return status;
	status = put_list(at, entries, pair);
	json_object_put(entries);
	return status;
}

static int read_raw(struct place *at, u8 *pair)
{
	size_t size = at->sink->key_size + at->sink->value_size, n;
	FILE *f = fopen(at->path, "rb");
	int status = FN_DONE;

	if (!f)
		return fn_fail("%s: %s", at->path, strerror(errno));
	while (!status && (n = fread(pair, 1, size, f)) > 0) {
		if (n < size)
			status = fn_fail(
				"%s: entry %zu has %zu bytes: %u of key and %u of value are expected",
				at->path, at->entry, n, at->sink->key_size,
				at->sink->value_size);
		else
			status = put(at, pair);
		at->entry++;
	}
	if (!status && ferror(f))
		status = fn_fail("%s: it cannot be read", at->path);
	fclose(f);
	return status;
}

static bool is_raw(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && !strcmp(dot, ".raw");
}

/**
 * fn_map_file - read the entries of a map
 * @path: of the file
 * @sink: shape of the map, and what takes each entry
 *
 * Return: exit status; an error has been reported.
 */
int fn_map_file(const char *path, const struct fn_map_sink *sink)
{
	struct place at = { .path = path, .sink = sink };
	u8 *pair = fn_check_alloc(calloc(1, sink->key_size + sink->value_size));
	int status = is_raw(path) ? read_raw(&at, pair) : read_json(&at, pair);

	free(pair);
	return status;
}
