/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pasted/finding.h"

#include <inttypes.h>
#include <string.h>

/* ---- what was shown of a peer: the article's decision table ---- */

/* ESP-NULL decrypts nothing: only where nothing could be verified either, packets are bad. */
static enum shown_state block_state(const struct pasted_block *block)
{
	if (!block->counted)
		return SHOWN_NOTHING;
	if (block->decrypt != UINT64_MAX && block->verify != UINT64_MAX && block->decrypt < block->decaps / 2 &&
	    block->verify < block->decaps / 2)
		return SHOWN_DECRYPT_FAILS;
	if (block->encaps != 0)
		return block->decaps != 0 ? SHOWN_TRAFFIC : SHOWN_ENCAPS_ONLY;
	return block->decaps != 0 ? SHOWN_DECAPS_ONLY : SHOWN_NO_PACKETS;
}

/* How bad a state of one pair of networks is, next to another pair's that is well. */
static unsigned badness(enum shown_state state)
{
	static const enum shown_state order[] = {SHOWN_NOTHING,     SHOWN_TRAFFIC,     SHOWN_NO_PACKETS,
	                                         SHOWN_DECAPS_ONLY, SHOWN_ENCAPS_ONLY, SHOWN_DECRYPT_FAILS};

	for (unsigned i = 0; i < G_N_ELEMENTS(order); i++)
		if (order[i] == state)
			return i;
	return 0;
}

static enum shown_state worst_block(const struct pasted_peer *peer)
{
	enum shown_state worst = SHOWN_NOTHING;

	for (unsigned i = 0; i < peer->block_count; i++) {
		enum shown_state state = block_state(&peer->blocks[i]);
		if (badness(state) > badness(worst))
			worst = state;
	}
	return worst;
}

/* The list of IKE SAs is there, and this peer is not in it. */
static bool is_missing_from_list(const struct pasted_device *device, const struct pasted_peer *peer)
{
	bool listed = device->ike_list.line != 0 || device->no_ikev2_sa.line != 0 || device->no_ikev1_sa.line != 0;

	return listed && peer->ike == SHOWN_NOTHING && ip_address_is_set(&peer->peer);
}

static bool has_no_child(const struct pasted_device *device, const struct pasted_peer *peer)
{
	return peer->no_child_shown || (device->no_ipsec_sa.line != 0 && !peer->child_shown);
}

static enum shown_state shown_state_of(const struct pasted_device *device, const struct pasted_peer *peer)
{
	enum shown_state esp = worst_block(peer);

	if (peer->ike != SHOWN_NOTHING && peer->ike != SHOWN_IKE_UP)
		return peer->ike;
	if (esp != SHOWN_NOTHING)
		return esp;
	if (peer->child_shown)
		return SHOWN_CHILD_UP;
	if (peer->ike == SHOWN_IKE_UP)
		return has_no_child(device, peer) ? SHOWN_NO_CHILD : SHOWN_IKE_UP;
	return is_missing_from_list(device, peer) ? SHOWN_NO_IKE_SA : SHOWN_NOTHING;
}

/* ---- both together ---- */

static void set_shown(struct finding *finding, enum shown_state state)
{
	const struct shown_meaning *meaning = catalogue_shown(state);

	finding_set_cause(finding, meaning->cause, meaning->strength);
	finding->phase_failed = meaning->phase;
	finding->headline = meaning->headline;
	finding->meaning = meaning->meaning;
	finding->article = meaning->article;
	if (meaning->cause == CAUSE_NONE)
		finding->steps = meaning->steps;
	finding->fault = meaning->phase != PHASE_NONE;
}

/* A failure whose message names no cause: its phase, and where to look as for any IKE SA that does not come up. */
static void set_failure(struct finding *finding, const struct pasted_failure *failure)
{
	if (failure->cause != CAUSE_NONE) {
		finding_set_cause(finding, failure->cause, failure->strength);
		return;
	}
	set_shown(finding, failure->phase == PHASE_2 ? SHOWN_NO_CHILD : SHOWN_NO_IKE_SA);
	finding->phase_failed = failure->phase;
	finding->headline = "the negotiation failed, and no message here says why";
	finding->article = NULL;
	finding->confidence = CONFIDENCE_CERTAIN;
	finding->fault = true;
}

/* What is shown is now; what was logged was then. Where both speak of the same phase the log knows more. */
static bool log_decides(const struct pasted_peer *peer, enum shown_state state)
{
	enum phase shown = catalogue_shown(state)->phase;

	if (!peer->failure.set)
		return false;
	/* No IKE SA may be what a failure of any phase left behind. */
	if (state == SHOWN_NOTHING || state == SHOWN_IKE_UP || state == SHOWN_CHILD_UP || state == SHOWN_NO_IKE_SA)
		return true;
	return shown == peer->failure.phase || (shown != PHASE_NONE && peer->failure.phase == PHASE_NONE);
}

static void set_log_state(struct finding *finding, const struct pasted_peer *peer)
{
	set_shown(finding, SHOWN_NOTHING);
	if (peer->up) {
		finding->headline = "the tunnel came up";
		finding->meaning = "The last thing logged about it is that it came up.";
	} else if (peer->went_down) {
		finding->headline = "the tunnel went down";
		finding->meaning = "It was taken down, and the log names no failure: see the reason in the message.";
	} else if (peer->log_messages != 0) {
		finding->headline = "nothing is logged that failed";
		finding->meaning = "The messages speak of no failure.";
	}
	finding->confidence = CONFIDENCE_POSSIBLE;
}

