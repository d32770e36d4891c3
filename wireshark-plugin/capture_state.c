/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wireshark-plugin/capture_state.h"

#include "core/catalogue/log_line.h"
#include "core/verdict/judge.h"
#include "core/verdict/text.h"
#include "wireshark-plugin/decrypted.h"
#include "wireshark-plugin/frame_reader.h"
#include "wireshark-plugin/preferences.h"
#include "wireshark-plugin/waiting.h"

struct capture_state {
	struct tunnels *tunnels;
	struct frame_reader *reader;
	struct waiting *waiting; /* not in the tunnels yet */
	GByteArray *shown;       /* of each tunnel by its number: the cause that was shown last, plus 1; 0 none */
	GPtrArray *records;      /* the first of each frame by its number; they themselves are file-scoped memory */
};

static struct capture_state *open_capture;

static void capture_opened(void)
{
	struct tunnel_options options = preferences_tunnel_options();

	open_capture = g_new0(struct capture_state, 1);
	open_capture->tunnels = tunnels_new(&options);
	open_capture->reader = frame_reader_new(preferences_ports());
	open_capture->waiting = waiting_new();
	open_capture->shown = g_byte_array_new();
	open_capture->records = g_ptr_array_new();
}

static void capture_closed(void)
{
	if (open_capture == NULL)
		return;
	tunnels_free(open_capture->tunnels);
	frame_reader_free(open_capture->reader);
	waiting_free(open_capture->waiting);
	g_byte_array_free(open_capture->shown, TRUE);
	g_ptr_array_free(open_capture->records, TRUE);
	g_free(open_capture);
	open_capture = NULL;
}

void capture_state_register(void)
{
	register_init_routine(capture_opened);
	register_cleanup_routine(capture_closed);
}

/* ---- records ---- */

static struct frame_record *first_record(uint32_t frame)
{
	if (open_capture == NULL || frame >= open_capture->records->len)
		return NULL;
	return open_capture->records->pdata[frame];
}

static bool is_of_same_exchange(const struct ike_record *one, const struct ike_record *other)
{
	return one->initiator_spi == other->initiator_spi && one->exchange_type == other->exchange_type &&
	       one->message_id == other->message_id;
}

/*
 * What a frame brings of the exchange that record is of; else its first IKE message, for IKEv1 answers some messages by
 * an Informational. NULL: frame holds no IKE message, or is 0.
 */
static struct ike_record *ike_record_of(uint32_t frame, const struct ike_record *record)
{
	struct ike_record *first = NULL;

	for (struct frame_record *each = first_record(frame); each != NULL; each = each->next) {
		if (each->kind != DATAGRAM_IKE)
			continue;
		struct ike_record *found = (struct ike_record *)each;
		if (is_of_same_exchange(found, record))
			return found;
		if (first == NULL)
			first = found;
	}
	return first;
}

uint32_t capture_state_response_to(const struct ike_record *record)
{
	const struct ike_record *copied = ike_record_of(record->annotation.retransmission_of, record);

	return copied != NULL ? copied->response_in : record->response_in;
}

/* ---- verdicts ---- */

static void keep_refused(struct verdict_snapshot *snapshot)
{
	char text[VERDICT_WORDS_SIZE];

	if (snapshot->verdict.refused == NULL)
		return;
	snapshot->refused =
	        wmem_strdup(wmem_file_scope(), verdict_words_refused(&snapshot->verdict, text, sizeof text));
	snapshot->refused_frame = snapshot->verdict.refused->failure.frame;
}

static void keep_children(const struct tunnel *tunnel, struct verdict_snapshot *snapshot)
{
	if (snapshot->verdict.child == NULL)
		return;
	GString *text = g_string_new(NULL);
	verdict_text_append_children(text, tunnel, &snapshot->verdict);
	snapshot->children = wmem_strdup(wmem_file_scope(), text->str);
	g_string_free(text, TRUE);
}

static struct verdict_snapshot *snapshot_of(const struct tunnel *tunnel, bool is_beginning)
{
	struct verdict_snapshot *snapshot = wmem_new0(wmem_file_scope(), struct verdict_snapshot);

	tunnel_diagnose(open_capture->tunnels, tunnel, &snapshot->verdict);
	verdict_words_of(tunnel, &snapshot->verdict, &snapshot->words);
	snapshot->is_beginning = is_beginning && snapshot->verdict.cause == CAUSE_UNDETERMINED;
	keep_refused(snapshot);
	keep_children(tunnel, snapshot);
	snapshot->verdict.ike_sa = snapshot->verdict.refused = NULL;
	snapshot->verdict.child = NULL;
	return snapshot;
}

/* Whether an IKE SA of the tunnel failed by this frame: that is no verdict where another one goes on. */
static bool fails_here(const struct tunnel *tunnel, uint32_t frame)
{
	for (unsigned i = 0; i < tunnel->ike_sa_count; i++)
		if (tunnel->ike_sas[i]->failure.frame == frame)
			return true;
	return false;
}

