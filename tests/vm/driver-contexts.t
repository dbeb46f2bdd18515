#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""RSS contexts: tables and keys for flows that rules send there. The core keeps
them since 6.11; before there are none."""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403
from steering import *  # noqa: E402,F403

QUEUES = 6
FLOWS = 60
UDP4 = "flow-type udp4 dst-port %d context %d"
KEY = ":".join(["5a"] * 40)


def context(words):
    """The number of a new one."""
    made = run("ethtool -X fn0p0 context new " + words)
    return int(re.search(r"New RSS context is (\d+)", made).group(1))


def rule(words):
    run("ethtool -N fn0p0 " + words)


def contexts(tap):
    first = context("start 2 equal 2")
    second = context("start 4 equal 1 hkey " + KEY)
    plain = Rss()
    shown = Rss(first)
    tap.equal((set(shown.table), shown.key), ({2, 3}, plain.key),
              "a context has a table and the port's key")
    shown = Rss(second)
    tap.equal((set(shown.table), shown.key), ({4}, mac(KEY)),
              "or a key of its own")
    frames = [v4(i, 7) for i in range(FLOWS)]
    tap.equal(arrive(frames), expect(frames, plain), "no rule, no context")
    rule(UDP4 % (7, first) + " loc 1")
    rule(UDP4 % (8, second) + " loc 2")
    tap.equal(arrive(frames), expect(frames, Rss(first)),
              "a rule sends flows to the first")
    tap.ok("RSS Context ID: %d" % first in run("ethtool -n fn0p0 rule 1"),
           "and ethtool -n says so", run("ethtool -n fn0p0 rule 1"))
    other = [v4(i, 8) for i in range(FLOWS)]
    tap.equal(arrive(other), {4: FLOWS}, "another to the second")
    run("ethtool -X fn0p0 context %d equal 6" % second)
    tap.equal(arrive(other), expect(other, Rss(second)),
              "whose own key counts when its table is another")
    run("ethtool -X fn0p0 equal 2")
    tap.equal(arrive(frames), expect(frames, Rss(first)),
              "the port's table is not theirs")
    run("ethtool -X fn0p0 default")
    return first, second


def refusals(tap, first, second):
    tap.ok(refused("ethtool -X fn0p0 context %d delete" % first),
           "refused: delete what a rule names")
    tap.ok(refused("ethtool -X fn0p0 context new hfunc xor"),
           "refused: another function")
    for words in (UDP4 % (9, 63), UDP4 % (9, 0), UDP4 % (9, first) +
                  " action 1"):
        p = subprocess.run("ethtool -N fn0p0 " + words, shell=True, text=True,
                           capture_output=True)
        tap.ok(p.returncode or "annot " in p.stderr, "refused: " + words,
               p.stdout + p.stderr)
    tap.ok(refused("ethtool -L fn0p0 combined 5"),
           "queues that contexts name stay")
    for loc in (1, 2):
        rule("delete %d" % loc)
    for number in (first, second):
        run("ethtool -X fn0p0 context %d delete" % number)
    tap.ok(refused("ethtool -x fn0p0 context %d" % first), "deleted")
    run("ethtool -L fn0p0 combined 5; ethtool -L fn0p0 combined 6")
    frames = [v4(i, 7) for i in range(FLOWS)]
    tap.equal(arrive(frames), expect(frames, Rss()),
              "then all is as before")


def many(tap):
    numbers = [context("equal 1") for _ in range(63)]
    tap.equal(numbers, list(range(1, 64)), "there can be 63")
    tap.ok(refused("ethtool -X fn0p0 context new"), "refused: one more")
    rule(UDP4 % (7, 63))
    run("flownic port del card 0 port 0")
    run("flownic port add card 0 port 0")
    run("ip link set fn0w0 netns %s; ip link set fn0p0 address %s" %
        (PEER, HOST_MAC))
    in_peer("ip link set fn0w0 address %s up" % PEER_MAC)
    run("ip link set fn0p0 up; ethtool -L fn0p0 combined %d" % QUEUES)
    await_carrier("fn0p0")
    tap.ok(refused("ethtool -x fn0p0 context 1"),
           "a port that comes again has none")
    frames = [v4(i, 7) for i in range(FLOWS)]
    tap.equal(arrive(frames), expect(frames, Rss()), "nor rules")


def main():
    tap = Tap()
    set_up(ports=1)
    run("ethtool -L fn0p0 combined %d" % QUEUES)
    if os.environ["FLOWNIC_KERNEL"] == "6.1":
        tap.ok(refused("ethtool -X fn0p0 context new"),
               "refused: this kernel keeps no contexts")
    else:
        refusals(tap, *contexts(tap))
        many(tap)
    tap.done()


main()
