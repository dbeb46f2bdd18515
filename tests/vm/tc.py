# SPDX-License-Identifier: GPL-2.0
"""Classifiers of tc: written down, attached to a port's ingress in software, on
the card, or both, and what becomes of frames."""

import os
import re
import struct

from bpf import *  # noqa: F401,F403
from nic import *  # noqa: F401,F403

OK, RECLASSIFY, SHOT, PIPE, STOLEN, QUEUED, REPEAT, REDIRECT_TO, TRAP = \
    range(9)
UNSPEC = -1
PINS = "/sys/fs/bpf/tc"
# Offsets of struct __sk_buff
LEN, MARK, QUEUE_MAPPING, PROTOCOL, VLAN_PRESENT, VLAN_TCI, VLAN_PROTO, \
    PRIORITY, INGRESS, IFINDEX, TC_INDEX, CB = 0, 8, 12, 16, 20, 24, 28, 32, \
    36, 40, 44, 48
SKB_HASH, CLASSID, DATA, DATA_END, DATA_META = 68, 72, 76, 80, 140


def frame(number, size=64, kind=0x88b5, to=HOST_MAC):
    """A frame that tells its number."""
    head = mac(to) + mac(PEER_MAC) + struct.pack("!H", kind)
    return (head + b"frame %8d" % number).ljust(size, b".")


def tagged(number, *tags, kind=0x88b5):
    """One with VLAN tags: (type, tag), outermost first."""
    plain = frame(number, kind=kind)
    return plain[:12] + b"".join(struct.pack("!HH", *t) for t in tags) + \
        plain[12:]


def put(fd, index, reg):
    """Store a register as an array map's value; r6 is the context."""
    return (store(DW, 10, -16, reg) + store_imm(W, 10, -4, index) +
            map_fd(1, fd) + mov_reg(2, 10) + alu(ADD, 2, -4) +
            mov_reg(3, 10) + alu(ADD, 3, -16) + mov(4, 0) + call(2))


class Filter:
    """A classifier that is a filter of a port's ingress."""

    count = 0

    def __init__(self, code, how="skip_sw", prio=1, dev="fn0p0", action="",
                 da="da"):
        """how: skip_sw, skip_hw or nothing. code: a function of a map's file
        descriptor, or instructions."""
        where = ifindex(dev) if how == "skip_sw" else 0
        self.dev, self.prio = dev, prio
        self.map = self.prog = None
        if callable(code):
            self.map = Map(ARRAY, 4, 8, 16, where, name="seen")
            code = code(self.map.fd)
        self.prog = Prog(code, where, SCHED_CLS, "cls")
        os.makedirs(PINS, exist_ok=True)
        Filter.count += 1
        self.pin = self.prog.pin("%s/%d" % (PINS, Filter.count))
        try:
            run("tc filter add dev %s ingress prio %d handle 1 bpf %s "
                "object-pinned %s %s %s" % (dev, prio, da, self.pin, how,
                                            action))
        except Failed:
            self.close()
            raise

    def seen(self, index=0):
        return struct.unpack("<Q", self.map.lookup(
            struct.pack("<I", index)))[0]

    def remove(self):
        run("tc filter del dev %s ingress prio %d" % (self.dev, self.prio))
        self.close()

    def close(self):
        for o in self.prog, self.map:
            if o:
                o.close()
        os.unlink(self.pin)


def filters(dev="fn0p0"):
    """tc -s filter show, as data."""
    return [f for f in json.loads(run("tc -j -s filter show dev %s ingress" %
                                      dev)) if "options" in f]


def offload(dev, on=True):
    run("ethtool -K %s hw-tc-offload %s" % (dev, "on" if on else "off"))


SOFTWARE = "skip_hw"


