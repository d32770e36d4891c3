/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nfq-daemon/monitor.h"

#include <glib.h>
#include <string.h>

#include "core/base/time.h"
#include "core/verdict/diagnose.h"
#include "core/verdict/judge.h"
#include "nfq-daemon/clock.h"
#include "nfq-daemon/journal.h"
#include "nfq-daemon/local_addresses.h"

/* Totals of a tunnel that was not seen for so long are not kept over a restart. */
#define FORGET_AFTER (90 * 86400 * NANOSECONDS)

/* Fewer ESP packets are a stray or spoofed one's: not kept over a restart either, or not for long where exported. */
#define WORTH_KEEPING 9
#define FORGET_STRAY_AFTER (86400 * NANOSECONDS)

struct monitor {
	const struct config *config;
	struct tunnels *tunnels;
	struct ledger *ledger;
	uint32_t messages; /* taken so far: what core has for frame numbers */
};

/* ---- making it ---- */

/* Whose view is mirrored: as configured, else this host's where tunnels end here. */
static void choose_local(const struct config *config, struct tunnel_options *options)
{
	options->asa_count = config->local.count;
	memcpy(options->asa, config->local.list, sizeof options->asa);
	if (config->local.count != 0 || config->role != RULES_ROLE_TERMINATING)
		return;
	int count = local_addresses(options->asa, TUNNEL_ASA_ADDRESSES);
	options->asa_count = (uint8_t)MAX(count, 0);
}

static void declare_peers(struct monitor *monitor)
{
	for (guint i = 0; i < monitor->config->peers->len; i++) {
		const struct config_peer *peer = &g_array_index(monitor->config->peers, struct config_peer, i);
		if (tunnels_declare(monitor->tunnels, &peer->local, &peer->remote) == NULL)
			journal_warning("[peer %s]: the table of tunnels is full; see [tunnels] most", peer->name);
	}
}

struct monitor *monitor_new(const struct config *config)
{
	struct tunnel_options options = {
	        .one_way_packets = config->one_way_packets,
	        .one_way_seconds = config->one_way_seconds,
	        .spi_capacity = config->spi_capacity,
	        .tunnel_capacity = config->tunnel_capacity,
	        .reuse_numbers = true,
	        .sees_both_ways = true,
	};
	choose_local(config, &options);
	struct tunnels *tunnels = tunnels_new(&options);
	if (tunnels == NULL)
		return NULL;
	struct monitor *monitor = g_new0(struct monitor, 1);
	monitor->config = config;
	monitor->tunnels = tunnels;
	monitor->ledger = ledger_new();
	declare_peers(monitor);
	return monitor;
}

void monitor_free(struct monitor *monitor)
{
	ledger_free(monitor->ledger);
	tunnels_free(monitor->tunnels);
	g_free(monitor);
}

/* A peer that is no longer declared stays, but may give way again. */
static void release_tunnels(struct monitor *monitor)
{
	for (uint32_t number = 0; number < tunnels_count(monitor->tunnels); number++) {
		struct tunnel *tunnel = tunnels_at(monitor->tunnels, number);
		if (tunnel != NULL)
			tunnel->keep = false;
	}
}

void monitor_reconfigure(struct monitor *monitor, const struct config *config)
{
	monitor->config = config;
	tunnels_set_one_way(monitor->tunnels, config->one_way_packets, config->one_way_seconds);
	release_tunnels(monitor);
	declare_peers(monitor);
}

/* ---- over restarts ---- */

static void restore_direction(struct tunnel *tunnel, unsigned side, const struct state_direction *direction)
{
	tunnel_restore(tunnel, side, direction->packets, direction->bytes, direction->lost,
	               clock_from_realtime(direction->last_time));
}

/* The file has what was exported first, and may have more than that. */
static bool was_exported(const struct monitor *monitor, guint number)
{
	return number < monitor->config->exported_tunnels;
}

void monitor_restore(struct monitor *monitor, const struct state *state)
{
	for (guint i = 0; i < state->tunnels->len; i++) {
		const struct state_tunnel *kept = &g_array_index(state->tunnels, struct state_tunnel, i);
		const struct tunnel *before = tunnels_find(monitor->tunnels, &kept->local, &kept->remote);
		bool declared = before != NULL && before->keep;
		/* Which end is local is what the config says, else as it was. */
		bool turned = declared && !ip_address_equal(&before->address[before->asa_side], &kept->local);
		struct tunnel *tunnel = turned ? tunnels_declare(monitor->tunnels, &kept->remote, &kept->local)
		                               : tunnels_declare(monitor->tunnels, &kept->local, &kept->remote);
		if (tunnel == NULL)
			continue;
		unsigned local = turned ? !tunnel->asa_side : tunnel->asa_side;
		restore_direction(tunnel, local, &kept->encaps);
		restore_direction(tunnel, !local, &kept->decaps);
		tunnel->keep = declared;
		ledger_of(monitor->ledger, tunnel)->exported = was_exported(monitor, i);
	}
	for (guint i = 0; i < state->failures->len; i++) {
		const struct state_failures *kept = &g_array_index(state->failures, struct state_failures, i);
		struct tunnel *tunnel = tunnels_find(monitor->tunnels, &kept->local, &kept->remote);
		if (tunnel != NULL)
			ledger_of(monitor->ledger, tunnel)->failures[kept->cause] = kept->count;
	}
}

static struct state_direction direction_of(struct monitor *monitor, const struct tunnel *tunnel, unsigned side)
{
	const struct esp_direction *direction = &tunnel->esp[side];

	return (struct state_direction){
	        .packets = direction->packets,
	        .bytes = direction->bytes,
	        .lost = ledger_lost(monitor->ledger, tunnel, side),
	        .last_time = clock_to_realtime(direction->last_time),
	};
}

