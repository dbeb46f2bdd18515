#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""flownic sim: verdicts and frames are those that the programs promise, which
the VM tests hold the module to as well; the same each time, on every card and
in every number of shards; and what it refuses."""

import json
import os
import shutil
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli import *  # noqa: E402,F403
import oracle  # noqa: E402

TRAFFIC = os.path.join(TOP, "tests", "data", "traffic.pcap")
JUMBO = os.path.join(TOP, "tests", "data", "jumbo.pcap")
GOES_ON = (oracle.PASS, oracle.TX, oracle.REDIRECT)

BACKENDS = [("10.0.0.2", "02:00:00:00:00:02"), ("10.0.0.3", "02:00:00:00:00:03")]


def le(value, size=4):
    return list(value.to_bytes(size, "little"))


def ip(text):
    return list(oracle.ipaddress.ip_address(text).packed)


def lb_maps():
    services, backends = [], []
    for proto in 6, 17:
        for port in 80, 53:
            key = ip("10.0.0.100") + list(port.to_bytes(2, "big")) + [proto, 0]
            services.append({"key": key, "value": le(0) + le(2)})
    for n, (addr, mac) in enumerate(BACKENDS):
        value = ip(addr) + list(bytes.fromhex(mac.replace(":", ""))) + [0, 0]
        backends.append({"key": n, "value": value})
    return {"services": services, "backends": backends}


def firewall_maps():
    return {"blocked_ip4": [{"key": ip("10.0.0.66"), "value": 0}],
            "blocked_ip6": [{"key": ["0x%02x" % b for b in ip("fd00::66")],
                             "value": "00" * 8}]}


# Program, what to expect of it, entries of its maps.
PROGRAMS = (
    ("drop", oracle.Drop, {}),
    ("pass", oracle.Pass, {}),
    ("tx", oracle.Tx, {}),
    ("counters", oracle.Counters, {}),
    ("firewall", lambda: oracle.Firewall(("10.0.0.66", "fd00::66"), ()),
     firewall_maps()),
    ("ping", lambda: oracle.Ping(True),
     {"ping_config": [{"key": [0, 0, 0, 0], "value": [1, 0, 0, 0]}]}),
    ("lb", lambda: oracle.Lb({("10.0.0.100", proto, port): BACKENDS
                              for proto in (6, 17) for port in (80, 53)}),
     lb_maps()),
)


def obj(name):
    return os.path.join(TOP, "build", "bpf", name + ".o")


def read_frames(path):
    """Frames of a capture with nanoseconds, and their times."""
    frames, times = [], []
    with open(path, "rb") as f:
        assert f.read(24)[:4] == b"\x4d\x3c\xb2\xa1", path
        while head := f.read(16):
            sec, nsec, length, whole = struct.unpack("<IIII", head)
            assert length == whole
            times.append(sec * 10 ** 9 + nsec)
            frames.append(f.read(length))
    return frames, times


def write_maps(where, maps):
    words = []
    for name, entries in maps.items():
        path = os.path.join(where, name + ".json")
        with open(path, "w", encoding="ascii") as f:
            json.dump(entries, f)
        words += ["--map", "%s=%s" % (name, path)]
    return words


def simulate(where, name, words, path=TRAFFIC):
    """Result, lines of verdicts, frames that go on."""
    out, verdicts = where + "/out.pcap", where + "/verdicts"
    result = data("sim", obj(name), "--pcap", path, "--out", out,
                  "--verdicts", verdicts, *words)
    with open(verdicts, encoding="ascii") as f:
        lines = f.read().splitlines()
    return result, lines, read_frames(out)[0]


def first_difference(got, expected):
    for n, (a, b) in enumerate(zip(got, expected)):
        if a != b:
            return "number %d: got %r, expected %r" % (n, a, b)
    return "%d, expected %d" % (len(got), len(expected))


def same(tap, got, expected, name):
    tap.ok(got == expected, name, first_difference(got, expected))


def expect(model, path):
    lines, frames = [], []
    for n, frame in enumerate(oracle.read_pcap(path)):
        verdict, out = model.decide(frame)
        lines.append("%d %s %d" % (n, verdict.lower(), len(out)))
        if verdict in GOES_ON:
            frames.append(out)
    return lines, frames


def test_programs(tap, where):
    for name, model, maps in PROGRAMS:
        words = write_maps(where, maps)
        lines, frames = expect(model(), TRAFFIC)
        # There is no trace_printk on the other cards.
        for profile in ("flownic", "hxdp")[:1 if name == "ping" else 2]:
            result, got, out = simulate(where, name,
                                        words + ["--profile", profile])
            what = "%s on %s" % (name, profile)
            same(tap, got, lines, what + ": each verdict")
            same(tap, out, frames, what + ": each frame that goes on")
            tap.equal(sum(result["verdicts"].values()), len(lines),
                      what + ": all packets are counted")
        lines, frames = expect(model(), JUMBO)
        _, got, out = simulate(where, name, words + ["--mtu", "9000"], JUMBO)
        same(tap, got, lines, name + ", long frames: each verdict")
        same(tap, out, frames, name + ", long frames: each frame that goes on")


def test_port(tap, where):
    result, lines, frames = simulate(where, "pass", [], JUMBO)
    tap.equal(result["oversize"], len(oracle.read_pcap(JUMBO)) - len(frames),
              "frames too long for the port are refused, and said to be")
    tap.ok(all(len(f) <= 1522 for f in frames), "no others are")
    tap.ok(any("oversize" in line for line in lines), "each of them is named")


def test_same(tap, where):
    words = ["sim", obj("counters"), "--pcap", TRAFFIC, "--repeat", "20"]
    first = tool("-j", *words)
    tap.ok(first[0] == 0, "a simulation", first[2])
    tap.equal(tool("-j", *words), first, "and again: all the same")
    simulate(where, "tx", [])
    _, times = read_frames(where + "/out.pcap")
    tap.ok(len(times) > 1000 and times[0] < times[-1],
           "frames have times", times[:3], times[-3:])
    one = json.loads(first[1])
    many = data(*words[:-1], "40")
    tap.equal(many["packets"], 2 * one["packets"], "--repeat repeats")
    tap.equal(many["cycles"]["median"], one["cycles"]["median"],
              "which changes no quantile")


def test_figures(tap):
    base = ["sim", obj("tx"), "-O0", "--pcap", TRAFFIC, "--repeat", "20"]
    one = data(*base, "--cores", "1")
    two = data(*base, "--cores", "2")
    tap.equal(one["limit"], "cores", "one core is what limits")
    tap.ok(abs(two["packets_per_second"] / one["packets_per_second"] - 2) <
           1e-3, "two do twice as much",
           one["packets_per_second"], two["packets_per_second"])
    slow = data(*base, "--cores", "1", "--clock", "600")
    tap.ok(abs(one["packets_per_second"] / slow["packets_per_second"] - 2) <
           1e-3, "half the clock, half as much", slow["packets_per_second"])
    many = data(*base, "--cores", "1000")
    tap.equal(many["limit"], "line rate", "so many cores wait for the ports")
    for r in one, two, many:
        rate, served = r["packets_per_second"], r["packets_per_second_served"]
        tap.ok(abs(served / rate - 1) < 0.02,
               "packet by packet it comes to the same", rate, served)
    low = data(*base, "--rate", "1")
    tap.ok(abs(low["packets_per_second_served"] - 1e6) < 1e4,
           "a given rate", low["packets_per_second_served"])
    tap.ok(low["utilisation"]["cores"] < 0.05, "hardly any core is busy",
           low["utilisation"])
    full = data(*base, "--cores", "1", "--rate", "line")
    tap.ok(full["lost"] > 0 and full["packets"] + full["lost"] ==
           one["packets"], "at line rate one core loses packets", full["lost"])
    tap.ok(full["latency_ns"]["median"] > 10 * low["latency_ns"]["median"],
           "and the others wait for it", full["latency_ns"])
    hot = data(*base)["hot"]
    tap.ok(hot and all(h["cycles"] >= h["waited"] for h in hot),
           "hot instructions")
    tap.ok(any(h.get("file", "").endswith(".h") and h["line"] > 0
               for h in hot), "and their source lines", hot)


def test_time(tap, where):
    """Programs see modelled time, not the host's."""
    source = where + "/time.c"
    with open(source, "w", encoding="ascii") as f:
        f.write("#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n"
                "SEC(\"xdp\") int now(struct xdp_md *c) {\n"
                "  return bpf_ktime_get_ns() / 1000 % 5; }\n")
    compile(source, where + "/time.o")
    words = ["sim", where + "/time.o", "--pcap", TRAFFIC, "--rate", "0.7"]
    one = data(*words)["verdicts"]
    tap.equal(data(*words)["verdicts"], one, "the clock is the simulation's")
    tap.ok(min(one.values()) > 0, "and it runs", one)


