/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon keeps of SPIs that the kernel counts. The reader of the kernel's sets is this test's, and so are the
 * clocks that kernel_counts.c is compiled to ask.
 */
#include "nfq-daemon/kernel_counts.h"

#include <errno.h>
#include <glib.h>
#include <stdarg.h>

#include "core/base/time.h"
#include "fake_clock.h"
#include "kernel-helpers/set_reader.h"
#include "nfq-daemon/clock.h"
#include "nfq-daemon/journal.h"

#define SECONDS(count) ((count)*NANOSECONDS)
#define HERE 0
#define THERE 1
#define SPI 0x1234

/* ---- a journal ---- */

static unsigned said;
static char *said_last;

static void G_GNUC_PRINTF(1, 0) say(const char *format, va_list arguments)
{
	said++;
	g_free(said_last);
	said_last = g_strdup_vprintf(format, arguments);
}

#define JOURNAL(name)                                                                                                  \
	void name(const char *format, ...)                                                                             \
	{                                                                                                              \
		va_list arguments;                                                                                     \
                                                                                                                       \
		va_start(arguments, format);                                                                           \
		say(format, arguments);                                                                                \
		va_end(arguments);                                                                                     \
	}

JOURNAL(journal_error)
JOURNAL(journal_warning)
JOURNAL(journal_notice)

/* ---- a kernel that counts ---- */

#define SPIS_MOST 8

struct set_reader {
	struct set_count counts[SPIS_MOST]; /* as they stand; packets and bytes are what is new */
	unsigned spis;
	const char *identity;
	int identity_result;
	int result;
	uint64_t uncounted;
	int uncounted_result;
	int64_t costs;   /* nanoseconds that a reading takes */
	bool tells_all;  /* SPIs without anything new, too */
	unsigned begins; /* SPIs that it was told to start from */
	struct set_count begun;
};

static struct set_reader kernel;

struct set_reader *set_reader_new(void)
{
	if (kernel.identity == NULL) {
		errno = EPERM;
		return NULL;
	}
	return &kernel;
}

void set_reader_free(struct set_reader *reader)
{
	g_assert_true(reader == &kernel || reader == NULL);
}

int set_reader_identity(struct set_reader *reader, char identity[SET_IDENTITY_SIZE])
{
	g_strlcpy(identity, reader->identity, SET_IDENTITY_SIZE);
	return reader->identity_result;
}

int set_reader_start_from(struct set_reader *reader, const struct set_count *count)
{
	reader->begins++;
	reader->begun = *count;
	return 0;
}

int set_reader_read(struct set_reader *reader, set_reader_take *take, void *context)
{
	used += reader->costs;
	for (unsigned i = 0; i < reader->spis; i++) {
		if (reader->counts[i].packets != 0 || reader->tells_all)
			take(&reader->counts[i], context);
		reader->counts[i].packets = reader->counts[i].bytes = 0;
	}
	return reader->result;
}

bool set_reader_holds(const struct set_reader *reader, const struct set_count *key)
{
	for (unsigned i = 0; i < reader->spis; i++)
		if (reader->counts[i].spi == key->spi)
			return true;
	return false;
}

int set_reader_uncounted(struct set_reader *reader, uint64_t *packets)
{
	*packets = reader->uncounted;
	return reader->uncounted_result;
}

uint32_t set_reader_spis(const struct set_reader *reader)
{
	return reader->spis;
}

static struct ip_address end_of(unsigned end)
{
	const uint8_t bytes[4] = {192, 0, 2, (uint8_t)(1 + end)};

	return ip_address_from_ipv4(bytes);
}

/* Packets of 100 bytes from HERE to THERE. */
static void count_packets(uint32_t spi, uint64_t packets)
{
	unsigned at = 0;

	while (at < kernel.spis && kernel.counts[at].spi != spi)
		at++;
	if (at == kernel.spis)
		kernel.counts[kernel.spis++] = (struct set_count){.source = end_of(HERE),
		                                                  .destination = end_of(THERE),
		                                                  .spi = spi,
		                                                  .encapsulation = ENCAPSULATION_UDP};
	struct set_count *count = &kernel.counts[at];
	count->packets += packets;
	count->bytes += 100 * packets;
	count->kernel_packets += packets;
	count->kernel_bytes += 100 * packets;
	count->last_time = real;
}

/* ---- a daemon that reads ---- */

struct daemon {
	struct tunnels *tunnels;
	struct kernel_counts *counts;
};

