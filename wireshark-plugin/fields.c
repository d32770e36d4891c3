/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wireshark-plugin/fields.h"

#include "core/base/time.h"
#include "core/catalogue/evidence.h"
#include "core/catalogue/inferred.h"
#include "core/verdict/text.h"
#include "core/wire/ike_names.h"

#define NO_TUNNEL UINT32_MAX

static int protocol_id = -1;
static int subtree = -1;
static int evidence_subtree = -1;
static int answers_subtree = -1;

static int field_phase = -1;
static int field_exchange = -1;
static int field_state = -1;
static int field_cause = -1;
static int field_confidence = -1;
static int field_phase_failed = -1;
static int field_answers = -1;
static int field_answer[PHASE_LAST] = {-1, -1, -1, -1};
static int field_to_know = -1;
static int field_children = -1;
static int field_event = -1;
static int field_event_frame = -1;
static int field_alternative = -1;
static int field_evidence = -1;
static int field_evidence_frame = -1;
static int field_asa_log = -1;
static int field_next_step = -1;
static int field_tunnel = -1;
static int field_asa = -1;
static int field_peer = -1;
static int field_request_in = -1;
static int field_response_in = -1;
static int field_response_time = -1;
static int field_retransmission_of = -1;
static int field_copy_of = -1;
static int field_inferred = -1;
static int field_nat = -1;
static int field_vendor = -1;
static int field_vendor_evidence = -1;
static int field_syslog_id = -1;
static int field_syslog_meaning = -1;
static int field_syslog_cause = -1;
static int field_paired_spi = -1;
static int field_encaps = -1;
static int field_decaps = -1;
static int field_lost = -1;
static int field_reordered = -1;
static int field_arrival = -1;

static const value_string answers[] = {
        {ANSWER_UNKNOWN, "unknown"},
        {ANSWER_OK, "ok"},
        {ANSWER_FAILED, "failed"},
        {0, NULL},
};

