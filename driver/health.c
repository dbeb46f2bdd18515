// SPDX-License-Identifier: GPL-2.0
/*
 * devlink's health reporter "fault": threads of the card that faulted. An event
 * of the card makes a report, from a work item and a few times a second at
 * most. Its dump is the first thread that faulted since the report before.
 */

#include "../offload/isa.h"
#include "flownic.h"

/* Between two reports, jiffies. */
#define FN_HEALTH_PAUSE (HZ / 5)
/* A fault so soon after a recovery says that it was of no use; ms. */
#define FN_HEALTH_GRACE 1000

/**
 * struct fn_health - the reporter of a card
 * @nic: the card
 * @reporter: devlink's
 * @work: reports what the card has
 * @lock: protects @last and @recoveries
 * @last: the newest thread that was seen; none if its cause is FN_FAULT_NONE
 * @recoveries: number of them; a report of what was before one is no more
 * @reported: the one that is being reported; @work
 * @when: of the last report, jiffies; @work
 */
struct fn_health {
	struct fn_nic *nic;
	struct devlink_health_reporter *reporter;
	struct delayed_work work;
	struct mutex lock; /* innermost but for the card's */
	struct fn_msg_fault last;
	u32 recoveries;
	struct fn_msg_fault reported;
	unsigned long when;
};

/* Under @lock: the newest known is the answer. */
static bool fn_health_ask(struct fn_health *h, struct fn_msg_fault *f)
{
	bool fresh;

	fn_card_ctrl(h->nic->card, FN_CTRL_FAULT_GET, f, sizeof(*f));
	fresh = f->valid && f->cause < FN_NFAULTS;
	if (fresh)
		h->last = *f;
	else
		*f = h->last;
	return fresh;
}

/*
 * Ask the card for a thread that faulted; @recoveries gets the number there
 * have been.
 */
static bool fn_health_fetch(struct fn_health *h, struct fn_msg_fault *f,
			    u32 *recoveries)
{
	bool fresh;

	down_read(&h->nic->swap);
	fn_offload_set_ids(h->nic->offload);
	mutex_lock(&h->lock);
	fresh = fn_health_ask(h, f);
	*recoveries = h->recoveries;
	mutex_unlock(&h->lock);
	up_read(&h->nic->swap);
	return fresh;
}

static void fn_health_work(struct work_struct *work)
{
	struct fn_health *h =
		container_of(to_delayed_work(work), struct fn_health, work);
	struct fn_msg_fault *f = &h->reported;
	char text[160];
	u32 recoveries;

	if (!fn_health_fetch(h, f, &recoveries))
		return;
	WRITE_ONCE(h->when, jiffies);
	snprintf(text, sizeof(text), "%s: program %s (id %u), word %u",
		 fn_fault_text[f->cause], f->name, f->id, f->pc);
	if (READ_ONCE(h->recoveries) == recoveries)
		devlink_health_report(h->reporter, text, f);
}

/**
 * fn_health_notify() - the card has faults to report
 * @nic: the card
 *
 * Context: process; must have ended before fn_health_stop().
 */
void fn_health_notify(struct fn_nic *nic)
{
	struct fn_health *h = READ_ONCE(nic->health);
	unsigned long due, now = jiffies;

	if (!h)
		return;
	due = READ_ONCE(h->when) + FN_HEALTH_PAUSE;
	schedule_delayed_work(&h->work, time_after(due, now) ? due - now : 0);
}

static int fn_put_str(struct devlink_fmsg *fmsg, const char *name,
		      const char *value)
{
	return fn_fmsg(devlink_fmsg_string_pair_put(fmsg, name, value));
}

static int fn_put_hex(struct devlink_fmsg *fmsg, const char *name, u64 value)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%llx", value);
	return fn_put_str(fmsg, name, text);
}

static int fn_put_u32(struct devlink_fmsg *fmsg, const char *name, u32 value)
{
	return fn_fmsg(devlink_fmsg_u32_pair_put(fmsg, name, value));
}

/*
 * As text: where numbers of 64 bits need padding before them, devlink(8) of
 * iproute2 6.1 gives up at it.
 */
static int fn_put_u64(struct devlink_fmsg *fmsg, const char *name, u64 value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", value);
	return fn_put_str(fmsg, name, text);
}

