// SPDX-License-Identifier: GPL-2.0
/*
 * What the command line says of lowering: the program that is meant, options.
 */
#include "lower.h"
#include "userspace/tool.h"

/**
 * fn_lower_choose - the program that is meant
 * @o: object
 * @path: of the object
 * @name: of the program, or NULL if there is one only
 * @type: BPF_PROG_TYPE_* of that one
 * @p: answer
 *
 * Return: exit status; an error has been reported.
 */
int fn_lower_choose(const struct fn_object *o, const char *path,
		    const char *name, u32 type, const struct fn_program **p)
{
	bool xdp = type == BPF_PROG_TYPE_XDP;
	char names[256];
	u32 i, n = 0;

	if (name) {
		*p = fn_program_find(o, name);
		return *p ? FN_DONE :
			    fn_fail("%s: it has no program %s; it has: %s",
				    path, name,
				    fn_program_names(o, names, sizeof(names)));
	}
	for (i = 0; i < o->nprogs; i++)
		if (o->progs[i].bpf.type == type) {
			*p = &o->progs[i];
			n++;
		}
	if (n == 1)
		return FN_DONE;
	fn_program_names(o, names, sizeof(names));
	if (n)
		return fn_fail("%s: it has %u %s; say which (prog NAME): %s",
			       path, n, xdp ? "XDP programs" : "classifiers",
			       names);
	return fn_fail("%s: it has no %s; it has: %s%s", path,
		       xdp ? "XDP program" : "classifier", names,
		       xdp ? " (classifiers are for ingress)" :
			     " (XDP programs are not for ingress)");
}

/**
 * fn_lower_options_of - what the command line says of lowering
 *
 * Return: options.
 */
struct fn_lower_options fn_lower_options_of(void)
{
	return (struct fn_lower_options){
		.set = fn_options.set,
		.tails = fn_options.tails,
		.inner = fn_options.inner,
		.without = fn_options.without,
		.cores = FN_LOWER_CORES,
	};
}
