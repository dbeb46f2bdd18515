// SPDX-License-Identifier: GPL-2.0
/*
 * Fills a hash map whose keys have 4 bytes and values 8: entries 0 to N - 1.
 *
 *	map_fill FD N
 */
#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	unsigned int key, n = argc == 3 ? strtoul(argv[2], NULL, 0) : 0;
	int fd = argc == 3 ? atoi(argv[1]) : -1;
	unsigned long long value;

	for (key = 0; key < n; key++) {
		value = key;
		if (bpf_map_update_elem(fd, &key, &value, BPF_ANY)) {
			perror("map_fill");
			return 1;
		}
	}
	return 0;
}
