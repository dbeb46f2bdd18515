# SPDX-License-Identifier: GPL-2.0
#
# Call the checksum helper N times, a call a cycle; then send back. In BPF the
# arguments would have to be set again for each call, which was not measured.
.type 6
.frame 512
.lanes 4
	sti4 [r10-4], 0
	| add r3, r10, -4
	| mov r1, 0
	| mov r2, 0 ;;
	mov r4, 4
	| mov r5, 0 ;;
	helper csum_diff ;;	# N times
	exit 3 ;;
