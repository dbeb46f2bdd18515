// SPDX-License-Identifier: GPL-2.0
/*
 * Enter on a map: its entries, what changes fastest first.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "top.h"
#include "userspace/object/typed.h"

#define ENTRIES_MAX 4096 /* that are looked at */

typedef unsigned long long ull;

/**
 * struct entry - an entry of the map
 * @key: bytes
 * @value: bytes
 * @rate: of the first number of the value, a second
 */
struct entry {
	u8 *key;
	u8 *value;
	double rate;
};

/**
 * struct shot - entries at one time
 * @entry: by key as the map goes
 * @n: number of @entry
 * @key_size: bytes
 * @value_size: bytes
 * @types: of keys and values
 */
struct shot {
	struct entry *entry;
	u32 n;
	u32 key_size;
	u32 value_size;
	struct fn_map_types types;
};

/* Of the map that is looked at, the last time. */
static struct shot last;

static void free_shot(struct shot *s)
{
	u32 i;

	for (i = 0; i < s->n; i++) {
		free(s->entry[i].key);
		free(s->entry[i].value);
	}
	free(s->entry);
	fn_map_types_close(&s->types);
	*s = (struct shot){};
}

/**
 * fn_top_map_end - nobody looks at the map any more
 */
void fn_top_map_end(void)
{
	free_shot(&last);
}

static u64 number(const u8 *p, u32 size)
{
	u64 v = 0;

	memcpy(&v, p, min_t(u32, size, sizeof(v)));
	return v;
}

/* Where nothing changes, by key. */
static int by_rate(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->rate != y->rate)
		return x->rate < y->rate ? 1 : -1;
	return memcmp(x->key, y->key, last.key_size);
}

static void read_entries(struct shot *s, int fd)
{
	u8 *key = NULL, *next, *value;

	for (; s->n < ENTRIES_MAX; key = next) {
		next = fn_check_alloc(calloc(1, s->key_size + 8));
		value = fn_check_alloc(calloc(1, s->value_size + 8));
		if (bpf_map_get_next_key(fd, key, next) ||
		    bpf_map_lookup_elem(fd, next, value)) {
			free(next);
			free(value);
			break;
		}
		s->entry = fn_check_alloc(
			realloc(s->entry, (s->n + 1) * sizeof(*s->entry)));
		s->entry[s->n++] = (struct entry){ next, value, 0 };
	}
}

static void find_rates(struct shot *s, double seconds)
{
	u32 i, k;

	for (i = 0; i < s->n; i++)
		for (k = 0; k < last.n; k++) {
			u64 now = number(s->entry[i].value, s->value_size);
			u64 old = number(last.entry[k].value, s->value_size);

			if (memcmp(s->entry[i].key, last.entry[k].key,
				   s->key_size))
				continue;
			s->entry[i].rate = now > old ? (now - old) / seconds :
						       0;
			break;
		}
}

/* As text of JSON, without the quotes of words. */
static void print_typed(char *buf, size_t size, const struct fn_typed *t)
{
	json_object *o = fn_typed_json(t);
	const char *text = json_object_to_json_string_ext(
		o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	size_t n = 0;

	for (; *text && n + 1 < size; text++)
		if (*text != '"')
			buf[n++] = *text;
	buf[n] = '\0';
	json_object_put(o);
}

static void add_entry(const struct shot *s, const struct entry *e,
		      struct fn_top_lines *l)
{
	const struct fn_map_types *types = &s->types;
	const struct fn_typed k = { types->btf,	 types->key, e->key,
				    s->key_size, 1,	     0 };
	const struct fn_typed v = { types->btf, types->value,
				    e->value,	s->value_size,
				    1,		0 };
	char key[64], value[64], rate[24] = "";

	print_typed(key, sizeof(key), &k);
	print_typed(value, sizeof(value), &v);
	if (e->rate > 0)
		fn_out_count(rate, sizeof(rate), e->rate);
	fn_top_line(l, FN_PLAIN, "%-28.28s %-36.36s %12s", key, value, rate);
}

static int look(const struct fn_info *map, struct shot *s)
{
	u32 id = map->num[FLOWNIC_A_BPF_ID];
	int fd = bpf_map_get_fd_by_id(id);

	if (fd < 0)
		return fn_fail("map %u can't be opened: %s", id,
			       strerror(errno));
	s->key_size = map->num[FLOWNIC_A_KEY_SIZE];
	s->value_size = map->num[FLOWNIC_A_VALUE_SIZE];
	read_entries(s, fd);
	close(fd);
	fn_map_types_open(&s->types, id, map->str[FLOWNIC_A_NAME] ?: "");
	return FN_DONE;
}

/**
 * fn_top_map - entries of a map, as lines
 * @map: map
 * @seconds: since the last time
 * @height: lines at most
 * @l: gets them
 *
 * Return: exit status; an error has been reported.
 */
int fn_top_map(const struct fn_info *map, double seconds, u32 height,
	       struct fn_top_lines *l)
{
	struct shot s = {};
	int status = look(map, &s);
	u32 i;

	if (status)
		return status;
	find_rates(&s, seconds);
	free_shot(&last);
	last = s;
	if (s.n)
		qsort(s.entry, s.n, sizeof(*s.entry), by_rate);
	fn_top_line(l, FN_BAR, "map %s: %llu entries%s",
		    map->str[FLOWNIC_A_NAME] ?: "-",
		    (ull)map->num[FLOWNIC_A_ENTRIES],
		    s.n == ENTRIES_MAX ? ", the first 4096 here" : "");
	fn_top_line(l, FN_HEAD, "%-28s %-36s %12s", "KEY", "VALUE",
		    "PER SECOND");
	for (i = 0; i < s.n && l->n < height; i++)
		add_entry(&s, &s.entry[i], l);
	return FN_DONE;
}
