// SPDX-License-Identifier: GPL-2.0
/*
 * Memory of a translation.
 *
 * Most programs are short, and most of what their translation needs fits into
 * one arena: at its beginning what lasts, behind it what passes need while they
 * run. What does not fit is allocated separately.
 */
#include "ir.h"

#define ARENA_SIZE 32768
#define TEMP_SIZE 8192 /* bytes of it that are left for passes */

struct fn_chunk {
	struct fn_chunk *next;
	u64 data[];
};

static void *take_arena(struct fn_tr *tr, size_t size, size_t room)
{
	void *p = tr->arena + tr->arena_used;

	if (tr->arena_used + size > room)
		return NULL;
	tr->arena_used += size;
	return p;
}

/**
 * fn_tmp_alloc - allocate memory until the pass ends, not initialized
 * @tr: program
 * @size: bytes
 *
 * It need not be freed, but can be by fn_tmp_release().
 *
 * Return: memory, aligned for anything; NULL (and @tr->err set) without memory.
 */
void *fn_tmp_alloc(struct fn_tr *tr, size_t size)
{
	struct fn_chunk *chunk;
	void *p;

	size = round_up(size, sizeof(u64));
	p = take_arena(tr, size, ARENA_SIZE);
	if (p)
		return p;
	chunk = fn_alloc_dirty(sizeof(*chunk) + size);
	if (!chunk) {
		tr->err = -ENOMEM;
		return NULL;
	}
	chunk->next = tr->chunks;
	tr->chunks = chunk;
	return chunk->data;
}

/**
 * fn_tmp_zalloc - allocate memory until the pass ends, zeroed
 * @tr: program
 * @size: bytes
 *
 * Return: as fn_tmp_alloc().
 */
void *fn_tmp_zalloc(struct fn_tr *tr, size_t size)
{
	void *p = fn_tmp_alloc(tr, size);

	return p ? memset(p, 0, size) : NULL;
}

/**
 * fn_tmp_free_chunks - free separate allocations, for fn_tmp_release()
 * @tr: program
 * @keep: the first of those that stay
 */
void fn_tmp_free_chunks(struct fn_tr *tr, struct fn_chunk *keep)
{
	while (tr->chunks != keep) {
		struct fn_chunk *chunk = tr->chunks;

		tr->chunks = chunk->next;
		fn_free(chunk);
	}
}

/**
 * fn_vec_alloc - allocate an array that may grow
 * @tr: program
 * @size: bytes
 *
 * Return: memory for fn_vec_grow() and fn_vec_free(), until the pass ends; NULL
 * (and @tr->err set) without memory.
 */
void *fn_vec_alloc(struct fn_tr *tr, size_t size)
{
	void *p = take_arena(tr, round_up(size, sizeof(u64)), ARENA_SIZE);

	p = p ?: fn_alloc(size);
	if (!p)
		tr->err = -ENOMEM;
	return p;
}

/**
 * fn_vec_grow - grow an array
 * @tr: program
 * @array: elements, or NULL
 * @n: number of elements
 * @want: capacity that is needed
 * @cap: capacity, which is updated
 * @size: bytes of an element
 *
 * Return: the array, perhaps moved, to be freed by fn_vec_free(); NULL, and the
 * old one remains, if there is no memory.
 */
void *fn_vec_grow(struct fn_tr *tr, void *array, u32 n, u32 want, u32 *cap,
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
	fn_vec_free(tr, array);
	*cap = more;
	return bigger;
}

/**
 * fn_vec_free - free an array
 * @tr: program
 * @array: array, or NULL
 */
void fn_vec_free(struct fn_tr *tr, void *array)
{
	if (array < tr->arena || array >= tr->arena + ARENA_SIZE)
		fn_free(array);
}

/* Initial capacity of an array in the arena, if there is room. */
static void *init_array(struct fn_tr *tr, u32 n, u32 *cap, size_t size)
{
	void *p = take_arena(tr, round_up(n * size, sizeof(u64)),
			     ARENA_SIZE - TEMP_SIZE);

	*cap = p ? n : 0;
	return p;
}

static void init_arrays(struct fn_tr *tr)
{
	u32 len = tr->bpf->len;

	tr->funcs = init_array(tr, 1, &tr->cap_funcs, sizeof(*tr->funcs));
	tr->rpo = init_array(tr, 16, &tr->cap_rpo, sizeof(*tr->rpo));
	tr->doms = init_array(tr, 16, &tr->cap_doms, sizeof(*tr->doms));
	tr->blocks = init_array(tr, 16, &tr->cap_blocks, sizeof(*tr->blocks));
	tr->args = init_array(tr, 64, &tr->cap_args, sizeof(*tr->args));
	tr->irs = init_array(tr, len + 32, &tr->cap_irs, sizeof(*tr->irs));
	tr->values = init_array(tr, FN_NREGS + 2 * len, &tr->cap_values,
				sizeof(*tr->values));
}

/**
 * fn_ir_init - create an empty program
 * @tr: zero but for what is to be translated
 *
 * Return: 0 or -ENOMEM; fn_ir_free() is due in either case.
 */
int fn_ir_init(struct fn_tr *tr)
{
	u32 len = tr->bpf->len;

	tr->ir_version = 1;
	tr->cfg_version = 1;
	tr->nregs = FN_NREGS;
	tr->arena = fn_alloc_dirty(ARENA_SIZE);
	if (!tr->arena)
		return tr->err = -ENOMEM;
	init_arrays(tr);
	/* Half as much again is for what passes add. */
	if (!tr->cap_irs)
		tr->irs = fn_vec_grow(tr, NULL, 0, len + len / 2 + 32,
				      &tr->cap_irs, sizeof(*tr->irs));
	tr->src = fn_tmp_zalloc(tr, len * sizeof(*tr->src));
	if (!tr->irs || tr->err)
		return tr->err = -ENOMEM;
	memset(tr->irs, 0, sizeof(*tr->irs));
	tr->nirs = 1;
	return 0;
}

/**
 * fn_ir_free - free the program
 * @tr: program; its image, if any, remains
 */
void fn_ir_free(struct fn_tr *tr)
{
	fn_tmp_release(tr, (struct fn_tmp_pos){});
	fn_vec_free(tr, tr->funcs);
	fn_vec_free(tr, tr->rpo);
	fn_vec_free(tr, tr->doms);
	fn_vec_free(tr, tr->blocks);
	fn_vec_free(tr, tr->args);
	fn_vec_free(tr, tr->irs);
	fn_vec_free(tr, tr->values);
	fn_free(tr->arena);
}
