/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a line of ASA syslog to what it says: every form that syslog gives it, and hostile ones. */
#include <errno.h>
#include <glib.h>
#include <string.h>

#include "core/base/time.h"
#include "core/catalogue/log_line.h"

#define WRONG_KEY                                                                                                      \
	"%ASA-4-750003: Local:203.0.113.2:500 Remote:203.0.113.6:500 Username:203.0.113.6 IKEv2 Negotiation aborted "  \
	"due to ERROR: Failed to authenticate the IKE SA"

static int read_line(const char *line, struct asa_log_message *message)
{
	/* A copy of just this length: reading past it is found out. */
	size_t length = strlen(line);
	char *copy = g_memdup2(line, length);
	int result = asa_log_read(copy, length, message);
	g_free(copy);
	return result;
}

static void assert_address(const struct ip_address *address, const char *text)
{
	char printed[IP_ADDRESS_TEXT_SIZE];
	g_assert_cmpstr(ip_address_is_set(address) ? ip_address_to_text(address, printed) : "", ==, text);
}

static struct asa_log_message read_good(const char *line)
{
	struct asa_log_message message;
	g_assert_cmpint(read_line(line, &message), ==, 0);
	return message;
}

static void the_articles_wrong_key_names_peers_phase_and_cause(void)
{
	struct asa_log_message message = read_good(WRONG_KEY);
	g_assert_cmpstr(message.device, ==, "ASA");
	g_assert_cmpuint(message.number, ==, 750003);
	g_assert_cmpuint(message.severity, ==, 4);
	assert_address(&message.local, "203.0.113.2");
	assert_address(&message.peer, "203.0.113.6");
	g_assert_cmpuint(message.local_port, ==, 500);
	g_assert_cmpuint(message.peer_port, ==, 500);
	g_assert_cmpuint(message.ike_version, ==, 2);
	g_assert_cmpint(message.phase, ==, PHASE_1);
	g_assert_cmpint(message.outcome, ==, LOG_FAILED);
	g_assert_cmpint(message.cause, ==, CAUSE_PSK_MISMATCH);
}

/* A stream of syslog is mostly that: no time is spent on looking for peers in it. */
static void what_has_nothing_to_do_with_ipsec_names_nobody(void)
{
	struct asa_log_message message = read_good("%ASA-6-302013: Local:203.0.113.2:500 Remote:203.0.113.6:500 IKEv2");
	g_assert_null(message.meaning);
	g_assert_cmpuint(message.number, ==, 302013);
	g_assert_cmpuint(message.ike_version, ==, 0);
	assert_address(&message.local, "");
	assert_address(&message.peer, "");
}

static void syslog_puts_many_things_before_a_message(void)
{
	static const struct {
		const char *before;
		int64_t seconds;
	} forms[] = {
	        {"", 0},
	        {"<164>", 0},
	        {"<164>:", 0},
	        {"<164>Dec 04 2014 12:37:51: ", 0},
	        {"Dec 04 2014 12:37:51 UTC: ", 1417696671},
	        {"Nov 24 08:50:01 fw1 : ", 0},
	        {"<164>1 2026-11-24T08:50:01.003Z fw1 - - - - ", 1795510201},
	        {"<164>1 2026-11-24T10:50:01+02:00 fw1 - - - : ", 1795510201},
	        {"2026-11-24T03:50:01-0500 fw1 ", 1795510201},
	        {"2026-13-24T03:50:01Z fw1 ", 0},
	        {"ASA-PERIM# show logging | ", 0},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
		char *line = g_strconcat(forms[i].before, WRONG_KEY "  \r", NULL);
		struct asa_log_message message = read_good(line);
		g_assert_cmpuint(message.number, ==, 750003);
		g_assert_cmpint(message.time / NANOSECONDS, ==, forms[i].seconds);
		g_assert_cmpint(message.cause, ==, CAUSE_PSK_MISMATCH);
		g_free(line);
	}
}

static void other_devices_and_a_class_are_read(void)
{
	g_assert_cmpstr(read_good("%FTD-4-750003: x").device, ==, "FTD");
	g_assert_cmpstr(read_good("%PIX-5-713119: x").device, ==, "PIX");
	g_assert_cmpuint(read_good("%ASA-vpn-5-713120: PHASE 2 COMPLETED (msgid=ab)").number, ==, 713120);
	/* A first thing that only looks like a message does not hide the real one. */
	g_assert_cmpuint(read_good("100%ASA-done %ASA-5-713120: x").number, ==, 713120);
}

