// SPDX-License-Identifier: GPL-2.0
/*
 * One packet through one program, for tools and tests.
 */
#include "engine.h"
#include "exec.h"
#include "prog.h"

/**
 * struct fn_runner - what fn_engine_run() needs
 * @exec: hardware thread
 * @cell: packet memory
 */
struct fn_runner {
	struct fn_exec *exec;
	u8 cell[FN_PKT_CELL_LARGE];
};

/**
 * fn_runner_free - undo what fn_engine_run() made
 * @runner: or NULL
 */
void fn_runner_free(struct fn_runner *runner)
{
	if (runner)
		fn_exec_free(runner->exec);
	fn_free(runner);
}

static struct fn_runner *runner_get(struct fn_engine *e)
{
	struct fn_runner *r = e->runner;

	if (r)
		return r;
	r = fn_alloc(sizeof(*r));
	if (!r)
		return NULL;
	r->exec = fn_exec_alloc(e, e->env.threads);
	if (!r->exec) {
		fn_free(r);
		return NULL;
	}
	e->runner = r;
	return r;
}

/* The cell is of the size that it would have on a port. */
static u32 cell_size(u32 len)
{
	u32 need = FN_PKT_HEADROOM + len + FN_PKT_TAIL_RESERVE;

	return need <= FN_PKT_CELL_SMALL ? FN_PKT_CELL_SMALL :
					   FN_PKT_CELL_LARGE;
}

static bool is_cls(const struct fn_prog *prog)
{
	return prog->image->type == BPF_PROG_TYPE_SCHED_CLS;
}

static void answer(struct fn_run *run, const struct fn_exec *x,
		   const struct fn_packet *pkt)
{
	run->result = x->result;
	run->redirect = x->redirected ? x->redirect : 0;
	if (is_cls(x->prog)) {
		run->marks = pkt->marks;
		run->clones = x->clones;
	} else {
		run->queue = x->ctx.rx_queue_index;
	}
	run->len = fn_packet_len(pkt);
	run->meta_len = pkt->data - pkt->meta;
	memcpy(run->meta, pkt->cell + pkt->meta, run->meta_len);
	run->fault = x->fault;
	run->pc = x->pc;
	run->insn = FN_ORIGIN_NONE;
	if (x->pc < x->prog->nwords)
		run->insn = fn_image_origin(x->prog->image)[x->pc];
	run->addr = x->addr;
	run->cycles = x->cycles;
	run->hidden = x->hidden;
	run->map_busy = x->map_busy;
	run->words = x->words;
}

#define RAW_META 32

/* Bytes that keep the window of a raw program from being too small. */
static u32 meta_before(const struct fn_prog *prog)
{
	return prog->image->type == BPF_PROG_TYPE_UNSPEC ? RAW_META : 0;
}

static bool length_ok(const struct fn_prog *prog, u32 len)
{
	return len + meta_before(prog) >= FN_FRAME_MIN &&
	       len <= FN_PKT_CELL_LARGE - FN_PKT_HEADROOM - FN_PKT_TAIL_RESERVE;
}

/* The stack drops a frame that is too short for its VLAN tag. */
static int leave_alone(struct fn_run *run)
{
	run->result = TC_ACT_UNSPEC;
	run->verdict = XDP_PASS;
	return 0;
}

static int run_prog(struct fn_runner *r, struct fn_prog *prog,
		    struct fn_run *run)
{
	struct fn_exec *x = r->exec;
	struct fn_packet pkt = {
		.cell = r->cell,
		.size = cell_size(run->len),
		.meta = FN_PKT_HEADROOM - meta_before(prog),
		.data = FN_PKT_HEADROOM,
		.end = FN_PKT_HEADROOM + run->len,
		.queue = run->queue,
	};

	fn_compiled_make(prog, x->engine);
	memcpy(pkt.cell + pkt.data, run->frame, run->len);
	x->ifindex = run->ifindex;
	x->limit = run->limit ? run->limit : FN_WATCHDOG;
	x->clock = run->clock;
	x->watch = run->watch;
	x->interpret = run->interpret || run->watch ||
		       !fn_compiled_within(prog, x->limit);
	x->event = run->event;
	x->event_ctx = run->event_ctx;
	if (is_cls(prog) && !fn_cls_begin(x, &pkt))
		return leave_alone(run);
	run->verdict = fn_exec_run(x, prog, &pkt);
	if (is_cls(prog))
		fn_cls_end(x, &pkt);
	answer(run, x, &pkt);
	if (run->len > run->room)
		return -ENOSPC;
	memcpy(run->frame, pkt.cell + pkt.data, run->len);
	return 0;
}

/**
 * fn_engine_run - let a program decide a packet
 * @e: engine
 * @run: the packet; gets all that came of it
 *
 * May sleep; the caller serializes, with loading and unloading as well.
 *
 * Return: 0, -ENOENT without such a program, -EINVAL for a frame that is too
 * short or too long, -ENOSPC if the frame that came of it is longer than there
 * is room for, -ENOMEM.
 */
int fn_engine_run(struct fn_engine *e, struct fn_run *run)
{
	struct fn_runner *r;
	struct fn_prog *prog;
	int ret;

	r = runner_get(e);
	prog = fn_table_find(&e->progs, run->prog);
	if (!r)
		ret = -ENOMEM;
	else if (!prog)
		ret = -ENOENT;
	else if (!length_ok(prog, run->len))
		ret = -EINVAL;
	else
		ret = run_prog(r, prog, run);
	return ret;
}
