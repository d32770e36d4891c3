/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hot path of a capture. */
#include "core/tunnel/esp.h"

#include "core/base/time.h"
#include "core/catalogue/causes.h"
#include "core/tunnel/children.h"
#include "core/tunnel/copied.h"
#include "core/tunnel/ike_exchange.h"
#include "core/tunnel/ike_sa.h"
#include "core/tunnel/silence.h"
#include "core/tunnel/spis.h"
#include "core/tunnel/table.h"
#include "core/wire/esp.h"

#define NEW_SA_SEQUENCE 1000
#define CACHE_LINE 64

/* ESP on a new SPI after an inferred refusal: the inference was wrong, or a retry that the capture does not hold
 * succeeded. */
static void contradict_refusal(const struct arrival *arrival, const struct spi_entry *entry)
{
	struct tunnel *tunnel = arrival->tunnel;
	struct ike_sa *sa = tunnel->ike_sa_count == 0 ? NULL : tunnel->ike_sas[tunnel->ike_sa_count - 1];

	if (sa == NULL || sa->failure.certain || sa->children.error != 0)
		return;
	bool authentication = sa->stage == IKE_STAGE_AUTH_REFUSED;
	bool child = sa->stage == IKE_STAGE_UP && sa->children.up == 0 && sa->children.refusals > 0;
	for (unsigned i = 0; i + 1u < tunnel->ike_sa_count; i++)
		if (tunnel->ike_sas[i]->stage == IKE_STAGE_UP)
			return;
	if (!authentication && !child)
		return;
	ike_sa_come_up(sa, arrival);
	ike_sa_child_up(sa, arrival);
	const struct arrival first = {.frame = entry->first_frame, .time = entry->first_time};
	ike_sa_add_evidence(sa, &first, EVIDENCE_ESP_AFTER_FAILURE, entry->spi, 0);
}

/* ESP that the SA made possible shows that the initiator did not refuse the responder, and that its sender has had its
 * answers. */
static void confirm_authentication(struct tunnel *tunnel, uint8_t side)
{
	for (unsigned i = 0; i < tunnel->ike_sa_count; i++) {
		ike_sa_confirm(tunnel->ike_sas[i]);
		ike_sa_answers_arrive(tunnel->ike_sas[i], side);
	}
}

bool esp_begins_at(uint64_t sequence)
{
	return sequence <= NEW_SA_SEQUENCE;
}

void tunnel_adopt_spi(const struct arrival *arrival, struct spi_entry *entry, uint32_t number)
{
	struct tunnel *tunnel = arrival->tunnel;
	uint8_t side = arrival->side;
	struct esp_direction *direction = &tunnel->esp[side];

	entry->owner = tunnel->number;
	entry->owner_side = side != 0;
	entry->next_of_owner = direction->first_spi;
	direction->first_spi = number;
	direction->spis++;
	direction->live_spis++;
	direction->single_spis++;
	if (tunnel_is_crowded(direction))
		tunnel_crowd_out_untrusted(arrival->tunnels, direction);
	tunnel_place_spi(tunnel, side, entry->spi, arrival->frame, arrival->time);
	if (tunnel->ike_sa_count > 0) {
		struct ike_sa *sa = tunnel->ike_sas[tunnel->ike_sa_count - 1];
		if (direction->spis <= 1)
			ike_sa_add_evidence(sa, arrival, EVIDENCE_ESP_FIRST, entry->spi, side);
	}
}

void tunnel_trust_spi(const struct arrival *arrival, struct spi_entry *entry, bool begins)
{
	entry->trusted = true;
	arrival->tunnel->esp[arrival->side].single_spis--;
	if (begins)
		contradict_refusal(arrival, entry);
	confirm_authentication(arrival->tunnel, arrival->side);
}

/* First packet of an SPI: find or make its tunnel. Returns false where there is no room. */
static bool adopt_new_spi(struct arrival *arrival, struct spi_entry *entry, uint32_t number)
{
	struct tunnel *tunnel =
	        tunnels_between(arrival->tunnels, &entry->source, &entry->destination, arrival->frame, arrival->time);
	if (tunnel == NULL)
		return false;
	arrival_enter(arrival, tunnel, &entry->source);
	tunnel_adopt_spi(arrival, entry, number);
	return true;
}

