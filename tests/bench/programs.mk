# SPDX-License-Identifier: GPL-2.0
#
# Programs that were measured on real cards. NAME-N.o is NAME.c for an N.

bench-flags := $(filter-out -mcpu=% -Ibpf,$(bpf-flags)) -mcpu=v2
bench-programs := hash rewrite adjust_tail balancer drop katran redirect l4lb \
	router_ipv4 rxq_info send simple_firewall tx_ip_tunnel xdp1 xdp2 \
	$(addprefix reads-,4 8 12) $(addprefix countmin-,1 2 3 4 5 8 10 20) \
	$(addprefix lookup-,1 4 16)
# Of those of bpf/, as classifiers
tc-programs := counters firewall drop
bench-objects := $(bench-programs:%=build/bench/%.o) \
	$(tc-programs:%=build/bench/tc-%.o) \
	$(addprefix build/bench/checksum-,$(addsuffix .img,1 10 20 40))

# $(1) directory, $(2) compiler and its flags
define program-rules
$(1)/%.o: tests/bench/programs/%.c
	$$(call compile-program,$(2))
$(1)/tc-%.o: bpf/%.c bpf/packet.h tests/bench/programs/tc.h
	$$(call say,CLANG,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)sed 's/SEC("xdp")/SEC("tc")/' $$< | $(2) -Ibpf \
		-include tests/bench/programs/tc.h -x c -c -o $$@ -
$(1)/xdp2.o: tests/bench/programs/xdp1.c
	$$(call compile-program,$(2) -DTX)
$(1)/countmin-%.o: tests/bench/programs/countmin.c
	$$(call compile-program,$(2) -DK=$$*)
$(1)/lookup-%.o: tests/bench/programs/lookup.c
	$$(call compile-program,$(2) -DKEY=$$*)
$(1)/reads-%.o: tests/bench/programs/reads.c
	$$(call compile-program,$(2) -DN=$$*)

# What comes of compiling is not made by any of these rules.
$(1)/%.d: ;
endef
$(eval $(call program-rules,build/bench,$(CLANG) $(bench-flags)))

build/bench/checksum-%.img: tests/bench/programs/checksum.s build/flownic
	$(Q)awk -v n=$* '/N times$$/ { for (i = 1; i < n; i++) print } 1' $< | \
		build/flownic asm - file $@

build/bench/data/udp60.pcap: tests/bench/traffic.py tests/data/make_traffic.py
	$(Q)PYTHONDONTWRITEBYTECODE=1 $< $(@D)
