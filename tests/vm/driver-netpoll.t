#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# needs: x86
"""netconsole on both ends of a cable, from process context and from hard
interrupts, while programs send and redirect frames and the ring is full.

What a console prints is sent with interrupts off, wherever the kernel prints
from: the harness fails on the warnings that a wrong lock gives.
"""

import os
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

LINES = 300
FRAME = mac(HOST_MAC) + mac(PEER_MAC) + b"\x88\xb5" + bytes(100)
# The keyboard's controller takes its own output from the host: scan codes of
# Alt, SysRq and H, pressed and let go, arrive as interrupts.
COMMAND, DATA, WRITE_OUTPUT = 0x64, 0x60, 0xd2
HELP = (0x38, 0x54, 0x23, 0xa3, 0xd4, 0xb8)


def press(codes):
    with open("/dev/port", "r+b", buffering=0) as ports:
        def wait_ready():
            for _ in range(1000):
                ports.seek(COMMAND)
                if not ports.read(1)[0] & 0x03:
                    return
                time.sleep(0.001)

        for code in codes:
            for port, value in (COMMAND, WRITE_OUTPUT), (DATA, code):
                wait_ready()
                ports.seek(port)
                ports.write(bytes([value]))
        wait_ready()


class Listener(threading.Thread):
    """What arrives at netconsole's far end."""

    def __init__(self, ns, address, port):
        super().__init__(daemon=True)
        with namespace(ns):
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)
        self.socket.bind((address, port))
        self.text = ""
        self.start()

    def run(self):
        while True:
            data = self.socket.recv(1 << 16)
            self.text += data.decode(errors="replace")

    def has(self, text, tries=400):
        return awaited(lambda: text in self.text, tries=tries)


def say(lines, text):
    for n in range(lines):
        with open("/dev/kmsg", "w") as kmsg:
            kmsg.write("<4>%s %d\n" % (text, n))


def interrupts():
    with open("/proc/interrupts") as f:
        for line in f:
            if "i8042" in line and line.split()[0] == "1:":
                return sum(int(w) for w in line.split()[1:] if w.isdigit())
    return None


def from_interrupt(tap, listener, what):
    before = interrupts()
    if before is None:
        tap.skip(what + ": from hard interrupts", "no keyboard here")
        return
    run("sysctl -qw kernel.sysrq=1")
    listener.text = ""
    press(HELP)
    awaited(lambda: interrupts() > before)
    tap.ok(listener.has("sysrq: HELP"), what + ": a line from a hard interrupt",
           "interrupts %d to %d" % (before, interrupts()), listener.text)
    for _ in range(20):
        press(HELP)
    tap.ok(awaited(lambda: listener.text.count("sysrq: HELP") >= 21),
           what + ": and more of them", listener.text.count("HELP"))


def end(tap, dev, far, what, port, traffic):
    """netconsole on one end, which is here; the far one is in PEER."""
    run("ip addr add 10.7.0.1/24 dev " + dev)
    in_peer("ip addr add 10.7.0.2/24 dev " + far)
    listener = Listener(PEER, "10.7.0.2", port)
    said = refused("modprobe netconsole netconsole=%d@10.7.0.1/%s,%d@10.7.0.2/%s"
                   % (port, dev, port, in_peer(
                       "cat /sys/class/net/%s/address" % far).strip()))
    if said:
        tap.skip(what, "no netconsole here: " + said.strip())
        return
    run("dmesg -n 7")
    say(1, "hello from " + dev)
    tap.ok(listener.has("hello from " + dev), what + ": a line", listener.text)
    for name, start, stop in traffic:
        start()
        flood = Flood(far, PEER, FRAME)
        say(LINES, name)
        flood.stop()
        stop()
        # With the ring full netpoll gives up after a tick: lines are lost.
        tap.ok(listener.has(name), "%s: %s: lines arrive" % (what, name))
        diag("%d of %d" % (listener.text.count(name), LINES))
    from_interrupt(tap, listener, what)
    run("dmesg -n 3")
    run("rmmod netconsole")
    run("ip addr flush dev " + dev)
    in_peer("ip addr flush dev " + far)


def nothing():
    pass


def to(dev, program):
    return (lambda: attach(dev, "xdpdrv", program),
            lambda: detach(dev, "xdpdrv"))


def small():
    run("ethtool -G fn0p0 rx 64 tx 64")


def normal():
    run("ethtool -G fn0p0 rx 512 tx 512")


def main():
    tap = Tap()
    set_up(ports=1)
    end(tap, "fn0p0", "fn0w0", "port", 6666,
        [("frames to the stack", nothing, nothing),
         ("native XDP_TX",) + to("fn0p0", "tx"),
         ("native XDP_DROP",) + to("fn0p0", "drop"),
         ("small rings", small, normal)])
    # The other way round: the console sends on the cable end.
    in_peer("ip link set fn0w0 netns 1")
    run("ip link set fn0p0 netns " + PEER)
    run("ip link set fn0w0 up")
    in_peer("ip link set fn0p0 up")
    await_carrier("fn0w0")
    end(tap, "fn0w0", "fn0p0", "cable end", 6667,
        [("frames to the stack", nothing, nothing)])
    tap.done()


if __name__ == "__main__":
    main()
