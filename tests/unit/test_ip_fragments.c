/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pieces of IP packets: which belong together, which spoil their packet, and who gives way. */
#include "core/wire/ip_fragments.h"

#include <glib.h>
#include <string.h>

#define UDP 17
#define MOST_BYTES 65535

static struct ip_fragments *fragments;

static void renew(void)
{
	ip_fragments_free(fragments);
	fragments = ip_fragments_new();
}

/* Bytes that tell where they stand. */
static uint8_t content[MOST_BYTES + 1];

static struct ip_address host(uint8_t number)
{
	const uint8_t bytes[4] = {10, 0, 0, number};

	return ip_address_from_ipv4(bytes);
}

/* A piece of packet 1 from one host to the other. */
static struct datagram piece(uint32_t begin, uint32_t end, bool more)
{
	return (struct datagram){.kind = begin == 0 ? DATAGRAM_OTHER : DATAGRAM_FRAGMENT,
	                         .source = host(1),
	                         .destination = host(2),
	                         .is_fragment = true,
	                         .fragment = {.bytes = content + begin,
	                                      .captured = end - begin,
	                                      .length = end - begin,
	                                      .offset = begin,
	                                      .identification = 1,
	                                      .protocol = UDP,
	                                      .more = more}};
}

static struct ip_whole whole;

static bool take(uint32_t begin, uint32_t end, bool more)
{
	const struct datagram datagram = piece(begin, end, more);

	return ip_fragments_take(fragments, &datagram, &whole);
}

static void assert_whole(size_t length)
{
	g_assert_cmpuint(whole.length, ==, length);
	g_assert_cmpint(memcmp(whole.bytes, content, length), ==, 0);
}

static void the_last_missing_piece_completes_its_packet(void)
{
	/* In whatever order three pieces come. */
	static const unsigned orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

	for (size_t i = 0; i < G_N_ELEMENTS(orders); i++) {
		for (unsigned come = 0; come < 3; come++) {
			const uint32_t begin = orders[i][come] * 8;
			g_assert_cmpint(take(begin, begin + (begin == 16 ? 3 : 8), begin != 16), ==, come == 2);
		}
		assert_whole(19);
	}
}

/* A packet that was completed is forgotten: its pieces begin another one. */
static void a_packet_is_completed_once(void)
{
	g_assert_false(take(0, 8, true));
	g_assert_true(take(8, 16, false));
	g_assert_false(take(8, 16, false));
	g_assert_true(take(0, 8, true));
	assert_whole(16);
}

static void pieces_of_other_packets_do_not_mix(void)
{
	struct datagram other = piece(8, 16, false);

	take(0, 8, true);
	other.fragment.identification = 2;
	g_assert_false(ip_fragments_take(fragments, &other, &whole));
	other = piece(8, 16, false);
	other.fragment.protocol = UDP + 1;
	g_assert_false(ip_fragments_take(fragments, &other, &whole));
	other = piece(8, 16, false);
	other.source = host(3);
	g_assert_false(ip_fragments_take(fragments, &other, &whole));
	other = piece(8, 16, false);
	other.destination = host(3);
	g_assert_false(ip_fragments_take(fragments, &other, &whole));
	g_assert_true(take(8, 16, false));
}

static void a_piece_that_was_cut_is_of_no_use(void)
{
	struct datagram cut = piece(8, 16, false);

	take(0, 8, true);
	cut.fragment.captured = 7;
	g_assert_false(ip_fragments_take(fragments, &cut, &whole));
	cut.fragment.length = cut.fragment.captured = 0;
	g_assert_false(ip_fragments_take(fragments, &cut, &whole));
	g_assert_true(take(8, 16, false));
}

static void a_packet_has_65535_bytes_at_most(void)
{
	struct datagram last = piece(MOST_BYTES - 7, MOST_BYTES, false);

	g_assert_false(take(0, MOST_BYTES - 7, true));
	last.fragment.length = last.fragment.captured = 8;
	g_assert_false(ip_fragments_take(fragments, &last, &whole));
	last.fragment.offset = MOST_BYTES + 1;
	g_assert_false(ip_fragments_take(fragments, &last, &whole));
	g_assert_true(take(MOST_BYTES - 7, MOST_BYTES, false));
	assert_whole(MOST_BYTES);
}

