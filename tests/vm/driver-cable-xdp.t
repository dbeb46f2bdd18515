#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# needs: x86
"""Native XDP at the far end of a cable: every verdict, redirects, head, tail
and metadata, at every MTU, and programs that change while frames come.
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

/* Moves both ends out and in again, and leaves metadata. */
SEC("xdp.move") int move(struct xdp_md *ctx)
{
	__u32 *meta;

	if (bpf_xdp_adjust_head(ctx, -100) || bpf_xdp_adjust_head(ctx, 100) ||
	    bpf_xdp_adjust_tail(ctx, 100) || bpf_xdp_adjust_tail(ctx, -100) ||
	    bpf_xdp_adjust_meta(ctx, -4))
		return XDP_DROP;
	meta = (void *)(long)ctx->data_meta;
	if ((void *)(meta + 1) > (void *)(long)ctx->data)
		return XDP_DROP;
	*meta = 0x12345678;
	return XDP_PASS;
}

/* Takes 4 bytes off the front of the payload's place and 6 off the end. */
SEC("xdp.shrink") int shrink(struct xdp_md *ctx)
{
	__u8 *data, *end;
	int i;

	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	if (data + 18 > end)
		return XDP_DROP;
	for (i = 13; i >= 0; i--)
		data[i + 4] = data[i];
	if (bpf_xdp_adjust_head(ctx, 4) || bpf_xdp_adjust_tail(ctx, -6))
		return XDP_DROP;
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
"""


def frames(count=FRAMES, size=100):
    head = mac(PEER_MAC) + mac(HOST_MAC) + b"\x88\xb5"
    return [head + struct.pack("!I", n) + bytes((n + i) % 256 for i in
                                                range(size - 18))
            for n in range(count)]


def send(what, dev="fn0p0", ns=None):
    sender = Sender(dev, ns)
    for f in what:
        sender.send(f)
    sender.close()


def counters(dev="fn0w0"):
    return stats(dev)


def counted(tap, before, name, **expected):
    def now():
        return changes(before, counters())

    awaited(lambda: now() == expected)
    tap.equal(now(), expected, name)


def verdicts(tap, programs):
    for program, section, counter in (
            ("drop", "xdp", "rx0_xdp_drop"),
            (programs, "xdp.aborted", "rx0_xdp_aborted"),
            (programs, "xdp.unknown", "rx0_xdp_aborted")):
        capture = Capture("fn0w0")
        attach("fn0w0", "xdpdrv", program, section)
        tap.equal(list(attached("fn0w0")), ["xdpdrv"], "%s is native" % section)
        before = counters()
        send(frames())
        counted(tap, before, "%s: all frames are counted" % section,
                **{counter: FRAMES})
        detach("fn0w0", "xdpdrv")
        tap.equal(capture.poll(), 0, "%s: and none is seen" % section)
        capture.close()
    for program, section, expected in (
            ("pass", "xdp", frames()),
            (programs, "xdp.move", frames()),
            (programs, "xdp.shrink",
             [f[:14] + f[18:-6] for f in frames()])):
        capture = Capture("fn0w0")
        attach("fn0w0", "xdpdrv", program, section)
        send(frames())
        capture.await_frames(FRAMES)
        same_frames(tap, capture.frames, expected,
                    "%s of %s: frames arrive as it left them" % (
                        section, os.path.basename(program)))
        capture.close()
        detach("fn0w0", "xdpdrv")


def sent_back(tap):
    """XDP_TX: the frame goes back into the cable, whatever its size."""
    for mtu in 1500, 9000:
        for dev in "fn0p0", "fn0w0":
            run("ip link set %s mtu %d" % (dev, mtu))
        attach("fn0w0", "xdpdrv", "tx")
        before = counters()
        capture = Capture("fn0p0")
        sizes = (60, 511, 1514, mtu + 14)
        what = [f for size in sizes for f in frames(20, size)]
        send(what)
        capture.await_frames(len(what))
        # The sample swaps the addresses.
        same_frames(tap, capture.frames,
                    [f[6:12] + f[:6] + f[12:] for f in what],
                    "MTU %d: XDP_TX returns frames of all sizes" % mtu)
        counted(tap, before, "MTU %d: and counts them" % mtu,
                rx0_xdp_tx=len(what))
        capture.close()
        detach("fn0w0", "xdpdrv")
    for dev in "fn0p0", "fn0w0":
        run("ip link set %s mtu 1500" % dev)


def redirect(tap, programs, target, receiver, name):
    attach("fn0w0", "xdpdrv", programs, "xdp.redirect")
    devmap = maps_of(attached("fn0w0")["xdpdrv"])["target"]
    map_set(devmap, bytes(4),
            struct.pack("<I", socket.if_nametoindex(target)))
    capture = Capture(receiver)
    before = counters()
    send(frames())
    capture.await_frames(FRAMES)
    same_frames(tap, capture.frames, frames(), name + ": all frames, in order")
    counted(tap, before, name + ": and counted", rx0_xdp_redirect=FRAMES)
    capture.close()
    detach("fn0w0", "xdpdrv")


def changes_under_traffic(tap):
    """Programs come and go: each frame is decided once."""
    capture = Capture("fn0w0")
    sent = 0
    for _ in range(20):
        attach("fn0w0", "xdpdrv", "pass")
        send(frames(10))
        detach("fn0w0", "xdpdrv")
        send(frames(10))
        sent += 20
    tap.ok(capture.await_frames(sent), "20 programs came and went: all frames "
           "arrive", "%d of %d" % (capture.poll(), sent))
    capture.close()


def refusals(tap):
    said = refused("ip link set dev fn0w0 xdpoffload obj %s/build/bpf/pass.o "
                   "sec xdp" % TOP)
    tap.ok(said, "the far end of a cable offloads nothing", said)


def main():
    tap = Tap()
    before = objects()
    run("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 "
        "net.ipv6.conf.default.disable_ipv6=1", check=False)
    for n in 0, 1:
        for dev in "fn0p%d" % n, "fn0w%d" % n:
            run("ethtool -K %s gro off" % dev)
            run("ip link set %s up" % dev)
        await_carrier("fn0p%d" % n)
    run("ip link set fn0p0 address " + HOST_MAC)
    run("ip link set fn0w0 address " + PEER_MAC)
    programs = compile_bpf("cable_xdp", PROGRAMS)
    verdicts(tap, programs)
    sent_back(tap)
    redirect(tap, programs, "fn0w1", "fn0p1", "cable end to cable end")
    redirect(tap, programs, "fn0p1", "fn0w1", "cable end to port")
    changes_under_traffic(tap)
    refusals(tap)
    left = await_objects(before)
    tap.ok(not left, "no program or map is left", left)
    tap.done()


if __name__ == "__main__":
    main()
