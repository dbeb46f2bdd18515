#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs in the virtual machine, as root. fn0p0 is a port of the card; what is sent
# on fn0w0, the far end of its cable, arrives there. The far end goes into a
# namespace and plays the peer.

set -euo pipefail
failed=0

# $1 name, $2 what is so, $3 what should be
expect() {
	if [ "$2" = "$3" ]; then
		echo "ok - $1"
	else
		echo "not ok - $1: $2, and $3 was expected"
		failed=1
	fi
}

ip netns add peer
ip link set fn0w0 netns peer
ip -n peer address add 192.0.2.2/24 dev fn0w0
ip -n peer address add 192.0.2.66/24 dev fn0w0
ip -n peer link set fn0w0 up
ip address add 192.0.2.1/24 dev fn0p0
ip link set fn0p0 up

# $1 source: does an echo request from there come back?
answers() {
	if ip netns exec peer ping -q -c 1 -W 5 -I "$1" 192.0.2.1 >/dev/null; then
		echo yes
	else
		echo no
	fi
}

# The map that the program on fn0p0 uses
blocked() {
	bpftool map show | awk '/name blocked/ { print int($1) }'
}

# $1 map: does its one entry count packets? A map of the card has no type
# information, and is shown in bytes.
counted() {
	if bpftool map dump id "$1" | grep -Eq 'value"?: *(0$|00 00 00 00)'; then
		echo no
	else
		echo yes
	fi
}

for mode in xdpgeneric xdpdrv xdpoffload; do
	ip link set dev fn0p0 "$mode" obj blocklist.o sec xdp
	map=$(blocked)
	bpftool map update id "$map" key 192 0 2 66 value 0 0 0 0 0 0 0 0
	expect "$mode: who is not in the list is answered" \
		"$(answers 192.0.2.2)" yes
	expect "$mode: who is in the list is not" "$(answers 192.0.2.66)" no
	expect "$mode: and is counted" "$(counted "$map")" yes
	ip link set dev fn0p0 "$mode" off
done
exit "$failed"
