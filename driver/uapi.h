/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The generic netlink family "flownic": cards and what is on them.
 *
 * All that is read is read by dumps, whose messages carry the command that was
 * asked for. The family is seen from the initial network namespace only: a
 * card belongs to the machine, though its ports may be moved elsewhere.
 */
#ifndef FLOWNIC_UAPI_H
#define FLOWNIC_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define FLOWNIC_GENL_NAME "flownic"
#define FLOWNIC_GENL_VERSION 1

/**
 * enum flownic_cmd - commands of the family
 * @FLOWNIC_CMD_UNSPEC: none
 * @FLOWNIC_CMD_CARD_GET: dump: what each card is
 * @FLOWNIC_CMD_CARD_NEW: add a card with so many PORTS and WORKERS (both
 *	optional); answered by a message with its number, CARD. CAP_NET_ADMIN
 * @FLOWNIC_CMD_CARD_DEL: remove CARD. CAP_NET_ADMIN
 * @FLOWNIC_CMD_PORT_GET: dump: ports with their counters
 * @FLOWNIC_CMD_PROG_GET: dump: programs on the cards
 * @FLOWNIC_CMD_MAP_GET: dump: maps on the cards
 * @FLOWNIC_CMD_WORKER_GET: dump: emulation threads
 * @FLOWNIC_CMD_IMAGE_GET: dump: the image of the program HANDLE on CARD in
 *	pieces, DATA at OFFSET. CAP_NET_ADMIN
 * @FLOWNIC_CMD_INSNS_GET: dump: the BPF instructions it was made from, in the
 *	same way. CAP_NET_ADMIN
 * @FLOWNIC_CMD_INJECT: let the program HANDLE on CARD fault for CAUSE at WORD
 *	(0) for COUNT packets (1); 0 ends it, 2^32 - 1 has no end but devlink's
 *	recovery. CAP_NET_ADMIN
 * @FLOWNIC_CMD_COUNTS_SET: count the words of the program HANDLE on CARD from 0
 *	if COUNT is 1, or no more if it is 0. CAP_NET_ADMIN
 * @FLOWNIC_CMD_COUNTS_GET: dump: the counts so far, struct fn_word_counts for
 *	each word, in pieces as of an image. CAP_NET_ADMIN
 * @FLOWNIC_CMD_PORT_NEW: put a port that CARD lacks back into its place: PORT, or
 *	the lowest; answered by a message with CARD and PORT. CAP_NET_ADMIN
 * @FLOWNIC_CMD_PORT_DEL: take PORT of CARD out, its cable as well. Programs and
 *	maps that were made for it go on at another port of the card.
 *	CAP_NET_ADMIN
 * @FLOWNIC_CMD_MAP_KIND: have the hash map BPF_ID be of the kind MAP_TYPE:
 *	BPF_MAP_TYPE_LRU_HASH or BPF_MAP_TYPE_LPM_TRIE. No program has used it and
 *	nobody has written to it yet; to the kernel it remains a hash. CAP_NET_ADMIN
 * @FLOWNIC_CMD_REFUSAL_GET: dump: what each card refused lately, oldest first.
 *	CAP_NET_ADMIN
 * @FLOWNIC_CMD_CABLE_SET: put a cable between PORT of CARD and FAR_PORT of
 *	FAR_CARD in place of those that they have, or without these take it off
 *	again. CAP_NET_ADMIN
 */
enum flownic_cmd {
	FLOWNIC_CMD_UNSPEC,
	FLOWNIC_CMD_CARD_GET,
	FLOWNIC_CMD_CARD_NEW,
	FLOWNIC_CMD_CARD_DEL,
	FLOWNIC_CMD_PORT_GET,
	FLOWNIC_CMD_PROG_GET,
	FLOWNIC_CMD_MAP_GET,
	FLOWNIC_CMD_WORKER_GET,
	FLOWNIC_CMD_IMAGE_GET,
	FLOWNIC_CMD_INSNS_GET,
	FLOWNIC_CMD_INJECT,
	FLOWNIC_CMD_COUNTS_SET,
	FLOWNIC_CMD_COUNTS_GET,
	FLOWNIC_CMD_PORT_NEW,
	FLOWNIC_CMD_PORT_DEL,
	FLOWNIC_CMD_MAP_KIND,
	FLOWNIC_CMD_REFUSAL_GET,
	FLOWNIC_CMD_CABLE_SET,
};

