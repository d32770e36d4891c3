/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/tunnel.h"

#include <glib.h>
#include <stdio.h>

#include "core/arrival.h"
#include "core/diagnose.h"
#include "core/esp.h"

#define DEFAULT_ONE_WAY_PACKETS 8
#define DEFAULT_ONE_WAY_SECONDS 5
#define DEFAULT_SPI_CAPACITY (UINT32_C(1) << 20)
#define DEFAULT_TUNNEL_CAPACITY (UINT32_C(1) << 16)
#define FIRST_LOSS_CHECK 64
/* A new SA begins at sequence number 1 (RFC 4303 sec. 2.2): an SPI first seen below this is new, above it is an old SA.
 */
#define NEW_SA_SEQUENCE 1000
/* A child and its SPIs belong together when they appear within this time, where only timing can pair them. */
#define PAIRING_WITHIN (30 * NANOSECONDS)
/* Tunnels looked at to find one that may give way. */
#define EVICTION_LOOKS 64

struct tunnels {
	struct tunnel_options options;
	GHashTable *by_addresses; /* struct ip_address[2] in a tunnel → that tunnel */
	GPtrArray *list;          /* by number; NULL where one gave way */
	struct spi_table *spis;
	int64_t now;
	uint64_t dropped;
	uint32_t live;
	uint32_t eviction_cursor;
};

/* ---- the table of tunnels ---- */

static guint hash_of_address(const struct ip_address *address)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	for (unsigned i = 0; i < sizeof address->bytes; i++)
		hash = (hash ^ address->bytes[i]) * UINT64_C(0x100000001b3);
	return (guint)(hash ^ (hash >> 32));
}

/* The same for A, B and B, A. */
static guint hash_of_addresses(gconstpointer key)
{
	const struct ip_address *pair = key;
	return hash_of_address(&pair[0]) + hash_of_address(&pair[1]);
}

static gboolean addresses_equal(gconstpointer a, gconstpointer b)
{
	const struct ip_address *one = a;
	const struct ip_address *other = b;
	return (ip_address_equal(&one[0], &other[0]) && ip_address_equal(&one[1], &other[1])) ||
	       (ip_address_equal(&one[0], &other[1]) && ip_address_equal(&one[1], &other[0]));
}

struct tunnel_options tunnel_options_default(void)
{
	return (struct tunnel_options){
	        .one_way_packets = DEFAULT_ONE_WAY_PACKETS,
	        .one_way_seconds = DEFAULT_ONE_WAY_SECONDS,
	        .spi_capacity = DEFAULT_SPI_CAPACITY,
	        .tunnel_capacity = DEFAULT_TUNNEL_CAPACITY,
	};
}

struct tunnels *tunnels_new(const struct tunnel_options *options)
{
	struct tunnels *tunnels = g_new0(struct tunnels, 1);
	tunnels->options = *options;
	tunnels->by_addresses = g_hash_table_new(hash_of_addresses, addresses_equal);
	tunnels->list = g_ptr_array_new();
	tunnels->spis = spi_table_new(options->spi_capacity);
	if (tunnels->spis == NULL) {
		tunnels_free(tunnels);
		return NULL;
	}
	return tunnels;
}

static void tunnel_free(struct tunnel *tunnel)
{
	if (tunnel == NULL)
		return;
	for (unsigned i = 0; i < tunnel->ike_sa_count; i++)
		g_free(tunnel->ike_sas[i]);
	g_free(tunnel->ike_sas);
	g_free(tunnel);
}

void tunnels_free(struct tunnels *tunnels)
{
	if (tunnels == NULL)
		return;
	for (guint i = 0; i < tunnels->list->len; i++)
		tunnel_free(tunnels->list->pdata[i]);
	g_ptr_array_free(tunnels->list, TRUE);
	g_hash_table_destroy(tunnels->by_addresses);
	spi_table_free(tunnels->spis);
	g_free(tunnels);
}

const struct tunnel_options *tunnels_options(const struct tunnels *tunnels)
{
	return &tunnels->options;
}

struct spi_table *tunnels_spi_table(struct tunnels *tunnels)
{
	return tunnels->spis;
}

uint32_t tunnels_count(const struct tunnels *tunnels)
{
	return tunnels->list->len;
}

struct tunnel *tunnels_at(const struct tunnels *tunnels, uint32_t number)
{
	return number < tunnels->list->len ? tunnels->list->pdata[number] : NULL;
}

