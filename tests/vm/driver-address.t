#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Addresses and what is built on them: multicast lists, another address while
the port is up, bonds, bridges and macvlans, and what LACP asks of a link.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

ENDS = ("fn0p0", None), ("fn0w0", PEER)


def at(ns, command):
    return run("ip netns exec %s %s" % (ns, command) if ns else command)


def link(dev, ns):
    return json.loads(at(ns, "ip -j link show " + dev))[0]


def lists(tap):
    group = "01:00:5e:00:00:63"
    for dev, ns in ENDS:
        at(ns, "ip maddr add %s dev %s" % (group, dev))
        shown = at(ns, "ip maddr show dev " + dev)
        tap.ok(group in shown, "%s: a multicast address is added" % dev, shown)
        at(ns, "ip maddr del %s dev %s" % (group, dev))
        shown = at(ns, "ip maddr show dev " + dev)
        tap.ok(group not in shown, "%s: and taken away" % dev, shown)
        for flag in "promisc", "allmulticast", "multicast":
            for on in "off", "on", "off":
                at(ns, "ip link set %s %s %s" % (dev, flag, on))
        at(ns, "ip link set %s multicast on" % dev)
        tap.ok(True, "%s: modes go on and off" % dev)


def live_change(tap):
    for dev, ns in ENDS:
        before = link(dev, ns)
        at(ns, "ip link set %s address 02:00:00:00:00:55" % dev)
        after = link(dev, ns)
        tap.equal((after["address"], "UP" in after["flags"]),
                  ("02:00:00:00:00:55", True),
                  "%s: the address changes while it is up" % dev)
        at(ns, "ip link set %s address %s" % (dev, before["address"]))
        said = refused(("ip netns exec %s " % ns if ns else "") +
                       "ip link set %s address 01:00:00:00:00:01" % dev)
        tap.ok(said, "%s: a multicast address is refused" % dev, said)
        shown = at(ns, "ethtool -P " + dev)
        tap.ok(re.search(r"address: (?!00:00:00:00:00:00)[0-9a-f:]{17}\b",
                         shown), "%s has a permanent address" % dev, shown)


def chosen(tap):
    for address in "01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", \
            "00:00:00:00:00:00":
        said = refused("ip link add card address %s type flownic" % address)
        tap.ok(said and address in said and "unicast" in said,
               "a card with the address %s is refused" % address, said)
    tap.ok(refused("ip link show card"), "and nothing is left of it")
    run("ip link add card address 02:00:00:00:00:44 type flownic")
    tap.equal(link("card", None)["address"], "02:00:00:00:00:44",
              "a unicast address is taken")
    shown = run("ethtool -P card")
    tap.ok("02:00:00:00:00:44" not in shown,
           "which is not its permanent address", shown)
    run("ip link del card")


def settings(tap):
    speed = re.search(r"Speed: (\d+)Mb/s", run("ethtool fn0p0")).group(1)
    for dev, ns in ENDS:
        shown = at(ns, "ethtool " + dev)
        for line in ("Speed: %sMb/s" % speed, "Duplex: Full",
                     "Link detected: yes", "Supported pause frame use: "
                     "Transmit-only", "Port: FIBRE"):
            tap.ok(line in shown, "%s: %s" % (dev, line), shown)
        info = at(ns, "ethtool -i " + dev)
        for line in "driver: flownic", "bus-info: flownic.0":
            tap.ok(line in info, "%s: %s" % (dev, line), info)
        path = "/sys/class/net/%s/speed" % dev
        tap.equal(at(ns, "cat " + path).strip(), speed,
                  "%s: sysfs knows the speed" % dev)


def bond(tap, mode):
    if refused("ip link add bond0 type bond mode %s miimon 50" % mode):
        tap.skip("bond, " + mode, "no bonding here")
        return
    run("ip netns exec %s ip link add bond0 type bond mode %s miimon 50" % (
        PEER, mode))
    for ns, devs, address in ((None, ("fn0p0", "fn0p1"), "10.9.0.1/24"),
                              (PEER, ("fn0w0", "fn0w1"), "10.9.0.2/24")):
        for dev in devs:
            # Enslaved while it is up, as IFF_LIVE_ADDR_CHANGE allows.
            at(ns, "ip link set %s down" % dev)
            at(ns, "ip link set %s master bond0" % dev)
        at(ns, "ip link set bond0 up")
        at(ns, "ip addr add %s dev bond0" % address)
    await_carrier("bond0")
    if mode == "802.3ad":
        def partner(ns):
            text = at(ns, "cat /proc/net/bonding/bond0")
            return re.search(r"Number of ports: 2", text) and \
                re.search(r"Partner Mac Address: (?!00:00:00:00:00:00)", text)

        for ns in None, PEER:
            tap.ok(awaited(lambda: partner(ns), tries=1200),
                   "802.3ad: LACP joins both ports, %s" % (ns or "host"),
                   at(ns, "cat /proc/net/bonding/bond0"))
    def alive():
        return pings("10.9.0.2", count=1)[0]

    tap.ok(awaited(alive, tries=20), "bond, %s: ping" % mode)
    run("ip link set bond0 address 02:00:00:00:00:66")
    got = [link(d, None)["address"] for d in ("bond0", "fn0p0")]
    tap.equal(got, ["02:00:00:00:00:66"] * 2,
              "bond, %s: its address changes, and the port's" % mode)
    tap.ok(awaited(alive, tries=20), "bond, %s: ping after that" % mode)
    at(PEER, "ip link set fn0w0 down")
    tap.ok(awaited(lambda: "MII Status: down" in
                   run("cat /proc/net/bonding/bond0"), tries=200),
           "bond, %s: it notices a cable that is pulled" % mode)
    tap.ok(awaited(alive, tries=60), "bond, %s: ping over the other" % mode,
           run("cat /proc/net/bonding/bond0"))
    for ns in None, PEER:
        at(ns, "ip link del bond0")
    for ns, devs in (None, ("fn0p0", "fn0p1")), (PEER, ("fn0w0", "fn0w1")):
        for dev in devs:
            at(ns, "ip link set %s up" % dev)
    for dev in "fn0p0", "fn0p1":
        await_carrier(dev)


def macvlan(tap):
    if refused("ip link add mv0 link fn0p0 type macvlan mode bridge"):
        tap.skip("macvlan", "no macvlan here")
        return
    run("ip link set mv0 up")
    run("ip addr add 10.8.0.1/24 dev mv0")
    in_peer("ip addr add 10.8.0.2/24 dev fn0w0")
    answered, out = pings("10.8.0.2", count=1)
    tap.ok(answered, "a macvlan on the port gets its frames", out)
    tap.equal(link("fn0p0", None).get("promiscuity", 0), 0,
              "without promiscuous mode")
    run("ip link del mv0")


def main():
    tap = Tap()
    set_up(quiet=False)
    lists(tap)
    live_change(tap)
    chosen(tap)
    settings(tap)
    macvlan(tap)
    bond(tap, "active-backup")
    bond(tap, "802.3ad")
    tap.done()


if __name__ == "__main__":
    main()
