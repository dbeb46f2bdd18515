# SPDX-License-Identifier: GPL-2.0
"""What needs no VM: the translator's code, the modelled cards, scaling."""

import concurrent.futures
import json
import os
import re
import shlex
import statistics
import subprocess
import sys

import matrix
from rows import COMPILED as HXDP

sys.dont_write_bytecode = True

SAMPLES = ("counters", "drop", "firewall", "lb", "pass", "ping", "router", "tx")
LANES = (1, 2, 4, 8)
PROFILES = ("flownic", "agilio", "hxdp")
TARGET_WORDS, TARGET_GROUPS = 0.70, 0.33
REPEAT = 20
HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
TOOL = "build/flownic"


class Failed(Exception):
    """A measurement that cannot be trusted."""


def shown(command):
    return shlex.join(command)


def ask(command):
    """Run the tool; returns its JSON, and None with its word if it refuses."""
    p = subprocess.run(command, cwd=TOP, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, text=True, check=False)
    # What make says before, when it builds a part, is no part of the answer.
    lines = p.stdout.splitlines(True)
    while lines and lines[0][0] not in "[{":
        lines.pop(0)
    if not lines:
        return None, re.sub("^flownic: ", "", p.stderr.strip())
    try:
        return json.loads("".join(lines)), p.stderr.strip()
    except ValueError as e:
        raise Failed("%s: no JSON: %s" % (shown(command), e)) from e


def lanes_profile(where, lanes):
    path = os.path.join(where, "lanes-%d.profile" % lanes)
    with open(path, "w", encoding="ascii") as f:
        f.write("name = lanes-%d\nbase = flownic\nlanes = %d\n" % (
            lanes, lanes))
    return path


def translator(results, where, progress):
    """Card instructions and issue groups for a BPF instruction."""
    paths = ["build/bpf/%s.o" % n for n in SAMPLES] + \
        ["build/bench/%s.o" % n for n in HXDP]
    words, groups = [], {n: [] for n in LANES}
    times = {n: [] for n in LANES}  # the groups that are needed at least
    for path in paths:
        progress.step("translator: " + os.path.basename(path))
        name = os.path.basename(path)[:-2]
        found = {}
        for lanes in LANES:
            command = [TOOL, "-j", "-O2", "--profile",
                       lanes_profile(where, lanes), "check", path]
            got, why = ask(command)
            if not got or not got[0]["offloads"]:
                raise Failed("%s: %s" % (shown(command), why or got))
            got = got[0]
            bpf = got["bpf_instructions"]
            found["translator.groups_%d" % lanes] = (
                got["groups"], "issue groups")
            found["translator.groups_per_bpf_%d" % lanes] = (
                round(got["groups"] / bpf, 4), "groups/BPF instruction")
            groups[lanes].append(got["groups"] / bpf)
            times[lanes].append(got["groups"] / got["groups_least"])
            found["translator.groups_least_%d" % lanes] = (
                got["groups_least"], "issue groups")
        words.append(got["card_instructions"] / bpf)
        found.update({
            "translator.bpf": (bpf, "BPF instructions"),
            "translator.words": (got["card_instructions"],
                                 "card instructions"),
            "translator.words_per_bpf": (
                round(words[-1], 4), "card instructions/BPF instruction")})
        if name in HXDP:
            found["published.bpf"] = (HXDP[name][0], "BPF instructions")
            found["published.groups_4"] = (HXDP[name][1], "VLIW rows")
            found["published.groups_per_bpf_4"] = (
                round(HXDP[name][1] / HXDP[name][0], 4),
                "rows/BPF instruction")
        results.add("translator", found, shown(command), program=name)
    figures = {"translator.words_per_bpf": (
        round(statistics.median(words), 4),
        "card instructions/BPF instruction"),
        "target.words_per_bpf": (TARGET_WORDS, "at most"),
        "published.groups_per_bpf_4": (
            round(statistics.median(rows / bpf for bpf, rows in
                                    HXDP.values()), 4),
            "rows/BPF instruction"),
        "target.groups_per_bpf_4": (TARGET_GROUPS, "at most")}
    for lanes in LANES:
        figures["translator.groups_per_bpf_%d" % lanes] = (
            round(statistics.median(groups[lanes]), 4),
            "groups/BPF instruction")
        figures["translator.groups_of_least_%d" % lanes] = (
            round(statistics.median(times[lanes]), 4), "times the bound")
    results.add("translator", figures, "median of the rows",
                program="median of %d" % len(words))


def fidelity(results, progress):
    progress.step("fidelity: modelled cards against published ones")
    command = ["tests/bench/fidelity", "--json"]
    rows, why = ask(command)
    if rows is None:
        raise Failed("%s: %s" % (shown(command), why))
    for r in rows:
        results.add("fidelity", {
            "card.packets_per_second": (r["modelled"] * 1e6, "packets/s"),
            "published.packets_per_second": (r["published"] * 1e6,
                                             "packets/s"),
            "card.error": (r["error"], "%"),
            "card.cycles": (r["cycles"], "cycles/packet")},
            shown(command), program=r["name"], profile=r["group"],
            note="limit: " + r["limit"])


