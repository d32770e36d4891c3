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

/* ---- each bound: just below it, and at it ---- */

static void a_tag_is_device_class_severity_and_six_digits(void)
{
	static const struct {
		const char *line;
		int result;
		uint8_t severity;
		const char *text;
	} tags[] = {
	        {"%ASA-0-750003: x", 0, 0, "x"},
	        {"%ASA-7-750003: x", 0, 7, "x"},
	        {"%ASA-8-750003: x", -EBADMSG, 0, NULL},
	        {"%ASA-4-750003:x", 0, 4, "x"},
	        {"%ASA-4-750003 x", 0, 4, "x"},
	        {"%ASA-4-750003:    x  y  ", 0, 4, "x  y"},
	        {"%ASA-4-750003", 0, 4, ""},
	        {"%ASA-4-75000x: y", -EBADMSG, 0, NULL},
	        {"%ASA-4-750003x", 0, 4, "x"},
	        {"%ASA-44-750003: x", -EBADMSG, 0, NULL},
	        {"%ASA-vpn-4-750003: x", 0, 4, "x"},
	        {"%ASA-vpn_lb-4-750003: x", 0, 4, "x"},
	        {"%ASA-v2-4-750003: x", -EBADMSG, 0, NULL},
	        {"%ASA-vpn-4", -EBADMSG, 0, NULL},
	        {"%ASA-vpn-", -EBADMSG, 0, NULL},
	        {"%ASA-vpn", -EBADMSG, 0, NULL},
	        {"%ASA-vpn-x-4-750003: x", -EBADMSG, 0, NULL},
	        {"%ASA4-750003: x", -ENOMSG, 0, NULL},
	        {"%ASA-9-750003: %ASA-4-750003: x", 0, 4, "x"},
	        {"ASA-4-750003: x", -ENOMSG, 0, NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(tags); i++) {
		struct asa_log_message message;
		g_test_message("%s", tags[i].line);
		g_assert_cmpint(read_line(tags[i].line, &message), ==, tags[i].result);
		if (tags[i].result != 0)
			continue;
		message = read_good(tags[i].line);
		g_assert_cmpuint(message.severity, ==, tags[i].severity);
		g_assert_cmpuint(message.number, ==, 750003);
		g_assert_cmpuint(message.text_length, ==, strlen(tags[i].text));
	}
	/* The text is the caller's own. */
	static const char line[] = "before %ASA-4-750003: the text \r";
	struct asa_log_message message;
	g_assert_cmpint(asa_log_read(line, sizeof line - 1, &message), ==, 0);
	g_assert_true(message.text == line + 22);
	g_assert_cmpuint(message.text_length, ==, strlen("the text"));
}

#define NOON INT64_C(1417696671) /* 2014-12-04 12:37:51 UTC */

static void a_time_is_read_to_its_fraction_and_zone(void)
{
	static const struct {
		const char *time;
		int64_t seconds, nanoseconds; /* 0: none */
	} times[] = {
	        {"2014-12-04T12:37:51Z", NOON, 0},
	        {"2014-12-04 12:37:51Z", NOON, 0},
	        {"2014-12-04t12:37:51z", NOON, 0},
	        {"2014-12-04_12:37:51Z", 0, 0},
	        {"2014-12-04T12:37:51", 0, 0},
	        {"2014-12-04T12:37:51.5Z", NOON, 500000000},
	        {"2014-12-04T12:37:51.123456789Z", NOON, 123456789},
	        {"2014-12-04T12:37:51.1234567899Z", NOON, 123456789},
	        {"2014-12-04T12:37:51.Z", NOON, 0},
	        {"2014-12-04T12:37:51+00:00", NOON, 0},
	        {"2014-12-04T13:37:51+01:00", NOON, 0},
	        {"2014-12-04T13:37:51+0100", NOON, 0},
	        {"2014-12-04T11:07:51-01:30", NOON, 0},
	        {"2014-12-04T12:37:51-0", 0, 0},
	        {"2014-12-04T12:37:51+01:0", 0, 0},
	        {"2014-12-04T12:37:51*01:00", 0, 0},
	        {"1970-12-31T23:59:59Z", 0, 0},
	        {"1971-01-01T00:00:00Z", 31536000, 0},
	        {"2200-12-31T23:59:59Z", 7289654399, 0},
	        {"2201-01-01T00:00:00Z", 0, 0},
	        {"2014-00-04T12:37:51Z", 0, 0},
	        {"2014-01-04T12:37:51Z", 1388839071, 0},
	        {"2014-13-04T12:37:51Z", 0, 0},
	        {"2014-12-00T12:37:51Z", 0, 0},
	        {"2014-12-01T12:37:51Z", NOON - 3 * 86400, 0},
	        {"2014-12-31T12:37:51Z", NOON + 27 * 86400, 0},
	        {"2014-12-32T12:37:51Z", 0, 0},
	        {"2014-12-04T23:37:51Z", NOON + 11 * 3600, 0},
	        {"2014-12-04T24:37:51Z", 0, 0},
	        {"2014-12-04T12:59:51Z", NOON + 22 * 60, 0},
	        {"2014-12-04T12:60:51Z", 0, 0},
	        {"2014-12-04T12:37:60Z", NOON + 9, 0},
	        {"2014-12-04T12:37:61Z", 0, 0},
	        {"2014-13-04T12:37:61.5Z", 0, 0},

	        {"Jan 04 2014 12:37:51 UTC", 1388839071, 0},
	        {"Feb 04 2014 12:37:51 UTC", 1391517471, 0},
	        {"Mar 04 2014 12:37:51 UTC", 1393936671, 0},
	        {"Apr 04 2014 12:37:51 UTC", 1396615071, 0},
	        {"May 04 2014 12:37:51 UTC", 1399207071, 0},
	        {"Jun 04 2014 12:37:51 UTC", 1401885471, 0},
	        {"Jul 04 2014 12:37:51 UTC", 1404477471, 0},
	        {"Aug 04 2014 12:37:51 UTC", 1407155871, 0},
	        {"Sep 04 2014 12:37:51 UTC", 1409834271, 0},
	        {"Oct 04 2014 12:37:51 UTC", 1412426271, 0},
	        {"Nov 04 2014 12:37:51 UTC", 1415104671, 0},
	        {"Dec 04 2014 12:37:51 UTC", NOON, 0},
	        {"Dec 04 2014 12:37:51 GMT", NOON, 0},
	        {"Dec 04 2014 12:37:51.250 UTC", NOON, 250000000},
	        {"Dec 04 2014 12:37:51 CET", 0, 0},
	        {"Dec 04 2014 12:37:51", 0, 0},
	        {"Dez 04 2014 12:37:51 UTC", 0, 0},
	        {"Dec 32 2014 12:37:51.250 UTC", 0, 0},
	        {"Dec 4 2014 12:37:51 UTC", 0, 0},
	        {"Dec 04 12:37:51 UTC", 0, 0},
	        {"<164>1 Dec 04 2014 12:37:51 UTC 2015-12-04T12:37:51Z", NOON, 0}, /* the first */
	};

	for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
		char *line = g_strconcat(times[i].time, ": " WRONG_KEY, NULL);
		g_test_message("%s", times[i].time);
		g_assert_cmpint(read_good(line).time, ==, times[i].seconds * NANOSECONDS + times[i].nanoseconds);
		g_free(line);
	}
}

