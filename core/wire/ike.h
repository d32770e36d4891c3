/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading one IKE message: header and cleartext payload chain of IKEv2 (RFC 7296 sec. 3) and IKEv1 (RFC 2408 sec. 3).
 * Bounded in every direction: nothing is read past the captured bytes, lists have fixed sizes, a payload chain has a
 * fixed number of links. What did not fit is counted, not lost silently.
 */
#ifndef ASAPHASE_CORE_WIRE_IKE_H
#define ASAPHASE_CORE_WIRE_IKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/ip_address.h"

#define IKE_HEADER_SIZE 28
#define IKE_MAX_PAYLOADS 64
#define IKE_MAX_NOTIFIES 24
#define IKE_MAX_PROPOSALS 16
#define IKE_MAX_TRANSFORMS 96
#define IKE_MAX_VENDORS 16
#define IKE_MAX_NAT_HASHES 6
#define IKE_MAX_IDENTITIES 4
#define IKE_MAX_SELECTORS 8
#define IKE_MAX_DELETED_SPIS 16

enum ike_exchange_type {
	/* IKEv1, RFC 2408 sec. 3.1 and RFC 2409 */
	IKE1_MAIN_MODE = 2,
	IKE1_AGGRESSIVE_MODE = 4,
	IKE1_INFORMATIONAL = 5,
	IKE1_TRANSACTION = 6,
	IKE1_QUICK_MODE = 32,
	/* IKEv2, RFC 7296 sec. 3.1, RFC 5723, RFC 9242 */
	IKE2_SA_INIT = 34,
	IKE2_AUTH = 35,
	IKE2_CREATE_CHILD_SA = 36,
	IKE2_INFORMATIONAL = 37,
	IKE2_SESSION_RESUME = 38,
	IKE2_INTERMEDIATE = 43,
};

/* Notify message types that the diagnosis looks at; IKEv1 (RFC 2408 sec. 3.14.1) and IKEv2 (RFC 7296 sec. 3.10.1) share
 * most. */
enum ike_notify_type {
	IKE_NOTIFY_UNSUPPORTED_CRITICAL_PAYLOAD = 1,
	IKE_NOTIFY_INVALID_IKE_SPI = 4, /* IKEv1: INVALID-COOKIE */
	IKE_NOTIFY_INVALID_MAJOR_VERSION = 5,
	IKE_NOTIFY_INVALID_SYNTAX = 7,
	IKE_NOTIFY_INVALID_MESSAGE_ID = 9,
	IKE_NOTIFY_INVALID_SPI = 11,
	IKE_NOTIFY_NO_PROPOSAL_CHOSEN = 14,
	IKE_NOTIFY_INVALID_KE_PAYLOAD = 17,
	IKE_NOTIFY_INVALID_ID_INFORMATION = 18, /* IKEv1 */
	IKE_NOTIFY_AUTHENTICATION_FAILED = 24,
	IKE_NOTIFY_SINGLE_PAIR_REQUIRED = 34,
	IKE_NOTIFY_NO_ADDITIONAL_SAS = 35,
	IKE_NOTIFY_INTERNAL_ADDRESS_FAILURE = 36,
	IKE_NOTIFY_FAILED_CP_REQUIRED = 37,
	IKE_NOTIFY_TS_UNACCEPTABLE = 38,
	IKE_NOTIFY_INVALID_SELECTORS = 39,
	IKE_NOTIFY_TEMPORARY_FAILURE = 43,
	IKE_NOTIFY_CHILD_SA_NOT_FOUND = 44,
	IKE_NOTIFY_FIRST_STATUS = 16384,
	IKE_NOTIFY_INITIAL_CONTACT = 16384,
	IKE_NOTIFY_NAT_DETECTION_SOURCE_IP = 16388,
	IKE_NOTIFY_NAT_DETECTION_DESTINATION_IP = 16389,
	IKE_NOTIFY_COOKIE = 16390,
	IKE_NOTIFY_USE_TRANSPORT_MODE = 16391,
	IKE_NOTIFY_REKEY_SA = 16393,
	IKE_NOTIFY_REDIRECT = 16407,
	IKE1_NOTIFY_INITIAL_CONTACT = 24578,
	IKE1_NOTIFY_R_U_THERE = 36136,
	IKE1_NOTIFY_R_U_THERE_ACK = 36137,
};

/* IKEv2 transform types, RFC 7296 sec. 3.3.2. IKEv1 attributes are turned into the same types. */
enum ike_transform_type {
	IKE_TRANSFORM_ENCRYPTION = 1,
	IKE_TRANSFORM_PRF = 2,
	IKE_TRANSFORM_INTEGRITY = 3,
	IKE_TRANSFORM_DH_GROUP = 4,
	IKE_TRANSFORM_ESN = 5,
	IKE1_TRANSFORM_HASH = 64,                  /* RFC 2409 appendix A, attribute class 2 */
	IKE1_TRANSFORM_AUTHENTICATION_METHOD = 65, /* class 3: 1 PSK, 3 RSA signatures … */
	IKE1_TRANSFORM_LIFE_SECONDS = 66, /* class 12 under life type 1: key_length holds nothing, id the seconds */
};

