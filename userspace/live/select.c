// SPDX-License-Identifier: GPL-2.0
/*
 * Which things a command is about: pairs of a word and a value.
 */
#include <string.h>

#include "live.h"
#include "userspace/tool.h"

struct key {
	const char *word;
	u32 by;
	size_t at; /* in struct fn_select */
	bool text;
	int attr; /* that must be equal */
};

#define AT(field) offsetof(struct fn_select, field)

/* A worker is numbered as a port is: no command has both. */
static const struct key keys[] = {
	{ "card", FN_BY_CARD, AT(card), false, FLOWNIC_A_CARD },
	{ "port", FN_BY_PORT, AT(port), false, FLOWNIC_A_PORT },
	{ "worker", FN_BY_WORKER, AT(port), false, FLOWNIC_A_WORKER },
	{ "dev", FN_BY_DEV, AT(dev), true, FLOWNIC_A_IFNAME },
	{ "id", FN_BY_ID, AT(id), false, FLOWNIC_A_BPF_ID },
	{ "handle", FN_BY_HANDLE, AT(handle), false, FLOWNIC_A_HANDLE },
	{ "name", FN_BY_NAME, AT(name), true, FLOWNIC_A_NAME },
	{ "tag", FN_BY_TAG, AT(tag), true, FLOWNIC_A_TAG },
};

static void list_keys(char *buf, size_t size, u32 allowed)
{
	size_t i, len = 0;

	buf[0] = '\0';
	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].by & allowed && len < size)
			len += snprintf(buf + len, size - len, "%s%s",
					len ? ", " : "", keys[i].word);
}

static const struct key *find_key(const char *word, u32 allowed)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].by & allowed && fn_arg_matches(word, keys[i].word))
			return &keys[i];
	return NULL;
}

static int parse_key(struct fn_args *args, const char *word, u32 allowed,
		     struct fn_select *s)
{
	const struct key *k = find_key(word, allowed);
	const char *value;
	char known[128];

	if (!k) {
		list_keys(known, sizeof(known), allowed);
		return fn_usage("\"%s\" is not expected here; known: %s", word,
				known[0] ? known : "nothing more");
	}
	if (s->has & k->by)
		return fn_usage("%s is given twice", k->word);
	value = fn_args_next(args);
	if (!value)
		return fn_usage("%s: its value is missing", k->word);
	s->has |= k->by;
	if (!k->text)
		return fn_number(k->word, value, (void *)s + k->at);
	*(const char **)((void *)s + k->at) = value;
	return FN_DONE;
}

/**
 * fn_select_parse - read the rest of the command line as a selection
 * @args: words of the command line
 * @allowed: FN_BY_* that make sense
 * @s: answer
 *
 * Return: exit status; an error has been reported.
 */
int fn_select_parse(struct fn_args *args, u32 allowed, struct fn_select *s)
{
	const char *word;

	memset(s, 0, sizeof(*s));
	while ((word = fn_args_next(args)))
		if (parse_key(args, word, allowed, s))
			return FN_USAGE;
	return FN_DONE;
}

static bool match_text(const struct key *k, const char *text,
		       const struct fn_info *info)
{
	const char *cable = info->str[FLOWNIC_A_CABLE_IFNAME];

	if (info->str[k->attr] && !strcmp(info->str[k->attr], text))
		return true;
	return k->by == FN_BY_DEV && cable && !strcmp(cable, text);
}

static bool match_key(const struct key *k, const struct fn_select *s,
		      const struct fn_info *info)
{
	const void *value = (const void *)s + k->at;

	if (!(s->has & k->by))
		return true;
	if (k->text)
		return match_text(k, *(const char *const *)value, info);
	return fn_info_has(info, k->attr) &&
	       info->num[k->attr] == *(const u32 *)value;
}

/**
 * fn_select_match - is a thing meant?
 * @s: what is meant
 * @info: the thing
 *
 * Return: whether it is.
 */
bool fn_select_match(const struct fn_select *s, const struct fn_info *info)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (!match_key(&keys[i], s, info))
			return false;
	return true;
}

/*
 * A name of a netdev is one in the namespace that the tool runs in. Elsewhere
 * others may have the same, or one that is not known here.
 */
static bool is_here(const struct fn_select *s, const struct fn_info *info)
{
	const char *cable = info->str[FLOWNIC_A_CABLE_IFNAME];
	bool far = cable && !strcmp(cable, s->dev);

	return !fn_info_has(info,
			    far ? FLOWNIC_A_CABLE_NETNS : FLOWNIC_A_NETNS);
}

static bool any_here(const struct fn_select *s, const struct fn_info *infos)
{
	for (; infos && s->has & FN_BY_DEV; infos = infos->next)
		if (fn_select_match(s, infos) && is_here(s, infos))
			return true;
	return false;
}

/**
 * fn_select_filter - keep of a list what is meant
 * @s: what is meant
 * @infos: the list; the rest of it is freed
 *
 * A netdev of this namespace is meant before those of the same name elsewhere.
 *
 * Return: the list's new head.
 */
struct fn_info *fn_select_filter(const struct fn_select *s,
				 struct fn_info *infos)
{
	struct fn_info **p = &infos, *out;
	bool here = any_here(s, infos);

	while (*p) {
		if (fn_select_match(s, *p) && (!here || is_here(s, *p))) {
			p = &(*p)->next;
			continue;
		}
		out = *p;
		*p = out->next;
		out->next = NULL;
		fn_info_free(out);
	}
	return infos;
}

/**
 * fn_select_none - report that nothing is what was meant
 * @s: what was meant
 * @what: kind of thing
 *
 * Return: FN_FAILED.
 */
int fn_select_none(const struct fn_select *s, const char *what)
{
	char buf[256] = "";
	size_t i, len = 0;

	for (i = 0; i < ARRAY_SIZE(keys) && len < sizeof(buf); i++) {
		const void *value = (const void *)s + keys[i].at;

		if (!(s->has & keys[i].by))
			continue;
		len += snprintf(buf + len, sizeof(buf) - len, " %s ",
				keys[i].word);
		if (len >= sizeof(buf))
			break;
		if (keys[i].text)
			len += snprintf(buf + len, sizeof(buf) - len, "%s",
					*(const char *const *)value);
		else
			len += snprintf(buf + len, sizeof(buf) - len, "%u",
					*(const u32 *)value);
	}
	return fn_fail("there is no %s%s%s", what, buf[0] ? " with" : "", buf);
}
