#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
#
# vm: -t 600
# needs: x86
"""A control plane that knows nothing of cards does what it did, by the pins of a
lowered program; and a load that is killed, wherever it is, leaves what flownic
unload takes away.

LOWER_DEVS is as for lower.t.
"""

import importlib.machinery
import importlib.util
import os
import signal
import struct
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from bpf import *  # noqa: E402,F403
from nic import *  # noqa: E402,F403

loader = importlib.machinery.SourceFileLoader("lower_test", HERE + "/lower.t")
lower = importlib.util.module_from_spec(
    importlib.util.spec_from_loader("lower_test", loader))
loader.exec_module(lower)

PINS = "/sys/fs/bpf/test"
OBJ_GET = 7


class Pinned:
    """A map as any control plane has it: by the name of its pin, with bpf(2)."""

    def __init__(self, where, name, key, value):
        path = ctypes.create_string_buffer(
            ("%s/%s/%s" % (PINS, where, name)).encode())
        fd = bpf(OBJ_GET, struct.pack("<QII", address(path), 0, 0))[0]
        self.m = Map.__new__(Map)
        self.m.fd, self.m.key_size, self.m.value_size = fd, key, value

    def close(self):
        os.close(self.m.fd)

    def does(self, what, *args):
        """The answer, or the number of the error."""
        try:
            return getattr(self.m, what)(*args)
        except OSError as e:
            return -e.errno


def sources(sent):
    return sorted(set(f[26:30] for f in sent if f[12:14] == b"\x08\x00"))


def control_plane(where, run, sent):
    """All answers that a control plane of a firewall gets."""
    def word(n):
        return struct.pack("<I", n)

    def per_cpu(n):
        return struct.pack("<Q", n) * lower.cpus()

    cpus = 8 * lower.cpus()
    addresses = Pinned(where, "addresses", 4, cpus)
    protocols = Pinned(where, "protocols", 4, 4)
    verdicts = Pinned(where, "verdicts", 4, 2 * cpus)
    pairs = Pinned(where, "pairs", 8, 4)
    known, said = sources(sent), []
    said.append([addresses.does("lookup", k) for k in known[:2]])
    said.append([addresses.does("update", k, per_cpu(1 + n % 3), n % 3)
                 for n, k in enumerate(known[:9])])
    said.append(sorted(addresses.does("keys")))
    said.append(protocols.does("update", word(17), word(1), 0))
    said.append(protocols.does("update", word(256), word(1), 0))
    said.append([pairs.does("update", f[30:34] + f[26:30], word(0), 1)
                 for f in sent if f[12:14] == b"\x08\x00"][:70])
    run()
    said.append([addresses.does("lookup", k) for k in known[:9]])
    said.append([addresses.does("delete", k) for k in known[:5]])
    said.append(sorted(addresses.does("keys")))
    said.append(protocols.does("update", word(17), word(0), 2))
    said.append(protocols.does("delete", word(17)))
    run()
    said.append([verdicts.does("lookup", word(n)) for n in range(6)])
    said.append(sorted((k, pairs.does("lookup", k))
                       for k in pairs.does("keys")))
    for m in addresses, protocols, verdicts, pairs:
        m.close()
    return said


def test_control_plane(tap):
    obj = TOP + "/build/lower/filter.o"
    sent = lower.frames()
    answers = {}
    for where in ("native", "card" if lower.HAS_CARD else "lowered"):
        program = lower.Loaded(where, obj, "filter")
        try:
            answers[where] = control_plane(where, lambda: (
                lower.on_card(program, sent) if where == "card" else
                [program.run(f) for f in sent]), sent)
        finally:
            program.unload()
    expected = answers.pop("native")
    for where, got in answers.items():
        for n, (g, e) in enumerate(zip(got, expected)):
            tap.equal(g, e, "%s: what the control plane is told, step %d" % (
                where, n))


def counted(where):
    """What the classifier has counted, as sums over CPUs."""
    dump = bpftool("map dump pinned %s/%s/verdicts" % (PINS, where))
    if "values" in dump[0]:
        return [sum(int(v["value"][0], 16) for v in e["values"]) for e in dump]
    return [sum(int(b, 16) for b in e["value"][::8]) for e in dump]


def filtered(where, mode):
    """A classifier at the port's ingress: its counters behind some frames."""
    run("%s load %s/build/lower/classifier.o prog classify dev fn0p0 ingress "
        "mode %s --set last=3 pin %s/%s" % (FLOWNIC, TOP, mode, PINS, where))
    sender = Sender("fn0w0", PEER)
    sent = [f for f in lower.frames() if len(f) >= 60]
    for frame in sent:
        sender.send(frame)
    awaited(lambda: sum(counted(where)) >= len(sent), tries=200)
    sender.close()
    got = counted(where)
    shown = run("tc filter show dev fn0p0 ingress")
    run("%s unload dev fn0p0 pin %s/%s" % (FLOWNIC, PINS, where))
    return got, shown


