/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mistakes in a pasted configuration, and between those of the two ends of a tunnel. */
#include <inttypes.h>
#include <string.h>

#include "core/pasted/finding.h"

/* Lifetimes further apart than this are "vastly mismatched". */
#define LIFETIME_FACTOR 4
/* Pairs of entries that are compared: hostile text must not cost minutes. */
#define MOST_PAIRS 128

#define ENTRY(device, i) (&g_array_index((device)->entries, struct pasted_map_entry, i))
#define ACL_LINE(device, i) (&g_array_index((device)->acl, struct pasted_acl_line, i))
#define GROUP(device, i) (&g_array_index((device)->groups, struct pasted_tunnel_group, i))

static void set_fault(struct finding *finding, enum config_fault fault)
{
	const struct config_meaning *meaning = catalogue_config(fault);

	finding_set_cause(finding, meaning->cause, meaning->strength);
	finding->headline = meaning->headline;
	finding->meaning = meaning->meaning;
	finding->article = NULL;
	finding->in_configuration = true;
}

static struct finding begin_finding(uint32_t device, const struct pasted_map_entry *entry, enum config_fault fault)
{
	struct finding finding = {.device = device};

	if (entry->peer_count != 0)
		finding.peer = entry->peers[0];
	finding.ike_version = entry->versions == FOR_IKEV1 ? 1 : entry->versions == FOR_IKEV2 ? 2 : 0;
	g_snprintf(finding.map, sizeof finding.map, "%.48s %" PRIu32, entry->map, entry->sequence);
	set_fault(&finding, fault);
	return finding;
}

static void add_fault(GArray *findings, uint32_t device, const struct pasted_map_entry *entry, enum config_fault fault)
{
	struct finding finding = begin_finding(device, entry, fault);

	finding_add_words(&finding, entry->place, "crypto map %s", finding.map);
	g_array_append_val(findings, finding);
}

/* ---- one configuration ---- */

static const struct pasted_tunnel_group *group_of_peer(const struct pasted_device *device,
                                                       const struct ip_address *peer)
{
	char name[IP_ADDRESS_TEXT_SIZE];

	ip_address_to_text(peer, name);
	for (guint i = 0; i < device->groups->len; i++)
		if (strcmp(GROUP(device, i)->name, name) == 0)
			return GROUP(device, i);
	return NULL;
}

static bool is_applied(const struct pasted_device *device, const struct pasted_map_entry *entry)
{
	for (guint i = 0; i < device->applied_maps->len; i++)
		if (strcmp(device->applied_maps->pdata[i], entry->map) == 0)
			return true;
	return false;
}

/* An entry is only judged where it was pasted whole: a peer, and something that is set for it. */
static bool is_whole(const struct pasted_map_entry *entry)
{
	return !entry->dynamic && entry->peer_count != 0 && (entry->acl[0] != '\0' || entry->versions != 0);
}

static void check_entry(const struct pasted_device *device, uint32_t number, const struct pasted_map_entry *entry,
                        GArray *findings)
{
	const struct pasted_tunnel_group *group = group_of_peer(device, &entry->peers[0]);

	if (entry->acl[0] == '\0')
		add_fault(findings, number, entry, CONFIG_NO_ACL);
	if (entry->versions == 0)
		add_fault(findings, number, entry, CONFIG_NO_PROPOSAL);
	if (device->groups->len != 0 && group == NULL)
		add_fault(findings, number, entry, CONFIG_NO_TUNNEL_GROUP);
	if (group != NULL && group->attributes && entry->versions != 0 && (group->keyed & entry->versions) == 0)
		add_fault(findings, number, entry, CONFIG_NO_KEY);
	if (!is_applied(device, entry))
		add_fault(findings, number, entry, CONFIG_NOT_APPLIED);
}

/* ---- two configurations ---- */

struct side {
	uint32_t number;
	const struct pasted_device *device;
	const struct pasted_map_entry *entry;
};

static bool same_network(const struct pasted_network *a, const struct pasted_network *b)
{
	return a->name[0] == '\0' && b->name[0] == '\0' && ip_address_equal(&a->first, &b->first) &&
	       ip_address_equal(&a->last, &b->last);
}

