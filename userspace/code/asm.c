// SPDX-License-Identifier: GPL-2.0
/*
 * flownic asm: an image from the text that flownic dump writes.
 */
#include <string.h>
#include <unistd.h>

#include "code.h"
#include "userspace/io/io.h"
#include "userspace/tool.h"

static int assemble(const char *path, const char *file)
{
	struct fn_image *img;
	char why[256];
	size_t size;
	u8 *text;
	int status;

	status = fn_file_read(path, &text, &size);
	if (status)
		return status;
	img = fn_assemble((char *)text, size, why, sizeof(why));
	free(text);
	if (!img)
		return fn_fail("%s: %s", path, why);
	status = fn_file_write(file, img, img->size);
	fn_free(img);
	return status;
}

/**
 * fn_asm - flownic asm FILE.s|- [file IMAGE]
 * @args: words of the command line
 *
 * Return: exit status.
 */
int fn_asm(struct fn_args *args)
{
	const char *path = fn_args_next(args);
	const char *word = fn_args_next(args);
	const char *file = NULL;

	if (!path)
		return fn_usage("asm: the name of a file is missing, or -");
	if (word && !fn_arg_matches(word, "file"))
		return fn_usage("asm: \"%s\" is unknown; known: file", word);
	if (word) {
		file = fn_args_next(args);
		if (!file || args->n)
			return fn_usage(
				"asm: the name of one file comes after \"file\"");
	}
	if (!file && isatty(STDOUT_FILENO))
		return fn_usage(
			"asm: an image is not for a terminal; add \"file NAME\"");
	return assemble(path, file);
}
