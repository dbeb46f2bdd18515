/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is modelled: a card's clock, cores, costs and limits. Modelled time
 * only; how long the emulation takes has nothing to do with it.
 *
 * The model: a thread spends issue cycles, one for each group and more for
 * operations that cost more, and at some accesses to memory it waits. While it
 * waits, the core's other threads run, each of which waits in its turn. With
 * all of them at work an access holds the core up for what is left of its share
 * of the latency, which is the latency divided by the number of threads:
 *
 *	max(wait_min, latency / threads - cycles since the previous access)
 *
 * Loads of the packet that find their bytes brought by one before do not wait.
 * Accesses to map memory also occupy that memory, which all cores share.
 *
 * What a compiler knows of the words around one changes its cost: such words
 * are marked when a program is loaded (enum fn_mark).
 */
#ifndef FN_ENGINE_PROFILE_H
#define FN_ENGINE_PROFILE_H

#include "../helpers.h"
#include "../isa.h"

/* clang-format off */

/*
 * Kinds of operations whose issue cycles a profile tells: X(NAME, "key", text)
 * On a card whose own instructions are simpler than a word, they are the number
 * of those that the operation takes.
 */
#define FN_COSTS(X)							\
	X(NOP,     "nop",     "no operation")				\
	X(MOV64,   "mov64",   "move of 64 bits, or of a constant")	\
	X(MOV32,   "mov32",   "move of 32 bits")			\
	X(ALU64,   "alu64",   "addition, subtraction or logic of 64 bits") \
	X(ALU32,   "alu32",   "addition, subtraction or logic of 32 bits") \
	X(SHIFT64, "shift64", "shift of 64 bits by a constant")		\
	X(SHIFT32, "shift32", "shift of 32 bits by a constant")		\
	X(VSHIFT64, "vshift64", "shift of 64 bits by a register")	\
	X(VSHIFT32, "vshift32", "shift of 32 bits by a register")	\
	X(MUL64,   "mul64",   "multiplication of 64 bits")		\
	X(MUL32,   "mul32",   "multiplication of 32 bits")		\
	X(DIV64,   "div64",   "division of 64 bits")			\
	X(DIV32,   "div32",   "division of 32 bits")			\
	X(FIELD,   "field",   "extension or bit field")			\
	X(SWAP16,  "swap16",  "byte swap of 16 bits")			\
	X(SWAP32,  "swap32",  "byte swap of 32 bits")			\
	X(SWAP64,  "swap64",  "byte swap of 48 or 64 bits")		\
	X(CMOV,    "cmov",    "conditional move")			\
	X(LD4,     "ld4",     "load of up to 4 bytes")			\
	X(LD8,     "ld8",     "load of more than 4 bytes")		\
	X(ST4,     "st4",     "store of up to 4 bytes")			\
	X(ST8,     "st8",     "store of more than 4 bytes")		\
	X(ATOM,    "atom",    "atomic operation")			\
	X(JZ64,    "jz64",    "jump if 64 bits, or some of the lower half, are 0, or if not")	\
	X(JCC64,   "jcc64",   "other conditional jump on 64 bits")	\
	X(JCC32,   "jcc32",   "conditional jump on 32 bits")		\
	X(JMP,     "jmp",     "jump")					\
	X(CALL,    "call",    "call of a function, or return from it")	\
	X(EXIT,    "exit",    "end of the program")

enum fn_cost_kind {
#define FN_COST_ENUM(name, ...) FN_COST_##name,
	FN_COSTS(FN_COST_ENUM)
#undef FN_COST_ENUM
	FN_NCOSTS
};

#define FN_MAX_BANKS 16
#define FN_MAP_LINE 64 /* bytes that are in one bank */

enum fn_helper_index {
#define FN_HELPER_ENUM(name, ...) FN_HELPER_INDEX_##name,
	FN_HELPERS(FN_HELPER_ENUM)
#undef FN_HELPER_ENUM
	FN_NHELPERS
};

/*
 * The figures of a profile: X(field, "key", scale, least, most, text). A member
 * holds scale times what people read and write under the key.
 */
