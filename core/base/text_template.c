/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/text_template.h"

#include <string.h>

const char *text_template_fill(const char *template, text_template_value *value_of, const void *context, char *text,
                               size_t size)
{
	size_t used = 0;

	while (*template != '\0' && used + 1 < size) {
		const char *end = *template == '{' ? strchr(template, '}') : NULL;
		if (end == NULL) {
			text[used++] = *template ++;
			continue;
		}
		char value[64] = "";
		value_of(context, template + 1, (size_t)(end - template - 1), value, sizeof value);
		for (const char *byte = value; *byte != '\0' && used + 1 < size; byte++)
			text[used++] = *byte;
		template = end + 1;
	}
	text[used] = '\0';
	return text;
}