struct tunnel *tunnels_find(const struct tunnels *tunnels, const struct ip_address *a, const struct ip_address *b)
{
	const struct ip_address pair[2] = {*a, *b};
	return g_hash_table_lookup(tunnels->by_addresses, pair);
}

int64_t tunnels_now(const struct tunnels *tunnels)
{
	return tunnels->now;
}

void tunnels_set_now(struct tunnels *tunnels, int64_t now)
{
	tunnels->now = now;
}

uint64_t tunnels_dropped(const struct tunnels *tunnels)
{
	return tunnels->dropped;
}

/* A tunnel that never carried ESP and whose IKE never came up may give way: that is what a flood of spoofed first
 * messages leaves. */
static bool may_give_way(const struct tunnel *tunnel)
{
	if (tunnel->esp[0].packets != 0 || tunnel->esp[1].packets != 0)
		return false;
	for (unsigned i = 0; i < tunnel->ike_sa_count; i++)
		if (tunnel->ike_sas[i]->up_time != 0)
			return false;
	return true;
}

static bool evict_one(struct tunnels *tunnels)
{
	guint length = tunnels->list->len;
	for (unsigned looks = 0; looks < EVICTION_LOOKS && length > 0; looks++) {
		uint32_t number = tunnels->eviction_cursor++ % length;
		struct tunnel *tunnel = tunnels->list->pdata[number];
		if (tunnel == NULL || !may_give_way(tunnel))
			continue;
		g_hash_table_remove(tunnels->by_addresses, tunnel->address);
		tunnel_free(tunnel);
		tunnels->list->pdata[number] = NULL;
		tunnels->live--;
		tunnels->dropped++;
		return true;
	}
	return false;
}

static bool is_declared_asa(const struct tunnel_options *options, const struct ip_address *address)
{
	for (unsigned i = 0; i < options->asa_count; i++)
		if (ip_address_equal(&options->asa[i], address))
			return true;
	return false;
}

static struct tunnel *add_tunnel(struct tunnels *tunnels, const struct ip_address *source,
                                 const struct ip_address *destination, uint32_t frame, int64_t time)
{
	if (tunnels->live >= tunnels->options.tunnel_capacity && !evict_one(tunnels)) {
		tunnels->dropped++;
		return NULL;
	}
	struct tunnel *tunnel = g_new0(struct tunnel, 1);
	tunnel->number = tunnels->list->len;
	tunnel->address[0] = *source;
	tunnel->address[1] = *destination;
	tunnel->asa_declared = true;
	if (is_declared_asa(&tunnels->options, source))
		tunnel->asa_side = 0;
	else if (is_declared_asa(&tunnels->options, destination))
		tunnel->asa_side = 1;
	else
		tunnel->asa_declared = false;
	tunnel->first_frame = frame;
	tunnel->first_time = time;
	for (unsigned side = 0; side < 2; side++) {
		tunnel->esp[side].first_spi = SPI_TABLE_FULL;
		tunnel->esp[side].next_check = FIRST_LOSS_CHECK;
		tunnel->esp[side].next_one_way_check = tunnels->options.one_way_packets;
	}
	g_ptr_array_add(tunnels->list, tunnel);
	g_hash_table_insert(tunnels->by_addresses, tunnel->address, tunnel);
	tunnels->live++;
	return tunnel;
}

static struct tunnel *tunnel_between(struct tunnels *tunnels, const struct ip_address *source,
                                     const struct ip_address *destination, uint32_t frame, int64_t time)
{
	struct tunnel *tunnel = tunnels_find(tunnels, source, destination);
	return tunnel != NULL ? tunnel : add_tunnel(tunnels, source, destination, frame, time);
}

static void note_packet(struct tunnel *tunnel, uint8_t side, uint32_t frame, int64_t time)
{
	tunnel->last_frame = frame;
	if (time > tunnel->last_time)
		tunnel->last_time = time;
	if (time > tunnel->last_from[side])
		tunnel->last_from[side] = time;
}

/* ---- verdicts on the way ---- */

static bool is_new_instance(const struct tunnel *tunnel, uint32_t frame)
{
	for (unsigned i = 0; i < tunnel->ike_sa_count; i++) {
		const struct ike_sa *sa = tunnel->ike_sas[i];
		if (frame != 0 && (sa->failed_frame == frame || sa->child_failed_frame == frame))
			return true;
	}
	return false;
}