static void pass(int64_t time)
{
	real += time;
	since_boot += time;
}

static struct daemon start_with(const struct state *state)
{
	const struct tunnel_options options = tunnel_options_default();
	char *error = NULL;
	struct daemon daemon = {.tunnels = tunnels_new(&options)};

	daemon.counts = kernel_counts_new(daemon.tunnels, state, &error);
	g_assert_null(error);
	return daemon;
}

/* On a machine whose kernel has counted nothing yet. */
static void boot(void)
{
	real = NOON;
	since_boot = SECONDS(500);
	used = 0;
	kernel = (struct set_reader){.identity = "a boot 1"};
	said = 0;
	clock_begin();
}

static struct daemon start(void)
{
	struct state state;

	state_begin(&state);
	struct daemon daemon = start_with(&state);
	state_end(&state);
	return daemon;
}

static void stop(struct daemon *daemon)
{
	kernel_counts_free(daemon->counts);
	tunnels_free(daemon->tunnels);
}

static struct tunnel *tunnel_of(const struct daemon *daemon)
{
	const struct ip_address here = end_of(HERE), there = end_of(THERE);

	return tunnels_find(daemon->tunnels, &here, &there);
}

static const struct esp_direction *direction_of(const struct daemon *daemon)
{
	return &tunnel_of(daemon)->esp[0];
}

static const struct spi_entry *entry_of(const struct daemon *daemon, uint32_t spi)
{
	return tunnel_spi_entry(daemon->tunnels, tunnel_of(daemon), 0, spi);
}

/* What a worker saw of the SPI: one packet with this number. */
static void sample(struct daemon *daemon, uint32_t spi, uint32_t sequence)
{
	const struct spi_counts seen = {.source = end_of(HERE),
	                                .destination = end_of(THERE),
	                                .spi = spi,
	                                .encapsulation = ENCAPSULATION_UDP,
	                                .packets = 1,
	                                .first_sequence = sequence,
	                                .last_sequence = sequence};

	kernel_counts_take_sample(&seen, daemon->counts);
}

static void read_counts(struct daemon *daemon)
{
	kernel_counts_read(daemon->counts);
}

static guint kept(const struct daemon *daemon)
{
	struct state state;

	state_begin(&state);
	kernel_counts_save(daemon->counts, &state);
	guint number = state.spis->len;
	state_end(&state);
	return number;
}

/* ---- counts ---- */

static void test_what_the_kernel_counted_is_in_the_tunnel(void)
{
	boot();
	struct daemon daemon = start();
	count_packets(SPI, 7);
	pass(SECONDS(1));
	read_counts(&daemon);
	const struct esp_direction *direction = direction_of(&daemon);
	g_assert_cmpuint(direction->packets, ==, 7);
	g_assert_cmpuint(direction->bytes, ==, 700);
	g_assert_cmpint(direction->last_time, ==, clock_now() - SECONDS(1));
	g_assert_cmpuint(direction->lost_uncertain, ==, 0);
	g_assert_cmpuint(entry_of(&daemon, SPI)->encapsulation, ==, ENCAPSULATION_UDP);
	g_assert_cmpuint(entry_of(&daemon, SPI)->packets, ==, 7);
	count_packets(SPI, 2);
	read_counts(&daemon);
	read_counts(&daemon);
	g_assert_cmpuint(direction->packets, ==, 9);
	g_assert_cmpuint(entry_of(&daemon, SPI)->bytes, ==, 900);
	stop(&daemon);
}

static void test_one_packet_is_counted_and_none_is_not(void)
{
	boot();
	kernel.tells_all = true;
	struct daemon daemon = start();
	count_packets(SPI, 0);
	read_counts(&daemon);
	g_assert_null(tunnel_of(&daemon));
	count_packets(SPI, 1);
	read_counts(&daemon);
	g_assert_cmpuint(direction_of(&daemon)->packets, ==, 1);
	stop(&daemon);
}

