// SPDX-License-Identifier: GPL-2.0
/*
 * Modelled time: what words cost, what waiting costs, and the rates that come
 * of it. Expected figures are reckoned by hand from the published formulas.
 */
#include "card_code.h"
#include "offload/engine/exec.h"
#include "offload/engine/profile.h"

static struct fn_engine *engine_of(const struct fn_profile *p)
{
	struct fn_env env = { .profile = p, .threads = 1 };

	fn_env_host(&env);
	return fn_engine_alloc(&env);
}

/* All costs 1, nothing waits: what a test changes is what it sees. */
static struct fn_profile plain(void)
{
	struct fn_profile p = *fn_profile_find(NULL);
	u32 i;

	p.packet = 0;
	p.taken = 0;
	p.wait_min = 0;
	p.latency_packet = 0;
	p.latency_map = 0;
	p.floor_drop = 0;
	p.floor_forward = 0;
	for (i = 0; i < FN_NCOSTS; i++)
		p.cost[i] = 1;
	return p;
}

static u64 cycles_of(const struct fn_profile *p, const struct code *c,
		     struct fn_run *run)
{
	struct fn_engine *engine = engine_of(p);
	u8 frame[64] = { 0 };

	*run = (struct fn_run){
		.frame = frame,
		.len = sizeof(frame),
		.room = sizeof(frame),
	};
	run->prog = code_load(engine, c);
	fn_engine_run(engine, run);
	fn_engine_free(engine);
	return run->cycles;
}

static u32 issue(const char *profile, u8 op, u8 x, s32 imm)
{
	struct fn_insn insn = { .op = op, .x = x, .imm = imm };

	return fn_timing_issue(fn_profile_find(profile), &insn, 0);
}

static void test_issue(void)
{
	is_u64(issue("agilio", FN_OP_ADD, 0, 0), 2,
	       "64 bits are two instructions of a 32-bit machine");
	is_u64(issue("flownic", FN_OP_ADD, 0, 0), 1, "and one of a 64-bit one");
	is_u64(issue("agilio", FN_OP_ADD, FN_X_IMM, 255), 2, "small constant");
	is_u64(issue("agilio", FN_OP_ADD, FN_X_IMM, 256), 3, "wide constant");
	is_u64(issue("agilio", FN_OP_ADD, FN_X_IMM, -256), 2,
	       "small negative constant");
	is_u64(issue("agilio", FN_OP_ADD, FN_X_IMM, 0xff0000), 3,
	       "16 bits, shifted");
	is_u64(issue("agilio", FN_OP_ADD, FN_X_IMM, -65536), 3,
	       "16 bits, inverted");
	is_u64(issue("agilio", FN_OP_ADD, FN_X_IMM, 0x12345), 4,
	       "a constant of more than 16 bits");
	is_u64(issue("agilio", FN_OP_MOV, FN_X_IMM, 65535), 2,
	       "moves take wider ones");
	is_u64(issue("agilio", FN_OP_MOV, FN_X_IMM, 0x12345678), 3,
	       "but not of more than 16 bits");
	is_u64(issue("flownic", FN_OP_ADD, FN_X_IMM, 0x12345678), 1,
	       "where the word has room, they cost nothing");
	is_u64(issue("agilio", FN_OP_LSH, FN_X_IMM, 3), 2,
	       "shift by a constant");
	is_u64(issue("agilio", FN_OP_LSH, 0, 0), 10, "shift by a register");
	is_u64(issue("agilio", FN_OP_SWAP, SIZE(2), 0), 3, "swap of 2 bytes");
	is_u64(issue("agilio", FN_OP_SWAP, SIZE(8), 0), 5, "swap of 8 bytes");
	is_u64(issue("agilio", FN_OP_LD, SIZE(2) | FN_X_BE, 0), 4,
	       "load with a swap");
	is_u64(issue("agilio", FN_OP_JCC, FN_X_IMM | COND(FN_EQ),
		     FN_IMM16(0, 1)),
	       2, "is it 0?");
	is_u64(issue("agilio", FN_OP_JCC, FN_X_IMM | COND(FN_EQ),
		     FN_IMM16(1, 1)),
	       3, "is it 1?");
	is_u64(issue("agilio", FN_OP_JCC, FN_X_IMM | COND(FN_GT),
		     FN_IMM16(0, 1)),
	       3, "is it more than 0?");
	is_u64(issue("agilio", FN_OP_HELPER, 0, FN_HELPER_map_lookup_elem), 3,
	       "a lookup without a call");
	is_u64(issue("corenic", FN_OP_HELPER, 0, FN_HELPER_map_lookup_elem), 16,
	       "and with one");
	is_u64(issue("agilio", FN_OP_JCC, FN_X_IMM | COND(FN_SET),
		     FN_IMM16(7, 1)),
	       2, "a mask of the lower half");
	is_u64(issue("hxdp", FN_OP_HELPER, 0, FN_HELPER_csum_diff), 1,
	       "a helper call a cycle");
}

