/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fragments put together and TCP streams taken apart, in whatever order and however often their pieces come. */
#include <errno.h>
#include <glib.h>

#include "core/wire/datagram_reader.h"
#include "core/wire/ip_fragments.h"
#include "core/wire/tcp_streams.h"
#include "tests/unit/bytes.h"

#define UDP 17
#define TCP 6
#define SYN 0x02
#define ACK 0x10
#define MORE 0x2000

static const uint8_t here[4] = {10, 1, 0, 1}, there[4] = {10, 2, 0, 1};

static struct datagram_reader *reader;

/* ---- packets ---- */

static struct bytes ipv4(unsigned protocol, unsigned identification, unsigned fragment, const uint8_t *payload,
                         size_t length)
{
	struct bytes packet = {0};

	put16(&packet, 0x4500);
	put16(&packet, (unsigned)(20 + length));
	put16(&packet, identification);
	put16(&packet, fragment);
	put8(&packet, 64);
	put8(&packet, protocol);
	put16(&packet, 0);
	put(&packet, here, sizeof here);
	put(&packet, there, sizeof there);
	put(&packet, payload, length);
	return packet;
}

/* An IKE_SA_INIT message of so many bytes with nothing but a header and then counting bytes. */
static struct bytes ike_message(size_t length)
{
	struct bytes message = {0};

	put32(&message, 0x11111111);
	put32(&message, 0x22222222);
	put32(&message, 0);
	put32(&message, 0);
	put8(&message, 0);
	put8(&message, 0x20);
	put8(&message, 34);
	put8(&message, 8);
	put32(&message, 0);
	put32(&message, (uint32_t)length);
	while (message.length < length)
		put8(&message, (unsigned)message.length & 0xff);
	return message;
}

static struct bytes udp_ike(size_t length)
{
	struct bytes message = ike_message(length);
	struct bytes segment = {0};

	put16(&segment, 500);
	put16(&segment, 500);
	put16(&segment, (unsigned)(8 + length));
	put16(&segment, 0);
	put(&segment, message.at, message.length);
	return segment;
}

static void take(const struct bytes *packet)
{
	int result = datagram_reader_take(reader, packet->at, packet->length, packet->length);

	g_assert_cmpint(result, ==, 0);
}

static void take_piece(unsigned identification, const struct bytes *whole, size_t begin, size_t end)
{
	unsigned fragment = (unsigned)(begin / 8) | (end < whole->length ? MORE : 0);
	struct bytes packet = ipv4(UDP, identification, fragment, whole->at + begin, end - begin);

	take(&packet);
}

static void assert_next_kind(enum datagram_kind kind)
{
	const struct datagram *datagram = datagram_reader_next(reader);

	g_assert_nonnull(datagram);
	g_assert_cmpint(datagram->kind, ==, kind);
}

static void assert_no_more(void)
{
	g_assert_null(datagram_reader_next(reader));
}

static void assert_whole(size_t length, bool completes)
{
	struct bytes message = ike_message(length);
	const struct datagram *datagram = datagram_reader_next(reader);

	g_assert_nonnull(datagram);
	g_assert_cmpint(datagram->kind, ==, DATAGRAM_IKE);
	g_assert_cmpuint(datagram->captured, ==, message.length);
	g_assert_true(memcmp(datagram->payload, message.at, message.length) == 0);
	g_assert_cmpint(datagram->completes, ==, completes);
	assert_no_more();
}

/* ---- packets that are read by themselves ---- */

static void a_whole_packet_is_given_once(void)
{
	struct bytes segment = udp_ike(200);
	struct bytes packet = ipv4(UDP, 1, 0, segment.at, segment.length);

	assert_no_more();
	take(&packet);
	assert_next_kind(DATAGRAM_IKE);
	assert_no_more();
}

static void a_packet_that_cannot_be_read_is_not_given(void)
{
	struct bytes segment = udp_ike(200);
	struct bytes packet = ipv4(UDP, 1, 0, segment.at, segment.length);

	g_assert_cmpint(datagram_reader_take(reader, packet.at, 19, packet.length), ==, -EBADMSG);
	assert_no_more();
}

