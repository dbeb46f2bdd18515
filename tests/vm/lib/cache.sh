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

# What apt is asked for comes from the machine's own sources, or, with $suite
# set, from those that the table has, whatever the machine is.
suite=
readonly DEBIAN=${FLOWNIC_DEBIAN:-http://deb.debian.org/debian}
readonly SECURITY=${FLOWNIC_SECURITY:-http://deb.debian.org/debian-security}

suite_sources() {
	case $1 in
	bookworm | trixie)
		echo "$DEBIAN $1 main"
		echo "$DEBIAN $1-updates main"
		echo "$SECURITY $1-security main"
		;;
	*-backports)
		suite_sources "${1%-backports}"
		echo "$DEBIAN $1 main"
		;;
	*) echo "$DEBIAN $1 main" ;;
	esac
}

apt_options() {
	local dir=$CACHE/apt${suite:+/$suite}

	[ "$(id -u)" != 0 ] || echo "-oAPT::Sandbox::User=root"
	if [ "$suite" ]; then
		echo "-oDir::Etc::SourceList=$dir/sources.list"
		echo "-oDir::Etc::SourceParts=/dev/null"
		echo "-oDir::Etc::Preferences=/dev/null"
		echo "-oDir::Etc::PreferencesParts=/dev/null"
		echo "-oDir::State::status=/dev/null"
		echo "-oAPT::Default-Release=$suite"
		echo "-oAPT::Architecture=amd64"
		echo "-oAPT::Architectures=amd64"
	fi
	[ -d "$dir/lists" ] || return 0
	echo "-oDir::State::lists=$dir/lists"
	echo "-oDir::Cache=$dir"
}

apt_cache() {
	local options

	mapfile -t options < <(apt_options)
	apt-cache "${options[@]}" "$@" 2>/dev/null
}

# Package lists of our own, newer than the machine's.
apt_refresh() {
	local options dir=$CACHE/apt${suite:+/$suite}
	local keys=/usr/share/keyrings/debian-archive-keyring.gpg

	say "reading package lists${suite:+ of $suite}"
	mkdir -p "$dir/lists/partial" "$dir/archives/partial"
	if [ "$suite" ]; then
		[ -e $keys ] || die "$keys is missing: it is in the package" \
			"debian-archive-keyring"
		suite_sources "$suite" | sed "s,^,deb [signed-by=$keys] ," \
			>"$dir/sources.list"
	fi
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

# $@ packages: they and all that they depend on, on a machine without anything
apt_closure() {
	local options

	mapfile -t options < <(apt_options)
	apt-get "${options[@]}" -s -y --no-install-recommends install "$@" \
		2>/dev/null | awk '/^Inst / { print $2 }'
}
