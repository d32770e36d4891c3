/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report_verdict.h"

#include <inttypes.h>

#include "core/catalogue/causes.h"
#include "core/verdict/words.h"

#define CHILDREN_SHOWN 64

struct report_look report_look_of(enum cause cause)
{
	if (cause == CAUSE_UNDETERMINED)
		return (struct report_look){"unknown", "unknown", "?"};
	return cause == CAUSE_NONE ? (struct report_look){"fine", "good", "✓"}
	                           : (struct report_look){"fault", "bad", "✗"};
}

const char *report_verdict_words(enum cause cause, enum phase failed)
{
	if (cause == CAUSE_UNDETERMINED)
		return "Undetermined";
	return cause == CAUSE_NONE ? "Works" : verdict_words_failure(failed);
}

/* ---- the three answers ---- */

static const char *paint_of(enum answer answer)
{
	static const char *const paints[] = {
	        [ANSWER_UNKNOWN] = "unknown", [ANSWER_OK] = "good", [ANSWER_FAILED] = "bad"};

	return paints[answer];
}

static const char *mark_of(enum answer answer)
{
	static const char *const marks[] = {[ANSWER_UNKNOWN] = "?", [ANSWER_OK] = "✓", [ANSWER_FAILED] = "✗"};

	return marks[answer];
}

/* The cause's own headline says why a phase failed. */
static const char *why(const struct verdict *verdict, const struct phase_answer *answer)
{
	return answer->answer == ANSWER_FAILED ? catalogue_entry(verdict->cause)->headline
	                                       : catalogue_reason(answer->reason)->why;
}

static void append_answer(const struct html *html, const struct verdict *verdict, enum phase phase)
{
	const struct phase_answer *answer = &verdict->phases[phase];
	const char *const names[] = {[PHASE_1] = "Phase 1", [PHASE_2] = "Phase 2", [PHASE_DATA] = "Data"};

	html_markup(html, "<li class=\"%s\"><span class=\"mark\" aria-hidden=\"true\">%s</span><strong>%s %s</strong>",
	            paint_of(answer->answer), mark_of(answer->answer), names[phase], answer_name(answer->answer));
	html_markup(html, "<span class=\"why\">");
	if (answer->answer != ANSWER_UNKNOWN)
		html_textf(html, "%s: ", confidence_name(answer->confidence));
	html_text(html, why(verdict, answer));
	html_markup(html, "</span></li>");
}

void report_answers_append(const struct html *html, const struct verdict *verdict)
{
	const char *to_know;

	html_markup(html, "<ul class=\"answers\">");
	for (enum phase phase = PHASE_1; phase < PHASE_LAST; phase++)
		append_answer(html, verdict, phase);
	html_markup(html, "</ul>");
	for (enum phase phase = PHASE_NONE; (to_know = verdict_words_to_know(verdict, &phase)) != NULL;) {
		html_markup(html, "<p class=\"to-know\">To know of %s: ", verdict_words_phase(phase));
		html_text(html, to_know);
		html_markup(html, ".</p>");
	}
}

void report_answer_cell(const struct html *html, const struct phase_answer *answer)
{
	html_markup(html, "<td class=\"%s\">%s</td>", paint_of(answer->answer), answer_name(answer->answer));
}

/* ---- the children ---- */

static void append_spi(const struct html *html, uint32_t spi)
{
	if (spi == 0)
		html_markup(html, "<td>-</td>");
	else
		html_markup(html, "<td><code>0x%08" PRIx32 "</code></td>", spi);
}

static void append_packets(const struct html *html, const struct spi_entry *entry)
{
	html_number_cell(html, entry != NULL ? entry->packets : 0);
}

static void append_child(const struct html *html, struct tunnels *tunnels, const struct tunnel *tunnel,
                         const struct child_verdict *verdict)
{
	const uint32_t *spi = verdict->child->spi_from;
	unsigned out = tunnel->asa_side, in = !tunnel->asa_side;
	struct report_look look = report_look_of(verdict->cause);

	html_markup(html, "<tr class=\"%s\">", look.class);
	append_spi(html, spi[out]);
	append_spi(html, spi[in]);
	html_markup(html, "<td class=\"%s\">%s</td>", look.paint, cause_name(verdict->cause));
	html_element(html, "td", "", verdict->cause == CAUSE_UNDETERMINED ? "-" : confidence_name(verdict->confidence));
	report_answer_cell(html, &verdict->phase_2);
	report_answer_cell(html, &verdict->data);
	append_packets(html, tunnel_spi_entry(tunnels, tunnel, out, spi[out]));
	append_packets(html, tunnel_spi_entry(tunnels, tunnel, in, spi[in]));
	html_markup(html, "</tr>");
}

/* Those that are one-way first, then in order: what is left out of a long list is well. */
static void append_rows(const struct html *html, struct tunnels *tunnels, const struct tunnel *tunnel,
                        const struct child_verdict *verdicts, unsigned count)
{
	unsigned shown = 0;

	for (unsigned pass = 0; pass < 2; pass++)
		for (unsigned i = 0; i < count && shown < CHILDREN_SHOWN; i++)
			if (cause_is_fault(verdicts[i].cause) == (pass == 0)) {
				append_child(html, tunnels, tunnel, &verdicts[i]);
				shown++;
			}
}

void report_children_append(const struct html *html, struct tunnels *tunnels, const struct tunnel *tunnel)
{
	struct child_verdict verdicts[TUNNEL_CHILDREN];
	unsigned count = tunnel_judge_children(tunnels, tunnel, verdicts);

	if (count == 0)
		return;
	html_markup(
	        html,
	        "<h3>Children</h3><div class=\"wide\"><table class=\"sortable\"><thead><tr><th>SPI out</th>"
	        "<th>SPI in</th><th>Cause</th><th>Confidence</th><th>Phase 2</th><th>Data</th><th class=n>Encaps</th>"
	        "<th class=n>Decaps</th></tr></thead><tbody>");
	append_rows(html, tunnels, tunnel, verdicts, count);
	html_markup(html, "</tbody></table></div>");
	if (count > CHILDREN_SHOWN)
		html_markup(html, "<p class=\"note\">%u more children are left out here.</p>", count - CHILDREN_SHOWN);
}
