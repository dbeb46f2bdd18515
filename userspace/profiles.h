/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Profiles as people write them: text with a line for each figure.
 */
#ifndef FN_PROFILES_H
#define FN_PROFILES_H

#include "offload/engine/profile.h"
#include "offload/translator/translator.h"
#include "offload/image.h"

struct fn_object;
struct fn_program;
struct fn_reasons;

/* compiler.c */
struct fn_tr_options fn_profile_compiler(const struct fn_profile *p, u32 level);

/* profile_text.c */
int fn_profile_set(struct fn_profile *p, const char *key, const char *value,
		   const char *where);
bool fn_profile_has(const char *key);
void fn_profile_print(const struct fn_profile *p, FILE *to);

/* profile_file.c */
const struct fn_profile *fn_profile_get(const char *name);

/* profile_limits.c */
void fn_profile_judge(const struct fn_profile *p, const struct fn_image *img,
		      const struct fn_object *o, const struct fn_program *prog,
		      struct fn_reasons *rs);

#endif /* FN_PROFILES_H */
