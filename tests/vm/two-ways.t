#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
#
# vm: -t 600
# needs: jit, trace
"""Two ways to execute, one result.

A card that compiles its programs and one that interprets them get the same
frames. What comes out of them must be the same: frames, map contents, what is
counted (verdicts, modelled cycles, instructions) and the causes and places of
faults. Which card does what is told by flownic, and follows the kernel's
switch and the module's.
"""

import os
import re
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import oracle  # noqa: E402
from nic import *  # noqa: E402,F403
from samples import *  # noqa: E402,F403

TRAFFIC = TOP + "/tests/data/traffic.pcap"
SWITCH = "/sys/module/flownic/parameters/interpreter"
EVENTS = "/sys/kernel/tracing/events/flownic/flownic_fault/enable"
TRACE = "/sys/kernel/tracing/trace"

FAULTS = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Reads as much as is there and ends in many ways by what it finds. */
SEC("xdp")
int faults(struct xdp_md *ctx)
{
	unsigned char *p = (void *)(long)ctx->data;
	__u32 sum = 0;
	int i;

	if (p + 40 > (unsigned char *)(long)ctx->data_end)
		return XDP_PASS;
	for (i = 0; i < 40; i++)
		sum = sum * 31 + p[i];
	if (sum % 7 == 0)
		bpf_xdp_adjust_head(ctx, 4);
	if (sum % 5 == 0)
		return sum % 64 + 5;
	if (sum % 5 == 1)
		return bpf_redirect(4242, 0);
	return sum % 5 == 2 ? XDP_ABORTED : XDP_TX;
}

