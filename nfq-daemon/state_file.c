/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "nfq-daemon/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/time.h"
#include "nfq-daemon/atomic_file.h"

#define FIRST_LINE "asaphase-state 1"
#define ASIDE_MOST 100
#define FILE_LARGEST ((gsize)1 << 30)

void state_begin(struct state *state)
{
	*state = (struct state){
	        .tunnels = g_array_new(FALSE, TRUE, sizeof(struct state_tunnel)),
	        .failures = g_array_new(FALSE, TRUE, sizeof(struct state_failures)),
	        .spis = g_array_new(FALSE, TRUE, sizeof(struct state_spi)),
	};
}

void state_end(struct state *state)
{
	g_array_free(state->tunnels, TRUE);
	g_array_free(state->failures, TRUE);
	g_array_free(state->spis, TRUE);
	g_free(state->kernel);
}

static void clear(struct state *state)
{
	state_end(state);
	state_begin(state);
}

/* ---- writing ---- */

static void append_addresses(GString *text, const char *word, const struct ip_address *one,
                             const struct ip_address *other)
{
	char a[IP_ADDRESS_TEXT_SIZE], b[IP_ADDRESS_TEXT_SIZE];

	g_string_append_printf(text, "%s %s %s", word, ip_address_to_text(one, a), ip_address_to_text(other, b));
}

static void append_direction(GString *text, const struct state_direction *direction)
{
	g_string_append_printf(text, " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRId64, direction->packets,
	                       direction->bytes, direction->lost, direction->last_time / NANOSECONDS);
}

static GString *text_of(const struct state *state)
{
	GString *text = g_string_new(FIRST_LINE "\n");

	for (guint i = 0; i < state->tunnels->len; i++) {
		const struct state_tunnel *tunnel = &g_array_index(state->tunnels, struct state_tunnel, i);
		append_addresses(text, "tunnel", &tunnel->local, &tunnel->remote);
		append_direction(text, &tunnel->encaps);
		append_direction(text, &tunnel->decaps);
		g_string_append_c(text, '\n');
	}
	for (guint i = 0; i < state->failures->len; i++) {
		const struct state_failures *failures = &g_array_index(state->failures, struct state_failures, i);
		append_addresses(text, "failures", &failures->local, &failures->remote);
		g_string_append_printf(text, " %s %" PRIu64 "\n", cause_name(failures->cause), failures->count);
	}
	if (state->kernel != NULL)
		g_string_append_printf(text, "kernel %s\n", state->kernel);
	for (guint i = 0; i < state->spis->len; i++) {
		const struct state_spi *spi = &g_array_index(state->spis, struct state_spi, i);
		append_addresses(text, "spi", &spi->source, &spi->destination);
		g_string_append_printf(text, " %" PRIu32 " %u %" PRIu64 " %" PRIu64 "\n", spi->spi, spi->encapsulation,
		                       spi->packets, spi->bytes);
	}
	return text;
}

static char *checksum_of(const char *text, gsize length)
{
	return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text, length);
}

int state_file_write(const char *path, const struct state *state, char **error)
{
	GString *text = text_of(state);
	char *checksum = checksum_of(text->str, text->len);

	g_string_append_printf(text, "end %s\n", checksum);
	int result = atomic_file_write(path, text, 0640, error);
	g_free(checksum);
	g_string_free(text, TRUE);
	return result;
}

/* ---- reading ---- */

/* The words of one line, taken one after the other. Once one does not fit, none does. */
struct words {
	char **next;
	bool good;
};

static const char *take_word(struct words *words)
{
	if (*words->next == NULL)
		words->good = false;
	return words->good ? *words->next++ : "";
}

static uint64_t take_number(struct words *words, uint64_t most)
{
	const char *word = take_word(words);
	char *end;

	errno = 0;
	uint64_t number = g_ascii_strtoull(word, &end, 10);
	if (!g_ascii_isdigit(word[0]) || *end != '\0' || errno != 0 || number > most)
		words->good = false;
	return words->good ? number : 0;
}

static struct ip_address take_address(struct words *words)
{
	struct ip_address address = {{0}};

	if (ip_address_from_text(take_word(words), &address) != 0)
		words->good = false;
	return address;
}

static struct state_direction take_direction(struct words *words)
{
	struct state_direction direction;

	direction.packets = take_number(words, UINT64_MAX);
	direction.bytes = take_number(words, UINT64_MAX);
	direction.lost = take_number(words, UINT64_MAX);
	direction.last_time = (int64_t)take_number(words, INT64_MAX / NANOSECONDS) * NANOSECONDS;
	return direction;
}

static void take_tunnel(struct words *words, struct state *state)
{
	struct state_tunnel tunnel;

	tunnel.local = take_address(words);
	tunnel.remote = take_address(words);
	tunnel.encaps = take_direction(words);
	tunnel.decaps = take_direction(words);
	if (words->good)
		g_array_append_val(state->tunnels, tunnel);
}

