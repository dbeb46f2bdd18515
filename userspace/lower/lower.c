// SPDX-License-Identifier: GPL-2.0
/*
 * The table of lowerings, in the order in which they are done.
 */
#include <bpf/btf.h>
#include <string.h>

#include "lower.h"
#include "passes.h"
#include "userspace/lowerings.h"
#include "userspace/tool.h"

static const struct lowering {
	const char *name;
	enum fn_lower_result (*run)(struct fn_lower *l);
} table[] = {
#define X(name) { #name, fn_lower_##name },
	FN_LOWERINGS(X)
#undef X
};

static u32 find(const char *name, size_t len)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (strlen(table[i].name) == len &&
		    !memcmp(table[i].name, name, len))
			return i;
	return FN_LOWER_NONE;
}

static bool is_listed(const char *list, u32 lowering)
{
	size_t len;

	for (; list && *list; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		if (find(list, len) == lowering)
			return true;
	}
	return false;
}

static bool run(struct fn_lower *l)
{
	enum fn_lower_result r = FN_LOWER_SAME;
	u32 i;

	fn_lower_stack(l);
	fn_lower_arguments(l);
	for (i = 0; i < ARRAY_SIZE(table) && r != FN_LOWER_FAILED; i++) {
		if (is_listed(l->options->without, i))
			continue;
		r = table[i].run(l);
		if (r == FN_LOWER_CHANGED)
			l->done |= 1u << i;
	}
	return r != FN_LOWER_FAILED;
}

static void name_done(const struct fn_lower *l, char *done, size_t room)
{
	size_t len = 0;
	u32 i;

	*done = '\0';
	for (i = 0; i < ARRAY_SIZE(table) && len < room; i++)
		if (l->done & 1u << i)
			len += snprintf(done + len, room - len, "%s%s",
					len ? ", " : "", table[i].name);
}

static void free_all(struct fn_lower *l)
{
	u32 i;

	for (i = 0; i < l->nfuncs; i++)
		free(l->func[i].insn);
	for (i = 0; i < l->ndata; i++)
		free(l->data[i].bytes);
	free(l->init);
	free(l->func);
	free(l->map);
	free(l->data);
	btf__free(l->btf);
}

/*
 * libbpf and ip(8) take any section that is called like this for XDP. Packets in
 * several buffers, which .frags asks for, are in one piece on the card.
 */
static const char *section_of(const struct fn_program *p)
{
	bool is_classifier = p->bpf.type == BPF_PROG_TYPE_SCHED_CLS;
	bool is_xdp = p->bpf.type == BPF_PROG_TYPE_XDP &&
		      !strstr(p->section, "/devmap") &&
		      !strstr(p->section, "/cpumap");

	if (is_classifier)
		return "tc";
	return is_xdp ? "xdp" : p->section;
}

static bool lower(struct fn_lower *l)
{
	return fn_lower_types(l) && fn_lower_read(l) && run(l);
}

/*
 * Maps of maps are filled by somebody else, if not by the object. A companion can
 * have them as they are; where none is possible, they stay empty, as arrays of
 * programs do.
 */
static bool lower_again(struct fn_lower *l)
{
	struct fn_lower again = {
		.o = l->o,
		.p = l->p,
		.options = l->options,
		.section = l->section,
		.nothing_inside = true,
	};

	if (!lower(&again) || fn_lower_has_outer(&again)) {
		free_all(&again);
		return false;
	}
	free_all(l);
	*l = again;
	return true;
}

/**
 * fn_lower_object - make an object of a program, with all that it needs
 * @o: object
 * @p: program of it
 * @options: what is wanted
 * @out: answer; fn_lowered_free() is due
 *
 * Return: whether that has been possible; if not, @out says why.
 */
bool fn_lower_object(const struct fn_object *o, const struct fn_program *p,
		     const struct fn_lower_options *options,
		     struct fn_lowered *out)
{
	struct fn_lower l = {
		.o = o,
		.p = p,
		.options = options,
		.section = section_of(p),
	};
	bool ok;

	*out = (struct fn_lowered){};
	ok = lower(&l);
	if (fn_lower_has_outer(&l))
		ok |= lower_again(&l);
	ok = ok && fn_lower_sized(&l) && fn_lower_map_types(&l) &&
	     fn_lower_write(&l, &out->data, &out->size);
	out->init = l.init;
	out->init_size = l.init_size;
	l.init = NULL;
	out->map = l.map;
	out->nmaps = l.nmaps;
	l.map = NULL;
	memcpy(out->host, l.host, sizeof(out->host));
	out->nhost = l.nhost;
	out->whole = l.whole;
	out->back = l.back;
	out->one_worker = l.one_worker;
	name_done(&l, out->done, sizeof(out->done));
	snprintf(out->note, sizeof(out->note), "%s", l.note);
	snprintf(out->why, sizeof(out->why), "%s", l.why);
	free_all(&l);
	return ok;
}

/**
 * fn_lowered_free - undo fn_lower_object()
 * @out: its answer
 */
void fn_lowered_free(struct fn_lowered *out)
{
	free(out->data);
	free(out->init);
	free(out->map);
	out->data = NULL;
	out->init = NULL;
	out->map = NULL;
	out->nmaps = 0;
}

/**
 * fn_lowered_open - take the object apart that has been made
 * @low: the lowered program
 * @o: answer; fn_object_close() is due
 *
 * As an object it has hashes only; here they are of the kinds that the card is
 * told of.
 *
 * Return: NULL, or why that is not possible.
 */
const char *fn_lowered_open(const struct fn_lowered *low, struct fn_object *o)
{
	const char *bad = fn_object_open(o, low->data, low->size);
	u32 i;

	for (i = 0; i < low->nmaps && !bad; i++)
		if (low->map[i].kind)
			fn_map_set_kind_of(o, low->map[i].name,
					   low->map[i].kind);
	return bad;
}
