#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The committed captures are what their script makes."""

import os
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
DATA = TOP + "/tests/data/"
NAMES = "traffic.pcap", "jumbo.pcap"


def read(path):
    with open(path, "rb") as f:
        return f.read()


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as made:
        subprocess.run([sys.executable, DATA + "make_traffic.py", made],
                       check=True)
        for n, name in enumerate(NAMES, 1):
            got, expected = read(made + "/" + name), read(DATA + name)
            same = got == expected
            failed += not same
            print("%sok %d - %s" % ("" if same else "not ", n, name))
            if not same:
                at = next((i for i, (g, e) in enumerate(zip(got, expected))
                           if g != e), min(len(got), len(expected)))
                print("# committed %d bytes, made %d; first difference at %d" %
                      (len(expected), len(got), at))
    size = sum(os.path.getsize(DATA + name) for name in NAMES)
    small = size < 1 << 20
    print("%sok %d - under 1 MiB together" % ("" if small else "not ",
                                              len(NAMES) + 1))
    print("1..%d" % (len(NAMES) + 1))
    sys.exit(bool(failed or not small))


main()
