// SPDX-License-Identifier: GPL-2.0
/*
 * Names of what can be left out, as users write them: passes of the translator
 * and lowerings.
 */
#include <string.h>

#include "offload/translator/translator.h"
#include "lowerings.h"
#include "tool.h"

static const char *const lowerings[] = {
#define X(name) #name,
	FN_LOWERINGS(X)
#undef X
};

static bool is_lowering(const char *name, size_t len)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(lowerings); i++)
		if (strlen(lowerings[i]) == len &&
		    !memcmp(lowerings[i], name, len))
			return true;
	return false;
}

static void list_passes(char *buf, size_t size)
{
	const char *name;
	size_t len = 0;
	u32 i;

	for (i = 0; (name = fn_translate_optional_name(i)) && len < size; i++)
		len += snprintf(buf + len, size - len, "%s%s", i ? ", " : "",
				name);
	for (i = 0; i < ARRAY_SIZE(lowerings) && len < size; i++)
		len += snprintf(buf + len, size - len, ", %s", lowerings[i]);
}

/**
 * fn_passes_check - can all these passes and lowerings be left out?
 * @list: their names, with commas
 * @error: gets a sentence if one can't
 * @size: of @error
 *
 * Return: whether they can.
 */
bool fn_passes_check(const char *list, char *error, size_t size)
{
	char known[640];
	const char *s;
	size_t len;

	for (s = list; *s; s += len + (s[len] == ',')) {
		len = strcspn(s, ",");
		if (fn_translate_optional(s, len) || is_lowering(s, len))
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
