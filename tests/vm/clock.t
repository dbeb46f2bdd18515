#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The card's clock: a PTP hardware clock that can be read, set and trimmed,
and that stamps frames in both directions."""

import fcntl
import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

SIOCSHWTSTAMP, SIOCGHWTSTAMP = 0x89b0, 0x89b1
TX_OFF, TX_ON = 0, 1
FILTER_NONE, FILTER_ALL, FILTER_PTP_V2 = 0, 1, 12
SO_TIMESTAMPING = 37
RAW, RX_HW, TX_HW, OPT_TSONLY = 1 << 6, 1 << 2, 1 << 0, 1 << 11
MSG_ERRQUEUE = 0x2000
ADJ_OFFSET_SINGLE, ADJ_FREQUENCY, ADJ_SETOFFSET, ADJ_NANO = \
    0x8001, 0x2, 0x100, 0x2000
libc = ctypes.CDLL(None, use_errno=True)


class Phc:
    """A PTP clock by its device."""

    def __init__(self, index):
        self.fd = os.open("/dev/ptp%d" % index, os.O_RDWR)
        self.id = (~self.fd << 3) | 3

    def read(self):
        return time.clock_gettime_ns(self.id)

    def set(self, ns):
        time.clock_settime_ns(self.id, ns)

    def adjust(self, modes, freq=0, sec=0, nsec=0):
        """clock_adjtime(2); 0 or an errno."""
        tx = bytearray(208)
        struct.pack_into("<I", tx, 0, modes)
        struct.pack_into("<q", tx, 16, freq)
        struct.pack_into("<qq", tx, 72, sec, nsec)
        buf = (ctypes.c_char * len(tx)).from_buffer(tx)
        if libc.clock_adjtime(ctypes.c_int(self.id), buf) < 0:
            return ctypes.get_errno()
        return 0

    def ahead(self):
        """Of the time of day, ns."""
        return self.read() - time.time_ns()

    def close(self):
        os.close(self.fd)


def index_of(dev):
    said = run("ethtool -T " + dev)
    found = re.search(r"PTP Hardware Clock: (\d+)", said)
    return int(found.group(1)) if found else None


def stamping(dev, op, tx=0, rx=0):
    """Set or get what is stamped; (tx, rx) or an errno."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        config = bytearray(struct.pack("<iii", 0, tx, rx))
        buf = (ctypes.c_char * 12).from_buffer(config)
        request = struct.pack("16sQ16x", dev.encode(), ctypes.addressof(buf))
        try:
            fcntl.ioctl(s, op, request)
        except OSError as e:
            return e.errno
        return struct.unpack("<iii", bytes(buf))[1:]


def hardware_stamp(aux):
    for level, kind, data in aux:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPING:
            sec, nsec = struct.unpack("<qq", data[32:48])
            return sec * 10**9 + nsec
    return None


def test_clock(tap):
    index = index_of("fn0p0")
    tap.ok(index is not None, "the card has a hardware clock",
           run("ethtool -T fn0p0"))
    tap.equal(index_of("fn0p1"), index, "one for all its ports")
    with open("/sys/class/ptp/ptp%d/clock_name" % index) as f:
        tap.equal(f.read().strip(), "flownic.0", "called after it")
    phc = Phc(index)
    tap.ok(abs(phc.ahead()) < 10**9, "it begins with the time of day",
           phc.ahead())
    phc.set(10**18)
    t = phc.read()
    tap.ok(10**18 <= t < 10**18 + 60 * 10**9, "it can be set", t)
    before = phc.read()
    tap.equal(phc.adjust(ADJ_SETOFFSET | ADJ_NANO, sec=1000, nsec=5), 0,
              "it can be moved")
    t = phc.read() - before
    tap.ok(1000 * 10**9 < t < 1060 * 10**9, "and is", t)
    tap.equal(phc.adjust(ADJ_FREQUENCY, freq=500 * 65536), 0,
              "it can be made to go faster")
    tap.ok(drift(phc, 500), "and does")
    tap.equal(phc.adjust(ADJ_FREQUENCY, freq=-500 * 65536), 0, "and slower")
    tap.ok(drift(phc, -500), "and does")
    tap.ok(phc.adjust(ADJ_FREQUENCY, freq=1000 * 65536) in (
        errno.ERANGE, errno.EINVAL), "it has its limits")
    phc.adjust(ADJ_FREQUENCY, freq=0)
    phc.set(time.time_ns())
    return phc


