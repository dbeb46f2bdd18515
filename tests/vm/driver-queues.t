#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Many queues: which one gets a frame (hash, table, rules, an offloaded
program), how many there are, and that traffic goes on while that is changed.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403
from steering import *  # noqa: E402,F403

QUEUES = 4
FLOWS = 120

PROGRAM = r"""
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* The last byte of the frame's destination port is the queue. */
SEC("xdp.choose") int choose(struct xdp_md *ctx)
{
	unsigned char *p = (void *)(long)ctx->data;

	if (p + 38 <= (unsigned char *)(long)ctx->data_end)
		ctx->rx_queue_index = p[37];
	return XDP_PASS;
}

/* On queue 2, frames are dropped. */
SEC("xdp.second") int second(struct xdp_md *ctx)
{
	return ctx->rx_queue_index == 2 ? XDP_DROP : XDP_PASS;
}

char _license[] SEC("license") = "GPL";
"""


def all_to(tap, queue, name, *frames):
    tap.equal(arrive(frames), {queue: len(frames)} if frames else {}, name)


def is_refused(words):
    """ethtool -N may end with status 0 and say that it could not."""
    p = subprocess.run("ethtool -N fn0p0 " + words, shell=True, text=True,
                       capture_output=True)
    return p.returncode or "annot " in p.stderr


def scaling(tap):
    udp = [v4(1000 + i) for i in range(FLOWS)]
    rss = Rss()
    tap.equal(rss.table, [i % QUEUES for i in range(128)],
              "the table spreads evenly over the queues")
    for name, frames in (("UDP over IPv4", udp),
                         ("TCP over IPv4", [v4(i, proto=TCP)
                                            for i in range(FLOWS)]),
                         ("UDP over IPv6", [v6(i) for i in range(FLOWS)]),
                         ("behind a tag", [v4(i, tag=5)
                                           for i in range(FLOWS)])):
        plain = [f[:12] + f[16:] if f[12] == 0x81 else f for f in frames]
        want = expect(plain, rss)
        tap.ok(len(want) == QUEUES, name + ": all queues have a share", want)
        tap.equal(arrive(frames), want, name + ": as the key and table say")
    run("ethtool -N fn0p0 rx-flow-hash udp4 sd")
    tap.equal(arrive(udp), expect(udp, rss, False),
              "rx-flow-hash udp4 sd: the addresses alone")
    run("ethtool -N fn0p0 rx-flow-hash udp4 sdfn")
    key = ":".join("%02x" % (i * 7 % 256) for i in range(40))
    run("ethtool -X fn0p0 hkey %s weight 1 0 0 2" % key)
    rss = Rss()
    tap.ok(rss.key == mac(key) and set(rss.table) == {0, 3},
           "a key and weights are taken", rss.table)
    tap.equal(arrive(udp), expect(udp, rss), "and count")
    tap.ok("too low" in (refused("ethtool -L fn0p0 combined 2") or ""),
           "queues that the table names stay")
    run("ethtool -X fn0p0 default")
    for words in ("rx-flow-hash udp4 s", "rx-flow-hash ip4 sdfn"):
        tap.ok(is_refused(words), "refused: " + words)
    tap.ok(refused("ethtool -X fn0p0 hfunc xor"), "refused: another function")
    all_to(tap, 0, "no flow: the first entry",
           mac(HOST_MAC) + mac(PEER_MAC) + b"\x88\xb5" + bytes(50))


