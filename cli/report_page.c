/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report_page.h"

#include <inttypes.h>
#include <string.h>

#include "cli/report_html.h"
#include "cli/report_ladder.h"
#include "cli/report_parts.h"
#include "cli/report_tunnel.h"
#include "cli/report_verdict.h"
#include "core/base/time.h"
#include "core/verdict/words.h"
#include "generated/version.h"

#define ROWS_MOST 200
#define CARDS_TRIED 60 /* cards that did not fit before no more are drawn */
#define SHOWN_BYTES 6000
#define SPARE 4000 /* bytes for what is written after the cards are chosen … */
#define LINK 32    /* … and for the link to each */

/* A tunnel of the page, with its verdict. */
struct row {
	const struct tunnel *tunnel;
	enum cause cause;
	enum phase phase_failed;
	enum confidence confidence;
	struct phase_answer phases[PHASE_LAST];
	GString *card; /* NULL where it did not fit */
};

struct page {
	struct html html;
	const struct analysis *analysis;
	const struct record *record;
	const char *file;
	GArray *rows;
	unsigned faults, undetermined;
	unsigned cards;
};

/* ---- the tunnels ---- */

/* Faults, then what is undetermined, then what works. */
static int rank(enum cause cause)
{
	if (cause_is_fault(cause))
		return 0;
	return cause == CAUSE_UNDETERMINED ? 1 : 2;
}

static gint faults_first(gconstpointer a, gconstpointer b)
{
	const struct row *row = a, *other = b;

	if (rank(row->cause) != rank(other->cause))
		return rank(row->cause) - rank(other->cause);
	return row->tunnel->number < other->tunnel->number ? -1 : 1;
}

static void judge(struct page *page)
{
	struct tunnels *tunnels = page->analysis->tunnels;
	struct verdict verdict;

	page->rows = g_array_new(FALSE, TRUE, sizeof(struct row));
	for (uint32_t number = 0; number < tunnels_count(tunnels); number++) {
		const struct tunnel *tunnel = tunnels_at(tunnels, number);
		if (tunnel == NULL)
			continue;
		tunnel_diagnose(tunnels, tunnel, &verdict);
		struct row row = {.tunnel = tunnel,
		                  .cause = verdict.cause,
		                  .phase_failed = verdict.phase_failed,
		                  .confidence = verdict.confidence};
		memcpy(row.phases, verdict.phases, sizeof row.phases);
		g_array_append_val(page->rows, row);
		page->faults += cause_is_fault(verdict.cause);
		page->undetermined += verdict.cause == CAUSE_UNDETERMINED;
	}
	g_array_sort(page->rows, faults_first);
}

/* Addresses in the order of the page, and every name that a peer gave. */
static void learn_names(struct page *page)
{
	char text[IP_ADDRESS_TEXT_SIZE];

	for (unsigned i = 0; i < page->rows->len; i++) {
		const struct tunnel *tunnel = g_array_index(page->rows, struct row, i).tunnel;
		if (i < ROWS_MOST) {
			redaction_add_address(page->html.redaction,
			                      ip_address_to_text(&tunnel->address[tunnel->asa_side], text));
			redaction_add_address(page->html.redaction,
			                      ip_address_to_text(&tunnel->address[!tunnel->asa_side], text));
		}
		for (unsigned sa = 0; sa < tunnel->ike_sa_count; sa++)
			for (unsigned side = 0; side < 2; side++)
				redaction_add_identity(page->html.redaction,
				                       tunnel->ike_sas[sa]->authentication.identity[side]);
	}
}

/* Draws cards, faults first, as long as they fit into the bytes that are left. */
static void draw_cards(struct page *page, size_t left)
{
	unsigned misses = 0;

	for (unsigned i = 0; i < page->rows->len && misses < CARDS_TRIED; i++) {
		struct row *row = &g_array_index(page->rows, struct row, i);
		struct html html = {.to = g_string_new(NULL), .redaction = page->html.redaction};
		report_tunnel_append(&html, page->analysis->tunnels, row->tunnel, page->record, page->analysis->first);
		if (html.to->len > left) {
			g_string_free(html.to, TRUE);
			misses++;
			continue;
		}
		left -= html.to->len;
		row->card = html.to;
		page->cards++;
	}
}

/* ---- the overview ---- */

static void append_name(const struct page *page, const struct row *row)
{
	char asa[IP_ADDRESS_TEXT_SIZE], peer[IP_ADDRESS_TEXT_SIZE];

	if (row->card != NULL)
		html_markup(&page->html, "<a href=\"#t%" PRIu32 "\">", row->tunnel->number);
	html_textf(&page->html, "%s – %s", ip_address_to_text(&row->tunnel->address[row->tunnel->asa_side], asa),
	           ip_address_to_text(&row->tunnel->address[!row->tunnel->asa_side], peer));
	html_markup(&page->html, "%s", row->card != NULL ? "</a>" : "");
}

