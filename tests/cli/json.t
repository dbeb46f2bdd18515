#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""docs/json.md names the keys that the tool prints where neither card nor root is
needed, and no key has a blank."""

import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli import *  # noqa: E402,F403

LB = os.path.join(TOP, "build", "bpf", "lb.o")
TRAFFIC = os.path.join(TOP, "tests", "data", "traffic.pcap")
# Keys that are names of things, and what they hold is described once.
OPEN = {"verdicts", "faults", "limits", "utilisation", "figures", "set",
        "result"}
VERBS = (
    ("dump", ["dump", LB]),
    ("check", ["check", LB, os.path.join(TOP, "build", "objects",
                                         "helpers.o")]),
    ("sim", ["sim", LB, "--pcap", TRAFFIC]),
    ("sim --sweep", ["sim", LB, "--pcap", TRAFFIC, "--sweep", "cores=1,2"]),
    ("profile list", ["profile", "list"]),
    ("profile show", ["profile", "show", "hxdp"]),
    ("features", ["features"]),
    ("version", ["version"]),
)


def keys(value, out, blank):
    if isinstance(value, list):
        for v in value:
            keys(v, out, blank)
    elif isinstance(value, dict):
        for k, v in value.items():
            out.add(k)
            if re.search(r"\s", k):
                blank.add(k)
            if k not in OPEN:
                keys(v, out, blank)
            else:
                keys(v, set(), blank)


def main():
    tap = Tap()
    with open(os.path.join(TOP, "docs", "json.md"), encoding="utf-8") as f:
        rows = {re.findall(r"`([^`]*)`", line.split("|")[1])[0]: line
                for line in f if line.startswith("| `")}
    for verb, words in VERBS:
        found, blank = set(), set()
        keys(json.loads(tool("-j", *words)[1]), found, blank)
        tap.equal(blank, set(), "%s: no key has a blank" % verb)
        told = set(re.findall(r"[a-z0-9_]+", rows[verb]))
        tap.equal(sorted(found - told), [], "%s: each key is told of" % verb)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