/* What the packet before completed is not given after it. */
static void each_packet_takes_the_place_of_the_one_before(void)
{
	struct bytes segment = udp_ike(200);
	struct bytes packet = ipv4(UDP, 2, 0, segment.at, segment.length);

	take_piece(1, &segment, 0, 80);
	take_piece(1, &segment, 80, segment.length);
	take(&packet);
	assert_next_kind(DATAGRAM_IKE);
	assert_no_more();
}

static void further_ports_are_those_that_the_reader_was_given(void)
{
	static const struct datagram_ports ports = {.ike = {501}};
	struct bytes segment = udp_ike(200);

	set16(&segment, 0, 501);
	set16(&segment, 2, 501);
	struct bytes packet = ipv4(UDP, 1, 0, segment.at, segment.length);
	take(&packet);
	assert_next_kind(DATAGRAM_OTHER);
	datagram_reader_free(reader);
	reader = datagram_reader_new(&ports);
	take(&packet);
	assert_next_kind(DATAGRAM_IKE);
}

/* ---- IP fragments ---- */

static void fragments_in_order_complete_what_the_first_began(void)
{
	struct bytes segment = udp_ike(200);

	take_piece(1, &segment, 0, 80);
	assert_next_kind(DATAGRAM_IKE);
	assert_no_more();
	take_piece(1, &segment, 80, 160);
	assert_next_kind(DATAGRAM_FRAGMENT);
	assert_no_more();
	take_piece(1, &segment, 160, segment.length);
	assert_next_kind(DATAGRAM_FRAGMENT);
	assert_whole(200, true);
}

static void the_first_fragment_may_come_last(void)
{
	struct bytes segment = udp_ike(200);

	take_piece(1, &segment, 80, segment.length);
	assert_next_kind(DATAGRAM_FRAGMENT);
	take_piece(1, &segment, 0, 80);
	assert_next_kind(DATAGRAM_IKE);
	assert_whole(200, true);
}

static void a_first_fragment_without_an_ike_header_shows_nothing_before_the_rest(void)
{
	struct bytes segment = udp_ike(100);

	take_piece(1, &segment, 0, 24);
	datagram_reader_next(reader);
	take_piece(1, &segment, 24, segment.length);
	assert_next_kind(DATAGRAM_FRAGMENT);
	assert_whole(100, false);
}

static void packets_do_not_mix(void)
{
	struct bytes segment = udp_ike(200);

	take_piece(1, &segment, 0, 80);
	take_piece(2, &segment, 80, segment.length);
	assert_next_kind(DATAGRAM_FRAGMENT);
	assert_no_more();
}

static void a_fragment_that_comes_twice_is_taken_once(void)
{
	struct bytes segment = udp_ike(200);

	take_piece(1, &segment, 0, 80);
	take_piece(1, &segment, 0, 80);
	take_piece(1, &segment, 80, segment.length);
	assert_next_kind(DATAGRAM_FRAGMENT);
	assert_whole(200, true);
}

static void overlapping_fragments_spoil_their_packet(void)
{
	struct bytes segment = udp_ike(200);

	take_piece(1, &segment, 0, 80);
	take_piece(1, &segment, 72, 160);
	take_piece(1, &segment, 80, 160);
	take_piece(1, &segment, 160, segment.length);
	assert_next_kind(DATAGRAM_FRAGMENT);
	assert_no_more();
}

static void two_ends_spoil_their_packet(void)
{
	struct bytes segment = udp_ike(200);
	struct bytes shorter = segment;
	shorter.length = 160;

	take_piece(1, &segment, 160, segment.length);
	take_piece(1, &shorter, 80, 160);
	take_piece(1, &segment, 0, 80);
	assert_next_kind(DATAGRAM_IKE);
	assert_no_more();
}

static void more_packets_than_there_is_room_for_push_out_the_oldest(void)
{
	struct bytes segment = udp_ike(200);

	for (unsigned i = 0; i <= IP_FRAGMENTS_PACKETS; i++)
		take_piece(100 + i, &segment, 0, 80);
	take_piece(100, &segment, 80, segment.length);
	assert_next_kind(DATAGRAM_FRAGMENT);
	assert_no_more();
	take_piece(100 + IP_FRAGMENTS_PACKETS, &segment, 80, segment.length);
	assert_next_kind(DATAGRAM_FRAGMENT);
	assert_whole(200, true);
}

