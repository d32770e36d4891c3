/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of tunnels: which are in use, which give way to others, and how they are found. */
#include "core/tunnel/table.h"

#include <glib.h>

#include "core/tunnel/arrival.h"

#define SECONDS(count) ((count)*NANOSECONDS)
#define HOURS(count) SECONDS((count)*3600)
#define NOW HOURS(1000)
#define ATTEMPT_MESSAGES 3 /* more than a spoofed packet and its answer */

static struct ip_address host(unsigned number)
{
	const uint8_t bytes[4] = {10, 0, (uint8_t)(number >> 8), (uint8_t)number};

	return ip_address_from_ipv4(bytes);
}

static struct tunnels *table_for(uint32_t tunnels)
{
	struct tunnel_options options = tunnel_options_default();

	options.tunnel_capacity = tunnels;
	options.spi_capacity = 1024;
	struct tunnels *table = tunnels_new(&options);
	tunnels_note_time(table, NOW);
	return table;
}

/* The tunnel from this host to its peer, made where there is none. */
static struct tunnel *tunnel_of(struct tunnels *table, unsigned number)
{
	const struct ip_address here = host(number), peer = host(10000 + number);

	return tunnels_between(table, &here, &peer, number, NOW);
}

static bool is_there(struct tunnels *table, unsigned number)
{
	const struct ip_address here = host(number), peer = host(10000 + number);

	return tunnels_find(table, &here, &peer) != NULL;
}

/* ---- in use, and what may give way ---- */

enum expected { GIVES_WAY, TRIES, IN_USE };

#define NEVER 0

/* What is known of a tunnel, how long ago its last packet came, and what that makes it. */
static const struct {
	const char *what;
	enum expected expected;
	int64_t idle;
	bool keep;
	int64_t up_time[2]; /* of two IKE SAs */
	int64_t silence_last[2];
	uint64_t earlier[2]; /* ESP packets of an earlier run */
	uint64_t packets[2];
	uint32_t messages[2];
} uses[] = {
        {.what = "nothing", .expected = GIVES_WAY},
        {.what = "declared", .expected = IN_USE, .keep = true, .idle = HOURS(900)},

        {.what = "up", .expected = IN_USE, .up_time = {1, NEVER}, .idle = HOURS(24) - 1},
        {.what = "up at last", .expected = IN_USE, .up_time = {NEVER, 1}, .idle = HOURS(24) - 1},
        {.what = "up, a day ago", .expected = GIVES_WAY, .up_time = {1, 1}, .idle = HOURS(24)},
        {.what = "up, a day ago, after many messages",
         .expected = GIVES_WAY,
         .up_time = {1, 1},
         .messages = {50, 50},
         .idle = HOURS(24)},

        {.what = "ESP both ways", .expected = IN_USE, .silence_last = {5, 5}, .idle = HOURS(23)},
        {.what = "ESP one way", .expected = GIVES_WAY, .silence_last = {5, NEVER}},
        {.what = "ESP the other way", .expected = GIVES_WAY, .silence_last = {NEVER, 5}},
        {.what = "known from before", .expected = IN_USE, .earlier = {1, 0}, .idle = HOURS(23)},
        {.what = "known from before, the other way", .expected = IN_USE, .earlier = {0, 1}, .idle = HOURS(23)},
        {.what = "known from before, both ways", .expected = IN_USE, .earlier = {1, 1}, .idle = HOURS(23)},

        {.what = "8 packets", .expected = GIVES_WAY, .packets = {8, 0}},
        {.what = "8 packets back", .expected = GIVES_WAY, .packets = {0, 8}},
        {.what = "9 packets", .expected = IN_USE, .packets = {9, 0}, .idle = SECONDS(60) - 1},
        {.what = "9 packets back", .expected = IN_USE, .packets = {0, 9}, .idle = SECONDS(60) - 1},
        {.what = "9 packets of both", .expected = IN_USE, .packets = {5, 4}, .idle = SECONDS(60) - 1},
        {.what = "9 packets, a minute ago", .expected = TRIES, .packets = {9, 0}, .idle = SECONDS(60)},
        {.what = "9 packets of both, a minute ago", .expected = TRIES, .packets = {5, 4}, .idle = SECONDS(60)},
        {.what = "9 packets, longer ago", .expected = GIVES_WAY, .packets = {9, 0}, .idle = SECONDS(60) + 1},

        {.what = "2 messages", .expected = GIVES_WAY, .messages = {2, 0}},
        {.what = "a message and its answer", .expected = GIVES_WAY, .messages = {1, 1}},
        {.what = "3 messages", .expected = TRIES, .messages = {3, 0}, .idle = SECONDS(60)},
        {.what = "3 messages from the other side", .expected = TRIES, .messages = {0, 3}, .idle = SECONDS(60)},
        {.what = "3 messages of both", .expected = TRIES, .messages = {2, 1}},
        {.what = "3 messages, longer ago", .expected = GIVES_WAY, .messages = {3, 0}, .idle = SECONDS(60) + 1},
        {.what = "2 messages and 8 packets", .expected = GIVES_WAY, .messages = {1, 1}, .packets = {4, 4}},
        {.what = "3 messages and 8 packets", .expected = TRIES, .messages = {2, 1}, .packets = {4, 4}},
};

