#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The module is loaded and unloaded, idle and under load, and leaves nothing.
"""

import glob
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

MODULE = "/run/flownic/flownic.ko"
ROUNDS = 10
FRAME = mac(HOST_MAC) + mac(PEER_MAC) + b"\x08\x00" + bytes(50)
BAD = (("ports=0", "ports"), ("ports=17", "ports"), ("workers=-1", "workers"),
       ("workers=17", "workers"), ("ring_size=100", "ring size"),
       ("ring_size=32", "ring size"), ("cards=-1", "cards"),
       ("cards=257", "0 to 256 cards"), ("cpus=65536", "CPU 65536"),
       ("cpus=65535", "CPU 65535"), ("cpus=-2", "CPU -2"),
       ("cpus=-65536", "CPU -65536"), ("cpus=4294967296", "cpus"),
       ("ports=4294967297", "ports"), ("workers=65537", "workers"))


def devices():
    return sorted(os.path.basename(p) for p in glob.glob("/sys/class/net/fn*"))


def load(params=""):
    run("insmod %s %s" % (MODULE, params))


def unload():
    run("rmmod flownic")


def used_memory():
    """KiB of the kernel's that are not accounted for, such as NIC buffers."""
    run("sync; echo 3 > /proc/sys/vm/drop_caches")
    with open("/proc/meminfo") as f:
        words = dict(line.split(":") for line in f)
    # Free pages that a CPU keeps for itself are not in MemFree.
    with open("/proc/zoneinfo") as f:
        kept = sum(map(int, re.findall(r"^ +count: +(\d+)", f.read(), re.M)))
    return int(words["MemTotal"].split()[0]) - 4 * kept - sum(
        int(words[k].split()[0]) for k in (
            "MemFree", "Buffers", "Cached", "AnonPages", "Slab", "KernelStack",
            "PageTables", "Percpu"))


def parameters(tap):
    load("cards=2 ports=3 workers=2")
    tap.equal(devices(), sorted("fn%d%s%d" % (c, e, p) for c in (0, 1)
                                for e in "pw" for p in range(3)),
              "two cards of three ports")
    unload()
    load("cards=0")
    tap.equal(devices(), [], "no card at all")
    unload()
    load("ports=16 ring_size=64")
    tap.equal(len(devices()), 32, "a card with as many ports as it can have")
    unload()
    for params, name in BAD:
        run("dmesg -C")
        said = refused("insmod %s %s" % (MODULE, params))
        log = run("dmesg")
        tap.ok(said and name in log,
               "%s is refused, and the log says why" % params, said, log)
        if not said:
            unload()
    tap.equal(devices(), [], "nothing is left of what was refused")


def under_load(mode, program):
    """Load, attach, hold on to all there is, send, unload."""
    load()
    run("ip netns add " + PEER)
    for n in 0, 1:
        run("ip link set fn0w%d netns %s" % (n, PEER))
        run("ip link set fn0p%d up" % n)
        in_peer("ip link set fn0w%d up" % n)
    await_carrier("fn0p0")
    run("ip addr add 10.0.0.1/24 dev fn0p0")
    attach("fn0p0", mode, program)
    prog = attached("fn0p0")[mode]
    held = ["/sys/fs/bpf/held"]
    run("bpftool prog pin id %d %s" % (prog, held[0]))
    for name, ident in maps_of(prog).items():
        held.append("/sys/fs/bpf/" + name)
        run("bpftool map pin id %d %s" % (ident, held[-1]))
    flood = Flood("fn0w0", PEER, FRAME)
    awaited(lambda: flood.sent > 300)
    unload()
    flood.stop()
    left = devices()
    for path in held:
        os.unlink(path)
    run("ip netns del " + PEER)
    return left


def main():
    tap = Tap()
    unload()
    start = objects()
    tap.equal(devices(), [], "unloading takes the cards along")
    wrong = []
    for n in range(ROUNDS):
        load()
        if devices() != ["fn0p0", "fn0p1", "fn0w0", "fn0w1"]:
            wrong.append((n, devices()))
        unload()
        if devices():
            wrong.append((n, devices()))
    tap.equal(wrong, [], "loaded and unloaded %d times" % ROUNDS)
    parameters(tap)

    kinds = [(mode, program) for mode in MODES
             for program in ("firewall", "tx", "counters")]
    for mode, program in kinds:  # what is allocated once, is by now
        left = under_load(mode, program)
        tap.equal(left, [], "unloaded under traffic with %s, %s, held open" % (
            program, MODE_OF[mode]))
    tap.equal(await_objects(start), {}, "no program or map is left")
    before = used_memory()
    for mode, program in kinds:
        under_load(mode, program)
    await_objects(start)
    # A ring's buffers alone are 2 MiB each time.
    awaited(lambda: used_memory() - before < 1024, tries=20)
    lost = used_memory() - before
    tap.ok(lost < 1024, "%d more times cost no memory" % len(kinds),
           "%d KiB are gone" % lost)
    with open("/proc/vmallocinfo") as f:
        own = [line for line in f if "[flownic]" in line]
    tap.equal(own, [], "no memory of the module's is left")
    load()
    tap.equal(devices(), ["fn0p0", "fn0p1", "fn0w0", "fn0w1"],
              "and it loads again")
    tap.done()


main()