/* An object whose definition was not pasted could be anything. */
static bool is_known(const struct pasted_acl_line *line)
{
	return line->source.name[0] == '\0' && line->destination.name[0] == '\0';
}

static bool mirrors(const struct pasted_acl_line *a, const struct pasted_acl_line *b)
{
	return strcmp(a->protocol, b->protocol) == 0 && same_network(&a->source, &b->destination) &&
	       same_network(&a->destination, &b->source);
}

static bool overlaps(const struct pasted_network *a, const struct pasted_network *b)
{
	return memcmp(a->first.bytes, b->last.bytes, sizeof a->first.bytes) <= 0 &&
	       memcmp(b->first.bytes, a->last.bytes, sizeof a->first.bytes) <= 0;
}

/* Whether all lines of the entry's access list are known, and there is one. */
static bool has_acl(const struct side *side)
{
	bool any = false;

	for (guint i = 0; i < side->device->acl->len; i++) {
		if (strcmp(ACL_LINE(side->device, i)->acl, side->entry->acl) != 0)
			continue;
		if (!is_known(ACL_LINE(side->device, i)))
			return false;
		any = true;
	}
	return any;
}

static bool is_mirrored(const struct pasted_acl_line *line, const struct side *other)
{
	for (guint i = 0; i < other->device->acl->len; i++)
		if (strcmp(ACL_LINE(other->device, i)->acl, other->entry->acl) == 0 &&
		    mirrors(line, ACL_LINE(other->device, i)))
			return true;
	return false;
}

/* The other side's line that comes nearest: both networks overlap the mirror's. */
static const struct pasted_acl_line *nearest(const struct pasted_acl_line *line, const struct side *other)
{
	for (guint i = 0; i < other->device->acl->len; i++) {
		const struct pasted_acl_line *candidate = ACL_LINE(other->device, i);
		if (strcmp(candidate->acl, other->entry->acl) == 0 &&
		    overlaps(&line->source, &candidate->destination) &&
		    overlaps(&line->destination, &candidate->source))
			return candidate;
	}
	return NULL;
}

static const char *name_of(const struct side *side, char text[PASTED_NAME_SIZE + 16])
{
	if (side->device->name[0] != '\0')
		g_strlcpy(text, side->device->name, PASTED_NAME_SIZE + 16);
	else
		g_snprintf(text, PASTED_NAME_SIZE + 16, "device %" PRIu32, side->number + 1);
	return text;
}

static void add_unmirrored(struct finding *finding, const struct side *side, const struct side *other,
                           const struct pasted_acl_line *line)
{
	char source[NETWORK_TEXT_SIZE], destination[NETWORK_TEXT_SIZE], name[PASTED_NAME_SIZE + 16];
	const struct pasted_acl_line *near = nearest(line, other);

	finding_add_words(finding, line->place, "%s permits %s %s to %s", name_of(side, name), line->protocol,
	                  pasted_network_text(&line->source, source),
	                  pasted_network_text(&line->destination, destination));
	if (near != NULL)
		finding_add_words(finding, near->place, "%s permits %s %s to %s, which is not its mirror",
		                  name_of(other, name), near->protocol, pasted_network_text(&near->source, source),
		                  pasted_network_text(&near->destination, destination));
	else
		finding_add_words(finding, other->entry->place, "%s has no line for %s to %s", name_of(other, name),
		                  pasted_network_text(&line->destination, destination),
		                  pasted_network_text(&line->source, source));
}

/* Each line of either side that has no mirror on the other; one near miss is told once. */
static void check_mirror(const struct side *a, const struct side *b, GArray *findings)
{
	struct finding finding = begin_finding(a->number, a->entry, CONFIG_NOT_MIRRORED);
	const struct side *sides[2] = {a, b};

	if (!has_acl(a) || !has_acl(b))
		return;
	for (unsigned s = 0; s < 2; s++)
		for (guint i = 0; i < sides[s]->device->acl->len; i++) {
			const struct pasted_acl_line *line = ACL_LINE(sides[s]->device, i);
			bool told = s == 1 && nearest(line, a) != NULL && finding.evidence_count != 0;
			if (strcmp(line->acl, sides[s]->entry->acl) == 0 && !is_mirrored(line, sides[!s]) && !told)
				add_unmirrored(&finding, sides[s], sides[!s], line);
		}
	if (finding.evidence_count != 0)
		g_array_append_val(findings, finding);
}

