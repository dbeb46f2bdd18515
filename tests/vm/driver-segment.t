#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""TSO and GSO of UDP: what the stack hands to a port as one large packet is sent
by the card as the frames that a wire carries, and whatever comes into a cable end
arrives as such at the port.
"""

import hashlib
import os
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

MTU = 1500
SIZE = 400000
DATA = hashlib.shake_128(b"flownic").digest(SIZE)
UDP_SEGMENT, SOL_UDP = 103, 17
PORT = 5000


def payload(frame):
    """The sender's port, sequence number and data of a right frame; a reason
    what is wrong with another one; None for what is neither TCP nor UDP."""
    at = 14
    while frame[at - 2:at] in (b"\x81\x00", b"\x88\xa8"):
        at += 4
    if len(frame) > at + MTU:
        return "it has %d bytes" % len(frame)
    if frame[at - 2:at] == b"\x08\x00":
        ihl = (frame[at] & 15) * 4
        if sum16(frame[at:at + ihl]) != 0xffff:
            return "the checksum of IP is wrong"
        end = at + int.from_bytes(frame[at + 2:at + 4], "big")
        proto, pseudo, l4 = frame[at + 9], frame[at + 12:at + 20], at + ihl
    elif frame[at - 2:at] == b"\x86\xdd":
        end = at + 40 + int.from_bytes(frame[at + 4:at + 6], "big")
        proto, pseudo, l4 = frame[at + 6], frame[at + 8:at + 40], at + 40
    else:
        return None
    if proto not in (6, 17):
        return None
    if end > len(frame):
        return "it is shorter than its length"
    if sum16(frame[l4:end], sum16(pseudo) + proto + end - l4) != 0xffff:
        return "the checksum of TCP or UDP is wrong"
    sport, = struct.unpack_from("!H", frame, l4)
    if proto == 17:
        return sport, 0, frame[l4 + 8:end]
    seq, = struct.unpack_from("!I", frame, l4 + 4)
    return sport, seq, frame[l4 + (frame[l4 + 12] >> 4) * 4:end]


class Wire:
    """What is captured on a netdev while something is done."""

    def __init__(self, dev, ns=None):
        with namespace(ns):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                        socket.htons(ETH_P_ALL))
            self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
            self.socket.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
            self.socket.bind((dev, 0))
        self.frames = []

    def read(self):
        while select.select([self.socket], [], [], 0)[0]:
            self.frames.append(self.socket.recv(65536))

    def check(self, tap, name, sport):
        """Frames with data from that port: each is right, all are there."""
        self.read()
        self.socket.close()
        parts, wrong = {}, []
        for frame in self.frames:
            got = payload(frame)
            if isinstance(got, str):
                wrong.append("%s: %s" % (got, frame[:80].hex()))
            elif got and got[0] == sport and got[2]:
                parts[got[1]] = got[2]
        tap.ok(not wrong, name + ": each frame is one of a wire",
               "%d of %d are not" % (len(wrong), len(self.frames)), *wrong[:3])
        return parts


def transfer(server_ns, client_ns, address, data):
    """Over TCP, from the server; what arrives, and the server's port."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET

    def make(ns):
        if not ns:
            return socket.socket(family, socket.SOCK_STREAM)
        with namespace(ns):
            return socket.socket(family, socket.SOCK_STREAM)

    listener, client = make(server_ns), make(client_ns)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, PORT))
    listener.listen(1)

    def serve():
        s, _ = listener.accept()
        s.sendall(data)
        s.close()

    thread = threading.Thread(target=serve)
    thread.start()
    client.settimeout(120)
    client.connect((address, PORT))
    got = bytearray()
    while True:
        more = client.recv(1 << 16)
        if not more:
            break
        got += more
    thread.join()
    client.close()
    listener.close()
    return bytes(got)


def queued(seen):
    """Frames that the driver gave the card."""
    return sum(v for k, v in seen.items() if re.match(r"tx\d+_packets", k))


