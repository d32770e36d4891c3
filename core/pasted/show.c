/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output of show crypto ikev2 sa [detail], isakmp sa, ikev1 sa, ipsec sa, ipsec stats, isakmp stats and vpn-sessiondb
 * l2l. Lines are known by what they say, not by the command before them: people paste parts, and lose indents on the
 * way.
 */
#include <inttypes.h>
#include <string.h>

#include "core/pasted/reading.h"

#define NOT_READ UINT64_MAX

static void note_state(struct pasted *pasted, struct pasted_peer *peer, enum shown_state state,
                       const struct text_span *word, const char *command)
{
	peer->ike = state;
	peer->ike_place = pasted->place;
	text_span_copy(word, peer->ike_state, sizeof peer->ike_state);
	pasted_note(pasted, peer, 0, "%s: %s", command, peer->ike_state);
}

/* ---- nothing there ---- */

static bool read_nothing_there(struct pasted *pasted, struct text_span line)
{
	struct pasted_device *device = pasted_current_device(pasted);
	const struct {
		const char *words;
		struct pasted_place *place;
	} sentences[] = {
	        {"There are no IKEv2 SAs", &device->no_ikev2_sa},
	        {"There are no IKEv1 SAs", &device->no_ikev1_sa},
	        {"There are no isakmp sas", &device->no_ikev1_sa},
	        {"There are no ipsec sas", &device->no_ipsec_sa},
	        {"There are presently no active sessions", &device->no_session},
	};

	text_span_skip(&line, "INFO: ");
	for (size_t i = 0; i < G_N_ELEMENTS(sentences); i++)
		if (text_span_skip(&line, sentences[i].words)) {
			*sentences[i].place = pasted->place;
			return true;
		}
	return false;
}

/* ---- show crypto ikev2 sa ---- */

/* READY is up; a word for being taken down is none of being there. */
static enum shown_state ikev2_state(const struct text_span *word)
{
	if (text_span_equals(word, "READY"))
		return SHOWN_IKE_UP;
	return text_span_equals(word, "DELETE") || text_span_equals(word, "DELETED") ? SHOWN_NO_IKE_SA
	                                                                             : SHOWN_NEGOTIATING;
}

static bool is_role(const struct text_span *word)
{
	return text_span_equals(word, "INITIATOR") || text_span_equals(word, "RESPONDER");
}

/* "3686011 10.1.0.1/500 10.2.0.1/500 [Global/Global] READY INITIATOR": number, two endpoints, state, role. */
static bool read_ikev2_row(struct pasted *pasted, struct text_span line)
{
	struct text_span word, state = {NULL, NULL};
	struct ip_address local, remote;
	uint64_t number;
	uint16_t port;

	if (!text_span_skip(&line, "- ") && !text_span_take_number(&line, &number))
		return false;
	text_span_skip_blanks(&line);
	if (memchr(line.at, '/', text_span_length(&line)) == NULL ||
	    !text_span_take_endpoint(&line, true, &local, &port) || !text_span_take_word(&line, &word))
		return false;
	if (!text_span_take_endpoint(&word, true, &remote, &port))
		return false;
	while (text_span_take_word(&line, &word) && !is_role(&word))
		state = word;
	if (state.at == NULL)
		return false;

	struct pasted_peer *peer = pasted_peer_of(pasted, &remote);
	pasted_current_device(pasted)->ike_list = pasted->place;
	pasted_add_own_address(pasted, &local);
	pasted->peer = peer;
	pasted->block = NULL;
	if (peer == NULL)
		return true;
	peer->local = local;
	peer->ike_version = 2;
	note_state(pasted, peer, ikev2_state(&state), &state, "show crypto ikev2 sa");
	return true;
}

/* ---- networks ---- */

/* "10.10.0.0/0 - 10.10.255.255/65535" */
static bool take_selector(struct text_span *line, struct pasted_network *network)
{
	uint16_t port;

	memset(network, 0, sizeof *network);
	text_span_skip_blanks(line);
	if (!text_span_take_endpoint(line, true, &network->first, &port))
		return false;
	text_span_skip_blanks(line);
	if (!text_span_skip(line, "-"))
		return false;
	text_span_skip_blanks(line);
	return text_span_take_endpoint(line, true, &network->last, &port);
}

