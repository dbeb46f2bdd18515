# SPDX-License-Identifier: GPL-2.0
"""The report: one HTML file that needs nothing else, and prints well."""

import os
import statistics

import charts
import page
import words
from charts import at, host, main_mix
from page import Text
from record import figure
from table import KNOWN_SUITES, count, note, number, unique


def unit(results):
    return "ns" if any("host.ns" in r["figures"]
                       for r in results.find("modes")) else "instructions"


def main_size(results):
    return "64" if results.find("modes", size=64) or \
        results.find("card", size=64) else "capture"


def programs(results, suite):
    return unique(r["program"] for r in results.find(suite))


def summary_row(results, program, size):
    r = {m: at(results, program, size, m) for m in charts.MODES}
    row = [program, Text(main_mix(results, program))]
    row += [number(host(r[m]), "%.0f") for m in charts.MODES]
    row += [number(r[m] and figure(r[m], "host.cores_28mpps"), "%.1f")
            for m in charts.MODES[1:]]
    refused = r["offload"] and not r["offload"]["figures"]
    card = results.find("card", program=program, size=size,
                        mix=main_mix(results, program), profile="flownic")
    if refused or not card:
        return row + [Text(note(r["offload"]) if refused else "-")]
    return row + [number(figure(card[0], "card.cycles"), "%.0f"),
                  count(figure(card[0], "card.packets_per_second")),
                  Text(note(card[0]))]


def summary(results):
    """A line for each program, with the card's pace beside the host's."""
    return page.table(
        ["program", "packets", "none", "generic", "native", "offload",
         "generic", "native", "offload", "cycles", "packets/s", "limit"],
        [summary_row(results, p, main_size(results))
         for p in programs(results, "modes")],
        (("", 2), ("host: %s a packet" % unit(results), 4),
         ("host: cores for 28 Mpps", 3), ("modelled card, both ports", 3)))


def mode_row(r, main):
    if not r["figures"]:
        return [r["mode"], Text(note(r))]
    spread = r["figures"]["host." + main].get("spread")
    return [r["mode"], number(figure(r, "host." + main)),
            number(None if spread is None else 100 * spread, "%.2f %%"),
            number(figure(r, "host.modelled_ns"), "%.0f"),
            count(figure(r, "host.packets_per_second_core")),
            number(figure(r, "host.cores_28mpps"), "%.2f"),
            number(figure(r, "host.cores_100g"), "%.2f"),
            number(figure(r, "emulation." + main), "%.0f"),
            number(figure(r, "card.cycles")),
            count(figure(r, "card.packets_per_second")), Text(note(r))]


def mode_rows(results, program):
    last = None
    for r in results.find("modes", program=program):
        what = "%s, %s" % ("packets of %s bytes" % r["size"]
                           if r["size"].isdigit() else r["size"], r["mix"])
        if what != last:
            yield [what]
        last = what
        yield mode_row(r, unit(results))


def mode_tables(results):
    head = ["mode", unit(results), "±", "modelled<br>ns",
            "packets/s<br>of a core", "cores for<br>28 Mpps",
            "cores for<br>100 Gb/s", unit(results), "cycles", "packets/s",
            "limit"]
    groups = (("", 1), ("host, a packet", 6), ("emulation", 1),
              ("modelled card, one port", 3))
    return "".join("<h3>%s</h3>" % page.esc(p) +
                   page.table(head, mode_rows(results, p), groups)
                   for p in programs(results, "modes"))


def card_row(r):
    where = [r["program"], r["size"], Text(r["mix"]), Text(r["profile"])]
    if not r["figures"]:
        return where + [Text(note(r))]
    return where + [number(figure(r, "card.cycles")),
                    count(figure(r, "card.packets_per_second")),
                    number(figure(r, "card.latency_median"), "%.0f"),
                    number(figure(r, "card.latency_p99"), "%.0f"),
                    Text(note(r))]


def card_table(rows):
    return page.table(
        ["program", "bytes", "packets", "profile", "cycles", "packets/s",
         "latency,<br>median ns", "latency,<br>99 % ns", "limit"],
        [card_row(r) for r in rows])


def card_main(results):
    """Of each program what it was measured with first."""
    for p in programs(results, "card"):
        rows = results.find("card", program=p, size=main_size(results))
        yield from (r for r in rows if r["mix"] == rows[0]["mix"])