def test_trace(tap):
    status, out, err = tool("sim", obj("tx"), "-O0", "--pcap", TRAFFIC,
                            "--trace=2")
    tap.ok(status == 0 and not err, "--trace", err)
    tap.equal(out.count("\nverdict "), 2, "two packets, as asked for")
    tap.ok("ld4" in out and "packet 0x" in out and "r1" in out and
           "tx.c:" in out, "words, memory, registers and lines", out[:800])


def shards(where, base, count):
    files = []
    for n in range(1, count + 1):
        status, out, err = tool(*base, "--shard", "%d/%d" % (n, count))
        if status:
            raise AssertionError(err)
        files.append("%s/shard%d" % (where, n))
        with open(files[-1], "w", encoding="ascii") as f:
            f.write(out)
    return files


def test_sweep(tap, where):
    base = ["sim", obj("counters"), "--pcap", TRAFFIC, "--sweep",
            "cores=1,2,4..8..2", "--sweep", "threads=1,4"]
    whole = tool(*base)
    tap.ok(whole[0] == 0, "a sweep", whole[2])
    tap.equal(len(whole[1].splitlines()), 1 + 5 * 2, "a line for each point")
    for count in 1, 3, 12:
        files = shards(where, base, count)
        tap.equal(tool("sim-merge", *reversed(files)), whole,
                  "%d shards, merged, are the same" % count)
    files = shards(where, base, 3)
    for n in 2, 3:
        shutil.copy(files[n - 1], where + "/kept%d" % n)
    says(tap, 1, "points are missing", "sim-merge", *files[:2])
    says(tap, 1, "is there twice", "sim-merge", files[0], *files)
    other = shards(where, base[:-1] + ["threads=1,2"], 1)[0]
    os.rename(other, where + "/other")
    files = shards(where, base, 3)
    says(tap, 1, "a point of another sweep", "sim-merge", *files,
         where + "/other")
    says(tap, 1, "no point of a sweep", "sim-merge", TRAFFIC)
    for more in (["--mtu", "600"], ["--queues", "2"], ["--wire"], ["-O0"],
                 ["--without", "fold"], ["--repeat", "2"]):
        part = shards(where, base + more, 3)[:1] + \
            [where + "/kept%d" % n for n in (2, 3)]
        says(tap, 1, "a point of another sweep", "sim-merge", *part)
    as_json = data(*base)
    tap.equal([p["set"] for p in as_json][:3],
              [{"cores": "1", "threads": "1"}, {"cores": "1", "threads": "4"},
               {"cores": "2", "threads": "1"}], "the last key changes fastest")
    entries = data("sim", obj("firewall"), "--pcap", TRAFFIC, "--sweep",
                   "entries=16,1024")
    tap.equal(len(entries), 2, "entries of maps can be swept")