static void esp_in_fragments_is_one_packet(void)
{
	struct bytes segment = {0};
	put16(&segment, 4500);
	put16(&segment, 4500);
	put16(&segment, 8 + 100);
	put16(&segment, 0);
	put32(&segment, 0x12345678);
	put_zeros(&segment, 96);

	take_piece(1, &segment, 0, 48);
	assert_next_kind(DATAGRAM_ESP);
	assert_no_more();
	take_piece(1, &segment, 48, segment.length);
	assert_next_kind(DATAGRAM_FRAGMENT);
	assert_no_more();
}

/* ---- TCP ---- */

static void take_segment(uint32_t sequence, unsigned flags, const uint8_t *payload, size_t length, size_t captured)
{
	struct bytes segment = {0};

	put16(&segment, 40000);
	put16(&segment, 4500);
	put32(&segment, sequence);
	put32(&segment, 0);
	put8(&segment, 5 << 4);
	put8(&segment, flags);
	put_zeros(&segment, 6);
	if (length != 0)
		put(&segment, payload, length);
	static struct bytes packet; /* it must stay as it is while messages are asked for */
	packet = ipv4(TCP, 1, 0, segment.at, segment.length);
	int result = datagram_reader_take(reader, packet.at, packet.length - (length - captured), packet.length);
	g_assert_cmpint(result, ==, 0);
}

static void take_stream(const struct bytes *stream, size_t begin, size_t end)
{
	take_segment(1001 + (uint32_t)begin, ACK, stream->at + begin, end - begin, end - begin);
}

static void put_framed_ike(struct bytes *stream, size_t length)
{
	struct bytes message = ike_message(length);

	put16(stream, (unsigned)(2 + 4 + length));
	put32(stream, 0);
	put(stream, message.at, message.length);
}

static void put_framed_esp(struct bytes *stream, uint32_t spi)
{
	put16(stream, 2 + 40);
	put32(stream, spi);
	put_zeros(stream, 36);
}

/* Prefix, an IKE message of 100 bytes, two ESP packets, an IKE message of 60 bytes. */
static struct bytes conversation(void)
{
	struct bytes stream = {0};

	put(&stream, "IKETCP", 6);
	put_framed_ike(&stream, 100);
	put_framed_esp(&stream, 0x1001);
	put_framed_esp(&stream, 0x1002);
	put_framed_ike(&stream, 60);
	return stream;
}

static unsigned messages;

/* Takes what is there now, and checks that it comes in the order of conversation(). */
static void collect(void)
{
	static const enum datagram_kind kinds[] = {DATAGRAM_IKE, DATAGRAM_ESP, DATAGRAM_ESP, DATAGRAM_IKE};
	static const size_t lengths[] = {100, 40, 40, 60};
	const struct datagram *datagram;

	while ((datagram = datagram_reader_next(reader)) != NULL) {
		if (datagram->kind == DATAGRAM_OTHER)
			continue;
		g_assert_cmpuint(messages, <, 4);
		g_assert_cmpint(datagram->kind, ==, kinds[messages]);
		g_assert_cmpuint(datagram->length, ==, lengths[messages]);
		g_assert_cmpint(datagram->encapsulation, ==, ENCAPSULATION_TCP);
		messages++;
	}
}

static void begin_connection(void)
{
	messages = 0;
	take_segment(1000, SYN, NULL, 0, 0);
	assert_next_kind(DATAGRAM_OTHER);
	assert_no_more();
}

static void several_messages_share_a_segment(void)
{
	struct bytes stream = conversation();

	begin_connection();
	take_stream(&stream, 0, stream.length);
	collect();
	g_assert_cmpuint(messages, ==, 4);
}

