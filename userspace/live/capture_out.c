// SPDX-License-Identifier: GPL-2.0
/*
 * What flownic capture writes: pcapng, or a line for each frame.
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "capture.h"
#include "live.h"
#include "offload/isa.h"
#include "userspace/io/io.h"
#include "userspace/tool.h"

typedef unsigned long long ull;

#define NO_VERDICT 0xffffffffu

static const char *const point_name[FN_CAPTURE_POINTS] = {
	"before",
	"after",
	"host",
};

static const char *const point_text[FN_CAPTURE_POINTS] = {
	"from the cable, before the program",
	"as the program left it",
	"from the host",
};

static const char *verdict_name(u32 verdict)
{
	static const char *const names[] = {
		[XDP_ABORTED] = "aborted",   [XDP_DROP] = "drop",
		[XDP_PASS] = "pass",	     [XDP_TX] = "tx",
		[XDP_REDIRECT] = "redirect",
	};

	return verdict < ARRAY_SIZE(names) ? names[verdict] : "none";
}

static u32 index_of(u32 point)
{
	return ilog2(point) % FN_CAPTURE_POINTS;
}

static const char *port_name(const struct fn_capture *c, u32 port)
{
	const struct fn_info *p;

	for (p = c->ports; p; p = p->next)
		if (p->num[FLOWNIC_A_PORT] == port)
			return p->str[FLOWNIC_A_IFNAME] ?: "-";
	return "-";
}

static const struct fn_info *find_prog(const struct fn_capture *c, u32 handle)
{
	const struct fn_info *p;

	for (p = c->progs; p; p = p->next)
		if (p->num[FLOWNIC_A_CARD] == c->card &&
		    p->num[FLOWNIC_A_HANDLE] == handle)
			return p;
	return NULL;
}

/* Programs come while a capture goes on; the module is asked when one is new. */
static const struct fn_info *prog_of(struct fn_capture *c, u32 handle)
{
	const struct fn_info *p = find_prog(c, handle);

	if (p)
		return p;
	fn_info_free(c->progs);
	if (fn_info_get(FLOWNIC_CMD_PROG_GET, &c->progs))
		return NULL;
	return find_prog(c, handle);
}

static int describe_prog(char *buf, size_t size, const struct fn_info *p,
			 u32 handle)
{
	if (!p)
		return snprintf(buf, size, "program with handle %u", handle);
	return snprintf(buf, size, "program %s id %llu",
			p->str[FLOWNIC_A_NAME] ?: "-",
			(ull)p->num[FLOWNIC_A_BPF_ID]);
}

static void describe(struct fn_capture *c, const struct fn_capture_rec *rec,
		     char *buf, size_t size)
{
	size_t n = snprintf(buf, size, "%s", verdict_name(rec->verdict));

	if (rec->verdict == XDP_REDIRECT)
		n += snprintf(buf + n, size - n, " to port %u", rec->target);
	if (rec->cause && rec->cause < FN_NFAULTS)
		n += snprintf(buf + n, size - n, ": %s",
			      fn_fault_text[rec->cause]);
	n += snprintf(buf + n, size - n, ", ");
	n += describe_prog(buf + n, size - n, prog_of(c, rec->prog), rec->prog);
	snprintf(buf + n, size - n, ", %llu cycles", (ull)rec->cycles);
}

static void write_packet(struct fn_capture *c, const struct fn_capture_rec *rec)
{
	struct fn_pcapng_packet p = {
		.interface = c->interface[rec->port % FN_MAX_PORTS]
					 [index_of(rec->point)],
		.tstamp = rec->tstamp,
		.data = rec + 1,
		.len = rec->len,
		.full = rec->full,
		.out = rec->point == FN_CAPTURE_HOST,
		.has_verdict = rec->verdict != NO_VERDICT,
		.verdict = rec->verdict,
	};
	char comment[256];

	if (p.has_verdict) {
		describe(c, rec, comment, sizeof(comment));
		p.comment = comment;
	}
	c->received[p.interface]++;
	fn_pcapng_packet(c->file, &p);
}

static void print_line(struct fn_capture *c, const struct fn_capture_rec *rec)
{
	time_t second = rec->tstamp / 1000000000;
	char when[32] = "?", what[256] = "";
	struct tm tm;

	if (localtime_r(&second, &tm))
		strftime(when, sizeof(when), "%H:%M:%S", &tm);
	if (rec->verdict != NO_VERDICT)
		describe(c, rec, what, sizeof(what));
	else if (rec->point == FN_CAPTURE_AFTER)
		snprintf(what, sizeof(what), "no program");
	printf("%s.%09llu %s %-6s %5u bytes%s%s\n", when,
	       (ull)(rec->tstamp % 1000000000), port_name(c, rec->port),
	       point_name[index_of(rec->point)], rec->full, what[0] ? "  " : "",
	       what);
}

