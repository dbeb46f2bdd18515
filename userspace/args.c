// SPDX-License-Identifier: GPL-2.0
/*
 * Words of the command line.
 */
#include <string.h>

#include "tool.h"

/**
 * fn_next_word - take the next word of the command line
 * @w: words
 *
 * Return: the word, or NULL if there are no more.
 */
const char *fn_next_word(struct fn_words *w)
{
	if (!w->n)
		return NULL;
	w->n--;
	return *w->word++;
}

/**
 * fn_is_word - is a word of the command line, or an abbreviation of it, meant?
 * @word: as typed
 * @full: the whole word
 *
 * Return: whether it is.
 */
bool fn_is_word(const char *word, const char *full)
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
 * @w: words of the command line
 * @what: what such a word is called
 *
 * Return: exit status.
 */
int fn_run_verb(const struct fn_verb *verbs, struct fn_words *w,
		const char *what)
{
	const char *word = fn_next_word(w);
	const struct fn_verb *v;
	char known[256];

	for (v = verbs; word && v->name; v++)
		if (fn_is_word(word, v->name))
			return v->run(w);
	list_verbs(verbs, known, sizeof(known));
	if (!word)
		return fn_usage("%s is missing; known: %s", what, known);
	return fn_usage("%s \"%s\" is unknown; known: %s", what, word, known);
}

/**
 * fn_take_value - take a word and the value behind it out of the command line
 * @w: words
 * @word: the word, in full
 * @value: answer; as it was if the word is not there
 *
 * Return: exit status; an error has been said.
 */
int fn_take_value(struct fn_words *w, const char *word, const char **value)
{
	int i;

	for (i = 0; i < w->n; i++)
		if (!strcmp(w->word[i], word))
			break;
	if (i == w->n)
		return FN_DONE;
	if (i + 1 == w->n)
		return fn_usage("%s: its value is missing", word);
	*value = w->word[i + 1];
	memmove(w->word + i, w->word + i + 2, (w->n - i - 2) * sizeof(char *));
	w->n -= 2;
	return FN_DONE;
}
