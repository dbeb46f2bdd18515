# SPDX-License-Identifier: GPL-2.0
"""Charts of results, drawn by gnuplot as SVG and PNG."""

import os
import subprocess

from record import figure
from table import unique

MODES = ("none", "generic", "native", "offload")
COLOURS = {"none": "#9aa5b1", "generic": "#d9822b", "native": "#2b7bba",
           "offload": "#3a9d5d"}
STYLE = """
set terminal {terminal}
set output '{output}'
set border 3 lc rgb '#666666'
set tics nomirror
set grid ytics lc rgb '#dddddd'
set key top left reverse Left noenhanced spacing 1.3
"""
TERMINALS = {
    "svg": "svg size 860,430 font 'sans-serif,13' background 'white'",
    "png": "png size 1000,500 background rgb 'white'"}


def block(name, rows):
    return "$%s << EOD\n%s\nEOD\n" % (name, "\n".join(
        " ".join(str(c) for c in row) for row in rows))


def draw(directory, name, script):
    """Draw in both formats; returns the SVG, or None without gnuplot."""
    for kind, terminal in TERMINALS.items():
        output = os.path.join(directory, "%s.%s" % (name, kind))
        try:
            p = subprocess.run(
                ["gnuplot"], input=STYLE.format(terminal=terminal,
                                                output=output) + script,
                text=True, stderr=subprocess.PIPE, check=False)
        except OSError:
            return None
        if p.returncode:
            raise SystemExit("gnuplot, %s: %s" % (name, p.stderr))
    with open(os.path.join(directory, name + ".svg"), encoding="utf-8") as f:
        text = f.read()
    return text[text.index("<svg"):]


def main_mix(results, program):
    """The mix that a program was measured with at all sizes."""
    mixes = [r["mix"] for r in results.find("modes", program=program)]
    return max(unique(mixes), key=mixes.count) if mixes else ""


def at(results, program, size, mode):
    found = results.find("modes", program=program, size=size, mode=mode,
                         mix=main_mix(results, program))
    return found[0] if found else None


def host(record):
    if not record:
        return None
    return figure(record, "host.instructions",
                  figure(record, "host.ns"))


def modes(results, directory):
    """What a packet costs the host, program by program."""
    programs = unique(r["program"] for r in results.find("modes"))
    size = "64" if results.find("modes", size=64) else "capture"
    rows = []
    for p in programs:
        values = [host(at(results, p, size, m)) for m in MODES]
        if None not in values:
            rows.append(['"%s"' % p] + values)
    if not rows:
        return None
    plots = ", ".join(
        "$d using %d:xtic(1) title '%s' lc rgb '%s'" % (n + 2, m, COLOURS[m])
        for n, m in enumerate(MODES))
    return draw(directory, "modes", block("d", rows) + """
set style data histogram
set style histogram clustered gap 1
set style fill solid 0.9 noborder
set xtics rotate by -35 noenhanced
set ylabel 'host: instructions a packet'
set yrange [0:*]
set rmargin 8
plot %s
""" % plots)


SIZES = {"64": 64, "128": 128, "512": 512, "1518": 1518, "9000": 9000}


def sizes(results, directory, program="firewall-1k"):
    """Packets a second over packet size: a core in each mode, and the card."""
    curves, text = [], ""
    for n, mode in enumerate(MODES[1:3]):
        rows = [(SIZES[s], figure(r, "host.packets_per_second_core") / 1e6)
                for s in SIZES for r in [at(results, program, s, mode)]
                if r and figure(r, "host.packets_per_second_core")]
        if rows:
            text += block("c%d" % n, rows)
            curves.append("$c%d with linespoints lw 2 lc rgb '%s' title "
                          "'%s, one core'" % (n, COLOURS[mode], mode))
    rows = [(SIZES[r["size"]], figure(r, "card.packets_per_second") / 1e6)
            for r in results.find("card", program=program, profile="flownic",
                                  mix=main_mix(results, program))
            if r["size"] in SIZES and r["figures"]]
    if rows:
        text += block("card", rows)
        curves.append("$card with linespoints lw 2 lc rgb '%s' title "
                      "'offload, the modelled card'" % COLOURS["offload"])
    if len(rows) < 2 or not curves:
        return None
    curves.append("2 * 1e5 / 8 / (x + 20) with lines dt 2 lc rgb '#999999' "
                  "title 'line rate of both ports'")
    return draw(directory, "sizes", text + """
set logscale xy
set xrange [55:11000]
set xtics (64, 128, 512, 1518, 9000)
set xlabel 'packet, bytes'
set ylabel 'million packets/s'
set key bottom left
plot %s
""" % ", ".join(curves))


def scaling(results, directory, key):
    """Throughput of the modelled card over a figure of it."""
    rows = [r for r in results.find("scaling")
            if r["setting"].startswith(key + "=")]
    programs = unique(r["program"] for r in rows)
    if not rows:
        return None
    text, curves = "", []
    for n, p in enumerate(programs):
        text += block("s%d" % n, [
            (r["setting"].partition("=")[2],
             figure(r, "card.packets_per_second") / 1e6)
            for r in rows if r["program"] == p])
        curves.append("$s%d with linespoints lw 2 title '%s'" % (n, p))
    return draw(directory, "scaling-" + key, text + """
set xlabel '%s'
set ylabel 'million packets/s'
set yrange [0:*]
set xrange [0:*]
set key bottom right
%s
plot %s
""" % (key, "set logscale x\nset xrange [*:*]" if key == "entries" else "",
       ", ".join(curves)))


def fidelity(results, directory):
    """Modelled against published throughput."""
    rows = results.find("fidelity")
    groups = unique(r["profile"] for r in rows)
    if not rows:
        return None
    text, curves = "", ["x with lines lc rgb '#999999' title 'both agree'"]
    for n, g in enumerate(groups):
        text += block("f%d" % n, [
            (figure(r, "published.packets_per_second") / 1e6,
             figure(r, "card.packets_per_second") / 1e6)
            for r in rows if r["profile"] == g])
        curves.append("$f%d with points pt 7 ps 0.8 title '%s'" % (n, g))
    return draw(directory, "fidelity", text + """
set logscale xy
set xlabel 'published, million packets/s'
set ylabel 'modelled, million packets/s'
set xtics (2, 5, 10, 20, 50)
set ytics (2, 5, 10, 20, 50)
set xrange [2:80]
set yrange [2:80]
plot %s
""" % ", ".join(curves))


def draw_all(results, directory):
    """(title, explanation, SVG) of each chart that there are results for."""
    os.makedirs(directory, exist_ok=True)
    charts = (
        ("What a packet costs the host", "Instructions of the receiving host, "
         "packets of 64 bytes. Nothing is left of it when the card drops, "
         "sends back or forwards.", modes(results, directory)),
        ("Packets a second over packet size", "Firewall with 1,000 rules, all "
         "packets dropped: one core of the host, and the modelled card with "
         "two ports of 100 Gb/s.", sizes(results, directory)),
        ("The card's throughput over its cores", "Profile flownic, packets of "
         "64 bytes.", scaling(results, directory, "cores")),
        ("Over hardware threads of a core", "8 cores.",
         scaling(results, directory, "threads")),
        ("Over lanes", "8 cores.", scaling(results, directory, "lanes")),
        ("Over entries of a hash map", "Firewall with so many rules.",
         scaling(results, directory, "entries")),
        ("Modelled and published", "Profiles agilio and hxdp beside "
         "measurements of the cards they stand for.",
         fidelity(results, directory)),
    )
    return [c for c in charts if c[2]]
