// SPDX-License-Identifier: GPL-2.0
/*
 * The same for libFuzzer: the last byte chooses who gets the others.
 *
 *	make fuzz && build/fuzz/bytes CORPUS_DIRECTORY
 */
#include "bytes.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	if (size)
		fn_fuzz_bytes(data[size - 1], data, size - 1);
	return 0;
}
