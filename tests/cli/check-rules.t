#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""flownic check and sim know the rules of the kernel and its loaders: where the
context's fields are, which helpers need the GPL, what becomes a map, which
functions are programs."""

import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli import *  # noqa: E402,F403

TRAFFIC = os.path.join(TOP, "tests", "data", "traffic.pcap")
HEAD = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
"""
GPL = 'char _license[] SEC("license") = "GPL";\n'

# Fields in another order and with other sizes than the kernel's.
RELOCATED = """
typedef unsigned short u16; typedef unsigned int u32;
typedef unsigned long long u64;
struct xdp_md {
	u64 rx_queue_index; u16 ingress_ifindex; u64 data_end; u64 data;
	u32 data_meta; u32 nonsense;
} __attribute__((preserve_access_index));
#define SEC(x) __attribute__((section(x), used))
"""
SWAPPED = RELOCATED + """
SEC("xdp") int swapped(struct xdp_md *ctx)
{
	unsigned char *p = (void *)(long)ctx->data;

	if ((void *)(p + 14) > (void *)(long)ctx->data_end)
		return 1;
	return ctx->ingress_ifindex == 7 && !ctx->rx_queue_index ? 3 : 0;
}
""" + 'char _license[] SEC("license") = "GPL";\n'
EXISTS = RELOCATED + """
SEC("xdp") int exists(struct xdp_md *ctx)
{
	int size = __builtin_preserve_field_info(ctx->data, 1);

	return __builtin_preserve_field_info(ctx->data_end, 2) && size == 4 &&
	       !__builtin_preserve_field_info(ctx->nonsense, 2) ? 3 : 0;
}
""" + 'char _license[] SEC("license") = "GPL";\n'
NO_FIELD = RELOCATED + """
SEC("xdp") int no_field(struct xdp_md *ctx) { return ctx->nonsense; }
"""

# A body, what check says of it; None if it offloads.
ACCESS = [
    ("return *(int *)((char *)c + 0);", None),
    ("return *(int *)((char *)c + 20) != 0;", "egress_ifindex"),
    ("return *(int *)((char *)c + 24);", "context at 24, outside"),
    ("return *(int *)((char *)c + 400);", "context at 400, outside"),
    ("return *(long long *)((char *)c + 8);", "access of 8 bytes"),
    ("return *(short *)((char *)c + 12);", "access of 2 bytes"),
    ("return *(char *)((char *)c + 13);", "access of 1 byte to"),
    ("*(volatile int *)((char *)c + 16) = 1; return 2;", None),
    ("*(volatile int *)((char *)c + 12) = 1; return 2;",
     "store to the context at 12"),
    ("volatile void *k = c; bpf_ktime_get_ns();"
     "return *(short *)((char *)k + 12);", "access of 2 bytes"),
]

LICENCES = [
    ("", "the object's has none"), ("Proprietary", 'is "Proprietary"'),
    ("MIT", 'is "MIT"'), ("GPL", None), ("Dual BSD/GPL", None),
    ("GPL v2", None),
]

MAPS = """
struct { __uint(type, BPF_MAP_TYPE_%s); __uint(max_entries, %s);
	 __uint(map_flags, %s); __type(key, __u32); __type(value, __u64);
} %s SEC(".maps");
"""


def write(where, name, text, *flags):
    source = os.path.join(where, name + ".c")
    with open(source, "w", encoding="ascii") as f:
        f.write(text)
    return compile(source, os.path.join(where, name + ".o"), *flags)


def reasons(path, *words):
    return [r["reason"] for p in data("check", path, *words)
            for r in p["reasons"]]


def refused(tap, path, text, what, *words):
    found = reasons(path, *words)
    if text is None:
        tap.equal(found, [], what)
    else:
        tap.ok(len(found) == 1 and text in found[0], what + ": " + text,
               found)


def test_relocations(tap, where):
    for name, text in ("swapped", SWAPPED), ("exists", EXISTS):
        path = write(where, name, text)
        result = data("sim", path, "--pcap", TRAFFIC, "--ifindex", "7")
        verdicts = {k: v for k, v in result["verdicts"].items() if v}
        tap.equal(verdicts, {"tx": result["packets"]},
                  "%s: fields are where the kernel has them" % name)
        refused(tap, path, None, "%s offloads" % name)
    path = write(where, "no_field", NO_FIELD)
    refused(tap, path, "field nonsense of struct xdp_md, which no kernel has",
            "a field that there is not")


def test_accesses(tap, where):
    for n, (body, text) in enumerate(ACCESS):
        path = write(where, "access%d" % n, HEAD + GPL +
                     'SEC("xdp") int p(struct xdp_md *c) { %s }\n' % body,
                     "-Wno-everything")
        refused(tap, path, text, body)


def test_licence(tap, where):
    for licence, text in LICENCES:
        section = 'char l[] SEC("license") = "%s";\n' % licence
        path = write(where, "licence", HEAD + (section if licence else "") +
                     'SEC("xdp") int p(struct xdp_md *c)\n'
                     '{ char s[] = "x"; bpf_trace_printk(s, 2); return 2; }')
        refused(tap, path, text, 'licence "%s"' % licence)


