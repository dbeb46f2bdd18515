#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
#
# vm: -t 900
"""What flownic check says of an object, and what the loaders that people have do
with it: ip, bpftool and the libbpf of this machine load every program of every
sample and test object for the card. Who says that a program offloads must be
right, and who says that it does not, too. Definitions of maps in the old form,
which check takes note of, no libbpf takes since 1.0.
"""

import ctypes
import glob
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

PIN = "/sys/fs/bpf/loaders"
XDP = 6


def attempt(command):
    """Whether a command succeeds, and the last thing it says."""
    p = subprocess.run(command, text=True, capture_output=True)
    lines = [line for line in (p.stderr + p.stdout).splitlines() if line]
    return p.returncode == 0, lines[-3:]


def by_ip(path, program, _):
    good, said = attempt(["ip", "-force", "link", "set", "dev", "fn0p0",
                          "xdpoffload", "obj", path, "program", program])
    if good:
        run("ip link set dev fn0p0 xdpoffload off")
    return good, said


def by_bpftool(path, _, index):
    """It loads the first program that it finds: for objects of one alone."""
    good, said = attempt(["bpftool", "prog", "load", path, PIN, "type", "xdp",
                          "dev", "fn0p0"])
    if good:
        os.unlink(PIN)
    return good, said


def library():
    lib = ctypes.CDLL("libbpf.so.1")
    for name in ("bpf_object__open", "bpf_object__next_program",
                 "bpf_object__next_map"):
        getattr(lib, name).restype = ctypes.c_void_p
    lib.bpf_program__name.restype = ctypes.c_char_p
    lib.bpf_object__open.argtypes = [ctypes.c_char_p]
    for name, more in (("bpf_object__load", ()), ("bpf_object__close", ()),
                       ("bpf_object__next_program", (ctypes.c_void_p,)),
                       ("bpf_object__next_map", (ctypes.c_void_p,)),
                       ("bpf_program__name", ()), ("bpf_map__type", ()),
                       ("bpf_program__set_ifindex", (ctypes.c_uint,)),
                       ("bpf_map__set_ifindex", (ctypes.c_uint,)),
                       ("bpf_program__set_type", (ctypes.c_int,)),
                       ("bpf_program__set_autoload", (ctypes.c_bool,))):
        getattr(lib, name).argtypes = [ctypes.c_void_p, *more]
    lib.libbpf_set_print(None)
    return lib


LIB = library()


def each(step, obj):
    at = step(obj, None)
    while at:
        yield at
        at = step(obj, at)


def by_libbpf(path, program, index):
    obj = LIB.bpf_object__open(path.encode())
    if not obj:
        return False, ["not opened"]
    for p in each(LIB.bpf_object__next_program, obj):
        mine = LIB.bpf_program__name(p).decode() == program
        LIB.bpf_program__set_autoload(p, mine)
        if mine:
            LIB.bpf_program__set_type(p, XDP)
            LIB.bpf_program__set_ifindex(p, index)
    for m in each(LIB.bpf_object__next_map, obj):
        if LIB.bpf_map__type(m) != 4:  # perf event arrays stay on the host
            LIB.bpf_map__set_ifindex(m, index)
    error = LIB.bpf_object__load(obj)
    LIB.bpf_object__close(obj)
    return error == 0, ["libbpf's error %d" % error]


def check(path):
    """What check says of the XDP programs; none if it reads no program."""
    p = subprocess.run([FLOWNIC, "-j", "check", path], text=True,
                       capture_output=True)
    try:
        return [r for r in json.loads(p.stdout) if r["type"] == "xdp"]
    except ValueError:
        diag("%s: %s" % (path, p.stderr.strip()))
        return []


def loaders_of(result, programs):
    yield by_ip
    if programs == 1:
        yield by_bpftool
    # What is for a map can be loaded; it is attaching that is refused.
    if not result["section"].startswith(("xdp/devmap", "xdp/cpumap")):
        yield by_libbpf


def main():
    tap = Tap()
    index = ifindex("fn0p0")
    run("ip link set fn0p0 up")
    objects = sorted(glob.glob(TOP + "/build/bpf/*.o") +
                     glob.glob(TOP + "/build/objects/*.o") +
                     glob.glob(TOP + "/build/compilers/clang-*/v3/bench/*.o"))
    for path in objects:
        results = check(path)
        for r in results:
            name = "%s, %s" % (os.path.relpath(path, TOP), r["program"])
            expected = r["offloads"] and not r["legacy_maps"]
            for loader in loaders_of(r, len(results)):
                good, said = loader(path, r["program"], index)
                tap.ok(good == expected, "%s: check and %s agree: %s" % (
                    name, loader.__name__[3:],
                    "it offloads" if expected else "it does not"),
                       "check: %s" % ([w["reason"] for w in r["reasons"]] or
                                      "offloads"), *said)
    tap.done()


main()
