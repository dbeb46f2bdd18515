# SPDX-License-Identifier: GPL-2.0
"""The report: one HTML file that needs nothing else, and prints well."""

import html
import os

import charts
from charts import at, host, main_mix
from record import figure
from table import count, number, unique

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; margin: 2rem auto;
       max-width: 62rem; padding: 0 1rem; }
h1 { font-size: 1.7rem; margin-bottom: 0; }
h2 { font-size: 1.25rem; margin-top: 2.2rem; border-bottom: 1px solid #ccc; }
h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; }
table { border-collapse: collapse; font-size: .86rem; margin: .6rem 0; }
th, td { padding: .15rem .6rem; text-align: right; white-space: nowrap; }
th { border-bottom: 1px solid #888; vertical-align: bottom; }
td:first-child, th:first-child, .t { text-align: left; }
tr:nth-child(even) td { background: #f5f6f7; }
.sub { color: #666; margin-top: .2rem; }
figure { margin: 1rem 0; } figcaption { color: #444; font-size: .9rem; }
svg { max-width: 100%; height: auto; }
code, pre { font: .85rem/1.4 ui-monospace, monospace; background: #f5f6f7; }
pre { padding: .6rem; overflow-x: auto; }
.wide { overflow-x: auto; }
@media print {
 body { max-width: none; margin: 0; font-size: 10pt; }
 h2 { break-after: avoid; } table, figure { break-inside: auto; }
 tr, figure { break-inside: avoid; } thead { display: table-header-group; }
 th, td { padding: .05rem .35rem; } .wide { overflow: visible; }
}
"""

ABOUT = """<p>An XDP program looks at each packet that a network card receives
and decides: drop it, let it pass to the kernel, send it back, or forward it. It
can run in three places. <b>Generic</b>: in the kernel, on the packet as the
driver has handed it up. <b>Native</b>: in the driver, before that.
<b>Offloaded</b>: on processors of the card, before any of the host's memory or
time is touched. This report compares them for the same programs and packets, on
flownic, a network card in software: its driver and the work of the host are real
and were measured, its card is modelled.</p>
<ul>
<li><b>Host</b> figures are what receiving a packet costs the host's CPU. They are
counted in instructions, in a virtual machine whose clock counts these, so they
are the same on an idle and a busy machine.</li>
<li><b>Card</b> figures are what the modelled card would do, in cycles of its cores
and packets a second. They follow from its profile, not from the speed of any
computer.</li>
<li><b>Emulation</b> is what playing the card costs the machine that plays it. A
real card has none of it; it is never added to the others.</li>
</ul>"""

METHOD = """<p>Bursts of 256 packets are sent over the cable of a port; when all of
a burst is dealt with, the next is sent. The host's figure is the CPU time of the
threads in which its driver receives (NAPI), where one nanosecond is one
instruction; the middle half of the rounds counts. It begins with the card's interrupt
and ends where the packet is dropped, sent, or refused by an IP stack that has no
address for it. Before that, the packets are sent one by one, and what becomes of
each is compared with what the kernel's own BPF says; a lost packet or a wrong
verdict ends the measurement.</p>
<p>Modelled time is instructions times {ns} ns, which is what makes native XDP
drop what it was measured to do on a 3.6&nbsp;GHz Xeon in the publication of XDP
(CoNEXT 2018); packets a second of a core, and cores that are needed for 28
million packets a second and for 100&nbsp;Gb/s, follow from it. Left out: caches
and memory that are slower than the instructions say, the bus, interrupts'
entry, and what applications do with packets. <code>docs/benchmarks.md</code>
says more.</p>"""


def esc(text):
    return html.escape(str(text))


def rows_html(head, rows):
    out = ["<div class=wide><table><thead><tr>"]
    out += ["<th>%s</th>" % h for h in head]
    out.append("</tr></thead><tbody>")
    for row in rows:
        out.append("<tr>%s</tr>" % "".join("<td>%s</td>" % esc(c)
                                           for c in row))
    out.append("</tbody></table></div>")
    return "".join(out)


def unit(results):
    return "ns" if any("host.ns" in r["figures"]
                       for r in results.find("modes")) else "instructions"


def summary(results):
    """A line for each program, with the card's pace beside the host's."""
    programs = unique(r["program"] for r in results.find("modes"))
    size = "64" if results.find("modes", size=64) else "capture"
    rows = []
    for p in programs:
        r = {m: at(results, p, size, m) for m in charts.MODES}
        card = r["offload"] or {"figures": {}}
        rows.append([p, main_mix(results, p)] +
                    [number(host(r[m]), "%.0f") for m in charts.MODES] +
                    [number(r[m] and figure(r[m], "host.cores_28mpps"), "%.1f")
                     for m in charts.MODES[1:]] +
                    [number(figure(card, "card.cycles")),
                     count(figure(card, "card.packets_per_second")),
                     card.get("note", "").replace("limit: ", "")])
    head = ["program", "packets"] + \
        ["host: %s,<br>%s" % (unit(results), m) for m in charts.MODES] + \
        ["cores for 28 Mpps,<br>%s" % m for m in charts.MODES[1:]] + \
        ["card: cycles", "card:<br>packets/s a port", "limit"]
    return rows_html(head, rows) if rows else ""


def mode_tables(results):
    out = []
    main = "host." + unit(results)
    for program in unique(r["program"] for r in results.find("modes")):
        rows = []
        for r in results.find("modes", program=program):
            spread = r["figures"].get(main, {}).get("spread")
            rows.append([r["size"], r["mix"], r["mode"],
                         number(figure(r, main)),
                         number(spread and 100 * spread, "%.2f %%"),
                         number(figure(r, "host.modelled_ns"), "%.0f"),
                         count(figure(r, "host.packets_per_second_core")),
                         number(figure(r, "host.cores_28mpps"), "%.2f"),
                         number(figure(r, "host.cores_100g"), "%.2f"),
                         number(figure(r, "card.cycles")),
                         count(figure(r, "card.packets_per_second")),
                         number(figure(r, "emulation." + unit(results)),
                                "%.0f"),
                         r.get("note", "")[:70]])
        out.append("<h3>%s</h3>" % esc(program) + rows_html(
            ["bytes", "packets", "mode", "host:<br>" + unit(results), "±",
             "modelled ns", "packets/s,<br>one core", "cores for<br>28 Mpps",
             "cores for<br>100 Gb/s", "card:<br>cycles", "card:<br>packets/s",
             "emulation:<br>" + unit(results), ""], rows))
    return "".join(out)


def card_table(results):
    return rows_html(
        ["program", "bytes", "packets", "profile", "cycles", "packets/s",
         "latency,<br>median ns", "99 % ns", ""],
        [[r["program"], r["size"], r["mix"], r["profile"],
          number(figure(r, "card.cycles")),
          count(figure(r, "card.packets_per_second")),
          number(figure(r, "card.latency_median"), "%.0f"),
          number(figure(r, "card.latency_p99"), "%.0f"),
          r.get("note", "")[:90]] for r in results.find("card")])


def translator_table(results):
    def row(r):
        return [r["program"], number(figure(r, "translator.bpf"), "%d"),
                number(figure(r, "translator.words"), "%d"),
                number(figure(r, "translator.words_per_bpf"), "%.2f")] + [
            number(figure(r, "translator.groups_per_bpf_%d" % n), "%.2f")
            for n in (1, 2, 4, 8)] + [
            number(figure(r, "published.groups_per_bpf_4",
                          figure(r, "target.groups_per_bpf_4")), "%.2f")]

    return rows_html(
        ["program", "BPF<br>instructions", "card<br>instructions",
         "card per<br>BPF instr.", "groups per BPF,<br>1 lane", "2 lanes",
         "4 lanes", "8 lanes", "4 lanes, published<br>(hXDP) or goal"],
        [row(r) for r in results.find("translator")])


def fidelity_table(results):
    return rows_html(
        ["measurement", "group", "published", "modelled", "error"],
        [[r["program"], r["profile"],
          count(figure(r, "published.packets_per_second")),
          count(figure(r, "card.packets_per_second")),
          number(figure(r, "card.error"), "%+.1f %%")]
         for r in results.find("fidelity")])


def headline_table(results):
    rows = [[r["program"],
             number(figure(r, "host.receive_ns")),
             number(figure(r, "host.program_ns")),
             count(figure(r, "host.packets_per_second_core")),
             count(figure(r, "host.packets_per_second_12_cores")),
             count(figure(r, "card.packets_per_second")),
             number(figure(r, "card.cores_replaced"))]
            for r in results.find("headline") if r["figures"]]
    return rows_html(
        ["load balancer", "receive, ns", "program, ns", "packets/s,<br>1 core",
         "packets/s,<br>12 cores", "packets/s,<br>the card",
         "cores that the<br>card stands for"], rows) if rows else ""


def scripts_table(results):
    known = ("modes", "card", "translator", "fidelity", "scaling", "headline")
    rows = [[r["suite"], r["program"] + " " + r["setting"], ", ".join(
        "%s: %.4g" % (k.partition(".")[2].replace("_", " "), v["value"])
        for k, v in r["figures"].items())]
        for r in results.records if r["suite"] not in known]
    return rows_html(["suite", "of", "figures"], rows) if rows else ""


def section(title, text, body):
    if not body or "<tbody></tbody>" in body:
        return ""
    return "<h2>%s</h2><p>%s</p>%s" % (title, text, body)


def figures(drawn):
    return "".join(
        "<figure><h3>%s</h3>%s<figcaption>%s</figcaption></figure>" % (
            esc(title), svg, esc(text)) for title, text, svg in drawn)


def machine(results):
    head = results.head
    kernels = unique(r["versions"]["kernel"] for r in results.find("modes"))
    rows = [["command", head["command"]],
            ["machine", "%s, %s CPUs" % (head["machine"]["cpu"],
                                         head["machine"]["cpus"])],
            ["kernel in the VM", ", ".join(kernels) or "-"]]
    rows += [[k, v] for k, v in head["versions"].items()]
    return rows_html(["", ""], rows).replace("<td>", "<td class=t>")


REPEAT = """<pre>make bench            # all of it, some 20 minutes
make bench-quick      # a few programs
make bench-offline    # what needs no virtual machine
make bench PROG=my.o PCAP=my.pcap MAPS="name=file ..."
make bench-compare A=old.json B=new.json</pre>
<p>Every figure is in <code>results.json</code> with the command that measured
it.</p>"""


def write(results, out):
    drawn = charts.draw_all(results, os.path.join(out, "charts"))
    ns = next((r["figures"]["host.modelled_ns"]["value"] /
               r["figures"]["host.instructions"]["value"]
               for r in results.find("modes", mode="native")
               if figure(r, "host.instructions")), 0.265)
    text = "".join([
        "<!doctype html><html lang=en><meta charset=utf-8>",
        "<meta name=viewport content='width=device-width'>",
        "<title>flownic: generic, native and offloaded XDP</title>",
        "<style>%s</style>" % STYLE,
        "<h1>Generic, native and offloaded XDP</h1>",
        "<p class=sub>flownic %s</p>" % esc(results.versions["flownic"]),
        ABOUT,
        section("In short", "Packets of 64 bytes, or the capture given. The "
                "card's packets a second are those of one port.",
                summary(results)),
        section("A load balancer on the card and on 12 cores",
                "A core's time for a packet is that of receiving it in native "
                "mode (as measured for the program drop) and that of the "
                "program alone (BPF_PROG_TEST_RUN on this machine, less that "
                "of drop). The card is of profile flownic; packets of 64 "
                "bytes.", headline_table(results)),
        section("Charts", "", figures(drawn)),
        section("The modelled cards", "The same traffic on each profile: "
                "flownic is the default card, agilio and hxdp stand for "
                "published ones.", card_table(results)),
        section("The translator's code", "At level 2. An issue group is what "
                "is done in one cycle.", translator_table(results)),
        section("Modelled and published", "What the model says where others "
                "have measured; docs/timing.md explains the differences.",
                fidelity_table(results)),
        section("Other measurements", "", scripts_table(results)),
        section("Every measurement of the modes", "", mode_tables(results)),
        section("Method", "", METHOD.format(ns="%.3f" % ns)),
        section("The machine", "", machine(results)),
        section("How to repeat it", "", REPEAT), "</html>\n"])
    with open(os.path.join(out, "report.html"), "w", encoding="utf-8") as f:
        f.write(text)