def translator_row(r):
    return [r["program"], number(figure(r, "translator.bpf"), "%d"),
            number(figure(r, "published.bpf"), "%d"),
            number(figure(r, "translator.words"), "%d"),
            number(figure(r, "translator.words_per_bpf"), "%.2f"),
            number(figure(r, "translator.groups_4"), "%d"),
            number(figure(r, "published.groups_4"), "%.1f")] + [
        number(figure(r, "translator.groups_per_bpf_%d" % n), "%.2f")
        for n in (1, 2, 4, 8)] + [
        number(figure(r, "published.groups_per_bpf_4"), "%.2f"),
        number(figure(r, "target.groups_per_bpf_4"), "%.2f")]


def translator_table(results):
    return page.table(
        ["program", "BPF<br>instructions", "the same,<br>hXDP published",
         "card<br>instructions", "card instr.<br>per BPF instr.",
         "groups,<br>4 lanes", "the same,<br>hXDP published", "1 lane", "2 lanes", "4 lanes",
         "8 lanes", "4 lanes,<br>hXDP published", "4 lanes,<br>goal"],
        [translator_row(r) for r in results.find("translator")],
        (("", 7), ("issue groups per BPF instruction", 6)))


def fidelity_table(results):
    return page.table(
        ["measurement", "profile", "published,<br>packets/s",
         "modelled,<br>packets/s", "error", "limit of the model"],
        [[r["program"], Text(r["profile"]),
          count(figure(r, "published.packets_per_second")),
          count(figure(r, "card.packets_per_second")),
          number(figure(r, "card.error"), "%+.1f %%"), Text(note(r))]
         for r in results.find("fidelity")])


def headline_table(results):
    return page.table(
        ["load balancer", "receive,<br>ns", "program,<br>ns", "1 core,<br>"
         "packets/s", "12 cores,<br>packets/s", "the card,<br>packets/s",
         "cores that the<br>card stands for"],
        [[r["program"]] + (
            [number(figure(r, "host.receive_ns")),
             number(figure(r, "host.program_ns")),
             count(figure(r, "host.packets_per_second_core")),
             count(figure(r, "host.packets_per_second_12_cores")),
             count(figure(r, "card.packets_per_second")),
             number(figure(r, "card.cores_replaced"))]
            if r["figures"] else [Text(note(r))])
         for r in results.find("headline")])


def suite_table(rows):
    names = unique(n for r in rows for n in r["figures"])
    units = {n: next(r["figures"][n]["unit"] for r in rows
                     if n in r["figures"]) for n in names}

    def head(name):
        text = name.partition(".")[2].replace("_", " ")
        return text if units[name].startswith(text) or units[name] == text \
            else "%s,<br>%s" % (text, page.esc(units[name]))

    return page.table(["of"] + [head(n) for n in names], [
        [" ".join(filter(None, (r["program"], r["setting"])))] +
        [number(figure(r, n), "%.4g") if isinstance(figure(r, n), float) else
         number(figure(r, n), "%d") for n in names] for r in rows])


def suite_tables(results):
    out = ""
    for suite in unique(r["suite"] for r in results.records):
        if suite not in KNOWN_SUITES:
            title, text = words.SUITES.get(suite, (suite, ""))
            out += "<h3>%s</h3><p>%s</p>%s" % (
                page.esc(title), text, suite_table(results.find(suite)))
    return out


def sentence(results, program, text):
    """With host figures of the modes, if all were measured."""
    r = {m: at(results, program, 64, m) for m in charts.MODES}
    if any(host(v) is None for v in r.values()):
        return
    values = {m: "%.0f %s" % (host(v), unit(results)) for m, v in r.items()}
    values.update({"cores_" + m: "%.3g" % figure(v, "host.cores_28mpps")
                   for m, v in r.items()})
    yield text.format(card=count(figure(
        r["offload"], "card.packets_per_second")), **values)


def fidelity_found(results):
    for profile in unique(r["profile"] for r in results.find("fidelity")):
        errors = [abs(figure(r, "card.error"))
                  for r in results.find("fidelity", profile=profile)]
        yield "Modelled and published, %s: %.1f %% apart in the median of %d " \
            "measurements, %.1f %% at worst." % (
                profile, statistics.median(errors), len(errors), max(errors))


