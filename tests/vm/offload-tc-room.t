#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# vm: -t 600
"""Helpers of classifiers that make room for headers, send copies, and know of
checksums and MTUs: on the card as in software, in all bits."""

import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tc import *  # noqa: E402,F403

PUSH = after(18, 0x0081, 0x123)
MAC_LAYER, NET_LAYER = 1, 0
ENCAP4, ENCAP6, GRE, UDP, NO_RESET, ETH, DECAP4, DECAP6 = (
    1 << n for n in range(1, 9))
ROOM = {
    "change_proto to IPv6": after(31, 0xdd86, 0),
    "change_proto to IPv4": after(31, 0x0008, 0),
    "change_proto to ARP": after(31, 0x0608, 0),
    "change_proto with flags": after(31, 0xdd86, 1),
    "change_proto, twice": both_of(after(31, 0xdd86, 0), after(31, 8, 0)),
    **{"adjust_room %d, mode %d, flags %#x" % args: after(50, *args)
       for args in (
           (20, MAC_LAYER, 0), (8, NET_LAYER, 0), (0, MAC_LAYER, 0),
           (-8, MAC_LAYER, 0), (-8, NET_LAYER, 0), (-30, MAC_LAYER, 0),
           (-31, MAC_LAYER, 0), (-20, NET_LAYER, 0), (-50, MAC_LAYER, 0),
           (0xfff + 1, MAC_LAYER, 0), (-0x1000, MAC_LAYER, 0),
           (-0x80000000, MAC_LAYER, 0), (20, 2, 0), (20, MAC_LAYER, 1 << 13),
           (20, MAC_LAYER, 1), (20, MAC_LAYER, ENCAP4),
           (40, MAC_LAYER, ENCAP6), (20, MAC_LAYER, ENCAP4 | ENCAP6),
           (28, MAC_LAYER, ENCAP4 | UDP), (24, MAC_LAYER, ENCAP4 | GRE),
           (28, MAC_LAYER, ENCAP4 | UDP | GRE), (28, MAC_LAYER, UDP),
           (42, MAC_LAYER, ENCAP4 | UDP | ETH | 14 << 56),
           (42, MAC_LAYER, ENCAP4 | UDP | ETH | 13 << 56),
           (20, MAC_LAYER, ENCAP4 | 21 << 56), (20, MAC_LAYER, DECAP4),
           (-20, MAC_LAYER, DECAP4), (-20, MAC_LAYER, DECAP6),
           (-10, MAC_LAYER, DECAP6), (-10, MAC_LAYER, DECAP4 | DECAP6),
           (-8, MAC_LAYER, ENCAP4), (-10, MAC_LAYER, 1 << 9),
           (-10, MAC_LAYER, 1 << 10), (-10, MAC_LAYER, 3 << 9),
           (-10, MAC_LAYER, 3 << 11), (10, MAC_LAYER, 1 << 9))},
    "adjust_room, wrapped twice": both_of(
        after(50, 20, MAC_LAYER, ENCAP4), after(50, 20, MAC_LAYER, ENCAP4)),
    "adjust_room, wrapped, unwrapped, wrapped": both_of(
        both_of(after(50, 20, MAC_LAYER, ENCAP4),
                after(50, -20, MAC_LAYER, 1 << 11)),
        after(50, 20, MAC_LAYER, ENCAP4)),
}
# What has IP, with a tag and without, and what has not
SENT = [frame(1), frame(2, kind=0x0800), frame(3, kind=0x86dd),
        tagged(4, (0x8100, 0x0444), kind=0x0800)]


def test_room(tap, traffic):
    same_as_software(tap, traffic, ROOM, SENT)


def test_headroom(tap, traffic):
    """Room is made in the frame's cell, and that has an end."""
    for size, want in (216, 0), (217, -12 & (1 << 64) - 1):
        f = Filter(lambda fd: mov_reg(6, 1) + after(50, size, MAC_LAYER, 0)(fd)
                   + returns(SHOT))
        traffic.send([frame(1, kind=0x0800)])
        tap.equal(f.seen(0), want, "adjust_room by %d" % size)
        f.remove()


