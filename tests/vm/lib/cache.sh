# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The cache of kernels and other downloads, and apt as its source. Nothing
# here needs root or changes the machine: package lists are kept in the cache
# when the machine's own are missing or out of date.

CACHE=${FLOWNIC_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/flownic}

say() {
	echo "flownic: $*" >&2
}

die() {
	say "$*"
	exit 1
}

# $1 name of the lock, $@ command. The command is not run as a condition:
# set -e stays in force inside it, and the lock ends with the process.
with_lock() {
	local lock=$CACHE/.lock-$1 fd

	shift
	mkdir -p "$CACHE"
	exec {fd}>"$lock"
	if ! flock -n "$fd"; then
		say "waiting for another run that fills the cache"
		flock "$fd"
	fi
	"$@"
	exec {fd}>&-
}

# A directory for a download, beside its final place so that rename works.
# What an interrupted run left is removed when it is a day old.
scratch_dir() {
	mkdir -p "$CACHE/tmp"
	find "$CACHE/tmp" -mindepth 1 -maxdepth 1 -mmin +1440 \
		-exec rm -rf {} + 2>/dev/null || true
	mktemp -d "$CACHE/tmp/XXXXXX"
}

apt_options() {
	[ "$(id -u)" != 0 ] || echo "-oAPT::Sandbox::User=root"
	[ -d "$CACHE/apt/lists" ] || return 0
	echo "-oDir::State::lists=$CACHE/apt/lists"
	echo "-oDir::Cache=$CACHE/apt"
}

apt_cache() {
	local options

	mapfile -t options < <(apt_options)
	apt-cache "${options[@]}" "$@" 2>/dev/null
}

# Package lists of our own, newer than the machine's.
apt_refresh() {
	local options

	say "reading package lists"
	mkdir -p "$CACHE/apt/lists/partial" "$CACHE/apt/archives/partial"
	mapfile -t options < <(apt_options)
	apt-get "${options[@]}" -qq update >&2
}

# $1 directory to make, $@ packages
apt_download() {
	local dir=$1

	shift
	mkdir -p "$dir"
	apt_try_download "$dir" "$@" && return
	# The lists may be older than the archive.
	apt_refresh
	apt_try_download "$dir" "$@" || die "cannot download: $*"
}

apt_try_download() {
	local dir=$1 options

	shift
	mapfile -t options < <(apt_options)
	(cd "$dir" && apt-get "${options[@]}" -qq download "$@" >&2)
}
