#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Each row of the tables of docs/errors.md is provoked: the sentence is said
where the document has it, flownic show errors has it with the errno, and the
tracepoint fires. A row that nothing provokes, or the other way round, fails."""
# needs: trace

import os
import re
import resource
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tc import *  # noqa: E402,F403

DOC = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                   "../../docs/errors.md")
KNOBS = "/sys/kernel/debug/flownic/flownic0/"
TRACE = "/sys/kernel/tracing/"
TC_ADD = "tc filter add dev fn0p0 ingress prio 1 handle 1 "
XDP_SET = "ip link set dev fn0p0 "


def rows():
    """The document's rows: name, errno and sentences as patterns."""
    out = {}
    with open(DOC) as f:
        for line in f:
            m = re.match(r"\| ([a-z]\d+) \|.*\| (E\w+) \| (.*?) ?\|$", line)
            if m:
                texts = re.findall(r"`([^`]+)`", m[3])
                out[m[1]] = m[2], [re.escape(t).replace("…", ".*")
                                   for t in texts]
    return out


def errors():
    return json.loads(run(FLOWNIC + " -j show errors dev fn0p0"))


class Said:
    """What was answered: a text, an errno if it is known."""

    def __init__(self, text, number=None):
        self.text, self.number = text, number


def by_command(command):
    said = refused(command)
    return Said(said or "accepted")


def by_call(fn, *args, **more):
    e = attempt(fn, *args, **more)
    return Said(e.log, e.errno) if e else Said("accepted", 0)


def load_prog(code, kind=XDP, where="fn0p0"):
    return by_call(Prog, code, ifindex(where), kind)


def make_map(*shape, **more):
    return by_call(Map, *shape, ifindex=ifindex("fn0p0"), **more)


class Pinned(Fd):
    """A program that commands can name."""

    def __init__(self, where=0, kind=XDP, code=returns(PASS)):
        prog = Prog(code, where, kind)
        super().__init__(prog.fd)
        self.path = prog.pin("/sys/fs/bpf/errors-%d" % prog.id)

    def close(self):
        super().close()
        if os.path.exists(self.path):
            os.unlink(self.path)


def knob(path, value):
    with open(KNOBS + path, "w") as f:
        f.write(value)


class Knob:
    def __init__(self, path, value, before):
        self.path, self.value, self.before = path, value, before

    def __enter__(self):
        knob(self.path, self.value)

    def __exit__(self, *why):
        knob(self.path, self.before)


def other_card():
    return json.loads(run(FLOWNIC + " -j card add"))["card"]


# ---- programs

def p5():
    with Map(ARRAY, 4, 8, 4, name="host") as host:
        return load_prog(store_imm(W, 10, -4, 0) + mov_reg(2, 10) +
                         alu(ADD, 2, -4) + map_fd(1, host.fd) + call(1) +
                         returns(PASS))


# ---- XDP programs

def xdp(program, mode="offload", force=""):
    return by_command("ip %s link set dev fn0p0 xdp%s pinned %s" % (
        force, mode, program.path))


def x1():
    with Pinned() as p:
        return xdp(p)


def x2(attach=xdp, kind=XDP):
    card = other_card()
    with Pinned(ifindex("fn%dp0" % card), kind) as p:
        said = attach(p)
        run("%s card del %d" % (FLOWNIC, card))
    return said


def x3():
    card = other_card()
    with Pinned(ifindex("fn%dp0" % card)) as p:
        run("%s card del %d" % (FLOWNIC, card))
        return xdp(p)


def x4():
    with Pinned(ifindex("fn0p0")) as p:
        return xdp(p, "drv")


def x5():
    with Pinned(ifindex("fn0p0")) as p:
        run(XDP_SET + "xdpoffload pinned " + p.path)
        said = xdp(p)
        run(XDP_SET + "xdpoffload off")
    return said


def x6():
    with Pinned() as p:
        run(XDP_SET + "xdpdrv pinned " + p.path)
        said = xdp(p, "generic", "-force")
        run(XDP_SET + "xdpdrv off")
    return said


# ---- filters

def add(program, words="skip_sw", da="da"):
    return by_command(TC_ADD + "bpf %s object-pinned %s %s" % (
        da, program.path, words))


def f1():
    offload("fn0p0", False)
    with Pinned(ifindex("fn0p0"), SCHED_CLS) as p:
        said = add(p)
    offload("fn0p0")
    return said


