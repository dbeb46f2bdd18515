# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# TAP for the tests here. $work/$shown is what the last command has said; who
# sources this sets both.

count=0

# $1 name, $2 got, $3 expected
is() {
	count=$((count + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $count - $1"
		return
	fi
	echo "not ok $count - $1"
	printf '#   got:      %s\n#   expected: %s\n' "$2" "$3"
	# shellcheck disable=SC2154 # set by who sources this
	tail -n 25 "$work/$shown" | sed "s/^/#   $shown: /"
}
