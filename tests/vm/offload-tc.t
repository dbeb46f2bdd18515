#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Classifiers of tc on the card: attaching and refusals, what each verdict does,
what reaches the host's skb, and helpers, compared with the same in software."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tc import *  # noqa: E402,F403

TC_ADD = "tc filter add dev fn0p0 ingress prio 1 "


def tc_counters(changed):
    return {k[len("offload_tc_"):]: v for k, v in changed.items()
            if k.startswith("offload_tc_")}


# ---- attaching

def test_feature(tap):
    said = refused(TC_ADD + "bpf da obj %s sec classifier skip_sw" % OBJECT)
    tap.ok(said and "TC offload is disabled" in said,
           "hw-tc-offload is off by default, and skip_sw refused", said)
    offload("fn0p0")
    run(TC_ADD + "handle 1 bpf da obj %s sec classifier skip_sw" % OBJECT)
    options = filters()[0]["options"]
    tap.ok(options.get("in_hw") and options.get("skip_sw"),
           "tc loads an object for the card, and shows it in_hw", options)
    progs = [p for p in bpftool("prog show") if p["type"] == "sched_cls"]
    tap.equal([p.get("dev", {}).get("ifname") for p in progs], ["fn0p0"],
              "bpftool shows the program on the device")
    said = refused("ethtool -K fn0p0 hw-tc-offload off")
    now = run("ethtool -k fn0p0 | grep hw-tc-offload")
    tap.ok(said and "on" in now, "the feature stays on with a filter", said,
           now)
    said = run("dmesg | tail -n 5")
    tap.ok("hw-tc-offload stays on: 1 filters" in said, "and says why", said)
    run("tc filter replace dev fn0p0 ingress prio 1 handle 1 bpf da obj %s "
        "sec classifier skip_sw" % OBJECT)
    tap.equal(len(filters()), 1, "a filter is replaced")
    said = refused("tc filter replace dev fn0p0 ingress prio 1 handle 1 bpf "
                   "da obj %s sec classifier skip_hw" % OBJECT)
    tap.ok(said, "but not by one with other flags")
    run("tc filter del dev fn0p0 ingress")
    said = refused("ethtool -K fn0p0 hw-tc-offload off")
    now = run("ethtool -k fn0p0 | grep hw-tc-offload")
    tap.ok(said is None and "off" in now,
           "without filters the same words switch it off", said, now)
    offload("fn0p0")


def test_refusals(tap):
    cases = (
        ("bpf da bytecode '1,6 0 0 4294967295,' skip_sw", "classic BPF"),
        ("bpf obj %s sec classifier skip_sw action drop" % OBJECT,
         "direct-action"),
        ("matchall skip_sw action drop", "BPF classifiers"),
        ("chain 1 bpf da obj %s sec classifier skip_sw" % OBJECT,
         "only offload of chain 0"),
    )
    for words, why in cases:
        said = refused(TC_ADD + words)
        tap.ok(said and why in said, "refused: %s" % words.split("obj")[0],
               said)
    said = refused("tc filter add dev fn0p0 ingress protocol ip prio 1 bpf da "
                   "obj %s sec classifier skip_sw" % OBJECT)
    tap.ok(said and "protocol all" in said, "refused: one protocol alone",
           said)
    with Prog(returns(OK), 0, SCHED_CLS) as prog:
        pin = prog.pin(PINS + "-host")
        said = refused(TC_ADD + "bpf da object-pinned %s skip_sw" % pin)
        tap.ok(said, "refused: a program that was loaded for the host", said)
        run(TC_ADD + "bpf da object-pinned %s" % pin)
        tap.ok(not filters()[0]["options"].get("in_hw"),
               "without skip_sw it runs in software alone")
        run("tc filter del dev fn0p0 ingress")
        os.unlink(pin)
    with Prog(returns(PASS), ifindex("fn0p0"), XDP) as prog:
        pin = prog.pin(PINS + "-xdp")
        said = refused(TC_ADD + "bpf da object-pinned %s skip_sw" % pin)
        tap.ok(said, "refused: an XDP program", said)
        os.unlink(pin)
    one = Filter(returns(OK), prio=3)
    said = refused("tc filter add dev fn0p0 ingress prio 3 handle 2 bpf da "
                   "object-pinned %s skip_sw" % one.pin)
    tap.ok(said and "already" in said,
           "refused: the same program twice at a priority", said)
    one.remove()
    many = [Filter(returns(UNSPEC), prio=n + 1) for n in range(16)]
    try:
        Filter(returns(UNSPEC), prio=17)
        said = None
    except Failed as e:
        said = str(e)
    tap.ok(said and "no more than 16 filters" in said,
           "refused: more than 16 filters", said)
    run("tc filter del dev fn0p0 ingress")
    for f in many:
        f.close()
    tap.equal(filters(), [], "nothing is left of what was refused")