/* An SPI that the tunnels do not have (any more) has there what the kernel had told of it before. */
static void test_what_was_told_before_is_told_with_it(void)
{
	boot();
	count_packets(SPI, 7);
	struct daemon daemon = start();
	tunnels_retire_spis(daemon.tunnels, INT64_MAX);
	count_packets(SPI, 2);
	read_counts(&daemon);
	g_assert_cmpuint(entry_of(&daemon, SPI)->packets, ==, 9);
	g_assert_cmpuint(entry_of(&daemon, SPI)->bytes, ==, 900);
	g_assert_cmpuint(direction_of(&daemon)->packets, ==, 9);
	/* A kernel that says that less stands there than is new: nothing was before. */
	tunnels_retire_spis(daemon.tunnels, INT64_MAX);
	count_packets(SPI, 5);
	kernel.counts[0].kernel_packets = kernel.counts[0].kernel_bytes = 3;
	read_counts(&daemon);
	g_assert_cmpuint(entry_of(&daemon, SPI)->packets, ==, 5);
	g_assert_cmpuint(entry_of(&daemon, SPI)->bytes, ==, 500);
	stop(&daemon);
}

/* ---- losses, from samples ---- */

/* Readings one after another: packets that the kernel counted since the last one, a sample's number (0 none) and, after
 * the reading, what is lost for certain and how much more may be. */
static const struct {
	uint64_t packets;
	uint32_t sequence;
	uint64_t lost, uncertain;
} readings[] = {
        /* Number 1, as the daemon starts. Its 10 packets may have come before the sample or after it. */
        {10, 0, 0, 0},     {10, 100, 0, 0}, /* the sample came when 10 to 20 had been counted */
        {10, 120, 0, 20},                   /* 10 to 30: by now 20 more were sent, and 0 to 20 have come */
        {10, 180, 50, 30},                  /* 20 to 40: of 80, 0 to 30 */
        {10, 200, 60, 30},                  /* 30 to 50: of 100, 10 to 40 */
        {10, 0, 60, 30},                    /* without a sample, nothing is new */
        {0, 0, 60, 30},    {0, 0, 60, 30},  {10, 260, 100, 20}, /* 60 to 70: of 160, 40 to 60 */
};

static void test_samples_and_counts_bound_what_is_lost(void)
{
	boot();
	count_packets(SPI, readings[0].packets);
	struct daemon daemon = start();
	for (size_t i = 1; i < G_N_ELEMENTS(readings); i++) {
		if (readings[i].packets != 0)
			count_packets(SPI, readings[i].packets);
		if (readings[i].sequence != 0)
			sample(&daemon, SPI, readings[i].sequence);
		read_counts(&daemon);
		g_test_message("reading %zu", i + 1);
		g_assert_cmpuint(direction_of(&daemon)->lost, ==, readings[i].lost);
		g_assert_cmpuint(direction_of(&daemon)->lost_uncertain, ==, readings[i].uncertain);
	}
	const struct spi_entry *entry = entry_of(&daemon, SPI);
	g_assert_cmpuint(entry->first_sequence, ==, 100);
	g_assert_cmpuint(entry->highest_sequence, ==, 260);
	g_assert_cmpuint(entry->last_sequence, ==, 260);
	g_assert_cmpuint(entry->packets, ==, 70);
	stop(&daemon);
}

/* Before the kernel has counted the first packet of an SPI, its sample tells where the numbers began, and no more. */
static void test_a_sample_may_come_before_the_count(void)
{
	boot();
	struct daemon daemon = start();
	sample(&daemon, SPI, 50);
	read_counts(&daemon);
	g_assert_null(tunnel_of(&daemon));
	g_assert_cmpuint(kept(&daemon), ==, 0);
	count_packets(SPI, 10);
	sample(&daemon, SPI, 100);
	read_counts(&daemon);
	g_assert_cmpuint(entry_of(&daemon, SPI)->first_sequence, ==, 50);
	g_assert_cmpuint(direction_of(&daemon)->lost, ==, 0);
	/* 1 to 10 had been counted then, as it had itself; 1 to 20 now. */
	count_packets(SPI, 10);
	sample(&daemon, SPI, 130);
	read_counts(&daemon);
	g_assert_cmpuint(direction_of(&daemon)->lost, ==, 30 - 19);
	g_assert_cmpuint(direction_of(&daemon)->lost_uncertain, ==, 19);
	stop(&daemon);
}

/* A sample that took longer than a reading to get here may be of the reading before, and of none before that. */
static void test_only_the_last_three_readings_of_an_spi_matter(void)
{
	boot();
	count_packets(SPI, 10);
	struct daemon daemon = start();
	for (unsigned i = 0; i < 4; i++) {
		count_packets(SPI, 10);
		read_counts(&daemon); /* 2 to 5: 20 to 50 packets */
	}
	sample(&daemon, SPI, 1000);
	count_packets(SPI, 10);
	read_counts(&daemon); /* 40 to 60 */
	sample(&daemon, SPI, 1200);
	count_packets(SPI, 10);
	read_counts(&daemon); /* 50 to 70: 200 were sent, 0 to 30 came */
	g_assert_cmpuint(direction_of(&daemon)->lost, ==, 170);
	g_assert_cmpuint(direction_of(&daemon)->lost_uncertain, ==, 30);
	stop(&daemon);
}

