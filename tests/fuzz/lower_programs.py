# SPDX-License-Identifier: GPL-2.0
"""Random programs in C that have what lowering is for: global data, per-CPU
maps, tail calls, functions, callbacks, locks, maps in maps, LRU maps, LPM tries,
ring buffers, strings, maps of each kind that is plain.

A program is a function of its frame and of what it has kept: it knows neither
time nor chance.
"""

import random

HEAD = """// SPDX-License-Identifier: GPL-2.0
#include "common.h"
#define MAP(name, kind, v, n) struct { \\
	__uint(type, BPF_MAP_TYPE_##kind); __type(key, __u32); \\
	__type(value, v); __uint(max_entries, n); } name SEC(".maps")
struct pair { __u32 a; __u16 b; __u8 c[2]; __u64 d; };
struct kept { struct bpf_spin_lock lock; __u32 n; __u64 sum; };
struct walk { __u32 a; __u32 b; };
MAP(array, ARRAY, __u64, 8);
MAP(hash, HASH, struct pair, 32);
MAP(cores, PERCPU_ARRAY, struct pair, 8);
MAP(more_cores, PERCPU_ARRAY, struct pair, 8);
MAP(flows, PERCPU_HASH, __u64, 32);
MAP(locked, ARRAY, struct kept, 4);
MAP(recent, LRU_HASH, struct pair, 512);
MAP(recent_cores, LRU_PERCPU_HASH, __u64, 512);
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 1 << 20);
} records SEC(".maps");
struct prefix { __u32 len; __u32 addr; };
struct { __uint(type, BPF_MAP_TYPE_LPM_TRIE); __type(key, struct prefix);
	__type(value, __u32); __uint(max_entries, 48);
	__uint(map_flags, BPF_F_NO_PREALLOC); } routes SEC(".maps");
struct in_array { __uint(type, BPF_MAP_TYPE_ARRAY); __type(key, __u32);
	__type(value, __u64); __uint(max_entries, 8);
} one SEC(".maps"), two SEC(".maps"), three SEC(".maps");
struct in_hash { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32);
	__type(value, __u64); __uint(max_entries, 16);
} four SEC(".maps"), five SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS); __uint(key_size, 4);
	__uint(max_entries, 5); __array(values, struct in_array);
} nest SEC(".maps") = { .values = { [0] = &one, [1] = &two, [3] = &three } };
struct { __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS); __uint(key_size, 4);
	__uint(max_entries, 4); __array(values, struct in_hash);
} named SEC(".maps") = { .values = { [1] = &four, [2] = &five } };
__u8 small; __u16 middle; __u32 word; __u64 wide; __s32 sign; __u32 table[16];
struct pair last;
static volatile const __u32 limit = 77;
static const __u16 odd[9] = { 1, 3, 700, 5, 65535, 9, 11, 13, 15 };
"""


