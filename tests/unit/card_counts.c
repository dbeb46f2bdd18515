// SPDX-License-Identifier: GPL-2.0
/*
 * Counting a program's words: as often as they ran, and nothing else changes.
 */
#include "card_host.h"

#define WORDS 6

static struct fn_card *card;
static u32 prog;

/* r1 = 10; while (--r1) r2++; exit */
static void load(void)
{
	struct code c = {};

	emit_const(&c, 1, 10);
	emit(&c, FN_OP_ADD, FN_X_IMM, 2, 2, 0, 1);
	emit(&c, FN_OP_ADD, FN_X_IMM, 1, 1, 0, -1);
	emit(&c, FN_OP_JCC, COND(FN_NE) | FN_X_IMM, 0, 1, 0, FN_IMM16(0, -3));
	emit_verdict(&c, XDP_PASS);
	emit_verdict(&c, XDP_DROP);
	prog = card_code_load(card, &c);
}

static int set(u32 on)
{
	struct fn_msg_counts m = { .prog = prog, .on = on };

	return fn_card_ctrl(card, FN_CTRL_COUNTS_SET, &m, sizeof(m));
}

static int get(struct fn_word_counts *w, u32 nwords)
{
	struct fn_msg_counts m = { .prog = prog,
				   .nwords = nwords,
				   .addr = fn_ptr_to_bus(w) };

	return fn_card_ctrl(card, FN_CTRL_COUNTS_GET, &m, sizeof(m));
}

static u64 run(u32 n)
{
	u8 frame[64] = {};
	struct fn_run r = { .prog = prog, .frame = frame, .room = 64 };

	while (n--) {
		r.len = 64;
		fn_engine_run(&card->engine, &r);
	}
	return r.cycles;
}

int main(void)
{
	static const u64 want[WORDS] = { 5, 50, 50, 50, 5, 0 };
	struct fn_word_counts w[WORDS];
	u64 cycles;
	u32 i;

	card = test_card();
	load();
	is_u64(-get(w, WORDS), ENODATA, "no counts yet");
	cycles = run(3);
	is_u64(-set(1), 0, "switched on");
	is_u64(run(5), cycles, "a run takes the same cycles");
	is_u64(-get(w, WORDS - 1), ENOSPC, "too little room");
	is_u64(-get(w, WORDS), 0, "the counts");
	for (i = 0; i < WORDS; i++)
		is_u64(w[i].runs, want[i], "  runs of a word");
	ok(w[1].cycles >= w[1].runs, "  it issues in a cycle at least");
	is_u64(w[5].cycles, 0, "  or never");
	is_u64(-set(0), 0, "switched off");
	is_u64(-get(w, WORDS), ENODATA, "no counts any more");
	is_u64(run(1), cycles, "the same cycles still");
	set(1);
	is_u64(-card_prog_unload(card, prog), 0, "unloaded while it is on");
	is_u64(-set(1), ENOENT, "no such program");
	fn_card_power_off(card);
	return done_testing();
}
