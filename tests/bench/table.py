# SPDX-License-Identifier: GPL-2.0
"""Results as text, for a terminal."""

from record import figure

MODES = ("none", "generic", "native", "offload", "veth-none", "veth-generic",
         "veth-native", "run")


def count(value):
    """A large number for people."""
    if value is None:
        return "-"
    for scale, prefix in (1e9, " G"), (1e6, " M"), (1e3, " k"):
        if value >= scale:
            return "%.3g%s" % (value / scale, prefix)
    return "%.3g" % value


def number(value, form="%.1f"):
    return "-" if value is None else form % value


def unique(values):
    return list(dict.fromkeys(values))


KNOWN_SUITES = ("modes", "card", "translator", "fidelity", "scaling",
                "headline")


def note(record):
    """What limits the card, or why there are no figures: the reason alone."""
    text = record.get("note", "").replace("limit: ", "")
    refused, _, why = text.partition(" does not offload to ")
    return "not possible on " + why if why and refused else text


def groups(results):
    """(program, size, mix) in their order."""
    return unique((r["program"], r["size"], r["mix"])
                  for r in results.find("modes"))


def mode_row(r, main):
    if not r["figures"]:
        return "  %-13s %s" % (r["mode"], note(r))
    spread = r["figures"]["host." + main].get("spread")
    return "  %-13s %9s %7s %9s %8s %8s | %8s | %8s %9s  %s" % (
        r["mode"], number(figure(r, "host." + main)),
        number(spread and 100 * spread, "%.2f %%"),
        count(figure(r, "host.packets_per_second_core")),
        number(figure(r, "host.cores_28mpps"), "%.2f"),
        number(figure(r, "host.cores_100g"), "%.2f"),
        number(figure(r, "emulation." + main), "%.0f"),
        number(figure(r, "card.cycles")),
        count(figure(r, "card.packets_per_second")), note(r))


def show_modes(results):
    for program, size, mix in groups(results):
        rows = results.find("modes", program=program, size=size, mix=mix)
        main = "ns" if any("host.ns" in r["figures"] for r in rows) else \
            "instructions"
        runs = unique(r["setting"] for r in rows if r["setting"])
        print("\n" + ", ".join([program, "%s B" % size if size.isdigit()
                                else size, mix] + runs))
        print("  %-13s %9s %7s %9s %8s %8s | %8s | %8s %9s" % (
            "", "host", "", "packets/s", "cores", "cores", "emulated", "card",
            "card"))
        print("  %-13s %9s %7s %9s %8s %8s | %8s | %8s %9s" % (
            "mode", {"ns": "ns"}.get(main, "instr."), "+-", "one core",
            "28Mpps", "100Gb/s", "", "cycles", "packets/s"))
        for r in rows:
            print(mode_row(r, main))


def show_cards(results):
    rows = [r for r in results.find("card") if r["size"] in ("64", "capture")]
    if rows:
        print("\nmodelled cards%33s %9s %9s %9s  %s" % (
            "cycles", "packets/s", "median ns", "99 % ns", "limit"))
    for r in rows:
        print("  %-15s %-10s %-8s %10s %9s %9s %9s  %s" % (
            r["program"], r["mix"][:10], r["profile"],
            number(figure(r, "card.cycles")),
            count(figure(r, "card.packets_per_second")),
            number(figure(r, "card.latency_median"), "%.0f"),
            number(figure(r, "card.latency_p99"), "%.0f"),
            note(r)))


def show_translator(results):
    rows = results.find("translator")
    if rows:
        print("\ntranslator, level 2, 4 lanes; published: hXDP\n"
              "  %-22s %6s %9s %6s %6s %6s %7s %9s %7s %5s" % (
                  "", "BPF", "published", "words", "/BPF", "groups", "/BPF",
                  "published", "/BPF", "goal"))
    for r in rows:
        print("  %-22s %6s %9s %6s %6s %6s %7s %9s %7s %5s" % (
            (r["program"],) + tuple(
                number(figure(r, name), form) for name, form in (
                    ("translator.bpf", "%d"), ("published.bpf", "%d"),
                    ("translator.words", "%d"),
                    ("translator.words_per_bpf", "%.2f"),
                    ("translator.groups_4", "%d"),
                    ("translator.groups_per_bpf_4", "%.2f"),
                    ("published.groups_4", "%.1f"),
                    ("published.groups_per_bpf_4", "%.2f"),
                    ("target.groups_per_bpf_4", "%.2f")))))


def show_fidelity(results):
    rows = results.find("fidelity")
    if rows:
        print("\nmodelled and published%22s %9s %8s" % (
            "published", "modelled", "error"))
    for r in rows:
        print("  %-30s %11s %9s %+7.1f%%" % (
            r["program"], count(figure(r, "published.packets_per_second")),
            count(figure(r, "card.packets_per_second")),
            figure(r, "card.error")))


def show_scaling(results):
    rows = results.find("scaling")
    if rows:
        print("\nscaling%38s %9s" % ("packets/s", "cycles"))
    for r in rows:
        print("  %-15s %-16s %11s %9s  %s" % (
            r["program"], r["setting"],
            count(figure(r, "card.packets_per_second")),
            number(figure(r, "card.cycles")), note(r)))


def show_headline(results):
    for r in results.find("headline"):
        if not r["figures"]:
            print("\nheadline, %s: %s" % (r["program"], r.get("note")))
            continue
        print("\n%s: 12 cores of this machine %s packets/s (%.0f ns to "
              "receive + %.0f ns program); the card %s: %.1f cores" % (
                  r["program"],
                  count(figure(r, "host.packets_per_second_12_cores")),
                  figure(r, "host.receive_ns"), figure(r, "host.program_ns"),
                  count(figure(r, "card.packets_per_second")),
                  figure(r, "card.cores_replaced")))


def show_scripts(results):
    for r in results.records:
        if r["suite"] not in KNOWN_SUITES:
            print("%s: %s %s: %s" % (
                r["suite"], r["program"], r["setting"], ", ".join(
                    "%s %.4g" % (k.partition(".")[2], v["value"])
                    for k, v in r["figures"].items())))


def show(results):
    for part in (show_modes, show_cards, show_translator, show_fidelity,
                 show_scaling, show_scripts, show_headline):
        part(results)
