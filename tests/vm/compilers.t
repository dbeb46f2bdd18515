#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# vm: -n
"""The kernel loads the samples and the programs that were measured, whichever
clang compiled them, for each version of the instruction set. The objects of the
tool's tests, some of which no kernel takes, are answered alike."""

import ctypes
import glob
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from nic import *  # noqa: E402,F403

COMPILED = TOP + "/build/compilers"
PRINT = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_char_p,
                         ctypes.c_void_p)
libc = ctypes.CDLL(None)
libbpf = ctypes.CDLL("libbpf.so.1", use_errno=True)
libbpf.bpf_object__open_file.restype = ctypes.c_void_p
libbpf.bpf_object__open_file.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
libbpf.bpf_object__load.argtypes = [ctypes.c_void_p]
libbpf.bpf_object__close.argtypes = [ctypes.c_void_p]
said = []


@PRINT
def keep(level, form, args):
    """What libbpf says: the verifier's log is in it."""
    text = ctypes.create_string_buffer(1 << 16)
    libc.vsnprintf(text, ctypes.c_size_t(len(text)), ctypes.c_char_p(form),
                   ctypes.c_void_p(args))
    if level < 2:  # no debugging messages
        said.extend(text.value.decode(errors="replace").splitlines())
    return 0


libbpf.libbpf_set_print(keep)


def loads(path):
    """Does the kernel take all programs of an object?"""
    del said[:]
    obj = libbpf.bpf_object__open_file(path.encode(), None)
    if not obj:
        return False
    err = libbpf.bpf_object__load(obj)
    libbpf.bpf_object__close(obj)
    return not err


def without_v4():
    """Linux 6.6 was the first with version 4 of the instruction set."""
    return tuple(int(n) for n in os.uname().release.split(".")[:2]) < (6, 6)


def refused(directory, names):
    """Of the objects, what the kernel refuses, with the reason's last line."""
    out = {}
    for name in names:
        if not loads("%s/%s.o" % (directory, name)):
            why = [s for s in said if not s.startswith(("libbpf:", "processed",
                                                        "--"))]
            out[name] = (why or said or [""])[-1].strip()
    return out


def names_in(directory, kind):
    return sorted("%s/%s" % (kind, os.path.basename(p)[:-2])
                  for p in glob.glob("%s/%s/*.o" % (directory, kind)))


def main():
    tap = Tap()
    versions = sorted(glob.glob(COMPILED + "/clang-*/v[1-4]"))
    tap.ok(len(versions) >= 3, "there are objects of a compiler",
           "in %s: %r" % (COMPILED, versions))
    alike = None
    for directory in versions:
        title = "%s, %s" % tuple(directory.split("/")[-2:])
        if directory.endswith("v4") and without_v4():
            tap.skip(title, "this kernel knows no version 4")
            continue
        names = names_in(directory, "bpf") + names_in(directory, "bench")
        bad = refused(directory, names)
        tap.ok(names and not bad, "%s: %d objects are loaded" % (
            title, len(names)), *("%s: %s" % b for b in bad.items()))
        others = set(refused(directory, names_in(directory, "objects")))
        alike = others if alike is None else alike
        tap.equal(sorted(others), sorted(alike),
                  "%s: the tests' objects are answered as the first's" % title)
    tap.done()


main()
