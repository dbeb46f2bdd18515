// SPDX-License-Identifier: GPL-2.0
/*
 * Mutations of good files, the same each time:
 *
 *	bytes_seeded SEED ROUNDS FILE...
 *
 * Prints TAP; a crash or a report of a sanitizer ends it early, and the line
 * printed last says how to get there again.
 */
#include "bytes.h"
#include "offload/image.h"
#include "userspace/profile/profiles.h"
#include "userspace/code/code.h"

#define MAX_SIZE (1u << 20)

static u64 state;

/* xorshift64* */
static u32 rnd(u32 below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return below ? (u32)((state * 0x2545f4914f6cdd1dULL) >> 32) % below : 0;
}

static void mutate_once(u8 *data, size_t *size)
{
	static const u32 interesting[] = { 0,	     1,	    0x7f,    0x80,
					   0xff,     0x100, 0x7fff,  0xffff,
					   1u << 31, ~0u,   0x10000, ~0u - 7 };
	u32 at = rnd(*size), value;

	switch (rnd(6)) {
	case 0:
		data[at] ^= 1 << rnd(8);
		break;
	case 1:
		data[at] = rnd(256);
		break;
	case 2:
		value = interesting[rnd(ARRAY_SIZE(interesting))];
		memcpy(data + at, &value, min_t(size_t, 4, *size - at));
		break;
	case 3:
		*size = at + 1;
		break;
	case 4:
		value = rnd(*size);
		memmove(data + at, data + value,
			min_t(size_t, rnd(64), *size - max(at, value)));
		break;
	case 5:
		value = at & ~7u;
		if (value + 8 <= *size)
			data[value] = rnd(256);
		break;
	}
}

static void mutate(const u8 *from, size_t size, u32 target)
{
	u8 *data = malloc(size + 8);
	u32 n = rnd(4) ? 1 + rnd(4) : 1 + rnd(64);

	memcpy(data, from, size);
	while (n--)
		mutate_once(data, &size);
	/* Memory of exactly that size, so that reading past it shows. */
	data = realloc(data, size);
	fn_fuzz_bytes(target, data, size);
	free(data);
}

static void noise(u32 target)
{
	size_t size = 1 + rnd(600), i;
	u8 *data = malloc(size);

	for (i = 0; i < size; i++)
		data[i] = rnd(rnd(3) ? 256 : 16);
	fn_fuzz_bytes(target, data, size);
	free(data);
}

static u8 *read_whole(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	u8 *data;

	if (!f)
		return NULL;
	data = malloc(MAX_SIZE);
	*size = fread(data, 1, MAX_SIZE, f);
	fclose(f);
	return data;
}

struct seed {
	u8 *data;
	size_t size;
	u32 target;
};

static struct seed seeds[256];
static u32 nseeds;

static void add_seed(u32 target, const void *data, size_t size)
{
	struct seed *s = &seeds[nseeds];

	if (!size || nseeds == ARRAY_SIZE(seeds))
		return;
	s->data = malloc(size);
	memcpy(s->data, data, size);
	s->size = size;
	s->target = target;
	nseeds++;
}

static void write_nothing(void *ctx, const char *fmt, va_list ap)
{
}

/* An object is also worth its code, the images of it and their listing. */
static void add_program(const struct fn_program *p)
{
	struct fn_log log = { .write = write_nothing };
	struct fn_tr_options o = { .lanes = 4, .level = nseeds % 3 };
	struct fn_listing l = { .title = "seed", .p = NULL };
	struct fn_image *img;
	char *text = NULL;
	size_t size;
	FILE *out = stdout;

	add_seed(FN_FUZZ_CODE, p->insns, p->bpf.len * sizeof(*p->insns));
	if (fn_translate(&p->bpf, &o, &log, &img))
		return;
	add_seed(FN_FUZZ_IMAGE, img, img->size);
	add_seed(FN_FUZZ_WORDS, fn_image_words(img), img->nwords * sizeof(u64));
	l.img = img;
	stdout = open_memstream(&text, &size);
	fn_listing_print(&l);
	fclose(stdout);
	stdout = out;
	add_seed(FN_FUZZ_TEXT, text, size);
	free(text);
	fn_free(img);
}

static void add_file(const char *path)
{
	struct fn_object o;
	size_t size;
	u8 *data = read_whole(path, &size);
	u32 i;

	if (!data) {
		printf("# %s can't be read\n", path);
		return;
	}
	add_seed(FN_FUZZ_OBJECT, data, size);
	if (!fn_object_open(&o, data, size))
		for (i = 0; i < o.nprogs && i < 4; i++)
			add_program(&o.progs[i]);
	fn_object_close(&o);
	free(data);
}

/* The least number of 64 bits and another one, one of them in r2 at @6. */
static const char two_numbers[] = ".type 6\n.insns 1\n.lanes 1\n"
				  "0: ld4 r1, [ctx] ;;\n"
				  "1: mov r2, 43 ;;\n"
				  "2: jeq r1, 0, @6 ;;\n"
				  "3: mov r2, 0 ;;\n"
				  "4: movh r2, r2, -2147483648 ;;\n"
				  "5: jmp @6 ;;\n"
				  "6: add r1, r1, r2 ;;\n"
				  "7: exit r1 ;;\n";

static void fuzz_seed(const struct seed *s, u32 rounds, u64 seed)
{
	static const char *const names[FN_FUZZ_TARGETS] = {
		[FN_FUZZ_OBJECT] = "object",  [FN_FUZZ_CODE] = "BPF code",
		[FN_FUZZ_IMAGE] = "image",    [FN_FUZZ_WORDS] = "card words",
		[FN_FUZZ_TEXT] = "assembler",
	};
	u32 i;

	printf("# seed %llu, file part %u: %s, %zu bytes\n",
	       (unsigned long long)seed, (u32)(s - seeds), names[s->target],
	       s->size);
	fflush(stdout);
	fn_fuzz_bytes(s->target, s->data, s->size);
	for (i = 0; i < rounds; i++) {
		mutate(s->data, s->size, s->target);
		noise(s->target);
	}
	printf("ok %u - %u mutations of %s\n", (u32)(s - seeds) + 1, rounds,
	       names[s->target]);
}

int main(int argc, char **argv)
{
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	u32 rounds = argc > 2 ? strtoul(argv[2], NULL, 0) : 100;
	u32 i;

	add_seed(FN_FUZZ_TEXT, two_numbers, sizeof(two_numbers) - 1);
	for (i = 3; (int)i < argc; i++)
		add_file(argv[i]);
	for (i = 0; i < nseeds; i++) {
		state = (seed * 0x9e3779b97f4a7c15ULL ^ i) | 1;
		rnd(0);
		fuzz_seed(&seeds[i], rounds, seed);
		free(seeds[i].data);
	}
	printf("1..%u\n", nseeds);
	return nseeds ? 0 : 1;
}
