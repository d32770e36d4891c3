/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each payload of IKE, field by field: what is read of it, how short it may be, and what a capture may cut. */
#include <errno.h>
#include <glib.h>
#include <string.h>

#include "bytes.h"
#include "core/wire/ike.h"

#define MOST_BODY 96

/* A message of this version and exchange with one payload of this type, of which so many bytes were captured. */
static struct ike_message read_payload(uint8_t version, uint8_t exchange, uint8_t type, const uint8_t *body,
                                       size_t length, size_t captured)
{
	static struct bytes bytes;
	static uint8_t *exact;
	struct ike_message message;

	bytes.length = 0;
	put32(&bytes, 0x01020304);
	put32(&bytes, 0x05060708);
	put32(&bytes, 0x11121314);
	put32(&bytes, 0x15161718);
	put8(&bytes, type);
	put8(&bytes, version * 16u + 3);
	put8(&bytes, exchange);
	put8(&bytes, 0);
	put32(&bytes, 0x21222324);
	put32(&bytes, (uint32_t)(IKE_HEADER_SIZE + 4 + length));
	put16(&bytes, 0);
	put16(&bytes, (unsigned)(4 + length));
	put(&bytes, body, length);
	g_free(exact);
	exact = g_memdup2(bytes.at, IKE_HEADER_SIZE + 4 + captured);
	g_assert_cmpint(ike_message_read(exact, IKE_HEADER_SIZE + 4 + captured, bytes.length, &message), ==, 0);
	return message;
}

static struct ike_message read_whole(uint8_t version, uint8_t type, const uint8_t *body, size_t length)
{
	return read_payload(version, version == 2 ? IKE2_SA_INIT : IKE1_MAIN_MODE, type, body, length, length);
}

/* ---- the header ---- */

static void the_header_is_read_field_by_field(void)
{
	struct ike_message message = read_whole(2, IKE2_PAYLOAD_NONCE, (const uint8_t[4]){0}, 4);

	g_assert_cmphex(message.initiator_spi, ==, UINT64_C(0x0102030405060708));
	g_assert_cmphex(message.responder_spi, ==, UINT64_C(0x1112131415161718));
	g_assert_cmpuint(message.next_payload, ==, IKE2_PAYLOAD_NONCE);
	g_assert_cmpuint(message.major_version, ==, 2);
	g_assert_cmpuint(message.minor_version, ==, 3);
	g_assert_cmpuint(message.exchange_type, ==, IKE2_SA_INIT);
	g_assert_cmphex(message.message_id, ==, 0x21222324);
	g_assert_cmpuint(message.length, ==, 36);
	g_assert_cmpint(message.fault, ==, IKE_FAULT_NONE);
	g_assert_cmpuint(message.payload_count, ==, 1);
	g_assert_true(ike_message_has_payload(&message, IKE2_PAYLOAD_NONCE));
	g_assert_false(ike_message_has_payload(&message, IKE2_PAYLOAD_KE));
	g_assert_false(message.encrypted || message.decrypted);
}

