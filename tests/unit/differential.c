// SPDX-License-Identifier: GPL-2.0
/*
 * The card against the kernel: random programs, translated and run on the card,
 * must give what the host's own BPF gives: verdict, packet and maps.
 *
 *	differential [FIRST [COUNT]]	seeds of the programs
 *
 * Where bpf(2) is not permitted the unoptimised card program is the measure for
 * the others.
 */
#include <bpf/bpf.h>
#include <stdbool.h>
#include <unistd.h>

#include "offload/engine/engine.h"
#include "offload/engine/profile.h"
#include "offload/isa.h"
#include "offload/translator/translator.h"
#include "tap.h"
#include "tests/fuzz/generate.h"

#define ENTRIES 4
#define HASH_VALUE 16
#define HASH_MAX 8
#define PACKETS 4
#define ROOM 512
#define SEEDS 600
#define WRITTEN_MAX 80

static const struct fn_image_map maps[] = {
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
	{ .level = 2, .lanes = 1, .without = "ifconv" },
	{ .level = 2, .lanes = 1, .without = "licm" },
	{ .level = 2, .lanes = 1, .without = "inline" },
	{ .level = 2, .lanes = 1, .without = "mem" },
	{ .level = 2, .lanes = 1, .without = "dse" },
	{ .level = 2, .lanes = 4, .without = "kinds" },
	{ .level = 2, .lanes = 1, .without = "join" },
	{ .level = 2, .lanes = 1, .without = "layout" },
	{ .level = 2, .lanes = 4, .without = "sched" },
	{ .level = 2, .lanes = 4, .registers = 7 },
	{ .level = 2, .lanes = 1, .registers = 11 },
	{ .level = 2, .lanes = 4, .without = "early" },
	{ .level = 2, .lanes = 4, .without = "forward" },
	{ .level = 2, .lanes = 4, .without = "hoist" },
};

/* The packet in r7, 32 bytes of it for certain, its end in r8. */
#define PACKET                                                   \
	MOV64_X(6, 1), LDX(BPF_W, 7, 6, 0), LDX(BPF_W, 8, 6, 4), \
		MOV64_X(2, 7), ALU64_K(BPF_ADD, 2, 32),          \
		JMP_X(BPF_JLE, 2, 8, 2), MOV64_K(0, 1), EXIT()

