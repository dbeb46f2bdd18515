// SPDX-License-Identifier: GPL-2.0
/*
 * The companion on the host: it does what the program on the card leaves to it,
 * by maps of its own, and passes all other packets.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/pkt_cls.h>
#include <string.h>
#include <unistd.h>

#include "load.h"
#include "userspace/object/object.h"
#include "userspace/tool.h"

#define MOST_INSNS 256

static bool bad(struct fn_loading *l, const char *what, int err)
{
	snprintf(l->why, sizeof(l->why), "the companion on the host: %s: %s",
		 what, strerror(err));
	return false;
}

static struct bpf_insn insn(u8 code, u8 dst, u8 src, s16 off, s32 imm)
{
	return (struct bpf_insn){ code, dst, src, off, imm };
}

/*
 * r6 is the context, r7 magic and number of the map, r8 the key, r9 the flags. A
 * jump to the end of the head goes on where other packets are passed.
 */
static u32 write_head(struct bpf_insn *to)
{
	const struct bpf_insn head[] = {
		insn(BPF_ALU64 | BPF_MOV | BPF_X, 6, 1, 0, 0),
		insn(BPF_LDX | BPF_MEM | BPF_W, 2, 1,
		     offsetof(struct xdp_md, data_meta), 0),
		insn(BPF_LDX | BPF_MEM | BPF_W, 3, 1,
		     offsetof(struct xdp_md, data), 0),
		insn(BPF_ALU64 | BPF_MOV | BPF_X, 4, 2, 0, 0),
		insn(BPF_ALU64 | BPF_ADD | BPF_K, 4, 0, 0, FN_COMPANION_META),
		insn(BPF_JMP | BPF_JLE | BPF_X, 4, 3, 2, 0),
		insn(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, XDP_PASS),
		insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
		insn(BPF_LDX | BPF_MEM | BPF_W, 7, 2, 0, 0),
		insn(BPF_LDX | BPF_MEM | BPF_W, 8, 2, 4, 0),
		insn(BPF_LDX | BPF_MEM | BPF_W, 9, 2, 8, 0),
		insn(BPF_LDX | BPF_MEM | BPF_W, 4, 2, 12, 0),
		insn(BPF_ALU64 | BPF_LSH | BPF_K, 4, 0, 0, 32),
		insn(BPF_ALU64 | BPF_OR | BPF_X, 9, 4, 0, 0),
		insn(BPF_ALU64 | BPF_MOV | BPF_X, 1, 6, 0, 0),
		insn(BPF_ALU64 | BPF_MOV | BPF_K, 2, 0, 0, FN_COMPANION_META),
		insn(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_xdp_adjust_meta),
	};

	memcpy(to, head, sizeof(head));
	return ARRAY_SIZE(head);
}

static u32 write_map(struct bpf_insn *to, u32 number, int fd)
{
	const struct bpf_insn body[] = {
		insn(BPF_JMP32 | BPF_JNE | BPF_K, 7, 0, 6,
		     (s32)(FN_COMPANION_MAGIC | number)),
		insn(BPF_LD | BPF_IMM | BPF_DW, 1, BPF_PSEUDO_MAP_FD, 0, fd),
		insn(0, 0, 0, 0, 0),
		insn(BPF_ALU64 | BPF_MOV | BPF_X, 2, 8, 0, 0),
		insn(BPF_ALU64 | BPF_MOV | BPF_X, 3, 9, 0, 0),
		insn(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_redirect_map),
		insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};

	memcpy(to, body, sizeof(body));
	return ARRAY_SIZE(body);
}

/* The whole program has the packet as it has come. */
static u32 write_whole(struct bpf_insn *to, int fd)
{
	const struct bpf_insn body[] = {
		insn(BPF_JMP32 | BPF_JNE | BPF_K, 7, 0, 5,
		     (s32)(FN_COMPANION_MAGIC | FN_COMPANION_WHOLE)),
		insn(BPF_ALU64 | BPF_MOV | BPF_X, 1, 6, 0, 0),
		insn(BPF_LD | BPF_IMM | BPF_DW, 2, BPF_PSEUDO_MAP_FD, 0, fd),
		insn(0, 0, 0, 0, 0),
		insn(BPF_ALU64 | BPF_MOV | BPF_K, 3, 0, 0, 0),
		insn(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_tail_call),
	};

	memcpy(to, body, sizeof(body));
	return ARRAY_SIZE(body);
}

/* A packet of the card's that names no map has come out of nowhere. */
static u32 write_tail(struct bpf_insn *to)
{
	const struct bpf_insn tail[] = {
		insn(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, XDP_ABORTED),
		insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};

	memcpy(to, tail, sizeof(tail));
	return ARRAY_SIZE(tail);
}

/*
 * Of a classifier: packets with all marks of the card's get back the marks that
 * they have come with, which are none, and go to the whole program. A jump to the
 * end of the head is for all others.
 */
