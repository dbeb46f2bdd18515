# SPDX-License-Identifier: GPL-2.0
"""Classifiers of tc: written down, attached to a port's ingress in software, on
the card, or both, and what becomes of frames."""

import os
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
