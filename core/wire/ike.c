/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/wire/ike.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/byte_order.h"

#define IKE2_FLAG_INITIATOR 0x08
#define IKE2_FLAG_RESPONSE 0x20
#define IKE1_FLAG_ENCRYPTION 0x01

#define PAYLOAD_HEADER_SIZE 4
#define PROPOSAL_HEADER_SIZE 8
#define TRANSFORM_HEADER_SIZE 8
#define ATTRIBUTE_HEADER_SIZE 4
#define ATTRIBUTE_FORMAT_SHORT 0x8000

#define PROTOCOL_IKE 1
#define PROTOCOL_ESP 3

/*
 * Bytes of a message, or of a payload in it: the first captured can be read, length were on the wire. start is where
 * the message begins, so that a fault can be placed.
 */
struct slice {
	const uint8_t *start;
	const uint8_t *bytes;
	size_t captured;
	size_t length;
};

static size_t slice_offset(const struct slice *slice)
{
	return (size_t)(slice->bytes - slice->start);
}

static bool is_whole(const struct slice *slice)
{
	return slice->captured == slice->length;
}

/* Takes count bytes off the front, captured or not; the caller has checked that the slice is so long. */
static struct slice slice_after(struct slice slice, size_t count)
{
	size_t there = count < slice.captured ? count : slice.captured;

	return (struct slice){slice.start, slice.bytes + there, slice.captured - there, slice.length - count};
}

/* The first length bytes; the caller has checked that the slice is so long. */
static struct slice slice_first(struct slice slice, size_t length)
{
	return (struct slice){slice.start, slice.bytes, slice.captured < length ? slice.captured : length, length};
}

/* Notes a fault and stops the reading: false is handed up. */
static bool fault(struct ike_message *message, enum ike_fault kind, const struct slice *where)
{
	message->fault = kind;
	message->fault_offset = (uint32_t)slice_offset(where);
	return false;
}

/* As many bytes as are there of the first four, as a number. */
static uint32_t read_number(const uint8_t *bytes, size_t length)
{
	uint32_t number = 0;

	for (size_t i = 0; i < length && i < 4; i++)
		number = (number << 8) | bytes[i];
	return number;
}

/* ---- lists ---- */

static void add_payload_type(struct ike_message *message, uint8_t type)
{
	if (message->payload_count < IKE_MAX_PAYLOADS)
		message->payload_types[message->payload_count++] = type;
}

static void add_notify(struct ike_message *message, struct ike_notify notify)
{
	if (message->notify_count < IKE_MAX_NOTIFIES)
		message->notifies[message->notify_count++] = notify;
	else
		message->skipped++;
}

static void add_nat_hash(struct ike_message *message, bool of_source, const uint8_t *bytes, size_t length)
{
	if (message->nat_hash_count < IKE_MAX_NAT_HASHES && length > 0 && length <= UINT8_MAX)
		message->nat_hashes[message->nat_hash_count++] =
		        (struct ike_nat_hash){of_source, (uint8_t)length, bytes};
	else
		message->skipped++;
}

/* Returns the proposal's index, IKE_MAX_PROPOSALS where there was no room. */
static uint8_t add_proposal(struct ike_message *message, struct ike_proposal proposal)
{
	if (message->proposal_count == IKE_MAX_PROPOSALS) {
		message->skipped++;
		return IKE_MAX_PROPOSALS;
	}
	message->proposals[message->proposal_count] = proposal;
	return message->proposal_count++;
}

static void add_transform(struct ike_message *message, struct ike_transform transform)
{
	if (transform.proposal < IKE_MAX_PROPOSALS && message->transform_count < IKE_MAX_TRANSFORMS)
		message->transforms[message->transform_count++] = transform;
	else
		message->skipped++;
}

static void add_identity(struct ike_message *message, struct ike_identity identity)
{
	if (message->identity_count < IKE_MAX_IDENTITIES)
		message->identities[message->identity_count++] = identity;
	else
		message->skipped++;
}

static void add_selector(struct ike_message *message, struct ike_selector selector)
{
	if (message->selector_count < IKE_MAX_SELECTORS)
		message->selectors[message->selector_count++] = selector;
	else
		message->skipped++;
}

static void add_deleted_spi(struct ike_message *message, uint32_t spi)
{
	if (message->deleted_spi_count < IKE_MAX_DELETED_SPIS)
		message->deleted_spis[message->deleted_spi_count++] = spi;
	else
		message->skipped++;
}

/* ---- substructures of an SA payload ---- */

/*
 * Proposals, transforms and payloads alike begin with a byte each of type and reserved, then their own length.
 * Takes the next one of at least least bytes off *rest.
 */
