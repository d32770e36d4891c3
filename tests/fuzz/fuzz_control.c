/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to the control socket, about two tunnels: every line of every answer is JSON, and the last one says how it
 * ended. */
#include <json-glib/json-glib.h>
#include <stdlib.h>
#include <string.h>

#include "nfq-daemon/clock.h"
#include "nfq-daemon/control_answer.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/unit/scene.h"

/* The socket reads no more of a request. */
#define REQUEST_LONGEST 4095

static struct scene scene;
static struct control_subject subject;

int LLVMFuzzerInitialize(int *argument_count, char ***arguments);

int LLVMFuzzerInitialize(int *argument_count, char ***arguments)
{
	(void)argument_count;
	(void)arguments;
	clock_begin();
	scene_begin(&scene, SUITE_CBC);
	scene_up(&scene);
	scene_esp_both(&scene, 0x1001, 0x2001, 5, 0.5);
	scene_esp(&scene, 0, 0x1001, 40, 0.5);
	subject = (struct control_subject){.tunnels = scene.tunnels, .mode = "offload", .started = clock_now()};
	return 0;
}

static void check_line(const char *line, bool is_last)
{
	JsonParser *parser = json_parser_new();

	if (!json_parser_load_from_data(parser, line, -1, NULL) ||
	    !JSON_NODE_HOLDS_OBJECT(json_parser_get_root(parser)))
		abort();
	JsonObject *object = json_node_get_object(json_parser_get_root(parser));
	if (is_last && !json_object_has_member(object, "end") && !json_object_has_member(object, "error"))
		abort();
	g_object_unref(parser);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *request = g_strndup((const char *)data, MIN(size, REQUEST_LONGEST));
	GString *output = g_string_new(NULL);
	struct control_answer answer;

	control_answer_begin(&answer, &subject, request, output);
	while (control_answer_continue(&answer, output))
		;
	if (output->len == 0 || output->str[output->len - 1] != '\n')
		abort();
	g_string_truncate(output, output->len - 1);
	char **lines = g_strsplit(output->str, "\n", -1);
	for (unsigned i = 0; lines[i] != NULL; i++)
		check_line(lines[i], lines[i + 1] == NULL);
	g_strfreev(lines);
	g_string_free(output, TRUE);
	g_free(request);
	return 0;
}
