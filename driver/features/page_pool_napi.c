// SPDX-License-Identifier: GPL-2.0
/* A page pool knows the NAPI that empties it (6.4). */
#include <linux/netdevice.h>
#if __has_include(<net/page_pool/helpers.h>)
#include <net/page_pool/helpers.h>
#else
#include <net/page_pool.h>
#endif

void fn_feature(struct page_pool *pool, struct napi_struct *napi)
{
	pool->p.napi = napi;
}
