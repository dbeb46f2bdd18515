// SPDX-License-Identifier: GPL-2.0
/*
 * What loading costs: each program of the objects given, as it is and for a
 * netdev's card.
 *
 *	load_cost NETDEV OBJECT...
 *
 * A line for each program: its name, its instructions, and the nanoseconds that
 * the system call took, natively and offloaded, the least of a few times. In a
 * machine whose clock counts instructions these are instructions.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TIMES 5

static unsigned long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* Nanoseconds of a load, 0 if it failed. */
static unsigned long long load(const struct bpf_program *p,
			       unsigned int ifindex)
{
	LIBBPF_OPTS(bpf_prog_load_opts, o, .prog_ifindex = ifindex);
	unsigned long long start = now(), end;
	int fd;

	fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "load_cost", "GPL",
			   bpf_program__insns(p), bpf_program__insn_cnt(p), &o);
	end = now();
	if (fd < 0)
		return 0;
	close(fd);
	return end - start;
}

/* An object's only program, with its maps in place. */
static struct bpf_program *prepare(struct bpf_object **o, const char *path,
				   unsigned int ifindex)
{
	struct bpf_program *p;
	struct bpf_map *m;

	*o = bpf_object__open_file(path, NULL);
	if (!*o)
		return NULL;
	p = bpf_object__next_program(*o, NULL);
	bpf_program__set_type(p, BPF_PROG_TYPE_XDP);
	bpf_program__set_ifindex(p, ifindex);
	bpf_object__for_each_map(m, *o)
		bpf_map__set_ifindex(m, ifindex);
	return bpf_object__load(*o) ? NULL : p;
}

static unsigned long long least(const char *path, unsigned int ifindex,
				size_t *insns)
{
	unsigned long long best = 0, ns;
	struct bpf_program *p;
	struct bpf_object *o;
	int i;

	p = prepare(&o, path, ifindex);
	for (i = 0; p && i < TIMES; i++) {
		ns = load(p, ifindex);
		best = !best || ns < best ? ns : best;
	}
	*insns = p ? bpf_program__insn_cnt(p) : 0;
	bpf_object__close(o);
	return best;
}

int main(int argc, char **argv)
{
	unsigned int ifindex = argc > 2 ? if_nametoindex(argv[1]) : 0;
	unsigned long long native, offloaded;
	int i, bad = 0;
	size_t n;

	if (!ifindex) {
		fprintf(stderr, "usage: load_cost NETDEV OBJECT...\n");
		return 2;
	}
	for (i = 2; i < argc; i++) {
		const char *name = strrchr(argv[i], '/');

		native = least(argv[i], 0, &n);
		offloaded = least(argv[i], ifindex, &n);
		printf("%s %zu %llu %llu\n", name ? name + 1 : argv[i], n,
		       native, offloaded);
		bad |= !native || !offloaded;
	}
	return bad;
}
