# SPDX-License-Identifier: GPL-2.0
#
# make            the module, the tool and the sample programs
# make modules    the module for both of Debian's kernels, 6.1 and 6.12
# make demo       the comparison of the three modes, in a VM
# make test       every test, on both kernels
# make test-debug the VM tests on kernels with sanitizers
# make bench      what packets cost in each mode (bench-quick, bench-offline)
# make shell      a shell in the VM, the module inserted
# make fuzz       the byte fuzzer for libFuzzer
# make lint       style and static checks
# make install    what make has built (DESTDIR, PREFIX)
# make help       this list
#
# KVER=6.1|6.12 chooses a kernel from the cache, KDIR=DIR any other. Without
# them: the running kernel if its headers are installed, else 6.12. V=1 shows
# the commands.

PREFIX ?= /usr/local
CC = gcc
CLANG ?= clang
CFLAGS ?= -O2 -g
flags := -std=gnu11 -Wall -Wextra -Wno-unused-parameter -I.
libs := -lbpf -lelf -lz -lmnl -ljson-c -lpcap -lm
bpf-flags := -O2 -g -target bpf -mcpu=v3 -Wall -Ibpf \
	-I/usr/include/$(shell uname -m)-linux-gnu

running := /lib/modules/$(shell uname -r)/build
ifdef KDIR
kname := $(shell cat $(KDIR)/include/config/kernel.release 2>/dev/null)
$(if $(kname),,$(error KDIR=$(KDIR) is no configured kernel tree))
else ifdef KVER
kname := $(KVER)
else ifneq ($(wildcard $(running)/Makefile),)
KDIR := $(running)
kname := $(shell uname -r)
else
kname := 6.12
endif

Q := $(if $(V),,@)
say = @printf '  %-7s %s\n' $(1) $(2)

.PHONY: all modules tool bpf unit bench bench-quick bench-offline \
	bench-compare bench-reference bench-fidelity bench-translate fuzz deps demo test \
	test-debug shell lint lint-user install help \
	clean
.DELETE_ON_ERROR:
all: build/flownic.ko tool bpf

# ---- The module: kbuild works in build/KERNEL and decides what is stale.

module-sources := Kbuild $(wildcard driver driver/*.[ch] offload \
	offload/*.[ch] offload/*/ offload/*/*.[ch])

build/flownic.ko: build/$(kname)/flownic.ko
	$(Q)ln -sfn $(kname)/flownic.ko $@

# $* is 6.1, 6.12, uml, debug or the release of the kernel in KDIR. Type
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
tool-objects := $(patsubst %.c,build/obj/%.o,$(wildcard userspace/*.c \
	userspace/*/*.c))
test-objects := $(patsubst tests/data/objects/%.c,build/objects/%.o, \
	$(wildcard tests/data/objects/*.c))
unit-tests := $(patsubst tests/unit/%.c,build/unit/%,$(wildcard tests/unit/*.c))

tool-library := $(filter-out build/obj/userspace/main.o,$(tool-objects))

tool: $(if $(tool-objects),build/flownic)
unit: $(unit-tests) $(test-objects) build/fuzz/bytes_seeded

build/libtool.a: $(tool-library)
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)ar qcs $@ $(tool-library)

build/liboffload.a: $(card-objects)
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)ar qcs $@ $(card-objects)

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

# ---- The sample programs: bpf/NAME.bpf.c or bpf/NAME.c is build/bpf/NAME.o.

bpf-objects := $(patsubst bpf/%.c,build/bpf/%.o,$(wildcard bpf/*.c))
bpf: $(bpf-objects:%.bpf.o=%.o)

define compile-bpf
$(call say,CLANG,$@)
$(Q)mkdir -p $(@D)
$(Q)$(CLANG) $(bpf-flags) -MMD -MP -c -o $@ $<
endef

build/bpf/%.o: bpf/%.bpf.c
	$(compile-bpf)

build/bpf/%.o: bpf/%.c
	$(compile-bpf)

build/objects/%.o: tests/data/objects/%.c
	$(compile-bpf)

# ---- Fuzzing: all of user space once more, with sanitizers. `make fuzz` makes
# what libFuzzer drives; bytes_seeded runs the same slice each time.

san := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=undefined
san-objects := $(patsubst %.c,build/san/%.o,$(card-sources) \
	$(filter-out userspace/main.c,$(wildcard userspace/*.c userspace/*/*.c)))
