#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A card without a program, and with one that changes nothing, is a plain NIC.

Ping, TCP and UDP at MTU 1500 and 9000, in both directions, over IPv4 and
IPv6, with a VLAN device on top; every byte that arrives is compared.
"""

import hashlib
import os
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

VLAN_ID = 100
# Where from, where to; addresses of the two ends.
NETS = {
    "IPv4": ("10.0.0.1", "10.0.0.2"),
    "IPv6": ("fd00::1", "fd00::2"),
    "VLAN": ("10.0.1.1", "10.0.1.2"),
}


def blob(size, seed):
    return hashlib.shake_128(b"%d" % seed).digest(size)


def family(addr):
    return socket.AF_INET6 if ":" in addr else socket.AF_INET


def open_socket(ns, addr, kind):
    """A socket in a namespace (None: here), bound to an address of it."""
    def make():
        s = socket.socket(family(addr), kind)
        s.settimeout(60)
        s.bind((addr, 0))
        return s

    if ns:
        with namespace(ns):
            return make()
    return make()


def ends(net, to_peer):
    host, peer = NETS[net]
    return ((None, host), (PEER, peer)) if to_peer else \
        ((PEER, peer), (None, host))


def tcp(net, to_peer, data):
    """Send data through a connection; returns what arrives."""
    source, sink = ends(net, to_peer)
    listener = open_socket(*sink, socket.SOCK_STREAM)
    listener.listen(1)
    s = open_socket(*source, socket.SOCK_STREAM)
    got = []

    def receive():
        c, _ = listener.accept()
        c.settimeout(60)
        while True:
            part = c.recv(1 << 16)
            if not part:
                break
            got.append(part)
        c.close()

    thread = threading.Thread(target=receive, daemon=True)
    thread.start()
    s.connect(listener.getsockname()[:2])
    s.sendall(data)
    s.close()
    thread.join()
    listener.close()
    return b"".join(got)


def udp(net, to_peer, sizes):
    """Send a datagram of each size; returns sizes that came out wrong."""
    source, sink = ends(net, to_peer)
    receiver = open_socket(*sink, socket.SOCK_DGRAM)
    s = open_socket(*source, socket.SOCK_DGRAM)
    wrong = []
    for n, size in enumerate(sizes):
        data = blob(size, n)
        s.sendto(data, receiver.getsockname()[:2])
        try:
            if receiver.recv(1 << 16) != data:
                wrong.append(size)
        except socket.timeout:
            wrong.append((size, "lost"))
            break
    receiver.close()
    s.close()
    return wrong


def ping(tap, what, ns, addr, size):
    answered, out = pings(addr, ns, options="-M do -s %d" % size)
    tap.ok(answered == 3, what, "%d of 3 answered" % answered, out)


def traffic(tap, what, mtu):
    for net, (host, peer) in NETS.items():
        head = 48 if net == "IPv6" else 28
        for ns, addr, text in ((None, peer, "to the peer"),
                               (PEER, host, "to the host")):
            name = "%s, %s %s" % (what, net, text)
            ping(tap, name + ": ping answers", ns, addr, mtu - head)
            data = blob(1 << 20, len(name))
            got = tcp(net, ns is None, data)
            tap.ok(got == data, name + ": TCP carries every byte",
                   "sent %d bytes, got %d" % (len(data), len(got)))
            sizes = [0, 1, 2, 17, 18, 19, 255, 1000, mtu - head - 1,
                     mtu - head, mtu - head + 1, 3 * mtu]
            wrong = udp(net, ns is None, sizes)
            tap.ok(not wrong, name + ": UDP carries every byte",
                   "wrong or lost sizes: %r of %r" % (wrong, sizes))


def bad_checksums(tap, what):
    """Frames with a wrong checksum must not reach a socket."""
    receiver = open_socket(None, NETS["IPv4"][0], socket.SOCK_DGRAM)
    with namespace(PEER):
        s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
    addr, port = receiver.getsockname()
    for n, check in enumerate((7, 7, 0)):
        data = blob(20 + n, n)
        head = struct.pack("!HHHH", 5000, port, 8 + len(data), check)
        s.sendto(head + data, (addr, 0))
    # The last has none, which is allowed: it is the only one to arrive.
    got = receiver.recv(2000)
    tap.equal(got, blob(22, 2), what + ": a wrong checksum is found out")
    s.close()
    receiver.close()


def set_addresses():
    for ns, base, last in (None, "fn0p0", 1), (PEER, "fn0w0", 2):
        ip = "ip -n %s" % ns if ns else "ip"
        run("%s link add link %s name v%s type vlan id %d" % (
            ip, base, base, VLAN_ID))
        run("%s link set v%s up" % (ip, base))
        run("%s addr add 10.0.0.%d/24 dev %s" % (ip, last, base))
        run("%s addr add 10.0.1.%d/24 dev v%s" % (ip, last, base))
        run("%s addr add fd00::%d/64 dev %s nodad" % (ip, last, base))


def set_mtu(mtu):
    for ip, base in ("ip", "fn0p0"), ("ip -n " + PEER, "fn0w0"):
        run("%s link set %s mtu %d" % (ip, base, mtu))
        run("%s link set v%s mtu %d" % (ip, base, mtu))


def main():
    tap = Tap()
    set_up(ports=1, quiet=False)
    set_addresses()
    for mtu in 1500, 9000:
        set_mtu(mtu)
        traffic(tap, "MTU %d, no program" % mtu, mtu)
        for mode in MODES:
            attach("fn0p0", mode, "pass")
            what = "MTU %d, %s" % (mtu, MODE_OF[mode])
            traffic(tap, what, mtu)
            bad_checksums(tap, what)
            detach("fn0p0", mode)
    bad_checksums(tap, "no program")
    errors = link_stats("fn0p0")
    got = {k: v for side in ("rx", "tx") for k, v in errors[side].items()
           if k not in ("packets", "bytes", "multicast") and v}
    tap.equal(got, {}, "nothing was dropped or counted as an error")
    tap.done()


main()
