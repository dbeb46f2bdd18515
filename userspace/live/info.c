// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of the module taken apart, and as JSON. One table says of every
 * attribute what it holds and what it is called.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <string.h>

#include "live.h"
#include "userspace/tool.h"

enum kind {
	NONE,
	NUM, /* any size; what is shorter than 8 bytes is unsigned */
	BOOL,
	STR,
	HEX,
	MASK, /* JSON: the numbers of the bits that are set */
	TYPE, /* enum bpf_map_type; JSON: its name */
	U32S,
	COUNT,
	FAULT,
};

struct attr_info {
	const char *name;
	enum kind kind;
};

/* clang-format off */
static const struct attr_info attr_info[FLOWNIC_A_MAX + 1] = {
	[FLOWNIC_A_CARD]           = { "card", NUM },
	[FLOWNIC_A_PORTS]          = { "nports", NUM },
	[FLOWNIC_A_WORKERS]        = { "nworkers", NUM },
	[FLOWNIC_A_PROFILE]        = { "profile", STR },
	[FLOWNIC_A_CORES]          = { "cores", NUM },
	[FLOWNIC_A_THREADS]        = { "threads", NUM },
	[FLOWNIC_A_LANES]          = { "lanes", NUM },
	[FLOWNIC_A_CLOCK_KHZ]      = { "clock_khz", NUM },
	[FLOWNIC_A_PORT_MBPS]      = { "port_mbps", NUM },
	[FLOWNIC_A_MAX_WORDS]      = { "max_words", NUM },
	[FLOWNIC_A_MAX_MAPS]       = { "max_maps", NUM },
	[FLOWNIC_A_MAX_KEY_SIZE]   = { "max_key_size", NUM },
	[FLOWNIC_A_MAX_VALUE_SIZE] = { "max_value_size", NUM },
	[FLOWNIC_A_MAX_MAP_MEMORY] = { "max_map_memory", NUM },
	[FLOWNIC_A_PORT]           = { "port", NUM },
	[FLOWNIC_A_IFINDEX]        = { "ifindex", NUM },
	[FLOWNIC_A_IFNAME]         = { "ifname", STR },
	[FLOWNIC_A_NETNS]          = { "netns", NUM },
	[FLOWNIC_A_CABLE_IFINDEX]  = { "cable_ifindex", NUM },
	[FLOWNIC_A_CABLE_IFNAME]   = { "cable_ifname", STR },
	[FLOWNIC_A_CABLE_NETNS]    = { "cable_netns", NUM },
	[FLOWNIC_A_UP]             = { "up", BOOL },
	[FLOWNIC_A_HANDLE]         = { "handle", NUM },
	[FLOWNIC_A_BPF_ID]         = { "id", NUM },
	[FLOWNIC_A_NAME]           = { "name", STR },
	[FLOWNIC_A_TAG]            = { "tag", HEX },
	[FLOWNIC_A_COUNTER]        = { "counters", COUNT },
	[FLOWNIC_A_FAULT]          = { "faults", FAULT },
	[FLOWNIC_A_VALUE]          = { "value", NUM },
	[FLOWNIC_A_TEXT]           = { "text", STR },
	[FLOWNIC_A_WORDS]          = { "words", NUM },
	[FLOWNIC_A_INSNS]          = { "insns", NUM },
	[FLOWNIC_A_GROUPS]         = { "groups", NUM },
	[FLOWNIC_A_PORT_MASK]      = { "attached", MASK },
	[FLOWNIC_A_MAP_HANDLES]    = { "map_handles", U32S },
	[FLOWNIC_A_MAP_TYPE]       = { "type", TYPE },
	[FLOWNIC_A_KEY_SIZE]       = { "key_size", NUM },
	[FLOWNIC_A_VALUE_SIZE]     = { "value_size", NUM },
	[FLOWNIC_A_MAX_ENTRIES]    = { "max_entries", NUM },
	[FLOWNIC_A_ENTRIES]        = { "entries", NUM },
	[FLOWNIC_A_MEMORY]         = { "memory", NUM },
	[FLOWNIC_A_ADDRESS]        = { "address", NUM },
	[FLOWNIC_A_WORKER]         = { "worker", NUM },
	[FLOWNIC_A_CPU]            = { "cpu", NUM },
	[FLOWNIC_A_FRAMES]         = { "frames", NUM },
	[FLOWNIC_A_BUSY_NS]        = { "busy_ns", NUM },
	[FLOWNIC_A_WAKEUPS]        = { "wakeups", NUM },
	[FLOWNIC_A_HELPED]         = { "helped", NUM },
	[FLOWNIC_A_OFFSET]         = { "offset", NUM },
	[FLOWNIC_A_SIZE]           = { "size", NUM },
	[FLOWNIC_A_CAUSE]          = { "cause", NUM },
	[FLOWNIC_A_WORD]           = { "word", NUM },
	[FLOWNIC_A_COUNT]          = { "count", NUM },
	[FLOWNIC_A_COMPILED]       = { "compiled", NUM },
	[FLOWNIC_A_INTERPRETED]    = { "interpreted", STR },
	[FLOWNIC_A_COMMAND]        = { "command", STR },
	[FLOWNIC_A_PID]            = { "pid", NUM },
	[FLOWNIC_A_ERRNO]          = { "errno", NUM },
	[FLOWNIC_A_TIME]           = { "time_ns", NUM },
	[FLOWNIC_A_QUEUED]         = { "queued", NUM },
	[FLOWNIC_A_QUEUE_SLOTS]    = { "queue_slots", NUM },
	[FLOWNIC_A_FAR_CARD]       = { "far_card", NUM },
	[FLOWNIC_A_FAR_PORT]       = { "far_port", NUM },
};
/* clang-format on */

