#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Lowering without kernel: what offloads then, objects that are written, lines of
the source, and what is refused."""

import glob
import os
import random
import struct
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli import *  # noqa: E402,F403

LOWERED = os.path.join(TOP, "build", "lower")
GLOBALS = os.path.join(TOP, "build", "objects", "globals.o")


def test_programs(tap):
    """All but those whose names say otherwise."""
    for path in sorted(glob.glob(LOWERED + "/*.o")):
        name = os.path.basename(path)
        if name == "refused.o":
            continue
        for p in data("check", "--lower", path):
            tap.ok(p["offloads"], "%s: %s offloads, lowered by %s" % (
                name, p["program"], p["lowered"] or "nothing"),
                [r["reason"] for r in p["reasons"]])


def test_alone(tap):
    """What only other programs of the object use is no obstacle."""
    path = os.path.join(TOP, "build", "objects", "others.o")
    before = {p["program"]: p["offloads"] for p in data("check", path)}
    after = {p["program"]: p for p in data("check", "--lower", path)}
    tap.ok(not before["uses_good"] and after["uses_good"]["offloads"],
           "a program alone offloads", before, after)


def test_lines(tap):
    """What is left to complain of is where it was in the source."""
    before, after = (data("check", *words, os.path.join(
        TOP, "build", "objects", "helpers.o"))
        for words in ((), ("--lower",)))
    for b, a in zip(before, after):
        if a["offloads"]:  # nothing is left
            continue
        tap.equal([(r["line"], r["source"]) for r in a["reasons"]],
                  [(r["line"], r["source"]) for r in b["reasons"]],
                  "%s: reasons keep their lines" % a["program"])


def test_written(tap, where):
    """A lowered object offloads as it is, and is lowered again to the same."""
    out, again = where + "/out.o", where + "/again.o"
    status, _, err = tool("lower", LOWERED + "/percpu.o", "per_source", "-o",
                          out)
    tap.ok(status == 0, "an object is written", err)
    p = data("check", out)
    tap.ok(len(p) == 1 and p[0]["offloads"] and
           p[0]["section"] == "xdp", "it has the one program, which offloads",
           p)
    tool("lower", out, "-o", again)
    tap.equal(tool("dump", again)[1].replace(again, out),
              tool("dump", out)[1], "lowered again, it is the same")
    maps = subprocess.run(["bpftool", "btf", "dump", "file", out],
                          capture_output=True, text=True).stdout
    tap.ok("DATASEC '.maps'" in maps and "'sources'" in maps,
           "bpftool reads its types", maps[-500:])


def words(path, prog):
    return data("dump", path, prog)[0]["instructions"]


def test_set(tap, where):
    """A constant that is set decides what is left of the program."""
    out = where + "/set.o"
    sizes = {}
    for mode in "1", "2":
        status, _, err = tool("lower", LOWERED + "/data.o", "constants",
                              "--set", "mode=" + mode, "-o", out)
        tap.ok(status == 0, "constants with mode=%s" % mode, err)
        sizes[mode] = data("check", out)[0]["bpf_instructions"]
    tap.ok(sizes["1"] < sizes["2"], "what can't be reached is gone", sizes)
    path = LOWERED + "/data.o"
    for text, status, why in (
            ("nothing=1", 1, "no such variable"), ("mode", 1, "NAME=VALUE"),
            ("mode=x", 1, "a number is expected"),
            ("mode=300", 1, "1 byte only"), ("last=1", 1, "16 bytes")):
        says(tap, status, why, "lower", path, "bss", "--set", text, "-o", out)


def test_tails(tap, where):
    """What the user puts into an array, and what makes no sense."""
    path, out = LOWERED + "/tails.o", where + "/tails.o"
    p = {p["program"]: p for p in data("check", "--lower", path)}
    tap.ok("empty has no programs" in p["to_nothing"]["note"] and
           "note" not in p["by_index"], "an empty array is told of", p)
    status, _, err = tool("lower", path, "to_nothing", "--tail",
                          "empty:3=again", "-o", out)
    tap.ok(status == 0, "an array filled by the user", err)
    more = data("check", out)[0]["bpf_instructions"]
    tap.ok(more > p["to_nothing"]["bpf_instructions"],
           "what it leads to is there", more)
    for text, why in (("empty", "ARRAY:INDEX=PROG"),
                      ("empty:4=again", "indices 0 to 3"),
                      ("empty:x=again", "indices 0 to 3"),
                      ("empty:1=nothing", "no such program")):
        says(tap, 1, why, "lower", path, "to_nothing", "--tail", text, "-o",
             out)


def one_frame(where, frame):
    """A capture."""
    path = where + "/frame.pcap"
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIIIIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1,
                            0, 0, len(frame), len(frame)) + frame)
    return path


def test_inner(tap, where):
    """Maps that the user puts into maps, and what makes no sense."""
    path, verdicts, entries = LOWERED + "/nested.o", where + "/v", where + "/m"
    mac = bytes((2, 0, 0xfe, 0, 0x80, 1))
    given = "unknown:%s=peer" % mac.hex(":")
    with open(entries, "w") as f:
        f.write('[{"key": 1, "value": 5}]')
    for frame, filled, verdict in ((mac + bytes(54), True, "tx"),
                                   (mac + bytes(54), False, "pass"),
                                   (mac[::-1] + bytes(54), True, "pass")):
        status, _, err = tool(
            "sim", path, "by_address", "--lower", "--inner", given, "--pcap",
            one_frame(where, frame), "--verdicts", verdicts,
            *(("--map", "peer=" + entries) if filled else ()))
        with open(verdicts) as f:
            got = f.read().split()[1] if status == 0 else err
        tap.equal(got, verdict, "a frame to %s, %s" % (
            frame[:6].hex(":"), "with" if filled else "without an entry"))
    p = {p["program"]: p for p in data("check", "--lower", path)}
    tap.ok("--inner unknown:KEY=MAP" in p["by_address"]["note"],
           "what is not known is told of", p["by_address"])
    for text, why in (("unknown", "OUTER:KEY=MAP"),
                      ("unknown:1:2=peer", "6 bytes"),
                      ("counters:x=odd", "4 bytes"),
                      ("counters:6=odd", "indices 0 to 5"),
                      ("counters:1=tables", "other types or sizes"),
                      ("unknown:0x1000000000000=peer", "6 bytes")):
        says(tap, 1, why, "lower", path,
             "by_address" if "unknown" in text else "counted", "--inner", text,
             "-o", where + "/no.o")


def test_host(tap):
    """What goes to the host, and that it says how much."""
    p = {p["program"]: p for p in data("check", "--lower",
                                       LOWERED + "/host.o")}
    for name, why in (("routed", "helper fib_lookup"), ("queued", "map line"),
                      ("in_function", "function pile_up"),
                      ("both_ways", "helper redirect_map")):
        tap.ok("packets for %s go to the host" % why in p[name]["note"],
               "%s: %s is the host's" % (name, why), p[name])
    tap.ok(p["routed"]["maps"] == 1 and p["queued"]["maps"] == 0,
           "maps that the host has are not on the card", p)


def test_corrupt(tap, where):
    """Whatever the bytes are, there is an answer."""
    rng = random.Random(1)
    paths = sorted(glob.glob(LOWERED + "/*.o"))
    bad = []
    for n in range(200):
        with open(rng.choice(paths), "rb") as f:
            content = bytearray(f.read())
        for _ in range(rng.choice((1, 2, 20))):
            content[rng.randrange(len(content))] = rng.getrandbits(8)
        path = where + "/corrupt.o"
        with open(path, "wb") as f:
            f.write(content)
        status, _, err = tool("check", "--lower", path, stdin=b"")
        if status not in (0, 1) or len(err.splitlines()) > 1:
            bad.append((n, status, err[:200]))
    tap.ok(not bad, "objects with bytes changed are judged or refused", bad)


def test_without(tap):
    """Each lowering can be left out, and then the reason is back."""
    for name, path, prog, reason in (
            ("globals", "data", "bss", "global data"),
            ("rodata", "data", "constants", ""),
            ("tails", "tails", "by_index", "prog_array"),
            ("nested", "nested", "counted", "array_of_maps"),
            ("loops", "callbacks", "looped", "a callback"),
            ("locks", "callbacks", "locked", "bpf_spin_lock"),
            ("prints", "callbacks", "printed", "trace_vprintk"),
            ("host", "host", "routed", "fib_lookup"),
            ("redirect", "redirect", "to_cpu", "cpumap"),
            ("rings", "rings", "puts", "ringbuf"),
            ("lru", "kinds", "lru_flags", "lru_hash"),
            ("lpm", "kinds", "learn", "lpm_trie"),
            ("percpu", "percpu", "counters", "percpu_array")):
        p = {p["program"]: p for p in data(
            "check", "--lower", "--without",
            name if name == "host" else name + ",host",
            "%s/%s.o" % (LOWERED, path))}[prog]
        tap.ok(name not in p["lowered"].split(", ") and
               (not reason or any(reason in r["reason"]
                                  for r in p["reasons"])),
               "without " + name, p)


def test_refusals(tap, where):
    path = LOWERED + "/data.o"
    out = where + "/no.o"
    says(tap, 2, "-o OUT.o", "lower", path, "bss")
    says(tap, 1, "say which", "lower", path, "-o", out)
    says(tap, 1, "it has no XDP program; it has: classify", "lower",
         LOWERED + "/classifier.o", "-o", out)
    says(tap, 1, "no program nothing", "lower", path, "nothing", "-o", out)
    says(tap, 1, "flownic load does", "lower", path, "data", "-o", out)
    says(tap, 1, "companion", "lower", LOWERED + "/redirect.o", "to_cpu",
         "-o", out)
    says(tap, 1, "companion", "lower", LOWERED + "/host.o", "routed", "-o", out)
    says(tap, 1, "one worker", "lower", LOWERED + "/callbacks.o", "locked",
         "-o", out)
    says(tap, 1, "which map is meant is only known when it runs", "lower",
         LOWERED + "/refused.o", "called_back", "-o", out)
    says(tap, 1, "not an object file", "lower", __file__, "-o", out)
    says(tap, 2, "dev is missing", "load", path)
    says(tap, 1, "dev nothing", "load", path, "dev", "nothing")
    says(tap, 2, "mode \"x\"", "load", path, "dev", "lo", "mode", "x")
    says(tap, 2, "twice", "load", path, "dev", "lo", "dev", "lo")
    says(tap, 1, "no program of flownic load", "unload", "dev", "lo")
    says(tap, 2, "get or set", "globals", "dev", "lo")
    tap.ok(not os.path.exists(out), "nothing was written")


def test_kinds(tap, where):
    """LRU maps and LPM tries: where flownic's card is, and where it is not."""
    obj = LOWERED + "/kinds.o"
    status, _, err = tool("lower", obj, "learn", "-o", where + "/no.o")
    tap.ok(status == 1 and "map routes is of type lpm_trie" in err and
           "flownic load does" in err, "other loaders can't ask for them", err)
    for profile, good in ("flownic", True), ("agilio", False), ("hxdp", False):
        p = [p for p in data("check", "--lower", "--profile", profile, obj)
             if p["program"] == "lru"][0]
        said = [r["reason"] for r in p["reasons"]]
        tap.ok(p["offloads"] == good and
               (good or any("no maps of type lru_hash" in s for s in said)),
               "%s: %s" % (profile, "has them" if good else "has none"), said)
    cycles = {p["program"]: p["cycles_worst"] for p in data(
        "check", "--lower", obj)}
    tap.ok(cycles["long_prefixes"] > cycles["learn"] + 200,
           "long prefixes take longer to find", cycles)


