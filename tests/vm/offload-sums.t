#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Maps under four workers of the card and four threads of the host at a time:
what is known to be the sum is the sum, and each thread finds its own entries."""
# params: workers=4

import os
import random
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bpf import *  # noqa: E402,F403
from nic import *  # noqa: E402,F403

FLOWS, FRAMES, KEYS, ROUNDS = 64, 6000, 40, 250


def frame(flow):
    """UDP of a flow; the workers share flows by their hash."""
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 46, 0, 0, 64, 17, 0,
                     bytes((10, 0, 0, flow)), bytes((10, 0, 1, 1)))
    udp = struct.pack("!HHHH", 1000 + flow, 9, 26, 0)
    return (mac(HOST_MAC) + mac(PEER_MAC) + b"\x08\x00" + ip + udp).ljust(
        60, b".")


def bump(fd):
    """Add 1 to the entry whose key is on the stack; absent, it becomes 1."""
    found = mov(1, 1) + insn(0xdb, 0, 1, 0, 0)
    absent = (store_imm(DW, 10, -16, 1) + map_fd(1, fd) + mov_reg(2, 10) +
              alu(ADD, 2, -4) + mov_reg(3, 10) + alu(ADD, 3, -16) +
              mov(4, NOEXIST) + call(2))
    look = map_fd(1, fd) + mov_reg(2, 10) + alu(ADD, 2, -4) + call(1)
    return (look + jump(JEQ, 0, 0, len(found) // 8 + 1) + found +
            goto(len(absent) // 8) + absent)


def program(array, table):
    """Count every frame of UDP in all, and by flow."""
    work = (load(B, 8, 6, 29) + store_imm(W, 10, -4, 0) + bump(array) +
            store(W, 10, -4, 8) + bump(table) + mov(0, DROP) + EXIT)
    head = (load(W, 6, 1, 0) + load(W, 7, 1, 4) + mov_reg(2, 6) +
            alu(ADD, 2, 42))
    more = len(work) // 8
    return (head + jump_reg(JGT, 2, 7, 2 + more) + load(H, 3, 6, 12) +
            jump(JNE, 3, 0x0008, more) + work + mov(0, PASS) + EXIT)


class Host(threading.Thread):
    """Changes entries of its own, and wants to find what it wrote."""

    def __init__(self, table, number):
        super().__init__()
        self.table, self.number, self.bad = table, number, None
        self.kept = {}

    def step(self, rng):
        key = struct.pack("<I", 1000 * (self.number + 1) + rng.randrange(KEYS))
        if rng.random() < .3 and key in self.kept:
            self.table.delete(key)
            del self.kept[key]
        else:
            value = rng.randbytes(8)
            self.table.update(key, value)
            self.kept[key] = value
        if key in self.kept and self.table.lookup(key) != self.kept[key]:
            self.bad = "key %s" % key
        e = attempt(self.table.lookup, key) if key not in self.kept else None
        if key not in self.kept and (not e or e.errno != errno.ENOENT):
            self.bad = "deleted key %s" % key

    def run(self):
        rng = random.Random(self.number)
        try:
            for n in range(ROUNDS):
                self.step(rng)
                if n % 50 == 0:
                    self.table.keys()
        except BpfError as e:
            self.bad = e


def main():
    tap = Tap()
    run("sysctl -qw net.ipv6.conf.all.disable_ipv6=1")
    for d in "fn0p0", "fn0w0":
        run("ip link set %s up" % d)
    await_carrier("fn0p0")
    where = ifindex("fn0p0")
    with Map(ARRAY, 4, 8, 1, where) as array, \
            Map(HASH, 4, 8, FLOWS + 4 * KEYS, where) as table, \
            Prog(program(array.fd, table.fd), where) as prog, \
            prog.link(where):
        threads = [Host(table, n) for n in range(4)]
        for t in threads:
            t.start()
        before = stats("fn0p0")
        sender = Sender("fn0w0")
        for n in range(FRAMES):
            sender.send(frame(n % FLOWS + 1))

        def decided():
            now = changes(before, stats("fn0p0"))
            return now.get("offload_xdp_drop", 0) + \
                now.get("mac_rx_overflow", 0) >= FRAMES

        awaited(decided)
        for t in threads:
            t.join()
        lost = changes(before, stats("fn0p0")).get("mac_rx_overflow", 0)
        tap.equal([t.bad for t in threads], [None] * 4,
                  "each thread of the host finds what it wrote")
        entries = {k: table.lookup(k) for k in table.keys()}
        mine = {k: v for k, v in entries.items()
                if struct.unpack("<I", k)[0] >= 1000}
        kept = {k: v for t in threads for k, v in t.kept.items()}
        tap.equal(mine, kept, "and nothing else is left of theirs")
        flows = [struct.unpack("<Q", v)[0] for k, v in entries.items()
                 if k not in mine]
        total = struct.unpack("<Q", array.lookup(bytes(4)))[0]
        tap.equal((total, sum(flows), len(flows)),
                  (FRAMES - lost, FRAMES - lost, FLOWS),
                  "every frame is counted once, by the card and by flow")
        busy = [w["frames"] for w in
                json.loads(run(FLOWNIC + " -j show worker"))]
        tap.ok(sum(f > 0 for f in busy) > 1, "by more than one worker", busy)
    tap.done()


main()