#define FN_PROFILE_FIGURES(X)						\
	X(cores, "cores", 1, 1, 4096, "cores that run programs")	\
	X(threads, "threads", 1, 1, 64, "threads of a core")		\
	X(lanes, "lanes", 1, 1, 8, "words that a core issues in a cycle") \
	X(level, "level", 1, 0, 9, "optimisation by the card's compiler; 9 for what the module does") \
	X(blocks, "blocks", 1, 0, 1, "1 if the card's compiler looks at a block of code at a time") \
	X(clock_khz, "clock_mhz", 1000, 1, 20000, "clock of cores and map memory, MHz") \
	X(packet, "packet", 1, 0, 100000, "cycles of a core for each packet, besides the program") \
	X(floor_drop, "floor_drop", 1, 0, 100000, "least cycles for a packet that is dropped") \
	X(floor_forward, "floor_forward", 1, 0, 100000, "least cycles for a packet that is not") \
	X(taken, "taken", 1, 0, 100, "cycles lost by a jump that is taken") \
	X(wide, "wide", 1, 0, 100, "cycles of an instruction for 16 bits of a constant above 255; moves have one") \
	X(half, "half", 1, 0, 100, "cycles saved by a word of 32 bits whose result's upper half nobody reads, and by logic that leaves that half as it is") \
	X(stack_near, "stack_near", 1, 0, 1024, "bytes at the lower end of the stack that are reached at once; 0 for all") \
	X(stack_far, "stack_far", 1, 0, 100, "cycles more for an access to the rest of the stack") \
	X(key_far, "key_far", 1, 0, 100, "cycles more for a helper whose key is not at the lower end of the stack") \
	X(map_offset, "map_offset", 1, 0, 100, "cycles to add an offset to an address of map memory") \
	X(wait_min, "wait_min", 1, 0, 10000, "least cycles lost by an access that waits") \
	X(latency_packet, "latency_packet", 1, 0, 100000, "latency of packet memory, cycles; 0 if nobody waits for it") \
	X(latency_map, "latency_map", 1, 0, 100000, "latency of map memory, cycles; 0 if nobody waits for it") \
	X(packet_window, "packet_window", 1, 0, 256, "bytes of the packet that a load brings for those after it; 0 for its own") \
	X(store_waits, "store_waits", 1, 0, 1, "1 if stores wait as loads do") \
	X(map_read, "map_read", 1000, 0, 1000, "cycles that a read occupies map memory") \
	X(map_write, "map_write", 1000, 0, 1000, "cycles that a write occupies map memory") \
	X(map_banks, "map_banks", 1, 1, FN_MAX_BANKS, "banks that lines of map memory are spread over; reads and writes of one occupy none of the others") \
	X(map_atomic, "map_atomic", 1000, 0, 1000, "cycles that an atomic operation occupies map memory") \
	X(hash, "hash", 1, 0, 100000, "cycles of a helper to hash and compare keys") \
	X(hash_reads, "hash_reads", 1, 0, 100, "reads of map memory by a helper to find a key in a hash map") \
	X(lru_reads, "lru_reads", 1, 0, 100, "accesses more by a helper in an LRU map, for the order of use; 0 if the card has no such maps") \
	X(lpm_bits, "lpm_bits", 1, 0, 2048, "bits of a key that a cycle and a read of map memory decide in a search for the longest prefix; 0 if the card has no such maps") \
	X(ports, "ports", 1, 1, 64, "ports")				\
	X(port_mbps, "port_mbps", 1, 1, 1000000, "line rate of a port, Mb/s") \
	X(mac_kpps, "mac_mpps", 1000, 0, 100000, "packets that all ports take, millions a second; 0 if no limit is known") \
	X(queue, "queue", 1, 1, 65536, "packets that wait for a core, at most") \
	X(dma_mbps, "dma_mbps", 1, 1, 10000000, "rate of frames to the host, Mb/s") \
	X(dma_kpps, "dma_mpps", 1000, 0, 100000, "packets to the host, millions a second; 0 if no limit is known") \
	X(dma_ns, "dma_ns", 1, 0, 1000000, "latency of the bus to the host, ns") \
	X(stores, "stores", 1, 0, 16, "times that a frame is stored whole, at the rate of a port, before it has left") \
	X(port_ns, "port_ns", 1, 0, 1000000, "latency of the ports, in and out together, ns") \
	X(expands, "expands", 1, 0, 1, "1 if the control store has instructions of the card's own, of which a word's issue cycles are the number; 0 if it has words") \
	X(max_words, "max_words", 1, 1, 4194304, "instructions of a program that the control store has room for") \
	X(max_stack, "max_stack", 1, 0, 4096, "bytes of stack of a program") \
	X(max_maps, "max_maps", 1, 0, 1024, "maps of a program")	\
	X(max_entries, "max_entries", 1, 0, 4294967295, "entries of all maps together") \
	X(max_key, "max_key", 1, 0, 512, "bytes of a key")		\
	X(max_value, "max_value", 1, 0, 1048568, "bytes of a value")	\
	X(max_pair, "max_pair", 1, 0, 1049080, "bytes of a key and a value together") \
	X(map_store, "map_store", 1, 0, 1, "1 if programs may store to map values") \
	X(map_flags, "map_flags", 1, 0, 1, "1 if hash maps may have BPF_F_NO_PREALLOC")

/* clang-format on */

