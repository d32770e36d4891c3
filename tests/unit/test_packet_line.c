/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One line about a packet, for packets that no capture of ours holds. */
#include <glib.h>
#include <string.h>

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

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/packet_line/syslog_is_named_by_its_message", syslog_is_named_by_its_message);
	g_test_add_func("/packet_line/other_syslog_is_syslog", other_syslog_is_syslog);
	g_test_add_func("/packet_line/esp_may_be_cut_before_its_sequence_number",
	                esp_may_be_cut_before_its_sequence_number);
	return g_test_run();
}
