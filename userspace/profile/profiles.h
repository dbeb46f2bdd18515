/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Modelled cards: profiles as people write them, and an engine that has one, to
 * try programs on without a card.
 */
#ifndef FN_PROFILES_H
#define FN_PROFILES_H

#include <json-c/json.h>

#include "offload/engine/engine.h"
#include "offload/engine/profile.h"
#include "offload/image.h"
#include "offload/translator/translator.h"

struct fn_args;

/**
 * struct fn_target - an engine and what is loaded into it
 * @engine: engine
 * @profile: which card it models
 */
struct fn_target {
	struct fn_engine *engine;
	const struct fn_profile *profile;
};

/* list.c: a verb */
int fn_profile(struct fn_args *args);

/* compiler.c */
struct fn_tr_options fn_profile_compiler(const struct fn_profile *p, u32 level);

/* size.c */
u8 *fn_profile_marks(const struct fn_profile *p, const struct fn_image *img);
u64 fn_profile_size(const struct fn_profile *p, const struct fn_image *img);

/* text.c */
int fn_profile_set(struct fn_profile *p, const char *key, const char *value,
		   const char *where);
bool fn_profile_has(const char *key);
void fn_profile_print(const struct fn_profile *p, FILE *to);
json_object *fn_profile_json(const struct fn_profile *p);

/* file.c */
const struct fn_profile *fn_profile_get(const char *name);

/* target.c */
int fn_target_open(struct fn_target *target, const char *profile);
struct fn_tr_options fn_target_options(const struct fn_target *target);
void fn_target_close(struct fn_target *target);
u64 fn_target_map_memory(struct fn_target *target,
			 const struct fn_image_map *need, u32 flags, char *why,
			 size_t size);
u32 fn_target_load(struct fn_target *target, const struct fn_image *img,
		   char *why, size_t size);

#endif /* FN_PROFILES_H */