/* The direction that was missing is back: what its sequence numbers skipped is the outage that has been reported. */
void tunnel_end_outage(struct tunnel *tunnel, unsigned side)
{
	struct esp_direction *esp = &tunnel->esp[side];

	if (esp->lost > esp->lost_before_outage)
		esp->lost_in_outages += esp->lost - esp->lost_before_outage;
	esp->lost_before_outage = esp->lost;
}

/*
 * Whether the packet shows that its sender is there and has the SA. A first packet on an SPI, one with an absurd
 * sequence number or one seen before can come from anybody; new numbers close behind earlier ones, only from somebody
 * who follows the SA.
 */
static bool shows_progress(const struct spi_entry *entry)
{
	return entry->packets > 1 &&
	       (entry->step == SEQUENCE_NEXT || entry->step == SEQUENCE_AFTER_GAP || entry->step == SEQUENCE_ANEW);
}

/*
 * Whether a direction is silent must not hang on packets that anybody could have made up. The one that makes an SPI
 * trusted speaks for the first one, too. Returns whether the other direction's silence has ended.
 */
static bool count_silence(const struct tunnel_options *options, struct esp_direction *own, struct esp_direction *other,
                          const struct spi_entry *entry, bool just_trusted, int64_t time)
{
	int64_t first = just_trusted && entry->first_time < time ? entry->first_time : time;
	/* Only an SPI that was there before the silence tells that such silences are usual. */
	bool is_known = entry->first_time < other->silence.start;

	other->next_one_way_check = NEVER_ANSWERED_PACKETS;
	return esp_silence_add(options, &own->silence, &other->silence, just_trusted ? 2 : 1, first, time, is_known);
}

/* Packets that are looked at again: each time that they are twice as many. */
static bool is_time_to_look(const struct esp_silence *silence, uint64_t *next_check)
{
	if (silence->packets < *next_check || silence->last - silence->start < NEVER_ANSWERED_SPAN)
		return false;
	*next_check = silence->packets * 2;
	return true;
}

/* The same for the child of the packet's SPI, where it is not the only one. */
static bool count_child(const struct arrival *arrival, const struct spi_entry *entry, bool just_trusted)
{
	struct tunnel *tunnel = arrival->tunnel;
	struct child_sa *child = tunnel_child_of_packet(tunnel, arrival->side, entry->spi);
	int64_t first = just_trusted && entry->first_time < arrival->time ? entry->first_time : arrival->time;

	if (child == NULL)
		return false;
	struct esp_silence *own = &child->silence[arrival->side], *other = &child->silence[!arrival->side];
	child->next_check[!arrival->side] = NEVER_ANSWERED_PACKETS;
	bool ended = esp_silence_add(&arrival->tunnels->options, own, other, just_trusted ? 2 : 1, first, arrival->time,
	                             true);
	return is_time_to_look(own, &child->next_check[arrival->side]) || ended;
}

static bool count_progress(const struct arrival *arrival, const struct spi_entry *entry, bool just_trusted)
{
	struct tunnel *tunnel = arrival->tunnel;
	struct esp_direction *own = &tunnel->esp[arrival->side];
	bool ended = count_silence(&arrival->tunnels->options, own, &tunnel->esp[!arrival->side], entry, just_trusted,
	                           arrival->time);
	bool look = is_time_to_look(&own->silence, &own->next_one_way_check);

	if (ended && tunnel->current == CAUSE_ONE_WAY)
		own->outage_closing = OUTAGE_CLOSING;
	if (tunnel->child_count > 1)
		look |= count_child(arrival, entry, just_trusted);
	return look || ended;
}

