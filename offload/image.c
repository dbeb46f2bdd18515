// SPDX-License-Identifier: GPL-2.0
/*
 * Making and checking program images.
 */
#include "image.h"
#include "isa.h"

static u64 image_size(u32 nwords, u32 nmaps)
{
	return sizeof(struct fn_image) +
	       (u64)nwords * (sizeof(u64) + sizeof(u32)) +
	       (u64)nmaps * sizeof(struct fn_image_map);
}

/**
 * fn_image_alloc - make room for an image
 * @nwords: instruction words, 1 to FN_IMAGE_MAX_WORDS
 * @nmaps: map slots, up to FN_IMAGE_MAX_MAPS
 *
 * May sleep.
 *
 * Return: a zeroed image with its sizes filled in, to be given back with
 * fn_free(); NULL without memory.
 */
struct fn_image *fn_image_alloc(u32 nwords, u32 nmaps)
{
	struct fn_image *img = fn_alloc(image_size(nwords, nmaps));

	if (!img)
		return NULL;
	img->magic = FN_IMAGE_MAGIC;
	img->version = FN_IMAGE_VERSION;
	img->size = image_size(nwords, nmaps);
	img->nwords = nwords;
	img->nmaps = nmaps;
	return img;
}

/**
 * fn_image_seal - finish an image
 * @img: complete but for its check sum
 */
void fn_image_seal(struct fn_image *img)
{
	img->check = fn_crc32(0, img + 1, img->size - sizeof(*img));
}

static int refuse(char *why, size_t len, const char *reason)
{
	if (why && len)
		snprintf(why, len, "program image: %s", reason);
	return -EINVAL;
}

/*
 * Sizes are settled first, so that whoever reads the contents later does not
 * leave the buffer.
 */
static const char *bad_header(const struct fn_image *img, size_t size)
{
	if (size < sizeof(*img))
		return "shorter than its header";
	if (img->magic != FN_IMAGE_MAGIC)
		return "not a program image";
	if (img->version != FN_IMAGE_VERSION)
		return "of another version than the card's";
	if (!img->nwords || img->nwords > FN_IMAGE_MAX_WORDS)
		return "number of words is 0 or more than 4194304";
	if (img->nmaps > FN_IMAGE_MAX_MAPS)
		return "more than 128 maps";
	if (img->size != image_size(img->nwords, img->nmaps))
		return "size does not match its contents";
	if (size != img->size)
		return "cut short or followed by something else";
	if (img->frame > FN_MAX_FRAME_SIZE || img->frame % 8)
		return "frame is larger than 1024 bytes or not a multiple of 8";
	if (img->lanes != 1 && img->lanes != 2 && img->lanes != 4 &&
	    img->lanes != 8)
		return "lanes are not 1, 2, 4 or 8";
	return NULL;
}

/**
 * fn_image_check - is a buffer a whole image?
 * @buf: aligned to 8 bytes
 * @size: bytes of it
 * @why: gets a sentence if it is not
 * @len: bytes at @why
 *
 * Looks at the header and the check sum; what the words do is for
 * fn_insn_valid() and the card.
 *
 * Return: 0 or -EINVAL.
 */
int fn_image_check(const void *buf, size_t size, char *why, size_t len)
{
	const struct fn_image *img = buf;
	const char *reason = bad_header(img, size);

	if (reason)
		return refuse(why, len, reason);
	if (img->check != fn_crc32(0, img + 1, size - sizeof(*img)))
		return refuse(why, len, "check sum does not match");
	return 0;
}
