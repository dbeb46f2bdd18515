// SPDX-License-Identifier: GPL-2.0
/*
 * flownic features: program types, instructions, helpers, maps and limits, of a
 * profile or of a card of this machine. All of it is read from the tables that
 * the card itself goes by.
 */
#include <linux/bpf.h>
#include <string.h>

#include "features.h"
#include "offload/context.h"
#include "offload/engine/map.h"
#include "offload/engine/table.h"
#include "offload/helpers.h"
#include "offload/image.h"
#include "userspace/live/live.h"
#include "userspace/profile/profiles.h"
#include "userspace/tool.h"

static const struct {
	u32 type;
	const char *name;
} types[] = {
	{ BPF_PROG_TYPE_XDP, "xdp" },
	{ BPF_PROG_TYPE_SCHED_CLS, "sched_cls" },
};

/* Of RFC 9669; tests/cli/features.t asks the translator for one of each. */
static const struct {
	const char *name;
	const char *about;
} groups[] = {
	{ "base32", "32-bit arithmetic, jumps, loads and stores" },
	{ "base64", "64-bit arithmetic and jumps, calls, sign extension" },
	{ "divmul32", "32-bit multiplication, division and remainder" },
	{ "divmul64", "the same of 64 bits" },
	{ "atomic32", "add, or, and, xor, exchange, compare and exchange" },
	{ "atomic64", "the same of 64 bits" },
	{ "packet", "legacy loads: main programs of classifiers only" },
};

static json_object *string(const char *text)
{
	return json_object_new_string(text);
}

static void add(json_object *o, const char *key, u64 value)
{
	json_object_object_add(o, key, json_object_new_uint64(value));
}

static json_object *fields(const struct fn_ctx_layout *l, bool written)
{
	json_object *a = json_object_new_array();
	u32 i;

	for (i = 0; i < l->nfields; i++)
		if (!l->fields[i].why && (!written || l->fields[i].written))
			json_object_array_add(a, string(l->fields[i].name));
	return a;
}

static json_object *program_types(void)
{
	json_object *a = json_object_new_array(), *o;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		const struct fn_ctx_layout *l = fn_ctx_layout(types[i].type);

		o = json_object_new_object();
		json_object_object_add(o, "name", string(types[i].name));
		json_object_object_add(o, "reads", fields(l, false));
		json_object_object_add(o, "writes", fields(l, true));
		json_object_array_add(a, o);
	}
	return a;
}

static json_object *instructions(void)
{
	json_object *a = json_object_new_array(), *o;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		o = json_object_new_object();
		json_object_object_add(o, "name", string(groups[i].name));
		json_object_object_add(o, "about", string(groups[i].about));
		json_object_array_add(a, o);
	}
	return a;
}

static json_object *helper(const struct fn_helper_info *h, u32 cycles)
{
	json_object *o = json_object_new_object();
	json_object *for_types = json_object_new_array();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (fn_helper_is_for(h, types[i].type))
			json_object_array_add(for_types, string(types[i].name));
	json_object_object_add(o, "name", string(h->name));
	add(o, "number", h->number);
	json_object_object_add(o, "types", for_types);
	add(o, "cycles", cycles);
	return o;
}

/* A profile has no cycles for what the card it models lacks. */
static json_object *helpers(const struct fn_profile *p)
{
	json_object *a = json_object_new_array();
	const struct fn_helper_info *h = NULL;

	while ((h = fn_helper_next(h))) {
		u32 cycles = p->helper[fn_profile_helper(h->number)];

		if (cycles)
			json_object_array_add(a, helper(h, cycles));
	}
	return a;
}

/* The key of an array is its index. */
static u32 max_key(const struct fn_profile *p, u32 type)
{
	return type == BPF_MAP_TYPE_ARRAY ? sizeof(u32) :
					    min_t(u32, p->max_key, FN_MAX_KEY);
}

static json_object *map_types(const struct fn_profile *p)
{
	json_object *a = json_object_new_array(), *o;
	const struct fn_map_kind *kind;
	u32 i;

	for (i = 0; (kind = fn_map_kind(i)); i++) {
		o = json_object_new_object();
		json_object_object_add(o, "name",
				       string(fn_map_type_name(kind->type)));
		/* What is sent to it, the host keeps. */
		if (kind->type != BPF_MAP_TYPE_PERF_EVENT_ARRAY) {
			add(o, "max_key", max_key(p, kind->type));
			add(o, "max_value",
			    min_t(u32, p->max_value, FN_MAX_VALUE));
			add(o, "max_pair", p->max_pair);
			add(o, "max_entries", p->max_entries);
		}
		json_object_array_add(a, o);
	}
	return a;
}

static json_object *limits(const struct fn_profile *p)
{
	json_object *o = json_object_new_object();

	add(o, "control_store", p->max_words);
	add(o, "stack", p->max_stack);
	add(o, "maps_per_program", min_t(u32, p->max_maps, FN_IMAGE_MAX_MAPS));
	add(o, "maps", FN_TABLE_SIZE);
	add(o, "programs", FN_TABLE_SIZE);
	add(o, "map_memory", FN_MAP_MEMORY);
	json_object_object_add(o, "map_store",
			       json_object_new_boolean(p->map_store));
	json_object_object_add(o, "map_flags",
			       json_object_new_boolean(p->map_flags));
	return o;
}

