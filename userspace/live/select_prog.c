// SPDX-License-Identifier: GPL-2.0
/*
 * The one program that a command is about.
 */
#include "live.h"
#include "userspace/tool.h"

/* "dev NAME" means the program that the port of that name runs. */
static int resolve_dev(struct fn_select *s)
{
	struct fn_select by_dev = { .has = FN_BY_DEV, .dev = s->dev };
	struct fn_info *ports;
	int status = fn_info_get(FLOWNIC_CMD_PORT_GET, &ports);

	if (status)
		return status;
	ports = fn_select_filter(&by_dev, ports);
	if (!ports) {
		status = fn_select_none(&by_dev, "port");
	} else if (ports->next) {
		status = fn_fail(
			"more than one port is called %s in other namespaces; give card and port, or the program's id",
			s->dev);
	} else if (!ports->num[FLOWNIC_A_HANDLE]) {
		status = fn_fail("%s runs no program on the card", s->dev);
	} else {
		s->has = (s->has & ~FN_BY_DEV) | FN_BY_CARD | FN_BY_HANDLE;
		s->card = ports->num[FLOWNIC_A_CARD];
		s->handle = ports->num[FLOWNIC_A_HANDLE];
	}
	fn_info_free(ports);
	return status;
}

/**
 * fn_select_prog - ask the module for the program that is meant
 * @s: what is meant; a netdev in it becomes card and handle
 * @progs: answer, for fn_info_free() whatever the result
 *
 * Return: exit status; an error has been reported.
 */
int fn_select_prog(struct fn_select *s, struct fn_info **progs)
{
	int status = FN_DONE;

	*progs = NULL;
	if (s->has & FN_BY_DEV)
		status = resolve_dev(s);
	if (!status)
		status = fn_info_get(FLOWNIC_CMD_PROG_GET, progs);
	if (status)
		return status;
	*progs = fn_select_filter(s, *progs);
	if (!*progs)
		return fn_select_none(s, "program");
	if ((*progs)->next)
		return fn_fail(
			"more than one program is meant; give its id, or card and handle");
	return FN_DONE;
}
