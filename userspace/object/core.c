// SPDX-License-Identifier: GPL-2.0
/*
 * CO-RE relocations of a program's context: libbpf makes the fields of a struct
 * that the program declares itself those of the kernel's. The layout of struct
 * xdp_md and struct __sk_buff is part of the kernel's promise to programs and
 * known here; what a program declares of headers in packets stays as compiled,
 * since those have the same layout everywhere.
 */
#include <linux/bpf.h>
#include <linux/btf.h>

#include "object.h"

/* enum bpf_core_relo_kind, which old headers lack. */
enum {
	FIELD_OFFSET,
	FIELD_SIZE,
	FIELD_EXISTS,
	FIELD_SIGNED,
	FIELD_LSHIFT,
	FIELD_RSHIFT,
};

#define FIELD(type, name)                                  \
	{                                                  \
#type, #name, offsetof(struct type, name), \
			sizeof(((struct type *)0)->name)   \
	}

static const struct field {
	const char *type;
	const char *name;
	u32 offset;
	u32 size;
} fields[] = {
	FIELD(xdp_md, data),	       FIELD(xdp_md, data_end),
	FIELD(xdp_md, data_meta),      FIELD(xdp_md, ingress_ifindex),
	FIELD(xdp_md, rx_queue_index), FIELD(xdp_md, egress_ifindex),
	FIELD(__sk_buff, len),	       FIELD(__sk_buff, pkt_type),
	FIELD(__sk_buff, mark),	       FIELD(__sk_buff, queue_mapping),
	FIELD(__sk_buff, protocol),    FIELD(__sk_buff, vlan_present),
	FIELD(__sk_buff, vlan_tci),    FIELD(__sk_buff, vlan_proto),
	FIELD(__sk_buff, priority),    FIELD(__sk_buff, ingress_ifindex),
	FIELD(__sk_buff, ifindex),     FIELD(__sk_buff, tc_index),
	FIELD(__sk_buff, cb),	       FIELD(__sk_buff, hash),
	FIELD(__sk_buff, tc_classid),  FIELD(__sk_buff, data),
	FIELD(__sk_buff, data_end),    FIELD(__sk_buff, napi_id),
	FIELD(__sk_buff, family),      FIELD(__sk_buff, remote_ip4),
	FIELD(__sk_buff, local_ip4),   FIELD(__sk_buff, remote_ip6),
	FIELD(__sk_buff, local_ip6),   FIELD(__sk_buff, remote_port),
	FIELD(__sk_buff, local_port),  FIELD(__sk_buff, data_meta),
	FIELD(__sk_buff, tstamp),      FIELD(__sk_buff, wire_len),
	FIELD(__sk_buff, gso_segs),    FIELD(__sk_buff, gso_size),
	FIELD(__sk_buff, hwtstamp),
};

static bool is_context(const char *name)
{
	return !strcmp(name, "xdp_md") || !strcmp(name, "__sk_buff");
}

/*
 * The member of a struct that a relocation is about, and the number of the element
 * if the member is an array. NULL if it is not one of a context's struct.
 */
static const char *member_of(const struct fn_btf *btf,
			     const struct fn_core_reloc *r, const char **type,
			     u32 *element)
{
	u32 id = fn_btf_skip(btf, r->type);
	struct btf_type t;
	u32 member;
	int n;

	*element = 0;
	if (!fn_btf_type(btf, id, &t) ||
	    BTF_INFO_KIND(t.info) != BTF_KIND_STRUCT)
		return NULL;
	*type = fn_btf_string(btf, t.name_off);
	n = sscanf(r->access, "0:%u:%u", &member, element);
	if (!is_context(*type) || n < 1 || member >= BTF_INFO_VLEN(t.info))
		return NULL;
	return fn_btf_string(btf, fn_btf_extra(btf, id, 3 * member));
}

static const struct field *find_field(const char *type, const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (!strcmp(fields[i].type, type) &&
		    !strcmp(fields[i].name, name))
			return &fields[i];
	return NULL;
}

/* All fields are without sign, and all but the arrays are what is loaded. */
static u32 value_of(u32 kind, const struct field *f, u32 size, u32 offset)
{
	switch (kind) {
	case FIELD_OFFSET:
		return offset;
	case FIELD_SIZE:
		return f->size;
	case FIELD_EXISTS:
		return 1;
	case FIELD_LSHIFT:
	case FIELD_RSHIFT:
		return 64 - 8 * size;
	default:
		return 0;
	}
}

/**
 * fn_size_code - how an instruction names the size of an access
 * @size: 1, 2, 4 or 8 bytes
 *
 * Return: BPF_B, BPF_H, BPF_W or BPF_DW.
 */
u8 fn_size_code(u32 size)
{
	switch (size) {
	case 1:
		return BPF_B;
	case 2:
		return BPF_H;
	case 8:
		return BPF_DW;
	default:
		return BPF_W;
	}
}

static bool is_memory(const struct bpf_insn *insn)
{
	u8 class = BPF_CLASS(insn->code);

	return class == BPF_LDX || class == BPF_ST || class == BPF_STX;
}

/* An access is as wide as the field is in the kernel. */
static void patch(struct bpf_insn *insn, u32 value, u32 size)
{
	if (is_memory(insn)) {
		insn->off = value;
		insn->code = (insn->code & ~BPF_SIZE(0xff)) |
			     fn_size_code(size);
	} else {
		insn->imm = value;
	}
}

static void relocate(const struct fn_object *o, const struct fn_core_reloc *r,
		     u32 at, struct fn_program *p)
{
	const char *type, *name;
	const struct field *f;
	u32 element, size;

	if (r->kind > FIELD_RSHIFT)
		return;
	name = member_of(&o->btf, r, &type, &element);
	if (!name)
		return;
	f = find_field(type, name);
	if (!f && r->kind == FIELD_EXISTS) {
		patch(&p->insns[at], 0, 4);
		return;
	}
	if (!f) {
		fn_reason(&p->reasons, at,
			  "field %s of struct %s, which no kernel has", name,
			  type);
		patch(&p->insns[at], 0, 4); /* nothing further to say of it */
		return;
	}
	size = f->size == 8 ? 8 : 4;
	patch(&p->insns[at],
	      value_of(r->kind, f, size, f->offset + element * size), size);
}

/**
 * fn_core_relocate - make the fields of a function's context the kernel's
 * @o: object
 * @f: function
 * @base: where it is in the program
 * @p: program; gets a reason for a field that there is not
 */
void fn_core_relocate(const struct fn_object *o, const struct fn_function *f,
		      u32 base, struct fn_program *p)
{
	struct fn_core_reloc *relocs;
	u32 i, n;

	n = fn_btf_relocs(&o->btf, o->elf.sec[f->sec].name, f->start,
			  f->start + f->len, &relocs);
	for (i = 0; i < n; i++)
		relocate(o, &relocs[i], base + relocs[i].insn, p);
	fn_free(relocs);
}
