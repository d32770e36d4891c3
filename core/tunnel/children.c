/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The children of a tunnel and which SPIs belong to each. */
#include "core/tunnel/children.h"

#include "core/base/time.h"
#include "core/tunnel/silence.h"
#include "core/tunnel/table.h"

#include <string.h>

/* A child and its SPIs belong together when they appear within this time, where only timing can pair them. */
#define PAIRING_WITHIN (30 * NANOSECONDS)
#define AT_ONCE (NANOSECONDS / 10)

void tunnel_free_children(struct tunnel *tunnel)
{
	for (unsigned i = 0; i < tunnel->child_count; i++)
		g_free(tunnel->children[i].agreement);
	g_free(tunnel->children);
}

/* An SPI that anybody can have made up. */
static bool is_stray(const struct child_sa *child)
{
	for (unsigned side = 0; side < 2; side++)
		if (child->silence[side].last != 0 || child->silence[side].new_packets != 0)
			return false;
	return !child_is_explained(child);
}

/* Which child gives way: one that is deleted or a stray, else the one whose packets ended longest ago. */
static unsigned child_to_drop(const struct tunnel *tunnel)
{
	unsigned chosen = 0;
	int64_t least = INT64_MAX;

	for (unsigned i = 0; i < tunnel->child_count; i++) {
		const struct child_sa *child = &tunnel->children[i];
		int64_t last = MAX(child->time, MAX(child->silence[0].last, child->silence[1].last));
		if (child->deleted || is_stray(child))
			return i;
		if (last < least) {
			least = last;
			chosen = i;
		}
	}
	return chosen;
}

static void drop_child(struct tunnel *tunnel, unsigned index)
{
	g_free(tunnel->children[index].agreement);
	tunnel->child_count--;
	memmove(&tunnel->children[index], &tunnel->children[index + 1],
	        sizeof tunnel->children[0] * (tunnel->child_count - index));
}

static struct child_sa *add_child(struct tunnel *tunnel, uint32_t frame, int64_t time)
{
	if (tunnel->child_count == TUNNEL_CHILDREN)
		drop_child(tunnel, child_to_drop(tunnel));
	/* What was the tunnel's is its only child's from now on. */
	if (tunnel->child_count == 1)
		for (unsigned side = 0; side < 2; side++)
			tunnel->children[0].silence[side] = tunnel->esp[side].silence;
	tunnel->children = room_for_one_more(tunnel->children, tunnel->child_count, sizeof tunnel->children[0]);
	struct child_sa *child = &tunnel->children[tunnel->child_count++];
	*child = (struct child_sa){
	        .frame = frame, .time = time, .next_check = {NEVER_ANSWERED_PACKETS, NEVER_ANSWERED_PACKETS}};
	tunnel->children_total++;
	return child;
}

void tunnel_add_child(const struct arrival *arrival)
{
	add_child(arrival->tunnel, arrival->frame, arrival->time)->announced = true;
}

bool tunnel_drop_empty_child(struct tunnel *tunnel)
{
	if (tunnel->child_count == 0)
		return false;
	const struct child_sa *last = &tunnel->children[tunnel->child_count - 1];
	if (last->spi_from[0] != 0 || last->spi_from[1] != 0)
		return false;
	g_free(last->agreement);
	tunnel->child_count--;
	tunnel->children_total--;
	return true;
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
		drop_child(tunnel, (unsigned)(child - tunnel->children));
		tunnel->children_total--;
	}
}

struct child_sa *tunnel_child_of_packet(struct tunnel *tunnel, unsigned side, uint32_t spi)
{
	uint16_t last = tunnel->last_child[side];

	if (last < tunnel->child_count && tunnel->children[last].spi_from[side] == spi)
		return &tunnel->children[last];
	struct child_sa *child = tunnel_find_child(tunnel, side, spi);
	if (child != NULL)
		tunnel->last_child[side] = (uint16_t)(child - tunnel->children);
	return child;
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

const struct child_sa *tunnel_child(const struct tunnel *tunnel, unsigned side, uint32_t spi)
{
	for (unsigned i = tunnel->child_count; i-- > 0;)
		if (tunnel->children[i].spi_from[side] == spi)
			return &tunnel->children[i];
	return NULL;
}

/*
 * Where only timing can tell: the child that still lacks an SPI of this side and came up closest in time. Of several
 * that came up at once it is the oldest: their SPIs come in one order from both ends.
 */
static struct child_sa *child_by_timing(struct tunnel *tunnel, unsigned side, int64_t time)
{
	struct child_sa *chosen = NULL;
	int64_t least = PAIRING_WITHIN;

	for (unsigned i = 0; i < tunnel->child_count; i++) {
		struct child_sa *child = &tunnel->children[i];
		int64_t apart = time > child->time ? time - child->time : child->time - time;
		if (child->spi_from[side] != 0 || apart >= least)
			continue;
		chosen = child;
		least = apart - AT_ONCE;
	}
	return chosen;
}

void tunnel_place_spi(struct tunnel *tunnel, uint8_t side, uint32_t spi, uint32_t frame, int64_t time)
{
	if (tunnel_child(tunnel, side, spi) != NULL)
		return;
	struct child_sa *child = child_by_timing(tunnel, side, time);
	if (child == NULL)
		child = add_child(tunnel, frame, time);
	child->spi_from[side] = spi;
	if (child->spi_from[!side] != 0)
		child->paired_by = PAIRED_BY_TIMING;
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