/* Groups cost a cycle; what costs more adds to that. */
static void test_words(void)
{
	const struct fn_profile *p = fn_profile_find("flownic");
	struct fn_insn insn = { .op = FN_OP_ADD };

	is_u64(fn_timing_word(p, &insn, 0, true), 1,
	       "the first word of a group");
	is_u64(fn_timing_word(p, &insn, 0, false), 0, "one of the others");
	insn = (struct fn_insn){ .op = FN_OP_DIV };
	is_u64(fn_timing_word(p, &insn, 0, false), 15,
	       "a division adds the rest of it");
}

static void test_profiles(void)
{
	const struct fn_profile *p = NULL;
	const struct fn_helper_info *h = NULL;
	u32 i, n = 0;

	while ((p = fn_profile_next(p))) {
		bool good = p->cores && p->threads && p->lanes &&
			    p->clock_khz && p->port_mbps && p->max_words &&
			    p->queue;

		for (i = 0; i < FN_NCOSTS; i++)
			good = good && p->cost[i];
		ok(good, "%s: figures are set", p->name);
		ok(fn_profile_find(p->name) == p, "%s: is found", p->name);
		ok(fn_profile_notes(p, &n) && n > FN_NCOSTS, "%s: has sources",
		   p->name);
		for (i = 0; i < n; i++)
			good = good && *fn_profile_notes(p, &n)[i].source;
		ok(good, "%s: for all figures that are set", p->name);
	}
	p = fn_profile_find(NULL);
	is_str(p->name, "flownic", "the default");
	while ((h = fn_helper_next(h)))
		ok(p->helper[fn_profile_helper(h->number)],
		   "%s on the default card costs something", h->name);
	ok(!fn_profile_find("none"), "there is no other");
}

/* What is marked of the words of @c. */
static u32 mark_of(const struct fn_profile *p, const struct code *c, u32 pc)
{
	u8 marks[64];

	if (fn_timing_mark(p, c->w, c->n, marks))
		return ~0u;
	return marks[pc];
}

/*
 * A word that writes 32 bits, and who reads what it has written: the upper half
 * costs something only if it is read.
 */
