#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The rooms of the tree: the table of layers holds, its check can fail, and what
# needs the engine alone is linked without the card.

set -u
cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0

# $1 status, $2 what
ok() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
	fi
}

# $1 file, $2 line to add, $3 what layering must say, $4 what
breach() {
	local said

	rm -rf "$tmp/tree"
	mkdir -p "$tmp/tree/tests"
	cp -r driver offload userspace "$tmp/tree"
	cp -r tests/lint "$tmp/tree/tests"
	git -C "$tmp/tree" init -q
	echo "$2" >>"$tmp/tree/$1"
	said=$(tests/lint/layering "$tmp/tree")
	[[ $said == *"$3"* ]]
	ok $? "$4" || true
	[[ $said == *"$3"* ]] || printf '# got: %s\n# expected: %s\n' "$said" "$3"
}

said=$(tests/lint/layering)
ok $? "the tree keeps to its layers"
[ -z "$said" ] || echo "${said//$'\n'/$'\n'# }" | sed '1s/^/# /'

breach offload/engine/exec.c '#include "../card/card.h"' \
	'includes offload/card/card.h: engine may use' \
	"an include from a floor above is found"
breach driver/rx.c 'void fn_x(void) { fn_port_open(NULL); }' \
	'circles in driver' "a circle of calls is found"

card=$(nm build/unit/engine_exec build/unit/engine_map |
	grep -cE ' T fn_(card|port|ring|worker)_')
[ "$card" = 0 ]
ok $? "the engine's tests are linked without the card"
[ "$card" = 0 ] || echo "# functions of the card: $card"
echo "1..$n"
