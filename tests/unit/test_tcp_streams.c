/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages in TCP streams: which connection a segment belongs to, what comes too early, from too far, or again. */
#include "core/wire/tcp_streams.h"

#include <glib.h>
#include <string.h>

#include "bytes.h"

#define MOST_AHEAD (1 << 22) /* what comes from farther is not believed … */
#define FAR_SEGMENTS 4       /* … unless so many in a row do */
#define FIRST 1001           /* sequence number after the SYN */

static struct tcp_streams *streams;

static void renew(void)
{
	tcp_streams_free(streams);
	streams = tcp_streams_new();
}

static struct ip_address host(uint8_t number)
{
	const uint8_t bytes[4] = {10, 0, 0, number};

	return ip_address_from_ipv4(bytes);
}

/* One direction of the connection that is meant where a test has only one. */
static struct datagram connection(void)
{
	return (struct datagram){
	        .source = host(1), .destination = host(2), .source_port = 40000, .destination_port = 4500};
}

static struct tcp_message message;

/* Bytes at this sequence number. Returns how many messages they complete; the last one is in message. */
static unsigned take_on(struct datagram datagram, uint32_t sequence, const uint8_t *bytes, size_t length,
                        size_t captured)
{
	static struct datagram segment; /* it must stay as it is while messages are asked for */
	unsigned count = 0;

	segment = datagram;
	segment.is_segment = true;
	segment.segment =
	        (struct tcp_segment){.bytes = bytes, .captured = captured, .length = length, .sequence = sequence};
	tcp_streams_take(streams, &segment);
	while (tcp_streams_next(streams, &message))
		count++;
	return count;
}

static unsigned take(uint32_t sequence, const uint8_t *bytes, size_t length)
{
	return take_on(connection(), sequence, bytes, length, length);
}

static void begin_on(struct datagram datagram, uint32_t sequence)
{
	datagram.is_segment = true;
	datagram.segment = (struct tcp_segment){.sequence = sequence, .begins = true};
	tcp_streams_take(streams, &datagram);
	g_assert_false(tcp_streams_next(streams, &message));
}

static void begin(void)
{
	begin_on(connection(), FIRST - 1);
}

/* A frame of so many bytes whose content is this byte over and over. */
static struct bytes frame_of(uint8_t content, size_t size)
{
	struct bytes frame = {0};

	put16(&frame, (unsigned)size);
	memset(frame.at + 2, content, size - 2);
	frame.length = size;
	return frame;
}

static void assert_message(uint8_t content, size_t length)
{
	g_assert_cmpuint(message.length, ==, length);
	g_assert_cmpuint(message.captured, ==, length);
	for (size_t i = 0; i < length; i++)
		g_assert_cmpuint(message.bytes[i], ==, content);
}

/* ---- which connection ---- */

static void connections_do_not_mix(void)
{
	struct datagram others[5];
	struct bytes frame = frame_of(7, 20);

	for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
		others[i] = connection();
	others[1].source_port++;
	others[2].destination_port++;
	others[3].source = host(3);
	others[4].destination = host(3);
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
		begin_on(others[i], FIRST - 1);
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
		g_assert_cmpuint(take_on(others[i], FIRST, frame.at, 10, 10), ==, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		memset(frame.at + 10, (int)i, 10);
		g_assert_cmpuint(take_on(others[i], FIRST + 10, frame.at + 10, 10, 10), ==, 1);
		g_assert_cmpuint(message.bytes[7], ==, 7);
		g_assert_cmpuint(message.bytes[8], ==, i);
	}
}

