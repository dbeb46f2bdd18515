#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# vm: -i
# needs: x86
"""ethtool -C: so many frames, or so much time, for an interrupt of the host and
for a wake-up of the card's thread.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

FRAMES = 320
FRAME = bytes.fromhex("020000000001" "020000000002" "88b5") + bytes(86)
LONGEST = 10000  # us


def shown(dev, ns=""):
    text = run(ns + "ethtool -c " + dev)
    return {k: int(v) for k, v in re.findall(
        r"(?m)^([rt]x-(?:usecs|frames)):\s+(\d+)", text)}


def settings(tap):
    tap.equal(shown("fn0p0"), {"rx-usecs": 0, "rx-frames": 1, "tx-usecs": 0,
                               "tx-frames": 1}, "a port interrupts at once")
    run("ethtool -C fn0p0 rx-usecs 20 rx-frames 32 tx-usecs 30 tx-frames 0")
    tap.equal(shown("fn0p0"), {"rx-usecs": 20, "rx-frames": 32, "tx-usecs": 30,
                               "tx-frames": 0}, "what is set is shown")
    run("ip link set fn0p0 down")
    run("ip link set fn0p0 up")
    await_carrier("fn0p0")
    tap.equal(shown("fn0p0")["rx-usecs"], 20, "also after down and up")
    for dev, what, why in (
            ("fn0p0", "rx-usecs 10001", "rx-usecs can be 0 to 10000, not 10001"),
            ("fn0p0", "tx-usecs 20000", "tx-usecs can be 0 to 10000"),
            ("fn0p0", "rx-usecs 0", "rx-frames 32 needs a time"),
            ("fn0p0", "adaptive-rx on", ""),
            ("fn0w0", "tx-usecs 10001", "tx-usecs can be 0 to 10000"),
            ("fn0w0", "rx-usecs 5", "")):
        where = "ip netns exec %s " % PEER if dev == "fn0w0" else ""
        said = refused("%sethtool -C %s %s" % (where, dev, what))
        tap.ok(said and why in said, "refused: %s %s" % (dev, what), said)
    run("ethtool -C fn0p0 rx-usecs 0 rx-frames 1 tx-usecs 0 tx-frames 1")


def burst(sender, dev, count, counter):
    """Interrupts of what was sent, and how many there could be by time alone."""
    before = stats("fn0p0")
    start = time.monotonic()
    for _ in range(count):
        sender.send(FRAME)

    def done():
        return stats("fn0p0")[counter] - before[counter] >= count

    arrived = awaited(done)
    spent = time.monotonic() - start
    seen = changes(before, stats("fn0p0"))
    return (seen.get("rx0_interrupts", 0), int(spent * 1e6 / LONGEST) + 2,
            arrived, seen)


def receive(tap):
    sender = Sender("fn0w0", PEER)
    plain, _, arrived, seen = burst(sender, "fn0p0", FRAMES, "rx0_packets")
    tap.ok(arrived, "without moderation all frames arrive", seen)
    run("ethtool -C fn0p0 rx-usecs %d rx-frames 32" % LONGEST)
    some, by_time, arrived, seen = burst(sender, "fn0p0", FRAMES, "rx0_packets")
    tap.ok(arrived, "with rx-frames 32, too", seen)
    tap.ok(some <= FRAMES // 32 + by_time,
           "one interrupt for 32 frames: %d, of %d without" % (some, plain),
           "expected at most %d and %d by time" % (FRAMES // 32, by_time))
    run("ethtool -C fn0p0 rx-frames 0")
    some, by_time, arrived, seen = burst(sender, "fn0p0", FRAMES, "rx0_packets")
    tap.ok(arrived and some <= by_time,
           "rx-frames 0: one for so much time: %d" % some,
           "expected at most %d" % by_time, seen)
    for n in 1, 2, 3:
        _, _, arrived, seen = burst(sender, "fn0p0", n, "rx0_packets")
        tap.ok(arrived, "%d frames do not wait for others for ever" % n, seen)
    run("ethtool -C fn0p0 rx-usecs 0 rx-frames 1")
    sender.close()


def transmit(tap):
    sender = Sender("fn0p0")
    run("ethtool -C fn0p0 tx-usecs %d tx-frames 64" % LONGEST)
    before = stats("fn0p0")
    some, by_time, arrived, seen = burst(sender, "fn0p0", 2000, "mac_tx_frames")
    tap.ok(arrived, "tx-frames 64: more frames than a ring holds are sent", seen)
    tap.ok(some <= 2000 // 64 + by_time,
           "one interrupt for 64 frames: %d" % some,
           "expected at most %d and %d by time" % (2000 // 64, by_time))
    awaited(lambda: stats("fn0p0")["tx0_packets"] - before["tx0_packets"] ==
            2000)
    run("ethtool -C fn0p0 tx-usecs 0 tx-frames 1")
    sender.close()


def wakeups(card):
    return int(re.search(r"of card %d: .* woken (\d+) times" % card,
                         run(FLOWNIC + " show worker")).group(1))


def flood(card, count):
    """How often the card was woken, or run, while pktgen sent."""
    port, cable = "fn%dp0" % card, "fn%dw0" % card

    def write(path, text):
        with open("/proc/net/pktgen/" + path, "w") as f:
            f.write(text + "\n")

    write("kpktgend_0", "rem_device_all")
    write("kpktgend_0", "add_device " + cable)
    for line in "count %d" % count, "delay 0", "dst_mac " + HOST_MAC:
        write(cable, line)
    before, came = wakeups(card), stats(port)["rx0_packets"]
    write("pgctrl", "start")
    awaited(lambda: stats(port)["rx0_packets"] - came >= count)
    return wakeups(card) - before, stats(port)["rx0_packets"] - came


def wake(tap, card, workers):
    """pktgen, frame by frame, on the CPU that the card is emulated on."""
    port, cable = "fn%dp0" % card, "fn%dw0" % card
    run(FLOWNIC + " card add ports 1 workers %d" % workers)
    for dev in port, cable:
        run("ip link set %s up" % dev)
    await_carrier(port)
    diag("workers %d" % workers)
    tap.equal(shown(cable), {"tx-usecs": 50, "tx-frames": 64},
              "a cable end shows when the card is woken")
    count = 5000
    some, came = flood(card, count)
    tap.equal(came, count, "all frames arrive")
    run("ethtool -C %s tx-usecs 0 tx-frames 1" % cable)
    each, came = flood(card, count)
    tap.equal(came, count, "and when it is woken at once")
    # A scheduler that lets the sender go on until its queue is full moderates, too.
    tap.ok(some * 4 <= each or each <= count // 64,
           "%d wake-ups instead of %d" % (some, each))
    run("ethtool -C %s tx-usecs %d tx-frames 64" % (cable, LONGEST))
    some, came = flood(card, count)
    tap.equal(came, count, "and when it naps for long")
    tap.ok(some <= count // 8, "frames that are enough end a nap: %d wake-ups "
           "for %d frames" % (some, count))


def helped(card):
    return json.loads(run(FLOWNIC + " -j show worker card %d" % card))[0][
        "helped"]


def share(tap, card):
    """A sender does the work of a thread that would have to wait for his CPU."""
    count = 5000
    pid = run("pgrep -x flownic%d/0" % card).strip()
    run("chrt -i -p 0 " + pid)  # has the CPU when nobody else wants it
    before = helped(card)
    _, came = flood(card, count)
    tap.equal(came, count, "all frames arrive if the thread gets no CPU")
    helps = helped(card) - before
    tap.ok(helps > count // 8, "the sender helps it: %d frames" % helps)
    tap.ok("by senders that waited" in run(FLOWNIC + " show worker"),
           "flownic show says so")
    run("ethtool -C fn%dw0 tx-usecs 0 tx-frames 1" % card)
    before = helped(card)
    run("ethtool -C fn%dp0 rx-usecs %d rx-frames 0" % (card, LONGEST))
    _, came = flood(card, count)
    tap.equal(came, count, "also with interrupts that are due later")
    tap.ok(helped(card) > before, "which the sender leaves: %d frames" % (
        helped(card) - before))
    run("chrt -o -p 0 " + pid)


def bound(tap, card):
    """Whoever gives a thread a CPU wants its work done there."""
    dev = "platform/flownic.%d" % card
    run(FLOWNIC + " card add ports 1")
    run("devlink dev param set %s name cpus value 0 cmode driverinit" % dev)
    run("devlink dev reload " + dev)
    for dev in "fn%dp0" % card, "fn%dw0" % card:
        run("ip link set %s up" % dev)
    await_carrier("fn%dp0" % card)
    run("chrt -i -p 0 " + run("pgrep -x flownic%d/0" % card).strip())
    _, came = flood(card, 5000)
    tap.equal(came, 5000, "all frames arrive if the thread is bound")
    tap.equal(helped(card), 0, "nobody else does its work")


def main():
    tap = Tap()
    set_up(ports=1)
    settings(tap)
    receive(tap)
    transmit(tap)
    run("modprobe pktgen")
    wake(tap, 1, 1)
    share(tap, 1)
    wake(tap, 2, 0)
    bound(tap, 3)
    tap.done()


if __name__ == "__main__":
    main()
