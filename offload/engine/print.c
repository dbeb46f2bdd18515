// SPDX-License-Identifier: GPL-2.0
/*
 * The format language of bpf_trace_printk, as the kernel's helper has it: up to
 * three of %d %i %u %x %X with l or ll, %c, %s, %p, %px, %pK, %pI4, %pi4, %pI6
 * and %pi6, with the flags 0 + - and blank and a width.
 *
 * Pointers are device addresses. What one points to is read if the card can,
 * and is empty otherwise.
 */
#include "exec.h"

#define MAX_ARGS 3
#define MAX_WIDTH 4096

struct spec {
	bool left;
	bool plus;
	bool blank;
	bool zero;
	u32 width;
};

struct printer {
	struct fn_exec *x;
	const char *fmt; /* next */
	const char *end;
	char *buf;
	u32 room; /* for characters, without the NUL */
	u32 len; /* of all, also those that had no room */
};

/* Memory behind @fmt may change while it is read: look once, keep inside. */
static char peek(const struct printer *p)
{
	return p->fmt < p->end ? READ_ONCE(*p->fmt) : 0;
}

static void put(struct printer *p, char c)
{
	if (p->len < p->room)
		p->buf[p->len] = c;
	p->len++;
}

static void pad(struct printer *p, char c, u32 n)
{
	while (n--)
		put(p, c);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_text(u8 c)
{
	return is_space(c) || (c >= ' ' && c != 0x7f);
}

/* What may follow %s and %p: the end, a blank, or punctuation. */
static bool is_end(char c)
{
	return !c || is_space(c) || ((u8)c < 0x7f && !is_alnum(c) && c > ' ');
}

static struct spec parse_spec(struct printer *p)
{
	struct spec s = {};

	for (;; p->fmt++) {
		char c = peek(p);

		if (c == '0')
			s.zero = true;
		else if (c == '+')
			s.plus = true;
		else if (c == '-')
			s.left = true;
		else if (c == ' ')
			s.blank = true;
		else
			break;
	}
	for (; is_digit(peek(p)); p->fmt++)
		s.width = min_t(u32, s.width * 10 + (peek(p) - '0'), MAX_WIDTH);
	return s;
}

/* @sign: 0 or the character before the digits */
static void put_number(struct printer *p, struct spec s, u64 v, u32 base,
		       bool upper, char sign)
{
	char digits[24];
	u32 n = 0;
	u32 len, fill;

	do {
		u32 d = v % base;

		digits[n++] = d < 10 ? '0' + d : (upper ? 'A' : 'a') + d - 10;
		v /= base;
	} while (v);
	len = n + !!sign;
	fill = s.width > len ? s.width - len : 0;
	if (!s.left && !s.zero)
		pad(p, ' ', fill);
	if (sign)
		put(p, sign);
	if (!s.left && s.zero)
		pad(p, '0', fill);
	while (n)
		put(p, digits[--n]);
	if (s.left)
		pad(p, ' ', fill);
}

static int put_integer(struct printer *p, struct spec s, u64 arg)
{
	bool wide = false;
	char sign = 0;
	u32 longs;
	s64 v;
	char c;

	for (longs = 0; longs < 2 && peek(p) == 'l'; longs++, p->fmt++)
		wide = true;
	c = peek(p);
	p->fmt++;
	switch (c) {
	case 'd':
	case 'i':
		v = wide ? (s64)arg : (s32)arg;
		if (v < 0)
			sign = '-';
		else if (s.plus || s.blank)
			sign = s.plus ? '+' : ' ';
		put_number(p, s, v < 0 ? -(u64)v : (u64)v, 10, false, sign);
		return 0;
	case 'u':
		put_number(p, s, wide ? arg : (u32)arg, 10, false, 0);
		return 0;
	case 'x':
	case 'X':
		put_number(p, s, wide ? arg : (u32)arg, 16, c == 'X', 0);
		return 0;
	}
	return -EINVAL;
}

/* Bytes at a device address, or NULL; that is no fault. */
static const u8 *bytes_at(struct fn_exec *x, u64 addr, u32 size)
{
	const u8 *p = fn_mem_slow(x, addr, size, FN_ARG);

	x->fault = FN_FAULT_NONE;
	x->addr = 0;
	return p;
}

static int put_string(struct printer *p, struct spec s, u64 addr)
{
	u32 limit = FN_EVENT_TEXT;
	u32 n = 0;
	u32 fill, i;
	const u8 *c;

	p->fmt++;
	if (!is_end(peek(p)))
		return -EINVAL;
	while (n < limit && (c = bytes_at(p->x, addr + n, 1)) && READ_ONCE(*c))
		n++;
	/* A string that does not end cannot be read. */
	if (n < limit && !c)
		n = 0;
	fill = s.width > n ? s.width - n : 0;
	if (!s.left)
		pad(p, ' ', fill);
	for (i = 0; i < n; i++)
		put(p, *bytes_at(p->x, addr + i, 1));
	if (s.left)
		pad(p, ' ', fill);
	return 0;
}

static int put_char(struct printer *p, struct spec s, u64 arg)
{
	p->fmt++;
	if (!s.left && s.width)
		pad(p, ' ', s.width - 1);
	put(p, arg);
	if (s.left && s.width)
		pad(p, ' ', s.width - 1);
	return 0;
}

static void put_ipv4(struct printer *p, const u8 *a, bool zeros)
{
	struct spec s = { .zero = true, .width = zeros ? 3 : 0 };
	u32 i;

	for (i = 0; i < 4; i++) {
		if (i)
			put(p, '.');
		put_number(p, s, a[i], 10, false, 0);
	}
}

static void put_ipv6(struct printer *p, const u8 *a, bool colons)
{
	struct spec s = { .zero = true, .width = 4 };
	u32 i;

	for (i = 0; i < 16; i += 2) {
		if (i && colons)
			put(p, ':');
		put_number(p, s, a[i] << 8 | a[i + 1], 16, false, 0);
	}
}

/* %pI4, %pi4, %pI6, %pi6: the argument is the address of the address. */
static int put_ip(struct printer *p, bool upper, u64 addr)
{
	static const u8 none[16];
	const u8 *a;
	char family;
	u32 size;

	p->fmt++;
	family = peek(p);
	size = family == '4' ? 4 : 16;
	if (family != '4' && family != '6')
		return -EINVAL;
	a = bytes_at(p->x, addr, size);
	if (!a)
		a = none;
	if (size == 4)
		put_ipv4(p, a, !upper);
	else
		put_ipv6(p, a, upper);
	while (is_alnum(peek(p)))
		p->fmt++;
	return 0;
}

static int put_pointer(struct printer *p, struct spec s, u64 arg)
{
	char c;

	p->fmt++;
	c = peek(p);
	if (c == 'I' || c == 'i')
		return put_ip(p, c == 'I', arg);
	if (c == 'x' || c == 'K')
		p->fmt++;
	else if (!is_end(c))
		return -EINVAL;
	if (!s.width)
		s.width = 16;
	s.zero = true;
	put_number(p, s, arg, 16, false, 0);
	return 0;
}

static int conversion(struct printer *p, u64 arg)
{
	struct spec s = parse_spec(p);

	switch (peek(p)) {
	case 'p':
		return put_pointer(p, s, arg);
	case 's':
		return put_string(p, s, arg);
	case 'c':
		return put_char(p, s, arg);
	}
	return put_integer(p, s, arg);
}

static int print(struct printer *p, const u64 *args)
{
	u32 nargs = 0;
	char c;
	int ret;

	while ((c = peek(p))) {
		if (!is_text(c))
			return -EINVAL;
		p->fmt++;
		if (c != '%') {
			put(p, c);
			continue;
		}
		if (peek(p) == '%') {
			p->fmt++;
			put(p, '%');
			continue;
		}
		if (nargs == MAX_ARGS)
			return -EINVAL;
		ret = conversion(p, args[nargs++]);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * fn_print - format a line
 * @x: thread, whose memory pointers lead to
 * @buf: gets the line, cut to what it has room for, and a NUL
 * @room: bytes of @buf
 * @fmt: format
 * @size: bytes of it; it ends there or at a NUL
 * @args: three arguments
 *
 * Return: characters of the whole line, or -EINVAL for a format that the
 * kernel's helper would refuse.
 */
s64 fn_print(struct fn_exec *x, char *buf, u32 room, const char *fmt, u32 size,
	     const u64 *args)
{
	struct printer p = {
		.x = x,
		.fmt = fmt,
		.end = fmt + size,
		.buf = buf,
		.room = room - 1,
	};
	int ret = print(&p, args);

	if (ret)
		return ret;
	buf[min(p.len, p.room)] = 0;
	return p.len;
}
