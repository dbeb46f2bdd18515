// SPDX-License-Identifier: GPL-2.0
/*
 * The life of an engine.
 */
#include "engine.h"
#include "map.h"
#include "prog.h"

/**
 * fn_engine_init - make an engine without programs and maps
 * @e: all zero
 * @env: what is around it; copied
 */
void fn_engine_init(struct fn_engine *e, const struct fn_env *env)
{
	e->env = *env;
}

/**
 * fn_engine_exit - forget all programs and maps of an engine
 * @e: engine that no thread runs on any more; all zero is fine
 *
 * May sleep.
 */
void fn_engine_exit(struct fn_engine *e)
{
	fn_prog_free_all(e);
	fn_map_free_all(e);
	fn_runner_free(e->runner);
	e->runner = NULL;
}

/**
 * fn_engine_alloc - make an engine of its own
 * @env: what is around it; copied
 *
 * Return: NULL if memory is short.
 */
struct fn_engine *fn_engine_alloc(const struct fn_env *env)
{
	struct fn_engine *e = fn_alloc(sizeof(*e));

	if (e)
		fn_engine_init(e, env);
	return e;
}

/**
 * fn_engine_free - undo fn_engine_alloc()
 * @e: engine that no thread runs on any more, or NULL
 *
 * May sleep.
 */
void fn_engine_free(struct fn_engine *e)
{
	if (e)
		fn_engine_exit(e);
	fn_free(e);
}
