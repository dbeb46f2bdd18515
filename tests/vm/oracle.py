# SPDX-License-Identifier: GPL-2.0
"""What the sample programs must do with a frame.

Written from what the programs promise, not from their code. Each class below
is a program with its maps: decide(frame) returns the verdict and the frame as
it then is, and keeps in its attributes what the maps must hold afterwards.
"""

import ipaddress
import struct
from collections import Counter

DROP, PASS, TX, REDIRECT = "DROP", "PASS", "TX", "REDIRECT"

TAGS = (0x8100, 0x88A8)
EXTENSIONS = (0, 43, 44, 51, 60)
MAX_TAGS, MAX_EXTENSIONS = 2, 6
ICMP, TCP, UDP, ICMP6 = 1, 6, 17, 58


class Bad(Exception):
    """The frame is too short for its headers, or they contradict it."""


class Packet:
    """A frame taken apart as far as it goes."""

    def __init__(self, frame):
        self.frame = frame
        self.ip = self.l4 = None
        self.proto = None
        self.first = True
        self.fragment = False
        at = self._eth()
        if self.ethertype == 0x0800:
            self._ip4(at)
        elif self.ethertype == 0x86DD:
            self._ip6(at)

    def _need(self, end):
        if end > len(self.frame):
            raise Bad()

    def _word(self, at):
        return struct.unpack_from("!H", self.frame, at)[0]

    def _eth(self):
        at = 14
        self._need(at)
        self.ethertype = self._word(12)
        for _ in range(MAX_TAGS):
            if self.ethertype not in TAGS:
                break
            at += 4
            self._need(at)
            self.ethertype = self._word(at - 2)
        self.l2 = at
        return at

    def _ip4(self, at):
        f = self.frame
        self._need(at + 20)
        self.ihl = (f[at] & 15) * 4
        total = self._word(at + 2)
        if f[at] >> 4 != 4 or self.ihl < 20 or total < self.ihl:
            raise Bad()
        self._need(at + total)
        self.ip = at
        self.total = total
        self.proto = f[at + 9]
        self.src, self.dst = f[at + 12:at + 16], f[at + 16:at + 20]
        self.first = not self._word(at + 6) & 0x1FFF
        self.fragment = bool(self._word(at + 6) & 0x3FFF)
        self.l4 = at + self.ihl

    def _ip6(self, at):
        f = self.frame
        self._need(at + 40)
        if f[at] >> 4 != 6:
            raise Bad()
        self._need(at + 40 + self._word(at + 4))
        self.ip = at
        self.proto = f[at + 6]
        self.src, self.dst = f[at + 8:at + 24], f[at + 24:at + 40]
        at += 40
        for _ in range(MAX_EXTENSIONS):
            if not self.first or self.proto not in EXTENSIONS:
                break
            self._need(at + 8)
            size = 8 + 8 * f[at + 1]
            if self.proto == 51:
                size = 8 + 4 * f[at + 1]
            elif self.proto == 44:
                size = 8
                self.first = not self._word(at + 2) & 0xFFF8
                self.fragment = bool(self._word(at + 2) & 0xFFF9)
            self._need(at + size)
            self.proto = f[at]
            at += size
        self.l4 = at

    def ports(self):
        """Of TCP or UDP, if this frame has them; else None."""
        if not self.first or self.proto not in (TCP, UDP):
            return None
        if self.l4 + 4 > len(self.frame):
            return None
        return self._word(self.l4), self._word(self.l4 + 2)


def parse(frame):
    try:
        return Packet(frame)
    except Bad:
        return None


def fold(total):
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def fix(check, old, new):
    """RFC 1624, equation 3."""
    return ~fold((~check & 0xFFFF) + (~old & 0xFFFF) + new) & 0xFFFF


def swap(frame):
    frame[0:6], frame[6:12] = frame[6:12], frame[0:6]


def set_ttl(frame, ip, ttl):
    old, check = struct.unpack_from("!HH", frame, ip + 8)
    new = ttl << 8 | old & 0xFF
    struct.pack_into("!HH", frame, ip + 8, new, fix(check, old, new))


class Drop:
    def decide(self, frame):
        return DROP, frame


class Pass:
    def decide(self, frame):
        return PASS, frame


class Tx:
    def decide(self, frame):
        out = bytearray(frame)
        swap(out)
        return TX, bytes(out)


class Counters:
    """self.rows: row to [packets, bytes]"""

    ROWS = ("other", "arp", "icmp", "icmpv6", "tcp", "udp", "ip4", "ip6",
            "malformed")

    def __init__(self):
        self.rows = {row: [0, 0] for row in self.ROWS}

    def row(self, frame):
        p = parse(frame)
        if not p:
            return "malformed"
        if p.ethertype == 0x0806:
            return "arp"
        if p.ip is None:
            return "other"
        known = {ICMP: "icmp", ICMP6: "icmpv6", TCP: "tcp", UDP: "udp"}
        return known.get(p.proto, "ip4" if p.ethertype == 0x0800 else "ip6")

    def decide(self, frame):
        row = self.rows[self.row(frame)]
        row[0] += 1
        row[1] += len(frame)
        return PASS, frame


class Firewall:
    """self.dropped: rule to packets"""

    def __init__(self, addrs, ports):
        self.addrs = {ipaddress.ip_address(a).packed for a in addrs}
        self.ports = set(ports)  # (protocol, port)
        self.dropped = Counter()

    def decide(self, frame):
        p = parse(frame)
        if not p or p.ip is None:
            return PASS, frame
        if p.src in self.addrs:
            rule = str(ipaddress.ip_address(p.src))
        elif p.ports() and (p.proto, p.ports()[1]) in self.ports:
            rule = (p.proto, p.ports()[1])
        else:
            return PASS, frame
        self.dropped[rule] += 1
        return DROP, frame