static bool take_structure(struct ike_message *message, struct slice *rest, size_t least, struct slice *structure)
{
	size_t length = rest->captured >= PAYLOAD_HEADER_SIZE ? read_be16(rest->bytes + 2) : 0;

	if (length < least || length > rest->length)
		return fault(message, IKE_FAULT_PAYLOAD_LENGTH, rest);
	*structure = slice_first(*rest, length);
	*rest = slice_after(*rest, length);
	return true;
}

struct attribute {
	uint16_t class;
	uint32_t value; /* UINT32_MAX where it needs more than 32 bits */
};

static uint32_t attribute_value(const uint8_t *bytes, size_t length)
{
	for (; length > 4; bytes++, length--)
		if (*bytes != 0)
			return UINT32_MAX;
	return read_number(bytes, length);
}

/* RFC 7296 sec. 3.3.5, RFC 2408 sec. 3.3: a short value in place of a length, or a length and a value. */
static bool take_attribute(struct ike_message *message, struct slice *rest, struct attribute *attribute)
{
	if (rest->length < ATTRIBUTE_HEADER_SIZE)
		return fault(message, IKE_FAULT_PAYLOAD_LENGTH, rest);

	uint16_t format_and_class = read_be16(rest->bytes);
	uint16_t length_or_value = read_be16(rest->bytes + 2);

	attribute->class = format_and_class & (ATTRIBUTE_FORMAT_SHORT - 1);
	if (format_and_class & ATTRIBUTE_FORMAT_SHORT) {
		attribute->value = length_or_value;
		*rest = slice_after(*rest, ATTRIBUTE_HEADER_SIZE);
		return true;
	}
	if (length_or_value > rest->length - ATTRIBUTE_HEADER_SIZE)
		return fault(message, IKE_FAULT_PAYLOAD_LENGTH, rest);
	attribute->value = attribute_value(rest->bytes + ATTRIBUTE_HEADER_SIZE, length_or_value);
	*rest = slice_after(*rest, (size_t)ATTRIBUTE_HEADER_SIZE + length_or_value);
	return true;
}

static uint16_t as_key_length(uint32_t value)
{
	return value <= UINT16_MAX ? (uint16_t)value : 0;
}

/* Reads a proposal's header and SPI (the same in both versions); *transforms becomes what follows them. */
static bool read_proposal_header(struct ike_message *message, const struct slice *structure,
                                 struct ike_proposal *proposal, struct slice *transforms)
{
	const uint8_t *header = structure->bytes;

	*proposal = (struct ike_proposal){.number = header[4], .protocol = header[5], .spi_length = header[6]};
	if (proposal->spi_length > structure->length - PROPOSAL_HEADER_SIZE)
		return fault(message, IKE_FAULT_PAYLOAD_LENGTH, structure);
	if (proposal->protocol != PROTOCOL_IKE && proposal->spi_length == 4)
		proposal->spi = read_be32(header + PROPOSAL_HEADER_SIZE);
	*transforms = slice_after(*structure, (size_t)PROPOSAL_HEADER_SIZE + proposal->spi_length);
	return true;
}

/* ---- IKEv2 SA payload, RFC 7296 sec. 3.3 ---- */

#define IKE2_ATTRIBUTE_KEY_LENGTH 14

static bool read_ike2_transform(struct ike_message *message, const struct slice *structure, uint8_t proposal)
{
	struct slice rest = slice_after(*structure, TRANSFORM_HEADER_SIZE);
	struct ike_transform transform = {
	        .type = structure->bytes[4],
	        .proposal = proposal,
	        .id = read_be16(structure->bytes + 6),
	};
	struct attribute attribute;

	while (rest.length > 0) {
		if (!take_attribute(message, &rest, &attribute))
			return false;
		if (attribute.class == IKE2_ATTRIBUTE_KEY_LENGTH)
			transform.key_length = as_key_length(attribute.value);
	}
	add_transform(message, transform);
	return true;
}

static bool read_ike2_proposal(struct ike_message *message, const struct slice *structure)
{
	struct ike_proposal proposal;
	struct slice rest, transform;

	if (!read_proposal_header(message, structure, &proposal, &rest))
		return false;

	uint8_t index = add_proposal(message, proposal);

	while (rest.length > 0)
		if (!take_structure(message, &rest, TRANSFORM_HEADER_SIZE, &transform) ||
		    !read_ike2_transform(message, &transform, index))
			return false;
	return true;
}