/* Programs with what the generator has no idea of. */
static const struct {
	const char *what;
	struct bpf_insn insns[WRITTEN_MAX];
} written[] = {
	{ "a loop over all of the packet",
	  { PACKET, MOV64_K(0, 0), MOV64_K(3, 0), MOV64_X(4, 7),
	    JMP_K(BPF_JGE, 3, 256, 8), MOV64_X(2, 4), ALU64_K(BPF_ADD, 2, 1),
	    JMP_X(BPF_JGT, 2, 8, 5), LDX(BPF_B, 5, 4, 0),
	    ALU64_X(BPF_ADD, 0, 5), MOV64_X(4, 2), ALU64_K(BPF_ADD, 3, 1),
	    JA(-9), STX(BPF_DW, 7, 0, 0), MOV64_K(0, 3), EXIT() } },
	{ "may_goto within its limit",
	  { PACKET, MOV64_K(9, 40), MOV64_K(0, 0), MAY_GOTO(4),
	    ALU64_X(BPF_ADD, 0, 9), ALU64_K(BPF_SUB, 9, 1),
	    JMP_K(BPF_JEQ, 9, 0, 1), JA(-5), STX(BPF_W, 7, 0, 0), MOV64_K(0, 2),
	    EXIT() } },
	{ "a function that writes to its caller's stack",
	  { PACKET, ST(BPF_DW, 10, -8, 7), ST(BPF_DW, 10, -16, 9),
	    MOV64_X(1, 10), ALU64_K(BPF_ADD, 1, -16), MOV64_K(2, 5), CALL(5),
	    LDX(BPF_DW, 1, 10, -16), ALU64_X(BPF_ADD, 1, 0),
	    STX(BPF_DW, 7, 0, 1), MOV64_K(0, 3), EXIT(),
	    /* */
	    LDX(BPF_DW, 0, 1, 8), ST(BPF_DW, 10, -8, 1000),
	    LDX(BPF_DW, 3, 10, -8), ALU64_X(BPF_ADD, 3, 2),
	    STX(BPF_DW, 1, 0, 3), EXIT() } },
	{ "functions that call functions, r6 to r9 kept",
	  { PACKET, MOV64_K(9, 11), MOV64_K(1, 3), CALL(4),
	    ALU64_X(BPF_ADD, 0, 9), STX(BPF_DW, 7, 0, 0), MOV64_K(0, 2), EXIT(),
	    /* */
	    MOV64_X(6, 1), MOV64_K(9, 5), CALL(3), ALU64_X(BPF_MUL, 0, 6),
	    ALU64_X(BPF_ADD, 0, 9), EXIT(),
	    /* */
	    MOV64_X(6, 1), ALU64_K(BPF_ADD, 1, 1), CALL(2),
	    ALU64_X(BPF_SUB, 0, 6), EXIT(),
	    /* */
	    MOV64_X(9, 1), MOV64_X(0, 9), ALU64_K(BPF_MUL, 0, 100), EXIT() } },
	{ "metadata",
	  { MOV64_X(6, 1), MOV64_K(2, -8), HELPER(54), JMP_K(BPF_JNE, 0, 0, 10),
	    LDX(BPF_W, 1, 6, 8), LDX(BPF_W, 2, 6, 0), MOV64_X(3, 1),
	    ALU64_K(BPF_ADD, 3, 8), JMP_X(BPF_JGT, 3, 2, 5), ST(BPF_W, 1, 0, 5),
	    ST(BPF_W, 1, 4, 6), LDX(BPF_DW, 0, 1, 0), ALU64_K(BPF_AND, 0, 3),
	    EXIT(), MOV64_K(0, 1), EXIT() } },
	{ "the whole frame is cut off",
	  { MOV64_K(2, -10000), HELPER(65), ALU64_K(BPF_AND, 0, 3), EXIT() } },
	{ "the length of the packet",
	  { PACKET, MOV64_X(0, 8), ALU64_X(BPF_SUB, 0, 7), STX(BPF_DW, 7, 8, 0),
	    LDX(BPF_W, 1, 6, 8), MOV64_X(0, 7), ALU64_X(BPF_SUB, 0, 1),
	    STX(BPF_DW, 7, 16, 0), MOV64_K(0, 3), EXIT() } },
	{ "spills of pointers and numbers",
	  { PACKET, STX(BPF_DW, 10, -8, 7), STX(BPF_DW, 10, -16, 6),
	    MOV64_K(7, 0), MOV64_K(6, 0), LDX(BPF_DW, 3, 10, -8),
	    LDX(BPF_W, 4, 3, 8), STX(BPF_W, 10, -20, 4), LDX(BPF_W, 5, 10, -20),
	    STX(BPF_W, 3, 0, 5), MOV64_K(0, 2), EXIT() } },
	{ "variable offsets into stack and map",
	  { PACKET, ST(BPF_DW, 10, -8, 1), ST(BPF_DW, 10, -16, 2),
	    LDX(BPF_B, 3, 7, 0), ALU64_K(BPF_AND, 3, 15), MOV64_X(4, 10),
	    ALU64_K(BPF_ADD, 4, -16), ALU64_X(BPF_ADD, 4, 3),
	    STX(BPF_B, 4, 0, 3), LDX(BPF_DW, 5, 10, -8),
	    LDX(BPF_DW, 4, 10, -16), STX(BPF_DW, 7, 8, 5),
	    STX(BPF_DW, 7, 16, 4), MOV64_K(0, 3), EXIT() } },
	{ "a key of eight entries too many",
	  { PACKET, MOV64_K(9, 0), STX(BPF_W, 10, -4, 9),
	    ST(BPF_DW, 10, -16, 3), ST(BPF_DW, 10, -24, 4), LDMAP(1, GEN_HASH),
	    MOV64_X(2, 10), ALU64_K(BPF_ADD, 2, -4), MOV64_X(3, 10),
	    ALU64_K(BPF_ADD, 3, -24), MOV64_K(4, 0), HELPER(2),
	    STX(BPF_W, 7, 0, 0), ALU64_K(BPF_ADD, 9, 1),
	    JMP_K(BPF_JNE, 9, GEN_HASH_KEYS, -14), MOV64_K(0, 2), EXIT() } },
	{ "old values from the stack",
	  { PACKET, LDX(BPF_DW, 3, 7, 0), LDX(BPF_DW, 4, 7, 8),
	    STX(BPF_DW, 10, -8, 3), ATOMIC(BPF_DW, 10, -8, 4, BPF_XCHG),
	    STX(BPF_DW, 7, 0, 4), MOV64_X(0, 4),
	    ATOMIC(BPF_W, 10, -8, 3, BPF_CMPXCHG), STX(BPF_DW, 7, 8, 0),
	    LD64(4, 0x1234567800000003ull),
	    ATOMIC(BPF_W, 10, -4, 4, BPF_ADD | BPF_FETCH),
	    STX(BPF_DW, 7, 16, 4), LDX(BPF_DW, 0, 10, -8),
	    ATOMIC(BPF_DW, 10, -8, 3, BPF_CMPXCHG), LDX(BPF_DW, 5, 10, -8),
	    ALU64_X(BPF_XOR, 0, 5), STX(BPF_DW, 7, 24, 0), MOV64_K(0, 3),
	    EXIT() } },
	{ "conditions of all kinds in 32 bits",
	  { PACKET, LDX(BPF_DW, 2, 7, 0), LDX(BPF_DW, 3, 7, 8), MOV64_K(0, 0),
	    JMP32_X(BPF_JSLT, 2, 3, 1), ALU64_K(BPF_OR, 0, 1),
	    JMP32_X(BPF_JGT, 2, 3, 1), ALU64_K(BPF_OR, 0, 2),
	    JMP32_K(BPF_JSGE, 2, -1, 1), ALU64_K(BPF_OR, 0, 4),
	    JMP32_K(BPF_JSET, 3, -65536, 1), ALU64_K(BPF_OR, 0, 8),
	    JMP32_K(BPF_JEQ, 2, 0, 1), ALU64_K(BPF_OR, 0, 16),
	    JMP_K(BPF_JSET, 3, -65536, 1), ALU64_K(BPF_OR, 0, 32),
	    STX(BPF_DW, 7, 0, 0), MOV64_K(0, 3), EXIT() } },
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
	int (*update)(struct place *p, int map, u32 key, const void *value);
	int (*lookup)(struct place *p, int map, u32 key, void *value);
	int (*erase)(struct place *p, int map, u32 key);
	const struct fn_tr_options *way;
	int map[2];
	int prog;
	char why[1 << 16];
};