static void flags_say_who_sends_and_what(void)
{
	/* By version and flags: a response, from the initiator, encrypted. */
	static const struct {
		uint8_t version, flags;
		bool is_response, from_initiator, encrypted;
	} cases[] = {
	        {2, 0x00, false, false, false}, {2, 0x20, true, false, false},  {2, 0x08, false, true, false},
	        {2, 0x28, true, true, false},   {2, 0xd7, false, false, false}, {1, 0x28, false, false, false},
	        {1, 0x01, false, false, true},  {1, 0xfe, false, false, false}, {2, 0x01, false, false, false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		uint8_t bytes[40] = {[17] = (uint8_t)(cases[i].version << 4), [19] = cases[i].flags, [27] = 40};
		struct ike_message message;
		g_assert_cmpint(ike_message_read(bytes, sizeof bytes, sizeof bytes, &message), ==, 0);
		g_assert_cmpint(message.is_response, ==, cases[i].is_response);
		g_assert_cmpint(message.from_initiator, ==, cases[i].from_initiator);
		g_assert_cmpint(message.encrypted, ==, cases[i].encrypted);
		g_assert_cmpuint(message.flags, ==, cases[i].flags);
		g_assert_cmpuint(message.encrypted_length, ==, cases[i].encrypted ? 12 : 0);
	}
}

static void a_header_that_does_not_fit_is_refused(void)
{
	static const struct {
		uint8_t version;
		uint32_t length;
		size_t captured, wire;
		enum ike_fault fault;
		uint32_t offset;
	} cases[] = {
	        {0x20, 28, 28, 28, IKE_FAULT_NONE, 0},     {0x10, 28, 28, 28, IKE_FAULT_NONE, 0},
	        {0x20, 28, 27, 27, IKE_FAULT_SHORT, 27},   {0x20, 28, 27, 28, IKE_FAULT_TRUNCATED, 27},
	        {0x20, 28, 0, 0, IKE_FAULT_SHORT, 0},      {0x00, 28, 28, 28, IKE_FAULT_VERSION, 17},
	        {0x30, 28, 28, 28, IKE_FAULT_VERSION, 17}, {0x20, 27, 28, 28, IKE_FAULT_LENGTH, 24},
	        {0x20, 29, 28, 28, IKE_FAULT_LENGTH, 24},  {0x20, 29, 28, 29, IKE_FAULT_NONE, 0},
	        {0x20, 28, 28, 10, IKE_FAULT_NONE, 0},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		uint8_t bytes[28] = {[17] = cases[i].version, [27] = (uint8_t)cases[i].length};
		struct ike_message message;
		int result = ike_message_read(bytes, cases[i].captured, cases[i].wire, &message);
		g_assert_cmpint(message.fault, ==, cases[i].fault);
		g_assert_cmpuint(message.fault_offset, ==, cases[i].offset);
		g_assert_cmpint(result, ==, cases[i].fault == IKE_FAULT_NONE ? 0 : -EBADMSG);
	}
}

static void each_fault_has_a_sentence(void)
{
	g_assert_cmpstr(ike_fault_text(IKE_FAULT_NONE), ==, "");
	g_assert_cmpstr(ike_fault_text(IKE_FAULT_SHORT), ==, "The datagram is shorter than an IKE header.");
	g_assert_cmpstr(ike_fault_text(IKE_FAULT_VERSION), ==, "The major version is neither 1 nor 2.");
	g_assert_cmpstr(ike_fault_text(IKE_FAULT_LENGTH), ==,
	                "The length in the IKE header does not fit the datagram.");
	g_assert_cmpstr(ike_fault_text(IKE_FAULT_PAYLOAD_LENGTH), ==, "A payload's length does not fit the message.");
	g_assert_cmpstr(ike_fault_text(IKE_FAULT_TOO_MANY), ==, "The message has more payloads than any honest one.");
	g_assert_cmpstr(ike_fault_text(IKE_FAULT_TRUNCATED), ==, "The capture's snap length cut the message.");
	g_assert_cmpstr(ike_fault_text((enum ike_fault)99), ==, "");
}

/* A first IP fragment holds only the beginning. */
static void a_message_goes_on_in_other_fragments(void)
{
	struct ike_message message = {.fault = IKE_FAULT_TRUNCATED};

	g_assert_true(ike_message_goes_on(&message, true));
	g_assert_false(ike_message_goes_on(&message, false));
	message.fault = IKE_FAULT_LENGTH;
	g_assert_false(ike_message_goes_on(&message, true));
}

/* ---- the least length of each payload ---- */

static const struct {
	uint8_t version, exchange, type;
	size_t least; /* bytes of body */
} least[] = {
        {1, IKE1_MAIN_MODE, IKE1_PAYLOAD_SA, 8},
        {1, IKE1_MAIN_MODE, IKE1_PAYLOAD_KE, 0},
        {1, IKE1_MAIN_MODE, IKE1_PAYLOAD_ID, 4},
        {1, IKE1_QUICK_MODE, IKE1_PAYLOAD_ID, 4},
        {1, IKE1_INFORMATIONAL, IKE1_PAYLOAD_NOTIFY, 8},
        {1, IKE1_INFORMATIONAL, IKE1_PAYLOAD_DELETE, 8},
        {1, IKE1_MAIN_MODE, IKE1_PAYLOAD_VENDOR, 0},
        {1, IKE1_MAIN_MODE, IKE1_PAYLOAD_NAT_D, 0},
        {1, IKE1_MAIN_MODE, IKE1_PAYLOAD_FRAGMENT, 4},
        {1, IKE1_MAIN_MODE, IKE1_PAYLOAD_NONCE, 0},
        {2, IKE2_SA_INIT, IKE2_PAYLOAD_SA, 0},
        {2, IKE2_SA_INIT, IKE2_PAYLOAD_KE, 4},
        {2, IKE2_AUTH, IKE2_PAYLOAD_IDI, 4},
        {2, IKE2_AUTH, IKE2_PAYLOAD_IDR, 4},
        {2, IKE2_AUTH, IKE2_PAYLOAD_AUTH, 4},
        {2, IKE2_AUTH, IKE2_PAYLOAD_NOTIFY, 4},
        {2, IKE2_INFORMATIONAL, IKE2_PAYLOAD_DELETE, 4},
        {2, IKE2_SA_INIT, IKE2_PAYLOAD_VENDOR, 0},
        {2, IKE2_AUTH, IKE2_PAYLOAD_TSI, 4},
        {2, IKE2_AUTH, IKE2_PAYLOAD_TSR, 4},
        {2, IKE2_AUTH, IKE2_PAYLOAD_ENCRYPTED, 0},
        {2, IKE2_AUTH, IKE2_PAYLOAD_ENCRYPTED_FRAGMENT, 4},
        {2, IKE2_AUTH, IKE2_PAYLOAD_CERT, 0},
};

static void each_payload_has_a_least_length(void)
{
	static const uint8_t zeros[MOST_BODY];

	for (size_t i = 0; i < G_N_ELEMENTS(least); i++) {
		g_test_message("version %u, type %u", least[i].version, least[i].type);
		struct ike_message message = read_payload(least[i].version, least[i].exchange, least[i].type, zeros,
		                                          least[i].least, least[i].least);
		g_assert_cmpint(message.fault, ==, IKE_FAULT_NONE);
		g_assert_cmpuint(message.payload_types[0], ==, least[i].type);
		if (least[i].least == 0)
			continue;
		message = read_payload(least[i].version, least[i].exchange, least[i].type, zeros, least[i].least - 1,
		                       least[i].least - 1);
		g_assert_cmpint(message.fault, ==, IKE_FAULT_PAYLOAD_LENGTH);
		g_assert_cmpuint(message.fault_offset, ==, IKE_HEADER_SIZE + 4);
	}
}

/* A capture that cuts a payload is no fault of its sender; nothing is read past the cut. */
static void each_payload_may_be_cut(void)
{
	static const uint8_t zeros[MOST_BODY];

	for (size_t i = 0; i < G_N_ELEMENTS(least); i++) {
		const size_t length = least[i].least + 12;
		for (size_t captured = 0; captured < length; captured++) {
			struct ike_message message = read_payload(least[i].version, least[i].exchange, least[i].type,
			                                          zeros, length, captured);
			const bool is_encrypted = least[i].type == IKE2_PAYLOAD_ENCRYPTED ||
			                          (least[i].type == IKE2_PAYLOAD_ENCRYPTED_FRAGMENT && captured >= 4);
			g_test_message("version %u, type %u, %zu bytes", least[i].version, least[i].type, captured);
			g_assert_cmpint(message.fault, ==, is_encrypted ? IKE_FAULT_NONE : IKE_FAULT_TRUNCATED);
			g_assert_cmpint(message.vendor_count + message.nat_hash_count + message.identity_count +
			                        message.selector_count + message.deleted_spi_count +
			                        message.proposal_count,
			                ==, 0);
			g_assert_false(message.deletes_ike_sa);
		}
	}
}

/* ---- proposals of IKEv2 ---- */

static void a_proposal_of_ikev2_has_transforms_and_an_spi(void)
{
	static const uint8_t body[] = {
	        2, 0, 0, 28, 7, 3, 4,    2,    0xa0, 0xbf, 0xfe, 0xc9, /* proposal 7, ESP, an SPI of 4 bytes */
	        3, 0, 0, 8,  1, 0, 0,    20,                           /* a cipher */
	        0, 0, 0, 8,  5, 0, 0,    1,                            /* ESN */
	        0, 0, 0, 20, 8, 1, 4,    1,    1,    2,    3,    4,    /* proposal 8, IKE: its SPI is none of ESP */
	        0, 0, 0, 8,  2, 0, 0x12, 0x34,
	};
	struct ike_message message = read_whole(2, IKE2_PAYLOAD_SA, body, sizeof body);

	g_assert_cmpint(message.fault, ==, IKE_FAULT_NONE);
	g_assert_cmpuint(message.proposal_count, ==, 2);
	g_assert_cmpuint(message.proposals[0].number, ==, 7);
	g_assert_cmpuint(message.proposals[0].protocol, ==, 3);
	g_assert_cmpuint(message.proposals[0].spi_length, ==, 4);
	g_assert_cmphex(message.proposals[0].spi, ==, 0xa0bffec9);
	g_assert_cmphex(ike_message_esp_spi(&message), ==, 0xa0bffec9);
	g_assert_cmpuint(message.proposals[1].number, ==, 8);
	g_assert_cmphex(message.proposals[1].spi, ==, 0);
	g_assert_cmpuint(message.transform_count, ==, 3);
	g_assert_cmpuint(message.transforms[0].type, ==, 1);
	g_assert_cmpuint(message.transforms[0].id, ==, 20);
	g_assert_cmpuint(message.transforms[0].proposal, ==, 0);
	g_assert_cmpuint(message.transforms[1].type, ==, 5);
	g_assert_cmpuint(message.transforms[2].id, ==, 0x1234);
	g_assert_cmpuint(message.transforms[2].proposal, ==, 1);
}

static void only_an_spi_of_4_bytes_is_one_of_esp(void)
{
	static const struct {
		uint8_t protocol, length;
		uint32_t spi;
	} cases[] = {{3, 4, 0x01020304}, {2, 4, 0x01020304}, {1, 4, 0}, {3, 3, 0}, {3, 8, 0}, {3, 0, 0}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		uint8_t body[16] = {
		        0, 0, 0, (uint8_t)(8 + cases[i].length), 1, cases[i].protocol, cases[i].length, 0, 1, 2, 3, 4};
		struct ike_message message = read_whole(2, IKE2_PAYLOAD_SA, body, 8u + cases[i].length);
		g_assert_cmpint(message.fault, ==, IKE_FAULT_NONE);
		g_assert_cmphex(message.proposals[0].spi, ==, cases[i].spi);
	}
}

/* Lengths of a proposal of 8 bytes and a transform of 8, byte by byte. */
static void structures_of_a_proposal_fit_into_one_another(void)
{
	static const struct {
		uint8_t at, value;
		bool fits;
		uint32_t fault_offset; /* in the payload */
	} cases[] = {
	        {3, 16, true, 0},  {3, 17, false, 4},  {3, 7, false, 4},   {3, 8, true, 0}, /* the proposal's */
	        {11, 8, true, 0},  {11, 9, false, 12}, {11, 7, false, 12},                  /* the transform's */
	        {6, 1, false, 13}, {6, 8, true, 0},    {6, 9, false, 4},                    /* the SPI's */
	        {2, 1, false, 4},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		uint8_t body[16] = {0, 0, 0, 16, 1, 1, 0, 1, 0, 0, 0, 8, 1, 0, 0, 20};
		body[cases[i].at] = cases[i].value;
		struct ike_message message = read_whole(2, IKE2_PAYLOAD_SA, body, sizeof body);
		g_test_message("byte %u is %u", cases[i].at, cases[i].value);
		g_assert_cmpint(message.fault, ==, cases[i].fits ? IKE_FAULT_NONE : IKE_FAULT_PAYLOAD_LENGTH);
		if (!cases[i].fits)
			g_assert_cmpuint(message.fault_offset, ==, IKE_HEADER_SIZE + cases[i].fault_offset);
	}
}

/* Attributes of a transform, and the key length that they make. */
static void a_key_length_may_be_short_or_long(void)
{
	static const struct {
		uint8_t length;
		uint8_t attribute[12];
		bool fits;
		uint16_t key_length;
	} cases[] = {
	        {4, {0x80, 14, 1, 0}, true, 256},
	        {4, {0x80, 15, 1, 0}, true, 0},
	        {6, {0x00, 14, 0, 2, 0, 192}, true, 192},
	        {8, {0x00, 14, 0, 4, 0, 0, 0xff, 0xff}, true, UINT16_MAX},
	        {8, {0x00, 14, 0, 4, 0, 1, 0, 0}, true, 0},        /* too large for any cipher */
	        {9, {0x00, 14, 0, 5, 0, 0, 0, 0, 128}, true, 128}, /* zeros before it */
	        {9, {0x00, 14, 0, 5, 1, 0, 0, 0, 128}, true, 0},   /* more than 32 bits */
	        {4, {0x00, 14, 0, 0}, true, 0},
	        {4, {0x00, 14, 0, 1}, false, 0},
	        {3, {0x80, 14, 1}, false, 0},
	        {8, {0x80, 14, 0, 128, 0x80, 14, 0, 192}, true, 192},
	        {8, {0x80, 7, 0, 1, 0x80, 14, 0, 192}, true, 192},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct bytes body = {0};
		put32(&body, 16u + cases[i].length);
		put32(&body, 0x01010001);
		put32(&body, 8u + cases[i].length);
		put32(&body, 0x0100000c);
		put(&body, cases[i].attribute, cases[i].length);
		struct ike_message message = read_whole(2, IKE2_PAYLOAD_SA, body.at, body.length);
		g_test_message("case %zu", i);
		g_assert_cmpint(message.fault, ==, cases[i].fits ? IKE_FAULT_NONE : IKE_FAULT_PAYLOAD_LENGTH);
		g_assert_cmpuint(message.transform_count, ==, cases[i].fits);
		if (cases[i].fits)
			g_assert_cmpuint(message.transforms[0].key_length, ==, cases[i].key_length);
	}
}

/* ---- proposals of IKEv1 ---- */

/* An SA payload's body: DOI and situation, a proposal of this protocol, one transform with these attributes. */
static struct bytes ikev1_sa(uint8_t protocol, uint8_t transform, const uint8_t *attributes, size_t length)
{
	struct bytes body = {0};

	put32(&body, 1);
	put32(&body, 1);
	put32(&body, (uint32_t)(8 + 8 + length));
	put8(&body, 1);
	put8(&body, protocol);
	put16(&body, 0x0001);
	put32(&body, (uint32_t)(8 + length));
	put8(&body, 5); /* its number */
	put8(&body, transform);
	put16(&body, 0);
	put(&body, attributes, length);
	return body;
}

struct expected_transform {
	uint8_t type;
	uint32_t id;
	uint16_t key_length;
};

static void assert_transforms(const struct ike_message *message, const struct expected_transform *expected,
                              size_t count)
{
	g_assert_cmpint(message->fault, ==, IKE_FAULT_NONE);
	g_assert_cmpuint(message->transform_count, ==, count);
	for (size_t i = 0; i < count; i++) {
		g_assert_cmpuint(message->transforms[i].type, ==, expected[i].type);
		g_assert_cmpuint(message->transforms[i].id, ==, expected[i].id);
		g_assert_cmpuint(message->transforms[i].key_length, ==, expected[i].key_length);
		g_assert_cmpuint(message->transforms[i].proposal, ==, 0);
	}
}

static void attributes_of_phase_1_are_a_suite(void)
{
	static const uint8_t attributes[] = {
	        0x80, 1,  0, 7,  0x80, 14, 1,    0,    /* AES-256 */
	        0x80, 2,  0, 4,  0x80, 3,  0,    1,    /* SHA-256, PSK */
	        0x80, 4,  0, 14, 0x80, 11, 0,    1,    /* group 14, life in seconds: */
	        0x00, 12, 0, 4,  0,    1,  0x51, 0x80, /* a day */
	        0x80, 11, 0, 2,  0x80, 12, 3,    232,  /* or so many kilobytes */
	        0x80, 5,  0, 9,                        /* a group type */
	};
	static const struct expected_transform expected[] = {
	        {IKE_TRANSFORM_ENCRYPTION, 7, 256},           {IKE1_TRANSFORM_HASH, 4, 0},
	        {IKE1_TRANSFORM_AUTHENTICATION_METHOD, 1, 0}, {IKE_TRANSFORM_DH_GROUP, 14, 0},
	        {IKE1_TRANSFORM_LIFE_SECONDS, 86400, 0},
	};
	struct bytes body = ikev1_sa(1, 1, attributes, sizeof attributes);
	struct ike_message message = read_whole(1, IKE1_PAYLOAD_SA, body.at, body.length);

	assert_transforms(&message, expected, G_N_ELEMENTS(expected));
	g_assert_cmpuint(message.proposals[0].number, ==, 5);
	g_assert_cmpuint(message.proposals[0].protocol, ==, 1);
}

static void attributes_of_phase_2_are_a_suite(void)
{
	static const uint8_t attributes[] = {
	        0x80, 6, 0, 128, 0x80, 1, 0, 1,  0x80, 2, 0x0e, 0x10, /* a key of 128 bits, an hour */
	        0x80, 5, 0, 5,   0x80, 3, 0, 14,                      /* SHA-256, group 14 */
	        0x80, 4, 0, 1,   0x80, 1, 0, 2,  0x80, 2, 0x0e, 0x10, /* tunnel mode; kilobytes */
	};
	static const struct expected_transform expected[] = {
	        {IKE_TRANSFORM_ENCRYPTION, 12, 128},
	        {IKE1_TRANSFORM_LIFE_SECONDS, 3600, 0},
	        {IKE_TRANSFORM_INTEGRITY, 5, 0},
	        {IKE_TRANSFORM_DH_GROUP, 14, 0},
	};
	struct bytes body = ikev1_sa(3, 12, attributes, sizeof attributes);
	struct ike_message message = read_whole(1, IKE1_PAYLOAD_SA, body.at, body.length);

	assert_transforms(&message, expected, G_N_ELEMENTS(expected));
}

/* Alternatives are proposals of their own, each with its key length. */
static void a_key_length_of_ikev1_belongs_to_its_own_transform(void)
{
	struct bytes body = {0};

	put32(&body, 1);
	put32(&body, 1);
	put32(&body, 8 + 16 + 16 + 12);
	put32(&body, 0x01010003);
	for (unsigned i = 0; i < 3; i++) {
		put32(&body, i < 2 ? 16 : 12);
		put32(&body, (i + 1) << 24 | 0x010000);
		put32(&body, 0x80010007);
		if (i < 2)
			put32(&body, 0x800e0000 | (i == 0 ? 256 : 128));
	}
	struct ike_message message = read_whole(1, IKE1_PAYLOAD_SA, body.at, body.length);
	g_assert_cmpint(message.fault, ==, IKE_FAULT_NONE);
	g_assert_cmpuint(message.proposal_count, ==, 3);
	static const uint16_t lengths[] = {256, 128, 0};
	for (uint8_t i = 0; i < 3; i++) {
		g_assert_cmpuint(message.proposals[i].number, ==, i + 1u);
		g_assert_cmpuint(message.transforms[i].proposal, ==, i);
		g_assert_cmpuint(message.transforms[i].key_length, ==, lengths[i]);
	}
}

static void structures_of_ikev1_fit_into_one_another(void)
{
	static const uint8_t cipher[] = {0x80, 1, 0, 7};
	static const struct {
		uint8_t at, value;
		bool fits;
	} cases[] = {
	        {11, 20, true},  {11, 21, false}, {11, 7, false}, {14, 4, false}, {19, 12, true},
	        {19, 13, false}, {19, 7, false},  {19, 8, false}, {24, 0, false}, {14, 12, true},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct bytes body = ikev1_sa(1, 1, cipher, sizeof cipher);
		body.at[cases[i].at] = cases[i].value;
		g_test_message("byte %u is %u", cases[i].at, cases[i].value);
		g_assert_cmpint(read_whole(1, IKE1_PAYLOAD_SA, body.at, body.length).fault, ==,
		                cases[i].fits ? IKE_FAULT_NONE : IKE_FAULT_PAYLOAD_LENGTH);
	}
}

/* ---- notifies ---- */

/* A notify's body in IKEv2; in IKEv1 a DOI stands before it. */
static const struct {
	uint8_t length;
	uint8_t body[24];
	struct ike_notify notify; /* bytes is not compared */
} notifies[] = {
        {4, {1, 0, 0x40, 0x06}, {.type = IKE_NOTIFY_COOKIE, .protocol = 1}},
        {8, {3, 4, 0, 11, 1, 2, 3, 4}, {.type = 11, .protocol = 3, .spi = 0x01020304}},
        {12, {3, 8, 0, 11, 1, 2, 3, 4, 5, 6, 7, 8}, {.type = 11, .protocol = 3, .spi = 0x01020304}},
        {7, {3, 3, 0, 11, 1, 2, 3}, {.type = 11, .protocol = 3}},
        {6, {0, 0, 0, 17, 0, 14}, {.type = 17, .data = 14, .data_length = 2}},
        {8, {0, 0, 0, 11, 1, 2, 3, 4}, {.type = 11, .data = 0x01020304, .data_length = 4}},
        {9, {0, 0, 0, 11, 1, 2, 3, 4, 5}, {.type = 11, .data = 0x01020304, .data_length = 5}},
        {10,
         {3, 4, 0, 17, 9, 9, 9, 9, 0, 19},
         {.type = 17, .protocol = 3, .spi = 0x09090909, .data = 19, .data_length = 2}},
};

static void a_notify_is_read_field_by_field(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(notifies); i++) {
		for (uint8_t version = 1; version <= 2; version++) {
			struct bytes body = {0};
			if (version == 1)
				put32(&body, 1);
			put(&body, notifies[i].body, notifies[i].length);
			struct ike_message message =
			        read_whole(version, version == 1 ? IKE1_PAYLOAD_NOTIFY : IKE2_PAYLOAD_NOTIFY, body.at,
			                   body.length);
			const struct ike_notify *notify = &message.notifies[0];
			g_assert_cmpuint(message.notify_count, ==, 1);
			g_assert_cmpuint(notify->type, ==, notifies[i].notify.type);
			g_assert_cmpuint(notify->protocol, ==, notifies[i].notify.protocol);
			g_assert_cmphex(notify->spi, ==, notifies[i].notify.spi);
			g_assert_cmphex(notify->data, ==, notifies[i].notify.data);
			g_assert_cmpuint(notify->data_length, ==, notifies[i].notify.data_length);
			g_assert_cmpint(notify->bytes != NULL, ==, notify->data_length != 0);
			g_assert_true(ike_message_notify(&message, notify->type) == notify);
			g_assert_null(ike_message_notify(&message, notify->type + 1));
			g_assert_true(ike_message_error(&message) == (notify->type < 16384 ? notify : NULL));
		}
	}
}

