#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A slice of the byte fuzzer that is the same each time: mutations of the sample
# programs as objects, BPF, images, words and assembler, under sanitizers.
#
# Environment: SEED (default 1), ROUNDS for each part of each file (default 200).

cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1
export ASAN_OPTIONS=allocator_may_return_null=1:max_allocation_size_mb=2048
exec build/fuzz/bytes_seeded "${SEED:-1}" "${ROUNDS:-200}" \
	build/bpf/*.o build/objects/*.o
