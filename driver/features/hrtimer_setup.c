// SPDX-License-Identifier: GPL-2.0
/* A timer gets its function when it is set up (6.13). */
#include <linux/hrtimer.h>

void fn_feature(struct hrtimer *timer,
		enum hrtimer_restart (*fn)(struct hrtimer *timer))
{
	hrtimer_setup(timer, fn, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
}
