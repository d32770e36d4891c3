/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wireshark-plugin/decrypted.h"

/* Names that isakmp gives to the buffers it adds to the frame. */
#define IKEV2_BUFFER "Decrypted Data"
#define IKEV1_BUFFER "Decrypted IKE"

/* An IKEv2 plaintext ends with padding and its length (RFC 7296 sec. 3.14). */
static size_t length_without_padding(const uint8_t *bytes, size_t length)
{
	size_t padding = (size_t)bytes[length - 1] + 1;
	return padding <= length ? length - padding : 0;
}

void decrypted_add(packet_info *pinfo, struct ike_message *message)
{
	if (!message->encrypted)
		return;
	bool version_1 = message->major_version == 1;
	tvbuff_t *buffer = get_data_source_tvb_by_name(pinfo, version_1 ? IKEV1_BUFFER : IKEV2_BUFFER);
	if (buffer == NULL)
		return;
	size_t length = tvb_captured_length(buffer);
	if (length == 0)
		return;
	const uint8_t *bytes = tvb_get_ptr(buffer, 0, (int)length);
	if (version_1)
		ike_message_add_decrypted(message, message->next_payload, bytes, length);
	else
		ike_message_add_decrypted(message, message->encrypted_first, bytes,
		                          length_without_padding(bytes, length));
}
