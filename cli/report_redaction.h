/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hides addresses in text: the same address becomes the same "address-N" everywhere in a page. What looks like an
 * address is found by its form, so that none slips through wherever it comes from. Netmasks and 0.0.0.0 stay; so do
 * ports, SPIs and times.
 */
#ifndef ASAPHASE_CLI_REPORT_REDACTION_H
#define ASAPHASE_CLI_REPORT_REDACTION_H

#include <glib.h>

struct redaction;

struct redaction *redaction_new(void);
void redaction_free(struct redaction *redaction);

/* An address that is known to occur: numbered at once, and told from a port that follows it after a colon. */
void redaction_add_address(struct redaction *redaction, const char *address);

/* An identity of less than IKE_SA_IDENTITY_SIZE bytes: becomes "identity-N" where redaction_append() is told to look
 * for them. */
void redaction_add_identity(struct redaction *redaction, const char *identity);

/*
 * Appends text with its addresses, and its identities where with_identities, replaced. Spaces that line up columns are
 * kept in step.
 */
void redaction_append(struct redaction *redaction, GString *to, const char *text, gboolean with_identities);

#endif
