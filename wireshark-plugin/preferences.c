/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wireshark-plugin/preferences.h"

#include "wireshark-plugin/epan_versions.h"

#define DECIMAL 10
#define HIGHEST_PORT 65535
#define SEPARATORS ", ;\t"

/* Owned by Wireshark's preferences. */
static const char *asa_addresses = "";
static range_t *ike_ports;
static range_t *nat_traversal_ports;
static guint one_way_packets;
static guint one_way_seconds;
static epan_boolean annotate_info = true;

/* The same, read. */
static struct ip_address addresses[TUNNEL_ASA_ADDRESSES];
static uint8_t address_count;
static struct datagram_ports ports;

static void read_address(const char *text)
{
	if (text[0] == '\0')
		return;
	if (address_count == TUNNEL_ASA_ADDRESSES)
		report_failure("ASA IPsec phase: at most %d addresses of ASAs can be named; %s is not used",
		               TUNNEL_ASA_ADDRESSES, text);
	else if (ip_address_from_text(text, &addresses[address_count]) != 0)
		report_failure("ASA IPsec phase: %s is no IP address", text);
	else
		address_count++;
}

static void read_addresses(void)
{
	gchar **words = g_strsplit_set(asa_addresses, SEPARATORS, -1);

	address_count = 0;
	for (gchar **word = words; *word != NULL; word++)
		read_address(*word);
	g_strfreev(words);
}

/* list is empty. */
static void read_ports(const range_t *named, const char *use, uint16_t list[DATAGRAM_EXTRA_PORTS])
{
	unsigned count = 0;

	for (guint i = 0; named != NULL && i < named->nranges; i++) {
		const range_admin_t *range = &named->ranges[i];
		for (guint32 port = MAX(range->low, 1); port <= range->high; port++) {
			if (count == DATAGRAM_EXTRA_PORTS) {
				report_failure("ASA IPsec phase: at most %d more %s ports can be named; %u and those "
				               "after it are not used",
				               DATAGRAM_EXTRA_PORTS, use, port);
				return;
			}
			list[count++] = (uint16_t)port;
		}
	}
}

static void preferences_changed(void)
{
	read_addresses();
	memset(&ports, 0, sizeof ports);
	read_ports(ike_ports, "IKE", ports.ike);
	read_ports(nat_traversal_ports, "NAT-T", ports.nat_traversal);
}

void preferences_register(int protocol)
{
	const struct tunnel_options defaults = tunnel_options_default();
	module_t *module = prefs_register_protocol(protocol, preferences_changed);

	one_way_packets = defaults.one_way_packets;
	one_way_seconds = defaults.one_way_seconds;
	range_convert_str(wmem_epan_scope(), &ike_ports, "", HIGHEST_PORT);
	range_convert_str(wmem_epan_scope(), &nat_traversal_ports, "", HIGHEST_PORT);
	prefs_register_string_preference(
	        module, "asa_addresses", "Addresses of ASAs",
	        "The end of a tunnel whose view is shown (encaps are what it sends), separated by commas. "
	        "Where neither end is named, the IKE initiator is taken, else the first sender.",
	        &asa_addresses);
	prefs_register_range_preference(module, "ike_ports", "More IKE ports",
	                                "UDP ports besides 500 that carry IKE alone (at most 8)", &ike_ports,
	                                HIGHEST_PORT);
	prefs_register_range_preference(module, "nat_traversal_ports", "More NAT-T ports",
	                                "UDP ports besides 4500 that carry IKE and ESP for NAT traversal (at most 8)",
	                                &nat_traversal_ports, HIGHEST_PORT);
	prefs_register_uint_preference(module, "one_way_packets", "One-way after packets",
	                               "So many ESP packets one way with none back are worth a warning …", DECIMAL,
	                               &one_way_packets);
	prefs_register_uint_preference(module, "one_way_seconds", "One-way after seconds",
	                               "… if they come over at least so many seconds", DECIMAL, &one_way_seconds);
	prefs_register_bool_preference(module, "annotate_info", "Annotate the Info column",
	                               "Write the phase, and the cause where there is one, after an IKE packet's "
	                               "information",
	                               &annotate_info);
}

struct tunnel_options preferences_tunnel_options(void)
{
	struct tunnel_options options = tunnel_options_default();

	options.may_hold_copies = true;
	memcpy(options.asa, addresses, sizeof addresses[0] * address_count);
	options.asa_count = address_count;
	/* None at all is no silence: as the command line, which refuses 0. */
	options.one_way_packets = MAX(one_way_packets, 1);
	options.one_way_seconds = MAX(one_way_seconds, 1);
	return options;
}

const struct datagram_ports *preferences_ports(void)
{
	return &ports;
}

bool preferences_annotate_info(void)
{
	return annotate_info;
}
