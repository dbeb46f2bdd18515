# SPDX-License-Identifier: GPL-2.0
"""What is measured: programs, with their maps filled, and the traffic they get.

The traffic is made here, and with it what must become of each frame.
"""

import os
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "data"))
from make_traffic import IP, UDP, addr, eth, udp4, write_pcap  # noqa: E402

FRAMES = 256
SIZES = (64, 128, 512, 1518, 9000, "imix")
# Simple IMIX: seven small packets, four of medium size, one large.
IMIX = (64,) * 7 + (594,) * 4 + (1518,)
FCS = 4
HOST4, SERVICE, PORT = "10.0.0.1", "10.0.0.100", 53
BLOCKED, CLIENTS = 0x0B000000, 0x0C000000  # 11.0.0.0, 12.0.0.0
PASS, DROP, TX, REDIRECT = "pass", "drop", "tx", "redirect"
MODES = ("none", "generic", "native", "offload", "veth-none", "veth-generic",
         "veth-native", "run")


def ip_of(number):
    return "%d.%d.%d.%d" % tuple(struct.pack("!I", number))


def blocked(i):
    return ip_of(BLOCKED + i)


def client(i):
    return ip_of(CLIENTS + i)


def spread(i, n):
    """Numbers below n, as if at random, always the same."""
    return (i * 2654435761 + 12345) % (1 << 32) % n


def word(value):
    return struct.pack("<I", value)


def mac(last):
    return bytes((2, 0, 0, 0, 1, last))


class Program:
    """A program with maps of some size, and the verdicts it may come to.

    mixes: name to a function that says of a frame's number whether the program
    is to act on it (drop a blocked one, send back one to the service).
    entries: of the maps, where a simulation has to make them larger.
    """

    def __init__(self, name, obj, verdict, maps=None, mixes=None,
                 source=None, dest=HOST4, entries=0):
        self.name = name
        self.object = obj
        self.verdict = verdict
        self.maps = maps or {}
        self.mixes = mixes or {"all " + verdict: lambda i: True}
        self.source = source or (lambda i, acted: client(i % 16))
        self.dest = dest
        self.entries = entries
        self.classifier = False


def firewall(name, rules):
    # The least common mix of IPv4's rules: those of ports stay empty.
    def source(i, acted):
        return blocked(spread(i, rules)) if acted else client(i)

    def fill():
        for i in range(rules):
            yield struct.pack("!I", BLOCKED + i), bytes(8)

    return Program(name, "build/bpf/firewall.o", DROP,
                   {"blocked_ip4": fill}, {
                       "all pass": lambda i: False,
                       "half drop": lambda i: i % 2 == 0,
                       "all drop": lambda i: True}, source,
                   entries=max(rules, 1024))


def classifiers():
    """The same as filters of tc: generic is then clsact, offloaded the card."""
    for p in (Program("drop", "build/bench/tc-drop.o", DROP),
              Program("counters", "build/bench/tc-counters.o", PASS),
              firewall("firewall-1k", 1000)):
        p.name, p.classifier = "tc-" + p.name, True
        p.object = "build/bench/tc-%s.o" % p.name.split("-")[1]
        yield p


def connection(i):
    """Of flow i with the service: key of the balancer's table."""
    return (addr(client(i)) + addr(SERVICE) +
            struct.pack("!HH", 1000 + i % 50000, PORT) + word(UDP))


def balancer(name, flows):
    def connections():
        for i in range(flows):
            yield connection(i), word(i % 16)

    def services():
        yield addr(SERVICE) + struct.pack("!HBB", PORT, UDP, 0), word(0) * 2

    def servers():
        for i in range(16):
            yield word(i), addr("10.7.0.%d" % (i + 1)) + word(0)

    def routes():
        yield word(0), mac(9) + bytes(2) + addr("10.9.0.1")

    return Program(name, "build/bench/balancer.o", TX,
                   {"connections": connections, "services": services,
                    "servers": servers, "routes": routes},
                   {"all tx": lambda i: True,
                    "half tx": lambda i: i % 2 == 0},
                   lambda i, acted: client(spread(i, flows)), SERVICE,
                   max(flows, 4096))