static void a_notify_whose_spi_does_not_fit_is_none(void)
{
	static const uint8_t body[] = {3, 5, 0, 11, 1, 2, 3, 4};
	struct ike_message message = read_whole(2, IKE2_PAYLOAD_NOTIFY, body, sizeof body);

	g_assert_cmpint(message.fault, ==, IKE_FAULT_PAYLOAD_LENGTH);
	g_assert_cmpuint(message.notify_count, ==, 0);
}

/* Its type is known by then; what was cut of its SPI and data is not. */
static void a_notify_that_was_cut_has_its_type(void)
{
	static const uint8_t body[] = {3, 4, 0, 17, 9, 9, 9, 9, 0, 19};

	for (size_t captured = 0; captured < sizeof body; captured++) {
		struct ike_message message =
		        read_payload(2, IKE2_AUTH, IKE2_PAYLOAD_NOTIFY, body, sizeof body, captured);
		g_assert_cmpuint(message.notify_count, ==, captured >= 4);
		g_assert_cmphex(message.notifies[0].spi, ==, captured >= 8 ? 0x09090909 : 0);
		g_assert_cmpuint(message.notifies[0].data, ==, 0);
		g_assert_null(message.notifies[0].bytes);
		uint8_t with_doi[4 + sizeof body] = {0, 0, 0, 1};
		memcpy(with_doi + 4, body, sizeof body);
		message = read_payload(1, IKE1_INFORMATIONAL, IKE1_PAYLOAD_NOTIFY, with_doi, sizeof with_doi,
		                       4 + captured);
		g_assert_cmpuint(message.notify_count, ==, captured >= 4);
	}
}

