/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nfq-daemon/kernel_counts.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "core/base/time.h"
#include "core/count/sampled_loss.h"
#include "kernel-helpers/set_reader.h"
#include "nfq-daemon/clock.h"
#include "nfq-daemon/journal.h"

/* Between readings at least so long, a little less than the second between looks; and so many times what a reading
 * costs: a hundredth of a core. */
#define READ_EACH (NANOSECONDS * 9 / 10)
#define READ_COST 100

/* What is uncertain of an SPI that is silent for so long does not matter any more. Nor does the SPI itself, once the
 * kernel has let go of it. */
#define SETTLED_AFTER (300 * NANOSECONDS)

#define SPIS_MOST (UINT32_C(1) << 24)

/* What stood in the kernel at some reading. */
struct reading {
	uint64_t packets;
	uint32_t number; /* of the reading */
};

#define READINGS 3

/* Made before any worker started. */
#define FIRST_READING 1U

struct counted_spi {
	struct set_count key;              /* kernel_packets, kernel_bytes and last_time as last told */
	struct reading readings[READINGS]; /* the latest that told something new, newest first */
	struct sampled_loss loss;
	bool sampled; /* since the last reading */
	bool first_known;
	uint32_t sequence; /* of the last sample */
	uint32_t first_sequence;
};

struct kernel_counts {
	struct tunnels *tunnels;
	struct set_reader *reader;
	struct spi_table *index;          /* SPI → number */
	GPtrArray *spis;                  /* by that number: struct counted_spi, NULL where none */
	GArray *sampled;                  /* uint32_t, numbers with a sample since the last reading */
	char identity[SET_IDENTITY_SIZE]; /* "": no table seen */
	uint32_t number;                  /* of the last reading */
	int64_t due;
	uint64_t uncounted;
	bool gives_up_loss;
	int said; /* the error that was last said; 0 none */
};

/* ---- SPIs ---- */

/* The SPI's record, made where there is none; NULL where there is no room. */
static struct counted_spi *find_spi(struct kernel_counts *counts, const struct ip_address *source,
                                    const struct ip_address *destination, uint32_t spi, uint8_t encapsulation,
                                    uint32_t *number)
{
	*number = spi_table_find(counts->index, source, destination, spi, encapsulation);
	if (*number != SPI_TABLE_FULL)
		return counts->spis->pdata[*number];
	const struct spi_counts entry = {.source = *source,
	                                 .destination = *destination,
	                                 .spi = spi,
	                                 .encapsulation = encapsulation,
	                                 .packets = 1};
	*number = spi_table_add_counts(counts->index, &entry);
	if (*number == SPI_TABLE_FULL)
		return NULL;
	if (*number >= counts->spis->len)
		g_ptr_array_set_size(counts->spis, (gint)*number + 1);
	struct counted_spi *counted = g_new0(struct counted_spi, 1);
	counted->key = (struct set_count){
	        .source = *source, .destination = *destination, .spi = spi, .encapsulation = encapsulation};
	counts->spis->pdata[*number] = counted;
	return counted;
}

static void note_reading(struct counted_spi *spi, uint32_t number, uint64_t packets)
{
	memmove(&spi->readings[1], &spi->readings[0], sizeof spi->readings[0] * (READINGS - 1));
	spi->readings[0] = (struct reading){packets, number};
}

/* What stood in the kernel after this reading, or less. */
static uint64_t count_after_reading(const struct counted_spi *spi, uint32_t number)
{
	for (unsigned i = 0; i < READINGS; i++)
		if (spi->readings[i].number <= number)
			return spi->readings[i].packets;
	return 0;
}

/* ---- reading ---- */

static void take_count(const struct set_count *count, void *context)
{
	struct kernel_counts *counts = context;
	uint32_t number;
	struct counted_spi *spi =
	        find_spi(counts, &count->source, &count->destination, count->spi, count->encapsulation, &number);
	const struct spi_counts told = {
	        .source = count->source,
	        .destination = count->destination,
	        .spi = count->spi,
	        .encapsulation = count->encapsulation,
	        .packets = count->packets,
	        .bytes = count->bytes,
	        .earlier_packets = count->kernel_packets - MIN(count->packets, count->kernel_packets),
	        .earlier_bytes = count->kernel_bytes - MIN(count->bytes, count->kernel_bytes),
	        .last_time = clock_from_realtime(count->last_time),
	};

	if (spi != NULL) {
		spi->key = *count;
		note_reading(spi, counts->number, count->kernel_packets);
	}
	if (count->packets != 0)
		tunnels_take_counts(counts->tunnels, &told);
}

