#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Helpers of XDP programs give on the card what they give in the driver."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tc import *  # noqa: E402,F403

LOAD_BYTES, STORE_BYTES, TAI, JIFFIES = 189, 190, 208, 118
SENT = [frame(1), frame(2, 200), frame(3, 1514)]


def bytes_helper(number, off, size):
    """Call it with 16 bytes of the stack; keep r0 and what is there then."""
    return lambda fd: (
        mov_reg(6, 1) + imm64(8, 0x8877665544332211) + store(DW, 10, -48, 8) +
        store(DW, 10, -40, 8) + mov(2, off) + mov_reg(3, 10) +
        alu(ADD, 3, -48) + mov(4, size) + call(number) + mov_reg(7, 0) +
        put(fd, 0, 7) + load(DW, 7, 10, -48) + put(fd, 1, 7) +
        load(DW, 7, 10, -40) + put(fd, 2, 7) + returns(PASS))


CASES = {
    "%s of %d bytes at %d" % (name, size, off): bytes_helper(number, off, size)
    for name, number in (("load_bytes", LOAD_BYTES),
                         ("store_bytes", STORE_BYTES))
    for off, size in ((0, 1), (13, 4), (20, 16), (48, 16), (49, 16), (63, 1),
                      (64, 1), (186, 16), (1498, 16), (0xffff, 1),
                      (0x10000, 1), (-1, 4))
}


def outcomes(sender, host, code, mode):
    where = ifindex("fn0p0") if mode == "xdpoffload" else 0
    out = []
    with Map(ARRAY, 4, 8, 4, where) as m, Prog(code(m.fd), where) as prog:
        pin = prog.pin("/sys/fs/bpf/helper")
        run("ip link set dev fn0p0 %s pinned %s" % (mode, pin))
        for sent in SENT:
            host.frames.clear()
            sender.send(sent)
            host.await_frames(1)
            out.append((host.frames[:], [m.lookup(struct.pack("<I", n)).hex()
                                         for n in range(3)]))
        detach("fn0p0", mode)
        os.unlink(pin)
    return out


def test_bytes(tap):
    sender, host = Sender("fn0w0", PEER), Capture("fn0p0")
    for name, code in CASES.items():
        native = outcomes(sender, host, code, "xdpdrv")
        card = outcomes(sender, host, code, "xdpoffload")
        tap.ok(card == native and all(o[0] for o in native),
               name + ": as in the driver", "driver %s" % native,
               "card   %s" % card)


def test_tai(tap):
    code = (lambda fd: call(TAI) + mov_reg(7, 0) + put(fd, 0, 7) +
            returns(PASS))
    with Map(ARRAY, 4, 8, 4, ifindex("fn0p0")) as m, \
            Prog(code(m.fd), ifindex("fn0p0")) as prog, \
            prog.link(ifindex("fn0p0")):
        before = time.clock_gettime_ns(time.CLOCK_TAI)
        Sender("fn0w0", PEER).send(frame(1))
        awaited(lambda: m.lookup(bytes(4)) != bytes(8))
        seen = int.from_bytes(m.lookup(bytes(4)), "little")
        now = time.clock_gettime_ns(time.CLOCK_TAI)
        tap.ok(before <= seen <= now, "ktime_get_tai_ns is the host's",
               before, seen, now)


def test_jiffies(tap):
    """The card's ticks are the host's: between those of two native programs."""
    sender, host = Sender("fn0w0", PEER), Capture("fn0p0")
    seen = []
    for mode in "xdpdrv", "xdpoffload", "xdpdrv":
        got = outcomes(sender, host, lambda fd: call(JIFFIES) + mov_reg(7, 0) +
                       put(fd, 0, 7) + returns(PASS), mode)
        seen += [int.from_bytes(bytes.fromhex(values[0]), "little")
                 for _, values in got]
    tap.ok(seen == sorted(seen) and seen[0], "jiffies64 is the host's", seen)


def main():
    tap = Tap()
    run("mount -t bpf bpf /sys/fs/bpf", check=False)
    set_up()
    for test in test_bytes, test_tai, test_jiffies:
        test(tap)
    tap.done()


main()
