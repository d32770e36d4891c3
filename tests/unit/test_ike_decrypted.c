/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Payloads that only a decryptor sees: what is read from good ones, and where bad ones stop the reading. */
#include <glib.h>
#include <string.h>

#include "core/wire/ike.h"
#include "core/wire/infer.h"
#include "payload_chain.h"

/* An encrypted message of this exchange, and the chain as its contents; a copy of just that length. */
static struct ike_message decrypted(uint8_t version, uint8_t exchange, uint8_t first, const uint8_t *bytes,
                                    size_t length)
{
	struct ike_message message = {.major_version = version, .exchange_type = exchange, .encrypted = true};
	static uint8_t *copy;

	g_free(copy);
	copy = g_memdup2(bytes, length);
	ike_message_add_decrypted(&message, first, copy, length);
	g_assert_true(message.decrypted);
	return message;
}

static struct ike_message decrypted_chain(struct payload_chain *chain)
{
	struct ike_message message = decrypted(2, IKE2_AUTH, chain->first, chain->bytes->data, chain->bytes->len);
	payload_chain_end(chain);
	return message;
}

static void assert_address(const struct ip_address *address, const char *text)
{
	char printed[IP_ADDRESS_TEXT_SIZE];
	g_assert_cmpstr(ip_address_to_text(address, printed), ==, text);
}

static void an_ike_auth_request_is_read_whole(void)
{
	struct payload_chain chain;
	char text[32];

	payload_chain_begin(&chain);
	payload_chain_add_name(&chain, IKE2_PAYLOAD_IDI, "left.example");
	payload_chain_add_name(&chain, IKE2_PAYLOAD_IDR, "right.example");
	payload_chain_add_auth(&chain, 2);
	payload_chain_add_esp(&chain, 0xa0bffec9, 12, 256, 12, 0);
	payload_chain_add_selector(&chain, IKE2_PAYLOAD_TSI, "10.10.0.0", "10.10.255.255");
	payload_chain_add_selector(&chain, IKE2_PAYLOAD_TSR, "2001:db8::", "2001:db8::ffff");
	struct ike_message message = decrypted_chain(&chain);
	struct ike_suite suite;

	g_assert_cmpint(message.fault, ==, IKE_FAULT_NONE);
	g_assert_cmpuint(message.identity_count, ==, 2);
	g_assert_true(message.identities[0].of_initiator);
	g_assert_cmpstr(ike_identity_text(&message.identities[0], text, sizeof text), ==, "left.example");
	g_assert_cmpstr(ike_identity_text(&message.identities[1], text, 6), ==, "right");
	g_assert_cmpuint(message.authentication_method, ==, 2);
	g_assert_cmphex(ike_message_esp_spi(&message), ==, 0xa0bffec9);
	g_assert_true(esp_suite_read(&message, &suite));
	g_assert_cmpuint(suite.encryption, ==, 12);
	g_assert_cmpuint(suite.key_length, ==, 256);
	g_assert_cmpuint(suite.integrity, ==, 12);
	g_assert_cmpuint(message.selector_count, ==, 2);
	g_assert_true(message.selectors[0].of_initiator);
	g_assert_cmpuint(message.selectors[0].last_port, ==, 65535);
	assert_address(&message.selectors[0].last, "10.10.255.255");
	assert_address(&message.selectors[1].first, "2001:db8::");
}

static void identities_that_are_no_text_are_empty_or_addresses(void)
{
	static const uint8_t wire[] = {10, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9};
	const struct ike_identity identities[] = {
	        {false, 1, 4, wire},  {false, 5, 16, wire}, {false, 1, 3, wire},
	        {false, 9, 16, wire}, {false, 2, 0, wire},
	};
	static const char *const texts[] = {"10.1.0.1", "a01:1::9", "", "", ""};
	char text[IP_ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < G_N_ELEMENTS(identities); i++)
		g_assert_cmpstr(ike_identity_text(&identities[i], text, sizeof text), ==, texts[i]);
}

