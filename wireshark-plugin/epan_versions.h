/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wireshark's headers, and what differs between the releases this plugin is built for: 4.0, 4.4 and 4.6. Their
 * warnings are not ours.
 */
#ifndef ASAPHASE_WIRESHARK_EPAN_VERSIONS_H
#define ASAPHASE_WIRESHARK_EPAN_VERSIONS_H

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <wireshark.h>

#include <epan/expert.h>
#include <epan/funnel.h>
#include <epan/packet.h>
#include <epan/prefs.h>
#include <epan/proto.h>
#include <epan/stat_tap_ui.h>
#include <epan/tap.h>
#include <wiretap/pcap-encap.h>
#include <wiretap/wtap.h>
#include <wsutil/report_message.h>
#pragma GCC diagnostic pop

#define ASAPHASE_EPAN_AT_LEAST(major, minor)                                                                           \
	(WIRESHARK_VERSION_MAJOR > (major) ||                                                                          \
	 (WIRESHARK_VERSION_MAJOR == (major) && WIRESHARK_VERSION_MINOR >= (minor)))

/* gboolean became bool in 4.4; preferences point at one. */
#if ASAPHASE_EPAN_AT_LEAST(4, 4)
typedef bool epan_boolean;
#else
typedef gboolean epan_boolean;
#endif

/* A buffer that a dissector has added to the frame, by its name; NULL where there is none. 4.6 gives it away in two
 * steps. */
static inline tvbuff_t *epan_buffer_named(packet_info *pinfo, const char *name)
{
#if ASAPHASE_EPAN_AT_LEAST(4, 6)
	const struct data_source *source = get_data_source_by_name(pinfo, name);
	return source != NULL ? get_data_source_tvb(source) : NULL;
#else
	return get_data_source_tvb_by_name(pinfo, name);
#endif
}

/* Defines name, for stat_tap_ui.tap_init_cb, of a function that returns whether it could open a statistic: from 4.6 on,
 * Wireshark asks. */
#if ASAPHASE_EPAN_AT_LEAST(4, 6)
#define EPAN_STATISTIC_OPENER(name, open)                                                                              \
	static bool name(const char *argument, void *data)                                                             \
	{                                                                                                              \
		return open(argument, data);                                                                           \
	}
#else
#define EPAN_STATISTIC_OPENER(name, open)                                                                              \
	static void name(const char *argument, void *data)                                                             \
	{                                                                                                              \
		(void)open(argument, data);                                                                            \
	}
#endif

/* 4.2 and later ask a plugin what it does. */
#ifdef WS_PLUGIN_DESC_DISSECTOR
#define ASAPHASE_PLUGIN_DESCRIPTION WS_PLUGIN_DESC_DISSECTOR
#else
#define ASAPHASE_PLUGIN_DESCRIPTION 0
#endif

#endif
