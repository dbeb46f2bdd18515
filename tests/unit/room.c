// SPDX-License-Identifier: GPL-2.0
/*
 * Classifiers that make room for headers: random calls of bpf_skb_adjust_room()
 * and bpf_skb_change_proto(), one after another, must give on the card what they
 * give in the host's kernel: all 64 bits of each answer, protocol and length after
 * it, and the frame in the end.
 *
 *	room [FIRST [COUNT]]	seeds of the programs
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "bpf_insn.h"
#include "card_code.h"
#include "offload/translator/translator.h"

#define SEEDS 3000
#define INSNS 160
#define FRAME 512

/**
 * struct trial - a program and its frame
 * @n: number of @insns
 * @insns: leave what all calls answered in r9
 * @said: the calls, for people
 * @frame: what comes in
 * @len: bytes of it
 */
struct trial {
	u32 n;
	struct bpf_insn insns[INSNS];
	char said[512];
	u8 frame[FRAME];
	u32 len;
};

/**
 * struct outcome - what came of it
 * @answers: of all calls
 * @frame: as it is then
 * @len: bytes of it
 */
struct outcome {
	u64 answers;
	u8 frame[FRAME];
	u32 len;
};

static struct fn_engine *engine;
static u64 state;

static u32 pick(u32 n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (u32)(state >> 33) % n;
}

static void put(struct trial *t, struct bpf_insn insn)
{
	t->insns[t->n++] = insn;
}

#define PUT(t, ...) put(t, (struct bpf_insn)__VA_ARGS__)

static void say(struct trial *t, const char *what, s64 a, s64 b, u64 c)
{
	size_t n = strlen(t->said);

	snprintf(t->said + n, sizeof(t->said) - n, " %s(%lld, %lld, 0x%llx)",
		 what, (long long)a, (long long)b, (unsigned long long)c);
}

static void change_proto(struct trial *t)
{
	static const u16 to[] = { 0xdd86, 0xdd86, 0x0008, 0x0008, 0x0608 };
	u32 proto = to[pick(ARRAY_SIZE(to))], flags = !pick(10);

	PUT(t, MOV64_K(2, proto));
	PUT(t, MOV64_K(3, flags));
	PUT(t, HELPER(FN_HELPER_skb_change_proto));
	say(t, "change_proto", proto, flags, 0);
}

/* Flags that go together, and those that do not. */
static u64 pick_flags(void)
{
	switch (pick(5)) {
	case 0:
		return 0;
	case 1:
		return 1ull << pick(10);
	case 2:
		return 1ull << pick(9) | 1ull << pick(9);
	case 3:
		return pick(0x200);
	}
	return 2 << pick(2) | pick(2) << 3 | pick(2) << 4 | pick(2) << 6 |
	       (u64)pick(40) << 56;
}

/* All that programs add fits into a cell, as it does into an skb. */
static s32 pick_diff(void)
{
	if (pick(12))
		return (s32)pick(110) - 60;
	return pick(2) ? (s32)0x80000000 : -(s32)pick(5000);
}

static void adjust_room(struct trial *t)
{
	u32 mode = pick(12) ? pick(2) : 2 + pick(3);
	struct bpf_insn flags[] = { LD64(4, pick_flags()) };
	s32 diff = pick_diff();

	PUT(t, MOV64_K(2, diff));
	PUT(t, MOV64_K(3, mode));
	put(t, flags[0]);
	put(t, flags[1]);
	PUT(t, HELPER(FN_HELPER_skb_adjust_room));
	say(t, "adjust_room", diff, mode,
	    (u64)(u32)flags[1].imm << 32 | (u32)flags[0].imm);
}

static void keep(struct trial *t, u32 reg)
{
	PUT(t, ALU64_K(BPF_MUL, 9, 31));
	PUT(t, ALU64_X(BPF_ADD, 9, reg));
}

static void keep_field(struct trial *t, u32 offset)
{
	PUT(t, LDX(BPF_W, 2, 6, offset));
	keep(t, 2);
}

static void make_calls(struct trial *t)
{
	u32 calls = 1 + pick(4);

	PUT(t, MOV64_X(6, 1));
	PUT(t, MOV64_K(9, 0));
	while (calls--) {
		PUT(t, MOV64_X(1, 6));
		if (pick(4))
			adjust_room(t);
		else
			change_proto(t);
		keep(t, 0);
		keep_field(t, offsetof(struct __sk_buff, protocol));
		keep_field(t, offsetof(struct __sk_buff, len));
	}
}

