# SPDX-License-Identifier: GPL-2.0
"""A flownic card as the kernel's selftests use a simulated device: stands in
for the classes of the same names in tools/testing/selftests/net/lib/py."""

import json
import subprocess

KNOBS = "/sys/kernel/debug/flownic/flownic%u/"


def run(*words, ns=None):
    enter = ("ip", "netns", "exec", ns) if ns else ()
    return subprocess.run(enter + words, check=True, text=True,
                          stdout=subprocess.PIPE).stdout


class NetdevSimDev:
    """A card."""

    def __init__(self, port_count=1, queue_count=1, ns=None):
        said = run("flownic", "-j", "card", "add", "ports", str(port_count))
        self.addr = json.loads(said)["card"]
        self.dfs_dir = KNOBS % self.addr
        self.ns = None
        self.removed = False
        # What the simulator cannot do, and how it says so.
        self.dfs_write("bpf_one_program", "Y")
        self.dfs_write("netdevsim_words", "Y")
        self.nsims = []
        for port in range(port_count):
            self.dfs_write("ports/%u/xdp_max_mtu" % port, "4000")
            name = "fn%up%u" % (self.addr, port)
            self.nsims.append(self._make_port(port, name))

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.remove()

    def _make_port(self, port_index, ifname):
        return NetdevSim(self, port_index, ifname, self.ns)

    def dfs_write(self, path, value):
        with open(self.dfs_dir + path, "w") as f:
            f.write(value)

    def remove(self):
        if not self.removed:
            run("flownic", "card", "del", str(self.addr))
            self.removed = True

    def remove_nsim(self, nsim):
        self.nsims.remove(nsim)
        run("flownic", "port", "del", "card", str(self.addr),
            "port", str(nsim.port_index))


class NetdevSim:
    """A port of it."""

    def __init__(self, nsimdev, port_index, ifname, ns=None):
        self.nsimdev = nsimdev
        self.port_index = port_index
        self.ifname = ifname
        self.ns = ns
        self.dfs_dir = "%s/ports/%u/" % (nsimdev.dfs_dir, port_index)
        shown = run("ip", "-j", "link", "show", "dev", ifname, ns=ns)
        self.dev = json.loads(shown)[0]
        self.ifindex = self.dev["ifindex"]

    def dfs_write(self, path, value):
        self.nsimdev.dfs_write("ports/%u/%s" % (self.port_index, path), value)