/* ---- the host */

/* The log is asked for when there is something to read in it. */
static int host_load(struct place *p, const struct gen *g)
{
	LIBBPF_OPTS(bpf_prog_load_opts, o, .fd_array = p->map);

	p->why[0] = 0;
	p->prog = bpf_prog_load(BPF_PROG_TYPE_XDP, "differential", "GPL",
				g->insns, g->len, &o);
	if (p->prog >= 0)
		return 0;
	o.log_buf = p->why;
	o.log_size = sizeof(p->why);
	o.log_level = 1;
	return bpf_prog_load(BPF_PROG_TYPE_XDP, "differential", "GPL", g->insns,
			     g->len, &o);
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

static int host_update(struct place *p, int map, u32 key, const void *value)
{
	return bpf_map_update_elem(p->map[map], &key, value, BPF_ANY);
}

static int host_lookup(struct place *p, int map, u32 key, void *value)
{
	return bpf_map_lookup_elem(p->map[map], &key, value);
}

static int host_erase(struct place *p, int map, u32 key)
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
		p->map[m] = bpf_map_create(maps[m].type, "differential",
					   maps[m].key_size, maps[m].value_size,
					   maps[m].max_entries, NULL);
		if (p->map[m] < 0)
			return false;
	}
	return true;
}

/* ---- the card */

static struct fn_card *card;

static void collect(void *ctx, const char *fmt, va_list ap)
{
	struct place *p = ctx;
	size_t n = strlen(p->why);

	vsnprintf(p->why + n, sizeof(p->why) - n, fmt, ap);
}

static int card_load(struct place *p, const struct gen *g)
{
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
	err = fn_translate(&prog, p->way, &log, &img);
	if (err)
		return err;
	msg.image = fn_ptr_to_bus(img);
	msg.size = img->size;
	err = fn_card_ctrl(card, FN_CTRL_PROG_LOAD, &msg, sizeof(msg));
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
	int err = fn_engine_run(card, &run);

	o->verdict = run.verdict;
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

	fn_card_ctrl(card, FN_CTRL_PROG_UNLOAD, &msg, sizeof(msg));
}