def rules(tap):
    run("ethtool -N fn0p0 flow-type udp4 dst-port 7 action 3 loc 5")
    run("ethtool -N fn0p0 flow-type udp4 src-ip 10.0.0.3 action 2 loc 6")
    run("ethtool -N fn0p0 flow-type udp4 dst-port 8 action -1 loc 4")
    run("ethtool -N fn0p0 flow-type ip4 tos 0x10 action 1 loc 7")
    run("ethtool -N fn0p0 flow-type tcp6 dst-port 80 m 0x00ff action 2 loc 8")
    run("ethtool -N fn0p0 flow-type ether proto 0x88b5 action 3 loc 9")
    run("ethtool -N fn0p0 flow-type udp4 dst-port 9 vlan 5 m 0xf000 action 1 "
        "loc 10")
    shown = run("ethtool -n fn0p0")
    tap.ok("Total 7 rules" in shown and "Action: Drop" in shown,
           "ethtool -n shows the rules", shown)
    all_to(tap, 3, "by port", *[v4(i, 7) for i in range(20)])
    all_to(tap, 2, "by address", *[v4(i, 9, src=3) for i in range(20)])
    all_to(tap, 1, "by tos, of any protocol",
           *[v4(i, 99, proto=p, tos=0x10) for i in range(9) for p in (TCP, 1)])
    # What is not in the mask of ethtool's matters.
    all_to(tap, 2, "under a mask", *[v6(i, 80, TCP) for i in range(9)])
    all_to(tap, 3, "by Ethernet type",
           mac(HOST_MAC) + mac(PEER_MAC) + b"\x88\xb5" + bytes(50))
    all_to(tap, 1, "by VLAN", *[v4(i, 9, tag=5) for i in range(9)])
    before = stats("fn0p0")
    arrive([v4(i, 8) for i in range(20)], 0)
    done = changes(before, stats("fn0p0"))
    tap.ok(done.get("rule_drop") == 20 and not done.get("host_rx_frames"),
           "dropped, and counted", done)
    tap.ok(refused("ethtool -L fn0p0 combined 2"),
           "queues that rules name stay")
    for words in ("flow-type udp4 dst-port 1 action 4",
                  "flow-type udp4 dst-port 1 action 1 loc 128",
                  "flow-type ip4 l4data 7 action 1",
                  "flow-type udp4 user-def 1 action 1",
                  "flow-type esp4 spi 1 action 1"):
        tap.ok(is_refused(words), "refused: " + words)
    run("ip link set fn0p0 down; ip link set fn0p0 up")
    await_carrier("fn0p0")
    all_to(tap, 3, "rules outlive down and up", v4(1, 7))
    for loc in range(4, 11):
        run("ethtool -N fn0p0 delete %d" % loc)
    tap.ok(is_refused("delete 4"), "refused: delete none")
    run("ethtool -N fn0p0 flow-type udp4 dst-port 7 action 3")
    tap.ok("Total 1 rules" in run("ethtool -n fn0p0"), "a location is found")
    run("ethtool -N fn0p0 delete %s" % re.search(
        r"Filter: (\d+)", run("ethtool -n fn0p0")).group(1))
    frames = [v4(i, 8) for i in range(FLOWS)]
    tap.equal(arrive(frames), expect(frames, Rss()), "without rules as before")


def programs(tap):
    path = compile_bpf("queues", PROGRAM)
    attach("fn0p0", "xdpoffload", path, "xdp.choose")
    for queue in range(QUEUES):
        all_to(tap, queue, "an offloaded program chooses queue %d" % queue,
               *[v4(i, queue) for i in range(20)])
    frames = [v4(i, 200) for i in range(FLOWS)]
    tap.equal(arrive(frames), expect(frames, Rss()),
              "a queue that there is not: as without")
    detach("fn0p0", "xdpoffload")
    attach("fn0p0", "xdpdrv", path, "xdp.second")
    frames = [v4(i) for i in range(FLOWS)]
    before = stats("fn0p0")
    want = expect(frames, Rss())
    arrive(frames)
    awaited(lambda: stats("fn0p0")["rx2_xdp_drop"] >=
            before["rx2_xdp_drop"] + want[2])
    done = changes(before, stats("fn0p0"))
    tap.equal({k: v for k, v in done.items() if k.endswith("xdp_drop")},
              {"rx2_xdp_drop": want[2]}, "a native program sees its queue")
    detach("fn0p0", "xdpdrv")


