# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# From a bzImage to what QEMU boots quickest. After cache.sh.

# $1 kernel image, $2 ELF file to write. The place of the payload
# of a bzImage is in the boot header: Documentation/arch/x86/boot.rst.
extract_vmlinux() {
	local sects offset length magic unpack

	if [ "$(od -An -tx1 -N4 "$1" | tr -d ' ')" = 7f454c46 ]; then
		cp "$1" "$2"
		return
	fi
	sects=$(od -An -tu1 -j $((0x1f1)) -N1 "$1")
	read -r offset length <<<"$(od -An -tu4 -j $((0x248)) -N8 "$1")"
	offset=$(((sects + 1) * 512 + offset))
	magic=$(od -An -tx1 -j "$offset" -N4 "$1" | tr -d ' ')
	case $magic in
	fd377a58) unpack="xz -dc --single-stream" ;;
	28b52ffd) unpack="zstd -dcq" ;;
	1f8b*) unpack="gzip -dc" ;;
	*) die "$1: unknown compression (magic $magic)" ;;
	esac
	# The last four bytes of the payload are its size, not data.
	tail -c +$((offset + 1)) "$1" | head -c $((length - 4)) |
		$unpack >"$2" || true
	[ "$(head -c4 "$2" | tail -c3)" = ELF ] ||
		die "$1: no ELF image could be extracted"
}
