// SPDX-License-Identifier: GPL-2.0
/*
 * Keys as people write them: prefixes of LPM tries as addresses, other keys by
 * their types.
 */
#include <arpa/inet.h>
#include <linux/bpf.h>
#include <string.h>

#include "map.h"
#include "userspace/io/io.h"

#define HEAD 4 /* bytes before the prefix */

static int family_of(u32 bytes)
{
	return bytes == 4 ? AF_INET : bytes == 16 ? AF_INET6 : 0;
}

static bool is_trie(const struct fn_map_open *m)
{
	return m->type == BPF_MAP_TYPE_LPM_TRIE;
}

/* ADDRESS/BITS, or an address with all its bits. */
static bool read_prefix(const struct fn_map_open *m, const char *text, u8 *key)
{
	u32 bytes = m->key_size - HEAD, bits = 8 * bytes;
	const char *slash = strchr(text, '/');
	char address[64];
	int end = 0;

	snprintf(address, sizeof(address), "%.*s",
		 slash ? (int)(slash - text) : (int)strlen(text), text);
	if (slash && (sscanf(slash, "/%u%n", &bits, &end) != 1 || slash[end]))
		return false;
	memcpy(key, &bits, HEAD);
	return bits <= 8 * bytes &&
	       inet_pton(family_of(bytes), address, key + HEAD) == 1;
}

static int bad_prefix(const struct fn_map_open *m, const char *text)
{
	return fn_fail(
		"key \"%s\": a prefix is expected, like %s, or hex: and the %u bytes of the key",
		text,
		family_of(m->key_size - HEAD) == AF_INET6 ? "2001:db8::/32" :
							    "10.0.0.0/8",
		m->key_size);
}

/* An address is one if it looks so, and the key has room for just that. */
static bool read_address(const struct fn_map_open *m, const char *text, u8 *key)
{
	return strpbrk(text, ".:") && family_of(m->key_size) &&
	       inet_pton(family_of(m->key_size), text, key) == 1;
}

/**
 * fn_map_read_key - a key from what people write
 * @m: map
 * @text: hex:BYTES, a prefix, an address, JSON or a number
 * @key: gets it
 *
 * Return: exit status; an error has been reported.
 */
int fn_map_read_key(const struct fn_map_open *m, const char *text, u8 *key)
{
	const struct fn_typed t = {
		.btf = m->btf,
		.type = m->key_type,
		.size = m->key_size,
	};
	bool plain = strncmp(text, "hex:", 4) && *text != '{';

	if (is_trie(m) && plain && family_of(m->key_size - HEAD))
		return read_prefix(m, text, key) ? FN_DONE :
						   bad_prefix(m, text);
	if (plain && read_address(m, text, key))
		return FN_DONE;
	return fn_typed_read(&t, "key", text, key);
}

static char *prefix_text(const struct fn_map_open *m, const u8 *key)
{
	u32 bytes = m->key_size - HEAD, bits;
	char address[INET6_ADDRSTRLEN];
	char *text = fn_check_alloc(malloc(sizeof(address) + 16));

	memcpy(&bits, key, HEAD);
	inet_ntop(family_of(bytes), key + HEAD, address, sizeof(address));
	sprintf(text, "%s/%u", address, bits);
	return text;
}

/**
 * fn_map_key_text - a key for people
 * @m: map
 * @key: key
 *
 * Return: text, for free().
 */
char *fn_map_key_text(const struct fn_map_open *m, const u8 *key)
{
	const struct fn_typed t = {
		.btf = m->btf,
		.type = m->key_type,
		.data = key,
		.size = m->key_size,
		.n = 1,
	};
	json_object *o;
	char *text;

	if (is_trie(m) && family_of(m->key_size - HEAD))
		return prefix_text(m, key);
	o = fn_typed_json(&t);
	text = fn_check_alloc(
		strdup(json_object_is_type(o, json_type_string) ?
			       json_object_get_string(o) :
			       json_object_to_json_string_ext(
				       o, JSON_C_TO_STRING_SPACED)));
	json_object_put(o);
	return text;
}
