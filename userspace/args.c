// SPDX-License-Identifier: GPL-2.0
/*
 * Words of the command line.
 */
#include <string.h>

#include "tool.h"

/**
 * fn_args_next - take the next word of the command line
 * @args: words of the command line
 *
 * Return: the word, or NULL if there are no more.
 */
const char *fn_args_next(struct fn_args *args)
{
	if (!args->n)
		return NULL;
	args->n--;
	return *args->v++;
}

/**
 * fn_arg_matches - is a word of the command line, or an abbreviation of it, meant?
 * @word: as typed
 * @full: the whole word
 *
 * Return: whether it is.
 */
bool fn_arg_matches(const char *word, const char *full)
{
	return *word && !strncmp(full, word, strlen(word));
}

static void list_verbs(const struct fn_verb *verbs, char *buf, size_t size)
{
	size_t len = 0;

	for (; verbs->name && len < size; verbs++)
		len += snprintf(buf + len, size - len, "%s%s", len ? ", " : "",
				verbs->name);
}

/**
 * fn_run_verb - do what the next word says
 * @verbs: the words known, the last without a name
 * @args: words of the command line
 * @what: what such a word is called
 *
 * Return: exit status.
 */
int fn_run_verb(const struct fn_verb *verbs, struct fn_args *args,
		const char *what)
{
	const char *word = fn_args_next(args);
	const struct fn_verb *v;
	char known[256];

	for (v = verbs; word && v->name; v++)
		if (fn_arg_matches(word, v->name))
			return v->run(args);
	list_verbs(verbs, known, sizeof(known));
	if (!word)
		return fn_usage("%s is missing; known: %s", what, known);
	return fn_usage("%s \"%s\" is unknown; known: %s", what, word, known);
}

/**
 * fn_args_take_value - take a word and the value behind it out of the command line
 * @args: words of the command line
 * @word: the word, in full
 * @value: answer; as it was if the word is not there
 *
 * Return: exit status; an error has been reported.
 */
int fn_args_take_value(struct fn_args *args, const char *word,
		       const char **value)
{
	int i;

	for (i = 0; i < args->n; i++)
		if (!strcmp(args->v[i], word))
			break;
	if (i == args->n)
		return FN_DONE;
	if (i + 1 == args->n)
		return fn_usage("%s: its value is missing", word);
	*value = args->v[i + 1];
	memmove(args->v + i, args->v + i + 2,
		(args->n - i - 2) * sizeof(char *));
	args->n -= 2;
	return FN_DONE;
}
