// SPDX-License-Identifier: GPL-2.0
/*
 * Packets through a program: how often each word ran, for which verdict, which
 * jumps were taken, and which ways through the program packets went.
 */
#include <string.h>

#include "explain.h"
#include "offload/engine/exec.h"
#include "userspace/tool.h"

#define WAYS 4096 /* that are told apart */
#define WAYS_SHOWN 32
#define STEPS (1u << 16) /* words of a packet that are noted */

/**
 * struct way - a way through the program
 * @hash: of its words
 * @packets: that went it
 * @first: the first of them
 * @cycles: of all together
 * @most: of one of them
 * @verdict: that it ends with
 * @word: its words
 * @n: number of @word
 */
struct way {
	u64 hash;
	u64 packets;
	u64 first;
	u64 cycles;
	u64 most;
	u32 verdict;
	u32 *word;
	u32 n;
};

/**
 * struct walk - a simulation that is watched
 * @s: simulation
 * @word: of the packet at hand
 * @n: number of @word
 * @number: of the packet
 * @verdicts: by word, packets by what became of them
 * @jumps: by word, times that control went on elsewhere than at the next one
 * @way: by hash
 * @nways: number of @way
 * @other: packets whose way is not told apart
 */
struct walk {
	struct fn_sim *s;
	u32 *word;
	u32 n;
	u64 number;
	u64 (*verdicts)[FN_VERDICTS];
	u64 *jumps;
	struct way *way;
	u32 nways;
	u64 other;
};

static void step(void *ctx, const struct fn_exec *x)
{
	struct walk *w = ctx;

	if (w->n < STEPS && x->pc < w->s->img->nwords)
		w->word[w->n++] = x->pc;
}

static u64 hash_of(const struct walk *w, u32 verdict)
{
	u64 hash = 14695981039346656037ull;
	u32 i;

	for (i = 0; i < w->n; i++)
		hash = (hash ^ w->word[i]) * 1099511628211ull;
	return (hash ^ verdict) * 1099511628211ull;
}

static struct way *find_way(struct walk *w, u64 hash)
{
	u32 at = hash % (2 * WAYS);

	while (w->way[at].packets && w->way[at].hash != hash)
		at = (at + 1) % (2 * WAYS);
	return &w->way[at];
}

static void begin_way(struct walk *w, struct way *way, u64 hash, u32 verdict)
{
	*way = (struct way){
		.hash = hash,
		.first = w->number,
		.verdict = verdict,
		.n = w->n,
	};
	way->word = fn_check_alloc(malloc((w->n + 1) * sizeof(*way->word)));
	memcpy(way->word, w->word, w->n * sizeof(*way->word));
	w->nways++;
}

static void count_way(struct walk *w, const struct fn_run *run)
{
	u64 hash = hash_of(w, run->verdict);
	struct way *way = find_way(w, hash);

	if (!way->packets && w->nways == WAYS) {
		w->other++;
		return;
	}
	if (!way->packets)
		begin_way(w, way, hash, run->verdict);
	way->packets++;
	way->cycles += run->cycles;
	way->most = max(way->most, run->cycles);
}

static void done(void *ctx, const struct fn_run *run)
{
	struct walk *w = ctx;
	u32 i;

	for (i = 0; i < w->n; i++) {
		w->verdicts[w->word[i]][run->verdict]++;
		if (i + 1 < w->n && w->word[i + 1] != w->word[i] + 1)
			w->jumps[w->word[i]]++;
	}
	count_way(w, run);
	w->n = 0;
	w->number++;
}

static int by_packets(const void *a, const void *b)
{
	const struct way *x = a, *y = b;

	if (x->packets != y->packets)
		return x->packets < y->packets ? 1 : -1;
	return x->first < y->first ? -1 : x->first > y->first;
}

/* Runs of words one after another: [first, last] each. */
static json_object *json_words(const struct way *w)
{
	json_object *a = json_object_new_array(), *part;
	u32 from = 0, i;

	for (i = 0; i < w->n; i++) {
		if (i + 1 < w->n && w->word[i + 1] == w->word[i] + 1)
			continue;
		part = json_object_new_array();
		json_object_array_add(part,
				      json_object_new_int64(w->word[from]));
		json_object_array_add(part, json_object_new_int64(w->word[i]));
		json_object_array_add(a, part);
		from = i + 1;
	}
	return a;
}