static void what_is_no_message_is_refused(void)
{
	static const struct {
		const char *line;
		int result;
	} lines[] = {
	        {"", -ENOMSG},
	        {"%", -ENOMSG},
	        {"%ASA", -ENOMSG},
	        {"%SYS-5-CONFIG_I: Configured", -ENOMSG},
	        {"%ASA-", -EBADMSG},
	        {"%ASA-4", -EBADMSG},
	        {"%ASA-4-", -EBADMSG},
	        {"%ASA-4-75000", -EBADMSG},
	        {"%ASA-4-7500031: x", -EBADMSG},
	        {"%ASA-9-750003: x", -EBADMSG},
	        {"%ASA-a-b-750003: x", -EBADMSG},
	};
	struct asa_log_message message;
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
		g_assert_cmpint(read_line(lines[i].line, &message), ==, lines[i].result);
}

static void who_is_meant_is_found_in_each_way_of_saying_it(void)
{
	static const struct {
		const char *line, *local, *peer;
		uint16_t peer_port;
	} lines[] = {
	        {"%ASA-4-750003: Local: 10.0.0.1:4500 Remote: 10.0.0.2:4501 Username: u …", "10.0.0.1", "10.0.0.2",
	         4501},
	        {"%ASA-4-750003: Local:2001:db8::1:500 Remote:2001:db8::2:500 Username:x", "2001:db8::1", "2001:db8::2",
	         500},
	        {"%ASA-4-750003: Local:[2001:db8::1]:500 Remote:[2001:db8::2]:500 x", "2001:db8::1", "2001:db8::2",
	         500},
	        {"%ASA-5-713119: Group = 10.2.0.1, IP = 10.2.0.1, PHASE 1 COMPLETED", "", "10.2.0.1", 0},
	        {"%ASA-5-713904: IP = fd00::2, nothing", "", "fd00::2", 0},
	        {"%ASA-7-713906: IKE Receiver: Packet received on 203.0.113.2:500 from 203.0.113.6:500", "203.0.113.2",
	         "203.0.113.6", 500},
	        {"%ASA-4-402114: IPSEC: Received an ESP packet (SPI= 0xDEAD, sequence number= 0x1) from 10.2.0.1 to "
	         "10.1.0.1 with an invalid SPI.",
	         "10.1.0.1", "10.2.0.1", 0},
	        {"%ASA-4-402116: IPSEC: Received an ESP packet (SPI= 0x1, sequence number= 0x1) from 10.2.0.1 (user= "
	         "10.2.0.1) to 10.1.0.1.  The decapsulated inner packet doesn't match the negotiated policy in the SA.",
	         "10.1.0.1", "10.2.0.1", 0},
	        {"%ASA-6-602303: IPSEC: An outbound LAN-to-LAN SA (SPI= 0x1) between 10.1.0.1 and 10.2.0.1 (user= x) "
	         "has "
	         "been created.",
	         "10.1.0.1", "10.2.0.1", 0},
	        {"%ASA-4-713157: Timed out on initial contact to server [10.2.0.1] Tunnel could not be established.",
	         "", "10.2.0.1", 0},
	        {"%ASA-4-753001: Unexpected IKEv2 packet received from 10.2.0.1:500. Error: x", "", "10.2.0.1", 500},
	        {"%ASA-5-752016: IKEv2 was successful at setting up a tunnel.", "", "", 0},
	        {"%ASA-4-750003: Local:10.0.0.1:99999 Remote:10.0.0.999:500 x", "", "", 0},
	        {"%ASA-4-750003: Local: Remote:", "", "", 0},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		struct asa_log_message message = read_good(lines[i].line);
		assert_address(&message.local, lines[i].local);
		assert_address(&message.peer, lines[i].peer);
		g_assert_cmpuint(message.peer_port, ==, lines[i].peer_port);
	}
}

