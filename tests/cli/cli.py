# SPDX-License-Identifier: GPL-2.0
"""For tests of the tool where there is neither card nor root: TAP, running the
tool, compiling programs."""

import json
import os
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests", "vm"))
from nic import Tap, diag  # noqa: E402,F401

FLOWNIC = os.path.join(TOP, "build", "flownic")
SOURCES = os.path.join(TOP, "tests", "data", "objects")
CLANG = os.environ.get("CLANG", "clang")
FLAGS = ["-O2", "-g", "-target", "bpf", "-mcpu=v3", "-Wall",
         "-I" + os.path.join(TOP, "bpf"),
         "-I/usr/include/%s-linux-gnu" % os.uname().machine]


def tool(*words, stdin=None):
    """Run the tool; returns status, stdout and stderr."""
    text = stdin is None or isinstance(stdin, str)
    p = subprocess.run([FLOWNIC, *words], input=stdin, text=text,
                       stdin=None if stdin is not None
                       else subprocess.DEVNULL, capture_output=True,
                       timeout=60)
    return p.returncode, p.stdout, p.stderr


def data(*words, **kw):
    status, out, err = tool("-j", *words, **kw)
    try:
        return json.loads(out)
    except ValueError:
        raise AssertionError("flownic -j %s: status %d, no JSON: %s%s" %
                             (" ".join(words), status, out, err)) from None


def says(tap, status, pattern, *words, stdin=None):
    """It must end with the status, and one line on stderr with the pattern."""
    got, out, err = tool(*words, stdin=stdin)
    if not isinstance(err, str):
        out, err = out.decode(errors="replace"), err.decode()
    lines = err.splitlines()
    shown = " ".join(os.path.basename(w) for w in words)
    tap.ok(got == status and len(lines) == 1 and not out and
           lines[0].startswith("flownic: ") and pattern in lines[0],
           "flownic %s: status %d, %s" % (shown, status, pattern),
           "status %d" % got, "stdout: " + out[:300], "stderr: " + err[:300])


def compile(source, target, *flags):
    """Compile a C file for BPF; returns the object's path."""
    subprocess.run([CLANG, *FLAGS, *flags, "-c", "-o", target, source],
                   check=True)
    return target


def scratch():
    return tempfile.TemporaryDirectory(prefix="flownic-")