/**
 * enum flownic_attr - attributes of all messages
 * @FLOWNIC_A_UNSPEC: none
 * @FLOWNIC_A_CARD: u32, number of the card
 * @FLOWNIC_A_PORTS: u32, number of ports
 * @FLOWNIC_A_WORKERS: u32, number of emulation threads
 * @FLOWNIC_A_PROFILE: string, name of the timing profile
 * @FLOWNIC_A_CORES: u32, of the modelled card
 * @FLOWNIC_A_THREADS: u32, a core
 * @FLOWNIC_A_LANES: u32, a core
 * @FLOWNIC_A_CLOCK_KHZ: u32, of the modelled cores
 * @FLOWNIC_A_PORT_MBPS: u32, line rate of a port
 * @FLOWNIC_A_MAX_WORDS: u32, instruction words a program
 * @FLOWNIC_A_MAX_MAPS: u32
 * @FLOWNIC_A_MAX_KEY_SIZE: u32, bytes
 * @FLOWNIC_A_MAX_VALUE_SIZE: u32, bytes
 * @FLOWNIC_A_MAX_MAP_MEMORY: u64, bytes, all maps of a card
 * @FLOWNIC_A_PORT: u32, number of the port
 * @FLOWNIC_A_IFINDEX: u32, of the port's host netdev
 * @FLOWNIC_A_IFNAME: string
 * @FLOWNIC_A_NETNS: u32, inode of its network namespace; absent if that is
 *	the initial one
 * @FLOWNIC_A_CABLE_IFINDEX: u32, of the far end of the port's cable
 * @FLOWNIC_A_CABLE_IFNAME: string
 * @FLOWNIC_A_CABLE_NETNS: u32, as NETNS
 * @FLOWNIC_A_UP: u8, the port is up
 * @FLOWNIC_A_HANDLE: u32, of a program or map on its card; for a port, of the
 *	program attached
 * @FLOWNIC_A_BPF_ID: u32, absent if it has none
 * @FLOWNIC_A_NAME: string
 * @FLOWNIC_A_TAG: 8 bytes, of the BPF program
 * @FLOWNIC_A_COUNTER: nest of NAME and VALUE, once for each counter
 * @FLOWNIC_A_FAULT: nest of NAME, TEXT and VALUE, once for each cause that
 *	packets were aborted for
 * @FLOWNIC_A_VALUE: u64
 * @FLOWNIC_A_TEXT: string
 * @FLOWNIC_A_WORDS: u32, instruction words of the program
 * @FLOWNIC_A_INSNS: u32, BPF instructions it was made from
 * @FLOWNIC_A_GROUPS: u32, issue groups
 * @FLOWNIC_A_COMPILED: u32, BPF instructions that the program runs as, compiled
 *	by the kernel; absent if it is interpreted
 * @FLOWNIC_A_INTERPRETED: string, why it is; absent if it is not
 * @FLOWNIC_A_PORT_MASK: u32, ports it is attached to
 * @FLOWNIC_A_MAP_HANDLES: u32 each, its maps in the order of its map slots
 * @FLOWNIC_A_MAP_TYPE: u32, enum bpf_map_type: what the card has, which to the
 *	kernel may be a hash
 * @FLOWNIC_A_KEY_SIZE: u32, bytes
 * @FLOWNIC_A_VALUE_SIZE: u32, bytes
 * @FLOWNIC_A_MAX_ENTRIES: u32
 * @FLOWNIC_A_ENTRIES: u32, in use
 * @FLOWNIC_A_MEMORY: u64, bytes of host memory that emulate the map
 * @FLOWNIC_A_ADDRESS: u32, device address of the map's values
 * @FLOWNIC_A_WORKER: u32, number of the emulation thread
 * @FLOWNIC_A_CPU: s32, that it is bound to; absent if it is not
 * @FLOWNIC_A_FRAMES: u64, that it handled
 * @FLOWNIC_A_BUSY_NS: u64, host time it spent on them
 * @FLOWNIC_A_WAKEUPS: u64, times it slept and was woken
 * @FLOWNIC_A_OFFSET: u32, bytes
 * @FLOWNIC_A_SIZE: u32, bytes of the whole
 * @FLOWNIC_A_DATA: bytes
 * @FLOWNIC_A_PAD: alignment of 64-bit attributes
 * @FLOWNIC_A_CAUSE: u32, why packets are aborted: enum fn_fault
 * @FLOWNIC_A_WORD: u32, instruction word of a program
 * @FLOWNIC_A_COUNT: u32
 * @FLOWNIC_A_COMMAND: string, name of the process that was refused NAME
 * @FLOWNIC_A_PID: u32, its number
 * @FLOWNIC_A_ERRNO: u32, what it was answered
 * @FLOWNIC_A_TIME: u64, when, ns since 1970
 * @FLOWNIC_A_QUEUED: u32, frames that wait in the port's ingress queues now
 * @FLOWNIC_A_QUEUE_SLOTS: u32, frames that these have room for; 0 while the port
 *	is down
 * @FLOWNIC_A_FAR_CARD: u32, card of the port at the other end of a port's cable,
 *	if there is no netdev
 * @FLOWNIC_A_FAR_PORT: u32, that port
 * @FLOWNIC_A_HELPED: u64, frames of a worker that senders' softirqs handled for it
 * @__FLOWNIC_A_END: one more than the last
 */
