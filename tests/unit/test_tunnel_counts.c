/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ESP that others counted, look by look: what is taken, and what it means once a look is over. */
#include "core/tunnel/counts.h"

#include <glib.h>

#include "core/base/time.h"
#include "core/tunnel/esp.h"
#include "core/tunnel/spis.h"
#include "core/tunnel/table.h"
#include "core/verdict/judge.h"
#include "scene.h"

#define SECONDS(count) ((count)*NANOSECONDS)
#define START SECONDS(1000)
#define ONE_WAY_PACKETS 8
#define SPI_FROM_0 0x10
#define SPI_FROM_1 0x20

static struct ip_address end_of(unsigned side)
{
	const uint8_t bytes[4] = {10, (uint8_t)(1 + side), 0, 1};

	return ip_address_from_ipv4(bytes);
}

/* A table with one tunnel, whose side 0 is end 0. */
static struct tunnels *table_for(uint32_t spis)
{
	struct tunnel_options options = tunnel_options_default();
	const struct ip_address here = end_of(0), there = end_of(1);

	options.one_way_packets = ONE_WAY_PACKETS;
	options.spi_capacity = spis;
	struct tunnels *table = tunnels_new(&options);
	tunnels_between(table, &here, &there, 0, 0);
	tunnels_note_time(table, START);
	return table;
}

static struct tunnel *tunnel_of(const struct tunnels *table)
{
	return tunnels_at(table, 0);
}

static struct tunnel *tunnel_with_ends(const struct tunnels *table)
{
	const struct ip_address here = end_of(0), there = end_of(1);

	return tunnels_find(table, &here, &there);
}

static struct spi_counts counts_from(unsigned side, uint32_t spi, uint64_t packets, int64_t since, int64_t last)
{
	return (struct spi_counts){.source = end_of(side),
	                           .destination = end_of(!side),
	                           .spi = spi,
	                           .packets = packets,
	                           .bytes = 100 * packets,
	                           .since_time = since,
	                           .last_time = last};
}

static void take(struct tunnels *table, unsigned side, uint32_t spi, uint64_t packets, int64_t since, int64_t last)
{
	const struct spi_counts counts = counts_from(side, spi, packets, since, last);

	tunnels_take_counts(table, &counts);
}

/* ---- taking ---- */

static void what_is_taken_is_in_its_direction_at_once(void)
{
	struct tunnels *table = table_for(64);
	const struct esp_direction *direction = &tunnel_of(table)->esp[1];
	struct spi_counts counts = counts_from(1, SPI_FROM_1, 5, 0, START + 50);

	counts.lost = 7;
	counts.lost_uncertain = 4;
	tunnels_take_counts(table, &counts);
	g_assert_cmpuint(direction->packets, ==, 5);
	g_assert_cmpuint(direction->bytes, ==, 500);
	g_assert_cmpuint(direction->lost, ==, 7);
	g_assert_cmpuint(direction->lost_uncertain, ==, 4);
	g_assert_cmpint(direction->first_time, ==, START + 50);
	g_assert_cmpint(direction->last_time, ==, START + 50);
	g_assert_cmpuint(direction->spis, ==, 1);
	g_assert_cmpuint(direction->live_spis, ==, 1);
	counts = counts_from(1, SPI_FROM_1, 2, 0, START + 40);
	counts.first_time = START + 1;
	counts.lost = -3;
	counts.lost_uncertain = -4;
	tunnels_take_counts(table, &counts);
	g_assert_cmpuint(direction->packets, ==, 7);
	g_assert_cmpuint(direction->bytes, ==, 700);
	g_assert_cmpuint(direction->lost, ==, 4);
	g_assert_cmpuint(direction->lost_uncertain, ==, 0);
	g_assert_cmpint(direction->first_time, ==, START + 50);
	g_assert_cmpint(direction->last_time, ==, START + 50);
	g_assert_cmpuint(tunnel_of(table)->esp[0].packets, ==, 0);
	tunnels_free(table);
}

