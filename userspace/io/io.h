/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files that are read and written: whole ones, captures, entries of maps.
 */
#ifndef FN_IO_H
#define FN_IO_H

#include <stdio.h>

#include "offload/platform.h"

#define FN_TRAFFIC_LEAST 64
#define FN_TRAFFIC_MOST 9018

struct pcap;
struct pcap_dumper;

/**
 * struct fn_pcap - a capture that is read, perhaps several times
 * @path: of the file
 * @in: open file
 * @size: of the file in bytes, 0 if it has none
 * @frame: at hand
 * @len: bytes of @frame that were captured
 * @wire: bytes that it had, at least @len
 * @cut: frames so far that had been longer on the wire
 * @stored: all frames, each after its lengths, as long as they fit
 * @used: bytes of @stored
 * @at: in @stored, of the next frame when they are read from there
 * @whole: @stored has the whole capture
 * @again: frames are read from @stored
 */
struct fn_pcap {
	const char *path;
	struct pcap *in;
	u64 size;
	const u8 *frame;
	u32 len;
	u32 wire;
	u32 cut;
	u8 *stored;
	u32 used;
	u32 at;
	bool whole;
	bool again;
};

/**
 * struct fn_pcap_out - a capture that is written
 * @path: of the file, NULL if there is none
 * @dead: what libpcap wants instead of a device
 * @out: open file
 */
struct fn_pcap_out {
	const char *path;
	struct pcap *dead;
	struct pcap_dumper *out;
};

/**
 * struct fn_pcapng_packet - a packet to write
 * @interface: number, in the order that they were written
 * @tstamp: ns since 1970
 * @data: bytes that were captured
 * @len: how many
 * @full: how many there were
 * @out: it leaves
 * @verdict: enum xdp_action if @has_verdict
 * @comment: for people, or NULL
 */
struct fn_pcapng_packet {
	u32 interface;
	u64 tstamp;
	const void *data;
	u32 len;
	u32 full;
	bool out;
	bool has_verdict;
	u64 verdict;
	const char *comment;
};

/**
 * struct fn_map_sink - a map to be filled
 * @key_size: bytes
 * @value_size: bytes
 * @put: takes an entry; 0 or a negative errno
 * @arg: for @put
 */
struct fn_map_sink {
	u32 key_size;
	u32 value_size;
	int (*put)(void *arg, const u8 *key, const u8 *value);
	void *arg;
};

/* file.c */
int fn_file_read(const char *path, u8 **data, size_t *size);
int fn_file_write(const char *path, const void *data, size_t size);

/* hex.c */
int fn_hex_read(const char *what, const char *text, size_t len, u8 **data,
		size_t *size);
char *fn_hex_write(const u8 *data, size_t size);

/* pcap.c */
int fn_pcap_open(struct fn_pcap *p, const char *path);
void fn_pcap_open_empty(struct fn_pcap *p);
void fn_pcap_add(struct fn_pcap *p, const u8 *frame, u32 len);
int fn_pcap_next(struct fn_pcap *p);
int fn_pcap_rewind(struct fn_pcap *p);
double fn_pcap_share(const struct fn_pcap *p);
void fn_pcap_close(struct fn_pcap *p);
int fn_pcap_create(struct fn_pcap_out *p, const char *path);
void fn_pcap_write(struct fn_pcap_out *p, const u8 *frame, u32 len, u64 ns);
int fn_pcap_finish(struct fn_pcap_out *p);

/* pcapng.c; errors are those of @f */
void fn_pcapng_begin(FILE *f);
void fn_pcapng_interface(FILE *f, const char *name, const char *what,
			 u32 snaplen);
void fn_pcapng_packet(FILE *f, const struct fn_pcapng_packet *p);
void fn_pcapng_statistics(FILE *f, u32 interface, u64 tstamp, u64 received,
			  u64 lost);

/* map_entries.c */
int fn_map_file(const char *path, const struct fn_map_sink *sink);

/* traffic.c */
void fn_traffic_open(struct fn_pcap *p, u32 size);

#endif /* FN_IO_H */
