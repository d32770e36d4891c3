/* SPDX-License-Identifier: GPL-2.0-or-later */
/* asaphase top: the tunnels of a running daemon, live. */
#include <curses.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/daemon_client.h"
#include "cli/top_screen.h"
#include "cli/top_table.h"

#define USUAL_DELAY 2
#define LONGEST_DELAY 3600
#define ESCAPE 27

struct top {
	const char *socket;
	gint64 delay; /* microseconds */
	gint64 next;  /* monotonic microseconds: when the daemon is asked again */
	char *problem;
	struct top_table *table;
	struct top_view view;
	bool over;
};

static int ask(struct top *top)
{
	g_clear_pointer(&top->problem, g_free);
	int result = top_table_refresh(top->table, top->socket, &top->problem);
	top->view.problem = top->problem;
	top_table_sort(top->table, top->view.order, top->view.reversed);
	top->next = g_get_monotonic_time() + top->delay;
	return result;
}

/* ---- the diagnosis of one tunnel ---- */

static void take_text(const char *line, JsonObject *object, void *context)
{
	(void)line;
	if (json_object_has_member(object, "text"))
		g_string_append(context, json_object_get_string_member_with_default(object, "text", ""));
}

static void open_details(struct top *top)
{
	GString *text = g_string_new(NULL);
	char *error = NULL;

	if (top->view.chosen >= top->table->tunnels->len)
		return;
	const struct top_tunnel *tunnel = g_ptr_array_index(top->table->tunnels, top->view.chosen);
	char *request = g_strdup_printf("{\"request\":\"diagnose\",\"as\":\"text\",\"width\":%d,\"peer\":\"%s\"}", COLS,
	                                tunnel->peer);
	if (daemon_client_ask(top->socket, request, take_text, text, &error) != 0)
		g_string_assign(text, error);
	top->view.details = g_strsplit(text->str, "\n", -1);
	top->view.details_first = 0;
	g_string_free(text, TRUE);
	g_free(request);
	g_free(error);
}

static void close_details(struct top *top)
{
	g_strfreev(top->view.details);
	top->view.details = NULL;
}

/* ---- keys ---- */

static guint moved(guint from, int by)
{
	return by < 0 && from < (guint)-by ? 0 : (guint)((int)from + by);
}

static void move_by(struct top *top, int by)
{
	guint *place = top->view.details != NULL ? &top->view.details_first : &top->view.chosen;

	*place = moved(*place, by);
}

static void sort_by(struct top *top, enum top_order order, bool reversed)
{
	top->view.order = order;
	top->view.reversed = reversed;
	top_table_sort(top->table, order, reversed);
}

static void leave(struct top *top)
{
	if (top->view.details != NULL)
		close_details(top);
	else
		top->over = true;
}

static void take_key(struct top *top, int key)
{
	switch (key) {
	case 'q':
	case ESCAPE:
		leave(top);
		break;
	case 's':
		sort_by(top, (top->view.order + 1) % TOP_ORDERS, top->view.reversed);
		break;
	case 'r':
		sort_by(top, top->view.order, !top->view.reversed);
		break;
	case '\n':
	case KEY_ENTER:
		if (top->view.details == NULL)
			open_details(top);
		break;
	case 'j':
	case KEY_DOWN:
		move_by(top, 1);
		break;
	case 'k':
	case KEY_UP:
		move_by(top, -1);
		break;
	case KEY_NPAGE:
		move_by(top, (int)top_screen_page());
		break;
	case KEY_PPAGE:
		move_by(top, -(int)top_screen_page());
		break;
	case ' ':
		top->next = 0;
		break;
	default: /* KEY_RESIZE: curses knows the new size already, and all is drawn anew */
		break;
	}
}

/* Draws, waits for a key or the next answer, and so on. */
static void loop(struct top *top)
{
	while (!top->over) {
		top_screen_draw(&top->view);
		gint64 left = top->next - g_get_monotonic_time();
		timeout(left > 0 ? (int)(left / 1000) + 1 : 0);
		int key = getch();
		if (key != ERR)
			take_key(top, key);
		if (g_get_monotonic_time() >= top->next)
			ask(top);
	}
}

static int run(const char *socket, int delay)
{
	struct top top = {.socket = socket, .delay = delay * G_USEC_PER_SEC, .table = top_table_new()};
	int status = EXIT_UNUSABLE;

	top.view.table = top.table;
	if (ask(&top) != 0) {
		fprintf(stderr, "asaphase top: %s\n", top.problem);
	} else if (newterm(NULL, stdout, stdin) == NULL) {
		fprintf(stderr, "asaphase top: no such terminal: TERM=%s\n", g_getenv("TERM"));
	} else {
		cbreak();
		noecho();
		curs_set(0);
		keypad(stdscr, TRUE);
		set_escdelay(50);
		top_screen_begin();
		loop(&top);
		endwin();
		status = EXIT_ALL_WELL;
	}
	close_details(&top);
	g_free(top.problem);
	top_table_free(top.table);
	return status;
}

int top_run(int argument_count, char **arguments)
{
	int delay = USUAL_DELAY;
	char *socket = NULL;
	const GOptionEntry entries[] = {
	        {"delay", 'd', 0, G_OPTION_ARG_INT, &delay, "Seconds from one look to the next (default 2)", "SECONDS"},
	        {"socket", 0, 0, G_OPTION_ARG_FILENAME, &socket, "The daemon's control socket", "PATH"},
	        {0},
	};
	GOptionContext *context = g_option_context_new(NULL);
	GError *error = NULL;
	const char *wrong = NULL;
	int status = EXIT_UNUSABLE;

	g_option_context_set_summary(context,
	                             "The tunnels of the running asaphased: rates out and in, and what is wrong.");
	g_option_context_set_description(context,
	                                 "Keys: q quit, s sort, r reverse, arrows and page keys, Enter for the "
	                                 "diagnosis of the chosen tunnel, space to look now.");
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argument_count, &arguments, &error))
		wrong = error->message;
	else if (argument_count > 1)
		wrong = "it takes no FILE";
	else if (delay < 1 || delay > LONGEST_DELAY)
		wrong = "--delay is 1 to 3600 seconds";
	else if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		wrong = "it needs a terminal; asaphase diagnose --live --brief prints once";
	if (wrong != NULL)
		fprintf(stderr, "asaphase top: %s; see asaphase top --help\n", wrong);
	else
		status = run(socket, delay);
	g_option_context_free(context);
	g_clear_error(&error);
	g_free(socket);
	return status;
}
