#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
#
# vm: -t 600
"""Hash maps on the card that are told to be LRU maps and LPM tries: bpf(2) does with
them what it does with the host's kinds; they hold under traffic; what can't be is
refused with the reason. flownic map shows them and changes them."""

import os
import random
import struct
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bpf import *  # noqa: E402,F403
from nic import *  # noqa: E402,F403

OBJ = TOP + "/build/lower/kinds.o"
TABLE = TOP + "/build/lower/table.o"
PORT = 0  # its ifindex


def kind(m, name, check=True):
    return run("%s map kind id %d %s" % (FLOWNIC, m.id, name), check=check)


def made(name, key, value, entries):
    m = Map(HASH, key, value, entries, PORT)
    kind(m, name)
    return m


def outcome(fn, *args):
    """What it returns, or the name of the error."""
    try:
        return fn(*args)
    except BpfError as e:
        return errno.errorcode.get(e.errno, e.errno)


def prefix(size):
    """Few different ones, that have much in common; some too long."""
    bits = random.choice((random.randint(0, 8 * size), 8 * size,
                          8 * size + random.randint(1, 9)))
    return struct.pack("<I", bits) + bytes(
        random.choice((0, 0, 255, random.getrandbits(8)))
        for _ in range(size))


def compare(tap, name, host, card, keys, ops, ordered):
    """The same operations on both."""
    wrong = []
    for n in range(ops):
        key, value = keys(), struct.pack("<Q", n)
        flags = random.choice((ANY, ANY, NOEXIST, EXIST, 3))
        what, args = random.choice((
            ("update", (key, value, flags)), ("update", (key, value, flags)),
            ("delete", (key,)), ("lookup", (key,)), ("next", (key,))))
        if what == "next" and not ordered:
            continue
        got, want = (outcome(getattr(m, what), *args) for m in (card, host))
        if got != want:
            wrong.append("%d: %s %s: %r, expected %r" % (
                n, what, [a.hex() if isinstance(a, bytes) else a
                          for a in args], got, want))
        if n % 100 == 0:
            got, want = ([k.hex() for k in m.keys()] for m in (card, host))
            if not ordered:
                got, want = sorted(got), sorted(want)
            if got != want:
                wrong.append("%d: keys %r, expected %r" % (n, got, want))
    tap.ok(not wrong, "%s: %d operations as on the host" % (name, ops),
           *wrong[:5])


def test_syscalls(tap):
    random.seed(1)
    for size, entries, ops in (4, 24, 3000), (1, 8, 1500), (16, 40, 1500):
        host = Map(LPM_TRIE, 4 + size, 8, entries, flags=F_NO_PREALLOC)
        card = made("lpm_trie", 4 + size, 8, entries)
        compare(tap, "LPM trie, %d bits" % (8 * size), host, card,
                lambda: prefix(size), ops, True)
        host.close()
        card.close()
    host, card = Map(LRU_HASH, 4, 8, 1000), made("lru_hash", 4, 8, 1000)
    compare(tap, "LRU map", host, card,
            lambda: struct.pack("<I", random.randrange(40)), 3000, False)
    host.close()
    card.close()


def test_eviction(tap):
    """There is always room; what is kept is what came, or was set, last."""
    m = made("lru_hash", 4, 8, 64)
    errors = [n for n in range(1000) if attempt(
        m.update, struct.pack("<I", n), struct.pack("<Q", n))]
    tap.equal(errors, [], "no insertion into a full LRU map fails")
    left = sorted(struct.unpack("<I", k)[0] for k in m.keys())
    tap.equal(left, list(range(936, 1000)), "the last 64 are left")
    for n in range(1000, 1063):
        m.update(struct.pack("<I", 940), bytes(8))
        m.update(struct.pack("<I", n), bytes(8))
    left = [struct.unpack("<I", k)[0] for k in m.keys()]
    tap.ok(940 in left and len(left) == 64, "what is in use stays", left)
    m.close()


def says(tap, m, name, why):
    said = refused("%s map kind id %d %s" % (
        FLOWNIC, m if isinstance(m, int) else m.id, name))
    tap.ok(said and re.search(why, said), "refused: " + why, said)


