// SPDX-License-Identifier: GPL-2.0
/*
 * flownic port: put a port of a card into its place, or take one out.
 */
#include "live.h"
#include "userspace/tool.h"

/* The words card N and port N, in any order. */
static int parse(struct fn_args *args, u32 *attrs, u32 *values, size_t *n)
{
	static const struct {
		const char *word;
		u32 attr;
	} known[] = {
		{ "card", FLOWNIC_A_CARD },
		{ "port", FLOWNIC_A_PORT },
	};
	const char *word;
	size_t i;

	*n = 0;
	while ((word = fn_args_next(args))) {
		for (i = 0; i < ARRAY_SIZE(known); i++)
			if (fn_arg_matches(word, known[i].word))
				break;
		if (i == ARRAY_SIZE(known))
			return fn_usage(
				"\"%s\" is not expected here; known: card, port",
				word);
		if (*n == ARRAY_SIZE(known) ||
		    (*n && attrs[0] == known[i].attr))
			return fn_usage("%s is given twice", known[i].word);
		if (fn_number(known[i].word, fn_args_next(args), &values[*n]))
			return FN_USAGE;
		attrs[(*n)++] = known[i].attr;
	}
	return FN_DONE;
}

static bool has(const u32 *attrs, size_t n, u32 attr)
{
	return (n && attrs[0] == attr) || (n > 1 && attrs[1] == attr);
}

static int parse_port(const struct nlmsghdr *nlh, void *arg)
{
	return fn_info_parse(nlh, arg);
}

static int print_port(const struct fn_info *port)
{
	if (fn_options.json)
		return fn_out_json(fn_info_json(port));
	printf("card %llu port %llu\n",
	       (unsigned long long)port->num[FLOWNIC_A_CARD],
	       (unsigned long long)port->num[FLOWNIC_A_PORT]);
	return FN_DONE;
}

static int add(struct fn_args *args)
{
	u32 attrs[2], values[2];
	struct fn_info port = {};
	size_t n;
	int status = parse(args, attrs, values, &n);

	if (status)
		return status;
	if (!has(attrs, n, FLOWNIC_A_CARD))
		return fn_usage("the card is missing: flownic port add card N");
	status = fn_nl_request(FLOWNIC_CMD_PORT_NEW, attrs, values, n,
			       parse_port, &port);
	return status ?: print_port(&port);
}

static int del(struct fn_args *args)
{
	u32 attrs[2], values[2];
	size_t n;
	int status = parse(args, attrs, values, &n);

	if (status)
		return status;
	if (n < 2)
		return fn_usage(
			"card and port are both needed: flownic port del card N port N");
	return fn_nl_request(FLOWNIC_CMD_PORT_DEL, attrs, values, n, NULL,
			     NULL);
}

static const struct fn_verb verbs[] = {
	{ "add", add },
	{ "del", del },
	{},
};

/**
 * fn_port - flownic port ...
 * @args: words of the command line
 *
 * Return: exit status.
 */
int fn_port(struct fn_args *args)
{
	return fn_run_verb(verbs, args, "what to do with a port");
}
