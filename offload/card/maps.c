// SPDX-License-Identifier: GPL-2.0
/*
 * Control messages of maps, which are the engine's.
 */
#include "../engine/map.h"
#include "card.h"

/**
 * fn_ctrl_map_create - FN_CTRL_MAP_CREATE
 * @card: card
 * @msg: struct fn_msg_map
 *
 * Return: 0, or an errno with a sentence in msg->why.
 */
int fn_ctrl_map_create(struct fn_card *card, void *msg)
{
	return fn_map_create(&card->engine, msg);
}

/**
 * fn_ctrl_map_free - FN_CTRL_MAP_FREE
 * @card: card
 * @msg: struct fn_msg_handle
 *
 * Programs that use the map keep it.
 *
 * Return: 0, or -ENOENT without such a map.
 */
int fn_ctrl_map_free(struct fn_card *card, void *msg)
{
	return fn_map_free(&card->engine, msg);
}

/**
 * fn_ctrl_map_get - FN_CTRL_MAP_GET
 * @card: card
 * @msg: struct fn_msg_map
 *
 * Return: 0, or -ENOENT if no map has at least this handle, or to set the id,
 * this handle.
 */
int fn_ctrl_map_get(struct fn_card *card, void *msg)
{
	return fn_map_get(&card->engine, msg);
}

/**
 * fn_ctrl_map_kind - FN_CTRL_MAP_KIND
 * @card: card
 * @msg: struct fn_msg_map_kind
 *
 * Return: 0, or an errno with a sentence in msg->why.
 */
int fn_ctrl_map_kind(struct fn_card *card, void *msg)
{
	return fn_map_set_kind(&card->engine, msg);
}

/**
 * fn_ctrl_map_op - FN_CTRL_MAP_OP; does not take card->lock
 * @card: card
 * @msg: struct fn_msg_map_op
 *
 * Return: -ENOENT also without such a map, else what the operation says.
 */
int fn_ctrl_map_op(struct fn_card *card, void *msg)
{
	return fn_map_op(&card->engine, msg);
}
