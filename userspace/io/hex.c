// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes written in hexadecimal.
 */
#include <ctype.h>

#include "io.h"
#include "userspace/tool.h"

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/**
 * fn_hex_read - read bytes
 * @what: what they are, for the complaint
 * @text: two digits a byte; white space may be anywhere
 * @len: characters of @text
 * @data: answer, for free()
 * @size: answer
 *
 * Return: exit status; an error has been reported and nothing is to be freed.
 */
int fn_hex_read(const char *what, const char *text, size_t len, u8 **data,
		size_t *size)
{
	u8 *bytes = fn_check_alloc(calloc(1, len / 2 + 1));
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		int d = digit(text[i]);

		if (isspace((u8)text[i]))
			continue;
		if (d < 0) {
			free(bytes);
			return fn_fail(
				"%s: character %zu is no hexadecimal digit",
				what, i + 1);
		}
		bytes[n / 2] |= d << (n & 1 ? 0 : 4);
		n++;
	}
	if (n & 1) {
		free(bytes);
		return fn_fail(
			"%s: %zu hexadecimal digits; a byte has two of them",
			what, n);
	}
	*data = bytes;
	*size = n / 2;
	return FN_DONE;
}

/**
 * fn_hex_write - bytes as text
 * @data: bytes
 * @size: how many
 *
 * Return: two digits a byte, for free().
 */
char *fn_hex_write(const u8 *data, size_t size)
{
	char *text = fn_check_alloc(malloc(2 * size + 1));
	size_t i;

	text[0] = '\0';
	for (i = 0; i < size; i++)
		sprintf(text + 2 * i, "%02x", data[i]);
	return text;
}
