/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Entries of maps from files.
 */
#ifndef FN_MAP_FILE_H
#define FN_MAP_FILE_H

#include "offload/platform.h"

/**
 * struct fn_map_sink - a map to be filled
 * @key_size: bytes
 * @value_size: bytes
 * @put: takes an entry; 0 or a negative errno
 * @arg: for @put
 */
struct fn_map_sink {
	u32 key_size;
	u32 value_size;
	int (*put)(void *arg, const u8 *key, const u8 *value);
	void *arg;
};

/* map_file.c */
int fn_map_file(const char *path, const struct fn_map_sink *sink);

#endif /* FN_MAP_FILE_H */