static int fn_put_begin(struct devlink_fmsg *fmsg, const char *name)
{
	return fn_fmsg(devlink_fmsg_pair_nest_start(fmsg, name)) ?:
		       fn_fmsg(devlink_fmsg_obj_nest_start(fmsg));
}

static int fn_put_end(struct devlink_fmsg *fmsg)
{
	return fn_fmsg(devlink_fmsg_obj_nest_end(fmsg)) ?:
		       fn_fmsg(devlink_fmsg_pair_nest_end(fmsg));
}

/* @word may be anything: it is what made the thread fault. */
static void fn_insn_text(char *buf, size_t size, u64 word, u32 pc)
{
	struct fn_insn insn = fn_insn_decode(word);
	const char *why;

	if (fn_insn_valid(&insn, &why))
		fn_insn_print(buf, size, &insn, pc);
	else
		snprintf(buf, size, "none");
}

static int fn_put_thread(struct devlink_fmsg *fmsg,
			 const struct fn_msg_fault *f)
{
	char text[80];

	fn_insn_text(text, sizeof(text), f->word, f->pc);
	return fn_put_str(fmsg, "cause", fn_fault_name[f->cause])	 ?:
		       fn_put_str(fmsg, "text", fn_fault_text[f->cause]) ?:
		       fn_put_u32(fmsg, "port", f->port)		 ?:
		       fn_put_u32(fmsg, "worker", f->worker)		 ?:
		       fn_put_str(fmsg, "program", f->name)		 ?:
		       fn_put_u32(fmsg, "program_id", f->id)		 ?:
		       fn_put_u32(fmsg, "program_handle", f->prog)	 ?:
		       fn_put_u32(fmsg, "pc", f->pc)			 ?:
		       fn_put_u32(fmsg, "bpf_insn", f->insn)		 ?:
		       fn_put_hex(fmsg, "word", f->word)		 ?:
		       fn_put_str(fmsg, "instruction", text)		 ?:
		       fn_put_hex(fmsg, "address", f->addr)		 ?:
		       fn_put_u32(fmsg, "compiled", f->compiled)	 ?:
		       fn_put_u64(fmsg, "tstamp_ns", f->tstamp)		 ?:
		       fn_put_u64(fmsg, "cycles", f->cycles)		 ?:
		       fn_put_u64(fmsg, "instructions", f->words);
}

static int fn_put_registers(struct devlink_fmsg *fmsg,
			    const struct fn_msg_fault *f)
{
	u32 i, n = min_t(u32, f->nregs, ARRAY_SIZE(f->r));
	int err = fn_put_begin(fmsg, "registers");
	char name[8];

	for (i = 0; i < n && !err; i++) {
		snprintf(name, sizeof(name), "r%u", i);
		err = fn_put_hex(fmsg, name, f->r[i]);
	}
	return err ?: fn_put_end(fmsg);
}

static int fn_put_calls(struct devlink_fmsg *fmsg, const struct fn_msg_fault *f)
{
	int err = fn_fmsg(devlink_fmsg_arr_pair_nest_start(fmsg, "calls"));
	u32 i;

	for (i = 0; i < f->depth && i < ARRAY_SIZE(f->calls) && !err; i++)
		err = fn_fmsg(devlink_fmsg_u32_put(fmsg, f->calls[i]));
	return err ?: fn_fmsg(devlink_fmsg_arr_pair_nest_end(fmsg));
}

/* Words that ran one after another, as FIRST-LAST; oldest first. */
static int fn_put_recent(struct devlink_fmsg *fmsg,
			 const struct fn_msg_fault *f)
{
	int err = fn_fmsg(devlink_fmsg_arr_pair_nest_start(fmsg, "recent_pcs"));
	u32 n = min_t(u32, f->nhistory, FN_BRANCH_HISTORY);
	char text[32];
	u32 i;

	/* Where the oldest run began is known if there were no more jumps. */
	for (i = n < FN_BRANCH_HISTORY ? 0 : 1; i <= n && !f->compiled && !err;
	     i++) {
		snprintf(text, sizeof(text), "%u-%u",
			 i ? f->history[i - 1].to : 0,
			 i < n ? f->history[i].from : f->pc);
		err = fn_fmsg(devlink_fmsg_string_put(fmsg, text));
	}
	return err ?: fn_fmsg(devlink_fmsg_arr_pair_nest_end(fmsg));
}

