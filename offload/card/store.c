// SPDX-License-Identifier: GPL-2.0
/*
 * The control store: the words that programs run from, each with a bit that
 * makes the number of its ones even. The image that a program was loaded from
 * stays in the card's memory and is where it can be had again.
 */
#include "../engine/prog.h"
#include "card.h"

/**
 * struct fn_store - the words of a program in the control store
 * @words: instruction words
 * @parity: of each word, a bit
 */
struct fn_store {
	u64 *words;
	u64 *parity;
};

static u32 parity_of(u64 word)
{
	word ^= word >> 32;
	word ^= word >> 16;
	word ^= word >> 8;
	word ^= word >> 4;
	return 0x6996 >> (word & 15) & 1;
}

static u32 parity_bit(const struct fn_prog *prog, u32 pc)
{
	return prog->store->parity[pc / 64] >> (pc % 64) & 1;
}

/**
 * fn_store_write - write a word, and its parity
 * @prog: program; the caller holds card->lock
 * @pc: word
 * @word: value
 */
void fn_store_write(struct fn_prog *prog, u32 pc, u64 word)
{
	prog->store->words[pc] = word;
	prog->store->parity[pc / 64] &= ~BIT_ULL(pc % 64);
	prog->store->parity[pc / 64] |= (u64)parity_of(word) << (pc % 64);
}

/**
 * fn_store_flip - let a bit of a word change, as radiation would
 * @prog: program; the caller holds card->lock
 * @pc: word
 * @bit: of it
 */
void fn_store_flip(struct fn_prog *prog, u32 pc, u32 bit)
{
	prog->store->words[pc] ^= BIT_ULL(bit % 64);
}

/**
 * fn_store_fetch - read a word
 * @prog: program
 * @pc: word
 * @word: answer
 *
 * Return: false if its parity is wrong.
 */
bool fn_store_fetch(const struct fn_prog *prog, u32 pc, u64 *word)
{
	*word = prog->store->words[pc];
	return parity_of(*word) == parity_bit(prog, pc);
}

/**
 * fn_store_refill - write all words of a program from its image
 * @prog: program; the caller holds card->lock
 */
void fn_store_refill(struct fn_prog *prog)
{
	u32 pc;

	for (pc = 0; pc < prog->nwords; pc++)
		fn_store_write(prog, pc, fn_image_words(prog->image)[pc]);
}

/**
 * fn_store_word - read a word, whatever its parity
 * @prog: program
 * @pc: word
 */
u64 fn_store_word(const struct fn_prog *prog, u32 pc)
{
	return prog->store->words[pc];
}

/**
 * fn_store_load - give a program its place, and fill it
 * @prog: program; its image is there
 *
 * Return: 0 or -ENOMEM.
 */
int fn_store_load(struct fn_prog *prog)
{
	struct fn_store *store = fn_alloc(sizeof(*store));

	if (!store)
		return -ENOMEM;
	prog->store = store;
	store->words = fn_alloc(prog->nwords * sizeof(*store->words));
	store->parity = fn_alloc(DIV_ROUND_UP(prog->nwords, 64) *
				 sizeof(*store->parity));
	if (!store->words || !store->parity) {
		fn_store_free(prog);
		return -ENOMEM;
	}
	fn_store_refill(prog);
	return 0;
}

/**
 * fn_store_free - take a program's place back
 * @prog: program
 */
void fn_store_free(struct fn_prog *prog)
{
	if (prog->store) {
		fn_free(prog->store->words);
		fn_free(prog->store->parity);
	}
	fn_free(prog->store);
	prog->store = NULL;
}

static void check(const struct fn_prog *prog, struct fn_msg_store *m)
{
	u64 word;
	u32 pc;

	m->progs++;
	m->words += prog->nwords;
	m->spoilt += !!(READ_ONCE(prog->special) & FN_SPECIAL_INJECT);
	for (pc = 0; pc < prog->nwords; pc++)
		m->bad += !fn_store_fetch(prog, pc, &word);
}

static void check_all(struct fn_card *card, struct fn_msg_store *m, bool reload)
{
	struct fn_prog *prog;
	u32 handle;

	memset(m, 0, sizeof(*m));
	for (handle = 1; (prog = fn_table_next(&card->engine.progs, handle));
	     handle = prog->handle + 1) {
		/* What was to happen so many times, and has: it is over. */
		if (!(READ_ONCE(prog->special) & FN_SPECIAL_INJECT))
			fn_inject_end(prog);
		check(prog, m);
		if (!reload)
			continue;
		fn_inject_end(prog);
		fn_store_refill(prog);
	}
}

/**
 * fn_ctrl_store_check - FN_CTRL_STORE_CHECK: read all words, as a scrubber does
 * @card: card
 * @msg: struct fn_msg_store
 *
 * Return: 0.
 */
int fn_ctrl_store_check(struct fn_card *card, void *msg)
{
	check_all(card, msg, false);
	return 0;
}

/**
 * fn_ctrl_store_reload - FN_CTRL_STORE_RELOAD: write all programs from their
 * images, which also ends all injection of faults
 * @card: card
 * @msg: struct fn_msg_store
 *
 * Return: 0.
 */
int fn_ctrl_store_reload(struct fn_card *card, void *msg)
{
	check_all(card, msg, true);
	return 0;
}