def test_ingress(tap):
    refuses(tap, "load %s/build/lower/classifier.o dev fn0p0" % TOP, (
        ("ingress", 1, "hw-tc-offload on"),
        ("ingress mode generic", 2, "has modes"),
        ("ingress prog other", 1, "no program other"),
        ("prog classify", 1, "say ingress")))
    run("ethtool -K fn0p0 hw-tc-offload on")
    native, shown = filtered("host", "native")
    tap.ok("skip_hw" in shown, "a classifier for the host", shown)
    card, shown = filtered("card", "offload")
    tap.ok("skip_sw" in shown and "in_hw" in shown, "and one for the card",
           shown)
    tap.equal(card, native, "count the same")
    tap.ok(len(native) == 4 and sum(map(bool, native)) == 4,
           "and all that there is", native)
    shown = run("tc filter show dev fn0p0 ingress")
    tap.ok(not shown.strip(), "and are gone", shown)


def test_unsized(tap):
    """Maps of which a loader says more are an obstacle to programs that use them,
    and to no others."""
    words = "load %s/build/lower/refused.o dev %s mode native" % (
        TOP, lower.DEVS[1])
    refuses(tap, words, (
        ("prog counter", 1, "map lengths: its max_entries are 0"),
        ("prog to_port", 1, "map ports: its max_entries are 0"),
        ("prog to_inside", 1, "map bare: its definition does not say what"),
        ("prog to_inside --inner bare:1=other", 1, "map bare: its definition"),
        ("prog to_inside --inner bare:1=lengths", 1, "map bare: its defin")))
    for more in "prog plain", "prog counter --entries lengths=4", \
            "prog to_port --entries ports=2":
        run("%s %s %s pin %s/sized" % (FLOWNIC, words, more, PINS))
        there = sorted(os.listdir(PINS + "/sized"))
        tap.equal(there, sorted([more.split()[1]] + [
            w.split("=")[0] for w in more.split() if "=" in w]),
            "%s: it has its maps alone" % more)
        run("%s unload dev %s pin %s/sized" % (FLOWNIC, lower.DEVS[1], PINS))
    run("%s %s prog to_inside --inner bare:1=inside pin %s/sized" % (
        FLOWNIC, words, PINS))
    tap.ok(any(bpftool("map dump pinned %s/sized/bare" % PINS)),
           "--inner says what maps a map of maps takes, and puts one there")
    run("%s unload dev %s pin %s/sized" % (FLOWNIC, lower.DEVS[1], PINS))


def test_words(tap):
    """What can't be is told in words of the one who wants it."""
    words = "load %s/build/lower/" % TOP
    refuses(tap, words + "filter.o dev lo", (
        ("", 1, "lo takes no programs, as ports of a card do"),
        ("mode offload", 1, "mode native is for other netdevs")))
    refuses(tap, words + "tails.o dev %s mode native prog" % lower.DEVS[1], (
        ("to_nothing --tail empty:4=again", 1,
         "--tail: empty has indices 0 to 3"),))
    tap.ok(not os.path.exists("/sys/fs/bpf/flownic/lo") and
           not attached(lower.DEVS[1]), "and nothing is left")


def pins():
    return os.listdir(PINS + "/killed") if os.path.exists(
        PINS + "/killed") else []


def kill_at(words, sig, count):
    """Loads, and sends a signal as soon as there are so many pins."""
    p = subprocess.Popen("exec " + words, shell=True, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
    while p.poll() is None and len(pins()) < count:
        pass
    if p.poll() is None:
        p.send_signal(sig)
    return p.wait()


def test_killed(tap):
    dev = lower.DEVS[0]
    mode = "offload" if lower.HAS_CARD else "native"
    obj, prog = ("host", "routed") if lower.HAS_CARD else ("filter", "filter")
    words = "%s load %s/build/lower/%s.o prog %s dev %s mode %s pin %s/killed" \
        % (FLOWNIC, TOP, obj, prog, dev, mode, PINS)
    wrong, killed = [], 0
    moments = [(signal.SIGKILL, n) for n in range(7)] + \
        [(signal.SIGINT, n) for n in (0, 1, 3)] + [(signal.SIGTERM, 2)]
    for sig, count in moments:
        status = kill_at(words, sig, count)
        killed += status != 0
        left = pins(), attached(dev)
        # A signal that can be caught leaves all or nothing.
        if sig != signal.SIGKILL and bool(left[0]) != bool(left[1]):
            wrong.append("signal %d at %d: status %d, %r" % (
                sig, count, status, left))
        run("%s unload dev %s pin %s/killed" % (FLOWNIC, dev, PINS),
            check=False)
        if pins() or attached(dev):
            wrong.append("signal %d at %d: unload leaves %r, %r of %r" % (
                sig, count, pins(), attached(dev), left))
    tap.ok(not wrong, "killed loads are taken away", *wrong)
    tap.ok(killed > 2, "%d of %d loads were killed" % (killed, len(moments)))
    run(words)
    run("%s unload dev %s pin %s/killed" % (FLOWNIC, dev, PINS))
    tap.ok(not pins() and not attached(dev), "and the next is as ever")


def main():
    tap = Tap()
    run("mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf")
    os.sched_setaffinity(0, {0})
    if lower.HAS_CARD:
        set_up()
        test_ingress(tap)
    test_unsized(tap)
    test_words(tap)
    test_control_plane(tap)
    test_killed(tap)
    tap.done()


main()