static void test_a_reading_takes_each_sample_once(void)
{
	boot();
	count_packets(SPI, 10);
	struct daemon daemon = start();
	sample(&daemon, SPI, 100);
	sample(&daemon, SPI, 110);
	count_packets(SPI, 10);
	read_counts(&daemon);
	g_assert_cmpuint(entry_of(&daemon, SPI)->last_sequence, ==, 110);
	read_counts(&daemon);
	/* What saw no packet is no sample. */
	const struct spi_counts none = {.source = end_of(HERE),
	                                .destination = end_of(THERE),
	                                .spi = SPI,
	                                .encapsulation = ENCAPSULATION_UDP,
	                                .last_sequence = 999};
	kernel_counts_take_sample(&none, daemon.counts);
	read_counts(&daemon);
	g_assert_cmpuint(entry_of(&daemon, SPI)->last_sequence, ==, 110);
	sample(&daemon, SPI, 120);
	read_counts(&daemon);
	g_assert_cmpuint(entry_of(&daemon, SPI)->last_sequence, ==, 120);
	stop(&daemon);
}

static void test_loss_is_not_told_once_it_was_given_up(void)
{
	boot();
	count_packets(SPI, 10);
	struct daemon daemon = start();
	kernel_counts_give_up_loss(daemon.counts);
	g_assert_cmpuint(said, ==, 1);
	g_assert_cmpstr(
	        said_last, ==,
	        "GSO packets carry ESP here, which the kernel counts as one each: packets are counted low and loss is "
	        "not told; use [daemon] mode = queue, or ethtool -K DEVICE rx-udp-gro-forwarding off");
	kernel_counts_give_up_loss(daemon.counts);
	g_assert_cmpuint(said, ==, 1);
	for (uint32_t sequence = 100; sequence <= 300; sequence += 100) {
		sample(&daemon, SPI, sequence);
		count_packets(SPI, 10);
		read_counts(&daemon);
	}
	g_assert_cmpuint(direction_of(&daemon)->lost + direction_of(&daemon)->lost_uncertain, ==, 0);
	g_assert_cmpuint(direction_of(&daemon)->packets, ==, 40);
	stop(&daemon);
}

/* When a worker stood still it is not known when its samples passed. */
static void test_samples_before_a_gap_are_not_used(void)
{
	boot();
	count_packets(SPI, 10);
	struct daemon daemon = start();
	sample(&daemon, SPI, 100);
	kernel_counts_note_interruption(daemon.counts);
	read_counts(&daemon);
	g_assert_cmpuint(entry_of(&daemon, SPI)->last_sequence, ==, 0);
	sample(&daemon, SPI, 120);
	read_counts(&daemon);
	g_assert_cmpuint(entry_of(&daemon, SPI)->last_sequence, ==, 120);
	stop(&daemon);
}

/* ---- what is forgotten ---- */

/* Somebody's two packets on an SPI that they made up: the kernel lets go of it after a minute, and so does the daemon,
 * five minutes after the last of them. */
static void test_forgets_with_the_kernel(void)
{
	boot();
	count_packets(SPI, 2);
	struct daemon daemon = start();
	g_assert_cmpuint(kept(&daemon), ==, 1);
	kernel_counts_retire(daemon.counts, clock_now() + SECONDS(600));
	g_assert_cmpuint(kept(&daemon), ==, 1);
	kernel.spis = 0;
	kernel_counts_retire(daemon.counts, clock_now() + SECONDS(300) - 1);
	g_assert_cmpuint(kept(&daemon), ==, 1);
	kernel_counts_retire(daemon.counts, clock_now() + SECONDS(300));
	g_assert_cmpuint(kept(&daemon), ==, 0);
	/* When it comes again it is a new one. */
	sample(&daemon, SPI, 77);
	count_packets(SPI, 3);
	read_counts(&daemon);
	g_assert_cmpuint(kept(&daemon), ==, 1);
	g_assert_cmpuint(entry_of(&daemon, SPI)->first_sequence, ==, 77);
	stop(&daemon);
}