static void note_change(struct tunnel *tunnel, const struct arrival *arrival, enum cause cause)
{
	struct tunnel_event event = {.frame = arrival->frame, .time = arrival->time, .cause = cause};
	if (tunnel->history_count == TUNNEL_HISTORY) {
		memmove(&tunnel->history[1], &tunnel->history[2], sizeof event * (TUNNEL_HISTORY - 2));
		tunnel->history_count--;
	}
	tunnel->history[tunnel->history_count++] = event;
	tunnel->current = cause;
}

static void judge(const struct arrival *arrival)
{
	struct verdict verdict;
	struct tunnel *tunnel = arrival->tunnel;

	tunnel_diagnose(arrival->tunnels, tunnel, &verdict);
	if (verdict.cause != tunnel->current) {
		note_change(tunnel, arrival, verdict.cause);
		arrival->annotation->changed = true;
	} else if (verdict.cause != CAUSE_NONE && is_new_instance(tunnel, arrival->frame)) {
		arrival->annotation->changed = true;
	}
}

/* ---- children ---- */

static struct child_sa *add_child(struct tunnel *tunnel, uint32_t frame, int64_t time)
{
	if (tunnel->child_count == TUNNEL_CHILDREN) {
		memmove(&tunnel->children[0], &tunnel->children[1], sizeof tunnel->children[0] * (TUNNEL_CHILDREN - 1));
		tunnel->child_count--;
	}
	struct child_sa *child = &tunnel->children[tunnel->child_count++];
	*child = (struct child_sa){.frame = frame, .time = time};
	tunnel->children_total++;
	return child;
}

void tunnel_add_child(const struct arrival *arrival)
{
	add_child(arrival->tunnel, arrival->frame, arrival->time);
}

void tunnel_drop_empty_child(const struct arrival *arrival)
{
	struct tunnel *tunnel = arrival->tunnel;
	if (tunnel->child_count == 0)
		return;
	const struct child_sa *last = &tunnel->children[tunnel->child_count - 1];
	if (last->spi_from[0] != 0 || last->spi_from[1] != 0)
		return;
	tunnel->child_count--;
	tunnel->children_total--;
}

void tunnel_pair_child(struct tunnel *tunnel, uint8_t requester, uint32_t from_requester, uint32_t from_other)
{
	if (tunnel->child_count == 0)
		return;
	struct child_sa *child = &tunnel->children[tunnel->child_count - 1];
	child->spi_from[requester] = from_requester;
	child->spi_from[!requester] = from_other;
	child->paired_by = PAIRED_BY_IKE;
}

const struct child_sa *tunnel_child(const struct tunnel *tunnel, unsigned side, uint32_t spi)
{
	for (unsigned i = tunnel->child_count; i-- > 0;)
		if (tunnel->children[i].spi_from[side] == spi)
			return &tunnel->children[i];
	return NULL;
}

/* Where only timing can tell: the oldest child that still lacks an SPI of this side and came up not long ago. */
static void place_spi(struct tunnel *tunnel, uint8_t side, uint32_t spi, uint32_t frame, int64_t time)
{
	if (tunnel_child(tunnel, side, spi) != NULL)
		return;
	struct child_sa *child = NULL;
	for (unsigned i = 0; i < tunnel->child_count && child == NULL; i++)
		if (tunnel->children[i].spi_from[side] == 0 && time - tunnel->children[i].time < PAIRING_WITHIN)
			child = &tunnel->children[i];
	if (child == NULL)
		child = add_child(tunnel, frame, time);
	child->spi_from[side] = spi;
	if (child->spi_from[!side] != 0)
		child->paired_by = PAIRED_BY_TIMING;
}

/* ---- ESP ---- */

/* ESP on a new SPI after an inferred refusal: the inference was wrong, or a retry that the capture does not hold
 * succeeded. */
