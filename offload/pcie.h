/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What crosses the bus between a host driver and the card: descriptor rings,
 * doorbells, interrupts, control messages and program images. The driver uses
 * nothing else of offload/, and the card knows nothing of the driver.
 *
 * Bus addresses are made with fn_ptr_to_bus(). The card reads and writes host
 * memory only where a descriptor or a control message says so.
 */
#ifndef FN_PCIE_H
#define FN_PCIE_H

#include "platform.h"

struct fn_card;
struct fn_profile;

#define FN_MAX_PORTS 16
#define FN_MAX_QUEUES 64 /* receive and transmit queue pairs a port */
#define FN_MAX_WORKERS 16

static inline u64 fn_ptr_to_bus(const void *p)
{
	return (u64)(uintptr_t)p;
}

/*
 * Receive ring. The driver fills desc[tail] and rings the doorbell with the new
 * tail (a free-running count). The card writes a frame to @addr and completes
 * the descriptor in ring order by storing @status last (release). A frame
 * larger than @room continues in the next descriptors; the last has FN_RX_EOP.
 */

/**
 * struct fn_rx_desc - receive descriptor, 64 bytes
 * @addr: bus address of the buffer's data area; the card writes @meta_len bytes
 *	of metadata below it and the frame from it on
 * @room: bytes at @addr
 * @status: FN_RX_*; 0 while the descriptor belongs to the card
 * @len: bytes of the frame in this buffer
 * @meta_len: bytes of XDP metadata right below @addr, multiple of 4
 * @flags: FN_RX_L3 or FN_RX_L4: what @hash is of, and FN_RX_KIND(), the kind of
 *	flow; none of them if it is of nothing of use. FN_RX_VLAN, FN_RX_JOINS
 * @hash: flow hash of the frame, or with FN_RX_HASHED what a classifier set
 * @verdict: enum xdp_action of the offloaded program, or ~0 without one
 * @tstamp: card's clock at arrival, ns
 * @cookie: the driver's, not looked at by the card
 * @mark: with FN_RX_MARKS, what classifiers left for the stack
 * @priority: the same
 * @tc_index: the same
 * @queue_mapping: the same: receive queue and one, 0 for none
 * @csum_level: the same, with FN_RX_CSUM_OK: checksums behind the first that are
 *	right, too
 * @vlan_tci: with FN_RX_VLAN, of the tag that the frame had
 */
struct fn_rx_desc {
	u64 addr;
	u32 room;
	u32 status;
	u32 len;
	u16 meta_len;
	u16 flags;
	u32 hash;
	u32 verdict;
	u64 tstamp;
	u64 cookie;
	u32 mark;
	u32 priority;
	u16 tc_index;
	u16 queue_mapping;
	u16 csum_level;
	u16 vlan_tci;
};

#define FN_RX_DONE 0x01
#define FN_RX_EOP 0x02
#define FN_RX_CSUM_OK 0x04 /* IPv4/IPv6 TCP or UDP checksum is right */
#define FN_RX_MARKS 0x08 /* mark, priority, tc_index, queue_mapping are set */
#define FN_RX_HASHED 0x10 /* only with FN_RX_MARKS */

/* flags */
#define FN_RX_L3 0x01 /* addresses */
#define FN_RX_L4 0x02 /* addresses and ports */
#define FN_RX_VLAN 0x04 /* a VLAN tag, 802.1Q, has been taken out */
#define FN_RX_JOINS 0x08 /* carries the frame before it on: fn_msg_port.gro */
#define FN_RX_KIND(flags) ((flags) >> 8) /* enum fn_flow_kind, if it is known */
#define FN_RX_OF_KIND(kind) ((kind) << 8)

/*
 * Transmit ring. The driver fills desc[tail] and rings the doorbell with the
 * new tail. The card reads the fragments up to FN_TX_EOP and sends the frame,
 * then stores the count of descriptors it is done with at @head_addr (release).
 */

/**
 * struct fn_tx_desc - transmit descriptor, 24 bytes
 * @addr: bus address of the fragment
 * @len: bytes of the fragment
 * @flags: FN_TX_*
 * @csum_start: with FN_TX_CSUM, where summing starts, from the frame's start
 * @csum_offset: with FN_TX_CSUM, where the sum goes, from @csum_start
 * @mss: with FN_TX_SEGMENT, bytes of payload in each frame but the last
 * @vlan_tci: with FN_TX_VLAN, of the tag
 */
struct fn_tx_desc {
	u64 addr;
	u32 len;
	u32 flags;
	u16 csum_start;
	u16 csum_offset;
	u16 mss;
	u16 vlan_tci;
};

#define FN_TX_EOP 0x01
#define FN_TX_CSUM 0x02 /* on the first fragment */
/*
 * On the first fragment, with FN_TX_CSUM: it is more than a frame can be. The card
 * sends as many frames as it takes, each with the headers, in which it puts
 * lengths, identification, sequence number, flags and checksums right.
 */