def test_refused(tap):
    with Map(HASH, 4, 8, 4, PORT) as m:
        says(tap, m, "lpm_trie", "key size 4: the key of an LPM trie has 5 to")
        says(tap, m, "devmap", "lru_hash or lpm_trie is expected")
        tap.ok("CAP_NET_ADMIN" in (refused(
            NOBODY + "%s map kind id %d lru_hash" % (FLOWNIC, m.id)) or ""),
            "refused to a user")
        attempt(m.lookup, bytes(4))
        kind(m, "lru_hash")
        says(tap, m, "lru_hash", "is an lru_hash: the kind of a map is chosen")
        m.update(bytes(4), bytes(8))
        shown = [x for x in json.loads(run(FLOWNIC + " -j show map"))
                 if x.get("bpf_id", x.get("id")) == m.id]
        tap.ok("lru_hash" in json.dumps(shown), "flownic show tells the kind",
               shown)
    with Map(HASH, 8, 8, 4, PORT) as m:
        m.update(bytes(8), bytes(8))
        m.delete(bytes(8))
        says(tap, m, "lpm_trie", "map map has been written to")
    with Map(HASH, 8, 8, 4, PORT) as m:
        with Prog(map_fd(1, m.fd) + returns(PASS), PORT):
            says(tap, m, "lpm_trie", "a program has used it")
        says(tap, m, "lpm_trie", "a program has used it")
    with Map(ARRAY, 4, 8, 4, PORT) as m:
        says(tap, m, "lru_hash", "is of type array: only hash maps")
    with Map(HASH, 8, 8, 4) as m:
        says(tap, m, "lru_hash", "no card has a map with BPF id")
    says(tap, 0, "lru_hash", "no card has a map with BPF id 0")
    with Map(HASH, 300, 8, 4, PORT) as m:
        says(tap, m, "lpm_trie", "key size 300")


# key = 4 bytes of the frame at 14 (behind them 4 of 0 for a trie)
def user(m, trie):
    """Looks up what the frame names, and sets it; aborts if that fails."""
    code = load(W, 2, 1) + load(W, 3, 1, 4) + mov_reg(4, 2) + \
        alu(ADD, 4, 34) + jump_reg(JGT, 4, 3, 25 if not trie else 26)
    code += load(W, 5, 2, 14) + store(W, 10, -4, 5)
    if trie:
        code += store_imm(W, 10, -8, 32)
    at = -8 if trie else -4
    code += store(DW, 10, -16, 5) + map_fd(1, m.fd) + mov_reg(2, 10) + \
        alu(ADD, 2, at) + call(1) + jump(JEQ, 0, 0, 3) + \
        load(DW, 1, 0) + alu(ADD, 1, 1) + store(DW, 10, -16, 1)
    code += map_fd(1, m.fd) + mov_reg(2, 10) + alu(ADD, 2, at) + \
        mov_reg(3, 10) + alu(ADD, 3, -16) + mov(4, ANY) + call(2) + \
        jump(JNE, 0, 0, 2) + mov(0, DROP) + EXIT + mov(0, ABORTED) + EXIT + \
        mov(0, PASS) + EXIT
    return code


def busy(m, keys, until, errors, allowed):
    """The host does all it can, too, until the traffic has gone through."""
    random.seed(2)
    while not until.is_set():
        key = keys()
        what = random.choice(("update", "delete", "lookup", "next"))
        args = (key, bytes(8)) if what == "update" else (key,)
        got = outcome(getattr(m, what), *args)
        if isinstance(got, str) and got not in allowed:
            errors.append("%s: %s" % (what, got))


def test_traffic(tap, name, trie, entries):
    m = made(name, 8 if trie else 4, 8, entries)
    head = struct.pack("<I", 32) if trie else b""

    def key():
        return head + struct.pack("<I", random.randrange(200))

    until, errors = threading.Event(), []
    prog = Prog(user(m, trie), PORT)
    with prog.link(PORT):
        thread = threading.Thread(target=busy, args=(
            m, key, until, errors, ("ENOENT", "ENOSPC")))
        thread.start()
        before = stats("fn0p0")
        sender = Sender("fn0w0", PEER)
        count = 3000
        for n in range(count):
            sender.send(mac(HOST_MAC) + mac(PEER_MAC) + b"\x88\xb5" +
                        struct.pack("<I", n * 7 % 200) + bytes(50))
        says(tap, m, "lpm_trie" if not trie else "lru_hash",
             "the kind of a map is chosen once")

        def decided():
            now = stats("fn0p0")
            return [now["offload_xdp_" + v] - before["offload_xdp_" + v]
                    for v in ("drop", "aborted", "pass")]

        tap.ok(awaited(lambda: sum(decided()) >= count, tries=200),
               "%s of %d: all frames are decided" % (name, entries), decided())
        until.set()
        thread.join()
        drop, aborted, other = decided()
        sender.close()
    tap.equal(errors, [], "  the host's calls do what they may")
    if trie and entries < 200:
        tap.ok(drop + aborted == count and drop, "  a full trie says so",
               drop, aborted, other)
    else:
        tap.equal([aborted, other], [0, 0], "  no update of a program fails")
    tap.ok(len(set(m.keys())) == len(m.keys()) <= entries,
           "  at most %d entries, each once" % entries, len(m.keys()))
    prog.close()
    for k in m.keys():
        m.delete(k)
    full = [n for n in range(entries + 3) if attempt(
        m.update, head + struct.pack("<I", n), bytes(8))]
    tap.equal(full, list(range(entries, entries + 3)) if trie else [],
              "  none was lost or doubled")
    m.close()


def tool(words, check=True):
    return run("%s %s dev fn0p0" % (FLOWNIC, words), check=check)


def data(words):
    return json.loads(tool("-j " + words))


