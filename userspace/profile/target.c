// SPDX-License-Identifier: GPL-2.0
/*
 * An engine on the table: the real one, with no card around it.
 */
#include "offload/engine/map.h"
#include "offload/engine/prog.h"
#include "offload/jit/jit.h"
#include "profiles.h"
#include "userspace/tool.h"

#define TRIAL 65536 /* entries; of larger maps, the memory is reckoned */

/**
 * fn_target_open - make an engine
 * @target: to fill in
 * @profile: which card to model: name or file; NULL for the default
 *
 * Return: exit status; an error has been reported.
 */
int fn_target_open(struct fn_target *target, const char *profile)
{
	struct fn_env env = {
		.profile = fn_profile_get(profile),
		.threads = 1,
		.compile = fn_jit_compile,
	};

	if (!env.profile)
		return FN_FAILED;
	fn_env_host(&env);
	if (fn_options.kernel)
		env.kernel = fn_options.kernel;
	target->profile = env.profile;
	target->engine = fn_check_alloc(fn_engine_alloc(&env));
	return FN_DONE;
}

/**
 * fn_target_options - how to translate for a card
 * @target: engine
 *
 * Return: what was asked for on the command line.
 */
struct fn_tr_options fn_target_options(const struct fn_target *target)
{
	return fn_profile_compiler(
		target->profile, min(fn_options.level, target->profile->level));
}

/**
 * fn_target_close - undo fn_target_open()
 * @target: engine
 */
void fn_target_close(struct fn_target *target)
{
	fn_engine_free(target->engine);
}

static int create(struct fn_target *target, const struct fn_image_map *need,
		  u32 flags, struct fn_msg_map *msg)
{
	*msg = (struct fn_msg_map){
		.type = need->type,
		.key_size = need->key_size,
		.value_size = need->value_size,
		.max_entries = need->max_entries,
		.flags = flags,
	};
	return fn_map_create(target->engine, msg);
}

static void destroy(struct fn_target *target, u32 handle)
{
	struct fn_msg_handle msg = { .handle = handle };

	fn_map_free(target->engine, &msg);
}

/* Memory of a map with @entries entries, 0 if it can't be. */
static u64 try_map(struct fn_target *target, const struct fn_image_map *need,
		   u32 entries, u32 flags, struct fn_msg_map *msg)
{
	struct fn_image_map trial = *need;

	trial.max_entries = entries;
	if (create(target, &trial, flags, msg))
		return 0;
	destroy(target, msg->handle);
	return msg->memory;
}

/**
 * fn_target_map_memory - does the card take such a map?
 * @target: engine
 * @need: the map
 * @flags: BPF_F_*
 * @why: gets a sentence if it doesn't
 * @size: bytes at @why
 *
 * Return: bytes of memory that the map takes, 0 if it is refused.
 */
u64 fn_target_map_memory(struct fn_target *target,
			 const struct fn_image_map *need, u32 flags, char *why,
			 size_t size)
{
	u64 values =
		(u64)need->max_entries * round_up((u64)need->value_size, 8);
	u32 entries = min_t(u32, need->max_entries, TRIAL);
	struct fn_msg_map msg;
	u64 bytes, half;

	bytes = try_map(target, need, entries, flags, &msg);
	if (!bytes) {
		snprintf(why, size, "%s", msg.why);
		return 0;
	}
	if (entries == need->max_entries)
		return bytes;
	if (values > FN_MAP_MEMORY) {
		snprintf(why, size,
			 "%llu bytes of values; the card has %llu for all maps",
			 (unsigned long long)values,
			 (unsigned long long)FN_MAP_MEMORY);
		return 0;
	}
	/* Memory grows in proportion. */
	half = try_map(target, need, TRIAL / 2, flags, &msg);
	return bytes +
	       (need->max_entries - TRIAL) * ((bytes - half) / (TRIAL / 2));
}

static int make_maps(struct fn_target *target, const struct fn_image *img,
		     u32 *handles, char *why, size_t size)
{
	struct fn_msg_map msg;
	u32 i;

	for (i = 0; i < img->nmaps; i++) {
		if (create(target, &fn_image_maps(img)[i], 0, &msg)) {
			snprintf(why, size, "map %u: %s", i, msg.why);
			return -EINVAL;
		}
		handles[i] = msg.handle;
	}
	return 0;
}

/**
 * fn_target_load - load a program, and maps for it
 * @target: engine
 * @img: the program
 * @why: gets a sentence if it is refused
 * @size: bytes at @why
 *
 * Return: handle of the program, 0 if it is refused.
 */
u32 fn_target_load(struct fn_target *target, const struct fn_image *img,
		   char *why, size_t size)
{
	u32 handles[FN_IMAGE_MAX_MAPS];
	struct fn_msg_prog_load msg = {
		.image = fn_ptr_to_bus(img),
		.size = img->size,
		.nmaps = img->nmaps,
		.maps = fn_ptr_to_bus(handles),
		.name = "lab",
	};

	if (make_maps(target, img, handles, why, size))
		return 0;
	if (fn_prog_load(target->engine, &msg)) {
		snprintf(why, size, "%s", msg.why);
		return 0;
	}
	return msg.handle;
}
