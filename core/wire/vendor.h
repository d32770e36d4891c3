/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who a peer probably is, from the vendor IDs it sends (RFC 7296 sec. 3.12, RFC 2408 sec. 3.16). A vendor ID says what
 * its sender can do; who sends which is experience, so this is a guess and is worded as one.
 */
#ifndef ASAPHASE_CORE_WIRE_VENDOR_H
#define ASAPHASE_CORE_WIRE_VENDOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/wire/ike.h"

/* A set of known vendor IDs, a bit each; 0 where none is known. */
typedef uint32_t vendor_ids;

/* Those in this message. */
vendor_ids vendor_ids_of(const struct ike_message *message);

struct vendor_guess {
	const char *name; /* "Cisco ASA"; NULL where the IDs tell nothing */
	bool recalled;    /* which product sends these is known from memory, not from a source */
};

struct vendor_guess vendor_guess(vendor_ids ids);

/* Names of the IDs, separated by ", "; cut and zero-terminated at size. Returns text. */
const char *vendor_ids_text(vendor_ids ids, char *text, size_t size);

#endif
