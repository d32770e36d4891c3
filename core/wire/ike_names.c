/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers and names as in the IANA registries "Internet Key Exchange Version 2 (IKEv2) Parameters" and "Internet Key
 * Exchange (IKE) Attributes".
 */
#include "core/wire/ike_names.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/wire/cipher.h"

struct name {
	uint32_t number;
	const char *text; /* NULL ends a table */
};

static const char *find_name(const struct name *names, uint32_t number)
{
	while (names->text && names->number != number)
		names++;
	return names->text;
}

static const char *name_or_unknown(const struct name *names, uint32_t number)
{
	const char *text = find_name(names, number);

	return text ? text : "unknown";
}

/* ---- exchanges and payloads ---- */

static const struct name ike1_exchanges[] = {
        {0, "none"},
        {1, "base"},
        {IKE1_MAIN_MODE, "main mode"},
        {3, "authentication only"},
        {IKE1_AGGRESSIVE_MODE, "aggressive mode"},
        {IKE1_INFORMATIONAL, "informational"},
        {IKE1_TRANSACTION, "transaction"},
        {IKE1_QUICK_MODE, "quick mode"},
        {33, "new group mode"},
        {0, NULL},
};

static const struct name ike2_exchanges[] = {
        {IKE2_SA_INIT, "IKE_SA_INIT"},
        {IKE2_AUTH, "IKE_AUTH"},
        {IKE2_CREATE_CHILD_SA, "CREATE_CHILD_SA"},
        {IKE2_INFORMATIONAL, "INFORMATIONAL"},
        {IKE2_SESSION_RESUME, "IKE_SESSION_RESUME"},
        {39, "GSA_AUTH"},
        {40, "GSA_REGISTRATION"},
        {41, "GSA_REKEY"},
        {IKE2_INTERMEDIATE, "IKE_INTERMEDIATE"},
        {44, "IKE_FOLLOWUP_KE"},
        {0, NULL},
};

const char *ike_exchange_name(uint8_t major_version, uint8_t exchange_type)
{
	return name_or_unknown(major_version == 1 ? ike1_exchanges : ike2_exchanges, exchange_type);
}

/* ---- notifies ---- */

