// SPDX-License-Identifier: GPL-2.0
/*
 * Before anything is measured: packets one by one, with an eye on what reaches
 * the stack. Only so can a drop be told from a pass in every mode, and one by one
 * none are joined on their way.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "userspace/tool.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

#define TAPS 8

/**
 * struct taps - packet sockets that see what reaches the stack
 * @n: how many
 * @type: of frames that each sees, big-endian
 * @fd: of each
 */
struct taps {
	u32 n;
	u16 type[TAPS];
	int fd[TAPS];
};

static int open_tap(const struct fn_bench_dev *dev, u16 type)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = type,
		.sll_ifindex = dev->ifindex,
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	int on = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on));
	if (!bind(fd, (struct sockaddr *)&at, sizeof(at)))
		return fd;
	close(fd);
	return -1;
}

/* They are counted whether there is room to keep them or not. */
static u32 tapped(const struct taps *t)
{
	u32 i, n = 0;

	for (i = 0; i < t->n; i++) {
		struct tpacket_stats stats = {};
		socklen_t len = sizeof(stats);

		getsockopt(t->fd[i], SOL_PACKET, PACKET_STATISTICS, &stats,
			   &len);
		n += stats.tp_packets;
	}
	return n;
}

static void close_taps(struct taps *t)
{
	while (t->n)
		close(t->fd[--t->n]);
}

static int add_tap(struct taps *t, const struct fn_bench_dev *dev, u16 type)
{
	u32 i;

	for (i = 0; i < t->n; i++)
		if (t->type[i] == type)
			return FN_DONE;
	if (t->n == TAPS)
		return fn_fail(
			"%s: frames of more than %u types: with a classifier in generic mode no more can be told apart",
			dev->name, TAPS);
	t->type[i] = type;
	t->fd[i] = open_tap(dev, type);
	if (t->fd[i] < 0)
		return fn_fail("%s: packet socket: %s", dev->name,
			       strerror(errno));
	t->n++;
	return FN_DONE;
}

/* What the stack goes by: behind the outermost tag; lengths are no types. */
static u16 type_of(const struct fn_bench_frame *f)
{
	u32 at = 12, type = f->data[12] << 8 | f->data[13];

	if ((type == ETH_P_8021Q || type == ETH_P_8021AD) && f->len >= 18) {
		at = 16;
		type = f->data[at] << 8 | f->data[at + 1];
	}
	return htons(type >= ETH_P_802_3_MIN ? type : ETH_P_802_2);
}

/*
 * A socket for all types sees frames before a filter of the kernel decides them;
 * those for one type see what it lets pass.
 */
static int open_taps(const struct fn_bench *b, const struct fn_bench_path *path,
		     enum fn_bench_mode mode, u32 n, struct taps *t)
{
	int status = FN_DONE;
	u32 i;

	if (!b->classifier || mode == FN_BENCH_OFFLOAD ||
	    mode == FN_BENCH_NONE || mode == FN_BENCH_VETH_NONE)
		return add_tap(t, path->near, htons(ETH_P_ALL));
	for (i = 0; i < n && !status; i++)
		status = add_tap(t, path->near, type_of(&b->frames[i]));
	return status;
}

/**
 * fn_bench_verify - see that a mode decides as it must
 * @b: run
 * @path: to send on
 * @mode: that is in place
 *
 * Return: exit status; an error has been reported.
 */
int fn_bench_verify(struct fn_bench *b, const struct fn_bench_path *path,
		    enum fn_bench_mode mode)
{
	u32 n = min(b->nframes, FN_BENCH_TAPPED_MAX), passed;
	struct fn_bench_tally t = {};
	struct taps taps = {};
	int status = open_taps(b, path, mode, n, &taps);

	if (!status) {
		tapped(&taps);
		status = fn_bench_send(b, path, mode, n, 1);
	}
	passed = tapped(&taps);
	close_taps(&taps);
	if (status)
		return status;
	fn_bench_tally(b, n, mode, &t);
	if (passed != t.v[XDP_PASS])
		status = fn_fail(
			"%s: of %u packets %u reached the stack, and %llu must",
			fn_bench_mode_name[mode], n, passed,
			(unsigned long long)t.v[XDP_PASS]);
	return status;
}
