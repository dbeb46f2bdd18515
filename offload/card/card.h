/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The card's inside: ports, rings, workers, and what each file of card/ offers
 * the others. Nothing outside of card/ includes this, but its tests.
 *
 * Three kinds of callers meet here. Workers run rounds under fn_read_lock() and
 * own what the comments give them. Senders call fn_port_receive() from any
 * context. Control messages hold card->lock, publish pointers
 * that the others read, and wait for readers before they free.
 */
#ifndef FN_CARD_CARD_H
#define FN_CARD_CARD_H

#include "../engine/engine.h"
#include "../engine/packet.h"
#include "../mac.h"
#include "../pcie.h"
#include "../platform.h"

struct fn_capture;
struct fn_clock;
struct fn_exec;
struct fn_filters;
struct fn_prog;
struct fn_rss;
struct fn_rules;
struct fn_worker;

/* Of an ingress queue: from here on the far end is asked to pause... */
#define FN_QUEUE_HIGH(slots) ((slots) / 4 * 3)
#define FN_QUEUE_LOW(slots) ((slots) / 4) /* and down here to resume */
#define FN_FRAME_OVERHEAD_MAC 22 /* Ethernet header and two VLAN tags */
#define FN_TX_FRAME_MAX 16000
#define FN_MTU_MIN 68
#define FN_BATCH 64
/* A round ends early when programs ran this many words in it... */
#define FN_BATCH_WORDS (1u << 20)
/* ...of which a port's share is this: 64 programs of 1,024 words. */
#define FN_QUANTUM_WORDS (1 << 16)

#define FN_MAX_VECTORS 1088
#define FN_PORT_TX_RINGS (3 * FN_MAX_QUEUES)
#define FN_TX_WORDS (FN_PORT_TX_RINGS / 64)
/* Those of all ports, and some of the card's own. */
#define FN_MAX_RINGS (FN_MAX_PORTS * (FN_MAX_QUEUES + FN_PORT_TX_RINGS) + 64)

/**
 * struct fn_cells - packet memory of an ingress queue
 * @memory: all cells
 * @slot: its frames, by count modulo their number
 */
struct fn_cells {
	u8 *memory;
	struct fn_packet slot[];
};

/**
 * struct fn_share - what one worker has of one port: an ingress queue and the
 *	counters that only this worker changes
 * @lock: senders
 * @tail: frames that came in, free-running; under @lock
 * @in: counters of the senders; under @lock
 * @cells: NULL while the port is down
 * @slots: frames that they have room for, a power of two
 * @pad: keeps what the senders write out of the worker's cache lines
 * @head: frames that are done with, free-running; worker
 * @paused: a sender was told to pause
 * @deficit: words that programs may run for this port before others have their
 *	turn; below 0, what the last one took too much; worker
 * @next_tx: transmit ring whose turn it is; worker
 * @doorbells: transmit rings whose doorbell was rung since the worker looked,
 *	a bit each; set by anyone, atomically
 * @out: counters of the worker
 * @faults: aborted packets by cause; worker
 * @pad2: as @pad, towards the next port's
 */
struct fn_share {
	fn_lock_t lock;
	u32 tail;
	struct fn_port_counters in;
	struct fn_cells __fn_rcu *cells;
	u32 slots;
	u8 pad[64];
	u32 head;
	u32 paused;
	s32 deficit;
	u32 next_tx;
	u64 doorbells[FN_TX_WORDS];
	struct fn_port_counters out;
	u64 faults[FN_NFAULTS_MAX];
	u8 pad2[64];
};

/**
 * struct fn_wire - a plugged cable
 * @ops: far end
 * @wire: for @ops
 */
struct fn_wire {
	const struct fn_mac_ops *ops;
	void *wire;
};