/* "(10.10.0.0/255.255.0.0/0/0)" */
static bool take_ident(struct text_span *line, struct pasted_network *network)
{
	struct text_span address, mask;
	struct ip_address addresses[2];

	if (!text_span_find(line, "("))
		return false;
	address.at = line->at;
	while (line->at < line->end && *line->at != '/')
		line->at++;
	address.end = line->at;
	if (!text_span_skip(line, "/"))
		return false;
	mask.at = line->at;
	while (line->at < line->end && *line->at != '/' && *line->at != ')')
		line->at++;
	mask.end = line->at;
	return text_span_is_address(&address, &addresses[0]) && text_span_is_address(&mask, &addresses[1]) &&
	       pasted_network_of(&addresses[0], &addresses[1], network);
}

static struct pasted_block *new_block(struct pasted *pasted, struct pasted_peer *peer)
{
	struct pasted_block *block;

	if (peer->block_count == PASTED_PEER_BLOCKS) {
		pasted->skipped++;
		return NULL;
	}
	block = &peer->blocks[peer->block_count++];
	*block = (struct pasted_block){.place = pasted->place, .decrypt = NOT_READ, .verify = NOT_READ};
	return block;
}

static bool same_network(const struct pasted_network *a, const struct pasted_network *b)
{
	return ip_address_equal(&a->first, &b->first) && ip_address_equal(&a->last, &b->last);
}

/* The other command shows the same pair of networks: one block for both. */
static struct pasted_block *block_of(struct pasted *pasted, struct pasted_peer *peer,
                                     const struct pasted_network *local, const struct pasted_network *remote)
{
	struct pasted_block *block;

	for (unsigned i = 0; i < peer->block_count; i++)
		if (peer->blocks[i].networks_known && same_network(&peer->blocks[i].local, local) &&
		    same_network(&peer->blocks[i].remote, remote))
			return &peer->blocks[i];
	block = new_block(pasted, peer);
	if (block == NULL)
		return NULL;
	block->networks_known = true;
	block->local = *local;
	block->remote = *remote;
	return block;
}

/* What is shown without its peer, as in an excerpt, is told of a peer without address. */
static struct pasted_peer *shown_peer(struct pasted *pasted)
{
	const struct ip_address nobody = {{0}};

	return pasted->peer != NULL ? pasted->peer : pasted_peer_of(pasted, &nobody);
}

/* "Child sa: local selector …" and, on the next line, "remote selector …". */
static bool read_child_selectors(struct pasted *pasted, struct text_span line)
{
	bool begins = text_span_skip(&line, "Child sa:");
	char local[NETWORK_TEXT_SIZE], remote[NETWORK_TEXT_SIZE];

	text_span_skip_blanks(&line);
	if (text_span_skip(&line, "local selector")) {
		struct pasted_peer *peer = shown_peer(pasted);
		if (peer != NULL)
			peer->child_shown = true;
		memset(&pasted->pending, 0, sizeof pasted->pending);
		pasted->pending.networks_known = take_selector(&line, &pasted->pending.local);
		return true;
	}
	if (!text_span_skip(&line, "remote selector"))
		return begins;
	struct pasted_peer *peer = shown_peer(pasted);
	if (peer == NULL || !pasted->pending.networks_known || !take_selector(&line, &pasted->pending.remote))
		return true;
	block_of(pasted, peer, &pasted->pending.local, &pasted->pending.remote);
	pasted_note(pasted, peer, 0, "show crypto ikev2 sa: a child SA between %s and %s",
	            pasted_network_text(&pasted->pending.local, local),
	            pasted_network_text(&pasted->pending.remote, remote));
	return true;
}

/* ---- show crypto isakmp sa, show crypto ikev1 sa ---- */

