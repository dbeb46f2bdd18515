/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a card can do, asked before trying.
 */
#ifndef FN_FEATURES_H
#define FN_FEATURES_H

struct fn_args;

/* features.c: a verb */
int fn_features(struct fn_args *args);

#endif /* FN_FEATURES_H */
