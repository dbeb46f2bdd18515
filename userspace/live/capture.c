// SPDX-License-Identifier: GPL-2.0
/*
 * flownic capture: frames on their way through the card.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "capture.h"
#include "live.h"
#include "userspace/tool.h"

#define DEVICE "/dev/flownic"
#define SNAPLEN 16384
#define BUFFER_KIB 4096
#define READ_SIZE (1u << 20)

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	stopped = 1;
}

/* A read must end when it is interrupted. */
static void catch_signals(void)
{
	struct sigaction sa = { .sa_handler = stop };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

static int parse_point(const char *word, u32 *points)
{
	static const struct {
		const char *word;
		u32 points;
	} known[] = {
		{ "before", FN_CAPTURE_BEFORE },
		{ "after", FN_CAPTURE_AFTER },
		{ "both", FN_CAPTURE_BEFORE | FN_CAPTURE_AFTER },
		{ "host", FN_CAPTURE_HOST },
		{ "all", FN_CAPTURE_ALL },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(word, known[i].word)) {
			*points |= known[i].points;
			return true;
		}
	return false;
}

/* Take the words out that say where; what is left is a selection. */
static void parse_points(struct fn_args *args, u32 *points)
{
	int i, n = 0;

	for (i = 0; i < args->n; i++)
		if (!parse_point(args->v[i], points))
			args->v[n++] = args->v[i];
	args->n = n;
	if (!*points)
		*points = FN_CAPTURE_AFTER;
}

static int parse_buffer(const char *text, u32 *units)
{
	u32 kib = BUFFER_KIB;

	if (text && fn_number("buffer", text, &kib))
		return FN_USAGE;
	if (!is_power_of_2(kib) || kib < 64 || kib > 65536)
		return fn_usage(
			"buffer %u: KiB are a power of two from 64 to 65536",
			kib);
	*units = kib * (1024 / FN_CAPTURE_UNIT);
	return FN_DONE;
}

static int parse(struct fn_args *args, struct fn_capture *c,
		 struct fn_select *s)
{
	const char *snaplen = NULL, *count = NULL, *buffer = NULL, *last;

	last = args->n ? args->v[args->n - 1] : NULL;
	if (fn_args_take_value(args, "snaplen", &snaplen) ||
	    fn_args_take_value(args, "count", &count) ||
	    fn_args_take_value(args, "buffer", &buffer) ||
	    fn_args_take_value(args, "file", &c->path))
		return FN_USAGE;
	if (!c->path && args->n && args->v[args->n - 1] == last &&
	    (!strcmp(last, "-") || strpbrk(last, "./"))) {
		c->path = last;
		args->n--;
	}
	c->snaplen = SNAPLEN;
	if ((snaplen && fn_number("snaplen", snaplen, &c->snaplen)) ||
	    (count && fn_number("count", count, &c->count)) ||
	    parse_buffer(buffer, &c->units))
		return FN_USAGE;
	if (!c->snaplen || c->snaplen > SNAPLEN)
		return fn_usage("snaplen %u: 1 to %u bytes are expected",
				c->snaplen, SNAPLEN);
	parse_points(args, &c->points);
	return fn_select_parse(args, FN_BY_CARD | FN_BY_PORT | FN_BY_DEV, s);
}

/* A capture is of one card: the one named, or the first. */
static int select_ports(struct fn_capture *c, struct fn_select *s)
{
	const struct fn_info *p;
	int status;

	if (!(s->has & (FN_BY_CARD | FN_BY_DEV))) {
		s->has |= FN_BY_CARD;
		s->card = 0;
	}
	status = fn_info_get(FLOWNIC_CMD_PORT_GET, &c->ports);
	if (status)
		return status;
	c->ports = fn_select_filter(s, c->ports);
	if (!c->ports)
		return fn_select_none(s, "port");
	c->card = c->ports->num[FLOWNIC_A_CARD];
	for (p = c->ports; p; p = p->next) {
		if (p->num[FLOWNIC_A_CARD] != c->card)
			return fn_fail(
				"%s means ports of several cards: give card N",
				s->dev);
		c->mask |= 1u << p->num[FLOWNIC_A_PORT];
	}
	return FN_DONE;
}

static int report_refusal(const struct fn_capture *c, int err)
{
	if (err == EBUSY)
		return fn_fail(
			"card %u: all %u captures that it can make are going on",
			c->card, FN_MAX_CAPTURES);
	if (err == ENODEV)
		return fn_fail("there is no card %u any more", c->card);
	if (err == ERANGE)
		return fn_fail(
			"buffer: %u KiB are too few for frames of %u bytes",
			c->units * FN_CAPTURE_UNIT / 1024, c->snaplen);
	return fn_fail("capture on card %u: %s", c->card, strerror(err));
}

static int start(struct fn_capture *c)
{
	struct flownic_capture arg = {
		.card = c->card,
		.ports = c->mask,
		.points = c->points,
		.snaplen = c->snaplen,
		.units = c->units,
	};

	c->fd = open(DEVICE, O_RDONLY | O_CLOEXEC);
	if (c->fd < 0 && (errno == EPERM || errno == EACCES))
		return fn_fail(
			"%s: not permitted: CAP_NET_ADMIN is needed, try as root",
			DEVICE);
	if (c->fd < 0)
		return fn_fail("%s: %s", DEVICE, strerror(errno));
	if (ioctl(c->fd, FLOWNIC_IOC_CAPTURE, &arg))
		return report_refusal(c, errno);
	return FN_DONE;
}

static void read_record(struct fn_capture *c, const u8 *buf, ssize_t n)
{
	while (n > 0 && (!c->count || c->seen < c->count)) {
		const struct fn_capture_rec *rec = (const void *)buf;

		fn_capture_out(c, rec);
		c->seen++;
		buf += (size_t)rec->units * FN_CAPTURE_UNIT;
		n -= (ssize_t)rec->units * FN_CAPTURE_UNIT;
	}
}

/* What had come before the signal; no more than the buffer holds. */
static void drain(struct fn_capture *c, u8 *buf)
{
	size_t left = (size_t)c->units * FN_CAPTURE_UNIT;
	ssize_t n;

	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	while (left && (n = read(c->fd, buf, READ_SIZE)) > 0) {
		read_record(c, buf, n);
		left -= min_t(size_t, left, n);
	}
	fflush(c->file ?: stdout);
}

/* Until there are enough, the card goes, the reader of ours goes or a signal. */
static int read_all(struct fn_capture *c)
{
	u8 *buf = fn_check_alloc(aligned_alloc(64, READ_SIZE));
	ssize_t n = 1;

	while (!stopped && n > 0 && (!c->count || c->seen < c->count)) {
		n = read(c->fd, buf, READ_SIZE);
		if (n > 0)
			read_record(c, buf, n);
		if (fflush(c->file ?: stdout))
			break;
	}
	if (n < 0 && errno != EINTR) {
		free(buf);
		return fn_fail("%s: %s", DEVICE, strerror(errno));
	}
	if (stopped)
		drain(c, buf);
	free(buf);
	return FN_DONE;
}

static int finish(struct fn_capture *c)
{
	struct flownic_capture_stats s = {};
	int status = FN_DONE;

	ioctl(c->fd, FLOWNIC_IOC_CAPTURE_STATS, &s);
	fn_capture_out_end(c, s.lost);
	if (c->file && c->file != stdout && fclose(c->file))
		status = fn_fail("%s: %s", c->path, strerror(errno));
	fprintf(stderr, "%llu frames captured, %llu lost%s\n",
		(unsigned long long)c->seen, (unsigned long long)s.lost,
		s.ended ? "; the card is gone" : "");
	return status;
}

/**
 * fn_capture - flownic capture ...
 * @args: words of the command line
 *
 * Return: exit status.
 */
int fn_capture(struct fn_args *args)
{
	struct fn_capture c = { .fd = -1 };
	struct fn_select s;
	int status = parse(args, &c, &s);

	if (!status)
		status = select_ports(&c, &s);
	if (!status)
		status = start(&c);
	if (!status)
		status = fn_capture_out_begin(&c);
	if (!status) {
		catch_signals();
		status = read_all(&c);
		status = finish(&c) ?: status;
	}
	if (c.fd >= 0)
		close(c.fd);
	fn_info_free(c.ports);
	return status;
}
