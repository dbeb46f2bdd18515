// SPDX-License-Identifier: GPL-2.0
/*
 * How long the card's interpreter takes, beside the kernel's compiler.
 *
 *	interpreter [--json]
 *
 * Long programs are made of what packet programs are made of and run by both:
 * by the interpreter, built with the flags that the kernel's modules are built
 * with, and by BPF_PROG_TEST_RUN of the kernel of this machine, which needs
 * root and is left out otherwise. Times are of a BPF instruction that is run;
 * "fixed" is what a packet takes with a program that only returns. The best of
 * some rounds counts, those of all programs taking turns.
 */
#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "offload/engine/engine.h"
#include "offload/engine/exec.h"
#include "offload/engine/profile.h"
#include "offload/engine/prog.h"
#include "offload/translator/translator.h"
#include "tests/unit/bpf_insn.h"

#define INSNS 2000
#define ROUNDS 15
#define REPEAT 2000
#define FRAME 128
#define PER_INSN_NS 1.5 /* what is aimed at */
#define FIXED_NS 12

struct made {
	const char *name;
	void (*put)(struct made *m, u32 n);
	struct bpf_insn insns[INSNS + 16];
	u32 n;
	u32 runs; /* instructions that a run executes */
	struct fn_prog *prog;
	int fd;
	double interpreted;
	double words;
	double compiled;
};

static void add(struct made *m, struct bpf_insn insn)
{
	m->insns[m->n++] = insn;
}

/* Packet in r7, its end in r8, at least FRAME bytes of it. */
static void begin(struct made *m)
{
	add(m, LDX(BPF_W, 7, 1, 0));
	add(m, LDX(BPF_W, 8, 1, 4));
	add(m, MOV64_X(2, 7));
	add(m, ALU64_K(BPF_ADD, 2, FRAME));
	add(m, JMP_X(BPF_JLE, 2, 8, 2));
	add(m, MOV64_K(0, 1));
	add(m, EXIT());
	add(m, LDX(BPF_DW, 3, 7, 0));
	add(m, LDX(BPF_DW, 4, 7, 8));
	add(m, LDX(BPF_DW, 5, 7, 16));
	add(m, ST(BPF_DW, 10, -8, 7));
}

static void end(struct made *m)
{
	add(m, ALU64_X(BPF_XOR, 3, 4));
	add(m, ALU64_X(BPF_XOR, 3, 5));
	add(m, STX(BPF_DW, 7, 0, 3));
	add(m, MOV64_K(0, 1));
	add(m, EXIT());
	m->runs = m->n - 2; /* the early exit is not taken */
}

static void put_alu(struct made *m, u32 n)
{
	static const u8 ops[] = { BPF_ADD, BPF_XOR, BPF_SUB, BPF_OR, BPF_MUL };

	for (; n; n--)
		add(m, ALU64_X(ops[n % 5], 3 + n % 3, 3 + (n + 1) % 3));
}

static void put_memory(struct made *m, u32 n)
{
	for (; n >= 4; n -= 4) {
		add(m, LDX(BPF_W, 3, 7, n % 64));
		add(m, ALU64_X(BPF_ADD, 4, 3));
		add(m, STX(BPF_W, 7, 64 + n % 32, 4));
		add(m, ALU64_X(BPF_XOR, 5, 4));
	}
}

static void put_branches(struct made *m, u32 n)
{
	for (; n >= 4; n -= 4) {
		add(m, ALU64_X(BPF_ADD, 3, 4));
		add(m, JMP_X(BPF_JEQ, 3, 5, 1));
		add(m, ALU64_K(BPF_ADD, 4, n));
		add(m, ALU64_X(BPF_XOR, 5, 3));
	}
}

/* What packet programs are: some of each */
static void put_mix(struct made *m, u32 n)
{
	for (; n >= 8; n -= 8) {
		add(m, LDX(BPF_H, 3, 7, n % 64));
		add(m, ALU64_K(BPF_AND, 3, 0xfff));
		add(m, JMP_K(BPF_JEQ, 3, 0x1001, 2));
		add(m, ALU64_X(BPF_ADD, 4, 3));
		add(m, STX(BPF_W, 10, -8, 4));
		add(m, LDX(BPF_W, 5, 10, -8));
		add(m, ALU64_K(BPF_RSH, 5, 3));
		add(m, ALU64_X(BPF_XOR, 4, 5));
	}
}

static struct made programs[] = {
	{ .name = "fixed" },
	{ .name = "arithmetic", .put = put_alu },
	{ .name = "memory", .put = put_memory },
	{ .name = "branches", .put = put_branches },
	{ .name = "mix", .put = put_mix },
};

