/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/log_evidence.h"

#include "cli/lines.h"
#include "core/tunnel_log.h"

static void take_line(struct tunnels *tunnels, const struct lines *lines, struct log_evidence *evidence)
{
	struct asa_log_message message;
	struct annotation annotation;

	if (asa_log_read(lines->text, lines->length, &message) != 0 || message.meaning == NULL)
		return;
	const struct log_origin origin = {.line = lines->number, .time = message.time};
	tunnels_add_log(tunnels, &origin, &message, &annotation);
	evidence->messages++;
	evidence->taken += annotation.tunnel != UINT32_MAX;
}

int log_evidence_take(struct tunnels *tunnels, const char *file, struct log_evidence *evidence)
{
	static struct lines lines;
	int result = lines_open(&lines, file);

	*evidence = (struct log_evidence){0};
	if (result != 0)
		return result;
	while ((result = lines_next(&lines)) > 0)
		take_line(tunnels, &lines, evidence);
	lines_close(&lines);
	return result;
}
