#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The packages on a fresh machine of each release: DKMS builds the module for
# each kernel whose headers are there, the tool works, what is configured stays
# as configured, and purging leaves no trace.

set -uo pipefail
# shellcheck source=tests/systems/root.sh
. "$(dirname "$(readlink -f "$0")")/root.sh"

# $1 release: the packages of headers to build for, of the release itself
headers() {
	case $1 in
	bookworm) echo linux-headers-amd64 linux-headers-6.12-amd64 ;;
	*) echo linux-headers-amd64 linux-headers-amd64/trixie-backports ;;
	esac
}

# What the packages depend on, themselves left out
needs() {
	local deb

	for deb in "$root"/debs/*.deb; do
		dpkg-deb -f "$deb" Depends
	done | paste -sd,
}

# All files but those that dpkg, apt and the C library keep for themselves, and
# DKMS's own key.
files() {
	within find / -xdev \( -path /proc -o -path /sys -o -path /dev \
		-o -path /root -o -path /var/lib/dpkg -o -path /var/lib/apt \
		-o -path /var/cache -o -path /var/log -o -path /tmp \
		-o -path /var/lib/systemd/deb-systemd-helper-enabled \
		-o -path '/var/lib/dkms/mok.*' -o -path /debs -o -path /log \
		-o -path /before -o -path /after \) -prune -o -print | sort
}

for release in ${RELEASES:-bookworm trixie}; do
	new_root "$release"
	mkdir "$root/debs"
	cp "$top"/build/deb/flownic{,-dkms}_*.deb "$root/debs"
	[ "$release" = bookworm ] || suite_sources trixie-backports |
		sed 's/^/deb /' >"$root/etc/apt/sources.list"
	# What the packages need is there before, so that only theirs is new.
	read -ra wanted <<<"$(headers "$release")"
	within apt-get -qq update >&2
	for package in "${wanted[@]}"; do
		within apt-get -qq -y install --no-install-recommends \
			"$package" >"$root/log" 2>&1 || tail -n 3 "$root/log" >&2
	done
	within apt-get -qq -y satisfy --no-install-recommends \
		"$(needs)" >"$root/log" 2>&1 || tail -n 3 "$root/log" >&2
	kernels=$(within sh -c 'ls -d /lib/modules/*/build' | cut -d/ -f4)
	for kernel in $kernels; do
		within depmod "$kernel"
	done
	files >"$root/before"
	within sh -c 'apt-get -qq -y install --no-install-recommends \
		/debs/*.deb' >"$root/log" 2>&1
	is "$release: the packages are installed" $? 0
	for kernel in $kernels; do
		is "$release: DKMS has the module for $kernel" \
			"$(within dkms status flownic -k "$kernel" |
				grep -c installed)" 1
		is "$release: it is for that kernel" "$(within sh -c \
			"modinfo -F vermagic /lib/modules/$kernel/updates/dkms/*" |
			cut -d' ' -f1)" "$kernel"
	done
	is "$release: the tool works" "$(within flownic check \
		/usr/share/flownic/pass.o | grep -c 'cycles a packet')" 1
	is "$release: its manual is there" \
		"$(within test -e /usr/share/man/man8/flownic.8.gz; echo $?)" 0
	within sh -c 'apt-get -qq -y purge flownic flownic-dkms' \
		>"$root/log" 2>&1
	is "$release: the packages are purged" $? 0
	files >"$root/after"
	is "$release: nothing is left of them" \
		"$(diff "$root/before" "$root/after")" ""
done
echo "1..$count"
