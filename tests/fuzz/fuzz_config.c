/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's configuration: what is taken is within bounds and makes rules, what is not says where. */
#include <stdlib.h>
#include <string.h>

#include "nfq-daemon/config.h"
#include "tests/fuzz/fuzz_target.h"

static void check_taken(const struct config *config)
{
	const struct rules_options rules = config_rules(config);
	struct config defaults;
	char message[RULES_MESSAGE_SIZE];

	if (config->esp_queues < 1 || config->first_queue + config->esp_queues > UINT16_MAX || config->interval == 0 ||
	    config->spi_capacity == 0 || config->tunnel_capacity == 0 || config->socket[0] != '/')
		abort();
	rules_check(&rules, message);
	config_defaults(&defaults);
	config_restart_key(&defaults, config);
	config_free(&defaults);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = g_strndup((const char *)data, size), *error = NULL;
	struct config config, kept;

	int result = config_read("asaphased.conf", text, &config, &error);
	if ((result == 0) != (error == NULL) || (error != NULL && !g_str_has_prefix(error, "asaphased.conf:")))
		abort();
	if (result == 0)
		check_taken(&config);
	g_free(error);
	error = NULL;
	if (result == 0 && config_read("asaphased.conf", text, &kept, &error) == 0) {
		if (config_restart_key(&kept, &config) != NULL)
			abort();
		config_keep_restart_keys(&kept, &config);
		config_free(&kept);
	}
	config_free(&config);
	g_free(text);
	return 0;
}
