// SPDX-License-Identifier: GPL-2.0
/*
 * BPF helpers that read numbers: strtol and strtoul, which take and refuse what
 * the kernel's do.
 */
#include "exec.h"
#include "helper.h"

#define BASE_MASK 0x1full
#define DIGITS_MAX \
	63 /* characters that are looked at, from the first digit on */
#define OVERFLOWED (1u << 31)

/* The kernel's isspace() is that of Latin-1. */
static bool is_space(u8 c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0;
}

static u8 lower(u8 c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static u32 digit(u8 c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* Characters of a prefix that tells the base, which is set if it was 0. */
static u32 prefix(const u8 *s, u32 *base)
{
	bool hex = s[0] == '0' && lower(s[1]) == 'x';

	if (!*base && s[0] == '0')
		*base = hex && digit(s[2]) < 16 ? 16 : 8;
	else if (!*base)
		*base = 10;
	return *base == 16 && hex ? 2 : 0;
}

/* Digits that there are, with OVERFLOWED if 64 bits do not hold them. */
static u32 parse(const u8 *s, u32 base, u64 *value)
{
	u32 n = 0, over = 0;
	u64 v = 0;

	for (; digit(s[n]) < base; n++) {
		u32 d = digit(s[n]);

		if (v > (~0ull - d) / base)
			over = OVERFLOWED;
		v = v * base + d;
	}
	*value = v;
	return n | over;
}

/*
 * Characters up to the number's end, or a negative errno. What the text is may
 * change while it is read; each character is looked at once.
 */
static s64 number(const u8 *text, u32 size, u64 flags, u64 *value,
		  bool *negative)
{
	u8 s[DIGITS_MAX + 1] = {};
	u32 base = flags & BASE_MASK;
	u32 at = 0, skip, n;
	u8 c = 0;

	if (!size || flags & ~BASE_MASK ||
	    (base && base != 8 && base != 10 && base != 16))
		return -EINVAL;
	while (at < size && is_space(c = READ_ONCE(text[at])))
		at++;
	*negative = at < size && c == '-';
	at += *negative;
	if (at == size)
		return -EINVAL;
	memcpy(s, text + at, min_t(u32, size - at, DIGITS_MAX));
	skip = prefix(s, &base);
	n = parse(s + skip, base, value);
	if (n & OVERFLOWED)
		return -ERANGE;
	if (!n)
		return -EINVAL;
	return at + skip + n;
}

/* The number that r1 to r3 tell of, and where it is to go: 0 if there is none. */
static s64 number_arg(struct fn_exec *x, u64 *value, bool *negative, u64 **to)
{
	u32 size = x->r[2];
	const u8 *text;

	*to = NULL;
	if (!fn_helper_spend(x, size / 16))
		return 0;
	text = fn_mem_slow(x, x->r[1], size, FN_ARG);
	if (text)
		*to = (u64 *)fn_mem_slow(x, x->r[4], sizeof(**to), FN_STORE);
	if (!*to)
		return 0;
	put_unaligned(0, *to);
	return number(text, size, x->r[3], value, negative);
}

u64 fn_helper_strtol(struct fn_exec *x)
{
	bool negative;
	u64 value, *to;
	s64 ret = number_arg(x, &value, &negative, &to);

	if (ret <= 0)
		return ret;
	if (negative)
		value = -value;
	if (negative ? (s64)value > 0 : (s64)value < 0)
		return (s64)-ERANGE;
	put_unaligned(value, to);
	return ret;
}

u64 fn_helper_strtoul(struct fn_exec *x)
{
	bool negative;
	u64 value, *to;
	s64 ret = number_arg(x, &value, &negative, &to);

	if (ret <= 0)
		return ret;
	if (negative)
		return (s64)-EINVAL;
	put_unaligned(value, to);
	return ret;
}
