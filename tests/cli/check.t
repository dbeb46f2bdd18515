#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""flownic check: what offloads and what doesn't, every reason with the place
in the source, figures that hang together, objects that are none."""

import glob
import os
import re
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli import *  # noqa: E402,F403

# Program, word of the source line that the reason is about, what it says.
REASONS = {
    "globals": [
        ("globals", "rodata", "variable limit in section .rodata"),
        ("globals", "bss", "variable seen in section .bss"),
        ("globals", "/* data */", "variable step in section .data"),
        ("globals", "kconfig */", "LINUX_KERNEL_VERSION is the kernel's"),
        ("globals", "string", "BPF_NO_GLOBAL_DATA"),
    ],
    "helpers": [
        ("routes", "bpf_fib_lookup", "helper fib_lookup (69)"),
        ("routes", "pid_tgid", "helper get_current_pid_tgid (14)"),
        ("loops", "bpf_loop", "address of function callback (a callback)"),
        ("loops", "bpf_loop", "helper loop (181)"),
        ("hashes", "rx_hash",
         "call of kernel function bpf_xdp_metadata_rx_hash"),
    ],
    "maps": [
        ("uses_per_cpu", "per_cpu", "map per_cpu: it is of type percpu_array"),
        ("uses_recent", "recent", "map recent: it is of type lru_hash (9)"),
        ("uses_inner", "inner", "map inner: map flags 4096 (BPF_F_INNER_MAP)"),
        ("uses_huge", "huge", "map huge: 17179869176 bytes of values"),
        ("uses_wide", "wide", "map wide: value size 2097152"),
        ("uses_guarded", "lookup", "hold a struct bpf_spin_lock"),
        ("uses_guarded", "bpf_spin_lock(", "helper spin_lock (93)"),
        ("uses_guarded", "bpf_spin_unlock(", "helper spin_unlock (94)"),
        ("uses_jumps", "tail_call", "map jumps: it is of type prog_array"),
        ("uses_jumps", "tail_call", "helper tail_call (12)"),
    ],
    "sections": [
        ("frags", None, "section xdp.frags asks for packets in several"),
        ("behind_devmap", None, "section xdp/devmap"),
        ("probe", None, "a program of type kprobe"),
    ],
    "core": [],
    "others": [
        ("uses_good", None, "map ring, which this program does not use"),
        ("uses_good", None, "section .bss, which this program does not"),
        ("uses_ring", "ring", "map ring: it is of type ringbuf (27)"),
        ("uses_ring", "ring", "helper ringbuf_output"),
        ("uses_ring", "ring", "section .rodata"),
        ("uses_ring", "bss", "section .bss"),
    ],
    "flags": [],
    "events": [("egress", "ctx->egress_ifindex", "ctx->egress_ifindex is not")],
    "calls": [],
    "legacy": [],
}
OFFLOAD = {
    "globals": [], "helpers": [], "maps": [], "others": [],
    "sections": ["plain", "old", "anything", "classifier"], "core": ["core"],
    "flags": ["flags"], "events": ["sends"], "calls": ["uses_all", "uses_one"], "legacy": ["legacy"],
}


def test_samples(tap):
    files = sorted(glob.glob(os.path.join(TOP, "build", "bpf", "*.o")))
    tap.ok(files, "there are sample programs")
    status, out, err = tool("check", *files)
    tap.ok(status == 0 and not err, "all samples offload: status 0", status,
           out, err)
    programs = data("check", *files)
    tap.equal([p["offloads"] for p in programs], [True] * len(programs),
              "every sample offloads")
    for p in programs:
        image = data("dump", p["file"], p["program"])[0]
        stops = sum(w["stop"] for w in image["code"])
        tap.ok(p["card_instructions"] == len(image["code"]) and
               p["groups"] == stops and p["groups"] >= 1,
               "%s: instructions and groups are those of the code" %
               p["program"], p, len(image["code"]), stops)
        tap.ok((p["cycles_worst"] is None) == p["loops"] and
               0 < p["cycles_best"] <= (p["cycles_worst"] or 1 << 62),
               "%s: cycles are bounded unless there are loops" % p["program"],
               p)


def check_object(tap, directory, name):
    path = compile(os.path.join(SOURCES, name + ".c"),
                   os.path.join(directory, name + ".o"))
    programs = data("check", path, "--libbpf", "1.6")
    good = [p["program"] for p in programs if p["offloads"]]
    tap.equal(good, OFFLOAD[name], "%s: what offloads" % name)
    found = [(p["program"], r) for p in programs for r in p["reasons"]]
    for program, source, text in REASONS[name]:
        hits = [r for q, r in found if q == program and text in r["reason"]]
        tap.ok(len(hits) == 1, "%s: %s: %s" % (name, program, text), found)
        if not hits:
            continue
        found.remove((program, hits[0]))
        if source is None:
            tap.ok("insn" not in hits[0], "  it is about the whole program",
                   hits[0])
            continue
        tap.ok(source in hits[0].get("source", "") and
               hits[0]["file"].endswith(name + ".c") and "insn" in hits[0],
               "  at the line with %s" % source, hits[0])
        with open(hits[0]["file"]) as f:
            line = f.read().splitlines()[hits[0]["line"] - 1]
        tap.ok(line.strip() == hits[0]["source"], "  which is so in the file",
               line, hits[0])
    if name == "maps":
        found = [r for r in found if "does not use" not in r[1]["reason"]]
    tap.equal(found, [], "%s: no other reasons" % name)
    before = [r["reason"] for p in data("check", path, "--libbpf", "1.5")
              for r in p["reasons"]]
    tap.equal([r for r in before if "maps it into memory" in r], [],
              "%s: libbpf 1.5 maps nothing into memory" % name)
    return path


def test_text(tap, path):
    status, out, err = tool("check", path)
    tap.ok(status == 1 and not err, "a refusal: status 1, no error", status,
           err)
    for pattern in (r"(?m)^\S*globals.o: globals \(section xdp\) does not "
                    r"offload: 5 reasons$",
                    r"(?m)^  insn \d+, \S*globals.c:\d+: variable limit in",
                    r"(?m)^      if \(len > limit\)"):
        tap.ok(re.search(pattern, out), "the text has %s" % pattern, out)


def test_once(tap, directory):
    """Each sentence once an object."""
    source = os.path.join(directory, "twice.c")
    with open(source, "w") as f:
        f.write("""
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
int seen;
static __always_inline int count(int verdict)
{
	seen++;
	return verdict;
}
SEC("xdp") int one(struct xdp_md *ctx) { return count(XDP_PASS); }
SEC("xdp") int two(struct xdp_md *ctx) { return count(XDP_DROP); }
""")
    path = compile(source, os.path.join(directory, "twice.o"))
    _, out, _ = tool("check", path)
    tap.equal((out.count("variable seen in"),
               len(re.findall("and 1 told of above", out))), (1, 1),
              "a reason in a shared function is told once")
    tap.equal([len(p["reasons"]) for p in data("check", path)], [1, 1],
              "and is among each program's in JSON")


def test_stack(tap, directory):
    source = os.path.join(directory, "stack.c")
    with open(source, "w") as f:
        f.write("""
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
static __noinline int inner(void *p)
{
	volatile long room[1];

	room[0] = 1;
	return room[0] + *(char *)p;
}
SEC("xdp") int outer(struct xdp_md *ctx)
{
	volatile char bytes[40] = {};

	return bytes[0] + inner((void *)bytes);
}
SEC("xdp") int none(struct xdp_md *ctx) { return XDP_PASS; }
""")
    path = compile(source, os.path.join(directory, "stack.o"))
    tap.equal([(p["stack_bytes"], p["stack_bytes_max"])
               for p in data("check", path)], [(48, 512), (0, 512)],
              "stack as used, along the deepest chain of calls")


def test_dead_code(tap, directory):
    """What is never reached may be anything, except for maps and data."""
    source = os.path.join(directory, "dead.c")
    with open(source, "w") as f:
        f.write("""
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("xdp") int dead(struct xdp_md *ctx)
{
	asm volatile("r0 = 2; goto +1; call 69");
	return XDP_PASS;
}
""")
    path = compile(source, os.path.join(directory, "dead.o"))
    tap.ok(data("check", path)[0]["offloads"],
           "an unknown helper in dead code is no obstacle")
    with open(path, "rb") as f:
        whole = f.read()
    # Dead code may name registers that there are not, as r15 = 0.
    call = struct.pack("<BBhi", 0x85, 0, 0, 69)
    tap.equal(whole.count(call), 1, "one instruction is there to be changed")
    with open(path, "wb") as f:
        f.write(whole.replace(call, struct.pack("<BBhi", 0xb7, 15, 0, 0)))
    tap.equal([(p["offloads"], p["stack_bytes"])
               for p in data("check", path)], [(True, 0)],
              "nor is a register that there is not")


def test_without_btf(tap, directory):
    path = compile(os.path.join(SOURCES, "helpers.c"),
                   os.path.join(directory, "plain.o"), "-g0")
    programs = data("check", path)
    reasons = [r for p in programs for r in p["reasons"]]
    tap.ok(len(reasons) == 5 and all("insn" in r and "line" not in r
                                     for r in reasons),
           "without debug information: reasons without lines", reasons)
    path = compile(os.path.join(SOURCES, "calls.c"),
                   os.path.join(directory, "nomaps.o"), "-g0")
    reasons = [r["reason"] for p in data("check", path) for r in p["reasons"]]
    tap.ok(reasons and all("compile with -g" in r for r in reasons),
           "maps without their types: say what is missing", reasons)


def test_profile(tap, path):
    reasons = [r["reason"] for p in data("check", "--profile", "agilio", path)
               for r in p["reasons"]]
    tap.ok(len(reasons) == 1 and "sparse: flag BPF_F_NO_PREALLOC" in reasons[0],
           "a flag that cards of today refuse", reasons)


def test_legacy(tap, legacy, others):
    """libbpf since 1.0 opens no object with such maps: say so."""
    status, out, _ = tool("check", legacy)
    tap.ok(status == 0 and "libbpf 1.0 load those in section .maps only" in out,
           "maps of before: whom that is a matter to", out)
    tap.equal([p["legacy_maps"] for p in data("check", legacy, others)],
              [True, False, False], "and in JSON")


def test_no_objects(tap, directory, good):
    def write(name, content):
        path = os.path.join(directory, name)
        with open(path, "wb") as f:
            f.write(content)
        return path

    with open(good, "rb") as f:
        whole = f.read()
    says(tap, 1, "No such file", "check", os.path.join(directory, "none.o"))
    says(tap, 1, "shorter than the header", "check", write("empty.o", b""))
    says(tap, 1, "not an object file", "check",
         write("text.o", b"int main;\n" * 20))
    says(tap, 1, "not an object for BPF", "check", FLOWNIC)
    says(tap, 1, "cut short", "check", write("half.o", whole[:700]))
    says(tap, 1, "cut short", "check", write("less.o", whole[:-1]))
    says(tap, 2, "object file is missing", "check")
    says(tap, 2, "there are levels 0 to", "check", "-O9", good)
    says(tap, 2, "a number is expected", "check", "-Ox", good)
    says(tap, 2, "no profile nonesuch", "check", "--profile", "nonesuch",
         good)
    for size in range(0, len(whole), 97):
        path = write("cut.o", whole[:size])
        status, out, err = tool("check", path)
        if status != 1 or len(err.splitlines()) != 1 or out:
            tap.ok(False, "an object cut after %d bytes is refused" % size,
                   status, out, err)
            return
    tap.ok(True, "an object cut anywhere is refused in one line")
    status, out, err = tool("check", path, good)
    tap.ok(status == 1 and "uses_all (section xdp) offloads" in out,
           "the other files are checked all the same", status, out, err)


def main():
    tap = Tap()
    with scratch() as directory:
        test_samples(tap)
        paths = {name: check_object(tap, directory, name) for name in REASONS}
        test_text(tap, paths["globals"])
        test_once(tap, directory)
        test_stack(tap, directory)
        test_dead_code(tap, directory)
        test_without_btf(tap, directory)
        test_profile(tap, paths["flags"])
        test_legacy(tap, paths["legacy"], paths["calls"])
        test_no_objects(tap, directory, paths["calls"])
    tap.done()


main()
