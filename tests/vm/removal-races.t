#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# params: cards=2 ports=2
"""Whatever can be made fast to a card is made fast while cards and ports go, move
and are made anew: filters, captures, perf events, AF_XDP sockets, contexts, VLANs
and cables, in traffic.

Each kind of work is repeated by a process of its own. What comes too late is
refused with an error; the rest is for the harness to see: a warning, a hang, a
leak. offload-races.t does the same with programs and maps. FLOWNIC_ROUNDS sets how
often each disturbance comes (1).
"""

import fcntl
import mmap
import os
import random
import signal
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bpf import *  # noqa: E402,F403
from nic import *  # noqa: E402,F403
from tc import Filter  # noqa: E402
from xsk import Xsk, ToSockets  # noqa: E402

ROUNDS = int(os.environ.get("FLOWNIC_ROUNDS", "1"))
UML = os.environ.get("FLOWNIC_KERNEL") == "uml"
PORTS = "fn0p0", "fn0p1", "fn1p0", "fn1p1"
DEVLINK = "platform/flownic.1"
CAPTURE = 0x4018f101
MISSED = OSError, Failed, BpfError


def quietly(*commands):
    """Run commands that may come too late."""
    for command in commands:
        run(command, check=False)


# ---- what is made fast; each returns when it has come to its end

def filters(rng):
    dev = rng.choice(PORTS)
    quietly("ethtool -K %s hw-tc-offload on" % dev,
            "tc qdisc add dev %s clsact" % dev)
    f = Filter(returns(rng.choice((0, 2))), dev=dev)
    try:
        quietly("tc -s filter show dev %s ingress" % dev)
        f.remove()
    except Failed:
        f.close()
        raise


def blocks(rng):
    """A block of two ports' filters."""
    for dev in "fn0p1", "fn1p1":
        quietly("tc qdisc del dev %s clsact" % dev,
                "tc qdisc del dev %s ingress" % dev)
        run("tc qdisc add dev %s ingress_block 7 ingress" % dev)
    with Prog(returns(0), 0, SCHED_CLS) as prog:
        path = prog.pin("/sys/fs/bpf/block-%d" % os.getpid())
        try:
            run("tc filter replace block 7 prio 1 handle 1 bpf da "
                "object-pinned " + path)
        finally:
            os.unlink(path)


def captures(rng):
    fd = os.open("/dev/flownic", os.O_RDWR | os.O_NONBLOCK)
    try:
        fcntl.ioctl(fd, CAPTURE, struct.pack("6I", rng.randrange(2), 3, 7, 96,
                                             256, 0))
        for _ in range(20):
            try:
                if not os.read(fd, 1 << 14):
                    break
            except BlockingIOError:
                pass
    finally:
        os.close(fd)


def sends_events(fd):
    """A program that sends a perf event for each frame."""
    return (mov_reg(6, 1) + store_imm(W, 10, -8, 7) + store_imm(W, 10, -4, 7) +
            mov_reg(1, 6) + map_fd(2, fd) + imm64(3, 0xffffffff) +
            mov_reg(4, 10) + alu(ADD, 4, -8) + mov(5, 8) + call(25) +
            mov(0, DROP) + EXIT)


def events(rng):
    dev = rng.choice(PORTS)
    with Map(PERF_EVENT_ARRAY, 4, 4, 4) as m, \
            Prog(sends_events(m.fd), ifindex(dev)) as prog, \
            prog.link(ifindex(dev)):
        quietly("ip link set %s up" % dev, "ip link set %s up" %
                dev.replace("p", "w"))


def sockets(rng):
    first = Xsk(rng.choice(PORTS), patience=3)
    socks = [first]
    try:
        socks.append(Xsk(rng.choice(PORTS), owner=first, patience=3))
        with ToSockets(rng.choice(PORTS)) as prog:
            for sock in socks:
                prog.add(sock)
            for _ in range(5):
                for sock in socks:
                    sock.lend(40)
                    for n in range(20):
                        sock.put(mark(n))
                    sock.kick()
                    sock.receive()
                    sock.complete()
    finally:
        rng.shuffle(socks)
        for sock in socks:
            sock.close()


def contexts(rng):
    dev = rng.choice(PORTS)
    run("ethtool -N %s flow-type udp4 dst-port %d action 0 loc %d" %
        (dev, rng.randrange(1, 65536), rng.randrange(128)))
    made = re.search(r"context is (\d+)", run(
        "ethtool -X %s context new equal 1" % dev, check=False))
    if made:
        where = dev, int(made.group(1))
        quietly("ethtool -N %s flow-type tcp4 dst-port 9 context %d loc 1" %
                where, "ethtool -N %s delete 1" % dev,
                "ethtool -X %s context %d delete" % where)


def vlans(rng):
    dev, name = rng.choice(PORTS), "vlan%d" % rng.randrange(4)
    quietly("ethtool -K %s rx-vlan-filter on rxvlan %s" %
            (dev, rng.choice(("on", "off"))),
            "ethtool --set-priv-flags %s rx-address-filter on" % dev)
    run("ip link add link %s name %s type vlan id %d" %
        (dev, name, rng.randrange(1, 4095)))
    quietly("ip maddr add 01:00:5e:00:00:%02x dev %s" % (rng.randrange(99),
                                                         dev),
            "ip link del " + name)


