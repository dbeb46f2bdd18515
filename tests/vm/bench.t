#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""flownic bench with programs and captures of one's own: what cannot be measured
is refused in a line, and whatever ends it, netdevs are as before.

What its figures are worth is tests/harness/bench.t's question.
"""

# needs: trace (one of the programs prints)

import os
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bpf import *  # noqa: E402,F403
from nic import *  # noqa: E402,F403

sys.path.insert(0, os.path.join(TOP, "tests", "data"))
from make_traffic import IP, eth, udp4, write_pcap  # noqa: E402

DEVS = "fn0p0", "fn0w0", "fn0p1", "fn0w1"
OUT = "/tmp"
CAPTURE = OUT + "/few.pcap"


def tool(words):
    p = subprocess.run([FLOWNIC, "bench"] + words.split(), text=True,
                       stdin=subprocess.DEVNULL, capture_output=True)
    return p.returncode, p.stdout, p.stderr


def says(tap, words, pattern, name):
    """It must fail, and one line on stderr must match."""
    status, out, err = tool(words)
    tap.ok(status == 1 and err.count("\n") == 1 and not out and
           re.search(pattern, err), name, "status %d" % status, out, err)


def measured(words):
    """Mode to its result."""
    status, out, err = tool("-j --rounds 1 " + words)
    if status:
        raise Failed("bench %s: status %d: %s" % (words, status, err))
    return {r["mode"]: r for r in json.loads(out)["results"]}


def frames(sizes):
    return [eth(IP, udp4("10.0.0.2", "10.0.0.1", 1000 + n, 53,
                         bytes(size - 42))) for n, size in enumerate(sizes)]


def state():
    """Of all netdevs: what bench changes; and how many threads have priority."""
    links = {link["ifname"]: [link["mtu"], "UP" in link["flags"],
                              link.get("xdp")]
             for link in json.loads(run("ip -j link show"))}
    for dev in DEVS:
        for path in ("/sys/class/net/%s/threaded",
                     "/proc/sys/net/ipv6/conf/%s/disable_ipv6"):
            with open(path % dev) as f:
                links[dev].append(f.read().strip())
    urgent = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/comm" % pid) as f:
                ours = f.read().startswith(("napi/", "flownic"))
            urgent += ours and os.sched_getscheduler(int(pid)) != 0
        except (FileNotFoundError, ProcessLookupError):
            pass
    return links, urgent


def test_long_frames(tap):
    """Longer than BPF_PROG_TEST_RUN takes: native mode tells what they come to."""
    path = OUT + "/long.pcap"
    write_pcap(path, frames([60, 8000, 3500, 100, 9014]))
    for name, verdict in ("drop", "drop"), ("tx", "tx"), ("pass", "pass"):
        got = measured("build/bpf/%s.o --pcap %s --packets 5 --modes "
                       "native,offload,run" % (name, path))
        for mode in "native", "offload":
            tap.equal(got[mode].get("verdicts", {}).get(verdict), 5,
                      "%s: frames of up to 9014 bytes, %s" % (name, mode))
        tap.ok("3400" in got["run"].get("skipped", ""),
               "%s: BPF_PROG_TEST_RUN is left out" % name, got["run"])


def test_card_refuses(tap):
    """The other modes are measured, and why the card refuses is told."""
    got = measured("build/objects/globals.o --pcap %s --modes native,offload"
                   % CAPTURE)
    why = got["offload"].get("skipped", "")
    tap.ok("global data" in why and "an array map" in why,
           "global data: said so", got["offload"])
    tap.ok(got["native"]["host"]["ns"] > 0, "and native mode is measured")


def test_lowered(tap):
    """The host has the program as it is, the card what flownic load makes."""
    words = "%s/build/lower/table.o --pcap %s --modes native,offload " \
        "--packets 8" % (TOP, OUT + "/two.pcap")
    write_pcap(OUT + "/two.pcap", frames((60, 90)))
    r = measured(words)
    tap.ok("skipped" not in r["native"] and
           re.search("lru_hash", r["offload"].get("skipped", "")),
           "an LRU map is not for cards", r)
    r = measured(words + " --lower")
    tap.ok("skipped" not in r["native"] and "skipped" not in r["offload"],
           "lowered, it is measured there, too", r)


CLASSIFIER = """
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
__attribute__((section("tc"), used))
int cls(struct __sk_buff *skb)
{
	return skb->len > 60 ? TC_ACT_OK : TC_ACT_SHOT;
}
char _license[] __attribute__((section("license"), used)) = "GPL";
"""


def test_classifier(tap):
    """It is a filter of tc's, in the kernel or on the card."""
    words = "%s --pcap %s --packets 6 --modes none,generic,native,offload,run"
    words %= compile_bpf("cls", CLASSIFIER), CAPTURE
    got = measured(words)
    tap.ok("hw-tc-offload" in got["offload"].get("skipped", ""),
           "a port that takes no filters: what to do is said", got["offload"])
    run("ethtool -K fn0p0 hw-tc-offload on")
    got = measured(words)
    run("ethtool -K fn0p0 hw-tc-offload off")
    for mode in "generic", "offload", "run":
        verdicts = got[mode].get("verdicts", {})
        tap.equal([verdicts.get(v) for v in ("pass", "drop")],
                  [2, 1] if mode == "run" else [4, 2],
                  "a classifier is measured: %s" % mode)
    tap.ok(got["offload"]["card"]["cycles"] > 0, "the card's cycles are told",
           got["offload"])
    tap.ok("skbs" in got["native"].get("skipped", ""),
           "it has no native mode", got["native"])
    tap.equal(run("tc qdisc show dev fn0p0 clsact"), "", "no qdisc is left")


