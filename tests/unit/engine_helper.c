// SPDX-License-Identifier: GPL-2.0
/*
 * Helpers: moving a packet's ends at every limit, checksums, clocks.
 */
#include "card_code.h"

static struct fn_engine *engine;
static u8 frame[16000];

/* adjust by @offset, after growing the metadata by @meta; r0 is the result */
static void adjust(struct fn_run *run, u32 len, u32 number, s32 offset,
		   u32 meta)
{
	struct code c = {};
	u32 i;

	for (i = 0; i < len; i++)
		frame[i] = i * 3 + 1;
	*run = (struct fn_run){
		.frame = frame,
		.len = len,
		.room = sizeof(frame),
	};
	emit(&c, FN_OP_MOV, 0, 6, 0, 1, 0);
	if (meta) {
		emit_const(&c, 2, -(u64)meta);
		emit_helper(&c, FN_HELPER_xdp_adjust_meta);
		emit_ld(&c, 4, 3, 6, 8);
		emit(&c, FN_OP_STI, SIZE(4), 0, 3, 0, FN_IMM16(0, 0x1234));
	}
	emit_const(&c, 2, offset);
	emit_helper(&c, number);
	emit_exit(&c, 0);
	if (!code_run(engine, &c, run))
		run->result = 12345;
}

static void adjusts(u32 len, u32 number, s32 offset, u32 meta, u32 want_len,
		    const char *name)
{
	struct fn_run run;

	adjust(&run, len, number, offset, meta);
	is_u64(run.result, 0, name);
	is_u64(run.len, want_len, "  length");
}

static void refuses(u32 len, u32 number, s32 offset, u32 meta, int err,
		    const char *name)
{
	struct fn_run run;

	adjust(&run, len, number, offset, meta);
	is_u64(run.result, (s64)-err, name);
	is_u64(run.len, len, "  leaves the packet alone");
}

#define HEAD FN_HELPER_xdp_adjust_head
#define META FN_HELPER_xdp_adjust_meta
#define TAIL FN_HELPER_xdp_adjust_tail

static void test_head(void)
{
	struct fn_run run;
	u32 i;

	adjusts(100, HEAD, 0, 0, 100, "head by 0");
	adjusts(100, HEAD, 86, 0, 14, "head down to 14 bytes");
	refuses(100, HEAD, 87, 0, EINVAL, "head to 13 bytes");
	adjusts(100, HEAD, -216, 0, 316, "head up to the reserve");
	refuses(100, HEAD, -217, 0, EINVAL, "head into the reserve");
	adjusts(100, HEAD, -212, 4, 312, "head up, metadata moves along");
	refuses(100, HEAD, -213, 4, EINVAL, "no room for the metadata");
	refuses(100, HEAD, 0x7fffffff, 0, EINVAL, "head by INT_MAX");
	refuses(100, HEAD, -0x80000000ll, 0, EINVAL, "head by INT_MIN");
	adjust(&run, 100, HEAD, 20, 8);
	is_u64(run.meta_len, 8, "metadata keeps its length");
	is_u64(run.meta[0] | run.meta[1] << 8, 0x1234, "and its contents");
	adjust(&run, 100, HEAD, 10, 0);
	for (i = 0; i < run.len && frame[i] == (u8)((i + 10) * 3 + 1); i++)
		;
	is_u64(i, 90, "the frame begins later");
}

static void test_tail(void)
{
	struct fn_run run;
	u32 i;

	adjusts(100, TAIL, -86, 0, 14, "tail down to 14 bytes");
	refuses(100, TAIL, -87, 0, EINVAL, "tail to 13 bytes");
	adjusts(100, TAIL, 4096 - 320 - 256 - 100, 0, 4096 - 320 - 256,
		"tail up to the reserve");
	refuses(100, TAIL, 4096 - 320 - 256 - 99, 0, EINVAL,
		"tail into the reserve");
	adjusts(3520, TAIL, 0, 0, 3520, "the longest frame of a small cell");
	adjusts(9000, TAIL, 16384 - 320 - 256 - 9000, 0, 16384 - 320 - 256,
		"tail in a large cell");
	refuses(9000, TAIL, 16384 - 320 - 256 - 8999, 0, EINVAL,
		"into its reserve");
	refuses(100, TAIL, 0x7fffffff, 0, EINVAL, "tail by INT_MAX");
	refuses(100, TAIL, -0x80000000ll, 0, EINVAL, "tail by INT_MIN");
	/* Shrink, then grow: what was there must not come back. */
	adjust(&run, 2000, TAIL, -500, 0);
	adjust(&run, 100, TAIL, 1900, 0);
	for (i = 100; i < 2000 && !frame[i]; i++)
		;
	is_u64(i, 2000, "what is new is zero");
}

