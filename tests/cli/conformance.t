#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Every instruction of RFC 9669 through flownic exec, at every level of
optimisation, against what the RFC says: programs with their results from a
table, and each operation with all pairs of values at its edges. Where bpf(2)
is permitted, the host's kernel has to agree."""

import ctypes
import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli import *  # noqa: E402,F403
from bpf import TEST_RUN, BpfError, Prog, address, bpf  # noqa: E402
from bpf_text import assemble  # noqa: E402

TABLE = os.path.join(TOP, "tests", "data", "conformance", "programs.txt")
M32, M64 = (1 << 32) - 1, (1 << 64) - 1
VALUES = [0, 1, 3, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
          0x123456789abcdef0, 0x7fffffffffffffff, 0x8000000000000000,
          0xffffffff80000000, M64]
COUNTS = [0, 1, 7, 31, 32, 33, 63, 64, 65, 0x100000001, M32, M64]
IMMEDIATES = [1, 2, 7, 127, 0x7fff, 0x8000, 0x12345678, 0x7fffffff, -1, -2,
              -0x8000, -0x8001, -0x80000000]


def signed(x, bits):
    x &= (1 << bits) - 1
    return x - (1 << bits) if x >> (bits - 1) else x


def quotient(a, b):
    q = abs(a) // abs(b)
    return q if (a < 0) == (b < 0) else -q


# What the RFC says, with numbers that have no width. n is the width in bits.
OPERATIONS = {
    "+=": lambda a, b, n: a + b,
    "-=": lambda a, b, n: a - b,
    "*=": lambda a, b, n: a * b,
    "/=": lambda a, b, n: a // b if b else 0,
    "%=": lambda a, b, n: a % b if b else a,
    "s/=": lambda a, b, n: quotient(signed(a, n), signed(b, n)) if b else 0,
    "s%=": lambda a, b, n: signed(a, n) - signed(b, n) *
    quotient(signed(a, n), signed(b, n)) if b else a,
    "|=": lambda a, b, n: a | b,
    "&=": lambda a, b, n: a & b,
    "^=": lambda a, b, n: a ^ b,
    "<<=": lambda a, b, n: a << b % n,
    ">>=": lambda a, b, n: a >> b % n,
    "s>>=": lambda a, b, n: signed(a, n) >> b % n,
}
SHIFTS = ("<<=", ">>=", "s>>=")
CONDITIONS = {
    "==": lambda a, b, n: a == b,
    "!=": lambda a, b, n: a != b,
    ">": lambda a, b, n: a > b,
    ">=": lambda a, b, n: a >= b,
    "<": lambda a, b, n: a < b,
    "<=": lambda a, b, n: a <= b,
    "s>": lambda a, b, n: signed(a, n) > signed(b, n),
    "s>=": lambda a, b, n: signed(a, n) >= signed(b, n),
    "s<": lambda a, b, n: signed(a, n) < signed(b, n),
    "s<=": lambda a, b, n: signed(a, n) <= signed(b, n),
    "&": lambda a, b, n: a & b,
}


def swapped(x, bits):
    return int.from_bytes((x & ((1 << bits) - 1)).to_bytes(bits // 8,
                                                           "little"), "big")


# Operations with one operand: statement and meaning.
UNARY = [("r%d = -r%d" % (6, 6), lambda a: -a & M64),
         ("w6 = -w6", lambda a: -a & M32),
         ("w6 = w6", lambda a: a & M32)]
UNARY += [("r6 = %s%d r6" % (kind, n), lambda a, n=n, kind=kind:
           a & ((1 << n) - 1) if kind == "le" else swapped(a, n))
          for kind in ("le", "be", "bswap") for n in (16, 32, 64)]
UNARY += [("r6 = (s%d)r6" % n, lambda a, n=n: signed(a, n) & M64)
          for n in (8, 16, 32)]
UNARY += [("w6 = (s%d)w6" % n, lambda a, n=n: signed(a, n) & M32)
          for n in (8, 16)]


