// SPDX-License-Identifier: GPL-2.0
/*
 * One packet through one program.
 */
#include "compiled.h"
#include "exec.h"
#include "profile.h"
#include "prog.h"

/**
 * fn_exec_alloc - make a hardware thread
 * @e: its engine
 * @thread: its index; fn_env.threads for fn_engine_run()'s
 *
 * Return: NULL if memory is short.
 */
struct fn_exec *fn_exec_alloc(struct fn_engine *e, u32 thread)
{
	struct fn_exec *x = fn_alloc(sizeof(*x));
	u32 random;

	if (!x)
		return NULL;
	random = e->env.random(e->env.ctx);
	x->engine = e;
	x->thread = thread;
	x->segments = e->segments;
	x->limit = FN_WATCHDOG;
	x->random = (u64)random << 32 | e->env.random(e->env.ctx) | 1;
	return x;
}

/**
 * fn_exec_free - undo fn_exec_alloc()
 * @x: thread or NULL
 */
void fn_exec_free(struct fn_exec *x)
{
	fn_free(x);
}

static bool is_cls(const struct fn_prog *prog)
{
	return prog->image->type == BPF_PROG_TYPE_SCHED_CLS;
}

static __always_inline void show(struct fn_exec *x)
{
	const struct fn_packet *pkt = x->pkt;

	if (is_cls(x->prog)) {
		fn_cls_show(x);
	} else {
		x->ctx.data = FN_ADDR_PACKET + pkt->data;
		x->ctx.data_end = FN_ADDR_PACKET + pkt->end;
		x->ctx.data_meta = FN_ADDR_PACKET + pkt->meta;
	}
	x->pkt_addr = FN_ADDR_PACKET + pkt->meta;
	x->pkt_len = pkt->end - pkt->meta;
	x->pkt_host = pkt->cell + pkt->meta;
	x->data_host = pkt->cell + pkt->data;
	x->frame_len = pkt->end - pkt->data;
	x->end_host = pkt->cell + pkt->end;
}

/**
 * fn_exec_window - show the program the packet as it is now
 * @x: thread; x->pkt has changed
 */
void fn_exec_window(struct fn_exec *x)
{
	show(x);
}

static void set_up(struct fn_exec *x, struct fn_prog *prog,
		   struct fn_packet *pkt)
{
	x->prog = prog;
	x->code = prog->code;
	x->pkt = pkt;
	x->fault = FN_FAULT_NONE;
	x->addr = 0;
	x->words = 0;
	x->budget = x->limit;
	x->cycles = prog->profile->packet;
	x->last_access = 0;
	x->hidden = 0;
	x->map_busy = 0;
	x->depth = 0;
	x->redirected = false;
	if (is_cls(prog)) {
		x->skb.tc_classid = 0;
	} else {
		x->ctx.ingress_ifindex = x->ifindex;
		x->ctx.rx_queue_index = pkt->queue;
		x->ctx.egress_ifindex = 0;
	}
	show(x);
	if (unlikely(prog->asks_csum))
		fn_cls_csum_ask(x);
}

static void count(struct fn_exec *x, u32 verdict)
{
	struct fn_prog_stats *s = &x->prog->stats[x->thread];

	s->runs++;
	s->cycles += x->cycles;
	s->words += x->words;
	s->map_busy += x->map_busy;
	s->verdicts[verdict]++;
	if (x->fault)
		s->faults[x->fault]++;
}

/* Moving the packet takes its time, whatever the program does. */
static void charge_move(struct fn_exec *x, u32 verdict)
{
	const struct fn_profile *p = x->prog->profile;
	u64 least = verdict <= XDP_DROP ? p->floor_drop : p->floor_forward;

	x->cycles = max(x->cycles, least);
}

static void run_interpreted(struct fn_exec *x)
{
	x->compiled = false;
	x->jumps = 0;
	if (unlikely(READ_ONCE(x->prog->special)))
		fn_exec_special(x);
	else
		fn_interp(x);
}

static void run_compiled(struct fn_exec *x)
{
	x->compiled = true;
	fn_compiled_run(x);
}

static u32 xdp_verdict(struct fn_exec *x)
{
	u32 verdict = x->result;

	if (!x->fault && verdict > XDP_REDIRECT)
		fn_exec_fault(x, FN_FAULT_VERDICT, verdict);
	else if (!x->fault && verdict == XDP_ABORTED)
		fn_exec_fault(x, FN_FAULT_ABORTED, 0);
	return x->fault ? XDP_ABORTED : verdict;
}

/**
 * fn_exec_run - let a program decide a packet
 * @x: thread; port and ifindex are set, and for a classifier its context by
 *	fn_cls_begin()
 * @prog: program
 * @pkt: packet, changed as the program does
 *
 * Return: enum xdp_action, which a classifier's verdict comes down to; x->action
 * has that. XDP_ABORTED comes with a cause in x->fault.
 */
u32 fn_exec_run(struct fn_exec *x, struct fn_prog *prog, struct fn_packet *pkt)
{
	u32 verdict;

	set_up(x, prog, pkt);
	if (prog->compiled.code && !x->interpret && !READ_ONCE(prog->special))
		run_compiled(x);
	else
		run_interpreted(x);
	verdict = is_cls(prog) ? fn_cls_verdict(x) : xdp_verdict(x);
	charge_move(x, verdict);
	count(x, verdict);
	return verdict;
}

/* Who takes events instead of fn_env does not get what is behind them. */
static bool send(struct fn_exec *x, struct fn_event *ev, const u8 *data,
		 u32 size)
{
	const struct fn_env *env = &x->engine->env;

	ev->port = x->port;
	ev->prog = x->prog->handle;
	if (x->event) {
		x->event(x->event_ctx, ev);
		return true;
	}
	return env->event && env->event(env->ctx, x, ev, data, size);
}

/**
 * fn_exec_event - tell the host something about the run at hand
 * @x: thread
 * @ev: type, cause and text are set
 *
 * Return: false if there was no room.
 */
bool fn_exec_event(struct fn_exec *x, struct fn_event *ev)
{
	return send(x, ev, NULL, 0);
}

/**
 * fn_exec_output - send data to who reads the host's perf buffers
 * @x: thread
 * @ev: an FN_EVENT_DATA with all but port and program set
 * @data: the first bytes of it; what is left of its size is the frame's head
 * @size: bytes of @data
 *
 * Return: false if there was no room.
 */
bool fn_exec_output(struct fn_exec *x, struct fn_event *ev, const u8 *data,
		    u32 size)
{
	return send(x, ev, data, size);
}
