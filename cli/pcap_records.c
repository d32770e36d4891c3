/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/pcap_records.h"

#include <errno.h>
#include <glib.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Fits a second-level cache, so that what is read is still there when it is looked at. */
#define BLOCK_SIZE ((size_t)256 << 10)
#define MAGIC_MICROSECONDS UINT32_C(0xa1b2c3d4)
#define MAGIC_NANOSECONDS UINT32_C(0xa1b23c4d)
#define NANOSECONDS_PER_SECOND UINT32_C(1000000000)
#define MAJOR_VERSION 2
#define MINOR_VERSION 4

/* As in the file, in the byte order of whoever wrote it. */
struct file_header {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, accuracy, snap_length, link_type;
};
struct record_header {
	uint32_t seconds, fraction, captured, length;
};

_Static_assert(sizeof(struct file_header) == 24 && sizeof(struct record_header) == 16, "as in the file");

struct pcap_records {
	int descriptor;
	int64_t block_start; /* in the file */
	size_t at, filled;   /* in the block */
	uint32_t snap_length;
	uint32_t unit; /* of a fraction, in nanoseconds */
	uint32_t fraction_limit;
	uint8_t block[];
};

static bool is_usual(const struct file_header *header)
{
	return (header->magic == MAGIC_MICROSECONDS || header->magic == MAGIC_NANOSECONDS) &&
	       header->major == MAJOR_VERSION && header->minor == MINOR_VERSION && header->snap_length != 0 &&
	       header->snap_length <= BLOCK_SIZE - sizeof(struct record_header);
}

struct pcap_records *pcap_records_new(FILE *file)
{
	struct file_header header;
	struct stat status;

	if (file == NULL || fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode) ||
	    pread(fileno(file), &header, sizeof header, 0) != (ssize_t)sizeof header || !is_usual(&header))
		return NULL;
	struct pcap_records *records = g_malloc(sizeof *records + BLOCK_SIZE);
	*records = (struct pcap_records){
	        .descriptor = fileno(file),
	        .block_start = sizeof header,
	        .snap_length = header.snap_length,
	        .unit = header.magic == MAGIC_NANOSECONDS ? 1 : 1000,
	        .fraction_limit = NANOSECONDS_PER_SECOND / (header.magic == MAGIC_NANOSECONDS ? 1u : 1000u),
	};
	return records;
}

void pcap_records_free(struct pcap_records *records)
{
	g_free(records);
}

int64_t pcap_records_position(const struct pcap_records *records)
{
	return records->block_start + (int64_t)records->at;
}

/* Moves what is left to the front and reads on behind it, until wanted bytes are there or the file ends. */
static void refill(struct pcap_records *records, size_t wanted)
{
	size_t left = records->filled - records->at;

	memmove(records->block, records->block + records->at, left);
	records->block_start += (int64_t)records->at;
	records->at = 0;
	records->filled = left;
	while (records->filled < wanted) {
		ssize_t count = pread(records->descriptor, records->block + records->filled,
		                      BLOCK_SIZE - records->filled, records->block_start + (int64_t)records->filled);
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return;
		records->filled += (size_t)count;
	}
}

/* Whether so many bytes, at most BLOCK_SIZE, stand at the position. */
static inline bool has(struct pcap_records *records, size_t wanted)
{
	if (records->filled - records->at < wanted)
		refill(records, wanted);
	return records->filled - records->at >= wanted;
}

enum pcap_records_result pcap_records_next(struct pcap_records *records, struct pcap_record *record)
{
	struct record_header header;

	if (!has(records, sizeof header))
		return records->filled == records->at ? PCAP_RECORDS_END : PCAP_RECORDS_IRREGULAR;
	memcpy(&header, records->block + records->at, sizeof header);
	if (header.captured > records->snap_length || header.fraction >= records->fraction_limit ||
	    !has(records, sizeof header + header.captured))
		return PCAP_RECORDS_IRREGULAR;
	*record = (struct pcap_record){
	        .time = (int64_t)header.seconds * NANOSECONDS_PER_SECOND + (int64_t)header.fraction * records->unit,
	        .captured = header.captured,
	        .length = header.length,
	        .bytes = records->block + records->at + sizeof header,
	};
	records->at += sizeof header + header.captured;
	return PCAP_RECORDS_ONE;
}