struct ike_transform {
	uint8_t type;        /* enum ike_transform_type */
	uint8_t proposal;    /* index into proposals */
	uint16_t key_length; /* bits, 0 where not given */
	uint32_t id;         /* transform ID as IANA numbers it for this IKE version and type */
};

struct ike_proposal {
	uint8_t number;
	uint8_t protocol; /* 1 IKE, 2 AH, 3 ESP */
	uint8_t spi_length;
	uint32_t spi; /* of AH and ESP, host order */
};

struct ike_notify {
	uint16_t type;    /* enum ike_notify_type or another number */
	uint8_t protocol; /* 0, 1 IKE, 2 AH, 3 ESP */
	uint32_t spi;     /* first 4 bytes of the SPI field, host order; 0 where there is none */
	uint32_t data;    /* first up to 4 data bytes, host order, as a number of data_length bytes */
	uint16_t data_length;
	const uint8_t *bytes; /* data_length bytes inside the message, or NULL */
};

struct ike_vendor {
	const uint8_t *bytes; /* inside the message */
	uint16_t length;
};

/* A NAT-D hash: IKEv2 notify 16388 / 16389, IKEv1 NAT-D payload (RFC 3947 sec. 3.2: first the receiver's, then the
 * sender's). */
struct ike_nat_hash {
	bool of_source;
	uint8_t length;
	const uint8_t *bytes;
};

/* ID payload, RFC 7296 sec. 3.5, RFC 2407 sec. 4.6.2: who somebody says he is. */
struct ike_identity {
	bool of_initiator; /* IKEv2: IDi rather than IDr; IKEv1 does not say: false */
	uint8_t type;      /* 1 IPv4 address, 2 FQDN, 3 e-mail address, 5 IPv6 address, 9 DER name, 11 key ID */
	uint16_t length;
	const uint8_t *bytes; /* inside the message */
};

/*
 * One traffic selector (RFC 7296 sec. 3.13.1), or one identity of IKEv1's quick mode (RFC 2407 sec. 4.6.2): a range of
 * addresses, protocol and ports that a child SA protects.
 */
struct ike_selector {
	bool of_initiator; /* of the exchange, not of the IKE SA */
	uint8_t protocol;  /* IP protocol; 0 any */
	uint16_t first_port;
	uint16_t last_port;
	struct ip_address first;
	struct ip_address last; /* included */
};

enum ike_fault {
	IKE_FAULT_NONE,
	IKE_FAULT_SHORT,          /* fewer than IKE_HEADER_SIZE bytes on the wire */
	IKE_FAULT_VERSION,        /* major version neither 1 nor 2 */
	IKE_FAULT_LENGTH,         /* header length below 28 or above what the datagram holds */
	IKE_FAULT_PAYLOAD_LENGTH, /* a payload shorter than its header, or past the end of the message */
	IKE_FAULT_TOO_MANY,       /* more than IKE_MAX_PAYLOADS payloads */
	IKE_FAULT_TRUNCATED,      /* the capture's snap length cut the payload chain; what was before the cut is good */
};

struct ike_message {
	/* Header, RFC 7296 sec. 3.1. SPIs (IKEv1: cookies) in host order. */
	uint64_t initiator_spi;
	uint64_t responder_spi;
	uint8_t next_payload;
	uint8_t major_version;
	uint8_t minor_version;
	uint8_t exchange_type;
	uint8_t flags;
	uint32_t message_id;
	uint32_t length;
	bool is_response;    /* IKEv2 flag R; always false for IKEv1 */
	bool from_initiator; /* IKEv2 flag I: sent by the initiator of the IKE SA; always false for IKEv1 */
	bool encrypted;      /* IKEv2: SK or SKF payload present; IKEv1: flag E */

	enum ike_fault fault;
	uint32_t fault_offset; /* byte of the message where the fault is */

	/* Of an encrypted message: the bytes of the SK/SKF body (IV to ICV; IKEv1: all after the header). */
	uint32_t encrypted_length;
	uint16_t fragment;       /* RFC 7383: 1..fragments, 0 when not fragmented; also Cisco's IKEv1 fragments */
	uint16_t fragments;      /* 0 where unknown (IKEv1 fragments tell only the last one) */
	uint8_t encrypted_first; /* type of the first payload inside SK/SKF (RFC 7296 sec. 3.14), readable without keys;
	                            0 none */

