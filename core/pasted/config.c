/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Running configuration: crypto map, tunnel-group, and what they refer to. No line of it is ever kept or printed as it
 * stands, so that no key can get out; of a key in the clear a digest is kept, to compare it with the other side's.
 */
#include <string.h>

#include "core/pasted/reading.h"

/* ---- networks of access lists ---- */

static bool take_mask(struct text_span *line, struct ip_address *mask)
{
	struct text_span word;

	return text_span_take_word(line, &word) && text_span_is_address(&word, mask);
}

static const struct pasted_object *find_object(const struct pasted_device *device, const char *name)
{
	for (guint i = 0; i < device->objects->len; i++) {
		const struct pasted_object *object = &g_array_index(device->objects, struct pasted_object, i);
		if (strcmp(object->name, name) == 0)
			return object;
	}
	return NULL;
}

/* "fd00::/64" */
static bool take_prefix(const struct text_span *word, struct pasted_network *network)
{
	struct text_span address = *word;
	const char *slash = memchr(word->at, '/', text_span_length(word));
	struct ip_address first, mask = {{0}};
	struct text_span bits;
	uint64_t length;

	if (slash == NULL)
		return false;
	address.end = slash;
	bits = (struct text_span){slash + 1, word->end};
	if (!text_span_is_address(&address, &first) || !text_span_take_number(&bits, &length) || length > 128)
		return false;
	for (size_t i = 0; i < length; i++)
		mask.bytes[i / 8] |= (uint8_t)(0x80 >> (i % 8));
	return !ip_address_is_ipv4(&first) && pasted_network_of(&first, &mask, network);
}

static void set_anywhere(struct pasted_network *network, bool ipv6)
{
	memset(network, 0, sizeof *network);
	memset(network->last.bytes, 0xff, sizeof network->last.bytes);
	if (!ipv6) {
		const uint8_t zero[4] = {0}, ones[4] = {255, 255, 255, 255};
		network->first = ip_address_from_ipv4(zero);
		network->last = ip_address_from_ipv4(ones);
	}
}

static bool take_named(const struct pasted_device *device, struct text_span *line, struct pasted_network *network)
{
	struct text_span word;
	const struct pasted_object *object;

	if (!text_span_take_word(line, &word))
		return false;
	memset(network, 0, sizeof *network);
	text_span_copy(&word, network->name, sizeof network->name);
	object = find_object(device, network->name);
	if (object == NULL)
		return true;
	network->first = object->first;
	network->last = object->last;
	network->name[0] = '\0';
	return true;
}

/* "10.0.0.0 255.0.0.0", "host A", "any", "any4", "any6", "object N", "object-group N", "fd00::/64". */
static bool take_network(const struct pasted_device *device, struct text_span *line, struct pasted_network *network)
{
	struct text_span word;
	struct ip_address address, mask;

	if (!text_span_take_word(line, &word))
		return false;
	if (text_span_equals(&word, "any") || text_span_equals(&word, "any4") || text_span_equals(&word, "any6")) {
		set_anywhere(network, text_span_equals(&word, "any6"));
		return true;
	}
	if (text_span_equals(&word, "object") || text_span_equals(&word, "object-group"))
		return take_named(device, line, network);
	if (text_span_equals(&word, "host")) {
		memset(network, 0, sizeof *network);
		if (!text_span_take_word(line, &word) || !text_span_is_address(&word, &network->first))
			return false;
		network->last = network->first;
		return true;
	}
	if (take_prefix(&word, network))
		return true;
	return text_span_is_address(&word, &address) && take_mask(line, &mask) &&
	       pasted_network_of(&address, &mask, network);
}

/* "eq 443", "range 1 9" and the like after a network: the line is about ports then, which are not compared. */
static void skip_ports(struct text_span *line)
{
	struct text_span word, rest = *line;

	if (!text_span_take_word(&rest, &word))
		return;
	bool one = text_span_equals(&word, "eq") || text_span_equals(&word, "gt") || text_span_equals(&word, "lt") ||
	           text_span_equals(&word, "neq");
	if (!one && !text_span_equals(&word, "range"))
		return;
	text_span_take_word(&rest, &word);
	if (!one)
		text_span_take_word(&rest, &word);
	*line = rest;
}

/* "access-list NAME extended permit ip A M B M" */
static bool read_access_list(struct pasted *pasted, struct text_span line)
{
	struct pasted_device *device = pasted_current_device(pasted);
	struct pasted_acl_line *kept, read = {.place = pasted->place};
	struct text_span name, protocol, word;

	if (!text_span_skip(&line, "access-list ") || !text_span_take_word(&line, &name))
		return false;
	while (text_span_take_word(&line, &word) && !text_span_equals(&word, "permit"))
		if (text_span_equals(&word, "deny") || text_span_equals(&word, "remark"))
			return true;
	if (!text_span_take_word(&line, &protocol))
		return true;
	text_span_copy(&name, read.acl, sizeof read.acl);
	text_span_copy(&protocol, read.protocol, sizeof read.protocol);
	if (!take_network(device, &line, &read.source))
		return true;
	skip_ports(&line);
	if (take_network(device, &line, &read.destination) && (kept = pasted_append(pasted, device->acl)) != NULL)
		*kept = read;
	return true;
}

