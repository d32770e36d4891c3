/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPIs that come and go: who gives way in a crowded direction, in a full table, and after a time. */
#include "core/tunnel/spis.h"

#include <glib.h>

#include "core/base/time.h"
#include "core/tunnel/arrival.h"
#include "core/tunnel/table.h"

#define SECONDS(count) ((count)*NANOSECONDS)
#define HOURS(count) SECONDS((count)*3600)
#define NOW HOURS(1000)
#define ORDINARY 64 /* SPIs of a direction; more are a flood's */
#define LOOKS 64    /* at as many, to find one that gives way */

static struct ip_address host(unsigned number)
{
	const uint8_t bytes[4] = {10, 0, 0, (uint8_t)number};

	return ip_address_from_ipv4(bytes);
}

static struct tunnels *table_for(uint32_t spis)
{
	struct tunnel_options options = tunnel_options_default();

	options.spi_capacity = spis;
	struct tunnels *table = tunnels_new(&options);
	tunnels_note_time(table, NOW);
	return table;
}

static struct tunnel *tunnel_of(struct tunnels *table, unsigned number)
{
	const struct ip_address here = host(number), peer = host(100 + number);

	return tunnels_between(table, &here, &peer, 0, NOW);
}

/* An SPI that this side of the tunnel sends on, the newest of its direction, which was used so long ago. */
static void add_spi(struct tunnels *table, struct tunnel *tunnel, unsigned side, uint32_t spi, bool trusted,
                    int64_t idle)
{
	const struct esp_packet packet = {.source = tunnel->address[side],
	                                  .destination = tunnel->address[!side],
	                                  .spi = spi,
	                                  .sequence = 1,
	                                  .time = NOW - idle};
	uint32_t number = spi_table_count(table->spis, &packet);
	struct spi_entry *entry = spi_table_entry(table->spis, number);

	entry->owner = tunnel->number;
	entry->owner_side = side != 0;
	entry->trusted = trusted;
	entry->next_of_owner = tunnel->esp[side].first_spi;
	tunnel->esp[side].first_spi = number;
	tunnel->esp[side].live_spis++;
}

static bool has(struct tunnels *table, const struct tunnel *tunnel, unsigned side, uint32_t spi)
{
	return tunnel_spi_entry(table, tunnel, side, spi) != NULL;
}

/* The SPIs of a direction, as they are chained. */
static unsigned count_chain(struct tunnels *table, const struct tunnel *tunnel, unsigned side)
{
	unsigned count = 0;

	for (uint32_t number = tunnel->esp[side].first_spi; number != SPI_TABLE_FULL;
	     number = spi_table_entry(table->spis, number)->next_of_owner)
		count++;
	g_assert_cmpuint(count, ==, tunnel->esp[side].live_spis);
	return count;
}

/* ---- in a crowded direction ---- */

static void a_direction_is_crowded_at_64_single_spis(void)
{
	struct esp_direction direction = {.live_spis = 2 * ORDINARY, .single_spis = ORDINARY - 1};

	g_assert_false(tunnel_is_crowded(&direction));
	direction.single_spis = ORDINARY;
	g_assert_true(tunnel_is_crowded(&direction));
}

/* Of those that have not proved themselves, the oldest; never the newest, which has just come. */
static void the_oldest_untrusted_spi_is_crowded_out(void)
{
	/* From the newest on: whether each is trusted, and which one goes. */
	static const struct {
		const char *spis;
		int goes;
	} chains[] = {
	        {"u", -1},  {"ut", -1}, {"tt", -1}, {"tu", 1},    {"uu", 1},
	        {"utu", 2}, {"uut", 1}, {"uuu", 2}, {"tutut", 3}, {"", -1},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(chains); i++) {
		struct tunnels *table = table_for(1024);
		struct tunnel *tunnel = tunnel_of(table, 1);
		const unsigned length = (unsigned)strlen(chains[i].spis);
		for (unsigned spi = length; spi > 0; spi--)
			add_spi(table, tunnel, 0, spi, chains[i].spis[spi - 1] == 't', 0);
		tunnel_crowd_out_untrusted(table, &tunnel->esp[0]);
		for (unsigned spi = 1; spi <= length; spi++)
			g_assert_cmpint(has(table, tunnel, 0, spi), ==, (int)spi - 1 != chains[i].goes);
		g_assert_cmpuint(count_chain(table, tunnel, 0), ==, length - (chains[i].goes >= 0));
		tunnels_free(table);
	}
}

