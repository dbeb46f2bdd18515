#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Random programs do, lowered, what they do as they are.

A program of each seed runs on the host's kernel as it is and lowered, frame by
frame, and lowered and translated on the modelled card: verdicts, frames and maps
must be the same.

Environment: SEED of the first (default 1), COUNT of programs (default 12),
FRAMES that each gets (default 120), LOWER_DEVS: two netdevs, made if not given.
Needs root and BPF; without them it is skipped.
"""

import ctypes
import glob
import importlib.machinery
import importlib.util
import json
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


def write_capture(t, path, frames):
    with open(path, "wb") as f:
        f.write(t.struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for n, frame in enumerate(frames):
            f.write(t.struct.pack("<IIII", n, 0, len(frame), len(frame)) +
                    frame)


def read_capture(t, path):
    with open(path, "rb") as f:
        data = f.read()
    at, out = 24, []
    while at < len(data):
        size = t.struct.unpack_from("<I", data, at + 8)[0]
        out.append(data[at + 16:at + 16 + size])
        at += 16 + size
    return out


class Simulated:
    """What the modelled card makes of a program and frames: the translator's
    code, run by the engine."""

    def __init__(self, t, obj, frames, where):
        capture, verdicts, out = (where + n for n in ("/in", "/v", "/out"))
        write_capture(t, capture, frames)
        result = json.loads(t.run(
            "%s -j sim %s program --lower --pcap %s --verdicts %s --out %s "
            "--maps --cores 1 --threads 1 --rate max" % (
                t.FLOWNIC, obj, capture, verdicts, out)))
        with open(verdicts) as f:
            self.verdicts = [t.VERDICTS.index(line.split()[1]) for line in f]
        self.frames = read_capture(t, out)
        self.maps = {
            name: {self.octets(e["key"]): self.octets(e["value"])
                   for e in entries}
            for name, entries in result["map_entries"].items()}

    @staticmethod
    def octets(words):
        return bytes(int(w, 16) for w in words)

    def contents(self, name, like):
        """What a map holds; @like has its keys and sizes on the host. There is
        one core, and elements of arrays that are 0 are not told."""
        size = {k: len(v) for k, v in like.items()}
        got = {k: v + bytes(max(size.get(k, 0) - len(v), 0))
               for k, v in self.maps.get(name, {}).items()}
        return {k: v for k, v in got.items() if any(v) or k in like}


def differs_on_card(t, card, native, expected):
    """What the card does otherwise than the host, as lines."""
    verdicts = [v for v, _ in expected]
    if card.verdicts != verdicts:
        n = [c == v for c, v in zip(card.verdicts, verdicts)].index(False)
        yield "on the card, frame %d: %r, expected %r" % (
            n, card.verdicts[n], verdicts[n])
    left = [f for v, f in expected if t.VERDICTS[v] in (
        "pass", "tx", "redirect")]
    if card.frames != left:
        yield "on the card, %d frames go on; %d expected, or others" % (
            len(card.frames), len(left))
    for name, (info, _) in sorted(native.maps.items()):
        if ".rodata" in name or name.endswith(".kconfig") or \
                info["type"] in t.HOLDERS | {"ringbuf"}:
            continue
        there = native.contents(name)
        if t.is_data(name):
            value = there[bytes(4)]
            held = card.maps.get("flownic_globals", {}).get(bytes(4), b"")
            if any(value) and value not in held:
                yield "on the card, %s: %s is not in %s" % (
                    name, value.hex(), held.hex())
            continue
        here = card.contents(name, there)
        for key in sorted(set(here) | set(there)):
            default = bytes(len(there.get(key, b"")))
            is_hash = "hash" in info["type"] or "lpm" in info["type"]
            got = here.get(key, None if is_hash else default)
            if got != there.get(key):
                yield "on the card, map %s, %s: %s, expected %s" % (
                    name, key.hex(), got and got.hex(),
                    there[key].hex() if key in there else None)


def on_card(t, obj, frames, where, native, expected):
    try:
        card = Simulated(t, obj, frames, where)
    except t.Failed as e:
        # That is a miss, and no difference.
        if "does not offload" not in str(e):
            raise
        t.refused += 1
        return []
    return list(differs_on_card(t, card, native, expected))


def rings_of(t, program):
    return [n for n, (info, _) in program.maps.items()
            if info["type"] == "ringbuf"]


def differs_in_ring(t, native, lowered):
    """What differs between the records that both have written, as lines."""
    expected = native.records(0)
    got = lowered.records(len(expected))
    if not t.are_records(got, expected):
        yield "records: %r, expected %r" % (got[:4], expected[:4])


def differences(t, obj, frames, where):
    """What differs, as lines; None if the host takes no such program."""
    try:
        native = t.Loaded("native", obj, "program")
    except t.Failed:
        return None
    lowered = None
    try:
        lowered = t.Loaded("lowered", obj, "program")
        rings = rings_of(t, native)
        for ring in rings:
            native.read(ring)
            lowered.read(ring)
        expected = [native.run(f) for f in frames]
        got = [lowered.run(f) for f in frames]
        lines = ["frame %d: %r, expected %r" % (n, g[0], e[0]) for n, (g, e) in
                 enumerate(zip(got, expected)) if g != e][:3]
        for ring in rings:
            lines += differs_in_ring(t, native, lowered)
        lines += list(t.same_maps(lowered, native))
        return lines + on_card(t, obj, frames, where, native, expected)
    finally:
        for loaded in native, lowered:
            if loaded:
                loaded.unload()


def changed(rng, some, count):
    """So many frames, of which half are like no other where programs look."""
    out = []
    for _ in range(count):
        frame = bytearray(rng.choice(some))
        if rng.randrange(2):
            frame[14:34] = bytes(rng.getrandbits(8) for _ in range(20))
        out.append(bytes(frame))
    return out


def main():
    if os.geteuid() or ("LOWER_DEVS" not in os.environ and not own_devices()):
        print("1..0 # SKIP it needs root, BPF and namespaces of its own")
        return
    t = lower_test()
    tap = t.Tap()
    t.refused = 0
    os.sched_setaffinity(0, {0})
    first = int(os.environ.get("SEED", 1))
    count = int(os.environ.get("COUNT", 12))
    runs = compared = 0
    with tempfile.TemporaryDirectory() as where:
        for seed in range(first, first + count):
            rng = random.Random(seed)
            frames = changed(rng, t.frames(),
                             int(os.environ.get("FRAMES", 120)))
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
    tap.ok(compared > t.refused, "%d programs, %d frames in each of three "
           "ways; the card refuses %d of them" % (compared, runs, t.refused))
    tap.done()


if __name__ == "__main__":
    main()
