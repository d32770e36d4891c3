/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/analysis_options.h"

#include <string.h>

struct analysis_options analysis_options_default(void)
{
	struct analysis_options options = {.tunnel = tunnel_options_default()};

	options.tunnel.may_hold_copies = true;
	return options;
}

static gboolean refuse(GError **error, const char *name, const char *value, const char *why)
{
	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s %s: %s", name, value, why);
	return FALSE;
}

static gboolean take_asa(const char *name, const char *value, gpointer data, GError **error)
{
	struct tunnel_options *options = &((struct analysis_options *)data)->tunnel;

	if (options->asa_count == TUNNEL_ASA_ADDRESSES)
		return refuse(error, name, value, "too many addresses");
	if (ip_address_from_text(value, &options->asa[options->asa_count]) != 0)
		return refuse(error, name, value, "not an IPv4 or IPv6 address");
	options->asa_count++;
	return TRUE;
}

static bool read_number(const char *value, guint64 least, guint64 most, guint64 *number)
{
	return g_ascii_string_to_unsigned(value, 10, least, most, number, NULL);
}

static gboolean take_port(uint16_t *ports, const char *name, const char *value, GError **error)
{
	guint64 port;

	if (!read_number(value, 1, UINT16_MAX, &port))
		return refuse(error, name, value, "not a port (1 to 65535)");
	for (unsigned i = 0; i < DATAGRAM_EXTRA_PORTS; i++) {
		if (ports[i] == 0) {
			ports[i] = (uint16_t)port;
			return TRUE;
		}
	}
	return refuse(error, name, value, "too many ports");
}

static gboolean take_ike_port(const char *name, const char *value, gpointer data, GError **error)
{
	return take_port(((struct analysis_options *)data)->ports.ike, name, value, error);
}

static gboolean take_nat_traversal_port(const char *name, const char *value, gpointer data, GError **error)
{
	return take_port(((struct analysis_options *)data)->ports.nat_traversal, name, value, error);
}

static gboolean take_threshold(uint32_t *threshold, const char *name, const char *value, GError **error)
{
	guint64 number;

	if (!read_number(value, 1, UINT32_MAX, &number))
		return refuse(error, name, value, "not a whole number of at least 1");
	*threshold = (uint32_t)number;
	return TRUE;
}

static gboolean take_one_way_packets(const char *name, const char *value, gpointer data, GError **error)
{
	return take_threshold(&((struct analysis_options *)data)->tunnel.one_way_packets, name, value, error);
}

static gboolean take_one_way_seconds(const char *name, const char *value, gpointer data, GError **error)
{
	return take_threshold(&((struct analysis_options *)data)->tunnel.one_way_seconds, name, value, error);
}

static const GOptionEntry entries[] = {
        {"asa", 0, 0, G_OPTION_ARG_CALLBACK, take_asa,
         "This address is the ASA's: encaps are the packets it sends (default: the IKE initiator, else the first "
         "sender)",
         "ADDRESS"},
        {"ike-port", 0, 0, G_OPTION_ARG_CALLBACK, take_ike_port, "IKE is here too, besides 500", "PORT"},
        {"natt-port", 0, 0, G_OPTION_ARG_CALLBACK, take_nat_traversal_port,
         "UDP-encapsulated ESP and IKE are here too, besides 4500", "PORT"},
        {"one-way-packets", 0, 0, G_OPTION_ARG_CALLBACK, take_one_way_packets,
         "One-way after so many packets without one back (default 8)", "N"},
        {"one-way-seconds", 0, 0, G_OPTION_ARG_CALLBACK, take_one_way_seconds,
         "… over at least so many seconds (default 5)", "N"},
        {0},
};

void analysis_options_add(GOptionContext *context, struct analysis_options *options)
{
	GOptionGroup *group = g_option_group_new("analysis", "Analysis:", "Show analysis options", options, NULL);

	g_option_group_add_entries(group, entries);
	g_option_context_set_main_group(context, group);
}