def f3():
    with Pinned(0, SCHED_CLS) as p:
        said = add(p)
        # In software, nobody is told but who looks.
        before = len(errors())
        run(TC_ADD + "bpf da object-pinned " + p.path)
        run("tc filter del dev fn0p0 ingress")
    if len(errors()) == before:
        said.text = "nothing in flownic show errors without skip_sw"
    return said


def f5():
    with Pinned(ifindex("fn0p0"), SCHED_CLS) as p:
        return by_command("tc filter add dev fn0p0 ingress protocol ip prio 1 "
                          "bpf da object-pinned %s skip_sw" % p.path)


def f6():
    with Pinned(ifindex("fn0p0"), SCHED_CLS) as p:
        return add(p, "skip_sw action drop", "")


def f7():
    one = Filter(returns(OK))
    said = by_command("tc filter add dev fn0p0 ingress prio 1 handle 2 bpf da "
                      "object-pinned %s skip_sw" % one.pin)
    one.remove()
    return said


def f8():
    many = [Filter(returns(UNSPEC), prio=n + 1) for n in range(16)]
    with Pinned(ifindex("fn0p0"), SCHED_CLS) as p:
        said = by_command("tc filter add dev fn0p0 ingress prio 99 bpf da "
                          "object-pinned %s skip_sw" % p.path)
    for f in many:
        f.remove()
    return said


def f10():
    with Pinned(ifindex("fn0p0"), SCHED_CLS) as p:
        return by_command("tc filter add dev fn0p0 ingress chain 1 prio 1 bpf "
                          "da object-pinned %s skip_sw" % p.path)


def f11():
    one = Filter(returns(OK))
    said = by_command("ethtool -K fn0p0 hw-tc-offload off")
    said.text = errors()[-1]["text"] if said.text != "accepted" else said.text
    offload("fn0p0")
    one.remove()
    return said


def f12():
    run("tc filter add dev fn0p0 ingress prio 1 protocol ip u32 skip_sw "
        "match ip dst 192.0.2.1 action drop")
    in_hw = "not_in_hw" not in run("tc filter show dev fn0p0 ingress")
    run("tc filter del dev fn0p0 ingress")
    return Said("taken" if in_hw else errors()[-1]["text"])


# ---- maps

def m12():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (2048, max(hard, 2048)))
    made = [Map(ARRAY, 4, 8, 1, ifindex("fn0p0")) for _ in range(1024)]
    said = make_map(ARRAY, 4, 8, 1)
    for m in made:
        m.close()
    return said


# ---- knobs

def t1():
    with Knob("bpf_bind_accept", "N", "Y"):
        return load_prog(returns(PASS))


def t2():
    with Knob("bpf_bind_verifier_accept", "N", "Y"):
        return load_prog(returns(PASS))


def t3():
    with Knob("ports/0/bpf_map_accept", "N", "Y"):
        return make_map(ARRAY, 4, 8, 1)


def t4():
    with Knob("ports/0/bpf_tc_accept", "N", "Y"), \
            Pinned(ifindex("fn0p0"), SCHED_CLS) as p:
        return add(p)


def t5():
    with Knob("ports/0/bpf_xdpdrv_accept", "N", "Y"), Pinned() as p:
        return xdp(p, "drv")


def t6():
    with Knob("ports/0/bpf_xdpoffload_accept", "N", "Y"), \
            Pinned(ifindex("fn0p0")) as p:
        return xdp(p)


def t7():
    with Knob("bpf_one_program", "Y", "N"), Pinned(ifindex("fn0p0")) as p, \
            Pinned(ifindex("fn0p0"), SCHED_CLS) as cls:
        run(XDP_SET + "xdpoffload pinned " + p.path)
        said = add(cls)
        run(XDP_SET + "xdpoffload off")
    return said


def t8():
    one = Filter(returns(OK))
    with Knob("bpf_one_program", "Y", "N"), Pinned(ifindex("fn0p0")) as p:
        said = xdp(p)
    one.remove()
    return said


def t9():
    with Knob("ports/0/xdp_max_mtu", "1000", "0"), Pinned() as p:
        return xdp(p, "drv")


