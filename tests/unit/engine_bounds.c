// SPDX-License-Identifier: GPL-2.0
/*
 * What a program may access: every window, at both ends, one off, by every
 * size, and by addresses that wrap around.
 */
#include "card_code.h"

#define LEN 100
#define CELL_DATA (FN_ADDR_PACKET + FN_PKT_HEADROOM)

static struct fn_engine *engine;
static u32 array; /* 3 values of 24 bytes: 72 bytes */
static u32 big; /* 2 MiB and a bit: crosses segments */
static u32 array_addr;
static u32 big_addr;

static const u8 sizes[] = { 1, 2, 4, 6, 8 };

enum access { LD, ST, STI, LDS, ATOM, NACCESS };

static const char *const access_name[] = { "load", "store", "store immediate",
					   "signed load", "atomic" };

static u32 try(enum access how, u32 size, u64 addr, s32 imm)
{
	u8 frame[LEN] = {};
	struct fn_run run = { .frame = frame, .len = LEN, .room = LEN };
	struct code c = {};

	c.nmaps = 2;
	c.handles[0] = array;
	c.handles[1] = big;
	c.maps[0] = (struct fn_image_map){ BPF_MAP_TYPE_ARRAY, 4, 24, 3 };
	c.maps[1] = (struct fn_image_map){ BPF_MAP_TYPE_ARRAY, 4, 8, 262145 };
	emit_const(&c, 3, addr);
	switch (how) {
	case LD:
		emit(&c, FN_OP_LD, SIZE(size), 4, 3, 0, imm);
		break;
	case LDS:
		emit(&c, FN_OP_LD, SIZE(size) | FN_X_SIGN, 4, 3, 0, imm);
		break;
	case ST:
		emit(&c, FN_OP_ST, SIZE(size), 0, 3, 4, imm);
		break;
	case STI:
		emit(&c, FN_OP_STI, SIZE(size), 0, 3, 0, FN_IMM16(imm, 0));
		break;
	default:
		emit(&c, FN_OP_ATOM,
		     KIND(FN_ATOM_ADD) | (size == 4 ? FN_X_W : 0), 0, 3, 4,
		     imm);
		break;
	}
	emit_verdict(&c, XDP_PASS);
	if (!code_run(engine, &c, &run))
		return FN_NFAULTS;
	if (run.fault && run.addr != addr + (s64)imm)
		diag("fault names 0x%llx", (unsigned long long)run.addr);
	return run.fault;
}

static u32 tries;
static u32 wrong;

static void expect(enum access how, u32 size, u64 addr, s32 imm, u32 want)
{
	u32 fault;

	if (how == ATOM && size != 4 && size != 8)
		return;
	if (how == ATOM && (addr + imm) % size && want == FN_FAULT_NONE)
		want = FN_FAULT_ADDRESS;
	fault = try(how, size, addr, imm);
	tries++;
	if (fault == want)
		return;
	if (wrong++ < 20)
		diag("%s of %u at 0x%llx%+d: got %s, expected %s",
		     access_name[how], size, (unsigned long long)addr, imm,
		     fn_fault_name[fault], fn_fault_name[want]);
}

static bool reads(enum access how)
{
	return how == LD || how == LDS;
}

/* Accesses that begin below the window; the context is below the stack. */
static void below(enum access how, u32 size, u64 from, bool context)
{
	s64 at;

	for (at = -9; at < 0; at++) {
		u32 want = FN_FAULT_ADDRESS;

		if (context && reads(how))
			want = FN_FAULT_NONE;
		else if (context && (how != ATOM || (from + at) % size == 0))
			want = FN_FAULT_READONLY;
		expect(how, size, from + at, 0, want);
	}
}

/* A window [from, to): everything around its ends. */
static void window(const char *name, u64 from, u64 to, bool context)
{
	u32 s, how;
	s64 at;

	tries = 0;
	wrong = 0;
	for (how = 0; how < NACCESS; how++) {
		for (s = 0; s < ARRAY_SIZE(sizes); s++) {
			u32 size = sizes[s];

			below(how, size, from, context);
			for (at = 0; at <= 9; at++)
				expect(how, size, from + at, 0, FN_FAULT_NONE);
			for (at = -9; at <= 9; at++)
				expect(how, size, to + at - size, 0,
				       at <= 0 ? FN_FAULT_NONE :
						 FN_FAULT_ADDRESS);
			expect(how, size, to + 1000, -1000 - (s32)size,
			       FN_FAULT_NONE);
			expect(how, size, to + 1000, -999 - (s32)size,
			       FN_FAULT_ADDRESS);
		}
	}
	ok(!wrong, "%s: %u accesses", name, tries);
}

