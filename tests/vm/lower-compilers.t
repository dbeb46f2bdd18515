#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# vm: -t 3600
# needs: jit
#
# lower.t with the objects of other compilers and instruction sets.

LOWER_BY=compilers exec "$(dirname "$0")"/lower.t
