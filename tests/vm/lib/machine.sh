# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# How each kind of machine is started: kernel, command line, devices. $here is
# the directory of the harness, $state where it keeps what it makes.

: "${here:?}" "${state:?}" "${own_image?}" "${own_modules?}" "${own_tree?}"

# $1 kernel, $2 what tests/vm/kernels can tell about it. The kernel called "own"
# was given as files: $own_image, $own_modules (a /lib/modules/VERSION or empty)
# and $own_tree (where modules are built, or empty).
kernel_file() {
	if [ "$1" != own ]; then
		"$here/kernels" "$2" "$1"
		return
	fi
	case $2 in
	vmlinux)
		[ -e "$run/vmlinux" ] ||
			extract_vmlinux "$own_image" "$run/vmlinux"
		echo "$run/vmlinux"
		;;
	version)
		if [ "$own_modules" ]; then
			basename "$own_modules"
		else
			cat "$own_tree/include/config/kernel.release"
		fi
		;;
	dir) echo "${own_modules%/lib/modules/*}" ;;
	modules) echo "$own_modules" ;;
	kdir) echo "$own_tree" ;;
	esac
}

machine_tty() {
	case $1 in
	uml) echo /dev/tty1 ;;
	*) echo /dev/ttyS1 ;;
	esac
}

# $1 program of lib/: built when its source is newer
helper() {
	local target=$state/vm/$1 source=$here/lib/$1.c

	if [ "$target" -ot "$source" ]; then
		mkdir -p "$state/vm"
		gcc -O2 -Wall -static -o "$target.$$" "$source" ||
			die "cannot compile $source"
		mv "$target.$$" "$target"
	fi
	echo "$target"
}

# $1 kernel, $2 directory: what it needs before it can reach the host's files
boot_modules() {
	local kernel=$1 dir=$2 root version file name count=100

	case $kernel in
	uml | debug) return ;;
	own) [ "$own_modules" ] || return 0 ;;
	esac
	version=$(kernel_file "$kernel" version)
	root=$(kernel_file "$kernel" dir)
	mkdir "$dir"
	modprobe -d "$root" -S "$version" -a --show-depends \
		virtio_pci 9pnet_virtio 9p overlay |
		awk '$1 == "insmod" && !seen[$2]++ { print $2 }' |
		while read -r file; do
			name=${file##*/}
			name=$dir/$count-${name%%.*}
			count=$((count + 1))
			case $file in
			*.xz) xz -dc "$file" >"$name" ;;
			*.zst) zstd -dcq "$file" >"$name" ;;
			*.gz) gzip -dc "$file" >"$name" ;;
			*) cp "$file" "$name" ;;
			esac
		done
}

# $1 kernel: the initial file system, made when it is missing or old
initrd() {
	local init version target tmp

	init=$(helper init)
	version=$(kernel_file "$1" version)
	target=$state/vm/initrd-$version
	# One's own kernel may have been built again under the same name.
	[ "$1" != own ] || target=$run/initrd
	if [ "$target" -ot "$init" ]; then
		mkdir -p "$state/vm"
		tmp=$(mktemp -d "$state/vm/XXXXXX")
		mkdir "$tmp/root"
		cp "$init" "$tmp/root/init"
		boot_modules "$1" "$tmp/root/modules"
		(cd "$tmp/root" && find . | sort | cpio -o -H newc --quiet \
			--reproducible) >"$tmp/cpio"
		mv "$tmp/cpio" "$target"
		rm -rf "$tmp"
	fi
	echo "$target"
}

