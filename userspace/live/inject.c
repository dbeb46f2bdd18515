// SPDX-License-Identifier: GPL-2.0
/*
 * flownic prog inject: let a healthy program fault.
 */
#include <string.h>

#include "live.h"
#include "offload/isa.h"
#include "userspace/tool.h"

#define ALWAYS 0xffffffffu

static int list_causes(const char *word)
{
	char known[256];
	size_t len = 0;
	u32 i;

	for (i = FN_FAULT_NONE + 1; i < FN_NFAULTS; i++)
		len += snprintf(known + len, sizeof(known) - len, "%s%s",
				len ? ", " : "", fn_fault_name[i]);
	if (!word)
		return fn_usage("the cause of the fault is missing; known: %s",
				known);
	return fn_usage("cause \"%s\" is unknown; known: %s", word, known);
}

static int parse_cause(const char *word, u32 *cause)
{
	for (*cause = FN_FAULT_NONE + 1; word && *cause < FN_NFAULTS; ++*cause)
		if (!strcmp(word, fn_fault_name[*cause]))
			return FN_DONE;
	return list_causes(word);
}

static int parse_count(const char *text, u32 *count)
{
	*count = 1;
	if (!text)
		return FN_DONE;
	if (!strcmp(text, "always"))
		*count = ALWAYS;
	else if (!strcmp(text, "off"))
		*count = 0;
	else if (fn_number("count", text, count))
		return FN_USAGE;
	return FN_DONE;
}

static int inject(const struct fn_info *prog, u32 cause, u32 word, u32 count)
{
	const u32 attrs[] = {
		FLOWNIC_A_CARD, FLOWNIC_A_HANDLE, FLOWNIC_A_CAUSE,
		FLOWNIC_A_WORD, FLOWNIC_A_COUNT,
	};
	const u32 values[] = {
		prog->num[FLOWNIC_A_CARD],
		prog->num[FLOWNIC_A_HANDLE],
		cause,
		word,
		count,
	};

	return fn_nl_request(FLOWNIC_CMD_INJECT, attrs, values,
			     ARRAY_SIZE(attrs), NULL, NULL);
}

/**
 * fn_prog_inject - flownic prog inject ...
 * @args: words of the command line
 *
 * Return: exit status.
 */
int fn_prog_inject(struct fn_args *args)
{
	const char *at = NULL, *times = NULL;
	u32 cause, word = 0, count;
	struct fn_info *progs;
	struct fn_select s;
	int status;

	if (parse_cause(fn_args_next(args), &cause) ||
	    fn_args_take_value(args, "word", &at) ||
	    fn_args_take_value(args, "count", &times) ||
	    parse_count(times, &count) ||
	    (at && fn_number("word", at, &word)) ||
	    fn_select_parse(args, FN_BY_PROG, &s))
		return FN_USAGE;
	status = fn_select_prog(&s, &progs);
	if (!status)
		status = inject(progs, cause, word, count);
	fn_info_free(progs);
	return status;
}