def test_matches(tap, traffic):
    """Without direct action a filter matches or not: 0 leads to the next."""
    for result in 0, 5, -1, SHOT:
        first = Filter(returns(result), prio=1, da="")
        second = Filter(returns(SHOT), prio=2)
        changed = tc_counters(traffic.send([frame(n) for n in range(4)]))
        tap.equal(changed, {"ok" if result else "shot": 4},
                  "without da, %d %s" % (result, "matches" if result else
                                         "does not match"))
        second.remove()
        first.remove()


def test_fields(tap):
    """Fields of the context that a card can't have are refused by name."""
    cases = ((4, W, "pkt_type"), (84, W, "napi_id"), (152, DW, "tstamp"))
    for off, size, name in cases:
        e = attempt(Prog, load(size, 0, 1, off) + returns(OK),
                    ifindex("fn0p0"), SCHED_CLS)
        tap.ok(e and "ctx->%s is not on the card" % name in e.log,
               "refused: a program that reads %s" % name, e and e.log)
    e = attempt(Prog, mov(2, 1) + store(DW, 1, 152, 2) + returns(OK),
                ifindex("fn0p0"), SCHED_CLS)
    tap.ok(e and "ctx->tstamp is not on the card" in e.log,
           "refused: one that writes tstamp", e and e.log)
    e = attempt(Prog, mov(2, 0) + call(35) + returns(OK), ifindex("fn0p0"),
                SCHED_CLS)
    tap.ok(e and "get_current_task" in e.log and "skb_load_bytes" in e.log,
           "refused: a helper that the card lacks, with those it has",
           e and e.log)
    e = attempt(Prog, mov_reg(6, 1) + mov(1, ifindex("fn0p1")) + mov(2, 1) +
                call(23) + EXIT, ifindex("fn0p0"), SCHED_CLS)
    tap.ok(e and "BPF_F_INGRESS" in e.log,
           "refused: a redirect to the ingress of a port", e and e.log)


# ---- verdicts

# What a frame counts as, and whether it reaches the host.
VERDICTS = (
    (OK, "OK", "ok", True), (SHOT, "SHOT", "shot", False),
    (STOLEN, "STOLEN", "stolen", False), (TRAP, "TRAP", "trap", True),
    (UNSPEC, "UNSPEC", "unspec", True), (PIPE, "PIPE", "unspec", True),
    (RECLASSIFY, "RECLASSIFY", "unspec", True),
    (QUEUED, "QUEUED", "unspec", True), (REPEAT, "REPEAT", "unspec", True),
    (77, "77", "unspec", True),
)


def test_verdicts(tap, traffic):
    frames = [frame(n) for n in range(8)]
    for code, name, counter, passes in VERDICTS:
        f = Filter(returns(code))
        changed = traffic.send(frames)
        tap.equal(tc_counters(changed), {counter: len(frames)},
                  "TC_ACT_%s is counted as %s" % (name, counter))
        if passes:
            traffic.host.await_frames(len(frames))
        tap.equal(traffic.host.frames, frames if passes else [],
                  "and the host gets %s" % ("all" if passes else "nothing"))
        f.remove()


def redirect_to(target, flags=0):
    return mov(1, target) + mov(2, flags) + call(23) + EXIT


