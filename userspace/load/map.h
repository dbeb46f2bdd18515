/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Entries of maps of a program that has been loaded, for people: by the types
 * that the kernel keeps with the program.
 */
#ifndef FN_LOAD_MAP_H
#define FN_LOAD_MAP_H

#include <json-c/json.h>

#include "userspace/object/typed.h"
#include "userspace/tool.h"

struct btf;
struct fn_args;

/**
 * struct fn_map_open - a map
 * @name: of its pin
 * @id: BPF id
 * @fd: of the map
 * @type: BPF_MAP_TYPE_* that it has in the program
 * @is: type as the kernel has it
 * @key_size: bytes
 * @value_size: bytes of a value, of one core's if each has its own
 * @max_entries: number
 * @slots: values for a key, one for each core; 1 if they share one
 * @stride: bytes from one to the next
 * @btf: types, or NULL
 * @key_type: BTF id, 0 if it is not known
 * @value_type: likewise
 */
struct fn_map_open {
	const char *name;
	u32 id;
	int fd;
	u32 type;
	u32 is;
	u32 key_size;
	u32 value_size;
	u32 max_entries;
	u32 slots;
	u32 stride;
	struct btf *btf;
	u32 key_type;
	u32 value_type;
};

/* map.c: the verb */
int fn_map_verb(struct fn_args *args);

/* map_open.c */
int fn_map_open(const char *dir, const char *name, struct fn_map_open *m);
void fn_map_close(struct fn_map_open *m);
u32 fn_map_bytes(const struct fn_map_open *m);

/* map_print.c */
void fn_map_print_info(const struct fn_map_open *m);
json_object *fn_map_json_info(const struct fn_map_open *m);
void fn_map_print_entry(const struct fn_map_open *m, const u8 *key,
			const u8 *value);
json_object *fn_map_json_entry(const struct fn_map_open *m, const u8 *key,
			       const u8 *value);

/* map_key.c */
int fn_map_read_key(const struct fn_map_open *m, const char *text, u8 *key);
char *fn_map_key_text(const struct fn_map_open *m, const u8 *key);

#endif /* FN_LOAD_MAP_H */
