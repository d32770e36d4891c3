/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon remembers of each tunnel. */
#include "nfq-daemon/ledger.h"

#include <glib.h>

static struct tunnel tunnel_between(uint32_t number, uint8_t one, uint8_t other)
{
	const uint8_t a[4] = {10, 0, 0, one}, b[4] = {10, 0, 0, other};

	return (struct tunnel){.number = number, .address = {ip_address_from_ipv4(a), ip_address_from_ipv4(b)}};
}

static void an_entry_is_kept_for_as_long_as_its_tunnel(void)
{
	struct ledger *ledger = ledger_new();
	const struct tunnel first = tunnel_between(0, 1, 2), far = tunnel_between(100, 1, 3);

	ledger_of(ledger, &first)->failures[CAUSE_MTU] = 5;
	g_assert_false(ledger_of(ledger, &far)->exported);
	ledger_of(ledger, &far)->exported = true;
	g_assert_cmpuint(ledger_of(ledger, &first)->failures[CAUSE_MTU], ==, 5);
	g_assert_true(ledger_of(ledger, &far)->exported);
	/* Another that has its number has an entry of its own: also with one end alike, or the ends turned around. */
	const struct tunnel others[] = {tunnel_between(0, 1, 4), tunnel_between(0, 4, 2), tunnel_between(0, 2, 4)};
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		struct ledger_entry *entry = ledger_of(ledger, &others[i]);
		g_assert_cmpuint(entry->failures[CAUSE_MTU], ==, 0);
		entry->failures[CAUSE_MTU] = 7;
		g_assert_cmpuint(ledger_of(ledger, &others[i])->failures[CAUSE_MTU], ==, 7);
	}
	g_assert_true(ledger_of(ledger, &far)->exported);
	ledger_free(ledger);
}

static void losses_never_go_back(void)
{
	struct ledger *ledger = ledger_new();
	struct tunnel tunnel = tunnel_between(3, 1, 2);
	/* Lost by then, and told. */
	static const uint64_t lost[][2] = {{0, 0}, {5, 5}, {4, 5}, {6, 6}, {0, 6}};

	for (size_t i = 0; i < G_N_ELEMENTS(lost); i++) {
		tunnel.esp[1].lost = lost[i][0];
		g_assert_cmpuint(ledger_lost(ledger, &tunnel, 1), ==, lost[i][1]);
		g_assert_cmpuint(ledger_lost(ledger, &tunnel, 0), ==, 0);
	}
	ledger_free(ledger);
}

static void a_tunnel_was_up_when_ike_was_or_both_ends_sent_esp(void)
{
	static const struct {
		int64_t up_time[2]; /* of two IKE SAs */
		int64_t silence_last[2];
		uint64_t earlier[2];
		bool was_up;
	} cases[] = {
	        {{0, 0}, {0, 0}, {0, 0}, false}, {{1, 0}, {0, 0}, {0, 0}, true},  {{0, 1}, {0, 0}, {0, 0}, true},
	        {{0, 0}, {5, 5}, {0, 0}, true},  {{0, 0}, {5, 0}, {0, 0}, false}, {{0, 0}, {0, 5}, {0, 0}, false},
	        {{0, 0}, {0, 0}, {2, 2}, true},  {{0, 0}, {0, 0}, {2, 1}, false}, {{0, 0}, {0, 0}, {1, 2}, false},
	        {{0, 0}, {5, 0}, {0, 2}, true},  {{0, 0}, {0, 5}, {2, 0}, true},  {{0, 0}, {5, 0}, {9, 1}, false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct tunnel tunnel = tunnel_between(0, 1, 2);
		struct ike_sa sas[2] = {{.up_time = cases[i].up_time[0]}, {.up_time = cases[i].up_time[1]}};
		struct ike_sa *list[2] = {&sas[0], &sas[1]};
		tunnel.ike_sas = list;
		tunnel.ike_sa_count = 2;
		for (unsigned side = 0; side < 2; side++) {
			tunnel.esp[side].silence.last = cases[i].silence_last[side];
			tunnel.esp[side].earlier_packets = cases[i].earlier[side];
		}
		g_assert_cmpint(ledger_was_up(&tunnel), ==, cases[i].was_up);
	}
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/ledger/" #function, function                                                                         \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(an_entry_is_kept_for_as_long_as_its_tunnel),
        TEST(losses_never_go_back),
        TEST(a_tunnel_was_up_when_ike_was_or_both_ends_sent_esp),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