fuzz-objects := $(san-objects) build/san/tests/fuzz/bytes.o

build/san/%.o: %.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(flags) $(san) -MMD -MP -c -o $@ $<

build/fuzz/bytes_seeded: $(fuzz-objects) build/san/tests/fuzz/bytes_seeded.o
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(san) -o $@ $^ $(libs) -lpthread

# For libFuzzer: clang compiles all at once.
define link-libfuzzer
$(call say,CLANG,$@)
$(Q)mkdir -p $(@D)
$(Q)$(CLANG) $(flags) -Wno-gnu-conditional-omitted-operand \
	-Wno-unused-function $(san) -fsanitize=fuzzer -o $@ $^ $(libs) -lpthread
endef

build/fuzz/bytes: $(fuzz-objects:build/san/%.o=%.c) \
		tests/fuzz/bytes_libfuzzer.c
	$(link-libfuzzer)

build/fuzz/differential: $(card-sources) tests/fuzz/differential_libfuzzer.c
	$(link-libfuzzer)

fuzz:
	$(Q)tests/deps build fuzz
	$(Q)$(MAKE) --no-print-directory build/fuzz/bytes \
		build/fuzz/differential

# ---- Programs that were measured on real cards. NAME-N.o is NAME.c for an N.

bench-flags := $(filter-out -mcpu=% -Ibpf,$(bpf-flags)) -mcpu=v2
bench-programs := hash rewrite adjust_tail balancer drop katran redirect \
	router_ipv4 rxq_info send simple_firewall tx_ip_tunnel xdp1 xdp2 reads-8 \
	reads-12 $(addprefix countmin-,1 2 3 4 5 8 10 20) \
	$(addprefix lookup-,1 4 16)
bench-objects := $(bench-programs:%=build/bench/%.o) \
	$(addprefix build/bench/checksum-,$(addsuffix .img,1 10 20 40))

define compile-bench
$(call say,CLANG,$@)
$(Q)mkdir -p $(@D)
$(Q)$(CLANG) $(bench-flags) $(1) -MMD -MP -c -o $@ $<
endef

# What comes of compiling is not made by any of these rules.
build/bench/%.d: ;

build/bench/%.o: tests/bench/programs/%.c
	$(call compile-bench)
build/bench/xdp2.o: tests/bench/programs/xdp1.c
	$(call compile-bench,-DTX)
build/bench/countmin-%.o: tests/bench/programs/countmin.c
	$(call compile-bench,-DK=$*)
build/bench/lookup-%.o: tests/bench/programs/lookup.c
	$(call compile-bench,-DKEY=$*)
build/bench/reads-%.o: tests/bench/programs/reads.c
	$(call compile-bench,-DN=$*)
build/bench/checksum-%.img: tests/bench/programs/checksum.s build/flownic
	$(Q)awk -v n=$* '/N times$$/ { for (i = 1; i < n; i++) print } 1' $< | \
		build/flownic asm - file $@

build/bench/data/udp60.pcap: tests/bench/traffic.py tests/data/make_traffic.py
	$(Q)PYTHONDONTWRITEBYTECODE=1 $< $(@D)

# How long translating takes: a program of its own, which tells when it is run.
build/bench/translate: build/obj/tests/bench/translate.o build/liboffload.a
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lz -lpthread

# What maps cost, likewise.
build/bench/maps: build/obj/tests/bench/maps.o build/liboffload.a
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lz -lpthread

# The same for the interpreter: all of the card with the kernel's flags.
kernel-flags := -fno-jump-tables -mindirect-branch=thunk \
	-mindirect-branch-register
build/bench/kernel/%.o: %.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(flags) $(CFLAGS) $(kernel-flags) -MMD -MP -c -o $@ $<

build/bench/interpreter: $(addprefix build/bench/kernel/, \
		tests/bench/interpreter.o $(card-sources:%.c=%.o))
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lbpf -lz -lpthread

# Run in the VM by tests/bench/load-cost.
build/bench/load_cost: build/obj/tests/bench/load_cost.o
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lbpf

bench-translate: build/bench/translate
	$(Q)build/bench/translate

