# SPDX-License-Identifier: GPL-2.0
"""Charts of results, drawn by gnuplot as SVG and PNG."""

import os
import subprocess

from record import figure
from table import unique

MODES = ("none", "generic", "native", "offload")
# Told apart without colours, too: from light to dark.
COLOURS = {"none": "#ccd3d9", "generic": "#f0a03c", "native": "#3f86c6",
           "offload": "#12512b"}
STYLE = """
set terminal {terminal}
set output '{output}'
set border 3 lc rgb '#666666'
set tics nomirror
set grid ytics lc rgb '#dddddd'
set key above reverse Left noenhanced samplen 3
set style line 1 lw 2 lc rgb '#12512b' pt 7 ps 0.7
set style line 2 lw 2 lc rgb '#3f86c6' pt 5 ps 0.7 dt (12,4)
set style line 3 lw 2 lc rgb '#f0a03c' pt 9 ps 0.8 dt (4,3)
set style line 4 lw 2 lc rgb '#888888' pt 11 ps 0.8 dt (12,4,2,4)
"""
TERMINALS = {
    "svg": "svg size 860,430 dashed font 'sans-serif,13' background 'white'",
    "png": "pngcairo size 1290,645 dashed font 'sans,13' background 'white'"}


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


def host_unit(results):
    return "ns" if any("host.ns" in r["figures"]
                       for r in results.find("modes")) else "instructions"


def modes(results, directory):
    """What a packet costs the host, program by program."""
    programs = unique(r["program"] for r in results.find("modes"))
    size = "64" if results.find("modes", size=64) else "capture"
    rows = []
    for p in programs:
        values = [host(at(results, p, size, m)) for m in MODES]
        if any(v is not None for v in values):
            rows.append(['"%s"' % p] + [v or 0 for v in values] + [
                '"%s"' % ("n/a" if v is None else "0" if v < 1 else "")
                for v in values])
    if not rows:
        return None
    plots = ", ".join(
        "$d using %d:xtic(1) title '%s' lc rgb '%s'" % (n + 2, m, COLOURS[m])
        for n, m in enumerate(MODES))
    # What is not to be seen is said at its place: there are five for each.
    plots += "".join(
        ", $d using ($0 %+.1f):(0):%d with labels offset 0,0.6 font ',10' "
        "notitle" % (0.2 * n - 0.3, n + 2 + len(MODES))
        for n in range(len(MODES)))
    return draw(directory, "modes", block("d", rows) + """
set style data histogram
set style histogram clustered gap 1
set style fill solid border lc rgb '#555555'
set xtics rotate by 30 right noenhanced
set ylabel 'host: %s a packet'
set yrange [0:*]
plot %s
""" % (host_unit(results), plots))


SIZES = {"64": 64, "128": 128, "512": 512, "1518": 1518, "9000": 9000}


def sizes(results, directory, program="firewall-1k"):
    """Packets a second over packet size: a core in each mode, and the card."""
    curves, text = [], ""
    for n, mode in enumerate(("native", "generic", "none")):
        rows = [(SIZES[s], figure(r, "host.packets_per_second_core") / 1e6)
                for s in SIZES for r in [at(results, program, s, mode)]
                if r and figure(r, "host.packets_per_second_core")]
        if rows:
            text += block("c%d" % n, rows)
            curves.append("$c%d with linespoints ls %d title '%s'" % (
                n, n + 2, "no program, one core" if mode == "none" else
                mode + ", one core"))
    rows = [(SIZES[r["size"]], figure(r, "card.packets_per_second") / 1e6)
            for r in results.find("card", program=program, profile="flownic",
                                  mix=main_mix(results, program))
            if r["size"] in SIZES and r["figures"]]
    if rows:
        text += block("card", rows)
        curves.insert(0, "$card with linespoints ls 1 title "
                      "'offload, the modelled card'")
    if len(rows) < 2 or not curves:
        return None
    curves.append("2 * 1e5 / 8 / (x + 20) with lines dt 2 lc rgb '#999999' "
                  "title 'line rate of both ports'")
    return draw(directory, "sizes", text + """
set logscale xy
set xrange [55:11000]
set xtics (64, 128, 512, 1518, 9000)
set xlabel 'size of a packet, bytes'
set ylabel 'million packets/s'
plot %s
""" % ", ".join(curves))


