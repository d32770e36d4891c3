/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/analysis.h"

#include <errno.h>
#include <string.h>

#include "cli/progress.h"
#include "core/link_layer.h"

#define PACKETS_BETWEEN_PROGRESS 65536

void analysis_begin(struct analysis *analysis, const struct analysis_options *options)
{
	*analysis = (struct analysis){.options = options, .tunnels = tunnels_new(&options->tunnel)};
	if (analysis->tunnels == NULL)
		g_error("not enough memory for the SPI table");
}

void analysis_end(struct analysis *analysis)
{
	tunnels_free(analysis->tunnels);
	analysis->tunnels = NULL;
}

static void note_time(struct analysis *analysis, int64_t time)
{
	if (analysis->packets == 1 || time < analysis->first)
		analysis->first = time;
	if (time > analysis->last)
		analysis->last = time;
}

/* Finds the IP packet in a frame and what it is. Frames of other protocols are no problem. */
static bool read_datagram(struct analysis *analysis, int link_type, const struct frame *frame,
                          struct datagram *datagram)
{
	int offset = link_layer_ip_offset(link_type, frame->bytes, frame->captured);

	if (offset == -EBADMSG)
		problems_add(&analysis->problems, frame->number, "cut before its IP header");
	if (offset < 0)
		return false;
	size_t start = (size_t)offset;
	if (datagram_read(frame->bytes + start, frame->captured - start, frame->length - start,
	                  &analysis->options->ports, datagram) != 0) {
		problems_add(&analysis->problems, frame->number, "IP, UDP or TCP header cut or malformed");
		return false;
	}
	return true;
}

static bool read_message(struct analysis *analysis, const struct frame *frame, const struct datagram *datagram,
                         struct ike_message *message)
{
	bool is_ike = ike_message_read(datagram->payload, datagram->captured, datagram->length, message) == 0;

	if (message->fault != IKE_FAULT_NONE)
		problems_add(&analysis->problems, frame->number, ike_fault_text(message->fault));
	return is_ike;
}

void analysis_take(struct analysis *analysis, int link_type, const struct frame *frame, struct analysed_frame *result)
{
	struct ike_message own_message;
	struct datagram own_datagram;
	struct datagram *datagram = result != NULL ? &result->datagram : &own_datagram;
	struct ike_message *message = result != NULL ? &result->message : &own_message;
	bool is_ike = false;

	analysis->packets++;
	note_time(analysis, frame->time);
	bool is_ip = read_datagram(analysis, link_type, frame, datagram);
	if (is_ip && datagram->kind == DATAGRAM_IKE)
		is_ike = read_message(analysis, frame, datagram, message);
	if (is_ip && (is_ike || datagram->kind != DATAGRAM_IKE))
		tunnels_add(analysis->tunnels, frame->number, frame->time, datagram, is_ike ? message : NULL,
		            result != NULL ? &result->annotation : NULL);
	else if (result != NULL)
		result->annotation = (struct annotation){.tunnel = UINT32_MAX, .spi_entry = SPI_TABLE_FULL, .copy = 1};
	if (result != NULL) {
		result->is_ip = is_ip;
		result->is_ike = is_ike;
	}
}

static void take_frames(struct analysis *analysis, struct capture *capture, const char *file)
{
	struct analysed_frame result;
	struct progress progress;
	struct frame frame = {0};
	int status;
	int link_type = capture_link_type(capture);

	progress_begin(&progress, file, capture_stream(capture));
	while ((status = capture_next(capture, &frame)) == 1) {
		analysis_take(analysis, link_type, &frame, analysis->taken != NULL ? &result : NULL);
		if (analysis->taken != NULL)
			analysis->taken(analysis->context, analysis, &frame, &result);
		if (analysis->packets % PACKETS_BETWEEN_PROGRESS == 0)
			progress_show(&progress, analysis->packets);
	}
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
