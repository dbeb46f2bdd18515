// SPDX-License-Identifier: GPL-2.0
/*
 * What the card computes over frames: flow hashes and checksums.
 */
#include "offload/card/card.h"
#include "tap.h"

static u8 frame[2000];

struct head {
	u32 vlans;
	u8 version;
	u8 proto;
	u8 src;
	u16 sport;
	u16 frag;
	u8 options;
};

static u32 build(const struct head *h, u32 payload)
{
	u8 *p = frame + 12;
	u32 i, l4 = 8 + payload;

	memset(frame, 0, sizeof(frame));
	frame[0] = 2;
	for (i = 0; i < h->vlans; i++, p += 4) {
		p[0] = i + 1 < h->vlans ? 0x88 : 0x81;
		p[1] = i + 1 < h->vlans ? 0xa8 : 0x00;
		p[3] = 5;
	}
	p[0] = h->version == 4 ? 0x08 : 0x86;
	p[1] = h->version == 4 ? 0x00 : 0xdd;
	p += 2;
	if (h->version == 4) {
		u32 ihl = 20 + h->options * 4;

		p[0] = 0x40 | ihl / 4;
		p[2] = (ihl + l4) >> 8;
		p[3] = ihl + l4;
		p[6] = h->frag >> 8;
		p[7] = h->frag;
		p[9] = h->proto;
		p[12] = h->src;
		p[16] = 9;
		p += ihl;
	} else {
		p[0] = 0x60;
		p[4] = l4 >> 8;
		p[5] = l4;
		p[6] = h->proto;
		p[8] = h->src;
		p[24] = 9;
		p += 40;
	}
	p[0] = h->sport >> 8;
	p[1] = h->sport;
	p[3] = 53;
	p[4] = l4 >> 8;
	p[5] = l4;
	for (i = 0; i < payload; i++)
		p[8 + i] = i * 7 + 1;
	return p + l4 - frame;
}

static u32 hash(struct head h)
{
	u32 len = build(&h, 30);

	return fn_flow_hash(frame, len);
}

#define V4 .version = 4, .proto = 17, .src = 1, .sport = 1000
#define V6 .version = 6, .proto = 17, .src = 1, .sport = 1000

static void test_hash(void)
{
	u32 len, i, seen = 0;

	ok(hash((struct head){ V4 }) == hash((struct head){ V4 }),
	   "a flow has one hash");
	ok(hash((struct head){ V4 }) != hash((struct head){ .version = 4,
							    .proto = 17,
							    .src = 2,
							    .sport = 1000 }),
	   "another address, another hash");
	ok(hash((struct head){ V4 }) != hash((struct head){ .version = 4,
							    .proto = 17,
							    .src = 1,
							    .sport = 1001 }),
	   "another port, another hash");
	ok(hash((struct head){ V6 }) != hash((struct head){ .version = 6,
							    .proto = 17,
							    .src = 1,
							    .sport = 1001 }),
	   "likewise for IPv6");
	ok(hash((struct head){ V4 }) == hash((struct head){ V4, .vlans = 1 }) &&
		   hash((struct head){ V4 }) ==
			   hash((struct head){ V4, .vlans = 2 }),
	   "VLAN tags are looked past");
	ok(hash((struct head){ V4, .frag = 0x2000 }) ==
		   hash((struct head){ .version = 4,
				       .proto = 17,
				       .src = 1,
				       .sport = 7777,
				       .frag = 0x00b9 }),
	   "first and later fragments are one flow");
	ok(hash((struct head){ V4 }) == hash((struct head){ V4, .options = 3 }),
	   "options are looked past");
	for (i = 0; i < 64; i++)
		seen |= 1u << hash((struct head){ .version = 4,
						  .proto = 17,
						  .src = 1,
						  .sport = i }) %
				      4;
	is_u64(seen, 15, "ports spread over four workers");
	len = build(&(struct head){ V4, .vlans = 2, .options = 10 }, 30);
	for (i = FN_FRAME_MIN; i <= len; i++) {
		u8 *cut = malloc(i);

		memcpy(cut, frame, i);
		fn_flow_hash(cut, i);
		fn_csum_ok(cut, i);
		free(cut);
	}
	ok(true, "cut anywhere, nothing beyond is read");
}

/* Fill in the checksum the slow way, return the frame's length. */
static u32 summed(const struct head *h, u32 payload)
{
	u32 len = build(h, payload);
	u32 l4 = len - 8 - payload;
	u32 addr = h->version == 4 ? 12 : 8;
	u32 addrs = h->version == 4 ? 8 : 32;
	u8 *ip = frame + 14 + h->vlans * 4;
	u32 sum = h->proto + 8 + payload;
	u32 i;

	for (i = 0; i < addrs; i += 2)
		sum += ip[addr + i] << 8 | ip[addr + i + 1];
	for (i = l4; i < len; i += 2)
		sum += frame[i] << 8 | (i + 1 < len ? frame[i + 1] : 0);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	sum = sum == 0xffff ? 0xffff : (u16)~sum;
	frame[l4 + 6] = sum >> 8;
	frame[l4 + 7] = sum;
	return len;
}

static void test_csum(void)
{
	struct head heads[] = {
		{ V4 },
		{ V6 },
		{ V4, .vlans = 1 },
		{ V6, .vlans = 2 },
		{ V4, .options = 5 },
	};
	u32 i, payload, len, good, bad;

	for (i = 0; i < ARRAY_SIZE(heads); i++) {
		good = 0;
		bad = 0;
		for (payload = 0; payload < 300; payload++) {
			len = summed(&heads[i], payload);
			good += fn_csum_ok(frame, len);
			/* Padding after the packet does not count. */
			memset(frame + len, 0x55, 20);
			good += fn_csum_ok(frame, len + 20);
			frame[len - 1] ^= 1;
			bad += fn_csum_ok(frame, len);
			frame[len - 1] ^= 1;
			bad += fn_csum_ok(frame, len - 1);
		}
		is_u64(good, 600, "right checksums are found right");
		is_u64(bad, 0, "wrong and truncated ones aren't");
	}
	len = summed(&(struct head){ V4, .frag = 0x2000 }, 100);
	ok(!fn_csum_ok(frame, len), "a fragment has no checksum of its own");
	len = summed(&(struct head){ V4 }, 100);
	frame[14] = 0x55;
	ok(!fn_csum_ok(frame, len), "IP version 5");
	frame[14] = 0x44;
	ok(!fn_csum_ok(frame, len), "a header of 16 bytes");
	len = summed(&(struct head){ V4 }, 100);
	frame[23] = 1;
	ok(!fn_csum_ok(frame, len), "another protocol");
}

int main(void)
{
	test_hash();
	test_csum();
	return done_testing();
}
