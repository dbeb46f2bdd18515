/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs on the card: an image, and what the interpreter runs of it.
 */
#ifndef FN_ENGINE_PROG_H
#define FN_ENGINE_PROG_H

#include "../image.h"
#include "../jit/jit.h"
#include "../pcie.h"
#include "uop.h"

struct fn_card;
struct fn_map;
struct fn_profile;
struct fn_watch;

/**
 * struct fn_prog_stats - what a worker counts of a program
 * @runs: packets decided
 * @cycles: modelled
 * @words: instructions
 * @map_busy: modelled cycles of map memory, in thousandths
 * @verdicts: by enum xdp_action
 * @faults: by enum fn_fault
 * @pad: keeps workers out of each other's cache lines
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
 * @left: for so many packets more
 * @code: the program's code, spoilt
 */
struct fn_inject {
	u32 cause;
	u32 word;
	u32 last;
	u32 left;
	struct fn_uop *code;
};

/**
 * struct fn_prog - a loaded program
 * @handle: number on the card
 * @id: BPF program id or 0
 * @name: for people
 * @tag: of the BPF program
 * @image: the card's copy
 * @nwords: instruction words
 * @ngroups: issue groups
 * @nregs: registers that it has to do with are those below this
 * @nmaps: number of @maps
 * @maps: by slot; the program holds a reference on each
 * @store: its place in the control store: the words
 * @parity: of each word, a bit
 * @code: nwords operations and one that catches who runs past them
 * @special: FN_SPECIAL_*: why a run takes more than @code; changed atomically
 * @inject: what is wrong with it, while FN_SPECIAL_INJECT is set
 * @counts: of each worker, while FN_SPECIAL_COUNTS is set
 * @native: the same as code of the host's, if it could be compiled
 * @profile: whose costs @code has
 * @found: of each word, whether it is a load that finds its bytes brought by
 *	one before
 * @share_packet: cycles that an access to packet memory holds a core up at most
 * @share_map: the same of map memory
 * @stats: by worker
 */
struct fn_prog {
	u32 handle;
	u32 id;
	char name[FN_NAME_LEN];
	u8 tag[8];
	struct fn_image *image;
	u32 nwords;
	u32 ngroups;
	u32 nregs;
	u32 nmaps;
	struct fn_map **maps;
	u64 *store;
	u64 *parity;
	struct fn_uop *code;
	u32 special;
	struct fn_inject __fn_rcu *inject;
	struct fn_watch __fn_rcu *counts;
	struct fn_native native;
	const struct fn_profile *profile;
	u8 *found;
	u32 share_packet;
	u32 share_map;
	struct fn_prog_stats *stats;
};

/* loader.c */
int fn_ctrl_prog_load(struct fn_card *card, void *msg);
int fn_ctrl_prog_unload(struct fn_card *card, void *msg);
void fn_prog_free_all(struct fn_card *card);

/* prog.c */
int fn_ctrl_prog_get(struct fn_card *card, void *msg);
int fn_ctrl_prog_image(struct fn_card *card, void *msg);
u32 fn_prog_ports(struct fn_card *card, const struct fn_prog *prog);

/* predecode.c */
int fn_prog_decode(struct fn_prog *prog, char *why, size_t len);
void fn_prog_fetch(const struct fn_prog *prog, u32 pc, struct fn_uop *u);

/* store.c */
int fn_store_load(struct fn_prog *prog);
void fn_store_refill(struct fn_prog *prog);
void fn_store_free(struct fn_prog *prog);
bool fn_store_fetch(const struct fn_prog *prog, u32 pc, u64 *word);
void fn_store_write(struct fn_prog *prog, u32 pc, u64 word);
void fn_store_flip(struct fn_prog *prog, u32 pc, u32 bit);
int fn_ctrl_store_check(struct fn_card *card, void *msg);
int fn_ctrl_store_reload(struct fn_card *card, void *msg);

/* counts.c */
int fn_ctrl_counts_set(struct fn_card *card, void *msg);
int fn_ctrl_counts_get(struct fn_card *card, void *msg);
void fn_counts_end(struct fn_prog *prog);

/* inject.c */
int fn_ctrl_inject(struct fn_card *card, void *msg);
void fn_inject_end(struct fn_prog *prog);
bool fn_inject_take(struct fn_prog *prog, struct fn_inject *inj);
void fn_inject_give_back(struct fn_prog *prog, struct fn_inject *inj);

#endif /* FN_ENGINE_PROG_H */