READS_TYPE = load(W, 0, 1, 4) + returns(OK)
PROVOKE = {
    "p1": lambda: load_prog(call(35) + returns(PASS)),
    "p2": lambda: load_prog(call(35) + returns(PASS)),
    "p3": lambda: load_prog(READS_TYPE, SCHED_CLS),
    "p4": lambda: load_prog(mov(1, 1) + mov(2, 1) + call(23) + EXIT,
                            SCHED_CLS),
    "p5": p5,
    "p6": lambda: load_prog(returns(PASS), 1),
    "x1": x1, "x2": x2, "x3": x3, "x4": x4, "x5": x5, "x6": x6,
    "f1": f1,
    "f2": lambda: by_command(TC_ADD + "bpf da bytecode "
                             "'1,6 0 0 4294967295,' skip_sw"),
    "f3": f3, "f4": lambda: x2(add, SCHED_CLS), "f5": f5, "f6": f6, "f7": f7,
    "f8": f8,
    "f9": lambda: by_command(TC_ADD + "matchall skip_sw action drop"),
    "f10": f10, "f11": f11, "f12": f12,
    "m1": lambda: make_map(PERCPU_HASH, 4, 8, 4),
    "m2": lambda: make_map(ARRAY, 4, 8, 1, flags=F_INNER_MAP),
    "m3": lambda: make_map(HASH, 4, 8, 1, flags=F_MMAPABLE),
    "m4": lambda: make_map(ARRAY, 8, 8, 1),
    "m5": lambda: make_map(HASH, 4096, 8, 4),
    "m6": lambda: make_map(ARRAY, 4, 1 << 22, 1),
    "m7": lambda: make_map(ARRAY, 4, 0, 1),
    "m8": lambda: make_map(HASH, 4, 8, 0),
    "m9": lambda: make_map(HASH, 4, 8, 0xffffffff),
    "m10": lambda: make_map(ARRAY, 4, 1 << 19, 16384),
    "m11": lambda: make_map(HASH, 4, 8, 120000000),
    "m12": m12,
    "t1": t1, "t2": t2, "t3": t3, "t4": t4, "t5": t5, "t6": t6, "t7": t7,
    "t8": t8, "t9": t9,
}
# A sentence of the second line, which is no reason of its own.
ASIDE = {"p2"}
PREFIX = r"^(\\\[flownic\\\]|flownic:)\\ "


def is_ours(name, pattern):
    """The kernel's own sentences have no prefix; of maps there is only one
    place to read them."""
    return name not in ASIDE and (
        re.search(PREFIX, pattern) or name[0] in "mt" or name == "f11")


def check_row(tap, name, number, patterns):
    last = max([e["time_ns"] for e in errors()] or [0])
    said = PROVOKE[name]()
    new = [e for e in errors() if e["time_ns"] > last]
    texts = [said.text] + [e["text"] for e in new[:1]]
    hit = [p for p in patterns for t in texts if re.search(p, t)]
    ours = hit and is_ours(name, hit[0])
    wanted = getattr(errno, number)
    numbers = [n for n in [said.number] + [e["errno"] for e in new[:1] if ours]
               if n is not None]
    tap.ok((hit or not patterns) and all(n == wanted for n in numbers),
           "%s: %s" % (name, number), "expected: one of %s" % patterns,
           "said: %s" % texts, "errno: %s, expected %d" % (numbers, wanted))
    if ours:
        tap.ok(new and re.search(re.sub(PREFIX, "", hit[0]), new[0]["text"]),
               "%s: flownic show errors has it" % name, new)


def main():
    tap = Tap()
    table = rows()
    tap.equal(sorted(table), sorted(PROVOKE),
              "each row is provoked, and nothing else")
    run("tc qdisc add dev fn0p0 clsact")
    offload("fn0p0")
    with open(TRACE + "events/flownic/flownic_refused/enable", "w") as f:
        f.write("1")
    for name, (number, patterns) in table.items():
        check_row(tap, name, number, patterns)
    with open(TRACE + "trace") as f:
        trace = f.read()
    tap.ok(re.search("flownic_refused: card=0 dev=fn0p0 errno=7 map refused: "
                     "key size 4096", trace), "the tracepoint says the same",
           trace[-2000:])
    last = errors()[-1]
    tap.ok(last["pid"] and last["command"] and last["time_ns"],
           "with process and time", last)
    text = run(FLOWNIC + " show --errors")
    tap.equal(len(text.splitlines()), min(len(errors()), 64),
              "a line for each")
    for _ in range(70):
        make_map(HASH, 4096, 8, 4)
    tap.equal(len(errors()), 64, "no more than the last 64 are kept")
    run("tc qdisc del dev fn0p0 clsact")
    tap.done()


main()
