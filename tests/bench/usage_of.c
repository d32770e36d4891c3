/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a command, its output thrown away, and prints what it used, its children's included: exit status, nanoseconds of
 * wall time, microseconds of user and of system time, KiB of memory at most, pages first touched. A small program does
 * this, as Linux counts the memory of whoever starts a program as the program's own.
 *
 * usage: usage_of COMMAND [ARGUMENT...]
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int64_t microseconds(const struct timeval *time)
{
	return (int64_t)time->tv_sec * 1000000 + time->tv_usec;
}

static void become(char **command)
{
	int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (nowhere >= 0 && dup2(nowhere, STDOUT_FILENO) >= 0 && dup2(nowhere, STDERR_FILENO) >= 0)
		execvp(command[0], command);
	_exit(127);
}

int main(int argument_count, char **arguments)
{
	struct rusage usage;
	int status;

	if (argument_count < 2) {
		fprintf(stderr, "usage: usage_of COMMAND [ARGUMENT...]\n");
		return 2;
	}
	int64_t start = now();
	pid_t child = fork();
	if (child == 0)
		become(arguments + 1);
	if (child < 0 || wait4(child, &status, 0, &usage) != child) {
		perror("usage_of");
		return 2;
	}
	int64_t took = now() - start;
	printf("%d %" PRId64 " %" PRId64 " %" PRId64 " %ld %ld\n",
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), took, microseconds(&usage.ru_utime),
	       microseconds(&usage.ru_stime), usage.ru_maxrss, usage.ru_minflt);
	return 0;
}