class Ping:
    """self.lines: what is printed"""

    def __init__(self, answer):
        self.answer = answer
        self.lines = []

    def decide(self, frame):
        p = parse(frame)
        if not p or p.ip is None or p.fragment:
            return PASS, frame
        v4 = p.ethertype == 0x0800
        icmp, request, reply = (ICMP, 8, 0) if v4 else (ICMP6, 128, 129)
        if p.proto != icmp or p.l4 + 8 > len(frame):
            return PASS, frame
        kind, code, check, _, seq = struct.unpack_from("!BBHHH", frame, p.l4)
        if kind != request or code:
            return PASS, frame
        self.lines.append(self.line(p, v4, seq))
        plain = p.ihl == 20 if v4 else p.l4 == p.ip + 40
        if not self.answer or frame[0] & 1 or not plain:
            return PASS, frame
        out = bytearray(frame)
        swap(out)
        at, size = (p.ip + 12, 4) if v4 else (p.ip + 8, 16)
        out[at:at + size], out[at + size:at + 2 * size] = p.dst, p.src
        if v4:
            set_ttl(out, p.ip, 64)
        else:
            out[p.ip + 7] = 64
        struct.pack_into("!BBH", out, p.l4, reply, 0,
                         fix(check, request << 8, reply << 8))
        return TX, bytes(out)

    @staticmethod
    def line(p, v4, seq):
        length = p.total - p.ihl if v4 else p._word(p.ip + 4)
        return "ping: IPv%d request %d from %s%x, %d bytes" % (
            4 if v4 else 6, seq, "" if v4 else "...",
            int.from_bytes(p.src[-4:], "big"), length)


class Lb:
    """services: (address, protocol, port) to list of (address, MAC)"""

    def __init__(self, services):
        self.services = {
            (ipaddress.ip_address(a).packed, proto, port):
            [(ipaddress.ip_address(b).packed, bytes.fromhex(
                mac.replace(":", ""))) for b, mac in backends]
            for (a, proto, port), backends in services.items()}

    @staticmethod
    def flow_hash(p):
        def mix(value, word):
            value = ((value ^ word) * 0x9E3779B1) & 0xFFFFFFFF
            return value ^ value >> 15

        # The program mixes the words as a little-endian machine loads them.
        source, dest = (int.from_bytes(struct.pack("!H", x), "little")
                        for x in p.ports())
        value = mix(0, int.from_bytes(p.src, "little"))
        value = mix(value, int.from_bytes(p.dst, "little"))
        value = mix(value, source << 16 | dest)
        return mix(value, p.proto)

    def decide(self, frame):
        p = parse(frame)
        if not p or p.ethertype != 0x0800 or p.fragment or frame[0] & 1:
            return PASS, frame
        ports = p.ports()
        backends = ports and self.services.get((p.dst, p.proto, ports[1]))
        if not backends:
            return PASS, frame
        addr, mac = backends[self.flow_hash(p) % len(backends)]
        outer = struct.pack("!BBHHHBBH", 0x45, 0, p.total + 20, 0, 0, 64, 4, 0)
        outer += p.dst + addr
        check = ~fold(sum(struct.unpack("!10H", outer))) & 0xFFFF
        outer = outer[:10] + struct.pack("!H", check) + outer[12:]
        return TX, mac + frame[0:6] + frame[12:p.l2] + outer + frame[p.ip:]


class Router:
    """MAC addresses that routed packets carry, in hex"""

    def __init__(self, dest, source):
        self.macs = bytes.fromhex((dest + source).replace(":", ""))

    def decide(self, frame):
        p = parse_l3(frame)
        if not p or frame[0] & 1:
            return PASS, frame
        at, v4 = p
        ttl = frame[at + 8] if v4 else frame[at + 7]
        if ttl <= 1:
            return PASS, frame
        out = bytearray(self.macs + frame[12:])
        if v4:
            set_ttl(out, at, ttl - 1)
        else:
            out[at + 7] = ttl - 1
        return REDIRECT, bytes(out)


def parse_l3(frame):
    """Where a good IP header is: offset and whether it is IPv4; or None."""
    p = parse(frame)
    if p and p.ip is not None:
        return p.ip, p.ethertype == 0x0800
    # A router does not look beyond the IPv6 header.
    at = 14
    for _ in range(MAX_TAGS + 1):
        if len(frame) < at:
            return None
        proto = int.from_bytes(frame[at - 2:at], "big")
        if proto not in TAGS:
            break
        at += 4
    if proto == 0x86DD and len(frame) >= at + 40 and frame[at] >> 4 == 6:
        return at, False
    return None


def read_pcap(path):
    frames = []
    with open(path, "rb") as f:
        # Time in microseconds or in nanoseconds.
        assert f.read(24)[:4] in (b"\xd4\xc3\xb2\xa1",
                                  b"\x4d\x3c\xb2\xa1"), path
        while True:
            head = f.read(16)
            if not head:
                return frames
            frames.append(f.read(struct.unpack("<I", head[8:12])[0]))


def tapped(frame):
    """Whether the stack shows the frame to a packet socket at all.

    It takes the outer VLAN tag off first, and drops what has no room for it.
    """
    return not (frame[12:14] in (b"\x81\x00", b"\x88\xa8") and len(frame) < 20)
