/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ESP into its tunnel, packet by packet: what each shows, and when the rules have something new to look at. */
#include "core/tunnel/esp.h"
#include "core/tunnel/silence.h"

#include <glib.h>
#include <string.h>

#include "core/base/time.h"
#include "core/tunnel/packet.h"
#include "core/tunnel/spis.h"
#include "core/tunnel/table.h"
#include "scene.h"

#define SECONDS(count) ((count)*NANOSECONDS)
#define START SECONDS(1000)
#define ONE_WAY_PACKETS 8
#define ONE_WAY_SECONDS 5
#define SPI_FROM_0 0x10
#define SPI_FROM_1 0x20

/* Two ends, and packets between them at times of the test's choice. */
struct path {
	struct tunnels *tunnels;
	uint32_t frame;
	struct annotation annotation;
};

static const uint8_t ends[2][4] = {{10, 1, 0, 1}, {10, 2, 0, 1}};

static void begin(struct path *path)
{
	struct tunnel_options options = tunnel_options_default();

	options.one_way_packets = ONE_WAY_PACKETS;
	options.one_way_seconds = ONE_WAY_SECONDS;
	options.spi_capacity = 1024;
	*path = (struct path){.tunnels = tunnels_new(&options)};
	const struct ip_address here = ip_address_from_ipv4(ends[0]), there = ip_address_from_ipv4(ends[1]);
	tunnels_between(path->tunnels, &here, &there, 0, 0);
}

static void end(struct path *path)
{
	tunnels_free(path->tunnels);
}

static struct tunnel *tunnel_of(const struct path *path)
{
	return tunnels_at(path->tunnels, 0);
}

/* Returns whether the rules are to be asked. */
static bool send(struct path *path, unsigned side, uint32_t spi, uint32_t sequence, int64_t time)
{
	const uint8_t bytes[] = {
	        (uint8_t)(spi >> 24),      (uint8_t)(spi >> 16),      (uint8_t)(spi >> 8),      (uint8_t)spi,
	        (uint8_t)(sequence >> 24), (uint8_t)(sequence >> 16), (uint8_t)(sequence >> 8), (uint8_t)sequence};
	const struct datagram datagram = {.kind = DATAGRAM_ESP,
	                                  .source = ip_address_from_ipv4(ends[side]),
	                                  .destination = ip_address_from_ipv4(ends[!side]),
	                                  .ip_length = 100,
	                                  .payload = bytes,
	                                  .captured = sizeof bytes,
	                                  .length = sizeof bytes};
	struct arrival arrival = {.tunnels = path->tunnels,
	                          .frame = ++path->frame,
	                          .time = time,
	                          .datagram = &datagram,
	                          .annotation = &path->annotation};

	annotation_clear(&path->annotation);
	tunnels_note_time(path->tunnels, time);
	tunnels_take_packet(&arrival, true);
	return arrival.judge;
}

/* ---- silence ---- */

static void packets_one_way_end_the_silence_of_the_other(void)
{
	/* What either way had, packets that come this way, and what both have then. */
	static const struct {
		struct esp_silence own, other;
		uint64_t packets;
		int64_t first, last;
		uint32_t least;
		bool ended;
		struct esp_silence own_then, other_then;
	} cases[] = {
	        {{0}, {0}, 1, 100, 100, 8, false, {.packets = 1, .start = 100, .last = 100}, {0}},
	        {{0}, {0}, 3, 100, 110, 0, false, {.packets = 3, .start = 100, .last = 110}, {0}},
	        {{.packets = 2, .start = 50, .last = 60},
	         {0},
	         3,
	         100,
	         110,
	         8,
	         false,
	         {.packets = 5, .start = 50, .last = 110},
	         {0}},
	        {{.longest = 7},
	         {.packets = 4, .start = 50, .last = 90, .longest = 3},
	         1,
	         100,
	         100,
	         8,
	         false,
	         {.packets = 1, .start = 100, .last = 100, .longest = 7},
	         {.packets = 0, .start = 50, .last = 90, .longest = 3}},
	        {{.longest = 7},
	         {.packets = 8, .start = 50, .last = 90, .longest = 3},
	         1,
	         100,
	         101,
	         8,
	         true,
	         {.packets = 1, .start = 100, .last = 101, .longest = 7},
	         {.packets = 0, .start = 50, .last = 90, .longest = 50}},
	        {{0},
	         {.packets = 8, .start = 50, .last = 90, .longest = 60},
	         1,
	         100,
	         101,
	         8,
	         true,
	         {.packets = 1, .start = 100, .last = 101},
	         {.packets = 0, .start = 50, .last = 90, .longest = 60}},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct esp_silence own = cases[i].own, other = cases[i].other;
		struct tunnel_options options = tunnel_options_default();
		options.one_way_packets = cases[i].least;
		g_assert_cmpint(
		        esp_silence_add(&options, &own, &other, cases[i].packets, cases[i].first, cases[i].last, true),
		        ==, cases[i].ended);
		g_assert_cmpuint(own.packets, ==, cases[i].own_then.packets);
		g_assert_cmpint(own.start, ==, cases[i].own_then.start);
		g_assert_cmpint(own.last, ==, cases[i].own_then.last);
		g_assert_cmpint(own.longest, ==, cases[i].own_then.longest);
		g_assert_cmpuint(other.packets, ==, cases[i].other_then.packets);
		g_assert_cmpint(other.start, ==, cases[i].other_then.start);
		g_assert_cmpint(other.last, ==, cases[i].other_then.last);
		g_assert_cmpint(other.longest, ==, cases[i].other_then.longest);
	}
}

