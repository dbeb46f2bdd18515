/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The profiles: every figure, and where it is from. X(member, value, source)
 *
 * profile.h says what the members mean; times a scale they are what
 * "flownic profile show" prints, with the same sources. Figures without a public
 * source say how they were reasoned. None is fitted to a single program.
 */
#ifndef FN_ENGINE_PROFILES_H
#define FN_ENGINE_PROFILES_H

/* clang-format off */

#define COST(name) cost[FN_COST_##name]
#define HELPER(name) helper[FN_HELPER_INDEX_##name]

/*
 * flownic: what one would build today for XDP at 100 Gb/s, from parts that are
 * on the market, with no claim to be any of them.
 */
#define FN_PROFILE_FLOWNIC(X)						\
	X(cores, 48, "with the clock: 387 cycles a packet for 148.8 Mpps (64 B at 100 Gb/s), enough for the median public XDP program; NFP-4000 has 60 cores") \
	X(threads, 4, "as NFP's CoreNIC firmware uses for packets")	\
	X(lanes, 4, "hXDP (OSDI 2020): wider gains little")		\
	X(level, 9, "none of its own: what the module does")				\
	X(blocks, 0, "none of its own: what the module does")	\
	X(without, "", "none of its own: what the module does")	\
	X(clock_khz, 1200000, "packet processors of today run at 1 to 1.6 GHz") \
	X(packet, 40, "descriptor, first bytes and verdict by hardware: hXDP takes 7 cycles in all, NFP 224 in software") \
	X(floor_drop, 0, "none: packets are moved by hardware beside the cores") \
	X(floor_forward, 0, "none: packets are moved by hardware beside the cores") \
	X(taken, 2, "a pipeline of 4 stages as hXDP's, without prediction") \
	X(wide, 0, "constants of 32 bits are in the word")		\
	X(half, 0, "registers of 64 bits")				\
	X(stack_near, 0, "the stack is memory of the cluster")		\
	X(stack_far, 0, "the stack is memory of the cluster")		\
	X(key_far, 0, "keys are read from the stack by address")	\
	X(map_offset, 0, "added by the access")				\
	X(wait_min, 2, "swap of threads in the pipeline")		\
	X(latency_packet, 0, "packet and stack are in the core's cluster: a load takes ld4 or ld8 cycles") \
	X(latency_map, 80, "67 ns; NFP's are 125 ns to a larger memory") \
	X(packet_window, 0, "nobody waits for packet memory") \
	X(store_waits, 0, "posted")					\
	X(map_read, 250, "4 banks, a line a cycle each")		\
	X(map_write, 250, "4 banks, a line a cycle each")		\
	X(map_banks, 1, "the rates above are of all four")		\
	X(map_atomic, 1000, "read, change and write at the memory; one address is in one bank") \
	X(hash, 8, "hash in hardware, 16 B of key compared in a cycle")	\
	X(hash_reads, 2, "bucket, entry")				\
	X(lru_reads, 1, "own estimate: the entry's place in the order of use") \
	X(lpm_bits, 8, "own estimate: a trie of 8 bits a level, as tree bitmaps (Eatherton, Varghese and Dittia, 2004) have 4 to 8 in a memory access") \
	X(ports, 2, "as the driver makes by default")			\
	X(port_mbps, 100000, "100GBASE-R")				\
	X(mac_kpps, 0, "line rate at all sizes")			\
	X(queue, 512, "of the emulated card's ingress queues")		\
	X(dma_mbps, 200000, "PCIe 4.0 x16: 252 Gb/s less headers and descriptors") \
	X(dma_kpps, 0, "no limit assumed besides the rate")		\
	X(dma_ns, 280, "half of a read's 550 ns (pcie-bench, SIGCOMM 2018): writes are posted") \
	X(stores, 0, "frames are forwarded as they come; what they wait for is in port_ns")	\
	X(port_ns, 600, "MAC, PCS and FEC of 100GBASE-R take some 300 ns a direction") \
	X(expands, 0, "its instructions are the words")			\
	X(max_words, 1048576, "8 MiB of external control store, cached: programs have up to 1 M BPF instructions") \
	X(max_stack, 512, "of a frame, as BPF; calls nest as the kernel allows") \
	X(max_maps, 128, "of the image format")				\
	X(max_entries, 134217728, "16 B each in 2 GiB")			\
	X(max_key, 512, "of the kernel's own")				\
	X(max_value, 1048568, "a segment of the card's address space")	\
	X(max_pair, 1049080, "both")					\
	X(map_store, 1, "map memory is in the address space")		\
	X(map_flags, 1, "all entries are there from the beginning, whatever is asked for") \
	X(COST(NOP), 1, "a cycle")					\
	X(COST(MOV64), 1, "64-bit registers")				\
	X(COST(MOV32), 1, "a cycle")					\
	X(COST(ALU64), 1, "64-bit units")				\
	X(COST(ALU32), 1, "a cycle")					\
	X(COST(SHIFT64), 1, "barrel shifter")				\
	X(COST(SHIFT32), 1, "barrel shifter")				\
	X(COST(VSHIFT64), 1, "barrel shifter")				\
	X(COST(VSHIFT32), 1, "barrel shifter")				\
	X(COST(MUL64), 3, "pipelined multiplier, 3 cycles to use")	\
	X(COST(MUL32), 3, "pipelined multiplier, 3 cycles to use")	\
	X(COST(DIV64), 16, "iterative, 4 bits a cycle")			\
	X(COST(DIV32), 8, "iterative, 4 bits a cycle")			\
	X(COST(FIELD), 1, "barrel shifter and mask")			\
	X(COST(SWAP16), 1, "wires")					\
	X(COST(SWAP32), 1, "wires")					\
	X(COST(SWAP64), 1, "wires")					\
	X(COST(CMOV), 1, "a cycle")					\
	X(COST(LD4), 2, "2 cycles to use, in the cluster")		\
	X(COST(LD8), 2, "2 cycles to use, in the cluster")		\
	X(COST(ST4), 1, "posted")					\
	X(COST(ST8), 1, "posted")					\
	X(COST(ATOM), 1, "posted; the thread waits if it wants the old value") \
	X(COST(JZ64), 1, "compare and branch")				\
	X(COST(JCC64), 1, "compare and branch")				\
	X(COST(JCC32), 1, "compare and branch")				\
	X(COST(JMP), 1, "a cycle, besides taken")			\
	X(COST(CALL), 2, "5 registers to a stack of wide words, besides taken") \
	X(COST(EXIT), 1, "with the verdict in the word")		\
	X(HELPER(map_lookup_elem), 6, "to the lookup unit and back, index and bounds") \
	X(HELPER(map_update_elem), 16, "as lookup, and free list or value of up to 64 B copied") \
	X(HELPER(map_delete_elem), 12, "as lookup, and free list")	\
	X(HELPER(ktime_get_ns), 4, "a register of the core, over its bus") \
	X(HELPER(ktime_get_boot_ns), 4, "a register of the core, over its bus") \
	X(HELPER(ktime_get_coarse_ns), 4, "a register of the core, over its bus") \
	X(HELPER(get_prandom_u32), 4, "a register of the core, over its bus") \
	X(HELPER(get_smp_processor_id), 1, "a constant of the core")	\
	X(HELPER(redirect), 2, "a register is written")			\
	X(HELPER(perf_event_output), 40, "as a map's update, and a DMA request for up to 16 KiB") \
	X(HELPER(xdp_get_buff_len), 1, "a difference of two registers")	\
	X(HELPER(csum_diff), 10, "checksum unit: 8 B a cycle for two headers of 20 B, and to it and back") \
	X(HELPER(xdp_adjust_head), 4, "sum, two comparisons")		\
	X(HELPER(xdp_adjust_meta), 4, "sum, two comparisons")		\
	X(HELPER(xdp_adjust_tail), 4, "sum, two comparisons")		\
	X(HELPER(ktime_get_tai_ns), 4, "a register of the core, over its bus") \
	X(HELPER(xdp_load_bytes), 6, "bounds, and 8 B a cycle for a header of 20 B") \
	X(HELPER(xdp_store_bytes), 6, "bounds, and 8 B a cycle for a header of 20 B") \
	X(HELPER(skb_load_bytes), 6, "bounds, and 8 B a cycle for a header of 20 B") \
	X(HELPER(skb_load_bytes_relative), 7, "as skb_load_bytes, and a sum") \
	X(HELPER(skb_store_bytes), 6, "bounds, and 8 B a cycle for a header of 20 B") \
	X(HELPER(l3_csum_replace), 8, "bounds, load, two sums, fold, store") \
	X(HELPER(l4_csum_replace), 9, "as l3_csum_replace, and a comparison with 0") \
	X(HELPER(csum_update), 1, "a constant")			\
	X(HELPER(csum_level), 2, "a comparison, a register is written") \
	X(HELPER(skb_change_proto), 10, "sum, two comparisons, 14 B moved, 20 B of zeros") \
	X(HELPER(skb_adjust_room), 14, "bounds, two sums, 34 B moved, 50 B of zeros") \
	X(HELPER(clone_redirect), 40, "a cell of packet memory and a copy by its DMA engine are asked for") \
	X(HELPER(check_mtu), 6, "a register of the port, over the bus; sum, comparison") \
	X(HELPER(jiffies64), 4, "a register of the core, over its bus") \
	X(HELPER(strtol), 30, "a loop over up to 10 digits")	\
	X(HELPER(strtoul), 30, "a loop over up to 10 digits")	\
	X(HELPER(skb_vlan_push), 6, "sum, comparison, 12 B moved")	\
	X(HELPER(skb_vlan_pop), 6, "sum, comparison, 12 B moved")	\
	X(HELPER(skb_pull_data), 2, "a comparison")			\
	X(HELPER(skb_change_tail), 4, "sum, two comparisons")		\
	X(HELPER(skb_change_head), 4, "sum, two comparisons")		\
	X(HELPER(get_hash_recalc), 2, "a register is read")		\
	X(HELPER(set_hash), 1, "a register is written")		\
	X(HELPER(set_hash_invalid), 1, "a register is written")	\
	X(HELPER(trace_printk), 200, "a message of up to 320 B")

