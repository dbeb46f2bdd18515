# SPDX-License-Identifier: GPL-2.0
"""bpf(2) without a loader between: programs written down instruction by
instruction, maps, attaching, and what the kernel says of them."""

import ctypes
import errno
import os
import struct

SYS_BPF = 321
(MAP_CREATE, MAP_LOOKUP, MAP_UPDATE, MAP_DELETE, MAP_NEXT, PROG_LOAD, OBJ_PIN,
 OBJ_GET, PROG_ATTACH, PROG_DETACH, TEST_RUN, PROG_NEXT_ID, MAP_NEXT_ID,
 PROG_BY_ID, MAP_BY_ID, OBJ_INFO) = range(16)
MAP_FREEZE, MAP_LOOKUP_BATCH, LINK_CREATE, LINK_UPDATE = 22, 24, 28, 29
HASH, ARRAY, PROG_ARRAY, PERF_EVENT_ARRAY, PERCPU_HASH, PERCPU_ARRAY = \
    range(1, 7)
LRU_HASH, LPM_TRIE, DEVMAP = 9, 11, 14
SCHED_CLS, XDP = 3, 6
F_NO_PREALLOC, F_NUMA_NODE, F_RDONLY_PROG = 1, 1 << 2, 1 << 7
F_RDONLY, F_WRONLY, F_WRONLY_PROG = 1 << 3, 1 << 4, 1 << 8
F_MMAPABLE, F_INNER_MAP = 1 << 10, 1 << 12
F_DEV_BOUND_ONLY = 1 << 6
ANY, NOEXIST, EXIST = 0, 1, 2
XDP_HW_MODE, BPF_XDP = 1 << 3, 37
ABORTED, DROP, PASS, TX, REDIRECT = range(5)
ENOTSUPP = 524

libc = ctypes.CDLL(None, use_errno=True)


class BpfError(OSError):
    def __init__(self, number, log=""):
        super().__init__(number, errno.errorcode.get(number, str(number)))
        self.log = log


def bpf(cmd, attr):
    """The raw call: the packed attributes are changed in place."""
    buf = ctypes.create_string_buffer(bytes(attr), max(len(attr), 144))
    res = libc.syscall(SYS_BPF, cmd, buf, len(buf))
    if res < 0:
        raise BpfError(ctypes.get_errno())
    return res, buf.raw


def address(buf):
    return ctypes.addressof(buf)


# Instructions: code, destination, source, offset, immediate.

def insn(code, dst=0, src=0, off=0, imm=0):
    imm &= 0xffffffff
    return struct.pack("<BBhI", code, dst | src << 4, off, imm)


def mov(dst, imm):
    return insn(0xb7, dst, imm=imm)


def mov_reg(dst, src):
    return insn(0xbf, dst, src)


def alu(op, dst, imm, off=0, w=False):
    return insn((0x04 if w else 0x07) | op, dst, off=off, imm=imm)


def alu_reg(op, dst, src, off=0, w=False):
    return insn((0x0c if w else 0x0f) | op, dst, src, off)


def jump(op, dst, imm, off):
    return insn(0x05 | op, dst, off=off, imm=imm)


def jump_reg(op, dst, src, off):
    return insn(0x0d | op, dst, src, off)


def goto(off):
    return insn(0x05, off=off)


def load(size, dst, src, off=0):
    return insn(0x61 | size, dst, src, off)


def store(size, dst, off, src):
    return insn(0x63 | size, dst, src, off)


def store_imm(size, dst, off, imm):
    return insn(0x62 | size, dst, off=off, imm=imm)


def call(number):
    return insn(0x85, imm=number)


def call_local(off):
    return insn(0x85, src=1, imm=off)


def map_fd(dst, fd):
    return insn(0x18, dst, 1, imm=fd) + insn(0)


def imm64(dst, value):
    return insn(0x18, dst, imm=value) + insn(0, imm=value >> 32)


W, H, B, DW = 0x00, 0x08, 0x10, 0x18
ADD, SUB, MUL, DIV, OR, AND, LSH, RSH, NEG, MOD, XOR, MOV, ARSH, END = (
    n << 4 for n in range(14))
JEQ, JGT, JGE, JSET, JNE, JSGT, JSGE = (n << 4 for n in range(1, 8))
EXIT = insn(0x95)


def returns(verdict):
    return mov(0, verdict) + EXIT


