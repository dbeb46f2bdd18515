#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What the kernel's offload core does to a driver that is not on its guard.

Each of these has crashed or misled a driver. A crash is seen by the harness:
it fails the run on any warning or oops.
"""

import os
import re
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bpf import *  # noqa: E402,F403
from nic import *  # noqa: E402,F403

V4 = not os.uname().release.startswith("6.1.")


def flownic(*words):
    return json.loads(run([FLOWNIC, "-j"] + list(words)))


def add_card(ports=1):
    """Number of a new card."""
    return flownic("card", "add", "ports", str(ports))["card"]


def del_card(card):
    run([FLOWNIC, "card", "del", str(card)])


def on_card(card=0):
    """How many programs and maps a card has."""
    return [len([i for i in flownic("show", kind) if i["card"] == card])
            for kind in ("prog", "map")]


def divisions(length, count):
    """A program of that length: divisions by a register grow it in fix-ups."""
    code = mov(0, PASS) + mov(1, 7) + mov(2, 9)
    code += alu_reg(DIV, 2, 1) * count
    code += mov(3, 0) * (length - len(code) // 8 - 1)
    return code + EXIT


def test_moved_program(tap):
    """The fix-ups move the program; the core keeps the old address."""
    for length in 400, 502, 510, 1020:
        card = add_card()
        prog = Prog(divisions(length, 8), ifindex("fn%dp0" % card))
        del_card(card)
        error = attempt(prog.info)
        prog.close()
        tap.equal(error and error.errno, errno.ENODEV,
                  "%d instructions: the program survives its card as an orphan"
                  % length)


def test_removal_under_load(tap):
    """A card goes while programs are being loaded for it."""
    loaded = refused_ = 0
    code = divisions(502, 8)
    for _ in range(3):
        card = add_card()
        index = ifindex("fn%dp0" % card)
        ready_r, ready_w = os.pipe()
        child = os.fork()
        if child == 0:
            n = 0
            while n < 100:
                error = attempt(Prog, code, index, log=0)
                if error:
                    break
                if not n:
                    os.write(ready_w, b"x")
                n += 1
            os._exit(n)
        os.read(ready_r, 1)
        del_card(card)
        n = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.close(ready_r)
        os.close(ready_w)
        loaded += n
        refused_ += n < 100
    tap.ok(loaded, "programs were being loaded (%d, %d loaders stopped)" %
           (loaded, refused_))
    tap.equal(sorted(c["card"] for c in flownic("show", "card")), [0],
              "only card 0 is left")


def verdict_of(code, name="t", maps=()):
    """Run a program on the card for one frame: True if it said XDP_TX."""
    cable = Capture("fn0w0", PEER)
    with Prog(code, ifindex("fn0p0"), name=name) as prog:
        link = prog.link(ifindex("fn0p0"))
        before = stats("fn0p0")
        sender = Sender("fn0w0", PEER)
        sender.send(mark(1))

        def decided():
            return any(k.startswith("offload_xdp")
                       for k in changes(before, stats("fn0p0")))

        awaited(decided)
        link.close()
        got = changes(before, stats("fn0p0"))
    sender.close()
    cable.close()
    return next((k for k in got if k.startswith("offload_xdp_")), None)


def test_fastcall(tap):
    """The verifier drops spills around a helper that keeps r1 to r5."""
    spill = mov(1, 7) + store(DW, 10, -8, 1) + call(8) + load(DW, 1, 10, -8)
    code = spill + mov(0, TX) + jump(JEQ, 1, 7, 1) + mov(0, DROP) + EXIT
    tap.equal(verdict_of(code), "offload_xdp_tx",
              "a spilled register is there after get_smp_processor_id")
    many = b"".join(mov(r, 10 * r) + store(DW, 10, -8 * r, r)
                    for r in range(1, 6))
    many += call(8)
    many += b"".join(load(DW, r, 10, -8 * r) for r in range(1, 6))
    many += mov(0, DROP)
    many += b"".join(jump(JNE, r, 10 * r, 6 - r) for r in range(1, 6))
    many += mov(0, TX) + EXIT
    tap.equal(verdict_of(many), "offload_xdp_tx",
              "five spilled registers are there after it")


def test_v4_fields(tap):
    """Instructions that differ from older ones in their offset field alone."""
    cases = {
        "movsx": mov(1, 0x80) + mov_sx(2, 1, 8) + mov(3, -128),
        "movsx 32": imm64(1, 0x80000000) + mov_sx(2, 1, 32) +
        imm64(3, 0xffffffff80000000),
        "sdiv": mov(2, -42) + alu(DIV, 2, 5, off=1) + mov(3, -8),
        "smod": mov(2, -42) + alu(MOD, 2, 5, off=1) + mov(3, -2),
        "32-bit sdiv": imm64(2, 0xffffffd6) +
        alu(DIV, 2, 5, off=1, w=True) + imm64(3, 0xfffffff8),
        "bswap": imm64(2, 0x0102030405060708) + insn(0xd7, 2, imm=64) +
        imm64(3, 0x0807060504030201),
    }
    for name, code in cases.items():
        code += mov(0, TX) + jump_reg(JEQ, 2, 3, 1) + mov(0, DROP) + EXIT
        if V4:
            tap.equal(verdict_of(code), "offload_xdp_tx",
                      "%s is not taken for an older instruction" % name)
        else:
            error = attempt(Prog, code, ifindex("fn0p0"))
            tap.equal(error and error.errno, errno.EINVAL,
                      "%s is refused by this kernel" % name)


def attach_error(dev, prog):
    """What ip says when it may not attach a program."""
    path = prog.pin("/sys/fs/bpf/attach")
    try:
        return refused("ip link set dev %s xdpoffload pinned %s" % (dev, path))
    finally:
        os.unlink(path)


def test_wrong_program(tap):
    card = add_card()
    with Prog(returns(PASS), ifindex("fn%dp0" % card)) as other:
        said = attach_error("fn0p0", other)
        tap.ok(said and re.search("another device|different device", said),
               "a program of another card is refused in words", said)
    del_card(card)
    with Prog(returns(PASS)) as host:
        said = attach_error("fn0p0", host)
        tap.ok(said and "ffload" in said or said and "loaded for the host" in
               said, "a program of the host is refused in words", said)
    if V4:
        with Prog(returns(PASS), ifindex("fn0p0"),
                  flags=F_DEV_BOUND_ONLY) as bound:
            said = attach_error("fn0p0", bound)
            tap.ok(said, "a program that is bound only is refused", said)
    with Prog(returns(PASS), ifindex("fn0p1")) as second:
        link = second.link(ifindex("fn0p0"))
        tap.equal(list(attached("fn0p0")), ["xdpoffload"],
                  "a program of one port runs on the other")
        link.close()
    tap.equal(attached("fn0p0"), {}, "nothing is attached in the end")


def uses_map(fd):
    """Look up key 0; XDP_TX if it is there."""
    return (store_imm(W, 10, -4, 0) + mov_reg(2, 10) + alu(ADD, 2, -4) +
            map_fd(1, fd) + call(1) + mov(6, TX) + jump(JNE, 0, 0, 1) +
            mov(6, DROP) + mov_reg(0, 6) + EXIT)


def test_maps_first(tap):
    """A program is destroyed after its maps were released."""
    m = Map(ARRAY, 4, 8, 4, ifindex("fn0p0"))
    prog = Prog(uses_map(m.fd), ifindex("fn0p0"))
    m.close()
    tap.equal(on_card(), [1, 1], "the program holds its map")
    prog.close()
    tap.ok(awaited(lambda: on_card() == [0, 0]),
           "program and map are off the card", on_card())
    m = Map(HASH, 4, 8, 4, ifindex("fn0p0"))
    with Prog(uses_map(m.fd), ifindex("fn0p0")) as prog:
        link = prog.link(ifindex("fn0p0"))
    m.close()
    tap.equal(on_card(), [1, 1], "the port holds the program and its map")
    link.close()
    tap.ok(awaited(lambda: on_card() == [0, 0]), "and lets them go",
           on_card())


def test_orphans(tap):
    """Objects that are held while their card goes."""
    card = add_card(2)
    index = ifindex("fn%dp0" % card)
    m = Map(HASH, 4, 8, 4, index)
    m.update(b"abcd", bytes(8))
    prog = Prog(uses_map(m.fd), index)
    link = prog.link(ifindex("fn%dp1" % card))
    del_card(card)
    gone = [attempt(prog.info), attempt(m.info), attempt(m.lookup, b"abcd"),
            attempt(m.update, b"abcd", bytes(8)), attempt(m.delete, b"abcd"),
            attempt(m.next), attempt(prog.link, ifindex("fn0p0"))]
    tap.equal([e and e.errno for e in gone[:6]], [errno.ENODEV] * 6,
              "an orphaned program and map answer ENODEV")
    tap.ok(gone[6], "an orphan can't be attached to another card")
    before = len(ids(PROG_NEXT_ID))
    link.close()
    prog.close()
    m.close()
    tap.ok(awaited(lambda: len(ids(PROG_NEXT_ID)) == before - 1),
           "closing it ends the orphan")


def test_core_rules(tap):
    with Prog(returns(PASS), ifindex("fn0p0")) as prog:
        error = attempt(prog.test_run, bytes(64))
        tap.equal(error and error.errno, ENOTSUPP,
                  "a test run of an offloaded program is refused")
        link = prog.link(ifindex("fn0p0"))
        run("ip link set dev fn0p0 xdpdrv obj %s/build/bpf/pass.o sec xdp" %
            TOP)
        tap.equal(sorted(attached("fn0p0")), ["xdpdrv", "xdpoffload"],
                  "native and offloaded programs run side by side")
        run("ip link set dev fn0p0 xdpdrv off")
        link.close()
    with Prog(returns(PASS), ifindex("fn0p0")) as prog:
        path = prog.pin("/sys/fs/bpf/hw")
        said = refused("ip link set dev fn0p0 xdpdrv pinned " + path)
        os.unlink(path)
    tap.ok(said and "HW_MODE" in said,
           "an offloaded program is refused natively", said)


def test_image(tap):
    """bpf(2) hands out the card's image, which holds no address of the host:
    it is the same for another map of the same shape, which is elsewhere."""
    images = []
    with Map(ARRAY, 4, 8, 4, ifindex("fn0p0")) as one, \
            Map(ARRAY, 4, 8, 4, ifindex("fn0p0")) as two:
        for m in one, two:
            with Prog(uses_map(m.fd), ifindex("fn0p0")) as prog:
                images.append(prog.image())
    image = images[0]
    size = struct.unpack_from("<I", image, 8)[0]
    tap.ok(image[:4] == b"FLNI" and size == len(image),
           "the device code of a program is a card image", image[:48])
    tap.equal(images[1], image, "it does not depend on where its maps are")


def main():
    tap = Tap()
    set_up()
    free = on_card()
    for test in (test_moved_program, test_removal_under_load, test_fastcall,
                 test_v4_fields, test_wrong_program, test_maps_first,
                 test_orphans, test_core_rules, test_image):
        test(tap)
    tap.ok(awaited(lambda: on_card() == free),
           "no program and no map is left on the card", on_card())
    tap.done()


main()
