/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counting ESP packets per SPI: the hot path. No allocation per packet, no lock, one writer.
 *
 * An SA is known by outer source, destination, SPI and encapsulation; the SPI alone is only unique at its
 * receiver (RFC 4301 sec. 4.1).
 */
#ifndef ASAPHASE_CORE_COUNT_SPI_TABLE_H
#define ASAPHASE_CORE_COUNT_SPI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/ip_address.h"
#include "core/wire/esp_packet.h"

/* Returned instead of an entry's number when the table is full. */
#define SPI_TABLE_FULL UINT32_MAX

/* How a packet's sequence number stands to those that came before it. */
enum sequence_step {
	SEQUENCE_NEXT,      /* as expected; also a first packet */
	SEQUENCE_AFTER_GAP, /* numbers before it are missing, so far */
	SEQUENCE_LATE,      /* a higher number came before it */
	SEQUENCE_DUPLICATE, /* it came before */
	SEQUENCE_ANEW,      /* the numbers start anew */
	SEQUENCE_FAR,       /* too far away to be believed alone */
};

/*
 * One ESP SA in one direction. The first 64 bytes are what finding and counting touch. Times are nanoseconds since
 * the epoch; counters start at 0 and never go back. Sequence numbers are 64 bits wide: the upper half is inferred
 * from wraps of the lower (RFC 4303 sec. 2.2.1 sends only the lower).
 */
struct spi_entry {
	struct ip_address source;
	struct ip_address destination;
	uint32_t spi;
	uint32_t owner; /* free for the caller: the tunnel's number; UINT32_MAX when new */
	uint64_t packets;
	uint64_t bytes; /* of outer IP packets */
	int64_t last_time;

	int64_t first_time;
	uint64_t first_sequence; /* since the numbers last started anew, see spi_entry_take_sequence */
	uint64_t highest_sequence;
	uint64_t window; /* bit n set: highest_sequence - n was seen */
	uint32_t lost;   /* sequence numbers skipped and never seen since */
	uint32_t duplicate;
	uint32_t reordered; /* arrived after a higher number */
	uint32_t first_frame;
	uint32_t last_frame;
	uint32_t last_sequence; /* low 32 bits of the last packet, for display */
	uint32_t next_of_owner; /* free for the caller: chains the entries of one owner; UINT32_MAX when new */
	uint8_t encapsulation;  /* enum encapsulation */
	uint8_t owner_side : 1; /* free for the caller: which of the tunnel's two ends sends */
	uint8_t trusted : 1;    /* free for the caller: more than one packet that anybody could have made up */
	uint8_t step : 6;       /* enum sequence_step, of the last packet */
	uint16_t interruptions; /* interruptions noted (see spi_table_note_interruption) when it was last counted,
	                           modulo 2^16 */
};

_Static_assert(sizeof(struct spi_entry) <= 128, "two cache lines an SPI");

struct spi_table;

/*
 * A table for at most capacity SPIs (1 to 2^30). Grows by doubling until then. NULL when memory is short.
 * Free with spi_table_free; NULL is allowed there.
 */
struct spi_table *spi_table_new(uint32_t capacity);
void spi_table_free(struct spi_table *table);

/*
 * Counts one packet and returns its entry's number, stable until the entry is removed, or SPI_TABLE_FULL: then nothing
 * was counted in an entry, and the packet is added to spi_table_overflow.
 */
uint32_t spi_table_count(struct spi_table *table, const struct esp_packet *packet);

/* Where an SA's entry most likely is. */
struct spi_hint {
	uint64_t hash;
	uint32_t number; /* of any entry or of a free one where the SA is new */
};

/*
 * Has the memory of these packets' entries on its way, at most SPI_BATCH of them, for spi_table_count_hinted soon
 * after. What happens to the table in between makes a hint useless, never wrong.
 */
#define SPI_BATCH 32
void spi_table_fetch(const struct spi_table *table, const struct esp_packet *packets, size_t packet_count,
                     struct spi_hint *hints);
uint32_t spi_table_count_hinted(struct spi_table *table, const struct esp_packet *packet, const struct spi_hint *hint);

/*
 * Counts packets in their order, as spi_table_count would one by one, and writes each one's number. Several times as
 * fast with very many SPIs: the memory of one packet's entry is fetched while others are counted.
 */
void spi_table_count_all(struct spi_table *table, const struct esp_packet *packets, size_t packet_count,
                         uint32_t *numbers);

/*
 * Says that packets were missed since the last one, by whoever counts and not by the network. The next number of
 * each SPI then begins its sequence anew instead of telling of losses.
 */
void spi_table_note_interruption(struct spi_table *table);

/* What was counted of one SPI in another table or by the kernel, since it was last told. */
struct spi_counts {
	struct ip_address source;
	struct ip_address destination;
	uint32_t spi;
	uint8_t encapsulation;
	bool sequences_known; /* that the last six members are filled in */
	uint64_t packets;
	uint64_t bytes;
	uint64_t earlier_packets; /* told before: for an SPI that has no entry here (any more) */
	uint64_t earlier_bytes;
	int64_t since_time; /* of the first of these packets; 0 unknown */
	int64_t first_time; /* of the very first; 0 unknown */
	int64_t last_time;
	int64_t lost_uncertain; /* change of how many more may be lost, where a sample tells loss: for the direction */
	uint64_t first_sequence;
	uint64_t highest_sequence;
	uint32_t last_sequence;
	int32_t lost; /* negative where earlier losses arrived late */
	uint32_t duplicate;
	uint32_t reordered;
};

/*
 * Adds counts to their SPI's entry, made where there is none. Returns its number, or SPI_TABLE_FULL: then nothing was
 * added (the table is full, or counts of no packet are for an SPI without an entry).
 */
uint32_t spi_table_add_counts(struct spi_table *table, const struct spi_counts *counts);

/* The same without counting: find only. */
uint32_t spi_table_find(const struct spi_table *table, const struct ip_address *source,
                        const struct ip_address *destination, uint32_t spi, uint8_t encapsulation);

/* Entry by number, 0 to spi_table_limit() - 1; NULL for a free number. */
struct spi_entry *spi_table_entry(struct spi_table *table, uint32_t number);

/* One past the highest number in use; for walking. */
uint32_t spi_table_limit(const struct spi_table *table);

/* Live entries. */
uint32_t spi_table_size(const struct spi_table *table);

/* What `lost` of its entry was before the packet that was counted last: for sums over many SPIs. */
uint32_t spi_table_lost_before(const struct spi_table *table);

/* Packets that found the table full. */
uint64_t spi_table_overflow(const struct spi_table *table);

/* Frees an entry; its number may be used again. The caller has first kept what it wants to keep. */
void spi_table_remove(struct spi_table *table, uint32_t number);

/*
 * Takes a packet's sequence number into lost, duplicate and reordered. Called by spi_table_count; public for tests.
 *
 * Up to 1024 ahead of the highest, the numbers skipped are lost; up to 1024 behind it, a packet is late (and no longer
 * lost) or, where the last 64 numbers say so, a duplicate. Farther away a number is believed only when the next
 * packet's is close behind it: up to 2^20 ahead that is loss, anything else is a restart of the numbers, which loses
 * nothing. So neither a forged or replayed packet nor an SA set up again under its old SPI makes millions of losses.
 */
void spi_entry_take_sequence(struct spi_entry *entry, uint32_t sequence);

#endif