bench-inputs := tool bpf $(bench-objects) build/bench/data/udp60.pcap \
	build/bench/translate build/bench/maps build/bench/load_cost \
	build/bench/interpreter

bench-fidelity: $(bench-inputs)
	$(Q)tests/bench/fidelity

-include $(shell find build/obj build/bpf build/bench build/san build/objects -name '*.d' 2>/dev/null)

# ---- What is run.

deps:
	$(Q)tests/deps build test

# Newcomers type no -j: these use every CPU by themselves.
jobs := $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))

# PROG= and PCAP= are a program and a capture of one's own; SECTION= and
# MAPS="NAME=FILE ..." go with them. Where make was called from counts, too.
# WALL=1 measures time, for KVM.
quoted = '$(subst ','\'',$(1))'
bench-own := $(if $(PROG),--object $(call quoted,$(PROG)) \
	$(if $(PCAP),--pcap $(call quoted,$(PCAP))) \
	$(if $(SECTION),--section $(call quoted,$(SECTION))) \
	$(if $(MAPS),--maps $(call quoted,$(MAPS))) \
	--from $(call quoted,$(PWD)))
bench-options := $(if $(WALL),--wall) $(if $(BENCH_JOBS),--jobs $(BENCH_JOBS))

bench bench-quick: deps
	$(Q)$(MAKE) $(jobs) --no-print-directory $(bench-inputs) \
		build/6.12/flownic.ko
	$(Q)tests/bench/run $(bench-options) $(bench-own) \
		$(if $(filter bench-quick,$@),--quick)

bench-offline: deps
	$(Q)$(MAKE) $(jobs) --no-print-directory $(bench-inputs)
	$(Q)tests/bench/run --offline $(bench-own)

# A= and B= are two results.json, as seen from where make was called.
from-caller = $(call quoted,$(if $(wildcard $(subst $() ,\ ,$(1))),$(1),$(PWD)/$(1)))

bench-compare:
	$(if $(and $(A),$(B)),,$(error bench-compare: A=old.json B=new.json are \
		expected))
	$(Q)tests/bench/compare $(call from-caller,$(A)) $(call from-caller,$(B))

# What make bench has measured becomes the reference, and README's table.
bench-reference:
	$(Q)tests/bench/readme --take build/bench/results.json

demo: deps
	$(Q)$(MAKE) $(jobs) --no-print-directory tool bpf build/6.12/flownic.ko
	$(Q)tests/demo/run

test: deps
	$(Q)$(MAKE) $(jobs) --no-print-directory all modules unit
	$(Q)tests/all

test-debug: deps
	$(Q)tests/deps debug
	$(Q)$(MAKE) $(jobs) --no-print-directory all build/uml/flownic.ko \
		build/debug/flownic.ko
	$(Q)tests/all uml debug

shell: deps
	$(Q)$(MAKE) --no-print-directory tool bpf
	$(Q)tests/vm/run $(if $(KVER),-k $(KVER))

# Everything of user space with warnings as errors; tests/lint/run calls it.
lint-sources := $(card-sources) $(wildcard userspace/*.c userspace/*/*.c \
	tests/unit/*.c tests/fuzz/*.c)
lint-user: $(lint-sources:%.c=build/lint/user/%.o)

build/lint/user/%.o: %.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(flags) $(CFLAGS) -Werror -c -o $@ $<

lint:
	$(Q)tests/deps build lint
	$(Q)tests/lint/run

# ---- Installing. The module only where it is for the running kernel.

install:
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/share/flownic
	install build/flownic $(DESTDIR)$(PREFIX)/sbin
	install -m 644 build/bpf/*.o $(DESTDIR)$(PREFIX)/share/flownic
ifneq ($(wildcard docs/flownic.8),)
	install -D -m 644 docs/flownic.8 \
		$(DESTDIR)$(PREFIX)/share/man/man8/flownic.8
endif
	install -D -m 644 userspace/completion/flownic \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/flownic
ifeq ($(kname),$(shell uname -r))
	$(MAKE) -C $(KDIR) M=$(CURDIR)/build/$(kname) \
		$(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR)) modules_install
else
	@echo "flownic: the module is for $(kname), not for the running" \
		"$(shell uname -r): not installed"
endif

help:
	@sed -n '/^# make/s/^# //p' Makefile

clean:
	rm -rf build
