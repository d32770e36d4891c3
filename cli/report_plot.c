/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report_plot.h"

#include <inttypes.h>
#include <math.h>

#include "core/base/time.h"
#include "core/catalogue/causes.h"

#define LABEL 18 /* pixels */
#define LANE 34
#define BETWEEN 10
#define AXIS 24
#define TICKS 4
#define SMALLEST_BAR 6 /* percent: one packet among thousands can still be seen */
#define TABLE_ROWS 40

struct plot {
	const struct html *html;
	const struct tunnel *tunnel;
	const struct tunnel_record *record;
	int64_t start; /* of the capture */
	double first;  /* of the tunnel's packets, and how long they took; nanoseconds */
	double range;
	uint32_t most; /* packets in one bin */
	unsigned y;
};

static uint32_t most_in_a_bin(const struct tunnel_record *record)
{
	uint32_t most = 1;

	for (unsigned side = 0; side < 2; side++)
		for (unsigned i = 0; i <= RECORD_SPIS; i++)
			for (unsigned bin = 0; record->spis[side][i] != NULL && bin < RECORD_BINS; bin++)
				most = MAX(most, record->spis[side][i]->bins[bin]);
	return most;
}

static unsigned bar_height(const struct plot *plot, uint32_t packets)
{
	if (packets == 0)
		return 0;
	return MAX((unsigned)((uint64_t)packets * 100 / plot->most), SMALLEST_BAR);
}

/* One path: from bin to bin, down to the ground wherever nothing was sent. */
static void append_bars(const struct plot *plot, const struct recorded_series *series)
{
	bool up = false;

	html_markup(plot->html, "<path d=\"");
	for (unsigned bin = 0; bin < RECORD_BINS; bin++) {
		unsigned height = bar_height(plot, series->bins[bin]);
		if (height != 0 && !up)
			html_markup(plot->html, "M%u 100", bin);
		if (height != 0)
			html_markup(plot->html, "V%uh1", 100 - height);
		else if (up)
			html_markup(plot->html, "V100z");
		up = height != 0;
	}
	html_markup(plot->html, "%s\"/>", up ? "V100z" : "");
}

static void append_lane(struct plot *plot, unsigned side, const struct recorded_series *series, uint32_t others)
{
	const struct html *html = plot->html;
	bool is_encaps = side == plot->tunnel->asa_side;

	plot->y += LABEL;
	html_markup(html, "<text x=\"0\" y=\"%u\" class=\"lane\">%s, ", plot->y - 5, is_encaps ? "encaps" : "decaps");
	if (others == 0)
		html_markup(html, "SPI 0x%08" PRIx32, series->spi);
	else
		html_markup(html, "%" PRIu32 " more SPIs", others);
	html_markup(html, ": %" PRIu64 " packets</text>", series->packets);
	html_markup(html,
	            "<svg x=\"0\" y=\"%u\" width=\"100%%\" height=\"%d\" viewBox=\"%.3f 0 %.3f 100\" "
	            "preserveAspectRatio=\"none\" class=\"%s\">",
	            plot->y, LANE, (plot->first - plot->record->start) / plot->record->width,
	            plot->range / plot->record->width, is_encaps ? "encaps" : "decaps");
	append_bars(plot, series);
	plot->y += LANE;
	html_markup(html, "</svg><line x1=\"0\" y1=\"%u\" x2=\"100%%\" y2=\"%u\" class=\"life\"/>", plot->y, plot->y);
	plot->y += BETWEEN;
}

static void append_direction(struct plot *plot, unsigned side)
{
	struct recorded_series *const *series = plot->record->spis[side];
	unsigned count = plot->record->spi_count[side];

	for (unsigned i = 0; i < count; i++)
		append_lane(plot, side, series[i], 0);
	if (series[RECORD_SPIS] != NULL)
		append_lane(plot, side, series[RECORD_SPIS], plot->tunnel->esp[side].spis - count);
	if (count == 0) {
		plot->y += LABEL + BETWEEN;
		html_markup(plot->html, "<text x=\"0\" y=\"%u\" class=\"lane bad\">%s: none seen</text>",
		            plot->y - BETWEEN - 5, side == plot->tunnel->asa_side ? "encaps" : "decaps");
	}
}

