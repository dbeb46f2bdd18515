/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A program in two places: on the host's kernel and, translated in every way, on
 * the card. Verdict, packet and maps must be the same. Where bpf(2) is not
 * permitted the unoptimised card program is the measure for the others.
 */
#ifndef FN_DIFFERENTIAL_H
#define FN_DIFFERENTIAL_H

#include <bpf/bpf.h>
#include <stdbool.h>
#include <unistd.h>

#include "offload/engine/engine.h"
#include "offload/engine/map.h"
#include "offload/engine/profile.h"
#include "offload/engine/prog.h"
#include "offload/isa.h"
#include "offload/translator/translator.h"
#include "tests/unit/tap.h"
#include "generate.h"

#define ENTRIES 4
#define HASH_VALUE 16
#define HASH_MAX 8
#define PACKETS 4
#define ROOM 512

/* The second may be of another kind: see set_kind(). */
static struct fn_image_map maps[] = {
	[GEN_ARRAY] = { .type = BPF_MAP_TYPE_ARRAY,
			.key_size = 4,
			.value_size = GEN_VALUE,
			.max_entries = ENTRIES },
	[GEN_HASH] = { .type = BPF_MAP_TYPE_HASH,
		       .key_size = 4,
		       .value_size = HASH_VALUE,
		       .max_entries = HASH_MAX },
};

static const struct fn_tr_options ways[] = {
	{ .level = 0, .lanes = 1 },
	{ .level = 1, .lanes = 1 },
	{ .level = 2, .lanes = 1 },
	{ .level = 2, .lanes = 2 },
	{ .level = 2, .lanes = 4 },
	{ .level = 2, .lanes = 8 },
	{ .level = 2, .lanes = 1, .without = "copy" },
	{ .level = 2, .lanes = 1, .without = "fold" },
	{ .level = 2, .lanes = 1, .without = "dce" },
	{ .level = 2, .lanes = 1, .without = "fuse" },
	{ .level = 2, .lanes = 1, .without = "merge" },
	{ .level = 2, .lanes = 1, .without = "range" },
	{ .level = 2, .lanes = 1, .without = "sign" },
	{ .level = 2, .lanes = 1, .without = "bounds" },
	{ .level = 2, .lanes = 1, .without = "exits" },
	{ .level = 2, .lanes = 1, .without = "guard" },
	{ .level = 2, .lanes = 1, .without = "facts" },
	{ .level = 2, .lanes = 1, .without = "cse" },
	{ .level = 2, .lanes = 1, .without = "args" },
	{ .level = 2, .lanes = 1, .without = "tails" },
	{ .level = 2, .lanes = 1, .without = "decide" },
	{ .level = 2, .lanes = 1, .without = "thread" },
	{ .level = 2, .lanes = 1, .without = "ifconv" },
	{ .level = 2, .lanes = 1, .without = "licm" },
	{ .level = 2, .lanes = 1, .without = "inline" },
	{ .level = 2, .lanes = 1, .without = "mem" },
	{ .level = 2, .lanes = 1, .without = "dse" },
	{ .level = 2, .lanes = 4, .without = "kinds" },
	{ .level = 2, .lanes = 1, .without = "join" },
	{ .level = 2, .lanes = 1, .without = "layout" },
	{ .level = 2, .lanes = 4, .without = "sched" },
	{ .level = 2, .lanes = 4, .blocks = true },
	{ .level = 2, .lanes = 4, .registers = 7 },
	{ .level = 2, .lanes = 1, .registers = 11 },
	{ .level = 2, .lanes = 4, .without = "early" },
	{ .level = 2, .lanes = 4, .without = "forward" },
	{ .level = 2, .lanes = 4, .without = "hoist" },
};

/* What a packet left behind. */
struct outcome {
	u32 verdict;
	u32 len;
	u8 packet[ROOM];
	u8 array[ENTRIES][GEN_VALUE];
	u8 present[GEN_HASH_KEYS];
	u8 hash[GEN_HASH_KEYS][HASH_VALUE];
};

/* Somewhere to run a program: the host's kernel or the card. */
struct place {
	const char *name;
	int (*load)(struct place *p, const struct gen *g);
	int (*run)(struct place *p, struct outcome *o);
	void (*unload)(struct place *p);
	int (*update)(struct place *p, int map, u64 key, const void *value);
	int (*lookup)(struct place *p, int map, u64 key, void *value);
	int (*erase)(struct place *p, int map, u64 key);
	const struct fn_tr_options *way;
	int map[2];
	int prog;
	bool interpret; /* the program has a result, no verdict */
	char why[1 << 16];
};

