#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The example project of docs/examples/ci, as its pipeline runs it: by a user who
# is not root, with flownic as it is installed.

set -u
cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1
# shellcheck source=tests/vm/lib/cache.sh
. tests/vm/lib/cache.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
# shellcheck disable=SC2034 # for tap.sh
shown=log
# shellcheck source=tests/harness/tap.sh
. tests/harness/tap.sh

# $@ a step of the pipeline; sets $status, leaves the output in $work/log
step() {
	local user=()

	[ "$(id -u)" != 0 ] || user=(setpriv --reuid=65534 --regid=65534
		--clear-groups --no-new-privs)
	"${user[@]}" env -i HOME="$work/home" FLOWNIC_CACHE="$work/cache" \
		FLOWNIC_KO="$work/flownic.ko" TERM=dumb TMPDIR="$work/home" \
		PATH="$work/usr/sbin:/usr/sbin:/usr/bin:/sbin:/bin" \
		make -C "$work/project" "$@" >"$work/log" 2>&1
	status=$?
}

# The cache and the module that there are, as if he had fetched and built them.
kernel=$(tests/vm/kernels dir 6.12) || exit 1
mkdir -p "$work/cache/kernels" "$work/home"
cp -al "$kernel" "$work/cache/kernels" 2>/dev/null ||
	cp -a "$kernel" "$work/cache/kernels"
ln -s "$(basename "$kernel")" "$work/cache/kernels/6.12"
cp build/6.12/flownic.ko "$work"
make -s install-tool DESTDIR="$work" PREFIX=/usr >/dev/null || exit 1
cp -r docs/examples/ci "$work/project"
[ "$(id -u)" != 0 ] || chown -R -h 65534:65534 "$work/project" "$work/home" \
	"$work/cache"

step
is "make compiles" "$status" 0
step check
is "make check: it offloads" "$status $(grep -c ' offloads$' "$work/log")" "0 1"
step offload.sarif
is "make offload.sarif: no result" "$status $(tr -d ' \n' \
	<"$work/project/offload.sarif" | grep -c '"results":\[\]')" "0 1"
step test
is "make test: right in all modes" \
	"$status $(grep -c '^ok' "$work/log") $(grep -c '^not' "$work/log")" \
	"0 9 0"

# A pipeline is worth what it finds.
sed -i 's/return XDP_DROP/return XDP_PASS/' "$work/project/blocklist.c"
step
step test
is "make test finds a program that drops nothing" \
	"$((status != 0)) $(grep -c '^not ok.*is in the list is not' \
	"$work/log")" "1 3"
sed -i 's/BPF_MAP_TYPE_HASH/BPF_MAP_TYPE_LRU_HASH/' "$work/project/blocklist.c"
step
step check
is "make check finds a map that the card has not" "$((status != 0)) $(grep -c \
	'map blocked: it is of type lru_hash' "$work/log")" "1 1"
step offload.sarif
is "and its place is in the SARIF" "$(grep -c blocklist.c \
	"$work/project/offload.sarif")" 1
echo "1..$count"
