// SPDX-License-Identifier: GPL-2.0
/*
 * flownic map: maps of a program that flownic load has put somewhere.
 */
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "load.h"
#include "map.h"
#include "userspace/live/live.h"

/**
 * struct work - on maps
 * @dir: where they are pinned
 * @m: the map
 * @key: room for a key
 * @next: room for another
 * @value: room for a value of all cores
 */
struct work {
	const char *dir;
	struct fn_map_open m;
	u8 *key;
	u8 *next;
	u8 *value;
};

static int open_map(struct work *w, const char *name)
{
	int status = fn_map_open(w->dir, name, &w->m);

	if (status)
		return status;
	w->key = fn_check_alloc(calloc(1, w->m.key_size));
	w->next = fn_check_alloc(calloc(1, w->m.key_size));
	w->value = fn_check_alloc(calloc(1, fn_map_bytes(&w->m)));
	return FN_DONE;
}

static void close_map(struct work *w)
{
	fn_map_close(&w->m);
	free(w->key);
	free(w->next);
	free(w->value);
	*w = (struct work){ .dir = w->dir, .m.fd = -1 };
}

static int end_of_words(struct fn_args *args)
{
	return args->n ? fn_usage("map: \"%s\" is not expected here",
				  args->v[0]) :
			 FN_DONE;
}

