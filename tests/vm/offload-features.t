#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""bpftool feature probe tells of a port what its card has, and nothing else."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bpf import *  # noqa: E402,F403
from nic import *  # noqa: E402,F403

NONE = 35  # get_current_task, which no card has


def card_has(kind):
    """The helpers that the card names when it refuses one."""
    e = attempt(Prog, call(NONE) + returns(0), ifindex("fn0p0"), kind)
    line = [x for x in e.log.splitlines() if "the card has" in x][0]
    return sorted("bpf_" + h for h in line.split("has ")[1].split(", "))


def main():
    tap = Tap()
    probe = json.loads(run("bpftool -j feature probe dev fn0p0"))
    for kind, name in (XDP, "xdp"), (SCHED_CLS, "sched_cls"):
        found = sorted(probe["helpers"][name + "_available_helpers"])
        # bpftool does not try those that print to the kernel's log.
        expected = [h for h in card_has(kind) if h != "bpf_trace_printk"]
        tap.equal(found, expected, "helpers of %s programs" % name)
    types = {k[len("have_"):-len("_prog_type")]: v
             for k, v in probe["program_types"].items()}
    tap.equal({k for k, v in types.items() if v}, {"xdp", "sched_cls"},
              "program types")
    kinds = {k[len("have_"):-len("_map_type")]: v
             for k, v in probe["map_types"].items()}
    tap.equal({k for k, v in kinds.items() if v}, {"hash", "array"},
              "map types")
    tap.done()


main()
