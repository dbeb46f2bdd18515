// SPDX-License-Identifier: GPL-2.0
/*
 * Collecting reasons.
 */
#include "object.h"
#include "userspace/tool.h"

static bool is_known(const struct fn_reasons *rs, u32 insn, const char *text)
{
	u32 i;

	for (i = 0; i < rs->n; i++)
		if (rs->r[i].insn == insn && !strcmp(rs->r[i].text, text))
			return true;
	return false;
}

/**
 * fn_reason - note a reason, once
 * @rs: reasons
 * @insn: instruction it is about, or FN_ORIGIN_NONE
 * @fmt: the sentence
 */
void fn_reason(struct fn_reasons *rs, u32 insn, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int n;

	if (rs->n == FN_REASONS_MAX) {
		rs->more++;
		return;
	}
	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	text = fn_check_alloc(malloc(n + 1));
	va_start(ap, fmt);
	vsnprintf(text, n + 1, fmt, ap);
	va_end(ap);
	if (is_known(rs, insn, text)) {
		free(text);
		return;
	}
	rs->r = fn_check_alloc(realloc(rs->r, (rs->n + 1) * sizeof(*rs->r)));
	rs->r[rs->n++] = (struct fn_reason){ insn, text };
}

/**
 * fn_reason_at - is there a reason for an instruction?
 * @rs: reasons
 * @insn: instruction
 *
 * Return: whether there is.
 */
bool fn_reason_at(const struct fn_reasons *rs, u32 insn)
{
	u32 i;

	for (i = 0; i < rs->n; i++)
		if (rs->r[i].insn == insn)
			return true;
	return false;
}

static int by_insn(const void *a, const void *b)
{
	const struct fn_reason *x = a, *y = b;

	if (x->insn != y->insn)
		return x->insn < y->insn ? -1 : 1;
	return strcmp(x->text, y->text);
}

/**
 * fn_reasons_sort - in the order of the program, those about all of it last
 * @rs: reasons
 */
void fn_reasons_sort(struct fn_reasons *rs)
{
	if (rs->n)
		qsort(rs->r, rs->n, sizeof(*rs->r), by_insn);
}

/**
 * fn_reasons_free - forget all reasons
 * @rs: reasons
 */
void fn_reasons_free(struct fn_reasons *rs)
{
	u32 i;

	for (i = 0; i < rs->n; i++)
		free(rs->r[i].text);
	free(rs->r);
	*rs = (struct fn_reasons){};
}
