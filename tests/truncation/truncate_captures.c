/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Diagnoses captures cut short, in two ways. Built with AddressSanitizer and UBSan, which end the program at a finding.
 *
 *   file   each capture file cut to each of its lengths, from nothing to all of it, read and judged from the start
 *   frame  each frame cut to each of its lengths, as a snap length would, in a buffer of just that size, so that the
 *          first byte read beyond it is found; one state takes them all, so that the cut frames meet each other
 *
 * usage: truncate_captures SHARE SHARES FILE...    takes every SHARES-th length, beginning with SHARE (0, 1, …)
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/time.h"
#include "core/catalogue/evidence.h"
#include "core/tunnel/tunnel.h"
#include "core/verdict/checklist.h"
#include "core/verdict/diagnose.h"
#include "core/verdict/judge.h"
#include "core/wire/datagram_reader.h"
#include "core/wire/link_layer.h"

/* Tables of a size that a few frames need: they are made anew for each length. */
#define SPI_CAPACITY 256
#define TUNNEL_CAPACITY 64

/* What a run over a file came to; only its being reached matters, but a run that judges nothing should be noticed. */
struct tally {
	unsigned long lengths;
	unsigned long frames;
	unsigned long verdicts;
};

static _Noreturn void fail(const char *what, const char *why)
{
	fprintf(stderr, "truncate_captures: %s: %s\n", what, why);
	exit(2);
}

/* What frames are taken into. */
struct reading {
	struct datagram_reader *reader;
	struct tunnels *tunnels;
};

static struct reading begin_reading(void)
{
	struct tunnel_options options = tunnel_options_default();

	options.spi_capacity = SPI_CAPACITY;
	options.tunnel_capacity = TUNNEL_CAPACITY;
	return (struct reading){datagram_reader_new(NULL), tunnels_new(&options)};
}

static void end_reading(struct reading *reading)
{
	datagram_reader_free(reading->reader);
	tunnels_free(reading->tunnels);
}

/* Asks everything that a front end asks about a tunnel. */
static void judge(struct tunnels *tunnels, struct tally *tally)
{
	for (uint32_t number = 0; number < tunnels_count(tunnels); number++) {
		const struct tunnel *tunnel = tunnels_at(tunnels, number);
		struct verdict verdict;
		struct checklist_item steps[CHECKLIST_STEPS];
		char text[512];

		if (!tunnel)
			continue;
		tunnel_diagnose(tunnels, tunnel, &verdict);
		tunnel_checklist(tunnel, &verdict, steps);
		tunnel_ike_state(tunnel, text, sizeof text);
		for (unsigned i = 0; i < verdict.evidence.count; i++)
			evidence_text(&verdict.evidence.items[i], text, sizeof text);
		tally->verdicts++;
	}
}

static void add_frame(struct reading *reading, int link_type, uint32_t number, const struct pcap_pkthdr *header,
                      size_t captured, const uint8_t *bytes, struct tally *tally)
{
	struct annotation annotation;
	const struct datagram *datagram;
	int offset = link_layer_ip_offset(link_type, bytes, captured);
	int64_t time = (int64_t)header->ts.tv_sec * NANOSECONDS + header->ts.tv_usec;

	tally->frames++;
	if (offset < 0)
		return;
	if (datagram_reader_take(reading->reader, bytes + offset, captured - (size_t)offset,
	                         header->len - (size_t)offset) != 0)
		return;
	while ((datagram = datagram_reader_next(reading->reader)) != NULL)
		tunnels_add(reading->tunnels, number, time, datagram, NULL, &annotation);
}

/* Opens a capture by name; NULL where libpcap finds none in it, as it must in the first few bytes of a file. */
static pcap_t *open_capture(const char *name)
{
	char error[PCAP_ERRBUF_SIZE];

	return pcap_open_offline_with_tstamp_precision(name, PCAP_TSTAMP_PRECISION_NANO, error);
}

/* Reads the file as it is now and judges it. */
static void diagnose(const char *name, struct tally *tally)
{
	pcap_t *capture = open_capture(name);
	struct reading reading;
	struct pcap_pkthdr *header;
	const uint8_t *bytes;
	uint32_t number = 0;

	if (!capture)
		return;
	reading = begin_reading();
	while (pcap_next_ex(capture, &header, &bytes) == 1)
		add_frame(&reading, pcap_datalink(capture), ++number, header, header->caplen, bytes, tally);
	judge(reading.tunnels, tally);
	end_reading(&reading);
	pcap_close(capture);
}

/* A copy of the file in memory, which can be cut at will and still be opened by name. */
static int copy_to_memory(const char *name, off_t *size)
{
	int copy = memfd_create(name, 0);
	FILE *file = fopen(name, "rb");
	char buffer[65536];
	size_t got;

	if (copy < 0 || !file)
		fail(name, strerror(errno));
	*size = 0;
	while ((got = fread(buffer, 1, sizeof buffer, file)) > 0) {
		if (write(copy, buffer, got) != (ssize_t)got)
			fail(name, strerror(errno));
		*size += (off_t)got;
	}
	fclose(file);
	return copy;
}

/* From the whole file down to nothing. */
static void cut_file(const char *name, unsigned share, unsigned shares, struct tally *tally)
{
	off_t size;
	int copy = copy_to_memory(name, &size);
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", copy);
	for (off_t length = size; length >= 0; length--) {
		if (length % shares != share)
			continue;
		if (ftruncate(copy, length) < 0)
			fail(name, strerror(errno));
		diagnose(path, tally);
		tally->lengths++;
	}
	close(copy);
}

static void cut_frame(struct reading *reading, int link_type, uint32_t number, const struct pcap_pkthdr *header,
                      const uint8_t *bytes, struct tally *tally)
{
	for (size_t length = 0; length <= header->caplen; length++) {
		uint8_t *cut = malloc(length ? length : 1);

		if (!cut)
			fail("frame", strerror(ENOMEM));
		memcpy(cut, bytes, length);
		add_frame(reading, link_type, number, header, length, cut, tally);
		free(cut);
	}
}

static void cut_frames(const char *name, struct tally *tally)
{
	pcap_t *capture = open_capture(name);
	struct reading reading;
	struct pcap_pkthdr *header;
	const uint8_t *bytes;
	uint32_t number = 0;

	if (!capture)
		fail(name, "not a capture");
	reading = begin_reading();
	while (pcap_next_ex(capture, &header, &bytes) == 1) {
		cut_frame(&reading, pcap_datalink(capture), ++number, header, bytes, tally);
		judge(reading.tunnels, tally);
	}
	end_reading(&reading);
	pcap_close(capture);
}

int main(int argc, char **argv)
{
	struct tally files = {0}, frames = {0};
	unsigned share, shares;

	if (argc < 4 || sscanf(argv[1], "%u", &share) != 1 || sscanf(argv[2], "%u", &shares) != 1 || share >= shares) {
		fprintf(stderr, "usage: truncate_captures SHARE SHARES FILE...\n");
		return 2;
	}
	for (int i = 3; i < argc; i++) {
		cut_file(argv[i], share, shares, &files);
		if ((unsigned)i % shares == share)
			cut_frames(argv[i], &frames);
	}
	printf("share %u of %u: %lu file lengths, %lu frames in them, %lu verdicts; %lu cut frames, %lu verdicts\n",
	       share + 1, shares, files.lengths, files.frames, files.verdicts, frames.frames, frames.verdicts);
	return 0;
}