#define FN_TX_SEGMENT 0x10
#define FN_TX_SEGMENT_MAX 0x20000 /* bytes */
#define FN_TX_HEADERS_MAX 256
/*
 * On the last fragment: when the frame is sent, the card writes the time to
 * @addr and sets FN_TX_STAMPED, then gives the descriptor back.
 */
#define FN_TX_STAMP 0x04
#define FN_TX_STAMPED 0x08
/*
 * On the first fragment: the card puts a VLAN tag, 802.1Q, behind the addresses.
 * Places and sizes in the descriptor are those without it.
 */
#define FN_TX_VLAN 0x20

/*
 * Event ring: the card's messages to the host. One producer, one consumer;
 * the driver reads events up to *@head_addr, then rings the doorbell with the
 * count it has read. A full ring loses the event and counts it.
 */
#define FN_EVENT_TEXT 280
#define FN_EVENT_DATA_MAX 16384 /* bytes of FN_EVENT_DATA */

enum fn_event_type {
	FN_EVENT_PRINT, /* bpf_trace_printk: text */
	FN_EVENT_FAULT, /* a packet was aborted: cause, pc, addr */
	FN_EVENT_DATA, /* bpf_perf_event_output: map, index, size */
};

/**
 * struct fn_event - a message of the card, 320 bytes
 * @type: enum fn_event_type
 * @len: bytes of @text without its terminating NUL
 * @port: port the packet came in on
 * @prog: handle of the program
 * @cause: enum fn_fault
 * @pc: word the thread was at
 * @insn: BPF instruction that word came from, FN_ORIGIN_NONE if none
 * @map: handle of the map that tells who gets the data
 * @index: which entry of it, BPF_F_CURRENT_CPU for any
 * @size: bytes of data, at most FN_EVENT_DATA_MAX; they are in the next
 *	fn_event_more() places of the ring, one after another
 * @addr: offending device address
 * @tstamp: card's clock, ns
 * @text: the line printed
 */
struct fn_event {
	u16 type;
	u16 len;
	u32 port;
	u32 prog;
	union {
		struct {
			u32 cause;
			u32 pc;
			u32 insn;
		};
		struct {
			u32 map;
			u32 index;
			u32 size;
		};
	};
	u64 addr;
	u64 tstamp;
	char text[FN_EVENT_TEXT];
};

/* Places of the ring behind an event's own that belong to it, too. */
static inline u32 fn_event_more(const struct fn_event *ev)
{
	return ev->type == FN_EVENT_DATA ?
		       DIV_ROUND_UP(ev->size, (u32)sizeof(*ev)) :
		       0;
}

/**
 * struct fn_host_ops - the wires from the card to its host
 * @interrupt: an unmasked vector fired; called from a worker of the card in
 *	process context, or by fn_card_poll(). The vector stays masked until
 *	fn_card_unmask()
 * @work: fn_card_poll() has something to do; any context. NULL if it is called
 *	whatever there is to do
 */
struct fn_host_ops {
	void (*interrupt)(void *host, u32 vector);
	void (*work)(void *host);
};

/**
 * struct fn_card_config - how a card is populated
 * @ports: 1 to FN_MAX_PORTS
 * @workers: threads that emulate, 1 to FN_MAX_WORKERS; 0 for a card that
 *	runs only when fn_card_poll() is called
 * @cpus: CPU of each worker, or -1 for any
 * @name: of the card, for the names of its threads
 * @profile: name of a timing profile, NULL for the default
 * @interpreter: interpret all programs
 * @queue: frames of each worker's ingress queue of a port, a power of two from
 *	FN_QUEUE_MIN to FN_QUEUE_MAX; 0 for FN_QUEUE_DEFAULT
 * @model: a timing profile that is in no list, which @profile is ignored for;
 *	stays as it is as long as the card; or NULL
 */
struct fn_card_config {
	u32 ports;
	u32 workers;
	s16 cpus[FN_MAX_WORKERS];
	char name[16];
	bool interpreter;
	u32 queue;
	const char *profile;
	const struct fn_profile *model;
};

#define FN_QUEUE_MIN 64
#define FN_QUEUE_MAX 4096
#define FN_QUEUE_DEFAULT 512

/*
 * Control messages. Each is a struct that the card reads, acts on and answers
 * in place, synchronously; the call returns 0 or a negative errno, may sleep
 * and needs process context. @why, where a message has it, receives a sentence
 * when the message is refused. Handles are never 0.
 */
#define FN_WHY_LEN 160
#define FN_NAME_LEN 16