/* The first status notify is no error, and 0 is no type. */
static void errors_are_told_by_their_number(void)
{
	static const struct {
		uint16_t types[2];
		uint16_t error; /* 0: none */
	} cases[] = {{{16384, 16383}, 16383}, {{16384, 24578}, 0}, {{0, 1}, 1}, {{14, 24}, 14}, {{0, 0}, 0}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const struct ike_message message = {
		        .notifies = {{.type = cases[i].types[0]}, {.type = cases[i].types[1]}}, .notify_count = 2};
		const struct ike_notify *error = ike_message_error(&message);
		g_assert_cmpuint(error != NULL ? error->type : 0, ==, cases[i].error);
	}
}

static void hashes_of_nat_detection_are_kept(void)
{
	static const struct {
		uint8_t low; /* of the type */
		bool is_hash, of_source;
	} cases[] = {{4, true, true}, {5, true, false}, {3, false, false}, {6, false, false}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const uint8_t body[] = {0, 0, 0x40, cases[i].low, 1, 2, 3, 4, 5};
		struct ike_message message = read_whole(2, IKE2_PAYLOAD_NOTIFY, body, sizeof body);
		g_assert_cmpuint(message.nat_hash_count, ==, cases[i].is_hash);
		if (!cases[i].is_hash)
			continue;
		g_assert_cmpint(message.nat_hashes[0].of_source, ==, cases[i].of_source);
		g_assert_cmpuint(message.nat_hashes[0].length, ==, 5);
		g_assert_cmpuint(message.nat_hashes[0].bytes[4], ==, 5);
	}
	const uint8_t empty[] = {0, 0, 0x40, 4};
	struct ike_message message = read_whole(2, IKE2_PAYLOAD_NOTIFY, empty, sizeof empty);
	g_assert_cmpuint(message.nat_hash_count + message.skipped, ==, 0);
}

