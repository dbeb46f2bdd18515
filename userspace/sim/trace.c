// SPDX-License-Identifier: GPL-2.0
/*
 * flownic sim --trace: a packet step by step.
 */
#include <string.h>

#include "offload/engine/prog.h"
#include "sim.h"
#include "userspace/io/io.h"
#include "userspace/object/object.h"
#include "userspace/tool.h"

typedef unsigned long long ull;

/**
 * struct trace - work on a packet
 * @s: simulation
 * @r: registers before the group at hand
 * @local: context and stack before the group at hand
 * @frame: packet before the group at hand
 * @addr: device address of it
 * @len: bytes of it
 * @begins: the word at hand is the first of its group
 * @next: word behind the last one
 * @started: there was a group before
 */
struct trace {
	const struct fn_sim *s;
	u64 r[FN_NREGS];
	u64 local[FN_LOCAL_SIZE / sizeof(u64)];
	u8 frame[FN_PKT_CELL_LARGE];
	u64 addr;
	u64 len;
	bool begins;
	u32 next;
	bool started;
};

static void save_state(struct trace *t, const struct fn_exec *x)
{
	memcpy(t->r, x->r, sizeof(t->r));
	memcpy(t->local, x->local, sizeof(t->local));
	t->addr = x->pkt_addr;
	t->len = min_t(u64, x->pkt_len, sizeof(t->frame));
	memcpy(t->frame, x->pkt_host, t->len);
}

static void print_bytes(const char *what, u64 addr, const u8 *p, u64 len)
{
	printf("      %s 0x%08llx:", what, (ull)addr);
	while (len--)
		printf(" %02x", *p++);
	putchar('\n');
}

static void changed_bytes(const char *what, u64 addr, const u8 *old,
			  const u8 *new, u64 len)
{
	u64 from = 0, to;

	while (from < len) {
		for (to = from; to < len && old[to] != new[to];)
			to++;
		if (from < to)
			print_bytes(what, addr + from, new + from, to - from);
		from = to + 1;
	}
}

/* What the group before this one has done. */
static void print_changes(struct trace *t, const struct fn_exec *x)
{
	u32 i;

	for (i = 0; i < FN_NREGS; i++)
		if (t->r[i] != x->r[i])
			printf("      r%-2u = 0x%llx\n", i, (ull)x->r[i]);
	changed_bytes("local", FN_ADDR_LOCAL, (const u8 *)t->local,
		      (const u8 *)x->local, sizeof(t->local));
	if (t->addr == x->pkt_addr && t->len == x->pkt_len)
		changed_bytes("packet", t->addr, t->frame, x->pkt_host, t->len);
	else
		printf("      packet is at 0x%08llx, %llu bytes\n",
		       (ull)x->pkt_addr, (ull)x->pkt_len);
}

static void print_line(const struct trace *t, u32 pc)
{
	u32 insn = fn_image_origin(t->s->img)[pc];
	const struct fn_line *l = NULL;

	if (insn != FN_ORIGIN_NONE && t->s->program)
		l = fn_program_line(t->s->program, insn);
	if (!l)
		return;
	printf("    ; %s:%u %s\n", l->file, l->line,
	       l->text + strspn(l->text, " \t"));
}

static void step(void *ctx, const struct fn_exec *x)
{
	struct trace *t = ctx;
	struct fn_insn insn;
	char text[80];

	if (x->pc >= t->s->img->nwords)
		return;
	/* A branch that is taken ends its group, too. */
	if (t->begins || x->pc != t->next) {
		if (t->started)
			print_changes(t, x);
		save_state(t, x);
		print_line(t, x->pc);
		printf("cycle %llu\n", (ull)(x->issue_cycles + x->cycles));
		t->started = true;
	}
	insn = fn_insn_decode(fn_image_words(t->s->img)[x->pc]);
	fn_insn_print(text, sizeof(text), &insn, x->pc);
	printf("  %5u: %s\n", x->pc, text);
	t->begins = insn.stop;
	t->next = x->pc + 1;
}

static void print_end(const struct fn_run *run)
{
	char *frame = fn_hex_write(run->frame, run->len);

	printf("verdict %s, %llu cycles, %llu instructions\n",
	       fn_verdict_name[run->verdict], (ull)run->cycles,
	       (ull)run->words);
	if (run->fault)
		printf("fault: %s at word %u\n", fn_fault_text[run->fault],
		       run->pc);
	printf("packet %s\n\n", frame);
	free(frame);
}

/**
 * fn_sim_trace - run a packet and print each step
 * @s: simulation
 * @run: packet
 * @w: watch of the simulation
 */
void fn_sim_trace(struct fn_sim *s, struct fn_run *run, struct fn_watch *w)
{
	struct trace *t = fn_check_alloc(calloc(1, sizeof(*t)));
	struct fn_watch stepping = *w;
	char *frame = fn_hex_write(run->frame, run->len);

	printf("packet %s\n", frame);
	t->s = s;
	t->begins = true;
	stepping.step = step;
	stepping.ctx = t;
	run->watch = &stepping;
	fn_check_alloc(fn_engine_run(s->engine, run) ? NULL : run);
	run->watch = w;
	print_end(run);
	free(frame);
	free(t);
}