static void add_difference(GArray *findings, const struct side *a, const struct side *b, enum config_fault fault,
                           const char *what_a, const char *what_b)
{
	struct finding finding = begin_finding(a->number, a->entry, fault);
	char name[PASTED_NAME_SIZE + 16];

	finding_add_words(&finding, a->entry->place, "%s: %s", name_of(a, name), what_a);
	finding_add_words(&finding, b->entry->place, "%s: %s", name_of(b, name), what_b);
	g_array_append_val(findings, finding);
}

static const char *pfs_text(const struct pasted_map_entry *entry)
{
	if (!entry->pfs)
		return "no set pfs";
	return entry->pfs_group[0] != '\0' ? entry->pfs_group : "set pfs without a group";
}

static void check_pfs(const struct side *a, const struct side *b, GArray *findings)
{
	if (a->entry->pfs != b->entry->pfs || strcmp(a->entry->pfs_group, b->entry->pfs_group) != 0)
		add_difference(findings, a, b, CONFIG_PFS_DIFFERS, pfs_text(a->entry), pfs_text(b->entry));
}

static void check_versions(const struct side *a, const struct side *b, GArray *findings)
{
	static const char *const texts[] = {"nothing", "IKEv1 only", "IKEv2 only", "both"};
	uint8_t one = a->entry->versions, other = b->entry->versions;

	if (one != 0 && other != 0 && (one & other) == 0)
		add_difference(findings, a, b, CONFIG_VERSION_DIFFERS, texts[one], texts[other]);
}

static void check_lifetimes(const struct side *a, const struct side *b, GArray *findings)
{
	uint32_t one = a->entry->lifetime_seconds, other = b->entry->lifetime_seconds;
	char texts[2][64];

	/* One that is not set in the entry may be set globally, which was perhaps not pasted. */
	if (one == 0 || other == 0)
		return;
	if (one / LIFETIME_FACTOR < other && other / LIFETIME_FACTOR < one)
		return;
	g_snprintf(texts[0], sizeof texts[0], "lifetime %" PRIu32 " seconds", one);
	g_snprintf(texts[1], sizeof texts[1], "lifetime %" PRIu32 " seconds", other);
	add_difference(findings, a, b, CONFIG_LIFETIME_DIFFERS, texts[0], texts[1]);
}

/* What is one side's local key is the other's remote key. Only keys pasted in the clear can be compared. */
static void check_keys(const struct side *a, const struct side *b, GArray *findings)
{
	static const struct {
		enum pasted_key one, other;
		const char *what_one, *what_other;
	} pairs[] = {
	        {KEY_IKEV1, KEY_IKEV1, "its IKEv1 key", "another IKEv1 key"},
	        {KEY_IKEV2_LOCAL, KEY_IKEV2_REMOTE, "its IKEv2 local key", "another IKEv2 remote key"},
	        {KEY_IKEV2_REMOTE, KEY_IKEV2_LOCAL, "its IKEv2 remote key", "another IKEv2 local key"},
	};
	const struct pasted_tunnel_group *one = group_of_peer(a->device, &a->entry->peers[0]);
	const struct pasted_tunnel_group *other = group_of_peer(b->device, &b->entry->peers[0]);

	for (size_t i = 0; one != NULL && other != NULL && i < G_N_ELEMENTS(pairs); i++) {
		const char *a_key = one->key[pairs[i].one], *b_key = other->key[pairs[i].other];
		if (a_key[0] != '\0' && b_key[0] != '\0' && strcmp(a_key, b_key) != 0)
			add_difference(findings, a, b, CONFIG_KEY_DIFFERS, pairs[i].what_one, pairs[i].what_other);
	}
}