static u32 write_filter_head(struct bpf_insn *to, int fd)
{
	const struct bpf_insn head[] = {
		insn(BPF_LDX | BPF_MEM | BPF_W, 2, 1,
		     offsetof(struct __sk_buff, mark), 0),
		insn(BPF_JMP32 | BPF_JNE | BPF_K, 2, 0, 14,
		     (s32)(FN_COMPANION_MAGIC | FN_COMPANION_WHOLE)),
		insn(BPF_LDX | BPF_MEM | BPF_W, 2, 1,
		     offsetof(struct __sk_buff, priority), 0),
		insn(BPF_JMP32 | BPF_JNE | BPF_K, 2, 0, 12,
		     FN_COMPANION_PRIORITY),
		insn(BPF_LDX | BPF_MEM | BPF_W, 2, 1,
		     offsetof(struct __sk_buff, tc_index), 0),
		insn(BPF_JMP32 | BPF_JNE | BPF_K, 2, 0, 10, FN_COMPANION_INDEX),
		insn(BPF_ALU64 | BPF_MOV | BPF_K, 2, 0, 0, 0),
		insn(BPF_STX | BPF_MEM | BPF_W, 1, 2,
		     offsetof(struct __sk_buff, mark), 0),
		insn(BPF_STX | BPF_MEM | BPF_W, 1, 2,
		     offsetof(struct __sk_buff, priority), 0),
		insn(BPF_STX | BPF_MEM | BPF_W, 1, 2,
		     offsetof(struct __sk_buff, tc_index), 0),
		insn(BPF_LD | BPF_IMM | BPF_DW, 2, BPF_PSEUDO_MAP_FD, 0, fd),
		insn(0, 0, 0, 0, 0),
		insn(BPF_ALU64 | BPF_MOV | BPF_K, 3, 0, 0, 0),
		insn(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_tail_call),
		insn(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, TC_ACT_SHOT),
		insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};

	memcpy(to, head, sizeof(head));
	return ARRAY_SIZE(head);
}

/* What the card has decided on is over; it leaves nothing behind. */
static u32 write_filter_seen(struct bpf_insn *to)
{
	const struct bpf_insn seen[] = {
		insn(BPF_LDX | BPF_MEM | BPF_W, 2, 1,
		     offsetof(struct __sk_buff, tc_index), 0),
		/* The card has not seen it: to where the head has the program. */
		insn(BPF_JMP32 | BPF_JNE | BPF_K, 2, 0, -8, FN_COMPANION_SEEN),
		insn(BPF_ALU64 | BPF_MOV | BPF_K, 2, 0, 0, 0),
		insn(BPF_STX | BPF_MEM | BPF_W, 1, 2,
		     offsetof(struct __sk_buff, tc_index), 0),
	};

	memcpy(to, seen, sizeof(seen));
	return ARRAY_SIZE(seen);
}

static u32 write_filter(const struct fn_loading *l, struct bpf_insn *to)
{
	const struct bpf_insn tail[] = {
		insn(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, TC_ACT_UNSPEC),
		insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	u32 n = write_filter_head(to, l->whole_array);

	if (l->low.back)
		n += write_filter_seen(to + n);
	memcpy(to + n, tail, sizeof(tail));
	return n + ARRAY_SIZE(tail);
}

static bool make_maps(struct fn_loading *l)
{
	u32 i;

	for (i = 0; i < l->low.nhost; i++) {
		const struct fn_lower_map *m = &l->low.host[i];
		struct bpf_map_create_opts opts = {
			.sz = sizeof(opts),
			.map_flags = m->flags,
		};

		l->host_map[i] = bpf_map_create(m->was, m->name,
						m->need.key_size,
						m->need.value_size,
						m->need.max_entries, &opts);
		if (l->host_map[i] < 0)
			return bad(l, m->name, errno);
		l->nhost = i + 1;
	}
	return true;
}

static u32 write_all(const struct fn_loading *l, struct bpf_insn *insns)
{
	u32 i, n;

	if (l->ingress)
		return write_filter(l, insns);
	n = write_head(insns);
	for (i = 0; i < l->nhost; i++)
		n += write_map(insns + n, i, l->host_map[i]);
	if (l->whole)
		n += write_whole(insns + n, l->whole_array);
	return n + write_tail(insns + n);
}

/* Programs that call each other have to be of a kind. */
static bool load_program(struct fn_loading *l)
{
	struct bpf_program *whole = fn_whole_program(l);
	struct bpf_prog_load_opts opts = { .sz = sizeof(opts) };
	struct bpf_insn insns[MOST_INSNS];
	u32 n = write_all(l, insns);

	if (whole) {
		opts.prog_flags = bpf_program__flags(whole);
		opts.expected_attach_type =
			bpf_program__expected_attach_type(whole);
	}
	l->companion = bpf_prog_load(l->p->bpf.type, "companion", "GPL", insns,
				     n, &opts);
	return l->companion >= 0 || bad(l, "program", errno);
}

/**
 * fn_companion_make - load the companion, if one is needed
 * @l: what is loaded
 *
 * Return: false if that is not possible; @l says why.
 */
bool fn_companion_make(struct fn_loading *l)
{
	l->companion = -1;
	if (!l->low.nhost && !l->low.whole)
		return true;
	return make_maps(l) && fn_whole_load(l) && load_program(l) &&
	       fn_whole_enter(l);
}

/**
 * fn_companion_free - undo fn_companion_make(), but for what is pinned or attached
 * @l: what was loaded
 */
void fn_companion_free(struct fn_loading *l)
{
	u32 i;

	for (i = 0; i < l->nhost; i++)
		close(l->host_map[i]);
	if ((l->nhost || l->whole) && l->companion >= 0)
		close(l->companion);
	fn_whole_free(l);
	l->nhost = 0;
	l->companion = -1;
}