static void a_segment_that_comes_again_is_nothing(void)
{
	struct bytes stream = conversation();

	begin_connection();
	take_stream(&stream, 0, stream.length);
	collect();
	take_stream(&stream, 0, stream.length);
	const struct datagram *datagram = datagram_reader_next(reader);
	g_assert_cmpint(datagram->kind, ==, DATAGRAM_OTHER);
	g_assert_cmpint(datagram->encapsulation, ==, ENCAPSULATION_NONE);
	assert_no_more();
}

static void messages_may_be_cut_anywhere(void)
{
	struct bytes stream = conversation();

	for (size_t size = 1; size < stream.length; size++) {
		datagram_reader_free(reader);
		reader = datagram_reader_new(NULL);
		begin_connection();
		for (size_t begin = 0; begin < stream.length; begin += size) {
			take_stream(&stream, begin, MIN(begin + size, stream.length));
			collect();
		}
		g_assert_cmpuint(messages, ==, 4);
	}
}

static void segments_may_overtake_one_another_and_come_again(void)
{
	struct bytes stream = conversation();

	begin_connection();
	take_stream(&stream, 50, 120);
	collect();
	take_segment(1000, SYN, NULL, 0, 0);
	take_stream(&stream, 0, 50);
	collect();
	take_stream(&stream, 20, 120);
	collect();
	take_stream(&stream, 150, stream.length);
	collect();
	g_assert_cmpuint(messages, ==, 1);
	take_stream(&stream, 100, 160);
	collect();
	g_assert_cmpuint(messages, ==, 4);
}

static void after_a_lost_segment_the_next_beginning_is_found(void)
{
	struct bytes stream = conversation();
	struct bytes later = {0};

	begin_connection();
	take_stream(&stream, 0, 80);
	collect();
	put_framed_esp(&later, 0x1003);
	for (unsigned i = 0; i <= TCP_STREAM_EARLY_SEGMENTS; i++)
		take_segment(5000 + i * (uint32_t)later.length, ACK, later.at, later.length, later.length);
	unsigned found = 0;
	const struct datagram *datagram;
	while ((datagram = datagram_reader_next(reader)) != NULL)
		found += datagram->kind == DATAGRAM_ESP;
	g_assert_cmpuint(found, ==, TCP_STREAM_EARLY_SEGMENTS + 1);
}

static unsigned esp_there(void)
{
	const struct datagram *datagram;
	unsigned found = 0;

	while ((datagram = datagram_reader_next(reader)) != NULL)
		found += datagram->kind == DATAGRAM_ESP;
	return found;
}

static unsigned esp_at(uint32_t sequence)
{
	struct bytes frame = {0};

	put_framed_esp(&frame, 0x1003);
	take_segment(sequence, ACK, frame.at, frame.length, frame.length);
	return esp_there();
}

/* More is missing than any window holds, or it is another connection between the same ports. */
static void after_a_long_gap_the_stream_is_found_again(void)
{
	static const uint32_t gaps[] = {10 << 20, 0x90000000};
	uint32_t sequence = 1001;

	begin_connection();
	g_assert_cmpuint(esp_at(sequence), ==, 1);
	for (size_t i = 0; i < G_N_ELEMENTS(gaps); i++) {
		unsigned found = 0;
		sequence += gaps[i];
		for (unsigned segment = 0; segment < 10; segment++)
			found += esp_at(sequence += 42);
		g_assert_cmpuint(found, ==, 7);
	}
}

/* Whoever does not know the sequence numbers does not disturb it, however many he sends. */
static void segments_from_far_away_do_not_disturb_a_stream(void)
{
	uint32_t sequence = 1001;

	begin_connection();
	for (unsigned i = 0; i < 20; i++, sequence += 42) {
		for (unsigned forged = 0; forged < 3; forged++)
			g_assert_cmpuint(esp_at(0x50000000 + 3 * i + forged), ==, 0);
		g_assert_cmpuint(esp_at(sequence), ==, 1);
	}
}

static void a_capture_may_start_midway(void)
{
	struct bytes stream = {0};

	put_framed_ike(&stream, 300);
	take_segment(77, ACK, stream.at, 200, 200);
	assert_next_kind(DATAGRAM_OTHER);
	assert_no_more();
	take_segment(277, ACK, stream.at + 200, stream.length - 200, stream.length - 200);
	assert_whole(300, false);
}