static void take_loss(struct kernel_counts *counts, struct counted_spi *spi)
{
	uint64_t after = spi->key.kernel_packets;
	/* The sample may have passed before the last reading, if the worker was slow; not before that before it, nor
	 * before the first. */
	uint64_t before = count_after_reading(spi, MAX(counts->number, FIRST_READING + 2) - 2);
	const struct sampled_loss_estimate earlier = sampled_loss_estimate(&spi->loss);
	sampled_loss_take(&spi->loss, spi->sequence, MAX(before, 1), after);
	const struct sampled_loss_estimate now = sampled_loss_estimate(&spi->loss);
	const struct spi_counts told = {
	        .source = spi->key.source,
	        .destination = spi->key.destination,
	        .spi = spi->key.spi,
	        .encapsulation = spi->key.encapsulation,
	        .sequences_known = true,
	        .last_time = clock_from_realtime(spi->key.last_time),
	        .first_sequence = spi->first_sequence,
	        .highest_sequence = spi->loss.last.sequence,
	        .last_sequence = spi->sequence,
	        .lost = (int32_t)MIN(now.lost - earlier.lost, INT32_MAX),
	        .lost_uncertain = (int64_t)(now.uncertainty - earlier.uncertainty),
	};

	tunnels_take_counts(counts->tunnels, &told);
}

static void take_samples(struct kernel_counts *counts)
{
	for (guint i = 0; i < counts->sampled->len; i++) {
		struct counted_spi *spi = counts->spis->pdata[g_array_index(counts->sampled, uint32_t, i)];
		if (spi == NULL)
			continue;
		spi->sampled = false;
		/* Sampled and not counted yet: the next reading has it. */
		if (spi->key.kernel_packets != 0 && !counts->gives_up_loss)
			take_loss(counts, spi);
	}
	g_array_set_size(counts->sampled, 0);
}

static void forget_all(struct kernel_counts *counts)
{
	for (guint i = 0; i < counts->spis->len; i++) {
		if (counts->spis->pdata[i] != NULL)
			spi_table_remove(counts->index, i);
		g_clear_pointer(&counts->spis->pdata[i], g_free);
	}
	g_array_set_size(counts->sampled, 0);
}

/* The rules may have been installed, removed or replaced: what is known of other counters means nothing then. */
static int check_identity(struct kernel_counts *counts)
{
	char identity[SET_IDENTITY_SIZE];
	int result = set_reader_identity(counts->reader, identity);

	if (result != 0 || strcmp(identity, counts->identity) == 0)
		return result;
	if (counts->identity[0] != '\0') {
		journal_notice("the rules were installed anew: counting goes on with theirs");
		forget_all(counts);
	}
	g_strlcpy(counts->identity, identity, sizeof counts->identity);
	return 0;
}

static void say(struct kernel_counts *counts, int result)
{
	if (result == counts->said)
		return;
	if (result == -ENOENT)
		journal_error("the rules are not installed, so nothing is counted: asaphased rules --install");
	else if (result != 0)
		journal_error("the kernel's counters cannot be read: %s; it is tried again", strerror(-result));
	else
		journal_notice("the kernel's counters can be read again");
	counts->said = result;
}

static int64_t cpu_time(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return used.tv_sec * NANOSECONDS + used.tv_nsec;
}

/* What stood there when the daemon started passed before it looked. */
static void read_uncounted(struct kernel_counts *counts)
{
	uint64_t before = counts->uncounted;

	if (set_reader_uncounted(counts->reader, &counts->uncounted) == 0 && counts->number > FIRST_READING &&
	    counts->uncounted > before)
		tunnels_note_uncounted(counts->tunnels, clock_now());
}

void kernel_counts_read(struct kernel_counts *counts)
{
	int64_t begin = cpu_time();
	int result = check_identity(counts);

	counts->number++;
	if (result == 0)
		result = set_reader_read(counts->reader, take_count, counts);
	if (result == 0)
		read_uncounted(counts);
	if (result == -EAGAIN) /* the next reading has the rest */
		result = 0;
	if (result == 0)
		take_samples(counts);
	say(counts, result);
	counts->due = clock_now() + MAX(READ_EACH, READ_COST * (cpu_time() - begin));
}

bool kernel_counts_is_due(const struct kernel_counts *counts, int64_t now)
{
	return now >= counts->due;
}

/* ---- samples ---- */

void kernel_counts_take_sample(const struct spi_counts *sample, void *context)
{
	struct kernel_counts *counts = context;
	uint32_t number;
	struct counted_spi *spi =
	        find_spi(counts, &sample->source, &sample->destination, sample->spi, sample->encapsulation, &number);

	if (spi == NULL || sample->packets == 0)
		return;
	if (!spi->first_known)
		spi->first_sequence = (uint32_t)sample->first_sequence;
	spi->first_known = true;
	spi->sequence = sample->last_sequence;
	if (!spi->sampled)
		g_array_append_val(counts->sampled, number);
	spi->sampled = true;
}

void kernel_counts_give_up_loss(struct kernel_counts *counts)
{
	if (!counts->gives_up_loss)
		journal_warning("GSO packets carry ESP here, which the kernel counts as one each: packets are counted "
		                "low and loss is not told; use [daemon] mode = queue, or ethtool -K DEVICE "
		                "rx-udp-gro-forwarding off");
	counts->gives_up_loss = true;
}