enum fn_ctrl_op {
	FN_CTRL_CAPS, /* struct fn_msg_caps */
	FN_CTRL_PORT_SET, /* struct fn_msg_port: MTU, ifindex, flow control */
	FN_CTRL_PORT_UP, /* struct fn_msg_port_id */
	FN_CTRL_PORT_DOWN, /* returns when no ring of the port is in use */
	FN_CTRL_PORT_STATS, /* struct fn_msg_port_stats */
	FN_CTRL_PORT_PROG, /* struct fn_msg_port_prog */
	FN_CTRL_PORT_MODERATION, /* struct fn_msg_port_moderation */
	FN_CTRL_PORT_RSS, /* struct fn_msg_port_rss */
	FN_CTRL_PORT_RULE, /* struct fn_msg_port_rule */
	FN_CTRL_PORT_RX_FILTER, /* struct fn_msg_port_rx_filter */
	FN_CTRL_PORT_RINGS, /* struct fn_msg_port_id; destroys them, as below */
	FN_CTRL_PORT_FILTER, /* struct fn_msg_port_filter */
	FN_CTRL_FILTER_STATS, /* struct fn_msg_filter_stats */
	FN_CTRL_RING_CREATE, /* struct fn_msg_ring */
	FN_CTRL_RING_DESTROY, /* struct fn_msg_ring_id; no access after return */
	FN_CTRL_PROG_LOAD, /* struct fn_msg_prog_load */
	FN_CTRL_PROG_UNLOAD, /* struct fn_msg_handle */
	FN_CTRL_PROG_GET, /* struct fn_msg_prog */
	FN_CTRL_PROG_IMAGE, /* struct fn_msg_prog_image */
	FN_CTRL_MAP_CREATE, /* struct fn_msg_map */
	FN_CTRL_MAP_FREE, /* struct fn_msg_handle */
	FN_CTRL_MAP_GET, /* struct fn_msg_map */
	FN_CTRL_MAP_KIND, /* struct fn_msg_map_kind */
	FN_CTRL_MAP_OP, /* struct fn_msg_map_op */
	FN_CTRL_WORKER_GET, /* struct fn_msg_worker */
	FN_CTRL_FAULT_GET, /* struct fn_msg_fault */
	FN_CTRL_INJECT, /* struct fn_msg_inject */
	FN_CTRL_STORE_CHECK, /* struct fn_msg_store */
	FN_CTRL_STORE_RELOAD, /* struct fn_msg_store */
	FN_CTRL_CAPTURE_START, /* struct fn_msg_capture */
	FN_CTRL_CAPTURE_STOP, /* struct fn_msg_ring_id; no access after return */
	FN_CTRL_COUNTS_SET, /* struct fn_msg_counts */
	FN_CTRL_COUNTS_GET, /* struct fn_msg_counts */
	FN_CTRL_CLOCK_GET, /* struct fn_msg_clock */
	FN_CTRL_CLOCK_SET, /* struct fn_msg_clock */
	FN_NCTRLS
};

struct fn_msg_port_id {
	u32 port;
};

struct fn_msg_handle {
	u32 handle;
};

/**
 * struct fn_msg_caps - what the card is and can do
 * @ports: number
 * @workers: emulation threads
 * @max_words: control store of one program, instruction words
 * @max_maps: maps on the card
 * @max_progs: programs on the card
 * @max_key_size: bytes
 * @max_value_size: bytes
 * @max_map_memory: bytes, all maps
 * @cores: of the modelled card
 * @threads: a core
 * @lanes: a core
 * @clock_khz: of the modelled cores
 * @port_mbps: line rate of a port
 * @profile: name of the timing profile
 */
struct fn_msg_caps {
	u32 ports;
	u32 workers;
	u32 max_words;
	u32 max_maps;
	u32 max_progs;
	u32 max_key_size;
	u32 max_value_size;
	u64 max_map_memory;
	u32 cores;
	u32 threads;
	u32 lanes;
	u32 clock_khz;
	u32 port_mbps;
	char profile[FN_NAME_LEN];
};

/**
 * struct fn_msg_port - configuration of a port
 * @port: number
 * @mtu: frames longer than this and 22 bytes of header are dropped; refused
 *	while the port is up
 * @ifindex: of the host's netdev, for ctx->ingress_ifindex and redirect; 0 is no
 *	netdev's
 * @netns: the host's name for the network namespace that @ifindex is of; programs
 *	redirect to ports in the namespace of the port that a frame came in on
 * @pause: ask the far end to pause instead of dropping when a queue is full
 * @rx_csum: verify checksums of frames that go to the host
 * @vlan_strip: take VLAN tags out of frames that go to the host
 * @gro: say which frames carry on where the last one ended, see
 *	fn_gro_joins()
 * @set: which of the fields above to set, FN_PORT_SET_*
 */
struct fn_msg_port {
	u32 port;
	u32 mtu;
	u32 ifindex;
	u64 netns;
	u8 pause;
	u8 rx_csum;
	u8 vlan_strip;
	u8 gro;
	u32 set;
};

#define FN_PORT_SET_MTU 0x01
#define FN_PORT_SET_IFINDEX 0x02 /* and netns */
#define FN_PORT_SET_PAUSE 0x04
#define FN_PORT_SET_RX_CSUM 0x08
#define FN_PORT_SET_VLAN_STRIP 0x10
#define FN_PORT_SET_GRO 0x20

