#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Each sample program, in each mode, decides the captures as it should.

Verdicts, every byte of what passes and of what comes back, map contents,
printed lines and counters are compared with what oracle.py expects, and then
what came out of the modes with one another.
"""

import os
import re
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import oracle  # noqa: E402
from nic import *  # noqa: E402,F403
from samples import *  # noqa: E402,F403

TRACE = "/sys/kernel/tracing/trace"
KERNEL = os.environ.get("FLOWNIC_KERNEL")
PRINTK = "/sys/kernel/tracing/events/bpf_trace/bpf_trace_printk"
def check_counters(tap, maps, model, name):
    got = {k: struct.unpack("<QQ", v)
           for k, v in map_dump(maps["counters"]).items()}
    expected = {struct.pack("<I", n): tuple(model.rows[row])
                for n, row in enumerate(model.ROWS)}
    tap.equal(got, expected, name + ": the counters are right")


def check_firewall(tap, maps, model, name):
    got = {}
    for map_name in "blocked_ip4", "blocked_ip6", "blocked_ports":
        for key, value in map_dump(maps[map_name]).items():
            if map_name == "blocked_ports":
                port, proto, _ = struct.unpack("!HBB", key)
                rule = (proto, port)
            else:
                rule = str(oracle.ipaddress.ip_address(key))
            got[rule] = struct.unpack("<Q", value)[0]
    expected = {rule: model.dropped[rule] for rule in BLOCKED + BLOCKED_PORTS}
    tap.equal(got, expected, name + ": each rule has its count")


def printed():
    with open(TRACE, errors="replace") as f:
        return re.findall(r"ping: IPv.*", f.read())


def check_ping(tap, maps, model, name):
    awaited(lambda: len(printed()) >= len(model.lines), tries=100)
    tap.equal(printed(), model.lines, name + ": the lines are printed")


# Name, what to expect, how to set its maps, what to look at afterwards.
PROGRAMS = (
    ("drop", oracle.Drop, None, None),
    ("pass", oracle.Pass, None, None),
    ("tx", oracle.Tx, None, None),
    ("counters", oracle.Counters, None, check_counters),
    ("firewall", firewall_model, set_firewall, check_firewall),
    ("ping", ping_model, set_ping, check_ping),
    ("lb", lb_model, set_lb, None),
    ("router", router_model, set_router, None),
)


class Run:
    """One replay of a capture through a program in a mode."""

    def __init__(self, program, mode, path, frames):
        self.program, self.make_model, self.configure, self.check = program
        self.mode = mode
        self.path = path
        self.model = self.make_model()
        self.expected = {"host": [], "fn0w0": [], "fn0w1": []}
        self.verdicts = {v: 0 for v in (oracle.DROP, oracle.PASS, oracle.TX,
                                        oracle.REDIRECT)}
        where = {oracle.PASS: "host", oracle.TX: "fn0w0",
                 oracle.REDIRECT: "fn0w1"}
        self.marks = [mark(1)]
        # Frames that don't fit the redirect target's MTU are dropped there.
        for frame in frames + self.marks:
            verdict, out = self.model.decide(frame)
            self.verdicts[verdict] += 1
            if verdict in where and oracle.tapped(out):
                self.expected[where[verdict]].append(out)

    def go(self):
        attach("fn0p0", self.mode, self.program)
        maps = maps_of(attached("fn0p0")[self.mode])
        if self.configure:
            self.configure(maps)
        if self.check == check_ping:
            open(TRACE, "w").close()
        taps = {"host": Capture("fn0p0"), "fn0w0": Capture("fn0w0", PEER),
                "fn0w1": Capture("fn0w1", PEER)}
        before = stats("fn0p0")
        replay(self.path)
        sender = Sender("fn0w0", PEER)
        for frame in self.marks:
            sender.send(frame)
        for name, expected in self.expected.items():
            taps[name].await_frames(len(expected))
        self.await_decisions(before)
        self.counted = changes(before, stats("fn0p0"))
        self.maps = maps
        return taps, sender

    def await_decisions(self, before):
        total = sum(self.verdicts.values())
        counter = {"xdpoffload": "offload_xdp_%s", "xdpdrv": "rx0_xdp_%s"}
        name = counter.get(self.mode)

        def decided():
            now = changes(before, stats("fn0p0"))
            if not name:
                return now.get("rx0_packets", 0) >= total
            return sum(now.get(name % v.lower(), 0)
                       for v in self.verdicts) >= total

        awaited(decided, tries=100)

    def finish(self, taps, sender):
        """Without the program, a last frame shows that none is under way."""
        detach("fn0p0", self.mode)
        last = mark(2)
        sender.send(last)
        host = Sender("fn0p0")
        host.send(last)
        for name in "host", "fn0w0":
            tap = taps[name]
            for _ in range(200):
                if last in tap.frames:
                    break
                tap.await_frames(len(tap.frames) + 1, tries=1)
        taps["fn0w1"].poll()
        sender.close()
        host.close()
        self.got = {}
        for name, tap in taps.items():
            self.got[name] = [f for f in tap.frames if f != last]
            tap.close()


def compare(tap, r, what):
    name = "%s, %s: %s" % (r.program, MODE_OF[r.mode], what)
    for where, text in (("host", "what passes"), ("fn0w0", "what comes back"),
                        ("fn0w1", "what goes on")):
        if r.expected[where] or r.got[where]:
            same_frames(tap, r.got[where], r.expected[where],
                        "%s: %s is right" % (name, text))
    if not any(r.expected.values()):
        tap.equal(sum(map(len, r.got.values())), 0,
                  name + ": nothing passes, nothing comes back")
    counter = {"xdpoffload": "offload_xdp_%s", "xdpdrv": "rx0_xdp_%s"}
    if r.mode in counter:
        got = {v: r.counted.get(counter[r.mode] % v.lower(), 0)
               for v in r.verdicts}
        tap.equal(got, r.verdicts, name + ": verdicts are counted")
    return name


def one(tap, program, mode, path, frames, what):
    r = Run(program, mode, path, frames)
    taps, sender = r.go()
    if r.check:
        r.check(tap, r.maps, r.model, "%s, %s: %s" % (
            r.program, MODE_OF[r.mode], what))
    r.finish(taps, sender)
    compare(tap, r, what)
    return r.got


def main():
    tap = Tap()
    set_up()
    for what, mtu in ("traffic", 1500), ("jumbo", 9000):
        path = "%s/tests/data/%s.pcap" % (TOP, what)
        frames = oracle.read_pcap(path)
        for n in 0, 1:
            run("ip link set fn0p%d mtu %d" % (n, mtu))
            in_peer("ip link set fn0w%d mtu %d" % (n, mtu))
        for program in PROGRAMS:
            if program[0] == "ping" and not os.path.exists(PRINTK):
                tap.skip("ping: " + what, "the kernel has no bpf_trace_printk")
                continue
            results = {}
            for mode in MODES:
                try:
                    results[mode] = one(tap, program, mode, path, frames, what)
                except Failed as e:
                    if KERNEL == "uml" and "misaligned packet" in str(e):
                        tap.skip("%s, %s: %s" % (
                            program[0], MODE_OF[mode], what),
                            "the verifier wants aligned accesses here")
                        results[mode] = None
                        continue
                    tap.ok(False, "%s, %s: %s: runs" % (
                        program[0], MODE_OF[mode], what), e)
                    run("ip link set dev fn0p0 %s off" % mode, check=False)
            tap.ok(len(results) == len(MODES) and
                   all(r == results[MODES[0]] for r in results.values()),
                   "%s: %s is decided alike in all modes" % (program[0], what),
                   *("%s: %s" % (m, r and {k: len(v) for k, v in r.items()})
                     for m, r in results.items()))
    tap.done()


main()