static void take_failures(struct words *words, struct state *state)
{
	struct state_failures failures;

	failures.local = take_address(words);
	failures.remote = take_address(words);
	failures.cause = cause_from_name(take_word(words));
	failures.count = take_number(words, UINT64_MAX);
	/* A cause that this release does not have is left out. */
	if (words->good && failures.cause != CAUSE_LAST)
		g_array_append_val(state->failures, failures);
}

static void take_kernel(struct words *words, struct state *state)
{
	/* It may hold spaces. */
	g_free(state->kernel);
	state->kernel = g_strjoinv(" ", words->next);
}

static void take_spi(struct words *words, struct state *state)
{
	struct state_spi spi;

	spi.source = take_address(words);
	spi.destination = take_address(words);
	spi.spi = (uint32_t)take_number(words, UINT32_MAX);
	spi.encapsulation = (uint8_t)take_number(words, UINT8_MAX);
	spi.packets = take_number(words, UINT64_MAX);
	spi.bytes = take_number(words, UINT64_MAX);
	if (words->good)
		g_array_append_val(state->spis, spi);
}

static const struct {
	const char *word;
	void (*take)(struct words *words, struct state *state);
} lines[] = {
        {"tunnel", take_tunnel},
        {"failures", take_failures},
        {"kernel", take_kernel},
        {"spi", take_spi},
};

/* A line that is not known comes from a later release: it is left out. */
static bool take_line(const char *line, struct state *state)
{
	char **all = g_strsplit(line, " ", -1);
	struct words words = {all, true};
	const char *word = take_word(&words);

	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
		if (strcmp(lines[i].word, word) == 0)
			lines[i].take(&words, state);
	g_strfreev(all);
	return words.good;
}

/* Returns 0, or the number of the line that is wrong. text is cut up. */
static unsigned take_lines(char *text, struct state *state)
{
	unsigned number = 1;

	for (char *line = text, *next; line != NULL && *line != '\0'; line = next, number++) {
		next = strchr(line, '\n');
		if (next == NULL)
			return number;
		*next++ = '\0';
		if (number == 1 ? strcmp(line, FIRST_LINE) != 0 : !take_line(line, state))
			return number;
	}
	return number > 1 ? 0 : 1;
}

/* Whether the text ends in the checksum of what is before it; that line is cut off then. */
static bool take_checksum(char *text, gsize length)
{
	char *end = g_strrstr_len(text, (gssize)length, "\nend ");
	if (end == NULL)
		return false;
	end++;
	char *checksum = checksum_of(text, (gsize)(end - text));
	bool good = strlen(end) == strlen("end \n") + strlen(checksum) &&
	            strncmp(end + strlen("end "), checksum, strlen(checksum)) == 0;
	g_free(checksum);
	*end = '\0';
	return good;
}

/* One that was set aside before is not overwritten. Returns the new name, or NULL with errno set. */
static char *move_aside(const char *path)
{
	for (unsigned number = 0; number < ASIDE_MOST; number++) {
		char *aside = number == 0 ? g_strdup_printf("%s.damaged", path)
		                          : g_strdup_printf("%s.damaged.%u", path, number);
		if (renameat2(AT_FDCWD, path, AT_FDCWD, aside, RENAME_NOREPLACE) == 0)
			return aside;
		g_free(aside);
		if (errno != EEXIST)
			return NULL;
	}
	return NULL;
}

static int set_aside(const char *path, const char *wrong, char **error)
{
	char *aside = move_aside(path);

	if (aside != NULL)
		*error = g_strdup_printf("%s: %s; set aside as %s, totals start anew", path, wrong, aside);
	else
		*error = g_strdup_printf("%s: %s; it cannot be set aside either: %s", path, wrong, strerror(errno));
	g_free(aside);
	return -EBADMSG;
}

static int read_text(const char *path, char *text, gsize length, struct state *state, char **error)
{
	char wrong[64];

	if (strlen(text) != length || length > FILE_LARGEST || !take_checksum(text, length))
		return set_aside(path, "the checksum does not fit: the file is damaged", error);
	unsigned line = take_lines(text, state);
	if (line == 0)
		return 0;
	clear(state);
	g_snprintf(wrong, sizeof wrong, "line %u is not understood", line);
	return set_aside(path, wrong, error);
}

int state_file_read(const char *path, struct state *state, char **error)
{
	char *text;
	gsize length;
	GError *bad = NULL;

	if (!g_file_get_contents(path, &text, &length, &bad)) {
		int result = bad->code == G_FILE_ERROR_NOENT ? 0 : -EIO;
		if (result != 0)
			*error = g_strdup(bad->message);
		g_error_free(bad);
		return result;
	}
	int result = read_text(path, text, length, state, error);
	g_free(text);
	return result;
}