static bool is_worth_keeping(const struct tunnel *tunnel, const struct ledger_entry *entry, int64_t now)
{
	int64_t silent = now - MAX(tunnel->esp[0].last_time, tunnel->esp[1].last_time);

	if (tunnel->esp[0].packets + tunnel->esp[1].packets >= WORTH_KEEPING)
		return silent < FORGET_AFTER;
	/* Without ESP, its failures. */
	return tunnel->keep || (entry->exported && (now - tunnel->last_time < FORGET_STRAY_AFTER ||
	                                            tunnel->esp[0].packets + tunnel->esp[1].packets == 0));
}

static void save_failures(struct monitor *monitor, const struct tunnel *tunnel, struct state *state)
{
	const struct ledger_entry *entry = ledger_of(monitor->ledger, tunnel);

	for (enum cause cause = CAUSE_NONE; cause < CAUSE_LAST; cause++) {
		const struct state_failures failures = {tunnel->address[tunnel->asa_side],
		                                        tunnel->address[!tunnel->asa_side], cause,
		                                        entry->failures[cause]};
		if (failures.count != 0)
			g_array_append_val(state->failures, failures);
	}
}

static void save_tunnel(struct monitor *monitor, const struct tunnel *tunnel, struct state *state)
{
	const struct state_tunnel kept = {
	        .local = tunnel->address[tunnel->asa_side],
	        .remote = tunnel->address[!tunnel->asa_side],
	        .encaps = direction_of(monitor, tunnel, tunnel->asa_side),
	        .decaps = direction_of(monitor, tunnel, !tunnel->asa_side),
	};

	g_array_append_val(state->tunnels, kept);
	save_failures(monitor, tunnel, state);
}

/* In this order. What goes one way alone anybody can have made up: of that there is no more than can be exported. */
enum saving {
	SAVED_EXPORTED,
	SAVED_ONCE_UP,
	SAVED_ONE_WAY,
	SAVINGS,
};

static enum saving saving_of(const struct monitor *monitor, const struct tunnel *tunnel)
{
	if (ledger_of(monitor->ledger, tunnel)->exported || tunnel->keep)
		return SAVED_EXPORTED;
	return ledger_was_up(tunnel) ? SAVED_ONCE_UP : SAVED_ONE_WAY;
}

void monitor_save(struct monitor *monitor, struct state *state)
{
	int64_t now = clock_now();
	uint32_t one_way = 0;

	for (enum saving saving = 0; saving < SAVINGS; saving++) {
		for (uint32_t number = 0; number < tunnels_count(monitor->tunnels); number++) {
			const struct tunnel *tunnel = tunnels_at(monitor->tunnels, number);
			if (tunnel == NULL || saving_of(monitor, tunnel) != saving ||
			    !is_worth_keeping(tunnel, ledger_of(monitor->ledger, tunnel), now))
				continue;
			if (saving != SAVED_ONE_WAY || one_way++ < monitor->config->exported_tunnels)
				save_tunnel(monitor, tunnel, state);
		}
	}
}

/* ---- taking ---- */

static void report(struct monitor *monitor, const struct tunnel *tunnel)
{
	struct ledger_entry *entry = ledger_of(monitor->ledger, tunnel);

	/* Nobody is told that little is seen. What was told before stands until there is something else to say. */
	if (entry->reported == tunnel->current || tunnel->current == CAUSE_UNDETERMINED)
		return;
	entry->reported = tunnel->current;
	journal_verdict(monitor->tunnels, tunnel);
}

/* A failure counts each time that it happens; the journal hears of it once. */
static void take_change(struct monitor *monitor, const struct tunnel *tunnel)
{
	enum phase phase = catalogue_entry(tunnel->current)->phase;

	if (phase == PHASE_1 || phase == PHASE_2)
		ledger_of(monitor->ledger, tunnel)->failures[tunnel->current]++;
	report(monitor, tunnel);
}

static void take_packet(struct monitor *monitor, const struct packet_record *record, const uint8_t *bytes)
{
	struct datagram datagram;
	struct annotation annotation;

	if (datagram_read(bytes, record->size, record->wire_length, &monitor->config->ports, &datagram) != 0)
		return;
	if (++monitor->messages == 0)
		monitor->messages = 1;
	tunnels_add(monitor->tunnels, monitor->messages, record->time, &datagram, NULL, &annotation);
	if (annotation.changed)
		take_change(monitor, tunnels_at(monitor->tunnels, annotation.tunnel));
}

bool monitor_take_packets(struct monitor *monitor, struct packet_ring *ring, unsigned most)
{
	struct packet_record record;
	const uint8_t *bytes;

	for (unsigned i = 0; i < most; i++) {
		bytes = packet_ring_peek(ring, &record);
		if (bytes == NULL)
			return false;
		take_packet(monitor, &record, bytes);
		packet_ring_drop(ring);
	}
	return true;
}

void monitor_take_counts(const struct spi_counts *counts, void *context)
{
	struct monitor *monitor = context;

	tunnels_take_counts(monitor->tunnels, counts);
}

static void take_settled(struct tunnel *tunnel, void *context)
{
	take_change(context, tunnel);
}

void monitor_settle(struct monitor *monitor)
{
	tunnels_settle_counts(monitor->tunnels, clock_now(), take_settled, monitor);
}

void monitor_retire(struct monitor *monitor)
{
	tunnels_retire_spis(monitor->tunnels, clock_now() - (int64_t)monitor->config->spi_idle * NANOSECONDS);
}

struct tunnels *monitor_tunnels(struct monitor *monitor)
{
	return monitor->tunnels;
}

struct ledger *monitor_ledger(struct monitor *monitor)
{
	return monitor->ledger;
}
