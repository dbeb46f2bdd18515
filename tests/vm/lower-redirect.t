#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
#
# vm: -t 300
"""What a companion on the host does arrives as it does natively: redirects by
maps to another port, on another CPU, or where their flags say if the map has no
entry, and packets for what only a host can do, with all that the maps hold then.
Pins and programs come and go together.
"""

import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

LOWER = TOP + "/build/lower/"
PINS = "/sys/fs/bpf/flownic/fn0p0"
# Counters that are a word for each CPU, or core.
PER_CORE = ("counts", "digests")
HAVE_VARIABLES = ("variables", "large_data", "to_port", "to_host")


def frame(n, size=80):
    body = bytes((n * 7 + i * 13) & 0xff for i in range(size - 14))
    return mac(HOST_MAC) + mac(PEER_MAC) + b"\x08\x00" + body


def ip_frame(n):
    ip = struct.pack(">BBHHHBBH4s4s", 0x45 + (n % 11 == 0), 0, 46 + n, n, 0,
                     n % 7, (6, 17)[n & 1], 0, bytes((10, 0, n % 3, 1)),
                     bytes((10, 0, n % 5, 2)))
    return mac(HOST_MAC) + mac(PEER_MAC) + b"\x08\x00" + ip + \
        bytes((n * 3 + i) & 0xff for i in range(26 + n))


SENT = [frame(n) for n in range(40)] + [ip_frame(n) for n in range(60)]


def entry(name, key, value):
    bpftool("map update pinned %s/%s key %s value %s" % (
        PINS, name, as_bytes(struct.pack("<I", key)), as_bytes(value)))


def number(value):
    return int.from_bytes(bytes(int(b, 0) for b in value), "little")


def total(value):
    """Of the words that it has, one for each core."""
    return sum(number(value[n:n + 8]) for n in range(0, len(value), 8))


def taken_out(command, where):
    """All that is in a queue or stack; then bpftool says that it is empty."""
    out = []
    while True:
        try:
            answer = bpftool("map %s %s" % (command, where))
        except Failed:
            return out
        if not answer or "value" not in answer:
            return out
        out.append(answer["value"])


def contents(name):
    """Of a pinned map; CPUs' values as their sum."""
    where = "pinned %s/%s" % (PINS, name)
    kind = bpftool("map show " + where)["type"]
    if kind in ("queue", "stack"):
        return taken_out({"queue": "dequeue", "stack": "pop"}[kind], where)
    if kind.startswith(("array", "hash", "percpu", "lru", "lpm")) and \
            not kind.endswith("_of_maps"):
        value = total if name in PER_CORE else number
        return sorted((number(e["key"]), sum(
            value(v["value"]) for v in e.get("values", [e])))
            for e in bpftool("map dump " + where))
    return None


def outcome(obj, prog, mode, entries):
    """What came to the host and what out of the other port, and the maps."""
    run("%s load %s prog %s dev fn0p0 mode %s %s" % (
        FLOWNIC, LOWER + obj, prog, mode,
        "--set least=70" if prog == "variables" else ""))
    for name, key, value in entries:
        entry(name, key, value)
    host, other = Capture("fn0p0"), Capture("fn0w1", PEER)
    before = stats("fn0p0")
    sender = Sender("fn0w0", PEER)
    for f in SENT:
        sender.send(f)
    name = "offload_xdp_%s" if mode == "offload" else "rx0_xdp_%s"

    def decided():
        now = changes(before, stats("fn0p0"))
        return sum(now.get(name % v, 0) for v in
                   ("aborted", "drop", "pass", "tx", "redirect")) >= len(SENT)

    tap_on = awaited(decided, tries=100)
    # What follows comes last, by the same way.
    expected = len(SENT)
    awaited(lambda: host.poll() + other.poll() >= expected, tries=20)
    got = sorted(host.frames), sorted(other.frames)
    for c in host, other, sender:
        c.close()
    there = sorted(os.listdir(PINS))
    maps = {n: contents(n) for n in there
            if n != "flownic_globals" and not n.startswith(prog)}
    if obj != "redirect.o" and prog in HAVE_VARIABLES:
        maps["variables"] = json.loads(run(
            "%s -j globals get dev fn0p0" % FLOWNIC))
    run("%s unload dev fn0p0" % FLOWNIC)
    return tap_on, got, there, maps


def main():
    tap = Tap()
    run("mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf")
    set_up()
    port = struct.pack("<I", ifindex("fn0p1"))
    cases = (
        ("redirect.o", "to_port", [("ports", 0, port)]),
        ("redirect.o", "to_port", []),
        ("redirect.o", "by_frame", [("ports", k, port) for k in (0, 2, 5)]),
        ("redirect.o", "changed", [("hashed", 5, port + bytes(4))]),
        ("redirect.o", "in_function", [("ports", 1, port)]),
        ("redirect.o", "to_cpu", [("cpus", 0, struct.pack("<I", 192))]),
        ("redirect.o", "to_socket", []),
        ("redirect.o", "if_there", [("ports", k, port) for k in (0, 2, 5)]),
        ("redirect.o", "if_socket", []),
        ("host.o", "routed", []),
        ("host.o", "changed", []),
        ("host.o", "shared", []),
        ("host.o", "queued", []),
        ("host.o", "in_function", []),
        ("host.o", "to_socket", []),
        ("host.o", "both_ways", [("ports", k, port) for k in (1, 2)]),
        ("host.o", "variables", []),
        ("host.o", "large_data", []),
        ("companions.o", "to_port", [("ports", k, port) for k in (0, 2, 3)]),
        ("companions.o", "to_host", []),
    )
    for obj, prog, entries in cases:
        name = "%s, %d entries" % (prog, len(entries))
        _, native, _, there = outcome(obj, prog, "native", entries)
        counted, card, pins, here = outcome(obj, prog, "offload", entries)
        tap.ok(counted, name + ": the card decides all frames")
        same_frames(tap, card[0], native[0], "  as natively to the host (%d)"
                    % len(native[0]))
        same_frames(tap, card[1], native[1], "  and out of the other port (%d)"
                    % len(native[1]))
        if "variables" in there:  # on the card, constants are among them
            here["variables"] = {n: here["variables"].get(n)
                                 for n in there["variables"]}
        tap.equal({n: here.get(n) for n in there}, there,
                  "  and the maps are the same")
        tap.ok(prog in pins and prog + "_host" in pins,
               "  program and companion are pinned", pins)
        tap.ok(not os.path.exists(PINS) and not attached("fn0p0"),
               "  and nothing is left", attached("fn0p0"))
    tap.done()


main()
