/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wireshark-plugin/show_views.h"

#include "core/asa/show.h"
#include "wireshark-plugin/capture_state.h"
#include "wireshark-plugin/statistics.h"

#define ASKED_FOR "asaphase,show "

/* Owned by the caller. */
static char *text_of(const char *command)
{
	GString *text = g_string_new(NULL);
	gchar **words = g_strsplit(command, " ", -1);

	if (capture_state_tunnels() != NULL &&
	    asa_show_append(text, (const char *const *)words, g_strv_length(words), capture_state_tunnels()) != 0)
		report_failure("ASA IPsec phase: 'show %s' is no command, or its peer no address", command);
	g_strfreev(words);
	return g_string_free(text, FALSE);
}

/* ---- tshark ---- */

static void print_view(void *command)
{
	char *text = text_of(command);

	printf("%s", text);
	g_free(text);
}

/* The packets themselves went into the state when they were dissected; listening has them dissected. */
static tap_packet_status note_packet(void *tapdata _U_, packet_info *pinfo _U_, epan_dissect_t *dissection _U_,
                                     const void *data _U_, tap_flags_t flags _U_)
{
	return TAP_PACKET_REDRAW;
}

/* tshark compares the beginning only: what is typed behind a command, as "peer ADDRESS", is in argument. */
static bool listen_for(const char *argument, void *command)
{
	if (argument != NULL && g_str_has_prefix(argument, ASKED_FOR))
		command = (void *)g_intern_string(argument + strlen(ASKED_FOR));
	GString *error = register_tap_listener(ASAPHASE_TAP, command, NULL, TL_REQUIRES_NOTHING, NULL, note_packet,
	                                       print_view, NULL);

	if (error == NULL)
		return true;
	report_failure("ASA IPsec phase: %s", error->str);
	g_string_free(error, TRUE);
	return false;
}

EPAN_STATISTIC_OPENER(open_view, listen_for)

static void register_in_tshark(const struct asa_show_command *command)
{
	stat_tap_ui ui = {
	        .group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
	        .title = NULL, /* no dialog of its own: see below */
	        .cli_string = wmem_strdup_printf(wmem_epan_scope(), ASKED_FOR "%s", command->words),
	        .tap_init_cb = open_view,
	};

	register_stat_tap_ui(&ui, (void *)command->words);
}

/* ---- Wireshark ---- */

static void show_window(gpointer command)
{
	const funnel_ops_t *ops = funnel_get_funnel_ops();
	if (ops == NULL || ops->new_text_window == NULL)
		return;
	char *title = g_strdup_printf("show %s", (const char *)command);
	char *text = text_of(command);
	funnel_text_window_t *window = ops->new_text_window(ops->ops_id, title);

	ops->set_text(window, text);
	g_free(text);
	g_free(title);
}

static void register_in_menu(const struct asa_show_command *command)
{
	char *path = wmem_strdup_printf(wmem_epan_scope(), "ASA IPsec/show %s", command->words);

	funnel_register_menu(path, REGISTER_TOOLS_GROUP_UNSORTED, show_window, (gpointer)command->words, NULL, FALSE);
}

void show_views_register(void)
{
	size_t count;
	const struct asa_show_command *commands = asa_show_commands(&count);

	for (size_t i = 0; i < count; i++) {
		register_in_tshark(&commands[i]);
		register_in_menu(&commands[i]);
	}
}
