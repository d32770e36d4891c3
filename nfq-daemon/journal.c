/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nfq-daemon/journal.h"

#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <syslog.h>
#include <systemd/sd-journal.h>

#include "core/base/time.h"
#include "core/catalogue/evidence.h"
#include "core/verdict/diagnose.h"
#include "core/verdict/text.h"
#include "core/verdict/words.h"
#include "nfq-daemon/clock.h"

/* journalctl -t asaphased MESSAGE_ID=… finds the verdicts. */
#define VERDICT_MESSAGE_ID "c7a3f5f0b1d94f0f9f1f6a6a3e5d2b14"

#define FIELDS_MOST 24

/* So many verdicts at once, and so many more a second: a flood of spoofed negotiations must not fill the journal. */
#define BURST 200
#define EACH_SECOND 5

static uint64_t suppressed;

/* systemd says so; libsystemd would keep silent where there is no journal. */
static bool has_journal(void)
{
	return g_getenv("JOURNAL_STREAM") != NULL;
}

static void G_GNUC_PRINTF(2, 0) say(int priority, const char *format, va_list arguments)
{
	char *text = g_strdup_vprintf(format, arguments);

	if (has_journal())
		sd_journal_send("MESSAGE=%s", text, "PRIORITY=%i", priority, NULL);
	else
		fprintf(stderr, "asaphased: %s\n", text);
	g_free(text);
}

#define SAY(priority)                                                                                                  \
	do {                                                                                                           \
		va_list arguments;                                                                                     \
		va_start(arguments, format);                                                                           \
		say(priority, format, arguments);                                                                      \
		va_end(arguments);                                                                                     \
	} while (0)

void journal_error(const char *format, ...)
{
	SAY(LOG_ERR);
}

void journal_warning(const char *format, ...)
{
	SAY(LOG_WARNING);
}

void journal_notice(const char *format, ...)
{
	SAY(LOG_NOTICE);
}

/* ---- verdicts ---- */

struct fields {
	struct iovec list[FIELDS_MOST];
	int count;
};

G_GNUC_PRINTF(2, 3) static void add_field(struct fields *fields, const char *format, ...)
{
	va_list arguments;

	if (fields->count == FIELDS_MOST)
		return;
	va_start(arguments, format);
	char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	fields->list[fields->count++] = (struct iovec){text, strlen(text)};
}

static void free_fields(struct fields *fields)
{
	for (int i = 0; i < fields->count; i++)
		g_free(fields->list[i].iov_base);
}

/* "10.1.0.1 - 10.2.0.1: Data failed: one-way (likely): ESP flows one way only; last of 16 ESP packets …" */
static char *sentence(const struct verdict *verdict, const struct verdict_words *words)
{
	const struct text_style plain = {0};
	GString *text = g_string_new(NULL);
	char evidence[VERDICT_WORDS_SIZE];

	g_string_append_printf(text, "%s - %s: ", words->asa, words->peer);
	verdict_text_append_summary(text, &plain, verdict);
	if (cause_is_fault(verdict->cause))
		g_string_append_printf(text, ": %s", words->entry->headline);
	if (cause_is_fault(verdict->cause) && verdict->evidence.count > 0)
		g_string_append_printf(text, "; %s",
		                       evidence_text(&verdict->evidence.items[verdict->evidence.count - 1], evidence,
		                                     sizeof evidence));
	return g_string_free(text, FALSE);
}

static void add_words(struct fields *fields, const struct verdict_words *words)
{
	const struct asa_message *message;
	const struct next_step *step;
	char text[VERDICT_WORDS_SIZE];

	for (unsigned cursor = 0; (message = verdict_words_message(words, &cursor)) != NULL;)
		add_field(fields, "ASAPHASE_ASA_WOULD_LOG=%%ASA-%u-%s: %s", message->severity, message->id,
		          verdict_words_fill(words, message->text, text, sizeof text));
	for (unsigned cursor = 0; (step = verdict_words_step(words, &cursor)) != NULL;)
		add_field(fields, "ASAPHASE_NEXT=%s: %s", next_at_name(step->at),
		          verdict_words_fill(words, step->command, text, sizeof text));
}

static void send_fields(const struct tunnel *tunnel, const struct verdict *verdict, const struct verdict_words *words,
                        const char *text)
{
	struct fields fields = {.count = 0};
	char state[32];

	add_field(&fields, "MESSAGE=%s", text);
	add_field(&fields, "MESSAGE_ID=%s", VERDICT_MESSAGE_ID);
	add_field(&fields, "PRIORITY=%d", cause_is_fault(verdict->cause) ? LOG_WARNING : LOG_NOTICE);
	add_field(&fields, "ASAPHASE_LOCAL=%s", words->asa);
	add_field(&fields, "ASAPHASE_REMOTE=%s", words->peer);
	add_field(&fields, "ASAPHASE_CAUSE=%s", cause_name(verdict->cause));
	add_field(&fields, "ASAPHASE_PHASE=%s", phase_name(verdict->phase_failed));
	add_field(&fields, "ASAPHASE_CONFIDENCE=%s", confidence_name(verdict->confidence));
	add_field(&fields, "ASAPHASE_IKE_STATE=%s", tunnel_ike_state(tunnel, state, sizeof state));
	add_words(&fields, words);
	sd_journal_sendv(fields.list, fields.count);
	free_fields(&fields);
}

static bool may_speak(void)
{
	static int64_t credit = BURST * NANOSECONDS, last;
	int64_t now = clock_now();

	if (last != 0)
		credit = MIN(credit + (now - last) * EACH_SECOND, BURST * NANOSECONDS);
	last = now;
	if (credit < NANOSECONDS)
		return false;
	credit -= NANOSECONDS;
	return true;
}

void journal_verdict(struct tunnels *tunnels, const struct tunnel *tunnel)
{
	struct verdict verdict;
	struct verdict_words words;

	if (!may_speak()) {
		suppressed++;
		return;
	}
	tunnel_diagnose(tunnels, tunnel, &verdict);
	verdict_words_of(tunnel, &verdict, &words);
	char *text = sentence(&verdict, &words);
	if (has_journal())
		send_fields(tunnel, &verdict, &words, text);
	else
		fprintf(stderr, "asaphased: %s\n", text);
	g_free(text);
}

uint64_t journal_suppressed(void)
{
	return suppressed;
}
