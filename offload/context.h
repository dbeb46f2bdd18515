/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The contexts of programs: where their fields are, and what the card knows of
 * each. On the card a context has the layout of the kernel's UAPI, since that is
 * what the verifier leaves in programs for a device.
 */
#ifndef FN_CONTEXT_H
#define FN_CONTEXT_H

#include "platform.h"

/**
 * struct fn_ctx_field - a field of a context
 * @name: as in the UAPI
 * @off: of its first byte
 * @size: bytes
 * @why: why the card does not have it, or NULL
 * @written: programs may write it
 */
struct fn_ctx_field {
	const char *name;
	u16 off;
	u16 size;
	const char *why;
	bool written;
};

/**
 * struct fn_ctx_layout - the context of a type of programs
 * @type: enum bpf_prog_type
 * @name: of the struct
 * @size: bytes of it
 * @data: offset of the field that points to the frame
 * @data_end: behind the frame
 * @data_meta: to the metadata
 * @fields: in order of their offsets
 * @nfields: how many
 */
struct fn_ctx_layout {
	u32 type;
	const char *name;
	u16 size;
	u16 data;
	u16 data_end;
	u16 data_meta;
	const struct fn_ctx_field *fields;
	u32 nfields;
};

/* Does a field of 4 bytes point to the packet? */
static inline bool fn_ctx_is_pointer(const struct fn_ctx_layout *l, u32 off)
{
	return off == l->data || off == l->data_end || off == l->data_meta;
}

/* context.c */
const struct fn_ctx_layout *fn_ctx_layout(u32 type);
const struct fn_ctx_field *fn_ctx_field(const struct fn_ctx_layout *l, u32 off);
bool fn_ctx_may_write(const struct fn_ctx_layout *l, u32 off, u32 size);

#endif /* FN_CONTEXT_H */
