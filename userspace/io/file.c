// SPDX-License-Identifier: GPL-2.0
/*
 * Whole files.
 */
#include <errno.h>
#include <string.h>

#include "io.h"
#include "userspace/tool.h"

#define STEP 65536

static int read_all(const char *path, FILE *f, u8 **data, size_t *size)
{
	size_t n = 0;

	*data = NULL;
	*size = 0;
	do {
		*size += n;
		*data = fn_check_alloc(realloc(*data, *size + STEP));
		n = fread(*data + *size, 1, STEP, f);
	} while (n);
	return ferror(f) ? fn_fail("%s: %s", path, strerror(errno)) : FN_DONE;
}

/**
 * fn_file_read - read a file
 * @path: of the file, "-" for standard input
 * @data: answer, for free()
 * @size: answer
 *
 * Return: exit status; an error has been reported and nothing is to be freed.
 */
int fn_file_read(const char *path, u8 **data, size_t *size)
{
	bool is_stdin = !strcmp(path, "-");
	FILE *f = is_stdin ? stdin : fopen(path, "rb");
	int status;

	if (!f)
		return fn_fail("%s: %s", path, strerror(errno));
	status = read_all(is_stdin ? "standard input" : path, f, data, size);
	if (status)
		free(*data);
	if (!is_stdin)
		fclose(f);
	return status;
}

/**
 * fn_file_write - write a file
 * @path: of the file, NULL for standard output
 * @data: what to write
 * @size: bytes of it
 *
 * Return: exit status; an error has been reported.
 */
int fn_file_write(const char *path, const void *data, size_t size)
{
	FILE *f = path ? fopen(path, "wb") : stdout;
	bool good;

	if (!f)
		return fn_fail("%s: %s", path, strerror(errno));
	good = fwrite(data, 1, size, f) == size;
	if (path && fclose(f))
		good = false;
	return good ? FN_DONE :
		      fn_fail("%s: %s", path ?: "standard output",
			      strerror(errno));
}