/* Both versions in one table: the numbers they share mean the same, by and large. */
static const struct name notifies[] = {
        {IKE_NOTIFY_UNSUPPORTED_CRITICAL_PAYLOAD, "UNSUPPORTED_CRITICAL_PAYLOAD"},
        {2, "DOI_NOT_SUPPORTED"},
        {3, "SITUATION_NOT_SUPPORTED"},
        {IKE_NOTIFY_INVALID_IKE_SPI, "INVALID_IKE_SPI"},
        {IKE_NOTIFY_INVALID_MAJOR_VERSION, "INVALID_MAJOR_VERSION"},
        {6, "INVALID_MINOR_VERSION"},
        {IKE_NOTIFY_INVALID_SYNTAX, "INVALID_SYNTAX"},
        {8, "INVALID_FLAGS"},
        {IKE_NOTIFY_INVALID_MESSAGE_ID, "INVALID_MESSAGE_ID"},
        {10, "INVALID_PROTOCOL_ID"},
        {IKE_NOTIFY_INVALID_SPI, "INVALID_SPI"},
        {12, "INVALID_TRANSFORM_ID"},
        {13, "ATTRIBUTES_NOT_SUPPORTED"},
        {IKE_NOTIFY_NO_PROPOSAL_CHOSEN, "NO_PROPOSAL_CHOSEN"},
        {15, "BAD_PROPOSAL_SYNTAX"},
        {16, "PAYLOAD_MALFORMED"},
        {IKE_NOTIFY_INVALID_KE_PAYLOAD, "INVALID_KE_PAYLOAD"},
        {IKE_NOTIFY_INVALID_ID_INFORMATION, "INVALID_ID_INFORMATION"},
        {19, "INVALID_CERT_ENCODING"},
        {20, "INVALID_CERTIFICATE"},
        {21, "CERT_TYPE_UNSUPPORTED"},
        {22, "INVALID_CERT_AUTHORITY"},
        {23, "INVALID_HASH_INFORMATION"},
        {IKE_NOTIFY_AUTHENTICATION_FAILED, "AUTHENTICATION_FAILED"},
        {25, "INVALID_SIGNATURE"},
        {26, "ADDRESS_NOTIFICATION"},
        {27, "NOTIFY_SA_LIFETIME"},
        {28, "CERTIFICATE_UNAVAILABLE"},
        {29, "UNSUPPORTED_EXCHANGE_TYPE"},
        {30, "UNEQUAL_PAYLOAD_LENGTHS"},
        {IKE_NOTIFY_SINGLE_PAIR_REQUIRED, "SINGLE_PAIR_REQUIRED"},
        {IKE_NOTIFY_NO_ADDITIONAL_SAS, "NO_ADDITIONAL_SAS"},
        {IKE_NOTIFY_INTERNAL_ADDRESS_FAILURE, "INTERNAL_ADDRESS_FAILURE"},
        {IKE_NOTIFY_FAILED_CP_REQUIRED, "FAILED_CP_REQUIRED"},
        {IKE_NOTIFY_TS_UNACCEPTABLE, "TS_UNACCEPTABLE"},
        {IKE_NOTIFY_INVALID_SELECTORS, "INVALID_SELECTORS"},
        {40, "UNACCEPTABLE_ADDRESSES"},
        {41, "UNEXPECTED_NAT_DETECTED"},
        {42, "USE_ASSIGNED_HoA"},
        {IKE_NOTIFY_TEMPORARY_FAILURE, "TEMPORARY_FAILURE"},
        {IKE_NOTIFY_CHILD_SA_NOT_FOUND, "CHILD_SA_NOT_FOUND"},
        {45, "INVALID_GROUP_ID"},
        {46, "AUTHORIZATION_FAILED"},
        {47, "STATE_NOT_FOUND"},
        {48, "TS_MAX_QUEUE"},
        {IKE_NOTIFY_INITIAL_CONTACT, "INITIAL_CONTACT"},
        {16385, "SET_WINDOW_SIZE"},
        {16386, "ADDITIONAL_TS_POSSIBLE"},
        {16387, "IPCOMP_SUPPORTED"},
        {IKE_NOTIFY_NAT_DETECTION_SOURCE_IP, "NAT_DETECTION_SOURCE_IP"},
        {IKE_NOTIFY_NAT_DETECTION_DESTINATION_IP, "NAT_DETECTION_DESTINATION_IP"},
        {IKE_NOTIFY_COOKIE, "COOKIE"},
        {IKE_NOTIFY_USE_TRANSPORT_MODE, "USE_TRANSPORT_MODE"},
        {16392, "HTTP_CERT_LOOKUP_SUPPORTED"},
        {IKE_NOTIFY_REKEY_SA, "REKEY_SA"},
        {16394, "ESP_TFC_PADDING_NOT_SUPPORTED"},
        {16395, "NON_FIRST_FRAGMENTS_ALSO"},
        {16396, "MOBIKE_SUPPORTED"},
        {16397, "ADDITIONAL_IP4_ADDRESS"},
        {16398, "ADDITIONAL_IP6_ADDRESS"},
        {16399, "NO_ADDITIONAL_ADDRESSES"},
        {16400, "UPDATE_SA_ADDRESSES"},
        {16401, "COOKIE2"},
        {16402, "NO_NATS_ALLOWED"},
        {16403, "AUTH_LIFETIME"},
        {16404, "MULTIPLE_AUTH_SUPPORTED"},
        {16405, "ANOTHER_AUTH_FOLLOWS"},
        {16406, "REDIRECT_SUPPORTED"},
        {IKE_NOTIFY_REDIRECT, "REDIRECT"},
        {16408, "REDIRECTED_FROM"},
        {16409, "TICKET_LT_OPAQUE"},
        {16410, "TICKET_REQUEST"},
        {16411, "TICKET_ACK"},
        {16412, "TICKET_NACK"},
        {16413, "TICKET_OPAQUE"},
        {16414, "LINK_ID"},
        {16415, "USE_WESP_MODE"},
        {16416, "ROHC_SUPPORTED"},
        {16417, "EAP_ONLY_AUTHENTICATION"},
        {16418, "CHILDLESS_IKEV2_SUPPORTED"},
        {16419, "QUICK_CRASH_DETECTION"},
        {16420, "IKEV2_MESSAGE_ID_SYNC_SUPPORTED"},
        {16421, "IPSEC_REPLAY_COUNTER_SYNC_SUPPORTED"},
        {16422, "IKEV2_MESSAGE_ID_SYNC"},
        {16423, "IPSEC_REPLAY_COUNTER_SYNC"},
        {16424, "SECURE_PASSWORD_METHODS"},
        {16425, "PSK_PERSIST"},
        {16426, "PSK_CONFIRM"},
        {16427, "ERX_SUPPORTED"},
        {16428, "IFOM_CAPABILITY"},
        {16429, "SENDER_REQUEST_ID"},
        {16430, "IKEV2_FRAGMENTATION_SUPPORTED"},
        {16431, "SIGNATURE_HASH_ALGORITHMS"},
        {16432, "CLONE_IKE_SA_SUPPORTED"},
        {16433, "CLONE_IKE_SA"},
        {16434, "PUZZLE"},
        {16435, "USE_PPK"},
        {16436, "PPK_IDENTITY"},
        {16437, "NO_PPK_AUTH"},
        {16438, "INTERMEDIATE_EXCHANGE_SUPPORTED"},
        {16439, "IP4_ALLOWED"},
        {16440, "IP6_ALLOWED"},
        {16441, "ADDITIONAL_KEY_EXCHANGE"},
        {16442, "USE_AGGFRAG"},
        {16443, "SUPPORTED_AUTH_METHODS"},
        {24576, "RESPONDER_LIFETIME"},
        {24577, "REPLAY_STATUS"},
        {IKE1_NOTIFY_INITIAL_CONTACT, "INITIAL_CONTACT"},
        {IKE1_NOTIFY_R_U_THERE, "R_U_THERE"},
        {IKE1_NOTIFY_R_U_THERE_ACK, "R_U_THERE_ACK"},
        {0, NULL},
};

