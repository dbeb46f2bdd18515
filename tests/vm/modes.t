#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Attaching, replacing and detaching in each mode, and two modes at once."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import oracle  # noqa: E402
from nic import *  # noqa: E402,F403

OBJ = TOP + "/build/bpf/%s.o"


def frames(count, first=0):
    return [mac(HOST_MAC) + mac(PEER_MAC) + b"\x88\xb5" + b"frame %8d" % n
            for n in range(first, first + count)]


class Traffic:
    """Sends frames to the port and tells where they went."""

    def __init__(self):
        self.sender = Sender("fn0w0", PEER)
        self.host = Capture("fn0p0")
        self.wire = Capture("fn0w0", PEER)
        self.n = 0

    def try_one(self):
        """Where a frame goes: "host", "wire" or "nowhere"."""
        self.n += 1
        frame = frames(1, self.n)[0]
        back = frame[6:12] + frame[:6] + frame[12:]
        before = stats("fn0p0")
        self.sender.send(frame)
        # Frames are decided in order, so counting the frame is enough.
        awaited(lambda: self._gone(before))
        self.wire.poll()
        # The host's counter comes a little earlier than the frame.
        self.host.await_frames(1, 1 if self.wire.frames else 10)
        if frame in self.host.frames:
            return "host"
        return "wire" if back in self.wire.frames else "nowhere"

    def _gone(self, before):
        self.host.poll()
        self.wire.poll()
        now = changes(before, stats("fn0p0"))
        dropped = now.get("offload_xdp_drop", 0) + now.get("rx0_xdp_drop", 0)
        if "xdpgeneric" in attached("fn0p0"):
            dropped += now.get("rx0_packets", 0)
        return dropped or self.host.frames or self.wire.frames

    def where(self):
        self.host.frames.clear()
        self.wire.frames.clear()
        return self.try_one()


def one_mode(tap, traffic, mode):
    name = MODE_OF[mode]
    before = objects()
    tap.equal(traffic.where(), "host", name + ": without a program, all passes")
    for prog, where in (("drop", "nowhere"), ("tx", "wire"), ("pass", "host")):
        attach("fn0p0", mode, prog)
        tap.equal(list(attached("fn0p0")), [mode],
                  "%s: ip link shows %s in this mode" % (name, prog))
        tap.equal(traffic.where(), where, "%s: %s does so" % (name, prog))
    first = attached("fn0p0")
    said = refused("ip link set dev fn0p0 %s obj %s sec xdp" % (
        mode, OBJ % "drop"))
    tap.ok(said and "already attached" in said,
           name + ": a second program without -force is refused", said)
    tap.equal(attached("fn0p0"), first, name + ": and the first one stays")
    tap.equal(traffic.where(), "host", name + ": and works on")
    run("ip link set dev fn0p0 down")
    run("ip link set dev fn0p0 up")
    await_carrier("fn0p0")
    tap.equal(attached("fn0p0"), first, name + ": it outlives down and up")
    attach("fn0p0", mode, "drop")
    tap.equal(traffic.where(), "nowhere", name + ": and so does replacing")
    detach("fn0p0", mode)
    tap.equal(attached("fn0p0"), {}, name + ": detaching leaves nothing")
    tap.equal(traffic.where(), "host", name + ": and all passes again")
    detach("fn0p0", mode)
    tap.equal(await_objects(before), {}, name + ": no program or map is left")


def down_and_up(tap, mode):
    name = MODE_OF[mode]
    run("ip link set dev fn0p0 down")
    attach("fn0p0", mode, "drop")
    run("ip link set dev fn0p0 up")
    await_carrier("fn0p0")
    traffic = Traffic()
    tap.equal(traffic.where(), "nowhere",
              name + ": a program attached to a port that is down")
    run("ip link set dev fn0p0 down")
    detach("fn0p0", mode)
    run("ip link set dev fn0p0 up")
    await_carrier("fn0p0")
    tap.equal(traffic.where(), "host", name + ": and detached")


def both(tap, traffic):
    """The card decides first; the host sees what it lets pass."""
    attach("fn0p0", "xdpoffload", "pass")
    attach("fn0p0", "xdpdrv", "drop")
    tap.equal(sorted(attached("fn0p0")), ["xdpdrv", "xdpoffload"],
              "both: two programs are shown")
    tap.equal(traffic.where(), "nowhere", "both: pass offloaded, drop native")
    attach("fn0p0", "xdpoffload", "tx")
    tap.equal(traffic.where(), "wire", "both: tx offloaded, drop native")
    attach("fn0p0", "xdpdrv", "pass")
    attach("fn0p0", "xdpoffload", "drop")
    tap.equal(traffic.where(), "nowhere", "both: drop offloaded, pass native")
    detach("fn0p0", "xdpoffload")
    tap.equal(list(attached("fn0p0")), ["xdpdrv"],
              "both: the native program stays when the other goes")
    tap.equal(traffic.where(), "host", "both: and decides")
    said = refused("ip link set dev fn0p0 xdpgeneric obj %s sec xdp" %
                   (OBJ % "drop"))
    tap.ok(said and "can't be active at the same time" in said,
           "generic beside native is refused", said)
    detach("fn0p0", "xdpdrv")


