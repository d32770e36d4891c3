/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a captured frame to the IP packet in it: each link layer, whole and cut. */
#include "core/wire/link_layer.h"

#include <errno.h>
#include <glib.h>
#include <stdbool.h>
#include <string.h>

#define ADDRESSES 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 /* of Ethernet */
#define ZEROS_14 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
#define ZEROS_18 ZEROS_14, 0, 0, 0, 0

#define IPV4 0x45
#define IPV6 0x60

/* What stands before the IP header. */
static const struct {
	const char *what;
	int link_type;
	unsigned length;
	uint8_t bytes[40];
} layers[] = {
        {"Ethernet", 1, 14, {ADDRESSES, 0x08, 0x00}},
        {"Ethernet, IPv6", 1, 14, {ADDRESSES, 0x86, 0xdd}},
        {"a VLAN", 1, 18, {ADDRESSES, 0x81, 0x00, 0, 7, 0x08, 0x00}},
        {"a service VLAN", 1, 18, {ADDRESSES, 0x88, 0xa8, 0, 7, 0x08, 0x00}},
        {"an old service VLAN", 1, 18, {ADDRESSES, 0x91, 0x00, 0, 7, 0x08, 0x00}},
        {"another old one", 1, 18, {ADDRESSES, 0x92, 0x00, 0, 7, 0x86, 0xdd}},
        {"four VLANs",
         1,
         30,
         {ADDRESSES, 0x88, 0xa8, 0, 7, 0x81, 0x00, 0, 7, 0x81, 0x00, 0, 7, 0x81, 0x00, 0, 7, 0x08, 0x00}},
        {"PPPoE", 1, 22, {ADDRESSES, 0x88, 0x64, 0x11, 0, 0, 1, 0, 9, 0x00, 0x21}},
        {"PPPoE in a VLAN, IPv6", 1, 26, {ADDRESSES, 0x81, 0x00, 0, 7, 0x88, 0x64, 0x11, 0, 0, 1, 0, 9, 0x00, 0x57}},
        {"PPPoE, compressed protocol", 1, 21, {ADDRESSES, 0x88, 0x64, 0x11, 0, 0, 1, 0, 9, 0x21}},
        {"PPPoE alone", 51, 8, {0x11, 0, 0, 1, 0, 9, 0x00, 0x21}},
        {"PPP", 9, 4, {0xff, 0x03, 0x00, 0x21}},
        {"PPP, IPv6", 9, 4, {0xff, 0x03, 0x00, 0x57}},
        {"PPP without address and control", 9, 2, {0x00, 0x21}},
        {"PPP, compressed protocol", 9, 1, {0x21}},
        {"PPP, compressed protocol, IPv6", 9, 3, {0xff, 0x03, 0x57}},
        {"PPP in HDLC", 50, 4, {0xff, 0x03, 0x00, 0x21}},
        {"raw IP", 101, 0, {0}},
        {"raw IP by another number", 12, 0, {0}},
        {"raw IP on OpenBSD", 14, 0, {0}},
        {"IPv4", 228, 0, {0}},
        {"IPv6", 229, 0, {0}},
        {"Linux cooked", 113, 16, {ZEROS_14, 0x08, 0x00}},
        {"Linux cooked, a VLAN", 113, 20, {ZEROS_14, 0x81, 0x00, 0, 7, 0x86, 0xdd}},
        {"Linux cooked, version 2", 276, 20, {0x08, 0x00, ZEROS_18}},
        {"Linux cooked, version 2, IPv6", 276, 20, {0x86, 0xdd, ZEROS_18}},
        {"null", 0, 4, {2, 0, 0, 0}},
        {"loop", 108, 4, {0, 0, 0, 24}},
};

/* With so many bytes of the frame captured. */
static int offset_in(size_t layer, size_t captured, uint8_t first)
{
	uint8_t frame[sizeof layers[0].bytes + 1];

	memcpy(frame, layers[layer].bytes, layers[layer].length);
	frame[layers[layer].length] = first;
	uint8_t *exact = g_memdup2(frame, captured); /* of just that size, for AddressSanitizer */
	int offset = link_layer_ip_offset(layers[layer].link_type, exact, captured);
	g_free(exact);
	return offset;
}

static void each_link_layer_is_skipped(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(layers); i++) {
		const size_t whole = layers[i].length + 1;
		g_test_message("%s", layers[i].what);
		g_assert_cmpint(offset_in(i, whole, IPV4), ==, (int)layers[i].length);
		g_assert_cmpint(offset_in(i, whole, IPV6), ==, (int)layers[i].length);
		for (unsigned version = 0; version < 16; version++)
			if (version != 4 && version != 6)
				g_assert_cmpint(offset_in(i, whole, (uint8_t)(version << 4 | 5)), ==, -ENODATA);
	}
}

