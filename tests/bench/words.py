# SPDX-License-Identifier: GPL-2.0
"""What the report says besides figures."""

ABOUT = """<p>A network card usually hands every packet to the host, whose CPU has
to look at it. An XDP program, written in BPF, decides early what becomes of a packet:
drop it, let it pass to the kernel, send it back, or forward it. Linux can run it in
three places. <b>Generic</b>: in the kernel, on the packet as the driver has handed it
up. <b>Native</b>: in the driver, before that. <b>Offloaded</b>: on processors of the
card, before any of the host's memory or time is touched.</p>
<p><b>flownic</b> is such a card in software: a Linux kernel module with a virtual
network card, whose emulated processors run what is offloaded to it. This report
compares the three modes for the same programs and packets. The driver and the work of
the host are real and were measured; the card is modelled. So there are three kinds of
figures, which are never mixed:</p>
<ul>
<li><b>Host</b>: what receiving a packet costs the host's CPU. %s</li>
<li><b>Card</b>: what the modelled card would do, in cycles of its cores and packets a
second. This follows from its profile, a description of a card, and not from the speed
of any computer.</li>
<li><b>Emulation</b>: what playing the card costs the machine that plays it. A real
card has none of it.</li>
</ul>"""

HOST_INSTRUCTIONS = """Counted in instructions, in a virtual machine whose clock counts
these, so that an idle and a busy machine, a fast and a slow one come to the same."""

HOST_TIME = """Measured in nanoseconds of this machine, with %s, under
<code>WALL=1</code>: good to compare with other figures of this report, and with
nothing from elsewhere."""

COLUMNS = (
    ("program, packets", "What runs, and what it is sent: all drop is traffic of which "
     "the program drops everything, half tx such of which it sends back half."),
    ("none, generic, native, offload", "No program at all, and the three modes."),
    ("veth-none, veth-generic, veth-native", "The same through a pair of veth, "
     "Linux's virtual cable, which is what one has without a card: the reference from "
     "outside."),
    ("run", "The program alone, as the kernel times it (BPF_PROG_TEST_RUN)."),
    ("host: instructions or ns", "From the card's interrupt until the packet is dropped, "
     "sent, or refused by an IP stack that has no address for it; a packet, mean."),
    ("±", "Half the distance between the quartiles of the rounds, as a share of the "
     "median."),
    ("modelled ns", "Instructions in the time of a 3.6 GHz Xeon; see Method."),
    ("packets/s of a core", "1e9 / modelled ns: what one core of the host gets done."),
    ("cores for 28 Mpps, for 100 Gb/s", "How many such cores receive 28 million packets "
     "a second; and as many packets of that size as 100 Gb/s carry."),
    ("emulation", "What the emulating thread uses for a packet. No property of any "
     "card."),
    ("card: cycles", "Of one of the card's cores for a packet, with what remains of "
     "waiting for memory when its other threads work meanwhile."),
    ("card: packets/s", "All cores together, or what stops them earlier. With the modes: "
     "on one port of 100 Gb/s. Of the modelled cards: on all ports of the profile."),
    ("latency", "From a frame's arrival until it has left or is in the host's memory; for "
     "dropped ones until the card is done."),
    ("limit", "What keeps the card from doing more: cores; map memory; mac, the "
     "packets a second that its ports take; line rate of the ports, out: of what "
     "is sent; dma, the way to the host."),
)

METHOD = """<p>Bursts of %(burst)s packets are sent over the cable of a port; when all of
a burst is dealt with, the next is sent. The host's figure is the CPU time of the
threads in which its driver receives (NAPI)%(clock)s; the middle half of the rounds
counts. Before that, the packets are sent one by one, and what becomes of each is
compared with what it must come to; a lost packet or a wrong verdict
ends the measurement, so that a wrong result cannot look fast.</p>
<p>%(modelled)sLeft out: caches and memory that are slower than a count of instructions
says, the bus, the interrupt's entry, and what applications do with packets.
<code>docs/benchmarks.md</code> says more, and how far each figure can be trusted.</p>"""

MODELLED = """Modelled time is instructions times %.3f ns: with that native XDP drop takes
what it was measured to take on a 3.6&nbsp;GHz Xeon in the publication of XDP
(H&oslash;iland-J&oslash;rgensen et al., CoNEXT 2018). """

REPEAT = """<p>On Debian 12, with git and make; what is missing is installed, and nothing
of the machine's own kernel changes:</p>
<pre>make bench            # all of it, some 20 minutes on two CPUs
make bench-quick      # six programs, packets of 64 bytes
make bench-offline    # what needs no virtual machine
make bench PROG=my.o PCAP=my.pcap MAPS="name=file ..." SECTION=xdp
make bench-compare A=old.json B=new.json</pre>
<p>Every figure is in <code>results.json</code> and <code>results.csv</code> beside this
report, with its unit and the command that measured it.</p>"""

# Suites that are executables of their own: title, and what their figures are.
SUITES = {
    "emulation": (
        "Emulation: on the card and natively",
        "All instructions that the machine executes for a packet from the card's "
        "ingress queue on, with the program on the emulated card and in the driver; "
        "alone: the program without its surroundings."),
    "interpreter": (
        "Speed of the card's interpreter",
        "ns of this machine for a BPF instruction, and for a packet with a program that "
        "only returns (fixed): by the card's interpreter, and by what the kernel's own "
        "compiler makes of the same program, in the same run."),
    "load-cost": (
        "What loading a program costs",
        "Instructions of the host to verify and compile a program natively, and "
        "to verify and translate it for the card."),
    "maps": (
        "Maps of the card",
        "Bytes of the host's memory that an entry takes, beside the bound of 1.5 times "
        "(key + value + 16); and ns of this machine for a lookup, an update of an entry "
        "that is there, and a new one in place of one that is deleted."),
    "simulation": (
        "Speed of flownic sim",
        "Packets that it simulates in a second of this machine, and memory that it "
        "takes, for captures of different length."),
    "translation": (
        "Speed of the translator",
        "On this machine, for programs of so many BPF instructions."),
}