def sums_up(what):
    """A sum of 16 bits, from bytes"""
    words = sum(struct.unpack("!%dH" % (len(what) // 2), what))
    while words >> 16:
        words = (words & 0xffff) + (words >> 16)
    return words


def udp(data=b"checksums."):
    """A frame whose UDP checksum is right"""
    size = 8 + len(data)
    addresses = bytes((10, 0, 0, 1, 10, 0, 0, 2))
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + size, 0, 0, 64, 17, 0)
    ip = ip[:10] + struct.pack("!H", ~sums_up(ip + addresses) & 0xffff) + \
        addresses
    head = struct.pack("!HHH", 1234, 4321, size)
    total = sums_up(addresses + struct.pack("!HH", 17, size) + head + data)
    return mac(HOST_MAC) + mac(PEER_MAC) + b"\x08\x00" + ip + head + \
        struct.pack("!H", ~total & 0xffff) + data.ljust(30, b"\0")


QUERY, INC, DEC, RESET = (after(135, n) for n in range(4))
LEVELS = {
    "what came in": (), "one more": (INC,), "one less": (DEC,),
    "two more": (INC, INC), "five more": (INC,) * 5, "none": (RESET,),
    "none and one more": (RESET, INC), "one less, two more": (DEC, INC, INC),
    "a level that there is not": (after(135, 4),),
    "room made": (after(50, 20, MAC_LAYER, 0),),
    "room made, the checksum kept": (after(50, 20, MAC_LAYER, NO_RESET),),
    "room made for UDP, one more": (
        after(50, 28, MAC_LAYER, ENCAP4 | UDP | NO_RESET), INC),
}


def test_csum_level(tap, traffic):
    """What is known of checksums, on the card and after it on the host."""
    bad = bytearray(udp())
    bad[44] ^= 1
    for sent, kind in (udp(), "right"), (bytes(bad), "wrong"):
        for name, steps in LEVELS.items():
            def levels(fd, steps=steps):
                return (mov_reg(6, 1) + b"".join(s(fd) for s in steps) +
                        mov_reg(1, 6) + mov(2, 0) + call(135) +
                        mov_reg(7, 0) + put(fd, 1, 7) + returns(UNSPEC))
            seen = []
            for how in SOFTWARE, "skip_sw":
                first = Filter(levels, how, prio=1)
                second = Filter(lambda fd: mov_reg(6, 1) + QUERY(fd) +
                                returns(OK), SOFTWARE, prio=2)
                traffic.to_host([sent])
                awaited(lambda: traffic.host.poll() or True)
                seen.append([first.seen(0), first.seen(1), second.seen(0)])
                second.remove()
                first.remove()
            tap.equal(seen[1], seen[0],
                      "checksum %s, %s: as in software" % (kind, name))


def cloned(change, target, flags=0):
    """Send a copy out of a port, change the frame, and send it after."""
    return lambda fd: (mov_reg(6, 1) + change(fd) + mov_reg(1, 6) +
                       mov(2, target) + mov(3, flags) + call(13) +
                       mov_reg(7, 0) + put(fd, 1, 7) +
                       store_bytes(20, b"ABCD", 0)(fd) +
                       mov(1, ifindex("fn0p1")) + mov(2, 0) + call(23) + EXIT)


def test_clone(tap, traffic):
    nothing = after(39, 14)
    cases = {
        "a copy": (nothing, ifindex("fn0p1"), 0, 2),
        "a copy of what grew": (after(43, 16, 0), ifindex("fn0p1"), 0, 2),
        "a copy with a tag more": (PUSH, ifindex("fn0p1"), 0, 2),
        "no such port": (nothing, 9999, 0, 1),
        "unknown flags": (nothing, ifindex("fn0p1"), 2, 1),
    }
    for name, (change, target, flags, count) in cases.items():
        got = []
        for how in SOFTWARE, "skip_sw":
            f = Filter(cloned(change, target, flags), how)
            out = []
            for sent in SENT:
                traffic.clear()
                traffic.sender.send(sent)
                traffic.wires[1].await_frames(count)
                out.append((traffic.wires[1].frames[:], f.seen(0), f.seen(1)))
            got.append(out)
            f.remove()
        tap.equal(got[1], got[0], "clone_redirect, %s: as in software" % name)
    before = stats("fn0p0")
    f = Filter(cloned(nothing, ifindex("fn0p1")))
    traffic.send([frame(n) for n in range(3)])
    tap.equal(changes(before, stats("fn0p0")).get("offload_tc_clone"), 3,
              "copies are counted")
    f.remove()
    e = attempt(Prog, mov_reg(6, 1) + mov(2, ifindex("fn0p1")) + mov(3, 1) +
                call(13) + returns(OK), ifindex("fn0p0"), SCHED_CLS)
    tap.ok(e and "clone_redirect with BPF_F_INGRESS" in e.log,
           "refused: a copy to the ingress of a port", e and e.log)


def mtu(where, size, more, flags=0):
    """check_mtu's answer and the MTU"""
    return lambda fd: (mov_reg(1, 6) + mov(2, where) +
                       store_imm(W, 10, -40, size) + mov_reg(3, 10) +
                       alu(ADD, 3, -40) + mov(4, more) + mov(5, flags) +
                       call(163) + mov_reg(7, 0) + put(fd, 0, 7) +
                       load(W, 7, 10, -40) + put(fd, 1, 7))


def test_mtu(tap, traffic):
    run("ip link set fn0p1 mtu 1400")
    for where in 0, ifindex("fn0p0"), ifindex("fn0p1"), 9999:
        for args in ((0, 0), (1400, 0), (1401, 0), (1501, 0), (1501, -1),
                     (0, 1500), (0, 0, 1), (1, 0, 1), (0, 1, 1), (0, 0, 2)):
            change = mtu(where, *args)
            soft = outcomes(traffic, change, SOFTWARE, SENT)
            hard = outcomes(traffic, change, "skip_sw", SENT)
            tap.equal([h[1] for h in hard], [s[1] for s in soft],
                      "check_mtu(%d, %s): as in software" % (where, args))
    run("ip link set fn0p1 mtu 1500")


def main():
    tap = Tap()
    run("mount -t bpf bpf /sys/fs/bpf", check=False)
    set_up()
    before = objects()
    offload("fn0p0")
    run("tc qdisc add dev fn0p0 clsact")
    traffic = Traffic()
    for test in test_room, test_headroom, test_csum_level, test_clone, \
            test_mtu:
        test(tap, traffic)
    run("tc qdisc del dev fn0p0 clsact")
    tap.equal(await_objects(before), {}, "nothing is left")
    tap.done()


main()
