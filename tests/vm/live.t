#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Changes under traffic: programs are replaced and maps updated meanwhile.

No frame may be lost, doubled or reordered, and an update counts for all frames
that are sent after it. Several workers keep the order of each flow, whichever
way they execute the program.
"""

import os
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import oracle  # noqa: E402
from nic import *  # noqa: E402,F403

REPLACEMENTS = 10
FLOWS, WORKERS = 16, 3
SWITCH = "/sys/module/flownic/parameters/interpreter"


def numbered(n):
    return mac(HOST_MAC) + mac(PEER_MAC) + b"\x88\xb5" + struct.pack("!Q", n)


def udp_from(addr, n):
    """A UDP packet from a host, with a number in it."""
    data = struct.pack("!HHHHQ", 1, 2, 16, 0, n)
    head = struct.pack("!BBHHHBBH", 0x45, 0, 36, 0, 0, 64, 17, 0)
    head += oracle.ipaddress.ip_address(addr).packed + bytes([10, 0, 0, 1])
    check = ~oracle.fold(sum(struct.unpack("!10H", head))) & 0xFFFF
    return mac(HOST_MAC) + mac(PEER_MAC) + b"\x08\x00" + head[:10] + \
        struct.pack("!H", check) + head[12:] + data


class Stream(threading.Thread):
    """Sends numbered frames until told to stop."""

    def __init__(self, make=numbered, dev="fn0w0"):
        super().__init__(daemon=True)
        self.sender = Sender(dev, PEER)
        self.make = make
        self.sent = 0
        self.end = threading.Event()
        self.start()

    def run(self):
        while not self.end.wait(0.0005):
            for _ in range(4):
                self.sender.send(self.make(self.sent))
                self.sent += 1

    def stop(self):
        self.end.set()
        self.join()
        self.sender.close()


def go_on(stream, count=50):
    """Let so many more frames be sent."""
    goal = stream.sent + count
    awaited(lambda: stream.sent >= goal, tries=2000, pause=0.01)


def numbers(frames):
    """Of the numbered frames among these, in order."""
    return [struct.unpack("!Q", f[14:22])[0] for f in frames
            if f[12:14] == b"\x88\xb5"]


def in_order(tap, got, sent, name):
    wrong = next((n for n, g in enumerate(got) if g != n), len(got))
    tap.ok(got == list(range(sent)), name, "sent %d, got %d" % (sent, len(got)),
           "first wrong at %d: %r" % (wrong, got[wrong:wrong + 5]))


def replace(tap, mode, programs, dev, ns):
    """Replace programs that all do the same with the frames."""
    name = "%s, replacing %s" % (MODE_OF[mode], " by ".join(programs))
    attach("fn0p0", mode, programs[0])
    capture = Capture(dev, ns)
    stream = Stream()
    for n in range(REPLACEMENTS):
        go_on(stream)
        attach("fn0p0", mode, programs[(n + 1) % len(programs)])
        capture.poll()
    go_on(stream)
    stream.stop()
    capture.await_frames(stream.sent)
    in_order(tap, numbers(capture.frames), stream.sent,
             name + ": each frame arrives, once and in order")
    capture.close()
    detach("fn0p0", mode)


def come_and_go(tap, mode):
    """Attach and detach a program that passes all."""
    capture = Capture("fn0p0")
    stream = Stream()
    for _ in range(REPLACEMENTS // 2):
        go_on(stream)
        attach("fn0p0", mode, "pass")
        capture.poll()
        go_on(stream)
        detach("fn0p0", mode)
        capture.poll()
    stream.stop()
    capture.await_frames(stream.sent)
    in_order(tap, numbers(capture.frames), stream.sent,
             MODE_OF[mode] + ", attaching and detaching: no frame is lost")
    capture.close()


def update(tap, mode):
    """Block and unblock an address while others' packets flow."""
    name = MODE_OF[mode]
    attach("fn0p0", mode, "firewall")
    rules = maps_of(attached("fn0p0")[mode])["blocked_ip4"]
    target, key = "10.0.0.7", bytes([10, 0, 0, 7])
    sender = Sender("fn0w0", PEER)
    capture = Capture("fn0p0")
    stream = Stream(lambda n: udp_from("10.0.0.8", n))
    n, expected = 0, []
    for _ in range(REPLACEMENTS):
        map_set(rules, key, bytes(8))
        sender.send(udp_from(target, n))
        # The frame must have been decided before the rule goes again.
        awaited(lambda: map_dump(rules)[key] != bytes(8))
        map_delete(rules, key)
        sender.send(udp_from(target, n + 1))
        expected.append(udp_from(target, n + 1))
        awaited(lambda: capture.poll() and expected[-1] in
                capture.frames[-500:], tries=2000, pause=0.01)
        n += 2
    stream.stop()
    background = [udp_from("10.0.0.8", i) for i in range(stream.sent)]
    capture.await_frames(len(background) + len(expected))
    source = bytes([10, 0, 0, 7])
    same_frames(tap, [f for f in capture.frames if f[26:30] == source],
                expected, name + ": each update of a map counts at once")
    same_frames(tap, [f for f in capture.frames if f[26:30] != source],
                background, name + ": and what no rule is for passes")
    sender.close()
    capture.close()
    detach("fn0p0", mode)


