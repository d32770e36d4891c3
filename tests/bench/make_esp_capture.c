/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a capture of ESP in Ethernet frames, for benchmarks: so many packets over so many SPIs in a random order that
 * is the same each time. SPIs 2n and 2n + 1 are the two directions of tunnel n; sequence numbers run without gaps.
 *
 * usage: make_esp_capture PACKETS SPIS FILE
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAYLOAD 100
#define HEADERS (14 + 20 + 8)
#define FIRST_SPI 0x10000000u
#define FIRST_SECOND 1700000000u
#define PACKETS_PER_SECOND 100000u

/* As the file has it; the structure may be longer, by padding behind the frame. */
#define RECORD_SIZE (offsetof(struct record, frame) + HEADERS + PAYLOAD)

struct record {
	uint32_t seconds, microseconds, captured, length;
	uint8_t frame[HEADERS + PAYLOAD];
};

static void put32(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* xorshift64*: the same order each time, and quick. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(2685821657736338717);
}

static void begin_record(struct record *record)
{
	static const uint8_t headers[HEADERS] = {
	        [12] = 0x08, [14] = 0x45, [17] = 20 + 8 + PAYLOAD, [22] = 64, [23] = 50,
	};

	memset(record, 0, sizeof *record);
	record->captured = record->length = sizeof record->frame;
	memcpy(record->frame, headers, sizeof headers);
}

static void set_packet(struct record *record, uint32_t number, uint32_t index, uint32_t sequence)
{
	uint32_t addresses[2] = {(UINT32_C(10) << 24) + (index >> 1), (UINT32_C(11) << 24) + (index >> 1)};

	record->seconds = FIRST_SECOND + number / PACKETS_PER_SECOND;
	record->microseconds = number % PACKETS_PER_SECOND * (1000000 / PACKETS_PER_SECOND);
	put32(record->frame + 26, addresses[index & 1]);
	put32(record->frame + 30, addresses[~index & 1]);
	put32(record->frame + 34, FIRST_SPI + index * 2654435761u);
	put32(record->frame + 38, sequence);
}

int main(int argument_count, char **arguments)
{
	const uint32_t file_header[6] = {0xa1b2c3d4, 0x00040002, 0, 0, 65535, 1};
	struct record record;
	uint64_t state = 88172645463325252u;

	if (argument_count != 4) {
		fprintf(stderr, "usage: make_esp_capture PACKETS SPIS FILE\n");
		return 2;
	}
	uint32_t packets = (uint32_t)strtoul(arguments[1], NULL, 10), spis = (uint32_t)strtoul(arguments[2], NULL, 10);
	FILE *file = fopen(arguments[3], "wb");
	uint32_t *sequences = calloc(spis != 0 ? spis : 1, sizeof *sequences);
	if (file == NULL || sequences == NULL || spis == 0) {
		perror(arguments[3]);
		return 1;
	}
	begin_record(&record);
	fwrite(file_header, sizeof file_header, 1, file);
	for (uint32_t number = 0; number < packets; number++) {
		uint32_t index = (uint32_t)(next_random(&state) >> 32) % spis;
		set_packet(&record, number, index, ++sequences[index]);
		fwrite(&record, RECORD_SIZE, 1, file);
	}
	free(sequences);
	if (fclose(file) != 0) {
		perror(arguments[3]);
		return 1;
	}
	return 0;
}
