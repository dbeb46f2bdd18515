// SPDX-License-Identifier: GPL-2.0
/*
 * flownic show: cards, ports, programs, maps and workers.
 */
#include <string.h>

#include "live.h"
#include "userspace/tool.h"

typedef unsigned long long ull;

static ull num(const struct fn_info *info, int attr)
{
	return info->num[attr];
}

static const char *str(const struct fn_info *info, int attr)
{
	return info->str[attr] && info->str[attr][0] ? info->str[attr] : "-";
}

static const char *plural(ull n)
{
	return n == 1 ? "" : "s";
}

static ull count(const struct fn_info *info, const char *name)
{
	return fn_counter(&info->counters, name);
}

static void print_card(const struct fn_info *c)
{
	char memory[32];

	printf("card %llu: %llu port%s, %llu worker%s\n",
	       num(c, FLOWNIC_A_CARD), num(c, FLOWNIC_A_PORTS),
	       plural(num(c, FLOWNIC_A_PORTS)), num(c, FLOWNIC_A_WORKERS),
	       plural(num(c, FLOWNIC_A_WORKERS)));
	printf("    modelled as %s: %llu cores x %llu threads x %llu lanes, %.6g MHz, %.6g Gb/s a port\n",
	       str(c, FLOWNIC_A_PROFILE), num(c, FLOWNIC_A_CORES),
	       num(c, FLOWNIC_A_THREADS), num(c, FLOWNIC_A_LANES),
	       num(c, FLOWNIC_A_CLOCK_KHZ) / 1e3,
	       num(c, FLOWNIC_A_PORT_MBPS) / 1e3);
	printf("    takes programs to %llu words, %llu maps, keys to %llu B, values to %llu B, %sB of map memory\n",
	       num(c, FLOWNIC_A_MAX_WORDS), num(c, FLOWNIC_A_MAX_MAPS),
	       num(c, FLOWNIC_A_MAX_KEY_SIZE), num(c, FLOWNIC_A_MAX_VALUE_SIZE),
	       fn_out_count(memory, sizeof(memory),
			    num(c, FLOWNIC_A_MAX_MAP_MEMORY)));
}

static void print_netdev(const struct fn_info *p, int name, int netns)
{
	printf("%s", str(p, name));
	if (fn_info_has(p, netns))
		printf(" (netns %llu)", num(p, netns));
}

static void print_far_end(const struct fn_info *p)
{
	if (fn_info_has(p, FLOWNIC_A_FAR_CARD))
		printf("port %llu of card %llu", num(p, FLOWNIC_A_FAR_PORT),
		       num(p, FLOWNIC_A_FAR_CARD));
	else
		print_netdev(p, FLOWNIC_A_CABLE_IFNAME, FLOWNIC_A_CABLE_NETNS);
}

static void print_port(const struct fn_info *p)
{
	printf("port %llu of card %llu: ", num(p, FLOWNIC_A_PORT),
	       num(p, FLOWNIC_A_CARD));
	print_netdev(p, FLOWNIC_A_IFNAME, FLOWNIC_A_NETNS);
	printf(", cable to ");
	print_far_end(p);
	if (!fn_info_has(p, FLOWNIC_A_UP)) {
		printf("; the port is another namespace's\n");
		return;
	}
	printf(", %s", num(p, FLOWNIC_A_UP) ? "up" : "down");
	if (num(p, FLOWNIC_A_HANDLE))
		printf(", runs program handle %llu", num(p, FLOWNIC_A_HANDLE));
	printf("\n    cable in %llu frames %llu B, out %llu frames %llu B; host in %llu frames, out %llu frames\n",
	       count(p, "mac_rx_frames"), count(p, "mac_rx_bytes"),
	       count(p, "mac_tx_frames"), count(p, "mac_tx_bytes"),
	       count(p, "host_rx_frames"), count(p, "host_tx_frames"));
}

static void print_ports_of(ull mask)
{
	int i;

	if (!mask)
		printf(", not attached");
	else
		printf(", attached to port");
	for (i = 0; i < 32; i++)
		if (mask & BIT_ULL(i))
			printf(" %d", i);
}

static void print_id(const struct fn_info *i)
{
	if (fn_info_has(i, FLOWNIC_A_BPF_ID))
		printf(" id %llu", num(i, FLOWNIC_A_BPF_ID));
	printf(" handle %llu of card %llu", num(i, FLOWNIC_A_HANDLE),
	       num(i, FLOWNIC_A_CARD));
}