/* When there is no room, what was used longest ago gives way, and nothing of it is left. */
static void the_connection_used_longest_ago_gives_way(void)
{
	struct bytes frame = frame_of(7, 20), early = frame_of(8, 20);
	struct datagram other = connection();

	for (uint16_t port = 1; port <= TCP_STREAMS; port++) {
		other.source_port = port;
		begin_on(other, FIRST - 1);
		g_assert_cmpuint(take_on(other, FIRST, frame.at, 10, 10), ==, 0);
		g_assert_cmpuint(take_on(other, FIRST + 20, early.at, 20, 20), ==, 0);
	}
	other.source_port = 1;
	g_assert_cmpuint(take_on(other, FIRST + 10, frame.at + 10, 5, 5), ==, 0);
	other.source_port = 1000; /* in place of 2 */
	begin_on(other, FIRST - 1);
	g_assert_cmpuint(take_on(other, FIRST, frame.at, 20, 20), ==, 1);
	for (uint16_t port = 1; port <= TCP_STREAMS; port++) {
		other.source_port = port;
		if (port != 2)
			g_assert_cmpuint(take_on(other, port == 1 ? FIRST + 15 : FIRST + 10,
			                         frame.at + (port == 1 ? 15 : 10), port == 1 ? 5 : 10,
			                         port == 1 ? 5 : 10),
			                 ==, 2);
	}
	other.source_port = 2;
	g_assert_cmpuint(take_on(other, FIRST + 10, frame.at + 10, 10, 10), ==, 0);
}

/* ---- the beginning ---- */

static void a_copy_of_the_beginning_changes_nothing(void)
{
	struct bytes frame = frame_of(7, 20), early = frame_of(8, 20);

	begin();
	take(FIRST, frame.at, 10);
	take(FIRST + 20, early.at, 20);
	begin();
	g_assert_cmpuint(take(FIRST + 10, frame.at + 10, 10), ==, 2);
	assert_message(8, 18);
}

/* The same ports again: what is left of the connection before is nothing to it. */
static void another_beginning_begins_anew(void)
{
	struct bytes frame = frame_of(7, 20), early = frame_of(8, 20);

	begin();
	take(FIRST, frame.at, 10);
	for (uint32_t i = 2; i <= 4; i++)
		take(FIRST + 20 * i, early.at, 20);
	begin_on(connection(), FIRST + 19);
	for (uint32_t i = 1; i <= 4; i++) {
		g_assert_cmpuint(take(FIRST + 20 * i, frame.at, 20), ==, 1);
		assert_message(7, 18);
	}
}

/* Of a capture that begins before it, after something else. */
static void a_connection_may_begin_at_any_number(void)
{
	static const uint8_t text[] = "something else";
	static const uint32_t numbers[] = {0, UINT32_MAX, UINT32_MAX - 10, FIRST};

	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
		/* Short, and no IKE: known to be a frame only as it stands at the beginning. */
		struct bytes frame = frame_of(7, 12), more = frame_of(8, 40);
		renew();
		take(numbers[i] + 500, text, sizeof text);
		begin_on(connection(), numbers[i]);
		g_assert_cmpuint(take(numbers[i] + 1, frame.at, 12), ==, 1);
		g_assert_cmpuint(take(numbers[i] + 13, more.at, 20), ==, 0);
		g_assert_cmpuint(take(numbers[i] + 33, more.at + 20, 20), ==, 1);
		assert_message(8, 38);
	}
}

/* A SYN may have data of its own. */
static void data_may_come_with_the_beginning(void)
{
	struct bytes frame = frame_of(7, 20);
	static struct datagram segment;

	segment = connection();
	segment.segment = (struct tcp_segment){
	        .bytes = frame.at, .captured = 20, .length = 20, .sequence = FIRST - 1, .begins = true};
	tcp_streams_take(streams, &segment);
	g_assert_true(tcp_streams_next(streams, &message));
	assert_message(7, 18);
	g_assert_cmpuint(take(FIRST + 20, frame.at, 20), ==, 1);
}