/* The first packet on an SPI speaks for its sender when the second one has come. */
static void the_second_packet_on_an_spi_speaks_for_both(void)
{
	struct path path;

	begin(&path);
	send(&path, 0, SPI_FROM_0, 1, START);
	const struct esp_silence *silence = &tunnel_of(&path)->esp[0].silence;
	g_assert_cmpuint(silence->packets, ==, 0);
	send(&path, 0, SPI_FROM_0, 2, START + 5);
	g_assert_cmpuint(silence->packets, ==, 2);
	g_assert_cmpint(silence->start, ==, START);
	g_assert_cmpint(silence->last, ==, START + 5);
	send(&path, 0, SPI_FROM_0, 3, START + 7);
	g_assert_cmpuint(silence->packets, ==, 3);
	g_assert_cmpint(silence->start, ==, START);
	g_assert_cmpint(silence->last, ==, START + 7);
	end(&path);
}

/* A frame that was captured late: the first packet is not from before the second. */
static void a_first_packet_of_a_later_time_starts_nothing(void)
{
	struct path path;

	begin(&path);
	send(&path, 0, SPI_FROM_0, 1, START + 9);
	send(&path, 0, SPI_FROM_0, 2, START + 5);
	g_assert_cmpint(tunnel_of(&path)->esp[0].silence.start, ==, START + 5);
	end(&path);
}

/* After two packets of 1 and 2: whether another number shows that its sender follows the SA. */
static void only_new_numbers_show_that_the_sender_is_there(void)
{
	static const struct {
		uint32_t before, sequence; /* 0: no packet before */
		bool shows;
	} numbers[] = {
	        {0, 3, true},  {0, 5, true},       {0, 2, false},     {5, 4, false},
	        {5, 5, false}, {0, 500000, false}, {500000, 3, true}, {5000000, 5000001, true},
	        {3, 4, true},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
		struct path path;
		begin(&path);
		send(&path, 0, SPI_FROM_0, 1, START);
		send(&path, 0, SPI_FROM_0, 2, START + 1);
		if (numbers[i].before != 0)
			send(&path, 0, SPI_FROM_0, numbers[i].before, START + 2);
		const struct tunnel *tunnel = tunnel_of(&path);
		uint64_t before = tunnel->esp[0].silence.packets;
		int64_t heard = tunnel->last_from[0];
		send(&path, 0, SPI_FROM_0, numbers[i].sequence, START + 3);
		g_assert_cmpuint(tunnel->esp[0].silence.packets, ==, before + numbers[i].shows);
		g_assert_cmpint(tunnel->last_from[0], ==, numbers[i].shows ? START + 3 : heard);
		g_assert_cmpint(tunnel->last_time, ==, START + 3);
		end(&path);
	}
}

/* After a silence of side 1 while side 0 sent so many packets in 10 s, until a packet of side 1 on the SPI that came
 * first so long after the silence began. */
static void only_an_spi_from_before_a_silence_tells_how_long_it_was(void)
{
	static const struct {
		int64_t spi_began;
		unsigned packets;
		int64_t lasts, longest;
	} cases[] = {
	        {-1, ONE_WAY_PACKETS, SECONDS(15), SECONDS(15)},
	        {0, ONE_WAY_PACKETS, SECONDS(15), 0},
	        {-1, ONE_WAY_PACKETS - 1, SECONDS(15), 0},
	        {-1, ONE_WAY_PACKETS, SECONDS(15) + 1, 0}, /* an outage */
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct path path;
		begin(&path);
		send(&path, 1, SPI_FROM_1, 1, START + cases[i].spi_began);
		send(&path, 1, SPI_FROM_1, 2, START);
		for (uint32_t sequence = 1; sequence <= cases[i].packets; sequence++)
			send(&path, 0, SPI_FROM_0, sequence, sequence == 1 ? START : START + SECONDS(10));
		send(&path, 1, SPI_FROM_1, 3, START + cases[i].lasts);
		g_assert_cmpint(tunnel_of(&path)->esp[0].silence.longest, ==, cases[i].longest);
		g_assert_cmpuint(tunnel_of(&path)->esp[0].silence.packets, ==, 0);
		end(&path);
	}
}

static void a_new_spi_ends_a_silence_and_does_not_tell_how_long_it_was(void)
{
	struct path path;

	begin(&path);
	for (uint32_t sequence = 1; sequence <= ONE_WAY_PACKETS; sequence++)
		send(&path, 0, SPI_FROM_0, sequence, START);
	send(&path, 1, SPI_FROM_1, 1, START + SECONDS(20));
	g_assert_cmpuint(tunnel_of(&path)->esp[0].silence.packets, ==, ONE_WAY_PACKETS);
	send(&path, 1, SPI_FROM_1, 2, START + SECONDS(21));
	g_assert_cmpuint(tunnel_of(&path)->esp[0].silence.packets, ==, 0);
	g_assert_cmpint(tunnel_of(&path)->esp[0].silence.longest, ==, 0);
	g_assert_cmpint(tunnel_of(&path)->esp[1].silence.start, ==, START + SECONDS(20));
	end(&path);
}

