// SPDX-License-Identifier: GPL-2.0
/*
 * Card code as code of this machine: what the module has the kernel compile, the
 * C compiler compiles here. Nothing is needed for it but cc, or what CC names.
 *
 * What was compiled is kept in $XDG_CACHE_HOME/flownic/code, else in
 * ~/.cache/flownic/code, with the text beside it that it was made of: only the
 * same text is taken for the same program. The directory must belong to the
 * user, and to nobody else who could write there.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compile.h"
#include "userspace/tool.h"

#define CALLS 16
#define KEPT 64 /* programs in the cache */
#define PATH 4096
#define LARGE 20000 /* instructions from which on compiling beats running */

typedef u64 (*call_t)(u64 a, u64 b, u64 c, u64 d, u64 e);

/**
 * struct fn_code - a compiled program
 * @library: what dlopen() gave
 * @fn: the program
 * @wide: constants of 64 bits
 */
struct fn_code {
	void *library;
	u64 (*fn)(u64 arg, const u64 *wide, const call_t *calls);
	u64 wide[];
};

/**
 * struct compiler - the C compiler and its cache
 * @cc: its name
 * @dir: directory for what it makes
 * @temporary: @dir is removed at the end
 * @calls: functions that programs call, by number
 */
static struct compiler {
	const char *cc;
	char dir[PATH / 2];
	bool temporary;
	call_t calls[CALLS];
} compiler;

static s32 number_of(call_t fn)
{
	s32 i;

	for (i = 0; i < CALLS - 1 && compiler.calls[i]; i++)
		if (compiler.calls[i] == fn)
			return i;
	compiler.calls[i] = fn;
	return i;
}

/* FNV-1a. Files of the same name are compared, so it need not be better. */
static u64 hash_of(const char *text, size_t len)
{
	u64 h = 0xcbf29ce484222325ull;
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ (u8)text[i]) * 0x100000001b3ull;
	return h;
}

static bool has_text(const char *path, const char *text, size_t len)
{
	char *got = fn_check_alloc(malloc(len + 1));
	FILE *f = fopen(path, "r");
	bool same;

	same = f && fread(got, 1, len + 1, f) == len && !memcmp(got, text, len);
	if (f)
		fclose(f);
	free(got);
	return same;
}

static bool write_text(const char *path, const char *text, size_t len)
{
	FILE *f = fopen(path, "w");
	bool ok;

	if (!f)
		return false;
	ok = fwrite(text, 1, len, f) == len;
	return !fclose(f) && ok;
}

static bool run_compiler(const char *from, const char *to, u32 n)
{
	const char *const words[] = { compiler.cc,
				      n < LARGE ? "-O1" : "-O0",
				      "-w",
				      "-shared",
				      "-fPIC",
				      "-fwrapv",
				      "-fno-strict-aliasing",
				      "-fno-delete-null-pointer-checks",
				      "-o",
				      to,
				      from,
				      NULL };
	posix_spawn_file_actions_t quiet;
	int status = -1;
	pid_t pid;

	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&pid, compiler.cc, &quiet, NULL, (char **)words,
			 environ) ||
	    waitpid(pid, &status, 0) != pid)
		status = -1;
	posix_spawn_file_actions_destroy(&quiet);
	return !status;
}

/* Under other names first: two simulations may compile the same program. */
static bool make_library(const char *text, size_t len, const char *c,
			 const char *so, u32 n)
{
	char from[PATH], to[PATH];
	bool ok;

	snprintf(from, sizeof(from), "%s/%d.c", compiler.dir, getpid());
	snprintf(to, sizeof(to), "%s/%d.so", compiler.dir, getpid());
	ok = write_text(from, text, len) && run_compiler(from, to, n) &&
	     !rename(to, so) && !rename(from, c);
	unlink(from);
	unlink(to);
	return ok;
}

static time_t changed_at(const struct dirent *e)
{
	struct stat st = {};
	char path[PATH];

	snprintf(path, sizeof(path), "%s/%s", compiler.dir, e->d_name);
	stat(path, &st);
	return st.st_mtime;
}

static int by_age(const struct dirent **a, const struct dirent **b)
{
	time_t x = changed_at(*a), y = changed_at(*b);

	return x < y ? 1 : x > y ? -1 : 0;
}

static int is_file(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* All but the newest, or all. Each program is two files. */
static void prune(int kept)
{
	struct dirent **e;
	char path[PATH];
	int n = scandir(compiler.dir, &e, is_file, by_age), i;

	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", compiler.dir,
			 e[i]->d_name);
		if (i >= 2 * kept)
			unlink(path);
		free(e[i]);
	}
	if (n >= 0)
		free(e);
}