static void a_direction_begins_when_its_counts_say(void)
{
	struct tunnels *table = table_for(64);
	struct spi_counts counts = counts_from(0, SPI_FROM_0, 5, 0, START + 50);

	counts.first_time = START + 20;
	tunnels_take_counts(table, &counts);
	g_assert_cmpint(tunnel_of(table)->esp[0].first_time, ==, START + 20);
	tunnels_free(table);
}

/* Frames have numbers in captures alone. */
static void counts_make_their_tunnel(void)
{
	struct tunnels *table = table_for(64);
	const struct ip_address a = end_of(7), b = end_of(8);
	const struct spi_counts counts = {.source = a, .destination = b, .spi = 1, .packets = 1, .last_time = START};

	tunnels_take_counts(table, &counts);
	const struct tunnel *tunnel = tunnels_find(table, &b, &a);
	g_assert_true(ip_address_equal(&tunnel->address[0], &a));
	g_assert_cmpuint(tunnel->first_frame, ==, 0);
	g_assert_cmpint(tunnel->first_time, ==, START);
	tunnels_free(table);
}

/* What was known of the SPI, what comes, and whether that shows that its sender follows the SA. */
static const struct {
	const char *what;
	uint64_t before; /* packets taken of it, up to number 50 */
	uint64_t earlier, packets;
	uint64_t highest; /* 0: numbers are not known */
	bool shows;
} progress[] = {
        {"one packet", 0, 0, 1, 0, false},
        {"two packets", 0, 0, 2, 0, true},
        {"one more than was told before", 0, 1, 1, 0, true},
        {"one packet again", 1, 0, 1, 0, true},
        {"two copies", 0, 0, 2, 50, false},
        {"two packets and their numbers", 0, 0, 2, 51, true},
        {"one and its number", 0, 0, 1, 51, false},
        {"a copy again", 1, 0, 1, 50, false},
        {"a new number", 1, 0, 1, 51, true},
        {"copies of many", 9, 0, 5, 50, false},
};

static void take_row(struct tunnels *table, size_t row)
{
	struct spi_counts counts = counts_from(0, SPI_FROM_0, progress[row].packets, 0, START + 2);

	counts.first_sequence = 50;
	if (progress[row].before != 0) {
		struct spi_counts before = counts_from(0, SPI_FROM_0, progress[row].before, 0, START + 1);
		before.sequences_known = true;
		before.first_sequence = counts.first_sequence = 10;
		before.highest_sequence = 50;
		tunnels_take_counts(table, &before);
	}
	counts.earlier_packets = progress[row].earlier;
	counts.sequences_known = progress[row].highest != 0;
	counts.highest_sequence = progress[row].highest;
	tunnels_take_counts(table, &counts);
}

static void only_new_packets_of_a_known_spi_show_that_the_sender_is_there(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(progress); i++) {
		struct tunnels *table = table_for(64);
		struct tunnel *tunnel = tunnel_of(table);
		take_row(table, i);
		const struct spi_entry *entry = tunnel_spi_entry(table, tunnel, 0, SPI_FROM_0);
		g_test_message("%s", progress[i].what);
		const bool had_shown = progress[i].before > 1;
		g_assert_cmpuint(entry->trusted, ==, had_shown || progress[i].shows);
		g_assert_cmpuint(tunnel->esp[0].silence.new_packets, ==,
		                 (had_shown ? progress[i].before : 0) + (progress[i].shows ? progress[i].packets : 0));
		g_assert_cmpuint(entry->packets, ==, progress[i].before + progress[i].earlier + progress[i].packets);
		g_assert_cmpint(tunnel->last_time, ==, START + 2);
		g_assert_cmpint(tunnel->last_from[0], ==,
		                progress[i].shows || progress[i].before == 0 ? START + 2 : START + 1);
		tunnels_free(table);
	}
}