static void add_prog(struct fn_capture *c, const struct fn_capture_rec *rec,
		     json_object *o)
{
	const struct fn_info *p = prog_of(c, rec->prog);

	json_object_object_add(
		o, "verdict",
		json_object_new_string(verdict_name(rec->verdict)));
	json_object_object_add(o, "cycles",
			       json_object_new_uint64(rec->cycles));
	json_object_object_add(o, "handle", json_object_new_int64(rec->prog));
	if (p && fn_info_has(p, FLOWNIC_A_BPF_ID))
		json_object_object_add(
			o, "id",
			json_object_new_uint64(p->num[FLOWNIC_A_BPF_ID]));
	if (rec->cause && rec->cause < FN_NFAULTS)
		json_object_object_add(
			o, "fault",
			json_object_new_string(fn_fault_name[rec->cause]));
	if (rec->verdict == XDP_REDIRECT)
		json_object_object_add(o, "target",
				       json_object_new_int64(rec->target));
}

static void print_json(struct fn_capture *c, const struct fn_capture_rec *rec)
{
	json_object *o = json_object_new_object();
	const u8 *data = (const u8 *)(rec + 1);
	char *hex = fn_check_alloc(calloc(1, 2 * rec->len + 1));
	u32 i;

	for (i = 0; i < rec->len; i++)
		sprintf(hex + 2 * i, "%02x", data[i]);
	json_object_object_add(o, "time_ns",
			       json_object_new_uint64(rec->tstamp));
	json_object_object_add(o, "port", json_object_new_int(rec->port));
	json_object_object_add(
		o, "point",
		json_object_new_string(point_name[index_of(rec->point)]));
	json_object_object_add(o, "bytes", json_object_new_int64(rec->full));
	if (rec->verdict != NO_VERDICT)
		add_prog(c, rec, o);
	json_object_object_add(o, "data", json_object_new_string(hex));
	free(hex);
	fn_out_json(o);
}

static void write_interfaces(struct fn_capture *c)
{
	const struct fn_info *p;
	char name[64];
	u32 i, n = 0;

	for (p = c->ports; p; p = p->next)
		for (i = 0; i < FN_CAPTURE_POINTS; i++) {
			if (!(c->points & BIT(i)))
				continue;
			snprintf(name, sizeof(name), "%s-%s",
				 p->str[FLOWNIC_A_IFNAME] ?: "-",
				 point_name[i]);
			fn_pcapng_interface(c->file, name, point_text[i],
					    c->snaplen);
			c->interface[p->num[FLOWNIC_A_PORT]][i] = n++;
		}
}

/**
 * fn_capture_out_begin - open the file and write what comes first
 * @c: capture
 *
 * Return: exit status; an error has been reported.
 */
int fn_capture_out_begin(struct fn_capture *c)
{
	if (!c->path)
		return FN_DONE;
	if (!strcmp(c->path, "-") && isatty(STDOUT_FILENO))
		return fn_usage(
			"a capture is not for a terminal: name a file, or pipe it into tcpdump -r -");
	c->file = !strcmp(c->path, "-") ? stdout : fopen(c->path, "wb");
	if (!c->file)
		return fn_fail("%s: %s", c->path, strerror(errno));
	fn_pcapng_begin(c->file);
	write_interfaces(c);
	fflush(c->file);
	return FN_DONE;
}

/**
 * fn_capture_out - write a frame
 * @c: capture
 * @rec: frame
 */
void fn_capture_out(struct fn_capture *c, const struct fn_capture_rec *rec)
{
	c->newest = max(c->newest, rec->tstamp);
	if (c->file)
		write_packet(c, rec);
	else if (fn_options.json)
		print_json(c, rec);
	else
		print_line(c, rec);
}

/**
 * fn_capture_out_end - write what comes last
 * @c: capture
 * @lost: frames that the module had no room for
 */
void fn_capture_out_end(struct fn_capture *c, u64 lost)
{
	const struct fn_info *p;
	u32 i, n;

	for (p = c->ports; c->file && p; p = p->next)
		for (i = 0; i < FN_CAPTURE_POINTS; i++) {
			if (!(c->points & BIT(i)))
				continue;
			n = c->interface[p->num[FLOWNIC_A_PORT]][i];
			/* Which of them lost how many is not known. */
			fn_pcapng_statistics(c->file, n, c->newest,
					     c->received[n], n ? 0 : lost);
		}
	fn_info_free(c->progs);
}
