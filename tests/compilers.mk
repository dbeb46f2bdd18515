# SPDX-License-Identifier: GPL-2.0
#
# The samples and all other programs by every clang that is installed, for every
# version of the instruction set that it knows, as
#
#     build/compilers/CLANG/VERSION/bpf|bench|objects|lower/NAME.o
#
# Kernels are asked to load them by tests/vm/compilers.t.

.PHONY: compilers

clangs := $(notdir $(wildcard /usr/bin/clang-[0-9] /usr/bin/clang-[0-9][0-9]))
without-v4 := $(addprefix clang-,7 8 9 10 11 12 13 14 15 16 17)

compiled-programs := $(patsubst bpf/%.c,bpf/%.o,$(wildcard bpf/*.c)) \
	$(patsubst %,bench/%.o,$(filter-out countmin-% lookup-% reads-%, \
	$(bench-programs)) countmin-5 lookup-4 reads-8) \
	$(patsubst tests/data/objects/%.c,objects/%.o, \
	$(wildcard tests/data/objects/*.c)) \
	$(patsubst tests/data/lower/%.c,lower/%.o, \
	$(wildcard tests/data/lower/*.c))

# $(1) directory, $(2) compiler and its flags
define compiler-rules
$(1)/bpf/%.o: bpf/%.c
	$$(call compile-program,$(2))
$(1)/objects/%.o: tests/data/objects/%.c
	$$(call compile-program,$(2))
$(1)/lower/%.o: tests/data/lower/%.c
	$$(call compile-program,$(2))
$(call program-rules,$(1)/bench,$(2))

compilers: $(addprefix $(1)/,$(compiled-programs))
endef

$(foreach clang,$(clangs),$(foreach version,v1 v2 v3 \
	$(if $(filter $(clang),$(without-v4)),,v4),$(eval $(call \
	compiler-rules,build/compilers/$(clang)/$(version),$(clang) \
	$(filter-out -mcpu=%,$(bpf-flags)) -mcpu=$(version)))))