def sending(tap):
    run("ethtool -L fn0p0 combined 2")
    sender = Sender("fn0p0")
    # With one, the stack chooses by flow.
    for cpu in range(os.cpu_count() if os.cpu_count() > 1 else 0):
        os.sched_setaffinity(0, {cpu})
        before = stats("fn0p0")
        for _ in range(30):
            sender.send(v4(1))
        done = changes(before, stats("fn0p0"))
        tap.equal({k: v for k, v in done.items()
                   if re.match(r"tx\d+_packets", k)},
                  {"tx%d_packets" % (cpu % 2): 30},
                  "CPU %d sends on its queue" % cpu)
    os.sched_setaffinity(0, set(range(os.cpu_count())))
    sender.close()


def totals_agree():
    s = stats("fn0p0")
    rx = sum(v for k, v in s.items() if re.match(r"rx\d+_(packets|dropped)$",
                                                 k))
    tx = sum(v for k, v in s.items() if re.match(r"tx\d+(_xdp)?_packets$", k))
    lost = sum(v for k, v in s.items() if re.match(r"tx\d+(_xdp)?_dropped$",
                                                   k))
    return rx == s["host_rx_frames"] and \
        tx == s["host_tx_frames"] + s["host_tx_bad"] + lost


def changing(tap):
    """Both directions, while the number of queues changes."""
    flood = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.path.insert(0, %r)\n"
         "from nic import *\n"
         "a, b = Sender('fn0w0', PEER), Sender('fn0p0')\n"
         "frames = [bytes.fromhex(f) for f in %r]\n"
         "while True:\n"
         "    for f in frames:\n"
         "        a.send(f)\n"
         "        b.send(f)\n" % (os.path.dirname(os.path.abspath(__file__)),
                                  [v4(i).hex() for i in range(64)])])
    path = compile_bpf("queues", PROGRAM)
    stuck = None
    try:
        for n, count in enumerate((1, 16, 3, 7, 2, 16, 1, QUEUES)):
            before = stats("fn0p0")
            run("ethtool -L fn0p0 combined %d" % count)
            if n % 2:
                attach("fn0p0", "xdpdrv", path, "xdp.second")
            else:
                detach("fn0p0", "xdpdrv")
            run("ethtool -G fn0p0 rx %d" % (128 << n % 2))
            got = {}

            def come():
                got.update(by_queue(stats("fn0p0"), before))
                return len(got) >= min(count, 2)

            if not awaited(come):
                stuck = stuck or (count, got)
        tap.ok(not stuck, "traffic goes on with each number of queues", stuck)
    finally:
        flood.kill()
        flood.wait()
    detach("fn0p0", "xdpdrv")
    tap.ok(awaited(totals_agree), "all frames are accounted for",
           stats("fn0p0"))
    queues = os.listdir("/sys/class/net/fn0p0/queues")
    # A kernel for one CPU shows no receive queues.
    tap.equal({kind: len([q for q in queues if q.startswith(kind)])
               for kind in {q[:2] for q in queues}},
              {kind: QUEUES for kind in {q[:2] for q in queues} | {"tx"}},
              "the stack has as many queues")
    frames = [v4(i) for i in range(FLOWS)]
    tap.equal(arrive(frames), expect(frames, Rss()),
              "afterwards as before")


def main():
    tap = Tap()
    channels = run("ethtool -l fn0p0").split("Combined:")
    tap.ok(int(channels[1].split()[0]) >= 16, "up to 16 queues at least",
           channels)
    tap.equal(int(channels[2]), min(os.cpu_count(), int(
        channels[1].split()[0])), "as many as CPUs to begin with")
    set_up(ports=1)
    tap.ok(refused("ethtool -L fn0p0 combined 65"), "refused: 65 queues")
    run("ethtool -L fn0p0 combined %d" % QUEUES)
    scaling(tap)
    rules(tap)
    programs(tap)
    changing(tap)
    sending(tap)
    run("ip link set fn0p0 down")
    run("ethtool -L fn0p0 combined 3")
    run("ip link set fn0p0 up")
    await_carrier("fn0p0")
    frames = [v4(i) for i in range(FLOWS)]
    tap.equal(arrive(frames), expect(frames, Rss()),
              "a number that was set while down counts when up")
    tap.done()


if __name__ == "__main__":
    main()
