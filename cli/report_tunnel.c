/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report_tunnel.h"

#include <inttypes.h>
#include <string.h>

#include "cli/report_ladder.h"
#include "cli/report_plot.h"
#include "cli/report_verdict.h"
#include "core/asa/show.h"
#include "core/catalogue/evidence.h"
#include "core/verdict/checklist.h"
#include "core/verdict/text.h"
#include "core/verdict/words.h"

#define SHOWN_BYTES 10000
#define COMMAND_SIZE (64 + IP_ADDRESS_TEXT_SIZE)

/* Everything that the parts of one card need. */
struct card {
	const struct html *html;
	struct tunnels *tunnels;
	const struct tunnel *tunnel;
	const struct record *record;
	int64_t start;
	struct verdict verdict;
	struct verdict_words words;
};

static bool is_fault(const struct card *card)
{
	return cause_is_fault(card->verdict.cause);
}

/* ---- the verdict ---- */

static void append_alternatives(const struct card *card)
{
	for (unsigned i = 0; i < card->verdict.alternative_count; i++) {
		html_markup(card->html, i == 0 ? "; it could also be " : ", ");
		html_element(card->html, "code", "", card->verdict.alternatives[i]);
	}
}

/* Of several children: how many are one-way, and the first of them. */
static void append_children_one_way(const struct card *card)
{
	GString *text = g_string_new(NULL);

	verdict_text_append_children(text, card->tunnel, &card->verdict);
	if (text->len > 0)
		html_element(card->html, "p", "class=\"headline\"", text->str);
	g_string_free(text, TRUE);
}

static void append_head(const struct card *card)
{
	const struct html *html = card->html;
	const struct catalogue_entry *entry = card->words.entry;
	struct report_look look = report_look_of(card->verdict.cause);
	char text[VERDICT_WORDS_SIZE];

	html_markup(html, "<header><p class=\"badge %s\"><span aria-hidden=\"true\">%s</span> ", look.paint, look.mark);
	html_text(html, report_verdict_words(card->verdict.cause, card->verdict.phase_failed));
	html_markup(html, "</p><h2 id=\"h%" PRIu32 "\">", card->tunnel->number);
	html_textf(html, "%s – %s", card->words.asa, card->words.peer);
	html_markup(html, "</h2>");
	html_element(html, "p", "class=\"headline\"", verdict_words_headline(&card->verdict));
	if (card->verdict.refused != NULL)
		html_element(html, "p", "class=\"headline\"", verdict_words_refused(&card->verdict, text, sizeof text));
	append_children_one_way(card);
	report_answers_append(html, &card->verdict);
	html_markup(html, "<p>Cause: ");
	html_element(html, "code", "", entry->name);
	if (card->verdict.cause != CAUSE_UNDETERMINED)
		html_textf(html, ", %s", confidence_name(card->verdict.confidence));
	append_alternatives(card);
	html_markup(html, ".</p></header>");
	html_element(html, "p", "", entry->meaning);
}

static void append_fact(const struct html *html, const char *name, const char *format, ...) G_GNUC_PRINTF(3, 4);
static void append_fact(const struct html *html, const char *name, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	html_markup(html, "<div>");
	html_element(html, "dt", "", name);
	html_element(html, "dd", "", text);
	html_markup(html, "</div>");
	g_free(text);
}

static void append_facts(const struct card *card)
{
	const struct html *html = card->html;
	const struct ike_sa *sa = card->verdict.ike_sa;
	const char *nat = verdict_words_nat(card->tunnel);
	char state[32];

	html_markup(html, "<dl>");
	append_fact(html, "ASA", "%s (taken as it: %s)", card->words.asa,
	            verdict_words_why_this_side(card->tunnel, &card->verdict));
	append_fact(html, "Peer", "%s", card->words.peer);
	if (sa != NULL)
		append_fact(html, "IKE", "version %u, state %s", sa->version,
		            tunnel_ike_state(card->tunnel, state, sizeof state));
	if (nat != NULL)
		append_fact(html, "NAT", "%s", nat);
	if (sa != NULL && sa->init.offered[0] != '\0')
		append_fact(html, "Offered for the IKE SA", "%s", sa->init.offered);
	if (sa != NULL && sa->init.chosen[0] != '\0')
		append_fact(html, "Chosen for the IKE SA", "%s", sa->init.chosen);
	html_markup(html, "</dl>");
}