def test_maps(tap, where):
    use = ('SEC("xdp") int p(struct xdp_md *c) { __u32 k = 0;'
           'return bpf_map_lookup_elem(&%s, &k) ? 2 : 1; }')
    path = write(where, "sized", HEAD + GPL + MAPS % ("HASH", "0", "0", "m") +
                 use % "m")
    refused(tap, path, "max_entries are 0", "a map that the loader sizes")
    refused(tap, path, None, "--entries gives a size", "--entries", "m=9")
    result = data("sim", path, "--pcap", TRAFFIC, "--entries", "m=9")
    tap.ok(result["packets"] > 0, "sim takes --entries", result)
    says(tap, 1, "no such map", "check", path, "--entries", "n=9")
    says(tap, 2, "MAP=ENTRIES is expected", "check", path, "--entries", "m")
    says(tap, 2, "a number is expected", "check", path, "--entries", "m=x")
    path = write(where, "ports", HEAD + GPL + MAPS % (
        "DEVMAP", "0", "0", "m") + 'SEC("xdp") int p(struct xdp_md *c)'
        '{ return bpf_redirect_map(&m, 0, 2); }')
    found = reasons(path, "--lower")
    tap.ok(found[-1].startswith("map m: its max_entries are 0"),
           "a map of the host's that the loader sizes", found)
    refused(tap, path, None, "--entries gives that a size", "--lower",
            "--entries", "m=9")
    path = write(where, "meta", HEAD + GPL + MAPS % (
        "DEVMAP", "0", "9", "m") + 'SEC("xdp") int p(struct xdp_md *c)'
        '{ bpf_xdp_adjust_meta(c, -4); return bpf_redirect_map(&m, 0, 2); }')
    note = data("check", "--lower", path)[0].get("note", "")
    tap.ok("all packets would go to the host, for helper xdp_adjust_meta" in
           note, "why nothing is left to the card", note)
    path = write(where, "flags", HEAD + GPL +
                 MAPS % ("HASH", "8", "BPF_F_NO_COMMON_LRU | BPF_F_STACK_BUILD_ID",
                         "m") + use % "m")
    refused(tap, path, "map flags 34 (BPF_F_NO_COMMON_LRU | BPF_F_STACK_BUILD_ID)",
            "flags have names")
    others = "".join(MAPS % ("LRU_HASH", "8", "0", "m%d" % i)
                     for i in range(10))
    path = write(where, "ten", HEAD + GPL + others +
                 MAPS % ("ARRAY", "1", "0", "good") + use % "good")
    refused(tap, path, "10 maps, which this program does not use",
            "ten unsuitable maps are one reason")
    status, out, err = tool("check", path)
    tap.ok(status == 1 and "alone in an object it would offload" in out,
           "and the object is what stands in the way", out, err)
    tap.equal([p["offloads_alone"] for p in data("check", path)], [True],
              "in JSON, too")


def test_functions(tap, where):
    path = write(where, "text", "#include <linux/bpf.h>\n"
                 "static int __attribute__((noinline)) help(int n)"
                 "{ return n + 1; }\n"
                 "int one(struct xdp_md *c) { return help(c->data); }\n"
                 "int two(struct xdp_md *c) { return 2; }\n")
    programs = data("check", path)
    tap.equal([(p["program"], p["section"], p["offloads"], p["type_guessed"])
               for p in programs],
              [("one", ".text", True, True), ("two", ".text", True, True)],
              "global functions of .text are programs if there are no others")
    status, out, err = tool("check", path)
    tap.ok("taken for an XDP program: section .text does not tell" in out,
           "which is said", out, err)
    path = write(where, "filter", HEAD +
                 'SEC("anything") int f(struct bpf_sock *c)'
                 "{ return 1; }")
    refused(tap, path, "its argument is a struct bpf_sock",
            "a guess that the argument contradicts")
    path = write(where, "classifier", HEAD +
                 'SEC("anything") int f(struct __sk_buff *c)'
                 "{ c->mark = 1; return c->len > 60 ? 0 : 2; }"
                 'SEC("tc") int g(struct __sk_buff *c)'
                 "{ return c->pkt_type; }"
                 'SEC("tc") int h(struct __sk_buff *c)'
                 "{ c->len = 1; return 0; }")
    programs = {p["program"]: p for p in data("check", path)}
    tap.equal([programs[n]["offloads"] for n in "fgh"], [True, False, False],
              "a program whose argument is a struct __sk_buff is a classifier")
    for name, text in (("g", "ctx->pkt_type is not on the card"),
                       ("h", "programs can change mark, priority")):
        said = [r["reason"] for r in programs[name]["reasons"]]
        tap.ok(len(said) == 1 and text in said[0],
               "and one refused: " + text, said)


INGRESS = """
__attribute__((noinline)) static int away(struct __sk_buff *c, unsigned long f)
{ return bpf_redirect(c->ifindex, f); }
SEC("tc") int plain(struct __sk_buff *c)
{ return bpf_redirect(c->ifindex, BPF_F_INGRESS); }
SEC("tc") int called(struct __sk_buff *c)
{ if (c->len & 1) return away(c, BPF_F_INGRESS);
  c->mark = 1; return away(c, 0); }
SEC("tc") int copied(struct __sk_buff *c)
{ return c->len & 1 ? bpf_clone_redirect(c, 1, BPF_F_INGRESS) : 0; }
SEC("tc") int egress(struct __sk_buff *c)
{ long m = BPF_F_INGRESS; c->mark = m; bpf_clone_redirect(c, m, 0);
  return bpf_redirect(c->ifindex, 0); }
"""


def test_redirects(tap, where):
    """What the driver refuses when the program is loaded."""
    path = write(where, "ingress", HEAD + GPL + INGRESS)
    for p in data("check", path):
        said = [r["reason"] for r in p["reasons"]]
        if p["program"] == "egress":
            tap.equal(said, [], "redirects to egresses offload")
        else:
            tap.ok(len(said) == 1 and "redirect with BPF_F_INGRESS" in said[0]
                   and p["reasons"][0]["line"], "%s: %s" % (
                       p["program"], said), p["reasons"])


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="flownic-") as where:
        test_relocations(tap, where)
        test_accesses(tap, where)
        test_licence(tap, where)
        test_maps(tap, where)
        test_functions(tap, where)
        test_redirects(tap, where)
    tap.done()


main()
