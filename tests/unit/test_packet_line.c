/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line about a packet, for packets that no capture of ours holds. */
#include <glib.h>
#include <string.h>

#include "core/catalogue/inferred.h"
#include "core/verdict/judge.h"
#include "core/verdict/packet_line.h"

static const struct text_style style = {.width = 0};

/* The line about a datagram of this kind with this payload, as the first packet there is. To be freed. */
static char *line_of(enum datagram_kind kind, const char *payload, size_t captured, size_t length)
{
	static const uint8_t here[4] = {10, 1, 0, 1}, there[4] = {10, 2, 0, 1};
	const struct tunnel_options options = tunnel_options_default();
	struct tunnels *tunnels = tunnels_new(&options);
	struct annotation annotation;
	GString *line = g_string_new(NULL);
	const struct datagram datagram = {
	        .kind = kind,
	        .source = ip_address_from_ipv4(here),
	        .destination = ip_address_from_ipv4(there),
	        .payload = (const uint8_t *)payload,
	        .captured = captured,
	        .length = length,
	        .ip_length = (uint32_t)length + 20,
	};

	tunnels_add(tunnels, 1, 1, &datagram, NULL, &annotation);
	packet_line_append(line, &style, tunnels, &datagram, NULL, &annotation);
	tunnels_free(tunnels);
	return g_string_free(line, FALSE);
}

static void assert_line(enum datagram_kind kind, const char *payload, size_t cut, const char *expected)
{
	size_t length = strlen(payload);
	char *line = line_of(kind, payload, length - cut, length);

	if (strstr(line, expected) == NULL)
		g_error("'%s' does not hold '%s'", line, expected);
	g_free(line);
}

static void syslog_is_named_by_its_message(void)
{
	assert_line(DATAGRAM_SYSLOG, "<164>Nov 24 2026 10:00:00: %ASA-4-113019: Group = 10.2.0.1, Username = 10.2.0.1",
	            0, "syslog %ASA-4-113019: ");
	/* Not in the catalogue: its number, and no more. */
	char *line = line_of(DATAGRAM_SYSLOG, "%ASA-6-999999: nothing known", 27, 27);
	g_assert_true(g_str_has_suffix(g_strchomp(line), "syslog %ASA-6-999999"));
	g_free(line);
}

static void other_syslog_is_syslog(void)
{
	char *line = line_of(DATAGRAM_SYSLOG, "<30>cron: hello", 15, 15);

	g_assert_true(g_str_has_suffix(g_strchomp(line), "syslog"));
	g_free(line);
}

static void esp_may_be_cut_before_its_sequence_number(void)
{
	assert_line(DATAGRAM_ESP, "\x10\x20\x30\x40\x01\x01\x01\x01 and so on", 13,
	            "ESP, cut before its sequence number");
	assert_line(DATAGRAM_ESP, "\x10\x20\x30\x40\x01\x01\x01\x01 and so on", 0, "0x10203040");
}

/* ---- IKE, from a message and what was said about it ---- */

/* To be freed. */
static char *ike_line(const struct ike_message *message, const struct annotation *annotation, bool first_fragment)
{
	const struct datagram datagram = {.kind = DATAGRAM_IKE, .first_fragment = first_fragment};
	GString *line = g_string_new(NULL);

	packet_line_append_ike_title(line, message);
	packet_line_append_ike_details(line, &datagram, message, annotation);
	return g_string_free(line, FALSE);
}

static void assert_ike(const struct ike_message *message, const struct annotation *annotation, const char *expected)
{
	char *line = ike_line(message, annotation, false);

	g_assert_cmpstr(line, ==, expected);
	g_free(line);
}

static struct ike_message message_of(uint8_t version, uint8_t exchange_type, uint32_t message_id)
{
	return (struct ike_message){
	        .major_version = version, .exchange_type = exchange_type, .message_id = message_id, .length = 80};
}

static void an_ike_message_has_its_exchange_direction_and_number(void)
{
	const struct annotation none = {0};
	struct ike_message message = message_of(2, IKE2_SA_INIT, 0);

	assert_ike(&message, &none, "IKEv2 IKE_SA_INIT request 0, 80 bytes");
	message.is_response = true;
	assert_ike(&message, &none, "IKEv2 IKE_SA_INIT response 0, 80 bytes");
	message = message_of(1, IKE1_QUICK_MODE, 0);
	char *line = ike_line(&message, &none, false);
	g_assert_true(g_str_has_prefix(line, "IKEv1 "));
	g_assert_true(g_str_has_suffix(line, ", 80 bytes"));
	g_assert_null(strstr(line, " 0, "));
	g_free(line);
	message.message_id = 7;
	line = ike_line(&message, &none, false);
	g_assert_true(g_str_has_suffix(line, " 7, 80 bytes"));
	g_assert_null(strstr(line, "request"));
	g_free(line);
}

