#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Cables between ports: of two cards and of one, through programs on both, with
flow control; taken off, and lost with a port, a card or a namespace, under traffic."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

A, B = "hosta", "hostb"
NUMBERS = 2000
FRAME = mark(1).ljust(200, b"\0")


def flownic(words):
    return run("%s %s" % (FLOWNIC, words))


def exists(dev, ns=None):
    where = "-n %s " % ns if ns else ""
    return refused("ip %slink show dev %s" % (where, dev)) is None


def carrier(dev, ns):
    said = json.loads(run("ip -n %s -j link show dev %s" % (ns, dev)))[0]
    return "LOWER_UP" in said["flags"]


def ports():
    return {p["ifname"]: p
            for p in json.loads(flownic("show port --json")) if "ifname" in p}


def counters(dev, ns):
    with namespace(ns):
        return stats(dev)


def up(dev, ns, address):
    run("ip link set %s netns %s" % (dev, ns))
    run("ip -n %s address replace %s/24 dev %s" % (ns, address, dev))
    run("ip -n %s link set %s up" % (ns, dev))


def join(tap, card):
    """Two cards, each in a namespace of its own."""
    dev = "fn%dp0" % card
    flownic("cable fn0p0 %s" % dev)
    tap.ok(not exists("fn0w0") and not exists("fn%dw0" % card),
           "the netdevs at the ends of both cables are gone")
    up("fn0p0", A, "10.7.0.1")
    tap.ok(not carrier("fn0p0", A), "no carrier while the other is down")
    up(dev, B, "10.7.0.2")
    tap.ok(awaited(lambda: carrier("fn0p0", A) and carrier(dev, B)),
           "carrier at both when both are up")
    said = ports()["fn0p0"]
    tap.equal((said.get("far_card"), said.get("far_port")), (card, 0),
              "flownic show tells what is joined")
    answered, out = pings("10.7.0.2", A)
    tap.ok(answered == 3, "a ping from one namespace to the other", out)
    run("ip -n %s link set %s down" % (B, dev))
    tap.ok(awaited(lambda: not carrier("fn0p0", A)), "carrier is lost")
    run("ip -n %s link set %s up" % (B, dev))
    tap.ok(awaited(lambda: carrier("fn0p0", A)), "and comes back")
    return dev


def offloaded(tap, dev):
    """A program on each card."""
    for name, ns in ("fn0p0", A), (dev, B):
        with namespace(ns):
            attach(name, "xdpoffload", "pass")
    answered, out = pings("10.7.0.2", A)
    tap.ok(answered == 3, "through programs on both cards", out)
    with namespace(B):
        detach(dev, "xdpoffload")
        attach(dev, "xdpoffload", "drop")
    answered, out = pings("10.7.0.2", A, count=1, options="-w 1")
    tap.ok(not answered, "none through one that drops", out)
    for name, ns in ("fn0p0", A), (dev, B):
        with namespace(ns):
            detach(name, "xdpoffload")


def flow_control(tap, dev):
    """A port whose host is slow loses nothing."""
    before = counters(dev, B)
    frames = [mark(n).ljust(500, b"\0") for n in range(NUMBERS)]
    for ns, name in (A, "fn0p0"), (B, dev):
        run("ip netns exec %s ethtool -L %s combined 1" % (ns, name))
    run("ip netns exec %s ethtool -G %s rx 64" % (B, dev))
    awaited(lambda: carrier("fn0p0", A) and carrier(dev, B))
    capture = Capture(dev, B)
    sender = Sender("fn0p0", A)
    for frame in frames:
        sender.send(frame)
    capture.await_frames(NUMBERS)
    got = [f for f in capture.frames if f[12:14] == b"\x88\xb6"]
    same_frames(tap, got, frames, "all frames, in order, into small rings")
    lost = {k: v for k, v in changes(before, counters(dev, B)).items()
            if k in ("mac_rx_overflow", "host_rx_no_buffer")}
    tap.equal(lost, {}, "and none is lost at the port")
    capture.close()
    sender.close()