/* IKEv1 quick mode: DOI-typed identities, a network and an address (RFC 2407 sec. 4.6.2). */
static void quick_mode_identities_are_selectors(void)
{
	static const uint8_t chain[] = {
	        IKE1_PAYLOAD_ID,
	        0,
	        0,
	        16,
	        4,
	        0,
	        0,
	        0,
	        10,
	        10,
	        1,
	        1,
	        255,
	        255,
	        0,
	        0, /* 10.10.0.0/16 */
	        0,
	        0,
	        0,
	        12,
	        1,
	        17,
	        0,
	        53,
	        172,
	        20,
	        0,
	        9, /* 172.20.0.9, UDP 53 */
	};
	struct ike_message message = decrypted(1, IKE1_QUICK_MODE, IKE1_PAYLOAD_ID, chain, sizeof chain);

	g_assert_cmpint(message.fault, ==, IKE_FAULT_NONE);
	g_assert_cmpuint(message.selector_count, ==, 2);
	g_assert_cmpuint(message.identity_count, ==, 0);
	assert_address(&message.selectors[0].first, "10.10.0.0");
	assert_address(&message.selectors[0].last, "10.10.255.255");
	g_assert_cmpuint(message.selectors[0].last_port, ==, 65535);
	g_assert_false(message.selectors[1].of_initiator);
	assert_address(&message.selectors[1].last, "172.20.0.9");
	g_assert_cmpuint(message.selectors[1].protocol, ==, 17);
	g_assert_cmpuint(message.selectors[1].first_port, ==, 53);
	g_assert_cmpuint(message.selectors[1].last_port, ==, 53);
	/* Elsewhere the same payload says who somebody is. */
	message = decrypted(1, IKE1_MAIN_MODE, IKE1_PAYLOAD_ID, chain, sizeof chain);
	g_assert_cmpuint(message.selector_count, ==, 0);
	g_assert_cmpuint(message.identity_count, ==, 2);
}

static void deletes_name_spis_or_the_ike_sa(void)
{
	static const uint8_t esp[] = {0, 0, 0, 16, 3, 4, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8};
	static const uint8_t ike[] = {0, 0, 0, 8, 1, 0, 0, 0};
	static const uint8_t ikev1[] = {0, 0, 0, 16, 0, 0, 0, 1, 3, 4, 0, 1, 9, 9, 9, 9};
	struct ike_message message = decrypted(2, IKE2_INFORMATIONAL, IKE2_PAYLOAD_DELETE, esp, sizeof esp);

	g_assert_cmpuint(message.deleted_spi_count, ==, 2);
	g_assert_cmphex(message.deleted_spis[1], ==, 0x05060708);
	g_assert_false(message.deletes_ike_sa);
	g_assert_true(decrypted(2, IKE2_INFORMATIONAL, IKE2_PAYLOAD_DELETE, ike, sizeof ike).deletes_ike_sa);
	message = decrypted(1, IKE1_INFORMATIONAL, IKE1_PAYLOAD_DELETE, ikev1, sizeof ikev1);
	g_assert_cmphex(message.deleted_spis[0], ==, 0x09090909);
}

