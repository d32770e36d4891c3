/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/wire/vendor.h"

#include <stdio.h>
#include <string.h>

enum known_id {
	CISCO_DELETE_REASON,
	CISCO_COPYRIGHT,
	CISCOVPN_REVISION,
	CISCO_DYNAMIC_ROUTE,
	FLEXVPN_SUPPORTED,
	CISCO_UNITY,
	CISCO_CONCENTRATOR,
	FRAGMENTATION,
	STRONGSWAN,
	LIBRESWAN,
	WINDOWS,
	HUAWEI,
};

#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

/* A vendor ID is known by how it begins: what follows is often a version. */
static const struct {
	const char *name;
	const uint8_t *start;
	size_t length;
} known[] = {
        [CISCO_DELETE_REASON] = {"CISCO-DELETE-REASON", BYTES("CISCO-DELETE-REASON")},
        [CISCO_COPYRIGHT] = {"CISCO(COPYRIGHT)", BYTES("CISCO(COPYRIGHT)")},
        [CISCOVPN_REVISION] = {"CISCOVPN-REV", BYTES("CISCOVPN-REV-")},
        [CISCO_DYNAMIC_ROUTE] = {"CISCO-DYNAMIC-ROUTE", BYTES("CISCO-DYNAMIC-ROUTE")},
        [FLEXVPN_SUPPORTED] = {"FLEXVPN-SUPPORTED", BYTES("FLEXVPN-SUPPORTED")},
        /* MD5 of "CISCO-UNITY", its last two bytes replaced by a version. */
        [CISCO_UNITY] = {"CISCO-UNITY", BYTES("\x12\xf5\xf2\x8c\x45\x71\x68\xa9\x70\x2d\x9f\xe2\x74\xcc")},
        [CISCO_CONCENTRATOR] = {"CISCO-CONCENTRATOR",
                                BYTES("\x1f\x07\xf7\x0e\xaa\x65\x14\xd3\xb0\xfa\x96\x54\x2a\x50")},
        /* MD5 of the name, here and below. */
        [FRAGMENTATION] = {"FRAGMENTATION", BYTES("\x40\x48\xb7\xd5\x6e\xbc\xe8\x85\x25\xe7\xde\x7f\x00\xd6\xc2\xd3")},
        [STRONGSWAN] = {"strongSwan", BYTES("\x88\x2f\xe5\x6d\x6f\xd2\x0d\xbc\x22\x51\x61\x3b\x2e\xbe\x5b\xeb")},
        [LIBRESWAN] = {"OE-Libreswan", BYTES("OE-Libreswan")},
        [HUAWEI] = {"HUAWEI", BYTES("HUAWEI-")},
        [WINDOWS] = {"MS NT5 ISAKMPOAKLEY", BYTES("\x1e\x2b\x51\x69\x05\x99\x1c\x7d\x7c\x96\xfc\xbf\xb5\x87\xe4\x61")},
};

#define KNOWN_COUNT (sizeof known / sizeof known[0])
#define ID(kind) (UINT32_C(1) << (kind))

/*
 * The first that fits. FRAGMENTATION alone is no proof of Cisco, and CISCO-UNITY is spoken by others who serve Cisco's
 * client.
 */
static const struct {
	vendor_ids all;  /* must be there */
	vendor_ids none; /* must not be there */
	struct vendor_guess guess;
} guesses[] = {
        {ID(STRONGSWAN), 0, {"strongSwan", false}},
        {ID(LIBRESWAN), 0, {"Libreswan", true}},
        {ID(WINDOWS), 0, {"Windows", true}},
        {ID(HUAWEI), 0, {"Huawei", false}}, /* beside FLEXVPN-SUPPORTED */
        {ID(CISCOVPN_REVISION), 0, {"Cisco IOS or IOS XE", false}},
        {ID(FLEXVPN_SUPPORTED), 0, {"Cisco IOS or IOS XE", false}},
        {ID(CISCO_DYNAMIC_ROUTE), 0, {"Cisco IOS or IOS XE", false}},
        {ID(CISCO_DELETE_REASON) | ID(CISCO_COPYRIGHT) | ID(FRAGMENTATION), ID(CISCOVPN_REVISION), {"Cisco ASA", true}},
        {ID(CISCO_CONCENTRATOR), 0, {"Cisco ASA", true}},
        {ID(CISCO_DELETE_REASON), 0, {"Cisco", false}},
        {ID(CISCO_COPYRIGHT), 0, {"Cisco", false}},
};

static bool begins_with(const struct ike_vendor *vendor, size_t kind)
{
	return vendor->length >= known[kind].length &&
	       memcmp(vendor->bytes, known[kind].start, known[kind].length) == 0;
}

vendor_ids vendor_ids_of(const struct ike_message *message)
{
	vendor_ids ids = 0;

	for (unsigned i = 0; i < message->vendor_count; i++)
		for (size_t kind = 0; kind < KNOWN_COUNT; kind++)
			if (begins_with(&message->vendors[i], kind))
				ids |= ID(kind);
	return ids;
}

struct vendor_guess vendor_guess(vendor_ids ids)
{
	for (size_t i = 0; i < sizeof guesses / sizeof guesses[0]; i++)
		if ((ids & guesses[i].all) == guesses[i].all && (ids & guesses[i].none) == 0)
			return guesses[i].guess;
	return (struct vendor_guess){.name = NULL};
}

const char *vendor_ids_text(vendor_ids ids, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t kind = 0; kind < KNOWN_COUNT && used < size; kind++)
		if (ids & ID(kind))
			used += (size_t)snprintf(text + used, size - used, "%s%s", used == 0 ? "" : ", ",
			                         known[kind].name);
	return text;
}
