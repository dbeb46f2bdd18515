#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What tests/vm/run promises, without the module.

# shellcheck disable=SC2016 # what is quoted is for the shell in the VM

set -u
cd "$(dirname "$(readlink -f "$0")")/../.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck disable=SC2034 # for tap.sh
shown=err
# shellcheck source=tests/harness/tap.sh
. tests/harness/tap.sh

# Runs the arguments; sets $status and leaves the output in $work.
vm() {
	VM_OUT=$work/out tests/vm/run "$@" >"$work/stdout" 2>"$work/err"
	status=$?
}

# $1 name, $2 pattern that standard error must have
says() {
	is "$1" "$(grep -cm1 -e "$2" "$work/err")" 1
}

vm -n sh -c 'echo out; echo err >&2; exit 7'
is "the exit status is the command's" $status 7
is "standard output" "$(cat "$work/stdout")" out
is "standard error" "$(cat "$work/err")" err

echo "of the host" >"$work/file"
vm -n -k 6.1 sh -c '
	cat "$1/file"; echo changed >"$1/file"; cat "$1/file"
	pwd; uname -r | cut -d. -f1,2; hostname
	ip netns add x && ip netns exec x ip link set lo up && echo netns
	modprobe vxlan && echo modprobe; ip link show up lo >/dev/null && echo lo
	mountpoint -q /sys/fs/bpf && mountpoint -q /sys/kernel/debug && echo bpf
	echo kept >/tmp/out/kept' - "$work"
is "files, network, modules as promised" "$(tr '\n' ' ' <"$work/stdout")" \
	"of the host changed $PWD 6.1 flownic netns modprobe lo bpf "
is "writes are lost on the host" "$(cat "$work/file")" "of the host"
is "/tmp/out is \$VM_OUT" "$(cat "$work/out/kept")" kept

vm -n sh -c 'head -c 50000000 /dev/zero | tr "\0" x'
is "long output arrives whole" "$(cksum <"$work/stdout")" \
	"$(head -c 50000000 /dev/zero | tr '\0' x | cksum)"

echo 'pwd; command -v flownic; exit 9' >"$work/commands"
vm -n <"$work/commands"
is "commands from standard input, and the tool" \
	"$status $(tr '\n' ' ' <"$work/stdout")" "9 $PWD $PWD/build/flownic "

vm -n flownic version
is "the tool without a shell" "$status $(cut -d' ' -f1 "$work/stdout")" "0 flownic"

vm </dev/null
is "nothing to run: how to use it, and no more" \
	"$status $(grep -c ^usage: "$work/err") $(sed -n 's/^# \{0,1\}//p' \
	tests/vm/run | grep -vxFf - "$work/err")" "2 1 "

# A busy host may need longer to boot than the time that it is given.
for limit in 8 16 32 64 128; do
	vm -n -t $limit sh -c 'echo begun; exec sleep 1000'
	[ ! -s "$work/stdout" ] || break
done
is "out of time: status 124" $status 124
is "what came before is passed on" "$(cat "$work/stdout")" begun
says "and it is said" "out of time after $limit s"

vm -n sh -c 'echo c >/proc/sysrq-trigger'
is "a crash: status 125" $status 125
says "the log is shown" "sysrq triggered crash"

# A line that the kernel might have printed, and a command that succeeds
vm -n sh -c 'echo "<4>WARNING: CPU: 0 PID: 1 at here" >/dev/kmsg'
is "a warning of the kernel: status 125" $status 125
says "the warning is shown" "WARNING: CPU: 0 PID: 1 at here"

tests/vm/run -k 5.10 true 2>"$work/err"
is "a kernel that Debian does not have is refused" $? 1
says "and it is said where it was looked for" "Debian has none (looked in: own"
tests/vm/run -k nosuch true 2>"$work/err"
is "what is no kernel is refused" $? 1
says "and the known ones named" "known: 6.1, 6.12, new"
for series in 6.1 6.12; do
	is "the kernel called $series is of that series" \
		"$(tests/vm/kernels version $series | grep -cE "^${series/./[.]}[.+]")" 1
done

# Deterministic: the CPU time of the same command, in instructions
loop='i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done'
# Both at once, and what the mode needs has to be made again.
touch tests/vm/lib/icount/icount.c
VM_OUT=$work/beside tests/vm/run -n -i sh -c "$loop" >/dev/null 2>&1 &
vm -n -i sh -c "$loop"
is "-i: one machine runs" $status 0
wait $!
is "-i: and another, started at the same time" $? 0
first=$(cut -d' ' -f1 "$work/out/instructions")
second=$(cut -d' ' -f1 "$work/beside/instructions")
difference=$((first > second ? first - second : second - first))
is "-i: $first and $second instructions differ by less than 0.5 %" \
	$((difference * 200 < first)) 1

echo "1..$count"
