# SPDX-License-Identifier: GPL-2.0
"""For tests that look at packets: TAP, namespaces, captures, maps, counters.

The host's ports stay in the namespace the test runs in; the cable ends go to
namespace "peer".
"""

import ctypes
import errno
import json
import os
import re
import select
import socket
import struct
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
FLOWNIC = TOP + "/build/flownic"
# To be put before a command.
NOBODY = "setpriv --reuid 65534 --clear-groups "
PEER = "peer"
HOST_MAC, PEER_MAC = "02:00:00:00:00:01", "02:00:00:00:00:02"
MODES = os.environ.get("FLOWNIC_MODES",
                       "xdpgeneric xdpdrv xdpoffload").split()
MODE_OF = {"xdpgeneric": "generic", "xdpdrv": "native",
           "xdpoffload": "offload"}

ETH_P_ALL = 3
CLONE_NEWNET = 0x40000000
SO_RCVBUFFORCE = 33
SOL_PACKET, PACKET_AUXDATA, PACKET_IGNORE_OUTGOING = 263, 8, 23
TP_STATUS_VLAN_VALID, TP_STATUS_VLAN_TPID_VALID = 1 << 4, 1 << 6


class Tap:
    """Results as they come; the plan at the end."""

    def __init__(self):
        self.count = 0
        self.failed = 0
        sys.stdout.reconfigure(line_buffering=True)

    def ok(self, good, name, *diagnosis):
        self.count += 1
        self.failed += not good
        print("%s %d - %s" % ("ok" if good else "not ok", self.count, name))
        if not good:
            for line in diagnosis:
                diag(line)
        return good

    def equal(self, got, expected, name):
        return self.ok(got == expected, name, "expected %r" % (expected,),
                       "got      %r" % (got,))

    def skip(self, name, why):
        self.count += 1
        print("ok %d - %s # SKIP %s" % (self.count, name, why))

    def done(self):
        print("1..%d" % self.count)
        sys.exit(1 if self.failed else 0)


def diag(text):
    for line in str(text).splitlines():
        print("# " + line)


class Failed(Exception):
    pass


def run(command, check=True):
    """Run a command line; returns its standard output."""
    p = subprocess.run(command, shell=isinstance(command, str), text=True,
                       stdin=subprocess.DEVNULL, capture_output=True)
    if check and p.returncode:
        raise Failed("%s: status %d\n%s%s" % (command, p.returncode, p.stdout,
                                              p.stderr))
    return p.stdout


def refused(command):
    """Run what must fail; returns what it said, or None if it succeeded."""
    p = subprocess.run(command, shell=True, text=True,
                       stdin=subprocess.DEVNULL, capture_output=True)
    return p.stderr + p.stdout if p.returncode else None


def refuses(tap, command, cases):
    """Words of a command of the tool, the exit status they end with, and what
    it says then."""
    for words, status, why in cases:
        p = subprocess.run("%s %s %s" % (FLOWNIC, command, words), shell=True,
                           text=True, capture_output=True)
        tap.ok(p.returncode == status and why in p.stderr,
               "refused: %s %s" % (command, words), p.returncode, p.stderr)


def ifindex(dev):
    with open("/sys/class/net/%s/ifindex" % dev) as f:
        return int(f.read())


def awaited(condition, tries=400, pause=0.05):
    """Whether the condition comes true; ends as soon as it has."""
    for _ in range(tries):
        if condition():
            return True
        time.sleep(pause)
    return bool(condition())