static void make(struct made *m)
{
	if (m->put) {
		begin(m);
		m->put(m, INSNS - 16);
		end(m);
		return;
	}
	add(m, MOV64_K(0, 1));
	add(m, EXIT());
	m->runs = 2;
}

/* ---- the card; level 0, so that a word is a BPF instruction */

static bool put_on_card(struct fn_engine *engine, struct made *m)
{
	static const struct fn_tr_options options = { .level = 0, .lanes = 1 };
	struct fn_bpf_prog bpf = { .insns = m->insns,
				   .len = m->n,
				   .type = BPF_PROG_TYPE_XDP };
	struct fn_msg_prog_load msg = { .name = "bench" };
	struct fn_image *img;

	if (fn_translate(&bpf, &options, NULL, &img))
		return false;
	msg.image = fn_ptr_to_bus(img);
	msg.size = img->size;
	if (fn_prog_load(engine, &msg))
		return false;
	fn_free(img);
	m->prog = fn_table_find(&engine->progs, msg.handle);
	return true;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

/* ns of a run */
static double interpret(struct fn_exec *x, struct made *m)
{
	static u8 cell[FN_PKT_CELL_SMALL];
	u32 repeat = m->put ? REPEAT : REPEAT * 100;
	double start = now();
	u32 i;

	for (i = 0; i < repeat; i++) {
		struct fn_packet pkt = {
			.cell = cell,
			.size = sizeof(cell),
			.meta = FN_PKT_HEADROOM,
			.data = FN_PKT_HEADROOM,
			.end = FN_PKT_HEADROOM + FRAME,
		};

		fn_exec_run(x, m->prog, &pkt);
	}
	m->words = x->words;
	return (now() - start) / repeat;
}

/* ns of a run by the kernel, or 0 */
static double test_run(struct made *m)
{
	static u8 frame[FRAME];

	LIBBPF_OPTS(bpf_test_run_opts, t, .data_in = frame,
		    .data_size_in = FRAME, .repeat = REPEAT * 10);

	if (m->fd < 0 || bpf_prog_test_run_opts(m->fd, &t))
		return 0;
	return t.duration;
}

static double least(double best, double time)
{
	return !best || time < best ? time : best;
}

static void measure(struct fn_exec *x)
{
	u32 i, round;

	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < ARRAY_SIZE(programs); i++) {
			struct made *m = &programs[i];

			m->interpreted = least(m->interpreted, interpret(x, m));
			m->compiled = least(m->compiled, test_run(m));
		}
	}
}

/* Of a program's own instructions alone. */
static double each(const struct made *m, double time, double fixed)
{
	return m->put ? (time - fixed) / m->runs : time;
}

static bool show(bool json)
{
	const struct made *fixed = &programs[0];
	bool good = true;
	u32 i;

	if (json)
		printf("[\n");
	else
		printf("%-12s %12s %12s   ns, per BPF instruction but for fixed\n",
		       "", "interpreted", "compiled");
	for (i = 0; i < ARRAY_SIZE(programs); i++) {
		const struct made *m = &programs[i];
		double a = each(m, m->interpreted, fixed->interpreted);
		double b = each(m, m->compiled, fixed->compiled);

		good &= a <= (m->put ? PER_INSN_NS : FIXED_NS);
		printf(json ? " {\"program\": \"%s\", \"interpreted_ns\": %.3f, \"compiled_ns\": %.3f}%s\n" :
			      "%-12s %12.2f %12.2f%s\n",
		       m->name, a, b,
		       json && i + 1 < ARRAY_SIZE(programs) ? "," : "");
	}
	if (json)
		printf("]\n");
	else
		printf("aimed at: %.1f ns, fixed %d ns\n", PER_INSN_NS,
		       FIXED_NS);
	return good;
}

int main(int argc, char **argv)
{
	struct fn_env env = { .profile = fn_profile_find(NULL), .threads = 1 };
	struct fn_engine *engine;
	struct fn_exec *x;
	u32 i;

	fn_env_host(&env);
	engine = fn_engine_alloc(&env);
	x = engine ? fn_exec_alloc(engine, 1) : NULL;
	for (i = 0; i < ARRAY_SIZE(programs); i++) {
		struct made *m = &programs[i];

		make(m);
		if (!x || !put_on_card(engine, m)) {
			fprintf(stderr, "interpreter: %s: not loaded\n",
				m->name);
			return 2;
		}
		m->fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "interpreter", "GPL",
				      m->insns, m->n, NULL);
	}
	measure(x);
	/* The figures are for who reads them; a busy machine is no failure. */
	show(argc > 1 && !strcmp(argv[1], "--json"));
	fn_exec_free(x);
	fn_engine_free(engine);
	return 0;
}