/* The same where its SPI finds no room; of numbers, only the first is known then. */
static void an_spi_without_room_shows_it_as_well(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(progress); i++) {
		struct tunnels *table = table_for(1);
		struct tunnel *tunnel = tunnel_of(table);
		if (progress[i].before != 0) {
			tunnels_free(table);
			continue;
		}
		take(table, 1, SPI_FROM_1, 2, START, START);
		tunnel->keep = true;
		take_row(table, i);
		g_test_message("%s", progress[i].what);
		g_assert_null(tunnel_spi_entry(table, tunnel, 0, SPI_FROM_0));
		g_assert_nonnull(tunnel_spi_entry(table, tunnel, 1, SPI_FROM_1));
		g_assert_cmpuint(tunnel->esp[0].silence.new_packets, ==, progress[i].shows ? progress[i].packets : 0);
		g_assert_cmpuint(tunnel->esp[0].packets, ==, progress[i].packets);
		g_assert_cmpuint(tunnel->esp[0].spis, ==, 0);
		tunnels_free(table);
	}
}

static void an_spi_that_is_not_needed_makes_room(void)
{
	struct tunnels *table = table_for(1);

	take(table, 1, SPI_FROM_1, 1, START, START);
	/* Counts without a packet want none. */
	struct spi_counts none = counts_from(0, SPI_FROM_0, 0, 0, START);
	none.lost = 5;
	tunnels_take_counts(table, &none);
	g_assert_nonnull(tunnel_spi_entry(table, tunnel_of(table), 1, SPI_FROM_1));
	g_assert_cmpuint(tunnel_of(table)->esp[0].lost, ==, 5);
	g_assert_cmpint(tunnel_of(table)->last_from[0], ==, 0);
	take(table, 0, SPI_FROM_0, 1, START, START);
	g_assert_null(tunnel_spi_entry(table, tunnel_of(table), 1, SPI_FROM_1));
	g_assert_cmpuint(tunnel_spi_entry(table, tunnel_of(table), 0, SPI_FROM_0)->packets, ==, 1);
	tunnels_free(table);
}

/* Of SPIs with one packet 63 are kept, however many others there are: a new one takes the place of another. */
static void in_a_flood_single_packets_give_way_to_each_other(void)
{
	for (unsigned single = 62; single <= 63; single++) {
		struct tunnels *table = table_for(1024);
		struct tunnel *tunnel = tunnel_of(table);
		for (uint32_t spi = 2001; spi <= 2100; spi++)
			take(table, 0, spi, 2, START, START);
		for (uint32_t spi = 1; spi <= single; spi++)
			take(table, 0, spi, 1, START, START);
		g_assert_cmpuint(tunnel->esp[0].single_spis, ==, single);
		const uint64_t shown = tunnel->esp[0].silence.new_packets;
		take(table, 0, 1001, 1, START + 5, START + 5);
		g_assert_nonnull(tunnel_spi_entry(table, tunnel, 0, 1001));
		g_assert_cmpuint(tunnel->esp[0].single_spis, ==, 63);
		g_assert_cmpuint(tunnel->esp[0].silence.new_packets, ==, shown);
		g_assert_cmpint(tunnel->last_from[0], ==, START);
		struct spi_counts second = counts_from(0, 1002, 1, 0, START);
		second.earlier_packets = 1;
		tunnels_take_counts(table, &second);
		g_assert_cmpuint(tunnel_spi_entry(table, tunnel, 0, 1002)->packets, ==, 2);
		take(table, 0, 1003, 2, START, START);
		g_assert_cmpuint(tunnel_spi_entry(table, tunnel, 0, 1003)->packets, ==, 2);
		/* Those that are known go on counting one by one. */
		take(table, 0, 2001, 1, START, START);
		g_assert_cmpuint(tunnel_spi_entry(table, tunnel, 0, 2001)->packets, ==, 3);
		/* The other direction is not crowded by that. */
		take(table, 1, 1, 1, START, START);
		g_assert_nonnull(tunnel_spi_entry(table, tunnel, 1, 1));
		tunnels_free(table);
	}
}