@contextmanager
def namespace(name):
    """In a network namespace; without a name, where we are."""
    if not name:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/self/ns/net") as home, \
            open("/run/netns/" + name) as there:
        if libc.setns(there.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns " + name)
        try:
            yield
        finally:
            libc.setns(home.fileno(), CLONE_NEWNET)


def in_peer(command):
    return run("ip netns exec %s %s" % (PEER, command))


def set_up(ports=2, mtu=1500, quiet=True):
    """Cable ends into the peer's namespace, all up.

    Quiet: nothing but what a test sends is on the cables, no frames are joined,
    and all stay in order: ports have one queue.
    """
    run("ip netns add " + PEER)
    in_peer("ip link set lo up")
    if quiet:
        # Frames that the stack gets in one go reach a packet socket late if
        # no protocol wants them.
        run("sysctl -qw net.core.gro_normal_batch=1")
        for where in "", "ip netns exec %s " % PEER:
            run(where + "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 "
                "net.ipv6.conf.default.disable_ipv6=1", check=False)
    for n in range(ports):
        port, cable = "fn0p%d" % n, "fn0w%d" % n
        run("ip link set %s netns %s" % (cable, PEER))
        if n == 0:
            run("ip link set %s address %s" % (port, HOST_MAC))
            in_peer("ip link set %s address %s" % (cable, PEER_MAC))
        if quiet:
            run("ethtool -K %s gro off" % port)
            run("ethtool -L %s combined 1" % port, check=False)
            in_peer("ethtool -K %s gro off" % cable)
        run("ip link set %s up mtu %d" % (port, mtu))
        in_peer("ip link set %s up mtu %d" % (cable, mtu))
        if quiet:
            # The default one may reorder what belongs to different flows.
            in_peer("tc qdisc replace dev %s root pfifo limit 10000" % cable)
    for n in range(ports):
        await_carrier("fn0p%d" % n)


def sum16(data, total=0):
    """The Internet checksum, not inverted."""
    data += b"\0" * (len(data) % 2)
    total += sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def await_carrier(dev):
    path = "/sys/class/net/%s/carrier" % dev

    def up():
        with open(path) as f:
            return f.read().strip() == "1"

    if not awaited(up):
        raise Failed("%s has no carrier" % dev)


def stats(dev):
    """ethtool -S, as a dictionary."""
    out = {}
    for line in run("ethtool -S " + dev).splitlines()[1:]:
        name, _, value = line.partition(":")
        out[name.strip()] = int(value)
    return out


def link_stats(dev):
    """ip -s link, as {"rx": {...}, "tx": {...}}."""
    return json.loads(run("ip -j -s link show dev " + dev))[0]["stats64"]


def changes(before, after):
    """The counters that changed, and by how much."""
    return {k: v - before.get(k, 0) for k, v in after.items()
            if v != before.get(k, 0)}


def attach(dev, mode, program, section="xdp"):
    if not os.path.isabs(program):
        program = "%s/build/bpf/%s.o" % (TOP, program)
    run("ip -force link set dev %s %s obj %s sec %s" % (dev, mode, program,
                                                        section))


def detach(dev, mode):
    run("ip link set dev %s %s off" % (dev, mode))


def attached(dev):
    """Mode to program id."""
    xdp = json.loads(run("ip -j -d link show dev " + dev))[0].get("xdp", {})
    names = {1: "xdpdrv", 2: "xdpgeneric", 3: "xdpoffload"}
    progs = xdp.get("attached", [xdp] if "prog" in xdp else [])
    return {names[p["mode"]]: p["prog"]["id"] for p in progs}


def bpftool(command):
    """The answer of bpftool as data."""
    p = subprocess.run("bpftool -j " + command, shell=True, text=True,
                       stdin=subprocess.DEVNULL, capture_output=True)
    answer = json.loads(p.stdout) if p.stdout.strip() else None
    if p.returncode or (isinstance(answer, dict) and "error" in answer):
        raise Failed("bpftool %s: %s %s" % (command, answer, p.stderr))
    return answer


def maps_of(prog):
    """Map names to ids, of a program's id."""
    ids = bpftool("prog show id %d" % prog).get("map_ids", [])
    return {bpftool("map show id %d" % i)["name"]: i for i in ids}


def as_bytes(data):
    return " ".join("%d" % b for b in data)


def map_set(map_id, key, value, flags=""):
    bpftool("map update id %d key %s value %s %s" % (
        map_id, as_bytes(key), as_bytes(value), flags))


def map_delete(map_id, key):
    bpftool("map delete id %d key %s" % (map_id, as_bytes(key)))


def map_dump(map_id):
    """Keys to values, both bytes."""
    def data(words):
        return bytes(int(w, 16) for w in words)

    return {data(e["key"]): data(e["value"])
            for e in bpftool("map dump id %d" % map_id)}


def pings(address, ns=None, count=3, options=""):
    """How many of some pings are answered, and what the last one said.

    One command for each: of several in one command, ping waits for the last
    answers twice the time that an earlier one took, whatever -W says.
    """
    where = "ip netns exec %s " % ns if ns else ""
    answered, out = 0, ""
    for _ in range(count):
        out = run("%sping -q -n -c 1 -W 20 %s %s" % (where, options, address),
                  check=False)
        answered += "1 received" in out
    return answered, out


class Capture:
    """What an interface receives, whole frames in order."""

    def __init__(self, dev, ns=None):
        with namespace(ns):
            self._open(dev)
        self.frames = []

    def _open(self, dev):
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 27)
        s.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        s.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        s.bind((dev, ETH_P_ALL))
        s.setblocking(False)
        self.socket = s

    def poll(self):
        """Take in what has come; returns the number of frames so far."""
        while True:
            try:
                frame, aux, _, _ = self.socket.recvmsg(1 << 16, 256)
            except BlockingIOError:
                return len(self.frames)
            except OSError as e:
                if e.errno != errno.ENETDOWN:  # it may come up again
                    raise
                continue
            self.frames.append(self._with_tag(frame, aux))

    @staticmethod
    def _with_tag(frame, aux):
        for level, kind, data in aux:
            if (level, kind) != (SOL_PACKET, PACKET_AUXDATA):
                continue
            status, _, _, _, _, tci, tpid = struct.unpack("IIIHHHH", data[:20])
            if status & TP_STATUS_VLAN_VALID:
                if not status & TP_STATUS_VLAN_TPID_VALID:
                    tpid = 0x8100
                return frame[:12] + struct.pack("!HH", tpid, tci) + frame[12:]
        return frame

    def await_frames(self, count, tries=400):
        """Wait for so many frames; returns whether they came."""
        for _ in range(tries):
            if self.poll() >= count:
                return True
            select.select([self.socket], [], [], 0.05)
        return self.poll() >= count

    def close(self):
        self.socket.close()


