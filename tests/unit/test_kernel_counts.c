/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon keeps of SPIs that the kernel counts. The reader of the kernel's sets is one of this test. */
#include "nfq-daemon/kernel_counts.h"

#include <glib.h>

#include "core/base/time.h"
#include "kernel-helpers/set_reader.h"
#include "nfq-daemon/clock.h"

#define MINUTE (60 * NANOSECONDS)

struct set_reader {
	struct set_count count; /* the one that the kernel has */
	bool held;
};

static struct set_reader the_reader;

struct set_reader *set_reader_new(void)
{
	return &the_reader;
}

void set_reader_free(struct set_reader *reader)
{
	(void)reader;
}

int set_reader_identity(struct set_reader *reader, char identity[SET_IDENTITY_SIZE])
{
	(void)reader;
	g_strlcpy(identity, "a boot 1", SET_IDENTITY_SIZE);
	return 0;
}

int set_reader_start_from(struct set_reader *reader, const struct set_count *count)
{
	(void)reader;
	(void)count;
	return 0;
}

int set_reader_read(struct set_reader *reader, set_reader_take *take, void *context)
{
	if (reader->held)
		take(&reader->count, context);
	return 0;
}

bool set_reader_holds(const struct set_reader *reader, const struct set_count *key)
{
	return reader->held && key->spi == reader->count.spi;
}

int set_reader_uncounted(struct set_reader *reader, uint64_t *packets)
{
	(void)reader;
	*packets = 0;
	return 0;
}

uint32_t set_reader_spis(const struct set_reader *reader)
{
	return reader->held;
}

static guint kept(const struct kernel_counts *counts)
{
	struct state state;

	state_begin(&state);
	kernel_counts_save(counts, &state);
	guint number = state.spis->len;
	state_end(&state);
	return number;
}

/* Somebody's two packets on an SPI that they made up: the kernel lets go of it after a minute, and so does the daemon.
 */
static void test_forgets_with_the_kernel(void)
{
	const struct tunnel_options options = tunnel_options_default();
	struct tunnels *tunnels = tunnels_new(&options);
	struct state state;
	char *error = NULL;
	int64_t now = clock_now();

	state_begin(&state);
	the_reader = (struct set_reader){.held = true,
	                                 .count = {.spi = 0x1234,
	                                           .packets = 2,
	                                           .bytes = 200,
	                                           .kernel_packets = 2,
	                                           .kernel_bytes = 200,
	                                           .last_time = clock_to_realtime(now)}};
	struct kernel_counts *counts = kernel_counts_new(tunnels, &state, &error);
	g_assert_cmpuint(kept(counts), ==, 1);
	kernel_counts_retire(counts, now + 10 * MINUTE);
	g_assert_cmpuint(kept(counts), ==, 1);
	the_reader.held = false;
	kernel_counts_retire(counts, now + 2 * MINUTE);
	g_assert_cmpuint(kept(counts), ==, 1);
	kernel_counts_retire(counts, now + 10 * MINUTE);
	g_assert_cmpuint(kept(counts), ==, 0);
	kernel_counts_free(counts);
	state_end(&state);
	tunnels_free(tunnels);
}

int main(int argc, char **argv)
{
	clock_begin();
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/kernel_counts/forgets_with_the_kernel", test_forgets_with_the_kernel);
	return g_test_run();
}
