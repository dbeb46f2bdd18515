#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Memory whose size a user chooses: what there is not is refused, with what was
before left as it was and nobody killed; and who asked for it pays for it.

The machine has 400 MB. A bystander that owns some of it must live."""
# vm: -m 400M

import fcntl
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bpf import *  # noqa: E402,F403
from nic import *  # noqa: E402,F403

IOC_CAPTURE = 0x4018f101
GROUP = "/run/cgroup/test"
BYSTANDER = """
import sys
a = bytearray(24 << 20)
for i in range(0, len(a), 4096):
    a[i] = 1
print("ready", flush=True)
sys.stdin.read()
"""


def oom_kills():
    with open("/proc/vmstat") as f:
        return sum(int(line.split()[1]) for line in f
                   if line.startswith("oom_kill "))


def available():
    with open("/proc/meminfo") as f:
        words = dict(line.split(":") for line in f)
    return int(words["MemAvailable"].split()[0]) >> 10


def shape():
    """MTU and ring sizes."""
    now = run("ethtool -g fn0p0").split("Current hardware settings:")[1]
    rings = {k: int(n) for k, n in re.findall(r"^(RX|TX):\s+(\d+)", now,
                                              re.M)}
    with open("/sys/class/net/fn0p0/mtu") as f:
        return int(f.read()), rings["RX"], rings["TX"]


def carries():
    for source, sink in ((("fn0w0", PEER), ("fn0p0", None)),
                         (("fn0p0", None), ("fn0w0", PEER))):
        capture, sender = Capture(*sink), Sender(*source)
        sender.send(mark(1))
        arrived = capture.await_frames(1)
        capture.close()
        sender.close()
        if not arrived:
            return False
    return True


def rings(tap):
    run("ip link set fn0p0 mtu 9500")
    before = shape()
    said = refused("ethtool -G fn0p0 rx 32768")
    tap.ok(said and "memory" in said, "rings of 512 MB are refused", said)
    tap.equal(shape(), before, "the port keeps what it has")
    tap.ok(carries(), "and works")
    run("ip link set fn0p0 mtu 1500")
    await_carrier("fn0p0")
    run("ethtool -G fn0p0 rx 16384")
    before = shape()
    tap.equal(before, (1500, 16384, 512), "64 MB are granted")
    said = refused("ip link set fn0p0 mtu 9500")
    tap.ok(said and "Cannot allocate" in said,
           "four times as much for another MTU is refused", said)
    tap.equal(shape(), before, "the MTU stays")
    tap.ok(carries(), "and the port works")
    # A port that is down learns of it when it comes up.
    run("ip link set fn0p0 down")
    run("ip link set fn0p0 mtu 9500")
    run("ethtool -G fn0p0 rx 32768")
    said = refused("ip link set fn0p0 up")
    tap.ok(said and "Cannot allocate" in said,
           "a port for which there is no memory does not come up", said)
    run("ethtool -G fn0p0 rx 512")
    run("ip link set fn0p0 mtu 1500")
    run("ip link set fn0p0 up")
    await_carrier("fn0p0")
    tap.ok(carries(), "smaller, it does")


def maps(tap):
    for kind, name in (ARRAY, "array"), (HASH, "hash"):
        for value, entries in (1 << 16, 1 << 13), (8, 1 << 26), (512, 1 << 20):
            error = attempt(Map, kind, 4, value, entries, ifindex("fn0p0"))
            tap.ok(error and error.errno == errno.ENOMEM,
                   "%s of %d times %d bytes: refused" % (name, entries,
                                                        value), error)
    with Map(HASH, 256, 8, 400000, ifindex("fn0p0")) as m:
        said = refused("%s map kind id %d lpm_trie" % (FLOWNIC, m.id))
        tap.ok(said and "not so much memory to spare" in said,
               "a trie that would take 224 MB more is refused", said)
        m.update(bytes(256), bytes(8))
        tap.equal(m.lookup(bytes(256)), bytes(8), "it stays a hash")
    held, error = [], None
    while not error and len(held) < 100:
        try:
            held.append(Map(HASH, 64, 4096, 2048, ifindex("fn0p0")))
        except BpfError as e:
            error = e
    tap.ok(held and error and error.errno == errno.ENOMEM,
           "map after map, until one is refused", len(held), error)
    held[0].update(bytes(64), bytes(4096))
    tap.equal(held[0].lookup(bytes(64)), bytes(4096), "those there are work")
    tap.ok(carries(), "and so do the ports")
    for m in held:
        m.close()


def captures(tap):
    held, error = [], None
    while not error and len(held) < 100:
        fd = os.open("/dev/flownic", os.O_RDONLY)
        held.append(fd)
        try:
            fcntl.ioctl(fd, IOC_CAPTURE, struct.pack("6I", 0, 1, 7, 128,
                                                     1 << 20, 0))
        except OSError as e:
            error = e.errno
    tap.ok(error in (errno.ENOMEM, errno.EBUSY) and len(held) < 10,
           "captures of 64 MB each end in a refusal", len(held), error)
    tap.ok(carries(), "and the ports work")
    for fd in held:
        os.close(fd)


def cards(tap):
    run("ip link set fn0p0 down")
    made, said = 0, None
    while not said and made < 300:
        said = refused(FLOWNIC + " card add ports 1")
        made += not said
    tap.ok(said and re.search("no more than 256 cards|memory", said),
           "cards are added until one is refused: %d" % made, said)
    for n in range(made, 0, -1):
        run("%s card del %d" % (FLOWNIC, n))
    run("ip link set fn0p0 up")
    await_carrier("fn0p0")
    tap.ok(carries(), "card 0 works as before")


def charged(tap):
    """A process in a memory cgroup pays, and is refused beyond its limit."""
    os.makedirs("/run/cgroup", exist_ok=True)
    run("mount -t cgroup2 none /run/cgroup", check=False)
    run("echo +memory > /run/cgroup/cgroup.subtree_control", check=False)
    os.makedirs(GROUP, exist_ok=True)
    if not os.path.exists(GROUP + "/memory.max"):
        tap.skip("memory is charged", "the kernel has no memory cgroups")
        return
    inside = "echo $$ > %s/cgroup.procs; " % GROUP
    used = lambda: int(open(GROUP + "/memory.current").read()) >> 20  # noqa
    run("%s exec ethtool -G fn0p0 rx 8192" % inside)
    tap.ok(used() >= 30, "a ring of 32 MB is charged", "%d MiB" % used())
    run("ethtool -G fn0p0 rx 512")
    tap.ok(awaited(lambda: used() < 10, tries=100), "and given back",
           "%d MiB" % used())
    with open(GROUP + "/memory.max", "w") as f:
        f.write(str(24 << 20))
    before = shape()
    said = refused("%s exec ethtool -G fn0p0 rx 16384" % inside)
    tap.ok(said and "memory" in said, "beyond the limit it is refused", said)
    tap.equal(shape(), before, "and nothing has changed")
    with open(GROUP + "/memory.events") as f:
        events = dict(line.split() for line in f)
    tap.equal(events["oom_kill"], "0", "nobody in the group was killed")
    tap.ok(carries(), "the port works")


def main():
    tap = Tap()
    if os.environ.get("FLOWNIC_KERNEL") == "uml":
        print("1..0 # SKIP User Mode Linux takes its memory elsewhere")
        return
    set_up(ports=1)
    bystander = subprocess.Popen([sys.executable, "-c", BYSTANDER], text=True,
                                 stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE)
    bystander.stdout.readline()
    before = available()
    for test in rings, maps, captures, cards, charged:
        if test is maps and "xdpoffload" not in MODES:
            continue
        test(tap)
        tap.ok(bystander.poll() is None, "the bystander lives")
        tap.equal(oom_kills(), 0, "and nobody was killed")
    tap.ok(awaited(lambda: available() > before - 24, tries=100),
           "the memory is there again", "%d MiB of %d" % (available(), before))
    bystander.kill()
    tap.done()


main()
