// SPDX-License-Identifier: GPL-2.0
/*
 * The assembler: a text of lines becomes an image.
 *
 *	[LABEL:|NUMBER:] [|] INSTRUCTION
 *	.DIRECTIVE NUMBER ...
 *	# comment
 */
#include <ctype.h>
#include <errno.h>

#include "code.h"
#include "userspace/tool.h"

#define MAX_NAME 64

/**
 * struct label - a name for a word
 * @name: the name
 * @pc: the word
 */
struct label {
	char name[MAX_NAME];
	u32 pc;
};

/**
 * struct fixup - a word whose target is a label
 * @name: of the label
 * @pc: the word
 * @line: it is on
 */
struct fixup {
	char name[MAX_NAME];
	u32 pc;
	u32 line;
};

/**
 * struct source - a text and what has been made of it
 * @line: number of the line at hand
 * @text: its text, or the label that is looked for; NULL: none to be shown
 * @why: gets what is wrong
 * @len: bytes at @why
 * @bad: something is
 * @head: type, ninsns, frame, lanes
 * @words: made so far
 * @origins: of @words
 * @nwords: number of @words
 * @origin: for the next words
 * @maps: slots
 * @nmaps: number of @maps
 * @labels: defined
 * @nlabels: number of @labels
 * @fixups: to do
 * @nfixups: number of @fixups
 */
struct source {
	u32 line;
	const char *text;
	char *why;
	size_t len;
	bool bad;
	struct fn_image head;
	u64 *words;
	u32 *origins;
	u32 nwords;
	u32 origin;
	struct fn_image_map maps[FN_IMAGE_MAX_MAPS];
	u32 nmaps;
	struct label *labels;
	u32 nlabels;
	struct fixup *fixups;
	u32 nfixups;
};

static void error(struct source *s, const char *what)
{
	if (!s->bad && s->text)
		snprintf(s->why, s->len, "line %u, \"%.60s\": %s", s->line,
			 s->text, what);
	else if (!s->bad)
		snprintf(s->why, s->len, "line %u: %s", s->line, what);
	s->bad = true;
}

/* Room for one more element; arrays double. */
static void *grow(void *array, u32 n, size_t size)
{
	if (n & (n - 1))
		return array;
	return fn_check_alloc(realloc(array, (n ? 2 * (size_t)n : 1) * size));
}

static bool numbers(const char **at, u32 *value, u32 n, u32 max)
{
	char *end;
	u64 v;
	u32 i;

	for (i = 0; i < n; i++) {
		while (isblank((u8) * *at))
			(*at)++;
		if (!isdigit((u8) * *at))
			return false;
		errno = 0;
		v = strtoull(*at, &end, 0);
		if (errno || v > max)
			return false;
		value[i] = v;
		*at = end;
	}
	while (isspace((u8) * *at))
		(*at)++;
	return !**at;
}

static void set_type(struct source *s, const char *at)
{
	u32 type;

	if (numbers(&at, &type, 1, 0xffff))
		s->head.type = type;
	else
		error(s, ".type takes the number of a BPF program type");
}

static void set_insns(struct source *s, const char *at)
{
	if (!numbers(&at, &s->head.ninsns, 1, FN_TR_MAX_INSNS))
		error(s, ".insns takes the number of BPF instructions");
}

static void set_frame(struct source *s, const char *at)
{
	u32 frame;

	if (numbers(&at, &frame, 1, FN_MAX_FRAME_SIZE) && frame % 8 == 0)
		s->head.frame = frame;
	else
		error(s,
		      ".frame takes bytes of stack, a multiple of 8 up to 1024");
}

static void set_lanes(struct source *s, const char *at)
{
	u32 lanes;

	if (numbers(&at, &lanes, 1, 8) && lanes && is_power_of_2(lanes))
		s->head.lanes = lanes;
	else
		error(s, ".lanes takes 1, 2, 4 or 8");
}

