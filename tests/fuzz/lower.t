#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Random programs do, lowered, what they do as they are.

A program of each seed runs on the host's kernel as it is and lowered, frame by
frame: verdicts, frames and maps must be the same. So must be the verdicts of the
modelled card, for those that need no loader of ours.

Environment: SEED of the first (default 1), COUNT of programs (default 12),
FRAMES that each gets (default 120), LOWER_DEVS: two netdevs, made if not given.
Needs root and BPF; without them it is skipped.
"""

import ctypes
import glob
import importlib.machinery
import importlib.util
import os
import random
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
CLONE_NEWNS, CLONE_NEWNET = 0x20000, 0x40000000
MADE = "lv0 lv1"


def own_devices():
    """Two netdevs of our own, in a namespace of our own, which no one else
    sends to; without the right to that, nothing."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET | CLONE_NEWNS):
        return False
    a, b = MADE.split()
    return not subprocess.run(
        "mount --make-rprivate / && mount -t bpf none /sys/fs/bpf && "
        "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6 && "
        "ip link add %s type veth peer name %s && ip link set %s up && "
        "ip link set %s up" % (a, b, a, b), shell=True,
        capture_output=True).returncode


def lower_test():
    os.environ.setdefault("LOWER_DEVS", MADE)
    path = TOP + "/tests/vm/lower.t"
    sys.path.insert(0, TOP + "/tests/vm")
    loader = importlib.machinery.SourceFileLoader("lower_test", path)
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader("lower_test", loader))
    loader.exec_module(module)
    return module


def compilers():
    """All that there are; a machine has one, at least."""
    names = sorted(set(os.path.basename(p) for p in glob.glob(
        "/usr/bin/clang-[0-9][0-9]")))
    return [n for n in names if n != "clang-14"] or names or ["clang"]


def compiled(seed, where):
    """An object, or None if the compiler can't."""
    from lower_programs import Program
    source, obj = where + "/program.c", where + "/program.o"
    with open(source, "w") as f:
        f.write(Program(seed).text())
    known = compilers()
    version = "v%d" % (seed % 3 + 1)
    p = subprocess.run([known[seed % len(known)], "-O2", "-g", "-target", "bpf", "-mcpu=" + version,
                    "-Wno-everything", "-I", TOP + "/tests/data/lower",
                    "-I", "/usr/include/" + os.uname().machine + "-linux-gnu",
                    "-c", source, "-o", obj], capture_output=True)
    return None if p.returncode else obj


def on_card(t, obj, frames, where):
    """The verdicts of the modelled card; None if flownic load is needed."""
    out, capture, verdicts = (where + n for n in ("/out.o", "/in.pcap", "/v"))
    p = subprocess.run([t.FLOWNIC, "lower", obj, "program", "-o", out],
                       capture_output=True, text=True)
    if "one worker" in p.stderr or "first values" in p.stderr:
        return None
    if p.returncode:
        raise t.Failed(p.stderr)
    with open(capture, "wb") as f:
        f.write(t.struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for n, frame in enumerate(frames):
            f.write(t.struct.pack("<IIII", n, 0, len(frame), len(frame)) +
                    frame)
    t.run("%s sim %s --pcap %s --verdicts %s --cores 1 --threads 1" % (
        t.FLOWNIC, out, capture, verdicts))
    with open(verdicts) as f:
        return [t.VERDICTS.index(line.split()[1]) for line in f]


def differences(t, obj, frames, where):
    """What differs, as lines; None if the host takes no such program."""
    try:
        native = t.Loaded("native", obj, "program")
    except t.Failed:
        return None
    lowered = None
    try:
        lowered = t.Loaded("lowered", obj, "program")
        expected = [native.run(f) for f in frames]
        got = [lowered.run(f) for f in frames]
        lines = ["frame %d: %r, expected %r" % (n, g[0], e[0]) for n, (g, e) in
                 enumerate(zip(got, expected)) if g != e][:3]
        lines += list(t.same_maps(lowered, native))
        card = on_card(t, obj, frames, where)
        if card and card != [v for v, _ in expected]:
            n = [c == e[0] for c, e in zip(card, expected)].index(False)
            lines.append("on the card, frame %d: %r, expected %r" % (
                n, card[n], expected[n][0]))
        t.cards += bool(card)
        return lines
    finally:
        for loaded in native, lowered:
            if loaded:
                loaded.unload()


def main():
    if os.geteuid() or ("LOWER_DEVS" not in os.environ and not own_devices()):
        print("1..0 # SKIP it needs root, BPF and namespaces of its own")
        return
    t = lower_test()
    tap = t.Tap()
    t.cards = 0
    os.sched_setaffinity(0, {0})
    first = int(os.environ.get("SEED", 1))
    count = int(os.environ.get("COUNT", 12))
    runs = compared = 0
    with tempfile.TemporaryDirectory() as where:
        for seed in range(first, first + count):
            rng = random.Random(seed)
            some = t.frames()
            frames = [rng.choice(some) for _ in range(
                int(os.environ.get("FRAMES", 120)))]
            obj = compiled(seed, where)
            try:
                lines = obj and differences(t, obj, frames, where)
            except t.Failed as e:
                lines = str(e).splitlines()[-3:]
                # It goes through all rounds of a loop, and which map a
                # compiler's joined call means is not known.
                if any(w in lines[-1] for w in (
                        "too large", "too complex", "known when it runs",
                        "not known before")):
                    lines = None
            if lines is None:
                continue
            compared += 1
            runs += len(frames)
            if lines:
                tap.ok(False, "seed %d" % seed, *lines[:12])
    if not compared:
        print("1..0 # SKIP the host takes none of %d programs" % count)
        return
    tap.ok(True, "%d programs, %d of them on a card, %d frames" % (
        compared, t.cards, runs))
    tap.done()


main()
