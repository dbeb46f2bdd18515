// SPDX-License-Identifier: GPL-2.0
/*
 * Sending: bursts from the far end, each followed by a wait until every packet
 * is where it must be. One that goes astray ends the run.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "userspace/live/live.h"
#include "userspace/tool.h"

#define BURST_MAX 256u
#define TRIES 500

/* A burst's processing takes no longer, and an idle machine's clock jumps. */
#define PAUSE_BURST 20000000
#define PAUSE_ONE 500000

static int open_socket(const struct fn_bench_path *path)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_ifindex = path->far->ifindex,
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	int on = 1, size = 1 << 26;

	if (fd < 0)
		return -1;
	/* The queue of a netdev has no part in what is measured. */
	setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	if (!bind(fd, (struct sockaddr *)&to, sizeof(to)))
		return fd;
	close(fd);
	return -1;
}

static void wait_ns(long ns)
{
	struct timespec ts = { .tv_nsec = ns };

	nanosleep(&ts, NULL);
}

static int send_burst(const struct fn_bench *b, int fd, u64 first, u32 n)
{
	struct mmsghdr msg[BURST_MAX] = {};
	struct iovec iov[BURST_MAX];
	u32 i, done = 0, tries = 0;
	int sent;

	for (i = 0; i < n; i++) {
		const struct fn_bench_frame *f =
			&b->frames[(first + i) % b->nframes];

		iov[i] = (struct iovec){ f->data, f->len };
		msg[i].msg_hdr.msg_iov = &iov[i];
		msg[i].msg_hdr.msg_iovlen = 1;
	}
	while (done < n && tries++ < TRIES) {
		sent = sendmmsg(fd, msg + done, n - done, 0);
		if (sent > 0)
			done += sent;
		else if (errno == ENOBUFS || errno == EAGAIN)
			wait_ns(PAUSE_ONE);
		else
			return -errno;
	}
	return done == n ? 0 : -ENOBUFS;
}

/**
 * fn_bench_pause - let a single packet be dealt with
 */
void fn_bench_pause(void)
{
	wait_ns(PAUSE_ONE);
}

/**
 * fn_bench_send_one - send a frame and wait for nothing
 * @b: run
 * @path: to send on
 * @frame: which
 *
 * Return: exit status; an error has been reported.
 */
int fn_bench_send_one(struct fn_bench *b, const struct fn_bench_path *path,
		      u32 frame)
{
	int fd = open_socket(path);
	int err = fd < 0 ? -errno : send_burst(b, fd, frame, 1);

	if (fd >= 0)
		close(fd);
	return err ? fn_fail("%s: sending: %s", path->far->name,
			     strerror(-err)) :
		     FN_DONE;
}

/* Where packets must be by now. */
static struct fn_bench_counts packets_expected(const struct fn_bench_tally *t,
					       enum fn_bench_mode mode)
{
	bool on_card = mode == FN_BENCH_OFFLOAD;

	return (struct fn_bench_counts){
		.host = on_card ? t->v[XDP_PASS] : t->n,
		.tx = t->v[XDP_TX],
		.redirect = t->v[XDP_REDIRECT],
		.card = on_card ? t->n : 0,
	};
}

static bool counts_equal(const struct fn_bench_counts *a,
			 const struct fn_bench_counts *b)
{
	return a->host == b->host && a->tx == b->tx &&
	       a->redirect == b->redirect && a->card == b->card &&
	       a->lost == b->lost;
}

static int packets_missing(enum fn_bench_mode mode, u64 n,
			   const struct fn_bench_counts *want,
			   const struct fn_bench_counts *got)
{
	typedef unsigned long long ull;

	return fn_fail(
		"%s: of %llu packets %llu must reach the host, %llu be sent back, %llu leave elsewhere, %llu be decided by the card; but it was %llu, %llu, %llu, %llu, and %llu were lost",
		fn_bench_mode_name[mode], (ull)n, (ull)want->host,
		(ull)want->tx, (ull)want->redirect, (ull)want->card,
		(ull)got->host, (ull)got->tx, (ull)got->redirect,
		(ull)got->card, (ull)got->lost);
}

static int wait_for_packets(struct fn_bench *b,
			    const struct fn_bench_path *path,
			    enum fn_bench_mode mode,
			    const struct fn_bench_counts *before,
			    const struct fn_bench_tally *t, long pause)
{
	struct fn_bench_counts want = packets_expected(t, mode), now = {};
	int status, tries;

	for (tries = 0; tries < TRIES; tries++) {
		wait_ns(pause);
		if (fn_bench_stopped())
			return FN_FAILED;
		status = fn_bench_watch(b, path, &now);
		fn_counters_free(&now.counters);
		if (status)
			return status;
		now.host -= before->host;
		now.tx -= before->tx;
		now.redirect -= before->redirect;
		now.card -= before->card;
		now.lost -= before->lost;
		if (counts_equal(&now, &want))
			return FN_DONE;
	}
	return packets_missing(mode, t->n, &want, &now);
}

/**
 * fn_bench_send - send packets, and see them all arrive
 * @b: run
 * @path: to send on
 * @mode: that is in place
 * @packets: how many, from the capture's first frame on, over and over
 * @burst: so many at once
 *
 * Return: exit status; an error has been reported.
 */
int fn_bench_send(struct fn_bench *b, const struct fn_bench_path *path,
		  enum fn_bench_mode mode, u64 packets, u32 burst)
{
	long pause = burst > 1 ? PAUSE_BURST : PAUSE_ONE;
	struct fn_bench_tally t = {};
	struct fn_bench_counts before;
	int fd = open_socket(path);
	u32 n;
	int status, err;

	if (fd < 0)
		return fn_fail("%s: packet socket: %s", path->far->name,
			       strerror(errno));
	status = fn_bench_watch(b, path, &before);
	fn_counters_free(&before.counters);
	while (t.n < packets && !status) {
		n = min_t(u64, packets - t.n, min(burst, BURST_MAX));
		err = send_burst(b, fd, t.n, n);
		fn_bench_tally(b, n, mode, &t);
		if (err)
			status = fn_fail("%s: sending: %s", path->far->name,
					 strerror(-err));
		else
			status = wait_for_packets(b, path, mode, &before, &t,
						  pause);
	}
	close(fd);
	return status;
}
