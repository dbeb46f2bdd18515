// SPDX-License-Identifier: GPL-2.0
/* The page pool's functions have a header apart from its types (6.6). */
#include <net/page_pool/helpers.h>

struct page *fn_feature(struct page_pool *pool)
{
	return page_pool_dev_alloc_pages(pool);
}
