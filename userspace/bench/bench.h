/* SPDX-License-Identifier: GPL-2.0 */
/*
 * flownic bench: one program in each mode, the same packets, what they cost.
 */
#ifndef FN_BENCH_H
#define FN_BENCH_H

#include <bpf/libbpf.h>
#include <json-c/json.h>
#include <net/if.h>
#include <time.h>

#include "userspace/live/live.h"
#include "userspace/tool.h"

struct fn_loading;

#define FN_BENCH_MAPS 32
#define FN_BENCH_TAPPED_MAX 256u /* frames sent one by one to be looked at */
#define FN_BENCH_DEVS 24
#define FN_BENCH_TEST_MAX 3400u /* more does not fit the page of a test run */
#define FN_BENCH_ERROR_SIZE 512 /* bytes of a reason */

/*
 * What an instruction of the host's kernel takes on the CPU that published
 * figures are of, in nanoseconds; docs/benchmarks.md says how it is found.
 */
#define FN_BENCH_NS_PER_INSTRUCTION 0.276

/**
 * enum fn_bench_mode - where the program runs
 * @FN_BENCH_NONE: nowhere, packets go up to the stack
 * @FN_BENCH_GENERIC: in the kernel, on skbs of the card's driver
 * @FN_BENCH_NATIVE: in the card's driver
 * @FN_BENCH_OFFLOAD: on the card
 * @FN_BENCH_VETH_NONE: nowhere, and packets come through a veth
 * @FN_BENCH_VETH_GENERIC: in the kernel, on skbs of veth
 * @FN_BENCH_VETH_NATIVE: in veth
 * @FN_BENCH_RUN: the program alone, by BPF_PROG_TEST_RUN; no card is needed
 * @FN_BENCH_MODES: how many there are
 */
enum fn_bench_mode {
	FN_BENCH_NONE,
	FN_BENCH_GENERIC,
	FN_BENCH_NATIVE,
	FN_BENCH_OFFLOAD,
	FN_BENCH_VETH_NONE,
	FN_BENCH_VETH_GENERIC,
	FN_BENCH_VETH_NATIVE,
	FN_BENCH_RUN,
	FN_BENCH_MODES,
};

/**
 * struct fn_bench_map - entries of a map
 * @name: of the map
 * @path: of the file with its entries
 */
struct fn_bench_map {
	char *name;
	const char *path;
};

/**
 * struct fn_bench_options - what is asked for
 * @path: object file
 * @prog: name of its program, or NULL
 * @section: of the program, or NULL
 * @pcap: capture; NULL for @size
 * @verdicts: file that says what must become of each frame, or NULL
 * @size: of generated UDP frames, bytes with the checksum of Ethernet
 * @dev: port to use, or NULL for the first
 * @maps: files with entries
 * @nmaps: how many
 * @modes: bit mask of enum fn_bench_mode
 * @packets: at least so many a round, whole captures
 * @rounds: of which the middle half counts
 * @icount: a nanosecond is an instruction
 */
struct fn_bench_options {
	const char *path;
	const char *prog;
	const char *section;
	const char *pcap;
	const char *verdicts;
	u32 size;
	const char *dev;
	struct fn_bench_map maps[FN_BENCH_MAPS];
	u32 nmaps;
	u32 modes;
	u32 packets;
	u32 rounds;
	bool icount;
};

/**
 * struct fn_bench_frame - a frame of the capture
 * @data: bytes
 * @len: of @data
 * @verdict: what the kernel's own BPF says of it
 */
struct fn_bench_frame {
	u8 *data;
	u32 len;
	u32 verdict;
};

/**
 * struct fn_bench_dev - a netdev that is used, and how it was before
 * @name: of the netdev
 * @ifindex: of it
 * @mtu: before
 * @flags: IFF_*, before
 * @threaded: NAPI had threads
 * @ipv6: its disable_ipv6, or -1
 * @host: a port of the card, and no far end
 */
struct fn_bench_dev {
	char name[IFNAMSIZ];
	u32 ifindex;
	int mtu;
	int flags;
	int threaded;
	int ipv6;
	bool host;
};

/**
 * struct fn_bench_tally - what became of packets
 * @v: how many, by verdict
 * @n: all of them
 */
struct fn_bench_tally {
	u64 v[FN_VERDICTS];
	u64 n;
};

/**
 * struct fn_bench_path - from a sender to where a program decides
 * @near: netdev that the program is attached to
 * @far: netdev that is sent on
 * @card: prefix of the threads that emulate the card; NULL for veth
 */
struct fn_bench_path {
	struct fn_bench_dev *near;
	struct fn_bench_dev *far;
	const char *card;
};

/**
 * struct fn_bench_counts - packets by where they were counted
 * @host: reached the host
 * @tx: left by the port they came by
 * @redirect: left by another
 * @card: were decided by the card
 * @lost: were lost, wherever
 * @counters: of the port
 */
struct fn_bench_counts {
	u64 host;
	u64 tx;
	u64 redirect;
	u64 card;
	u64 lost;
	struct fn_counters counters;
};

/**
 * struct fn_bench_result - of a mode
 * @mode: which
 * @skipped: why there is none, or empty
 * @packets: measured
 * @tally: what became of them
 * @bytes: of a frame, mean, without the checksum of Ethernet
 * @host: ns or instructions a packet, mean of the middle half of the rounds
 * @host_spread: half the distance between the quartiles, of the median
 * @emulation: the same for the card's threads
 * @card: what the modelled card says; of FN_BENCH_OFFLOAD
 */
struct fn_bench_result {
	enum fn_bench_mode mode;
	char skipped[FN_BENCH_ERROR_SIZE];
	u64 packets;
	struct fn_bench_tally tally;
	double bytes;
	double host;
	double host_spread;
	double emulation;
	struct fn_estimate card;
};