static void test_meta(void)
{
	struct fn_run run;

	adjust(&run, 100, META, -32, 0);
	is_u64(run.result, 0, "32 bytes of metadata");
	is_u64(run.meta_len, 32, "  length");
	adjust(&run, 100, META, -216, 0);
	is_u64(run.result, 0, "216 bytes");
	is_u64(run.meta_len, 216, "  length");
	refuses(100, META, -220, 0, EINVAL, "220 bytes reach the reserve");
	refuses(100, META, -3, 0, EACCES, "3 bytes");
	refuses(100, META, 4, 0, EINVAL, "metadata into the packet");
	refuses(100, META, -300, 0, EINVAL, "metadata into the reserve");
	adjust(&run, 100, META, 8, 8);
	is_u64(run.meta_len, 0, "and away again");
	adjust(&run, 100, META, 12, 8);
	is_u64(run.result, (s64)-EINVAL, "by more than there is");
}

static void test_window(void)
{
	struct fn_run run = { .frame = frame, .len = 100, .room = 16000 };
	struct code c = {};

	/* After the head moved up by 8, the old pointer - 8 is the packet. */
	emit(&c, FN_OP_MOV, 0, 6, 0, 1, 0);
	emit_ld(&c, 4, 7, 6, 0);
	emit_const(&c, 2, -8);
	emit_helper(&c, HEAD);
	emit_const(&c, 4, 0x1111111111111111);
	emit_st(&c, 8, 7, -8, 4);
	emit_ld(&c, 4, 8, 6, 0);
	emit(&c, FN_OP_SUB, 0, 7, 7, 8, 0);
	emit_const(&c, 2, -50);
	emit_helper(&c, TAIL);
	emit_ld(&c, 1, 3, 8, 58);
	emit_exit(&c, 7);
	code_run(engine, &c, &run);
	is_str(fn_fault_name[run.fault], "address",
	       "what was cut off is out of reach");
	is_u64(run.pc, c.n - 2, "  and not before");
	c.n -= 2;
	emit_exit(&c, 7);
	run.len = 100;
	code_run(engine, &c, &run);
	is_u64(run.result, 8, "data in the context moves");
	is_u64(run.len, 58, "length");
	is_u64(frame[0] | frame[7] << 8, 0x1111, "what was written there");
}

static void test_context_argument(void)
{
	static const u32 numbers[] = { HEAD, META, TAIL };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct fn_run run = { .frame = frame, .len = 100, .room = 100 };
		struct code c = {};

		emit_const(&c, 1, FN_ADDR_LOCAL + 4);
		emit_const(&c, 2, 0);
		emit_helper(&c, numbers[i]);
		emit_verdict(&c, XDP_PASS);
		code_run(engine, &c, &run);
		is_str(fn_fault_name[run.fault], "address", "not the context");
	}
}

/* 8 bytes at the stack's end, moved between there and the frame */
static u64 bytes(u32 number, s64 off, s64 len, struct fn_run *run)
{
	struct code c = {};
	u32 i;

	for (i = 0; i < 100; i++)
		frame[i] = i;
	*run = (struct fn_run){ .frame = frame,
				.len = 100,
				.room = sizeof(frame) };
	emit_const(&c, 6, 0x8877665544332211);
	emit_st(&c, 8, FN_REG_FP, -8, 6);
	emit_const(&c, 2, off);
	emit(&c, FN_OP_ADD, FN_X_IMM, 3, FN_REG_FP, 0, -8);
	emit_const(&c, 4, len);
	emit_helper(&c, number);
	emit(&c, FN_OP_MOV, 0, 7, 0, 0, 0);
	emit_ld(&c, 8, 0, FN_REG_FP, -8);
	emit(&c, FN_OP_SEL, COND(FN_EQ), 0, 7, 7, FN_IMM16(0, 0));
	emit_exit(&c, 0);
	code_run(engine, &c, run);
	return run->result;
}

