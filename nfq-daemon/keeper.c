/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "nfq-daemon/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A worker that has packets waiting and makes no round between so many looks hangs: after one to one and a half
 * seconds. */
#define LOOK_MILLISECONDS 500
#define LOOKS_TO_HANG 2

#define QUEUES_MOST 65

struct ward {
	struct keeper_watch *watch;
	const struct queue_socket *socket;
	uint32_t loops;   /* at the last look */
	unsigned waiting; /* looks without a round while packets waited */
};

static bool has_packets(const struct queue_socket *socket)
{
	struct pollfd file = {.fd = mnl_socket_get_fd(socket->netlink), .events = POLLIN};

	return poll(&file, 1, 0) > 0;
}

static void look_after(struct ward *ward)
{
	uint32_t loops = atomic_load(&ward->watch->loops);

	if (loops != ward->loops || !has_packets(ward->socket))
		ward->waiting = 0;
	else
		ward->waiting++;
	ward->loops = loops;
	if (ward->waiting < LOOKS_TO_HANG || atomic_load(&ward->watch->let_go))
		return;
	queue_socket_let_go(ward->socket);
	atomic_store(&ward->watch->let_go, true);
}

static void keep(struct ward *wards, unsigned count, int life)
{
	struct pollfd file = {.fd = life, .events = POLLIN};

	while (poll(&file, 1, LOOK_MILLISECONDS) == 0)
		for (unsigned i = 0; i < count; i++)
			look_after(&wards[i]);
	for (unsigned i = 0; i < count; i++)
		queue_socket_let_go(wards[i].socket);
}

/* ---- the process ---- */

static bool is_kept(int descriptor, const struct ward *wards, unsigned count, int life)
{
	if (descriptor == life)
		return true;
	for (unsigned i = 0; i < count; i++)
		if (mnl_socket_get_fd(wards[i].socket->netlink) == descriptor)
			return true;
	return false;
}

/* What the daemon holds open must close when it dies. */
static void close_others(const struct ward *wards, unsigned count, int life)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	long most = sysconf(_SC_OPEN_MAX);

	for (int i = 0; i < 3 && null >= 0; i++)
		dup2(null, i);
	for (int i = 3; i < (most < 0 || most > 4096 ? 4096 : most); i++)
		if (!is_kept(i, wards, count, life))
			close(i);
}

/* It ends with the daemon, not by a signal that is meant for the daemon: systemd sends its watchdog's SIGABRT, too, to
 * all processes of the unit. */
static void ignore_signals(void)
{
	static const int ignored[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGABRT, SIGPIPE, SIGUSR1, SIGUSR2, SIGTSTP};

	for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
		signal(ignored[i], SIG_IGN);
	setsid();
}

static void run_keeper(const struct keeper *keeper, const struct queue_socket *sockets, int life)
{
	struct ward wards[QUEUES_MOST];

	for (unsigned i = 0; i < keeper->count; i++)
		wards[i] = (struct ward){.watch = &keeper->watches[i], .socket = &sockets[i]};
	prctl(PR_SET_NAME, "asaphased-keep");
	ignore_signals();
	close_others(wards, keeper->count, life);
	keep(wards, keeper->count, life);
}

int keeper_start(struct keeper *keeper, const struct queue_socket *sockets, unsigned count)
{
	int ends[2];

	if (count > QUEUES_MOST)
		return -EINVAL;
	*keeper = (struct keeper){.life = -1, .count = count};
	keeper->watches =
	        mmap(NULL, sizeof *keeper->watches * count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (keeper->watches == MAP_FAILED || pipe2(ends, O_CLOEXEC) != 0)
		return -errno;
	keeper->process = fork();
	if (keeper->process == 0) {
		close(ends[1]);
		run_keeper(keeper, sockets, ends[0]);
		_exit(0);
	}
	close(ends[0]);
	keeper->life = ends[1];
	return keeper->process < 0 ? -errno : 0;
}

void keeper_stop(struct keeper *keeper)
{
	if (keeper->life >= 0)
		close(keeper->life);
	if (keeper->process > 0)
		waitpid(keeper->process, NULL, 0);
	if (keeper->watches != NULL)
		munmap(keeper->watches, sizeof *keeper->watches * keeper->count);
	*keeper = (struct keeper){.life = -1};
}
