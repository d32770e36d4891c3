/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is counted of ESP per SPI and per direction of a tunnel. */
#include <glib.h>

#include "scene.h"

static void losses_of_many_spis_add_up(void)
{
	struct scene scene;

	scene_begin(&scene, SUITE_CBC);
	for (uint32_t spi = 1; spi <= 1000; spi++) {
		scene.sequence[0] = 0;
		scene_esp(&scene, 0, 0x1000 + spi, 2, 0.001);
		scene.sequence[0] += 3;
		scene_esp(&scene, 0, 0x1000 + spi, 1, 0.001);
	}
	g_assert_cmpuint(scene_tunnel(&scene)->esp[0].lost, ==, 3000);
	scene.sequence[0] = 3; /* the last SPI's 4 comes late */
	scene_esp(&scene, 0, 0x1000 + 1000, 1, 0.001);
	g_assert_cmpuint(scene_tunnel(&scene)->esp[0].lost, ==, 2999);
	g_assert_cmpuint(scene_tunnel(&scene)->esp[1].lost, ==, 0);
	scene_end(&scene);
}

static struct esp_packet packet_on(uint32_t spi, uint32_t sequence)
{
	static const uint8_t here[4] = {10, 1, 0, 1}, there[4] = {10, 2, 0, 1};

	return (struct esp_packet){.source = ip_address_from_ipv4(here),
	                           .destination = ip_address_from_ipv4(there),
	                           .spi = spi,
	                           .sequence = sequence,
	                           .bytes = 100,
	                           .time = 1};
}

static const struct spi_entry *count_sequence(struct spi_table *table, uint32_t spi, uint32_t sequence)
{
	struct esp_packet packet = packet_on(spi, sequence);
	uint32_t number = spi_table_count(table, &packet);

	g_assert_cmpuint(number, !=, SPI_TABLE_FULL);
	return spi_table_entry(table, number);
}

static void a_gap_in_the_counting_is_no_loss(void)
{
	struct spi_table *table = spi_table_new(16);

	count_sequence(table, 1, 10);
	count_sequence(table, 2, 10);
	g_assert_cmpuint(count_sequence(table, 1, 15)->lost, ==, 4);
	spi_table_note_gap(table);
	g_assert_cmpuint(count_sequence(table, 1, 500)->lost, ==, 4);
	g_assert_cmpuint(count_sequence(table, 1, 502)->lost, ==, 5);
	g_assert_cmpuint(count_sequence(table, 2, 400)->lost, ==, 0);
	g_assert_cmpuint(count_sequence(table, 3, 7)->lost, ==, 0);
	g_assert_cmpuint(count_sequence(table, 3, 9)->lost, ==, 1);
	spi_table_free(table);
}

static struct spi_counts counts_on(uint32_t spi, uint64_t packets, int32_t lost)
{
	struct esp_packet packet = packet_on(spi, 0);

	return (struct spi_counts){.source = packet.source,
	                           .destination = packet.destination,
	                           .spi = spi,
	                           .sequences_known = true,
	                           .packets = packets,
	                           .bytes = packets * 100,
	                           .last_time = 5,
	                           .lost = lost};
}

static void counts_from_elsewhere_add_up(void)
{
	struct spi_table *table = spi_table_new(1);
	struct spi_counts counts = counts_on(1, 0, 0);

	g_assert_cmpuint(spi_table_add_counts(table, &counts), ==, SPI_TABLE_FULL);
	counts = counts_on(1, 7, 3);
	uint32_t number = spi_table_add_counts(table, &counts);
	g_assert_cmpuint(number, !=, SPI_TABLE_FULL);
	counts = counts_on(1, 2, -4); /* more than were lost: never below 0 */
	g_assert_cmpuint(spi_table_add_counts(table, &counts), ==, number);
	const struct spi_entry *entry = spi_table_entry(table, number);
	g_assert_cmpuint(entry->packets, ==, 9);
	g_assert_cmpuint(entry->bytes, ==, 900);
	g_assert_cmpuint(entry->lost, ==, 0);
	counts = counts_on(2, 5, 0);
	g_assert_cmpuint(spi_table_add_counts(table, &counts), ==, SPI_TABLE_FULL);
	g_assert_cmpuint(spi_table_overflow(table), ==, 5);
	spi_table_free(table);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/esp-counts/losses-of-many-spis-add-up", losses_of_many_spis_add_up);
	g_test_add_func("/esp-counts/a-gap-in-the-counting-is-no-loss", a_gap_in_the_counting_is_no_loss);
	g_test_add_func("/esp-counts/counts-from-elsewhere-add-up", counts_from_elsewhere_add_up);
	return g_test_run();
}