static void test_half(void)
{
	static const struct {
		const char *what;
		u8 op;
		u8 x;
		bool saves;
	} users[] = {
		{ "an addition of 32 bits", FN_OP_ADD, FN_X_W, true },
		{ "an addition of 64 bits", FN_OP_ADD, 0, false },
		{ "a copy of 64 bits", FN_OP_MOV, 0, false },
		{ "a store of 4 bytes", FN_OP_ST, SIZE(4), true },
		{ "a store of 8 bytes", FN_OP_ST, SIZE(8), false },
		{ "a swap of 2 bytes", FN_OP_SWAP, SIZE(2), true },
		{ "a swap of 8 bytes", FN_OP_SWAP, SIZE(8), false },
	};
	const struct fn_profile *p = fn_profile_find("agilio");
	struct code c;
	u32 i, mark;

	for (i = 0; i < ARRAY_SIZE(users); i++) {
		bool store = users[i].op == FN_OP_ST;
		bool copy = users[i].op == FN_OP_MOV;

		c = (struct code){};
		emit(&c, FN_OP_ADD, FN_X_W | FN_X_IMM, 3, 4, 0, 1);
		emit(&c, users[i].op, users[i].x, store ? 0 : 5,
		     store ? 10 :
		     copy  ? 0 :
			     3,
		     users[i].op == FN_OP_SWAP ? 0 : 3, store ? -8 : 0);
		emit_verdict(&c, XDP_DROP);
		mark = mark_of(p, &c, 0);
		ok(mark == (users[i].saves ? FN_MARK_HALF : 0),
		   "%s %s the upper half", users[i].what,
		   users[i].saves ? "does not want" : "wants");
	}
	/* Around a loop, and to both sides of a jump. */
	c = (struct code){};
	emit(&c, FN_OP_ADD, FN_X_W | FN_X_IMM, 3, 4, 0, 1);
	emit(&c, FN_OP_JCC, FN_X_W | FN_X_IMM | COND(FN_EQ), 0, 3, 0,
	     FN_IMM16(0, 1));
	emit(&c, FN_OP_JMP, 0, 0, 0, 0, 1);
	emit(&c, FN_OP_JCC, FN_X_IMM | COND(FN_NE), 0, 3, 0, FN_IMM16(5, -4));
	emit_verdict(&c, XDP_DROP);
	is_u64(mark_of(p, &c, 0), 0, "one way of several wants it");
	is_u64(fn_timing_issue(
		       p, &(struct fn_insn){ .op = FN_OP_ADD, .x = FN_X_W },
		       FN_MARK_HALF),
	       1, "it costs a cycle less");
	c = (struct code){};
	emit(&c, FN_OP_OR, FN_X_IMM, 3, 3, 0, 1);
	emit(&c, FN_OP_AND, FN_X_IMM, 3, 3, 0, 1);
	emit_verdict(&c, XDP_DROP);
	is_u64(mark_of(p, &c, 0), FN_MARK_HALF,
	       "a constant that leaves the upper half as it is");
	is_u64(mark_of(p, &c, 1), 0, "and one that does not");
	is_u64(mark_of(fn_profile_find("flownic"), &c, 0), 0,
	       "a card of 64 bits saves nothing");
}

/* Of the stack, the lowest 64 bytes that are used are near. */
static void test_stack(void)
{
	const struct fn_profile *p = fn_profile_find("agilio");
	struct code c = {};

	emit_st(&c, 8, 10, -128, 3);
	emit_st(&c, 8, 10, -72, 3);
	emit_st(&c, 8, 10, -64, 3);
	emit(&c, FN_OP_ADD, FN_X_IMM, 2, 10, 0, -128);
	emit_helper(&c, FN_HELPER_map_lookup_elem);
	emit(&c, FN_OP_ADD, FN_X_IMM, 2, 2, 0, 56);
	emit_helper(&c, FN_HELPER_map_lookup_elem);
	emit_verdict(&c, XDP_DROP);
	is_u64(mark_of(p, &c, 0), 0, "the lower end of the stack");
	is_u64(mark_of(p, &c, 1), 0, "the last bytes in reach");
	is_u64(mark_of(p, &c, 2), FN_MARK_FAR, "and those behind them");
	is_u64(mark_of(p, &c, 4), 0, "a key at the lower end");
	is_u64(mark_of(p, &c, 6), FN_MARK_FAR, "and one above it");
}

static int load_into(const struct fn_profile *p, const struct code *c)
{
	struct fn_engine *engine = engine_of(p);
	struct fn_image *img = code_image(c);
	u32 handle;
	int ret = image_load(engine, img, NULL, 0, &handle, NULL);

	fn_free(img);
	fn_engine_free(engine);
	return ret;
}

/* The control store has words, or instructions of the card's own. */
static void test_size(void)
{
	struct fn_profile p = plain();
	u8 marks[64] = { 0 };
	struct code c = {};

	emit(&c, FN_OP_MUL, 0, 3, 4, 4, 0);
	emit_verdict(&c, XDP_DROP);
	p.cost[FN_COST_MUL64] = 7;
	is_u64(fn_timing_size(&p, c.w, c.n, marks), c.n, "words");
	p.expands = 1;
	is_u64(fn_timing_size(&p, c.w, c.n, marks), c.n + 6,
	       "instructions of the card's own");
	p.max_words = c.n + 6;
	is_u64(load_into(&p, &c), 0, "they fit into the control store");
	p.max_words--;
	is_u64(-load_into(&p, &c), E2BIG, "the same measure refuses them");
}

