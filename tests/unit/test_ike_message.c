/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IKE reader: what it finds, and that nothing makes it read or loop too far. */
#include <errno.h>
#include <glib.h>

#include "core/wire/ike.h"
#include "core/wire/ike_names.h"
#include "core/wire/infer.h"
#include "tests/unit/bytes.h"

#define LENGTH_OFFSET 24
#define VERSION_2 0x20
#define VERSION_1 0x10
#define FLAG_RESPONSE 0x20
#define FLAG_INITIATOR 0x08

static void begin(struct bytes *message, unsigned version, unsigned exchange, unsigned flags, unsigned first)
{
	message->length = 0;
	put32(message, 0x11223344);
	put32(message, 0x55667788);
	put32(message, 0);
	put32(message, 0);
	put8(message, first);
	put8(message, version);
	put8(message, exchange);
	put8(message, flags);
	put32(message, 0);
	put32(message, 0);
}

/* A payload header; its length is set by end_payload. Returns where it begins. */
static size_t begin_payload(struct bytes *message, unsigned next)
{
	size_t start = message->length;
	put8(message, next);
	put8(message, 0);
	put16(message, 0);
	return start;
}

static void end_payload(struct bytes *message, size_t start)
{
	set16(message, start + 2, message->length - start);
}

static void put_payload(struct bytes *message, unsigned next, const void *body, size_t length)
{
	size_t start = begin_payload(message, next);
	put(message, body, length);
	end_payload(message, start);
}

static int read_message(struct bytes *bytes, struct ike_message *message)
{
	set16(bytes, LENGTH_OFFSET + 2, bytes->length);
	return ike_message_read(bytes->at, bytes->length, bytes->length, message);
}

static void put_transform(struct bytes *message, bool more, unsigned type, unsigned id, unsigned key_length)
{
	put8(message, more ? 3 : 0);
	put8(message, 0);
	put16(message, key_length != 0 ? 12 : 8);
	put8(message, type);
	put8(message, 0);
	put16(message, id);
	if (key_length != 0) {
		put16(message, 0x800e);
		put16(message, key_length);
	}
}

static void put_security_association(struct bytes *message, unsigned next)
{
	size_t payload = begin_payload(message, next), proposal = message->length;

	put16(message, 0);
	put16(message, 0);
	put8(message, 1);
	put8(message, 1);
	put8(message, 0);
	put8(message, 4);
	put_transform(message, true, IKE_TRANSFORM_ENCRYPTION, 12, 256);
	put_transform(message, true, IKE_TRANSFORM_INTEGRITY, 12, 0);
	put_transform(message, true, IKE_TRANSFORM_PRF, 5, 0);
	put_transform(message, false, IKE_TRANSFORM_DH_GROUP, 14, 0);
	set16(message, proposal + 2, message->length - proposal);
	end_payload(message, payload);
}

static void proposals_are_read_and_put_in_words(void)
{
	struct bytes bytes;
	struct ike_message message;
	struct ike_suite suite;
	char text[200];

	begin(&bytes, VERSION_2, IKE2_SA_INIT, FLAG_INITIATOR, IKE2_PAYLOAD_SA);
	put_security_association(&bytes, 0);
	g_assert_cmpint(read_message(&bytes, &message), ==, 0);
	g_assert_cmpint(message.fault, ==, IKE_FAULT_NONE);
	g_assert_cmpuint(message.initiator_spi, ==, UINT64_C(0x1122334455667788));
	g_assert_true(message.from_initiator && !message.is_response && !message.encrypted);
	g_assert_cmpstr(ike_proposals_text(&message, text, sizeof text), ==,
	                "AES-CBC-256, SHA2-256-128, PRF-HMAC-SHA2-256, group 14");
	g_assert_true(ike_suite_read(&message, &suite));
	g_assert_cmpuint(suite.dh_group, ==, 14);
	g_assert_cmpuint(suite.key_length, ==, 256);
}

static void the_wanted_group_is_in_the_notify(void)
{
	static const uint8_t body[] = {0, 0, 0, IKE_NOTIFY_INVALID_KE_PAYLOAD, 0, 14};
	struct bytes bytes;
	struct ike_message message;

	begin(&bytes, VERSION_2, IKE2_SA_INIT, FLAG_RESPONSE, IKE2_PAYLOAD_NOTIFY);
	put_payload(&bytes, 0, body, sizeof body);
	g_assert_cmpint(read_message(&bytes, &message), ==, 0);
	g_assert_cmpuint(bytes.length, ==, 38);
	const struct ike_notify *error = ike_message_error(&message);
	g_assert_nonnull(error);
	g_assert_cmpuint(error->type, ==, IKE_NOTIFY_INVALID_KE_PAYLOAD);
	g_assert_cmpuint(error->data, ==, 14);
}

