/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A driver and a far end of a cable, as small as can be, for tests that go
 * through the card's rings and ports.
 */
#ifndef FN_TEST_CARD_HOST_H
#define FN_TEST_CARD_HOST_H

#include "card_code.h"
#include "offload/card/card.h"
#include "offload/mac.h"

#define HOST_ROOM 2048
#define HOST_HEAD 256
#define HOST_MAX 1024
#define WIRE_MAX 2048

static inline void no_interrupt(void *host, u32 vector)
{
}

static inline struct fn_card *test_card(void)
{
	static const struct fn_host_ops ops = { .interrupt = no_interrupt };
	static const struct fn_card_config config = {
		.ports = 2,
		.name = "test",
	};

	return fn_card_power_on(&config, &ops, NULL);
}

/* As code_load(), by a control message. */
static inline u32 card_code_load(struct fn_card *card, const struct code *c)
{
	struct fn_image *img = code_image(c);
	struct fn_msg_prog_load m = {
		.image = fn_ptr_to_bus(img),
		.size = img->size,
		.nmaps = c->nmaps,
		.maps = fn_ptr_to_bus(c->handles),
		.name = "test",
	};

	if (fn_card_ctrl(card, FN_CTRL_PROG_LOAD, &m, sizeof(m)))
		diag("refused: %s", m.why);
	fn_free(img);
	return m.handle;
}

static inline int card_prog_unload(struct fn_card *card, u32 handle)
{
	struct fn_msg_handle m = { .handle = handle };

	return fn_card_ctrl(card, FN_CTRL_PROG_UNLOAD, &m, sizeof(m));
}

/**
 * struct wire - a far end
 * @n: frames that came
 * @frame: the first WIRE_MAX of them
 * @len: bytes of each
 * @refuse: take no frame
 * @hold: of @card, once so many frames have come; NULL for never
 * @hold_at: so many
 * @resumes: calls of resume
 * @flushes: calls of flush
 */
struct wire {
	u32 n;
	u8 *frame[WIRE_MAX];
	u32 len[WIRE_MAX];
	bool refuse;
	struct fn_card *hold;
	u32 hold_at;
	u32 resumes;
	u32 flushes;
};

static inline bool wire_transmit(void *wire, const void *frame, u32 len)
{
	struct wire *w = wire;

	if (w->refuse)
		return false;
	if (w->n < WIRE_MAX) {
		w->frame[w->n] = malloc(len);
		memcpy(w->frame[w->n], frame, len);
		w->len[w->n] = len;
	}
	w->n++;
	if (w->hold && w->n == w->hold_at)
		fn_port_hold(w->hold, 0, true);
	return true;
}

static inline void wire_resume(void *wire)
{
	__atomic_fetch_add(&((struct wire *)wire)->resumes, 1,
			   __ATOMIC_SEQ_CST);
}

static inline void wire_flush(void *wire)
{
	((struct wire *)wire)->flushes++;
}

static inline void wire_empty(struct wire *w)
{
	while (w->n) {
		w->n--;
		if (w->n < WIRE_MAX)
			free(w->frame[w->n]);
	}
}

static const struct fn_mac_ops wire_ops = {
	.transmit = wire_transmit,
	.resume = wire_resume,
	.flush = wire_flush,
};

/**
 * struct rx - a receive ring of the driver's
 * @desc: descriptors
 * @buf: their buffers
 * @entries: number of descriptors
 * @tail: next to fill
 * @head: next to read
 * @doorbell: of the card
 */
struct rx {
	struct fn_rx_desc desc[HOST_MAX];
	u8 *buf;
	u32 entries;
	u32 tail;
	u32 head;
	u32 doorbell;
};

/**
 * struct tx - a transmit ring of the driver's
 * @desc: descriptors
 * @entries: number of descriptors
 * @tail: next to fill
 * @head: what the card says
 * @doorbell: of the card
 */
struct tx {
	struct fn_tx_desc desc[HOST_MAX];
	u32 entries;
	u32 tail;
	u32 head;
	u32 doorbell;
};

#define VECTORS 16

/**
 * struct host - the host
 * @card: its card
 * @interrupts: by vector
 */
