// SPDX-License-Identifier: GPL-2.0
/*
 * Classifiers: their context, what their verdicts come down to, VLAN tags, and
 * what they leave for the stack. Each translated program is interpreted at every
 * level.
 */
#include "bpf_insn.h"
#include "card_code.h"
#include "offload/engine/exec.h"
#include "offload/translator/translator.h"

static struct fn_engine *engine;
static u8 frame[4096];
static char why[512];

static void to_why(void *ctx, const char *fmt, va_list ap)
{
	size_t n = strlen(why);

	vsnprintf(why + n, sizeof(why) - n, fmt, ap);
}

static struct fn_image *translate(const struct bpf_insn *insns, u32 len,
				  u32 level)
{
	struct fn_bpf_prog bpf = { .insns = insns,
				   .len = len,
				   .type = BPF_PROG_TYPE_SCHED_CLS };
	struct fn_tr_options o = { .lanes = 1, .level = level };
	struct fn_log log = { .write = to_why };
	struct fn_image *img = NULL;

	why[0] = 0;
	fn_translate(&bpf, &o, &log, &img);
	return img;
}

/* The outcome, which must be the same at all levels. */
static bool runs(const struct bpf_insn *insns, u32 len, struct fn_run *run)
{
	struct fn_run first = *run, again;
	u8 sent[sizeof(frame)], got[sizeof(frame)];
	u32 level, handle;
	bool same = true;

	memcpy(sent, frame, sizeof(frame));
	for (level = 0; level <= FN_TR_MAX_LEVEL; level++) {
		struct fn_image *img = translate(insns, len, level);

		if (!img || image_load(engine, img, NULL, 0, &handle, why))
			return false;
		memcpy(frame, sent, sizeof(frame));
		again = first;
		again.prog = handle;
		if (fn_engine_run(engine, &again))
			return false;
		fn_prog_unload(engine, handle);
		fn_free(img);
		if (level &&
		    (again.result != run->result || again.len != run->len ||
		     memcmp(frame, got, again.len)))
			same = false;
		memcpy(got, frame, sizeof(frame));
		*run = again;
	}
	return same;
}

static struct fn_run frame_of(u32 len, const u8 *type, u32 size)
{
	u32 i;

	for (i = 0; i < len; i++)
		frame[i] = i + 1;
	memcpy(frame + 12, type, size);
	return (struct fn_run){ .frame = frame,
				.len = len,
				.room = sizeof(frame),
				.ifindex = 7,
				.queue = 2 };
}

static const u8 plain[] = { 0x08, 0x00 };
static const u8 vlan[] = { 0x81, 0x00, 0x61, 0x23, 0x08, 0x06 };
static const u8 twice[] = { 0x88, 0xa8, 0x04, 0x56, 0x81,
			    0x00, 0x07, 0x89, 0x86, 0xdd };

static void test_verdicts(void)
{
	static const struct {
		s32 code;
		u32 verdict;
	} cases[] = {
		{ TC_ACT_OK, XDP_PASS },     { TC_ACT_SHOT, XDP_DROP },
		{ TC_ACT_STOLEN, XDP_DROP }, { TC_ACT_TRAP, XDP_PASS },
		{ TC_ACT_PIPE, XDP_PASS },   { TC_ACT_RECLASSIFY, XDP_PASS },
		{ TC_ACT_QUEUED, XDP_PASS }, { TC_ACT_REDIRECT, XDP_REDIRECT },
		{ TC_ACT_UNSPEC, XDP_PASS }, { 1000, XDP_PASS },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct bpf_insn insns[] = { MOV64_K(0, cases[i].code), EXIT() };
		struct fn_run run = frame_of(60, plain, sizeof(plain));

		ok(runs(insns, 2, &run), "code %d", cases[i].code);
		is_u64(run.verdict, cases[i].verdict, "comes down to");
		is_u64(run.fault, FN_FAULT_NONE, "and is no fault");
	}
}

static u32 field(u32 len, const u8 *type, u32 size, u32 off)
{
	struct bpf_insn insns[] = { LDX(BPF_W, 0, 1, off), EXIT() };
	struct fn_run run = frame_of(len, type, size);

	ok(runs(insns, 2, &run), "field at %u", off);
	is_u64(run.len, len, "the frame keeps its length");
	ok(!memcmp(frame + 12, type, size), "and its type");
	return run.result;
}

#define SKB(member) offsetof(struct __sk_buff, member)
#define PLAIN plain, sizeof(plain)
#define VLAN vlan, sizeof(vlan)
#define TWICE twice, sizeof(twice)

