// SPDX-License-Identifier: GPL-2.0
/*
 * .BTF.ext: which source lines instructions come from, and which fields of the
 * kernel's types they refer to (CO-RE).
 *
 * Each part is a record size and then, for each code section, its name, a number
 * and as many records, which begin with the byte offset of their instruction.
 */
#include <linux/btf.h>

#include "object.h"

/**
 * struct part - what is left of a part
 * @at: next byte
 * @left: bytes from there
 * @record: bytes of a record
 */
struct part {
	const u8 *at;
	u64 left;
	u32 record;
};

static bool read_word(struct part *p, u32 *word)
{
	if (p->left < sizeof(*word))
		return false;
	memcpy(word, p->at, sizeof(*word));
	p->at += sizeof(*word);
	p->left -= sizeof(*word);
	return true;
}

static u32 word_of(const u8 *record, u32 word)
{
	u32 value;

	memcpy(&value, record + 4 * word, sizeof(value));
	return value;
}

static bool read_header(const struct fn_btf *btf, struct fn_btf_ext_header *h)
{
	u32 len;

	memset(h, 0, sizeof(*h));
	if (!btf->ext || btf->ext->size < 8)
		return false;
	memcpy(h, btf->ext->data, 8);
	len = min_t(u32, h->hdr_len, sizeof(*h));
	if (h->magic != BTF_MAGIC || len < 8 || h->hdr_len > btf->ext->size)
		return false;
	memcpy(h, btf->ext->data, len);
	return true;
}

static bool open_part(const struct fn_btf *btf, enum fn_btf_part id,
		      struct part *p)
{
	static const u32 least[] = { 8, 16, 16 }; /* bytes of a record */
	struct fn_btf_ext_header h;
	u32 off, len;
	u64 avail;

	if (!read_header(btf, &h))
		return false;
	avail = btf->ext->size - h.hdr_len;
	off = h.part[id].off;
	len = h.part[id].len;
	if (off > avail || len > avail - off)
		return false;
	*p = (struct part){ .at = btf->ext->data + h.hdr_len + off,
			    .left = len };
	return read_word(p, &p->record) && p->record >= least[id];
}

/**
 * fn_btf_records - what .BTF.ext says of a section
 * @btf: types
 * @part: which records
 * @section: name of the section
 * @r: answer; each begins with the byte offset of its instruction
 *
 * Return: whether it says anything.
 */
bool fn_btf_records(const struct fn_btf *btf, enum fn_btf_part part,
		    const char *section, struct fn_btf_records *r)
{
	struct part p;
	u32 name, n;

	if (!open_part(btf, part, &p))
		return false;
	while (read_word(&p, &name) && read_word(&p, &n)) {
		u64 bytes = (u64)n * p.record;

		if (bytes > p.left)
			return false;
		*r = (struct fn_btf_records){ p.at, n, p.record };
		p.at += bytes;
		p.left -= bytes;
		if (!strcmp(fn_btf_string(btf, name), section))
			return true;
	}
	return false;
}

/**
 * fn_btf_lines - source lines of a piece of a section
 * @btf: types
 * @section: name of the section
 * @from: first instruction of it
 * @to: first instruction behind it
 * @lines: answer, for fn_free(); instructions count from @from
 *
 * Return: number of @lines, 0 if nothing is known.
 */
u32 fn_btf_lines(const struct fn_btf *btf, const char *section, u32 from,
		 u32 to, struct fn_line **lines)
{
	struct fn_btf_records r;
	u32 i, n = 0;

	*lines = NULL;
	if (!fn_btf_records(btf, FN_BTF_LINES, section, &r))
		return 0;
	*lines = fn_alloc(r.n * sizeof(**lines));
	for (i = 0; *lines && i < r.n; i++) {
		const u8 *record = r.first + (u64)i * r.size;
		u32 insn = word_of(record, 0) / sizeof(struct bpf_insn);
		u32 place = word_of(record, 3);

		if (insn < from || insn >= to)
			continue;
		(*lines)[n++] = (struct fn_line){
			.insn = insn - from,
			.file = fn_btf_string(btf, word_of(record, 1)),
			.text = fn_btf_string(btf, word_of(record, 2)),
			.line = BPF_LINE_INFO_LINE_NUM(place),
			.column = BPF_LINE_INFO_LINE_COL(place),
		};
	}
	return n;
}

/**
 * fn_btf_relocs - CO-RE relocations of a piece of a section
 * @btf: types
 * @section: name of the section
 * @from: first instruction of it
 * @to: first instruction behind it
 * @relocs: answer, for fn_free(); instructions count from @from
 *
 * Return: number of @relocs, 0 if there are none.
 */
u32 fn_btf_relocs(const struct fn_btf *btf, const char *section, u32 from,
		  u32 to, struct fn_core_reloc **relocs)
{
	struct fn_btf_records r;
	u32 i, n = 0;

	*relocs = NULL;
	if (!fn_btf_records(btf, FN_BTF_CORE, section, &r))
		return 0;
	*relocs = fn_alloc(r.n * sizeof(**relocs));
	for (i = 0; *relocs && i < r.n; i++) {
		const u8 *record = r.first + (u64)i * r.size;
		u32 insn = word_of(record, 0) / sizeof(struct bpf_insn);

		if (insn < from || insn >= to)
			continue;
		(*relocs)[n++] = (struct fn_core_reloc){
			.insn = insn - from,
			.type = word_of(record, 1),
			.access = fn_btf_string(btf, word_of(record, 2)),
			.kind = word_of(record, 3),
		};
	}
	return n;
}