static void contradict_refusal(const struct arrival *arrival, const struct spi_entry *entry)
{
	struct tunnel *tunnel = arrival->tunnel;
	struct ike_sa *sa = tunnel->ike_sa_count == 0 ? NULL : tunnel->ike_sas[tunnel->ike_sa_count - 1];

	if (sa == NULL || sa->error_certain || sa->child_error != 0 || entry->first_sequence > NEW_SA_SEQUENCE)
		return;
	bool authentication = sa->stage == IKE_STAGE_AUTH_REFUSED;
	bool child = sa->stage == IKE_STAGE_UP && sa->children_up == 0 && sa->child_refusals > 0;
	for (unsigned i = 0; i + 1u < tunnel->ike_sa_count; i++)
		if (tunnel->ike_sas[i]->stage == IKE_STAGE_UP)
			return;
	if (!authentication && !child)
		return;
	ike_sa_come_up(sa, arrival);
	ike_sa_child_up(sa, arrival);
	ike_sa_witness(sa, arrival, WITNESS_ESP_AFTER_FAILURE, entry->spi, 0);
}

/* ESP that the SA made possible shows that the initiator did not refuse the responder. */
static void confirm_authentication(struct tunnel *tunnel)
{
	for (unsigned i = 0; i < tunnel->ike_sa_count; i++) {
		struct ike_sa *sa = tunnel->ike_sas[i];
		if (!sa->by_initiator)
			continue;
		sa->by_initiator = false;
		witnesses_remove(&sa->witnesses, WITNESS_AUTH_REFUSED_BY_INITIATOR);
	}
}

/* First packet of an SPI: find or make its tunnel. Returns false where there is no room. */
static bool adopt_spi(struct arrival *arrival, struct spi_entry *entry, uint32_t number)
{
	struct tunnel *tunnel =
	        tunnel_between(arrival->tunnels, &entry->source, &entry->destination, arrival->frame, arrival->time);
	if (tunnel == NULL)
		return false;
	uint8_t side = ip_address_equal(&tunnel->address[0], &entry->source) ? 0 : 1;
	arrival->tunnel = tunnel;
	arrival->side = side;
	entry->owner = tunnel->number;
	entry->owner_side = side;
	entry->next_of_owner = tunnel->esp[side].first_spi;
	tunnel->esp[side].first_spi = number;
	tunnel->esp[side].spis++;
	contradict_refusal(arrival, entry);
	confirm_authentication(tunnel);
	place_spi(tunnel, side, entry->spi, arrival->frame, arrival->time);
	if (tunnel->ike_sa_count > 0) {
		struct ike_sa *sa = tunnel->ike_sas[tunnel->ike_sa_count - 1];
		if (tunnel->esp[side].spis <= 1)
			ike_sa_witness(sa, arrival, WITNESS_ESP_FIRST, entry->spi, side);
	}
	return true;
}

/* Counts a packet into its direction. Returns whether the rules have something new to look at. */
static bool count_direction(struct tunnel *tunnel, uint8_t side, const struct datagram *datagram, uint32_t frame,
                            int64_t time, const struct tunnel_options *options)
{
	struct esp_direction *own = &tunnel->esp[side];
	struct esp_direction *other = &tunnel->esp[!side];
	bool look = false;

	if (own->packets++ == 0) {
		own->first_time = time;
		own->first_frame = frame;
		look = true;
	}
	own->bytes += datagram->ip_length;
	own->last_time = time;
	own->last_frame = frame;
	if (own->since_other++ == 0)
		own->since_other_start = time;
	if (other->since_other != 0) {
		if (other->since_other >= options->one_way_packets) {
			int64_t silence = time - other->since_other_start;
			if (silence > other->longest_silence)
				other->longest_silence = silence;
			look = true;
		}
		other->since_other = 0;
		other->next_one_way_check = options->one_way_packets;
	}
	if (own->since_other >= own->next_one_way_check &&
	    time - own->since_other_start >= (int64_t)options->one_way_seconds * NANOSECONDS) {
		own->next_one_way_check = own->since_other * 2;
		look = true;
	}
	if (own->packets >= own->next_check) {
		own->next_check *= 2;
		look = true;
	}
	return look;
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
}

