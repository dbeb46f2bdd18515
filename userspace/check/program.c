// SPDX-License-Identifier: GPL-2.0
/*
 * Does a program offload? What the linker met, what the kernel's offload core
 * asks of programs and maps, what the translator and the card say.
 */
#include <bpf/libbpf.h>

#include "check.h"
#include "offload/context.h"
#include "offload/isa.h"
#include "userspace/object/object.h"
#include "userspace/profile/profiles.h"
#include "userspace/tool.h"

/**
 * struct check - work on one program
 * @o: object
 * @p: program
 * @target: card to ask
 * @rs: reasons found
 * @line: of the translator, as far as it has come
 * @len: of @line
 */
struct check {
	const struct fn_object *o;
	const struct fn_program *p;
	struct fn_target target;
	struct fn_reasons *rs;
	char line[1024];
	size_t len;
};

static void check_type(struct check *j)
{
	const char *type = libbpf_bpf_prog_type_str(j->p->bpf.type);
	const char *context = fn_ctx_layout(j->p->bpf.type)->name;

	if (!fn_program_is_for_card(j->p))
		fn_reason(
			j->rs, FN_ORIGIN_NONE,
			"a program of type %s (section %s); the card runs XDP programs (section xdp) and tc classifiers (section tc or classifier)",
			type ?: "unknown", j->p->section);
	else if (j->p->guessed && j->p->context &&
		 strcmp(j->p->context, context))
		fn_reason(
			j->rs, FN_ORIGIN_NONE,
			"its argument is a struct %s, and section %s does not tell the type; the card runs XDP programs (section xdp), whose argument is a struct xdp_md, and tc classifiers (section tc), whose argument is a struct __sk_buff",
			j->p->context, j->p->section);
}

/* What libbpf would ask for on behalf of the section's name. */
static void check_section(struct check *j)
{
	const char *s = j->p->section;

	if (!strncmp(s + (*s == '?'), "xdp.frags", 9))
		fn_reason(
			j->rs, FN_ORIGIN_NONE,
			"section %s asks for packets in several buffers, which the kernel refuses for offloaded programs; on the card every packet is in one piece: use section xdp",
			s);
	if (strstr(s, "/devmap") || strstr(s, "/cpumap"))
		fn_reason(
			j->rs, FN_ORIGIN_NONE,
			"section %s is for a program in a map of devices or CPUs, which can't be attached to a port; section xdp is for one that can",
			s);
}

/* A sentence of the translator, which says first where it is about. */
static void add_log_line(struct check *j)
{
	u32 insn = FN_ORIGIN_NONE;
	int skip = 0;

	if (sscanf(j->line, "insn %u: %n", &insn, &skip) < 1 || !skip) {
		insn = FN_ORIGIN_NONE;
		skip = 0;
	}
	/* Who knows names has reported it better. */
	if (insn == FN_ORIGIN_NONE || !fn_reason_at(&j->p->reasons, insn))
		fn_reason(j->rs, insn, "%s", j->line + skip);
	j->len = 0;
	j->line[0] = '\0';
}

static void write_log(void *ctx, const char *fmt, va_list ap)
{
	struct check *j = ctx;
	size_t room = sizeof(j->line) - j->len;
	int n = vsnprintf(j->line + j->len, room, fmt, ap);

	j->len += min_t(size_t, n, room - 1);
	if (!j->len || j->line[j->len - 1] != '\n')
		return;
	j->line[j->len - 1] = '\0';
	add_log_line(j);
}

static struct fn_image *translate(struct check *j, struct fn_tr_bound *bound)
{
	struct fn_log log = { .write = write_log, .ctx = j };
	struct fn_tr_options o = fn_target_options(&j->target);
	struct fn_image *img = NULL;

	o.bound = bound;
	if (!fn_translate(&j->p->bpf, &o, &log, &img))
		return img;
	if (j->len)
		add_log_line(j);
	return NULL;
}

/* The loader has the last word. Maps are not made larger than needed for that. */
static void check_image(struct check *j, const struct fn_image *img)
{
	struct fn_image *copy = fn_check_alloc(malloc(img->size));
	char why[256];
	u32 i;

	memcpy(copy, img, img->size);
	for (i = 0; i < copy->nmaps; i++)
		fn_image_maps(copy)[i].max_entries = 1;
	fn_image_seal(copy);
	if (!fn_target_load(&j->target, copy, why, sizeof(why)))
		fn_reason(j->rs, FN_ORIGIN_NONE, "%s", why);
	free(copy);
}

static void copy_reasons(struct check *j)
{
	const struct fn_reasons *from = &j->p->reasons;
	u32 i;

	for (i = 0; i < from->n; i++)
		fn_reason(j->rs, from->r[i].insn, "%s", from->r[i].text);
	j->rs->more += from->more;
}

static void check_code(struct check *j, struct fn_check_result *answer)
{
	struct fn_image *img;
	u32 before;

	copy_reasons(j);
	check_section(j);
	answer->map_bytes = fn_check_maps(j->o, j->p, &j->target, j->rs);
	fn_check_context(j->p, j->rs);
	fn_check_redirect(j->p, j->rs);
	fn_check_licence(j->o, j->p, j->rs);
	img = translate(j, &answer->bound);
	if (img && !j->rs->n)
		check_image(j, img);
	if (img && !j->rs->n)
		fn_check_limits(j->target.profile, img, j->o, j->p, j->rs);
	before = j->rs->n;
	fn_check_other_maps(j->o, j->p, &j->target, j->rs);
	answer->alone = !before && j->rs->n;
	if (!j->rs->n)
		answer->image = img;
	else
		fn_free(img);
}

/**
 * fn_check_program - decide whether a program offloads
 * @o: object
 * @p: program of it
 * @answer: to fill in; fn_check_result_free() is due when this returns FN_DONE
 *
 * The kernel's verifier is not asked.
 *
 * Return: exit status; an error has been reported.
 */
int fn_check_program(const struct fn_object *o, const struct fn_program *p,
		     struct fn_check_result *answer)
{
	struct check j = { .o = o, .p = p, .rs = &answer->reasons };
	int status;

	*answer = (struct fn_check_result){};
	status = fn_target_open(&j.target, fn_options.profile);
	if (status)
		return status;
	check_type(&j);
	if (!j.rs->n)
		check_code(&j, answer);
	fn_reasons_sort(j.rs);
	fn_target_close(&j.target);
	return FN_DONE;
}

/**
 * fn_check_refuse - have one more reason against a program
 * @j: result
 * @why: sentence
 */
void fn_check_refuse(struct fn_check_result *j, const char *why)
{
	fn_free(j->image);
	j->image = NULL;
	fn_reason(&j->reasons, FN_ORIGIN_NONE, "%s", why);
}

/**
 * fn_check_result_free - undo fn_check_program()
 * @j: result
 */
void fn_check_result_free(struct fn_check_result *j)
{
	fn_free(j->image);
	fn_reasons_free(&j->reasons);
}