static void check_pair(const struct side *a, const struct side *b, GArray *findings)
{
	check_mirror(a, b, findings);
	check_pfs(a, b, findings);
	check_versions(a, b, findings);
	check_lifetimes(a, b, findings);
	check_keys(a, b, findings);
}

static bool has_address(const struct pasted_device *device, const struct ip_address *address)
{
	for (unsigned i = 0; i < device->address_count; i++)
		if (ip_address_equal(&device->addresses[i], address))
			return true;
	return false;
}

/* Do these entries lead to each other? By the addresses of the devices, where those are known. */
static bool lead_to_each_other(const struct side *a, const struct side *b)
{
	bool a_to_b = false, b_to_a = false;

	for (unsigned i = 0; i < a->entry->peer_count; i++)
		a_to_b |= has_address(b->device, &a->entry->peers[i]);
	for (unsigned i = 0; i < b->entry->peer_count; i++)
		b_to_a |= has_address(a->device, &b->entry->peers[i]);
	return (a_to_b && (b_to_a || a->device->address_count == 0)) || (b_to_a && b->device->address_count == 0);
}

static unsigned count_whole(const struct pasted_device *device)
{
	unsigned count = 0;

	for (guint i = 0; i < device->entries->len; i++)
		count += is_whole(ENTRY(device, i));
	return count;
}

static void check_devices(const struct pasted *pasted, uint32_t one, uint32_t other, unsigned *pairs, GArray *findings)
{
	struct side a = {.number = one, .device = pasted_device_at(pasted, one)};
	struct side b = {.number = other, .device = pasted_device_at(pasted, other)};
	bool only = count_whole(a.device) == 1 && count_whole(b.device) == 1 && pasted->devices->len == 2;

	for (guint i = 0; i < a.device->entries->len; i++)
		for (guint j = 0; j < b.device->entries->len; j++) {
			a.entry = ENTRY(a.device, i);
			b.entry = ENTRY(b.device, j);
			if (*pairs < MOST_PAIRS && is_whole(a.entry) && is_whole(b.entry) &&
			    (only || lead_to_each_other(&a, &b))) {
				(*pairs)++;
				check_pair(&a, &b, findings);
			}
		}
}

/* ---- selectors that both ends show ---- */

static const struct pasted_block *mirror_of(const struct pasted_block *block, const struct pasted_peer *other)
{
	for (unsigned i = 0; i < other->block_count; i++)
		if (other->blocks[i].networks_known && same_network(&block->local, &other->blocks[i].remote) &&
		    same_network(&block->remote, &other->blocks[i].local))
			return &other->blocks[i];
	return NULL;
}

static void check_shown(const struct pasted_peer *one, const struct pasted_peer *other, GArray *findings)
{
	struct finding finding = {.device = one->device, .local = one->local, .peer = one->peer};
	char texts[2][NETWORK_TEXT_SIZE];

	set_fault(&finding, CONFIG_NOT_MIRRORED);
	finding.headline = "the selectors that the two ends show are not each other's mirror";
	for (unsigned i = 0; i < one->block_count; i++) {
		const struct pasted_block *block = &one->blocks[i];
		if (block->networks_known && mirror_of(block, other) == NULL)
			finding_add_words(&finding, block->place,
			                  "one end protects %s to %s, the other end does not show the reverse",
			                  pasted_network_text(&block->local, texts[0]),
			                  pasted_network_text(&block->remote, texts[1]));
	}
	for (unsigned i = 0; finding.evidence_count != 0 && i < other->block_count; i++)
		if (other->blocks[i].networks_known)
			finding_add_words(&finding, other->blocks[i].place, "the other end protects %s to %s",
			                  pasted_network_text(&other->blocks[i].local, texts[0]),
			                  pasted_network_text(&other->blocks[i].remote, texts[1]));
	if (finding.evidence_count != 0)
		g_array_append_val(findings, finding);
}

