#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""flownic top: its figures are those of the counters, and its screen, in tmux,
80 columns by 24 lines, without colour, obeys its keys. A program is profiled as
long as somebody looks into it, and no longer."""

import os
import shutil
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403


class Traffic(threading.Thread):
    """Frames until it is stopped."""

    def __init__(self):
        super().__init__(daemon=True)
        self.sender = Sender("fn0w0", PEER)
        self.end = threading.Event()
        self.sent = 0
        self.start()

    def run(self):
        while not self.end.wait(0.001):
            self.sender.send(mark(self.sent))
            self.sent += 1

    def stop(self):
        self.end.set()
        self.join()
        self.sender.close()


class Terminal:
    count = 0

    def __init__(self, command, term="screen", width=80, height=24):
        # A server of its own: that of the last one may still be on its way out.
        Terminal.count += 1
        self.tmux = ["tmux", "-L", "flownic-top%d" % Terminal.count,
                     "-f", "/dev/null"]
        run(self.tmux + ["new-session", "-d", "-x", str(width), "-y",
                         str(height),
                         "env TERM=%s LC_ALL=C.UTF-8 %s; echo it ended with "
                         "$?; exec sleep 1000" % (term, command)])

    def screen(self):
        return run(self.tmux + ["capture-pane", "-p"])

    def keys(self, *keys):
        run(self.tmux + ["send-keys", *keys])

    def shows(self, tap, name, *texts):
        """Wait until all of that is on the screen."""
        awaited(lambda: all(t in self.screen() for t in texts), tries=200)
        got = self.screen()
        tap.ok(all(t in got for t in texts), name,
               "expected %r" % (texts,), *got.splitlines())
        return got

    def close(self):
        run(self.tmux + ["kill-server"], check=False)


def is_profiled():
    return refused(FLOWNIC + " prog profile dev fn0p0") is None


def test_figures(tap, traffic):
    before, start = stats("fn0p0"), traffic.sent
    d = json.loads(run(FLOWNIC + " -j top interval 2 count 1"))
    change = changes(before, stats("fn0p0"))
    port = next(p for p in d["ports"] if p["name"] == "fn0p0")
    tap.ok(0 <= port["queue_full"] <= 1, "and a queue that is less than full",
           port)
    frames = port["in_frames_per_second"] * d["seconds"]
    tap.ok(0 < frames <= change["mac_rx_frames"],
           "frames of a port are among those counted", frames, change,
           traffic.sent - start)
    prog = d["programs"][0]
    tap.ok(prog["name"].startswith("counters") and
           prog["frames_per_second"] > 0 and
           abs(prog["verdict_shares"]["pass"] - 1) < 1e-6,
           "a program with its verdicts", prog)
    cycles = change["offload_cycles"] / sum(
        v for k, v in change.items() if k.startswith("offload_xdp"))
    tap.ok(abs(port["cycles_per_frame"] - cycles) < .05 * cycles,
           "cycles a frame", port["cycles_per_frame"], cycles)
    card = d["cards"][0]
    tap.ok(card["headroom"] > 1 and card["limit"] and
           0 < card["cores_busy"] < 1, "the modelled card has room", card)
    tap.ok({m["name"] for m in d["maps"]} == {"counters"} and d["workers"],
           "maps and workers", d["maps"], d["workers"])
    once = run(FLOWNIC + " top --once")
    lines = once.splitlines()
    tap.ok(max(map(len, lines)) <= 80 and "fn0p0" in once and
           "counters" in once and "WORKER" in once,
           "--once prints a screen of 80 columns", *lines)


def test_keys(tap):
    t = Terminal(FLOWNIC + " top interval 0.5", term="vt100")
    try:
        got = t.shows(tap, "the screen", "flownic top", "CARD ", "fn0p0",
                      "counters", "WORKER", "q quit")
        tap.equal(len(got.splitlines()), 24, "it is 24 lines high")
        t.keys("h")
        t.shows(tap, "h helps", "LINES and ROOM", "any key: back")
        t.keys("x")
        t.shows(tap, "any key goes back", "q quit")
        t.keys("Enter")
        t.shows(tap, "a card can't be looked into",
                "programs and maps can be looked into")
        # Card, two ports, the program.
        t.keys("Down", "Down", "Down")
        t.keys("Enter")
        t.shows(tap, "Enter on a program shows its code", "SHARE",
                "packets while you look", "helper map_lookup_elem")
        tap.ok(is_profiled(), "which is profiled now")
        t.keys("Escape")
        t.shows(tap, "Escape goes back", "WORKER", "q quit")
        awaited(lambda: not is_profiled())
        tap.ok(not is_profiled(), "and it is profiled no more")
        t.keys("Down", "Enter")
        t.shows(tap, "Enter on a map shows its entries", "KEY",
                "PER SECOND", "{packets:")
        t.keys("Escape")
        t.shows(tap, "and back", "q quit")
        t.keys("/", "p", "1", "Enter")
        awaited(lambda: "fn0p0" not in t.screen())
        got = t.screen()
        tap.ok("fn0p1" in got and "fn0p0" not in got and
               "filter: p1" in got, "/ filters by name", *got.splitlines())
        t.keys("/", "Escape")
        t.shows(tap, "and Escape forgets it", "fn0p0")
        t.keys("p")
        t.shows(tap, "p pauses", "PAUSED")
        t.keys("p", "q")
        t.shows(tap, "q is the end", "it ended with 0")
    finally:
        t.close()


def test_end(tap):
    """However it ends, nothing stays on."""
    t = Terminal("%s top interval 0.5 object %s/build/bpf/counters.o" % (
        FLOWNIC, TOP), width=120, height=40)
    try:
        t.shows(tap, "on a larger screen", "q quit", "▁▂▃▄▅▆▇█"[7])
        t.keys("Down", "Down", "Down", "Enter")
        t.shows(tap, "with an object there are source lines",
                "counters.c:")
        tap.ok(is_profiled(), "the program is profiled")
        t.keys("C-c")
        t.shows(tap, "it is interrupted", "it ended with 0")
        tap.ok(not is_profiled(), "and the program is profiled no more")
    finally:
        t.close()


def main():
    tap = Tap()
    set_up()
    attach("fn0p0", "xdpoffload", "counters")
    traffic = Traffic()
    try:
        test_figures(tap, traffic)
        refuses(tap, "top", (
            ("interval 0", 2, "0.1 to 3600"),
            ("now", 2, "known: interval, count, object"),
            ("</dev/null", 2, "is no terminal"),
        ))
        if shutil.which("tmux"):
            test_keys(tap)
            test_end(tap)
        else:
            diag("tmux is not installed")
    finally:
        traffic.stop()
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
