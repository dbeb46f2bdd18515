#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A change of the MTU on an idle cable loses nothing that is sent after it:
the longest frames, both ways, right after each of many changes.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

MTUS = (9000, 1500, 3498, 9500, 68, 3499) * 5
FRAMES = 3


def frames(size, number):
    head = mac(HOST_MAC) + mac(PEER_MAC) + b"\x88\xb5"
    return [head + struct.pack("!II", number, n) + bytes(size - 22)
            for n in range(FRAMES)]


def main():
    tap = Tap()
    set_up(ports=1)
    before = stats("fn0p0")
    ends = ("fn0p0", None), ("fn0w0", PEER)
    for number, mtu in enumerate(MTUS):
        run("ip link set fn0p0 mtu %d" % mtu)
        in_peer("ip link set fn0w0 mtu %d" % mtu)
        sent = frames(mtu + 14, number)
        captures = [Capture(*e) for e in ends]
        senders = [Sender(*e) for e in reversed(ends)]
        for s in senders:
            for f in sent:
                s.send(f)
        got = []
        for c in captures:
            c.await_frames(FRAMES)
            got.append(c.frames)
            c.close()
        for s in senders:
            s.close()
        tap.ok(got == [sent, sent], "change %d, to %d: %d frames of %d bytes "
               "each way" % (number + 1, mtu, FRAMES, mtu + 14),
               "got %r" % [[len(f) for f in g] for g in got],
               changes(before, stats("fn0p0")))
    d = changes(before, stats("fn0p0"))
    tap.equal({k: v for k, v in d.items() if "drop" in k or "down" in k or
               "no_buffer" in k or "overflow" in k}, {},
              "no counter tells of a loss")
    tap.equal((d["mac_rx_frames"], d["mac_tx_frames"]),
              (len(MTUS) * FRAMES,) * 2, "and all frames are counted")
    tap.done()


if __name__ == "__main__":
    main()