/* Samples may have waited for longer than two readings: when they passed is not known. */
void kernel_counts_note_interruption(struct kernel_counts *counts)
{
	for (guint i = 0; i < counts->sampled->len; i++) {
		struct counted_spi *spi = counts->spis->pdata[g_array_index(counts->sampled, uint32_t, i)];
		if (spi != NULL)
			spi->sampled = false;
	}
	g_array_set_size(counts->sampled, 0);
}

/* ---- beginning and ending ---- */

static void start_from(struct kernel_counts *counts, const struct state *state)
{
	char identity[SET_IDENTITY_SIZE];

	if (state->kernel == NULL || set_reader_identity(counts->reader, identity) != 0 ||
	    strcmp(identity, state->kernel) != 0)
		return;
	g_strlcpy(counts->identity, identity, sizeof counts->identity);
	for (guint i = 0; i < state->spis->len; i++) {
		const struct state_spi *kept = &g_array_index(state->spis, struct state_spi, i);
		const struct set_count count = {
		        .source = kept->source,
		        .destination = kept->destination,
		        .spi = kept->spi,
		        .encapsulation = kept->encapsulation,
		        .kernel_packets = kept->packets,
		        .kernel_bytes = kept->bytes,
		        .last_time = clock_to_realtime(clock_now()),
		};
		uint32_t number;
		struct counted_spi *spi =
		        find_spi(counts, &kept->source, &kept->destination, kept->spi, kept->encapsulation, &number);
		if (spi != NULL) {
			spi->key = count;
			note_reading(spi, 0, kept->packets);
		}
		set_reader_start_from(counts->reader, &count);
	}
}

struct kernel_counts *kernel_counts_new(struct tunnels *tunnels, const struct state *state, char **error)
{
	struct kernel_counts *counts = g_new0(struct kernel_counts, 1);

	counts->tunnels = tunnels;
	counts->spis = g_ptr_array_new_with_free_func(g_free);
	counts->sampled = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	counts->index = spi_table_new(SPIS_MOST);
	counts->reader = set_reader_new();
	if (counts->reader == NULL || counts->index == NULL) {
		*error = g_strdup_printf("the kernel's counters cannot be read: %s", strerror(errno));
		kernel_counts_free(counts);
		return NULL;
	}
	start_from(counts, state);
	kernel_counts_read(counts);
	return counts;
}

void kernel_counts_free(struct kernel_counts *counts)
{
	if (counts == NULL)
		return;
	set_reader_free(counts->reader);
	spi_table_free(counts->index);
	g_ptr_array_free(counts->spis, TRUE);
	g_array_free(counts->sampled, TRUE);
	g_free(counts);
}

void kernel_counts_save(const struct kernel_counts *counts, struct state *state)
{
	if (counts->identity[0] == '\0')
		return;
	state->kernel = g_strdup(counts->identity);
	for (guint i = 0; i < counts->spis->len; i++) {
		const struct counted_spi *spi = counts->spis->pdata[i];
		if (spi == NULL || spi->key.kernel_packets == 0)
			continue;
		const struct state_spi kept = {.source = spi->key.source,
		                               .destination = spi->key.destination,
		                               .spi = spi->key.spi,
		                               .encapsulation = spi->key.encapsulation,
		                               .packets = spi->key.kernel_packets,
		                               .bytes = spi->key.kernel_bytes};
		g_array_append_val(state->spis, kept);
	}
}

/* Nothing more is to come of it: what is lost for certain is all that is told. */
static void settle_uncertainty(struct kernel_counts *counts, struct counted_spi *spi)
{
	const struct sampled_loss_estimate estimate = sampled_loss_estimate(&spi->loss);
	const struct spi_counts told = {
	        .source = spi->key.source,
	        .destination = spi->key.destination,
	        .spi = spi->key.spi,
	        .encapsulation = spi->key.encapsulation,
	        .last_time = clock_from_realtime(spi->key.last_time),
	        .lost_uncertain = -(int64_t)estimate.uncertainty,
	};

	if (estimate.uncertainty == 0)
		return;
	tunnels_take_counts(counts->tunnels, &told);
	sampled_loss_settle(&spi->loss);
}

void kernel_counts_retire(struct kernel_counts *counts, int64_t now)
{
	int64_t real = clock_to_realtime(now);

	for (guint i = 0; i < counts->spis->len; i++) {
		struct counted_spi *spi = counts->spis->pdata[i];
		int64_t idle = spi != NULL ? real - spi->key.last_time : 0;
		if (spi == NULL || spi->sampled || idle < SETTLED_AFTER)
			continue;
		settle_uncertainty(counts, spi);
		/* However many packets it had: anybody can send two on as many SPIs as they like. */
		if (set_reader_holds(counts->reader, &spi->key))
			continue;
		spi_table_remove(counts->index, i);
		g_clear_pointer(&counts->spis->pdata[i], g_free);
	}
}

uint64_t kernel_counts_uncounted(const struct kernel_counts *counts)
{
	return counts->uncounted;
}