	/* Cleartext payloads, and decrypted ones where a front end has added them (decrypted set). */
	bool decrypted;
	uint16_t payload_types[IKE_MAX_PAYLOADS]; /* in order of appearance */
	uint8_t payload_count;
	struct ike_notify notifies[IKE_MAX_NOTIFIES];
	uint8_t notify_count;
	struct ike_proposal proposals[IKE_MAX_PROPOSALS];
	uint8_t proposal_count;
	struct ike_transform transforms[IKE_MAX_TRANSFORMS];
	uint8_t transform_count;
	struct ike_vendor vendors[IKE_MAX_VENDORS];
	uint8_t vendor_count;
	struct ike_nat_hash nat_hashes[IKE_MAX_NAT_HASHES];
	uint8_t nat_hash_count;
	struct ike_identity identities[IKE_MAX_IDENTITIES];
	uint8_t identity_count;
	struct ike_selector selectors[IKE_MAX_SELECTORS];
	uint8_t selector_count;
	uint32_t deleted_spis[IKE_MAX_DELETED_SPIS]; /* of AH and ESP, host order: what the sender no longer receives */
	uint8_t deleted_spi_count;
	bool deletes_ike_sa;
	uint8_t authentication_method; /* IKEv2 AUTH payload: 1 RSA, 2 shared key, 14 digital signature …; 0 none */
	uint16_t ke_group;             /* IKEv2 KE payload's group; 0 none */
	uint16_t ke_length;            /* bytes of key exchange data; 0 none */
	uint32_t skipped;              /* notifies, proposals, transforms, vendors, hashes, identities, selectors or
	                                deleted SPIs that did not fit the lists above */

	uint64_t digest; /* of the captured bytes: equal for a retransmission (RFC 7296 sec. 2.1) */
};

/*
 * Reads one message. bytes points at the initiator SPI (non-ESP marker already skipped), captured bytes can be read,
 * wire_length were on the wire.
 *
 * Returns 0 where the header could be read: *message is filled as far as the bytes go, and fault says whether and where
 * reading the payloads stopped. Returns -EBADMSG where not even the header is IKE (too short, version, length); fault
 * says why. *message keeps pointers into bytes.
 */
int ike_message_read(const uint8_t *bytes, size_t captured, size_t wire_length, struct ike_message *message);

/*
 * Adds what a decryptor found inside an encrypted message: the payload chain in the clear, starting with a payload of
 * type first. Same bounds and faults as above. Sets decrypted.
 */
void ike_message_add_decrypted(struct ike_message *message, uint8_t first, const uint8_t *bytes, size_t length);

/* The first notify of this type, or NULL. */
const struct ike_notify *ike_message_notify(const struct ike_message *message, uint16_t type);

/* The first notify that reports an error (below IKE_NOTIFY_FIRST_STATUS), or NULL. */
const struct ike_notify *ike_message_error(const struct ike_message *message);

/* The SPI that the first ESP proposal names, host order: what its sender wants to receive on. 0 where there is none. */
uint32_t ike_message_esp_spi(const struct ike_message *message);

/* Whether a payload of this type is in the clear (or decrypted). */
bool ike_message_has_payload(const struct ike_message *message, uint16_t type);

/* The identity in print: an address, or the name with unprintable bytes as '?'; "" for a kind that has no text. Cut and
 * zero-terminated at size. Returns text. */
const char *ike_identity_text(const struct ike_identity *identity, char *text, size_t size);

/* Whether the message is cut only because a first IP fragment does not hold all of it: no fault, its rest follows. */
static inline bool ike_message_goes_on(const struct ike_message *message, bool first_fragment)
{
	return first_fragment && message->fault == IKE_FAULT_TRUNCATED;
}

/* One sentence on a fault, without frame number; "" for IKE_FAULT_NONE. */
const char *ike_fault_text(enum ike_fault fault);

/* Payload types that the diagnosis asks for. */
enum ike_payload_type {
	IKE1_PAYLOAD_SA = 1,
	IKE1_PAYLOAD_KE = 4,
	IKE1_PAYLOAD_ID = 5,
	IKE1_PAYLOAD_CERT = 6,
	IKE1_PAYLOAD_CERTREQ = 7,
	IKE1_PAYLOAD_HASH = 8,
	IKE1_PAYLOAD_NONCE = 10,
	IKE1_PAYLOAD_NOTIFY = 11,
	IKE1_PAYLOAD_DELETE = 12,
	IKE1_PAYLOAD_VENDOR = 13,
	IKE1_PAYLOAD_NAT_D = 20,
	IKE2_PAYLOAD_SA = 33,
	IKE2_PAYLOAD_KE = 34,
	IKE2_PAYLOAD_IDI = 35,
	IKE2_PAYLOAD_IDR = 36,
	IKE2_PAYLOAD_CERT = 37,
	IKE2_PAYLOAD_CERTREQ = 38,
	IKE2_PAYLOAD_AUTH = 39,
	IKE2_PAYLOAD_NONCE = 40,
	IKE2_PAYLOAD_NOTIFY = 41,
	IKE2_PAYLOAD_DELETE = 42,
	IKE2_PAYLOAD_VENDOR = 43,
	IKE2_PAYLOAD_TSI = 44,
	IKE2_PAYLOAD_TSR = 45,
	IKE2_PAYLOAD_ENCRYPTED = 46,
	IKE2_PAYLOAD_EAP = 48,
	IKE2_PAYLOAD_ENCRYPTED_FRAGMENT = 53,
	IKE1_PAYLOAD_NAT_D_DRAFT = 130,
	IKE1_PAYLOAD_FRAGMENT = 132,
};

#endif