/* Behind 64 others it is not looked for: what a new SPI may cost is bounded. */
static void one_that_is_far_down_is_not_crowded_out(void)
{
	for (unsigned others = LOOKS - 1; others <= LOOKS; others++) {
		struct tunnels *table = table_for(1024);
		struct tunnel *tunnel = tunnel_of(table, 1);
		add_spi(table, tunnel, 0, 1000, false, 0);
		for (unsigned spi = 1; spi <= others; spi++)
			add_spi(table, tunnel, 0, spi, true, 0);
		add_spi(table, tunnel, 0, 1001, false, 0);
		tunnel_crowd_out_untrusted(table, &tunnel->esp[0]);
		g_assert_cmpint(has(table, tunnel, 0, 1000), ==, others == LOOKS);
		g_assert_true(has(table, tunnel, 0, 1001));
		tunnels_free(table);
	}
}

/* ---- in a full table ---- */

/* Whether an SPI alone in the table gives way. */
static const struct {
	bool in_use, trusted;
	int64_t idle;
	bool gives_way;
} claims[] = {
        {false, false, 0, true},           {true, false, SECONDS(60), false},    {true, false, SECONDS(60) + 1, true},
        {false, true, SECONDS(60), false}, {false, true, SECONDS(60) + 1, true}, {true, true, SECONDS(61), false},
        {true, true, HOURS(24), false},    {true, true, HOURS(24) + 1, true},
};

static void an_spi_gives_way_when_it_is_not_needed_any_more(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(claims); i++) {
		struct tunnels *table = table_for(16);
		struct tunnel *tunnel = tunnel_of(table, 1);

		tunnel->keep = claims[i].in_use;
		add_spi(table, tunnel, 1, 7, claims[i].trusted, claims[i].idle);
		g_assert_cmpint(tunnels_free_spi(table), ==, claims[i].gives_way);
		g_assert_cmpint(has(table, tunnel, 1, 7), ==, !claims[i].gives_way);
		g_assert_cmpuint(count_chain(table, tunnel, 1), ==, !claims[i].gives_way);
		tunnels_free(table);
	}
}

/* The rows of claims from the least on: each gives way before those behind it, wherever they stand. */
static void the_spi_that_is_needed_least_gives_way(void)
{
	static const unsigned order[] = {0, 2, 4, 1};

	for (size_t least = 0; least < G_N_ELEMENTS(order); least++) {
		for (size_t more = least + 1; more < G_N_ELEMENTS(order); more++) {
			for (unsigned first = 0; first < 2; first++) {
				struct tunnels *table = table_for(16);
				for (unsigned i = 0; i < 2; i++) {
					const unsigned claim = order[i == first ? least : more];
					struct tunnel *tunnel = tunnel_of(table, i);
					tunnel->keep = claims[claim].in_use;
					add_spi(table, tunnel, 0, 7, claims[claim].trusted, claims[claim].idle);
				}
				g_assert_true(tunnels_free_spi(table));
				g_assert_false(has(table, tunnel_of(table, first), 0, 7));
				g_assert_true(has(table, tunnel_of(table, !first), 0, 7));
				tunnels_free(table);
			}
		}
	}
}

static void of_spis_that_are_needed_alike_the_first_gives_way(void)
{
	struct tunnels *table = table_for(16);

	for (unsigned number = 0; number < 3; number++)
		add_spi(table, tunnel_of(table, number), 0, 7, true, SECONDS(61));
	for (unsigned number = 0; number < 3; number++) {
		g_assert_true(tunnels_free_spi(table));
		for (unsigned other = 0; other < 3; other++)
			g_assert_cmpint(has(table, tunnel_of(table, other), 0, 7), ==, other > number);
	}
	g_assert_false(tunnels_free_spi(table));
	tunnels_free(table);
}

/* With it, all of its direction that are needed no more than it: those of the other direction have their turn. */
static void its_whole_direction_makes_room(void)
{
	struct tunnels *table = table_for(64);
	struct tunnel *tunnel = tunnel_of(table, 1);

	tunnel->keep = true;
	add_spi(table, tunnel, 0, 1, true, HOURS(25));
	add_spi(table, tunnel, 0, 2, false, SECONDS(61));
	add_spi(table, tunnel, 0, 3, true, 0);
	add_spi(table, tunnel, 0, 4, false, SECONDS(62));
	add_spi(table, tunnel, 0, 5, false, SECONDS(59));
	add_spi(table, tunnel, 1, 6, false, SECONDS(61));
	g_assert_true(tunnels_free_spi(table));
	for (uint32_t spi = 1; spi <= 5; spi++)
		g_assert_cmpint(has(table, tunnel, 0, spi), ==, spi != 2 && spi != 4);
	g_assert_true(has(table, tunnel, 1, 6));
	g_assert_true(tunnels_free_spi(table));
	g_assert_false(has(table, tunnel, 1, 6));
	/* What was silent for a day goes last. */
	g_assert_true(tunnels_free_spi(table));
	g_assert_cmpuint(count_chain(table, tunnel, 0), ==, 2);
	g_assert_false(has(table, tunnel, 0, 1));
	g_assert_false(tunnels_free_spi(table));
	tunnels_free(table);
}

