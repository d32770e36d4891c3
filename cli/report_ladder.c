/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lengths across are in percent and lengths down in pixels, so that the diagram is as wide as its page and its letters
 * as large as the page's. SVG does not wrap text: lines are broken here, for the narrowest page.
 */
#include "cli/report_ladder.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/time.h"

#define COLUMNS 46 /* letters that fit a phone's width */
#define GAP_SHOWN NANOSECONDS
#define LEFT 4 /* lifelines, in percent */
#define RIGHT 96
#define ABOVE 48 /* pixels of the heads */
#define TITLE_LINE 20
#define DETAIL_LINE 15
#define ARROW 9
#define CAPTION_LINE 15
#define BETWEEN 8
#define BAND 22
#define MESSAGES (RECORD_FIRST_MESSAGES + RECORD_LAST_MESSAGES)

struct ladder {
	const struct html *html;
	const struct tunnel *tunnel;
	const struct verdict_words *words;
	int64_t start;
	unsigned y;
};

static void append_line(struct ladder *ladder, unsigned height, const char *class, const char *text)
{
	ladder->y += height;
	html_markup(ladder->html, "<text x=\"50%%\" y=\"%u\" class=\"%s\">", ladder->y, class);
	html_text(ladder->html, text);
	html_markup(ladder->html, "</text>");
}

/* A word longer than a line stays whole: SVG lets it run on. */
static void append_wrapped(struct ladder *ladder, const char *class, const char *text)
{
	GString *line = g_string_new(NULL);

	while (*text != '\0') {
		size_t length = strcspn(text, " ");
		if (line->len > 0 && line->len + 1 + length > COLUMNS) {
			append_line(ladder, DETAIL_LINE, class, line->str);
			g_string_truncate(line, 0);
		}
		if (line->len > 0)
			g_string_append_c(line, ' ');
		g_string_append_len(line, text, (gssize)length);
		text += length;
		text += strspn(text, " ");
	}
	if (line->len > 0)
		append_line(ladder, DETAIL_LINE, class, line->str);
	g_string_free(line, TRUE);
}

/* What went on between two messages: silence, ESP, messages that were left out. */
static void append_between(struct ladder *ladder, const struct recorded_message *message, int64_t before)
{
	char duration[DURATION_TEXT_SIZE], text[DURATION_TEXT_SIZE + 24];
	const uint64_t *esp = message->esp_before;

	if (esp[0] + esp[1] != 0) {
		ladder->y += BETWEEN;
		html_markup(ladder->html, "<rect x=\"%d%%\" y=\"%u\" width=\"%d%%\" height=\"%d\" class=\"band\"/>",
		            LEFT, ladder->y, RIGHT - LEFT, BAND);
		html_markup(ladder->html,
		            "<text x=\"50%%\" y=\"%u\" class=\"detail\">ESP: %" PRIu64 " encaps, %" PRIu64
		            " decaps</text>",
		            ladder->y + 15, esp[ladder->tunnel->asa_side], esp[!ladder->tunnel->asa_side]);
		ladder->y += BAND;
	}
	if (message->skipped != 0) {
		g_snprintf(text, sizeof text, "⋮ %" PRIu64 " messages left out", message->skipped);
		append_line(ladder, TITLE_LINE, "gap", text);
	}
	if (before != 0 && message->time - before >= GAP_SHOWN) {
		g_snprintf(text, sizeof text, "⋮ %s later", duration_text(message->time - before, duration));
		append_line(ladder, TITLE_LINE, "gap", text);
	}
}

static const char *arrow_class(const struct recorded_message *message)
{
	if (message->fault)
		return "bad";
	if (message->copy > 1)
		return "again";
	return message->phase_1_completed || message->phase_2_completed ? "good" : "plain";
}

static void append_arrow(struct ladder *ladder, const struct recorded_message *message)
{
	bool from_asa = message->side == ladder->tunnel->asa_side;
	const char *class = arrow_class(message);

	ladder->y += ARROW;
	html_markup(
	        ladder->html,
	        "<line x1=\"%d%%\" y1=\"%u\" x2=\"%d%%\" y2=\"%u\" class=\"arrow %s\" marker-end=\"url(#head-%s)\"/>",
	        from_asa ? LEFT : RIGHT, ladder->y, from_asa ? RIGHT : LEFT, ladder->y, class, class);
	ladder->y += CAPTION_LINE;
	html_markup(ladder->html, "<text x=\"%d%%\" y=\"%u\" class=\"%s\">frame %" PRIu32 ", %.6f s</text>",
	            from_asa ? LEFT + 2 : RIGHT - 2, ladder->y, from_asa ? "caption" : "caption right", message->frame,
	            (double)(message->time - ladder->start) / (double)NANOSECONDS);
}

static const char *milestone_of(const struct recorded_message *message)
{
	if (message->phase_1_completed)
		return message->phase_2_completed ? "✓ Phase 1 and Phase 2 completed" : "✓ Phase 1 completed";
	return message->phase_2_completed ? "✓ Phase 2 completed" : NULL;
}