/**
 * struct fn_profile - a modelled card
 * @name: of the profile
 * @without: passes of the translator, or parts of them, that the card's compiler
 *	has none like, with commas; "" if it has all
 * @cost: issue cycles of operations, by enum fn_cost_kind
 * @helper: cycles of helpers, by enum fn_helper_index; 0 if the card has none
 *
 * The other members are those of FN_PROFILE_FIGURES.
 */
struct fn_profile {
	const char *name;
	const char *without;
#define FN_PROFILE_MEMBER(field, ...) u32 field;
	FN_PROFILE_FIGURES(FN_PROFILE_MEMBER)
#undef FN_PROFILE_MEMBER
	u32 cost[FN_NCOSTS];
	u32 helper[FN_NHELPERS];
};

/**
 * struct fn_find - what it takes to find a key in a map
 * @cycles: of a helper, to hash, to compare or to choose
 * @reads: of map memory
 */
struct fn_find {
	u32 cycles;
	u32 reads;
};

/**
 * struct fn_note - where a figure of a profile is from
 * @offset: of the member in struct fn_profile
 * @source: what is known of it
 */
struct fn_note {
	u32 offset;
	const char *source;
};

/**
 * struct fn_load - what packets ask of the card
 * @packets: number
 * @cycles: of a core, in all
 * @map: cycles that map memory is occupied, in thousandths
 * @in: bytes of frames in, at least 60 of each
 * @out: packets that leave by a port
 * @out_bytes: of their frames, at least 60 of each
 * @host: packets that go to the host
 * @host_bytes: of their frames
 */
struct fn_load {
	u64 packets;
	u64 cycles;
	u64 map;
	u64 in;
	u64 out;
	u64 out_bytes;
	u64 host;
	u64 host_bytes;
};

/* clang-format off */
/* What sets the pace: X(NAME, "name", text) */
#define FN_LIMITS(X)							\
	X(CORES, "cores",      "the cores")				\
	X(MAP,   "map memory", "map memory")				\
	X(MAC,   "mac",        "the packet rate of the ports")		\
	X(LINE,  "line rate",  "the line rate of the ports, in")	\
	X(OUT,   "line rate out", "the line rate of the ports, out")	\
	X(DMA,   "dma",        "the bus to the host")
/* clang-format on */

enum fn_limit {
#define FN_LIMIT_ENUM(name, ...) FN_LIMIT_##name,
	FN_LIMITS(FN_LIMIT_ENUM)
#undef FN_LIMIT_ENUM
		FN_NLIMITS
};

/**
 * enum fn_mark - what is known of a word from those around it
 * @FN_MARK_FOUND: a load whose bytes one before has brought
 * @FN_MARK_HALF: it need not touch its result's upper half
 * @FN_MARK_FAR: it reaches for a distant place of the stack
 */
enum fn_mark {
	FN_MARK_FOUND = BIT(0),
	FN_MARK_HALF = BIT(1),
	FN_MARK_FAR = BIT(2),
};

/* profile.c */
const struct fn_profile *fn_profile_find(const char *name);
const struct fn_profile *fn_profile_next(const struct fn_profile *prev);
const struct fn_note *fn_profile_notes(const struct fn_profile *p, u32 *n);
int fn_profile_helper(u32 number);

/* Cycles that an access holds its core up at most. */
static inline u32 fn_profile_share(const struct fn_profile *p, u32 latency)
{
	return latency / p->threads;
}

/* window.c */
void fn_window_find(const struct fn_profile *p, const u64 *words, u32 n,
		    u8 *marks);

/* half.c */
int fn_half_find(const struct fn_profile *p, const u64 *words, u32 n,
		 u8 *marks);

/* stack.c */
void fn_stack_find(const struct fn_profile *p, const u64 *words, u32 n,
		   u8 *marks);

/* charge.c */
void fn_find_cost(const struct fn_profile *p, u32 type, u32 key_size,
		  struct fn_find *find);

/* timing.c */
extern const char *const fn_limit_name[FN_NLIMITS];
int fn_timing_mark(const struct fn_profile *p, const u64 *words, u32 n,
		   u8 *marks);
u32 fn_timing_issue(const struct fn_profile *p, const struct fn_insn *insn,
		    u32 marks);
u32 fn_timing_word(const struct fn_profile *p, const struct fn_insn *insn,
		   u32 marks, bool first);
u64 fn_timing_size(const struct fn_profile *p, const u64 *words, u32 n,
		   const u8 *marks);
void fn_timing_limits(const struct fn_profile *p, const struct fn_load *load,
		      u64 *rates);
u64 fn_timing_limit(const struct fn_profile *p, const struct fn_load *load,
		    enum fn_limit *what);
u64 fn_timing_rate(const struct fn_profile *p, u64 cycles, u64 packets,
		   u32 frame_len);

#endif /* FN_ENGINE_PROFILE_H */
