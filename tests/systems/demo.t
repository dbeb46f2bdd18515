#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The README's first command on a fresh machine of each release, with git and
# make: it fetches all else, and its table has the README's verdicts.

set -uo pipefail
# shellcheck source=tests/systems/root.sh
. "$(dirname "$(readlink -f "$0")")/root.sh"

# The lines of a table: mode and verdicts, without what is measured.
verdicts() {
	sed -n 's/^ *\(none\|generic\|native\|offload\)  *|\([0-9 ]*\)|.*/\1\2/p' |
		tr -s ' '
}

for release in ${RELEASES:-bookworm trixie}; do
	new_root "$release"
	within sh -c 'cd /root/flownic && make demo' >"$root/demo.log" 2>&1
	is "$release: make demo ends well" $? 0
	is "$release: the verdicts are the README's" \
		"$(verdicts <"$root/demo.log")" "$(verdicts <"$top/README.md")"
	[ -s "$root/demo.log" ] && tail -n 5 "$root/demo.log" | sed 's/^/# /'
done
echo "1..$count"
