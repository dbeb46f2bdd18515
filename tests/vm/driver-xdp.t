#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# UML has no unaligned accesses: its verifier refuses what the programs read.
# needs: x86
"""Native XDP in the driver: every verdict, redirects in and out, head, tail
and metadata, and what becomes of frames that fit no buffer.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

FRAMES = 200

PROGRAMS = r"""
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} target SEC(".maps");

SEC("xdp.redirect") int to_target(struct xdp_md *ctx)
{
	return bpf_redirect_map(&target, 0, XDP_ABORTED);
}

SEC("xdp.aborted") int aborted(struct xdp_md *ctx)
{
	return XDP_ABORTED;
}

SEC("xdp.unknown") int unknown(struct xdp_md *ctx)
{
	return 77;
}

SEC("xdp.nowhere") int nowhere(struct xdp_md *ctx)
{
	return bpf_redirect(123456, 0);
}

/* Moves both ends out and in again, and leaves metadata. */
SEC("xdp.move") int move(struct xdp_md *ctx)
{
	__u32 *meta;

	if (bpf_xdp_adjust_head(ctx, -100) || bpf_xdp_adjust_head(ctx, 100) ||
	    bpf_xdp_adjust_tail(ctx, 200) || bpf_xdp_adjust_tail(ctx, -200) ||
	    bpf_xdp_adjust_meta(ctx, -4))
		return XDP_DROP;
	meta = (void *)(long)ctx->data_meta;
	if ((void *)(meta + 1) > (void *)(long)ctx->data)
		return XDP_DROP;
	*meta = 0x12345678;
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
"""

GROW = r"""
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* 200 bytes more in front: a frame that filled a buffer needs two. */
SEC("xdp") int grow(struct xdp_md *ctx)
{
	__u8 *data, *end;
	int i;

	if (bpf_xdp_adjust_head(ctx, -200))
		return XDP_DROP;
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	if (data + 200 > end)
		return XDP_DROP;
	for (i = 0; i < 200; i++)
		data[i] = i < 12 ? 2 : i < 14 ? 0x88 : i;
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
"""


def frames(count=FRAMES, size=100):
    head = mac(HOST_MAC) + mac(PEER_MAC) + b"\x88\xb5"
    return [head + struct.pack("!I", n) + bytes((n + i) % 256 for i in
                                                range(size - 18))
            for n in range(count)]


def send(what, dev="fn0w0", ns=PEER):
    sender = Sender(dev, ns)
    for f in what:
        sender.send(f)
    sender.close()


def counted(tap, dev, before, name, **expected):
    """Wait until counters have grown as expected; nothing else may have."""
    def now():
        return {k: v for k, v in changes(before, stats(dev)).items()
                if k.startswith(("rx0_xdp", "tx0_xdp_packets", "rx0_dropped"))}

    awaited(lambda: now() == expected)
    tap.equal(now(), expected, name)


def verdicts(tap, programs):
    for section, counter in (("aborted", "rx0_xdp_aborted"),
                             ("unknown", "rx0_xdp_aborted"),
                             ("nowhere", "rx0_xdp_redirect_err")):
        attach("fn0p0", "xdpdrv", programs, "xdp." + section)
        before = stats("fn0p0")
        expected = {counter: FRAMES}
        if section == "nowhere":
            # The kernel takes such a frame and drops it at the flush.
            expected = {"rx0_xdp_redirect": FRAMES}
        send(frames())

        def done():
            d = changes(before, stats("fn0p0"))
            return d.get("rx0_xdp_redirect", 0) + \
                d.get("rx0_xdp_redirect_err", 0) + \
                d.get("rx0_xdp_aborted", 0) == FRAMES

        awaited(done)
        d = {k: v for k, v in changes(before, stats("fn0p0")).items()
             if k.startswith("rx0_xdp")}
        tap.ok(d in (expected, {counter: FRAMES}),
               "%s: all frames are dropped and counted" % section, d)
        detach("fn0p0", "xdpdrv")
    capture = Capture("fn0p0")
    attach("fn0p0", "xdpdrv", programs, "xdp.move")
    send(frames())
    capture.await_frames(FRAMES)
    same_frames(tap, capture.frames, frames(),
                "head, tail and metadata: frames arrive unharmed")
    capture.close()
    detach("fn0p0", "xdpdrv")


def redirect(tap, programs, source, target, sender, receiver, name):
    """From one device to another by devmap; sender and receiver are (dev, ns)."""
    attach(source, "xdpdrv", programs, "xdp.redirect")
    index = socket.if_nametoindex(target)
    devmap = maps_of(attached(source)["xdpdrv"])["target"]
    map_set(devmap, bytes(4), struct.pack("<I", index))
    capture = Capture(*receiver)
    send(frames(), *sender)
    capture.await_frames(FRAMES)
    got = [f for f in capture.frames if f[12:14] == b"\x88\xb5"]
    same_frames(tap, got, frames(), name + ": all frames, in order")
    capture.close()
    detach(source, "xdpdrv")


def redirects(tap, programs):
    redirect(tap, programs, "fn0p0", "fn0p1", ("fn0w0", PEER), ("fn0w1", PEER),
             "port to port")
    # The far end's netdev takes redirected frames into the cable.
    run("ip link add card type flownic")
    run("ip link set card up")
    run("ip link set fn1w0 up")
    await_carrier("card")
    redirect(tap, programs, "fn0p0", "fn1w0", ("fn0w0", PEER), ("card", None),
             "port into another card's cable")
    before = stats("fn0p1")
    run("ip link set fn0p1 down")
    attach("fn0p0", "xdpdrv", programs, "xdp.redirect")
    devmap = maps_of(attached("fn0p0")["xdpdrv"])["target"]
    map_set(devmap, bytes(4),
            struct.pack("<I", socket.if_nametoindex("fn0p1")))
    send(frames())
    seen = stats("fn0p0")["rx0_packets"]
    awaited(lambda: stats("fn0p0")["rx0_packets"] >= seen)
    tap.equal(changes(before, stats("fn0p1")).get("tx0_xdp_packets", 0), 0,
              "a port that is down takes none")
    detach("fn0p0", "xdpdrv")
    run("ip link set fn0p1 up")
    await_carrier("fn0p1")
    run("ip link del card")


def from_veth(tap, programs):
    if refused("ip link add va type veth peer name vb"):
        tap.skip("veth to port", "no veth here")
        return
    run("ip link set va up")
    run("ip link set vb up")
    # veth's native XDP wants a program at both ends.
    redirect(tap, programs, "vb", "fn0p0", ("va", None), ("fn0w0", PEER),
             "veth to port")
    run("ip link del va")


FRAGS = r"""
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* The last byte of a frame, which is in its second buffer, says what to do. */
SEC("xdp.frags") int frags(struct xdp_md *ctx)
{
	__u32 len = bpf_xdp_get_buff_len(ctx);
	__u8 what;

	if (bpf_xdp_load_bytes(ctx, len - 1, &what, 1))
		return XDP_ABORTED;
	if (what == 7)
		return bpf_xdp_adjust_tail(ctx, 100 - (int)len) ? XDP_ABORTED :
								  XDP_PASS;
	if (what == 8)
		return bpf_xdp_adjust_tail(ctx, -100) ? XDP_ABORTED : XDP_PASS;
	if (what == 9)
		return bpf_xdp_adjust_tail(ctx, 50) ? XDP_ABORTED : XDP_PASS;
	return what;
}

char _license[] SEC("license") = "GPL";
"""


def frags(tap, capture, head, size):
    """A program that takes frames in several buffers."""
    attach("fn0p0", "xdpdrv", compile_bpf("frags", FRAGS), "xdp.frags")
    before, count = stats("fn0p0"), capture.poll()
    back = Capture("fn0w0", PEER)
    sent = {what: [f[:-1] + bytes([what]) for f in frames(7, size)]
            for what in (1, 2, 3, 7, 8, 9)}
    for what in sent:
        send(sent[what])
    short = [f[:-1] + b"\x02" for f in frames(5, 100)]
    send(short)
    whole = {what: [head + f for f in sent[what]] for what in sent}
    want = whole[2] + [f[:100] for f in whole[7]] + \
        [f[:-100] for f in whole[8]] + [f + bytes(50) for f in whole[9]] + \
        [head + f for f in short]
    capture.await_frames(count + len(want))
    same_frames(tap, capture.frames[count:], want,
                "a program for frames in several buffers sees and cuts them")
    back.await_frames(7)
    same_frames(tap, back.frames, whole[3], "sends them back")
    back.close()
    counted(tap, "fn0p0", before, "and drops them", rx0_xdp_drop=7,
            rx0_xdp_tx=7, rx0_xdp_pass=len(want), tx0_xdp_packets=7)
    detach("fn0p0", "xdpdrv")


def too_long(tap):
    """An offloaded program makes frames longer than a buffer."""
    grow = compile_bpf("grow", GROW)
    size = 3498 + 14
    run("ip link set fn0p0 mtu 3498")
    in_peer("ip link set fn0w0 mtu 3498")
    attach("fn0p0", "xdpoffload", grow)
    capture = Capture("fn0p0")
    send(frames(20, size))
    capture.await_frames(20)
    head = bytes(2 if i < 12 else 0x88 if i < 14 else i for i in range(200))
    same_frames(tap, capture.frames, [head + f for f in frames(20, size)],
                "a frame in two buffers reaches the stack in one piece")
    attach("fn0p0", "xdpdrv", "pass")
    before = stats("fn0p0")
    send(frames(20, size))
    send(frames(5, 100))
    counted(tap, "fn0p0", before,
            "a native program doesn't see it, and it is counted",
            rx0_xdp_too_long=20, rx0_xdp_pass=5)
    detach("fn0p0", "xdpdrv")
    frags(tap, capture, head, size)
    detach("fn0p0", "xdpoffload")
    capture.close()
    run("ip link set fn0p0 mtu 1500")
    in_peer("ip link set fn0w0 mtu 1500")


def odd_sizes(tap):
    """Every length from the shortest to the longest, both ways."""
    for mtu in 1500, 9000:
        run("ip link set fn0p0 mtu %d" % mtu)
        in_peer("ip link set fn0w0 mtu %d" % mtu)
        what = [f for size in list(range(18, 330)) +
                [510, 511, 512, 513, 1500, 1513, 1514, mtu - 1, mtu + 14]
                for f in frames(1, size) if size <= mtu + 14]
        for source, sink, name in ((("fn0w0", PEER), ("fn0p0", None), "in"),
                                   (("fn0p0", None), ("fn0w0", PEER), "out")):
            capture = Capture(*sink)
            send(what, *source)
            capture.await_frames(len(what))
            same_frames(tap, capture.frames, what,
                        "MTU %d: frames of all lengths, %s" % (mtu, name))
            capture.close()
    run("ip link set fn0p0 mtu 1500")
    in_peer("ip link set fn0w0 mtu 1500")


def main():
    tap = Tap()
    before = objects()
    set_up()
    programs = compile_bpf("driver_xdp", PROGRAMS)
    verdicts(tap, programs)
    redirects(tap, programs)
    from_veth(tap, programs)
    too_long(tap)
    odd_sizes(tap)
    left = await_objects(before)
    tap.ok(not left, "no program or map is left", left)
    tap.done()


if __name__ == "__main__":
    main()
