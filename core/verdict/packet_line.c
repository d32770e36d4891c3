/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/verdict/packet_line.h"

#include <inttypes.h>

#include "core/base/byte_order.h"
#include "core/base/time.h"
#include "core/catalogue/inferred.h"
#include "core/catalogue/log_line.h"
#include "core/verdict/text.h"
#include "core/wire/esp.h"
#include "core/wire/ike_names.h"

#define PROPOSALS_SIZE 200

static void append_end(GString *line, const struct ip_address *address, uint16_t port)
{
	char text[IP_ADDRESS_TEXT_SIZE];

	g_string_append(line, ip_address_to_text(address, text));
	if (port != 0)
		g_string_append_printf(line, ".%u", port);
}

/* ---- IKE ---- */

static const char *direction_of(const struct ike_message *message)
{
	if (message->major_version == 1)
		return "";
	return message->is_response ? " response" : " request";
}

static void append_proposals(GString *line, const struct ike_message *message, const struct annotation *annotation)
{
	char text[PROPOSALS_SIZE];

	if (message->proposal_count == 0)
		return;
	bool is_answer = annotation->request_in != 0 || (message->major_version == 2 && message->is_response);
	g_string_append_printf(line, ", %s %s", is_answer ? "chooses" : "offers",
	                       ike_proposals_text(message, text, sizeof text));
}

/* Errors, and the two status notifies that change the course of an exchange. */
static bool is_worth_naming(const struct ike_notify *notify)
{
	return notify->type < IKE_NOTIFY_FIRST_STATUS || notify->type == IKE_NOTIFY_COOKIE ||
	       notify->type == IKE_NOTIFY_REDIRECT;
}

static void append_notifies(GString *line, const struct ike_message *message)
{
	for (unsigned i = 0; i < message->notify_count; i++)
		if (is_worth_naming(&message->notifies[i]))
			g_string_append_printf(line, ", %s", ike_notify_name(message->notifies[i].type));
}

static void append_encrypted(GString *line, const struct ike_message *message, const struct annotation *annotation)
{
	if (!message->encrypted)
		return;
	g_string_append(line, ", encrypted");
	if (message->fragment != 0)
		g_string_append_printf(line, ", fragment %u of %u", message->fragment, message->fragments);
	if (annotation->inferred != INFERRED_NOTHING)
		g_string_append_printf(line, ": %s", inferred_text(annotation->inferred));
}

void packet_line_append_ike_title(GString *line, const struct ike_message *message)
{
	g_string_append_printf(line, "IKEv%u %s%s", message->major_version,
	                       ike_exchange_name(message->major_version, message->exchange_type),
	                       direction_of(message));
	if (message->major_version != 1 || message->message_id != 0)
		g_string_append_printf(line, " %" PRIu32, message->message_id);
	g_string_append_printf(line, ", %" PRIu32 " bytes", message->length);
}

static void append_fault(GString *line, const struct datagram *datagram, const struct ike_message *message)
{
	if (ike_message_goes_on(message, datagram->first_fragment))
		g_string_append(line, ", the rest is in later IP fragments");
	else if (message->fault != IKE_FAULT_NONE)
		g_string_append_printf(line, ", malformed: %s", ike_fault_text(message->fault));
}

void packet_line_append_ike_details(GString *line, const struct datagram *datagram, const struct ike_message *message,
                                    const struct annotation *annotation)
{
	append_proposals(line, message, annotation);
	append_notifies(line, message);
	append_encrypted(line, message, annotation);
	if (annotation->copy > 1)
		g_string_append_printf(line, ", copy %u of frame %" PRIu32, annotation->copy,
		                       annotation->retransmission_of);
	append_fault(line, datagram, message);
}

/* ---- ESP and the rest ---- */

static void append_esp(GString *line, struct tunnels *tunnels, const struct datagram *datagram,
                       const struct annotation *annotation)
{
	if (datagram->captured < ESP_HEADER_SIZE) {
		g_string_append(line, "ESP, cut before its sequence number");
		return;
	}
	g_string_append_printf(line, "ESP SPI 0x%08" PRIx32 " seq %" PRIu32 ", %" PRIu32 " bytes",
	                       read_be32(datagram->payload), read_be32(datagram->payload + 4), datagram->ip_length);
	const struct tunnel *tunnel = tunnels_at(tunnels, annotation->tunnel);
	if (tunnel == NULL)
		return;
	bool from_asa = ip_address_equal(&datagram->source, &tunnel->address[tunnel->asa_side]);
	g_string_append_printf(line, ", %s %" PRIu64, from_asa ? "encaps" : "decaps",
	                       from_asa ? annotation->encaps : annotation->decaps);
	if (annotation->lost != 0)
		g_string_append_printf(line, ", lost %" PRIu32, annotation->lost);
}