static hf_register_info fields[] = {
        {&field_phase,
         {"Phase", "asaphase.phase", FT_STRING, BASE_NONE, NULL, 0,
          "What the packet belongs to: 1 (the IKE SA), 2 (a child SA) or data (ESP)", HFILL}},
        {&field_exchange,
         {"Exchange", "asaphase.exchange", FT_STRING, BASE_NONE, NULL, 0, "The IKE exchange by its RFC name", HFILL}},
        {&field_state,
         {"State", "asaphase.state", FT_STRING, BASE_NONE, NULL, 0,
          "What an ASA would call the IKE SA after this packet", HFILL}},
        {&field_cause,
         {"Cause", "asaphase.cause", FT_STRING, BASE_NONE, NULL, 0,
          "Why the tunnel fails, as of this frame, none or undetermined; only on frames where a verdict or an answer "
          "appears, changes or is made again",
          HFILL}},
        {&field_confidence,
         {"Confidence", "asaphase.confidence", FT_STRING, BASE_NONE, NULL, 0,
          "certain: read on the wire or decrypted; likely: inferred, and a second witness agrees; possible: inferred",
          HFILL}},
        {&field_phase_failed,
         {"Phase failed", "asaphase.phase_failed", FT_STRING, BASE_NONE, NULL, 0, "Which phase failed: 1, 2 or data",
          HFILL}},
        {&field_answers,
         {"Answers", "asaphase.answers", FT_STRING, BASE_NONE, NULL, 0,
          "What is known of Phase 1, Phase 2 and the data, as of this frame", HFILL}},
        {&field_answer[PHASE_1],
         {"Phase 1", "asaphase.phase1", FT_UINT8, BASE_DEC, VALS(answers), 0,
          "Whether Phase 1 is ok, failed or unknown; unknown is no failure and no health", HFILL}},
        {&field_answer[PHASE_2],
         {"Phase 2", "asaphase.phase2", FT_UINT8, BASE_DEC, VALS(answers), 0,
          "Whether Phase 2 is ok, failed or unknown: of the worst child SA that is up", HFILL}},
        {&field_answer[PHASE_DATA],
         {"Data", "asaphase.data", FT_UINT8, BASE_DEC, VALS(answers), 0,
          "Whether the data is ok, failed or unknown: of the worst child SA in use", HFILL}},
        {&field_to_know,
         {"To know", "asaphase.to_know", FT_STRING, BASE_NONE, NULL, 0, "What would tell what is unknown", HFILL}},
        {&field_children,
         {"Children", "asaphase.children", FT_STRING, BASE_NONE, NULL, 0,
          "How many child SAs are one-way where not all are, and the first of them", HFILL}},
        {&field_event,
         {"Event", "asaphase.event", FT_STRING, BASE_NONE, NULL, 0,
          "What happened that is no failure of the tunnel yet: a negotiation refused while it works", HFILL}},
        {&field_event_frame,
         {"Happened in frame", "asaphase.event.frame", FT_FRAMENUM, BASE_NONE, NULL, 0, "The frame that shows it",
          HFILL}},
        {&field_alternative,
         {"Could also be", "asaphase.alternative", FT_STRING, BASE_NONE, NULL, 0,
          "Another cause that would look the same", HFILL}},
        {&field_evidence,
         {"Evidence", "asaphase.evidence", FT_STRING, BASE_NONE, NULL, 0, "What was seen that bears on the verdict",
          HFILL}},
        {&field_evidence_frame,
         {"Seen in frame", "asaphase.evidence.frame", FT_FRAMENUM, BASE_NONE, NULL, 0, "The frame that shows it",
          HFILL}},
        {&field_asa_log,
         {"An ASA would log", "asaphase.asa_log", FT_STRING, BASE_NONE, NULL, 0,
          "A message that an ASA would log for this; not one that was logged", HFILL}},
        {&field_next_step,
         {"Type next", "asaphase.next_step", FT_STRING, BASE_NONE, NULL, 0, "What to type next, where, and why",
          HFILL}},
        {&field_tunnel,
         {"Tunnel", "asaphase.tunnel", FT_UINT32, BASE_DEC, NULL, 0,
          "The pair of peers, numbered from 0 in order of appearance", HFILL}},
        {&field_asa, {"ASA", "asaphase.asa", FT_STRING, BASE_NONE, NULL, 0, "The end that is taken as the ASA", HFILL}},
        {&field_peer, {"Peer", "asaphase.peer", FT_STRING, BASE_NONE, NULL, 0, "The other end", HFILL}},
        {&field_request_in,
         {"Request in", "asaphase.request_in", FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_REQUEST), 0,
          "The frame of the request that this answers", HFILL}},
        {&field_response_in,
         {"Response in", "asaphase.response_in", FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE), 0,
          "The frame of the answer to this request", HFILL}},
        {&field_response_time,
         {"Response time", "asaphase.response_time", FT_RELATIVE_TIME, BASE_NONE, NULL, 0,
          "Since the request's first copy", HFILL}},
        {&field_retransmission_of,
         {"Retransmission of", "asaphase.retransmission_of", FT_FRAMENUM, BASE_NONE,
          FRAMENUM_TYPE(FT_FRAMENUM_RETRANS_PREV), 0, "The frame of the first copy", HFILL}},
        {&field_copy_of,
         {"Copy of", "asaphase.copy_of", FT_FRAMENUM, BASE_NONE, FRAMENUM_TYPE(FT_FRAMENUM_NONE), 0,
          "The frame in which the capture holds the same packet before: it is counted there", HFILL}},
        {&field_inferred,
         {"Must hold", "asaphase.inferred", FT_STRING, BASE_NONE, NULL, 0,
          "What the encrypted message must hold, from its length alone", HFILL}},
        {&field_nat,
         {"NAT", "asaphase.nat", FT_STRING, BASE_NONE, NULL, 0,
          "Which end is behind a NAT, by the NAT detection hashes so far: none, asa, peer, both or forced", HFILL}},
        {&field_vendor,
         {"Sender is probably", "asaphase.vendor", FT_STRING, BASE_NONE, NULL, 0,
          "Who makes the sender, guessed from its vendor IDs", HFILL}},
        {&field_vendor_evidence,
         {"Vendor IDs", "asaphase.vendor.evidence", FT_STRING, BASE_NONE, NULL, 0,
          "The vendor IDs that the sender has shown so far and that the guess rests on", HFILL}},
        {&field_syslog_id,
         {"ASA message", "asaphase.syslog.id", FT_UINT32, BASE_DEC, NULL, 0,
          "The number of the message that an ASA logged", HFILL}},
        {&field_syslog_meaning,
         {"Meaning", "asaphase.syslog.meaning", FT_STRING, BASE_NONE, NULL, 0, "What the message says of the tunnel",
          HFILL}},
        {&field_syslog_cause,
         {"Names", "asaphase.syslog.cause", FT_STRING, BASE_NONE, NULL, 0, "The cause that the message alone points at",
          HFILL}},
        {&field_paired_spi,
         {"Paired SPI", "asaphase.esp.paired_spi", FT_UINT32, BASE_HEX, NULL, 0,
          "The SPI of the same child SA in the other direction", HFILL}},
        {&field_encaps,
         {"Encaps", "asaphase.esp.encaps", FT_UINT32, BASE_DEC, NULL, 0,
          "ESP packets that the ASA has sent in this tunnel so far, over all SPIs", HFILL}},
        {&field_decaps,
         {"Decaps", "asaphase.esp.decaps", FT_UINT32, BASE_DEC, NULL, 0,
          "ESP packets that the ASA has been sent in this tunnel so far, over all SPIs", HFILL}},
        {&field_lost,
         {"Lost", "asaphase.esp.lost", FT_UINT32, BASE_DEC, NULL, 0,
          "Sequence numbers of this SPI that were skipped and not seen so far", HFILL}},
        {&field_reordered,
         {"Reordered", "asaphase.esp.reordered", FT_UINT32, BASE_DEC, NULL, 0,
          "Packets of this SPI so far that came after one with a higher sequence number", HFILL}},
        {&field_arrival,
         {"Sequence", "asaphase.esp.arrival", FT_STRING, BASE_NONE, NULL, 0,
          "Where this packet's sequence number is out of turn: how", HFILL}},
};