static bool read_ikev1_peer(struct pasted *pasted, struct text_span line)
{
	struct ip_address address;
	uint16_t port;

	if (!text_span_find(&line, "IKE Peer:"))
		return false;
	text_span_skip_blanks(&line);
	pasted_current_device(pasted)->ike_list = pasted->place;
	pasted->block = NULL;
	pasted->peer = text_span_take_endpoint(&line, false, &address, &port) ? pasted_peer_of(pasted, &address) : NULL;
	if (pasted->peer != NULL)
		pasted->peer->ike_version = 1;
	return true;
}

static void note_ikev1_state(struct pasted *pasted, struct pasted_peer *peer, const struct text_span *word)
{
	char text[32];
	enum shown_state state = catalogue_ikev1_state(text_span_copy(word, text, sizeof text));

	if (state != SHOWN_NOTHING)
		note_state(pasted, peer, state, word, "show crypto ikev1 sa");
}

/* "Rekey   : no              State   : MM_ACTIVE" */
static bool read_ikev1_state(struct pasted *pasted, struct text_span line)
{
	struct text_span word;

	if (!text_span_skip(&line, "Rekey") || !text_span_find(&line, "State"))
		return false;
	text_span_skip_blanks(&line);
	if (!text_span_skip(&line, ":") || !text_span_take_word(&line, &word))
		return false;
	if (pasted->peer != NULL)
		note_ikev1_state(pasted, pasted->peer, &word);
	return true;
}

/* The older table: "1  209.165.200.225  Site  Init  No  AM_Active  3des  SHA  preshrd  86400". */
static bool read_ikev1_row(struct pasted *pasted, struct text_span line)
{
	struct text_span word;
	struct ip_address address;
	uint64_t number;
	char text[32];

	if (!text_span_take_number(&line, &number) || !text_span_take_word(&line, &word) ||
	    !text_span_is_address(&word, &address))
		return false;
	while (text_span_take_word(&line, &word)) {
		if (catalogue_ikev1_state(text_span_copy(&word, text, sizeof text)) == SHOWN_NOTHING)
			continue;
		struct pasted_peer *peer = pasted_peer_of(pasted, &address);
		pasted_current_device(pasted)->ike_list = pasted->place;
		if (peer != NULL) {
			peer->ike_version = 1;
			note_ikev1_state(pasted, peer, &word);
		}
		return true;
	}
	return false;
}

/* ---- show crypto ipsec sa ---- */

/* "Crypto map tag: OUTSIDE-MAP, seq num: 10, local addr: 203.0.113.2" begins an entry. */
static bool read_map_tag(struct pasted *pasted, struct text_span line)
{
	struct text_span tag, rest = line;
	uint64_t number;
	uint16_t port;

	if (!text_span_skip(&line, "Crypto map tag:"))
		return false;
	memset(&pasted->pending, 0, sizeof pasted->pending);
	memset(&pasted->pending_local, 0, sizeof pasted->pending_local);
	pasted->pending_map[0] = '\0';
	pasted->peer = NULL;
	pasted->block = NULL;
	text_span_take_word(&line, &tag);
	if (tag.end > tag.at && tag.end[-1] == ',')
		tag.end--;
	if (text_span_find(&rest, "seq num:") && text_span_take_number(&rest, &number)) {
		char name[PASTED_NAME_SIZE - 12];
		g_snprintf(pasted->pending_map, sizeof pasted->pending_map, "%s %" PRIu64,
		           text_span_copy(&tag, name, sizeof name), number);
	}
	rest = line;
	if (!text_span_find(&rest, "local addr:"))
		return true;
	text_span_skip_blanks(&rest);
	if (text_span_take_endpoint(&rest, false, &pasted->pending_local, &port))
		pasted_add_own_address(pasted, &pasted->pending_local);
	return true;
}

static bool read_ident(struct pasted *pasted, struct text_span line)
{
	bool local = text_span_skip(&line, "local");

	if (!local && !text_span_skip(&line, "remote"))
		return false;
	text_span_skip_blanks(&line);
	if (!text_span_skip(&line, "ident"))
		return false;
	if (local)
		pasted->pending.networks_known =
		        text_span_find(&line, "):") && take_ident(&line, &pasted->pending.local);
	else
		pasted->pending.networks_known = pasted->pending.networks_known && text_span_find(&line, "):") &&
		                                 take_ident(&line, &pasted->pending.remote);
	return true;
}

