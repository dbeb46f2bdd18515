// SPDX-License-Identifier: GPL-2.0
/*
 * A program as the compiler of a profile's card sees it.
 */
#include "profiles.h"
#include "userspace/tool.h"

/**
 * fn_profile_marks - what is known of words from those around them
 * @p: profile
 * @img: program
 *
 * Return: a set of enum fn_mark for each word, for free().
 */
u8 *fn_profile_marks(const struct fn_profile *p, const struct fn_image *img)
{
	u8 *marks = fn_check_alloc(malloc(img->nwords + 1));

	if (fn_timing_mark(p, fn_image_words(img), img->nwords, marks))
		fn_check_alloc(NULL);
	return marks;
}

/**
 * fn_profile_size - what a program takes of the card's control store
 * @p: profile
 * @img: program
 *
 * Return: instructions, of which there is room for @p->max_words.
 */
u64 fn_profile_size(const struct fn_profile *p, const struct fn_image *img)
{
	u8 *marks = fn_profile_marks(p, img);
	u64 size = fn_timing_size(p, fn_image_words(img), img->nwords, marks);

	free(marks);
	return size;
}