/* @n loads of packet memory, with an addition between them. */
static struct code packet_loads(u32 n)
{
	struct code c = {};

	emit_ld(&c, 4, 3, 1, 0);
	while (n--) {
		emit_ld(&c, 4, 4, 3, 0);
		emit(&c, FN_OP_ADD, 0, 5, 5, 4, 0);
	}
	emit_verdict(&c, XDP_DROP);
	return c;
}

static void test_wait_packet(void)
{
	struct fn_profile p = plain();
	struct code one = packet_loads(1), three = packet_loads(3);
	struct fn_run run;

	is_u64(cycles_of(&p, &one, &run), 4, "4 words, no waiting");
	p.latency_packet = 64;
	p.threads = 4;
	is_u64(cycles_of(&p, &one, &run), 4 + 16 - 1,
	       "a load waits for its share less what was done before");
	is_u64(run.hidden, 4 * 16 - 15, "alone it would wait for all of it");
	is_u64(cycles_of(&p, &three, &run), 8 + (16 - 1) + 2 * (16 - 2),
	       "loads are a share apart");
	p.wait_min = 15;
	is_u64(cycles_of(&p, &three, &run), 8 + 3 * 15, "at least so much");
	p.packet = 100;
	is_u64(cycles_of(&p, &three, &run), 100 + 8 + 3 * 15,
	       "and the fixed cost of a packet");
}

/* What is between two loads of the packet in the test below. */
enum between {
	NOTHING,
	ANOTHER_REGISTER,
	ANOTHER_POINTER,
	POINTER_CHANGED,
	FAR_AWAY,
	STACK_STORE,
	STACK_LOAD,
	PACKET_STORE,
	HELPER,
	JUMP_TARGET,
};

/* 4 words and what is between. */
static struct code two_loads(enum between what)
{
	struct code c = {};
	u32 off = what == FAR_AWAY ? 56 : 20, base = 3;

	emit_ld(&c, 4, 3, 1, 0);
	emit_ld(&c, 4, 4, 3, 0);
	if (what == ANOTHER_REGISTER || what == ANOTHER_POINTER) {
		emit(&c, FN_OP_MOV, 0, 5, 0, 3, 0);
		base = 5;
	}
	if (what == ANOTHER_POINTER || what == POINTER_CHANGED)
		emit(&c, FN_OP_ADD, FN_X_IMM, base, base, 0, 2);
	if (what == STACK_STORE)
		emit_st(&c, 4, 10, -8, 4);
	if (what == STACK_LOAD)
		emit_ld(&c, 4, 5, 10, -8);
	if (what == PACKET_STORE)
		emit_st(&c, 4, 3, 8, 4);
	if (what == HELPER)
		emit_helper(&c, FN_HELPER_get_smp_processor_id);
	if (what == JUMP_TARGET)
		emit(&c, FN_OP_JCC, FN_X_IMM | COND(FN_EQ), 0, 4, 0,
		     FN_IMM16(1, 0));
	emit_ld(&c, 4, 6, base, off + 4 - 2 * (base == 5));
	emit_verdict(&c, XDP_DROP);
	return c;
}

