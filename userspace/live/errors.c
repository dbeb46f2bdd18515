// SPDX-License-Identifier: GPL-2.0
/*
 * flownic show errors: what the cards refused lately, and why.
 */
#include <string.h>
#include <time.h>

#include "live.h"
#include "userspace/tool.h"

static void print_time(u64 ns)
{
	time_t seconds = ns / 1000000000;
	struct tm tm;
	char text[32];

	if (localtime_r(&seconds, &tm) &&
	    strftime(text, sizeof(text), "%F %T", &tm))
		printf("%s", text);
}

static void print_error(const struct fn_info *e)
{
	print_time(e->num[FLOWNIC_A_TIME]);
	printf(" card %u", (unsigned int)e->num[FLOWNIC_A_CARD]);
	if (fn_info_has(e, FLOWNIC_A_IFNAME))
		printf(" %s", e->str[FLOWNIC_A_IFNAME]);
	if (fn_info_has(e, FLOWNIC_A_NETNS))
		printf(" (netns %u)", (unsigned int)e->num[FLOWNIC_A_NETNS]);
	printf(": %s refused %s[%u]: %s (%s)\n", e->str[FLOWNIC_A_NAME],
	       e->str[FLOWNIC_A_COMMAND], (unsigned int)e->num[FLOWNIC_A_PID],
	       e->str[FLOWNIC_A_TEXT], strerror(e->num[FLOWNIC_A_ERRNO]));
}

static int print_errors(const struct fn_info *e)
{
	json_object *a;

	if (fn_options.json) {
		a = json_object_new_array();
		for (; e; e = e->next)
			json_object_array_add(a, fn_info_json(e));
		return fn_out_json(a);
	}
	if (!e)
		puts("nothing was refused");
	for (; e; e = e->next)
		print_error(e);
	return FN_DONE;
}

/**
 * fn_show_errors - flownic show errors ...
 * @args: words of the command line behind these
 *
 * Return: exit status.
 */
int fn_show_errors(struct fn_args *args)
{
	struct fn_info *errors;
	struct fn_select s;
	int status = fn_select_parse(args, FN_BY_CARD | FN_BY_DEV, &s);

	if (status)
		return status;
	status = fn_info_get(FLOWNIC_CMD_REFUSAL_GET, &errors);
	if (!status) {
		errors = fn_select_filter(&s, errors);
		status = print_errors(errors);
	}
	fn_info_free(errors);
	return status;
}
