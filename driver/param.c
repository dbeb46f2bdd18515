// SPDX-License-Identifier: GPL-2.0
/*
 * The module's parameters for new cards.
 */

#include <linux/moduleparam.h>

#include "flownic.h"

static unsigned int ports = 2;
module_param(ports, uint, 0444);
MODULE_PARM_DESC(ports, "ports of each of them, 1 to 16 (2)");

static unsigned int workers = 1;
module_param(workers, uint, 0444);
MODULE_PARM_DESC(workers,
		 "emulation threads of a card, 0 to 16; 0: in softirqs (1)");

static int cpus[FN_MAX_WORKERS];
static unsigned int ncpus;
module_param_array(cpus, int, &ncpus, 0444);
MODULE_PARM_DESC(cpus, "CPU of each emulation thread, -1 for any (any)");

static unsigned int ring_size = FN_RING_DEFAULT;
module_param(ring_size, uint, 0444);
MODULE_PARM_DESC(ring_size,
		 "descriptors of a ring, a power of two from 64 to 32768 (512)");

static char *profile;
module_param(profile, charp, 0444);
MODULE_PARM_DESC(
	profile,
	"card that they model: flownic, agilio, corenic, hxdp (flownic)");

static unsigned int ingress_queue = FN_QUEUE_DEFAULT;
module_param(ingress_queue, uint, 0444);
MODULE_PARM_DESC(
	ingress_queue,
	"frames of an ingress queue, a power of two from 64 to 4096 (512)");

static bool interpreter;
module_param(interpreter, bool, 0644);
MODULE_PARM_DESC(interpreter,
		 "cards made from now on interpret all programs (0)");

/**
 * fn_nic_config_default() - a card as the module's parameters say
 * @cfg: answer
 */
void fn_nic_config_default(struct fn_nic_config *cfg)
{
	u32 i;

	*cfg = (struct fn_nic_config){
		.ports = ports,
		.workers = workers,
		.ring_size = ring_size,
		.queue = ingress_queue,
		.interpreter = READ_ONCE(interpreter),
	};
	strscpy(cfg->profile, profile ?: fn_card_profile(0),
		sizeof(cfg->profile));
	for (i = 0; i < FN_MAX_WORKERS; i++)
		cfg->cpus[i] = i < ncpus ? cpus[i] : -1;
}
