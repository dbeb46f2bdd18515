/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Translating BPF in tests, and the card code that comes of it as one line.
 */
#ifndef FN_TEST_TRANSLATED_H
#define FN_TEST_TRANSLATED_H

#include "bpf_insn.h"
#include "offload/isa.h"
#include "offload/translator/translator.h"
#include "tap.h"

/* What the translator said, since translate() was called last. */
static char logged[8192];

static inline void collect(void *ctx, const char *fmt, va_list ap)
{
	size_t n = strlen(logged);

	(void)ctx;
	vsnprintf(logged + n, sizeof(logged) - n, fmt, ap);
}

static const struct fn_log to_text = { .write = collect };

static const struct fn_image_map maps[] = {
	{ .type = BPF_MAP_TYPE_ARRAY,
	  .key_size = 4,
	  .value_size = 8,
	  .max_entries = 1 },
	{ .type = BPF_MAP_TYPE_HASH,
	  .key_size = 8,
	  .value_size = 16,
	  .max_entries = 9 },
};

/* An XDP program with two maps; @img is NULL if there is an error. */
static inline int translate(const struct bpf_insn *insns, u32 len,
			    const struct fn_tr_options *o,
			    struct fn_image **img)
{
	struct fn_bpf_prog prog = {
		.insns = insns,
		.len = len,
		.type = BPF_PROG_TYPE_XDP,
		.maps = maps,
		.nmaps = ARRAY_SIZE(maps),
	};

	logged[0] = 0;
	*img = NULL;
	return fn_translate(&prog, o, &to_text, img);
}

/* Instructions of an array of @max that ends in zeros. */
static inline u32 bpf_length(const struct bpf_insn *insns, u32 max)
{
	while (max > 1 && !insns[max - 1].code)
		max--;
	return max;
}

/* How listing() writes the ends of groups down. */
enum stops {
	STOPS_HIDDEN,
	STOPS_SHOWN,
	STOPS_EVERYWHERE, /* what has none is told */
};

/* All words of an image in one line. */
static inline void listing(const struct fn_image *img, enum stops stops,
			   char *buf, size_t size)
{
	u32 pc, n = 0;

	buf[0] = 0;
	for (pc = 0; img && pc < img->nwords; pc++) {
		struct fn_insn i = fn_insn_decode(fn_image_words(img)[pc]);
		const char *why;

		if (!fn_insn_valid(&i, &why))
			n += snprintf(buf + n, size - n, "(invalid: %s)", why);
		if (stops == STOPS_EVERYWHERE && !i.stop)
			n += snprintf(buf + n, size - n, "(no stop bit)");
		i.stop &= stops == STOPS_SHOWN;
		if (pc)
			n += snprintf(buf + n, size - n, "%s ",
				      stops == STOPS_SHOWN ? "" : ";");
		n += fn_insn_print(buf + n, size - n, &i, pc);
	}
}

#endif /* FN_TEST_TRANSLATED_H */
