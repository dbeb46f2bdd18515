// SPDX-License-Identifier: GPL-2.0
/*
 * The card against the kernel, with programs that libFuzzer chooses by what they
 * reach in the translator and the engine.
 *
 *	make fuzz && build/fuzz/differential -max_len=4096 CORPUS_DIRECTORY
 *
 * A difference ends it; the diagnosis is on the standard output.
 */
#include "differential.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct bench b;
	static struct gen g;
	struct tally t = { 0 };

	if (!b.measure && !bench_open(&b))
		abort();
	gen_program_taped(&g, data, size, true);
	compare(&b, &g, size, &t);
	if (t.wrong) {
		fflush(stdout);
		abort();
	}
	return 0;
}