/* clang-format off */
/* Counters of a port: X(field, "name in ethtool -S") */
#define FN_PORT_COUNTERS(X)						\
	X(mac_rx_frames,	"mac_rx_frames")			\
	X(mac_rx_bytes,		"mac_rx_bytes")				\
	X(mac_tx_frames,	"mac_tx_frames")			\
	X(mac_tx_bytes,		"mac_tx_bytes")				\
	X(mac_rx_undersize,	"mac_rx_undersize") /* under 14 bytes */ \
	X(mac_rx_oversize,	"mac_rx_oversize") /* over the MTU */	\
	X(mac_rx_overflow,	"mac_rx_overflow") /* ingress queue full */ \
	X(mac_rx_down,		"mac_rx_down") /* port is down */	\
	X(mac_tx_drop,		"mac_tx_drop") /* the cable took it not */ \
	X(mac_rx_pause,		"mac_rx_pause") /* times paused */	\
	X(rule_drop,		"rule_drop") /* ethtool -N action -1 */	\
	X(host_rx_frames,	"host_rx_frames") /* DMA to the host */	\
	X(host_rx_no_buffer,	"host_rx_no_buffer") /* ring empty: dropped */ \
	X(host_rx_filtered,	"host_rx_filtered") /* address or VLAN */ \
	X(host_tx_frames,	"host_tx_frames") /* DMA from the host */ \
	X(host_tx_segmented,	"host_tx_segmented") /* of them, cut up */ \
	X(host_tx_bad,		"host_tx_bad") /* refused descriptors */ \
	X(xdp_aborted,		"offload_xdp_aborted")			\
	X(xdp_drop,		"offload_xdp_drop")			\
	X(xdp_pass,		"offload_xdp_pass")			\
	X(xdp_tx,		"offload_xdp_tx")			\
	X(xdp_redirect,		"offload_xdp_redirect")			\
	X(xdp_redirect_err,	"offload_xdp_redirect_err")		\
	X(tc_ok,		"offload_tc_ok")			\
	X(tc_shot,		"offload_tc_shot")			\
	X(tc_stolen,		"offload_tc_stolen")			\
	X(tc_trap,		"offload_tc_trap")			\
	X(tc_unspec,		"offload_tc_unspec") /* no filter decided */ \
	X(tc_redirect,		"offload_tc_redirect")			\
	X(tc_clone,		"offload_tc_clone") /* copies sent */	\
	X(tc_redirect_err,	"offload_tc_redirect_err")		\
	X(tc_aborted,		"offload_tc_aborted")			\
	X(xdp_cycles,		"offload_cycles") /* modelled */	\
	X(xdp_map_busy,		"offload_map_millicycles") /* modelled */ \
	X(xdp_words,		"offload_instructions")			\
	X(event_lost,		"offload_event_lost") /* event ring full */
/* clang-format on */

/**
 * struct fn_port_counters - since the port exists; 64 bits each
 */
struct fn_port_counters {
#define FN_PORT_COUNTER(field, name) u64 field;
	FN_PORT_COUNTERS(FN_PORT_COUNTER)
#undef FN_PORT_COUNTER
};

#define FN_NFAULTS_MAX 32

/**
 * struct fn_msg_port_stats - a port's counters
 * @port: number
 * @up: port is up
 * @prog: handle of the attached program or 0
 * @queued: frames that wait in its ingress queues now
 * @slots: frames that the queues have room for, 0 while the port is down
 * @c: counters
 * @faults: aborted packets by enum fn_fault
 */
struct fn_msg_port_stats {
	u32 port;
	u32 up;
	u32 prog;
	u32 queued;
	u32 slots;
	struct fn_port_counters c;
	u64 faults[FN_NFAULTS_MAX];
};

/**
 * struct fn_msg_port_prog - run a program on all frames that a port receives
 * @port: number
 * @prog: handle, 0 for none; the old program is not used after return. No
 *	frame is lost or decided twice by the change
 */
struct fn_msg_port_prog {
	u32 port;
	u32 prog;
};

/* Kinds of flows: what a frame's addresses and ports are of. */
enum fn_flow_kind {
	FN_FLOW_OTHER,
	FN_FLOW_IPV4,
	FN_FLOW_TCP4,
	FN_FLOW_UDP4,
	FN_FLOW_SCTP4,
	FN_FLOW_IPV6,
	FN_FLOW_TCP6,
	FN_FLOW_UDP6,
	FN_FLOW_SCTP6,
	FN_NFLOWS
};

#define FN_RSS_KEY 40 /* bytes */
#define FN_RSS_QUEUES 128
#define FN_RSS_CONTEXTS 64 /* a port, that of all frames included */

/**
 * struct fn_msg_port_rss - spread frames over receive queues by Toeplitz hash
 * @port: number
 * @context: 0 for all frames, below FN_RSS_CONTEXTS for those that a rule sends
 *	there
 * @gone: the context, which is not 0, is to be no more; what follows does not
 *	count
 * @ports: kinds of flows whose ports are hashed, too; a bit each. Fragments
 *	are of the kind FN_FLOW_IPV4 or FN_FLOW_IPV6. That of context 0 counts
 *	for all
 * @key: of the hash
 * @queue: which queue gets a frame, by its hash modulo FN_RSS_QUEUES; of kind
 *	FN_FLOW_OTHER, whose hash is 0, the first. A queue that has no ring
 *	counts as the first queue
 *
 * Without it a port hashes in a way of its own over as many queues as there are
 * rings. No frame is lost by a change.
 */