static void a_cut_frame_has_no_ip_header(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(layers); i++) {
		for (size_t captured = 0; captured <= layers[i].length; captured++) {
			/* The first byte of PPP may be a protocol of its own. */
			const bool is_odd = captured == 1 && layers[i].length > 1 && layers[i].bytes[0] == 0xff;
			g_test_message("%s, %zu bytes", layers[i].what, captured);
			g_assert_cmpint(offset_in(i, captured, IPV4), ==, is_odd ? -ENODATA : -EBADMSG);
		}
	}
}

static const struct {
	const char *what;
	int link_type;
	int result;
	unsigned length;
	uint8_t bytes[48];
} others[] = {
        {"ARP", 1, -ENODATA, 15, {ADDRESSES, 0x08, 0x06, IPV4}},
        {"nearly IPv4", 1, -ENODATA, 15, {ADDRESSES, 0x08, 0x01, IPV4}},
        {"nearly IPv6", 1, -ENODATA, 15, {ADDRESSES, 0x86, 0xdc, IPV6}},
        {"PPPoE discovery", 1, -ENODATA, 23, {ADDRESSES, 0x88, 0x63, 0x11, 0, 0, 1, 0, 9, 0x00, 0x21, IPV4}},
        {"no VLAN", 1, -ENODATA, 19, {ADDRESSES, 0x81, 0x01, 0, 7, 0x08, 0x00, IPV4}},
        {"five VLANs", 1, -ENODATA, 35, {ADDRESSES, 0x81, 0x00, 0, 7, 0x81, 0x00, 0, 7, 0x81, 0x00, 0,
                                         7,         0x81, 0x00, 0, 7, 0x81, 0x00, 0, 7, 0x08, 0x00, IPV4}},
        {"a PPPoE packet that is no data", 51, -ENODATA, 9, {0x11, 0x09, 0, 1, 0, 9, 0x00, 0x21, IPV4}},
        {"PPP link control", 9, -ENODATA, 5, {0xff, 0x03, 0xc0, 0x21, IPV4}},
        {"nearly IPv4 in PPP", 9, -ENODATA, 5, {0xff, 0x03, 0x00, 0x23, IPV4}},
        {"nearly IPv6 in PPP", 9, -ENODATA, 5, {0xff, 0x03, 0x00, 0x55, IPV6}},
        {"another control byte", 9, -ENODATA, 5, {0xff, 0x04, 0x00, 0x21, IPV4}},
        {"another address byte", 9, -ENODATA, 5, {0xfe, 0x03, 0x00, 0x21, IPV4}},
        {"Linux cooked, ARP", 113, -ENODATA, 17, {ZEROS_14, 0x08, 0x06, IPV4}},
        /* That it is not IP is known before what it would stand in ends. */
        {"ARP's type and no more", 1, -ENODATA, 14, {ADDRESSES, 0x08, 0x06}},
        {"the same in a VLAN", 1, -ENODATA, 18, {ADDRESSES, 0x81, 0x00, 0, 7, 0x08, 0x06}},
        {"PPPoE's link control and no more", 51, -ENODATA, 8, {0x11, 0, 0, 1, 0, 9, 0xc0, 0x21}},
        {"a PPPoE header that is no data", 51, -ENODATA, 6, {0x11, 0x09, 0, 1, 0, 9}},
        {"PPP link control and no more", 9, -ENODATA, 2, {0xc0, 0x21}},
        {"Linux cooked, ARP and no more", 113, -ENODATA, 16, {ZEROS_14, 0x08, 0x06}},
        {"Linux cooked, version 2, ARP and no more", 276, -ENODATA, 20, {0x08, 0x06, ZEROS_18}},
        {"an unknown link type", 147, -ENOTSUP, 15, {ADDRESSES, 0x08, 0x00, IPV4}},
        {"a negative one", -1, -ENOTSUP, 15, {ADDRESSES, 0x08, 0x00, IPV4}},
};

static void what_is_not_ip_is_told_from_what_is_not_known(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		g_test_message("%s", others[i].what);
		g_assert_cmpint(link_layer_ip_offset(others[i].link_type, others[i].bytes, others[i].length), ==,
		                others[i].result);
	}
}

/* Only the numbers of the table. */
static void no_other_link_type_is_read(void)
{
	static const uint8_t frame[64] = {IPV4};
	unsigned known = 0;

	for (int link_type = 0; link_type < 400; link_type++)
		known += link_layer_ip_offset(link_type, frame, sizeof frame) != -ENOTSUP;
	g_assert_cmpuint(known, ==, 13);
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/link-layer/" #function, function                                                                     \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(each_link_layer_is_skipped),
        TEST(a_cut_frame_has_no_ip_header),
        TEST(what_is_not_ip_is_told_from_what_is_not_known),
        TEST(no_other_link_type_is_read),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
