/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several children between two peers, judged one by one: from the packets of a capture, and from the counts that a
 * gateway takes each second. Both see the same ESP, whose flows each test lists.
 */
#include <glib.h>
#include <string.h>

#include "core/base/time.h"
#include "core/verdict/diagnose.h"
#include "core/verdict/json.h"
#include "core/verdict/judge.h"

#define HERE 0
#define THERE 1
#define SECONDS_MOST 700
#define SPIS_MOST 1024
#define START (INT64_C(1700000000) * NANOSECONDS)

enum observer { CAPTURE, GATEWAY, OBSERVERS };

/* ESP of one SPI, with seconds from the start. */
struct flow {
	unsigned side;
	uint32_t spi;
	double from, until, interval;
};

/* What the verdict was at the end of each second. */
struct seen {
	enum cause causes[SECONDS_MOST];
	enum confidence confidences[SECONDS_MOST];
	uint32_t spis[SECONDS_MOST]; /* that HERE sends on the child that is one-way; 0: the tunnel is, or none */
	struct tunnels *tunnels;
};

struct play {
	const struct flow *flows;
	unsigned count;
	struct tunnels *tunnels;
	uint32_t frame;
	/* By the low bits of an SPI: a flow goes on where the one before it on its SPI ended. */
	uint32_t sequences[SPIS_MOST];
};

static struct ip_address end_address(unsigned end)
{
	const uint8_t bytes[4] = {10, (uint8_t)(1 + end), 0, 1};

	return ip_address_from_ipv4(bytes);
}

static void take_packet(struct play *play, const struct flow *flow, int64_t time)
{
	struct esp_packet packet = {.source = end_address(flow->side),
	                            .destination = end_address(!flow->side),
	                            .spi = flow->spi,
	                            .sequence = ++play->sequences[flow->spi % SPIS_MOST],
	                            .bytes = 100,
	                            .frame = ++play->frame,
	                            .time = time};

	tunnels_add_esp(play->tunnels, &packet, 1);
}

/* The flow that sends next before the second ends, and when; -1 none. */
static int next_to_send(const struct play *play, const int64_t *due, int64_t second_ends)
{
	int next = -1;

	for (unsigned i = 0; i < play->count; i++)
		if (due[i] < second_ends && due[i] < START + (int64_t)(play->flows[i].until * NANOSECONDS) &&
		    (next < 0 || due[i] < due[next]))
			next = (int)i;
	return next;
}

static void capture_second(struct play *play, int64_t *due, int64_t second_ends)
{
	int next;

	while ((next = next_to_send(play, due, second_ends)) >= 0) {
		take_packet(play, &play->flows[next], due[next]);
		due[next] += (int64_t)(play->flows[next].interval * NANOSECONDS);
	}
}

static void count_flow(struct play *play, const struct flow *flow, int64_t *due, int64_t second_ends)
{
	uint32_t *sequence = &play->sequences[flow->spi % SPIS_MOST];
	struct spi_counts counts = {.source = end_address(flow->side),
	                            .destination = end_address(!flow->side),
	                            .spi = flow->spi,
	                            .sequences_known = true,
	                            .since_time = *due,
	                            .first_time = START + (int64_t)(flow->from * NANOSECONDS),
	                            .first_sequence = 1};

	while (*due < second_ends && *due < START + (int64_t)(flow->until * NANOSECONDS)) {
		counts.packets++;
		counts.last_time = *due;
		*due += (int64_t)(flow->interval * NANOSECONDS);
	}
	if (counts.packets == 0)
		return;
	counts.bytes = 100 * counts.packets;
	*sequence += (uint32_t)counts.packets;
	counts.highest_sequence = *sequence;
	counts.last_sequence = *sequence;
	tunnels_take_counts(play->tunnels, &counts);
}

static void count_second(struct play *play, int64_t *due, int64_t second_ends)
{
	for (unsigned i = 0; i < play->count; i++)
		count_flow(play, &play->flows[i], &due[i], second_ends);
	tunnels_settle_counts(play->tunnels, second_ends, NULL, NULL);
}

static struct tunnel *tunnel_of(struct tunnels *tunnels)
{
	const struct ip_address here = end_address(HERE), there = end_address(THERE);

	return tunnels_find(tunnels, &here, &there);
}

