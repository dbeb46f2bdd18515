// SPDX-License-Identifier: GPL-2.0
/*
 * Two ways to execute, one result: programs as the interpreter runs them and as
 * compiled code does must give the same verdicts, packets, maps, faults, words
 * and cycles. First random programs that verify, translated at each level, then
 * such images with damage, then noise.
 *
 *	native [FIRST [COUNT]]	seeds
 */
#include "bpf_vm.h"
#include "card_code.h"
#include "offload/translator/translator.h"
#include "tests/fuzz/generate.h"

#define SEEDS 1500
#define PACKETS 4
#define ROOM 512
#define ENTRIES 4
#define KEYS GEN_HASH_KEYS

static const struct fn_image_map maps[] = {
	{ .type = 2, .key_size = 4, .value_size = 64, .max_entries = ENTRIES },
	{ .type = 1, .key_size = 4, .value_size = 16, .max_entries = 8 },
};

static const struct fn_tr_options ways[] = {
	{ .level = 0, .lanes = 1 },
	{ .level = 2, .lanes = 4 },
};

/**
 * struct side - one of both ways: a card with maps of its own
 * @card: card
 * @map: handles
 * @prog: handle
 * @plain: interpreted
 */
struct side {
	struct fn_card *card;
	u32 map[2];
	u32 prog;
	bool plain;
};

/* What a packet left behind. */
struct outcome {
	struct fn_run run;
	u8 packet[ROOM];
	u8 array[ENTRIES][64];
	u8 present[KEYS];
	u8 hash[KEYS][16];
};

struct tally {
	u32 images;
	u32 compiled;
	u32 runs;
	u32 faults;
	u32 wrong;
};

static bool open_side(struct side *s, bool plain, const char *profile)
{
	static const struct fn_host_ops ops;
	struct fn_card_config config = { .ports = 1, .profile = profile };
	u32 m;

	s->plain = plain;
	s->card = fn_card_power_on(&config, &ops, NULL);
	for (m = 0; s->card && m < ARRAY_SIZE(maps); m++)
		s->map[m] = map_create(s->card, NULL, maps[m].type,
				       maps[m].key_size, maps[m].value_size,
				       maps[m].max_entries);
	return s->card && s->map[0] && s->map[1];
}

static void reset_maps(const struct side *s)
{
	static const u8 zero[64];
	u8 value[16];
	u32 k;

	for (k = 0; k < ENTRIES; k++)
		map_op(s->card, s->map[0], FN_MAP_UPDATE, &k, zero, 0);
	for (k = 0; k < KEYS; k++)
		map_op(s->card, s->map[1], FN_MAP_DELETE, &k, NULL, 0);
	for (k = 0; k < 8; k += 2) {
		memset(value, k, sizeof(value));
		map_op(s->card, s->map[1], FN_MAP_UPDATE, &k, value, 0);
	}
}

static void read_maps(const struct side *s, struct outcome *o)
{
	u32 k;

	for (k = 0; k < ENTRIES; k++)
		map_op(s->card, s->map[0], FN_MAP_LOOKUP, &k, o->array[k], 0);
	for (k = 0; k < KEYS; k++)
		o->present[k] = !map_op(s->card, s->map[1], FN_MAP_LOOKUP, &k,
					o->hash[k], 0);
}

static void make_packet(struct outcome *o, u64 seed, u32 n)
{
	static const u32 lens[PACKETS] = { 100, 64, 40, 300 };
	struct gen g = { .state = seed ^ (u64)n << 32 };
	u32 i;

	memset(o, 0, sizeof(*o));
	o->run.len = lens[n];
	for (i = 0; i < o->run.len; i++)
		o->packet[i] = gen_random(&g, n == 3 ? 3 : 256);
}

static void run_one(const struct side *s, struct outcome *o, u64 limit)
{
	static const u64 clock = 123456789;

	o->run.prog = s->prog;
	o->run.frame = o->packet;
	o->run.room = ROOM;
	o->run.ifindex = 3;
	o->run.limit = limit;
	o->run.clock = &clock;
	o->run.plain = s->plain;
	fn_engine_run(s->card, &o->run);
	/* What differs although nothing does. */
	o->run.prog = 0;
	o->run.frame = NULL;
	o->run.plain = false;
}

static void run_all(const struct side *s, struct outcome *o, u64 seed,
		    u64 limit)
{
	u32 n;

	reset_maps(s);
	for (n = 0; n < PACKETS; n++) {
		make_packet(&o[n], seed, n);
		run_one(s, &o[n], limit);
		read_maps(s, &o[n]);
	}
}

#define TELL(member)                                                      \
	do {                                                              \
		if (want->run.member != got->run.member)                  \
			diag(#member ": interpreted %llu, compiled %llu", \
			     (unsigned long long)want->run.member,        \
			     (unsigned long long)got->run.member);        \
	} while (0)

static void explain(const struct outcome *want, const struct outcome *got)
{
	TELL(verdict);
	TELL(result);
	TELL(len);
	TELL(queue);
	TELL(redirect);
	TELL(meta_len);
	TELL(fault);
	TELL(pc);
	TELL(addr);
	TELL(words);
	TELL(cycles);
	TELL(hidden);
	TELL(map_busy);
	if (memcmp(want->packet, got->packet, ROOM))
		diag("the packets differ");
	if (memcmp(want->array, got->array, sizeof(want->array)) ||
	    memcmp(want->hash, got->hash, sizeof(want->hash)))
		diag("the maps differ");
}

