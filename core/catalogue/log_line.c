/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/catalogue/log_line.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <time.h>

#include "core/base/text_span.h"
#include "core/base/time.h"

/* ---- %ASA-4-750003: ---- */

static const char *const devices[] = {"ASA", "FTD", "PIX"};

/* "%ASA-4-750003:" or, with a class in it, "%ASA-vpn-4-750003:". Moves behind it. */
static int take_tag(struct text_span *span, struct asa_log_message *message)
{
	uint32_t severity = 0;

	while (span->at < span->end && *span->at != '-')
		span->at++;
	for (unsigned parts = 0; parts < 2 && span->at < span->end; parts++) {
		span->at++;
		if (text_span_take_digits(span, 1, &severity) && severity <= 7 && text_span_skip(span, "-"))
			break;
		while (span->at < span->end && (g_ascii_isalpha(*span->at) || *span->at == '_'))
			span->at++;
		if (parts == 1 || span->at == span->end || *span->at != '-')
			return -EBADMSG;
	}
	if (!text_span_take_digits(span, 6, &message->number) || (span->at < span->end && g_ascii_isdigit(*span->at)))
		return -EBADMSG;
	message->severity = (uint8_t)severity;
	text_span_skip(span, ":");
	text_span_skip_blanks(span);
	return 0;
}

/* Finds the tag. Returns 0 with before and text on its two sides. */
static int split_line(struct text_span line, struct text_span *before, struct text_span *text,
                      struct asa_log_message *message)
{
	int result = -ENOMSG;

	for (struct text_span here = line; here.at < here.end; here.at++) {
		if (*here.at != '%')
			continue;
		for (size_t i = 0; i < G_N_ELEMENTS(devices); i++) {
			struct text_span after = {here.at + 1, here.end};
			if (!text_span_skip(&after, devices[i]) || after.at == after.end || *after.at != '-')
				continue;
			if (take_tag(&after, message) != 0) {
				result = -EBADMSG;
				continue;
			}
			*before = (struct text_span){line.at, here.at};
			*text = after;
			memcpy(message->device, devices[i], strlen(devices[i]));
			return 0;
		}
	}
	return result;
}

/* ---- when ---- */

/* Broken-down time in UTC; 0 for one that no calendar has. */
static int64_t time_of(uint32_t year, uint32_t month, uint32_t day, uint32_t hour, uint32_t minute, uint32_t second,
                       int32_t offset)
{
	struct tm broken = {.tm_year = (int)year - 1900,
	                    .tm_mon = (int)month - 1,
	                    .tm_mday = (int)day,
	                    .tm_hour = (int)hour,
	                    .tm_min = (int)minute,
	                    .tm_sec = (int)second};

	if (year < 1971 || year > 2200 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 ||
	    second > 60)
		return 0;
	return ((int64_t)timegm(&broken) - offset) * NANOSECONDS;
}

/* "+02:00", "-0500", "Z". */
static bool take_zone(struct text_span *span, int32_t *offset)
{
	uint32_t hours, minutes;
	bool west = span->at < span->end && *span->at == '-';

	*offset = 0;
	if (text_span_skip(span, "Z"))
		return true;
	if (!west && !(span->at < span->end && *span->at == '+'))
		return false;
	span->at++;
	if (!text_span_take_digits(span, 2, &hours))
		return false;
	text_span_skip(span, ":");
	if (!text_span_take_digits(span, 2, &minutes))
		return false;
	*offset = (int32_t)(hours * 3600 + minutes * 60) * (west ? -1 : 1);
	return true;
}

static int64_t take_fraction(struct text_span *span)
{
	int64_t fraction = 0, unit = NANOSECONDS;

	if (!text_span_skip(span, "."))
		return 0;
	for (; span->at < span->end && g_ascii_isdigit(*span->at); span->at++) {
		unit /= 10;
		fraction += unit * (*span->at - '0');
	}
	return fraction;
}

static bool take_clock(struct text_span *span, uint32_t clock[3])
{
	for (unsigned i = 0; i < 3; i++)
		if ((i > 0 && !text_span_skip(span, ":")) || !text_span_take_digits(span, 2, &clock[i]))
			return false;
	return true;
}

