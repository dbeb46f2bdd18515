# SPDX-License-Identifier: GPL-2.0
"""AF_XDP sockets as the kernel has them: memory, rings, bind(2). No library."""

import ctypes
import errno
import mmap
import os
import socket
import struct

from bpf import XDP, EXIT, Map, Prog, call, libc, load, map_fd, mov
from nic import Failed, awaited, ifindex, namespace

AF_XDP, SOL_XDP = 44, 283
(MMAP_OFFSETS, RX_RING, TX_RING, UMEM_REG, FILL_RING, COMPLETION_RING,
 STATISTICS, OPTIONS) = range(1, 9)
SHARED_UMEM, COPY, ZEROCOPY, USE_NEED_WAKEUP, USE_SG = (1 << n
                                                        for n in range(5))
UNALIGNED, TX_SW_CSUM, TX_METADATA_LEN = 1, 2, 4  # of memory
PKT_CONTD, TX_METADATA = 1, 2  # of descriptors
NEED_WAKEUP = 1
XSKMAP, HAS_FRAGS = 17, 1 << 5
DRV_MODE = 1 << 2
PLACE = {"rx": (0, 16), "tx": (0x80000000, 16), "fill": (0x100000000, 8),
         "completion": (0x180000000, 8)}
SO_PREFER_BUSY_POLL, SO_BUSY_POLL, SO_BUSY_POLL_BUDGET = 69, 46, 70


class Memory:
    """Chunks for frames, which sockets may share."""

    def __init__(self, chunks=256, size=2048, headroom=0, flags=0, meta=0):
        self.area = mmap.mmap(-1, chunks * size)
        self.size, self.headroom, self.flags = size, headroom, flags
        self.meta = meta
        self.free = [n * size for n in range(chunks)]

    def register(self, sock):
        view = ctypes.c_char.from_buffer(self.area)
        sock.setsockopt(SOL_XDP, UMEM_REG, struct.pack(
            "=QQIIII", ctypes.addressof(view), len(self.area), self.size,
            self.headroom, self.flags, self.meta))

    def put_back(self, addr):
        if self.flags & UNALIGNED:
            self.free.append(addr & (1 << 48) - 1)
        else:
            self.free.append(addr - addr % self.size)

    def at(self, addr):
        return (addr & (1 << 48) - 1) + (addr >> 48)


class Ring:
    """One of a socket's four, of which we are the producer or the consumer."""

    def __init__(self, sock, offsets, name, entries):
        place, self.size = PLACE[name]
        self.producer, self.consumer, self.desc, self.flags = offsets
        self.map = mmap.mmap(sock.fileno(), self.desc + entries * self.size,
                             offset=place)
        self.entries = entries

    def _count(self, at):
        return struct.unpack_from("I", self.map, at)[0]

    def _set(self, at, count):
        # Not pack_into(): that writes zeros first, which the kernel may see.
        self.map[at:at + 4] = struct.pack("I", count & 0xffffffff)

    @property
    def used(self):
        return self._count(self.producer) - self._count(self.consumer) & \
            0xffffffff

    def wants_wakeup(self):
        return bool(self._count(self.flags) & NEED_WAKEUP)

    def put(self, entries):
        """Produce; returns how many there was room for."""
        at = self._count(self.producer)
        entries = entries[:self.entries - self.used]
        for n, entry in enumerate(entries):
            where = (at + n) % self.entries * self.size + self.desc
            self.map[where:where + self.size] = entry
        self._set(self.producer, at + len(entries))
        return len(entries)

    def take(self, most=1 << 30):
        """Consume what there is."""
        at, out = self._count(self.consumer), []
        for n in range(min(self.used, most)):
            where = (at + n) % self.entries * self.size + self.desc
            out.append(self.map[where:where + self.size])
        self._set(self.consumer, at + len(out))
        return out

    def close(self):
        self.map.close()


