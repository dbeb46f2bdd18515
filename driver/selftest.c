// SPDX-License-Identifier: GPL-2.0
/*
 * ethtool -t: is there a link, does the card answer, does its clock go, are the
 * programs in its control store as they were written? None of it disturbs
 * traffic.
 */

#include <linux/delay.h>

#include "flownic.h"

static bool fn_test_link(const struct fn_port *port)
{
	return netif_carrier_ok(port->dev);
}

static bool fn_test_control(const struct fn_port *port)
{
	struct fn_msg_caps caps = {};

	return !fn_card_ctrl(port->nic->card, FN_CTRL_CAPS, &caps,
			     sizeof(caps)) &&
	       caps.ports == port->nic->nports;
}

static bool fn_test_clock(const struct fn_port *port)
{
	struct fn_msg_clock from = {}, to = {};
	struct fn_card *card = port->nic->card;

	if (fn_card_ctrl(card, FN_CTRL_CLOCK_GET, &from, sizeof(from)))
		return false;
	usleep_range(100, 200);
	return !fn_card_ctrl(card, FN_CTRL_CLOCK_GET, &to, sizeof(to)) &&
	       to.time != from.time;
}

static bool fn_test_store(const struct fn_port *port)
{
	struct fn_msg_store store = {};

	return !fn_card_ctrl(port->nic->card, FN_CTRL_STORE_CHECK, &store,
			     sizeof(store)) &&
	       !store.bad;
}

/**
 * struct fn_test - a part of the self-test
 * @name: for people
 * @run: returns whether all is well
 */
struct fn_test {
	const char *name;
	bool (*run)(const struct fn_port *port);
};

static const struct fn_test fn_tests[] = {
	{ "Link              (on/offline)", fn_test_link },
	{ "Control messages  (on/offline)", fn_test_control },
	{ "Clock             (on/offline)", fn_test_clock },
	{ "Control store     (on/offline)", fn_test_store },
};

int fn_selftest_count(void)
{
	return ARRAY_SIZE(fn_tests);
}

void fn_selftest_names(u8 *to)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(fn_tests); i++)
		ethtool_sprintf(&to, "%s", fn_tests[i].name);
}

/* Under RTNL; @to gets 1 for each test that failed. */
void fn_selftest(struct net_device *dev, struct ethtool_test *test, u64 *to)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(fn_tests); i++) {
		to[i] = !fn_tests[i].run(netdev_priv(dev));
		if (to[i])
			test->flags |= ETH_TEST_FL_FAILED;
	}
}
