#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Every allocation fails once: of bringing a port up, of changing its MTU and
the size of its rings.

The kernel makes the n-th allocation of a system call fail, for n from 1 until
the call makes fewer. A port that cannot change must work on as it was. Needs a
kernel with fault injection, as the debug kernels are.
"""

import fcntl
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

FAIL_NTH = "/proc/thread-self/fail-nth"
DEBUGFS = "/sys/kernel/debug/"
MOST = 3000
SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCSIFMTU = 0x8913, 0x8914, 0x8922
SIOCETHTOOL, ETHTOOL_SRINGPARAM = 0x8946, 0x11
IFF_UP = 1
EXPECTED = (None, errno.ENOMEM, errno.ENOBUFS)


def set_faults():
    """Allocations that may sleep fail, too, and don't fill the log."""
    for where in "failslab", "fail_page_alloc":
        for name, value in (("ignore-gfp-wait", "N"), ("verbose", "0")):
            with open(DEBUGFS + where + "/" + name, "w") as f:
                f.write(value)


class Port:
    """System calls on a port, without a process in between."""

    def __init__(self, dev):
        self.dev = dev.encode()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def call(self, number, value):
        request = bytearray(struct.pack("16s24s", self.dev, value))
        fcntl.ioctl(self.socket, number, request)
        return bytes(request[16:])

    def set_up(self, on):
        flags = struct.unpack_from("H", self.call(SIOCGIFFLAGS, b""))[0]
        flags = flags | IFF_UP if on else flags & ~IFF_UP
        self.call(SIOCSIFFLAGS, struct.pack("H", flags))

    def set_mtu(self, mtu):
        self.call(SIOCSIFMTU, struct.pack("i", mtu))

    def set_rings(self, size):
        rings = ctypes.create_string_buffer(struct.pack(
            "9I", ETHTOOL_SRINGPARAM, 0, 0, 0, 0, size, 0, 0, size))
        self.call(SIOCETHTOOL, struct.pack("Q", ctypes.addressof(rings)))


def works():
    """Both ways, one frame after the other."""
    for source, sink in ((("fn0w0", PEER), ("fn0p0", None)),
                         (("fn0p0", None), ("fn0w0", PEER))):
        capture, sender = Capture(*sink), Sender(*source)
        sender.send(mark(1))
        arrived = capture.await_frames(1)
        capture.close()
        sender.close()
        if not arrived:
            return False
    return True


def exhaust(tap, name, operation, undo):
    """Do it until all its allocations have failed once."""
    failed, surprises = 0, []
    fd = os.open(FAIL_NTH, os.O_RDWR)
    for n in range(1, MOST):
        error = None
        os.pwrite(fd, b"%d" % n, 0)
        try:
            operation()
        except OSError as e:
            error = e.errno
        left = int(os.pread(fd, 32, 0).rstrip(b"\0\n "))
        os.pwrite(fd, b"0", 0)
        failed += not left
        if error not in EXPECTED:
            surprises.append("allocation %d: error %s" % (n, error))
        undo(error)
        if left:
            break
    os.close(fd)
    tap.ok(failed and left and not error and not surprises,
           "%s: each of %d allocations failed, and in the end none" %
           (name, failed), *surprises[:10], "the last: error %s" % error)


def main():
    tap = Tap()
    if not os.path.exists(FAIL_NTH):
        print("1..0 # SKIP the kernel injects no faults")
        return
    set_up(ports=1)
    set_faults()
    port = Port("fn0p0")
    dead = []

    def after(restore):
        def undo(error):
            if error and len(dead) < 5:
                await_carrier("fn0p0")
                if not works():
                    dead.append(error)
            if not error:
                restore()
        return undo

    # Small rings: it is each kind of allocation that counts.
    port.set_rings(64)
    exhaust(tap, "MTU", lambda: port.set_mtu(4000),
            after(lambda: port.set_mtu(1500)))
    tap.ok(not dead and works(), "a port that cannot change works on", dead)
    exhaust(tap, "rings", lambda: port.set_rings(128),
            after(lambda: port.set_rings(64)))
    tap.ok(not dead and works(), "a port that cannot change works on", dead)
    port.set_up(False)
    exhaust(tap, "up", lambda: port.set_up(True),
            lambda error: error or port.set_up(False))
    port.set_up(True)
    await_carrier("fn0p0")
    tap.ok(works(), "and comes up when there is memory")
    tap.done()


if __name__ == "__main__":
    main()
