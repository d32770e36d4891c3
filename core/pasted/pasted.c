/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/keyed_hash.h"
#include "core/pasted/reading.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- devices and peers ---- */

struct peer_key {
	struct ip_address peer;
	uint32_t device;
};

static guint hash_of_key(gconstpointer key)
{
	const struct peer_key *of = key;

	/* A stranger's addresses stand in an ASA's log. */
	return (guint)hash_of_address(&of->peer, process_hash_key()) + of->device;
}

static gboolean keys_equal(gconstpointer a, gconstpointer b)
{
	const struct peer_key *one = a, *other = b;

	return one->device == other->device && ip_address_equal(&one->peer, &other->peer);
}

static void free_device(gpointer data)
{
	struct pasted_device *device = data;

	g_array_unref(device->entries);
	g_array_unref(device->groups);
	g_array_unref(device->acl);
	g_array_unref(device->objects);
	g_array_unref(device->counters);
	g_ptr_array_unref(device->applied_maps);
	g_free(device);
}

void pasted_add_device(struct pasted *pasted)
{
	struct pasted_device *device;

	/* Those beyond the last are taken for the last. */
	if (pasted->devices->len == PASTED_DEVICES) {
		pasted->skipped++;
		return;
	}
	device = g_new0(struct pasted_device, 1);
	device->file = pasted->place.file;
	device->entries = g_array_new(FALSE, TRUE, sizeof(struct pasted_map_entry));
	device->groups = g_array_new(FALSE, TRUE, sizeof(struct pasted_tunnel_group));
	device->acl = g_array_new(FALSE, TRUE, sizeof(struct pasted_acl_line));
	device->objects = g_array_new(FALSE, TRUE, sizeof(struct pasted_object));
	device->counters = g_array_new(FALSE, TRUE, sizeof(struct pasted_counter));
	device->applied_maps = g_ptr_array_new_with_free_func(g_free);
	pasted->device = pasted->devices->len;
	g_ptr_array_add(pasted->devices, device);
}

struct pasted *pasted_new(void)
{
	struct pasted *pasted = g_new0(struct pasted, 1);

	pasted->devices = g_ptr_array_new_with_free_func(free_device);
	pasted->peers = g_ptr_array_new_with_free_func(g_free);
	pasted->by_address = g_hash_table_new_full(hash_of_key, keys_equal, g_free, NULL);
	return pasted;
}

void pasted_free(struct pasted *pasted)
{
	if (pasted == NULL)
		return;
	g_hash_table_destroy(pasted->by_address);
	g_ptr_array_unref(pasted->peers);
	g_ptr_array_unref(pasted->devices);
	g_free(pasted);
}

struct pasted_device *pasted_device_at(const struct pasted *pasted, uint32_t number)
{
	return number < pasted->devices->len ? pasted->devices->pdata[number] : NULL;
}

struct pasted_peer *pasted_peer_at(const struct pasted *pasted, uint32_t number)
{
	return number < pasted->peers->len ? pasted->peers->pdata[number] : NULL;
}

struct pasted_device *pasted_current_device(const struct pasted *pasted)
{
	return pasted->devices->pdata[pasted->device];
}

static struct pasted_peer *find_peer(const struct pasted *pasted, uint32_t device, const struct ip_address *peer)
{
	const struct peer_key key = {*peer, device};

	return g_hash_table_lookup(pasted->by_address, &key);
}

struct pasted_peer *pasted_peer_of(struct pasted *pasted, const struct ip_address *peer)
{
	struct pasted_peer *found = find_peer(pasted, pasted->device, peer);
	struct peer_key *key;

	if (found != NULL)
		return found;
	if (pasted->peers->len == PASTED_PEERS) {
		pasted->skipped++;
		return NULL;
	}
	found = g_new0(struct pasted_peer, 1);
	found->device = pasted->device;
	found->peer = *peer;
	g_ptr_array_add(pasted->peers, found);
	key = g_new0(struct peer_key, 1);
	*key = (struct peer_key){*peer, pasted->device};
	g_hash_table_insert(pasted->by_address, key, found);
	return found;
}