const char *ike_notify_name(uint16_t type)
{
	return name_or_unknown(notifies, type);
}

/* ---- transforms ---- */

static const struct name dh_groups[] = {
        {0, "no group"},
        {1, "group 1 (MODP-768)"},
        {2, "group 2 (MODP-1024)"},
        {3, "group 3 (EC2N-155)"},
        {4, "group 4 (EC2N-185)"},
        {5, "group 5 (MODP-1536)"},
        {14, "group 14 (MODP-2048)"},
        {15, "group 15 (MODP-3072)"},
        {16, "group 16 (MODP-4096)"},
        {17, "group 17 (MODP-6144)"},
        {18, "group 18 (MODP-8192)"},
        {19, "group 19 (ECP-256)"},
        {20, "group 20 (ECP-384)"},
        {21, "group 21 (ECP-521)"},
        {22, "group 22 (MODP-1024-160)"},
        {23, "group 23 (MODP-2048-224)"},
        {24, "group 24 (MODP-2048-256)"},
        {25, "group 25 (ECP-192)"},
        {26, "group 26 (ECP-224)"},
        {27, "group 27 (brainpoolP224r1)"},
        {28, "group 28 (brainpoolP256r1)"},
        {29, "group 29 (brainpoolP384r1)"},
        {30, "group 30 (brainpoolP512r1)"},
        {31, "group 31 (Curve25519)"},
        {32, "group 32 (Curve448)"},
        {33, "group 33 (GOST3410-256)"},
        {34, "group 34 (GOST3410-512)"},
        {35, "group 35 (ML-KEM-512)"},
        {36, "group 36 (ML-KEM-768)"},
        {37, "group 37 (ML-KEM-1024)"},
        {0, NULL},
};

