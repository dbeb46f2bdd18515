#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Cards come and go: by rtnetlink, with namespaces, under whatever names."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

ROUNDS = 20


def links(ns=None):
    """Names of this driver's netdevs."""
    where = "ip -n %s" % ns if ns else "ip"
    return sorted(d["ifname"] for d in json.loads(run(where + " -j link show"))
                  if re.match(r"fn\d+[pw]\d+$|card$", d["ifname"]))


def devices():
    return sorted(d for d in os.listdir("/sys/bus/platform/devices")
                  if d.startswith("flownic."))


def gone(name):
    return awaited(lambda: not os.path.exists("/sys/class/net/" + name))


def there(name):
    return awaited(lambda: os.path.exists("/sys/class/net/" + name))


FIRST = ["fn0p0", "fn0p1", "fn0w0", "fn0w1"]


def names(tap):
    tap.equal(links(), FIRST, "insmod gives card 0 with two ports")
    run("ip link add type flownic")
    tap.equal(links(), FIRST + ["fn1p0", "fn1w0"], "a card without a name")
    tap.equal(devices(), ["flownic.0", "flownic.1"], "each has its device")
    parent = os.path.realpath("/sys/class/net/fn1p0/device")
    tap.equal(os.path.basename(parent), "flownic.1", "which is the parent")
    run("ip link add card type flownic")
    tap.equal(links(), ["card"] + FIRST + ["fn1p0", "fn1w0", "fn2w0"],
              "a card with a name")
    run("ip link del fn1w0")
    tap.equal(links(), ["card"] + FIRST + ["fn2w0"],
              "deleting the cable end removes the card")
    run("ip link add type flownic")
    tap.ok("fn1p0" in links(), "the lowest free number is used again", links())
    run("ip link del fn1p0")
    run("ip link del card")
    tap.equal(links(), FIRST, "deleting the host netdev does, too")
    run("ip link add card mtu 9000 address 02:00:00:00:00:99 type flownic")
    card = json.loads(run("ip -j link show card"))[0]
    tap.equal((card["mtu"], card["address"]), (9000, "02:00:00:00:00:99"),
              "MTU and address can be chosen")
    run("ip link del card")


def refusals(tap):
    said = refused("ip link del fn0p0")
    tap.ok(said and "not supported" in said,
           "a port of a card with several is not deleted", said)
    run("ip link add fn1w0 type dummy")
    said = refused("ip link add card type flownic")
    tap.ok(said and "fn1w0" in said and "in use" in said,
           "a name that is taken is named", said)
    tap.equal(links(), FIRST + ["fn1w0"], "and nothing is left of the card")
    run("ip link del fn1w0")
    tap.equal(devices(), ["flownic.0"], "nor its device")


def namespaces(tap):
    for end, other in ("card", "fn1w0"), ("fn1w0", "card"):
        run("ip netns add room")
        run("ip link add card type flownic")
        run("ip link set card up")
        run("ip link set fn1w0 up")
        run("ip link set %s netns room up" % end)
        run("ip netns del room")
        tap.ok(gone(other), "%s goes with the namespace of %s" % (other, end),
               links())
    run("ip netns add room")
    run("ip -n room link add card type flownic")
    tap.equal(links("room"), ["card", "fn1w0"], "a card made in a namespace")
    run("ip netns del room")
    awaited(lambda: devices() == ["flownic.0"])
    tap.equal(devices(), ["flownic.0"], "goes with it")
    run("ip netns add room")
    run("ip link set fn0p1 netns room up")
    run("ip link set fn0w1 netns room up")
    tap.equal(links(), ["fn0p0", "fn0w0"], "ports of insmod's card move")
    run("ip netns del room")
    tap.ok(there("fn0p1") and there("fn0w1"),
           "and come back when the namespace goes", links())


def crowd(tap):
    before = objects()
    for _ in range(ROUNDS):
        run("ip link add card type flownic")
        run("ip link set card up")
        run("ip link set fn1w0 up")
        attach("card", "xdpdrv", "pass")
        attach("card", "xdpoffload", "counters")
        run("ip link del fn1w0")
    tap.equal(links(), FIRST, "%d cards came and went with programs" % ROUNDS)
    left = await_objects(before)
    tap.ok(not left, "and left no program or map", left)


def carrier(tap):
    def state(dev):
        with open("/sys/class/net/%s/carrier" % dev) as f:
            return f.read().strip()

    run("ip link set fn0p0 up")
    tap.equal(state("fn0p0"), "0", "no carrier while the far end is down")
    run("ip link set fn0w0 up")
    await_carrier("fn0p0")
    tap.equal(state("fn0w0"), "1", "both ends up: both carry")
    run("ip link set fn0p0 down")
    tap.ok(awaited(lambda: state("fn0w0") == "0"),
           "the far end sees the port go down")
    run("ip link set fn0w0 down")


def main():
    tap = Tap()
    names(tap)
    refusals(tap)
    namespaces(tap)
    carrier(tap)
    crowd(tap)
    tap.done()


if __name__ == "__main__":
    main()
