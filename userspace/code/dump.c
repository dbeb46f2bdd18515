// SPDX-License-Identifier: GPL-2.0
/*
 * flownic dump FILE: card code of the programs of an object, or of an image,
 * without kernel.
 */
#include <string.h>
#include <unistd.h>

#include "code.h"
#include "userspace/io/io.h"
#include "userspace/lower/lower.h"
#include "userspace/object/object.h"
#include "userspace/profile/profiles.h"
#include "userspace/tool.h"

/**
 * struct dump - what is asked for
 * @path: of the file
 * @prog: name of one program, or NULL for all
 * @file: to write the image to, or NULL
 * @opcodes: print words as numbers, too
 * @options: how to translate
 * @json: programs so far, or NULL
 * @n: programs so far
 */
struct dump {
	const char *path;
	const char *prog;
	const char *file;
	bool opcodes;
	struct fn_tr_options options;
	json_object *json;
	u32 n;
};

/**
 * struct text - what a pass prints
 * @data: terminated
 * @len: of @data
 */
struct text {
	char *data;
	size_t len;
};

static void __printf(2, 0) append(void *ctx, const char *fmt, va_list ap)
{
	struct text *t = ctx;
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	t->data = fn_check_alloc(realloc(t->data, t->len + n + 1));
	vsnprintf(t->data + t->len, n + 1, fmt, ap);
	t->len += n;
}

static int show(struct dump *d, const struct fn_listing *l)
{
	if (d->file)
		return fn_file_write(d->file, l->img, l->img->size);
	if (d->json) {
		json_object_array_add(d->json, fn_listing_json(l));
		return FN_DONE;
	}
	if (d->n++)
		putchar('\n');
	if (fn_options.dot)
		fn_graph_print(l);
	else
		fn_listing_print(l);
	return FN_DONE;
}

static int show_pass(struct dump *d, const struct fn_program *p,
		     const struct text *t)
{
	json_object *o;

	if (!d->json) {
		printf("%s# %s after %s\n%s", d->n++ ? "\n" : "", p->name,
		       fn_options.after, t->data ?: "");
		return FN_DONE;
	}
	o = json_object_new_object();
	json_object_object_add(o, "program", json_object_new_string(p->name));
	json_object_object_add(o, "after",
			       json_object_new_string(fn_options.after));
	json_object_object_add(o, "text",
			       json_object_new_string(t->data ?: ""));
	json_object_array_add(d->json, o);
	return FN_DONE;
}

static const char *first_line(struct text *t)
{
	if (!t->data)
		return "unknown reason";
	t->data[strcspn(t->data, "\n")] = '\0';
	return t->data;
}

/* Only what can't be linked is a matter for check. */
static int translate(const struct dump *d, const struct fn_program *p,
		     struct text *pass, struct fn_listing *l,
		     struct fn_image **img)
{
	struct text log_text = {};
	struct fn_log log = { .write = append, .ctx = &log_text };
	struct fn_log to = { .write = append, .ctx = pass };
	struct fn_tr_options o = d->options;
	int status = FN_DONE;

	o.after = fn_options.after;
	o.dump = &to;
	o.bound = &l->bound;
	if (p->reasons.n)
		return fn_fail("%s: %s does not offload: %s", d->path, p->name,
			       p->reasons.r[0].text);
	if (fn_translate(&p->bpf, &o, &log, img))
		status = fn_fail("%s: %s: %s", d->path, p->name,
				 first_line(&log_text));
	free(log_text.data);
	return status;
}

static int dump_one(struct dump *d, const struct fn_object *o,
		    const struct fn_program *p)
{
	struct fn_listing l = { .p = p, .o = o, .opcodes = d->opcodes };
	struct fn_image *img = NULL;
	struct text pass = {};
	char title[512];
	int status;

	snprintf(title, sizeof(title), "%s (section %s) of %s", p->name,
		 p->section, d->path);
	l.title = title;
	status = translate(d, p, &pass, &l, &img);
	l.img = img;
	if (!status)
		status = fn_options.after ? show_pass(d, p, &pass) :
					    show(d, &l);
	fn_free(img);
	free(pass.data);
	return status;
}