static bool read_current_peer(struct pasted *pasted, struct text_span line)
{
	struct ip_address address;
	uint16_t port;
	struct pasted_peer *peer;

	if (!text_span_skip(&line, "current_peer"))
		return false;
	text_span_skip(&line, ":");
	text_span_skip_blanks(&line);
	pasted->block = NULL;
	pasted->peer = peer =
	        text_span_take_endpoint(&line, false, &address, &port) ? pasted_peer_of(pasted, &address) : NULL;
	if (peer == NULL)
		return true;
	peer->child_shown = true;
	if (ip_address_is_set(&pasted->pending_local))
		peer->local = pasted->pending_local;
	if (pasted->pending_map[0] != '\0')
		g_strlcpy(peer->map, pasted->pending_map, sizeof peer->map);
	pasted->block = pasted->pending.networks_known
	                        ? block_of(pasted, peer, &pasted->pending.local, &pasted->pending.remote)
	                        : new_block(pasted, peer);
	return true;
}

/* "in use settings ={L2L, Tunnel, IKEv2, }" */
static bool read_settings(struct pasted *pasted, struct text_span line)
{
	struct text_span copy = line;

	if (!text_span_skip(&line, "in use settings"))
		return false;
	if (pasted->peer != NULL)
		pasted->peer->ike_version = text_span_find(&copy, "IKEv1") ? 1 : text_span_find(&line, "IKEv2") ? 2 : 0;
	return true;
}

/* A number after these words; false, and nothing changed, where it is not one ("-"). */
static bool number_after(struct text_span line, const char *words, uint64_t *number)
{
	return text_span_find(&line, words) && text_span_take_number(&line, number);
}

static void note_counters(struct pasted *pasted, struct pasted_peer *peer, const struct pasted_block *block)
{
	char local[NETWORK_TEXT_SIZE], remote[NETWORK_TEXT_SIZE];

	if (block->networks_known)
		pasted_note(pasted, peer, 0,
		            "show crypto ipsec sa: #pkts encaps %" PRIu64 ", #pkts decaps %" PRIu64
		            ", between %s and %s",
		            block->encaps, block->decaps, pasted_network_text(&block->local, local),
		            pasted_network_text(&block->remote, remote));
	else
		pasted_note(pasted, peer, 0, "show crypto ipsec sa: #pkts encaps %" PRIu64 ", #pkts decaps %" PRIu64,
		            block->encaps, block->decaps);
}

static bool read_packets(struct pasted *pasted, struct text_span line)
{
	struct pasted_block *block = pasted->block;
	uint64_t number;

	if (!text_span_skip(&line, "#pkts ") ||
	    (!text_span_skip(&line, "encaps:") && !text_span_skip(&line, "decaps:")))
		return false;
	if (block == NULL)
		return true;
	line.at -= strlen("encaps:");
	if (number_after(line, "encaps:", &number))
		block->encaps = number;
	if (!number_after(line, "decaps:", &number))
		return true;
	block->decaps = number;
	block->counted = true;
	if (number_after(line, "decrypt:", &number))
		block->decrypt = number;
	if (number_after(line, "verify:", &number))
		block->verify = number;
	note_counters(pasted, pasted->peer, block);
	return true;
}

/* ---- show vpn-sessiondb l2l ---- */

static bool take_label(struct text_span *line, const char *label)
{
	if (!text_span_skip(line, label))
		return false;
	text_span_skip_blanks(line);
	return text_span_skip(line, ":");
}

/* A label anywhere in a line of two columns. */
static bool find_label(struct text_span *line, const char *label)
{
	for (struct text_span here = *line; text_span_find(&here, label);) {
		struct text_span after = here;
		text_span_skip_blanks(&after);
		if (text_span_skip(&after, ":")) {
			*line = after;
			return true;
		}
	}
	return false;
}