/* "object network NAME", and on the next line "subnet A M", "host A" or "range A B". */
static bool read_object(struct pasted *pasted, struct text_span line)
{
	struct pasted_device *device = pasted_current_device(pasted);
	struct pasted_object *object;
	struct pasted_network network;
	struct text_span name, word;

	if (text_span_skip(&line, "object network ")) {
		pasted->object = 0;
		if (text_span_take_word(&line, &name) && (object = pasted_append(pasted, device->objects)) != NULL) {
			text_span_copy(&name, object->name, sizeof object->name);
			pasted->object = device->objects->len;
		}
		return true;
	}
	if (pasted->object == 0 || pasted->object > device->objects->len)
		return false;
	object = &g_array_index(device->objects, struct pasted_object, pasted->object - 1);
	if (text_span_skip(&line, "range ")) {
		if (!text_span_take_word(&line, &word) || !text_span_is_address(&word, &network.first) ||
		    !text_span_take_word(&line, &word) || !text_span_is_address(&word, &network.last))
			return false;
	} else if (text_span_skip(&line, "subnet ")) {
		if (!take_network(device, &line, &network))
			return false;
	} else {
		struct text_span copy = line;
		if (!text_span_skip(&copy, "host ") || !take_network(device, &line, &network))
			return false;
	}
	object->first = network.first;
	object->last = network.last;
	return true;
}

/* ---- crypto map ---- */

static struct pasted_map_entry *entry_of(struct pasted *pasted, const char *map, uint32_t sequence)
{
	GArray *entries = pasted_current_device(pasted)->entries;
	struct pasted_map_entry *entry;

	for (guint i = 0; i < entries->len; i++) {
		entry = &g_array_index(entries, struct pasted_map_entry, i);
		if (entry->sequence == sequence && strcmp(entry->map, map) == 0)
			return entry;
	}
	entry = pasted_append(pasted, entries);
	if (entry == NULL)
		return NULL;
	g_strlcpy(entry->map, map, sizeof entry->map);
	entry->sequence = sequence;
	entry->place = pasted->place;
	return entry;
}

static void set_peers(struct pasted_map_entry *entry, struct text_span line)
{
	struct text_span word;
	struct ip_address address;

	while (text_span_take_word(&line, &word))
		if (text_span_is_address(&word, &address) && entry->peer_count < PASTED_ENTRY_PEERS)
			entry->peers[entry->peer_count++] = address;
}

static void set_acl(struct pasted_map_entry *entry, struct text_span line)
{
	struct text_span word;

	if (text_span_take_word(&line, &word))
		text_span_copy(&word, entry->acl, sizeof entry->acl);
}

static void set_pfs(struct pasted_map_entry *entry, struct text_span line)
{
	struct text_span word;

	entry->pfs = true;
	if (text_span_take_word(&line, &word))
		text_span_copy(&word, entry->pfs_group, sizeof entry->pfs_group);
}

static void set_ikev1(struct pasted_map_entry *entry, struct text_span line)
{
	(void)line;
	entry->versions |= FOR_IKEV1;
}

static void set_ikev2(struct pasted_map_entry *entry, struct text_span line)
{
	(void)line;
	entry->versions |= FOR_IKEV2;
}

static void set_lifetime(struct pasted_map_entry *entry, struct text_span line)
{
	uint64_t seconds;

	if (text_span_take_number(&line, &seconds) && seconds <= UINT32_MAX)
		entry->lifetime_seconds = (uint32_t)seconds;
}

static const struct {
	const char *words;
	void (*set)(struct pasted_map_entry *entry, struct text_span line);
} settings[] = {
        {"match address ", set_acl},
        {"set peer ", set_peers},
        {"set ikev1 transform-set ", set_ikev1},
        {"set transform-set ", set_ikev1},
        {"set ikev2 ipsec-proposal ", set_ikev2},
        {"set pfs", set_pfs},
        {"set security-association lifetime seconds ", set_lifetime},
};

/* "crypto map NAME 10 …", "crypto map NAME interface outside" */
static bool read_crypto_map(struct pasted *pasted, struct text_span line)
{
	struct text_span name, word;
	char map[PASTED_NAME_SIZE];
	uint64_t sequence;

	if (!text_span_skip(&line, "crypto map ") || !text_span_take_word(&line, &name))
		return false;
	text_span_copy(&name, map, sizeof map);
	if (text_span_skip(&line, "interface ")) {
		GPtrArray *applied = pasted_current_device(pasted)->applied_maps;
		if (applied->len < PASTED_DEVICE_ENTRIES)
			g_ptr_array_add(applied, g_strdup(map));
		return true;
	}
	if (!text_span_take_number(&line, &sequence) || sequence > UINT32_MAX)
		return true;
	text_span_skip_blanks(&line);
	struct pasted_map_entry *entry = entry_of(pasted, map, (uint32_t)sequence);
	word = line;
	if (entry != NULL && text_span_skip(&word, "ipsec-isakmp dynamic"))
		entry->dynamic = true;
	for (size_t i = 0; entry != NULL && i < G_N_ELEMENTS(settings); i++) {
		struct text_span rest = line;
		if (text_span_skip(&rest, settings[i].words))
			settings[i].set(entry, rest);
	}
	return true;
}

