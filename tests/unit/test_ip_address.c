/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses in print: as the C library writes them. */
#include <arpa/inet.h>
#include <glib.h>

#include "core/base/ip_address.h"

static void every_byte_of_an_ipv4_address_is_written_as_elsewhere(void)
{
	char text[IP_ADDRESS_TEXT_SIZE], expected[INET_ADDRSTRLEN];

	for (unsigned place = 0; place < 4; place++) {
		for (unsigned value = 0; value < 256; value++) {
			uint8_t bytes[4] = {10, 200, 0, 99};
			bytes[place] = (uint8_t)value;
			const struct ip_address address = ip_address_from_ipv4(bytes);
			inet_ntop(AF_INET, bytes, expected, sizeof expected);
			g_assert_cmpstr(ip_address_to_text(&address, text), ==, expected);
		}
	}
}

static void what_is_read_is_written_again(void)
{
	static const char *const texts[] = {
	        "0.0.0.0", "255.255.255.255", "::", "::1", "fd00::1", "2001:db8:1:2:3:4:5:6",
	};
	char text[IP_ADDRESS_TEXT_SIZE];
	struct ip_address address;

	for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_assert_cmpint(ip_address_from_text(texts[i], &address), ==, 0);
		g_assert_cmpstr(ip_address_to_text(&address, text), ==, texts[i]);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ip-address/ipv4-text", every_byte_of_an_ipv4_address_is_written_as_elsewhere);
	g_test_add_func("/ip-address/text-and-back", what_is_read_is_written_again);
	return g_test_run();
}
