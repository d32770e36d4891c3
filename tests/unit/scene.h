/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A conversation between two peers, played into core's tunnel state as the packets a capture would hold: for tests of
 * what is concluded from them. Side 0 is 10.1.0.1 and begins; side 1 is 10.2.0.1.
 */
#ifndef ASAPHASE_TESTS_SCENE_H
#define ASAPHASE_TESTS_SCENE_H

#include "core/tunnel/tunnel.h"
#include "core/verdict/diagnose.h"

enum scene_suite { SUITE_CBC, SUITE_GCM };

struct scene {
	struct tunnels *tunnels;
	enum scene_suite suite;
	uint32_t frame;
	int64_t time;
	uint64_t initiator_spi;
	uint64_t responder_spi;
	uint8_t initiator;
	uint16_t port;                    /* both sides' */
	enum encapsulation encapsulation; /* of ESP */
	bool completes;                   /* IKE messages are the rest of what began in a first IP fragment */
	uint64_t copy;                    /* digest of the next message: equal digests are retransmissions */
	uint32_t sequence[2];
	uint8_t authentication_method; /* that IKEv1 proposals name, RFC 2409 appendix A; 0: their SA payload says
	                                  nothing */
	struct annotation last;
};

void scene_begin(struct scene *scene, enum scene_suite suite);
void scene_end(struct scene *scene);

/* Nothing was played yet: who watches sees whatever either side sends, as a gateway does, and not a capture. */
void scene_on_gateway(struct scene *scene);

void scene_wait(struct scene *scene, double seconds);

/* Has the next message but ESP come at this time, to the nanosecond. */
void scene_next_at(struct scene *scene, int64_t time);

/* A new attempt: new initiator SPI, begun by this side. */
void scene_new_attempt(struct scene *scene, uint8_t initiator);

/* IKE_SA_INIT request and answer; an answer that is an error notify with up to 2 bytes of data. */
void scene_init_request(struct scene *scene);
void scene_init_response(struct scene *scene);
void scene_init_error(struct scene *scene, uint16_t notify, uint16_t data);

/*
 * Says that the next message is byte for byte the one before, or the one so many messages before, sent again: it comes
 * a little later. scene_next_at() may say when.
 */
void scene_same_bytes(struct scene *scene);
void scene_same_bytes_as(struct scene *scene, unsigned before);

/* An encrypted IKEv2 message with so many bytes of payload. */
void scene_request(struct scene *scene, uint8_t side, uint8_t exchange_type, uint32_t message_id, uint32_t payload);
void scene_response(struct scene *scene, uint8_t side, uint8_t exchange_type, uint32_t message_id, uint32_t payload);

/* The same on the SA's SPIs, but in the clear: an error notify that anybody can have sent. */
void scene_cleartext(struct scene *scene, uint8_t side, uint8_t exchange_type, uint32_t message_id, bool is_response,
                     uint16_t error);

/* An encrypted message of this exchange with so many bytes from IV to ICV; and any message, played as the next one. */
struct ike_message scene_message(const struct scene *scene, uint8_t exchange_type, uint32_t message_id,
                                 bool is_response, uint32_t encrypted_length);
void scene_play(struct scene *scene, uint8_t side, struct ike_message *message);

/* In the clear as well: this side does not know the SPI. */
void scene_invalid_spi(struct scene *scene, uint8_t side, uint32_t spi);

/* A router says that a packet on this SPI, sent by side, was too big. */
void scene_too_big(struct scene *scene, uint8_t side, uint32_t spi, uint32_t mtu);

/* The same, decrypted: it holds these payload types, and an error notify if not 0. */
void scene_decrypted(struct scene *scene, uint8_t side, uint8_t exchange_type, uint32_t message_id, bool is_response,
                     const uint16_t *payloads, uint16_t error);

/* The same, from the bytes of its payload chain, which begins with a payload of type first. */
void scene_decrypted_bytes(struct scene *scene, uint8_t side, uint8_t exchange_type, uint32_t message_id,
                           bool is_response, uint8_t first, const uint8_t *bytes, size_t length);

/* Up with a child: IKE_SA_INIT, IKE_AUTH of ordinary lengths. */
void scene_up(struct scene *scene);

/* Packets of ESP from this side on this SPI, interval seconds apart. */
void scene_esp(struct scene *scene, uint8_t side, uint32_t spi, unsigned packets, double interval);

/* One packet of ESP at this time, to the nanosecond. */
void scene_esp_at(struct scene *scene, uint8_t side, uint32_t spi, int64_t time);
void scene_esp_both(struct scene *scene, uint32_t spi_from_0, uint32_t spi_from_1, unsigned packets, double interval);

/* IKEv1 main mode, its messages from first to last of the six. */
void scene_main_mode(struct scene *scene, unsigned first, unsigned last);

/* IKEv1. encrypted: flag E. payload_type 0: none. */
void scene_ikev1(struct scene *scene, uint8_t side, uint8_t exchange_type, uint32_t message_id, bool encrypted,
                 uint16_t payload_type, uint16_t notify);

/* One message of quick mode, encrypted. */
void scene_quick_mode(struct scene *scene, uint8_t side, uint32_t message_id);

const struct tunnel *scene_tunnel(const struct scene *scene);
struct verdict scene_verdict(const struct scene *scene);
enum cause scene_cause(const struct scene *scene);

#endif