/* ---- pieces that do not fit ---- */

/* After the pieces 16 to 24 and 32 to 40: what another one does. */
static const struct {
	const char *what;
	uint32_t begin, end;
	bool more, spoils;
} fits[] = {
        {"before both", 8, 16, true, false},
        {"between them", 24, 32, true, false},
        {"overlapping the first", 8, 17, true, true},
        {"overlapping its end", 23, 32, true, true},
        {"overlapping the second", 24, 33, true, true},
        {"in one", 17, 23, true, true},
        {"around one", 15, 25, true, true},
        {"around both", 8, 48, true, true},
        {"the first again", 16, 24, true, false},
        {"the second again", 32, 40, true, false},
        {"a shorter one", 16, 23, true, true},
        {"a longer one", 32, 41, true, true},
        {"a later beginning", 33, 40, true, true},
        {"an end before the second", 24, 32, false, true},
        {"an end at its end", 32, 40, false, false},
        {"an end behind", 40, 48, false, false},
};

static void pieces_that_overlap_spoil_their_packet(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(fits); i++) {
		renew();
		bool completed = false;
		take(16, 24, true);
		take(32, 40, true);
		take(fits[i].begin, fits[i].end, fits[i].more);
		/* Then all that is missing, up to 48; of the packet that is not spoilt one of these is the last. */
		completed |= take(0, 8, true);
		if (fits[i].begin != 8)
			completed |= take(8, 16, true);
		if (fits[i].begin != 24)
			completed |= take(24, 32, true);
		if (fits[i].begin != 40)
			completed |= take(40, 48, false);
		g_test_message("%s", fits[i].what);
		/* A piece that came before and is said to be the last by now makes no end. */
		g_assert_cmpint(completed, ==, !fits[i].spoils);
	}
}

static void a_piece_with_other_bytes_spoils_its_packet(void)
{
	uint8_t forged[8];
	struct datagram other = piece(0, 8, true);

	memcpy(forged, content, sizeof forged);
	forged[7] ^= 1;
	other.fragment.bytes = forged;
	take(0, 8, true);
	g_assert_false(ip_fragments_take(fragments, &other, &whole));
	g_assert_false(take(8, 16, false));
}

/* The end is known: nothing comes behind it, and no other end. */
static void nothing_comes_behind_the_end(void)
{
	take(8, 16, false);
	take(16, 24, true);
	g_assert_false(take(0, 8, true));
	/* In another packet, up to the end itself. */
	renew();
	take(8, 16, false);
	g_assert_false(take(0, 4, true));
	g_assert_true(take(4, 8, true));
}

static void so_many_pieces_are_kept_of_a_packet(void)
{
	for (unsigned pieces = IP_FRAGMENTS_PIECES; pieces <= IP_FRAGMENTS_PIECES + 1; pieces++) {
		renew();
		bool completed = false;
		for (unsigned i = 0; i < pieces; i++)
			completed = take(i * 8, i * 8 + 8, i + 1 < pieces);
		g_assert_cmpint(completed, ==, pieces == IP_FRAGMENTS_PIECES);
	}
	/* One more, even if it came before, finds no end either. */
	renew();
	for (unsigned i = 0; i < IP_FRAGMENTS_PIECES; i++)
		take(i * 8, i * 8 + 8, true);
	g_assert_false(take(0, 8, true));
}

/* ---- who gives way ---- */

static bool take_of(uint32_t identification, uint32_t begin, uint32_t end, bool more)
{
	struct datagram datagram = piece(begin, end, more);

	datagram.fragment.identification = identification;
	return ip_fragments_take(fragments, &datagram, &whole);
}