static void add_esp(struct arrival *arrival, bool annotate)
{
	struct tunnels *tunnels = arrival->tunnels;
	const struct datagram *datagram = arrival->datagram;
	struct esp_header header;

	if (!esp_header_read(datagram->payload, datagram->captured, &header))
		return;
	struct esp_packet packet = {
	        .source = datagram->source,
	        .destination = datagram->destination,
	        .spi = header.spi,
	        .sequence = header.sequence,
	        .bytes = datagram->ip_length,
	        .frame = arrival->frame,
	        .time = arrival->time,
	        .encapsulation = (uint8_t)datagram->encapsulation,
	};
	uint32_t number = spi_table_count(tunnels->spis, &packet);
	if (number == SPI_TABLE_FULL)
		return;
	struct spi_entry *entry = spi_table_entry(tunnels->spis, number);
	bool look = false;
	if (entry->owner == UINT32_MAX) {
		if (!adopt_spi(arrival, entry, number)) {
			spi_table_remove(tunnels->spis, number);
			return;
		}
		look = true;
	}
	arrival->tunnel = tunnels->list->pdata[entry->owner];
	arrival->side = entry->owner_side;
	note_packet(arrival->tunnel, arrival->side, arrival->frame, arrival->time);
	look |= count_direction(arrival->tunnel, arrival->side, datagram, arrival->frame, arrival->time,
	                        &tunnels->options);
	arrival->annotation->tunnel = entry->owner;
	if (annotate)
		annotate_esp(arrival, entry, number);
	if (look)
		judge(arrival);
}

/* ---- IKE ---- */

static bool spi_matches(const struct ike_sa *sa, const struct ike_message *message)
{
	return sa->version == message->major_version && sa->initiator_spi == message->initiator_spi &&
	       (sa->responder_spi == message->responder_spi || sa->responder_spi == 0 || message->responder_spi == 0);
}

/* The SA to give up: the oldest that is not up, else the oldest. */
static unsigned oldest_ike_sa(const struct tunnel *tunnel)
{
	for (unsigned i = 0; i < tunnel->ike_sa_count; i++)
		if (tunnel->ike_sas[i]->stage != IKE_STAGE_UP)
			return i;
	return 0;
}

static struct ike_sa *append_ike_sa(struct tunnel *tunnel)
{
	if (tunnel->ike_sas == NULL)
		tunnel->ike_sas = g_new0(struct ike_sa *, TUNNEL_IKE_SAS);
	if (tunnel->ike_sa_count == TUNNEL_IKE_SAS) {
		unsigned oldest = oldest_ike_sa(tunnel);
		g_free(tunnel->ike_sas[oldest]);
		memmove(&tunnel->ike_sas[oldest], &tunnel->ike_sas[oldest + 1],
		        sizeof tunnel->ike_sas[0] * (TUNNEL_IKE_SAS - 1 - oldest));
		tunnel->ike_sa_count--;
	}
	return tunnel->ike_sas[tunnel->ike_sa_count++] = g_new0(struct ike_sa, 1);
}

static bool begins_ike_sa(const struct ike_message *message)
{
	return message->exchange_type == IKE2_SA_INIT || message->exchange_type == IKE1_MAIN_MODE ||
	       message->exchange_type == IKE1_AGGRESSIVE_MODE;
}

/* Who began an SA whose message this is. IKEv2 says so in a flag; of IKEv1 only a first message tells. */
static uint8_t initiator_of(const struct arrival *arrival)
{
	const struct ike_message *message = arrival->message;
	if (message->major_version == 2)
		return message->from_initiator ? arrival->side : (uint8_t)!arrival->side;
	return begins_ike_sa(message) && message->responder_spi == 0 ? arrival->side : (uint8_t)!arrival->side;
}

/* The last attempt failed, if it did: a new one is a second witness. */
static void witness_new_attempt(struct tunnel *tunnel, const struct arrival *arrival)
{
	if (tunnel->ike_sa_count == 0 || arrival->message->responder_spi != 0)
		return;
	struct ike_sa *last = tunnel->ike_sas[tunnel->ike_sa_count - 1];
	if (last->stage == IKE_STAGE_AUTH_REFUSED || last->by_initiator ||
	    (last->stage == IKE_STAGE_UP && last->children_up == 0 && last->child_refusals > 0))
		ike_sa_witness(last, arrival, WITNESS_NEW_ATTEMPT, milliseconds_between(last->last_time, arrival->time),
		               0);
}

static struct ike_sa *add_ike_sa(const struct arrival *arrival)
{
	struct tunnel *tunnel = arrival->tunnel;
	const struct ike_message *message = arrival->message;

