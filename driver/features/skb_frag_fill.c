// SPDX-License-Identifier: GPL-2.0
/* A fragment is filled in by one function (6.5). */
#include <linux/skbuff.h>

void fn_feature(skb_frag_t *frag, struct page *page)
{
	skb_frag_fill_page_desc(frag, page, 0, 1);
}
