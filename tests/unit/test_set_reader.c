/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the reader of the kernel's sets tells as new. The kernel's answers are this test's, and so are the clocks that
 * set_reader.c is compiled to ask.
 */
#include "kernel-helpers/set_reader.h"

#include <glib.h>
#include <libmnl/libmnl.h>
#include <string.h>
#include <time.h>

#include "fake_clock.h"
#include "kernel-helpers/nf_tables.h"
#include "kernel-helpers/set_elements.h"

/* ---- a kernel with one element in its first set ---- */

static struct set_element element;
static bool there;
static int64_t answer_takes; /* nanoseconds */

struct mnl_socket *nf_tables_open(void)
{
	return mnl_socket_open(NETLINK_USERSOCK);
}

struct nlmsghdr *nf_tables_request(void *buffer, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);

	request->nlmsg_type = type;
	request->nlmsg_flags = flags;
	return request;
}

int nf_tables_ask(struct mnl_socket *socket, const struct nlmsghdr *request, void *buffer, mnl_cb_t take, void *context)
{
	(void)socket;
	(void)buffer;
	real += answer_takes;
	since_boot += answer_takes;
	return take == NULL || take(request, context) == MNL_CB_OK ? 0 : -1;
}

int nf_tables_table(struct mnl_socket *socket, struct table_facts *facts)
{
	(void)socket;
	*facts = (struct table_facts){.handle = 7};
	return 0;
}

int set_elements_read(const struct nlmsghdr *message, const struct esp_form *form, set_elements_take *take,
                      void *context)
{
	static const struct esp_form *first;
	struct set_element copy = element;

	(void)message;
	if (first == NULL)
		first = form;
	return there && form == first ? take(&copy, context) : 0;
}

void set_elements_read_counter(const struct nlmsghdr *message, uint64_t *packets)
{
	(void)message;
	*packets = 0;
}

/* ---- reading it ---- */

static uint64_t told_packets;
static int64_t told_last;

static void take(const struct set_count *count, void *context)
{
	(void)context;
	told_packets += count->packets;
	told_last = count->last_time;
}

static void read_all(struct set_reader *reader)
{
	g_assert_cmpint(set_reader_read(reader, take, NULL), ==, 0);
}

static void pass(int64_t seconds)
{
	real += seconds * NANOSECONDS;
	since_boot += seconds * NANOSECONDS;
}

/* A tunnel that has just sent: the kernel keeps it for a day from now. */
static void send_packets(uint64_t packets)
{
	element.count.spi = 0x1234;
	element.count.kernel_packets += packets;
	element.count.kernel_bytes += 100 * packets;
	element.remaining = 86400 * NANOSECONDS;
	there = true;
}

static struct set_reader *begin(void)
{
	real = NOON;
	since_boot = 500 * NANOSECONDS;
	element = (struct set_element){.remaining = 0};
	told_packets = 0;
	there = false;
	answer_takes = 0;
	return set_reader_new();
}

/* Nothing was sent meanwhile: nothing is told again, however the clock is set. */
static void test_step(int64_t step)
{
	struct set_reader *reader = begin();

	send_packets(100);
	read_all(reader);
	g_assert_cmpuint(told_packets, ==, 100);
	g_assert_cmpint(told_last, ==, real);
	pass(1);
	element.remaining -= NANOSECONDS;
	real += step;
	read_all(reader);
	g_assert_cmpuint(told_packets, ==, 100);
	pass(1);
	send_packets(5);
	read_all(reader);
	g_assert_cmpuint(told_packets, ==, 105);
	g_assert_cmpint(told_last, ==, real);
	set_reader_free(reader);
}

static void test_step_forward(void)
{
	test_step(20 * 365 * 86400 * NANOSECONDS);
}

static void test_step_back(void)
{
	test_step(-3 * 86400 * NANOSECONDS);
}

/* The time of packets that came between two readings is by the clock as it is set now. */
static void test_time_after_a_step_back(void)
{
	struct set_reader *reader = begin();

	send_packets(100);
	read_all(reader);
	pass(1);
	real -= 3600 * NANOSECONDS;
	element.remaining -= NANOSECONDS;
	element.count.kernel_packets++;
	element.count.kernel_bytes += 100;
	read_all(reader);
	g_assert_cmpint(told_last, ==, real - NANOSECONDS);
	set_reader_free(reader);
}

/* One that expired and came anew with as many packets is told. */
static void test_anew(void)
{
	struct set_reader *reader = begin();

	send_packets(100);
	read_all(reader);
	pass(2 * 86400);
	read_all(reader);
	g_assert_cmpuint(told_packets, ==, 200);
	set_reader_free(reader);
}

/* The kernel's first answer took longer than its second: what had little time left is still the same. */
static void test_slow_answer(void)
{
	struct set_reader *reader = begin();

	read_all(reader); /* the first asks for more than the sets */
	send_packets(2);
	element.remaining = NANOSECONDS;
	answer_takes = NANOSECONDS * 3 / 10;
	read_all(reader);
	real = NOON + NANOSECONDS * 11 / 10;
	since_boot = 500 * NANOSECONDS + NANOSECONDS * 11 / 10;
	element.remaining = NANOSECONDS / 5;
	answer_takes = 0;
	read_all(reader);
	g_assert_cmpuint(told_packets, ==, 2);
	set_reader_free(reader);
}

static void test_holds(void)
{
	struct set_reader *reader = begin();

	send_packets(100);
	read_all(reader);
	const struct set_count key = element.count;
	g_assert_true(set_reader_holds(reader, &key));
	there = false;
	pass(3600);
	read_all(reader);
	read_all(reader);
	g_assert_true(set_reader_holds(reader, &key));
	pass(86400);
	read_all(reader);
	read_all(reader);
	g_assert_false(set_reader_holds(reader, &key));
	set_reader_free(reader);
}

/* What an earlier run knew and the kernel has no longer is not held for a day more at each restart. */
static void test_holds_after_a_restart(void)
{
	struct set_reader *reader = begin();

	send_packets(100);
	const struct set_count key = element.count;
	there = false;
	g_assert_cmpint(set_reader_start_from(reader, &key), ==, 0);
	read_all(reader);
	read_all(reader);
	g_assert_true(set_reader_holds(reader, &key));
	pass(120);
	read_all(reader);
	read_all(reader);
	g_assert_false(set_reader_holds(reader, &key));
	set_reader_free(reader);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/set_reader/step_forward", test_step_forward);
	g_test_add_func("/set_reader/step_back", test_step_back);
	g_test_add_func("/set_reader/time_after_a_step_back", test_time_after_a_step_back);
	g_test_add_func("/set_reader/anew", test_anew);
	g_test_add_func("/set_reader/slow_answer", test_slow_answer);
	g_test_add_func("/set_reader/holds", test_holds);
	g_test_add_func("/set_reader/holds_after_a_restart", test_holds_after_a_restart);
	return g_test_run();
}