struct fn_msg_port_rss {
	u32 port;
	u32 context;
	u32 gone;
	u32 ports;
	u8 key[FN_RSS_KEY];
	u8 queue[FN_RSS_QUEUES];
};

#define FN_MAX_RULES 128 /* a port */
#define FN_RULE_DROP 0xffffffffu

/**
 * struct fn_flow_key - what rules look at, all as it is in the frame; what a frame
 *	does not have is 0
 * @dst_mac: Ethernet
 * @src_mac: Ethernet
 * @vlan_type: Ethernet type of the first VLAN tag
 * @vlan_tci: of the first VLAN tag
 * @src: address, of IPv4 in the first 4 bytes
 * @dst: address, as @src
 * @sport: of TCP, UDP, SCTP
 * @dport: the same
 * @type: Ethernet type after VLAN tags
 * @kind: enum fn_flow_kind, a u8
 * @version: 4 or 6 of IP, else 0
 * @proto: of IPv4, next header of IPv6
 * @tos: of IPv4, traffic class of IPv6
 */
struct fn_flow_key {
	u8 dst_mac[6];
	u8 src_mac[6];
	u8 vlan_type[2];
	u8 vlan_tci[2];
	u8 src[16];
	u8 dst[16];
	u8 sport[2];
	u8 dport[2];
	u8 type[2];
	u8 kind;
	u8 version;
	u8 proto;
	u8 tos;
	u8 reserved[6];
};

/**
 * struct fn_msg_port_rule - say where certain frames go, before any program sees
 *	them
 * @port: number
 * @place: of the rule, below FN_MAX_RULES; the first that matches counts
 * @on: the rule is to be there, instead of one that is; or to be gone
 * @queue: receive queue, or FN_RULE_DROP. Without such a ring the first one's
 * @context: not 0: the queue is that which struct fn_msg_port_rss of this
 *	context says; if there is no such context, as without the rule
 * @value: of frames it is for, in the bits of @mask
 * @mask: bits that matter
 *
 * With @place FN_MAX_RULES and @on 0, all rules go.
 */
struct fn_msg_port_rule {
	u32 port;
	u32 place;
	u32 on;
	u32 queue;
	u32 context;
	struct fn_flow_key value;
	struct fn_flow_key mask;
};

#define FN_RX_ADDRESSES 64 /* a port, its own included */
#define FN_VLANS 4096

/**
 * struct fn_msg_port_rx_filter - which frames the host gets
 * @port: number
 * @by: FN_RX_BY_*: what is looked at; 0 for all frames
 * @all_multicast: all frames to groups
 * @addresses: number of @address
 * @address: of frames that are for the host, beside those to all
 * @vlan: identifiers of VLANs that the host is in, a bit each. Frames without a
 *	tag of 802.1Q, and those of VLAN 0, are in none
 *
 * Programs on the card see what comes in before; a frame that the host does not
 * get is counted. No frame is lost otherwise by a change.
 */
struct fn_msg_port_rx_filter {
	u32 port;
	u32 by;
	u32 all_multicast;
	u32 addresses;
	u8 address[FN_RX_ADDRESSES][6];
	u64 vlan[FN_VLANS / 64];
};

#define FN_RX_BY_ADDRESS 0x01
#define FN_RX_BY_VLAN 0x02

#define FN_MAX_FILTERS 16 /* a port */

#define FN_MODERATION_USECS 10000 /* at most */

/**
 * struct fn_moderation - how many frames, or how much time, an interrupt of a port
 *	is for, and a wake-up of a worker of the card
 * @rx_usecs: least time from one interrupt to the next; 0: no moderation, one
 *	a round of the card's
 * @rx_frames: received since the last interrupt, for which there is one in less
 *	time; 0: none is
 * @tx_usecs: as @rx_usecs, for transmit rings
 * @tx_frames: the same, frames that were sent
 * @wake_usecs: while much is sent to the port, a worker is woken no sooner than
 *	this after it had nothing to do; 0: at once. Of all ports the
 *	smallest is taken. A card without threads says by fn_card_due() when it
 *	wants to be polled
 * @wake_frames: in one queue or ring, for which it is woken; 0: only for as many
 *	as make the port pause
 */
struct fn_moderation {
	u32 rx_usecs;
	u32 rx_frames;
	u32 tx_usecs;
	u32 tx_frames;
	u32 wake_usecs;
	u32 wake_frames;
};

/**
 * struct fn_msg_port_moderation - moderate a port's interrupts and wake-ups
 * @port: number
 * @to: how
 */
struct fn_msg_port_moderation {
	u32 port;
	struct fn_moderation to;
};