/* The words before an address say whose it is, some of them in one message only. */
static void words_say_whose_an_address_is(void)
{
	static const struct {
		uint32_t number;
		const char *text, *local, *peer;
		uint16_t local_port, peer_port;
	} cases[] = {
	        {750003, "Remote:10.2.0.1:501", "", "10.2.0.1", 0, 501},
	        {750003, "Local:10.1.0.1:502", "10.1.0.1", "", 502, 0},
	        {750003, "Local: [10.1.0.1]:502", "10.1.0.1", "", 502, 0},
	        {713119, "IP = 10.2.0.1, x", "", "10.2.0.1", 0, 0},
	        {713119, "IP = [10.2.0.1], x", "", "10.2.0.1", 0, 0},
	        {713119, "IKE Peer 10.2.0.1 x", "", "10.2.0.1", 0, 0},
	        {713119, "IKE Peer: 10.2.0.1 x", "", "10.2.0.1", 0, 0},
	        {713119, "for peer 10.2.0.1.", "", "10.2.0.1", 0, 0},
	        {713119, "for user 10.2.0.1.", "", "", 0, 0},
	        {713906, "Packet received on 10.1.0.1:500 x", "10.1.0.1", "", 500, 0},
	        {713904, "Packet received on 10.1.0.1:500 x", "", "", 0, 0},
	        {753001, "IKEv2 packet received from 10.2.0.1:500 x", "", "10.2.0.1", 0, 500},
	        {713904, "IKEv2 packet received from 10.2.0.1:500 x", "", "", 0, 0},
	        {713157, "initial contact to server 10.2.0.1 x", "", "10.2.0.1", 0, 0},
	        {713904, "initial contact to server 10.2.0.1 x", "", "", 0, 0},
	        /* The first that says it holds. */
	        {713119, "IP = 10.2.0.1, for peer 10.3.0.1", "", "10.2.0.1", 0, 0},
	        {713119, "for peer 10.3.0.1, IP = 10.2.0.1", "", "10.2.0.1", 0, 0},
	        {402114, "Remote:10.4.0.1:500 from 10.2.0.1 to 10.1.0.1", "10.1.0.1", "10.4.0.1", 0, 500},

	        {402114, "x from 10.2.0.1 to 10.1.0.1 y", "10.1.0.1", "10.2.0.1", 0, 0},
	        {402121, "x from 10.2.0.1 to 10.1.0.1 y", "10.1.0.1", "10.2.0.1", 0, 0},
	        {402122, "x from 10.2.0.1 to 10.1.0.1 y", "", "", 0, 0},
	        {402114, "x to 10.1.0.1 from 10.2.0.1 y", "", "10.2.0.1", 0, 0},
	        {402114, "x from nobody to 10.1.0.1 y", "", "", 0, 0},
	        {602303, "x between 10.1.0.1 and 10.2.0.1 y", "10.1.0.1", "10.2.0.1", 0, 0},
	        {602304, "x between 10.1.0.1 and 10.2.0.1 y", "10.1.0.1", "10.2.0.1", 0, 0},
	        {602305, "x between 10.1.0.1 and 10.2.0.1 y", "", "", 0, 0},
	        {702305, "x between 10.1.0.1 and 10.2.0.1 y", "10.1.0.1", "10.2.0.1", 0, 0},
	        {702307, "x between 10.1.0.1 and 10.2.0.1 y", "10.1.0.1", "10.2.0.1", 0, 0},
	        {713906, "x on 10.1.0.1:500 from 10.2.0.1:501 y", "10.1.0.1", "10.2.0.1", 500, 501},
	        {713905, "x on 10.1.0.1:500 from 10.2.0.1:501 y", "", "", 0, 0},
	        {402114, "x from 10.2.0.1:501 to 10.1.0.1 y", "10.1.0.1", "10.2.0.1", 0, 501},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		char *line = g_strdup_printf("%%ASA-4-%06u: %s", cases[i].number, cases[i].text);
		struct asa_log_message message = read_good(line);
		g_test_message("%s", line);
		assert_address(&message.local, cases[i].local);
		assert_address(&message.peer, cases[i].peer);
		g_assert_cmpuint(message.local_port, ==, cases[i].local_port);
		g_assert_cmpuint(message.peer_port, ==, cases[i].peer_port);
		g_free(line);
	}
}