static void add_map(struct source *s, const char *at)
{
	u32 v[4];

	if (!numbers(&at, v, 4, 0xffffffff))
		error(s,
		      ".map takes type, key size, value size and number of entries");
	else if (s->nmaps == FN_IMAGE_MAX_MAPS)
		error(s, ".map: a program has up to 128 maps");
	else
		s->maps[s->nmaps++] =
			(struct fn_image_map){ v[0], v[1], v[2], v[3] };
}

static void set_origin(struct source *s, const char *at)
{
	while (isblank((u8)*at))
		at++;
	if (!strncmp(at, "none", 4))
		s->origin = FN_ORIGIN_NONE;
	else if (!numbers(&at, &s->origin, 1, FN_TR_MAX_INSNS))
		error(s,
		      ".insn takes the number of a BPF instruction, or none");
}

static const struct {
	const char *name;
	void (*run)(struct source *s, const char *at);
} directives[] = {
	{ ".type", set_type },	 { ".insns", set_insns },
	{ ".frame", set_frame }, { ".lanes", set_lanes },
	{ ".map", add_map },	 { ".insn", set_origin },
};

static bool is_directive(struct source *s, const char *at)
{
	size_t n = strcspn(at, " \t");
	u32 i;

	for (i = 0; i < ARRAY_SIZE(directives); i++) {
		if (strlen(directives[i].name) == n &&
		    !strncmp(directives[i].name, at, n)) {
			directives[i].run(s, at + n);
			return true;
		}
	}
	return false;
}

static const struct label *find_label(const struct source *s, const char *name)
{
	u32 i;

	for (i = 0; i < s->nlabels; i++)
		if (!strcmp(s->labels[i].name, name))
			return &s->labels[i];
	return NULL;
}

static void add_label(struct source *s, const char *name, size_t n)
{
	struct label l = { .pc = s->nwords };

	if (n >= MAX_NAME) {
		error(s, "the label is longer than 63 characters");
		return;
	}
	memcpy(l.name, name, n);
	if (find_label(s, l.name)) {
		error(s, "the label is there already");
		return;
	}
	s->labels = grow(s->labels, s->nlabels, sizeof(l));
	s->labels[s->nlabels++] = l;
}

/* A word may be preceded by its number, which then has to be right. */
static void check_number(struct source *s, const char *at)
{
	if (strtoul(at, NULL, 10) != s->nwords)
		error(s, "the word's number is wrong");
}

static const char *skip_blank(const char *at)
{
	while (isblank((u8)*at))
		at++;
	return at;
}

static const char *parse_labels(struct source *s, const char *at)
{
	for (;;) {
		size_t n = 0;

		at = skip_blank(at);
		while (isalnum((u8)at[n]) || at[n] == '_')
			n++;
		if (!n || at[n] != ':')
			break;
		if (isdigit((u8)*at))
			check_number(s, at);
		else
			add_label(s, at, n);
		at += n + 1;
	}
	return skip_blank(*at == '|' ? at + 1 : at);
}

static void add_fixup(struct source *s, const char *name)
{
	struct fixup f = { .pc = s->nwords, .line = s->line };

	memcpy(f.name, name, MAX_NAME);
	s->fixups = grow(s->fixups, s->nfixups, sizeof(f));
	s->fixups[s->nfixups++] = f;
}

static void add_word(struct source *s, const char *at)
{
	char label[MAX_NAME];
	struct fn_insn insn;
	const char *bad;

	bad = fn_insn_parse(at, s->nwords, &insn, label, sizeof(label));
	if (bad) {
		error(s, bad);
		return;
	}
	if (s->nwords == FN_IMAGE_MAX_WORDS) {
		error(s, "a program has up to 4194304 words");
		return;
	}
	if (*label)
		add_fixup(s, label);
	s->words = grow(s->words, s->nwords, sizeof(*s->words));
	s->origins = grow(s->origins, s->nwords, sizeof(*s->origins));
	s->words[s->nwords] = fn_insn_encode(&insn);
	s->origins[s->nwords++] = s->origin;
}

