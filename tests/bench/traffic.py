#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Write the captures and map entries that the programs here are run with.

Usage: traffic.py DIRECTORY

Frames have 60 bytes, 64 with their checksum, as in the publications; where longer
ones are needed, 1500.
"""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "data"))
# pylint: disable=wrong-import-position
from make_traffic import IP, UDP, addr, eth, ip4, udp4, write_pcap  # noqa

SRC, DST = "10.0.0.2", "10.0.1.1"


def number(value, size):
    return ["0x%02x" % b for b in value.to_bytes(size, "little")]


def entry(key, value):
    return {"key": ["0x%02x" % b for b in key],
            "value": ["0x%02x" % b for b in value]}


def word(value):
    return value.to_bytes(4, "little")


def half(value):
    return value.to_bytes(2, "little")


def write_map(path, *entries):
    with open(path, "w", encoding="ascii") as f:
        json.dump([entry(k, v) for k, v in entries], f)
        f.write("\n")


def main():
    where = sys.argv[1]
    os.makedirs(where, exist_ok=True)
    frame = eth(IP, udp4(SRC, DST, 1000, 53, bytes(18)))
    assert len(frame) == 60
    write_pcap(where + "/udp60.pcap", [frame])
    long = eth(IP, udp4(SRC, DST, 1000, 53, bytes(1458)))
    write_pcap(where + "/udp1500.pcap", [long])
    # 512 flows. With 20 bytes more, checksum, preamble and gap they take 144.
    write_pcap(where + "/flows100.pcap",
               [eth(IP, udp4(SRC, DST, 1024 + 7 * n, 53, bytes(58)))
                for n in range(512)])
    port = (53).to_bytes(2, "big")
    mac = bytes.fromhex("020000000009")

    write_map(where + "/config.json", (word(0), word(1) + word(1) + word(0)))
    write_map(where + "/config-tx.json", (word(0), word(3) + word(1) + word(2)))
    # The longest prefix is found, then the address of the neighbour itself.
    write_map(where + "/routes.json",
              (word(32) + addr(DST), addr(DST) + bytes(4) + mac + bytes(2) +
               word(2) + bytes(8) + bytes(4)))
    write_map(where + "/neighbours.json", (addr(DST), mac + bytes(2)))
    write_map(where + "/tunnels.json",
              (addr(DST) + bytes(12) + port + half(4) + bytes([UDP, 0, 0, 0]),
               addr("10.0.9.1") + bytes(12) + addr("10.0.9.2") + bytes(12) +
               half(4) + mac))
    source = (1000).to_bytes(2, "big")
    addrs = sorted([addr(SRC), addr(DST)],
                   key=lambda x: int.from_bytes(x, "little"))
    ports = sorted([source, port], key=lambda x: int.from_bytes(x, "little"))
    write_map(where + "/sessions.json",
              (half(UDP) + b"".join(ports) + bytes(2) + b"".join(addrs),
               bytes([6, 0]) + half(7)))
    write_map(where + "/services.json",
              (addr(DST) + bytes(12) + port + bytes([UDP, 0]),
               word(0) + word(1)))
    write_map(where + "/connections.json",
              (addr(SRC) + bytes(8) + addr(DST) + bytes(8) + source + port +
               bytes([UDP, 0, 0, 0]), word(3) + bytes(12)))
    write_map(where + "/servers.json",
              (word(3), addr("10.0.7.7") + bytes(16)))
    write_map(where + "/l4servers.json",
              *((word(n), addr("10.0.9.1") + addr("10.0.10.%d" % (n % 250)) +
                 mac + bytes(18)) for n in range(512)))
    write_map(where + "/controls.json", (word(0), mac + bytes(2)))
    write_map(where + "/port.json", (word(0), word(1)))


if __name__ == "__main__":
    main()
