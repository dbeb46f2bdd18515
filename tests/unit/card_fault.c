// SPDX-License-Identifier: GPL-2.0
/*
 * Faults of a healthy program: each cause can be had, happens as often as was
 * asked for, is counted, and leaves a thread to look at; the next packet is
 * decided as if nothing had been.
 */
#include "card_code.h"
#include "card_host.h"

static struct host h;
static bool more; /* of the last round */
static u8 frame[200];

/* r6 = 7; r1 = 3; while (--r1) ; call f; exit PASS; f: r3 = r6; return */
static u32 load_healthy(void)
{
	struct code c = {};

	emit_const(&c, 6, 7);
	emit_const(&c, 1, 3);
	emit(&c, FN_OP_ADD, FN_X_IMM, 1, 1, 0, -1);
	emit(&c, FN_OP_JCC, COND(FN_NE) | FN_X_IMM, 0, 1, 0, FN_IMM16(0, -2));
	emit(&c, FN_OP_CALL, 1, 0, 0, 0, 1);
	emit_verdict(&c, XDP_PASS);
	emit(&c, FN_OP_MOV, 0, 3, 0, 6, 0);
	emit(&c, FN_OP_RET, 0, 0, 0, 0, 0);
	return card_code_load(h.card, &c);
}

static int inject(u32 prog, u32 cause, u32 word, u32 count, char *why)
{
	struct fn_msg_inject m = {
		.prog = prog, .cause = cause, .word = word, .count = count
	};
	int ret = fn_card_ctrl(h.card, FN_CTRL_INJECT, &m, sizeof(m));

	if (why)
		strcpy(why, m.why);
	return ret;
}

static struct fn_msg_fault fault_get(void)
{
	struct fn_msg_fault m = {};

	fn_card_ctrl(h.card, FN_CTRL_FAULT_GET, &m, sizeof(m));
	return m;
}

static struct fn_msg_store store(enum fn_ctrl_op op)
{
	struct fn_msg_store m = {};

	fn_card_ctrl(h.card, op, &m, sizeof(m));
	return m;
}

static void send(u32 n)
{
	while (n--)
		send_frame(&h, 0, frame, sizeof(frame));
	while (fn_card_poll(h.card, 64, &more))
		;
}

static u64 passed(void)
{
	return port_stats(&h, 0).c.xdp_pass;
}

static void test_cause(u32 prog, u32 cause)
{
	u64 before = port_stats(&h, 0).faults[cause];
	u64 pass = passed();

	is_u64(-inject(prog, cause, 0, 2, NULL), 0, fn_fault_name[cause]);
	send(5);
	is_u64(port_stats(&h, 0).faults[cause] - before, 2,
	       "  twice, as asked for");
	is_u64(passed() - pass, 3, "  and all is well for three more");
}

static void test_causes(u32 prog)
{
	u32 cause;

	for (cause = FN_FAULT_NONE + 1; cause < FN_NFAULTS; cause++)
		test_cause(prog, cause);
	is_u64(store(FN_CTRL_STORE_CHECK).bad, 0, "no bad word is left");
}

static void test_dump(u32 prog)
{
	struct fn_msg_fault f;
	u64 total;

	total = fault_get().total;
	inject(prog, FN_FAULT_ADDRESS, 7, 3, NULL);
	send(3);
	f = fault_get();
	is_u64(f.total - total, 3, "three faults");
	is_u64(f.valid, 1, "a thread to look at");
	is_str(fn_fault_name[f.cause], "address", "  cause");
	is_u64(f.prog, prog, "  program");
	is_str(f.name, "test", "  name");
	is_u64(f.pc, 7, "  word");
	is_u64(f.insn, 7, "  BPF instruction");
	is_u64(f.addr, 8, "  address");
	is_u64(f.r[6], 7, "  register");
	is_u64(f.r[1], 0, "  counter");
	is_u64(f.depth, 1, "  one call deep");
	is_u64(f.calls[0], 5, "  called from");
	is_u64(f.nhistory, 3, "  three jumps");
	is_u64(f.history[0].from, 3, "  the loop");
	is_u64(f.history[0].to, 2, "  back");
	is_u64(f.history[2].from, 4, "  the call");
	is_u64(f.history[2].to, 6, "  to");
	same(f.packet, FN_FAULT_PACKET, frame, FN_FAULT_PACKET, "  packet");
	is_u64(f.packet_len, sizeof(frame), "  its length");
	is_u64(fault_get().valid, 0, "it is shown once");
}

