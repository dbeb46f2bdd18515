#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# vm: -i
# needs: x86
"""rx-gro-hw: the driver puts frames together as the card says, and what is cut up
again elsewhere is what came, byte for byte.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bpf import *  # noqa: E402,F403
from nic import *  # noqa: E402,F403

PAYLOAD = {4: 1448, 6: 1428}
FRAMES = 40
PACKET_VNET_HDR = 15
VNET = struct.Struct("<BBHHHH")  # flags, gso_type, hdr_len, gso_size, csum
NEEDS_CSUM = 1
XDP_DRV_MODE = 1 << 2
GSO_TCP = {4: 1, 6: 4}
TRANSPORT = {4: 34, 6: 54}


def pseudo(frame, version):
    ip = frame[14:]
    return ip[12:20] if version == 4 else ip[8:40]


def segment(version, n, payload, flags=0x10):
    seq = (0xffff0000 + n * PAYLOAD[version]) & 0xffffffff
    tcp = struct.pack("!HHIIBBHHH", 1000, 80, seq, 1, 8 << 4, flags, 500, 0, 0)
    tcp += b"\1\1\x08\x0a" + struct.pack("!II", 7, 8) + payload
    if version == 4:
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp),
                         (65530 + n) & 0xffff, 0x4000, 64, 6, 0) + bytes(
                             (10, 9, 0, 2, 10, 9, 0, 3))
        ip = ip[:10] + struct.pack("!H", 0xffff - sum16(ip)) + ip[12:]
        addresses = ip[12:]
    else:
        ip = struct.pack("!IHBB", 6 << 28, len(tcp), 6, 64) + bytes(
            15) + b"\1" + bytes(15) + b"\2"
        addresses = ip[8:]
    total = 0xffff - sum16(tcp, sum16(addresses) + 6 + len(tcp))
    tcp = tcp[:16] + struct.pack("!H", total) + tcp[18:]
    return bytes.fromhex("020000000033" "020000000002") + (
        b"\x08\x00" if version == 4 else b"\x86\xdd") + ip + tcp


def flow(version):
    """A stream, whose last segment is short and has PSH."""
    frames = [segment(version, n, bytes([n]) * PAYLOAD[version]) for n in range(FRAMES)]
    return frames + [segment(version, FRAMES, b"end", 0x18)]


class Sniffer:
    """What a netdev gets from below, with what the kernel knows of it."""

    def __init__(self, dev, ns=None):
        with namespace(ns):
            s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                              socket.htons(ETH_P_ALL))
        s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        s.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        s.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
        with namespace(ns):
            s.bind((dev, 0))
        s.settimeout(60)
        self.socket = s

    def until(self, size):
        """All there is until so many bytes of payload have come."""
        got = []
        while size > 0:
            data = self.socket.recv(1 << 17)
            head, frame = VNET.unpack(data[:10]), data[10:]
            version = {b"\x08\x00": 4, b"\x86\xdd": 6}.get(frame[12:14])
            if frame[6:12] != bytes.fromhex("020000000002") or not version:
                continue
            got.append((head, frame, version))
            size -= len(frame) - TRANSPORT[version] - 32
        self.socket.close()
        return got


def joined():
    return sum(v for k, v in stats("fn0p0").items() if
               re.fullmatch(r"rx\d+_gro_joined", k))


def pass_on(tap, name, frames, least):
    """Through the host, to the other port's cable."""
    size = sum(len(f) for f in frames) - len(frames) * (
        TRANSPORT[4 if frames[0][12:14] == b"\x08\x00" else 6] + 32)
    before = joined()
    near, far = Sniffer("fn0p0"), Sniffer("fn0w1", PEER)
    sender = Sender("fn0w0", PEER)
    for f in frames:
        sender.send(f)
    sender.close()
    got, seen = [f for _, f, _ in far.until(size)], near.until(size)
    if got != frames:
        wrong = [i for i, (a, b) in enumerate(zip(got, frames)) if a != b]
        diag("%d of %d frames, wrong: %s" % (len(got), len(frames), wrong))
        for i in wrong[:1]:
            diag("%s\n%s" % (got[i][:80].hex(), frames[i][:80].hex()))
    tap.ok(got == frames, name + ": what comes out is what came in")
    some = joined() - before
    tap.ok(some >= least if least else some == 0,
           "%s: %d of %d frames were joined, in %d packets" % (
               name, some, len(frames), len(seen)))
    return seen