static void an_encrypted_message_tells_its_lengths(void)
{
	static const uint8_t body[48];
	struct bytes bytes;
	struct ike_message message;

	begin(&bytes, VERSION_2, IKE2_AUTH, FLAG_INITIATOR, IKE2_PAYLOAD_ENCRYPTED);
	put_payload(&bytes, IKE2_PAYLOAD_IDI, body, sizeof body);
	g_assert_cmpint(read_message(&bytes, &message), ==, 0);
	g_assert_true(message.encrypted);
	g_assert_cmpuint(message.encrypted_length, ==, sizeof body);
	g_assert_cmpuint(message.encrypted_first, ==, IKE2_PAYLOAD_IDI);
	g_assert_cmpuint(message.fragment, ==, 0);
}

static void a_fragment_tells_its_number(void)
{
	static const uint8_t body[48] = {0, 2, 0, 3};
	struct bytes bytes;
	struct ike_message message;

	begin(&bytes, VERSION_2, IKE2_AUTH, FLAG_INITIATOR, IKE2_PAYLOAD_ENCRYPTED_FRAGMENT);
	put_payload(&bytes, 0, body, sizeof body);
	g_assert_cmpint(read_message(&bytes, &message), ==, 0);
	g_assert_cmpuint(message.fragment, ==, 2);
	g_assert_cmpuint(message.fragments, ==, 3);
}

static void equal_bytes_have_equal_digests(void)
{
	struct bytes bytes;
	struct ike_message one, same, other;

	begin(&bytes, VERSION_2, IKE2_SA_INIT, FLAG_INITIATOR, IKE2_PAYLOAD_SA);
	put_security_association(&bytes, 0);
	read_message(&bytes, &one);
	read_message(&bytes, &same);
	bytes.at[bytes.length - 1] ^= 1;
	read_message(&bytes, &other);
	g_assert_cmpuint(one.digest, ==, same.digest);
	g_assert_cmpuint(one.digest, !=, other.digest);
}

static void decrypted_payloads_join_the_cleartext(void)
{
	static const uint8_t body[48];
	static const uint8_t refusal[] = {0, 0, 0, 8, 0, 0, 0, IKE_NOTIFY_TS_UNACCEPTABLE};
	struct bytes bytes;
	struct ike_message message;

	begin(&bytes, VERSION_2, IKE2_AUTH, FLAG_RESPONSE, IKE2_PAYLOAD_ENCRYPTED);
	put_payload(&bytes, IKE2_PAYLOAD_NOTIFY, body, sizeof body);
	read_message(&bytes, &message);
	ike_message_add_decrypted(&message, IKE2_PAYLOAD_NOTIFY, refusal, sizeof refusal);
	g_assert_true(message.decrypted);
	g_assert_nonnull(ike_message_notify(&message, IKE_NOTIFY_TS_UNACCEPTABLE));
}

/* ---- what is wrong ---- */

static void headers_that_are_not_ike_are_refused(void)
{
	struct bytes bytes;
	struct ike_message message;

	begin(&bytes, VERSION_2, IKE2_SA_INIT, 0, 0);
	g_assert_cmpint(ike_message_read(bytes.at, 27, 27, &message), ==, -EBADMSG);
	g_assert_cmpint(message.fault, ==, IKE_FAULT_SHORT);
	bytes.at[17] = 0x70;
	g_assert_cmpint(read_message(&bytes, &message), ==, -EBADMSG);
	g_assert_cmpint(message.fault, ==, IKE_FAULT_VERSION);
	bytes.at[17] = VERSION_2;
	bytes.length = 29;
	read_message(&bytes, &message);
	g_assert_cmpint(ike_message_read(bytes.at, 28, 28, &message), ==, -EBADMSG);
	g_assert_cmpint(message.fault, ==, IKE_FAULT_LENGTH);
}

static void payloads_of_length_zero_end_the_reading(void)
{
	struct bytes bytes;
	struct ike_message message;

	begin(&bytes, VERSION_2, IKE2_SA_INIT, 0, IKE2_PAYLOAD_NONCE);
	put32(&bytes, (uint32_t)IKE2_PAYLOAD_NONCE << 24);
	put32(&bytes, (uint32_t)IKE2_PAYLOAD_NONCE << 24);
	g_assert_cmpint(read_message(&bytes, &message), ==, 0);
	g_assert_cmpint(message.fault, ==, IKE_FAULT_PAYLOAD_LENGTH);
	g_assert_cmpuint(message.fault_offset, ==, 28);
}

