#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# arm64: the tool and the card's unit tests as arm64 code under qemu-user, and
# the module in a virtual machine of that architecture, where each mode answers
# and drops pings. All is cross-compiled in a fresh root, with the programs of
# kbuild that run here.

set -uo pipefail
# shellcheck source=tests/systems/root.sh
. "$(dirname "$(readlink -f "$0")")/root.sh"
readonly CROSS=aarch64-linux-gnu-
here=$top/tests/systems

# What the tool is linked with
readonly LIBRARIES=(libbpf libelf libdw libjson-c libpcap libmnl libncurses
	zlib1g)

# $@ packages of arm64: they and what they need, unpacked in $root/machine
machine_files() {
	local packages

	packages=$(printf '%s,' "$@")
	suite_sources $release | sed 's/^/deb /' | mmdebstrap -q \
		--variant=extract --architectures=arm64 \
		--include="${packages%,}" $release "$root/machine" - >&2
}

# In the root: the compilers, the libraries, what runs arm64 programs.
install_tools() {
	within dpkg --add-architecture arm64
	within apt-get -qq update
	within apt-get -qq -y install --no-install-recommends gcc "gcc-${CROSS%-}" \
		libc6-dev clang llvm libbpf-dev qemu-user-static kmod \
		"${LIBRARIES[@]/%/-dev:arm64}" >"$root/log" 2>&1 || tail -n 3 "$root/log" >&2
}

# $@ goals
make_arm64() {
	within make -s -C /root/flownic -j"$(nproc)" CC=${CROSS}gcc \
		AR=${CROSS}ar "$@" >"$root/log" 2>&1 || {
		tail -n 20 "$root/log" >&2
		return 1
	}
}

unit_tests() {
	local test bad=''

	for test in "$root"/root/flownic/build/unit/*; do
		if [ ! -x "$test" ] || [ -d "$test" ]; then
			continue
		fi
		within sh -c "cd /root/flownic && qemu-aarch64-static \
			build/unit/${test##*/}" >"$root/log" 2>&1 ||
			bad+="${test##*/} $(grep -m3 '^not ok' "$root/log") "
	done
	echo "$bad"
}

# The tree to build in: arm64's headers, and the programs of kbuild for here.
kernel_tree() {
	local headers=linux-headers-$1:arm64 packages deb

	mapfile -t packages < <(within apt-cache depends "$headers" |
		sed -n 's/^ *Depends: <\?\(linux-[hk][a-z]*-[0-9][^:]*\).*/\1/p')
	mkdir "$root/headers"
	within env -C /headers apt-get -qq download "$headers" \
		"${packages[@]}" >"$root/log" 2>&1 || tail -n 3 "$root/log" >&2
	for deb in "$root"/headers/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$root" ./usr
	done
}

# The machine's first program is a script; what it finds it prints.
boot() {
	local init=$root/machine

	rm -rf "${init:?}"/{usr/share,lib/modules,usr/lib/modules}
	mkdir -p "$init"/{proc,sys,dev,run,tmp,usr/sbin}
	install "$here/arm64-init" "$init/init"
	install "$root/root/flownic/build/flownic" "$init/usr/sbin/flownic"
	cp "$root"/root/flownic/build/bpf/{ping,drop,lb}.o "$init/"
	within ${CROSS}strip --strip-debug -o /machine/flownic.ko \
		/root/flownic/build/flownic.ko
	(cd "$init" && find . | cpio -o -H newc 2>/dev/null | gzip -1) \
		>"$root/initrd"
	timeout 600 qemu-system-aarch64 -M virt -cpu cortex-a72 -smp 2 \
		-m 1024 -accel tcg,thread=single -kernel "$init"/boot/vmlinuz-* \
		-initrd "$root/initrd" -nographic -no-reboot \
		-append 'console=ttyAMA0 quiet panic=-1' </dev/null |
		tr -d '\r' >"$root/console"
	sed 's/^/# /' "$root/console" >&2
}

release=bookworm
new_root $release
install_tools
machine_files busybox-static iproute2 libbpf1 libdw1 libjson-c5 libpcap0.8 \
	libmnl0 libncursesw6 linux-image-arm64
make_arm64 tool bpf unit
is "the tool and the unit tests compile" $? 0
is "it is arm64 code" "$(within readelf -h /root/flownic/build/flownic |
	sed -n 's/.*Machine: *//p')" AArch64
is "the unit tests pass" "$(unit_tests)" ""
version=$(basename "$root"/machine/boot/vmlinuz-*)
version=${version#vmlinuz-}
kernel_tree "$version"
make_arm64 ARCH=arm64 CROSS_COMPILE=$CROSS \
	KDIR="/usr/src/linux-headers-$version" build/flownic.ko
is "the module compiles for $version" $? 0
is "without a warning" "$(grep -i warning "$root/log")" ""
boot
is "the three modes in a machine of $version" \
	"$(grep '^flownic-test' "$root/console")" \
	"flownic-test inserted
flownic-test xdpgeneric ping 3 drop 0
flownic-test xdpdrv ping 3 drop 0
flownic-test xdpoffload ping 3 drop 0
flownic-test the card has decided
flownic-test removed"
is "the kernel has not warned" \
	"$(grep -E 'WARNING|BUG|Oops|Call trace' "$root/console")" ""
echo "1..$count"
