/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads what the kernel counted per SPI in offload mode, and tells only what is new since the last time. Over netlink;
 * one reader belongs to one thread.
 */
#ifndef ASAPHASE_KERNEL_HELPERS_SET_READER_H
#define ASAPHASE_KERNEL_HELPERS_SET_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/ip_address.h"
#include "core/wire/datagram.h"

/* Longest text of set_reader_identity with its terminating zero. */
#define SET_IDENTITY_SIZE 64

/* One direction of one ESP SA. SPI in host order. */
struct set_count {
	struct ip_address source;
	struct ip_address destination;
	uint32_t spi;
	uint8_t encapsulation; /* ENCAPSULATION_NONE or ENCAPSULATION_UDP */
	bool first;       /* this reader has not told this SPI before, nor was it given it by set_reader_start_from */
	uint64_t packets; /* since it was last told; never "negative": a count that went back has started anew */
	uint64_t bytes;   /* likewise, of outer IP packets */
	uint64_t kernel_packets; /* what stands in the kernel: keep it to go on from it after a restart */
	uint64_t kernel_bytes;
	int64_t last_time; /* nanoseconds since the epoch: one of its last 16 packets came then, or the last ones since
	                    */
};

struct set_reader;

/* Opens a netlink socket. Returns NULL with errno set (EPERM, ENOMEM, EPROTONOSUPPORT …). Free with set_reader_free. */
struct set_reader *set_reader_new(void);
void set_reader_free(struct set_reader *reader);

/*
 * Names the incarnation of the table that holds the counts: it changes when the rules are removed and installed again
 * and when the machine starts anew. Counts kept from another incarnation mean nothing. Returns 0, -ENOENT without the
 * table, or another negative errno.
 */
int set_reader_identity(struct set_reader *reader, char identity[SET_IDENTITY_SIZE]);

/*
 * Before the first read: kernel_packets and kernel_bytes of this SPI (all other fields but the key are ignored) were
 * told before, by a reader that is gone, from the same incarnation. Returns 0 or -ENOMEM.
 */
int set_reader_start_from(struct set_reader *reader, const struct set_count *count);

/* Called for each SPI that counted something new, or that is told for the first time. */
typedef void set_reader_take(const struct set_count *count, void *context);

/*
 * Reads all sets once. A dump that the kernel says was disturbed is read again, and every packet is told once all the
 * same. Returns 0; -ENOENT where the table is not there; -EAGAIN where it was disturbed each time, so that some SPIs
 * may be told only by the next read; or another negative errno, after which what was told stays told.
 */
int set_reader_read(struct set_reader *reader, set_reader_take *take, void *context);

/* Whether the kernel has this SPI, as far as the last reads tell (all fields but the key are ignored). */
bool set_reader_holds(const struct set_reader *reader, const struct set_count *key);

/* ESP packets, since the rules were installed, that found no room in a set and were passed uncounted. */
int set_reader_uncounted(struct set_reader *reader, uint64_t *packets);

/* SPIs that the last read found. */
uint32_t set_reader_spis(const struct set_reader *reader);

#endif
