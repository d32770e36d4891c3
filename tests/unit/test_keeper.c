/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process that holds the queues when the daemon dies. Its one queue here is a socket that nobody listens to. */
#include "nfq-daemon/keeper.h"

#include <glib.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* The keeper closes what is not its own once it heeds no signal any more: then this pipe has no other end. */
static void wait_until_ready(int ends[2])
{
	char byte;

	close(ends[1]);
	g_assert_cmpint(read(ends[0], &byte, 1), ==, 0);
	close(ends[0]);
}

/* Systemd sends these to all processes of a unit at once: the keeper has to outlive the daemon, and ends by itself. */
static void test_outlives(gconstpointer number)
{
	struct queue_socket socket = {.netlink = mnl_socket_open(NETLINK_USERSOCK)};
	struct keeper keeper;
	int ends[2], status;

	g_assert_nonnull(socket.netlink);
	g_assert_cmpint(pipe(ends), ==, 0);
	g_assert_cmpint(keeper_start(&keeper, &socket, 1), ==, 0);
	wait_until_ready(ends);
	g_assert_cmpint(kill(keeper.process, GPOINTER_TO_INT(number)), ==, 0);
	close(keeper.life);
	g_assert_cmpint(waitpid(keeper.process, &status, 0), ==, keeper.process);
	g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	keeper.life = -1;
	keeper.process = 0;
	keeper_stop(&keeper);
	mnl_socket_close(socket.netlink);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_data_func("/keeper/outlives_the_end", GINT_TO_POINTER(SIGTERM), test_outlives);
	g_test_add_data_func("/keeper/outlives_the_watchdog", GINT_TO_POINTER(SIGABRT), test_outlives);
	return g_test_run();
}