def count_both(tap):
    """An offloaded firewall in front of native counters."""
    attach("fn0p0", "xdpoffload", "firewall")
    attach("fn0p0", "xdpdrv", "counters")
    ids = attached("fn0p0")
    rules = maps_of(ids["xdpoffload"])
    map_set(rules["blocked_ip4"], bytes([10, 0, 0, 66]), bytes(8))
    map_set(rules["blocked_ip6"], bytes.fromhex("fd00" + 26 * "0" + "66"),
            bytes(8))
    path = TOP + "/tests/data/traffic.pcap"
    firewall = oracle.Firewall(("10.0.0.66", "fd00::66"), ())
    counters = oracle.Counters()
    passed = 0
    for frame in oracle.read_pcap(path):
        if firewall.decide(frame)[0] == oracle.PASS:
            counters.decide(frame)
            passed += 1
    before = stats("fn0p0")
    replay(path)
    awaited(lambda: changes(before, stats("fn0p0")).get(
        "rx0_xdp_pass", 0) >= passed)
    rows = map_dump(maps_of(ids["xdpdrv"])["counters"])
    got = {name: list(struct.unpack("<QQ", rows[struct.pack("<I", n)]))
           for n, name in enumerate(counters.ROWS)}
    tap.equal(got, counters.rows,
              "both: native counters count what the firewall lets pass")
    dropped = sum(struct.unpack("<Q", v)[0]
                  for m in ("blocked_ip4", "blocked_ip6")
                  for v in map_dump(rules[m]).values())
    tap.equal(dropped, sum(firewall.dropped.values()),
              "both: and the firewall counts the rest")
    detach("fn0p0", "xdpoffload")
    detach("fn0p0", "xdpdrv")


def shown(tap):
    """What bpftool says of offloaded objects."""
    attach("fn0p0", "xdpoffload", "counters")
    prog = attached("fn0p0")["xdpoffload"]
    info = bpftool("prog show id %d" % prog)
    tap.equal(info.get("dev", {}).get("ifname"), "fn0p0",
              "bpftool prog: the program is on the card")
    ident = maps_of(prog)["counters"]
    tap.equal(bpftool("map show id %d" % ident).get("dev", {}).get("ifname"),
              "fn0p0", "bpftool map: the map is on the card")
    net = [x for x in bpftool("net show dev fn0p0")[0]["xdp"]]
    tap.ok(any(x.get("mode") == "offload" and x.get("id") == prog or
               any(y.get("mode") == "offload" and y.get("id") == prog
                   for y in x.get("multi_attachments", [])) for x in net),
           "bpftool net: the program is attached to the card", net)
    tap.ok(len(bpftool("prog dump xlated id %d" % prog)) > 10,
           "bpftool prog dump xlated shows it")
    # All ports of a card can use what is on it.
    path = "/sys/fs/bpf/shared"
    run("bpftool prog pin id %d %s" % (prog, path))
    run("ip link set dev fn0p1 xdpoffload pinned " + path)
    tap.equal(attached("fn0p1"), {"xdpoffload": prog},
              "a program is attached to both ports of its card")
    os.unlink(path)
    sent = frames(3)
    before = map_dump(ident)
    for dev in "fn0w0", "fn0w1":
        sender = Sender(dev, PEER)
        for frame in sent:
            sender.send(frame)

    def count():
        row = map_dump(ident)[bytes(4)]
        return struct.unpack("<Q", row[:8])[0] - \
            struct.unpack("<Q", before[bytes(4)][:8])[0]

    awaited(lambda: count() >= 6)
    tap.equal(count(), 6, "and both count in the same map")
    detach("fn0p0", "xdpoffload")
    tap.equal(attached("fn0p1"), {"xdpoffload": prog},
              "it stays on the other port when one detaches")
    detach("fn0p1", "xdpoffload")


def main():
    tap = Tap()
    set_up()
    start = objects()
    traffic = Traffic()
    for mode in MODES:
        one_mode(tap, traffic, mode)
        down_and_up(tap, mode)
    if {"xdpdrv", "xdpoffload"} <= set(MODES):
        both(tap, traffic)
        count_both(tap)
        shown(tap)
    tap.equal(await_objects(start), {}, "no program or map is left")
    tap.done()


main()