/* ---- tunnel-group ---- */

static uint32_t group_of(struct pasted *pasted, const struct text_span *name)
{
	GArray *groups = pasted_current_device(pasted)->groups;
	struct pasted_tunnel_group *group;
	char text[PASTED_NAME_SIZE];

	text_span_copy(name, text, sizeof text);
	for (guint i = 0; i < groups->len; i++)
		if (strcmp(g_array_index(groups, struct pasted_tunnel_group, i).name, text) == 0)
			return i + 1;
	group = pasted_append(pasted, groups);
	if (group == NULL)
		return 0;
	memcpy(group->name, text, sizeof text);
	group->place = pasted->place;
	return groups->len;
}

static bool read_tunnel_group(struct pasted *pasted, struct text_span line)
{
	struct text_span name;
	struct pasted_tunnel_group *group;

	if (!text_span_skip(&line, "tunnel-group ") || !text_span_take_word(&line, &name))
		return false;
	uint32_t number = group_of(pasted, &name);
	pasted->group = 0;
	if (number == 0)
		return true;
	group = &g_array_index(pasted_current_device(pasted)->groups, struct pasted_tunnel_group, number - 1);
	if (text_span_skip(&line, "type ipsec-l2l"))
		group->l2l = true;
	if (text_span_skip(&line, "ipsec-attributes")) {
		group->attributes = true;
		pasted->group = number;
	}
	return true;
}

/* A key in the clear is compared, never kept: "*****" says nothing. */
static void take_key(struct text_span line, char digest[65])
{
	struct text_span key;

	/* "0 KEY" says that it is in the clear, "8 …" that it is encrypted with a key of that device. */
	if (text_span_skip(&line, "8 ") || !text_span_take_word(&line, &key))
		return;
	if (text_span_equals(&key, "0") && !text_span_take_word(&line, &key))
		return;
	if (*key.at == '*')
		return;
	char *sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)key.at, text_span_length(&key));
	g_strlcpy(digest, sum, 65);
	g_free(sum);
}

static const struct {
	const char *words;
	enum pasted_key key;
	uint8_t version;
	bool has_key;
} attributes[] = {
        {"ikev1 pre-shared-key ", KEY_IKEV1, FOR_IKEV1, true},
        {"pre-shared-key ", KEY_IKEV1, FOR_IKEV1, true},
        {"ikev1 trust-point ", KEY_IKEV1, FOR_IKEV1, false},
        {"trust-point ", KEY_IKEV1, FOR_IKEV1, false},
        {"ikev2 local-authentication pre-shared-key ", KEY_IKEV2_LOCAL, FOR_IKEV2, true},
        {"ikev2 remote-authentication pre-shared-key ", KEY_IKEV2_REMOTE, FOR_IKEV2, true},
        {"ikev2 local-authentication certificate", KEY_IKEV2_LOCAL, FOR_IKEV2, false},
        {"ikev2 remote-authentication certificate", KEY_IKEV2_REMOTE, FOR_IKEV2, false},
        {"ikev2 remote-authentication eap", KEY_IKEV2_REMOTE, FOR_IKEV2, false},
};

static bool read_attribute(struct pasted *pasted, struct text_span line)
{
	GArray *groups = pasted_current_device(pasted)->groups;

	for (size_t i = 0; i < G_N_ELEMENTS(attributes); i++) {
		struct text_span rest = line;
		if (!text_span_skip(&rest, attributes[i].words))
			continue;
		if (pasted->group == 0 || pasted->group > groups->len)
			return true;
		struct pasted_tunnel_group *group =
		        &g_array_index(groups, struct pasted_tunnel_group, pasted->group - 1);
		group->keyed |= attributes[i].version;
		if (attributes[i].has_key)
			take_key(rest, group->key[attributes[i].key]);
		return true;
	}
	return false;
}

/* ---- interfaces ---- */

/* "ip address 203.0.113.2 255.255.255.248 [standby …]" */
static bool read_interface_address(struct pasted *pasted, struct text_span line)
{
	struct text_span word;
	struct ip_address address;

	if (!text_span_skip(&line, "ip address ") || !text_span_take_word(&line, &word) ||
	    !text_span_is_address(&word, &address))
		return false;
	pasted_add_own_address(pasted, &address);
	return true;
}

static pasted_reader *const readers[] = {
        read_access_list, read_object, read_crypto_map, read_tunnel_group, read_attribute, read_interface_address,
};

bool pasted_read_config(struct pasted *pasted, struct text_span line)
{
	for (size_t i = 0; i < G_N_ELEMENTS(readers); i++)
		if (readers[i](pasted, line))
			return true;
	return false;
}
