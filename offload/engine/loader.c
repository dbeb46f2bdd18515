// SPDX-License-Identifier: GPL-2.0
/*
 * Loading a program image, and throwing it out.
 */
#include "engine.h"
#include "map.h"
#include "profile.h"
#include "prog.h"

static void prog_free(struct fn_engine *e, struct fn_prog *prog)
{
	u32 i;

	for (i = 0; prog->maps && i < prog->nmaps; i++) {
		if (prog->maps[i])
			fn_map_put(e, prog->maps[i]);
	}
	fn_compiled_free(prog);
	fn_free(prog->maps);
	fn_free(prog->code);
	fn_free(prog->marks);
	fn_free(prog->stats);
	fn_free(prog->image);
	fn_free(prog);
}

static int no_memory(struct fn_msg_prog_load *m)
{
	snprintf(m->why, sizeof(m->why),
		 "the host has no memory for a program of %u bytes", m->size);
	return -ENOMEM;
}

/* Of an image whose words fit into the control store. */
static u64 max_size(const struct fn_engine *e)
{
	return sizeof(struct fn_image) +
	       (u64)e->env.profile->max_words * (sizeof(u64) + sizeof(u32)) +
	       FN_IMAGE_MAX_MAPS * sizeof(struct fn_image_map);
}

/* The card checks and keeps a copy: the host may change its own meanwhile. */
static int copy_image(const struct fn_engine *e, struct fn_prog *prog,
		      struct fn_msg_prog_load *m)
{
	int ret;

	if (m->size < sizeof(*prog->image) || !m->image) {
		snprintf(m->why, sizeof(m->why),
			 "image of %u bytes: has no room for its header",
			 m->size);
		return -EINVAL;
	}
	if (m->size > max_size(e)) {
		snprintf(
			m->why, sizeof(m->why),
			"image of %u bytes: the card's control store takes %u words",
			m->size, e->env.profile->max_words);
		return -E2BIG;
	}
	prog->image = fn_alloc(m->size);
	if (!prog->image)
		return no_memory(m);
	memcpy(prog->image, fn_bus_to_ptr(m->image), m->size);
	ret = fn_image_check(prog->image, m->size, m->why, sizeof(m->why));
	if (ret)
		return ret;
	prog->nwords = prog->image->nwords;
	prog->ctx = fn_ctx_layout(prog->image->type);
	return 0;
}

/* A word may be several of the card's own instructions. */
static int check_store(const struct fn_prog *prog, struct fn_msg_prog_load *m)
{
	u64 size = fn_timing_size(prog->profile, fn_image_words(prog->image),
				  prog->nwords, prog->marks);

	if (size <= prog->profile->max_words)
		return 0;
	snprintf(
		m->why, sizeof(m->why),
		"program has %llu instructions of the card's own: its control store takes %u",
		(unsigned long long)size, prog->profile->max_words);
	return -E2BIG;
}

static int check_size(const struct fn_engine *e, const struct fn_prog *prog,
		      struct fn_msg_prog_load *m)
{
	if (!prog->nwords) {
		snprintf(m->why, sizeof(m->why), "program has no instructions");
		return -EINVAL;
	}
	if (prog->nwords > e->env.profile->max_words) {
		snprintf(
			m->why, sizeof(m->why),
			"program has %u words: the card's control store takes %u",
			prog->nwords, e->env.profile->max_words);
		return -E2BIG;
	}
	if (prog->image->lanes > e->env.profile->lanes) {
		snprintf(m->why, sizeof(m->why),
			 "program is for %u lanes: the card has %u",
			 prog->image->lanes, e->env.profile->lanes);
		return -EINVAL;
	}
	if (m->nmaps != prog->image->nmaps) {
		snprintf(m->why, sizeof(m->why),
			 "%u maps given to a program that has slots for %u",
			 m->nmaps, prog->image->nmaps);
		return -EINVAL;
	}
	return 0;
}

static bool map_fits(const struct fn_map *map, const struct fn_image_map *want)
{
	return (map->type == want->type || map->kind->type == want->type) &&
	       map->key_size == want->key_size &&
	       map->value_size == want->value_size &&
	       map->max_entries == want->max_entries;
}