/* RFC 5424, RFC 3339: "2026-11-24T08:50:01.003Z". */
static bool take_iso_time(struct text_span span, int64_t *time)
{
	uint32_t year, month, day, clock[3];
	int32_t offset;

	if (!text_span_take_digits(&span, 4, &year) || !text_span_skip(&span, "-") ||
	    !text_span_take_digits(&span, 2, &month) || !text_span_skip(&span, "-") ||
	    !text_span_take_digits(&span, 2, &day) || !(text_span_skip(&span, "T") || text_span_skip(&span, " ")) ||
	    !take_clock(&span, clock))
		return false;
	int64_t fraction = take_fraction(&span);
	if (!take_zone(&span, &offset))
		return false;
	*time = time_of(year, month, day, clock[0], clock[1], clock[2], offset);
	if (*time != 0)
		*time += fraction;
	return true;
}

/* `logging timestamp`: "Dec 04 2014 12:37:51 UTC". Without the zone it says nothing certain. */
static bool take_asa_time(struct text_span span, int64_t *time)
{
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
	                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	uint32_t month = 0, day, year, clock[3];

	while (month < G_N_ELEMENTS(months) && !text_span_skip(&span, months[month]))
		month++;
	if (month == G_N_ELEMENTS(months) || !text_span_skip(&span, " ") || !text_span_take_digits(&span, 2, &day) ||
	    !text_span_skip(&span, " ") || !text_span_take_digits(&span, 4, &year) || !text_span_skip(&span, " ") ||
	    !take_clock(&span, clock))
		return false;
	int64_t fraction = take_fraction(&span);
	if (!text_span_skip(&span, " UTC") && !text_span_skip(&span, " GMT"))
		return false;
	*time = time_of(year, month + 1, day, clock[0], clock[1], clock[2], 0);
	if (*time != 0)
		*time += fraction;
	return true;
}

static int64_t read_time(struct text_span before)
{
	int64_t time = 0;

	for (; before.at < before.end; before.at++)
		if (take_iso_time(before, &time) || take_asa_time(before, &time))
			return time;
	return 0;
}

/* ---- who ---- */

enum end { END_LOCAL, END_PEER };

/* What stands before an address that says whose it is, the surest first. */
static const struct {
	const char *words;
	enum end end;
	bool has_port;
	uint32_t number; /* only in this message; 0 any */
} introductions[] = {
        {"Remote:", END_PEER, true, 0},
        {"Local:", END_LOCAL, true, 0},
        {"IP = ", END_PEER, false, 0},
        {"Packet received on ", END_LOCAL, true, 713906},
        {"IKEv2 packet received from ", END_PEER, true, 753001},
        {"IKE Peer ", END_PEER, false, 0},
        {"IKE Peer: ", END_PEER, false, 0},
        {"for peer ", END_PEER, false, 0},
        {"initial contact to server ", END_PEER, false, 713157},
};

/* Messages 4021xx name both ends as "from R … to L", 6023xx as "between L and R". */
static const struct {
	uint32_t first, last;
	const char *one;
	const char *other;
	enum end one_is;
} pairs[] = {
        {402114, 402121, " from ", " to ", END_PEER},
        {602303, 602304, " between ", " and ", END_LOCAL},
        {702305, 702307, " between ", " and ", END_LOCAL},
        {713906, 713906, " on ", " from ", END_LOCAL},
};

static void set_end(struct asa_log_message *message, enum end end, const struct ip_address *address, uint16_t port)
{
	struct ip_address *known = end == END_LOCAL ? &message->local : &message->peer;
	uint16_t *known_port = end == END_LOCAL ? &message->local_port : &message->peer_port;

	if (ip_address_is_set(known))
		return;
	*known = *address;
	*known_port = port;
}

static bool take_introduced(struct text_span *span, const char *words, enum end end, bool has_port,
                            struct asa_log_message *message)
{
	struct ip_address address;
	uint16_t port = 0;

	if (!text_span_find(span, words))
		return false;
	while (span->at < span->end && (*span->at == ' ' || *span->at == '['))
		span->at++;
	/* A bracket belongs to the address only where a port follows it. */
	if (has_port && span->at[-1] == '[')
		span->at--;
	if (!text_span_take_endpoint(span, has_port, &address, &port))
		return false;
	set_end(message, end, &address, port);
	return true;
}

static void read_ends(struct text_span text, struct asa_log_message *message)
{
	for (size_t i = 0; i < G_N_ELEMENTS(introductions); i++) {
		struct text_span span = text;
		if (introductions[i].number == 0 || introductions[i].number == message->number)
			take_introduced(&span, introductions[i].words, introductions[i].end, introductions[i].has_port,
			                message);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
		struct text_span span = text;
		enum end other = pairs[i].one_is == END_LOCAL ? END_PEER : END_LOCAL;
		if (message->number < pairs[i].first || message->number > pairs[i].last)
			continue;
		if (take_introduced(&span, pairs[i].one, pairs[i].one_is, message->number == 713906, message))
			take_introduced(&span, pairs[i].other, other, message->number == 713906, message);
	}
}

