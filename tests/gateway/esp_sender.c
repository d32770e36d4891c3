// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sends ESP packets with known SPIs, sequence numbers, losses and duplicates, and says at the end what it sent. Writes
 * whole IP packets to an interface (AF_PACKET), so sources can be anybody's.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "wire.h"

#define BATCH 64
#define PACKET_MAX 2048
#define NANOSECONDS INT64_C(1000000000)

static struct {
	gchar *interface, *mac, *source, *destination, *udp, *spi;
	gint spis, size, burst, first_sequence, lose, duplicate;
	gint64 packets, rate;
	gdouble seconds;
	gboolean random_spis, fragments, malformed, truncated, stagger;
} option = {.spi = NULL, .spis = 1, .size = 64, .burst = 1, .first_sequence = 1};

static const GOptionEntry entries[] = {
        {"interface", 0, 0, G_OPTION_ARG_STRING, &option.interface, "send here", "NAME"},
        {"mac", 0, 0, G_OPTION_ARG_STRING, &option.mac, "of the next hop", "XX:XX:XX:XX:XX:XX"},
        {"source", 0, 0, G_OPTION_ARG_STRING, &option.source, "outer source address", "ADDRESS"},
        {"destination", 0, 0, G_OPTION_ARG_STRING, &option.destination, "outer destination address", "ADDRESS"},
        {"udp", 0, 0, G_OPTION_ARG_STRING, &option.udp, "encapsulate in UDP between these ports", "FROM:TO"},
        {"spi", 0, 0, G_OPTION_ARG_STRING, &option.spi, "first SPI", "NUMBER"},
        {"spis", 0, 0, G_OPTION_ARG_INT, &option.spis, "so many SPIs, one after another", "N"},
        {"burst", 0, 0, G_OPTION_ARG_INT, &option.burst, "packets of one SPI before the next SPI's turn", "N"},
        {"random-spis", 0, 0, G_OPTION_ARG_NONE, &option.random_spis, "a new random SPI for each packet", NULL},
        {"size", 0, 0, G_OPTION_ARG_INT, &option.size, "bytes after the ESP header", "N"},
        {"packets", 0, 0, G_OPTION_ARG_INT64, &option.packets, "of each SPI (of all, with random SPIs)", "N"},
        {"seconds", 0, 0, G_OPTION_ARG_DOUBLE, &option.seconds, "at most so long", "S"},
        {"rate", 0, 0, G_OPTION_ARG_INT64, &option.rate, "packets a second (default: as fast as possible)", "N"},
        {"first-sequence", 0, 0, G_OPTION_ARG_INT, &option.first_sequence, "sequence number to begin with", "N"},
        {"stagger", 0, 0, G_OPTION_ARG_NONE, &option.stagger, "each SPI begins one number after the SPI before it",
         NULL},
        {"lose", 0, 0, G_OPTION_ARG_INT, &option.lose, "leave out each Kth sequence number", "K"},
        {"duplicate", 0, 0, G_OPTION_ARG_INT, &option.duplicate, "send each Kth packet twice", "K"},
        {"fragments", 0, 0, G_OPTION_ARG_NONE, &option.fragments, "send each packet as two IP fragments", NULL},
        {"truncated", 0, 0, G_OPTION_ARG_NONE, &option.truncated, "end each packet inside its ESP header", NULL},
        {"malformed", 0, 0, G_OPTION_ARG_NONE, &option.malformed, "garbage in every header field, by turns", NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
};

struct spi_record {
	uint32_t sequence; /* next */
	uint64_t packets, bytes;
	uint32_t lost, duplicate;
};

static struct {
	int socket;
	struct sockaddr_ll next_hop;
	bool ipv6;
	size_t header; /* IP header and, where encapsulated, UDP header: what comes before the SPI */
	size_t length; /* of a whole packet */
	uint8_t template[PACKET_MAX];
	uint8_t buffer[BATCH][PACKET_MAX];
	struct iovec vector[BATCH];
	struct mmsghdr message[BATCH];
	unsigned filled;
	uint32_t first_spi;
	struct spi_record *spi;
	uint64_t packets, bytes;
	uint64_t random;
} sender;

/* Times of windows of so many packets: on a machine with other work, the fast ones are those that nothing came between.
 */
#define WINDOW 512
static GArray *windows; /* int64_t nanoseconds */

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static void __attribute__((noreturn, format(printf, 1, 2))) fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("esp_sender: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(2);
}

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * NANOSECONDS + time.tv_nsec;
}

