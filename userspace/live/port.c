// SPDX-License-Identifier: GPL-2.0
/*
 * flownic port: put a port of a card into its place, or take one out.
 */
#include "live.h"
#include "userspace/tool.h"

static const struct fn_number_word known[] = {
	{ "card", FLOWNIC_A_CARD },
	{ "port", FLOWNIC_A_PORT },
};

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

static bool has_card(const struct fn_numbers *got)
{
	return (got->n && got->attr[0] == FLOWNIC_A_CARD) || got->n > 1;
}

static int add(struct fn_args *args)
{
	struct fn_numbers got;
	struct fn_info port = {};
	int status = fn_numbers_parse(args, known, ARRAY_SIZE(known), &got);

	if (status)
		return status;
	if (!has_card(&got))
		return fn_usage("the card is missing: flownic port add card N");
	status = fn_nl_request(FLOWNIC_CMD_PORT_NEW, got.attr, got.value, got.n,
			       parse_port, &port);
	return status ?: print_port(&port);
}

static int del(struct fn_args *args)
{
	struct fn_numbers got;
	int status = fn_numbers_parse(args, known, ARRAY_SIZE(known), &got);

	if (status)
		return status;
	if (got.n < 2)
		return fn_usage(
			"card and port are both needed: flownic port del card N port N");
	return fn_nl_request(FLOWNIC_CMD_PORT_DEL, got.attr, got.value, got.n,
			     NULL, NULL);
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