/* ---- when the rules are asked ---- */

static void the_rules_are_asked_about_an_spi_twice(void)
{
	struct path path;

	begin(&path);
	for (unsigned side = 0; side < 2; side++) {
		g_assert_true(send(&path, side, SPI_FROM_0, 1, START));
		g_assert_true(send(&path, side, SPI_FROM_0, 2, START));
		g_assert_false(send(&path, side, SPI_FROM_0, 3, START));
		/* Again for another SPI. */
		g_assert_true(send(&path, side, SPI_FROM_1, 1, START));
		g_assert_true(send(&path, side, SPI_FROM_1, 2, START));
		g_assert_false(send(&path, side, SPI_FROM_1, 3, START));
	}
	end(&path);
}

/* Both ways by turns, so that there is no silence: at the 64th packet of a direction, and at twice as many. */
static void the_rules_are_asked_ever_more_rarely(void)
{
	struct path path;

	begin(&path);
	for (uint32_t sequence = 1; sequence <= 300; sequence++) {
		for (unsigned side = 0; side < 2; side++) {
			bool asked = send(&path, side, SPI_FROM_0, sequence, START + sequence);
			g_assert_cmpint(asked, ==,
			                sequence <= 2 || sequence == 64 || sequence == 128 || sequence == 256);
		}
	}
	end(&path);
}

/* So many packets the other way, the last of them so long after the first. */
static bool asks_after(unsigned packets, int64_t span)
{
	struct path path;
	bool asked = false;

	begin(&path);
	for (uint32_t sequence = 1; sequence <= packets; sequence++)
		asked = send(&path, 0, SPI_FROM_0, sequence, START + (sequence < packets ? 0 : span));
	end(&path);
	return asked;
}

static void the_rules_are_asked_when_a_silence_may_be_one_way(void)
{
	g_assert_false(asks_after(4, SECONDS(1)));
	g_assert_true(asks_after(5, SECONDS(1)));
	g_assert_false(asks_after(5, SECONDS(1) - 1));
	g_assert_true(asks_after(6, SECONDS(1)));
}

static void they_are_asked_again_at_twice_as_many_packets(void)
{
	struct path path;

	begin(&path);
	for (uint32_t sequence = 1; sequence <= 40; sequence++) {
		bool asked = send(&path, 0, SPI_FROM_0, sequence, START + SECONDS(sequence - 1));
		/* The 5th and 10th; 20 packets are twice as many again. */
		g_assert_cmpint(asked, ==,
		                sequence <= 2 || sequence == 5 || sequence == 10 || sequence == 20 || sequence == 40);
	}
	end(&path);
}

static void after_an_answer_the_count_begins_anew(void)
{
	struct path path;
	uint32_t sequence = 1;

	begin(&path);
	send(&path, 1, SPI_FROM_1, 1, START);
	send(&path, 1, SPI_FROM_1, 2, START);
	for (; sequence <= 20; sequence++)
		send(&path, 0, SPI_FROM_0, sequence, START + SECONDS(sequence));
	g_assert_true(send(&path, 1, SPI_FROM_1, 3, START + SECONDS(21)));
	for (unsigned packet = 1; packet <= 5; packet++, sequence++)
		g_assert_cmpint(send(&path, 0, SPI_FROM_0, sequence, START + SECONDS(21 + packet)), ==, packet == 5);
	end(&path);
}

static void the_rules_are_asked_while_there_is_no_verdict_and_more_is_lost(void)
{
	for (unsigned cause = 0; cause < 2; cause++) {
		struct path path;
		bool none = cause == 0;
		begin(&path);
		send(&path, 0, SPI_FROM_0, 1, START);
		send(&path, 0, SPI_FROM_0, 2, START);
		tunnel_of(&path)->current = none ? CAUSE_NONE : CAUSE_MTU;
		g_assert_false(send(&path, 0, SPI_FROM_0, 5, START)); /* 2 lost */
		g_assert_false(send(&path, 0, SPI_FROM_0, 6, START));
		g_assert_cmpint(send(&path, 0, SPI_FROM_0, 8, START), ==, none); /* 3 */
		g_assert_false(send(&path, 0, SPI_FROM_0, 9, START));
		g_assert_cmpint(send(&path, 0, SPI_FROM_0, 11, START), ==, none); /* 4 */
		/* One that comes late loses nothing. */
		g_assert_false(send(&path, 0, SPI_FROM_0, 10, START));
		g_assert_cmpuint(tunnel_of(&path)->esp[0].lost, ==, 3);
		end(&path);
	}
}

