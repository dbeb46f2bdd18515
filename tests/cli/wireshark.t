#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""docs/flownic.lua gives Wireshark what flownic capture says of frames, if tshark
is installed. tests/vm/capture.t holds the comments to this form."""

import os
import shutil
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli import *  # noqa: E402,F403

COMMENTS = (
    "drop, program fw id 7, 63 cycles",
    "redirect to port 1, program my router id 12, 154 cycles",
    "aborted: access outside packet, stack, context and maps, "
    "program lb id 9, 5000000000 cycles",
    "pass, program with handle 3, 41 cycles",
    None,
    "somebody's own words",
)
FIELDS = "verdict", "program", "id", "cycles", "target", "fault"
WANT = (
    ("drop", "fw", "7", "63", "", ""),
    ("redirect", "my router", "12", "154", "1", ""),
    ("aborted", "lb", "9", "5000000000", "",
     "access outside packet, stack, context and maps"),
    ("pass", "", "", "41", "", ""),
    ("",) * 6,
    ("",) * 6,
)


def block(kind, body):
    body += bytes(-len(body) % 4)
    size = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + size + body + size


def capture(path):
    frame = bytes(range(12)) + b"\x88\xb5" + bytes(46)
    with open(path, "wb") as f:
        f.write(block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1)))
        f.write(block(1, struct.pack("<HHI", 1, 0, 0)))
        for text in COMMENTS:
            options = b""
            if text:
                options = struct.pack("<HH", 1, len(text)) + text.encode()
                options += bytes(-len(options) % 4) + bytes(4)
            f.write(block(6, struct.pack("<5I", 0, 0, 0, 60, 60) + frame +
                          options))


def main():
    tap = Tap()
    if not shutil.which("tshark"):
        tap.skip("fields of captures in Wireshark", "there is no tshark")
        return tap.done()
    with scratch() as where:
        capture(where + "/c.pcapng")
        words = [w for name in FIELDS for w in ("-e", "flownic." + name)]
        p = subprocess.run(
            ["tshark", "-r", where + "/c.pcapng", "-X", "lua_script:" +
             os.path.join(TOP, "docs", "flownic.lua"), "-T", "fields",
             "-E", "separator=|", *words], capture_output=True, text=True,
            env=dict(os.environ, HOME=where))
        got = [tuple(line.split("|")) for line in p.stdout.splitlines()]
        for text, have, want in zip(COMMENTS, got, WANT):
            tap.equal(have, want, "fields of: %s" % text)
        tap.equal(len(got), len(COMMENTS), "each frame is there")
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