static int dump_lowered(struct dump *d, const struct fn_object *o,
			const struct fn_program *p)
{
	struct fn_lower_options options = fn_lower_options_of();
	struct fn_lowered low;
	struct fn_object as;
	const char *bad;
	int status;

	if (!fn_lower_object(o, p, &options, &low)) {
		status = fn_fail("%s: %s: %s", d->path, p->name, low.why);
		fn_lowered_free(&low);
		return status;
	}
	bad = fn_lowered_open(&low, &as);
	status = bad ? fn_fail("%s: %s: lowered, %s", d->path, p->name, bad) :
		       dump_one(d, &as, &as.progs[0]);
	fn_object_close(&as);
	fn_lowered_free(&low);
	return status;
}

static int dump_program(struct dump *d, const struct fn_object *o,
			const struct fn_program *p)
{
	return fn_options.lower ? dump_lowered(d, o, p) : dump_one(d, o, p);
}

static int dump_programs(struct dump *d, const struct fn_object *o)
{
	int status = FN_DONE;
	char known[512];
	u32 i;

	if (d->prog && !fn_program_find(o, d->prog))
		return fn_fail("%s: there is no program %s; there are: %s",
			       d->path, d->prog,
			       fn_program_names(o, known, sizeof(known)));
	if (d->file && !d->prog && o->nprogs > 1)
		return fn_fail(
			"%s: it has %u programs; name the one to be written to %s",
			d->path, o->nprogs, d->file);
	for (i = 0; i < o->nprogs; i++)
		if (!d->prog || !strcmp(o->progs[i].name, d->prog))
			status = dump_program(d, o, &o->progs[i]) ?: status;
	return status;
}

static int dump_image(struct dump *d, const u8 *data, size_t size)
{
	const struct fn_image *img = (const struct fn_image *)data;
	struct fn_listing l = {
		.title = d->path,
		.img = img,
		.opcodes = d->opcodes,
	};
	char why[256];

	if (fn_image_check(data, size, why, sizeof(why)))
		return fn_fail("%s: %s", d->path, why);
	return show(d, &l);
}

static int dump_object(struct dump *d, const u8 *data, size_t size)
{
	struct fn_object o;
	const char *bad = fn_object_open(&o, data, size);
	int status;

	status = bad ? fn_fail("%s: %s", d->path, bad) :
		 fn_map_set_entries(&o, fn_options.entries) ?:
		       dump_programs(d, &o);
	fn_object_close(&o);
	return status;
}

static bool is_image(const u8 *data, size_t size)
{
	u32 magic = FN_IMAGE_MAGIC;

	return size >= sizeof(magic) && !memcmp(data, &magic, sizeof(magic));
}

static int dump_file(struct dump *d)
{
	struct fn_target target;
	size_t size;
	u8 *data;
	int status;

	status = fn_target_open(&target, fn_options.profile);
	if (status)
		return status;
	d->options = fn_target_options(&target);
	fn_target_close(&target);
	status = fn_file_read(d->path, &data, &size);
	if (status)
		return status;
	if (fn_options.json)
		d->json = json_object_new_array();
	if (is_image(data, size))
		status = dump_image(d, data, size);
	else
		status = dump_object(d, data, size);
	free(data);
	if (d->json)
		fn_out_json(d->json);
	return status;
}

/**
 * fn_is_file - is a word of the command line the name of a file?
 * @word: the word
 *
 * Return: whether it is, or at least looks so.
 */
bool fn_is_file(const char *word)
{
	return strpbrk(word, "./") || !access(word, F_OK);
}

/**
 * fn_dump_file - flownic dump FILE [PROGRAM] [opcodes] [file IMAGE]
 * @args: words of the command line
 *
 * Return: exit status.
 */
int fn_dump_file(struct fn_args *args)
{
	struct dump d = { .path = fn_args_next(args) };
	const char *word;

	while ((word = fn_args_next(args))) {
		if (!strcmp(word, "opcodes")) {
			d.opcodes = true;
		} else if (!strcmp(word, "file")) {
			d.file = fn_args_next(args);
			if (!d.file)
				return fn_usage(
					"dump: the name of the file is missing");
		} else if (!d.prog) {
			d.prog = word;
		} else {
			return fn_usage(
				"dump: \"%s\" is not expected here; known: opcodes, file",
				word);
		}
	}
	return dump_file(&d);
}