static void append_row(const struct page *page, const struct row *row)
{
	const struct html *html = &page->html;
	const struct tunnel *tunnel = row->tunnel;

	html_markup(html, "<tr class=\"%s\"><td>", report_look_of(row->cause).class);
	append_name(page, row);
	html_markup(html, "</td>");
	html_element(html, "td", "", report_verdict_words(row->cause, row->phase_failed));
	html_element(html, "td", "", cause_name(row->cause));
	html_element(html, "td", "", row->cause == CAUSE_UNDETERMINED ? "-" : confidence_name(row->confidence));
	for (enum phase phase = PHASE_1; phase < PHASE_LAST; phase++)
		report_answer_cell(html, &row->phases[phase]);
	html_number_cell(html, tunnel->esp[tunnel->asa_side].packets);
	html_number_cell(html, tunnel->esp[!tunnel->asa_side].packets);
	html_number_cell(html, tunnel->esp[0].lost + tunnel->esp[1].lost);
	html_number_cell(html, tunnel->first_frame);
	html_markup(html, "</tr>");
}

/* Above the cards, and drawn before they are: its size is known then. */
static void append_overview(const struct page *page)
{
	const struct html *html = &page->html;
	unsigned rows = MIN(page->rows->len, ROWS_MOST);

	if (rows == 0)
		return;
	html_markup(html, "<section aria-labelledby=\"overview\"><h2 id=\"overview\">Tunnels</h2>"
	                  "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-labelledby=\"overview\">"
	                  "<table class=\"sortable\" id=\"tunnels\"><thead><tr><th>ASA – peer</th><th>Verdict</th>"
	                  "<th>Cause</th><th>Confidence</th><th>Phase 1</th><th>Phase 2</th><th>Data</th><th "
	                  "class=n>Encaps</th><th class=n>Decaps</th><th class=n>Lost</th>"
	                  "<th class=n>First frame</th></tr></thead><tbody>");
	for (unsigned i = 0; i < rows; i++)
		append_row(page, &g_array_index(page->rows, struct row, i));
	html_markup(html, "</tbody></table></div>");
	if (rows < page->rows->len)
		html_markup(html,
		            "<p class=\"note\">%u more tunnels are left out here; asaphase diagnose --brief lists them "
		            "all.</p>",
		            page->rows->len - rows);
	if (page->cards < page->rows->len)
		html_markup(html,
		            "<p class=\"note\">%u tunnels have their details below, those with a fault first; the page "
		            "would be too large for the others.</p>",
		            page->cards);
	html_markup(html, "</section>");
}

/* ---- head and foot ---- */

static char *digest_of(const char *text)
{
	GChecksum *checksum = g_checksum_new(G_CHECKSUM_SHA256);
	guint8 digest[32];
	gsize length = sizeof digest;

	g_checksum_update(checksum, (const guchar *)text, -1);
	g_checksum_get_digest(checksum, digest, &length);
	g_checksum_free(checksum);
	return g_base64_encode(digest, length);
}

static void append_head(const struct page *page)
{
	const struct html *html = &page->html;
	char *style = digest_of(report_style), *script = digest_of(report_script);

	html_markup(
	        html,
	        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
	        "<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"referrer\" content=\"no-referrer\">");
	html_markup(html,
	            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-%s'; "
	            "script-src 'sha256-%s'\"><title>",
	            style, script);
	html_textf(html, "%s: %u of %u tunnels with a fault, %u undetermined", page->file, page->faults,
	           page->rows->len, page->undetermined);
	html_markup(html, "</title><style>%s</style></head>", report_style);
	g_free(style);
	g_free(script);
}

static void append_moment(const struct html *html, int64_t time)
{
	GDateTime *moment = g_date_time_new_from_unix_utc(time / NANOSECONDS);

	if (moment == NULL)
		return;
	char *text = g_date_time_format(moment, "%Y-%m-%d %H:%M:%S UTC");
	html_textf(html, ", from %s on", text);
	g_free(text);
	g_date_time_unref(moment);
}

/* Green where all is well alone. */
static void append_tally(const struct page *page)
{
	bool is_well = page->faults == 0 && page->undetermined == 0;

	html_markup(&page->html, "<span class=\"badge %s\">%u of %u tunnel%s with a fault</span>",
	            is_well             ? "good"
	            : page->faults != 0 ? "bad"
	                                : "unknown",
	            page->faults, page->rows->len, page->rows->len == 1 ? "" : "s");
	if (page->undetermined != 0)
		html_markup(&page->html, " <span class=\"badge unknown\">%u undetermined</span>", page->undetermined);
}

