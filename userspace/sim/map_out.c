// SPDX-License-Identifier: GPL-2.0
/*
 * What maps hold after a simulation: for people, and as JSON that
 * flownic sim --map and bpftool take.
 */
#include <arpa/inet.h>
#include <string.h>

#include "offload/engine/map.h"
#include "sim.h"
#include "userspace/io/io.h"
#include "userspace/tool.h"

typedef unsigned long long ull;

/**
 * struct walk - going through a map
 * @s: simulation
 * @slot: of the program's maps
 * @key: entry at hand
 * @value: of it
 * @next: for the key behind it
 */
struct walk {
	const struct fn_sim *s;
	u32 slot;
	u8 *key;
	u8 *value;
	u8 *next;
};

static const struct fn_image_map *map_of(const struct walk *w)
{
	return &fn_image_maps(w->s->img)[w->slot];
}

static void begin(struct walk *w)
{
	w->key = fn_check_alloc(malloc(map_of(w)->key_size));
	w->next = fn_check_alloc(malloc(map_of(w)->key_size));
	w->value = fn_check_alloc(malloc(map_of(w)->value_size));
}

static void end(struct walk *w)
{
	free(w->key);
	free(w->next);
	free(w->value);
}

static int ask(const struct walk *w, u32 op, const u8 *key, u8 *value)
{
	struct fn_msg_map_op msg = {
		.handle = w->s->map[w->slot],
		.op = op,
		.key = key ? fn_ptr_to_bus(key) : 0,
		.value = fn_ptr_to_bus(value),
	};

	return fn_map_op(w->s->engine, &msg);
}

/* To the next entry; false behind the last. */
static bool advance(struct walk *w, bool first)
{
	if (ask(w, FN_MAP_NEXT, first ? NULL : w->key, w->next))
		return false;
	memcpy(w->key, w->next, map_of(w)->key_size);
	return !ask(w, FN_MAP_LOOKUP, w->key, w->value);
}

static json_object *json_bytes(const u8 *data, u32 size)
{
	json_object *a = json_object_new_array();
	char text[8];
	u32 i;

	for (i = 0; i < size; i++) {
		snprintf(text, sizeof(text), "0x%02x", data[i]);
		json_object_array_add(a, json_object_new_string(text));
	}
	return a;
}

/* Of a whole map, as bpftool -j map dump prints it. */
static json_object *json_entries(const struct fn_sim *s, u32 slot)
{
	json_object *a = json_object_new_array(), *o;
	struct walk w = { .s = s, .slot = slot };
	bool first = true;

	begin(&w);
	for (; advance(&w, first); first = false) {
		o = json_object_new_object();
		json_object_object_add(o, "key",
				       json_bytes(w.key, map_of(&w)->key_size));
		json_object_object_add(o, "value",
				       json_bytes(w.value,
						  map_of(&w)->value_size));
		json_object_array_add(a, o);
	}
	end(&w);
	return a;
}

/* What has the size of a number is a number, in the host's byte order. */
static void print_bytes(const u8 *data, u32 size)
{
	u64 n = 0;
	u32 i;

	if (size == 1 || size == 2 || size == 4 || size == 8) {
		memcpy(&n, data, size);
		printf("%llu", (ull)n);
		return;
	}
	for (i = 0; i < size; i++)
		printf("%s%02x", i && !(i % 8) ? " " : "", data[i]);
}

/* The bits of a prefix come last, as people write them. */
static void print_key(const u8 *key, const struct fn_image_map *m)
{
	char text[INET6_ADDRSTRLEN];
	int family = m->key_size == 8  ? AF_INET :
		     m->key_size == 20 ? AF_INET6 :
					 0;
	u32 bits;

	if (m->type != BPF_MAP_TYPE_LPM_TRIE) {
		print_bytes(key, m->key_size);
		return;
	}
	memcpy(&bits, key, sizeof(bits));
	if (family)
		printf("%s", inet_ntop(family, key + sizeof(bits), text,
				       sizeof(text)));
	else
		print_bytes(key + sizeof(bits), m->key_size - sizeof(bits));
	printf("/%u", bits);
}

static bool is_zero(const u8 *data, u32 size)
{
	return !size || (!*data && !memcmp(data, data + 1, size - 1));
}

static void print_map(const struct fn_sim *s, u32 slot)
{
	struct walk w = { .s = s, .slot = slot };
	const struct fn_image_map *m = map_of(&w);
	bool is_array = m->type == BPF_MAP_TYPE_ARRAY, first = true;
	u32 zeros = 0;

	printf("map %s, %s of %u\n", fn_sim_map_name(s, slot),
	       fn_map_type_name(m->type), m->max_entries);
	begin(&w);
	for (; advance(&w, first); first = false) {
		if (is_array && is_zero(w.value, m->value_size)) {
			zeros++;
			continue;
		}
		printf("  ");
		print_key(w.key, m);
		printf(": ");
		print_bytes(w.value, m->value_size);
		putchar('\n');
	}
	if (zeros)
		printf("  and %u that are 0\n", zeros);
	end(&w);
}

static bool is_kept_here(const struct fn_sim *s, u32 slot)
{
	return fn_image_maps(s->img)[slot].type !=
	       BPF_MAP_TYPE_PERF_EVENT_ARRAY;
}

/**
 * fn_sim_print_maps - print what all maps hold
 * @s: simulation that was run
 */
void fn_sim_print_maps(const struct fn_sim *s)
{
	u32 i;

	for (i = 0; i < s->img->nmaps; i++)
		if (is_kept_here(s, i))
			print_map(s, i);
}

/**
 * fn_sim_json_maps - what all maps hold, as JSON
 * @s: simulation that was run
 *
 * Return: an object with a list of entries for each map.
 */
json_object *fn_sim_json_maps(const struct fn_sim *s)
{
	json_object *o = json_object_new_object();
	u32 i;

	for (i = 0; i < s->img->nmaps; i++)
		if (is_kept_here(s, i))
			json_object_object_add(o, fn_sim_map_name(s, i),
					       json_entries(s, i));
	return o;
}

static int write_map(const struct fn_sim *s, const struct fn_sim_pair *pair)
{
	json_object *entries;
	const char *text;
	u32 slot;
	int status;

	status = fn_sim_map_slot(s, "--map-out", pair->key, &slot);
	if (status)
		return status;
	entries = json_entries(s, slot);
	text = fn_check_alloc((void *)json_object_to_json_string_ext(
		entries, JSON_C_TO_STRING_PLAIN));
	status = fn_file_write(pair->value, text, strlen(text));
	json_object_put(entries);
	return status;
}

/**
 * fn_sim_write_maps - write the maps that were asked for to files
 * @s: simulation that was run
 *
 * Return: exit status; an error has been reported.
 */
int fn_sim_write_maps(const struct fn_sim *s)
{
	int status = FN_DONE;
	u32 i;

	for (i = 0; i < s->o->maps_out.n && !status; i++)
		status = write_map(s, &s->o->maps_out.p[i]);
	return status;
}
