#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The benchmark's parts that need neither card nor kernel: what flownic bench
refuses; that its traffic comes to the verdicts it is made for; and that two
results are compared as promised."""

import copy
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli import *  # noqa: E402,F403

sys.path.insert(0, os.path.join(TOP, "tests", "bench"))
import matrix  # noqa: E402
import offline  # noqa: E402
import record  # noqa: E402

DROP = os.path.join(TOP, "build", "bpf", "drop.o")


def refusals(tap, where):
    says(tap, 2, "object file is missing", "bench")
    says(tap, 2, '"fast" is unknown; known: none, generic', "bench", DROP,
         "--modes", "native,fast")
    says(tap, 2, "64 to 9018 is expected", "bench", DROP, "--size", "60")
    says(tap, 2, "NAME=FILE is expected", "bench", DROP, "--map", "rules")
    says(tap, 2, "no such option", "bench", DROP, "--speed")
    if os.geteuid():
        says(tap, 1, "try as root", "bench", DROP)
        return
    says(tap, 1, "No such file", "bench", DROP, "--pcap", where + "/none.pcap")
    if not os.path.exists("/sys/module/flownic"):
        says(tap, 1, "module is not loaded", "bench", DROP)


def raw_maps(tap, where):
    path = where + "/odd.raw"
    with open(path, "wb") as f:
        f.write(bytes(13))
    program = matrix.find("firewall-1k")
    pcap, _ = matrix.write_traffic(where, program, 64, "all drop")
    says(tap, 1, "entry 1 has 1 bytes: 4 of key and 8 of value", "sim",
         os.path.join(TOP, program.object), "--pcap", pcap, "--map",
         "blocked_ip4=" + path)


def traffic(tap, where):
    """Samples only: the others are not built by make."""
    for program in matrix.PROGRAMS:
        if not program.object.startswith("build/bpf/") or \
                program.entries > 100000:
            continue
        matrix.write_maps(where, program)
        for mix in program.mixes:
            matrix.write_traffic(where, program, "imix", mix)
            got, why = offline.ask(offline.sim_command(
                where, program, "imix", mix, "flownic"))
            want = {}
            for _, verdict in matrix.frames(program, "imix", mix):
                want[verdict] = want.get(verdict, 0) + offline.REPEAT
            tap.equal({k: v for k, v in got["verdicts"].items() if v}
                      if got else why, want,
                      "%s, %s: verdicts that the traffic is made for" % (
                          program.name, mix))


def make_result():
    r = record.Results(TOP, "test")
    r.add("modes", {"host.instructions": (100.0, "instructions/packet", 0.01)},
          "a", program="drop", mode="native", size=64)
    r.add("headline", {"host.program_ns": (50.0, "ns/packet")}, "b",
          exact=False, program="lb")
    return r


def compare(where, change):
    paths = []
    for n, alter in enumerate((lambda r: None, change)):
        result = copy.deepcopy(make_result())
        alter(result.records)
        result.write("%s/%d" % (where, n))
        paths.append("%s/%d/results.json" % (where, n))
    p = subprocess.run([TOP + "/tests/bench/compare"] + paths, text=True,
                       stdout=subprocess.PIPE, check=False)
    return p.returncode, p.stdout


def comparison(tap, where):
    def set_figure(n, name, value):
        def alter(records):
            records[n]["figures"][name]["value"] = value
        return alter

    for name, change, status, text in (
            ("nothing changed", lambda r: None, 0, "0 changed"),
            ("a change of 1 %", set_figure(0, "host.instructions", 101.0), 0,
             "0 changed"),
            ("a change of 3 %", set_figure(0, "host.instructions", 103.0), 1,
             "x 1.030"),
            ("of another machine", set_figure(1, "host.program_ns", 80.0), 0,
             "of this machine")):
        got, out = compare(where, change)
        tap.ok(got == status and text in out, "compare: " + name,
               "status %d" % got, out)


def tells(tap, status, pattern, name, *command, cwd=TOP):
    """It must end with the status, and one line on stderr that has the words."""
    p = subprocess.run(command, cwd=cwd, text=True, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, check=False)
    tap.ok(p.returncode == status and pattern in p.stderr and
           p.stderr.count("\n") == 1, name, "status %d" % p.returncode,
           p.stdout, p.stderr)


def bad_results(tap, where):
    """Files that are no results, and results that are not of everything."""
    reference = TOP + "/docs/benchmarks/reference.json"
    for name, text, pattern in (
            ("text", "words", "no JSON"), ("list", "[]", "records is expected"),
            ("new", '{"format": 99, "records": []}', "format 99; 1 is")):
        path = "%s/%s.json" % (where, name)
        with open(path, "w", encoding="ascii") as f:
            f.write(text)
        tells(tap, 2, pattern, "compare: a file with a " + name,
              TOP + "/tests/bench/compare", path, reference)
    tells(tap, 2, "No such file", "compare: no file",
          TOP + "/tests/bench/compare", reference, where + "/none")
    make_result().write(where + "/part")
    tells(tap, 1, "not of a whole make bench: drop, pass",
          "a part does not become the reference", TOP + "/tests/bench/readme",
          "--take", where + "/part/results.json")


def own(tap, where):
    """Names that are relative to the caller, or have blanks; and bad ones."""
    caller = where + "/some where"
    os.makedirs(caller + "/sub dir")
    for name in "my prog.o", "sub dir/other.o":
        shutil.copyfile(DROP, "%s/%s" % (caller, name))
    pcap, _ = matrix.write_traffic(where, matrix.find("drop"), 64, "all drop")
    shutil.copyfile(pcap, caller + "/my pcap")
    for n, (prog, more) in enumerate((
            ("my prog.o", ["--pcap", "my pcap"]), ("sub dir/other.o", []))):
        out = "%s/out-%d" % (where, n)
        p = subprocess.run(
            [TOP + "/tests/bench/run", "--offline", "--object", prog, "--out",
             out] + more, cwd=caller, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, check=False)
        profiles = {r["profile"] for r in record.Loaded(
            out + "/results.json").records if r["figures"]} \
            if not p.returncode else p.stdout
        tap.equal(profiles, {"flownic", "agilio", "hxdp"},
                  "%s: found, and run on each card" % prog)
        tap.ok(os.path.exists(out + "/report.html"), "and there is a report")
    with open(caller + "/broken", "wb") as f:
        with open(pcap, "rb") as whole:
            f.write(whole.read()[:-30])
    for options, pattern in (
            (["none.o"], "none.o: no such file"),
            (["my prog.o", "--pcap", "none"], "capture: none: no such file"),
            (["my prog.o", "--pcap", "broken"], "truncated dump file"),
            (["my prog.o", "--map", "a"], "NAME=FILE is expected"),
            (["my prog.o", "--maps", "a=none 'b=c d'"], "map a: none: no such"),
            (["my prog.o", "--section", "tc"], "drop in section xdp"),
            (["my pcap"], "my pcap: ")):
        tells(tap, 1, pattern, "refused: " + " ".join(options),
              TOP + "/tests/bench/run", "--offline", "--out", where + "/no",
              "--object", *options, cwd=caller)


def main():
    tap = Tap()
    with scratch() as where:
        where = os.path.abspath(where)
        refusals(tap, where)
        raw_maps(tap, where)
        traffic(tap, where)
        comparison(tap, where)
        bad_results(tap, where)
        own(tap, where)
    tap.done()


main()
