// SPDX-License-Identifier: GPL-2.0
/*
 * Memory of a translation.
 *
 * Most programs are short, and most of what their translation needs fits into one
 * piece of memory: at its beginning what lasts, behind it what passes need and
 * which goes when they end. What does not fit is allocated by itself.
 */
#include "ir.h"

#define ROOM 32768
/* Of it, for passes. */
#define ROOM_TEMP 8192

struct fn_piece {
	struct fn_piece *next;
	u64 data[];
};

static void *take(struct fn_tr *tr, size_t size, size_t room)
{
	void *p = tr->room + tr->room_used;

	if (tr->room_used + size > room)
		return NULL;
	tr->room_used += size;
	return p;
}

/**
 * fn_ir_dirty - memory for as long as the pass runs, with anything in it
 * @tr: program
 * @size: bytes
 *
 * It is not to be given back, but can be with fn_ir_release().
 *
 * Return: memory, aligned for anything; NULL (and @tr->err set) without memory.
 */
void *fn_ir_dirty(struct fn_tr *tr, size_t size)
{
	struct fn_piece *piece;
	void *p;

	size = round_up(size, sizeof(u64));
	p = take(tr, size, ROOM);
	if (p)
		return p;
	piece = fn_alloc_dirty(sizeof(*piece) + size);
	if (!piece) {
		tr->err = -ENOMEM;
		return NULL;
	}
	piece->next = tr->pieces;
	tr->pieces = piece;
	return piece->data;
}

/**
 * fn_ir_temp - memory for as long as the pass runs
 * @tr: program
 * @size: bytes
 *
 * Return: as fn_ir_dirty(), but all zero.
 */
void *fn_ir_temp(struct fn_tr *tr, size_t size)
{
	void *p = fn_ir_dirty(tr, size);

	return p ? memset(p, 0, size) : NULL;
}

/**
 * fn_ir_release_pieces - give back what did not fit, for fn_ir_release()
 * @tr: program
 * @pieces: those that stay
 */
void fn_ir_release_pieces(struct fn_tr *tr, struct fn_piece *pieces)
{
	while (tr->pieces != pieces) {
		struct fn_piece *piece = tr->pieces;

		tr->pieces = piece->next;
		fn_free(piece);
	}
}

/**
 * fn_ir_keep - memory for the beginning of an array that may grow
 * @tr: program
 * @size: bytes
 *
 * Return: memory for fn_ir_grow() and fn_ir_drop(), until the pass ends; NULL
 * (and @tr->err set) without memory.
 */
void *fn_ir_keep(struct fn_tr *tr, size_t size)
{
	void *p = take(tr, round_up(size, sizeof(u64)), ROOM);

	p = p ?: fn_alloc(size);
	if (!p)
		tr->err = -ENOMEM;
	return p;
}

/**
 * fn_ir_grow - make room in an array that lasts
 * @tr: program
 * @array: elements, or NULL
 * @n: how many there are
 * @want: how many there shall be room for
 * @cap: room there is
 * @size: of an element
 *
 * Return: the array, perhaps elsewhere, for fn_ir_drop() in the end; NULL, and the
 * old one remains, if there is no memory.
 */
void *fn_ir_grow(struct fn_tr *tr, void *array, u32 n, u32 want, u32 *cap,
		 size_t size)
{
	u32 more = max_t(u32, max_t(u32, 64, want), *cap * 2);
	void *bigger;

	if (want <= *cap)
		return array;
	bigger = fn_alloc_dirty(more * size);
	if (!bigger)
		return NULL;
	if (n)
		memcpy(bigger, array, n * size);
	fn_ir_drop(tr, array);
	*cap = more;
	return bigger;
}

/**
 * fn_ir_drop - give back an array that has grown
 * @tr: program
 * @array: array, or NULL
 */
void fn_ir_drop(struct fn_tr *tr, void *array)
{
	if (array < tr->room || array >= tr->room + ROOM)
		fn_free(array);
}

/* An array's first elements, if there is room; it may have to go elsewhere. */
static void *begin(struct fn_tr *tr, u32 n, u32 *cap, size_t size)
{
	void *p = take(tr, round_up(n * size, sizeof(u64)), ROOM - ROOM_TEMP);

	*cap = p ? n : 0;
	return p;
}

static void begin_arrays(struct fn_tr *tr)
{
	u32 len = tr->bpf->len;

	tr->funcs = begin(tr, 1, &tr->cap_funcs, sizeof(*tr->funcs));
	tr->order = begin(tr, 16, &tr->cap_order, sizeof(*tr->order));
	tr->doms = begin(tr, 16, &tr->cap_doms, sizeof(*tr->doms));
	tr->blocks = begin(tr, 16, &tr->cap_blocks, sizeof(*tr->blocks));
	tr->args = begin(tr, 64, &tr->cap_args, sizeof(*tr->args));
	tr->irs = begin(tr, len + 32, &tr->cap_irs, sizeof(*tr->irs));
	tr->values = begin(tr, FN_NREGS + 2 * len, &tr->cap_values,
			   sizeof(*tr->values));
}

/**
 * fn_ir_init - begin with an empty program
 * @tr: zero but for what is to be translated
 *
 * Return: 0 or -ENOMEM; fn_ir_free() is due in either case.
 */
int fn_ir_init(struct fn_tr *tr)
{
	u32 len = tr->bpf->len;

	tr->edits = 1;
	tr->shapes = 1;
	tr->nregs = FN_NREGS;
	tr->room = fn_alloc_dirty(ROOM);
	if (!tr->room)
		return tr->err = -ENOMEM;
	begin_arrays(tr);
	/* With room for what passes add. */
	if (!tr->cap_irs)
		tr->irs = fn_ir_grow(tr, NULL, 0, len + len / 2 + 32,
				     &tr->cap_irs, sizeof(*tr->irs));
	tr->src = fn_ir_temp(tr, len * sizeof(*tr->src));
	if (!tr->irs || tr->err)
		return tr->err = -ENOMEM;
	memset(tr->irs, 0, sizeof(*tr->irs));
	tr->nirs = 1;
	return 0;
}

/**
 * fn_ir_free - give the program back
 * @tr: its image, if any, remains
 */
void fn_ir_free(struct fn_tr *tr)
{
	fn_ir_release(tr, (struct fn_mark){});
	fn_ir_drop(tr, tr->funcs);
	fn_ir_drop(tr, tr->order);
	fn_ir_drop(tr, tr->doms);
	fn_ir_drop(tr, tr->blocks);
	fn_ir_drop(tr, tr->args);
	fn_ir_drop(tr, tr->irs);
	fn_ir_drop(tr, tr->values);
	fn_free(tr->room);
}