/**
 * struct fn_msg_port_filter - let a classifier decide a port's frames
 * @port: number
 * @prog: handle of the classifier, 0 to remove a filter
 * @prio: filters with lower ones come first, of the same the older
 * @old: number of the filter to replace or to remove, 0 for none
 * @match: the classifier's result is a class: 0 for no match, and any other lets
 *	the frame pass to the host. Without, it is a verdict
 * @filter: answer: number of the new one
 *
 * Filters run on the frames that the port's XDP program lets pass to the host,
 * until one of them decides. No frame is lost or decided twice by a change. The
 * new filter counts from 0.
 */
struct fn_msg_port_filter {
	u32 port;
	u32 prog;
	u32 prio;
	u32 old;
	u32 match;
	u32 filter;
};

/**
 * struct fn_msg_filter_stats - what a filter has done
 * @port: number
 * @filter: number of the filter
 * @packets: answer: that it decided
 * @bytes: answer: of them
 * @drops: answer: of them, those that it dropped
 */
struct fn_msg_filter_stats {
	u32 port;
	u32 filter;
	u64 packets;
	u64 bytes;
	u64 drops;
};

enum fn_ring_type {
	FN_RING_RX,
	FN_RING_TX,
	FN_RING_EVENT, /* @port and @queue are ignored; one a card */
	FN_RING_CAPTURE, /* made by FN_CTRL_CAPTURE_START */
};

/**
 * struct fn_msg_ring - create a ring
 * @type: enum fn_ring_type
 * @port: number
 * @queue: number
 * @entries: descriptors, a power of two from 16 to 32768
 * @addr: bus address of the descriptors
 * @head_addr: FN_RING_TX, FN_RING_EVENT: where the card stores its count (u32)
 * @vector: interrupt vector that the card raises for it, below 1088; unmasked
 *	when the first ring that uses it is created, silent when the last is gone
 * @doorbell: answer: number for fn_card_doorbell()
 */
struct fn_msg_ring {
	u32 type;
	u32 port;
	u32 queue;
	u32 entries;
	u64 addr;
	u64 head_addr;
	u32 vector;
	u32 doorbell;
};

struct fn_msg_ring_id {
	u32 doorbell;
};

/**
 * struct fn_msg_prog_load - put a program into the control store
 * @image: struct fn_image, bus address
 * @size: bytes of it
 * @nmaps: number of @maps, equal to the image's slots
 * @maps: handles of the maps, bus address of a u32 array. The program holds
 *	a reference on each until it is unloaded
 * @name: for people
 * @tag: of the BPF program
 * @handle: answer
 * @why: answer: a sentence if refused
 */
struct fn_msg_prog_load {
	u64 image;
	u32 size;
	u32 nmaps;
	u64 maps;
	char name[FN_NAME_LEN];
	u8 tag[8];
	u32 handle;
	char why[FN_WHY_LEN];
};

/**
 * struct fn_msg_prog - a program on the card
 * @handle: in: the first program with a handle of at least this is reported;
 *	-ENOENT if there is none
 * @id: BPF program id, set by FN_CTRL_PROG_GET when @set_id
 * @set_id: store @id instead of reading it
 * @name: as loaded
 * @tag: as loaded
 * @nwords: instruction words
 * @ninsns: BPF instructions
 * @ngroups: issue groups
 * @nmaps: of @maps
 * @ports: bit mask of the ports it is attached to
 * @maps: handles
 * @compiled: BPF instructions that it was compiled to, 0 if it is interpreted
 * @compiled_why: if so, the reason
 * @runs: packets it has decided
 * @cycles: modelled cycles of all runs
 * @words: instructions of all runs
 * @verdicts: packets by enum xdp_action, which a classifier's come down to
 * @faults: aborted packets by cause
 */
struct fn_msg_prog {
	u32 handle;
	u32 id;
	u32 set_id;
	char name[FN_NAME_LEN];
	u8 tag[8];
	u32 nwords;
	u32 ninsns;
	u32 ngroups;
	u32 nmaps;
	u32 ports;
	u32 maps[128];
	u32 compiled;
	char compiled_why[FN_WHY_LEN];
	u64 runs;
	u64 cycles;
	u64 words;
	u64 verdicts[5];
	u64 faults[FN_NFAULTS_MAX];
};

/**
 * struct fn_msg_prog_image - read a program's image back
 * @handle: of the program
 * @size: room at @addr; answer: bytes of the image (-ENOSPC if that is more)
 * @addr: bus address
 */
struct fn_msg_prog_image {
	u32 handle;
	u32 size;
	u64 addr;
};

/**
 * struct fn_msg_map - create a map, or read what is known of one
 * @handle: answer of FN_CTRL_MAP_CREATE; of FN_CTRL_MAP_GET as in fn_msg_prog
 * @id: BPF map id, for people; set as in fn_msg_prog
 * @set_id: store @id instead of reading it
 * @type: enum bpf_map_type; that of its kind
 * @key_size: bytes
 * @value_size: bytes
 * @max_entries: number
 * @flags: BPF_F_*; 0, or BPF_F_NO_PREALLOC for a hash map or trie
 * @entries: answer: in use now
 * @memory: answer: bytes of host memory that emulate it
 * @addr: answer: device address of the first value
 * @name: for people; stored with @id unless empty
 * @why: answer: a sentence if refused
 */
