#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What a program sends with bpf_perf_event_output comes out of the host's perf
buffers, from the card as from the host: the same bytes, frame by frame."""
# needs: trace

import fcntl
import mmap
import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bpf import *  # noqa: E402,F403
from nic import *  # noqa: E402,F403

SYS_PERF_EVENT_OPEN, IOC_ENABLE = 298, 0x2400
SOFTWARE, BPF_OUTPUT, SAMPLE_RAW = 1, 10, 1 << 10
RECORD_LOST, RECORD_SAMPLE = 2, 9
PAGES = 64

SOURCE = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

struct note {
	__u64 number;
	__u32 len;
	__u32 buff_len;
};

SEC("xdp")
int send(struct xdp_md *ctx)
{
	struct note note = { .len = ctx->data_end - ctx->data };
	__u64 flags = BPF_F_CURRENT_CPU | (__u64)note.len << 32;
	__u32 zero = 0, one = 1;
	__u64 *n, *bad;

	n = bpf_map_lookup_elem(&seen, &zero);
	bad = bpf_map_lookup_elem(&seen, &one);
	if (!n || !bad)
		return XDP_ABORTED;
	note.number = (*n)++;
	note.buff_len = bpf_xdp_get_buff_len(ctx);
	if (bpf_perf_event_output(ctx, &events, flags, &note, sizeof(note)))
		(*bad)++;
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
"""


class Buffer:
    """The perf buffer of a CPU, as perf_event_open(2) makes it."""

    def __init__(self, cpu):
        attr = struct.pack("<IIQQQQQIIQQQ", SOFTWARE, 80, BPF_OUTPUT, 1,
                           SAMPLE_RAW, 0, 0, 1, 0, 0, 0, 0)
        buf = ctypes.create_string_buffer(attr, 128)
        self.fd = libc.syscall(SYS_PERF_EVENT_OPEN, buf, -1, cpu, -1, 0)
        if self.fd < 0:
            raise OSError(ctypes.get_errno(), "perf_event_open")
        self.size = PAGES * mmap.PAGESIZE
        self.ring = mmap.mmap(self.fd, self.size + mmap.PAGESIZE)
        self.tail = 0
        fcntl.ioctl(self.fd, IOC_ENABLE, 0)

    def _bytes(self, at, n):
        return bytes(self.ring[mmap.PAGESIZE + (at + i) % self.size]
                     for i in range(n))

    def read(self):
        """The samples that came, and how many were lost."""
        samples, lost = [], 0
        head = struct.unpack_from("<Q", self.ring, 1024)[0]
        while self.tail < head:
            kind, _, size = struct.unpack("<IHH", self._bytes(self.tail, 8))
            body = self._bytes(self.tail + 8, size - 8)
            if kind == RECORD_SAMPLE:
                samples.append(body[4:])
            elif kind == RECORD_LOST:
                lost += struct.unpack_from("<Q", body, 8)[0]
            self.tail += size
        struct.pack_into("<Q", self.ring, 1032, self.tail)
        return samples, lost

    def close(self):
        self.ring.close()
        os.close(self.fd)


def frames():
    """Short ones, long ones, and enough that the card's ring goes around."""
    return [mac(HOST_MAC) + mac(PEER_MAC) + b"\x88\xb5" +
            bytes((n + i) & 0xff for i in range(46 + n * 37 % 1440))
            for n in range(120)]


def fill(fd, buffers):
    """Tell a perf event array of the CPUs' buffers; it forgets them when this
    descriptor of it is closed."""
    for cpu, b in enumerate(buffers):
        key = ctypes.create_string_buffer(struct.pack("<I", cpu), 4)
        value = ctypes.create_string_buffer(struct.pack("<I", b.fd), 4)
        bpf(MAP_UPDATE, struct.pack("<IIQQQ", fd, 0, address(key),
                                    address(value), 0))