class Traffic:
    """Frames into port 0, and where they come out."""

    def __init__(self):
        self.sender = Sender("fn0w0", PEER)
        self.host = Capture("fn0p0")
        self.wires = [Capture("fn0w%d" % n, PEER) for n in (0, 1)]
        self.number = 0

    def clear(self):
        for c in [self.host] + self.wires:
            c.poll()
            c.frames.clear()

    def send(self, frames):
        """Returns the counters that changed, once all are decided."""
        self.clear()
        before = stats("fn0p0")
        for f in frames:
            self.sender.send(f)

        def decided():
            now = changes(before, stats("fn0p0"))
            return now.get("mac_rx_frames", 0) == len(frames) and \
                sum(v for k, v in now.items()
                    if k == "host_rx_frames" or re.match(
                        "offload_tc_(shot|stolen|redirect|aborted|"
                        "redirect_err)$|offload_xdp_drop$", k)) >= len(frames)

        awaited(decided)
        return changes(before, stats("fn0p0"))

    def to_host(self, frames, count=None):
        self.send(frames)
        self.host.await_frames(len(frames) if count is None else count)
        return self.host.frames


# ---- helpers: what a classifier does with a frame before it sends it on

def after(helper, *args):
    """Call a helper with the context and numbers; r0 goes into the map."""
    return lambda fd: b"".join(
        mov(n + 2, a) if abs(a) < 1 << 31 else imm64(n + 2, a)
        for n, a in enumerate(args)) + mov_reg(1, 6) + call(helper) + \
        mov_reg(7, 0) + put(fd, 0, 7)


def bytes_of(text):
    """Put up to 8 bytes on the stack, r8 points there."""
    return (imm64(8, int.from_bytes(text.ljust(8, b"\0"), "little")) +
            store(DW, 10, -40, 8) + mov_reg(8, 10) + alu(ADD, 8, -40))


def store_bytes(at, text, flags):
    return lambda fd: (bytes_of(text) + mov_reg(1, 6) + mov(2, at) +
                       mov_reg(3, 8) + mov(4, len(text)) + mov(5, flags) +
                       call(9) + mov_reg(7, 0) + put(fd, 0, 7))


def load_bytes(at, size, helper=26, start=None):
    return lambda fd: (bytes_of(b"\xaa" * 8) + mov_reg(1, 6) + mov(2, at) +
                       mov_reg(3, 8) + mov(4, size) +
                       (b"" if start is None else mov(5, start)) +
                       call(helper) + mov_reg(7, 0) + put(fd, 0, 7) +
                       load(DW, 7, 10, -40) + put(fd, 1, 7))


def both_of(*parts):
    return lambda fd: b"".join(p(fd) for p in parts)


def classifier(change, target):
    """Change a frame, note the context, and send it out of a port."""
    return lambda fd: (mov_reg(6, 1) + change(fd) +
                       b"".join(load(W, 7, 6, off) + put(fd, 2 + n, 7)
                                for n, off in enumerate((
                                    LEN, PROTOCOL, VLAN_PRESENT, VLAN_TCI,
                                    VLAN_PROTO))) +
                       mov(1, target) + mov(2, 0) + call(23) + EXIT)


def outcomes(traffic, change, how, frames):
    """For each of the frames: what comes out, and what the program noted."""
    f = Filter(classifier(change, ifindex("fn0p1")), how)
    out = []
    for sent in frames:
        traffic.clear()
        traffic.sender.send(sent)
        traffic.wires[1].await_frames(1)
        seen = [f.seen(n) for n in range(8)]
        if not seen[4]:
            seen[5] = seen[6] = 0  # what a tag was that is none
        out.append((traffic.wires[1].frames[:], seen))
    f.remove()
    return out


def same_as_software(tap, traffic, cases, frames):
    """Changes to frames, by name: on the card they are what the kernel makes."""
    for name, change in cases.items():
        soft = outcomes(traffic, change, SOFTWARE, frames)
        hard = outcomes(traffic, change, "skip_sw", frames)
        for sent, s, h in zip(frames, soft, hard):
            tap.ok(s == h and s[0], "%s, of %s: as in software" % (
                name, sent[12:22].hex()),
                "software %s %s" % ([f.hex() for f in s[0]], s[1]),
                "card     %s %s" % ([f.hex() for f in h[0]], h[1]))