/**
 * struct fn_card_port - a port
 * @index: number
 * @mtu: bytes, without the Ethernet header
 * @ifindex: of the host's netdev
 * @netns: that @ifindex is of; does not change while readers see @ifindex
 * @pause: ask senders to pause, wait for host buffers
 * @rx_csum: verify checksums
 * @vlan_strip: take VLAN tags out of what goes to the host
 * @gro: tell the host which frames carry on where the last one ended
 * @up: frames flow
 * @held: the far end of the cable wants a pause: the host's frames wait
 * @nrx: receive rings are looked for below this
 * @moderation: of interrupts and wake-ups
 * @wire: cable
 * @prog: program that decides all frames
 * @filters: classifiers that decide what it lets pass, NULL if there are none
 * @rss: which receive queue gets a frame, by context, or NULL
 * @rules: frames that go elsewhere, NULL if there are none; only with @rss
 * @rx_filter: which frames the host gets, NULL if it gets all
 * @rx: receive rings by queue
 * @tx: transmit rings in no order
 * @share: by worker
 * @refused: undersize, oversize and down: counted atomically by any sender
 */
struct fn_card_port {
	u32 index;
	u32 mtu;
	u32 ifindex;
	u64 netns;
	bool pause;
	bool rx_csum;
	bool vlan_strip;
	bool gro;
	bool up;
	bool held;
	u32 nrx;
	struct fn_moderation moderation;
	struct fn_wire __fn_rcu *wire;
	struct fn_prog __fn_rcu *prog;
	struct fn_filters __fn_rcu *filters;
	struct fn_rss __fn_rcu *rss[FN_RSS_CONTEXTS];
	struct fn_rules __fn_rcu *rules;
	struct fn_rx_filter __fn_rcu *rx_filter;
	struct fn_dma_ring __fn_rcu *rx[FN_MAX_QUEUES];
	struct fn_dma_ring __fn_rcu *tx[FN_PORT_TX_RINGS];
	struct fn_share *share;
	struct fn_port_counters refused;
};

/* Ethernet, IPv6 and TCP with all its options. */
#define FN_GRO_HEADERS (14 + 40 + 60)

/**
 * struct fn_gro - the last frame of a receive ring, if it can be carried on
 * @size: bytes of its headers, 0 if it can't be
 * @place: in the ring, of the frame behind it
 * @seq: TCP's sequence number behind it
 * @id: IPv4's identification behind it
 * @mss: payload of the first of those that were joined
 * @headers: without what may differ
 */
struct fn_gro {
	u32 size;
	u32 place;
	u32 seq;
	u16 id;
	u32 mss;
	u8 headers[FN_GRO_HEADERS];
};

/**
 * struct fn_dma_ring - a descriptor ring in host memory
 * @type: enum fn_ring_type
 * @port: number
 * @queue: number
 * @entries: descriptors
 * @mask: @entries - 1
 * @vector: interrupt
 * @doorbell: number
 * @worker: that serves a transmit ring
 * @slot: of a transmit ring among those of its port
 * @next_dying: next of those that are being destroyed
 * @desc: descriptors
 * @head: where the card's count goes, or NULL
 * @tail: last doorbell
 * @next: descriptor that is next, free-running; under @lock or the worker's own
 * @waiters: workers that wait for a doorbell, a bit each
 * @fires: of its vector, when @frames began to be counted
 * @frames: in the ring since the last interrupt, if those are moderated
 * @gro: the last frame; under @lock
 * @lock: receive and event rings, which have several producers
 */
struct fn_dma_ring {
	u32 type;
	u32 port;
	u32 queue;
	u32 entries;
	u32 mask;
	u32 vector;
	u32 doorbell;
	u32 worker;
	u32 slot;
	struct fn_dma_ring *next_dying;
	void *desc;
	u32 *head;
	u32 tail;
	u32 next;
	u32 waiters;
	u32 fires;
	u32 frames;
	struct fn_gro gro;
	fn_lock_t lock;
};

/**
 * struct fn_vector - an interrupt
 * @state: FN_VECTOR_*, changed atomically
 * @users: rings that use it; card->lock
 * @fires: interrupts
 * @last: time of the last one, if any is moderated
 * @due: time from which on it is to fire, or 0; workers that hold it back may
 *	overwrite each other's, which differ by little
 */
struct fn_vector {
	u32 state;
	u32 users;
	u32 fires;
	u64 last;
	u64 due;
};

