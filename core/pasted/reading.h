/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to core: what the readers of pasted text share, one file for each kind of text. */
#ifndef ASAPHASE_CORE_PASTED_READING_H
#define ASAPHASE_CORE_PASTED_READING_H

#include "core/base/text_span.h"
#include "core/pasted/pasted.h"

/* Each takes a line, blanks at its ends taken off; returns whether it was one of its kind. */
typedef bool pasted_reader(struct pasted *pasted, struct text_span line);

/* log.c, show.c, config.c */
bool pasted_read_log(struct pasted *pasted, struct text_span line);
bool pasted_read_show(struct pasted *pasted, struct text_span line);
bool pasted_read_config(struct pasted *pasted, struct text_span line);

/* A device more, which is read from now on. */
void pasted_add_device(struct pasted *pasted);

/* The device that is being read. */
struct pasted_device *pasted_current_device(const struct pasted *pasted);

/* The story about a peer of the current device, made if there is none; NULL where there is no room. */
struct pasted_peer *pasted_peer_of(struct pasted *pasted, const struct ip_address *peer);

/* Adds to the evidence; the same text again counts up. number: of a log message, else 0. */
void pasted_note(struct pasted *pasted, struct pasted_peer *peer, uint32_t number, const char *format, ...)
        G_GNUC_PRINTF(4, 5);

/* An address of the current device's own. */
void pasted_add_own_address(struct pasted *pasted, const struct ip_address *address);

/* A slot at the end of a device's list, zeroed; NULL where there is no room. */
void *pasted_append(struct pasted *pasted, GArray *list);

/* From address and mask to the range; false where the mask is none. */
bool pasted_network_of(const struct ip_address *address, const struct ip_address *mask, struct pasted_network *network);

#endif
