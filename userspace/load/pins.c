// SPDX-License-Identifier: GPL-2.0
/*
 * Pins: a directory has the program under its name and its maps under theirs.
 * The program comes first and goes last, so that whatever else there is of a
 * load that was interrupted is found by what the program uses.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "load.h"
#include "userspace/tool.h"

#ifndef BPF_FS_MAGIC
#define BPF_FS_MAGIC 0xcafe4a11
#endif

static bool bad(struct fn_loading *l, const char *path, const char *why)
{
	snprintf(l->why, sizeof(l->why), "pin %.300s: %s", path, why);
	return false;
}

static bool make_directory(struct fn_loading *l)
{
	char path[4096];
	struct statfs fs;
	char *at;

	if (snprintf(path, sizeof(path), "%s/", l->pin) >= (int)sizeof(path))
		return bad(l, l->pin, strerror(ENAMETOOLONG));
	for (at = path + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		if (mkdir(path, 0700) && errno != EEXIST)
			return bad(l, path, strerror(errno));
		*at = '/';
	}
	if (statfs(l->pin, &fs))
		return bad(l, l->pin, strerror(errno));
	if ((u32)fs.f_type == BPF_FS_MAGIC)
		return true;
	rmdir(l->pin);
	return bad(
		l, l->pin,
		"this is no BPF file system: mount -t bpf none /sys/fs/bpf makes one");
}

static bool pin(struct fn_loading *l, int fd, const char *name)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", l->pin, name);
	if (!bpf_obj_pin(fd, path))
		return true;
	return bad(
		l, path,
		errno == EEXIST ?
			"something else is pinned there: another directory is needed (pin DIR)" :
			strerror(errno));
}

/* A map's information says nothing of programs, and the other way round. */
static bool program_info(int fd, struct bpf_prog_info *info)
{
	char link[64], what[64] = "";
	u32 len = sizeof(*info);

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (readlink(link, what, sizeof(what) - 1) < 0 ||
	    !strstr(what, "bpf-prog"))
		return false;
	return !bpf_obj_get_info_by_fd(fd, info, &len);
}

/**
 * fn_pins_is_program - whether a file descriptor is a program's
 * @fd: file descriptor of anything
 *
 * Return: whether it is.
 */
bool fn_pins_is_program(int fd)
{
	struct bpf_prog_info info = {};

	return program_info(fd, &info);
}

/**
 * fn_pins_map - the id of a map
 * @fd: file descriptor of anything
 *
 * Return: id, 0 if it is no map.
 */
u32 fn_pins_map(int fd)
{
	struct bpf_map_info info = {};
	u32 len = sizeof(info);
	char link[64], what[64] = "";

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (readlink(link, what, sizeof(what) - 1) < 0 ||
	    !strstr(what, "bpf-map"))
		return 0;
	return bpf_obj_get_info_by_fd(fd, &info, &len) ? 0 : info.id;
}

/* Others that the object may have are of no use. */
static bool pin_maps(struct fn_loading *l)
{
	struct fn_reach reach;
	struct bpf_map *map;

	fn_reach(bpf_program__fd(l->program), &reach);
	bpf_object__for_each_map(map, l->object) {
		int fd = bpf_map__fd(map);

		if (fd < 0 || bpf_map__is_internal(map) ||
		    !fn_reaches(&reach, fn_pins_map(fd)))
			continue;
		if (!pin(l, fd, bpf_map__name(map)))
			return false;
	}
	return true;
}

static void program_pin(const struct fn_loading *l, char *name, size_t size)
{
	bool taken = bpf_object__find_map_by_name(l->object, l->p->name);

	snprintf(name, size, "%s%s", l->p->name, taken ? "_prog" : "");
}

/**
 * fn_pins_open - what is pinned
 * @dir: directory
 * @name: of the pin
 *
 * Return: file descriptor, or a negative errno.
 */
int fn_pins_open(const char *dir, const char *name)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = bpf_obj_get(path);
	return fd < 0 ? -errno : fd;
}

/**
 * fn_pins_program - the program that is pinned in a directory
 * @dir: directory
 * @prog: its id, if only that one is meant, or 0
 * @name: gets the pin's name
 * @size: of @name
 *
 * Return: its id, 0 if there is none.
 */
u32 fn_pins_program(const char *dir, u32 prog, char *name, size_t size)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	u32 id = 0;

	while (d && !id && (entry = readdir(d))) {
		struct bpf_prog_info info = {};
		int fd = fn_pins_open(dir, entry->d_name);

		if (fd < 0)
			continue;
		if (program_info(fd, &info) && (!prog || info.id == prog)) {
			id = info.id;
			snprintf(name, size, "%s", entry->d_name);
		}
		close(fd);
	}
	if (d)
		closedir(d);
	return id;
}

static void unpin(const char *dir, const char *name)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	unlink(path);
}

static void unpin_maps(const char *dir, const struct fn_reach *reach)
{
	DIR *d = opendir(dir);
	struct dirent *entry;

	while (d && (entry = readdir(d))) {
		int fd = fn_pins_open(dir, entry->d_name);
		u32 id = fd < 0 ? 0 : fn_pins_map(fd);

		if (fd >= 0)
			close(fd);
		if (id && fn_reaches(reach, id))
			unpin(dir, entry->d_name);
	}
	if (d)
		closedir(d);
}

/**
 * fn_pins_remove - remove the pins of a program and its maps
 * @dir: directory, which goes if nothing else is in it
 * @prog: id of the program
 */
