// SPDX-License-Identifier: GPL-2.0
/*
 * The program and its maps into the kernel or onto the card, by libbpf.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "userspace/io/io.h"
#include "userspace/tool.h"

static bool is_selected(const struct fn_bench_options *o, struct bpf_program *p)
{
	if (o->prog)
		return !strcmp(bpf_program__name(p), o->prog);
	if (o->section)
		return !strcmp(bpf_program__section_name(p), o->section);
	return bpf_program__type(p) == BPF_PROG_TYPE_XDP ||
	       bpf_program__type(p) == BPF_PROG_TYPE_SCHED_CLS ||
	       bpf_program__type(p) == BPF_PROG_TYPE_UNSPEC;
}

static int select_program(struct fn_bench *b)
{
	struct bpf_program *p;
	u32 n = 0;

	b->program = NULL;
	bpf_object__for_each_program(p, b->object) {
		bpf_program__set_autoload(p, false);
		if (!is_selected(&b->o, p))
			continue;
		b->program = b->program ?: p;
		n++;
	}
	if (n != 1)
		return fn_fail(
			"%s: %u programs are meant%s; name one, or give its --section",
			b->o.path, n, n ? "" : ", and one is expected");
	bpf_program__set_autoload(b->program, true);
	b->classifier = bpf_program__type(b->program) ==
			BPF_PROG_TYPE_SCHED_CLS;
	if (!b->classifier)
		bpf_program__set_type(b->program, BPF_PROG_TYPE_XDP);
	return FN_DONE;
}

static int count(void *arg, const u8 *key, const u8 *value)
{
	++*(u32 *)arg;
	return 0;
}

static int map_sink(struct bpf_map *map, struct fn_map_sink *sink)
{
	u32 type = bpf_map__type(map);

	if (type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	    type == BPF_MAP_TYPE_PERCPU_HASH ||
	    type == BPF_MAP_TYPE_LRU_PERCPU_HASH)
		return fn_fail(
			"--map %s: it has a value for each CPU; one value for each key is expected",
			bpf_map__name(map));
	sink->key_size = bpf_map__key_size(map);
	sink->value_size = bpf_map__value_size(map);
	return FN_DONE;
}

static int find_map(struct fn_bench *b, const char *name, struct bpf_map **map)
{
	*map = bpf_object__find_map_by_name(b->object, name);
	return *map ? FN_DONE :
		      fn_fail("--map %s: %s has no such map", name, b->o.path);
}

/* A map that is too small for its file is made as large as that. */
static int size_map(struct fn_bench *b, const struct fn_bench_map *m)
{
	u32 entries = 0;
	struct fn_map_sink sink = { .put = count, .arg = &entries };
	struct bpf_map *map;
	int status = find_map(b, m->name, &map) ?: map_sink(map, &sink);

	if (status || bpf_map__type(map) == BPF_MAP_TYPE_ARRAY)
		return status;
	status = fn_map_file(m->path, &sink);
	if (!status && entries > bpf_map__max_entries(map))
		bpf_map__set_max_entries(map, entries);
	return status;
}

static int update(void *arg, const u8 *key, const u8 *value)
{
	return bpf_map_update_elem(*(int *)arg, key, value, BPF_ANY) ? -errno :
								       0;
}

static int fill_map(struct fn_bench *b, const struct fn_bench_map *m)
{
	struct bpf_map *map;
	int fd;
	struct fn_map_sink sink = { .put = update, .arg = &fd };
	int status = find_map(b, m->name, &map) ?: map_sink(map, &sink);

	if (status)
		return status;
	fd = bpf_map__fd(map);
	return fn_map_file(m->path, &sink);
}

static int place(struct fn_bench *b, u32 ifindex)
{
	struct bpf_map *map;

	bpf_program__set_ifindex(b->program, ifindex);
	bpf_object__for_each_map(map, b->object) {
		bpf_map__set_pin_path(map, NULL);
		bpf_map__set_ifindex(map, ifindex);
	}
	return FN_DONE;
}

static int open_object(struct fn_bench *b)
{
	fn_bench_error_begin(b);
	b->object = bpf_object__open_file(b->o.path, NULL);
	if (b->object)
		return FN_DONE;
	fn_bench_error_kernel(b, errno);
	return fn_fail("%s: %s", b->o.path, b->why);
}

