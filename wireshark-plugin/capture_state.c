/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wireshark-plugin/capture_state.h"

#include "core/asa_log.h"
#include "wireshark-plugin/decrypted.h"
#include "wireshark-plugin/frame_datagram.h"
#include "wireshark-plugin/preferences.h"

struct capture_state {
	struct tunnels *tunnels;
	GPtrArray *records; /* by frame number; the records themselves are file-scoped memory */
};

static struct capture_state *open_capture;

static void capture_opened(void)
{
	struct tunnel_options options = preferences_tunnel_options();

	open_capture = g_new0(struct capture_state, 1);
	open_capture->tunnels = tunnels_new(&options);
	open_capture->records = g_ptr_array_new();
}

static void capture_closed(void)
{
	if (open_capture == NULL)
		return;
	tunnels_free(open_capture->tunnels);
	g_ptr_array_free(open_capture->records, TRUE);
	g_free(open_capture);
	open_capture = NULL;
}

void capture_state_register(void)
{
	register_init_routine(capture_opened);
	register_cleanup_routine(capture_closed);
}

struct tunnels *capture_state_tunnels(void)
{
	return open_capture != NULL ? open_capture->tunnels : NULL;
}

/* ---- records ---- */

static void keep_record(uint32_t frame, struct frame_record *record)
{
	GPtrArray *records = open_capture->records;

	if (frame >= records->len)
		g_ptr_array_set_size(records, (gint)frame + 1);
	records->pdata[frame] = record;
}

static struct frame_record *record_of(uint32_t frame)
{
	if (open_capture == NULL || frame >= open_capture->records->len)
		return NULL;
	return open_capture->records->pdata[frame];
}

const struct frame_record *capture_state_record(uint32_t frame)
{
	return record_of(frame);
}

static struct verdict_snapshot *snapshot_of(const struct tunnel *tunnel)
{
	struct verdict_snapshot *snapshot = wmem_new0(wmem_file_scope(), struct verdict_snapshot);

	tunnel_diagnose(open_capture->tunnels, tunnel, &snapshot->verdict);
	verdict_words_of(tunnel, &snapshot->verdict, &snapshot->words);
	snapshot->verdict.ike_sa = NULL;
	return snapshot;
}

/* tunnel may be NULL. */
static struct frame_record frame_record_of(const struct datagram *datagram, const struct annotation *annotation,
                                           const struct tunnel *tunnel)
{
	return (struct frame_record){
	        .kind = (uint8_t)datagram->kind,
	        .phase = (uint8_t)annotation->phase,
	        .asa_side = tunnel != NULL ? tunnel->asa_side : 0,
	        .arrival = (uint8_t)annotation->arrival,
	        .tunnel = annotation->tunnel,
	        .verdict = annotation->changed ? snapshot_of(tunnel) : NULL,
	};
}

static struct frame_record *esp_record_new(const struct datagram *datagram, const struct annotation *annotation,
                                           const struct tunnel *tunnel)
{
	struct esp_record *record = wmem_new(wmem_file_scope(), struct esp_record);

	*record = (struct esp_record){
	        .frame = frame_record_of(datagram, annotation, tunnel),
	        .encaps = (uint32_t)annotation->encaps,
	        .decaps = (uint32_t)annotation->decaps,
	        .paired_spi = annotation->paired_spi,
	        .lost = annotation->lost,
	        .reordered = annotation->reordered,
	        .spi_entry = annotation->spi_entry,
	        .bytes = datagram->ip_length,
	};
	return &record->frame;
}

/* The request's record learns where its answer is. */
static void link_to_request(uint32_t frame, uint32_t request)
{
	struct frame_record *record = record_of(request);

	if (request == 0 || record == NULL || record->kind != DATAGRAM_IKE)
		return;
	struct ike_record *ike = (struct ike_record *)record;
	if (ike->response_in == 0)
		ike->response_in = frame;
}

static struct frame_record *ike_record_new(uint32_t frame, const struct datagram *datagram,
                                           const struct ike_message *message, const struct annotation *annotation,
                                           const struct tunnel *tunnel)
{
	struct ike_record *record = wmem_new(wmem_file_scope(), struct ike_record);

	*record = (struct ike_record){
	        .frame = frame_record_of(datagram, annotation, tunnel),
	        .annotation = *annotation,
	        .nat = tunnel_nat(tunnel),
	        .major_version = message->major_version,
	        .exchange_type = message->exchange_type,
	        .is_from_asa = ip_address_equal(&datagram->source, &tunnel->address[tunnel->asa_side]),
	};
	link_to_request(frame, annotation->request_in);
	return &record->frame;
}

/* NULL for a message that has nothing to do with IPsec. tunnel may be NULL. */
static struct frame_record *log_record_new(const struct datagram *datagram, const struct annotation *annotation,
                                           const struct tunnel *tunnel)
{
	struct asa_log_message message;

	if (asa_log_read((const char *)datagram->payload, datagram->captured, &message) != 0 || message.meaning == NULL)
		return NULL;
	struct log_record *record = wmem_new(wmem_file_scope(), struct log_record);
	*record = (struct log_record){
	        .frame = frame_record_of(datagram, annotation, tunnel),
	        .number = message.number,
	        .severity = message.severity,
	        .is_failure = message.outcome == LOG_FAILED,
	        .cause = message.cause,
	        .meaning = message.wording != NULL ? message.wording->meaning : message.meaning->meaning,
	};
	record->frame.phase = (uint8_t)message.phase;
	return &record->frame;
}

static struct frame_record *other_record_new(const struct datagram *datagram, const struct annotation *annotation,
                                             const struct tunnel *tunnel)
{
	struct frame_record *record = wmem_new(wmem_file_scope(), struct frame_record);

	*record = frame_record_of(datagram, annotation, tunnel);
	return record;
}

/* ---- the first pass ---- */

static const struct frame_record *take_datagram(packet_info *pinfo, const struct datagram *datagram)
{
	struct tunnels *tunnels = open_capture->tunnels;
	struct ike_message message;
	struct annotation annotation;
	bool is_ike = datagram->kind == DATAGRAM_IKE &&
	              ike_message_read(datagram->payload, datagram->captured, datagram->length, &message) == 0;

	if (is_ike)
		decrypted_add(pinfo, &message);
	tunnels_add(tunnels, pinfo->num, frame_time(pinfo), datagram, is_ike ? &message : NULL, &annotation);
	const struct tunnel *tunnel = tunnels_at(tunnels, annotation.tunnel);
	struct frame_record *record = NULL;
	if (datagram->kind == DATAGRAM_SYSLOG)
		record = log_record_new(datagram, &annotation, tunnel);
	else if (tunnel == NULL)
		return NULL;
	else if (is_ike)
		record = ike_record_new(pinfo->num, datagram, &message, &annotation, tunnel);
	else if (datagram->kind == DATAGRAM_ESP)
		record = esp_record_new(datagram, &annotation, tunnel);
	else
		record = other_record_new(datagram, &annotation, tunnel);
	if (record != NULL)
		keep_record(pinfo->num, record);
	return record;
}

const struct frame_record *capture_state_take(tvbuff_t *frame, packet_info *pinfo)
{
	struct datagram datagram;

	if (open_capture == NULL || open_capture->tunnels == NULL ||
	    !frame_datagram_read(frame, pinfo, preferences_ports(), &datagram))
		return NULL;
	return take_datagram(pinfo, &datagram);
}