def taken_off(tap, dev):
    """Under traffic from both sides."""
    floods = [Flood("fn0p0", A, FRAME), Flood(dev, B, FRAME)]
    for _ in range(10):
        flownic("cable fn0p0 off")
        flownic("cable %s fn0p0" % dev)
    flownic("cable %s off" % dev)
    for f in floods:
        f.stop()
    tap.ok(exists("fn0w0", A) and exists(dev.replace("p", "w"), B),
           "taken off, the ends are back, each beside its port")
    run("ip -n %s link set fn0w0 up" % A)
    tap.ok(awaited(lambda: carrier("fn0p0", A)), "and carry")
    flownic("cable fn0p0 %s" % dev)
    answered, out = pings("10.7.0.2", A)
    tap.ok(answered == 3, "joined again, a ping", out)


def lost(tap, card, dev):
    """The other port goes, with its card, by itself, with its namespace."""
    flood = Flood("fn0p0", A, FRAME)
    flownic("card del %d" % card)
    tap.ok(exists("fn0w0", A) and "far_card" not in ports()["fn0p0"],
           "without the other card, the port has its own cable again")
    card = json.loads(flownic("card add ports 2 --json"))["card"]
    flownic("cable fn0p0 fn%dp1" % card)
    flownic("port del card %d port 1" % card)
    tap.ok(exists("fn0w0", A), "and without the other port")
    flownic("cable fn0p0 fn%dp0" % card)
    up("fn%dp0" % card, B, "10.7.0.2")
    flood.stop()
    flood = Flood("fn%dp0" % card, B, FRAME)
    run("ip netns del " + A)
    flood.stop()
    tap.ok(awaited(lambda: exists("fn0p0")),
           "the port of a namespace that ends is in the initial one")
    run("ip link set fn0p0 up")
    tap.equal(ports()["fn0p0"].get("far_card"), card,
              "and still has its cable")
    flownic("card del %d" % card)
    tap.ok(exists("fn0w0"), "whose end is back when the other card goes")


def same_card(tap):
    flownic("cable fn0p0 fn0p1")
    run("ip link set fn0p0 up")
    run("ip link set fn0p1 up")
    for dev in "fn0p0", "fn0p1":
        await_carrier(dev)
    capture, sender = Capture("fn0p1"), Sender("fn0p0")
    frames = [mark(n) for n in range(300)]
    for frame in frames:
        sender.send(frame)
    capture.await_frames(300)
    same_frames(tap, [f for f in capture.frames if f[12:14] == b"\x88\xb6"],
                frames, "from a port to another of the same card")
    flownic("cable fn0p1 off")


def refusal(tap):
    flownic("cable fn0p0 fn0p1")
    refuses(tap, "cable", (
        ("fn0p0 fn0p0", 1, "not to itself"),
        ("fn0p0 fn0p1", 1, "take it off first"),
        ("fn0p0 fn9p9", 1, "there is no port fn9p9"),
        ("fn0p0", 2, "two ports are needed"),
        ("fn0p0 fn0p1 off", 2, "not expected"),
    ))
    said = refused("%s %s cable fn0p0 off" % (NOBODY, FLOWNIC))
    tap.ok(said and "permitted" in said, "refused: to who may not", said)
    flownic("cable fn0p0 off")
    refuses(tap, "cable", (("fn0p0 off", 1, "no cable to another port"),))


def no_end(tap):
    """There is no netdev to be had for the end of the cable: its name is taken."""
    flownic("cable fn0p0 fn0p1")
    run("ip link add fn0w1 type dummy")
    refuses(tap, "cable", (("fn0p0 off", 1, "the name is in use"),))
    tap.equal([exists("fn0w0"), "far_port" in ports()["fn0p1"]],
              [True, False], "the cable is off, and one port has none")
    refuses(tap, "cable", (("fn0p1 off", 1, "the name is in use"),))
    run("ip link del fn0w1")
    flownic("cable fn0p1 off")
    run("ip link set fn0w1 up; ip link set fn0p1 up")
    await_carrier("fn0p1")
    tap.ok(exists("fn0w1"), "it gets one when it is asked for again")


def main():
    tap = Tap()
    for ns in A, B:
        run("ip netns add " + ns)
        run("ip netns exec %s sysctl -qw net.ipv6.conf.all.disable_ipv6=1 "
            "net.ipv6.conf.default.disable_ipv6=1 "
            "net.core.gro_normal_batch=1" % ns, check=False)
    card = json.loads(flownic("card add ports 1 --json"))["card"]
    dev = join(tap, card)
    offloaded(tap, dev)
    flow_control(tap, dev)
    taken_off(tap, dev)
    lost(tap, card, dev)
    same_card(tap)
    refusal(tap)
    no_end(tap)
    tap.done()


main()