/* Counts a packet into its direction. Returns whether the rules have something new to look at. */
static bool count_direction(const struct arrival *arrival)
{
	struct tunnel *tunnel = arrival->tunnel;
	struct esp_direction *own = &tunnel->esp[arrival->side];
	bool look = false;

	if (own->packets++ == 0) {
		own->first_time = arrival->time;
		own->first_frame = arrival->frame;
		look = true;
	}
	own->bytes += arrival->esp->bytes;
	own->last_time = arrival->time;
	own->last_frame = arrival->frame;
	if (own->packets >= own->next_check) {
		own->next_check += own->packets - own->looked_from;
		look = true;
	}
	return look;
}

/* Losses that the numbers tell of while an outage ends are what it cost. */
static void close_outage(struct tunnel *tunnel, unsigned side)
{
	struct esp_direction *own = &tunnel->esp[side];

	if (own->outage_closing == 0)
		return;
	own->outage_closing--;
	tunnel_end_outage(tunnel, side);
}

static void annotate_esp(const struct arrival *arrival, const struct spi_entry *entry, uint32_t number)
{
	struct annotation *annotation = arrival->annotation;
	const struct tunnel *tunnel = arrival->tunnel;
	const struct child_sa *child = tunnel_child(tunnel, arrival->side, entry->spi);

	annotation->phase = PHASE_DATA;
	annotation->spi_entry = number;
	annotation->paired_spi = child != NULL ? child->spi_from[!arrival->side] : 0;
	annotation->encaps = tunnel->esp[tunnel->asa_side].packets;
	annotation->decaps = tunnel->esp[!tunnel->asa_side].packets;
	annotation->lost = entry->lost;
	annotation->reordered = entry->reordered;
	annotation->step = (enum sequence_step)entry->step;
}

/* Losses enough for a verdict, while there is none. */
static bool loses(const struct arrival *arrival, const struct spi_entry *entry)
{
	return !cause_is_fault(arrival->tunnel->current) &&
	       entry->lost > spi_table_lost_before(arrival->tunnels->spis) &&
	       arrival->tunnel->esp[arrival->side].lost >= LOSS_LEAST;
}

/* ESP that comes from both ends by turns may undo what was found of the negotiation. */
static bool may_undo_failure(const struct tunnel *tunnel, uint8_t side)
{
	enum phase failed = catalogue_entry(tunnel->current)->phase;

	return (failed == PHASE_1 || failed == PHASE_2) && tunnel->esp[side].silence.packets <= 1;
}

/* For a packet of which the SPI finds no room: its direction counts it all the same. */
static void count_without_entry(struct arrival *arrival)
{
	const struct esp_packet *packet = arrival->esp;
	struct tunnel *tunnel =
	        tunnels_between(arrival->tunnels, &packet->source, &packet->destination, arrival->frame, arrival->time);

	if (tunnel == NULL)
		return;
	arrival_enter(arrival, tunnel, &packet->source);
	arrival->annotation->phase = PHASE_DATA;
	tunnel_note_claimed(tunnel, arrival->side, arrival->frame, arrival->time, false);
	arrival->judge = count_direction(arrival);
}

/* The entry's number, or SPI_TABLE_FULL where no other could give way. */
static uint32_t count_packet(struct tunnels *tunnels, const struct esp_packet *packet, const struct spi_hint *hint)
{
	uint32_t number = spi_table_count_hinted(tunnels->spis, packet, hint);

	if (number == SPI_TABLE_FULL && tunnels_free_spi(tunnels))
		number = spi_table_count(tunnels->spis, packet);
	return number;
}

