// SPDX-License-Identifier: GPL-2.0
/*
 * Variables that are set before a program is loaded (--set NAME=VALUE), as a
 * loader of its own would set them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lower.h"
#include "passes.h"

static bool find(const struct fn_object *o, const char *word, size_t len,
		 struct fn_setting *v)
{
	const char *name;
	Elf64_Sym sym;
	u32 i;

	for (i = 0; fn_elf_symbol(&o->elf, i, &sym, &name); i++) {
		if (ELF64_ST_TYPE(sym.st_info) != STT_OBJECT ||
		    sym.st_shndx >= o->elf.nsecs || strlen(name) != len ||
		    memcmp(name, word, len))
			continue;
		*v = (struct fn_setting){
			.sec = sym.st_shndx,
			.at = sym.st_value,
			.size = sym.st_size,
		};
		return true;
	}
	return false;
}

static bool read_number(const char *text, size_t len, u64 *value)
{
	char word[32], *end;

	if (!len || len >= sizeof(word))
		return false;
	memcpy(word, text, len);
	word[len] = '\0';
	if (!strcmp(word, "true") || !strcmp(word, "false")) {
		*value = *word == 't';
		return true;
	}
	errno = 0;
	*value = *word == '-' ? (u64)strtoll(word, &end, 0) :
				strtoull(word, &end, 0);
	return !errno && !*end;
}

/* A number that is cut would be another one. */
static bool fits(u64 value, u64 size)
{
	s64 sign = (s64)(value << (64 - 8 * size)) >> (64 - 8 * size);

	return size == 8 || !(value >> 8 * size) || (u64)sign == value;
}

/**
 * fn_set_read - what a word of the user's sets
 * @l: program
 * @word: NAME=VALUE
 * @len: of @word
 * @v: answer
 *
 * Return: false if it makes no sense; @l says why.
 */
bool fn_set_read(struct fn_lower *l, const char *word, size_t len,
		 struct fn_setting *v)
{
	const char *is = memchr(word, '=', len);

	if (!is)
		return fn_lower_bad(l, "--set %.*s: NAME=VALUE is expected",
				    (int)len, word);
	if (!find(l->o, word, is - word, v))
		return fn_lower_bad(
			l, "--set %.*s: the object has no such variable",
			(int)(is - word), word);
	if (!read_number(is + 1, word + len - is - 1, &v->value))
		return fn_lower_bad(
			l, "--set %.*s: a number is expected, or true or false",
			(int)len, word);
	if (v->size > 8 || !v->size || v->size & (v->size - 1))
		return fn_lower_bad(
			l,
			"--set %.*s: the variable has %llu bytes; one of 1, 2, 4 or 8 can be set",
			(int)(is - word), word, (unsigned long long)v->size);
	if (!fits(v->value, v->size))
		return fn_lower_bad(
			l, "--set %.*s: the variable has %llu byte%s only",
			(int)len, word, (unsigned long long)v->size,
			v->size == 1 ? "" : "s");
	return true;
}

static bool set_one(struct fn_lower *l, const char *word, size_t len)
{
	struct fn_setting v;
	u32 d;

	if (!fn_set_read(l, word, len, &v))
		return false;
	for (d = 0; d < l->ndata; d++)
		if (l->data[d].sec == v.sec && v.at <= l->data[d].size &&
		    v.size <= l->data[d].size - v.at)
			memcpy(l->data[d].bytes + v.at, &v.value, v.size);
	return true;
}

/**
 * fn_lower_set - give variables the values that the user wants
 * @l: program
 *
 * Return: enum fn_lower_result.
 */
enum fn_lower_result fn_lower_set(struct fn_lower *l)
{
	const char *list = l->options->set;
	size_t len;

	for (; list && *list; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		if (!set_one(l, list, len))
			return FN_LOWER_FAILED;
	}
	return l->options->set ? FN_LOWER_CHANGED : FN_LOWER_SAME;
}