def collect(buffers, sender, expected):
    """Send frames one by one: each sample is read before the next."""
    got = []
    for frame in expected:
        before = len(got)
        sender.send(frame)

        def come():
            for b in buffers:
                samples, lost = b.read()
                got.extend(samples)
                if lost:
                    raise Failed("%d samples lost" % lost)
            return len(got) > before

        if not awaited(come, tries=200, pause=0.01):
            break
    return got


def parse(sample, frame):
    """The note and the frame behind it; perf pads at the end."""
    number, length, buff_len = struct.unpack_from("<QII", sample)
    return number, length, buff_len, sample[16:16 + len(frame)]


def one_mode(tap, mode, path, cpus):
    sent = frames()
    attach("fn0p0", mode, path)
    maps = maps_of(attached("fn0p0")[mode])
    buffers = [Buffer(cpu) for cpu in range(cpus)]
    events = Fd(bpf(MAP_BY_ID, struct.pack("<III", maps["events"], 0, 0))[0])
    fill(events.fd, buffers)
    sender = Sender("fn0w0", PEER)
    got = collect(buffers, sender, sent)
    tap.equal(len(got), len(sent), "%s: a sample for each frame" % mode)
    parsed = [parse(g, f) for g, f in zip(got, sent)]
    wrong = [(n, p[:3]) for n, (p, f) in enumerate(zip(parsed, sent))
             if p[:3] != (n, len(f), len(f))]
    tap.equal(wrong[:3], [],
              "%s: in order, with the program's own bytes" % mode)
    same_frames(tap, [p[3] for p in parsed], sent,
                "%s: and the frame behind them" % mode)
    tap.equal([struct.unpack("<Q", v)[0] for _, v in
               sorted(map_dump(maps["seen"]).items())], [len(sent), 0],
              "%s: the helper refused none" % mode)
    for b in buffers:
        b.close()
    events.close()
    sender.send(sent[0])
    awaited(lambda: struct.unpack("<Q", map_dump(maps["seen"])[bytes(4)])[0] >
            len(sent))
    sender.close()
    detach("fn0p0", mode)


def on_a_cpu(tap, cpus):
    """The buffer of a CPU that the program names, whoever emulates it."""
    with Map(PERF_EVENT_ARRAY, 4, 4, cpus, name="events") as m:
        buffers = [Buffer(cpu) for cpu in range(cpus)]
        fill(m.fd, buffers)
        cpu = cpus - 1
        code = (mov_reg(6, 1) + store_imm(DW, 10, -8, 0x77) + mov_reg(1, 6) +
                map_fd(2, m.fd) + imm64(3, cpu) + mov_reg(4, 10) +
                alu(ADD, 4, -8) + mov(5, 8) + call(25) + returns(DROP))
        with Prog(code, ifindex("fn0p0")) as p:
            path = p.pin("/sys/fs/bpf/events")
            run("ip link set dev fn0p0 xdpoffload pinned " + path)
            shown = [i for i in json.loads(run([FLOWNIC, "-j", "show", "map"]))
                     if i["name"] == "events"]
            tap.equal([(i["type"], i["id"]) for i in shown],
                      [("perf_event_array", m.id)],
                      "flownic shows the map that programs send to")
            os.unlink(path)
        sender = Sender("fn0w0", PEER)
        sender.send(mark(1))
        got = []

        def come():
            for n, b in enumerate(buffers):
                got.extend((n, s[:8]) for s in b.read()[0])
            return got

        awaited(come)
        tap.equal(got, [(cpu, struct.pack("<Q", 0x77))],
                  "a sample goes to the CPU that the program names")
        detach("fn0p0", "xdpoffload")
        tap.ok(awaited(lambda: not json.loads(
            run([FLOWNIC, "-j", "show", "map"]))),
            "with the program, the card forgets the map")
        sender.close()
        for b in buffers:
            b.close()


def main():
    tap = Tap()
    set_up()
    cpus = os.cpu_count()
    start = objects()
    path = compile_bpf("events", SOURCE)
    for mode in MODES:
        one_mode(tap, mode, path, cpus)
    if "xdpoffload" in MODES:
        on_a_cpu(tap, cpus)
    tap.equal(await_objects(start), {}, "no program or map is left")
    tap.done()


main()
