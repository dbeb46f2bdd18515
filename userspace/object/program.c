// SPDX-License-Identifier: GPL-2.0
/* The programs of an object by name. */

#include <stdio.h>
#include <string.h>

#include "object.h"

/**
 * fn_program_find - a program by its name
 * @o: object
 * @name: name of the function
 *
 * Return: NULL if the object has none of that name.
 */
const struct fn_program *fn_program_find(const struct fn_object *o,
					 const char *name)
{
	u32 i;

	for (i = 0; i < o->nprogs; i++)
		if (!strcmp(o->progs[i].name, name))
			return &o->progs[i];
	return NULL;
}

/**
 * fn_program_names - the names of all programs, as text for a refusal
 * @o: object
 * @text: for the text; ends with "..." where it has no room for all
 * @size: of @text in bytes, at least 8
 *
 * Return: @text
 */
const char *fn_program_names(const struct fn_object *o, char *text, size_t size)
{
	size_t len = 0;
	u32 i;

	snprintf(text, size, "none");
	for (i = 0; i < o->nprogs; i++) {
		const char *name = o->progs[i].name;

		/* Room for this one, what separates, and the dots. */
		if (len + strlen(name) + 6 > size) {
			strcpy(text + len, "...");
			break;
		}
		len += sprintf(text + len, "%s%s", name,
			       i + 1 < o->nprogs ? ", " : "");
	}
	return text;
}

/**
 * fn_program_is_for_card - is a program of a type that the card runs?
 * @p: program
 */
bool fn_program_is_for_card(const struct fn_program *p)
{
	return p->bpf.type == BPF_PROG_TYPE_XDP ||
	       p->bpf.type == BPF_PROG_TYPE_SCHED_CLS;
}
