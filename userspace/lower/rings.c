// SPDX-License-Identifier: GPL-2.0
/*
 * Ring buffers become perf event buffers, which the kernel offers to programs of
 * a card: all records go to that of CPU 0, so that they keep their order.
 *
 * What is preserved: records, their sizes and order; what is discarded does not
 * come out. A record that is reserved lies in an array, in a slot of the core's.
 * What the user sees: flownic ringbuf reads the records; one that finds no room
 * is lost and counted there, and the program is not told.
 */
#include <string.h>

#include "lower.h"
#include "passes.h"
#include "userspace/tool.h"

#define MOST_RECORDS 64 /* places where a program reserves one */
#define MOST_ROOMS 16 /* sizes that they have */

/**
 * struct record - a place where a record is reserved
 * @func: function
 * @at: the call in it
 * @ring: map
 * @size: bytes
 * @room: map that has the record
 */
struct record {
	u32 func;
	u32 at;
	u32 ring;
	u32 size;
	u32 room;
};

/**
 * struct rings - work on a program
 * @l: program
 * @record: places where records are reserved
 * @n: number of @record
 * @nrooms: number of maps that have records
 * @uses: by function, whether it uses a ring buffer, or calls one that does
 */
struct rings {
	struct fn_lower *l;
	struct record record[MOST_RECORDS];
	u32 n;
	u32 nrooms;
	bool *uses;
};

/**
 * struct work - on a function
 * @e: function
 * @s: state at the instruction at hand
 * @key: where on the stack there is a zero
 */
struct work {
	struct fn_edit e;
	struct fn_state s;
	s32 key;
};

static bool calls(const struct fn_lower_insn *i, u32 helper)
{
	return i->insn.code == (BPF_JMP | BPF_CALL) && !i->insn.src_reg &&
	       !i->ref && (u32)i->insn.imm == helper;
}

static bool is_end(const struct fn_lower_insn *i)
{
	return calls(i, BPF_FUNC_ringbuf_submit) ||
	       calls(i, BPF_FUNC_ringbuf_discard);
}

static bool uses_ring(const struct fn_lower_func *f)
{
	u32 i;

	for (i = 0; i < f->n; i++)
		if (is_end(&f->insn[i]) ||
		    calls(&f->insn[i], BPF_FUNC_ringbuf_output) ||
		    calls(&f->insn[i], BPF_FUNC_ringbuf_reserve))
			return true;
	return false;
}

static bool calls_one(const struct rings *r, const struct fn_lower_func *f)
{
	u32 i;

	for (i = 0; i < f->n; i++)
		if (f->insn[i].ref == FN_REF_CALL && r->uses[f->insn[i].id])
			return true;
	return false;
}

/* Functions that use a ring buffer, or call one that does. */
static void find_users(struct rings *r)
{
	bool changed = true;
	u32 f;

	r->uses = fn_check_alloc(calloc(r->l->nfuncs, sizeof(*r->uses)));
	while (changed) {
		changed = false;
		for (f = 0; f < r->l->nfuncs; f++) {
			const struct fn_lower_func *fn = &r->l->func[f];

			if (r->uses[f] || (!uses_ring(fn) && !calls_one(r, fn)))
				continue;
			changed = r->uses[f] = true;
		}
	}
}

/* What comes out in the order in which it was begun, while another is open. */
static bool begins_another(const struct rings *r, const struct fn_lower_insn *i)
{
	return calls(i, BPF_FUNC_ringbuf_output) ||
	       calls(i, BPF_FUNC_ringbuf_reserve) ||
	       (i->ref == FN_REF_CALL && r->uses[i->id]);
}

/* Whether a jump asks if there was room for a record. */
static bool asks_for_room(const struct fn_lower_insn *i,
			  const struct fn_state *s, u32 at)
{
	const struct fn_value *v = &s->r[i->insn.dst_reg];
	u8 code = i->insn.code;

	return (code == (BPF_JMP | BPF_JEQ) || code == (BPF_JMP | BPF_JNE)) &&
	       !i->insn.imm && v->kind == FN_V_RECORD && v->id == at;
}

/* Jumps that ask that, by instruction. */
static bool *find_asking(const struct rings *r, const struct fn_lower_func *f,
			 u32 at)
{
	bool *asks = fn_check_alloc(calloc(f->n + 1, sizeof(*asks)));
	struct fn_state s = {};
	struct fn_flow w;
	u32 i;

	fn_flow_begin(&w, r->l, f);
	for (i = 0; i < f->n; i++)
		asks[i] = fn_flow_state(&w, i, &s) &&
			  asks_for_room(&f->insn[i], &s, at);
	fn_flow_end(&w);
	return asks;
}

/* Where an instruction leads to; without room there is no record there. */
static bool goes_on(const struct fn_lower_insn *i, bool asks, bool jumping)
{
	u8 code = i->insn.code;

	if (jumping)
		return i->jumps && !(asks && BPF_OP(code) == BPF_JEQ);
	return code != (BPF_JMP | BPF_JA) && code != (BPF_JMP32 | BPF_JA) &&
	       !(asks && BPF_OP(code) == BPF_JNE);
}