static void fill(struct tunnel *tunnel, size_t use)
{
	for (unsigned side = 0; side < 2; side++) {
		struct ike_sa *sa = g_new0(struct ike_sa, 1);
		tunnel->ike_sas = room_for_one_more(tunnel->ike_sas, tunnel->ike_sa_count, sizeof sa);
		tunnel->ike_sas[tunnel->ike_sa_count++] = sa;
		sa->up_time = uses[use].up_time[side];
		tunnel->esp[side].silence.last = uses[use].silence_last[side];
		tunnel->esp[side].earlier_packets = uses[use].earlier[side];
		tunnel->esp[side].packets = uses[use].packets[side];
		tunnel->ike_messages_from[side] = uses[use].messages[side];
	}
	tunnel->keep = uses[use].keep;
	tunnel->last_time = NOW - uses[use].idle;
}

static void a_tunnel_is_in_use_until_it_was_silent_for_too_long(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(uses); i++) {
		struct tunnels *table = table_for(1);
		struct tunnel *tunnel = tunnel_of(table, 1);

		fill(tunnel, i);
		g_test_message("%s", uses[i].what);
		g_assert_cmpint(tunnel_is_in_use(table, tunnel), ==, uses[i].expected == IN_USE);
		tunnels_free(table);
	}
}

static void make_attempt(struct tunnel *tunnel, int64_t idle)
{
	tunnel->ike_messages_from[0] = ATTEMPT_MESSAGES;
	tunnel->last_time = NOW - idle;
}

/* Beside an attempt that was silent for as long as one can be. */
static void what_has_no_claim_gives_way_before_an_attempt(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(uses); i++) {
		struct tunnels *table = table_for(2);

		g_test_message("%s", uses[i].what);
		make_attempt(tunnel_of(table, 1), SECONDS(60));
		fill(tunnel_of(table, 2), i);
		g_assert_nonnull(tunnel_of(table, 3));
		g_assert_cmpint(is_there(table, 1), ==, uses[i].expected == GIVES_WAY);
		g_assert_cmpint(is_there(table, 2), ==, uses[i].expected != GIVES_WAY);
		tunnels_free(table);
	}
}

static void an_attempt_gives_way_before_what_is_in_use(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(uses); i++) {
		struct tunnels *table = table_for(2);

		g_test_message("%s", uses[i].what);
		tunnel_of(table, 1)->keep = true;
		fill(tunnel_of(table, 2), i);
		g_assert_cmpint(tunnel_of(table, 3) != NULL, ==, uses[i].expected != IN_USE);
		g_assert_true(is_there(table, 1));
		g_assert_cmpint(is_there(table, 2), ==, uses[i].expected == IN_USE);
		g_assert_cmpuint(tunnels_dropped(table), ==, 1);
		tunnels_free(table);
	}
}

