/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets of one input, taken into the core's tunnel state, and what was wrong with that input on the way. */
#ifndef ASAPHASE_CLI_ANALYSIS_H
#define ASAPHASE_CLI_ANALYSIS_H

#include "cli/analysis_options.h"
#include "cli/capture.h"
#include "cli/problems.h"
#include "core/tunnel/tunnel.h"
#include "core/wire/datagram_reader.h"

/* What one frame is, or one of several things that it brings: the parts point into the frame and into this structure.
 */
struct analysed_frame {
	struct datagram datagram;
	struct ike_message message;
	bool is_ip;  /* datagram was read */
	bool is_ike; /* message was read */
	struct annotation annotation;
};

struct analysis;
typedef void analysis_show(struct analysis *analysis, const struct frame *frame, const struct analysed_frame *result,
                           void *user);

struct analysis {
	const struct analysis_options *options;
	struct datagram_reader *reader;
	struct tunnels *tunnels;
	uint64_t packets;
	int64_t first, last; /* earliest and latest time, nanoseconds since the epoch; 0 where there is no packet */
	struct problems problems;
	analysis_show *show; /* for each frame of a file, see analysis_take; NULL, as it is at first: nobody looks */
	void *user;          /* for show */
	struct esp_packet pending[SPI_BATCH]; /* read and not yet taken into tunnels; none after analysis_take_file */
	unsigned pending_count;
};

/* options must outlive the analysis. Ends the program where memory for the tables is short. */
void analysis_begin(struct analysis *analysis, const struct analysis_options *options);
void analysis_end(struct analysis *analysis);

/* Takes one frame. show is called with each thing that it brings, at least once; NULL where nobody looks at the single
 * packet: that is faster, and ESP may be pending afterwards. */
void analysis_take(struct analysis *analysis, int link_type, const struct frame *frame, analysis_show *show,
                   void *user);

/*
 * Takes a whole file, with a progress line on a terminal. Returns 0; or -EINVAL with a sentence in error where nothing
 * could be read. Damage after the first good frames is a problem, not an error.
 */
int analysis_take_file(struct analysis *analysis, const char *file, char error[CAPTURE_ERROR_SIZE]);

struct tunnel_tally {
	uint32_t tunnels;
	uint32_t faults;
	uint32_t undetermined;
};

struct tunnel_tally analysis_tally(const struct analysis *analysis);

/* The exit status that goes with it: a capture without any tunnel shows no health. */
int exit_status_of_tally(struct tunnel_tally tally);

#endif
