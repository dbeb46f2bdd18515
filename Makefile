# SPDX-License-Identifier: GPL-2.0
#
# make            the module, the tool and the sample programs
# make modules    the module for Debian's kernels 6.1 and 6.12
# make demo       the comparison of the three modes, in a VM
# make test       every test, on 6.1 and 6.12
# make test-new   a third of the VM tests on the newest kernel of Debian
# make test-systems  fresh roots of both Debian releases, and the packages there
# make test-debug the VM tests on kernels with sanitizers
# make test-kernel the kernel's own selftests on flownic's ports (KVER=6.1|6.12)
# make bench      what packets cost in each mode (bench-quick, bench-offline)
# make shell      a shell in the VM, the module inserted
# make fuzz       the byte fuzzer for libFuzzer
# make lint       style and static checks
# make install    what make has built, make uninstall (DESTDIR, PREFIX)
# make deb        packages for Debian, in build/deb
# make help       this list
#
# KVER=6.1|6.12|new chooses a kernel from the cache, KVER=RELEASE one whose
# headers are installed, KDIR=DIR any other. Without them: the running kernel if
# its headers are installed, else 6.12. V=1 shows the commands.

PREFIX ?= /usr/local
CC = gcc
CLANG ?= clang
CFLAGS ?= -O2 -g
flags := -std=gnu11 -Wall -Wextra -Wno-unused-parameter -I.
libs := -lbpf -ldw -lelf -lz -lmnl -ljson-c -lpcap -lncursesw -ltinfo -lm
bpf-flags := -O2 -g -target bpf -mcpu=v3 -Wall -Ibpf \
	-I/usr/include/$(shell uname -m)-linux-gnu

running := /lib/modules/$(shell uname -r)/build
ifdef KDIR
# What uname will say. Debian's kernel.release of 6.1 says something else.
kname := $(shell sed -n 's/^.define UTS_RELEASE "\(.*\)"/\1/p' \
	$(KDIR)/include/generated/utsrelease.h 2>/dev/null)
$(if $(kname),,$(error KDIR=$(KDIR) is no configured kernel tree: it has no \
	include/generated/utsrelease.h))
else ifdef KVER
kname := $(KVER)
ifneq ($(wildcard /lib/modules/$(KVER)/build/Makefile),)
KDIR := /lib/modules/$(KVER)/build
endif
else ifneq ($(wildcard $(running)/Makefile),)
KDIR := $(running)
kname := $(shell uname -r)
else
kname := 6.12
endif

Q := $(if $(V),,@)
say = @printf '  %-7s %s\n' $(1) $(2)

.PHONY: all modules tool bpf unit deps demo test test-new test-debug test-systems test-kernel shell lint help clean
.DELETE_ON_ERROR:
all: build/flownic.ko tool bpf

# ---- The module: kbuild works in build/KERNEL and decides what is stale.

module-sources := Kbuild $(wildcard driver driver/*.[ch] driver/*/*.[ch] offload \
	offload/*.[ch] offload/*/ offload/*/*.[ch])

build/flownic.ko: build/$(kname)/flownic.ko
	$(Q)ln -sfn $(kname)/flownic.ko $@

# $* is 6.1, 6.12, new, uml, debug or the release of the kernel in KDIR. Type
# information for the module needs that of the kernel, which some headers lack.
build/%/flownic.ko: $(module-sources)
	$(Q)mkdir -p $(@D)
	$(Q)printf 'flownic-top := %s\ninclude %s/Kbuild\n' \
		'$(CURDIR)' '$(CURDIR)' >$(@D)/Kbuild
	$(Q)kdir="$(if $(filter $*,$(kname)),$(KDIR))" && \
	: $${kdir:=$$(tests/vm/kernels kdir $*)} && test "$$kdir" && \
	no_btf=$$(test -e "$$kdir/vmlinux" || \
		echo CONFIG_DEBUG_INFO_BTF_MODULES=) && \
	flock $(@D) $(MAKE) -C "$$kdir" M=$(CURDIR)/$(@D) $$no_btf \
		$(if $(filter uml,$*),ARCH=um) $(KBUILD_FLAGS) \
		$(if $(V),V=$(V),--no-print-directory) modules
	$(Q)touch $@

modules: build/6.1/flownic.ko build/6.12/flownic.ko

# ---- User space: the card as a library, the tool, the unit tests.

card-sources := $(filter-out offload/bpf_offload%, \
	$(wildcard offload/*.c offload/*/*.c))
