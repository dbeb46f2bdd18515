# SPDX-License-Identifier: GPL-2.0
"""BPF from text, in the notation of the kernel's verifier, with labels."""

import re
import struct

SIZES = {"32": 0x00, "16": 0x08, "8": 0x10, "64": 0x18}
OPS = {"+=": 0x00, "-=": 0x10, "*=": 0x20, "/=": 0x30, "|=": 0x40,
       "&=": 0x50, "<<=": 0x60, ">>=": 0x70, "%=": 0x90, "^=": 0xa0,
       "s>>=": 0xc0, "s/=": 0x30, "s%=": 0x90}
SIGNED = ("s/=", "s%=")
CONDITIONS = {"==": 0x10, ">": 0x20, ">=": 0x30, "&": 0x40, "!=": 0x50,
              "s>": 0x60, "s>=": 0x70, "<": 0xa0, "<=": 0xb0, "s<": 0xc0,
              "s<=": 0xd0}
ATOMICS = {"add": 0x01, "or": 0x41, "and": 0x51, "xor": 0xa1, "xchg": 0xe1,
           "cmpxchg": 0xf1}
LOCKED = {"+=": 0x00, "|=": 0x40, "&=": 0x50, "^=": 0xa0}
CLASS = {"r": 0x07, "w": 0x04}
JUMP_CLASS = {"r": 0x05, "w": 0x06}


class Target:
    """A label, put into off or imm once it is known."""

    def __init__(self, name, field):
        self.name = name
        self.field = field


def insn(code, dst=0, src=0, off=0, imm=0):
    imm = (imm & 0xffffffff) - ((imm & 0x80000000) << 1)
    return struct.pack("<BBhi", code, dst | src << 4, off, imm)


def target(text, field):
    return int(text) if re.match(r"[+-]\d+$", text) else Target(text, field)


def put(code, dst=0, src=0, off=0, imm=0):
    return [[code, dst, src, off, imm]]


def mov(width, dst, sign, src, imm):
    if src is None:
        return put(CLASS[width] | 0xb0, int(dst), imm=int(imm, 0))
    return put(CLASS[width] | 0xb8, int(dst), int(src), int(sign or 0))


def alu(width, dst, op, src, imm):
    off = 1 if op in SIGNED else 0
    if src is None:
        return put(CLASS[width] | OPS[op], int(dst), off=off,
                   imm=int(imm, 0))
    return put(CLASS[width] | OPS[op] | 8, int(dst), int(src), off)


def end(dst, kind, bits, src):
    assert dst == src
    code = {"le": 0xd4, "be": 0xdc, "bswap": 0xd7}[kind]
    return put(code, int(dst), imm=int(bits))


def load(dst, sign, size, src, off):
    mode = 0x80 if sign == "s" else 0x60
    return put(0x01 | mode | SIZES[size], int(dst), int(src), offset(off))


def legacy(size, src, imm):
    if src is None:
        return put(0x20 | SIZES[size], imm=int(imm, 0))
    return put(0x40 | SIZES[size], 0, int(src), imm=offset(imm or ""))


def offset(text):
    return int(text.replace(" ", "") or "0", 0)


def store(size, dst, off, src, imm):
    if src is None:
        return put(0x62 | SIZES[size], int(dst), 0, offset(off), int(imm, 0))
    return put(0x63 | SIZES[size], int(dst), int(src), offset(off))


def lock(size, dst, off, op, src):
    return put(0xc3 | SIZES[size], int(dst), int(src), offset(off),
               LOCKED[op])


def fetch(_, kind, size, dst, off, src):
    return put(0xc3 | SIZES[size], int(dst), int(src), offset(off),
               ATOMICS[kind])


def jump(width, dst, cond, src, imm, to):
    to = target(to, 3)
    if src is None:
        return put(JUMP_CLASS[width] | CONDITIONS[cond], int(dst), 0, to,
                   int(imm, 0))
    return put(JUMP_CLASS[width] | CONDITIONS[cond] | 8, int(dst), int(src),
               to)


def imm64(dst, value):
    value = int(value, 0)
    return (put(0x18, int(dst), imm=value & 0xffffffff) +
            put(0, imm=value >> 32 & 0xffffffff))


NUMBER = r"(-?(?:0x[0-9a-fA-F]+|\d+))"
SOURCE = r"(?:[rw](\d+)|" + NUMBER + ")"
ADDRESS = r"\(r(\d+)\s*([+-]\s*\w+)?\s*\)"
STATEMENTS = [(re.compile(pattern + "$"), make) for pattern, make in (
    (r"exit", lambda: put(0x95)),
    (r"r(\d+) = " + NUMBER + " ll", imm64),
    (r"([rw])(\d+) = (?:\(s(\d+)\)\s*)?" + SOURCE, mov),
    (r"([rw])(\d+) = -[rw]\2",
     lambda w, d: put(CLASS[w] | 0x80, int(d))),
    (r"r(\d+) = (le|be|bswap)(\d+) r(\d+)", end),
    (r"r(\d+) = \*\(([us])(\d+) \*\)" + ADDRESS,
     lambda d, g, n, s, o: load(d, g, n, s, o or "")),
    (r"r0 = \*\(u(\d+) \*\)skb\[(?:r(\d+))?\s*([+-]?\s*\w+)?\]", legacy),
    (r"\*\(u(\d+) \*\)" + ADDRESS + " = " + SOURCE,
     lambda n, d, o, s, i: store(n, d, o or "", s, i)),
    (r"lock \*\(u(\d+) \*\)" + ADDRESS + r" (\S+) [rw](\d+)",
     lambda n, d, o, op, s: lock(n, d, o or "", op, s)),
    (r"[rw](\d+) = atomic_(\w+)\(\(u(\d+) \*\)" + ADDRESS +
     r", (?:[rw]0, )?[rw](\d+)\)",
     lambda t, k, n, d, o, s: fetch(t, k, n, d, o or "", s)),
    (r"if ([rw])(\d+) (\S+) " + SOURCE + r" goto (\S+)", jump),
    (r"goto (\S+)", lambda to: put(0x05, off=target(to, 3))),
    (r"gotol (\S+)", lambda to: put(0x06, imm=target(to, 4))),
    (r"may_goto (\S+)", lambda to: put(0xe5, off=target(to, 3))),
    (r"call (\d+)", lambda n: put(0x85, imm=int(n))),
    (r"call ([a-z]\w*)", lambda to: put(0x85, 0, 1, imm=target(to, 4))),
    (r"([rw])(\d+) (\S+) " + SOURCE, alu),
)]


def statement(text):
    if text.startswith("raw "):
        return [bytes.fromhex(text[4:])]
    for pattern, make in STATEMENTS:
        m = pattern.match(text)
        if m:
            return make(*m.groups())
    raise ValueError("no BPF: %r" % text)


def assemble(text):
    """Statements between ; or line ends become the bytes of a program."""
    out, labels = [], {}
    for part in re.split(r"[;\n]", re.sub(r"//.*", "", text)):
        part = " ".join(part.split())
        m = re.match(r"([a-z]\w*):\s*", part)
        if m:
            labels[m.group(1)] = len(out)
            part = part[m.end():]
        if part:
            out += statement(part)
    code = b""
    for i, fields in enumerate(out):
        if isinstance(fields, bytes):
            code += fields
            continue
        code += insn(*(labels[f.name] - i - 1 if isinstance(f, Target) else f
                       for f in fields))
    return code
