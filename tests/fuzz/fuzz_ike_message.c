/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The IKE reader, its words and the length inference. Byte 0: how much of the message a snap length cut off; byte 1:
 * first payload type of what is then read as decrypted; the rest is the message.
 */
#include "core/wire/ike.h"
#include "core/wire/ike_names.h"
#include "core/wire/infer.h"
#include "tests/fuzz/fuzz_target.h"

#define CONTROL 2

static void name_everything(const struct ike_message *message)
{
	char text[96];

	for (unsigned i = 0; i < message->notify_count; i++)
		ike_notify_name(message->notifies[i].type);
	for (unsigned i = 0; i < message->identity_count; i++)
		ike_identity_text(&message->identities[i], text, sizeof text);
	ike_proposals_text(message, text, sizeof text);
	ike_exchange_name(message->major_version, message->exchange_type);
	ike_fault_text(message->fault);
}

static void infer_everything(const struct ike_message *message)
{
	struct ike_suite suite;

	if (!ike_suite_read(message, &suite))
		return;
	for (uint32_t length = 0; length < 512; length += 7) {
		struct plaintext_length plaintext = infer_plaintext_length(&suite, length);
		for (unsigned type = IKE2_SA_INIT; type <= IKE2_INFORMATIONAL; type++) {
			infer_content(&suite, (uint8_t)type, false, plaintext);
			infer_content(&suite, (uint8_t)type, true, plaintext);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ike_message message;

	if (size < CONTROL)
		return 0;
	size_t wire_length = size - CONTROL;
	size_t captured = wire_length > data[0] ? wire_length - data[0] : 0;
	if (ike_message_read(data + CONTROL, captured, wire_length, &message) != 0)
		return 0;
	name_everything(&message);
	infer_everything(&message);
	ike_message_add_decrypted(&message, data[1], data + CONTROL, captured);
	name_everything(&message);
	return 0;
}
