#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Cards come and go at run time; ports and cable ends change namespaces."""

import glob
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

FIRST = ["fn0p0", "fn0p1", "fn0w0", "fn0w1"]


def names():
    return sorted(os.path.basename(p) for p in glob.glob("/sys/class/net/fn*"))


def ip(ns, command):
    return run("ip -n %s %s" % (ns, command) if ns else "ip " + command)


def devices(ns=None):
    return sorted(d["ifname"] for d in json.loads(ip(ns, "-j link show"))
                  if d["ifname"] != "lo")


def carries(port, cable, port_ns=None, cable_ns=None):
    """Whether a frame gets through in both directions."""
    ip(port_ns, "link set %s up" % port)
    ip(cable_ns, "link set %s up" % cable)
    good = True
    for source, sink in (((port, port_ns), (cable, cable_ns)),
                         ((cable, cable_ns), (port, port_ns))):
        capture, sender = Capture(*sink), Sender(*source)
        frame = mark(len(source[0]) + ord(source[0][3]))

        def arrived():
            try:
                sender.send(frame)
            except OSError:  # the link is still coming up
                pass
            return capture.poll() and frame in capture.frames

        good = awaited(arrived, tries=100) and good
        capture.close()
        sender.close()
    return good


def by_ip_link(tap):
    """Cards of one port: ip link add and del."""
    ip(None, "link add type flownic")
    tap.equal(names(), FIRST + ["fn1p0", "fn1w0"], "ip link add makes card 1")
    tap.ok(carries("fn1p0", "fn1w0"), "which carries frames")
    ip(None, "link add name nic0 type flownic")
    tap.ok("nic0" in devices() and "fn2w0" in devices(),
           "a card's port may have another name", devices())
    tap.ok(carries("nic0", "fn2w0"), "which carries frames, too")
    ip(None, "link del fn1p0")
    tap.equal(names(), FIRST + ["fn2w0"], "ip link del of the port removes it")
    ip(None, "link add type flownic")
    tap.ok("fn1p0" in names(), "its number is free again", names())
    ip(None, "link del fn1w0")
    tap.equal(names(), FIRST + ["fn2w0"],
              "ip link del of the cable end removes it as well")
    ip(None, "link del nic0")
    tap.equal(names(), FIRST, "and the other one")
    for dev in "fn0p0", "fn0w1":
        said = refused("ip link del " + dev)
        tap.ok(said and "not supported" in said.lower(),
               "%s came with the module and can't be deleted" % dev, said)
    said = refused("ip link add name fn0p0 type flownic")
    tap.ok(said and "exists" in said, "a name that is taken is refused", said)
    tap.equal(names(), FIRST, "and leaves nothing")
    for _ in range(20):
        ip(None, "link add type flownic")
    tap.equal(len(names()), 4 + 40, "twenty cards more")
    for n in range(1, 21):
        ip(None, "link del fn%dp0" % n)
    tap.equal(names(), FIRST, "and gone")


def by_namespace(tap):
    """A card ends with the namespace of either end."""
    for end, other in ("fn1p0", "fn1w0"), ("fn1w0", "fn1p0"):
        for mode in MODES:
            ip(None, "link add type flownic")
            run("ip netns add gone")
            attach("fn1p0", mode, "firewall")
            ip(None, "link set %s netns gone" % end)
            port_ns = "gone" if end == "fn1p0" else None
            cable_ns = None if port_ns else "gone"
            good = carries("fn1p0", "fn1w0", port_ns, cable_ns)
            tap.ok(good, "%s moved with a program, %s: carries frames" % (
                end, MODE_OF[mode]))
            run("ip netns del gone")
            tap.ok(awaited(lambda: other not in names()),
                   "%s went with its namespace, and %s with it" % (end, other),
                   names())


def come_back(tap):
    """What came with the module survives the namespace it is in."""
    start = objects()
    run("ip netns add one")
    run("ip netns add two")
    ip(None, "link set fn0p0 netns one")
    ip(None, "link set fn0w0 netns two")
    tap.ok(carries("fn0p0", "fn0w0", "one", "two"),
           "port and cable end in namespaces of their own")
    for mode in MODES:
        run("ip netns exec one ip link set dev fn0p0 %s obj "
            "%s/build/bpf/drop.o sec xdp" % (mode, TOP))
        capture = Capture("fn0p0", "one")
        sender = Sender("fn0w0", "two")
        for n in range(10):
            sender.send(mark(n))
        run("ip netns exec one ip -force link set dev fn0p0 %s obj "
            "%s/build/bpf/pass.o sec xdp" % (mode, TOP))
        sender.send(mark(99))
        # The kernel has frames of its own to send when a port comes up.
        came = awaited(lambda: capture.poll() and
                       mark(99) in capture.frames)
        tap.ok(came,
               "in a namespace, %s: a program is replaced" % MODE_OF[mode],
               capture.frames)
        run("ip netns exec one ip link set dev fn0p0 %s off" % mode)
        capture.close()
        sender.close()
    # From one namespace to the next with everything attached.
    if "xdpoffload" in MODES:
        run("ip netns exec one ip link set dev fn0p0 xdpoffload obj "
            "%s/build/bpf/counters.o sec xdp" % TOP)
        ip("one", "link set fn0p0 netns two")
        tap.ok(carries("fn0p0", "fn0w0", "two", "two"),
               "port and cable end in the same namespace")
        xdp = json.loads(ip("two", "-j -d link show fn0p0"))[0].get("xdp", {})
        tap.equal(xdp.get("mode"), 3, "an offloaded program moves along")
        prog = bpftool("prog show id %d" % xdp["prog"]["id"])
        tap.equal(prog.get("type"), "xdp", "and can be looked at")
    run("ip netns del one")
    run("ip netns del two")
    tap.ok(awaited(lambda: names() == FIRST),
           "port and cable end come back when their namespaces go", names())
    tap.ok(carries("fn0p0", "fn0w0"), "and work")
    run("ip link set dev fn0p0 xdpoffload off", check=False)
    tap.equal(await_objects(start), {}, "no program or map is left")


def renamed(tap):
    ip(None, "link set fn0p1 down")
    ip(None, "link set fn0p1 name uplink")
    tap.ok(carries("uplink", "fn0w1"), "a port can be renamed")
    ip(None, "link set uplink down")
    ip(None, "link set uplink name fn0p1")


def main():
    tap = Tap()
    tap.equal(names(), FIRST, "the module comes with card 0 and two ports")
    by_ip_link(tap)
    by_namespace(tap)
    come_back(tap)
    renamed(tap)
    tap.done()


main()