def test_traffic(tap):
    """Without a capture there is a mix, which is told; or frames of a size."""
    mix = data("sim", obj("counters"))
    tap.ok(mix["traffic"] == "built-in mix" and mix["packets"] == 768 and
           mix["verdicts"]["pass"] == 768, "the built-in mix", mix)
    status, out, err = tool("sim", obj("counters"))
    tap.ok(status == 0 and "built-in mix of protocols" in out,
           "which is told", out, err)
    for size in 64, 1518:
        sized = data("sim", obj("tx"), "--size", str(size))
        tap.ok(sized["packets"] == 1 and sized["verdicts"]["tx"] == 1,
               "a frame of %d bytes" % size, sized)
    says(tap, 2, "64 to 9018", "sim", obj("tx"), "--size", "63")
    says(tap, 2, "exclude each other", "sim", obj("tx"), "--size", "64",
         "--pcap", TRAFFIC)


def test_maps_after(tap, where):
    """What maps hold afterwards is told, and can be given again."""
    base = ["sim", obj("counters"), "--pcap", TRAFFIC]
    path = where + "/counters.json"
    once = data(*base, "--maps", "--map-out", "counters=" + path)
    entries = once["map_entries"]["counters"]
    with open(path, encoding="ascii") as f:
        tap.equal(json.load(f), entries, "--map-out writes what --maps tells")

    def sums(entries):
        total = [int.from_bytes(bytes(int(b, 16) for b in e["value"][:8]),
                                "little") for e in entries]
        return total
    tap.equal(sum(sums(entries)), once["packets"], "each packet is counted")
    twice = data(*base, "--maps", "--map", "counters=" + path)
    tap.equal(sums(twice["map_entries"]["counters"]),
              [2 * n for n in sums(entries)],
              "given again, counting goes on from there")
    status, out, err = tool(*base, "--maps")
    tap.ok("map counters, array of" in out, "as text", out, err)
    says(tap, 2, "are for one run", *base, "--maps", "--sweep", "cores=1,2")


