#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# flownic vm: cards and ports as asked for, kernels by name and by file, and what
# is refused.

# shellcheck disable=SC2016 # what is quoted is for the shell in the VM

set -u
cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export VM_OUT=$work/out
# shellcheck disable=SC2034 # for tap.sh
shown=err
# shellcheck source=tests/harness/tap.sh
. tests/harness/tap.sh

# Runs flownic vm with the arguments; sets $status.
vm() {
	build/flownic vm "$@" >"$work/stdout" 2>"$work/err" </dev/null
	status=$?
}

# $1 pattern of the one line that is said, $@ arguments that are refused
refused() {
	local pattern=$1

	shift
	vm "$@"
	is "refused: vm $*" "$status $(wc -l <"$work/err") $(grep -c "$pattern" \
		"$work/err")" "2 1 1"
}

vm --cards 2 --ports 3 -m 512M -- sh -c 'cd /sys/class/net
	echo $(ls -d fn*p* | sort); free -m | awk "/^Mem/ { print (\$2 < 512) }"
	exit 3'
is "cards, ports, memory and status" "$status $(tr '\n' ' ' <"$work/stdout")" \
	"3 fn0p0 fn0p1 fn0p2 fn1p0 fn1p1 fn1p2 1 "
vm -k 6.1 -- uname -r
is "another kernel" "$status $(cut -d. -f1,2 "$work/stdout")" "0 6.1"
# The module for that tree is the one that there is for 6.12.
FLOWNIC_KO=$PWD/build/6.12/flownic.ko \
	vm --kernel "$(tests/vm/kernels vmlinux 6.12)" \
	--modules "$(tests/vm/kernels modules 6.12)" \
	--tree "$(tests/vm/kernels kdir 6.12)" -- \
	sh -c 'uname -r; ls -d /sys/class/net/fn0p1'
is "a kernel and its modules as files, and a module for them" \
	"$status $(tr '\n' ' ' <"$work/stdout")" \
	"0 $(tests/vm/kernels version 6.12) /sys/class/net/fn0p1 "
refused '1 to 16' --cards 17 -- true
refused '1 to 16' --ports 0 -- true
refused 'no such option' --cardz 2 -- true
vm --kernel "$work/none" -- true
is "an image that is not there is named" \
	"$((status != 0)) $(grep -c "$work/none" "$work/err")" "1 1"
vm -- sh -c 'echo "<4>WARNING: CPU: 0 PID: 1 at here" >/dev/kmsg'
is "a warning of the kernel fails the command" "$status" 125
echo "1..$count"