/* Whatever is to be said of those before it. */
static void test_each_spi_is_looked_at_for_itself(void)
{
	boot();
	for (uint32_t i = 0; i < 3; i++)
		count_packets(SPI + i, 2);
	struct daemon daemon = start();
	pass(SECONDS(300));
	count_packets(SPI, 1); /* the first is in use, the second is held by the kernel */
	read_counts(&daemon);
	kernel.spis = 2;
	kernel_counts_retire(daemon.counts, clock_now());
	g_assert_cmpuint(kept(&daemon), ==, 2);
	kernel.counts[0] = kernel.counts[1];
	kernel.spis = 1; /* now the first is not */
	pass(SECONDS(300));
	kernel_counts_retire(daemon.counts, clock_now());
	g_assert_cmpuint(kept(&daemon), ==, 1);
	kernel.spis = 0; /* and at last the second, with nothing before it */
	kernel_counts_retire(daemon.counts, clock_now());
	g_assert_cmpuint(kept(&daemon), ==, 0);
	stop(&daemon);
}

static void test_an_spi_with_a_sample_is_not_forgotten(void)
{
	boot();
	count_packets(SPI, 2);
	struct daemon daemon = start();
	sample(&daemon, SPI, 5);
	kernel.spis = 0;
	kernel_counts_retire(daemon.counts, clock_now() + SECONDS(600));
	g_assert_cmpuint(kept(&daemon), ==, 1);
	read_counts(&daemon);
	kernel_counts_retire(daemon.counts, clock_now() + SECONDS(600));
	g_assert_cmpuint(kept(&daemon), ==, 0);
	stop(&daemon);
}

/* What is lost for certain stays; what may be lost besides is not told any more, while the SPI itself stays. */
static void test_what_is_uncertain_is_settled_when_an_spi_falls_silent(void)
{
	boot();
	count_packets(SPI, 10);
	struct daemon daemon = start();
	for (uint32_t sequence = 100; sequence <= 300; sequence += 100) {
		sample(&daemon, SPI, sequence);
		count_packets(SPI, 10);
		read_counts(&daemon);
	}
	uint64_t lost = direction_of(&daemon)->lost;
	g_assert_cmpuint(lost, >, 0);
	g_assert_cmpuint(direction_of(&daemon)->lost_uncertain, >, 0);
	kernel_counts_retire(daemon.counts, clock_now() + SECONDS(300) - 1);
	g_assert_cmpuint(direction_of(&daemon)->lost_uncertain, >, 0);
	for (unsigned times = 0; times < 2; times++) {
		kernel_counts_retire(daemon.counts, clock_now() + SECONDS(300));
		g_assert_cmpuint(direction_of(&daemon)->lost_uncertain, ==, 0);
		g_assert_cmpuint(direction_of(&daemon)->lost, ==, lost);
	}
	g_assert_cmpuint(direction_of(&daemon)->packets, ==, 40);
	g_assert_cmpuint(entry_of(&daemon, SPI)->last_sequence, ==, 300);
	g_assert_cmpuint(kept(&daemon), ==, 1);
	stop(&daemon);
}

static void test_one_packet_may_be_all_that_is_uncertain(void)
{
	boot();
	count_packets(SPI, 10);
	struct daemon daemon = start();
	sample(&daemon, SPI, 100);
	count_packets(SPI, 1);
	read_counts(&daemon); /* 10 to 11 */
	read_counts(&daemon);
	read_counts(&daemon);
	sample(&daemon, SPI, 120);
	read_counts(&daemon); /* 11: of 20, 0 to 1 */
	g_assert_cmpuint(direction_of(&daemon)->lost, ==, 19);
	g_assert_cmpuint(direction_of(&daemon)->lost_uncertain, ==, 1);
	kernel_counts_retire(daemon.counts, clock_now() + SECONDS(300));
	g_assert_cmpuint(direction_of(&daemon)->lost, ==, 19);
	g_assert_cmpuint(direction_of(&daemon)->lost_uncertain, ==, 0);
	stop(&daemon);
}