static void counts_for_which_there_is_no_tunnel_are_left_out(void)
{
	struct tunnel_options options = tunnel_options_default();
	const struct ip_address a = end_of(7), b = end_of(8);

	options.tunnel_capacity = 1;
	struct tunnels *table = tunnels_new(&options);
	tunnels_declare(table, &a, &b);
	take(table, 0, SPI_FROM_0, 5, START, START);
	g_assert_cmpuint(spi_table_size(tunnels_spi_table(table)), ==, 0);
	g_assert_cmpuint(tunnels_dropped(table), ==, 1);
	tunnels_free(table);
}

static void counts_of_a_new_sa_undo_a_refusal_that_was_inferred(void)
{
	static const struct {
		bool sequences_known;
		uint64_t first_sequence;
		bool undone;
	} cases[] = {{true, 1, true}, {true, 1000, true}, {true, 1001, false}, {false, 1, false}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct scene scene;
		scene_begin(&scene, SUITE_CBC);
		scene_init_request(&scene);
		scene_init_response(&scene);
		scene_request(&scene, 0, IKE2_AUTH, 1, 200);
		scene_response(&scene, 1, IKE2_AUTH, 1, 8);
		struct spi_counts counts = counts_from(0, SPI_FROM_0, 2, 0, scene.time);
		counts.sequences_known = cases[i].sequences_known;
		counts.first_sequence = cases[i].first_sequence;
		counts.highest_sequence = cases[i].first_sequence + 1;
		tunnels_take_counts(scene.tunnels, &counts);
		g_assert_cmpint(scene_tunnel(&scene)->ike_sas[0]->stage == IKE_STAGE_UP, ==, cases[i].undone);
		scene_end(&scene);
	}
}

/* ---- settling ---- */

static void assert_silence(const struct esp_silence *silence, uint64_t packets, int64_t start, int64_t last,
                           int64_t longest)
{
	g_assert_cmpuint(silence->packets, ==, packets);
	g_assert_cmpint(silence->start, ==, start);
	g_assert_cmpint(silence->last, ==, last);
	g_assert_cmpint(silence->longest, ==, longest);
	g_assert_cmpuint(silence->new_packets, ==, 0);
}

static void settle(struct tunnels *table, int64_t now)
{
	tunnels_settle_counts(table, now, NULL, NULL);
}

static void a_look_has_the_earliest_and_latest_of_what_it_took(void)
{
	struct tunnels *table = table_for(64);
	struct esp_silence *silence = &tunnel_of(table)->esp[0].silence;

	take(table, 0, SPI_FROM_0, 2, START + 30, START + 40);
	take(table, 0, SPI_FROM_0, 3, START + 20, START + 35);
	take(table, 0, SPI_FROM_0, 3, START + 25, START + 45);
	g_assert_cmpuint(silence->new_packets, ==, 8);
	settle(table, START + 50);
	assert_silence(silence, 8, START + 20, START + 45, 0);
	/* The next one begins anew, and packets of an earlier time do not turn it back. */
	take(table, 0, SPI_FROM_0, 1, START + 31, START + 33);
	take(table, 0, SPI_FROM_0, 1, START + 30, START + 32);
	settle(table, START + 50);
	assert_silence(silence, 10, START + 20, START + 45, 0);
	/* Without a time of the first, that of the last. */
	take(table, 1, SPI_FROM_1, 2, 0, START + 60);
	take(table, 1, SPI_FROM_1, 2, 0, START + 55);
	settle(table, START + 70);
	assert_silence(&tunnel_of(table)->esp[1].silence, 4, START + 55, START + 60, 0);
	tunnels_free(table);
}

/* Look by look: packets of each side, the first of them at 10 or 12 and the last at 20 (or 15), and both silences then.
 */