static void make_frame(struct trial *t)
{
	static const u16 types[] = { 0x0800, 0x0800, 0x86dd, 0x86dd, 0x88b5 };
	u16 type = types[pick(ARRAY_SIZE(types))];
	u32 i;

	t->len = 60 + pick(120);
	for (i = 0; i < t->len; i++)
		t->frame[i] = pick(256);
	t->frame[12] = type >> 8;
	t->frame[13] = type;
}

static int on_host(const struct trial *t, struct outcome *o)
{
	struct __sk_buff skb = {};
	struct trial p = *t;
	int fd, err;

	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = p.frame,
		    .data_size_in = p.len, .data_out = o->frame,
		    .data_size_out = sizeof(o->frame), .ctx_out = &skb,
		    .ctx_size_out = sizeof(skb));
	PUT(&p, STX(BPF_W, 6, offsetof(struct __sk_buff, cb[0]), 9));
	PUT(&p, ALU64_K(BPF_RSH, 9, 32));
	PUT(&p, STX(BPF_W, 6, offsetof(struct __sk_buff, cb[1]), 9));
	PUT(&p, MOV64_K(0, 0));
	PUT(&p, EXIT());
	fd = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "room", "GPL", p.insns, p.n,
			   NULL);
	if (fd < 0)
		return -errno;
	err = bpf_prog_test_run_opts(fd, &run);
	close(fd);
	o->len = run.data_size_out;
	o->answers = skb.cb[0] | (u64)skb.cb[1] << 32;
	return err;
}

static int on_card(const struct trial *t, struct outcome *o)
{
	struct fn_tr_options options = { .lanes = 1, .level = FN_TR_MAX_LEVEL };
	struct fn_run run = { .frame = o->frame,
			      .len = t->len,
			      .room = sizeof(o->frame),
			      .ifindex = 1 };
	struct fn_log log = {};
	struct trial p = *t;
	struct fn_bpf_prog bpf = { .insns = p.insns,
				   .type = BPF_PROG_TYPE_SCHED_CLS };
	struct fn_image *img = NULL;
	char why[FN_WHY_LEN];
	int err;

	PUT(&p, MOV64_X(0, 9));
	PUT(&p, EXIT());
	bpf.len = p.n;
	memcpy(o->frame, p.frame, p.len);
	err = fn_translate(&bpf, &options, &log, &img);
	if (!err)
		err = image_load(engine, img, NULL, 0, &run.prog, why);
	if (!err)
		err = fn_engine_run(engine, &run);
	fn_prog_unload(engine, run.prog);
	fn_free(img);
	o->len = run.len;
	o->answers = run.result;
	return err ?: run.fault ? -EFAULT : 0;
}

static bool is_same(const struct trial *t)
{
	struct outcome host, card;
	int host_err = on_host(t, &host), card_err = on_card(t, &card);

	if (!host_err && !card_err && host.answers == card.answers &&
	    host.len == card.len && !memcmp(host.frame, card.frame, host.len))
		return true;
	diag("%u bytes of type %02x%02x:%s", t->len, t->frame[12], t->frame[13],
	     t->said);
	diag("host: %d, answers 0x%llx, %u bytes", host_err,
	     (unsigned long long)host.answers, host.len);
	diag("card: %d, answers 0x%llx, %u bytes", card_err,
	     (unsigned long long)card.answers, card.len);
	return false;
}

/* Who may not load programs learns nothing here. */
static bool is_permitted(void)
{
	struct trial t = { .len = 60 };
	struct outcome o;

	PUT(&t, MOV64_X(6, 1));
	PUT(&t, MOV64_K(9, 0));
	return !on_host(&t, &o);
}

int main(int argc, char **argv)
{
	struct fn_env env = { .profile = fn_profile_find(NULL), .threads = 1 };
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 0;
	u64 last = seed + (argc > 2 ? strtoull(argv[2], NULL, 0) : SEEDS);
	u32 wrong = 0;

	if (!is_permitted()) {
		skip("room for headers", "bpf(2) is not permitted");
		return done_testing();
	}
	fn_env_host(&env);
	engine = fn_engine_alloc(&env);
	for (; seed < last && wrong < 5; seed++) {
		struct trial t = {};

		state = (seed + 1) * 0x9e3779b97f4a7c15ull;
		make_calls(&t);
		make_frame(&t);
		wrong += !is_same(&t);
	}
	is_u64(wrong, 0, "the card and the host's kernel give the same");
	fn_engine_free(engine);
	return done_testing();
}