static struct fn_code *load(const char *so, const struct bpf_insn *insns, u32 n)
{
	void *library = dlopen(so, RTLD_NOW | RTLD_LOCAL);
	void *fn = library ? dlsym(library, FN_BPF_C_NAME) : NULL;
	struct fn_code *code;
	u32 wide = 0, i;

	if (!fn) {
		if (library)
			dlclose(library);
		return NULL;
	}
	code = fn_check_alloc(malloc(sizeof(*code) + n * sizeof(u64)));
	code->library = library;
	memcpy(&code->fn, &fn, sizeof(fn));
	for (i = 0; i < n; i++) {
		if (BPF_CLASS(insns[i].code) != BPF_LD)
			continue;
		code->wide[wide++] = (u32)insns[i].imm |
				     (u64)(u32)insns[i + 1].imm << 32;
		i++;
	}
	return code;
}

static struct fn_code *make_of_text(const char *text, size_t len,
				    const struct bpf_insn *insns, u32 n,
				    char *why, size_t size)
{
	char c[PATH], so[PATH];
	u64 name = hash_of(text, len);
	struct fn_code *code;

	snprintf(c, sizeof(c), "%s/%016llx.c", compiler.dir,
		 (unsigned long long)name);
	snprintf(so, sizeof(so), "%s/%016llx.so", compiler.dir,
		 (unsigned long long)name);
	if (!has_text(c, text, len)) {
		if (!make_library(text, len, c, so, n)) {
			snprintf(
				why, size,
				"%s, the C compiler, can't be run or refuses the code; CC names another",
				compiler.cc);
			return NULL;
		}
		prune(KEPT);
	}
	code = load(so, insns, n);
	if (!code)
		snprintf(why, size, "%s", dlerror());
	return code;
}

static struct fn_code *make(const struct bpf_insn *insns, u32 n, char *why,
			    size_t size)
{
	struct fn_code *code = NULL;
	char *text = NULL;
	size_t len = 0;
	FILE *f = fn_check_alloc(open_memstream(&text, &len));
	bool known = fn_bpf_c(f, insns, n);

	fclose(f);
	if (known)
		code = make_of_text(text, len, insns, n, why, size);
	else
		snprintf(why, size, "it has an instruction without a C form");
	free(text);
	return code;
}

static void release(struct fn_code *code)
{
	dlclose(code->library);
	free(code);
}

static u32 run(const struct fn_code *code, void *arg)
{
	return code->fn((uintptr_t)arg, code->wide, compiler.calls);
}

/* Ours alone, or nothing in it is to be run. */
static bool make_dir(const char *path)
{
	struct stat st;

	mkdir(path, 0700);
	return !stat(path, &st) && S_ISDIR(st.st_mode) &&
	       st.st_uid == geteuid() && !(st.st_mode & 022);
}

static bool find_cache(void)
{
	const char *home = getenv("XDG_CACHE_HOME");
	char base[PATH / 4];
	int n;

	if (home && *home == '/')
		n = snprintf(base, sizeof(base), "%s", home);
	else if (getenv("HOME"))
		n = snprintf(base, sizeof(base), "%s/.cache", getenv("HOME"));
	else
		return false;
	if (n >= (int)sizeof(base))
		return false;
	make_dir(base);
	snprintf(compiler.dir, sizeof(compiler.dir), "%s/flownic", base);
	if (!make_dir(compiler.dir))
		return false;
	snprintf(compiler.dir, sizeof(compiler.dir), "%s/flownic/code", base);
	return make_dir(compiler.dir);
}

static void remove_dir(void)
{
	prune(0);
	rmdir(compiler.dir);
}

/**
 * fn_sim_compiler_open - have programs compiled from now on, where that can be
 *
 * Return: exit status; an error has been reported.
 */
int fn_sim_compiler_open(void)
{
	static const struct fn_code_ops ops = {
		.make = make,
		.free = release,
		.run = run,
		.call = number_of,
	};

	if (fn_code_ops)
		return FN_DONE;
	compiler.cc = getenv("CC");
	if (!compiler.cc || !*compiler.cc)
		compiler.cc = "cc";
	if (!find_cache()) {
		strcpy(compiler.dir, "/tmp/flownic.XXXXXX");
		if (!mkdtemp(compiler.dir))
			return fn_fail("%s: can't be made", compiler.dir);
		compiler.temporary = true;
		atexit(remove_dir);
	}
	fn_code_ops = &ops;
	return FN_DONE;
}
