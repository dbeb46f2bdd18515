// SPDX-License-Identifier: GPL-2.0
/*
 * Captures, a frame at a time, so that their length does not matter.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* Of libpcap's own BPF, whose names are the kernel's, too, this is needed. */
#define lib_pcap_bpf_h
typedef unsigned int bpf_u_int32;
#include <pcap/dlt.h>
#include <pcap/pcap.h>

#include "io.h"
#include "userspace/tool.h"

#define SNAPLEN 65535
#define KEEP (4u << 20) /* bytes: captures up to this are read but once */
#define SECOND 1000000000ull

static int bad_link(const char *path, int type)
{
	const char *name = pcap_datalink_val_to_name(type);
	char number[16];

	snprintf(number, sizeof(number), "%d", type);
	return fn_fail("%s: link type %s; Ethernet (EN10MB) is expected", path,
		       name ?: number);
}

static int begin(struct fn_pcap *p)
{
	char why[PCAP_ERRBUF_SIZE];
	struct stat st;
	int type;

	p->in = pcap_open_offline(p->path, why);
	if (!p->in)
		return fn_fail(
			"%s%s%s%s", strstr(why, p->path) ? "" : p->path,
			strstr(why, p->path) ? "" : ": ", why,
			strstr(why, "unknown file format") ?
				"; a capture as pcap or pcapng is expected" :
				"");
	type = pcap_datalink(p->in);
	if (type != DLT_EN10MB) {
		pcap_close(p->in);
		p->in = NULL;
		return bad_link(p->path, type);
	}
	if (!fstat(fileno(pcap_file(p->in)), &st) && S_ISREG(st.st_mode))
		p->size = st.st_size;
	return FN_DONE;
}

/**
 * fn_pcap_open - open a capture of Ethernet frames
 * @p: to fill in
 * @path: of the file, "-" for standard input
 *
 * Return: exit status; an error has been reported.
 */
int fn_pcap_open(struct fn_pcap *p, const char *path)
{
	*p = (struct fn_pcap){ .path = path, .whole = true };
	p->stored = fn_check_alloc(malloc(KEEP));
	return begin(p);
}

/**
 * fn_pcap_open_empty - a capture without a file, to add frames to
 * @p: to fill in
 */
void fn_pcap_open_empty(struct fn_pcap *p)
{
	*p = (struct fn_pcap){ .path = "", .whole = true, .again = true };
	p->stored = fn_check_alloc(malloc(KEEP));
}

/**
 * fn_pcap_rewind - go back to the beginning
 * @p: capture that was read to its end
 *
 * Return: exit status; an error has been reported.
 */
int fn_pcap_rewind(struct fn_pcap *p)
{
	if (p->whole) {
		p->again = true;
		p->at = 0;
		return FN_DONE;
	}
	if (!p->size)
		return fn_fail(
			"%s: can't be read again: more than %u MiB, and not from a file",
			p->path, KEEP >> 20);
	pcap_close(p->in);
	p->in = NULL;
	return begin(p);
}

/* What is before each frame that is kept. */
struct stored {
	u32 len;
	u32 wire;
};

static void store_frame(struct fn_pcap *p)
{
	struct stored k = { p->len, p->wire };

	p->whole = p->whole && p->len + sizeof(k) <= KEEP - p->used;
	if (!p->whole)
		return;
	memcpy(p->stored + p->used, &k, sizeof(k));
	memcpy(p->stored + p->used + sizeof(k), p->frame, p->len);
	p->used += sizeof(k) + p->len;
}

/**
 * fn_pcap_add - add a frame to a capture without a file
 * @p: capture
 * @frame: the frame
 * @len: bytes of it
 */
void fn_pcap_add(struct fn_pcap *p, const u8 *frame, u32 len)
{
	p->frame = frame;
	p->len = len;
	p->wire = len;
	store_frame(p);
}

static int next_stored(struct fn_pcap *p)
{
	struct stored k;

	if (p->at == p->used)
		return 0;
	memcpy(&k, p->stored + p->at, sizeof(k));
	p->len = k.len;
	p->wire = k.wire;
	p->frame = p->stored + p->at + sizeof(k);
	p->at += sizeof(k) + k.len;
	return 1;
}

/**
 * fn_pcap_next - go to the next frame
 * @p: capture
 *
 * Return: 1, 0 at the end, -1 if the file is broken, which has been reported.
 */
int fn_pcap_next(struct fn_pcap *p)
{
	struct pcap_pkthdr *h;
	int got;

	if (p->again)
		return next_stored(p);
	got = pcap_next_ex(p->in, &h, &p->frame);
	if (got == PCAP_ERROR_BREAK)
		return 0;
	if (got != 1) {
		fn_fail("%s: %s", p->path, pcap_geterr(p->in));
		return -1;
	}
	p->len = h->caplen;
	p->wire = max(h->len, h->caplen);
	p->cut += h->caplen < h->len;
	store_frame(p);
	return 1;
}

/**
 * fn_pcap_share - how much of the file has been read
 * @p: capture
 *
 * Return: 0 to 1.
 */
double fn_pcap_share(const struct fn_pcap *p)
{
	if (p->again)
		return p->used ? (double)p->at / p->used : 0;
	return p->size ? (double)ftell(pcap_file(p->in)) / p->size : 0;
}

/**
 * fn_pcap_close - undo fn_pcap_open()
 * @p: capture
 */
void fn_pcap_close(struct fn_pcap *p)
{
	if (p->in)
		pcap_close(p->in);
	free(p->stored);
}

/**
 * fn_pcap_create - begin a capture with nanoseconds
 * @p: to fill in
 * @path: of the file, NULL if none is wanted
 *
 * Return: exit status; an error has been reported.
 */
int fn_pcap_create(struct fn_pcap_out *p, const char *path)
{
	*p = (struct fn_pcap_out){ .path = path };
	if (!path)
		return FN_DONE;
	p->dead = fn_check_alloc(pcap_open_dead_with_tstamp_precision(
		DLT_EN10MB, SNAPLEN, PCAP_TSTAMP_PRECISION_NANO));
	p->out = pcap_dump_open(p->dead, path);
	if (p->out)
		return FN_DONE;
	pcap_close(p->dead);
	return fn_fail("%s: %s", path, strerror(errno));
}

/**
 * fn_pcap_write - add a frame
 * @p: capture
 * @frame: the frame
 * @len: bytes of it
 * @ns: when
 */
void fn_pcap_write(struct fn_pcap_out *p, const u8 *frame, u32 len, u64 ns)
{
	struct pcap_pkthdr h = {
		.ts = { .tv_sec = ns / SECOND, .tv_usec = ns % SECOND },
		.caplen = len,
		.len = len,
	};

	if (p->out)
		pcap_dump((u8 *)p->out, &h, frame);
}

/**
 * fn_pcap_finish - end a capture
 * @p: capture
 *
 * Return: exit status; an error has been reported.
 */
int fn_pcap_finish(struct fn_pcap_out *p)
{
	bool bad;

	if (!p->out)
		return FN_DONE;
	bad = pcap_dump_flush(p->out);
	pcap_dump_close(p->out);
	pcap_close(p->dead);
	return bad ? fn_fail("%s: %s", p->path, strerror(errno ?: EIO)) :
		     FN_DONE;
}