static json_object *json_way(const struct way *w)
{
	json_object *o = json_object_new_object();

	fn_add_int(o, "packets", w->packets);
	fn_add_int(o, "first", w->first);
	fn_add_float(o, "cycles", (double)w->cycles / w->packets);
	fn_add_int(o, "most", w->most);
	fn_add_text(o, "verdict", fn_verdict_name[w->verdict]);
	fn_add(o, "words", json_words(w));
	return o;
}

/* The most frequent ones, and the longest whether it is one of them or not. */
static json_object *json_ways(struct walk *w)
{
	json_object *a = json_object_new_array();
	u32 i, longest = 0;

	/* Those that were never begun have no packets and come last. */
	qsort(w->way, 2 * WAYS, sizeof(*w->way), by_packets);
	for (i = 0; i < w->nways; i++)
		if (w->way[i].most > w->way[longest].most)
			longest = i;
	for (i = 0; i < w->nways; i++)
		if (i < WAYS_SHOWN || i == longest)
			json_object_array_add(a, json_way(&w->way[i]));
	return a;
}

/* Of a word: runs, cycles issued, cycles waited, jumps, packets by verdict. */
static json_object *json_word(const struct walk *w,
			      const struct fn_spent *spent, u32 pc)
{
	json_object *a = json_object_new_array();
	u32 v;

	json_object_array_add(a, json_object_new_int64(spent->runs[pc]));
	if (!spent->runs[pc])
		return a;
	json_object_array_add(a, json_object_new_int64(spent->issued[pc]));
	json_object_array_add(a, json_object_new_int64(spent->waited[pc]));
	json_object_array_add(a, json_object_new_int64(w->jumps[pc]));
	for (v = 0; v < FN_VERDICTS; v++)
		json_object_array_add(
			a, json_object_new_int64(w->verdicts[pc][v]));
	return a;
}

static json_object *json_walk(struct walk *w)
{
	json_object *o = fn_sim_json(w->s);
	json_object *words = json_object_new_array();
	struct fn_spent spent;
	u32 pc;

	json_object_object_del(o, "hot");
	fn_sim_spent(w->s, &spent);
	for (pc = 0; pc < w->s->img->nwords; pc++)
		json_object_array_add(words, json_word(w, &spent, pc));
	fn_add(o, "words", words);
	fn_add_int(o, "rest_cycles", spent.rest);
	fn_add(o, "ways", json_ways(w));
	fn_add_int(o, "nways", w->nways);
	fn_add_int(o, "packets_of_other_ways", w->other);
	fn_spent_free(&spent);
	return o;
}

static int simulate(struct fn_explained *x, struct walk *w)
{
	struct fn_sim_hook hook = { .step = step, .done = done, .ctx = w };
	struct fn_sim_input in = { .object = x->object };
	struct fn_sim_options o = x->e->sim;
	int status;

	o.prog = x->p->name;
	o.path = x->path;
	status = fn_sim_set_up(w->s, &o, &in);
	w->s->hook = &hook;
	if (!status)
		status = fn_sim_open(w->s);
	if (!status) {
		w->verdicts = fn_check_alloc(
			calloc(w->s->img->nwords, sizeof(*w->verdicts)));
		w->jumps = fn_check_alloc(
			calloc(w->s->img->nwords, sizeof(*w->jumps)));
		status = fn_sim_run(w->s);
	}
	if (!status)
		fn_add(x->json, "run", json_walk(w));
	fn_sim_close(w->s);
	return status;
}

/**
 * fn_explain_run - send packets through a program
 * @x: program, which offloads
 *
 * Return: exit status; an error has been reported.
 */
int fn_explain_run(struct fn_explained *x)
{
	struct walk w = {};
	int status;
	u32 i;

	w.s = fn_check_alloc(malloc(sizeof(*w.s)));
	w.word = fn_check_alloc(malloc(STEPS * sizeof(*w.word)));
	w.way = fn_check_alloc(calloc(2 * WAYS, sizeof(*w.way)));
	status = simulate(x, &w);
	for (i = 0; i < 2 * WAYS; i++)
		free(w.way[i].word);
	free(w.way);
	free(w.word);
	free(w.verdicts);
	free(w.jumps);
	free(w.s);
	return status;
}