def test_redirect(tap, traffic):
    frames = [frame(n) for n in range(8)]
    f = Filter(redirect_to(ifindex("fn0p1")))
    changed = traffic.send(frames)
    traffic.wires[1].await_frames(len(frames))
    tap.equal(tc_counters(changed), {"redirect": 8},
              "TC_ACT_REDIRECT to a port is counted")
    tap.equal(traffic.wires[1].frames, frames, "and frames leave there")
    tap.equal(traffic.host.frames, [], "and the host sees none")
    f.remove()
    for target, flags, counter, name in (
            (ifindex("lo"), 0, "redirect_err", "to lo"),
            (ifindex("fn0p1"), 8, "shot", "with unknown flags"),):
        f = Filter(redirect_to(target, flags))
        changed = traffic.send(frames)
        tap.equal(tc_counters(changed), {counter: 8},
                  "a redirect %s drops, counted as %s" % (name, counter))
        f.remove()
    f = Filter(returns(REDIRECT_TO))
    tap.equal(tc_counters(traffic.send(frames)), {"redirect_err": 8},
              "a redirect without a target drops")
    f.remove()


def test_order(tap, traffic):
    """Filters run by priority until one decides; XDP comes before them."""
    def mark_with(value, verdict):
        return lambda fd: (load(W, 2, 1, MARK) + alu(LSH, 2, 4) +
                           alu(OR, 2, value) + store(W, 1, MARK, 2) +
                           returns(verdict))

    last = Filter(lambda fd: mov_reg(6, 1) + load(W, 7, 6, MARK) +
                  put(fd, 0, 7) + returns(OK), prio=9)
    third = Filter(mark_with(3, PIPE), prio=3)
    first = Filter(mark_with(1, UNSPEC), prio=1)
    second = Filter(mark_with(2, UNSPEC), prio=2)
    changed = traffic.send([frame(n) for n in range(4)])
    tap.equal(last.seen(), 0x123, "filters run in the order of priorities")
    tap.equal(tc_counters(changed), {"ok": 4}, "the last one decides")
    second.remove()
    traffic.send([frame(5)])
    tap.equal(last.seen(), 0x13, "one fewer")
    stop = Filter(returns(SHOT), prio=2)
    before = last.seen()
    changed = traffic.send([frame(6)])
    tap.equal([tc_counters(changed), last.seen()], [{"shot": 1}, before],
              "behind one that decides none runs")
    attach("fn0p0", "xdpoffload", "drop")
    changed = traffic.send([frame(7)])
    tap.equal([changed.get("offload_xdp_drop"), tc_counters(changed)],
              [1, {}], "what XDP drops, no filter sees")
    detach("fn0p0", "xdpoffload")
    attach("fn0p0", "xdpoffload", "pass")
    changed = traffic.send([frame(8)])
    tap.equal([changed.get("offload_xdp_pass"), tc_counters(changed)],
              [1, {"shot": 1}], "what XDP passes, they see")
    detach("fn0p0", "xdpoffload")
    for f in last, third, first, stop:
        f.remove()


# ---- what the host gets

FIELDS = (MARK, PRIORITY, TC_INDEX, QUEUE_MAPPING, SKB_HASH, VLAN_PRESENT,
          VLAN_TCI, VLAN_PROTO, PROTOCOL, LEN, INGRESS, IFINDEX)
NAMES = ("mark", "priority", "tc_index", "queue_mapping", "hash",
         "vlan_present", "vlan_tci", "vlan_proto", "protocol", "len",
         "ingress_ifindex", "ifindex")


def show_fields(fd, skip=()):
    """Store all fields, and the number of bytes from data to data_end."""
    code = mov_reg(6, 1)
    for n, off in enumerate(FIELDS):
        if off not in skip:
            code += load(W, 7, 6, off) + put(fd, n, 7)
    return code + load(W, 7, 6, DATA_END) + load(W, 8, 6, DATA) + \
        alu_reg(SUB, 7, 8) + put(fd, 12, 7)


def fields_of(f):
    return {n: f.seen(i) for i, n in enumerate(NAMES + ("bytes",))}


def set_field(off, value):
    """Linux 6.1 takes no constants here, only registers."""
    return mov(7, value) + store(W, 6, off, 7)