def test_rate(tap):
    """A sweep over the rate tells what was served, and what was lost."""
    sweep = ["sim", obj("counters"), "--pcap", TRAFFIC, "--cores", "1",
             "--threads", "1", "--repeat", "40", "--sweep", "rate=0.1,100"]
    status, out, err = tool(*sweep)
    tap.ok(status == 0, "a sweep over the rate", err)
    lines = [line.split() for line in out.splitlines()]
    tap.equal(lines[0][:3], ["rate", "served", "lost/%"], "its columns")
    for line, point in zip(lines[1:], data(*sweep)):
        r = point["result"]
        tap.equal(line[1:3], ["%.3f" % (r["packets_per_second_served"] / 1e6),
                              "%.3f" % (100.0 * r["lost"] /
                                        (r["lost"] + r["packets"]))],
                  "rate %s: served and lost" % line[0])
    tap.ok(float(lines[1][2]) == 0 < float(lines[2][2]) and
           float(lines[1][1]) < 0.11, "none is lost at the low rate only",
           out)


def test_passes(tap, where):
    """Passes that can't be left out are refused, with those that can."""
    for words in (["sim", obj("drop"), "--pcap", TRAFFIC],
                  ["check", obj("drop")], ["dump", obj("drop")], ["exec"]):
        for bad in "nosuch", "fold,nosuch", "encode", "fold,":
            status, out, err = tool(*words, "--without", bad)
            name = bad.split(",")[-1]
            if not name:
                tap.equal(status if words[0] != "exec" else 0, 0,
                          "%s --without %s" % (words[0], bad))
                continue
            tap.ok(status == 2 and not out and
                   '"%s" is no pass that can be left out' % name in err and
                   "fold, " in err and "encode," not in err.split("can:")[1],
                   "%s --without %s is refused" % (words[0], bad), status,
                   out, err)
    path = where + "/bad.profile"
    with open(path, "w", encoding="ascii") as f:
        f.write("without = nosuch\n")
    says(tap, 1, '"nosuch" is no pass that can be left out', "sim",
         obj("drop"), "--pcap", TRAFFIC, "--profile", path)


