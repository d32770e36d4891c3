// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Uses the rules and their reader without the daemon:
 *
 *     read_sets install offload|queue terminating|transit [SPIS]    loads the rules; says "new" or "kept"
 *     read_sets remove
 *     read_sets print offload|queue terminating|transit nft|iptables
 *     read_sets probe                                               what the kernel can do
 *     read_sets read [TIMES [PAUSE]]                                what each of so many readings told
 *     read_sets time                                                how many SPIs, and the CPU time of two readings
 *
 * PAUSE is seconds, or "line": until a line comes on standard input.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kernel-helpers/rules.h"
#include "kernel-helpers/set_reader.h"

static struct rules_options options_from(char **words)
{
	return rules_options_default(strcmp(words[0], "queue") == 0 ? RULES_MODE_QUEUE : RULES_MODE_OFFLOAD,
	                             strcmp(words[1], "transit") == 0 ? RULES_ROLE_TRANSIT : RULES_ROLE_TERMINATING);
}

static int complain(int error, const char *message)
{
	fprintf(stderr, "read_sets: %s (%s)\n", message, strerror(-error));
	return 1;
}

static int install(int count, char **words)
{
	struct rules_options options = options_from(words);
	char message[RULES_MESSAGE_SIZE];
	bool kept;
	int result;

	if (count > 2)
		options.spi_capacity = (uint32_t)strtoul(words[2], NULL, 0);
	result = rules_install(&options, &kept, message);
	if (result != 0)
		return complain(result, message);
	puts(kept ? "kept" : "new");
	return 0;
}

static int print(char **words)
{
	struct rules_options options = options_from(words);

	return rules_print(stdout, &options,
	                   strcmp(words[2], "nft") == 0 ? RULES_QUEUEING_NFT : RULES_QUEUEING_IPTABLES) == 0
	               ? 0
	               : 1;
}

static int probe(void)
{
	struct rules_kernel kernel;
	int result = rules_probe(&kernel);

	if (result != 0)
		return complain(result, "probe");
	printf("{\"permitted\":%d,\"nf_tables\":%d,\"dynamic_sets\":%d,\"queue_nft\":%d,\"queue_iptables\":%d}\n",
	       kernel.permitted, kernel.nf_tables, kernel.dynamic_sets, kernel.queue_nft, kernel.queue_iptables);
	return 0;
}

static void print_count(const struct set_count *count, void *context)
{
	char source[IP_ADDRESS_TEXT_SIZE], destination[IP_ADDRESS_TEXT_SIZE];
	const char **comma = context;

	printf("%s{\"source\":\"%s\",\"destination\":\"%s\",\"spi\":\"0x%08x\",\"udp\":%s,\"first\":%s,", *comma,
	       ip_address_to_text(&count->source, source), ip_address_to_text(&count->destination, destination),
	       count->spi, count->encapsulation == ENCAPSULATION_UDP ? "true" : "false",
	       count->first ? "true" : "false");
	printf("\"packets\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"last\":%.3f}", count->packets, count->bytes,
	       (double)count->last_time / 1e9);
	*comma = ",";
}

static void wait_for(const char *pause)
{
	char line[16];

	if (strcmp(pause, "line") != 0)
		usleep((useconds_t)(atof(pause) * 1e6));
	else if (fgets(line, sizeof line, stdin) == NULL)
		exit(2);
}

static int read_counts(struct set_reader *reader, int times, const char *pause)
{
	for (int i = 0; i < times; i++) {
		const char *comma = "";
		uint64_t uncounted;
		bool disturbed;
		int result;

		if (i > 0)
			wait_for(pause);
		printf("{\"told\":[");
		result = set_reader_read(reader, print_count, &comma);
		disturbed = result == -EAGAIN;
		if (result != 0 && !disturbed)
			return complain(result, "read");
		result = set_reader_uncounted(reader, &uncounted);
		if (result != 0)
			return complain(result, "uncounted");
		printf("],\"spis\":%u,\"uncounted\":%" PRIu64 ",\"disturbed\":%d}\n", set_reader_spis(reader),
		       uncounted, disturbed);
		fflush(stdout);
	}
	return 0;
}

static void ignore(const struct set_count *count, void *context)
{
	(void)count;
	(void)context;
}

static double cpu_seconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int time_reads(struct set_reader *reader)
{
	double start = cpu_seconds(), first;
	int result = set_reader_read(reader, ignore, NULL);

	first = cpu_seconds();
	if (result == 0)
		result = set_reader_read(reader, ignore, NULL);
	if (result != 0)
		return complain(result, "read");
	printf("{\"spis\":%u,\"first\":%.4f,\"again\":%.4f}\n", set_reader_spis(reader), first - start,
	       cpu_seconds() - first);
	return 0;
}

static int with_reader(int count, char **words)
{
	struct set_reader *reader = set_reader_new();
	int result;

	if (reader == NULL)
		return complain(-errno, "netlink");
	if (strcmp(words[0], "time") == 0)
		result = time_reads(reader);
	else
		result = read_counts(reader, count > 1 ? atoi(words[1]) : 1, count > 2 ? words[2] : "1");
	set_reader_free(reader);
	return result;
}

int main(int argc, char **argv)
{
	char message[RULES_MESSAGE_SIZE];
	int result;

	if (argc >= 4 && strcmp(argv[1], "install") == 0)
		return install(argc - 2, argv + 2);
	if (argc == 5 && strcmp(argv[1], "print") == 0)
		return print(argv + 2);
	if (argc == 2 && strcmp(argv[1], "probe") == 0)
		return probe();
	if (argc >= 2 && (strcmp(argv[1], "read") == 0 || strcmp(argv[1], "time") == 0))
		return with_reader(argc - 1, argv + 1);
	if (argc == 2 && strcmp(argv[1], "remove") == 0) {
		result = rules_remove(message);
		return result == 0 ? 0 : complain(result, message);
	}
	fputs("read_sets: see the head of read_sets.c\n", stderr);
	return 2;
}