static double percent_of(const struct plot *plot, double time)
{
	return (time - plot->first) / plot->range * 100;
}

/* 1, 2 or 5 times a power of ten. */
static double step_of(double range)
{
	static const double steps[] = {1, 2, 5};
	double rough = range / TICKS;
	double power = pow(10, floor(log10(rough)));

	for (size_t i = 0; i < G_N_ELEMENTS(steps); i++)
		if (steps[i] * power >= rough)
			return steps[i] * power;
	return 10 * power;
}

static void append_axis(struct plot *plot)
{
	double offset = plot->first - (double)plot->start;
	double step = step_of(plot->range);
	double tick = ceil(offset / step) * step;

	for (unsigned i = 0; i <= 2 * TICKS && tick <= offset + plot->range; i++, tick += step) {
		double percent = percent_of(plot, tick + (double)plot->start);
		const char *anchor = percent < 5 ? "" : percent > 95 ? " right" : " middle";
		html_markup(plot->html,
		            "<line x1=\"%.2f%%\" y1=\"0\" x2=\"%.2f%%\" y2=\"%u\" class=\"grid\"/>"
		            "<text x=\"%.2f%%\" y=\"%u\" class=\"caption%s\">%g s</text>",
		            percent, percent, plot->y, percent, plot->y + 15, anchor, tick / NANOSECONDS);
	}
}

/* Returns whether there are any. */
static bool append_events(const struct plot *plot)
{
	bool any = false;

	for (unsigned i = 0; i < plot->tunnel->history_count; i++) {
		const struct tunnel_event *event = &plot->tunnel->history[i];
		double percent = percent_of(plot, (double)event->time);
		if (!cause_is_fault(event->cause) || percent < 0 || percent > 100)
			continue;
		any = true;
		html_markup(plot->html, "<line x1=\"%.2f%%\" y1=\"0\" x2=\"%.2f%%\" y2=\"%u\" class=\"event\"/>",
		            percent, percent, plot->y);
	}
	return any;
}

/* Grid below, bars above it, marks on top: the bars say how high all of it is. */
static void append_drawing(const struct html *html, struct plot *plot)
{
	struct html bars = {.to = g_string_new(NULL), .redaction = html->redaction};

	plot->html = &bars;
	append_direction(plot, plot->tunnel->asa_side);
	append_direction(plot, !plot->tunnel->asa_side);
	plot->html = html;
	html_markup(html, "<figure><svg class=\"plot\" width=\"100%%\" height=\"%u\" role=\"img\" aria-label=\"",
	            plot->y + AXIS);
	html_markup(html,
	            "ESP packets over time: %" PRIu64 " encaps, %" PRIu64 " decaps; the table below has the numbers\">",
	            plot->tunnel->esp[plot->tunnel->asa_side].packets,
	            plot->tunnel->esp[!plot->tunnel->asa_side].packets);
	append_axis(plot);
	g_string_append_len(html->to, bars.to->str, (gssize)bars.to->len);
	bool any_event = append_events(plot);
	html_markup(html, "</svg><figcaption>The highest bar is %" PRIu32 " packet%s in %.3g s.", plot->most,
	            plot->most == 1 ? "" : "s", plot->record->width / NANOSECONDS);
	if (any_event)
		html_markup(html, " A dashed line is where the verdict changed to a fault.");
	html_markup(html, "</figcaption></figure>");
	g_string_free(bars.to, TRUE);
}

/* ---- the table ---- */

static void append_pairing(const struct html *html, const struct tunnel *tunnel, unsigned side, uint32_t spi)
{
	const struct child_sa *child = tunnel_child(tunnel, side, spi);

	if (child == NULL || child->spi_from[!side] == 0) {
		html_element(html, "td", "", "–");
		return;
	}
	const char *by = paired_by_name(child->paired_by);
	html_markup(html, "<td><code>0x%08" PRIx32 "</code>%s%s</td>", child->spi_from[!side],
	            by != NULL ? ", by " : "", by != NULL ? by : "");
}

