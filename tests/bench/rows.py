# SPDX-License-Identifier: GPL-2.0
"""Published measurements, and how each is repeated on the modelled card.

A row: what it is, file under build/bench, options of flownic sim, Mpps
measured, group of rows that have a target together.
"""

# The card with the stripped firmware of the study, and with the one that it is
# sold with.
AGILIO = ["--profile", "agilio"]
CORENIC = ["--profile", "corenic"]
HXDP = ["--profile", "hxdp"]

SKETCH = {1: 54.26, 2: 54.28, 3: 53.97, 4: 50.04, 5: 46.17, 8: 30.96,
          10: 24.94, 20: 12.48}
DROP = {5: 9.51, 10: 19.4, 20: 38.5, 30: 53.2, 40: 52.2, 50: 53.2}
# By reads and cores.
READS = {4: {5: 11.84, 10: 23.5, 15: 34.9, 50: 49.4},
         8: {5: 9.15, 10: 17.96, 15: 24.8, 50: 24.8},
         12: {15: 16.6, 50: 16.6}}
# BPF instructions, and rows that hXDP's compiler made of them for 4 lanes.
COMPILED = {
    "xdp1": (61, 36.5), "xdp2": (78, 43), "adjust_tail": (117, 45),
    "router_ipv4": (119, 51), "rxq_info": (81, 46.5),
    "tx_ip_tunnel": (283, 103), "simple_firewall": (72, 27),
    "katran": (268, 105)}
CHECKSUMS = {1: 22.4, 10: 9.8, 20: 6.05, 40: 3.38}


def maps(*names):
    return [w for n in names for w in ("--map", "%s={data}/%s.json" % (n, n))]


def rows():
    for k, mpps in SKETCH.items():
        yield ("count-min sketch, %d hashes" % k, "countmin-%d.o" % k, AGILIO,
               mpps, "agilio")
    for cores, mpps in DROP.items():
        yield ("drop, %d cores" % cores, "drop.o",
               CORENIC + ["--cores", str(cores)], mpps, "agilio")
    for n, by_cores in READS.items():
        for cores, mpps in by_cores.items():
            yield ("%d reads, %d cores" % (n, cores), "reads-%d.o" % n,
                   AGILIO + ["--cores", str(cores)], mpps, "agilio")
    # Limited by 40GbE, it is said, which carries 30.5 M frames of 144 bytes: so
    # these are bytes on the wire.
    yield ("L4 load balancer, 144 B", "l4lb.o",
           AGILIO + maps("l4servers") +
           ["--pcap", "{data}/flows100.pcap", "--set", "ports=1"], 33.03,
           "agilio")
    programs = [
        ("xdp1", "xdp1.o", [], 11.3),
        ("xdp2", "xdp2.o", [], 6.9),
        ("xdp_adjust_tail", "adjust_tail.o",
         ["--pcap", "{data}/udp1500.pcap"], 2.64),
        ("router_ipv4", "router_ipv4.o", maps("routes", "neighbours"), 4.0),
        ("rxq_info, drop", "rxq_info.o", maps("config"), 11.2),
        ("rxq_info, tx", "rxq_info.o",
         ["--map", "config={data}/config-tx.json"], 9.9),
        ("tx_ip_tunnel", "tx_ip_tunnel.o", maps("tunnels"), 2.5),
        ("simple_firewall", "simple_firewall.o", maps("sessions"), 6.53),
        ("Katran", "katran.o", maps("services", "connections", "servers",
                                    "controls"), 2.88),
    ]
    for name, program, options, mpps in programs:
        yield name, program, HXDP + options, mpps, "hxdp programs"
    yield "XDP_DROP, early exit", "drop.o", HXDP, 52, "hxdp"
    yield ("XDP_DROP, no early exit", "drop.o", HXDP + ["--set", "floor_drop=7"],
           22, "hxdp")
    yield "XDP_TX", "send.o", HXDP, 22.4, "hxdp"
    yield "redirect", "redirect.o", HXDP + maps("port"), 15, "hxdp"
    for key in 1, 4, 16:
        yield "lookup, key of %d B" % key, "lookup-%d.o" % key, HXDP, 22.4, "hxdp"
    for n, mpps in CHECKSUMS.items():
        yield ("checksum helper, %d calls" % n, "checksum-%d.img" % n, HXDP, mpps,
               "hxdp")