/*
 * Whether the verdict is another than the one shown last: `undetermined` comes and goes without being an event, and so
 * does how sure a fault is.
 */
static bool is_another_verdict(uint32_t number, const struct tunnel *tunnel)
{
	enum confidence sure = cause_is_fault(tunnel->current) ? tunnel->current_confidence : CONFIDENCE_POSSIBLE;
	guint8 current = (guint8)(1 + tunnel->current * (CONFIDENCE_CERTAIN + 1) + sure);
	GByteArray *shown = open_capture->shown;
	guint before = shown->len;

	if (number >= before) {
		g_byte_array_set_size(shown, number + 1);
		memset(shown->data + before, 0, number + 1 - before);
	}
	bool is_another = shown->data[number] != current;
	shown->data[number] = current;
	return is_another;
}

/* A verdict is shown where it changes or happens again, and where an answer does. */
static bool shows_verdict(uint32_t frame, const struct datagram *datagram, const struct annotation *annotation,
                          const struct tunnel *tunnel)
{
	bool is_another = is_another_verdict(annotation->tunnel, tunnel);

	return is_another || annotation->changed || annotation->phase_1_completed || annotation->phase_2_completed ||
	       (datagram->kind == DATAGRAM_IKE && fails_here(tunnel, frame));
}

/* ---- what a frame brings ---- */

/* tunnel may be NULL. */
static struct frame_record frame_record_of(uint32_t frame, const struct datagram *datagram,
                                           const struct annotation *annotation, const struct tunnel *tunnel)
{
	bool is_shown = tunnel != NULL && shows_verdict(frame, datagram, annotation, tunnel);
	bool is_beginning = is_shown && datagram->kind == DATAGRAM_IKE && tunnel->first_frame == frame;

	return (struct frame_record){
	        .kind = (uint8_t)(annotation->copy_of == 0 ? datagram->kind : DATAGRAM_OTHER),
	        .copy_of = annotation->copy_of,
	        .phase = (uint8_t)annotation->phase,
	        .asa_side = tunnel != NULL ? tunnel->asa_side : 0,
	        .step = (uint8_t)annotation->step,
	        .tunnel = annotation->tunnel,
	        .verdict = is_shown ? snapshot_of(tunnel, is_beginning) : NULL,
	};
}