static bool is_array(const struct fn_map_open *m)
{
	return m->type == BPF_MAP_TYPE_ARRAY ||
	       m->type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

static const char *reason(const struct fn_map_open *m, int err)
{
	switch (err) {
	case ENOENT:
		return is_array(m) ? "its keys are 0 to max_entries - 1" :
				     "it has no such entry";
	case EEXIST:
		return "it has such an entry already";
	case E2BIG:
	case ENOSPC:
		return is_array(m) ? "its keys are 0 to max_entries - 1" :
				     "it is full";
	case EINVAL:
		if (is_array(m))
			return "an array has all its entries, always";
		if (m->type == BPF_MAP_TYPE_LPM_TRIE)
			return "the prefix is longer than keys are";
	}
	return strerror(err);
}

static int report(const struct work *w, const char *what)
{
	char *key = fn_map_key_text(&w->m, w->key);
	int err = errno, status;

	status = fn_fail("map %s: %s of %s: %s", w->m.name, what, key,
			 reason(&w->m, err));
	free(key);
	return status;
}

static int read_key(struct work *w, struct fn_args *args)
{
	const char *text = NULL;
	int status = fn_args_take_value(args, "key", &text);

	if (status)
		return status;
	if (!text)
		return fn_usage("map: the key is missing: key KEY");
	return fn_map_read_key(&w->m, text, w->key);
}

static int show_one(struct work *w, json_object *list, const char *name)
{
	int status = open_map(w, name);

	if (!status && list)
		json_object_array_add(list, fn_map_json_info(&w->m));
	else if (!status)
		fn_map_print_info(&w->m);
	close_map(w);
	return status;
}

static int show_all(struct work *w, json_object *list)
{
	struct dirent **entry;
	int n = scandir(w->dir, &entry, NULL, alphasort), i, fd;
	int status = FN_DONE;

	if (n < 0)
		return fn_fail("%s: %s", w->dir, strerror(errno));
	for (i = 0; i < n; i++) {
		fd = fn_pins_open(w->dir, entry[i]->d_name);
		if (fd >= 0 && fn_pins_map(fd))
			status = show_one(w, list, entry[i]->d_name) ?: status;
		if (fd >= 0)
			close(fd);
		free(entry[i]);
	}
	free(entry);
	return status;
}

static int show(struct work *w, struct fn_args *args)
{
	const char *name = fn_args_next(args);
	json_object *list = NULL;
	int status = end_of_words(args);

	if (status)
		return status;
	if (fn_options.json)
		list = json_object_new_array();
	status = name ? show_one(w, list, name) : show_all(w, list);
	return list ? fn_out_json(list) ?: status : status;
}

static void print_entry(const struct work *w, json_object *list)
{
	if (list)
		json_object_array_add(list, fn_map_json_entry(&w->m, w->key,
							      w->value));
	else
		fn_map_print_entry(&w->m, w->key, w->value);
}

/* An entry that goes meanwhile is left out; what comes in has an end, too. */
static int dump_all(struct work *w, json_object *list)
{
	u64 n, most = 2ull * w->m.max_entries;
	bool first = true;

	for (n = 0; n < most; n++) {
		if (bpf_map_get_next_key(w->m.fd, first ? NULL : w->key,
					 w->next))
			return errno == ENOENT ?
				       FN_DONE :
				       fn_fail("map %s: %s", w->m.name,
					       strerror(errno));
		first = false;
		memcpy(w->key, w->next, w->m.key_size);
		if (!bpf_map_lookup_elem(w->m.fd, w->key, w->value))
			print_entry(w, list);
	}
	return FN_DONE;
}

static int dump(struct work *w, struct fn_args *args)
{
	json_object *list;
	int status = end_of_words(args);

	if (status)
		return status;
	if (!fn_options.json)
		return dump_all(w, NULL);
	list = json_object_new_array();
	status = dump_all(w, list);
	return fn_out_json(list) ?: status;
}

static int lookup(struct work *w, struct fn_args *args)
{
	int status = read_key(w, args) ?: end_of_words(args);

	if (status)
		return status;
	if (bpf_map_lookup_elem(w->m.fd, w->key, w->value))
		return report(w, "lookup");
	if (fn_options.json)
		return fn_out_json(fn_map_json_entry(&w->m, w->key, w->value));
	fn_map_print_entry(&w->m, w->key, w->value);
	return FN_DONE;
}

static int read_flags(struct fn_args *args, u64 *flags)
{
	static const char *const names[] = { "any", "noexist", "exist" };
	const char *word = fn_args_next(args);

	*flags = BPF_ANY;
	if (!word)
		return FN_DONE;
	for (*flags = 0; *flags < ARRAY_SIZE(names); (*flags)++)
		if (fn_arg_matches(word, names[*flags]))
			return end_of_words(args);
	return fn_usage(
		"map: \"%s\" is not expected here; known: any, noexist, exist",
		word);
}

/* One core's, if it is given, else all cores'. Others keep what they have. */
static int set_slots(struct work *w, const char *core, const u8 *value)
{
	u32 i, from = 0, to = w->m.slots;

	if (core) {
		if (fn_number("core", core, &from))
			return FN_USAGE;
		if (from >= w->m.slots)
			return fn_fail(
				"map %s: it has values of %u core%s, counted from 0",
				w->m.name, w->m.slots,
				w->m.slots == 1 ? " (all share one)" : "s");
		to = from + 1;
		if (bpf_map_lookup_elem(w->m.fd, w->key, w->value))
			memset(w->value, 0, fn_map_bytes(&w->m));
	}
	for (i = from; i < to; i++)
		memcpy(w->value + i * w->m.stride, value, w->m.value_size);
	return FN_DONE;
}

static int put(struct work *w, const char *text, const char *core, u64 flags)
{
	const struct fn_typed t = {
		.btf = w->m.btf,
		.type = w->m.value_type,
		.size = w->m.value_size,
	};
	u8 *value = fn_check_alloc(calloc(1, w->m.value_size));
	int status = fn_typed_read(&t, "value", text, value);

	if (!status)
		status = set_slots(w, core, value);
	free(value);
	if (!status && bpf_map_update_elem(w->m.fd, w->key, w->value, flags))
		status = report(w, "update");
	return status;
}

static int update(struct work *w, struct fn_args *args)
{
	const char *value = NULL, *core = NULL;
	int status = read_key(w, args);
	u64 flags;

	if (!status)
		status = fn_args_take_value(args, "value", &value);
	if (!status)
		status = fn_args_take_value(args, "core", &core);
	if (!status)
		status = read_flags(args, &flags);
	if (status)
		return status;
	if (!value)
		return fn_usage("map: the value is missing: value VALUE");
	return put(w, value, core, flags);
}

static int erase(struct work *w, struct fn_args *args)
{
	int status = read_key(w, args) ?: end_of_words(args);

	if (!status && bpf_map_delete_elem(w->m.fd, w->key))
		status = report(w, "delete");
	return status;
}

static int read_kind(const char *word, u32 *type)
{
	static const u32 kinds[] = { BPF_MAP_TYPE_LRU_HASH,
				     BPF_MAP_TYPE_LPM_TRIE };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (word && fn_arg_matches(word, fn_map_type_name(kinds[i]))) {
			*type = kinds[i];
			return FN_DONE;
		}
	return fn_usage(
		"map kind: lru_hash or lpm_trie is expected: flownic map kind id N lpm_trie");
}

/* For loaders of other makes, too. */
static int set_kind(struct fn_args *args)
{
	static const u32 attrs[] = { FLOWNIC_A_BPF_ID, FLOWNIC_A_MAP_TYPE };
	const char *id = NULL;
	u32 values[2];
	int status = fn_args_take_value(args, "id", &id);

	if (!status && !id)
		status = fn_usage("map kind: the map is missing: id N");
	if (!status)
		status = fn_number("id", id, &values[0]);
	if (!status)
		status = read_kind(fn_args_next(args), &values[1]) ?:
				 end_of_words(args);
	if (status)
		return status;
	return fn_nl_request(FLOWNIC_CMD_MAP_KIND, attrs, values,
			     ARRAY_SIZE(attrs), NULL, NULL);
}

static const struct {
	const char *name;
	int (*run)(struct work *w, struct fn_args *args);
	bool one; /* map, by its name */
} commands[] = {
	{ "show", show, false },    { "list", show, false },
	{ "dump", dump, true },	    { "lookup", lookup, true },
	{ "update", update, true }, { "delete", erase, true },
};

static int run(struct work *w, struct fn_args *args, u32 command)
{
	const char *name;
	int status;

	if (!commands[command].one)
		return commands[command].run(w, args);
	name = fn_args_next(args);
	if (!name)
		return fn_usage("map: the name of the map is missing");
	status = open_map(w, name);
	if (!status)
		status = commands[command].run(w, args);
	close_map(w);
	return status;
}

/**
 * fn_map_verb - flownic map show|dump|lookup|update|delete ... dev PORT
 * @args: words of the command line
 *
 * Return: exit status.
 */
int fn_map_verb(struct fn_args *args)
{
	struct work w = { .m.fd = -1 };
	const char *dev = NULL, *word;
	int status = fn_args_take_value(args, "dev", &dev);
	u32 i;

	if (!status)
		status = fn_args_take_value(args, "pin", &w.dir);
	if (status)
		return status;
	word = fn_args_next(args);
	if (word && fn_arg_matches(word, "kind"))
		return set_kind(args);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (word && fn_arg_matches(word, commands[i].name))
			break;
	if (i == ARRAY_SIZE(commands))
		return fn_usage(
			"map: show, dump, lookup, update, delete or kind is expected");
	if (!dev && !w.dir)
		return fn_usage("map: dev PORT is missing, or pin DIR");
	w.dir = w.dir ?: fn_load_default_pin(dev);
	return run(&w, args, i);
}
