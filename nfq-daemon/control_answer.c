/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nfq-daemon/control_answer.h"

#include <errno.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "core/asa/show.h"
#include "core/base/json_text.h"
#include "core/base/time.h"
#include "core/verdict/diagnose.h"
#include "core/verdict/json.h"
#include "core/verdict/text.h"
#include "generated/version.h"
#include "nfq-daemon/clock.h"

#define FORMAT 1

/* Tunnels looked at in one go, of which not all may be asked for. */
#define TUNNELS_AT_A_TIME 64

#define WORDS_MOST 16
#define WIDTH_MOST 1000

/* ---- lines ---- */

static void append_line(GString *output, JsonBuilder *json)
{
	char *text = json_text_of(json);

	g_string_append(output, text);
	g_string_append_c(output, '\n');
	g_free(text);
}

static JsonBuilder *begin_line(void)
{
	JsonBuilder *json = json_builder_new();

	json_builder_begin_object(json);
	return json;
}

static void end_line(GString *output, JsonBuilder *json)
{
	json_builder_end_object(json);
	append_line(output, json);
}

static void add_text(JsonBuilder *json, const char *name, const char *value)
{
	json_builder_set_member_name(json, name);
	json_builder_add_string_value(json, value);
}

static void add_number(JsonBuilder *json, const char *name, gint64 value)
{
	json_builder_set_member_name(json, name);
	json_builder_add_int_value(json, value);
}

static void add_time(JsonBuilder *json, const char *name, int64_t time)
{
	json_builder_set_member_name(json, name);
	json_builder_add_double_value(json, (double)clock_to_realtime(time) / NANOSECONDS);
}

static void append_text(GString *output, const char *text)
{
	JsonBuilder *json = begin_line();

	add_text(json, "text", text);
	end_line(output, json);
}

static void append_end(GString *output)
{
	JsonBuilder *json = begin_line();

	json_builder_set_member_name(json, "end");
	json_builder_add_boolean_value(json, TRUE);
	end_line(output, json);
}

static void refuse(struct control_answer *answer, GString *output, const char *code, const char *error)
{
	JsonBuilder *json = begin_line();

	add_text(json, "error", error);
	add_text(json, "code", code);
	end_line(output, json);
	answer->form = CONTROL_DONE;
}

/* ---- which tunnels ---- */

static bool is_asked_for(const struct control_answer *answer, const struct tunnel *tunnel)
{
	return tunnel != NULL && (!answer->has_peer || ip_address_equal(&answer->peer, &tunnel->address[0]) ||
	                          ip_address_equal(&answer->peer, &tunnel->address[1]));
}

static void append_head(const struct control_answer *answer, GString *output)
{
	struct tunnels *tunnels = answer->subject->tunnels;
	JsonBuilder *json = begin_line();
	uint32_t count = 0, faults = 0, undetermined = 0;

	for (uint32_t number = 0; number < tunnels_count(tunnels); number++) {
		const struct tunnel *tunnel = tunnels_at(tunnels, number);
		if (!is_asked_for(answer, tunnel))
			continue;
		count++;
		faults += cause_is_fault(tunnel->current);
		undetermined += tunnel->current == CAUSE_UNDETERMINED;
	}
	add_number(json, "format", FORMAT);
	json_builder_set_member_name(json, "daemon");
	json_builder_begin_object(json);
	add_text(json, "version", ASAPHASE_VERSION);
	add_text(json, "mode", answer->subject->mode);
	add_time(json, "started", answer->subject->started);
	add_time(json, "now", clock_now());
	add_number(json, "tunnels", count);
	add_number(json, "faults", faults);
	add_number(json, "undetermined", undetermined);
	json_builder_end_object(json);
	end_line(output, json);
}

/* ---- requests ---- */

static const char *text_of(JsonObject *request, const char *name)
{
	JsonNode *node = json_object_get_member(request, name);

	return node != NULL && json_node_get_value_type(node) == G_TYPE_STRING ? json_node_get_string(node) : NULL;
}

static void begin_diagnose(struct control_answer *answer, JsonObject *request, GString *output)
{
	static const char *const forms[] = {
	        [CONTROL_JSON] = "json", [CONTROL_TEXT] = "text", [CONTROL_BRIEF] = "brief"};
	const char *as = text_of(request, "as"), *peer = text_of(request, "peer");
	JsonNode *width = json_object_get_member(request, "width");

	if (peer != NULL && ip_address_from_text(peer, &answer->peer) != 0) {
		refuse(answer, output, "EINVAL", "the peer is not an address");
		return;
	}
	answer->has_peer = peer != NULL;
	answer->form = CONTROL_JSON;
	for (enum control_form form = CONTROL_JSON; form <= CONTROL_BRIEF; form++)
		if (g_strcmp0(as, forms[form]) == 0)
			answer->form = form;
	answer->style.color = json_object_get_boolean_member_with_default(request, "color", FALSE);
	if (width != NULL && json_node_get_value_type(width) == G_TYPE_INT64)
		answer->style.width = (unsigned)CLAMP(json_node_get_int(width), 0, WIDTH_MOST);
	append_head(answer, output);
}

