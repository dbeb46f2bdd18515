// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's configuration, as libbpf gives it to programs that ask for it
 * (extern ... __kconfig): its version, and options from the file that it was
 * built with.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "lower.h"
#include "userspace/tool.h"

#define VERSION "LINUX_KERNEL_VERSION"
#define OPTION "CONFIG_"
#define MOST_SIZE 4096 /* bytes of a value */
#define TRISTATE "libbpf_tristate"

/* Debian and Ubuntu have another version in the name than the sources have. */
static u32 version_of(const struct utsname *u)
{
	u32 a = 0, b = 0, c = 0;
	const char *debian;
	FILE *f;
	bool ubuntu;

	f = fopen("/proc/version_signature", "r");
	ubuntu = f && fscanf(f, "%*s %*s %u.%u.%u", &a, &b, &c) == 3;
	if (f)
		fclose(f);
	debian = strstr(u->version, "Debian ");
	if (!ubuntu &&
	    (!debian || sscanf(debian, "Debian %u.%u.%u", &a, &b, &c) != 3))
		sscanf(u->release, "%u.%u.%u", &a, &b, &c);
	return (a << 16) + (b << 8) + min(c, 255u);
}

/* What a command prints; it has to be known before that there is something. */
static FILE *open_config(bool *packed)
{
	struct utsname u;
	char path[128];
	FILE *f;

	uname(&u);
	snprintf(path, sizeof(path), "/boot/config-%.64s", u.release);
	*packed = false;
	f = fopen(path, "r");
	if (f)
		return f;
	*packed = true;
	f = fopen("/proc/config.gz", "r");
	if (!f)
		return NULL;
	fclose(f);
	return popen("gzip -dc /proc/config.gz", "r");
}

/* The text behind NAME=, NULL if there is none. */
static char *read_option(const char *name, char *line, size_t size, bool *read)
{
	size_t len = strlen(name);
	char *value = NULL;
	bool packed;
	FILE *f;

	f = open_config(&packed);
	*read = f;
	while (f && !value && fgets(line, size, f))
		if (!strncmp(line, name, len) && line[len] == '=')
			value = line + len + 1;
	if (f && packed)
		pclose(f);
	else if (f)
		fclose(f);
	if (value)
		value[strcspn(value, "\n")] = '\0';
	return value;
}

/**
 * struct place - a variable that gets a value
 * @btf: types
 * @type: its BTF id
 * @t: that
 * @size: bytes
 * @to: where they are
 */
struct place {
	const struct fn_btf *btf;
	u32 type;
	struct btf_type t;
	u32 size;
	u8 *to;
};

static void put(const struct place *p, u64 value)
{
	memcpy(p->to, &value, p->size);
}

static bool put_letter(const struct place *p, char letter)
{
	u32 kind = BTF_INFO_KIND(p->t.info);
	u32 encoding = kind == BTF_KIND_INT ?
			       fn_btf_extra(p->btf, p->type, 0) >> 24 :
			       0;

	if (kind == BTF_KIND_ENUM &&
	    !strcmp(fn_btf_string(p->btf, p->t.name_off), TRISTATE))
		put(p, letter == 'y' ? 1 : letter == 'm' ? 2 : 0);
	else if (encoding & BTF_INT_BOOL && letter != 'm')
		put(p, letter == 'y');
	else if (kind == BTF_KIND_INT && p->size == 1 &&
		 !(encoding & BTF_INT_BOOL))
		put(p, letter);
	else
		return false;
	return true;
}

static bool put_text(const struct place *p, const char *text)
{
	size_t len = strcspn(text, "\"");

	if (BTF_INFO_KIND(p->t.info) != BTF_KIND_ARRAY || text[len] != '"')
		return false;
	memcpy(p->to, text, min_t(size_t, len, p->size - 1));
	return true;
}

static bool put_number(const struct place *p, const char *text)
{
	bool is_int = BTF_INFO_KIND(p->t.info) == BTF_KIND_INT && p->size <= 8;
	u64 value;
	char *end;

	errno = 0;
	value = *text == '-' ? (u64)strtoll(text, &end, 0) :
			       strtoull(text, &end, 0);
	if (!is_int || errno || end == text || *end ||
	    (p->size < 8 && *text != '-' && value >> 8 * p->size))
		return false;
	put(p, value);
	return true;
}

static bool put_option(const struct place *p, const char *text)
{
	if (strchr("ynm", *text) && text[0] && !text[1])
		return put_letter(p, *text);
	if (*text == '"')
		return put_text(p, text + 1);
	return put_number(p, text);
}

static bool option(struct fn_lower *l, const struct place *p, const char *name,
		   bool weak)
{
	char line[MOST_SIZE], *text;
	bool read;

	text = read_option(name, line, sizeof(line), &read);
	if (text && !put_option(p, text))
		return fn_lower_bad(
			l,
			"variable %s: the kernel's configuration has %s, which it is not of a type for",
			name, text);
	if (text || (weak && read))
		return true;
	if (weak) {
		fn_lower_note(
			l,
			"%s is 0: the kernel's configuration can't be read (/boot/config-RELEASE, /proc/config.gz)",
			name);
		return true;
	}
	return fn_lower_bad(
		l,
		read ? "variable %s is not in the kernel's configuration; accepted: one that is, or that is __weak" :
		       "variable %s is of the kernel's configuration, which can't be read (/boot/config-RELEASE, /proc/config.gz); accepted: one that is __weak",
		name);
}

/**
 * fn_kconfig_value - what libbpf gives a variable of the kernel's configuration
 * @l: program
 * @name: of the variable
 * @type: its BTF id
 * @weak: it may be missing, and is zero then
 * @to: answer, zero before
 * @room: of @to
 * @size: bytes that it has
 *
 * Return: false if it has no value; @l says why.
 */
bool fn_kconfig_value(struct fn_lower *l, const char *name, u32 type, bool weak,
		      u8 *to, u32 room, u32 *size)
{
	struct place p = {
		.btf = &l->o->btf,
		.type = fn_btf_skip(&l->o->btf, type),
		.to = to,
	};
	struct utsname u;
	u64 bytes;

	bytes = fn_btf_size(p.btf, p.type);
	if (!fn_btf_type(p.btf, p.type, &p.t) || !bytes || bytes > room)
		return fn_lower_bad(
			l, "variable %s has no type that is known here", name);
	p.size = *size = bytes;
	if (!strncmp(name, OPTION, strlen(OPTION)))
		return option(l, &p, name, weak);
	if (!strcmp(name, VERSION) && bytes >= 4 && bytes <= 8) {
		uname(&u);
		put(&p, version_of(&u));
		return true;
	}
	return weak ||
	       fn_lower_bad(
		       l,
		       "variable %s is none of the kernel's configuration; accepted: %s and names that begin with %s",
		       name, VERSION, OPTION);
}
