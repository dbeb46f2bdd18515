#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The module goes under full traffic and comes again, whatever is attached."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

MODULE = os.environ.get("FLOWNIC_KO") or "%s/build/%s/flownic.ko" % (
    TOP, os.environ.get("FLOWNIC_KERNEL", "6.12"))
FLOOD = """
import socket, sys
frame = bytes.fromhex("020000000001020000000002") + b"\\x88\\xb5" + bytes(500)
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
s.bind((sys.argv[1], 0))
while True:
    try:
        s.send(frame)
    except OSError as e:
        if e.errno == 6:  # the device is gone
            break
"""


def flood(dev, ns=None):
    command = [sys.executable, "-c", FLOOD, dev]
    if ns:
        command = ["ip", "netns", "exec", ns] + command
    return subprocess.Popen(command, stdin=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


def flowing():
    """Frames arrive at both ends."""
    def moved(before):
        now = stats("fn0p0")
        return all(now[k] > before[k] + 500
                   for k in ("mac_rx_frames", "mac_tx_frames"))

    before = stats("fn0p0")
    return awaited(lambda: moved(before), tries=1000)


def nothing():
    pass


def natively():
    attach("fn0p0", "xdpdrv", "tx")


def on_the_card():
    attach("fn0p0", "xdpoffload", "counters")


def both():
    attach("fn0p0", "xdpoffload", "pass")
    attach("fn0p0", "xdpdrv", "drop")


def threaded():
    with open("/sys/class/net/fn0p0/threaded", "w") as f:
        f.write("1")


def held():
    """A program and a map stay open in another process."""
    on_the_card()
    prog = attached("fn0p0")["xdpoffload"]
    bpftool("prog pin id %d /sys/fs/bpf/prog" % prog)


def link():
    run("ip link add card type flownic")
    run("ip link set card up")
    run("ip link set fn1w0 netns %s up" % PEER)


def release():
    for path in "/sys/fs/bpf/prog",:
        if os.path.exists(path):
            os.unlink(path)


def cycle(tap, name, prepare, params):
    set_up()
    prepare()
    senders = [flood("fn0w0", PEER), flood("fn0p0")]
    if not flowing():
        tap.ok(False, name + ": traffic flows", stats("fn0p0"))
    said = refused("rmmod flownic")
    tap.ok(said is None, name + ": unloaded under traffic", said)
    for s in senders:
        s.kill()
        s.wait()
    tap.equal([d for d in os.listdir("/sys/class/net") if d.startswith("fn")],
              [], name + ": no netdev is left")
    release()
    run("ip netns del " + PEER)
    said = refused("insmod %s %s" % (MODULE, params))
    tap.ok(said is None, name + ": loaded again (%s)" % (params or "plain"),
           said)


def bad_parameters(tap):
    run("rmmod flownic")
    for params, word in (("ports=17", "1 to 16 ports"),
                         ("ports=0", "1 to 16 ports"),
                         ("workers=17", "0 to 16 workers"),
                         ("ring_size=100", "power of two"),
                         ("cpus=4000", "CPU 4000")):
        said = refused("insmod %s %s" % (MODULE, params))
        log = run("dmesg").splitlines()[-3:]
        tap.ok(said and any(word in line for line in log),
               params + " is refused, and the log says why", said, *log)
    run("insmod %s cards=2 ports=3 workers=2 cpus=0,-1" % MODULE)
    tap.equal(len([d for d in os.listdir("/sys/class/net")
                   if re.match(r"fn\d[pw]\d$", d)]), 12,
              "two cards of three ports have twelve netdevs")
    run("rmmod flownic")
    run("insmod " + MODULE)


def main():
    tap = Tap()
    before = objects()
    params = ["", "workers=2", "ring_size=64", "workers=2 ports=4", "workers=0"]
    for n, prepare in enumerate((nothing, natively, on_the_card, both,
                                 threaded, held, link)):
        cycle(tap, prepare.__name__, prepare, params[n % len(params)])
    left = await_objects(before)
    tap.ok(not left, "no program or map is left", left)
    bad_parameters(tap)
    tap.done()


if __name__ == "__main__":
    main()