def fill(tap, mode):
    """A hash map up to its last entry and beyond, under traffic."""
    name = MODE_OF[mode]
    attach("fn0p0", mode, "firewall")
    maps = maps_of(attached("fn0p0")[mode])
    ports = maps["blocked_ports"]
    stream = Stream(lambda n: udp_from("10.0.0.8", n))
    batch = "/tmp/batch"
    key = struct.Struct("!HBB").pack
    keys = [key(n, 17, 0) for n in range(1000, 1256)]
    with open(batch, "w") as f:
        for k in keys:
            f.write("map update id %d key %s value %s\n" % (
                ports, as_bytes(k), as_bytes(bytes(8))))
    run("bpftool batch file " + batch)
    tap.equal(sorted(map_dump(ports)), keys, name + ": a map takes max_entries")
    said = refused("bpftool map update id %d key %s value %s" % (
        ports, as_bytes(key(1, 17, 0)), as_bytes(bytes(8))))
    tap.ok(said and "Argument list too long" in said,
           name + ": one more is refused", said)
    said = refused("bpftool map update id %d key %s value %s noexist" % (
        ports, as_bytes(keys[0]), as_bytes(bytes(8))))
    tap.ok(said and "File exists" in said,
           name + ": noexist is refused for what exists", said)
    map_set(ports, keys[0], b"\7" + bytes(7), "exist")
    tap.equal(map_dump(ports)[keys[0]], b"\7" + bytes(7),
              name + ": a full map still takes new values")
    map_delete(ports, keys[0])
    said = refused("bpftool map delete id %d key %s" % (
        ports, as_bytes(keys[0])))
    tap.ok(said and "No such file" in said,
           name + ": deleting what is not there is refused", said)
    map_set(ports, key(1, 17, 0), bytes(8))
    tap.equal(sorted(map_dump(ports)), sorted(keys[1:] + [key(1, 17, 0)]),
              name + ": there is room again after a deletion")
    stream.stop()
    detach("fn0p0", mode)


def add_card(interpreter):
    """A card of one port whose programs are executed this way."""
    with open(SWITCH, "w") as f:
        f.write("%d" % interpreter)
    card = json.loads(run("flownic -j card add ports 1 workers %d" %
                          WORKERS))["card"]
    port, cable = "fn%dp0" % card, "fn%dw0" % card
    run("ip link set %s netns %s" % (cable, PEER))
    run("ethtool -K %s gro off" % port)
    in_peer("ethtool -K %s gro off" % cable)
    run("ip link set %s up" % port)
    in_peer("ip link set %s up" % cable)
    in_peer("tc qdisc replace dev %s root pfifo limit 10000" % cable)
    await_carrier(port)
    return card, port, cable


def flow_of(n):
    return bytes([10, 0, 1, n % FLOWS])


def keep_order(tap, name, port, cable, program, dev, ns):
    """Many flows at once, a program that lets them all go on."""
    attach(port, "xdpoffload", program)
    capture = Capture(dev, ns)
    stream = Stream(lambda n: udp_from("10.0.1.%d" % (n % FLOWS), n), cable)
    go_on(stream, 3000)
    stream.stop()
    capture.await_frames(stream.sent)
    got = [(f[26:30], struct.unpack("!Q", f[42:50])[0])
           for f in capture.frames]
    wrong = {}
    for flow in range(FLOWS):
        numbers = [n for source, n in got if source == flow_of(flow)]
        if numbers != list(range(flow, stream.sent, FLOWS)):
            wrong[flow] = numbers
    tap.ok(not wrong, "%s, %s: %d workers keep the order of %d flows" %
           (name, program, WORKERS, FLOWS),
           "sent %d, got %d" % (stream.sent, len(got)),
           "flow and its numbers: %s" % repr(list(wrong.items())[:1])[:400])
    capture.close()
    detach(port, "xdpoffload")


def workers_in_order(tap, interpreter):
    name = "interpreted" if interpreter else "compiled"
    card, port, cable = add_card(interpreter)
    keep_order(tap, name, port, cable, "tx", cable, PEER)
    keep_order(tap, name, port, cable, "pass", port, None)
    workers = json.loads(run("flownic -j stats dev " + port))["workers"]
    tap.ok(len(workers) == WORKERS and all(w["frames"] for w in workers),
           name + ": each worker had some of the frames", workers)
    run("flownic card del %d" % card)
    with open(SWITCH, "w") as f:
        f.write("0")


def main():
    tap = Tap()
    set_up(ports=1)
    start = objects()
    for mode in MODES:
        replace(tap, mode, ("pass", "counters", "firewall"), "fn0p0", None)
        replace(tap, mode, ("tx", "tx"), "fn0w0", PEER)
        come_and_go(tap, mode)
        update(tap, mode)
        fill(tap, mode)
    for interpreter in False, True:
        workers_in_order(tap, interpreter)
    tap.equal(await_objects(start), {}, "no program or map is left")
    tap.done()


main()