static void append_message(struct ladder *ladder, const struct recorded_message *message)
{
	const char *milestone = milestone_of(message);

	append_line(ladder, TITLE_LINE, "title", message->title);
	append_wrapped(ladder, "detail", message->details);
	append_arrow(ladder, message);
	if (milestone != NULL)
		append_line(ladder, DETAIL_LINE + 2, "good", milestone);
	if (message->verdict != NULL && message->fault)
		append_line(ladder, DETAIL_LINE + 2, "bad", message->verdict);
	ladder->y += BETWEEN;
}

static void append_ends(const struct ladder *ladder)
{
	const struct html *html = ladder->html;

	html_markup(html, "<text x=\"0\" y=\"16\" class=\"end\">");
	html_text(html, ladder->words->asa);
	html_markup(html, "</text><text x=\"0\" y=\"32\" class=\"caption\">taken as the ASA</text>");
	html_markup(html, "<text x=\"100%%\" y=\"16\" class=\"end right\">");
	html_text(html, ladder->words->peer);
	html_markup(html, "</text><text x=\"100%%\" y=\"32\" class=\"caption right\">peer</text>");
}

static void append_messages(struct ladder *ladder, const struct tunnel_record *record)
{
	const struct recorded_message *messages[MESSAGES];
	unsigned count = record_messages(record, messages);
	int64_t before = 0;

	for (unsigned i = 0; i < count; i++) {
		append_between(ladder, messages[i], before);
		append_message(ladder, messages[i]);
		before = messages[i]->time;
	}
	struct recorded_message end = {.esp_before = {record->esp_since[0], record->esp_since[1]}, .time = before};
	append_between(ladder, &end, before);
}

/* The diagram's height is known only at its end: it is drawn apart and then put into its frame. */
static void append_diagram(const struct html *html, const struct tunnel *tunnel, const struct verdict_words *words,
                           const struct tunnel_record *record, int64_t start)
{
	struct html drawing = {.to = g_string_new(NULL), .redaction = html->redaction};
	struct ladder ladder = {.html = &drawing, .tunnel = tunnel, .words = words, .start = start, .y = ABOVE};

	append_messages(&ladder, record);
	html_markup(html, "<figure><svg class=\"ladder\" width=\"100%%\" height=\"%u\" role=\"img\" aria-label=\"",
	            ladder.y + BETWEEN);
	html_textf(html, "Ladder diagram: %" PRIu64 " IKE messages between %s and %s; the table below says the same",
	           record->messages, words->asa, words->peer);
	html_markup(html, "\">");
	ladder.html = html;
	append_ends(&ladder);
	html_markup(html,
	            "<line x1=\"%d%%\" y1=\"40\" x2=\"%d%%\" y2=\"%u\" class=\"life\"/>"
	            "<line x1=\"%d%%\" y1=\"40\" x2=\"%d%%\" y2=\"%u\" class=\"life\"/>",
	            LEFT, LEFT, ladder.y + BETWEEN, RIGHT, RIGHT, ladder.y + BETWEEN);
	g_string_append_len(html->to, drawing.to->str, (gssize)drawing.to->len);
	html_markup(html, "</svg></figure>");
	g_string_free(drawing.to, TRUE);
}

static void append_table(const struct html *html, const struct tunnel *tunnel, const struct tunnel_record *record,
                         int64_t start)
{
	const struct recorded_message *messages[MESSAGES];
	unsigned count = record_messages(record, messages);

	html_markup(html, "<details><summary>The messages as a table</summary>"
	                  "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"IKE messages\">"
	                  "<table class=\"sortable\"><thead><tr><th class=n>Frame</th><th class=n>Time</th><th "
	                  "class=n>Since the one before</th>"
	                  "<th>From</th><th>Message</th><th>What it is</th></tr></thead><tbody>");
	for (unsigned i = 0; i < count; i++) {
		const struct recorded_message *message = messages[i];
		html_markup(html, "<tr>");
		html_number_cell(html, message->frame);
		html_time_cell(html, message->time, start);
		html_time_cell(html, message->time, i == 0 ? message->time : messages[i - 1]->time);
		html_element(html, "td", "", message->side == tunnel->asa_side ? "ASA" : "peer");
		html_element(html, "td", "", message->title);
		html_element(html, "td", "", message->details);
		html_markup(html, "</tr>");
	}
	html_markup(html, "</tbody></table></div></details>");
}

void report_ladder_append(const struct html *html, const struct tunnel *tunnel, const struct verdict_words *words,
                          const struct tunnel_record *record, int64_t start)
{
	if (record == NULL || record->messages == 0)
		return;
	html_element(html, "h3", "", "The IKE exchange");
	append_diagram(html, tunnel, words, record, start);
	append_table(html, tunnel, record, start);
}

void report_ladder_append_heads(const struct html *html)
{
	static const char *const classes[] = {"plain", "good", "again", "bad"};

	html_markup(html, "<svg class=\"heads\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>");
	for (unsigned i = 0; i < G_N_ELEMENTS(classes); i++)
		html_markup(
		        html,
		        "<marker id=\"head-%s\" viewBox=\"0 0 10 10\" refX=\"10\" refY=\"5\" markerWidth=\"6\" "
		        "markerHeight=\"6\" orient=\"auto\"><path d=\"M0 0L10 5L0 10z\" class=\"head %s\"/></marker>",
		        classes[i], classes[i]);
	html_markup(html, "</defs></svg>");
}
