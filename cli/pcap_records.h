/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The records of a classic pcap file, read in large blocks: libpcap's two reads and a copy a packet are what a large
 * capture costs most. For files that are as nearly all are; the rest, and whatever is wrong in one, is libpcap's to
 * say.
 */
#ifndef ASAPHASE_CLI_PCAP_RECORDS_H
#define ASAPHASE_CLI_PCAP_RECORDS_H

#include <stdint.h>
#include <stdio.h>

struct pcap_records;

struct pcap_record {
	int64_t time; /* nanoseconds since the epoch */
	uint32_t captured;
	uint32_t length;      /* on the wire */
	const uint8_t *bytes; /* captured of them; valid until the next record is read */
};

enum pcap_records_result {
	PCAP_RECORDS_END,
	PCAP_RECORDS_ONE,
	PCAP_RECORDS_IRREGULAR, /* at pcap_records_position is something that libpcap has to judge */
};

/*
 * For a file that libpcap has opened, whose own position is left as it is: a regular file of version 2.4 in this
 * machine's byte order. NULL for any other. Free with pcap_records_free; NULL is allowed there.
 */
struct pcap_records *pcap_records_new(FILE *file);
void pcap_records_free(struct pcap_records *records);

enum pcap_records_result pcap_records_next(struct pcap_records *records, struct pcap_record *record);

/* Where in the file the next record starts, in bytes. */
int64_t pcap_records_position(const struct pcap_records *records);

#endif
