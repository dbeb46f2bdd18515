#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Everything at once: programs are loaded, attached, replaced and dumped, maps
written and walked, and cards added and removed while frames come in.

Whoever comes too late is refused with a known error. The rest is for the
harness to see: a warning, a hang, or something left on a card.
"""

import os
import random
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bpf import *  # noqa: E402,F403
from nic import *  # noqa: E402,F403

ROUNDS = int(os.environ.get("FLOWNIC_ROUNDS", "12"))
# What may be answered by a card that is going, or to an object that lost it.
LATE = (errno.ENODEV, errno.EINVAL, errno.ENOENT, errno.EOPNOTSUPP,
        errno.EBUSY, errno.EEXIST)


def ifindex(dev):
    try:
        with open("/sys/class/net/%s/ifindex" % dev) as f:
            return int(f.read())
    except OSError:
        return 0x7ffffffe


def on_card():
    return [len(json.loads(run([FLOWNIC, "-j", "show", kind])))
            for kind in ("prog", "map")]


def looks_up(fd, verdict):
    return (store_imm(W, 10, -4, 1) + mov_reg(2, 10) + alu(ADD, 2, -4) +
            map_fd(1, fd) + call(1) + mov(6, verdict) + jump(JEQ, 0, 0, 2) +
            mov(1, 1) + insn(0xdb, 0, 1, 0, 0) + mov_reg(0, 6) + EXIT)


def loads(rng):
    """Load programs with a map, attach them, replace them, let them go."""
    index = ifindex("fn%dp%d" % (rng.randrange(2), rng.randrange(2)))
    with Map(rng.choice((ARRAY, HASH)), 4, 8, 8, index) as m:
        m.update(b"\1\0\0\0", bytes(8))
        with Prog(looks_up(m.fd, rng.choice((DROP, PASS, TX))), index) as p:
            with p.link(ifindex("fn%dp%d" % (rng.randrange(2),
                                             rng.randrange(2)))):
                for n in range(5):
                    m.update(struct.pack("<I", n), bytes(8))
                m.keys()


def dumps(rng):
    """Look at everything, whatever there is of it."""
    subprocess.run([FLOWNIC, "-j", rng.choice(("show", "stats"))],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for number in ids(PROG_NEXT_ID):
        subprocess.run([FLOWNIC, "dump", "prog", "id", str(number)],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def infos(rng):
    """Objects by id, which may be orphans by then."""
    for cmd, by_id in ((PROG_NEXT_ID, PROG_BY_ID), (MAP_NEXT_ID, MAP_BY_ID)):
        for number in ids(cmd):
            with Fd(bpf(by_id, struct.pack("<III", number, 0, 0))[0]) as fd:
                fd.info()


def sends(rng):
    sender = Sender("fn0w%d" % rng.randrange(2), PEER)
    for n in range(50):
        sender.send(mark(n))
    sender.close()


def endless(work, rng):
    bad, done = 0, 0
    signal.signal(signal.SIGTERM, lambda *_: os._exit(bad or not done))
    while True:
        try:
            work(rng)
            done += 1
        except BpfError as e:
            if e.errno not in LATE:
                diag("%s: %s\n%s" % (work.__name__, e, e.log))
                bad = 1


def repeat(work, seed):
    """A process that does its work until it is told to end."""
    pid = os.fork()
    if pid:
        return pid
    try:
        endless(work, random.Random(seed))
    except BaseException as e:
        diag("%s: %r" % (work.__name__, e))
    os._exit(2)


def main():
    tap = Tap()
    set_up()
    programs, maps = len(ids(PROG_NEXT_ID)), len(ids(MAP_NEXT_ID))
    workers = {repeat(work, seed): "%s %d" % (work.__name__, seed)
               for seed, work in enumerate((loads, loads, loads, dumps, infos,
                                            sends))}
    removed = 0
    for n in range(ROUNDS):
        said = json.loads(run([FLOWNIC, "-j", "card", "add"]))
        run("ip link set fn%dp0 up" % said["card"])
        run([FLOWNIC, "card", "del", str(said["card"])])
        removed += 1
    tap.equal(removed, ROUNDS, "%d cards came and went" % ROUNDS)
    for pid, name in workers.items():
        os.kill(pid, signal.SIGTERM)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        tap.equal(status, 0, name + " did something and met no other error than to be late")
    tap.equal([attached("fn0p0"), attached("fn0p1")], [{}, {}],
              "nothing is attached")
    tap.ok(awaited(lambda: on_card() == [0, 0]),
           "no program and no map is left on a card", on_card())
    tap.ok(awaited(lambda: (len(ids(PROG_NEXT_ID)), len(ids(MAP_NEXT_ID))) ==
                   (programs, maps)), "nor in the kernel")
    tap.done()


main()
