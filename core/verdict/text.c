/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/verdict/text.h"

#include <inttypes.h>

#include "core/base/time.h"
#include "core/catalogue/evidence.h"
#include "core/verdict/checklist.h"
#include "core/verdict/steps_text.h"
#include "core/verdict/words.h"

#define INDENT 4

/* Everything that the parts of one verdict's text need. */
struct page {
	GString *text;
	const struct text_style *style;
	struct tunnels *tunnels;
	const struct tunnel *tunnel;
	int64_t start;
	struct verdict verdict;
	struct verdict_words words;
};

static enum paint paint_of(enum cause cause)
{
	if (cause == CAUSE_UNDETERMINED)
		return PAINT_WARNING;
	return cause == CAUSE_NONE ? PAINT_GOOD : PAINT_BAD;
}

/* The first phase that is not known to be well. */
static enum phase first_unknown(const struct verdict *verdict)
{
	for (enum phase phase = PHASE_1; phase < PHASE_LAST; phase++)
		if (verdict->phases[phase].answer == ANSWER_UNKNOWN)
			return phase;
	return PHASE_NONE;
}

static void append_unknown_summary(GString *text, const struct text_style *style, const struct verdict *verdict)
{
	enum phase phase = first_unknown(verdict);

	text_style_append_string(text, style, PAINT_WARNING, cause_name(verdict->cause));
	g_string_append_printf(text, ": %s unknown (%s)", verdict_words_phase(phase),
	                       catalogue_reason(verdict->phases[phase].reason)->why);
}

void verdict_text_append_summary(GString *text, const struct text_style *style, const struct verdict *verdict)
{
	enum paint paint = paint_of(verdict->cause);

	if (verdict->cause == CAUSE_UNDETERMINED) {
		append_unknown_summary(text, style, verdict);
		return;
	}
	if (verdict->cause == CAUSE_NONE)
		text_style_append_string(text, style, paint, verdict_words_headline(verdict));
	else
		text_style_append(text, style, paint, "%s: %s", verdict_words_failure(verdict->phase_failed),
		                  cause_name(verdict->cause));
	g_string_append(text, " (");
	g_string_append(text, confidence_name(verdict->confidence));
	g_string_append_c(text, ')');
}

void verdict_text_append_answers(GString *text, const struct text_style *style, const struct verdict *verdict)
{
	static const enum paint paints[] = {
	        [ANSWER_UNKNOWN] = PAINT_WARNING, [ANSWER_OK] = PAINT_GOOD, [ANSWER_FAILED] = PAINT_BAD};

	for (enum phase phase = PHASE_1; phase < PHASE_LAST; phase++) {
		const struct phase_answer *answer = &verdict->phases[phase];
		g_string_append_printf(text, "%s%s ", phase == PHASE_1 ? "" : " · ", verdict_words_phase(phase));
		text_style_append_string(text, style, paints[answer->answer], answer_name(answer->answer));
		if (answer->answer == ANSWER_UNKNOWN)
			g_string_append_printf(text, ": %s", catalogue_reason(answer->reason)->why);
	}
}

static void heading(const struct page *page, const char *name)
{
	g_string_append(page->text, "  ");
	text_style_append_string(page->text, page->style, PAINT_BOLD, name);
	g_string_append_c(page->text, '\n');
}

static void append_title(const struct page *page)
{
	const struct ike_sa *sa = page->verdict.ike_sa;
	char state[32];

	text_style_append(page->text, page->style, PAINT_BOLD, "%s (taken as the ASA: %s) – %s (peer)", page->words.asa,
	                  verdict_words_why_this_side(page->tunnel, &page->verdict), page->words.peer);
	if (sa != NULL)
		g_string_append_printf(page->text, ", IKEv%u, state %s", sa->version,
		                       tunnel_ike_state(page->tunnel, state, sizeof state));
	const char *nat = verdict_words_nat(page->tunnel);
	if (nat != NULL)
		g_string_append_printf(page->text, ", %s", nat);
	g_string_append_c(page->text, '\n');
}

static void append_child_spis(GString *text, const struct child_sa *child, unsigned asa_side)
{
	for (unsigned i = 0; i < 2; i++) {
		uint32_t spi = child->spi_from[i == 0 ? asa_side : !asa_side];
		g_string_append(text, i == 0 ? "" : "/");
		if (spi == 0)
			g_string_append_c(text, '-');
		else
			g_string_append_printf(text, "0x%08" PRIx32, spi);
	}
}

void verdict_text_append_children(GString *text, const struct tunnel *tunnel, const struct verdict *verdict)
{
	if (verdict->child == NULL)
		return;
	g_string_append_printf(text, "%" PRIu32 " of %" PRIu32 " children one-way: ", verdict->children_one_way,
	                       verdict->children);
	append_child_spis(text, verdict->child, tunnel->asa_side);
}

