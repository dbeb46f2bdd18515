# SPDX-License-Identifier: GPL-2.0
"""Results: a record for each measurement. docs/benchmarks.md has the schema."""

import csv
import json
import os
import platform
import re
import subprocess
import time

FORMAT = 1
KEYS = ("suite", "program", "mode", "size", "mix", "profile", "setting")


def said(command, default=""):
    """First line of what a command prints."""
    try:
        p = subprocess.run(command, stdout=subprocess.PIPE, check=False,
                           stderr=subprocess.DEVNULL, text=True)
    except OSError:
        return default
    return p.stdout.strip().split("\n")[0] if p.returncode == 0 else default


def cpu_model():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as f:
            found = re.search(r"model name\s*: (.*)", f.read())
    except OSError:
        found = None
    return found.group(1) if found else platform.machine()


def versions(top):
    flownic = said([os.path.join(top, "build/flownic"), "version"])
    commit = said(["git", "-C", top, "describe", "--always", "--dirty"])
    return {
        "flownic": " ".join(filter(None, (flownic.replace("flownic ", ""),
                                          commit))),
        "clang": said(["clang", "--version"]),
        "qemu": said(["qemu-system-x86_64", "--version"]),
        "kernel": platform.release(),
    }


class Results:
    """What a run has measured."""

    def __init__(self, top, command):
        self.versions = versions(top)
        self.head = {"format": FORMAT, "command": command,
                     "date": time.strftime("%Y-%m-%d %H:%M UTC",
                                           time.gmtime()),
                     "machine": {"cpu": cpu_model(), "cpus": os.cpu_count()},
                     "versions": self.versions}
        self.records = []

    def add(self, suite, figures, command, exact=True, note="", kernel="",
            **where):
        """figures: name to (value, unit), or to (value, unit, spread)."""
        record = {"suite": suite}
        for key in KEYS[1:]:
            record[key] = str(where.pop(key, ""))
        assert not where, where
        record["figures"] = {
            name: dict(zip(("value", "unit", "spread"), f))
            for name, f in figures.items() if f[0] is not None}
        record["exact"] = exact
        record["versions"] = {"flownic": self.versions["flownic"],
                              "kernel": kernel or self.versions["kernel"]}
        record["command"] = command
        if note:
            record["note"] = note
        self.records.append(record)

    def find(self, suite, **where):
        """Records of a suite whose keys are these."""
        return [r for r in self.records if r["suite"] == suite and
                all(r[k] == str(v) for k, v in where.items())]

    def write(self, directory):
        os.makedirs(directory, exist_ok=True)
        with open(os.path.join(directory, "results.json"), "w",
                  encoding="utf-8") as f:
            f.write(to_text(self.head, self.records))
        with open(os.path.join(directory, "results.csv"), "w", newline="",
                  encoding="utf-8") as f:
            rows = csv.writer(f)
            rows.writerow(KEYS + ("figure", "value", "unit", "spread", "exact",
                                  "flownic", "kernel", "command", "note"))
            for r in self.records:
                for name, v in r["figures"].items():
                    rows.writerow(
                        [r[k] for k in KEYS] +
                        [name, v["value"], v["unit"], v.get("spread", ""),
                         int(r["exact"]), r["versions"]["flownic"],
                         r["versions"]["kernel"], r["command"],
                         r.get("note", "")])


def to_text(head, records):
    """JSON with a line for each record; what is empty is left out."""
    lines = ",\n".join(json.dumps({k: v for k, v in r.items() if v != ""})
                       for r in records)
    top = json.dumps(head, indent=1)
    return top[:-2] + ',\n "records": [\n%s\n]}\n' % lines


class NotResults(Exception):
    """A file that is not what make bench writes."""


def load(path):
    try:
        with open(path, encoding="utf-8") as f:
            return json.load(f)
    except OSError as e:
        raise NotResults("%s: %s" % (path, e.strerror)) from e
    except ValueError as e:
        raise NotResults("%s: no JSON: %s" % (path, e)) from e


class Loaded:
    """What a file has."""

    def __init__(self, path):
        self.head = load(path)
        if not isinstance(self.head, dict) or "records" not in self.head:
            raise NotResults("%s: an object with records is expected, as "
                             "make bench writes it" % path)
        if self.head.get("format") != FORMAT:
            raise NotResults("%s: format %s; %d is expected" % (
                path, self.head.get("format"), FORMAT))
        self.versions = self.head.get("versions", {})
        self.records = [dict(dict.fromkeys(KEYS, ""), **r)
                        for r in self.head.pop("records")]

    find = Results.find


def figure(record, name, default=None):
    return record["figures"].get(name, {}).get("value", default)
