// SPDX-License-Identifier: GPL-2.0
/*
 * flownic ringbuf: the records of a ring buffer, of a program on a card or on
 * the host.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "load.h"
#include "userspace/io/io.h"
#include "userspace/tool.h"

#define PAGES 256 /* of each CPU's buffer */
#define WAIT_MS 200

/**
 * struct reader - of a ring buffer
 * @count: records to print, 0 for all there will ever be
 * @printed: records so far
 * @lost: records that found no room
 */
struct reader {
	u32 count;
	u32 printed;
	u64 lost;
};

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	stopped = 1;
}

static bool has_all(const struct reader *r)
{
	return r->count && r->printed >= r->count;
}

static bool is_done(const struct reader *r)
{
	return stopped || has_all(r);
}

static void print_record(struct reader *r, const void *data, size_t size)
{
	char *hex;

	if (has_all(r))
		return;
	r->printed++;
	hex = fn_hex_write(data, size);
	if (fn_options.json)
		printf("{\"data\":\"%s\"}\n", hex);
	else
		puts(hex);
	fflush(stdout);
	free(hex);
}

/*
 * What a perf event buffer has is padded, so that with the word for its size it
 * is a multiple of 8 bytes.
 */
static void take_event(void *ctx, int cpu, void *data, u32 size)
{
	print_record(ctx, data, size);
}

static void lose_events(void *ctx, int cpu, unsigned long long n)
{
	struct reader *r = ctx;

	r->lost += n;
}

static int take_record(void *ctx, void *data, size_t size)
{
	print_record(ctx, data, size);
	return 0;
}

static int read_events(int fd, struct reader *r)
{
	struct perf_buffer *b;

	b = perf_buffer__new(fd, PAGES, take_event, lose_events, r, NULL);
	if (!b)
		return fn_fail("the buffer can't be read: %s", strerror(errno));
	fprintf(stderr, "reading\n");
	while (!is_done(r))
		if (perf_buffer__poll(b, WAIT_MS) < 0 && errno != EINTR)
			break;
	/* What has come before the interrupt. */
	perf_buffer__consume(b);
	perf_buffer__free(b);
	if (r->lost)
		return fn_fail("%llu records were lost",
			       (unsigned long long)r->lost);
	return FN_DONE;
}

static int read_ring(int fd, struct reader *r)
{
	struct ring_buffer *b = ring_buffer__new(fd, take_record, r, NULL);

	if (!b)
		return fn_fail("the buffer can't be read: %s", strerror(errno));
	fprintf(stderr, "reading\n");
	while (!is_done(r))
		if (ring_buffer__poll(b, WAIT_MS) < 0 && errno != EINTR)
			break;
	ring_buffer__consume(b);
	ring_buffer__free(b);
	return FN_DONE;
}

static int read_map(int fd, const char *name, struct reader *r)
{
	struct bpf_map_info info = {};
	u32 len = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return fn_fail("%s: %s", name, strerror(errno));
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	if (info.type == BPF_MAP_TYPE_PERF_EVENT_ARRAY)
		return read_events(fd, r);
	if (info.type == BPF_MAP_TYPE_RINGBUF)
		return read_ring(fd, r);
	return fn_fail("%s is no ring buffer", name);
}

/**
 * fn_ringbuf - flownic ringbuf NAME dev PORT
 * @args: words of the command line
 *
 * Return: exit status.
 */
int fn_ringbuf(struct fn_args *args)
{
	const char *dev = NULL, *dir = NULL, *count = NULL, *name;
	int status = fn_args_take_value(args, "dev", &dev), fd;
	struct reader r = {};

	if (!status)
		status = fn_args_take_value(args, "pin", &dir);
	if (!status)
		status = fn_args_take_value(args, "count", &count);
	if (!status && count)
		status = fn_number("count", count, &r.count);
	if (status)
		return status;
	name = fn_args_next(args);
	if (!name)
		return fn_usage("ringbuf: the name of the map is missing");
	if (args->n)
		return fn_usage("ringbuf: \"%s\" is not expected here",
				args->v[0]);
	if (!dev && !dir)
		return fn_usage("ringbuf: dev PORT is missing, or pin DIR");
	dir = dir ?: fn_load_default_pin(dev);
	fd = fn_pins_open(dir, name);
	if (fd < 0)
		return fn_fail("%s/%s: %s", dir, name, strerror(-fd));
	status = read_map(fd, name, &r);
	close(fd);
	return status;
}
