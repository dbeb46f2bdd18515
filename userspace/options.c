// SPDX-License-Identifier: GPL-2.0
/*
 * Options that do not depend on the verb.
 */
#include <ctype.h>
#include <getopt.h>
#include <string.h>

#include "offload/translator/translator.h"
#include "tool.h"

struct fn_options fn_options = { .level = FN_TR_LEVEL };

static int set_level(const char *text)
{
	if (fn_number("option -O", text, &fn_options.level))
		return FN_USAGE;
	if (fn_options.level <= FN_TR_MAX_LEVEL)
		return FN_DONE;
	return fn_usage("option -O %u: there are levels 0 to %u",
			fn_options.level, FN_TR_MAX_LEVEL);
}

/**
 * fn_option_without - leave passes out
 * @list: their names, with commas
 *
 * Return: exit status; an error has been reported.
 */
int fn_option_without(const char *list)
{
	char error[1024];

	fn_options.without = list;
	if (fn_passes_check(list, error, sizeof(error)))
		return FN_DONE;
	return fn_usage("--without %s: %s", list, error);
}

/* An option that is given again adds to its list. */
static const char *join(const char *list, const char *more)
{
	size_t size = strlen(more) + (list ? strlen(list) : 0) + 2;
	char *text;

	if (!list)
		return more;
	text = fn_check_alloc(malloc(size));
	snprintf(text, size, "%s,%s", list, more);
	return text;
}

/**
 * fn_option_version - take a version
 * @option: with its dashes
 * @text: as 6.12; what follows the two numbers does not matter
 * @version: set to FN_KERNEL()
 *
 * Return: exit status; an error has been reported.
 */
int fn_option_version(const char *option, const char *text, u32 *version)
{
	u32 major, minor;
	int end = 0;

	if (sscanf(text, "%3u.%3u%n", &major, &minor, &end) == 2 && major &&
	    !isdigit((unsigned char)text[end])) {
		*version = FN_KERNEL(major, minor);
		return FN_DONE;
	}
	return fn_usage("%s %s: a version is expected, as 6.12", option, text);
}

/**
 * fn_option - take an option of the verbs that need neither card nor kernel
 * @c: the option's letter, with its value in optarg
 * @word: as it was typed, for the complaint
 *
 * Return: exit status; an error has been reported.
 */
int fn_option(int c, const char *word)
{
	switch (c) {
	case 'P':
		fn_options.profile = optarg;
		return FN_DONE;
	case 'A':
		fn_options.after = optarg;
		return FN_DONE;
	case 'W':
		return fn_option_without(optarg);
	case 'D':
		fn_options.dot = true;
		return FN_DONE;
	case 'S':
		fn_options.sarif = true;
		return FN_DONE;
	case 'M':
		fn_options.prometheus = true;
		return FN_DONE;
	case 'R':
		fn_options.errors = true;
		return FN_DONE;
	case '1':
		fn_options.once = true;
		return FN_DONE;
	case 'K':
		return fn_option_version("--kernel", optarg,
					 &fn_options.kernel);
	case 'L':
		return fn_option_version("--libbpf", optarg,
					 &fn_options.libbpf);
	case 'X':
		fn_options.program = optarg;
		return FN_DONE;
	case 'E':
		fn_options.entries = optarg;
		return FN_DONE;
	case 'l':
		fn_options.lower = true;
		return FN_DONE;
	case 'F':
		fn_options.fallback = optarg;
		return FN_DONE;
	case 's':
		fn_options.set = join(fn_options.set, optarg);
		return FN_DONE;
	case 't':
		fn_options.tails = join(fn_options.tails, optarg);
		return FN_DONE;
	case 'I':
		fn_options.inner = join(fn_options.inner, optarg);
		return FN_DONE;
	case 'm':
		fn_options.maps = join(fn_options.maps, optarg);
		return FN_DONE;
	case 'o':
		fn_options.output = optarg;
		return FN_DONE;
	case 'O':
		return set_level(optarg);
	case 'N': /* of bpf_conformance plugins: there is nothing more to say */
		return FN_DONE;
	default:
		return fn_usage(
			"\"%s\": no such option, or its value is missing; see flownic help",
			word);
	}
}