static void test_bytes(void)
{
	struct fn_run run;

	is_u64(bytes(FN_HELPER_xdp_load_bytes, 10, 4, &run), 0x887766550d0c0b0a,
	       "xdp_load_bytes");
	is_u64(bytes(FN_HELPER_xdp_load_bytes, 92, 8, &run), 0x636261605f5e5d5c,
	       "the last ones");
	is_u64(bytes(FN_HELPER_xdp_load_bytes, 93, 8, &run), (u64)-EINVAL,
	       "past the end");
	is_u64(bytes(FN_HELPER_xdp_load_bytes, 0x10000, 1, &run), (u64)-EFAULT,
	       "further than any frame");
	bytes(FN_HELPER_xdp_load_bytes, 0, 16, &run);
	is_str(fn_fault_name[run.fault], "address", "to no memory");
	is_u64(bytes(FN_HELPER_xdp_store_bytes, 10, 3, &run),
	       0x8877665544332211, "xdp_store_bytes");
	is_u64(frame[9] << 24 | frame[10] << 16 | frame[12] << 8 | frame[13],
	       0x0911330d, "writes these");
	bytes(FN_HELPER_xdp_store_bytes, 93, 8, &run);
	is_u64(run.result, (u64)-EINVAL, "past the end");
	is_u64(frame[99], 99, "nothing");
}

static u64 csum_diff(const u8 *from, u32 from_size, const u8 *to, u32 to_size,
		     u32 seed, u32 *fault)
{
	struct fn_run run = { .frame = frame, .len = 1100, .room = 16000 };
	struct code c = {};

	memset(frame, 0, 1100);
	if (from)
		memcpy(frame, from, from_size);
	if (to)
		memcpy(frame + 512, to, to_size);
	emit_ld(&c, 4, 6, 1, 0);
	emit(&c, FN_OP_ADD, FN_X_IMM, 7, 6, 0, 512);
	emit(&c, FN_OP_MOV, 0, 1, 0, from ? 6 : RZ, 0);
	emit_const(&c, 2, from_size);
	emit(&c, FN_OP_MOV, 0, 3, 0, to ? 7 : RZ, 0);
	emit_const(&c, 4, to_size);
	emit_const(&c, 5, seed);
	emit_helper(&c, FN_HELPER_csum_diff);
	emit_exit(&c, 0);
	code_run(engine, &c, &run);
	*fault = run.fault;
	return run.result;
}

static void test_csum_diff(void)
{
	static const u8 a[8] = { 1, 0, 0, 0, 2, 0, 0, 0 };
	static const u8 big[516];
	static const u8 ff[8] = { 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0 };
	u32 fault;

	is_u64(csum_diff(NULL, 0, a, 8, 0, &fault), 3, "pushing");
	is_u64(csum_diff(NULL, 0, a, 8, 10, &fault), 13, "with a seed");
	is_u64(csum_diff(a, 8, NULL, 0, 5, &fault), 2, "pulling");
	is_u64(csum_diff(a, 4, a, 8, 0, &fault), 2, "a difference");
	is_u64(csum_diff(NULL, 0, ff, 8, 0, &fault), 1, "end-around carry");
	is_u64(csum_diff(NULL, 0, NULL, 0, 0, &fault), 0, "of nothing");
	is_u64(-csum_diff(a, 3, a, 8, 0, &fault), EINVAL, "3 bytes");
	is_u64(-csum_diff(a, 0, big, 516, 0, &fault), EINVAL, "516 bytes");
	is_u64(-csum_diff(big, 256, big, 260, 0, &fault), EINVAL,
	       "516 bytes in all");
	csum_diff(NULL, 8, a, 8, 0, &fault);
	is_str(fn_fault_name[fault], "address", "from NULL");
}

