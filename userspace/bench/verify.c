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

static int open_tap(const struct fn_bench_dev *dev)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
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
static u32 tapped(int fd)
{
	struct tpacket_stats stats = {};
	socklen_t len = sizeof(stats);

	getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len);
	return stats.tp_packets;
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
	int fd = open_tap(path->near), status;
	struct fn_bench_tally t = {};

	if (fd < 0)
		return fn_fail("%s: packet socket: %s", path->near->name,
			       strerror(errno));
	tapped(fd);
	status = fn_bench_send(b, path, mode, n, 1);
	passed = tapped(fd);
	close(fd);
	fn_bench_tally(b, n, mode, &t);
	if (!status && passed != t.v[XDP_PASS])
		status = fn_fail(
			"%s: of %u packets %u reached the stack, and %llu must",
			fn_bench_mode_name[mode], n, passed,
			(unsigned long long)t.v[XDP_PASS]);
	return status;
}
