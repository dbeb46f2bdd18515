#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""devlink of a card: what it is, its resources, its parameters, and that a
reload makes it anew as they say, with what was on it orphaned."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bpf import *  # noqa: E402,F403
from nic import *  # noqa: E402,F403

CARD = "platform/flownic.0"


def devlink(words):
    return json.loads(run("devlink -j " + words))


def params():
    shown = devlink("dev param show")["param"][CARD]
    return {p["name"]: p["values"][0]["value"] for p in shown}


def param(name, value):
    return "devlink dev param set %s name %s value %s cmode driverinit" % (
        CARD, name, value)


def reload():
    run("devlink dev reload " + CARD)


def card():
    return json.loads(run(FLOWNIC + " -j show card 0"))[0]


def flows():
    """Does a frame get through port 0, and back?"""
    for d in "fn0p0", "fn0w0":
        run("ip link set %s up" % d)
    await_carrier("fn0p0")
    good = True
    for a, b in ("fn0w0", "fn0p0"), ("fn0p0", "fn0w0"):
        capture, sender = Capture(b), Sender(a)
        sender.send(mark(7))
        good = good and awaited(lambda: capture.poll() or
                                mark(7) in capture.frames)
        capture.close()
        sender.close()
    return good


def test_info(tap):
    info = devlink("dev info " + CARD)["info"][CARD]
    tap.equal([info["driver"], info["serial_number"],
               info["versions"]["fixed"], info["versions"]["running"]],
              ["flownic", "flownic-0",
               {"board.id": "flownic", "asic.id": "flownic"},
               {"fw.image": "1"}], "driver, serial number and versions")


def occupied():
    shown = devlink("resource show " + CARD)["resources"][CARD]
    return {r["name"]: (r["size"], r["occ"]) for r in shown}


def test_resources(tap):
    tap.equal(occupied(), {"map_memory": (1 << 31, 0), "maps": (1024, 0),
                           "programs": (1024, 0)}, "resources of a card")
    with Map(ARRAY, 4, 8, 100, ifindex("fn0p0")), \
            Map(ARRAY, 4, 20, 10, ifindex("fn0p1")), \
            Prog(returns(PASS), ifindex("fn0p0")):
        tap.equal([occupied()[k][1] for k in
                   ("map_memory", "maps", "programs")],
                  [100 * 8 + 10 * 24, 2, 1], "and what of them is in use")


def test_params(tap):
    tap.equal(params(), {"profile": "flownic", "workers": 1, "cpus": "any",
                         "ingress_queue": 512, "interpreter": False},
              "parameters are what the card is")
    tap.ok(flows(), "frames flow")
    for name, value in (("profile", "agilio"), ("workers", 2),
                        ("cpus", "0,-1"), ("ingress_queue", 64)):
        run(param(name, value))
    tap.equal(card()["profile"], "flownic", "nothing changes before a reload")
    with Map(ARRAY, 4, 8, 1, ifindex("fn0p0")) as m, \
            Prog(returns(DROP), ifindex("fn0p0")) as prog:
        link = prog.link(ifindex("fn0p0"))
        reload()
        tap.ok(attempt(m.lookup, bytes(4)), "a map is an orphan then")
        tap.ok(attempt(prog.link, ifindex("fn0p0")), "and a program")
        link.close()
    now = card()
    tap.equal([now[k] for k in ("profile", "nworkers", "cores", "max_words")],
              ["agilio", 2, 50, 2560], "it is another card")
    workers = json.loads(run(FLOWNIC + " -j show worker"))
    tap.equal([w.get("cpu") for w in workers], [0, None],
              "workers run where they were told to")
    tap.equal(devlink("dev info " + CARD)["info"][CARD]["versions"]["fixed"]
              ["asic.id"], "agilio", "devlink says so, too")
    tap.ok(flows(), "frames flow")
    long = (mov(6, 0) + (call(7) + alu_reg(XOR, 6, 0)) * 2000 +
            mov_reg(0, 6) + alu(AND, 0, 1) + alu(ADD, 0, 1) + EXIT)
    e = attempt(Prog, long, ifindex("fn0p0"))
    tap.ok(e and "control store takes 2560" in e.log,
           "with its control store: a long program is refused", e and e.log)
    told = json.loads(run(FLOWNIC + " -j features card 0"))
    tap.equal([told[k] for k in ("card", "profile", "workers")],
              [0, "agilio", 2], "flownic features tells of a card")


def test_refusals(tap):
    for name, value, why in (
            ("profile", "nonsense", "flownic, agilio, corenic, hxdp"),
            ("workers", 17, "0 to 16 workers, not 17"),
            ("cpus", "seven", "a list such as 0,1,-1"),
            ("cpus", "99", "CPU 99"),
            ("ingress_queue", 100, "power of two from 64 to 4096")):
        before = params()
        run(param(name, value))
        said = refused("devlink dev reload " + CARD)
        tap.ok(said and why in said, "refused: %s %s" % (name, value), said)
        if not os.uname().release.startswith("6.1."):
            tap.equal(params(), before, "and forgotten")
        run(param(name, str(before[name]).lower()))
    tap.ok(flows(), "the card is as it was")
    said = refused("devlink dev reload %s netns 1" % CARD)
    tap.ok(said and "stays in the initial namespace" in said,
           "refused: another namespace", said)
    run("ip link add name lone type flownic")
    said = refused("devlink dev reload platform/flownic.1")
    tap.ok(said and "ip link" in said, "refused: a card of ip link add", said)
    run("ip link del lone")
    p = subprocess.Popen([FLOWNIC, "capture", "/dev/null"],
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE)

    def said_so():
        return "being captured" in (refused("devlink dev reload " + CARD) or
                                    "")

    tap.ok(awaited(said_so), "refused: while frames are captured")
    p.terminate()
    p.wait()


def test_softirqs(tap):
    """There and back between threads and softirqs."""
    for n in 0, 1, 0:
        run(param("workers", n))
        run(param("cpus", "any"))
        reload()
        tap.equal((card()["nworkers"], flows()), (n, True),
                  "with %d workers frames flow" % n)
    run(param("profile", "hxdp"))
    reload()
    with Prog(returns(DROP), ifindex("fn0p0")) as prog, \
            prog.link(ifindex("fn0p0")):
        before = stats("fn0p0")
        run("ip link set fn0p0 up")
        run("ip link set fn0w0 up")
        await_carrier("fn0p0")
        sender = Sender("fn0w0")
        sender.send(mark(1))
        tap.ok(awaited(lambda: stats("fn0p0")["offload_xdp_drop"] >
                       before["offload_xdp_drop"]), "hxdp runs a program")
        sender.close()


def test_race(tap):
    """Cards are removed while they are reloaded: nothing hangs."""
    good = 0
    for _ in range(5):
        n = json.loads(run(FLOWNIC + " -j card add"))["card"]
        p = subprocess.Popen("devlink dev reload platform/flownic.%d" % n,
                             shell=True, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        run("%s card del %d" % (FLOWNIC, n))
        p.wait()
        good += 1
    tap.equal(good, 5, "cards go while they are reloaded")


def main():
    tap = Tap()
    for test in (test_info, test_resources, test_params, test_refusals,
                 test_softirqs, test_race):
        test(tap)
    tap.done()


main()