def set_fields(verdict, classid=0):
    return (mov_reg(6, 1) + set_field(MARK, 0x11223344) +
            set_field(PRIORITY, 7) + set_field(TC_INDEX, 99) +
            set_field(QUEUE_MAPPING, 1) + set_field(CLASSID, classid) +
            mov_reg(1, 6) + mov(2, 0x5eed) + call(48) + returns(verdict))


def test_marks(tap, traffic):
    """What a program on the card writes, one in software reads."""
    reader = Filter(lambda fd: show_fields(fd) + returns(OK), SOFTWARE,
                    prio=20)
    for verdict, classid, index in ((UNSPEC, 5, 99), (TRAP, 5, 99),
                                    (OK, 5, 5)):
        f = Filter(set_fields(verdict, classid))
        traffic.to_host([frame(1)])
        awaited(lambda: reader.seen(0) == 0x11223344)
        got = fields_of(reader)
        want = {"mark": 0x11223344, "priority": 7, "tc_index": index,
                "queue_mapping": 1, "hash": 0x5eed}
        tap.equal({k: got[k] for k in want}, want,
                  "with verdict %d the host's skb has what was written" %
                  verdict)
        f.remove()
        reader.map.update(bytes(4), bytes(8))
    traffic.to_host([frame(2)])
    awaited(lambda: reader.seen(12) == 64)
    got = fields_of(reader)
    tap.equal([got["mark"], got["priority"], got["tc_index"]], [0, 0, 0],
              "without a filter nothing of it is left")
    reader.remove()


def test_same_fields(tap, traffic):
    """Fields on the card are those of software, for frames of all kinds."""
    soft = Filter(lambda fd: show_fields(fd) + returns(OK), SOFTWARE, prio=20)
    hard = Filter(lambda fd: show_fields(fd) + returns(UNSPEC), prio=1)
    kinds = {
        "plain": frame(1), "IPv4": frame(2, kind=0x0800),
        "802.3": frame(3, kind=50),
        "802.3, raw": frame(4, kind=50)[:14] + b"\xff\xff" +
        frame(4, kind=50)[16:],
        "VLAN": tagged(5, (0x8100, 0x6123)),
        "priority": tagged(6, (0x8100, 0xe000)),
        "802.1ad": tagged(7, (0x88a8, 0x0456)),
        "two tags": tagged(8, (0x88a8, 0x0456), (0x8100, 0x0789)),
        "VLAN, 802.3": tagged(9, (0x8100, 5), kind=60),
        "14 bytes": frame(10)[:14],
    }
    for name, sent in kinds.items():
        for f in soft, hard:
            f.map.update(struct.pack("<I", 12), bytes(8))
        traffic.to_host([sent])
        awaited(lambda: soft.seen(12) == len(sent) or
                soft.seen(12) == len(sent) - 4)
        a, b = fields_of(soft), fields_of(hard)
        a.pop("hash"), b.pop("hash")
        tap.equal(b, a, "fields of a frame on the card and in software: " +
                  name)
        tap.equal(traffic.host.frames, [sent], "and it arrives whole")
    for f in soft, hard:
        f.remove()


# ---- helpers: the same frames and results as in software

