/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The children of a tunnel and which SPIs belong to each. */
#include "core/tunnel/table.h"

#include <string.h>

/* A child and its SPIs belong together when they appear within this time, where only timing can pair them. */
#define PAIRING_WITHIN (30 * NANOSECONDS)

void tunnel_free_children(struct tunnel *tunnel)
{
	for (unsigned i = 0; i < tunnel->child_count; i++)
		g_free(tunnel->children[i].agreement);
	g_free(tunnel->children);
}

static struct child_sa *add_child(struct tunnel *tunnel, uint32_t frame, int64_t time)
{
	if (tunnel->child_count == TUNNEL_CHILDREN) {
		g_free(tunnel->children[0].agreement);
		memmove(&tunnel->children[0], &tunnel->children[1], sizeof tunnel->children[0] * (TUNNEL_CHILDREN - 1));
		tunnel->child_count--;
	}
	tunnel->children = room_for_one_more(tunnel->children, tunnel->child_count, sizeof tunnel->children[0]);
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
	g_free(last->agreement);
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

/* ---- pairs that are known ---- */

struct child_sa *tunnel_find_child(struct tunnel *tunnel, unsigned side, uint32_t spi)
{
	return (struct child_sa *)tunnel_child(tunnel, side, spi);
}

static void remove_child(struct tunnel *tunnel, struct child_sa *child)
{
	unsigned index = (unsigned)(child - tunnel->children);

	g_free(child->agreement);
	tunnel->child_count--;
	memmove(child, child + 1, sizeof *child * (tunnel->child_count - index));
}

/* Takes an SPI from a child that timing gave it to. */
static void release_spi(struct tunnel *tunnel, unsigned side, uint32_t spi)
{
	struct child_sa *child = tunnel_find_child(tunnel, side, spi);

	if (child == NULL)
		return;
	child->spi_from[side] = 0;
	child->paired_by = PAIRED_BY_NONE;
	memset(child->silence, 0, sizeof child->silence);
	if (child->spi_from[!side] == 0) {
		remove_child(tunnel, child);
		tunnel->children_total--;
	}
}

/* A child that is known to have come up at about that time, and of which nothing else is known. */
static struct child_sa *find_empty_child(struct tunnel *tunnel, int64_t time)
{
	for (unsigned i = 0; i < tunnel->child_count; i++) {
		struct child_sa *child = &tunnel->children[i];
		if (child->spi_from[0] == 0 && child->spi_from[1] == 0 && time - child->time < PAIRING_WITHIN &&
		    child->time - time < PAIRING_WITHIN)
			return child;
	}
	return NULL;
}

struct child_sa *tunnel_pair_spis(struct tunnel *tunnel, unsigned side, uint32_t spi, uint32_t back,
                                  enum paired_by paired_by, int64_t time)
{
	struct child_sa *child = tunnel_find_child(tunnel, side, spi);