static void note(struct seen *seen, unsigned second)
{
	const struct tunnel *tunnel = tunnel_of(seen->tunnels);
	struct verdict verdict;

	g_assert_nonnull(tunnel);
	tunnel_diagnose(seen->tunnels, tunnel, &verdict);
	seen->causes[second] = verdict.cause;
	seen->confidences[second] = verdict.confidence;
	seen->spis[second] = verdict.child != NULL ? verdict.child->spi_from[HERE] : 0;
}

/* The flows' ESP up to this second; seen->tunnels is the caller's to free. */
static void watch(enum observer observer, const struct flow *flows, unsigned count, unsigned seconds, struct seen *seen)
{
	struct tunnel_options options = tunnel_options_default();
	int64_t *due = g_new(int64_t, count);
	struct play play = {.flows = flows, .count = count};

	options.spi_capacity = 4096;
	options.sees_both_ways = observer == GATEWAY;
	options.reuse_numbers = observer == GATEWAY;
	play.tunnels = seen->tunnels = tunnels_new(&options);
	for (unsigned i = 0; i < count; i++)
		due[i] = START + (int64_t)(flows[i].from * NANOSECONDS);
	for (unsigned second = 0; second < seconds; second++) {
		int64_t second_ends = START + (second + 1) * NANOSECONDS;
		if (observer == CAPTURE)
			capture_second(&play, due, second_ends);
		else
			count_second(&play, due, second_ends);
		note(seen, second);
	}
	g_free(due);
}

/* The first second from this one on at which the tunnel was one-way, or SECONDS_MOST. */
static unsigned one_way_from(const struct seen *seen, unsigned from, unsigned until)
{
	for (unsigned second = from; second < until; second++)
		if (seen->causes[second] == CAUSE_ONE_WAY)
			return second;
	return SECONDS_MOST;
}

static void assert_cause(const struct seen *seen, unsigned from, unsigned until, enum cause cause)
{
	for (unsigned second = from; second < until; second++)
		if (seen->causes[second] != cause)
			g_error("second %u: %s and not %s", second, cause_name(seen->causes[second]),
			        cause_name(cause));
}

static void assert_found(const struct seen *seen, unsigned begins, unsigned within, unsigned seconds, uint32_t spi)
{
	unsigned found = one_way_from(seen, begins, seconds);

	g_test_message("found %u s after it began", found - begins);
	g_assert_cmpuint(found, <=, begins + within);
	assert_cause(seen, found, seconds, CAUSE_ONE_WAY);
	g_assert_cmphex(seen->spis[seconds - 1], ==, spi);
	for (unsigned second = found; second < seconds; second++)
		g_assert_cmpint(seen->confidences[second], <, CONFIDENCE_CERTAIN);
}

/* ---- two children ---- */

#define FIRST_CHILD(until)                                                                                             \
	{HERE, 0xa1, 0, until, 0.25},                                                                                  \
	{                                                                                                              \
		THERE, 0xb1, 0.1, until, 0.25                                                                          \
	}

static void second_child_is_one_way_from_its_start(enum observer observer)
{
	static const struct flow flows[] = {FIRST_CHILD(40), {HERE, 0xa2, 3, 40, 0.25}};
	struct seen seen;

	watch(observer, flows, G_N_ELEMENTS(flows), 40, &seen);
	assert_cause(&seen, 1, 3, CAUSE_NONE);
	assert_found(&seen, 3, 6, 40, 0xa2);
	tunnels_free(seen.tunnels);
}

static void second_child_stops_being_answered(enum observer observer)
{
	static const struct flow flows[] = {FIRST_CHILD(40), {HERE, 0xa2, 3, 40, 0.25}, {THERE, 0xb2, 3.1, 20, 0.25}};
	struct seen seen;

	watch(observer, flows, G_N_ELEMENTS(flows), 40, &seen);
	assert_cause(&seen, 4, 24, CAUSE_NONE);
	assert_found(&seen, 20, 6, 40, 0xa2);
	tunnels_free(seen.tunnels);
}