PUSH = after(18, 0x0081, 0x123)
POP = after(19)
CASES = {
    "store 4 bytes": store_bytes(20, b"ABCD", 0),
    "store past the end": store_bytes(62, b"ABCD", 0),
    "store with unknown flags": store_bytes(20, b"ABCD", 4),
    "load 4 bytes": load_bytes(14, 4),
    "load past the end": load_bytes(62, 4),
    "load the last": load_bytes(60, 4),
    "load from the MAC header": load_bytes(2, 6, 68, 0),
    "load from the network header": load_bytes(2, 6, 68, 1),
    "load from nowhere": load_bytes(2, 6, 68, 7),
    "l3_csum_replace, 2 bytes": after(10, 24, 0x1234, 0xabcd, 2),
    "l3_csum_replace, 4 bytes": after(10, 24, 0x12345678, 0x9abcdef0, 4),
    "l3_csum_replace, difference": after(10, 24, 0, 0x89abcdef, 0),
    "l3_csum_replace, odd offset": after(10, 25, 1, 2, 2),
    "l3_csum_replace, size 3": after(10, 24, 1, 2, 3),
    "l3_csum_replace, past the end": after(10, 64, 1, 2, 2),
    "l4_csum_replace, 2 bytes": after(11, 24, 0x1234, 0xabcd, 2),
    "l4_csum_replace, 4 bytes": after(11, 24, 0x12345678, 0x9abcdef0, 4),
    "l4_csum_replace, address": after(11, 24, 0x12345678, 0x9abcdef0, 0x14),
    "l4_csum_replace, UDP": after(11, 24, 0x1111, 0x2222, 0x22),
    "l4_csum_replace, difference": after(11, 24, 0, 0x89abcdef, 0),
    "l4_csum_replace, unknown flags": after(11, 24, 1, 2, 0x102),
    "vlan_push": PUSH,
    "vlan_push of another type": after(18, 0x1234, 0x456),
    "vlan_push twice": both_of(PUSH, after(18, 0xa888, 0x456)),
    "vlan_pop": POP,
    "vlan_pop twice": both_of(POP, POP),
    "vlan_push, vlan_pop": both_of(PUSH, POP),
    "change_tail, shorter": after(38, 40, 0),
    "change_tail, longer": after(38, 200, 0),
    "change_tail, too short": after(38, 9, 0),
    "change_tail with flags": after(38, 40, 1),
    "change_head": after(43, 16, 0),
    "change_head with flags": after(43, 16, 1),
    "pull_data": after(39, 40),
    "pull_data past the end": after(39, 100),
    "csum_update": after(40, 5),
    "set_hash": after(48, 1234),
    "set_hash_invalid": after(41),
}
SENT = [frame(1), frame(2, kind=0x0800), tagged(3, (0x8100, 0x0777)),
        tagged(4, (0x88a8, 0x0222), (0x8100, 0x0333))]


def test_helpers(tap, traffic):
    same_as_software(tap, traffic, CASES, SENT)


def test_legacy(tap, traffic):
    """Loads from the frame as classic BPF has them: r0, or the end with 0."""
    def code(off, size=0):
        return lambda fd: (mov_reg(6, 1) + insn(0x20 | size, imm=off) +
                           mov_reg(7, 0) + put(fd, 0, 7) + returns(SHOT))

    for off, size in ((12, H), (0, W), (20, B), (60, W), (62, W), (63, B),
                      (-0x100000 + 2, W), (-0x200000 + 12, H)):
        results = []
        for how in SOFTWARE, "skip_sw":
            f = Filter(code(off, size), how)
            f.map.update(bytes(4), b"\xee" * 8)
            before = stats("fn0p0")
            traffic.sender.send(frame(1))
            awaited(lambda: changes(before, stats("fn0p0")).get(
                "mac_rx_frames"))
            awaited(lambda: f.seen() != 0xeeeeeeeeeeeeeeee, 8)
            results.append(hex(f.seen()))
            f.remove()
        tap.equal(results[1], results[0], "ld_abs at %d as in software" % off)


# ---- statistics, blocks, lifetime

def test_statistics(tap, traffic):
    f = Filter(returns(SHOT), action="action ok")
    traffic.send([frame(n) for n in range(10)])

    def stats_of():
        acts = filters()[0]["options"]["actions"]
        return acts[0]["stats"]

    got = stats_of()
    tap.equal([got.get("hw_packets", got.get("packets")),
               got.get("hw_bytes", got.get("bytes"))], [10, 640],
              "tc -s filter show counts what the card did")
    text = run("tc -s filter show dev fn0p0 ingress")
    tap.ok("hardware 640 bytes 10 pkt" in text, "as done by hardware", text)
    traffic.send([frame(n) for n in range(5)])
    tap.equal(stats_of().get("hw_packets", stats_of().get("packets")), 15,
              "and goes on")
    f.remove()


def test_both(tap, traffic):
    """Neither flag: on the card when it can be, and in software."""
    run(TC_ADD + "bpf da obj %s sec classifier" % OBJECT)
    tap.ok(not filters()[0]["options"].get("in_hw"),
           "tc loads for the host unless told skip_sw")
    run("tc filter del dev fn0p0 ingress")


