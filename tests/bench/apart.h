/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is measured in a process of its own, whose memory has seen nothing else.
 */
#ifndef APART_H
#define APART_H

#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

/**
 * apart - measure in a process of its own
 * @measure: fills in the result
 * @what: for @measure
 * @result: to fill in
 * @size: of it, less than a pipe holds
 *
 * Return: false if the process came to no result.
 */
static inline bool apart(void (*measure)(const void *what, void *result),
			 const void *what, void *result, size_t size)
{
	bool done;
	int fd[2];

	if (pipe(fd))
		return false;
	if (!fork()) {
		measure(what, result);
		_exit(write(fd[1], result, size) != (ssize_t)size);
	}
	done = read(fd[0], result, size) == (ssize_t)size;
	wait(NULL);
	close(fd[0]);
	close(fd[1]);
	return done;
}

#endif /* APART_H */
