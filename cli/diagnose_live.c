/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/diagnose_live.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/analysis.h"
#include "cli/command.h"
#include "cli/daemon_client.h"
#include "cli/terminal.h"

#define SECONDS_AN_HOUR 3600
#define SECONDS_A_MINUTE 60

struct page {
	enum diagnose_form form;
	struct text_style style;
	bool head; /* it was printed */
	uint64_t tunnels;
	gint64 faults, undetermined;
};

static void print_head(const struct page *page, JsonObject *daemon)
{
	double since = json_object_get_double_member_with_default(daemon, "now", 0) -
	               json_object_get_double_member_with_default(daemon, "started", 0);
	int seconds = (int)since;
	gint64 tunnels = json_object_get_int_member_with_default(daemon, "tunnels", 0);
	GString *text = g_string_new(NULL);

	text_style_append(text, &page->style, PAINT_BOLD, "asaphased %s",
	                  json_object_get_string_member_with_default(daemon, "version", ""));
	g_string_append_printf(text, " in %s mode, running for %d:%02d:%02d: ",
	                       json_object_get_string_member_with_default(daemon, "mode", ""),
	                       seconds / SECONDS_AN_HOUR, seconds / SECONDS_A_MINUTE % 60, seconds % 60);
	g_string_append_printf(text, "%" PRId64 " tunnel%s, %" PRId64 " with a fault, %" PRId64 " undetermined",
	                       (int64_t)tunnels, tunnels == 1 ? "" : "s", (int64_t)page->faults,
	                       (int64_t)page->undetermined);
	puts(text->str);
	g_string_free(text, TRUE);
}

static void take_head(struct page *page, JsonObject *daemon)
{
	page->head = true;
	page->faults = json_object_get_int_member_with_default(daemon, "faults", 0);
	page->undetermined = json_object_get_int_member_with_default(daemon, "undetermined", 0);
	if (page->form == FORM_TEXT)
		print_head(page, daemon);
	if (page->form != FORM_JSON)
		return;
	JsonNode *node = json_node_alloc();
	json_node_init_object(node, daemon);
	char *text = json_to_string(node, FALSE);
	printf("{\"format\":1,\"daemon\":%s,\"tunnels\":[", text);
	g_free(text);
	json_node_free(node);
}

static void take_line(const char *line, JsonObject *object, void *context)
{
	struct page *page = context;

	if (json_object_has_member(object, "daemon")) {
		take_head(page, json_object_get_object_member(object, "daemon"));
		return;
	}
	page->tunnels++;
	if (page->form == FORM_JSON)
		printf("%s%s", page->tunnels > 1 ? "," : "", line);
	else
		printf("%s%s", page->form == FORM_TEXT ? "\n" : "",
		       json_object_get_string_member_with_default(object, "text", ""));
}

static char *request_of(const struct page *page)
{
	static const char *const forms[] = {[FORM_TEXT] = "text", [FORM_BRIEF] = "brief", [FORM_JSON] = "json"};

	return g_strdup_printf("{\"request\":\"diagnose\",\"as\":\"%s\",\"color\":%s,\"width\":%u}", forms[page->form],
	                       page->style.color ? "true" : "false", page->style.width);
}

int diagnose_live(const char *socket_path, enum diagnose_form form)
{
	struct page page = {.form = form, .style = terminal_style()};
	char *request = request_of(&page);
	char *error;
	int result = daemon_client_ask(socket_path, request, take_line, &page, &error);

	g_free(request);
	if (page.head && form == FORM_JSON)
		puts("]}");
	if (result != 0) {
		fprintf(stderr, "asaphase: %s\n", error);
		g_free(error);
		return EXIT_UNUSABLE;
	}
	return exit_status_of_tally((struct tunnel_tally){
	        .tunnels = page.tunnels > 0, .faults = page.faults > 0, .undetermined = page.undetermined > 0});
}
