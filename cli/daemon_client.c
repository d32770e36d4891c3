/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/daemon_client.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/json_text.h"

#define PATIENCE_SECONDS 30
#define LINE_LARGEST ((gsize)256 << 20)

/* ---- the connection ---- */

static int connect_to(const char *path)
{
	const struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (g_strlcpy(address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path)
		return -ENAMETOOLONG;
	int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (file < 0)
		return -errno;
	setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(file, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	if (connect(file, (const struct sockaddr *)&address, sizeof address) == 0)
		return file;
	int result = -errno;
	close(file);
	return result;
}

static int send_all(int file, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t count = send(file, text, length, MSG_NOSIGNAL);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return -errno;
		text += count;
		length -= (size_t)count;
	}
	return 0;
}

/* ---- the answer ---- */

struct answer {
	daemon_client_take *take;
	void *context;
	bool ended;
	char **error;
};

static int refused(const struct answer *answer, JsonObject *object)
{
	const char *code = json_object_get_string_member_with_default(object, "code", "");
	const char *said = json_object_get_string_member_with_default(object, "error", "");

	*answer->error = g_strdup_printf("asaphased says: %s", said);
	return strcmp(code, "ENOENT") == 0 ? -ENOENT : strcmp(code, "EINVAL") == 0 ? -EINVAL : -EIO;
}

static int take_object(struct answer *answer, const char *line, JsonObject *object)
{
	if (json_object_has_member(object, "error"))
		return refused(answer, object);
	answer->ended = json_object_has_member(object, "end");
	if (!answer->ended)
		answer->take(line, object, answer->context);
	return 0;
}

static int take_line(struct answer *answer, const char *line)
{
	JsonParser *parser = json_parser_new();
	int result = -EBADMSG;

	if (json_parser_load_from_data(parser, line, -1, NULL) && JSON_NODE_HOLDS_OBJECT(json_parser_get_root(parser)))
		result = take_object(answer, line, json_node_get_object(json_parser_get_root(parser)));
	g_object_unref(parser);
	return result;
}

/* Takes the whole lines off the front of text. */
static int take_lines(struct answer *answer, GString *text)
{
	char *line = text->str, *line_feed;
	int result = 0;

	while (result == 0 && !answer->ended && (line_feed = strchr(line, '\n')) != NULL) {
		*line_feed = '\0';
		result = take_line(answer, line);
		line = line_feed + 1;
	}
	g_string_erase(text, 0, line - text->str);
	return result == 0 && text->len > LINE_LARGEST ? -EMSGSIZE : result;
}

static int take_answer(struct answer *answer, int file)
{
	GString *text = g_string_new(NULL);
	char bytes[65536];
	int result = 0;

	while (result == 0 && !answer->ended) {
		ssize_t count = recv(file, bytes, sizeof bytes, 0);
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			result = count == 0 ? -ECONNRESET : errno == EAGAIN ? -ETIMEDOUT : -errno;
		else
			g_string_append_len(text, bytes, count);
		if (count > 0)
			result = take_lines(answer, text);
	}
	g_string_free(text, TRUE);
	return result;
}

static char *explain(int result, const char *path)
{
	if (result == -ENOENT || result == -ECONNREFUSED)
		return g_strdup_printf("no asaphased answers at %s; is it running? A capture is named with -r FILE",
		                       path);
	if (result == -EACCES)
		return g_strdup_printf("%s: not allowed; the socket's group may ask (see [socket] group)", path);
	return g_strdup_printf("%s: %s", path, strerror(-result));
}

int daemon_client_ask(const char *socket_path, const char *request, daemon_client_take *take, void *context,
                      char **error)
{
	const char *path = socket_path != NULL ? socket_path : ASAPHASE_SOCKET;
	struct answer answer = {.take = take, .context = context, .error = error};
	int file = connect_to(path);

	*error = NULL;
	if (file < 0) {
		*error = explain(file, path);
		return file == -ENOENT ? -ECONNREFUSED : file;
	}
	char *line = g_strconcat(request, "\n", NULL);
	int result = send_all(file, line, strlen(line));
	if (result == 0)
		result = take_answer(&answer, file);
	if (result != 0 && *error == NULL)
		*error = explain(result, path);
	g_free(line);
	close(file);
	return result;
}

/* ---- show ---- */

static void append_text(const char *line, JsonObject *object, void *context)
{
	(void)line;
	g_string_append(context, json_object_get_string_member_with_default(object, "text", ""));
}

static char *show_request(const char *const *words, size_t count)
{
	JsonBuilder *json = json_builder_new();

	json_builder_begin_object(json);
	json_builder_set_member_name(json, "request");
	json_builder_add_string_value(json, "show");
	json_builder_set_member_name(json, "words");
	json_builder_begin_array(json);
	for (size_t i = 0; i < count; i++)
		json_builder_add_string_value(json, words[i]);
	json_builder_end_array(json);
	json_builder_end_object(json);
	return json_text_of(json);
}

int daemon_client_show(const char *socket_path, const char *const *words, size_t count, GString *text, char **error)
{
	char *request = show_request(words, count);
	gsize before = text->len;
	int result = daemon_client_ask(socket_path, request, append_text, text, error);

	if (result != 0)
		g_string_truncate(text, before);
	if (result == -ENOENT || result == -EINVAL)
		g_clear_pointer(error, g_free);
	g_free(request);
	return result;
}
