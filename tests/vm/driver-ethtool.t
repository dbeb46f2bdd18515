#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Everything that ethtool can ask of a port: it is answered, or refused as not
supported, and what is set to its present value is taken.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

COUNT = 50


def says(tap, command, *lines):
    shown = run(command)
    for line in lines:
        tap.ok(re.search(line, shown, re.M), "%s: %s" % (command, line), shown)


def queries(tap):
    says(tap, "ethtool -l fn0p0", r"^Combined:\s+%d$" % os.cpu_count())
    says(tap, "ethtool -c fn0p0", r"^rx-frames:\s+1$", r"^tx-frames:\s+1$")
    says(tap, "ethtool -n fn0p0", r"%d RX rings available" % os.cpu_count(), r"Total 0 rules")
    says(tap, "ethtool -d fn0p0", r"^Offset\s+Values", r"0x0000:\s+00 02 00 00")
    says(tap, "ethtool -P fn0p0", r"^Permanent address: [0-9a-f:]{17}$")
    says(tap, "ethtool fn0p0", r"Speed: \d+Mb/s", r"Duplex: Full",
         r"Supported pause frame use: Transmit-only",
         r"Supported link modes:\s+\d+base", r"Link detected: yes")
    says(tap, "ethtool -a fn0p0", r"^RX:\s+off", r"^TX:\s+on")
    says(tap, "ethtool -T fn0p0", r"hardware-transmit", r"PTP Hardware Clock: \d")
    for option in "-m", "--show-fec", "--show-eee", "--show-mm", "-x", "-w":
        p = subprocess.run("ethtool %s fn0p0" % option, shell=True, text=True,
                           capture_output=True)
        tap.ok(p.returncode == 0 or "not supported" in p.stderr or
               "bad command" in p.stderr,
               "ethtool %s: an answer, or not supported" % option,
               p.stdout, p.stderr)


def present_values(tap):
    speed = re.search(r"Speed: (\d+)Mb/s", run("ethtool fn0p0")).group(1)
    for command in ("ethtool -L fn0p0 combined %d" % os.cpu_count(),
                    "ethtool -G fn0p0 rx 512 tx 512",
                    "ethtool -A fn0p0 tx on",
                    "ethtool -s fn0p0 speed %s duplex full autoneg off" % speed):
        p = subprocess.run(command, shell=True, text=True, capture_output=True)
        # Older versions of ethtool end with a status of their own if there is
        # nothing to change.
        tap.ok(p.returncode == 0 or "unmodified" in p.stderr + p.stdout or
               "no " in p.stderr + p.stdout, command + ": taken", p.stdout,
               p.stderr)
    for command in ("ethtool -L fn0p0 combined 65", "ethtool -L fn0p0 rx 1",
                    "ethtool -s fn0p0 speed 10 duplex half autoneg off",
                    "ethtool -C fn0p0 rx-usecs 10001",
                    "ethtool -A fn0p0 rx on"):
        said = refused(command)
        tap.ok(said, command + ": refused", said)


def self_test(tap):
    shown = run("ethtool -t fn0p0 online")
    tap.ok("The test result is PASS" in shown, "the self-test passes", shown)
    run("ip link set fn0w0 down")
    p = subprocess.run("ethtool -t fn0p0 online", shell=True, text=True,
                       capture_output=True)
    tap.ok("FAIL" in p.stdout and re.search(r"^Link.*\t 1$", p.stdout, re.M),
           "and fails for want of a link, which it names", p.stdout)
    run("ip link set fn0w0 up")
    await_carrier("fn0p0")


def group(name, counter):
    shown = run("ethtool -S fn0p0 --groups " + name)
    return int(re.search(r"%s: (\d+)" % counter, shown).group(1))


def groups(tap):
    def snapshot():
        return {c: group(g, c) for g, c in (
            ("eth-mac", "FramesReceivedOK"),
            ("eth-mac", "FramesTransmittedOK"),
            ("eth-mac", "OctetsReceivedOK"),
            ("eth-mac", "OctetsTransmittedOK"),
            ("eth-mac", "FrameTooLongErrors"),
            ("rmon", "etherStatsOversizePkts"))}

    before = snapshot()
    frame = bytes.fromhex("020000000001" "020000000002" "88b5") + bytes(86)
    for dev in "fn0w0", "fn0p0":
        sender = Sender(dev)
        for _ in range(COUNT):
            sender.send(frame)
        sender.close()
    run("ip link set fn0w0 mtu 3000")
    sender = Sender("fn0w0")
    sender.send(frame + bytes(2000))
    sender.close()
    run("ip link set fn0w0 mtu 1500")
    expected = {"FramesReceivedOK": COUNT, "FramesTransmittedOK": COUNT,
                "OctetsReceivedOK": COUNT * 100,
                "OctetsTransmittedOK": COUNT * 100, "FrameTooLongErrors": 1,
                "etherStatsOversizePkts": 1}
    awaited(lambda: changes(before, snapshot()) == expected)
    tap.equal(changes(before, snapshot()), expected,
              "the standard groups count what the MAC saw")
    says(tap, "ethtool -S fn0p0 --groups eth-ctrl",
         r"MACControlFramesTransmitted: \d+")
    says(tap, "ethtool -I -a fn0p0", r"tx_pause_frames: \d+")


def kind(tap):
    for dev in "fn0p0", "fn0w0", "fn0p1", "fn0w1":
        link = json.loads(run("ip -j -d link show " + dev))[0]
        tap.equal(link.get("linkinfo", {}).get("info_kind"), "flownic",
                  "ip -d link shows the kind of %s" % dev)


def main():
    tap = Tap()
    run("sysctl -qw net.ipv6.conf.all.disable_ipv6=1", check=False)
    for dev in "fn0p0", "fn0w0":
        run("ip link set %s up" % dev)
    await_carrier("fn0p0")
    queries(tap)
    present_values(tap)
    self_test(tap)
    groups(tap)
    kind(tap)
    tap.done()


if __name__ == "__main__":
    main()