static void test_window(void)
{
	static const struct {
		const char *what;
		enum between between;
		u32 words;
		bool found;
	} cases[] = {
		{ "nothing", NOTHING, 4, true },
		{ "a copy of the pointer", ANOTHER_REGISTER, 5, true },
		{ "a pointer beside it", ANOTHER_POINTER, 6, false },
		{ "a change of the pointer", POINTER_CHANGED, 5, false },
		{ "more bytes than there is room for", FAR_AWAY, 4, false },
		{ "a store to the stack", STACK_STORE, 5, true },
		{ "a load of the stack", STACK_LOAD, 5, false },
		{ "a store to the packet", PACKET_STORE, 5, false },
		{ "a helper", HELPER, 5, false },
		{ "where a jump goes", JUMP_TARGET, 5, false },
	};
	struct fn_profile p = plain();
	struct fn_run run;
	struct code c;
	u32 i, got, want, since;

	p.latency_packet = 400;
	p.threads = 4;
	p.packet_window = 60 - 1;
	p.helper[FN_HELPER_INDEX_get_smp_processor_id] = 1;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		c = two_loads(cases[i].between);
		/* The second wait is shorter by what is behind the access before. */
		since = cases[i].between == PACKET_STORE ? 1 :
							   cases[i].words - 3;
		want = cases[i].words + 100 - 1;
		if (!cases[i].found)
			want += 100 - since;
		got = cycles_of(&p, &c, &run);
		if (!ok(got == want, "between two loads: %s", cases[i].what))
			diag("%u cycles, expected %u", got, want);
	}
	p.packet_window = 0;
	c = two_loads(NOTHING);
	is_u64(cycles_of(&p, &c, &run), 4 + 99 + 99,
	       "without a window each load waits");
}

static struct code packet_stores(void)
{
	struct code c = {};

	emit_ld(&c, 4, 3, 1, 0);
	emit_st(&c, 4, 3, 0, 3);
	emit_st(&c, 4, 10, -8, 3);
	emit_verdict(&c, XDP_DROP);
	return c;
}

static void test_stores(void)
{
	struct fn_profile p = plain();
	struct code c = packet_stores();
	struct fn_run run;

	p.latency_packet = 64;
	p.store_waits = 0;
	is_u64(cycles_of(&p, &c, &run), 4, "stores are posted");
	p.store_waits = 1;
	is_u64(cycles_of(&p, &c, &run), 4 + 15,
	       "or wait; not those to the stack");
}

/* Look a key up; with the value at @off do @op, @n times. */
static u64 map_cycles(const struct fn_profile *p, u32 type, u8 op, u32 n,
		      s32 off, struct fn_run *run)
{
	struct fn_engine *engine = engine_of(p);
	struct code c = {};
	u8 frame[64] = { 0 };
	u32 key = 0;
	u64 value[8] = { 0 };
	u32 handle =
		map_create(engine, &c, type, sizeof(key), sizeof(value), 1);

	map_op(engine, handle, FN_MAP_UPDATE, &key, value, 0);
	emit(&c, FN_OP_STI, SIZE(4), 0, 10, 0, FN_IMM16(-4, 0));
	emit(&c, FN_OP_ADD, FN_X_IMM, 2, 10, 0, -4);
	emit(&c, FN_OP_MOV, FN_X_IMM, 1, 0, 0, FN_ADDR_MAPREF);
	emit_helper(&c, FN_HELPER_map_lookup_elem);
	while (n--) {
		if (op == FN_OP_ATOM)
			emit(&c, op, FN_ATOM_ADD << FN_X_ATOM_SHIFT, 0, 0, 1,
			     off);
		else
			emit_ld(&c, 8, 4, 0, off);
	}
	emit_verdict(&c, XDP_DROP);
	*run = (struct fn_run){
		.frame = frame,
		.len = sizeof(frame),
		.room = sizeof(frame),
	};
	run->prog = code_load(engine, &c);
	fn_engine_run(engine, run);
	fn_engine_free(engine);
	return run->cycles;
}