/* A cut SA payload is left alone: half an offer would be taken for all of it. */
static bool read_ike2_sa(struct ike_message *message, const struct slice *body)
{
	struct slice rest = *body, proposal;

	if (!is_whole(body))
		return true;
	while (rest.length > 0)
		if (!take_structure(message, &rest, PROPOSAL_HEADER_SIZE, &proposal) ||
		    !read_ike2_proposal(message, &proposal))
			return false;
	return true;
}

/* ---- IKEv1 SA payload, RFC 2408 sec. 3.4 to 3.6 ---- */

#define IKE1_SA_HEADER_SIZE 8 /* DOI and situation */
#define IKE1_LIFE_TYPE_SECONDS 1

/* What an attribute class means. For phase 1: RFC 2409 appendix A; for phase 2: RFC 2407 sec. 4.5. */
struct attribute_meaning {
	uint16_t class;
	uint8_t transform_type;
};

static const struct attribute_meaning phase_1_meanings[] = {
        {1, IKE_TRANSFORM_ENCRYPTION},
        {2, IKE1_TRANSFORM_HASH},
        {3, IKE1_TRANSFORM_AUTHENTICATION_METHOD},
        {4, IKE_TRANSFORM_DH_GROUP},
        {0, 0},
};

static const struct attribute_meaning phase_2_meanings[] = {
        {3, IKE_TRANSFORM_DH_GROUP},
        {5, IKE_TRANSFORM_INTEGRITY},
        {0, 0},
};

static const struct attribute_classes {
	const struct attribute_meaning *meanings;
	uint16_t life_type;
	uint16_t life_duration;
	uint16_t key_length;
} phase_1_classes = {phase_1_meanings, 11, 12, 14}, phase_2_classes = {phase_2_meanings, 1, 2, 6};

static uint8_t transform_type_of(const struct attribute_classes *classes, uint16_t class)
{
	const struct attribute_meaning *meaning = classes->meanings;

	while (meaning->class != 0 && meaning->class != class)
		meaning++;
	return meaning->transform_type;
}

/* The key length is an attribute of its own in IKEv1, before or after the cipher it belongs to. */
static void set_key_length(struct ike_message *message, uint8_t proposal, uint16_t key_length)
{
	for (int i = 0; i < message->transform_count; i++)
		if (message->transforms[i].proposal == proposal &&
		    message->transforms[i].type == IKE_TRANSFORM_ENCRYPTION)
			message->transforms[i].key_length = key_length;
}

static bool read_ike1_attributes(struct ike_message *message, struct slice rest,
                                 const struct attribute_classes *classes, uint8_t proposal)
{
	struct attribute attribute;
	uint16_t key_length = 0;
	uint32_t life_type = 0;

	while (rest.length > 0) {
		if (!take_attribute(message, &rest, &attribute))
			return false;

		uint8_t type = transform_type_of(classes, attribute.class);

		if (attribute.class == classes->key_length)
			key_length = as_key_length(attribute.value);
		else if (attribute.class == classes->life_type)
			life_type = attribute.value;
		else if (attribute.class == classes->life_duration && life_type == IKE1_LIFE_TYPE_SECONDS)
			type = IKE1_TRANSFORM_LIFE_SECONDS;
		if (type != 0)
			add_transform(message, (struct ike_transform){
			                               .type = type, .proposal = proposal, .id = attribute.value});
	}
	set_key_length(message, proposal, key_length);
	return true;
}

/*
 * The transforms of an IKEv1 proposal are alternatives, each a whole suite: each becomes a proposal of its own,
 * numbered as the transform is.
 */
static bool read_ike1_transform(struct ike_message *message, const struct slice *structure,
                                struct ike_proposal proposal)
{
	bool phase_1 = proposal.protocol == PROTOCOL_IKE;

	proposal.number = structure->bytes[4];

	uint8_t index = add_proposal(message, proposal);

	if (!phase_1)
		add_transform(message, (struct ike_transform){.type = IKE_TRANSFORM_ENCRYPTION,
		                                              .proposal = index,
		                                              .id = structure->bytes[5]});
	return read_ike1_attributes(message, slice_after(*structure, TRANSFORM_HEADER_SIZE),
	                            phase_1 ? &phase_1_classes : &phase_2_classes, index);
}

static bool read_ike1_proposal(struct ike_message *message, const struct slice *structure)
{
	struct ike_proposal proposal;
	struct slice rest, transform;

	if (!read_proposal_header(message, structure, &proposal, &rest))
		return false;
	while (rest.length > 0)
		if (!take_structure(message, &rest, TRANSFORM_HEADER_SIZE, &transform) ||
		    !read_ike1_transform(message, &transform, proposal))
			return false;
	return true;
}

