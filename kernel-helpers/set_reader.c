// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel-helpers/set_reader.h"

#include <endian.h>
#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <linux/netfilter/nf_tables.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/byte_order.h"
#include "core/base/keyed_hash.h"
#include "core/base/time.h"
#include "kernel-helpers/nf_tables.h"
#include "kernel-helpers/rules_private.h"
#include "kernel-helpers/set_elements.h"

#define READ_ATTEMPTS 3
#define SPI_SIZE 4

/* What was told of an SPI. The kernel takes an element away when it expires, which starts its count anew. */
struct told {
	struct ip_address source;
	struct ip_address destination;
	uint32_t spi;
	uint8_t encapsulation;
	uint8_t reads_unseen; /* since it should have expired */
	uint32_t read;        /* number of the last read that saw it; 0 none */
	uint64_t packets;
	uint64_t bytes;
	int64_t looked;  /* when that was, by kernel_time(); 0 never */
	int64_t expires; /* as far as was known then, likewise */
};

struct set_reader {
	struct mnl_socket *socket;
	GHashTable *told;
	uint64_t table_handle; /* that told belongs to */
	unsigned sets;         /* of each form */
	uint32_t read;
	uint32_t spis;
	/* Of the read under way. */
	const struct esp_form *form;
	set_reader_take *take;
	void *context;
	int64_t now;         /* kernel_time() */
	int64_t to_realtime; /* to be added to that */
	_Alignas(struct nlmsghdr) char buffer[NF_TABLES_BUFFER_SIZE];
};

static guint told_hash(gconstpointer key)
{
	const struct told *told = key;

	return (guint)hash_of_esp_sa(&told->source, &told->destination, told->spi, told->encapsulation,
	                             process_hash_key());
}

static gboolean told_equal(gconstpointer a, gconstpointer b)
{
	const struct told *left = a, *right = b;

	return left->spi == right->spi && left->encapsulation == right->encapsulation &&
	       ip_address_equal(&left->source, &right->source) &&
	       ip_address_equal(&left->destination, &right->destination);
}

static int64_t read_clock(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * NANOSECONDS + time.tv_nsec;
}