enum flownic_attr {
	FLOWNIC_A_UNSPEC,
	FLOWNIC_A_CARD,
	FLOWNIC_A_PORTS,
	FLOWNIC_A_WORKERS,
	FLOWNIC_A_PROFILE,
	FLOWNIC_A_CORES,
	FLOWNIC_A_THREADS,
	FLOWNIC_A_LANES,
	FLOWNIC_A_CLOCK_KHZ,
	FLOWNIC_A_PORT_MBPS,
	FLOWNIC_A_MAX_WORDS,
	FLOWNIC_A_MAX_MAPS,
	FLOWNIC_A_MAX_KEY_SIZE,
	FLOWNIC_A_MAX_VALUE_SIZE,
	FLOWNIC_A_MAX_MAP_MEMORY,
	FLOWNIC_A_PORT,
	FLOWNIC_A_IFINDEX,
	FLOWNIC_A_IFNAME,
	FLOWNIC_A_NETNS,
	FLOWNIC_A_CABLE_IFINDEX,
	FLOWNIC_A_CABLE_IFNAME,
	FLOWNIC_A_CABLE_NETNS,
	FLOWNIC_A_UP,
	FLOWNIC_A_HANDLE,
	FLOWNIC_A_BPF_ID,
	FLOWNIC_A_NAME,
	FLOWNIC_A_TAG,
	FLOWNIC_A_COUNTER,
	FLOWNIC_A_FAULT,
	FLOWNIC_A_VALUE,
	FLOWNIC_A_TEXT,
	FLOWNIC_A_WORDS,
	FLOWNIC_A_INSNS,
	FLOWNIC_A_GROUPS,
	FLOWNIC_A_PORT_MASK,
	FLOWNIC_A_MAP_HANDLES,
	FLOWNIC_A_MAP_TYPE,
	FLOWNIC_A_KEY_SIZE,
	FLOWNIC_A_VALUE_SIZE,
	FLOWNIC_A_MAX_ENTRIES,
	FLOWNIC_A_ENTRIES,
	FLOWNIC_A_MEMORY,
	FLOWNIC_A_ADDRESS,
	FLOWNIC_A_WORKER,
	FLOWNIC_A_CPU,
	FLOWNIC_A_FRAMES,
	FLOWNIC_A_BUSY_NS,
	FLOWNIC_A_WAKEUPS,
	FLOWNIC_A_OFFSET,
	FLOWNIC_A_SIZE,
	FLOWNIC_A_DATA,
	FLOWNIC_A_PAD,
	FLOWNIC_A_CAUSE,
	FLOWNIC_A_WORD,
	FLOWNIC_A_COUNT,
	FLOWNIC_A_COMPILED,
	FLOWNIC_A_INTERPRETED,
	FLOWNIC_A_COMMAND,
	FLOWNIC_A_PID,
	FLOWNIC_A_ERRNO,
	FLOWNIC_A_TIME,
	FLOWNIC_A_QUEUED,
	FLOWNIC_A_QUEUE_SLOTS,
	FLOWNIC_A_FAR_CARD,
	FLOWNIC_A_FAR_PORT,
	FLOWNIC_A_HELPED,
	__FLOWNIC_A_END
};

#define FLOWNIC_A_MAX (__FLOWNIC_A_END - 1)

/*
 * /dev/flownic: open it, say what to capture, read records: struct
 * fn_capture_rec and the frame, each a multiple of 64 bytes (offload/pcie.h).
 * read() gives whole records, waits for the first, and says 0 when the card is
 * gone. CAP_NET_ADMIN.
 */
#define FLOWNIC_CAPTURE_UNITS_MAX (1u << 20)

/**
 * struct flownic_capture - what to capture
 * @card: number
 * @ports: a bit for each port
 * @points: FN_CAPTURE_*
 * @snaplen: bytes of a frame at most
 * @units: of 64 bytes that wait for the reader at most: a power of two
 * @reserved: zero
 */
struct flownic_capture {
	__u32 card;
	__u32 ports;
	__u32 points;
	__u32 snaplen;
	__u32 units;
	__u32 reserved;
};

/**
 * struct flownic_capture_stats - how it goes
 * @lost: records that had no room
 * @ended: the card is gone
 * @reserved: zero
 */
struct flownic_capture_stats {
	__u64 lost;
	__u32 ended;
	__u32 reserved;
};

#define FLOWNIC_IOC_CAPTURE _IOW(0xF1, 1, struct flownic_capture)
#define FLOWNIC_IOC_CAPTURE_STATS _IOR(0xF1, 2, struct flownic_capture_stats)

#endif /* FLOWNIC_UAPI_H */