/* Rules that were installed anew count from 0: what was known of the others' counters means nothing. */
static void test_rules_that_were_installed_anew(void)
{
	boot();
	count_packets(SPI, 10);
	count_packets(SPI + 1, 10);
	struct daemon daemon = start();
	sample(&daemon, SPI, 100);
	count_packets(SPI, 10);
	read_counts(&daemon);
	sample(&daemon, SPI, 500);
	kernel.spis = 0;
	kernel.identity = "a boot 2";
	count_packets(SPI, 5);
	read_counts(&daemon);
	g_assert_cmpuint(said, ==, 1);
	g_assert_cmpstr(said_last, ==, "the rules were installed anew: counting goes on with theirs");
	g_assert_cmpuint(kept(&daemon), ==, 1);
	g_assert_cmpuint(direction_of(&daemon)->packets, ==, 35);
	g_assert_cmpuint(direction_of(&daemon)->lost + direction_of(&daemon)->lost_uncertain, ==, 0);
	sample(&daemon, SPI, 20);
	count_packets(SPI, 5);
	read_counts(&daemon);
	read_counts(&daemon);
	g_assert_cmpuint(direction_of(&daemon)->lost, ==, 0);
	g_assert_cmpuint(said, ==, 1);
	/* They may not have counted anything yet. */
	kernel.spis = 0;
	kernel.identity = "a boot 3";
	read_counts(&daemon);
	g_assert_cmpuint(kept(&daemon), ==, 0);
	stop(&daemon);
}

/* ---- what goes wrong ---- */

#define NO_RULES "the rules are not installed, so nothing is counted: asaphased rules --install"
#define NOT_PERMITTED "the kernel's counters cannot be read: Operation not permitted; it is tried again"
#define AGAIN "the kernel's counters can be read again"

static void test_what_goes_wrong_is_said_once(void)
{
	static const struct {
		int identity, read;
		unsigned said;
		const char *words;
	} results[] = {
	        {-ENOENT, 0, 1, NO_RULES},     {-ENOENT, 0, 1, NO_RULES}, {0, -EPERM, 2, NOT_PERMITTED},
	        {0, -EPERM, 2, NOT_PERMITTED}, {0, 0, 3, AGAIN},          {0, 0, 3, AGAIN},
	        {0, -EAGAIN, 3, AGAIN},        {0, -ENOENT, 4, NO_RULES}, {-EPERM, -ENOENT, 5, NOT_PERMITTED},
	};

	boot();
	struct daemon daemon = start();
	g_assert_cmpuint(said, ==, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(results); i++) {
		kernel.identity_result = results[i].identity;
		kernel.result = results[i].read;
		read_counts(&daemon);
		g_assert_cmpuint(said, ==, results[i].said);
		g_assert_cmpstr(said_last, ==, results[i].words);
	}
	stop(&daemon);
}

/* After a reading that failed, samples wait for the next; one that was disturbed has most of the counts. */
static void test_samples_wait_for_a_reading_that_succeeds(void)
{
	static const int results[] = {-EPERM, -EAGAIN, 0};

	for (size_t i = 0; i < G_N_ELEMENTS(results); i++) {
		boot();
		count_packets(SPI, 10);
		struct daemon daemon = start();
		sample(&daemon, SPI, 100);
		kernel.result = results[i];
		read_counts(&daemon);
		g_assert_cmpuint(entry_of(&daemon, SPI)->last_sequence, ==, results[i] == -EPERM ? 0 : 100);
		kernel.result = 0;
		read_counts(&daemon);
		g_assert_cmpuint(entry_of(&daemon, SPI)->last_sequence, ==, 100);
		stop(&daemon);
	}
}

static void test_a_kernel_that_cannot_be_asked(void)
{
	struct state state;
	char *error = NULL;

	boot();
	kernel.identity = NULL;
	state_begin(&state);
	g_assert_null(kernel_counts_new(NULL, &state, &error));
	g_assert_cmpstr(error, ==, "the kernel's counters cannot be read: Operation not permitted");
	g_free(error);
	state_end(&state);
	kernel_counts_free(NULL);
}

