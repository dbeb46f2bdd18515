#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""ethtool -S and ip -s link are exact for known traffic, in every mode."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

SIZES = [14, 60, 61, 64, 128, 777, 1500, 1514]
COUNT, BYTES = len(SIZES), sum(SIZES)


def frame(size, to=HOST_MAC, source=PEER_MAC):
    return (mac(to) + mac(source) + b"\x88\xb5" + bytes(1514))[:size]


def deltas(dev, counters, ns=None):
    """Of ethtool -S and of ip -s link, as "rx_packets" and so on."""
    where = "ip netns exec %s " % ns if ns else ""
    out = {}
    for side, values in json.loads(run(
            where + "ip -j -s link show dev " + dev))[0]["stats64"].items():
        out.update({"%s_%s" % (side, k): v for k, v in values.items()})
    if counters:
        out.update(stats(dev))
    return out


class Watch:
    """What the counters of both ends change by."""

    def __init__(self):
        self.before = self.now()

    @staticmethod
    def now():
        return deltas("fn0p0", True), deltas("fn0w0", False, PEER)

    def changes(self):
        now = self.now()
        return [changes(b, n) for b, n in zip(self.before, now)]

    def check(self, tap, name, port, cable):
        """Wait until the counters are as expected, and say if not."""
        expected = [port, cable]

        # Queues and interrupts are nobody's business here.
        def seen():
            return [{k: v for k, v in end.items() if k not in (
                "mac_rx_pause", "offload_cycles", "offload_instructions",
                "rx0_interrupts")}
                for end in self.changes()]

        awaited(lambda: seen() == expected, tries=40)
        for got, want, text in zip(seen(), expected, ("port", "cable end")):
            tap.ok(got == want, "%s: the %s's counters" % (name, text),
                   "only expected %r" % {k: v for k, v in want.items()
                                         if got.get(k) != v},
                   "only got      %r" % {k: v for k, v in got.items()
                                         if want.get(k) != v})


def both(prefix, count, size):
    return {prefix + "packets": count, prefix + "bytes": size}


# What each program in each mode makes of SIZES, besides what always counts.
ARRIVED = {"mac_rx_frames": COUNT, "mac_rx_bytes": BYTES}
AT_HOST = {"host_rx_frames": COUNT, **both("rx0_", COUNT, BYTES),
           **both("rx_", COUNT, BYTES)}
SENT_BACK = {"mac_tx_frames": COUNT, "mac_tx_bytes": BYTES}
EXPECTED = {
    (None, None): AT_HOST,
    ("pass", "xdpgeneric"): AT_HOST,
    ("pass", "xdpdrv"): {**AT_HOST, "rx0_xdp_pass": COUNT},
    ("pass", "xdpoffload"): {**AT_HOST, "offload_xdp_pass": COUNT},
    ("drop", "xdpgeneric"): AT_HOST,
    ("drop", "xdpdrv"): {**AT_HOST, "rx0_xdp_drop": COUNT},
    ("drop", "xdpoffload"): {"offload_xdp_drop": COUNT},
    ("tx", "xdpgeneric"): {**AT_HOST, **SENT_BACK, "host_tx_frames": COUNT,
                           **both("tx0_", COUNT, BYTES),
                           **both("tx_", COUNT, BYTES)},
    ("tx", "xdpdrv"): {**AT_HOST, **SENT_BACK, "host_tx_frames": COUNT,
                       "rx0_xdp_tx": COUNT,
                       **both("tx0_xdp_", COUNT, BYTES),
                       **both("tx_", COUNT, BYTES)},
    ("tx", "xdpoffload"): {"offload_xdp_tx": COUNT, **SENT_BACK},
}


def receive(tap):
    sender = Sender("fn0w0", PEER)
    for (program, mode), expected in EXPECTED.items():
        if mode and mode not in MODES:
            continue
        if mode:
            attach("fn0p0", mode, program)
        watch = Watch()
        for size in SIZES:
            sender.send(frame(size))
        cable = both("tx_", COUNT, BYTES)
        if "mac_tx_frames" in expected:
            cable.update(both("rx_", COUNT, BYTES))
        watch.check(tap, "%s, %s" % (program, MODE_OF[mode]) if mode
                    else "no program", {**ARRIVED, **expected}, cable)
        if mode:
            detach("fn0p0", mode)
    sender.close()


def send(tap):
    watch = Watch()
    sender = Sender("fn0p0")
    for size in SIZES:
        sender.send(frame(size, PEER_MAC, HOST_MAC))
    sender.close()
    watch.check(tap, "sending", {
        **SENT_BACK, "host_tx_frames": COUNT, **both("tx0_", COUNT, BYTES),
        **both("tx_", COUNT, BYTES)}, both("rx_", COUNT, BYTES))


def keep(tap, readers):
    """Counters are of the port's life, not of its being up."""
    # The pages of a port that goes down are awaited, and after a minute the
    # kernel complains: no frame may stay unread.
    for reader in readers:
        reader.poll()
    before = deltas("fn0p0", True)
    run("ip link set fn0p0 down")
    run("ip link set fn0p0 up")
    await_carrier("fn0p0")
    tap.equal(changes(before, deltas("fn0p0", True)).get("tx_carrier", 0),
              0, "going down and up is not counted")
    lost = {k: v for k, v in changes(
        before, deltas("fn0p0", True)).items() if v < 0}
    tap.equal(lost, {}, "no counter goes back when the port goes down and up")


def main():
    tap = Tap()
    set_up(ports=1)
    # Somebody must want the frames, or the stack counts them as dropped.
    readers = Capture("fn0p0"), Capture("fn0w0", PEER)
    receive(tap)
    send(tap)
    keep(tap, readers)
    receive(tap)
    for reader in readers:
        reader.close()
    tap.done()


main()