struct host {
	struct fn_card *card;
	u32 interrupts[VECTORS];
};

static inline void host_interrupt(void *host, u32 vector)
{
	struct host *h = host;

	if (vector < VECTORS)
		__atomic_fetch_add(&h->interrupts[vector], 1, __ATOMIC_SEQ_CST);
}

static inline bool host_power_on(struct host *h, u32 ports, u32 workers)
{
	static const struct fn_host_ops ops = { .interrupt = host_interrupt };
	struct fn_card_config config = {
		.ports = ports,
		.workers = workers,
		.name = "test",
	};

	memset(h, 0, sizeof(*h));
	memset(config.cpus, 0xff, sizeof(config.cpus));
	h->card = fn_card_power_on(&config, &ops, h);
	return h->card;
}

static inline int ring_create(struct host *h, struct fn_msg_ring *m)
{
	return fn_card_ctrl(h->card, FN_CTRL_RING_CREATE, m, sizeof(*m));
}

static inline int ring_destroy(struct host *h, u32 doorbell)
{
	struct fn_msg_ring_id m = { .doorbell = doorbell };

	return fn_card_ctrl(h->card, FN_CTRL_RING_DESTROY, &m, sizeof(m));
}

static inline int rx_create(struct host *h, struct rx *rx, u32 port, u32 queue,
			    u32 entries, u32 vector)
{
	struct fn_msg_ring m = {
		.type = FN_RING_RX,
		.port = port,
		.queue = queue,
		.entries = entries,
		.addr = fn_ptr_to_bus(rx->desc),
		.vector = vector,
	};
	int ret;

	memset(rx, 0, sizeof(*rx));
	rx->entries = entries;
	rx->buf = calloc(entries, HOST_HEAD + HOST_ROOM);
	ret = ring_create(h, &m);
	rx->doorbell = m.doorbell;
	return ret;
}

/* Gives the card @n buffers of @room bytes, without telling it. */
static inline void rx_fill(struct rx *rx, u32 n, u32 room)
{
	while (n--) {
		u32 i = rx->tail % rx->entries;

		rx->desc[i] = (struct fn_rx_desc){
			.addr = fn_ptr_to_bus(rx->buf +
					      i * (HOST_HEAD + HOST_ROOM) +
					      HOST_HEAD),
			.room = room,
		};
		rx->tail++;
	}
}

static inline void rx_ring(struct host *h, struct rx *rx)
{
	fn_card_doorbell(h->card, rx->doorbell, rx->tail);
}

/* The next frame, put together; 0 if there is none. */
static inline u32 rx_read(struct rx *rx, u8 *frame, struct fn_rx_desc *first,
			  u32 *descs)
{
	u32 len = 0;
	u32 n = 0;

	for (;;) {
		struct fn_rx_desc *d = &rx->desc[(rx->head + n) % rx->entries];
		u32 status = __atomic_load_n(&d->status, __ATOMIC_ACQUIRE);

		if (!(status & FN_RX_DONE))
			return 0;
		if (!n && first)
			*first = *d;
		memcpy(frame + len, fn_bus_to_ptr(d->addr), d->len);
		len += d->len;
		n++;
		if (status & FN_RX_EOP)
			break;
	}
	for (u32 i = 0; i < n; i++)
		rx->desc[(rx->head + i) % rx->entries].status = 0;
	rx->head += n;
	if (descs)
		*descs = n;
	return len;
}

static inline int tx_create(struct host *h, struct tx *tx, u32 port, u32 queue,
			    u32 entries, u32 vector)
{
	struct fn_msg_ring m = {
		.type = FN_RING_TX,
		.port = port,
		.queue = queue,
		.entries = entries,
		.addr = fn_ptr_to_bus(tx->desc),
		.head_addr = fn_ptr_to_bus(&tx->head),
		.vector = vector,
	};
	int ret;

	memset(tx, 0, sizeof(*tx));
	tx->entries = entries;
	ret = ring_create(h, &m);
	tx->doorbell = m.doorbell;
	return ret;
}

static inline struct fn_tx_desc *tx_put(struct tx *tx, const void *data,
					u32 len, u32 flags)
{
	struct fn_tx_desc *d = &tx->desc[tx->tail++ % tx->entries];

	*d = (struct fn_tx_desc){ .addr = fn_ptr_to_bus(data),
				  .len = len,
				  .flags = flags };
	return d;
}

