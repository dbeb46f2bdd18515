#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
#
# needs: x86 trace
#
# (The verifier of a kernel without unaligned access or tracing refuses more.)
"""What flownic check says of an object is what comes of it: every sample and
every object of the tests, by ip, which loads one program with all maps, and by
bpftool, which loads all programs."""

import glob
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

DEV = "fn0p0"
PINS = "/sys/fs/bpf/loaders"


def call(*words):
    p = subprocess.run(words, text=True, stdin=subprocess.DEVNULL,
                       capture_output=True)
    return p.returncode, p.stdout + p.stderr


def by_ip(path, p):
    status, text = call("ip", "link", "set", "dev", DEV, "xdpoffload", "obj",
                        path, "program", p["program"])
    if not status:
        call("ip", "link", "set", "dev", DEV, "xdpoffload", "off")
    return not status, text


def by_bpftool(path):
    status, text = call("bpftool", "prog", "loadall", path, PINS, "type",
                        "xdp", "dev", DEV)
    call("rm", "-rf", PINS)
    return not status, text


def check_object(tap, path):
    name = os.path.basename(path)
    programs = json.loads(call(FLOWNIC, "-j", "check", path)[1])
    for p in programs:
        if p["legacy_maps"] or p["section"] == ".text":
            continue  # libbpf 1.0 takes neither, as check says
        done, text = by_ip(path, p)
        tap.ok(done == p["offloads"], "%s %s: ip and check agree" %
               (name, p["program"]), "check: %s" % p["reasons"],
               "ip: %s" % text)
    if any(p["legacy_maps"] or p["section"] == ".text" or p["type_guessed"]
           for p in programs):
        return
    done, text = by_bpftool(path)
    tap.ok(done == all(p["offloads"] for p in programs),
           name + ": bpftool and check agree",
           *["check: %s: %s" % (p["program"], p["reasons"])
             for p in programs], "bpftool: %s" % text[-2000:])


def main():
    tap = Tap()
    paths = sorted(glob.glob(os.path.join(TOP, "build", "bpf", "*.o")) +
                   glob.glob(os.path.join(TOP, "build", "objects", "*.o")))
    tap.ok(len(paths) > 10, "there are objects", paths)
    call("mount", "-t", "bpf", "bpf", "/sys/fs/bpf")
    for path in paths:
        check_object(tap, path)
    tap.done()


main()