def drift(phc, ppm):
    """Whether the clock gains so much, within what reading it takes."""
    m0, p0, m1 = time.monotonic_ns(), phc.read(), time.monotonic_ns()
    awaited(lambda: time.monotonic_ns() - m1 > 4 * 10**8)
    m2, p1, m3 = time.monotonic_ns(), phc.read(), time.monotonic_ns()
    gained = p1 - p0
    least, most = m2 - m1, m3 - m0
    # The host's own clock may be trimmed by some ppm, too.
    good = least * (1 + (ppm - 50) / 1e6) <= gained <= \
        most * (1 + (ppm + 50) / 1e6)
    if not good:
        diag("%d ppm: gained %d in %d to %d" % (ppm, gained, least, most))
    return good


def test_config(tap):
    tap.equal(stamping("fn0p0", SIOCGHWTSTAMP), (TX_OFF, FILTER_NONE),
              "nothing is stamped to begin with")
    tap.equal(stamping("fn0p0", SIOCSHWTSTAMP, TX_ON, FILTER_PTP_V2),
              (TX_ON, FILTER_ALL), "all frames are when some shall be")
    tap.equal(stamping("fn0p0", SIOCGHWTSTAMP), (TX_ON, FILTER_ALL),
              "and it says so")
    tap.equal(stamping("fn0p0", SIOCSHWTSTAMP, 2, FILTER_ALL), errno.ERANGE,
              "one-step stamping is refused")


def receiver():
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88b6))
    s.bind(("fn0p0", 0x88b6))
    s.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPING, RAW | RX_HW | TX_HW)
    s.settimeout(10)
    return s


def test_rx(tap, phc, frame, what):
    s = receiver()
    sender = Sender("fn0w0", PEER)
    before = phc.read()
    sender.send(frame)
    got, aux, _, _ = s.recvmsg(1 << 16, 512)
    after = phc.read()
    stamp = hardware_stamp(aux)
    tap.ok(stamp and before <= stamp <= after,
           "%s is stamped with the card's time of arrival" % what,
           before, stamp, after)
    sender.close()
    s.close()


def test_tx(tap, phc):
    s = receiver()
    before = phc.read()
    s.send(mac(PEER_MAC) + mac(HOST_MAC) + b"\x88\xb6" + bytes(50))
    aux = None

    def came():
        nonlocal aux
        try:
            _, aux, _, _ = s.recvmsg(1 << 16, 512, MSG_ERRQUEUE)
        except OSError as e:
            if e.errno != errno.EAGAIN:
                raise
        return aux

    awaited(came)
    after = phc.read()
    stamp = hardware_stamp(aux or [])
    tap.ok(stamp and before <= stamp <= after,
           "a frame that is sent is stamped when it leaves", before, stamp,
           after)
    s.close()


def test_off(tap):
    stamping("fn0p0", SIOCSHWTSTAMP, TX_OFF, FILTER_NONE)
    s = receiver()
    sender = Sender("fn0w0", PEER)
    sender.send(mark(3))
    _, aux, _, _ = s.recvmsg(1 << 16, 512)
    tap.ok(not hardware_stamp(aux), "no stamp when it is switched off", aux)
    sender.close()
    s.close()


def main():
    tap = Tap()
    set_up(mtu=9000)
    phc = test_clock(tap)
    test_config(tap)
    test_rx(tap, phc, mark(1), "a short frame")
    test_rx(tap, phc, mark(2) + bytes(3000), "a long frame")
    attach("fn0p0", "xdpoffload", "pass")
    test_rx(tap, phc, mark(3), "a frame that a program passed")
    detach("fn0p0", "xdpoffload")
    test_tx(tap, phc)
    test_off(tap)
    held = Phc(index_of("fn0p0"))
    phc.close()
    run("rmmod flownic")
    try:
        held.read()
        tap.ok(False, "a clock that is held open is dead")
    except OSError as e:
        tap.equal(e.errno, errno.ENODEV, "a clock that is held open is dead")
    held.close()
    tap.done()


main()
