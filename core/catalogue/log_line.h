/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line of ASA syslog: which message it is, who it is about, and what the catalogue knows of it. Input is hostile:
 * nothing is read past its length, nothing is allocated, odd bytes are passed over.
 */
#ifndef ASAPHASE_CORE_CATALOGUE_LOG_LINE_H
#define ASAPHASE_CORE_CATALOGUE_LOG_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/ip_address.h"
#include "core/catalogue/messages.h"

#define ASA_LOG_MAP_SIZE 64 /* "OUTSIDE-MAP 10" with its terminating zero */

/* What is not named is all zero. Pointers are into the caller's line or static. */
struct asa_log_message {
	char device[4];   /* "ASA", "FTD", "PIX" */
	uint8_t severity; /* 0 to 7 */
	uint32_t number;  /* 750003 */
	const char *text; /* what follows "%ASA-4-750003: " */
	size_t text_length;
	int64_t time; /* nanoseconds since the epoch; 0 where the line has no time, or one without a year and zone */
	/* From here on: only of a number that has to do with IPsec. */
	struct ip_address local; /* the ASA's own address */
	struct ip_address peer;
	uint16_t local_port;
	uint16_t peer_port;
	uint8_t ike_version;        /* 1 or 2; 0 not said */
	char map[ASA_LOG_MAP_SIZE]; /* crypto map tag and sequence number, where the message names no peer */

	const struct log_meaning *meaning; /* NULL for a number that has nothing to do with IPsec */
	const struct log_text *wording;    /* what this text of the message says in particular; NULL */

	/* From wording, else from meaning: */
	enum phase phase;
	enum log_outcome outcome;
	enum cause cause;         /* CAUSE_NONE: names none */
	enum confidence strength; /* of the cause */
};

/*
 * Reads one line without its line feed: "%ASA-4-750003: …" with or without what syslog puts before it (RFC 3164,
 * RFC 5424, `logging timestamp`, `show logging`).
 *
 * Returns 0, -ENOMSG where the line holds no such message, or -EBADMSG where it begins like one and goes on otherwise.
 */
int asa_log_read(const char *line, size_t length, struct asa_log_message *message);

/*
 * The same for a line without a message's number: output of debug crypto ikev2 protocol or platform, or a row of a
 * table that somebody pasted, such as "IKE_SA NO_PROPOSAL_CHOSEN". Returns 0 where its words say something by
 * themselves, else -ENOMSG.
 */
int asa_log_read_wording(const char *line, size_t length, struct asa_log_message *message);

#endif
