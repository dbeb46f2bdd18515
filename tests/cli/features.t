#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""flownic features tells of each profile what the card's own tables have, and
the translator takes one of each group of instructions that it names."""

import os
import re
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli import *  # noqa: E402,F403


def features(*words):
    status, out, err = tool("-j", "features", *words)
    return json.loads(out) if status == 0 else err


def insn(code, dst=0, src=0, off=0, imm=0):
    return struct.pack("<BBhi", code, dst | src << 4, off, imm)


MOVES = insn(0xb7, 0, imm=7) + insn(0xb7, 1, imm=3) + \
    insn(0x7b, 10, 0, -8)
# One of each group, behind these: r0 is 7, r1 is 3, and 7 is on the stack.
GROUPS = {
    "base32": (insn(0x0c, 0, 1), 10),
    "base64": (insn(0xbf, 0, 1, 8), 3),
    "divmul32": (insn(0x3c, 0, 1), 2),
    "divmul64": (insn(0x9f, 0, 1), 1),
    "atomic32": (insn(0xc3, 10, 1, -8, 0) + insn(0x61, 0, 10, -8), 10),
    "atomic64": (insn(0xdb, 10, 1, -8, 0xe1), 7),
}
PACKET = insn(0xbf, 6, 1) + insn(0x30, imm=0) + insn(0x95)


def test_instructions(tap):
    named = {g["name"] for g in features()["instructions"]}
    tap.equal(named, set(GROUPS) | {"packet"}, "groups of instructions")
    for name, (code, result) in GROUPS.items():
        # The old value of an atomic operation is in r1.
        tail = insn(0xbf, 0, 1) if name == "atomic64" else b""
        code = (MOVES + code + tail + insn(0x95)).hex()
        status, out, err = tool("exec", "--program", code)
        tap.equal((status, out.split()[:1]), (0, ["%x" % result]),
                  "%s runs" % name + (err and " " + err))


def test_tables(tap):
    with open(os.path.join(TOP, "offload", "helpers.h")) as f:
        rows = re.findall(r"^\tX\((\w+), +(\d+), \d, (.*)\)", f.read(),
                          re.M)
    told = features()["helpers"]
    tap.equal([(h["name"], h["number"]) for h in told],
              [(name, int(number)) for name, number, _ in rows],
              "helpers are those of the card's table")
    for helper, (name, _, effects) in zip(told, rows):
        kinds = ["sched_cls"] if "HELPER_SKB" in effects else \
            ["xdp"] if "HELPER_XDP" in effects else ["xdp", "sched_cls"]
        if helper["types"] != kinds:
            tap.equal(helper["types"], kinds, "types of " + name)
    tap.equal([t["name"] for t in features()["program_types"]],
              ["xdp", "sched_cls"], "types of programs")
    tap.equal({"array", "hash"} - {m["name"] for m in
                                   features()["map_types"]}, set(),
              "types of maps")


def test_profiles(tap):
    for p in json.loads(tool("-j", "profile", "list")[1]):
        name = p["name"]
        told = features("--profile", name)
        shown = json.loads(tool("-j", "profile", "show", name)[1])["figures"]
        figures = {k: v["value"] for k, v in shown.items()}
        tap.equal([told["limits"][k] for k in ("control_store", "stack")],
                  [figures["max_words"], figures["max_stack"]],
                  "%s: limits are the profile's" % name)
        lacks = [h for h in figures if h.startswith("helper.") and
                 not figures[h]]
        tap.equal([h for h in lacks if h[7:] in
                   {x["name"] for x in told["helpers"]}], [],
                  "%s: no helper that it lacks" % name)
        text = tool("features", "--profile", name)[1]
        tap.ok(all(len(line) < 130 for line in text.splitlines()) and
               text.startswith(name), "%s: as text" % name, text)
    agilio = features("--profile", "agilio")
    tap.ok(len(agilio["helpers"]) < len(features()["helpers"]),
           "a product has fewer helpers")


def test_refusals(tap):
    for words, why in ((("--profile", "nonsense"), "nonsense"),
                       (("card", "x"), "x"), (("slot", "1"), "slot"),
                       (("card", "0", "--profile", "hxdp"), "either")):
        status, _, err = tool("features", *words)
        tap.ok(status and why in err, "refused: " + " ".join(words), err)


def main():
    tap = Tap()
    for test in test_instructions, test_tables, test_profiles, test_refusals:
        test(tap)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