def findings(results):
    """What the tables say, in sentences."""
    yield from sentence(
        results, "drop", "To drop a packet of 64 bytes costs the host "
        "{generic} in generic mode, {native} in native mode, and {offload} "
        "if the card does it.")
    yield from sentence(
        results, "pass", "A packet that passes costs the host {offload} behind a "
        "program on the card and {none} without any; in native mode {native}.")
    yield from sentence(
        results, "firewall-1k", "To drop 28 million packets a second by a firewall "
        "with 1,000 rules takes {cores_generic} cores in generic mode, "
        "{cores_native} in native mode and {cores_offload} with the card, "
        "which would do {card} packets/s on one port.")
    for r in results.find("headline"):
        if r["figures"]:
            yield "The load balancer %s: the modelled card does %s packets/s, as " \
                "much as %.1f cores of this machine natively." % (
                    r["program"],
                    count(figure(r, "card.packets_per_second")),
                    figure(r, "card.cores_replaced"))
    yield from fidelity_found(results)


def bullets(sentences):
    sentences = list(sentences)
    return "<ul>%s</ul>" % "".join(
        "<li>%s</li>" % page.esc(s) for s in sentences) if sentences else ""


def machine(results):
    head = results.head
    kernels = unique(r["versions"]["kernel"] for r in results.find("modes"))
    rows = [["measured", Text(head.get("date", "-"))],
            ["by", Text(head["command"])],
            ["machine", Text("%s, %s CPUs" % (head["machine"]["cpu"],
                                              head["machine"]["cpus"]))],
            ["kernel in the virtual machine", Text(", ".join(kernels) or "-")],
            ["kernel of the machine", Text(head["versions"]["kernel"])]]
    rows += [[k, Text(v)] for k, v in head["versions"].items()
             if k != "kernel"]
    return page.table(["", ""], rows)


def rounds(results):
    found = unique(r["setting"] for r in results.find("modes")
                   if r["setting"])
    return found[0] if found else "rounds"


def about(results):
    return words.ABOUT % (
        words.HOST_TIME % page.esc(rounds(results))
        if unit(results) == "ns" else words.HOST_INSTRUCTIONS)


def method(results):
    ns = next((figure(r, "host.modelled_ns") / figure(r, "host.instructions")
               for r in results.find("modes", mode="native")
               if figure(r, "host.instructions")), None)
    return words.METHOD % {
        "burst": "256 (over veth 128)",
        "clock": ", where one nanosecond is one instruction" if ns else "",
        "modelled": words.MODELLED % ns if ns else ""}


def sections(results, drawn):
    size = "Packets of 64 bytes." if main_size(results) == "64" else \
        "Packets of the capture."
    return (
        ("Findings", "", bullets(findings(results)), False),
        ("In short", size, summary(results), False),
        ("A load balancer on the card and on 12 cores",
         "A core's time for a packet is that of receiving it in native mode "
         "(as measured for the program drop) and that of the program alone "
         "(BPF_PROG_TEST_RUN on this machine, less that of drop). The card is of "
         "profile flownic, with both its ports; packets of 64 bytes.",
         headline_table(results), False),
        ("Charts", "", "".join(page.figure(title, svg, text)
                               for title, svg, text in drawn), False),
        ("What the columns count", "", page.terms(words.COLUMNS), False),
        ("The modelled cards",
         "The same traffic on each profile, all ports together: flownic is the "
         "default card; agilio and hxdp stand for published ones. " + size,
         card_table(card_main(results)), False),
        ("The translator's code",
         "BPF instructions of a program and what the translator makes of them, at "
         "its level 2. An issue group is what is done in one cycle; a lane is "
         "what executes one instruction of it.",
         translator_table(results), False),
        ("Modelled and published",
         "What the model says where others have measured real cards; "
         "<code>docs/timing.md</code> has the sources and explains the "
         "differences.", fidelity_table(results), False),
        ("Other measurements", "", suite_tables(results), False),
        ("Method", "", method(results), False),
        ("The machine", "", machine(results), False),
        ("How to repeat it", "", words.REPEAT, False),
        ("Appendix: every measurement of the modes", "",
         mode_tables(results), True),
        ("Appendix: every measurement of the modelled cards", "",
         card_table(results.find("card"))
         if len(list(card_main(results))) < len(results.find("card")) else "",
         True))


def write(results, out):
    drawn = charts.draw_all(results, os.path.join(out, "charts"))
    title = "Generic, native and offloaded XDP"
    subtitle = "flownic %s, %s" % (results.versions["flownic"],
                                   results.head.get("date", ""))
    with open(os.path.join(out, "report.html"), "w", encoding="utf-8") as f:
        f.write(page.page(title, subtitle.rstrip(", "), about(results),
                          sections(results, drawn)))