def sample_lb():
    def services():
        yield (addr(SERVICE) + struct.pack("!HBB", PORT, UDP, 0),
               word(0) + word(16))

    def backends():
        for i in range(16):
            yield word(i), addr("10.7.0.%d" % (i + 1)) + mac(i) + bytes(2)

    return Program("lb", "build/bpf/lb.o", TX,
                   {"services": services, "backends": backends},
                   {"all tx": lambda i: True, "half tx": lambda i: i % 2 == 0},
                   dest=SERVICE)


PROGRAMS = (
    Program("drop", "build/bpf/drop.o", DROP),
    Program("pass", "build/bpf/pass.o", PASS),
    Program("tx", "build/bpf/tx.o", TX),
    Program("counters", "build/bpf/counters.o", PASS),
    firewall("firewall-1k", 1000),
    firewall("firewall-100k", 100000),
    firewall("firewall-1M", 1000000),
    sample_lb(),
    balancer("balancer-16", 16),
    balancer("balancer-64k", 65536),
    Program("router", "build/bpf/router.o", REDIRECT, {"routes": None}),
    Program("hash", "build/bench/hash.o", DROP),
    Program("rewrite", "build/bench/rewrite.o", TX),
    *classifiers(),
)


def find(name):
    return next(p for p in PROGRAMS if p.name == name)


def frame_sizes(size):
    count = len(IMIX) * (FRAMES // len(IMIX)) if size == "imix" else FRAMES
    return [IMIX[i * 5 % len(IMIX)] if size == "imix" else size
            for i in range(count)]


def flow_port(source):
    """Of the flow's client: the one that the balancer's table has."""
    number = struct.unpack("!I", addr(source))[0] - CLIENTS
    return 1000 + number % 50000 if number >= 0 else 1000


def frames(program, size, mix):
    """Frames, and what must become of each."""
    for i, length in enumerate(frame_sizes(size)):
        acted = program.mixes[mix](i)
        source = program.source(i, acted)
        dest = program.dest if acted or program.dest == HOST4 else HOST4
        payload = bytes(length - FCS - 42)
        yield (eth(IP, udp4(source, dest, flow_port(source), PORT, payload)),
               program.verdict if acted else PASS)


def file_name(text):
    return str(text).replace(" ", "-")


def write_traffic(where, program, size, mix):
    """Write capture and verdicts; returns their names."""
    base = os.path.join(where, "%s-%s-%s" % (
        program.name, size, file_name(mix)))
    made = list(frames(program, size, mix))
    write_pcap(base + ".pcap", [f for f, _ in made])
    with open(base + ".verdicts", "w", encoding="ascii") as f:
        for i, (frame, verdict) in enumerate(made):
            f.write("%d %s %d\n" % (i, verdict, len(frame)))
    return base + ".pcap", base + ".verdicts"


def map_path(where, program, name):
    return os.path.join(where, "%s-%s.raw" % (program.name, name))


WRITTEN = set()


def write_maps(where, program):
    """Write what the maps are to be filled with, once in a run: files of an earlier
    one may be of another layout. Routes are made on the spot."""
    for name, fill in program.maps.items():
        path = map_path(where, program, name)
        if fill is None or path in WRITTEN:
            continue
        WRITTEN.add(path)
        with open(path + ".new", "wb") as f:
            for key, value in fill():
                f.write(key + value)
        os.rename(path + ".new", path)


def route(ifindex, to):
    """The router's entry for what comes in by an interface."""
    return word(ifindex) + word(to) + mac(2) + mac(1)


def map_options(where, program, ifindexes=((1, 2),)):
    """Options of flownic bench and flownic sim."""
    out = []
    for name, fill in program.maps.items():
        path = map_path(where, program, name)
        if fill is None:
            with open(path, "wb") as f:
                f.write(b"".join(route(a, b) for a, b in ifindexes))
        out += ["--map", "%s=%s" % (name, path)]
    return out


def cells(quick=False):
    """(program, size, mix): everything at 64 B, the first mix at all sizes."""
    for program in PROGRAMS:
        mixes = list(program.mixes)
        main = mixes[-1] if "firewall" in program.name else mixes[0]
        if quick:
            if program.name in QUICK:
                yield program, 64, main
            continue
        for size in SIZES:
            yield program, size, main
        for mix in mixes:
            if mix != main:
                yield program, 64, mix


QUICK = ("drop", "pass", "tx", "firewall-1k", "lb", "hash")
