/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "core/wire/infer.h"

#define HEADERS 32 /* IKE header and SK header */

static const struct ike_suite cbc_sha1 = {.encryption = 12, .key_length = 256, .integrity = 2, .prf = 2};
static const struct ike_suite cbc_sha256 = {.encryption = 12, .key_length = 256, .integrity = 12, .prf = 5};
static const struct ike_suite cbc_sha384 = {.encryption = 12, .key_length = 256, .integrity = 13, .prf = 6};
static const struct ike_suite cbc_sha512 = {.encryption = 12, .key_length = 256, .integrity = 14, .prf = 7};
static const struct ike_suite triple_des = {.encryption = 3, .integrity = 2, .prf = 2};
static const struct ike_suite gcm = {.encryption = 20, .key_length = 256, .prf = 5};

/* Message lengths as measured on real exchanges, and what each must hold. */
static const struct {
	const struct ike_suite *suite;
	uint32_t length;
	uint8_t exchange_type;
	bool is_response;
	enum inferred holds;
} measured[] = {
        {&cbc_sha1, 76, IKE2_INFORMATIONAL, false, INFERRED_SHORT},
        {&cbc_sha256, 80, IKE2_INFORMATIONAL, false, INFERRED_SHORT},
        {&cbc_sha384, 88, IKE2_INFORMATIONAL, false, INFERRED_SHORT},
        {&cbc_sha512, 96, IKE2_INFORMATIONAL, false, INFERRED_SHORT},
        {&triple_des, 60, IKE2_INFORMATIONAL, false, INFERRED_EMPTY},
        {&triple_des, 68, IKE2_INFORMATIONAL, false, INFERRED_SHORT},
        {&gcm, 57, IKE2_INFORMATIONAL, false, INFERRED_EMPTY},
        {&gcm, 65, IKE2_INFORMATIONAL, false, INFERRED_ONE_NOTIFY},
        {&gcm, 69, IKE2_INFORMATIONAL, false, INFERRED_DELETE_ESP},
        {&gcm, 67, IKE2_CREATE_CHILD_SA, true, INFERRED_WRONG_GROUP_NOTIFY},
        {&gcm, 65, IKE2_CREATE_CHILD_SA, true, INFERRED_REFUSED},
        {&cbc_sha256, 80, IKE2_CREATE_CHILD_SA, true, INFERRED_REFUSED},
        {&cbc_sha256, 80, IKE2_AUTH, true, INFERRED_AUTH_REFUSED},
        {&cbc_sha1, 76, IKE2_AUTH, true, INFERRED_AUTH_REFUSED},
        {&gcm, 65, IKE2_AUTH, true, INFERRED_AUTH_REFUSED},
        {&triple_des, 68, IKE2_AUTH, true, INFERRED_AUTH_REFUSED},
        {&cbc_sha256, 128, IKE2_AUTH, true, INFERRED_CHILD_REFUSED},
        {&cbc_sha256, 144, IKE2_AUTH, true, INFERRED_CHILD_REFUSED},
        {&cbc_sha1, 140, IKE2_AUTH, true, INFERRED_CHILD_REFUSED},
        {&gcm, 133, IKE2_AUTH, true, INFERRED_CHILD_REFUSED},
        {&cbc_sha256, 224, IKE2_AUTH, true, INFERRED_CHILD_UP},
        {&cbc_sha256, 240, IKE2_AUTH, true, INFERRED_CHILD_UP},
        {&gcm, 209, IKE2_AUTH, true, INFERRED_CHILD_UP},
        {&gcm, 1200, IKE2_AUTH, false, INFERRED_CERTIFICATE},
};

static void measured_lengths_hold_what_was_inside(void)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(measured); i++) {
		struct plaintext_length plaintext =
		        infer_plaintext_length(measured[i].suite, measured[i].length - HEADERS);
		g_test_message("row %u, length %u", i, measured[i].length);
		g_assert_cmpint(
		        infer_content(measured[i].suite, measured[i].exchange_type, measured[i].is_response, plaintext),
		        ==, measured[i].holds);
	}
}

static void aead_gives_the_payload_length_exactly(void)
{
	struct plaintext_length plaintext = infer_plaintext_length(&gcm, 209 - HEADERS);
	g_assert_true(plaintext.known);
	g_assert_cmpuint(plaintext.least, ==, 152);
	g_assert_cmpuint(plaintext.most, ==, 152);
}

static void cbc_gives_an_interval_of_one_block(void)
{
	struct plaintext_length plaintext = infer_plaintext_length(&cbc_sha256, 80 - HEADERS);
	g_assert_cmpuint(plaintext.least, ==, 0);
	g_assert_cmpuint(plaintext.most, ==, 15);
}

static void a_length_that_no_padding_gives_is_not_inferred_from(void)
{
	g_assert_false(infer_plaintext_length(&cbc_sha256, 81 - HEADERS).known);
	g_assert_false(infer_plaintext_length(&cbc_sha256, 20).known);
	g_assert_false(infer_plaintext_length(&gcm, 24).known);
}

static void an_unknown_suite_gives_nothing(void)
{
	const struct ike_suite unknown = {.encryption = 999, .prf = 5};
	struct plaintext_length plaintext = infer_plaintext_length(&unknown, 100);
	g_assert_false(plaintext.known);
	g_assert_cmpint(infer_content(&unknown, IKE2_AUTH, true, plaintext), ==, INFERRED_NOTHING);
}

static void an_eap_payload_of_odd_size_is_no_refusal_under_aead(void)
{
	struct plaintext_length plaintext = {.known = true, .least = 9, .most = 9};
	g_assert_cmpint(infer_content(&gcm, IKE2_AUTH, true, plaintext), ==, INFERRED_NOTHING);
}

static void the_success_bound_follows_the_prf(void)
{
	g_assert_cmpuint(infer_auth_success_least(&cbc_sha256), ==, 12 + 8 + 32 + 36 + 24 + 24);
	g_assert_cmpuint(infer_auth_success_least(&cbc_sha1), ==, 12 + 8 + 20 + 36 + 24 + 24);
}

static void a_message_with_several_proposals_chose_nothing(void)
{
	struct ike_message message = {.proposal_count = 2, .transform_count = 1};
	struct ike_suite suite;
	g_assert_false(ike_suite_read(&message, &suite));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/infer/measured-lengths-hold-what-was-inside", measured_lengths_hold_what_was_inside);
	g_test_add_func("/infer/aead-gives-the-payload-length-exactly", aead_gives_the_payload_length_exactly);
	g_test_add_func("/infer/cbc-gives-an-interval-of-one-block", cbc_gives_an_interval_of_one_block);
	g_test_add_func("/infer/a-length-that-no-padding-gives-is-not-inferred-from",
	                a_length_that_no_padding_gives_is_not_inferred_from);
	g_test_add_func("/infer/an-unknown-suite-gives-nothing", an_unknown_suite_gives_nothing);
	g_test_add_func("/infer/an-eap-payload-of-odd-size-is-no-refusal-under-aead",
	                an_eap_payload_of_odd_size_is_no_refusal_under_aead);
	g_test_add_func("/infer/the-success-bound-follows-the-prf", the_success_bound_follows_the_prf);
	g_test_add_func("/infer/a-message-with-several-proposals-chose-nothing",
	                a_message_with_several_proposals_chose_nothing);
	return g_test_run();
}
