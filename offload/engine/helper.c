// SPDX-License-Identifier: GPL-2.0
/*
 * BPF helpers of the card: one function each. Results are those of the kernel's
 * own; r1 to r5 are kept. Sizes and numbers that the kernel's helpers take as
 * 32 bits are truncated likewise.
 */
#include "exec.h"
#include "helper.h"
#include "map.h"
#include "prog.h"

#define EFFORT_PRINT 1024

static struct fn_map *map_arg(struct fn_exec *x, u32 reg)
{
	u64 slot = x->r[reg] - FN_ADDR_MAPREF;

	if (slot >= x->prog->nmaps)
		return fn_exec_fault(x, FN_FAULT_MAP, x->r[reg]);
	return x->prog->maps[slot];
}

/*
 * A helper is one word, but may keep the host busy for much longer: it takes as
 * much of the run's budget as it would take words to do the same.
 */
bool fn_helper_spend(struct fn_exec *x, u32 words)
{
	if (x->budget < words) {
		fn_exec_fault(x, FN_FAULT_WATCHDOG, 0);
		return false;
	}
	x->budget -= words;
	return true;
}

u64 fn_helper_map_lookup_elem(struct fn_exec *x)
{
	struct fn_map *map = map_arg(x, 1);
	u8 *key, *value;

	if (!map || !fn_helper_spend(x, fn_map_search_cost(map)))
		return 0;
	key = fn_mem_slow(x, x->r[2], map->key_size, FN_ARG);
	if (!key)
		return 0;
	fn_charge_find(x, map);
	value = fn_map_lookup(map, key);
	return value ? map->addr + (value - map->values) : 0;
}

/*
 * Until Linux 6.3 compiled programs call a map's own function, which returns an
 * int: the upper half is zeros.
 */
static u64 map_result(const struct fn_exec *x, int ret)
{
	if (x->engine->env.kernel < FN_KERNEL(6, 4))
		return (u32)ret;
	return (s64)ret;
}

u64 fn_helper_map_update_elem(struct fn_exec *x)
{
	struct fn_map *map = map_arg(x, 1);
	u8 *key, *value;

	if (!map ||
	    !fn_helper_spend(x, map->value_size / 16 + fn_map_search_cost(map)))
		return 0;
	key = fn_mem_slow(x, x->r[2], map->key_size, FN_ARG);
	if (!key)
		return 0;
	fn_charge_find(x, map);
	value = fn_mem_slow(x, x->r[3], map->value_size, FN_ARG);
	if (!value)
		return 0;
	return map_result(x, map->kind->update(map, key, value, x->r[4]));
}

u64 fn_helper_map_delete_elem(struct fn_exec *x)
{
	struct fn_map *map = map_arg(x, 1);
	u8 *key;

	if (!map || !fn_helper_spend(x, fn_map_search_cost(map)))
		return 0;
	key = fn_mem_slow(x, x->r[2], map->key_size, FN_ARG);
	if (!key)
		return 0;
	fn_charge_find(x, map);
	return map_result(x, map->kind->erase(map, key));
}

static u64 read_clock(const struct fn_exec *x, enum fn_clockid id)
{
	const struct fn_env *env = &x->engine->env;

	return x->clock ? *x->clock : env->clock(env->ctx, id);
}

u64 fn_helper_ktime_get_ns(struct fn_exec *x)
{
	return read_clock(x, FN_CLOCKID_MONOTONIC);
}

u64 fn_helper_ktime_get_boot_ns(struct fn_exec *x)
{
	return read_clock(x, FN_CLOCKID_BOOT);
}

u64 fn_helper_ktime_get_coarse_ns(struct fn_exec *x)
{
	return read_clock(x, FN_CLOCKID_COARSE);
}

u64 fn_helper_ktime_get_tai_ns(struct fn_exec *x)
{
	return read_clock(x, FN_CLOCKID_TAI);
}

/* Of modelled time there are as many as of the host's. */
u64 fn_helper_jiffies64(struct fn_exec *x)
{
	if (x->clock)
		return *x->clock / (1000000000 / FN_HZ);
	return read_clock(x, FN_CLOCKID_JIFFIES);
}