static inline void tx_ring(struct host *h, struct tx *tx)
{
	fn_card_doorbell(h->card, tx->doorbell, tx->tail);
}

static inline int port_op(struct host *h, enum fn_ctrl_op op, u32 port)
{
	struct fn_msg_port_id m = { .port = port };

	return fn_card_ctrl(h->card, op, &m, sizeof(m));
}

static inline int port_set(struct host *h, u32 port, u32 set, u32 value)
{
	struct fn_msg_port m = {
		.port = port,
		.set = set,
		.mtu = value,
		.ifindex = value,
		.pause = value,
		.rx_csum = value,
		.vlan_strip = value,
		.gro = value,
	};

	return fn_card_ctrl(h->card, FN_CTRL_PORT_SET, &m, sizeof(m));
}

static inline int port_prog(struct host *h, u32 port, u32 prog)
{
	struct fn_msg_port_prog m = { .port = port, .prog = prog };

	return fn_card_ctrl(h->card, FN_CTRL_PORT_PROG, &m, sizeof(m));
}

static inline struct fn_msg_port_stats port_stats(struct host *h, u32 port)
{
	struct fn_msg_port_stats m = { .port = port };

	fn_card_ctrl(h->card, FN_CTRL_PORT_STATS, &m, sizeof(m));
	return m;
}

static inline enum fn_mac_rx send_frame(struct host *h, u32 port,
					const void *frame, u32 len)
{
	struct fn_mac_seg seg = { frame, len };

	return fn_port_receive(h->card, port, &seg, 1);
}

static inline void make_frame(u8 *frame, u32 len, u32 n)
{
	for (u32 i = 0; i < len; i++)
		frame[i] = n * 7 + i * 13 + (i >> 8);
}

static inline bool same(const u8 *got, u32 got_len, const u8 *want, u32 len,
			const char *what)
{
	u32 i;

	if (got_len != len) {
		ok(false, "%s", what);
		diag("got %u bytes, expected %u", got_len, len);
		return false;
	}
	for (i = 0; i < len && got[i] == want[i]; i++)
		;
	if (ok(i == len, "%s", what))
		return true;
	diag("byte %u: got 0x%02x, expected 0x%02x", i, got[i], want[i]);
	return false;
}

static inline u32 be16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static inline u32 be32(const u8 *p)
{
	return be16(p) << 16 | be16(p + 2);
}

static inline void put16(u8 *p, u32 v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static inline void put32(u8 *p, u32 v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

/* 16 bits at a time, as RFC 1071 has it. */
static inline u32 sum16(u32 sum, const u8 *p, u32 len)
{
	for (; len > 1; len -= 2, p += 2)
		sum += be16(p);
	if (len)
		sum += *p << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* Poll a card without threads until it has nothing to do. */
static inline void host_run(struct host *h)
{
	bool more;

	do
		fn_card_poll(h->card, 64, &more);
	while (more);
}

/* Port 0 of such a card, with a far end and a ring of either kind, up. */
static inline bool host_begin(struct host *h, u32 ports, struct wire *wire,
			      struct tx *tx, struct rx *rx)
{
	if (!host_power_on(h, ports, 0))
		return ok(false, "power");
	fn_port_plug(h->card, 0, &wire_ops, wire);
	tx_create(h, tx, 0, 0, HOST_MAX, 1);
	rx_create(h, rx, 0, 0, HOST_MAX, 2);
	rx_fill(rx, HOST_MAX, HOST_ROOM);
	rx_ring(h, rx);
	port_op(h, FN_CTRL_PORT_UP, 0);
	return true;
}

static inline void host_end(struct host *h, struct tx *tx, struct rx *rx)
{
	port_op(h, FN_CTRL_PORT_DOWN, 0);
	fn_port_unplug(h->card, 0);
	ring_destroy(h, tx->doorbell);
	ring_destroy(h, rx->doorbell);
	free(rx->buf);
	fn_card_power_off(h->card);
}

#endif /* FN_TEST_CARD_HOST_H */
