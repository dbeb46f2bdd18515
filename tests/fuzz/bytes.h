/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arbitrary bytes for all that takes bytes from outside.
 */
#ifndef FN_FUZZ_BYTES_H
#define FN_FUZZ_BYTES_H

#include "offload/platform.h"

enum fn_fuzz_target {
	FN_FUZZ_OBJECT, /* as an object file */
	FN_FUZZ_CODE, /* as BPF instructions */
	FN_FUZZ_IMAGE, /* as a card image */
	FN_FUZZ_WORDS, /* as the words of an image that is whole otherwise */
	FN_FUZZ_TEXT, /* as assembler */
	FN_FUZZ_TARGETS
};

/* bytes.c */
void fn_fuzz_bytes(u32 target, const u8 *data, size_t size);

#endif /* FN_FUZZ_BYTES_H */
