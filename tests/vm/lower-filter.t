#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
#
# vm: -t 300
"""What the companion of a classifier does on the host is what the classifier does
there as a whole: the frames that the stack gets, and what the maps hold then.
Filters and pins come and go together.
"""

import os
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

import importlib.machinery  # noqa: E402
import importlib.util  # noqa: E402

OBJ = TOP + "/build/lower/filters.o"
PINS = "/sys/fs/bpf/flownic/fn0p0"
VERDICTS = ("ok", "shot", "stolen", "trap", "redirect", "unspec", "aborted")


def sibling(name):
    """What another test has, whose main() is not run."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
    with open(path) as f:
        text = f.read().rsplit("\nmain()\n", 1)[0]
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader("sibling", None))
    module.__file__ = path
    exec(compile(text, path, "exec"), module.__dict__)
    return module


redirect = sibling("lower-redirect.t")
SENT = redirect.SENT


class Stack(Capture):
    """What comes to the stack behind the filters: IPv4 alone is tapped there."""

    def _open(self, dev):
        super()._open(dev)
        self.socket.bind((dev, 0x0800))


def filters():
    return run("tc filter show dev fn0p0 ingress")


def outcome(prog, mode, expected):
    """Frames that the stack got, the maps, the filters, the pins; @expected is
    waited for, if there is any."""
    run("%s load %s prog %s dev fn0p0 ingress mode %s %s" % (
        FLOWNIC, OBJ, prog, mode,
        "--set least=70" if prog == "variables" else ""))
    shown, there = filters(), sorted(os.listdir(PINS))
    all_of_them, stack = Capture("fn0p0"), Stack("fn0p0")
    before = stats("fn0p0")
    sender = Sender("fn0w0", PEER)
    for f in SENT:
        sender.send(f)

    def came():
        if mode == "native":
            return all_of_them.poll() >= len(SENT)
        now = changes(before, stats("fn0p0"))
        return sum(now.get("offload_tc_" + v, 0)
                   for v in VERDICTS) >= len(SENT)

    def got():
        stack.poll()
        maps = {n: redirect.contents(n) for n in there
                if n in ("others", "asked", "both")}
        if prog == "variables":
            maps["variables"] = json.loads(run(
                "%s -j globals get dev fn0p0" % FLOWNIC))
        return sorted(stack.frames), maps

    counted = awaited(came, tries=100)
    # The last of them is on its way.
    awaited(lambda: expected is None or got() == expected, tries=30)
    answer = got()
    trapped = changes(before, stats("fn0p0")).get("offload_tc_trap", 0)
    taken = {n: sorted(redirect.contents(n)) for n in there
             if n in ("line", "pile")}
    for c in all_of_them, stack, sender:
        c.close()
    run("%s unload dev fn0p0" % FLOWNIC)
    return counted, answer, taken, shown, there, trapped


def main():
    tap = Tap()
    run("mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf")
    set_up()
    run("ethtool -K fn0p0 hw-tc-offload on")
    for prog in ("routed", "changed", "shared", "timed", "in_function",
                 "variables", "back"):
        _, native, there, _, _, _ = outcome(prog, "native", None)
        counted, card, here, shown, pins, trapped = outcome(
            prog, "offload", native)
        tap.ok(counted, prog + ": the card decides all frames")
        same_frames(tap, card[0], native[0],
                    "  the stack gets the same (%d)" % len(native[0]))
        tap.equal({n: card[1].get(n) for n in native[1]}, native[1],
                  "  the maps are the same")
        tap.equal(here, there, "  and so are queues")
        tap.ok(0 < trapped < len(SENT) and "skip_hw" in shown and
               "skip_sw" in shown, "  card and companion have a part each (%d)"
               % trapped, shown)
        tap.ok(prog in pins and prog + "_host" in pins,
               "  program and companion are pinned", pins)
        shown = filters()
        tap.ok(not os.path.exists(PINS) and not shown.strip(),
               "  and nothing is left", shown)
    try:
        run("%s load %s/refused.o prog classed dev fn0p0 ingress" % (
            FLOWNIC, os.path.dirname(OBJ)))
        said = "it was loaded"
    except Failed as e:
        said = str(e)
    tap.ok("writes neither tc_index nor tc_classid" in said and
           not filters().strip(), "who needs the class has none", said)
    tap.done()


main()
