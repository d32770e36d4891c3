/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said about one packet as it comes in. */
#include <glib.h>
#include <string.h>

#include "scene.h"

#define SPI_FROM_0 0x1000

static void test_sequence_steps(void)
{
	static const struct {
		uint32_t sequence;
		enum sequence_step step;
		uint32_t lost, reordered;
	} packets[] = {
	        {1, SEQUENCE_NEXT, 0, 0},       {2, SEQUENCE_NEXT, 0, 0},      {5, SEQUENCE_AFTER_GAP, 2, 0},
	        {3, SEQUENCE_LATE, 1, 1},       {3, SEQUENCE_DUPLICATE, 1, 1}, {6, SEQUENCE_NEXT, 1, 1},
	        {500000, SEQUENCE_FAR, 1, 1},   {7, SEQUENCE_NEXT, 1, 1},      {4000000, SEQUENCE_FAR, 1, 1},
	        {4000001, SEQUENCE_ANEW, 1, 1},
	};
	struct scene scene;

	scene_begin(&scene, SUITE_CBC);
	for (size_t i = 0; i < G_N_ELEMENTS(packets); i++) {
		scene.sequence[0] = packets[i].sequence - 1;
		scene_esp(&scene, 0, SPI_FROM_0, 1, 0.2);
		g_assert_cmpint(scene.last.step, ==, packets[i].step);
		g_assert_cmpuint(scene.last.lost, ==, packets[i].lost);
		g_assert_cmpuint(scene.last.reordered, ==, packets[i].reordered);
	}
	scene_end(&scene);
}

static void test_another_round_trip(void)
{
	struct scene scene;

	scene_begin(&scene, SUITE_CBC);
	scene_init_request(&scene);
	g_assert_false(scene.last.asks_cookie || scene.last.asks_other_group);
	scene_init_error(&scene, IKE_NOTIFY_COOKIE, 0);
	g_assert_true(scene.last.asks_cookie);
	scene_init_request(&scene);
	scene_init_error(&scene, IKE_NOTIFY_INVALID_KE_PAYLOAD, 14);
	g_assert_true(scene.last.asks_other_group);
	g_assert_false(scene.last.asks_cookie);
	scene_end(&scene);
}

/* A message that carries these vendor IDs, ended by NULL. */
static vendor_ids ids_of(const char *const *names)
{
	struct ike_message message = {.major_version = 2};

	for (; *names != NULL; names++)
		message.vendors[message.vendor_count++] =
		        (struct ike_vendor){.bytes = (const uint8_t *)*names, .length = (uint16_t)strlen(*names)};
	return vendor_ids_of(&message);
}

#define COPYRIGHT "CISCO(COPYRIGHT)&Copyright (c) 2009 Cisco Systems, Inc."

static void test_vendors(void)
{
	/* The FRAGMENTATION ID holds a zero byte, so the message is made by hand. */
	static const uint8_t fragmentation[] = {0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8, 0x85, 0x25, 0xe7,
	                                        0xde, 0x7f, 0x00, 0xd6, 0xc2, 0xd3, 0xc0, 0x00, 0x00, 0x00};
	struct ike_message fragments = {.vendors = {{fragmentation, sizeof fragmentation}}, .vendor_count = 1};
	vendor_ids fragmentation_only = vendor_ids_of(&fragments);
	vendor_ids cisco = ids_of((const char *const[]){"CISCO-DELETE-REASON", COPYRIGHT, NULL});
	char text[80];

	g_assert_cmpuint(fragmentation_only, !=, 0);
	g_assert_null(vendor_guess(0).name);
	g_assert_null(vendor_guess(fragmentation_only).name);
	g_assert_cmpstr(vendor_guess(cisco).name, ==, "Cisco");
	g_assert_cmpstr(vendor_guess(cisco | fragmentation_only).name, ==, "Cisco ASA");
	g_assert_true(vendor_guess(cisco | fragmentation_only).recalled);
	g_assert_cmpstr(vendor_ids_text(cisco | fragmentation_only, text, sizeof text), ==,
	                "CISCO-DELETE-REASON, CISCO(COPYRIGHT), FRAGMENTATION");
	cisco |= ids_of((const char *const[]){"CISCOVPN-REV-02", NULL});
	g_assert_cmpstr(vendor_guess(cisco | fragmentation_only).name, ==, "Cisco IOS or IOS XE");
	g_assert_cmpuint(ids_of((const char *const[]){"CISCO-DELETE-REASO", "", "nobody", NULL}), ==, 0);
	g_assert_cmpstr(vendor_ids_text(cisco, text, 8), ==, "CISCO-D");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/annotation/sequence-steps", test_sequence_steps);
	g_test_add_func("/annotation/another-round-trip", test_another_round_trip);
	g_test_add_func("/annotation/vendors", test_vendors);
	return g_test_run();
}
