#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Each verb explains itself, however it is asked, and its examples are right."""

import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli import *  # noqa: E402,F403

# What neither card nor root is needed for, nor what is made before.
RUNS = ("dump", "asm", "check", "sim", "explain", "profile", "exec", "help",
        "lower")


def main():
    tap = Tap()
    os.chdir(TOP)
    whole = tool("help")
    tap.ok(whole[0] == 0 and not whole[2], "flownic help", whole[2])
    tap.equal(tool("--help"), whole, "flownic --help is the same")
    tap.equal(tool(), (2, whole[1], ""), "flownic alone prints it, too")
    verbs = sorted(set(re.findall(r"^  flownic ([a-z-]+)", whole[1], re.M)))
    for verb in verbs:
        status, out, err = one = tool("help", verb)
        tap.ok(status == 0 and not err and out.startswith("usage:\n") and
               "  flownic %s" % verb in out and len(out) < len(whole[1]),
               "help %s is about it alone" % verb, out, err)
        others = set(re.findall(r"^  flownic ([a-z-]+)", out, re.M))
        tap.equal(others, {verb}, "  and about no other")
        if verb != "help":
            tap.equal([tool(verb, "--help"), tool(verb, "help")], [one] * 2,
                      "  %s --help and %s help, too" % (verb, verb))
        example = re.search(r"^For example: (.*)$", out, re.M)
        tap.ok(example and "flownic " + verb in example.group(1),
               "  it has an example", out)
        if example and verb in RUNS:
            with tempfile.TemporaryDirectory(prefix="flownic-") as where:
                p = subprocess.run(
                    re.sub(r"\b(drop\.img|lb\.html)", where + r"/\1",
                           example.group(1)),
                    shell=True, capture_output=True, text=True,
                    env=dict(os.environ, PATH=TOP + "/build:" +
                             os.environ["PATH"]))
                tap.ok(p.returncode == 0, "  which works: " +
                       example.group(1), p.stdout, p.stderr)
    tap.equal(tool("help", "ch")[1], tool("help", "check")[1],
              "a verb may be abbreviated")
    tap.done()


main()
