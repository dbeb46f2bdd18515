#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""That the benchmark measures what it says, and says the same again.

Programs of a known length tell whether instructions are counted where they are
executed. Then the same measurements twice, the second time beside a busy loop.
"""

import json
import os
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
os.chdir(TOP)
sys.path.insert(0, "tests/bench")
sys.dont_write_bytecode = True
import matrix  # noqa: E402

MORE = 1000
# Where the stack allocates and frees an skb for each packet, slab and RCU work
# falls on one side of the measurement or the other.
WITHIN = {"none": 2, "generic": 2}
WRONG = "a verdict that it does not come to"
SOURCE = """
#include <linux/bpf.h>
#define SEC(name) __attribute__((section(name), used))
#define ONE asm volatile("%0 += 1" : "+r"(n));
#define TEN ONE ONE ONE ONE ONE ONE ONE ONE ONE ONE
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
SEC("xdp") int known(struct xdp_md *ctx)
{
	unsigned long n = ctx->rx_queue_index;

	LONG
	return n > 5000 ? XDP_PASS : XDP_DROP;
}
char _license[] SEC("license") = "GPL";
"""
count = failed = 0


def ok(good, name, *why):
    global count, failed
    count += 1
    failed += not good
    print("%s %d - %s" % ("ok" if good else "not ok", count, name))
    for text in () if good else why:
        print("\n".join("# " + line for line in str(text).splitlines()))


def compile_known(where, name, text):
    path = os.path.join(where, name + ".o")
    subprocess.run(["clang", "-O2", "-g", "-target", "bpf",
                    "-I/usr/include/%s-linux-gnu" % os.uname().machine, "-c",
                    "-o", path, "-x", "c", "-"], check=True, text=True,
                   input=SOURCE.replace("LONG", text))
    return path


def jobs(where):
    modes = "generic,native,offload"
    for name, text in ("short", ""), ("long", "HUNDRED " * (MORE // 100)):
        path = compile_known(where, name, text)
        yield {"name": name, "args": [path, "--icount", "--modes", modes]}
    with open(where + "/wrong", "w", encoding="ascii") as f:
        f.write("0 pass 60\n")
    yield {"name": WRONG, "args": [
        "build/bpf/drop.o", "--icount", "--modes", "generic", "--verdicts",
        where + "/wrong"]}
    for name, size in ("tx", 64), ("firewall-1k", 64), ("drop", 9000):
        program = matrix.find(name)
        mix = list(program.mixes)[-1]
        matrix.write_maps(where, program)
        pcap, verdicts = matrix.write_traffic(where, program, size, mix)
        yield {"name": "%s of %d bytes" % (name, size), "args": [
            program.object, "--icount", "--modes", "none," + modes, "--pcap",
            pcap, "--verdicts", verdicts] + matrix.map_options(where, program)}


def run(where, number):
    """Returns name and mode to a result."""
    out = os.path.join(where, "out-%d" % number)
    p = subprocess.run(["tests/vm/run", "-i", "-t", "600", "--",
                        "tests/bench/guest", where + "/jobs.json"],
                       env=dict(os.environ, VM_OUT=out), text=True,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       check=False)
    with open(out + "/results", encoding="utf-8") as f:
        got = [json.loads(line) for line in f]
    bad = {r["name"]: r["failed"] for r in got if "failed" in r}
    why = bad.pop(WRONG, "it did not fail")
    ok(p.returncode == 1 and not bad, "run %d: nothing lost, verdicts as "
       "they must be" % number, bad, p.stdout)
    ok("0 reached the stack, and 1 must" in why,
       "run %d: a wrong verdict fails" % number, why)
    return {(r["name"], m["mode"]): m for r in got if "result" in r
            for m in r["result"]["results"]}


def check_count(got, mode, expected, within):
    a, b = (got[n, mode]["host"]["instructions"] for n in ("short", "long"))
    ok(abs(b - a - expected) <= within,
       "%s: %d more instructions cost the host %d" % (mode, MORE, expected),
       "%.2f and %.2f: %.2f more" % (a, b, b - a))


def figures(result):
    yield "host", result["host"]["instructions"]
    for name in "cycles", "packets_per_second":
        if "card" in result:
            yield "card " + name, result["card"][name]


def check_repeat(first, second):
    for key, result in first.items():
        again = dict(figures(second.get(key, {"host": {"instructions": -1}})))
        for name, value in figures(result):
            within = WITHIN.get(key[1], 0.5) if name == "host" else 0.5
            ok(abs(again[name] - value) <= within / 100 * value,
               "%s, %s: %s within %g %% beside a busy loop" %
               (key + (name, within)), "%r and %r" % (value, again[name]))


def check_built():
    made = subprocess.run(["make", "-s"] + ["build/bench/" + name for name in (
        "translate", "maps", "interpreter", "load_cost")],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    ok(made.returncode == 0, "programs that measure the tool can be built",
       made.stdout)


def main():
    check_built()
    subprocess.run(["make", "-s", "tool", "bpf"], check=True,
                   stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as where:
        with open(where + "/jobs.json", "w", encoding="utf-8") as f:
            json.dump(list(jobs(where)), f)
        first = run(where, 1)
        busy = subprocess.Popen(["sh", "-c", "while :; do :; done"])
        try:
            second = run(where, 2)
        finally:
            busy.terminate()
            busy.wait()
    check_count(first, "native", MORE, 5)
    # An skb costs up to 60 more, as the pages of the allocator come to lie.
    check_count(first, "generic", MORE, 65)
    check_count(first, "offload", 0, 0)
    check_repeat(first, second)
    print("1..%d" % count)
    return 1 if failed else 0


sys.exit(main())
