/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ESP packets of a tunnel over time: a lane for each SPI, encaps above decaps. */
#ifndef ASAPHASE_CLI_REPORT_PLOT_H
#define ASAPHASE_CLI_REPORT_PLOT_H

#include "cli/report_html.h"
#include "cli/report_record.h"

/* The plot, and its SPIs as a table. start is when the capture begins. Nothing where there was no ESP. */
void report_plot_append(const struct html *html, struct tunnels *tunnels, const struct tunnel *tunnel,
                        const struct tunnel_record *record, int64_t start);

#endif