/* Random numbers come from the thread: both must begin alike. */
static bool load(struct side *s, const struct fn_image *img)
{
	char why[FN_WHY_LEN];

	if (!image_load(s->card, img, s->map, ARRAY_SIZE(maps), &s->prog, why))
		return true;
	s->prog = 0;
	return false;
}

static bool was_compiled(const struct side *s)
{
	struct fn_msg_prog m = { .handle = s->prog };

	return !fn_card_ctrl(s->card, FN_CTRL_PROG_GET, &m, sizeof(m)) &&
	       m.native;
}

static void compare(struct side *sides, const struct fn_image *img, u64 seed,
		    u64 limit, struct tally *t, const char *what)
{
	static struct outcome want[PACKETS], got[PACKETS];
	u64 bad = vm.bad;
	u32 n;

	if (!load(&sides[0], img) || !load(&sides[1], img))
		return;
	t->images++;
	run_all(&sides[0], want, seed, limit);
	run_all(&sides[1], got, seed, limit);
	t->compiled += was_compiled(&sides[1]);
	for (n = 0; n < PACKETS; n++) {
		t->runs++;
		t->faults += want[n].run.fault > FN_FAULT_ABORTED;
		if (!memcmp(&want[n], &got[n], sizeof(*want)) && bad == vm.bad)
			continue;
		t->wrong++;
		diag("seed %llu, %s, packet %u:", (unsigned long long)seed,
		     what, n);
		explain(&want[n], &got[n]);
		break;
	}
	prog_unload(sides[0].card, sides[0].prog);
	prog_unload(sides[1].card, sides[1].prog);
}

/* A helper whose result is by chance can't be compared. */
static bool is_fair(const struct fn_image *img)
{
	u32 i;

	for (i = 0; i < img->nwords; i++) {
		struct fn_insn insn = fn_insn_decode(fn_image_words(img)[i]);

		if (insn.op == FN_OP_HELPER &&
		    insn.imm == FN_HELPER_get_prandom_u32)
			return false;
	}
	return true;
}

static struct fn_image *translate(const struct gen *g,
				  const struct fn_tr_options *way)
{
	struct fn_bpf_prog prog = { .insns = g->insns,
				    .len = g->len,
				    .type = BPF_PROG_TYPE_XDP,
				    .maps = maps,
				    .nmaps = ARRAY_SIZE(maps) };
	struct fn_log log = { 0 };
	struct fn_image *img = NULL;

	if (fn_translate(&prog, way, &log, &img))
		return NULL;
	if (is_fair(img))
		return img;
	fn_free(img);
	return NULL;
}

/* Words of it become others, which mostly are instructions, too. */
static void damage(struct fn_image *img, struct gen *g, u32 n)
{
	static const u8 fields[] = { 0, 8, 16, 21, 26, 32, 36, 48 };
	u64 *words = fn_image_words(img);

	while (n--) {
		u64 *w = &words[gen_random(g, img->nwords)];

		switch (gen_random(g, 4)) {
		case 0:
			*w ^= 1ull << gen_random(g, 64);
			break;
		case 1:
			*w ^= (u64)gen_random(g, 32)
			      << fields[gen_random(g, ARRAY_SIZE(fields))];
			break;
		case 2:
			*w = words[gen_random(g, img->nwords)];
			break;
		default:
			swap(*w, words[gen_random(g, img->nwords)]);
		}
	}
	fn_image_seal(img);
}

static void run_seed(struct side *sides, u64 seed, struct tally *whole,
		     struct tally *broken)
{
	static struct gen g;
	struct fn_image *img;
	u32 w, n;

	gen_program(&g, seed, true);
	for (w = 0; w < ARRAY_SIZE(ways); w++) {
		img = translate(&g, &ways[w]);
		if (!img)
			continue;
		compare(sides, img, seed, 0, whole, w ? "level 2" : "level 0");
		/* What is not valid costs nothing but the attempt. */
		for (n = 0; n < 6; n++) {
			damage(img, &g, 1);
			if (is_fair(img))
				compare(sides, img, seed, 20000, broken,
					"damaged");
		}
		fn_free(img);
	}
}

static void run_seeds(struct side *sides, u64 first, u64 count,
		      const char *profile)
{
	struct tally whole = { 0 };
	struct tally broken = { 0 };
	u64 seed;

	for (seed = first; seed < first + count; seed++) {
		run_seed(sides, seed, &whole, &broken);
		if (whole.wrong + broken.wrong > 4)
			break;
	}
	diag("%s: %u images, %u runs; damaged: %u images, %u runs, %u faults",
	     profile, whole.images, whole.runs, broken.images, broken.runs,
	     broken.faults);
	is_u64(whole.wrong, 0, "programs give the same both ways");
	is_u64(broken.wrong, 0, "and do damaged ones");
	is_u64(whole.compiled, whole.images, "all have been compiled");
	is_u64(broken.compiled, broken.images, "of the damaged ones, too");
	ok(broken.faults > broken.runs / 50, "some of these fault");
}

int main(int argc, char **argv)
{
	u64 first = argc > 1 ? strtoull(argv[1], NULL, 0) : 0;
	u64 count = argc > 2 ? strtoull(argv[2], NULL, 0) : SEEDS;
	struct side sides[2];

	fn_code_ops = &vm_ops;
	if (!ok(open_side(&sides[0], true, NULL) &&
			open_side(&sides[1], false, NULL),
		"two cards"))
		return done_testing();
	run_seeds(sides, first, count, "flownic");
	is_u64(vm.bad, 0, "accesses outside of what the card has");
	diag("%llu BPF instructions", (unsigned long long)vm.insns);
	fn_card_power_off(sides[0].card);
	fn_card_power_off(sides[1].card);
	return done_testing();
}
