/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Judges a capture after each of its frames: what `asaphase diagnose` says of it when it is cut there. A line for each
 * frame and tunnel, fields between tabs:
 *
 *   frame  asa  peer  cause  confidence  answer of Phase 1  of Phase 2  of data  children in use  of these with ESP
 * both ways
 *
 * usage: judge_each_frame [--ike-port PORT] [--natt-port PORT] FILE
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalogue/answers.h"
#include "core/catalogue/causes.h"
#include "core/verdict/children.h"
#include "core/verdict/diagnose.h"
#include "reading.h"

static void count_children(struct tunnels *tunnels, const struct tunnel *tunnel, unsigned *used, unsigned *both_ways)
{
	struct child_verdict children[TUNNEL_CHILDREN];
	unsigned count = tunnel_judge_children(tunnels, tunnel, children);

	*used = *both_ways = 0;
	for (unsigned i = 0; i < count; i++) {
		*used += children[i].carries[0] || children[i].carries[1];
		*both_ways += children[i].carries[0] && children[i].carries[1];
	}
}

static void print_verdict(uint32_t frame, struct tunnels *tunnels, const struct tunnel *tunnel)
{
	const struct ip_address *asa = &tunnel->address[tunnel->asa_side], *peer = &tunnel->address[!tunnel->asa_side];
	char ends[2][IP_ADDRESS_TEXT_SIZE];
	struct verdict verdict;
	unsigned used, both_ways;

	tunnel_diagnose(tunnels, tunnel, &verdict);
	count_children(tunnels, tunnel, &used, &both_ways);
	printf("%u\t%s\t%s\t%s\t%s", frame, ip_address_to_text(asa, ends[0]), ip_address_to_text(peer, ends[1]),
	       cause_name(verdict.cause),
	       verdict.cause == CAUSE_UNDETERMINED ? "-" : confidence_name(verdict.confidence));
	for (enum phase phase = PHASE_1; phase < PHASE_LAST; phase++)
		printf("\t%s", answer_name(verdict.phases[phase].answer));
	printf("\t%u\t%u\n", used, both_ways);
}

static void judge(uint32_t frame, struct tunnels *tunnels)
{
	for (uint32_t number = 0; number < tunnels_count(tunnels); number++) {
		const struct tunnel *tunnel = tunnels_at(tunnels, number);
		if (tunnel != NULL)
			print_verdict(frame, tunnels, tunnel);
	}
}

static int judge_each_frame(const char *name, const struct datagram_ports *ports)
{
	pcap_t *capture = reading_open_capture(name);
	struct reading reading;
	struct pcap_pkthdr *header;
	const uint8_t *bytes;
	uint32_t frame = 0;

	if (capture == NULL) {
		fprintf(stderr, "judge_each_frame: %s: not a capture\n", name);
		return 2;
	}
	reading = reading_begin(ports);
	while (pcap_next_ex(capture, &header, &bytes) == 1) {
		reading_add_frame(&reading, pcap_datalink(capture), ++frame, header, header->caplen, bytes);
		judge(frame, reading.tunnels);
	}
	reading_end(&reading);
	pcap_close(capture);
	return 0;
}

int main(int argc, char **argv)
{
	struct datagram_ports ports = {0};
	int i;

	for (i = 1; i + 2 < argc; i += 2) {
		uint16_t port = (uint16_t)strtoul(argv[i + 1], NULL, 10);
		if (strcmp(argv[i], "--ike-port") == 0)
			ports.ike[0] = port;
		else if (strcmp(argv[i], "--natt-port") == 0)
			ports.nat_traversal[0] = port;
		else
			break;
	}
	if (i + 1 != argc) {
		fprintf(stderr, "usage: judge_each_frame [--ike-port PORT] [--natt-port PORT] FILE\n");
		return 2;
	}
	return judge_each_frame(argv[i], &ports);
}