def cables(rng):
    quietly("%s cable %s off" % (FLOWNIC, rng.choice(PORTS)))
    run("%s cable %s %s" % (FLOWNIC, *rng.sample(PORTS, 2)))


def floods(rng):
    sender = Sender(rng.choice(PORTS).replace("p", "w", 1))
    sender.socket.setblocking(False)
    frame = mark(1) + bytes(rng.choice((33, 1400)))
    try:
        for _ in range(300):
            try:
                sender.socket.send(frame)
            except BlockingIOError:
                pass
    finally:
        sender.close()


# ---- what happens to it meanwhile

def card_goes():
    """As card 2, whose cable is put to what the others work on."""
    number = json.loads(run([FLOWNIC, "-j", "card", "add"]))["card"]
    quietly("ip link set fn%dp0 up" % number,
            "%s cable fn%dp0 fn0p1" % (FLOWNIC, number))
    run([FLOWNIC, "card", "del", str(number)])


def port_goes():
    run(FLOWNIC + " port del card 0 port 1")
    run(FLOWNIC + " port add card 0 port 1")


def reloads():
    for workers in 0, 2:
        quietly("devlink dev param set %s name workers value %d "
                "cmode driverinit" % (DEVLINK, workers),
                "devlink dev reload " + DEVLINK)


def moves():
    for dev in "fn1p0", "fn1w0":
        quietly("ip link set %s netns %s" % (dev, PEER),
                "ip -n %s link set %s up" % (PEER, dev))
    for dev in "fn1w0", "fn1p0":
        quietly("ip -n %s link set %s netns 1" % (PEER, dev))


def namespace_goes():
    """With a port, which comes back, and whatever is on it."""
    run("ip netns add gone")
    quietly("ip link set fn1p1 netns gone", "ip -n gone link set fn1p1 up")
    run("ip netns del gone")


def changes_shape():
    quietly("ethtool -G fn0p0 rx 64 tx 64", "ethtool -L fn0p0 combined 3",
            "ip link set fn0p0 mtu 4000", "ip link set fn0p0 down",
            "ethtool -G fn0p0 rx 512 tx 512", "ethtool -L fn0p0 combined 1",
            "ip link set fn0p0 up", "ip link set fn0p0 mtu 1500")


def all_up():
    for dev in PORTS:
        quietly("ip link set %s up" % dev,
                "ip link set %s up" % dev.replace("p", "w", 1))


# ---- processes

class Processes:
    """Each does some kinds of work in turn, and counts how often one came to its
    end."""

    def __init__(self, shares):
        self.names = [work.__name__ for share in shares for work in share]
        self.area = mmap.mmap(-1, 4 * len(self.names))
        self.pids = [self._start(n, share) for n, share in enumerate(shares)]

    def _start(self, number, share):
        pid = os.fork()
        if pid:
            return pid
        try:
            self._repeat(share, random.Random(number))
        except BaseException as e:
            diag("%s: %r" % (share[0].__name__, e))
        os._exit(1)

    def _repeat(self, share, rng):
        ended, missed = [], {}
        signal.signal(signal.SIGTERM, lambda *_: ended.append(1))
        while not ended:
            for work in share:
                name = work.__name__
                try:
                    work(rng)
                    self._count(self.names.index(name))
                except MISSED as e:
                    missed[name] = str(e).strip()
        for name, why in missed.items():
            diag("%s was last refused: %s" % (name, why))
        os._exit(0)

    def _count(self, at):
        old = self.counts()[at]
        self.area[4 * at:4 * at + 4] = struct.pack("I", old + 1)

    def counts(self):
        return struct.unpack("%dI" % len(self.names), self.area)

    def stuck(self, before):
        """Kinds of work that have not come to their end since."""
        return [name for name, now, then in
                zip(self.names, self.counts(), before) if now == then]

    def end(self):
        """The exit status of each."""
        for pid in self.pids:
            os.kill(pid, signal.SIGTERM)
        return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                for pid in self.pids]


def left_over(tap, before):
    for dev in PORTS:
        quietly("tc qdisc del dev %s clsact" % dev,
                "tc qdisc del dev %s ingress" % dev,
                "%s cable %s off" % (FLOWNIC, dev))
    tap.equal(await_objects(before), {}, "no program and no map is left")
    tap.ok(awaited(lambda: not json.loads(run(FLOWNIC + " -j show prog")) and
                   not json.loads(run(FLOWNIC + " -j show map"))),
           "nor on a card", run(FLOWNIC + " show"))


def main():
    tap = Tap()
    run("ip netns add " + PEER)
    run("mount -t bpf bpf /sys/fs/bpf", check=False)
    before = objects()
    all_up()
    shares = [[filters, blocks], [contexts, vlans], [cables], [captures],
              [floods]]
    if not UML:
        shares += [[sockets], [events]]
    processes = Processes(shares)
    for happens in (card_goes, port_goes, reloads, moves, namespace_goes,
                    changes_shape):
        for _ in range(ROUNDS):
            happens()
            all_up()
        tap.ok(True, "%d times: %s" % (ROUNDS, happens.__name__))
    # Undisturbed, each must get on.
    at = processes.counts()
    awaited(lambda: not processes.stuck(at), tries=12000)
    tap.equal(processes.stuck(at), [],
              "all that was at work goes on afterwards")
    tap.equal(processes.end(), [0] * len(shares), "and ends")
    left_over(tap, before)
    tap.done()


main()
