/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which children are up. */
#include <string.h>

#include "core/base/time.h"
#include "core/tunnel/table.h"

/* Where the negotiation was not seen: a child still used this long after a newer one came up was not replaced by it. */
#define NOT_REPLACED_AFTER (10 * NANOSECONDS)

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

	if (sa == NULL || sa->starts_midstream || sa->children.up <= sa->children.rekeys)
		return 0;
	return (unsigned)(sa->children.up - sa->children.rekeys);
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