void fn_pins_remove(const char *dir, u32 prog)
{
	struct fn_reach reach = {};
	char name[256];
	int fd;

	if (!prog || !fn_pins_program(dir, prog, name, sizeof(name)))
		return;
	fd = fn_pins_open(dir, name);
	if (fd >= 0) {
		fn_reach(fd, &reach);
		close(fd);
	}
	unpin_maps(dir, &reach);
	unpin(dir, name);
	rmdir(dir);
}

/*
 * What is in the directory of the port is ours. Elsewhere, it is what the port
 * has, or what is on the card for it.
 */
static bool is_of_port(const char *dir, const char *dev, u32 ifindex,
		       const struct bpf_prog_info *info)
{
	return !strcmp(dir, fn_load_default_pin(dev)) ||
	       info->ifindex == ifindex || fn_attached(ifindex, info->id);
}

static u32 find_of_port(const char *dir, const char *dev, u32 ifindex,
			bool on_card)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	u32 id = 0;

	while (d && !id && (entry = readdir(d))) {
		struct bpf_prog_info info = {};
		int fd = fn_pins_open(dir, entry->d_name);

		if (fd < 0)
			continue;
		if (program_info(fd, &info) && !!info.ifindex >= on_card &&
		    is_of_port(dir, dev, ifindex, &info))
			id = info.id;
		close(fd);
	}
	if (d)
		closedir(d);
	return id;
}

/* If that is killed, the next finds what is left. */
static void take_away(const char *dir, u32 ifindex, u32 prog)
{
	struct fn_marker m = { ifindex, { prog, 0 } };

	fn_marker_make(dir, &m);
	fn_detach(ifindex, prog);
	fn_pins_remove(dir, prog);
	fn_marker_remove(dir);
	rmdir(dir);
}

/* What a load or an unload that was killed has left. */
static bool take_marked(const char *dir, u32 ifindex)
{
	struct fn_marker m;
	u32 i;

	if (!fn_marker_read(dir, &m) || m.ifindex != ifindex)
		return false;
	for (i = 0; i < ARRAY_SIZE(m.prog); i++) {
		fn_detach(ifindex, m.prog[i]);
		fn_pins_remove(dir, m.prog[i]);
	}
	fn_marker_remove(dir);
	rmdir(dir);
	return true;
}

/**
 * fn_pins_remove_port - take a port's programs off and remove all their pins
 * @dir: directory
 * @dev: port
 * @ifindex: of the port
 *
 * Return: whether there were any.
 */
bool fn_pins_remove_port(const char *dir, const char *dev, u32 ifindex)
{
	bool any = take_marked(dir, ifindex);
	u32 prog;

	/* The card's first, so that it leaves nothing more to the companion. */
	while ((prog = find_of_port(dir, dev, ifindex, true) ?:
			       find_of_port(dir, dev, ifindex, false))) {
		take_away(dir, ifindex, prog);
		any = true;
	}
	return any;
}

/**
 * fn_pins_undo - undo fn_pins_make()
 * @l: what is loaded
 */
void fn_pins_undo(struct fn_loading *l)
{
	fn_marker_remove(l->pin);
	if (l->companion >= 0)
		fn_pins_remove(l->pin, fn_load_id(l->companion));
	fn_pins_remove(l->pin, fn_load_program_id(l));
}

/* What the card has is pinned already, and so is what the companion has. */
static bool pin_whole(struct fn_loading *l)
{
	struct fn_reach reach;
	struct bpf_map *map;
	char name[256];

	snprintf(name, sizeof(name), "%.200s_host_array", l->p->name);
	if (!pin(l, l->whole_array, name))
		return false;
	fn_reach(l->companion, &reach);
	bpf_object__for_each_map(map, l->whole) {
		if (!fn_whole_has(l, map) ||
		    !fn_reaches(&reach, fn_pins_map(bpf_map__fd(map))))
			continue;
		if (!pin(l, bpf_map__fd(map), bpf_map__name(map)))
			return false;
	}
	return true;
}

static bool pin_companion(struct fn_loading *l)
{
	char name[256];
	u32 i;

	if (l->companion < 0)
		return true;
	snprintf(name, sizeof(name), "%.200s_host", l->p->name);
	if (!pin(l, l->companion, name))
		return false;
	for (i = 0; i < l->nhost; i++)
		if (!pin(l, l->host_map[i], l->low.host[i].name))
			return false;
	return !l->whole || pin_whole(l);
}

static bool mark(struct fn_loading *l)
{
	struct fn_marker m = {
		.ifindex = l->ifindex,
		.prog = { fn_load_program_id(l),
			  l->companion >= 0 ? fn_load_id(l->companion) : 0 },
	};
	int err = fn_marker_make(l->pin, &m);

	if (!err)
		return true;
	return bad(
		l, l->pin,
		err == -EEXIST ?
			"a load is at work there, or was killed: flownic unload takes away what it has left" :
			strerror(-err));
}

/**
 * fn_pins_make - pin what is loaded; fn_marker_remove() is due when all is done
 * @l: what is loaded
 *
 * Return: false if that is not possible; nothing is pinned then, @l says why.
 */
bool fn_pins_make(struct fn_loading *l)
{
	char name[256];

	program_pin(l, name, sizeof(name));
	if (!make_directory(l))
		return false;
	if (!mark(l)) {
		rmdir(l->pin);
		return false;
	}
	if (!pin(l, bpf_program__fd(l->program), name)) {
		fn_marker_remove(l->pin);
		rmdir(l->pin);
		return false;
	}
	if (pin_maps(l) && pin_companion(l))
		return true;
	fn_pins_undo(l);
	return false;
}
