/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wireshark-plugin/decrypted.h"

/* Names that isakmp gives to the buffers it adds to the frame. */
#define IKEV2_BUFFER "Decrypted Data"
#define IKEV1_BUFFER "Decrypted IKE"
/* What encryption adds to the bytes that come out again: an IV and a checksum of the longest kind. */
#define MOST_OVERHEAD (16 + 32)

bool decrypted_is_there(packet_info *pinfo)
{
	return epan_buffer_named(pinfo, IKEV2_BUFFER) != NULL || epan_buffer_named(pinfo, IKEV1_BUFFER) != NULL;
}

/* An IKEv2 plaintext ends with padding and its length (RFC 7296 sec. 3.14). */
static size_t length_without_padding(const uint8_t *bytes, size_t length)
{
	size_t padding = (size_t)bytes[length - 1] + 1;
	return padding <= length ? length - padding : 0;
}

/* NULL where there is none, or where it is another message's. */
static tvbuff_t *buffer_of(packet_info *pinfo, const struct ike_message *message)
{
	tvbuff_t *buffer = epan_buffer_named(pinfo, message->major_version == 1 ? IKEV1_BUFFER : IKEV2_BUFFER);
	size_t length = buffer != NULL ? tvb_captured_length(buffer) : 0;

	return length > 0 && length <= message->encrypted_length && message->encrypted_length - length <= MOST_OVERHEAD
	               ? buffer
	               : NULL;
}

void decrypted_add(packet_info *pinfo, struct ike_message *message)
{
	tvbuff_t *buffer = message->encrypted ? buffer_of(pinfo, message) : NULL;

	if (buffer == NULL)
		return;
	struct ike_message opened = *message;
	size_t length = tvb_captured_length(buffer);
	const uint8_t *bytes = tvb_get_ptr(buffer, 0, (int)length);
	if (message->major_version == 1)
		ike_message_add_decrypted(&opened, message->next_payload, bytes, length);
	else
		ike_message_add_decrypted(&opened, message->encrypted_first, bytes,
		                          length_without_padding(bytes, length));
	/* isakmp decrypts with a wrong key as well: what comes out is no chain of payloads. */
	if (opened.fault == IKE_FAULT_NONE)
		*message = opened;
}