#define KRUDE "Krude et al., CoNEXT 2021"
#define JIT "drivers/net/ethernet/netronome/nfp/bpf/jit.c"

/*
 * Agilio CX 2x40GbE, NFP-4000: a 32-bit machine whose compiler is nfp's JIT. It
 * translates instruction by instruction, so the costs are the NFP instructions
 * that jit.c emits for each. There are two firmwares, below.
 */
#define FN_PROFILE_NFP(X)						\
	X(cores, 50, KRUDE ": packet cores")				\
	X(threads, 4, KRUDE ": contexts of a packet core in CoreNIC")	\
	X(lanes, 1, "NFP cores are scalar")				\
	X(level, 0, JIT ": instruction by instruction")			\
	X(blocks, 1, JIT ": instruction by instruction")		\
	X(without, "", JIT ": instruction by instruction; there are no passes at level 0") \
	X(clock_khz, 800000, KRUDE)					\
	X(floor_drop, 0, "none published")				\
	X(floor_forward, 0, "none published")				\
	X(taken, 3, KRUDE ": 4 for a jump taken right after the flags are set, 4 for an unconditional one; one of them is the instruction's own") \
	X(wide, 1, JIT ": wrp_immed(), one instruction if 16 bits say it, else two")		\
	X(half, 1, JIT ": wrp_zext(), where the verifier wants it; wrp_alu_imm() emits nothing for neutral constants") \
	X(stack_near, 64, JIT ": mem_op_stack(), the lowest 64 bytes with the first address register") \
	X(stack_far, 5, JIT ": mem_op_stack(), address, register written, 3 cycles until it is") \
	X(map_offset, 2, JIT ": addr40_offset(), sum of 40 bits")	\
	X(wait_min, 3, KRUDE)						\
	X(latency_packet, 64, KRUDE ": CTM, 16 for each of 4 contexts")				\
	X(latency_map, 100, KRUDE ": EMEM, 25 for each of 4 contexts")					\
	X(packet_window, 64, JIT ": nfp_bpf_opt_pkt_cache()") \
	X(store_waits, 1, JIT ": stores swap contexts")			\
	X(map_read, 4050, KRUDE ": one hot line")			\
	X(map_write, 4050, "as a read; not published")			\
	X(map_banks, 4, KRUDE ": up to 4 times the rate when spread; that of its sketches' atomic additions is of one line however they are spread") \
	X(map_atomic, 3220, KRUDE ": one hot line")			\
	X(hash_reads, 2, "not published; reckoned as bucket and entry")	\
	X(lru_reads, 0, "no such maps: drivers/net/ethernet/netronome/nfp/bpf/offload.c") \
	X(lpm_bits, 0, "no such maps: drivers/net/ethernet/netronome/nfp/bpf/offload.c") \
	X(ports, 2, "2x40GbE")						\
	X(port_mbps, 40000, "2x40GbE")					\
	X(queue, 512, "not published")					\
	X(dma_mbps, 50000, "PCIe 3.0 x8: 63 Gb/s less headers and descriptors") \
	X(dma_kpps, 0, "not published")					\
	X(dma_ns, 280, "pcie-bench, SIGCOMM 2018: reads of 64 B take 546 to 560 ns, half of that for a posted write") \
	X(stores, 0, "not published")					\
	X(port_ns, 0, "not published")					\
	X(expands, 1, JIT ": several instructions for each of BPF")		\
	X(max_words, 2560, KRUDE ": NFP instructions of a program")	\
	X(max_stack, 512, KRUDE)					\
	X(max_maps, 128, KRUDE)						\
	X(max_entries, 2048000, KRUDE)					\
	X(max_key, 64, KRUDE ": key and value together")		\
	X(max_value, 64, KRUDE ": key and value together")		\
	X(max_pair, 64, KRUDE)						\
	X(map_store, 0, "drivers/net/ethernet/netronome/nfp/bpf/verifier.c: only atomic additions") \
	X(map_flags, 0, "drivers/net/ethernet/netronome/nfp/bpf/offload.c") \
	X(COST(NOP), 1, JIT)						\
	X(COST(MOV64), 2, JIT ": two halves")				\
	X(COST(MOV32), 2, JIT ": and a zero in the upper half")		\
	X(COST(ALU64), 2, JIT ": two halves")				\
	X(COST(ALU32), 2, JIT ": and a zero in the upper half")		\
	X(COST(SHIFT64), 2, JIT ": two halves")				\
	X(COST(SHIFT32), 2, JIT ": and a zero in the upper half")	\
	X(COST(VSHIFT64), 10, JIT ": two cases and a branch")		\
	X(COST(VSHIFT32), 3, JIT ": count, shift, a zero in the upper half") \
	X(COST(MUL64), 7, JIT ": start, 4 steps, two results")		\
	X(COST(MUL32), 7, JIT ": start, 4 steps, result, a zero in the upper half") \
	X(COST(DIV64), 10, JIT ": multiplication by the reciprocal")	\
	X(COST(DIV32), 10, JIT ": multiplication by the reciprocal")	\
	X(COST(FIELD), 2, JIT ": and a zero in the upper half")		\
	X(COST(SWAP16), 3, JIT)						\
	X(COST(SWAP32), 3, JIT)						\
	X(COST(SWAP64), 5, JIT)						\
	X(COST(CMOV), 4, "no such BPF instruction; a branch and a move") \
	X(COST(LD4), 2, JIT ": move and a zero in the upper half, besides the command") \
	X(COST(LD8), 2, JIT ": two moves, besides the command")		\
	X(COST(ST4), 1, JIT ": move, besides the command")		\
	X(COST(ST8), 2, JIT ": two moves, besides the command")		\
	X(COST(ATOM), 3, JIT ": mem_xadd(), operand and command; of operands known to have 16 bits, others take 5 to 8")	\
	X(COST(JZ64), 2, JIT ": or of two halves, branch")		\
	X(COST(JCC64), 3, JIT ": two halves compared, branch; 4 for some of two registers and for unequal constants, which is one branch more")		\
	X(COST(JCC32), 2, JIT ": compare, branch")			\
	X(COST(JMP), 1, JIT ": besides taken")				\
	X(COST(CALL), 12, JIT ": stack pointer, 8 halves of registers, return address, besides taken") \
	X(COST(EXIT), 6, JIT ": branch to the epilogue, and the prologue's 2 instructions; the epilogue is in " KRUDE "'s cycles of the firmware, which end where the program is called") \
	X(HELPER(map_update_elem), 55, "not published; as lookup, and up to 64 B copied") \
	X(HELPER(map_delete_elem), 35, "not published; as lookup, and free list") \
	X(HELPER(perf_event_output), 60, "not published; as update, its data likewise copied to the control channel") \
	X(HELPER(get_prandom_u32), 3, JIT)				\
	X(HELPER(xdp_adjust_head), 14, JIT ": its own comment")		\
	X(HELPER(xdp_adjust_tail), 14, JIT)