u64 fn_helper_get_prandom_u32(struct fn_exec *x)
{
	x->random ^= x->random << 13;
	x->random ^= x->random >> 7;
	x->random ^= x->random << 17;
	return (u32)(x->random >> 32);
}

u64 fn_helper_get_smp_processor_id(struct fn_exec *x)
{
	return x->thread < x->engine->env.threads ? x->thread : 0;
}

u64 fn_helper_trace_printk(struct fn_exec *x)
{
	u32 size = x->r[2];
	struct fn_event ev = { .type = FN_EVENT_PRINT };
	const char *fmt;
	s64 len;

	if (!fn_helper_spend(x, EFFORT_PRINT))
		return 0;
	fmt = (const char *)fn_mem_slow(x, x->r[1], size, FN_ARG);
	if (!fmt)
		return 0;
	if (!size || !memchr(fmt, 0, size))
		return (s64)-EINVAL;
	len = fn_print(x, ev.text, sizeof(ev.text), fmt, size, &x->r[3]);
	if (len < 0)
		return len;
	ev.len = min_t(s64, len, sizeof(ev.text) - 1);
	x->lost += !fn_exec_event(x, &ev);
	return len;
}

u64 fn_helper_csum_diff(struct fn_exec *x)
{
	u32 kernel = x->engine->env.kernel;
	struct fn_csum_diff d = {
		.from_size = x->r[2],
		.to_size = x->r[4],
		.seed = x->r[5],
	};

	if (!fn_csum_diff_ok(&d, kernel))
		return (s64)-EINVAL;
	if (!fn_helper_spend(x, d.from_size / 16) ||
	    !fn_helper_spend(x, d.to_size / 16))
		return 0;
	if (d.from_size)
		d.from = fn_mem_slow(x, x->r[1], d.from_size, FN_ARG);
	if (d.to_size && !x->fault)
		d.to = fn_mem_slow(x, x->r[3], d.to_size, FN_ARG);
	return x->fault ? 0 : fn_csum_diff(&d, kernel);
}

/* The context is the only one there is; a pointer to anything else is none. */
bool fn_helper_ctx(struct fn_exec *x)
{
	if (x->r[1] == FN_ADDR_LOCAL)
		return true;
	fn_exec_fault(x, FN_FAULT_ADDRESS, x->r[1]);
	return false;
}

/* What goes out, or an errno as the kernel's helper has it. */
static s64 output_size(const struct fn_exec *x, const struct fn_map *map)
{
	u64 flags = x->r[3], size = x->r[5];
	u64 frame = flags >> 32;

	if (flags & ~(BPF_F_INDEX_MASK | BPF_F_CTXLEN_MASK))
		return -EINVAL;
	if (frame > x->pkt->end - x->pkt->data)
		return -EFAULT;
	if ((u32)flags != (u32)BPF_F_CURRENT_CPU &&
	    (u32)flags >= map->max_entries)
		return -E2BIG;
	if (size > FN_EVENT_DATA_MAX || size + frame > FN_EVENT_DATA_MAX)
		return -E2BIG;
	return size + frame;
}

/*
 * Whether anybody on the host reads it turns out later: data that gets lost is
 * counted, and the program isn't told.
 */
u64 fn_helper_perf_event_output(struct fn_exec *x)
{
	struct fn_map *map = map_arg(x, 2);
	struct fn_event ev = { .type = FN_EVENT_DATA };
	const u8 *data = NULL;
	s64 size;

	if (!map || !fn_helper_ctx(x))
		return 0;
	size = output_size(x, map);
	if (size < 0)
		return size;
	if (!fn_helper_spend(x, size / 16))
		return 0;
	if (x->r[5])
		data = fn_mem_slow(x, x->r[4], x->r[5], FN_ARG);
	if (x->fault)
		return 0;
	ev.map = map->handle;
	ev.index = x->r[3];
	ev.size = size;
	x->lost += !fn_exec_output(x, &ev, data, x->r[5]);
	return 0;
}

u64 fn_helper_xdp_get_buff_len(struct fn_exec *x)
{
	return fn_helper_ctx(x) ? x->pkt->end - x->pkt->data : 0;
}

/*
 * Where the bytes are that r2 and r4 tell of, after the kernel's checks, whose
 * errno goes into @err; NULL after a fault, too.
 */
