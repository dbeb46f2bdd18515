#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What should not happen is refused with a reason or counted as a drop.

Frames that are too short or too long, queues that are full, programs that are
not for this port; and the card works on.
"""

import mmap
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import oracle  # noqa: E402
from nic import *  # noqa: E402,F403

PIN = "/sys/fs/bpf/bad"
LOOP = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Takes its time, as far as a verifier lets it. */
SEC("xdp") int slow(struct xdp_md *ctx)
{
	volatile __u32 sum = 0;

	for (int i = 0; i < 20000; i++)
		sum += i;
	return sum ? XDP_DROP : XDP_PASS;
}
char _license[] SEC("license") = "GPL";
"""
VERDICT = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") int verdict(struct xdp_md *ctx)
{
	return %s;
}
char _license[] SEC("license") = "GPL";
"""
OTHER_TYPE = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("%s") int other(struct __sk_buff *skb)
{
	return 0;
}
char _license[] SEC("license") = "GPL";
"""
MAP = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, %s);
	__uint(max_entries, %s);
	__type(key, %s);
	__type(value, %s);
} m SEC(".maps");

SEC("xdp") int use(struct xdp_md *ctx)
{
	/* The map is refused before anybody looks at the key. */
	return bpf_map_lookup_elem(&m, ctx) ? XDP_PASS : XDP_DROP;
}
char _license[] SEC("license") = "GPL";
"""
HELPER = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") int help(struct xdp_md *ctx)
{
	return bpf_%s;
}
char _license[] SEC("license") = "GPL";
"""


class Xsk:
    """An AF_XDP socket that sends: frames of any length from 1 byte on."""

    SOL_XDP, TX_RING, UMEM_REG = 283, 3, 4
    FILL_RING, COMPLETION_RING, OFFSETS = 5, 6, 1
    CHUNK, RING = 2048, 64

    def __init__(self, dev, ns=None):
        self.area = mmap.mmap(-1, self.CHUNK * self.RING)
        self.seen = 0
        if ns:
            with namespace(ns):
                self._open(dev)
        else:
            self._open(dev)

    def _open(self, dev):
        self.socket = s = socket.socket(44, socket.SOCK_RAW, 0)
        view = ctypes.c_char.from_buffer(self.area)
        s.setsockopt(self.SOL_XDP, self.UMEM_REG, struct.pack(
            "=QQIIII", ctypes.addressof(view), len(self.area), self.CHUNK, 0,
            0, 0))
        for ring in self.FILL_RING, self.COMPLETION_RING, self.TX_RING:
            s.setsockopt(self.SOL_XDP, ring, struct.pack("I", self.RING))
        # Producer, consumer, descriptors, flags; of rx, tx, fill, completion.
        offsets = struct.unpack("16Q", s.getsockopt(
            self.SOL_XDP, self.OFFSETS, 128))
        self.tx_at, self.done_at = offsets[4:7], offsets[12:15]
        self.tx = mmap.mmap(s.fileno(), self.tx_at[2] + 16 * self.RING,
                            offset=0x80000000)
        self.done = mmap.mmap(s.fileno(), self.done_at[2] + 8 * self.RING,
                              offset=0x180000000)
        ifindex = socket.if_nametoindex(dev)
        self.libc = libc = ctypes.CDLL(None, use_errno=True)
        name = struct.pack("=HHIII", 44, 2, ifindex, 0, 0)  # XDP_COPY
        if libc.bind(s.fileno(), name, len(name)):
            raise Failed("bind AF_XDP: " + os.strerror(ctypes.get_errno()))

    def send(self, frame):
        at, = struct.unpack_from("I", self.tx, self.tx_at[0])
        slot = at % self.RING
        self.area[slot * self.CHUNK:slot * self.CHUNK + len(frame)] = frame
        struct.pack_into("QII", self.tx, self.tx_at[2] + 16 * slot,
                         slot * self.CHUNK, len(frame), 0)
        struct.pack_into("I", self.tx, self.tx_at[0], at + 1)

        def sent():
            self.libc.sendto(self.socket.fileno(), None, 0,
                             socket.MSG_DONTWAIT, None, 0)
            done, = struct.unpack_from("I", self.done, self.done_at[0])
            struct.pack_into("I", self.done, self.done_at[1], done)
            return done == at + 1

        if not awaited(sent, tries=200, pause=0.01):
            raise Failed("AF_XDP did not send %d bytes" % len(frame))


