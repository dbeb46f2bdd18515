#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Maps on the card answer bpf(2) as the kernel's own do.

The same operations are done on a map of the card and on one of the host, and
each answer is compared.
"""

import ctypes
import mmap
import os
import random
import re
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bpf import *  # noqa: E402,F403
from nic import *  # noqa: E402,F403


def show(kind):
    return json.loads(run([FLOWNIC, "-j", "show", kind]))


def answer(fn, *args):
    """What an operation does: its result, or its error."""
    try:
        return fn(*args)
    except BpfError as e:
        return errno.errorcode.get(e.errno, e.errno)


def operations(rng, keys, value_size, count):
    for _ in range(count):
        key = rng.choice(keys)
        value = rng.randbytes(value_size)
        op = rng.choice(("update", "update", "lookup", "delete"))
        if op == "update":
            yield "update", key, value, rng.choice((ANY, NOEXIST, EXIST, 3, 8))
        else:
            yield op, key


def test_alike(tap, name, kind, keys, value_size, entries, seed):
    rng = random.Random(seed)
    shape = kind, len(keys[0]), value_size, entries
    bad = None
    with Map(*shape, ifindex=ifindex("fn0p0")) as card, Map(*shape) as host:
        for n, op in enumerate(operations(rng, keys, value_size, 600)):
            got, expected = (answer(getattr(m, op[0]), *op[1:])
                             for m in (card, host))
            if (kind, op[-1], expected) == (ARRAY, EXIST, "E2BIG"):
                expected = "ENOENT"  # as the kernel's test of offload has it
            if got != expected:
                bad = "operation %d of seed %d: %s: %s on the card, %s on " \
                    "the host" % (n, seed, op, got, expected)
                break
        tap.ok(not bad, name + ": 600 operations give the same answers", bad)
        got, expected = (sorted((k, m.lookup(k)) for k in m.keys())
                         for m in (card, host))
        tap.equal(got, expected, name + ": and leave the same entries")
        if kind == ARRAY:
            tap.equal(card.keys(), host.keys(),
                      name + ": keys come in the same order")
        absent = keys[0][:-1] + b"\xee"
        tap.equal(card.next(absent), card.next(),
                  name + ": after an unknown key comes the first")


def test_walk(tap):
    """A walk that deletes what it finds ends, and finds everything."""
    keys = [struct.pack("<I", 7 * n) for n in range(300)]
    with Map(HASH, 4, 16, 300, ifindex("fn0p0")) as m:
        for k in keys:
            m.update(k, k * 4)
        tap.equal(m.keys(), keys,
                  "a walk finds 300 keys once, in the order in which they came")
        for k in keys[::3]:
            m.update(k, k * 4)
        tap.equal(m.keys(), keys, "which new values do not change")
        found = []
        key = m.next()
        while key is not None and len(found) < 1000:
            found.append(key)
            m.delete(key)
            key = m.next(key)
        tap.equal(sorted(found), sorted(keys),
                  "a walk that deletes finds them once, too")
        for k in keys:
            m.update(k, k * 4)
        tap.equal(len(m.keys()), 300, "the room of deleted entries is reused")


def test_shown(tap):
    with Map(HASH, 8, 24, 10, ifindex("fn0p1"), name="shown") as m:
        m.update(b"12345678", bytes(24))
        got = [i for i in show("map") if i.get("id") == m.id]
        tap.equal([(i["name"], i["type"], i["key_size"], i["value_size"],
                    i["entries"], i["max_entries"]) for i in got],
                  [("shown", "hash", 8, 24, 1, 10)], "flownic shows the map")
        info = bpftool("map show id %d" % m.id)
        tap.equal((info["name"], info["type"], info["dev"]["ifname"]
                   if "dev" in info else info.get("ifname")),
                  ("shown", "hash", "fn0p1"), "bpftool shows it as offloaded")
        bpftool("map update id %d key 1 2 3 4 5 6 7 8 value %s" %
                (m.id, " ".join(["9"] * 24)))
        tap.equal(m.lookup(bytes(range(1, 9))), b"\x09" * 24,
                  "bpftool writes it")
        tap.equal(len(bpftool("map dump id %d" % m.id)), 2,
                  "bpftool reads it")
    tap.ok(awaited(lambda: not show("map")), "closed, it is gone")


def reads(fd):
    return (store_imm(W, 10, -4, 0) + mov_reg(2, 10) + alu(ADD, 2, -4) +
            map_fd(1, fd) + call(1) + jump(JEQ, 0, 0, 1) +
            load(DW, 1, 0, 0) + returns(PASS))


def writes(fd):
    return (store_imm(W, 10, -4, 0) + mov_reg(2, 10) + alu(ADD, 2, -4) +
            map_fd(1, fd) + call(1) + jump(JEQ, 0, 0, 1) +
            store_imm(DW, 0, 0, 1) + returns(PASS))


def test_access(tap):
    """Who may read and write a map: the flags mean what they mean at the host."""
    key, value = bytes(4), b"12345678"
    for kind, name in (ARRAY, "array"), (HASH, "hash"):
        for flag, word in ((F_RDONLY, "RDONLY"), (F_WRONLY, "WRONLY"),
                           (F_RDONLY_PROG, "RDONLY_PROG"),
                           (F_WRONLY_PROG, "WRONLY_PROG")):
            answers = []
            for where in ifindex("fn0p0"), 0:
                with Map(kind, 4, 8, 4, where, flags=flag) as m:
                    got = [answer(m.update, key, value), answer(m.next),
                           answer(m.lookup, key)]
                    for code in reads(m.fd), writes(m.fd):
                        e = attempt(Prog, code, where)
                        got.append(e and e.errno)
                    answers.append(got)
            tap.equal(answers[0], answers[1], "%s with BPF_F_%s: %s" % (
                name, word, answers[1]))
    with Map(HASH, 4, 8, 4, ifindex("fn0p0")) as m:
        buf = ctypes.create_string_buffer(64)
        at = address(buf)
        attr = struct.pack("<QQQQIIQQ", 0, at, at, at, 2, m.fd, 0, 0)
        e = attempt(bpf, MAP_LOOKUP_BATCH, attr)
        tap.equal(e and e.errno, ENOTSUPP,
                  "the offload core passes no batches on")


def own_bytes():
    """Large memory of the module's; what is free depends on others, too."""
    with open("/proc/vmallocinfo") as f:
        return mmap.PAGESIZE * sum(
            int(re.search(r" pages=(\d+)", line)[1])
            for line in f if "[flownic]" in line and " pages=" in line)