/* "Map Tag = OUTSIDE-MAP. Map Sequence Number = 10." becomes "OUTSIDE-MAP 10". Spaces and points vary. */
static void read_map(struct text_span text, struct asa_log_message *message)
{
	struct text_span tag = text, number;
	size_t length = 0;

	if (!text_span_find(&tag, "Map Tag"))
		return;
	number = tag;
	while (tag.at < tag.end && (*tag.at == ' ' || *tag.at == '='))
		tag.at++;
	if (!text_span_find(&number, "Map Sequence Number"))
		return;
	while (number.at < number.end && (*number.at == ' ' || *number.at == '='))
		number.at++;
	for (; tag.at < tag.end && g_ascii_isgraph(*tag.at) && length + 8 < sizeof message->map; tag.at++)
		message->map[length++] = *tag.at;
	while (length > 0 && (message->map[length - 1] == '.' || message->map[length - 1] == ','))
		length--;
	message->map[length++] = ' ';
	while (number.at < number.end && g_ascii_isdigit(*number.at) && length + 1 < sizeof message->map)
		message->map[length++] = *number.at++;
	message->map[length] = '\0';
}

/* What the text says, else what the number says: IKEv1 is 713xxx and 715xxx, IKEv2 750xxx and 751xxx. */
static uint8_t read_version(struct text_span text, uint32_t number)
{
	struct text_span copy = text;

	if (text_span_find(&copy, "IKEv2"))
		return 2;
	copy = text;
	if (text_span_find(&copy, "IKEv1"))
		return 1;
	switch (number / 1000) {
	case 713:
	case 715:
		return 1;
	case 750:
	case 751:
		return 2;
	default:
		return 0;
	}
}

/* ---- what it means ---- */

static void read_meaning(struct asa_log_message *message)
{
	const struct log_meaning *meaning = catalogue_log_meaning(message->number);

	/* What another number's text says by chance is nothing to do with IPsec. */
	if (meaning == NULL)
		return;
	const struct log_text *wording = catalogue_log_text(message->number, message->text, message->text_length);
	message->meaning = meaning;
	message->wording = wording;
	message->phase = wording != NULL ? wording->phase : meaning->phase;
	message->outcome = wording != NULL ? wording->outcome : meaning->outcome;
	message->cause = wording != NULL ? wording->cause : meaning->cause;
	message->strength = wording != NULL ? wording->strength : meaning->strength;
}

int asa_log_read(const char *line, size_t length, struct asa_log_message *message)
{
	struct text_span whole = {line, line + length}, before, text;

	memset(message, 0, sizeof *message);
	int result = split_line(whole, &before, &text, message);
	if (result != 0)
		return result;
	while (text.end > text.at && g_ascii_isspace(text.end[-1]))
		text.end--;
	message->text = text.at;
	message->text_length = (size_t)(text.end - text.at);
	message->time = read_time(before);
	read_meaning(message);
	/* Of most of what an ASA logs, nobody asks for more: to look for peers in it takes most of the time. */
	if (message->meaning == NULL)
		return 0;
	message->ike_version = read_version(text, message->number);
	read_ends(text, message);
	read_map(text, message);
	return 0;
}

/* `debug crypto ikev2` prints the errors that 750003 names, in the same words and without its number. */
static uint32_t number_of_wording(struct text_span line)
{
	struct text_span protocol = line, platform = line;

	return text_span_find(&protocol, "IKEv2-PROTO-") || text_span_find(&platform, "IKEv2-PLAT-") ? 750003 : 0;
}

int asa_log_read_wording(const char *line, size_t length, struct asa_log_message *message)
{
	struct text_span whole = {line, line + length}, ike = whole;
	const struct log_text *wording;

	memset(message, 0, sizeof *message);
	if (!text_span_find(&ike, "IKE"))
		return -ENOMSG;
	if ((wording = catalogue_log_text(number_of_wording(whole), line, length)) == NULL)
		return -ENOMSG;
	message->text = line;
	message->text_length = length;
	message->time = read_time(whole);
	message->ike_version = read_version(whole, 0);
	read_ends(whole, message);
	message->wording = wording;
	message->phase = wording->phase;
	message->outcome = wording->outcome;
	message->cause = wording->cause;
	message->strength = wording->strength;
	return 0;
}
