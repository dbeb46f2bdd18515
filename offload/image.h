/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A program image: what the translator makes and the card loads.
 *
 *	struct fn_image
 *	u64 words[nwords]		instruction words
 *	struct fn_image_map maps[nmaps]	what each map slot must be
 *	u32 origin[nwords]		BPF instruction each word came from
 *
 * All fields are in host byte order; nothing in it is an address of the host.
 * Maps are bound to slots when the image is loaded, so the same program gives
 * the same image in the kernel and offline.
 */
#ifndef FN_IMAGE_H
#define FN_IMAGE_H

#include "isa.h"

#define FN_IMAGE_MAGIC 0x494e4c46 /* "FLNI" */
#define FN_IMAGE_VERSION 1
#define FN_IMAGE_MAX_WORDS (1u << 22)
#define FN_IMAGE_MAX_MAPS 128
#define FN_ORIGIN_NONE 0xffffffffu /* the translator's own */

/**
 * struct fn_image - header of a program image
 * @magic: FN_IMAGE_MAGIC
 * @version: FN_IMAGE_VERSION
 * @type: enum bpf_prog_type, XDP or SCHED_CLS
 * @size: bytes of the whole image
 * @check: CRC-32 (reflected, 0xedb88320) of all that follows the header
 * @nwords: instruction words; execution starts at word 0
 * @nmaps: map slots
 * @ninsns: BPF instructions it was made from
 * @frame: bytes of stack of the main program, multiple of 8
 * @lanes: lanes it was scheduled for
 */
struct fn_image {
	u32 magic;
	u16 version;
	u16 type;
	u32 size;
	u32 check;
	u32 nwords;
	u32 nmaps;
	u32 ninsns;
	u16 frame;
	u16 lanes;
};

/**
 * struct fn_image_map - what a map slot needs
 * @type: enum bpf_map_type
 * @key_size: bytes
 * @value_size: bytes
 * @max_entries: number
 */
struct fn_image_map {
	u32 type;
	u32 key_size;
	u32 value_size;
	u32 max_entries;
};

static inline u64 *fn_image_words(const struct fn_image *img)
{
	return (u64 *)(img + 1);
}

static inline struct fn_image_map *fn_image_maps(const struct fn_image *img)
{
	return (struct fn_image_map *)(fn_image_words(img) + img->nwords);
}

static inline u32 *fn_image_origin(const struct fn_image *img)
{
	return (u32 *)(fn_image_maps(img) + img->nmaps);
}

/* Does a word begin an issue group? */
static inline bool fn_image_begins(const struct fn_image *img, u32 pc)
{
	return !pc || fn_image_words(img)[pc - 1] & FN_INSN_STOP;
}

/* image.c */
struct fn_image *fn_image_alloc(u32 nwords, u32 nmaps);
void fn_image_seal(struct fn_image *img);
int fn_image_check(const void *buf, size_t size, char *why, size_t len);

/* image_code.c */
int fn_image_check_code(const struct fn_image *img, char *why, size_t len);

#endif /* FN_IMAGE_H */
