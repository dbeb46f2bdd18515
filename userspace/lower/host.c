// SPDX-License-Identifier: GPL-2.0
/*
 * What only a host can do is done there: the packet goes to the host as it has
 * come, and a companion in native mode has the whole program for it.
 *
 * The host begins from the start. So nothing may have happened on the way that
 * must not happen twice, and what the host does must not depend on what only
 * the card knows: an instruction of the card's part that changes anything and
 * may lead to the host goes there, too, and so does one that uses a map or
 * variables that the host's part uses. That goes on until nothing is shared.
 *
 * What is preserved: verdicts, packets, maps, which are the host's or the card's
 * as a whole. What the user sees: the port has a second program; the card counts
 * such packets as passed. Of a classifier the companion is a filter of the host's
 * at the same ingress; the card counts such packets as trapped, and its filters
 * behind this one do not see them.
 */
#include <string.h>

#include "lower.h"
#include "passes.h"
#include "userspace/tool.h"

/**
 * struct work - on a program
 * @l: program
 * @f: its first function
 * @t: what its instructions do
 * @leaves: by instruction, whether the packet goes to the host before it
 * @card: by instruction, whether the card gets there
 * @leads: by instruction of the card's, whether the packet may leave later
 * @host: by instruction, whether the host may do it
 * @due: instructions to look at
 * @why: what it is that only a host can do
 */
struct work {
	struct fn_lower *l;
	struct fn_lower_func *f;
	struct fn_traits t;
	bool *leaves;
	bool *card;
	bool *leads;
	bool *host;
	u32 *due;
	char why[128];
};

static u32 successors(const struct fn_lower_func *f, u32 i, u32 *to)
{
	u8 code = f->insn[i].insn.code;
	bool always = code == (BPF_JMP | BPF_JA) ||
		      code == (BPF_JMP32 | BPF_JA);
	u32 n = 0;

	if (f->insn[i].jumps)
		to[n++] = f->insn[i].to;
	if (!always && code != (BPF_JMP | BPF_EXIT) && i + 1 < f->n)
		to[n++] = i + 1;
	return n;
}

static bool is_reached(const struct work *w, u32 i)
{
	return w->t.insn[0][i] & FN_TRAIT_REACHED;
}

/* Marks all that follows what is due, up to where packets leave, if @stop. */
static void go_on(struct work *w, bool *seen, u32 n, bool stop)
{
	u32 to[2], i, k;

	while (n) {
		i = w->due[--n];
		if (stop && w->leaves[i])
			continue;
		for (k = successors(w->f, i, to); k--;) {
			if (seen[to[k]] || !is_reached(w, to[k]))
				continue;
			seen[to[k]] = true;
			w->due[n++] = to[k];
		}
	}
}

static void find_card(struct work *w)
{
	memset(w->card, 0, w->f->n);
	w->card[0] = true;
	w->due[0] = 0;
	go_on(w, w->card, 1, true);
}

static void find_leads(struct work *w)
{
	bool changed = true;
	u32 to[2], i, k;

	memset(w->leads, 0, w->f->n);
	while (changed) {
		changed = false;
		for (i = w->f->n; i--;) {
			bool leads = w->card[i] && w->leaves[i];

			if (!w->card[i] || w->leads[i])
				continue;
			for (k = successors(w->f, i, to); k--;)
				leads |= w->leads[to[k]];
			w->leads[i] = leads;
			changed |= leads;
		}
	}
}

/*
 * It may take another way there if something on this one changes, and any way with
 * a packet that comes to the port again.
 */
static void find_host(struct work *w)
{
	bool anything = w->t.func[0] & FN_TRAIT_BACK;
	u32 i, n = 0;

	for (i = 0; i < w->f->n; i++) {
		w->host[i] = w->leads[i];
		if (w->leads[i] && w->leaves[i])
			w->due[n++] = i;
		anything |= w->leads[i] && !w->leaves[i] &&
			    w->t.insn[0][i] & FN_TRAIT_CHANCE;
	}
	go_on(w, w->host, n, false);
	for (i = 0; anything && i < w->f->n; i++)
		w->host[i] = is_reached(w, i);
}