static int fn_put_packet(struct devlink_fmsg *fmsg,
			 const struct fn_msg_fault *f)
{
	u32 n = min_t(u32, f->packet_len, FN_FAULT_PACKET);

	return fn_put_hex(fmsg, "packet_address", f->packet_addr)	?:
		       fn_put_u32(fmsg, "packet_length", f->packet_len) ?:
		       fn_put_u32(fmsg, "packet_metadata", f->meta_len) ?:
		       fn_fmsg(devlink_fmsg_binary_pair_put(fmsg, "packet",
							    f->packet, n));
}

/* @priv_ctx: the thread of a report; NULL if a user asks. */
static int fn_health_dump(struct devlink_health_reporter *reporter,
			  struct devlink_fmsg *fmsg, void *priv_ctx,
			  struct netlink_ext_ack *extack)
{
	struct fn_health *h = devlink_health_reporter_priv(reporter);
	struct fn_msg_fault *own = NULL, *f = priv_ctx;
	u32 recoveries;
	int err;

	if (!f) {
		f = kzalloc(sizeof(*f), GFP_KERNEL);
		if (!f)
			return -ENOMEM;
		own = f;
		fn_health_fetch(h, f, &recoveries);
	}
	if (f->cause == FN_FAULT_NONE) {
		fn_extack(extack, "no thread of card %u has faulted",
			  h->nic->index);
		err = -ENODATA;
	} else {
		err = fn_put_thread(fmsg, f)		?:
			      fn_put_registers(fmsg, f) ?:
			      fn_put_calls(fmsg, f)	?:
			      fn_put_recent(fmsg, f)	?:
							  fn_put_packet(fmsg, f);
	}
	kfree(own);
	return err;
}

/* What the card has yet to report was before it recovered. */
static void fn_health_forget(struct fn_health *h, struct fn_msg_fault *f)
{
	fn_offload_set_ids(h->nic->offload);
	mutex_lock(&h->lock);
	fn_health_ask(h, f);
	WRITE_ONCE(h->recoveries, h->recoveries + 1);
	mutex_unlock(&h->lock);
}

/*
 * Programs are written into the control store once more. It is all that can be
 * done; a program that is at fault itself will fault again, and if that is
 * before the grace period is over, the card stays in error.
 */
static int fn_health_recover(struct devlink_health_reporter *reporter,
			     void *priv_ctx, struct netlink_ext_ack *extack)
{
	struct fn_health *h = devlink_health_reporter_priv(reporter);
	struct fn_msg_fault *f = kzalloc(sizeof(*f), GFP_KERNEL);
	struct fn_msg_store msg;
	int err;

	if (!f)
		return -ENOMEM;
	down_read(&h->nic->swap);
	err = fn_card_ctrl(h->nic->card, FN_CTRL_STORE_RELOAD, &msg,
			   sizeof(msg));
	if (!err)
		fn_health_forget(h, f);
	up_read(&h->nic->swap);
	kfree(f);
	return err;
}

static int fn_health_sum(struct fn_nic *nic, u64 *faults)
{
	struct fn_msg_port_stats *s = kzalloc(sizeof(*s), GFP_KERNEL);
	u32 i, k;
	int err = 0;

	if (!s)
		return -ENOMEM;
	for (i = 0; i < nic->nports && !err; i++) {
		s->port = i;
		err = fn_card_ctrl(nic->card, FN_CTRL_PORT_STATS, s,
				   sizeof(*s));
		for (k = 0; k < FN_NFAULTS && !err; k++)
			faults[k] += s->faults[k];
	}
	kfree(s);
	return err;
}

static int fn_put_faults(struct devlink_fmsg *fmsg, const u64 *faults)
{
	int err = fn_put_begin(fmsg, "aborted");
	u32 i;

	for (i = FN_FAULT_NONE + 1; i < FN_NFAULTS && !err; i++)
		err = fn_put_u64(fmsg, fn_fault_name[i], faults[i]);
	return err ?: fn_put_end(fmsg);
}