static void append_title(const struct page *page)
{
	const struct html *html = &page->html;
	const struct analysis *analysis = page->analysis;
	char duration[DURATION_TEXT_SIZE];

	html_markup(html, "<body><a class=\"skip\" href=\"#main\">Skip to the tunnels</a><header class=\"top\"><h1>");
	html_text(html, page->file);
	html_markup(html, "</h1><p>%" PRIu64 " packets over ", analysis->packets);
	html_text(html, duration_text(analysis->last - analysis->first, duration));
	append_moment(html, analysis->first);
	html_markup(html, ".</p><p class=\"tally\">");
	if (page->rows->len == 0)
		html_markup(html, "No IKE and no ESP among them.");
	else
		append_tally(page);
	html_markup(html, "</p><p class=\"tools\" hidden><button type=\"button\" id=\"expand\">Expand all</button> "
	                  "<button type=\"button\" id=\"collapse\">Collapse all</button></p></header>"
	                  "<main id=\"main\" tabindex=\"-1\">");
}

static void append_problems(const struct page *page)
{
	const struct html *html = &page->html;
	const struct problems *problems = &page->analysis->problems;

	if (problems->count == 0)
		return;
	html_markup(html, "<section><h2>Wrong with the capture</h2><ul>");
	for (unsigned i = 0; i < problems->kept; i++) {
		html_markup(html, "<li>frame %" PRIu32 ": ", problems->list[i].frame);
		html_text(html, problems->list[i].text);
		html_markup(html, "</li>");
	}
	if (problems->count > problems->kept)
		html_markup(html, "<li>%" PRIu64 " more frames like these</li>", problems->count - problems->kept);
	html_markup(html, "</ul></section>");
}

static void append_shown(const struct page *page)
{
	static const char *const commands[] = {"vpn-sessiondb l2l", "crypto ipsec stats", "crypto isakmp stats"};

	if (page->rows->len == 0)
		return;
	html_markup(&page->html, "<section><h2>Over all tunnels, an ASA would show</h2>");
	for (unsigned i = 0; i < G_N_ELEMENTS(commands); i++)
		report_show_append(&page->html, page->analysis->tunnels, commands[i], SHOWN_BYTES);
	html_markup(&page->html, "</section>");
}

static void append_foot(const struct page *page)
{
	html_markup(&page->html,
	            "</main><footer><p>certain: read on the wire. likely: inferred, and a second witness agrees. "
	            "possible: inferred alone. undetermined: no fault seen, and too little seen to call it well. "
	            "Frames are numbered as in Wireshark, times count from the first "
	            "frame.%s</p><p>asaphase " ASAPHASE_VERSION "</p></footer><script>%s</script></body></html>\n",
	            page->html.redaction != NULL ? " Addresses and identities are hidden; SPIs are not." : "",
	            report_script);
}

/* What stands around the cards is drawn first, to know what is left for them. */
void report_page_append(GString *to, const struct analysis *analysis, const struct record *record, const char *file,
                        bool redact)
{
	struct page page = {.analysis = analysis, .record = record, .file = redact ? "Capture" : file};
	GString *foot = g_string_new(NULL);

	page.html.redaction = redact ? redaction_new() : NULL;
	judge(&page);
	if (redact)
		learn_names(&page);
	page.html.to = foot;
	append_problems(&page);
	append_shown(&page);
	append_foot(&page);
	page.html.to = g_string_new(NULL);
	append_head(&page);
	append_title(&page);
	append_overview(&page);
	size_t around = foot->len + page.html.to->len + SPARE + LINK * ROWS_MOST;
	draw_cards(&page, around < REPORT_PAGE_MOST ? REPORT_PAGE_MOST - around : 0);
	g_string_free(page.html.to, TRUE);

	page.html.to = to;
	append_head(&page);
	append_title(&page);
	report_ladder_append_heads(&page.html);
	append_overview(&page);
	for (unsigned i = 0; i < page.rows->len; i++) {
		GString *card = g_array_index(page.rows, struct row, i).card;
		if (card == NULL)
			continue;
		g_string_append_len(to, card->str, (gssize)card->len);
		g_string_free(card, TRUE);
	}
	g_string_append_len(to, foot->str, (gssize)foot->len);
	g_string_free(foot, TRUE);
	g_array_free(page.rows, TRUE);
	redaction_free(page.html.redaction);
}
