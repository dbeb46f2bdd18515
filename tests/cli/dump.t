#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""flownic dump of objects and images, and flownic asm, which makes the same
image again of every listing."""

import glob
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli import *  # noqa: E402,F403


def read(path):
    with open(path, "rb") as f:
        return f.read()


def round_trip(tap, directory, path, prog, *options):
    image = os.path.join(directory, "image")
    again = os.path.join(directory, "again")
    name = "%s %s %s" % (os.path.basename(path), prog, " ".join(options))
    status, _, err = tool(*options, "dump", path, prog, "file", image)
    if not tap.ok(status == 0, name + ": the image is written", err):
        return
    for words in ((path, prog), (image,), (path, prog, "opcodes")):
        _, listing, _ = tool(*options, "dump", *words)
        status, _, err = tool("asm", "-", "file", again, stdin=listing)
        same = status == 0 and read(image) == read(again)
        tap.ok(same, "%s: asm makes the same of the listing of %s" %
               (name, " ".join(os.path.basename(w) for w in words)), err)


def test_round_trips(tap, directory):
    calls = compile(os.path.join(SOURCES, "calls.c"),
                    os.path.join(directory, "calls.o"))
    files = sorted(glob.glob(os.path.join(TOP, "build", "bpf", "*.o")))
    for path in files + [calls]:
        for p in data("check", path):
            level = 0
            while not tool("-O%d" % level, "dump", path)[0]:
                round_trip(tap, directory, path, p["program"],
                           "-O%d" % level)
                level += 1
    return calls


def test_listing(tap, calls):
    # Left to itself, the translator makes one function of these.
    status, out, err = tool("dump", calls, "uses_all", "--without", "inline")
    for pattern in (r"(?m)^# uses_all \(section xdp\) of ",
                    r"(?m)^\.map 2 4 8 4\s+# map\[0\]: array first$",
                    r"(?m)^\.map 2 4 8 4\s+# map\[1\]: array second$",
                    r"(?m)^# \S*calls.c:\d+\treturn middle\(x\)",
                    r"(?m)^\.insn \d+\s+# call \d+$",
                    r"(?m)^ +\d+:   call @\d+, \d+ ;;$"):
        tap.ok(re.search(pattern, out), "the listing has %s" % pattern, out)
    dump = data("dump", calls)
    tap.equal([d["program"] for d in dump], ["uses_all", "uses_one"],
              "JSON: all programs")
    tap.equal([m["name"] for m in dump[0]["maps"]], ["first", "second"],
              "JSON: maps in the order of their slots")
    status, out, err = tool("dump", calls, "uses_one", "--after", "lower")
    tap.ok(status == 0 and "# uses_one after lower" in out and "f1:" in out,
           "the program after a pass", out, err)


def test_passes(tap, calls):
    """The manual has all passes, in the order in which they first run."""
    _, _, err = tool("dump", calls, "uses_one", "--after", "nonsense")
    passes = list(dict.fromkeys(err.split("there are")[-1].split()))
    with open(os.path.join(TOP, "docs", "isa.md")) as f:
        table = f.read().split("| pass | | from level |")[-1].split("\n\n")[0]
    tap.equal(re.findall(r"(?m)^\| `(\w+)` \|", table), passes,
              "the manual's list of passes")


def test_graph(tap, calls):
    status, out, err = tool("dump", calls, "uses_all", "--dot")
    nodes = set(re.findall(r"(?m)^\t(w\d+) \[", out))
    ends = set(re.findall(r"(?m)^\tw\d+ -> (w\d+)", out))
    tap.ok(status == 0 and out.startswith("digraph {") and
           out.rstrip().endswith("}") and len(nodes) > 3 and ends <= nodes,
           "edges lead to nodes", sorted(ends - nodes), out)
    if not shutil.which("dot"):
        tap.skip("dot takes the graph", "dot is not installed")
        return
    p = subprocess.run(["dot", "-Tdot"], input=out, text=True,
                       capture_output=True)
    tap.ok(p.returncode == 0, "dot takes the graph", p.stderr)


def test_refusals(tap, directory, calls):
    says(tap, 1, "no program nobody", "dump", calls, "nobody")
    says(tap, 1, "it has 2 programs", "dump", calls, "file", "/dev/null")
    says(tap, 1, "there is no pass 'frob'", "dump", calls, "uses_one",
         "--after", "frob")
    says(tap, 1, "No such file", "dump", "./none.o")
    says(tap, 1, "not an object file", "dump", os.path.join(TOP, "Makefile"))
    says(tap, 2, "\"b\" is not expected", "dump", calls, "a", "b")
    bad = compile(os.path.join(SOURCES, "globals.c"),
                  os.path.join(directory, "globals.o"))
    says(tap, 1, "variable limit", "dump", bad)
    image = os.path.join(directory, "image")
    tool("dump", calls, "uses_one", "file", image)
    whole = read(image)
    for n, why in ((20, "shorter than its header"), (60, "size"),
                   (len(whole) - 1, "cut short")):
        with open(image, "wb") as f:
            f.write(whole[:n])
        says(tap, 1, "program image: ", "dump", image)
    with open(image, "wb") as f:
        f.write(whole[:50] + bytes([whole[50] ^ 1]) + whole[51:])
    says(tap, 1, "check sum", "dump", image)


# A line of assembler, and what is said of it; None if it is right.
LINES = [
    ("nop", None), ("mov r0, 5 ;;", None), ("mov.w r30, -1", None),
    ("movh r1, r1, 0x1234", None), ("add r1, r2, rz", None),
    ("rsub.w r1, r2, 0", None), ("sx4.w r1, r2", None), ("zx6 r1, r2", None),
    ("swap8 r1, r2", None), ("ubfx r1, r2, 8, 16", None),
    ("selne r1, r2, -1, r3, r4", None), ("selset.w r1, r2, 4, 7, rz", None),
    ("exitlt r1, r2+14, 1", None), ("exiteq.w r1, -3, 2", None),
    ("ld8 r1, [r2+r3-8]", None), ("ld2.be r1, [r2]", None),
    ("ld4.s.be r1, [r2+4]", None), ("st6.be [r2+r3], r1", None),
    ("sti2 [r2-6], -3", None), ("atomadd [r1+8], r2", None),
    ("atomadd.w r3, [r1], r2", None), ("atomcmpxchg r0, [r1], r2", None),
    ("jsle.w r1, r2, @0", None), ("jset r1, 7, @1", None), ("jmp @0", None),
    ("call @0, 512", None), ("ret", None), ("helper map_lookup_elem", None),
    ("helper 1", None), ("exit r0", None), ("exit 2 ;;", None),
    ("trap address", None), (".word 0", None), ("# nothing", ""),
    ("0: | mov r0, 1", None), ("start: jmp start", None),
    ("mov rz, 1", "rz is not writable"), ("mov r31, 1", "no such register"),
    ("mov r1", "comma is missing"), ("mov r1, r2, r3", "something follows"),
    ("mov r1, 4294967296", "too large"),
    ("frob r1", 'line 1, "frob r1": unknown operation'),
    ("ld3 r1, [r2]", "access size"), ("ld4.w r1, [r2]", "unknown suffix"),
    ("mov.s r1, r2", "unknown suffix"), ("ld4 r1, r2", "address is expected"),
    ("jeq r1, 0, nowhere", '"nowhere": there is no such label'),
    ("jeq r1, 0, @40000", "too far"),
    ("jeq r1, 70000, @0", "too large"), ("call @0, 12", "multiple of 8"),
    ("helper frob", "no helper of that name"), ("trap frob", "no fault"),
    ("atomxchg [r1], r2", "exchange without"), ("7: nop", "number is wrong"),
    ("a: nop\na: nop", "there already"), (".frame 9", "multiple of 8"),
    (".lanes 3", "1, 2, 4 or 8"), (".map 1 2 3", ".map takes"),
    (".insn x", "or none"), (".frob", "unknown operation"),
    (".type x", "number of a BPF program type"), ("nop\x00", "no text"),
    ("ubfx r1, r2, 60, 8", "bit field"), (".word x", "hexadecimal"),
]


def test_lines(tap, directory):
    image = os.path.join(directory, "line")
    for line, why in LINES:
        if why:
            says(tap, 1, why, "asm", "-", "file", image, stdin=line + "\n")
            continue
        status, _, err = tool("asm", "-", "file", image,
                              stdin=line + "\nnop\n")
        if tap.ok(status == 0, "asm takes: " + line, err):
            _, listing, _ = tool("dump", image)
            tap.ok(tool("asm", "-", "file", image + "2", stdin=listing)[0] == 0
                   and read(image) == read(image + "2"),
                   "  and dump gives it back", listing)
    says(tap, 1, "there are no instructions", "asm", "-", "file", image,
         stdin="# nothing\n")
    says(tap, 1, "line 1: unknown operation", "asm", "-", "file", image,
         stdin="fr\x1bob\n")
    says(tap, 2, "file is missing", "asm")
    says(tap, 1, "nosuch: no such file; known besides files: prog, image",
         "dump", "nosuch")
    says(tap, 2, "known: file", "asm", "-", "frob", stdin="")


def main():
    tap = Tap()
    with scratch() as directory:
        calls = test_round_trips(tap, directory)
        test_listing(tap, calls)
        test_passes(tap, calls)
        test_graph(tap, calls)
        test_refusals(tap, directory, calls)
        test_lines(tap, directory)
    tap.done()


main()
