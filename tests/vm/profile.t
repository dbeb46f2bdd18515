#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The profile of a running program: each word as often as packets pass it,
from when it is switched on until it is switched off."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bpf import *  # noqa: E402,F403
from nic import *  # noqa: E402,F403


def profile(words="", js=True):
    out = run("%s %s prog profile dev fn0p0 %s" % (
        FLOWNIC, "-j" if js else "", words))
    return json.loads(out) if js else out


def decided(n):
    before = stats("fn0p0")
    sender = Sender("fn0w0", PEER)
    for i in range(n):
        sender.send(mark(i))
    sender.close()

    def all_of_them():
        now = changes(before, stats("fn0p0"))
        return sum(v for k, v in now.items()
                   if k.startswith("offload_xdp")) == n

    awaited(all_of_them)
    now = changes(before, stats("fn0p0"))
    return {k: v for k, v in now.items() if k.startswith("offload_")}


def test_counts(tap):
    said = refused(FLOWNIC + " prog profile dev fn0p0")
    tap.ok(said and "start it first" in said,
           "no profile before it is switched on", said)
    idle = decided(10)
    profile("start", False)
    tap.equal(profile()["packets"], 0, "it begins with nothing")
    busy = decided(10)
    tap.equal(busy, idle, "verdicts and modelled cycles stay what they were")
    got = profile()
    tap.equal(got["packets"], 10, "the first word has run for each packet")
    runs = [w["runs"] for w in got["words"]]
    tap.equal(sum(runs), busy["offload_instructions"],
              "all words together, for each instruction")
    tap.ok(set(runs) <= {0, 10} and 0 in runs,
           "the words on these packets' way, and no others", runs)
    spent = sum(w["issued_cycles"] + w["stall_cycles"] for w in got["words"])
    tap.equal(spent, got["cycles"], "cycles add up")
    tap.ok(0 < spent <= busy["offload_cycles"],
           "and are among those of the packets", spent, busy)
    decided(5)
    tap.equal(profile()["packets"], 15, "it goes on")
    profile("start", False)
    tap.equal(profile()["packets"], 0, "starting again begins anew")
    profile("stop", False)
    said = refused(FLOWNIC + " prog profile dev fn0p0")
    tap.ok(said and "start it first" in said, "and it can be stopped", said)
    tap.equal(decided(10), idle, "which changes nothing either")


def test_text(tap):
    profile("start", False)
    decided(20)
    text = profile("top 3 object %s/build/bpf/counters.o" % TOP, False)
    lines = text.splitlines()
    tap.ok("20 packets" in lines[0], "text: packets", text)
    tap.equal(len(lines), 2 + 3, "text: as many words as were asked for")
    shares = [float(line.split()[0]) for line in lines[2:]]
    tap.ok(shares == sorted(shares, reverse=True) and shares[0] > 0,
           "text: the hottest first", text)
    tap.ok(any("counters.c:" in line for line in lines[2:]),
           "text: with source lines", text)
    got = profile("object %s/build/bpf/counters.o" % TOP)
    tap.ok(any(w.get("file", "").endswith("counters.c") and w["source"]
               for w in got["words"]), "JSON: with source lines")
    stacks = run("%s prog profile dev fn0p0 object %s/build/bpf/counters.o "
                 "flamegraph /tmp/folded >/tmp/said && cat /tmp/folded" % (
                     FLOWNIC, TOP))
    cycles = sum(int(line.split()[-1]) for line in stacks.splitlines())
    tap.equal(cycles, got["cycles"], "folded stacks have all cycles")
    tap.ok("take_eth;take;packet.h:" in stacks and "counters.c:" in stacks,
           "  by source line, in functions that were inlined", stacks)
    said = refused("%s prog profile dev fn0p0 object %s/build/bpf/drop.o" % (
        FLOWNIC, TOP))
    tap.ok(said and "none of its programs" in said,
           "the object of another program is refused", said)
    profile("stop", False)


def test_stall(tap):
    """A load from a map's value waits for map memory."""
    with Map(ARRAY, 4, 8, 4, ifindex("fn0p0")) as m:
        code = (store_imm(W, 10, -4, 0) + mov_reg(2, 10) + alu(ADD, 2, -4) +
                map_fd(1, m.fd) + call(1) + mov(3, 0) + jump(JEQ, 0, 0, 1) +
                load(DW, 3, 0, 0) + mov(0, PASS) + jump(JNE, 3, 77, 1) +
                mov(0, DROP) + EXIT)
        with Prog(code, ifindex("fn0p0"), name="waits") as prog:
            link = prog.link(ifindex("fn0p0"))
            profile("start", False)
            decided(4)
            words = profile()["words"]
            link.close()
    waits = [w["text"].split()[0] for w in words if w["stall_cycles"]]
    tap.ok("ld8" in waits, "words that wait for map memory show it",
           [(w["text"], w["stall_cycles"]) for w in words])


def test_duration(tap):
    p = subprocess.Popen([FLOWNIC, "-j", "prog", "profile", "dev", "fn0p0",
                          "duration", "3"], stdout=subprocess.PIPE, text=True)
    awaited(lambda: refused(FLOWNIC + " prog profile dev fn0p0") is None)
    decided(7)
    got = json.loads(p.communicate()[0])
    tap.equal(got["packets"], 7, "for some seconds")
    said = refused(FLOWNIC + " prog profile dev fn0p0")
    tap.ok(said and "start it first" in said, "and then no more", said)


def test_refusals(tap):
    refuses(tap, "prog profile", (
        ("dev fn0p0 start stop", 2, "exclude each other"),
        ("dev fn0p0 duration 0", 2, "seconds"),
        ("dev fn0p1", 1, "runs no program"),
        ("id 999999", 1, "no program")))
    said = refused(NOBODY + FLOWNIC + " prog profile start")
    tap.ok(said and "CAP_SYS_ADMIN" in said, "refused without privilege",
           said)


def main():
    tap = Tap()
    set_up()
    attach("fn0p0", "xdpoffload", "counters")
    for test in (test_counts, test_text, test_duration, test_refusals):
        test(tap)
    # It goes with what it is about.
    profile("start", False)
    decided(3)
    detach("fn0p0", "xdpoffload")
    tap.ok(awaited(lambda: not json.loads(run(FLOWNIC + " -j show prog"))),
           "a program that is profiled can go")
    test_stall(tap)
    tap.done()


main()