/* ---- other payloads ---- */

static void key_exchanges_have_a_group_and_a_length(void)
{
	static const uint8_t body[] = {0x12, 0x34, 0, 0, 1, 2, 3};
	struct ike_message message = read_whole(2, IKE2_PAYLOAD_KE, body, sizeof body);

	g_assert_cmphex(message.ke_group, ==, 0x1234);
	g_assert_cmpuint(message.ke_length, ==, 3);
	message = read_whole(1, IKE1_PAYLOAD_KE, body, sizeof body);
	g_assert_cmpuint(message.ke_group, ==, 0);
	g_assert_cmpuint(message.ke_length, ==, 7);
	for (size_t captured = 0; captured < sizeof body; captured++) {
		message = read_payload(2, IKE2_SA_INIT, IKE2_PAYLOAD_KE, body, sizeof body, captured);
		g_assert_cmphex(message.ke_group, ==, captured >= 2 ? 0x1234 : 0);
		g_assert_cmpuint(message.ke_length, ==, 3);
	}
}

static void fragments_tell_their_numbers(void)
{
	static const uint8_t encrypted[] = {0x01, 0x02, 0x03, 0x04, 9, 9, 9};
	static const uint8_t cisco[] = {0, 7, 3, 0, 9, 9}, last[] = {0, 7, 3, 1, 9, 9}, other[] = {0, 7, 3, 2, 9, 9};
	struct ike_message message = read_whole(2, IKE2_PAYLOAD_ENCRYPTED_FRAGMENT, encrypted, sizeof encrypted);

	g_assert_true(message.encrypted);
	g_assert_cmphex(message.fragment, ==, 0x0102);
	g_assert_cmphex(message.fragments, ==, 0x0304);
	g_assert_cmpuint(message.encrypted_length, ==, 3);
	message = read_whole(1, IKE1_PAYLOAD_FRAGMENT, cisco, sizeof cisco);
	g_assert_cmpuint(message.fragment, ==, 3);
	g_assert_cmpuint(message.fragments, ==, 0);
	message = read_whole(1, IKE1_PAYLOAD_FRAGMENT, last, sizeof last);
	g_assert_cmpuint(message.fragments, ==, 3);
	message = read_whole(1, IKE1_PAYLOAD_FRAGMENT, other, sizeof other);
	g_assert_cmpuint(message.fragments, ==, 0);
	for (size_t captured = 0; captured < sizeof last; captured++)
		g_assert_cmpuint(
		        read_payload(1, IKE1_MAIN_MODE, IKE1_PAYLOAD_FRAGMENT, last, sizeof last, captured).fragment,
		        ==, captured >= 4 ? 3 : 0);
}

/* A fragment's own header is in the clear, whether the message is encrypted or not. */
static void an_encrypted_fragment_of_ikev1_is_read(void)
{
	static const uint8_t body[] = {0, 7, 2, 1, 9, 9};
	struct bytes bytes = {0};
	struct ike_message message;

	put_zeros(&bytes, 16);
	put8(&bytes, IKE1_PAYLOAD_FRAGMENT);
	put8(&bytes, 0x10);
	put8(&bytes, IKE1_MAIN_MODE);
	put8(&bytes, 1);
	put32(&bytes, 0);
	put32(&bytes, 28 + 4 + sizeof body);
	put32(&bytes, 4 + sizeof body);
	put(&bytes, body, sizeof body);
	g_assert_cmpint(ike_message_read(bytes.at, bytes.length, bytes.length, &message), ==, 0);
	g_assert_true(message.encrypted);
	g_assert_cmpuint(message.fragment, ==, 2);
	g_assert_cmpuint(message.encrypted_length, ==, 0);
}

static void nat_hashes_of_ikev1_are_the_receivers_then_the_senders(void)
{
	static const uint8_t types[] = {IKE1_PAYLOAD_NAT_D, IKE1_PAYLOAD_NAT_D_DRAFT};

	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		const uint8_t chain[] = {types[i], 0, 0, 8, 1, 1, 1, 1, types[i], 0, 0, 8,
		                         2,        2, 2, 2, 0, 0, 0, 8, 3,        3, 3, 3};
		struct ike_message message = {.major_version = 1, .exchange_type = IKE1_MAIN_MODE};
		ike_message_add_decrypted(&message, types[i], chain, sizeof chain);
		g_assert_cmpuint(message.nat_hash_count, ==, 3);
		for (uint8_t hash = 0; hash < 3; hash++) {
			g_assert_cmpint(message.nat_hashes[hash].of_source, ==, hash > 0);
			g_assert_cmpuint(message.nat_hashes[hash].length, ==, 4);
			g_assert_cmpuint(message.nat_hashes[hash].bytes[0], ==, hash + 1u);
		}
	}
}

