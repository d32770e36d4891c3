/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tunnel with its verdict as JSON: the stable contract for programs, see docs/json.md. */
#ifndef ASAPHASE_CORE_VERDICT_JSON_H
#define ASAPHASE_CORE_VERDICT_JSON_H

#include <json-glib/json-glib.h>

#include "core/tunnel/tunnel.h"

/* Adds one object, an element of "tunnels". Times are seconds since the epoch, SPIs "0x…" strings. */
void verdict_json_add(JsonBuilder *json, struct tunnels *tunnels, const struct tunnel *tunnel);

#endif
