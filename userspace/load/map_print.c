// SPDX-License-Identifier: GPL-2.0
/*
 * Maps and their entries, for people and as JSON.
 */
#include <bpf/libbpf.h>
#include <string.h>

#include "map.h"
#include "userspace/io/io.h"

static const char *type_name(u32 type)
{
	return libbpf_bpf_map_type_str(type) ?: "unknown";
}

/**
 * fn_map_print_info - what a map is
 * @m: map
 */
void fn_map_print_info(const struct fn_map_open *m)
{
	printf("%s: %s, key %u B, value %u B", m->name, type_name(m->type),
	       m->key_size, m->value_size);
	if (m->slots > 1)
		printf(" for each of %u cores", m->slots);
	printf(", %u entries at most, id %u", m->max_entries, m->id);
	if (m->type != m->is)
		printf(", to the kernel %s", type_name(m->is));
	putchar('\n');
}

static void add(json_object *o, const char *name, u32 n)
{
	json_object_object_add(o, name, json_object_new_int64(n));
}

/**
 * fn_map_json_info - what a map is
 * @m: map
 *
 * Return: JSON.
 */
json_object *fn_map_json_info(const struct fn_map_open *m)
{
	json_object *o = json_object_new_object();

	json_object_object_add(o, "name", json_object_new_string(m->name));
	json_object_object_add(o, "type",
			       json_object_new_string(type_name(m->type)));
	json_object_object_add(o, "kernel_type",
			       json_object_new_string(type_name(m->is)));
	add(o, "id", m->id);
	add(o, "key_size", m->key_size);
	add(o, "value_size", m->value_size);
	add(o, "cores", m->slots);
	add(o, "max_entries", m->max_entries);
	return o;
}

static json_object *value_json(const struct fn_map_open *m, const u8 *value,
			       u32 from, u32 n)
{
	const struct fn_typed t = {
		.btf = m->btf,
		.type = m->value_type,
		.data = value + from * m->stride,
		.size = m->value_size,
		.n = n,
		.stride = m->stride,
	};

	return fn_typed_json(&t);
}

static void print_value(const struct fn_map_open *m, const u8 *value, u32 from,
			u32 n)
{
	json_object *o = value_json(m, value, from, n);

	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_SPACED));
	json_object_put(o);
}

static bool is_zero(const u8 *data, u32 size)
{
	return !*data && !memcmp(data, data + 1, size - 1);
}

/**
 * fn_map_print_entry - an entry, for people
 * @m: map
 * @key: key
 * @value: value, of all cores
 *
 * Cores that have nothing but zeros are left out.
 */
void fn_map_print_entry(const struct fn_map_open *m, const u8 *key,
			const u8 *value)
{
	char *text = fn_map_key_text(m, key);
	u32 i;

	printf("%s: ", text);
	free(text);
	print_value(m, value, 0, m->slots);
	for (i = 0; i < m->slots && m->slots > 1; i++) {
		if (is_zero(value + i * m->stride, m->value_size))
			continue;
		printf("  core %u: ", i);
		print_value(m, value, i, 1);
	}
}

static json_object *bytes(const u8 *data, u32 size)
{
	char *text = fn_hex_write(data, size);
	json_object *o = json_object_new_string(text);

	free(text);
	return o;
}

static json_object *key_json(const struct fn_map_open *m, const u8 *key)
{
	const struct fn_typed t = {
		.btf = m->btf,
		.type = m->key_type,
		.data = key,
		.size = m->key_size,
		.n = 1,
	};

	return fn_typed_json(&t);
}

/**
 * fn_map_json_entry - an entry, as JSON
 * @m: map
 * @key: key
 * @value: value, of all cores
 *
 * Return: key, value (of per-CPU maps the sum, and each core's), and their bytes.
 */
json_object *fn_map_json_entry(const struct fn_map_open *m, const u8 *key,
			       const u8 *value)
{
	json_object *o = json_object_new_object(), *cores;
	char *text = fn_map_key_text(m, key);
	u32 i;

	json_object_object_add(o, "text", json_object_new_string(text));
	free(text);
	json_object_object_add(o, "key", key_json(m, key));
	json_object_object_add(o, "value", value_json(m, value, 0, m->slots));
	if (m->slots > 1) {
		cores = json_object_new_array();
		for (i = 0; i < m->slots; i++)
			json_object_array_add(cores,
					      value_json(m, value, i, 1));
		json_object_object_add(o, "cores", cores);
	}
	json_object_object_add(o, "key_bytes", bytes(key, m->key_size));
	json_object_object_add(o, "value_bytes", bytes(value, fn_map_bytes(m)));
	return o;
}
