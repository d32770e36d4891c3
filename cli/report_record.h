/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a page shows beyond the tunnels' state, kept while a capture is read: the IKE messages of each tunnel, and its
 * ESP packets over time. Bounded in every direction; what did not fit is counted.
 */
#ifndef ASAPHASE_CLI_REPORT_RECORD_H
#define ASAPHASE_CLI_REPORT_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/analysis.h"

#define RECORD_TUNNELS 1024 /* the first; others have no messages and no plot */
#define RECORD_FIRST_MESSAGES 24
#define RECORD_LAST_MESSAGES 24
#define RECORD_SPIS 10 /* of one direction; the packets of others are summed */
#define RECORD_BINS 120

struct recorded_message {
	uint32_t frame;
	int64_t time;
	uint8_t side; /* that sent it */
	uint8_t copy; /* 1 unless retransmitted */
	enum phase phase;
	bool phase_1_completed;
	bool phase_2_completed;
	char *title;
	char *details;          /* "" where there is no more to say */
	char *verdict;          /* in words, where this message changed it; else NULL */
	bool fault;             /* that the verdict names a fault */
	uint64_t skipped;       /* messages left out before this one */
	uint64_t esp_before[2]; /* ESP packets by side since the message before, those left out included */
};

/* ESP packets of one SPI, or of several, in bins of equal width. */
struct recorded_series {
	uint32_t spi;
	uint64_t packets;
	uint32_t bins[RECORD_BINS];
};

struct tunnel_record {
	struct recorded_message first[RECORD_FIRST_MESSAGES];
	struct recorded_message last[RECORD_LAST_MESSAGES]; /* a ring: next_last is the oldest when it is full */
	unsigned first_count, last_count, next_last;
	uint64_t messages; /* all */
	uint64_t esp_since[2];
	double start, width;                              /* of bin 0 and of each bin, nanoseconds */
	struct recorded_series *spis[2][RECORD_SPIS + 1]; /* by side, in order of appearance; the last sums others */
	unsigned spi_count[2];                            /* of them that are one SPI's */
};

struct record;

struct record *record_new(void);
void record_free(struct record *record);

/* For struct analysis: user is the struct record. */
analysis_show record_frame;

/* NULL where the tunnel is not among those recorded. */
const struct tunnel_record *record_of(const struct record *record, uint32_t tunnel);

/* The messages that were kept, in their order; returns how many. */
unsigned record_messages(const struct tunnel_record *record,
                         const struct recorded_message *messages[RECORD_FIRST_MESSAGES + RECORD_LAST_MESSAGES]);

#endif
