// SPDX-License-Identifier: GPL-2.0
/*
 * Writing pcapng (draft-ietf-opsawg-pcapng). libpcap reads it and writes none.
 */
#include <string.h>

#include "io.h"

#define BLOCK_MAX 32768

enum {
	SECTION = 0x0a0d0d0a,
	INTERFACE = 1,
	STATISTICS = 5,
	PACKET = 6,
};

enum {
	OPT_END = 0,
	OPT_COMMENT = 1,
	OPT_USERAPPL = 4, /* of the section */
	OPT_NAME = 2, /* of an interface */
	OPT_DESCRIPTION = 3,
	OPT_TSRESOL = 9,
	OPT_FLAGS = 2, /* of a packet */
	OPT_VERDICT = 7,
	OPT_RECEIVED = 4, /* of statistics */
	OPT_LOST = 5,
};

#define VERDICT_XDP 2 /* Linux eBPF XDP: 8 bytes follow */

/**
 * struct block - a block being made
 * @size: bytes so far
 * @data: it
 */
struct block {
	u32 size;
	u8 data[BLOCK_MAX];
};

/* Padded to 4 bytes. */
static void put(struct block *b, const void *data, u32 size)
{
	u32 padded = round_up(size, 4u);

	if (padded > BLOCK_MAX - b->size)
		return;
	memset(b->data + b->size, 0, padded);
	memcpy(b->data + b->size, data, size);
	b->size += padded;
}

static void put_u16(struct block *b, u16 a, u16 c)
{
	u16 v[] = { a, c };

	put(b, v, sizeof(v));
}

static void put_u32(struct block *b, u32 v)
{
	put(b, &v, sizeof(v));
}

static void put_time(struct block *b, u64 ns)
{
	put_u32(b, ns >> 32);
	put_u32(b, ns);
}

static void option(struct block *b, u16 code, const void *data, u16 size)
{
	put_u16(b, code, size);
	put(b, data, size);
}

static void begin(struct block *b, u32 type)
{
	b->size = 0;
	put_u32(b, type);
	put_u32(b, 0); /* length, known at the end */
}

static void end(struct block *b, FILE *f)
{
	u32 size;

	put_u16(b, OPT_END, 0);
	size = b->size + 4;
	put_u32(b, size);
	memcpy(b->data + 4, &size, sizeof(size));
	fwrite(b->data, 1, b->size, f);
}

/**
 * fn_pcapng_begin - write what comes first
 * @f: file
 */
void fn_pcapng_begin(FILE *f)
{
	static const char app[] = "flownic";
	static const u64 unknown = ~0ull;
	struct block b;

	begin(&b, SECTION);
	put_u32(&b, 0x1a2b3c4d);
	put_u16(&b, 1, 0);
	put(&b, &unknown, sizeof(unknown));
	option(&b, OPT_USERAPPL, app, strlen(app));
	end(&b, f);
}

/**
 * fn_pcapng_interface - write an interface; they are numbered from 0
 * @f: file
 * @name: of it
 * @what: for people
 * @snaplen: bytes of a packet at most
 */
void fn_pcapng_interface(FILE *f, const char *name, const char *what,
			 u32 snaplen)
{
	static const u8 nanoseconds = 9;
	struct block b;

	begin(&b, INTERFACE);
	put_u16(&b, 1, 0); /* Ethernet */
	put_u32(&b, snaplen);
	option(&b, OPT_NAME, name, strlen(name));
	option(&b, OPT_DESCRIPTION, what, strlen(what));
	option(&b, OPT_TSRESOL, &nanoseconds, sizeof(nanoseconds));
	end(&b, f);
}

static void put_verdict(struct block *b, u64 verdict)
{
	u8 v[1 + sizeof(verdict)] = { VERDICT_XDP };

	memcpy(v + 1, &verdict, sizeof(verdict));
	option(b, OPT_VERDICT, v, sizeof(v));
}

/**
 * fn_pcapng_packet - write a packet
 * @f: file
 * @p: packet
 */
void fn_pcapng_packet(FILE *f, const struct fn_pcapng_packet *p)
{
	u32 flags = p->out ? 2 : 1;
	struct block b;

	begin(&b, PACKET);
	put_u32(&b, p->interface);
	put_time(&b, p->tstamp);
	put_u32(&b, p->len);
	put_u32(&b, p->full);
	put(&b, p->data, p->len);
	option(&b, OPT_FLAGS, &flags, sizeof(flags));
	if (p->has_verdict)
		put_verdict(&b, p->verdict);
	if (p->comment)
		option(&b, OPT_COMMENT, p->comment, strlen(p->comment));
	end(&b, f);
}

/**
 * fn_pcapng_statistics - write what came of an interface
 * @f: file
 * @interface: number
 * @tstamp: now, ns since 1970
 * @received: packets
 * @lost: packets that could not be written
 */
void fn_pcapng_statistics(FILE *f, u32 interface, u64 tstamp, u64 received,
			  u64 lost)
{
	struct block b;

	begin(&b, STATISTICS);
	put_u32(&b, interface);
	put_time(&b, tstamp);
	option(&b, OPT_RECEIVED, &received, sizeof(received));
	option(&b, OPT_LOST, &lost, sizeof(lost));
	end(&b, f);
}