static void test_fields(void)
{
	is_u64(field(60, PLAIN, SKB(len)), 60, "length");
	is_u64(field(60, VLAN, SKB(len)), 56, "without its tag");
	is_u64(field(60, PLAIN, SKB(protocol)), 0x0008, "protocol");
	is_u64(field(60, VLAN, SKB(protocol)), 0x0608, "behind the tag");
	is_u64(field(60, TWICE, SKB(protocol)), 0x0081, "the second tag");
	is_u64(field(60, PLAIN, SKB(vlan_present)), 0, "no tag");
	is_u64(field(60, VLAN, SKB(vlan_present)), 1, "tag");
	is_u64(field(60, VLAN, SKB(vlan_tci)), 0x6123, "its contents");
	is_u64(field(60, TWICE, SKB(vlan_proto)), 0xa888, "its type");
	is_u64(field(60, PLAIN, SKB(ifindex)), 7, "ifindex");
	is_u64(field(60, PLAIN, SKB(queue_mapping)), 3, "queue and one");
	is_u64(field(60, PLAIN, SKB(wire_len)), 46, "wire_len");
	is_u64(field(60, PLAIN, SKB(data_end)) - field(60, PLAIN, SKB(data)),
	       60, "from data to data_end");
	is_u64(field(19, VLAN, SKB(len)), (u32)-1,
	       "too short for its tag: nobody decides");
}

static void test_marks(void)
{
	struct bpf_insn insns[] = {
		MOV64_X(6, 1),
		ST(BPF_W, 6, SKB(mark), 5),
		ST(BPF_W, 6, SKB(priority), 6),
		ST(BPF_W, 6, SKB(tc_index), 7),
		ST(BPF_W, 6, SKB(queue_mapping), 9),
		ST(BPF_W, 6, SKB(cb[4]), 10),
		ST(BPF_W, 6, SKB(tc_classid), 0x30008),
		MOV64_K(2, 11),
		HELPER(FN_HELPER_set_hash),
		LDX(BPF_W, 0, 6, SKB(cb[4])),
		EXIT(),
	};
	struct fn_run run = frame_of(60, PLAIN);

	ok(runs(insns, ARRAY_SIZE(insns), &run), "marks");
	is_u64(run.result, 10, "cb keeps what is written");
	is_u64(run.marks.mark, 5, "mark");
	is_u64(run.marks.priority, 6, "priority");
	is_u64(run.marks.tc_index, 7, "tc_index");
	is_u64(run.marks.queue_mapping, 9, "queue_mapping");
	is_u64(run.marks.hash, 11, "hash");
	insns[9] = MOV64_K(0, TC_ACT_OK);
	run = frame_of(60, PLAIN);
	ok(runs(insns, ARRAY_SIZE(insns), &run), "marks, TC_ACT_OK");
	is_u64(run.marks.tc_index, 8, "tc_index is then the class");
	insns[4] = ST(BPF_W, 6, SKB(queue_mapping), 0xffff);
	run = frame_of(60, PLAIN);
	ok(runs(insns, ARRAY_SIZE(insns), &run), "a queue too large");
	is_u64(run.marks.queue_mapping, 3, "is none");
}

static void test_memory(void)
{
	/* What a helper has written is loaded, and dead stores are not. */
	struct bpf_insn insns[] = {
		MOV64_X(6, 1),
		ST(BPF_DW, 10, -8, 1),
		MOV64_K(2, 12),
		MOV64_X(3, 10),
		ALU64_K(BPF_ADD, 3, -8),
		MOV64_K(4, 2),
		HELPER(FN_HELPER_skb_load_bytes),
		LDX(BPF_DW, 0, 10, -8),
		EXIT(),
	};
	struct fn_run run = frame_of(60, VLAN);

	ok(runs(insns, ARRAY_SIZE(insns), &run), "skb_load_bytes");
	is_u64(run.result, 0x0608, "what it has written is loaded");
}

/* A frame of IPv4 or IPv6 through bpf_skb_adjust_room(), whose answer it gives */
static s64 adjust_room(struct fn_run *run, const u8 *type, u32 size, s32 diff,
		       u32 mode, u64 flags)
{
	struct bpf_insn insns[] = {
		MOV64_K(2, diff), MOV64_K(3, mode),
		LD64(4, flags),	  HELPER(FN_HELPER_skb_adjust_room),
		EXIT(),
	};

	*run = frame_of(100, type, size);
	ok(runs(insns, ARRAY_SIZE(insns), run), "adjust_room by %d, mode %u",
	   diff, mode);
	return (s64)run->result;
}

static const u8 six[] = { 0x86, 0xdd };

#define SIX six, sizeof(six)
#define L2 BPF_ADJ_ROOM_MAC
#define L3 BPF_ADJ_ROOM_NET

