# SPDX-License-Identifier: GPL-2.0
"""The modes of XDP, measured in virtual machines by flownic bench."""

import json
import os
import re
import subprocess
import sys
import time

import matrix
from offline import Failed, TOP, shown

sys.dont_write_bytecode = True

BOOT = 15  # seconds, roughly, as are those of a cell
CELL = 4
PART = 24  # cells for a machine
UNITS = {"instructions": "instructions/packet", "ns": "ns/packet"}
HOST = (("instructions", "instructions/packet"), ("ns", "ns/packet"),
        ("modelled_ns", "ns/packet"),
        ("packets_per_second_core", "packets/s"),
        ("cores_28mpps", "cores"), ("cores_100g", "cores"))


def job(where, program, size, mix, options):
    """What the guest is to run for a cell."""
    base = os.path.join(where, "%s-%s-%s" % (
        program.name, size, matrix.file_name(mix)))
    # BPF_PROG_TEST_RUN shows a program no more than a page of a packet.
    modes = ",".join(m for m in matrix.MODES if m != "run") \
        if size == 9000 else "all"
    args = [program.object, "--pcap", base + ".pcap",
            "--verdicts", base + ".verdicts", "--modes", modes]
    routes = None
    for name, fill in program.maps.items():
        path = matrix.map_path(where, program, name)
        args += ["--map", "%s=%s" % (name, path)]
        routes = path if fill is None else routes
    return {"name": "%s, %s, %s" % (program.name, size, mix),
            "args": args + options, "routes": routes,
            "key": {"program": program.name, "size": size, "mix": mix}}


class Machine:
    """A virtual machine that works through jobs, once it is started."""

    def __init__(self, directory, number, jobs, options):
        self.jobs = jobs
        self.process = None
        self.out = os.path.join(directory, "vm-%d" % number)
        os.makedirs(self.out, exist_ok=True)
        for name in "results", "at", "log":
            if os.path.exists(os.path.join(self.out, name)):
                os.unlink(os.path.join(self.out, name))
        path = os.path.join(directory, "jobs-%d.json" % number)
        with open(path, "w", encoding="utf-8") as f:
            json.dump(jobs, f)
        self.command = ["tests/vm/run"] + options + [
            "-t", "3000", "--", "tests/bench/guest", path]

    def start(self):
        self.log = open(os.path.join(self.out, "log"), "w", encoding="utf-8")
        self.process = subprocess.Popen(
            self.command, cwd=TOP, stdout=self.log, stderr=subprocess.STDOUT,
            env=dict(os.environ, VM_OUT=self.out))

    def runs(self):
        return self.process is not None and self.process.poll() is None

    def results(self):
        try:
            with open(os.path.join(self.out, "results"),
                      encoding="utf-8") as f:
                return [json.loads(line) for line in f if line.endswith("\n")]
        except FileNotFoundError:
            return []

    def at(self):
        try:
            with open(os.path.join(self.out, "at"), encoding="utf-8") as f:
                return f.read().partition(" ")[2].strip()
        except FileNotFoundError:
            return "the machine boots"

    def check(self):
        """After the end: everything was done and nothing failed."""
        status = self.process.wait()
        self.log.close()
        got = self.results()
        for r in got:
            if "failed" in r:
                raise Failed("%s: %s" % (
                    r["name"], re.sub("^flownic: ", "", r["failed"])))
        if status or len(got) != len(self.jobs):
            with open(self.log.name, encoding="utf-8") as f:
                raise Failed("%s: status %d after %d of %d\n%s" % (
                    shown(self.command), status, len(got), len(self.jobs),
                    f.read()[-3000:]))
        return got


def share(jobs):
    """Jobs for each machine, in the same way wherever it is.

    What ran before on a machine decides how full the pages of the kernel's
    allocator are, and that is 3 per cent of what an skb costs.
    """
    parts = -(-len(jobs) // PART)
    return [jobs[i::parts] for i in range(parts)]


def watch(machines, at_once, progress, begun):
    """Keep so many machines running until all have."""
    waiting = list(machines)
    total = sum(len(m.jobs) for m in machines)
    while waiting or any(m.runs() for m in machines):
        while waiting and sum(m.runs() for m in machines) < at_once:
            waiting.pop(0).start()
        done = sum(len(m.results()) for m in machines)
        running = [m for m in machines if m.runs()]
        progress.at("%d of %d in VMs: %s" % (
            done, total, running[0].at() if running else ""),
            begun + BOOT * bool(done) + CELL * done / at_once)
        time.sleep(0.5)


def run(jobs, directory, options, at_once, progress):
    """Returns (job, result) for each job, in their order."""
    begun = progress.done + progress.weight
    # make must not build the module in two places at once.
    if not os.environ.get("FLOWNIC_KO"):
        subprocess.run(["make", "-s", "build/6.12/flownic.ko"], cwd=TOP,
                       check=True, stdout=subprocess.DEVNULL)
    machines = [Machine(directory, n, part, options)
                for n, part in enumerate(share(jobs))]
    try:
        watch(machines, at_once, progress, begun)
        got = {r["name"]: r for m in machines for r in m.check()}
    finally:
        for m in machines:
            if m.runs():
                m.process.terminate()
                m.process.wait()
    return [(j, got[j["name"]]) for j in jobs]


def mode_figures(r):
    figures = {}
    for name, unit in HOST:
        if name in r["host"]:
            figures["host." + name] = (r["host"][name], unit)
    main = "instructions" if "instructions" in r["host"] else "ns"
    if "spread" in r["host"]:
        value, unit = figures["host." + main]
        figures["host." + main] = (value, unit, round(r["host"]["spread"], 5))
    for name, value in r.get("emulation", {}).items():
        figures["emulation." + name] = (value, UNITS[name])
    card = r.get("card", {})
    for name, unit in (("cycles", "cycles/packet"),
                       ("instructions", "instructions/packet"),
                       ("packets_per_second", "packets/s")):
        if name in card:
            figures["card." + name] = (card[name], unit)
    return figures


def record(results, jobs_done, exact):
    for job_, out in jobs_done:
        got = out["result"]
        for r in got["results"]:
            where = dict(job_["key"], mode=r["mode"],
                         profile=r.get("card", {}).get("profile", ""))
            if "skipped" in r:
                results.add("modes", {}, out["command"], exact=exact,
                            kernel=got["kernel"],
                            note="not possible: " + r["skipped"], **where)
                continue
            results.add("modes", mode_figures(r), out["command"], exact=exact,
                        kernel=got["kernel"],
                        note="limit: " + r["card"]["limit"] if "card" in r
                        else "", setting="" if exact else "%d rounds" %
                        got["rounds"], **where)


def compare_with_sim(results):
    """The module and the simulation must charge a packet the same cycles."""
    for r in results.find("modes", mode="offload"):
        if "card.cycles" not in r["figures"]:
            continue
        for c in results.find("card", program=r["program"], size=r["size"],
                              mix=r["mix"], profile=r["profile"]):
            a = r["figures"]["card.cycles"]["value"]
            b = c["figures"].get("card.cycles", {}).get("value", a)
            if abs(a - b) > 0.005 * b:
                raise Failed("%s, %s, %s: the module's card takes %.2f cycles "
                             "for a packet, the simulation's %.2f" % (
                                 r["program"], r["size"], r["mix"], a, b))
