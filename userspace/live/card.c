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
	static const struct {
		const char *word;
		u32 attr;
	} known[] = {
		{ "ports", FLOWNIC_A_PORTS },
		{ "workers", FLOWNIC_A_WORKERS },
	};
	u32 attrs[ARRAY_SIZE(known)], values[ARRAY_SIZE(known)];
	struct fn_info card = {};
	const char *word;
	size_t i, n = 0;
	int status;

	while ((word = fn_args_next(args))) {
		for (i = 0; i < ARRAY_SIZE(known); i++)
			if (fn_arg_matches(word, known[i].word))
				break;
		if (i == ARRAY_SIZE(known))
			return fn_usage(
				"\"%s\" is not expected here; known: ports, workers",
				word);
		if (n == ARRAY_SIZE(known))
			return fn_usage("%s is given twice", word);
		if (fn_number(known[i].word, fn_args_next(args), &values[n]))
			return FN_USAGE;
		attrs[n++] = known[i].attr;
	}
	status = fn_nl_request(FLOWNIC_CMD_CARD_NEW, attrs, values, n,
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
