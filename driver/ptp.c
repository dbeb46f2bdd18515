// SPDX-License-Identifier: GPL-2.0
/*
 * The card's clock as the host's PTP subsystem knows it, and time stamps of
 * frames. The clock starts with the host's time of day.
 */

#include <linux/net_tstamp.h>
#include <linux/ptp_clock_kernel.h>
#include <linux/timekeeping.h>

#include "flownic.h"

#define FN_PTP_MAX_ADJ 500000 /* ppb */

/**
 * struct fn_ptp - the clock of a card
 * @nic: the card
 * @info: what it can do
 * @clock: the subsystem's; NULL if the kernel has none
 */
struct fn_ptp {
	struct fn_nic *nic;
	struct ptp_clock_info info;
	struct ptp_clock *clock;
};

static int fn_ptp_set(struct fn_nic *nic, struct fn_msg_clock msg)
{
	return fn_card_ctrl(nic->card, FN_CTRL_CLOCK_SET, &msg, sizeof(msg));
}

static struct fn_nic *fn_ptp_nic(struct ptp_clock_info *info)
{
	return container_of(info, struct fn_ptp, info)->nic;
}

static int fn_ptp_gettime(struct ptp_clock_info *info, struct timespec64 *ts,
			  struct ptp_system_timestamp *sts)
{
	struct fn_msg_clock msg = {};
	int err;

	ptp_read_system_prets(sts);
	err = fn_card_ctrl(fn_ptp_nic(info)->card, FN_CTRL_CLOCK_GET, &msg,
			   sizeof(msg));
	ptp_read_system_postts(sts);
	*ts = ns_to_timespec64(msg.time);
	return err;
}

static int fn_ptp_settime(struct ptp_clock_info *info,
			  const struct timespec64 *ts)
{
	return fn_ptp_set(fn_ptp_nic(info),
			  (struct fn_msg_clock){
				  .set = FN_CLOCK_TIME,
				  .time = timespec64_to_ns(ts),
			  });
}

static int fn_ptp_adjtime(struct ptp_clock_info *info, s64 delta)
{
	return fn_ptp_set(fn_ptp_nic(info), (struct fn_msg_clock){
						    .set = FN_CLOCK_SHIFT,
						    .shift = delta,
					    });
}

static int fn_ptp_adjfine(struct ptp_clock_info *info, long scaled_ppm)
{
	return fn_ptp_set(fn_ptp_nic(info), (struct fn_msg_clock){
						    .set = FN_CLOCK_RATE,
						    .rate = scaled_ppm,
					    });
}

static const struct ptp_clock_info fn_ptp_info = {
	.owner = THIS_MODULE,
	.max_adj = FN_PTP_MAX_ADJ,
	.gettimex64 = fn_ptp_gettime,
	.settime64 = fn_ptp_settime,
	.adjtime = fn_ptp_adjtime,
	.adjfine = fn_ptp_adjfine,
};

/**
 * fn_ptp_create() - set a card's clock and offer it to the host
 * @nic: the card, powered on
 *
 * Return: 0, also if the kernel has no PTP subsystem, or a negative errno.
 */
int fn_ptp_create(struct fn_nic *nic)
{
	struct fn_ptp *p = kzalloc(sizeof(*p), GFP_KERNEL);
	int err;

	if (!p)
		return -ENOMEM;
	p->nic = nic;
	p->info = fn_ptp_info;
	snprintf(p->info.name, sizeof(p->info.name), "%s.%u", FN_DRIVER_NAME,
		 nic->index);
	err = fn_ptp_set(nic, (struct fn_msg_clock){
				      .set = FN_CLOCK_TIME,
				      .time = ktime_get_real_ns(),
			      });
	if (!err) {
		p->clock = ptp_clock_register(&p->info, &nic->pdev->dev);
		err = PTR_ERR_OR_ZERO(p->clock);
	}
	if (err) {
		kfree(p);
		return err;
	}
	nic->ptp = p;
	return 0;
}

/**
 * fn_ptp_destroy() - undo fn_ptp_create()
 * @nic: the card
 */
void fn_ptp_destroy(struct fn_nic *nic)
{
	if (nic->ptp->clock)
		ptp_clock_unregister(nic->ptp->clock);
	kfree(nic->ptp);
}

/* What ethtool -T shows. */
int fn_ptp_ts_info(struct net_device *dev, struct fn_ts_info *info)
{
	struct fn_port *port = netdev_priv(dev);
	const struct fn_ptp *p = port->nic->ptp;

	info->so_timestamping =
		SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE |
		SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_TX_HARDWARE |
		SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE;
	info->phc_index = p->clock ? ptp_clock_index(p->clock) : -1;
	info->tx_types = BIT(HWTSTAMP_TX_OFF) | BIT(HWTSTAMP_TX_ON);
	info->rx_filters = BIT(HWTSTAMP_FILTER_NONE) | BIT(HWTSTAMP_FILTER_ALL);
	return 0;
}

int fn_ptp_hwtstamp_get(struct net_device *dev, struct fn_hwtstamp_config *cfg)
{
	const struct fn_port *port = netdev_priv(dev);

	cfg->flags = 0;
	cfg->tx_type = port->tstamp_tx ? HWTSTAMP_TX_ON : HWTSTAMP_TX_OFF;
	cfg->rx_filter = port->tstamp_rx ? HWTSTAMP_FILTER_ALL :
					   HWTSTAMP_FILTER_NONE;
	return 0;
}

/* Whatever frames are asked for, all are stamped: it costs the card nothing. */
int fn_ptp_hwtstamp_set(struct net_device *dev, struct fn_hwtstamp_config *cfg,
			struct netlink_ext_ack *extack)
{
	struct fn_port *port = netdev_priv(dev);

	if (cfg->tx_type != HWTSTAMP_TX_OFF && cfg->tx_type != HWTSTAMP_TX_ON) {
		fn_extack(extack, "sent frames are stamped all or not at all");
		return -ERANGE;
	}
	WRITE_ONCE(port->tstamp_tx, cfg->tx_type == HWTSTAMP_TX_ON);
	WRITE_ONCE(port->tstamp_rx, cfg->rx_filter != HWTSTAMP_FILTER_NONE);
	return fn_ptp_hwtstamp_get(dev, cfg);
}