class Fd:
    """A file descriptor that closes with its block."""

    def __init__(self, fd):
        self.fd = fd

    def __enter__(self):
        return self

    def __exit__(self, *why):
        self.close()

    def close(self):
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1

    def info(self, size=232, fill=b""):
        buf = ctypes.create_string_buffer(fill, size)
        bpf(OBJ_INFO, struct.pack("<IIQ", self.fd, size, address(buf)))
        return buf.raw

    @property
    def id(self):
        return struct.unpack_from("<I", self.info(), 4)[0]

    def pin(self, path):
        name = ctypes.create_string_buffer(path.encode())
        bpf(OBJ_PIN, struct.pack("<QII", address(name), self.fd, 0))
        return path


class Prog(Fd):
    def __init__(self, code, ifindex=0, kind=XDP, name="test", flags=0,
                 log=1 << 20):
        insns = ctypes.create_string_buffer(code, len(code))
        license = ctypes.create_string_buffer(b"GPL")
        text = ctypes.create_string_buffer(max(log, 1))
        attr = struct.pack("<IIQQIIQII16sI", kind, len(code) // 8,
                           address(insns), address(license), 1 if log else 0,
                           log, address(text) if log else 0, 0, flags,
                           name.encode(), ifindex)
        try:
            fd = bpf(PROG_LOAD, attr)[0]
        except BpfError as e:
            raise BpfError(e.errno, text.value.decode()) from None
        super().__init__(fd)
        self.log = text.value.decode()

    def info(self):
        return super().info(232)

    def image(self):
        """What the device says its code is."""
        size = struct.unpack_from("<I", self.info(), 16)[0]
        buf = ctypes.create_string_buffer(size)
        fill = bytearray(232)
        struct.pack_into("<I", fill, 16, size)
        struct.pack_into("<Q", fill, 24, address(buf))
        Fd.info(self, 232, bytes(fill))
        return buf.raw

    def test_run(self, data):
        buf = ctypes.create_string_buffer(data, len(data))
        attr = struct.pack("<IIIIQQ", self.fd, 0, len(data), 0, address(buf),
                           0)
        return struct.unpack_from("<I", bpf(TEST_RUN, attr)[1], 4)[0]

    def link(self, ifindex, flags=XDP_HW_MODE):
        return Fd(bpf(LINK_CREATE, struct.pack("<IIII", self.fd, ifindex,
                                               BPF_XDP, flags))[0])


class Map(Fd):
    def __init__(self, kind, key, value, entries, ifindex=0, flags=0,
                 name="map"):
        attr = struct.pack("<IIIIIII16sI", kind, key, value, entries, flags,
                           0, 0, name.encode(), ifindex)
        super().__init__(bpf(MAP_CREATE, attr)[0])
        self.value_size, self.key_size = value, key

    def _op(self, cmd, key, value=None, flags=0):
        k = ctypes.create_string_buffer(key, len(key)) if key else None
        attr = struct.pack("<IIQQQ", self.fd, 0, address(k) if k else 0,
                           address(value) if value else 0, flags)
        bpf(cmd, attr)

    def lookup(self, key):
        value = ctypes.create_string_buffer(self.value_size)
        self._op(MAP_LOOKUP, key, value)
        return value.raw

    def update(self, key, value, flags=ANY):
        self._op(MAP_UPDATE, key, ctypes.create_string_buffer(value,
                                                              len(value)),
                 flags)

    def delete(self, key):
        self._op(MAP_DELETE, key)

    def next(self, key=None):
        """The key after @key, or None after the last."""
        value = ctypes.create_string_buffer(self.key_size)
        try:
            self._op(MAP_NEXT, key, value)
        except BpfError as e:
            if e.errno == errno.ENOENT:
                return None
            raise
        return value.raw

    def keys(self):
        key, out = self.next(), []
        while key is not None:
            out.append(key)
            key = self.next(key)
        return out


def ids(cmd):
    """All ids of programs (PROG_NEXT_ID) or maps (MAP_NEXT_ID)."""
    at, out = 0, []
    while True:
        try:
            buf = bpf(cmd, struct.pack("<III", at, 0, 0))[1]
        except BpfError:
            return out
        at = struct.unpack_from("<I", buf, 4)[0]
        out.append(at)


def attempt(fn, *args, **more):
    """The error of a call that must fail: a BpfError, or None."""
    try:
        fn(*args, **more)
    except BpfError as e:
        return e
    return None


def mov_sx(dst, src, bits):
    """Sign-extending move, new in ISA v4."""
    return insn(0xbf, dst, src, bits)