/* "Works …: Phase 1 and 2 up, ESP both ways on N children", "1 of 3 children one-way: 0x…/0x…", or the entry's own. */
static void append_headline(const struct page *page)
{
	const struct verdict *verdict = &page->verdict;

	if (verdict->cause == CAUSE_NONE)
		text_style_append(page->text, page->style, PAINT_GOOD,
		                  "%s: Phase 1 and 2 up, ESP both ways on %" PRIu32 " %s",
		                  verdict_words_headline(verdict), verdict->children,
		                  verdict->children == 1 ? "child" : "children");
	else if (verdict->cause == CAUSE_UNDETERMINED)
		text_style_append_string(page->text, page->style, PAINT_WARNING, page->words.entry->headline);
	else if (verdict->child == NULL)
		g_string_append(page->text, page->words.entry->headline);
	verdict_text_append_children(page->text, page->tunnel, verdict);
}

static void append_answers(const struct page *page)
{
	g_string_append(page->text, "  ");
	verdict_text_append_answers(page->text, page->style, &page->verdict);
	g_string_append_c(page->text, '\n');
}

static void append_to_know(const struct page *page)
{
	const char *to_know;

	for (enum phase phase = PHASE_NONE; (to_know = verdict_words_to_know(&page->verdict, &phase)) != NULL;)
		g_string_append_printf(page->text, "  To know of %s: %s\n", verdict_words_phase(phase), to_know);
}

static void append_cause(const struct page *page)
{
	const struct verdict *verdict = &page->verdict;

	g_string_append(page->text, "  cause: ");
	text_style_append_string(page->text, page->style, PAINT_BOLD, page->words.entry->name);
	if (verdict->cause != CAUSE_UNDETERMINED)
		g_string_append_printf(page->text, ", %s", confidence_name(verdict->confidence));
	for (unsigned i = 0; i < verdict->alternative_count; i++)
		g_string_append_printf(page->text, "%s%s", i == 0 ? "; it could also be " : ", ",
		                       verdict->alternatives[i]);
	g_string_append_c(page->text, '\n');
}

static void append_verdict(const struct page *page)
{
	char text[VERDICT_WORDS_SIZE];

	g_string_append(page->text, "  ");
	if (cause_is_fault(page->verdict.cause)) {
		text_style_append_string(page->text, page->style, PAINT_BAD,
		                         verdict_words_failure(page->verdict.phase_failed));
		g_string_append(page->text, ": ");
	}
	append_headline(page);
	g_string_append_c(page->text, '\n');
	if (page->verdict.refused != NULL)
		g_string_append_printf(page->text, "  %s\n", verdict_words_refused(&page->verdict, text, sizeof text));
	append_answers(page);
	append_to_know(page);
	append_cause(page);
	if (page->tunnel->copies != 0)
		g_string_append_printf(page->text, "  %s\n", verdict_words_copies(page->tunnel, text, sizeof text));
	text_style_wrap(page->text, page->style, INDENT, page->words.entry->meaning);
}

static void append_seconds(GString *text, int64_t nanoseconds)
{
	g_string_append_printf(text, "%10" PRId64 ".%06" PRId64 " s", nanoseconds / NANOSECONDS,
	                       nanoseconds % NANOSECONDS / 1000);
}

static void append_time_of_day(GString *text, int64_t time)
{
	GDateTime *date = g_date_time_new_from_unix_local(time / NANOSECONDS);
	char *day = g_date_time_format(date, "%Y-%m-%d %H:%M:%S");

	g_string_append_printf(text, "%s.%03" PRId64, day, time % NANOSECONDS / NANOSECONDS_PER_MILLISECOND);
	g_free(day);
	g_date_time_unref(date);
}

/* Where something was seen: the frame and how long after the start, or the time of day. */
static void append_place(const struct page *page, uint32_t frame, int64_t time)
{
	if (page->start == VERDICT_TEXT_LIVE) {
		append_time_of_day(page->text, time);
		return;
	}
	if (frame != 0)
		g_string_append_printf(page->text, "frame %-5" PRIu32, frame);
	else
		g_string_append_printf(page->text, "%-11s", "no frame");
	append_seconds(page->text, time - page->start);
}

static void append_evidence(const struct page *page)
{
	const struct evidence_list *evidence = &page->verdict.evidence;
	char text[VERDICT_WORDS_SIZE];

	if (evidence->count == 0)
		return;
	heading(page, "Evidence");
	for (unsigned i = 0; i < evidence->count; i++) {
		const struct evidence *item = &evidence->items[i];
		g_string_append(page->text, "    ");
		append_place(page, item->frame, item->time);
		g_string_append_printf(page->text, "  %s\n", evidence_text(item, text, sizeof text));
	}
}