def test_memory(tap):
    """An entry takes up to 1.5 times its key, value and 16 bytes of the host."""
    # Large memory comes in pieces of 2 MiB, which arrays of so many nearly fill.
    n = (1 << 21) - 1024
    for name, kind, key, value in (("array", ARRAY, 4, 8), ("hash", HASH, 4, 8)):
        # Those of before are not gone the moment that they are closed.
        awaited(lambda: not show("map"))
        before = own_bytes()
        with Map(kind, key, value, n, ifindex("fn0p1")) as m:
            taken = own_bytes() - before
            said = [i for i in show("map") if i.get("id") == m.id][0]["memory"]
        most = 1.5 * n * (key + value + 16)
        print("# %s: %.1f bytes for an entry, of %.1f" %
              (name, taken / n, most / n))
        tap.ok(0 < taken <= most, "%s: memory of %d entries" % (name, n),
               taken, most)
        tap.ok(abs(taken - said) < said / 20, "is what flownic says it is",
               taken, said)


def main():
    tap = Tap()
    words = [struct.pack("<I", n) for n in range(12)]
    texts = [b"key-%08d-%s" % (n, b"x" * 20) for n in range(12)]
    test_alike(tap, "array", ARRAY, words, 8, 8, 1)
    test_alike(tap, "array of 5 bytes", ARRAY, words, 5, 8, 2)
    test_alike(tap, "hash", HASH, words, 8, 8, 3)
    test_alike(tap, "hash of long keys", HASH, texts, 100, 12, 4)
    test_alike(tap, "hash of odd sizes", HASH, [k[:7] for k in texts], 3, 1, 5)
    test_walk(tap)
    test_shown(tap)
    test_access(tap)
    test_memory(tap)
    tap.done()


main()