def sim_command(where, program, size, mix, profile):
    pcap = os.path.join(where, "%s-%s-%s.pcap" % (
        program.name, size, matrix.file_name(mix)))
    command = [TOOL, "sim", "-j", program.object, "--pcap", pcap,
               "--repeat", str(REPEAT), "--mtu", "9200",
               "--profile", profile, "--ifindex", "1"]
    command += matrix.map_options(where, program)
    if program.entries:
        command += ["--set", "entries=%d" % program.entries]
    return command


def check_verdicts(what, got, made, times):
    """Whether a run came to the verdicts that were made for it."""
    want = {}
    for _, verdict in made:
        want[verdict] = want.get(verdict, 0) + times
    got = {k: v for k, v in got.items() if v}
    if got != want:
        raise Failed("%s: verdicts are %r and must be %r" % (what, got, want))


def card_figures(got):
    return {
        "card.cycles": (got["cycles"]["mean"], "cycles/packet"),
        "card.instructions": (got["instructions_per_packet"],
                              "instructions/packet"),
        "card.packets_per_second": (got["packets_per_second"], "packets/s"),
        "card.latency_median": (got["latency_ns"]["median"], "ns"),
        "card.latency_p99": (got["latency_ns"]["p99"], "ns")}


def card_runs(where, cells, profiles):
    """Every cell on every card."""
    for program, size, mix in cells:
        for profile in profiles:
            yield (program, size, mix, profile,
                   sim_command(where, program, size, mix, profile))


def card(results, where, cells, profiles, progress):
    """Cells of the matrix on modelled cards, as many at a time as can be."""
    runs = list(card_runs(where, cells, profiles))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        answers = pool.map(lambda run: ask(run[-1]), runs)
        for run, (got, why) in zip(runs, answers):
            progress.step("card: %s, %s, %s on %s" % (
                run[0].name, *run[1:4]))
            card_record(results, run, got, why)


def card_record(results, run, got, why):
    program, size, mix, profile, command = run
    key = {"program": program.name, "size": size, "mix": mix,
           "profile": profile}
    if got is None:
        results.add("card", {}, shown(command), note="not possible: " + why,
                    **key)
        return
    check_verdicts(shown(command), got["verdicts"],
                   list(matrix.frames(program, size, mix)), REPEAT)
    if got["lost"]:
        raise Failed("%s: %d packets were lost" % (
            shown(command), got["lost"]))
    results.add("card", card_figures(got), shown(command),
                note="limit: " + got["limit"], **key)


SWEEPS = (
    ("cores", "1,2,4,8,12,16,24,32,40,48,64,96", ()),
    ("threads", "1,2,4,8", ("--cores", "8")),
    ("lanes", "1,2,4,8", ("--cores", "8")),
)


def scaling(results, where, progress):
    """Throughput over cores, threads, lanes and entries of maps."""
    for name in "balancer-64k", "firewall-1k", "lb":
        program = matrix.find(name)
        mix = list(program.mixes)[-1 if name.startswith("fire") else 0]
        for key, values, more in SWEEPS:
            progress.step("scaling: %s over %s" % (name, key))
            command = sim_command(where, program, 64, mix, "flownic") + \
                ["--sweep", "%s=%s" % (key, values)] + list(more)
            add_sweep(results, command, key, program=name, size=64, mix=mix,
                      profile="flownic")
    for rules in "1k", "100k", "1M":
        progress.step("scaling: firewall over %s entries" % rules)
        program = matrix.find("firewall-" + rules)
        command = sim_command(where, program, 64, "all drop", "flownic")
        got, why = ask(command)
        if got is None:
            raise Failed("%s: %s" % (shown(command), why))
        results.add("scaling", card_figures(got), shown(command),
                    program="firewall", size=64, mix="all drop",
                    profile="flownic", setting="entries=%d" % program.entries,
                    note="limit: " + got["limit"])


def add_sweep(results, command, key, **where):
    points, why = ask(command)
    if points is None:
        raise Failed("%s: %s" % (shown(command), why))
    for p in points:
        results.add("scaling", card_figures(p["result"]), shown(command),
                    setting="%s=%s" % (key, p["set"][key]),
                    note="limit: " + p["result"]["limit"], **where)