static void append_proposals(const struct page *page)
{
	const struct ike_sa *sa = page->verdict.ike_sa;

	if (sa == NULL || (sa->init.offered[0] == '\0' && sa->init.chosen[0] == '\0'))
		return;
	heading(page, "Proposals for the IKE SA");
	if (sa->init.offered[0] != '\0')
		g_string_append_printf(page->text, "    offered  %s\n", sa->init.offered);
	if (sa->init.chosen[0] != '\0')
		g_string_append_printf(page->text, "    chosen   %s\n", sa->init.chosen);
}

static void append_direction(const struct page *page, const char *name, unsigned side)
{
	const struct esp_direction *esp = &page->tunnel->esp[side];

	g_string_append_printf(page->text,
	                       "    #pkts %s: %" PRIu64 ", %" PRIu64 " bytes, %" PRIu64 " lost, %" PRIu32 " SPI%s\n",
	                       name, esp->packets, esp->bytes, esp->lost, esp->spis, esp->spis == 1 ? "" : "s");
}

static void append_esp(const struct page *page)
{
	const struct tunnel *tunnel = page->tunnel;

	if (tunnel->esp[0].packets + tunnel->esp[1].packets == 0)
		return;
	heading(page, "ESP, as the ASA counts it");
	append_direction(page, "encaps", tunnel->asa_side);
	append_direction(page, "decaps", !tunnel->asa_side);
}

static void append_shown(const struct page *page)
{
	char text[VERDICT_WORDS_SIZE];
	const char *shown = verdict_words_shown(&page->words, text, sizeof text);

	if (shown == NULL || !cause_is_fault(page->verdict.cause))
		return;
	heading(page, "An ASA would show");
	g_string_append_printf(page->text, "    %s: %s\n", verdict_words_show_command(&page->words), shown);
}

static void append_logged(const struct page *page)
{
	const struct asa_message *message;
	unsigned cursor = 0;
	bool begun = false;
	char text[VERDICT_WORDS_SIZE];

	while ((message = verdict_words_message(&page->words, &cursor)) != NULL) {
		if (!begun)
			heading(page, "An ASA would log");
		begun = true;
		verdict_words_fill(&page->words, message->text, text, sizeof text);
		g_string_append_printf(page->text, "    %%ASA-%u-%s: %s", message->severity, message->id, text);
		if (*asa_message_note(message) != '\0')
			g_string_append_printf(page->text, "  (%s)", asa_message_note(message));
		g_string_append_c(page->text, '\n');
	}
}

static void append_walk(const struct page *page)
{
	static const struct {
		const char *mark;
		enum paint paint;
	} marks[] = {[CHECKLIST_UNKNOWN] = {"?", PAINT_WARNING},
	             [CHECKLIST_OK] = {"✓", PAINT_GOOD},
	             [CHECKLIST_FAILED] = {"✗", PAINT_BAD}};
	struct checklist_item steps[CHECKLIST_STEPS];

	tunnel_checklist(page->tunnel, &page->verdict, steps);
	heading(page, "From zero to pings");
	for (unsigned i = 0; i < CHECKLIST_STEPS; i++) {
		g_string_append(page->text, "    ");
		text_style_append_string(page->text, page->style, marks[steps[i].answer].paint,
		                         marks[steps[i].answer].mark);
		g_string_append_printf(page->text, " %u. %-20s %s\n", i + 1, steps[i].name, steps[i].why);
	}
}

/* A failure that a later success undid is history, and worth a line. */
static void append_history(const struct page *page)
{
	const struct tunnel *tunnel = page->tunnel;

	if (tunnel->history_count < 2)
		return;
	heading(page, "Before that");
	for (unsigned i = 0; i + 1 < tunnel->history_count; i++) {
		const struct tunnel_event *event = &tunnel->history[i];
		g_string_append(page->text, "    from ");
		if (page->start == VERDICT_TEXT_LIVE)
			append_time_of_day(page->text, event->time);
		else
			g_string_append_printf(page->text, "frame %" PRIu32, event->frame);
		g_string_append_printf(page->text, "  %s\n", cause_name(event->cause));
	}
}

void verdict_text_append(GString *text, const struct text_style *style, struct tunnels *tunnels,
                         const struct tunnel *tunnel, int64_t start)
{
	struct page page = {.text = text, .style = style, .tunnels = tunnels, .tunnel = tunnel, .start = start};

	tunnel_diagnose(tunnels, tunnel, &page.verdict);
	verdict_words_of(tunnel, &page.verdict, &page.words);
	append_title(&page);
	append_verdict(&page);
	append_evidence(&page);
	append_proposals(&page);
	append_esp(&page);
	append_shown(&page);
	append_logged(&page);
	steps_text_append(text, style, page.words.entry->steps, page.words.versions, &page.words.values);
	append_walk(&page);
	append_history(&page);
}
