/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/top_screen.h"

#include <curses.h>
#include <string.h>

#define HEAD_LINES 3 /* the daemon, the keys, the columns' names */
#define WIDE 110     /* columns from which bits and losses are shown too */
#define NARROWEST_ADDRESS 15
#define WIDEST_ADDRESS 39
#define NUMBER_SIZE 16

enum paint { PAINT_DEFAULT, PAINT_ONE_WAY, PAINT_FAULT, PAINT_HEAD };

void top_screen_begin(void)
{
	if (!has_colors())
		return;
	start_color();
	use_default_colors();
	init_pair(PAINT_ONE_WAY, COLOR_RED, -1);
	init_pair(PAINT_FAULT, COLOR_YELLOW, -1);
	init_pair(PAINT_HEAD, COLOR_CYAN, -1);
}

static attr_t paint(enum paint paint)
{
	return has_colors() ? (attr_t)COLOR_PAIR(paint) : A_NORMAL;
}

guint top_screen_page(void)
{
	return (guint)MAX(LINES - HEAD_LINES, 1);
}

/* 950, 12.3k, 4.56M: at most five letters. Returns text. */
static const char *number_text(double number, char text[NUMBER_SIZE])
{
	static const char units[] = {'\0', 'k', 'M', 'G', 'T'};
	unsigned unit = 0;

	for (; number >= 999.5 && unit + 1 < G_N_ELEMENTS(units); unit++)
		number /= 1000;
	g_snprintf(text, NUMBER_SIZE, "%.*f%c", number >= 99.95 || (unit == 0 && number == 0) ? 0 : 1, number,
	           units[unit]);
	return text;
}

/* Draws a line, cut at the right edge: what ran on would break the next one. */
static void draw_line(int line, int column, const char *text, attr_t attributes)
{
	char *cut;

	if (column >= COLS)
		return;
	cut = g_utf8_substring(text, 0, MIN(g_utf8_strlen(text, -1), COLS - column));
	attron(attributes);
	mvaddstr(line, column, cut);
	attroff(attributes);
	g_free(cut);
}

/* ---- the head ---- */

static void draw_head(const struct top_view *view)
{
	const struct top_table *table = view->table;
	const char *version = table->version != NULL ? table->version : "";
	/* The commit of a build would take the room that the counts need on a narrow screen. */
	int release = (int)strcspn(version, "+");
	int running = (int)table->running;
	GString *text = g_string_new(NULL);

	g_string_printf(text, "asaphased %.*s in %s mode, %d:%02d:%02d: %u tunnel%s, ", release, version,
	                table->mode != NULL ? table->mode : "-", running / 3600, running / 60 % 60, running % 60,
	                table->tunnels->len, table->tunnels->len == 1 ? "" : "s");
	int column = (int)text->len;
	draw_line(0, 0, text->str, A_BOLD);
	g_string_printf(text, "%u with a fault", table->faults);
	draw_line(0, column, text->str, table->faults != 0 ? paint(PAINT_ONE_WAY) | A_BOLD : A_BOLD);
	column += (int)text->len;
	g_string_printf(text, ", %u undetermined", table->undetermined);
	draw_line(0, column, text->str, A_BOLD);
	if (view->problem != NULL)
		g_string_assign(text, view->problem);
	else
		g_string_printf(text, "by %s%s   q quit  s sort  r reverse  Enter diagnosis",
		                top_order_name(view->order), view->reversed ? ", reversed" : "");
	draw_line(1, 0, text->str, view->problem != NULL ? A_REVERSE : A_NORMAL);
	g_string_free(text, TRUE);
}

/* ---- the table ---- */

struct columns {
	int address; /* letters */
	bool wide;
};

static int longest_address(const struct top_table *table)
{
	size_t longest = NARROWEST_ADDRESS;

	for (guint i = 0; i < table->tunnels->len; i++) {
		const struct top_tunnel *tunnel = g_ptr_array_index(table->tunnels, i);
		longest = MAX(longest, MAX(strlen(tunnel->local), strlen(tunnel->peer)));
	}
	return (int)MIN(longest, WIDEST_ADDRESS);
}

/* What 80 columns leave for two addresses beside the rest, and more where there is more. */
static struct columns columns_of(const struct top_table *table)
{
	bool wide = COLS >= WIDE;
	int others = wide ? 82 : 50;
	int room = MAX((COLS - others) / 2, NARROWEST_ADDRESS);

	return (struct columns){.address = MIN(longest_address(table), room), .wide = wide};
}

