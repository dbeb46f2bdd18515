/* SPDX-License-Identifier: GPL-2.0 */
/* The lowerings of userspace/lower/, in the order in which they are done. */
#ifndef FN_LOWERINGS_H
#define FN_LOWERINGS_H

/* clang-format off */
#define FN_LOWERINGS(X)	\
	X(tails)	\
	X(set)		\
	X(rodata)	\
	X(nested)	\
	X(loops)	\
	X(locks)	\
	X(prints)	\
	X(host)		\
	X(redirect)	\
	X(rings)	\
	X(globals)	\
	X(lru)		\
	X(lpm)		\
	X(percpu)

/* clang-format on */

#endif /* FN_LOWERINGS_H */