static void put16(uint8_t *bytes, unsigned value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

static void put32(uint8_t *bytes, uint32_t value)
{
	put16(bytes, value >> 16);
	put16(bytes + 2, value & 0xffff);
}

/* RFC 1071. */
static void put_ipv4_checksum(uint8_t *header)
{
	uint32_t sum = 0;

	put16(header + 10, 0);
	for (unsigned i = 0; i < IPV4_HEADER; i += 2)
		sum += (uint32_t)(header[i] << 8 | header[i + 1]);
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	put16(header + 10, ~sum & 0xffff);
}

/* ---- the packet that all are made from ---- */

static void put_ip_header(uint8_t *packet, size_t payload, uint8_t protocol)
{
	memset(packet, 0, IPV6_HEADER);
	if (sender.ipv6) {
		packet[0] = 0x60;
		put16(packet + 4, (unsigned)payload);
		packet[6] = protocol;
		packet[7] = 64;
		if (inet_pton(AF_INET6, option.source, packet + 8) != 1 ||
		    inet_pton(AF_INET6, option.destination, packet + 24) != 1)
			fail("not a pair of IPv6 addresses: %s, %s", option.source, option.destination);
		return;
	}
	packet[0] = 0x45;
	put16(packet + 2, (unsigned)(IPV4_HEADER + payload));
	put16(packet + 6, option.fragments ? 0 : 0x4000);
	packet[8] = 64;
	packet[9] = protocol;
	if (inet_pton(AF_INET, option.source, packet + 12) != 1 ||
	    inet_pton(AF_INET, option.destination, packet + 16) != 1)
		fail("not a pair of IPv4 addresses: %s, %s", option.source, option.destination);
	put_ipv4_checksum(packet);
}

static void make_template(void)
{
	size_t esp = option.truncated ? 3 : ESP_HEADER + (size_t)option.size;
	unsigned from, to;

	sender.header = sender.ipv6 ? IPV6_HEADER : IPV4_HEADER;
	if (sender.header + UDP_HEADER + esp > PACKET_MAX)
		fail("--size: at most %d", PACKET_MAX - IPV6_HEADER - UDP_HEADER - ESP_HEADER);
	for (size_t i = 0; i < sizeof sender.template; i++)
		sender.template[i] = (uint8_t)(i * 37);
	if (option.udp == NULL) {
		put_ip_header(sender.template, esp, ESP_PROTOCOL);
	} else {
		if (sscanf(option.udp, "%u:%u", &from, &to) != 2)
			fail("--udp: not FROM:TO");
		put_ip_header(sender.template, UDP_HEADER + esp, UDP_PROTOCOL);
		put16(sender.template + sender.header, from);
		put16(sender.template + sender.header + 2, to);
		put16(sender.template + sender.header + 4, (unsigned)(UDP_HEADER + esp));
		put16(sender.template + sender.header + 6, 0); /* RFC 3948 sec. 2.1 */
		sender.header += UDP_HEADER;
	}
	sender.length = sender.header + esp;
}

/* ---- sending ---- */

static void flush(void)
{
	unsigned sent = 0;

	while (sent < sender.filled) {
		int result = sendmmsg(sender.socket, sender.message + sent, sender.filled - sent, 0);

		if (result > 0)
			sent += (unsigned)result;
		else if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
			fail("sendmmsg: %s", strerror(errno));
	}
	sender.filled = 0;
}

static void end_window(void)
{
	static int64_t window_start;
	int64_t time = now(), took = time - window_start;

	if (window_start != 0)
		g_array_append_val(windows, took);
	window_start = time;
}

static void push(const uint8_t *packet, size_t length)
{
	memcpy(sender.buffer[sender.filled], packet, length);
	sender.vector[sender.filled].iov_len = length;
	sender.packets++;
	sender.bytes += length;
	if (++sender.filled == BATCH)
		flush();
	if (sender.packets % WINDOW == 0)
		end_window();
}

static uint64_t next_random(void)
{
	/* xorshift64 */
	sender.random ^= sender.random << 13;
	sender.random ^= sender.random >> 7;
	sender.random ^= sender.random << 17;
	return sender.random;
}

/* Two fragments: the first has the ESP header and 8 bytes more. IPv4 only. */
static void push_fragments(uint8_t *packet)
{
	static uint16_t identification;
	uint8_t second[PACKET_MAX];
	size_t first = (sender.header - IPV4_HEADER + ESP_HEADER + 8) & ~(size_t)7;

	put16(packet + 4, ++identification);
	memcpy(second, packet, IPV4_HEADER);
	memcpy(second + IPV4_HEADER, packet + IPV4_HEADER + first, sender.length - IPV4_HEADER - first);
	put16(second + 2, (unsigned)(sender.length - first));
	put16(second + 6, (unsigned)(first / 8));
	put_ipv4_checksum(second);
	put16(packet + 2, (unsigned)(IPV4_HEADER + first));
	put16(packet + 6, 0x2000);
	put_ipv4_checksum(packet);
	push(packet, IPV4_HEADER + first);
	push(second, sender.length - first);
}

/* Any length from nothing on, and garbage anywhere past the first byte of the IP header. */
static void push_malformed(uint8_t *packet)
{
	size_t length = next_random() % sender.length + 1;

	for (unsigned i = 0; i < 4; i++) {
		size_t where = 1 + next_random() % (sender.length - 1);

		if (sender.ipv6 || where < 12 ||
		    where >= IPV4_HEADER) /* keep IPv4 addresses: nothing else would be routed */
			packet[where] = (uint8_t)next_random();
	}
	if (!sender.ipv6 && next_random() % 2 == 0)
		put_ipv4_checksum(packet);
	push(packet, length);
}

static void push_esp(uint32_t spi, uint32_t sequence)
{
	uint8_t packet[PACKET_MAX];

	memcpy(packet, sender.template, sender.length);
	if (!option.truncated) {
		put32(packet + sender.header, spi);
		put32(packet + sender.header + 4, sequence);
	}
	if (option.fragments)
		push_fragments(packet);
	else if (option.malformed)
		push_malformed(packet);
	else
		push(packet, sender.length);
}

static bool is_each(uint32_t number, gint every)
{
	return every > 0 && number % (uint32_t)every == 0;
}

/* The next packet of one SPI; nothing where its number is to be lost. */
static void send_next(unsigned number)
{
	struct spi_record *record = &sender.spi[number];
	uint32_t sequence = record->sequence++;
	unsigned copies = is_each(sequence, option.duplicate) ? 2 : 1;

	if (is_each(sequence, option.lose)) {
		record->lost++;
		return;
	}
	record->duplicate += copies - 1;
	for (unsigned i = 0; i < copies; i++) {
		push_esp(sender.first_spi + number, sequence);
		record->packets++;
		record->bytes += sender.length;
	}
}

/* Waits until the packets so far are due; what is waiting goes out before. */
static void keep_rate(int64_t start)
{
	int64_t due = start + (int64_t)((double)sender.packets * 1e9 / (double)option.rate);
	int64_t early = due - now();

	if (early <= 0)
		return;
	flush();
	if (early > 50000) {
		struct timespec pause = {.tv_sec = early / NANOSECONDS, .tv_nsec = early % NANOSECONDS};

		nanosleep(&pause, NULL);
	}
}

static bool is_over(int64_t end)
{
	return stopped || (option.seconds > 0 && now() >= end);
}

static void send_all(int64_t start)
{
	int64_t end = start + (int64_t)(option.seconds * 1e9);
	int64_t turns = option.packets > 0 ? option.packets : INT64_MAX;

	for (int64_t turn = 0; turn < turns; turn += option.burst) {
		for (unsigned number = 0; number < (unsigned)option.spis; number++) {
			for (int64_t i = 0; i < option.burst && turn + i < turns; i++) {
				if (option.random_spis)
					push_esp(FLOOD_SPI + (uint32_t)(next_random() % (UINT32_MAX - FLOOD_SPI)), 1);
				else
					send_next(number);
			}
			if (option.rate > 0)
				keep_rate(start);
			if (is_over(end))
				goto done;
		}
	}
done:
	flush();
}

/* ---- beginning and end ---- */

static void open_socket(void)
{
	unsigned mac[6];

	sender.socket = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sender.socket < 0)
		fail("socket: %s", strerror(errno));
	if (option.mac == NULL ||
	    sscanf(option.mac, "%x:%x:%x:%x:%x:%x", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4], &mac[5]) != 6)
		fail("--mac: not a link address");
	sender.next_hop = (struct sockaddr_ll){.sll_family = AF_PACKET,
	                                       .sll_protocol = htons(sender.ipv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP),
	                                       .sll_ifindex = (int)if_nametoindex(option.interface),
	                                       .sll_halen = ETHER_ADDR_LEN};
	if (sender.next_hop.sll_ifindex == 0)
		fail("--interface %s: %s", option.interface, strerror(errno));
	for (unsigned i = 0; i < ETHER_ADDR_LEN; i++)
		sender.next_hop.sll_addr[i] = (uint8_t)mac[i];
	for (unsigned i = 0; i < BATCH; i++) {
		sender.vector[i].iov_base = sender.buffer[i];
		sender.message[i].msg_hdr = (struct msghdr){.msg_name = &sender.next_hop,
		                                            .msg_namelen = sizeof sender.next_hop,
		                                            .msg_iov = &sender.vector[i],
		                                            .msg_iovlen = 1};
	}
}