/* Of attempts the one that was silent for longest, and of two that were silent alike the first. */
static void of_attempts_the_oldest_gives_way(void)
{
	static const int64_t idle[][3] = {{10, 20, 30}, {30, 20, 10}, {10, 30, 20}, {30, 30, 10}, {10, 30, 30}};
	static const unsigned goes[] = {3, 1, 2, 1, 2};

	for (size_t i = 0; i < G_N_ELEMENTS(idle); i++) {
		struct tunnels *table = table_for(3);
		for (unsigned number = 1; number <= 3; number++)
			make_attempt(tunnel_of(table, number), SECONDS(idle[i][number - 1]));
		g_assert_nonnull(tunnel_of(table, 4));
		for (unsigned number = 1; number <= 3; number++)
			g_assert_cmpint(is_there(table, number), ==, number != goes[i]);
		tunnels_free(table);
	}
}

/* Each new one is looked for a place where the last look ended; numbers of those that went stand empty. */
static void what_has_no_claim_gives_way_by_turns(void)
{
	struct tunnels *table = table_for(3);

	for (unsigned number = 1; number <= 8; number++) {
		g_assert_cmpuint(tunnel_of(table, number)->number, ==, number - 1);
		g_assert_cmpuint(tunnels_count(table), ==, number);
		for (unsigned other = 1; other <= number; other++)
			g_assert_cmpint(is_there(table, other), ==, other + 3 > number);
		for (unsigned other = 0; other + 3 < number; other++)
			g_assert_null(tunnels_at(table, other));
		g_assert_cmpuint(table->live, ==, MIN(number, 3));
		g_assert_cmpuint(g_hash_table_size(table->by_addresses), ==, table->live);
	}
	g_assert_cmpuint(tunnels_dropped(table), ==, 5);
	/* Nor does an empty place give way. */
	for (unsigned number = 6; number <= 8; number++)
		tunnel_of(table, number)->keep = true;
	g_assert_null(tunnel_of(table, 9));
	tunnels_free(table);
}

static void numbers_are_used_again_where_options_say_so(void)
{
	struct tunnel_options options = tunnel_options_default();

	options.tunnel_capacity = 3;
	options.reuse_numbers = true;
	struct tunnels *table = tunnels_new(&options);
	for (unsigned number = 1; number <= 20; number++) {
		const struct tunnel *tunnel = tunnel_of(table, number);
		g_assert_cmpuint(tunnel->number, ==, (number - 1) % 3);
		g_assert_true(tunnels_at(table, tunnel->number) == tunnel);
		g_assert_cmpuint(table->free_numbers->len, ==, 0);
		g_assert_cmpuint(tunnels_count(table), ==, MIN(number, 3));
	}
	tunnels_free(table);
}

#define LOOKS 64 /* at as many tunnels, to find one that may give way */

static void a_look_for_one_that_gives_way_ends_somewhere(void)
{
	for (unsigned kept = LOOKS - 1; kept <= LOOKS; kept++) {
		struct tunnels *table = table_for(LOOKS + 10);
		for (unsigned number = 1; number <= LOOKS + 10; number++)
			tunnel_of(table, number)->keep = number <= kept;
		g_assert_cmpint(tunnel_of(table, 1000) != NULL, ==, kept < LOOKS);
		g_assert_cmpuint(tunnels_dropped(table), ==, 1);
		/* The next one goes on from there. */
		g_assert_nonnull(tunnel_of(table, 1001));
		g_assert_cmpuint(tunnels_dropped(table), ==, 2);
		for (unsigned number = 1; number <= LOOKS + 10; number++)
			g_assert_cmpint(is_there(table, number), ==, number <= kept || number > LOOKS + 1);
		tunnels_free(table);
	}
}

static void a_table_may_have_room_for_one_or_none(void)
{
	struct tunnels *table = table_for(0);

	g_assert_null(tunnel_of(table, 1));
	g_assert_cmpuint(tunnels_dropped(table), ==, 1);
	tunnels_free(table);
	table = table_for(1);
	g_assert_nonnull(tunnel_of(table, 1));
	g_assert_nonnull(tunnel_of(table, 2));
	g_assert_false(is_there(table, 1));
	g_assert_true(is_there(table, 2));
	tunnels_free(table);
	tunnels_free(NULL);
}

