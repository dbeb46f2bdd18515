#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Write traffic.pcap and jumbo.pcap, byte for byte the same each time.

Usage: make_traffic.py [DIRECTORY]

traffic.pcap fits an MTU of 1500, jumbo.pcap needs 9000. Both have what a port
meets: the usual protocols, tagged, fragmented and with options; frames from 14
bytes on; and headers that lie. All of it is sent to 02:00:00:00:00:01, except
for broadcast and multicast, by 02:00:00:00:00:02.
"""

import hashlib
import ipaddress
import struct
import sys

HOST = bytes.fromhex("020000000001")
PEER = bytes.fromhex("020000000002")
BROADCAST = b"\xff" * 6

IP, ARP, VLAN, QINQ, IP6 = 0x0800, 0x0806, 0x8100, 0x88A8, 0x86DD
ICMP, IGMP, IPIP, TCP, UDP, GRE, ESP, AH = 1, 2, 4, 6, 17, 47, 50, 51
HOPOPTS, ROUTING, FRAGMENT, ICMP6, DSTOPTS, SCTP = 0, 43, 44, 58, 60, 132

HOST4, HOST6 = "10.0.0.1", "fd00::1"
SERVICE4 = "10.0.0.100"  # of the load balancer
BLOCKED4, BLOCKED6 = "10.0.0.66", "fd00::66"  # by the firewall


class Bytes:
    """Bytes and numbers that look random and are always the same."""

    def __init__(self, seed):
        self.seed = seed
        self.count = 0

    def take(self, n):
        out = b""
        while len(out) < n:
            self.count += 1
            text = "%s %d" % (self.seed, self.count)
            out += hashlib.sha256(text.encode()).digest()
        return out[:n]

    def below(self, n):
        return int.from_bytes(self.take(8), "big") % n


def addr(text):
    return ipaddress.ip_address(text).packed


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def l4_checksum(src, dst, proto, data):
    return checksum(src + dst + struct.pack("!II", len(data), proto) + data)


def eth(proto, payload, dst=HOST, src=PEER, tags=()):
    out = dst + src
    for tpid, tci in tags:
        out += struct.pack("!HH", tpid, tci)
    return out + struct.pack("!H", proto) + payload


def pad(frame, size=60):
    return frame + b"\0" * (size - len(frame))


def ip4(src, dst, proto, payload, **f):
    """An IPv4 packet; f sets header fields to what they should not be."""
    options = f.get("options", b"")
    ihl = f.get("ihl", 5 + len(options) // 4)
    total = f.get("total", 20 + len(options) + len(payload))
    head = struct.pack("!BBHHHBBH", f.get("version", 4) << 4 | ihl,
                       f.get("tos", 0), total, f.get("id", 1),
                       f.get("frag", 0x4000), f.get("ttl", 64), proto, 0)
    head += addr(src) + addr(dst) + options
    check = f.get("check", checksum(head))
    return head[:10] + struct.pack("!H", check) + head[12:] + payload


def ip6(src, dst, proto, payload, **f):
    head = struct.pack("!IHBB", f.get("version", 6) << 28,
                       f.get("length", len(payload)), proto,
                       f.get("hops", 64))
    return head + addr(src) + addr(dst) + payload


def extension(nxt, body):
    """A hop-by-hop, routing or destination options header."""
    body += b"\0" * (-(len(body) + 2) % 8)
    return struct.pack("!BB", nxt, (len(body) + 2) // 8 - 1) + body


def fragment6(nxt, offset, more, ident):
    return struct.pack("!BBHI", nxt, 0, offset | more, ident)


def icmp(kind, body, code=0):
    head = struct.pack("!BBH", kind, code, checksum(
        struct.pack("!BBH", kind, code, 0) + body))
    return head + body


def echo(ident, seq, data):
    return struct.pack("!HH", ident, seq) + data


def icmp6(src, dst, kind, body):
    head = struct.pack("!BBH", kind, 0, 0)
    check = l4_checksum(addr(src), addr(dst), ICMP6, head + body)
    return struct.pack("!BBH", kind, 0, check) + body


def udp(src, dst, sport, dport, data, check=None):
    head = struct.pack("!HHHH", sport, dport, 8 + len(data), 0)
    if check is None:
        check = l4_checksum(addr(src), addr(dst), UDP, head + data) or 0xFFFF
    return head[:6] + struct.pack("!H", check) + data


def tcp(src, dst, sport, dport, flags, seq, data=b"", options=b"", check=None):
    head = struct.pack("!HHIIBBHHH", sport, dport, seq, 1,
                       (5 + len(options) // 4) << 4, flags, 8192, 0, 0)
    if check is None:
        check = l4_checksum(addr(src), addr(dst), TCP, head + options + data)
    return head[:16] + struct.pack("!HH", check, 0) + options + data


def udp4(src, dst, sport, dport, data, **f):
    return ip4(src, dst, UDP, udp(src, dst, sport, dport, data), **f)


def udp6(src, dst, sport, dport, data, **f):
    return ip6(src, dst, UDP, udp(src, dst, sport, dport, data), **f)


def arp(op, sha, spa, tha, tpa):
    return struct.pack("!HHBBH", 1, IP, 6, 4, op) + sha + addr(spa) + \
        tha + addr(tpa)


def arps():
    ask = arp(1, PEER, "10.0.0.2", b"\0" * 6, HOST4)
    yield eth(ARP, ask, BROADCAST)
    yield pad(eth(ARP, ask, BROADCAST))
    yield pad(eth(ARP, arp(2, PEER, "10.0.0.2", HOST, HOST4)))
    yield pad(eth(ARP, arp(1, PEER, "10.0.0.2", PEER, "10.0.0.2"), BROADCAST))
    yield pad(eth(ARP, ask, BROADCAST, tags=[(VLAN, 100)]))
    yield eth(ARP, ask[:20])


def pings(rnd):
    for seq, size in enumerate([0, 1, 2, 3, 8, 56, 57, 64, 500, 999, 1472]):
        data = rnd.take(size)
        yield eth(IP, ip4("10.0.0.2", HOST4, ICMP, icmp(8, echo(7, seq, data)),
                          id=seq))
        if size <= 1452:
            yield eth(IP6, ip6("fd00::2", HOST6, ICMP6, icmp6(
                "fd00::2", HOST6, 128, echo(7, seq, data))))
    data = rnd.take(56)
    request = icmp(8, echo(8, 1, data))
    for ttl in 0, 1, 2, 255:
        yield eth(IP, ip4("10.0.0.2", HOST4, ICMP, request, ttl=ttl))
    yield eth(IP, ip4("10.0.0.2", HOST4, ICMP, icmp(0, echo(8, 1, data))))
    yield eth(IP, ip4("10.0.0.2", HOST4, ICMP, icmp(8, echo(8, 1, data), 1)))
    yield eth(IP, ip4("10.0.0.2", HOST4, ICMP, request[:6]))
    yield eth(IP, ip4("10.0.0.2", "10.0.0.255", ICMP, request), BROADCAST)
    yield eth(IP, ip4("10.0.0.2", HOST4, ICMP, b"\x08\0\0\0" + request[4:]))
    yield eth(IP, ip4("10.0.0.2", HOST4, ICMP, request), tags=[(VLAN, 100)])
    yield eth(IP, ip4(BLOCKED4, HOST4, ICMP, request))
    yield eth(IP, ip4("10.0.0.2", HOST4, ICMP, icmp(3, b"\0" * 4 + ip4(
        HOST4, "10.0.0.2", UDP, b"\0" * 8), 3)))
    # A sum of zero on the way in or out.
    for word in 0xF7FF - 7, 0xFFFF - 7:
        data = struct.pack("!H", word - 2)
        yield pad(eth(IP, ip4("10.0.0.2", HOST4, ICMP,
                              icmp(8, echo(7, 2, data)))))
    solicit = b"\0" * 4 + addr(HOST6) + b"\x01\x01" + PEER
    to = "ff02::1:ff00:1"
    yield eth(IP6, ip6("fd00::2", to, ICMP6, icmp6("fd00::2", to, 135, solicit),
                       hops=255), bytes.fromhex("3333ff000001"))


def connections(rnd):
    options = bytes.fromhex("020405b40402080a0000000100000000") + \
        bytes.fromhex("01030307")
    for n in range(40):
        src = "10.0.%d.%d" % (n % 4, 10 + n)
        dst = SERVICE4 if n % 2 else HOST4
        sport, dport = 40000 + rnd.below(20000), (80, 443, 22, 23)[n // 2 % 4]
        seq = rnd.below(1 << 32)
        segments = [(2, b"", options), (16, b"", b""),
                    (24, rnd.take(rnd.below(600)), b""),
                    (16, rnd.take(400 + rnd.below(600)), b"\1\1\1\0"),
                    (17, b"", b"")]
        for flags, data, opts in segments:
            yield eth(IP, ip4(src, dst, TCP, tcp(src, dst, sport, dport, flags,
                                                 seq, data, opts), id=n))
            seq = (seq + max(1, len(data))) % (1 << 32)
    for n in range(20):
        src = "fd00::%x" % (0x66 if n % 5 == 0 else 16 + n)
        sport, dport = 50000 + n, (80, 23)[n % 2]
        for flags, data in (2, b""), (24, rnd.take(rnd.below(500))):
            yield eth(IP6, ip6(src, HOST6, TCP, tcp(
                src, HOST6, sport, dport, flags, 1000 * n, data)))


def datagrams(rnd):
    for n in range(60):
        src = BLOCKED4 if n % 10 == 0 else "10.0.1.%d" % n
        dst = SERVICE4 if n % 3 == 0 else HOST4
        yield eth(IP, udp4(src, dst, 1024 + n, (53, 1900, 4789)[n // 3 % 3],
                           rnd.take(rnd.below(300)), id=n))
    for n in range(30):
        src = BLOCKED6 if n % 10 == 0 else "fd00::1:%x" % n
        yield eth(IP6, udp6(src, HOST6, 1024 + n, (53, 1900, 4789)[n % 3],
                            rnd.take(rnd.below(300))))
    for size in range(60, 1515, 37):
        yield eth(IP, udp4("10.0.2.2", SERVICE4, size, 53,
                           rnd.take(size - 42)))
    for size in 1511, 1512, 1513, 1514:
        yield eth(IP, udp4("10.0.2.3", SERVICE4, size, 53,
                           rnd.take(size - 42)))
        yield eth(IP6, udp6("fd00::3", HOST6, size, 53, rnd.take(size - 62)))


def tagged(rnd):
    for tags in [[(VLAN, 100)], [(VLAN, 0xE000)], [(VLAN, 101)],
                 [(QINQ, 200), (VLAN, 100)], [(VLAN, 200), (VLAN, 100)],
                 [(QINQ, 200)], [(VLAN, 1), (VLAN, 2), (VLAN, 3)]]:
        src = "10.0.3.2"
        data = rnd.take(40)
        yield eth(IP, udp4(src, HOST4, 5000, 53, data), tags=tags)
        yield eth(IP, udp4(src, SERVICE4, 5000, 53, data), tags=tags)
        yield eth(IP, udp4(src, SERVICE4, 5000, 1900, data), tags=tags)
        yield eth(IP, ip4(src, SERVICE4, TCP, tcp(
            src, SERVICE4, 5000, 80, 24, 1, data)), tags=tags)
        yield eth(IP6, udp6("fd00::3", HOST6, 5000, 1900, data), tags=tags)
        yield eth(IP, udp4(BLOCKED4, HOST4, 5000, 5001, data), tags=tags)
        yield pad(eth(0x88B5, b"tagged", tags=tags))
    whole = eth(IP, b"", tags=[(QINQ, 200), (VLAN, 100)])
    for size in range(14, 23):
        yield whole[:size]
    # As long as a frame with an MTU of 1500 may be: 1514 and a tag.
    yield eth(IP, udp4("10.0.3.2", HOST4, 5000, 53, rnd.take(1472)),
              tags=[(VLAN, 100)])
    yield eth(IP, udp4("10.0.3.2", SERVICE4, 5000, 53, rnd.take(1472)),
              tags=[(VLAN, 100)])


def fragments(rnd):
    src = "10.0.4.2"
    for ident, dst, dport in ((1, HOST4, 53), (2, HOST4, 1900),
                              (3, SERVICE4, 53)):
        whole = udp(src, dst, 6000, dport, rnd.take(2500))
        for at in range(0, len(whole), 1000):
            more = 0x2000 if at + 1000 < len(whole) else 0
            yield eth(IP, ip4(src, dst, UDP, whole[at:at + 1000], id=ident,
                              frag=more | at // 8))
    # The first fragment is shorter than the transport header.
    syn = tcp(src, SERVICE4, 6001, 80, 2, 1, b"x" * 20)
    yield pad(eth(IP, ip4(src, SERVICE4, TCP, syn[:8], id=4, frag=0x2000)))
    yield pad(eth(IP, ip4(src, SERVICE4, TCP, syn[8:], id=4, frag=1)))
    # An overlap, and the reserved bit.
    yield pad(eth(IP, ip4(src, SERVICE4, TCP, syn[:24], id=5, frag=0x2000)))
    yield pad(eth(IP, ip4(src, SERVICE4, TCP, syn[16:], id=5, frag=2)))
    yield eth(IP, ip4(src, SERVICE4, TCP, syn, frag=0x8000))
    request = icmp(8, echo(9, 1, rnd.take(200)))
    yield eth(IP, ip4(src, HOST4, ICMP, request[:104], id=6, frag=0x2000))
    yield eth(IP, ip4(src, HOST4, ICMP, request[104:], id=6, frag=13))
    yield eth(IP, ip4(BLOCKED4, HOST4, UDP, whole[:16], id=7, frag=100))

    src = "fd00::4"
    for ident, dport in (1, 53), (2, 1900):
        whole = udp(src, HOST6, 6000, dport, rnd.take(2500))
        for at in range(0, len(whole), 1000):
            more = at + 1000 < len(whole)
            yield eth(IP6, ip6(src, HOST6, FRAGMENT, fragment6(
                UDP, at, more, ident) + whole[at:at + 1000]))
    # All of it in one fragment; and options that belong to the data.
    whole = udp(src, HOST6, 6000, 1900, b"atomic")
    yield eth(IP6, ip6(src, HOST6, FRAGMENT, fragment6(UDP, 0, 0, 3) + whole))
    yield eth(IP6, ip6(src, HOST6, FRAGMENT, fragment6(DSTOPTS, 64, 0, 4) +
                       extension(UDP, b"\1\4\0\0\0\0") + whole))
    request = icmp6(src, HOST6, 128, echo(9, 1, rnd.take(100)))
    yield eth(IP6, ip6(src, HOST6, FRAGMENT,
                       fragment6(ICMP6, 0, 0, 5) + request))


def options(rnd):
    src = "10.0.5.2"
    data = rnd.take(30)
    for opts in (b"\1\1\1\1", b"\x94\4\0\0", b"\1" * 36 + b"\0" * 4,
                 b"\x07\x07\x04" + b"\0" * 4 + b"\0",
                 b"\x83\x07\x04" + addr(HOST4) + b"\0",
                 b"\x44\x0c\x05\0" + b"\0" * 8, b"\xff\xff\xff\xff"):
        yield eth(IP, udp4(src, HOST4, 7000, 1900, data, options=opts))
        yield eth(IP, udp4(src, SERVICE4, 7000, 53, data, options=opts))
        yield eth(IP, ip4(src, HOST4, ICMP, icmp(8, echo(10, 1, data)),
                          options=opts))

    src = "fd00::5"
    fill = b"\1\4\0\0\0\0"
    router = b"\5\2\0\0\1\0"
    for dport in 53, 1900:
        d = udp(src, HOST6, 7000, dport, data)
        chains = [
            (HOPOPTS, extension(UDP, router)),
            (DSTOPTS, extension(UDP, fill)),
            (DSTOPTS, extension(UDP, b"\1\x7c" + b"\0" * 124)),
            (ROUTING, extension(UDP, b"\0\0\0\0\0\0")),
            (AH, struct.pack("!BBHII", UDP, 4, 0, 1, 1) + b"\0" * 12),
            (HOPOPTS, extension(ROUTING, router) +
             extension(FRAGMENT, b"\0\0\0\0\0\0") +
             fragment6(DSTOPTS, 0, 0, 9) + extension(UDP, fill)),
            (DSTOPTS, extension(DSTOPTS, fill) * 5 + extension(UDP, fill)),
            (DSTOPTS, extension(DSTOPTS, fill) * 6 + extension(UDP, fill)),
        ]
        for first, chain in chains:
            yield eth(IP6, ip6(src, HOST6, first, chain + d))
    request = icmp6(src, HOST6, 128, echo(10, 1, data))
    yield eth(IP6, ip6(src, HOST6, DSTOPTS, extension(ICMP6, fill) + request))
    yield eth(IP6, ip6(src, HOST6, 59, b""))
    yield eth(IP6, ip6(src, HOST6, ESP, rnd.take(40)))
    # An extension header that is longer than the packet, or cut.
    yield eth(IP6, ip6(src, HOST6, DSTOPTS, b"\x11\xff" + fill))
    yield eth(IP6, ip6(src, HOST6, DSTOPTS, b"\x11\0\1"))


def others(rnd):
    src = "10.0.6.2"
    for proto in IGMP, IPIP, GRE, ESP, AH, SCTP, 255:
        yield pad(eth(IP, ip4(src, HOST4, proto, rnd.take(24))))
        yield eth(IP6, ip6("fd00::6", HOST6, proto, rnd.take(24)))
    group = bytes.fromhex("01005e000005")
    yield eth(IP, udp4(src, "224.0.0.5", 8000, 53, rnd.take(30)), group)
    yield eth(IP, udp4(src, "10.0.0.255", 8000, 1900, rnd.take(30)), BROADCAST)
    yield eth(IP, udp4(src, SERVICE4, 8000, 53, rnd.take(30)), BROADCAST)
    yield eth(IP6, udp6("fd00::6", "ff02::fb", 5353, 5353, rnd.take(60)),
              bytes.fromhex("3333000000fb"))
    yield eth(0x88CC, rnd.take(80), bytes.fromhex("0180c200000e"))
    yield pad(eth(38, b"\x42\x42\3" + rnd.take(35),
                  bytes.fromhex("0180c2000000")))
    for proto in 0x8847, 0x8864, 0x88F7, 0x9000, 0x0600, 0x05FF, 0xFFFF, 0:
        yield eth(proto, rnd.take(50))
    # Not for this host.
    yield eth(IP, udp4(src, HOST4, 8000, 53, b"elsewhere"),
              bytes.fromhex("020000000099"))


def shorts(rnd):
    for size in range(14, 61):
        yield eth(IP, udp4("10.0.7.2", HOST4, size, 1900, b"\0" * 18))[:size]
        yield eth(IP6, udp6("fd00::7", HOST6, size, 1900, b""))[:size]
    for size in range(14, 61, 3):
        yield eth(0x88B5, rnd.take(46))[:size]
        yield eth(0x0800, rnd.take(46))[:size]
        yield eth(ARP, rnd.take(46))[:size]


def liars(rnd):
    src = "10.0.8.2"
    data = rnd.take(40)
    d = udp(src, HOST4, 9000, 1900, data)
    to_service = udp(src, SERVICE4, 9000, 53, data)
    for f in ({"version": 5}, {"version": 0}, {"ihl": 0}, {"ihl": 4},
              {"ihl": 6}, {"ihl": 15}, {"total": 0}, {"total": 19},
              {"total": 20}, {"total": 23}, {"total": 24}, {"total": 60},
              {"total": 69}, {"total": 1500}, {"total": 65535}, {"check": 0},
              {"check": 0xFFFF}, {"check": 0x1234}, {"tos": 0xFF},
              {"ttl": 0}, {"ttl": 1}, {"ttl": 2}, {"ttl": 255}):
        yield eth(IP, ip4(src, HOST4, UDP, d, **f))
        yield eth(IP, ip4(src, SERVICE4, UDP, to_service, **f))
        yield eth(IP, ip4(BLOCKED4, HOST4, UDP, d, **f))
    yield eth(IP, ip4(src, HOST4, UDP, udp(src, HOST4, 9000, 53, data, 0)))
    yield eth(IP, ip4(src, HOST4, UDP, udp(src, HOST4, 9000, 53, data, 7)))
    yield eth(IP, ip4(src, SERVICE4, TCP, tcp(
        src, SERVICE4, 9000, 80, 24, 1, data, check=7)))
    # More in the frame than in the packet.
    yield eth(IP, ip4(src, SERVICE4, UDP, to_service) + rnd.take(100))
    yield eth(IP, ip4(src, HOST4, ICMP, icmp(8, echo(11, 1, data))) +
              rnd.take(9))
    # A UDP length that isn't, and a TCP header that points past the end.
    yield eth(IP, ip4(src, HOST4, UDP, d[:4] + b"\xff\xff" + d[6:]))
    segment = tcp(src, HOST4, 9000, 80, 16, 1)
    yield eth(IP, ip4(src, HOST4, TCP, segment[:12] + b"\xf0" + segment[13:]))

    src = "fd00::8"
    d = udp(src, HOST6, 9000, 1900, data)
    for f in ({"version": 4}, {"version": 7}, {"length": 0}, {"length": 1},
              {"length": 3}, {"length": 4}, {"length": 47}, {"length": 49},
              {"length": 65535}, {"hops": 0}, {"hops": 1}, {"hops": 2}):
        yield eth(IP6, ip6(src, HOST6, UDP, d, **f))
        yield eth(IP6, ip6(BLOCKED6, HOST6, UDP, d, **f))
    yield eth(IP6, ip6(src, HOST6, UDP, udp(src, HOST6, 9000, 53, data, 0)))
    yield eth(IP6, ip6(src, HOST6, UDP, udp(src, HOST6, 9000, 53, data, 7)))
    yield eth(IP6, ip4("10.0.8.2", HOST4, UDP, data))
    yield eth(IP, ip6(src, HOST6, UDP, d))


def noise(rnd):
    """Good frames with a few bytes changed, and frames of nothing but noise."""
    good = [eth(IP, udp4("10.0.9.2", SERVICE4, 99, 53, rnd.take(60))),
            eth(IP6, ip6("fd00::9", HOST6, DSTOPTS, extension(
                UDP, b"\1\4\0\0\0\0") + udp("fd00::9", HOST6, 99, 1900,
                                            rnd.take(60)))),
            eth(IP, ip4("10.0.9.2", HOST4, ICMP,
                        icmp(8, echo(12, 1, rnd.take(60)))),
                tags=[(VLAN, 5)])]
    for n in range(240):
        frame = bytearray(good[n % 3])
        for _ in range(1 + n % 4):
            frame[12 + rnd.below(70)] = rnd.below(256)
        yield bytes(frame[:14 + rnd.below(len(frame) - 13)])
    for n in range(60):
        proto = (IP, IP6, VLAN, ARP)[n % 4]
        yield eth(proto, rnd.take(rnd.below(200)))


def jumbos(rnd):
    src = "10.0.10.2"
    for size in list(range(1515, 9015, 331)) + [4081, 4096, 4097, 8192, 9013,
                                                9014]:
        dst = SERVICE4 if size % 2 else HOST4
        yield eth(IP, udp4(src, dst, 1000, (53, 1900)[size // 2 % 2],
                           rnd.take(size - 42)))
        yield eth(IP, ip4(src, HOST4, ICMP,
                          icmp(8, echo(13, size, rnd.take(size - 42)))))
    for size in 3000, 9000:
        yield eth(IP6, udp6("fd00::a", HOST6, 1000, 1900, rnd.take(size - 62)))
        yield eth(IP, udp4(src, SERVICE4, 1001, 53, rnd.take(size - 46)),
                  tags=[(VLAN, 100)])
    yield eth(IP, udp4(src, SERVICE4, 1002, 53, rnd.take(8972)),
              tags=[(VLAN, 100)])
    yield eth(0x88B5, rnd.take(9000))


def write_pcap(path, frames):
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for n, frame in enumerate(frames):
            usec = 10 * n
            f.write(struct.pack("<IIII", 1700000000 + usec // 1000000,
                                usec % 1000000, len(frame), len(frame)))
            f.write(frame)


def usual():
    rnd = Bytes("traffic")
    yield from arps()
    for make in (pings, connections, datagrams, tagged, fragments, options,
                 others, shorts, liars, noise):
        yield from make(rnd)


def main():
    where = sys.argv[1] if len(sys.argv) > 1 else "."
    write_pcap(where + "/traffic.pcap", usual())
    write_pcap(where + "/jumbo.pcap", jumbos(Bytes("jumbo")))


if __name__ == "__main__":
    main()
