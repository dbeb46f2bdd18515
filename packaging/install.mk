# SPDX-License-Identifier: GPL-2.0
#
# Installing what make has built below $(DESTDIR). The module goes to the
# kernel it was built for: the running one, or that of KVER= or KDIR=.

.PHONY: install install-tool install-module uninstall

sbin := $(DESTDIR)$(PREFIX)/sbin
share := $(DESTDIR)$(PREFIX)/share
installed-tool := $(sbin)/flownic $(share)/man/man8/flownic.8 \
	$(share)/bash-completion/completions/flownic
# What flownic vm builds its module of
module-files := Kbuild $(wildcard driver/*.[ch] driver/*/*.[ch] \
	offload/*.[ch] offload/*/*.[ch])
release = $(if $(KDIR),$(kname),$(shell tests/vm/kernels version $(kname)))
MODDIR ?= $(DESTDIR)/lib/modules/$(release)

install: install-tool install-module

install-tool:
	install -D -t $(sbin) build/flownic
	install -D -m 644 -t $(share)/flownic build/bpf/*.o
	install -D -m 644 -t $(share)/man/man8 docs/flownic.8
	install -D -m 644 -t $(share)/bash-completion/completions \
		userspace/completion/flownic
	install -D -t $(share)/flownic/vm tests/vm/run tests/vm/kernels
	install -D -m 644 -t $(share)/flownic/vm/lib $(filter-out %/icount, \
		$(wildcard tests/vm/lib/*))
	install -D -m 644 -t $(share)/flownic/vm/lib/icount tests/vm/lib/icount/*
	$(Q)for file in $(module-files); do \
		install -D -m 644 $$file $(share)/flownic/module/$$file || exit; \
	done

# A kernel that is not installed here gets its module only in an image.
install-module:
ifneq ($(or $(KDIR),$(KVER)),)
	$(Q)test -d "$(MODDIR)" || test "$(DESTDIR)" || { \
		echo "flownic: $(MODDIR) does not exist: DESTDIR= stages the" \
			"module for a kernel that is not installed" >&2; \
		exit 1; }
	install -D -m 644 -t $(MODDIR)/updates build/$(kname)/flownic.ko
	strip --strip-debug $(MODDIR)/updates/flownic.ko
	$(Q)test ! -e $(MODDIR)/modules.order || \
		depmod $(if $(DESTDIR),-b $(DESTDIR)) $(release)
else
	@echo "flownic: the module is for $(kname), not for the running" \
		"$(shell uname -r): not installed (KVER= or KDIR= choose one)"
endif

uninstall:
	rm -rf $(share)/flownic/vm $(share)/flownic/module
	rm -f $(installed-tool) \
		$(patsubst build/bpf/%,$(share)/flownic/%,$(bpf-objects))
	$(Q)test ! -d $(share)/flownic || rmdir --ignore-fail-on-non-empty \
		$(share)/flownic
	rm -f $(wildcard $(DESTDIR)/lib/modules/*/updates/flownic.ko)
	$(Q)for dir in $(wildcard $(DESTDIR)/lib/modules/*/modules.order); do \
		depmod $(if $(DESTDIR),-b $(DESTDIR)) \
			"$$(basename "$$(dirname "$$dir")")"; \
	done