static void identities_say_who_somebody_is(void)
{
	static const uint8_t body[] = {2, 9, 9, 9, 'a', 'b'};
	static const struct {
		uint8_t version, type;
		bool of_initiator;
	} cases[] = {{2, IKE2_PAYLOAD_IDI, true}, {2, IKE2_PAYLOAD_IDR, false}, {1, IKE1_PAYLOAD_ID, false}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct ike_message message = read_whole(cases[i].version, cases[i].type, body, sizeof body);
		g_assert_cmpuint(message.identity_count, ==, 1);
		g_assert_cmpint(message.identities[0].of_initiator, ==, cases[i].of_initiator);
		g_assert_cmpuint(message.identities[0].type, ==, 2);
		g_assert_cmpuint(message.identities[0].length, ==, 2);
		g_assert_cmpuint(message.identities[0].bytes[0], ==, 'a');
	}
}

static void identities_are_put_in_print(void)
{
	static const uint8_t bytes[] = {10, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9},
	                     name[] = {' ', '~', 0x1f, 0x7f, 0x80, 'z'};
	static const struct {
		struct ike_identity identity;
		size_t size;
		const char *text;
	} cases[] = {
	        {{false, 1, 4, bytes}, 64, "10.1.0.1"},  {{false, 1, 5, bytes}, 64, ""},
	        {{false, 5, 16, bytes}, 64, "a01:1::9"}, {{false, 5, 4, bytes}, 64, ""},
	        {{false, 2, 6, name}, 64, " ~???z"},     {{false, 3, 6, name}, 64, " ~???z"},
	        {{false, 11, 6, name}, 64, " ~???z"},    {{false, 9, 6, name}, 64, ""},
	        {{false, 4, 4, bytes}, 64, ""},          {{false, 2, 6, name}, 7, " ~???z"},
	        {{false, 2, 6, name}, 6, " ~???"},       {{false, 2, 6, name}, 1, ""},
	        {{false, 1, 4, bytes}, 5, "10.1"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		char *text = g_malloc(cases[i].size);
		g_assert_true(ike_identity_text(&cases[i].identity, text, cases[i].size) == text);
		g_assert_cmpstr(text, ==, cases[i].text);
		g_free(text);
	}
}

static void authentication_has_a_method(void)
{
	static const uint8_t body[] = {14, 0, 0, 0, 1};

	g_assert_cmpuint(read_whole(2, IKE2_PAYLOAD_AUTH, body, sizeof body).authentication_method, ==, 14);
	for (size_t captured = 0; captured < sizeof body; captured++)
		g_assert_cmpuint(read_payload(2, IKE2_AUTH, IKE2_PAYLOAD_AUTH, body, sizeof body, captured)
		                         .authentication_method,
		                 ==, captured >= 1 ? 14 : 0);
}

static void assert_address(const struct ip_address *address, const char *text)
{
	char printed[IP_ADDRESS_TEXT_SIZE];

	g_assert_cmpstr(ip_address_to_text(address, printed), ==, text);
}

static void selectors_are_ranges(void)
{
	static const uint8_t body[] = {
	        3, 0, 0, 0,  7,    17, 0, 16, 0x12, 0x34, 0x56, 0x78, 10, 1, 0, 0, 10, 1, 0, 255,
	        9, 0, 0, 8,  1,    2,  3, 4, /* of Fibre Channel */
	        8, 6, 0, 40, 0,    1,  0, 2,  0xfd, 0,    0,    0,    0,  0, 0, 0, 0,  0, 0, 0,
	        0, 0, 0, 1,  0xfd, 0,  0, 0,  0,    0,    0,    0,    0,  0, 0, 0, 0,  0, 0, 2,
	};

	for (unsigned initiator = 0; initiator < 2; initiator++) {
		struct ike_message message =
		        read_whole(2, initiator ? IKE2_PAYLOAD_TSI : IKE2_PAYLOAD_TSR, body, sizeof body);
		const struct ike_selector *selectors = message.selectors;
		g_assert_cmpint(message.fault, ==, IKE_FAULT_NONE);
		g_assert_cmpuint(message.selector_count, ==, 2);
		g_assert_cmpint(selectors[0].of_initiator, ==, (int)initiator);
		g_assert_cmpuint(selectors[0].protocol, ==, 17);
		g_assert_cmphex(selectors[0].first_port, ==, 0x1234);
		g_assert_cmphex(selectors[0].last_port, ==, 0x5678);
		assert_address(&selectors[0].first, "10.1.0.0");
		assert_address(&selectors[0].last, "10.1.0.255");
		g_assert_cmpuint(selectors[1].protocol, ==, 6);
		g_assert_cmpuint(selectors[1].last_port, ==, 2);
		assert_address(&selectors[1].first, "fd00::1");
		assert_address(&selectors[1].last, "fd00::2");
	}
}

static void a_selector_is_as_long_as_its_two_addresses(void)
{
	static const struct {
		uint8_t type;
		unsigned length;
	} right[] = {{7, 16}, {8, 40}};

	for (size_t i = 0; i < G_N_ELEMENTS(right); i++) {
		for (unsigned length = right[i].length - 1; length <= right[i].length + 1; length++) {
			uint8_t body[4 + 41] = {1, 0, 0, 0, right[i].type, 0, 0, (uint8_t)length};
			struct ike_message message = read_whole(2, IKE2_PAYLOAD_TSI, body, 4 + length);
			bool fits = length == right[i].length;
			g_assert_cmpint(message.fault, ==, fits ? IKE_FAULT_NONE : IKE_FAULT_PAYLOAD_LENGTH);
			g_assert_cmpuint(message.selector_count, ==, fits);
		}
	}
}

static void identities_of_quick_mode_are_ranges(void)
{
	static const struct {
		uint8_t length;
		uint8_t body[40];
		const char *first, *last; /* NULL: its length does not fit */
	} cases[] = {
	        {8, {1, 17, 0, 53, 10, 1, 0, 9}, "10.1.0.9", "10.1.0.9"},
	        {7, {1, 17, 0, 53, 10, 1, 0}, NULL, NULL},
	        {9, {1, 17, 0, 53, 10, 1, 0, 9, 9}, NULL, NULL},
	        {12, {4, 0, 0, 0, 10, 1, 2, 3, 255, 255, 254, 0}, "10.1.2.0", "10.1.3.255"},
	        {11, {4, 0, 0, 0, 10, 1, 2, 3, 255, 255, 254}, NULL, NULL},
	        {12, {7, 0, 0, 0, 10, 1, 2, 3, 10, 1, 2, 9}, "10.1.2.3", "10.1.2.9"},
	        {20, {5, 0, 0, 0, 0xfd, [19] = 1}, "fd00::1", "fd00::1"},
	        {19, {5, 0, 0, 0, 0xfd}, NULL, NULL},
	        {36,
	         {6, 0, 0, 0, 0xfd, [19] = 1, [20] = 0xff, 0xff},
	         "fd00::",
	         "fd00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	        {36, {8, 0, 0, 0, 0xfd, [19] = 1, [20] = 0xfd, [35] = 2}, "fd00::1", "fd00::2"},
	        {35, {8, 0, 0, 0, 0xfd}, NULL, NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct ike_message message = read_payload(1, IKE1_QUICK_MODE, IKE1_PAYLOAD_ID, cases[i].body,
		                                          cases[i].length, cases[i].length);
		g_test_message("case %zu", i);
		g_assert_cmpint(message.fault, ==, cases[i].first != NULL ? IKE_FAULT_NONE : IKE_FAULT_PAYLOAD_LENGTH);
		g_assert_cmpuint(message.selector_count, ==, cases[i].first != NULL);
		if (cases[i].first == NULL)
			continue;
		assert_address(&message.selectors[0].first, cases[i].first);
		assert_address(&message.selectors[0].last, cases[i].last);
		g_assert_true(message.selectors[0].of_initiator);
		g_assert_cmpuint(message.selectors[0].protocol, ==, cases[i].body[1]);
		g_assert_cmpuint(message.selectors[0].first_port, ==, cases[i].body[3]);
		g_assert_cmpuint(message.selectors[0].last_port, ==,
		                 cases[i].body[3] != 0 ? cases[i].body[3] : UINT16_MAX);
	}
	/* A name, say, is no range. */
	static const uint8_t name[] = {2, 0, 0, 0, 'a'};
	struct ike_message message = read_payload(1, IKE1_QUICK_MODE, IKE1_PAYLOAD_ID, name, sizeof name, sizeof name);
	g_assert_cmpint(message.fault, ==, IKE_FAULT_NONE);
	g_assert_cmpuint(message.selector_count + message.identity_count, ==, 0);
}

static void deletes_name_spis_of_ah_and_esp(void)
{
	static const struct {
		uint8_t length;
		uint8_t body[20];
		bool fits, ike_sa;
		unsigned spis;
	} cases[] = {
	        {12, {3, 4, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8}, true, false, 2},
	        {12, {3, 4, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8}, true, false, 1},
	        {12, {3, 4, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8}, false, false, 0},
	        {12, {2, 4, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8}, true, false, 2},
	        {12, {3, 8, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8}, true, false, 0},
	        {4, {1, 0, 0, 0}, true, true, 0},
	        {12, {1, 8, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8}, true, true, 0},
	        {8, {1, 4, 0, 1, 1, 2, 3, 4}, true, true, 0},
	        {4, {3, 4, 0, 0}, true, false, 0},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		for (uint8_t version = 1; version <= 2; version++) {
			struct bytes body = {0};
			if (version == 1)
				put32(&body, 1);
			put(&body, cases[i].body, cases[i].length);
			struct ike_message message =
			        read_payload(version, version == 1 ? IKE1_INFORMATIONAL : IKE2_INFORMATIONAL,
			                     version == 1 ? IKE1_PAYLOAD_DELETE : IKE2_PAYLOAD_DELETE, body.at,
			                     body.length, body.length);
			g_assert_cmpint(message.fault, ==, cases[i].fits ? IKE_FAULT_NONE : IKE_FAULT_PAYLOAD_LENGTH);
			g_assert_cmpint(message.deletes_ike_sa, ==, cases[i].ike_sa);
			g_assert_cmpuint(message.deleted_spi_count, ==, cases[i].spis);
			for (unsigned spi = 0; spi < cases[i].spis; spi++)
				g_assert_cmphex(message.deleted_spis[spi], ==, 0x01020304 + spi * 0x04040404);
		}
	}
}

/* ---- lists ---- */

/* A payload of IKEv2 that adds one to a list, and how many have room there. */
static const struct {
	uint8_t version, type;
	uint8_t length;
	uint8_t body[20];
	unsigned most;
	size_t count; /* where the list's is */
} lists[] = {
        {2, IKE2_PAYLOAD_NOTIFY, 4, {0, 0, 0, 1}, IKE_MAX_NOTIFIES, offsetof(struct ike_message, notify_count)},
        {2,
         IKE2_PAYLOAD_SA,
         8,
         {0, 0, 0, 8, 1, 1, 0, 0},
         IKE_MAX_PROPOSALS,
         offsetof(struct ike_message, proposal_count)},
        {2, IKE2_PAYLOAD_VENDOR, 2, {1, 2}, IKE_MAX_VENDORS, offsetof(struct ike_message, vendor_count)},
        {1, IKE1_PAYLOAD_NAT_D, 4, {1, 2, 3, 4}, IKE_MAX_NAT_HASHES, offsetof(struct ike_message, nat_hash_count)},
        {2, IKE2_PAYLOAD_IDI, 5, {2, 0, 0, 0, 'a'}, IKE_MAX_IDENTITIES, offsetof(struct ike_message, identity_count)},
        {2,
         IKE2_PAYLOAD_TSI,
         20,
         {1, 0, 0, 0, 7, 0, 0, 16},
         IKE_MAX_SELECTORS,
         offsetof(struct ike_message, selector_count)},
        {2,
         IKE2_PAYLOAD_DELETE,
         8,
         {3, 4, 0, 1, 1, 2, 3, 4},
         IKE_MAX_DELETED_SPIS,
         offsetof(struct ike_message, deleted_spi_count)},
};

static struct ike_message repeat(size_t list, unsigned times)
{
	static struct bytes chain;
	struct ike_message message = {.major_version = lists[list].version, .exchange_type = IKE2_AUTH};

	chain.length = 0;
	for (unsigned i = 1; i <= times; i++) {
		put8(&chain, i < times ? lists[list].type : 0);
		put8(&chain, 0);
		put16(&chain, 4u + lists[list].length);
		put(&chain, lists[list].body, lists[list].length);
	}
	ike_message_add_decrypted(&message, lists[list].type, chain.at, chain.length);
	g_assert_cmpint(message.fault, ==, IKE_FAULT_NONE);
	return message;
}

static void what_does_not_fit_a_list_is_counted(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
		for (unsigned more = 0; more <= 2; more++) {
			struct ike_message message = repeat(i, lists[i].most + more);
			uint8_t count = *((const uint8_t *)&message + lists[i].count);
			g_test_message("type %u", lists[i].type);
			g_assert_cmpuint(count, ==, lists[i].most);
			g_assert_cmpuint(message.skipped, ==, more);
			g_assert_cmpuint(message.payload_count, ==, lists[i].most + more);
		}
	}
}

/* 96 transforms in 6 proposals have room, and those of a 17th proposal have none. */
static void transforms_beyond_the_lists_are_counted(void)
{
	for (unsigned transforms = 95; transforms <= 98; transforms++) {
		struct bytes body = {0};
		put32(&body, 8 + 8 * transforms);
		put32(&body, 0x01010000);
		for (unsigned i = 0; i < transforms; i++) {
			put32(&body, 8);
			put32(&body, 0x01000000 + i);
		}
		struct ike_message message = read_whole(2, IKE2_PAYLOAD_SA, body.at, body.length);
		g_assert_cmpuint(message.transform_count, ==, MIN(transforms, IKE_MAX_TRANSFORMS));
		g_assert_cmpuint(message.skipped, ==, transforms - MIN(transforms, IKE_MAX_TRANSFORMS));
	}
	struct bytes body = {0};
	for (unsigned i = 0; i <= IKE_MAX_PROPOSALS; i++) {
		put32(&body, 16);
		put32(&body, 0x01010000);
		put32(&body, 8);
		put32(&body, 0x01000000);
	}
	struct ike_message message = read_whole(2, IKE2_PAYLOAD_SA, body.at, body.length);
	g_assert_cmpuint(message.proposal_count, ==, IKE_MAX_PROPOSALS);
	g_assert_cmpuint(message.transform_count, ==, IKE_MAX_PROPOSALS);
	g_assert_cmpuint(message.skipped, ==, 2);
}

static void a_nat_hash_is_no_longer_than_a_byte_tells(void)
{
	static const uint8_t zeros[256];
	struct ike_message message = read_whole(1, IKE1_PAYLOAD_NAT_D, zeros, 255);

	g_assert_cmpuint(message.nat_hashes[0].length, ==, 255);
	message = read_whole(1, IKE1_PAYLOAD_NAT_D, zeros, 256);
	g_assert_cmpuint(message.nat_hash_count, ==, 0);
	g_assert_cmpuint(message.skipped, ==, 1);
}

static void a_chain_has_64_payloads_at_most(void)
{
	for (unsigned count = IKE_MAX_PAYLOADS; count <= IKE_MAX_PAYLOADS + 1; count++) {
		struct ike_message message = {.major_version = 2};
		struct bytes chain = {0};
		for (unsigned i = 1; i <= count; i++)
			put32(&chain, (i < count ? (uint32_t)IKE2_PAYLOAD_NONCE << 24 : 0) | 4);
		ike_message_add_decrypted(&message, IKE2_PAYLOAD_NONCE, chain.at, chain.length);
		g_assert_cmpuint(message.payload_count, ==, IKE_MAX_PAYLOADS);
		g_assert_cmpint(message.fault, ==, count == IKE_MAX_PAYLOADS ? IKE_FAULT_NONE : IKE_FAULT_TOO_MANY);
		g_assert_cmpuint(message.fault_offset, ==, count == IKE_MAX_PAYLOADS ? 0 : 4 * IKE_MAX_PAYLOADS);
	}
}

/* What an encrypted payload holds is told by the first type alone; it ends the chain. */
static void an_encrypted_payload_ends_the_chain(void)
{
	static const struct {
		uint8_t version, type;
		bool decrypted, ends;
	} cases[] = {{2, IKE2_PAYLOAD_ENCRYPTED, false, true},
	             {2, IKE2_PAYLOAD_ENCRYPTED_FRAGMENT, false, true},
	             {2, IKE2_PAYLOAD_CERT, false, false},
	             {2, IKE2_PAYLOAD_ENCRYPTED, true, false},
	             {1, IKE2_PAYLOAD_ENCRYPTED, false, false}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const uint8_t chain[] = {
		        IKE2_PAYLOAD_IDI, 0, 0, 12, 0, 1, 0, 1, 9, 9, 9, 9, 0, 0, 0, 9, 2, 0, 0, 0, 'a'};
		uint8_t bytes[28 + sizeof chain] = {
		        [16] = cases[i].type, [17] = (uint8_t)(cases[i].version << 4), [27] = sizeof bytes};
		struct ike_message message = {.major_version = cases[i].version};
		memcpy(bytes + 28, chain, sizeof chain);
		if (cases[i].decrypted)
			ike_message_add_decrypted(&message, cases[i].type, chain, sizeof chain);
		else
			ike_message_read(bytes, sizeof bytes, sizeof bytes, &message);
		g_assert_cmpint(message.encrypted, ==, cases[i].ends);
		g_assert_cmpuint(message.payload_count, ==, cases[i].ends ? 1 : 2);
		g_assert_cmpuint(message.encrypted_first, ==, cases[i].ends ? IKE2_PAYLOAD_IDI : 0);
		g_assert_cmpint(message.decrypted, ==, cases[i].decrypted);
	}
}

/* Numbers of one version are none of the other's. */
static void payloads_belong_to_their_version(void)
{
	static const uint8_t vendor[] = {1, 2, 3, 4};

	g_assert_cmpuint(read_whole(1, IKE1_PAYLOAD_VENDOR, vendor, sizeof vendor).vendor_count, ==, 1);
	g_assert_cmpuint(read_whole(2, IKE2_PAYLOAD_VENDOR, vendor, sizeof vendor).vendor_count, ==, 1);
	g_assert_cmpuint(read_whole(1, IKE2_PAYLOAD_VENDOR, vendor, sizeof vendor).vendor_count, ==, 0);
	g_assert_cmpuint(read_whole(2, IKE1_PAYLOAD_VENDOR, vendor, sizeof vendor).vendor_count, ==, 0);
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/ike-payloads/" #function, function                                                                   \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(the_header_is_read_field_by_field),
        TEST(flags_say_who_sends_and_what),
        TEST(a_header_that_does_not_fit_is_refused),
        TEST(each_fault_has_a_sentence),
        TEST(a_message_goes_on_in_other_fragments),
        TEST(each_payload_has_a_least_length),
        TEST(each_payload_may_be_cut),
        TEST(a_proposal_of_ikev2_has_transforms_and_an_spi),
        TEST(only_an_spi_of_4_bytes_is_one_of_esp),
        TEST(structures_of_a_proposal_fit_into_one_another),
        TEST(a_key_length_may_be_short_or_long),
        TEST(attributes_of_phase_1_are_a_suite),
        TEST(attributes_of_phase_2_are_a_suite),
        TEST(a_key_length_of_ikev1_belongs_to_its_own_transform),
        TEST(structures_of_ikev1_fit_into_one_another),
        TEST(a_notify_is_read_field_by_field),
        TEST(a_notify_whose_spi_does_not_fit_is_none),
        TEST(a_notify_that_was_cut_has_its_type),
        TEST(errors_are_told_by_their_number),
        TEST(hashes_of_nat_detection_are_kept),
        TEST(key_exchanges_have_a_group_and_a_length),
        TEST(fragments_tell_their_numbers),
        TEST(an_encrypted_fragment_of_ikev1_is_read),
        TEST(nat_hashes_of_ikev1_are_the_receivers_then_the_senders),
        TEST(identities_say_who_somebody_is),
        TEST(identities_are_put_in_print),
        TEST(authentication_has_a_method),
        TEST(selectors_are_ranges),
        TEST(a_selector_is_as_long_as_its_two_addresses),
        TEST(identities_of_quick_mode_are_ranges),
        TEST(deletes_name_spis_of_ah_and_esp),
        TEST(what_does_not_fit_a_list_is_counted),
        TEST(transforms_beyond_the_lists_are_counted),
        TEST(a_nat_hash_is_no_longer_than_a_byte_tells),
        TEST(a_chain_has_64_payloads_at_most),
        TEST(an_encrypted_payload_ends_the_chain),
        TEST(payloads_belong_to_their_version),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