	if (begins_ike_sa(message))
		witness_new_attempt(tunnel, arrival);
	struct ike_sa *sa = append_ike_sa(tunnel);
	sa->initiator_spi = message->initiator_spi;
	sa->responder_spi = message->responder_spi;
	sa->version = message->major_version;
	sa->initiator = initiator_of(arrival);
	sa->first_frame = arrival->frame;
	sa->first_time = arrival->time;
	sa->stage = IKE_STAGE_INIT_SENT;
	if (!begins_ike_sa(message) && message->encrypted) {
		sa->midway = true;
		sa->stage = message->exchange_type == IKE2_AUTH ? IKE_STAGE_AUTH_SENT : IKE_STAGE_UP;
		ike_sa_witness(sa, arrival, WITNESS_STARTS_MIDWAY, 0, 0);
	}
	if (!tunnel->asa_declared && tunnel->ike_sa_count == 1)
		tunnel->asa_side = sa->initiator;
	return sa;
}

static struct ike_sa *ike_sa_of(const struct arrival *arrival)
{
	const struct tunnel *tunnel = arrival->tunnel;
	for (unsigned i = tunnel->ike_sa_count; i-- > 0;)
		if (spi_matches(tunnel->ike_sas[i], arrival->message))
			return tunnel->ike_sas[i];
	return add_ike_sa(arrival);
}

static void note_ike_packet(struct ike_sa *sa, const struct arrival *arrival)
{
	sa->last_frame = arrival->frame;
	if (arrival->time > sa->last_time)
		sa->last_time = arrival->time;
	sa->last_from[arrival->side] = arrival->time;
	sa->ports[arrival->side] = arrival->datagram->source_port;
	sa->ports[!arrival->side] = arrival->datagram->destination_port;
	sa->lone_informationals[!arrival->side] = 0;
	if (arrival->side != sa->initiator)
		sa->answered = true;
}

static enum phase phase_of(const struct ike_message *message)
{
	return message->exchange_type == IKE2_CREATE_CHILD_SA || message->exchange_type == IKE1_QUICK_MODE ? PHASE_2
	                                                                                                   : PHASE_1;
}

static void add_ike(struct arrival *arrival, bool annotate)
{
	const struct datagram *datagram = arrival->datagram;
	struct tunnel *tunnel = tunnel_between(arrival->tunnels, &datagram->source, &datagram->destination,
	                                       arrival->frame, arrival->time);
	if (tunnel == NULL)
		return;
	arrival->tunnel = tunnel;
	arrival->side = ip_address_equal(&tunnel->address[0], &datagram->source) ? 0 : 1;
	note_packet(tunnel, arrival->side, arrival->frame, arrival->time);
	struct ike_sa *sa = ike_sa_of(arrival);
	note_ike_packet(sa, arrival);
	(sa->version == 1 ? ikev1_sa_take : ikev2_sa_take)(sa, arrival);
	arrival->annotation->tunnel = tunnel->number;
	arrival->annotation->phase = phase_of(arrival->message);
	judge(arrival);
	if (annotate)
		tunnel_ike_state(tunnel, arrival->annotation->state, sizeof arrival->annotation->state);
}

static void read_and_add_ike(struct arrival *arrival, bool annotate)
{
	struct ike_message message;

	if (arrival->message == NULL) {
		if (ike_message_read(arrival->datagram->payload, arrival->datagram->captured, arrival->datagram->length,
		                     &message) != 0)
			return;
		arrival->message = &message;
	}
	add_ike(arrival, annotate);
	arrival->message = NULL;
}

/* ---- the rest ---- */

static void add_keepalive(struct arrival *arrival, bool annotate)
{
	(void)annotate;
	struct tunnel *tunnel =
	        tunnels_find(arrival->tunnels, &arrival->datagram->source, &arrival->datagram->destination);
	if (tunnel == NULL)
		return;
	uint8_t side = ip_address_equal(&tunnel->address[0], &arrival->datagram->source) ? 0 : 1;
	note_packet(tunnel, side, arrival->frame, arrival->time);
	arrival->annotation->tunnel = tunnel->number;
}

static void add_icmp_error(struct arrival *arrival, bool annotate)
{
	(void)annotate;
	const struct icmp_quote *quoted = &arrival->datagram->quoted;
	struct tunnel *tunnel = tunnels_find(arrival->tunnels, &quoted->source, &quoted->destination);

	if (tunnel == NULL)
		return;
	arrival->tunnel = tunnel;
	arrival->annotation->tunnel = tunnel->number;
	if (quoted->meaning == ICMP_UNREACHABLE) {
		tunnel->unreachable_frame = arrival->frame;
		return;
	}
	tunnel->too_big_mtu = quoted->mtu;
	tunnel->too_big_frame = arrival->frame;
	tunnel->too_big_time = arrival->time;
	tunnel->too_big_count++;
	judge(arrival);
}