static void the_prefix_is_no_frame(void)
{
	/* All of it, all but its last byte; and a frame that is shorter than it would be. */
	static const struct {
		const char *bytes;
		size_t length;
		unsigned messages;
	} cases[] = {
	        {"IKETCP\0\4ab", 10, 1},
	        {"\0\10abcdef", 8, 1},
	        {"\0\6abcd\0\5efg", 11, 2},
	        {"\0\5abc\0\5efg", 10, 0},
	        {"IKETCPIKETCP\0\4ab", 16, 0},
	        {"\0\2\0\5efg", 7, 0},
	        {"\0\3a\0\4bc\0\5def", 12, 0},
	        {"IKETCP\0\2\0\4ab", 12, 0},
	        {"IKETCP\0\3a\0\4bc", 13, 2},
	        {"\0\6abcd", 6, 1},
	        {"\0\4ab", 4, 0},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		renew();
		begin();
		g_test_message("case %zu", i);
		g_assert_cmpuint(take(FIRST, (const uint8_t *)cases[i].bytes, cases[i].length), ==, cases[i].messages);
	}
}

/* In the middle of a stream, a segment shows by itself that a frame begins with it. */
static void in_the_middle_a_segment_has_to_show_where_frames_begin(void)
{
	struct bytes frame = frame_of(7, 20), prefixed = {0};

	put(&prefixed, "IKETCP", 6);
	put(&prefixed, frame.at, 10);
	g_assert_cmpuint(take(FIRST, frame.at, 10), ==, 0);      /* half a frame shows nothing */
	g_assert_cmpuint(take(FIRST + 10, frame.at, 20), ==, 1); /* a whole one does */
	g_assert_cmpuint(take(FIRST + 30, frame.at, 10), ==, 0);
	g_assert_cmpuint(take(FIRST + 40, frame.at + 10, 10), ==, 1);
	renew();
	g_assert_cmpuint(take(FIRST, prefixed.at, prefixed.length), ==, 0);
	g_assert_cmpuint(take(FIRST + 16, frame.at + 10, 10), ==, 1);
	assert_message(7, 18);
	renew();
	g_assert_cmpuint(take(FIRST, prefixed.at, 6), ==, 0); /* nothing but the prefix does, too */
	g_assert_cmpuint(take(FIRST + 6, frame.at, 10), ==, 0);
	g_assert_cmpuint(take(FIRST + 16, frame.at + 10, 10), ==, 1);
}

/* ---- what comes again, too early, or from too far ---- */

static void what_came_before_is_cut_off(void)
{
	struct bytes frame = frame_of(7, 20);

	begin();
	g_assert_cmpuint(take(FIRST, frame.at, 15), ==, 0);
	g_assert_cmpuint(take(FIRST, frame.at, 15), ==, 0);
	g_assert_cmpuint(take(FIRST + 5, frame.at + 5, 5), ==, 0);
	g_assert_cmpuint(take(FIRST + 10, frame.at + 10, 10), ==, 1);
	assert_message(7, 18);
	g_assert_cmpuint(take(FIRST, frame.at, 20), ==, 0);
	g_assert_cmpuint(take(FIRST + 20, frame.at, 20), ==, 1);
}

static void a_single_missing_byte_is_waited_for(void)
{
	struct bytes frame = frame_of(7, 20);

	begin();
	g_assert_cmpuint(take(FIRST + 1, frame.at + 1, 19), ==, 0);
	g_assert_cmpuint(take(FIRST + 20, frame.at, 20), ==, 0);
	g_assert_cmpuint(take(FIRST, frame.at, 1), ==, 2);
	assert_message(7, 18);
}

static void early_segments_wait_for_their_turn(void)
{
	struct bytes frames[10];

	for (uint8_t i = 0; i < G_N_ELEMENTS(frames); i++)
		frames[i] = frame_of(i, 20);
	begin();
	/* The last first, and one of them twice. */
	for (unsigned i = TCP_STREAM_EARLY_SEGMENTS - 1; i > 0; i--)
		g_assert_cmpuint(take(FIRST + 20 * i, frames[i].at, 20), ==, 0);
	g_assert_cmpuint(take(FIRST + 20, frames[1].at, 20), ==, 0);
	g_assert_cmpuint(take(FIRST, frames[0].at, 20), ==, TCP_STREAM_EARLY_SEGMENTS);
	assert_message(TCP_STREAM_EARLY_SEGMENTS - 1, 18);
	g_assert_cmpuint(take(FIRST + 20 * TCP_STREAM_EARLY_SEGMENTS, frames[9].at, 20), ==, 1);
}

