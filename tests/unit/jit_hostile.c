// SPDX-License-Identifier: GPL-2.0
/*
 * Hostile card code, interpreted and compiled: the same results, and no access
 * outside of what the card has. build/fuzz/jit_hostile is the same with
 * sanitizers.
 *
 *	jit_hostile [FIRST [COUNT]]	seeds, on each profile
 */
#include "hostile.h"

#define SEEDS 1500
#define LIMIT 4000 /* words of a run */

static bool test_profile(const char *profile, u64 first, u64 count)
{
	struct side sides[2];
	struct tally t = { 0 };
	u64 seed;

	if (!ok(open_side(&sides[0], true, profile) &&
			open_side(&sides[1], false, profile),
		"two cards of profile %s", profile))
		return false;
	for (seed = first; seed < first + count && t.wrong < 5; seed++) {
		struct fn_image *img = hostile_image(seed);

		compare(sides, img, seed, LIMIT, &t, "hostile");
		fn_free(img);
	}
	diag("%s: %u images, %u runs, %u faults", profile, t.images, t.runs,
	     t.faults);
	is_u64(t.images, seed - first, "the card takes all of them");
	is_u64(t.compiled, t.images, "all have been compiled");
	is_u64(t.wrong, 0, "they give the same both ways");
	ok(t.faults > t.runs / 50 && t.faults < t.runs, "some fault");
	fn_engine_free(sides[0].engine);
	fn_engine_free(sides[1].engine);
	return !t.wrong;
}

int main(int argc, char **argv)
{
	u64 first = argc > 1 ? strtoull(argv[1], NULL, 0) : 0;
	u64 count = argc > 2 ? strtoull(argv[2], NULL, 0) : SEEDS;
	const struct fn_profile *p = NULL;

	fn_code_ops = &vm_ops;
	while ((p = fn_profile_next(p)) && test_profile(p->name, first, count))
		;
	is_u64(vm.bad, 0, "accesses outside of what the card has");
	diag("%llu BPF instructions", (unsigned long long)vm.insns);
	return done_testing();
}