/* An address too long for its column loses its front: neighbours differ at their ends. */
static void append_address(GString *line, const char *address, int width)
{
	int length = (int)strlen(address);

	if (length > width)
		g_string_append_printf(line, "…%s ", address + length - width + 1);
	else
		g_string_append_printf(line, "%-*s ", width, address);
}

static void draw_names(const struct columns *columns)
{
	GString *line = g_string_new(NULL);

	append_address(line, "LOCAL", columns->address);
	append_address(line, "PEER", columns->address);
	g_string_append_printf(line, "%-8s %6s %6s ", "IKE", "OUT/s", "IN/s");
	if (columns->wide)
		g_string_append_printf(line, "%7s %7s %9s ", "OUT b/s", "IN b/s", "LOST");
	g_string_append(line, "VERDICT");
	draw_line(2, 0, line->str, A_BOLD | paint(PAINT_HEAD));
	g_string_free(line, TRUE);
}

static void append_rate(GString *line, const struct top_tunnel *tunnel, double rate, int width)
{
	char text[NUMBER_SIZE];

	g_string_append_printf(line, "%*s ", width, tunnel->has_rates ? number_text(rate, text) : "-");
}

static void append_tunnel(GString *line, const struct top_tunnel *tunnel, const struct columns *columns)
{
	append_address(line, tunnel->local, columns->address);
	append_address(line, tunnel->peer, columns->address);
	g_string_append_printf(line, "%-8.8s ", tunnel->state);
	append_rate(line, tunnel, tunnel->packets_per_second[0], 6);
	append_rate(line, tunnel, tunnel->packets_per_second[1], 6);
	if (columns->wide) {
		append_rate(line, tunnel, tunnel->bits_per_second[0], 7);
		append_rate(line, tunnel, tunnel->bits_per_second[1], 7);
		g_string_append_printf(line, "%9" G_GUINT64_FORMAT " ", tunnel->lost);
	}
	g_string_append(line, tunnel->is_fault || tunnel->is_undetermined ? tunnel->cause : "ok");
	if (tunnel->is_fault && columns->wide)
		g_string_append_printf(line, " (%s)", tunnel->confidence);
	/* The bar over the chosen one is as wide as the screen. */
	g_string_append_printf(line, "%*s", COLS, "");
}

static attr_t attributes_of(const struct top_view *view, const struct top_tunnel *tunnel, guint index)
{
	attr_t attributes = A_NORMAL;

	if (tunnel->is_one_way)
		attributes = paint(PAINT_ONE_WAY) | A_BOLD;
	else if (tunnel->is_fault)
		attributes = paint(PAINT_FAULT) | A_BOLD;
	else if (tunnel->is_undetermined)
		attributes = A_DIM;
	return index == view->chosen ? attributes | A_REVERSE : attributes;
}

static void keep_chosen_in_sight(struct top_view *view)
{
	guint page = top_screen_page(), count = view->table->tunnels->len;

	view->chosen = MIN(view->chosen, count == 0 ? 0 : count - 1);
	if (view->chosen < view->first)
		view->first = view->chosen;
	if (view->chosen >= view->first + page)
		view->first = view->chosen - page + 1;
}

static void draw_table(struct top_view *view)
{
	const struct columns columns = columns_of(view->table);
	GString *line = g_string_new(NULL);
	guint page = top_screen_page();

	keep_chosen_in_sight(view);
	draw_names(&columns);
	for (guint i = 0; i < page && view->first + i < view->table->tunnels->len; i++) {
		const struct top_tunnel *tunnel = g_ptr_array_index(view->table->tunnels, view->first + i);
		g_string_truncate(line, 0);
		append_tunnel(line, tunnel, &columns);
		draw_line(HEAD_LINES + (int)i, 0, line->str, attributes_of(view, tunnel, view->first + i));
	}
	g_string_free(line, TRUE);
}

/* ---- a diagnosis ---- */

static void draw_details(struct top_view *view)
{
	guint count = g_strv_length(view->details), page = (guint)MAX(LINES - 1, 1);

	view->details_first = MIN(view->details_first, count > page ? count - page : 0);
	for (guint line = 0; line < page && view->details_first + line < count; line++)
		draw_line((int)line, 0, view->details[view->details_first + line], A_NORMAL);
	draw_line(LINES - 1, 0, "q back  arrows and page keys move", A_REVERSE);
}

void top_screen_draw(struct top_view *view)
{
	erase();
	if (view->details != NULL) {
		draw_details(view);
	} else {
		draw_head(view);
		draw_table(view);
	}
	refresh();
}