/* With 8 that wait, another one shows that what is missing is lost: the earliest of all is next. */
static void what_is_missing_for_long_is_lost(void)
{
	for (unsigned first_is_new = 0; first_is_new < 2; first_is_new++) {
		struct bytes frame = frame_of(7, 20);
		renew();
		begin();
		for (uint32_t i = 1; i <= TCP_STREAM_EARLY_SEGMENTS; i++)
			g_assert_cmpuint(take(FIRST + 100 + 20 * i, frame.at, 20), ==, 0);
		uint32_t another = first_is_new ? FIRST + 100 : FIRST + 100 + 20 * (TCP_STREAM_EARLY_SEGMENTS + 1);
		g_assert_cmpuint(take(another, frame.at, 20), ==, TCP_STREAM_EARLY_SEGMENTS + 1);
		g_assert_cmpuint(
		        take(FIRST + 100 + 20 * (TCP_STREAM_EARLY_SEGMENTS + (first_is_new ? 1 : 2)), frame.at, 20), ==,
		        1);
	}
}

/* Where the frames begin behind it has to be found anew. */
static void behind_what_is_lost_frames_are_looked_for(void)
{
	struct bytes frame = frame_of(7, 20);

	begin();
	take(FIRST, frame.at, 10);
	for (uint32_t i = 1; i <= TCP_STREAM_EARLY_SEGMENTS; i++)
		take(FIRST + 100 + 20 * i, i == 1 ? frame.at + 1 : frame.at, 20);
	/* The first of them does not begin with a frame. */
	g_assert_cmpuint(take(FIRST + 100 + 20 * (TCP_STREAM_EARLY_SEGMENTS + 1), frame.at, 20), ==,
	                 TCP_STREAM_EARLY_SEGMENTS);
	assert_message(7, 18);
}

/* So many segments so far away, in a row and near each other: how many are taken. */
static unsigned take_far(uint32_t distance, unsigned segments)
{
	struct bytes frame = frame_of(7, 20);
	unsigned taken = 0;

	renew();
	begin();
	for (unsigned i = 0; i < segments; i++)
		taken += take(FIRST + distance + 20 * i, frame.at, 20);
	return taken;
}

static void segments_from_too_far_are_believed_when_there_are_several(void)
{
	static const uint32_t distances[] = {MOST_AHEAD + 1, 1u << 31, (uint32_t)-MOST_AHEAD - 100};

	for (size_t i = 0; i < G_N_ELEMENTS(distances); i++) {
		g_assert_cmpuint(take_far(distances[i], FAR_SEGMENTS - 1), ==, 0);
		g_assert_cmpuint(take_far(distances[i], FAR_SEGMENTS), ==, 1);
		g_assert_cmpuint(take_far(distances[i], FAR_SEGMENTS + 1), ==, 2);
	}
	/* Not as far: it waits for what is missing. */
	g_assert_cmpuint(take_far(MOST_AHEAD, FAR_SEGMENTS), ==, 0);
	g_assert_cmpuint(take_far(MOST_AHEAD - 20 * FAR_SEGMENTS, FAR_SEGMENTS + 1), ==, 0);
	/* Nor behind: it came before. */
	g_assert_cmpuint(take_far((uint32_t)-MOST_AHEAD, FAR_SEGMENTS + 1), ==, 0);
	g_assert_cmpuint(take_far((uint32_t)-MOST_AHEAD - 1, 1), ==, 0);
	struct bytes frame = frame_of(7, 20);
	for (uint32_t farther = 0; farther < 2; farther++) {
		renew();
		begin();
		for (unsigned i = 1; i <= FAR_SEGMENTS; i++)
			g_assert_cmpuint(take((uint32_t)(FIRST - MOST_AHEAD) - farther, frame.at, 20), ==,
			                 farther && i == FAR_SEGMENTS);
	}
}

