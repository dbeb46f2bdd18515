/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A card on the table: for tools that try programs without a host.
 */
#ifndef FN_LAB_H
#define FN_LAB_H

#include "offload/engine/engine.h"
#include "offload/translator/translator.h"

/**
 * struct fn_lab - a card and what is put on it
 * @card: card without cables
 * @profile: which card it models
 * @caps: what it can do
 */
struct fn_lab {
	struct fn_card *card;
	const struct fn_profile *profile;
	struct fn_msg_caps caps;
};

/* lab.c */
int fn_lab_open(struct fn_lab *lab, const char *profile);
struct fn_tr_options fn_lab_options(const struct fn_lab *lab);
void fn_lab_close(struct fn_lab *lab);
u64 fn_lab_map(struct fn_lab *lab, const struct fn_image_map *need, u32 flags,
	       char *why, size_t size);
u32 fn_lab_load(struct fn_lab *lab, const struct fn_image *img, char *why,
		size_t size);

#endif /* FN_LAB_H */
