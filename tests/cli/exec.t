#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""flownic exec: how programs and memory are given and results taken, as the
plugins of the bpf_conformance suite do it."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli import *  # noqa: E402,F403
from bpf_text import assemble  # noqa: E402


def text_of(code):
    return assemble(code).hex(" ")


def gives(tap, want, name, *words, stdin):
    status, out, err = tool("exec", *words, stdin=stdin)
    tap.ok(status == 0 and out == want + "\n" and not err, name,
           "expected %s" % want, "got %r, status %d, %s" % (out, status, err))


def main():
    tap = Tap()
    sums = "r0 = *(u8 *)(r1 + 0); r0 += r2; exit"
    gives(tap, "2a", "a number", stdin=text_of("r0 = 42; exit") + "\n")
    gives(tap, "ffffffffffffffff", "all 64 bits",
          stdin=text_of("r0 = -1; exit"))
    gives(tap, "12", "memory", "10 20", stdin=text_of(sums))
    gives(tap, "12", "memory, two spaces between bytes", "10  20  ", "",
          stdin=text_of(sums))
    gives(tap, "14", "memory without spaces", "10203040", stdin=text_of(sums))
    gives(tap, "0", "no memory: its length is 0", "", "",
          stdin=text_of("r0 = r2; exit"))
    gives(tap, "12", "the option --debug of plugins", "10 20", "--debug",
          stdin=text_of(sums))
    gives(tap, "2a", "code over several lines, upper case",
          stdin=text_of("r0 = 42; exit").replace(" ", "\n").upper())
    gives(tap, "2a", "code without spaces",
          stdin=assemble("r0 = 42; exit").hex())
    gives(tap, "2a", "code on the command line", "--program",
          text_of("r0 = 42; exit"), stdin="")
    gives(tap, "%x" % (15808 & 0xff), "the largest memory",
          "00" * 15808, stdin=text_of("r0 = r2; r0 &= 255; exit"))

    says(tap, 1, "15809 bytes of memory", "exec", "00" * 15809,
         stdin=text_of("exit"))
    says(tap, 1, "0 bytes of program", "exec", stdin="")
    says(tap, 1, "7 bytes of program", "exec", stdin="00 " * 7)
    says(tap, 1, "character 4 is no hexadecimal digit", "exec",
         stdin="b7 x0 00")
    says(tap, 1, "3 hexadecimal digits", "exec", "123", stdin="")
    says(tap, 2, "\"more\" is not expected", "exec", "12", "more", stdin="")
    # csum_diff(NULL, 0, stack, 6, 0x12345)
    odd = ("r1 = 0; r2 = 0; r3 = r10; r3 += -8; *(u64 *)(r10 - 8) = 1; r4 = 6; "
           "r5 = 0x12345; call 28; exit")
    for kernel, result in (("6.1", "ffffffffffffffea"),
                           ("6.12.5-amd64", "ffffffffffffffea"),
                           ("6.13", "2347"), ("7.3.4", "2347")):
        status, out, err = tool("exec", "--kernel", kernel, stdin=text_of(odd))
        tap.ok(status == 0 and out == result + "\n",
               "helpers like those of %s" % kernel, status, out, err)
    says(tap, 2, "a version is expected, as 6.12", "exec", "--kernel", "six",
         stdin=text_of("exit"))
    says(tap, 1, "helper fib_lookup", "exec", stdin=text_of("call 69; exit"))
    says(tap, 1, "insn 1: access outside", "exec",
         stdin=text_of("r1 = 0; r0 = *(u8 *)(r1 + 0); exit"))

    out = data("exec", "0102030405060708", stdin=text_of(
        "r3 = *(u32 *)(r1 + 0); *(u32 *)(r1 + 4) = r3; r0 = 5; exit"))
    tap.ok(out["r0"] == "0x5" and out["memory"] == "0102030401020304" and
           out["instructions"] >= 4 and out["cycles"] > 0,
           "JSON: result, memory, instructions, cycles", out)
    # "%d\n" and its end, then the number
    status, out, err = tool("exec", stdin=text_of(
        "*(u32 *)(r10 - 8) = 0x000a6425; r1 = r10; r1 += -8; r2 = 4; "
        "r3 = 77; call 6; r0 = 0; exit"))
    tap.ok(status == 0 and out == "0\n" and err == "77\n",
           "what a program prints goes to stderr", status, out, err)
    tap.done()


main()