/*
 * Before the maps are made. Keys are numbers of 8 bytes: those of a trie are prefixes
 * of so many bits of zeros. The host evicts when it likes, so nothing is evicted.
 */
static inline void set_kind(u32 type)
{
	maps[GEN_HASH].type = type;
	maps[GEN_HASH].key_size = type == BPF_MAP_TYPE_LPM_TRIE ? 8 : 4;
	maps[GEN_HASH].max_entries = type == BPF_MAP_TYPE_LRU_HASH ? 1024 :
								     HASH_MAX;
}

/* ---- the host */

/* The log is asked for when there is something to read in it. */
static int host_load(struct place *p, const struct gen *g)
{
	LIBBPF_OPTS(bpf_prog_load_opts, o, .fd_array = p->map);
	u32 type = g->legacy ? BPF_PROG_TYPE_SCHED_CLS : BPF_PROG_TYPE_XDP;

	p->why[0] = 0;
	p->prog = bpf_prog_load(type, "differential", "GPL", g->insns, g->len,
				&o);
	if (p->prog >= 0)
		return 0;
	o.log_buf = p->why;
	o.log_size = sizeof(p->why);
	o.log_level = 1;
	return bpf_prog_load(type, "differential", "GPL", g->insns, g->len, &o);
}

static int host_run(struct place *p, struct outcome *o)
{
	LIBBPF_OPTS(bpf_test_run_opts, t, .data_size_in = o->len,
		    .data_out = o->packet, .data_size_out = sizeof(o->packet),
		    .repeat = 1);
	u8 in[ROOM];
	int err;

	memcpy(in, o->packet, o->len);
	t.data_in = in;
	err = bpf_prog_test_run_opts(p->prog, &t);
	o->verdict = t.retval;
	o->len = t.data_size_out;
	return err;
}

static void host_unload(struct place *p)
{
	close(p->prog);
}

static int host_update(struct place *p, int map, u64 key, const void *value)
{
	return bpf_map_update_elem(p->map[map], &key, value, BPF_ANY);
}

static int host_lookup(struct place *p, int map, u64 key, void *value)
{
	return bpf_map_lookup_elem(p->map[map], &key, value);
}

static int host_erase(struct place *p, int map, u64 key)
{
	return bpf_map_delete_elem(p->map[map], &key);
}

static bool host_open(struct place *p)
{
	static const struct place host = {
		.name = "host kernel",
		.load = host_load,
		.run = host_run,
		.unload = host_unload,
		.update = host_update,
		.lookup = host_lookup,
		.erase = host_erase,
	};
	u32 m;

	*p = host;
	for (m = 0; m < ARRAY_SIZE(maps); m++) {
		LIBBPF_OPTS(bpf_map_create_opts, opts);

		if (maps[m].type == BPF_MAP_TYPE_LPM_TRIE)
			opts.map_flags = BPF_F_NO_PREALLOC;
		p->map[m] = bpf_map_create(maps[m].type, "differential",
					   maps[m].key_size, maps[m].value_size,
					   maps[m].max_entries, &opts);
		if (p->map[m] < 0)
			return false;
	}
	return true;
}

/* ---- the card */

static struct fn_engine *engine;

static void collect(void *ctx, const char *fmt, va_list ap)
{
	struct place *p = ctx;
	size_t n = strlen(p->why);

	vsnprintf(p->why + n, sizeof(p->why) - n, fmt, ap);
}

static int card_load(struct place *p, const struct gen *g)
{
	static struct gen plain;
	struct fn_bpf_prog prog = { .insns = g->insns,
				    .len = g->len,
				    .type = BPF_PROG_TYPE_XDP,
				    .maps = maps,
				    .nmaps = ARRAY_SIZE(maps) };
	struct fn_log log = { .write = collect, .ctx = p };
	struct fn_msg_prog_load msg = { .nmaps = ARRAY_SIZE(maps),
					.maps = fn_ptr_to_bus(p->map),
					.name = "differential" };
	struct fn_image *img;
	int err;

	p->why[0] = 0;
	p->interpret = g->legacy;
	if (g->legacy) {
		plain = *g;
		gen_plain(&plain);
		prog.insns = plain.insns;
		prog.type = FN_PROG_RAW;
	}
	err = fn_translate(&prog, p->way, &log, &img);
	if (err)
		return err;
	msg.image = fn_ptr_to_bus(img);
	msg.size = img->size;
	err = fn_prog_load(engine, &msg);
	if (err)
		strcpy(p->why, msg.why);
	p->prog = msg.handle;
	fn_free(img);
	return err;
}