def test_in_use(tap):
    run("ip link set dev fn0p0 xdp obj build/bpf/pass.o sec xdp")
    says(tap, "build/bpf/drop.o", "fn0p0: an XDP program is attached",
         "a port with a program is refused")
    run("ip link set dev fn0p0 xdp off")
    run("ip addr add 10.3.2.1/24 dev fn0w1")
    says(tap, "build/bpf/drop.o", "fn0w1: it has an IP address",
         "a cable with an address is refused")
    run("ip addr del 10.3.2.1/24 dev fn0w1")


def test_cut(tap):
    path = OUT + "/cut.pcap"
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 64, 1))
        for frame in frames([60, 400]):
            f.write(struct.pack("<IIII", 0, 0, min(64, len(frame)),
                                len(frame)) + frame[:64])
    status, out, err = tool("build/bpf/drop.o --rounds 1 --modes native "
                            "--pcap " + path)
    tap.ok(not status and "\n1 of them were cut short" in out,
           "frames that were cut short are told of", out, err)


def received():
    return int(run("cat /sys/class/net/fn0p0/statistics/rx_packets"))


def stop(tap, number):
    """While it sends, on the way to the 100,000th round."""
    before = received()
    p = subprocess.Popen([FLOWNIC, "bench", "build/bpf/tx.o", "--rounds",
                          "100000", "--modes", "all"], text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    sends = awaited(lambda: received() > before + 2000)
    p.send_signal(number)
    out, err = p.communicate()
    tap.ok(sends and p.returncode == 1 and not out and
           err.startswith("flownic: stopped by signal %d" % number) and
           err.count("\n") == 1,
           "signal %d ends it with a line" % number, p.returncode, out, err)


def main():
    tap = Tap()
    os.chdir(TOP)
    write_pcap(CAPTURE, frames([60, 200, 1514]))
    before = state()
    for test in (test_long_frames, test_card_refuses, test_lowered, test_cut,
                 test_classifier, test_in_use,
                 lambda tap: stop(tap, signal.SIGINT),
                 lambda tap: stop(tap, signal.SIGTERM)):
        test(tap)
        tap.equal(state(), before, "all is as before")
    tap.done()


main()
