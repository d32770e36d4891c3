/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nfq-daemon/xfrm_pairs.h"

#include <glib.h>
#include <linux/xfrm.h>
#include <string.h>

/*
 * The two SAs of a child are made by one negotiation, within seconds, or by one script. Further apart, one of them may
 * belong to the negotiation before or after.
 */
#define MADE_WITHIN 60 /* seconds */

struct known_pair {
	struct xfrm_pair pair;
	bool taken;
};

struct known_sa {
	struct xfrm_sa sa;
	uint32_t dump;           /* that it was in, or that was the last before it */
	bool paired;             /* at some time: it is not paired again */
	struct known_pair *pair; /* NULL where there is none, or none any more */
};

struct known_policy {
	struct xfrm_policy policy;
	uint32_t dump;
};

struct xfrm_pairs {
	GHashTable *sas;      /* struct known_sa, by flow without reqid and SPI */
	GHashTable *policies; /* index → struct known_policy */
	GHashTable *pairs;    /* set of struct known_pair */
	uint32_t dump;
	bool changed;
	xfrm_pair_drop *drop;
	void *context;
};

/* ---- tables ---- */

static guint hash_bytes(const void *data, size_t size)
{
	const uint8_t *bytes = data;
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
	return (guint)(hash ^ (hash >> 32));
}

/* The kernel finds an SA by its destination and SPI. */
static guint hash_sa(gconstpointer key)
{
	const struct xfrm_sa *sa = key;

	return hash_bytes(&sa->flow.destination, sizeof sa->flow.destination) ^ sa->spi;
}

static gboolean is_same_sa(gconstpointer a, gconstpointer b)
{
	const struct xfrm_sa *one = a, *other = b;

	return one->spi == other->spi && ip_address_equal(&one->flow.destination, &other->flow.destination);
}

struct xfrm_pairs *xfrm_pairs_new(xfrm_pair_drop *drop, void *context)
{
	struct xfrm_pairs *pairs = g_new0(struct xfrm_pairs, 1);

	pairs->sas = g_hash_table_new_full(hash_sa, is_same_sa, NULL, g_free);
	pairs->policies = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
	pairs->pairs = g_hash_table_new_full(g_direct_hash, g_direct_equal, g_free, NULL);
	pairs->drop = drop;
	pairs->context = context;
	return pairs;
}

void xfrm_pairs_free(struct xfrm_pairs *pairs)
{
	g_hash_table_destroy(pairs->sas);
	g_hash_table_destroy(pairs->policies);
	g_hash_table_destroy(pairs->pairs);
	g_free(pairs);
}

/* ---- SAs ---- */

static struct known_sa *find_sa(const struct xfrm_pairs *pairs, const struct ip_address *source,
                                const struct ip_address *destination, uint32_t spi)
{
	const struct xfrm_sa key = {.flow = {.source = *source, .destination = *destination}, .spi = spi};

	return g_hash_table_lookup(pairs->sas, &key);
}

/* Takes the pair away from both its SAs. */
static void drop_pair(struct xfrm_pairs *pairs, struct known_pair *known)
{
	pairs->drop(&known->pair, pairs->context);
	for (unsigned side = 0; side < 2; side++) {
		struct known_sa *sa =
		        find_sa(pairs, &known->pair.end[side], &known->pair.end[!side], known->pair.spi_from[side]);
		if (sa != NULL)
			sa->pair = NULL;
	}
	g_hash_table_remove(pairs->pairs, known);
}

static void forget_sa(struct xfrm_pairs *pairs, const struct xfrm_sa *key)
{
	struct known_sa *known = g_hash_table_lookup(pairs->sas, key);

	if (known == NULL)
		return;
	if (known->pair != NULL)
		drop_pair(pairs, known->pair);
	g_hash_table_remove(pairs->sas, key);
	pairs->changed = true;
}

/* One that was completed, or whose lifetime was changed, is still the same; one made anew is not. */
static void take_sa(struct xfrm_pairs *pairs, const struct xfrm_sa *sa)
{
	struct known_sa *known = g_hash_table_lookup(pairs->sas, sa);

	if (known != NULL && memcmp(&known->sa.flow, &sa->flow, sizeof sa->flow) != 0) {
		forget_sa(pairs, sa);
		known = NULL;
	}
	if (known == NULL) {
		known = g_new0(struct known_sa, 1);
		known->sa = *sa;
		g_hash_table_insert(pairs->sas, &known->sa, known);
	}
	known->sa = *sa;
	known->dump = pairs->dump;
	pairs->changed = true;
}