static bool read_ike1_sa(struct ike_message *message, const struct slice *body)
{
	struct slice rest, proposal;

	if (!is_whole(body))
		return true;
	if (body->length < IKE1_SA_HEADER_SIZE)
		return fault(message, IKE_FAULT_PAYLOAD_LENGTH, body);
	rest = slice_after(*body, IKE1_SA_HEADER_SIZE);
	while (rest.length > 0)
		if (!take_structure(message, &rest, PROPOSAL_HEADER_SIZE, &proposal) ||
		    !read_ike1_proposal(message, &proposal))
			return false;
	return true;
}

/* ---- other payloads ---- */

/* Protocol, SPI size, type, SPI, data: RFC 7296 sec. 3.10; RFC 2408 sec. 3.14 has the same after a DOI. */
static bool read_notify(struct ike_message *message, const struct slice *body, struct ike_notify *notify)
{
	if (body->length < 4)
		return fault(message, IKE_FAULT_PAYLOAD_LENGTH, body);
	if (body->captured < 4)
		return true;

	size_t spi_length = body->bytes[1];

	if (spi_length > body->length - 4)
		return fault(message, IKE_FAULT_PAYLOAD_LENGTH, body);
	notify->protocol = body->bytes[0];
	notify->type = read_be16(body->bytes + 2);

	struct slice spi = slice_after(*body, 4);
	struct slice data = slice_after(spi, spi_length);

	if (spi_length >= 4 && spi.captured >= 4)
		notify->spi = read_be32(spi.bytes);
	notify->data_length = (uint16_t)data.length;
	if (is_whole(&data) && data.length > 0) {
		notify->data = read_number(data.bytes, data.length);
		notify->bytes = data.bytes;
	}
	return true;
}

static bool is_nat_detection(const struct ike_notify *notify)
{
	return notify->type == IKE_NOTIFY_NAT_DETECTION_SOURCE_IP ||
	       notify->type == IKE_NOTIFY_NAT_DETECTION_DESTINATION_IP;
}

static bool read_ike2_notify(struct ike_message *message, const struct slice *body)
{
	struct ike_notify notify = {0};

	if (!read_notify(message, body, &notify))
		return false;
	if (body->captured < 4)
		return true;
	add_notify(message, notify);
	if (is_nat_detection(&notify) && notify.bytes)
		add_nat_hash(message, notify.type == IKE_NOTIFY_NAT_DETECTION_SOURCE_IP, notify.bytes,
		             notify.data_length);
	return true;
}

static bool read_ike1_notify(struct ike_message *message, const struct slice *body)
{
	struct ike_notify notify = {0};

	if (body->length < 8)
		return fault(message, IKE_FAULT_PAYLOAD_LENGTH, body);

	struct slice after_doi = slice_after(*body, 4);

	if (!read_notify(message, &after_doi, &notify))
		return false;
	if (after_doi.captured >= 4)
		add_notify(message, notify);
	return true;
}

/* RFC 3947 sec. 3.2: the first hash is of the receiver's address, the others of the sender's. */
static bool read_ike1_nat_hash(struct ike_message *message, const struct slice *body)
{
	bool of_source = message->nat_hash_count > 0;

	if (is_whole(body))
		add_nat_hash(message, of_source, body->bytes, body->length);
	return true;
}

static bool read_vendor(struct ike_message *message, const struct slice *body)
{
	if (!is_whole(body))
		return true;
	if (message->vendor_count < IKE_MAX_VENDORS)
		message->vendors[message->vendor_count++] = (struct ike_vendor){body->bytes, (uint16_t)body->length};
	else
		message->skipped++;
	return true;
}

/* Group, reserved, data: RFC 7296 sec. 3.4. */
static bool read_ike2_ke(struct ike_message *message, const struct slice *body)
{
	if (body->length < 4)
		return fault(message, IKE_FAULT_PAYLOAD_LENGTH, body);
	if (body->captured >= 2)
		message->ke_group = read_be16(body->bytes);
	message->ke_length = (uint16_t)(body->length - 4);
	return true;
}

static bool read_ike1_ke(struct ike_message *message, const struct slice *body)
{
	message->ke_length = (uint16_t)body->length;
	return true;
}

/* Cisco's fragments: identifier, number counting from 1, flag of the last one, data. */
static bool read_ike1_fragment(struct ike_message *message, const struct slice *body)
{
	if (body->length < 4)
		return fault(message, IKE_FAULT_PAYLOAD_LENGTH, body);
	if (body->captured < 4)
		return true;
	message->fragment = body->bytes[2];
	message->fragments = body->bytes[3] & 1 ? body->bytes[2] : 0;
	return true;
}