def test_block(tap, traffic):
    offload("fn0p1")
    run("tc qdisc del dev fn0p0 clsact")
    for n in (0, 1):
        run("tc qdisc add dev fn0p%d ingress_block 22 ingress" % n)
    with Prog(returns(SHOT), ifindex("fn0p0"), SCHED_CLS) as prog:
        pin = prog.pin(PINS + "-block")
        run("tc filter add block 22 prio 1 bpf da object-pinned %s skip_sw" %
            pin)
        counts = []
        second = Sender("fn0w1", PEER)
        for sender, dev in ((traffic.sender, "fn0p0"), (second, "fn0p1")):
            before = stats(dev)
            sender.send(frame(1))
            awaited(lambda: changes(before, stats(dev)).get("offload_tc_shot"))
            counts.append(tc_counters(changes(before, stats(dev))))
        tap.equal(counts, [{"shot": 1}, {"shot": 1}],
                  "a filter of a shared block runs on both ports")
        run("tc qdisc del dev fn0p1 ingress")
        before = stats("fn0p1")
        second.send(frame(2))
        awaited(lambda: changes(before, stats("fn0p1")).get("host_rx_frames"))
        tap.equal(tc_counters(changes(before, stats("fn0p1"))), {},
                  "and not on a port that has left it")
        run("tc filter del block 22")
        os.unlink(pin)
        second.close()
    run("tc qdisc del dev fn0p0 ingress")
    run("tc qdisc add dev fn0p0 clsact")
    offload("fn0p1", False)


def test_replace(tap, traffic):
    """While filters are replaced each frame is decided by one of them."""
    progs = [Prog(returns(v), ifindex("fn0p0"), SCHED_CLS)
             for v in (SHOT, STOLEN)]
    pins = [p.pin("%s-%d" % (PINS, n)) for n, p in enumerate(progs)]
    command = "tc filter replace dev fn0p0 ingress prio 1 handle 1 bpf da " \
        "object-pinned %s skip_sw"
    run(command % pins[0])
    before = stats("fn0p0")
    frames = 0
    for n in range(40):
        for k in range(25):
            traffic.sender.send(frame(k))
            frames += 1
        run(command % pins[n % 2])
    awaited(lambda: changes(before, stats("fn0p0")).get(
        "mac_rx_frames") == frames)
    awaited(lambda: sum(tc_counters(changes(
        before, stats("fn0p0"))).values()) == frames)
    got = tc_counters(changes(before, stats("fn0p0")))
    tap.ok(sum(got.values()) == frames and set(got) == {"shot", "stolen"},
           "of %d frames each was decided once" % frames, got)
    run("tc filter del dev fn0p0 ingress")
    for p, pin in zip(progs, pins):
        p.close()
        os.unlink(pin)


def test_removal(tap):
    """A card goes while its ports have filters."""
    run([FLOWNIC, "card", "add"])
    offload("fn1p0")
    run("tc qdisc add dev fn1p0 clsact")
    f = Filter(returns(SHOT), dev="fn1p0")
    run([FLOWNIC, "card", "del", "1"])
    tap.ok(not os.path.exists("/sys/class/net/fn1p0"),
           "a card with filters can be removed")
    f.close()


OBJECT = None


def main():
    global OBJECT
    tap = Tap()
    OBJECT = compile_bpf("cls", '''
#include <linux/bpf.h>
__attribute__((section("classifier"), used))
int cls(struct __sk_buff *skb) { return skb->len > 60 ? 0 : 2; }
char _license[] __attribute__((section("license"), used)) = "GPL";
''')
    run("mount -t bpf bpf /sys/fs/bpf", check=False)
    set_up()
    before = objects()
    run("tc qdisc add dev fn0p0 clsact")
    test_feature(tap)
    test_refusals(tap)
    test_fields(tap)
    traffic = Traffic()
    for test in (test_verdicts, test_matches, test_redirect, test_order,
                 test_marks, test_same_fields, test_helpers, test_legacy,
                 test_statistics, test_both, test_block, test_replace):
        test(tap, traffic)
    test_removal(tap)
    run("tc qdisc del dev fn0p0 clsact")
    tap.equal(await_objects(before), {}, "nothing is left")
    tap.done()


main()
