/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which children are up. */
#include <string.h>

#include "core/base/time.h"
#include "core/tunnel/table.h"

/* Where the negotiation was not seen: a child still used this long after a newer one came up was not replaced by it. */
#define NOT_REPLACED_AFTER (10 * NANOSECONDS)
/* Nor is one that has been used within this time, and since the newer one came: what is replaced falls silent. */
#define IN_USE_WITHIN (2 * NANOSECONDS)

struct use {
	const struct child_sa *child;
	int64_t last; /* when it was last heard of */
	int64_t gap;  /* between its packets, on average; 0 not known */
};

static void note_entry(struct use *use, const struct spi_entry *entry)
{
	if (entry == NULL || entry->last_time <= use->last)
		return;
	use->last = entry->last_time;
	use->gap = entry->packets > 1 ? (entry->last_time - entry->first_time) / (int64_t)(entry->packets - 1) : 0;
}

static struct use use_of(struct tunnels *tunnels, const struct tunnel *tunnel, const struct child_sa *child)
{
	struct use use = {.child = child, .last = child->time};

	for (unsigned side = 0; side < 2; side++)
		note_entry(&use, tunnel_spi_entry(tunnels, tunnel, side, child->spi_from[side]));
	return use;
}

/* How many of the children that the negotiation made are left; 0 where it was not seen. */
static unsigned children_left(const struct tunnel *tunnel)
{
	const struct ike_sa *sa = tunnel_ike_sa(tunnel);

	if (sa == NULL || sa->starts_midstream || sa->children.up <= sa->children.rekeys)
		return 0;
	return (unsigned)(sa->children.up - sa->children.rekeys);
}

static void drop_use(struct use *uses, unsigned *count, unsigned index)
{
	(*count)--;
	memmove(&uses[index], &uses[index + 1], sizeof uses[0] * (*count - index));
}

/* Whether the child goes on beside the one that came at newest. */
static bool goes_on(const struct use *use, int64_t newest, int64_t now)
{
	int64_t idle = now - use->last;

	return use->last - newest >= NOT_REPLACED_AFTER || idle < 2 * use->gap ||
	       (use->last > newest && idle < IN_USE_WITHIN);
}

/* One that no SPI carries yet has replaced nothing. */
static void drop_replaced(struct use *uses, unsigned *count, int64_t now)
{
	int64_t newest = 0;

	for (unsigned i = 0; i < *count; i++)
		if (uses[i].child->spi_from[0] != 0 || uses[i].child->spi_from[1] != 0)
			newest = MAX(newest, uses[i].child->time);
	for (unsigned i = *count; i-- > 0;)
		if (uses[i].child->time < newest && !goes_on(&uses[i], newest, now))
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

/* One that no exchange explains, and whose packet anybody could have made up. */
static bool is_unproven(struct tunnels *tunnels, const struct tunnel *tunnel, const struct child_sa *child)
{
	if (child_is_explained(child))
		return false;
	for (unsigned side = 0; side < 2; side++) {
		const struct spi_entry *entry = tunnel_spi_entry(tunnels, tunnel, side, child->spi_from[side]);
		if (entry != NULL && entry->trusted)
			return false;
	}
	return true;
}

/* All that were not deleted: the unproven only where they are asked for. */
static unsigned take_uses(struct tunnels *tunnels, const struct tunnel *tunnel, bool unproven,
                          struct use uses[TUNNEL_CHILDREN])
{
	unsigned count = 0;

	for (unsigned i = 0; i < tunnel->child_count; i++) {
		const struct child_sa *child = &tunnel->children[i];
		if (!child->deleted && (unproven || !is_unproven(tunnels, tunnel, child)))
			uses[count++] = use_of(tunnels, tunnel, child);
	}
	return count;
}

unsigned tunnel_children_up(struct tunnels *tunnels, const struct tunnel *tunnel,
                            const struct child_sa *up[TUNNEL_CHILDREN])
{
	struct use uses[TUNNEL_CHILDREN];
	unsigned count = take_uses(tunnels, tunnel, false, uses), left = children_left(tunnel);

	/* A stranger's packets are no child beside others; where there is nothing else, they are all that is known. */
	if (count == 0)
		count = take_uses(tunnels, tunnel, true, uses);
	if (left == 0)
		drop_replaced(uses, &count, tunnels_now(tunnels));
	while (left != 0 && count > left)
		drop_stalest(uses, &count);
	for (unsigned i = 0; i < count; i++)
		up[i] = uses[i].child;
	return count;
}