/*
 * agilio: with the stripped firmware and the patched driver of Krude et al.:
 * "Determination of throughput guarantees for processor-based SmartNICs". The
 * card does nothing but run programs, and a lookup in an array is no call but
 * a product and a sum: the array's address is in a register.
 */
#define FN_PROFILE_AGILIO(X)						\
	FN_PROFILE_NFP(X)						\
	X(packet, 224, KRUDE ": stripped firmware, from a program's end to the next packet's beginning")			\
	X(mac_kpps, 54400, KRUDE)					\
	X(key_far, 6, KRUDE ", patch to the driver: address register written and restored, and the cycles until they are") \
	X(hash, 73, "that firmware has no hash maps; as corenic's, whose call takes 13 cycles more than this lookup") \
	X(HELPER(map_lookup_elem), 3, KRUDE ", patch to the driver: base, mask, shifted key")

/*
 * corenic: with the CoreNIC firmware and the kernel's driver, nearly as shipped.
 */
#define FN_PROFILE_CORENIC(X)						\
	FN_PROFILE_NFP(X)						\
	X(packet, 409, KRUDE ": XDP_DROP at 9.51 Mpps with 5 cores is 417 cycles, less the 8 of the program")			\
	X(mac_kpps, 53200, KRUDE ": XDP_DROP with 30 to 50 cores")	\
	X(key_far, 5, JIT ": map_call_stack_common(), address register written and restored, and the cycles until it is") \
	X(hash, 60, "not published; reckoned as CRC of 16 B of key and comparison in software") \
	X(HELPER(map_lookup_elem), 16, JIT ": 4 cycles for the call; the routine not published, for an array reckoned as bounds, product, sum of 40 bits and return")