static void forget_all_sas(struct xfrm_pairs *pairs)
{
	GHashTableIter iterator;
	gpointer known;

	g_hash_table_iter_init(&iterator, pairs->pairs);
	while (g_hash_table_iter_next(&iterator, &known, NULL))
		pairs->drop(&((struct known_pair *)known)->pair, pairs->context);
	g_hash_table_remove_all(pairs->pairs);
	g_hash_table_remove_all(pairs->sas);
}

/* ---- policies ---- */

static void forget_policy(struct xfrm_pairs *pairs, uint32_t index)
{
	if (g_hash_table_remove(pairs->policies, GUINT_TO_POINTER(index)))
		pairs->changed = true;
}

static void take_policy(struct xfrm_pairs *pairs, const struct xfrm_policy *policy)
{
	struct known_policy *known = g_new0(struct known_policy, 1);

	known->policy = *policy;
	known->dump = pairs->dump;
	g_hash_table_replace(pairs->policies, GUINT_TO_POINTER(policy->index), known);
	pairs->changed = true;
}

/* ---- messages ---- */

static void read_sa(struct xfrm_pairs *pairs, const struct nlmsghdr *message)
{
	struct xfrm_sa sa;

	if (!xfrm_sa_read(message, &sa))
		return;
	if (message->nlmsg_type == XFRM_MSG_DELSA ||
	    (message->nlmsg_type == XFRM_MSG_EXPIRE && xfrm_is_hard_expiry(message)))
		forget_sa(pairs, &sa);
	else if (message->nlmsg_type != XFRM_MSG_EXPIRE)
		take_sa(pairs, &sa);
}

static void read_policy(struct xfrm_pairs *pairs, const struct nlmsghdr *message)
{
	struct xfrm_policy policy;
	bool good = xfrm_policy_read(message, &policy);
	bool is_new = message->nlmsg_type == XFRM_MSG_NEWPOLICY || message->nlmsg_type == XFRM_MSG_UPDPOLICY;

	if (good && is_new)
		take_policy(pairs, &policy);
	else if (message->nlmsg_type != XFRM_MSG_POLEXPIRE || xfrm_is_hard_expiry(message))
		forget_policy(pairs, policy.index);
}

void xfrm_pairs_read(struct xfrm_pairs *pairs, const struct nlmsghdr *message)
{
	switch (message->nlmsg_type) {
	case XFRM_MSG_NEWSA:
	case XFRM_MSG_UPDSA:
	case XFRM_MSG_DELSA:
	case XFRM_MSG_EXPIRE:
		read_sa(pairs, message);
		break;
	case XFRM_MSG_FLUSHSA:
		forget_all_sas(pairs);
		break;
	case XFRM_MSG_NEWPOLICY:
	case XFRM_MSG_UPDPOLICY:
	case XFRM_MSG_DELPOLICY:
	case XFRM_MSG_POLEXPIRE:
		read_policy(pairs, message);
		break;
	case XFRM_MSG_FLUSHPOLICY:
		g_hash_table_remove_all(pairs->policies);
		pairs->changed = true;
		break;
	}
}

/* ---- dumps ---- */

void xfrm_pairs_begin_dump(struct xfrm_pairs *pairs)
{
	pairs->dump++;
}

static gboolean is_policy_stale(gpointer index, gpointer known, gpointer pairs)
{
	(void)index;
	return ((struct known_policy *)known)->dump != ((struct xfrm_pairs *)pairs)->dump;
}

void xfrm_pairs_end_dump(struct xfrm_pairs *pairs)
{
	GList *all = g_hash_table_get_values(pairs->sas);

	for (const GList *item = all; item != NULL; item = item->next) {
		struct known_sa *known = item->data;
		const struct xfrm_sa key = known->sa;
		if (known->dump != pairs->dump)
			forget_sa(pairs, &key);
	}
	g_list_free(all);
	g_hash_table_foreach_remove(pairs->policies, is_policy_stale, pairs);
	pairs->changed = true;
}

bool xfrm_pairs_changed(const struct xfrm_pairs *pairs)
{
	return pairs->changed;
}

/* ---- finding pairs ---- */

/* All SAs of one flow, and the flow back that policies say belongs to it. */
struct bundle {
	struct xfrm_flow flow;
	GPtrArray *sas;                   /* struct known_sa that have no partner yet */
	const struct xfrm_policy *policy; /* of the lowest index; NULL none */
	const struct xfrm_policy *back;
	bool many_backs; /* the policies do not say one way */
};

