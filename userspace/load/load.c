// SPDX-License-Identifier: GPL-2.0
/*
 * flownic load: a program onto a port, with maps, pins and all, or not at all.
 */
#include <signal.h>
#include <string.h>

#include "load.h"
#include "userspace/io/io.h"
#include "userspace/tool.h"

/* What remains when the tool ends is made while it can't be interrupted. */
static bool make_lasting(struct fn_loading *l, enum fn_load_mode mode)
{
	sigset_t stops, old;
	bool ok;

	sigemptyset(&stops);
	sigaddset(&stops, SIGINT);
	sigaddset(&stops, SIGTERM);
	sigaddset(&stops, SIGHUP);
	sigprocmask(SIG_BLOCK, &stops, &old);
	ok = fn_pins_make(l);
	if (ok && !fn_attach(l, mode)) {
		fn_pins_undo(l);
		ok = false;
	}
	if (ok)
		fn_marker_remove(l->pin);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return ok;
}

static bool try_mode(struct fn_loading *l, enum fn_load_mode mode)
{
	bool ok;

	*l->why = '\0';
	ok = fn_attach_free(l, mode) && fn_load_place(l, mode) &&
	     fn_companion_make(l) && fn_load_fill(l) && make_lasting(l, mode);
	if (!ok)
		fn_load_free(l);
	return ok;
}

static int print_loaded(const struct fn_loading *l, enum fn_load_mode mode)
{
	json_object *o;

	if (!fn_options.json) {
		printf("%s: %s on %s, mode %s, pins in %s\n", l->path,
		       l->p->name, l->dev, fn_load_mode_name[mode], l->pin);
		if (*l->low.done)
			printf("  lowered: %s\n", l->low.done);
		if (*l->low.note)
			printf("  note: %s\n", l->low.note);
		return FN_DONE;
	}
	o = json_object_new_object();
	json_object_object_add(o, "file", json_object_new_string(l->path));
	json_object_object_add(o, "program",
			       json_object_new_string(l->p->name));
	json_object_object_add(o, "dev", json_object_new_string(l->dev));
	json_object_object_add(o, "mode",
			       json_object_new_string(fn_load_mode_name[mode]));
	json_object_object_add(o, "id",
			       json_object_new_int64(fn_load_program_id(l)));
	json_object_object_add(o, "pin", json_object_new_string(l->pin));
	json_object_object_add(o, "lowered",
			       json_object_new_string(l->low.done));
	json_object_object_add(o, "note", json_object_new_string(l->low.note));
	return fn_out_json(o);
}

static int refuse(const struct fn_loading *l, enum fn_load_mode mode)
{
	return fn_fail("%s: %s: mode %s: %s", l->path, l->p->name,
		       fn_load_mode_name[mode], l->why);
}

/* Each mode that is not taken says why. */
static int load_auto(struct fn_loading *l)
{
	enum fn_load_mode mode;

	for (mode = FN_LOAD_OFFLOAD; mode < FN_LOAD_AUTO; mode++) {
		if (l->ingress && mode == FN_LOAD_GENERIC)
			break;
		if (try_mode(l, mode))
			return print_loaded(l, mode);
		refuse(l, mode);
	}
	return FN_FAILED;
}

static int load(struct fn_loading *l)
{
	if (l->mode == FN_LOAD_AUTO)
		return load_auto(l);
	if (try_mode(l, l->mode))
		return print_loaded(l, l->mode);
	refuse(l, l->mode);
	if (l->fallback == FN_LOAD_OFFLOAD) /* none is wanted */
		return FN_FAILED;
	return try_mode(l, l->fallback) ? print_loaded(l, l->fallback) :
					  refuse(l, l->fallback);
}

static int by_section(struct fn_loading *l)
{
	u32 i, n = 0;

	for (i = 0; i < l->o.nprogs; i++)
		if (!strcmp(l->o.progs[i].section, l->section)) {
			l->p = &l->o.progs[i];
			n++;
		}
	if (n == 1)
		return FN_DONE;
	return fn_fail("%s: section %s has %u programs%s", l->path, l->section,
		       n, n ? "; say which (prog NAME)" : "");
}

static u32 type_of(const struct fn_loading *l)
{
	return l->ingress ? BPF_PROG_TYPE_SCHED_CLS : BPF_PROG_TYPE_XDP;
}

/* Whether the program is of the type that is attached there. */
static int check_type(const struct fn_loading *l)
{
	if (l->p->bpf.type == type_of(l))
		return FN_DONE;
	if (l->ingress)
		return fn_fail(
			"%s: %s (section %s) is no classifier, which ingress takes",
			l->path, l->p->name, l->p->section);
	return fn_fail("%s: %s (section %s) is no XDP program%s", l->path,
		       l->p->name, l->p->section,
		       l->p->bpf.type == BPF_PROG_TYPE_SCHED_CLS ?
			       "; say ingress for a classifier" :
			       "");
}

/**
 * fn_load_read - read the object of a load
 * @l: load, with its path; file and object are to be closed in any case
 *
 * Return: exit status; an error has been reported.
 */
int fn_load_read(struct fn_loading *l)
{
	int status = fn_file_read(l->path, &l->file, &l->size);
	const char *bad;

	if (status)
		return status;
	bad = fn_object_open(&l->o, l->file, l->size);
	return bad ? fn_fail("%s: %s", l->path, bad) : FN_DONE;
}

static int open_file(struct fn_loading *l)
{
	int status = fn_load_read(l);

	if (status)
		return status;
	status = fn_map_set_entries(&l->o, fn_options.entries);
	if (status)
		return status;
	return l->section ? by_section(l) :
			    fn_lower_choose(&l->o, l->path, l->prog, type_of(l),
					    &l->p);
}

/**
 * fn_load - flownic load FILE.o dev PORT ...
 * @args: words of the command line
 *
 * Return: exit status.
 */
int fn_load(struct fn_args *args)
{
	struct fn_loading l;
	int status = fn_load_words(args, &l);

	if (status)
		return status;
	status = open_file(&l);
	if (!status)
		status = check_type(&l);
	if (!status)
		status = load(&l);
	fn_load_free(&l);
	fn_object_close(&l.o);
	free(l.file);
	return status;
}