	if (child != NULL && child->spi_from[!side] == back) {
		child->paired_by = paired_by;
		child->deleted = false;
		return child;
	}
	release_spi(tunnel, !side, back);
	child = tunnel_find_child(tunnel, side, spi);
	if (child == NULL)
		child = find_empty_child(tunnel, time);
	if (child == NULL)
		child = add_child(tunnel, 0, time);
	child->spi_from[side] = spi;
	child->spi_from[!side] = back;
	child->paired_by = paired_by;
	child->deleted = false;
	memset(child->silence, 0, sizeof child->silence);
	return child;
}

void tunnel_delete_pair(struct tunnel *tunnel, unsigned side, uint32_t spi, uint32_t back)
{
	struct child_sa *child = tunnel_find_child(tunnel, side, spi);

	if (child != NULL && child->spi_from[!side] == back)
		child->deleted = true;
}

/* ---- what a child agreed on ---- */

struct child_agreement *child_sa_agreement(struct child_sa *child)
{
	if (child->agreement == NULL)
		child->agreement = g_new0(struct child_agreement, 1);
	return child->agreement;
}

void child_agreement_read(const struct ike_message *message, uint8_t requester, struct child_agreement *agreement)
{
	bool seen[2] = {false, false};

	memset(agreement, 0, sizeof *agreement);
	agreement->suite_known = esp_suite_read(message, &agreement->suite);
	agreement->transport_mode = ike_message_notify(message, IKE_NOTIFY_USE_TRANSPORT_MODE) != NULL;
	for (unsigned i = 0; i < message->selector_count; i++) {
		const struct ike_selector *selector = &message->selectors[i];
		uint8_t side = selector->of_initiator ? requester : (uint8_t)!requester;
		if (seen[side])
			continue;
		agreement->network[side] = *selector;
		agreement->network[side].of_initiator = false; /* which side it is of is said by its place */
		seen[side] = true;
	}
	agreement->selectors_known = seen[0] && seen[1];
}

void tunnel_note_agreement(struct tunnel *tunnel, const struct child_agreement *agreement)
{
	if (tunnel->child_count != 0)
		*child_sa_agreement(&tunnel->children[tunnel->child_count - 1]) = *agreement;
}

/* A Delete names the SPIs that its sender received on: those of the other side's packets (RFC 7296 sec. 1.4.1). */
void tunnel_note_deleted(const struct arrival *arrival)
{
	struct tunnel *tunnel = arrival->tunnel;
	const struct ike_message *message = arrival->message;

	for (unsigned i = 0; message->decrypted && i < message->deleted_spi_count; i++)
		for (unsigned j = 0; j < tunnel->child_count; j++)
			if (tunnel->children[j].spi_from[!arrival->side] == message->deleted_spis[i])
				tunnel->children[j].deleted = true;
}

/* ---- which children are up ---- */

/* Where the negotiation was not seen: a child still used this long after a newer one came up was not replaced by it. */
#define NOT_REPLACED_AFTER (10 * NANOSECONDS)

const struct spi_entry *tunnel_spi_entry(struct tunnels *tunnels, const struct tunnel *tunnel, unsigned side,
                                         uint32_t spi)
{
	static const uint8_t encapsulations[] = {ENCAPSULATION_NONE, ENCAPSULATION_UDP, ENCAPSULATION_TCP};

	for (size_t i = 0; spi != 0 && i < G_N_ELEMENTS(encapsulations); i++) {
		uint32_t number = spi_table_find(tunnels->spis, &tunnel->address[side], &tunnel->address[!side], spi,
		                                 encapsulations[i]);
		if (number != SPI_TABLE_FULL)
			return spi_table_entry(tunnels->spis, number);
	}
	return NULL;
}

/* When the child was last heard of. */
static int64_t last_use(struct tunnels *tunnels, const struct tunnel *tunnel, const struct child_sa *child)
{
	int64_t last = child->time;

	for (unsigned side = 0; side < 2; side++) {
		const struct spi_entry *entry = tunnel_spi_entry(tunnels, tunnel, side, child->spi_from[side]);
		if (entry != NULL && entry->last_time > last)
			last = entry->last_time;
	}
	return last;
}

/* How many of the children that the negotiation made are left; 0 where it was not seen. */
static unsigned children_left(const struct tunnel *tunnel)
{
	const struct ike_sa *sa = tunnel_ike_sa(tunnel);

	if (sa == NULL || sa->midway || sa->children_up <= sa->rekeys)
		return 0;
	return (unsigned)(sa->children_up - sa->rekeys);
}

struct use {
	const struct child_sa *child;
	int64_t last;
};

static void drop_use(struct use *uses, unsigned *count, unsigned index)
{
	(*count)--;
	memmove(&uses[index], &uses[index + 1], sizeof uses[0] * (*count - index));
}

static void drop_replaced(struct use *uses, unsigned *count)
{
	int64_t newest = 0;

	for (unsigned i = 0; i < *count; i++)
		newest = MAX(newest, uses[i].child->time);
	for (unsigned i = *count; i-- > 0;)
		if (uses[i].child->time < newest && uses[i].last - newest < NOT_REPLACED_AFTER)
			drop_use(uses, count, i);
}

/* Of those used equally long ago the older one goes. */
static void drop_stalest(struct use *uses, unsigned *count)
{
	unsigned stalest = 0;

	for (unsigned i = 1; i < *count; i++)
		if (uses[i].last < uses[stalest].last)
			stalest = i;
	drop_use(uses, count, stalest);
}

unsigned tunnel_children_up(struct tunnels *tunnels, const struct tunnel *tunnel,
                            const struct child_sa *up[TUNNEL_CHILDREN])
{
	struct use uses[TUNNEL_CHILDREN];
	unsigned count = 0, left = children_left(tunnel);

	for (unsigned i = 0; i < tunnel->child_count; i++) {
		const struct child_sa *child = &tunnel->children[i];
		if (!child->deleted)
			uses[count++] = (struct use){child, last_use(tunnels, tunnel, child)};
	}
	if (left == 0)
		drop_replaced(uses, &count);
	while (left != 0 && count > left)
		drop_stalest(uses, &count);
	for (unsigned i = 0; i < count; i++)
		up[i] = uses[i].child;
	return count;
}

const struct child_sa *tunnel_child(const struct tunnel *tunnel, unsigned side, uint32_t spi)
{
	for (unsigned i = tunnel->child_count; i-- > 0;)
		if (tunnel->children[i].spi_from[side] == spi)
			return &tunnel->children[i];
	return NULL;
}

/* Where only timing can tell: the oldest child that still lacks an SPI of this side and came up not long ago. */
void tunnel_place_spi(struct tunnel *tunnel, uint8_t side, uint32_t spi, uint32_t frame, int64_t time)
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
