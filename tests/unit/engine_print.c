// SPDX-License-Identifier: GPL-2.0
/*
 * The format language of trace_printk: what the kernel's helper prints and
 * refuses.
 */
#include "card_code.h"

static struct fn_engine *engine;
static struct fn_event last;
static u32 events;

static void on_event(void *ctx, const struct fn_event *ev)
{
	last = *ev;
	events++;
}

/*
 * The format is in the packet from byte 0, a string at byte 200, bytes of an
 * address at 230.
 */
#define STRING (FN_ADDR_PACKET + FN_PKT_HEADROOM + 200)
#define ADDRESS (FN_ADDR_PACKET + FN_PKT_HEADROOM + 230)

static s64 print_sized(const char *fmt, u32 size, u64 a, u64 b, u64 c3)
{
	u8 frame[256] = {};
	struct fn_run run = {
		.frame = frame,
		.len = sizeof(frame),
		.room = sizeof(frame),
		.event = on_event,
	};
	struct code c = {};
	u32 i;

	memcpy(frame, fmt, size);
	memcpy(frame + 200, "string", 7);
	for (i = 0; i < 16; i++)
		frame[230 + i] = i * 16 + i;
	events = 0;
	memset(&last, 0, sizeof(last));
	emit_ld(&c, 4, 1, 1, 0);
	emit_const(&c, 2, size);
	emit_const(&c, 3, a);
	emit_const(&c, 4, b);
	emit_const(&c, 5, c3);
	emit_helper(&c, FN_HELPER_trace_printk);
	emit_exit(&c, 0);
	if (!code_run(engine, &c, &run))
		return -1000;
	return run.result;
}

static s64 print(const char *fmt, u64 a, u64 b, u64 c)
{
	return print_sized(fmt, strlen(fmt) + 1, a, b, c);
}

static void prints(const char *fmt, u64 a, u64 b, u64 c, const char *want)
{
	s64 len = print(fmt, a, b, c);

	is_str(last.text, want, fmt);
	if (len != (s64)strlen(want) || last.len != strlen(want))
		is_u64(len, strlen(want), "  its length");
}

static void refuses(const char *fmt)
{
	s64 ret = print(fmt, STRING, STRING, STRING);

	if (!ok(ret == -EINVAL && !events, "refuses '%s'", fmt))
		diag("returned %lld, %u events", (long long)ret, events);
}

static void test_numbers(void)
{
	u64 minus = (u64)-5;

	prints("plain", 0, 0, 0, "plain");
	is_u64(print("\n", 0, 0, 0), 1, "an end of line is text");
	prints("", 0, 0, 0, "");
	prints("100%%", 0, 0, 0, "100%");
	prints("%d %i %u", minus, 7, minus, "-5 7 4294967291");
	prints("%x %X", 0xabcdef, 0xabcdef, 0, "abcdef ABCDEF");
	prints("%d", 0x1ffffffff, 0, 0, "-1");
	prints("%ld %lld %lu", minus, minus, minus,
	       "-5 -5 18446744073709551611");
	prints("%lx %llX", 0x123456789abcdef, 0xfedcba9876543210, 0,
	       "123456789abcdef FEDCBA9876543210");
	prints("%lld", 1ull << 63, 0, 0, "-9223372036854775808");
	prints("%5d|%-5d|%05d", 42, 42, 42, "   42|42   |00042");
	prints("%+d % d %+d", 1, 2, minus, "+1  2 -5");
	prints("%06d|%-06d|%6d", minus, minus, minus, "-00005|-5    |    -5");
	prints("%08lx", 0xbeef, 0, 0, "0000beef");
	prints("%c%c%3c", 'a', 'b', 'c', "ab  c");
	prints("%u%%%u", 1, 2, 0, "1%2");
}

static void test_pointers(void)
{
	prints("%s", STRING, 0, 0, "string");
	prints("[%10s] [%-10s]", STRING, STRING, 0,
	       "[    string] [string    ]");
	prints("<%s>", 0, 0, 0, "<>");
	prints("<%s>", 0xdeadbeef, 0, 0, "<>");
	prints("%p", 0x20000100, 0, 0, "0000000020000100");
	prints("%px,%pK", 0x20000100, 1, 0,
	       "0000000020000100,0000000000000001");
	prints("%pI4", ADDRESS, 0, 0, "0.17.34.51");
	prints("%pi4", ADDRESS, 0, 0, "000.017.034.051");
	prints("%pI6", ADDRESS, 0, 0,
	       "0011:2233:4455:6677:8899:aabb:ccdd:eeff");
	prints("%pi6", ADDRESS, 0, 0, "00112233445566778899aabbccddeeff");
	prints("%pI4 from nowhere", 0, 0, 0, "0.0.0.0 from nowhere");
}

static void test_refused(void)
{
	refuses("%d %d %d %d");
	refuses("%");
	refuses("%5");
	refuses("%l");
	refuses("%lll");
	refuses("%hd");
	refuses("%o");
	refuses("%f");
	refuses("%n");
	refuses("%*d");
	refuses("%.3d");
	refuses("%#x");
	refuses("%sa");
	refuses("%pa");
	refuses("%pI5");
	refuses("%pI");
	refuses("bell \a");
	refuses("\x7f");
}

static void test_bounds(void)
{
	char fmt[300];
	s64 len;

	is_u64(-print_sized("abc", 3, 0, 0, 0), EINVAL,
	       "a format that does not end");
	is_u64(-print_sized("abc", 0, 0, 0, 0), EINVAL, "none at all");
	len = print_sized("abc\0def", 8, 0, 0, 0);
	is_u64(len, 3, "ends at its NUL");
	len = print("%300d", 1, 0, 0);
	is_u64(len, 300, "a long line has its length");
	is_u64(last.len, FN_EVENT_TEXT - 1, "  but is cut");
	is_u64(strlen(last.text), FN_EVENT_TEXT - 1, "  and ends");
	memset(fmt, 'x', sizeof(fmt));
	fmt[180] = 0;
	is_u64(print(fmt, 0, 0, 0), 180, "a long format");
	is_u64(events, 1, "one event a line");
	is_u64(last.type, FN_EVENT_PRINT, "of its type");
}

/* A format outside of memory ends the packet. */
static void test_fault(void)
{
	u8 frame[64] = {};
	struct fn_run run = { .frame = frame, .len = 64, .room = 64 };
	struct code c = {};

	emit_ld(&c, 4, 1, 1, 0);
	emit_const(&c, 2, 65);
	emit_helper(&c, FN_HELPER_trace_printk);
	emit_verdict(&c, XDP_PASS);
	code_run(engine, &c, &run);
	is_str(fn_fault_name[run.fault], "address", "format out of bounds");
}

int main(void)
{
	engine = test_engine();
	test_numbers();
	test_pointers();
	test_refused();
	test_bounds();
	test_fault();
	fn_engine_free(engine);
	return done_testing();
}