static void bad_lengths_stop_the_reading(void)
{
	static const struct {
		uint8_t version, exchange, type;
		uint8_t length;
		uint8_t bytes[32];
	} chains[] = {
	        {2, IKE2_AUTH, IKE2_PAYLOAD_IDI, 6, {0, 0, 0, 6, 1, 0}},
	        {2, IKE2_AUTH, IKE2_PAYLOAD_AUTH, 6, {0, 0, 0, 6, 2, 0}},
	        {2, IKE2_AUTH, IKE2_PAYLOAD_TSI, 6, {0, 0, 0, 6, 1, 0}},
	        {2, IKE2_AUTH, IKE2_PAYLOAD_TSI, 12, {0, 0, 0, 12, 1, 0, 0, 0, 7, 0, 0, 16}},
	        {2, IKE2_AUTH, IKE2_PAYLOAD_TSI, 16, {0, 0, 0, 16, 1, 0, 0, 0, 7, 0, 0, 8, 0, 0, 0xff, 0xff}},
	        {2, IKE2_AUTH, IKE2_PAYLOAD_TSI, 16, {0, 0, 0, 16, 1, 0, 0, 0, 8, 0, 0, 8, 0, 0, 0xff, 0xff}},
	        {2, IKE2_INFORMATIONAL, IKE2_PAYLOAD_DELETE, 12, {0, 0, 0, 12, 3, 4, 0, 2, 1, 2, 3, 4}},
	        {2, IKE2_INFORMATIONAL, IKE2_PAYLOAD_DELETE, 8, {0, 0, 0, 8, 3, 255, 255, 255}},
	        {2, IKE2_INFORMATIONAL, IKE2_PAYLOAD_DELETE, 6, {0, 0, 0, 6, 3, 4}},
	        {1, IKE1_INFORMATIONAL, IKE1_PAYLOAD_DELETE, 8, {0, 0, 0, 8, 0, 0, 0, 1}},
	        {1, IKE1_QUICK_MODE, IKE1_PAYLOAD_ID, 6, {0, 0, 0, 6, 4, 0}},
	        {1, IKE1_QUICK_MODE, IKE1_PAYLOAD_ID, 12, {0, 0, 0, 12, 4, 0, 0, 0, 10, 0, 0, 0}},
	        {1, IKE1_QUICK_MODE, IKE1_PAYLOAD_ID, 8, {0, 0, 0, 8, 1, 0, 0, 0}},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(chains); i++) {
		struct ike_message message = decrypted(chains[i].version, chains[i].exchange, chains[i].type,
		                                       chains[i].bytes, chains[i].length);
		g_assert_cmpint(message.fault, ==, IKE_FAULT_PAYLOAD_LENGTH);
		g_assert_cmpuint(message.selector_count, ==, 0);
		g_assert_cmpuint(message.deleted_spi_count, ==, 0);
		g_assert_cmpuint(message.identity_count, ==, 0);
	}
}

static void what_does_not_fit_the_lists_is_counted(void)
{
	struct payload_chain chain;

	payload_chain_begin(&chain);
	for (unsigned i = 0; i < 20; i++) {
		payload_chain_add_selector(&chain, IKE2_PAYLOAD_TSI, "10.0.0.0", "10.0.0.255");
		payload_chain_add_delete(&chain, i + 1);
		payload_chain_add_name(&chain, IKE2_PAYLOAD_IDI, "x");
	}
	struct ike_message message = decrypted_chain(&chain);

	g_assert_cmpuint(message.selector_count, ==, IKE_MAX_SELECTORS);
	g_assert_cmpuint(message.deleted_spi_count, ==, IKE_MAX_DELETED_SPIS);
	g_assert_cmpuint(message.identity_count, ==, IKE_MAX_IDENTITIES);
	g_assert_cmpuint(message.skipped + message.selector_count + message.deleted_spi_count + message.identity_count,
	                 ==, 60);
}

static void unknown_selector_types_are_passed_over(void)
{
	static const uint8_t chain[] = {0, 0, 0, 16, 1, 0, 0, 0, 9, 0, 0, 8, 1, 2, 3, 4};
	struct ike_message message = decrypted(2, IKE2_AUTH, IKE2_PAYLOAD_TSI, chain, sizeof chain);

	g_assert_cmpint(message.fault, ==, IKE_FAULT_NONE);
	g_assert_cmpuint(message.selector_count, ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ike-decrypted/an-ike-auth-request-is-read-whole", an_ike_auth_request_is_read_whole);
	g_test_add_func("/ike-decrypted/identities-that-are-no-text-are-empty-or-addresses",
	                identities_that_are_no_text_are_empty_or_addresses);
	g_test_add_func("/ike-decrypted/quick-mode-identities-are-selectors", quick_mode_identities_are_selectors);
	g_test_add_func("/ike-decrypted/deletes-name-spis-or-the-ike-sa", deletes_name_spis_or_the_ike_sa);
	g_test_add_func("/ike-decrypted/bad-lengths-stop-the-reading", bad_lengths_stop_the_reading);
	g_test_add_func("/ike-decrypted/what-does-not-fit-the-lists-is-counted",
	                what_does_not_fit_the_lists_is_counted);
	g_test_add_func("/ike-decrypted/unknown-selector-types-are-passed-over",
	                unknown_selector_types_are_passed_over);
	return g_test_run();
}