static void proposals_are_offered_or_chosen(void)
{
	struct annotation annotation = {0};
	struct ike_message message = message_of(2, IKE2_SA_INIT, 0);

	message.proposals[message.proposal_count++] = (struct ike_proposal){.number = 1, .protocol = 1};
	message.transforms[message.transform_count++] = (struct ike_transform){IKE_TRANSFORM_ENCRYPTION, 0, 256, 12};
	assert_ike(&message, &annotation, "IKEv2 IKE_SA_INIT request 0, 80 bytes, offers AES-CBC-256");
	annotation.request_in = 5;
	assert_ike(&message, &annotation, "IKEv2 IKE_SA_INIT request 0, 80 bytes, chooses AES-CBC-256");
}

static void errors_and_what_changes_the_course_are_named(void)
{
	const struct annotation none = {0};
	struct ike_message message = message_of(2, IKE2_SA_INIT, 0);
	static const uint16_t types[] = {IKE_NOTIFY_NO_PROPOSAL_CHOSEN, IKE_NOTIFY_INITIAL_CONTACT, IKE_NOTIFY_COOKIE,
	                                 IKE_NOTIFY_REDIRECT, IKE_NOTIFY_NAT_DETECTION_SOURCE_IP};

	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		message.notifies[message.notify_count++].type = types[i];
	assert_ike(&message, &none, "IKEv2 IKE_SA_INIT request 0, 80 bytes, NO_PROPOSAL_CHOSEN, COOKIE, REDIRECT");
}

static void an_encrypted_message_says_what_it_must_hold(void)
{
	struct annotation annotation = {0};
	struct ike_message message = message_of(2, IKE2_INFORMATIONAL, 3);

	message.encrypted = true;
	assert_ike(&message, &annotation, "IKEv2 INFORMATIONAL request 3, 80 bytes, encrypted");
	message.fragment = 2;
	message.fragments = 3;
	assert_ike(&message, &annotation, "IKEv2 INFORMATIONAL request 3, 80 bytes, encrypted, fragment 2 of 3");
	message.fragment = 0;
	annotation.inferred = INFERRED_EMPTY;
	char *expected = g_strdup_printf("IKEv2 INFORMATIONAL request 3, 80 bytes, encrypted: %s",
	                                 inferred_text(INFERRED_EMPTY));
	assert_ike(&message, &annotation, expected);
	g_free(expected);
}

static void a_copy_names_the_first(void)
{
	struct annotation annotation = {.copy = 1, .retransmission_of = 9};
	const struct ike_message message = message_of(2, IKE2_INFORMATIONAL, 3);

	assert_ike(&message, &annotation, "IKEv2 INFORMATIONAL request 3, 80 bytes");
	annotation.copy = 2;
	assert_ike(&message, &annotation, "IKEv2 INFORMATIONAL request 3, 80 bytes, copy 2 of frame 9");
}

static void a_message_that_is_cut_says_why(void)
{
	const struct annotation none = {0};
	struct ike_message message = message_of(2, IKE2_INFORMATIONAL, 3);

	message.fault = IKE_FAULT_TRUNCATED;
	char *expected = g_strdup_printf("IKEv2 INFORMATIONAL request 3, 80 bytes, malformed: %s",
	                                 ike_fault_text(IKE_FAULT_TRUNCATED));
	assert_ike(&message, &none, expected);
	char *line = ike_line(&message, &none, true);
	g_assert_cmpstr(line, ==, "IKEv2 INFORMATIONAL request 3, 80 bytes, the rest is in later IP fragments");
	g_free(line);
	g_free(expected);
}

/* ---- whole lines ---- */

struct line_scene {
	struct tunnels *tunnels;
	struct datagram datagram;
	struct annotation annotation;
};

static void begin_line(struct line_scene *scene, enum datagram_kind kind)
{
	static const uint8_t here[4] = {10, 1, 0, 1}, there[4] = {10, 2, 0, 1};
	const struct tunnel_options options = tunnel_options_default();

	memset(scene, 0, sizeof *scene);
	scene->tunnels = tunnels_new(&options);
	scene->datagram = (struct datagram){.kind = kind,
	                                    .source = ip_address_from_ipv4(here),
	                                    .destination = ip_address_from_ipv4(there),
	                                    .ip_length = 100};
	scene->annotation.tunnel = UINT32_MAX;
}

