# SPDX-License-Identifier: GPL-2.0
#
# Everything of user space with warnings as errors; tests/lint/run calls it.

.PHONY: lint-user

lint-sources := $(card-sources) $(tool-sources) $(wildcard tests/unit/*.c \
	tests/fuzz/*.c)
lint-user: $(lint-sources:%.c=build/lint/user/%.o)

build/lint/user/%.o: %.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(flags) $(CFLAGS) -Werror -c -o $@ $<