void fields_register(int protocol)
{
	static int *subtrees[] = {&subtree, &evidence_subtree, &answers_subtree};

	protocol_id = protocol;
	proto_register_field_array(protocol, fields, array_length(fields));
	proto_register_subtree_array(subtrees, array_length(subtrees));
}

/* ---- the tree: everything in it is worked out, not read from the frame's bytes ---- */

struct page {
	proto_tree *tree;
	tvbuff_t *frame;
};

static proto_item *add_string(const struct page *page, int field, const char *text)
{
	proto_item *item = proto_tree_add_string(page->tree, field, page->frame, 0, 0, text);

	proto_item_set_generated(item);
	return item;
}

static proto_item *add_number(const struct page *page, int field, uint32_t number)
{
	proto_item *item = proto_tree_add_uint(page->tree, field, page->frame, 0, 0, number);

	proto_item_set_generated(item);
	return item;
}

/* A link to another frame, or nothing for frame 0. */
static void add_link(const struct page *page, int field, uint32_t frame)
{
	if (frame != 0)
		add_number(page, field, frame);
}

static void add_tunnel(const struct page *page, const struct frame_record *record)
{
	const struct tunnel *tunnel = tunnels_at(capture_state_tunnels(), record->tunnel);
	char text[IP_ADDRESS_TEXT_SIZE];

	if (record->tunnel != NO_TUNNEL)
		add_number(page, field_tunnel, record->tunnel);
	if (tunnel == NULL)
		return;
	add_string(page, field_asa, ip_address_to_text(&tunnel->address[record->asa_side], text));
	add_string(page, field_peer, ip_address_to_text(&tunnel->address[!record->asa_side], text));
}

static void add_evidence(const struct page *page, const struct evidence *seen)
{
	char text[VERDICT_WORDS_SIZE];

	evidence_text(seen, text, sizeof text);
	proto_item *item = proto_tree_add_string_format(page->tree, field_evidence, page->frame, 0, 0, text,
	                                                "Evidence, frame %u: %s", seen->frame, text);
	struct page below = {.tree = proto_item_add_subtree(item, evidence_subtree), .frame = page->frame};

	proto_item_set_generated(item);
	add_link(&below, field_evidence_frame, seen->frame);
}

static void add_logged(const struct page *page, const struct verdict_words *words)
{
	const struct asa_message *message;
	char text[VERDICT_WORDS_SIZE], line[VERDICT_WORDS_SIZE + 128];

	for (unsigned cursor = 0; (message = verdict_words_message(words, &cursor)) != NULL;) {
		verdict_words_fill(words, message->text, text, sizeof text);
		const char *note = asa_message_note(message);
		snprintf(line, sizeof line, "%%ASA-%u-%s: %s%s%s%s", message->severity, message->id, text,
		         *note != '\0' ? " (" : "", note, *note != '\0' ? ")" : "");
		add_string(page, field_asa_log, line);
	}
}

