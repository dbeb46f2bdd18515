#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Faults: every cause can be had of a healthy program, is counted, and leaves
a thread that devlink's health reporter shows; nothing else is harmed."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bpf import *  # noqa: E402,F403
from nic import *  # noqa: E402,F403

CARD = "platform/flownic.0"
REPORTER = CARD + " reporter fault"
CAUSES = ("aborted", "verdict", "address", "readonly", "opcode", "map",
          "calls", "watchdog", "pc", "redirect", "trap", "parity")
# What a program may do because it wants to makes no report.
WANTED = ("aborted", "redirect")


def devlink(words):
    return json.loads(run("devlink -j " + words))


def health(card=CARD):
    return devlink("health show")["health"][card][0]


def dump():
    return devlink("health dump show " + REPORTER)


def forget():
    run("devlink health dump clear " + REPORTER)


def inject(words, check=True):
    return run("%s prog inject %s" % (FLOWNIC, words), check)


def send(frames, dev="fn0w0", ns=PEER):
    sender = Sender(dev, ns)
    for frame in frames:
        sender.send(frame)
    sender.close()


def decided(frames):
    """What the frames made of the port's counters, once all are decided."""
    before = stats("fn0p0")
    send(frames)

    def verdicts():
        now = changes(before, stats("fn0p0"))
        return {k: v for k, v in now.items()
                if k.startswith(("offload_xdp", "fault"))}

    def all_of_them():
        return sum(v for k, v in verdicts().items()
                   if k.startswith("offload_xdp")) == len(frames)

    awaited(all_of_them)
    return verdicts()


def marks(n):
    return [mark(i) for i in range(n)]


def test_instance(tap):
    tap.equal(list(devlink("dev show")["dev"]), [CARD],
              "a card is a devlink instance")
    info = devlink("dev info " + CARD)["info"][CARD]
    tap.equal(info["versions"]["fixed"]["asic.id"], "flownic",
              "which tells the profile")
    got = health()
    tap.equal([got["reporter"], got["state"], got["error"]],
              ["fault", "healthy", 0], "its reporter is healthy")
    said = refused("devlink health dump show " + REPORTER)
    tap.ok(said and "no thread of card 0 has faulted" in said,
           "there is nothing to dump, and it says so", said)
    said = refused("devlink health test " + REPORTER)
    tap.ok(said and "attach one to a port" in said,
           "nothing to test without a program", said)
    run("devlink health set %s grace_period 0" % REPORTER)


def test_causes(tap):
    for cause in CAUSES:
        reports = health()["error"]
        inject(cause + " dev fn0p0 count 1")
        got = decided(marks(3))
        verdict = "offload_xdp_aborted"
        if cause == "redirect":
            verdict = "offload_xdp_redirect_err"
        tap.equal(got, {verdict: 1, "offload_xdp_pass": 2,
                        "fault_" + cause: 1},
                  "%s: once, and the next packets are fine" % cause)
        if cause in WANTED:
            continue
        tap.ok(awaited(lambda: health()["error"] == reports + 1),
               "%s: reported" % cause, health())
        tap.equal(dump()["cause"], cause, "%s: dumped" % cause)
        forget()
    aborted = devlink("health diagnose " + REPORTER)["aborted"]
    tap.equal({c: int(n) for c, n in aborted.items()},
              {c: 1 for c in CAUSES}, "diagnosed, all of them")
    port = json.loads(run("%s -j stats dev fn0p0" % FLOWNIC))["ports"][0]
    tap.equal(port["faults"], {c: 1 for c in CAUSES}, "counted, all of them")


def test_dump(tap, prog):
    words = json.loads(run("%s -j dump prog dev fn0p0" % FLOWNIC))["code"]
    last = words[-1]["pc"]
    inject("address dev fn0p0 word %d" % last)
    decided(marks(1))
    tap.ok(awaited(lambda: "last_dump_date" in health()), "a dump is kept",
           health())
    d = dump()
    tap.equal(d["pc"], last, "word")
    tap.equal(d["bpf_insn"], words[-1]["insn"], "BPF instruction")
    tap.equal(d["program_id"], prog.info_id(), "program")
    tap.equal(d["program"], "healthy", "its name")
    tap.equal(d["address"], "0x8", "address")
    tap.equal(d["instruction"].split()[0][:2], "ld", "what was in the store")
    tap.equal(int(d["registers"]["r10"], 16) >> 16, 0x1000,
              "a register: the stack's, in the thread's own memory")
    tap.equal(bytes(d["packet"]), mark(0), "packet")
    tap.equal(d["packet_length"], len(mark(0)), "its length")
    tap.ok(d["recent_pcs"] and d["recent_pcs"][-1].endswith("-%d" % last),
           "the last words that ran", d["recent_pcs"])
    inject("trap dev fn0p0")
    decided(marks(1))
    tap.equal(dump()["cause"], "address", "the first dump is kept")
    forget()


