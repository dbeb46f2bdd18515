#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Rounds of attaching, replacing and detaching under traffic in each mode: every
frame that was sent was decided by exactly one program, by none while there was
none, or is counted as lost.

FLOWNIC_ROUNDS sets how many (200 each; 1,000 for a long run)."""

import os
import re
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bpf import *  # noqa: E402,F403
from nic import *  # noqa: E402,F403

ROUNDS = int(os.environ.get("FLOWNIC_ROUNDS", "200"))
KIND = b"\x88\xb5"
MODES = {"hw": 1 << 3, "drv": 1 << 2, "skb": 1 << 1}
# Where a frame that was not decided by a program has been counted.
LOST = r"(mac_rx_overflow|mac_rx_down|host_rx_no_buffer|rx\d+_dropped)$"


def counts(fd):
    """A program that counts its frames of our kind in a map and drops them."""
    return (load(W, 6, 1, 0) + load(W, 7, 1, 4) + mov_reg(2, 6) +
            alu(ADD, 2, 14) + jump_reg(JGT, 2, 7, 13) +
            load(H, 3, 6, 12) + jump(JNE, 3, 0xb588, 11) +
            store_imm(W, 10, -4, 0) + mov_reg(2, 10) + alu(ADD, 2, -4) +
            map_fd(1, fd) + call(1) + jump(JEQ, 0, 0, 2) + mov(1, 1) +
            insn(0xdb, 0, 1, 0, 0) + mov(0, DROP) + EXIT +
            mov(0, PASS) + EXIT)


class Counter:
    """A program with its count."""

    def __init__(self, mode):
        where = ifindex("fn0p0") if mode == "hw" else 0
        self.map = Map(ARRAY, 4, 8, 1, where)
        self.prog = Prog(counts(self.map.fd), where)

    def seen(self):
        return struct.unpack("<Q", self.map.lookup(bytes(4)))[0]

    def close(self):
        self.prog.close()
        self.map.close()


class Traffic(threading.Thread):
    """Frames as fast as the other end takes them, until it is told to end."""

    def __init__(self):
        super().__init__()
        self.sender = Sender("fn0w0")
        self.sent, self.ended = 0, False

    def run(self):
        frame = (mac(HOST_MAC) + mac(PEER_MAC) + KIND).ljust(60, b".")
        while not self.ended:
            self.sender.send(frame)
            self.sent += 1


def one_round(programs, flags):
    """Attach the first, replace it by the second, detach that."""
    first, second = (p.prog for p in programs)
    with first.link(ifindex("fn0p0"), flags) as link:
        bpf(LINK_UPDATE, struct.pack("<IIII", link.fd, second.fd, 0, 0))


def one_mode(tap, mode, flags):
    programs = [Counter(mode), Counter(mode)]
    capture = Capture("fn0p0")
    before = stats("fn0p0")
    traffic = Traffic()
    traffic.start()
    for _ in range(ROUNDS):
        one_round(programs, flags)
        capture.poll()
    traffic.ended = True
    traffic.join()

    def total():
        capture.poll()
        now = changes(before, stats("fn0p0"))
        passed = sum(f[12:14] == KIND for f in capture.frames)
        return ([p.seen() for p in programs], passed,
                sum(v for k, v in now.items() if re.match(LOST, k)))

    def complete():
        seen, passed, lost = total()
        return sum(seen) + passed + lost >= traffic.sent

    awaited(complete)
    seen, passed, lost = total()
    tap.equal(sum(seen) + passed + lost, traffic.sent,
              "%s: %d rounds, %d frames: programs %s, none %d, lost %d" % (
                  mode, ROUNDS, traffic.sent, seen, passed, lost))
    tap.ok(all(seen), "%s: both programs have decided" % mode, seen)
    capture.close()
    traffic.sender.close()
    for p in programs:
        p.close()


def main():
    tap = Tap()
    for d in "fn0p0", "fn0w0":
        run("ip link set %s up" % d)
    run("sysctl -qw net.ipv6.conf.all.disable_ipv6=1")
    run("ethtool -K fn0p0 gro off")
    await_carrier("fn0p0")
    before = objects()
    for mode, flags in MODES.items():
        one_mode(tap, mode, flags)
    tap.equal(await_objects(before), {}, "nothing is left")
    tap.done()


main()
