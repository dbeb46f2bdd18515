// SPDX-License-Identifier: GPL-2.0
/*
 * The counts of a running program's words.
 */
#include <string.h>

#include "live.h"
#include "offload/image.h"
#include "offload/isa.h"
#include "offload/pcie.h"
#include "userspace/io/io.h"
#include "userspace/object/object.h"
#include "userspace/tool.h"

/**
 * fn_counted_set - count from 0, or no more
 * @prog: program
 * @on: 1 or 0
 *
 * Return: exit status; an error has been reported.
 */
int fn_counted_set(const struct fn_info *prog, u32 on)
{
	const u32 attrs[] = { FLOWNIC_A_CARD, FLOWNIC_A_HANDLE,
			      FLOWNIC_A_COUNT };
	const u32 values[] = { prog->num[FLOWNIC_A_CARD],
			       prog->num[FLOWNIC_A_HANDLE], on };

	return fn_nl_request(FLOWNIC_CMD_COUNTS_SET, attrs, values,
			     ARRAY_SIZE(attrs), NULL, NULL);
}

/**
 * fn_counted_cycles - cycles of a word, issued and waited
 * @w: its counts
 *
 * Return: cycles.
 */
u64 fn_counted_cycles(const struct fn_word_counts *w)
{
	return w->cycles + w->stall;
}

/* The kernel cuts names; the instructions tell programs apart. */
static bool is_source(const struct fn_counted *p, const struct fn_program *s)
{
	const struct bpf_insn *own = (const void *)p->insns.data;
	size_t n = p->insns.size / sizeof(*own), i;

	if (s->bpf.len != n)
		return false;
	for (i = 0; i < n; i++)
		if (own[i].code != s->insns[i].code ||
		    own[i].off != s->insns[i].off ||
		    own[i].dst_reg != s->insns[i].dst_reg)
			return false;
	return true;
}

static int open_object(struct fn_counted *p)
{
	size_t size;
	const char *why;
	u32 i;

	if (!p->path)
		return FN_DONE;
	if (fn_file_read(p->path, &p->file, &size))
		return FN_FAILED;
	why = fn_object_open(&p->object, p->file, size);
	if (why)
		return fn_fail("%s: %s", p->path, why);
	for (i = 0; i < p->object.nprogs && !p->source; i++)
		if (is_source(p, &p->object.progs[i]))
			p->source = &p->object.progs[i];
	if (!p->source)
		return fn_fail(
			"%s: none of its programs is the one on the card",
			p->path);
	return FN_DONE;
}

/**
 * fn_counted_read - read a program and its counts
 * @p: program and path are set; fn_counted_free() is due whatever the result
 *
 * Return: exit status; an error has been reported.
 */
int fn_counted_read(struct fn_counted *p)
{
	char why[256] = "";
	int status;
	u32 pc;

	status =
		fn_buffer_read(FLOWNIC_CMD_COUNTS_GET, p->prog, &p->counts) ?:
			fn_buffer_read(FLOWNIC_CMD_IMAGE_GET, p->prog, &p->image) ?:
			fn_buffer_read(FLOWNIC_CMD_INSNS_GET, p->prog,
				       &p->insns);
	if (status)
		return status;
	if (fn_image_check(p->image.data, p->image.size, why, sizeof(why)))
		return fn_fail("the module tells no program image: %s", why);
	p->img = (const void *)p->image.data;
	p->w = (const void *)p->counts.data;
	if (p->counts.size != p->img->nwords * sizeof(*p->w))
		return fn_fail("the program's counts came incomplete");
	for (pc = 0; pc < p->img->nwords; pc++)
		p->total += fn_counted_cycles(&p->w[pc]);
	return open_object(p);
}

/**
 * fn_counted_free - undo fn_counted_read()
 * @p: program
 */
void fn_counted_free(struct fn_counted *p)
{
	free(p->image.data);
	free(p->insns.data);
	free(p->counts.data);
	if (p->file)
		fn_object_close(&p->object);
	free(p->file);
}

static const struct fn_counted *sorting;

static int by_cycles(const void *a, const void *b)
{
	u64 x = fn_counted_cycles(&sorting->w[*(const u32 *)a]);
	u64 y = fn_counted_cycles(&sorting->w[*(const u32 *)b]);

	if (x != y)
		return x < y ? 1 : -1;
	return *(const u32 *)a < *(const u32 *)b ? -1 : 1;
}

/**
 * fn_counted_sort - all words, the hottest first
 * @p: program
 *
 * Return: their numbers, for free().
 */
u32 *fn_counted_sort(const struct fn_counted *p)
{
	u32 *order = fn_check_alloc(calloc(p->img->nwords, sizeof(*order)));
	u32 pc;

	for (pc = 0; pc < p->img->nwords; pc++)
		order[pc] = pc;
	sorting = p;
	qsort(order, p->img->nwords, sizeof(*order), by_cycles);
	return order;
}

/**
 * fn_counted_text - a word as text
 * @p: program
 * @pc: word
 * @buf: where to put it
 * @size: of @buf
 */
void fn_counted_text(const struct fn_counted *p, u32 pc, char *buf, size_t size)
{
	struct fn_insn insn = fn_insn_decode(fn_image_words(p->img)[pc]);

	fn_insn_print(buf, size, &insn, pc);
}

/**
 * fn_counted_line - where in the source a word comes from
 * @p: program
 * @pc: word
 *
 * Return: the line, NULL if it is not known.
 */
const struct fn_line *fn_counted_line(const struct fn_counted *p, u32 pc)
{
	u32 origin = fn_image_origin(p->img)[pc];

	if (!p->source || origin == FN_ORIGIN_NONE)
		return NULL;
	return fn_program_line(p->source, origin);
}