/* The clock that elements expire by. Nobody sets it: a step would make what is still there look like made anew. */
static int64_t kernel_time(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

/* For each message: where an answer took long, an element told late in it would else seem to expire too early, and be
 * taken for a new one. */
static void look_at_clocks(struct set_reader *reader)
{
	reader->now = kernel_time();
	reader->to_realtime = read_clock(CLOCK_REALTIME) - reader->now;
}

struct set_reader *set_reader_new(void)
{
	struct set_reader *reader = calloc(1, sizeof *reader);

	if (reader == NULL)
		return NULL;
	reader->socket = nf_tables_open();
	if (reader->socket == NULL) {
		free(reader);
		return NULL;
	}
	reader->told = g_hash_table_new_full(told_hash, told_equal, free, NULL);
	return reader;
}

void set_reader_free(struct set_reader *reader)
{
	if (reader == NULL)
		return;
	g_hash_table_destroy(reader->told);
	mnl_socket_close(reader->socket);
	free(reader);
}

int set_reader_identity(struct set_reader *reader, char identity[SET_IDENTITY_SIZE])
{
	struct table_facts facts;
	char boot[37] = "";
	FILE *file;
	int result = nf_tables_table(reader->socket, &facts);

	if (result != 0)
		return result;
	file = fopen("/proc/sys/kernel/random/boot_id", "re");
	if (file == NULL)
		return -errno;
	if (fscanf(file, "%36s", boot) != 1)
		result = -EIO;
	fclose(file);
	snprintf(identity, SET_IDENTITY_SIZE, "%s %" PRIu64, boot, facts.handle);
	return result;
}

/* ---- one element of a set ---- */

/*
 * When its expiry was last put off, which tells about when its last packets came. An element that has less than its
 * probation left is either on it, with a few packets at most, or was in use before and will soon go.
 */
static int64_t last_time_of(const struct set_element *element, int64_t now)
{
	bool probation = element->remaining <= PROBATION_SECONDS * NANOSECONDS &&
	                 element->count.kernel_packets <= REFRESH_ONE_IN;
	int64_t lifetime = probation ? PROBATION_SECONDS : LIFETIME_SECONDS;

	return now - (lifetime * NANOSECONDS - element->remaining);
}

/* ---- what is new ---- */

static struct told key_of(const struct set_count *count)
{
	return (struct told){.source = count->source,
	                     .destination = count->destination,
	                     .spi = count->spi,
	                     .encapsulation = count->encapsulation};
}

static struct told *told_of(struct set_reader *reader, const struct set_count *count, bool *added)
{
	const struct told key = key_of(count);
	struct told *told = g_hash_table_lookup(reader->told, &key);

	*added = told == NULL;
	if (told != NULL)
		return told;
	told = malloc(sizeof *told);
	if (told == NULL)
		return NULL;
	*told = key;
	g_hash_table_add(reader->told, told);
	return told;
}

/* Whether the element expired and came anew since it was last told. */
static bool started_anew(const struct told *told, const struct set_count *count, int64_t now)
{
	return count->kernel_packets < told->packets || count->kernel_bytes < told->bytes ||
	       (count->kernel_packets == told->packets && now > told->expires && told->looked != 0);
}

static int tell(struct set_reader *reader, struct set_element *element)
{
	struct set_count *count = &element->count;
	struct told *told = told_of(reader, count, &count->first);

	if (told == NULL)
		return -ENOMEM;
	if (started_anew(told, count, reader->now))
		told->packets = told->bytes = 0;
	count->packets = count->kernel_packets - told->packets;
	count->bytes = count->kernel_bytes - told->bytes;
	count->last_time = last_time_of(element, reader->now);
	if (count->packets > 0 && count->last_time < told->looked)
		count->last_time = told->looked;
	count->last_time += reader->to_realtime;
	told->looked = reader->now;
	told->packets = count->kernel_packets;
	told->bytes = count->kernel_bytes;
	told->expires = reader->now + element->remaining;
	told->reads_unseen = 0;
	if (told->read != reader->read) {
		told->read = reader->read;
		reader->spis++;
	}
	if (count->packets > 0 || count->first)
		reader->take(count, reader->context);
	return 0;
}

static int take_element(struct set_element *element, void *context)
{
	struct set_reader *reader = context;

	return tell(reader, element);
}

static int take_message(const struct nlmsghdr *message, void *context)
{
	struct set_reader *reader = context;
	int result;

	look_at_clocks(reader);
	result = set_elements_read(message, reader->form, take_element, reader);
	errno = -result;
	return result == 0 ? MNL_CB_OK : MNL_CB_ERROR;
}

static struct nlmsghdr *request_elements(struct set_reader *reader, unsigned number)
{
	char name[SET_NAME_SIZE];
	struct nlmsghdr *request = nf_tables_request(reader->buffer, NFT_MSG_GETSETELEM, NLM_F_DUMP);

	mnl_attr_put_strz(request, NFTA_SET_ELEM_LIST_TABLE, RULES_TABLE);
	set_name(reader->form, reader->sets, number, name);
	mnl_attr_put_strz(request, NFTA_SET_ELEM_LIST_SET, name);
	return request;
}

/* ---- all of them ---- */

/* Long after it should have expired and unseen by two reads on end: the kernel has it no longer. */
static gboolean is_gone(gpointer key, gpointer value, gpointer context)
{
	struct told *told = key;
	const struct set_reader *reader = context;

	(void)value;
	if (told->read == reader->read || reader->now <= told->expires)
		return FALSE;
	return ++told->reads_unseen >= 2;
}

static int read_sets(struct set_reader *reader)
{
	bool disturbed = false;

	for (unsigned i = 0; i < ESP_FORMS * reader->sets; i++) {
		int result;

		reader->form = &esp_forms[i / reader->sets];
		result = nf_tables_ask(reader->socket, request_elements(reader, i % reader->sets), reader->buffer,
		                       take_message, reader);
		if (result == -EINTR)
			disturbed = true;
		else if (result != 0)
			return result;
	}
	return disturbed ? -EAGAIN : 0;
}

/* Whether the kernel has a set of this name: 0, -ENOENT, or another negative errno. */
static int find_set(struct set_reader *reader, const char *name)
{
	struct nlmsghdr *request = nf_tables_request(reader->buffer, NFT_MSG_GETSET, NLM_F_ACK);

	mnl_attr_put_strz(request, NFTA_SET_TABLE, RULES_TABLE);
	mnl_attr_put_strz(request, NFTA_SET_NAME, name);
	return nf_tables_ask(reader->socket, request, reader->buffer, NULL, NULL);
}

/* Whoever installed the rules chose how many sets a form has. */
static int count_sets(struct set_reader *reader)
{
	char name[SET_NAME_SIZE];
	int result;

	set_name(&esp_forms[0], 1, 0, name);
	result = find_set(reader, name);
	if (result != 0 && result != -ENOENT)
		return result;
	reader->sets = result == 0 ? 1 : SETS_OF_FORM_MOST;
	return 0;
}

/* Forgets what was told of a table that is no longer there. */
static int meet_table(struct set_reader *reader)
{
	struct table_facts facts;
	int result = nf_tables_table(reader->socket, &facts);

	if (result != 0 || reader->table_handle == facts.handle)
		return result;
	result = count_sets(reader);
	if (result != 0)
		return result;
	if (reader->table_handle != 0)
		g_hash_table_remove_all(reader->told);
	reader->table_handle = facts.handle;
	return 0;
}

int set_reader_read(struct set_reader *reader, set_reader_take *take, void *context)
{
	int result = meet_table(reader);

	if (result != 0)
		return result;
	reader->take = take;
	reader->context = context;
	reader->spis = 0;
	reader->read++;
	for (int attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
		look_at_clocks(reader);
		result = read_sets(reader);
		if (result != -EAGAIN)
			break;
	}
	if (result == 0)
		g_hash_table_foreach_remove(reader->told, is_gone, reader);
	return result;
}

int set_reader_start_from(struct set_reader *reader, const struct set_count *count)
{
	bool added;
	struct told *told = told_of(reader, count, &added);

	if (told == NULL)
		return -ENOMEM;
	told->packets = count->kernel_packets;
	told->bytes = count->kernel_bytes;
	/* The first read tells how long it stays, if it is still there. */
	told->expires = kernel_time() + PROBATION_SECONDS * NANOSECONDS;
	return 0;
}

bool set_reader_holds(const struct set_reader *reader, const struct set_count *key)
{
	const struct told told = key_of(key);

	return g_hash_table_contains(reader->told, &told);
}

uint32_t set_reader_spis(const struct set_reader *reader)
{
	return reader->spis;
}

/* ---- what was not counted ---- */

static int take_counter(const struct nlmsghdr *message, void *context)
{
	set_elements_read_counter(message, context);
	return MNL_CB_OK;
}

int set_reader_uncounted(struct set_reader *reader, uint64_t *packets)
{
	struct nlmsghdr *request = nf_tables_request(reader->buffer, NFT_MSG_GETOBJ, NLM_F_ACK);

	*packets = 0;
	mnl_attr_put_strz(request, NFTA_OBJ_TABLE, RULES_TABLE);
	mnl_attr_put_strz(request, NFTA_OBJ_NAME, COUNTER_UNCOUNTED);
	mnl_attr_put_u32(request, NFTA_OBJ_TYPE, htobe32(NFT_OBJECT_COUNTER));
	return nf_tables_ask(reader->socket, request, reader->buffer, take_counter, packets);
}