def test_plot(tap, where):
    base = ["sim", obj("drop"), "--pcap", TRAFFIC, "--sweep", "cores=1,2",
            "--sweep", "clock=400,800", "--plot"]
    if not shutil.which("gnuplot"):
        tap.skip("a plot", "there is no gnuplot")
        return
    says(tap, 1, "No such file or directory", *base, where + "/no/plot.svg")
    os.mkdir(where + "/dir.svg")
    says(tap, 1, "Is a directory", *base, where + "/dir.svg")
    status, out, err = tool(*base, where + "/plot.svg")
    tap.ok(status == 0 and not err, "a plot", err)
    with open(where + "/plot.svg", encoding="utf-8") as f:
        text = f.read()
    tap.ok("clock = 400" in text and "clock = 800" in text,
           "with a curve for each value of the second key", text[:300])
    tap.ok("drop, traffic.pcap, on flownic" in text and
           "throughput, Mpackets/s" in text and ">cores<" in text,
           "with a title, and units at the axes", text[:300])
    tap.ok("line rate" not in text, "a line rate out of reach is not drawn")
    points = data(*base[:-1])
    with open(where + "/plot.json", encoding="utf-8") as f:
        tap.equal(json.load(f), points, "what it is drawn from is beside it")
    # What is limited by the ports, and a rate that is offered.
    for words, there in (
            (["--sweep", "cores=24,48"], ["line rate"]),
            (["--sweep", "rate=100,200"], ["offered", "line rate"]),
            (["--sweep", "rate=100,200", "--plot-y", "lost"], ["lost, %"]),
            (["--sweep", "cores=1,2", "--plot-y", "latency"],
             ["latency, median, ns"]),
            (["--sweep", "cores=1,2", "--sweep", "clock=400,800,1200",
              "--plot-as", "map"], ["clock, MHz", ">1200<"])):
        status, _, err = tool(*base[:4], *words, "--plot", where + "/y.svg")
        with open(where + "/y.svg", encoding="utf-8") as f:
            text = f.read()
        tap.ok(status == 0 and all(t in text for t in there),
               " ".join(words) + ": " + ", ".join(there), err, text[:200])
    for name, magic in ("x.png", b"\x89PNG"), ("x.pdf", b"%PDF"):
        tool(*base, where + "/" + name)
        with open(where + "/" + name, "rb") as f:
            tap.equal(f.read(4), magic, "a picture called " + name)
    status, _, err = tool(*base[:6], "--plot", where + "/m.svg", "--plot-as",
                          "map")
    tap.ok(status == 1 and "a sweep of two keys" in err,
           "a map of one key is refused", err)
    says(tap, 2, "throughput, latency, lost or cycles", *base, "a.svg",
         "--plot-y", "speed")
    says(tap, 2, "lines or map", *base, "a.svg", "--plot-as", "pie")
    says(tap, 2, "need a --plot", *base[:-1], "--plot-y", "lost")


def test_profile(tap, where):
    path = where + "/mine.profile"
    cards = data("profile", "list")
    tap.ok(all(c["about"] and c["cores"] for c in cards) and
           all(c["about"] in tool("profile", "list")[1] for c in cards),
           "each card says what it is", cards)
    shown = data("profile", "show", "agilio")
    tap.ok(shown["name"] == "agilio" and
           shown["figures"]["cores"]["value"] == 50 and
           shown["figures"]["cores"]["source"] and
           all(set(f) >= {"value", "about"}
               for f in shown["figures"].values()),
           "profile show has JSON, with sources", list(shown["figures"])[:5])
    for name in (c["name"] for c in cards):
        status, out, err = tool("profile", "show", name)
        tap.ok(status == 0, "profile show " + name, err)
        with open(path, "w", encoding="utf-8") as f:
            f.write(out)
        tap.equal(tool("profile", "show", path)[1].count(" = "),
                  out.count(" = "), name + ": all figures are there")
        words = ["sim", obj("drop"), "--pcap", TRAFFIC, "--profile"]
        tap.equal(data(*words, path), data(*words, name),
                  name + ": read back, it is the same card")
    with open(path, "w", encoding="ascii") as f:
        f.write("# mine\nname = mine\nbase = agilio\ncores = 3 # few\n")
    got = data("sim", obj("drop"), "--pcap", TRAFFIC, "--profile", path)
    tap.equal((got["profile"], got["limit"]), ("mine", "cores"),
              "a profile on the base of another")
    for text, why in (("cores = many", "a number from 1 to 4096"),
                      ("cores = 0", "a number from 1 to 4096"),
                      ("cores = 1.5", "multiples of 1"),
                      ("colour = blue", "a profile has no \"colour\""),
                      ("base = none", "there is no such profile"),
                      ("cores = 2\nbase = hxdp", "must come before"),
                      ("cores", "KEY = VALUE is expected"),
                      ("name =", "a name has 1 to 31"),
                      ("without = merge,swap", "\"swap\" is no pass that"),
                      ("without = alloc", "\"alloc\" is no pass that")):
        with open(path, "w", encoding="ascii") as f:
            f.write(text + "\n")
        says(tap, 1, why, "profile", "show", path)