static u8 *bytes_arg(struct fn_exec *x, s64 *err)
{
	u32 off = x->r[2], len = x->r[4];

	*err = 0;
	if (!fn_helper_ctx(x) || !fn_helper_spend(x, len / 16))
		return NULL;
	if (off > 0xffff || len > 0xffff)
		*err = -EFAULT;
	else if (off + len > fn_packet_len(x->pkt))
		*err = -EINVAL;
	return *err ? NULL : x->pkt->cell + x->pkt->data + off;
}

u64 fn_helper_xdp_load_bytes(struct fn_exec *x)
{
	s64 err;
	const u8 *from = bytes_arg(x, &err);
	u8 *to;

	if (!from)
		return err;
	to = fn_mem_slow(x, x->r[3], (u32)x->r[4], FN_STORE);
	if (to)
		memmove(to, from, (u32)x->r[4]);
	return 0;
}

u64 fn_helper_xdp_store_bytes(struct fn_exec *x)
{
	s64 err;
	u8 *to = bytes_arg(x, &err);
	const u8 *from;

	if (!to)
		return err;
	from = fn_mem_slow(x, x->r[3], (u32)x->r[4], FN_ARG);
	if (from)
		memmove(to, from, (u32)x->r[4]);
	return 0;
}

u64 fn_helper_xdp_adjust_head(struct fn_exec *x)
{
	struct fn_packet *pkt = x->pkt;
	s64 offset = (s32)x->r[2];
	u32 meta = pkt->data - pkt->meta;
	s64 data = pkt->data + offset;

	if (!fn_helper_ctx(x))
		return 0;
	if (data < FN_PKT_HEAD_RESERVE + (s64)meta ||
	    data > (s64)pkt->end - FN_FRAME_MIN)
		return (s64)-EINVAL;
	memmove(pkt->cell + data - meta, pkt->cell + pkt->meta, meta);
	pkt->data = data;
	pkt->meta = data - meta;
	fn_exec_window(x);
	return 0;
}

u64 fn_helper_xdp_adjust_meta(struct fn_exec *x)
{
	struct fn_packet *pkt = x->pkt;
	s64 offset = (s32)x->r[2];
	s64 meta = pkt->meta + offset;
	s64 len = pkt->data - meta;

	if (!fn_helper_ctx(x))
		return 0;
	if (meta < FN_PKT_HEAD_RESERVE || len < 0)
		return (s64)-EINVAL;
	if (!fn_meta_len_ok(len))
		return (s64)-EACCES;
	pkt->meta = meta;
	fn_exec_window(x);
	return 0;
}

u64 fn_helper_xdp_adjust_tail(struct fn_exec *x)
{
	struct fn_packet *pkt = x->pkt;
	s64 offset = (s32)x->r[2];
	s64 end = pkt->end + offset;

	if (!fn_helper_ctx(x))
		return 0;
	if (end > (s64)pkt->size - FN_PKT_TAIL_RESERVE ||
	    end < (s64)pkt->data + FN_FRAME_MIN)
		return (s64)-EINVAL;
	if (offset > 0 && !fn_helper_spend(x, offset / 16))
		return 0;
	if (offset > 0)
		memset(pkt->cell + pkt->end, 0, offset);
	pkt->end = end;
	fn_exec_window(x);
	return 0;
}

enum {
#define X(name, ...) INDEX_##name,
	FN_HELPERS(X)
#undef X
};

/**
 * fn_helper_index - what the interpreter calls a helper
 * @number: in the UAPI
 *
 * Return: -1 if the card does not have it.
 */
int fn_helper_index(u32 number)
{
	switch (number) {
#define X(name, id, ...) \
	case id:         \
		return INDEX_##name;
		FN_HELPERS(X)
#undef X
	}
	return -1;
}

/**
 * fn_helper_call - call a helper
 * @x: thread; after a fault, r0 means nothing
 * @index: from fn_helper_index()
 */
void fn_helper_call(struct fn_exec *x, u32 index)
{
	if (!fn_helper_spend(x, FN_HELPER_COST))
		return;
	switch (index) {
#define X(name, ...)                           \
	case INDEX_##name:                     \
		x->r[0] = fn_helper_##name(x); \
		return;
		FN_HELPERS(X)
#undef X
	}
	fn_exec_fault(x, FN_FAULT_OPCODE, 0);
}