class Program:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.depth = 0
        self.tails = self.rng.randrange(4)
        self.locks = not self.rng.randrange(3)

    def pick(self, *of):
        return self.rng.choice(of)

    def number(self):
        return self.pick(0, 1, 2, 7, 31, 255, 0x8000, 0xffff, 0x7fffffff,
                         0xfffffff0, self.rng.getrandbits(32))

    def value(self):
        n = self.rng.randrange(16)
        if n < 5:
            return self.pick("a", "b", "c", "(__u32)a", "(b >> 7)")
        if n < 7:
            return "%uu" % self.number()
        if n < 9:
            return self.pick("small", "middle", "word", "wide", "sign",
                             "limit", "last.a", "last.b", "last.c[1]")
        if n < 11:
            return self.pick("table[a & 15]", "odd[b & 7]", "odd[3]")
        if n == 11:
            return "(%s ? %s : %s)" % (self.test(), self.pick("a", "b"),
                                       self.pick("c", "9"))
        return "(%s %s %s)" % (self.pick("a", "b", "c"), self.pick(
            "+", "-", "*", "^", "&", "|"), self.pick("a", "b", "c", "33"))

    def test(self):
        return "%s %s %s" % (self.pick("a", "b", "c", "word", "middle"),
                             self.pick("<", ">", "==", "!=", "&"),
                             self.pick("b", "c", "limit", "%uu" %
                                       self.number()))

    def key(self):
        return self.pick("a", "b", "c") + self.pick(" & 7", " & 15", " & 3",
                                                    " >> 29")

    def data(self):
        return self.pick(
            lambda: "small += %s;" % self.value(),
            lambda: "middle ^= %s;" % self.value(),
            lambda: "word = word * 5 + %s;" % self.value(),
            lambda: "wide += %s;" % self.value(),
            lambda: "sign -= %s;" % self.value(),
            lambda: "table[%s & 15] = %s;" % (self.pick("a", "b"),
                                              self.value()),
            lambda: "__sync_fetch_and_add(&word, %s);" % self.value(),
            lambda: "c += __sync_fetch_and_add(&wide, %s);" % self.value(),
            lambda: "last.a = %s; last.c[0]++;" % self.value(),
            lambda: "last.d += last.a + %s;" % self.value())()

    def look_up(self):
        name, kind, use = self.pick(
            ("array", "__u64", "*v += %s;"), ("array", "__u64", "a ^= *v + %s;"),
            ("array", "__u64", "__sync_fetch_and_add(v, %s);"),
            ("hash", "struct pair", "v->a += %s; v->c[1]++;"),
            ("hash", "struct pair", "c += v->a * 3 + v->b + %s;"),
            ("cores", "struct pair", "v->d += %s; v->b--;"),
            ("cores", "struct pair", "c ^= v->d + v->b + %s;"),
            ("flows", "__u64", "*v = *v * 9 + %s;"),
            ("flows", "__u64", "a += *v + %s;"))
        return "{ __u32 k = %s; %s *v = bpf_map_lookup_elem(&%s, &k); " \
            "if (v) { %s }%s }" % (self.key(), kind, name,
                                   use % self.value(), self.pick(
                                       "", " else { c++; }"))

    def update(self):
        name, kind, make = self.pick(
            ("array", "__u64", "%s"),
            ("hash", "struct pair", "{ .a = %s, .c = { 1, 2 } }"),
            ("cores", "struct pair", "{ .d = %s }"), ("flows", "__u64", "%s"))
        return "{ __u32 k = %s; %s v = %s; c += bpf_map_update_elem(&%s, &k, " \
            "&v, %s); }" % (self.key(), kind, make % self.value(), name,
                            self.pick("BPF_ANY", "BPF_ANY", "BPF_NOEXIST",
                                      "BPF_EXIST"))

    def delete(self):
        return "{ __u32 k = %s; a += bpf_map_delete_elem(&%s, &k); }" % (
            self.key(), self.pick("hash", "flows"))

    def inner(self):
        name, use = self.pick(
            ("nest", "__u64 *v = bpf_map_lookup_elem(in, &j); "
             "if (v) *v += %s; else b++;"),
            ("named", "__u64 *v = bpf_map_lookup_elem(in, &j); "
             "if (v) a ^= *v + %s;"),
            ("named", "__u64 v = %s; c += bpf_map_update_elem(in, &j, &v, "
             "BPF_NOEXIST);"),
            ("named", "a += bpf_map_delete_elem(in, &j) + %s;"))
        if not self.rng.randrange(4):
            return "{ __u32 k = %s; void *m = %s ? (void *)&cores : " \
                "(void *)&more_cores; struct pair *v = bpf_map_lookup_elem(" \
                "m, &k); if (v) { v->d += %s; v->b++; } }" % (
                    self.key(), self.test(), self.value())
        other = "" if self.rng.randrange(3) else "if (!in) in = &%s; " % (
            "two" if name == "nest" else "five")
        return "{ __u32 k = %s, j = %s; void *in = bpf_map_lookup_elem(&%s, " \
            "&k); %sif (in) { %s } }" % (self.key(), self.key(), name, other,
                                         use % self.value())

    def kind(self):
        return self.pick(
            "{ struct pair v = { .a = %s }, *p; __u32 k = %s; p = "
            "bpf_map_lookup_elem(&recent, &k); if (p) p->d += p->a; else "
            "bpf_map_update_elem(&recent, &k, &v, BPF_ANY); }",
            "{ struct prefix k = { .len = %s & 31, .addr = %s }; __u32 *p = "
            "bpf_map_lookup_elem(&routes, &k); if (p) c += (*p)++; else "
            "{ __u32 v = 5; c ^= bpf_map_update_elem(&routes, &k, &v, BPF_ANY); } }",
            "{ struct prefix k = { .len = %s & 31, .addr = %s }; "
            "b += bpf_map_delete_elem(&routes, &k); }",
            "{ __u64 v = %s, *p; __u32 k = %s; p = bpf_map_lookup_elem("
            "&recent_cores, &k); if (p) c ^= ++*p; else b += "
            "bpf_map_update_elem(&recent_cores, &k, &v, BPF_ANY); }") % (
                self.value(), self.key())

    def record(self):
        return self.pick(
            "{ __u64 v = %s; c += bpf_ringbuf_output(&records, &v, %s, 0); }" % (
                self.value(), self.pick("4", "8", "6")),
            "{ struct pair *r = bpf_ringbuf_reserve(&records, sizeof(*r), 0); "
            "if (r) { __builtin_memset(r, 0, sizeof(*r)); r->a = %s; r->d = c; "
            "if (%s) bpf_ringbuf_submit(r, 0); else bpf_ringbuf_discard(r, 0); "
            "} }" % (self.value(), self.test()))

    def string(self):
        return "{ char s[] = \"%s\"; b ^= s[%s & %d] << 3; }" % (
            "".join(self.rng.choice("abcdefg ,.") for _ in range(40)),
            self.pick("a", "b", "c"), self.pick(7, 15, 31))

    def lock(self):
        return "{ __u32 k = %s; struct kept *v = bpf_map_lookup_elem(&locked," \
            " &k); if (v) { bpf_spin_lock(&v->lock); v->n += b; v->sum ^= " \
            "v->n; c += v->sum; bpf_spin_unlock(&v->lock); } }" % self.key()

    def loop(self):
        return "{ struct walk w = { a, b }; c += bpf_loop(%s, step%d, &w, 0); "\
            "a = w.a; }" % (self.pick("9", "(b & 7)", "1", "0"),
                            self.rng.randrange(2))

    def each(self):
        return "{ struct walk w = { a, b }; b += bpf_for_each_map_elem(&array" \
            ", visit, &w, 0); c ^= w.a; }"

    def call(self):
        return self.pick("a = helper0(a, %s);" % self.value(),
                         "b += helper1(ctx, %s);" % self.value())

    def branch(self):
        self.depth += 1
        text = "if (%s) { %s }%s" % (
            self.test(), self.statement(),
            self.pick("", " else { %s }" % self.statement()))
        self.depth -= 1
        return text

    def statement(self):
        kinds = [self.data, self.data, self.look_up, self.look_up, self.update,
                 self.delete, self.inner, self.kind, self.record, self.string,
                 self.lock if self.locks else self.data]
        if self.in_entry:
            kinds += [self.call, self.loop, self.each]
        if self.depth < 2:
            kinds.append(self.branch)
        return self.rng.choice(kinds)()

    def body(self, most):
        return "\n\t".join(self.statement()
                           for _ in range(self.rng.randrange(1, most)))

    def tail(self):
        if not self.tails:
            return ""
        return "if (%s) bpf_tail_call(ctx, &progs, %s);" % (
            self.test(), self.pick("0", "1", "2", "a & 3", "b & 7"))

    def entry(self, name):
        self.in_entry = True
        return """SEC("xdp") int %s(struct xdp_md *ctx)
{
	__u32 a = digest(ctx), b = a * 2654435761u, c = a >> 5;
	%s
	%s
	%s
	%s
	word += c;
	return (a ^ b ^ c) %% 3 + 1;
}
""" % (name, self.body(6), self.tail(), self.body(4), self.tail())

    def function(self, head, result, b=None):
        self.in_entry = False
        return "static noinline %s\n{\n\t__u32 c = 1%s;\n\t%s\n\treturn %s;\n}\n" % (
            head, ", b = " + b if b else "", self.body(3), result)

    def text(self):
        parts = [
            self.function("__u32 helper0(__u32 a, __u32 b)", "a + b + c"),
            self.function("__u32 helper1(struct xdp_md *ctx, __u32 a)",
                          "a * 3 + c + b", "digest(ctx)")]
        for n in range(2):
            self.in_entry = False
            parts.append("""static int step%d(__u32 i, struct walk *w)
{
	__u32 a = w->a, b = i, c = 0;
	%s
	w->a = a * 3 + c;
	return i == %s;
}
""" % (n, self.statement(), self.pick("4", "100", "(w->b & 7)")))
        parts.append("""static long visit(void *map, __u32 *k, __u64 *v,
		  struct walk *w)
{
	__u32 a = *k, b = w->b, c = 0;
	%s
	*v += c;
	w->a += a + *v;
	return *k == (w->b & 15);
}
""" % self.data())
        main = self.entry("program")
        tails = [self.entry("t%d" % n) for n in range(self.tails)]
        if tails:
            parts.append("".join("int t%d(struct xdp_md *ctx);\n" % n
                                 for n in range(self.tails)))
            parts.append("""struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 4);
	__uint(key_size, 4); __array(values, int(void *));
} progs SEC(".maps") = { .values = { %s } };
""" % ", ".join("[%d] = (void *)&t%d" % (n, n) for n in range(self.tails)))
        return HEAD + "".join(parts) + main + "".join(tails) + "LICENSE;\n"