def test_stores(tap):
    """A frame that is stored whole n times takes its length at a port's rate as
    many times: hXDP's round trip grows 2.6 ns a byte, and the rest is the same."""
    small, large = (data("sim", obj("tx"), "--profile", "hxdp", "--size",
                         str(size), "--rate", "0.001")
                    for size in (64, 1514))
    grows = (large["latency_ns"]["min"] - small["latency_ns"]["min"]) / 1450
    tap.ok(abs(grows - 2.6) < 0.3, "hxdp: 2.6 ns a byte", grows)
    none = [data("sim", obj("tx"), "--profile", "hxdp", "--set", "stores=0",
                 "--size", str(size), "--rate", "0.001")["latency_ns"]["min"]
            for size in (64, 1514)]
    tap.ok(none[0] < small["latency_ns"]["min"] and
           large["latency_ns"]["min"] - none[1] >
           3 * (small["latency_ns"]["min"] - none[0]),
           "stored never, it is as fast as its bits", none)


def test_banks(tap, where):
    """Reads of lines in different banks are four times as many as of one; atomic
    additions are not."""
    source = where + "/banks.c"
    with open(source, "w", encoding="ascii") as f:
        f.write("""
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct line { __u64 word[4]; };
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, struct line);
} lines SEC(".maps");
SEC("xdp") int banks(struct xdp_md *ctx)
{
	volatile struct line *l;
	__u32 i, n;

#pragma unroll
	for (i = 0; i < 8; i++) {
		n = STEP * i;
		l = bpf_map_lookup_elem(&lines, &n);
		if (!l)
			return XDP_PASS;
		WHAT;
	}
	return XDP_DROP;
}
char _license[] SEC("license") = "GPL";
""")
    for what, more in (("l->word[0]", 4),
                       ("__sync_fetch_and_add(&l->word[0], 1)", 1)):
        rates = []
        for step in 0, 2:
            path = compile(source, where + "/banks.o", "-DSTEP=%d" % step,
                           "-DWHAT=" + what)
            rates.append(data("sim", path, "--profile", "agilio", "--pcap",
                              TRAFFIC)["limits"]["map_memory"])
        tap.ok(abs(rates[1] / rates[0] - more) < 0.01,
               "%s: %d times the rate if spread" % (what, more), rates)


def test_compiler(tap, where):
    """A profile's compiler can have less than the module's."""
    path = where + "/less.profile"
    with open(path, "w", encoding="ascii") as f:
        f.write("base = hxdp\nwithout = merge,fold\n")
    check = ["check", obj("lb"), "--profile"]
    less, own = data(*check, path)[0], data(*check, "hxdp")[0]
    tap.ok(less["card_instructions"] > own["card_instructions"],
           "fewer passes, more instructions", less, own)
    tap.equal((less["compiler_level"], less["compiler_blocks"],
               less["compiler_without"]), (2, True, "merge,fold"),
              "check says what the compiler is like")
    out = tool(*check, path)[1]
    tap.ok("level 2, a block at a time, without merge,fold\n" in out,
           "in words, too", out)
    tap.ok("compiler" not in tool("check", obj("lb"))[1],
           "but not where it is the module's")
    both = data(*check, path, "--without", "copy")[0]
    tap.ok(both["card_instructions"] > less["card_instructions"],
           "--without leaves out more", both)
    words = ["sim", obj("tx"), "--pcap", TRAFFIC, "--profile", "hxdp"]
    tap.ok(data(*words)["card_instructions"] >
           data(*words, "--set", "without=")["card_instructions"],
           "sim, too, can be told")


def test_many(tap, where):
    """Objects with more names than a line has room for."""
    source = where + "/many.c"
    with open(source, "w", encoding="ascii") as f:
        for n in range(100):
            f.write("__attribute__((section(\"xdp\"), used)) int "
                    "verdict_number_%d(void *ctx)\n{\n\treturn %d;\n}\n" %
                    (n, 1 + n % 2))
    many = compile(source, where + "/many.o")
    for n, verdict in (98, "drop"), (99, "pass"):
        got = data("sim", many, "verdict_number_%d" % n, "--pcap",
                   TRAFFIC)
        tap.equal([v for v, k in got["verdicts"].items() if k], [verdict],
                  "program %d of 100 is found" % n)
    says(tap, 1, "...", "sim", many, "other", "--pcap", TRAFFIC)
    says(tap, 1, "verdict_number_1,", "dump", many, "other")