/*
 * Whether another record is begun before this one is done with. In a ring buffer
 * that would come out later, here earlier.
 */
static bool overlaps(const struct rings *r, const struct fn_lower_func *f,
		     u32 at)
{
	bool *seen = fn_check_alloc(calloc(f->n + 1, sizeof(*seen)));
	u32 *due = fn_check_alloc(malloc((2 * f->n + 2) * sizeof(*due)));
	bool *asks = find_asking(r, f, at), again = false;
	u32 i, n = 0;

	due[n++] = at + 1;
	while (n && !again) {
		i = due[--n];
		if (i >= f->n || seen[i])
			continue;
		seen[i] = true;
		again = begins_another(r, &f->insn[i]);
		if (is_end(&f->insn[i]) ||
		    f->insn[i].insn.code == (BPF_JMP | BPF_EXIT))
			continue;
		if (goes_on(&f->insn[i], asks[i], true))
			due[n++] = f->insn[i].to;
		if (goes_on(&f->insn[i], asks[i], false))
			due[n++] = i + 1;
	}
	free(asks);
	free(seen);
	free(due);
	return again;
}

static const char *const room_name[MOST_ROOMS] = {
	"flownic_rec0",	 "flownic_rec1",  "flownic_rec2",  "flownic_rec3",
	"flownic_rec4",	 "flownic_rec5",  "flownic_rec6",  "flownic_rec7",
	"flownic_rec8",	 "flownic_rec9",  "flownic_rec10", "flownic_rec11",
	"flownic_rec12", "flownic_rec13", "flownic_rec14", "flownic_rec15",
};

/* Only one record is open at a time: those of a size share a place. */
static u32 room_for(struct rings *r, u32 size)
{
	u32 i;

	for (i = 0; i < r->n; i++)
		if (r->record[i].size == size)
			return r->record[i].room;
	if (r->nrooms == MOST_ROOMS)
		return FN_LOWER_NONE;
	/* percpu.c gives each core its slot. */
	return fn_lower_add_map(r->l, room_name[r->nrooms++],
				BPF_MAP_TYPE_PERCPU_ARRAY, size, 1);
}

static bool add_record(struct rings *r, u32 func, u32 at,
		       const struct fn_state *s)
{
	struct fn_lower *l = r->l;
	struct record *rec = &r->record[r->n];

	if (s->r[1].kind != FN_V_MAP || s->r[2].kind != FN_V_CONST)
		return fn_lower_bad(
			l,
			"function %s: a record is reserved in a ring buffer, or of a size, that is only known when it runs",
			l->func[func].name);
	if (r->n == MOST_RECORDS)
		return fn_lower_bad(
			l, "records are reserved at more than %u places",
			MOST_RECORDS);
	if (s->r[2].n <= 0 || s->r[2].n > FN_LOWER_RECORD)
		return fn_lower_bad(
			l,
			"map %s: a record of %lld bytes is reserved; the card sends 1 to %u",
			l->map[s->r[1].id].name, (long long)s->r[2].n,
			FN_LOWER_RECORD);
	if (overlaps(r, &l->func[func], at))
		return fn_lower_bad(
			l,
			"map %s: another record is begun before one is submitted or discarded; one after the other is accepted",
			l->map[s->r[1].id].name);
	*rec = (struct record){
		.func = func,
		.at = at,
		.ring = s->r[1].id,
		.size = s->r[2].n,
	};
	rec->room = room_for(r, rec->size);
	r->n++;
	return rec->room != FN_LOWER_NONE ||
	       fn_lower_bad(l, "records of more than %u sizes are reserved",
			    MOST_ROOMS);
}

static bool find_records(struct rings *r, u32 func)
{
	const struct fn_lower_func *f = &r->l->func[func];
	struct fn_state s = {};
	struct fn_flow w;
	bool ok = true;
	u32 i;

	fn_flow_begin(&w, r->l, f);
	for (i = 0; i < f->n && ok; i++)
		if (fn_flow_state(&w, i, &s) &&
		    calls(&f->insn[i], BPF_FUNC_ringbuf_reserve))
			ok = add_record(r, func, i, &s);
	fn_flow_end(&w);
	return ok;
}

static const struct record *record_at(const struct rings *r, u32 func, u32 at)
{
	u32 i;

	for (i = 0; i < r->n; i++)
		if (r->record[i].func == func && r->record[i].at == at)
			return &r->record[i];
	return NULL;
}

/* A compiler joins what is alike: then it does not matter which one it is. */
static const struct record *any_record(const struct rings *r, u32 func)
{
	const struct record *any = NULL;
	u32 i;

	for (i = 0; i < r->n; i++) {
		const struct record *rec = &r->record[i];

		if (rec->func != func)
			continue;
		if (any && (rec->ring != any->ring || rec->size != any->size))
			return NULL;
		any = rec;
	}
	return any;
}

