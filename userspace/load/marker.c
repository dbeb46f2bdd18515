// SPDX-License-Identifier: GPL-2.0
/*
 * A pin that is there while a load or an unload is at work: a map with the
 * numbers of the programs. If it is killed, whatever pins it leaves are known by
 * that to be ours, also in a directory that others use.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "load.h"
#include "userspace/tool.h"

#define NAME "flownic_load"

static void path_of(const char *dir, char *path, size_t size)
{
	snprintf(path, size, "%s/" NAME, dir);
}

/**
 * fn_marker_make - say what is at work
 * @dir: directory of the pins
 * @m: what
 *
 * Return: 0 or negative errno, -EEXIST if something else is.
 */
int fn_marker_make(const char *dir, const struct fn_marker *m)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, NAME, sizeof(u32),
				sizeof(*m), 1, NULL);
	char path[4096];
	u32 key = 0;
	int err = 0;

	if (fd < 0)
		return -errno;
	path_of(dir, path, sizeof(path));
	if (bpf_map_update_elem(fd, &key, m, BPF_ANY) || bpf_obj_pin(fd, path))
		err = -errno;
	close(fd);
	return err;
}

/**
 * fn_marker_read - what is at work, or was when it was killed
 * @dir: directory of the pins
 * @m: answer
 *
 * Return: whether anything is.
 */
bool fn_marker_read(const char *dir, struct fn_marker *m)
{
	struct bpf_map_info info = {};
	u32 len = sizeof(info), key = 0;
	char path[4096];
	bool good;
	int fd;

	path_of(dir, path, sizeof(path));
	fd = bpf_obj_get(path);
	if (fd < 0)
		return false;
	good = !bpf_obj_get_info_by_fd(fd, &info, &len) &&
	       info.type == BPF_MAP_TYPE_ARRAY &&
	       info.value_size == sizeof(*m) &&
	       !bpf_map_lookup_elem(fd, &key, m);
	close(fd);
	return good;
}

/**
 * fn_marker_remove - say that the work is done
 * @dir: directory of the pins
 */
void fn_marker_remove(const char *dir)
{
	char path[4096];

	path_of(dir, path, sizeof(path));
	unlink(path);
}