static void a_map_entry_is_named_where_no_peer_is(void)
{
	g_assert_cmpstr(
	        read_good("%ASA-4-752012: IKEv2 was unsuccessful at setting up a tunnel.  Map Tag = OUTSIDE-MAP.  "
	                  "Map Sequence Number = 10.")
	                .map,
	        ==, "OUTSIDE-MAP 10");
	g_assert_cmpstr(read_good("%ASA-3-752015: … Map Tag= OUTSIDE-MAP. Map Sequence Number = 10.").map, ==,
	                "OUTSIDE-MAP 10");
	g_assert_cmpstr(read_good("%ASA-3-752015: Map Tag = t . Map Sequence Number = 7 .").map, ==, "t 7");
	g_assert_cmpstr(read_good("%ASA-3-752015: Map Tag = ").map, ==, "");
	char *line = g_strdup_printf("%%ASA-3-752015: Map Tag = %0300d Map Sequence Number = %0300d", 1, 1);
	g_assert_cmpuint(strlen(read_good(line).map), <, ASA_LOG_MAP_SIZE);
	g_free(line);
}

static void error_texts_say_which_phase_and_cause(void)
{
	static const struct {
		const char *line;
		enum phase phase;
		enum cause cause;
		enum confidence strength;
	} lines[] = {
	        {"%ASA-4-750003: Local:1.1.1.1:500 Remote:2.2.2.2:500 Username:u IKEv2 Negotiation aborted due to "
	         "ERROR: "
	         "There was no IPSEC policy found for received TS",
	         PHASE_2, CAUSE_TS_UNACCEPTABLE, CONFIDENCE_CERTAIN},
	        {"%ASA-4-750003: … ERROR: Failed to receive the AUTH msg before the timer expired", PHASE_1,
	         CAUSE_AUTH_NO_RESPONSE, CONFIDENCE_LIKELY},
	        {"%ASA-4-750003: … ERROR: something nobody has seen", PHASE_1, CAUSE_NONE, CONFIDENCE_POSSIBLE},
	        {"%ASA-3-713902: Group = 10.2.0.1, IP = 10.2.0.1, QM FSM error (P2 struct &0x00007fff33763a70, mess id "
	         "0x2c44baec)!",
	         PHASE_2, CAUSE_CHILD_REFUSED, CONFIDENCE_LIKELY},
	        {"%ASA-5-713257: Phase 2 failure:  Mismatched attribute types for class Group Description:  Rcv'd: "
	         "Group 2  "
	         "Cfg'd: Group 5",
	         PHASE_2, CAUSE_PFS_MISMATCH, CONFIDENCE_CERTAIN},
	        {"%ASA-5-713257: Phase 1 failure:  Mismatched attribute types for class Hash Alg:  Rcv'd: SHA  Cfg'd: "
	         "MD5",
	         PHASE_1, CAUSE_IKE_PROPOSAL_MISMATCH, CONFIDENCE_CERTAIN},
	        {"%ASA-3-713048: IP = 10.2.0.1, Error processing payload: Payload ID: 1", PHASE_1,
	         CAUSE_IKE_PROPOSAL_MISMATCH, CONFIDENCE_LIKELY},
	        {"%ASA-3-713048: IP = 10.2.0.1, Error processing payload: Payload ID: 14", PHASE_1, CAUSE_PSK_MISMATCH,
	         CONFIDENCE_POSSIBLE},
	        {"%ASA-5-713904: IP = 10.2.0.1, All IPSec SA proposals found unacceptable!", PHASE_2,
	         CAUSE_ESP_PROPOSAL_MISMATCH, CONFIDENCE_CERTAIN},
	        {"%ASA-5-713905: Phase 2 mismatch", PHASE_2, CAUSE_ESP_PROPOSAL_MISMATCH, CONFIDENCE_LIKELY},
	        {"%ASA-5-713068: Group = g, IP = 10.2.0.1, Received non-routine Notify message: Invalid ID info (18)",
	         PHASE_2, CAUSE_TS_UNACCEPTABLE, CONFIDENCE_CERTAIN},
	        {"%ASA-5-713136: IP = 10.2.0.1, IKE session establishment timed out [MM_WAIT_MSG4], aborting!", PHASE_1,
	         CAUSE_NO_RESPONSE, CONFIDENCE_POSSIBLE},
	        {"%ASA-4-751014: Local:1.1.1.1:500 Remote:2.2.2.2:500 Username:u Warning Configuration Payload request "
	         "for "
	         "attribute 1 could not be processed. Error: x",
	         PHASE_1, CAUSE_NONE, CONFIDENCE_POSSIBLE},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		struct asa_log_message message = read_good(lines[i].line);
		g_assert_cmpint(message.phase, ==, lines[i].phase);
		g_assert_cmpstr(cause_name(message.cause), ==, cause_name(lines[i].cause));
		g_assert_cmpint(message.strength, ==, lines[i].strength);
	}
}