/* Whether an instruction uses a map or, with numbers behind those, data. */
static bool uses(const struct work *w, u32 i, u32 what)
{
	const struct fn_lower_insn *insn = &w->f->insn[i];

	switch (insn->ref) {
	case FN_REF_MAP:
		return insn->id == what;
	case FN_REF_DATA:
		return w->l->nmaps + insn->id == what;
	case FN_REF_CALL:
	case FN_REF_FUNC:
		return w->t.uses[insn->id][what];
	default:
		return false;
	}
}

/* Both may have what is on the host anyway, or never changes. */
static bool is_common(const struct fn_lower *l, u32 what)
{
	if (what >= l->nmaps)
		return l->data[what - l->nmaps].read_only;
	return fn_redirect_map(l->map[what].need.type) ||
	       l->map[what].need.type == BPF_MAP_TYPE_PERF_EVENT_ARRAY;
}

static bool host_uses(const struct work *w, u32 what)
{
	u32 i;

	for (i = 0; i < w->f->n; i++)
		if (w->host[i] && uses(w, i, what))
			return true;
	return false;
}

static bool leave_shared(struct work *w)
{
	bool changed = false;
	u32 what, i;

	for (what = 0; what < w->t.nuses; what++) {
		if (is_common(w->l, what) || !host_uses(w, what))
			continue;
		for (i = 0; i < w->f->n; i++)
			if (w->card[i] && !w->leaves[i] && uses(w, i, what))
				w->leaves[i] = changed = true;
	}
	return changed;
}

static bool leave_effects(struct work *w)
{
	bool changed = false;
	u32 i;

	for (i = 0; i < w->f->n; i++)
		if (w->leads[i] && !w->leaves[i] &&
		    w->t.insn[0][i] & FN_TRAIT_EFFECT)
			w->leaves[i] = changed = true;
	return changed;
}

/* Metadata of its own could be taken for ours. */
static void begin_leaving(struct work *w)
{
	u32 i;

	for (i = 0; i < w->f->n; i++)
		w->leaves[i] = w->t.insn[0][i] &
			       (FN_TRAIT_HOST | FN_TRAIT_META);
}

static void name_reason(struct work *w)
{
	u32 i;

	for (i = 0; i < w->f->n; i++)
		if (w->t.insn[0][i] & FN_TRAIT_HOST)
			break;
	fn_traits_name(w->l, &w->f->insn[i], w->why, sizeof(w->why));
}

static void divide(struct work *w)
{
	bool changed = true;

	begin_leaving(w);
	while (changed) {
		find_card(w);
		find_leads(w);
		find_host(w);
		changed = leave_effects(w) || leave_shared(w);
	}
}

static bool is_exit(const struct work *w, u32 i)
{
	return w->f->insn[i].insn.code == (BPF_JMP | BPF_EXIT);
}

/* Whether the card has anything to decide, and how much of the program that is. */
static bool has_card_part(const struct work *w, u32 *n)
{
	bool decides = false;
	u32 i;

	for (i = 0, *n = 0; i < w->f->n; i++) {
		if (!w->card[i] || w->leaves[i])
			continue;
		++*n;
		decides |= is_exit(w, i);
	}
	return decides && !w->leaves[0];
}

static bool is_first(const struct fn_lower_func *f)
{
	return f->f->entry;
}

static void rewrite(struct work *w)
{
	struct fn_edit e;
	u32 i;

	fn_edit_begin(&e, w->l, w->f);
	for (i = 0; i < w->f->n; i++) {
		fn_edit_at(&e, i);
		if (!w->card[i])
			continue;
		if (!w->leaves[i]) {
			if (w->l->back && is_exit(w, i))
				fn_handover_seen(&e);
			fn_edit_copy(&e, i);
			continue;
		}
		if (fn_is_classifier(w->l))
			fn_handover_skb(&e);
		else
			fn_handover(&e, FN_COMPANION_WHOLE, 0);
		fn_add_exit(&e);
	}
	fn_edit_end(&e);
}

