#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""flownic sim --timeline is a file of the Trace Event Format, of what the
simulation did: no two packets on a track at once, arrows that begin and end at
slices, waiting lines that are as long as the slices say, units as busy as the
report says. And --flamegraph: folded stacks with every cycle, by source."""

import os
import re
import sys
from collections import defaultdict

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli import *  # noqa: E402,F403

TRAFFIC = os.path.join(TOP, "tests", "data", "traffic.pcap")
NUMBER = (int, float)
# By phase: members that the format wants besides ph, name, pid and tid.
WANTED = {"X": {"ts": NUMBER, "dur": NUMBER, "cat": str}, "M": {"args": dict},
          "C": {"ts": NUMBER, "args": dict}, "i": {"ts": NUMBER, "s": str},
          "s": {"ts": NUMBER, "id": int, "cat": str},
          "t": {"ts": NUMBER, "id": int, "cat": str},
          "f": {"ts": NUMBER, "id": int, "cat": str, "bp": str}}
METADATA = {"process_name": str, "thread_name": str,
            "process_sort_index": int, "thread_sort_index": int}


def obj(name):
    return os.path.join(TOP, "build", "bpf", name + ".o")


def wrong(event):
    """What an event lacks or has of a wrong type."""
    want = {"name": str, "pid": int, "tid": int}
    want.update(WANTED.get(event.get("ph"), {"ph is known": int}))
    for key, kind in want.items():
        if not isinstance(event.get(key), kind):
            return "%s of %s" % (key, event)
    if event["ph"] == "M":
        kind = METADATA[event["name"]]
        key = "name" if kind is str else "sort_index"
        if not isinstance(event["args"].get(key), kind):
            return "args of %s" % event
    if event.get("ts", 0) < 0 or event.get("dur", 0) < 0:
        return "time of %s" % event
    return None


class Timeline:
    def __init__(self, events):
        self.names, self.slices, self.flows = {}, defaultdict(list), {}
        self.counters, self.lost = defaultdict(list), []
        for e in events:
            if e["ph"] == "M" and e["name"].endswith("_name"):
                self.names[e["pid"], e["tid"]] = e["args"]["name"]
            elif e["ph"] == "X":
                self.slices[e["pid"], e["tid"]].append(e)
            elif e["ph"] in "stf":
                self.flows.setdefault(e["id"], []).append(e)
            elif e["ph"] == "C":
                self.counters[e["name"]].append(
                    (e["ts"], *e["args"].values()))
            elif e["ph"] == "i":
                self.lost.append(e)

    def group(self, name):
        """Slices of all tracks of a group whose name begins so."""
        pids = {pid for (pid, tid), n in self.names.items()
                if not tid and n.startswith(name)}
        return {key: s for key, s in self.slices.items() if key[0] in pids}

    def track(self, group, name):
        return [s for key, ss in self.group(group).items()
                if self.names[key] == name for s in ss]


def draw(where, *words):
    path = where + "/t.json"
    result = data("sim", *words, "--timeline", path)
    with open(path, encoding="utf-8") as f:
        trace = json.load(f)
    return result, trace, Timeline(trace["traceEvents"])


def end(s):
    return s["ts"] + s["dur"]


def overlapping(slices):
    slices = sorted(slices, key=lambda s: (s["ts"], end(s)))
    return [(a, b) for a, b in zip(slices, slices[1:])
            if b["ts"] < end(a) - 2e-6]


def near(tap, got, expected, name, share=1e-3):
    tap.ok(abs(got - expected) <= share * max(abs(expected), 1e-6), name,
           "got %s, expected %s" % (got, expected))


def test_format(tap, result, trace, t):
    bad = [w for w in map(wrong, trace["traceEvents"]) if w]
    tap.equal(bad[:3], [], "events are of the format")
    tap.equal(trace["displayTimeUnit"], "ns", "it is shown in nanoseconds")
    tap.equal(trace["otherData"],
              {"program": "lb", "profile": "agilio", "clock": "modelled"},
              "it is said what it is of")
    tap.equal([k for k in t.slices if k not in t.names], [],
              "each track has a name")
    tap.equal([k for k, s in t.slices.items() if overlapping(s)], [],
              "on no track are two packets at once")


def test_flows(tap, result, t):
    tap.equal(len(t.flows), result["packets"], "a packet is an arrow")
    bad = []
    for number, parts in t.flows.items():
        phases = "".join(p["ph"] for p in sorted(
            parts, key=lambda p: (p["ts"], "stf".index(p["ph"]))))
        # Each part has to be on a slice of its packet.
        on = all(any(s["ts"] <= p["ts"] <= end(s) and
                     s["name"] == "packet %d" % number
                     for s in t.slices[p["pid"], p["tid"]]) for p in parts)
        if phases not in ("sf", "stf") or not on:
            bad.append((number, phases, on))
    tap.equal(bad[:3], [], "from a port to a thread, and on to where it went")


def test_figures(tap, result, t):
    """The units are as busy, the packets as many as the report says."""
    ins = t.track("ports", "in")
    begin = min(s["args"]["waited_in_queue_ns"] / -1e3 + s["ts"]
                for ss in t.group("core").values() for s in ss
                if "args" in s)
    last = max(end(s) for ss in t.slices.values() for s in ss)
    span = last - begin
    issue = t.track("core", "issue")
    cores = 0 + len({s["pid"] for s in issue})
    diag("%d cores, %.3f us" % (cores, span))
    near(tap, sum(s["dur"] for s in ins) / span,
         result["utilisation"]["line_rate"], "ports in are as busy as told")
    near(tap, sum(s["dur"] for s in t.track("bus", "frames")) / span,
         result["utilisation"]["dma"], "the bus is")
    near(tap, sum(s["dur"] for s in t.track("map", "accesses")) / span,
         result["utilisation"]["map_memory"], "map memory is", 1e-2)
    tap.equal(len(ins), result["packets"], "each packet came in")
    tap.equal(len(t.track("bus", "frames")), result["verdicts"]["pass"],
              "what passes goes to the host")
    verdicts = defaultdict(int)
    cycles = 0
    for ss in t.group("core").values():
        for s in ss:
            if "args" in s:
                verdicts[s["args"]["verdict"]] += 1
                cycles += s["args"]["cycles"]
    tap.equal(dict(verdicts), {v: n for v, n in result["verdicts"].items()
                               if n}, "a slice a packet, with its verdict")
    near(tap, cycles / result["packets"], result["cycles"]["mean"],
         "and its cycles", 1e-9)


def test_lines(tap, t):
    tap.ok({"packets to the host", "threads with a packet"} <=
           set(t.counters), "waiting lines are drawn", sorted(t.counters))
    for name, points in sorted(t.counters.items()):
        times = [p[0] for p in points]
        tap.ok(times == sorted(times) and
               min(p[1] for p in points) >= 0 and not points[-1][1],
               "%s: never less than none, none in the end" % name,
               points[:3], points[-1])
    # As many threads are busy as slices are open then.
    held = [s for ss in t.group("core").values() for s in ss if "args" in s]
    at, n = max(t.counters["threads with a packet"], key=lambda p: p[1])
    open_then = sum(s["ts"] <= at + 1e-6 and end(s) > at + 1e-6 for s in held)
    near(tap, open_then, n, "threads are as busy as their tracks show", 0.02)


def test_range(tap, where):
    whole = draw(where, obj("tx"), "--pcap", TRAFFIC, "--rate", "line")[2]
    part = draw(where, obj("tx"), "--pcap", TRAFFIC, "--rate", "line",
                "--timeline-packets", "10..29")[2]
    tap.equal(len(whole.flows), 1000, "a thousand packets at most")
    tap.equal(sorted(part.flows), list(range(10, 30)), "or those asked for")
    tap.equal(sorted((s["ts"], s["name"]) for s in part.track("ports", "out")),
              sorted((s["ts"], s["name"])
                     for s in whole.track("ports", "out")
                     if 10 <= int(s["name"].split()[1]) < 30),
              "at the same times")
    lost = draw(where, obj("drop"), "--pcap", TRAFFIC, "--rate", "100",
                "--set", "queue=2", "--cores", "1", "--threads", "1",
                "--timeline-packets", "0..9999")
    tap.ok(lost[0]["lost"] > 100, "some are lost", lost[0]["lost"])
    tap.equal(len(lost[2].lost), lost[0]["lost"], "each is marked")
    waiting = [p[1] for p in lost[2].counters["packets in the queue"]]
    tap.equal(max(waiting), 2, "when the queue is full, as is drawn")
    out = where + "/t"
    says(tap, 2, "FROM..TO", "sim", obj("tx"), "--timeline", out,
         "--timeline-packets", "3")
    says(tap, 2, "at most 50000", "sim", obj("tx"), "--timeline", out,
         "--timeline-packets", "0..50000")
    says(tap, 2, "needs --timeline", "sim", obj("tx"), "--timeline-packets",
         "0..1")
    says(tap, 2, "not for a sweep", "sim", obj("tx"), "--timeline", out,
         "--sweep", "cores=1,2")
    says(tap, 1, "can't be written", "sim", obj("tx"), "--timeline",
         where + "/none/t")


def fold(path):
    stacks = {}
    with open(path, encoding="utf-8") as f:
        for line in f:
            stack, _, cycles = line.rstrip("\n").rpartition(" ")
            stacks[stack] = int(cycles)
    return stacks


def test_flamegraph(tap, where):
    path = where + "/folded"
    result = data("sim", obj("lb"), "--pcap", TRAFFIC, "--flamegraph", path)
    stacks = fold(path)
    total = round(result["cycles"]["mean"] * result["packets"])
    tap.equal(sum(stacks.values()), total, "every cycle is in a stack")
    tap.equal([s for s in stacks if not s.startswith("lb;") or " " in s], [],
              "all of the program")
    with open(os.path.join(TOP, "bpf", "lb.c"), encoding="utf-8") as f:
        source = f.read().splitlines()
    waits = [s for s in stacks if s.endswith("[waits_for_memory]")]
    line = int(re.search(r"lb\.c:(\d+)", waits[0]).group(1))
    tap.ok("bpf_map_lookup_elem" in source[line - 1] and
           waits[0].startswith("lb;select_backend;lb.c:"),
           "it waits where it looks up, in a function that was inlined",
           waits, source[line - 1])
    tap.ok("lb;take_ip4;take;packet.h:82" in stacks,
           "functions inlined into such are there", *stacks)
    # Without debugging information other than BTF, lines are left.
    plain = where + "/plain.o"
    subprocess.run(["llvm-strip", "-g", "-o", plain, obj("lb")], check=True)
    tool("sim", plain, "--pcap", TRAFFIC, "--flamegraph", path)
    lines = fold(path)
    tap.equal((sum(lines.values()),
               sorted({re.search(r"\w+\.[ch]:\d+", s).group() for s in lines
                       if ".c:" in s or ".h:" in s})),
              (total, sorted({re.search(r"\w+\.[ch]:\d+", s).group()
                              for s in stacks if ".c:" in s or ".h:" in s})),
              "of a stripped object, lines")
    image = where + "/image"
    tool("dump", obj("lb"), "file", image)
    tool("sim", image, "--pcap", TRAFFIC, "--flamegraph", path)
    tap.equal(sum(fold(path).values()), total, "of an image, words")


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7f) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def message(data):
    """Fields of a message of protocol buffers, each with all its values."""
    at, fields = 0, defaultdict(list)
    while at < len(data):
        key, at = varint(data, at)
        value, at = varint(data, at)
        if key & 7 == 2:
            value, at = data[at:at + value], at + value
        fields[key >> 3].append(value)
    return fields


def test_pprof(tap, where):
    path, folded = where + "/p", where + "/f"
    result = data("sim", obj("lb"), "--pcap", TRAFFIC, "--pprof", path,
                  "--flamegraph", folded)
    with open(path, "rb") as f:
        p = message(f.read())
    strings = [s.decode() for s in p[6]]
    functions = {m[1][0]: strings[m[2][0]]
                 for m in map(message, p[5])}
    stacks, waited = defaultdict(int), 0
    lines = {}
    for m in map(message, p[4]):
        # The innermost is first.
        at = [(functions[line[1][0]], line[2][0])
              for line in map(message, m[4])]
        lines[m[1][0]] = at[::-1]
    for s in map(message, p[2]):
        stack = lines[s[1][0]]
        stacks[";".join(name for name, _ in stack)] += s[2][0]
        waited += s[2][1]
    tap.equal(strings[0], "", "pprof: the first string is empty")
    tap.equal([[strings[i] for i in (m[1][0], m[2][0])]
               for m in map(message, p[1])],
              [["time", "cycles"], ["waiting for memory", "cycles"]],
              "pprof: what samples are")
    want = defaultdict(int)
    for stack, cycles in fold(folded).items():
        want[re.sub(r";[\w.]+\.[ch]:\d+|;\[waits.*", "", stack)] += cycles
    want["[card: packets and taken jumps]"] = want.pop(
        "lb;[card:_packets_and_taken_jumps]")
    tap.equal(dict(stacks), dict(want), "pprof: stacks are the folded ones")
    tap.equal(sum(stacks.values()),
              round(result["cycles"]["mean"] * result["packets"]),
              "pprof: with all cycles")
    calls = {line for at in lines.values() if len(at) > 1
             for line in (at[0][1],)}
    tap.ok(0 not in calls and waited > 0,
           "pprof: lines of calls, and waiting", calls, waited)


def main():
    tap = Tap()
    with scratch() as where:
        result, trace, t = draw(where, obj("lb"), "--pcap", TRAFFIC,
                                "--profile", "agilio",
                                "--timeline-packets", "0..9999")
        test_format(tap, result, trace, t)
        test_flows(tap, result, t)
        test_figures(tap, result, t)
        test_lines(tap, t)
        test_range(tap, where)
        test_flamegraph(tap, where)
        test_pprof(tap, where)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