static void a_child_that_recovered_breaks_again(enum observer observer)
{
	static const struct flow flows[] = {FIRST_CHILD(60),
	                                    {HERE, 0xa2, 3, 60, 0.25},
	                                    {THERE, 0xb2, 3.1, 10, 0.25},
	                                    {THERE, 0xb2, 25.1, 35, 0.25}};
	struct seen seen;

	watch(observer, flows, G_N_ELEMENTS(flows), 60, &seen);
	g_assert_cmpuint(one_way_from(&seen, 10, 60), <=, 16);
	assert_cause(&seen, 26, 39, CAUSE_NONE);
	assert_found(&seen, 35, 6, 60, 0xa2);
	const struct tunnel *tunnel = tunnel_of(seen.tunnels);
	unsigned found = 0;
	for (unsigned i = 0; i < tunnel->history_count; i++)
		found += tunnel->history[i].cause == CAUSE_ONE_WAY;
	g_assert_cmpuint(found, >=, 2);
	tunnels_free(seen.tunnels);
}

/* None of the first seconds, in which nothing has come back yet. */
static void assert_never_at_fault(const struct seen *seen, unsigned seconds)
{
	g_assert_cmpuint(one_way_from(seen, 0, seconds), ==, SECONDS_MOST);
	g_assert_cmpint(seen->causes[seconds - 1], ==, CAUSE_NONE);
}

static void two_children_that_are_answered(enum observer observer)
{
	static const struct flow flows[] = {FIRST_CHILD(30), {HERE, 0xa2, 2, 30, 0.25}, {THERE, 0xb2, 2.1, 30, 0.25}};
	struct seen seen;

	watch(observer, flows, G_N_ELEMENTS(flows), 30, &seen);
	assert_cause(&seen, 1, 30, CAUSE_NONE);
	tunnels_free(seen.tunnels);
}

static void two_rekeys_that_overlap(enum observer observer)
{
	static const struct flow flows[] = {{HERE, 0xa1, 0, 7, 0.25},   {THERE, 0xb1, 0.1, 8, 0.25},
	                                    {HERE, 0xa2, 7, 14, 0.25},  {THERE, 0xb2, 7.1, 15, 0.25},
	                                    {HERE, 0xa3, 14, 40, 0.25}, {THERE, 0xb3, 14.1, 40, 0.25}};
	struct seen seen;

	watch(observer, flows, G_N_ELEMENTS(flows), 40, &seen);
	assert_cause(&seen, 1, 40, CAUSE_NONE);
	tunnels_free(seen.tunnels);
}

/* Who sees both ways waits for it; of a capture it may be the end, and is possible. */
static void a_second_child_that_is_answered_late(enum observer observer)
{
	static const struct flow flows[] = {FIRST_CHILD(40), {HERE, 0xa2, 2, 40, 0.25}, {THERE, 0xb2, 5, 40, 0.25}};
	struct seen seen;

	watch(observer, flows, G_N_ELEMENTS(flows), 40, &seen);
	if (observer == GATEWAY)
		assert_never_at_fault(&seen, 40);
	for (unsigned second = 0; second < 5; second++)
		g_assert_cmpint(seen.confidences[second], <=,
		                seen.causes[second] == CAUSE_ONE_WAY ? CONFIDENCE_POSSIBLE : CONFIDENCE_CERTAIN);
	assert_cause(&seen, 6, 40, CAUSE_NONE);
	tunnels_free(seen.tunnels);
}

/* A child that breaks while another is rekeyed: the new SPIs are no answer to it. */
static void a_rekey_beside_a_broken_child(enum observer observer)
{
	static const struct flow flows[] = {{HERE, 0xa1, 0, 12, 0.25},
	                                    {THERE, 0xb1, 0.1, 12, 0.25},
	                                    {HERE, 0xa2, 3, 50, 0.25},
	                                    {HERE, 0xa3, 12, 50, 0.25},
	                                    {THERE, 0xb3, 12.1, 50, 0.25}};
	struct seen seen;

	watch(observer, flows, G_N_ELEMENTS(flows), 50, &seen);
	assert_found(&seen, 3, 6, 50, 0xa2);
	tunnels_free(seen.tunnels);
}

/* ---- many ---- */

/* Of so many children all but one are answered. Returns the flows, two for each child. */
static struct flow *many_children(unsigned children, unsigned silent, double step)
{
	struct flow *flows = g_new(struct flow, 2 * children);

	for (unsigned i = 0; i < children; i++) {
		double from = i * step;
		flows[2 * i] = (struct flow){HERE, 0x1000 + i, from, 60, 0.5};
		flows[2 * i + 1] = (struct flow){THERE, 0x2200 + i, from + 0.1, i == silent ? 0 : 60, 0.5};
	}
	return flows;
}