def test_tool(tap):
    """flownic map, by the types of the program."""
    run("%s load %s dev fn0p0" % (FLOWNIC, TABLE))
    shown = {m["name"]: m for m in data("map show")}
    tap.equal([(shown[n]["type"], shown[n]["kernel_type"])
               for n in ("routes", "flows")],
              [("lpm_trie", "hash"), ("lru_hash", "hash")],
              "maps are what the program says")
    tap.ok("routes: lpm_trie" in tool("map show"), "and for people")
    tool("map update routes key 10.0.0.0/8 value 7")
    tool("map update routes key 10.1.0.0/16 value 8")
    tap.equal([data("map lookup routes key 10.%s" % a)["value"]
               for a in ("9.9.9", "1.2.3")], [7, 8], "prefixes are found")
    tap.equal([(e["text"], e["value"]) for e in data("map dump routes")],
              [("10.1.0.0/16", 8), ("10.0.0.0/8", 7)], "in their order")
    tap.ok("10.1.0.0/16: 8" in tool("map dump routes"), "and for people")
    tool("map update flows key 5 value '{\"packets\": 3, \"bytes\": 180}'")
    tap.equal(data("map lookup flows key 5")["value"],
              {"packets": 3, "bytes": 180}, "values by their types")
    tool("map delete flows key 5")
    complain(tap, (
            ("map lookup flows key 5", "it has no such entry"),
            ("map update flows key 5 value '{}' exist", "no such entry"),
            ("map update routes key 10.0.0.0/8 value 1 noexist",
             "such an entry already"),
            ("map update routes key 10.0.0.0/33 value 1", "a prefix is"),
            ("map update routes key hex:210000000a000000 value 1", "longer"),
            ("map lookup routes key 10.0.0", "a prefix is expected, like 10"),
            ("map lookup routes key 10.0.0.0/x", "a prefix is expected"),
            ("map update flows key 5 value 3", "16 bytes are expected"),
            ("map update flows key 5 value '{\"x\": 1}'", "no member x"),
            ("map update flows key 5000000000 value '{}'", "too few"),
            ("map update flows key hex:00 value '{}'", "1 bytes; 4 are"),
            ("map dump nothing", "No such file"),
            ("map dump table", "is no map"),
            ("map lookup flows", "key KEY"),
            ("map frobnicate flows", "show, dump, lookup")))
    run("%s unload dev fn0p0" % FLOWNIC)


def complain(tap, cases):
    for words, why in cases:
        said = refused("%s %s dev fn0p0" % (FLOWNIC, words))
        tap.ok(said and re.search(why, said), "refused: " + words, said)


def test_tool_percpu(tap):
    said = refused("%s load %s prog last dev fn0p0" % (FLOWNIC, OBJ))
    if said and "requires BPF JIT compiler" in said:
        tap.skip("per-CPU maps", "this kernel refuses the card programs that "
                 "ask for the number of their core")
    else:
        tap.ok(not said, "per-CPU maps are loaded", said)
        per_core(tap)
        run("%s unload dev fn0p0" % FLOWNIC)
    run("%s load %s prog lru_percpu dev fn0p0 mode native" % (FLOWNIC, OBJ))
    tool("map update cpu_flows key 9 value '{\"packets\": 2}'")
    entry = data("map lookup cpu_flows key 9")
    tap.equal(entry["value"]["packets"], 2 * len(entry["cores"]),
              "the host's own maps likewise")
    run("%s unload dev fn0p0" % FLOWNIC)


def per_core(tap):
    shown = {m["name"]: m for m in data("map show")}
    tap.equal([(shown[n]["type"], shown[n]["kernel_type"])
               for n in ("cpu_flows", "verdicts")],
              [("lru_percpu_hash", "hash"), ("percpu_array", "array")],
              "maps are what the program says")
    tool("map update cpu_flows key 9 value '{\"packets\": 2}'")
    tool("map update cpu_flows key 9 value '{\"bytes\": 60}' core 1")
    entry = data("map lookup cpu_flows key 9")
    cores = shown["cpu_flows"]["cores"]
    tap.equal([entry["value"], entry["cores"][:2], len(entry["cores"])],
              [{"packets": 2 * cores - 2, "bytes": 60},
               [{"packets": 2, "bytes": 0}, {"packets": 0, "bytes": 60}],
               cores], "per core and summed")
    tap.ok("  core 1: " in tool("map dump cpu_flows"), "and for people")
    complain(tap, (
        ("map update cpu_flows key 9 value '{}' core 99", "from 0"),
        ("map delete verdicts key 1", "an array has all its entries"),
        ("map update verdicts key 9 value 1", "its keys are 0 to max")))


def main():
    global PORT
    tap = Tap()
    run("mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf")
    set_up()
    PORT = ifindex("fn0p0")
    test_syscalls(tap)
    test_eviction(tap)
    test_refused(tap)
    test_traffic(tap, "lpm_trie", True, 256)
    test_traffic(tap, "lpm_trie", True, 50)
    test_traffic(tap, "lru_hash", False, 40)
    test_traffic(tap, "lru_hash", False, 1)
    test_tool(tap)
    if os.cpu_count() > 1:
        test_tool_percpu(tap)
    tap.done()


main()