void tunnel_note_invalid_spi(const struct arrival *arrival, uint32_t spi)
{
	struct tunnel *tunnel = arrival->tunnel;
	unsigned room = sizeof tunnel->invalid_spis / sizeof tunnel->invalid_spis[0];

	for (unsigned i = 0; i < tunnel->invalid_spi_count; i++)
		if (tunnel->invalid_spis[i] == spi)
			return;
	if (tunnel->invalid_spi_count < room)
		tunnel->invalid_spis[tunnel->invalid_spi_count++] = spi;
	tunnel->invalid_spi_frame = arrival->frame;
	tunnel->invalid_spi_time = arrival->time;
}

typedef void add_packet(struct arrival *arrival, bool annotate);

static add_packet *const adders[] = {
        [DATAGRAM_OTHER] = NULL,
        [DATAGRAM_IKE] = read_and_add_ike,
        [DATAGRAM_ESP] = add_esp,
        [DATAGRAM_NAT_KEEPALIVE] = add_keepalive,
        [DATAGRAM_ICMP_ERROR] = add_icmp_error,
        [DATAGRAM_SYSLOG] = NULL,
        [DATAGRAM_FRAGMENT] = NULL,
};

void tunnels_add(struct tunnels *tunnels, uint32_t frame, int64_t time, const struct datagram *datagram,
                 const struct ike_message *message, struct annotation *annotation)
{
	struct annotation unused;
	struct annotation *result = annotation != NULL ? annotation : &unused;
	struct arrival arrival = {
	        .tunnels = tunnels,
	        .frame = frame,
	        .time = time > 0 ? time : 1, /* 0 stands for "never" in the state */
	        .datagram = datagram,
	        .message = message,
	        .annotation = result,
	};

	memset(result, 0, sizeof *result);
	result->tunnel = UINT32_MAX;
	result->spi_entry = SPI_TABLE_FULL;
	result->copy = 1;
	if (arrival.time > tunnels->now)
		tunnels->now = arrival.time;
	if (adders[datagram->kind] != NULL)
		adders[datagram->kind](&arrival, annotation != NULL);
}

/* ---- reading the state ---- */

enum outcome { OUTCOME_PENDING, OUTCOME_UP, OUTCOME_FAILED, OUTCOME_DELETED };

static bool has_newer(const struct tunnel *tunnel, const struct ike_sa *sa)
{
	return tunnel->ike_sas[tunnel->ike_sa_count - 1] != sa;
}

static enum outcome outcome_of(const struct tunnel *tunnel, const struct ike_sa *sa)
{
	switch (sa->stage) {
	case IKE_STAGE_DELETED:
		return OUTCOME_DELETED;
	case IKE_STAGE_UP:
		return sa->by_initiator && has_newer(tunnel, sa) ? OUTCOME_FAILED : OUTCOME_UP;
	case IKE_STAGE_INIT_REFUSED:
	case IKE_STAGE_AUTH_REFUSED:
		return OUTCOME_FAILED;
	default:
		return ike_sa_unanswered(sa) != NULL && !sa->other_half_unseen ? OUTCOME_FAILED : OUTCOME_PENDING;
	}
}

static int64_t last_attempt_time(const struct ike_sa *sa)
{
	return sa->failed_time != 0 ? sa->failed_time : sa->last_time;
}

static bool used_after(const struct tunnel *tunnel, const struct ike_sa *sa, int64_t time)
{
	bool answered_after = sa->last_from[0] > time && sa->last_from[1] > time;
	return answered_after || (tunnel->esp[0].last_time > time && tunnel->esp[1].last_time > time);
}

/* An older SA that is up and was used both ways after the failure of a newer one. */
static const struct ike_sa *survivor(const struct tunnel *tunnel, unsigned newer)
{
	int64_t failed = last_attempt_time(tunnel->ike_sas[newer]);
	for (unsigned i = newer; i-- > 0;) {
		const struct ike_sa *sa = tunnel->ike_sas[i];
		if (outcome_of(tunnel, sa) == OUTCOME_UP && used_after(tunnel, sa, failed))
			return sa;
	}
	return NULL;
}