def pcap(path, frames, order="<", magic=0xa1b2c3d4, link=1, most=None):
    """A capture; of each frame so much as a snap length leaves."""
    with open(path, "wb") as f:
        f.write(struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0,
                            most or 262144, link))
        for n, frame in enumerate(frames):
            f.write(struct.pack(order + "IIII", n, 0, len(frame[:most]),
                                len(frame)) + frame[:most])
    return path


def pcapng(path, frames, order="<", link=1, simple=False):
    """The same in blocks, simple ones or enhanced."""
    def block(kind, body):
        body += bytes(-len(body) % 4)
        size = struct.pack(order + "I", len(body) + 12)
        return struct.pack(order + "I", kind) + size + body + size

    with open(path, "wb") as f:
        f.write(block(0x0a0d0d0a,
                      struct.pack(order + "IHHq", 0x1a2b3c4d, 1, 0, -1)))
        f.write(block(1, struct.pack(order + "HHI", link, 0, 0)))
        for n, frame in enumerate(frames):
            size = struct.pack(order + "I", len(frame))
            head = struct.pack(order + "III", 0, 0, n) + size
            f.write(block(3, size + frame) if simple else
                    block(6, head + size + frame))
    return path


def test_captures(tap, where):
    """What other tools write, and with what is missing."""
    frames = oracle.read_pcap(TRAFFIC)[:50]
    words = ["sim", obj("counters"), "--pcap"]
    want = data(*words, pcap(where + "/c", frames))
    for what, path in (
            ("big-endian", pcap(where + "/c", frames, ">")),
            ("nanoseconds", pcap(where + "/c", frames, magic=0xa1b23c4d)),
            ("big-endian nanoseconds",
             pcap(where + "/c", frames, ">", 0xa1b23c4d)),
            ("pcapng", pcapng(where + "/c", frames)),
            ("big-endian pcapng", pcapng(where + "/c", frames, ">")),
            ("pcapng, simple blocks", pcapng(where + "/c", frames,
                                             simple=True))):
        tap.equal(data(*words, path), want, what)
    out = where + "/out.pcap"
    long = [f + bytes(900) for f in frames]
    cut = data(*words, pcap(where + "/c", [f[:96] for f in long]))
    left = data(*words, pcap(where + "/c", long, most=96))
    tap.equal((left.pop("cut"), cut.pop("cut")), (len(long), 0),
              "frames that were cut are counted")
    tap.equal(left, cut, "and are what is left of them, as when they are sent")
    cut = data(*words, where + "/c", "--wire", "--out", out)
    whole = data(*words, pcap(where + "/c", long))
    tap.equal(cut.pop("cut"), cut["packets"], "they are with --wire, too")
    tap.equal(whole.pop("cut"), 0, "others are not")
    tap.equal(cut, whole, "and then have the length that they had")
    tap.ok(all(len(f) > 900 for f in read_frames(out)[0]), "on the way out, too")
    # Refused: nothing, too short, too long for any port.
    odd = data(*words, pcap(where + "/c", [b"", bytes(13), bytes(70000)] +
                            frames))
    tap.equal((odd["undersize"], odd["oversize"], odd["verdicts"]),
              (2, 1, want["verdicts"]), "what a port would not let in")
    none = data(*words, pcap(where + "/c", []))
    tap.equal((none["packets"], none["packets_per_second"], none["limit"],
               none["cycles"]["min"]), (0, 0, "", 0), "an empty capture")
    for link, name in ((0, "NULL"), (101, "RAW"), (105, "IEEE802_11"),
                       (113, "LINUX_SLL"), (9999, "9999")):
        says(tap, 1, "link type %s; Ethernet" % name, *words,
             pcap(where + "/c", frames, link=link))
        says(tap, 1, "link type %s; Ethernet" % name, *words,
             pcapng(where + "/c", frames, link=link))
    # Longer than what is kept of one that can't be read twice.
    with open(pcap(where + "/c", 6000 * [bytes(1000)]), "rb") as f:
        long = f.read()
    tap.equal(data(*words, where + "/c", "--repeat", "2")["packets"], 12000,
              "a long one, twice")
    status, _, err = tool(*words, "-", stdin=long)
    tap.ok(status == 0, "from a pipe", err)
    status, _, err = tool(*words, "-", "--repeat", "2", stdin=long)
    tap.ok(status == 1 and b"can't be read again" in err,
           "from a pipe it can't be read twice", err)
    says(tap, 2, "reads the capture more than once", *words, "-", "--sweep",
         "cores=1,2")
    with open(where + "/c", "wb") as f:
        f.write(bytes(0))
    says(tap, 1, "truncated dump file", *words, where + "/c")


