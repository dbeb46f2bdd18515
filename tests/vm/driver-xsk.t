#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# UML has no DMA, which a zero-copy socket's memory is mapped for.
# needs: x86
"""AF_XDP zero copy: what sockets receive and send, every verdict, buffers that
run short, and whatever happens to port and socket meanwhile.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403
import bpf  # noqa: E402
from xsk import *  # noqa: E402,F403

FRAMES = 300


def frames(count, first=0, size=0):
    return [(mark(n) + bytes(n % 256 for n in range(size)))[:max(size, 22)]
            for n in range(first, first + count)]


def returns(dev, verdict):
    prog = bpf.Prog(bpf.returns(verdict))
    return prog, prog.link(ifindex(dev), DRV_MODE)


def close(*things):
    for thing in things:
        thing.close()


def moved(before, **expected):
    """Counters of fn0p0 as they have changed, once they have as expected."""
    def now():
        all_changes = changes(before, stats("fn0p0"))
        return {k: all_changes.get(k, 0) for k in expected}

    awaited(lambda: now() == expected, tries=100)
    return now()


def receives(tap, peer):
    with Xsk("fn0p0") as sock, ToSockets("fn0p0") as prog:
        tap.ok(sock.zero_copy(), "a socket is bound with zero copy")
        prog.add(sock)
        before = stats("fn0p0")
        sock.lend()
        sent = frames(FRAMES) + frames(20, size=1514)
        for frame in sent:
            peer.send(frame)
        same_frames(tap, sock.receive_all(len(sent)), sent,
                    "a socket receives")
        tap.equal(moved(before, rx0_packets=len(sent),
                        rx0_xdp_redirect=len(sent), rx0_xdp_redirect_err=0),
                  {"rx0_packets": len(sent), "rx0_xdp_redirect": len(sent),
                   "rx0_xdp_redirect_err": 0}, "and frames are counted")


def sends(tap):
    with Xsk("fn0p0") as sock:
        capture = Capture("fn0w0", PEER)
        before = stats("fn0p0")
        sent = frames(1000) + frames(20, size=1514)
        sock.send(sent)
        capture.await_frames(len(sent))
        same_frames(tap, capture.frames, sent, "a socket sends")
        tap.equal(moved(before, tx0_xsk_packets=len(sent),
                        tx0_xsk_bytes=sum(map(len, sent)),
                        tx0_xsk_dropped=0),
                  {"tx0_xsk_packets": len(sent), "tx0_xsk_dropped": 0,
                   "tx0_xsk_bytes": sum(map(len, sent))},
                  "and frames are counted")
        capture.close()


def both_ways(tap, peer):
    """More than the socket has chunks for, so that none may be lost."""
    with Xsk("fn0p0", memory=Memory(chunks=64), entries=64) as sock, \
            ToSockets("fn0p0") as prog:
        prog.add(sock)
        sock.lend(32)
        capture = Capture("fn0w0", PEER)
        for turn in range(20):
            some = frames(20, 20 * turn)
            for frame in some:
                peer.send(frame)
            got = sock.receive_all(20, lend=False)
            sock.lend(len(got))
            sock.send(got)
        capture.await_frames(400)
        same_frames(tap, capture.frames, frames(400),
                    "what a socket receives it sends back")
        capture.close()


def verdicts(tap, peer):
    """Without a socket in the map, and with other programs."""
    with Xsk("fn0p0") as sock:
        sock.lend(128)
        run("ip address add 10.1.0.1/24 dev fn0p0")
        in_peer("ip address add 10.1.0.2/24 dev fn0w0")
        tap.equal(pings("10.1.0.2", count=2)[0], 2,
                  "without a program the stack has the frames")
        with ToSockets("fn0p0"):
            tap.equal(pings("10.1.0.2", count=2)[0], 2,
                      "and what a program passes")
            out = in_peer("ping -q -c 3 -W 20 -s 1400 10.1.0.1")
            tap.ok("3 received" in out, "large ones, too", out)
        run("ip address flush dev fn0p0")
        in_peer("ip address flush dev fn0w0")
        for name, verdict, counter in (("drops", bpf.DROP, "rx0_xdp_drop"),
                                       ("aborts", 0, "rx0_xdp_aborted")):
            things = returns("fn0p0", verdict)
            before = stats("fn0p0")
            for frame in frames(FRAMES):
                peer.send(frame)
            tap.equal(moved(before, **{counter: FRAMES}), {counter: FRAMES},
                      "a program %s more frames than there are chunks" % name)
            close(*things)
        things = returns("fn0p0", bpf.TX)
        capture = Capture("fn0w0", PEER)
        before = stats("fn0p0")
        for frame in frames(FRAMES):
            peer.send(frame)
        capture.await_frames(FRAMES)
        same_frames(tap, capture.frames, frames(FRAMES),
                    "a program sends them back")
        tap.equal(moved(before, rx0_xdp_tx=FRAMES, tx0_xsk_packets=FRAMES),
                  {"rx0_xdp_tx": FRAMES, "tx0_xsk_packets": FRAMES},
                  "which is counted")
        capture.close()
        close(*things)


REDIRECT = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") int other(struct xdp_md *ctx)
{
	return bpf_redirect(%d, 0);
}
char _license[] SEC("license") = "GPL";
"""