struct fn_msg_map {
	u32 handle;
	u32 id;
	u32 set_id;
	u32 type;
	u32 key_size;
	u32 value_size;
	u32 max_entries;
	u32 flags;
	u32 entries;
	u32 addr;
	u64 memory;
	char name[FN_NAME_LEN];
	char why[FN_WHY_LEN];
};

/**
 * struct fn_msg_map_kind - have a hash map be of another kind
 * @handle: of the map, which no program has used and nobody has written to
 * @type: BPF_MAP_TYPE_LRU_HASH or BPF_MAP_TYPE_LPM_TRIE; its sizes stay
 * @why: answer: a sentence if refused
 *
 * For those who can have no other map than a hash, as the kernel's offload core.
 */
struct fn_msg_map_kind {
	u32 handle;
	u32 type;
	char why[FN_WHY_LEN];
};

enum fn_map_op {
	FN_MAP_LOOKUP, /* value is written */
	FN_MAP_UPDATE, /* flags as of bpf(2) */
	FN_MAP_DELETE,
	FN_MAP_NEXT, /* key (0: first) is read, next_key at value is written */
};

/**
 * struct fn_msg_map_op - access to a map's entries
 * @handle: of the map
 * @op: enum fn_map_op
 * @key: bus address
 * @value: bus address
 * @flags: of an update
 *
 * Errors are those of the kernel's own maps of the type.
 */
struct fn_msg_map_op {
	u32 handle;
	u32 op;
	u64 key;
	u64 value;
	u64 flags;
};

/**
 * struct fn_msg_worker - load of one emulation thread
 * @worker: number; -ENOENT past the last
 * @cpu: it is bound to, or -1
 * @frames: handled
 * @busy_ns: host time spent handling frames
 * @wakeups: times it slept and was woken
 * @helped: frames that fn_card_help() handled for it
 */
struct fn_msg_worker {
	u32 worker;
	s32 cpu;
	u64 frames;
	u64 busy_ns;
	u64 wakeups;
	u64 helped;
};

#define FN_BRANCH_HISTORY 16 /* jumps that a thread remembers; a power of two */
#define FN_FAULT_PACKET 128 /* bytes of a packet that are kept */
#define FN_FAULT_CALLS_KEPT 7

/**
 * struct fn_jump - a jump that was taken
 * @from: word of the jump
 * @to: word that ran next
 */
struct fn_jump {
	u32 from;
	u32 to;
};

/**
 * struct fn_msg_fault - the thread that faulted, as it was then
 * @total: answer: faults since the card was powered on, without those that the
 *	program asked for (XDP_ABORTED, redirects to nowhere)
 * @valid: answer: the fields below hold a thread that the host has not seen
 *	yet: the first that faulted after it last asked
 * @port: number that the packet came in on
 * @worker: number
 * @prog: handle of the program
 * @id: BPF program id or 0
 * @name: of the program
 * @cause: enum fn_fault
 * @pc: word that the thread was at
 * @insn: BPF instruction that it came from, or FN_ORIGIN_NONE
 * @word: instruction word as it is in the control store
 * @addr: device address at fault
 * @tstamp: card's clock, ns
 * @cycles: modelled, of the run so far
 * @words: instructions of the run so far
 * @nregs: number of registers that the program has to do with
 * @r: registers
 * @depth: number of @calls
 * @calls: words to return to, outermost first
 * @compiled: the program ran as code of the host's: there is no @history, and
 *	registers that the host kept to itself are those of before
 * @nhistory: number of @history
 * @history: jumps taken last, oldest first
 * @packet_addr: device address of @packet
 * @packet_len: bytes of metadata and packet
 * @meta_len: bytes of metadata among them
 * @packet: the first of them
 */
struct fn_msg_fault {
	u64 total;
	u32 valid;
	u32 port;
	u32 worker;
	u32 prog;
	u32 id;
	char name[FN_NAME_LEN];
	u32 cause;
	u32 pc;
	u32 insn;
	u64 word;
	u64 addr;
	u64 tstamp;
	u64 cycles;
	u64 words;
	u32 nregs;
	u64 r[32];
	u32 depth;
	u32 calls[FN_FAULT_CALLS_KEPT];
	u32 compiled;
	u32 nhistory;
	struct fn_jump history[FN_BRANCH_HISTORY];
	u64 packet_addr;
	u32 packet_len;
	u32 meta_len;
	u8 packet[FN_FAULT_PACKET];
};

#define FN_INJECT_ALWAYS 0xffffffffu

/**
 * struct fn_msg_inject - spoil a program, to see what becomes of its faults
 * @prog: handle of the program
 * @cause: enum fn_fault that is to happen
 * @word: at this instruction word
 * @count: for so many packets that get there, or FN_INJECT_ALWAYS: until
 *	FN_CTRL_STORE_RELOAD. 0 ends what was asked for before
 * @why: answer: a sentence if refused
 */
struct fn_msg_inject {
	u32 prog;
	u32 cause;
	u32 word;
	u32 count;
	char why[FN_WHY_LEN];
};