/* Each so far from the one before that only one of the two can be believed. */
static void far_segments_have_to_be_near_each_other(void)
{
	struct bytes frame = frame_of(7, 20);
	unsigned taken = 0;

	begin();
	for (uint32_t i = 1; i <= 10; i++)
		taken += take(FIRST + i * (MOST_AHEAD + 21), frame.at, 20);
	g_assert_cmpuint(taken, ==, 0);
	renew();
	begin();
	for (uint32_t i = 0; i < FAR_SEGMENTS; i++)
		taken += take(FIRST + (1u << 30) + i * MOST_AHEAD, frame.at, 20);
	g_assert_cmpuint(taken, ==, 1);
	/* One that is elsewhere is none of them. */
	renew();
	begin();
	g_assert_cmpuint(take(FIRST + (1u << 29), frame.at, 20), ==, 0);
	for (uint32_t i = 1; i <= FAR_SEGMENTS; i++)
		g_assert_cmpuint(take(FIRST + (1u << 30) + 20 * i, frame.at, 20), ==, i == FAR_SEGMENTS);
}

static void a_near_segment_forgets_the_far_ones(void)
{
	struct bytes frame = frame_of(7, 20);

	begin();
	for (uint32_t i = 0; i < FAR_SEGMENTS - 1; i++)
		take(FIRST + (1u << 30) + 20 * i, frame.at, 20);
	g_assert_cmpuint(take(FIRST, frame.at, 20), ==, 1);
	for (uint32_t i = 0; i < FAR_SEGMENTS - 1; i++)
		g_assert_cmpuint(take(FIRST + (1u << 30) + 100 + 20 * i, frame.at, 20), ==, 0);
	g_assert_cmpuint(take(FIRST + 20, frame.at, 20), ==, 1);
}

/* A segment without data says nothing of where its sender is. */
static void empty_segments_are_passed_over(void)
{
	struct bytes frame = frame_of(7, 20);

	begin();
	for (unsigned i = 0; i < 2 * FAR_SEGMENTS; i++)
		g_assert_cmpuint(take(FIRST + (1u << 30), NULL, 0), ==, 0);
	g_assert_cmpuint(take(FIRST, frame.at, 20), ==, 1);
}

static void early_segments_are_forgotten_where_the_stream_goes_on_elsewhere(void)
{
	struct bytes frame = frame_of(7, 20), early = frame_of(8, 20);
	static const uint32_t elsewhere[] = {FIRST + (1u << 30), FIRST - (1u << 30)};

	for (size_t at = 0; at < G_N_ELEMENTS(elsewhere); at++) {
		const uint32_t far = elsewhere[at];
		renew();
		begin();
		take(FIRST, frame.at, 10);
		for (uint32_t i = 1; i <= TCP_STREAM_EARLY_SEGMENTS; i++)
			take(FIRST + 20 * i, early.at, 20);
		for (uint32_t i = 0; i < FAR_SEGMENTS; i++)
			g_assert_cmpuint(take(far + 20 * i, frame.at, 20), ==, i == FAR_SEGMENTS - 1);
		assert_message(7, 18);
		/* All their places are free again. */
		for (uint32_t i = 1; i < TCP_STREAM_EARLY_SEGMENTS; i++)
			g_assert_cmpuint(take(far + 20 * (FAR_SEGMENTS + i), frame.at, 20), ==, 0);
		g_assert_cmpuint(take(far + 20 * FAR_SEGMENTS, frame.at, 20), ==, TCP_STREAM_EARLY_SEGMENTS);
	}
}

/* ---- what was not captured ---- */

static void a_cut_segment_cuts_its_message(void)
{
	struct bytes frame = frame_of(7, 20);

	begin();
	g_assert_cmpuint(take_on(connection(), FIRST, frame.at, 15, 12), ==, 0);
	/* What follows a hole cannot be read, but is there. */
	g_assert_cmpuint(take(FIRST + 15, frame.at + 15, 5), ==, 1);
	g_assert_cmpuint(message.captured, ==, 10);
	g_assert_cmpuint(message.length, ==, 18);
	g_assert_cmpuint(take(FIRST + 20, frame.at, 20), ==, 1);
	assert_message(7, 18);
}