static int card_run(struct place *p, struct outcome *o)
{
	struct fn_run run = {
		.prog = p->prog,
		.frame = o->packet,
		.len = o->len,
		.room = ROOM - 32,
		.ifindex = 1,
	};
	int err = fn_engine_run(engine, &run);

	o->verdict = p->interpret ? (u32)run.result : run.verdict;
	if (p->interpret) /* the card keeps room in front for small memories */
		run.meta_len = 0;
	/* The kernel gives metadata and frame as one. */
	memmove(o->packet + run.meta_len, o->packet, run.len);
	memcpy(o->packet, run.meta, run.meta_len);
	o->len = run.len + run.meta_len;
	if (run.fault == FN_FAULT_NONE || run.fault == FN_FAULT_ABORTED)
		return err;
	sprintf(p->why, "fault: %s, at word %u, insn %u, address 0x%llx",
		fn_fault_text[run.fault], run.pc, run.insn,
		(unsigned long long)run.addr);
	return -EFAULT;
}

static void card_unload(struct place *p)
{
	struct fn_msg_handle msg = { .handle = p->prog };

	fn_prog_unload(engine, msg.handle);
}

static int card_map(struct place *p, int map, enum fn_map_op op, u64 *key,
		    const void *value)
{
	struct fn_msg_map_op msg = { .handle = p->map[map],
				     .op = op,
				     .key = fn_ptr_to_bus(key),
				     .value = fn_ptr_to_bus(value) };

	return fn_map_op(engine, &msg);
}

static int card_update(struct place *p, int map, u64 key, const void *value)
{
	return card_map(p, map, FN_MAP_UPDATE, &key, value);
}

static int card_lookup(struct place *p, int map, u64 key, void *value)
{
	return card_map(p, map, FN_MAP_LOOKUP, &key, value);
}

static int card_erase(struct place *p, int map, u64 key)
{
	return card_map(p, map, FN_MAP_DELETE, &key, NULL);
}

static bool card_open(struct place *p, const struct fn_tr_options *way)
{
	static const struct place on_card = {
		.name = "card",
		.load = card_load,
		.run = card_run,
		.unload = card_unload,
		.update = card_update,
		.lookup = card_lookup,
		.erase = card_erase,
	};
	u32 m;

	*p = on_card;
	p->way = way;
	for (m = 0; m < ARRAY_SIZE(maps); m++) {
		struct fn_msg_map msg = { .type = maps[m].type,
					  .key_size = maps[m].key_size,
					  .value_size = maps[m].value_size,
					  .max_entries = maps[m].max_entries,
					  .name = "differential" };

		if (fn_map_create(engine, &msg))
			return false;
		p->map[m] = msg.handle;
	}
	return true;
}

/* ---- both */

static bool reset_maps(struct place *p)
{
	static const u8 zero[GEN_VALUE];
	u8 value[HASH_VALUE];
	u32 k;

	for (k = 0; k < ENTRIES; k++)
		if (p->update(p, GEN_ARRAY, k, zero))
			return false;
	for (k = 0; k < GEN_HASH_KEYS; k++)
		p->erase(p, GEN_HASH, k);
	for (k = 0; k < HASH_MAX / 2; k++) {
		memset(value, k, sizeof(value));
		if (p->update(p, GEN_HASH, k * 2, value))
			return false;
	}
	return true;
}

static void read_maps(struct place *p, struct outcome *o)
{
	u32 k;

	for (k = 0; k < ENTRIES; k++)
		p->lookup(p, GEN_ARRAY, k, o->array[k]);
	for (k = 0; k < GEN_HASH_KEYS; k++)
		o->present[k] = !p->lookup(p, GEN_HASH, k, o->hash[k]);
}

static void make_packet(struct outcome *o, u64 seed, u32 n)
{
	static const u32 lens[PACKETS] = { 100, 64, 40, 300 };
	struct gen g = { .state = seed ^ (u64)n << 32 };
	u32 i;

	memset(o, 0, sizeof(*o));
	o->len = lens[n];
	for (i = 0; i < o->len; i++)
		o->packet[i] = gen_random(&g, n == 3 ? 3 : 256);
}