# Other executables of this directory measure something, too, and print it with
# --json: a list of objects, whose words say what their numbers are of. These are
# not among them.
NO_SUITES = ("run", "guest", "compare", "readme", "fidelity", "traffic.py")
# Those that boot a VM, where instructions count; the others take time.
VM_SUITES = ("emulation", "load-cost", "map-dump")
SUITE_UNITS = {
    "instructions": "BPF instructions", "words": "card instructions",
    "native": "instructions", "offloaded": "instructions", "ratio": "times",
    "host_instructions": "instructions", "card_instructions": "instructions",
    "host_frames": "frames", "card_frames": "frames",
    "interpreted_ns": "ns", "compiled_ns": "ns",
    "ns_per_instruction": "ns/BPF instruction",
    "bytes_per_instruction": "B/BPF instruction",
    "bytes_per_entry": "B/entry", "bytes_allowed": "B/entry",
    "simulated_per_second": "packets/s", "memory_bytes": "B",
    "lookup_ns": "ns", "update_ns": "ns", "renew_ns": "ns"}


def suites():
    for name in sorted(os.listdir(HERE)):
        path = os.path.join(HERE, name)
        if os.path.isfile(path) and os.access(path, os.X_OK) and \
                name not in NO_SUITES:
            yield name


def scripts(results, progress, in_vm):
    for name in suites():
        if (name in VM_SUITES) != in_vm:
            continue
        progress.step(name, 30)
        command = ["tests/bench/" + name, "--json"]
        rows, why = ask(command)
        if rows is None:
            raise Failed("%s: %s" % (shown(command), why))
        if isinstance(rows, dict):
            rows = rows.get("results", [rows])
        for row in rows:
            add_row(results, name, row, command, in_vm)


def add_row(results, name, row, command, exact):
    """Numbers are figures; where words do not tell, the first says of what."""
    words = [str(v) for v in row.values() if isinstance(v, str)]
    numbers = {k: v for k, v in row.items()
               if isinstance(v, (int, float)) and not isinstance(v, bool)}
    if not words or results.find(name, program=words[0],
                                 setting=" ".join(words[1:])):
        words.append("%s=%s" % next(iter(numbers.items())))
    figures = {"%s.%s" % (name, k): (v, SUITE_UNITS.get(
        k, k.replace("_", " "))) for k, v in numbers.items()}
    results.add(name, figures, shown(command), exact=exact, program=words[0],
                setting=" ".join(words[1:]))


def prepare(where, cells):
    """Write captures and maps."""
    os.makedirs(where, exist_ok=True)
    for program, size, mix in cells:
        matrix.write_maps(where, program)
        matrix.write_traffic(where, program, size, mix)


HEADLINE_CORES = 12
HEADLINE = ("lb", "balancer-64k")


def time_alone(where, program, mix):
    """ns that BPF_PROG_TEST_RUN takes for the program alone; None if unable."""
    pcap = os.path.join(where, "%s-64-%s.pcap" % (
        program.name, matrix.file_name(mix)))
    command = [TOOL, "bench", "-j", program.object, "--modes", "run",
               "--pcap", pcap, "--verdicts", pcap[:-5] + ".verdicts",
               "--rounds", "501"] + matrix.map_options(where, program)
    got, why = ask(command)
    if got is None or "skipped" in got["results"][0]:
        return None, why or got["results"][0]["skipped"], command
    return got["results"][0]["host"]["ns"], "", command


def headline(results, where, progress, receive_ns):
    """The card beside 12 cores of this machine, with a load balancer.

    A core's packet takes what receiving one takes in native mode, program
    "drop" (measured, in the VM, as instructions), and what the program takes
    besides: BPF_PROG_TEST_RUN's time less that of "drop".
    """
    progress.step("headline: a load balancer on this machine's cores")
    nothing, why, command = time_alone(where, matrix.find("drop"), "all drop")
    for name in HEADLINE:
        program = matrix.find(name)
        mix = list(program.mixes)[0]
        alone, why2, command = time_alone(where, program, mix)
        cards = results.find("card", program=name, size=64, mix=mix,
                             profile="flownic")
        if nothing is None or alone is None or not cards:
            results.add("headline", {}, shown(command), exact=False,
                        program=name, note="not possible: " + (why or why2))
            continue
        packet = max(alone - nothing, 0) + receive_ns
        rate = HEADLINE_CORES * 1e9 / packet
        modelled = cards[0]["figures"]["card.packets_per_second"]["value"]
        results.add("headline", {
            "host.program_ns": (round(alone - nothing, 2), "ns/packet"),
            "host.receive_ns": (round(receive_ns, 2), "ns/packet"),
            "host.packets_per_second_core": (round(1e9 / packet),
                                             "packets/s"),
            "host.packets_per_second_12_cores": (round(rate), "packets/s"),
            "card.packets_per_second": (modelled, "packets/s"),
            "card.cores_replaced": (round(modelled * packet / 1e9, 2),
                                    "cores of this machine")},
            shown(command), exact=False, program=name, mix=mix, size=64,
            profile="flownic", note=cards[0].get("note", ""))