static u64 attr_num(const struct nlattr *attr)
{
	u64 n = 0;

	memcpy(&n, mnl_attr_get_payload(attr),
	       min_t(size_t, mnl_attr_get_payload_len(attr), sizeof(n)));
	return n;
}

static char *attr_str(const struct nlattr *attr)
{
	return fn_check_alloc(strndup(mnl_attr_get_payload(attr),
				      mnl_attr_get_payload_len(attr)));
}

static char *attr_hex(const struct nlattr *attr)
{
	const u8 *p = mnl_attr_get_payload(attr);
	size_t i, n = mnl_attr_get_payload_len(attr);
	char *s = fn_check_alloc(calloc(1, 2 * n + 1));

	for (i = 0; i < n; i++)
		sprintf(s + 2 * i, "%02x", p[i]);
	return s;
}

static int parse_counter_attr(const struct nlattr *attr, void *arg)
{
	struct fn_counter *c = arg;

	switch (mnl_attr_get_type(attr)) {
	case FLOWNIC_A_NAME:
		free(c->name);
		c->name = attr_str(attr);
		break;
	case FLOWNIC_A_TEXT:
		free(c->text);
		c->text = attr_str(attr);
		break;
	case FLOWNIC_A_VALUE:
		c->value = attr_num(attr);
		break;
	}
	return MNL_CB_OK;
}

static void parse_counter(struct fn_counters *to, const struct nlattr *nest)
{
	struct fn_counter c = {};

	mnl_attr_parse_nested(nest, parse_counter_attr, &c);
	to->c = fn_check_alloc(reallocarray(to->c, to->n + 1, sizeof(*to->c)));
	to->c[to->n++] = c;
}

static void parse_u32s(struct fn_info *info, int type,
		       const struct nlattr *attr)
{
	size_t size = mnl_attr_get_payload_len(attr);

	free(info->maps);
	info->maps = fn_check_alloc(malloc(size + 1));
	memcpy(info->maps, mnl_attr_get_payload(attr), size);
	info->num[type] = size / sizeof(u32);
}

static int parse_attr(const struct nlattr *attr, void *arg)
{
	struct fn_info *info = arg;
	int type = mnl_attr_get_type(attr);

	if (type > FLOWNIC_A_MAX)
		return MNL_CB_OK;
	info->has |= BIT_ULL(type);
	switch (attr_info[type].kind) {
	case NUM:
	case BOOL:
	case MASK:
	case TYPE:
		info->num[type] = attr_num(attr);
		break;
	case STR:
		free(info->str[type]);
		info->str[type] = attr_str(attr);
		break;
	case HEX:
		free(info->str[type]);
		info->str[type] = attr_hex(attr);
		break;
	case U32S:
		parse_u32s(info, type, attr);
		break;
	case COUNT:
		parse_counter(&info->counters, attr);
		break;
	case FAULT:
		parse_counter(&info->faults, attr);
		break;
	case NONE:
		break;
	}
	return MNL_CB_OK;
}

/**
 * fn_info_parse - take a message apart
 * @nlh: the message
 * @info: zeroed
 *
 * Return: 0.
 */
int fn_info_parse(const struct nlmsghdr *nlh, struct fn_info *info)
{
	mnl_attr_parse(nlh, sizeof(struct genlmsghdr), parse_attr, info);
	return 0;
}

