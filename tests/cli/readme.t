#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# README's table says what docs/benchmarks/reference.json says.

cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1
if why=$(tests/bench/readme --check); then
	echo "ok 1 - the table is what was measured"
else
	echo "not ok 1 - the table is what was measured"
	echo "$why" | sed 's/^/# /'
	status=1
fi
echo 1..1
exit "${status:-0}"