const struct ike_sa *tunnel_ike_sa(const struct tunnel *tunnel)
{
	const struct ike_sa *newest = NULL;

	for (unsigned i = tunnel->ike_sa_count; i-- > 0;) {
		const struct ike_sa *sa = tunnel->ike_sas[i];
		if (newest == NULL)
			newest = sa;
		switch (outcome_of(tunnel, sa)) {
		case OUTCOME_PENDING:
			break;
		case OUTCOME_UP:
			return sa;
		case OUTCOME_FAILED:
		case OUTCOME_DELETED: {
			const struct ike_sa *older = survivor(tunnel, i);
			return older != NULL ? older : sa;
		}
		}
	}
	return newest;
}

bool tunnel_ike_sa_is_up(const struct tunnel *tunnel, const struct ike_sa *sa)
{
	return outcome_of(tunnel, sa) == OUTCOME_UP;
}

const char *tunnel_ike_state(const struct tunnel *tunnel, char *text, size_t size)
{
	const struct ike_sa *sa = tunnel_ike_sa(tunnel);

	if (sa == NULL)
		snprintf(text, size, "NONE");
	else if (sa->version == 1 && sa->stage != IKE_STAGE_INIT_REFUSED)
		ikev1_sa_state(sa, tunnel->asa_side, text, size);
	else if (tunnel_ike_sa_is_up(tunnel, sa))
		snprintf(text, size, "READY");
	else if (sa->stage == IKE_STAGE_INIT_REFUSED || sa->stage == IKE_STAGE_AUTH_REFUSED ||
	         sa->stage == IKE_STAGE_DELETED)
		snprintf(text, size, "NONE");
	else
		snprintf(text, size, "NEGO");
	return text;
}

/* RFC 1918 and RFC 4193: a NAT between two such addresses is rather a claim. */
static bool is_private(const struct ip_address *address)
{
	size_t length;
	const uint8_t *bytes = ip_address_wire_bytes(address, &length);
	if (length == 16)
		return (bytes[0] & 0xfe) == 0xfc;
	return bytes[0] == 10 || (bytes[0] == 172 && (bytes[1] & 0xf0) == 16) || (bytes[0] == 192 && bytes[1] == 168);
}

enum nat tunnel_nat(const struct tunnel *tunnel)
{
	const struct ike_sa *sa = NULL;
	for (unsigned i = tunnel->ike_sa_count; i-- > 0 && sa == NULL;)
		if (tunnel->ike_sas[i]->nat_seen[0] || tunnel->ike_sas[i]->nat_seen[1])
			sa = tunnel->ike_sas[i];
	if (sa == NULL)
		return NAT_UNKNOWN;
	bool asa = sa->nat_source_differs[tunnel->asa_side];
	bool peer = sa->nat_source_differs[!tunnel->asa_side];
	if (asa && peer)
		return is_private(&tunnel->address[0]) && is_private(&tunnel->address[1]) ? NAT_FORCED : NAT_BOTH;
	return asa ? NAT_ASA : peer ? NAT_PEER : NAT_NONE;
}

const char *nat_name(enum nat nat)
{
	static const char *const names[] = {
	        [NAT_ASA] = "asa",
	        [NAT_PEER] = "peer",
	        [NAT_BOTH] = "both",
	        [NAT_FORCED] = "forced",
	};
	return nat < sizeof names / sizeof names[0] ? names[nat] : NULL;
}

const char *paired_by_name(enum paired_by paired_by)
{
	static const char *const names[] = {
	        [PAIRED_BY_IKE] = "ike",
	        [PAIRED_BY_XFRM] = "xfrm",
	        [PAIRED_BY_TIMING] = "timing",
	        [PAIRED_BY_DECLARED] = "declared",
	};
	return paired_by < sizeof names / sizeof names[0] ? names[paired_by] : NULL;
}

uint64_t tunnel_lost(struct tunnels *tunnels, const struct tunnel *tunnel, unsigned side)
{
	uint64_t lost = tunnel->esp[side].retired_lost;
	for (uint32_t number = tunnel->esp[side].first_spi; number != SPI_TABLE_FULL;) {
		const struct spi_entry *entry = spi_table_entry(tunnels->spis, number);
		if (entry == NULL)
			break;
		lost += entry->lost;
		number = entry->next_of_owner;
	}
	return lost;
}
