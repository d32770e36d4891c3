/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/analysis.h"

#include <errno.h>
#include <string.h>

#include "cli/command.h"
#include "cli/progress.h"
#include "core/verdict/diagnose.h"
#include "core/verdict/judge.h"
#include "core/wire/link_layer.h"

#define PACKETS_BETWEEN_PROGRESS 65536

void analysis_begin(struct analysis *analysis, const struct analysis_options *options)
{
	*analysis = (struct analysis){
	        .options = options,
	        .reader = datagram_reader_new(&options->ports),
	        .tunnels = tunnels_new(&options->tunnel),
	};
	if (analysis->tunnels == NULL)
		g_error("not enough memory for the SPI table");
}

void analysis_end(struct analysis *analysis)
{
	tunnels_free(analysis->tunnels);
	datagram_reader_free(analysis->reader);
	analysis->tunnels = NULL;
	analysis->reader = NULL;
}

static void note_time(struct analysis *analysis, int64_t time)
{
	if (analysis->packets == 1 || time < analysis->first)
		analysis->first = time;
	if (time > analysis->last)
		analysis->last = time;
}

/* Where the IP packet starts in a frame; negative where there is none. Frames of other protocols are no problem. */
static int packet_offset(struct analysis *analysis, int link_type, const struct frame *frame)
{
	int offset = link_layer_ip_offset(link_type, frame->bytes, frame->captured);

	if (offset == -EBADMSG)
		problems_add(&analysis->problems, frame->number, "cut before its IP header");
	return offset;
}

/* ESP packets are taken several at a time: whatever else comes, and whoever looks at the tunnels, waits for them. */
static void take_pending(struct analysis *analysis)
{
	tunnels_add_esp(analysis->tunnels, analysis->pending, analysis->pending_count);
	analysis->pending_count = 0;
}

/* The short way for what captures of busy tunnels are full of, where nobody wants to see each packet. */
static bool take_esp(struct analysis *analysis, const struct frame *frame, size_t start)
{
	struct esp_packet *packet = &analysis->pending[analysis->pending_count];

	if (!esp_packet_read(frame->bytes + start, frame->captured - start, frame->length - start,
	                     &analysis->options->ports, packet))
		return false;
	packet->frame = frame->number;
	packet->time = frame->time;
	if (++analysis->pending_count == SPI_BATCH)
		take_pending(analysis);
	return true;
}

static bool take_packet(struct analysis *analysis, const struct frame *frame, size_t start)
{
	if (datagram_reader_take(analysis->reader, frame->bytes + start, frame->captured - start,
	                         frame->length - start) != 0) {
		problems_add(&analysis->problems, frame->number, "IP, UDP or TCP header cut or malformed");
		return false;
	}
	return true;
}

static bool read_message(struct analysis *analysis, const struct frame *frame, const struct datagram *datagram,
                         struct ike_message *message)
{
	bool is_ike = ike_message_read(datagram->payload, datagram->captured, datagram->length, message) == 0;

	if (message->fault != IKE_FAULT_NONE && !ike_message_goes_on(message, datagram->first_fragment))
		problems_add(&analysis->problems, frame->number, ike_fault_text(message->fault));
	return is_ike;
}

static void show_nothing(struct analysis *analysis, const struct frame *frame, analysis_show *show, void *user)
{
	const struct analysed_frame nothing = {
	        .annotation = {.tunnel = UINT32_MAX, .spi_entry = SPI_TABLE_FULL, .copy = 1}};

	if (show != NULL)
		show(analysis, frame, &nothing, user);
}

/* One thing that a frame brings. */
static void take_datagram(struct analysis *analysis, const struct frame *frame, const struct datagram *datagram,
                          analysis_show *show, void *user)
{
	struct analysed_frame result;

	result.is_ike = datagram->kind == DATAGRAM_IKE && read_message(analysis, frame, datagram, &result.message);
	if (result.is_ike || datagram->kind != DATAGRAM_IKE)
		tunnels_add(analysis->tunnels, frame->number, frame->time, datagram,
		            result.is_ike ? &result.message : NULL, show != NULL ? &result.annotation : NULL);
	else
		result.annotation = (struct annotation){.tunnel = UINT32_MAX, .spi_entry = SPI_TABLE_FULL, .copy = 1};
	if (show == NULL)
		return;
	result.datagram = *datagram;
	result.is_ip = true;
	show(analysis, frame, &result, user);
}

void analysis_take(struct analysis *analysis, int link_type, const struct frame *frame, analysis_show *show, void *user)
{
	const struct datagram *datagram;

	analysis->packets++;
	note_time(analysis, frame->time);
	int offset = packet_offset(analysis, link_type, frame);
	if (offset >= 0 && show == NULL && take_esp(analysis, frame, (size_t)offset))
		return;
	take_pending(analysis);
	if (offset < 0 || !take_packet(analysis, frame, (size_t)offset)) {
		show_nothing(analysis, frame, show, user);
		return;
	}
	while ((datagram = datagram_reader_next(analysis->reader)) != NULL)
		take_datagram(analysis, frame, datagram, show, user);
}

static void take_frames(struct analysis *analysis, struct capture *capture, const char *file)
{
	struct progress progress;
	struct frame frame = {0};
	int status;
	int link_type = capture_link_type(capture);

	progress_begin(&progress, file, capture_size(capture));
	while ((status = capture_next(capture, &frame)) == 1) {
		analysis_take(analysis, link_type, &frame, analysis->show, analysis->user);
		if (analysis->packets % PACKETS_BETWEEN_PROGRESS == 0)
			progress_show(&progress, analysis->packets, capture_position(capture));
	}
	take_pending(analysis);
	progress_end(&progress);
	if (status < 0)
		problems_add(&analysis->problems, frame.number + 1, capture_error(capture));
}

int analysis_take_file(struct analysis *analysis, const char *file, char error[CAPTURE_ERROR_SIZE])
{
	struct capture *capture = capture_open_file(file, NULL, error);

	if (capture == NULL)
		return -EINVAL;
	take_frames(analysis, capture, file);
	if (analysis->packets == 0) {
		if (analysis->problems.count != 0)
			g_strlcpy(error, capture_error(capture), CAPTURE_ERROR_SIZE);
		else
			g_strlcpy(error, "holds no packets", CAPTURE_ERROR_SIZE);
		analysis->problems = (struct problems){0};
		capture_close(capture);
		return -EINVAL;
	}
	capture_close(capture);
	return 0;
}

struct tunnel_tally analysis_tally(const struct analysis *analysis)
{
	struct tunnel_tally tally = {0};
	struct verdict verdict;

	for (uint32_t number = 0; number < tunnels_count(analysis->tunnels); number++) {
		const struct tunnel *tunnel = tunnels_at(analysis->tunnels, number);
		if (tunnel == NULL)
			continue;
		tunnel_diagnose(analysis->tunnels, tunnel, &verdict);
		tally.tunnels++;
		tally.faults += cause_is_fault(verdict.cause);
		tally.undetermined += verdict.cause == CAUSE_UNDETERMINED;
	}
	return tally;
}

int exit_status_of_tally(struct tunnel_tally tally)
{
	if (tally.faults > 0)
		return EXIT_FAULT_FOUND;
	return tally.undetermined > 0 || tally.tunnels == 0 ? EXIT_UNDETERMINED : EXIT_ALL_WELL;
}