static void silences_grow_and_end_look_by_look(void)
{
	static const struct {
		uint64_t packets[2];
		struct {
			uint64_t packets;
			int64_t start, last, longest;
		} then[2];
		bool side_1_first;
	} looks[] = {
	        {{3, 0}, {{3, 10, 20, 0}, {0, 0, 0, 0}}, false},
	        {{5, 0}, {{8, 10, 120, 0}, {0, 0, 0, 0}}, false},
	        /* 8 packets were one-way, from 10 to 212; then 7 the other way are not. */
	        {{0, 2}, {{0, 10, 120, 202}, {2, 212, 220, 0}}, false},
	        {{0, 5}, {{0, 10, 120, 202}, {7, 212, 320, 0}}, false},
	        {{1, 0}, {{1, 410, 420, 202}, {0, 212, 320, 0}}, false},
	        {{9, 0}, {{10, 410, 520, 202}, {0, 212, 320, 0}}, false},
	        /* Both: side 1 is the later one of two alike, then side 0 is. */
	        {{1, 1}, {{0, 410, 620, 202}, {1, 620, 620, 0}}, false},
	        {{1, 1}, {{1, 720, 720, 202}, {0, 620, 715, 0}}, true},
	        {{7, 0}, {{8, 720, 820, 202}, {0, 620, 715, 0}}, false},
	        {{0, 0}, {{8, 720, 820, 202}, {0, 620, 715, 0}}, false},
	        /* It ended within a look, at 1012; a shorter silence does not count. */
	        {{1, 2}, {{0, 720, 1020, 292}, {1, 1020, 1020, 0}}, false},
	        {{9, 0}, {{9, 1110, 1120, 292}, {0, 1020, 1020, 0}}, false},
	        {{1, 1}, {{0, 1110, 1220, 292}, {1, 1220, 1220, 0}}, false},
	};
	struct tunnels *table = table_for(64);
	struct tunnel *tunnel = tunnel_of(table);

	/* Their SPIs are known. */
	for (unsigned side = 0; side < 2; side++)
		take(table, side, SPI_FROM_0, 2, 0, 1);
	for (unsigned side = 0; side < 2; side++)
		tunnel->esp[side].silence = (struct esp_silence){0};
	for (size_t i = 0; i < G_N_ELEMENTS(looks); i++) {
		const int64_t base = (int64_t)i * 100;
		for (unsigned side = 0; side < 2; side++) {
			const bool ends_early = looks[i].side_1_first && side == 1;
			if (looks[i].packets[side] != 0)
				take(table, side, SPI_FROM_0, looks[i].packets[side], base + (side == 0 ? 10 : 12),
				     base + (ends_early ? 15 : 20));
		}
		settle(table, START + base);
		for (unsigned side = 0; side < 2; side++) {
			g_test_message("look %zu, side %u", i, side);
			assert_silence(&tunnel->esp[side].silence, looks[i].then[side].packets,
			               looks[i].then[side].start, looks[i].then[side].last,
			               looks[i].then[side].longest);
		}
	}
	tunnels_free(table);
}

/* Where one packet is enough to call it one-way, one is a silence; where none is, it takes one all the same. */
static void a_silence_has_a_packet_at_least(void)
{
	for (uint32_t least = 0; least <= 2; least++) {
		struct tunnels *table = table_for(64);
		const struct esp_silence *silence = &tunnel_of(table)->esp[0].silence;
		tunnels_set_one_way(table, least, 5);
		for (unsigned side = 0; side < 2; side++)
			take(table, side, SPI_FROM_0, 2, START, START);
		settle(table, START);
		g_assert_cmpint(silence->longest, ==, 0);
		take(table, 0, SPI_FROM_0, 1, START + 10, START + 10);
		settle(table, START + 10);
		g_assert_cmpuint(silence->packets, ==, 1);
		for (unsigned side = 0; side < 2; side++)
			take(table, side, SPI_FROM_0, 1, START + 15, START + 15);
		settle(table, START + 15);
		g_assert_cmpint(silence->longest, ==, least <= 1 ? 5 : 0);
		tunnels_free(table);
	}
}

