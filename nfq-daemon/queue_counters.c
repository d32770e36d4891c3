/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nfq-daemon/queue_counters.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FILE_NAME "/proc/net/netfilter/nfnetlink_queue"
#define FILE_LARGEST 16384

int queue_counters_open(void)
{
	int file = open(FILE_NAME, O_RDONLY | O_CLOEXEC);

	return file < 0 ? -errno : file;
}

static struct queue_counters counters_from_text(const char *text, uint16_t queue)
{
	/* queue number, port, waiting, copy mode, copy range, dropped, user dropped, last packet number, 1 */
	for (const char *line = text; line != NULL && *line != '\0';) {
		struct queue_counters counters = {.known = true};
		unsigned number;
		if (sscanf(line, "%u %*u %" SCNu32 " %*u %*u %" SCNu64 " %" SCNu64, &number, &counters.waiting,
		           &counters.dropped, &counters.user_dropped) == 4 &&
		    number == queue)
			return counters;
		line = strchr(line, '\n');
		line = line != NULL ? line + 1 : NULL;
	}
	return (struct queue_counters){.known = false};
}

struct queue_counters queue_counters_read(int file, uint16_t queue)
{
	char text[FILE_LARGEST];
	ssize_t size = file < 0 ? -1 : pread(file, text, sizeof text - 1, 0);

	if (size <= 0)
		return (struct queue_counters){.known = false};
	text[size] = '\0';
	return counters_from_text(text, queue);
}