def counted(before, **expected):
    """Wait for counters of fn0p0 to have changed by so much."""
    def now():
        all_changes = changes(before, stats("fn0p0"))
        return {k: all_changes.get(k, 0) for k in expected}

    awaited(lambda: now() == expected, tries=60)
    return now()


def alive(tap, name):
    """The port still passes what it should."""
    capture, sender = Capture("fn0p0"), Sender("fn0w0", PEER)
    frame = mark(77)
    sender.send(frame)
    capture.await_frames(1)
    tap.equal(capture.frames, [frame], name + ": the port works on")
    capture.close()
    sender.close()


def short_frames(tap):
    sizes = list(range(1, 14))
    xsk = Xsk("fn0w0", PEER)
    for mode in [None] + MODES:
        name = "short frames, " + (MODE_OF[mode] if mode else "no program")
        if mode:
            attach("fn0p0", mode, "tx")
        before = stats("fn0p0")
        for size in sizes:
            xsk.send(mark(0)[:size])
        expected = {"mac_rx_undersize": len(sizes), "host_rx_frames": 0,
                    "mac_tx_frames": 0}
        tap.equal(counted(before, **expected), expected, name +
                  ": 1 to 13 bytes are counted and go nowhere")
        if mode:
            detach("fn0p0", mode)
    before = stats("fn0p0")
    xsk = Xsk("fn0p0")
    for size in sizes:
        xsk.send(mark(0)[:size])
    expected = {"tx0_dropped": len(sizes), "mac_tx_frames": 0}
    tap.equal(counted(before, **expected), expected,
              "short frames, sent by the host: counted and dropped")
    alive(tap, "short frames")


def long_frames(tap):
    """The cable end may send what the port must not take."""
    run("ip -n %s link set fn0w0 mtu 9000" % PEER)
    sizes = {1514: 0, 1518: 0, 1522: 0, 1523: 1, 2000: 1, 4096: 1, 9014: 1}
    for mode in [None] + MODES:
        name = "long frames, " + (MODE_OF[mode] if mode else "no program")
        if mode:
            attach("fn0p0", mode, "pass")
        capture, sender = Capture("fn0p0"), Sender("fn0w0", PEER)
        before = stats("fn0p0")
        sent = [mark(1) + bytes(size - len(mark(1))) for size in sizes]
        for frame in sent:
            sender.send(frame)
        good = [f for f in sent if not sizes[len(f)]]
        expected = {"mac_rx_oversize": sum(sizes.values())}
        tap.equal(counted(before, **expected), expected,
                  name + ": over the MTU is counted and dropped")
        capture.await_frames(len(good))
        same_frames(tap, capture.frames, good, name + ": up to it, it passes")
        if mode:
            detach("fn0p0", mode)
        capture.close()
        sender.close()
    before = link_stats("fn0p0")["rx"]
    sender = Sender("fn0w0", PEER)
    sender.send(mark(1) + bytes(3000))

    def errors():
        now = link_stats("fn0p0")["rx"]
        return {k: now[k] - before[k] for k in now if now[k] != before[k]}

    awaited(lambda: "length_errors" in errors() or errors().get("errors"))
    tap.ok(errors().get("errors") == 1, "long frames: ip -s link counts them",
           errors())
    run("ip -n %s link set fn0w0 mtu 1500" % PEER)
    for mtu in "67", "9501", "65536":
        said = refused("ip link set fn0p0 mtu " + mtu)
        tap.ok(said and "mtu" in said, "MTU %s is refused" % mtu, said)
    alive(tap, "long frames")