static bool read_session_peer(struct pasted *pasted, struct text_span line)
{
	struct text_span word, start = line;
	struct ip_address address;
	bool connection = take_label(&line, "Connection");

	if (!connection && !find_label(&line, "IP Addr"))
		return false;
	if (connection) {
		/* Articles run the lines together: the address may stand further on. */
		pasted->peer = NULL;
		pasted->block = NULL;
		if (find_label(&start, "IP Addr"))
			line = start;
	}
	if (text_span_take_word(&line, &word) && text_span_is_address(&word, &address)) {
		pasted->peer = pasted_peer_of(pasted, &address);
		pasted->block = NULL;
	}
	if (pasted->peer != NULL && pasted->peer->ike == SHOWN_NOTHING)
		note_state(pasted, pasted->peer, SHOWN_IKE_UP,
		           &(struct text_span){"a session", (const char *)"a session" + 9}, "show vpn-sessiondb l2l");
	return true;
}

static bool read_session_bytes(struct pasted *pasted, struct text_span line)
{
	struct text_span received = line;
	uint64_t sent_bytes, received_bytes;
	struct pasted_block *block;

	if (!find_label(&line, "Bytes Tx") || !text_span_take_number(&line, &sent_bytes) ||
	    !find_label(&received, "Bytes Rx") || !text_span_take_number(&received, &received_bytes))
		return false;
	/* Blocks of show crypto ipsec sa know more, and a session's own details repeat its bytes. */
	if (pasted->peer == NULL || pasted->peer->block_count != 0)
		return true;
	block = new_block(pasted, pasted->peer);
	if (block == NULL)
		return true;
	pasted->peer->child_shown = true;
	block->counted = true;
	block->encaps = sent_bytes;
	block->decaps = received_bytes;
	pasted_note(pasted, pasted->peer, 0, "show vpn-sessiondb l2l: Bytes Tx %" PRIu64 ", Bytes Rx %" PRIu64,
	            sent_bytes, received_bytes);
	return true;
}

/* "IPsec Tunnels: 0", "IPSec Sessions: 0" */
static bool read_session_tunnels(struct pasted *pasted, struct text_span line)
{
	uint64_t number;

	if (!find_label(&line, "IPsec Tunnels") && !find_label(&line, "IPsec Sessions"))
		return false;
	if (pasted->peer != NULL && text_span_take_number(&line, &number))
		pasted->peer->no_child_shown = number == 0;
	return true;
}

/* ---- statistics ---- */

static bool read_counter(struct pasted *pasted, struct text_span line)
{
	const char *colon = memchr(line.at, ':', text_span_length(&line));
	struct pasted_device *device = pasted_current_device(pasted);
	const struct counter_meaning *meaning;
	struct pasted_counter *counter;
	uint64_t value;

	if (colon == NULL || (meaning = catalogue_counter(line.at, (size_t)(colon - line.at))) == NULL)
		return false;
	line.at = colon + 1;
	if (!text_span_take_number(&line, &value))
		return true;
	device->stats_shown = true;
	if (value != 0 && (counter = pasted_append(pasted, device->counters)) != NULL)
		*counter = (struct pasted_counter){pasted->place, meaning, value};
	return true;
}

static bool read_statistics_title(struct pasted *pasted, struct text_span line)
{
	if (!text_span_skip(&line, "IPsec Global Statistics") && !text_span_skip(&line, "Global IKE"))
		return false;
	pasted_current_device(pasted)->stats_shown = true;
	return true;
}

/* ---- dispatch ---- */

static pasted_reader *const readers[] = {
        read_nothing_there,    read_packets,       read_ikev2_row,       read_child_selectors,
        read_ikev1_peer,       read_ikev1_state,   read_map_tag,         read_ident,
        read_current_peer,     read_settings,      read_session_tunnels, read_counter,
        read_statistics_title, read_session_bytes, read_session_peer,    read_ikev1_row,
};

bool pasted_read_show(struct pasted *pasted, struct text_span line)
{
	for (size_t i = 0; i < G_N_ELEMENTS(readers); i++)
		if (readers[i](pasted, line))
			return true;
	return false;
}
