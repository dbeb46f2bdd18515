#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
#
# vm: -t 3600
# needs: jit
"""A lowered program does what the program does.

Each program of tests/data/lower is loaded as it is and lowered, for the host,
and lowered for the card. All three get the same frames one after the other:
verdicts, what becomes of the frames and what the maps hold must be the same.

lower-compilers.t runs this with objects of other compilers.

With the names of two netdevs in LOWER_DEVS (a pair of veth) it works on any
machine, as root, and without a card leaves that out.
"""

import glob
import os
import random
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bpf import *  # noqa: E402,F403
from nic import *  # noqa: E402,F403

TRAFFIC = TOP + "/tests/data/traffic.pcap"
PINS = "/sys/fs/bpf/test"
OBJ_GET_MAP_BY_ID = 14
DEVS = os.environ.get("LOWER_DEVS", "fn0p0 fn0p1").split()
HAS_CARD = "LOWER_DEVS" not in os.environ
LOAD_BY = {"native": DEVS[1] + " mode native",
           "lowered": DEVS[0] + " mode native --lower",
           "card": DEVS[0] + " mode offload"}
# Tested by lower-redirect.t, lower-control.t and lower-filter.t, or of newer
# kernels.
ELSEWHERE = {"redirect", "host", "companions", "classifier", "filters", "refused"}
if tuple(int(n) for n in os.uname().release.split(".")[:2]) < (6, 4):
    ELSEWHERE.add("iterators")
# Maps that lowering does away with.
HOLDERS = {"prog_array", "array_of_maps", "hash_of_maps"}
# What only --lower needs: nobody else fills that map, and no frame finds it.
MORE = {"by_address": "--inner unknown:fe:00:00:00:00:01=peer"}
VERDICTS = ("aborted", "drop", "pass", "tx", "redirect")
# What the compilers make of a program differs: each file by another of them,
# beside the usual one.
VARIANTS = sorted(glob.glob(TOP + "/build/compilers/*/*/lower"))


def frames():
    """Some of the capture, and some that have never been seen."""
    with open(TRAFFIC, "rb") as f:
        data = f.read()
    at, out = 24, []
    while at < len(data):
        size = struct.unpack_from("<I", data, at + 8)[0]
        out.append(data[at + 16:at + 16 + size])
        at += 16 + size
    random.seed(1)
    some = [f for f in random.sample(out, 60) if 60 <= len(f) <= 1514]
    for n in range(20):
        f = bytearray(random.choice(some))
        f[14 + n:] = bytes(random.getrandbits(8) for _ in f[14 + n:])
        some.append(bytes(f))
    return some


