/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/json_text.h"

char *json_text_of(JsonBuilder *json)
{
	JsonNode *root = json_builder_get_root(json);
	char *text = json_to_string(root, FALSE);

	json_node_unref(root);
	g_object_unref(json);
	return text;
}