static void add_packet(struct arrival *arrival, const struct spi_hint *hint, bool annotate)
{
	struct tunnels *tunnels = arrival->tunnels;
	uint32_t number = count_packet(tunnels, arrival->esp, hint);
	if (number == SPI_TABLE_FULL) {
		count_without_entry(arrival);
		return;
	}
	struct spi_entry *entry = spi_table_entry(tunnels->spis, number);
	bool look = false;
	if (entry->owner == UINT32_MAX) {
		if (!adopt_new_spi(arrival, entry, number)) {
			spi_table_remove(tunnels->spis, number);
			return;
		}
		look = true;
	}
	arrival->tunnel = tunnels->list->pdata[entry->owner];
	arrival->side = entry->owner_side;
	arrival->tunnel->esp[arrival->side].lost += (uint64_t)entry->lost - spi_table_lost_before(tunnels->spis);
	bool progress = shows_progress(entry);
	tunnel_note_claimed(arrival->tunnel, arrival->side, arrival->frame, arrival->time, progress);
	look |= count_direction(arrival);
	if (progress) {
		bool just_trusted = !entry->trusted;
		if (just_trusted) {
			tunnel_trust_spi(arrival, entry, esp_begins_at(entry->first_sequence));
			look = true;
		}
		look |= count_progress(arrival, entry, just_trusted);
		look |= loses(arrival, entry) || may_undo_failure(arrival->tunnel, arrival->side);
	}
	close_outage(arrival->tunnel, arrival->side);
	arrival->annotation->tunnel = entry->owner;
	if (annotate)
		annotate_esp(arrival, entry, number);
	arrival->judge = look;
}

void tunnel_add_esp(struct arrival *arrival, bool annotate)
{
	const struct datagram *datagram = arrival->datagram;
	struct esp_header header;

	if (!esp_header_read(datagram->payload, datagram->captured, &header))
		return;
	const struct esp_packet packet = {
	        .source = datagram->source,
	        .destination = datagram->destination,
	        .spi = header.spi,
	        .sequence = header.sequence,
	        .bytes = datagram->ip_length,
	        .frame = arrival->frame,
	        .time = arrival->time,
	        .encapsulation = (uint8_t)datagram->encapsulation,
	};
	struct spi_hint hint;
	spi_table_fetch(arrival->tunnels->spis, &packet, 1, &hint);
	arrival->esp = &packet;
	add_packet(arrival, &hint, annotate);
	arrival->esp = NULL;
}

/* size is that of one cache line to two. */
static inline void fetch(const void *from, size_t size)
{
	__builtin_prefetch(from, 1);
	__builtin_prefetch((const char *)from + CACHE_LINE, 1);
	__builtin_prefetch((const char *)from + size - 1, 1);
}

/* Has the tunnels of these entries on their way as well; the entries themselves are there by now. */
static void fetch_tunnels(struct tunnels *tunnels, const struct spi_hint *hints, size_t count)
{
	const size_t counted = offsetof(struct esp_direction, silence.new_packets);

	for (size_t i = 0; i < count; i++) {
		const struct spi_entry *entry = spi_table_entry(tunnels->spis, hints[i].number);
		if (entry == NULL || entry->owner >= tunnels->list->len)
			continue;
		const struct tunnel *tunnel = tunnels->list->pdata[entry->owner];
		if (tunnel == NULL)
			continue;
		fetch(tunnel, offsetof(struct tunnel, esp) + counted);
		fetch(&tunnel->esp[1], counted);
	}
}

void esp_batch_begin(struct tunnels *tunnels, struct esp_batch *batch, const struct esp_packet *packets, size_t count)
{
	batch->packets = packets;
	batch->count = count;
	batch->next = 0;
	spi_table_fetch(tunnels->spis, packets, count, batch->hints);
	fetch_tunnels(tunnels, batch->hints, count);
}

bool esp_batch_take(struct tunnels *tunnels, struct esp_batch *batch, struct arrival *arrival)
{
	while (batch->next < batch->count) {
		const struct esp_packet *packet = &batch->packets[batch->next];
		const struct spi_hint *hint = &batch->hints[batch->next++];
		struct esp_packet own = *packet;
		struct spi_hint other;
		if (esp_packet_is_copy(tunnels, packet))
			continue;
		if (esp_packet_undo_nat(tunnels, &own)) {
			spi_table_fetch(tunnels->spis, &own, 1, &other);
			hint = &other;
		}
		*arrival = (struct arrival){
		        .tunnels = tunnels,
		        .frame = packet->frame,
		        .time = packet->time,
		        .esp = &own,
		        .annotation = arrival->annotation,
		};
		tunnels_note_time(tunnels, packet->time);
		add_packet(arrival, hint, false);
		arrival->esp = packet;
		tunnels_note_first_copy(tunnels, arrival->tunnel);
		if (arrival->judge)
			return true;
	}
	return false;
}