static void test_maps(void)
{
	struct fn_profile p = plain();
	struct fn_run run;
	u64 array, hash;

	p.helper[FN_HELPER_INDEX_map_lookup_elem] = 7;
	p.latency_map = 100;
	p.map_read = 4050;
	p.map_atomic = 3220;
	p.hash = 11;
	p.hash_reads = 0;
	array = map_cycles(&p, BPF_MAP_TYPE_ARRAY, FN_OP_LD, 0, 0, &run);
	is_u64(array, 3 + 7 + 1, "an array is found by arithmetic");
	is_u64(run.map_busy, 0, "and does not touch map memory");
	hash = map_cycles(&p, BPF_MAP_TYPE_HASH, FN_OP_LD, 0, 0, &run);
	is_u64(hash, array + 11, "a hash costs hashing");
	p.hash_reads = 2;
	hash = map_cycles(&p, BPF_MAP_TYPE_HASH, FN_OP_LD, 0, 0, &run);
	is_u64(hash, array + 11 + (25 - 3 - 11) + 25, "and two reads");
	is_u64(run.map_busy, 2 * 4050, "which occupy map memory");
	is_u64(map_cycles(&p, BPF_MAP_TYPE_ARRAY, FN_OP_LD, 8, 0, &run),
	       array + 8 + (25 - 10) + 7 * (25 - 1),
	       "8 reads are a share apart");
	is_u64(run.map_busy, 8 * 4050, "8 reads occupy map memory");
	is_u64(map_cycles(&p, BPF_MAP_TYPE_ARRAY, FN_OP_ATOM, 5, 0, &run),
	       array + 5, "atomic operations are posted");
	is_u64(run.map_busy, 5 * 3220, "and occupy map memory");
	p.map_offset = 2;
	is_u64(map_cycles(&p, BPF_MAP_TYPE_ARRAY, FN_OP_LD, 8, 0, &run),
	       array + 8 + (25 - 10) + 7 * (25 - 1),
	       "what is at the beginning of a value needs no sum");
	is_u64(map_cycles(&p, BPF_MAP_TYPE_ARRAY, FN_OP_LD, 8, 8, &run),
	       array + 8 + (25 - 10) + 7 * (25 - 1),
	       "a sum is made while others wait");
	is_u64(map_cycles(&p, BPF_MAP_TYPE_ARRAY, FN_OP_ATOM, 5, 8, &run),
	       array + 5 + 5 * 2, "unless nobody does");
}

static void test_floor(void)
{
	struct fn_profile p = plain();
	struct code c = {};
	struct fn_run run;

	p.floor_drop = 3;
	p.floor_forward = 7;
	emit_verdict(&c, XDP_DROP);
	is_u64(cycles_of(&p, &c, &run), 3, "a packet dropped, at least");
	c.n = 0;
	emit_verdict(&c, XDP_TX);
	is_u64(cycles_of(&p, &c, &run), 7, "a packet sent, at least");
}

static bool near(u64 got, double want)
{
	if (got > want * 0.999 && got < want * 1.001)
		return true;
	diag("got %llu, expected %.0f", (unsigned long long)got, want);
	return false;
}

/* min(54.4, 50 * 800 / cycles, 800 / occupation, line rate) */
static void test_rates(void)
{
	const struct fn_profile *p = fn_profile_find("agilio");
	struct fn_load l = { .packets = 10, .in = 600 };
	enum fn_limit what;

	l.cycles = 10 * 1000;
	ok(near(fn_timing_limit(p, &l, &what), 40e6) && what == FN_LIMIT_CORES,
	   "cores: 50 x 800 MHz / 1000 cycles");
	l.cycles = 10 * 300;
	ok(near(fn_timing_limit(p, &l, &what), 54.4e6) && what == FN_LIMIT_MAC,
	   "packet rate of the ports");
	l.map = 10 * 8 * 3220;
	ok(near(fn_timing_limit(p, &l, &what), 800e6 / 25.76) &&
		   what == FN_LIMIT_MAP,
	   "map memory: 8 atomic additions of 3.22 cycles");
	l.in = 15000;
	ok(near(fn_timing_limit(p, &l, &what), 80e9 / 8 / 1524) &&
		   what == FN_LIMIT_LINE,
	   "line rate, in");
	l.out = 10;
	l.out_bytes = 20000;
	ok(near(fn_timing_limit(p, &l, &what), 80e9 / 8 / 2024) &&
		   what == FN_LIMIT_OUT,
	   "line rate, out");
	l.host = 10;
	l.host_bytes = 100000;
	ok(near(fn_timing_limit(p, &l, &what), 50e9 / 8 / 10000) &&
		   what == FN_LIMIT_DMA,
	   "bus to the host");
	ok(near(fn_timing_rate(fn_profile_find("flownic"), 200, 2, 60),
		200e9 / 8 / 84),
	   "all ports together");
}

int main(void)
{
	test_issue();
	test_words();
	test_profiles();
	test_half();
	test_stack();
	test_size();
	test_wait_packet();
	test_window();
	test_stores();
	test_maps();
	test_floor();
	test_rates();
	return done_testing();
}
