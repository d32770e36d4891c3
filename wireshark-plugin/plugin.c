/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Wireshark asks a plugin for when it loads it. */
#include "generated/version.h"
#include "wireshark-plugin/dissector.h"
#include "wireshark-plugin/epan_versions.h"

#define EXPORTED __attribute__((visibility("default")))

EXPORTED extern const gchar plugin_version[];
EXPORTED extern const int plugin_want_major;
EXPORTED extern const int plugin_want_minor;
EXPORTED void plugin_register(void);
EXPORTED guint32 plugin_describe(void);

const gchar plugin_version[] = ASAPHASE_VERSION;
const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
const int plugin_want_minor = WIRESHARK_VERSION_MINOR;

void plugin_register(void)
{
	static const proto_plugin plugin = {
	        .register_protoinfo = dissector_register_protocol,
	        .register_handoff = dissector_register_handoff,
	};

	proto_register_plugin(&plugin);
}

/* Asked for from 4.2 on: what kind of plugin this is. */
guint32 plugin_describe(void)
{
	return ASAPHASE_PLUGIN_DESCRIPTION;
}