static struct frame_record *esp_record_new(uint32_t frame, const struct datagram *datagram,
                                           const struct annotation *annotation, const struct tunnel *tunnel)
{
	struct esp_record *record = wmem_new(wmem_file_scope(), struct esp_record);

	*record = (struct esp_record){
	        .frame = frame_record_of(frame, datagram, annotation, tunnel),
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
static void link_to_request(uint32_t frame, const struct ike_record *response)
{
	struct ike_record *request = ike_record_of(response->annotation.request_in, response);

	if (request != NULL && request->response_in == 0)
		request->response_in = frame;
}

static struct frame_record *ike_record_new(uint32_t frame, const struct datagram *datagram,
                                           const struct ike_message *message, const struct annotation *annotation,
                                           const struct tunnel *tunnel)
{
	struct ike_record *record = wmem_new(wmem_file_scope(), struct ike_record);

	*record = (struct ike_record){
	        .frame = frame_record_of(frame, datagram, annotation, tunnel),
	        .annotation = *annotation,
	        .nat = tunnel_nat(tunnel),
	        .major_version = message->major_version,
	        .exchange_type = message->exchange_type,
	        .message_id = message->message_id,
	        .initiator_spi = message->initiator_spi,
	        .completes = datagram->completes,
	        .is_from_asa = ip_address_equal(&datagram->source, &tunnel->address[tunnel->asa_side]),
	};
	link_to_request(frame, record);
	return &record->frame;
}

/* NULL for a message that has nothing to do with IPsec. tunnel may be NULL. */
static struct frame_record *log_record_new(uint32_t frame, const struct datagram *datagram,
                                           const struct annotation *annotation, const struct tunnel *tunnel)
{
	struct asa_log_message message;

	if (asa_log_read((const char *)datagram->payload, datagram->captured, &message) != 0 || message.meaning == NULL)
		return NULL;
	struct log_record *record = wmem_new(wmem_file_scope(), struct log_record);
	*record = (struct log_record){
	        .frame = frame_record_of(frame, datagram, annotation, tunnel),
	        .number = message.number,
	        .severity = message.severity,
	        .is_failure = message.outcome == LOG_FAILED,
	        .cause = message.cause,
	        .meaning = message.wording != NULL ? message.wording->meaning : message.meaning->meaning,
	};
	record->frame.phase = (uint8_t)message.phase;
	return &record->frame;
}

static struct frame_record *other_record_new(uint32_t frame, const struct datagram *datagram,
                                             const struct annotation *annotation, const struct tunnel *tunnel)
{
	struct frame_record *record = wmem_new(wmem_file_scope(), struct frame_record);

	*record = frame_record_of(frame, datagram, annotation, tunnel);
	return record;
}

/* NULL for a datagram that has nothing to do with a tunnel. */
static struct frame_record *record_new(uint32_t frame, const struct datagram *datagram,
                                       const struct ike_message *message, const struct annotation *annotation)
{
	const struct tunnel *tunnel = tunnels_at(open_capture->tunnels, annotation->tunnel);

	if (datagram->kind == DATAGRAM_SYSLOG)
		return log_record_new(frame, datagram, annotation, tunnel);
	if (tunnel == NULL)
		return NULL;
	if (annotation->copy_of != 0)
		return other_record_new(frame, datagram, annotation, tunnel);
	if (message != NULL)
		return ike_record_new(frame, datagram, message, annotation, tunnel);
	if (datagram->kind == DATAGRAM_ESP)
		return esp_record_new(frame, datagram, annotation, tunnel);
	return other_record_new(frame, datagram, annotation, tunnel);
}

/* Where one frame shows a message's beginning and completes it (the fragments came in disorder), it is one message. */
static bool absorb(struct frame_record *first, const struct frame_record *record)
{
	const struct ike_record *whole = (const struct ike_record *)record;

	if (first == NULL || first->kind != DATAGRAM_IKE || record->kind != DATAGRAM_IKE || !whole->completes)
		return false;
	struct ike_record *part = (struct ike_record *)first;
	if (whole->annotation.nat_checked) {
		part->annotation.nat_checked = true;
		part->nat = whole->nat;
	}
	if (whole->annotation.vendors != 0)
		part->annotation.vendors = whole->annotation.vendors;
	if (record->verdict != NULL)
		first->verdict = record->verdict;
	return true;
}

static void keep_record(uint32_t frame, struct frame_record *record)
{
	GPtrArray *records = open_capture->records;

	if (frame >= records->len)
		g_ptr_array_set_size(records, (gint)frame + 1);
	struct frame_record **end = (struct frame_record **)&records->pdata[frame];
	if (absorb(*end, record))
		return;
	while (*end != NULL)
		end = &(*end)->next;
	*end = record;
}

/* ---- the first pass ---- */

/* message: of IKE, where it could be read; else NULL. */
static void add(uint32_t frame, int64_t time, const struct datagram *datagram, const struct ike_message *message)
{
	struct annotation annotation;

	tunnels_add(open_capture->tunnels, frame, time, datagram, message, &annotation);
	struct frame_record *record = record_new(frame, datagram, message, &annotation);
	if (record != NULL)
		keep_record(frame, record);
}

static bool read_message(const struct datagram *datagram, struct ike_message *message)
{
	return datagram->kind == DATAGRAM_IKE &&
	       ike_message_read(datagram->payload, datagram->captured, datagram->length, message) == 0;
}

static void add_waiting(uint32_t frame, int64_t time, const struct datagram *datagram)
{
	struct ike_message message;

	add(frame, time, datagram, read_message(datagram, &message) ? &message : NULL);
}

static void add_now(packet_info *pinfo, const struct datagram *datagram)
{
	struct ike_message message;
	bool is_ike = read_message(datagram, &message);

	if (is_ike)
		decrypted_add(pinfo, &message);
	add(pinfo->num, frame_time(pinfo), datagram, is_ike ? &message : NULL);
}

static void catch_up(void)
{
	waiting_take_all(open_capture->waiting, add_waiting);
}

/* What was decrypted of a message is there during this dissection only. */
static bool can_wait(packet_info *pinfo, const struct datagram *datagram)
{
	return waiting_fits(datagram) && (datagram->kind != DATAGRAM_IKE || !decrypted_is_there(pinfo));
}

static void take_datagram(packet_info *pinfo, const struct datagram *datagram, bool is_asked)
{
	if (datagram->kind == DATAGRAM_OTHER || datagram->kind == DATAGRAM_FRAGMENT)
		return;
	if (!is_asked && can_wait(pinfo, datagram)) {
		waiting_add(open_capture->waiting, pinfo->num, frame_time(pinfo), datagram);
		if (waiting_is_full(open_capture->waiting))
			catch_up();
		return;
	}
	catch_up();
	add_now(pinfo, datagram);
}

void capture_state_take(tvbuff_t *frame, packet_info *pinfo, bool is_asked)
{
	const struct datagram *datagram;

	struct esp_packet esp;

	if (open_capture == NULL || open_capture->tunnels == NULL)
		return;
	if (!is_asked && frame_reader_take_esp(open_capture->reader, frame, pinfo, &esp)) {
		waiting_add_esp(open_capture->waiting, &esp);
		return;
	}
	frame_reader_take(open_capture->reader, frame, pinfo);
	while ((datagram = frame_reader_next(open_capture->reader)) != NULL)
		take_datagram(pinfo, datagram, is_asked);
}

/* ---- asking ---- */

struct tunnels *capture_state_tunnels(void)
{
	if (open_capture == NULL)
		return NULL;
	catch_up();
	return open_capture->tunnels;
}

const struct frame_record *capture_state_record(uint32_t frame)
{
	if (open_capture == NULL)
		return NULL;
	catch_up();
	return first_record(frame);
}
