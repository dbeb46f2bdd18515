// SPDX-License-Identifier: GPL-2.0
/*
 * Reading what the module tells in pieces.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <string.h>

#include "blob.h"

static int take_piece(const struct nlmsghdr *nlh, void *arg)
{
	struct fn_blob *b = arg;
	const struct nlattr *attr, *data = NULL;
	u32 offset = 0, size = 0, n;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == FLOWNIC_A_OFFSET)
			offset = mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == FLOWNIC_A_SIZE)
			size = mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == FLOWNIC_A_DATA)
			data = attr;
	}
	if (!data || offset != b->have || (b->data && size != b->size))
		return -EBADMSG;
	n = mnl_attr_get_payload_len(data);
	if (n > size - offset)
		return -EBADMSG;
	if (!b->data)
		b->data = fn_must(malloc(size + 1));
	b->size = size;
	memcpy(b->data + offset, mnl_attr_get_payload(data), n);
	b->have += n;
	return 0;
}

/**
 * fn_blob_get - read something of a program
 * @cmd: FLOWNIC_CMD_*
 * @prog: the program
 * @b: answer, zeroed before; its data is for free() whatever the result
 *
 * Return: exit status; an error has been said.
 */
int fn_blob_get(u8 cmd, const struct fn_item *prog, struct fn_blob *b)
{
	struct fn_select s = {
		.has = FN_BY_CARD | FN_BY_HANDLE,
		.card = prog->num[FLOWNIC_A_CARD],
		.handle = prog->num[FLOWNIC_A_HANDLE],
	};
	int status = fn_nl_dump(cmd, &s, take_piece, b);

	if (!status && b->have != b->size)
		status = fn_fail("the program's code came incomplete");
	return status;
}