/* ---- what the readers share ---- */

/* A full list keeps its beginning and its end. */
static struct pasted_note *new_note(struct pasted_peer *peer)
{
	if (peer->note_count == PASTED_PEER_NOTES) {
		memmove(&peer->notes[2], &peer->notes[3], sizeof peer->notes[0] * (PASTED_PEER_NOTES - 3));
		peer->note_count--;
	}
	return &peer->notes[peer->note_count++];
}

void pasted_note(struct pasted *pasted, struct pasted_peer *peer, uint32_t number, const char *format, ...)
{
	char text[PASTED_NOTE_SIZE];
	struct pasted_note *note = NULL;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	for (unsigned i = 0; i < peer->note_count && note == NULL; i++)
		if (peer->notes[i].number == number && strcmp(peer->notes[i].text, text) == 0)
			note = &peer->notes[i];
	if (note == NULL) {
		note = new_note(peer);
		*note = (struct pasted_note){.number = number};
		memcpy(note->text, text, sizeof text);
	}
	note->times++;
	note->place = pasted->place;
}

void pasted_add_own_address(struct pasted *pasted, const struct ip_address *address)
{
	struct pasted_device *device = pasted_current_device(pasted);

	for (unsigned i = 0; i < device->address_count; i++)
		if (ip_address_equal(&device->addresses[i], address))
			return;
	if (device->address_count < PASTED_DEVICE_ADDRESSES)
		device->addresses[device->address_count++] = *address;
}

void *pasted_append(struct pasted *pasted, GArray *list)
{
	if (list->len == PASTED_DEVICE_ENTRIES) {
		pasted->skipped++;
		return NULL;
	}
	g_array_set_size(list, list->len + 1);
	return list->data + (size_t)(list->len - 1) * g_array_get_element_size(list);
}

bool pasted_network_of(const struct ip_address *address, const struct ip_address *mask, struct pasted_network *network)
{
	size_t start = ip_address_is_ipv4(address) ? 12 : 0;

	if (ip_address_is_ipv4(address) != ip_address_is_ipv4(mask) && ip_address_is_set(mask))
		return false;
	memset(network, 0, sizeof *network);
	network->first = network->last = *address;
	for (size_t i = start; i < sizeof address->bytes; i++) {
		network->first.bytes[i] &= mask->bytes[i];
		network->last.bytes[i] |= (uint8_t)~mask->bytes[i];
	}
	return true;
}

const char *pasted_network_text(const struct pasted_network *network, char text[NETWORK_TEXT_SIZE])
{
	char first[IP_ADDRESS_TEXT_SIZE], last[IP_ADDRESS_TEXT_SIZE];
	size_t start = ip_address_is_ipv4(&network->first) ? 12 : 0;
	unsigned bits = 0;
	bool is_network = true;

	if (network->name[0] != '\0') {
		g_strlcpy(text, network->name, NETWORK_TEXT_SIZE);
		return text;
	}
	for (size_t i = start * 8; i < sizeof network->first.bytes * 8; i++) {
		unsigned mask = 0x80u >> (i % 8);
		bool differs = ((network->first.bytes[i / 8] ^ network->last.bytes[i / 8]) & mask) != 0;
		is_network =
		        is_network && (differs ? (network->first.bytes[i / 8] & mask) == 0 : bits == i - start * 8);
		bits += !differs;
	}
	ip_address_to_text(&network->first, first);
	ip_address_to_text(&network->last, last);
	if (!is_network)
		g_snprintf(text, NETWORK_TEXT_SIZE, "%s - %s", first, last);
	else if (strcmp(first, last) == 0)
		g_strlcpy(text, first, NETWORK_TEXT_SIZE);
	else
		g_snprintf(text, NETWORK_TEXT_SIZE, "%s/%u", first, bits);
	return text;
}