static void print_prog(const struct fn_info *p)
{
	ull maps = num(p, FLOWNIC_A_MAP_HANDLES), i;

	printf("program %s", str(p, FLOWNIC_A_NAME));
	print_id(p);
	printf(", tag %s", str(p, FLOWNIC_A_TAG));
	print_ports_of(num(p, FLOWNIC_A_PORT_MASK));
	printf("\n    %llu BPF instructions in %llu words, %llu groups; maps",
	       num(p, FLOWNIC_A_INSNS), num(p, FLOWNIC_A_WORDS),
	       num(p, FLOWNIC_A_GROUPS));
	if (!maps)
		printf(" none");
	for (i = 0; i < maps; i++)
		printf(" handle %u", p->maps[i]);
	if (fn_info_has(p, FLOWNIC_A_COMPILED))
		printf("\n    executed as %llu BPF instructions that the kernel compiled",
		       num(p, FLOWNIC_A_COMPILED));
	else if (fn_info_has(p, FLOWNIC_A_INTERPRETED))
		printf("\n    interpreted: %s", str(p, FLOWNIC_A_INTERPRETED));
	printf("\n    decided %llu packets: %llu pass, %llu drop, %llu tx, %llu redirect, %llu aborted\n",
	       count(p, "packets"), count(p, "pass"), count(p, "drop"),
	       count(p, "tx"), count(p, "redirect"), count(p, "aborted"));
}

static void print_map(const struct fn_info *m)
{
	printf("map %s", str(m, FLOWNIC_A_NAME));
	print_id(m);
	printf(", %s, key %llu B, value %llu B, %llu of %llu entries\n",
	       fn_map_type_name(num(m, FLOWNIC_A_MAP_TYPE)),
	       num(m, FLOWNIC_A_KEY_SIZE), num(m, FLOWNIC_A_VALUE_SIZE),
	       num(m, FLOWNIC_A_ENTRIES), num(m, FLOWNIC_A_MAX_ENTRIES));
	printf("    at 0x%08llx of the card, %llu B of host memory\n",
	       num(m, FLOWNIC_A_ADDRESS), num(m, FLOWNIC_A_MEMORY));
}

static void print_worker(const struct fn_info *w)
{
	ull frames = num(w, FLOWNIC_A_FRAMES), busy = num(w, FLOWNIC_A_BUSY_NS);
	char time[32];

	printf("worker %llu of card %llu: ", num(w, FLOWNIC_A_WORKER),
	       num(w, FLOWNIC_A_CARD));
	if (fn_info_has(w, FLOWNIC_A_CPU))
		printf("CPU %llu, ", num(w, FLOWNIC_A_CPU));
	printf("emulated %llu frames in %s of host time", frames,
	       fn_out_time(time, sizeof(time), busy));
	if (frames)
		printf(" (%llu ns a frame)", busy / frames);
	printf(", woken %llu times", num(w, FLOWNIC_A_WAKEUPS));
	if (num(w, FLOWNIC_A_HELPED))
		printf(", %llu of the frames by senders that waited for it",
		       num(w, FLOWNIC_A_HELPED));
	putchar('\n');
}

struct kind {
	const char *word;
	const char *plural; /* JSON, inside of a card */
	u8 cmd;
	u32 by;
	void (*print)(const struct fn_info *info);
};

static const struct kind kinds[] = {
	{ "card", "cards", FLOWNIC_CMD_CARD_GET, FN_BY_CARD, print_card },
	{ "port", "ports", FLOWNIC_CMD_PORT_GET,
	  FN_BY_CARD | FN_BY_PORT | FN_BY_DEV, print_port },
	{ "prog", "programs", FLOWNIC_CMD_PROG_GET,
	  FN_BY_CARD | FN_BY_ID | FN_BY_HANDLE | FN_BY_NAME | FN_BY_TAG,
	  print_prog },
	{ "map", "maps", FLOWNIC_CMD_MAP_GET,
	  FN_BY_CARD | FN_BY_ID | FN_BY_HANDLE | FN_BY_NAME, print_map },
	{ "worker", "workers", FLOWNIC_CMD_WORKER_GET,
	  FN_BY_CARD | FN_BY_WORKER, print_worker },
};

static int print_list(const struct kind *k, const struct fn_info *infos)
{
	json_object *a;

	if (!fn_options.json) {
		for (; infos; infos = infos->next)
			k->print(infos);
		return FN_DONE;
	}
	a = json_object_new_array();
	for (; infos; infos = infos->next)
		json_object_array_add(a, fn_info_json(infos));
	return fn_out_json(a);
}

static int show_kind(const struct kind *k, struct fn_args *args)
{
	struct fn_info *infos;
	struct fn_select s;
	int status;

	status = fn_select_parse(args, k->by, &s);
	if (status)
		return status;
	status = fn_info_get(k->cmd, &infos);
	if (!status) {
		infos = fn_select_filter(&s, infos);
		if (s.has && !infos)
			status = fn_select_none(&s, k->word);
		else
			status = print_list(k, infos);
	}
	fn_info_free(infos);
	return status;
}