const char *ike_dh_group_name(uint32_t group)
{
	const char *text = find_name(dh_groups, group);

	return text ? text : "unknown group";
}

static const char *encryption_name(uint32_t id)
{
	const struct cipher *cipher = id <= UINT16_MAX ? cipher_find((uint16_t)id) : NULL;

	return cipher != NULL ? cipher->name : NULL;
}

static const char *integrity_name(uint32_t id)
{
	const struct integrity *integrity = id <= UINT16_MAX ? integrity_find((uint16_t)id) : NULL;

	return integrity != NULL ? integrity->name : NULL;
}

static const char *prf_name(uint32_t id)
{
	const struct prf *prf = id <= UINT16_MAX ? prf_find((uint16_t)id) : NULL;

	return prf != NULL ? prf->name : NULL;
}

static const struct name ike2_esn[] = {
        {0, "no ESN"},
        {1, "ESN"},
        {0, NULL},
};

static const struct name ike1_encryption[] = {
        {1, "DES-CBC"},  {2, "IDEA-CBC"}, {3, "BLOWFISH-CBC"}, {4, "RC5-CBC"}, {5, "3DES-CBC"},
        {6, "CAST-CBC"}, {7, "AES-CBC"},  {8, "CAMELLIA-CBC"}, {0, NULL},
};

/* RFC 2407 sec. 4.5, authentication algorithm. */
static const struct name ike1_integrity[] = {
        {1, "MD5-96"},       {2, "SHA1-96"},      {3, "DES-MAC"},   {4, "KPDK-MD5"},    {5, "SHA2-256-128"},
        {6, "SHA2-384-192"}, {7, "SHA2-512-256"}, {8, "RIPEMD-96"}, {9, "AES-XCBC-96"}, {0, NULL},
};

static const struct name ike1_hash[] = {
        {1, "MD5"}, {2, "SHA1"}, {3, "TIGER"}, {4, "SHA2-256"}, {5, "SHA2-384"}, {6, "SHA2-512"}, {0, NULL},
};

static const struct name ike1_authentication[] = {
        {1, "pre-shared key"},
        {2, "DSS signatures"},
        {3, "RSA signatures"},
        {4, "RSA encryption"},
        {5, "revised RSA encryption"},
        {9, "ECDSA-256 signatures"},
        {10, "ECDSA-384 signatures"},
        {11, "ECDSA-521 signatures"},
        {64221, "hybrid RSA signatures"},
        {64222, "hybrid RSA signatures"},
        {65001, "XAUTH with pre-shared key"},
        {65002, "XAUTH with pre-shared key"},
        {65005, "XAUTH with RSA signatures"},
        {65006, "XAUTH with RSA signatures"},
        {0, NULL},
};

/* names and name_of NULL: the number itself is the value. */
struct transform_names {
	uint8_t type;
	const struct name *names;
	const char *(*name_of)(uint32_t id);
	const char *noun; /* before the number of one that is in no table */
	const char *unit;
};

static const struct transform_names ike2_transforms[] = {
        {IKE_TRANSFORM_ENCRYPTION, NULL, encryption_name, "encryption", ""},
        {IKE_TRANSFORM_PRF, NULL, prf_name, "PRF", ""},
        {IKE_TRANSFORM_INTEGRITY, NULL, integrity_name, "integrity", ""},
        {IKE_TRANSFORM_DH_GROUP, NULL, NULL, "group", ""},
        {IKE_TRANSFORM_ESN, ike2_esn, NULL, "ESN", ""},
        {0, NULL, NULL, "transform", ""},
};

