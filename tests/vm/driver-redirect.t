#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# needs: x86
"""Frames that are redirected into a cable end honour flow control: a port that
is full takes none, and who redirects is told how many were taken.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403
import bpf  # noqa: E402

LIVE_FRAMES = 1 << 1
COUNT = 20000
FRAME = mac(HOST_MAC) + mac(PEER_MAC) + b"\x88\xb5" + bytes(50)
TRACE = "/sys/kernel/tracing"


def run_live(prog, count):
    data = bpf.ctypes.create_string_buffer(FRAME, len(FRAME))
    attr = struct.pack("<IIIIQQIIIIQQII", prog.fd, 0, len(FRAME), 0,
                       bpf.address(data), 0, count, 0, 0, 0, 0, 0,
                       LIVE_FRAMES, 0)
    bpf.bpf(bpf.TEST_RUN, attr)


def devmap_program(devmap):
    """Redirect by entry 0 of a devmap; abort if there is none."""
    return (bpf.map_fd(1, devmap.fd) + bpf.mov(2, 0) + bpf.mov(3, 0) +
            bpf.call(51) + bpf.EXIT)


def devmap_counts(what):
    """Run something; what devmaps say that they sent and dropped meanwhile."""
    event = TRACE + "/events/xdp/xdp_devmap_xmit/enable"
    with open(TRACE + "/buffer_size_kb", "w") as f:
        f.write("16384")
    with open(TRACE + "/trace", "w") as f:
        f.write("")
    with open(event, "w") as f:
        f.write("1")
    what()
    with open(event, "w") as f:
        f.write("0")
    with open(TRACE + "/trace") as f:
        text = f.read()
    return [sum(int(n) for n in re.findall(r"\b%s=(-?\d+)" % word, text))
            for word in ("sent", "drops")]


def flood(tap):
    before = stats("fn0p0")
    with bpf.Map(bpf.DEVMAP, 4, 4, 1) as devmap:
        devmap.update(bytes(4), struct.pack("<I", ifindex("fn0w0")))
        with bpf.Prog(devmap_program(devmap)) as prog:
            sent, drops = devmap_counts(lambda: run_live(prog, COUNT))
    tap.equal(sent + drops, COUNT, "devmap accounts for all frames")

    def counted():
        return changes(before, stats("fn0p0")).get("host_rx_frames", 0)

    awaited(lambda: counted() == sent)
    got = changes(before, stats("fn0p0"))
    tap.equal((got.get("mac_rx_frames", 0), got.get("mac_rx_overflow", 0)),
              (sent, 0), "the port has every frame that devmap counts as sent")
    tap.equal(counted(), sent, "and the host, too")
    tap.ok(got.get("mac_rx_pause", 0), "it did pause the sender", got)
    diag("%d sent, %d not taken" % (sent, drops))
    tap.equal(link_stats("fn0w0")["tx"]["packets"] - flood.before, sent,
              "the cable end counts the same")


def main():
    if not os.path.exists(TRACE + "/events/xdp/xdp_devmap_xmit"):
        run("mount -t tracefs tracefs " + TRACE, check=False)
    tap = Tap()
    run("sysctl -qw net.ipv6.conf.all.disable_ipv6=1", check=False)
    for dev in "fn0p0", "fn0w0":
        run("ip link set %s up" % dev)
    await_carrier("fn0p0")
    # The host takes its time: what it does not drop waits in the port.
    attach("fn0p0", "xdpdrv", "drop")
    flood.before = link_stats("fn0w0")["tx"]["packets"]
    flood(tap)
    # A sender that goes on after the pause is served again.
    before = stats("fn0p0")["mac_rx_frames"]
    sender = Sender("fn0w0")
    for _ in range(10):
        sender.send(FRAME)
    tap.ok(awaited(lambda: stats("fn0p0")["mac_rx_frames"] == before + 10),
           "the stack can send after that", stats("fn0p0"))
    sender.close()
    detach("fn0p0", "xdpdrv")
    tap.done()


if __name__ == "__main__":
    main()