/* A failure of the negotiation may be over when both ends send. */
static void the_rules_are_asked_whether_esp_by_turns_undoes_a_failure(void)
{
	static const struct {
		enum cause cause;
		bool asked;
	} causes[] = {
	        {CAUSE_NONE, false},
	        {CAUSE_PSK_MISMATCH, true},
	        {CAUSE_TS_UNACCEPTABLE, true},
	        {CAUSE_MTU, false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(causes); i++) {
		struct path path;
		begin(&path);
		for (unsigned side = 0; side < 2; side++)
			for (uint32_t sequence = 1; sequence <= 2; sequence++)
				send(&path, side, SPI_FROM_0, sequence, START);
		tunnel_of(&path)->current = causes[i].cause;
		g_assert_cmpint(send(&path, 0, SPI_FROM_0, 3, START), ==, causes[i].asked);
		g_assert_false(send(&path, 0, SPI_FROM_0, 4, START));
		g_assert_cmpint(send(&path, 1, SPI_FROM_0, 3, START), ==, causes[i].asked);
		end(&path);
	}
}

/* ---- what an outage cost ---- */

static void losses_since_an_outage_began_were_lost_to_it(void)
{
	struct tunnel tunnel = {0};
	struct esp_direction *direction = &tunnel.esp[1];

	direction->lost = 15;
	direction->lost_before_outage = 5;
	tunnel_end_outage(&tunnel, 1);
	g_assert_cmpuint(direction->lost_in_outages, ==, 10);
	g_assert_cmpuint(direction->lost_before_outage, ==, 15);
	direction->lost = 12; /* some came late */
	tunnel_end_outage(&tunnel, 1);
	g_assert_cmpuint(direction->lost_in_outages, ==, 10);
	g_assert_cmpuint(direction->lost_before_outage, ==, 12);
	direction->lost = 13;
	tunnel_end_outage(&tunnel, 1);
	g_assert_cmpuint(direction->lost_in_outages, ==, 11);
	g_assert_cmpuint(tunnel.esp[0].lost_in_outages, ==, 0);
}

static void losses_of_the_path_are_those_that_no_outage_cost(void)
{
	struct esp_direction direction = {.lost = 5, .lost_in_outages = 5};

	g_assert_cmpuint(esp_direction_path_losses(&direction), ==, 0);
	direction.lost_in_outages = 4;
	g_assert_cmpuint(esp_direction_path_losses(&direction), ==, 1);
	direction.lost_in_outages = 9;
	g_assert_cmpuint(esp_direction_path_losses(&direction), ==, 0);
}

/* The 8 packets that end the outage may tell of it; what is lost after them is lost to the path. */
static void the_packets_that_end_an_outage_tell_what_it_cost(void)
{
	for (unsigned was_one_way = 0; was_one_way < 2; was_one_way++) {
		struct path path;
		begin(&path);
		send(&path, 1, SPI_FROM_1, 1, START);
		send(&path, 1, SPI_FROM_1, 2, START);
		for (uint32_t sequence = 1; sequence <= ONE_WAY_PACKETS; sequence++)
			send(&path, 0, SPI_FROM_0, sequence, START + SECONDS(sequence));
		tunnel_of(&path)->current = was_one_way ? CAUSE_ONE_WAY : CAUSE_MTU;
		const struct esp_direction *back = &tunnel_of(&path)->esp[1];
		for (uint32_t packet = 1; packet <= 10; packet++) {
			send(&path, 1, SPI_FROM_1, 2 + 2 * packet,
			     START + SECONDS(20)); /* each after one that is lost */
			if (packet == 1)
				tunnel_of(&path)->current = CAUSE_NONE;
			g_assert_cmpuint(back->lost, ==, packet);
			g_assert_cmpuint(back->lost_in_outages, ==, was_one_way ? MIN(packet, OUTAGE_CLOSING) : 0);
		}
		g_assert_cmpuint(tunnel_of(&path)->esp[0].outage_closing, ==, 0);
		end(&path);
	}
}

/* ---- what is counted ---- */

static void a_direction_counts_its_packets_bytes_times_and_spis(void)
{
	struct path path;

	begin(&path);
	send(&path, 1, SPI_FROM_1, 1, START);
	send(&path, 1, SPI_FROM_1, 2, START + 1);
	send(&path, 1, SPI_FROM_0, 1, START + 2);
	const struct esp_direction *direction = &tunnel_of(&path)->esp[1];
	g_assert_cmpuint(direction->packets, ==, 3);
	g_assert_cmpuint(direction->bytes, ==, 300);
	g_assert_cmpint(direction->first_time, ==, START);
	g_assert_cmpint(direction->last_time, ==, START + 2);
	g_assert_cmpuint(direction->first_frame, ==, 1);
	g_assert_cmpuint(direction->last_frame, ==, 3);
	g_assert_cmpuint(direction->spis, ==, 2);
	g_assert_cmpuint(direction->live_spis, ==, 2);
	g_assert_cmpuint(tunnel_of(&path)->esp[0].packets, ==, 0);
	const struct spi_entry *newest = spi_table_entry(tunnels_spi_table(path.tunnels), direction->first_spi);
	g_assert_cmphex(newest->spi, ==, SPI_FROM_0);
	g_assert_cmpuint(newest->owner, ==, tunnel_of(&path)->number);
	g_assert_cmpuint(newest->owner_side, ==, 1);
	const struct spi_entry *older = spi_table_entry(tunnels_spi_table(path.tunnels), newest->next_of_owner);
	g_assert_cmphex(older->spi, ==, SPI_FROM_1);
	g_assert_cmpuint(older->next_of_owner, ==, SPI_TABLE_FULL);
	end(&path);
}

static void a_packet_is_annotated_with_its_counts(void)
{
	struct path path;

	begin(&path);
	tunnel_of(&path)->asa_side = 1;
	send(&path, 0, SPI_FROM_0, 1, START);
	send(&path, 1, SPI_FROM_1, 1, START);
	send(&path, 0, SPI_FROM_0, 4, START);
	send(&path, 0, SPI_FROM_0, 3, START);
	const struct annotation *annotation = &path.annotation;
	const struct spi_entry *entry = spi_table_entry(tunnels_spi_table(path.tunnels), annotation->spi_entry);
	g_assert_cmpuint(annotation->tunnel, ==, 0);
	g_assert_cmpint(annotation->phase, ==, PHASE_DATA);
	g_assert_cmphex(entry->spi, ==, SPI_FROM_0);
	g_assert_cmphex(annotation->paired_spi, ==, SPI_FROM_1);
	g_assert_cmpuint(annotation->encaps, ==, 1);
	g_assert_cmpuint(annotation->decaps, ==, 3);
	g_assert_cmpuint(annotation->lost, ==, 1);
	g_assert_cmpuint(annotation->reordered, ==, 1);
	g_assert_cmpint(annotation->step, ==, SEQUENCE_LATE);
	send(&path, 1, SPI_FROM_0, 1, START);
	g_assert_cmphex(annotation->paired_spi, ==, 0);
	end(&path);
}

/* Of a child that had to give way to newer ones nothing is known. */
static void a_packet_on_an_spi_of_no_child_is_paired_with_none(void)
{
	struct path path;

	begin(&path);
	for (uint32_t spi = 1; spi <= TUNNEL_CHILDREN + 1; spi++)
		for (unsigned side = 0; side < 2; side++)
			send(&path, side, spi, 1, START);
	g_assert_cmphex(path.annotation.paired_spi, ==, TUNNEL_CHILDREN + 1);
	send(&path, 0, 1, 2, START);
	g_assert_cmphex(path.annotation.paired_spi, ==, 0);
	g_assert_cmpuint(path.annotation.spi_entry, !=, SPI_TABLE_FULL);
	end(&path);
}

/* Less than an SPI and a number. */
static void a_packet_cut_short_is_not_counted(void)
{
	struct path path;
	const uint8_t bytes[8] = {0, 0, 0, SPI_FROM_0, 0, 0, 0, 1};

	begin(&path);
	for (size_t captured = 7; captured <= 8; captured++) {
		const struct datagram datagram = {.kind = DATAGRAM_ESP,
		                                  .source = ip_address_from_ipv4(ends[0]),
		                                  .destination = ip_address_from_ipv4(ends[1]),
		                                  .payload = bytes,
		                                  .captured = captured,
		                                  .length = 100};
		struct arrival arrival = {
		        .tunnels = path.tunnels, .time = START, .datagram = &datagram, .annotation = &path.annotation};
		annotation_clear(&path.annotation);
		tunnels_take_packet(&arrival, false);
		g_assert_cmpuint(tunnel_of(&path)->esp[0].packets, ==, captured - 7);
		/* Nobody reads more than this. */
		g_assert_cmpuint(path.annotation.tunnel, ==, captured == 8 ? 0 : UINT32_MAX);
		g_assert_cmpuint(path.annotation.spi_entry, ==, SPI_TABLE_FULL);
		g_assert_null(arrival.esp);
	}
	end(&path);
}

static void a_packet_whose_spi_finds_no_room_counts_for_its_direction(void)
{
	struct tunnel_options options = tunnel_options_default();
	struct path path = {0};

	options.spi_capacity = 1;
	path.tunnels = tunnels_new(&options);
	for (uint32_t sequence = 1; sequence <= 2; sequence++)
		send(&path, 0, SPI_FROM_0, sequence, START);
	tunnel_of(&path)->keep = true;
	g_assert_true(send(&path, 1, SPI_FROM_1, 1, START + 1)); /* the first of its direction */
	g_assert_false(send(&path, 1, SPI_FROM_1, 2, START + 2));
	const struct tunnel *tunnel = tunnel_of(&path);
	g_assert_cmpuint(path.annotation.tunnel, ==, 0);
	g_assert_cmpuint(path.annotation.spi_entry, ==, SPI_TABLE_FULL);
	g_assert_cmpint(path.annotation.phase, ==, PHASE_DATA);
	g_assert_cmpuint(tunnel->esp[1].packets, ==, 2);
	g_assert_cmpuint(tunnel->esp[1].bytes, ==, 200);
	g_assert_cmpuint(tunnel->esp[1].spis, ==, 0);
	g_assert_cmpuint(tunnel->esp[1].silence.packets, ==, 0);
	/* Anybody may have made it up, but the first is the first sign of its sender. */
	g_assert_cmpint(tunnel->last_from[1], ==, START + 1);
	g_assert_cmpint(tunnel->last_time, ==, START + 2);
	end(&path);
}

/* Then its SPI does not take room either. */
static void a_packet_whose_tunnel_finds_no_room_is_not_counted(void)
{
	struct tunnel_options options = tunnel_options_default();
	const struct ip_address a = ip_address_from_ipv4((const uint8_t[4]){10, 9, 0, 1});
	const struct ip_address b = ip_address_from_ipv4((const uint8_t[4]){10, 9, 0, 2});

	for (uint32_t capacity = 1; capacity <= 2; capacity++) {
		struct path path = {0};
		options.tunnel_capacity = 1;
		options.spi_capacity = capacity;
		path.tunnels = tunnels_new(&options);
		tunnels_declare(path.tunnels, &a, &b);
		const struct spi_counts counts = {
		        .source = a, .destination = b, .spi = 1, .packets = 2, .last_time = START};
		tunnels_take_counts(path.tunnels, &counts);
		g_assert_false(send(&path, 0, SPI_FROM_0, 1, START));
		g_assert_cmpuint(path.annotation.tunnel, ==, UINT32_MAX);
		g_assert_cmpuint(spi_table_size(tunnels_spi_table(path.tunnels)), ==, 1);
		g_assert_cmpuint(tunnels_count(path.tunnels), ==, 1);
		end(&path);
	}
}

/* In a crowded direction a new SPI has the place of an old one that proved nothing. */
static void a_flood_of_spis_takes_no_more_room_than_64(void)
{
	struct path path;

	begin(&path);
	for (uint32_t spi = 1; spi <= 100; spi++) {
		send(&path, 0, spi, 1, START);
		g_assert_cmpuint(tunnel_of(&path)->esp[0].live_spis, ==, MIN(spi, 63));
	}
	g_assert_cmpuint(tunnel_of(&path)->esp[0].spis, ==, 100);
	g_assert_nonnull(tunnel_spi_entry(path.tunnels, tunnel_of(&path), 0, 100));
	g_assert_nonnull(tunnel_spi_entry(path.tunnels, tunnel_of(&path), 0, 38));
	g_assert_null(tunnel_spi_entry(path.tunnels, tunnel_of(&path), 0, 37));
	end(&path);
}

/* ---- in batches ---- */

/* The same packets, one by one and all at a time. */
static void a_batch_stops_where_the_rules_have_something_to_look_at(void)
{
	enum { COUNT = 20 };
	struct esp_packet packets[COUNT];
	struct path one_by_one, together;
	struct esp_batch batch;

	begin(&one_by_one);
	begin(&together);
	for (uint32_t i = 0; i < COUNT; i++)
		packets[i] = (struct esp_packet){.source = ip_address_from_ipv4(ends[0]),
		                                 .destination = ip_address_from_ipv4(ends[1]),
		                                 .spi = SPI_FROM_0,
		                                 .sequence = i + 1,
		                                 .bytes = 100,
		                                 .frame = i + 1,
		                                 .time = START + SECONDS(i)};
	struct arrival arrival = {.annotation = &together.annotation};
	annotation_clear(&together.annotation);
	esp_batch_begin(together.tunnels, &batch, packets, COUNT);
	for (uint32_t i = 0; i < COUNT; i++) {
		if (!send(&one_by_one, 0, SPI_FROM_0, i + 1, START + SECONDS(i)))
			continue;
		g_assert_true(esp_batch_take(together.tunnels, &batch, &arrival));
		g_assert_cmpuint(arrival.frame, ==, i + 1);
		g_assert_cmpint(arrival.time, ==, START + SECONDS(i));
		g_assert_true(arrival.tunnel == tunnel_of(&together));
		g_assert_true(arrival.judge);
		/* Nobody reads more than this. */
		g_assert_cmpuint(together.annotation.tunnel, ==, 0);
		g_assert_cmpuint(together.annotation.spi_entry, ==, SPI_TABLE_FULL);
		g_assert_cmpint(tunnels_now(together.tunnels), ==, START + SECONDS(i));
	}
	g_assert_false(esp_batch_take(together.tunnels, &batch, &arrival));
	g_assert_cmpuint(tunnel_of(&together)->esp[0].packets, ==, COUNT);
	g_assert_cmpint(tunnels_now(together.tunnels), ==, START + SECONDS(COUNT - 1));
	end(&one_by_one);
	end(&together);
}

/* ---- what ESP says of IKE ---- */

#define AUTH_REQUEST 200
#define CHILD_REFUSED 64
#define REFUSED 8

static void refuse(struct scene *scene, uint32_t payload)
{
	scene_init_request(scene);
	scene_init_response(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	scene_response(scene, 1, IKE2_AUTH, 1, payload);
}

static const struct ike_sa *sa_of(const struct scene *scene, unsigned number)
{
	return scene_tunnel(scene)->ike_sas[number];
}

static void assert_cause(const struct scene *scene, enum cause cause)
{
	g_assert_cmpstr(cause_name(scene_cause(scene)), ==, cause_name(cause));
}

/* Two packets of side 0 from this sequence number on. */
static void send_from(struct scene *scene, uint32_t sequence)
{
	scene->sequence[0] = sequence - 1;
	scene_esp(scene, 0, SPI_FROM_0, 2, 0.1);
}

static void new_esp_undoes_a_refusal_that_was_inferred(void)
{
	static const struct {
		uint32_t payload, sequence;
		bool undone;
	} cases[] = {{REFUSED, 1, true},       {REFUSED, 1000, true},       {REFUSED, 1001, false},
	             {CHILD_REFUSED, 1, true}, {CHILD_REFUSED, 1000, true}, {CHILD_REFUSED, 1001, false}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct scene scene;
		scene_begin(&scene, SUITE_CBC);
		refuse(&scene, cases[i].payload);
		enum cause before = scene_cause(&scene);
		g_assert_true(cause_is_fault(before));
		send_from(&scene, cases[i].sequence);
		assert_cause(&scene, cases[i].undone ? CAUSE_UNDETERMINED : before);
		g_assert_cmpint(sa_of(&scene, 0)->stage == IKE_STAGE_UP && sa_of(&scene, 0)->children.up == 1, ==,
		                cases[i].undone);
		struct evidence_list evidence = sa_of(&scene, 0)->evidence;
		const struct evidence *item = evidence_list_find(&evidence, EVIDENCE_ESP_AFTER_FAILURE);
		g_assert_cmpint(item != NULL, ==, cases[i].undone);
		if (item != NULL)
			g_assert_true(item->a == SPI_FROM_0 && item->b == 0);
		scene_end(&scene);
	}
}

/* One packet alone anybody can make up. */
static void one_packet_undoes_nothing(void)
{
	struct scene scene;

	scene_begin(&scene, SUITE_CBC);
	refuse(&scene, REFUSED);
	scene_esp(&scene, 0, SPI_FROM_0, 1, 0.1);
	assert_cause(&scene, CAUSE_PSK_MISMATCH);
	scene_end(&scene);
}

static void esp_does_not_undo_a_refusal_that_was_read(void)
{
	static const uint16_t nothing[] = {0}, authenticated[] = {IKE2_PAYLOAD_IDR, IKE2_PAYLOAD_AUTH, 0};
	static const struct {
		const uint16_t *payloads;
		uint16_t error;
		enum cause cause;
	} cases[] = {{nothing, IKE_NOTIFY_AUTHENTICATION_FAILED, CAUSE_PSK_MISMATCH},
	             {authenticated, IKE_NOTIFY_TS_UNACCEPTABLE, CAUSE_TS_UNACCEPTABLE}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct scene scene;
		scene_begin(&scene, SUITE_CBC);
		scene_init_request(&scene);
		scene_init_response(&scene);
		scene_request(&scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
		scene_decrypted(&scene, 1, IKE2_AUTH, 1, true, cases[i].payloads, cases[i].error);
		assert_cause(&scene, cases[i].cause);
		send_from(&scene, 1);
		g_assert_cmpuint(sa_of(&scene, 0)->children.up, ==, 0);
		struct evidence_list evidence = sa_of(&scene, 0)->evidence;
		g_assert_null(evidence_list_find(&evidence, EVIDENCE_ESP_AFTER_FAILURE));
		scene_end(&scene);
	}
}

/* What an older IKE SA made possible says nothing of the attempt that failed. */
static void esp_beside_an_sa_that_is_up_undoes_nothing(void)
{
	struct scene scene;

	scene_begin(&scene, SUITE_CBC);
	scene_up(&scene);
	scene_new_attempt(&scene, 0);
	refuse(&scene, REFUSED);
	g_assert_cmpint(sa_of(&scene, 1)->stage, ==, IKE_STAGE_AUTH_REFUSED);
	send_from(&scene, 1);
	g_assert_cmpint(sa_of(&scene, 1)->stage, ==, IKE_STAGE_AUTH_REFUSED);
	scene_end(&scene);
}

/* Of several attempts ESP undoes the last, unless one before it is up. */
static void esp_undoes_the_last_attempt_where_none_is_up(void)
{
	for (unsigned up = 0; up < 2; up++) {
		struct scene scene;
		scene_begin(&scene, SUITE_CBC);
		refuse(&scene, REFUSED);
		scene_new_attempt(&scene, 0);
		if (up != 0)
			scene_up(&scene);
		else
			refuse(&scene, REFUSED);
		scene_new_attempt(&scene, 0);
		refuse(&scene, REFUSED);
		send_from(&scene, 1);
		g_assert_cmpint(sa_of(&scene, 0)->stage, ==, IKE_STAGE_AUTH_REFUSED);
		g_assert_cmpint(sa_of(&scene, 2)->stage, ==, up != 0 ? IKE_STAGE_AUTH_REFUSED : IKE_STAGE_UP);
		scene_end(&scene);
	}
}

/* Of each IKE SA: that the initiator took the responder's proof, and that its sender had its answers. */
static void esp_shows_that_authentication_went_well(void)
{
	struct scene scene;

	scene_begin(&scene, SUITE_CBC);
	scene_up(&scene);
	scene_new_attempt(&scene, 0);
	scene_up(&scene);
	for (unsigned i = 0; i < 2; i++) {
		struct ike_sa *sa = scene_tunnel(&scene)->ike_sas[i];
		sa->authentication.refused_by_initiator = true;
		g_assert_cmpuint(sa->exchange_count, ==, 2);
		for (unsigned exchange = 0; exchange < 2; exchange++) {
			sa->exchanges[exchange].sender = (uint8_t)exchange;
			sa->exchanges[exchange].asked_again = 1;
		}
	}
	scene_esp(&scene, 0, SPI_FROM_0, 1, 0.1);
	g_assert_true(sa_of(&scene, 0)->authentication.refused_by_initiator);
	scene_esp(&scene, 0, SPI_FROM_0, 1, 0.1);
	for (unsigned i = 0; i < 2; i++) {
		g_assert_false(sa_of(&scene, i)->authentication.refused_by_initiator);
		g_assert_cmpuint(sa_of(&scene, i)->exchanges[0].asked_again, ==, 0);
		g_assert_cmpuint(sa_of(&scene, i)->exchanges[1].asked_again, ==, 1);
	}
	scene_esp(&scene, 1, SPI_FROM_1, 2, 0.1);
	for (unsigned i = 0; i < 2; i++)
		g_assert_cmpuint(sa_of(&scene, i)->exchanges[1].asked_again, ==, 0);
	scene_end(&scene);
}

static void esp_changes_nothing_of_an_sa_that_has_a_child(void)
{
	struct scene scene;

	scene_begin(&scene, SUITE_CBC);
	scene_up(&scene);
	send_from(&scene, 1);
	g_assert_cmpuint(sa_of(&scene, 0)->children.up, ==, 1);
	scene_new_attempt(&scene, 0);
	scene_init_request(&scene);
	scene.sequence[0] = 0;
	scene_esp(&scene, 0, SPI_FROM_1, 2, 0.1);
	g_assert_cmpint(sa_of(&scene, 1)->stage, ==, IKE_STAGE_INIT_SENT);
	scene_end(&scene);
}

/* What has children, or none that was refused, is no failure that ESP could undo. */
static void esp_undoes_only_what_failed(void)
{
	struct scene scene;

	scene_begin(&scene, SUITE_CBC);
	scene_up(&scene);
	scene_request(&scene, 0, IKE2_CREATE_CHILD_SA, 2, 200);
	scene_response(&scene, 1, IKE2_CREATE_CHILD_SA, 2, REFUSED);
	g_assert_cmpuint(sa_of(&scene, 0)->children.refusals, ==, 1);
	send_from(&scene, 1);
	g_assert_cmpuint(sa_of(&scene, 0)->children.refusals, ==, 1);
	g_assert_cmpuint(sa_of(&scene, 0)->children.up, ==, 1);
	scene_end(&scene);

	/* The capture begins after its children came up. */
	scene_begin(&scene, SUITE_CBC);
	scene.responder_spi = 99;
	scene_request(&scene, 0, IKE2_INFORMATIONAL, 5, 0);
	scene_response(&scene, 1, IKE2_INFORMATIONAL, 5, 0);
	g_assert_cmpint(sa_of(&scene, 0)->stage, ==, IKE_STAGE_UP);
	send_from(&scene, 1);
	g_assert_cmpuint(sa_of(&scene, 0)->children.up, ==, 0);
	scene_end(&scene);
}

/* The newest IKE SA has the first SPI of each direction as evidence, and no other. */
static void the_first_spi_of_each_direction_is_evidence(void)
{
	struct scene scene;
	unsigned found = 0;

	scene_begin(&scene, SUITE_CBC);
	scene_up(&scene);
	for (uint32_t spi = 1; spi <= 3; spi++)
		scene_esp_both(&scene, spi, 0x100 + spi, 1, 0.1);
	const struct evidence_list *evidence = &sa_of(&scene, 0)->evidence;
	for (unsigned i = 0; i < evidence->count; i++) {
		if (evidence->items[i].kind != EVIDENCE_ESP_FIRST)
			continue;
		g_assert_cmpuint(evidence->items[i].b, ==, found);
		g_assert_cmphex(evidence->items[i].a, ==, found == 0 ? 1 : 0x101);
		found++;
	}
	g_assert_cmpuint(found, ==, 2);
	scene_end(&scene);
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/tunnel-esp/" #function, function                                                                     \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(packets_one_way_end_the_silence_of_the_other),
        TEST(the_second_packet_on_an_spi_speaks_for_both),
        TEST(a_first_packet_of_a_later_time_starts_nothing),
        TEST(only_new_numbers_show_that_the_sender_is_there),
        TEST(only_an_spi_from_before_a_silence_tells_how_long_it_was),
        TEST(a_new_spi_ends_a_silence_and_does_not_tell_how_long_it_was),
        TEST(the_rules_are_asked_about_an_spi_twice),
        TEST(the_rules_are_asked_ever_more_rarely),
        TEST(the_rules_are_asked_when_a_silence_may_be_one_way),
        TEST(they_are_asked_again_at_twice_as_many_packets),
        TEST(after_an_answer_the_count_begins_anew),
        TEST(the_rules_are_asked_while_there_is_no_verdict_and_more_is_lost),
        TEST(the_rules_are_asked_whether_esp_by_turns_undoes_a_failure),
        TEST(losses_since_an_outage_began_were_lost_to_it),
        TEST(losses_of_the_path_are_those_that_no_outage_cost),
        TEST(the_packets_that_end_an_outage_tell_what_it_cost),
        TEST(a_direction_counts_its_packets_bytes_times_and_spis),
        TEST(a_packet_is_annotated_with_its_counts),
        TEST(a_packet_on_an_spi_of_no_child_is_paired_with_none),
        TEST(a_packet_cut_short_is_not_counted),
        TEST(a_packet_whose_spi_finds_no_room_counts_for_its_direction),
        TEST(a_packet_whose_tunnel_finds_no_room_is_not_counted),
        TEST(a_flood_of_spis_takes_no_more_room_than_64),
        TEST(a_batch_stops_where_the_rules_have_something_to_look_at),
        TEST(new_esp_undoes_a_refusal_that_was_inferred),
        TEST(one_packet_undoes_nothing),
        TEST(esp_does_not_undo_a_refusal_that_was_read),
        TEST(esp_beside_an_sa_that_is_up_undoes_nothing),
        TEST(esp_undoes_the_last_attempt_where_none_is_up),
        TEST(esp_shows_that_authentication_went_well),
        TEST(esp_changes_nothing_of_an_sa_that_has_a_child),
        TEST(esp_undoes_only_what_failed),
        TEST(the_first_spi_of_each_direction_is_evidence),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