/* Each child has its own silences, and a look settles all of them. */
static void children_are_settled_with_their_tunnel(void)
{
	struct tunnels *table = table_for(64);
	struct tunnel *tunnel = tunnel_of(table);

	for (uint32_t child = 0; child < 2; child++) {
		for (unsigned side = 0; side < 2; side++)
			take(table, side, (side != 0 ? SPI_FROM_1 : SPI_FROM_0) + child, 2, 0, 1);
		tunnel_pair_spis(tunnel, 0, SPI_FROM_0 + child, SPI_FROM_1 + child, PAIRED_BY_XFRM, START);
	}
	settle(table, START);
	take(table, 0, SPI_FROM_0, 5, 110, 120);
	take(table, 1, SPI_FROM_1, 5, 105, 115);
	take(table, 0, SPI_FROM_0 + 1, 7, 103, 104);
	settle(table, START);
	assert_silence(&tunnel->children[0].silence[0], 1, 120, 120, 0);
	assert_silence(&tunnel->children[0].silence[1], 0, 1, 115, 0);
	assert_silence(&tunnel->children[1].silence[0], 7, 103, 104, 0);
	assert_silence(&tunnel->children[1].silence[1], 0, 1, 1, 0);
	tunnels_free(table);
}

static void each_tunnel_with_counts_is_settled_once(void)
{
	struct tunnels *table = table_for(64);
	uint32_t cursor = 0;

	g_assert_null(tunnels_settle_next(table, &cursor));
	for (unsigned times = 0; times < 3; times++)
		take(table, 0, SPI_FROM_0, 1, 0, START);
	const struct ip_address a = end_of(7), b = end_of(8);
	struct tunnel *other = tunnels_between(table, &a, &b, 0, START);
	const struct spi_counts counts = {.source = a, .destination = b, .spi = 1, .packets = 1, .last_time = START};
	tunnels_take_counts(table, &counts);
	g_assert_cmpuint(table->dirty->len, ==, 2);
	cursor = 0;
	g_assert_true(tunnels_settle_next(table, &cursor) == tunnel_of(table));
	g_assert_true(tunnels_settle_next(table, &cursor) == other);
	g_assert_null(tunnels_settle_next(table, &cursor));
	g_assert_cmpuint(table->dirty->len, ==, 0);
	cursor = 0;
	g_assert_null(tunnels_settle_next(table, &cursor));
	take(table, 0, SPI_FROM_0, 1, 0, START);
	cursor = 0;
	g_assert_true(tunnels_settle_next(table, &cursor) == tunnel_of(table));
	g_assert_null(tunnels_settle_next(table, &cursor));
	tunnels_free(table);
}

/* Its number stands empty, or is another's, who has no counts yet. */
static void a_tunnel_that_gave_way_is_not_settled(void)
{
	for (unsigned reuse = 0; reuse < 2; reuse++) {
		struct tunnel_options options = tunnel_options_default();
		const struct ip_address a = end_of(7), b = end_of(8);
		uint32_t cursor = 0;
		options.tunnel_capacity = 1;
		options.reuse_numbers = reuse != 0;
		struct tunnels *table = tunnels_new(&options);
		take(table, 0, SPI_FROM_0, 1, 0, START);
		g_assert_nonnull(tunnels_between(table, &a, &b, 0, START));
		g_assert_null(tunnels_settle_next(table, &cursor));
		/* Those behind it are. */
		const struct spi_counts counts = {
		        .source = a, .destination = b, .spi = 1, .packets = 1, .last_time = START};
		tunnels_take_counts(table, &counts);
		take(table, 0, SPI_FROM_0, 1, 0, START);
		cursor = 0;
		g_assert_true(tunnels_settle_next(table, &cursor) == tunnel_with_ends(table));
		g_assert_null(tunnels_settle_next(table, &cursor));
		tunnels_free(table);
	}
}

/* ---- losses ---- */