def behind_the_sender():
    """What to run a sender with so that the card can't keep up with it.

    The card's threads are put on one CPU, where a sender of real-time priority
    leaves them no time but what it waits itself.
    """
    bound = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/comm" % pid) as f:
                ours = re.match(r"flownic\d+/\d+$", f.read())
        except (FileNotFoundError, ProcessLookupError):
            continue
        if ours:
            os.sched_setaffinity(int(pid), {0})
            bound += 1
    if not bound:
        raise Failed("the card has no thread")
    return "taskset -c 0 chrt -f 1"


def full_queue(tap):
    """More than a slow program can take, with and without pause."""
    if "xdpoffload" not in MODES:
        return
    sent = 3000
    path = "/tmp/flood.pcap"
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for n in range(sent):
            frame = mark(n)
            f.write(struct.pack("<IIII", 0, n, len(frame), len(frame)) + frame)
    attach("fn0p0", "xdpoffload", compile_bpf("slow", LOOP))
    under = behind_the_sender()
    for pause, text in ("off", "pause off"), ("on", "pause on"):
        run("ethtool -A fn0p0 tx " + pause)
        before = stats("fn0p0")
        replay(path, under=under)

        def now():
            c = changes(before, stats("fn0p0"))
            return [c.get(k, 0) for k in ("mac_rx_frames", "offload_xdp_drop",
                                          "mac_rx_overflow", "mac_rx_pause")]

        awaited(lambda: now()[1] + now()[2] >= sent, tries=600)
        frames, decided, overflow, paused = now()
        figures = "decided %d, dropped %d of %d, paused %d times" % (
            decided, overflow, sent, paused)
        tap.equal(decided + overflow, sent,
                  text + ": each frame is decided or counted as dropped")
        if pause == "off":
            tap.ok(overflow and not paused,
                   text + ": a full queue drops", figures)
        else:
            tap.ok(not overflow and paused,
                   text + ": a full queue makes the cable wait", figures)
    detach("fn0p0", "xdpoffload")
    alive(tap, "full queue")


def verdicts(tap):
    """ABORTED and verdicts that do not exist."""
    names = {"xdpdrv": ("rx0_xdp_aborted", "rx0_xdp_aborted"),
             "xdpoffload": ("fault_aborted", "fault_verdict")}
    for mode in MODES:
        for value, text in ("XDP_ABORTED", "XDP_ABORTED"), (
                "77 + (ctx->data & 0)", "an unknown verdict"):
            attach("fn0p0", mode, compile_bpf("verdict", VERDICT % value))
            capture = Capture("fn0p0")
            before = stats("fn0p0")
            sender = Sender("fn0w0", PEER)
            for n in range(5):
                sender.send(mark(n))
            name = "%s, %s" % (text, MODE_OF[mode])
            if mode in names:
                counter = names[mode][text != "XDP_ABORTED"]
                tap.equal(counted(before, **{counter: 5}), {counter: 5},
                          name + ": is counted")
            else:
                counted(before, rx0_packets=5)
            capture.poll()
            tap.equal(capture.frames, [], name + ": nothing passes")
            detach("fn0p0", mode)
            capture.close()
            sender.close()
    alive(tap, "verdicts")


def refuse(tap, command, name, *words):
    said = refused(command)
    tap.ok(said is not None and all(w in said for w in words), name,
           "looked for %r in:" % (words,), (said or "it succeeded")[-1500:])
    tap.equal(attached("fn0p0"), {}, name + ": nothing is attached")


