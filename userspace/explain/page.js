/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The page of flownic explain. DATA is what explain.h's files make: programs,
 * each with its BPF, card code, passes, costs, and what a run has shown.
 */
"use strict";

const DATA = JSON.parse(document.getElementById("data").textContent);
const VERDICTS = ["aborted", "drop", "pass", "tx", "redirect"];

/* Why the next word is not in a group, in short and as a sentence. */
const WHY = {
	full: ["full", "every lane has a word"],
	last: ["end", "its last word ends a group: a helper, a jump or an exit"],
	solo: ["call", "the next word, a call or return, issues alone"],
	join: ["join", "other ways lead to the next word"],
	depends: ["needs", "the next word needs a result of this group"],
	port: ["memory", "all memory ports are taken"],
	multiplier: ["mul", "the only multiplier is taken"],
	branch: ["branch", "the only branch unit is taken"],
	order: ["order", "a load may not pass a store of its group"],
	other: ["sched", "the next word would fit, but was better placed there"],
};

/* What passes do, for those who do not know their names. */
const PASS_TEXT = {
	decode: "BPF becomes operations with virtual registers",
	cfg: "basic blocks and the edges between them",
	lower: "operations of the card",
	ssa: "each value is assigned once",
	copy: "copies are replaced by what they copy",
	fold: "constants are computed",
	dce: "what nobody uses goes",
	inline: "small functions are put where they are called",
	fuse: "patterns become single operations",
	merge: "neighbouring loads and stores become wider ones",
	exits: "exits get constant verdicts",
	decide: "branches whose outcome is known go",
	range: "checks that ranges of values decide go",
	guard: "branches to an exit become conditional exits",
	sign: "sign extensions that change nothing go",
	bounds: "bounds checks are put together",
	facts: "comparisons that were made before go",
	mem: "loads of what is known go",
	tails: "blocks that end alike are put together",
	thread: "jumps to jumps go straight",
	ifconv: "short branches become selections",
	cse: "what was computed before is used again",
	dse: "stores that nobody reads go",
	licm: "what does not change leaves loops",
	join: "blocks with one way between them become one",
	kinds: "which memory each access means",
	legal: "operands as the card's words have them",
	early: "exits as early as possible",
	split: "edges that need moves get blocks",
	pin: "values that must be in certain registers",
	args: "arguments go to their registers",
	alloc: "registers are given",
	moves: "moves between them",
	hoist: "words move up to before branches",
	layout: "the order of blocks",
	forward: "results go where they are needed",
	sched: "the order of words, for full groups",
	group: "issue groups are formed",
	encode: "words of the card",
};

/* ---- Elements */

const SVG = "http://www.w3.org/2000/svg";

function fill(e, attrs, kids) {
	for (const [key, value] of Object.entries(attrs || {})) {
		if (key.startsWith("on"))
			e.addEventListener(key.slice(2), value);
		else if (value !== undefined && value !== null)
			e.setAttribute(key, value);
	}
	for (const kid of kids.flat(3))
		if (kid !== null && kid !== undefined && kid !== false)
			e.append(kid);
	return e;
}

const h = (tag, attrs, ...kids) =>
	fill(document.createElement(tag), attrs, kids);
const g = (tag, attrs, ...kids) =>
	fill(document.createElementNS(SVG, tag), attrs, kids);
const note = (...kids) => h("p", { class: "note" }, ...kids);
const color = name => "var(--" + name + ")";
const dot = name => h("span", { class: "dot",
	style: "background:" + color(name) });

/* ---- Figures for people */

const PREFIX = ["", " k", " M", " G"];

function count(n) {
	let i = 0;

	for (; n >= 999.5 && i + 1 < PREFIX.length; i++)
		n /= 1000;
	return n.toFixed(n < 9.995 && i ? 2 : n < 99.95 && i ? 1 : 0) +
		PREFIX[i];
}

const tick = n => count(n).replace(/\.0+(?= |$)/, "");
const digits = n => n < 9.995 ? n.toFixed(2) : n < 99.95 ? n.toFixed(1) :
	Math.round(n).toString();
const percent = x => !x ? "0 %" : x < .0095 ? "<1 %" :
	(100 * x).toFixed(x < .0995 ? 1 : 0) + " %";