class Sender:
    """Sends frames on an interface."""

    def __init__(self, dev, ns=None):
        with namespace(ns):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            self.socket.bind((dev, 0))

    def send(self, frame):
        while True:
            try:
                self.socket.send(frame)
                return
            except OSError as e:
                # The queue is full, as it is while the port pauses.
                if e.errno != errno.ENOBUFS:
                    raise
                time.sleep(0.001)

    def close(self):
        self.socket.close()


class Flood(threading.Thread):
    """Frames as fast as they go, until it is stopped. A queue that is full and a
    netdev that is down or gone are no reason to end. It waits for no place in a
    queue: where the far end pauses, there may never be one."""

    def __init__(self, dev, ns, frame):
        super().__init__(daemon=True)
        self.sender = Sender(dev, ns)
        self.sender.socket.setblocking(False)
        self.frame = frame
        self.sent = 0
        self.end = threading.Event()
        self.start()

    def run(self):
        while not self.end.is_set():
            try:
                self.sender.socket.send(self.frame)
                self.sent += 1
            except OSError:
                self.end.wait(0.001)

    def stop(self):
        self.end.set()
        self.join()
        self.sender.close()  # it holds the namespace


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def mark(number):
    """A frame that no sample program but drop and tx does anything about."""
    return mac(HOST_MAC) + mac(PEER_MAC) + b"\x88\xb6" + b"mark %8d" % number


def first_difference(got, expected):
    """Lines that say where two lists of frames part."""
    yield "expected %d frames, got %d" % (len(expected), len(got))
    for n, (g, e) in enumerate(zip(got, expected)):
        if g != e:
            yield "frame %d differs" % n
            yield "expected %d %s" % (len(e), e.hex())
            yield "got      %d %s" % (len(g), g.hex())
            return
    longer, what = (got, "got") if len(got) > len(expected) else \
        (expected, "expected")
    at = min(len(got), len(expected))
    yield "only %s, number %d: %s" % (what, at, longer[at].hex())


def same_frames(tap, got, expected, name):
    return tap.ok(got == expected, name,
                  *([] if got == expected else
                    first_difference(got, expected)))


def replay(path, dev="fn0w0", extra="", under=""):
    """Send a capture from the peer's end of a cable.

    under: the command that tcpreplay is run by, such as taskset or chrt.
    """
    out = in_peer("%s tcpreplay -q --topspeed %s -i %s %s" % (
        under, extra, dev, path))
    failed = re.search(r"Failed packets:\s+(\d+)", out)
    if not failed or int(failed.group(1)):
        raise Failed("tcpreplay: %s" % out)


def compile_bpf(name, source):
    """An object file of a program's source, for what bpf/ has no need of."""
    path = "/tmp/%s.o" % name
    p = subprocess.run(
        ["clang", "-O2", "-g", "-target", "bpf", "-mcpu=v3", "-Wall",
         "-I%s/bpf" % TOP, "-I/usr/include/x86_64-linux-gnu",
         "-c", "-o", path, "-x", "c", "-"],
        input=source, text=True, capture_output=True)
    if p.returncode:
        raise Failed("clang: " + p.stderr)
    return path


def objects():
    """How many programs and maps there are, by id."""
    return {kind: sorted(o["id"] for o in bpftool(kind + " show"))
            for kind in ("prog", "map")}


def await_objects(before):
    """Objects are released with a delay; returns what is left over."""
    def left():
        now = objects()
        return {k: sorted(set(now[k]) - set(before[k])) for k in now}

    awaited(lambda: not any(left().values()), tries=100)
    return {k: v for k, v in left().items() if v}
