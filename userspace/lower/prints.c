// SPDX-License-Identifier: GPL-2.0
/*
 * bpf_printk() with more than three arguments (bpf_trace_vprintk()): the format is
 * cut, and each piece with three of them is printed on a line of its own.
 */
#include <string.h>

#include "lower.h"
#include "passes.h"
#include "userspace/tool.h"

#define MOST_ARGS 12
#define PER_LINE 3

/**
 * struct work - on a function
 * @e: function
 * @s: state at the instruction at hand
 * @room: where the address of the arguments is kept, and what has been printed
 */
struct work {
	struct fn_edit e;
	struct fn_state s;
	s32 room;
};

static bool is_print(const struct fn_lower_insn *i)
{
	return i->insn.code == (BPF_JMP | BPF_CALL) && !i->insn.src_reg &&
	       !i->ref && i->insn.imm == BPF_FUNC_trace_vprintk;
}

/* The format, if it is one that never changes and has an end. */
static const char *format_of(const struct fn_lower *l, const struct fn_state *s)
{
	const struct fn_lower_data *d;
	const struct fn_value *v = &s->r[1];

	if (v->kind != FN_V_DATA)
		return NULL;
	d = &l->data[v->id];
	if (!d->read_only || v->n < 0 || v->n >= d->size ||
	    !memchr(d->bytes + v->n, 0, d->size - v->n))
		return NULL;
	return (const char *)d->bytes + v->n;
}

static bool can(const struct fn_lower *l, const struct fn_state *s)
{
	return format_of(l, s) && s->r[4].kind == FN_V_CONST &&
	       s->r[4].n >= 0 && s->r[4].n <= 8 * MOST_ARGS && !(s->r[4].n % 8);
}

/* Bytes of the format up to where another line begins; @n arguments are in them. */
static size_t piece(const char *format, u32 *n)
{
	const char *at = format;

	for (*n = 0; *at; at++) {
		if (*at != '%')
			continue;
		if (at[1] == '%') {
			at++;
			continue;
		}
		if (*n == PER_LINE)
			break;
		++*n;
	}
	return at - format;
}

/* Offset of the piece in the data, which it is added to. */
static u32 add_text(struct fn_lower_data *d, const char *text, size_t len)
{
	u32 at = d->size;

	d->bytes = fn_check_alloc(realloc(d->bytes, at + len + 1));
	memcpy(d->bytes + at, text, len);
	d->bytes[at + len] = '\0';
	d->size = at + len + 1;
	return at;
}

static void add_data(struct fn_edit *e, u32 dst, u32 data, u32 at)
{
	struct fn_lower_insn *insn;

	insn = fn_edit_add(e, (struct bpf_insn){
				      .code = BPF_LD | BPF_IMM | BPF_DW,
				      .dst_reg = dst,
			      });
	insn->ref = FN_REF_DATA;
	insn->id = data;
	insn->imm = at;
}

static void print_piece(struct work *w, const char *text, size_t len, u32 first,
			u32 n)
{
	struct fn_edit *e = &w->e;
	u32 data = w->s.r[1].id, i;

	if (n)
		fn_add_load(e, BPF_DW, 0, 10, w->room);
	for (i = 0; i < n; i++)
		fn_add_load(e, BPF_DW, 3 + i, 0, 8 * (first + i));
	for (; i < PER_LINE; i++)
		fn_add_set(e, 3 + i, 0);
	add_data(e, 1, data, add_text(&e->l->data[data], text, len));
	fn_add_set(e, 2, len + 1);
	fn_add_call(e, BPF_FUNC_trace_printk);
	fn_add_load(e, BPF_DW, 1, 10, w->room + 8);
	fn_add_alu_reg(e, BPF_ADD, 1, 0);
	fn_add_store(e, BPF_DW, 10, w->room + 8, 1);
}

static void print(struct work *w)
{
	struct fn_lower *l = w->e.l;
	char *format = fn_check_alloc(strdup(format_of(l, &w->s)));
	u32 n, first = 0, most = w->s.r[4].n / 8;
	const char *at = format;
	size_t len;

	if (most)
		fn_add_store(&w->e, BPF_DW, 10, w->room, 3);
	fn_add_store_imm(&w->e, BPF_DW, 10, w->room + 8, 0);
	do {
		len = piece(at, &n);
		n = min(n, most - first);
		print_piece(w, at, len, first, n);
		first += n;
		at += len;
	} while (*at);
	fn_add_load(&w->e, BPF_DW, 0, 10, w->room + 8);
	free(format);
}

static bool has_print(const struct fn_lower_func *f)
{
	u32 i;

	for (i = 0; i < f->n; i++)
		if (is_print(&f->insn[i]))
			return true;
	return false;
}

static bool rewrite(struct fn_lower *l, struct fn_lower_func *f, bool *changed)
{
	struct work w = { .room = fn_lower_stack_take(l, f, 16) };
	struct fn_flow flow;
	u32 i;

	if (!w.room)
		return false;
	fn_edit_begin(&w.e, l, f);
	fn_flow_begin(&flow, l, f);
	for (i = 0; i < f->n; i++) {
		fn_edit_at(&w.e, i);
		if (!fn_flow_state(&flow, i, &w.s) || !is_print(&f->insn[i]) ||
		    !can(l, &w.s)) {
			fn_edit_copy(&w.e, i);
			continue;
		}
		print(&w);
		*changed = true;
	}
	fn_flow_end(&flow);
	fn_edit_end(&w.e);
	fn_lower_arguments(l);
	fn_lower_drop_dead(f);
	return true;
}

/**
 * fn_lower_prints - print lines with more than three arguments in pieces
 * @l: program
 *
 * Return: enum fn_lower_result.
 */
enum fn_lower_result fn_lower_prints(struct fn_lower *l)
{
	bool changed = false;
	u32 f;

	for (f = 0; f < l->nfuncs; f++)
		if (has_print(&l->func[f]) &&
		    !rewrite(l, &l->func[f], &changed))
			return FN_LOWER_FAILED;
	return changed ? FN_LOWER_CHANGED : FN_LOWER_SAME;
}
