// SPDX-License-Identifier: GPL-2.0
/*
 * Programs of a card: bpf_prog_offload_ops. They are translated when the
 * verifier has accepted them, and on the card before bpf(2) returns.
 */
#include <linux/bpf_verifier.h>
#include <linux/filter.h>

#include "bpf_offload_priv.h"
#include "context.h"
#include "helpers.h"
#include "translator/translator.h"

#define FN_OFFLOAD_LEVEL FN_TR_LEVEL

/**
 * struct fn_offload_prog - a program on its way to the card, or there
 * @off: the card
 * @list: in @off->progs, or in @off->anchors
 * @aux: the core's, which stays where it is when the program moves
 * @insns: as they were before the verifier's rewrites, maps as indices
 * @len: number of @insns
 * @nmaps: number of maps that the program names
 * @ptrs: these maps
 * @maps: what the translator knows of them
 * @handles: what the card knows them by
 * @events: of those that are the host's, by slot; NULL for the card's own
 * @image: what the translator made
 * @handle: what the card knows the program by, 0 before it is loaded
 * @knobs: what tests can see
 * @anchor: stands in for the program while the verifier may move that
 */
struct fn_offload_prog {
	struct fn_offload *off;
	struct list_head list;
	struct bpf_prog_aux *aux;
	struct bpf_insn *insns;
	u32 len;
	u32 nmaps;
	const struct bpf_map *ptrs[FN_IMAGE_MAX_MAPS];
	struct fn_image_map maps[FN_IMAGE_MAX_MAPS];
	u32 handles[FN_IMAGE_MAX_MAPS];
	struct fn_offload_events *events[FN_IMAGE_MAX_MAPS];
	struct fn_image *image;
	u32 handle;
	struct fn_prog_knobs knobs;
	struct bpf_prog anchor;
};

/**
 * struct fn_vlog - the verifier log, one prefix a line
 * @env: whose
 * @inside: the last line has not ended
 * @first: the first line, without its end
 * @ended: it has ended
 */
struct fn_vlog {
	struct bpf_verifier_env *env;
	bool inside;
	char first[FN_REFUSAL_TEXT];
	bool ended;
};

static void fn_vlog_keep(struct fn_vlog *v, const char *text)
{
	size_t at = strlen(v->first);

	if (v->ended)
		return;
	snprintf(v->first + at, sizeof(v->first) - at, "%.*s",
		 (int)strcspn(text, "\n"), text);
	v->ended = strchr(text, '\n');
}

static void fn_vlog_text(struct fn_vlog *v, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		n += text[n] == '\n';
		bpf_verifier_log_write(v->env, "%s%.*s",
				       v->inside ? "" : "[flownic] ", (int)n,
				       text);
		v->inside = text[n - 1] != '\n';
		text += n;
	}
}

static __printf(2, 0) void fn_vlog_write(void *ctx, const char *fmt, va_list ap)
{
	char *text = kvasprintf(GFP_KERNEL, fmt, ap);

	if (text) {
		fn_vlog_keep(ctx, text);
		fn_vlog_text(ctx, text);
	}
	kfree(text);
}

/* What the verifier log says of a program is known to the card's users, too. */
static void fn_prog_refused(const struct bpf_prog *prog, int err,
			    const char *text)
{
	const struct bpf_prog_offload *offload = prog->aux->offload;

	fn_offload_refused(bpf_offload_dev_priv(offload->offdev), "program",
			   offload->netdev, err, text);
}

/* A sentence in the log, by which the verification ends. */
static __printf(2, 3) int fn_prog_refuse(struct bpf_verifier_env *env,
					 const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = kvasprintf(GFP_KERNEL, fmt, ap);
	va_end(ap);
	if (text) {
		bpf_verifier_log_write(env, "[flownic] %s\n", text);
		fn_prog_refused(env->prog, -EOPNOTSUPP, text);
	}
	kfree(text);
	return -EOPNOTSUPP;
}

/* The core lets in maps of the card and those that it calls neutral. */
static int fn_prog_take_map(struct fn_offload_prog *p, u32 slot,
			    struct bpf_map *map)
{
	struct fn_offload_events *events;
	struct fn_offload_map *m;

