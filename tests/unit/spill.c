// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that want more values at a time than there are registers: they are
 * optimised all the same, and give what they give unoptimised.
 */
#include "bpf_insn.h"
#include "card_code.h"
#include "offload/translator/translator.h"

#define MAX 400
#define FRAME 256

static struct fn_engine *engine;
static char logged[4096];

struct program {
	struct bpf_insn insns[MAX];
	u32 n;
};

static void collect(void *ctx, const char *fmt, va_list ap)
{
	size_t n = strlen(logged);

	vsnprintf(logged + n, sizeof(logged) - n, fmt, ap);
}

static void add(struct program *p, struct bpf_insn insn)
{
	p->insns[p->n++] = insn;
}

/* The packet in r7, FRAME bytes of it for certain, or the verdict is 1. */
static void prologue(struct program *p)
{
	static const struct bpf_insn insns[] = {
		MOV64_X(6, 1),
		LDX(BPF_W, 7, 6, 0),
		LDX(BPF_W, 8, 6, 4),
		MOV64_X(2, 7),
		ALU64_K(BPF_ADD, 2, FRAME),
		JMP_X(BPF_JLE, 2, 8, 2),
		MOV64_K(0, 1),
		EXIT(),
	};
	u32 i;

	p->n = 0;
	for (i = 0; i < ARRAY_SIZE(insns); i++)
		add(p, insns[i]);
}

/*
 * Reads @values numbers from the packet and stores them to the stack, from where
 * the translator takes them into registers. They come back in the other order,
 * so that all are wanted at a time; a helper is called in between if @helper.
 */
static void many_values(struct program *p, u32 values, bool helper)
{
	static const struct bpf_insn call = HELPER(7);
	u32 i;

	prologue(p);
	for (i = 0; i < values; i++) {
		add(p, LDX(BPF_W, 1, 7, 4 * i));
		add(p, ALU64_K(BPF_XOR, 1, 1000 + i));
		add(p, STX(BPF_DW, 10, -8 * (s32)(i + 1), 1));
	}
	if (helper)
		add(p, call);
	add(p, MOV64_K(0, 0));
	for (i = values; i--;) {
		add(p, LDX(BPF_DW, 2, 10, -8 * (s32)(i + 1)));
		add(p, ALU64_K(BPF_MUL, 0, 3));
		add(p, ALU64_X(BPF_ADD, 0, 2));
	}
	add(p, STX(BPF_DW, 7, 0, 0));
	add(p, MOV64_K(0, 2));
	add(p, EXIT());
}

static struct fn_image *translate(const struct program *p, u32 level,
				  u32 registers)
{
	struct fn_tr_options o = { .level = level,
				   .lanes = 4,
				   .registers = registers };
	struct fn_log log = { .write = collect };
	struct fn_bpf_prog prog = { .insns = p->insns,
				    .len = p->n,
				    .type = BPF_PROG_TYPE_XDP };
	struct fn_image *img = NULL;

	logged[0] = 0;
	if (!ok(!fn_translate(&prog, &o, &log, &img), "translated"))
		diag("%s", logged);
	return img;
}

/* Words that load what the translator has put below the program's stack. */
static u32 reloads(const struct fn_image *img)
{
	u32 pc, n = 0;

	for (pc = 0; pc < img->nwords; pc++) {
		struct fn_insn i = fn_insn_decode(fn_image_words(img)[pc]);

		n += i.op == FN_OP_LD && i.a == FN_REG_FP && i.imm < -512;
	}
	return n;
}

static u32 groups(const struct fn_image *img)
{
	u32 pc, n = 0;

	for (pc = 0; pc < img->nwords; pc++)
		n += fn_image_begins(img, pc);
	return n;
}

/* The first 8 bytes of the frame afterwards; 0 if the program did not run. */
static u64 result(const struct fn_image *img)
{
	struct fn_run run = { .room = FRAME, .len = FRAME };
	u8 frame[FRAME];
	char why[FN_WHY_LEN];
	u64 value;
	u32 i;

	for (i = 0; i < FRAME; i++)
		frame[i] = i * 37;
	run.frame = frame;
	if (image_load(engine, img, NULL, 0, &run.prog, why)) {
		diag("refused: %s", why);
		return 0;
	}
	if (fn_engine_run(engine, &run) || run.verdict != XDP_PASS)
		diag("verdict %u, fault %u", run.verdict, run.fault);
	prog_unload(engine, run.prog);
	memcpy(&value, frame, sizeof(value));
	return run.verdict == XDP_PASS ? value : 0;
}

static void check(const struct program *p, u32 registers, bool spills,
		  const char *what)
{
	struct fn_image *plain = translate(p, 0, 0);
	struct fn_image *best = translate(p, 2, registers);
	u64 want = result(plain);

	diag("%s: %u BPF instructions, %u words, %u reloads, frame %u", what,
	     p->n, best->nwords, reloads(best), best->frame);
	ok(want, "%s: the unoptimised program runs", what);
	ok(result(best) == want, "%s: the optimised one gives the same", what);
	ok(groups(best) < plain->nwords * 3 / 4, "%s: it is optimised", what);
	ok(!!reloads(best) == spills, "%s: values %s in the stack", what,
	   spills ? "are" : "are not");
	fn_free(plain);
	fn_free(best);
}

int main(void)
{
	static struct program p;

	engine = test_engine();
	many_values(&p, 16, false);
	check(&p, 0, false, "16 values in 29 registers");
	check(&p, 8, true, "16 values in 8 registers");
	many_values(&p, 16, true);
	check(&p, 0, false, "16 values across a helper");
	check(&p, 8, true, "16 values across a helper, 8 registers");
	fn_engine_free(engine);
	return done_testing();
}
