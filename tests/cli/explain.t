#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""flownic explain: the page is one file that needs no other, what it carries is
what check, dump and sim tell, its groups end for reasons that the card's rules
have, and Chromium, where it is installed, draws it without an error."""

import os
import re
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cli import *  # noqa: E402,F403

TRAFFIC = os.path.join(TOP, "tests", "data", "traffic.pcap")
WHY = {"full", "last", "solo", "join", "depends", "port", "multiplier",
       "branch", "order", "other"}


def obj(name):
    return os.path.join(TOP, "build", "bpf", name + ".o")


def page(*words, out):
    """The page's text, and its data."""
    status, said, err = tool("explain", *words, "-o", out)
    if status:
        raise AssertionError("explain %s: %s" % (words, err))
    with open(out, encoding="utf-8") as f:
        text = f.read()
    carried = re.search(r'<script type="application/json" id="data">(.*?)'
                        r'</script>', text, re.S).group(1)
    return text, json.loads(carried)


def test_file(tap, where):
    text, _ = page(obj("lb"), out=where + "/p.html")
    tap.equal(re.findall(r"""(?:src|href)\s*=|url\((?!#)|@import|fetch\(""",
                         text), [], "the page loads nothing")
    tap.ok("@STYLE@" not in text and "@DATA@" not in text and
           "@SCRIPT@" not in text, "its parts are in their places")
    tap.equal(text.count("</script>"), 2, "nothing ends a script early")
    status, out, _ = tool("explain", obj("lb"), "-o", "-")
    tap.ok(status == 0 and out == text, "-o - is the standard output")
    here = os.getcwd()
    os.chdir(where)
    status, out, err = tool("explain", obj("lb"))
    os.chdir(here)
    tap.ok(out == "lb.html: 1 program\n" and
           open(where + "/lb.html", encoding="utf-8").read() == text,
           "without -o it is named after the object", out, err)


def test_same(tap, where, name, profile):
    """A page says what other verbs say."""
    words = [obj(name), "--pcap", TRAFFIC, "--profile", profile]
    _, d = page(*words, out=where + "/p.html")
    p = d["programs"][0]
    sim = data("sim", *words)
    tap.equal({k: p["run"][k] for k in sim if k != "hot"},
              {k: v for k, v in sim.items() if k != "hot"},
              "%s, %s: the run is sim's" % (name, profile))
    shown = data("dump", obj(name), "--profile", profile)[0]
    tap.equal([w[0] for w in p["code"]["words"]],
              [w["text"].replace(" ;;", "") for w in shown["code"]],
              "  words are dump's")
    tap.equal([w[1] for w in p["code"]["words"]],
              [w.get("insn", -1) for w in shown["code"]],
              "  and where they come from")
    tap.equal([b[:2] for b in p["bpf"]],
              [[b["insn"], b["text"]] for b in shown["bpf"]],
              "  BPF is dump's")
    check = data("check", obj(name), "--profile", profile)[0]
    me = p["profiles"][0]
    tap.equal((me["name"], me["words"], me["groups"], me["cycles_best"],
               me["cycles_worst"]),
              (profile, check["card_instructions"], check["groups"],
               check["cycles_best"], check["cycles_worst"]),
              "  costs are check's")
    hot = {h["word"]: (h["runs"], h["cycles"], h["waited"])
           for h in sim["hot"]}
    words = p["run"]["words"]
    tap.equal({pc: (words[pc][0], words[pc][1] + words[pc][2], words[pc][2])
               for pc in hot}, hot, "  cycles of words are sim's")
    ways = p["run"]["ways"]
    tap.ok(all(sum(w[4:]) == w[0] for w in words if w[0]) and
           max(w["most"] for w in ways) == sim["cycles"]["max"] and
           ways[0]["packets"] == max(w["packets"] for w in ways),
           "  verdicts of a word add up, the longest way is the slowest")
    tap.equal(len(words[0]) > 1 and words[0][4:],
              [sim["verdicts"][v] for v in
               ("aborted", "drop", "pass", "tx", "redirect")],
              "  the first word has the verdicts of all packets")


def test_groups(tap, where):
    for name in "lb", "firewall", "counters":
        for profile in "flownic", "agilio", "hxdp":
            if profile == "hxdp" and name != "lb":
                continue
            _, d = page(obj(name), "--profile", profile, out=where + "/p")
            code = d["programs"][0]["code"]
            groups = code["groups"]
            tap.ok(sum(g[1] for g in groups) == len(code["words"]) and
                   [g[0] for g in groups][1:] ==
                   [g[0] + g[1] for g in groups][:-1] and
                   {g[2] for g in groups} <= WHY and
                   all(g[1] <= code["lanes"] for g in groups) and
                   all((g[2] == "full") == (g[1] == code["lanes"])
                       for g in groups),
                   "%s, %s: groups are all words, each ends for a reason" % (
                       name, profile))
            bad = [g for g in groups if g[2] == "depends" and
                   not g[0] <= g[3] < g[0] + g[1]]
            tap.equal(bad, [], "  what the next word needs is of the group")