static void loss_is_judged_over_one_to_two_minutes(void)
{
	/* Seconds of each look, and where the windows begin after it: packets and lost. 10 packets and 1 lost a look.
	 */
	static const struct {
		int64_t time;
		uint64_t packets[2], lost[2];
	} looks[] = {
	        {0, {12, 2}, {1, 0}},
	        {SECONDS(60) - 1, {12, 2}, {1, 0}},
	        {SECONDS(60), {32, 12}, {3, 1}},
	        {SECONDS(119), {32, 12}, {3, 1}},
	        {SECONDS(130), {52, 32}, {5, 3}},
	        {SECONDS(189), {52, 32}, {5, 3}},
	        {SECONDS(190), {72, 52}, {7, 5}},
	};
	for (unsigned side = 0; side < 2; side++) {
		struct tunnels *table = table_for(64);
		const struct esp_direction *direction = &tunnel_of(table)->esp[side];

		take(table, side, SPI_FROM_0, 2, 0, START);
		settle(table, START);
		g_assert_cmpuint(direction->loss_packets[0], ==, 2);
		for (size_t i = 0; i < G_N_ELEMENTS(looks); i++) {
			struct spi_counts counts = counts_from(side, SPI_FROM_0, 10, 0, START);
			counts.lost = 1;
			tunnels_take_counts(table, &counts);
			settle(table, START + SECONDS(60) + looks[i].time);
			for (unsigned window = 0; window < 2; window++) {
				g_assert_cmpuint(direction->loss_packets[window], ==, looks[i].packets[window]);
				g_assert_cmpuint(direction->loss_lost[window], ==, looks[i].lost[window]);
			}
		}
		g_assert_cmpuint(tunnel_of(table)->esp[!side].loss_packets[0], ==, 0);
		tunnels_free(table);
	}
}

/* What one-way has cost is in the losses of the 8 packets after it, however many looks they take. */
static void the_looks_that_end_an_outage_tell_what_it_cost(void)
{
	/* Packets of each look after the silence, one lost with each look, and of those what the outage cost. */
	static const struct {
		uint64_t packets[4];
		uint64_t in_outages;
	} cases[] = {{{1, 1, 1, 1}, 4}, {{3, 4, 1, 1}, 3},   {{3, 5, 1, 1}, 2},
	             {{8, 1, 1, 1}, 1}, {{900, 1, 1, 1}, 1}, {{7, 2, 1, 1}, 2}};

	for (size_t i = 0; i < 2 * G_N_ELEMENTS(cases); i++) {
		const unsigned silent = i % 2;
		struct tunnels *table = table_for(64);
		struct tunnel *tunnel = tunnel_of(table);
		for (unsigned side = 0; side < 2; side++)
			take(table, side, SPI_FROM_0, 2, 0, START);
		settle(table, START);
		take(table, !silent, SPI_FROM_0, ONE_WAY_PACKETS, 0, START + 1);
		settle(table, START + 1);
		tunnel->current = CAUSE_ONE_WAY;
		for (unsigned look = 0; look < 4; look++) {
			struct spi_counts counts =
			        counts_from(silent, SPI_FROM_0, cases[i / 2].packets[look], 0, START + 2);
			counts.lost = 1;
			tunnels_take_counts(table, &counts);
			settle(table, START + 2);
			tunnel->current = CAUSE_NONE;
			/* A look without a packet of this direction is none of them. */
			take(table, !silent, SPI_FROM_0, 1, 0, START + 2);
			settle(table, START + 2);
		}
		g_assert_cmpuint(tunnel->esp[silent].lost, ==, 4);
		g_assert_cmpuint(tunnel->esp[silent].lost_in_outages, ==, cases[i / 2].in_outages);
		g_assert_cmpuint(tunnel->esp[!silent].lost_in_outages, ==, 0);
		tunnels_free(table);
	}
}