static int append(const struct nlmsghdr *nlh, void *arg)
{
	struct fn_info ***tail = arg;
	struct fn_info *info = fn_check_alloc(calloc(1, sizeof(*info)));

	**tail = info;
	*tail = &info->next;
	return fn_info_parse(nlh, info);
}

/**
 * fn_info_get - read all things of a kind from the module
 * @cmd: FLOWNIC_CMD_*_GET
 * @infos: the list, for fn_info_free() whatever the result
 *
 * Return: exit status; an error has been reported.
 */
int fn_info_get(u8 cmd, struct fn_info **infos)
{
	struct fn_info **tail = infos;

	*infos = NULL;
	return fn_nl_dump(cmd, NULL, append, &tail);
}

/**
 * fn_info_get_shown - read all things of a kind that the module shows us
 * @cmd: FLOWNIC_CMD_*_GET
 * @infos: the list, for fn_info_free() whatever the result
 * @hidden: answer: the module's reason for not showing them, else ""
 * @size: bytes of it
 *
 * Return: exit status; an error other than a missing privilege has been said.
 */
int fn_info_get_shown(u8 cmd, struct fn_info **infos, char *hidden, size_t size)
{
	struct fn_info **tail = infos;

	*infos = NULL;
	return fn_nl_dump_shown(cmd, append, &tail, hidden, size);
}

/**
 * fn_counters_free - forget counters
 * @counters: what to forget
 */
void fn_counters_free(struct fn_counters *counters)
{
	size_t i;

	for (i = 0; i < counters->n; i++) {
		free(counters->c[i].name);
		free(counters->c[i].text);
	}
	free(counters->c);
}

/**
 * fn_info_free - forget a list
 * @infos: its head or NULL
 */
void fn_info_free(struct fn_info *infos)
{
	struct fn_info *next;
	int i;

	for (; infos; infos = next) {
		next = infos->next;
		for (i = 0; i <= FLOWNIC_A_MAX; i++)
			free(infos->str[i]);
		fn_counters_free(&infos->counters);
		fn_counters_free(&infos->faults);
		free(infos->maps);
		free(infos);
	}
}

/**
 * fn_info_has - does a thing have an attribute?
 * @info: the thing
 * @attr: FLOWNIC_A_*
 *
 * Return: whether it has.
 */
bool fn_info_has(const struct fn_info *info, int attr)
{
	return info->has & BIT_ULL(attr);
}

/**
 * fn_counter - the value of a counter
 * @counters: where to look
 * @name: its name
 *
 * Return: the value; 0 if there is no counter of that name.
 */
u64 fn_counter(const struct fn_counters *counters, const char *name)
{
	size_t i;

	for (i = 0; i < counters->n; i++)
		if (counters->c[i].name && !strcmp(counters->c[i].name, name))
			return counters->c[i].value;
	return 0;
}

static json_object *json_mask(u64 mask)
{
	json_object *a = json_object_new_array();
	int i;

	for (i = 0; i < 64; i++)
		if (mask & BIT_ULL(i))
			json_object_array_add(a, json_object_new_int(i));
	return a;
}

static json_object *json_u32s(const u32 *v, size_t n)
{
	json_object *a = json_object_new_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_object_array_add(a, json_object_new_int64(v[i]));
	return a;
}

static json_object *json_counters(const struct fn_counters *counters)
{
	json_object *o = json_object_new_object();
	size_t i;

	for (i = 0; i < counters->n; i++)
		json_object_object_add(
			o, counters->c[i].name ?: "?",
			json_object_new_uint64(counters->c[i].value));
	return o;
}

static json_object *json_attr(const struct fn_info *info, int attr)
{
	u64 num = info->num[attr];

	switch (attr_info[attr].kind) {
	case BOOL:
		return json_object_new_boolean(num);
	case STR:
	case HEX:
		return json_object_new_string(info->str[attr]);
	case MASK:
		return json_mask(num);
	case TYPE:
		return json_object_new_string(fn_map_type_name(num));
	case U32S:
		return json_u32s(info->maps, num);
	case COUNT:
		return json_counters(&info->counters);
	case FAULT:
		return json_counters(&info->faults);
	default:
		return json_object_new_uint64(num);
	}
}

/**
 * fn_info_json - a thing as a JSON object
 * @info: the thing
 *
 * Return: the object; names are those of the table above.
 */
json_object *fn_info_json(const struct fn_info *info)
{
	json_object *o = json_object_new_object();
	int i;

	for (i = 0; i <= FLOWNIC_A_MAX; i++)
		if (fn_info_has(info, i) && attr_info[i].name)
			json_object_object_add(o, attr_info[i].name,
					       json_attr(info, i));
	return o;
}
