// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counts the ESP packets that arrive on an interface, per SPI, until SIGTERM; then says what arrived. Prints "ready"
 * when it listens.
 */
#include <errno.h>
#include <glib.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>

#include "wire.h"

#define BLOCK_SIZE (1u << 20)
#define BLOCKS 128u
#define TPACKET_HEADER ((sizeof(struct tpacket3_hdr) + TPACKET_ALIGNMENT - 1) & ~((size_t)TPACKET_ALIGNMENT - 1))

struct spi_count {
	uint64_t packets, bytes;
};

static struct {
	int socket;
	uint8_t *ring;
	uint32_t flood_spi;
	GHashTable *counts; /* SPI → struct spi_count */
	struct spi_count total, flood, later_fragments;
} receiver;

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static void __attribute__((noreturn)) fail(const char *what)
{
	fprintf(stderr, "esp_receiver: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void open_ring(const char *interface)
{
	struct tpacket_req3 request = {.tp_block_size = BLOCK_SIZE,
	                               .tp_block_nr = BLOCKS,
	                               .tp_frame_size = 2048,
	                               .tp_frame_nr = BLOCKS * (BLOCK_SIZE / 2048),
	                               .tp_retire_blk_tov = 20};
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
	                              .sll_protocol = htons(ETH_P_ALL),
	                              .sll_ifindex = (int)if_nametoindex(interface)};
	int version = TPACKET_V3;

	if (address.sll_ifindex == 0)
		fail(interface);
	receiver.socket = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (receiver.socket < 0)
		fail("socket");
	if (setsockopt(receiver.socket, SOL_PACKET, PACKET_VERSION, &version, sizeof version) != 0 ||
	    setsockopt(receiver.socket, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) != 0)
		fail("PACKET_RX_RING");
	receiver.ring = mmap(NULL, (size_t)BLOCK_SIZE * BLOCKS, PROT_READ | PROT_WRITE, MAP_SHARED, receiver.socket, 0);
	if (receiver.ring == MAP_FAILED)
		fail("mmap");
	if (bind(receiver.socket, (struct sockaddr *)&address, sizeof address) != 0)
		fail("bind");
}

static void add(struct spi_count *count, size_t bytes)
{
	count->packets++;
	count->bytes += bytes;
}

static void count_spi(const uint8_t *bytes, size_t wire_length)
{
	uint32_t spi = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
	struct spi_count *count;

	add(&receiver.total, wire_length);
	if (spi >= receiver.flood_spi) {
		add(&receiver.flood, wire_length);
		return;
	}
	count = g_hash_table_lookup(receiver.counts, GUINT_TO_POINTER(spi));
	if (count == NULL) {
		count = g_new0(struct spi_count, 1);
		g_hash_table_insert(receiver.counts, GUINT_TO_POINTER(spi), count);
	}
	add(count, wire_length);
}

static unsigned get16(const uint8_t *bytes)
{
	return (unsigned)bytes[0] << 8 | bytes[1];
}

static void take(const uint8_t *packet, size_t captured, size_t wire_length)
{
	bool ipv6 = captured > 0 && packet[0] >> 4 == 6;
	size_t header;
	uint8_t protocol;

	if (captured < (ipv6 ? IPV6_HEADER : IPV4_HEADER))
		return;
	header = ipv6 ? IPV6_HEADER : (size_t)(packet[0] & 15) * 4;
	protocol = ipv6 ? packet[6] : packet[9];
	if (!ipv6 && (get16(packet + 6) & 0x1fff) != 0) {
		add(&receiver.later_fragments, wire_length);
		return;
	}
	if (protocol == UDP_PROTOCOL && captured >= header + UDP_HEADER &&
	    (get16(packet + header) == NAT_TRAVERSAL || get16(packet + header + 2) == NAT_TRAVERSAL))
		header += UDP_HEADER;
	else if (protocol != ESP_PROTOCOL)
		return;
	/* The marker before IKE is no SPI. */
	if (captured >= header + ESP_HEADER && memcmp(packet + header, "\0\0\0\0", 4) != 0)
		count_spi(packet + header, wire_length);
}

static void take_block(struct tpacket_block_desc *block)
{
	const uint8_t *next = (uint8_t *)block + block->hdr.bh1.offset_to_first_pkt;

	for (uint32_t i = 0; i < block->hdr.bh1.num_pkts; i++) {
		const struct tpacket3_hdr *packet = (const struct tpacket3_hdr *)(const void *)next;
		const struct sockaddr_ll *from = (const struct sockaddr_ll *)(const void *)(next + TPACKET_HEADER);

		if (from->sll_pkttype != PACKET_OUTGOING)
			take(next + packet->tp_net, packet->tp_snaplen, packet->tp_len);
		next += packet->tp_next_offset;
	}
}

static void receive(void)
{
	struct pollfd ready = {.fd = receiver.socket, .events = POLLIN};
	unsigned number = 0;
	bool last = false;

	for (;;) {
		struct tpacket_block_desc *block = (void *)(receiver.ring + (size_t)number * BLOCK_SIZE);

		if (__atomic_load_n(&block->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER) {
			take_block(block);
			__atomic_store_n(&block->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
			number = (number + 1) % BLOCKS;
		} else if (last) {
			return;
		} else {
			/* After the signal once more, for the block that the kernel has not handed over yet. */
			last = stopped;
			poll(&ready, 1, last ? 100 : 500);
		}
	}
}

static void print_count(const char *name, const struct spi_count *count)
{
	printf("\"%s\":{\"packets\":%llu,\"bytes\":%llu}", name, (unsigned long long)count->packets,
	       (unsigned long long)count->bytes);
}

static void report(void)
{
	struct tpacket_stats_v3 statistics = {0};
	socklen_t size = sizeof statistics;
	GHashTableIter iterator;
	gpointer spi, count;
	const char *comma = "";

	if (getsockopt(receiver.socket, SOL_PACKET, PACKET_STATISTICS, &statistics, &size) != 0)
		fail("PACKET_STATISTICS");
	printf("{\"missed\":%u,", statistics.tp_drops);
	print_count("total", &receiver.total);
	printf(",");
	print_count("flood", &receiver.flood);
	printf(",");
	print_count("later_fragments", &receiver.later_fragments);
	printf(",\"spis\":{");
	g_hash_table_iter_init(&iterator, receiver.counts);
	while (g_hash_table_iter_next(&iterator, &spi, &count)) {
		char name[16];

		snprintf(name, sizeof name, "0x%08x", GPOINTER_TO_UINT(spi));
		printf("%s", comma);
		print_count(name, count);
		comma = ",";
	}
	printf("}}\n");
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = stop};

	if (argc != 2 && argc != 3) {
		fputs("usage: esp_receiver INTERFACE [FLOOD_SPI]\n", stderr);
		return 2;
	}
	receiver.flood_spi = argc == 3 ? (uint32_t)strtoul(argv[2], NULL, 0) : FLOOD_SPI;
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	receiver.counts = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	open_ring(argv[1]);
	puts("ready");
	fflush(stdout);
	receive();
	report();
	g_hash_table_destroy(receiver.counts);
	return 0;
}