static void reserve(struct work *w, const struct record *rec)
{
	fn_add_store_imm(&w->e, BPF_W, 10, w->key, 0);
	fn_add_mov(&w->e, 2, 10);
	fn_add_alu(&w->e, BPF_ADD, 2, w->key);
	fn_add_map(&w->e, 1, rec->room);
	fn_add_call(&w->e, BPF_FUNC_map_lookup_elem);
}

/* Data and size are in r4 and r5. */
static void send(struct work *w, u32 ring)
{
	fn_add_load(&w->e, BPF_DW, 1, 10, w->e.f->ctx);
	fn_add_map(&w->e, 2, ring);
	fn_add_set(&w->e, 3, 0); /* the buffer of CPU 0 */
	fn_add_call(&w->e, BPF_FUNC_perf_event_output);
}

static bool output(struct work *w)
{
	struct fn_lower *l = w->e.l;

	if (w->s.r[1].kind != FN_V_MAP)
		return fn_lower_bad(
			l,
			"function %s: which ring buffer is meant is only known when it runs",
			w->e.f->name);
	fn_add_mov(&w->e, 4, 2);
	fn_add_mov(&w->e, 5, 3);
	send(w, w->s.r[1].id);
	return true;
}

/* That a record is sent, or isn't, is all that becomes of it. */
static bool finish(struct work *w, const struct rings *r, u32 func, bool sent)
{
	const struct fn_value *v = &w->s.r[1];
	const struct record *rec;

	rec = v->kind == FN_V_RECORD ? record_at(r, func, v->id) :
				       any_record(r, func);
	if (!rec)
		return fn_lower_bad(
			w->e.l,
			"function %s: which record is submitted or discarded is only known when it runs",
			w->e.f->name);
	if (sent) {
		fn_add_mov(&w->e, 4, 1);
		fn_add_set(&w->e, 5, rec->size);
		send(w, rec->ring);
	} else {
		fn_add_set(&w->e, 0, 0);
	}
	return true;
}

static bool rewrite_insn(struct work *w, const struct rings *r, u32 func, u32 i)
{
	const struct fn_lower_insn *insn = &w->e.f->insn[i];

	if (calls(insn, BPF_FUNC_ringbuf_reserve)) {
		reserve(w, record_at(r, func, i));
		return true;
	}
	if (calls(insn, BPF_FUNC_ringbuf_output))
		return output(w);
	if (is_end(insn))
		return finish(w, r, func, calls(insn, BPF_FUNC_ringbuf_submit));
	fn_edit_copy(&w->e, i);
	return true;
}

static bool rewrite(struct rings *r, u32 func)
{
	struct fn_lower_func *f = &r->l->func[func];
	struct work w = { .key = fn_lower_stack_take(r->l, f, 8) };
	struct fn_flow flow;
	bool ok = true;
	u32 i;

	if (!w.key)
		return false;
	fn_edit_begin(&w.e, r->l, f);
	fn_flow_begin(&flow, r->l, f);
	for (i = 0; i < f->n && ok; i++) {
		fn_edit_at(&w.e, i);
		if (fn_flow_state(&flow, i, &w.s))
			ok = rewrite_insn(&w, r, func, i);
		else
			fn_edit_copy(&w.e, i);
	}
	fn_flow_end(&flow);
	if (ok)
		fn_edit_end(&w.e);
	else
		fn_edit_drop(&w.e);
	return ok;
}

static bool change_maps(struct fn_lower *l)
{
	bool any = false;
	u32 m;

	for (m = 0; m < l->nmaps; m++) {
		struct fn_lower_map *map = &l->map[m];

		if (map->need.type != BPF_MAP_TYPE_RINGBUF)
			continue;
		/* Loaders give it as many entries as there are CPUs. */
		map->need = (struct fn_image_map){
			.type = BPF_MAP_TYPE_PERF_EVENT_ARRAY,
			.key_size = sizeof(u32),
			.value_size = sizeof(u32),
		};
		map->flags = 0;
		map->key_type = 0;
		map->value_type = 0;
		any = true;
	}
	return any;
}

/* Each place keeps its number: nothing is changed before all are found. */
static bool lower(struct rings *r)
{
	u32 f;

	if (!fn_lower_contexts(r->l, uses_ring))
		return false;
	find_users(r);
	for (f = 0; f < r->l->nfuncs; f++)
		if (!find_records(r, f))
			return false;
	for (f = 0; f < r->l->nfuncs; f++)
		if (uses_ring(&r->l->func[f]) && !rewrite(r, f))
			return false;
	return true;
}

/**
 * fn_lower_rings - make perf event buffers of ring buffers
 * @l: program
 *
 * Return: enum fn_lower_result.
 */
enum fn_lower_result fn_lower_rings(struct fn_lower *l)
{
	struct rings r = { .l = l };
	bool ok;
	u32 f;

	if (!change_maps(l))
		return FN_LOWER_SAME;
	ok = lower(&r);
	free(r.uses);
	if (!ok)
		return FN_LOWER_FAILED;
	for (f = 0; f < l->nfuncs; f++)
		fn_lower_drop_dead(&l->func[f]);
	fn_lower_prune(l);
	fn_lower_note(l, "ring buffers are read by flownic ringbuf");
	return FN_LOWER_CHANGED;
}
