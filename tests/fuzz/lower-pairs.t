#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Each two things that are lowered, in one program, do what they do as they are.

Programs of two features of tests/data/lower/matrix.c, one in front of the other,
in one function, in several, or in a chain of tail calls, of each compiler and
instruction set in turn, are run as tests/fuzz/lower.t runs its own.

Environment: ALL=1 for each pair in each way by each compiler (an hour), PAIR=X,Y
for one pair. Needs root and BPF; without them it is skipped.
"""

import glob
import importlib.machinery
import importlib.util
import itertools
import os
import random
import re
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.dirname(HERE) + "/data/lower/"
WAYS = ((), ("-DOUTLINED",), ("-DTAILS",), ("-DTAILS", "-DOUTLINED"))


def fuzz_test():
    loader = importlib.machinery.SourceFileLoader("lower_fuzz",
                                                  HERE + "/lower.t")
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader("lower_fuzz", loader))
    loader.exec_module(module)
    return module


def features():
    with open(DATA + "features.h") as f:
        return re.findall(r"^\tX\((\w+)\)", f.read(), re.MULTILINE)


def variants():
    """Compilers with the instruction sets that they know."""
    names = sorted(os.path.basename(p)
                   for p in glob.glob("/usr/bin/clang-[0-9][0-9]"))
    for clang in names or ["clang"]:
        number = int(re.sub(r"\D", "", clang) or 0)
        for version in range(1, 5 if number >= 18 else 4):
            yield clang, "v%d" % version


def compiled(pair, way, variant, where):
    obj = where + "/pair.o"
    subprocess.run([variant[0], "-O2", "-g", "-target", "bpf",
                    "-mcpu=" + variant[1], "-Wno-everything",
                    "-DFIRST=" + pair[0], "-DSECOND=" + pair[1], *way, "-I",
                    "/usr/include/" + os.uname().machine + "-linux-gnu", "-c",
                    DATA + "matrix.c", "-o", obj], check=True)
    return obj


def cases():
    pairs = list(itertools.permutations(features(), 2))
    several = list(itertools.product(WAYS, variants()))
    if "PAIR" in os.environ:
        pairs = [tuple(os.environ["PAIR"].split(","))]
    if "ALL" in os.environ or "PAIR" in os.environ:
        return [(p, *s) for p in pairs for s in several]
    # Of the two orders one, and each way by each compiler in turn.
    pairs = itertools.combinations(features(), 2)
    return [(p[::-1] if n & 1 else p, *several[n * 7 % len(several)])
            for n, p in enumerate(pairs)]


def main():
    fuzz = fuzz_test()
    if os.geteuid() or ("LOWER_DEVS" not in os.environ and
                        not fuzz.own_devices()):
        print("1..0 # SKIP it needs root, BPF and namespaces of its own")
        return
    t = fuzz.lower_test()
    tap = t.Tap()
    t.refused = compared = 0
    os.sched_setaffinity(0, {0})
    frames = fuzz.changed(random.Random(1), t.frames(), 80)
    with tempfile.TemporaryDirectory() as where:
        for pair, way, variant in cases():
            name = "%s, %s: %s" % (*pair, " ".join((*way, *variant)))
            obj = compiled(pair, way, variant, where)
            try:
                lines = fuzz.differences(t, obj, frames, where)
            except t.Failed as e:
                lines = str(e).splitlines()[-3:]
            if lines is None:
                print("# the host does not take it: " + name)
                continue
            compared += 1
            if lines:
                tap.ok(False, name, *lines[:12])
    if not compared:
        print("1..0 # SKIP the host takes none of the programs")
        return
    tap.ok(not t.refused, "%d pairs; the card refuses %d" % (
        compared, t.refused))
    tap.done()


main()
