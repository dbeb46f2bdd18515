#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# needs: jit, trace
"""What helpers answer, in all 64 bits: every error that a program can provoke,
on the card as in the kernel that runs it, which is asked in driver mode.
"""

import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403
from bpf import *  # noqa: E402,F403

HASH, ARRAY, PERF = 1, 2, 4
LOOKUP, UPDATE, DELETE, PRINTK, REDIRECT, OUTPUT, CSUM = 1, 2, 3, 6, 23, 25, 28
HEAD, META, TAIL, LEN = 44, 54, 65, 188
STRTOL, STRTOUL, CHECK_MTU = 105, 106, 163
NOEXIST, EXIST = 1, 2
FRAME = mac(HOST_MAC) + mac(PEER_MAC) + b"\x88\xb5" + bytes(50)
PIN = "/sys/fs/bpf/helpers"


class Maps:
    """What the programs use; on the card or in the kernel."""

    def __init__(self, index):
        self.hash = Map(HASH, 4, 8, 2, index)
        self.array = Map(ARRAY, 4, 8, 2, index)
        self.perf = Map(PERF, 4, 4, 2)  # the host's in either case
        for key in range(2):
            self.hash.update(struct.pack("<I", key), bytes(8))

    def close(self):
        for m in self.hash, self.array, self.perf:
            m.close()


def key_and_value(key):
    """r2 is the address of a key on the stack, r3 that of a value."""
    return (store_imm(W, 10, -4, key) + store_imm(DW, 10, -16, 7) +
            mov_reg(2, 10) + alu(ADD, 2, -4) + mov_reg(3, 10) +
            alu(ADD, 3, -16))


def map_call(number, which, key, flags=0):
    return lambda maps: (key_and_value(key) +
                         map_fd(1, getattr(maps, which).fd) + mov(4, flags) +
                         call(number))


def ctx_call(number, offset=0):
    return lambda maps: mov_reg(1, 6) + mov(2, offset) + call(number)


def csum_diff(from_size, to_size, seed=0):
    """Of 768 bytes of the stack."""
    def code(maps):
        text = b"".join(store_imm(DW, 10, -8 * n, n * 0x1234567)
                        for n in range(1, 64))
        return (text + mov_reg(1, 10) + alu(ADD, 1, -504) +
                mov(2, from_size) + mov_reg(3, 10) + alu(ADD, 3, -504) +
                mov(4, to_size) + imm64(5, seed) + call(CSUM))
    return code


def output(flags, size=8):
    return lambda maps: (mov_reg(1, 6) + map_fd(2, maps.perf.fd) +
                         imm64(3, flags) + store_imm(DW, 10, -8, 1) +
                         mov_reg(4, 10) + alu(ADD, 4, -8) + mov(5, size) +
                         call(OUTPUT))


def printk(text, size=8):
    value = int.from_bytes(text.ljust(8, b"\0"), "little")
    return lambda maps: (imm64(1, value) + store(DW, 10, -8, 1) +
                         mov_reg(1, 10) + alu(ADD, 1, -8) + mov(2, size) +
                         mov(3, 0) + call(PRINTK))


def number(helper, text, flags, result=False):
    """Of up to 24 bytes of text: what the helper returns, or what it stores."""
    def code(maps):
        padded = text.ljust(24, b"\0")
        return (b"".join(imm64(1, int.from_bytes(padded[n:n + 8], "little")) +
                         store(DW, 10, n - 24, 1) for n in (0, 8, 16)) +
                store_imm(DW, 10, -32, 77) + mov_reg(1, 10) +
                alu(ADD, 1, -24) + mov(2, len(text)) + imm64(3, flags) +
                mov_reg(4, 10) + alu(ADD, 4, -32) + call(helper) +
                (load(DW, 0, 10, -32) if result else b""))
    return code


def numbers():
    texts = [(b"123", 10), (b"-5", 10), (b"  42x", 0), (b"0x1fg", 0),
             (b"0X1F", 16), (b"017", 0), (b"089", 0), (b"08", 10),
             (b"9223372036854775807", 10), (b"9223372036854775808", 0),
             (b"-9223372036854775808", 0), (b"-9223372036854775809", 0),
             (b"18446744073709551615", 0), (b"18446744073709551616", 10),
             (b"99999999999999999999999", 10), (b"ffffffffffffffff", 16),
             (b"10000000000000000", 16), (b"-", 10), (b"   ", 10),
             (b"+5", 10), (b"- 5", 10), (b"--5", 10), (b"-0", 10),
             (b"0x", 16), (b"0x", 0), (b"zz", 10), (b"\xa0\t\v9", 10),
             (b"1\x002", 10), (b"12", 7), (b"12", 64), (b"12", 1 << 40),
             (b"777", 8), (b"aBcDe", 16)]
    for text, flags in texts:
        for helper, name in (STRTOL, "strtol"), (STRTOUL, "strtoul"):
            for result in False, True:
                yield ("%s(%r, %#x)%s" % (name, text, flags,
                                          ": the number" if result else ""),
                       number(helper, text, flags, result))


def check_mtu(where, size, more, flags=0, result=False):
    """where: a function that returns an ifindex"""
    def code(maps):
        return (mov_reg(1, 6) + mov(2, where()) +
                store_imm(W, 10, -4, size) + mov_reg(3, 10) +
                alu(ADD, 3, -4) + mov(4, more) + imm64(5, flags) +
                call(CHECK_MTU) +
                (load(W, 0, 10, -4) if result else b""))
    return code


def here():
    return ifindex("fn0p0")


def itself():
    return 0


def nowhere():
    return 9999