static void everywhere(void)
{
	static const u64 addrs[] = {
		0,
		1,
		8,
		0xfff,
		0x7fffffff,
		0xffffffff,
		0x100000000,
		0xffffffffffffffff,
		0xfffffffffffffff8,
		0x8000000000000000,
		FN_ADDR_LOCAL - 1,
		FN_ADDR_STACK_TOP,
		FN_ADDR_PACKET,
		FN_ADDR_PACKET + FN_PKT_CELL_SMALL,
		FN_ADDR_MAPREF,
		FN_ADDR_MAPREF + 1,
		FN_ADDR_MAPS - 1,
		FN_ADDR_MAPS - 8,
		0xfffffff8,
		FN_ADDR_MAPS + 0x7fffffff,
		/* windows, 4 GiB and 2^63 further */
		CELL_DATA + 0x100000000ull,
		FN_ADDR_STACK_TOP - 8 + (1ull << 32),
		FN_ADDR_MAPS + (1ull << 32),
		CELL_DATA + (1ull << 63),
		FN_ADDR_MAPS + (1ull << 63),
	};
	u32 i, s, how;

	tries = 0;
	wrong = 0;
	for (how = 0; how < NACCESS; how++)
		for (s = 0; s < ARRAY_SIZE(sizes); s++)
			for (i = 0; i < ARRAY_SIZE(addrs); i++)
				expect(how, sizes[s], addrs[i], 0,
				       FN_FAULT_ADDRESS);
	ok(!wrong, "nothing else is there: %u accesses", tries);
}

static void test_wrap(void)
{
	tries = 0;
	wrong = 0;
	/* 64-bit arithmetic, then the check */
	expect(LD, 4, (u64)CELL_DATA + 0x7fffffff, -0x7fffffff, FN_FAULT_NONE);
	expect(LD, 4, (u64)CELL_DATA - 0x7fffffff, 0x7fffffff, FN_FAULT_NONE);
	expect(LD, 8, (u64)-4, 4, FN_FAULT_ADDRESS);
	expect(LD, 8, (u64)-4 + CELL_DATA, 4, FN_FAULT_NONE);
	expect(ST, 1, (u64)-1, FN_ADDR_LOCAL + 1, FN_FAULT_READONLY);
	ok(!wrong, "addresses are computed in 64 bits");
}

static void test_context(void)
{
	u32 off, s, how;

	tries = 0;
	wrong = 0;
	for (how = 0; how < NACCESS; how++) {
		for (s = 0; s < ARRAY_SIZE(sizes); s++) {
			for (off = 0; off < 40; off++) {
				bool queue = off == 16 && sizes[s] == 4;
				bool read = how == LD || how == LDS;
				u32 want = queue || read ? FN_FAULT_NONE :
							   FN_FAULT_READONLY;

				if (how == ATOM && off % sizes[s])
					want = FN_FAULT_ADDRESS;
				expect(how, sizes[s], FN_ADDR_LOCAL + off, 0,
				       want);
			}
		}
	}
	ok(!wrong, "only the receive queue can be written: %u accesses", tries);
}

int main(void)
{
	struct fn_msg_map m = {};

	engine = test_engine();
	array = map_create(engine, NULL, BPF_MAP_TYPE_ARRAY, 4, 24, 3);
	big = map_create(engine, NULL, BPF_MAP_TYPE_ARRAY, 4, 8, 262145);
	m.handle = array;
	fn_map_get(engine, &m);
	array_addr = m.addr;
	m.handle = big;
	fn_map_get(engine, &m);
	big_addr = m.addr;
	ok(array_addr >= FN_ADDR_MAPS && big_addr >= FN_ADDR_MAPS &&
		   array_addr != big_addr,
	   "maps have addresses");

	window("packet", CELL_DATA, CELL_DATA + LEN, false);
	window("stack", FN_ADDR_LOCAL + FN_CTX_SIZE, FN_ADDR_STACK_TOP, true);
	window("map", array_addr, array_addr + 72, false);
	window("map over three segments", big_addr, big_addr + 262145 * 8,
	       false);
	tries = 0;
	wrong = 0;
	expect(LD, 8, big_addr + (1 << 20) - 4, 0, FN_FAULT_NONE);
	expect(ST, 6, big_addr + (2 << 20) - 1, 0, FN_FAULT_NONE);
	ok(!wrong, "accesses across a segment's border");
	everywhere();
	test_wrap();
	test_context();
	map_free(engine, array);
	map_free(engine, big);
	fn_engine_free(engine);
	return done_testing();
}
