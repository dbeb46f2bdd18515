# SPDX-License-Identifier: GPL-2.0
#
# Fuzzing: all of user space once more, with sanitizers. `make fuzz` makes what
# libFuzzer drives; bytes_seeded runs the same slice each time.

.PHONY: fuzz

san := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=undefined
san-objects := $(patsubst %.c,build/san/%.o,$(card-sources) \
	$(filter-out userspace/main.c,$(tool-sources)))
fuzz-objects := $(san-objects) build/san/tests/fuzz/bytes.o \
	$(page-files:%=build/obj/%.o)

build/san/%.o: %.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(flags) $(san) -MMD -MP -c -o $@ $<

build/fuzz/bytes_seeded: $(fuzz-objects) build/san/tests/fuzz/bytes_seeded.o
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(san) -o $@ $^ $(libs) -lpthread

# Hostile card code, compiled: FIRST and COUNT say which seeds.
build/fuzz/jit_hostile: $(card-sources:%.c=build/san/%.o) \
		build/san/tests/unit/jit_hostile.o
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(san) -o $@ $^ -lz -lpthread

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
