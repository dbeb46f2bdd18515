# SPDX-License-Identifier: GPL-2.0
"""The user's own program and capture: make bench PROG=… PCAP=…"""

import os

from offline import PROFILES, TOOL, ask, card_figures, shown

def key(o):
    return {"program": os.path.basename(o.object).rsplit(".", 1)[0],
            "size": "capture", "mix": os.path.basename(o.pcap)}


def maps(o):
    return [word for m in o.map for word in ("--map", m)]


def job(o, options):
    args = [os.path.abspath(o.object), "--pcap", os.path.abspath(o.pcap),
            "--modes", "all"] + maps(o) + options
    if o.section:
        args += ["--section", o.section]
    return {"name": key(o)["program"], "args": args, "routes": None,
            "key": key(o)}


def program_of(o):
    """Name of the program in a section; the only one needs none."""
    if not o.section:
        return []
    got, _ = ask([TOOL, "check", "-j", o.object])
    return [p["program"] for p in got or [] if p["section"] == o.section][:1]


def card(results, o, progress):
    for profile in PROFILES:
        progress.step("card: " + profile)
        command = [TOOL, "sim", "-j", o.object] + program_of(o) + [
            "--pcap", o.pcap, "--mtu", "9200", "--profile", profile] + maps(o)
        got, why = ask(command)
        if got is None:
            results.add("card", {}, shown(command), profile=profile,
                        note="not possible: " + why, **key(o))
            continue
        results.add("card", card_figures(got), shown(command), profile=profile,
                    note="limit: " + got["limit"], **key(o))