static void a_look_through_the_table_ends_somewhere(void)
{
	for (unsigned needed = LOOKS - 1; needed <= LOOKS; needed++) {
		struct tunnels *table = table_for(1024);
		struct tunnel *in_use = tunnel_of(table, 1), *stray = tunnel_of(table, 2);
		in_use->keep = true;
		for (unsigned spi = 1; spi <= needed; spi++)
			add_spi(table, in_use, 0, spi, true, 0);
		add_spi(table, stray, 0, 1, false, 0);
		g_assert_cmpint(tunnels_free_spi(table), ==, needed < LOOKS);
		g_assert_cmpint(has(table, stray, 0, 1), ==, needed == LOOKS);
		/* The next look begins where this one has ended. */
		if (needed == LOOKS)
			g_assert_true(tunnels_free_spi(table));
		g_assert_false(has(table, stray, 0, 1));
		tunnels_free(table);
	}
}

/* A free number is no SPI that could give way. */
static void free_numbers_are_passed_over(void)
{
	struct tunnels *table = table_for(16);
	struct tunnel *tunnel = tunnel_of(table, 1);

	for (uint32_t spi = 1; spi <= 3; spi++)
		add_spi(table, tunnel, 0, spi, true, spi == 2 ? SECONDS(61) : 0);
	g_assert_true(tunnels_free_spi(table));
	g_assert_false(tunnels_free_spi(table));
	g_assert_cmpuint(count_chain(table, tunnel, 0), ==, 2);
	tunnels_free(table);
}

/* ---- after a time ---- */

static void spis_that_were_not_used_since_are_retired(void)
{
	struct tunnels *table = table_for(64);
	struct tunnel *tunnel = tunnel_of(table, 1), *other = tunnel_of(table, 2);

	for (unsigned side = 0; side < 2; side++) {
		add_spi(table, tunnel, side, 1, true, 11);
		add_spi(table, tunnel, side, 2, false, 10);
		add_spi(table, tunnel, side, 3, true, 9);
		add_spi(table, tunnel, side, 4, true, 12);
	}
	add_spi(table, other, 1, 5, true, 11);
	tunnel_retire_spis(table, tunnel, 1, NOW - 10);
	g_assert_cmpuint(count_chain(table, tunnel, 0), ==, 4);
	g_assert_cmpuint(count_chain(table, tunnel, 1), ==, 2);
	tunnels_retire_spis(table, NOW - 10);
	for (unsigned side = 0; side < 2; side++) {
		g_assert_cmpuint(count_chain(table, tunnel, side), ==, 2);
		for (uint32_t spi = 1; spi <= 4; spi++)
			g_assert_cmpint(has(table, tunnel, side, spi), ==, spi == 2 || spi == 3);
	}
	g_assert_cmpuint(count_chain(table, other, 1), ==, 0);
	tunnels_retire_spis(table, INT64_MAX);
	g_assert_cmpuint(spi_table_size(table->spis), ==, 0);
	tunnels_free(table);
}

static void tunnels_that_gave_way_have_none_to_retire(void)
{
	struct tunnel_options options = tunnel_options_default();

	options.tunnel_capacity = 1;
	struct tunnels *table = tunnels_new(&options);
	tunnel_of(table, 1);
	struct tunnel *tunnel = tunnel_of(table, 2);
	add_spi(table, tunnel, 0, 1, true, 11);
	g_assert_null(tunnels_at(table, 0));
	tunnels_retire_spis(table, NOW);
	g_assert_cmpuint(count_chain(table, tunnel, 0), ==, 0);
	tunnels_free(table);
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/tunnel-spis/" #function, function                                                                    \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(a_direction_is_crowded_at_64_single_spis),
        TEST(the_oldest_untrusted_spi_is_crowded_out),
        TEST(one_that_is_far_down_is_not_crowded_out),
        TEST(an_spi_gives_way_when_it_is_not_needed_any_more),
        TEST(the_spi_that_is_needed_least_gives_way),
        TEST(of_spis_that_are_needed_alike_the_first_gives_way),
        TEST(its_whole_direction_makes_room),
        TEST(a_look_through_the_table_ends_somewhere),
        TEST(free_numbers_are_passed_over),
        TEST(spis_that_were_not_used_since_are_retired),
        TEST(tunnels_that_gave_way_have_none_to_retire),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