#define FN_VECTOR_MASKED 1 /* fired and not unmasked since */
#define FN_VECTOR_PENDING 2 /* raised while masked */
#define FN_VECTOR_OFF 4 /* no ring uses it */

#define FN_VECTOR_WORDS (FN_MAX_VECTORS / 64)

/**
 * struct fn_worker - a thread that emulates
 * @card: it belongs to
 * @index: number
 * @cpu: it is bound to, or -1
 * @thread: not started on a card that is polled
 * @asleep: FN_ASLEEP, FN_NAPPING or 0
 * @tx_ports: ports that sent in this round, a bit each
 * @words: instructions that programs ran in this round
 * @words_flushed: how many of them when results were last told
 * @next_port: port whose turn it is
 * @backlogged: a port has frames that wait until others had their turn
 * @work_left: the last round has left something to do
 * @raised: vectors to raise at the end of this round
 * @raised_words: words of @raised that have some, a bit each
 * @held: vectors that are to be raised at a later time
 * @held_words: words of @held that have some, a bit each
 * @due: earliest time of these, or 0
 * @unmasked: vectors that were pending when the driver unmasked them; set by
 *	anyone, atomically
 * @unmasked_words: words of @unmasked that have some; set after them
 * @exec: the hardware thread that it emulates
 * @scratch: a frame on its way from host memory
 * @frames: handled
 * @busy_ns: host time of rounds that handled something
 * @wakeups: times it slept and was woken
 * @entered: somebody is in a round of it
 * @anew: who helped it has left something that is due later
 * @helped: frames handled by who did
 * @napped: the last rest was a nap
 * @gathered: frames handled since the last rest
 * @slept_ns: how long that was
 * @rested: when it last had nothing to do, if it has no thread
 * @nap_end: the same: when it is to be polled again, or 0
 * @nap_backoff: short sleeps before the next trial of a nap, if this one fails
 * @nap_retry_in: those that are left
 */
struct fn_worker {
	struct fn_card *card;
	u32 index;
	s32 cpu;
	struct fn_thread thread;
	u32 asleep;
	u32 tx_ports;
	u32 words;
	u32 words_flushed;
	u32 next_port;
	bool backlogged;
	bool work_left;
	u64 raised[FN_VECTOR_WORDS];
	u32 raised_words;
	u64 held[FN_VECTOR_WORDS];
	u32 held_words;
	u64 due;
	u64 unmasked[FN_VECTOR_WORDS];
	u32 unmasked_words;
	struct fn_exec *exec;
	u8 *scratch;
	u64 frames;
	u64 busy_ns;
	u64 wakeups;
	u32 entered;
	bool anew;
	u64 helped;
	bool napped;
	u32 gathered;
	u64 slept_ns;
	u64 rested;
	u64 nap_end;
	u32 nap_backoff;
	u32 nap_retry_in;
};

#define FN_ASLEEP 1 /* must be woken when there is work */
#define FN_NAPPING 2 /* must be woken when there is much work */

/**
 * struct fn_card - a card
 * @config: as it was populated
 * @ops: wires to the host
 * @host: for @ops
 * @engine: programs and maps, and what runs them
 * @lock: control messages
 * @nports: number of @ports
 * @ports: ports
 * @nworkers: number of @workers, at least 1
 * @workers: threads
 * @rings: by doorbell
 * @vectors: interrupts
 * @nap_ns: how long workers nap
 * @moderates: some port moderates interrupts
 * @events: event ring
 * @clock: its clock
 * @captures: who wants copies of frames
 * @capturing: FN_CAPTURE_* that any of them wants
 * @fault: the thread that faulted, for the host
 * @fault_lock: workers, and who reads @fault
 */