static void test_parity(u32 prog)
{
	u64 before = port_stats(&h, 0).faults[FN_FAULT_PARITY];
	struct fn_msg_store s;

	inject(prog, FN_FAULT_PARITY, 5, FN_INJECT_ALWAYS, NULL);
	s = store(FN_CTRL_STORE_CHECK);
	is_u64(s.bad, 1, "the scrubber finds the word");
	is_u64(s.words, 8, "  among all");
	is_u64(s.spoilt, 1, "  in one program");
	send(10);
	is_u64(port_stats(&h, 0).faults[FN_FAULT_PARITY] - before, 10,
	       "a flipped bit stays");
	is_u64(store(FN_CTRL_STORE_RELOAD).bad, 1,
	       "until the store is reloaded");
	is_u64(store(FN_CTRL_STORE_CHECK).bad, 0, "  and is right again");
	send(10);
	is_u64(port_stats(&h, 0).faults[FN_FAULT_PARITY] - before, 10,
	       "  for packets, too");
}

/* A word that no packet gets to. */
static void test_beside(u32 prog)
{
	struct code c = {};
	u64 pass = passed(), before = fault_get().total;
	u32 other;

	emit(&c, FN_OP_JMP, 0, 0, 0, 0, 1);
	emit(&c, FN_OP_NOP, 0, 0, 0, 0, 0);
	emit_verdict(&c, XDP_PASS);
	other = card_code_load(h.card, &c);
	port_prog(&h, 0, other);
	inject(other, FN_FAULT_OPCODE, 1, 1, NULL);
	send(5);
	is_u64(passed() - pass, 5, "a word that nobody runs harms nobody");
	is_u64(fault_get().total, before, "  no fault");
	is_u64(store(FN_CTRL_STORE_CHECK).spoilt, 1, "  it is still there");
	is_u64(-inject(other, FN_FAULT_OPCODE, 1, 0, NULL), 0, "and ended");
	is_u64(store(FN_CTRL_STORE_CHECK).spoilt, 0, "  is there no more");
	port_prog(&h, 0, prog);
	is_u64(-card_prog_unload(h.card, other), 0, "  unloaded");
}

static void test_refusals(u32 prog)
{
	char why[FN_WHY_LEN];

	is_u64(-inject(77, FN_FAULT_TRAP, 0, 1, NULL), ENOENT, "no program");
	is_u64(-inject(prog, FN_NFAULTS, 0, 1, why), EINVAL, "no such cause");
	has_str(why, "is no cause", "  with the reason");
	is_u64(-inject(prog, FN_FAULT_NONE, 0, 1, why), EINVAL, "no cause");
	is_u64(-inject(prog, FN_FAULT_TRAP, 8, 1, why), ERANGE, "no such word");
	has_str(why, "the program has 8", "  with the reason");
	is_u64(-inject(prog, FN_FAULT_MAP, 7, 1, why), ERANGE, "too few words");
}

/* Unloading a program while faults are injected into it. */
static void test_unload(u32 prog)
{
	inject(prog, FN_FAULT_WATCHDOG, 0, FN_INJECT_ALWAYS, NULL);
	send(1);
	port_prog(&h, 0, 0);
	is_u64(-card_prog_unload(h.card, prog), 0, "unloaded while spoilt");
}

int main(void)
{
	static struct wire wire;
	u32 prog;

	host_power_on(&h, 1, 0);
	fn_port_plug(h.card, 0, &wire_ops, &wire);
	port_op(&h, FN_CTRL_PORT_UP, 0);
	make_frame(frame, sizeof(frame), 3);
	prog = load_healthy();
	port_set(&h, 0, FN_PORT_SET_PAUSE, 0);
	port_prog(&h, 0, prog);
	test_causes(prog);
	test_dump(prog);
	test_parity(prog);
	test_beside(prog);
	test_refusals(prog);
	test_unload(prog);
	fn_port_unplug(h.card, 0);
	fn_card_power_off(h.card);
	return done_testing();
}
