// SPDX-License-Identifier: GPL-2.0-or-later
/* Options and text of the rules. That kernels take them is tested in tests/gateway and tests/vm. */
#include "kernel-helpers/rules.h"

#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

static char *printed(const struct rules_options *options, enum rules_queueing queueing)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	g_assert_nonnull(file);
	g_assert_cmpint(rules_print(file, options, queueing), ==, 0);
	fclose(file);
	return text;
}

static void assert_refused(const struct rules_options *options, const char *word)
{
	char message[RULES_MESSAGE_SIZE] = "";

	g_assert_cmpint(rules_check(options, message), ==, -EINVAL);
	g_assert_nonnull(strstr(message, word));
	g_assert_cmpint(rules_print(stdout, options, RULES_QUEUEING_NFT), ==, -EINVAL);
}

static void test_defaults_are_good(void)
{
	char message[RULES_MESSAGE_SIZE];

	for (unsigned mode = RULES_MODE_OFFLOAD; mode <= RULES_MODE_QUEUE; mode++) {
		for (unsigned role = RULES_ROLE_TERMINATING; role <= RULES_ROLE_TRANSIT; role++) {
			struct rules_options options = rules_options_default(mode, role);

			g_assert_cmpint(rules_check(&options, message), ==, 0);
		}
	}
}

static void test_what_is_out_of_range_is_named(void)
{
	const struct rules_options good = rules_options_default(RULES_MODE_OFFLOAD, RULES_ROLE_TRANSIT);
	struct rules_options options = good;

	options.esp_queues = 0;
	assert_refused(&options, "ESP queues");
	options = good;
	options.first_queue = 65534;
	assert_refused(&options, "65535");
	options = good;
	options.spi_capacity = 1023;
	assert_refused(&options, "capacity");
	options = good;
	options.sample_one_in = 1000;
	assert_refused(&options, "sample");
	options = good;
	options.nat_traversal_ports[1] = 500;
	assert_refused(&options, "twice");
	options = good;
	memset(options.ike_ports, 1, sizeof options.ike_ports);
	assert_refused(&options, "ports");
	options = good;
	options.ike_ports[0] = options.nat_traversal_ports[0] = 0;
	assert_refused(&options, "port");
}

static void test_the_last_queue_number_can_be_used(void)
{
	struct rules_options options = rules_options_default(RULES_MODE_QUEUE, RULES_ROLE_TRANSIT);
	char *text;

	options.first_queue = 65533;
	text = printed(&options, RULES_QUEUEING_NFT);
	g_assert_nonnull(strstr(text, "to 65534-65535\n"));
	free(text);
}

static void test_roles_hook_where_packets_pass(void)
{
	struct rules_options options = rules_options_default(RULES_MODE_OFFLOAD, RULES_ROLE_TRANSIT);
	char *transit = printed(&options, RULES_QUEUEING_NFT), *terminating;

	options.role = RULES_ROLE_TERMINATING;
	terminating = printed(&options, RULES_QUEUEING_NFT);
	g_assert_nonnull(strstr(transit, "hook prerouting"));
	g_assert_null(strstr(transit, "hook output"));
	g_assert_nonnull(strstr(terminating, "hook output"));
	free(transit);
	free(terminating);
}

static void test_ports_are_looked_for_in_both_directions(void)
{
	struct rules_options options = rules_options_default(RULES_MODE_QUEUE, RULES_ROLE_TRANSIT);
	char *text;

	options.ike_ports[1] = 848;
	options.nat_traversal_ports[1] = 10000;
	text = printed(&options, RULES_QUEUEING_NFT);
	g_assert_nonnull(strstr(text, "udp dport 4500 goto nat_traversal\n"));
	g_assert_nonnull(strstr(text, "udp sport 4500 goto nat_traversal\n"));
	g_assert_nonnull(strstr(text, "udp dport 10000 goto nat_traversal\n"));
	g_assert_nonnull(strstr(text, "udp sport 10000 goto nat_traversal\n"));
	g_assert_nonnull(strstr(text, "udp dport 500 goto ike_message\n"));
	g_assert_nonnull(strstr(text, "udp sport 500 goto ike_message\n"));
	g_assert_nonnull(strstr(text, "udp dport 848 goto ike_message\n"));
	g_assert_nonnull(strstr(text, "udp sport 848 goto ike_message\n"));
	free(text);
}

/* One set is the fast way; many are read faster. Every set that is named is there. */
static void test_sets_are_as_many_as_the_capacity_wants(void)
{
	struct rules_options options = rules_options_default(RULES_MODE_OFFLOAD, RULES_ROLE_TRANSIT);
	char *one = printed(&options, RULES_QUEUEING_NFT), *many;

	options.spi_capacity *= 2;
	many = printed(&options, RULES_QUEUEING_NFT);
	g_assert_nonnull(strstr(one, "\tset esp_ipv4 {\n"));
	g_assert_null(strstr(one, "\tset esp_ipv4_0 {\n"));
	g_assert_null(strstr(many, "\tset esp_ipv4 {\n"));
	g_assert_nonnull(strstr(many, "\tset udp_esp_ipv6_7 {\n"));
	g_assert_null(strstr(many, "\tset udp_esp_ipv6_8 {\n"));
	g_assert_nonnull(strstr(many, "size 16384;"));
	free(one);
	free(many);
}

static void test_nothing_is_ever_dropped(void)
{
	for (unsigned mode = RULES_MODE_OFFLOAD; mode <= RULES_MODE_QUEUE; mode++) {
		struct rules_options options = rules_options_default(mode, RULES_ROLE_TERMINATING);

		for (unsigned queueing = RULES_QUEUEING_NFT; queueing <= RULES_QUEUEING_IPTABLES; queueing++) {
			char *text = printed(&options, queueing);

			g_assert_null(strstr(text, " drop\n"));
			g_assert_null(strstr(text, " reject"));
			g_assert_null(strstr(text, "mark set"));
			/* Every queue lets packets pass that nobody reads. */
			for (const char *at = text; (at = strstr(at, "\tqueue ")) != NULL; at++)
				g_assert_true(g_str_has_prefix(at, "\tqueue flags bypass"));
			free(text);
		}
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/rules/defaults_are_good", test_defaults_are_good);
	g_test_add_func("/rules/what_is_out_of_range_is_named", test_what_is_out_of_range_is_named);
	g_test_add_func("/rules/the_last_queue_number_can_be_used", test_the_last_queue_number_can_be_used);
	g_test_add_func("/rules/roles_hook_where_packets_pass", test_roles_hook_where_packets_pass);
	g_test_add_func("/rules/ports_are_looked_for_in_both_directions", test_ports_are_looked_for_in_both_directions);
	g_test_add_func("/rules/sets_are_as_many_as_the_capacity_wants", test_sets_are_as_many_as_the_capacity_wants);
	g_test_add_func("/rules/nothing_is_ever_dropped", test_nothing_is_ever_dropped);
	return g_test_run();
}
