#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""flownic check --sarif: a log as SARIF 2.1.0 has it, with the places of
--json, each once."""

import os
import sys
from urllib.parse import unquote, urlparse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli import *  # noqa: E402,F403

# Of each object: members that may be there, and those that must be, marked !.
# A tuple is what an object's members are, a list what the list has.
TEXT = {"text!": str}
LOCATION = {"uri!": str, "uriBaseId": str}
SHAPE = {
    "$schema": str, "version!": str, "runs!": [{
        "tool!": {"driver!": {
            "name!": str, "version": str, "semanticVersion": str,
            "rules": [{"id!": str, "name": str, "shortDescription": TEXT,
                       "fullDescription": TEXT, "help": TEXT,
                       "defaultConfiguration": {"level": str}}]}},
        "invocations": [{"executionSuccessful!": bool,
                         "toolExecutionNotifications": [
                             {"message!": TEXT, "level": str}]}],
        "originalUriBaseIds": {"SRCROOT": {"uri": str}},
        "results": [{
            "ruleId": str, "ruleIndex": int, "level": str, "message!": TEXT,
            "locations": [{
                "physicalLocation": {
                    "artifactLocation": LOCATION,
                    "region": {"startLine": int, "startColumn": int,
                               "snippet": TEXT}},
                "logicalLocations": [{"name": str, "kind": str}]}],
            "properties": {"object": str, "section": str, "insn": int}}]}]}
LEVELS = "none", "note", "warning", "error"
SOURCE = """#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static int seen;

static __always_inline int note(void)
{
	return __sync_fetch_and_add(&seen, 1);
}

SEC("xdp") int one(struct xdp_md *ctx) { return note() ? XDP_DROP : XDP_PASS; }
SEC("xdp") int two(struct xdp_md *ctx) { return note() ? XDP_PASS : XDP_DROP; }
"""


def wrong(value, shape, at="log"):
    """Where a value is not of a shape; None if it is."""
    if isinstance(shape, list):
        if not isinstance(value, list):
            return at + " is no list"
        return next(filter(None, (wrong(v, shape[0], "%s[%d]" % (at, i))
                                  for i, v in enumerate(value))), None)
    if not isinstance(shape, dict):
        return None if type(value) is shape else "%s is %r" % (at, value)
    for key in shape:
        if key.endswith("!") and key[:-1] not in value:
            return "%s has no %s" % (at, key[:-1])
    for key in value:
        if key not in shape and key + "!" not in shape:
            return "%s has a %s" % (at, key)
        bad = wrong(value[key], shape.get(key, shape.get(key + "!")),
                    at + "." + key)
        if bad:
            return bad
    return None


def sarif(*files, cwd=None):
    p = subprocess.run([FLOWNIC, "check", "--sarif", *files], text=True,
                       capture_output=True, cwd=cwd, timeout=60)
    return p.returncode, json.loads(p.stdout), p.stderr


def places(results):
    found = set()
    for r in results:
        where = r["locations"][0]["physicalLocation"]
        path = unquote(where["artifactLocation"]["uri"])
        found.add((path.replace("file://", ""),
                   where.get("region", {}).get("startLine"),
                   r["message"]["text"].split(": ", 1)[1]))
    return found


def test_objects(tap):
    """Of every object there is, the reasons that --json tells."""
    here = os.path.join(TOP, "build", "objects")
    files = sorted(os.path.join(here, f) for f in os.listdir(here)
                   if f.endswith(".o"))
    status, log, _ = sarif(*files, cwd="/")
    run = log["runs"][0]
    tap.equal((status, log["version"], wrong(log, SHAPE)), (1, "2.1.0", None),
              "a log of %d objects has the format's shape" % len(files))
    want = set()
    for p in json.loads(tool("-j", "check", *files)[1]):
        for r in p["reasons"]:
            at = r if "file" in r else p["place"] or {"file": p["file"]}
            want.add((at["file"], at.get("line"), r["reason"]))
    got = {("/" + path.lstrip("/"), line, text)
           for path, line, text in places(run["results"])}
    tap.equal(got, want, "the reasons and places of --json")
    rules = [r["id"] for r in run["tool"]["driver"]["rules"]]
    tap.ok(all(rules[r["ruleIndex"]] == r["ruleId"] and r["level"] in LEVELS
               for r in run["results"]), "results are of a known rule")
    tap.ok(all(p["region"]["startLine"] > 0 and
               p["region"].get("startColumn", 1) > 0
               for r in run["results"] for loc in r["locations"]
               for p in [loc["physicalLocation"]] if "region" in p),
           "lines and columns count from 1")


def test_places(tap, where):
    os.mkdir(where + "/a repo")
    repo = os.path.realpath(where + "/a repo")
    with open(repo + "/two programs.c", "w", encoding="ascii") as f:
        f.write(SOURCE)
    compile(repo + "/two programs.c", repo + "/p.o")
    status, log, err = sarif("p.o", cwd=repo)
    results = log["runs"][0]["results"]
    root = log["runs"][0]["originalUriBaseIds"]["SRCROOT"]["uri"]
    at = results[0]["locations"][0]["physicalLocation"]
    tap.equal(at["artifactLocation"],
              {"uri": "two%20programs.c", "uriBaseId": "SRCROOT"},
              "a place in the current directory is relative")
    tap.equal(unquote(urlparse(root).path), repo + "/", "to a root")
    tap.equal((status, at["region"]["startLine"], len(results)), (1, 8, 1),
              "what two programs share is one result")
    tap.ok("global data" in results[0]["message"]["text"], "with its reason",
           results[0]["message"])
    status, log, err = sarif("p.o", "two programs.c", "none.o", cwd=repo)
    run = log["runs"][0]
    tap.equal((run["invocations"][0]["executionSuccessful"],
               wrong(log, SHAPE)), (False, None), "a file that is no object")
    tap.ok("not an object" in run["invocations"][0][
        "toolExecutionNotifications"][0]["message"]["text"], "is noted",
           run["invocations"])
    status, log, err = sarif(os.path.join(TOP, "build", "bpf", "drop.o"))
    tap.equal((status, log["runs"][0]["results"], wrong(log, SHAPE)),
              (0, [], None), "of what offloads there are no results")


def main():
    tap = Tap()
    test_objects(tap)
    with scratch() as where:
        test_places(tap, where)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