/* What Linux 6.18 answered to the same. */
static void test_csum_diff_folded(void)
{
	static const u8 a[16] = { 1, 2, 3, 4, 5, 6, 7 };
	static const u8 big[1000] = { [998] = 1 };
	struct fn_csum_diff d = { .seed = 0x12345 };
	u32 kernel = FN_KERNEL(6, 13);

	is_u64(fn_csum_diff(&d, kernel), 0x2346, "the seed alone is folded");
	d.to = a;
	d.to_size = 3;
	is_u64(fn_csum_diff(&d, kernel), 0x254a, "an odd size");
	d.from = a;
	d.from_size = 3;
	is_u64(fn_csum_diff(&d, kernel), 0x2346, "nothing changed");
	d.to_size = 0;
	is_u64(fn_csum_diff(&d, kernel), 0x2142, "bytes that go");
	d = (struct fn_csum_diff){ .from = big, .from_size = 8 };
	is_u64(fn_csum_diff(&d, kernel), 0, "zeros that go");
	d.to = big;
	d.to_size = 8;
	is_u64(fn_csum_diff(&d, kernel), 0xffff, "zeros for zeros");
	d.to_size = 1000;
	d.from_size = 0;
	is_u64(fn_csum_diff(&d, kernel), 1, "1000 bytes");
}

/* Sends @size bytes of the stack and what @flags ask for; the result. */
static s64 output(u64 flags, u64 size, u32 *fault)
{
	struct fn_run run = { .frame = frame, .len = 100, .room = 16000 };
	struct code c = {};
	u32 map =
		map_create(engine, &c, BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 2);

	emit_const(&c, 2, FN_ADDR_MAPREF);
	emit_const(&c, 3, flags);
	emit(&c, FN_OP_ADD, FN_X_IMM, 4, FN_REG_FP, 0, -64);
	emit_const(&c, 5, size);
	emit_helper(&c, FN_HELPER_perf_event_output);
	emit_exit(&c, 0);
	code_run(engine, &c, &run);
	map_free(engine, map);
	*fault = run.fault;
	return run.result;
}

/* What is sent, and where to, is tested with the event ring. */
static void test_output(void)
{
	u32 fault;

	is_u64(output(BPF_F_CURRENT_CPU, 64, &fault), 0, "64 bytes");
	is_u64(output(1, 64, &fault), 0, "to a CPU");
	is_u64(-output(2, 64, &fault), E2BIG, "to one that the map has not");
	is_u64(-output(1ull << 52, 64, &fault), EINVAL, "an unknown flag");
	is_u64(output(BPF_F_CURRENT_CPU | 100ull << 32, 64, &fault), 0,
	       "with the frame");
	is_u64(-output(BPF_F_CURRENT_CPU | 101ull << 32, 64, &fault), EFAULT,
	       "with more than there is");
	is_u64(-output(BPF_F_CURRENT_CPU, 16385, &fault), E2BIG, "too much");
	is_u64(-output(BPF_F_CURRENT_CPU, -1ull, &fault), E2BIG,
	       "far too much");
	is_u64(-output(BPF_F_CURRENT_CPU | 1ull << 32, 16384, &fault), E2BIG,
	       "too much with a byte of the frame");
	is_u64(output(BPF_F_CURRENT_CPU, 0, &fault), 0, "nothing");
	output(BPF_F_CURRENT_CPU, 65, &fault);
	is_str(fn_fault_name[fault], "address", "from beyond the stack");
}

static void test_length(void)
{
	struct fn_run run = { .frame = frame, .len = 100, .room = 16000 };
	struct code c = {};

	emit(&c, FN_OP_MOV, 0, 6, 0, 1, 0);
	emit_const(&c, 2, (u64)-8);
	emit_helper(&c, FN_HELPER_xdp_adjust_meta);
	emit(&c, FN_OP_MOV, 0, 1, 0, 6, 0);
	emit_const(&c, 2, 20);
	emit_helper(&c, FN_HELPER_xdp_adjust_head);
	emit(&c, FN_OP_MOV, 0, 1, 0, 6, 0);
	emit_helper(&c, FN_HELPER_xdp_get_buff_len);
	emit_exit(&c, 0);
	code_run(engine, &c, &run);
	is_u64(run.result, 80, "the length is that of the frame as it is now");
}