static void the_oldest_of_64_is_one_way(enum observer observer)
{
	/* All at once, so that timing can only guess which are pairs; and one after the other. */
	for (unsigned apart = 0; apart < 2; apart++) {
		struct flow *flows = many_children(64, 0, apart ? 0.2 : 0);
		struct seen seen;
		watch(observer, flows, 128, 40, &seen);
		unsigned found = one_way_from(&seen, 0, 40);
		g_test_message("found after %u s", found);
		g_assert_cmpuint(found, <=, 15);
		assert_cause(&seen, found, 40, CAUSE_ONE_WAY);
		tunnels_free(seen.tunnels);
		g_free(flows);
	}
}

/* The same, of one that was answered for twenty seconds. */
static void the_oldest_of_64_stops_being_answered(enum observer observer)
{
	struct flow *flows = many_children(64, 64, 0.2);
	struct seen seen;

	flows[1].until = 20;
	watch(observer, flows, 128, 40, &seen);
	assert_cause(&seen, 14, 24, CAUSE_NONE);
	assert_found(&seen, 20, 8, 40, 0x1000);
	tunnels_free(seen.tunnels);
	g_free(flows);
}

static void sixty_four_that_are_answered(enum observer observer)
{
	struct flow *flows = many_children(64, 64, 0.2);
	struct seen seen;

	watch(observer, flows, 128, 40, &seen);
	assert_never_at_fault(&seen, 40);
	g_assert_cmpuint(tunnel_of(seen.tunnels)->child_count, ==, 64);
	tunnels_free(seen.tunnels);
	g_free(flows);
}

/* What a list has no room for is counted. */
static void more_children_than_a_list_holds(enum observer observer)
{
	const unsigned children = TUNNEL_CHILDREN + 44;
	struct flow *flows = many_children(children, 0, 0.01);
	struct seen seen;

	watch(observer, flows, 2 * children, 20, &seen);
	const struct tunnel *tunnel = tunnel_of(seen.tunnels);
	JsonBuilder *json = json_builder_new();
	verdict_json_add(json, seen.tunnels, tunnel);
	JsonNode *node = json_builder_get_root(json);
	JsonObject *object = json_node_get_object(node);
	g_assert_cmpuint(json_array_get_length(json_object_get_array_member(object, "children")), ==, TUNNEL_CHILDREN);
	g_assert_cmpint(json_object_get_int_member(object, "children_left_out"), ==,
	                tunnel->children_total - TUNNEL_CHILDREN);
	g_assert_cmpuint(tunnel->children_total, >=, children);
	json_node_unref(node);
	g_object_unref(json);
	tunnels_free(seen.tunnels);
	g_free(flows);
}

static void forty_children_are_all_listed(enum observer observer)
{
	struct flow *flows = many_children(40, 40, 0.05);
	struct seen seen;

	watch(observer, flows, 80, 10, &seen);
	const struct tunnel *tunnel = tunnel_of(seen.tunnels);
	g_assert_cmpuint(tunnel->child_count, ==, 40);
	g_assert_cmpuint(tunnel->children_total, ==, 40);
	tunnels_free(seen.tunnels);
	g_free(flows);
}

/* ---- none of the peers' other packets ---- */

static void one_way_from_the_start_without_ike(enum observer observer)
{
	static const struct flow flows[] = {{HERE, 0xa1, 0, 20, 0.03}};
	struct seen seen;
	struct verdict verdict;

	watch(observer, flows, G_N_ELEMENTS(flows), 20, &seen);
	tunnel_diagnose(seen.tunnels, tunnel_of(seen.tunnels), &verdict);
	/* A capture may hold one direction only. */
	bool one_direction = evidence_list_find(&verdict.evidence, EVIDENCE_ONE_DIRECTION_CAPTURED) != NULL;
	if (observer == CAPTURE) {
		assert_cause(&seen, 0, 20, CAUSE_UNDETERMINED);
		g_assert_true(one_direction);
	} else {
		assert_found(&seen, 0, 6, 20, 0);
		assert_cause(&seen, 0, 4, CAUSE_UNDETERMINED);
		g_assert_false(one_direction);
		g_assert_cmpint(verdict.phases[PHASE_DATA].answer, ==, ANSWER_FAILED);
	}
	tunnels_free(seen.tunnels);
}

/* ---- how long a silence is usual ---- */

