// SPDX-License-Identifier: GPL-2.0
/*
 * What is done once when a function is called, before its first instruction. Its
 * arguments are in r1 to r5, which helpers don't keep; r6 to r9 are free then.
 */
#include <linux/btf.h>

#include "lower.h"

/* Arguments that the source has; the compiler may have dropped some. */
static u32 declared(const struct fn_btf *btf, u32 func)
{
	struct btf_type t;

	if (!fn_btf_type(btf, func, &t) || !fn_btf_type(btf, t.type, &t) ||
	    BTF_INFO_KIND(t.info) != BTF_KIND_FUNC_PROTO)
		return 5;
	return min_t(u32, BTF_INFO_VLEN(t.info), 5);
}

/**
 * fn_prologue_begin - begin what is done once
 * @p: to fill in; fn_prologue_end() is due
 * @e: function, nothing of which has been written
 *
 * Return: false if there is no room on the stack; the program says so.
 */
bool fn_prologue_begin(struct fn_prologue *p, struct fn_edit *e)
{
	u16 *live = fn_lower_live(e->f);
	u32 i, n = declared(&e->l->o->btf, e->f->type);

	*p = (struct fn_prologue){};
	for (i = 1; i <= n; i++)
		if (live[0] & 1u << i)
			p->args |= 1u << i;
	free(live);
	if (e->f->ctx_reg == 5)
		p->args |= 1u << 5;
	if (p->args & 1u << 5) {
		p->fifth = fn_lower_stack_take(e->l, e->f, 8);
		if (!p->fifth)
			return false;
		fn_add_store(e, BPF_DW, 10, p->fifth, 5);
	}
	for (i = 1; i <= 4; i++)
		if (p->args & 1u << i)
			fn_add_mov(e, 5 + i, i);
	return true;
}

/**
 * fn_prologue_end - end what is done once
 * @p: prologue
 * @e: function
 */
void fn_prologue_end(struct fn_prologue *p, struct fn_edit *e)
{
	u32 i;

	for (i = 1; i <= 4; i++)
		if (p->args & 1u << i)
			fn_add_mov(e, i, 5 + i);
	if (p->args & 1u << 5)
		fn_add_load(e, BPF_DW, 5, 10, p->fifth);
}
