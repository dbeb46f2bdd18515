// SPDX-License-Identifier: GPL-2.0
/*
 * The program after each pass of the translator that changed it.
 */
#include <string.h>

#include "explain.h"
#include "offload/translator/translator.h"
#include "userspace/profile/profiles.h"
#include "userspace/tool.h"

#define TEXT_MAX (8u << 20) /* bytes of all passes; later ones are left out */

static void __printf(2, 0) append(void *ctx, const char *fmt, va_list ap)
{
	FILE *to = ctx;

	if (ftell(to) < TEXT_MAX)
		vfprintf(to, fmt, ap);
}

static void __printf(2, 0) ignore(void *ctx, const char *fmt, va_list ap)
{
}

/* The answer is for free(). */
static char *print_passes(const struct fn_explained *x)
{
	const struct fn_profile *p = fn_profile_get(fn_options.profile);
	struct fn_tr_options o = fn_profile_compiler(
		p, min(fn_options.level, min_t(u32, p->level, FN_TR_LEVEL)));
	struct fn_image *img = NULL;
	struct fn_log dump = { .write = append };
	struct fn_log log = { .write = ignore };
	size_t size;
	char *text;

	dump.ctx = fn_check_alloc(open_memstream(&text, &size));
	o.after = FN_TR_AFTER_ALL;
	o.dump = &dump;
	fn_translate(&x->p->bpf, &o, &log, &img);
	fn_free(img);
	fclose(dump.ctx);
	return fn_check_alloc(text);
}

/* "## NAME" and the program below; the next one begins where it ends. */
static char *take_pass(json_object *to, char *at)
{
	char *name = at + 3, *text = name + strcspn(name, "\n"), *end;
	json_object *o = json_object_new_object();

	end = strstr(text, "\n## ");
	if (*text)
		*text++ = '\0';
	if (end)
		*end++ = '\0';
	fn_add_text(o, "name", name);
	fn_add_text(o, "text", end == text ? "" : text);
	json_object_array_add(to, o);
	return end;
}

/**
 * fn_explain_passes - the program after each pass
 * @x: program
 *
 * Return: an array of names and texts.
 */
json_object *fn_explain_passes(const struct fn_explained *x)
{
	json_object *a = json_object_new_array();
	char *text = print_passes(x), *at;

	for (at = *text ? text : NULL; at;)
		at = take_pass(a, at);
	free(text);
	return a;
}
