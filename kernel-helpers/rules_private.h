/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the text of the rules, the installer and the reader of the sets must agree on. */
#ifndef ASAPHASE_KERNEL_HELPERS_RULES_PRIVATE_H
#define ASAPHASE_KERNEL_HELPERS_RULES_PRIVATE_H

#include "core/wire/datagram.h"
#include "kernel-helpers/rules.h"

/*
 * An SPI's first packet admits it for PROBATION_SECONDS. Then packets with a sequence number below REFRESH_BELOW, and
 * those whose number is a multiple of REFRESH_ONE_IN, keep it for LIFETIME_SECONDS: from the second packet on where an
 * SA is new. All other packets are counted by a mere lookup.
 */
#define PROBATION_SECONDS 60
#define LIFETIME_SECONDS 86400
#define REFRESH_ONE_IN 16
#define REFRESH_BELOW 64

#define CHAIN_TO_IKE_QUEUE "to_ike_queue"
#define CHAIN_TO_ESP_QUEUE "to_esp_queue"
#define COUNTER_UNCOUNTED "uncounted_esp"

/* What an ESP packet can look like, and how rules find its SPI. */
struct esp_form {
	const char *name; /* of its set, or of its sets with _0, _1 … */
	enum encapsulation encapsulation;
	uint8_t address_size; /* 4 or 16: bytes of each address in a key */
	const char *ip;       /* word of the nft language for the header that has the addresses */
	const char *version;  /* and for the version of IP */
	const char *spi;
	const char *sequence;
};

#define ESP_FORMS 4
extern const struct esp_form esp_forms[ESP_FORMS];

/*
 * The kernel walks a set from its start for every 32 KiB that it hands out, so reading one set of n elements takes time
 * with the square of n. A form with room for more SPIs than ONE_SET_CAPACITY therefore has SETS_OF_FORM_MOST sets (a
 * power of two), chosen by the last bits of the SPI. The choice costs each packet something, so others have one.
 */
#define ONE_SET_CAPACITY 65536u
#define SETS_OF_FORM_MOST 8u

/* Longest name of a set with its terminating zero. */
#define SET_NAME_SIZE 32

/* sets: of a form. An only set is named as its form is. */
void set_name(const struct esp_form *form, unsigned sets, unsigned number, char name[SET_NAME_SIZE]);

/* The comment of the table: what decides whether sets of an earlier installation can be kept. At most 127 characters.
 */
void rules_comment(const struct rules_options *options, char comment[128]);

#endif