static void test_room(void)
{
	struct fn_run run;
	u32 i;

	is_u64(adjust_room(&run, PLAIN, 216, L2, 0), 0, "all of the room");
	is_u64(run.len, 316, "  length");
	for (i = 14; i < 230 && !frame[i]; i++)
		;
	is_u64(i, 230, "  is zeros behind the MAC header");
	is_u64(frame[230], 15, "  and before the network header");
	is_u64(adjust_room(&run, PLAIN, 217, L2, 0), (u64)-ENOMEM, "more");
	is_u64(run.len, 100, "  leaves the frame alone");
	is_u64(adjust_room(&run, PLAIN, 8, L3, 0), 0, "behind the IP header");
	is_u64(frame[33] << 8 | frame[34], 34 << 8, "  is where it begins");
	is_u64(adjust_room(&run, VLAN, 8, L2, 0), (u64)-524, "no IP");
	is_u64(adjust_room(&run, PLAIN, -66, L2, 0), 0, "20 bytes are left");
	is_u64(run.len, 34, "  length");
	is_u64(frame[14], 81, "  of those that were the last");
	is_u64(adjust_room(&run, PLAIN, -67, L2, 0), (u64)-524, "19 bytes");
	is_u64(adjust_room(&run, SIX, -66, L3, BIT(7)), (u64)-ENOMEM,
	       "behind 40 bytes of IPv6, 20 of which are to be IPv4's");
}

static void test_proto(void)
{
	struct bpf_insn insns[] = {
		MOV64_X(6, 1),
		MOV64_K(2, 0xdd86),
		MOV64_K(3, 0),
		HELPER(FN_HELPER_skb_change_proto),
		LDX(BPF_W, 2, 6, SKB(protocol)),
		ALU64_K(BPF_LSH, 2, 32),
		ALU64_X(BPF_OR, 0, 2),
		EXIT(),
	};
	struct fn_run run = frame_of(60, PLAIN);

	ok(runs(insns, ARRAY_SIZE(insns), &run), "change_proto");
	is_u64(run.result, 0xdd8600000000, "IPv4 becomes IPv6");
	is_u64(run.len, 80, "  by 20 bytes");
	insns[1] = MOV64_K(2, 0x0008);
	run = frame_of(60, SIX);
	ok(runs(insns, ARRAY_SIZE(insns), &run), "change_proto");
	is_u64(run.result, 0x000800000000, "and the other way round");
	is_u64(run.len, 40, "  by 20 bytes");
}

static s64 cloned_to;
static u8 cloned[64];

static s64 take_clone(void *ctx, const struct fn_exec *x, u32 ifindex)
{
	cloned_to = ifindex;
	memcpy(cloned, x->pkt->cell + x->pkt->data, fn_packet_len(x->pkt));
	return ifindex == 9 ? 0 : -EINVAL;
}

static void test_clone(void)
{
	struct bpf_insn insns[] = {
		MOV64_K(2, 9),
		MOV64_K(3, 0),
		HELPER(FN_HELPER_clone_redirect),
		EXIT(),
	};
	struct fn_run run = frame_of(60, VLAN);

	engine->env.clone = take_clone;
	ok(runs(insns, ARRAY_SIZE(insns), &run), "clone_redirect");
	is_u64(run.result, 0, "is done");
	is_u64(run.clones, 1, "once");
	is_u64(cloned_to, 9, "to the port");
	ok(!memcmp(frame, cloned, 60), "with its tag, which the frame keeps");
	insns[0] = MOV64_K(2, 8);
	ok(runs(insns, ARRAY_SIZE(insns), &run), "clone_redirect");
	is_u64(run.result, (u64)-EINVAL, "to no port");
	is_u64(run.clones, 0, "is no copy");
	engine->env.clone = NULL;
}

static void test_refusals(void)
{
	struct bpf_insn pkt_type[] = { LDX(BPF_W, 0, 1, SKB(pkt_type)),
				       EXIT() };
	struct bpf_insn head[] = { MOV64_K(2, 0),
				   HELPER(FN_HELPER_xdp_adjust_head), EXIT() };
	struct code c = {};
	struct fn_image *img;
	u32 handle;

	ok(!translate(pkt_type, 2, 2), "a field that the card lacks");
	has_str(why, "ctx->pkt_type is not on the card", "is refused by name");
	ok(!translate(head, 3, 2), "a helper of XDP programs");
	has_str(why, "xdp_adjust_head (44)", "is refused by name");
	emit_helper(&c, FN_HELPER_skb_vlan_pop);
	emit_verdict(&c, XDP_PASS);
	img = code_image(&c);
	ok(image_load(engine, img, NULL, 0, &handle, why) == -EINVAL,
	   "an image for XDP that calls a helper of classifiers");
	has_str(why, "not a helper of programs of its type", "is refused");
	fn_free(img);
}

int main(void)
{
	struct fn_env env = { .profile = fn_profile_find(NULL), .threads = 1 };

	fn_env_host(&env);
	engine = fn_engine_alloc(&env);
	test_verdicts();
	test_fields();
	test_marks();
	test_memory();
	test_room();
	test_proto();
	test_clone();
	test_refusals();
	fn_engine_free(engine);
	return done_testing();
}
