#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
#
# needs: x86
#
# (/proc/PID/wchan tells that a reader waits; UML trips over its own KASAN there.)
"""Captures on the card: the frames that were sent, before and after the
program, dropped ones with their verdict; readers that die and cards that go."""

import os
import re
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bpf import *  # noqa: E402,F403
from nic import *  # noqa: E402,F403


class Reader:
    """flownic capture, once it has begun."""

    def __init__(self, words, json_lines=True):
        self.p = subprocess.Popen(
            "exec %s %s capture %s" % (FLOWNIC, "-j" if json_lines else "",
                                       words),
            shell=True, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if not awaited(self.begun):
            raise Failed("capture %s: %s" % (words, self.p.communicate()))

    def begun(self):
        """It waits in read() of the device."""
        if self.p.poll() is not None:
            return False
        try:
            with open("/proc/%d/wchan" % self.p.pid) as f:
                return f.read().startswith("fn_")
        except OSError:
            return False

    def end(self, sig=signal.SIGINT):
        if sig:
            self.p.send_signal(sig)
        out, err = self.p.communicate()
        return out, err

    def frames(self, sig=signal.SIGINT):
        out, self.said = self.end(sig)
        return [json.loads(line) for line in out.splitlines()]


def send(frames, dev="fn0w0", ns=PEER):
    sender = Sender(dev, ns)
    for frame in frames:
        sender.send(frame)
    sender.close()


def arrived(n, dev="fn0p0"):
    """Wait until a port's program has decided so many more frames."""
    before = stats(dev)

    def decided():
        now = changes(before, stats(dev))
        return sum(v for k, v in now.items()
                   if k.startswith("offload_xdp")) >= n

    return lambda: awaited(decided)


# Frames of type 0x1234 are dropped, those of 0x1235 come back with byte 0
# changed, the others pass; if they are too short, it faults no more than that.
FILTER = (load(W, 2, 1, 0) + load(W, 3, 1, 4) + mov_reg(4, 2) +
          alu(ADD, 4, 14) + mov(0, PASS) + jump_reg(JGT, 4, 3, 6) +
          load(H, 5, 2, 12) + mov(0, DROP) + jump(JEQ, 5, 0x3412, 3) +
          mov(0, PASS) + jump(JNE, 5, 0x3512, 1) + mov(0, TX) + EXIT)


def typed(kind, n):
    return mac(HOST_MAC) + mac(PEER_MAC) + kind + b"%8d" % n + bytes(40)


def test_verdicts(tap):
    reader = Reader("dev fn0p0 both")
    sent = [typed(b"\x12\x34", 0), typed(b"\x12\x35", 1),
            typed(b"\x12\x36", 2)]
    wait = arrived(3)
    send(sent)
    wait()
    frames = reader.frames()
    before = [f for f in frames if f["point"] == "before"]
    after = [f for f in frames if f["point"] == "after"]
    tap.equal([bytes.fromhex(f["data"]) for f in before], sent,
              "before: the frames that were sent")
    tap.equal([bytes.fromhex(f["data"]) for f in after], sent,
              "after: the same, since the program changes none")
    tap.equal([f["verdict"] for f in after], ["drop", "tx", "pass"],
              "with their verdicts")
    tap.ok(all("verdict" not in f for f in before), "before: no verdict")
    tap.ok(all(f["cycles"] > 0 and f["id"] for f in after),
           "with cycles and program", after)
    tap.ok("6 frames captured, 0 lost" in reader.said, "counted", reader.said)
    times = [f["time_ns"] for f in frames]
    tap.ok(all(abs(t / 1e9 - time.time()) < 600 for t in times),
           "stamped with the time of day", times)


def test_faults(tap):
    run("%s prog inject address dev fn0p0" % FLOWNIC)
    reader = Reader("port 0 count 1")
    send([typed(b"\x12\x36", 7)])
    frames = reader.frames(None)
    tap.equal([(f["verdict"], f.get("fault")) for f in frames],
              [("aborted", "address")], "a fault with its cause")


def test_file(tap):
    path = "/tmp/capture.pcap"
    reader = Reader("dev fn0p0 both %s" % path, False)
    sent = [typed(b"\x12\x34", n) for n in range(20)]
    wait = arrived(20)
    send(sent)
    wait()
    out, said = reader.end()
    tap.ok("40 frames captured, 0 lost" in said and not out, "into a file",
           out, said)
    with open(path, "rb") as f:
        data = f.read()
    tap.equal(data[:4], b"\x0a\x0d\x0d\x0a", "which is pcapng")
    listing = run("tcpdump -nr %s -xx 2>/dev/null" % path)
    tap.equal(listing.count("0x0000:"), 40, "tcpdump reads all of it")
    tap.ok(sent[19].hex() in re.sub(r"0x....:|\s", "", listing),
           "with the last frame", listing[-600:])
    tap.ok(b"drop, program filter id" in data, "comments tell the verdict")
    p = subprocess.Popen(
        "%s capture dev fn0p0 - 2>/dev/null | tcpdump -l -nr - -c 5 -xx"
        % FLOWNIC, shell=True, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL)

    def fed():
        send(sent[:5])
        return p.poll() is not None

    done = awaited(fed)
    tap.ok(done and p.communicate()[0].count("0x0000:") == 5,
           "and into a pipe, which may close")


def test_host(tap):
    reader = Reader("dev fn0p0 host count 2")
    out = [mac(PEER_MAC) + mac(HOST_MAC) + b"\x88\xb7" + bytes([n]) * 50
           for n in range(2)]
    send(out, "fn0p0", None)
    frames = reader.frames(None)
    tap.equal([bytes.fromhex(f["data"]) for f in frames], out,
              "frames from the host")
    reader = Reader("dev fn0p0 snaplen 20 count 1")
    frame = typed(b"\x12\x34", 3)
    send([frame])
    got = reader.frames(None)[0]
    tap.equal([bytes.fromhex(got["data"]), got["bytes"]],
              [frame[:20], len(frame)], "as many bytes as were asked for")


def test_loss(tap):
    """A reader that is too slow loses copies, and no frame is lost."""
    reader = Reader("dev fn0p0 buffer 64 snaplen 2000")
    reader.p.send_signal(signal.SIGSTOP)
    wait = arrived(3000)
    send([typed(b"\x12\x34", n) for n in range(3000)])
    tap.ok(wait(), "the card goes on while its reader doesn't")
    reader.p.send_signal(signal.SIGCONT)
    frames = reader.frames()
    seen, lost = map(int, re.search(r"(\d+) frames captured, (\d+) lost",
                                    reader.said).groups())
    tap.ok(lost > 0 and seen + lost == 3000 and seen == len(frames),
           "captured and lost are all that there were", reader.said)


def test_readers(tap):
    readers = [Reader("") for _ in range(8)]
    said = refused(FLOWNIC + " capture")
    tap.ok(said and "all 8 captures" in said, "a ninth reader is refused",
           said)
    for reader in readers[:4]:
        reader.end(signal.SIGKILL)
    again = [Reader("") for _ in range(4)]
    tap.ok(True, "the place of readers that were killed is free again")
    wait = arrived(5)
    send([typed(b"\x12\x34", n) for n in range(5)])
    wait()
    tap.equal([len(r.frames()) for r in readers[4:] + again], [5] * 8,
              "each gets all the frames")


def test_removal(tap):
    card = json.loads(run(FLOWNIC + " -j card add"))["card"]
    reader = Reader("card %d" % card)
    run("%s card del %d" % (FLOWNIC, card))
    out, said = reader.end(None)
    tap.ok("the card is gone" in said and reader.p.returncode == 0,
           "a reader ends when its card goes", said)
    reader = Reader("")
    said = refused("rmmod flownic")
    tap.ok(said and "in use" in said, "the module stays while there are some",
           said)
    reader.end()


def test_refusals(tap):
    refuses(tap, "capture", (
        ("port 7", 1, "no port"), ("card 9", 1, "no port"),
        ("snaplen 0", 2, "1 to 16384"), ("buffer 100", 2, "power of two"),
        ("count x", 2, "number"), ("frob 1", 2, "not expected"),
        ("/nonexistent/x.pcap", 1, "No such file")))
    said = refused(NOBODY + FLOWNIC + " capture")
    tap.ok(said and "CAP_NET_ADMIN" in said, "refused without privilege", said)


def main():
    tap = Tap()
    set_up()
    with Prog(FILTER, ifindex("fn0p0"), name="filter") as prog:
        link = prog.link(ifindex("fn0p0"))
        for test in (test_verdicts, test_faults, test_file, test_host,
                     test_loss, test_readers, test_removal, test_refusals):
            test(tap)
        link.close()
    tap.done()


main()
