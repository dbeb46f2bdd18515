#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# params: workers=0
#
# offload-tc.t on a card without threads, which is emulated in softirqs.

exec "$(dirname "$0")"/offload-tc.t