/* ---- who, for what, and what no longer: payloads that only a decryptor sees ---- */

static struct ip_address address_from(const uint8_t *bytes, size_t length)
{
	return length == 4 ? ip_address_from_ipv4(bytes) : ip_address_from_ipv6(bytes);
}

#define IDENTITY_HEADER_SIZE 4

static bool read_identity(struct ike_message *message, const struct slice *body, bool of_initiator)
{
	if (body->length < IDENTITY_HEADER_SIZE)
		return fault(message, IKE_FAULT_PAYLOAD_LENGTH, body);
	if (!is_whole(body))
		return true;
	add_identity(message, (struct ike_identity){.of_initiator = of_initiator,
	                                            .type = body->bytes[0],
	                                            .length = (uint16_t)(body->length - IDENTITY_HEADER_SIZE),
	                                            .bytes = body->bytes + IDENTITY_HEADER_SIZE});
	return true;
}

static bool read_ike2_initiator_identity(struct ike_message *message, const struct slice *body)
{
	return read_identity(message, body, true);
}

static bool read_ike2_responder_identity(struct ike_message *message, const struct slice *body)
{
	return read_identity(message, body, false);
}

static bool read_ike2_auth(struct ike_message *message, const struct slice *body)
{
	if (body->length < 4)
		return fault(message, IKE_FAULT_PAYLOAD_LENGTH, body);
	if (body->captured >= 1)
		message->authentication_method = body->bytes[0];
	return true;
}

#define TS_HEADER_SIZE 4
#define SELECTOR_HEADER_SIZE 8
#define TS_IPV4_ADDR_RANGE 7
#define TS_IPV6_ADDR_RANGE 8

/* Type, protocol, length, ports, first and last address (RFC 7296 sec. 3.13.1). Other types are passed over. */
static bool take_selector(struct ike_message *message, struct slice *rest, bool of_initiator)
{
	struct slice selector;

	if (!take_structure(message, rest, SELECTOR_HEADER_SIZE, &selector))
		return false;

	const uint8_t *bytes = selector.bytes;
	size_t address = bytes[0] == TS_IPV4_ADDR_RANGE ? 4 : bytes[0] == TS_IPV6_ADDR_RANGE ? 16 : 0;

	if (address == 0)
		return true;
	if (selector.length != SELECTOR_HEADER_SIZE + 2 * address)
		return fault(message, IKE_FAULT_PAYLOAD_LENGTH, &selector);
	add_selector(message,
	             (struct ike_selector){.of_initiator = of_initiator,
	                                   .protocol = bytes[1],
	                                   .first_port = read_be16(bytes + 4),
	                                   .last_port = read_be16(bytes + 6),
	                                   .first = address_from(bytes + SELECTOR_HEADER_SIZE, address),
	                                   .last = address_from(bytes + SELECTOR_HEADER_SIZE + address, address)});
	return true;
}

static bool read_selectors(struct ike_message *message, const struct slice *body, bool of_initiator)
{
	if (!is_whole(body))
		return true;
	if (body->length < TS_HEADER_SIZE)
		return fault(message, IKE_FAULT_PAYLOAD_LENGTH, body);

	struct slice rest = slice_after(*body, TS_HEADER_SIZE);

	while (rest.length > 0)
		if (!take_selector(message, &rest, of_initiator))
			return false;
	return true;
}

static bool read_ike2_initiator_selectors(struct ike_message *message, const struct slice *body)
{
	return read_selectors(message, body, true);
}

static bool read_ike2_responder_selectors(struct ike_message *message, const struct slice *body)
{
	return read_selectors(message, body, false);
}

/* From a network and its mask to the range it covers. */
static void set_network(struct ike_selector *selector, const uint8_t *network, const uint8_t *mask, size_t length)
{
	uint8_t first[16], last[16];

	for (size_t i = 0; i < length; i++) {
		first[i] = network[i] & mask[i];
		last[i] = (uint8_t)(network[i] | ~mask[i]);
	}
	selector->first = address_from(first, length);
	selector->last = address_from(last, length);
}

/* What an identity of quick mode covers, by its type (RFC 2407 sec. 4.6.2.1). */
static const struct {
	uint8_t type;
	uint8_t address;
	enum { ID_ADDRESS, ID_SUBNET, ID_RANGE } form;
} quick_mode_identities[] = {
        {1, 4, ID_ADDRESS},  {4, 4, ID_SUBNET},  {7, 4, ID_RANGE},
        {5, 16, ID_ADDRESS}, {6, 16, ID_SUBNET}, {8, 16, ID_RANGE},
};