def test_passes(tap, where):
    _, d = page(obj("firewall"), out=where + "/p")
    passes = d["programs"][0]["passes"]
    names = [p["name"] for p in passes]
    tap.ok(names[:3] == ["decode", "cfg", "lower"] and "alloc" in names and
           names.index("alloc") < names.index("group"),
           "the passes that changed the program, in their order", names)
    once = [p for p in passes if names.count(p["name"]) == 1 and
            p["name"] in ("alloc", "layout", "group")]
    for p in once:
        after = data("dump", obj("firewall"), "--after", p["name"])[0]["text"]
        tap.equal(p["text"].strip(), after.strip(),
                  "after %s it is what dump --after prints" % p["name"])
    status, out, _ = tool("dump", obj("firewall"), "--after", "all")
    tap.equal(re.findall(r"^## (\w+)", out, re.M), names,
              "dump --after all prints them, too")


def test_reasons(tap, where):
    bad = os.path.join(TOP, "build", "objects", "helpers.o")
    _, d = page(bad, out=where + "/p")
    told = {p["name"]: p for p in d["programs"]}
    for c in json.loads(tool("-j", "check", bad)[1]):
        p = told[c["program"]]
        tap.equal([(r["text"], r.get("line")) for r in p["reasons"]],
                  [(r["reason"], r.get("line")) for r in c["reasons"]],
                  "%s: the reasons are check's" % c["program"])
        tap.equal((p["offloads"], "code" in p, "run" in p),
                  (c["offloads"],) * 3, "  code and run where it offloads")
    _, d = page(bad, "--program", "routes", out=where + "/p")
    tap.equal([p["name"] for p in d["programs"]], ["routes"],
              "one of the programs")


def test_sources(tap, where):
    source, target = where + "/own.c", where + "/own.o"
    shutil.copy(os.path.join(TOP, "bpf", "drop.c"), source)
    compile(source, target)
    _, d = page(target, out=where + "/p")
    with open(source, encoding="utf-8") as f:
        lines = f.read().splitlines()
    tap.equal(d["files"][source], lines, "the source is on the page")
    with open(source, "w", encoding="utf-8") as f:
        f.write("</script>\n" * (len(lines) + 1))
    text, d = page(target, out=where + "/p")
    tap.equal(d["files"][source], None, "not if it has changed since")
    tap.ok("return XDP_DROP" in d["programs"][0]["bpf"][-1][2][2],
           "the object knows its lines all the same")


def test_refusals(tap, where):
    says(tap, 2, "name of an object", "explain")
    says(tap, 2, "two are compared", "explain", "a", "b", "c")
    says(tap, 2, "no such option", "explain", obj("lb"), "--sweep", "cores=1")
    says(tap, 2, "the file is missing", "explain", obj("lb"), "-o")
    says(tap, 1, "no program other", "explain", obj("lb"), "--program",
         "other", "-o", where + "/p")
    says(tap, 1, "can't be written", "explain", obj("drop"), "-o",
         where + "/none/p")
    says(tap, 1, "not an object", "explain", TRAFFIC)
    says(tap, 1, "no profile best", "explain", obj("lb"), "--profile", "best")


def drawn(path, where):
    """The page as Chromium leaves it, and what it complained of."""
    p = subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu",
         "--enable-logging=stderr", "--user-data-dir=" + where + "/profile",
         "--virtual-time-budget=5000", "--dump-dom", "file://" + path],
        capture_output=True, text=True, timeout=120)
    return p.stdout, [line for line in p.stderr.splitlines()
                      if "CONSOLE" in line]


def test_drawn(tap, where):
    if not shutil.which("chromium"):
        diag("chromium is not installed: pages are not drawn")
        return
    for words, want in (
            ([obj("lb"), "--pcap", TRAFFIC],
             ["In short", "What a change could do", "select_backend", "Card code, 4 lanes",
              "Ways through the program", "most frequent", "On every card",
              "roofline", "The translator, pass by pass", "after guard"]),
            ([obj("lb"), obj("firewall")],
             ["Both compared", "side by side"]),
            ([os.path.join(TOP, "build", "objects", "helpers.o")],
             ["Why it does not offload", "fib_lookup"])):
        page(*words, out=where + "/p.html")
        dom, errors = drawn(where + "/p.html", where)
        tap.equal(errors, [], "%s: Chromium has nothing to say" %
                  " ".join(os.path.basename(w) for w in words))
        tap.equal([w for w in want if w not in dom], [], "  what it has to "
                  "show is there")


def main():
    tap = Tap()
    with scratch() as where:
        where = os.path.realpath(where)
        test_file(tap, where)
        test_same(tap, where, "lb", "flownic")
        test_same(tap, where, "firewall", "agilio")
        test_same(tap, where, "counters", "hxdp")
        test_groups(tap, where)
        test_passes(tap, where)
        test_reasons(tap, where)
        test_sources(tap, where)
        test_refusals(tap, where)
        test_drawn(tap, where)
    return tap.done()


if __name__ == "__main__":
    sys.exit(main())
