# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the headers of a newer Debian's kernel need to build a module on this
# machine: that release's C library, compiler, binutils and pahole, unpacked into
# the cache. Each program is made to use the C library beside it, so that
# neither root nor a chroot is needed. After cache.sh.

: "${suite=}" "${CACHE:?}"

# $1 directory with the C library, $@ where the programs are
use_libc_of() {
	local lib=$1/usr/lib/x86_64-linux-gnu file

	shift
	[ -e "$lib/ld-linux-x86-64.so.2" ] || die "$lib: no C library"
	find "$@" -type f -perm -u+x ! -name '*.so*' ! -name '*.ko' |
		while read -r file; do
			readelf -lW "$file" 2>/dev/null | grep -q INTERP || continue
			patchelf --force-rpath --set-rpath "$lib" \
				--set-interpreter "$lib/ld-linux-x86-64.so.2" \
				"$file" || die "$file: patchelf failed"
		done
}

# $1 directory to make, $2 compiler such as gcc-14
unpack_toolchain() {
	local tmp list=()

	[ ! -e "$1/usr/lib/patched" ] || return 0
	command -v patchelf >/dev/null ||
		die "patchelf is missing (apt-get install patchelf)"
	tmp=$(scratch_dir)
	mapfile -t list < <(apt_closure "$2" binutils pahole libelf1t64)
	[ "${#list[@]}" -gt 4 ] || die "$suite has no $2"
	say "$2 of $suite: downloading ${#list[@]} packages"
	apt_download "$tmp/debs" "${list[@]}"
	say "$2 of $suite: unpacking"
	unpack "$tmp/root" "$tmp"/debs/*.deb
	mkdir -p "$(dirname "$1")"
	rm -rf "$1"
	mv -T "$tmp/root" "$1"
	use_libc_of "$1" "$1/usr/bin" "$1/usr/libexec"
	touch "$1/usr/lib/patched"
	rm -rf "$tmp"
}

# $1 directory: can all programs in it run here? ldd tells what libraries, or
# versions of them, are missing.
programs_run() {
	local file

	find "$1/" -type f -perm -u+x ! -name '*.so*' |
		while read -r file; do
			readelf -lW "$file" 2>/dev/null | grep -q INTERP || continue
			! LC_ALL=C ldd "$file" 2>&1 | grep -q 'not found' || return 1
		done
}

# $1 /usr of an unpacked kernel, $2 its version: make the programs of its headers
# run here, by way of a toolchain which the tree's Makefile then finds by itself.
adapt_headers() {
	local tree=$1/src/linux-headers-$2 compiler root makefile

	compiler=$(sed -n 's/^CC *=.*\(gcc-[0-9]*\)$/\1/p' \
		"$tree/.kernelvariables")
	[ "$compiler" ] || die "$tree: no compiler named in .kernelvariables"
	if programs_run "$tree/scripts" && programs_run "$tree/tools" &&
		command -v "$compiler" >/dev/null; then
		return
	fi
	[ "$suite" ] || die "$compiler is missing, or programs of $tree do not" \
		"run here"
	root=$CACHE/toolchain/$suite-$compiler
	with_lock "toolchain-$suite" unpack_toolchain "$root" "$compiler"
	use_libc_of "$root" "$1/src" "$1/lib"
	makefile=$(cat "$tree/Makefile")
	# shellcheck disable=SC2016
	printf 'export PATH := %s/usr/bin:$(PATH)\n%s\n' "$root" "$makefile" \
		>"$tree/Makefile"
	programs_run "$tree/tools" || die "$tree: its programs do not run here"
}