/* What the text says, else what the number says. */
static void a_message_is_of_one_version_or_of_none(void)
{
	static const struct {
		const char *line;
		uint8_t version;
	} cases[] = {
	        {"%ASA-5-713119: x", 1},       {"%ASA-7-715080: x", 1},       {"%ASA-4-750003: x", 2},
	        {"%ASA-4-751001: x", 2},       {"%ASA-4-752012: x", 0},       {"%ASA-6-602303: x", 0},
	        {"%ASA-4-402114: x", 0},       {"%ASA-4-752012: IKEv1 x", 1}, {"%ASA-4-752012: IKEv2 x", 2},
	        {"%ASA-5-713119: IKEv2 x", 2}, {"%ASA-4-750003: IKEv1 x", 1}, {"%ASA-4-752012: IKEv1 and IKEv2", 2},
	        {"%ASA-4-753001: x", 0},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		g_assert_cmpuint(read_good(cases[i].line).ike_version, ==, cases[i].version);
}

static void a_map_entry_is_its_tag_and_its_number(void)
{
	static const struct {
		const char *text, *map;
	} cases[] = {
	        {"Map Tag = m. Map Sequence Number = 10.", "m 10"},   {"Map Tag=m.,. Map Sequence Number=10x", "m 10"},
	        {"Map Tag = m.n Map Sequence Number = 1 0", "m.n 1"}, {"Map Tag = m. Map Sequence Number", "m "},
	        {"Map Tag = m. Sequence Number = 10.", ""},           {"Map Sequence Number = 10. Map Tag = m.", ""},
	        {"Map Tag = . Map Sequence Number = 10.", " 10"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		char *line = g_strconcat("%ASA-4-752012: ", cases[i].text, NULL);
		g_test_message("%s", line);
		g_assert_cmpstr(read_good(line).map, ==, cases[i].map);
		g_free(line);
	}
	/* As much as there is room for: of the tag all but 8 bytes, and the number behind it. */
	char *tag = g_strnfill(100, 'm'), *number = g_strnfill(100, '7');
	char *line = g_strdup_printf("%%ASA-4-752012: Map Tag = %s Map Sequence Number = %s", tag, number);
	tag[ASA_LOG_MAP_SIZE - 8] = '\0';
	number[6] = '\0';
	char *map = g_strdup_printf("%s %s", tag, number);
	g_assert_cmpstr(read_good(line).map, ==, map);
	g_free(map);
	g_free(line);
	g_free(number);
	g_free(tag);
}

/* Words alone, with what else the line says. */
static void words_without_a_number_name_ends_time_and_version(void)
{
	static const char line[] = "2014-12-04T12:37:51Z IKEv2-PROTO-1: IP = 10.2.0.1, Received TS_UNACCEPTABLE notify";
	struct asa_log_message message;

	g_assert_cmpint(asa_log_read_wording(line, strlen(line), &message), ==, 0);
	g_assert_cmpint(message.time, ==, NOON * NANOSECONDS);
	g_assert_cmpuint(message.ike_version, ==, 2);
	assert_address(&message.peer, "10.2.0.1");
	g_assert_true(message.text == line);
	g_assert_cmpuint(message.text_length, ==, strlen(line));
	g_assert_nonnull(message.wording);
	g_assert_null(message.meaning);
	g_assert_cmpint(message.phase, ==, PHASE_2);
	g_assert_cmpint(message.outcome, ==, LOG_FAILED);
	g_assert_cmpint(message.strength, ==, message.wording->strength);
	g_assert_cmpuint(message.number, ==, 0);
	static const char platform[] = "IKEv2-PLAT-1: (139): Auth exchange failed";
	g_assert_cmpint(asa_log_read_wording(platform, strlen(platform), &message), ==, 0);
	g_assert_cmpint(message.cause, ==, CAUSE_PSK_MISMATCH);
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/asa-log/" #function, function                                                                        \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(the_articles_wrong_key_names_peers_phase_and_cause),
        TEST(what_has_nothing_to_do_with_ipsec_names_nobody),
        TEST(syslog_puts_many_things_before_a_message),
        TEST(other_devices_and_a_class_are_read),
        TEST(what_is_no_message_is_refused),
        TEST(who_is_meant_is_found_in_each_way_of_saying_it),
        TEST(a_map_entry_is_named_where_no_peer_is),
        TEST(error_texts_say_which_phase_and_cause),
        TEST(a_message_that_is_not_about_ipsec_means_nothing),
        TEST(the_articles_rows_are_understood_as_they_stand),
        TEST(the_catalogue_of_messages_is_sound),
        TEST(every_message_of_the_catalogue_is_read),
        TEST(what_causes_say_is_logged_is_in_the_catalogue_of_messages),
        TEST(any_bytes_are_survived),
        TEST(a_tag_is_device_class_severity_and_six_digits),
        TEST(a_time_is_read_to_its_fraction_and_zone),
        TEST(words_say_whose_an_address_is),
        TEST(a_message_is_of_one_version_or_of_none),
        TEST(a_map_entry_is_its_tag_and_its_number),
        TEST(words_without_a_number_name_ends_time_and_version),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
