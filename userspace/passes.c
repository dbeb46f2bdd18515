// SPDX-License-Identifier: GPL-2.0
/*
 * Names of the translator's passes, as users write them.
 */
#include <string.h>

#include "offload/translator/translator.h"
#include "tool.h"

static void list_passes(char *buf, size_t size)
{
	const char *name;
	size_t len = 0;
	u32 i;

	for (i = 0; (name = fn_translate_optional_name(i)) && len < size; i++)
		len += snprintf(buf + len, size - len, "%s%s", i ? ", " : "",
				name);
}

/**
 * fn_passes_check - can all these passes be left out?
 * @list: their names, with commas
 * @error: gets a sentence if one can't
 * @size: of @error
 *
 * Return: whether they can.
 */
bool fn_passes_check(const char *list, char *error, size_t size)
{
	char known[512];
	const char *s;
	size_t len;

	for (s = list; *s; s += len + (s[len] == ',')) {
		len = strcspn(s, ",");
		if (fn_translate_optional(s, len))
			continue;
		list_passes(known, sizeof(known));
		snprintf(
			error, size,
			"\"%.*s\" is no pass that can be left out; these can: %s",
			(int)len, s, known);
		return false;
	}
	return true;
}