# $1 kernel, $2 file to write: the module that the deterministic mode needs.
# Machines that start at once must not make it at once.
build_icount() {
	local kernel=$1 target=$2 dir lock

	dir=$state/vm/icount-$(kernel_file "$kernel" version)
	mkdir -p "$dir"
	exec {lock}<"$dir"
	flock "$lock"
	if [ "$dir/icount.ko" -ot "$here/lib/icount/icount.c" ]; then
		cp "$here"/lib/icount/* "$dir"
		env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL \
			make -s -C "$(kernel_file "$kernel" kdir)" \
			M="$dir" CONFIG_DEBUG_INFO_BTF_MODULES= modules >&2
	fi
	cp "$dir/icount.ko" "$target"
	exec {lock}<&-
}

# Can KVM boot a machine here? It may open and then hang: tried once.
kvm_works() {
	local verdict

	[ -w /dev/kvm ] || return 1
	verdict=$CACHE/kvm-$(uname -n -r | tr ' /' --)
	if [ ! -e "$verdict" ]; then
		if FLOWNIC_ACCEL=kvm VM_OUT=$run/kvm \
			timeout -k 2 15 "$here/run" -n -t 12 true \
			>/dev/null 2>&1 </dev/null; then
			echo yes >"$verdict"
		else
			echo no >"$verdict"
		fi
	fi
	[ "$(cat "$verdict")" = yes ]
}

accelerator() {
	[ "${FLOWNIC_ACCEL:-}" ] || ! kvm_works || FLOWNIC_ACCEL=kvm
	echo "${FLOWNIC_ACCEL:-tcg}"
}

# Quick to boot, verbose when it matters. Warnings go to the console.
command_line() {
	echo "console=ttyS0 loglevel=5 panic=-1 oops=panic panic_print=0x40"
	echo "8250.nr_uarts=2 cryptomgr.notests lsm=capability audit=0"
	echo "nowatchdog rcupdate.rcu_expedited=1 init_on_alloc=0 nokaslr"
	echo "mitigations=off random.trust_cpu=on net.ifnames=0"
	echo "rcupdate.rcu_cpu_stall_timeout=60 no_timer_check tsc=reliable"
	echo "${FLOWNIC_CMDLINE:-}"
}

# The same arguments as start_machine. Its console is a file, or with a
# terminal that, and the reports are looked for in the kernel's log alone.
start_uml() {
	local run=$2 limit=$3 tty=${5:-}
	local line=(
		"mem=${FLOWNIC_MEM:-1G}" "initrd=$(initrd uml)" "con=null"
		"flownic.root=/" "flownic.run=$run" "flownic.out=$VM_OUT"
		"loglevel=5" "panic=-1" "uml_dir=$run"
	)

	exec 3>"$run/console" 4>&1
	line+=("con0=null,fd:3")
	[ -z "$tty" ] || line+=("con1=fd:0,fd:4")
	# shellcheck disable=SC2206
	line+=(${FLOWNIC_CMDLINE:-})
	# A polite signal would make it print a trace of its own shutdown.
	exec timeout --foreground -s KILL "$limit" \
		"$(kernel_file uml vmlinux)" "${line[@]}" >"$run/uml" 2>&1
}

# $1 kernel, $2 run directory, $3 seconds, $4 icount or empty, $5 tty or empty
start_machine() {
	local kernel=$1 run=$2 limit=$3 icount=$4 tty=${5:-} line qemu serial
	local cpus=${FLOWNIC_SMP:-2} board=pc

	[ "$kernel" != uml ] || start_uml "$@"

	line=$(command_line | tr '\n' ' ')
	# The ACPI tables of the other board take a checked kernel minutes.
	[ "$kernel" != debug ] || board=q35
	# Before QEMU 8.1, a first CPU that is busy gives the second no turn
	# under -icount: 6.1 does not even boot.
	[ -z "$icount" ] || cpus=${FLOWNIC_SMP:-1}
	qemu=(qemu-system-x86_64 -nodefaults -no-user-config -display none
		-no-reboot -M "$board" -m "${FLOWNIC_MEM:-2G}"
		-smp "$cpus"
		-device "isa-debug-exit,iobase=0xf4,iosize=4"
		-serial "file:$run/console")
	if [ "$icount" ]; then
		qemu+=(-accel "tcg,thread=single" -icount "shift=0,sleep=off"
			-cpu "max,erms=off,fsrm=off,rdrand=off,rdseed=off"
			-rtc "base=2026-01-01T00:00:00,clock=vm" -seed 1)
		line+=" tsc_early_khz=1000000 lpj=4000000 norandmaps"
	elif [ "$(accelerator)" = kvm ]; then
		qemu+=(-accel kvm -cpu host)
	else
		qemu+=(-accel "tcg,thread=single" -cpu max)
		line+=" tsc_early_khz=$("$(helper tsc)")"
	fi
	serial=null
	[ -z "$tty" ] || serial=stdio
	qemu+=(-serial "$serial")
	share root / readonly=on,multidevs=remap
	share run "$run" multidevs=remap
	share out "$VM_OUT" multidevs=remap
	qemu+=(-kernel "$(kernel_file "$kernel" vmlinux)"
		-initrd "$(initrd "$kernel")" -append "$line")
	exec timeout --foreground -k 5 "$limit" "${qemu[@]}"
}

# $1 name, $2 directory, $3 options: adds to the array qemu of the caller
share() {
	qemu+=(-fsdev "local,id=$1,path=$2,security_model=none,$3"
		-device "virtio-9p-pci,fsdev=$1,mount_tag=$1")
}