/* Its SPIs of both directions go with it. */
static void a_tunnel_takes_its_spis_along(void)
{
	struct tunnels *table = table_for(1);

	for (unsigned side = 0; side < 2; side++) {
		const struct spi_counts counts = {.source = host(side != 0 ? 10001 : 1),
		                                  .destination = host(side != 0 ? 1 : 10001),
		                                  .spi = 0x1000 + side,
		                                  .packets = 1,
		                                  .last_time = NOW};
		tunnels_take_counts(table, &counts);
	}
	g_assert_cmpuint(spi_table_size(tunnels_spi_table(table)), ==, 2);
	g_assert_nonnull(tunnel_of(table, 2));
	g_assert_cmpuint(spi_table_size(tunnels_spi_table(table)), ==, 0);
	tunnels_free(table);
}

/* ---- made and found ---- */

static void the_defaults_are_those_of_the_manual(void)
{
	const struct tunnel_options options = tunnel_options_default();
	struct tunnels *table = tunnels_new(&options);

	g_assert_cmpuint(options.one_way_packets, ==, 8);
	g_assert_cmpuint(options.one_way_seconds, ==, 5);
	g_assert_cmpuint(options.spi_capacity, ==, 1048576);
	g_assert_cmpuint(options.tunnel_capacity, ==, 65536);
	g_assert_cmpuint(options.asa_count, ==, 0);
	g_assert_false(options.reuse_numbers);
	g_assert_cmpuint(tunnels_options(table)->spi_capacity, ==, 1048576);
	tunnels_free(table);
}

static void a_table_of_more_spis_than_there_can_be_is_refused(void)
{
	struct tunnel_options options = tunnel_options_default();

	options.spi_capacity = 0;
	g_assert_null(tunnels_new(&options));
}

static void a_tunnel_begins_empty(void)
{
	struct tunnel_options options = tunnel_options_default();

	options.one_way_packets = 77;
	struct tunnels *table = tunnels_new(&options);
	const struct ip_address here = host(1), peer = host(2);
	const struct tunnel *tunnel = tunnels_between(table, &here, &peer, 33, NOW);
	g_assert_true(ip_address_equal(&tunnel->address[0], &here));
	g_assert_true(ip_address_equal(&tunnel->address[1], &peer));
	g_assert_cmpuint(tunnel->first_frame, ==, 33);
	g_assert_cmpint(tunnel->first_time, ==, NOW);
	g_assert_cmpuint(tunnel->asa_side, ==, 0);
	g_assert_false(tunnel->asa_declared);
	for (unsigned side = 0; side < 2; side++) {
		g_assert_cmpuint(tunnel->esp[side].first_spi, ==, SPI_TABLE_FULL);
		g_assert_cmpuint(tunnel->esp[side].next_one_way_check, ==, 5);
	}
	g_assert_false(tunnel_was_seen(tunnel));
	tunnels_free(table);
}

static void a_tunnel_is_found_by_its_ends_in_either_order(void)
{
	struct tunnels *table = table_for(10);
	const struct ip_address a = host(1), b = host(2), c = host(3);
	struct tunnel *tunnel = tunnels_between(table, &a, &b, 0, NOW);

	g_assert_true(tunnels_between(table, &b, &a, 0, NOW) == tunnel);
	g_assert_true(tunnels_find(table, &a, &b) == tunnel);
	g_assert_true(tunnels_find(table, &b, &a) == tunnel);
	g_assert_null(tunnels_find(table, &a, &c));
	g_assert_null(tunnels_find(table, &c, &b));
	g_assert_null(tunnels_find(table, &a, &a));
	g_assert_null(tunnels_find(table, &b, &b));
	g_assert_true(tunnels_at(table, 0) == tunnel);
	g_assert_null(tunnels_at(table, 1));
	tunnels_free(table);
}

