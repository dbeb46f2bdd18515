#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""flownic sim --compiled: every program at hand does to every packet what it does
when it is interpreted, in verdict, bytes, cycles and maps; what was compiled is
kept, and only where it is safe; and without a compiler the interpreter serves."""

import os
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli import *  # noqa: E402,F403

TRAFFIC = os.path.join(TOP, "tests", "data", "traffic.pcap")
BPF = os.path.join(TOP, "bpf")
PROGRAMS = os.path.join(TOP, "tests", "bench", "programs")
LOWER = os.path.join(TOP, "tests", "data", "lower")


def listed(directory):
    return [os.path.join(directory, n) for n in sorted(os.listdir(directory))
            if n.endswith(".c")]


def programs_of(obj):
    got = data("check", obj)
    return [p["program"] for p in got if p.get("offloads")]


def simulate(where, obj, name, kind, *words):
    """All that a run leaves behind."""
    base = os.path.join(where, kind)
    status, out, err = tool(
        "-j", "sim", obj, name, "--pcap", TRAFFIC, "--maps", "--repeat", "2",
        "--queues", "4", "--verdicts", base + ".verdicts", "--out",
        base + ".pcap", *words)
    if status:
        return status, err
    result = json.loads(out)
    result.pop("hot", None)
    files = []
    for suffix in ".verdicts", ".pcap":
        with open(base + suffix, "rb") as f:
            files.append(f.read())
    return result, files


def differences(one, two):
    if one[0] != two[0]:
        return ["interpreted: %s" % (one[0],), "compiled: %s" % (two[0],)]
    if one[1] != two[1]:
        return ["verdicts differ" if one[1][0] != two[1][0] else
                "frames differ"]
    return []


def test_same(tap, where):
    """Optimized code, and code that is not on a card with other costs."""
    runs = bad = 0
    notes = []
    for source in listed(BPF) + listed(PROGRAMS) + listed(SOURCES):
        obj = os.path.join(where, "it.o")
        try:
            compile(source, obj)
        except subprocess.CalledProcessError:
            continue
        for name in programs_of(obj):
            for more in (), ("-O0", "--profile", "hxdp"):
                one = simulate(where, obj, name, "interpreted", *more)
                two = simulate(where, obj, name, "compiled", "--compiled",
                               *more)
                runs += isinstance(one[0], dict)
                found = differences(one, two)
                bad += bool(found)
                if found and len(notes) < 5:
                    notes.append("%s %s %s: %s" % (
                        os.path.basename(source), name, more,
                        "; ".join(found)[:600]))
    tap.ok(not bad, "compiled and interpreted are the same", *notes)
    tap.ok(runs > 60, "of many programs", runs)


def test_cache(tap, where):
    code = os.path.join(os.environ["XDG_CACHE_HOME"], "flownic", "code")
    shutil.rmtree(code, ignore_errors=True)
    obj = compile(os.path.join(PROGRAMS, "xdp1.c"), where + "/xdp1.o")
    first = data("sim", obj, "--compiled")
    kept = sorted(os.listdir(code))
    tap.equal([os.path.splitext(n)[1] for n in kept], [".c", ".so"],
              "a program and its text are kept")
    os.environ["CC"] = "/nonexistent"
    tap.equal(data("sim", obj, "--compiled"), first,
              "and need no compiler the next time")
    text = os.path.join(code, kept[0])
    with open(text, "a", encoding="ascii") as f:
        f.write("/* of another program */\n")
    status, out, err = tool("-j", "sim", obj, "--compiled")
    tap.ok(not status and "interpreted: /nonexistent, the C compiler" in err,
           "code of another text is not taken", status, err)
    got = json.loads(out)
    tap.ok("hot" in got and "hot" not in first,
           "without a compiler, it is interpreted", out)
    got.pop("hot")
    tap.equal(got, first, "with the same result")
    del os.environ["CC"]
    os.chmod(code, 0o777)
    marker = os.stat(text).st_mtime_ns
    tap.equal(data("sim", obj, "--compiled"), first,
              "a cache that others can write")
    tap.equal(os.stat(text).st_mtime_ns, marker, "is not used")
    os.chmod(code, 0o700)


def test_limits(tap, where):
    obj = compile(os.path.join(PROGRAMS, "xdp1.c"), where + "/xdp1.o")
    says(tap, 2, "--compiled excludes", "sim", obj, "--compiled",
         "--flamegraph", "x")
    tx = compile(os.path.join(BPF, "tx.c"), where + "/tx.o")
    _, out, err = tool("-j", "sim", tx, "--compiled", "--profile", "agilio")
    tap.ok("interpreted: profile agilio has banks" in err and
           "hot" in json.loads(out), "a card with banks is interpreted", err)
    plain = data("sim", obj, "--sweep", "cores=1..4")
    for point in plain:
        tap.ok(point["result"].pop("hot"), "words that took time are told with %s" % point["set"])
    tap.equal(data("sim", obj, "--compiled", "--sweep", "cores=1..4"), plain,
              "a sweep is the same")


def main():
    tap = Tap()
    with scratch() as where:
        os.environ["XDG_CACHE_HOME"] = where + "/cache"
        os.mkdir(where + "/cache")
        test_same(tap, where)
        test_cache(tap, where)
        test_limits(tap, where)
    tap.done()


main()