/* Two stories are the two ends of one tunnel where each one's peer is the other's own address. */
static bool are_two_ends(const struct pasted_peer *one, const struct pasted_peer *other)
{
	return one->device != other->device && ip_address_is_set(&one->peer) && ip_address_is_set(&one->local) &&
	       ip_address_equal(&one->peer, &other->local) && ip_address_equal(&one->local, &other->peer);
}

static bool knows_networks(const struct pasted_peer *peer)
{
	for (unsigned i = 0; i < peer->block_count; i++)
		if (peer->blocks[i].networks_known)
			return true;
	return false;
}

static void find_in_shown(const struct pasted *pasted, GArray *findings)
{
	for (uint32_t i = 0; i < pasted->peers->len; i++) {
		const struct pasted_peer *one = pasted_peer_at(pasted, i);
		for (uint32_t j = i + 1; knows_networks(one) && j < pasted->peers->len; j++) {
			const struct pasted_peer *other = pasted_peer_at(pasted, j);
			if (are_two_ends(one, other) && knows_networks(other))
				check_shown(one, other, findings);
		}
	}
}

/* ---- what was pasted and is in order ---- */

/* pairs: of entries of two devices that were compared. */
static void add_sound(uint32_t number, const struct pasted *pasted, unsigned pairs, GArray *findings)
{
	struct finding finding = {.device = number};
	const struct pasted_device *device = pasted_device_at(pasted, number);

	set_fault(&finding, pairs != 0 ? CONFIG_BOTH_SOUND : CONFIG_SOUND);
	finding.fault = false;
	for (guint i = 0; i < device->entries->len; i++)
		if (is_whole(ENTRY(device, i)))
			finding_add_words(&finding, ENTRY(device, i)->place, "crypto map %s %" PRIu32,
			                  ENTRY(device, i)->map, ENTRY(device, i)->sequence);
	g_array_append_val(findings, finding);
}

static void add_group(uint32_t number, const struct pasted_tunnel_group *group, GArray *findings)
{
	static const char *const keyed[] = {"no key or certificate", "a key or certificate for IKEv1",
	                                    "a key or certificate for IKEv2",
	                                    "keys or certificates for IKEv1 and IKEv2"};
	struct finding finding = {.device = number};

	set_fault(&finding, CONFIG_MASKED);
	finding.fault = false;
	finding.steps = catalogue_entry(CAUSE_PSK_MISMATCH)->steps;
	ip_address_from_text(group->name, &finding.peer);
	finding_add_words(&finding, group->place, "tunnel-group %s: %s", group->name, keyed[group->keyed]);
	g_array_append_val(findings, finding);
}

static void find_in_device(const struct pasted *pasted, uint32_t number, GArray *findings)
{
	const struct pasted_device *device = pasted_device_at(pasted, number);

	for (guint i = 0; i < device->entries->len; i++)
		if (is_whole(ENTRY(device, i)))
			check_entry(device, number, ENTRY(device, i), findings);
	for (guint i = 0; device->entries->len == 0 && i < device->groups->len; i++)
		if (GROUP(device, i)->attributes)
			add_group(number, GROUP(device, i), findings);
}

static bool has_fault(const GArray *findings, guint from)
{
	for (guint i = from; i < findings->len; i++)
		if (g_array_index(findings, struct finding, i).fault)
			return true;
	return false;
}

/* Two ends that were compared are told of once. */
static void find_sound(const struct pasted *pasted, unsigned pairs, GArray *findings)
{
	for (uint32_t i = 0; i < pasted->devices->len; i++) {
		if (count_whole(pasted_device_at(pasted, i)) == 0)
			continue;
		add_sound(i, pasted, pairs, findings);
		if (pairs != 0)
			return;
	}
}

void explanation_find_in_configs(const struct pasted *pasted, GArray *findings)
{
	unsigned pairs = 0;
	guint before = findings->len;

	for (uint32_t i = 0; i < pasted->devices->len; i++) {
		find_in_device(pasted, i, findings);
		for (uint32_t j = i + 1; j < pasted->devices->len; j++)
			check_devices(pasted, i, j, &pairs, findings);
	}
	if (!has_fault(findings, before))
		find_sound(pasted, pairs, findings);
	find_in_shown(pasted, findings);
}