/* What is no text is not shown, since a terminal might obey it. */
static bool is_plain(const char *text)
{
	while (isprint((u8)*text) || *text == '\t')
		text++;
	return !*text;
}

static void parse_line(struct source *s, char *line)
{
	char *end = strchr(line, '#');
	const char *at;

	if (end)
		*end = '\0';
	end = line + strlen(line);
	while (end > line && isspace((u8)end[-1]))
		*--end = '\0';
	at = skip_blank(line);
	s->text = is_plain(at) ? at : NULL;
	if (*at == '.' && is_directive(s, at))
		return;
	at = parse_labels(s, at);
	if (*at)
		add_word(s, at);
}

static void fix(struct source *s, const struct fixup *f)
{
	const struct label *l = find_label(s, f->name);
	struct fn_insn insn = fn_insn_decode(s->words[f->pc]);
	s32 to;

	s->line = f->line;
	s->text = f->name;
	if (!l) {
		error(s, "there is no such label");
		return;
	}
	to = (s32)(l->pc - f->pc - 1);
	if (insn.op == FN_OP_JCC && to != (s16)to)
		error(s,
		      "the label is too far away: 16 bits reach 32767 words");
	insn.imm = insn.op == FN_OP_JCC ? FN_IMM16(FN_LO16(insn.imm), to) : to;
	s->words[f->pc] = fn_insn_encode(&insn);
}

static struct fn_image *make_image(const struct source *s)
{
	struct fn_image *img =
		fn_check_alloc(fn_image_alloc(s->nwords, s->nmaps));

	img->type = s->head.type;
	img->ninsns = s->head.ninsns;
	img->frame = s->head.frame;
	img->lanes = s->head.lanes;
	memcpy(fn_image_words(img), s->words, s->nwords * sizeof(*s->words));
	memcpy(fn_image_maps(img), s->maps, s->nmaps * sizeof(*s->maps));
	memcpy(fn_image_origin(img), s->origins,
	       s->nwords * sizeof(*s->origins));
	fn_image_seal(img);
	return img;
}

static void read_lines(struct source *s, char *text, size_t size)
{
	char *line = text, *end;

	for (; line < text + size && !s->bad; line = end + 1) {
		s->line++;
		end = memchr(line, '\n', text + size - line) ?: text + size;
		*end = '\0';
		if (strlen(line) != (size_t)(end - line))
			error(s, "this is no text");
		parse_line(s, line);
		s->text = NULL;
	}
}

/**
 * fn_assemble - make an image of a text
 * @text: lines
 * @size: bytes of @text
 * @why: gets a sentence if it can't be done
 * @len: bytes at @why
 *
 * Without directives, the program is XDP, has the largest stack and is for one
 * lane.
 *
 * Return: the image, for fn_free(), or NULL.
 */
struct fn_image *fn_assemble(const char *text, size_t size, char *why,
			     size_t len)
{
	struct source s = {
		.why = why,
		.len = len,
		.origin = FN_ORIGIN_NONE,
		.head = { .type = BPF_PROG_TYPE_XDP,
			  .frame = FN_MAX_FRAME_SIZE,
			  .lanes = 1 },
	};
	char *copy = fn_check_alloc(malloc(size + 1));
	struct fn_image *img = NULL;
	u32 i;

	memcpy(copy, text, size);
	read_lines(&s, copy, size);
	for (i = 0; i < s.nfixups && !s.bad; i++)
		fix(&s, &s.fixups[i]);
	s.text = NULL;
	if (!s.bad && !s.nwords)
		error(&s, "there are no instructions");
	if (!s.bad)
		img = make_image(&s);
	free(copy);
	free(s.words);
	free(s.origins);
	free(s.labels);
	free(s.fixups);
	return img;
}