static void allocate(struct work *w, struct fn_lower *l)
{
	u32 n = l->func[0].n + 1;

	w->l = l;
	w->f = &l->func[0];
	w->leaves = fn_check_alloc(calloc(n, 1));
	w->card = fn_check_alloc(calloc(n, 1));
	w->leads = fn_check_alloc(calloc(n, 1));
	w->host = fn_check_alloc(calloc(n, 1));
	w->due = fn_check_alloc(calloc(2 * n, sizeof(*w->due)));
}

static void free_work(struct work *w)
{
	fn_traits_end(&w->t);
	free(w->leaves);
	free(w->card);
	free(w->leads);
	free(w->host);
	free(w->due);
}

/* Keeping the context adds an instruction at the start: what is known moves. */
static bool keep_context(struct work *w)
{
	struct fn_lower *l = w->l;

	if (!fn_lower_contexts(l, is_first))
		return false;
	free_work(w);
	allocate(w, l);
	fn_traits_begin(&w->t, l);
	divide(w);
	return true;
}

/*
 * What comes to the port again comes behind the card: the companion has to know
 * what the card has seen.
 */
static bool can_come_back(struct work *w)
{
	w->l->back = w->t.func[0] & FN_TRAIT_BACK;
	if (!w->l->back || !(w->t.func[0] & FN_TRAIT_INDEX))
		return true;
	return fn_lower_bad(
		w->l,
		"a redirect to an ingress is the host's to do (%s), and tc_index says then what the card has seen; a program that writes neither tc_index nor tc_classid is accepted",
		w->why);
}

/* Of what only the host does, the card refuses all but flags of redirects. */
static enum fn_lower_result all_leave(struct work *w)
{
	if (w->l->options->host)
		return FN_LOWER_SAME;
	fn_lower_note(
		w->l,
		"all packets would go to the host, for %s and what has to be done with it: mode native does that",
		w->why);
	if (!(w->t.func[0] & FN_TRAIT_BACK))
		return FN_LOWER_SAME;
	fn_lower_bad(
		w->l,
		"a redirect whose flags are not 0 for certain may be to an ingress (BPF_F_INGRESS), which the card's ports have none of");
	return FN_LOWER_FAILED;
}

static enum fn_lower_result leave(struct work *w)
{
	u32 n, all = w->f->n;

	divide(w);
	name_reason(w);
	if (!has_card_part(w, &n))
		return all_leave(w);
	if (!keep_context(w) || !can_come_back(w))
		return FN_LOWER_FAILED;
	if (w->l->given_inner) {
		fn_lower_bad(
			w->l,
			"--inner: a part of the program is the host's (%s), which has maps in maps from the object alone",
			w->why);
		return FN_LOWER_FAILED;
	}
	rewrite(w);
	w->l->whole = true;
	fn_lower_arguments(w->l);
	fn_lower_drop_dead(w->f);
	fn_lower_prune(w->l);
	fn_lower_note(
		w->l,
		"packets for %s go to the host, where the whole program decides, as %s; the card has %u of its %u instructions",
		w->why,
		fn_is_classifier(w->l) ? "a filter of the host's" :
					 "a companion in native mode",
		n, all);
	return FN_LOWER_CHANGED;
}

/**
 * fn_lower_host - have the host do what only a host can
 * @l: program
 *
 * Return: enum fn_lower_result.
 */
enum fn_lower_result fn_lower_host(struct fn_lower *l)
{
	enum fn_lower_result r = FN_LOWER_SAME;
	struct work w = {};

	if ((l->p->bpf.type != BPF_PROG_TYPE_XDP && !fn_is_classifier(l)) ||
	    !l->func[0].n)
		return FN_LOWER_SAME;
	allocate(&w, l);
	if (fn_traits_begin(&w.t, l))
		r = leave(&w);
	free_work(&w);
	return r;
}
