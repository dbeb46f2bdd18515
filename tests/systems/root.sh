# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# A new user's machine: a fresh root of a Debian release with git and make, and
# nothing else. For tests that are run as root.

# shellcheck source=tests/vm/lib/cache.sh
. "$(dirname "${BASH_SOURCE[0]}")/../vm/lib/cache.sh"
top=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/../..")
count=0
roots=()

# $1 release: its archive of packages, made once
root_archive() {
	local archive=$CACHE/roots/$1.tar new=$CACHE/roots/$1.new.tar

	# mmdebstrap goes by how the name ends.
	if [ ! -e "$archive" ]; then
		mkdir -p "$CACHE/roots"
		suite_sources "$1" | sed 's/^/deb /' |
			mmdebstrap -q --variant=minbase \
				--include=git,make,ca-certificates \
				"$1" "$new" - >&2 || return
		mv "$new" "$archive"
	fi
	echo "$archive"
}

# $1 release: sets $root to a root of its own, with the tree as ~/flownic
new_root() {
	local archive dir

	archive=$(root_archive "$1") || die "no root of $1 can be made"
	root=$(mktemp -d "${TMPDIR:-/var/tmp}/flownic-$1.XXXXXX")
	roots+=("$root")
	tar -x -C "$root" -f "$archive" --exclude='./dev/*'
	for dir in proc sys dev dev/pts; do
		mount --bind "/$dir" "$root/$dir"
	done
	cp /etc/resolv.conf "$root/etc/resolv.conf"
	git clone -q --no-hardlinks "$top" "$root/root/flownic"
}

# shellcheck disable=SC2317 # the trap below calls it
remove_roots() {
	local dir

	for root in ${roots[@]+"${roots[@]}"}; do
		for dir in dev/pts dev sys proc; do
			umount -l "$root/$dir" || true
		done
		rm -rf --one-file-system "$root"
	done
}
trap remove_roots EXIT

# $@ command, run in $root as its root
within() {
	env -i HOME=/root USER=root TERM=dumb LANG=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		chroot "$root" "$@"
}

# $1 name, $2 got, $3 expected
is() {
	count=$((count + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $count - $1"
		return
	fi
	echo "not ok $count - $1"
	printf '%s\n' "got:" "$2" "expected:" "$3" | sed 's/^/#   /'
}

# Neither a fresh root nor a chroot is to be had without root.
if [ "$(id -u)" != 0 ]; then
	echo "1..0 # SKIP needs root"
	exit
fi