class Host:
    """The kernel's own result, if it gives one."""

    def __init__(self):
        self.why = None
        try:
            Prog(assemble("r0 = 2; exit")).close()
        except (BpfError, OSError) as e:
            self.why = "bpf(2): %s" % e.strerror

    def run(self, code, memory):
        """r0 and memory, or the reason why it refuses the program. The
        program becomes a function, since a program has no result of 64 bits."""
        size = max(len(memory), 16)
        wrapped = assemble("""
            r2 = *(u32 *)(r1 + 4); r6 = *(u32 *)(r1 + 0); r3 = r6; r3 += %d
            if r3 > r2 goto out; r1 = r6; r2 = %d; call main
            *(u64 *)(r6 + %d) = r0
            out: r0 = 0; exit; main: """ % (size + 8, len(memory), size))
        buf = ctypes.create_string_buffer(memory.ljust(size + 8, b"\0"),
                                          size + 8)
        try:
            with Prog(wrapped + code) as prog:
                bpf(TEST_RUN, struct.pack("<IIIIQQ", prog.fd, 0, size + 8,
                                          size + 8, address(buf),
                                          address(buf)))
        except BpfError as e:
            return None, e.log.strip().splitlines()[-2:]
        r0 = struct.unpack_from("<Q", buf.raw, size)[0]
        return r0, buf.raw[:len(memory)]


def run(level, code, memory=b""):
    """r0 and memory, or None and what was said."""
    status, out, err = tool("-j", "-O%d" % level, "exec", memory.hex(" "),
                            stdin=code.hex(" ") + "\n")
    if status:
        return None, err.strip()
    out = json.loads(out)
    return int(out["r0"], 16), bytes.fromhex(out["memory"])


def levels():
    """Levels of optimisation that there are."""
    n = 1
    code = assemble("r0 = 0; exit")
    while run(n, code)[0] is not None:
        n += 1
    return range(n)


def read_table():
    with open(TABLE) as f:
        text = [line for line in f if not line.startswith("#")]
    for part in ("\n" + "".join(text)).split("\n== ")[1:]:
        name, rest = part.split(" ==\n", 1)
        vector = {"name": name}
        code = []
        for line in rest.splitlines():
            key, _, value = line.partition(" ")
            if key in ("mem", "r0", "out", "refused", "fault", "host") and \
                    not value.startswith(("=", "<", "+", "-", "*")):
                vector[key] = value
            else:
                code.append(line)
        vector["code"] = assemble("\n".join(code))
        vector["mem"] = bytes.fromhex(vector.get("mem", ""))
        yield vector


def check_vector(tap, level, v):
    name = "-O%d: %s" % (level, v["name"])
    r0, rest = run(level, v["code"], v["mem"])
    if "r0" not in v:
        text = v.get("refused") or v["fault"]
        tap.ok(r0 is None and text in rest, name, "expected: ... %s" % text,
               "got: %s %s" % (r0, rest))
        return
    want = int(v["r0"], 0)
    good = r0 == want
    if good and "out" in v:
        good = rest == bytes.fromhex(v["out"])
    tap.ok(good, name, "expected r0 0x%x, memory %s" % (want, v.get("out")),
           "got      r0 %s, memory %s" % (r0 if r0 is None else hex(r0),
                                          rest if r0 is None else rest.hex()))


def check_host(tap, host, v):
    if "r0" not in v or v.get("host") == "no":
        return
    name = "host: %s" % v["name"]
    if host.why:
        tap.skip(name, host.why)
        return
    r0, rest = host.run(v["code"], v["mem"])
    if r0 is None:
        tap.ok(False, name, "the kernel refuses it:", *rest)
        return
    good = r0 == int(v["r0"], 0)
    if "out" in v:
        good = good and rest == bytes.fromhex(v["out"])
    tap.ok(good, name, "table r0 %s, memory %s" % (v["r0"], v.get("out")),
           "host  r0 0x%x, memory %s" % (r0, rest.hex()))


