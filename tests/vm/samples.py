# SPDX-License-Identifier: GPL-2.0
"""How the sample programs are set up for the captures of tests/data.

For each program with maps: a function that fills them, and one that returns
what must then come of it.
"""

import struct

import oracle
from nic import ifindex, mac, map_set

BLOCKED = ("10.0.0.66", "fd00::66")
BLOCKED_PORTS = ((6, 23), (17, 1900))
SERVICES = {
    ("10.0.0.100", 6, 80): [("10.1.0.1", "02:00:00:00:01:01"),
                            ("10.1.0.2", "02:00:00:00:01:02")],
    ("10.0.0.100", 17, 53): [("10.1.0.%d" % n, "02:00:00:00:01:%02x" % n)
                             for n in (1, 2, 3)],
}
ROUTE_TO, ROUTE_FROM = "02:00:00:00:00:22", "02:00:00:00:00:11"


def packed(text):
    return oracle.ipaddress.ip_address(text).packed


def set_ping(maps):
    map_set(maps["ping_config"], bytes(4), b"\1\0\0\0")


def set_firewall(maps):
    for a in BLOCKED:
        name = "blocked_ip4" if "." in a else "blocked_ip6"
        map_set(maps[name], packed(a), bytes(8))
    for proto, port in BLOCKED_PORTS:
        map_set(maps["blocked_ports"], struct.pack("!HBB", port, proto, 0),
                bytes(8))


def set_lb(maps):
    first = 0
    for (addr, proto, port), backends in SERVICES.items():
        map_set(maps["services"],
                packed(addr) + struct.pack("!HBB", port, proto, 0),
                struct.pack("<II", first, len(backends)))
        for n, (to, to_mac) in enumerate(backends):
            map_set(maps["backends"], struct.pack("<I", first + n),
                    packed(to) + mac(to_mac) + bytes(2))
        first += len(backends) + 1


def set_router(maps):
    map_set(maps["routes"], struct.pack("<I", ifindex("fn0p0")),
            struct.pack("<I", ifindex("fn0p1")) + mac(ROUTE_TO) +
            mac(ROUTE_FROM))


def firewall_model():
    return oracle.Firewall(BLOCKED, BLOCKED_PORTS)


def ping_model():
    return oracle.Ping(True)


def lb_model():
    return oracle.Lb(SERVICES)


def router_model():
    return oracle.Router(ROUTE_TO, ROUTE_FROM)
