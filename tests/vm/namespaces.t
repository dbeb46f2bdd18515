#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""An ifindex means a device of one namespace. A program on the card that
redirects by number reaches ports in the namespace of the port that the frame
came in on, as native XDP does, wherever the ports move.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403
import bpf  # noqa: E402

PIN = "/sys/fs/bpf/redirect"
REDIRECT = 23


def ip(ns, command):
    return run("ip %s %s" % ("-n " + ns if ns else "", command))


def number_of(dev, ns):
    return json.loads(ip(ns, "-j link show dev " + dev))[0]["ifindex"]


def counters(dev, ns):
    if not ns:
        return stats(dev)
    with namespace(ns):
        text = subprocess.run(["ethtool", "-S", dev], text=True,
                              capture_output=True, check=True).stdout
    return {line.split(":")[0].strip(): int(line.split(":")[1])
            for line in text.splitlines()[1:]}


def sent(ns, other):
    """What a frame into fn0p0 does: what fn0p1 sent, and what went nowhere."""
    before = counters("fn0p0", ns), counters("fn0p1", other)

    def now():
        return [counters("fn0p0", ns)["offload_xdp_redirect_err"] -
                before[0]["offload_xdp_redirect_err"],
                counters("fn0p1", other)["mac_tx_frames"] -
                before[1]["mac_tx_frames"]]

    sender = Sender("fn0w0", PEER)
    sender.send(mark(1))
    sender.close()
    awaited(lambda: sum(now()))
    return {(1, 0): "nowhere", (0, 1): "fn0p1"}.get(tuple(now()), now())


def move(dev, old, new):
    ip(old, "link set %s netns %s" % (dev, new or "1"))
    ip(new, "link set %s up" % dev)
    if not awaited(lambda: json.loads(ip(new, "-j link show dev " + dev))[0]
                   ["operstate"] == "UP"):
        raise Failed("%s does not come up" % dev)


def main():
    tap = Tap()
    set_up()
    number = ifindex("fn0p1")
    run("ip netns add other")
    # What a port says of itself when it comes up would be counted.
    run("ip netns exec other sysctl -qw net.ipv6.conf.all.disable_ipv6=1 "
        "net.ipv6.conf.default.disable_ipv6=1")
    code = bpf.mov(1, number) + bpf.mov(2, 0) + bpf.call(REDIRECT) + bpf.EXIT
    with bpf.Prog(code, ifindex("fn0p0")) as prog:
        prog.pin(PIN)
        run("ip link set dev fn0p0 xdpoffload pinned " + PIN)
    tap.equal(sent(None, None), "fn0p1", "both at home")
    move("fn0p1", None, "other")
    tap.equal(number_of("fn0p1", "other"), number, "it keeps its number there")
    tap.equal(sent(None, "other"), "nowhere",
              "the same number in another namespace is not meant")
    move("fn0p0", None, "other")
    tap.equal(sent("other", "other"), "fn0p1", "both in the other namespace")
    move("fn0p1", "other", "")
    tap.equal(sent("other", None), "nowhere", "the target alone went home")
    move("fn0p0", "other", "")
    tap.equal(sent(None, None), "fn0p1", "both at home again")
    run("ip link set dev fn0p0 xdpoffload off")
    os.unlink(PIN)
    tap.done()


main()