def matrices():
    """(name, statements of one case, cases, expected). A case has its operand
    a in r6, b in r7, and leaves its result in r6."""
    for w, n, mask in (("r", 64, M64), ("w", 32, M32)):
        for op, fn in OPERATIONS.items():
            seconds = COUNTS if op in SHIFTS else VALUES
            yield ("%s6 %s %s7" % (w, op, w), None,
                   [(a, b) for a in VALUES for b in seconds],
                   lambda a, b, fn=fn, n=n, mask=mask:
                   fn(a & mask, b & mask, n) & mask)
            imms = [i for i in IMMEDIATES
                    if op not in SHIFTS or 0 <= i < n] + \
                ([n - 1] if op in SHIFTS else [])
            yield ("%s6 %s {b}" % (w, op), "b",
                   [(a, b) for a in VALUES for b in imms],
                   lambda a, b, fn=fn, n=n, mask=mask:
                   fn(a & mask, b & mask, n) & mask)
        for cond, fn in CONDITIONS.items():
            for second, values in (("%s7" % w, VALUES), ("{b}", IMMEDIATES)):
                yield ("r0 = 1; if %s6 %s %s goto +1; r0 = 0; r6 = r0" %
                       (w, cond, second), None if second[0] != "{" else "b",
                       [(a, b) for a in VALUES for b in values],
                       lambda a, b, fn=fn, n=n, mask=mask:
                       int(bool(fn(a & mask, b & mask, n))))
    for text, fn in UNARY:
        yield text, None, [(a, 0) for a in VALUES + [0x8182838485868788]], \
            lambda a, b, fn=fn: fn(a)


def matrix_program(text, immediate, cases):
    """Straight code, so that the kernel's verifier takes it, too."""
    lines, memory = [], b""
    for i, (a, b) in enumerate(cases):
        lines.append("r6 = *(u64 *)(r1 + %d)" % (24 * i))
        if immediate is None:
            lines.append("r7 = *(u64 *)(r1 + %d)" % (24 * i + 8))
        lines.append(text.format(b=b))
        lines.append("*(u64 *)(r1 + %d) = r6" % (24 * i + 16))
        memory += struct.pack("<QQQ", a, b & M64, 0)
    return assemble("\n".join(lines + ["r0 = 0; exit"])), memory


def differences(memory, cases, expected):
    lines = []
    for i, (a, b) in enumerate(cases):
        got = struct.unpack_from("<Q", memory, 24 * i + 16)[0]
        if got != expected(a, b):
            lines.append("a 0x%x b 0x%x: expected 0x%x got 0x%x" %
                         (a, b & M64, expected(a, b), got))
    return lines[:5]


def check_matrices(tap, host, every_level):
    refused = agreed = 0
    for text, immediate, cases, expected in matrices():
        cases = cases[:144]
        code, memory = matrix_program(text, immediate, cases)
        for level in every_level:
            r0, after = run(level, code, memory)
            wrong = [after] if r0 is None else differences(after, cases,
                                                           expected)
            tap.ok(not wrong, "-O%d: %s, %d cases" % (level, text,
                                                     len(cases)), *wrong)
        if host.why:
            continue
        r0, after = host.run(code, memory)
        if r0 is None:
            refused += 1
            diag("the host's kernel refuses %s: %s" % (text, after))
            continue
        wrong = differences(after, cases, expected)
        if wrong:
            tap.ok(False, "host: " + text, *wrong)
        agreed += not wrong
    if host.why:
        tap.skip("the host agrees with all operations", host.why)
    else:
        tap.ok(agreed and refused <= agreed // 10,
               "the host's kernel agrees with %d operations, refuses %d" %
               (agreed, refused))


def main():
    tap = Tap()
    host = Host()
    every_level = levels()
    diag("levels of optimisation: %s" % list(every_level))
    for v in read_table():
        for level in every_level:
            check_vector(tap, level, v)
        check_host(tap, host, v)
    check_matrices(tap, host, every_level)
    tap.done()


main()
