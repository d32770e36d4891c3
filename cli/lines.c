/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/lines.h"

#include <errno.h>
#include <string.h>

int lines_open(struct lines *lines, const char *file)
{
	bool standard = strcmp(file, "-") == 0;

	lines->file = standard ? stdin : fopen(file, "r");
	lines->owned = !standard;
	lines->number = 0;
	lines->length = 0;
	return lines->file != NULL ? 0 : -errno;
}

void lines_close(struct lines *lines)
{
	if (lines->owned)
		fclose(lines->file);
}

int lines_next(struct lines *lines)
{
	bool any = false;
	int byte;

	lines->length = 0;
	while ((byte = getc_unlocked(lines->file)) != EOF) {
		any = true;
		if (byte == '\n')
			break;
		if (lines->length < sizeof lines->text)
			lines->text[lines->length++] = (char)byte;
	}
	if (ferror(lines->file))
		return errno != 0 ? -errno : -EIO;
	if (!any)
		return 0;
	if (lines->length > 0 && lines->text[lines->length - 1] == '\r')
		lines->length--;
	lines->number++;
	return 1;
}
