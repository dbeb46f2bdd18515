#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What the card doesn't take is refused with a sentence: programs in the
verifier log, maps, for which bpf(2) has no room for one, in the kernel log."""

import mmap
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bpf import *  # noqa: E402,F403
from nic import *  # noqa: E402,F403


def on_card():
    out = [json.loads(run([FLOWNIC, "-j", "show", kind]))
           for kind in ("prog", "map")]
    return [len(o) for o in out]


def tail_call(fd):
    return map_fd(2, fd) + mov(3, 0) + call(12) + mov(0, PASS) + EXIT


def refuse(tap, name, pattern, code, **more):
    """The program must be refused, the log must match, nothing be left."""
    error = attempt(Prog, code, ifindex("fn0p0"), **more)
    log = error.log if error else ""
    tap.ok(error and re.search(pattern, log), name,
           "expected: refused, saying %s" % pattern,
           "got: %s" % (error or "accepted"), log)


def test_programs(tap):
    refuse(tap, "a helper that the card lacks is named, with those it has",
           r"\[flownic\] .*get_numa_node_id.*(\n.*)*map_lookup_elem",
           call(42) + mov(0, PASS) + EXIT)
    refuse(tap, "the instruction is named", r"\[flownic\] .*\b2\b.*get_numa_node_id",
           mov(6, 1) + mov(7, 1) + call(42) + mov(0, PASS) + EXIT)
    refuse(tap, "a kernel function is refused", r".",
           insn(0x85, src=2, imm=1) + mov(0, PASS) + EXIT)
    refuse(tap, "a classifier's helper is no XDP program's", "skb_load_bytes",
           mov(2, 0) + call(26) + mov(0, PASS) + EXIT)
    with Map(PROG_ARRAY, 4, 4, 4) as progs:
        refuse(tap, "a tail call is refused", "mismatch", tail_call(progs.fd))
    with Map(ARRAY, 4, 8, 4, name="host") as host:
        code = (store_imm(W, 10, -4, 0) + mov_reg(2, 10) + alu(ADD, 2, -4) +
                map_fd(1, host.fd) + call(1) + returns(PASS))
        refuse(tap, "a map of the host is refused", "mismatch", code)
    code = call(42) + mov(0, PASS) + EXIT
    error = attempt(Prog, code, ifindex("fn0p0"), log=0)
    tap.ok(error and error.errno in (errno.EINVAL, errno.EOPNOTSUPP),
           "without a log there is an error number", error)


def kernel_log():
    return run("dmesg").splitlines()


def refuse_map(tap, name, numbers, pattern, *shape, **more):
    before = len(kernel_log())
    error = attempt(Map, *shape, ifindex=ifindex("fn0p0"), **more)
    said = "\n".join(kernel_log()[before:])
    good = error and error.errno in numbers
    if pattern:
        good = good and re.search(pattern, said)
    tap.ok(good, name, "expected: %s, saying %s" % (numbers, pattern),
           "got: %s" % (error or "accepted"), said)


def test_maps(tap):
    no = [errno.EINVAL]
    big = [errno.E2BIG, errno.ENOMEM, errno.EINVAL]
    for kind, name in ((PROG_ARRAY, "program array"),
                       (PERF_EVENT_ARRAY, "perf event array"),
                       (PERCPU_HASH, "percpu hash"),
                       (PERCPU_ARRAY, "percpu array"),
                       (LRU_HASH, "LRU hash"), (DEVMAP, "device map")):
        refuse_map(tap, "a %s is refused" % name, no, None, kind, 4,
                   4 if kind in (PROG_ARRAY, PERF_EVENT_ARRAY, DEVMAP) else 8,
                   4)
    with Map(HASH, 4, 8, 4, ifindex("fn0p0"), flags=F_NO_PREALLOC) as m:
        m.update(bytes(4), b"12345678")
        tap.equal(m.lookup(bytes(4)), b"12345678",
                  "BPF_F_NO_PREALLOC is no matter to the card")
    with Map(ARRAY, 4, 8, 1, ifindex("fn0p0"),
             flags=F_MMAPABLE | F_NUMA_NODE) as m:
        m.update(bytes(4), b"12345678")
        tap.equal(m.lookup(bytes(4)), b"12345678",
                  "an array may ask to be mapped, and for a node")
        try:
            mmap.mmap(m.fd, 4096)
            error = None
        except OSError as e:
            error = e.errno
        tap.equal(error, ENOTSUPP, "but it can't be mapped")
    refuse_map(tap, "an array without a size of its own is refused", no,
               "flags 0x1000 are not for an array.*MMAPABLE", ARRAY, 4, 8, 1,
               flags=F_INNER_MAP)
    refuse_map(tap, "too many entries are refused, with the limit", big,
               r"map refused: .*\d", HASH, 4, 8, 1 << 30)
    refuse_map(tap, "a key too long is refused, with the limit", big,
               r"map refused: .*\d", HASH, 4096, 8, 4)
    refuse_map(tap, "a value too long is refused, with the limit", big,
               r"map refused: .*\d", ARRAY, 4, 1 << 22, 1)
    with Map(ARRAY, 4, 8, 4, ifindex("fn0p0"), flags=F_RDONLY_PROG) as m:
        m.update(bytes(4), b"12345678")
        code = (store_imm(W, 10, -4, 0) + mov_reg(2, 10) + alu(ADD, 2, -4) +
                map_fd(1, m.fd) + call(1) + jump(JEQ, 0, 0, 1) +
                store_imm(DW, 0, 0, 1) + returns(PASS))
        error = attempt(Prog, code, ifindex("fn0p0"))
        tap.ok(error and "write into map forbidden" in error.log,
               "a map that programs may only read can't be written by them",
               error and error.log)


def test_entries(tap):
    with Map(HASH, 4, 4, 2, ifindex("fn0p0")) as m:
        m.update(b"aaaa", b"1111")
        m.update(b"bbbb", b"2222")
        e = attempt(m.update, b"cccc", b"3333")
        tap.equal(e and e.errno, errno.E2BIG, "a full hash map takes no more")
        m.update(b"aaaa", b"4444")
        tap.equal([m.lookup(b"aaaa"), m.lookup(b"bbbb")], [b"4444", b"2222"],
                  "and has lost nothing")
    with Map(ARRAY, 4, 4, 2, ifindex("fn0p0")) as m:
        e = attempt(m.update, b"\2\0\0\0", b"1111")
        tap.equal(e and e.errno, errno.E2BIG,
                  "an array takes no index past its end")


def main():
    tap = Tap()
    free = on_card()
    for test in test_programs, test_maps, test_entries:
        test(tap)
    tap.equal(on_card(), free, "nothing of all this is on the card")
    tap.done()


main()
