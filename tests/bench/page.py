# SPDX-License-Identifier: GPL-2.0
"""HTML: what the report's page is made of."""

import html

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; margin: 2rem auto;
       max-width: 66rem; padding: 0 1rem; }
h1 { font-size: 1.7rem; margin-bottom: 0; }
h2 { font-size: 1.25rem; margin-top: 2.2rem; border-bottom: 1px solid #ccc; }
h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; }
p, ul, dl { max-width: 52rem; }
dt { font-weight: 600; } dd { margin: 0 0 .4rem 1.2rem; }
table { border-collapse: collapse; font-size: .82rem; margin: .6rem 0; }
th, td { padding: .12rem .5rem; text-align: right; white-space: nowrap; }
th { vertical-align: bottom; font-weight: 600; }
thead tr:last-child th { border-bottom: 1px solid #888; }
th.g { text-align: center; border-bottom: 1px solid #bbb; }
td:first-child, th:first-child, .l { text-align: left; }
td.w { text-align: left; white-space: normal; }
tbody tr:nth-child(even) td { background: #f3f4f5; }
tbody tr td.head { font-weight: 600; padding-top: .5rem; background: none; }
.sub { color: #555; margin-top: .2rem; }
nav { columns: 2; max-width: 52rem; font-size: .9rem; margin: 1rem 0; }
nav a { display: block; color: inherit; }
figure { margin: 1rem 0; }
figcaption { color: #333; font-size: .9rem; max-width: 52rem; }
svg { max-width: 100%; height: auto; }
code, pre { font: .85rem/1.4 ui-monospace, monospace; background: #f3f4f5; }
pre { padding: .6rem; overflow-x: auto; }
.wide { overflow-x: auto; }
@page { size: A4; margin: 15mm 12mm; }
@media print {
 body { max-width: none; margin: 0; padding: 0; font-size: 9.5pt; }
 h2, h3, td.head { break-after: avoid; } h2 { margin-top: 1.4rem; }
 p, ul, dl, figcaption { max-width: none; }
 tr, figure, dd { break-inside: avoid; } dt { break-after: avoid; }
 table { font-size: 7.2pt; } thead { display: table-header-group; }
 th, td { padding: .03rem .28rem; } .wide { overflow: visible; }
 tbody tr td.head { padding-top: .3rem; }
 svg { width: 128mm; } figure { margin: .3rem 0; }
 figcaption { font-size: 9pt; } h1 { font-size: 18pt; } h2 { font-size: 13pt; }
 h3 { font-size: 10.5pt; margin-top: .8rem; } code, pre { font-size: 8pt; }
 nav { display: none; }
 .appendix { break-before: page; }
 pre { white-space: pre-wrap; }
}
"""


class Text(str):
    """A cell with words: on the left, in several lines if need be."""


def esc(text):
    return html.escape(str(text))


def cell(value, columns=1):
    kind = " class=%s" % ("w" if len(value) > 24 else "l") \
        if isinstance(value, Text) else ""
    return "<td%s%s>%s</td>" % (
        kind,
        " colspan=%d" % columns if columns > 1 else "", esc(value))


def head_cell(text, column, rows, longest):
    """As what stands below it."""
    below = [r[column] for r in rows
             if len(r) > column + 1 or len(r) == column + 1 == longest]
    words_below = not below or isinstance(below[0], Text)
    return "<th%s>%s</th>" % (" class=l" if words_below else "", text)


def row_html(row, columns):
    """A row of one cell is a heading; the last cell has what room is left."""
    if len(row) == 1:
        return "<tr><td class=head colspan=%d>%s</td></tr>" % (
            columns, esc(row[0]))
    return "<tr>%s%s</tr>" % ("".join(map(cell, row[:-1])),
                              cell(row[-1], columns - len(row) + 1))


def table(head, rows, groups=()):
    """groups: (text, columns) above the head. Nothing if there are no rows."""
    rows = list(rows)
    if not rows:
        return ""
    above = "".join("<th%s colspan=%d>%s</th>" % (
        " class=g" if text else "", n, text) for text, n in groups)
    return "<div class=wide><table><thead>%s<tr>%s</tr></thead><tbody>%s" \
        "</tbody></table></div>" % (
            "<tr>%s</tr>" % above if above else "",
            "".join(head_cell(h, n, rows, len(head)) for n, h in enumerate(head)),
            "".join(row_html(row, len(head)) for row in rows))


def figure(title, svg, caption):
    return "<figure><h3>%s</h3>%s<figcaption>%s</figcaption></figure>" % (
        esc(title), svg, esc(caption))


def terms(pairs):
    return "<dl>%s</dl>" % "".join(
        "<dt>%s</dt><dd>%s</dd>" % (esc(a), esc(b)) for a, b in pairs)


def page(title, subtitle, intro, sections):
    """sections: (name, text, body, begins a page); those without body go."""
    sections = [s for s in sections if s[2]]
    out = ["<!doctype html><html lang=en><meta charset=utf-8>",
           "<meta name=viewport content='width=device-width'>",
           "<title>%s</title><style>%s</style>" % (esc(title), STYLE),
           "<h1>%s</h1><p class=sub>%s</p>" % (esc(title), esc(subtitle)),
           intro, "<nav>%s</nav>" % "".join(
               "<a href='#s%d'>%s</a>" % (n, esc(s[0]))
               for n, s in enumerate(sections))]
    for n, (name, text, body, apart) in enumerate(sections):
        out.append("<h2 id=s%d%s>%s</h2>%s%s" % (
            n, " class=appendix" if apart else "", esc(name),
            "<p>%s</p>" % text if text else "", body))
    return "".join(out) + "</html>\n"