/* All kinds, in the order of the table. */
struct everything {
	struct fn_info *infos[ARRAY_SIZE(kinds)];
	char hidden[ARRAY_SIZE(kinds)][160]; /* why they are not shown */
};

static int get_everything(struct everything *all, const struct fn_select *s)
{
	size_t i;
	int status = FN_DONE;

	memset(all, 0, sizeof(*all));
	for (i = 0; i < ARRAY_SIZE(kinds) && !status; i++) {
		status = fn_info_get_shown(kinds[i].cmd, &all->infos[i],
					   all->hidden[i],
					   sizeof(all->hidden[i]));
		if (!status)
			all->infos[i] = fn_select_filter(s, all->infos[i]);
	}
	return status;
}

static void print_inside(const struct everything *all, u64 card)
{
	const struct fn_info *info;
	size_t i;

	for (i = 1; i < ARRAY_SIZE(kinds); i++)
		for (info = all->infos[i]; info; info = info->next)
			if (info->num[FLOWNIC_A_CARD] == card)
				kinds[i].print(info);
}

static json_object *json_inside(const struct everything *all,
				const struct fn_info *card)
{
	json_object *o = fn_info_json(card), *a;
	const struct fn_info *info;
	size_t i;

	for (i = 1; i < ARRAY_SIZE(kinds); i++) {
		if (all->hidden[i][0])
			continue;
		a = json_object_new_array();
		for (info = all->infos[i]; info; info = info->next)
			if (num(info, FLOWNIC_A_CARD) ==
			    num(card, FLOWNIC_A_CARD))
				json_object_array_add(a, fn_info_json(info));
		json_object_object_add(o, kinds[i].plural, a);
	}
	return o;
}

static int print_everything(const struct everything *all)
{
	const struct fn_info *card;
	json_object *a;
	size_t i;

	if (fn_options.json) {
		a = json_object_new_array();
		for (card = all->infos[0]; card; card = card->next)
			json_object_array_add(a, json_inside(all, card));
		return fn_out_json(a);
	}
	for (card = all->infos[0]; card; card = card->next) {
		print_card(card);
		print_inside(all, card->num[FLOWNIC_A_CARD]);
	}
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (all->hidden[i][0])
			printf("%s are not shown: %s\n", kinds[i].plural,
			       all->hidden[i]);
	return FN_DONE;
}

static int print_cards(const struct everything *all, const struct fn_select *s)
{
	if (all->infos[0] || fn_options.json)
		return s->has && !all->infos[0] ? fn_select_none(s, "card") :
						  print_everything(all);
	if (s->has)
		return fn_select_none(s, "card");
	puts("there is no card; flownic card add makes one");
	return FN_DONE;
}

/* What has the number or name, of whatever kind it is. */
static int print_matches(const struct everything *all,
			 const struct fn_select *s)
{
	json_object *a = json_object_new_object(), *list;
	const struct fn_info *info;
	size_t i, n = 0;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!all->infos[i] || s->has & ~kinds[i].by)
			continue;
		list = json_object_new_array();
		for (info = all->infos[i]; info; info = info->next, n++) {
			json_object_array_add(list, fn_info_json(info));
			if (!fn_options.json)
				kinds[i].print(info);
		}
		json_object_object_add(a, kinds[i].plural, list);
	}
	if (n && fn_options.json)
		return fn_out_json(a);
	json_object_put(a);
	return n ? FN_DONE : fn_select_none(s, "card, port, program or map");
}

static int show_everything(struct fn_args *args)
{
	struct everything all;
	struct fn_select s;
	size_t i;
	int status;

	status = fn_select_parse(args, ~0u, &s);
	if (status)
		return status;
	status = get_everything(&all, &s);
	if (!status && s.has & ~FN_BY_CARD)
		status = print_matches(&all, &s);
	else if (!status)
		status = print_cards(&all, &s);
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		fn_info_free(all.infos[i]);
	return status;
}

/**
 * fn_show - flownic show ...
 * @args: words of the command line
 *
 * Return: exit status.
 */
int fn_show(struct fn_args *args)
{
	size_t i;

	if (fn_options.errors)
		return fn_show_errors(args);
	if (args->n && fn_arg_matches(args->v[0], "errors")) {
		fn_args_next(args);
		return fn_show_errors(args);
	}
	/* "show card 0" is card 0 with all that is on it. */
	if (args->n == 2 && fn_arg_matches(args->v[0], "card") &&
	    strspn(args->v[1], "0123456789") == strlen(args->v[1]))
		return show_everything(args);
	for (i = 0; args->n && i < ARRAY_SIZE(kinds); i++)
		if (fn_arg_matches(args->v[0], kinds[i].word)) {
			fn_args_next(args);
			return show_kind(&kinds[i], args);
		}
	return show_everything(args);
}
