#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What flownic sim says of packets is what the kernel of this machine does with
them: verdicts and bytes, of programs in several styles and as several versions
of the compiler's target make them. A redirect to nothing goes nowhere."""

import ctypes
import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli import *  # noqa: E402,F403
from bpf import TEST_RUN, BpfError, address, bpf  # noqa: E402

from oracle import read_pcap  # noqa: E402

CAPTURE = os.path.join(TOP, "tests", "data", "traffic.pcap")
VERDICTS = ("aborted", "drop", "pass", "tx", "redirect")
BUILDS = (("-mcpu=v1", "-Os"), ("-mcpu=v2", "-O1"), ("-mcpu=v3", "-O2"))
PROGRAMS = ("cursor", "sums", "names", "chain", "tunnel", "arithmetic")
ROOM = 1 << 14


class Loaded:
    """A program of an object, loaded with its maps."""

    def __init__(self, lib, path, name):
        self.lib = lib
        self.object = lib.bpf_object__open(path.encode())
        if not self.object or lib.bpf_object__load(self.object):
            raise OSError("%s is refused" % path)
        program = lib.bpf_object__find_program_by_name(self.object,
                                                       name.encode())
        self.fd = lib.bpf_program__fd(program)

    def run(self, frame):
        """Verdict and bytes."""
        data = ctypes.create_string_buffer(frame, len(frame))
        out = ctypes.create_string_buffer(ROOM)
        attr = struct.pack("<IIIIQQ", self.fd, 0, len(frame), ROOM,
                           address(data), address(out))
        retval, _, size = struct.unpack_from("<III", bpf(TEST_RUN, attr)[1], 4)
        return retval, out.raw[:size]

    def close(self):
        self.lib.bpf_object__close(self.object)


def library():
    lib = ctypes.CDLL("libbpf.so.1")
    for name in ("bpf_object__open", "bpf_object__find_program_by_name"):
        getattr(lib, name).restype = ctypes.c_void_p
    for name in ("bpf_object__open", "bpf_object__load", "bpf_object__close",
                 "bpf_program__fd"):
        getattr(lib, name).argtypes = [ctypes.c_void_p]
    lib.bpf_object__open.argtypes = [ctypes.c_char_p]
    lib.bpf_object__find_program_by_name.argtypes = [ctypes.c_void_p,
                                                     ctypes.c_char_p]
    lib.libbpf_set_print(None)
    return lib


def by_host(lib, path, name, frames):
    """A list of lines, and the frames that go on."""
    program = Loaded(lib, path, name)
    lines, out = [], []
    for frame in frames:
        verdict, data = program.run(frame)
        word = VERDICTS[verdict] if verdict < len(VERDICTS) else "aborted"
        if word in ("pass", "tx"):
            out.append(data)
        lines.append("%s %d" % (word, len(data)) if word in ("pass", "tx")
                     else word)
    program.close()
    return lines, out


def by_sim(path, name, capture, directory):
    out, verdicts = (os.path.join(directory, n) for n in ("out.pcap", "v"))
    status, _, err = tool("sim", path, name, "--pcap", capture, "--mtu",
                          "9000", "--out", out, "--verdicts", verdicts)
    if status:
        return [err], []
    lines = []
    with open(verdicts) as f:
        for line in f:
            _, word, size = line.split()[:3]
            lines.append("%s %s" % (word, size) if word in ("pass", "tx")
                         else word)
    return lines, read_pcap(out)


def first_difference(sim, host):
    for n, (s, h) in enumerate(zip(sim, host)):
        if s != h:
            return ["number %d" % n,
                    "sim:  %s" % (s.hex() if isinstance(s, bytes) else s),
                    "host: %s" % (h.hex() if isinstance(h, bytes) else h)]
    return ["sim has %d, host has %d" % (len(sim), len(host))]


def main():
    tap = Tap()
    lib = library()
    frames = read_pcap(CAPTURE)
    with tempfile.TemporaryDirectory() as directory:
        for flags in BUILDS:
            path = compile(os.path.join(SOURCES, "styles.c"),
                           os.path.join(directory, "styles.o"), *flags)
            for name in PROGRAMS:
                what = "%s, %s" % (name, " ".join(flags))
                try:
                    host, goes_on = by_host(lib, path, name, frames)
                except (OSError, BpfError) as e:
                    tap.skip(what, "no program of the host's: %s" % e)
                    continue
                lines, out = by_sim(path, name, CAPTURE, directory)
                tap.ok(lines == host, what + ": verdicts",
                       *first_difference(lines, host))
                tap.ok(out == goes_on, what + ": bytes",
                       *first_difference(out, goes_on))
    tap.done()


main()
