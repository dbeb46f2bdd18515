# SPDX-License-Identifier: GPL-2.0
"""For tests of which queue gets a frame: frames of many flows, what ethtool -x
says of them, where they arrive."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

UDP, TCP = 17, 6


def v4(sport, dport=53, proto=UDP, src=1, tag=None, tos=0):
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, tos, 60, 0, 0, 64, proto, 0,
                     bytes([10, 0, 0, src]), bytes([10, 0, 0, 9]))
    vlan = struct.pack("!HH", 0x8100, tag) if tag else b""
    return mac(HOST_MAC) + mac(PEER_MAC) + vlan + b"\x08\x00" + ip + \
        struct.pack("!HH", sport, dport) + bytes(36)


def v6(sport, dport=53, proto=UDP):
    ip = struct.pack("!IHBB", 6 << 28, 40, proto, 64) + \
        bytes(15) + b"\x01" + bytes(15) + b"\x02"
    return mac(HOST_MAC) + mac(PEER_MAC) + b"\x86\xdd" + ip + \
        struct.pack("!HH", sport, dport) + bytes(36)


class Rss:
    """What ethtool -x says, of a context or of the port, and what follows."""

    def __init__(self, context=0):
        shown = run("ethtool -x fn0p0" +
                    (" context %d" % context if context else ""))
        self.table = [int(q) for line in re.findall(
            r"^ +\d+: +([\d ]+)$", shown, re.M) for q in line.split()]
        self.key = mac(re.search(r"key:\n([0-9a-f:]+)", shown).group(1))

    def hash(self, data):
        key = int.from_bytes(self.key, "big")
        bits, out = len(self.key) * 8, 0
        for i in range(len(data) * 8):
            if data[i // 8] >> (7 - i % 8) & 1:
                out ^= key >> (bits - 32 - i) & 0xffffffff
        return out

    def queue(self, frame, ports=True):
        at, n = (26, 8) if frame[12] == 8 else (22, 32)
        return self.table[self.hash(
            frame[at:at + n + (4 if ports else 0)]) % len(self.table)]


def by_queue(now, before):
    return {int(k[2:-8]): n for k, n in changes(before, now).items()
            if re.match(r"rx\d+_packets$", k)}


def arrive(frames, count=None):
    """Send; how many came on which queue."""
    count = len(frames) if count is None else count
    before = stats("fn0p0")
    sender = Sender("fn0w0", PEER)
    for frame in frames:
        sender.send(frame)
    sender.close()

    def all_there():
        done = changes(before, stats("fn0p0"))
        return done.get("mac_rx_frames", 0) >= len(frames) and \
            sum(by_queue(stats("fn0p0"), before).values()) >= count

    awaited(all_there)
    return by_queue(stats("fn0p0"), before)


def expect(frames, rss, ports=True):
    out = {}
    for frame in frames:
        q = rss.queue(frame, ports)
        out[q] = out.get(q, 0) + 1
    return out
