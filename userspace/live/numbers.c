// SPDX-License-Identifier: GPL-2.0
/*
 * Words of the command line that each have a number after them, in any order.
 */
#include "live.h"
#include "userspace/tool.h"

#define KNOWN_LEN 64

static int unknown(const struct fn_number_word *known, u32 n, const char *word)
{
	char list[KNOWN_LEN] = "";
	size_t len = 0;
	u32 i;

	for (i = 0; i < n && len < sizeof(list); i++)
		len += snprintf(list + len, sizeof(list) - len, "%s%s",
				i ? ", " : "", known[i].word);
	return fn_usage("\"%s\" is not expected here; known: %s", word, list);
}

static bool has(const struct fn_numbers *got, u32 attr)
{
	u32 i;

	for (i = 0; i < got->n; i++)
		if (got->attr[i] == attr)
			return true;
	return false;
}

/**
 * fn_numbers_parse - take words with numbers until there are none
 * @args: words of the command line
 * @known: what is expected, each once at most
 * @n: how many these are, up to FN_NUMBERS
 * @got: to fill in, as attributes of a request
 *
 * Return: exit status; an error has been reported.
 */
int fn_numbers_parse(struct fn_args *args, const struct fn_number_word *known,
		     u32 n, struct fn_numbers *got)
{
	const char *word;
	u32 i;

	got->n = 0;
	while ((word = fn_args_next(args))) {
		for (i = 0; i < n; i++)
			if (fn_arg_matches(word, known[i].word))
				break;
		if (i == n)
			return unknown(known, n, word);
		if (has(got, known[i].attr))
			return fn_usage("%s is given twice", known[i].word);
		if (fn_number(known[i].word, fn_args_next(args),
			      &got->value[got->n]))
			return FN_USAGE;
		got->attr[got->n++] = known[i].attr;
	}
	return FN_DONE;
}
