#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""In the VM: the screen of flownic top while two programs have work."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "..", "tests", "vm"))
from nic import *  # noqa: E402,F403


def main():
    set_up()
    attach("fn0p0", "xdpoffload", "firewall")
    attach("fn0p1", "xdpoffload", "counters")
    bpftool("map update name blocked_ip4 key 10 0 0 2 value 0 0 0 0 0 0 0 0")
    loops = [subprocess.Popen(["ip", "netns", "exec", PEER, "tcpreplay", "-q",
                               "-i", dev, "--loop=0", "--pps=%d" % rate,
                               TOP + "/tests/data/traffic.pcap"],
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
             for dev, rate in (("fn0w0", 1500), ("fn0w1", 400))]
    env = dict(os.environ, LC_ALL="C.UTF-8")
    text = subprocess.run([FLOWNIC, "top", "count", "8"], env=env, text=True,
                          capture_output=True, check=True).stdout
    for loop in loops:
        loop.terminate()
    print(text[text.rindex("flownic top"):])


if __name__ == "__main__":
    main()
