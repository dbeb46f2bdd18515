// SPDX-License-Identifier: GPL-2.0
/*
 * An environment made of what the host has.
 */
#include "engine.h"

static u64 host_clock(void *ctx, enum fn_clockid id)
{
	switch (id) {
	case FN_CLOCKID_BOOT:
		return fn_clock_boot_ns();
	case FN_CLOCKID_COARSE:
		return fn_clock_coarse_ns();
	case FN_CLOCKID_TAI:
		return fn_clock_tai_ns();
	case FN_CLOCKID_JIFFIES:
		return fn_jiffies();
	default:
		return fn_clock_ns();
	}
}

static u32 host_random(void *ctx)
{
	return fn_random_u32();
}

/**
 * fn_env_host - let an engine have the host's clocks, random numbers and helpers
 * @env: environment; its other members stay as they are
 */
void fn_env_host(struct fn_env *env)
{
	env->clock = host_clock;
	env->random = host_random;
	env->kernel = fn_host_kernel();
}
