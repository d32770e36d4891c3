// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel-helpers/rules.h"

#include <errno.h>

#include "core/wire/datagram.h"
#include "kernel-helpers/rules_private.h"
#include "kernel-helpers/vrf.h"

#define ESP_QUEUES_MAX 64
#define SPI_CAPACITY_MIN 1024u
#define SPI_CAPACITY_MAX (1u << 22)
#define SAMPLE_RATE_MAX 1000000u
#define SAMPLE_ONE_IN_MAX (1u << 20)

struct rules_options rules_options_default(enum rules_mode mode, enum rules_role role)
{
	return (struct rules_options){
	        .mode = mode,
	        .role = role,
	        .ike_ports = {IKE_PORT},
	        .nat_traversal_ports = {NAT_TRAVERSAL_PORT},
	        .first_queue = 0,
	        .esp_queues = 2,
	        .by_cpu = mode == RULES_MODE_OFFLOAD,
	        .spi_capacity = ONE_SET_CAPACITY,
	        .sample_one_in = 1024,
	        .sample_rate = 500,
	        .vrf = vrf_exists(),
	};
}

static int complain(char message[RULES_MESSAGE_SIZE], const char *sentence)
{
	snprintf(message, RULES_MESSAGE_SIZE, "%s", sentence);
	return -EINVAL;
}

/* Ports before the zero; -1 where there is no zero. */
static int port_count(const uint16_t ports[RULES_PORTS])
{
	for (int i = 0; i < RULES_PORTS; i++) {
		if (ports[i] == 0)
			return i;
	}
	return -1;
}

/* A port would be in one verdict map twice. */
static bool port_repeated(const struct rules_options *options, int ike_ports, int nat_traversal_ports)
{
	uint16_t all[2 * RULES_PORTS];
	int count = 0;

	for (int i = 0; i < ike_ports; i++)
		all[count++] = options->ike_ports[i];
	for (int i = 0; i < nat_traversal_ports; i++)
		all[count++] = options->nat_traversal_ports[i];
	for (int i = 0; i < count; i++) {
		for (int other = i + 1; other < count; other++) {
			if (all[i] == all[other])
				return true;
		}
	}
	return false;
}

static int check_ports(const struct rules_options *options, char message[RULES_MESSAGE_SIZE])
{
	int ike_ports = port_count(options->ike_ports);
	int nat_traversal_ports = port_count(options->nat_traversal_ports);

	if (ike_ports < 0 || nat_traversal_ports < 0)
		return complain(message, "at most 8 ports of each kind");
	if (ike_ports == 0 && nat_traversal_ports == 0)
		return complain(message, "neither an IKE port nor a NAT traversal port is given");
	if (port_repeated(options, ike_ports, nat_traversal_ports))
		return complain(message, "a port is given twice");
	return 0;
}

int rules_check(const struct rules_options *options, char message[RULES_MESSAGE_SIZE])
{
	if (options->mode != RULES_MODE_OFFLOAD && options->mode != RULES_MODE_QUEUE)
		return complain(message, "no such mode");
	if (options->role != RULES_ROLE_TERMINATING && options->role != RULES_ROLE_TRANSIT)
		return complain(message, "no such role");
	if (options->esp_queues < 1 || options->esp_queues > ESP_QUEUES_MAX)
		return complain(message, "the number of ESP queues must be 1 to 64");
	if (options->first_queue > UINT16_MAX - options->esp_queues)
		return complain(message, "the queue numbers pass 65535");
	if (options->mode == RULES_MODE_OFFLOAD) {
		if (options->spi_capacity < SPI_CAPACITY_MIN || options->spi_capacity > SPI_CAPACITY_MAX)
			return complain(message, "the capacity for SPIs must be 1024 to 4194304");
		if (options->sample_one_in < REFRESH_ONE_IN || options->sample_one_in > SAMPLE_ONE_IN_MAX ||
		    (options->sample_one_in & (options->sample_one_in - 1)) != 0)
			return complain(message, "the sample must be one in 16, 32, 64 … 1048576");
		if (options->sample_rate < 1 || options->sample_rate > SAMPLE_RATE_MAX)
			return complain(message, "the sample rate must be 1 to 1000000 a second");
	}
	return check_ports(options, message);
}