static void a_message_that_is_not_about_ipsec_means_nothing(void)
{
	struct asa_log_message message =
	        read_good("%ASA-4-106023: Deny udp src outside:10.2.0.1/500 NO_PROPOSAL_CHOSEN by access-group");
	g_assert_null(message.meaning);
	g_assert_null(message.wording);
	g_assert_cmpint(message.cause, ==, CAUSE_NONE);
}

static void the_articles_rows_are_understood_as_they_stand(void)
{
	static const struct {
		const char *row;
		enum cause cause;
	} rows[] = {
	        {"IKE_SA NO_PROPOSAL_CHOSEN", CAUSE_IKE_PROPOSAL_MISMATCH},
	        {"IKE_SA INVALID_KE_PAYLOAD", CAUSE_DH_GROUP_MISMATCH},
	        {"IKE_SA AUTHENTICATION_FAILED", CAUSE_CERT_UNTRUSTED},
	        {"IKE_SA timed out", CAUSE_NO_RESPONSE},
	        {"IKEv2-PROTO-1: (12): Received TS_UNACCEPTABLE notify", CAUSE_TS_UNACCEPTABLE},
	        {"IKEv2-PROTO-1: (139): Auth exchange failed", CAUSE_PSK_MISMATCH},
	        {"IKEv2-PROTO-1: (211): Failed to find a matching policy  ", CAUSE_IKE_PROPOSAL_MISMATCH},
	};
	struct asa_log_message message;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_assert_cmpint(asa_log_read_wording(rows[i].row, strlen(rows[i].row), &message), ==, 0);
		g_assert_cmpstr(cause_name(message.cause), ==, cause_name(rows[i].cause));
	}
	g_assert_cmpint(asa_log_read_wording("IKE is fine", 11, &message), ==, -ENOMSG);
	g_assert_cmpint(asa_log_read_wording("IKE: Auth exchange failed", 25, &message), ==, -ENOMSG);
	g_assert_cmpint(asa_log_read_wording("IKEv2-PROTO-3: (172): Getting configured policies", 49, &message), ==,
	                -ENOMSG);
	g_assert_cmpint(asa_log_read_wording("TS_UNACCEPTABLE", 15, &message), ==, -ENOMSG);
}

static void the_catalogue_of_messages_is_sound(void)
{
	size_t count;
	const struct log_meaning *meanings = catalogue_log_meanings(&count);
	for (size_t i = 0; i < count; i++) {
		g_assert_true(catalogue_log_meaning(meanings[i].number) == &meanings[i]); /* each number once */
		g_assert_cmpuint(meanings[i].severity, >=, 3);
		g_assert_cmpuint(meanings[i].severity, <=, 7);
		g_assert_cmpint(meanings[i].versions, !=, 0);
		g_assert_cmpstr(meanings[i].template, !=, "");
		g_assert_cmpstr(meanings[i].meaning, !=, "");
	}
	const struct log_text *texts = catalogue_log_texts(&count);
	for (size_t i = 0; i < count; i++) {
		g_assert_true(texts[i].number == 0 || catalogue_log_meaning(texts[i].number) != NULL);
		/* None is hidden by one before it. */
		g_assert_true(catalogue_log_text(texts[i].number, texts[i].contains, strlen(texts[i].contains)) ==
		              &texts[i]);
		if (texts[i].cause != CAUSE_NONE)
			g_assert_cmpint(texts[i].phase, ==, catalogue_entry(texts[i].cause)->phase);
	}
}

static void every_message_of_the_catalogue_is_read(void)
{
	size_t count;
	const struct log_meaning *meanings = catalogue_log_meanings(&count);
	for (size_t i = 0; i < count; i++) {
		char *line = g_strdup_printf("%%ASA-%u-%06u: %s", meanings[i].severity, meanings[i].number,
		                             meanings[i].template);
		struct asa_log_message message = read_good(line);
		g_assert_true(message.meaning == &meanings[i]);
		g_assert_cmpuint(message.severity, ==, meanings[i].severity);
		g_free(line);
	}
	const struct log_text *texts = catalogue_log_texts(&count);
	for (size_t i = 0; i < count; i++) {
		unsigned number = texts[i].number != 0 ? texts[i].number : 713906;
		char *line = g_strdup_printf("%%ASA-3-%06u: Group = g, IP = 10.2.0.1, %s.", number, texts[i].contains);
		struct asa_log_message message = read_good(line);
		g_assert_true(message.wording == &texts[i]);
		g_assert_cmpint(message.cause, ==, texts[i].cause);
		g_free(line);
	}
}