AXES = {
    "cores": ("cores of the card", "set xtics 8"),
    "threads": ("hardware threads of each of 8 cores", "set xtics (1, 2, 4, 8)"),
    "lanes": ("lanes of each of 8 cores: instructions that begin at once",
              "set xtics (1, 2, 4, 8)"),
    "entries": ("entries of the hash map",
                "set logscale x\nset xrange [800:1.25e6]\n"
                "set xtics ('1 k' 1024, '100 k' 1e5, '1 M' 1e6)")}


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
        curves.append("$s%d with linespoints ls %d title '%s'" % (n, n + 1, p))
    label, more = AXES[key]
    return draw(directory, "scaling-" + key, text + """
set xlabel '%s'
set ylabel 'million packets/s'
set yrange [0:*]
set xrange [0:*]
%s
plot %s
""" % (label, more, ", ".join(curves)))


def fidelity(results, directory):
    """Modelled against published throughput."""
    rows = results.find("fidelity")
    groups = unique(r["profile"] for r in rows)
    if not rows:
        return None
    text, curves = "", ["x with lines lc rgb '#999999' title 'both agree'"]
    for n, g in enumerate(groups):
        point = ("pt 7 ps 0.7 lc rgb '#12512b'", "pt 5 ps 0.7 lc rgb '#3f86c6'",
                 "pt 9 ps 0.9 lc rgb '#f0a03c'", "pt 11 lc rgb '#888888'")[n % 4]
        text += block("f%d" % n, [
            (figure(r, "published.packets_per_second") / 1e6,
             figure(r, "card.packets_per_second") / 1e6)
            for r in rows if r["profile"] == g])
        curves.append("$f%d with points %s title '%s'" % (n, point, g))
    return draw(directory, "fidelity", text + """
set logscale xy
set grid xtics lc rgb '#dddddd'
set size ratio 0.6
set xlabel 'published, million packets/s'
set ylabel 'modelled, million packets/s'
set xtics (2, 5, 10, 20, 50)
set ytics (2, 5, 10, 20, 50)
set xrange [2:80]
set yrange [2:80]
plot %s
""" % ", ".join(curves))


def draw_all(results, directory):
    """(title, SVG, explanation) of each chart that there are results for."""
    if os.path.isdir(directory):
        for name in os.listdir(directory):
            os.unlink(os.path.join(directory, name))
    os.makedirs(directory, exist_ok=True)
    charts = (
        ("What a packet costs the host", modes(results, directory),
         "What the receiving host executes for a packet of 64 bytes, or of the "
         "capture. Nothing is left of it (0) when the card drops, sends back or "
         "forwards the packet; what passes costs what it costs without a program."),
        ("Packets a second over packet size", sizes(results, directory),
         "Firewall with 1,000 rules, all packets dropped (none: passed): one core "
         "of the host, and the modelled card with two ports of 100 Gb/s, which "
         "are its limit here. What a core does is not bounded by the line."),
        ("The card's throughput over its cores",
         scaling(results, directory, "cores"),
         "Profile flownic, which has 48 cores, with others; packets of 64 bytes, "
         "both ports together."),
        ("The card's throughput over hardware threads of a core",
         scaling(results, directory, "threads"),
         "A thread that waits for memory lets another run. Profile flownic with 8 "
         "cores."),
        ("The card's throughput over lanes",
         scaling(results, directory, "lanes"),
         "The translator arranges instructions in groups that begin in one cycle. "
         "Profile flownic with 8 cores."),
        ("The card's throughput over entries of a hash map",
         scaling(results, directory, "entries"),
         "Firewall with so many rules, which all fit the card's map memory: a "
         "lookup takes the same."),
        ("Modelled and published", fidelity(results, directory),
         "Each point is a measurement of a real card, published with the card, "
         "and the same program on the profile that stands for it."),
    )
    return [c for c in charts if c[1]]
