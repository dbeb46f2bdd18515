// SPDX-License-Identifier: GPL-2.0
/*
 * Injecting faults. A few words of the control store are spoilt and fetched
 * into a copy of the program's code, which runs for as many packets as was
 * asked for. The fault is then found as any other is.
 */
#include "card.h"
#include "../engine/prog.h"

#define WORDS_MAX 2

/**
 * struct recipe - words that lead to a fault for sure
 * @n: how many; 0 if a bit of the word at hand is flipped
 * @insn: them
 */
struct recipe {
	u32 n;
	struct fn_insn insn[WORDS_MAX];
};

#define EXIT_WITH(verdict)                                       \
	{                                                        \
		1,                                               \
		{                                                \
			{                                        \
				.op = FN_OP_EXIT, .x = FN_X_IMM, \
				.imm = (verdict)                 \
			}                                        \
		}                                                \
	}

/* clang-format off */
static const struct recipe recipes[FN_NFAULTS] = {
	[FN_FAULT_ABORTED]  = EXIT_WITH(XDP_ABORTED),
	[FN_FAULT_VERDICT]  = EXIT_WITH(99),
	[FN_FAULT_REDIRECT] = EXIT_WITH(XDP_REDIRECT),
	[FN_FAULT_ADDRESS]  = { 1, {
		{ .op = FN_OP_LD, .x = 8 << FN_X_SIZE_SHIFT,
		  .a = FN_REG_ZERO, .imm = 8 } } },
	[FN_FAULT_READONLY] = { 1, {
		{ .op = FN_OP_ST, .x = 4 << FN_X_SIZE_SHIFT,
		  .a = FN_REG_ZERO, .b = FN_REG_ZERO,
		  .imm = FN_ADDR_LOCAL } } },
	[FN_FAULT_OPCODE]   = { 1, { { .op = 0xff } } },
	[FN_FAULT_MAP]      = { 2, {
		{ .op = FN_OP_MOV, .x = FN_X_IMM, .d = 1 },
		{ .op = FN_OP_HELPER, .imm = BPF_FUNC_map_lookup_elem } } },
	[FN_FAULT_CALLS]    = { 1, {
		{ .op = FN_OP_CALL, .x = 1, .imm = -1 } } },
	[FN_FAULT_WATCHDOG] = { 1, { { .op = FN_OP_JMP, .imm = -1 } } },
	[FN_FAULT_PC]       = { 1, { { .op = FN_OP_JMP, .imm = 0x7fffffff } } },
	[FN_FAULT_TRAP]     = { 1, {
		{ .op = FN_OP_TRAP, .imm = FN_FAULT_TRAP } } },
};
/* clang-format on */

/**
 * fn_inject_end - inject no more faults into a program
 * @prog: program; the caller holds card->lock
 *
 * May sleep.
 */
void fn_inject_end(struct fn_prog *prog)
{
	struct fn_inject *inj = fn_read_locked(prog->inject);

	if (!inj)
		return;
	fn_publish(prog->inject, NULL);
	fn_wait_for_readers();
	fn_fetch_and32(&prog->special, ~FN_SPECIAL_INJECT);
	fn_store_refill(prog);
	fn_free(inj->code);
	fn_free(inj);
}

static int refuse(const struct fn_prog *prog, struct fn_msg_inject *m)
{
	u32 n;

	if (m->cause >= FN_NFAULTS || m->cause == FN_FAULT_NONE) {
		snprintf(m->why, sizeof(m->why),
			 "%u is no cause of faults: there are 1 to %u",
			 m->cause, FN_NFAULTS - 1);
		return -EINVAL;
	}
	n = max(recipes[m->cause].n, 1u);
	if (m->word >= prog->nwords || prog->nwords - m->word < n) {
		snprintf(
			m->why, sizeof(m->why),
			"fault \"%s\" takes %u word%s from word %u on: the program has %u",
			fn_fault_name[m->cause], n, n == 1 ? "" : "s", m->word,
			prog->nwords);
		return -ERANGE;
	}
	return 0;
}

/* A word of wrong parity is a trap with that cause. */
static void fetch(const struct fn_prog *prog, u32 pc, struct fn_uop *u)
{
	u64 word;

	if (fn_store_fetch(prog, pc, &word))
		fn_prog_decode_word(prog, pc, word, u);
	else
		fn_uop_trap(u, FN_FAULT_PARITY);
}

static u64 word_of(const struct fn_insn *insn)
{
	struct fn_insn i = *insn;

	i.stop = true;
	return fn_insn_encode(&i);
}

static void spoil(struct fn_prog *prog, struct fn_inject *inj)
{
	const struct recipe *r = &recipes[inj->cause];
	u32 i;

	if (!r->n)
		fn_store_flip(prog, inj->word, fn_random_u32());
	for (i = 0; i < r->n; i++)
		fn_store_write(prog, inj->word + i, word_of(&r->insn[i]));
	for (i = 0; i < max(r->n, 1u); i++)
		fetch(prog, inj->word + i, &inj->code[inj->word + i]);
}

static struct fn_inject *inject_new(const struct fn_prog *prog,
				    const struct fn_msg_inject *m)
{
	size_t size = (prog->nwords + 1) * sizeof(*prog->code);
	struct fn_inject *inj = fn_alloc(sizeof(*inj));

	if (!inj)
		return NULL;
	inj->code = fn_alloc(size);
	if (!inj->code) {
		fn_free(inj);
		return NULL;
	}
	memcpy(inj->code, prog->code, size);
	inj->cause = m->cause;
	inj->word = m->word;
	inj->last = m->word + max(recipes[m->cause].n, 1u) - 1;
	inj->remaining = m->count;
	return inj;
}

/**
 * fn_ctrl_inject - FN_CTRL_INJECT
 * @card: card
 * @msg: struct fn_msg_inject
 *
 * What was to be injected into the program before is not any more.
 *
 * Return: 0, -ENOENT without such a program, -EINVAL for an unknown cause,
 * -ERANGE for a word that it does not have, -ENOMEM.
 */
int fn_ctrl_inject(struct fn_card *card, void *msg)
{
	struct fn_msg_inject *m = msg;
	struct fn_prog *prog = fn_table_find(&card->engine.progs, m->prog);
	struct fn_inject *inj;
	int ret;

	m->why[0] = 0;
	if (!prog)
		return -ENOENT;
	ret = refuse(prog, m);
	if (ret)
		return ret;
	fn_inject_end(prog);
	if (!m->count)
		return 0;
	inj = inject_new(prog, m);
	if (!inj)
		return -ENOMEM;
	spoil(prog, inj);
	fn_publish(prog->inject, inj);
	fn_fetch_or32(&prog->special, FN_SPECIAL_INJECT);
	return 0;
}