def test_lowered_verbs(tap, where):
    """sim and dump take programs as flownic load makes them."""
    pcap = os.path.join(TOP, "tests", "data", "traffic.pcap")
    out = data("sim", "--lower", LOWERED + "/kinds.o", "together", "--pcap",
               pcap, "--maps")
    maps = out["map_entries"]
    tap.ok(out["packets"] > 0 and maps["routes"] and maps["flows"] and
           maps["flownic_globals"], "sim takes it, with all its maps",
           list(maps))
    plain = data("sim", LOWERED + "/kinds.o", "lru", "--pcap", pcap)
    low = data("sim", "--lower", LOWERED + "/kinds.o", "lru", "--pcap", pcap)
    tap.equal(low["verdicts"], plain["verdicts"],
              "kinds need no lowering in a simulation")
    counts = [data("sim", "--lower", LOWERED + "/data.o", "constants",
                   "--var", "mode=" + mode, "--pcap", pcap)["verdicts"]
              for mode in "12"]
    tap.ok(counts[0] != counts[1], "--var decides", counts)
    status, text, err = tool("dump", "--lower", LOWERED + "/kinds.o", "lru")
    tap.ok(status == 0 and ".map 9 4 16 1024" in text, "dump takes it", err)
    status, _, err = tool("sim", "--var", "mode=1", LOWERED + "/data.o",
                          "constants", "--pcap", pcap)
    tap.ok(status == 2 and "--lower" in err, "--var is for --lower", err)


def main():
    tap = Tap()
    test_programs(tap)
    test_alone(tap)
    test_lines(tap)
    with scratch() as where:
        test_written(tap, where)
        test_set(tap, where)
        test_refusals(tap, where)
        test_tails(tap, where)
        test_inner(tap, where)
        test_corrupt(tap, where)
        test_kinds(tap, where)
        test_lowered_verbs(tap, where)
    test_host(tap)
    test_without(tap)
    tap.done()


main()
