#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# needs: jit
"""What a native program can ask about its frame: time stamp, hash, VLAN tag."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

PROGRAM = r"""
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct seen {
	__u64 count;
	__u64 tstamp;
	__u32 hash;
	__u32 type;
	__s32 tstamp_ret;
	__s32 hash_ret;
	__s32 vlan_ret;
	__u16 vlan_proto;
	__u16 vlan_tci;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct seen);
} seen SEC(".maps");

enum xdp_rss_hash_type { none = 0, last = 0x7fffffff };

extern int bpf_xdp_metadata_rx_timestamp(const struct xdp_md *ctx,
					 __u64 *timestamp) __ksym;
extern int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, __u32 *hash,
				    enum xdp_rss_hash_type *type) __ksym;
#ifdef VLAN
extern int bpf_xdp_metadata_rx_vlan_tag(const struct xdp_md *ctx,
					__be16 *proto, __u16 *tci) __ksym;
#endif

SEC("xdp") int ask(struct xdp_md *ctx)
{
	enum xdp_rss_hash_type type = 0;
	struct seen *s;
	__u32 key = 0;

	s = bpf_map_lookup_elem(&seen, &key);
	if (!s)
		return XDP_ABORTED;
	s->tstamp_ret = bpf_xdp_metadata_rx_timestamp(ctx, &s->tstamp);
	s->hash_ret = bpf_xdp_metadata_rx_hash(ctx, &s->hash, &type);
	s->type = type;
#ifdef VLAN
	s->vlan_ret = bpf_xdp_metadata_rx_vlan_tag(ctx, &s->vlan_proto,
						   &s->vlan_tci);
#endif
	s->count++;
	return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
"""

L3_V4, L3_V6, L4, TCP_BIT, UDP_BIT = 1, 2, 8, 16, 32
ENODATA = 61


class Program:
    """Loaded for a device, by libbpf."""

    def __init__(self, path, dev):
        lib = self.lib = ctypes.CDLL("libbpf.so.1", use_errno=True)
        for f in (lib.bpf_object__open, lib.bpf_object__next_program,
                  lib.bpf_object__find_map_by_name):
            f.restype = ctypes.c_void_p
        obj = ctypes.c_void_p(lib.bpf_object__open(path.encode()))
        prog = ctypes.c_void_p(lib.bpf_object__next_program(obj, None))
        self.index = ifindex(dev)
        lib.bpf_program__set_ifindex(prog, self.index)
        lib.bpf_program__set_flags(prog, 1 << 6)  # bound, not offloaded
        if lib.bpf_object__load(obj):
            raise Failed("the program is not loaded: %d" % ctypes.get_errno())
        self.map = lib.bpf_map__fd(ctypes.c_void_p(
            lib.bpf_object__find_map_by_name(obj, b"seen")))
        if lib.bpf_xdp_attach(self.index, lib.bpf_program__fd(prog), 4, None):
            raise Failed("the program is not attached")

    def seen(self):
        value = ctypes.create_string_buffer(40)
        self.lib.bpf_map_lookup_elem(self.map, bytes(4), value)
        names = "count tstamp hash type tstamp_ret hash_ret vlan_ret " \
            "vlan_proto vlan_tci".split()
        return dict(zip(names, struct.unpack("QQIIiiiHH", value.raw)))


def frame(version, proto):
    ports = struct.pack("!HH", 1234, 80) + bytes(36)
    if version == 4:
        return b"\x08\x00" + struct.pack(
            "!BBHHHBBH4s4s", 0x45, 0, 60, 0, 0, 64, proto, 0, b"abcd",
            b"efgh") + ports
    return b"\x86\xdd" + struct.pack("!IHBB", 6 << 28, 40, proto, 64) + \
        b"abcdefghijklmnop" + b"qrstuvwxyz012345" + ports


def toeplitz(key, data):
    out = 0
    for i in range(len(data) * 8):
        if data[i // 8] >> (7 - i % 8) & 1:
            out ^= int.from_bytes(key, "big") >> \
                (len(key) * 8 - 32 - i) & 0xffffffff
    return out


def vlan(tap, program, sender):
    tagged = mac(HOST_MAC) + mac(PEER_MAC) + b"\x81\x00\x60\x05" + frame(4, 17)
    for rxvlan, want in ("on", (0, 0x8100, 0x6005)), \
            ("off", (-ENODATA, None, None)):
        run("ethtool -K fn0p0 rxvlan " + rxvlan)
        before = program.seen()["count"]
        sender.send(tagged)
        awaited(lambda: program.seen()["count"] > before)
        now = program.seen()
        got = now["vlan_ret"], socket.ntohs(now["vlan_proto"]), now["vlan_tci"]
        tap.equal(got if not got[0] else (got[0], None, None), want,
                  "tags taken out %s: what it is told" % rxvlan)


def main():
    tap = Tap()
    with open("/proc/kallsyms") as f:
        symbols = f.read()
    if "bpf_xdp_metadata_rx_hash" not in symbols:
        print("1..0 # SKIP this kernel's programs cannot ask")
        return
    has_vlan = "bpf_xdp_metadata_rx_vlan_tag" in symbols
    set_up(ports=1)
    key = mac(re.search(r"key:\n([0-9a-f:]+)",
                        run("ethtool -x fn0p0")).group(1))
    text = "#define VLAN\n" * has_vlan + PROGRAM
    program = Program(compile_bpf("metadata", text), "fn0p0")
    sender = Sender("fn0w0", PEER)
    last = program.seen()
    for name, body, data, kind in (
            ("UDP over IPv4", frame(4, 17), (14, 12), L3_V4 | L4 | UDP_BIT),
            ("TCP over IPv4", frame(4, 6), (14, 12), L3_V4 | L4 | TCP_BIT),
            ("ICMP", frame(4, 1), (14, 8), L3_V4),
            ("UDP over IPv6", frame(6, 17), (10, 36), L3_V6 | L4 | UDP_BIT),
            ("TCP over IPv6", frame(6, 6), (10, 36), L3_V6 | L4 | TCP_BIT)):
        sender.send(mac(HOST_MAC) + mac(PEER_MAC) + body)
        awaited(lambda: program.seen()["count"] > last["count"])
        now = program.seen()
        at, n = data
        tap.equal((now["hash_ret"], now["hash"], now["type"]),
                  (0, toeplitz(key, body[at:at + n]), kind),
                  name + ": hash and its type")
        tap.ok(now["tstamp_ret"] == 0 and now["tstamp"] > last["tstamp"],
               name + ": the time goes on", now, last)
        last = now
    sender.send(mac(HOST_MAC) + mac(PEER_MAC) + b"\x88\xb5" + bytes(50))
    awaited(lambda: program.seen()["count"] > last["count"])
    tap.equal(program.seen()["hash_ret"], -ENODATA, "no flow, no hash")
    if has_vlan:
        vlan(tap, program, sender)
    sender.close()
    run("ip link set fn0p0 xdpdrv off")
    tap.done()


if __name__ == "__main__":
    main()
