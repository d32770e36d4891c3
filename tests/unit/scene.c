/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scene.h"

#include <glib.h>
#include <string.h>

#include "core/base/time.h"
#include "core/verdict/judge.h"

#define STEP (NANOSECONDS / 50)
/* Sooner, it would be one packet that was captured twice. */
#define SENT_AGAIN_AFTER (NANOSECONDS / 5)
#define ORDINARY_AUTH_REQUEST 200
#define ORDINARY_AUTH_RESPONSE 180
#define AUTH_MESSAGE_ID 1

static const uint8_t addresses[2][4] = {{10, 1, 0, 1}, {10, 2, 0, 1}};

static struct tunnels *tunnels_seen_by(bool gateway)
{
	struct tunnel_options options = tunnel_options_default();

	options.spi_capacity = 4096;
	options.sees_both_ways = gateway;
	return tunnels_new(&options);
}

void scene_begin(struct scene *scene, enum scene_suite suite)
{
	memset(scene, 0, sizeof *scene);
	scene->tunnels = tunnels_seen_by(false);
	scene->suite = suite;
	scene->time = NANOSECONDS * 1000000;
	scene->port = IKE_PORT;
	scene_new_attempt(scene, 0);
}

void scene_end(struct scene *scene)
{
	tunnels_free(scene->tunnels);
}

void scene_on_gateway(struct scene *scene)
{
	tunnels_free(scene->tunnels);
	scene->tunnels = tunnels_seen_by(true);
}

void scene_wait(struct scene *scene, double seconds)
{
	scene->time += (int64_t)(seconds * (double)NANOSECONDS);
}

void scene_next_at(struct scene *scene, int64_t time)
{
	scene->time = time - STEP;
}

void scene_new_attempt(struct scene *scene, uint8_t initiator)
{
	scene->initiator_spi += 0x1111;
	scene->responder_spi = 0;
	scene->initiator = initiator;
}

void scene_same_bytes_as(struct scene *scene, unsigned before)
{
	scene->copy -= before;
	scene->time += SENT_AGAIN_AFTER;
}

void scene_same_bytes(struct scene *scene)
{
	scene_same_bytes_as(scene, 1);
}

static struct datagram datagram_from(const struct scene *scene, uint8_t side, enum datagram_kind kind)
{
	struct datagram datagram = {.kind = kind, .ip_length = 100};
	datagram.source = ip_address_from_ipv4(addresses[side]);
	datagram.destination = ip_address_from_ipv4(addresses[!side]);
	datagram.source_port = datagram.destination_port = scene->port;
	return datagram;
}

void scene_play(struct scene *scene, uint8_t side, struct ike_message *message)
{
	struct datagram datagram = datagram_from(scene, side, DATAGRAM_IKE);

	datagram.completes = scene->completes;
	message->digest = ++scene->copy;
	/* Only whether they are the same bytes matters: what they say is in the message. */
	datagram.payload = (const uint8_t *)&message->digest;
	datagram.captured = datagram.length = sizeof message->digest;
	message->from_initiator = message->major_version == 2 && side == scene->initiator;
	message->initiator_spi = scene->initiator_spi;
	scene->frame++;
	scene->time += STEP;
	tunnels_add(scene->tunnels, scene->frame, scene->time, &datagram, message, &scene->last);
}

static void add_payload(struct ike_message *message, uint16_t type)
{
	message->payload_types[message->payload_count++] = type;
}

static void add_notify(struct ike_message *message, uint16_t type, uint16_t data)
{
	struct ike_notify *notify = &message->notifies[message->notify_count++];
	add_payload(message, message->major_version == 2 ? IKE2_PAYLOAD_NOTIFY : IKE1_PAYLOAD_NOTIFY);
	notify->type = type;
	notify->data = data;
	notify->data_length = data != 0 ? 2 : 0;
}

static void add_suite(struct ike_message *message, enum scene_suite suite)
{
	static const struct ike_transform suites[][4] = {
	        [SUITE_CBC] = {{IKE_TRANSFORM_ENCRYPTION, 0, 256, 12},
	                       {IKE_TRANSFORM_INTEGRITY, 0, 0, 12},
	                       {IKE_TRANSFORM_PRF, 0, 0, 5},
	                       {IKE_TRANSFORM_DH_GROUP, 0, 0, 14}},
	        [SUITE_GCM] = {{IKE_TRANSFORM_ENCRYPTION, 0, 256, 20},
	                       {IKE_TRANSFORM_PRF, 0, 0, 5},
	                       {IKE_TRANSFORM_DH_GROUP, 0, 0, 14},
	                       {IKE_TRANSFORM_ESN, 0, 0, 0}},
	};
	add_payload(message, IKE2_PAYLOAD_SA);
	message->proposal_count = 1;
	message->proposals[0] = (struct ike_proposal){.number = 1, .protocol = 1};
	memcpy(message->transforms, suites[suite], sizeof suites[suite]);
	message->transform_count = 4;
}