/* What stood there when the daemon started had passed before. */
static void test_packets_without_room_make_silence_doubtful(void)
{
	boot();
	kernel.uncounted = 5;
	struct daemon daemon = start();
	g_assert_cmpuint(kernel_counts_uncounted(daemon.counts), ==, 5);
	g_assert_cmpint(tunnels_uncounted_time(daemon.tunnels), ==, 0);
	pass(SECONDS(1));
	read_counts(&daemon);
	g_assert_cmpint(tunnels_uncounted_time(daemon.tunnels), ==, 0);
	kernel.uncounted = 6;
	kernel.uncounted_result = -EPERM;
	read_counts(&daemon);
	g_assert_cmpint(tunnels_uncounted_time(daemon.tunnels), ==, 0);
	kernel.uncounted_result = 0;
	kernel.result = -EPERM;
	kernel.uncounted = 8;
	read_counts(&daemon);
	g_assert_cmpint(tunnels_uncounted_time(daemon.tunnels), ==, 0);
	kernel.result = 0;
	kernel.uncounted = 7;
	read_counts(&daemon);
	g_assert_cmpint(tunnels_uncounted_time(daemon.tunnels), ==, clock_now());
	pass(SECONDS(1));
	read_counts(&daemon);
	g_assert_cmpint(tunnels_uncounted_time(daemon.tunnels), ==, clock_now() - SECONDS(1));
	/* Rules installed anew begin at 0. */
	kernel.uncounted = 1;
	read_counts(&daemon);
	g_assert_cmpint(tunnels_uncounted_time(daemon.tunnels), ==, clock_now() - SECONDS(1));
	g_assert_cmpuint(kernel_counts_uncounted(daemon.counts), ==, 1);
	stop(&daemon);
}

static void test_they_are_read_as_often_as_they_cost_little(void)
{
	/* What a reading takes, and when the next is due. */
	static const struct {
		int64_t costs, due;
	} cases[] = {{0, SECONDS(9) / 10},
	             {SECONDS(9) / 1000, SECONDS(9) / 10},
	             {SECONDS(9) / 1000 + 1, SECONDS(9) / 10 + 100},
	             {SECONDS(2), SECONDS(200)}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		boot();
		struct daemon daemon = start();
		kernel.costs = cases[i].costs;
		pass(SECONDS(7));
		used += SECONDS(3); /* of other work */
		read_counts(&daemon);
		g_assert_false(kernel_counts_is_due(daemon.counts, clock_now() + cases[i].due - 1));
		g_assert_true(kernel_counts_is_due(daemon.counts, clock_now() + cases[i].due));
		stop(&daemon);
	}
}

/* ---- over a restart ---- */

static void test_a_later_run_goes_on_from_an_earlier_one(void)
{
	struct state state;

	boot();
	count_packets(SPI, 30);
	struct daemon daemon = start();
	sample(&daemon, SPI + 1, 1); /* not counted yet */
	state_begin(&state);
	kernel_counts_save(daemon.counts, &state);
	stop(&daemon);
	g_assert_cmpstr(state.kernel, ==, "a boot 1");
	g_assert_cmpuint(state.spis->len, ==, 1);
	const struct state_spi *kept_spi = &g_array_index(state.spis, struct state_spi, 0);
	const struct ip_address here = end_of(HERE), there = end_of(THERE);
	g_assert_true(ip_address_equal(&kept_spi->source, &here));
	g_assert_true(ip_address_equal(&kept_spi->destination, &there));
	g_assert_cmphex(kept_spi->spi, ==, SPI);
	g_assert_cmpuint(kept_spi->encapsulation, ==, ENCAPSULATION_UDP);
	g_assert_cmpuint(kept_spi->packets, ==, 30);
	g_assert_cmpuint(kept_spi->bytes, ==, 3000);

	pass(SECONDS(100));
	count_packets(SPI, 10);
	daemon = start_with(&state);
	g_assert_cmpuint(kernel.begins, ==, 1);
	g_assert_cmphex(kernel.begun.spi, ==, SPI);
	g_assert_cmpuint(kernel.begun.encapsulation, ==, ENCAPSULATION_UDP);
	g_assert_cmpuint(kernel.begun.kernel_packets, ==, 30);
	g_assert_cmpuint(kernel.begun.kernel_bytes, ==, 3000);
	g_assert_cmpuint(direction_of(&daemon)->packets, ==, 10);
	g_assert_cmpuint(entry_of(&daemon, SPI)->packets, ==, 40);
	g_assert_cmpuint(kept(&daemon), ==, 1);
	/* 30 had been counted before the first sample, and 40 by now. */
	sample(&daemon, SPI, 100);
	read_counts(&daemon);
	sample(&daemon, SPI, 110);
	read_counts(&daemon);
	g_assert_cmpuint(direction_of(&daemon)->lost, ==, 10);
	stop(&daemon);
	state_end(&state);
}