	if (!bpf_map_offload_neutral(map)) {
		m = map_to_offmap(map)->dev_priv;
		p->handles[slot] = m->handle;
		return 0;
	}
	events = fn_offload_events_get(p->off, map);
	if (IS_ERR(events))
		return PTR_ERR(events);
	p->events[slot] = events;
	p->handles[slot] = events->handle;
	return 0;
}

/* The position of @map in the program's list, or a negative errno. */
static int fn_prog_map(struct fn_offload_prog *p, struct bpf_map *map)
{
	u32 i;
	int err;

	for (i = 0; i < p->nmaps; i++)
		if (p->ptrs[i] == map)
			return i;
	if (i == FN_IMAGE_MAX_MAPS)
		return -E2BIG;

	err = fn_prog_take_map(p, i, map);
	if (err)
		return err;
	p->ptrs[i] = map;
	p->maps[i] = (struct fn_image_map){
		.type = map->map_type,
		.key_size = map->key_size,
		.value_size = map->value_size,
		.max_entries = map->max_entries,
	};
	return p->nmaps++;
}

/*
 * By now the verifier has put kernel addresses into the instructions that load
 * maps. None of them may remain in what is kept.
 */
static int fn_prog_ld_imm64(struct fn_offload_prog *p, struct bpf_insn *insn)
{
	u64 addr = (u64)(u32)insn[1].imm << 32 | (u32)insn[0].imm;
	int slot = 0;

	switch (insn[0].src_reg) {
	case 0:
	case BPF_PSEUDO_FUNC:
		return 0;
	case BPF_PSEUDO_MAP_FD:
	case BPF_PSEUDO_MAP_IDX:
		slot = fn_prog_map(p, (struct bpf_map *)(uintptr_t)addr);
		if (slot < 0)
			return slot;
		insn[0].src_reg = BPF_PSEUDO_MAP_IDX;
		break;
	}
	insn[0].imm = slot;
	insn[1].imm = 0;
	return 0;
}

static int fn_prog_copy(struct fn_offload_prog *p, const struct bpf_prog *prog)
{
	u32 i;
	int err;

	p->len = prog->len;
	p->insns = fn_alloc(array_size(p->len, sizeof(*p->insns)));
	if (!p->insns)
		return -ENOMEM;
	memcpy(p->insns, prog->insnsi, array_size(p->len, sizeof(*p->insns)));

	for (i = 0; i + 1 < p->len; i++) {
		if (p->insns[i].code != (BPF_LD | BPF_IMM | BPF_DW))
			continue;
		err = fn_prog_ld_imm64(p, &p->insns[i++]);
		if (err)
			return err;
	}
	return 0;
}

static void fn_prog_put_events(struct fn_offload_prog *p)
{
	u32 i;

	for (i = 0; i < p->nmaps; i++) {
		if (p->events[i])
			fn_offload_events_put(p->events[i]);
		p->events[i] = NULL;
	}
}

static void fn_prog_free(struct fn_offload_prog *p)
{
	fn_prog_put_events(p);
	fn_free(p->image);
	fn_free(p->insns);
	fn_free(p);
}

/*
 * The instructions are copied here and translated from the copy: later the
 * verifier rewrites the program for the host.
 *
 * The rewriting may also move the program, and the core then keeps the old
 * address in offload->prog, through which it destroys the program when the
 * last netdev of the card goes. All that it looks at there is ->aux, so until
 * .translate() puts the right address in, it is given an anchor of our own.
 */