/* Quick mode sends the initiator's identity first, then the responder's (RFC 2409 sec. 5.5). */
static bool read_quick_mode_identity(struct ike_message *message, const struct slice *body)
{
	const uint8_t *bytes = body->bytes;
	struct ike_selector selector = {.of_initiator = message->selector_count == 0};

	if (body->length < IDENTITY_HEADER_SIZE)
		return fault(message, IKE_FAULT_PAYLOAD_LENGTH, body);
	if (!is_whole(body))
		return true;
	selector.protocol = bytes[1];
	selector.first_port = read_be16(bytes + 2);
	selector.last_port = selector.first_port != 0 ? selector.first_port : UINT16_MAX;
	for (size_t i = 0; i < sizeof quick_mode_identities / sizeof quick_mode_identities[0]; i++) {
		size_t address = quick_mode_identities[i].address;
		size_t addresses = quick_mode_identities[i].form == ID_ADDRESS ? 1 : 2;
		const uint8_t *one = bytes + IDENTITY_HEADER_SIZE;
		const uint8_t *two = one + (addresses - 1) * address;

		if (quick_mode_identities[i].type != bytes[0])
			continue;
		if (body->length != IDENTITY_HEADER_SIZE + addresses * address)
			return fault(message, IKE_FAULT_PAYLOAD_LENGTH, body);
		if (quick_mode_identities[i].form == ID_SUBNET) {
			set_network(&selector, one, two, address);
		} else {
			selector.first = address_from(one, address);
			selector.last = address_from(two, address);
		}
		add_selector(message, selector);
	}
	return true;
}

static bool read_ike1_identity(struct ike_message *message, const struct slice *body)
{
	if (message->exchange_type == IKE1_QUICK_MODE)
		return read_quick_mode_identity(message, body);
	return read_identity(message, body, false);
}

/* Protocol, SPI size, number of SPIs, SPIs: RFC 7296 sec. 3.11; RFC 2408 sec. 3.15 has the same after a DOI. */
static bool read_delete(struct ike_message *message, const struct slice *body)
{
	if (body->length < 4)
		return fault(message, IKE_FAULT_PAYLOAD_LENGTH, body);
	if (!is_whole(body))
		return true;

	size_t size = body->bytes[1], count = read_be16(body->bytes + 2);

	if (size * count > body->length - 4)
		return fault(message, IKE_FAULT_PAYLOAD_LENGTH, body);
	if (body->bytes[0] == PROTOCOL_IKE)
		message->deletes_ike_sa = true;
	else if (size == 4)
		for (size_t i = 0; i < count; i++)
			add_deleted_spi(message, read_be32(body->bytes + 4 + 4 * i));
	return true;
}

static bool read_ike1_delete(struct ike_message *message, const struct slice *body)
{
	if (body->length < 8)
		return fault(message, IKE_FAULT_PAYLOAD_LENGTH, body);

	struct slice after_doi = slice_after(*body, 4);

	return read_delete(message, &after_doi);
}

typedef bool (*payload_reader)(struct ike_message *message, const struct slice *body);

static const struct {
	uint8_t major_version;
	uint8_t type;
	payload_reader read;
} payload_readers[] = {
        {1, IKE1_PAYLOAD_SA, read_ike1_sa},
        {1, IKE1_PAYLOAD_KE, read_ike1_ke},
        {1, IKE1_PAYLOAD_ID, read_ike1_identity},
        {1, IKE1_PAYLOAD_NOTIFY, read_ike1_notify},
        {1, IKE1_PAYLOAD_DELETE, read_ike1_delete},
        {1, IKE1_PAYLOAD_VENDOR, read_vendor},
        {1, IKE1_PAYLOAD_NAT_D, read_ike1_nat_hash},
        {1, IKE1_PAYLOAD_NAT_D_DRAFT, read_ike1_nat_hash},
        {1, IKE1_PAYLOAD_FRAGMENT, read_ike1_fragment},
        {2, IKE2_PAYLOAD_SA, read_ike2_sa},
        {2, IKE2_PAYLOAD_KE, read_ike2_ke},
        {2, IKE2_PAYLOAD_IDI, read_ike2_initiator_identity},
        {2, IKE2_PAYLOAD_IDR, read_ike2_responder_identity},
        {2, IKE2_PAYLOAD_AUTH, read_ike2_auth},
        {2, IKE2_PAYLOAD_NOTIFY, read_ike2_notify},
        {2, IKE2_PAYLOAD_DELETE, read_delete},
        {2, IKE2_PAYLOAD_VENDOR, read_vendor},
        {2, IKE2_PAYLOAD_TSI, read_ike2_initiator_selectors},
        {2, IKE2_PAYLOAD_TSR, read_ike2_responder_selectors},
};

