// SPDX-License-Identifier: GPL-2.0
/* Unaligned access is not each architecture's own (6.12). */
#include <linux/unaligned.h>

int fn_feature(const u8 *p)
{
	return get_unaligned_le16(p);
}