/* Three outages, so many seconds long, a minute apart. seconds: until each was found; 0 where it was not. */
static void outages(enum observer observer, const double lengths[3], unsigned seconds[3])
{
	struct flow flows[5] = {{HERE, 0xa1, 0, 0, 0.25}};
	double at = 60;
	struct seen seen;

	for (unsigned i = 0; i < 3; i++) {
		flows[1 + i] = (struct flow){THERE, 0xb1, i == 0 ? 0.125 : at - 60 + 0.125, at + 0.125, 0.25};
		at += lengths[i] + 60;
	}
	flows[4] = (struct flow){THERE, 0xb1, at - 60 + 0.125, at, 0.25};
	flows[0].until = at;
	watch(observer, flows, G_N_ELEMENTS(flows), (unsigned)at, &seen);
	at = 60;
	for (unsigned i = 0; i < 3; i++) {
		unsigned begins = (unsigned)at, ends = (unsigned)(at + lengths[i]);
		unsigned found = one_way_from(&seen, begins, ends);
		seconds[i] = found < SECONDS_MOST ? found + 1 - begins : 0;
		assert_cause(&seen, ends + 1, ends + 60, CAUSE_NONE);
		g_test_message("an outage of %g s: found after %u s", lengths[i], seconds[i]);
		at += lengths[i] + 60;
	}
	tunnels_free(seen.tunnels);
}

/* The first is found at once, so none of them is usual. */
static void outages_that_are_found_teach_nothing(enum observer observer)
{
	unsigned seconds[3];

	outages(observer, (const double[3]){16, 40, 300}, seconds);
	for (unsigned i = 0; i < 3; i++) {
		g_assert_cmpuint(seconds[i], >=, 5);
		g_assert_cmpuint(seconds[i], <=, 7);
	}
}

/* The first is too short to be one, and teaches that so long a silence is usual: three times that is not. */
static void an_outage_that_was_too_short_is_usual(enum observer observer)
{
	unsigned seconds[3];

	outages(observer, (const double[3]){4, 40, 300}, seconds);
	g_assert_cmpuint(seconds[0], ==, 0);
	for (unsigned i = 1; i < 3; i++) {
		g_assert_cmpuint(seconds[i], >=, 10);
		g_assert_cmpuint(seconds[i], <=, 15);
	}
}

/* The second falls short of three times the first, and is usual as well. */
static void usual_silences_grow(enum observer observer)
{
	unsigned seconds[3];

	outages(observer, (const double[3]){4, 10, 300}, seconds);
	g_assert_cmpuint(seconds[0], ==, 0);
	g_assert_cmpuint(seconds[1], ==, 0);
	g_assert_cmpuint(seconds[2], >=, 28);
	g_assert_cmpuint(seconds[2], <=, 34);
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
#function, function                                                                                    \
	}

static const struct test {
	const char *name;
	void (*run)(enum observer observer);
} tests[] = {
        TEST(second_child_is_one_way_from_its_start),
        TEST(second_child_stops_being_answered),
        TEST(a_child_that_recovered_breaks_again),
        TEST(two_children_that_are_answered),
        TEST(two_rekeys_that_overlap),
        TEST(a_second_child_that_is_answered_late),
        TEST(a_rekey_beside_a_broken_child),
        TEST(the_oldest_of_64_is_one_way),
        TEST(the_oldest_of_64_stops_being_answered),
        TEST(sixty_four_that_are_answered),
        TEST(more_children_than_a_list_holds),
        TEST(forty_children_are_all_listed),
        TEST(one_way_from_the_start_without_ike),
        TEST(outages_that_are_found_teach_nothing),
        TEST(an_outage_that_was_too_short_is_usual),
        TEST(usual_silences_grow),
};

static void in_a_capture(const void *test)
{
	((const struct test *)test)->run(CAPTURE);
}

static void on_a_gateway(const void *test)
{
	((const struct test *)test)->run(GATEWAY);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (unsigned i = 0; i < G_N_ELEMENTS(tests); i++) {
		char *capture = g_strdup_printf("/children/capture/%s", tests[i].name);
		char *gateway = g_strdup_printf("/children/gateway/%s", tests[i].name);
		g_test_add_data_func(capture, &tests[i], in_a_capture);
		g_test_add_data_func(gateway, &tests[i], on_a_gateway);
		g_free(capture);
		g_free(gateway);
	}
	return g_test_run();
}