static guint hash_flow(gconstpointer key)
{
	return hash_bytes(key, sizeof(struct xfrm_flow));
}

static gboolean is_same_flow(gconstpointer a, gconstpointer b)
{
	return memcmp(a, b, sizeof(struct xfrm_flow)) == 0;
}

static void free_bundle(gpointer data)
{
	struct bundle *bundle = data;

	g_ptr_array_free(bundle->sas, TRUE);
	g_free(bundle);
}

static struct xfrm_flow reversed(const struct xfrm_flow *flow)
{
	return (struct xfrm_flow){.source = flow->destination, .destination = flow->source, .reqid = flow->reqid};
}

static struct bundle *bundle_of(GHashTable *bundles, const struct xfrm_flow *flow)
{
	struct bundle *bundle = g_hash_table_lookup(bundles, flow);

	if (bundle != NULL)
		return bundle;
	bundle = g_new0(struct bundle, 1);
	bundle->flow = *flow;
	bundle->sas = g_ptr_array_new();
	g_hash_table_insert(bundles, &bundle->flow, bundle);
	return bundle;
}

/* What two policies for the two directions of the same traffic have in common, seen from the one that sends. */
struct mirror {
	struct ip_address end[2];
	struct ike_selector network[2];
};

static struct mirror mirror_of(const struct xfrm_policy *policy)
{
	struct mirror mirror;
	bool turn = !policy->is_out;

	memset(&mirror, 0, sizeof mirror); /* padding, too: it is compared as a whole */
	mirror.end[turn] = policy->flow.source;
	mirror.end[!turn] = policy->flow.destination;
	memcpy(&mirror.network[turn], &policy->from, sizeof policy->from);
	memcpy(&mirror.network[!turn], &policy->to, sizeof policy->to);
	return mirror;
}

static guint hash_mirror(gconstpointer key)
{
	return hash_bytes(key, sizeof(struct mirror));
}

static gboolean is_same_mirror(gconstpointer a, gconstpointer b)
{
	return memcmp(a, b, sizeof(struct mirror)) == 0;
}

static void link_bundle(struct bundle *bundle, const struct xfrm_policy *policy, const struct xfrm_policy *back)
{
	if (bundle->back != NULL && memcmp(&bundle->back->flow, &back->flow, sizeof back->flow) != 0)
		bundle->many_backs = true;
	bundle->back = back;
	if (bundle->policy == NULL || policy->index < bundle->policy->index)
		bundle->policy = policy;
}

/* Each policy that sends, with the one that receives the same traffic back. */
static void link_by_policies(const struct xfrm_pairs *pairs, GHashTable *bundles)
{
	GHashTable *receiving = g_hash_table_new_full(hash_mirror, is_same_mirror, g_free, NULL);
	GHashTableIter iterator;
	gpointer value;

	g_hash_table_iter_init(&iterator, pairs->policies);
	while (g_hash_table_iter_next(&iterator, NULL, &value)) {
		const struct xfrm_policy *policy = &((struct known_policy *)value)->policy;
		const struct mirror mirror = mirror_of(policy);
		if (!policy->is_out)
			g_hash_table_replace(receiving, g_memdup2(&mirror, sizeof mirror), (gpointer)policy);
	}
	g_hash_table_iter_init(&iterator, pairs->policies);
	while (g_hash_table_iter_next(&iterator, NULL, &value)) {
		const struct xfrm_policy *policy = &((struct known_policy *)value)->policy;
		const struct mirror mirror = mirror_of(policy);
		const struct xfrm_policy *back = policy->is_out ? g_hash_table_lookup(receiving, &mirror) : NULL;
		if (back == NULL)
			continue;
		link_bundle(bundle_of(bundles, &policy->flow), policy, back);
		link_bundle(bundle_of(bundles, &back->flow), back, policy);
	}
	g_hash_table_destroy(receiving);
}

/* Where the traffic of this flow comes back: as policies say, else with the same reqid. NULL: nowhere, or not one. */
static struct bundle *back_of(GHashTable *bundles, const struct bundle *bundle)
{
	const struct xfrm_flow back = bundle->back != NULL ? bundle->back->flow : reversed(&bundle->flow);

	return bundle->many_backs ? NULL : g_hash_table_lookup(bundles, &back);
}

static bool could_belong(const struct known_sa *one, const struct known_sa *other)
{
	uint64_t apart =
	        one->sa.added > other->sa.added ? one->sa.added - other->sa.added : other->sa.added - one->sa.added;

	return one->sa.complete == other->sa.complete && one->sa.transport_mode == other->sa.transport_mode &&
	       apart <= MADE_WITHIN;
}