static void append_row(const struct html *html, const struct tunnel *tunnel, unsigned side,
                       const struct spi_entry *entry)
{
	html_markup(html, "<tr><td><code>0x%08" PRIx32 "</code></td><td>%s</td>", entry->spi,
	            side == tunnel->asa_side ? "encaps" : "decaps");
	html_number_cell(html, entry->packets);
	html_number_cell(html, entry->bytes);
	html_number_cell(html, entry->first_frame);
	html_number_cell(html, entry->last_frame);
	html_number_cell(html, entry->lost);
	html_number_cell(html, entry->duplicate);
	html_number_cell(html, entry->reordered);
	append_pairing(html, tunnel, side, entry->spi);
	html_markup(html, "</tr>");
}

/* Newest first, as they are chained. Returns how many rows there are now. */
static unsigned append_rows(const struct html *html, struct tunnels *tunnels, const struct tunnel *tunnel,
                            unsigned side)
{
	struct spi_table *table = tunnels_spi_table(tunnels);
	uint32_t number = tunnel->esp[side].first_spi;
	unsigned rows = 0;

	for (; number != SPI_TABLE_FULL && rows < TABLE_ROWS / 2; rows++) {
		const struct spi_entry *entry = spi_table_entry(table, number);
		if (entry == NULL)
			break;
		append_row(html, tunnel, side, entry);
		number = entry->next_of_owner;
	}
	return rows;
}

static void append_table(const struct html *html, struct tunnels *tunnels, const struct tunnel *tunnel)
{
	uint32_t spis = tunnel->esp[0].spis + tunnel->esp[1].spis;

	html_markup(html, "<details><summary>The SPIs as a table</summary>"
	                  "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"SPIs\">"
	                  "<table class=\"sortable\"><thead><tr><th>SPI</th><th>Direction</th><th "
	                  "class=n>Packets</th><th class=n>Bytes</th>"
	                  "<th class=n>First frame</th><th class=n>Last frame</th><th class=n>Lost</th><th "
	                  "class=n>Duplicate</th><th class=n>Reordered</th>"
	                  "<th>Paired with</th></tr></thead><tbody>");
	unsigned rows = append_rows(html, tunnels, tunnel, tunnel->asa_side);
	rows += append_rows(html, tunnels, tunnel, !tunnel->asa_side);
	html_markup(html, "</tbody></table></div>");
	if (rows < spis)
		html_markup(html, "<p class=\"note\">%" PRIu32 " older SPIs are left out.</p>", spis - rows);
	html_markup(html, "</details>");
}

void report_plot_append(const struct html *html, struct tunnels *tunnels, const struct tunnel *tunnel,
                        const struct tunnel_record *record, int64_t start)
{
	const struct esp_direction *esp = tunnel->esp;

	if (esp[0].packets + esp[1].packets == 0)
		return;
	html_element(html, "h3", "", "ESP over time");
	html_markup(html,
	            "<p>#pkts encaps: %" PRIu64 ", %" PRIu64 " bytes, %" PRIu64 " lost.<br>#pkts decaps: %" PRIu64
	            ", %" PRIu64 " bytes, %" PRIu64 " lost.</p>",
	            esp[tunnel->asa_side].packets, esp[tunnel->asa_side].bytes, esp[tunnel->asa_side].lost,
	            esp[!tunnel->asa_side].packets, esp[!tunnel->asa_side].bytes, esp[!tunnel->asa_side].lost);
	if (record != NULL && record->spi_count[0] + record->spi_count[1] != 0) {
		struct plot plot = {
		        .tunnel = tunnel,
		        .record = record,
		        .start = start,
		        .first = (double)tunnel->first_time,
		        .range = MAX((double)(tunnel->last_time - tunnel->first_time), record->width),
		        .most = most_in_a_bin(record),
		};
		append_drawing(html, &plot);
	}
	append_table(html, tunnels, tunnel);
}
