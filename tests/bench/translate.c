// SPDX-License-Identifier: GPL-2.0
/*
 * How long the translator takes, and how much memory, by length of program.
 *
 *	translate [--json]
 *
 * Programs of the lengths in @lengths are made of what packet programs are made
 * of: loads and stores, arithmetic, short branches, verdicts, lookups. The time
 * is the best of a few, of a thread's CPU time, so that a busy machine does not
 * count; the memory is what the process needs at most beyond what it needs for
 * the program itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "apart.h"
#include "cpu.h"
#include "offload/translator/translator.h"
#include "tests/unit/bpf_insn.h"

#define LEVEL 2
#define LANES 4
#define PER_INSN_NS 3000 /* what is aimed at */

static const u32 lengths[] = { 1000, 10000, 100000 };

static const struct fn_image_map map = {
	.type = BPF_MAP_TYPE_ARRAY,
	.key_size = 4,
	.value_size = 64,
	.max_entries = 4,
};

struct made {
	struct bpf_insn *insns;
	u32 n;
	u64 random;
};

struct result {
	u32 insns;
	u32 words;
	double ns; /* per BPF instruction */
	double bytes; /* the same */
	int err;
};

static u32 pick(struct made *m, u32 below)
{
	m->random = m->random * 6364136223846793005ull + 1442695040888963407ull;
	return (m->random >> 33) % below;
}

static void put(struct made *m, const struct bpf_insn *insns, u32 n)
{
	while (n--)
		m->insns[m->n++] = *insns++;
}

#define PUT(m, ...)                                      \
	put(m, (struct bpf_insn[]){ __VA_ARGS__ },       \
	    sizeof((struct bpf_insn[]){ __VA_ARGS__ }) / \
		    sizeof(struct bpf_insn))

/* r7: packet with 64 bytes; r6: context; r1 to r5: numbers. */
static void prologue(struct made *m)
{
	PUT(m, MOV64_X(6, 1), LDX(BPF_W, 7, 6, 0), LDX(BPF_W, 8, 6, 4),
	    MOV64_X(2, 7), ALU64_K(BPF_ADD, 2, 64), JMP_X(BPF_JLE, 2, 8, 2),
	    MOV64_K(0, 1), EXIT(), MOV64_K(1, 1), MOV64_K(2, 2), MOV64_K(3, 3),
	    MOV64_K(4, 4), MOV64_K(5, 5), ST(BPF_W, 10, -4, 0));
}

static void arithmetic(struct made *m)
{
	static const u8 ops[] = { BPF_ADD, BPF_SUB, BPF_XOR, BPF_OR, BPF_AND };
	u8 op = ops[pick(m, 5)], a = 1 + pick(m, 5), b = 1 + pick(m, 5);

	PUT(m, LDX(BPF_H, a, 7, 2 * pick(m, 31)), ALU64_X(op, b, a),
	    ALU64_K(BPF_LSH, a, 1 + pick(m, 8)), ALU64_X(BPF_XOR, b, a));
}

static void branch(struct made *m)
{
	u8 a = 1 + pick(m, 5), b = 1 + pick(m, 5);

	PUT(m, LDX(BPF_B, a, 7, pick(m, 64)),
	    JMP_K(BPF_JNE, a, pick(m, 256), 2), ALU64_K(BPF_ADD, b, 7),
	    STX(BPF_B, 7, pick(m, 64), b));
}

static void verdict(struct made *m)
{
	u8 a = 1 + pick(m, 5);

	PUT(m, LDX(BPF_W, a, 7, 4 * pick(m, 16)),
	    JMP_K(BPF_JNE, a, pick(m, 1000000), 2), MOV64_K(0, 1), EXIT());
}

static void lookup(struct made *m)
{
	PUT(m, STX(BPF_DW, 10, -16, 4), STX(BPF_DW, 10, -24, 5), LDMAP(1, 0),
	    MOV64_X(2, 10), ALU64_K(BPF_ADD, 2, -4), HELPER(1),
	    JMP_K(BPF_JNE, 0, 0, 2), MOV64_K(0, 1), EXIT(),
	    LDX(BPF_DW, 1, 0, 8), ALU64_K(BPF_ADD, 1, 1), STX(BPF_DW, 0, 8, 1),
	    MOV64_K(2, 9), MOV64_K(3, 8), LDX(BPF_DW, 4, 10, -16),
	    LDX(BPF_DW, 5, 10, -24));
}

static void make(struct made *m, u32 n)
{
	static void (*const parts[])(struct made * m) = {
		arithmetic, arithmetic, branch, branch, verdict, lookup,
	};

	m->insns = calloc(n + 64, sizeof(*m->insns));
	m->random = n;
	prologue(m);
	while (m->n < n - 4)
		parts[pick(m, 6)](m);
	PUT(m, STX(BPF_DW, 7, 0, 1), STX(BPF_DW, 7, 8, 2), MOV64_K(0, 2),
	    EXIT());
}

static void to_stderr(void *ctx, const char *fmt, va_list ap)
{
	vfprintf(stderr, fmt, ap);
}

static double peak(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss * 1024.0;
}

static void measure(const void *what, void *result)
{
	u32 n = *(const u32 *)what;
	struct made m = {};
	struct fn_tr_options o = { .level = LEVEL, .lanes = LANES };
	struct fn_log log = { .write = to_stderr };
	struct fn_bpf_prog prog = { .type = BPF_PROG_TYPE_XDP,
				    .maps = &map,
				    .nmaps = 1 };
	struct result r = {};
	u32 tries = 200000 / n + 3, i;
	double before;

	make(&m, n);
	prog.insns = m.insns;
	prog.len = m.n;
	before = peak();
	for (i = 0; i < tries && !r.err; i++) {
		struct fn_image *img = NULL;
		double start = cpu_ns(), ns;

		r.err = fn_translate(&prog, &o, &log, &img);
		ns = (cpu_ns() - start) / m.n;
		r.ns = i && r.ns < ns ? r.ns : ns;
		r.words = r.err ? 0 : img->nwords;
		fn_free(img);
	}
	r.insns = m.n;
	r.bytes = (peak() - before) / m.n;
	free(m.insns);
	*(struct result *)result = r;
}

int main(int argc, char **argv)
{
	bool json = argc > 1 && !strcmp(argv[1], "--json");
	int bad = 0;
	u32 i;

	printf(json ? "[" : "%12s %8s %10s %12s\n", "instructions", "words",
	       "ns/insn", "bytes/insn");
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct result r = {};

		bad |= !apart(measure, &lengths[i], &r, sizeof(r));
		bad |= r.err;
		printf(json ? "%s{\"program\":\"generated\",\"instructions\":%u,\"words\":%u,\"ns_per_instruction\":%.1f,\"bytes_per_instruction\":%.1f}" :
			      "%s%12u %8u %10.0f %12.0f\n",
		       json && i ? "," : "", r.insns, r.words, r.ns, r.bytes);
	}
	if (json)
		printf("]\n");
	else
		printf("aimed at: %u ns; level %u, %u lanes\n", PER_INSN_NS,
		       LEVEL, LANES);
	return bad ? 1 : 0;
}
