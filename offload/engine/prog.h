/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Loaded programs: an image, and what is run of it.
 */
#ifndef FN_ENGINE_PROG_H
#define FN_ENGINE_PROG_H

#include "../context.h"
#include "../image.h"
#include "../pcie.h"
#include "compiled.h"
#include "uop.h"

struct fn_engine;
struct fn_map;
struct fn_profile;
struct fn_store;
struct fn_watch;

/**
 * struct fn_prog_stats - what a hardware thread counts of a program
 * @runs: packets decided
 * @cycles: modelled
 * @words: instructions
 * @map_busy: modelled cycles of map memory, in thousandths
 * @verdicts: by enum xdp_action
 * @faults: by enum fn_fault
 * @pad: keeps threads out of each other's cache lines
 */
struct fn_prog_stats {
	u64 runs;
	u64 cycles;
	u64 words;
	u64 map_busy;
	u64 verdicts[5];
	u64 faults[FN_NFAULTS_MAX];
	u8 pad[64];
};

#define FN_SPECIAL_INJECT 0x01 /* faults are injected */
#define FN_SPECIAL_COUNTS 0x02 /* words are counted */

/**
 * struct fn_inject - a fault that is to happen
 * @cause: enum fn_fault
 * @word: the first that is spoilt
 * @last: the word that it happens at
 * @remaining: for so many packets more
 * @code: the program's code, spoilt
 */
struct fn_inject {
	u32 cause;
	u32 word;
	u32 last;
	u32 remaining;
	struct fn_uop *code;
};

/**
 * struct fn_prog - a loaded program
 * @handle: number in the engine
 * @id: BPF program id or 0
 * @name: for people
 * @tag: of the BPF program
 * @image: the engine's copy
 * @ctx: layout of its context
 * @nwords: instruction words
 * @ngroups: issue groups
 * @nregs: registers that it has to do with are those below this
 * @nmaps: number of @maps
 * @maps: by slot; the program holds a reference on each
 * @users: ports that run it; changed by who serializes the engine
 * @asks_csum: a classifier that wants to know of checksums
 * @store: the card's copy of its words in the control store, or NULL
 * @code: nwords operations and one that catches who runs past them
 * @special: FN_SPECIAL_*: why a run takes more than @code; changed atomically
 * @inject: what is wrong with it, while FN_SPECIAL_INJECT is set
 * @counts: of each thread, while FN_SPECIAL_COUNTS is set
 * @compiled: the same as code of the host's, if it could be compiled
 * @profile: whose costs @code has
 * @marks: of each word, enum fn_mark
 * @share_packet: cycles that an access to packet memory holds a core up at most
 * @share_map: the same of map memory
 * @stats: by thread
 */
struct fn_prog {
	u32 handle;
	u32 id;
	char name[FN_NAME_LEN];
	u8 tag[8];
	struct fn_image *image;
	const struct fn_ctx_layout *ctx;
	u32 nwords;
	u32 ngroups;
	u32 nregs;
	u32 nmaps;
	struct fn_map **maps;
	u32 users;
	bool asks_csum;
	struct fn_store *store;
	struct fn_uop *code;
	u32 special;
	struct fn_inject __fn_rcu *inject;
	struct fn_watch __fn_rcu *counts;
	struct fn_compiled compiled;
	const struct fn_profile *profile;
	u8 *marks;
	u32 share_packet;
	u32 share_map;
	struct fn_prog_stats *stats;
};

/* loader.c */
int fn_prog_load(struct fn_engine *e, struct fn_msg_prog_load *m);
int fn_prog_unload(struct fn_engine *e, u32 handle);
void fn_prog_free_all(struct fn_engine *e);

/* prog.c */
int fn_prog_get(struct fn_engine *e, struct fn_msg_prog *m);
int fn_prog_image(struct fn_engine *e, struct fn_msg_prog_image *m);

/* predecode.c */
int fn_prog_decode(struct fn_prog *prog, char *why, size_t len);
void fn_prog_decode_word(const struct fn_prog *prog, u32 pc, u64 word,
			 struct fn_uop *u);
void fn_uop_trap(struct fn_uop *u, u32 fault);

#endif /* FN_ENGINE_PROG_H */