static void what_a_snap_length_cuts_is_missing_from_the_message_only(void)
{
	struct bytes stream = {0};

	begin_connection();
	put(&stream, "IKETCP", 6);
	put_framed_ike(&stream, 300);
	take_segment(1001, ACK, stream.at, stream.length, 80);
	const struct datagram *datagram = datagram_reader_next(reader);
	g_assert_nonnull(datagram);
	g_assert_cmpint(datagram->kind, ==, DATAGRAM_IKE);
	g_assert_cmpuint(datagram->length, ==, 300);
	g_assert_cmpuint(datagram->captured, ==, 80 - 6 - 2 - 4);
	assert_no_more();
}

static void other_data_on_such_a_port_is_nothing(void)
{
	static const uint8_t text[] = "GET / HTTP/1.1\r\nHost: example\r\n\r\n";

	take_segment(5, ACK, text, sizeof text, sizeof text);
	assert_next_kind(DATAGRAM_OTHER);
	assert_no_more();
	begin_connection();
	take_segment(1001, ACK, text, sizeof text, sizeof text);
	assert_next_kind(DATAGRAM_OTHER);
	assert_no_more();
}

static void more_connections_than_there_is_room_for_push_out_the_oldest(void)
{
	struct bytes stream = conversation();

	for (unsigned port = 1; port <= TCP_STREAMS + 1; port++) {
		struct bytes segment = {0};
		put16(&segment, 10000 + port);
		put16(&segment, 4500);
		put32(&segment, 1000);
		put32(&segment, 0);
		put16(&segment, (5 << 12) | SYN);
		put_zeros(&segment, 6);
		struct bytes packet = ipv4(TCP, 1, 0, segment.at, segment.length);
		take(&packet);
	}
	begin_connection();
	take_stream(&stream, 0, stream.length);
	collect();
	g_assert_cmpuint(messages, ==, 4);
}

/* ---- the table of tests ---- */

static void with_a_new_reader(const void *data)
{
	void (*const *test)(void) = data;

	reader = datagram_reader_new(NULL);
	(*test)();
	datagram_reader_free(reader);
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
#define TEST(name)                                                                                                     \
	{                                                                                                              \
#name, name                                                                                            \
	}
        TEST(fragments_in_order_complete_what_the_first_began),
        TEST(the_first_fragment_may_come_last),
        TEST(a_first_fragment_without_an_ike_header_shows_nothing_before_the_rest),
        TEST(packets_do_not_mix),
        TEST(a_fragment_that_comes_twice_is_taken_once),
        TEST(overlapping_fragments_spoil_their_packet),
        TEST(two_ends_spoil_their_packet),
        TEST(more_packets_than_there_is_room_for_push_out_the_oldest),
        TEST(esp_in_fragments_is_one_packet),
        TEST(several_messages_share_a_segment),
        TEST(messages_may_be_cut_anywhere),
        TEST(segments_may_overtake_one_another_and_come_again),
        TEST(after_a_lost_segment_the_next_beginning_is_found),
        TEST(after_a_long_gap_the_stream_is_found_again),
        TEST(segments_from_far_away_do_not_disturb_a_stream),
        TEST(a_capture_may_start_midway),
        TEST(what_a_snap_length_cuts_is_missing_from_the_message_only),
        TEST(other_data_on_such_a_port_is_nothing),
        TEST(more_connections_than_there_is_room_for_push_out_the_oldest),
        TEST(a_whole_packet_is_given_once),
        TEST(a_packet_that_cannot_be_read_is_not_given),
        TEST(each_packet_takes_the_place_of_the_one_before),
        TEST(further_ports_are_those_that_the_reader_was_given),
        TEST(a_segment_that_comes_again_is_nothing),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (unsigned i = 0; i < G_N_ELEMENTS(tests); i++) {
		char *path = g_strdup_printf("/datagram-reader/%s", tests[i].name);
		g_test_add_data_func(path, &tests[i].run, with_a_new_reader);
		g_free(path);
	}
	return g_test_run();
}
