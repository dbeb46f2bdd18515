#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""VLAN tags that the card puts in and takes out, and which frames it gives to the
host: by VLAN and by address.
"""

import itertools
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

# What a native program finds behind the addresses.
PROGRAM = r"""
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} seen SEC(".maps");

SEC("xdp") int look(struct xdp_md *ctx)
{
	unsigned char *data = (void *)(long)ctx->data;
	unsigned char *end = (void *)(long)ctx->data_end;
	__u32 key = 0, *value = bpf_map_lookup_elem(&seen, &key);

	if (value && data + 16 <= end)
		*value = data[12] << 24 | data[13] << 16 | data[14] << 8 |
			 data[15];
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
"""

OTHER = "02:00:00:00:00:77"
FLAG = "ethtool --set-priv-flags fn0p0 rx-address-filter "


def frame(dst=HOST_MAC, vid=None, n=0):
    tag = b"" if vid is None else struct.pack("!HH", 0x8100, vid)
    return mac(dst) + mac(PEER_MAC) + tag + b"\x88\xb6" + \
        b"frame %8d" % n + bytes(60)


class Wire:
    """Frames into the port, and whether the host gets them."""

    def __init__(self):
        self.sender = Sender("fn0w0", PEER)
        self.capture = Capture("fn0p0")
        self.sent = 0

    def gets(self, dst=HOST_MAC, vid=None):
        """A frame for everyone comes behind it, and tells when to look."""
        self.sent += 1
        one = frame(dst, vid, self.sent)
        last = frame("ff:ff:ff:ff:ff:ff", None, self.sent)
        self.sender.send(one)
        self.sender.send(last)

        def came():
            self.capture.poll()
            return last in self.capture.frames

        if not awaited(came):
            raise Failed("a frame for everyone did not come")
        got = one in self.capture.frames
        self.capture.frames.clear()
        return got

    def close(self):
        self.sender.close()
        self.capture.close()


def features(dev):
    return dict(re.findall(r"^([a-z0-9-]+): (.*)$", run("ethtool -k " + dev),
                           re.M))


def settings(tap):
    now = features("fn0p0")
    tap.equal([now[f] for f in ("tx-vlan-offload", "rx-vlan-offload",
                                "rx-vlan-filter")], ["on", "off", "off"],
              "the card puts tags in; the rest can be switched on")
    shown = run("ethtool --show-priv-flags fn0p0")
    tap.ok(re.search(r"rx-address-filter\s*: off", shown),
           "and so can a filter of addresses", shown)


def strip(tap):
    wire = Wire()
    attach("fn0p0", "xdpdrv", compile_bpf("look", PROGRAM))
    seen = maps_of(attached("fn0p0")["xdpdrv"])["seen"]
    for on, want in ("off", 0x81006005), ("on", 0x88b66672), \
            ("off", 0x81006005):
        run("ethtool -K fn0p0 rxvlan " + on)
        tap.ok(wire.gets(vid=0x6005),
               "tags taken out %s: the stack gets the frame with its tag" % on)
        # The one for everyone was the last: what of the first?
        wire.sender.send(frame(vid=0x6005))
        tap.ok(awaited(lambda: int.from_bytes(
            map_dump(seen)[bytes(4)], "little") == want),
            "%s: and a native program finds %08x" % (on, want),
            map_dump(seen))
    detach("fn0p0", "xdpdrv")
    wire.close()


def insert(tap):
    run("ip link add link fn0p0 name v5 type vlan id 5 egress-qos-map 0:3")
    run("ip link set v5 up")
    in_peer("ip link add link fn0w0 name w5 type vlan id 5")
    in_peer("ip link set w5 up")
    run("ip addr add 10.5.0.1/24 dev v5")
    in_peer("ip addr add 10.5.0.2/24 dev w5")
    capture = Capture("fn0w0", PEER)
    sender = Sender("v5")
    for on in "on", "off":
        run("ethtool -K fn0p0 txvlan " + on)
        # The card's own tag has the priority that the device gives it.
        one = frame(PEER_MAC, None, 1)
        sender.send(one)
        capture.await_frames(1)
        want = one[:12] + struct.pack("!HH", 0x8100, 3 << 13 | 5) + one[12:]
        same_frames(tap, [f for f in capture.frames if f[-60:] == bytes(60)],
                    [want], "tags put in %s: the wire has the frame" % on)
        capture.frames.clear()
    sender.close()
    capture.close()
    for rx, tx in itertools.product(("on", "off"), repeat=2):
        run("ethtool -K fn0p0 rxvlan %s txvlan %s" % (rx, tx))
        answered, out = pings("10.5.0.2", count=1, options="-s 1400")
        tap.ok(answered, "ping in a VLAN, rxvlan %s, txvlan %s" % (rx, tx),
               out)
    run("ethtool -K fn0p0 rxvlan off txvlan on")


def by_vlan(tap):
    wire = Wire()
    before = stats("fn0p0")
    tap.ok(wire.gets(vid=6), "every VLAN's frames arrive")
    run("ethtool -K fn0p0 rx-vlan-filter on")
    tap.ok(wire.gets(vid=5), "filtered: those of a VLAN that there is")
    tap.ok(not wire.gets(vid=6), "not those of another one")
    tap.ok(wire.gets(vid=None), "those without a tag")
    tap.equal(changes(before, stats("fn0p0")).get("host_rx_filtered"), 1,
              "what the host did not get is counted")
    run("ip link add link fn0p0 name v6 type vlan id 6")
    tap.ok(wire.gets(vid=6), "a VLAN more")
    run("ip link del v6")
    tap.ok(not wire.gets(vid=6), "and less")
    run("ip link set fn0p0 promisc on")
    tap.ok(awaited(lambda: wire.gets(vid=6)), "promiscuous: all")
    run("ip link set fn0p0 promisc off")
    tap.ok(awaited(lambda: not wire.gets(vid=6)), "and not so any more")
    run("ip link set fn0p0 down")
    run("ip link set fn0p0 up")
    await_carrier("fn0p0")
    tap.equal((wire.gets(vid=5), wire.gets(vid=6)), (True, False),
              "down and up again it is the same")
    attach("fn0p0", "xdpoffload", "pass")
    before = stats("fn0p0")
    tap.ok(not wire.gets(vid=6), "with a program on the card")
    tap.ok(changes(before, stats("fn0p0")).get("offload_xdp_pass", 0) >= 2,
           "which sees what the host does not get")
    detach("fn0p0", "xdpoffload")
    run("ethtool -K fn0p0 rx-vlan-filter off")
    tap.ok(wire.gets(vid=6), "without the filter all arrive")
    wire.close()


def by_address(tap):
    group = "01:00:5e:00:00:63"
    wire = Wire()
    tap.ok(wire.gets(OTHER), "frames for others arrive")
    run(FLAG + "on")
    tap.equal((wire.gets(), wire.gets(OTHER), wire.gets(group)),
              (True, False, False), "filtered: its own alone")
    run("ip maddr add %s dev fn0p0" % group)
    tap.ok(awaited(lambda: wire.gets(group)), "a group that it has joined")
    run("ip maddr del %s dev fn0p0" % group)
    tap.ok(awaited(lambda: not wire.gets(group)), "and left")
    for mode, dst in ("allmulticast", group), ("promisc", OTHER):
        run("ip link set fn0p0 %s on" % mode)
        tap.ok(awaited(lambda: wire.gets(dst)), mode + " on")
        run("ip link set fn0p0 %s off" % mode)
        tap.ok(awaited(lambda: not wire.gets(dst)), mode + " off")
    run("ip link set fn0p0 address " + OTHER)
    tap.ok(awaited(lambda: wire.gets(OTHER)), "another address")
    tap.ok(not wire.gets(HOST_MAC), "is instead of the old one")
    run("ip link set fn0p0 address " + HOST_MAC)
    tap.ok(awaited(lambda: not wire.gets(OTHER)), "and back")
    many = ["02:00:00:00:01:%02x" % i for i in range(70)]
    for address in many[:60]:
        run("bridge fdb add %s dev fn0p0 self" % address)
    tap.ok(awaited(lambda: wire.gets(many[59])), "one of many addresses")
    tap.ok(not wire.gets(many[60]), "not one more")
    for address in many[60:]:
        run("bridge fdb add %s dev fn0p0 self" % address)
    tap.ok(awaited(lambda: wire.gets(OTHER)),
           "more than the card has room for: all arrive")
    for address in many:
        run("bridge fdb del %s dev fn0p0 self" % address)
    tap.ok(awaited(lambda: not wire.gets(OTHER)), "and not so any more")
    run(FLAG + "off")
    tap.ok(wire.gets(OTHER), "without the filter all arrive")
    wire.close()


def main():
    tap = Tap()
    set_up(ports=1)
    settings(tap)
    strip(tap)
    insert(tap)
    by_vlan(tap)
    by_address(tap)
    tap.done()


if __name__ == "__main__":
    main()