static const struct transform_names ike1_phase_1_transforms[] = {
        {IKE_TRANSFORM_ENCRYPTION, ike1_encryption, NULL, "encryption", ""},
        {IKE1_TRANSFORM_HASH, ike1_hash, NULL, "hash", ""},
        {IKE1_TRANSFORM_AUTHENTICATION_METHOD, ike1_authentication, NULL, "authentication", ""},
        {IKE_TRANSFORM_DH_GROUP, NULL, NULL, "group", ""},
        {IKE1_TRANSFORM_LIFE_SECONDS, NULL, NULL, "life", " s"},
        {0, NULL, NULL, "transform", ""},
};

static const struct transform_names ike1_phase_2_transforms[] = {
        {IKE_TRANSFORM_ENCRYPTION, NULL, encryption_name, "encryption", ""},
        {IKE_TRANSFORM_INTEGRITY, ike1_integrity, NULL, "integrity", ""},
        {IKE_TRANSFORM_DH_GROUP, NULL, NULL, "group", ""},
        {IKE1_TRANSFORM_LIFE_SECONDS, NULL, NULL, "life", " s"},
        {0, NULL, NULL, "transform", ""},
};

static const struct transform_names *transform_names_of(uint8_t major_version, uint8_t protocol, uint8_t type)
{
	const struct transform_names *names = ike2_transforms;

	if (major_version == 1)
		names = protocol == 1 ? ike1_phase_1_transforms : ike1_phase_2_transforms;
	while (names->type != 0 && names->type != type)
		names++;
	return names;
}

/* "AES-CBC-256", "SHA2-256-128", "PRF-HMAC-SHA2-256", "group 14". Writes into text, returns it. */
static const char *transform_name(uint8_t major_version, uint8_t protocol, const struct ike_transform *transform,
                                  char *text, size_t size)
{
	const struct transform_names *names = transform_names_of(major_version, protocol, transform->type);
	const char *name = NULL;

	if (names->name_of != NULL)
		name = names->name_of(transform->id);
	else if (names->names != NULL)
		name = find_name(names->names, transform->id);

	if (name && transform->key_length != 0)
		snprintf(text, size, "%s-%u", name, (unsigned)transform->key_length);
	else if (name)
		snprintf(text, size, "%s", name);
	else
		snprintf(text, size, "%s %u%s", names->noun, (unsigned)transform->id, names->unit);
	return text;
}

/* ---- proposals ---- */

#define ELLIPSIS "…"
#define ELLIPSIS_SIZE (sizeof ELLIPSIS - 1)

struct writer {
	char *text;
	size_t size;
	size_t used;
	bool full;
};

/* Appends a whole piece, or an ellipsis for all that would follow. */
static void append(struct writer *writer, const char *separator, const char *piece)
{
	size_t length = strlen(separator) + strlen(piece);

	if (writer->full)
		return;
	/* Room for the ellipsis is kept at all times, so that it always fits. */
	if (writer->used + length + ELLIPSIS_SIZE < writer->size) {
		writer->used += (size_t)snprintf(writer->text + writer->used, writer->size - writer->used, "%s%s",
		                                 separator, piece);
		return;
	}
	writer->full = true;
	if (writer->used + ELLIPSIS_SIZE < writer->size)
		memcpy(writer->text + writer->used, ELLIPSIS, ELLIPSIS_SIZE + 1);
}

static void append_proposal(struct writer *writer, const struct ike_message *message, uint8_t index)
{
	const char *separator = index == 0 ? "" : "; ";
	char name[64];

	for (int i = 0; i < message->transform_count; i++) {
		const struct ike_transform *transform = &message->transforms[i];

		if (transform->proposal != index)
			continue;
		transform_name(message->major_version, message->proposals[index].protocol, transform, name,
		               sizeof name);
		append(writer, separator, name);
		separator = ", ";
	}
}

const char *ike_proposals_text(const struct ike_message *message, char *text, size_t size)
{
	struct writer writer = {text, size, 0, false};

	if (size == 0)
		return text;
	text[0] = '\0';
	for (uint8_t i = 0; i < message->proposal_count; i++)
		append_proposal(&writer, message, i);
	return text;
}