static void add_steps(const struct page *page, const struct verdict_words *words)
{
	const struct next_step *step;
	char command[VERDICT_WORDS_SIZE], line[2 * VERDICT_WORDS_SIZE];

	for (unsigned cursor = 0; (step = verdict_words_step(words, &cursor)) != NULL;) {
		verdict_words_fill(words, step->command, command, sizeof command);
		snprintf(line, sizeof line, "%s: %s  # %s", next_at_name(step->at), command, step->why);
		add_string(page, field_next_step, line);
	}
}

/* ": no ESP captured" where an answer is unknown, ": the child SA carries ESP both ways (certain)" where it is ok. */
static void append_reason(proto_item *item, const struct phase_answer *answer)
{
	const char *why = catalogue_reason(answer->reason)->why;

	if (answer->answer == ANSWER_UNKNOWN)
		proto_item_append_text(item, ": %s", why);
	else if (answer->answer == ANSWER_OK)
		proto_item_append_text(item, ": %s (%s)", why, confidence_name(answer->confidence));
}

/* The line that says all three, and below it each of them. */
static void add_answers(const struct page *page, const struct verdict *verdict)
{
	static const struct text_style plain = {.color = false, .width = 0};
	GString *text = g_string_new(NULL);
	const char *to_know;

	verdict_text_append_answers(text, &plain, verdict);
	proto_item *item =
	        proto_tree_add_string_format(page->tree, field_answers, page->frame, 0, 0, text->str, "%s", text->str);
	struct page below = {.tree = proto_item_add_subtree(item, answers_subtree), .frame = page->frame};
	proto_item_set_generated(item);
	for (enum phase phase = PHASE_1; phase < PHASE_LAST; phase++)
		append_reason(add_number(&below, field_answer[phase], verdict->phases[phase].answer),
		              &verdict->phases[phase]);
	for (enum phase phase = PHASE_NONE; (to_know = verdict_words_to_know(verdict, &phase)) != NULL;)
		add_string(page, field_to_know, to_know);
	g_string_free(text, TRUE);
}

static void add_event(const struct page *page, const struct verdict_snapshot *snapshot)
{
	if (snapshot->refused == NULL)
		return;
	struct page below = {
	        .tree = proto_item_add_subtree(add_string(page, field_event, snapshot->refused), evidence_subtree),
	        .frame = page->frame};
	add_link(&below, field_event_frame, snapshot->refused_frame);
}

static void add_cause(const struct page *page, const struct verdict_snapshot *snapshot)
{
	const struct verdict *verdict = &snapshot->verdict;

	if (verdict->phase_failed != PHASE_NONE)
		add_string(page, field_phase_failed, phase_name(verdict->phase_failed));
	proto_item *cause = add_string(page, field_cause, cause_name(verdict->cause));
	proto_item_append_text(cause, " (%s)", snapshot->words.entry->headline);
	if (verdict->cause != CAUSE_UNDETERMINED)
		add_string(page, field_confidence, confidence_name(verdict->confidence));
	if (snapshot->children != NULL)
		add_string(page, field_children, snapshot->children);
	for (unsigned i = 0; i < verdict->alternative_count; i++)
		add_string(page, field_alternative, verdict->alternatives[i]);
}

static void add_verdict(const struct page *page, const struct verdict_snapshot *snapshot)
{
	const struct verdict *verdict = &snapshot->verdict;

	add_answers(page, verdict);
	add_cause(page, snapshot);
	add_event(page, snapshot);
	for (unsigned i = 0; i < verdict->evidence.count; i++)
		add_evidence(page, &verdict->evidence.items[i]);
	add_logged(page, &snapshot->words);
	if (cause_is_fault(verdict->cause))
		add_steps(page, &snapshot->words);
}

static void add_response_time(const struct page *page, int64_t nanoseconds)
{
	nstime_t time = {.secs = (time_t)(nanoseconds / NANOSECONDS), .nsecs = (int)(nanoseconds % NANOSECONDS)};

	proto_item_set_generated(proto_tree_add_time(page->tree, field_response_time, page->frame, 0, 0, &time));
}

