# SPDX-License-Identifier: GPL-2.0
"""The user's own program and capture: make bench PROG=… PCAP=…"""

import os
import re

import matrix
from offline import PROFILES, TOOL, ask, card_figures, shown


class Refused(Exception):
    """What was asked for cannot be measured."""


def find_file(name, origin, what):
    """Relative to the top directory, where make works, or to the caller's."""
    for path in name, os.path.join(origin, name):
        if os.path.isfile(path) and os.access(path, os.R_OK):
            return os.path.abspath(path)
    raise Refused("%s: %s: no such file, neither in %s nor in %s" % (
        what, name, os.getcwd(), origin))


def find_map(text, origin):
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise Refused("map: %s: NAME=FILE is expected" % text)
    return name + "=" + find_file(path, origin, "map " + name)


def find_files(o):
    """Absolute names for everything, or Refused."""
    o.object = find_file(o.object, o.origin, "program")
    if o.pcap:
        o.pcap = find_file(o.pcap, o.origin, "capture")
    o.map = [find_map(m, o.origin) for m in o.map + o.maps]


def check_files(o):
    """That they are what they should be, before a machine boots for them."""
    program_of(o)
    got, why = ask([TOOL, "sim", "-j", "build/bpf/pass.o", "--mtu", "9200",
                    "--pcap", o.pcap]) if o.pcap else (True, "")
    if got is None:
        raise Refused(why)


def directory(o):
    return re.sub(r"[^\w.-]+", "-", key(o)["program"])


def key(o):
    name = os.path.basename(o.object).rsplit(".", 1)[0]
    return {"program": name + (", " + o.section if o.section else ""),
            "size": "capture" if o.pcap else "64",
            "mix": os.path.basename(o.pcap) if o.pcap else "UDP"}


def frames(o, where):
    """The capture, or one that is made."""
    return o.pcap or os.path.abspath(matrix.write_traffic(
        where, matrix.find("pass"), 64, "all pass")[0])


def maps(o):
    return [word for m in o.map for word in ("--map", m)]


def job(o, where, options):
    args = [o.object, "--pcap", frames(o, where), "--modes", "all"] + \
        maps(o) + options
    if o.section:
        args += ["--section", o.section]
    return {"name": key(o)["program"], "args": args, "routes": None,
            "key": key(o)}


def program_of(o):
    """Name of the program in a section; the only one needs none."""
    got, why = ask([TOOL, "check", "-j", o.object])
    if not got or "error" in got[0]:
        raise Refused(re.sub("^flownic: ", "", why))
    meant = [p for p in got if o.section in (None, p["section"])]
    if len(meant) != 1:
        raise Refused("%s: %d programs are meant; it has %s; say which by "
                      "SECTION=" % (o.object, len(meant), ", ".join(
                          "%s in section %s" % (p["program"], p["section"])
                          for p in got)))
    return meant[0]["program"]


def card(results, o, where, progress):
    for profile in PROFILES:
        progress.step("card: " + profile)
        command = [TOOL, "sim", "-j", o.object, program_of(o), "--pcap",
                   frames(o, where), "--mtu", "9200", "--profile",
                   profile] + maps(o)
        got, why = ask(command)
        if got is None:
            results.add("card", {}, shown(command), profile=profile,
                        note="not possible: " + why, **key(o))
            continue
        results.add("card", card_figures(got), shown(command), profile=profile,
                    note="limit: " + got["limit"], **key(o))
