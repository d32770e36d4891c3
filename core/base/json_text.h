/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a JSON builder holds, as text. */
#ifndef ASAPHASE_CORE_BASE_JSON_TEXT_H
#define ASAPHASE_CORE_BASE_JSON_TEXT_H

#include <json-glib/json-glib.h>

/* On one line, without its end. Frees the builder, whose objects and arrays must all be ended. Free with g_free. */
char *json_text_of(JsonBuilder *json);

#endif