static void add_absence(struct finding *finding, const struct pasted_device *device, enum shown_state state)
{
	if (state == SHOWN_NO_IKE_SA && device->no_ikev2_sa.line != 0)
		finding_add_words(finding, device->no_ikev2_sa, "There are no IKEv2 SAs");
	if (state == SHOWN_NO_IKE_SA && device->no_ikev1_sa.line != 0)
		finding_add_words(finding, device->no_ikev1_sa, "There are no IKEv1 SAs");
	if (state == SHOWN_NO_IKE_SA && device->ike_list.line != 0)
		finding_add_words(finding, device->ike_list, "the list of IKE SAs does not have this peer");
	if (state == SHOWN_NO_CHILD && device->no_ipsec_sa.line != 0)
		finding_add_words(finding, device->no_ipsec_sa, "There are no ipsec sas");
}

static void find_peer(const struct pasted *pasted, const struct pasted_peer *peer, GArray *findings)
{
	const struct pasted_device *device = pasted_device_at(pasted, peer->device);
	enum shown_state state = shown_state_of(device, peer);
	struct finding finding = {
	        .device = peer->device, .local = peer->local, .peer = peer->peer, .ike_version = peer->ike_version};

	memcpy(finding.map, peer->map, sizeof finding.map);
	if (log_decides(peer, state))
		set_failure(&finding, &peer->failure);
	else if (state != SHOWN_NOTHING)
		set_shown(&finding, state);
	else
		set_log_state(&finding, peer);
	if (state != SHOWN_NOTHING && peer->failure.set && finding.cause != CAUSE_NONE && log_decides(peer, state) &&
	    finding.confidence == CONFIDENCE_POSSIBLE)
		finding.confidence = CONFIDENCE_LIKELY; /* two witnesses */
	for (unsigned i = 0; i < peer->note_count; i++)
		finding_add_evidence(&finding, &peer->notes[i]);
	add_absence(&finding, device, state);
	g_array_append_val(findings, finding);
}

/* Lines that name no peer belong to the only one of the device: of a log, the only one that failed. */
static bool is_told_elsewhere(const struct pasted *pasted, const struct pasted_peer *nobody)
{
	unsigned failed = 0, all = 0;

	if (ip_address_is_set(&nobody->peer) || nobody->failure.cause != CAUSE_NONE)
		return false;
	for (uint32_t i = 0; i < pasted->peers->len; i++) {
		const struct pasted_peer *peer = pasted_peer_at(pasted, i);
		if (peer == nobody || peer->device != nobody->device)
			continue;
		all++;
		failed += peer->failure.set;
	}
	return nobody->failure.set ? failed == 1 : all == 1;
}

/* ---- a device without any peer ---- */

static void find_absence(const struct pasted *pasted, uint32_t number, GArray *findings)
{
	const struct pasted_device *device = pasted_device_at(pasted, number);
	bool no_ike = device->no_ikev2_sa.line != 0 || device->no_ikev1_sa.line != 0;
	enum shown_state state = no_ike ? SHOWN_NO_IKE_SA : SHOWN_NO_CHILD;
	struct finding finding = {.device = number};

	for (uint32_t i = 0; i < pasted->peers->len; i++)
		if (pasted_peer_at(pasted, i)->device == number)
			return;
	if (!no_ike && device->no_ipsec_sa.line == 0)
		return;
	set_shown(&finding, state);
	/* Of an empty show crypto ipsec sa alone nobody knows whether Phase 1 is up. */
	if (!no_ike) {
		finding.confidence = CONFIDENCE_POSSIBLE;
		finding.headline = "there is no ESP SA";
		finding.meaning = "Whether Phase 1 is up, show crypto ikev2 sa tells: if it is, Phase 2 failed.";
	}
	add_absence(&finding, device, state);
	g_array_append_val(findings, finding);
}

static void find_counters(const struct pasted *pasted, uint32_t number, GArray *findings)
{
	const struct pasted_device *device = pasted_device_at(pasted, number);
	struct finding finding = {.device = number};
	const struct counter_meaning *worst = NULL;

	for (guint i = 0; i < device->counters->len; i++) {
		const struct pasted_counter *counter = &g_array_index(device->counters, struct pasted_counter, i);
		finding_add_words(&finding, counter->place, "%s: %" PRIu64 ": %s", counter->meaning->name,
		                  counter->value, counter->meaning->meaning);
		if (worst == NULL || (worst->cause == CAUSE_NONE && counter->meaning->cause != CAUSE_NONE))
			worst = counter->meaning;
	}
	if (worst == NULL && !device->stats_shown)
		return;
	if (worst == NULL) {
		set_shown(&finding, SHOWN_NOTHING);
		finding.headline = "the statistics count no failures";
		finding.meaning = "No counter that speaks of trouble is above zero.";
	} else {
		finding_set_cause(&finding, worst->cause, CONFIDENCE_POSSIBLE);
		finding.phase_failed = worst->phase;
		if (worst->cause == CAUSE_NONE)
			finding.steps = catalogue_shown(SHOWN_NO_IKE_SA)->steps;
		finding.headline = "statistics count failures";
		finding.meaning =
		        "They count over all peers since they were last cleared: clear them, try once, and look again.";
		finding.article = NULL;
		finding.fault = true;
	}
	g_array_append_val(findings, finding);
}

GArray *explanation_find(const struct pasted *pasted)
{
	GArray *findings = g_array_new(FALSE, TRUE, sizeof(struct finding));

	for (uint32_t i = 0; i < pasted->peers->len; i++)
		if (!is_told_elsewhere(pasted, pasted_peer_at(pasted, i)))
			find_peer(pasted, pasted_peer_at(pasted, i), findings);
	for (uint32_t i = 0; i < pasted->devices->len; i++)
		find_absence(pasted, i, findings);
	explanation_find_in_configs(pasted, findings);
	for (uint32_t i = 0; i < pasted->devices->len; i++)
		find_counters(pasted, i, findings);
	return findings;
}
