/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/log_evidence.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/lines.h"
#include "cli/terminal.h"
#include "core/verdict/judge.h"

struct log_evidence {
	uint32_t messages; /* about IPsec */
	uint32_t taken;    /* of these, about a tunnel of the capture */
};

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

static int take_lines(struct tunnels *tunnels, const char *file, struct log_evidence *evidence)
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

bool log_evidence_take(struct tunnels *tunnels, const char *file)
{
	struct log_evidence evidence;
	int result = take_lines(tunnels, file, &evidence);

	if (result != 0)
		fprintf(stderr, "asaphase: %s: %s\n", terminal_name(file), strerror(-result));
	else if (evidence.taken == 0)
		fprintf(stderr, "asaphase: %s: %" PRIu32 " messages about IPsec, none about a tunnel of the capture\n",
		        terminal_name(file), evidence.messages);
	return result == 0;
}
