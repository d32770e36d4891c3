/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded into tshark: one that has started reads many captures. To start takes tshark most of a second, which is
 * most of the time that a small capture takes.
 *
 * Where tshark opens its capture, it takes orders from standard input instead, a line each: the name of a capture, a
 * tab, the name of a file for what is printed. A process of its own goes on from there as tshark would have; what it
 * complains of goes to the same file name with .errors after it. It ends where tshark, having printed all and closed
 * the capture, would begin to free what it started with. How that process ended (as of waitpid) is written to standard
 * output. The end of standard input ends it all.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

/* As in wiretap/wtap.h. */
struct wtap;
typedef struct wtap *open_offline(const char *name, unsigned type, int *error, char **info, int random);
EXPORTED open_offline wtap_open_offline;
/* As in epan/epan.h. */
EXPORTED void epan_cleanup(void);

static void redirect(int descriptor, const char *name)
{
	int file = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (file < 0 || dup2(file, descriptor) < 0) {
		perror(name);
		_exit(127);
	}
}

static void print_to(const char *name)
{
	char errors[PATH_MAX];

	snprintf(errors, sizeof errors, "%s.errors", name);
	redirect(STDOUT_FILENO, name);
	redirect(STDERR_FILENO, errors);
}

/* Returns in a process for one capture, with its name; never in the one that takes the orders. */
static const char *take_orders(void)
{
	static char line[2 * PATH_MAX];
	int status;

	while (fgets(line, sizeof line, stdin) != NULL) {
		char *output = strchr(line, '\t');
		if (output == NULL)
			_exit(126);
		*output++ = '\0';
		output[strcspn(output, "\n")] = '\0';
		pid_t process = fork();
		if (process == 0) {
			print_to(output);
			return line;
		}
		if (process < 0 || waitpid(process, &status, 0) != process)
			_exit(125);
		dprintf(STDOUT_FILENO, "%d\n", status);
	}
	_exit(0);
}

struct wtap *wtap_open_offline(const char *name, unsigned type, int *error, char **info, int random)
{
	open_offline *next = NULL;

	*(void **)&next = dlsym(RTLD_NEXT, "wtap_open_offline");
	(void)name;
	return next(take_orders(), type, error, info, random);
}

void epan_cleanup(void)
{
	_exit(fflush(NULL) == 0 ? 0 : 124);
}
