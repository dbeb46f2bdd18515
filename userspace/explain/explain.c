// SPDX-License-Identifier: GPL-2.0
/*
 * flownic explain FILE.o [FILE.o]: a page about the programs of an object, or of
 * two, to be opened in a browser.
 */
#define _GNU_SOURCE
#include <string.h>

#include "explain.h"
#include "userspace/io/io.h"
#include "userspace/profile/profiles.h"
#include "userspace/tool.h"

static bool is_asked(const struct fn_explain *e, const struct fn_program *p)
{
	return !e->sim.prog || !strcmp(e->sim.prog, p->name);
}

static int explain_programs(struct fn_explain *e, const char *path,
			    const struct fn_object *o)
{
	char names[512];
	int status = FN_DONE;
	u32 i, n = 0;

	for (i = 0; i < o->nprogs && !status; i++) {
		struct fn_explained x = {
			.e = e,
			.object = o,
			.path = path,
			.p = &o->progs[i],
		};

		if (!is_asked(e, x.p) || n++ >= FN_EXPLAIN_PROGRAMS)
			continue;
		status = fn_explain_program(&x);
	}
	if (!n && e->sim.prog)
		return fn_fail("%s: there is no program %s; there are: %s",
			       path, e->sim.prog,
			       fn_program_names(o, names, sizeof(names)));
	if (n > FN_EXPLAIN_PROGRAMS)
		fprintf(stderr,
			"flownic: %s: %u programs; the page has the first %u, and --program NAME chooses one\n",
			path, n, FN_EXPLAIN_PROGRAMS);
	return status;
}

static int explain_object(struct fn_explain *e, const char *path)
{
	struct fn_object o;
	const char *bad;
	size_t size;
	u8 *data;
	int status;

	if (fn_file_read(path, &data, &size))
		return FN_FAILED;
	bad = fn_object_open(&o, data, size);
	status = bad ? fn_fail("%s: %s", path, bad) :
		       fn_map_set_entries(&o, fn_options.entries);
	if (!status)
		status = explain_programs(e, path, &o);
	fn_object_close(&o);
	free(data);
	return status;
}

static void begin_page(struct fn_explain *e)
{
	e->json = json_object_new_object();
	e->files = json_object_new_object();
	e->programs = json_object_new_array();
	fn_add_text(e->json, "version", FN_VERSION);
	fn_add_text(e->json, "capture", e->sim.pcap);
	fn_add_int(e->json, "frame_size", e->sim.size);
	fn_add(e->json, "files", e->files);
	fn_add(e->json, "programs", e->programs);
}

/* fw.bpf.o becomes fw.bpf.html, here. The answer is for free(). */
static char *make_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t len = strlen(name);
	char *made;

	if (len > 2 && !strcmp(name + len - 2, ".o"))
		len -= 2;
	if (asprintf(&made, "%.*s.html", (int)len, name) < 0)
		fn_check_alloc(NULL);
	return made;
}

static int report(const struct fn_explain *e)
{
	u32 n = json_object_array_length(e->programs);

	if (strcmp(e->output, "-"))
		printf("%s: %u program%s%s\n", e->output, n, n == 1 ? "" : "s",
		       e->bad ? "; not all of them offload" : "");
	return FN_DONE;
}

static int explain(struct fn_explain *e)
{
	char *made = NULL;
	int status = FN_DONE;
	u32 i;

	if (!fn_profile_get(e->sim.profile))
		return FN_FAILED;
	fn_options.profile = e->sim.profile;
	if (e->sim.level != FN_SIM_LEVEL)
		fn_options.level = e->sim.level;
	if (!e->output)
		e->output = made = make_name(e->path[0]);
	begin_page(e);
	for (i = 0; i < e->npaths && !status; i++)
		status = explain_object(e, e->path[i]);
	if (!status)
		status = fn_explain_page(e) ?: report(e);
	json_object_put(e->json);
	free(made);
	return status;
}

/**
 * fn_explain - flownic explain FILE.o [FILE.o] [-o PAGE] ...
 * @argc: words, the first of which is the verb
 * @argv: the words
 *
 * Return: exit status.
 */
int fn_explain(int argc, char **argv)
{
	struct fn_explain e = {};
	int status = fn_explain_options(&e, argc, argv);
	u32 i;

	if (!status)
		status = explain(&e);
	for (i = 0; i < e.sim.maps.n; i++)
		free(e.sim.maps.p[i].key);
	return status;
}