static int card_map(struct place *p, int map, enum fn_map_op op, u32 *key,
		    const void *value)
{
	struct fn_msg_map_op msg = { .handle = p->map[map],
				     .op = op,
				     .key = fn_ptr_to_bus(key),
				     .value = fn_ptr_to_bus(value) };

	return fn_card_ctrl(card, FN_CTRL_MAP_OP, &msg, sizeof(msg));
}

static int card_update(struct place *p, int map, u32 key, const void *value)
{
	return card_map(p, map, FN_MAP_UPDATE, &key, value);
}

static int card_lookup(struct place *p, int map, u32 key, void *value)
{
	return card_map(p, map, FN_MAP_LOOKUP, &key, value);
}

static int card_erase(struct place *p, int map, u32 key)
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

		if (fn_card_ctrl(card, FN_CTRL_MAP_CREATE, &msg, sizeof(msg)))
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

/* False if the measure does not take the program. */
static bool compare(struct place *measure, struct place *others, u32 nothers,
		    const struct gen *g, u64 seed, struct tally *t)
{
	static struct outcome want[PACKETS];
	u32 i;

	t->programs++;
	if (measure->load(measure, g)) {
		t->refused++;
		return false;
	}
	if (run_all(measure, seed, want)) {
		diag("seed %llu: does not run on the %s: %s",
		     (unsigned long long)seed, measure->name, measure->why);
		t->wrong++;
	}
	measure->unload(measure);
	for (i = 0; i < nothers; i++) {
		t->wrong += !agrees(&others[i], g, seed, want);
		t->runs += PACKETS;
	}
	return true;
}

static void run_written(struct place *measure, struct place *others,
			u32 nothers)
{
	struct tally t = { 0 };
	static struct gen g;
	u32 w, n;

	for (w = 0; w < ARRAY_SIZE(written); w++) {
		for (n = WRITTEN_MAX; !written[w].insns[n - 1].code; n--)
			;
		g.len = n;
		memcpy(g.insns, written[w].insns, n * sizeof(*g.insns));
		t.wrong = 0;
		if (!compare(measure, others, nothers, &g, w, &t)) {
			diag("%.2000s", measure->why);
			skip(written[w].what, "this kernel does not take it");
			continue;
		}
		is_u64(t.wrong, 0, written[w].what);
	}
}

static void run_seeds(struct place *measure, struct place *others, u32 nothers,
		      u64 first, u64 count)
{
	static struct gen g;
	struct tally t = { 0 };
	u64 seed;

	for (seed = first; seed < first + count && t.wrong < 5; seed++) {
		gen_program(&g, seed, true);
		compare(measure, others, nothers, &g, seed, &t);
	}
	diag("measure: %s; %u programs, %u refused by it, %u runs",
	     measure->name, t.programs, t.refused, t.runs);
	is_u64(t.wrong, 0, "all programs give the same result");
	ok(t.refused * 10 <= t.programs, "nearly all programs verify");
}

int main(int argc, char **argv)
{
	struct fn_profile wide = *fn_profile_find("flownic");
	struct fn_card_config config = { .ports = 1, .model = &wide };
	static const struct fn_host_ops ops;
	static struct place host, others[ARRAY_SIZE(ways)];
	u64 first = argc > 1 ? strtoull(argv[1], NULL, 0) : 0;
	u64 count = argc > 2 ? strtoull(argv[2], NULL, 0) : SEEDS;
	u32 i;

	wide.lanes = 8;
	card = fn_card_power_on(&config, &ops, NULL);
	if (!ok(card, "a card"))
		return done_testing();
	for (i = 0; i < ARRAY_SIZE(ways); i++)
		if (!ok(card_open(&others[i], &ways[i]), "its maps"))
			return done_testing();
	if (host_open(&host)) {
		run_written(&host, others, ARRAY_SIZE(ways));
		run_seeds(&host, others, ARRAY_SIZE(ways), first, count);
	} else {
		skip("comparison with the host kernel",
		     "bpf(2) is not permitted here");
		run_written(&others[0], others + 1, ARRAY_SIZE(ways) - 1);
		run_seeds(&others[0], others + 1, ARRAY_SIZE(ways) - 1, first,
			  count);
	}
	fn_card_power_off(card);
	return done_testing();
}
