#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
#
# needs: x86 trace
#
# (The verifier of a kernel without unaligned access or tracing refuses more.)
"""What is said and made of a program without the kernel is what the kernel
does: the same image, byte for byte, and the same decision."""

import glob
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

DEV = "fn0p0"


def call(*words):
    p = subprocess.run(words, text=True, stdin=subprocess.DEVNULL,
                       capture_output=True)
    return p.returncode, p.stdout + p.stderr


def read(path):
    with open(path, "rb") as f:
        return f.read()


def check_images(tap, path, prog):
    name = "%s %s" % (os.path.basename(path), prog)
    card, here = "/tmp/card.img", "/tmp/here.img"
    status, said = call(FLOWNIC, "dump", "prog", "dev", DEV, "file", card)
    if not status:
        status, said = call(FLOWNIC, "dump", path, prog, "file", here)
    tap.ok(not status and read(card) == read(here),
           name + ": the image made here is the card's", said)


def check_program(tap, path, p):
    name = "%s %s" % (os.path.basename(path), p["program"])
    status, said = call("ip", "link", "set", "dev", DEV, "xdpoffload",
                        "object", path, "program", p["program"])
    tap.ok((status == 0) == p["offloads"],
           "%s: %s, as check says" % (name, "offloads" if p["offloads"]
                                      else "does not offload"),
           "check: %s" % p["reasons"], "ip: status %d" % status, said)
    if status == 0:
        check_images(tap, path, p["program"])
        call("ip", "link", "set", "dev", DEV, "xdpoffload", "off")


def main():
    tap = Tap()
    files = sorted(glob.glob(TOP + "/build/bpf/*.o") +
                   glob.glob(TOP + "/build/objects/*.o"))
    # libbpf does not load maps of that kind any more.
    files = [f for f in files if not f.endswith("/legacy.o")]
    tap.ok(len(files) > 8, "there are objects", files)
    for path in files:
        _, out = call(FLOWNIC, "-j", "check", path)
        for p in json.loads(out):
            if p["type"] == "xdp" and not p["section"].startswith("?"):
                check_program(tap, path, p)
    tap.done()


main()
