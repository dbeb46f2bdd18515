#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# needs: x86
# params: workers=0
#
# driver-xsk.t on a card without threads, which is emulated in softirqs.

exec "$(dirname "$0")"/driver-xsk.t
