// SPDX-License-Identifier: GPL-2.0
/*
 * flownic card: add and remove cards.
 */
#include <string.h>

#include "live.h"
#include "userspace/tool.h"

static int parse_card(const struct nlmsghdr *nlh, void *arg)
{
	return fn_info_parse(nlh, arg);
}

static int print_card(const struct fn_info *card)
{
	if (fn_options.json)
		return fn_out_json(fn_info_json(card));
	printf("card %llu\n", (unsigned long long)card->num[FLOWNIC_A_CARD]);
	return FN_DONE;
}

static int add(struct fn_args *args)
{
	static const struct fn_number_word known[] = {
		{ "ports", FLOWNIC_A_PORTS },
		{ "workers", FLOWNIC_A_WORKERS },
	};
	struct fn_numbers got;
	struct fn_info card = {};
	int status = fn_numbers_parse(args, known, ARRAY_SIZE(known), &got);

	if (status)
		return status;
	status = fn_nl_request(FLOWNIC_CMD_CARD_NEW, got.attr, got.value, got.n,
			       parse_card, &card);
	return status ?: print_card(&card);
}

static int del(struct fn_args *args)
{
	static const u32 attr = FLOWNIC_A_CARD;
	const char *word = fn_args_next(args);
	u32 card;

	if (word && !strcmp(word, "card"))
		word = fn_args_next(args);
	if (fn_number("card", word, &card))
		return FN_USAGE;
	if (args->n)
		return fn_usage("\"%s\" is not expected here", *args->v);
	return fn_nl_request(FLOWNIC_CMD_CARD_DEL, &attr, &card, 1, NULL, NULL);
}

static const struct fn_verb verbs[] = {
	{ "add", add },
	{ "del", del },
	{},
};

/**
 * fn_card - flownic card ...
 * @args: words of the command line
 *
 * Return: exit status.
 */
int fn_card(struct fn_args *args)
{
	return fn_run_verb(verbs, args, "what to do with a card");
}
