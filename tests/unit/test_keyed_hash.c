/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whoever chooses addresses and SPIs cannot choose which of them collide. */
#include <glib.h>

#include "core/base/keyed_hash.h"

#define INPUTS 20000
/* Of 20,000 values of 32 bits two are the same once in twenty draws; ten times, never. */
#define COLLISIONS_BY_CHANCE 10

struct esp_sa {
	struct ip_address source, destination;
	uint32_t spi;
};

typedef struct esp_sa choose_sa(uint32_t number);

static struct ip_address ipv6_of(uint32_t first, uint32_t last)
{
	uint8_t bytes[16] = {0};

	memcpy(bytes, &first, sizeof first);
	memcpy(bytes + 12, &last, sizeof last);
	return ip_address_from_ipv6(bytes);
}

static struct ip_address ipv4_of(uint32_t number)
{
	const uint8_t bytes[4] = {10, (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number};

	return ip_address_from_ipv4(bytes);
}

/* SPI and address cancel each other where both only go in by exclusive or. */
static struct esp_sa source_undoes_spi(uint32_t number)
{
	return (struct esp_sa){ipv6_of(number ^ 0x20010db8, 1), ipv6_of(0x20010db8, 2), number};
}

/* And so do two addresses. */
static struct esp_sa source_undoes_destination(uint32_t number)
{
	return (struct esp_sa){ipv6_of(number, 1), ipv6_of(number, 1), 0x1000};
}

static struct esp_sa sum_of_addresses_stays(uint32_t number)
{
	return (struct esp_sa){ipv4_of(number), ipv4_of(0xffffff - number), 0x1000};
}

/* What a sum of bytes, each times a power of 31, does not tell apart. */
static struct esp_sa powers_of_31(uint32_t number)
{
	const uint32_t two = number % 8, three = number / 8 % 8, rest = number / 64;

	return (struct esp_sa){ipv6_of(rest, two << 24 | (255 - 31 * two) << 16 | three << 8 | (255 - 31 * three)),
	                       ipv4_of(1), 0x1000};
}

static struct esp_sa one_after_the_other(uint32_t number)
{
	return (struct esp_sa){ipv4_of(1), ipv4_of(2), 0x1000 + number};
}

static void hardly_any_collide(gconstpointer data)
{
	choose_sa *choose = *(choose_sa *const *)data;
	GHashTable *seen = g_hash_table_new(g_direct_hash, g_direct_equal);

	for (uint32_t number = 0; number < INPUTS; number++) {
		const struct esp_sa sa = choose(number);
		guint hash = (guint)hash_of_esp_sa(&sa.source, &sa.destination, sa.spi, 0, process_hash_key());

		g_hash_table_add(seen, GUINT_TO_POINTER(hash));
	}
	g_assert_cmpuint(g_hash_table_size(seen), >, INPUTS - COLLISIONS_BY_CHANCE);
	g_hash_table_destroy(seen);
}

static void keys_differ(void)
{
	const struct esp_sa sa = one_after_the_other(0);
	uint64_t one[4], other[4];

	hash_key_draw(one, G_N_ELEMENTS(one));
	hash_key_draw(other, G_N_ELEMENTS(other));
	g_assert_cmpuint(hash_of_esp_sa(&sa.source, &sa.destination, sa.spi, 0, one), !=,
	                 hash_of_esp_sa(&sa.source, &sa.destination, sa.spi, 0, other));
}

static void one_key_a_process(void)
{
	g_assert_true(process_hash_key() == process_hash_key());
	g_assert_cmpuint(process_hash_key()[0], !=, process_hash_key()[1]);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *path;
		choose_sa *choose;
	} families[] = {
	        {"/keyed-hash/source-undoes-spi", source_undoes_spi},
	        {"/keyed-hash/source-undoes-destination", source_undoes_destination},
	        {"/keyed-hash/sum-of-addresses-stays", sum_of_addresses_stays},
	        {"/keyed-hash/powers-of-31", powers_of_31},
	        {"/keyed-hash/one-after-the-other", one_after_the_other},
	};

	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(families); i++)
		g_test_add_data_func(families[i].path, &families[i].choose, hardly_any_collide);
	g_test_add_func("/keyed-hash/keys-differ", keys_differ);
	g_test_add_func("/keyed-hash/one-key-a-process", one_key_a_process);
	return g_test_run();
}
