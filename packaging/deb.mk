# SPDX-License-Identifier: GPL-2.0
#
# make deb: the packages, in build/deb, from what git knows of the tree.

.PHONY: deb

deb-version := $(shell sed -n '1s/.*(\(.*\)).*/\1/p' packaging/debian/changelog)
deb-tree := build/deb/flownic-$(deb-version)

deb:
	$(Q)tests/deps build deb
	$(Q)rm -rf build/deb
	$(Q)mkdir -p $(deb-tree)
	$(Q)git ls-files -z | xargs -0 cp --parents -t $(deb-tree)
	$(Q)mv $(deb-tree)/packaging/debian $(deb-tree)/debian
	$(Q)cd $(deb-tree) && dpkg-buildpackage -b -us -uc $(if $(V),,>../log 2>&1 || \
		{ tail -n 40 ../log; exit 1; })
	$(Q)lintian --fail-on error,warning build/deb/*.changes
	@ls build/deb/*.deb