static u64 call0(u32 number)
{
	struct fn_run run = { .frame = frame, .len = 100, .room = 16000 };
	struct code c = {};
	u32 i;

	for (i = 1; i < 6; i++)
		emit_const(&c, i, i * 100);
	emit_helper(&c, number);
	/* r1 to r5 are kept: add what they lost */
	for (i = 1; i < 6; i++) {
		emit(&c, FN_OP_SUB, FN_X_IMM, i, i, 0, i * 100);
		emit(&c, FN_OP_ADD, 0, 0, 0, i, 0);
	}
	emit_exit(&c, 0);
	code_run(engine, &c, &run);
	return run.result;
}

static void test_plain(void)
{
	u64 before = fn_clock_ns();
	u64 t = call0(FN_HELPER_ktime_get_ns);
	u64 after = fn_clock_ns();
	u64 seen = 0;
	u32 i;

	ok(before <= t && t <= after, "the clock is the card's");
	before = fn_clock_boot_ns();
	t = call0(FN_HELPER_ktime_get_boot_ns);
	ok(before <= t && t <= fn_clock_boot_ns(), "and since boot");
	before = fn_clock_tai_ns();
	t = call0(FN_HELPER_ktime_get_tai_ns);
	ok(before <= t && t <= fn_clock_tai_ns(), "and that of TAI");
	before = fn_clock_coarse_ns();
	t = call0(FN_HELPER_ktime_get_coarse_ns);
	ok(before <= t && t <= fn_clock_coarse_ns(), "and the coarse one");
	is_u64(call0(FN_HELPER_get_smp_processor_id), 0, "processor");
	for (i = 0; i < 64; i++) {
		t = call0(FN_HELPER_get_prandom_u32);
		if (t >> 32)
			break;
		seen |= t;
	}
	is_u64(i, 64, "random numbers have 32 bits");
	is_u64(seen, 0xffffffff, "each of which comes up");
}

static void test_redirect(void)
{
	struct fn_run run = { .frame = frame, .len = 100, .room = 16000 };
	struct code c = {};

	emit_const(&c, 1, 0x100000007);
	emit_const(&c, 2, 0);
	emit_helper(&c, FN_HELPER_redirect);
	emit_exit(&c, 0);
	code_run(engine, &c, &run);
	is_u64(run.verdict, XDP_REDIRECT, "redirect");
	is_u64(run.redirect, 7, "  to");
	c.n = 0;
	emit_const(&c, 1, 7);
	emit_const(&c, 2, 1);
	emit_helper(&c, FN_HELPER_redirect);
	emit_exit(&c, 0);
	code_run(engine, &c, &run);
	is_u64(run.verdict, XDP_ABORTED, "unknown flags");
}

/* What helpers do counts, or a program could keep the host busy for hours. */
static void test_effort(void)
{
	struct fn_run run = {
		.frame = frame,
		.len = 100,
		.room = 16000,
		.limit = 10000,
	};
	struct code c = {};

	emit_const(&c, 6, 1000);
	emit_helper(&c, FN_HELPER_get_prandom_u32);
	emit(&c, FN_OP_ADD, FN_X_IMM, 6, 6, 0, -1);
	emit(&c, FN_OP_JCC, COND(FN_NE) | FN_X_IMM, 0, 6, 0, FN_IMM16(0, -3));
	emit_verdict(&c, XDP_PASS);
	code_run(engine, &c, &run);
	is_str(fn_fault_name[run.fault], "watchdog",
	       "1000 helpers are more than 10000 words");
	run.len = 100;
	run.limit = 0;
	code_run(engine, &c, &run);
	is_u64(run.verdict, XDP_PASS, "and less than the usual limit");
}

int main(void)
{
	engine = test_engine();
	test_head();
	test_tail();
	test_meta();
	test_window();
	test_context_argument();
	test_bytes();
	test_csum_diff();
	test_csum_diff_folded();
	test_output();
	test_length();
	test_plain();
	test_redirect();
	test_effort();
	fn_engine_free(engine);
	return done_testing();
}