card-objects := $(card-sources:%.c=build/obj/%.o)
tool-sources := $(wildcard userspace/*.c userspace/*/*.c)
page-files := $(addprefix userspace/explain/page.,html css js)
tool-objects := $(tool-sources:%.c=build/obj/%.o) $(page-files:%=build/obj/%.o)
test-objects := $(patsubst tests/data/objects/%.c,build/objects/%.o, \
	$(wildcard tests/data/objects/*.c)) \
	$(patsubst tests/data/lower/%.c,build/lower/%.o, \
	$(wildcard tests/data/lower/*.c))
unit-tests := $(patsubst tests/unit/%.c,build/unit/%,$(wildcard tests/unit/*.c))

tool-library := $(filter-out build/obj/userspace/main.o,$(tool-objects))

tool: build/flownic
unit: $(unit-tests) $(test-objects) build/fuzz/bytes_seeded

build/libtool.a: $(tool-library)
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) qcs $@ $(tool-library)

build/liboffload.a: $(card-objects)
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) qcs $@ $(card-objects)

build/flownic: $(tool-objects) build/liboffload.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(libs)

build/unit/%: build/obj/tests/unit/%.o build/libtool.a build/liboffload.a
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(libs) -lpthread

build/obj/%.o: %.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(flags) $(CFLAGS) -MMD -MP -c -o $@ $<

# The page of flownic explain is carried along as it is.
$(page-files:%=build/obj/%.o): build/obj/%.o: %
	$(call say,EMBED,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -r -nostdlib -Wl,-z,noexecstack -Wl,-b,binary -o $@ $<

# ---- The sample programs: bpf/NAME.bpf.c or bpf/NAME.c is build/bpf/NAME.o.

bpf-objects := $(patsubst bpf/%.c,build/bpf/%.o,$(wildcard bpf/*.c))
bpf: $(bpf-objects:%.bpf.o=%.o)

# $(1) compiler and its flags
define compile-program
$(call say,CLANG,$@)
$(Q)mkdir -p $(@D)
$(Q)$(1) -MMD -MP -c -o $@ $<
endef
compile-bpf = $(call compile-program,$(CLANG) $(bpf-flags))

build/bpf/%.o: bpf/%.bpf.c
	$(compile-bpf)

build/bpf/%.o: bpf/%.c
	$(compile-bpf)

build/objects/%.o: tests/data/objects/%.c
	$(compile-bpf)

build/lower/%.o: tests/data/lower/%.c
	$(compile-bpf)

# ---- What is run.

deps:
	$(Q)tests/deps build test

# Newcomers type no -j: these use every CPU by themselves.
jobs := $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))

demo: deps
	$(Q)$(MAKE) $(jobs) --no-print-directory tool bpf build/6.12/flownic.ko
	$(Q)tests/demo/run

test: deps
	$(Q)$(MAKE) $(jobs) --no-print-directory all modules unit compilers
	$(Q)tests/all

# The tests that version glue can break first; tests/all new runs all of them.
test-new: deps
	$(Q)$(MAKE) $(jobs) --no-print-directory all unit compilers \
		build/new/flownic.ko
	$(Q)tests/all glue

# As root: each machine is a chroot.
test-systems: deps deb
	$(Q)prove -v tests/systems/*.t

test-debug: deps
	$(Q)tests/deps debug
	$(Q)$(MAKE) $(jobs) --no-print-directory all build/uml/flownic.ko \
		build/debug/flownic.ko
	$(Q)tests/all uml debug

# TESTS="PATTERN..." chooses some.
test-kernel: deps
	$(Q)tests/deps kernel
	$(Q)$(MAKE) $(jobs) --no-print-directory tool \
		build/$(or $(KVER),6.12)/flownic.ko
	$(Q)tests/kernel-selftests/run $(or $(KVER),6.12)

shell: deps
	$(Q)$(MAKE) --no-print-directory tool bpf
	$(call say,BOOT,"a virtual machine; exit leaves it")
	$(Q)tests/vm/run $(if $(KVER),-k $(KVER))

lint:
	$(Q)tests/deps build lint
	$(Q)tests/lint/run

# ---- The rest, where its sources are.

include tests/bench/programs.mk
include tests/compilers.mk
include tests/bench/bench.mk
include tests/fuzz/fuzz.mk
include tests/lint/user.mk
include packaging/install.mk
include packaging/deb.mk

-include $(shell find build/obj build/bpf build/bench build/san build/objects \
	build/compilers -name '*.d' 2>/dev/null)

help:
	@sed -n '/^# make/s/^# //p' Makefile

clean:
	rm -rf build