static int fn_prog_prepare(struct bpf_prog *prog)
{
	struct bpf_prog_offload *offload = prog->aux->offload;
	struct fn_offload *off = bpf_offload_dev_priv(offload->offdev);
	struct fn_offload_prog *p;
	int err;

	if (!READ_ONCE(off->knobs.bind_accept)) {
		fn_prog_refused(
			prog, -EOPNOTSUPP,
			"refused for a test: bpf_bind_accept is N in debugfs");
		return -EOPNOTSUPP;
	}
	p = fn_alloc(sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->off = off;
	p->aux = prog->aux;
	err = fn_prog_copy(p, prog);
	if (err) {
		fn_prog_free(p);
		return err;
	}
	/*
	 * The host's JIT never sees the program. If it were expected to, the
	 * verifier would write calls of get_smp_processor_id() as reads of the
	 * host's CPU number and, since 7.x, refuse what it has written.
	 */
	prog->jit_requested = 0;
	p->anchor.aux = prog->aux;
	offload->prog = &p->anchor;
	offload->dev_priv = p;
	fn_knobs_prog_add(off, &p->knobs, p->aux);

	mutex_lock(&off->lock);
	list_add_tail(&p->list, &off->progs);
	mutex_unlock(&off->lock);
	return 0;
}

static bool fn_insn_calls_helper(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL) && !insn->src_reg;
}

/*
 * bpftool feature probe looks for the words "unknown func". Other helpers that
 * the card lacks are named as well: who ports a program needs the whole list.
 */
static int fn_helper_refuse(struct bpf_verifier_env *env)
{
	struct bpf_prog *prog = env->prog;
	char have[FN_HELPER_LIST];
	u32 i;

	for (i = 0; i < prog->len; i++) {
		const struct bpf_insn *insn = &prog->insnsi[i];
		const char *why = fn_helper_absent(insn->imm);

		if (fn_insn_calls_helper(insn) &&
		    !fn_helper_has(insn->imm, prog->type))
			fn_prog_refuse(env, "insn %u: unknown func %s#%d%s%s",
				       i, fn_helper_name(insn->imm) ?: "",
				       insn->imm, why ? ": " : "", why ?: "");
	}
	fn_helper_list(prog->type, have, sizeof(have));
	bpf_verifier_log_write(env, "[flownic] the card has %s\n", have);
	return -EOPNOTSUPP;
}

/* A card's classifier reaches the host's stack through its own port alone. */
static int fn_redirect_check(struct bpf_verifier_env *env, int insn_idx)
{
	const struct bpf_insn *insn = &env->prog->insnsi[insn_idx];
	bool clone = insn->imm == FN_HELPER_clone_redirect;
	const struct bpf_reg_state *flags =
		&cur_regs(env)[clone ? BPF_REG_3 : BPF_REG_2];

	if (env->prog->type != BPF_PROG_TYPE_SCHED_CLS ||
	    !tnum_is_const(flags->var_off) ||
	    flags->var_off.value != BPF_F_INGRESS)
		return 0;
	return fn_prog_refuse(
		env,
		"insn %d: %s with BPF_F_INGRESS: the card redirects to the egress of its ports (flags 0)",
		insn_idx, fn_helper_name(insn->imm));
}

static int fn_call_check(struct bpf_verifier_env *env, int insn_idx)
{
	const struct bpf_insn *insn = &env->prog->insnsi[insn_idx];

	if (!fn_helper_has(insn->imm, env->prog->type))
		return fn_helper_refuse(env);
	if (insn->imm == FN_HELPER_redirect ||
	    insn->imm == FN_HELPER_clone_redirect)
		return fn_redirect_check(env, insn_idx);
	return 0;
}

/* A field of the context that no card can know is refused by name. */
static int fn_ctx_check(struct bpf_verifier_env *env, int insn_idx)
{
	const struct bpf_insn *insn = &env->prog->insnsi[insn_idx];
	u32 base = BPF_CLASS(insn->code) == BPF_LDX ? insn->src_reg :
						      insn->dst_reg;
	const struct bpf_reg_state *reg = &cur_regs(env)[base];
	const struct fn_ctx_field *f;

	if (reg->type != PTR_TO_CTX)
		return 0;
	f = fn_ctx_field(fn_ctx_layout(env->prog->type),
			 fn_reg_offset(reg) + insn->off);
	if (!f || !f->why)
		return 0;
	return fn_prog_refuse(env, "insn %d: ctx->%s is not on the card: %s",
			      insn_idx, f->name, f->why);
}

/*
 * What depends on the verifier's knowledge is refused here, where it has that;
 * all else is decided on the whole program, in .finalize().
 */
