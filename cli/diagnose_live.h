/* SPDX-License-Identifier: GPL-2.0-or-later */
/* asaphase diagnose --live: the verdicts of a running asaphased. */
#ifndef ASAPHASE_CLI_DIAGNOSE_LIVE_H
#define ASAPHASE_CLI_DIAGNOSE_LIVE_H

/* How verdicts are printed. */
enum diagnose_form { FORM_TEXT, FORM_BRIEF, FORM_JSON };

/* socket_path NULL: the default one. Returns an enum exit_status. */
int diagnose_live(const char *socket_path, enum diagnose_form form);

#endif