/* Any of the ASAs that were named; where both ends were, the one that begins. */
static void a_named_asa_is_the_one_that_is_mirrored(void)
{
	static const struct {
		unsigned asas[2], source, destination, side;
		bool declared;
	} cases[] = {
	        {{1, 9}, 1, 2, 0, true}, {{9, 1}, 1, 2, 0, true}, {{2, 9}, 1, 2, 1, true},
	        {{9, 2}, 1, 2, 1, true}, {{1, 2}, 1, 2, 0, true}, {{8, 9}, 1, 2, 0, false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct tunnel_options options = tunnel_options_default();
		const struct ip_address source = host(cases[i].source), destination = host(cases[i].destination);
		options.asa[0] = host(cases[i].asas[0]);
		options.asa[1] = host(cases[i].asas[1]);
		options.asa[2] = source; /* behind the last one */
		options.asa_count = 2;
		struct tunnels *table = tunnels_new(&options);
		const struct tunnel *tunnel = tunnels_between(table, &source, &destination, 0, NOW);
		g_assert_cmpuint(tunnel->asa_side, ==, cases[i].side);
		g_assert_cmpint(tunnel->asa_declared, ==, cases[i].declared);
		tunnels_free(table);
	}
}

static void a_declared_tunnel_is_kept_and_mirrored_at_its_local_end(void)
{
	struct tunnels *table = table_for(10);
	const struct ip_address a = host(1), b = host(2), c = host(3);

	tunnels_between(table, &a, &b, 0, NOW);
	struct tunnel *tunnel = tunnels_declare(table, &b, &a);
	g_assert_cmpuint(tunnel->asa_side, ==, 1);
	g_assert_true(tunnel->keep);
	g_assert_true(tunnel->asa_declared);
	g_assert_true(tunnels_declare(table, &a, &b) == tunnel);
	g_assert_cmpuint(tunnel->asa_side, ==, 0);
	tunnel = tunnels_declare(table, &c, &a);
	g_assert_cmpuint(tunnel->asa_side, ==, 0);
	g_assert_cmpint(tunnel->first_time, ==, NOW);
	g_assert_cmpuint(tunnel->first_frame, ==, 0);
	tunnels_free(table);
}

static void the_time_of_a_table_does_not_go_back(void)
{
	struct tunnels *table = table_for(1);

	g_assert_cmpint(tunnels_now(table), ==, NOW);
	tunnels_note_time(table, NOW - 1);
	g_assert_cmpint(tunnels_now(table), ==, NOW);
	tunnels_note_time(table, NOW + 1);
	g_assert_cmpint(tunnels_now(table), ==, NOW + 1);
	tunnels_note_uncounted(table, 5);
	g_assert_cmpint(tunnels_uncounted_time(table), ==, 5);
	tunnels_free(table);
}

static void an_spi_is_found_in_whatever_it_is_encapsulated(void)
{
	for (uint8_t encapsulation = ENCAPSULATION_NONE; encapsulation <= ENCAPSULATION_TCP; encapsulation++) {
		struct tunnels *table = table_for(1);
		const struct tunnel *tunnel = tunnel_of(table, 1);
		struct spi_counts counts = {.source = host(10001),
		                            .destination = host(1),
		                            .spi = 0x1000,
		                            .encapsulation = encapsulation,
		                            .packets = 5,
		                            .last_time = NOW};
		tunnels_take_counts(table, &counts);
		g_assert_cmpuint(tunnel_spi_entry(table, tunnel, 1, 0x1000)->packets, ==, 5);
		g_assert_null(tunnel_spi_entry(table, tunnel, 0, 0x1000));
		g_assert_null(tunnel_spi_entry(table, tunnel, 1, 0x1001));
		/* 0 stands for none, whoever sends on it. */
		counts.spi = 0;
		tunnels_take_counts(table, &counts);
		g_assert_null(tunnel_spi_entry(table, tunnel, 1, 0));
		tunnels_free(table);
	}
}

/* ---- by the peer alone ---- */

static void a_peer_names_a_tunnel_where_it_has_one_only(void)
{
	const struct ip_address a = host(1), b = host(2), c = host(3), d = host(4);

	/* Asked before there are any tunnels, or only when there are all. */
	for (unsigned asked_early = 0; asked_early < 2; asked_early++) {
		struct tunnels *table = table_for(10);
		if (asked_early)
			g_assert_null(tunnels_only_with(table, &b));
		struct tunnel *first = tunnels_between(table, &d, &d, 0, NOW);
		struct tunnel *tunnel = tunnels_between(table, &a, &b, 0, NOW);
		if (asked_early)
			g_assert_true(tunnels_only_with(table, &a) == tunnel);
		struct tunnel *other = tunnels_between(table, &c, &a, 0, NOW);
		g_assert_true(tunnels_only_with(table, &b) == tunnel);
		const GHashTable *looked_up = table->by_peer;
		g_assert_true(tunnels_only_with(table, &c) == other);
		g_assert_true(table->by_peer == looked_up);
		g_assert_null(tunnels_only_with(table, &a));
		g_assert_null(tunnels_only_with(table, &(struct ip_address){0}));
		/* A host's tunnel with itself is one. */
		g_assert_true(tunnels_only_with(table, &d) == first);
		tunnels_free(table);
	}
}

static void a_peer_of_two_tunnels_has_one_again_when_the_other_gives_way(void)
{
	struct tunnels *table = table_for(3);
	const struct ip_address a = host(1), b = host(2), c = host(3), d = host(4), e = host(5);

	tunnels_between(table, &d, &d, 0, NOW);
	tunnels_between(table, &a, &b, 0, NOW);
	struct tunnel *stays = tunnels_between(table, &a, &c, 0, NOW);
	stays->keep = true;
	g_assert_null(tunnels_only_with(table, &a));
	tunnels_between(table, &d, &e, 0, NOW)->keep = true; /* d's tunnel with itself goes */
	g_assert_true(tunnels_only_with(table, &d) == tunnels_find(table, &d, &e));
	tunnels_between(table, &e, &e, 0, NOW); /* a's with b goes */
	g_assert_null(tunnels_find(table, &a, &b));
	g_assert_true(tunnels_only_with(table, &a) == stays);
	g_assert_null(tunnels_only_with(table, &b));
	g_assert_null(tunnels_only_with(table, &e));
	g_assert_cmpuint(g_hash_table_size(table->by_peer), ==, 4);
	/* Numbers that stand empty are passed over where the peers are looked up for the first time. */
	struct tunnels *late = table_for(1);
	tunnels_between(late, &a, &b, 0, NOW);
	struct tunnel *last = tunnels_between(late, &a, &c, 0, NOW);
	g_assert_true(tunnels_only_with(late, &a) == last);
	tunnels_free(late);
	tunnels_free(table);
}

/* ---- what every packet leaves in its tunnel ---- */

static void a_packets_time_and_frame_are_noted(void)
{
	struct tunnel tunnel = {0};

	tunnel_note_packet(&tunnel, 1, 7, 100);
	tunnel_note_packet(&tunnel, 0, 8, 90);
	g_assert_cmpuint(tunnel.last_frame, ==, 8);
	g_assert_cmpint(tunnel.last_time, ==, 100);
	g_assert_cmpint(tunnel.last_from[0], ==, 90);
	g_assert_cmpint(tunnel.last_from[1], ==, 100);
	tunnel_note_packet(&tunnel, 1, 9, 95);
	g_assert_cmpint(tunnel.last_from[1], ==, 100);
	tunnel_note_packet(&tunnel, 1, 9, 101);
	g_assert_cmpint(tunnel.last_from[1], ==, 101);
	g_assert_cmpint(tunnel.last_time, ==, 101);
}

/* From a side that was never heard of, even such a packet is the first sign. */
static void a_packet_that_may_be_made_up_does_not_say_that_its_sender_is_there(void)
{
	struct tunnel tunnel = {0};

	tunnel_note_claimed(&tunnel, 1, 7, 100, false);
	g_assert_cmpint(tunnel.last_from[1], ==, 100);
	tunnel_note_claimed(&tunnel, 1, 8, 110, false);
	g_assert_cmpint(tunnel.last_from[1], ==, 100);
	g_assert_cmpint(tunnel.last_time, ==, 110);
	g_assert_cmpuint(tunnel.last_frame, ==, 8);
	tunnel_note_claimed(&tunnel, 1, 9, 120, true);
	g_assert_cmpint(tunnel.last_from[1], ==, 120);
	g_assert_cmpint(tunnel.last_from[0], ==, 0);
}

static void an_annotation_that_says_nothing_names_nothing(void)
{
	struct annotation annotation;

	memset(&annotation, 0xff, sizeof annotation);
	annotation_clear(&annotation);
	g_assert_cmpuint(annotation.tunnel, ==, UINT32_MAX);
	g_assert_cmpuint(annotation.spi_entry, ==, SPI_TABLE_FULL);
	g_assert_cmpuint(annotation.copy, ==, 1);
	g_assert_false(annotation.changed);
	g_assert_cmpuint(annotation.paired_spi, ==, 0);
	g_assert_cmpstr(annotation.state, ==, "");
}

static void the_sender_of_a_packet_is_the_side_with_its_address(void)
{
	struct tunnel tunnel = {.number = 5, .address = {host(1), host(2)}};
	struct annotation annotation = {0};
	struct arrival arrival = {.annotation = &annotation};

	for (uint8_t side = 0; side < 2; side++) {
		arrival_enter(&arrival, &tunnel, &tunnel.address[side]);
		g_assert_cmpuint(arrival.side, ==, side);
		g_assert_true(arrival.tunnel == &tunnel);
		g_assert_cmpuint(annotation.tunnel, ==, 5);
	}
}

/* The first time that one is named counts; four are remembered. */
static void spis_said_to_be_unknown_are_noted_once(void)
{
	struct tunnel tunnel = {0};
	struct arrival arrival = {.tunnel = &tunnel, .frame = 10, .time = 100};
	static const struct {
		uint32_t spi;
		uint8_t count;
		uint32_t frame;
	} notices[] = {{7, 1, 10},  {7, 1, 10},  {8, 2, 12},  {7, 2, 12}, {9, 3, 14},
	               {10, 4, 15}, {10, 4, 15}, {11, 4, 17}, {8, 4, 17}};

	for (size_t i = 0; i < G_N_ELEMENTS(notices); i++) {
		tunnel_note_invalid_spi(&arrival, notices[i].spi);
		g_assert_cmpuint(tunnel.invalid_spi_count, ==, notices[i].count);
		g_assert_cmpuint(tunnel.invalid_spi_frame, ==, notices[i].frame);
		g_assert_cmpint(tunnel.invalid_spi_time, ==, notices[i].frame * 10);
		g_assert_cmpint(tunnel.invalid_spi_said_time, ==, arrival.time);
		arrival.frame++;
		arrival.time += 10;
	}
	for (unsigned i = 0; i < 4; i++)
		g_assert_cmpuint(tunnel.invalid_spis[i], ==, 7 + i);
	/* Also one that no ESP has. */
	tunnel = (struct tunnel){0};
	tunnel_note_invalid_spi(&arrival, 0);
	g_assert_cmpuint(tunnel.invalid_spi_count, ==, 1);
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/tunnel-table/" #function, function                                                                   \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(a_tunnel_is_in_use_until_it_was_silent_for_too_long),
        TEST(what_has_no_claim_gives_way_before_an_attempt),
        TEST(an_attempt_gives_way_before_what_is_in_use),
        TEST(of_attempts_the_oldest_gives_way),
        TEST(what_has_no_claim_gives_way_by_turns),
        TEST(numbers_are_used_again_where_options_say_so),
        TEST(a_look_for_one_that_gives_way_ends_somewhere),
        TEST(a_table_may_have_room_for_one_or_none),
        TEST(a_tunnel_takes_its_spis_along),
        TEST(the_defaults_are_those_of_the_manual),
        TEST(a_table_of_more_spis_than_there_can_be_is_refused),
        TEST(a_tunnel_begins_empty),
        TEST(a_tunnel_is_found_by_its_ends_in_either_order),
        TEST(a_named_asa_is_the_one_that_is_mirrored),
        TEST(a_declared_tunnel_is_kept_and_mirrored_at_its_local_end),
        TEST(the_time_of_a_table_does_not_go_back),
        TEST(an_spi_is_found_in_whatever_it_is_encapsulated),
        TEST(a_peer_names_a_tunnel_where_it_has_one_only),
        TEST(a_peer_of_two_tunnels_has_one_again_when_the_other_gives_way),
        TEST(a_packets_time_and_frame_are_noted),
        TEST(a_packet_that_may_be_made_up_does_not_say_that_its_sender_is_there),
        TEST(an_annotation_that_says_nothing_names_nothing),
        TEST(the_sender_of_a_packet_is_the_side_with_its_address),
        TEST(spis_said_to_be_unknown_are_noted_once),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
