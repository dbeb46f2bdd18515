// SPDX-License-Identifier: GPL-2.0
/*
 * Reading what the module tells in pieces.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <string.h>

#include "live.h"
#include "userspace/tool.h"

/* What one message has: size is that of the whole, offset the piece's in it. */
struct piece {
	u32 offset; /* bytes, as size */
	u32 size;
	const struct nlattr *data;
};

static int parse_attr(const struct nlattr *attr, void *arg)
{
	struct piece *piece = arg;

	switch (mnl_attr_get_type(attr)) {
	case FLOWNIC_A_OFFSET:
		piece->offset = mnl_attr_get_u32(attr);
		break;
	case FLOWNIC_A_SIZE:
		piece->size = mnl_attr_get_u32(attr);
		break;
	case FLOWNIC_A_DATA:
		piece->data = attr;
		break;
	}
	return MNL_CB_OK;
}

static int parse_chunk(const struct nlmsghdr *nlh, void *arg)
{
	struct fn_buffer *b = arg;
	struct piece p = {};
	u32 n;

	mnl_attr_parse(nlh, sizeof(struct genlmsghdr), parse_attr, &p);
	if (!p.data || p.offset != b->received ||
	    (b->data && p.size != b->size))
		return -EBADMSG;
	n = mnl_attr_get_payload_len(p.data);
	if (n > p.size - p.offset)
		return -EBADMSG;
	if (!b->data)
		b->data = fn_check_alloc(malloc(p.size + 1));
	b->size = p.size;
	memcpy(b->data + p.offset, mnl_attr_get_payload(p.data), n);
	b->received += n;
	return 0;
}

/**
 * fn_buffer_read - read something of a program
 * @cmd: FLOWNIC_CMD_*
 * @prog: the program
 * @b: answer, zeroed before; its data is for free() whatever the result
 *
 * Return: exit status; an error has been reported.
 */
int fn_buffer_read(u8 cmd, const struct fn_info *prog, struct fn_buffer *b)
{
	struct fn_select s = {
		.has = FN_BY_CARD | FN_BY_HANDLE,
		.card = prog->num[FLOWNIC_A_CARD],
		.handle = prog->num[FLOWNIC_A_HANDLE],
	};
	int status = fn_nl_dump(cmd, &s, parse_chunk, b);

	if (!status && b->received != b->size)
		status = fn_fail("the program's code came incomplete");
	return status;
}