static int fn_prog_insn_hook(struct bpf_verifier_env *env, int insn_idx,
			     int prev_insn_idx)
{
	const struct bpf_insn *insn = &env->prog->insnsi[insn_idx];
	struct fn_offload_prog *p = env->prog->aux->offload->dev_priv;

	if (!insn_idx)
		fn_knobs_verifier_delay(p->off);
	if (insn_idx == env->prog->len - 1 &&
	    !READ_ONCE(p->off->knobs.verifier_accept))
		return fn_prog_refuse(
			env,
			"refused for a test: bpf_bind_verifier_accept is N in debugfs");
	if (fn_insn_calls_helper(insn))
		return fn_call_check(env, insn_idx);
	switch (BPF_CLASS(insn->code)) {
	case BPF_LDX:
	case BPF_ST:
	case BPF_STX:
		return fn_ctx_check(env, insn_idx);
	}
	return 0;
}

static int fn_prog_translate(struct fn_offload_prog *p,
			     const struct bpf_prog *prog,
			     const struct fn_log *log)
{
	struct fn_tr_options options = { .level = FN_OFFLOAD_LEVEL };
	struct fn_bpf_prog bpf = {
		.insns = p->insns,
		.len = p->len,
		.type = prog->type,
		.maps = p->maps,
		.nmaps = p->nmaps,
	};
	struct fn_msg_caps caps;
	int err;

	err = fn_card_ctrl(p->off->card, FN_CTRL_CAPS, &caps, sizeof(caps));
	if (err)
		return err;
	options.lanes = caps.lanes;
	return fn_translate(&bpf, &options, log, &p->image);
}