void scene_init_request(struct scene *scene)
{
	struct ike_message message = {.major_version = 2, .exchange_type = IKE2_SA_INIT, .length = 400, .ke_group = 14};
	add_suite(&message, scene->suite);
	scene_play(scene, scene->initiator, &message);
}

void scene_init_response(struct scene *scene)
{
	struct ike_message message = {
	        .major_version = 2, .exchange_type = IKE2_SA_INIT, .is_response = true, .length = 400, .ke_group = 14};
	scene->responder_spi = scene->initiator_spi + 7;
	message.responder_spi = scene->responder_spi;
	add_suite(&message, scene->suite);
	scene_play(scene, !scene->initiator, &message);
}

void scene_init_error(struct scene *scene, uint16_t notify, uint16_t data)
{
	struct ike_message message = {
	        .major_version = 2, .exchange_type = IKE2_SA_INIT, .is_response = true, .length = 36};
	add_notify(&message, notify, data);
	scene_play(scene, !scene->initiator, &message);
}

static uint32_t encrypted_length(const struct scene *scene, uint32_t payload)
{
	if (scene->suite == SUITE_GCM)
		return 8 + payload + 1 + 16;
	return 16 + (payload + 16) / 16 * 16 + 16;
}

struct ike_message scene_message(const struct scene *scene, uint8_t exchange_type, uint32_t message_id,
                                 bool is_response, uint32_t encrypted_length)
{
	return (struct ike_message){.major_version = 2,
	                            .exchange_type = exchange_type,
	                            .message_id = message_id,
	                            .is_response = is_response,
	                            .encrypted = true,
	                            .encrypted_length = encrypted_length,
	                            .length = IKE_HEADER_SIZE + 4 + encrypted_length,
	                            .responder_spi = scene->responder_spi};
}

static struct ike_message encrypted_message(const struct scene *scene, uint8_t exchange_type, uint32_t message_id,
                                            bool is_response, uint32_t payload)
{
	return scene_message(scene, exchange_type, message_id, is_response, encrypted_length(scene, payload));
}

void scene_request(struct scene *scene, uint8_t side, uint8_t exchange_type, uint32_t message_id, uint32_t payload)
{
	struct ike_message message = encrypted_message(scene, exchange_type, message_id, false, payload);
	scene_play(scene, side, &message);
}

void scene_response(struct scene *scene, uint8_t side, uint8_t exchange_type, uint32_t message_id, uint32_t payload)
{
	struct ike_message message = encrypted_message(scene, exchange_type, message_id, true, payload);
	scene_play(scene, side, &message);
}

void scene_cleartext(struct scene *scene, uint8_t side, uint8_t exchange_type, uint32_t message_id, bool is_response,
                     uint16_t error)
{
	struct ike_message message = {.major_version = 2,
	                              .exchange_type = exchange_type,
	                              .message_id = message_id,
	                              .is_response = is_response,
	                              .length = 36,
	                              .responder_spi = scene->responder_spi};
	add_notify(&message, error, 0);
	scene_play(scene, side, &message);
}

void scene_invalid_spi(struct scene *scene, uint8_t side, uint32_t spi)
{
	struct ike_message message = {.major_version = 2,
	                              .exchange_type = IKE2_INFORMATIONAL,
	                              .length = 40,
	                              .responder_spi = scene->responder_spi};
	add_notify(&message, IKE_NOTIFY_INVALID_SPI, 0);
	message.notifies[0].data = spi;
	message.notifies[0].data_length = 4;
	scene_play(scene, side, &message);
}

void scene_too_big(struct scene *scene, uint8_t side, uint32_t spi, uint32_t mtu)
{
	struct datagram datagram = datagram_from(scene, side, DATAGRAM_ICMP_ERROR);

	datagram.quoted = (struct icmp_quote){ICMP_TOO_BIG, mtu, datagram.source, datagram.destination, spi};
	scene->frame++;
	scene->time += STEP;
	tunnels_add(scene->tunnels, scene->frame, scene->time, &datagram, NULL, &scene->last);
}

void scene_decrypted(struct scene *scene, uint8_t side, uint8_t exchange_type, uint32_t message_id, bool is_response,
                     const uint16_t *payloads, uint16_t error)
{
	struct ike_message message = encrypted_message(scene, exchange_type, message_id, is_response, 100);
	message.decrypted = true;
	for (; *payloads != 0; payloads++)
		add_payload(&message, *payloads);
	if (error != 0)
		add_notify(&message, error, 0);
	scene_play(scene, side, &message);
}

void scene_decrypted_bytes(struct scene *scene, uint8_t side, uint8_t exchange_type, uint32_t message_id,
                           bool is_response, uint8_t first, const uint8_t *bytes, size_t length)
{
	struct ike_message message = encrypted_message(scene, exchange_type, message_id, is_response, (uint32_t)length);
	ike_message_add_decrypted(&message, first, bytes, length);
	g_assert_cmpint(message.fault, ==, IKE_FAULT_NONE);
	scene_play(scene, side, &message);
}

