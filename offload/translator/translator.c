// SPDX-License-Identifier: GPL-2.0
/*
 * The list of passes.
 */
#include "ir.h"

static const struct pass {
	const char *name;
	int (*run)(struct fn_tr *tr);
} passes[] = {
	{ "decode", fn_pass_decode }, { "cfg", fn_pass_cfg },
	{ "lower", fn_pass_lower },   { "legal", fn_pass_legal },
	{ "encode", fn_pass_encode },
};

static int check_program(struct fn_tr *tr)
{
	const struct fn_bpf_prog *bpf = tr->bpf;

	if (bpf->type != BPF_PROG_TYPE_XDP && bpf->type != FN_PROG_RAW)
		return fn_ir_refuse(
			tr, -EOPNOTSUPP,
			"program type %u; the card runs XDP programs (type %u)\n",
			bpf->type, BPF_PROG_TYPE_XDP);
	if (!bpf->len || bpf->len > FN_TR_MAX_INSNS)
		return fn_ir_refuse(tr, -E2BIG,
				    "%u instructions; a program has 1 to %u\n",
				    bpf->len, FN_TR_MAX_INSNS);
	if (bpf->nmaps > FN_IMAGE_MAX_MAPS)
		return fn_ir_refuse(tr, -E2BIG,
				    "%u maps; a program can use up to %u\n",
				    bpf->nmaps, FN_IMAGE_MAX_MAPS);
	return 0;
}

static int check_options(struct fn_tr *tr)
{
	const struct fn_tr_options *o = tr->opt;
	u32 p;

	if (o->level)
		return fn_ir_refuse(tr, -EOPNOTSUPP,
				    "optimisation level %u; there is level 0\n",
				    o->level);
	if (!o->lanes || o->lanes > 8 || !is_power_of_2(o->lanes))
		return fn_ir_refuse(tr, -EINVAL,
				    "%u lanes; there can be 1, 2, 4 or 8\n",
				    o->lanes);
	if (!o->after)
		return 0;
	for (p = 0; p < ARRAY_SIZE(passes); p++)
		if (!strcmp(passes[p].name, o->after))
			return 0;
	fn_ir_refuse(tr, -EINVAL, "there is no pass '%s'; there are", o->after);
	for (p = 0; p < ARRAY_SIZE(passes); p++)
		fn_ir_refuse(tr, -EINVAL, " %s", passes[p].name);
	return fn_ir_refuse(tr, -EINVAL, "\n");
}

static int run_passes(struct fn_tr *tr)
{
	const struct fn_tr_options *o = tr->opt;
	u32 p;
	int err;

	for (p = 0; p < ARRAY_SIZE(passes); p++) {
		err = passes[p].run(tr);
		if (err || tr->err)
			return err ?: tr->err;
		if (o->after && !strcmp(o->after, passes[p].name))
			fn_ir_print(tr, o->dump);
	}
	return 0;
}

/**
 * fn_translate - make a program image of a BPF program
 * @prog: the program
 * @o: how to translate
 * @log: gets a line for each reason why it can't be translated
 * @image: gets the image, to be given back with fn_free()
 *
 * Uses memory in proportion to the program's length. May sleep.
 *
 * Return: 0; -EINVAL if the program is malformed, -EOPNOTSUPP if the card can't
 * do what it wants, -E2BIG if it is too large, -ENOMEM.
 */
int fn_translate(const struct fn_bpf_prog *prog, const struct fn_tr_options *o,
		 const struct fn_log *log, struct fn_image **image)
{
	struct fn_tr tr = { .bpf = prog, .opt = o, .log = log };
	int err;

	err = check_program(&tr) ?: check_options(&tr);
	if (err)
		return err;
	err = fn_ir_init(&tr) ?: run_passes(&tr);
	fn_ir_free(&tr);
	if (err == -ENOMEM)
		fn_log(log, "no memory to translate %u instructions\n",
		       prog->len);
	if (err)
		fn_free(tr.image);
	else
		*image = tr.image;
	return err;
}