class Xsk:
    """A socket on a queue. Of those that share memory, the others name the first
    as @owner; on its queue they have its fill and completion ring, too."""

    def __init__(self, dev, queue=0, flags=ZEROCOPY | USE_NEED_WAKEUP,
                 memory=None, owner=None, entries=256, ns=None,
                 own_rings=True, patience=200):
        self.memory = owner.memory if owner else memory or Memory()
        self.rings, self.sent, self.parts = {}, 0, []
        with namespace(ns):
            self.socket = socket.socket(AF_XDP, socket.SOCK_RAW, 0)
            try:
                self._open(dev, queue, flags, owner, entries, own_rings,
                           patience)
            except BaseException:
                self.close()
                raise

    def _open(self, dev, queue, flags, owner, entries, own_rings, patience):
        s = self.socket
        names = {"rx": RX_RING, "tx": TX_RING}
        if not owner:
            self.memory.register(s)
        if own_rings:
            names.update(fill=FILL_RING, completion=COMPLETION_RING)
        for option in names.values():
            s.setsockopt(SOL_XDP, option, struct.pack("I", entries))
        offsets = struct.unpack("16Q", s.getsockopt(SOL_XDP, MMAP_OFFSETS,
                                                    128))
        for n, name in enumerate(PLACE):
            if name in names:
                self.rings[name] = Ring(s, offsets[4 * n:4 * n + 4], name,
                                        entries)
            else:
                self.rings[name] = owner.rings[name]
        self.owned = list(names)
        if owner:
            flags = SHARED_UMEM
        name = struct.pack("=HHIII", AF_XDP, flags, ifindex(dev), queue,
                           owner.socket.fileno() if owner else 0)
        # Who had the queue before gives it up some time after close(2).
        awaited(lambda: self._bound(name) != errno.EBUSY, tries=patience,
                pause=0.01)
        if self.error:
            raise OSError(self.error, "bind: " + os.strerror(self.error))

    def _bound(self, name):
        ret = libc.bind(self.socket.fileno(), name, len(name))
        self.error = ctypes.get_errno() if ret else 0
        return self.error

    def close(self):
        """A mapped ring would keep the socket."""
        for name in self.rings:
            if name in self.owned:
                self.rings[name].close()
        self.rings = {}
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *why):
        self.close()

    def zero_copy(self):
        return bool(struct.unpack("I", self.socket.getsockopt(
            SOL_XDP, OPTIONS, 4))[0] & 1)

    def statistics(self):
        names = ("rx_dropped rx_invalid tx_invalid rx_ring_full "
                 "rx_fill_ring_empty tx_ring_empty").split()
        return dict(zip(names, struct.unpack("6Q", self.socket.getsockopt(
            SOL_XDP, STATISTICS, 48))))

    def kick(self):
        """As applications do, if they are asked to."""
        if self.rings["tx"].wants_wakeup():
            libc.sendto(self.socket.fileno(), None, 0, socket.MSG_DONTWAIT,
                        None, 0)
        if self.rings["fill"].wants_wakeup():
            libc.recvfrom(self.socket.fileno(), None, 0, socket.MSG_DONTWAIT,
                          None, None)

    def lend(self, most=1 << 30):
        """Give the queue free chunks; returns how many."""
        free = self.memory.free
        n = self.rings["fill"].put([struct.pack("Q", addr) for addr
                                    in free[:most]])
        del free[:n]
        self.kick()
        return n

    def receive(self, most=1 << 30):
        """The frames that have come, whole ones."""
        out = []
        for entry in self.rings["rx"].take(most):
            addr, length, options = struct.unpack("QII", entry)
            at = self.memory.at(addr)
            self.parts.append(self.memory.area[at:at + length])
            self.memory.put_back(addr)
            if not options & PKT_CONTD:
                out.append(b"".join(self.parts))
                self.parts = []
        return out

    def receive_all(self, count, tries=400, lend=True):
        """So many frames, or those that came."""
        out = []

        def there():
            if lend:
                self.lend()
            out.extend(self.receive())
            return len(out) >= count

        awaited(there, tries)
        return out

    def complete(self):
        for entry in self.rings["completion"].take():
            self.memory.put_back(struct.unpack("Q", entry)[0])
            self.sent += 1

    def put(self, frame, pieces=1, options=0, before=0):
        """Queue a frame, in so many pieces; false without room."""
        ring, memory = self.rings["tx"], self.memory
        if ring.entries - ring.used < pieces or len(memory.free) < pieces:
            return False
        step, entries = -(-len(frame) // pieces), []
        for n in range(pieces):
            part = frame[n * step:(n + 1) * step]
            addr = memory.free.pop(0) + before
            memory.area[addr:addr + len(part)] = part
            entries.append(struct.pack("QII", addr, len(part), options | (
                PKT_CONTD if n < pieces - 1 else 0)))
        ring.put(entries)
        return True

    def send(self, frames, pieces=1):
        """Send frames and wait until all are sent."""
        todo = list(frames)
        end = self.sent + len(todo) * pieces

        def done():
            while todo and self.put(todo[0], pieces):
                todo.pop(0)
            self.kick()
            self.complete()
            return not todo and self.sent >= end

        if not awaited(done, tries=400, pause=0.02):
            raise Failed("AF_XDP: %d frames still to send, %d of %d sent" % (
                len(todo), self.sent, end))

    def busy_poll(self, usecs=20, budget=64):
        for option, value in ((SO_PREFER_BUSY_POLL, 1), (SO_BUSY_POLL, usecs),
                              (SO_BUSY_POLL_BUDGET, budget)):
            self.socket.setsockopt(socket.SOL_SOCKET, option, value)


class ToSockets:
    """A program that hands a port's frames to the socket of their queue, and
    what has none to the stack."""

    def __init__(self, dev, flags=0, entries=16):
        self.map = Map(XSKMAP, 4, 4, entries)
        self.prog = Prog(load(0, 2, 1, 16) + map_fd(1, self.map.fd) +
                         mov(3, 2) + call(51) + EXIT, kind=XDP, flags=flags)
        self.link = self.prog.link(ifindex(dev), DRV_MODE)

    def add(self, sock, queue=0):
        self.map.update(struct.pack("I", queue),
                        struct.pack("I", sock.socket.fileno()))

    def remove(self, queue=0):
        self.map.delete(struct.pack("I", queue))

    def close(self):
        for what in self.link, self.prog, self.map:
            what.close()

    def __enter__(self):
        return self

    def __exit__(self, *why):
        self.close()
