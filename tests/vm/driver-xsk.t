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
    return [(mark(n) + bytes(i % 256 for i in range(size)))[:max(size, 27)]
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


def shared(tap, peers):
    """Memory of one socket on two queues and two ports, and two sockets on one
    queue."""
    memory = Memory(chunks=512)
    run("ethtool -L fn0p0 combined 2")
    run("ethtool -X fn0p0 equal 1")
    first = Xsk("fn0p0", memory=memory)
    second = Xsk("fn0p0", queue=1, owner=first)
    far = Xsk("fn0p1", owner=first)
    same = Xsk("fn0p0", owner=first, own_rings=False)
    socks = first, second, far
    tap.equal([s.zero_copy() for s in socks], [True] * 3,
              "memory is shared by two queues and two ports")
    progs = ToSockets("fn0p0"), ToSockets("fn0p1")
    progs[0].add(first)
    progs[0].add(second, 1)
    progs[1].add(far)
    for sock in socks:
        sock.lend(100)
    for n, (sock, queue, peer) in enumerate(zip(socks, (0, 1, 0),
                                                peers[:1] * 2 + peers[1:])):
        if sock is not far:
            run("ethtool -X fn0p0 weight %s" % ("1 0", "0 1")[queue])
        some = frames(80, 100 * n)
        for frame in some:
            peer.send(frame)
        same_frames(tap, sock.receive_all(80, lend=False), some,
                    "each receives its own: %d" % n)
    run("ethtool -X fn0p0 weight 1 0")
    progs[0].add(same)
    some = frames(80)
    for frame in some:
        peers[0].send(frame)
    first.lend(100)
    same_frames(tap, same.receive_all(80, lend=False), some,
                "a second socket of the queue receives")
    captures = Capture("fn0w0", PEER), Capture("fn0w1", PEER)
    for n, sock in enumerate(socks):
        sock.send(frames(100, 100 * n))
    for n in range(50):
        first.put(frames(1, 300 + n)[0])
        same.put(frames(1, 400 + n)[0])
    sent = first.sent

    def done():
        first.kick()
        same.kick()
        first.complete()  # the ring is of both
        return first.sent >= sent + 100

    tap.ok(awaited(done), "two sockets of a queue send side by side",
           first.sent - sent)
    captures[0].await_frames(300)
    captures[1].await_frames(100)
    got = [f for f in captures[0].frames if f not in frames(200)]
    same_frames(tap, sorted(got), sorted(frames(50, 300) + frames(50, 400)),
                "and all arrives")
    same_frames(tap, captures[1].frames, frames(100, 200),
                "what is sent on the other port, too")
    close(*captures, *progs, same, far, second, first)
    run("ethtool -X fn0p0 default")
    run("ethtool -L fn0p0 combined 1")


def unaligned(tap, peer):
    with Xsk("fn0p0", memory=Memory(chunks=160, size=3000, flags=UNALIGNED)
             ) as sock, ToSockets("fn0p0") as prog:
        tap.ok(sock.zero_copy(), "memory with chunks at any address is taken")
        prog.add(sock)
        sent = frames(FRAMES, size=1514)
        for frame in sent:
            peer.send(frame)
        same_frames(tap, sock.receive_all(len(sent)), sent,
                    "and received into")
        capture = Capture("fn0w0", PEER)
        # The kernel takes none that crosses pages which are not side by side.
        sock.memory.free = [n * 4096 + 17 * n for n in range(100)]
        sock.send(sent)
        capture.await_frames(len(sent))
        same_frames(tap, capture.frames, sent, "and sent from")
        capture.close()


def headroom(tap, peer):
    with Xsk("fn0p0", memory=Memory(headroom=192)) as sock, \
            ToSockets("fn0p0") as prog:
        prog.add(sock)
        sent = frames(100, size=1514)
        for frame in sent:
            peer.send(frame)
        same_frames(tap, sock.receive_all(100), sent,
                    "frames keep off the headroom that sockets ask for")


def busy(tap, peer):
    """As applications do that poll: no interrupts while they are at it."""
    for what, value in ("napi_defer_hard_irqs", 2), ("gro_flush_timeout",
                                                     200000):
        with open("/sys/class/net/fn0p0/" + what, "w") as f:
            f.write(str(value))
    with Xsk("fn0p0") as sock, ToSockets("fn0p0") as prog:
        prog.add(sock)
        sock.busy_poll()
        sock.lend()
        for turn in range(20):
            some = frames(50, 50 * turn)
            for frame in some:
                peer.send(frame)
            if sock.receive_all(50) != some:
                break
            sock.send(some)
        tap.equal(turn, 19, "a socket that polls receives and sends")
    for what in "napi_defer_hard_irqs", "gro_flush_timeout":
        with open("/sys/class/net/fn0p0/" + what, "w") as f:
            f.write("0")


def refusal(fn):
    try:
        fn()
    except OSError as e:
        return e.errno
    return None


def last_refusal():
    out = run(FLOWNIC + " --json show refusals", check=False)
    return out[-1000:]


def refused_things(tap):
    run("ip link set fn0p0 mtu 3000")
    run("ip link set fn0w0 mtu 3000", check=False)
    tap.equal(refusal(lambda: Xsk("fn0p0")), errno.EINVAL,
              "chunks too small for the MTU are refused")
    with Xsk("fn0p0", flags=0) as sock:
        tap.ok(not sock.zero_copy(), "without XDP_ZEROCOPY, they are copied")
    with Xsk("fn0p0", memory=Memory(size=4096)) as sock:
        tap.ok(sock.zero_copy(), "and larger ones are not")
        out = refused("ip link set fn0p0 mtu 4000")
        tap.ok(out, "an MTU too large for the chunks is refused", out)
        run("ip link set fn0p0 mtu 3500")
        out = refused("ethtool -L fn0p0 combined 0")
        tap.ok(out, "no queue goes that a socket has", out)
    run("ip link set fn0p0 mtu 1500")
    tap.equal(refusal(lambda: Xsk("fn0p0", queue=1)), errno.EINVAL,
              "a queue that is not there is refused")
    with Xsk("fn0p0"):
        tap.equal(refusal(lambda: Xsk("fn0p0", patience=3)), errno.EBUSY,
                  "a queue that has a socket is refused")


def large(tap, peer):
    """Frames of several buffers."""
    run("ip link set fn0p0 mtu 9000")
    in_peer("ip link set fn0w0 mtu 9000")
    await_carrier("fn0p0")
    try:
        sock = Xsk("fn0p0", flags=ZEROCOPY | USE_NEED_WAKEUP | USE_SG,
                   memory=Memory(chunks=512))
    except OSError as e:
        tap.skip("frames of several buffers", "this kernel has none: %s" % e)
        run("ip link set fn0p0 mtu 1500")
        in_peer("ip link set fn0w0 mtu 1500")
        return
    prog = ToSockets("fn0p0", HAS_FRAGS)
    prog.add(sock)
    sent = [f for n, size in enumerate((60, 1408, 1409, 1514, 4000, 9014))
            for f in frames(5, 5 * n, size)]
    for turn in range(4):
        for frame in sent:
            peer.send(frame)
        same_frames(tap, sock.receive_all(len(sent)), sent,
                    "frames of several buffers are received")
    capture = Capture("fn0w0", PEER)
    for pieces in 1, 2, 5:
        sock.send([f for f in sent if len(f) < 1900 * pieces], pieces)
    want = [f for pieces in (1, 2, 5) for f in sent if
            len(f) < 1900 * pieces]
    capture.await_frames(len(want))
    same_frames(tap, capture.frames, want, "and sent, in some pieces")
    capture.close()
    prog.close()
    capture = Capture("fn0p0")
    for turn in range(20):
        for frame in sent:
            peer.send(frame)
    capture.await_frames(20 * len(sent))
    same_frames(tap, capture.frames, 20 * sent, "the stack has them in one")
    capture.close()
    for name, verdict, counter in (("drops", bpf.DROP, "rx0_xdp_drop"),
                                   ("sends back", bpf.TX, "rx0_xdp_tx")):
        prog = bpf.Prog(bpf.returns(verdict), flags=HAS_FRAGS)
        link = prog.link(ifindex("fn0p0"), DRV_MODE)
        capture = Capture("fn0w0", PEER)
        before = stats("fn0p0")
        for turn in range(20):
            for frame in sent:
                peer.send(frame)
        tap.equal(moved(before, **{counter: 20 * len(sent)}),
                  {counter: 20 * len(sent)},
                  "a program %s frames of several buffers" % name)
        if verdict == bpf.TX:
            capture.await_frames(20 * len(sent))
            same_frames(tap, capture.frames, 20 * sent, "which arrive")
        close(capture, link, prog)
    things = returns("fn0p0", bpf.PASS)
    before = stats("fn0p0")
    for frame in sent:
        peer.send(frame)
    long = len([f for f in sent if len(f) > 1408])
    want = {"rx0_xdp_too_long": long, "rx0_xdp_pass": len(sent) - long}
    tap.equal(moved(before, **want), want,
              "a program that is not made for them sees the small ones only")
    close(*things, sock)
    run("ip link set fn0p0 mtu 1500")
    in_peer("ip link set fn0w0 mtu 1500")


def with_metadata(tap):
    try:
        sock = Xsk("fn0p0", memory=Memory(flags=TX_METADATA_LEN, meta=24))
    except OSError as e:
        tap.skip("requests for single frames", "this kernel has none: %s" % e)
        return
    capture = Capture("fn0w0", PEER)
    body = bytes(range(60))
    frame = mac(PEER_MAC) + mac(HOST_MAC) + b"\x88\xb5" + body

    def send(flags, start=0, offset=0, pieces=1):
        addr = sock.memory.free[0]
        struct.pack_into("=QHH4x8x", sock.memory.area, addr, flags, start,
                         offset)
        at = len(capture.frames)
        end = sock.sent + pieces
        sock.put(frame, pieces, TX_METADATA if flags else 0, before=24)

        def sent():
            sock.kick()
            sock.complete()
            return sock.sent >= end

        awaited(sent)
        capture.await_frames(at + 1)
        return struct.unpack_from("Q", sock.memory.area, addr + 8)[0]

    card_time = send(1)
    tap.ok(capture.frames == [frame] and card_time,
           "a frame's time of sending is told", card_time)
    tap.ok(send(1) > card_time, "which goes on")
    send(0)
    tap.equal(capture.frames[1:], [frame] * 2, "and not if nobody asks")
    send(2, 14, 10)

    want = bytearray(frame)
    want[24:26] = struct.pack("!H", ~sum16(frame[14:]) & 0xffff)
    tap.equal(capture.frames[-1].hex(), bytes(want).hex(),
              "the card sums a frame that asks for it")
    for frame_time in [send(3, 14, 10)]:
        tap.ok(frame_time > card_time and capture.frames[-1] == want,
               "both at once", capture.frames[-1].hex())
    tap.equal(stats("fn0p0")["host_tx_bad"], 0, "no descriptor was bad")
    close(capture, sock)


def removed(tap):
    """The port goes while it has sockets, in the middle of traffic."""
    with Xsk("fn0p1") as sock, ToSockets("fn0p1") as prog:
        prog.add(sock)
        sock.lend()
        flood = Flood("fn0w1", PEER, frames(1)[0])
        tap.ok(sock.receive_all(100), "a port receives")
        run(FLOWNIC + " port del card 0 port 1", check=False)
        run(FLOWNIC + " card del 0")
        flood.stop()
        tap.ok(not os.path.exists("/sys/class/net/fn0p1"),
               "and goes with its sockets")
        sock.kick()


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
    other = Sender("fn0w1", PEER)
    shared(tap, [peer, other])
    unaligned(tap, peer)
    headroom(tap, peer)
    busy(tap, peer)
    refused_things(tap)
    large(tap, peer)
    with_metadata(tap)
    other.close()
    peer.close()
    removed(tap)
    tap.done()


if __name__ == "__main__":
    main()