const base = path => path.replace(/.*\//, "");
const plural = (n, word) => n + " " + word + (n === 1 ? "" : "s");
const trim = s => s.trim();
const sum = list => list.reduce((a, b) => a + b, 0);
const limitText = name => ({ "line rate": "the ports’ line rate",
	"line rate out": "the ports’ line rate, out", cores: "the cores",
	"map memory": "map memory", mac: "the ports’ packet rate",
	dma: "the bus to the host" })[name] || name;

/* ---- A program, made ready */

const placeKey = (path, line) => path + ":" + line;

class Program {
	constructor(data, number) {
		Object.assign(this, data);
		this.number = number;
		this.packets = this.run ? this.run.packets : 0;
		this.insnAt = new Map(this.bpf.map(b => [b[0], b]));
		this.words = this.code ? this.code.words : [];
		this.groups = this.code ? this.code.groups : [];
		this.link();
		this.spend();
		this.makeBlocks();
	}

	/* Which words an instruction became, which instructions a line. */
	link() {
		this.insnsOf = new Map();
		this.wordsOf = new Map();
		for (const [i, , place] of this.bpf) {
			if (!place)
				continue;
			const key = placeKey(place[0], place[1]);
			this.insnsOf.set(key, [...this.insnsOf.get(key) || [],
				i]);
		}
		this.words.forEach((w, pc) => this.wordsOf.set(w[1],
			[...this.wordsOf.get(w[1]) || [], pc]));
		this.groupOf = [];
		this.groups.forEach(([from, n], at) => {
			for (let pc = from; pc < from + n; pc++)
				this.groupOf[pc] = at;
		});
	}

	placeOf(insn) {
		const b = this.insnAt.get(insn);

		return b && b[2] ? placeKey(b[2][0], b[2][1]) : null;
	}

	runs(pc) { return this.run ? this.run.words[pc][0] : 0; }
	issued(pc) { return this.run && this.run.words[pc][1] || 0; }
	waited(pc) { return this.run && this.run.words[pc][2] || 0; }
	jumps(pc) { return this.run && this.run.words[pc][3] || 0; }
	verdicts(pc) {
		const w = this.run ? this.run.words[pc] : [];

		return VERDICTS.map((v, i) => w[4 + i] || 0);
	}

	/* Cycles by word, instruction and line. */
	spend() {
		const add = (map, key, pc) => {
			const s = map.get(key) || { cycles: 0, waited: 0,
				runs: 0 };

			s.cycles += this.issued(pc) + this.waited(pc);
			s.waited += this.waited(pc);
			s.runs = Math.max(s.runs, this.runs(pc));
			map.set(key, s);
		};

		this.byInsn = new Map();
		this.byLine = new Map();
		this.words.forEach((w, pc) => {
			add(this.byInsn, w[1], pc);
			const key = this.placeOf(w[1]);

			if (key)
				add(this.byLine, key, pc);
		});
		this.total = this.run ?
			this.run.cycles.mean * this.packets : 0;
		this.waits = sum(this.words.map((w, pc) => this.waited(pc)));
		this.issues = sum(this.words.map((w, pc) => this.issued(pc)));
	}

	/* Packets that end in a block, by verdict: all but those that go on. */
	endsOf(b) {
		const come = this.verdicts(b.from);
		const last = this.words[b.to][0];

		if (/^(exit|trap)\b/.test(last))
			return come;
		return this.verdicts(b.to).map((n, i) => come[i] - n);
	}

	/* Words that control enters only at the first. */
	makeBlocks() {
		const n = this.words.length;
		const leads = new Set([0]);

		this.words.forEach(([, , , to, on], pc) => {
			if (to >= 0)
				leads.add(to);
			if (to >= 0 || !on)
				leads.add(pc + 1);
		});
		const at = [...leads].filter(pc => pc < n).sort((a, b) => a - b);

		this.blockOf = [];
		this.blocks = at.map((from, i) => {
			const to = (i + 1 < at.length ? at[i + 1] : n) - 1;

			for (let pc = from; pc <= to; pc++)
				this.blockOf[pc] = i;
			return { number: i, from, to };
		});
		for (const b of this.blocks) {
			const [, , , to, on] = this.words[b.to];

			b.target = to >= 0 ? this.blockOf[to] : -1;
			b.taken = this.jumps(b.to);
			b.next = on && b.to + 1 < n ? b.number + 1 : -1;
			b.in = this.runs(b.from);
			b.out = b.next < 0 ? 0 : this.runs(b.to) - b.taken;
			b.ends = this.endsOf(b);
		}
	}
}

/* ---- What is lit up */

/*
 * Rows and cells tell for which lines, instructions and words they stand. A word
 * lights its instruction and line; a line all that became of it.
 */
class Links {
	constructor(p) {
		this.p = p;
		this.line = new Map();
		this.insn = new Map();
		this.word = new Map();
		this.now = { lit: [], pin: [] };
	}

	closure(kind, key) {
		const p = this.p, insns = kind === "line" ?
			p.insnsOf.get(key) || [] : kind === "insn" ? [key] :
			[p.words[key][1]];
		const words = kind === "word" ? [key] :
			insns.flatMap(i => p.wordsOf.get(i) || []);
		const lines = kind === "line" ? [key] :
			insns.map(i => p.placeOf(i)).filter(k => k);

		return { lines: [...new Set(lines)], insns, words };
	}

	show(style, kind, key, scroll) {
		for (const e of this.now[style])
			e.classList.remove(style);
		this.now[style] = [];
		if (kind === null)
			return;
		const c = this.closure(kind, key);
		const put = (map, keys, skip) => {
			const found = keys.map(k => map.get(k))
				.filter(e => e);

			for (const e of found) {
				e.classList.add(style);
				this.now[style].push(e);
			}
			if (scroll && !skip && found.length)
				intoView(found[0]);
		};

		put(this.line, c.lines, kind === "line");
		put(this.insn, c.insns, kind === "insn");
		put(this.word, c.words, kind === "word");
	}

	bind(e, kind, key) {
		this[kind].set(key, e);
		e.addEventListener("mouseenter", () =>
			this.show("lit", kind, key));
		e.addEventListener("mouseleave", () => this.show("lit", null));
		e.addEventListener("click", () => {
			this.show("pin", kind, key, true);
			this.detail(kind, key);
		});
	}
}

function intoView(e) {
	const box = e.closest(".scroll");

	if (!box)
		return;
	const at = e.getBoundingClientRect().top -
		box.getBoundingClientRect().top;

	if (at < 24 || at > box.clientHeight - 40)
		box.scrollTop += at - box.clientHeight / 3;
}

/* ---- In short */

function stack(parts) {
	const all = sum(parts.map(p => p.value)) || 1;
	const shown = parts.filter(p => p.value > 0);

	return [
		h("div", { class: "stack" }, shown.map(p =>
			h("i", { class: p.hatched ? "hatched" : null,
				title: p.name + ": " + percent(p.value / all),
				style: "flex:" + p.value / all + ";" +
				(p.hatched ? "" : "background:" + p.color) }))),
		h("div", { class: "legend" }, shown.map(p => h("span", {},
			h("i", { class: p.hatched ? "hatched" : null,
				style: p.hatched ? "" :
				"background:" + p.color }),
			p.name + " ", h("b", {}, percent(p.value / all)),
			p.more ? " " + p.more : ""))),
	];
}

const figure = (value, text) => h("div", { class: "figure" },
	h("b", {}, value), h("span", {}, text));

function figures(p) {
	const r = p.run, c = p.code, slots = c.lanes * p.groups.length;

	return h("div", { class: "figures" },
		figure(digits(r.cycles.mean), "cycles a packet, " +
			r.cycles.min + " to " + r.cycles.max),
		figure(count(r.packets_per_second) + "p/s",
			"the card at most; limit: " + r.limit),
		figure(Math.round(r.latency_ns.median) + " ns",
			"median latency when it is that busy"),
		figure(p.bpf.length + " → " + p.words.length,
			"BPF instructions → words of the card"),
		figure(p.groups.length.toString(), "issue groups, " +
			plural(c.lanes, "lane") + (c.lanes > 1 ? ", " +
			percent(p.words.length / slots) + " filled" : "")),
		figure(c.stack + " B", "stack"));
}

function cyclesBar(p) {
	return stack([
		{ name: "issuing the program", value: p.issues,
			color: "rgb(var(--heat))" },
		{ name: "waiting for memory", value: p.waits,
			color: "rgb(var(--wait))" },
		{ name: "the card’s own work on a packet, and jumps",
			value: p.run.rest_cycles, color: color("alu") },
	]);
}

function slotsBar(p) {
	const empty = {}, lanes = p.code.lanes;

	for (const [, n, why] of p.groups)
		empty[why] = (empty[why] || 0) + lanes - n;
	const parts = Object.entries(empty).sort((a, b) => b[1] - a[1]);

	return stack([{ name: "words", value: p.words.length,
		color: color("mem") }].concat(parts.map(([why, n]) =>
		({ name: "empty: " + WHY[why][1], value: n, hatched: true }))));
}

const verdictBar = p => stack(VERDICTS.map(v => ({ name: v,
	value: p.run.verdicts[v] || 0, color: color(v) })));

/* Sentences that say what is slow, and why. */
function sentences(p) {
	const r = p.run, out = [], me = p.profiles[0];
	const perPacket = n => digits(n / p.packets);

	out.push(["On ", h("b", {}, r.profile), " a packet takes ",
		h("b", {}, digits(r.cycles.mean) + " cycles"), "; with all " +
		plural(me.cores, "core") + " that would be " +
		count(r.limits.cores || 0) + "p/s, and what limits the card to " +
		count(r.packets_per_second) + "p/s is " + limitText(r.limit) +
		"."]);
	const hot = hottest(p)[0];

	if (hot)
		out.push(["Most cycles go to ", h("code", {}, hot.name), ": ",
			perPacket(hot.cycles) + " a packet, " +
			percent(hot.cycles / p.total) + " of all", hot.waited ?
			", of which " + perPacket(hot.waited) +
			" are spent waiting for memory." : "."]);
	if (r.limit === "cores" && p.run.rest_cycles > p.total / 2)
		out.push(["More than half of the cycles are the card’s own " +
			"work on each packet: a shorter program would not " +
			"make it much faster."]);
	if (r.limit !== "cores")
		out.push(["The program is not what limits the card: it could " +
			"be " + digits((r.limits.cores || 0) /
			(r.packets_per_second || 1)) + " times as long " +
			"before the cores were."]);
	if (r.faults && Object.keys(r.faults).length)
		out.push(["Packets were aborted: " + Object.entries(r.faults)
			.map(([k, n]) => n + " " + k).join(", ") + "."]);
	return out.map(s => h("p", {}, s));
}

/* Lines that wait, the longest first: "lb.c:81 (7.86 cycles)". */
function waiting(p) {
	return hottest(p).filter(s => s.waited / p.packets >= .05)
		.sort((a, b) => b.waited - a.waited);
}

function lookups(p) {
	return sum(p.words.map((w, pc) => /^helper map_lookup/.test(w[0]) ?
		p.runs(pc) : 0)) / p.packets;
}

/* How many more cycles packets take that end at the slowest way. */
function slowWays(p) {
	const slow = p.run.ways.filter(w => w.packets / p.packets >= .01 &&
		w.cycles > 1.5 * p.run.cycles.median);

	return { share: sum(slow.map(w => w.packets)) / p.packets,
		cycles: sum(slow.map(w => w.packets * w.cycles)) /
			(sum(slow.map(w => w.packets)) || 1) };
}

/* What limits the card, and so what a change of the program could do. */
function limitAdvice(p) {
	const r = p.run;
	const pass = (r.verdicts.pass || 0) / p.packets;

	switch (r.limit) {
	case "cores":
		return "The cores are the limit: each cycle less is worth " +
			(100 / r.cycles.mean).toFixed(1) + " % more packets.";
	case "dma":
		return "The bus to the host is the limit, which " +
			percent(pass) + " of the packets take: only fewer of " +
			"them, dropped or answered on the card, would help.";
	case "map memory":
		return "Map memory is the limit: fewer accesses would help, " +
			"or such as are spread over its banks.";
	default:
		return "The ports are the limit: the program is fast enough " +
			"for frames like these, and fewer cycles would only " +
			"lower latency and leave cores idle.";
	}
}

function slotAdvice(p) {
	const empty = {}, lanes = p.code.lanes;

	for (const [from, n, why] of p.groups)
		empty[why] = (empty[why] || 0) + (lanes - n) * p.runs(from);
	const all = sum(Object.values(empty));
	const [why, n] = Object.entries(empty).sort((a, b) => b[1] - a[1])[0] ||
		["", 0];
	const slots = sum(p.groups.map(([from]) => lanes * p.runs(from)));

	if (lanes === 1 || all / slots < .3)
		return null;
	return "Of the issue slots that packets came by, " +
		percent(all / slots) + " were empty, the largest part (" +
		percent(n / all) + ") because " + WHY[why][1] + "." +
		(why === "depends" ? " Shorter chains of results that need " +
		"each other, hashes above all, would fill them." : "");
}

function advice(p) {
	const out = [limitAdvice(p)], wait = waiting(p), slow = slowWays(p);
	const own = p.issues + p.waits, n = lookups(p);

	if (wait.length && p.waits > .1 * own)
		out.push("Of the program’s own cycles, " +
			percent(p.waits / own) + " are waits for memory, at " +
			wait.slice(0, 3).map(s => s.name + " (" +
			digits(s.waited / p.packets) + ")").join(", ") +
			(n >= .05 ? ". A packet makes " + digits(n) +
			" lookups: one with a larger value instead of two, " +
			"or none for packets that can be decided before, " +
			"would save them." : "."));
	if (slow.share)
		out.push(percent(slow.share) + " of the packets take " +
			digits(slow.cycles) + " cycles, the median is " +
			p.run.cycles.median + ": the ways below show what " +
			"they do more.");
	out.push(slotAdvice(p));
	return h("ul", {}, out.filter(t => t).map(t => h("li", {}, t)));
}

function hottest(p) {
	return [...p.byLine.entries()].map(([key, s]) => {
		const at = key.lastIndexOf(":");

		return { key, name: base(key.slice(0, at)) + key.slice(at),
			...s };
	}).sort((a, b) => b.cycles - a.cycles).filter(s => s.cycles);
}

function textOf(p, key) {
	const insn = (p.insnsOf.get(key) || [])[0];

	return insn === undefined ? "" : trim(p.insnAt.get(insn)[2][2]);
}

function hotTable(p, links) {
	const list = hottest(p).slice(0, 8), most = list.length ?
		list[0].cycles : 1;

	return h("table", { class: "plain" },
		h("tr", {}, h("th", { class: "n" }, "cycles a packet"),
			h("th", { class: "n" }, "of all"),
			h("th", {}, "issuing ", dot("x")), h("th", {}, "line"),
			h("th", {}, "source")),
		list.map(s => h("tr", { class: "go", onclick: () => {
			links.show("pin", "line", s.key, true);
			intoView(links.line.get(s.key) || document.body);
			links.detail("line", s.key);
		} },
		h("td", { class: "n" }, digits(s.cycles / p.packets)),
		h("td", { class: "n" }, percent(s.cycles / p.total)),
		h("td", {},
			h("span", { class: "share", style: "width:" + 90 *
				(s.cycles - s.waited) / most + "px" }),
			h("span", { class: "share wait", style: "width:" +
				90 * s.waited / most + "px" })),
		h("td", { class: "mono" }, s.name),
		h("td", { class: "mono" }, textOf(p, s.key)))));
}

function mapsLine(p) {
	if (!p.maps.length)
		return null;
	return note("Maps: " + p.maps.map(m => m.name + " (" + m.type + ", " +
		m.key + " → " + m.value + " B, " + (m.entries === 1 ?
		"1 entry" : m.entries.toLocaleString("en") + " entries") +
		")").join(", ") + ".");
}

function shortSection(p, links) {
	const table = hotTable(p, links);
	const head = table.querySelectorAll("th")[2];

	head.replaceChildren("issuing ", h("span", { class: "share",
		style: "width:9px" }), " waiting ", h("span", {
		class: "share wait", style: "width:9px" }));
	return h("section", {}, h("h2", {}, "In short"), sentences(p),
		figures(p), mapsLine(p),
		h("div", { class: "columns" },
			h("div", {}, h("h3", {}, "Where cycles go"),
				cyclesBar(p)),
			h("div", {}, h("h3", {}, "What becomes of packets"),
				verdictBar(p)),
			p.code.lanes > 1 ? h("div", { },
				h("h3", {}, "Issue slots of the code"),
				slotsBar(p)) : null,
			h("div", {}, h("h3", {}, "What a change could do"),
				advice(p))),
		h("h3", {}, "The hottest source lines"), table);
}

/* ---- Source, BPF, card code */

function heatCell(p, s, mode) {
	const value = !s || mode === "off" ? 0 : mode === "waiting" ?
		s.waited : mode === "packets" ? s.runs : s.cycles;
	const most = mode === "packets" ? p.packets : p.heatMost;
	const rgb = mode === "waiting" ? "--wait" : "--heat";
	const td = h("td", { class: "heat" });

	if (!value)
		return td;
	td.append(mode === "packets" ? percent(value / p.packets) :
		digits(value / p.packets));
	td.style.background = "rgba(var(" + rgb + ")," +
		(.08 + .62 * Math.sqrt(Math.min(1, value / most))) + ")";
	return td;
}

/* A row's heat is drawn anew when something else is to be seen. */
function heatOf(p, heats, get) {
	const cell = { get, td: heatCell(p, get(), "cycles") };

	heats.push(cell);
	return cell.td;
}

function linesOf(p, path) {
	const text = DATA.files[path], known = new Map();

	for (const [, , place] of p.bpf)
		if (place && place[0] === path)
			known.set(place[1], place[2]);
	for (const r of p.reasons)
		if (r.file === path)
			known.set(r.line, r.source);
	if (text)
		return { known, lines: text.map((t, i) => [i + 1, t]) };
	return { known, lines: [...known].sort((a, b) => a[0] - b[0]) };
}

const untab = text => text.replace(/\t/g, "    ");

function sourceRow(p, path, number, text, links, heats) {
	const key = placeKey(path, number);
	const used = p.insnsOf.has(key);
	const row = h("tr", { class: used ? "used" : null },
		heatOf(p, heats, () => p.byLine.get(key)),
		h("td", { class: "num" }, number),
		h("td", { class: "text" }, untab(text)));

	if (used)
		links.bind(row, "line", key);
	return row;
}

function reasonRows(p, path, number) {
	return p.reasons.filter(r => r.file === path && r.line === number)
		.map(r => h("tr", { class: "why" }, h("td"), h("td"),
			h("td", {}, "▲ " + r.text)));
}

/* Lines far from any code are folded away until they are asked for. */
function foldRow(rows) {
	const fold = h("tr", { class: "fold" }, h("td", { colspan: 3 },
		"⋯ " + plural(rows.length, "line")));

	fold.addEventListener("click", () => fold.replaceWith(...rows));
	return fold;
}

const NEAR = 3; /* lines around code that are shown */

function fileRows(p, path, links, heats) {
	const { known, lines } = linesOf(p, path), out = [];
	let folded = [];
	const unfold = () => {
		if (folded.length > 2)
			out.push(foldRow(folded));
		else
			out.push(...folded);
		folded = [];
	};

	out.push(h("tr", { class: "file" }, h("td", { colspan: 3 },
		base(path), DATA.files[path] ? "" :
		h("span", { class: "note" }, "  (only lines with code: the " +
			"file is not here, or has changed)"))));
	const near = new Set();

	for (const n of known.keys())
		for (let i = n - NEAR; i <= n + NEAR; i++)
			near.add(i);
	for (const [number, text] of lines) {
		const row = sourceRow(p, path, number, text, links, heats);
		const why = reasonRows(p, path, number);

		if (why.length)
			row.classList.add("bad");
		if (near.has(number)) {
			unfold();
			out.push(row, ...why);
		} else {
			folded.push(row);
		}
	}
	unfold();
	return out;
}

/* Files, the one with most of the program first. */
function filesOf(p) {
	const n = new Map();

	for (const [, , place] of p.bpf)
		if (place)
			n.set(place[0], (n.get(place[0]) || 0) + 1);
	return [...n].sort((a, b) => /\.h$/.test(a[0]) - /\.h$/.test(b[0]) ||
		b[1] - a[1]).map(([path]) => path);
}

function sourcePane(p, links, heats) {
	const files = filesOf(p);

	return h("table", { class: "code" }, files.length ?
		files.map(f => fileRows(p, f, links, heats)) :
		h("tr", {}, h("td", {}, "compiled without -g: no source")));
}

function bpfPane(p, links, heats) {
	return h("table", { class: "code" }, p.bpf.map(([i, text]) => {
		const row = h("tr", { class: "used", title: text },
			heatOf(p, heats, () => p.byInsn.get(i)),
			h("td", { class: "num" }, i),
			h("td", { class: "text" }, text));

		if (p.code && !p.wordsOf.has(i))
			row.classList.add("idle");
		if (p.reasons.some(r => r.insn === i))
			row.classList.add("bad");
		links.bind(row, "insn", i);
		return row;
	}));
}

function spentByGroup(p, [from, n]) {
	const s = { cycles: 0, waited: 0, runs: 0 };

	for (let pc = from; pc < from + n; pc++) {
		s.cycles += p.issued(pc) + p.waited(pc);
		s.waited += p.waited(pc);
		s.runs = Math.max(s.runs, p.runs(pc));
	}
	return s;
}

function groupRow(p, group, at, links, heats) {
	const [from, n, why, by] = group, lanes = p.code.lanes;
	const leads = p.blocks[p.blockOf[from]].from === from;
	const spent = spentByGroup(p, group);
	const row = h("tr", { class: leads ? "block" : null },
		heatOf(p, heats, () => spent),
		h("td", { class: "num" }, from));

	for (let pc = from; pc < from + n; pc++) {
		const cell = h("td", { class: "word " + p.words[pc][2],
			title: pc + ": " + p.words[pc][0] },
			p.words[pc][0]);

		links.bind(cell, "word", pc);
		row.append(cell);
	}
	for (let i = n; i < lanes; i++)
		row.append(h("td", { class: "word free hatched",
			title: "empty: " + WHY[why][1] }));
	if (lanes > 1)
		row.append(h("td", { class: "ended", title: WHY[why][1] +
			(by >= 0 ? ", of word " + by : "") },
			n === lanes ? "" : WHY[why][0]));
	return row;
}

function cardPane(p, links, heats) {
	return h("table", { class: "code card", style: "table-layout:fixed" },
		h("colgroup", {}, h("col", { style: "width:44px" }),
			h("col", { style: "width:34px" }),
			Array.from({ length: p.code.lanes }, () => h("col")),
			p.code.lanes > 1 ? h("col", { style: "width:52px" }) :
			null),
		p.groups.map((group, at) =>
			groupRow(p, group, at, links, heats)));
}

function heatButtons(p, heats) {
	const modes = ["cycles", "waiting", "packets", "off"];
	const buttons = modes.map(mode => h("button", { onclick: e => {
		for (const b of buttons)
			b.classList.toggle("on", b === e.target);
		for (const cell of heats) {
			const td = heatCell(p, cell.get(), mode);

			cell.td.replaceWith(td);
			cell.td = td;
		}
	} }, mode));

	buttons[0].classList.add("on");
	return h("div", { class: "bar-of screen" }, "heat:", buttons,
		h("span", {}, "cycles and waiting are a packet’s mean, over " +
			"all packets; packets is the share that came there"));
}

/* One line about what is selected. */
function describe(p, kind, key) {
	const insn = kind === "word" ? p.words[key][1] : kind === "insn" ?
		key : (p.insnsOf.get(key) || [])[0];
	const b = p.insnAt.get(insn), out = [];
	const s = kind === "word" ? { cycles: p.issued(key) + p.waited(key),
		waited: p.waited(key), runs: p.runs(key) } : kind === "insn" ?
		p.byInsn.get(key) : p.byLine.get(key);

	if (b && b[2])
		out.push(h("div", {}, h("b", { class: "mono" },
			base(b[2][0]) + ":" + b[2][1] + "  "),
			h("code", {}, trim(b[2][2])), h("span",
			{ class: "note" }, "   in " + b[3].join(" › "))));
	if (kind === "word") {
		const [from, n, why, by] = p.groups[p.groupOf[key]];

		out.push(h("div", {}, "word " + key + ": ",
			h("code", {}, p.words[key][0]), ", in the group of " +
			plural(n, "word") + " at " + from + ". The group " +
			"ends there because " + WHY[why][1] +
			(by >= 0 ? ": that of word " + by + ", " : "."),
			by >= 0 ? h("code", {}, p.words[by][0]) : ""));
	} else if (kind === "insn" && p.code && !p.wordsOf.has(key)) {
		out.push(h("div", {}, "No word of the card came of this " +
			"instruction: others do its work, or nobody needed it."));
	}
	if (p.run && s) {
		const words = kind === "word" ? [key] : (kind === "insn" ?
			[key] : p.insnsOf.get(key) || [])
			.flatMap(i => p.wordsOf.get(i) || []);
		const best = words.sort((x, y) => p.runs(y) - p.runs(x))[0];

		out.push(h("div", {}, digits(s.cycles / p.packets) +
			" cycles a packet" + (s.waited ? ", " +
			digits(s.waited / p.packets) + " of them waiting" :
			"") + "; " + percent(s.runs / p.packets) + " of " +
			"packets came here" + (best === undefined || !s.runs ?
			"." : ", and became: " + VERDICTS.map((v, i) => [v,
			p.verdicts(best)[i]]).filter(x => x[1]).map(
			([v, n]) => v + " " + percent(n / p.runs(best)))
			.join(", ") + ".")));
	}
	return out;
}

function codeSection(p, links) {
	const heats = [], lanes = p.code ? p.code.lanes : 0;
	const detail = h("div", { class: "detail screen" },
		h("span", { class: "note" }, "Click a line, an instruction " +
			"or a word: the other panes go to what belongs to it."));
	const pane = (name, table) => h("div", { class: "pane" },
		h("h3", {}, name), h("div", { class: "scroll" }, table));

	p.heatMost = Math.max(1, ...[...p.byLine.values(),
		...p.byInsn.values()].map(s => s.cycles));
	links.detail = (kind, key) =>
		detail.replaceChildren(...describe(p, kind, key));
	return h("section", { class: "fresh", id: "code" },
		h("h2", {}, p.code ? "Source, BPF, card code" :
			"Source and BPF"),
		p.code && lanes > 1 ? note("A row of card code is an issue " +
			"group: its words start in the same cycle, one a lane. " +
			"Hatched slots are empty, and the word at the right " +
			"says what kept the next word out. A thick line is " +
			"where a basic block begins; the colour of a cell is ",
			dot("alu"), "arithmetic, ", dot("mem"), "memory, ",
			dot("branch"), "branch, ", dot("helper"), "helper, ",
			dot("mul"), "multiplication.") : null,
		p.run ? heatButtons(p, heats) : null,
		h("div", { class: "panes", style: "grid-template-columns:" +
			(lanes > 1 ? "27fr 18fr 55fr" : lanes ?
			"40fr 28fr 32fr" : "55fr 45fr") },
		pane("Source", sourcePane(p, links, heats)),
		pane("BPF", bpfPane(p, links, heats)),
		p.code ? pane("Card code, " + plural(lanes, "lane"),
			cardPane(p, links, heats)) : null),
		detail);
}

/* ---- Ways */

function litWords(way) {
	const set = new Set();

	for (const [from, to] of way.words)
		for (let pc = from; pc <= to; pc++)
			set.add(pc);
	return set;
}

/* Everything that a way does not touch steps back. */
function showWay(p, links, graph, way) {
	const set = way && litWords(way);
	const insns = set && new Set([...set].map(pc => p.words[pc][1]));
	const lines = insns && new Set([...insns].map(i => p.placeOf(i)));

	links.word.forEach((e, pc) =>
		e.classList.toggle("dim", !!set && !set.has(pc)));
	links.insn.forEach((e, i) =>
		e.classList.toggle("dim", !!set && !insns.has(i)));
	links.line.forEach((e, key) =>
		e.classList.toggle("dim", !!set && !lines.has(key)));
	graph.forEach((e, i) => e.classList.toggle("lit", !!set &&
		set.has(p.blocks[i].from)));
}

function waysTable(p, links, graph) {
	const ways = p.run.ways, rows = [];
	const longest = ways.reduce((a, b) => b.most > a.most ? b : a,
		ways[0]);
	let on = null;

	const table = h("table", { class: "plain" },
		h("tr", {}, h("th", { class: "n" }, "packets"), h("th"),
			h("th", { class: "n" }, "cycles"),
			h("th", {}, "becomes"), h("th", {}, "ends at"),
			h("th")),
		ways.slice(0, 12).concat(ways.indexOf(longest) >= 12 ?
			[longest] : []).map((w, i) => {
			const last = w.words[w.words.length - 1][1];
			const key = p.placeOf(p.words[last][1]);
			const row = h("tr", { class: "go", onclick: () => {
				on = on === w ? null : w;
				rows.forEach(r => r.classList.toggle("on",
					r === row && on === w));
				showWay(p, links, graph, on);
			} },
			h("td", { class: "n" }, percent(w.packets / p.packets)),
			h("td", {}, h("span", { class: "share",
				style: "background:" + color(w.verdict) +
				";width:" + (2 + 98 * w.packets / p.packets) +
				"px" })),
			h("td", { class: "n" }, digits(w.cycles)),
			h("td", {}, dot(w.verdict), w.verdict),
			h("td", { class: "mono" }, key ? base(key) :
				"word " + last),
			h("td", { class: "note" }, i ? w === longest ?
				"longest" : "" : w === longest ?
				"most frequent, and longest" :
				"most frequent"));

			rows.push(row);
			return row;
		}));
	return table;
}

function verdictSegments(p, block, x, y, width, height) {
	const v = p.verdicts(block.from), all = sum(v) || 1, out = [];

	v.forEach((n, i) => {
		const w = width * n / all;

		if (n)
			out.push(g("rect", { x, y, width: w, height,
				fill: color(VERDICTS[i]) },
			g("title", {}, VERDICTS[i] + " " + percent(n / all))));
		x += w;
	});
	return out;
}

const ROW = 34, BOX = 24, LEFT = 56, WIDTH = 250;

/* A jump as an arc at the side; the further it goes the further out. */
function arc(p, from, to, taken, depth) {
	const y1 = from * ROW + BOX / 2 + 8, y2 = to * ROW + BOX / 2 + 4;
	const back = to <= from, x = back ? LEFT : LEFT + WIDTH;
	const out = (back ? -1 : 1) * (14 + 11 * depth);
	const share = p.packets ? taken / p.packets : 0;

	return g("path", { d: "M" + x + " " + y1 + " C" + (x + out) + " " +
		y1 + " " + (x + out) + " " + y2 + " " + x + " " + y2,
		fill: "none", stroke: taken ? "var(--soft)" : "var(--line)",
		"stroke-width": taken ? 1 + 4 * Math.min(1, share) : 1,
		"marker-end": "url(#tip)" }, g("title", {}, "jump from block " +
		from + " to " + to + (p.run ? ": " + percent(share) +
		" of packets" : "")));
}

/* How far out each arc has to go so that those inside have room. */
function depths(arcs) {
	const done = [];

	for (const a of arcs.sort((x, y) => (x.hi - x.lo) - (y.hi - y.lo))) {
		const inside = done.filter(b => b.back === a.back &&
			b.lo < a.hi && b.hi > a.lo).map(b => b.depth);

		a.depth = Math.min(24, 1 + Math.max(-1, ...inside));
		done.push(a);
	}
	return done;
}

function blockBox(p, b, graph, links) {
	const y = b.number * ROW + 4, key = p.placeOf(p.words[b.from][1]);
	const insn = p.insnAt.get(p.words[b.from][1]);
	const name = (insn && insn[3].length ? insn[3][insn[3].length - 1] +
		"  " : "") + (key ? base(key) : "");
	const width = WIDTH * (p.packets ? b.in / p.packets : 0);
	const box = g("rect", { class: "box", x: LEFT, y, width: WIDTH,
		height: BOX, rx: 3 });
	const e = g("g", { style: "cursor:pointer", onclick: () => {
		links.show("pin", "word", b.from, true);
		intoView(links.word.get(b.from));
		links.detail("word", b.from);
	} },
	box,
	g("g", { opacity: .55 }, verdictSegments(p, b, LEFT + .5, y + BOX - 6,
		Math.min(WIDTH, width) - 1 > 0 ? Math.min(WIDTH, width) - 1 :
		0, 5.5)),
	g("text", { class: "mono", x: LEFT + 6, y: y + 13 },
		name.length > 34 ? name.slice(0, 33) + "…" : name),
	g("text", { class: "soft", x: LEFT - 6, y: y + 15,
		"text-anchor": "end" }, p.run ? percent(b.in / p.packets) :
		"w " + b.from),
	b.next >= 0 && b.number + 1 < p.blocks.length ? g("path", {
		d: "M" + (LEFT + 14) + " " + (y + BOX) + " v" + (ROW - BOX - 2),
		stroke: b.out || !p.run ? "var(--soft)" : "var(--line)",
		"stroke-width": 1 + 4 * (p.packets ? b.out / p.packets : 0),
		"marker-end": "url(#tip)" }) : null);

	graph.push(box);
	return e;
}

function endLabel(p, b, x) {
	const y = b.number * ROW + 20, out = [];

	b.ends.forEach((n, i) => {
		if (n / p.packets < .0005)
			return;
		out.push(g("rect", { x, y: y - 9, width: 10, height: 10, rx: 2,
			fill: color(VERDICTS[i]) }), g("text", { x: x + 14, y },
			percent(n / p.packets) + " " + VERDICTS[i]));
		x += 84;
	});
	return out.length ? g("g", {}, g("text", { class: "soft", x: x - 84 *
		out.length / 2 - 6, y, "text-anchor": "end" }, "ends:"), out) :
		null;
}

function flowGraph(p, links, graph) {
	const arcs = depths(p.blocks.filter(b => b.target >= 0).map(b => ({
		from: b.number, to: b.target, taken: b.taken,
		back: b.target <= b.number, lo: Math.min(b.number, b.target),
		hi: Math.max(b.number, b.target) })));
	const far = 14 + 11 * (1 + Math.max(0, ...arcs.map(a => a.depth)));
	const height = p.blocks.length * ROW + 6;
	const width = LEFT + WIDTH + far + 210;

	return g("svg", { width, height, viewBox: "0 0 " + width + " " +
		height, role: "img", "aria-label": "control flow" },
	g("defs", {}, g("marker", { id: "tip", viewBox: "0 0 6 6", refX: 5,
		refY: 3, markerWidth: 6, markerHeight: 6, orient: "auto",
		markerUnits: "userSpaceOnUse" }, g("path",
		{ d: "M0 0 L6 3 L0 6 z", fill: "var(--soft)" }))),
	arcs.map(a => arc(p, a.from, a.to, a.taken, a.depth)),
	p.blocks.map(b => blockBox(p, b, graph, links)),
	p.run ? p.blocks.map(b => endLabel(p, b, LEFT + WIDTH + far + 34)) :
	null);
}

function waysSection(p, links) {
	const graph = [], svg = flowGraph(p, links, graph);

	return h("section", { class: "fresh", id: "ways" },
		h("h2", {}, "Ways through the program"),
		note("A box is a basic block, with the function and line that " +
			"it begins with; at its left stands the share of " +
			"packets that came there, the coloured bar says what " +
			"became of them, and arrows are as thick as many " +
			"packets took them. Choose a way to see it alone, here " +
			"and in the code."),
		h("div", { class: "two" },
			h("div", {}, waysTable(p, links, graph),
				note(plural(p.run.nways, "way") + " in all" +
				(p.run.packets_of_other_ways ? "; " +
				p.run.packets_of_other_ways + " packets went " +
				"others still, which were not told apart" : "") +
				".")),
			h("div", { class: "graph" }, svg)));
}

/* ---- Passes, and differences */

/*
 * Lines of two texts in their order: [sign, line of a, line of b]. Those with the
 * same key are the same: a longest common subsequence, of what is between equal
 * ends.
 */
function diff(a, b, key = text => text) {
	const p = a.map(key), q = b.map(key), out = [];
	let start = 0, end = 0;
	const same = (i, j) => out.push([" ", a[i], b[j]]);

	while (start < p.length && start < q.length && p[start] === q[start])
		start++;
	while (end < p.length - start && end < q.length - start &&
	       p[p.length - 1 - end] === q[q.length - 1 - end])
		end++;
	for (let i = 0; i < start; i++)
		same(i, i);
	for (const [sign, i, j] of middle(p.slice(start, p.length - end),
		q.slice(start, q.length - end)))
		out.push([sign, a[start + i], b[start + j]]);
	for (let i = end; i > 0; i--)
		same(p.length - i, q.length - i);
	return out;
}

/* What is too much to compare is all gone, and all new. */
function middle(x, y) {
	const w = y.length + 1, out = [];
	const small = x.length * y.length <= 4e6;
	const len = new Uint32Array(small ? (x.length + 1) * w : 0);
	let i, j;

	for (i = x.length - 1; small && i >= 0; i--)
		for (j = y.length - 1; j >= 0; j--)
			len[i * w + j] = x[i] === y[j] ?
				len[(i + 1) * w + j + 1] + 1 :
				Math.max(len[(i + 1) * w + j],
					len[i * w + j + 1]);
	for (i = 0, j = 0; i < x.length || j < y.length;) {
		if (small && i < x.length && j < y.length && x[i] === y[j])
			out.push([" ", i++, j++]);
		else if (i < x.length && (j === y.length || !small ||
			 len[(i + 1) * w + j] >= len[i * w + j + 1]))
			out.push(["-", i++, j]);
		else
			out.push(["+", i, j++]);
	}
	return out;
}

const isOp = line => /^\t/.test(line) && !/^\t +->/.test(line);

/* Equal lines far from any difference are folded. */
function diffView(list, all) {
	const near = new Set();

	list.forEach(([sign], i) => {
		for (let k = i - 3; sign !== " " && k <= i + 3; k++)
			near.add(k);
	});
	const out = [];
	let skipped = 0;
	const skip = () => {
		if (skipped)
			out.push(h("div", { class: "gap" }, "  ⋯ " +
				plural(skipped, "line") + " as before"));
		skipped = 0;
	};

	list.forEach(([sign, before, after], i) => {
		if (!all && !near.has(i)) {
			skipped++;
			return;
		}
		skip();
		out.push(h("div", { class: sign === "+" ? "add" :
			sign === "-" ? "del" : null }, sign + " " +
			untab(sign === "-" ? before : after)));
	});
	skip();
	return out;
}

function passBars(p, choose) {
	const n = p.passes.map(x => x.ops), most = Math.max(...n, 1);
	const step = 1000 / n.length;

	return g("svg", { viewBox: "0 0 1000 64", width: "100%",
		preserveAspectRatio: "none", height: 64 },
	n.map((v, i) => g("g", { style: "cursor:pointer",
		onclick: () => choose(i) },
	g("rect", { x: i * step, y: 0, width: step, height: 64,
		fill: "transparent" }),
	g("rect", { class: "bar", x: i * step + 1, y: 62 - 58 * v / most,
		width: Math.max(1, step - 2), height: 58 * v / most,
		fill: color("alu") }),
	g("title", {}, p.passes[i].name + ": " + v + " operations"))));
}

/* The pass that took most away is worth a look first. */
function busiest(passes) {
	let best = 0, most = 0;

	passes.forEach((pass, i) => {
		const gone = i ? passes[i - 1].ops - pass.ops : 0;

		if (gone > most) {
			most = gone;
			best = i;
		}
	});
	return best;
}

function passesSection(p) {
	for (const pass of p.passes) {
		pass.lines = pass.text.split("\n").filter(t => t);
		pass.ops = pass.lines.filter(isOp).length;
	}
	p.passes = p.passes.filter(pass => pass.ops);
	const view = h("div", { class: "diff" }), name = h("div");
	const slider = h("input", { type: "range", min: 0,
		max: p.passes.length - 1, "aria-label": "pass",
		oninput: () => choose(+slider.value) });
	let all = false;
	const whole = h("button", { onclick: () => {
		all = !all;
		whole.classList.toggle("on", all);
		choose(+slider.value);
	} }, "whole program");
	const choose = i => {
		const pass = p.passes[i], before = i ? p.passes[i - 1] : null;

		slider.value = i;
		bars.querySelectorAll(".bar").forEach((b, k) =>
			b.setAttribute("fill", k === i ? "var(--accent)" :
				color("alu")));
		name.replaceChildren(h("b", {}, "after " + pass.name),
			h("span", { class: "note" }, "  (" + (i + 1) + " of " +
			p.passes.length + ": " + (PASS_TEXT[pass.name] || "") +
			")  " + pass.ops + " operations" + (before ? ", " +
			(pass.ops === before.ops ? "as many as" :
			Math.abs(pass.ops - before.ops) + (pass.ops >
			before.ops ? " more than" : " fewer than")) +
			" after " + before.name : "")));
		view.replaceChildren(...diffView(before ?
			diff(before.lines, pass.lines) :
			pass.lines.map(t => [" ", t, t]), all || !before));
	};
	const bars = passBars(p, choose);
	const move = by => () => choose(Math.max(0, Math.min(
		p.passes.length - 1, +slider.value + by)));

	choose(busiest(p.passes));
	return h("section", { class: "fresh", id: "passes" },
		h("h2", {}, "The translator, pass by pass"),
		note("Each pass that changed the program. Bars are the number " +
			"of operations after it; below is what it changed: " +
			"− gone, + new."),
		h("div", {}, bars, slider),
		h("div", { class: "bar-of" },
			h("button", { class: "screen", onclick: move(-1) },
				"‹ before"),
			h("button", { class: "screen", onclick: move(1) },
				"next ›"), whole, name),
		view);
}

/* ---- Cards */

function range(c) {
	if (c.cycles_worst === null)
		return c.cycles_best + " and more (loops)";
	return c.cycles_best === c.cycles_worst ? c.cycles_best.toString() :
		c.cycles_best + "–" + c.cycles_worst;
}

function cardsTable(p) {
	return h("table", { class: "plain" },
		h("tr", {}, ["card", "cores × threads × lanes", "words",
			"issue groups", "cycles by code", "cycles, mean",
			"packets/s at most", "what limits", "latency",
			"cores busy"].map((t, i) =>
			h("th", { class: i > 1 && i !== 7 ? "n" : null }, t))),
		p.profiles.map(c => {
			const n = text => h("td", { class: "n" }, text);
			const head = [h("td", {}, h("b", {}, c.name)),
				h("td", {}, c.cores + " × " + c.threads +
				" × " + c.lanes + ", " + c.clock_mhz + " MHz")];

			if (!c.offloads || !c.run)
				return h("tr", {}, head, h("td",
					{ colspan: 8, class: "worse" },
					"does not offload: " +
					(c.reason || "")));
			return h("tr", {}, head, n(c.words), n(c.groups),
				n(range(c)), n(digits(c.run.cycles.mean)),
				n(count(c.run.packets_per_second)),
				h("td", {}, c.run.limit),
				n(Math.round(c.run.latency_ns.median) + " ns"),
				n(percent(c.run.utilisation.cores)));
		}));
}

const HUES = ["#2563a8", "#c2562b", "#2b8a5e", "#8a4fa3", "#a08122"];

/* Packets a second over cycles a packet: roofs, and where the program is. */
function roofline(p) {
	const cards = p.profiles.filter(c => c.run);
	const W = 620, H = 330, L = 62, B = 40, T = 12, R = 150;
	const at = cards.map(c => c.run.cycles.mean);
	const x0 = Math.log10(Math.max(1, Math.min(...at) / 4));
	const x1 = Math.log10(Math.max(...at) * 4);
	const roof = (c, x) => Math.min(c.cores * c.clock_mhz * 1e6 / x,
		c.run.limits.line_rate || 1e12);
	const rates = cards.flatMap(c => [roof(c, 10 ** x0), roof(c, 10 ** x1),
		c.run.packets_per_second]);
	const y0 = Math.log10(Math.min(...rates) / 1.6);
	const y1 = Math.log10(Math.max(...rates) * 1.6);
	const X = x => L + (Math.log10(x) - x0) / (x1 - x0) * (W - L - R);
	const Y = y => H - B - (Math.log10(y) - y0) / (y1 - y0) * (H - B - T);
	const ticks = (lo, hi) => Array.from({ length: Math.floor(hi) -
		Math.ceil(lo) + 1 }, (v, i) => 10 ** (Math.ceil(lo) + i));
	const labels = cards.map((c, i) => ({ i, y: Y(roof(c, 10 ** x1)) }))
		.sort((a, b) => a.y - b.y);

	labels.forEach((l, i) => {
		if (i)
			l.y = Math.max(l.y, labels[i - 1].y + 14);
	});
	return g("svg", { viewBox: "0 0 " + W + " " + H, width: W, height: H,
		role: "img", "aria-label": "roofline" },
	ticks(x0, x1).map(x => [g("line", { x1: X(x), x2: X(x), y1: T,
		y2: H - B, stroke: "var(--line)" }), g("text", { class: "soft",
		x: X(x), y: H - B + 15, "text-anchor": "middle" }, tick(x))]),
	ticks(y0, y1).map(y => [g("line", { x1: L, x2: W - R, y1: Y(y),
		y2: Y(y), stroke: "var(--line)" }), g("text", { class: "soft",
		x: L - 6, y: Y(y) + 4, "text-anchor": "end" }, tick(y))]),
	g("text", { class: "soft", x: (L + W - R) / 2, y: H - 6,
		"text-anchor": "middle" }, "cycles a packet"),
	g("text", { class: "soft", transform: "translate(12 " + (H - B) / 2 +
		") rotate(-90)", "text-anchor": "middle" }, "packets/s"),
	cards.map((c, i) => {
		const points = [];

		for (let k = 0; k <= 60; k++) {
			const x = 10 ** (x0 + (x1 - x0) * k / 60);

			points.push(X(x).toFixed(1) + "," +
				Y(roof(c, x)).toFixed(1));
		}
		return g("g", {}, g("polyline", { points: points.join(" "),
			fill: "none", stroke: HUES[i % 5], "stroke-width": 2,
			"stroke-dasharray": i > 1 ? i * 3 + " 3" : null }),
		g("circle", { cx: X(c.run.cycles.mean),
			cy: Y(c.run.packets_per_second), r: 5,
			fill: HUES[i % 5], stroke: "var(--paper)" },
		g("title", {}, c.name + ": " + digits(c.run.cycles.mean) +
			" cycles, " + count(c.run.packets_per_second) +
			"p/s")));
	}),
	labels.map(l => g("text", { x: W - R + 6, y: l.y + 4,
		style: "fill:" + HUES[l.i % 5] }, cards[l.i].name)));
}

function cardsSection(p) {
	return h("section", { class: "fresh", id: "cards" }, h("h2", {}, "On every card"),
		note("The same packets, on each card that is modelled. “By code” " +
			"is what the shortest and the longest way through the " +
			"code cost, whatever packets come; the other figures are " +
			"those of the run. Cycles of different cards are not of " +
			"the same length."),
		cardsTable(p),
		h("h3", {}, "The program under each card’s roof"),
		h("div", { class: "two" }, roofline(p),
			note("A line is what a card could do at most: the slope " +
				"is its cores, which do half as many packets of " +
				"twice the cycles, the flat part its ports with " +
				"frames as long as these. The dot is the " +
				"program. On the slope, fewer cycles mean more " +
				"packets; under the flat part, they mean idle " +
				"cores. A dot below its line has another limit, " +
				"which the table names.")));
}

/* ---- Reasons */

function reasonsSection(p) {
	return h("section", {}, h("h2", {}, "Why it does not offload"),
		p.alone ? note("Alone in an object it would offload: the " +
			"reasons are about what other programs of the object " +
			"use.") : null,
		p.reasons.map(r => h("div", { class: "reason" },
			r.file ? h("b", { class: "mono" }, base(r.file) + ":" +
				r.line + "  ") : null, r.text,
			r.source ? h("code", {}, r.source) : null)));
}

/* ---- Two objects */

function comparison(a, b) {
	const rows = [
		["BPF instructions", p => p.bpf.length],
		["words of the card", p => p.words.length],
		["issue groups", p => p.groups.length],
		["cycles a packet, mean", p => p.run && p.run.cycles.mean],
		["  of them waiting for memory",
			p => p.run && p.waits / p.packets],
		["cycles a packet, most", p => p.run && p.run.cycles.max],
		["packets/s at most", p => p.run && p.run.packets_per_second,
			true],
		["median latency, ns", p => p.run && p.run.latency_ns.median],
	];

	return h("table", { class: "plain", style: "max-width:760px" },
		h("tr", {}, h("th"), [a, b].map(p => h("th", { class: "n" },
			base(p.object) + ": " + p.name)),
			h("th", { class: "n" }, "change")),
		rows.map(([name, get, more]) => {
			const x = get(a), y = get(b), c = x ? y / x - 1 : 0;

			if (!x && !y)
				return null;
			return h("tr", {}, h("td", {}, name),
				[x, y].map(v => h("td", { class: "n" }, v > 1e6 ?
					count(v) : Number.isInteger(v) ? v :
					digits(v))),
				h("td", { class: "n " + (Math.abs(c) < .0005 ? "" :
					c > 0 === !!more ? "better" : "worse") },
				Math.abs(c) < .0005 ? "=" : (c > 0 ? "+" : "−") +
					(100 * Math.abs(c)).toFixed(1) + " %"));
		}));
}

const LAYERS = {
	source: p => filesOf(p).filter(f => DATA.files[f])
		.flatMap(f => DATA.files[f]),
	BPF: p => p.bpf.map(b => b[1]),
	"card code": p => p.groups.map(([from, n]) => p.words.slice(from,
		from + n).map(w => w[0]).join("   ‖  ")),
};

/* Where a jump leads changes with what stands before that. */
const withoutTargets = text => text.replace(/goto \d+|@\d+/g, "→");

function sides(list) {
	const out = [], gone = [], come = [];
	const flush = () => {
		for (let i = 0; i < Math.max(gone.length, come.length); i++)
			out.push(h("div", { class: "sides" },
				h("div", { class: i < gone.length ? "del" : null },
					untab(gone[i] || "")),
				h("div", { class: i < come.length ? "add" : null },
					untab(come[i] || ""))));
		gone.length = come.length = 0;
	};

	for (const [sign, before, after] of list) {
		if (sign === "-")
			gone.push(before);
		else if (sign === "+")
			come.push(after);
		if (sign !== " ")
			continue;
		flush();
		out.push(h("div", { class: "sides" },
			h("div", {}, untab(before)),
			h("div", {}, untab(after))));
	}
	flush();
	return out;
}

function compareSection(a, b) {
	const view = h("div", { class: "diff", style: "padding:6px 0" });
	const buttons = Object.keys(LAYERS).map(name => h("button",
		{ onclick: () => choose(name) }, name));
	const choose = name => {
		buttons.forEach(x => x.classList.toggle("on",
			x.textContent === name));
		view.replaceChildren(...sides(diff(LAYERS[name](a),
			LAYERS[name](b), withoutTargets)));
	};

	choose("BPF");
	return h("section", {}, h("h2", {}, "Both compared"), comparison(a, b),
		h("div", { class: "bar-of", style: "margin-top:14px" },
			"side by side:", buttons), view);
}

/* ---- The page */

function traffic() {
	if (DATA.capture)
		return "packets: " + base(DATA.capture);
	return DATA.frame_size ? "packets: UDP of " + DATA.frame_size + " B" :
		"packets: built-in mix; --pcap takes a capture";
}

function header(p) {
	return h("header", {}, h("h1", {}, p.name),
		h("span", { class: "mono" }, base(p.object) + ", section " +
			p.section),
		p.offloads ? h("span", { class: "badge good" }, "offloads to " +
			p.profiles[0].name) : h("span", { class: "badge bad" },
			"does not offload: " +
			plural(p.reasons.length, "reason")),
		h("span", { class: "note" }, p.run ? traffic() : "",
			p.run ? ", " + plural(p.packets, "packet") : "",
			p.guessed ? "; taken for an XDP program" : ""));
}

function programView(p) {
	const links = new Links(p), code = codeSection(p, links);

	if (!p.offloads)
		return [header(p), reasonsSection(p), code];
	if (!p.packets)
		return [header(p), note("No packet came to the program."), code,
			passesSection(p)];
	return [header(p), shortSection(p, links), code, waysSection(p, links),
		cardsSection(p), passesSection(p)];
}

function otherOf(programs, p) {
	return programs.find(q => q.object !== p.object &&
		(q.name === p.name || programs.length === 2));
}

function main() {
	const programs = DATA.programs.map((d, i) => new Program(d, i));
	const page = document.getElementById("page");
	const view = h("div");
	const buttons = programs.map(p => h("button", { onclick: () =>
		choose(p) }, programs.some(q => q.object !== p.object) ?
		base(p.object) + ": " + p.name : p.name));
	const twin = programs.map(p => [p, otherOf(programs, p)])
		.find(([p, q]) => q && p.code && q.code);
	const both = twin ? h("button", { onclick: () => choose(null) },
		"compared") : null;
	const choose = p => {
		buttons.forEach((b, i) => b.classList.toggle("on",
			programs[i] === p));
		if (both)
			both.classList.toggle("on", !p);
		view.replaceChildren(...p ? programView(p).filter(e => e) :
			[compareSection(...twin)]);
	};

	if (!programs.length) {
		page.append(note("The object has no programs."));
		return;
	}
	document.title = "flownic: " + programs.map(p => p.name).slice(0, 3)
		.join(", ");
	if (programs.length > 1)
		page.append(h("nav", { "aria-label": "programs" }, both,
			buttons));
	page.append(view, h("p", { class: "note" }, "flownic " + DATA.version +
		" explain. Cycles, latencies and rates are the modelled card’s."));
	choose(twin ? null : programs[0]);
	/* page.html#ways: the parts are there only now. */
	if (location.hash.length > 1) {
		const part = document.getElementById(location.hash.slice(1));

		if (part)
			part.scrollIntoView();
	}
}

main();
