#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The second half of the slice of random programs that every run compares with
# the host's kernel; build/unit/differential alone runs the first. Together they
# take two minutes of a processor's time.
#
# Environment: SEED (default 5000), COUNT of programs (default 5000).

cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1
exec build/unit/differential "${SEED:-5000}" "${COUNT:-5000}"