static int bind_map(struct fn_engine *e, struct fn_prog *prog, u32 slot,
		    u32 handle, struct fn_msg_prog_load *m)
{
	const struct fn_image_map *want = &fn_image_maps(prog->image)[slot];
	struct fn_map *map = fn_table_find(&e->maps, handle);

	if (!map) {
		snprintf(m->why, sizeof(m->why),
			 "map slot %u: the card has no map with handle %u",
			 slot, handle);
		return -ENOENT;
	}
	if (!map_fits(map, want)) {
		snprintf(
			m->why, sizeof(m->why),
			"map slot %u: needs type %u, key %u, value %u, entries %u; the map given has %u, %u, %u, %u",
			slot, want->type, want->key_size, want->value_size,
			want->max_entries, map->kind->type, map->key_size,
			map->value_size, map->max_entries);
		return -EINVAL;
	}
	fn_lock(&map->lock);
	map->used = true;
	fn_unlock(&map->lock);
	map->refs++;
	prog->maps[slot] = map;
	return 0;
}

static int bind_maps(struct fn_engine *e, struct fn_prog *prog,
		     struct fn_msg_prog_load *m)
{
	const u32 *handles = fn_bus_to_ptr(m->maps);
	u32 i;
	int ret;

	if (!m->nmaps)
		return 0;
	prog->maps = fn_alloc(m->nmaps * sizeof(struct fn_map *));
	if (!prog->maps)
		return no_memory(m);
	prog->nmaps = m->nmaps;
	for (i = 0; i < m->nmaps; i++) {
		ret = bind_map(e, prog, i, handles[i], m);
		if (ret)
			return ret;
	}
	return 0;
}

static bool calls(const struct fn_prog *prog, u32 helper)
{
	const u64 *words = fn_image_words(prog->image);
	u32 i;

	for (i = 0; i < prog->nwords; i++) {
		struct fn_insn insn = fn_insn_decode(words[i]);

		if (insn.op == FN_OP_HELPER && (u32)insn.imm == helper)
			return true;
	}
	return false;
}

static int fill(struct fn_engine *e, struct fn_prog *prog,
		struct fn_msg_prog_load *m)
{
	int ret = copy_image(e, prog, m);

	if (ret)
		return ret;
	ret = check_size(e, prog, m);
	if (ret)
		return ret;
	ret = fn_image_check_code(prog->image, m->why, sizeof(m->why));
	if (ret)
		return ret;
	ret = bind_maps(e, prog, m);
	if (ret)
		return ret;
	prog->code = fn_alloc((prog->nwords + 1) * sizeof(*prog->code));
	prog->marks = fn_alloc(prog->nwords);
	prog->stats = fn_alloc((e->env.threads + 1) * sizeof(*prog->stats));
	if (!prog->code || !prog->marks || !prog->stats)
		return no_memory(m);
	prog->profile = e->env.profile;
	prog->asks_csum = calls(prog, FN_HELPER_csum_level);
	memcpy(prog->name, m->name, sizeof(prog->name) - 1);
	memcpy(prog->tag, m->tag, sizeof(prog->tag));
	ret = fn_prog_decode(prog, m->why, sizeof(m->why));
	return ret ?: check_store(prog, m);
}

/**
 * fn_prog_load - load a program
 * @e: engine; the caller serializes
 * @m: image and maps; gets the handle
 *
 * Return: 0, or an errno with a sentence in @m->why.
 */
int fn_prog_load(struct fn_engine *e, struct fn_msg_prog_load *m)
{
	struct fn_prog *prog = fn_alloc(sizeof(*prog));
	int ret;

	m->why[0] = 0;
	if (!prog)
		return no_memory(m);
	ret = fill(e, prog, m);
	if (!ret) {
		fn_compiled_init(prog, e);
		prog->handle = fn_table_add(&e->progs, prog);
		if (!prog->handle) {
			snprintf(
				m->why, sizeof(m->why),
				"the card has no room for more than %u programs",
				FN_TABLE_SIZE);
			ret = -ENOSPC;
		}
	}
	if (ret) {
		prog_free(e, prog);
		return ret;
	}
	m->handle = prog->handle;
	return 0;
}

/**
 * fn_prog_unload - forget a program
 * @e: engine; the caller serializes
 * @handle: of the program
 *
 * Return: 0, -ENOENT without such a program, -EBUSY while it is attached.
 */
int fn_prog_unload(struct fn_engine *e, u32 handle)
{
	struct fn_prog *prog = fn_table_find(&e->progs, handle);

	if (!prog)
		return -ENOENT;
	if (prog->users)
		return -EBUSY;
	/* No thread has it: who detached it has waited for that. */
	fn_table_remove(&e->progs, handle);
	prog_free(e, prog);
	return 0;
}

/**
 * fn_prog_free_all - forget all programs, when no thread runs any more
 * @e: engine
 */
void fn_prog_free_all(struct fn_engine *e)
{
	struct fn_prog *prog;

	while ((prog = fn_table_next(&e->progs, 1))) {
		fn_table_remove(&e->progs, prog->handle);
		prog_free(e, prog);
	}
}