/* Returns how many words there are, 0 where they are not what they should be. */
static size_t read_words(JsonObject *request, const char *words[WORDS_MOST])
{
	JsonNode *node = json_object_get_member(request, "words");
	JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
	guint count = array != NULL ? json_array_get_length(array) : 0;

	if (count > WORDS_MOST)
		return 0;
	for (guint i = 0; i < count; i++) {
		JsonNode *word = json_array_get_element(array, i);
		if (json_node_get_value_type(word) != G_TYPE_STRING)
			return 0;
		words[i] = json_node_get_string(word);
	}
	return count;
}

static void begin_show(struct control_answer *answer, JsonObject *request, GString *output)
{
	const char *words[WORDS_MOST];
	size_t count = read_words(request, words);
	GString *text = g_string_new(NULL);
	int result = asa_show_append(text, words, count, answer->subject->tunnels);

	if (result == -ENOENT) {
		refuse(answer, output, "ENOENT", "no such show command");
	} else if (result != 0) {
		refuse(answer, output, "EINVAL", "the peer is not an address");
	} else {
		append_head(answer, output);
		append_text(output, text->str);
		append_end(output);
	}
	g_string_free(text, TRUE);
}

static const struct {
	const char *name;
	void (*begin)(struct control_answer *answer, JsonObject *request, GString *output);
} requests[] = {
        {"diagnose", begin_diagnose},
        {"show", begin_show},
};

static void begin(struct control_answer *answer, JsonNode *root, GString *output)
{
	JsonObject *request = root != NULL && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
	const char *name = request != NULL ? text_of(request, "request") : NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(requests); i++) {
		if (g_strcmp0(name, requests[i].name) == 0) {
			requests[i].begin(answer, request, output);
			return;
		}
	}
	refuse(answer, output, "EINVAL", "no such request");
}

void control_answer_begin(struct control_answer *answer, const struct control_subject *subject, const char *request,
                          GString *output)
{
	JsonParser *parser = json_parser_new();
	GError *error = NULL;

	*answer = (struct control_answer){.subject = subject, .form = CONTROL_DONE};
	if (json_parser_load_from_data(parser, request, -1, &error))
		begin(answer, json_parser_get_root(parser), output);
	else
		refuse(answer, output, "EINVAL", "the request is not a line of JSON");
	g_clear_error(&error);
	g_object_unref(parser);
}

/* ---- tunnels ---- */

static void append_brief(const struct control_answer *answer, const struct tunnel *tunnel, GString *text)
{
	char asa[IP_ADDRESS_TEXT_SIZE], peer[IP_ADDRESS_TEXT_SIZE];
	struct verdict verdict;

	tunnel_diagnose(answer->subject->tunnels, tunnel, &verdict);
	g_string_append_printf(text, "%s – %s: ", ip_address_to_text(&tunnel->address[tunnel->asa_side], asa),
	                       ip_address_to_text(&tunnel->address[!tunnel->asa_side], peer));
	verdict_text_append_summary(text, &answer->style, &verdict);
	g_string_append_c(text, '\n');
}

static void append_tunnel(const struct control_answer *answer, const struct tunnel *tunnel, GString *output)
{
	struct tunnels *tunnels = answer->subject->tunnels;

	if (answer->form == CONTROL_JSON) {
		JsonBuilder *json = json_builder_new();
		verdict_json_add(json, tunnels, tunnel);
		append_line(output, json);
		return;
	}
	GString *text = g_string_new(NULL);
	if (answer->form == CONTROL_BRIEF)
		append_brief(answer, tunnel, text);
	else
		verdict_text_append(text, &answer->style, tunnels, tunnel, VERDICT_TEXT_LIVE);
	append_text(output, text->str);
	g_string_free(text, TRUE);
}

bool control_answer_continue(struct control_answer *answer, GString *output)
{
	struct tunnels *tunnels = answer->subject->tunnels;

	if (answer->form == CONTROL_DONE)
		return false;
	for (unsigned i = 0; i < TUNNELS_AT_A_TIME && answer->next < tunnels_count(tunnels); i++) {
		const struct tunnel *tunnel = tunnels_at(tunnels, answer->next++);
		if (!is_asked_for(answer, tunnel))
			continue;
		append_tunnel(answer, tunnel, output);
		return true;
	}
	if (answer->next < tunnels_count(tunnels))
		return true;
	append_end(output);
	answer->form = CONTROL_DONE;
	return true;
}
