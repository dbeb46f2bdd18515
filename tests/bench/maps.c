// SPDX-License-Identifier: GPL-2.0
/*
 * How much of the host's memory an entry of a map takes, and how long operations
 * take, by number of entries.
 *
 *	maps [--json]
 *
 * The memory is what the allocator has given away for a full map, divided by its
 * entries; the time is a thread's CPU time for random keys through the card's
 * control interface. With many entries each of these misses the caches. The exit
 * status is 1 if an entry takes more than 1.5 times its key, value and 16 bytes.
 */
#include <malloc.h>
#include <stdio.h>

#include "apart.h"
#include "cpu.h"
#include "tests/unit/card_code.h"

#define TRIES 200000

static const u32 entries[] = { 1000, 10000, 100000, 1000000 };

static const struct shape {
	const char *name;
	u32 type;
	u32 key;
	u32 value;
} shapes[] = {
	{ "array", BPF_MAP_TYPE_ARRAY, 4, 8 },
	{ "array", BPF_MAP_TYPE_ARRAY, 4, 64 },
	{ "hash", BPF_MAP_TYPE_HASH, 4, 8 },
	{ "hash", BPF_MAP_TYPE_HASH, 16, 32 },
};

struct result {
	double bytes; /* per entry */
	double lookup; /* ns, as the others */
	double update;
	double renew; /* delete and update again; 0 of arrays */
	int err;
};

static double taken(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

struct bench {
	struct fn_engine *engine;
	u32 map;
	u32 n;
	u32 at;
	u8 key[64];
	u8 value[64];
};

/* Numbers below a power of two, each once before any comes again. */
static void next_key(struct bench *b)
{
	u32 key;

	do {
		b->at = b->at * 1664525 + 1013904223;
		key = b->at & (roundup_pow_of_two(b->n) - 1);
	} while (key >= b->n);
	memcpy(b->key, &key, sizeof(key));
}

static int op(struct bench *b, u32 what)
{
	return map_op(b->engine, b->map, what, b->key, b->value, BPF_ANY);
}

static double each(struct bench *b, u32 first, u32 second, int *err)
{
	double start = cpu_ns();
	u32 i;

	for (i = 0; i < TRIES; i++) {
		next_key(b);
		*err |= op(b, first);
		if (second != first)
			*err |= op(b, second);
	}
	return (cpu_ns() - start) / TRIES;
}

struct job {
	const struct shape *shape;
	u32 n;
};

static void measure(const void *what, void *result)
{
	const struct job *job = what;
	const struct shape *s = job->shape;
	u32 n = job->n;
	struct bench b = { .engine = test_engine(), .n = n };
	struct result r = {};
	double before = taken();
	u32 i;

	b.map = map_create(b.engine, NULL, s->type, s->key, s->value, n);
	for (i = 0; i < n; i++) {
		memcpy(b.key, &i, sizeof(i));
		r.err |= op(&b, FN_MAP_UPDATE);
	}
	r.bytes = (taken() - before) / n;
	r.lookup = each(&b, FN_MAP_LOOKUP, FN_MAP_LOOKUP, &r.err);
	r.update = each(&b, FN_MAP_UPDATE, FN_MAP_UPDATE, &r.err);
	if (s->type == BPF_MAP_TYPE_HASH)
		r.renew = each(&b, FN_MAP_DELETE, FN_MAP_UPDATE, &r.err);
	map_free(b.engine, b.map);
	fn_engine_free(b.engine);
	*(struct result *)result = r;
}

static const char *const formats[] = {
	"%s%-5s key %2u value %2u %8u entries: %6.1f bytes (at most %.1f), lookup %4.0f ns, update %4.0f, delete and update %4.0f\n",
	"%s{\"program\":\"%s, key %u, value %u\",\"setting\":\"entries=%u\",\"bytes_per_entry\":%.1f,\"bytes_allowed\":%.1f,\"lookup_ns\":%.1f,\"update_ns\":%.1f,\"renew_ns\":%.1f}",
};

int main(int argc, char **argv)
{
	bool json = argc > 1 && !strcmp(argv[1], "--json");
	const char *comma = "";
	int bad = 0;
	u32 i, j;

	if (json)
		putchar('[');
	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		const struct shape *s = &shapes[i];
		double most = 1.5 * (s->key + s->value + 16);

		for (j = 0; j < ARRAY_SIZE(entries); j++) {
			struct job job = { s, entries[j] };
			struct result r = {};

			bad |= !apart(measure, &job, &r, sizeof(r));
			bad |= r.err || r.bytes > most;
			printf(formats[json], comma, s->name, s->key, s->value,
			       entries[j], r.bytes, most, r.lookup, r.update,
			       r.renew);
			comma = json ? "," : "";
		}
	}
	if (json)
		puts("]");
	return bad ? 1 : 0;
}