static void an_endless_chain_of_payloads_ends(void)
{
	struct bytes bytes;
	struct ike_message message;

	begin(&bytes, VERSION_2, IKE2_SA_INIT, 0, IKE2_PAYLOAD_VENDOR);
	for (unsigned i = 0; i < 200; i++)
		put_payload(&bytes, IKE2_PAYLOAD_VENDOR, "", 0);
	g_assert_cmpint(read_message(&bytes, &message), ==, 0);
	g_assert_cmpint(message.fault, ==, IKE_FAULT_TOO_MANY);
	g_assert_cmpuint(message.payload_count, <=, IKE_MAX_PAYLOADS);
}

static void lists_that_overflow_are_counted(void)
{
	static const uint8_t body[] = {0, 0, 0x40, 0x04};
	struct bytes bytes;
	struct ike_message message;

	begin(&bytes, VERSION_2, IKE2_SA_INIT, 0, IKE2_PAYLOAD_NOTIFY);
	for (unsigned i = 0; i < 40; i++)
		put_payload(&bytes, i < 39 ? IKE2_PAYLOAD_NOTIFY : 0, body, sizeof body);
	g_assert_cmpint(read_message(&bytes, &message), ==, 0);
	g_assert_cmpuint(message.notify_count, ==, IKE_MAX_NOTIFIES);
	g_assert_cmpuint(message.skipped, >=, 40 - IKE_MAX_NOTIFIES);
}

/* A snap length is the capture's doing: it is told apart from a malformed message, and nothing beyond it is read. */
static void a_snap_length_is_no_malformed_message(void)
{
	struct bytes bytes;

	begin(&bytes, VERSION_2, IKE2_SA_INIT, FLAG_INITIATOR, IKE2_PAYLOAD_SA);
	put_security_association(&bytes, IKE2_PAYLOAD_NONCE);
	put_payload(&bytes, 0, "0123456789abcdef", 16);
	set16(&bytes, LENGTH_OFFSET + 2, bytes.length);
	for (size_t captured = IKE_HEADER_SIZE; captured < bytes.length; captured++) {
		uint8_t *cut = g_memdup2(bytes.at, captured);
		struct ike_message message;
		g_assert_cmpint(ike_message_read(cut, captured, bytes.length, &message), ==, 0);
		g_assert_true(message.fault == IKE_FAULT_TRUNCATED || message.fault == IKE_FAULT_NONE);
		g_free(cut);
	}
}

static void ikev1_alternatives_become_proposals(void)
{
	static const uint8_t attributes[] = {0x80, 1, 0,    7, 0x80, 14, 1,    0, 0x80, 2,
	                                     0,    4, 0x80, 4, 0,    14, 0x80, 3, 0,    1};
	struct bytes bytes;
	struct ike_message message;
	char text[200];

	begin(&bytes, VERSION_1, IKE1_MAIN_MODE, 0, IKE1_PAYLOAD_SA);
	size_t payload = begin_payload(&bytes, 0);
	put32(&bytes, 1); /* DOI */
	put32(&bytes, 1); /* situation */
	size_t proposal = bytes.length;
	put32(&bytes, 0);
	put8(&bytes, 1);
	put8(&bytes, 1);
	put8(&bytes, 0);
	put8(&bytes, 1);
	put16(&bytes, 0);
	put16(&bytes, 8 + sizeof attributes);
	put32(&bytes, 0x01010000);
	put(&bytes, attributes, sizeof attributes);
	set16(&bytes, proposal + 2, bytes.length - proposal);
	end_payload(&bytes, payload);
	g_assert_cmpint(read_message(&bytes, &message), ==, 0);
	g_assert_cmpint(message.fault, ==, IKE_FAULT_NONE);
	ike_proposals_text(&message, text, sizeof text);
	g_assert_cmpstr(text, ==, "AES-CBC-256, SHA2-256, group 14, pre-shared key");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ike/proposals", proposals_are_read_and_put_in_words);
	g_test_add_func("/ike/wanted-group", the_wanted_group_is_in_the_notify);
	g_test_add_func("/ike/encrypted", an_encrypted_message_tells_its_lengths);
	g_test_add_func("/ike/fragment", a_fragment_tells_its_number);
	g_test_add_func("/ike/digest", equal_bytes_have_equal_digests);
	g_test_add_func("/ike/decrypted", decrypted_payloads_join_the_cleartext);
	g_test_add_func("/ike/not-ike", headers_that_are_not_ike_are_refused);
	g_test_add_func("/ike/zero-length", payloads_of_length_zero_end_the_reading);
	g_test_add_func("/ike/endless-chain", an_endless_chain_of_payloads_ends);
	g_test_add_func("/ike/overflow", lists_that_overflow_are_counted);
	g_test_add_func("/ike/snap-length", a_snap_length_is_no_malformed_message);
	g_test_add_func("/ike/ikev1-alternatives", ikev1_alternatives_become_proposals);
	return g_test_run();
}