/**
 * struct fn_bench - a run
 * @o: options
 * @frames: of the capture
 * @nframes: how many
 * @bytes: of all frames
 * @cut: frames of which the capture has only the beginning
 * @dev: netdevs in use
 * @ndevs: how many
 * @profile: of the card
 * @threads: prefix of the names of the card's threads
 * @port: by the card
 * @veth: by a pair of veth
 * @veth_made: the pair is ours
 * @object: of libbpf, for the mode at hand
 * @program: of @object
 * @classifier: @program is one, for tc; not an XDP program
 * @qdisc: we made the clsact that it is on
 * @lowered: what @object was made of, or NULL
 * @why: last thing that libbpf or the kernel complained of
 */
struct fn_bench {
	struct fn_bench_options o;
	struct fn_bench_frame *frames;
	u32 nframes;
	u64 bytes;
	u32 cut;
	struct fn_bench_dev dev[FN_BENCH_DEVS];
	u32 ndevs;
	char *profile;
	char threads[32];
	struct fn_bench_path port;
	struct fn_bench_path veth;
	bool veth_made;
	struct bpf_object *object;
	struct bpf_program *program;
	bool classifier;
	bool qdisc;
	struct fn_loading *lowered;
	char why[FN_BENCH_ERROR_SIZE];
};

#define FN_BENCH_THREADS 32

/* Of all that receives and emulates; the sender has one more. */
#define FN_BENCH_PRIORITY 1

/**
 * struct fn_bench_threads - threads whose time is of interest
 * @n: how many
 * @pid: of each
 * @clock: of each
 */
struct fn_bench_threads {
	u32 n;
	int pid[FN_BENCH_THREADS];
	clockid_t clock[FN_BENCH_THREADS];
};

extern const char *const fn_bench_mode_name[FN_BENCH_MODES];

/* bench.c: a verb with options of its own */
int fn_bench(int argc, char **argv);

/* options.c */
int fn_bench_options(struct fn_bench_options *o, int argc, char **argv);

/* frames.c */
int fn_bench_frames(struct fn_bench *b);
void fn_bench_frames_free(struct fn_bench *b);
void fn_bench_tally(const struct fn_bench *b, u64 packets,
		    enum fn_bench_mode mode, struct fn_bench_tally *t);

/* dev.c */
int fn_dev_counters(const char *name, struct fn_counters *c);
int fn_dev_configure(struct fn_bench_dev *d, const char *name, int mtu);
void fn_dev_restore(const struct fn_bench_dev *d);
int fn_dev_always_napi(const char *name);
int fn_dev_up(const struct fn_bench_dev *d);

/* free.c */
int fn_dev_check_unused(const char *name);

/* paths.c */
int fn_bench_paths(struct fn_bench *b);
void fn_bench_paths_close(struct fn_bench *b);

/* prog.c */
int fn_bench_load(struct fn_bench *b, u32 ifindex);
int fn_bench_attach(struct fn_bench *b, enum fn_bench_mode mode,
		    const struct fn_bench_path *path);
void fn_bench_detach(struct fn_bench *b, enum fn_bench_mode mode,
		     const struct fn_bench_path *path);
void fn_bench_unload(struct fn_bench *b);

/* classifier.c */
int fn_bench_filter(struct fn_bench *b, enum fn_bench_mode mode, u32 ifindex);
void fn_bench_unfilter(struct fn_bench *b, u32 ifindex);
u32 fn_bench_cls_verdict(u32 code);

/* lowered.c */
int fn_bench_lower(struct fn_bench *b, u32 ifindex);
void fn_bench_lowered_free(struct fn_bench *b);

/* why.c */
void fn_bench_error_begin(struct fn_bench *b);
void fn_bench_error_kernel(struct fn_bench *b, int err);
void fn_bench_error_card(struct fn_bench *b);

/* stop.c */
void fn_bench_stop_catch(void);
bool fn_bench_stopped(void);

/* test_run.c */
int fn_bench_test_run(struct fn_bench *b, const struct fn_bench_frame *f,
		      u32 *verdict, u32 *ns);
bool fn_bench_too_long(const struct fn_bench_frame *f);

/* native.c */
int fn_bench_native_verdicts(struct fn_bench *b);

/* expect.c */
int fn_bench_expect(struct fn_bench *b);

/* run.c */
int fn_bench_run(struct fn_bench *b, struct fn_bench_result *r);

/* time.c */
u32 fn_bench_threads(struct fn_bench_threads *t, const char *prefix);
void fn_bench_threads_release(struct fn_bench_threads *t);
u64 fn_bench_threads_time(const struct fn_bench_threads *t);

/* watch.c */
u64 fn_bench_queues(const struct fn_counters *c, const char *prefix,
		    const char *name);
int fn_bench_watch(struct fn_bench *b, const struct fn_bench_path *path,
		   struct fn_bench_counts *seen);

/* send.c */
void fn_bench_pause(void);
int fn_bench_send_one(struct fn_bench *b, const struct fn_bench_path *path,
		      u32 frame);
int fn_bench_send(struct fn_bench *b, const struct fn_bench_path *path,
		  enum fn_bench_mode mode, u64 packets, u32 burst);

/* verify.c */
int fn_bench_verify(struct fn_bench *b, const struct fn_bench_path *path,
		    enum fn_bench_mode mode);

/* measure.c */
int fn_bench_measure(struct fn_bench *b, enum fn_bench_mode mode,
		     struct fn_bench_result *r);

/* out.c */
int fn_bench_out(const struct fn_bench *b, const struct fn_bench_result *r);

#endif /* FN_BENCH_H */