static int load_as_it_is(struct fn_bench *b, u32 ifindex)
{
	int status = open_object(b) ?: select_program(b) ?: place(b, ifindex);
	u32 i;

	for (i = 0; i < b->o.nmaps && !status; i++)
		status = size_map(b, &b->o.maps[i]);
	if (status)
		return status;
	if (!bpf_object__load(b->object))
		return FN_DONE;
	fn_bench_error_kernel(b, errno);
	if (ifindex)
		fn_bench_error_card(b);
	return -1;
}

/**
 * fn_bench_load - load the program and fill its maps
 * @b: run; on failure to load, @why says why and nothing has been reported
 * @ifindex: port of the card, 0 for the kernel
 *
 * Return: exit status. -1 if the program cannot run there.
 */
int fn_bench_load(struct fn_bench *b, u32 ifindex)
{
	int status = ifindex && fn_options.lower ? fn_bench_lower(b, ifindex) :
						   load_as_it_is(b, ifindex);
	u32 i;

	for (i = 0; i < b->o.nmaps && !status; i++)
		status = fill_map(b, &b->o.maps[i]);
	return status;
}

static u32 attach_flags(enum fn_bench_mode mode)
{
	static const u32 flags[FN_BENCH_MODES] = {
		[FN_BENCH_GENERIC] = XDP_FLAGS_SKB_MODE,
		[FN_BENCH_NATIVE] = XDP_FLAGS_DRV_MODE,
		[FN_BENCH_OFFLOAD] = XDP_FLAGS_HW_MODE,
		[FN_BENCH_VETH_GENERIC] = XDP_FLAGS_SKB_MODE,
		[FN_BENCH_VETH_NATIVE] = XDP_FLAGS_DRV_MODE,
	};

	return flags[mode];
}

/* veth wakes the receiver of what it sends back if that has a program, too. */
static int attach_pass(u32 ifindex)
{
	static const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "pass", "GPL", pass,
			       ARRAY_SIZE(pass), NULL);
	int err = fd < 0 ? -errno : 0;

	if (!err)
		err = bpf_xdp_attach(ifindex, fd, XDP_FLAGS_DRV_MODE, NULL);
	if (fd >= 0)
		close(fd);
	return err;
}

/**
 * fn_bench_attach - attach the program that is loaded
 * @b: run; on failure @why says why
 * @mode: how
 * @path: to its near end
 *
 * Return: FN_DONE or -1
 */
int fn_bench_attach(struct fn_bench *b, enum fn_bench_mode mode,
		    const struct fn_bench_path *path)
{
	int err = 0;

	if (!attach_flags(mode))
		return FN_DONE;
	if (b->classifier)
		return fn_bench_filter(b, mode, path->near->ifindex);
	fn_bench_error_begin(b);
	if (mode == FN_BENCH_VETH_NATIVE)
		err = attach_pass(path->far->ifindex);
	if (!err)
		err = bpf_xdp_attach(
			path->near->ifindex, bpf_program__fd(b->program),
			attach_flags(mode) | XDP_FLAGS_UPDATE_IF_NOEXIST, NULL);
	if (!err)
		return FN_DONE;
	if (mode == FN_BENCH_VETH_NATIVE)
		bpf_xdp_detach(path->far->ifindex, attach_flags(mode), NULL);
	fn_bench_error_kernel(b, -err);
	return -1;
}

/**
 * fn_bench_detach - undo fn_bench_attach()
 * @b: run
 * @mode: how it was attached
 * @path: to what
 */
void fn_bench_detach(struct fn_bench *b, enum fn_bench_mode mode,
		     const struct fn_bench_path *path)
{
	if (!attach_flags(mode))
		return;
	if (b->classifier) {
		fn_bench_unfilter(b, path->near->ifindex);
		return;
	}
	bpf_xdp_detach(path->near->ifindex, attach_flags(mode), NULL);
	if (mode == FN_BENCH_VETH_NATIVE)
		bpf_xdp_detach(path->far->ifindex, attach_flags(mode), NULL);
}

/**
 * fn_bench_unload - undo fn_bench_load(), whatever its result was
 * @b: run
 */
void fn_bench_unload(struct fn_bench *b)
{
	fn_bench_lowered_free(b);
	bpf_object__close(b->object);
	b->object = NULL;
}
