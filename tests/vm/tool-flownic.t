#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The tool: what it shows is so, in text and JSON; what it can't do it says in
one line, with the exit status that says whose fault it is."""

import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bpf import *  # noqa: E402,F403
from nic import *  # noqa: E402,F403


def tool(words, prefix=""):
    p = subprocess.run("%s%s %s" % (prefix, FLOWNIC, words), shell=True,
                       text=True, stdin=subprocess.DEVNULL,
                       capture_output=True)
    return p.returncode, p.stdout, p.stderr


def data(words):
    status, out, err = tool("-j " + words)
    if status:
        raise Failed("flownic -j %s: status %d: %s" % (words, status, err))
    return json.loads(out)


def says(tap, words, status, pattern, prefix=""):
    """It must end with the status, and one line on stderr that matches."""
    got, out, err = tool(words, prefix)
    lines = err.splitlines()
    tap.ok(got == status and len(lines) == 1 and not out and
           lines[0].startswith("flownic: ") and re.search(pattern, lines[0]),
           "flownic %s: status %d, %s" % (words, status, pattern),
           "status %d" % got, "stdout: " + out, "stderr: " + err)


def test_usage(tap):
    for words in ("frobnicate", "card", "card frob", "dump"):
        says(tap, words, 2, "known: ")
    for words, why in (("show port frob 1", "known: card, port, dev"),
                       ("show prog id x", "number"),
                       ("show prog id", "missing"),
                       ("show prog id 1 id 2", "twice"),
                       ("stats watch 0", "seconds"),
                       ("stats watch 1 count 0x", "number"),
                       ("card add ports x1", "number"),
                       ("card add ports 4294967297", "number"),
                       ("card add ports -1", "-1.*no such option"),
                       ("show --frob", "--frob.*option"),
                       ("show -x", "-x.*option"),
                       ("card del", "missing"),
                       ("dump image", "missing")):
        says(tap, words, 2, why)
    status, out, err = tool("")
    tap.ok(status == 2 and out.startswith("usage: ") and not err,
           "flownic alone prints its usage", status, out, err)
    for words, why in (("show id 999999", "no card, port.* id 999999"),
                       ("show name nosuch dev fn0p0", "no card, port"),
                       ("show card card 9", "no card .*9"),
                       ("show prog id 999999", "no prog"),
                       ("show port dev eth77", "no port"),
                       ("dump prog id 999999", "no program"),
                       ("dump prog dev fn0p0", "runs no program"),
                       ("dump image /etc/passwd", "image"),
                       ("dump image /nowhere", "No such file"),
                       ("card add ports 0", "1 to 16 ports"),
                       ("card add ports 17", "1 to 16 ports"),
                       ("card add workers 99", "0 to 16 workers"),
                       ("card del 77", "no card 77")):
        says(tap, words, 1, why)
    status, out, err = tool("help")
    tap.ok(status == 0 and "flownic show" in out and not err, "help helps")
    tap.equal(tool("sh po card 0")[1], tool("show port card 0")[1],
              "words may be abbreviated")


def test_show(tap):
    cards = data("show")
    tap.equal([(c["card"], len(c["ports"]), len(c["workers"])) for c in cards],
              [(0, 2, 1)], "there is card 0 with two ports and a worker")
    ports = {p["port"]: p for p in data("show port")}
    tap.equal([(p["ifname"], p["cable_ifname"], p["ifindex"])
               for p in ports.values()],
              [("fn0p%d" % n, "fn0w%d" % n, ifindex("fn0p%d" % n))
               for n in (0, 1)], "its ports have their names")
    tap.ok("cable_netns" in ports[0] and "netns" not in ports[0],
           "a cable end in another namespace is shown as such", ports[0])
    text = tool("show")[1]
    for word in "card 0", "fn0p0", "fn0w1", "worker 0":
        tap.ok(word in text, "the text names %s" % word, text)


def test_cards(tap):
    card = data("card add ports 3 workers 2")["card"]
    shown = data("show card card %d" % card)[0]
    tap.equal((shown["nports"], shown["nworkers"]), (3, 2),
              "a card with three ports and two workers can be added")
    tap.equal([p["ifname"] for p in data("show port card %d" % card)],
              ["fn%dp%d" % (card, n) for n in range(3)],
              "its netdevs are there")
    tap.equal(tool("card del %d" % card), (0, "", ""), "and removed")
    tap.ok(not os.path.exists("/sys/class/net/fn%dp0" % card),
           "its netdevs are gone")


def test_permission(tap):
    status, out, err = tool("show", NOBODY)
    tap.ok(status == 0 and "card 0" in out and "fn0p0" in out,
           "anyone may look at cards and ports", err)
    says(tap, "card add", 1, "CAP_NET_ADMIN", NOBODY)
    says(tap, "card del 0", 1, "CAP_NET_ADMIN", NOBODY)
    says(tap, "show", 1, "not loaded.*namespace",
         "ip netns exec %s " % PEER)


def send(count):
    before = stats("fn0p0")["mac_rx_frames"]
    sender = Sender("fn0w0", PEER)
    for n in range(count):
        sender.send(mark(n))
    sender.close()
    return awaited(lambda: stats("fn0p0")["mac_rx_frames"] == before + count)


def test_stats(tap):
    with Prog(returns(DROP), ifindex("fn0p0"), name="dropper") as prog:
        link = prog.link(ifindex("fn0p0"))
        tap.ok(send(10), "ten frames came in")
        awaited(lambda: stats("fn0p0").get("offload_xdp_drop") == 10)
        s = data("stats dev fn0p0")
        port = s["ports"][0]
        ethtool = stats("fn0p0")
        differ = {k: v for k, v in port["counters"].items()
                  if ethtool.get(k) != v}
        tap.equal(differ, {}, "counters are those of ethtool -S")
        tap.equal((port["counters"]["offload_xdp_drop"],
                   port["modelled"]["packets"]), (10, 10),
                  "ten packets were dropped by the card")
        tap.ok(port["modelled"]["cycles_per_packet"] > 0 and
               port["modelled"]["packets_per_second"] > 1e5,
               "the modelled card has a rate", port["modelled"])
        tap.ok(s["workers"][0]["frames"] >= 10, "the worker handled them",
               s["workers"])
        text = tool("stats dev fn0p0")[1]
        tap.ok("offload_xdp_drop" in text and "packets/s" in text,
               "the text has it, too", text)
        shown = data("show prog id %d" % prog.id)[0]
        tap.equal((shown["name"], shown["attached"],
                   shown["counters"]["drop"]), ("dropper", [0], 10),
                  "the program is shown with its verdicts")
        lines = tool("-j stats watch 0.05 count 3")[1].splitlines()
        tap.equal([len(json.loads(l)["ports"]) for l in lines], [2, 2, 2],
                  "watching gives a line each time")
        link.close()


def test_dump(tap):
    path = "/tmp/image"
    with Map(HASH, 4, 8, 16, ifindex("fn0p0"), name="table") as m:
        code = (store_imm(W, 10, -4, 0) + mov_reg(2, 10) + alu(ADD, 2, -4) +
                map_fd(1, m.fd) + call(1) + returns(PASS))
        with Prog(code, ifindex("fn0p0"), name="looker") as prog:
            d = data("dump prog id %d" % prog.id)
            n = len(code) // 8
            tap.equal(d["ninsns"], n, "the dump knows the BPF instructions")
            tap.ok(all(w.get("insn", 0) < n for w in d["code"]),
                   "every word comes from one of them")
            texts = [i["text"] for i in d["bpf"]]
            tap.equal(texts, ["*(u32 *)(r10 -4) = 0", "r2 = r10", "r2 += -4",
                              "r1 = map[0]", "call map_lookup_elem#1",
                              "r0 = 2", "exit"],
                      "they are printed as they were given")
            tap.equal([(s["name"], s["type"], s["id"]) for s in d["maps"]],
                      [("table", "hash", m.id)], "the map slot is resolved")
            text = tool("dump prog name looker")[1]
            for word in "call map_lookup_elem#1", "helper map_lookup_elem", \
                    "map[0]: hash":
                tap.ok(word in text, "the text has " + word, text)
            words = re.findall(r"^ +\d+ [ |] ([0-9a-f]{16})  ",
                               tool("dump prog name looker opcodes")[1], re.M)
            tap.equal(words, [w["word"][2:] for w in d["code"]],
                      "opcodes adds the words")
            run("%s dump prog id %d file %s" % (FLOWNIC, prog.id, path))
            with open(path, "rb") as f:
                saved = f.read()
            tap.ok(saved == prog.image(),
                   "the image in the file is what bpf(2) hands out")
            tap.equal(data("dump image " + path)["code"], d["code"],
                      "and reads as the same code")
            says(tap, "dump prog id %d" % prog.id, 1, "CAP_SYS_ADMIN", NOBODY)
            for cut in range(0, len(saved), 9):
                with open(path, "wb") as f:
                    f.write(saved[:cut])
                if tool("dump image " + path)[0] != 1:
                    tap.ok(False, "an image cut to %d bytes is refused" % cut)
            tap.ok(True, "cut images are refused")


def test_large(tap):
    code = mov(0, 0) + alu(ADD, 0, 1) * 60000 + returns(PASS)
    with Prog(code, ifindex("fn0p0"), name="large", log=0) as prog:
        d = data("dump prog id %d" % prog.id)
        tap.equal((len(d["bpf"]), d["ninsns"]), (60003, 60003),
                  "a program of 60,003 instructions is dumped whole")
        status, _, err = tool("dump prog id %d | head -n 1" % prog.id)
        tap.equal((status, err), (0, ""), "a reader may stop reading")
    p = subprocess.run(FLOWNIC + " show >/dev/full", shell=True, text=True,
                       capture_output=True)
    tap.ok(p.returncode == 1 and "No space" in p.stderr,
           "a full disk is an error", p.stderr)


def as_found(dev):
    """What flownic bench changes for a while."""
    return [run("cat /sys/class/net/%s/%s" % (dev, name), check=False)
            for name in ("flags", "mtu", "threaded")]


def test_bench(tap):
    drop = TOP + "/build/bpf/drop.o"
    says(tap, "bench " + drop, 1, "initial network namespace")
    card = data("card add ports 2")["card"]
    port = "fn%dp0" % card
    before = as_found(port)
    got = data("bench %s --dev %s --modes all --packets 64 --rounds 1 "
               "--size 2000" % (drop, port))["results"]
    decided = {r["mode"]: r["verdicts"] for r in got if "verdicts" in r}
    for mode in ("generic", "native", "offload", "veth-generic",
                 "veth-native", "run"):
        tap.equal(decided.get(mode, {}).get("drop"), 1 if mode == "run" else 64,
                  "bench: all packets are dropped in mode " + mode)
    for mode in "none", "veth-none":
        tap.equal(decided.get(mode, {}).get("pass"), 64,
                  "bench: all packets pass in mode " + mode)
    tap.equal(as_found(port), before, "bench: the port is as it was")
    with open("/tmp/wrong", "w") as f:
        f.write("0 tx 60\n")
    says(tap, "bench %s --dev %s --modes native --verdicts /tmp/wrong" % (
        drop, port), 1, "of 1 packets 1 must reach the host, 1 be sent back")
    says(tap, "bench %s --dev %s" % (drop, port), 1, "try as root", NOBODY)
    tool("card del %d" % card)


def main():
    tap = Tap()
    set_up()
    for test in (test_usage, test_show, test_cards, test_permission,
                 test_stats, test_dump, test_large, test_bench):
        test(tap)
    run("rmmod flownic")
    says(tap, "show", 1, "insmod flownic.ko")
    tap.done()


main()