#define HXDP "Brunella et al., OSDI 2020"

/*
 * hxdp: hXDP on NetFPGA, "Efficient Software Packet Processing on FPGA NICs".
 */
#define FN_PROFILE_HXDP(X)						\
	X(cores, 1, HXDP)						\
	X(threads, 1, HXDP)						\
	X(lanes, 4, HXDP)						\
	X(level, 2, HXDP ": an optimising compiler, whose gains the translator has, too") \
	X(blocks, 1, HXDP ": rows are filled from a block and what is executed whenever it is; its operations have no conditional exit") \
	X(without, "merge.general", HXDP ": of neighbouring accesses to memory its compiler makes one where they clear, or copy 6 bytes") \
	X(clock_khz, 156250, HXDP)					\
	X(packet, 2, HXDP ": n checksum calls take 6 + n cycles, of which 3 + n rows are the program's; one less as the start is early") \
	X(floor_drop, 3, HXDP ": XDP_DROP at 52 Mpps, with early exit")	\
	X(floor_forward, 7, HXDP ": XDP_TX at 22.4 Mpps: 2 frames of 32 B in and out") \
	X(taken, 1, "not published; of the 4 stages, the row after is in the first when a jump is known. The public ROM of simple_firewall (23.9 cycles) bears it out")	\
	X(wide, 0, "constants are in the instruction")			\
	X(half, 0, HXDP ": registers of 64 bits")				\
	X(stack_near, 0, HXDP ": a memory of its own, one cycle")		\
	X(stack_far, 0, HXDP ": a memory of its own, one cycle")		\
	X(key_far, 0, HXDP ": one helper call a cycle")	\
	X(map_offset, 0, HXDP ": one cycle")				\
	X(wait_min, 0, HXDP)						\
	X(latency_packet, 0, HXDP ": one cycle")				\
	X(latency_map, 0, HXDP ": one cycle")				\
	X(packet_window, 0, "nobody waits for packet memory") \
	X(store_waits, 0, HXDP)						\
	X(map_read, 0, "one core: nobody else is there")		\
	X(map_write, 0, "one core: nobody else is there")		\
	X(map_banks, 1, "one core: nobody else is there")		\
	X(map_atomic, 0, "one core: nobody else is there")		\
	X(hash, 0, HXDP ": lookup of a key up to 32 B in one cycle")	\
	X(hash_reads, 0, HXDP ": lookup of a key up to 32 B in one cycle") \
	X(lru_reads, 0, HXDP ": no such maps are described")		\
	X(lpm_bits, 0, HXDP ": no such maps are described")		\
	X(ports, 4, "NetFPGA-SUME")					\
	X(port_mbps, 10000, "NetFPGA-SUME")				\
	X(mac_kpps, 0, "none published")				\
	X(queue, 64, "not published")					\
	X(dma_mbps, 10000, "not published; the NetFPGA-SUME reference design's order of magnitude") \
	X(dma_kpps, 0, "not published")					\
	X(dma_ns, 1000, "not published; NetFPGA-SUME, order of magnitude") \
	X(stores, 3, HXDP ": the round trip grows 2.6 ns a byte, as of 3 times at 10 Gb/s: into the NetFPGA, to the core, out") \
	X(port_ns, 875, HXDP ": firewall round trip of 1.26 us at 64 B, less 34 cycles for its 27 rows and storing") \
	X(expands, 0, HXDP ": an operation for a word, a row for a group")	\
	X(max_words, 8192, "not published; programs of up to 4096 BPF instructions, two rows of memory") \
	X(max_stack, 512, "as BPF")					\
	X(max_maps, 64, "not published")				\
	X(max_entries, 1048576, "not published; limited by block RAM")	\
	X(max_key, 32, HXDP ": in one cycle")				\
	X(max_value, 4096, "not published")				\
	X(max_pair, 4128, "not published")				\
	X(map_store, 1, HXDP ": map memory is accessed by loads and stores") \
	X(map_flags, 1, "not published; its maps are in memory of its own")	\
	X(COST(NOP), 1, HXDP)						\
	X(COST(MOV64), 1, HXDP)						\
	X(COST(MOV32), 1, HXDP)						\
	X(COST(ALU64), 1, HXDP)						\
	X(COST(ALU32), 1, HXDP)						\
	X(COST(SHIFT64), 1, HXDP)					\
	X(COST(SHIFT32), 1, HXDP)					\
	X(COST(VSHIFT64), 1, HXDP)					\
	X(COST(VSHIFT32), 1, HXDP)					\
	X(COST(MUL64), 1, HXDP)						\
	X(COST(MUL32), 1, HXDP)						\
	X(COST(DIV64), 1, "not published")				\
	X(COST(DIV32), 1, "not published")				\
	X(COST(FIELD), 1, HXDP)						\
	X(COST(SWAP16), 1, HXDP)					\
	X(COST(SWAP32), 1, HXDP)					\
	X(COST(SWAP64), 1, HXDP)					\
	X(COST(CMOV), 1, "no such operation; a branch in a lane of its own") \
	X(COST(LD4), 1, HXDP)						\
	X(COST(LD8), 1, HXDP)						\
	X(COST(ST4), 1, HXDP)						\
	X(COST(ST8), 1, HXDP)						\
	X(COST(ATOM), 1, HXDP)						\
	X(COST(JZ64), 1, HXDP)						\
	X(COST(JCC64), 1, HXDP)						\
	X(COST(JCC32), 1, HXDP)						\
	X(COST(JMP), 1, HXDP)						\
	X(COST(CALL), 1, "not published")				\
	X(COST(EXIT), 1, HXDP ": parametrised exit")			\
	X(HELPER(map_lookup_elem), 1, HXDP ": one helper call a cycle")	\
	X(HELPER(map_update_elem), 1, HXDP ": one helper call a cycle")	\
	X(HELPER(map_delete_elem), 1, HXDP ": one helper call a cycle")	\
	X(HELPER(ktime_get_ns), 1, HXDP ": one helper call a cycle")	\
	X(HELPER(get_prandom_u32), 1, HXDP ": one helper call a cycle")	\
	X(HELPER(get_smp_processor_id), 1, HXDP ": one helper call a cycle") \
	X(HELPER(redirect), 3, HXDP ": redirect at 15 Mpps, 3 cycles more than XDP_TX")	\
	X(HELPER(csum_diff), 1, HXDP ": one helper call a cycle")	\
	X(HELPER(xdp_adjust_head), 1, HXDP ": one helper call a cycle")	\
	X(HELPER(xdp_adjust_tail), 1, HXDP ": one helper call a cycle")

/* clang-format on */

#endif /* FN_ENGINE_PROFILES_H */