def programs(tap):
    """Objects and programs that can't be attached."""
    obj = TOP + "/build/bpf/counters.o"
    with open(obj, "rb") as f:
        whole = f.read()
    attach_to = "ip link set dev fn0p0 %s obj %s sec %s"
    for mode in MODES:
        name = MODE_OF[mode] + ": "
        for size in 0, 10, 64, len(whole) // 2, len(whole) - 100:
            with open("/tmp/cut.o", "wb") as f:
                f.write(whole[:size])
            refuse(tap, attach_to % (mode, "/tmp/cut.o", "xdp"),
                   name + "an object cut to %d bytes" % size)
        # The sentence is that of ip, which has more than one for this.
        refuse(tap, attach_to % (mode, "/tmp/none.o", "xdp"),
               name + "a file that is not there")
        refuse(tap, attach_to % (mode, obj, "nothing"),
               name + "a section that is not there", "nothing")
        for section in "classifier", "socket":
            run("bpftool prog load %s %s" % (compile_bpf(
                "other", OTHER_TYPE % section), PIN))
            refuse(tap, "ip link set dev fn0p0 %s pinned %s" % (mode, PIN),
                   name + "a program of type %s" % section)
            os.unlink(PIN)


def other_card(tap):
    """A program that was loaded for one card, or for none, on another."""
    if "xdpoffload" not in MODES:
        return
    run("ip link add type flownic")
    run("bpftool prog load %s/build/bpf/pass.o %s type xdp dev fn1p0" % (
        TOP, PIN))
    refuse(tap, "ip link set dev fn0p0 xdpoffload pinned " + PIN,
           "a program of another card", "device")
    refuse(tap, "ip link set dev fn0p0 xdpdrv pinned " + PIN,
           "an offloaded program, native", "HW_MODE")
    refuse(tap, "ip link set dev fn0p0 xdpgeneric pinned " + PIN,
           "an offloaded program, generic")
    os.unlink(PIN)
    run("bpftool prog load %s/build/bpf/pass.o %s type xdp" % (TOP, PIN))
    refuse(tap, "ip link set dev fn0p0 xdpoffload pinned " + PIN,
           "a program of no card, offloaded", "for the host")
    os.unlink(PIN)
    run("ip link del fn1p0")


def unsupported(tap):
    """Maps and helpers that a card has not."""
    if "xdpoffload" not in MODES:
        return
    u32, one = "__u32", "16"
    for kind, entries, key in (
            ("BPF_MAP_TYPE_PERCPU_ARRAY", one, u32),
            ("BPF_MAP_TYPE_LRU_HASH", one, u32),
            ("BPF_MAP_TYPE_PROG_ARRAY", one, u32),
            ("BPF_MAP_TYPE_DEVMAP", one, u32),
            ("BPF_MAP_TYPE_ARRAY", "0", u32),
            ("BPF_MAP_TYPE_ARRAY", "0x7fffffff", u32),
            ("BPF_MAP_TYPE_HASH", one, "struct { char c[513]; }")):
        path = compile_bpf("map", MAP % (kind, entries, key, "__u64"))
        refuse(tap, "ip link set dev fn0p0 xdpoffload obj %s sec xdp" % path,
               "%s of %s entries, key %s" % (kind, entries, key), "m")
    path = compile_bpf("help", HELPER % "get_numa_node_id()")
    refuse(tap, "ip link set dev fn0p0 xdpoffload obj %s sec xdp" % path,
           "a helper of the host's", "get_numa_node_id", "[flownic]")


def main():
    tap = Tap()
    set_up(ports=1)
    start = objects()
    for part in (short_frames, long_frames, full_queue, verdicts, programs,
                 other_card, unsupported):
        try:
            part(tap)
        except Failed as e:
            tap.ok(False, part.__name__ + " runs to its end", e)
            for mode in MODES:
                run("ip link set dev fn0p0 %s off" % mode, check=False)
    alive(tap, "after all of it")
    tap.equal(await_objects(start), {}, "no program or map is left")
    tap.done()


main()