static bool read_payload(struct ike_message *message, uint8_t type, const struct slice *body)
{
	for (size_t i = 0; i < sizeof payload_readers / sizeof payload_readers[0]; i++)
		if (payload_readers[i].type == type && payload_readers[i].major_version == message->major_version)
			return payload_readers[i].read(message, body);
	return true;
}

/* ---- payload chain ---- */

static bool is_encrypted_payload(const struct ike_message *message, uint8_t type)
{
	return message->major_version == 2 && !message->decrypted &&
	       (type == IKE2_PAYLOAD_ENCRYPTED || type == IKE2_PAYLOAD_ENCRYPTED_FRAGMENT);
}

/* The payload that ends a chain: all that matters without keys is in its header, so a cut behind that is no fault. */
static void read_encrypted_payload(struct ike_message *message, uint8_t type, uint8_t first, const struct slice *body)
{
	message->encrypted_first = first;
	if (type == IKE2_PAYLOAD_ENCRYPTED) {
		message->encrypted_length = (uint32_t)body->length;
	} else if (body->length < 4) {
		fault(message, IKE_FAULT_PAYLOAD_LENGTH, body);
	} else if (body->captured < 4) {
		fault(message, IKE_FAULT_TRUNCATED, body);
	} else {
		message->fragment = read_be16(body->bytes);
		message->fragments = read_be16(body->bytes + 2);
		message->encrypted_length = (uint32_t)body->length - 4;
	}
}

/* Every payload takes at least its header's 4 bytes, and their number is limited: this ends. */
static void read_chain(struct ike_message *message, uint8_t type, struct slice rest)
{
	struct slice payload;

	while (type != 0) {
		bool ends_here = is_encrypted_payload(message, type);

		message->encrypted |= ends_here;
		if (message->payload_count == IKE_MAX_PAYLOADS) {
			fault(message, IKE_FAULT_TOO_MANY, &rest);
			return;
		}
		if (rest.captured < PAYLOAD_HEADER_SIZE && !is_whole(&rest)) {
			fault(message, IKE_FAULT_TRUNCATED, &rest);
			return;
		}
		if (!take_structure(message, &rest, PAYLOAD_HEADER_SIZE, &payload))
			return;

		uint8_t next = payload.bytes[0];
		struct slice body = slice_after(payload, PAYLOAD_HEADER_SIZE);

		add_payload_type(message, type);
		if (ends_here) {
			read_encrypted_payload(message, type, next, &body);
			return;
		}
		if (!read_payload(message, type, &body))
			return;
		if (!is_whole(&body)) {
			fault(message, IKE_FAULT_TRUNCATED, &payload);
			return;
		}
		type = next;
	}
}

/* ---- header ---- */

static uint64_t digest_of(const uint8_t *bytes, size_t length)
{
	uint64_t digest = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (size_t i = 0; i < length; i++)
		digest = (digest ^ bytes[i]) * UINT64_C(0x100000001b3);
	return digest;
}

static void read_header(struct ike_message *message, const uint8_t *bytes)
{
	message->initiator_spi = read_be64(bytes);
	message->responder_spi = read_be64(bytes + 8);
	message->next_payload = bytes[16];
	message->major_version = bytes[17] >> 4;
	message->minor_version = bytes[17] & 0x0f;
	message->exchange_type = bytes[18];
	message->flags = bytes[19];
	message->message_id = read_be32(bytes + 20);
	message->length = read_be32(bytes + 24);
	if (message->major_version == 2) {
		message->is_response = message->flags & IKE2_FLAG_RESPONSE;
		message->from_initiator = message->flags & IKE2_FLAG_INITIATOR;
	}
}

static enum ike_fault header_fault(const struct ike_message *message, size_t wire_length)
{
	if (message->major_version != 1 && message->major_version != 2)
		return IKE_FAULT_VERSION;
	if (message->length < IKE_HEADER_SIZE || message->length > wire_length)
		return IKE_FAULT_LENGTH;
	return IKE_FAULT_NONE;
}

/* Of an encrypted IKEv1 message nothing follows the header in the clear; a fragment's own header does, flag or not. */
static bool is_ike1_encrypted(const struct ike_message *message)
{
	return message->major_version == 1 && (message->flags & IKE1_FLAG_ENCRYPTION) != 0;
}

