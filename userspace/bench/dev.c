// SPDX-License-Identifier: GPL-2.0
/*
 * Netdevs for flownic bench: their counters, and settings that are put back.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench.h"
#include "userspace/live/live.h"
#include "userspace/tool.h"

static int request(unsigned long what, const char *name, struct ifreq *r)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return -errno;
	snprintf(r->ifr_name, sizeof(r->ifr_name), "%s", name);
	err = ioctl(fd, what, r) ? -errno : 0;
	close(fd);
	return err;
}

static int ethtool(const char *name, void *data)
{
	struct ifreq r = { .ifr_data = data };

	return request(SIOCETHTOOL, name, &r);
}

static int count_counters(const char *name, u32 *n)
{
	struct {
		struct ethtool_sset_info info;
		u32 size;
	} set = {
		.info = {
			.cmd = ETHTOOL_GSSET_INFO,
			.sset_mask = 1u << ETH_SS_STATS,
		},
	};
	int err = ethtool(name, &set);

	*n = set.size;
	return err;
}

static int read_counters(const char *name, u32 n, struct ethtool_gstrings *text,
			 struct ethtool_stats *value, struct fn_counters *c)
{
	int err;
	u32 i;

	*text = (struct ethtool_gstrings){
		.cmd = ETHTOOL_GSTRINGS,
		.string_set = ETH_SS_STATS,
		.len = n,
	};
	*value = (struct ethtool_stats){ .cmd = ETHTOOL_GSTATS, .n_stats = n };
	err = ethtool(name, text);
	if (!err)
		err = ethtool(name, value);
	for (i = 0; i < n && !err; i++) {
		const char *at = (char *)text->data + i * ETH_GSTRING_LEN;

		c->c[i].name = fn_check_alloc(strndup(at, ETH_GSTRING_LEN));
		c->c[i].value = value->data[i];
		c->n++;
	}
	return err;
}

/**
 * fn_dev_counters - read what ethtool -S shows
 * @name: of the netdev
 * @c: answer, for fn_counters_free() whatever the result
 *
 * Return: exit status; an error has been reported.
 */
int fn_dev_counters(const char *name, struct fn_counters *c)
{
	struct ethtool_gstrings *text;
	struct ethtool_stats *value;
	u32 n = 0;
	int err = count_counters(name, &n);

	*c = (struct fn_counters){ .c = fn_check_alloc(
					   calloc(n + 1, sizeof(*c->c))) };
	text = fn_check_alloc(calloc(1, sizeof(*text) + n * ETH_GSTRING_LEN));
	value = fn_check_alloc(calloc(1, sizeof(*value) + n * sizeof(u64)));
	if (!err)
		err = read_counters(name, n, text, value, c);
	free(text);
	free(value);
	return err ? fn_fail("%s: counters: %s", name, strerror(-err)) :
		     FN_DONE;
}

/**
 * fn_dev_always_napi - have an end of a veth use NAPI, program or not
 * @name: of the netdev
 *
 * It does that for frames that may be joined, and those of a sender that cuts
 * frames in pieces itself may not.
 *
 * Return: exit status; an error has been reported.
 */
int fn_dev_always_napi(const char *name)
{
	struct ethtool_value join = { .cmd = ETHTOOL_SGRO, .data = 1 };
	struct ethtool_value cut = { .cmd = ETHTOOL_STSO, .data = 0 };
	int err = ethtool(name, &join);

	if (!err)
		err = ethtool(name, &cut);
	return err ? fn_fail("%s: gro on, tso off: %s", name, strerror(-err)) :
		     FN_DONE;
}

static int write_number(const char *path, int value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	char text[16];
	int n, err = 0;

	if (fd < 0)
		return -errno;
	n = snprintf(text, sizeof(text), "%d\n", value);
	if (write(fd, text, n) != n)
		err = -errno;
	close(fd);
	return err;
}

static int read_number(const char *path, int missing)
{
	FILE *f = fopen(path, "r");
	int value;

	if (!f)
		return missing;
	if (fscanf(f, "%d", &value) != 1)
		value = missing;
	fclose(f);
	return value;
}

static void threaded_path(const char *name, char *path, size_t size)
{
	snprintf(path, size, "/sys/class/net/%s/threaded", name);
}

static void ipv6_path(const char *name, char *path, size_t size)
{
	snprintf(path, size, "/proc/sys/net/ipv6/conf/%s/disable_ipv6", name);
}

static int set_mtu(const char *name, int mtu)
{
	struct ifreq r = { .ifr_mtu = mtu };

	return request(SIOCSIFMTU, name, &r);
}

static int set_flags(const char *name, int flags)
{
	struct ifreq r = { .ifr_flags = flags };

	return request(SIOCSIFFLAGS, name, &r);
}

static int save(struct fn_bench_dev *d)
{
	struct ifreq r = {};
	char path[128];
	int err;

	d->ifindex = if_nametoindex(d->name);
	err = request(SIOCGIFMTU, d->name, &r);
	d->mtu = r.ifr_mtu;
	if (!err)
		err = request(SIOCGIFFLAGS, d->name, &r);
	d->flags = r.ifr_flags;
	threaded_path(d->name, path, sizeof(path));
	d->threaded = read_number(path, 0);
	ipv6_path(d->name, path, sizeof(path));
	d->ipv6 = read_number(path, -1);
	return err ? fn_fail("%s: %s", d->name, strerror(-err)) : FN_DONE;
}

/**
 * fn_dev_configure - get a netdev ready: quiet, and long enough frames
 * @d: to fill in
 * @name: of the netdev
 * @mtu: at least
 *
 * Return: exit status; an error has been reported.
 */
int fn_dev_configure(struct fn_bench_dev *d, const char *name, int mtu)
{
	char path[128];
	int status, err = 0;

	snprintf(d->name, sizeof(d->name), "%s", name);
	status = fn_dev_check_unused(name) ?: save(d);
	if (status)
		return status;
	/* Nothing but what is sent shall be on the cable. */
	ipv6_path(name, path, sizeof(path));
	if (!d->ipv6)
		write_number(path, 1);
	if (mtu > d->mtu)
		err = set_mtu(name, mtu);
	return err ? fn_fail("%s: mtu %d: %s", name, mtu, strerror(-err)) :
		     FN_DONE;
}

/**
 * fn_dev_up - bring a netdev up, and give its NAPI threads
 * @d: taken
 *
 * Return: exit status; an error has been reported.
 */
int fn_dev_up(const struct fn_bench_dev *d)
{
	int err = set_flags(d->name, d->flags | IFF_UP);
	char path[128];

	if (err)
		return fn_fail("%s: up: %s", d->name, strerror(-err));
	threaded_path(d->name, path, sizeof(path));
	err = write_number(path, 1);
	return err ? fn_fail("%s: %s", path, strerror(-err)) : FN_DONE;
}

/**
 * fn_dev_restore - make a netdev as it was
 * @d: taken
 */
void fn_dev_restore(const struct fn_bench_dev *d)
{
	char path[128];

	if (!d->ifindex || !d->mtu)
		return;
	threaded_path(d->name, path, sizeof(path));
	write_number(path, d->threaded);
	set_flags(d->name, d->flags);
	set_mtu(d->name, d->mtu);
	ipv6_path(d->name, path, sizeof(path));
	if (!d->ipv6)
		write_number(path, 0);
}
