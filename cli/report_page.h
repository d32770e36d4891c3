/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page of a capture: an overview of its tunnels, a card for each as far as the page's size allows, faults first.
 * One file that needs no other; a policy in it forbids everything else, whatever a packet holds.
 */
#ifndef ASAPHASE_CLI_REPORT_PAGE_H
#define ASAPHASE_CLI_REPORT_PAGE_H

#include <glib.h>

#include "cli/analysis.h"
#include "cli/report_record.h"

/* A page has fewer bytes than this. */
#define REPORT_PAGE_MOST 300000

/* Appends the whole page. file names the capture; with redact it and all addresses and identities are hidden. */
void report_page_append(GString *page, const struct analysis *analysis, const struct record *record, const char *file,
                        bool redact);

#endif
