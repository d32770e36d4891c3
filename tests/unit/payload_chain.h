/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Building chains of IKE payloads byte by byte: what a decryptor would hand over. */
#ifndef ASAPHASE_TESTS_PAYLOAD_CHAIN_H
#define ASAPHASE_TESTS_PAYLOAD_CHAIN_H

#include <glib.h>
#include <stdint.h>

struct payload_chain {
	GByteArray *bytes;
	uint8_t first;      /* type of the first payload; 0 while there is none */
	guint next_of_last; /* where the last payload's next-payload byte is */
};

void payload_chain_begin(struct payload_chain *chain);
void payload_chain_end(struct payload_chain *chain);
void payload_chain_add(struct payload_chain *chain, uint8_t type, const uint8_t *body, size_t length);

/* A traffic selector payload of one IPv4 network, all protocols and ports: type 44 or 45. */
void payload_chain_add_selector(struct payload_chain *chain, uint8_t type, const char *first, const char *last);

/* An ESP proposal of one suite, IKEv2: integrity 0 and group 0 are left out. */
void payload_chain_add_esp(struct payload_chain *chain, uint32_t spi, uint16_t encryption, uint16_t key_length,
                           uint16_t integrity, uint16_t group);

/* An ID payload (IKEv2: 35 or 36) with a name. */
void payload_chain_add_name(struct payload_chain *chain, uint8_t type, const char *name);

/* AUTH by this method. */
void payload_chain_add_auth(struct payload_chain *chain, uint8_t method);

/* Delete of one ESP SPI. */
void payload_chain_add_delete(struct payload_chain *chain, uint32_t spi);

#endif