/* Without its length, where the next one begins is not known. */
static void a_frame_whose_length_was_cut_is_lost(void)
{
	struct bytes frame = frame_of(7, 20);

	begin();
	g_assert_cmpuint(take(FIRST, frame.at, 20), ==, 1);
	g_assert_cmpuint(take_on(connection(), FIRST + 20, frame.at, 20, 1), ==, 0);
	g_assert_cmpuint(take(FIRST + 40, frame.at, 10), ==, 0);
	g_assert_cmpuint(take(FIRST + 50, frame.at, 20), ==, 1);
}

/* What was not captured is not what stood there before. */
static void a_prefix_that_was_cut_is_none(void)
{
	struct bytes prefixed = {0}, frame = frame_of(7, 20);

	put(&prefixed, "IKETCP", 6);
	begin();
	g_assert_cmpuint(take(FIRST, prefixed.at, 6), ==, 0);
	begin_on(connection(), FIRST + 999);
	g_assert_cmpuint(take_on(connection(), FIRST + 1000, prefixed.at, 6, 3), ==, 0);
	g_assert_cmpuint(take(FIRST + 1006, frame.at, 20), ==, 0);
}

static void an_early_segment_may_have_nothing_captured(void)
{
	struct bytes frame = frame_of(7, 20);

	begin();
	g_assert_cmpuint(take_on(connection(), FIRST + 10, frame.at, 10, 0), ==, 0);
	g_assert_cmpuint(take(FIRST, frame.at, 10), ==, 1);
	g_assert_cmpuint(message.captured, ==, 8);
	g_assert_cmpuint(message.length, ==, 18);
}

static void a_message_may_be_as_long_as_its_length_tells(void)
{
	uint8_t *bytes = g_malloc(65535);

	memset(bytes, 7, 65535);
	bytes[0] = bytes[1] = 0xff;
	begin();
	for (uint32_t at = 0; at < 65535; at += 1000)
		g_assert_cmpuint(take(FIRST + at, bytes + at, MIN(1000, 65535 - at)), ==, at + 1000 >= 65535);
	assert_message(7, 65533);
	g_free(bytes);
}

static void nothing_is_left_where_nothing_was_taken(void)
{
	tcp_streams_free(NULL);
	g_assert_false(tcp_streams_next(streams, &message));
}

static void with_new_streams(const void *test)
{
	renew();
	(*(void (*const *)(void))test)();
	g_clear_pointer(&streams, tcp_streams_free);
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/tcp-streams/" #function, function                                                                    \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(connections_do_not_mix),
        TEST(the_connection_used_longest_ago_gives_way),
        TEST(a_copy_of_the_beginning_changes_nothing),
        TEST(another_beginning_begins_anew),
        TEST(a_connection_may_begin_at_any_number),
        TEST(data_may_come_with_the_beginning),
        TEST(the_prefix_is_no_frame),
        TEST(in_the_middle_a_segment_has_to_show_where_frames_begin),
        TEST(what_came_before_is_cut_off),
        TEST(a_single_missing_byte_is_waited_for),
        TEST(early_segments_wait_for_their_turn),
        TEST(what_is_missing_for_long_is_lost),
        TEST(behind_what_is_lost_frames_are_looked_for),
        TEST(segments_from_too_far_are_believed_when_there_are_several),
        TEST(far_segments_have_to_be_near_each_other),
        TEST(a_near_segment_forgets_the_far_ones),
        TEST(empty_segments_are_passed_over),
        TEST(early_segments_are_forgotten_where_the_stream_goes_on_elsewhere),
        TEST(a_cut_segment_cuts_its_message),
        TEST(a_frame_whose_length_was_cut_is_lost),
        TEST(a_prefix_that_was_cut_is_none),
        TEST(an_early_segment_may_have_nothing_captured),
        TEST(a_message_may_be_as_long_as_its_length_tells),
        TEST(nothing_is_left_where_nothing_was_taken),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_data_func(tests[i].name, &tests[i].run, with_new_streams);
	return g_test_run();
}