def look(tap, name, packets):
    """The joined ones, as their checksums and the kernel's notes should be."""
    wrong = []
    large = [p for p in packets if len(p[1]) > 1514]
    for head, frame, version in large:
        at = TRANSPORT[version]
        rest = len(frame) - at
        want = (NEEDS_CSUM, GSO_TCP[version], at + 32, PAYLOAD[version], at, 16)
        length, = struct.unpack_from("!H", frame, 16 if version == 4 else 18)
        field, = struct.unpack_from("!H", frame, at + 16)
        if head[:2] + head[3:] != want[:2] + want[3:]:
            wrong.append("noted %s, expected %s" % (head, want))
        if version == 4 and sum16(frame[14:34]) != 0xffff:
            wrong.append("the checksum of IP is wrong")
        if length != rest + (20 if version == 4 else 0):
            wrong.append("its length is %d of %d" % (length, rest))
        if field != sum16(
                struct.pack("!HH", 6, rest), sum16(pseudo(frame, version))):
            wrong.append("the sum of the pseudo header is %#x" % field)
        if len(frame) > 14 + 65535:
            wrong.append("it has %d bytes" % len(frame))
    tap.ok(large and not wrong, name + ": they are packets that can be cut up",
           "%d of %d are large" % (len(large), len(packets)), *wrong[:4])


def features(dev="fn0p0"):
    return re.search(r"rx-gro-hw: (\S+)", run("ethtool -k " + dev)).group(1)


def bridge():
    run("ip link add br0 type bridge")
    for dev in "fn0p0", "fn0p1":
        run("ip link set %s master br0" % dev)
    run("ip link set br0 up")
    await_carrier("fn0p0")


def programs(tap):
    """A native program gets frames as the wire has them."""
    with Prog(mov(0, 2) + EXIT) as prog:
        with prog.link(ifindex("fn0p0"), XDP_DRV_MODE):
            tap.equal(features(), "off", "a native program switches it off")
            pass_on(tap, "with a native program", flow(4), 0)
        tap.equal(features(), "on", "and it is on again without")


def stream(tap):
    """A socket on the port."""
    run("ip address add 10.9.0.1/24 dev br0")
    in_peer("ip address add 10.9.0.2/24 dev fn0w0")
    data = bytes(range(256)) * 4000
    listener = socket.create_server(("10.9.0.1", 5000))
    with namespace(PEER):
        client = socket.socket()
    client.settimeout(60)
    client.connect(("10.9.0.1", 5000))
    client.setblocking(False)
    server, _ = listener.accept()
    server.settimeout(60)
    before, sent, got = joined(), 0, bytearray()
    while len(got) < len(data):
        try:
            sent += client.send(data[sent:sent + (1 << 16)])
        except BlockingIOError:
            pass
        if select.select([server], [], [], 0)[0] or sent == len(data):
            got += server.recv(1 << 20)
    tap.ok(bytes(got) == data, "a stream to a socket arrives")
    some = joined() - before
    tap.ok(some > len(data) // PAYLOAD[4] // 4, "its segments were joined: %d" % some)
    for s in client, server, listener:
        s.close()


def main():
    tap = Tap()
    set_up(ports=2)
    bridge()
    tap.equal(features(), "off", "it is off by default")
    run("ethtool -C fn0p0 rx-usecs 10000 rx-frames 64")
    pass_on(tap, "off", flow(4), 0)
    run("ethtool -K fn0p0 rx-gro-hw on")
    tap.equal(features(), "on", "it can be switched on")
    for version in 4, 6:
        name = "IPv%d" % version
        look(tap, name, pass_on(tap, name, flow(version), FRAMES // 2))
    programs(tap)
    stream(tap)
    run("ethtool -K fn0p0 rx off")
    tap.equal(features(), "off", "without checksums there is none")
    run("ethtool -K fn0p0 rx on")
    tap.equal(features(), "on", "and with them again")
    run("ethtool -K fn0p0 rx-gro-hw off")
    pass_on(tap, "off again", flow(4), 0)
    tap.done()


if __name__ == "__main__":
    main()