static void without_one_way_nothing_was_lost_to_it(void)
{
	static const struct {
		enum cause cause;
		uint64_t silence;
	} cases[] = {{CAUSE_ONE_WAY, ONE_WAY_PACKETS - 1}, {CAUSE_MTU, ONE_WAY_PACKETS}, {CAUSE_NONE, ONE_WAY_PACKETS}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct tunnels *table = table_for(64);
		struct tunnel *tunnel = tunnel_of(table);
		for (unsigned side = 0; side < 2; side++)
			take(table, side, SPI_FROM_0, 2, 0, START);
		settle(table, START);
		tunnel->esp[0].silence.packets = cases[i].silence;
		tunnel->current = cases[i].cause;
		struct spi_counts counts = counts_from(1, SPI_FROM_0, 1, 0, START + 2);
		counts.lost = 5;
		tunnels_take_counts(table, &counts);
		settle(table, START + 2);
		g_assert_cmpuint(tunnel->esp[1].lost_in_outages, ==, 0);
		tunnels_free(table);
	}
}

/* ---- what earlier runs counted ---- */

static void what_an_earlier_run_counted_is_in_its_direction(void)
{
	struct tunnel tunnel = {.last_frame = 7};
	const struct esp_direction *direction = &tunnel.esp[1];

	tunnel_restore(&tunnel, 1, 100, 9000, 3, START);
	tunnel_restore(&tunnel, 1, 10, 900, 2, START - 1);
	g_assert_cmpuint(direction->packets, ==, 110);
	g_assert_cmpuint(direction->bytes, ==, 9900);
	g_assert_cmpuint(direction->lost, ==, 5);
	g_assert_cmpuint(direction->earlier_packets, ==, 110);
	g_assert_cmpint(direction->last_time, ==, START);
	for (unsigned window = 0; window < 2; window++) {
		g_assert_cmpuint(direction->loss_packets[window], ==, 110);
		g_assert_cmpuint(direction->loss_lost[window], ==, 5);
	}
	g_assert_cmpuint(esp_direction_seen(direction), ==, 0);
	g_assert_cmpint(tunnel.last_from[1], ==, START);
	g_assert_cmpint(tunnel.last_time, ==, START);
	g_assert_cmpuint(tunnel.last_frame, ==, 7);
	g_assert_cmpint(tunnel.last_from[0], ==, 0);
	g_assert_false(tunnel_has_esp_both_ways(&tunnel));
}

/* 0 is never. */
static void a_direction_that_never_sent_was_not_heard_of(void)
{
	struct tunnel tunnel = {0};

	tunnel_restore(&tunnel, 0, 0, 0, 0, 0);
	g_assert_false(tunnel_was_seen(&tunnel));
	g_assert_cmpint(tunnel.last_time, ==, 0);
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/tunnel-counts/" #function, function                                                                  \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(what_is_taken_is_in_its_direction_at_once),
        TEST(a_direction_begins_when_its_counts_say),
        TEST(counts_make_their_tunnel),
        TEST(only_new_packets_of_a_known_spi_show_that_the_sender_is_there),
        TEST(an_spi_without_room_shows_it_as_well),
        TEST(an_spi_that_is_not_needed_makes_room),
        TEST(in_a_flood_single_packets_give_way_to_each_other),
        TEST(counts_for_which_there_is_no_tunnel_are_left_out),
        TEST(counts_of_a_new_sa_undo_a_refusal_that_was_inferred),
        TEST(a_look_has_the_earliest_and_latest_of_what_it_took),
        TEST(silences_grow_and_end_look_by_look),
        TEST(a_silence_has_a_packet_at_least),
        TEST(children_are_settled_with_their_tunnel),
        TEST(each_tunnel_with_counts_is_settled_once),
        TEST(a_tunnel_that_gave_way_is_not_settled),
        TEST(loss_is_judged_over_one_to_two_minutes),
        TEST(the_looks_that_end_an_outage_tell_what_it_cost),
        TEST(without_one_way_nothing_was_lost_to_it),
        TEST(what_an_earlier_run_counted_is_in_its_direction),
        TEST(a_direction_that_never_sent_was_not_heard_of),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
