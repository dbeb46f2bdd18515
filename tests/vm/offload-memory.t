#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Every allocation fails once: of making a map, loading a program, attaching
it, writing an entry, adding a card.

The kernel makes the n-th allocation of an operation fail, for n from 1 until
the operation makes fewer. Whatever fails must say so and leave nothing.
Needs a kernel with fault injection, as the debug kernels are.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bpf import *  # noqa: E402,F403
from nic import *  # noqa: E402,F403

FAIL_NTH = "/proc/thread-self/fail-nth"
DEBUGFS = "/sys/kernel/debug/"
MOST = 3000
KNOWN = (None, errno.ENOMEM, errno.ENOBUFS, errno.EAGAIN)
SOL_NETLINK, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 270, 10, 11
GENL_ID_CTRL, CTRL_GETFAMILY, CARD_NEW, CARD_DEL = 16, 3, 2, 3


def show(kind):
    return json.loads(run([FLOWNIC, "-j", "show", kind]))


def set_faults():
    """Allocations that may sleep fail, too, and don't fill the log."""
    for where in "failslab", "fail_page_alloc":
        for name, value in (("ignore-gfp-wait", "N"), ("verbose", "0")):
            with open(DEBUGFS + where + "/" + name, "w") as f:
                f.write(value)


class Control:
    """The control interface, without a process in between."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.socket.bind((0, 0))
        self.socket.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.socket.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        self.sequence = 0
        name = b"flownic\0"
        answer = self.ask(GENL_ID_CTRL, CTRL_GETFAMILY,
                          struct.pack("<HH", 4 + len(name), 2) + name)
        at = 20
        while at < len(answer):
            size, kind = struct.unpack_from("<HH", answer, at)
            if kind == 1:
                self.family = struct.unpack_from("<H", answer, at + 4)[0]
            at += size + 3 & ~3

    def ask(self, family, cmd, attributes=b""):
        """The answer that comes before the acknowledgement, or an error."""
        self.sequence += 1
        body = struct.pack("<BBH", cmd, 1, 0) + attributes
        self.socket.send(struct.pack("<IHHII", 16 + len(body), family, 5,
                                     self.sequence, 0) + body)
        answer = None
        while True:
            message = self.socket.recv(65536)
            _, kind, _, sequence = struct.unpack_from("<IHHI", message)
            if sequence != self.sequence:
                continue
            if kind != 2:
                answer = message
                continue
            error = struct.unpack_from("<i", message, 16)[0]
            if error:
                raise BpfError(-error, repr(message[40:]))
            return answer

    def add_card(self):
        return struct.unpack_from("<I", self.ask(self.family, CARD_NEW),
                                  24)[0]

    def del_card(self, card):
        self.ask(self.family, CARD_DEL, struct.pack("<HHI", 8, 1, card))


def exhaust(tap, name, operation, undo=lambda: None, known=KNOWN):
    """Do it until all its allocations have failed once; returns the errors."""
    failed, errors, surprises = 0, set(), []
    fd = os.open(FAIL_NTH, os.O_RDWR)
    try:
        for n in range(1, MOST):
            os.pwrite(fd, b"%d" % n, 0)
            error = None
            try:
                operation()
            except OSError as e:
                error = e.errno
                said = getattr(e, "log", "")
            left = int(os.pread(fd, 32, 0).rstrip(b"\0\n "))
            os.pwrite(fd, b"0", 0)
            failed += not left
            errors.add(error)
            if error is None:
                undo()
            if error not in known:
                surprises.append("allocation %d: error %s %s" %
                                 (n, error, said))
            if left:
                break
    finally:
        os.close(fd)
    tap.ok(failed and left and not error and not surprises,
           "%s: each of %d allocations failed, and in the end none" %
           (name, failed), *surprises, "the last: error %s" % error)
    return errors


def main():
    tap = Tap()
    if not os.path.exists(FAIL_NTH):
        print("1..0 # SKIP the kernel injects no faults")
        return
    set_faults()
    run("ip link set fn0p0 up")
    index = ifindex("fn0p0")
    control = Control()
    cards = []

    exhaust(tap, "array", lambda: Map(ARRAY, 4, 8, 64, index).close())
    exhaust(tap, "hash", lambda: Map(HASH, 4, 8, 64, index).close())
    with Map(HASH, 4, 8, 64, index) as m:
        code = (store_imm(W, 10, -4, 0) + mov_reg(2, 10) + alu(ADD, 2, -4) +
                map_fd(1, m.fd) + call(1) + returns(PASS))
        exhaust(tap, "update", lambda: m.update(b"abcd", b"12345678"))
        # Some that the verifier itself makes are not said to be the reason.
        errors = exhaust(tap, "program of the host",
                         lambda: Prog(returns(PASS), log=0).close(),
                         known=KNOWN + (errno.EINVAL,))
        errors.update(KNOWN)
        exhaust(tap, "program", lambda: Prog(code, index, log=0).close(),
                known=errors)
        exhaust(tap, "program with a log",
                lambda: Prog(code, index, log=4096).close(), known=errors)
        with Prog(code, index) as p:
            exhaust(tap, "attaching", lambda: p.link(index).close())
    # Where the kernel registers a device, it calls some of them invalid.
    exhaust(tap, "card", lambda: cards.append(control.add_card()),
            lambda: control.del_card(cards.pop()),
            known=KNOWN + (errno.EINVAL,))
    # An acknowledgement, too, may have been what there was no memory for.
    for card in show("card"):
        if card["card"]:
            control.del_card(card["card"])
    tap.ok(awaited(lambda: not show("prog") and not show("map")),
           "nothing is left on the card", show("prog"), show("map"))
    tap.equal([c["card"] for c in show("card")], [0], "card 0 is left")
    tap.done()


main()