/* What the earlier run knew is as good as a reading. */
static void test_a_later_run_bounds_losses_from_what_was_saved(void)
{
	struct state state;

	boot();
	count_packets(SPI, 30);
	struct daemon daemon = start();
	state_begin(&state);
	kernel_counts_save(daemon.counts, &state);
	stop(&daemon);
	daemon = start_with(&state);
	sample(&daemon, SPI, 100);
	count_packets(SPI, 1);
	read_counts(&daemon); /* 30 to 31 */
	sample(&daemon, SPI, 120);
	count_packets(SPI, 1);
	read_counts(&daemon); /* 30 to 32: of 20, 0 to 2 */
	g_assert_cmpuint(direction_of(&daemon)->lost, ==, 18);
	g_assert_cmpuint(direction_of(&daemon)->lost_uncertain, ==, 2);
	stop(&daemon);
	state_end(&state);
}

/* Its age is not known: it is kept for as long as one that was used just now. */
static void test_an_spi_of_an_earlier_run_is_kept_for_a_while(void)
{
	struct state state;

	boot();
	count_packets(SPI, 30);
	struct daemon daemon = start();
	state_begin(&state);
	kernel_counts_save(daemon.counts, &state);
	stop(&daemon);
	kernel.spis = 0;
	pass(SECONDS(1000));
	daemon = start_with(&state);
	kernel_counts_retire(daemon.counts, clock_now() + SECONDS(300) - 1);
	g_assert_cmpuint(kept(&daemon), ==, 1);
	kernel_counts_retire(daemon.counts, clock_now() + SECONDS(300));
	g_assert_cmpuint(kept(&daemon), ==, 0);
	stop(&daemon);
	state_end(&state);
}

static void test_counters_of_other_rules_are_not_gone_on_from(void)
{
	for (unsigned i = 0; i < 3; i++) {
		struct state state;
		boot();
		count_packets(SPI, 30);
		state_begin(&state);
		struct daemon daemon = start();
		kernel_counts_save(daemon.counts, &state);
		stop(&daemon);
		if (i == 0)
			kernel.identity = "a boot 2";
		else if (i == 1)
			kernel.identity_result = -ENOENT;
		else
			g_clear_pointer(&state.kernel, g_free);
		daemon = start_with(&state);
		g_assert_cmpuint(kernel.begins, ==, 0);
		stop(&daemon);
		state_end(&state);
	}
}

/* Without rules there is nothing to go on from. */
static void test_without_rules_nothing_is_saved(void)
{
	struct state state;

	boot();
	kernel.identity_result = -ENOENT;
	struct daemon daemon = start();
	state_begin(&state);
	kernel_counts_save(daemon.counts, &state);
	g_assert_null(state.kernel);
	g_assert_cmpuint(state.spis->len, ==, 0);
	/* They may be installed later. */
	kernel.identity_result = 0;
	count_packets(SPI, 4);
	read_counts(&daemon);
	g_assert_cmpuint(direction_of(&daemon)->packets, ==, 4);
	g_assert_cmpuint(kept(&daemon), ==, 1);
	state_end(&state);
	stop(&daemon);
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/kernel_counts/" #function, test_##function                                                           \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(what_the_kernel_counted_is_in_the_tunnel),
        TEST(one_packet_is_counted_and_none_is_not),
        TEST(what_was_told_before_is_told_with_it),
        TEST(samples_and_counts_bound_what_is_lost),
        TEST(a_sample_may_come_before_the_count),
        TEST(only_the_last_three_readings_of_an_spi_matter),
        TEST(a_reading_takes_each_sample_once),
        TEST(loss_is_not_told_once_it_was_given_up),
        TEST(samples_before_a_gap_are_not_used),
        TEST(forgets_with_the_kernel),
        TEST(each_spi_is_looked_at_for_itself),
        TEST(an_spi_with_a_sample_is_not_forgotten),
        TEST(what_is_uncertain_is_settled_when_an_spi_falls_silent),
        TEST(one_packet_may_be_all_that_is_uncertain),
        TEST(rules_that_were_installed_anew),
        TEST(what_goes_wrong_is_said_once),
        TEST(samples_wait_for_a_reading_that_succeeds),
        TEST(a_kernel_that_cannot_be_asked),
        TEST(packets_without_room_make_silence_doubtful),
        TEST(they_are_read_as_often_as_they_cost_little),
        TEST(a_later_run_goes_on_from_an_earlier_one),
        TEST(a_later_run_bounds_losses_from_what_was_saved),
        TEST(an_spi_of_an_earlier_run_is_kept_for_a_while),
        TEST(counters_of_other_rules_are_not_gone_on_from),
        TEST(without_rules_nothing_is_saved),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