/* What the causes say an ASA would log must be what the reader makes of such a line. */
static void what_causes_say_is_logged_is_in_the_catalogue_of_messages(void)
{
	for (unsigned cause = 0; cause < CAUSE_LAST; cause++) {
		const struct catalogue_entry *entry = catalogue_entry((enum cause)cause);
		for (unsigned i = 0; i < CATALOGUE_MESSAGES && entry->messages[i].id != NULL; i++) {
			const struct asa_message *logged = &entry->messages[i];
			char *line = g_strdup_printf("%%ASA-%u-%s: %s", logged->severity, logged->id, logged->text);
			struct asa_log_message message = read_good(line);
			g_assert_nonnull(message.meaning);
			g_assert_cmpuint(message.meaning->severity, ==, logged->severity);
			g_free(line);
		}
	}
}

static void any_bytes_are_survived(void)
{
	GRand *random = g_rand_new_with_seed(6);
	static const char *const pieces[] = {"%ASA-4-750003: ",
	                                     "Local:",
	                                     "Remote:",
	                                     "IP = ",
	                                     "Map Tag = ",
	                                     " from ",
	                                     "Map Sequence Number = ",
	                                     "[",
	                                     "]:",
	                                     "2026-11-24T",
	                                     "::",
	                                     "999999999999",
	                                     "\xff",
	                                     "%ASA-",
	                                     "%",
	                                     ".",
	                                     " UTC",
	                                     "Dec 04 2014 12:37:51"};
	for (unsigned round = 0; round < 20000; round++) {
		GString *line = g_string_new(NULL);
		struct asa_log_message message;
		for (int i = g_rand_int_range(random, 0, 12); i > 0; i--)
			g_string_append(line, pieces[g_rand_int_range(random, 0, G_N_ELEMENTS(pieces))]);
		g_string_append_c(line, (char)g_rand_int_range(random, 0, 256));
		char *copy = g_memdup2(line->str, line->len);
		asa_log_read(copy, line->len, &message);
		asa_log_read_wording(copy, line->len, &message);
		g_free(copy);
		g_string_free(line, TRUE);
	}
	g_rand_free(random);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/asa-log/the-articles-wrong-key-names-peers-phase-and-cause",
	                the_articles_wrong_key_names_peers_phase_and_cause);
	g_test_add_func("/asa-log/what-has-nothing-to-do-with-ipsec-names-nobody",
	                what_has_nothing_to_do_with_ipsec_names_nobody);
	g_test_add_func("/asa-log/syslog-puts-many-things-before-a-message", syslog_puts_many_things_before_a_message);
	g_test_add_func("/asa-log/other-devices-and-a-class-are-read", other_devices_and_a_class_are_read);
	g_test_add_func("/asa-log/what-is-no-message-is-refused", what_is_no_message_is_refused);
	g_test_add_func("/asa-log/who-is-meant-is-found-in-each-way-of-saying-it",
	                who_is_meant_is_found_in_each_way_of_saying_it);
	g_test_add_func("/asa-log/a-map-entry-is-named-where-no-peer-is", a_map_entry_is_named_where_no_peer_is);
	g_test_add_func("/asa-log/error-texts-say-which-phase-and-cause", error_texts_say_which_phase_and_cause);
	g_test_add_func("/asa-log/a-message-that-is-not-about-ipsec-means-nothing",
	                a_message_that_is_not_about_ipsec_means_nothing);
	g_test_add_func("/asa-log/the-articles-rows-are-understood-as-they-stand",
	                the_articles_rows_are_understood_as_they_stand);
	g_test_add_func("/asa-log/the-catalogue-of-messages-is-sound", the_catalogue_of_messages_is_sound);
	g_test_add_func("/asa-log/every-message-of-the-catalogue-is-read", every_message_of_the_catalogue_is_read);
	g_test_add_func("/asa-log/what-causes-say-is-logged-is-in-the-catalogue-of-messages",
	                what_causes_say_is_logged_is_in_the_catalogue_of_messages);
	g_test_add_func("/asa-log/any-bytes-are-survived", any_bytes_are_survived);
	return g_test_run();
}
