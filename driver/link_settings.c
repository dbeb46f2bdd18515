// SPDX-License-Identifier: GPL-2.0
/*
 * What ethtool is told of a cable, at both of its ends: who drives them and at
 * which speed. A cable is what the card's profile says; nothing is negotiated.
 */

#include "flownic.h"

/**
 * struct fn_link_mode - how ethtool calls a speed
 * @mbps: line rate, Mbit/s
 * @mode: bit number of the link mode
 */
struct fn_link_mode {
	u32 mbps;
	enum ethtool_link_mode_bit_indices mode;
};

static const struct fn_link_mode fn_link_modes[] = {
	{ 1000, ETHTOOL_LINK_MODE_1000baseX_Full_BIT },
	{ 10000, ETHTOOL_LINK_MODE_10000baseSR_Full_BIT },
	{ 25000, ETHTOOL_LINK_MODE_25000baseSR_Full_BIT },
	{ 40000, ETHTOOL_LINK_MODE_40000baseSR4_Full_BIT },
	{ 50000, ETHTOOL_LINK_MODE_50000baseSR_Full_BIT },
	{ 100000, ETHTOOL_LINK_MODE_100000baseSR4_Full_BIT },
	{ 200000, ETHTOOL_LINK_MODE_200000baseSR4_Full_BIT },
	{ 400000, ETHTOOL_LINK_MODE_400000baseSR8_Full_BIT },
};

static void fn_link_add_mode(u32 mbps, unsigned long *modes)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(fn_link_modes); i++)
		if (fn_link_modes[i].mbps == mbps)
			__set_bit(fn_link_modes[i].mode, modes);
}

/**
 * fn_nic_link_settings() - answer of ethtool's get_link_ksettings
 * @nic: the card
 * @set: answer
 *
 * The port asks the far end to pause, which never asks back: what ethtool calls
 * asymmetric.
 */
void fn_nic_link_settings(const struct fn_nic *nic,
			  struct ethtool_link_ksettings *set)
{
	ethtool_link_ksettings_zero_link_mode(set, supported);
	ethtool_link_ksettings_zero_link_mode(set, advertising);
	ethtool_link_ksettings_add_link_mode(set, supported, Asym_Pause);
	ethtool_link_ksettings_add_link_mode(set, supported, FIBRE);
	fn_link_add_mode(nic->caps.port_mbps, set->link_modes.supported);
	set->base.speed = nic->caps.port_mbps;
	set->base.duplex = DUPLEX_FULL;
	set->base.port = PORT_FIBRE;
	set->base.autoneg = AUTONEG_DISABLE;
}

/**
 * fn_nic_drvinfo() - answer of ethtool's get_drvinfo
 * @nic: the card
 * @info: answer
 */
void fn_nic_drvinfo(const struct fn_nic *nic, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, FN_DRIVER_NAME, sizeof(info->driver));
	strscpy(info->bus_info, dev_name(&nic->pdev->dev),
		sizeof(info->bus_info));
	strscpy(info->fw_version, nic->caps.profile, sizeof(info->fw_version));
}