static void add_vendor(const struct page *page, vendor_ids ids)
{
	struct vendor_guess guess = vendor_guess(ids);
	char text[VERDICT_WORDS_SIZE];

	if (guess.name != NULL) {
		proto_item *item = add_string(page, field_vendor, guess.name);
		if (guess.recalled)
			proto_item_append_text(item, " (from memory, not from a source)");
	}
	if (ids != 0)
		add_string(page, field_vendor_evidence, vendor_ids_text(ids, text, sizeof text));
}

static void add_ike(const struct page *page, const struct ike_record *record)
{
	const struct annotation *annotation = &record->annotation;

	add_string(page, field_exchange, ike_exchange_name(record->major_version, record->exchange_type));
	add_string(page, field_state, annotation->state);
	if (annotation->inferred != INFERRED_NOTHING)
		add_string(page, field_inferred, inferred_text(annotation->inferred));
	if (annotation->nat_checked)
		add_string(page, field_nat, nat_name(record->nat) != NULL ? nat_name(record->nat) : "none");
	add_vendor(page, annotation->vendors);
	add_link(page, field_retransmission_of, annotation->retransmission_of);
	add_link(page, field_response_in, capture_state_response_to(record));
	add_link(page, field_request_in, annotation->request_in);
	if (annotation->request_in != 0)
		add_response_time(page, annotation->response_time);
}

static void add_esp(const struct page *page, const struct esp_record *record)
{
	if (record->paired_spi != 0)
		add_number(page, field_paired_spi, record->paired_spi);
	add_number(page, field_encaps, record->encaps);
	add_number(page, field_decaps, record->decaps);
	add_number(page, field_lost, record->lost);
	add_number(page, field_reordered, record->reordered);
	if (record->frame.step != SEQUENCE_NEXT)
		add_string(page, field_arrival, sequence_step_text((enum sequence_step)record->frame.step));
}

static void add_syslog(const struct page *page, const struct log_record *record)
{
	add_number(page, field_syslog_id, record->number);
	add_string(page, field_syslog_meaning, record->meaning);
	if (cause_is_fault(record->cause))
		add_string(page, field_syslog_cause, cause_name(record->cause));
}

proto_item *fields_show(proto_tree *tree, tvbuff_t *frame, const packet_info *pinfo, const struct frame_record *record)
{
	proto_item *item = proto_tree_add_item(tree, protocol_id, frame, 0, 0, ENC_NA);
	struct page page = {.tree = proto_item_add_subtree(item, subtree), .frame = frame};

	proto_item_set_generated(item);
	if (record->verdict != NULL) {
		proto_item_append_text(item, ": %s", verdict_summary(pinfo->pool, record->verdict));
		add_verdict(&page, record->verdict);
	}
	if (record->phase != PHASE_NONE)
		add_string(&page, field_phase, phase_name(record->phase));
	if (record->copy_of != 0)
		add_link(&page, field_copy_of, record->copy_of);
	if (record->kind == DATAGRAM_IKE)
		add_ike(&page, (const struct ike_record *)record);
	else if (record->kind == DATAGRAM_ESP)
		add_esp(&page, (const struct esp_record *)record);
	else if (record->kind == DATAGRAM_SYSLOG)
		add_syslog(&page, (const struct log_record *)record);
	add_tunnel(&page, record);
	return item;
}

char *verdict_summary(wmem_allocator_t *scope, const struct verdict_snapshot *snapshot)
{
	static const struct text_style plain = {.color = false, .width = 0};

	if (snapshot->refused != NULL && !cause_is_fault(snapshot->verdict.cause))
		return wmem_strdup(scope, snapshot->refused);
	GString *text = g_string_new(NULL);
	verdict_text_append_summary(text, &plain, &snapshot->verdict);
	char *summary = wmem_strdup(scope, text->str);
	g_string_free(text, TRUE);
	return summary;
}

bool verdict_is_under_way(const struct verdict_snapshot *snapshot)
{
	const struct verdict *verdict = &snapshot->verdict;

	return snapshot->is_beginning ||
	       (verdict->cause == CAUSE_UNDETERMINED && verdict->phases[PHASE_1].reason == REASON_UNDER_WAY);
}