void scene_up(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_response(scene);
	scene_request(scene, scene->initiator, IKE2_AUTH, AUTH_MESSAGE_ID, ORDINARY_AUTH_REQUEST);
	scene_response(scene, !scene->initiator, IKE2_AUTH, AUTH_MESSAGE_ID, ORDINARY_AUTH_RESPONSE);
}

void scene_esp(struct scene *scene, uint8_t side, uint32_t spi, unsigned packets, double interval)
{
	for (unsigned i = 0; i < packets; i++) {
		uint32_t sequence = ++scene->sequence[side];
		uint8_t bytes[8] = {(uint8_t)(spi >> 24),      (uint8_t)(spi >> 16),
		                    (uint8_t)(spi >> 8),       (uint8_t)spi,
		                    (uint8_t)(sequence >> 24), (uint8_t)(sequence >> 16),
		                    (uint8_t)(sequence >> 8),  (uint8_t)sequence};
		struct datagram datagram = datagram_from(scene, side, DATAGRAM_ESP);
		datagram.encapsulation = scene->encapsulation;
		datagram.payload = bytes;
		datagram.captured = datagram.length = sizeof bytes;
		scene->frame++;
		scene_wait(scene, interval);
		tunnels_add(scene->tunnels, scene->frame, scene->time, &datagram, NULL, &scene->last);
	}
}

void scene_esp_at(struct scene *scene, uint8_t side, uint32_t spi, int64_t time)
{
	scene->time = time;
	scene_esp(scene, side, spi, 1, 0);
}

void scene_esp_both(struct scene *scene, uint32_t spi_from_0, uint32_t spi_from_1, unsigned packets, double interval)
{
	for (unsigned i = 0; i < packets; i++) {
		scene_esp(scene, 0, spi_from_0, 1, interval);
		scene_esp(scene, 1, spi_from_1, 1, 0);
	}
}

static void add_ikev1_suite(struct ike_message *message, uint8_t authentication_method)
{
	static const struct ike_transform suite[] = {{IKE_TRANSFORM_ENCRYPTION, 0, 256, 7},
	                                             {IKE1_TRANSFORM_HASH, 0, 0, 2},
	                                             {IKE_TRANSFORM_DH_GROUP, 0, 0, 14}};

	message->proposal_count = 1;
	message->proposals[0] = (struct ike_proposal){.number = 1, .protocol = 1};
	memcpy(message->transforms, suite, sizeof suite);
	message->transforms[3] =
	        (struct ike_transform){IKE1_TRANSFORM_AUTHENTICATION_METHOD, 0, 0, authentication_method};
	message->transform_count = 4;
}

void scene_ikev1(struct scene *scene, uint8_t side, uint8_t exchange_type, uint32_t message_id, bool encrypted,
                 uint16_t payload_type, uint16_t notify)
{
	struct ike_message message = {.major_version = 1,
	                              .exchange_type = exchange_type,
	                              .message_id = message_id,
	                              .encrypted = encrypted,
	                              .length = 108,
	                              .encrypted_length = encrypted ? 80 : 0};
	/* Whoever answers the first message chooses an SPI of his own. */
	if (side != scene->initiator && scene->responder_spi == 0 && exchange_type != IKE1_INFORMATIONAL)
		scene->responder_spi = scene->initiator_spi + 7;
	message.responder_spi = scene->responder_spi;
	if (payload_type != 0)
		add_payload(&message, payload_type);
	if (payload_type == IKE1_PAYLOAD_SA && scene->authentication_method != 0)
		add_ikev1_suite(&message, scene->authentication_method);
	if (notify != 0)
		add_notify(&message, notify, 0);
	scene_play(scene, side, &message);
}

void scene_quick_mode(struct scene *scene, uint8_t side, uint32_t message_id)
{
	scene_ikev1(scene, side, IKE1_QUICK_MODE, message_id, true, 0, 0);
}

void scene_main_mode(struct scene *scene, unsigned first, unsigned last)
{
	static const struct {
		uint8_t side;
		bool encrypted;
		uint16_t payload;
	} messages[] = {
	        {0, false, IKE1_PAYLOAD_SA},
	        {1, false, IKE1_PAYLOAD_SA},
	        {0, false, IKE1_PAYLOAD_KE},
	        {1, false, IKE1_PAYLOAD_KE},
	        {0, true, 0},
	        {1, true, 0},
	};

	for (unsigned i = first - 1; i < last; i++) {
		if (i == 0)
			scene->responder_spi = 0;
		scene_ikev1(scene, messages[i].side ^ scene->initiator, IKE1_MAIN_MODE, 0, messages[i].encrypted,
		            messages[i].payload, 0);
	}
}

const struct tunnel *scene_tunnel(const struct scene *scene)
{
	return tunnels_at(scene->tunnels, 0);
}

struct verdict scene_verdict(const struct scene *scene)
{
	struct verdict verdict;
	tunnel_diagnose(scene->tunnels, scene_tunnel(scene), &verdict);
	return verdict;
}

enum cause scene_cause(const struct scene *scene)
{
	return scene_verdict(scene).cause;
}