class Loaded:
    """A program on a device, and its maps by their names."""

    def __init__(self, where, obj, prog, more=""):
        self.where, self.dir = where, "%s/%s" % (PINS, where)
        self.dev = LOAD_BY[where].split()[0]
        out = json.loads(run("%s -j load %s prog %s dev %s pin %s %s" % (
            FLOWNIC, obj, prog, LOAD_BY[where], self.dir, more)))
        self.lowered, self.id = out["lowered"], out["id"]
        self.fd = bpf(PROG_BY_ID, struct.pack("<III", self.id, 0, 0))[0]
        self.maps = {}
        info = bpftool("prog show id %d" % self.id)
        self.has_types = "btf_id" in info
        shown = [bpftool("map show id %d" % i)
                 for i in info.get("map_ids", [])]
        # Programs behind tail calls have maps of their own; others hold maps.
        if any(info["type"] in HOLDERS for info in shown):
            shown += [bpftool("map show pinned %s/%s" % (self.dir, name))
                      for name in os.listdir(self.dir)
                      if not name.startswith(prog)]
        for info in shown:
            self.maps[info["name"]] = (info, info["id"])

    def run(self, frame):
        """The verdict and the frame as it is then."""
        data = ctypes.create_string_buffer(frame, len(frame))
        out = ctypes.create_string_buffer(len(frame) + 512)
        attr = struct.pack("<IIIIQQ", self.fd, 0, len(frame), len(out),
                           address(data), address(out))
        answer = bpf(TEST_RUN, attr)[1]
        verdict, _, size = struct.unpack_from("<III", answer, 4)
        return verdict, out.raw[:size]

    def contents(self, name):
        """Keys to values; those of per-CPU maps with all slots."""
        info, number = self.maps[name]
        with Fd(bpf(MAP_BY_ID, struct.pack("<III", number, 0, 0))[0]) as f:
            m = Map.__new__(Map)
            m.fd, m.key_size = f.fd, info["bytes_key"]
            m.value_size = info["bytes_value"]
            if "percpu" in info["type"]:
                m.value_size = (m.value_size + 7) // 8 * 8 * cpus()
            return {k: m.lookup(k) for k in m.keys()}

    def read(self, ring):
        """From now on, the records of a ring buffer are read."""
        self.reader = subprocess.Popen(
            [FLOWNIC, "ringbuf", ring, "pin", self.dir],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.reader.stderr.readline()

    def records(self, count):
        """So many records, and no more."""
        out = b""
        while out.count(b"\n") < count:
            if not select.select([self.reader.stdout], [], [], 20)[0]:
                break
            out += os.read(self.reader.stdout.fileno(), 1 << 16)
        self.reader.terminate()
        more, err = self.reader.communicate()
        return (out + more).decode().split() + err.decode().splitlines()

    def unload(self):
        os.close(self.fd)
        run("%s unload dev %s pin %s" % (FLOWNIC, self.dev, self.dir))


def cpus():
    with open("/sys/devices/system/cpu/possible") as f:
        return int(f.read().strip().split("-")[-1]) + 1


def is_data(name):
    return "." in name


def same_maps(got, expected):
    """What differs between the maps of two programs, as lines."""
    if expected.has_types and not got.has_types:
        yield "the kernel has not taken its types"
    for name in sorted(expected.maps):
        if ".rodata" in name or name.endswith(".kconfig") or \
                expected.maps[name][0]["type"] in HOLDERS | {"ringbuf"}:
            continue
        there = expected.contents(name)
        if is_data(name):
            value = there[bytes(4)]
            if value not in got.contents("flownic_globals")[bytes(4)]:
                yield "%s: %s is not in %s" % (
                    name, value.hex(),
                    got.contents("flownic_globals")[bytes(4)].hex())
            continue
        # What can't be reached is gone, with its maps.
        here = got.contents(name) if name in got.maps else {
            k: bytes(len(v)) for k, v in there.items()}
        if here != there:
            yield "map %s" % name
            for key in sorted(set(here) | set(there)):
                if here.get(key) != there.get(key):
                    yield "  %s: %s, expected %s" % (
                        key.hex(), here.get(key, b"").hex(),
                        there.get(key, b"").hex())


def on_card(card, sent):
    """Sends the frames by the cable; verdicts by their counters."""
    counters = ["offload_xdp_" + v for v in VERDICTS]
    before = stats(card.dev)
    sender = Sender("fn0w0", PEER)
    for frame in sent:
        sender.send(frame)

    def decided():
        now = stats(card.dev)
        return [now[c] - before[c] for c in counters]

    awaited(lambda: sum(decided()) >= len(sent), tries=200)
    sender.close()
    return decided()


def check(tap, obj, prog, sent, more=""):
    name = "%s, %s" % (os.path.relpath(obj, TOP + "/build"), prog)
    native = Loaded("native", obj, prog)
    lowered = Loaded("lowered", obj, prog, more)
    rings = [n for n, (info, _) in native.maps.items()
             if info["type"] == "ringbuf"]
    for ring in rings:
        native.read(ring)
        lowered.read(ring)
    expected = [native.run(f) for f in sent]
    got = [lowered.run(f) for f in sent]
    if rings:
        there = native.records(0)
        same_records(tap, lowered, there, name)
    differ = [n for n, (g, e) in enumerate(zip(got, expected)) if g != e]
    wrong = list(same_maps(lowered, native))
    tap.ok(not differ and not wrong, name + ": lowered as it is (%s)" %
           lowered.lowered, *["frame %d: %r, expected %r" % (
               n, got[n][0], expected[n][0]) for n in differ[:3]],
           *wrong[:10])
    for loaded in [lowered] if HAS_CARD else [lowered, native]:
        loaded.unload()
    if not HAS_CARD:
        return
    card = Loaded("card", obj, prog, more)
    for ring in rings:
        card.read(ring)
    counted = on_card(card, sent)
    if rings:
        same_records(tap, card, there, name)
    tally = [sum(v == n for v, _ in expected) for n in range(5)]
    wrong = list(same_maps(card, native))
    tap.ok(counted == tally and not wrong, name + ": on the card",
           "verdicts %r, expected %r" % (counted, tally), *wrong[:10])
    for loaded in card, native:
        loaded.unload()


def are_records(got, expected):
    """Records of a perf event buffer are padded."""
    return len(got) == len(expected) and all(
        g.startswith(e) and len(g) - len(e) < 16
        for g, e in zip(got, expected))


def same_records(tap, loaded, expected, name):
    got = loaded.records(len(expected))
    tap.ok(expected and are_records(got, expected), "%s: %d records, %s" % (name, len(expected), loaded.where),
           *["%s, expected %s" % (g, e) for g, e in zip(got, expected)][:5],
           *got[len(expected):][:3])


def programs(obj):
    return [p["program"] for p in json.loads(run(
        "%s -j check --lower %s" % (FLOWNIC, obj), check=False))]


def main():
    tap = Tap()
    run("mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf")
    # Per-CPU maps of the host have what CPU 0 did.
    os.sched_setaffinity(0, {0})
    if HAS_CARD:
        set_up()
    sent = frames()
    names = sys.argv[1:] or sorted(
        set(os.path.basename(f)[:-2]
            for f in glob.glob(TOP + "/tests/data/lower/*.c")) - ELSEWHERE)
    for n, name in enumerate(names):
        objects = ["%s/build/lower/%s.o" % (TOP, name)]
        if os.environ.get("LOWER_BY") == "compilers":
            objects = ["%s/%s.o" % (v, name) for v in VARIANTS[n % 4::4][:2]]
        for obj in objects:
            for prog in programs(obj):
                check(tap, obj, prog, sent, MORE.get(prog, ""))
    tap.done()


if __name__ == "__main__":
    main()