/* The only one of these that could belong to the SA, else NULL. */
static struct known_sa *only_partner(const struct known_sa *sa, const GPtrArray *others)
{
	struct known_sa *found = NULL;

	for (guint i = 0; i < others->len; i++) {
		if (!could_belong(sa, others->pdata[i]))
			continue;
		if (found != NULL)
			return NULL;
		found = others->pdata[i];
	}
	return found;
}

static void agree(const struct bundle *bundle, const struct known_sa *sa, struct child_agreement *agreement)
{
	agreement->transport_mode = sa->sa.transport_mode;
	agreement->suite_known = sa->sa.suite_known;
	agreement->suite = sa->sa.suite;
	agreement->selectors_known = bundle->policy != NULL;
	if (bundle->policy == NULL)
		return;
	agreement->network[0] = bundle->policy->from;
	agreement->network[1] = bundle->policy->to;
}

static void join(struct xfrm_pairs *pairs, const struct bundle *bundle, struct known_sa *sa, struct known_sa *back)
{
	struct known_pair *known = g_new0(struct known_pair, 1);

	known->pair = (struct xfrm_pair){
	        .end = {sa->sa.flow.source, sa->sa.flow.destination},
	        .spi_from = {sa->sa.spi, back->sa.spi},
	        .hidden = {sa->sa.hidden, back->sa.hidden},
	        .added = MAX(sa->sa.added, back->sa.added),
	};
	agree(bundle, sa, &known->pair.agreement);
	sa->paired = back->paired = true;
	sa->pair = back->pair = known;
	g_hash_table_add(pairs->pairs, known);
}

static void match_bundle(struct xfrm_pairs *pairs, GHashTable *bundles, const struct bundle *bundle)
{
	const struct bundle *back = back_of(bundles, bundle);

	if (back == NULL || back_of(bundles, back) != bundle)
		return;
	for (guint i = 0; i < bundle->sas->len; i++) {
		struct known_sa *sa = bundle->sas->pdata[i];
		struct known_sa *partner = only_partner(sa, back->sas);
		if (partner != NULL && !sa->paired && !partner->paired && only_partner(partner, bundle->sas) == sa)
			join(pairs, bundle, sa, partner);
	}
}

void xfrm_pairs_match(struct xfrm_pairs *pairs)
{
	GHashTable *bundles = g_hash_table_new_full(hash_flow, is_same_flow, NULL, free_bundle);
	GHashTableIter iterator;
	gpointer value;

	pairs->changed = false;
	g_hash_table_iter_init(&iterator, pairs->sas);
	while (g_hash_table_iter_next(&iterator, NULL, &value)) {
		struct known_sa *known = value;
		if (!known->paired)
			g_ptr_array_add(bundle_of(bundles, &known->sa.flow)->sas, known);
	}
	link_by_policies(pairs, bundles);
	g_hash_table_iter_init(&iterator, bundles);
	while (g_hash_table_iter_next(&iterator, NULL, &value))
		match_bundle(pairs, bundles, value);
	g_hash_table_destroy(bundles);
}

/* ---- handing them on ---- */

void xfrm_pairs_offer(struct xfrm_pairs *pairs, xfrm_pair_take *take, void *context)
{
	GHashTableIter iterator;
	gpointer value;

	g_hash_table_iter_init(&iterator, pairs->pairs);
	while (g_hash_table_iter_next(&iterator, &value, NULL)) {
		struct known_pair *known = value;
		if (!known->taken)
			known->taken = take(&known->pair, context);
	}
}

void xfrm_pairs_forget_taken(struct xfrm_pairs *pairs)
{
	GHashTableIter iterator;
	gpointer value;

	g_hash_table_iter_init(&iterator, pairs->pairs);
	while (g_hash_table_iter_next(&iterator, &value, NULL))
		((struct known_pair *)value)->taken = false;
}

void xfrm_pairs_look(struct xfrm_pairs *pairs, xfrm_pair_look *look, void *context)
{
	GHashTableIter iterator;
	gpointer value;

	g_hash_table_iter_init(&iterator, pairs->pairs);
	while (g_hash_table_iter_next(&iterator, &value, NULL)) {
		struct known_pair *known = value;
		if (known->taken)
			look(&known->pair, context);
	}
}

unsigned xfrm_pairs_sas(const struct xfrm_pairs *pairs)
{
	return g_hash_table_size(pairs->sas);
}

unsigned xfrm_pairs_count(const struct xfrm_pairs *pairs)
{
	return g_hash_table_size(pairs->pairs);
}