def from_port(tap, name, address, segmented, wire="fn0w0"):
    before, capture = stats("fn0p0"), Wire(wire, PEER)
    # Sockets know their packets by then, so that none is sent twice.
    got = transfer(None, PEER, address, DATA)
    tap.ok(got == DATA, name + ": the data arrives",
           "%d bytes of %d" % (len(got), len(DATA)))
    parts = capture.check(tap, name, PORT)
    first = min(parts, default=0)
    tap.ok(sum(map(len, parts.values())) == SIZE and all(
        DATA[q - first:q - first + len(d)] == d for q, d in parts.items()),
        name + ": together they are the data",
        "%d frames with %d bytes" % (len(parts),
                                     sum(map(len, parts.values()))))
    # The last acknowledgment may still be on its way through the card.
    awaited(lambda: queued(changes(before, stats("fn0p0"))) ==
            changes(before, stats("fn0p0")).get("mac_tx_frames"))
    seen = changes(before, stats("fn0p0"))
    tap.ok(bool(seen.get("host_tx_segmented")) == segmented,
           "%s: the card %s" % (name, "cut up packets" if segmented else
                                "had nothing to cut up"), seen)
    tap.equal(queued(seen), seen.get("mac_tx_frames"), name + ": what is counted are frames")
    tap.equal(sum(v for k, v in seen.items() if re.match(r"tx\d+_bytes", k)),
              seen.get("mac_tx_bytes"), name + ": and their bytes")


def to_port(tap, name, ns, address):
    before, capture = stats("fn0p0"), Wire("fn0p0")
    got = transfer(ns, None, address, DATA)
    tap.ok(got == DATA, name + ": the data arrives",
           "%d bytes of %d" % (len(got), len(DATA)))
    parts = capture.check(tap, name, PORT)
    tap.equal(sum(map(len, parts.values())), SIZE, name + ": all of them")
    seen = changes(before, stats("fn0p0"))
    tap.equal(seen.get("mac_rx_oversize", 0), 0,
              name + ": nothing was too long for the port")


def udp(tap):
    before, capture = stats("fn0p0"), Wire("fn0w0", PEER)
    with namespace(PEER):
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("10.1.0.2", PORT))
    receiver.settimeout(60)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.bind(("10.1.0.1", PORT))
    sender.setsockopt(SOL_UDP, UDP_SEGMENT, 1000)
    sender.sendto(DATA[:10500], ("10.1.0.2", PORT))
    got = [receiver.recv(2000) for _ in range(11)]
    tap.ok(got == [DATA[i:min(i + 1000, 10500)] for i in range(0, 10500, 1000)],
           "UDP: datagrams arrive in order", [len(d) for d in got])
    capture.check(tap, "UDP", PORT)
    tap.equal(changes(before, stats("fn0p0")).get("host_tx_segmented"), 1,
              "UDP: the card cut them up")
    sender.close()
    receiver.close()


def bridge(tap):
    """A third one, whose veth hands on packets in one piece."""
    run("ip netns add third")
    in_peer("ip address flush dev fn0w0")
    in_peer("ip link add br0 type bridge")
    in_peer("ip link add v0 type veth peer name v1 netns third")
    for dev in "fn0w0", "v0":
        in_peer("ip link set %s master br0" % dev)
    for dev in "br0", "v0":
        in_peer("ip link set %s up" % dev)
    run("ip -n third address add 10.1.0.3/24 dev v1")
    run("ip -n third link set v1 up")
    tap.ok(awaited(lambda: subprocess.run(
        "ip netns exec third ping -c 1 -W 1 10.1.0.1", shell=True,
        capture_output=True).returncode == 0), "the bridge forwards")
    to_port(tap, "TCP by a bridge", "third", "10.1.0.3")


def main():
    tap = Tap()
    set_up(ports=1)
    for n, ns in (1, None), (2, PEER):
        dev, where = ("fn0w0", "-n " + ns) if ns else ("fn0p0", "")
        run("sysctl -qw net.ipv6.conf.all.disable_ipv6=0" if not ns else
            "ip netns exec %s sysctl -qw net.ipv6.conf.all.disable_ipv6=0" % ns,
            check=False)
        run("%s sysctl -qw net.ipv6.conf.%s.disable_ipv6=0" % (
            "ip netns exec " + ns if ns else "", dev), check=False)
        run("ip %s address add 10.1.0.%d/24 dev %s" % (where, n, dev))
        run("ip %s address add fd01::%d/64 dev %s nodad" % (where, n, dev),
            check=False)
        run("ip %s link add link %s name vlan7 type vlan id 7" % (where, dev))
        run("ip %s address add 10.7.0.%d/24 dev vlan7" % (where, n))
        run("ip %s link set vlan7 up" % where)
    from_port(tap, "TCP, IPv4", "10.1.0.1", True)
    from_port(tap, "TCP, IPv6", "fd01::1", True)
    from_port(tap, "TCP, a VLAN", "10.7.0.1", True)
    udp(tap)
    run("ethtool -K fn0p0 tso off")
    from_port(tap, "tso off", "10.1.0.1", False)
    run("ethtool -K fn0p0 tso on")
    from_port(tap, "tso on again", "10.1.0.1", True)
    to_port(tap, "TCP to the port", PEER, "10.1.0.2")
    bridge(tap)
    tap.done()


if __name__ == "__main__":
    main()