static int run_all(struct place *p, u64 seed, struct outcome *o)
{
	u32 n;

	p->why[0] = 0;
	if (!reset_maps(p))
		return -EIO;
	for (n = 0; n < PACKETS; n++) {
		int err;

		make_packet(&o[n], seed, n);
		err = p->run(p, &o[n]);
		if (err)
			return err;
		read_maps(p, &o[n]);
	}
	return 0;
}

static void diag_bytes(const char *what, const u8 *a, const u8 *b, u32 n)
{
	u32 i, told = 0;

	for (i = 0; i < n && told < 8; i++)
		if (a[i] != b[i] && ++told)
			diag("%s byte %u: expected 0x%02x, got 0x%02x", what, i,
			     a[i], b[i]);
}

static void explain(const struct outcome *want, const struct outcome *got)
{
	if (want->verdict != got->verdict)
		diag("verdict: expected %u, got %u", want->verdict,
		     got->verdict);
	if (want->len != got->len)
		diag("length: expected %u, got %u", want->len, got->len);
	diag_bytes("packet", want->packet, got->packet, ROOM);
	diag_bytes("array map", want->array[0], got->array[0],
		   sizeof(want->array));
	diag_bytes("presence of hash key", want->present, got->present,
		   GEN_HASH_KEYS);
	diag_bytes("hash map", want->hash[0], got->hash[0], sizeof(want->hash));
}

struct tally {
	u32 programs;
	u32 refused;
	u32 runs;
	u32 wrong;
};

/* Is @p right about the program? */
static bool agrees(struct place *p, const struct gen *g, u64 seed,
		   const struct outcome *want)
{
	static struct outcome got[PACKETS];
	bool same;
	u32 n;
	int err = p->load(p, g);

	if (err) {
		diag("seed %llu, %s at level %u: not loaded, error %d: %s",
		     (unsigned long long)seed, p->name, p->way->level, err,
		     p->why);
		return false;
	}
	err = run_all(p, seed, got);
	p->unload(p);
	if (err) {
		diag("seed %llu, %s at level %u: error %d: %s",
		     (unsigned long long)seed, p->name, p->way->level, err,
		     p->why);
		return false;
	}
	same = !memcmp(got, want, sizeof(got));
	for (n = 0; n < PACKETS && !same; n++) {
		if (!memcmp(&got[n], &want[n], sizeof(*want)))
			continue;
		diag("seed %llu, %s at level %u, %u lanes, without %s, packet %u:",
		     (unsigned long long)seed, p->name, p->way->level,
		     p->way->lanes,
		     p->way->without ? p->way->without : "nothing", n);
		explain(&want[n], &got[n]);
		break;
	}
	return same;
}

/* Who is right, and who has to prove it. */
struct bench {
	struct place *measure;
	struct place *others;
	u32 nothers;
};

/* False if the measure does not take the program. */
static bool compare(const struct bench *b, const struct gen *g, u64 seed,
		    struct tally *t)
{
	static struct outcome want[PACKETS];
	u32 i;

	t->programs++;
	if (b->measure->load(b->measure, g)) {
		t->refused++;
		return false;
	}
	if (run_all(b->measure, seed, want)) {
		diag("seed %llu: does not run on the %s: %s",
		     (unsigned long long)seed, b->measure->name,
		     b->measure->why);
		t->wrong++;
	}
	b->measure->unload(b->measure);
	for (i = 0; i < b->nothers; i++) {
		t->wrong += !agrees(&b->others[i], g, seed, want);
		t->runs += PACKETS;
	}
	return true;
}

static struct place host, places[ARRAY_SIZE(ways)];

static bool bench_open(struct bench *b)
{
	static struct fn_profile wide;
	struct fn_env env = { .profile = &wide, .threads = 1 };
	u32 i;

	wide = *fn_profile_find("flownic");
	wide.lanes = 8;
	fn_env_host(&env);
	engine = fn_engine_alloc(&env);
	if (!engine)
		return false;
	for (i = 0; i < ARRAY_SIZE(ways); i++)
		if (!card_open(&places[i], &ways[i]))
			return false;
	b->measure = &host;
	b->others = places;
	b->nothers = ARRAY_SIZE(ways);
	if (!host_open(&host)) {
		b->measure = b->others++;
		b->nothers--;
	}
	return true;
}

#endif /* FN_DIFFERENTIAL_H */
