#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Every way into a netdev while it is down: before it is first opened, between
close and open, and when it is gone. Nothing may crash; what is sent is dropped
and counted; settings are taken or refused, and hold when the port comes up.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403
import bpf  # noqa: E402

XDP_SKB_MODE = 1 << 1
LIVE_FRAMES = 1 << 1
FRAME = mac(PEER_MAC) + mac(HOST_MAC) + b"\x88\xb5" + bytes(50)


def live_frames(dev, repeat=1):
    """The stack receives frames in the name of a device, up or down."""
    with bpf.Prog(bpf.returns(bpf.PASS)) as prog:
        data = bpf.ctypes.create_string_buffer(FRAME, len(FRAME))
        ctx = bpf.ctypes.create_string_buffer(
            struct.pack("<IIIIII", 0, len(FRAME), 0, ifindex(dev), 0, 0), 24)
        attr = struct.pack("<IIIIQQIIIIQQII", prog.fd, 0, len(FRAME), 0,
                           bpf.address(data), 0, repeat, 0, 24, 0,
                           bpf.address(ctx), 0, LIVE_FRAMES, 0)
        try:
            bpf.bpf(bpf.TEST_RUN, attr)
        except bpf.BpfError as e:
            return e
    return None


def answered_by_generic(tap, dev, what):
    """Generic XDP_TX sends through the device that the frame came in on."""
    with bpf.Prog(bpf.returns(bpf.TX)) as prog:
        with prog.link(ifindex(dev), XDP_SKB_MODE):
            refusal = live_frames(dev, 64)
    tap.ok(True, "%s: generic XDP_TX" % what)
    if refusal:
        diag("live frames: %s" % refusal)


def redirected(tap, dev, what):
    """Frames of a devmap; XDP_REDIRECT by bpf_redirect()."""
    code = (bpf.mov(1, ifindex(dev)) + bpf.mov(2, 0) + bpf.call(23) +
            bpf.EXIT)
    with bpf.Prog(code) as prog:
        data = bpf.ctypes.create_string_buffer(FRAME, len(FRAME))
        attr = struct.pack("<IIIIQQIIIIQQII", prog.fd, 0, len(FRAME), 0,
                           bpf.address(data), 0, 64, 0, 0, 0, 0, 0,
                           LIVE_FRAMES, 0)
        try:
            bpf.bpf(bpf.TEST_RUN, attr)
        except bpf.BpfError as e:
            diag("live frames: %s" % e)
    tap.ok(True, "%s: redirects" % what)


QUERIES = ("", "-a", "-c", "-d", "-g", "-k", "-l", "-m", "-n", "-S", "-t",
           "-T", "-x")


def asked(tap, dev, what):
    run("; ".join("ethtool %s %s" % (o, dev) for o in QUERIES) +
        "; ip -d -s link show %s; tc -s qdisc show dev %s" % (dev, dev),
        check=False)
    tap.ok(True, "%s: every question of ethtool and ip" % what)


def told(tap, dev, what):
    """What can be set on a device, up or down."""
    for command in ("ip link set %s mtu 3000 promisc on allmulticast on "
                    "address 02:00:00:00:00:77 txqueuelen 100",
                    "ip link set %s mtu 1500 promisc off allmulticast off",
                    "ip maddr add 01:00:5e:00:00:63 dev %s",
                    "ip maddr del 01:00:5e:00:00:63 dev %s"):
        said = refused(command % dev)
        tap.ok(said is None, "%s: %s" % (what, command % dev), said)


def port_only(tap, dev, what):
    for command in ("ethtool -G %s rx 256 tx 1024", "ethtool -G %s rx 512 tx 512",
                    "ethtool -K %s rx off", "ethtool -K %s rx on",
                    "ethtool -A %s tx off", "ethtool -A %s tx on"):
        said = refused(command % dev)
        tap.ok(said is None, "%s: %s" % (what, command % dev), said)
    for mode in "xdpdrv", "xdpoffload":
        attach(dev, mode, "pass")
        detach(dev, mode)
    tap.ok(True, "%s: programs come and go" % what)


def sockets(tap, dev, what):
    """Packet sockets say that the device is down."""
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    try:
        s.bind((dev, 0))
        s.send(FRAME)
        error = 0
    except OSError as e:
        error = e.errno
    s.close()
    tap.equal(error, errno.ENETDOWN, "%s: a packet socket is told" % what)


def while_down(tap, what):
    for dev in "fn0p0", "fn0w0":
        name = "%s, %s" % (dev, what)
        before = link_stats(dev)["tx"]["packets"]
        answered_by_generic(tap, dev, name)
        redirected(tap, dev, name)
        asked(tap, dev, name)
        told(tap, dev, name)
        sockets(tap, dev, name)
        tap.equal(link_stats(dev)["tx"]["packets"], before,
                  "%s: nothing was sent" % name)
    port_only(tap, "fn0p0", "fn0p0, " + what)


def works(tap, what):
    for source, sink in ("fn0w0", "fn0p0"), ("fn0p0", "fn0w0"):
        capture = Capture(sink)
        sender = Sender(source)
        sender.send(FRAME)
        tap.ok(capture.await_frames(1), "%s: %s reaches %s" % (
            what, source, sink), stats("fn0p0"))
        sender.close()
        capture.close()


def up():
    run("ip link set fn0p0 up")
    run("ip link set fn0w0 up")
    await_carrier("fn0p0")


def first_frame(tap):
    """A frame that comes while the cable end is opened is not kept back until
    the next."""
    lost = 0
    run("ip link set fn0w0 up")
    for _ in range(10):
        run("ip link set fn0p0 down")
        run("ip link set fn0w0 down")
        run("ip link set fn0w0 up")
        run("ip link set fn0p0 up")
        await_carrier("fn0p0")
        capture = Capture("fn0w0")
        sender = Sender("fn0p0")
        sender.send(FRAME)
        lost += not capture.await_frames(1, tries=100)
        sender.close()
        capture.close()
    tap.equal(lost, 0, "the first frame after 10 openings arrives")


def gone(tap):
    """Files and sockets that outlive the device."""
    run("ip link add card type flownic")
    run("ip link set card up")
    run("ip link set fn1w0 up")
    await_carrier("card")
    senders = [Sender("card"), Sender("fn1w0")]
    captures = [Capture("card"), Capture("fn1w0")]
    reader = subprocess.Popen([FLOWNIC, "capture", "card", "-w", "/dev/null"],
                              stderr=subprocess.PIPE)
    run("tc qdisc add dev card clsact")
    run("ip link del card")
    errors = []
    for s in senders:
        try:
            s.send(FRAME)
            errors.append(0)
        except OSError as e:
            errors.append(e.errno)
        s.close()
    tap.ok(all(e in (errno.ENXIO, errno.ENODEV, errno.ENETDOWN)
               for e in errors), "senders are told that it is gone", errors)
    for c in captures:
        c.close()
    reader.wait(60)
    tap.ok(True, "a capture ends with the card")
    for command in "ethtool card", "ethtool -S fn1w0", "ip link set card up":
        tap.ok(refused(command), "refused when it is gone: " + command)


def main():
    tap = Tap()
    before = objects()
    while_down(tap, "never up")
    up()
    works(tap, "after that")
    run("ip link set fn0p0 down")
    run("ip link set fn0w0 down")
    while_down(tap, "down again")
    up()
    works(tap, "up again")
    first_frame(tap)
    gone(tap)
    left = await_objects(before)
    tap.ok(not left, "no program or map is left", left)
    tap.done()


if __name__ == "__main__":
    main()