static json_object *features(const struct fn_profile *p)
{
	json_object *o = json_object_new_object();

	json_object_object_add(o, "profile", string(p->name));
	add(o, "firmware", FN_IMAGE_VERSION);
	add(o, "cores", p->cores);
	add(o, "threads", p->threads);
	add(o, "lanes", p->lanes);
	json_object_object_add(o, "clock_mhz",
			       json_object_new_double(p->clock_khz / 1e3));
	json_object_object_add(o, "limits", limits(p));
	json_object_object_add(o, "program_types", program_types());
	json_object_object_add(o, "instructions", instructions());
	json_object_object_add(o, "helpers", helpers(p));
	json_object_object_add(o, "map_types", map_types(p));
	return o;
}

/* ---- as text */

static json_object *get(json_object *o, const char *key)
{
	return json_object_object_get(o, key);
}

static const char *text(json_object *o, const char *key)
{
	return json_object_get_string(get(o, key));
}

static void print_names(const char *title, json_object *list)
{
	size_t i, n = json_object_array_length(list), at = strlen(title);

	printf("%s", title);
	for (i = 0; i < n; i++) {
		json_object *e = json_object_array_get_idx(list, i);
		const char *name = json_object_is_type(e, json_type_object) ?
					   text(e, "name") :
					   json_object_get_string(e);

		at += strlen(name) + 1;
		if (at > 78) {
			printf("\n       ");
			at = 8 + strlen(name);
		}
		printf(" %s", name);
	}
	puts("");
}

static void print_types(json_object *list)
{
	size_t i, n = json_object_array_length(list);
	char title[48];

	for (i = 0; i < n; i++) {
		json_object *t = json_object_array_get_idx(list, i);

		printf("%s programs\n", text(t, "name"));
		snprintf(title, sizeof(title), "    reads");
		print_names(title, get(t, "reads"));
		print_names("    writes", get(t, "writes"));
	}
}

static void print_map(json_object *m)
{
	printf("%s map", text(m, "name"));
	if (get(m, "max_key"))
		printf(": key to %s B, value to %s B, both to %s B, %s entries in all maps",
		       text(m, "max_key"), text(m, "max_value"),
		       text(m, "max_pair"), text(m, "max_entries"));
	else
		printf(" of the host's");
	puts("");
}

static void print_features(json_object *f)
{
	json_object *l = get(f, "limits"), *maps = get(f, "map_types");
	size_t i;

	if (get(f, "card"))
		printf("card %s, which models ", text(f, "card"));
	printf("%s: %s cores x %s threads x %s lanes, %g MHz, firmware %s\n",
	       text(f, "profile"), text(f, "cores"), text(f, "threads"),
	       text(f, "lanes"), json_object_get_double(get(f, "clock_mhz")),
	       text(f, "firmware"));
	printf("programs to %s words of control store, %s B of stack, %s maps each; %s on a card\n",
	       text(l, "control_store"), text(l, "stack"),
	       text(l, "maps_per_program"), text(l, "programs"));
	print_types(get(f, "program_types"));
	print_names("instructions (RFC 9669)", get(f, "instructions"));
	print_names("helpers", get(f, "helpers"));
	for (i = 0; i < json_object_array_length(maps); i++)
		print_map(json_object_array_get_idx(maps, i));
	printf("%s maps and %s B of their values on a card%s%s\n",
	       text(l, "maps"), text(l, "map_memory"),
	       json_object_get_boolean(get(l, "map_store")) ?
		       "" :
		       "; programs do not store to values",
	       json_object_get_boolean(get(l, "map_flags")) ?
		       "" :
		       "; hash maps without BPF_F_NO_PREALLOC");
}

static int print(json_object *f)
{
	if (fn_options.json)
		return fn_out_json(f);
	print_features(f);
	json_object_put(f);
	return FN_DONE;
}

static int of_profile(const char *name)
{
	const struct fn_profile *p = fn_profile_get(name);

	return p ? print(features(p)) : FN_FAILED;
}

/* The card tells which profile it has; what that means, the tool knows. */
static int of_card(const struct fn_info *card)
{
	const struct fn_profile *p =
		fn_profile_find(card->str[FLOWNIC_A_PROFILE]);
	json_object *f;

	if (!p)
		return fn_fail(
			"card %u models \"%s\", which this flownic does not know",
			(u32)card->num[FLOWNIC_A_CARD],
			card->str[FLOWNIC_A_PROFILE]);
	f = features(p);
	add(f, "card", card->num[FLOWNIC_A_CARD]);
	add(f, "ports", card->num[FLOWNIC_A_PORTS]);
	add(f, "workers", card->num[FLOWNIC_A_WORKERS]);
	return print(f);
}

/**
 * fn_features - flownic features ...
 * @args: words of the command line: nothing, or card N
 *
 * Return: exit status.
 */
int fn_features(struct fn_args *args)
{
	struct fn_info *cards;
	struct fn_select s;
	int status;

	if (!args->n)
		return of_profile(fn_options.profile);
	status = fn_select_parse(args, FN_BY_CARD, &s);
	if (status)
		return status;
	if (fn_options.profile)
		return fn_usage(
			"a card has a profile: either --profile or card is expected");
	status = fn_info_get(FLOWNIC_CMD_CARD_GET, &cards);
	if (!status) {
		cards = fn_select_filter(&s, cards);
		status = cards ? of_card(cards) : fn_select_none(&s, "card");
	}
	fn_info_free(cards);
	return status;
}
