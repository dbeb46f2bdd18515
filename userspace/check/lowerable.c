// SPDX-License-Identifier: GPL-2.0
/* Whether a program that does not offload would, lowered. */
#include "check.h"
#include "userspace/lower/lower.h"
#include "userspace/object/object.h"

/**
 * fn_check_lowerable - whether a program offloads when it is lowered
 * @o: object
 * @p: program of it
 * @text: gets the names of the lowerings, or a sentence on why not
 * @size: of @text
 *
 * Return: whether it does.
 */
bool fn_check_lowerable(const struct fn_object *o, const struct fn_program *p,
			char *text, size_t size)
{
	struct fn_lower_options options = fn_lower_options_of();
	struct fn_check_result j = {};
	struct fn_lowered low;
	struct fn_object lowered;
	const char *bad = NULL;
	bool good = false;

	options.without = NULL;
	if (!fn_lower_object(o, p, &options, &low)) {
		snprintf(text, size, "%s", low.why);
	} else {
		bad = fn_lowered_open(&low, &lowered);
		good = !bad &&
		       !fn_check_program(&lowered, &lowered.progs[0], &j) &&
		       j.image;
		if (bad)
			snprintf(text, size, "%s", bad);
		else if (good)
			snprintf(text, size, "%s", low.done);
		else
			snprintf(text, size, "%s%s%s", low.note,
				 *low.note ? "; " : "",
				 j.reasons.n ? j.reasons.r[0].text : "");
		fn_check_result_free(&j);
		fn_object_close(&lowered);
	}
	fn_lowered_free(&low);
	return good;
}
