# SPDX-License-Identifier: GPL-2.0
#
# make bench and its kin: the programs that measure, and what runs them.

.PHONY: bench bench-quick bench-offline bench-compare bench-reference \
	bench-fidelity bench-translate bench-untuned

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

# Run in the VM by tests/bench/map-dump.
build/bench/map_fill: build/obj/tests/bench/map_fill.o
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

bench-untuned: deps
	$(Q)$(MAKE) $(jobs) --no-print-directory tool bpf build/6.12/flownic.ko
	$(Q)tests/bench/untuned

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