static int fn_put_store(struct devlink_fmsg *fmsg, struct fn_nic *nic)
{
	struct fn_msg_store s;
	int err = fn_card_ctrl(nic->card, FN_CTRL_STORE_CHECK, &s, sizeof(s));

	return err						       ?:
		       fn_put_begin(fmsg, "control_store")	       ?:
		       fn_put_u32(fmsg, "programs", s.progs)	       ?:
		       fn_put_u32(fmsg, "words", s.words)	       ?:
		       fn_put_u32(fmsg, "parity_errors", s.bad)	       ?:
		       fn_put_u32(fmsg, "injected_programs", s.spoilt) ?:
		       fn_put_end(fmsg);
}

static int fn_health_diagnose(struct devlink_health_reporter *reporter,
			      struct devlink_fmsg *fmsg,
			      struct netlink_ext_ack *extack)
{
	struct fn_health *h = devlink_health_reporter_priv(reporter);
	u64 faults[FN_NFAULTS] = {};
	int err;

	down_read(&h->nic->swap);
	err = fn_health_sum(h->nic, faults)	  ?:
		      fn_put_faults(fmsg, faults) ?:
						    fn_put_store(fmsg, h->nic);
	up_read(&h->nic->swap);
	return err;
}

/* The first port that runs a program. */
static u32 fn_health_program(struct fn_nic *nic)
{
	struct fn_msg_prog *p = kzalloc(sizeof(*p), GFP_KERNEL);
	u32 handle = 0;

	while (p && !handle &&
	       !fn_card_ctrl(nic->card, FN_CTRL_PROG_GET, p, sizeof(*p))) {
		if (p->ports)
			handle = p->handle;
		p->handle++;
	}
	kfree(p);
	return handle;
}

static int fn_health_inject(struct fn_health *h, struct netlink_ext_ack *extack)
{
	struct fn_msg_inject msg = {
		.cause = FN_FAULT_PARITY,
		.count = 1,
	};

	msg.prog = fn_health_program(h->nic);
	if (!msg.prog) {
		fn_extack(
			extack,
			"card %u runs no program: attach one to a port, the next packet will find a parity error",
			h->nic->index);
		return -ENOENT;
	}
	return fn_card_ctrl(h->nic->card, FN_CTRL_INJECT, &msg, sizeof(msg));
}

/* The next packet finds a flipped bit in its program. */
static int fn_health_test(struct devlink_health_reporter *reporter,
			  struct netlink_ext_ack *extack)
{
	struct fn_health *h = devlink_health_reporter_priv(reporter);
	int err;

	down_read(&h->nic->swap);
	err = fn_health_inject(h, extack);
	up_read(&h->nic->swap);
	return err;
}

static const struct devlink_health_reporter_ops fn_health_ops = {
	FN_HEALTH_NAME("fault", FN_HEALTH_GRACE),
	.recover = fn_health_recover,
	.dump = fn_health_dump,
	.diagnose = fn_health_diagnose,
	.test = fn_health_test,
};

/**
 * fn_health_create() - report a card's faults
 * @nic: the card
 * @devlink: its devlink instance, not registered yet
 *
 * Return: 0 or a negative errno.
 */
int fn_health_create(struct fn_nic *nic, struct devlink *devlink)
{
	struct fn_health *h = kzalloc(sizeof(*h), GFP_KERNEL);

	if (!h)
		return -ENOMEM;
	h->nic = nic;
	h->when = jiffies - FN_HEALTH_PAUSE;
	mutex_init(&h->lock);
	INIT_DELAYED_WORK(&h->work, fn_health_work);
	h->reporter = fn_health_reporter_create(devlink, &fn_health_ops,
						FN_HEALTH_GRACE, h);
	if (IS_ERR(h->reporter)) {
		int err = PTR_ERR(h->reporter);

		kfree(h);
		return err;
	}
	WRITE_ONCE(nic->health, h);
	return 0;
}

/**
 * fn_health_stop() - report no more
 * @nic: the card; nobody calls fn_health_notify() any more
 */
void fn_health_stop(struct fn_nic *nic)
{
	cancel_delayed_work_sync(&nic->health->work);
}

/**
 * fn_health_destroy() - undo fn_health_create()
 * @nic: the card; its devlink instance is not registered any more
 */
void fn_health_destroy(struct fn_nic *nic)
{
	devlink_health_reporter_destroy(nic->health->reporter);
	kfree(nic->health);
}
