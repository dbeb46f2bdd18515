#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Rings and MTU change, ports go down and up, all of it under traffic.

Frames may be lost while a port is down, but each of them is counted where it
was lost, and the counters of card and driver add up.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

SIZES = (64, 2048, 128, 512)
MTUS = (9000, 1500, 3498, 3499, 9500, 1500)


def frame_to(address):
    return mac(address) + bytes(6) + b"\x88\xb5" + bytes(200)


def under_traffic(change):
    """Make changes, each while frames flow both ways."""
    floods = [Flood("fn0w0", PEER, frame_to(HOST_MAC)),
              Flood("fn0p0", None, frame_to(PEER_MAC))]
    try:
        for step in change:
            goals = [f.sent + 100 for f in floods]
            awaited(lambda: all(f.sent >= g for f, g in zip(floods, goals)),
                    tries=3000, pause=0.01)
            step()
    finally:
        for f in floods:
            f.stop()


def settled():
    """Counters of the port, and of its link, that nothing moved in between."""
    last = [None, None]

    def same():
        link, now = link_stats("fn0p0"), stats("fn0p0")
        was, last[:] = last[0], (now, link)
        return now == was

    awaited(same, pause=0.1)
    return last


def adds_up(tap, name):
    s, link = settled()
    tap.equal(s["rx0_packets"] + s["rx0_dropped"], s["host_rx_frames"],
              name + ": the driver accounts for all that the card delivered")
    tap.equal(s["host_tx_frames"] + s["host_tx_bad"] + s["tx0_dropped"],
              s["tx0_packets"],
              name + ": the card for all that the driver sent")
    tap.equal(s["mac_tx_frames"] + s["mac_tx_drop"], s["host_tx_frames"],
              name + ": and each of those left, or was counted")
    tap.equal(link["rx"]["packets"], s["rx0_packets"],
              name + ": ip -s link says the same")


def answers(tap, name):
    answered, out = pings("10.0.0.2")
    tap.ok(answered == 3, name + ": the port works", out, stats("fn0p0"))


def steps(commands):
    return [lambda c=c: run(c) for c in commands]


def rings(tap):
    under_traffic(steps("ethtool -G fn0p0 rx %d tx %d" % (n, n)
                        for n in SIZES))
    adds_up(tap, "ring sizes")
    answers(tap, "ring sizes")
    for size in 32, 100, 65536:
        said = refused("ethtool -G fn0p0 rx %d" % size)
        tap.ok(said, "a ring of %d is refused" % size, said)
    said = refused("ethtool -G fn0p0 tx 100")
    tap.ok(said and "power of two" in said and "100" in said,
           "and the reason is told", said)
    answers(tap, "refused ring sizes")


def mtus(tap):
    under_traffic(steps("ip link set fn0p0 mtu %d" % m for m in MTUS))
    adds_up(tap, "MTU")
    answers(tap, "MTU")
    for mtu in 67, 9501:
        said = refused("ip link set fn0p0 mtu %d" % mtu)
        tap.ok(said and "mtu" in said, "MTU %d is refused" % mtu, said)


def programs(tap):
    """Native programs need no ring to change, whatever its shape."""
    change = []
    for mtu in 9000, 1500:
        change += ["ip link set fn0p0 mtu %d" % mtu,
                   "ip link set fn0p0 xdpdrv obj %s/build/bpf/pass.o sec xdp"
                   % TOP,
                   "ethtool -G fn0p0 rx 256",
                   "ip link set fn0p0 xdpdrv off",
                   "ethtool -G fn0p0 rx 512"]
    under_traffic(steps(change))
    adds_up(tap, "programs")
    answers(tap, "programs")


def up_and_down(tap):
    def bounce(command):
        run(command + " down")
        run(command + " up")
        await_carrier("fn0p0")

    under_traffic([lambda c=c: bounce(c) for c in (
        "ip link set fn0p0", "ip -n peer link set fn0w0") * 3])
    adds_up(tap, "down and up")
    answers(tap, "down and up")


def threaded(tap):
    change = []
    for on in "1", "0":
        change.append("echo %s > /sys/class/net/fn0p0/threaded" % on)
        change.append("ethtool -G fn0p0 rx 256 tx 256")
        change.append("ethtool -G fn0p0 rx 512 tx 512")
    under_traffic(steps(change))
    adds_up(tap, "threaded NAPI")
    answers(tap, "threaded NAPI")


def pause(tap):
    run("ethtool -A fn0p0 tx off")
    shown = run("ethtool -a fn0p0")
    tap.ok(re.search(r"TX:\s+off", shown), "flow control can be off", shown)
    said = refused("ethtool -A fn0p0 rx on")
    tap.ok(said, "the other direction has none to switch on", said)
    before = stats("fn0p0")
    under_traffic(steps(["true"] * 20))
    d = changes(before, settled()[0])
    lost = d.get("mac_rx_overflow", 0) + d.get("host_rx_no_buffer", 0)
    tap.equal(d["mac_rx_frames"] - d.get("host_rx_no_buffer", 0),
              d["host_rx_frames"], "what came in went to the host")
    tap.ok(True, "%d of %d frames had no room and were counted"
           % (lost, d["mac_rx_frames"] + d.get("mac_rx_overflow", 0)))
    run("ethtool -A fn0p0 tx on")
    before = stats("fn0p0")
    under_traffic(steps(["true"] * 20))
    d = changes(before, settled()[0])
    tap.equal((d.get("mac_rx_overflow", 0), d.get("host_rx_no_buffer", 0)),
              (0, 0), "with flow control none is lost")
    tap.equal(d["mac_rx_frames"], d["host_rx_frames"], "not one")


def main():
    tap = Tap()
    set_up(ports=1)
    run("ip addr add 10.0.0.1/24 dev fn0p0")
    in_peer("ip addr add 10.0.0.2/24 dev fn0w0")
    for part in rings, mtus, programs, threaded, pause, up_and_down:
        part(tap)
    tap.done()


if __name__ == "__main__":
    main()
