/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cipher suites in the ASA's words, which differ from command to command, and the overhead it prints for ESP. */
#ifndef ASAPHASE_CORE_ASA_SUITE_H
#define ASAPHASE_CORE_ASA_SUITE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/wire/suite.h"

/* Room for any of the words below, with the terminating zero. */
#define ASA_SUITE_TEXT_SIZE 64

/* All take a suite in IKEv2's numbers (ike_suite_as_ikev2(), esp_suite_read()) and write into text, which they return.
 * What has no word there is "-". */

/* `show crypto ikev2 sa`: "AES-CBC, keysize: 256", "3DES"; "SHA256", "SHA96", "N/A" with AEAD. */
const char *asa_ikev2_encryption(const struct ike_suite *suite, char text[ASA_SUITE_TEXT_SIZE]);
const char *asa_ikev2_hash(const struct ike_suite *suite, char text[ASA_SUITE_TEXT_SIZE]);

/* `show crypto ikev1 sa detail`: "aes-256", "3des"; "SHA", "MD5". */
const char *asa_ikev1_encryption(const struct ike_suite *suite, char text[ASA_SUITE_TEXT_SIZE]);
const char *asa_ikev1_hash(const struct ike_suite *suite, char text[ASA_SUITE_TEXT_SIZE]);

/* `show crypto ipsec sa`: "esp-aes-256 esp-sha-256-hmac". */
const char *asa_transform(const struct ike_suite *suite, char text[ASA_SUITE_TEXT_SIZE]);

/* `show vpn-sessiondb l2l`: "AES256", "AES-GCM-256"; "SHA256", "none" with AEAD. */
const char *asa_session_encryption(const struct ike_suite *suite, char text[ASA_SUITE_TEXT_SIZE]);
const char *asa_session_hash(const struct ike_suite *suite, char text[ASA_SUITE_TEXT_SIZE]);

/* RFC 7296 sec. 3.8 in the ASA's words: "PSK", "RSA", "ECDSA", "EAP"; "-" unknown. */
const char *asa_authentication(uint8_t method);

/*
 * The two figures of `ipsec overhead 78(44)`: bytes that tunnel mode adds to a packet at most, and, in brackets, those
 * that come before its data.
 *
 *     before = outer IP header (20; IPv6 40) + UDP header (8, NAT-T only) + ESP header (8) + IV
 *     most   = before + pad length and next header (2) + block + ICV
 *
 * block is the cipher's block size, 4 for ESP-NULL (RFC 4303 sec. 2.4), 1 for GCM. An ASA counts a whole block for
 * padding, one byte more than it can ever be. The sum gives what real ASAs print:
 *
 *     AES-256 SHA-256          78(44)      the article; with NAT-T 86(52)
 *     AES SHA-1, AES-256 MD5   74(44)      with NAT-T 82(52)
 *     3DES SHA-1               58
 *     NULL MD5                 46(28)
 *     AES-GCM                  55(36)      recalled, not read in a source
 */
struct esp_overhead {
	bool known;
	unsigned before;
	unsigned most;
};
struct esp_overhead esp_tunnel_overhead(const struct ike_suite *suite, bool outer_is_ipv6, bool udp_encapsulated);

/* Bytes of the IV in each packet; 0 also for ESP-NULL. */
unsigned esp_iv_length(const struct ike_suite *suite);

#endif
