#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""flownic stats --prometheus: the text format of Prometheus, its rules of
naming, and the figures that flownic show and stats tell."""

import os
import re
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

SAMPLE = re.compile(r'^([a-z_]+)\{((?:[a-z]+="(?:[^"\\]|\\.)*",?)*)\} (\S+)$')
LABEL = re.compile(r'([a-z]+)="((?:[^"\\]|\\.)*)"')


def parse(text):
    """Families: type, and samples by their labels."""
    families, last, bad = {}, None, []
    for line in text.splitlines():
        word = line.split(" ", 3)
        if line.startswith("# HELP "):
            last = word[2]
            if last in families or len(word) < 4:
                bad.append(line)
            families[last] = [None, {}]
        elif line.startswith("# TYPE "):
            if word[2] != last or families[last][0]:
                bad.append(line)
            families[last][0] = word[3]
        else:
            m = SAMPLE.match(line)
            if not m or m.group(1) != last:
                bad.append(line)
                continue
            labels = tuple(sorted(LABEL.findall(m.group(2))))
            if labels in families[last][1]:
                bad.append("twice: " + line)
            families[last][1][labels] = float(m.group(3))
    return families, bad


def value(families, family, **labels):
    """The sum of the samples that have the labels."""
    return sum(v for have, v in families["flownic_" + family][1].items()
               if set(labels.items()) <= set(have))


def send(n):
    """So many frames, and wait until the program has decided them."""
    before = stats("fn0p0")
    sender = Sender("fn0w0", PEER)
    for i in range(n):
        sender.send(mark(i))
    sender.close()
    awaited(lambda: sum(
        v for k, v in changes(before, stats("fn0p0")).items()
        if k.startswith("offload_xdp")) == n)


def test_format(tap, text):
    families, bad = parse(text)
    tap.equal(bad, [], "each line is of the format, families stand together")
    tap.equal([n for n, (kind, _) in families.items()
               if (kind == "counter") != n.endswith("_total") or
               kind not in ("counter", "gauge") or
               not n.startswith("flownic_")], [],
              "counters end in _total, and nothing else does")
    if not shutil.which("promtool"):
        diag("promtool is not installed")
        return families
    p = subprocess.run(["promtool", "check", "metrics"], input=text, text=True,
                       capture_output=True)
    tap.equal((p.returncode, p.stdout, p.stderr), (0, "", ""),
              "promtool has nothing to say")
    return families


def test_figures(tap, families):
    port = stats("fn0p0")
    for name, labels, counter in (
            ("port_receive_packets_total", {}, "mac_rx_frames"),
            ("port_receive_bytes_total", {}, "mac_rx_bytes"),
            ("port_host_receive_packets_total", {}, "host_rx_frames"),
            ("port_offload_packets_total", {"verdict": "pass"},
             "offload_xdp_pass"),
            ("port_offload_cycles_total", {}, "offload_cycles"),
            ("port_offload_instructions_total", {}, "offload_instructions")):
        tap.equal(value(families, name, device="fn0p0", **labels),
                  port[counter], "%s is %s" % (name, counter))
    shown = {kind: json.loads(run("%s -j show %s" % (FLOWNIC, kind)))
             for kind in ("card", "prog", "map", "worker")}
    prog, card = shown["prog"][0], shown["card"][0]
    tap.equal(value(families, "prog_packets_total", name=prog["name"]),
              prog["counters"]["packets"], "packets of the program")
    tap.equal(value(families, "card_clock_hertz"), card["clock_khz"] * 1000.0,
              "the clock in hertz")
    tap.equal({dict(k)["name"] for k in families["flownic_map_entries"][1]},
              {m["name"] for m in shown["map"]}, "the maps")
    busy = sum(w["busy_ns"] for w in shown["worker"]) / 1e9
    told = value(families, "worker_busy_seconds_total")
    tap.ok(0 < told <= busy, "time of the host in seconds", told, busy)


def main():
    tap = Tap()
    set_up()
    families = test_format(tap, run(FLOWNIC + " stats --prometheus"))
    tap.equal(value(families, "port_offload_packets_total"), 0,
              "without a program there are figures, too")
    attach("fn0p0", "xdpoffload", "counters")
    send(25)
    families = test_format(tap, run(FLOWNIC + " stats --prometheus"))
    test_figures(tap, families)
    one = parse(run(FLOWNIC + " stats dev fn0p0 --prometheus"))[0]
    tap.equal({dict(k)["device"] for k in one["flownic_port_up"][1]},
              {"fn0p0"}, "of one port")
    refuses(tap, "stats --prometheus", (
        ("watch 1", 2, "neither watch nor --json"),
        ("card 7", 1, "no port"),
    ))
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
