/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs onto ports: lowered for the card, or as they are for the host. What
 * has been loaded is found again by its pins, nowhere else.
 */
#ifndef FN_LOAD_H
#define FN_LOAD_H

#include "userspace/lower/lower.h"

struct bpf_map;
struct bpf_object;
struct bpf_program;
struct fn_args;

enum fn_load_mode {
	FN_LOAD_OFFLOAD, /* the first: it is the default */
	FN_LOAD_NATIVE,
	FN_LOAD_GENERIC,
	FN_LOAD_AUTO,
};

/**
 * struct fn_loading - what is to be loaded, and where
 * @path: of the object
 * @dev: netdev
 * @ifindex: of @dev
 * @prog: name of the program, or NULL
 * @section: its section, or NULL
 * @ingress: a classifier at the port's ingress, not an XDP program
 * @mode: how
 * @fallback: how, if that is refused; FN_LOAD_OFFLOAD for not at all
 * @pin: directory for pins
 * @file: the object
 * @size: of @file
 * @o: the object, taken apart
 * @p: the program
 * @low: the program lowered
 * @object: as libbpf has it
 * @program: of @object
 * @host_map: maps of the companion
 * @nhost: number of @host_map
 * @companion: program on the host, -1 if none is needed
 * @kind_map: maps that the card has been told the kind of
 * @nkinds: number of @kind_map
 * @kind_refused: the card does not take a kind
 * @whole: object with the whole program for the host, or NULL
 * @whole_array: array that has it, for the companion; -1 if there is none
 * @why: sentence on why it can't be loaded
 */
struct fn_loading {
	const char *path;
	const char *dev;
	u32 ifindex;
	const char *prog;
	const char *section;
	bool ingress;
	enum fn_load_mode mode;
	enum fn_load_mode fallback;
	const char *pin;
	u8 *file;
	size_t size;
	struct fn_object o;
	const struct fn_program *p;
	struct fn_lowered low;
	struct bpf_object *object;
	struct bpf_program *program;
	int host_map[FN_COMPANION_MAPS];
	u32 nhost;
	int companion;
	int kind_map[FN_IMAGE_MAX_MAPS];
	u32 nkinds;
	bool kind_refused;
	struct bpf_object *whole;
	int whole_array;
	char why[512];
};

#define FN_REACH_MOST 256

/**
 * struct fn_reach - maps that a program reaches
 * @id: of the maps
 * @n: how many
 */
struct fn_reach {
	u32 id[FN_REACH_MOST];
	u32 n;
};

/* load.c */
int fn_load_read(struct fn_loading *l);

/* load.c, unload.c, globals.c, ringbuf.c: verbs */
int fn_load(struct fn_args *args);
int fn_unload(struct fn_args *args);
int fn_globals(struct fn_args *args);
int fn_ringbuf(struct fn_args *args);

/**
 * struct fn_marker - what a load or an unload is at
 * @ifindex: port
 * @prog: id of its programs, 0 for none
 */
struct fn_marker {
	u32 ifindex;
	u32 prog[2];
};

/* marker.c */
int fn_marker_make(const char *dir, const struct fn_marker *m);
bool fn_marker_read(const char *dir, struct fn_marker *m);
void fn_marker_remove(const char *dir);

/* words.c */
int fn_load_words(struct fn_args *args, struct fn_loading *l);
int fn_load_dev(const char *dev, u32 *ifindex);
const char *fn_load_default_pin(const char *dev);

/* outer.c */
bool fn_load_lacks_inner(const struct fn_object *o, const struct fn_map_def *d);
bool fn_load_outer(const struct fn_loading *l, struct bpf_map *map);

/* open.c */
bool fn_load_object(struct fn_loading *l, const void *data, size_t size);
bool fn_load_choose(struct fn_loading *l, u32 ifindex);
bool fn_load_open(struct fn_loading *l);
bool fn_load_refused(struct fn_loading *l);

/* place.c */
bool fn_load_place(struct fn_loading *l, enum fn_load_mode mode);
void fn_load_free(struct fn_loading *l);
u32 fn_load_id(int prog);
u32 fn_load_program_id(const struct fn_loading *l);

/* fill.c */
bool fn_load_fill(struct fn_loading *l);

/* kinds.c */
bool fn_kinds_make(struct fn_loading *l, u32 ifindex);
void fn_kinds_free(struct fn_loading *l);

/* cores.c */
u32 fn_load_cores(u32 ifindex);
bool fn_load_has_one_worker(u32 ifindex);

/* given.c */
bool fn_load_set(struct fn_loading *l, const struct bpf_object *o);
bool fn_load_tails(struct fn_loading *l, const struct bpf_object *o);
bool fn_load_inner(struct fn_loading *l, const struct bpf_object *o);

/* whole.c */
bool fn_whole_load(struct fn_loading *l);
bool fn_whole_enter(struct fn_loading *l);
void fn_whole_free(struct fn_loading *l);
struct bpf_program *fn_whole_program(const struct fn_loading *l);
bool fn_whole_has(const struct fn_loading *l, const struct bpf_map *map);

/* companion.c */
bool fn_companion_make(struct fn_loading *l);
void fn_companion_free(struct fn_loading *l);

/* reach.c */
void fn_reach(int prog, struct fn_reach *r);
bool fn_reaches(const struct fn_reach *r, u32 map);

/* pins.c */
bool fn_pins_make(struct fn_loading *l);
void fn_pins_remove(const char *dir, u32 prog);
bool fn_pins_remove_port(const char *dir, const char *dev, u32 ifindex);
void fn_pins_undo(struct fn_loading *l);
u32 fn_pins_program(const char *dir, u32 prog, char *name, size_t size);
int fn_pins_open(const char *dir, const char *name);
u32 fn_pins_map(int fd);
bool fn_pins_is_program(int fd);

/* ingress.c */
u32 fn_ingress_id(u32 ifindex);
bool fn_ingress_has(u32 ifindex, u32 prog);
bool fn_ingress_free(struct fn_loading *l);
int fn_ingress_add(u32 ifindex, const struct bpf_program *p, bool card,
		   char *why, size_t size);
bool fn_ingress_attach(struct fn_loading *l, enum fn_load_mode mode);
bool fn_ingress_detach(u32 ifindex, u32 prog);

/* attach.c */
bool fn_attach_free(struct fn_loading *l, enum fn_load_mode mode);
bool fn_attached(u32 ifindex, u32 prog);
bool fn_attach(struct fn_loading *l, enum fn_load_mode mode);
bool fn_detach(u32 ifindex, u32 prog);
extern const char *const fn_load_mode_name[];

#endif /* FN_LOAD_H */