struct fn_card {
	struct fn_card_config config;
	struct fn_host_ops ops;
	void *host;
	struct fn_engine engine;
	fn_mutex_t lock;
	u32 nports;
	struct fn_card_port *ports;
	u32 nworkers;
	struct fn_worker *workers;
	struct fn_dma_ring __fn_rcu *rings[FN_MAX_RINGS];
	struct fn_vector vectors[FN_MAX_VECTORS];
	u32 nap_ns;
	bool moderates;
	struct fn_dma_ring __fn_rcu *events;
	struct fn_clock __fn_rcu *clock;
	struct fn_capture __fn_rcu *captures[FN_MAX_CAPTURES];
	u32 capturing;
	struct fn_msg_fault fault;
	fn_lock_t fault_lock;
};

/*
 * Control messages are handled by functions of this shape, one a message, under
 * card->lock unless ctrl.c says otherwise.
 */

/* card.c */
int fn_ctrl_caps(struct fn_card *card, void *msg);

/* progs.c */
int fn_ctrl_prog_load(struct fn_card *card, void *msg);
int fn_ctrl_prog_unload(struct fn_card *card, void *msg);
int fn_ctrl_prog_get(struct fn_card *card, void *msg);
int fn_ctrl_prog_image(struct fn_card *card, void *msg);
void fn_progs_release(struct fn_card *card);

/* maps.c */
int fn_ctrl_map_create(struct fn_card *card, void *msg);
int fn_ctrl_map_free(struct fn_card *card, void *msg);
int fn_ctrl_map_get(struct fn_card *card, void *msg);
int fn_ctrl_map_kind(struct fn_card *card, void *msg);
int fn_ctrl_map_op(struct fn_card *card, void *msg);

/* store.c */
int fn_store_load(struct fn_prog *prog);
void fn_store_refill(struct fn_prog *prog);
void fn_store_free(struct fn_prog *prog);
u64 fn_store_word(const struct fn_prog *prog, u32 pc);
bool fn_store_fetch(const struct fn_prog *prog, u32 pc, u64 *word);
void fn_store_write(struct fn_prog *prog, u32 pc, u64 word);
void fn_store_flip(struct fn_prog *prog, u32 pc, u32 bit);
int fn_ctrl_store_check(struct fn_card *card, void *msg);
int fn_ctrl_store_reload(struct fn_card *card, void *msg);

/* counts.c */
int fn_ctrl_counts_set(struct fn_card *card, void *msg);
int fn_ctrl_counts_get(struct fn_card *card, void *msg);
void fn_counts_end(struct fn_prog *prog);

/* inject.c */
int fn_ctrl_inject(struct fn_card *card, void *msg);
void fn_inject_end(struct fn_prog *prog);

/* port.c */
int fn_ctrl_port_set(struct fn_card *card, void *msg);
int fn_ctrl_port_up(struct fn_card *card, void *msg);
int fn_ctrl_port_down(struct fn_card *card, void *msg);
int fn_ctrl_port_stats(struct fn_card *card, void *msg);
int fn_ctrl_port_prog(struct fn_card *card, void *msg);
struct fn_card_port *fn_card_port(struct fn_card *card, u32 port);
int fn_card_port_init(struct fn_card *card, u32 port);
void fn_card_port_free(struct fn_card *card, u32 port);
void fn_card_port_transmit(struct fn_worker *w, struct fn_card_port *port,
			   const void *frame, u32 len);

/* ingress.c */
int fn_ingress_up(struct fn_card_port *port, u32 nworkers);
void fn_ingress_down(struct fn_card_port *port, u32 nworkers);
u32 fn_ingress_poll(struct fn_worker *w, struct fn_card_port *port, u32 budget);
bool fn_ingress_busy(struct fn_worker *w, struct fn_card_port *port);
u32 fn_ingress_queued(const struct fn_card_port *port, u32 nworkers,
		      u32 *slots);

/* verdict.c: false if the frame must wait for host buffers */
bool fn_verdict(struct fn_worker *w, struct fn_card_port *port,
		struct fn_packet *pkt);
void fn_verdict_charge(struct fn_worker *w, struct fn_card_port *port);
void fn_verdict_faults(struct fn_worker *w, struct fn_card_port *port);
bool fn_verdict_target(struct fn_worker *w, const struct fn_card_port *from,
		       struct fn_packet *pkt);