def test_recovery(tap):
    before = health()
    inject("parity dev fn0p0 word 0 count always")
    decided(marks(1))
    tap.ok(awaited(lambda: health()["recover"] == before["recover"] + 1),
           "a parity error reloads the control store", health())
    tap.equal(decided(marks(3)), {"offload_xdp_pass": 3}, "and is no more")
    run("devlink health set %s auto_recover false" % REPORTER)
    inject("address dev fn0p0 count always")
    got = decided(marks(3))
    tap.equal(got.get("fault_address"), 3, "without recovery, faults go on")
    tap.ok(awaited(lambda: health()["state"] == "error"),
           "and the card is in error", health())
    store = devlink("health diagnose " + REPORTER)["control_store"]
    tap.equal([store["programs"], store["injected_programs"]], [1, 1],
              "diagnosed as injected")
    run("devlink health recover " + REPORTER)
    tap.equal(decided(marks(3)), {"offload_xdp_pass": 3},
              "until someone recovers the card")
    tap.equal(health()["state"], "healthy", "which is healthy then")
    run("devlink health set %s auto_recover true" % REPORTER)
    forget()
    run("devlink health test " + REPORTER)
    tap.equal(decided(marks(2)), {"offload_xdp_aborted": 1, "fault_parity": 1,
                                  "offload_xdp_pass": 1}, "devlink's test")
    inject("trap dev fn0p0 count 5")
    inject("trap dev fn0p0 count off")
    tap.equal(decided(marks(2)), {"offload_xdp_pass": 2},
              "what is to be injected can be ended")


def test_refusals(tap):
    refuses(tap, "prog inject", (
        ("", 2, "cause of the fault is missing"),
        ("frobnicate dev fn0p0", 2, 'cause "frobnicate" is unknown'),
        ("trap dev fn0p0 word 100000", 1, "the program has"),
        ("trap dev fn0p0 count x", 2, "number"),
        ("trap dev fn0p1", 1, "runs no program"),
        ("trap card 7", 1, "no program")))
    said = refused(NOBODY + FLOWNIC + " prog inject trap")
    tap.ok(said and "CAP_SYS_ADMIN" in said, "refused without privilege", said)


def test_removal(tap):
    """Cards come and go while their packets fault."""
    for _ in range(3):
        card = json.loads(run(FLOWNIC + " -j card add"))["card"]
        port, cable = "fn%dp0" % card, "fn%dw0" % card
        name = "platform/flownic.%d" % card
        tap.ok(name in devlink("dev show")["dev"], "%s is there" % name)
        run("ip link set %s up" % port)
        run("ip link set %s netns %s up" % (cable, PEER))
        await_carrier(port)
        prog = Prog(mov(0, PASS) + EXIT, ifindex(port))
        link = prog.link(ifindex(port))
        inject("trap dev %s count always" % port)
        send(marks(200), cable)
        reported = awaited(lambda: health(name)["error"] > 0)
        send(marks(200), cable)
        run("%s card del %d" % (FLOWNIC, card))
        tap.ok(reported, "it went while its packets faulted")
        tap.equal(list(devlink("dev show")["dev"]), [CARD], "with its instance")
        link.close()
        prog.close()


def test_namespace(tap):
    run("ip netns add far")
    run("ip link set fn0p1 netns far")
    tap.equal(list(devlink("dev show")["dev"]), [CARD],
              "the instance stays where its ports do not")
    run("ip netns del far")
    tap.ok(awaited(lambda: os.path.exists("/sys/class/net/fn0p1")),
           "a port comes back")


class Healthy(Prog):
    """r6 = 42; a branch; XDP_PASS."""

    def __init__(self):
        super().__init__(mov(6, 42) + load(W, 2, 1, 16) + jump(JEQ, 2, 77, 1) +
                         mov(6, 42) + mov(0, PASS) + alu(ADD, 6, 0) + EXIT,
                         ifindex("fn0p0"), name="healthy")

    @staticmethod
    def info_id():
        return attached("fn0p0")["xdpoffload"]


def main():
    tap = Tap()
    set_up()
    test_instance(tap)
    with Healthy() as prog:
        link = prog.link(ifindex("fn0p0"))
        test_causes(tap)
        test_dump(tap, prog)
        test_recovery(tap)
        test_refusals(tap)
        test_removal(tap)
        test_namespace(tap)
        link.close()
    tap.done()


main()
