// SPDX-License-Identifier: GPL-2.0
/*
 * The program and its maps into an engine.
 */
#include <string.h>

#include "offload/engine/map.h"
#include "offload/engine/prog.h"
#include "offload/jit/jit.h"
#include "sim.h"
#include "userspace/check/check.h"
#include "userspace/object/object.h"
#include "userspace/profile/profiles.h"
#include "userspace/tool.h"

/**
 * struct log_text - what the translator says
 * @text: its first line
 * @len: of @text
 */
struct log_text {
	char text[512];
	size_t len;
};

static void __printf(2, 0) append(void *ctx, const char *fmt, va_list ap)
{
	struct log_text *s = ctx;
	size_t room = sizeof(s->text) - s->len;
	int n = vsnprintf(s->text + s->len, room, fmt, ap);

	s->len += min_t(size_t, n, room - 1);
}

static int report_refusal(const struct fn_sim *s, char *why)
{
	why[strcspn(why, "\n")] = '\0';
	return fn_fail("%s: %s does not offload to %s: %s", s->o->path, s->name,
		       s->profile.name, why);
}

static int check_limits(const struct fn_sim *s)
{
	struct fn_reasons rs = {};
	int status = FN_DONE;

	fn_check_limits(&s->profile, s->img, s->object, s->program, &rs);
	if (rs.n)
		status = report_refusal(s, rs.r[0].text);
	fn_reasons_free(&rs);
	return status;
}

/* A profile that has no level of its own has the module's. */
static u32 level(const struct fn_sim *s)
{
	u32 own = s->profile.level <= FN_TR_MAX_LEVEL ? s->profile.level :
							FN_TR_LEVEL;

	return s->o->level == FN_SIM_LEVEL ? own : s->o->level;
}

static int translate(struct fn_sim *s)
{
	struct log_text log_text = {};
	struct fn_log log = { .write = append, .ctx = &log_text };
	struct fn_tr_options o = fn_profile_compiler(&s->profile, level(s));

	if (s->image) {
		s->img = fn_check_alloc(malloc(s->image->size));
		memcpy(s->img, s->image, s->image->size);
		return FN_DONE;
	}
	if (s->program->reasons.n)
		return report_refusal(s, s->program->reasons.r[0].text);
	if (fn_translate(&s->program->bpf, &o, &log, &s->img))
		return report_refusal(s, log_text.text);
	return FN_DONE;
}

static int make_engine(struct fn_sim *s)
{
	struct fn_env env = { .profile = &s->profile, .threads = 1 };

	fn_env_host(&env);
	if (fn_options.kernel)
		env.kernel = fn_options.kernel;
	if (s->o->compiled)
		env.compile = fn_jit_compile;
	s->engine = fn_check_alloc(fn_engine_alloc(&env));
	return FN_DONE;
}

static int make_map(struct fn_sim *s, u32 slot)
{
	struct fn_image_map *need = &fn_image_maps(s->img)[slot];
	const struct fn_map_def *d = NULL;
	struct fn_msg_map msg = {
		.type = need->type,
		.key_size = need->key_size,
		.value_size = need->value_size,
	};

	if (s->entries)
		need->max_entries = s->entries;
	msg.max_entries = need->max_entries;
	if (s->program)
		d = &s->object->maps[s->program->map[slot]];
	if (d)
		msg.flags = fn_map_flags(d);
	if (d && (d->bad || d->special))
		return fn_fail("%s: map %s: %s", s->o->path, d->name,
			       d->bad ?: "needs the kernel");
	if (fn_map_create(s->engine, &msg))
		return fn_fail("%s: map %s: %s", s->o->path,
			       fn_sim_map_name(s, slot), msg.why);
	s->map[slot] = msg.handle;
	return FN_DONE;
}

static int load(struct fn_sim *s)
{
	struct fn_msg_prog_load msg = {
		.image = fn_ptr_to_bus(s->img),
		.size = s->img->size,
		.nmaps = s->img->nmaps,
		.maps = fn_ptr_to_bus(s->map),
		.name = "sim",
	};
	u32 i;
	int status;

	for (i = 0; i < s->img->nmaps; i++) {
		status = make_map(s, i);
		if (status)
			return status;
	}
	fn_image_seal(s->img);
	if (fn_prog_load(s->engine, &msg))
		return fn_fail("%s: %s: the card refuses it: %s", s->o->path,
			       s->name, msg.why);
	s->handle = msg.handle;
	return FN_DONE;
}

/*
 * Compiled code tells no step from the other: whoever watches them, and banks of
 * memory that are counted one by one, take the interpreter.
 */
static void compile(struct fn_sim *s)
{
	struct fn_prog *prog = fn_table_find(&s->engine->progs, s->handle);

	if (!s->o->compiled || s->hook)
		return;
	if (s->profile.map_banks > 1) {
		fn_note("%s: interpreted: profile %s has banks of map memory, which compiled code does not tell apart",
			s->name, s->profile.name);
		return;
	}
	fn_compiled_make(prog, s->engine);
	s->compiled = prog->compiled.code;
	if (!s->compiled)
		fn_note("%s: interpreted: %s", s->name, prog->compiled.why);
}

/**
 * fn_sim_open - make the engine of a simulation
 * @s: options, profile, object and program are set
 *
 * fn_sim_close() is due in any case.
 *
 * Return: exit status; an error has been reported.
 */
int fn_sim_open(struct fn_sim *s)
{
	int status = translate(s);

	if (!status)
		status = check_limits(s);
	if (!status)
		status = make_engine(s);
	if (!status)
		status = load(s);
	if (!status)
		status = fn_sim_maps(s);
	if (status)
		return status;
	s->runs = fn_check_alloc(calloc(s->img->nwords + 1, sizeof(*s->runs)));
	s->stall =
		fn_check_alloc(calloc(s->img->nwords + 1, sizeof(*s->stall)));
	s->watch = (struct fn_watch){ .runs = s->runs, .stall = s->stall };
	if (s->profile.map_banks > 1)
		s->watch.bank = s->bank;
	if (s->hook) {
		s->watch.step = s->hook->step;
		s->watch.ctx = s->hook->ctx;
	}
	compile(s);
	return fn_units_init(&s->units, &s->profile, s->rate);
}

/**
 * fn_sim_close - undo fn_sim_open()
 * @s: simulation
 */
void fn_sim_close(struct fn_sim *s)
{
	fn_engine_free(s->engine);
	fn_units_free(&s->units);
	fn_free(s->img);
	free(s->runs);
	free(s->stall);
}