u32 fn_verdict_mtu(void *ctx, const struct fn_exec *x, u32 ifindex);
s64 fn_verdict_clone(void *ctx, const struct fn_exec *x, u32 ifindex);
bool fn_verdict_csum_ok(void *ctx, const struct fn_exec *x);

/* ring.c */
int fn_ctrl_ring_create(struct fn_card *card, void *msg);
int fn_ctrl_ring_destroy(struct fn_card *card, void *msg);
int fn_ctrl_port_rings(struct fn_card *card, void *msg);
void fn_ring_free_all(struct fn_card *card);
struct fn_dma_ring *fn_ring_add_capture(struct fn_card *card,
					const struct fn_msg_capture *m);
void fn_ring_remove_capture(struct fn_card *card, struct fn_dma_ring *r);

/* rx_filter.c */
bool fn_rx_filter_admits(const struct fn_rx_filter *f,
			 const struct fn_packet *pkt);
int fn_ctrl_port_rx_filter(struct fn_card *card, void *msg);
void fn_rx_filter_free(struct fn_card_port *port);

/* dma.c */
bool fn_dma_deliver(struct fn_worker *w, struct fn_card_port *port,
		    struct fn_packet *pkt);
bool fn_dma_waits(struct fn_worker *w, struct fn_card_port *port,
		  const struct fn_packet *pkt);
bool fn_dma_ready(const struct fn_dma_ring *ring);
u32 fn_dma_fetch(struct fn_worker *w, struct fn_card_port *port,
		 struct fn_dma_ring *ring, u32 budget);

/* gro.c */
bool fn_gro_joins(struct fn_gro *g, const u8 *frame, u32 len, u32 place);

/* doorbell.c */
void fn_vector_raise(struct fn_worker *w, u32 vector);
void fn_vector_fire(struct fn_worker *w);

/* moderation.c */
void fn_moderation_init(struct fn_card *card);
int fn_ctrl_port_moderation(struct fn_card *card, void *msg);
void fn_moderate(struct fn_worker *w, const struct fn_card_port *port,
		 struct fn_dma_ring *r, u32 n);
void fn_moderation_check(struct fn_worker *w);
u64 fn_nap_wanted(struct fn_worker *w);
void fn_nap_polled(struct fn_worker *w);
void fn_worker_poke(struct fn_worker *w, const struct fn_card_port *port,
		    u32 frames);

/* event.c */
bool fn_event_put(void *ctx, const struct fn_exec *x, const struct fn_event *ev,
		  const u8 *data, u32 size);

/* clock.c */
int fn_clock_init(struct fn_card *card);
void fn_clock_free(struct fn_card *card);
u64 fn_card_time(struct fn_card *card);
int fn_ctrl_clock_get(struct fn_card *card, void *msg);
int fn_ctrl_clock_set(struct fn_card *card, void *msg);

/* fault.c */
bool fn_fault_is_wrong(u32 cause);
void fn_fault_keep(struct fn_worker *w);
int fn_ctrl_fault_get(struct fn_card *card, void *msg);

/* worker.c */
int fn_ctrl_worker_get(struct fn_card *card, void *msg);
int fn_worker_init(struct fn_card *card, u32 worker);
int fn_worker_start(struct fn_worker *w);
void fn_worker_free(struct fn_worker *w);
void fn_worker_wake(struct fn_worker *w);
u32 fn_worker_round(struct fn_worker *w, u32 budget);

/* csum.c */
bool fn_csum_fill(u8 *frame, u32 len, u32 start, u32 offset);
bool fn_csum_ok(const u8 *frame, u32 len);

/* steer.c: which receive queue gets a frame; false if none is to */
bool fn_steer(const struct fn_card_port *port, struct fn_packet *pkt);
int fn_ctrl_port_rss(struct fn_card *card, void *msg);
void fn_steer_free(struct fn_card_port *port);

/* rules.c */
int fn_ctrl_port_rule(struct fn_card *card, void *msg);

/* flow_hash.c */
u32 fn_flow_hash(const u8 *frame, u32 len);

#endif /* FN_CARD_CARD_H */