static void assert_whole_line(struct line_scene *scene, const char *expected)
{
	GString *line = g_string_new(NULL);

	packet_line_append(line, &style, scene->tunnels, &scene->datagram, NULL, &scene->annotation);
	g_assert_cmpstr(line->str, ==, expected);
	g_string_free(line, TRUE);
}

static void each_kind_of_packet_has_its_line(void)
{
	static const struct {
		enum datagram_kind kind;
		const char *words;
	} kinds[] = {
	        {DATAGRAM_IKE, "not an IKE message"},
	        {DATAGRAM_NAT_KEEPALIVE, "NAT keepalive"},
	        {DATAGRAM_FRAGMENT, "IP fragment"},
	        {DATAGRAM_OTHER, "100 bytes, not IPsec"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		struct line_scene scene;
		begin_line(&scene, kinds[i].kind);
		char *expected = g_strdup_printf("-        10.1.0.1 > 10.2.0.1: %s", kinds[i].words);
		assert_whole_line(&scene, expected);
		g_free(expected);
		tunnels_free(scene.tunnels);
	}
}

static void ports_stand_behind_addresses(void)
{
	struct line_scene scene;

	begin_line(&scene, DATAGRAM_NAT_KEEPALIVE);
	scene.datagram.source_port = 4500;
	assert_whole_line(&scene, "-        10.1.0.1.4500 > 10.2.0.1: NAT keepalive");
	scene.datagram.destination_port = 4501;
	assert_whole_line(&scene, "-        10.1.0.1.4500 > 10.2.0.1.4501: NAT keepalive");
	tunnels_free(scene.tunnels);
}

static void the_phase_stands_first(void)
{
	static const char *const begins[] = {[PHASE_NONE] = "-        1",
	                                     [PHASE_1] = "Phase 1  1",
	                                     [PHASE_2] = "Phase 2  1",
	                                     [PHASE_DATA] = "data     1"};
	struct line_scene scene;

	begin_line(&scene, DATAGRAM_NAT_KEEPALIVE);
	for (size_t i = 0; i < G_N_ELEMENTS(begins); i++) {
		GString *line = g_string_new(NULL);
		scene.annotation.phase = (enum phase)i;
		packet_line_append(line, &style, scene.tunnels, &scene.datagram, NULL, &scene.annotation);
		g_assert_true(g_str_has_prefix(line->str, begins[i]));
		g_string_free(line, TRUE);
	}
	tunnels_free(scene.tunnels);
}

static void milestones_stand_last(void)
{
	struct line_scene scene;

	begin_line(&scene, DATAGRAM_NAT_KEEPALIVE);
	scene.annotation.phase_2_completed = true;
	assert_whole_line(&scene, "-        10.1.0.1 > 10.2.0.1: NAT keepalive  ← Phase 2 completed");
	scene.annotation.phase_1_completed = true;
	assert_whole_line(&scene,
	                  "-        10.1.0.1 > 10.2.0.1: NAT keepalive  ← Phase 1 completed, Phase 2 completed");
	scene.annotation.phase_2_completed = false;
	assert_whole_line(&scene, "-        10.1.0.1 > 10.2.0.1: NAT keepalive  ← Phase 1 completed");
	tunnels_free(scene.tunnels);
}

static void an_icmp_error_says_what_about(void)
{
	struct line_scene scene;

	begin_line(&scene, DATAGRAM_ICMP_ERROR);
	scene.datagram.quoted =
	        (struct icmp_quote){ICMP_TOO_BIG, 1400, scene.datagram.destination, scene.datagram.source, 1};
	assert_whole_line(&scene,
	                  "-        10.1.0.1 > 10.2.0.1: ICMP packet too big, MTU 1400, for 10.2.0.1 > 10.1.0.1");
	scene.datagram.quoted.meaning = ICMP_UNREACHABLE;
	scene.datagram.quoted.mtu = 0;
	assert_whole_line(&scene, "-        10.1.0.1 > 10.2.0.1: ICMP unreachable, for 10.2.0.1 > 10.1.0.1");
	tunnels_free(scene.tunnels);
}

/* One packet of ESP each way; the line is about that of side. */
static void play_esp(struct line_scene *scene, unsigned side)
{
	static const uint8_t payload[8] = {0, 0, 0x10, 1, 0, 0, 0, 5};

	begin_line(scene, DATAGRAM_ESP);
	scene->datagram.payload = payload;
	scene->datagram.captured = scene->datagram.length = sizeof payload;
	for (unsigned i = 0; i <= side; i++) {
		if (i == 1) {
			struct ip_address source = scene->datagram.source;
			scene->datagram.source = scene->datagram.destination;
			scene->datagram.destination = source;
		}
		tunnels_add(scene->tunnels, 1 + i, 1, &scene->datagram, NULL, &scene->annotation);
	}
}

static void esp_is_counted_as_the_asa_does(void)
{
	struct line_scene scene;

	play_esp(&scene, 0);
	assert_whole_line(&scene, "data     10.1.0.1 > 10.2.0.1: ESP SPI 0x00001001 seq 5, 100 bytes, encaps 1");
	scene.annotation.lost = 3;
	assert_whole_line(&scene,
	                  "data     10.1.0.1 > 10.2.0.1: ESP SPI 0x00001001 seq 5, 100 bytes, encaps 1, lost 3");
	scene.annotation.tunnel = UINT32_MAX;
	assert_whole_line(&scene, "data     10.1.0.1 > 10.2.0.1: ESP SPI 0x00001001 seq 5, 100 bytes");
	tunnels_free(scene.tunnels);
	play_esp(&scene, 1);
	scene.annotation.decaps = 7;
	assert_whole_line(&scene, "data     10.2.0.1 > 10.1.0.1: ESP SPI 0x00001001 seq 5, 100 bytes, decaps 7");
	tunnels_free(scene.tunnels);
}

static void a_changed_verdict_stands_at_its_packet(void)
{
	struct line_scene scene;
	GString *line = g_string_new(NULL);

	play_esp(&scene, 0);
	scene.annotation.changed = true;
	packet_line_append(line, &style, scene.tunnels, &scene.datagram, NULL, &scene.annotation);
	g_assert_nonnull(strstr(line->str, ", encaps 1  ← "));
	g_assert_true(g_str_has_suffix(line->str, "← undetermined: Phase 1 unknown (no IKE captured)"));
	g_string_truncate(line, 0);
	scene.annotation.tunnel = UINT32_MAX;
	packet_line_append(line, &style, scene.tunnels, &scene.datagram, NULL, &scene.annotation);
	g_assert_null(strstr(line->str, "←"));
	g_string_free(line, TRUE);
	tunnels_free(scene.tunnels);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/packet_line/syslog_is_named_by_its_message", syslog_is_named_by_its_message);
	g_test_add_func("/packet_line/other_syslog_is_syslog", other_syslog_is_syslog);
	g_test_add_func("/packet_line/esp_may_be_cut_before_its_sequence_number",
	                esp_may_be_cut_before_its_sequence_number);
	g_test_add_func("/packet_line/an_ike_message_has_its_exchange_direction_and_number",
	                an_ike_message_has_its_exchange_direction_and_number);
	g_test_add_func("/packet_line/proposals_are_offered_or_chosen", proposals_are_offered_or_chosen);
	g_test_add_func("/packet_line/errors_and_what_changes_the_course_are_named",
	                errors_and_what_changes_the_course_are_named);
	g_test_add_func("/packet_line/an_encrypted_message_says_what_it_must_hold",
	                an_encrypted_message_says_what_it_must_hold);
	g_test_add_func("/packet_line/a_copy_names_the_first", a_copy_names_the_first);
	g_test_add_func("/packet_line/a_message_that_is_cut_says_why", a_message_that_is_cut_says_why);
	g_test_add_func("/packet_line/each_kind_of_packet_has_its_line", each_kind_of_packet_has_its_line);
	g_test_add_func("/packet_line/ports_stand_behind_addresses", ports_stand_behind_addresses);
	g_test_add_func("/packet_line/the_phase_stands_first", the_phase_stands_first);
	g_test_add_func("/packet_line/milestones_stand_last", milestones_stand_last);
	g_test_add_func("/packet_line/an_icmp_error_says_what_about", an_icmp_error_says_what_about);
	g_test_add_func("/packet_line/esp_is_counted_as_the_asa_does", esp_is_counted_as_the_asa_does);
	g_test_add_func("/packet_line/a_changed_verdict_stands_at_its_packet", a_changed_verdict_stands_at_its_packet);
	return g_test_run();
}