static void append_icmp(GString *line, const struct icmp_quote *quoted)
{
	char source[IP_ADDRESS_TEXT_SIZE], destination[IP_ADDRESS_TEXT_SIZE];

	g_string_append(line, quoted->meaning == ICMP_TOO_BIG ? "ICMP packet too big" : "ICMP unreachable");
	if (quoted->mtu != 0)
		g_string_append_printf(line, ", MTU %" PRIu32, quoted->mtu);
	g_string_append_printf(line, ", for %s > %s", ip_address_to_text(&quoted->source, source),
	                       ip_address_to_text(&quoted->destination, destination));
}

static void append_syslog(GString *line, const struct datagram *datagram)
{
	struct asa_log_message message;

	if (asa_log_read((const char *)datagram->payload, datagram->captured, &message) != 0) {
		g_string_append(line, "syslog");
		return;
	}
	g_string_append_printf(line, "syslog %%%s-%u-%06" PRIu32, message.device, message.severity, message.number);
	if (message.meaning != NULL)
		g_string_append_printf(line, ": %s",
		                       message.wording != NULL ? message.wording->meaning : message.meaning->meaning);
}

static void append_meaning(GString *line, struct tunnels *tunnels, const struct datagram *datagram,
                           const struct ike_message *message, const struct annotation *annotation)
{
	switch (datagram->kind) {
	case DATAGRAM_IKE:
		if (message == NULL) {
			g_string_append(line, "not an IKE message");
			break;
		}
		packet_line_append_ike_title(line, message);
		packet_line_append_ike_details(line, datagram, message, annotation);
		break;
	case DATAGRAM_ESP:
		append_esp(line, tunnels, datagram, annotation);
		break;
	case DATAGRAM_NAT_KEEPALIVE:
		g_string_append(line, "NAT keepalive");
		break;
	case DATAGRAM_ICMP_ERROR:
		append_icmp(line, &datagram->quoted);
		break;
	case DATAGRAM_FRAGMENT:
		g_string_append(line, "IP fragment");
		break;
	case DATAGRAM_SYSLOG:
		append_syslog(line, datagram);
		break;
	case DATAGRAM_OTHER:
		g_string_append_printf(line, "%" PRIu32 " bytes, not IPsec", datagram->ip_length);
		break;
	}
}

static void append_milestone(GString *line, const struct text_style *style, const struct annotation *annotation)
{
	if (annotation->phase_1_completed)
		text_style_append(line, style, PAINT_GOOD, "  ← Phase 1 completed");
	if (annotation->phase_2_completed)
		text_style_append(line, style, PAINT_GOOD, "%sPhase 2 completed",
		                  annotation->phase_1_completed ? ", " : "  ← ");
}

/* The verdict as it stands now, at the packet that made it. */
static void append_verdict(GString *line, const struct text_style *style, struct tunnels *tunnels,
                           const struct annotation *annotation)
{
	const struct tunnel *tunnel = tunnels_at(tunnels, annotation->tunnel);
	struct verdict verdict;

	if (!annotation->changed || tunnel == NULL)
		return;
	tunnel_diagnose(tunnels, tunnel, &verdict);
	g_string_append(line, "  ← ");
	verdict_text_append_summary(line, style, &verdict);
}

static void append_phase(GString *line, const struct text_style *style, const struct annotation *annotation)
{
	if (annotation->phase == PHASE_1 || annotation->phase == PHASE_2)
		text_style_append(line, style, PAINT_FAINT, "Phase %s  ", phase_name(annotation->phase));
	else if (annotation->phase == PHASE_DATA)
		text_style_append(line, style, PAINT_FAINT, "data     ");
	else
		g_string_append(line, "-        ");
}

void packet_line_append(GString *line, const struct text_style *style, struct tunnels *tunnels,
                        const struct datagram *datagram, const struct ike_message *message,
                        const struct annotation *annotation)
{
	append_phase(line, style, annotation);
	append_end(line, &datagram->source, datagram->source_port);
	g_string_append(line, " > ");
	append_end(line, &datagram->destination, datagram->destination_port);
	g_string_append(line, ": ");
	append_meaning(line, tunnels, datagram, message, annotation);
	if (annotation->copy_of != 0)
		text_style_append(line, style, PAINT_FAINT, ", captured again: a copy of frame %" PRIu32,
		                  annotation->copy_of);
	append_milestone(line, style, annotation);
	append_verdict(line, style, tunnels, annotation);
}