def mtus():
    for name, where, size, more, flags in (
            ("the port", here, 0, 0, 0), ("itself", itself, 0, 0, 0),
            ("no port", nowhere, 0, 0, 0), ("itself", itself, 1500, 0, 0),
            ("itself", itself, 1501, 0, 0), ("itself", itself, 1501, -1, 0),
            ("itself", itself, 0, 1450, 0), ("itself", itself, 0, 1451, 0),
            ("itself", itself, 0, -2000, 0), ("itself", itself, 0, 0, 1),
            ("itself", itself, -1, 0, 0), ("no port", nowhere, 0, 0, 1)):
        for result in False, True:
            yield ("check_mtu of %s, %d bytes and %d, flags %d%s" % (
                name, size, more, flags, ": the MTU" if result else ""),
                check_mtu(where, size, more, flags, result))


CASES = (
    ("lookup of no entry", map_call(LOOKUP, "hash", 9)),
    ("array: lookup beyond the end", map_call(LOOKUP, "array", 2)),
    ("hash: the entry must be there", map_call(UPDATE, "hash", 9, EXIST)),
    ("hash: it must not be there", map_call(UPDATE, "hash", 0, NOEXIST)),
    ("hash: full", map_call(UPDATE, "hash", 9)),
    ("hash: unknown flags", map_call(UPDATE, "hash", 0, 8)),
    ("hash: negative flags", map_call(UPDATE, "hash", 0, -1)),
    ("hash: updated", map_call(UPDATE, "hash", 0)),
    ("hash: deletion of no entry", map_call(DELETE, "hash", 9)),
    ("hash: deleted", map_call(DELETE, "hash", 1)),
    ("array: update beyond the end", map_call(UPDATE, "array", 2)),
    ("array: it must not be there", map_call(UPDATE, "array", 0, NOEXIST)),
    ("array: unknown flags", map_call(UPDATE, "array", 0, 8)),
    ("array: updated", map_call(UPDATE, "array", 0, EXIST)),
    ("array: deletion", map_call(DELETE, "array", 0)),
    ("head: into the reserve", ctx_call(HEAD, -300)),
    ("head: behind the end", ctx_call(HEAD, 60)),
    ("head: far behind the end", ctx_call(HEAD, 0x7fffffff)),
    ("head: far before the start", ctx_call(HEAD, -0x80000000)),
    ("meta: no multiple of 4", ctx_call(META, -6)),
    ("meta: too much", ctx_call(META, -260)),
    ("meta: behind the data", ctx_call(META, 4)),
    ("meta: 8 bytes", ctx_call(META, -8)),
    ("tail: too short", ctx_call(TAIL, -60)),
    ("tail: too long", ctx_call(TAIL, 8000)),
    ("tail: far too short", ctx_call(TAIL, -0x80000000)),
    ("length", ctx_call(LEN)),
    ("csum_diff: of nothing", csum_diff(0, 0, 0x12345)),
    ("csum_diff: 8 and 8 bytes", csum_diff(8, 8, 0x12345)),
    ("csum_diff: 6 bytes go", csum_diff(6, 0)),
    ("csum_diff: 7 bytes come", csum_diff(0, 7, 0xffffffff)),
    ("csum_diff: 5 for 3 bytes", csum_diff(3, 5, 1)),
    ("csum_diff: 504 bytes come", csum_diff(0, 504, 1)),
    ("csum_diff: 504 bytes go", csum_diff(504, 0, 1)),
    ("csum_diff: more than 512 bytes", csum_diff(504, 504, 1)),
    ("redirect: unknown flags", lambda maps: mov(1, 1) + mov(2, 16) +
     call(REDIRECT)),
    ("output: unknown flags", output(1 << 63)),
    ("output: beyond the end of the map", output(2)),
    ("output: more of the frame than there is", output(65 << 32 | 0xffffffff)),
    ("printk: a conversion that there is not", printk(b"%q")),
    ("printk: no end", printk(b"12345678")),
    ("printk: a lone %", printk(b"%")),
    ("printk: too many conversions", printk(b"%d%d%d%d", 9 - 1)),
    *numbers(), *mtus(),
)


def program(body, maps):
    """The answer goes to bytes 14 to 21 of the frame."""
    return (mov_reg(6, 1) + body(maps) + mov_reg(7, 0) +
            load(W, 2, 6, 0) + load(W, 3, 6, 4) + mov_reg(4, 2) +
            alu(ADD, 4, 22) + jump_reg(JGT, 4, 3, 3) +
            mov_reg(5, 2) + store(DW, 5, 14, 7) + mov(0, PASS) + EXIT)



def answer(mode, body, capture, sender):
    index = ifindex("fn0p0") if mode == "xdpoffload" else 0
    maps = Maps(index)
    try:
        with Prog(program(body, maps), index) as prog:
            prog.pin(PIN)
        run("ip link set dev fn0p0 %s pinned %s" % (mode, PIN))
        sender.send(FRAME)
        capture.await_frames(1)
        frames = capture.frames
        run("ip link set dev fn0p0 %s off" % mode)
        os.unlink(PIN)
    except BpfError as e:
        return "refused: " + (e.log.splitlines() or [str(e)])[-1]
    finally:
        maps.close()
    if len(frames) != 1:
        return "%d frames" % len(frames)
    return "0x%016x" % struct.unpack_from("<Q", frames[0], 14)[0]


def main():
    tap = Tap()
    set_up(1)
    for name, body in CASES:
        got = []
        for mode in "xdpdrv", "xdpoffload":
            capture = Capture("fn0p0")
            sender = Sender("fn0w0", PEER)
            got.append(answer(mode, body, capture, sender))
            capture.close()
            sender.close()
        if got[0].startswith("refused"):
            tap.skip(name, "this kernel's verifier " + got[0])
        else:
            tap.equal(got[1], got[0], "%s: %s" % (name, got[0]))
    tap.done()


main()