static void append_evidence(const struct card *card)
{
	const struct html *html = card->html;
	const struct evidence_list *evidence = &card->verdict.evidence;
	char text[VERDICT_WORDS_SIZE];

	if (evidence->count == 0)
		return;
	html_markup(html,
	            "<h3>Evidence</h3><table class=\"sortable\"><thead><tr><th class=n>Frame</th><th class=n>Time</th>"
	            "<th>What it shows</th></tr></thead><tbody>");
	for (unsigned i = 0; i < evidence->count; i++) {
		const struct evidence *item = &evidence->items[i];
		html_markup(html, "<tr>");
		html_frame_cell(html, item->frame);
		html_time_cell(html, item->time, card->start);
		html_element(html, "td", "", evidence_text(item, text, sizeof text));
		html_markup(html, "</tr>");
	}
	html_markup(html, "</tbody></table>");
}

/* ---- what to do ---- */

static void append_step(const struct card *card, const struct next_step *step)
{
	char command[VERDICT_WORDS_SIZE];

	html_markup(card->html, "<li>");
	html_element(card->html, "code", "", verdict_words_fill(&card->words, step->command, command, sizeof command));
	html_element(card->html, "span", "class=\"why\"", step->why);
	html_markup(card->html, "</li>");
}

static void append_steps_at(const struct card *card, enum next_at at)
{
	static const char *const headings[] = {
	        [AT_ASA] = "Type on the ASA", [AT_PEER] = "Type on the peer", [AT_PATH] = "Type on the path between"};
	const struct next_step *step;
	bool begun = false;

	for (unsigned cursor = 0; (step = verdict_words_step(&card->words, &cursor)) != NULL;) {
		if (step->at != at)
			continue;
		if (!begun) {
			html_element(card->html, "h4", "", headings[at]);
			html_markup(card->html, "<ul class=\"steps\">");
		}
		begun = true;
		append_step(card, step);
	}
	if (begun)
		html_markup(card->html, "</ul>");
}

static void append_steps(const struct card *card)
{
	unsigned cursor = 0;

	if (verdict_words_step(&card->words, &cursor) == NULL)
		return;
	html_element(card->html, "h3", "", "What to type next");
	for (enum next_at at = AT_ASA; at <= AT_PATH; at++)
		append_steps_at(card, at);
}

static void append_walk(const struct card *card)
{
	static const struct {
		const char *class, *mark, *spoken;
	} answers[] = {
	        [CHECKLIST_UNKNOWN] = {"unknown", "?", "not known: "},
	        [CHECKLIST_OK] = {"good", "✓", "holds: "},
	        [CHECKLIST_FAILED] = {"bad", "✗", "fails: "},
	};
	struct checklist_item steps[CHECKLIST_STEPS];

	tunnel_checklist(card->tunnel, &card->verdict, steps);
	html_element(card->html, "h3", "", "From zero to pings");
	html_markup(card->html, "<ol class=\"walk\">");
	for (unsigned i = 0; i < CHECKLIST_STEPS; i++) {
		html_markup(card->html,
		            "<li class=\"%s\"><span class=\"mark\" aria-hidden=\"true\">%s</span>"
		            "<span class=\"spoken\">%s</span>",
		            answers[steps[i].answer].class, answers[steps[i].answer].mark,
		            answers[steps[i].answer].spoken);
		html_element(card->html, "strong", "", steps[i].name);
		html_element(card->html, "span", "class=\"why\"", steps[i].why);
		html_markup(card->html, "</li>");
	}
	html_markup(card->html, "</ol>");
}

/* ---- what an ASA would say ---- */

static void append_logged(const struct card *card)
{
	const struct asa_message *message;
	unsigned cursor = 0;
	bool begun = false;
	char text[VERDICT_WORDS_SIZE];

	while ((message = verdict_words_message(&card->words, &cursor)) != NULL) {
		if (!begun)
			html_markup(card->html,
			            "<h3>An ASA would log</h3><p class=\"note\">Expected with this verdict; nobody "
			            "read them on yours.</p><ul class=\"log\">");
		begun = true;
		html_markup(card->html, "<li><code>");
		html_textf(card->html, "%%ASA-%u-%s: %s", message->severity, message->id,
		           verdict_words_fill(&card->words, message->text, text, sizeof text));
		html_markup(card->html, "</code>");
		if (*asa_message_note(message) != '\0')
			html_markup(card->html, " <em>(%s)</em>", asa_message_note(message));
		html_markup(card->html, "</li>");
	}
	if (begun)
		html_markup(card->html, "</ul>");
}