char _license[] SEC("license") = "GPL";
"""


def set_router_of(card):
    def fill(maps):
        map_set(maps["routes"], struct.pack("<I", ifindex("fn%dp0" % card)),
                struct.pack("<I", ifindex("fn%dp1" % card)) + mac(ROUTE_TO) +
                mac(ROUTE_FROM))
    return fill


# Name, what sets its maps of a card, maps that are not of a card alone.
PROGRAMS = (
    ("drop", None, ()),
    ("pass", None, ()),
    ("tx", None, ()),
    ("counters", None, ("counters",)),
    ("firewall", lambda card: set_firewall,
     ("blocked_ip4", "blocked_ip6", "blocked_ports")),
    ("ping", lambda card: set_ping, ("ping_config",)),
    ("lb", lambda card: set_lb, ("services", "backends")),
    ("router", set_router_of, ()),
    ("faults", None, ()),
)


def flownic(*words):
    return json.loads(run([FLOWNIC, "-j"] + list(words)))


def switch(value):
    with open(SWITCH, "w") as f:
        f.write(value)


def add_card():
    """A second card like the first, with its cables at the peer."""
    card = flownic("card", "add", "ports", "2")["card"]
    for n in 0, 1:
        port, cable = "fn%dp%d" % (card, n), "fn%dw%d" % (card, n)
        run("ip link set %s netns %s" % (cable, PEER))
        if not n:
            run("ip link set %s address %s" % (port, HOST_MAC))
            in_peer("ip link set %s address %s" % (cable, PEER_MAC))
        run("ethtool -K %s gro off" % port)
        # Frames of all flows stay in order.
        run("ethtool -L %s combined 1" % port)
        in_peer("ethtool -K %s gro off" % cable)
        run("ip link set %s up" % port)
        in_peer("ip link set %s up" % cable)
        in_peer("tc qdisc replace dev %s root pfifo limit 10000" % cable)
    for n in 0, 1:
        await_carrier("fn%dp%d" % (card, n))
    return card


def program_of(card):
    return [p for p in flownic("show", "prog") if p["card"] == card][0]


def faults_of(card):
    """Cause, word, BPF instruction and address of the faults of a card."""
    with open(TRACE, errors="replace") as f:
        lines = re.findall(r"flownic_fault: card=%d port=\d+ prog=\d+ (.*)" %
                           card, f.read())
    return sorted(lines)


class Run:
    """A capture through a program of a card."""

    def __init__(self, card, program, count):
        self.card, self.program, self.count = card, program, count
        self.port = "fn%dp0" % card

    def go(self):
        name, fill, kept = self.program
        path = "/tmp/faults.o" if name == "faults" else name
        attach(self.port, "xdpoffload", path)
        maps = maps_of(attached(self.port)["xdpoffload"])
        if fill:
            fill(self.card)(maps)
        taps = [Capture(self.port)]
        taps += [Capture("fn%dw%d" % (self.card, n), PEER) for n in (0, 1)]
        before = stats(self.port)
        replay(TRAFFIC, "fn%dw0" % self.card)
        awaited(lambda: self.settled(before), tries=200)
        self.info = program_of(self.card)
        self.maps = {m: map_dump(maps[m]) for m in kept}
        detach(self.port, "xdpoffload")
        self.frames = []
        for tap in taps:
            tap.poll()
            self.frames.append(tap.frames)
            tap.close()
        self.counted = {k: v for k, v in changes(before,
                                                 stats(self.port)).items()
                        if k.startswith(("offload_", "mac_", "host_rx"))
                        and k != "mac_rx_pause"}

    def settled(self, before):
        now = changes(before, stats(self.port))
        decided = sum(v for k, v in now.items()
                      if re.match("offload_xdp_(pass|drop|tx|aborted|redir)",
                                  k))
        return decided >= self.count and \
            now.get("rx0_packets", 0) == now.get("host_rx_frames", 0)


def compare(tap, program, count, cards):
    name = program[0]
    with open(TRACE, "w"):
        pass
    runs = [Run(card, program, count) for card in cards]
    for r in runs:
        r.go()
    compiled, plain = runs
    tap.ok(compiled.info.get("compiled") and "interpreted" in plain.info,
           name + ": one card compiles it, the other does not",
           compiled.info, plain.info)
    for n, what in enumerate(("what passes", "what comes back",
                              "what goes on")):
        same_frames(tap, compiled.frames[n], plain.frames[n],
                    "%s: %s is the same" % (name, what))
    tap.equal(compiled.maps, plain.maps, name + ": so are the maps")
    tap.equal(compiled.counted, plain.counted,
              name + ": so are verdicts, cycles and instructions")
    for key in "counters", "faults":
        tap.equal(compiled.info.get(key), plain.info.get(key),
                  "%s: so are the program's %s" % (name, key))
    if name == "faults":
        awaited(lambda: len(faults_of(cards[1])) >=
                plain.counted.get("offload_xdp_aborted", 0), tries=100)
        tap.ok(faults_of(cards[0]), "faults: there are some")
        tap.equal(faults_of(cards[0]), faults_of(cards[1]),
                  "faults: cause, word and address are the same")


def reason(card):
    attach("fn%dp0" % card, "xdpoffload", "drop")
    info = program_of(card)
    detach("fn%dp0" % card, "xdpoffload")
    return info.get("interpreted")


def test_switches(tap, cards):
    tap.equal(reason(cards[0]), None, "the first card compiles")
    tap.equal(reason(cards[1]), "the card was made with interpreter=1",
              "the second says why it does not")
    run("sysctl -qw net.core.bpf_jit_enable=0")
    tap.equal(reason(cards[0]), "the kernel's BPF compiler is off "
              "(net.core.bpf_jit_enable=0)", "nor does the first without JIT")
    run("sysctl -qw net.core.bpf_jit_enable=1 net.core.bpf_jit_harden=2")
    tap.equal(reason(cards[0]), None, "it compiles with constants blinded")


def main():
    tap = Tap()
    compile_bpf("faults", FAULTS)
    set_up()
    switch("1")
    cards = 0, add_card()
    with open(EVENTS, "w") as f:
        f.write("1")
    count = len(oracle.read_pcap(TRAFFIC))
    for program in PROGRAMS:
        compare(tap, program, count, cards)
    test_switches(tap, cards)
    # Once more, as a kernel that is on its guard compiles it.
    for program in PROGRAMS[3:5]:
        compare(tap, program, count, cards)
    tap.done()


main()
