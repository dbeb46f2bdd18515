#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A port is taken out of its card and put back: programs and maps move to the
ports that remain, and with the last one they become orphans."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tc import *  # noqa: E402,F403


def port(words):
    return run(FLOWNIC + " port " + words).strip()


def device(what, fd):
    """The netdev that the kernel says an object is on, or its error."""
    try:
        return bpftool("%s show id %d" % (what, fd.id))["dev"].get("ifname")
    except BpfError as e:
        return errno.errorcode[e.errno]


def exists(n):
    return [os.path.exists("/sys/class/net/fn0%s%d" % (k, n)) for k in "pw"]


def flows(dev, cable):
    """Does a frame get through a port?"""
    for d in dev, cable:
        run("ip link set %s up" % d)
    await_carrier(dev)
    capture, sender = Capture(dev), Sender(cable)
    sender.send(frame(1))
    good = capture.await_frames(1)
    capture.close()
    sender.close()
    return good


def test_moves(tap):
    with Map(ARRAY, 4, 8, 4, ifindex("fn0p1")) as m, \
            Prog(returns(PASS), ifindex("fn0p1")) as prog:
        m.update(bytes(4), b"12345678")
        tap.equal([device("prog", prog), device("map", m)], ["fn0p1"] * 2,
                  "a program and a map of port 1")
        link = prog.link(ifindex("fn0p1"))
        tap.equal(list(attached("fn0p1")), ["xdpoffload"], "attached there")
        offload("fn0p1")
        run("tc qdisc add dev fn0p1 clsact")
        f = Filter(returns(OK), dev="fn0p1")
        port("del card 0 port 1")
        tap.equal(exists(1), [False, False], "port 1 is gone, with its cable")
        tap.equal([device("prog", prog), device("map", m)], ["fn0p0"] * 2,
                  "both are port 0's now")
        tap.equal(m.lookup(bytes(4)), b"12345678", "the map has its contents")
        with prog.link(ifindex("fn0p0")):
            tap.equal(list(attached("fn0p0")), ["xdpoffload"],
                      "the program can be attached there")
            tap.ok(flows("fn0p0", "fn0w0"), "where frames pass it")
        tap.equal(port("add card 0"), "card 0 port 1", "port 1 is put back")
        tap.equal(exists(1), [True, True], "with its cable")
        with prog.link(ifindex("fn0p1")):
            tap.ok(flows("fn0p1", "fn0w1"),
                   "the program works on the new port, too")
        tap.equal(attached("fn0p1"), {}, "and is attached no more")
        f.close()
        link.close()


def test_orphans(tap):
    with Map(HASH, 4, 8, 4, ifindex("fn0p0")) as m, \
            Prog(returns(PASS), ifindex("fn0p0")) as prog:
        port("del card 0 port 0")
        tap.equal(device("prog", prog), "fn0p1", "the last port has all")
        port("del card 0 port 1")
        tap.equal(device("prog", prog), "ENODEV",
                  "without a port a program is an orphan")
        tap.ok(attempt(m.update, bytes(4), bytes(8)),
               "and a map has no entries any more")
        tap.equal([port("add card 0"), port("add card 0 port 1")],
                  ["card 0 port 0", "card 0 port 1"], "the ports come back")
        e = attempt(prog.link, ifindex("fn0p0"))
        tap.ok(e, "to which an orphan can't be attached")
    tap.ok(flows("fn0p0", "fn0w0") and flows("fn0p1", "fn0w1"),
           "and frames flow")


def test_refusals(tap):
    run("ip link add name lone type flownic")
    refuses(tap, "port", (
        ("add card 0", 1, "all 2 ports of card 0 are there"),
        ("add card 0 port 1", 1, "port 1 of card 0 is there"),
        ("add card 0 port 7", 1, "card 0 has ports 0 to 1, not 7"),
        ("add card 9", 1, "there is no card 9"),
        ("del card 0 port 2", 1, "card 0 has no port 2"),
        ("del card 1 port 0", 1, "ip link del"),
        ("del card 0", 2, "both needed"),
        ("add", 2, "the card is missing"),
        ("add card 0 card 1", 2, "given twice"),
        ("add slot 3", 2, "not expected here"),
    ))
    run("ip link del lone")
    for words in "add card 0", "del card 0 port 0":
        said = refused(NOBODY + "%s port %s" % (FLOWNIC, words))
        tap.ok(said, "refused to who is not privileged: port " + words, said)


def main():
    tap = Tap()
    run("mount -t bpf bpf /sys/fs/bpf", check=False)
    before = objects()
    for test in test_moves, test_orphans, test_refusals:
        test(tap)
    tap.equal(await_objects(before), {}, "nothing is left")
    tap.done()


main()