static gint compare_times(gconstpointer a, gconstpointer b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* Nanoseconds a packet in the window that one in ten is faster than; 0 where there was none. */
static double undisturbed(void)
{
	if (windows->len == 0)
		return 0;
	g_array_sort(windows, compare_times);
	return (double)g_array_index(windows, int64_t, windows->len / 10) / WINDOW;
}

static void report(double seconds)
{
	printf("{\"packets\":%llu,\"bytes\":%llu,\"seconds\":%.6f,\"undisturbed\":%.1f,\"packet_size\":%zu,\"spis\":{",
	       (unsigned long long)sender.packets, (unsigned long long)sender.bytes, seconds, undisturbed(),
	       sender.length);
	for (gint i = 0; i < option.spis && !option.random_spis; i++) {
		const struct spi_record *record = &sender.spi[i];

		printf("%s\"0x%08x\":{\"packets\":%llu,\"bytes\":%llu,\"lost\":%u,\"duplicate\":%u,\"next_sequence\":%"
		       "u}",
		       i > 0 ? "," : "", sender.first_spi + (uint32_t)i, (unsigned long long)record->packets,
		       (unsigned long long)record->bytes, record->lost, record->duplicate, record->sequence);
	}
	printf("}}\n");
}

static void read_options(int argc, char **argv)
{
	GOptionContext *context =
	        g_option_context_new("- sends ESP packets of known SPIs, counts, losses and duplicates");
	GError *error = NULL;

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error))
		fail("%s", error->message);
	g_option_context_free(context);
	if (option.interface == NULL || option.source == NULL || option.destination == NULL)
		fail("--interface, --source and --destination are needed");
	if (option.packets <= 0 && option.seconds <= 0)
		fail("--packets or --seconds is needed");
	if (option.spis < 1 || option.burst < 1 || option.size < 8)
		fail("--spis and --burst must be 1 or more, --size 8 or more");
	sender.ipv6 = strchr(option.source, ':') != NULL;
	if (option.fragments && sender.ipv6)
		fail("--fragments: IPv4 only");
	sender.first_spi = option.spi != NULL ? (uint32_t)strtoul(option.spi, NULL, 0) : 0x1000;
}

int main(int argc, char **argv)
{
	int64_t start;

	read_options(argc, argv);
	signal(SIGTERM, stop);
	signal(SIGINT, stop);
	windows = g_array_new(FALSE, FALSE, sizeof(int64_t));
	sender.random = UINT64_C(0x9e3779b97f4a7c15);
	sender.spi = g_new0(struct spi_record, option.spis);
	for (gint i = 0; i < option.spis; i++)
		sender.spi[i].sequence = (uint32_t)(option.first_sequence + (option.stagger ? i : 0));
	make_template();
	open_socket();
	start = now();
	send_all(start);
	report((double)(now() - start) / 1e9);
	g_array_unref(windows);
	g_free(sender.spi);
	return 0;
}