static int fn_prog_load(struct fn_offload_prog *p, const struct bpf_prog *prog,
			const struct fn_log *log)
{
	struct fn_msg_prog_load *msg;
	int err;

	msg = kzalloc(sizeof(*msg), GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	msg->image = fn_ptr_to_bus(p->image);
	msg->size = p->image->size;
	msg->nmaps = p->nmaps;
	msg->maps = fn_ptr_to_bus(p->handles);
	strscpy(msg->name, p->aux->name, sizeof(msg->name));
	memcpy(msg->tag, prog->tag, sizeof(msg->tag));

	err = fn_card_ctrl(p->off->card, FN_CTRL_PROG_LOAD, msg, sizeof(*msg));
	if (err)
		fn_log(log, "the card refused the program: %s\n",
		       msg->why[0] ? msg->why : "out of memory");
	else
		WRITE_ONCE(p->handle, msg->handle);
	kfree(msg);
	return err;
}

/*
 * The last callback that has the verifier log, so translator and card have
 * their say here. The program isn't changed after this in any way that matters
 * to the card.
 */
static int fn_prog_finalize(struct bpf_verifier_env *env)
{
	struct fn_offload_prog *p = env->prog->aux->offload->dev_priv;
	struct fn_vlog v = { .env = env };
	struct fn_log log = { .write = fn_vlog_write, .ctx = &v };
	int err;

	err = fn_prog_translate(p, env->prog, &log) ?:
		      fn_prog_load(p, env->prog, &log);
	if (err)
		fn_prog_refused(env->prog, err, v.first);
	return err;
}

/*
 * The verifier hardwires branches of which one side is dead, and removes dead
 * code and NOPs. The copy that was translated decides the same without: what
 * is dead is never reached, and a spill around a helper that the verifier
 * drops because the helper keeps r1 to r5 does no harm.
 */
static int fn_prog_replace_insn(struct bpf_verifier_env *env, u32 off,
				struct bpf_insn *insn)
{
	return 0;
}

static int fn_prog_remove_insns(struct bpf_verifier_env *env, u32 off, u32 cnt)
{
	return 0;
}

/* From here on the program stays where it is. */
static int fn_prog_adopt(struct bpf_prog *prog)
{
	struct bpf_prog_offload *offload = prog->aux->offload;
	struct fn_offload_prog *p = offload->dev_priv;

	offload->prog = prog;
	offload->jited_image = p->image;
	offload->jited_len = p->image->size;
	WRITE_ONCE(p->knobs.translated, true);
	return 0;
}

static void fn_prog_unload(struct fn_offload_prog *p)
{
	struct fn_msg_handle msg = { .handle = p->handle };

	if (p->handle)
		fn_card_ctrl(p->off->card, FN_CTRL_PROG_UNLOAD, &msg,
			     sizeof(msg));
}

/*
 * The program's maps may be gone already. The card has its own references, and
 * so have we on those of the host.
 */
static void fn_prog_destroy(struct bpf_prog *prog)
{
	struct fn_offload_prog *p = prog->aux->offload->dev_priv;
	struct fn_offload *off = p->off;

	fn_knobs_prog_del(&p->knobs);
	fn_prog_unload(p);
	fn_prog_put_events(p);
	mutex_lock(&off->lock);
	list_del(&p->list);
	/* The core is not done with the anchor before it has unlocked. */
	if (prog == &p->anchor) {
		list_add(&p->list, &off->anchors);
		p = NULL;
	}
	mutex_unlock(&off->lock);
	if (p)
		fn_prog_free(p);
}

const struct bpf_prog_offload_ops fn_offload_prog_ops = {
	.insn_hook = fn_prog_insn_hook,
	.finalize = fn_prog_finalize,
	.replace_insn = fn_prog_replace_insn,
	.remove_insns = fn_prog_remove_insns,
	.prepare = fn_prog_prepare,
	.translate = fn_prog_adopt,
	.destroy = fn_prog_destroy,
};

/* Only after bpf_offload_dev_match() and under RTNL, which keep it there. */
u32 fn_offload_prog_handle(const struct bpf_prog *prog)
{
	const struct fn_offload_prog *p = prog->aux->offload->dev_priv;

	return p->handle;
}

/* A port begins to run the program, or has ended; under RTNL. */
void fn_offload_prog_use(const struct bpf_prog *prog, int by)
{
	struct fn_offload_prog *p;

	if (!bpf_prog_is_offloaded(prog->aux) || !prog->aux->offload)
		return;
	p = prog->aux->offload->dev_priv;
	WRITE_ONCE(p->knobs.loaded, p->knobs.loaded + by);
}

void fn_offload_prog_free_anchors(struct fn_offload *off)
{
	struct fn_offload_prog *p, *tmp;

	list_for_each_entry_safe(p, tmp, &off->anchors, list)
		fn_prog_free(p);
}

/* Under @off->lock. */
void fn_offload_prog_set_ids(struct fn_offload *off)
{
	struct fn_offload_prog *p;
	struct fn_msg_prog *msg;

	msg = kzalloc(sizeof(*msg), GFP_KERNEL);
	if (!msg)
		return;
	list_for_each_entry(p, &off->progs, list) {
		if (!p->handle)
			continue;
		memset(msg, 0, sizeof(*msg));
		msg->handle = p->handle;
		msg->id = READ_ONCE(p->aux->id);
		msg->set_id = 1;
		fn_card_ctrl(off->card, FN_CTRL_PROG_GET, msg, sizeof(*msg));
	}
	kfree(msg);
}

/**
 * fn_offload_prog_insns - the BPF instructions that a program was made from
 * @off: the card
 * @handle: of the program on the card
 * @len: number of instructions
 *
 * The image's origins are indices into them. Kernel addresses are not in them.
 *
 * Return: a copy for the caller to fn_free(), or an ERR_PTR; -ENOENT if the
 * card has no such program.
 */
struct bpf_insn *fn_offload_prog_insns(struct fn_offload *off, u32 handle,
				       u32 *len)
{
	struct bpf_insn *insns = ERR_PTR(-ENOENT);
	struct fn_offload_prog *p;

	mutex_lock(&off->lock);
	list_for_each_entry(p, &off->progs, list) {
		if (p->handle != handle)
			continue;
		insns = fn_alloc(array_size(p->len, sizeof(*insns)));
		if (insns)
			memcpy(insns, p->insns,
			       array_size(p->len, sizeof(*insns)));
		else
			insns = ERR_PTR(-ENOMEM);
		*len = p->len;
		break;
	}
	mutex_unlock(&off->lock);
	return insns;
}
