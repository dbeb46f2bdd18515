// SPDX-License-Identifier: GPL-2.0
/*
 * What the card of a profile allows, besides what this one does.
 */
#include "check.h"
#include "offload/isa.h"
#include "userspace/object/object.h"
#include "userspace/tool.h"

typedef unsigned long long ull;

/**
 * struct check - work on a program
 * @p: profile
 * @img: program as this card has it
 * @rs: gets the reasons
 */
struct check {
	const struct fn_profile *p;
	const struct fn_image *img;
	struct fn_reasons *rs;
};

/**
 * fn_control_store - what a program takes of a card's control store
 * @p: profile
 * @img: the program, translated for that card
 *
 * Return: instructions of the card's own, of which a word may stand for several;
 * the profile's max_words is their limit.
 */
u64 fn_control_store(const struct fn_profile *p, const struct fn_image *img)
{
	return fn_profile_size(p, img);
}

static void check_size(const struct check *j)
{
	u64 store = fn_control_store(j->p, j->img);

	if (store > j->p->max_words)
		fn_reason(
			j->rs, FN_ORIGIN_NONE,
			"control store: %llu instructions of the card's own; %s has room for %u in a program",
			(ull)store, j->p->name, j->p->max_words);
	if (j->img->frame > j->p->max_stack)
		fn_reason(j->rs, FN_ORIGIN_NONE, "%u bytes of stack; %s has %u",
			  j->img->frame, j->p->name, j->p->max_stack);
}

static void check_kind(const struct check *j, const char *name, u32 type)
{
	if ((type == BPF_MAP_TYPE_LRU_HASH && !j->p->lru_reads) ||
	    (type == BPF_MAP_TYPE_LPM_TRIE && !j->p->lpm_bits))
		fn_reason(j->rs, FN_ORIGIN_NONE,
			  "map %s: %s has no maps of type %s", name, j->p->name,
			  fn_map_type_name(type));
}

static void check_map(const struct check *j, const char *name,
		      const struct fn_image_map *m)
{
	check_kind(j, name, m->type);
	if (m->key_size > j->p->max_key)
		fn_reason(j->rs, FN_ORIGIN_NONE,
			  "map %s: keys of %u bytes; %s takes up to %u", name,
			  m->key_size, j->p->name, j->p->max_key);
	if (m->value_size > j->p->max_value)
		fn_reason(j->rs, FN_ORIGIN_NONE,
			  "map %s: values of %u bytes; %s takes up to %u", name,
			  m->value_size, j->p->name, j->p->max_value);
	if ((u64)m->key_size + m->value_size > j->p->max_pair)
		fn_reason(
			j->rs, FN_ORIGIN_NONE,
			"map %s: key and value have %llu bytes together; %s takes up to %u",
			name, (ull)m->key_size + m->value_size, j->p->name,
			j->p->max_pair);
}

static void check_flags(const struct check *j, const struct fn_map_def *d)
{
	if (d->flags & BPF_F_NO_PREALLOC && !j->p->map_flags &&
	    d->need.type == BPF_MAP_TYPE_HASH)
		fn_reason(
			j->rs, FN_ORIGIN_NONE,
			"map %s: flag BPF_F_NO_PREALLOC; maps of %s take no flags",
			d->name, j->p->name);
}

static void check_maps(const struct check *j, const struct fn_object *o,
		       const struct fn_program *prog)
{
	const struct fn_image_map *maps = fn_image_maps(j->img);
	u64 entries = 0;
	char number[16];
	u32 i;

	for (i = 0; i < j->img->nmaps; i++) {
		snprintf(number, sizeof(number), "%u", i);
		check_map(j, prog ? o->maps[prog->map[i]].name : number,
			  &maps[i]);
		if (prog)
			check_flags(j, &o->maps[prog->map[i]]);
		entries += maps[i].max_entries;
	}
	if (j->img->nmaps > j->p->max_maps)
		fn_reason(j->rs, FN_ORIGIN_NONE, "%u maps; %s takes up to %u",
			  j->img->nmaps, j->p->name, j->p->max_maps);
	if (entries > j->p->max_entries)
		fn_reason(j->rs, FN_ORIGIN_NONE,
			  "%llu map entries in all; %s takes up to %u",
			  (ull)entries, j->p->name, j->p->max_entries);
}

static void check_word(const struct check *j, u32 pc, bool map)
{
	struct fn_insn insn = fn_insn_decode(fn_image_words(j->img)[pc]);
	u32 origin = fn_image_origin(j->img)[pc];
	int helper;

	if (insn.op == FN_OP_HELPER) {
		helper = fn_profile_helper(insn.imm);
		if (helper >= 0 && !j->p->helper[helper])
			fn_reason(j->rs, origin, "helper %s (%d); %s has none",
				  fn_helper_find(insn.imm)->name, insn.imm,
				  j->p->name);
	}
	if ((insn.op == FN_OP_ST || insn.op == FN_OP_STI) && map &&
	    !j->p->map_store)
		fn_reason(
			j->rs, origin,
			"store to a map value; on %s a program can only add to it (atomic operation) or update the entry",
			j->p->name);
}

/**
 * fn_check_limits - does the modelled card take a program?
 * @p: profile
 * @img: the program, translated as that card's compiler would
 * @o: object, or NULL
 * @prog: program of it, or NULL
 * @rs: gets reasons why not
 */
void fn_check_limits(const struct fn_profile *p, const struct fn_image *img,
		     const struct fn_object *o, const struct fn_program *prog,
		     struct fn_reasons *rs)
{
	struct check j = { .p = p, .img = img, .rs = rs };
	u8 *map = fn_map_accesses(img);
	u32 pc;

	check_size(&j);
	check_maps(&j, o, prog);
	for (pc = 0; pc < img->nwords; pc++)
		check_word(&j, pc, map[pc]);
	free(map);
}