static void the_packet_whose_last_piece_is_oldest_gives_way(void)
{
	for (uint32_t packet = 1; packet <= IP_FRAGMENTS_PACKETS; packet++)
		take_of(packet, 0, 8, true);
	take_of(1, 8, 16, true);
	take_of(1000, 0, 8, true); /* in place of 2 */
	g_assert_true(take_of(1, 16, 24, false));
	g_assert_true(take_of(1000, 8, 16, false));
	g_assert_true(take_of(3, 8, 16, false));
	g_assert_true(take_of(IP_FRAGMENTS_PACKETS, 8, 16, false));
	g_assert_false(take_of(2, 8, 16, false));
}

/* A place that is free is taken before anybody gives way. */
static void a_free_place_is_taken_first(void)
{
	for (uint32_t packet = 1; packet <= IP_FRAGMENTS_PACKETS; packet++)
		take_of(packet, 0, 8, true);
	g_assert_true(take_of(30, 8, 16, false));
	take_of(1000, 0, 8, true);
	for (uint32_t packet = 1; packet <= IP_FRAGMENTS_PACKETS; packet++)
		g_assert_cmpint(take_of(packet, 8, 16, false), ==, packet != 30);
	g_assert_true(take_of(1000, 8, 16, false));
}

/* One that was spoilt does not spoil the one that gets its place. */
static void a_new_packet_begins_anew(void)
{
	take_of(1, 0, 8, true);
	take_of(1, 4, 12, false);
	for (uint32_t packet = 2; packet <= IP_FRAGMENTS_PACKETS + 1; packet++)
		take_of(packet, 0, 8, true);
	for (uint32_t packet = 2; packet <= IP_FRAGMENTS_PACKETS + 1; packet++)
		g_assert_true(take_of(packet, 8, 16, false));
}

/* ---- what the first piece showed ---- */

static void the_first_piece_may_have_been_read_alone(void)
{
	static const struct {
		enum datagram_kind kind;
		size_t captured;
		bool read;
	} firsts[] = {{DATAGRAM_ESP, 8, true},   {DATAGRAM_ESP, 0, true},     {DATAGRAM_IKE, 28, true},
	              {DATAGRAM_IKE, 27, false}, {DATAGRAM_OTHER, 28, false}, {DATAGRAM_NAT_KEEPALIVE, 28, false}};

	for (size_t i = 0; i < G_N_ELEMENTS(firsts); i++) {
		for (unsigned last = 0; last < 2; last++) {
			struct datagram first = piece(0, 40, true);
			first.kind = firsts[i].kind;
			first.captured = firsts[i].captured;
			if (last == 0)
				take(40, 48, false);
			bool completed = ip_fragments_take(fragments, &first, &whole);
			if (last != 0)
				completed = take(40, 48, false);
			g_assert_true(completed);
			g_assert_cmpint(whole.first_was_read, ==, firsts[i].read);
		}
	}
}

static void with_new_fragments(const void *test)
{
	for (size_t i = 0; i < sizeof content; i++)
		content[i] = (uint8_t)(i ^ i >> 8);
	renew();
	(*(void (*const *)(void))test)();
	g_clear_pointer(&fragments, ip_fragments_free);
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/ip-fragments/" #function, function                                                                   \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(the_last_missing_piece_completes_its_packet),
        TEST(a_packet_is_completed_once),
        TEST(pieces_of_other_packets_do_not_mix),
        TEST(a_piece_that_was_cut_is_of_no_use),
        TEST(a_packet_has_65535_bytes_at_most),
        TEST(pieces_that_overlap_spoil_their_packet),
        TEST(a_piece_with_other_bytes_spoils_its_packet),
        TEST(nothing_comes_behind_the_end),
        TEST(so_many_pieces_are_kept_of_a_packet),
        TEST(the_packet_whose_last_piece_is_oldest_gives_way),
        TEST(a_free_place_is_taken_first),
        TEST(a_new_packet_begins_anew),
        TEST(the_first_piece_may_have_been_read_alone),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_data_func(tests[i].name, &tests[i].run, with_new_fragments);
	return g_test_run();
}