def test_refusals(tap, where):
    sim = ["sim", obj("drop"), "--pcap", TRAFFIC]
    bad = where + "/bad"
    with open(bad, "wb") as f:
        f.write(open(TRAFFIC, "rb").read()[:-7])
    says(tap, 2, "name of an object", "sim")
    says(tap, 1, "No such file", "sim", obj("drop"), "--pcap", where + "/none")
    says(tap, 1, "a capture as pcap or pcapng", "sim", obj("drop"), "--pcap",
         obj("drop"))
    says(tap, 1, "truncated dump file", "sim", obj("drop"), "--pcap", bad)
    says(tap, 1, TRAFFIC, "sim", TRAFFIC, "--pcap", TRAFFIC)
    says(tap, 1, "there is no program other", *sim, "other")
    says(tap, 1, "there is no profile best", *sim, "--profile", "best")
    says(tap, 2, "max, line or millions", *sim, "--rate", "fast")
    says(tap, 1, "a number from 1 to 4096", *sim, "--cores", "0")
    says(tap, 1, "1, 2, 4 or 8", *sim, "--lanes", "3")
    says(tap, 1, "has no \"colour\"", *sim, "--set", "colour=blue")
    says(tap, 2, "NAME=VALUE", *sim, "--set", "cores")
    says(tap, 2, "no such key", *sim, "--sweep", "colour=1,2")
    says(tap, 2, "FROM..TO", *sim, "--sweep", "cores=9..1")
    says(tap, 2, "given twice", *sim, "--sweep", "cores=1", "--sweep",
         "cores=2")
    says(tap, 2, "I/N", *sim, "--sweep", "cores=1,2", "--shard", "3/2")
    says(tap, 2, "needs a --sweep", *sim, "--shard", "1/2")
    says(tap, 2, "needs a --sweep", *sim, "--plot", "x.svg")
    says(tap, 2, "ends in .svg, .png or .pdf", *sim, "--sweep", "cores=1,2",
         "--plot", "x.jpg")
    says(tap, 2, "no such option", *sim, "--speed")
    says(tap, 1, "no such map", *sim, "--map", "m=" + bad)
    fw = ["sim", obj("firewall"), "--pcap", TRAFFIC, "--map",
          "blocked_ip4=" + bad]
    for text, why in (("{", "bad:1:2: no JSON: it ends too early"),
                      ("", "bad:1:1: no JSON: the file is empty"),
                      ("[\n {\"key\": 1, \"value\":}]",
                       "bad:2:21: no JSON: unexpected character"),
                      ("{}", "a list of entries"),
                      ("[1]", "entry 0: an object"),
                      ('[{"key": [1, 2, 3], "value": 0}]', "another length"),
                      ('[{"key": [1, 2, 3, 256], "value": 0}]', "no byte"),
                      ('[{"key": "0a0000", "value": 0}]', "another length"),
                      ('[{"key": 4294967296, "value": 0}]', "does not fit"),
                      ('[{"key": 1}]', "the value must be 8 bytes")):
        with open(bad, "w", encoding="ascii") as f:
            f.write(text)
        says(tap, 1, why, *fw)
    says(tap, 1, "does not offload to agilio: ", "sim", obj("ping"), "--pcap",
         TRAFFIC, "--profile", "agilio")


def main():
    tap = Tap()
    with scratch() as where:
        test_programs(tap, where)
        test_port(tap, where)
        test_same(tap, where)
        test_figures(tap)
        test_time(tap, where)
        test_trace(tap)
        test_sweep(tap, where)
        test_traffic(tap)
        test_maps_after(tap, where)
        test_rate(tap)
        test_passes(tap, where)
        test_plot(tap, where)
        test_profile(tap, where)
        test_stores(tap)
        test_banks(tap, where)
        test_compiler(tap, where)
        test_many(tap, where)
        test_captures(tap, where)
        test_refusals(tap, where)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
