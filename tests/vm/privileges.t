#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Who may do what: every row of the table in docs/security.md, asked by a user
without privileges, by one who has them all in a user namespace of his own, by
one with CAP_NET_ADMIN alone, and by root."""

import fcntl
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bpf import *  # noqa: E402,F403
from nic import *  # noqa: E402,F403

# Root of a user namespace of his own.
ALONE = NOBODY + "unshare -Urn "
NET_ADMIN = ("setpriv --reuid 65534 --clear-groups --inh-caps -all,+net_admin "
             "--ambient-caps -all,+net_admin --bounding-set -all,+net_admin ")
OTHER = "other"
SIOCETHTOOL, SPAUSEPARAM = 0x8946, 0x13
NOT_PERMITTED = r"not permitted|CAP_|Permission denied|privileges"


def denied(tap, who, command, why=NOT_PERMITTED):
    said = refused(who + command)
    tap.ok(said and re.search(why, said), "refused %s: %s" % (
        {"": "", NOBODY: "to a user", ALONE: "in a user namespace",
         NET_ADMIN: "with CAP_NET_ADMIN alone"}[who], command), said)


def granted(tap, who, command):
    p = subprocess.run(who + command, shell=True, text=True,
                       stdin=subprocess.DEVNULL, capture_output=True)
    tap.ok(p.returncode == 0, "granted %s: %s" % (
        {"": "to root", NOBODY: "to a user",
         NET_ADMIN: "with CAP_NET_ADMIN alone"}[who], command), p.stderr)
    return p.stdout


def cards():
    return [c["card"] for c in json.loads(run(FLOWNIC + " -j show card"))]


def making(tap):
    """A card is a thing of the machine."""
    denied(tap, NOBODY, "ip link add type flownic")
    denied(tap, ALONE, "ip link add type flownic",
           "CAP_NET_ADMIN in the initial user namespace")
    denied(tap, NOBODY, FLOWNIC + " card add", "CAP_NET_ADMIN")
    denied(tap, NOBODY, FLOWNIC + " card del 0", "CAP_NET_ADMIN")
    denied(tap, ALONE, FLOWNIC + " card add", "not loaded")
    denied(tap, NOBODY, "insmod /run/flownic/flownic.ko", ".")
    denied(tap, NOBODY, "rmmod flownic", ".")
    tap.equal(cards(), [0], "there is no card more")
    granted(tap, NET_ADMIN, "ip link add type flownic")
    granted(tap, NET_ADMIN, "ip link del fn1p0")
    granted(tap, NET_ADMIN, FLOWNIC + " card add")
    granted(tap, NET_ADMIN, FLOWNIC + " card del 1")
    tap.equal(cards(), [0], "cards came and went")
    alias = run("modinfo -F alias /run/flownic/flownic.ko")
    tap.ok("rtnl-link" not in alias, "ip link add does not load the module",
           alias)


def looking(tap):
    """Programs and maps as bpftool tells of them, ports as ip link does."""
    for what in "prog", "map":
        denied(tap, NOBODY, "bpftool %s show" % what, ".")
        denied(tap, NOBODY, FLOWNIC + " show " + what, "CAP_SYS_ADMIN")
        denied(tap, NET_ADMIN, FLOWNIC + " show " + what, "CAP_SYS_ADMIN")
        out = granted(tap, "", FLOWNIC + " show " + what)
        tap.ok("count" in out, "and is told", out)
    prog = attached("fn0p0")["xdpoffload"]
    for verb in "dump prog id %d", "prog profile start id %d":
        denied(tap, NOBODY, "%s %s" % (FLOWNIC, verb % prog), "CAP_")
    denied(tap, NOBODY, FLOWNIC + " show worker", "CAP_NET_ADMIN")
    granted(tap, NET_ADMIN, FLOWNIC + " show worker")
    out = granted(tap, NOBODY, FLOWNIC + " -j show")
    shown = json.loads(out)[0]
    tap.equal(sorted(k for k in shown if isinstance(shown[k], list)),
              ["ports"], "of a card, a user is shown its ports")
    tap.equal([(p.get("ifname"), p.get("cable_ifname"))
               for p in shown["ports"]], [("fn0p0", None), (None, "fn0w1")],
              "ends of cables in the namespace that he is in")
    tap.ok("counters" in shown["ports"][0] and
           "counters" not in shown["ports"][1],
           "counters of his own ports", shown["ports"])
    for secret in "netns", "secret", "fn0w0":
        tap.ok(secret not in out, "no word of %s" % secret, out)
    text = granted(tap, NOBODY, FLOWNIC + " show")
    tap.ok("programs are not shown" in text and "CAP_SYS_ADMIN" in text,
           "the text says what it leaves out", text)
    granted(tap, NOBODY, FLOWNIC + " stats")
    names = [p.get("ifname") for p in
             json.loads(run(FLOWNIC + " -j show port"))]
    tap.equal(names, ["fn0p0", "secret"], "root is told of every namespace")


def changing(tap):
    inject = FLOWNIC + " prog inject trap dev fn0p0"
    kind = FLOWNIC + " map kind id 0 lru_hash"
    denied(tap, NOBODY, kind, "CAP_NET_ADMIN")
    denied(tap, ALONE, kind, "not loaded")
    denied(tap, NET_ADMIN, kind, "no card has a map with BPF id 0")
    for command in ("ethtool -G fn0p0 rx 1024", "ethtool -A fn0p0 tx off",
                    "ethtool -K fn0p0 rxhash off", "ip link set fn0p0 mtu 900",
                    "ip link set fn0p0 down", "ip link set fn0w1 down",
                    "ip link set dev fn0p0 xdpoffload off",
                    "ip link set fn0p0 netns " + OTHER,
                    "devlink health recover platform/flownic.0 reporter fault",
                    "devlink health diagnose platform/flownic.0 reporter "
                    "fault",
                    "devlink health test platform/flownic.0 reporter fault",
                    "devlink dev reload platform/flownic.0",
                    "devlink dev param set platform/flownic.0 name workers "
                    "value 2 cmode driverinit",
                    FLOWNIC + " show errors",
                    "devlink health dump show platform/flownic.0 reporter "
                    "fault",
                    FLOWNIC + " capture count 1 /dev/null",
                    "hwstamp_ctl -i fn0p0 -r 1",
                    "cat /dev/flownic",
                    "sh -c 'echo 1 > /sys/module/flownic/parameters/"
                    "interpreter'",
                    "sh -c 'echo 900 > /sys/class/net/fn0p0/mtu'",
                    "sh -c 'echo 1 > /sys/class/net/fn0p0/threaded'",
                    "sh -c 'cat /sys/kernel/debug/flownic/*'", inject):
        if subprocess.run("which " + command.split()[0], shell=True,
                          capture_output=True).returncode:
            continue
        denied(tap, NOBODY, command, ".")
    for node in ["/dev/flownic"] + ["/dev/" + n for n in os.listdir("/dev")
                                    if n.startswith("ptp")]:
        mode = os.stat(node).st_mode & 0o777
        tap.ok(not mode & 0o077, "%s is root's alone" % node, oct(mode))
    # Even one who was given the file.
    os.chmod("/dev/flownic", 0o666)
    denied(tap, NOBODY, "cat /dev/flownic", "not permitted")
    os.chmod("/dev/flownic", 0o600)
    for command in ("ip link show fn0p0", "ethtool -i fn0p0",
                    "ethtool -S fn0p0", "ethtool -g fn0p0",
                    "devlink dev info platform/flownic.0",
                    "devlink health show"):
        granted(tap, NOBODY, command)


def as_nobody(fn, *args, **more):
    """The errno with which a system call fails without privileges, or 0."""
    pid = os.fork()
    if not pid:
        os.setgroups([])
        os.setuid(65534)
        error = attempt(fn, *args, **more)
        os._exit(error.errno if error else 0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def loading(tap):
    index = ifindex("fn0p0")
    tap.equal(as_nobody(Prog, returns(PASS), index), errno.EPERM,
              "a user loads no program for the card")
    tap.equal(as_nobody(Map, ARRAY, 4, 8, 4, index), errno.EPERM,
              "and makes no map on it")
    with Prog(returns(PASS), index), Map(ARRAY, 4, 8, 4, index):
        tap.ok(True, "root does")


def flooding(tap):
    """What is refused to the owner of a namespace does not fill the log: the
    kernel lets ten messages pass in five seconds."""
    run("dmesg -C")
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    pause = ctypes.create_string_buffer(struct.pack("4I", SPAUSEPARAM, 0, 1,
                                                    1))
    request = struct.pack("16sQ16x", b"fn0p0", ctypes.addressof(pause))
    index, start, tries = ifindex("fn0p0"), time.monotonic(), 2000
    for _ in range(tries):
        attempt(Map, ARRAY, 4, 1 << 22, 1, index)
        try:
            fcntl.ioctl(sock, SIOCETHTOOL, request)
            tap.ok(False, "pause frames from nowhere are accepted")
        except OSError:
            pass
    allowed = 10 * ((time.monotonic() - start) / 5 + 2)
    said = [line for line in run("dmesg").splitlines() if "fn0p0" in line]
    tap.ok(len(said) <= allowed < 2 * tries,
           "%d refusals are no flood of the log" % (2 * tries),
           "%d lines, at most %d" % (len(said), allowed))


def main():
    tap = Tap()
    run("mkdir -p /run/netns; ip netns add " + OTHER)
    making(tap)
    if "xdpoffload" in MODES:
        attach("fn0p0", "xdpoffload", "counters")
    run("ip link set fn0p1 netns %s name secret" % OTHER)
    run("ip link set fn0w0 netns " + OTHER)
    looking(tap)
    changing(tap)
    loading(tap)
    flooding(tap)
    tap.done()


main()