/**
 * struct fn_msg_store - the state of the control store
 * @progs: answer: programs in it
 * @words: answer: words in it
 * @bad: answer: words whose parity is wrong; of FN_CTRL_STORE_RELOAD, was
 * @spoilt: answer: programs that faults are injected into; the same
 */
struct fn_msg_store {
	u32 progs;
	u32 words;
	u32 bad;
	u32 spoilt;
};

#define FN_MAX_CAPTURES 8
#define FN_CAPTURE_UNIT 64

/* Where frames are copied. */
#define FN_CAPTURE_BEFORE 0x01 /* came in, before the program */
#define FN_CAPTURE_AFTER 0x02 /* as the program left it, whatever it decided */
#define FN_CAPTURE_HOST 0x04 /* sent by the host */
#define FN_CAPTURE_ALL 0x07

/*
 * A capture's ring is an array of units. A record is one unit of struct
 * fn_capture_rec and as many as the frame takes, in one piece; one whose @point
 * is 0 fills the end of the ring. The driver reads records up to *@head_addr
 * and rings the doorbell with the count of units that it has read.
 */

/**
 * struct fn_capture_rec - a frame that was captured; 64 bytes, then the frame
 * @units: of the record, this one included
 * @point: one of FN_CAPTURE_*
 * @port: number
 * @len: bytes of the frame that follow
 * @full: bytes that it had
 * @verdict: FN_CAPTURE_AFTER: enum xdp_action, or ~0 without a program
 * @tstamp: card's clock: of the arrival before the program, else now; ns
 * @cycles: modelled, of the program's run
 * @cause: enum fn_fault
 * @prog: handle of the program
 * @queue: host queue for XDP_PASS
 * @target: port for XDP_REDIRECT
 * @reserved: zero
 */
struct fn_capture_rec {
	u32 units;
	u16 point;
	u16 port;
	u32 len;
	u32 full;
	u32 verdict;
	u32 cause;
	u64 tstamp;
	u64 cycles;
	u32 prog;
	u32 queue;
	u32 target;
	u32 reserved[3];
};

/**
 * struct fn_msg_capture - copy frames to the host
 * @ports: a bit for each port
 * @points: FN_CAPTURE_*
 * @snaplen: bytes of a frame at most
 * @units: of the ring: a power of two from 256 to 2^20
 * @addr: bus address of the ring
 * @head_addr: where the card stores the count of units written (u32)
 * @lost_addr: where it stores the number of records that had no room (u64)
 * @vector: interrupt vector, as in struct fn_msg_ring
 * @doorbell: answer: number for fn_card_doorbell()
 */
struct fn_msg_capture {
	u32 ports;
	u32 points;
	u32 snaplen;
	u32 units;
	u64 addr;
	u64 head_addr;
	u64 lost_addr;
	u32 vector;
	u32 doorbell;
};

/**
 * struct fn_word_counts - what came of an instruction word, since it is counted
 * @runs: times that it ran
 * @cycles: modelled, that it issued for
 * @stall: modelled cycles that threads waited at it
 */
struct fn_word_counts {
	u64 runs;
	u64 cycles;
	u64 stall;
};

/**
 * struct fn_msg_counts - count a program's words, or read the counts
 * @prog: handle of the program
 * @on: FN_CTRL_COUNTS_SET: count from now on, from 0; or count no more
 * @nwords: FN_CTRL_COUNTS_GET: room at @addr; answer: words of the program
 * @addr: FN_CTRL_COUNTS_GET: bus address of struct fn_word_counts for each
 */
struct fn_msg_counts {
	u32 prog;
	u32 on;
	u32 nwords;
	u64 addr;
};

/**
 * struct fn_msg_clock - read or set the card's clock
 * @set: FN_CLOCK_*, what to set
 * @time: ns; the answer of FN_CTRL_CLOCK_GET
 * @shift: ns to add
 * @rate: how much faster it is to go, ppm with a fraction of 16 bits
 */
struct fn_msg_clock {
	u32 set;
	u64 time;
	s64 shift;
	s64 rate;
};

#define FN_CLOCK_TIME 0x01
#define FN_CLOCK_SHIFT 0x02
#define FN_CLOCK_RATE 0x04

/* engine/card.c */
struct fn_card *fn_card_power_on(const struct fn_card_config *config,
				 const struct fn_host_ops *ops, void *host);
void fn_card_power_off(struct fn_card *card);
const char *fn_card_profile(u32 n);
u32 fn_card_poll(struct fn_card *card, u32 budget, bool *more);
u64 fn_card_due(struct fn_card *card);
bool fn_card_waits_here(const struct fn_card *card);
u32 fn_card_help(struct fn_card *card, u32 budget, bool *more);

/* engine/ctrl.c */
int fn_card_ctrl(struct fn_card *card, enum fn_ctrl_op op, void *msg,
		 size_t size);

/* engine/doorbell.c: any context */
void fn_card_doorbell(struct fn_card *card, u32 doorbell, u32 value);
void fn_card_unmask(struct fn_card *card, u32 vector);

#endif /* FN_PCIE_H */
