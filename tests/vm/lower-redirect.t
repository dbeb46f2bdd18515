#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
#
# vm: -t 300
"""What a program redirects by maps arrives as it does natively: at another
port, on another CPU, or where its flags say if the map has no entry; pins and
programs come and go together.
"""

import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

OBJ = TOP + "/build/lower/redirect.o"
PINS = "/sys/fs/bpf/flownic/fn0p0"


def frame(n, size=80):
    body = bytes((n * 7 + i * 13) & 0xff for i in range(size - 14))
    return mac(HOST_MAC) + mac(PEER_MAC) + b"\x08\x00" + body


SENT = [frame(n) for n in range(40)]


def entry(name, key, value):
    bpftool("map update pinned %s/%s key %s value %s" % (
        PINS, name, as_bytes(struct.pack("<I", key)), as_bytes(value)))


def outcome(prog, mode, entries):
    """What came to the host and what out of the other port."""
    run("%s load %s prog %s dev fn0p0 mode %s" % (FLOWNIC, OBJ, prog, mode))
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
    run("%s unload dev fn0p0" % FLOWNIC)
    return tap_on, got, there


def main():
    tap = Tap()
    run("mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf")
    set_up()
    port = struct.pack("<I", ifindex("fn0p1"))
    cases = (
        ("to_port", [("ports", 0, port)]),
        ("to_port", []),
        ("by_frame", [("ports", k, port) for k in (0, 2, 5)]),
        ("changed", [("hashed", 5, port + bytes(4))]),
        ("in_function", [("ports", 1, port)]),
        ("to_cpu", [("cpus", 0, struct.pack("<I", 192))]),
        ("to_socket", []),
    )
    for prog, entries in cases:
        name = "%s, %d entries" % (prog, len(entries))
        _, native, _ = outcome(prog, "native", entries)
        counted, card, pins = outcome(prog, "offload", entries)
        tap.ok(counted, name + ": the card decides all frames")
        same_frames(tap, card[0], native[0], "  as natively to the host (%d)"
                    % len(native[0]))
        same_frames(tap, card[1], native[1], "  and out of the other port (%d)"
                    % len(native[1]))
        tap.ok(prog in pins and prog + "_host" in pins,
               "  program and companion are pinned", pins)
        tap.ok(not os.path.exists(PINS) and not attached("fn0p0"),
               "  and nothing is left", attached("fn0p0"))
    tap.done()


main()