int ike_message_read(const uint8_t *bytes, size_t captured, size_t wire_length, struct ike_message *message)
{
	memset(message, 0, sizeof *message);
	if (wire_length < captured)
		wire_length = captured;
	if (captured < IKE_HEADER_SIZE) {
		message->fault = wire_length < IKE_HEADER_SIZE ? IKE_FAULT_SHORT : IKE_FAULT_TRUNCATED;
		message->fault_offset = (uint32_t)captured;
		return -EBADMSG;
	}
	read_header(message, bytes);
	message->fault = header_fault(message, wire_length);
	if (message->fault != IKE_FAULT_NONE) {
		message->fault_offset = message->fault == IKE_FAULT_VERSION ? 17 : 24;
		return -EBADMSG;
	}

	struct slice whole = {bytes, bytes, captured < message->length ? captured : message->length, message->length};

	message->digest = digest_of(bytes, whole.captured);
	message->encrypted = is_ike1_encrypted(message);
	if (message->encrypted && message->next_payload != IKE1_PAYLOAD_FRAGMENT)
		message->encrypted_length = message->length - IKE_HEADER_SIZE;
	else
		read_chain(message, message->next_payload, slice_after(whole, IKE_HEADER_SIZE));
	return 0;
}

void ike_message_add_decrypted(struct ike_message *message, uint8_t first, const uint8_t *bytes, size_t length)
{
	message->decrypted = true;
	read_chain(message, first, (struct slice){bytes, bytes, length, length});
}

/* ---- asking ---- */

const struct ike_notify *ike_message_notify(const struct ike_message *message, uint16_t type)
{
	for (int i = 0; i < message->notify_count; i++)
		if (message->notifies[i].type == type)
			return &message->notifies[i];
	return NULL;
}

const struct ike_notify *ike_message_error(const struct ike_message *message)
{
	for (int i = 0; i < message->notify_count; i++)
		if (message->notifies[i].type > 0 && message->notifies[i].type < IKE_NOTIFY_FIRST_STATUS)
			return &message->notifies[i];
	return NULL;
}

uint32_t ike_message_esp_spi(const struct ike_message *message)
{
	for (int i = 0; i < message->proposal_count; i++)
		if (message->proposals[i].protocol == PROTOCOL_ESP)
			return message->proposals[i].spi;
	return 0;
}

bool ike_message_has_payload(const struct ike_message *message, uint16_t type)
{
	for (int i = 0; i < message->payload_count; i++)
		if (message->payload_types[i] == type)
			return true;
	return false;
}

#define IDENTITY_IPV4 1
#define IDENTITY_FQDN 2
#define IDENTITY_EMAIL 3
#define IDENTITY_IPV6 5
#define IDENTITY_KEY_ID 11

static void write_address(const uint8_t *bytes, size_t length, char *text, size_t size)
{
	char printed[IP_ADDRESS_TEXT_SIZE];
	struct ip_address address = address_from(bytes, length);

	snprintf(text, size, "%s", ip_address_to_text(&address, printed));
}

static void write_name(const uint8_t *bytes, size_t length, char *text, size_t size)
{
	size_t used = 0;

	for (; used < length && used + 1 < size; used++)
		text[used] = bytes[used] >= ' ' && bytes[used] < 0x7f ? (char)bytes[used] : '?';
	text[used] = '\0';
}

const char *ike_identity_text(const struct ike_identity *identity, char *text, size_t size)
{
	text[0] = '\0';
	switch (identity->type) {
	case IDENTITY_IPV4:
		if (identity->length == 4)
			write_address(identity->bytes, 4, text, size);
		break;
	case IDENTITY_IPV6:
		if (identity->length == 16)
			write_address(identity->bytes, 16, text, size);
		break;
	case IDENTITY_FQDN:
	case IDENTITY_EMAIL:
	case IDENTITY_KEY_ID:
		write_name(identity->bytes, identity->length, text, size);
		break;
	default:
		break;
	}
	return text;
}

const char *ike_fault_text(enum ike_fault fault_kind)
{
	static const char *const texts[] = {
	        [IKE_FAULT_NONE] = "",
	        [IKE_FAULT_SHORT] = "The datagram is shorter than an IKE header.",
	        [IKE_FAULT_VERSION] = "The major version is neither 1 nor 2.",
	        [IKE_FAULT_LENGTH] = "The length in the IKE header does not fit the datagram.",
	        [IKE_FAULT_PAYLOAD_LENGTH] = "A payload's length does not fit the message.",
	        [IKE_FAULT_TOO_MANY] = "The message has more payloads than any honest one.",
	        [IKE_FAULT_TRUNCATED] = "The capture's snap length cut the message.",
	};
	size_t index = (size_t)fault_kind;

	return index < sizeof texts / sizeof texts[0] ? texts[index] : "";
}