def redirects(tap, peer):
    with Xsk("fn0p0") as sock:
        sock.lend(64)
        attach("fn0p0", "xdpdrv", compile_bpf(
            "other", REDIRECT % ifindex("fn0p1")))
        capture = Capture("fn0w1", PEER)
        for frame in frames(FRAMES):
            peer.send(frame)
        capture.await_frames(FRAMES)
        same_frames(tap, capture.frames, frames(FRAMES),
                    "a program redirects them to another port")
        capture.close()
        detach("fn0p0", "xdpdrv")


def runs_dry(tap, peer):
    with Xsk("fn0p0") as sock, ToSockets("fn0p0") as prog:
        prog.add(sock)
        tap.ok(awaited(lambda: sock.rings["fill"].wants_wakeup()),
               "a queue without buffers asks for a wake-up")
        for frame in frames(100):
            peer.send(frame)
        sock.lend(40)
        got = sock.receive_all(40, lend=False)
        same_frames(tap, got, frames(40), "it receives into what it is lent")
        tap.ok(awaited(lambda: sock.rings["fill"].wants_wakeup()),
               "and asks again")
        got = sock.receive_all(60)
        same_frames(tap, got, frames(60, 40), "and the others have waited")
        tap.ok(awaited(lambda: not sock.rings["fill"].wants_wakeup()),
               "with buffers enough it asks no more")
    with Xsk("fn0p0", flags=ZEROCOPY) as sock, ToSockets("fn0p0") as prog:
        prog.add(sock)
        for frame in frames(100):
            peer.send(frame)
        sock.lend(20)
        got = []

        def there():
            sock.lend(1)
            got.extend(sock.receive())
            return len(got) >= 100

        awaited(there)
        same_frames(tap, got, frames(100),
                    "without need_wakeup it looks by itself")


def reconfigured(tap, peer):
    """The socket goes on, whatever becomes of the port's rings."""
    with Xsk("fn0p0", memory=Memory(chunks=512)) as sock, \
            ToSockets("fn0p0") as prog:
        prog.add(sock)
        capture = Capture("fn0w0", PEER)
        at = 0
        for command in ("ethtool -G fn0p0 rx 64 tx 64",
                        "ip link set fn0p0 mtu 1000",
                        "ethtool -G fn0p0 rx 1024 tx 1024",
                        "ip link set fn0p0 mtu 1500",
                        "ip link set fn0p0 down; ip link set fn0p0 up",
                        "ethtool -L fn0p0 combined 2",
                        "ethtool -L fn0p0 combined 1"):
            run(command)
            await_carrier("fn0p0")
            some = frames(100, at)
            for frame in some:
                peer.send(frame)
            same_frames(tap, sock.receive_all(100), some,
                        "it receives after " + command)
            sock.send(some)
            at += 100
            capture.await_frames(at)
        same_frames(tap, capture.frames, frames(at), "and sends")
        capture.close()
        flood = Flood("fn0w0", PEER, frames(1)[0])
        for n in range(6):
            run("ethtool -G fn0p0 rx %d" % (64 << n % 2))
            tap.ok(sock.receive_all(50), "rings are made anew in a flood")
        flood.stop()


def down(tap, peer):
    run("ip link set fn0p0 down")
    with Xsk("fn0p0") as sock, ToSockets("fn0p0") as prog:
        tap.ok(sock.zero_copy(), "a socket is bound to a port that is down")
        prog.add(sock)
        run("ip link set fn0p0 up")
        await_carrier("fn0p0")
        for frame in frames(50):
            peer.send(frame)
        same_frames(tap, sock.receive_all(50), frames(50),
                    "and receives when it is up")
        run("ip link set fn0p0 down")
    run("ip link set fn0p0 up")
    await_carrier("fn0p0")
    tap.ok(Xsk("fn0p0").zero_copy(), "a socket that went while it was down "
           "leaves the queue to others")


def teardown(tap, peer):
    flood = Flood("fn0w0", PEER, frames(1)[0])
    before = stats("fn0p0")
    for _ in range(30):
        with Xsk("fn0p0") as sock, ToSockets("fn0p0") as prog:
            prog.add(sock)
            sock.lend(100)
            got = sock.receive_all(10)
            for frame in frames(100):
                sock.put(frame)
            sock.kick()
        if not got:
            break
    tap.ok(got, "sockets come and go in a flood", sock.memory.free)
    flood.stop()
    run("ip address add 10.1.0.1/24 dev fn0p0")
    in_peer("ip address add 10.1.0.2/24 dev fn0w0")
    tap.equal(pings("10.1.0.2", count=2)[0], 2,
              "then the stack has the queue again")
    run("ip address flush dev fn0p0")
    in_peer("ip address flush dev fn0w0")
    tap.equal(changes(before, stats("fn0p0")).get("rx0_alloc_fail", 0), 0,
              "and no page was missing")


def main():
    tap = Tap()
    set_up()
    peer = Sender("fn0w0", PEER)
    receives(tap, peer)
    sends(tap)
    both_ways(tap, peer)
    verdicts(tap, peer)
    redirects(tap, peer)
    runs_dry(tap, peer)
    reconfigured(tap, peer)
    down(tap, peer)
    teardown(tap, peer)
    peer.close()
    tap.done()


if __name__ == "__main__":
    main()