/* A line that is cut in the midst of an address would show its half, which --redact does not know for one. */
static void cut_at_line_end(GString *shown, size_t most)
{
	while (most > 0 && shown->str[most - 1] != '\n')
		most--;
	g_string_truncate(shown, most);
}

void report_show_append(const struct html *html, struct tunnels *tunnels, const char *command, size_t most)
{
	GString *shown = g_string_new(NULL);
	char **words = g_strsplit(command, " ", -1);

	if (asa_show_append(shown, (const char *const *)words, g_strv_length(words), tunnels) == 0) {
		bool cut = shown->len > most;
		if (cut)
			cut_at_line_end(shown, most);
		html_markup(html, "<details><summary><code>show ");
		html_text(html, command);
		html_markup(html, "</code></summary><pre tabindex=\"0\">");
		html_text_with_identities(html, shown->str);
		html_markup(html, "</pre>%s</details>", cut ? "<p class=\"note\">The rest is left out.</p>" : "");
	}
	g_strfreev(words);
	g_string_free(shown, TRUE);
}

static void append_show_of_peer(const struct card *card, const char *command)
{
	char words[COMMAND_SIZE];

	if (g_str_has_prefix(command, "show "))
		command += strlen("show ");
	g_snprintf(words, sizeof words, "%s peer %s", command, card->words.peer);
	report_show_append(card->html, card->tunnels, words, SHOWN_BYTES);
}

static void append_shown(const struct card *card)
{
	char text[VERDICT_WORDS_SIZE];
	const char *shown = verdict_words_shown(&card->words, text, sizeof text);
	const char *command = verdict_words_show_command(&card->words);
	char detail[64];

	html_element(card->html, "h3", "", "An ASA would show");
	if (shown != NULL && is_fault(card)) {
		html_markup(card->html, "<p><code>");
		html_text(card->html, command);
		html_markup(card->html, "</code>: ");
		html_text(card->html, shown);
		html_markup(card->html, "</p>");
	}
	html_markup(card->html, "<p class=\"note\">From the packets; what they cannot tell is printed as -.</p>");
	g_snprintf(detail, sizeof detail, "%s detail", command);
	append_show_of_peer(card, detail);
	append_show_of_peer(card, "crypto ipsec sa");
}

static void append_article(const struct card *card)
{
	if (card->words.entry->article == NULL || !is_fault(card))
		return;
	html_markup(card->html, "<p class=\"note\">In the words of the usual troubleshooting tables: ");
	html_text(card->html, card->words.entry->article);
	html_markup(card->html, "</p>");
}

static void append_history(const struct card *card)
{
	const struct tunnel *tunnel = card->tunnel;

	if (tunnel->history_count < 2)
		return;
	html_markup(card->html, "<h3>Before that</h3><ul>");
	for (unsigned i = 0; i + 1 < tunnel->history_count; i++) {
		html_markup(card->html, "<li>from frame %" PRIu32 ": ", tunnel->history[i].frame);
		html_element(card->html, "code", "", cause_name(tunnel->history[i].cause));
		html_markup(card->html, "</li>");
	}
	html_markup(card->html, "</ul>");
}

void report_tunnel_append(const struct html *html, struct tunnels *tunnels, const struct tunnel *tunnel,
                          const struct record *record, int64_t start)
{
	struct card card = {.html = html, .tunnels = tunnels, .tunnel = tunnel, .record = record, .start = start};
	const struct tunnel_record *recorded = record_of(record, tunnel->number);

	tunnel_diagnose(tunnels, tunnel, &card.verdict);
	verdict_words_of(tunnel, &card.verdict, &card.words);
	html_markup(html, "<article id=\"t%" PRIu32 "\" class=\"%s\" aria-labelledby=\"h%" PRIu32 "\">", tunnel->number,
	            report_look_of(card.verdict.cause).class, tunnel->number);
	append_head(&card);
	append_article(&card);
	append_facts(&card);
	report_children_append(html, tunnels, tunnel);
	html_markup(html, "<div class=\"pair\"><section>");
	append_evidence(&card);
	append_history(&card);
	html_markup(html, "</section><section>");
	append_walk(&card);
	html_markup(html, "</section></div><section>");
	append_steps(&card);
	html_markup(html, "</section><div class=\"pair\"><section>");
	report_ladder_append(html, tunnel, &card.words, recorded, start);
	html_markup(html, "</section><section>");
	report_plot_append(html, tunnels, tunnel, recorded, start);
	html_markup(html, "</section></div><section>");
	append_shown(&card);
	append_logged(&card);
	html_markup(html, "</section></article>");
}
