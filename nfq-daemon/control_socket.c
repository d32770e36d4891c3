/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "nfq-daemon/control_socket.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define REQUEST_LARGEST 4096
#define CONNECTIONS_MOST 16
#define BACKLOG 16

/* An answer is made when less than this waits to be read. */
#define OUTPUT_ENOUGH 65536

/* Nothing asked, or nothing read, for so long: cut off. */
#define PATIENCE_SECONDS 10

struct control_socket {
	guint source;
	GPtrArray *connections; /* struct connection */
	const struct control_subject *subject;
};

struct connection {
	struct control_socket *control;
	int file;
	guint source;
	guint timer;
	bool asked; /* the request is complete, the answer begun */
	char request[REQUEST_LARGEST];
	size_t request_size;
	GString *output; /* not written yet, from written on */
	size_t written;
	struct control_answer answer;
};

/* ---- listening ---- */

/* What an earlier daemon left goes, and a link, which nobody needs; anything else at a mistyped path stays. */
static int remove_old_socket(const char *path)
{
	struct stat status;

	if (lstat(path, &status) != 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(status.st_mode) && !S_ISLNK(status.st_mode))
		return -EEXIST;
	return unlink(path) == 0 || errno == ENOENT ? 0 : -errno;
}

static int listen_at(int file, const char *path, uid_t owner, gid_t group)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (g_strlcpy(address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path)
		return -ENAMETOOLONG;
	int old = remove_old_socket(path);
	if (old != 0)
		return old;
	/* It has its mode from the beginning; and whoever puts a link in its place has only that link's owner changed.
	 */
	mode_t before = umask(0117);
	int result = bind(file, (const struct sockaddr *)&address, sizeof address) != 0 ? -errno : 0;
	umask(before);
	if (result != 0)
		return result;
	if (lchown(path, owner, group) != 0 || listen(file, BACKLOG) != 0)
		return -errno;
	return 0;
}

int control_socket_listen(const char *path, uid_t owner, gid_t group, char **error)
{
	int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int result = file < 0 ? -errno : listen_at(file, path, owner, group);

	if (result == 0)
		return file;
	*error = g_strdup_printf("%s: cannot listen there: %s", path, strerror(-result));
	if (file >= 0)
		close(file);
	return result;
}

/* ---- one connection ---- */

static void free_connection(gpointer data)
{
	struct connection *connection = data;

	if (connection->source != 0)
		g_source_remove(connection->source);
	if (connection->timer != 0)
		g_source_remove(connection->timer);
	close(connection->file);
	g_string_free(connection->output, TRUE);
	g_free(connection);
}

static gboolean end_connection(struct connection *connection)
{
	connection->source = 0; /* removed by returning */
	g_ptr_array_remove_fast(connection->control->connections, connection);
	return G_SOURCE_REMOVE;
}

static gboolean lose_patience(gpointer data)
{
	struct connection *connection = data;

	connection->timer = 0;
	g_ptr_array_remove_fast(connection->control->connections, connection);
	return G_SOURCE_REMOVE;
}

static void be_patient(struct connection *connection)
{
	if (connection->timer != 0)
		g_source_remove(connection->timer);
	connection->timer = g_timeout_add_seconds(PATIENCE_SECONDS, lose_patience, connection);
}

static void make_more(struct connection *connection)
{
	if (connection->written == connection->output->len) {
		g_string_truncate(connection->output, 0);
		connection->written = 0;
	}
	while (connection->output->len - connection->written < OUTPUT_ENOUGH &&
	       control_answer_continue(&connection->answer, connection->output))
		;
}

static gboolean write_answer(gint file, GIOCondition condition, gpointer data)
{
	struct connection *connection = data;

	(void)condition;
	make_more(connection);
	if (connection->written == connection->output->len)
		return end_connection(connection);
	ssize_t count = send(file, connection->output->str + connection->written,
	                     connection->output->len - connection->written, MSG_NOSIGNAL);
	if (count < 0 && errno != EAGAIN && errno != EINTR)
		return end_connection(connection);
	if (count > 0) {
		connection->written += (size_t)count;
		be_patient(connection);
	}
	return G_SOURCE_CONTINUE;
}

static void begin_answer(struct connection *connection)
{
	connection->asked = true;
	control_answer_begin(&connection->answer, connection->control->subject, connection->request,
	                     connection->output);
	connection->source = g_unix_fd_add(connection->file, G_IO_OUT, write_answer, connection);
}

/* A line that is too long is answered as far as it goes: as no JSON. */
static bool is_complete(struct connection *connection, size_t count)
{
	char *line_feed = memchr(connection->request + connection->request_size, '\n', count);

	connection->request_size += count;
	if (line_feed == NULL && connection->request_size < REQUEST_LARGEST - 1)
		return false;
	*(line_feed != NULL ? line_feed : connection->request + connection->request_size) = '\0';
	return true;
}

static gboolean read_request(gint file, GIOCondition condition, gpointer data)
{
	struct connection *connection = data;
	ssize_t count = recv(file, connection->request + connection->request_size,
	                     REQUEST_LARGEST - 1 - connection->request_size, 0);

	(void)condition;
	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return G_SOURCE_CONTINUE;
	if (count <= 0)
		return end_connection(connection);
	if (!is_complete(connection, (size_t)count))
		return G_SOURCE_CONTINUE;
	begin_answer(connection);
	return G_SOURCE_REMOVE;
}

/* ---- all connections ---- */

static gboolean accept_connection(gint listener, GIOCondition condition, gpointer data)
{
	struct control_socket *control = data;
	int file = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)condition;
	if (file < 0)
		return G_SOURCE_CONTINUE;
	if (control->connections->len >= CONNECTIONS_MOST) {
		static const char busy[] = "{\"error\":\"too many ask at once\",\"code\":\"EBUSY\"}\n";
		if (send(file, busy, sizeof busy - 1, MSG_NOSIGNAL) < 0)
			errno = 0; /* it need not know why */
		close(file);
		return G_SOURCE_CONTINUE;
	}
	struct connection *connection = g_new0(struct connection, 1);
	connection->control = control;
	connection->file = file;
	connection->output = g_string_new(NULL);
	connection->source = g_unix_fd_add(file, G_IO_IN, read_request, connection);
	be_patient(connection);
	g_ptr_array_add(control->connections, connection);
	return G_SOURCE_CONTINUE;
}

struct control_socket *control_socket_new(int listener, const struct control_subject *subject)
{
	struct control_socket *control = g_new0(struct control_socket, 1);

	control->subject = subject;
	control->connections = g_ptr_array_new_with_free_func(free_connection);
	control->source = g_unix_fd_add(listener, G_IO_IN, accept_connection, control);
	return control;
}

void control_socket_free(struct control_socket *control)
{
	if (control == NULL)
		return;
	g_source_remove(control->source);
	g_ptr_array_free(control->connections, TRUE);
	g_free(control);
}
